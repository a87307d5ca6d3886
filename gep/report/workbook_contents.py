"""The first sheet of a workbook: what it is of, the sheets with links, and how to read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gep.report.workbook_formulas import Reason
from gep.report.workbook_imprint import Imprint
from gep.report.workbook_paper import Paper
from gep.report.workbook_plan import Plan, height
from gep.report.workbook_sheet import page_text
from gep.report.workbook_style import ALARM, SHADE, SIZE, THIN, Styles
from gep.report.workbook_text import visible
from gep.report.workbook_words import CONTENTS, FIGURES, WORDS

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

BLUE = "#0563C1"
TITLE = 18
WIDTHS = (22, 14, 60, 18, 8)
LAST = len(WIDTHS) - 1
LEFT, RIGHT = sum(WIDTHS[:2]), sum(WIDTHS[2:])


@dataclass(frozen=True)
class Cover:
    """What the first sheet says. `live` and `left`: how many cells are formulas, and how many are not although made of others."""

    imprint: Imprint
    digest: str
    plans: tuple[Plan, ...]
    live: int
    left: Mapping[Reason, int]


def write(cover: Cover, sheet: Worksheet, styles: Styles) -> None:
    """Fill the sheet."""
    paper, imprint = Paper(sheet), cover.imprint
    lang = imprint.lang
    for n, width in enumerate(WIDTHS):
        sheet.set_column(n, n, width)
    row = 0
    told = "　".join(imprint.marks())
    if told:
        loud = styles.of(heading=True, bold=True, font_size=14, font_color=ALARM, align="center")
        paper.across(row, 0, LAST, told, loud)
        paper.tall(row, 24)
        row += 1
    title = visible(imprint.title)
    paper.across(row, 0, LAST, title, styles.of(heading=True, bold=True, font_size=TITLE, align="center", text_wrap=True))
    paper.tall(row, height(title, (LEFT + RIGHT) * SIZE / TITLE, 26) + 8)
    row = _facts(cover, paper, styles, lang, row + 2)
    row = _sheets(cover, paper, styles, lang, row + 1)
    row = _reading(cover, paper, styles, lang, row + 1)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.55, right=0.55, top=0.75, bottom=0.7)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    sheet.ignore_errors({"number_stored_as_text": f"A1:E{row + 1}"})
    page_text(sheet, styles, imprint, "", CONTENTS[lang])


def reading(cover: Cover, lang: str) -> list[str]:
    """How to read the workbook, and which totals are no formulas and why."""
    words = WORDS[lang]
    told = [*cover.imprint.told(), words["signs"], words["exact"], words["live"].format(n=f"{cover.live:,}")]
    return told + [words[f"left_{why}"].format(n=f"{n:,}") for why, n in cover.left.items()]


def _facts(cover: Cover, paper: Paper, styles: Styles, lang: str, row: int) -> int:
    _heading(paper, styles, row, WORDS[lang]["facts"])
    left = styles.of(heading=True, text_wrap=True, top=THIN, bottom=THIN, bg_color=SHADE)
    right = styles.of(text_wrap=True, top=THIN, bottom=THIN)
    for name, text in cover.imprint.facts(cover.digest):
        row += 1
        paper.across(row, 0, 1, name, left)
        paper.across(row, 2, LAST, text, right)
        paper.tall(row, max(height(name, LEFT), height(visible(text), RIGHT)) + 2)
    return row + 1


def _sheets(cover: Cover, paper: Paper, styles: Styles, lang: str, row: int) -> int:
    """The list of the sheets, by section, each with a link."""
    words = WORDS[lang]
    _heading(paper, styles, row, words["sheets"])
    row += 1
    ruled = {"top": THIN, "bottom": THIN, "text_wrap": True}
    for n, name in enumerate(("sheet", "form_number", "form_name", "unit_head", "form_lines")):
        paper.text(row, n, words[name], styles.of(heading=True, bold=True, align="center", bg_color=SHADE, **ruled))
    link, middle, left = styles.of(font_color=BLUE, underline=1, **ruled), styles.of(align="center", **ruled), styles.of(**ruled)
    above: object = None
    for plan in cover.plans:
        row += 1
        form = plan.form
        group, heading = cover.imprint.group(form)
        if group != above:
            above = group
            paper.across(row, 0, LAST, heading, styles.of(heading=True, **ruled))
            row += 1
        paper.link(row, 0, plan.sheet, "A1", plan.sheet, link)
        name = form.names.of(lang)
        paper.text(row, 1, form.number, middle)
        paper.text(row, 2, name, left)
        paper.text(row, 3, form.unit.of(lang), middle)
        paper.number(row, 4, len(form.lines), middle)
        paper.tall(row, height(visible(name), WIDTHS[2]) + 1)
    row += 1
    paper.link(row, 0, FIGURES[lang], "A1", FIGURES[lang], link)
    paper.text(row, 1, "", middle)
    paper.across(row, 2, LAST, words["f_title"], left)
    return row + 1


def _reading(cover: Cover, paper: Paper, styles: Styles, lang: str, row: int) -> int:
    _heading(paper, styles, row, WORDS[lang]["reading"])
    for text in reading(cover, lang):
        row += 1
        paper.across(row, 0, LAST, text, styles.of(text_wrap=True))
        paper.tall(row, height(visible(text), LEFT + RIGHT) + 2)
    return row + 1


def _heading(paper: Paper, styles: Styles, row: int, text: str) -> None:
    paper.across(row, 0, LAST, text, styles.of(heading=True, bold=True, font_size=12))
    paper.tall(row, 20)
