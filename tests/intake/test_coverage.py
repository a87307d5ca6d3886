"""How far the asset tables are filled: what is owed, what was returned, and what each state of a cell counts as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.data import data_root
from gep.base.records import Fact, Layout, LayoutColumn, LayoutRow, Names, Origin, Region, State, key_of
from gep.catalog.load import load
from gep.intake.coverage import Coverage, Status, coverage, expected_cells

NAMES = Names("名称", "name")


def _row(code: str, **more: str) -> LayoutRow:
    return LayoutRow(code, NAMES, "+", **more)  # type: ignore[arg-type]


def _column(code: str, **more: object) -> LayoutColumn:
    return LayoutColumn(code, NAMES, **more)  # type: ignore[arg-type]


ROWS = (_row("R10", closing="R40"), _row("R21"), _row("R23", adjustment="up"), _row("R40"))
LAND = Layout("LA-01", NAMES, "hm2", ROWS, (_column("C00", total=("C01", "C02")), _column("C01"), _column("C02")))
MINE = Layout("MN-01", NAMES, "t", (_row("R31"), _row("R40")), (_column("C1"), _column("C2", rows=("R31",))), instance="mineral")
MOVES = Layout(
    "LM-01", NAMES, "hm2", (_row("F01"), _row("F98"), _row("F00")),
    (_column("T01"), _column("T98", rows=("F01", "F00")), _column("T00", total=("T01", "T98"))), matrix=True,
)  # fmt: skip
COMPUTED = {"LA-01.R10", "LA-01.R23", "LA-01.R40", "MN-01.R40"}
PLACE = Region("A", "", "county", NAMES)


def fact(measure: str, key: str = "", state: State = State.VALUE, period: str = "2020", region: str = "A") -> Fact:
    pairs = dict(part.split(":") for part in key.split(";") if part)
    amount = Decimal(1) if state is State.VALUE else None
    return Fact(measure, region, period, key_of(pairs), state, amount, "hm2", Origin("f.csv", "0" * 64, 2))


def one(layout: Layout, facts: Sequence[Fact], unasked: set[str] = COMPUTED) -> Coverage:
    (found,) = coverage(facts, {layout.id: layout}, [PLACE], [2020], unasked)
    return found


def test_what_is_owed_has_no_totals_openings_or_computed_rows() -> None:
    # of four rows the opening is carried over and the closing computed; the adjustment is owed as returned
    assert expected_cells(LAND, COMPUTED) == tuple(
        (measure, (("la01", code),)) for measure in ("LA-01.R21", "LA-01.R23.returned") for code in ("C01", "C02")
    )


def test_a_column_that_only_some_rows_have_is_owed_there() -> None:
    assert len(expected_cells(MINE, set())) == 3  # R31 has C1 and C2, R40 only C1


def test_of_a_matrix_every_pair_that_can_be_is_owed_once() -> None:
    # from inside to inside, from outside to inside, from inside to outside; never from outside to outside
    pairs = [dict(key) for _, key in expected_cells(MOVES, set())]
    assert sorted((p["lm01_from"], p["lm01_to"]) for p in pairs) == [("F01", "T01"), ("F01", "T98"), ("F98", "T01")]
    assert expected_cells(MOVES, {"LM-01.area"}) == ()


@pytest.mark.parametrize(
    ("states", "status", "counts"),
    [
        ((), Status.NONE, (0, 0, 0, 4)),
        ((State.VALUE,) * 4, Status.COMPLETE, (4, 0, 0, 0)),
        ((State.VALUE,) * 3, Status.PARTIAL, (3, 0, 0, 1)),
        ((State.VALUE, State.VALUE, State.VALUE, State.NOT_AVAILABLE), Status.PARTIAL, (3, 0, 1, 0)),
        ((State.NOT_AVAILABLE,) * 4, Status.NONE, (0, 0, 4, 0)),  # asked for and not known is not filled
        ((State.VALUE, State.NOT_APPLICABLE, State.NOT_APPLICABLE, State.NOT_APPLICABLE), Status.COMPLETE, (1, 3, 0, 0)),
        ((State.NOT_APPLICABLE,) * 4, Status.NOT_APPLICABLE, (0, 4, 0, 0)),
        ((State.NOT_APPLICABLE,) * 2, Status.PARTIAL, (0, 2, 0, 2)),
        ((State.REFUSED,), Status.NONE, (0, 0, 1, 3)),
    ],
)
def test_each_state_counts_as_what_it_is(states: Sequence[State], status: Status, counts: tuple[int, int, int, int]) -> None:
    cells = [("LA-01.R21", "la01:C01"), ("LA-01.R21", "la01:C02"), ("LA-01.R23.returned", "la01:C01")]
    cells.append(("LA-01.R23.returned", "la01:C02"))
    found = one(LAND, [fact(m, k, s) for (m, k), s in zip(cells, states, strict=False)])
    assert found.status is status
    assert (found.returned, found.not_applicable, found.unknown, found.absent) == counts
    assert found.expected == 4


def test_what_is_not_owed_does_not_count() -> None:
    others = [
        fact("LA-01.R40", "la01:C01"),  # computed
        fact("LA-01.R10.returned", "la01:C01"),  # an opening
        fact("LA-01.R21", "la01:C00"),  # a total
        fact("LA-01.R21", "la01:C01", period="2020-06"),
        fact("LA-01.R21", "la01:C01", period="2019"),
        fact("LA-01.R21", "la01:C01", region="B"),
        fact("rain"),
    ]
    assert one(LAND, others).returned == 0


def test_two_returns_of_one_cell_are_one_cell() -> None:
    twice = [fact("LA-01.R21", "la01:C01", State.NOT_AVAILABLE), fact("LA-01.R21", "la01:C01")]
    for facts in (twice, twice[::-1]):
        assert (one(LAND, facts).returned, one(LAND, facts).unknown) == (1, 0)


def test_the_causes_of_one_pair_are_one_cell() -> None:
    key = "lm01_from:F01;lm01_to:T01;cause:"
    found = one(MOVES, [fact("LM-01.area", key + cause) for cause in ("human", "natural")], set())
    assert (found.returned, found.expected, found.status) == (1, 3, Status.PARTIAL)


def test_a_table_is_owed_for_each_mineral_the_region_ever_returned() -> None:
    layouts = {MINE.id: MINE}
    facts = [fact("MN-01.R31", f"mineral:{m};mn01:C1", period=p) for m, p in (("limestone", "2020"), ("gold", "2021"))]
    found = coverage(facts, layouts, [PLACE], [2020, 2021, 2022], COMPUTED)
    # R31 × (C1, C2) = 2 cells, for two minerals
    assert [(c.year, c.returned, c.expected) for c in found] == [(2020, 1, 4), (2021, 1, 4), (2022, 0, 4)]
    assert one(MINE, []).expected == 2  # none was returned: one table is owed


def test_a_region_has_rows_only_for_the_years_of_its_code() -> None:
    old = Region("A", "", "county", NAMES, valid_to=date(2020, 12, 31))
    new = Region("B", "", "county", NAMES, valid_from=date(2021, 1, 1))
    found = coverage([], {LAND.id: LAND, MINE.id: MINE}, [old, new], [2020, 2021], COMPUTED)
    assert [(c.region, c.year, c.table) for c in found] == [
        ("A", 2020, "LA-01"), ("A", 2020, "MN-01"), ("B", 2021, "LA-01"), ("B", 2021, "MN-01"),
    ]  # fmt: skip


def test_a_table_that_rules_make_has_no_rows() -> None:
    assert coverage([], {MINE.id: MINE}, [PLACE], [2020], {"MN-01.R31", "MN-01.R40"}) == ()


@given(st.sets(st.sampled_from([("LA-01.R21", c) for c in ("C01", "C02")] + [("LA-01.R23.returned", c) for c in ("C01", "C02")])))
def test_more_returns_never_cover_less(cells: set[tuple[str, str]]) -> None:
    facts = [fact(measure, f"la01:{code}") for measure, code in sorted(cells)]
    found = one(LAND, facts)
    assert found.returned == len(cells)
    assert (found.status is Status.COMPLETE) == (len(cells) == found.expected)
    assert found == one(LAND, facts[::-1])


def test_the_shipped_tables_owe_only_cells_of_declared_measures() -> None:
    catalog = load(data_root() / "coefficients")
    for layout in catalog.layouts.values():
        for measure, key in expected_cells(layout, set()):
            assert measure in catalog.measures
            assert all(code in catalog.codes[dim] for dim, code in key)
