"""A small vocabulary that holds every kind of measure, code, region and record set that intake tells apart."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gep.base.records import Code, Column, Measure, Names, RecordSet, Region, Vocabulary

HEADER = "region,period,item,category,part,value,state,unit,department,source,evidence,note"


def _measure(name: str, zh: str, en: str, unit: str, **more: Any) -> Measure:
    more.setdefault("kind", "flow")
    return Measure(id=name, names=Names(zh, en), unit=unit, quantum=Decimal("0.001"), finest=Decimal(1), **more)


def _range(lower: object, upper: object) -> dict[str, Decimal]:
    return {"lower": Decimal(str(lower)), "upper": Decimal(str(upper))}


def _service(name: str) -> dict[str, str]:
    return {"service": f"={name}"}


def _codes(scheme: str, *entries: tuple[Any, ...]) -> dict[str, Code]:
    return {code: Code(scheme, code, Names(zh, en), **(more[0] if more else {})) for code, zh, en, *more in entries}


def _region(code: str, parent: str, level: str, zh: str, en: str, **more: Any) -> Region:
    return Region(code, parent, level, Names(zh, en), **more)


def small_vocabulary() -> Vocabulary:
    """Water retention, purification are priced; soil_value is computed; city 513300 with its counties."""
    measures = [
        _measure("soil_retention_total", "土壤保持总量", "Soil retained", "t", **_range(0, "1e10"), department="水利局"),
        _measure("soil_value", "土壤保持价值", "Value of soil retention", "CNY"),
        _measure("water_retention", "水源涵养量", "Water retention", "m3", account=_service("water_retention")),
        _measure("water_value", "水源涵养价值", "Value of water retention", "CNY", account=_service("water_retention")),
        _measure("tourism_income", "旅游收入", "Income from tourism", "CNY", account=_service("tourism")),
        _measure("purification", "污染物净化量", "Removal", "t", dims=("pollutant",), account=_service("purification")),
        _measure("ecosystem_area", "生态系统面积", "Ecosystem area", "m2", kind="stock", dims=("ecosystem",)),
        _measure("water_volume", "水体蓄水量", "Water stored", "m3", kind="stock", dims=("part",)),
        _measure("nutrient_loss", "养分流失量", "Nutrients lost", "t", dims=("ecosystem", "part")),
        _measure("habitat", "生境面积", "Habitat area", "m2", kind="stock", dims=("ecosystem", "landuse")),
        _measure("cover", "植被覆盖度", "Vegetation cover", "1", kind="ratio", additive=(), **_range(0, 1)),
        _measure("soil_density", "土壤容重", "Soil density", "t/m3", kind="ratio", additive=(), **_range("0.5", 3)),
        _measure("gdp", "地区生产总值", "GDP", "CNY", attrs=("price_basis", "vintage")),
        _measure("water_price", "水价", "Price of water", "CNY/m3", kind="price", additive=()),
        _measure("carbon_stock", "碳储量", "Carbon stock", "t_C", kind="stock"),
        _measure("carbon_change", "碳储量变化", "Change of carbon stock", "t_C", signed=True),
        _measure("published", "公布数", "Published figure", "1", kind="reference", additive=(), attrs=("figure",)),
    ]
    codes = {
        "ecosystem": _codes(
            "ecosystem",
            ("forest", "森林", "Forest"),
            ("shrub", "灌丛", "Shrub"),
            ("wetland", "湿地", "Wetland"),
            ("cropland", "农田", "Cropland", {"valid_to": date(2015, 12, 31)}),
        ),
        "landuse": _codes("landuse", ("wetland", "湿地", "Wetland"), ("0403K", "可调整人工牧草地", "Convertible pasture")),
        "pollutant": _codes("pollutant", ("so2", "二氧化硫", "Sulphur dioxide"), ("nox", "氮氧化物", "Nitrogen oxides")),
        "part": _codes("part", ("lake", "湖泊", "Lake"), ("reservoir", "水库", "Reservoir")),
    }
    regions = [
        _region("513300", "", "city", "甘孜州", "Garze"),
        _region("513301", "513300", "county", "康定市", "Kangding City", valid_from=date(2015, 2, 17)),
        _region("513321", "513300", "county", "康定县", "Kangding County", valid_to=date(2015, 2, 16)),
        _region("513322", "513300", "county", "泸定县", "Luding"),
    ]
    records = [
        RecordSet(
            "patches",
            Names("图斑", "Patches"),
            ("ecosystem",),
            (
                Column("area", "m2", Names("面积", "Area"), lower=Decimal(0), upper=Decimal("1e9")),
                Column("slope", "1", Names("坡度因子", "Slope factor")),
            ),
        ),
        RecordSet(
            "rain",
            Names("降水格网", "Rain grid"),
            (),
            (Column("rain", "mm", Names("降水", "Rain"), lower=Decimal(0)),),
            months=True,
        ),
    ]
    return Vocabulary(
        measures={m.id: m for m in measures},
        codes=codes,
        regions={r.code: r for r in regions},
        records={r.id: r for r in records},
        priced=frozenset({"water_retention", "purification"}),
        computed=frozenset({"soil_value"}),
    )


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return small_vocabulary()


def tidy(*lines: str, header: str = HEADER) -> bytes:
    """The bytes of a tidy CSV file."""
    return "\n".join([header, *lines, ""]).encode()


@pytest.fixture(scope="session")
def make_tidy() -> Any:
    return tidy
