"""A form as a worksheet in the layout of official tables: title, block, merged heads, letter row, lines, sign-off, notes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gep.report.form import Cell, Column, Line
from gep.report.workbook_formulas import Key
from gep.report.workbook_imprint import Imprint
from gep.report.workbook_numbers import held, number_format
from gep.report.workbook_paper import Paper, column_name
from gep.report.workbook_plan import LINE, MARGIN, PAGE, Plan, cell_text, height, letter_row
from gep.report.workbook_style import ALARM, GREY, SHADE, SIZE, Styles, rules
from gep.report.workbook_text import columns_wide, header_text, visible
from gep.report.workbook_words import CONTENTS, FIGURES, WORDS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

NUMERAL = re.compile(r"[+\-\u2212]?[\d,]*\.?\d+(?:[eE][+\-]?\d+)?%?")
TABS = {"gep": "#2E7D32", "index": "#00695C", "asset": "#1565C0", "quality": "#8D6E63", "annex": "#757575"}
LEADS = "›"
TITLE = 16  # size of a title
SHRUNK = 0.7  # a form that comes on one page at this size is printed on one


@dataclass(frozen=True)
class Origins:
    """Where the sheet of figures tells of the lines of this one: the row (from 0) of each line that has figures."""

    rows: Mapping[str, int]

    def first(self) -> str:
        return f"A{min(self.rows.values(), default=0) + 1}"


def write(plan: Plan, sheet: Worksheet, styles: Styles, imprint: Imprint, formulas: Mapping[Key, str], origins: Origins) -> None:
    """Fill a worksheet with a form."""
    paper = Paper(sheet, MARGIN)
    sheet.set_column(0, 0, 2)
    for n, width in enumerate(plan.widths, MARGIN):
        sheet.set_column(n, n, width)
    _links(plan, paper, styles, origins)
    _top(plan, paper, styles, imprint)
    _heads(plan, paper, styles)
    for row, line in enumerate(plan.form.lines, plan.body):
        _line(plan, paper, styles, row, line, formulas)
    below = _below(plan, paper, styles, imprint)
    _screen(plan, sheet, below)
    _page(plan, paper, styles, imprint, below)


def _links(plan: Plan, paper: Paper, styles: Styles, origins: Origins) -> None:
    """Outside of what is printed: to the contents, to the figures of the form, and in the margin to those of each line."""
    grey = styles.of(font_size=SIZE - 1, font_color=GREY, underline=1)
    paper.link(0, 0, CONTENTS[plan.lang], "A1", CONTENTS[plan.lang], grey)
    if origins.rows:
        paper.link(0, 1, FIGURES[plan.lang], origins.first(), FIGURES[plan.lang], grey)
    sign = styles.of(font_color=GREY, align="center")
    for row, line in enumerate(plan.form.lines, plan.body):
        if line.code in origins.rows:
            paper.link(row, -MARGIN, FIGURES[plan.lang], f"A{origins.rows[line.code] + 1}", LEADS, sign)


def _top(plan: Plan, paper: Paper, styles: Styles, imprint: Imprint) -> None:
    """Marks, title and block."""
    last = plan.prose
    if plan.marks:
        loud = styles.of(heading=True, bold=True, font_size=12, font_color=ALARM, align="center")
        paper.across(plan.title - 1, 0, last, "　".join(plan.marks), loud)
        paper.tall(plan.title - 1, 20)
    big = styles.of(heading=True, bold=True, font_size=TITLE, align="center", text_wrap=True)
    title = plan.form.names.of(plan.lang)
    paper.across(plan.title, 0, last, title, big)
    paper.tall(plan.title, height(visible(title), plan.wide(0, last) * SIZE / TITLE, 23))
    style = styles.of(text_wrap=True)
    rooms = (plan.wide(0, plan.right - 1), plan.wide(plan.right, last))
    for row, (left, right) in enumerate(zip(*imprint.block(plan.form), strict=True), plan.title + 1):
        paper.across(row, 0, plan.right - 1, left, style)
        paper.across(row, plan.right, last, right, style)
        paper.tall(row, max(height(visible(left), rooms[0]), height(visible(right), rooms[1])))


def _heads(plan: Plan, paper: Paper, styles: Styles) -> None:
    """The column heads, those of several columns merged, and the letter row."""
    rows, count = (plan.head, plan.last), len(plan.widths)
    tall = [LINE + 2] * plan.depth
    for cell in plan.heads:
        top, bottom = plan.head + cell.top, plan.head + cell.bottom
        borders = rules(top, cell.left, rows, count) | {"right": rules(top, cell.right, rows, count).get("right", 0)}
        style = styles.of(heading=True, align="center", text_wrap=True, **borders)
        paper.across(top, cell.left, cell.right, cell.text, style, bottom)
        need = height(cell.text, plan.wide(cell.left, cell.right))
        tall[cell.bottom] += max(0.0, need - sum(tall[cell.top : cell.bottom + 1]))
    for n, points in enumerate(tall):
        paper.tall(plan.head + n, points)
    for n, letter in enumerate(letter_row(plan.form, plan.lang)):
        paper.text(plan.letters, n, letter, styles.of(align="center", **rules(plan.letters, n, rows, count)))
    paper.tall(plan.letters, LINE + 1)


def _line(plan: Plan, paper: Paper, styles: Styles, row: int, line: Line, formulas: Mapping[Key, str]) -> None:
    tall = LINE + 2
    for n, (column, cell) in enumerate(zip(plan.form.columns, line.cells, strict=True)):
        look: dict[str, Any] = dict(rules(row, n, (plan.head, plan.last), len(plan.widths)))
        look |= {"bold": True} if line.style in ("total", "subtotal", "stock", "group") else {}
        look |= {"bg_color": SHADE} if line.style in ("total", "group") else {}
        holds = held(cell)
        if holds is not None and holds.hold != "text":
            style = styles.of(align="right", num_format=number_format(cell.places, cell.mark), **look)
            paper.number(row, n, holds.value, style, formulas.get((plan.form.id, line.code, column.code), ""))
            continue
        text = cell_text(column, line, cell, plan.lang)
        aligned = _aligned(column, cell, text)
        beside = aligned == "left" and n > 0 and plan.form.columns[n - 1].kind == "number"  # a number would touch the words
        deep = plan.indent(column, line) or int(beside)
        look |= {"indent": deep} if deep else {}
        paper.text(row, n, text, styles.of(text_wrap=True, align=aligned, **look))
        tall = max(tall, height(visible(text), plan.wide(n, n) - 2 * deep))
    paper.tall(row, tall)


def _aligned(column: Column, cell: Cell, text: str) -> str:
    """Words left, units and codes in the middle, numbers and signs in the place of numbers right."""
    if column.kind in ("unit", "code"):
        return "center"
    number = column.kind == "number" or NUMERAL.fullmatch(text) is not None
    return "right" if column.kind != "label" and (cell.kind != "text" or number) else "left"


def _below(plan: Plan, paper: Paper, styles: Styles, imprint: Imprint) -> int:
    """Sign-off line, notes and relations; the last row of them."""
    words, form = WORDS[plan.lang], plan.form
    row, wide = plan.last + 1, plan.wide(0, plan.prose) * SIZE / (SIZE - 1)
    told = [(imprint.sign_off, False)]
    for title, item, texts in (("notes", "note", form.notes), ("checks", "check", form.checks)):
        listed = [words[item].format(n=n, text=text.of(plan.lang)) for n, text in enumerate(texts, 1)]
        told += [(words[title], True)] if listed else []
        told += [(text, False) for text in (_packed(listed, wide) if item == "check" else listed)]
    paper.tall(row, 6)
    for text, bold in told:
        row += 1
        style = styles.of(text_wrap=True, align="left", font_size=SIZE - 1, heading=bold, bold=bold)
        paper.across(row, 0, plan.prose, text, style)
        paper.tall(row, height(visible(text), wide, LINE - 1))
    paper.tall(plan.last + 2, 6 + paper.heights[plan.last + 2])
    return row


def _packed(texts: Sequence[str], wide: float) -> list[str]:
    """Short texts beside each other on as few lines as they take."""
    lines: list[str] = []
    for text in texts:
        beside = f"{lines[-1]}　{text}" if lines else text
        if lines and columns_wide(visible(beside)) < wide - 1:
            lines[-1] = beside
        else:
            lines.append(text)
    return lines


def _screen(plan: Plan, sheet: Worksheet, below: int) -> None:
    """What stays in sight, and which warnings a spreadsheet shall not give."""
    sheet.freeze_panes(plan.body, plan.frozen + MARGIN)
    sheet.hide_gridlines(2)
    sheet.set_tab_color(TABS[plan.form.section])
    # codes are texts of digits, and totals leave out cells on purpose
    quiet = ("number_stored_as_text", "formula_differs", "formula_range", "empty_cell_reference")
    sheet.ignore_errors(dict.fromkeys(quiet, f"A1:{column_name(len(plan.widths))}{below + 1}"))


def _page(plan: Plan, paper: Paper, styles: Styles, imprint: Imprint, below: int) -> None:
    """How the sheet is printed: the title first; what stands above it is for the screen, the marks are in every page header."""
    sheet = paper.sheet
    across, down = PAGE[plan.landscape]
    size = min(1.0, across / sum(plan.widths))
    tall = sum(points for row, points in paper.heights.items() if row >= plan.title) * size
    sheet.set_paper(9)
    if plan.landscape:
        sheet.set_landscape()
    sheet.set_margins(left=0.55, right=0.55, top=0.75, bottom=0.7)
    sheet.center_horizontally()
    sheet.fit_to_pages(plan.pages, int(plan.pages == 1 and down < tall <= down / SHRUNK))
    sheet.repeat_rows(plan.head, plan.letters)
    if plan.pages > 1 and plan.frozen:
        sheet.repeat_columns(MARGIN, plan.frozen - 1 + MARGIN)
    sheet.print_area(plan.title, MARGIN, below, len(plan.widths) - 1 + MARGIN)
    page_text(sheet, styles, imprint, "　".join(plan.marks), plan.form.number)


def page_text(sheet: Worksheet, styles: Styles, imprint: Imprint, marks: str, what: str) -> None:
    """What every printed page says of itself: draft or not, the form, the vintage, the page."""
    face = f'&9&"{styles.body}"'  # the size first: a digit of the text behind it would be read as part of it
    words = WORDS[imprint.lang]
    sheet.set_header(f'&C&14&"{styles.heading}"&K{ALARM[1:]}{header_text(marks)}' if marks else "")
    sheet.set_footer(f"&L{face}{header_text(what, 40)}&C{face}{words['page']}&R{face}{header_text(imprint.footer)}")
