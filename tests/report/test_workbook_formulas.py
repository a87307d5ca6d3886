"""Formulas of made cells: ranges, signs, quotients, other sheets, half to even; and when a cell stays a number."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.report.form import Cell, Form, Line, Made, Term, text
from gep.report.workbook_formulas import Key, Live, Reason, Spot, live, merged
from gep.report.workbook_paper import column_name
from gep.report.workbook_words import WORDS
from tests.report.workbook_forms import MISSING, amount, example, form, line, minus, ref, totals

E, F = Cell(), Cell()


def spots(*forms: Form, sheets: Sequence[str] = ()) -> dict[Key, Spot]:
    """Lines from row 10 down, columns from A."""
    named = sheets or [f.id for f in forms]
    return {
        (f.id, row.code, column.code): Spot(name, 9 + n, m)
        for f, name in zip(forms, named, strict=True)
        for n, row in enumerate(f.lines) for m, column in enumerate(f.columns)
    }  # fmt: skip


def made(*forms: Form) -> Live:
    return live(forms, spots(*forms))


def one(exact: str, made_of: Made, *lines: Line, places: int = 2) -> str:
    """The formula of a total below some lines; empty if it is none."""
    whole = form("T", *lines, line("S", amount(exact, places, made=made_of), E, F))
    return made(whole).formulas.get(("T", "S", "opening"), "")


def parts(*exact: str) -> list[Line]:
    return [line(f"p{n}", amount(value), E, F) for n, value in enumerate(exact)]


def added(count: int) -> Made:
    return Made("sum", tuple(ref(f"p{n}", "opening") for n in range(count)))


def test_three_parts_one_by_one_more_as_a_range() -> None:
    assert one("6", added(3), *parts("1", "2", "3")) == "C10+C11+C12"
    assert one("10", added(4), *parts("1", "2", "3", "4")) == "SUM(C10:C13)"


def test_a_range_holds_the_parts_and_nothing_else() -> None:
    """1 + 2 + 4 + 5 with a 3 between them that is no part."""
    terms = tuple(ref(f"p{n}", "opening") for n in (0, 1, 3, 4))
    assert one("12", Made("sum", terms), *parts("1", "2", "3", "4", "5")) == "SUM(C10:C11,C13:C14)"


def test_closing_is_opening_and_additions_less_reductions() -> None:
    terms = (ref("p0", "opening"), ref("p1", "opening"), minus("p2", "opening"))
    assert one("11.5", Made("sum", terms), *parts("10", "3.25", "1.75")) == "C10+C11-C12"
    more = (*terms, minus("p3", "opening"))
    assert one("10.5", Made("sum", more), *parts("10", "3.25", "1.75", "1")) == "SUM(C10:C11)-SUM(C12:C13)"
    less = tuple(Term(t.ref, -1) for t in (*terms, ref("p3", "opening")))
    assert one("-16", Made("sum", less), *parts("10", "3.25", "1.75", "1")) == "-SUM(C10:C13)"


def test_a_part_that_counts_twice_is_named_twice() -> None:
    terms = (*added(3).terms, ref("p0", "opening"))
    assert one("7", Made("sum", terms), *parts("1", "2", "3")) == "SUM(C10,C11,C12,C10)"


def test_across_a_line() -> None:
    cells = (amount("1"), amount("2"), amount("3", made=Made("sum", (ref("A", "opening"), ref("A", "closing")))))
    assert made(form("T", line("A", *cells))).formulas == {("T", "A", "share"): "C10+D10"}
    three = Made("sum", (*(ref("A", c) for c in ("opening", "closing", "share")), ref("B", "opening")))
    whole = form("T", line("A", amount("1"), amount("2"), amount("3")), line("B", amount("4"), amount("10", made=three), F))
    # in the order of the columns where the parts fill more of them than lines
    assert made(whole).formulas == {("T", "B", "closing"): "SUM(C10:E10,C11)"}


def test_a_thousand_parts_stay_below_the_arguments_of_a_sum() -> None:
    """Every second of 1,000 lines: 500 single cells, in sums of 200, 200 and 100."""
    lines = parts(*["1"] * 1000)
    formula = one("500", Made("sum", tuple(ref(f"p{n}", "opening") for n in range(0, 1000, 2))), *lines)
    assert formula.startswith("SUM(SUM(C10,C12,")
    assert formula.count("SUM(") == 4
    assert len(formula) < 8192


def test_a_formula_longer_than_a_spreadsheet_takes() -> None:
    """Every second of 6,000 lines: 3,000 references of three to six characters are more than 8,192."""
    lines = parts(*["1"] * 6000)
    made_of = Made("sum", tuple(ref(f"p{n}", "opening") for n in range(0, 6000, 2)))
    assert made(form("T", *lines, line("S", amount("3000", made=made_of), E, F))) == Live({}, {"long": 1})


def test_quotients() -> None:
    two = (ref("p0", "opening"), ref("p1", "opening"))
    assert one("12.5", Made("percent", two), *parts("1", "8")) == 'IF(C11=0,"…",C10/C11*100)'
    assert one("0.125", Made("ratio", two), *parts("1", "8"), places=3) == 'IF(C11=0,"…",C10/C11)'
    assert one("-87.5", Made("growth", two), *parts("1", "8"), places=1) == 'IF(C11=0,"…",(C10-C11)/C11*100)'
    third = "33.333333333333"  # twelve decimals are kept of a quotient without end
    assert one(third, Made("percent", two), *parts("1", "3")) == 'IF(C11=0,"…",C10/C11*100)'


def test_other_sheets_are_quoted() -> None:
    first, second = (
        form("LA-01", *parts("5")),
        form("BS", line("S", amount("5", made=Made("sum", (ref("p0", "opening", "LA-01"),))), E, F)),
    )
    assert made(first, second).formulas == {("BS", "S", "opening"): "'LA-01'!C10"}
    both = live((first, second), spots(first, second, sheets=("it's", "BS")))
    assert both.formulas == {("BS", "S", "opening"): "'it''s'!C10"}


def test_an_exact_half_is_printed_even_by_the_formula() -> None:
    """0.0625 + 0.0625 = 0.125: printed 0.12, on a screen 0.13. Half of 12.5 hundredths ends in .25; then less by 1E-13."""
    formula = one("0.125", added(2), *parts("0.0625", "0.0625"))
    half = "ABS(ROUND(C10+C11,4))*50"
    assert formula == f"ROUND(C10+C11,4)-IF(ABS({half}-INT({half})-0.25)<1E-6,SIGN(ROUND(C10+C11,4))*1E-13,0)"
    # 0.38 either way, but the last binary digits of a sum must not take it to the other side
    assert one("0.375", added(2), *parts("0.1875", "0.1875")) == "ROUND(C10+C11,4)"
    assert one("0.37", added(2), *parts("0.185", "0.185")) == "C10+C11"
    assert "*0.5-INT" in one("2.5", added(2), *parts("1.25", "1.25"), places=0)


def test_a_difference_that_cancels_is_rounded_to_the_digits_of_its_parts() -> None:
    """0.1 + 0.2 − 0.3 is 5.6E-17 in binary; the stored difference is zero."""
    terms = (ref("p0", "opening"), ref("p1", "opening"), minus("p2", "opening"))
    assert one("0", Made("sum", terms), *parts("0.1", "0.2", "0.3")) == "ROUND(C10+C11-C12,1)"


def test_a_missing_part_is_never_skipped() -> None:
    whole = form(
        "T",
        line("A", amount("1"), E, F),
        line("B", MISSING, E, F),
        line("S", amount("1", made=Made("sum", (ref("A", "opening"), ref("B", "opening")))), E, F),
    )
    assert made(whole) == Live({}, {"no_number": 1})


@pytest.mark.parametrize("kind", ["blank", "not_applicable", "below_unit", "suppressed", "text"])
def test_no_sign_is_taken_for_a_zero(kind: str) -> None:
    other = Cell(kind)  # type: ignore[arg-type]
    whole = form("T", line("A", amount("1"), other, amount("1", made=Made("sum", (ref("A", "opening"), ref("A", "closing"))))))
    assert made(whole) == Live({}, {"no_number": 1})


def test_a_cell_of_another_workbook() -> None:
    whole = form("T", line("A", amount("1", made=Made("sum", (ref("R10", "C01", "LA-01"),))), E, F))
    assert made(whole) == Live({}, {"elsewhere": 1})


def test_what_can_only_be_written_as_printed_is_no_part_of_a_formula() -> None:
    """1250 printed to hundreds is 1,200 in its cell; 1250 + 1250 = 2500 is not the sum of what the cells hold."""
    tens = [line("p0", amount("1250", -2), E, F), line("p1", amount("1250", -2), E, F)]
    assert one("2500", added(2), *tens) == ""


def test_rounded_one_by_one_in_the_store() -> None:
    """0.33 + 0.33 + 0.33 = 0.99, and the total stored to two decimals of three thirds is 1.00: within 4 halves of 0.01."""
    whole = form("T", *parts("0.33", "0.33", "0.33"), line("S", amount("1.00", made=added(3)), E, F))
    assert made(whole) == Live({}, {"stored": 1})


def test_a_total_that_is_not_the_sum_is_refused() -> None:
    """0.33 + 0.33 + 0.33 = 0.99 is more than 4 halves of 0.01 away from 1.02."""
    with pytest.raises(Refused) as caught:
        one("1.02", added(3), *parts("0.33", "0.33", "0.33"))
    (found,) = caught.value.findings
    assert (found.code, found.found, found.expected, found.difference) == ("WORKBOOK-TOTAL-DIFFERS", "0.99", "1.02", "-0.03")
    for lang in ("zh", "en"):
        assert "S" in found.text(lang)
        assert found.mend(lang)


def test_a_wrong_share_is_refused() -> None:
    with pytest.raises(Refused):
        one("12.6", Made("percent", (ref("p0", "opening"), ref("p1", "opening"))), *parts("1", "8"))


def test_a_balance_that_holds_both_ways_is_live_one_way() -> None:
    """closing = opening + change and change = closing − opening: the one or the other is a formula."""
    whole = form(
        "T",
        line(
            "A", amount("10"), amount("12", made=Made("sum", (ref("A", "opening"), ref("A", "share")))),
            amount("2", made=Made("sum", (ref("A", "closing"), minus("A", "opening")))),
        ),
    )  # fmt: skip
    both = made(whole)
    assert both.left == {"circle": 1}
    assert both.formulas == {("T", "A", "closing"): "C10+E10"}
    itself = form("T", line("A", amount("1", made=Made("sum", (ref("A", "opening"),))), E, F))
    assert made(itself) == Live({}, {"circle": 1})


def test_long_chains_need_no_deep_stack() -> None:
    """5,000 lines, each made of the one above."""
    lines = [line("n0", amount("1"), E, F)]
    lines += [line(f"n{n}", amount("1", made=Made("sum", (ref(f"n{n - 1}", "opening"),))), E, F) for n in range(1, 5000)]
    assert len(made(form("T", *lines)).formulas) == 4999
    backwards = form("T", *reversed(lines))
    assert len(made(backwards).formulas) == 4999


def test_the_example() -> None:
    found = made(example())
    assert found.left == {}
    assert found.formulas["T2", "S", "opening"] == "C10+C11+C12"
    # 0.125 of 2 is 6.25 %, printed 6.25; 0.375 of 2 is 18.75 %
    assert found.formulas["T2", "A", "share"] == 'IF(C13=0,"…",C10/C13*100)'
    assert len(found.formulas) == 5


@given(st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=12), st.integers(0, 4))
def test_sums_of_any_numbers_are_live(values: list[int], decimals: int) -> None:
    exact = [Decimal(v).scaleb(-decimals) for v in values]
    whole = Decimal(sum(values)).scaleb(-decimals)
    formula = one(f"{whole:f}", added(len(values)), *parts(*(f"{e:f}" for e in exact)))
    assert formula
    assert set(formula) <= set("ABCSUMROUNDIFTGE0123456789+-*(),:<.")


def test_totals_of_halves() -> None:
    found = made(totals(["0.125", "0.375", "2.445"]))
    assert [("IF(" in text) for text in found.formulas.values()] == [True, False, True]  # 0.375 and 2.445 are 0.38 and 2.44


def test_every_reason_is_told_in_words() -> None:
    for lang in ("zh", "en"):
        assert {f"left_{why}" for why in get_args(Reason)} == {key for key in WORDS[lang] if key.startswith("left_")}


def test_a_difference_beyond_the_digits_of_a_spreadsheet_stays_a_number() -> None:
    """123456789.000000000001 − 123456789 = 1E-12: a spreadsheet has 15 digits, of which nine stand before the point."""
    terms = (ref("p0", "opening"), minus("p1", "opening"))
    lines = parts("123456789.000000000001", "123456789")
    whole = form("T", *lines, line("S", amount("0.000000000001", made=Made("sum", terms)), E, F))
    assert made(whole) == Live({}, {"digits": 1})


def test_columns_have_names() -> None:
    assert [column_name(n) for n in (0, 25, 26, 701, 702, 16383)] == ["A", "Z", "AA", "ZZ", "AAA", "XFD"]


def test_counts_are_added() -> None:
    assert merged([{"circle": 1}, {"circle": 2, "stored": 1}]) == {"circle": 3, "stored": 1}


def test_text_cells_are_no_numbers() -> None:
    assert made(form("T", line("A", text("12"), E, F))) == Live({}, {})
