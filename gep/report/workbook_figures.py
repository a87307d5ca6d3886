"""The sheet of figures: every printed number of a workbook with its cell, the stored amount and the address that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gep.report.form import Cell, Column, Form, Line, Stored
from gep.report.workbook_formulas import Key
from gep.report.workbook_imprint import Imprint
from gep.report.workbook_numbers import held
from gep.report.workbook_paper import Paper, column_name
from gep.report.workbook_plan import MARGIN, Plan, head_text
from gep.report.workbook_sheet import Origins, page_text
from gep.report.workbook_style import GREY, SIZE, THIN, Styles
from gep.report.workbook_text import columns_wide
from gep.report.workbook_words import WORDS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

# the columns by the keys of their names, with the least and the most width
COLUMNS: Mapping[str, tuple[int, int]] = {
    "f_cell": (10, 24), "form_number": (7, 16), "f_line": (6, 18), "f_name": (10, 34), "f_column": (6, 14), "f_head": (10, 30),
    "f_printed": (10, 22), "f_exact": (14, 30), "f_unit": (6, 16), "f_state": (8, 12), "f_address": (30, 96), "f_made": (10, 40),
}  # fmt: skip
TOP = 2  # rows above the heads
SAMPLE = 3000  # rows that the widths are taken from


@dataclass(frozen=True, slots=True)
class Row:
    """A stored figure behind a printed number: one row of the sheet. `texts` in the order of the columns."""

    sheet: str
    line: str
    cell: str
    texts: tuple[str, ...]


def rows(plans: Iterable[Plan], formulas: Mapping[str, Mapping[Key, str]], hidden: frozenset[str], lang: str) -> Iterator[Row]:
    """A row for each stored figure of each number and sign, in the order of print; `formulas` by sheet.

    `hidden`: addresses whose amounts stand nowhere.
    """
    for plan in plans:
        names = {line.code: _name(plan.form, line, lang) for line in plan.form.lines}
        heads = {column.code: _head(column, lang) for column in plan.form.columns}
        for at, line in enumerate(plan.form.lines, plan.body):
            for n, (column, cell) in enumerate(zip(plan.form.columns, line.cells, strict=True)):
                if cell.kind in ("blank", "text") and not cell.figures:
                    continue
                spot = f"{column_name(n + MARGIN)}{at + 1}"
                made = formulas[plan.sheet].get((plan.form.id, line.code, column.code), "")
                fixed = (plan.form.number, line.code, names[line.code], column.code, heads[column.code], cell.printed(lang))
                for behind in _behind(cell, plan.form, column, hidden, lang):
                    yield Row(plan.sheet, line.code, spot, (f"{plan.sheet}!{spot}", *fixed, *behind, made))


def _behind(cell: Cell, form: Form, column: Column, hidden: frozenset[str], lang: str) -> Iterator[tuple[str, str, str, str]]:
    """Amount, unit, state and address of each figure behind a cell; of a number without one, what it is itself."""
    words = WORDS[lang]
    for figure in cell.figures:
        withheld = cell.kind == "suppressed" or figure.address in hidden
        state = "suppressed" if withheld else figure.state
        yield "" if withheld else _amount(figure), figure.unit, words.get(f"s_{state}", state), figure.address
    if not cell.figures and held(cell) is not None:
        yield f"{cell.exact:f}", column.unit.of(lang) or form.unit.of(lang), words["s_value"], ""


def _amount(figure: Stored) -> str:
    return "" if figure.amount is None else f"{figure.amount:f}"


def suppressed(forms: Iterable[Form]) -> frozenset[str]:
    """The addresses of the figures that are left out somewhere: their amounts stand nowhere."""
    cells = (cell for form in forms for _, _, cell in form.cells())
    return frozenset(f.address for cell in cells if cell.kind == "suppressed" for f in cell.figures)


def origins(listed: Sequence[Row]) -> Mapping[str, Origins]:
    """By sheet, the row counted from 0 where the figures of each line begin."""
    found: dict[str, dict[str, int]] = {}
    for n, row in enumerate(listed, TOP + 1):
        found.setdefault(row.sheet, {}).setdefault(row.line, n)
    return {sheet: Origins(lines) for sheet, lines in found.items()}


def write(listed: Sequence[Row], sheet: Worksheet, styles: Styles, imprint: Imprint) -> None:
    """Fill the sheet. The name of a cell leads to it."""
    paper, words, last = Paper(sheet), WORDS[imprint.lang], len(COLUMNS) - 1
    paper.text(0, 0, words["f_title"], styles.of(heading=True, bold=True, font_size=14))
    paper.tall(0, 22)
    paper.text(1, 0, words["f_told"], styles.of(font_color=GREY))
    heads = styles.of(heading=True, bold=True, align="center", text_wrap=True, top=THIN, bottom=THIN)
    for n, (name, (least, most)) in enumerate(COLUMNS.items()):
        wide = max((columns_wide(row.texts[n]) for row in listed[:SAMPLE]), default=0) + 2
        sheet.set_column(n, n, min(max(least, wide, columns_wide(words[name]) + 2), most))
        paper.text(TOP, n, words[name], heads)
    plain, right = styles.of(font_size=SIZE - 1), styles.of(font_size=SIZE - 1, align="right")
    looks = [right if name in ("f_printed", "f_exact") else plain for name in COLUMNS]
    for at, row in enumerate(listed, TOP + 1):
        paper.link(at, 0, row.sheet, row.cell, row.texts[0], plain)
        for n in range(1, last + 1):
            if row.texts[n]:
                paper.text(at, n, row.texts[n], looks[n])
    _page(sheet, styles, imprint, TOP + len(listed))


def _page(sheet: Worksheet, styles: Styles, imprint: Imprint, end: int) -> None:
    last = len(COLUMNS) - 1
    sheet.autofilter(TOP, 0, end, last)
    sheet.freeze_panes(TOP + 1, 1)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(2, 0)
    sheet.repeat_columns(0, 0)
    sheet.repeat_rows(TOP)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{column_name(last)}{end + 1}"})
    page_text(sheet, styles, imprint, "", WORDS[imprint.lang]["f_title"])


def _name(form: Form, line: Line, lang: str) -> str:
    """What a line is called: the first label that it has."""
    found = (c for c, column in zip(line.cells, form.columns, strict=True) if column.kind == "label" and c.kind == "text")
    return next((cell.text.of(lang) for cell in found), "")


def _head(column: Column, lang: str) -> str:
    return " / ".join([*(group.of(lang) for group in column.group), head_text(column, lang).replace("\n", " ")])
