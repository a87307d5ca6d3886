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
from gep.report.statement import Part, Statement, digest
from gep.report.workbook_formulas import Live, live, merged
from gep.report.workbook_imprint import Imprint, StatementImprint
from gep.report.workbook_plan import Plan, plan
from gep.report.workbook_style import FACES, SIZE, Styles
from gep.report.workbook_text import sheet_names, visible
from gep.report.workbook_words import CONTENTS, FIGURES

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook


def workbook(statement: Statement, lang: str, parts: Sequence[Part] | None = None, *, seal: str = "") -> bytes:
    """The forms of a statement as XLSX in one language (zh, en).

    `parts`: of which regions and years, else the first alone. `seal`: the digest of the statement if it is known already. Raises
    Refused where a total does not agree with the figures it is made of.
    """
    chosen = tuple(parts) if parts is not None else (statement.main,)
    every = [form for part in statement.parts for form in part.forms]
    hidden = workbook_figures.suppressed(every)
    return bound([part.forms for part in chosen], StatementImprint(statement.head, lang), seal or digest(statement), hidden)


def bound(sets: Sequence[Sequence[Form]], imprint: Imprint, seal: str, hidden: frozenset[str] = frozenset()) -> bytes:
    """Sets of forms as XLSX, in the language of the imprint. A formula leads to cells of its own set only.

    `seal`: the digest of what the forms are of. `hidden`: addresses whose amounts stand nowhere. Raises Refused where a total
    does not agree with the figures it is made of.
    """
    from xlsxwriter.workbook import Workbook

    lang = imprint.lang
    plans = _plans(sets, imprint)
    lives = [_live(forms, own) for forms, own in zip(sets, plans, strict=True)]
    formulas = {p.sheet: of.formulas for own, of in zip(plans, lives, strict=True) for p in own}
    every = tuple(p for own in plans for p in own)
    listed = tuple(workbook_figures.rows(every, formulas, hidden, lang))
    origins = workbook_figures.origins(listed)
    counts = merged(one.left for one in lives)
    cover = workbook_contents.Cover(imprint, seal, every, sum(len(one.formulas) for one in lives), counts)
    stream = io.BytesIO()
    book = Workbook(stream, OPTIONS | {"default_format_properties": {"font_name": FACES[lang][0], "font_size": SIZE}})
    styles = Styles(book, lang)
    _properties(book, cover)
    workbook_contents.write(cover, book.add_worksheet(CONTENTS[lang]), styles)
    for each in every:
        sheet = book.add_worksheet(each.sheet)
        known = origins.get(each.sheet, NOWHERE)
        workbook_sheet.write(each, sheet, styles, imprint, formulas[each.sheet], known)
    workbook_figures.write(listed, book.add_worksheet(FIGURES[lang]), styles, imprint)
    book.close()
    return stream.getvalue()


OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
NOWHERE = workbook_sheet.Origins({})


def _plans(sets: Sequence[Sequence[Form]], imprint: Imprint) -> list[tuple[Plan, ...]]:
    """The layout of every form, each with the name of its sheet: its id, and region and year where there are several sets."""
    wanted = [_sheet_name(form, several=len(sets) > 1) for forms in sets for form in forms]
    named = iter(sheet_names(wanted, (CONTENTS[imprint.lang], FIGURES[imprint.lang])))
    return [tuple(plan(form, next(named), imprint) for form in forms) for forms in sets]


def _sheet_name(form: Form, *, several: bool) -> str:
    return f"{form.id} {form.scope.region} {form.scope.year}" if several else form.id


def _live(forms: Sequence[Form], plans: Sequence[Plan]) -> Live:
    return live(forms, {key: spot for each in plans for key, spot in each.spots()})


def _properties(book: Workbook, cover: workbook_contents.Cover) -> None:
    """What the file says of itself; the day is that of what it is made of."""
    imprint = cover.imprint
    book.set_properties(
        {
            "title": visible(imprint.title)[:250],
            "author": visible(imprint.author)[:250],
            "comments": f"SHA-256 {cover.digest}",
            "created": datetime.fromisoformat(imprint.made_on),
        }
    )
