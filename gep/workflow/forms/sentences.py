"""Sentences made of words and cells of forms: what a cell shows goes in as it is printed, with the figures it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gep.base.records import Names
from gep.report.form import BLANK, Cell, Column, Form, Line
from gep.report.statement import Sentence, Span

NONE = Names("", "")
Piece = Span | tuple[str, str]


def span(zh: str, en: str) -> Span:
    return Span(Names(zh, en))


def shown(cell: Cell, unit: Names = NONE, *, size: bool = False) -> Span:
    """A number as the tables print it, with its unit. `size`: without its sign, which the words say then."""
    held = replace(cell, shown=abs(cell.shown)) if size and cell.shown is not None else cell
    held = replace(held, mark="")
    gap = "" if unit.en.startswith(("%", "‰")) or not unit.en else " × " if unit.en[:1].isdigit() else " "
    zh = f"{held.printed('zh')}{unit.zh}"
    return Span(Names(zh, f"{held.printed('en')}{gap}{unit.en}"), cell.figures)


def sentence(*pieces: Piece) -> Sentence:
    """A sentence of spans and (zh, en) words."""
    return Sentence(tuple(p if isinstance(p, Span) else span(*p) for p in pieces))


def listed(parts: Sequence[Sequence[Piece]], last: bool = False) -> Iterator[Piece]:
    """Parts one after another: 、 in Chinese; commas in English, `and` before the last if wanted."""
    for n, part in enumerate(parts):
        if n:
            yield ("、", " and " if last and n == len(parts) - 1 else ", ")
        yield from part


def at(form: Form | None, line: str, column: str) -> Cell:
    """A cell of a form; a blank one where form, line or column is not there."""
    return form.at.get((line, column), BLANK) if form is not None else BLANK


def unit_at(form: Form, column: str) -> Names:
    """The unit of a column of numbers: its own, else that of the whole form."""
    found = next((c.unit for c in form.columns if c.code == column), NONE)
    return found if found.zh or found.en else form.unit


def named(form: Form, line: Line) -> Names:
    """What a line is called: its first label."""
    pairs: Iterator[tuple[Column, Cell]] = zip(form.columns, line.cells, strict=True)
    return next((cell.text for column, cell in pairs if column.kind == "label"), NONE)


def number(cell: Cell) -> bool:
    return cell.kind == "number" and cell.shown is not None


def lower(names: Names) -> Names:
    """A name inside an English sentence: its first letter small, unless it is an abbreviation."""
    en = names.en
    return Names(names.zh, en[:1].lower() + en[1:] if en[1:2].islower() else en)


def rises(cell: Cell) -> bool | None:
    """Whether a change is above zero; None where it is zero in print or no number."""
    if cell.shown is None or cell.shown == 0:
        return None
    return cell.shown > 0
