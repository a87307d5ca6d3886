"""What a number cell holds: the exact amount, moved by nothing anyone sees where a spreadsheet would round otherwise."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.report.form import SIGNS, Cell, RoundingRule, rounded
from gep.report.workbook_numbers import Held, held, moved_by, number_format, on_screen


def cell(exact: str | Decimal, places: int, rounding: RoundingRule = "gbt8170", mark: str = "") -> Cell:
    amount = Decimal(exact)
    return Cell("number", Names("", ""), amount, rounded(amount, places, rounding), mark=mark)


def screen(value: float, places: int) -> str:
    """What a spreadsheet shows, worked out from its own description: 15 digits, then a half away from zero."""
    with localcontext() as context:
        context.prec = 60
        return f"{Decimal(f'{value:.15g}').quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):,f}"


@pytest.mark.parametrize(
    ("exact", "places", "hold", "shown"),
    [
        ("1234.5678", 2, "exact", "1,234.57"),
        ("1234.575", 2, "exact", "1,234.58"),  # a half after an odd digit goes up either way
        ("1234.565", 2, "moved", "1,234.56"),  # after an even digit it stays; a spreadsheet would show 1,234.57
        ("-1234.565", 2, "moved", "-1,234.56"),
        ("2.5", 0, "moved", "2"),
        ("3.5", 0, "exact", "4"),
        ("0.125", 2, "moved", "0.12"),
        ("0.004", 2, "exact", "0.004"),  # more decimals rather than a zero that it is not
        ("0", 2, "exact", "0.00"),
        ("684228000000.125", 2, "moved", "684,228,000,000.12"),
        ("1.00500000000000001", 2, "exact", "1.01"),
        ("1.00499999999999999", 2, "moved", "1.00"),  # below the half, but by less than a spreadsheet sees
    ],
)
def test_the_screen_shows_what_is_printed(exact: str, places: int, hold: str, shown: str) -> None:
    made = held(cell(exact, places))
    assert made is not None
    assert made.hold == hold
    assert screen(made.value, cell(exact, places).places) == shown == f"{cell(exact, places).shown:,f}"
    assert abs(Decimal(made.value) - Decimal(exact)) <= abs(Decimal(exact)) * Decimal("1e-12")


def test_half_up_needs_no_move() -> None:
    assert held(cell("1234.565", 2, "half_up")) == Held("exact", 1234.565)


def test_rounded_to_tens_is_written_as_printed() -> None:
    # no number format shows 1250 as 1,200
    assert held(cell("1250", -2)) == Held("printed", 1200.0)


def test_more_digits_than_a_spreadsheet_has() -> None:
    made = held(cell("12345678901234.56", 2))
    assert made is not None
    assert made.hold == "text"


@pytest.mark.parametrize("kind", ["blank", "text", *SIGNS])
def test_what_is_no_number_has_no_value(kind: str) -> None:
    assert held(Cell(kind)) is None  # type: ignore[arg-type]


@given(st.integers(-(10**12), 10**12), st.integers(0, 6), st.integers(-1, 4), st.sampled_from(["gbt8170", "half_up"]))
def test_every_number_is_shown_as_printed(digits: int, decimals: int, more: int, rule: RoundingRule) -> None:
    """Amounts with up to four decimals more than are printed: every tenth of those with one more is a half."""
    places = decimals
    amount = Decimal(digits).scaleb(-(decimals + more))
    made = held(cell(amount, places, rule))
    assert made is not None
    assert made.hold in ("exact", "moved")
    shown = cell(amount, places, rule)
    assert screen(made.value, shown.places) == f"{shown.shown:,f}"
    assert abs(Decimal(made.value) - amount) <= abs(amount) * Decimal("1e-12")


@given(st.integers(1, 10**11), st.integers(0, 4))
def test_an_exact_half_is_even(whole: int, places: int) -> None:
    """(2n + ½) units of the last digit are shown as 2n."""
    amount = (Decimal(2 * whole) + Decimal("0.5")).scaleb(-places)
    made = held(cell(amount, places))
    assert made is not None
    assert made.hold == "moved"
    assert made.step == moved_by(amount, places)
    assert on_screen(made.value, places) == Decimal(2 * whole).scaleb(-places)


def test_formats() -> None:
    assert number_format(2, "") == '#,##0.00;"−"#,##0.00'
    assert number_format(0, "※") == '#,##0"※";"−"#,##0"※"'
    assert number_format(1, 'a";[Red]') == '#,##0.0"a”;[Red]";"−"#,##0.0"a”;[Red]"'  # a mark cannot leave its quotes
