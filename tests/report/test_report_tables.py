"""Forms laid out on paper: heads with spans, widths that hold their numbers, pages turned over, pieces."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.report.form import Column, Form, Line, Scope, Stored, number, text
from gep.report.report_tables import ACROSS, PAD, UPRIGHT, em, heads, longest_word, sheets, table

SCOPE = Scope("880100", Names("某市", "Some City"), 2022, "made-up", 7, "preliminary")


def cell(amount: str):  # type: ignore[no-untyped-def]
    return number(Stored("value_account/880100/2022/x@7", Decimal(amount), "CNY", "value"), places=2)


def form(columns: int, lines: int = 3, amount: str = "1234.5", name: str = "气候调节") -> Form:
    heads_of = (
        Column("name", Names("项目", "Item"), "label"),
        *(Column(f"c{n}", Names(f"栏{n}", f"C{n}")) for n in range(columns)),
    )
    body = tuple(Line(f"l{n}", (text(name), *(cell(amount) for _ in range(columns)))) for n in range(lines))
    return Form("T9", "T9", "gep", Names("表", "Table"), SCOPE, heads_of, body)


def test_widths_count_chinese_as_one_and_letters_as_half() -> None:
    assert em("生态") == 2
    assert em("生态") > em("GEP") > 1.5
    assert longest_word("生态产品") == 1
    assert longest_word("air_purification.capacity") < em("air_purification.capacity")  # it may be broken after its signs


def test_a_narrow_table_stands_upright_and_fills_the_line() -> None:
    (sheet,) = sheets(form(4), "zh")
    assert not sheet.across
    assert sum(sheet.widths) == pytest.approx(UPRIGHT, abs=0.1)


def test_a_wide_table_is_turned() -> None:
    (sheet,) = sheets(form(10, amount="12345678.91"), "zh")
    assert sheet.across
    assert sum(sheet.widths) == pytest.approx(ACROSS, abs=0.1)


def test_a_table_wider_than_a_turned_page_is_cut_and_repeats_its_labels() -> None:
    made = form(40, amount="12345678.91")
    pieces = sheets(made, "zh")
    assert len(pieces) > 1
    assert all(s.columns[0] == 0 and s.across for s in pieces)
    assert sorted(n for s in pieces for n in s.columns[1:]) == list(range(1, 41))


def test_long_texts_are_broken_and_not_the_numbers() -> None:
    (sheet,) = sheets(form(8, name="很长的名称" * 30, amount="12345678.91"), "zh")
    assert all(width >= em("12,345,678.91") * sheet.size + PAD for width in sheet.widths[1:])


@given(st.integers(1, 30), st.integers(0, 12), st.text("生态 aB_1.", max_size=60))
def test_every_number_fits_its_column(columns: int, digits: int, name: str) -> None:
    amount = "1" + "0" * digits + ".25"
    made = form(columns, amount=amount, name=name)
    shown = cell(amount).printed("zh")
    for sheet in sheets(made, "zh"):
        assert sum(sheet.widths) <= (ACROSS if sheet.across else UPRIGHT) + 0.5
        assert all(width >= em(shown) * sheet.size for width in sheet.widths[1:])


def test_a_form_without_lines_has_a_layout() -> None:
    (sheet,) = sheets(form(3, lines=0), "en")
    assert table(form(3, lines=0), sheet, "en")["lines"] == []


def test_heads_share_a_cell_with_their_neighbours() -> None:
    stock, flow = Names("存量", "Stock"), Names("流量", "Flow")
    columns = (
        Column("name", Names("项目", "Item"), "label"),
        Column("a", Names("期初", "Opening"), group=(stock,)),
        Column("b", Names("期末", "Closing"), group=(stock,), unit=Names("公顷", "ha")),
        Column("c", Names("增加", "More"), group=(flow,)),
    )
    # 项目 | 存量    | 流量
    #      | 期初 期末 | 增加
    assert heads(columns, "zh") == [
        [
            {"x": 0, "text": "项目", "columns": 1, "rows": 2},
            {"x": 1, "text": "存量", "columns": 2, "rows": 1},
            {"x": 3, "text": "流量", "columns": 1, "rows": 1},
        ],
        [
            {"x": 1, "text": "期初", "columns": 1, "rows": 1},
            {"x": 2, "text": "期末（公顷）", "columns": 1, "rows": 1},
            {"x": 3, "text": "增加", "columns": 1, "rows": 1},
        ],
    ]


def test_every_place_of_the_head_is_covered_once() -> None:
    a, b = Names("甲", "A"), Names("乙", "B")
    columns = (
        Column("n", Names("n", "n"), "label"),
        Column("1", Names("1", "1"), group=(a, b)),
        Column("2", Names("2", "2"), group=(a, b)),
        Column("3", Names("3", "3"), group=(a,)),
        Column("4", Names("4", "4")),
    )
    rows = heads(columns, "en")
    covered = [
        (x, y + dy)
        for y, row in enumerate(rows)
        for c in row
        for x in range(c["x"], c["x"] + c["columns"])
        for dy in range(c["rows"])
    ]
    assert sorted(covered) == [(x, y) for x in range(5) for y in range(3)]


def test_a_form_without_lines_turns_no_page() -> None:
    assert [sheet.across for sheet in sheets(form(12, lines=3), "zh")] == [True]
    assert [sheet.across for sheet in sheets(form(12, lines=0), "zh")] == [False]
