"""Totals over services and regions: against a plain Python model, and the known traps one by one."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.ledger import store
from gep.ledger.rollup import rollup_sql
from gep.ledger.tables import GEP_TOTAL, PHYSICAL_ACCOUNT, VALUE_ACCOUNT, Table
from gep.ledger.views import derived_statements

# nation n: province p with cities c (counties a, b) and d (county e), and a city f of its own
TREE = {"n": None, "p": "n", "f": "n", "c": "p", "d": "p", "a": "c", "b": "c", "e": "d"}
Leaf = tuple[str, tuple[str, str, str, str], str, str, Decimal | None]  # region, key, unit, state, amount
Total = tuple[str, tuple[str, ...], str, str, Decimal | None, bool]


def path_up(region: str) -> list[str]:
    steps = [region]
    while (above := TREE[steps[-1]]) is not None:
        steps.append(above)
    return steps


def under(region: str) -> set[str]:
    return {r for r in TREE if region in path_up(r)}


LOWEST = {r for r in TREE if r not in TREE.values()}


def model(leaves: list[Leaf]) -> set[Total]:
    """Every row of the roll-up, from the words of the module alone: one region, service, unit and prefix after the other."""
    rows: set[Total] = {(r, k, u, s, v, False) for r, k, u, s, v in leaves}
    for region in TREE:
        below = under(region)
        for service in {k[0] for _, k, *_ in leaves}:
            everywhere = [leaf for leaf in leaves if leaf[1][0] == service]
            mine = [leaf for leaf in everywhere if leaf[0] in below]
            if not mine:
                rows |= {(region, (service, "-", "-", "-"), u, "not_available", None, True) for _, _, u, _, _ in everywhere}
                continue
            held = {leaf[0] for leaf in mine}
            uncovered = any(not held & (set(path_up(low)) & below) for low in LOWEST & below)
            lost = any(k[1:] == ("-", "-", "-") and s == "not_available" for _, k, _, s, _ in mine)
            for unit in {u for _, _, u, _, _ in mine}:
                same = [leaf for leaf in mine if leaf[2] == unit]
                rows |= totals(region, service, unit, same, uncovered or lost)
    return rows


def totals(region: str, service: str, unit: str, same: list[Leaf], unknown: bool) -> Iterator[Total] | set[Total]:
    found: set[Total] = set()
    for prefix in {k[:n] for _, k, *_ in same for n in (1, 2, 3, 4) if n == 1 or k[n - 1] != "-"}:
        n = len(prefix)
        parts = [leaf for leaf in same if leaf[1][:n] == prefix]
        full = (*prefix, "-", "-", "-")[:4]
        if len(parts) == 1 and parts[0][:2] == (region, full):
            continue
        applicable = [leaf for leaf in parts if leaf[3] != "not_applicable"]
        blocked = any(
            k[: j - 1] == prefix[: j - 1] and k[j - 1] == "-" and prefix[j - 1] != "-" and s != "not_applicable"
            for _, k, _, s, _ in same
            for j in range(2, n + 1)
        )
        if unknown or blocked or any(s != "value" for *_, s, _ in applicable):
            found.add((region, full, unit, "not_available", None, True))
        elif not applicable:
            found.add((region, full, unit, "not_applicable", None, True))
        else:
            found.add((region, full, unit, "value", sum(v for *_, v in applicable if v is not None), True))
    return found


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        made.execute("SET threads = 1")
        store._create(made)
        yield made


def fill(con: duckdb.DuckDBPyConnection, table: Table, rows: list[dict[str, object]], regions: list[dict[str, object]]) -> None:
    con.execute("DROP TABLE IF EXISTS t_vintage_profile; DROP TABLE IF EXISTS t_region_path")
    for stored, held in ((table.stored, rows), ("t_region", regions)):
        names = list(held[0])
        marks = ", ".join(["(" + ", ".join("?" * len(names)) + ")"] * len(held))
        con.execute(f"DELETE FROM {stored}")
        con.execute(f"INSERT INTO {stored} ({', '.join(names)}) VALUES {marks}", [row[n] for row in held for n in names])
    for statement in derived_statements():
        con.execute(statement)


def rolled(con: duckdb.DuckDBPyConnection, leaves: list[Leaf], make: Any) -> list[Total]:
    rows = [make.physical(r, "/".join(k), None, u) | {"state": s, "quantity": v} for r, k, u, s, v in leaves]
    fill(con, PHYSICAL_ACCOUNT, rows, [make.region(code, parent) for code, parent in TREE.items()])
    query = rollup_sql(PHYSICAL_ACCOUNT, "SELECT * FROM t_physical_account")
    columns = "region_code, service, benefit, product, ecosystem, unit, state, quantity, is_total"
    return [(r, tuple(k), u, s, v, t) for r, *k, u, s, v, t in con.execute(f"SELECT {columns} FROM ({query})").fetchall()]


KEYS = st.tuples(
    st.sampled_from(["s", "w"]),
    st.sampled_from(["-", "-", "x", "y"]),
    st.sampled_from(["-", "-", "k"]),
    st.sampled_from(["-", "o", "q"]),
)
STATES = st.one_of(
    st.tuples(st.just("value"), st.decimals(min_value=-9, max_value=99, places=2)),
    st.tuples(st.just("value"), st.decimals(min_value=-9, max_value=99, places=2)),
    st.sampled_from([("not_available", None), ("not_applicable", None)]),
)


@st.composite
def trees_of_leaves(draw: st.DrawFn) -> list[Leaf]:
    places = draw(st.lists(st.tuples(st.sampled_from(sorted(TREE)), KEYS), min_size=1, max_size=14, unique=True))
    return [(r, k, draw(st.sampled_from(["t", "t", "m3"])), *draw(STATES)) for r, k in places]


@given(trees_of_leaves())
def test_every_row_of_the_rollup_is_that_of_the_model(con: Any, make: Any, leaves: list[Leaf]) -> None:
    found = rolled(con, leaves, make)
    assert len(found) == len(set(found))
    assert set(found) == model(leaves)


@given(
    st.lists(st.tuples(KEYS, st.decimals(min_value=0, max_value=99, places=2)), min_size=1, max_size=6, unique_by=lambda p: p[0])
)
def test_all_known_everywhere_adds_up_to_the_top(con: Any, make: Any, keys: list[tuple[Any, Decimal]]) -> None:
    leaves: list[Leaf] = [(r, k, "t", "value", v) for r in sorted(LOWEST) for k, v in keys]
    top = {k[0]: v for r, k, _, _, v, t in rolled(con, leaves, make) if r == "n" and t and k[1:] == ("-", "-", "-")}
    assert top == {s: sum(v for k, v in keys if k[0] == s) * len(LOWEST) for s in {k[0] for k, _ in keys}}


def at(rows: list[Total], region: str, key: str, unit: str = "t") -> tuple[str, Decimal | None, bool] | None:
    full = (*key.split("/"), "-", "-", "-")[:4]
    held = [(s, v, t) for r, k, u, s, v, t in rows if (r, k, u) == (region, full, unit)]
    assert len(held) <= 1
    return held[0] if held else None


def leaf(region: str, key: str, amount: str | None, unit: str = "t", state: str = "") -> Leaf:
    full = (*key.split("/"), "-", "-", "-")[:4]
    return (region, full, unit, state or ("value" if amount else "not_available"), Decimal(amount) if amount else None)  # type: ignore[return-value]


def everywhere(key: str, amount: str = "1", but: str = "") -> list[Leaf]:
    return [leaf(r, key, amount) for r in sorted(LOWEST) if r not in but]


def test_coast_in_one_county_sand_nowhere_one_county_missing(con: Any, make: Any) -> None:
    none = [leaf(r, "coast", None, state="not_applicable") for r in "bef"]
    sand = [leaf(r, "sand", None, state="not_applicable") for r in sorted(LOWEST)]
    gap = [leaf("a", "water", None), leaf("b", "water", "10"), leaf("e", "water", "20"), leaf("f", "water", "30")]
    rows = rolled(con, [leaf("a", "coast", "5"), *none, *sand, *gap], make)
    assert at(rows, "n", "coast") == ("value", Decimal(5), True)
    assert at(rows, "d", "coast") == ("not_applicable", None, True)
    assert at(rows, "n", "sand") == ("not_applicable", None, True)
    assert at(rows, "c", "water") == ("not_available", None, True)
    assert at(rows, "n", "water") == ("not_available", None, True)
    assert at(rows, "d", "water") == ("value", Decimal(20), True)


def test_an_absent_row_is_missing_not_zero(con: Any, make: Any) -> None:
    rows = rolled(con, [*everywhere("water", but="b"), *everywhere("soil")], make)
    assert at(rows, "b", "water") == ("not_available", None, True)
    assert at(rows, "c", "water") == ("not_available", None, True)
    assert at(rows, "n", "water") == ("not_available", None, True)
    assert at(rows, "d", "water") == ("value", Decimal(1), True)
    assert at(rows, "n", "soil") == ("value", Decimal(4), True)


def test_a_service_declared_at_a_higher_level_is_a_leaf_there(con: Any, make: Any) -> None:
    rows = rolled(
        con, [leaf("c", "tourism", "7"), leaf("e", "tourism", "2"), leaf("f", "tourism", "1"), leaf("a", "tourism", "1")], make
    )
    # city c = its county a + its own leaf; county b is unknown, though covered by the leaf of its city
    assert [r for r in rows if r[:2] == ("c", ("tourism", "-", "-", "-"))] == [
        ("c", ("tourism", "-", "-", "-"), "t", "value", Decimal(7), False),
        ("c", ("tourism", "-", "-", "-"), "t", "value", Decimal(8), True),
    ]
    assert at(rows, "b", "tourism") == ("not_available", None, True)
    assert at(rows, "n", "tourism") == ("value", Decimal(11), True)


def test_an_absent_class_is_no_gap_but_an_undivided_amount_is(con: Any, make: Any) -> None:
    rice = [
        leaf("a", "crop/-/rice", "3"),
        leaf("b", "crop/-/maize", "4"),
        leaf("e", "crop/-/rice", "1"),
        leaf("f", "crop/-/rice", "1"),
    ]
    rows = rolled(con, rice, make)
    assert at(rows, "c", "crop/-/rice") == ("value", Decimal(3), True)
    assert at(rows, "c", "crop") == ("value", Decimal(7), True)
    rows = rolled(con, [*rice[:1], leaf("b", "crop", "4"), *rice[2:]], make)
    # b does not say how much of its 4 is rice
    assert at(rows, "c", "crop/-/rice") == ("not_available", None, True)
    assert at(rows, "c", "crop") == ("value", Decimal(7), True)


def test_a_service_missing_as_a_whole_is_missing_in_every_unit(con: Any, make: Any) -> None:
    known = [leaf(r, k, "1", u) for r in "bef" for k, u in (("sand/held", "t"), ("sand/area", "m2"))]
    rows = rolled(con, [leaf("a", "sand", None), *known], make)
    assert at(rows, "c", "sand", "t") == ("not_available", None, True)
    assert at(rows, "c", "sand", "m2") == ("not_available", None, True)
    assert at(rows, "d", "sand", "m2") == ("value", Decimal(1), True)


def test_units_are_never_added_and_a_leaf_is_not_repeated(con: Any, make: Any) -> None:
    rows = rolled(con, [leaf(r, k, "2", u) for r in sorted(LOWEST) for k, u in (("soil/silt", "m3"), ("soil/n", "t"))], make)
    assert at(rows, "c", "soil", "m3") == ("value", Decimal(4), True)
    assert at(rows, "c", "soil", "t") == ("value", Decimal(4), True)
    assert [r for r in rows if r[:2] == ("a", ("soil", "n", "-", "-"))] == [
        ("a", ("soil", "n", "-", "-"), "t", "value", 2, False)
    ]


def test_zones_are_added_apart_from_whole_regions(con: Any, make: Any) -> None:
    whole = [make.physical(r, "water", "1") for r in sorted(LOWEST)]
    zones = [make.physical("a", "water", "0.25", zone="red_line"), make.physical("b", "water", "0.5", zone="red_line")]
    fill(con, PHYSICAL_ACCOUNT, whole + zones, [make.region(code, parent) for code, parent in TREE.items()])
    query = rollup_sql(PHYSICAL_ACCOUNT, "SELECT * FROM t_physical_account")
    rows = con.execute(
        f"SELECT zone, region_code, quantity FROM ({query}) WHERE is_total AND region_code IN ('c', 'n') ORDER BY ALL"
    ).fetchall()
    # a zone lies in some counties only: that others have no row of it is no gap
    assert rows == [("-", "c", 2), ("-", "n", 4), ("red_line", "c", Decimal("0.75")), ("red_line", "n", Decimal("0.75"))]


def test_years_vintages_and_profiles_stay_apart(con: Any, make: Any) -> None:
    leaves = []
    for n, other in enumerate(({}, {"year": 2021}, {"vintage": 2}, {"profile": "q"}), 1):
        leaves += [make.physical(r, "water", str(n), **other) for r in sorted(LOWEST)]
    regions = [make.region(code, parent, vintage=v) for v in (1, 2) for code, parent in TREE.items()]
    fill(con, PHYSICAL_ACCOUNT, leaves, regions)
    query = rollup_sql(PHYSICAL_ACCOUNT, "SELECT * FROM t_physical_account")
    rows = con.execute(f"SELECT quantity FROM ({query}) WHERE region_code = 'n' ORDER BY ALL").fetchall()
    assert rows == [(4,), (8,), (12,), (16,)]


def value_rows(con: Any, make: Any, leaves: list[dict[str, object]]) -> list[tuple[Any, ...]]:
    fill(con, VALUE_ACCOUNT, leaves, [make.region("c", level="city"), make.region("a", "c"), make.region("b", "c")])
    query = rollup_sql(VALUE_ACCOUNT, "SELECT * FROM t_value_account")
    columns = (
        "price_basis, currency, benefit, value, state, quantity, unit, price, price_unit, region_name, region_level, allocated"
    )
    return con.execute(f"SELECT {columns} FROM ({query}) WHERE is_total AND region_code = 'c' ORDER BY ALL").fetchall()


def test_value_totals_stay_apart_by_price_basis_and_currency(con: Any, make: Any) -> None:
    leaves = [
        make.value(r, "water", n, price_basis=b, currency=c)
        for r, n, b, c in (
            ("a", "1", "current", "CNY"),
            ("b", "2", "current", "CNY"),
            ("a", "10", "constant:2020", "CNY"),
            ("b", "20", "constant:2020", "CNY"),
            ("a", "5", "current", "USD"),
        )
    ]
    assert [row[:5] for row in value_rows(con, make, leaves)] == [
        ("constant:2020", "CNY", "-", Decimal(30), "value"),
        ("current", "CNY", "-", Decimal(3), "value"),
        ("current", "USD", "-", None, "not_available"),  # b has no row in that currency
    ]


def test_a_value_total_has_a_quantity_only_where_all_parts_share_one_unit(con: Any, make: Any) -> None:
    def leaf(region: str, benefit: str, quantity: str | None, unit: str | None) -> dict[str, object]:
        amount = None if quantity is None else Decimal(quantity)
        return make.value(
            region, f"soil/{benefit}", "10", quantity=amount, unit=unit, price=Decimal(5), price_unit="CNY/t", allocated=True
        )

    rows = value_rows(
        con,
        make,
        [leaf("a", "silt", "1", "m3"), leaf("b", "silt", "2", "m3"), leaf("a", "n", "1", "t"), leaf("b", "n", None, None)],
    )
    assert [
        (benefit, value, quantity, unit, price, price_unit)
        for _, _, benefit, value, _, quantity, unit, price, price_unit, *_ in rows
    ] == [
        ("-", 40, None, None, None, None),
        ("n", 20, None, None, None, None),
        ("silt", 20, 3, "m3", None, None),
    ]
    assert {row[9:] for row in rows} == {("c县", "city", True)}


def test_only_the_two_accounts_have_totals() -> None:
    with pytest.raises(ValueError, match="gep_total has no totals"):
        rollup_sql(GEP_TOTAL, "SELECT 1")
