"""Cells: canonical text, exact or refused."""

import csv
import io
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import ROUND_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import State
from gep.ledger.cells import CellFault, cell_text, csv_line, instant_text


@given(st.integers(-(10**38) + 1, 10**38 - 1), st.sampled_from([0, 4, 6, 8, 12, 18]))
def test_a_decimal_keeps_its_value_and_the_scale_of_the_column(units: int, scale: int) -> None:
    with localcontext() as context:
        # a context that would spoil the number if the text were made by decimal arithmetic
        context.prec, context.rounding = 3, ROUND_UP
        text = cell_text(Decimal((int(units < 0), tuple(map(int, str(abs(units)))), -scale)), f"DECIMAL(38,{scale})")
    assert Fraction(text) == Fraction(units, 10**scale)
    assert len(text.partition(".")[2]) == scale


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (Decimal("95.30"), "DECIMAL(38,4)", "95.3000"),
        (Decimal("-0.05"), "DECIMAL(38,2)", "-0.05"),
        (Decimal("-0"), "DECIMAL(38,4)", "0.0000"),
        (Decimal("1E+3"), "DECIMAL(38,0)", "1000"),
        (7, "DECIMAL(38,2)", "7.00"),
        (None, "DECIMAL(38,2)", ""),
        (True, "BOOLEAN", "true"),
        (False, "BOOLEAN", "false"),
        (2**31 - 1, "INTEGER", "2147483647"),
        (date.min, "DATE", "0001-01-01"),
        ("2020-06-30", "DATE", "2020-06-30"),
        (datetime(2026, 1, 1, 8, tzinfo=UTC), "TIMESTAMP", "2026-01-01T08:00:00.000000Z"),
        (datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8))), "TIMESTAMP", "2026-01-01T00:00:00.000000Z"),
        ("2026-01-01T00:00:00.5+00:00", "TIMESTAMP", "2026-01-01T00:00:00.500000Z"),
        (State.NOT_AVAILABLE, "VARCHAR", "not_available"),
    ],
)
def test_each_type_has_one_text(value: object, kind: str, text: str) -> None:
    assert cell_text(value, kind) == text


@pytest.mark.parametrize(
    ("value", "kind", "code"),
    [
        (0.1, "DECIMAL(38,4)", "LEDGER-CELL-TYPE"),
        ("1", "DECIMAL(38,4)", "LEDGER-CELL-TYPE"),
        (True, "DECIMAL(38,4)", "LEDGER-CELL-TYPE"),
        (Decimal("NaN"), "DECIMAL(38,4)", "LEDGER-CELL-TYPE"),
        (Decimal("Infinity"), "DECIMAL(38,4)", "LEDGER-CELL-TYPE"),
        (Decimal("0.00001"), "DECIMAL(38,4)", "LEDGER-CELL-SCALE"),
        (Decimal(10**34), "DECIMAL(38,4)", "LEDGER-CELL-SCALE"),
        (-(10**34), "DECIMAL(38,4)", "LEDGER-CELL-SCALE"),
        (True, "INTEGER", "LEDGER-CELL-TYPE"),
        (1.0, "INTEGER", "LEDGER-CELL-TYPE"),
        (2**31, "INTEGER", "LEDGER-CELL-TYPE"),
        (-(2**63) - 1, "BIGINT", "LEDGER-CELL-TYPE"),
        (1, "BOOLEAN", "LEDGER-CELL-TYPE"),
        (330100, "VARCHAR", "LEDGER-CELL-TYPE"),
        ("", "VARCHAR", "LEDGER-CELL-EMPTY"),
        ("a\0b", "VARCHAR", "LEDGER-CELL-TEXT"),
        ("\ud800", "VARCHAR", "LEDGER-CELL-TEXT"),
        ("2020", "DATE", "LEDGER-CELL-TYPE"),
        (datetime(2020, 1, 1, tzinfo=UTC), "DATE", "LEDGER-CELL-TYPE"),
        (20200101, "DATE", "LEDGER-CELL-TYPE"),
        (datetime(2020, 1, 1), "TIMESTAMP", "LEDGER-CELL-TYPE"),  # no zone: which day is it?
        ("2026-01-01", "TIMESTAMP", "LEDGER-CELL-TYPE"),
        ("soon", "TIMESTAMP", "LEDGER-CELL-TYPE"),
    ],
)
def test_what_cannot_be_held_exactly_is_refused(value: object, kind: str, code: str) -> None:
    with pytest.raises(CellFault) as caught:
        cell_text(value, kind)
    assert caught.value.code == code


def test_there_is_no_text_for_a_floating_point_column() -> None:
    with pytest.raises(ValueError, match="DOUBLE"):
        cell_text(1, "DOUBLE")


def test_an_instant_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        instant_text(datetime(2026, 1, 1))


# NUL and lone surrogates never reach the file; everything else must come back as it was
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(st.lists(TEXTS, min_size=2, max_size=5))
def test_a_line_is_rfc_4180(cells: list[str]) -> None:
    line = csv_line(cells)
    assert next(csv.reader(io.StringIO(line + "\n", newline=""), strict=True)) == cells
    # NULL is the empty cell and nothing else looks like it
    assert csv_line(["", "a", ""]) == ",a,"
