"""Small books for the tests of the ledger: rows with sound defaults, and a store built from them."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from gep.ledger import releases, store

Row = dict[str, object]
START = datetime(2026, 1, 1, 8, 0, tzinfo=UTC)


class Rows:
    """Makes rows of every table; whatever is given replaces the default."""

    @staticmethod
    def region(code: str, parent: str | None = None, level: str = "county", **given: object) -> Row:
        row: Row = {"vintage": 1, "code": code, "parent": parent, "level": level, "name_zh": f"{code}县", "name_en": code.title()}
        return row | {"valid_from": "0001-01-01", "valid_to": "9999-12-31"} | given

    @staticmethod
    def _leaf(region: str, key: str, given: Mapping[str, object]) -> Row:
        parts = [*key.split("/"), "-", "-", "-"][:4]
        row: Row = dict(zip(("service", "benefit", "product", "ecosystem"), parts, strict=True))
        row |= {"region_code": region, "zone": "-", "year": 2020, "vintage": 1, "profile": "garze-2017", "state": "value"}
        row |= {
            "region_name": f"{region}县",
            "region_level": "county",
            "method_id": "m",
            "allocated": False,
            "illustrative": False,
        }
        return row | given

    @classmethod
    def physical(cls, region: str, key: str, quantity: str | None, unit: str = "t", **given: object) -> Row:
        amount = None if quantity is None else Decimal(quantity)
        state = "value" if quantity is not None else "not_available"
        return cls._leaf(region, key, {"quantity": amount, "unit": unit, "state": state} | given)

    @classmethod
    def value(cls, region: str, key: str, value: str | None, **given: object) -> Row:
        amount = None if value is None else Decimal(value)
        state = "value" if value is not None else "not_available"
        made: Row = {
            "price_basis": "current",
            "currency": "CNY",
            "quantity": None,
            "unit": None,
            "price": None,
            "price_unit": None,
        }
        return cls._leaf(region, key, made | {"value": amount, "state": state} | given)

    @staticmethod
    def total(region: str, gep: str | None, **given: object) -> Row:
        row: Row = {
            "region_code": region,
            "zone": "-",
            "year": 2020,
            "vintage": 1,
            "profile": "garze-2017",
            "price_basis": "current",
        }
        row |= {
            "currency": "CNY",
            "material": None,
            "regulating": None,
            "cultural": None,
            "region_name": "县",
            "region_level": "county",
        }
        row |= {
            "gep": None if gep is None else Decimal(gep),
            "enabled": 1,
            "valued": int(gep is not None),
            "missing": int(gep is None),
        }
        return row | {"not_applicable": 0} | given

    @staticmethod
    def state(vintage: int = 1, year: int = 2020, **given: object) -> Row:
        return {"vintage": vintage, "year": year, "seq": vintage, "state": "preliminary", "rank": 1, "at": START} | given

    @staticmethod
    def run(vintage: int = 1, **given: object) -> Row:
        row: Row = {"vintage": vintage, "kind": "run", "who": "王芳", "at": START, "years": "2020", "profiles": "garze-2017"}
        return row | {"rules_hash": "r", "input_hash": "i", "program": "gep-accounts 0.1.0", "state": "preliminary"} | given

    @staticmethod
    def fact(**given: object) -> Row:
        row: Row = {"vintage": 1, "measure": "rain", "region_code": "a", "period": "2020", "category": "-", "part": "-", "row": 2}
        row |= {"sha256": "ab", "column": "value", "state": "value", "amount": "95.30", "unit": "mm", "quantity": Decimal("95.3")}
        return row | {"base_unit": "mm", "exact": False, "file": "水利局.csv"} | given

    @staticmethod
    def finding(**given: object) -> Row:
        row: Row = {"vintage": 1, "seq": 1, "id": "abc", "rule": "X", "severity": "query", "status": "open"}
        return row | {"text_zh": "说明", "text_en": "text", "mend_zh": "处理", "mend_en": "mend"} | given

    @staticmethod
    def trace(figure: str, **given: object) -> Row:
        return {"vintage": 1, "figure": figure, "measure": "m", "input": "-", "origin": "computed"} | given

    @staticmethod
    def parameter(figure: str, **given: object) -> Row:
        row: Row = {
            "vintage": 1,
            "figure": figure,
            "parameter": "p",
            "key": "-",
            "region_code": "-",
            "source_set": "s",
            "unit": "1",
        }
        return row | {"valid_from": "0001-01-01", "status": "standard", "source": "garze2017"} | given


@pytest.fixture(scope="session")
def make() -> type[Rows]:
    return Rows


Build = Callable[..., Path]


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """build(tables, tables, …): writes a release of each, numbered from 1, and returns the path of a new store."""

    def made(*vintages: Mapping[str, Iterable[Row]]) -> Path:
        folder = tmp_path_factory.mktemp("book")
        folders = [folder / "releases" / str(number) for number in range(1, len(vintages) + 1)]
        for number, (release, tables) in enumerate(zip(folders, vintages, strict=True), 1):
            releases.write(release, tables, {}, {"vintage": number})
        store.rebuild(folder / "accounts.duckdb", folders)
        return folder / "accounts.duckdb"

    return made
