"""The workbook as another program reads it: official layout, print, contents, figures, live totals, the same bytes each time."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Made, Stored, letters
from gep.report.statement import Issuer, Part, Statement, digest
from gep.report.workbook import workbook
from gep.report.workbook_imprint import StatementImprint
from gep.report.workbook_plan import LANDSCAPE, PORTRAIT, TEXT, Plan, letter_row, plan
from gep.report.workbook_words import CONTENTS, FIGURES, WORDS
from tests.report.workbook_forms import (
    COLUMNS,
    HEAD,
    SCOPE,
    amount,
    example,
    form,
    formulas,
    line,
    opened,
    ref,
    statement,
    texts,
)  # fmt: skip

LANGS = ("zh", "en")
IMPRINT = StatementImprint(HEAD, "zh")


def made(shown: Statement, lang: str = "zh") -> Any:
    return opened(workbook(shown, lang))


def sheet(shown: Statement, lang: str = "zh", name: str = "T2") -> Any:
    return made(shown, lang)[name]


def below(found: list[str], title: str) -> list[str]:
    return found[found.index(title) + 1 :]


def test_both_languages_say_the_same_things() -> None:
    assert WORDS["zh"].keys() == WORDS["en"].keys()
    holes = [[set(re.findall(r"\{(\w+)\}", WORDS[lang][key])) for key in WORDS["zh"]] for lang in LANGS]
    assert holes[0] == holes[1]


def test_the_sheets() -> None:
    forms = (example("T2"), form("MN-01.kaolin", line("A", amount("1"), amount("2"), amount("3"))))
    assert made(statement(*forms)).sheetnames == ["目录", "T2", "MN-01.kaolin", "数字来源"]
    assert made(statement(*forms), "en").sheetnames == ["Contents", "T2", "MN-01.kaolin", "Figures"]


def test_the_heading_of_an_official_form() -> None:
    found = texts(sheet(statement(replace(example(), department="自然资源局"))))
    block = ["表　　号：T2", "制定机关：某市统计局", "文　　号：某统字〔2022〕1号", "有效期至：2023年12月"]
    left = ["综合机关名称：某市统计局", "填报部门：自然资源局", "某市　2022年"]
    for text in ("T2号表", *block, *left, "计量单位：亿元"):
        assert text in found
    assert [text for text in found if text in block] == block


def test_what_is_unknown_is_a_line_to_fill_in() -> None:
    found = texts(sheet(statement(example(), issuer=Issuer())))
    for name in ("制定机关：", "文　　号：", "有效期至：", "综合机关名称："):
        assert f"{name}____________" in found


def test_merged_heads_and_the_letter_row() -> None:
    page = sheet(statement(example()))
    merged = {str(area) for area in page.merged_cells.ranges}
    # columns from B: name and code over two rows, the stock over two columns
    head = next(c.row for row in page.iter_rows() for c in row if c.value == "项目")
    assert {f"B{head}:B{head + 1}", f"C{head}:C{head + 1}", f"D{head}:E{head}", f"F{head}:F{head + 1}"} <= merged
    assert page[f"D{head}"].value == "存量"
    assert page[f"E{head + 1}"].value == "期末\n(万元)"
    assert [page.cell(head + 2, n).value for n in range(2, 7)] == ["甲", "乙", "1", "2", "3"]


def test_letters_are_latin_in_english() -> None:
    assert letters(example()) == letter_row(example(), "zh") == ("甲", "乙", "1", "2", "3")
    assert letter_row(example(), "en") == ("A", "B", "1", "2", "3")


def test_lines_signs_and_marks() -> None:
    book = made(statement(example()))
    page = book["T2"]
    rows = {page.cell(n, 3).value: n for n in range(1, page.max_row + 1) if page.cell(n, 3).value in ("A", "B", "S")}
    assert [page.cell(rows["A"], n).value for n in (2, 3, 4)] == ["项A", "A", 0.125 - 1e-13]  # a half, shown 0.12
    assert page.cell(rows["B"], 2).value == "#项B"  # part of the line above
    assert page.cell(rows["B"], 2).alignment.indent == 2
    assert page.cell(rows["S"], 4).font.bold
    assert not page.cell(rows["A"], 4).font.bold
    assert page.cell(rows["S"], 6).value == "…"
    marked = page.cell(rows["B"] + 1, 5)
    assert (marked.value, marked.number_format) == (30.01, '#,##0.00"※";"−"#,##0.00"※"')


def test_totals_are_live_and_the_results_stored() -> None:
    data = workbook(statement(example()), "zh")
    live, stored = formulas(opened(data)), opened(data, values=True)["T2"]
    (total,) = [cell for (_, cell), text in live.items() if text == "=D11+D12+D13"]
    assert stored[total].value == 2
    assert len(live) == 5


def test_a_total_that_is_not_its_parts_makes_no_workbook() -> None:
    wrong = line("S", amount("9", made=Made("sum", (ref("A", "opening"),))), Cell(), Cell())
    with pytest.raises(Refused, match="WORKBOOK-TOTAL-DIFFERS"):
        workbook(statement(form("T", line("A", amount("1"), Cell(), Cell()), wrong)), "zh")


def test_sign_off_notes_and_relations_stand_below() -> None:
    for lang, title, note, relations in (
        ("zh", "说明：", "1．按当年价格。", "审核关系："),
        ("en", "Notes:", "1. At current prices.", "Relations checked:"),
    ):
        found = texts(sheet(statement(example()), lang))
        said = [text for text in found if text.startswith(("单位负责人：", "Head of unit:"))]
        assert len(said) == 1
        after = below(found, said[0])
        assert after[:3] == [title, note, relations]
        assert "S = A + B + C" in after[3]


@pytest.mark.parametrize("lang", LANGS)
def test_a_draft_says_so_on_the_screen_and_on_every_page(lang: str) -> None:
    word = WORDS[lang]["draft"]
    open_, closed = (made(statement(example(), draft=draft), lang) for draft in (True, False))
    for name in (CONTENTS[lang], "T2"):
        assert any(word in text for text in texts(open_[name]))
        assert not any(word in text for text in texts(closed[name]))
    assert word in open_["T2"].oddHeader.center.text
    assert not closed["T2"].oddHeader.center.text


def test_illustrative_and_public_say_so() -> None:
    page = sheet(statement(replace(example(), illustrative=True), edition="public"))
    assert "示例数据　公开版" in texts(page)
    assert "示例数据　公开版" in page.oddHeader.center.text


def test_print() -> None:
    page = sheet(statement(example()))
    head = next(c.row for row in page.iter_rows() for c in row if c.value == "项目")
    assert page.page_setup.paperSize == 9
    assert (page.page_setup.orientation, page.page_setup.fitToWidth, page.page_setup.fitToHeight) == ("portrait", None, 0)
    assert page.print_title_rows == f"${head}:${head + 2}"
    assert page.freeze_panes == f"D{head + 3}"
    # from the title to the last note; links and margin are not printed
    assert re.fullmatch(rf"'T2'!\$B\${head - 6}:\$F\$\d+", page.print_area)
    assert page.oddFooter.center.text.endswith("第 &P 页　共 &N 页")
    assert page.oddFooter.right.text.endswith("版次 7")


def wide(count: int, kind: Any = "number") -> Form:
    columns = (*COLUMNS[:2], *(Column(f"c{n}", Names(f"第{n}栏", f"Column {n}"), kind) for n in range(count)))
    cell = amount("123456.78") if kind == "number" else Cell("text", Names("很长的文字" * 8, "long words " * 8))
    row = line("A", *([cell] * count))
    return Form("W", "W", "gep", Names("宽表", "A wide form"), SCOPE, columns, (row,))


def test_wide_forms_lie_and_run_over_pages_with_their_names() -> None:
    narrow, lying, two = (plan(wide(n), "W", IMPRINT) for n in (5, 11, 26))
    assert (narrow.landscape, narrow.pages) == (False, 1)
    assert sum(narrow.widths) <= PORTRAIT < sum(lying.widths) <= LANDSCAPE < sum(two.widths)
    assert (lying.landscape, lying.pages) == (True, 1)
    assert (two.landscape, two.pages, two.frozen) == (True, 2, 2)
    assert two.wide(0, two.prose) <= LANDSCAPE  # the title stands on the first page
    page = sheet(statement(wide(26)), name="W")
    assert page.print_title_cols == "$B:$C"
    assert page.page_setup.fitToWidth == 2


def test_columns_of_words_are_narrowed_before_a_form_takes_two_pages() -> None:
    narrowed = plan(wide(8, "text"), "W", IMPRINT)
    assert narrowed.pages == 1
    assert sum(narrowed.widths) == pytest.approx(LANDSCAPE)
    assert min(narrowed.widths[2:]) > TEXT


def number_rooms(made_: Plan, lang: str) -> list[tuple[str, float]]:
    cells = ((made_.form.columns[n], row.cells[n], n) for row in made_.form.lines for n in range(len(made_.form.columns)))
    return [(cell.printed(lang), made_.widths[n]) for _, cell, n in cells if cell.kind == "number"]


def test_no_number_is_wider_than_its_column() -> None:
    huge = line("A", amount("123456789012.34"), amount("-0.000000123", 2), amount("1"))
    for text, room in number_rooms(plan(form("T", huge), "T", IMPRINT), "zh"):
        assert len(text) < room


def test_the_contents() -> None:
    page = made(statement(example()))["目录"]
    found = texts(page)
    for text in (
        "2022年某市生态产品总值与自然资源资产核算报表", "某市账册", "内部版", "王芳　2023-05-07", "a" * 64, "b" * 64, "c" * 64,
        digest(statement(example())), "gep-accounts 0", "某方案（made-up）　版次 7　初步核算",
    ):  # fmt: skip
        assert text in found
    links = {c.value: c.hyperlink.location for row in page.iter_rows() for c in row if c.hyperlink}
    assert links == {"T2": "'T2'!A1", "数字来源": "'数字来源'!A1"}
    assert any("5 个" in text for text in found)  # formulas


def test_totals_that_are_no_formulas_are_counted() -> None:
    half = form("T", line("A", Cell("missing"), Cell(), amount("1", made=Made("sum", (ref("A", "opening"),)))))
    assert WORDS["zh"]["left_no_number"].format(n="1") in texts(made(statement(half))["目录"])


def test_every_number_leads_to_its_address_and_back() -> None:
    book = made(statement(example()))
    page, figures = book["T2"], book["数字来源"]
    rows = {row[0].value: row for row in figures.iter_rows(min_row=4)}
    numbers = [c for row in page.iter_rows(min_row=11) for c in row if isinstance(c.value, int | float) or c.data_type == "f"]
    assert len(numbers) == 11
    for cell in numbers:
        row = rows[f"T2!{cell.coordinate}"]
        assert row[0].hyperlink.location == f"'T2'!{cell.coordinate}"
        assert row[10].value.startswith("value_account/880100/2022/")
    first = rows["T2!D11"]
    assert [c.value for c in first][1:11] == [
        "T2", "A", "项A", "opening", "存量 / 期初", "0.12", "0.125", "CNY", "有数", "value_account/880100/2022/x0.125/zone=-@7",
    ]  # fmt: skip
    assert rows["T2!F14"][9].value == "缺数"
    assert rows["T2!D14"][11].value == "D11+D12+D13"
    # the sign in the margin of a line leads to its first row
    assert figures[page["A11"].hyperlink.location.split("!")[1]].value == "T2!D11"
    assert page["A14"].hyperlink.location == f"'数字来源'!A{first[0].row + 9}"


def test_amounts_that_are_not_published_stand_nowhere() -> None:
    """A suppressed cell, and the same figure behind another cell, keep their address but not their amount."""
    secret = Stored("value_account/880100/2022/secret@7", Decimal("98765.4321"), "CNY", "value")
    hidden = Cell("suppressed", figures=(secret,))
    beside = Cell("number", Names("", ""), Decimal("5"), Decimal("5.00"), (secret,))
    data = workbook(statement(form("T", line("A", hidden, beside, amount("1"))), edition="public"), "zh")
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        assert not any(b"98765" in held.read(name) for name in held.namelist())
    rows = [row for row in opened(data)["数字来源"].iter_rows(min_row=4, values_only=True) if row[10] == secret.address]
    assert [(row[6], row[7], row[9]) for row in rows] == [("×", None, "不公布"), ("5.00", None, "不公布")]


def test_several_regions_and_years() -> None:
    other = replace(SCOPE, region="880121", region_names=Names("甲县", "First county"), year=2021)
    county = Part(other, (replace(example(), scope=other),))
    whole = Statement(HEAD, (Part(SCOPE, (example(),)), county))
    assert made(whole).sheetnames == ["目录", "T2", "数字来源"]
    book = opened(workbook(whole, "zh", whole.parts))
    assert book.sheetnames == ["目录", "T2 880100 2022", "T2 880121 2021", "数字来源"]
    assert "甲县　2021年" in texts(book["T2 880121 2021"])
    assert len(formulas(book)) == 10


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_bytes_each_time(lang: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = workbook(statement(example(), draft=True), lang)
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert workbook(statement(example(), draft=True), lang) == first
    assert opened(first).properties.created == datetime(2023, 5, 6)
    assert workbook(statement(example(), draft=True), lang, seal=digest(statement(example(), draft=True))) == first


def test_an_empty_form_has_its_notes() -> None:
    """A form without lines, and one with a single column, are sheets like any other."""
    empty = form("E", notes=(Names("没有数据。", "Nothing."),))
    single = replace(form("S"), columns=COLUMNS[:1])
    book = made(statement(empty, single))
    assert "1．没有数据。" in texts(book["E"])
    assert "S号表" in texts(book["S"])


def test_a_number_with_too_many_digits_is_text() -> None:
    """16 digits do not fit a spreadsheet; the printed text stands there and no total counts it."""
    long = "12345678901234.56"
    total = line("S", amount(long, made=Made("sum", (ref("A", "opening"),))), Cell(), Cell())
    book = made(statement(form("T", line("A", amount(long), Cell(), Cell()), total)))
    assert texts(book["T"]).count("12,345,678,901,234.56") == 2
    assert formulas(book) == {}


def test_a_sheet_of_more_links_than_it_can_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gep.report.workbook_paper.LINKS", 3)
    book = made(statement(example()))
    linked = [c.value for row in book[FIGURES["zh"]].iter_rows() for c in row if c.hyperlink]
    assert linked == ["T2!D11", "T2!E11", "T2!F11"]
    assert "T2!F14" in texts(book[FIGURES["zh"]])


def test_a_row_is_no_taller_than_a_spreadsheet_allows() -> None:
    told = form("T", line("A", amount("1"), amount("2"), amount("3")), notes=(Names("长" * 30000, "long " * 5000),))
    page = sheet(statement(told), name="T")
    assert max(d.height for d in page.row_dimensions.values() if d.height) == 408.75
