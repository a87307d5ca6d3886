"""The views: which vintage a plain name shows, what was known on a date, the macros and their traps."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.ledger import store
from gep.ledger.rollup import total_sql, total_state_sql
from gep.ledger.views import VIEWS

Build = Callable[..., Path]


def day(month: int, number: int = 1, hour: int = 8) -> datetime:
    return datetime(2026, month, number, hour, tzinfo=UTC)


def vintage(
    make: Any, number: int, at: datetime, years: dict[int, tuple[str, int]], profiles: tuple[str, ...] = ("p",)
) -> dict[str, Any]:
    """A vintage whose values equal its number, with the state each year begins in."""
    v = {"vintage": number}
    leaves = [make.value("a", "water", str(number), year=y, profile=p, **v) for y in years for p in profiles]
    return {
        "region": [make.region("a", name_en=f"as of {number}", **v)],
        "value_account": leaves,
        "run": [make.run(number, at=at)],
        "finding": [make.finding(**v)],
        "trace": [make.trace(f"value_account/a/{y}/water/profile={p}", **v) for y in years for p in profiles],
        "parameter_used": [make.parameter(f"value_account/a/{y}/water", **v) for y in years],
        "fact": [make.fact(period=f"{y}-06", **v) for y in years],
        "release_state": [make.state(number, y, state=s, rank=r, at=at) for y, (s, r) in years.items()],
    }


@pytest.fixture(scope="module")
def book(make: Any, build: Build) -> Path:
    """1: both years final. 2: newer, preliminary. 3: profile q, 2021 a trial. Then 2019 of 1 is reopened, 2020 of 2 final."""
    acts = [
        make.state(1, 2019, seq=4, state="preliminary", rank=1, at=day(4)),
        make.state(2, 2020, seq=5, state="final", rank=3, at=day(5)),
    ]
    return build(
        vintage(make, 1, day(1), {2019: ("final", 3), 2020: ("final", 3)}),
        vintage(make, 2, day(2), {2019: ("preliminary", 1), 2020: ("preliminary", 1)}),
        vintage(make, 3, day(3), {2020: ("preliminary", 1), 2021: ("trial", 0)}, ("q",)),
        {"release_state": acts},
    )


def shown(path: Path, sql: str, as_of: date | None = None) -> list[tuple[Any, ...]]:
    with store.connect(path, as_of=as_of) as made:
        return made.execute(sql).fetchall()


IN_USE = "SELECT year, profile, vintage FROM vintage_in_use ORDER BY ALL"


def test_the_highest_state_then_the_newest_for_each_year_and_profile(book: Path) -> None:
    # 2019: 1 was reopened to preliminary, so 2 (as high, newer) holds; 2020: 1 and 2 both final, 2 newer; q only in 3
    assert shown(book, IN_USE) == [(2019, "p", 2), (2020, "p", 2), (2020, "q", 3), (2021, "q", 3)]
    assert shown(book, "SELECT year, profile, vintage, value FROM value_account ORDER BY ALL") == [
        (2019, "p", 2, Decimal(2)),
        (2020, "p", 2, Decimal(2)),
        (2020, "q", 3, Decimal(3)),
        (2021, "q", 3, Decimal(3)),
    ]
    assert shown(book, "SELECT count(*) FROM value_account_all") == [(6,)]


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        (date(2025, 12, 31), []),
        (date(2026, 1, 1), [(2019, "p", 1), (2020, "p", 1)]),
        (date(2026, 2, 1), [(2019, "p", 1), (2020, "p", 1)]),  # a newer vintage of lower state does not hide a final one
        (date(2026, 3, 1), [(2019, "p", 1), (2020, "p", 1), (2020, "q", 3), (2021, "q", 3)]),
        (date(2026, 4, 1), [(2019, "p", 2), (2020, "p", 1), (2020, "q", 3), (2021, "q", 3)]),
        (date(2026, 5, 1), [(2019, "p", 2), (2020, "p", 2), (2020, "q", 3), (2021, "q", 3)]),
        (date(9999, 12, 31), [(2019, "p", 2), (2020, "p", 2), (2020, "q", 3), (2021, "q", 3)]),
    ],
)
def test_what_was_known_on_a_date(book: Path, known: date, expected: list[Any]) -> None:
    named = [f"{name}_asof(DATE '{known}')" for name in ("vintage_in_use", "value_account", "value_account_rollup")]
    with store.connect(book) as plain, store.connect(book, as_of=known) as then:
        for called in named:
            assert plain.execute(f"SELECT year, profile, vintage FROM {called} ORDER BY ALL").fetchall() == expected
        # the same through --as-of, for every plain view; _all shows everything on any day
        for name in ("vintage_in_use", "value_account", "value_account_rollup"):
            assert then.execute(f"SELECT year, profile, vintage FROM {name} ORDER BY ALL").fetchall() == expected
        assert then.execute("SELECT count(*) FROM value_account_all").fetchall() == [(6,)]


def test_the_end_of_the_day_is_that_of_utc(make: Any, build: Build) -> None:
    path = build(vintage(make, 1, day(1, 15, 23), {2020: ("preliminary", 1)}))
    assert shown(path, "SELECT count(*) FROM value_account_asof(DATE '2026-01-14')") == [(0,)]
    assert shown(path, "SELECT count(*) FROM value_account_asof(DATE '2026-01-15')") == [(1,)]
    assert shown(path, "SELECT count(*) FROM value_account_asof('2026-01-15')") == [(1,)]


def test_figures_follow_the_year_and_profile_of_their_address(book: Path) -> None:
    assert shown(book, "SELECT vintage, figure FROM trace ORDER BY ALL") == [
        (2, "value_account/a/2019/water/profile=p"),
        (2, "value_account/a/2020/water/profile=p"),
        (3, "value_account/a/2020/water/profile=q"),
        (3, "value_account/a/2021/water/profile=q"),
    ]
    # an address without a profile belongs to whichever vintage is in use in its year
    assert shown(book, "SELECT vintage, split_part(figure, '/', 3) AS y FROM parameter_used ORDER BY ALL") == [
        (2, "2019"),
        (2, "2020"),
        (3, "2020"),
        (3, "2021"),
    ]


def test_facts_have_no_profile_and_stand_once_a_year(book: Path) -> None:
    # 2020: vintages 2 (final) and 3 (preliminary) are both in use, but a fact must not appear twice
    assert shown(book, "SELECT vintage, period FROM fact ORDER BY period") == [(2, "2019-06"), (2, "2020-06"), (3, "2021-06")]
    assert shown(book, "SELECT vintage, period FROM fact_asof(DATE '2026-01-31') ORDER BY period") == [
        (1, "2019-06"),
        (1, "2020-06"),
    ]


def test_lists_and_logs(book: Path) -> None:
    assert shown(book, "SELECT vintage FROM finding ORDER BY 1") == [(2,), (3,)]
    assert shown(book, "SELECT vintage FROM run ORDER BY 1") == [(1,), (2,), (3,)]
    assert shown(book, "SELECT vintage FROM run ORDER BY 1", date(2026, 2, 10)) == [(1,), (2,)]
    assert shown(book, "SELECT count(*) FROM release_state") == [(8,)]
    assert shown(book, "SELECT count(*) FROM release_state_asof(DATE '2026-04-30')") == [(7,)]
    assert shown(book, "SELECT code, name_en FROM region") == [("a", "as of 3")]
    assert shown(book, "SELECT name_en FROM region", date(2026, 1, 10)) == [("as of 1",)]


def test_region_paths_follow_the_validity_of_the_codes(make: Any, build: Build) -> None:
    # county a moves from city c to city d during 2020: the year counts by its last day
    regions = [
        make.region("p", level="province"),
        make.region("c", "p", level="city"),
        make.region("d", "p", level="city"),
        make.region("a", "c", valid_to="2020-06-30"),
        make.region("a", "d", valid_from="2020-07-01"),
    ]
    leaves = [make.value("a", "water", str(y), year=y) for y in (2019, 2020)]
    path = build({"region": regions, "value_account": leaves, "release_state": [make.state(year=y) for y in (2019, 2020)]})
    assert shown(path, "SELECT year, ancestor, lowest FROM region_path WHERE code = 'a' ORDER BY ALL") == [
        (2019, "a", True),
        (2019, "c", True),
        (2019, "p", True),
        (2020, "a", True),
        (2020, "d", True),
        (2020, "p", True),
    ]
    # the city without counties has no row of the service in its year: the province is unknown, not the smaller number
    totals = "SELECT year, region_code, value, state FROM value_account_rollup WHERE is_total ORDER BY ALL"
    assert shown(path, totals) == [
        (2019, "c", Decimal(2019), "value"),
        (2019, "d", None, "not_available"),
        (2019, "p", None, "not_available"),
        (2020, "c", None, "not_available"),
        (2020, "d", Decimal(2020), "value"),
        (2020, "p", None, "not_available"),
    ]


@pytest.fixture(scope="module")
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as made:
        yield made


def macro(con: duckdb.DuckDBPyConnection, parts: list[tuple[Any, Any]]) -> tuple[Any, Any]:
    con.execute("CREATE OR REPLACE TABLE p (v DECIMAL(38,4), s VARCHAR)")
    if parts:
        con.execute(f"INSERT INTO p VALUES {', '.join(['(?, ?)'] * len(parts))}", [cell for part in parts for cell in part])
    row = con.execute(f"SELECT {total_sql('v', 's')}, {total_state_sql('s')} FROM p").fetchone()
    assert row is not None
    return row


NA, GAP = (None, "not_applicable"), (None, "not_available")


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        # coast in one of three counties: 5, not NULL
        ([(Decimal(5), "value"), NA, NA], (Decimal(5), "value")),
        # sand does not apply anywhere: not applicable, neither 0 nor missing
        ([NA, NA, NA], (None, "not_applicable")),
        # one county is missing: unknown; a plain sum would say 30
        ([(Decimal(10), "value"), (Decimal(20), "value"), GAP], (None, "not_available")),
        ([(Decimal(10), "value"), (None, "refused")], (None, "not_available")),
        # states of publication are values
        ([(Decimal(1), "suppressed"), (Decimal(2), "below_unit"), (Decimal(3), "value")], (Decimal(6), "value")),
        ([(Decimal(0), "value")], (Decimal(0), "value")),
        ([(Decimal(4), None)], (None, "not_available")),
        ([], (None, "not_available")),
    ],
)
def test_the_traps_of_totals(con: Any, parts: list[Any], expected: Any) -> None:
    assert macro(con, parts) == expected


def test_a_suppressed_part_without_its_number_makes_no_smaller_number(con: Any) -> None:
    assert macro(con, [(Decimal(10), "value"), (None, "suppressed")])[0] is None


PARTS = st.lists(
    st.one_of(
        st.just(NA),
        st.sampled_from([(None, s) for s in ("not_available", "refused", None)]),
        st.tuples(
            st.decimals(min_value=-1000, max_value=1000, places=4),
            st.sampled_from(["value", "value", "suppressed", "below_unit"]),
        ),
    ),
    max_size=6,
)


@given(PARTS)
def test_the_macros_do_what_the_words_say(con: Any, parts: list[tuple[Any, Any]]) -> None:
    applicable = [(v, s) for v, s in parts if s != "not_applicable"]
    unknown = [p for p in applicable if p[1] not in ("value", "suppressed", "below_unit")]
    if unknown or not parts:
        expected: Any = (None, "not_available")
    elif not applicable:
        expected = (None, "not_applicable")
    else:
        expected = (sum(v for v, _ in applicable), "value")
    assert macro(con, parts) == expected


def test_users_call_the_macros_by_name(book: Path) -> None:
    sql = "SELECT year, total(value, state), total_state(state) FROM value_account GROUP BY ALL ORDER BY year"
    assert shown(book, sql) == [(2019, Decimal(2), "value"), (2020, Decimal(5), "value"), (2021, Decimal(3), "value")]


def test_every_view_can_be_read_and_has_the_columns_it_declares(book: Path) -> None:
    with store.connect(book) as made:
        for view in VIEWS:
            if view.kind == "macro":
                continue
            given = {"d": "DATE '2026-06-30'", "year_a": "2009", "year_b": "2010"}
            called = f"{view.name}({', '.join(given[a] for a in view.arguments)})" if view.arguments else view.name
            described = made.execute(f"DESCRIBE SELECT * FROM {called}").fetchall()
            assert [(name, kind) for name, kind, *_ in described] == [(c.name, c.type) for c in view.columns], view.name
            made.execute(f"SELECT * FROM {called}").fetchall()
