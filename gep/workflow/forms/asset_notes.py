"""What stands below a form of the asset accounts, in both languages: its figures, signs, rounding, and its layout."""

from __future__ import annotations

from collections.abc import Sequence

from gep.base.records import Layout, Names, State
from gep.explain.address import NO_KEY
from gep.report.form import Form
from gep.report.sheet import provenance
from gep.report.sheet_words import WORDS


def said(word: str, **holes: str) -> Names:
    """A word of the printed tables in both languages."""
    return Names(WORDS["zh"][word].format(**holes), WORDS["en"][word].format(**holes))


def head(word: str) -> Names:
    """A word as the head of a column."""
    names = said(word)
    return Names(names.zh, names.en[:1].upper() + names.en[1:])


def form_notes(form: Form, layout: Layout, instance: str, told: Sequence[Names], *, uneven: bool) -> tuple[Names, ...]:
    """The notes of a table: on its figures, its signs, the matrix, the rounding, made-up data, and where its layout is from."""
    notes = [*told, *sign_notes(form)]
    if layout.matrix:
        notes += [said("causes_added"), said("diagonal")] if instance == NO_KEY else [said("over_years")]
    if uneven:
        notes.append(said("rounding_kept"))
    if form.illustrative:
        notes.append(said("holds"))
    rests = head("provenance")
    notes.append(
        Names(f"{rests.zh}：{provenance(layout.provenance, 'zh')}。", f"{rests.en}: {provenance(layout.provenance, 'en')}.")
    )
    return tuple(notes)


def sign_notes(form: Form) -> list[Names]:
    """What the signs of a form mean, for those that stand in it."""
    cells = [cell for _, column, cell in form.cells() if column.kind == "number"]
    kinds = {cell.kind for cell in cells}
    notes = [said(f"sign_{kind}") for kind in ("missing", "not_applicable") if kind in kinds]
    if any(figure.state == State.REFUSED for cell in cells for figure in cell.figures):
        notes.append(said("sign_refused"))
    if "blank" in kinds:
        notes.append(said("sign_blank"))
    return notes
