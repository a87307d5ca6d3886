"""[[region_change]] in book.toml: read as written, and every slip told."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Finding, Refused
from gep.base.region_change import RegionChange
from gep.catalog.config import SCHEMA, read_config

HEAD = f"""schema = {SCHEMA}
zh = "册"
en = "Book"
schemes = ["garze-2017"]
leaf_level = "county"
"""
REGIONS = """[[region]]
code = "c"
level = "city"
zh = "市"
en = "City"
[[region]]
code = "m"
parent = "c"
level = "county"
zh = "中县"
en = "Middle"
[[region]]
code = "d"
parent = "c"
level = "county"
zh = "下县"
en = "Lower"
valid_to = 2020-12-31
[[region]]
code = "e"
parent = "c"
level = "county"
zh = "下区"
en = "District"
valid_from = 2021-01-01
replaces = ["d"]
"""
GOOD: dict[str, Any] = {"date": date(2021, 1, 1), "kind": "rename", "from": ["d"], "to": ["e"], "document": "某文〔2020〕1 号"}
TRANSFER = GOOD | {"kind": "transfer", "from": ["m"], "to": ["e"]}


def text(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(f'"{v}"' for v in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def read(tmp_path: Path, *records: dict[str, Any], regions: str = REGIONS) -> tuple[RegionChange, ...]:
    body = "".join("[[region_change]]\n" + "".join(f"{k} = {text(v)}\n" for k, v in r.items()) for r in records)
    (tmp_path / "book.toml").write_text(HEAD + regions + body, encoding="utf-8")
    return read_config(tmp_path / "book.toml").changes


def told(tmp_path: Path, *records: dict[str, Any], regions: str = REGIONS) -> list[Finding]:
    with pytest.raises(Refused) as caught:
        read(tmp_path, *records, regions=regions)
    return list(caught.value.findings)


def test_records_as_written(tmp_path: Path) -> None:
    share = {"share_area": Decimal("0.0005"), "share_population": Decimal("0.01"), "note": "一个镇"}
    rename, transfer = read(tmp_path, GOOD, TRANSFER | share)
    assert rename == RegionChange(date(2021, 1, 1), "rename", ("d",), ("e",), "某文〔2020〕1 号")
    assert (transfer.kind, transfer.before, transfer.after) == ("transfer", ("m",), ("e",))
    assert (transfer.share_area, transfer.share_population, transfer.note) == (Decimal("0.0005"), Decimal("0.01"), "一个镇")
    assert read(tmp_path) == ()


def test_the_shipped_city_says_what_changed() -> None:
    book = Path(__file__).resolve().parents[2] / "ledgers" / "books" / "sample-city" / "book.toml"
    changes = read_config(book).changes
    assert {c.date for c in changes} == {date(2021, 1, 1)}
    assert all("示例数据" in c.document for c in changes)
    kinds = [(c.kind, *c.before, *c.after) for c in changes]
    assert kinds[:2] == [("rename", "990123", "990103"), ("transfer", "990122", "990103")]
    assert ("rename", "990122104", "990103105") in kinds
    assert len(kinds) == 7


OTHER_CITY = '[[region]]\ncode = "c2"\nlevel = "city"\nzh = "乙市"\nen = "Other"\n'
CASES: list[tuple[list[dict[str, Any]], str, str, str]] = [
    ([GOOD | {"from": ["q"]}], "REGION-CHANGE-CODE", "代码 q 未登记", "names the code q"),
    ([GOOD | {"to": ["e", "m"]}], "REGION-CHANGE-FORM", "变更种类 rename 与所列代码不符:d → e, m", "do not fit a change of kind rename"),
    ([GOOD | {"kind": "merge"}], "REGION-CHANGE-FORM", "变更种类 merge", "kind merge: d → e"),
    ([GOOD | {"kind": "split"}], "REGION-CHANGE-FORM", "变更种类 split", "kind split"),
    ([TRANSFER | {"to": ["m"]}], "REGION-CHANGE-FORM", "变更种类 transfer 与所列代码不符:m → m", "kind transfer: m → m"),
    ([GOOD | {"kind": "merge", "from": ["d", "d"]}], "REGION-CHANGE-FORM", "d, d → e", "d, d → e"),
    ([TRANSFER | {"share_area": Decimal("1.5")}], "REGION-CHANGE-SHARE", "share_area = 1.5", "share_area = 1.5 is not possible"),
    ([TRANSFER | {"share_area": 0}], "REGION-CHANGE-SHARE", "share_area = 0", "share_area = 0"),
    ([GOOD | {"share_population": Decimal("0.1")}], "REGION-CHANGE-SHARE", "不能用于 rename", "not possible for a rename"),
    ([TRANSFER | {"to": ["c2"]}], "REGION-CHANGE-LEVEL", "m: county, c2: city", "different levels"),
    ([GOOD | {"date": date(2021, 7, 1)}], "REGION-CHANGE-DATE", "变更日期 2021-07-01 与代码 d 的有效期", "the validity of the code d"),
    ([TRANSFER | {"date": date(2020, 7, 1)}], "REGION-CHANGE-DATE", "代码 e", "the code e (2021-01-01"),
    ([TRANSFER | {"from": ["e"], "to": ["m"]}], "REGION-CHANGE-DATE", "代码 e", "the code e"),
    ([GOOD, GOOD], "REGION-CHANGE-TWICE", "region_change 2 与 region_change 1", "region_change 2 and region_change 1 record one event"),
    ([TRANSFER, TRANSFER | {"document": "又一份"}], "REGION-CHANGE-TWICE", "2021-01-01 的同一事件", "one event of 2021-01-01"),
    ([GOOD, GOOD | {"kind": "merge", "from": ["m", "d"]}], "REGION-CHANGE-TWICE", "同一事件", "one event"),
    ([GOOD | {"kind": "merge", "from": ["m", "d"]}], "REGION-CHANGE-REPLACES", "replaces 写作 d", "it came from d, m"),
]  # fmt: skip


@pytest.mark.parametrize(("records", "code", "zh", "en"), CASES)
def test_slips(tmp_path: Path, records: list[dict[str, Any]], code: str, zh: str, en: str) -> None:
    found = [f for f in told(tmp_path, *records, regions=REGIONS + OTHER_CITY) if f.code == code]
    assert found, [f.code for f in told(tmp_path, *records, regions=REGIONS + OTHER_CITY)]
    assert zh in found[0].text("zh")
    assert en in found[0].text("en")
    assert found[0].place.text().startswith("book.toml [region_change ")
    assert found[0].mend("zh")


@pytest.mark.parametrize("name", ["date", "kind", "document"])
def test_what_must_be_there(tmp_path: Path, name: str) -> None:
    found = told(tmp_path, {k: v for k, v in GOOD.items() if k != name})
    assert [(f.code, f.place.column) for f in found] == [("CATALOG-FIELD-MISSING", name)]


def test_malformed_fields_are_told_once_each(tmp_path: Path) -> None:
    found = told(tmp_path, GOOD | {"date": "soon", "kind": "moved", "size": 3})
    assert sorted((f.code, f.place.column) for f in found) == [
        ("CATALOG-FIELD-CHOICE", "kind"), ("CATALOG-FIELD-TYPE", "date"), ("CATALOG-FIELD-UNKNOWN", "size"),
    ]  # fmt: skip


def test_a_part_that_is_carved_out_or_taken_in_fits_its_day(tmp_path: Path) -> None:
    """m goes on while n is carved out of it; a code on both sides is valid before and after the day."""
    new = '[[region]]\ncode = "n"\nparent = "c"\nlevel = "county"\nzh = "新县"\nen = "New"\nvalid_from = 2021-01-01\n'
    split = {"date": date(2021, 1, 1), "kind": "split", "from": ["m"], "to": ["m", "n"], "document": "x"}
    assert len(read(tmp_path, GOOD, split, regions=REGIONS + new)) == 2
    (found,) = told(tmp_path, GOOD, split | {"date": date(2022, 1, 1)}, regions=REGIONS + new)
    assert (found.code, found.found) == ("REGION-CHANGE-DATE", "2021-01-01 – 9999-12-31")
