"""The first sheet of a workbook: what the statements are of, the sheets with links, and how to read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gep.report.form import Scope
from gep.report.statement import Head
from gep.report.workbook_formulas import Reason
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

    head: Head
    digest: str
    plans: tuple[Plan, ...]
    live: int
    left: Mapping[Reason, int]


def write(cover: Cover, sheet: Worksheet, styles: Styles, lang: str) -> None:
    """Fill the sheet."""
    paper, words, head = Paper(sheet), WORDS[lang], cover.head
    for n, width in enumerate(WIDTHS):
        sheet.set_column(n, n, width)
    row = 0
    there = [(head.draft, "draft"), (head.illustrative, "illustrative"), (head.edition == "public", "public")]
    told = "　".join(words[name] for wanted, name in there if wanted)
    if told:
        loud = styles.of(heading=True, bold=True, font_size=14, font_color=ALARM, align="center")
        paper.across(row, 0, LAST, told, loud)
        paper.tall(row, 24)
        row += 1
    title = visible(words["title"].format(region=head.gep.region_names.of(lang), year=head.gep.year))
    paper.across(row, 0, LAST, title, styles.of(heading=True, bold=True, font_size=TITLE, align="center", text_wrap=True))
    paper.tall(row, height(title, (LEFT + RIGHT) * SIZE / TITLE, 26) + 8)
    row = _facts(cover, paper, styles, lang, row + 2)
    row = _sheets(cover.plans, paper, styles, lang, row + 1)
    row = _reading(cover, paper, styles, lang, row + 1)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.55, right=0.55, top=0.75, bottom=0.7)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    sheet.ignore_errors({"number_stored_as_text": f"A1:E{row + 1}"})
    page_text(sheet, styles, head, "", CONTENTS[lang], lang)


def facts(cover: Cover, lang: str) -> Iterator[tuple[str, str]]:
    """What the statements are of: name and text; what the book does not say is left out."""
    words, head = WORDS[lang], cover.head
    yield words["book"], head.book.of(lang)
    yield words["region"], f"{head.gep.region_names.of(lang)} {head.gep.region}"
    yield words["year"], str(head.gep.year)
    yield words["gep_scheme"], _scheme(head.gep, head.gep_names.of(lang), lang)
    if head.assets is not None:
        yield words["assets_scheme"], _scheme(head.assets, head.assets_names.of(lang), lang)
    yield words["edition"], words[head.edition]
    yield words["issuer"], head.issuer.names.of(lang)
    yield words["currency"], head.currency
    yield words["made_on"], head.made_on
    for act, who, day in head.steps:
        yield words.get(act, act), words["step"].format(who=who, day=day)
    yield words["rules_hash"], head.rules_hash
    yield words["input_hash"], head.input_hash
    yield words["release_hash"], head.release_hash
    yield words["digest"], cover.digest
    yield words["program"], head.program


def _scheme(scope: Scope, called: str, lang: str) -> str:
    words = WORDS[lang]
    state = words.get(scope.state, scope.state)
    return words["scheme_at"].format(names=called, profile=scope.profile, vintage=scope.vintage, state=state)


def reading(cover: Cover, lang: str) -> list[str]:
    """How to read the workbook, and which totals are no formulas and why."""
    words, head = WORDS[lang], cover.head
    edition = [(head.draft, "draft_told"), (head.illustrative, "illustrative_told"), (head.edition == "public", "public_told")]
    told = [words[name] for there, name in edition if there]
    told += [words["signs"], words["exact"], words["live"].format(n=f"{cover.live:,}")]
    return told + [words[f"left_{why}"].format(n=f"{n:,}") for why, n in cover.left.items()]


def _facts(cover: Cover, paper: Paper, styles: Styles, lang: str, row: int) -> int:
    _heading(paper, styles, row, WORDS[lang]["facts"])
    left = styles.of(heading=True, text_wrap=True, top=THIN, bottom=THIN, bg_color=SHADE)
    right = styles.of(text_wrap=True, top=THIN, bottom=THIN)
    for name, text in facts(cover, lang):
        row += 1
        paper.across(row, 0, 1, name, left)
        paper.across(row, 2, LAST, text, right)
        paper.tall(row, max(height(name, LEFT), height(visible(text), RIGHT)) + 2)
    return row + 1


def _sheets(plans: Sequence[Plan], paper: Paper, styles: Styles, lang: str, row: int) -> int:
    """The list of the sheets, by section, each with a link."""
    words = WORDS[lang]
    _heading(paper, styles, row, words["sheets"])
    row += 1
    ruled = {"top": THIN, "bottom": THIN, "text_wrap": True}
    for n, name in enumerate(("sheet", "form_number", "form_name", "unit_head", "form_lines")):
        paper.text(row, n, words[name], styles.of(heading=True, bold=True, align="center", bg_color=SHADE, **ruled))
    link, middle, left = styles.of(font_color=BLUE, underline=1, **ruled), styles.of(align="center", **ruled), styles.of(**ruled)
    above: object = None
    for plan in plans:
        row += 1
        form = plan.form
        group = (form.section, form.scope.region, form.scope.year)
        if group != above:
            above = group
            of = words["region_year"].format(region=form.scope.region_names.of(lang), year=form.scope.year)
            paper.across(row, 0, LAST, f"{words[form.section]}　{of}", styles.of(heading=True, **ruled))
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
