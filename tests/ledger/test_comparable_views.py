"""comparable_area in SQL: the worked city, and the same as the Python on made-up histories of renames, merges, splits, transfers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.accounts.comparable import comparable_areas, every_change
from gep.base.records import Names, Region
from gep.base.region_change import RegionChange
from gep.ledger import query
from gep.ledger.comparable_views import ARGUMENTS, comparable_sql

Found = set[tuple[str, str, int, str, bool, bool]]
FIRST, LAST = 2018, 2023
NAMES = Names("某地", "Place")


def pairs(changes: Iterable[RegionChange]) -> Iterator[dict[str, object]]:
    for c in changes:
        for old, new in c.pairs:
            yield {"date": c.date, "from_code": old, "to_code": new, "kind": c.kind, "share_area": c.share_area}


def in_python(regions: Mapping[str, Region], changes: Iterable[RegionChange], left: int, right: int) -> Found:
    return {
        (area.level, area.id, year, code, unit.alone, area.sound)
        for area in comparable_areas(regions, changes, left, right)
        for unit in area.units
        for year, codes in ((left, unit.left), (right, unit.right))
        for code in codes
    }


# ---- the store


def row(make: Any, code: str, parent: str | None = "c", level: str = "county", **given: object) -> dict[str, object]:
    held: dict[str, object] = make.region(code, parent, level, **given)
    return held


def test_the_macro_of_a_book(make: Any, build: Callable[..., Path]) -> None:
    """d became e on 2021-01-01 and took in part of m: m and d|e are one area, u and the city are comparable by themselves."""
    regions = [row(make, "c", None, "city"), row(make, "u"), row(make, "m"), row(make, "d", valid_to="2020-12-31")]
    regions.append(row(make, "e", valid_from="2021-01-01"))
    change = {"vintage": 1, "date": date(2021, 1, 1), "document": "示例数据"}
    changes = [change | {"from_code": "d", "to_code": "e", "kind": "rename"}]
    changes.append(change | {"from_code": "m", "to_code": "e", "kind": "transfer", "share_area": None})
    values = [make.value("m", "water", "1", year=y) for y in (2020, 2021)]
    states = [make.state(year=y) for y in (2020, 2021)]
    book = build({"region": regions, "region_change": changes, "value_account": values, "release_state": states})
    found = set(query.select(book, "SELECT * FROM comparable_area(2020, 2021)").rows)
    assert found == {
        ("city", "c", 2020, "c", True, True), ("city", "c", 2021, "c", True, True),
        ("county", "u", 2020, "u", True, True), ("county", "u", 2021, "u", True, True),
        ("county", "d+e+m", 2020, "d", False, True), ("county", "d+e+m", 2020, "m", False, True),
        ("county", "d+e+m", 2021, "e", False, True), ("county", "d+e+m", 2021, "m", False, True),
    }  # fmt: skip
    # from 2021 on nothing changed
    assert {r[1] for r in query.select(book, "FROM comparable_area(2021, 2022)").rows} == {"c", "u", "m", "e"}
    assert set(query.select(book, "FROM region_change").columns) >= {"date", "from_code", "to_code", "kind", "document"}
    sql = (
        "SELECT area, year, total(value, state) AS value FROM comparable_area(2020, 2021) JOIN value_account "
        "USING (region_code, year) GROUP BY ALL ORDER BY year"
    )
    assert query.select(book, sql).rows == (("d+e+m", 2020, Decimal("1.0000")), ("d+e+m", 2021, Decimal("1.0000")))


def test_a_vintage_without_changes_is_not_read_with_those_of_an_older_one(make: Any, build: Callable[..., Path]) -> None:
    """The newest vintage knows of no change (its book.toml was corrected): what an older one said does not count any more."""
    regions = [row(make, "c", None, "city"), row(make, "u"), row(make, "m")]
    change = {"vintage": 1, "date": date(2021, 1, 1), "from_code": "m", "to_code": "u", "kind": "transfer", "document": "x"}
    old = {"region": regions, "region_change": [change], "value_account": [make.value("m", "water", "1")]}
    old["release_state"] = [make.state()]
    new = {
        "region": [r | {"vintage": 2} for r in regions],
        "value_account": [make.value("m", "water", "1", vintage=2)],
        "release_state": [make.state(2)],
    }
    assert {r[1] for r in query.select(build(old), "FROM comparable_area(2020, 2021)").rows} == {"c", "m+u"}
    book = build(old, new)
    assert {r[1] for r in query.select(book, "FROM comparable_area(2020, 2021)").rows} == {"c", "m", "u"}
    assert query.select(book, "FROM region_change").rows == ()


# ---- the same as in Python


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("CREATE TABLE region (code VARCHAR, parent VARCHAR, level VARCHAR, valid_from DATE, valid_to DATE)")
        made.execute(
            'CREATE TABLE change ("date" DATE, from_code VARCHAR, to_code VARCHAR, kind VARCHAR, share_area DECIMAL(38,12))'
        )
        body = comparable_sql("SELECT * FROM region", "SELECT * FROM change")
        made.execute(f"CREATE MACRO comparable_area({', '.join(ARGUMENTS)}) AS TABLE {body}")
        yield made


def in_sql(
    con: duckdb.DuckDBPyConnection, regions: Mapping[str, Region], changes: Iterable[RegionChange], left: int, right: int
) -> Found:
    con.execute("DELETE FROM region")
    con.execute("DELETE FROM change")
    for r in regions.values():
        con.execute("INSERT INTO region VALUES (?, ?, ?, ?, ?)", [r.code, r.parent or None, r.level, r.valid_from, r.valid_to])
    for p in pairs(changes):
        con.execute("INSERT INTO change VALUES (?, ?, ?, ?, ?)", list(p.values()))
    return set(con.execute(f"FROM comparable_area({left}, {right})").fetchall())


class History:
    """Counties in three cities (one of a province, where the county may also stand alone) and what happens to them, year by year."""

    def __init__(self, counties: int) -> None:
        self.regions = {"p": Region("p", "", "province", NAMES)}
        self.regions |= {c: Region(c, "p", "city", NAMES) for c in ("x", "y", "z")}
        self.changes: list[RegionChange] = []
        self.count = 0
        for n in range(counties):
            self.add("xyzp"[n % 4], date.min)

    def add(self, parent: str, day: date) -> str:
        self.count += 1
        code = f"k{self.count:02d}"
        self.regions[code] = Region(code, parent, "county", NAMES, day)
        return code

    def end(self, code: str, day: date) -> None:
        r = self.regions[code]
        self.regions[code] = Region(r.code, r.parent, r.level, r.names, r.valid_from, day - timedelta(days=1), r.replaces)

    def living(self) -> list[str]:
        return [c for c, r in self.regions.items() if r.level == "county" and r.valid_to == date.max]

    def change(self, kind: Any, before: Iterable[str], after: Iterable[str], day: date, share: Decimal | None = None) -> None:
        self.changes.append(RegionChange(day, kind, tuple(before), tuple(after), "文件", share))


SHARES = st.sampled_from([None, Decimal("0.0004"), Decimal("0.0006"), Decimal("0.001"), Decimal("0.002")])
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "replaces", "merge", "absorb", "split", "carve", "transfer", "transfer", "forget"]),
        st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(FIRST, LAST), st.sampled_from([(1, 1), (7, 1), (12, 31)]), SHARES,
    ),
    max_size=7,
)  # fmt: skip


def played(counties: int, steps: list[Any]) -> History:
    """Steps by date, each on counties that are there on that day; a county takes part in one change of codes a day."""
    h = History(counties)
    for kind, i, j, up, year, (month, dom), share in sorted(steps, key=lambda s: (s[4], s[5])):
        day = date(year, month, dom)
        there = [c for c in h.living() if h.regions[c].valid_from < day]
        if len(there) < 2:
            continue
        a, b = there[i % len(there)], there[j % len(there)]
        parent = "xyzp"[up % 4] if up > 30 else h.regions[a].parent
        if kind == "transfer" and a != b:
            if not any(c.date == day and set(c.pairs) & {(a, b)} for c in h.changes):
                h.change("transfer", [a], [b], day, share)
        elif kind in ("rename", "replaces", "forget"):
            new = h.add(parent, day)
            h.end(a, day)
            if kind == "rename":
                h.change("rename", [a], [new], day)
            elif kind == "replaces":
                r = h.regions[new]
                h.regions[new] = Region(r.code, r.parent, r.level, r.names, day, date.max, (a,))
        elif kind == "merge" and a != b:
            new = h.add(parent, day)
            h.end(a, day)
            h.end(b, day)
            h.change("merge", [a, b], [new], day)
        elif kind == "absorb" and a != b:
            h.end(b, day)
            h.change("merge", [a, b], [a], day)
        elif kind == "split":
            parts = [h.add(parent, day), h.add(h.regions[a].parent, day)]
            h.end(a, day)
            h.change("split", [a], parts, day)
        elif kind == "carve":
            h.change("split", [a], [a, h.add(parent, day)], day)
    return h


@settings(max_examples=120, deadline=None)
@given(st.integers(3, 7), STEPS, st.integers(FIRST - 1, LAST), st.integers(FIRST - 1, LAST))
def test_sql_and_python_say_the_same(
    con: duckdb.DuckDBPyConnection, counties: int, steps: list[Any], left: int, right: int
) -> None:
    h = played(counties, steps)
    changes = every_change(h.regions, h.changes)
    found = in_python(h.regions, h.changes, left, right)
    assert in_sql(con, h.regions, changes, left, right) == found
    # every code of either year stands in exactly one area, and the level of an area is that of its codes
    placed = [(year, code) for _, _, year, code, _, _ in found]
    assert len(placed) == len(set(placed))
    for year in (left, right):
        day = date(year, 12, 31)
        there = {c for c, r in h.regions.items() if r.valid_from <= day <= r.valid_to}
        assert {code for y, code in placed if y == year} == there
