"""Printing an asset table: rounding once, signs, provenance in words, whether totals fit in print, the balance sheet, coverage."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from gep.base.records import Layout, LayoutColumn, LayoutRow, Names
from gep.report.balance import Entry, balance_sheet
from gep.report.coverage import Status, coverage_sheet
from gep.report.sheet import Cell, Line, Sheet, as_data, exact, heads, places_of, printed, provenance, uneven
from gep.report.sheet_view import page, show, terminal
from gep.report.sheet_words import PROVENANCE, REASONS, WORDS
from gep.report.terminal import console


def column(code: str, *total: str, unit: str = "") -> LayoutColumn:
    return LayoutColumn(code, Names(f"{code}栏", f"Column {code}"), unit=unit, total=total)


LAYOUT = Layout(
    "T-01",
    Names("某表", "A table"),
    "hm2",
    (LayoutRow("R1", Names("甲", "A"), "+"), LayoutRow("R2", Names("乙", "B"), "+")),
    (column("C0", "C1", "C2"), column("C1"), column("C2")),
)


def lines(*rows: tuple[str, ...], unit: str = "hm2") -> list[Line]:
    return [
        Line(f"R{i}", (Cell(f"R{i}", "text"), Cell("x", "text"), *(printed(Decimal(a), unit, "value") for a in row)))
        for i, row in enumerate(rows, 1)
    ]


def test_languages_have_the_same_words() -> None:
    for words in (WORDS, PROVENANCE, REASONS):
        assert words["zh"].keys() == words["en"].keys()


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        ("0", "hm2", "0.00"),
        ("1234.565", "hm2", "1,234.56"),  # an exact half goes to the even digit
        ("1234.575", "hm2", "1,234.58"),
        ("-3.125", "万元", "\u22123.12"),
        ("1234567.4", "m3", "1,234,567"),
        ("12.345", "万m3", "12.34"),
        ("8.12345", "等", "8.1234"),
        ("76.10985", "m3/hm2", "76.1098"),
        ("44", "个", "44"),
        ("81.8181", "%", "81.82"),
        ("0.004", "hm2", "0.004"),  # not zero, so never printed as zero
        ("-0.3", "m3", "\u22120.3"),
    ],
)
def test_numbers_are_printed_by_the_places_of_their_unit(amount: str, unit: str, text: str) -> None:
    made = printed(Decimal(amount), unit, "value")
    assert (made.text, made.kind) == (text, "number")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**9), max_value=10**9))
def test_a_printed_number_is_near_and_keeps_its_sign(amount: Decimal) -> None:
    number = printed(amount, "hm2", "value").number
    assert number is not None
    assert abs(number - amount) <= Decimal("0.005")
    assert (number > 0, number < 0) == (amount > 0, amount < 0)


@pytest.mark.parametrize(
    ("state", "sign", "kind"),
    [("not_available", "…", "missing"), ("refused", "…", "missing"), ("not_applicable", "—", "not_applicable")],
)
def test_what_is_no_number_is_a_sign(state: str, sign: str, kind: str) -> None:
    made = printed(None, "hm2", state)
    assert (made.text, made.kind, made.number) == (sign, kind, None)


def test_the_exact_amount_keeps_its_digits() -> None:
    assert exact(Decimal("100.005000"), "hm2", "value", "en") == "100.005 ha"
    assert exact(Decimal(100), "1", "value", "en") == "100"
    assert exact(None, "hm2", "refused", "zh") == "拒绝计算"


def test_money_for_a_unit_has_two_places() -> None:
    assert [places_of(u) for u in ("CNY/t", "万元", "m3/hm2", "t")] == [2, 2, 4, 2]


@pytest.mark.parametrize(
    ("mark", "parts"),
    [
        ("R+EK", ["contents retrieved from a source; the layout is expert knowledge"]),
        ("EK:SEEA CF 5.5", ["expert knowledge", "(SEEA CF 5.5)"]),
        ("EK:SEEA EA ch.10; R60, R61: ENG", ["(SEEA EA ch.10)", "R60, R61: a decision of this engine"]),
        ("ENG", ["without official authority"]),
        ("somewhere else", ["somewhere else"]),
    ],
)
def test_provenance_in_words(mark: str, parts: list[str]) -> None:
    made = provenance(mark, "en")
    assert all(part in made for part in parts)


def test_a_total_that_fits_in_print_needs_no_note() -> None:
    columns = heads(LAYOUT, "zh")
    assert not uneven(LAYOUT, columns, lines(("3", "1", "2")))
    # 0.005 + 0.015 = 0.02, printed 0.00 would be zero: 0.005 stays; 0.125 + 0.125 = 0.25, printed 0.12 + 0.12
    assert uneven(LAYOUT, columns, lines(("3", "1", "2"), ("0.25", "0.125", "0.125")))
    missing = Line("R1", (Cell(), Cell(), printed(Decimal(3), "hm2", "value"), printed(None, "hm2", "not_available"), Cell()))
    assert not uneven(LAYOUT, columns, [missing])


def entry(side: str, code: str, opening: str, closing: str, unit: str = "万元") -> Entry:
    amounts = tuple(Decimal(a) if a else None for a in (opening, closing))
    change = None if None in amounts else (amounts[1] or Decimal(0)) - (amounts[0] or Decimal(0))
    states = tuple("value" if a is not None else "not_available" for a in (*amounts, change))
    addresses = tuple(f"balance_sheet/X/2020/{side}/{code}{c}" for c in ("#opening", "", "#change"))
    return Entry(side, code, code, unit, (amounts[0], amounts[1], change), (states[0], states[1], states[2]), addresses)


def test_the_balance_sheet_puts_net_assets_beside_total_assets() -> None:
    entries = [
        entry("net", "N0", "70", "80"),
        entry("asset", "A0", "100", "120"),
        entry("asset", "A1", "60", "70"),
        entry("asset", "A2", "40", "50"),
        entry("asset", "A1.physical", "5", "5", "hm2"),
        entry("liability", "L0", "30", "40"),
    ]
    made = balance_sheet(entries, ["A1", "A2", "A0", "A1.physical", "L0", "N0"], (), ["红线"], "zh")
    texts = [[line.cells[0].text, line.cells[6].text] for line in made.lines]
    assert texts == [["A1", "L0"], ["A2", ""], ["A0", "N0"], ["实物量（各用其计量单位，不设合计）", ""], ["A1.physical", ""]]
    assert [c.text for c in made.lines[2].cells[3:6]] == ["100.00", "120.00", "20.00"]
    assert made.notes[1] == "红线"
    assert made.lines[0].cells[3].figures[0][0].endswith("#opening")


def test_without_liabilities_the_right_side_is_left_out() -> None:
    made = balance_sheet([entry("asset", "A1.physical", "5", "", "hm2")], ["A1.physical"], (), [], "en")
    assert len(made.columns) == len(made.lines[0].cells) == 6
    assert [c.text for c in made.lines[1].cells[3:]] == ["5.00", "…", "…"]
    assert any("not zero" in note for note in made.notes)


def test_coverage_by_table_region_and_year() -> None:
    statuses = [Status("T-01", "B", 2020, "partial", 3, 4), Status("T-01", "A", 2019, "complete", 4, 4)]
    statuses += [Status("S-01", "A", 2020, "none", 0, 2), Status("S-01", "A", 2019, "not_applicable", 0, 0)]
    names = {"T-01": Names("甲表", "T"), "S-01": Names("乙表", "S")}
    made = coverage_sheet(statuses, names, {"A": Names("甲县", "A town")}, Names("册", "Book"), "book", "assets", "en")
    shown = [[c.text for c in line.cells] for line in made.lines]
    assert shown[0][0] == "T-01 T"
    assert shown[1] == ["A", "A town", "complete 4/4", ""]  # no entry for 2020
    assert shown[2] == ["B", "", "", "partial 3/4"]
    assert shown[4] == ["A", "A town", "—", "none 0/2"]


def example(**more: object) -> Sheet:
    cells = (Cell("R1", "text"), Cell("<b>甲</b>", "text"), *(Cell("1.00", "number", (("a/b/c@1", "1 ha"),), Decimal(1)),) * 3)
    return Sheet("T-01", "某表", (("年度", "2020"),), heads(LAYOUT, "zh"), (Line("R1", cells, "stock"),), ("注",), True)


def test_the_page_escapes_and_gives_the_same_bytes() -> None:
    text = page([example()], "zh")
    assert text == page([example()], "zh")
    assert "&lt;b&gt;甲" in text
    assert 'title="a/b/c@1 = 1 ha" data-figure="a/b/c@1"' in text
    assert "示例数据" in text
    assert "default-src &#39;none&#39;" in text or "default-src 'none'" in text


def test_the_terminal_shows_title_numbers_and_notes() -> None:
    shown = console("zh")
    with shown.capture() as captured:
        shown.print(terminal(example(), "zh"))
    assert all(part in captured.get() for part in ("某表", "示例数据", "C0栏", "1.00", "注"))


def test_data_gives_texts_and_addresses() -> None:
    made = as_data(example())
    assert made["lines"][0]["cells"]["C1"] == {  # type: ignore[index]
        "text": "1.00",
        "kind": "number",
        "figures": [["a/b/c@1", "1 ha"]],
    }


def test_only_the_foot_of_both_sides_is_styled_as_a_total() -> None:
    entries = [entry("asset", "A1", "1", "1"), entry("asset", "A0", "1", "1")]
    entries += [entry("liability", "L0", "0", "0"), entry("net", "N0", "1", "1")]
    made = balance_sheet(entries, ["A1", "A0", "L0", "N0"], (), [], "en")
    assert [line.style for line in made.lines] == ["", "total"]
    assert "assets = total liabilities + net assets" in made.notes[0]


@pytest.mark.parametrize("columns", [20, 60, 100, 200])
def test_no_number_is_cut_off_at_the_edge_of_a_terminal(columns: int) -> None:
    entries = [entry("asset", code, "123456789.12", "987654321.98") for code in ("A0", "A1")]
    entries += [entry("liability", "L0", "11111111.11", "22222222.22"), entry("net", "N0", "112345678.01", "965432099.76")]
    made = balance_sheet(entries, ["A1", "A0", "L0", "N0"], (), [], "zh")
    narrow = Console(width=columns)
    with narrow.capture() as captured:
        show(made, narrow, "zh")
    numbers = [cell.text for line in made.lines for cell in line.cells if cell.kind == "number"]
    assert "123,456,789.12" in numbers
    assert [n for n in numbers if n not in captured.get()] == []
    assert narrow.width == columns
