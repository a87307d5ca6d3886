"""Land over a term both ways: a transit stands twice in the sum of the years and once from end to end."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from gep.accounts.transition import Key
from gep.base.records import State, key_of
from gep.catalog.load import load
from gep.engine.cells import Cell, Cells
from gep.workflow.audit import term_land
from gep.workflow.audit.term_land import land_moves
from gep.workflow.audit.term_plan import TermAccount

COEFFICIENTS = Path(__file__).resolve().parents[3] / "coefficients"
TERM = "2020-01-01/2022-01-01"
Moves = dict[tuple[str, str, str], str]  # (from, to, cause) -> hm2
# 10 hm2 go from cultivated (02) to other land (09) and on to settlements (06); a survey re-states 4
TRANSIT: Moves = {
    ("02", "09", "human"): "10",
    ("09", "06", "human"): "10",
    ("02", "03", "adjustment"): "4",
    ("00", "06", "human"): "10",
}


@pytest.fixture(scope="module")
def layout() -> Any:
    return load(COEFFICIENTS).layouts["LM-01"]


def account(layout: Any, moves: Moves, *, slack: int = 0) -> TermAccount:
    cells = Cells()
    for (start, end, cause), area in moves.items():
        key = key_of({"lm01_from": f"F{start}", "lm01_to": f"T{end}", "cause": cause})
        exact, text = (None, "") if area == "?" else (Fraction(Decimal(area)), area)
        state = State.NOT_AVAILABLE if exact is None else State.VALUE
        cells.put(Cell("LM-01.area", "a", TERM, key, state, exact, text, "hm2"))
    fact = SimpleNamespace(fact=SimpleNamespace(measure="LM-01.area"), slack=Fraction(slack))
    return cast(
        TermAccount,
        SimpleNamespace(
            span=SimpleNamespace(period=TERM, year=2021, year_before=2019),
            cut=SimpleNamespace(years=SimpleNamespace(scheme="s", vintages={2020: 7, 2021: 7})),
            computation=SimpleNamespace(cells=cells, layouts=(layout,)),
            facts=(fact,),
        ),
    )


def book(monkeypatch: pytest.MonkeyPatch, moves: dict[tuple[str, str], str], *spans: tuple[int, int]) -> Any:
    """A book whose only matrix is that of these moves between the end of 2019 and of 2021."""

    def rows(_: object, sql: str) -> list[dict[str, Any]]:
        if "DISTINCT" in sql:
            return [{"year": z, "vintage": 7, "instance": f"since:{a}"} for a, z in spans]
        assert "since:2019" in sql
        return [
            {"row_code": f"F{a}", "column_code": f"T{z}", "cause": "-", "amount": Decimal(v), "unit": "hm2", "state": "value"}
            for (a, z), v in moves.items()
        ]

    monkeypatch.setattr(term_land, "rows", rows)
    return None


def areas(moves: Mapping[Key, Decimal] | None) -> dict[str, str]:
    return {f"{start or '-'} {end or '-'}": str(area) for (start, end), area in (moves or {}).items()}


def test_both_ways_and_that_they_go_with_each_other(layout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = land_moves(book(monkeypatch, {("02", "02"): "90", ("02", "06"): "10"}), account(layout, TRANSIT), "a")
    assert made.years == (2019, 2021)
    assert areas(made.gross) == {"C02 C09": "10", "C09 C06": "10"}  # without totals and what a survey re-states
    assert areas(made.end_to_end) == {"C02 C02": "90", "C02 C06": "10"}
    assert made.figures[0].address == "asset_account/a/2021/LM-01/F02/T02/-/scheme=s/instance=since:2019@7"
    assert made.findings == ()


def test_moves_that_do_not_go_with_each_other_are_told(layout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From end to end 15 came to settlements, in the years 10."""
    made = land_moves(book(monkeypatch, {("02", "06"): "15"}), account(layout, TRANSIT), "a")
    assert {f.code for f in made.findings} == {"TRANSITION-GROSS-OUT", "TRANSITION-GROSS-IN", "TRANSITION-NET"}


def test_what_crossed_the_boundary_is_kept(layout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    moves = {("02", "98", "adjustment"): "3", ("98", "04", "adjustment"): "2"}
    made = land_moves(book(monkeypatch, {("02", "98"): "3", ("98", "04"): "2"}), account(layout, moves), "a")
    assert areas(made.gross) == areas(made.end_to_end) == {"C02 -": "3", "- C04": "2"}


def test_an_unknown_move_leaves_the_sum_unknown(layout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = land_moves(book(monkeypatch, {("02", "06"): "15"}), account(layout, {("02", "06", "human"): "?"}), "a")
    assert made.gross is None
    assert made.findings == ()


def test_nothing_is_end_to_end_where_years_are_cut_or_no_patches_are(layout: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for moves, slack in (({("02", "06"): "15"}, 1), ({}, 0)):
        held = book(monkeypatch, cast(Any, moves), (2016, 2019))
        made = land_moves(held, account(layout, TRANSIT, slack=slack), "a")
        assert made.end_to_end is None
        (told,) = made.findings
        assert told.code == "TERM-NO-END-TO-END"
        assert told.text("zh")
