"""A rule that cannot be executed is refused before anything is computed; what a profile leaves out is told."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Refused
from gep.catalog.load import load
from gep.catalog.record import Catalog

CASE = Path(__file__).resolve().parents[1] / "cases" / "rows-synthetic"
LINE = 'measure = "water_retention_by_ecosystem"\nprice = "reservoir_unit_cost"\n'
COLUMN = '{ column = "area", rows = "ecosystem_patches", unit = "m2"'


@pytest.fixture
def edited(tmp_path: Path) -> Callable[..., Catalog]:
    """The catalogue of the made-up counties with texts of its own files replaced."""

    def edit(*changes: tuple[str, str, str]) -> Catalog:
        shutil.copytree(CASE / "local", tmp_path / "local", dirs_exist_ok=True)
        for file, old, new in changes:
            path = tmp_path / "local" / file
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            assert old in text
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
        return load(data_root() / "coefficients", tmp_path / "local")

    return edit


def refused(patches: Any, catalog: Catalog) -> list[Finding]:
    with pytest.raises(Refused) as caught:
        patches.world(catalog=catalog).done()
    return list(caught.value.findings)


def test_a_column_the_record_set_does_not_have(patches: Any, edited: Callable[..., Catalog]) -> None:
    catalog = edited(("rules/rows.toml", 'column = "area"', 'column = "acreage"'))
    told = next(f for f in refused(patches, catalog) if f.code in ("RUN-RECORD-COLUMN", "CATALOG-UNKNOWN-REFERENCE"))
    assert told.found == "acreage"
    assert "acreage" in told.text("zh")
    assert "acreage" in told.text("en")
    assert "area" in told.mend("en")


def test_a_column_is_read_in_its_own_unit(patches: Any, edited: Callable[..., Catalog]) -> None:
    """Square metres read as hectares would be ten thousand times too much, in silence."""
    catalog = edited(("rules/rows.toml", COLUMN, COLUMN.replace("m2", "hm2")))
    (told,) = refused(patches, catalog)
    assert (told.code, told.found, told.expected) == ("RUN-RECORD-UNIT", "hm2", "m2")
    assert "规则 rows.wet_area 按 hm2 读取记录集 ecosystem_patches 的列 area,而该列的单位是 m2" in told.text("zh")
    assert "Rule rows.wet_area reads column area of record set ecosystem_patches in hm2, but the column is in m2" in told.text(
        "en"
    )
    assert "m2" in told.mend("zh")


def test_rows_of_two_record_sets_in_one_sum(patches: Any, edited: Callable[..., Catalog]) -> None:
    points = '[points]\nzh = "点"\nen = "Points"\ndims = ["ecosystem"]\n[points.columns.et]\nzh = "蒸发"\nen = "Evaporation"\nunit = "mm"\nlower = 0\nupper = 10000\n'
    catalog = edited(
        ("records/points.toml", "", points),
        ("rules/rows.toml", 'column = "et", rows = "ecosystem_patches"', 'column = "et", rows = "points"'),
    )
    (told,) = refused(patches, catalog)
    assert told.code == "RUN-RECORD-KEYS"
    assert "记录集 ecosystem_patches, points 没有这些键" in told.text("zh")
    assert "ecosystem_patches, points" in told.text("en")


def test_a_sum_over_a_key_the_rows_do_not_have(patches: Any, edited: Callable[..., Catalog]) -> None:
    catalog = edited(
        (
            "rules/rows.toml",
            'runoff = { parameter = "runoff_coefficient", unit = "1", grain = ["ecosystem"]',
            'runoff = { parameter = "soil_nutrient_content", unit = "1", grain = ["ecosystem", "pollutant"]',
        ),
        ("rules/rows.toml", "over row)", "over row, class)"),
    )
    found = refused(patches, catalog)
    assert {f.code for f in found} & {"RUN-RECORD-KEYS"}
    told = next(f for f in found if f.code == "RUN-RECORD-KEYS")
    assert told.found == "pollutant"


def test_another_price_basis_is_no_label(patches: Any) -> None:
    catalog = patches.book.catalog
    scheme = replace(catalog.schemes["rows-synthetic"], price_basis="constant:2015")
    (told,) = refused(patches, replace(catalog, schemes={**catalog.schemes, scheme.id: scheme}))
    assert (told.code, told.severity) == ("RUN-PRICE-BASIS", "stop")
    assert "价格基准是 constant:2015" in told.text("zh")
    assert "price basis constant:2015" in told.text("en")


def test_the_year_before_of_a_computed_measure(patches: Any, edited: Callable[..., Catalog]) -> None:
    """Without the year before at hand, `prev` would make every figure unknown without a word."""
    rule = """
["rows.change"]
zh = "变化"
en = "Change"
version = "1"
kind = "compute"
output = "soil_retention_by_ecosystem"
grain = ["region", "ecosystem"]
expression = "soil - prev(soil)"
source = "rows_synthetic_example"
clause = "example"
["rows.change".inputs]
soil = { measure = "water_retention_by_ecosystem", unit = "m3" }
"""
    catalog = edited(
        ("rules/rows.toml", "", rule.replace("soil_retention_by_ecosystem", "wet_patch_volume")),
        (
            "measures/rows.toml",
            "",
            '\n[wet_patch_volume]\nzh = "变化量"\nen = "Change of water"\nkind = "flow"\nunit = "m3"\nquantum = "0.000001"\nfinest = "1"\ndims = ["ecosystem"]\nsigned = true\ndepartment = "水利局"\n',
        ),
        ("schemes/rows-synthetic.toml", '"rows.wet_area",', '"rows.wet_area",\n  "rows.change",'),
    )
    (told,) = refused(patches, catalog)
    assert (told.code, told.found) == ("RUN-BEFORE-COMPUTED", "water_retention_by_ecosystem")
    assert "rows.change" in told.text("zh")
    assert "rows.change" in told.text("en")


def test_the_year_before_of_a_returned_measure(garze: Any, tmp_path: Path) -> None:
    """Read if it was returned, demanded if it was not: 5 − 3 = 2."""
    local = tmp_path / "local"
    for folder in ("rules", "schemes", "measures"):
        (local / folder).mkdir(parents=True)
    (local / "measures" / "m.toml").write_text(
        '[lake_change]\nzh = "湖泊面积变化"\nen = "Change of lake area"\nkind = "flow"\nunit = "m2"\nfinest = "1"\nsigned = true\ndepartment = "水利局"\n'
        '[lake_change.account]\nservice = "=flood_mitigation"\nbenefit = "=lake"\n',
        encoding="utf-8",
    )
    (local / "rules" / "r.toml").write_text(
        '["lake.change"]\nzh = "变化"\nen = "Change"\nversion = "1"\nkind = "compute"\noutput = "lake_change"\ngrain = ["region"]\n'
        'expression = "lake - prev(lake)"\nsource = "garze2017"\nclause = "-"\n["lake.change".inputs]\nlake = { measure = "lake_area" }\n',
        encoding="utf-8",
    )
    (local / "schemes" / "s.toml").write_text(
        'id = "s"\nkind = "gep_profile"\nzh = "甲"\nen = "s"\nversion = "1"\nstatus = "enabled"\nsource = "garze2017"\nrules = ["lake.change"]\n'
        'parameter_sets = ["common"]\n[[service]]\nid = "flood_mitigation"\nclass = "regulating"\n[[service.line]]\nmeasure = "lake_change"\n',
        encoding="utf-8",
    )
    catalog = load(data_root() / "coefficients", local)
    now = replace(garze.held.facts[0], measure="lake_area", key=(), amount=Decimal(5), unit="m2", period="2010", attrs={})
    before = replace(now, amount=Decimal(3), period="2009")
    done = garze.world(catalog=catalog, facts=[now, before], profiles=("s",)).done()
    assert done.stored()["physical_account calculation:s/lake_change/513300/2010/-"] == ("value", "2.000000")
    lacking = garze.world(catalog=catalog, facts=[now], profiles=("s",)).done()
    (told,) = lacking.findings["INTAKE-INPUT-MISSING"]
    assert told.place.key == "lake_area/513300/2009/-"
    assert lacking.stored()["physical_account calculation:s/lake_change/513300/2010/-"][0] == "not_available"


def test_a_return_nobody_reads_is_told(garze: Any) -> None:
    """Electricity from wind, which the profile does not know: it is in no total, and that is said."""
    one = next(f for f in garze.held.facts if f.measure == "energy_produced")
    other = replace(one, key=(("energy", "wind"),))
    done = garze.world(facts=[*garze.held.facts, other], profiles=("garze-2017",)).done()
    (told,) = done.findings["RUN-RETURN-UNREAD"]
    assert (told.severity, told.place.row) == ("note", one.origin.row)
    assert "没有用到报送的 energy_produced(类别 energy:wind)" in told.text("zh")
    assert "no use for the returned energy_produced, category energy:wind" in told.text("en")
    assert "RUN-RETURN-UNREAD" not in garze.base().findings


def harvest(patches: Any, edited: Callable[..., Catalog], facts: list[Any]) -> Any:
    """A profile with one open list, timber as returned, beside the capped services."""
    catalog = edited(
        (
            "measures/rows.toml",
            "",
            '\n[fruit_output]\nzh = "产量"\nen = "Harvest"\nkind = "flow"\nunit = "CNY"\nfinest = "0.01"\ndims = ["product"]\nlower = 0\ndepartment = "统计局"\n[fruit_output.account]\nservice = "=crop_products"\nproduct = "product"\n',
        ),
        (
            "schemes/rows-synthetic.toml",
            '[[service]]\nid = "water_retention"',
            '[[service]]\nid = "crop_products"\nclass = "material"\n[[service.line]]\nmeasure = "fruit_output"\nvalue_only = true\ndomain = { product = ["*"] }\n\n[[service]]\nid = "water_retention"',
        ),
    )
    return patches.world(catalog=catalog, facts=[*patches.held.facts, *facts]).done()


def test_an_open_list_holds_what_was_returned(patches: Any, edited: Callable[..., Catalog]) -> None:
    base = patches.base()
    one = next(f for f in patches.held.facts if f.region == "990101")
    facts = [
        replace(one, measure="fruit_output", region=r, key=(("product", p),), amount=Decimal(v), unit="元")
        for r, p, v in (("990101", "rice", "10"), ("990101", "wheat", "5"), ("990102", "rice", "7"), ("990102", "wheat", "1"))
    ]
    done = harvest(patches, edited, facts)
    assert done.total("990100", "rows-synthetic")["material"] == Decimal("23.0000")
    assert done.gep("990100", "rows-synthetic") == base.gep("990100", "rows-synthetic") + 23
    lacking = harvest(patches, edited, facts[:-1])
    assert lacking.gep("990102", "rows-synthetic") is None
    assert "fruit_output/990102/2020/product:wheat" in {f.place.key for f in lacking.findings["INTAKE-INPUT-MISSING"]}


def test_an_open_list_with_nothing_in_it_is_unknown(patches: Any, edited: Callable[..., Catalog]) -> None:
    """A list that nobody returned is no list of nothing."""
    done = harvest(patches, edited, [])
    row = done.total("990100", "rows-synthetic")
    assert (row["gep"], row["material"], row["missing"]) == (None, None, 1)
    assert row["enabled"] == row["valued"] + row["missing"] + row["not_applicable"]
    (unknown,) = {(f.row["product"], f.row["state"]) for f in done.figures if f.row.get("service") == "crop_products"}
    assert unknown == ("-", "not_available")
    assert {f.place.key for f in done.findings["INTAKE-INPUT-MISSING"]} == {
        f"fruit_output/{r}/2020/product:-" for r in ("990101", "990102")
    }


def test_a_physical_service_is_not_counted_among_the_valued(patches: Any, edited: Callable[..., Catalog]) -> None:
    """Water without a price is in the physical account; the value of the other services stays known."""
    catalog = edited(("schemes/rows-synthetic.toml", LINE, LINE.splitlines()[0] + "\n"))
    done = patches.world(catalog=catalog).done()
    row, full = done.total("990101", "rows-synthetic"), patches.base().total("990101", "rows-synthetic")
    assert (row["enabled"], full["enabled"]) == (3, 4)
    assert row["gep"] is not None
    assert row["missing"] == 0
    assert row["gep"] < full["gep"]


def test_published_figures_of_the_case_meet(patches: Any) -> None:
    rows = patches.rows("published_figure")
    assert [r["verdict"] for r in rows] == ["meets"] * 3
    computed: Mapping[str, Decimal] = {r["figure"]: Decimal(r["computed"]) for r in rows}
    assert computed["value_account/990102/2020/air_purification/so2"] == Decimal("934496.64")
