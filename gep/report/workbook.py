"""The statements as a workbook: a sheet a form in official layout, live totals, and every number with its address.

Pure: the same statement gives the same bytes. No clock, no name of a machine, nothing read from disk.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from gep.report import workbook_contents, workbook_figures, workbook_sheet
from gep.report.form import Form
from gep.report.statement import Head, Part, Statement, digest
from gep.report.workbook_formulas import Live, live, merged
from gep.report.workbook_plan import Plan, plan
from gep.report.workbook_style import FACES, SIZE, Styles
from gep.report.workbook_text import sheet_names, visible
from gep.report.workbook_words import CONTENTS, FIGURES, WORDS

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook


def workbook(statement: Statement, lang: str, parts: Sequence[Part] | None = None, *, seal: str = "") -> bytes:
    """The forms of a statement as XLSX in one language (zh, en).

    `parts`: of which regions and years, else the first alone. `seal`: the digest of the statement if it is known already. Raises
    Refused where a total does not agree with the figures it is made of.
    """
    from xlsxwriter.workbook import Workbook

    chosen = tuple(parts) if parts is not None else (statement.main,)
    plans = _plans(chosen, statement.head, lang)
    lives = {id(part): _live(part, plans[id(part)]) for part in chosen}
    formulas = {p.sheet: lives[id(part)].formulas for part in chosen for p in plans[id(part)]}
    every = tuple(p for part in chosen for p in plans[id(part)])
    listed = tuple(workbook_figures.rows(every, formulas, workbook_figures.suppressed(statement), lang))
    origins = workbook_figures.origins(listed)
    counts = merged(lives[id(part)].left for part in chosen)
    cover = workbook_contents.Cover(
        statement.head, seal or digest(statement), every, sum(len(one.formulas) for one in lives.values()), counts
    )
    stream = io.BytesIO()
    book = Workbook(stream, OPTIONS | {"default_format_properties": {"font_name": FACES[lang][0], "font_size": SIZE}})
    styles = Styles(book, lang)
    _properties(book, cover, lang)
    workbook_contents.write(cover, book.add_worksheet(CONTENTS[lang]), styles, lang)
    for each in every:
        sheet = book.add_worksheet(each.sheet)
        known = origins.get(each.sheet, NOWHERE)
        workbook_sheet.write(each, sheet, styles, statement.head, formulas[each.sheet], known)
    workbook_figures.write(listed, book.add_worksheet(FIGURES[lang]), styles, statement.head, lang)
    book.close()
    return stream.getvalue()


OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NOWHERE = workbook_sheet.Origins({})


def _plans(parts: Sequence[Part], head: Head, lang: str) -> dict[int, tuple[Plan, ...]]:
    """The layout of every form, each with the name of its sheet: its id, and region and year where there are several."""
    forms = [(part, form) for part in parts for form in part.forms]
    wanted = [_sheet_name(form, several=len(parts) > 1) for _, form in forms]
    named = sheet_names(wanted, (CONTENTS[lang], FIGURES[lang]))
    made: dict[int, list[Plan]] = {id(part): [] for part in parts}
    for (part, form), name in zip(forms, named, strict=True):
        made[id(part)].append(plan(form, name, head, lang))
    return {key: tuple(plans) for key, plans in made.items()}


def _sheet_name(form: Form, *, several: bool) -> str:
    return f"{form.id} {form.scope.region} {form.scope.year}" if several else form.id


def _live(part: Part, plans: Sequence[Plan]) -> Live:
    return live(part.forms, {key: spot for each in plans for key, spot in each.spots()})


def _properties(book: Workbook, cover: workbook_contents.Cover, lang: str) -> None:
    """What the file says of itself; the day is that of the vintage."""
    head = cover.head
    title = WORDS[lang]["title"].format(region=head.gep.region_names.of(lang), year=head.gep.year)
    book.set_properties(
        {
            "title": visible(title)[:250],
            "author": visible(head.issuer.names.of(lang))[:250],
            "comments": f"SHA-256 {cover.digest}",
            "created": datetime.fromisoformat(head.made_on[:10]),
        }
    )
