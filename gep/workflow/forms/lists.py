"""What lists of words and figures have in common: lines of texts, the regions below, and the closing notes."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Literal

from gep.base.records import Names
from gep.base.units import parse_unit
from gep.ledger.views import literal
from gep.report.form import (
    BLANK,
    NONE,
    Cell,
    Column,
    Form,
    Line,
    Scope,
    Section,
    Stored,
    Style,
    in_unit,
    rounded,
    words,
)
from gep.report.sheet import places_of as sheet_places
from gep.report.sheet_words import WORDS
from gep.workflow.forms.common import noted
from gep.workflow.forms.reader import Reader

Words = Names | str | None  # what a cell of a list says: in both languages, the same in both, or nothing


def said(what: Words) -> Cell:
    """A cell of words; blank where there is nothing to say."""
    names = Names(what, what) if isinstance(what, str) else what
    return words(names) if names is not None and (names.zh or names.en) else BLANK


def texts(code: str, cells: Iterable[Words], *, style: Style = "", indent: int = 0) -> Line:
    """A line of words."""
    return Line(code, tuple(said(c) for c in cells), style, indent)


def heading(code: str, names: Names, width: int) -> Line:
    """A line that says what the lines below it are of."""
    return Line(code, (words(names), *(Cell(),) * (width - 1)), "group")


def listing(
    of: tuple[str, Section, Names],
    scope: Scope,
    columns: Sequence[Column],
    lines: Iterable[Line],
    notes: Iterable[Names] = (),
    *,
    illustrative: bool = False,
) -> Form:
    """A finished list. `of`: its id, which is its number in print too, its section and its name."""
    name, section, names = of
    kept = tuple(lines)
    return finished(Form(name, name, section, names, scope, tuple(columns), kept, notes=tuple(notes), illustrative=illustrative))


def joined(names: Iterable[Names]) -> Names:
    """Several names in one cell."""
    held = list(names)
    return Names("、".join(n.zh for n in held), ", ".join(n.en for n in held))


def worded(code: str, zh: str, en: str, kind: Literal["label", "unit", "code", "text"] = "text") -> Column:
    """A column of words."""
    return Column(code, Names(zh, en), kind)


def places_of(unit: str, money: int = 2) -> int:
    """Decimals of an amount in this unit in print, as the sheets have them."""
    return money if parse_unit(unit).currency and "/" not in unit else sheet_places(unit)


def beside(figure: Stored, amount: Decimal, *, places: int, shown_in: str = "") -> Cell:
    """A number in the unit of a stored figure that rests on it without being it: an end of its interval, its mean."""
    exact = in_unit(amount, figure.unit, shown_in or figure.unit)
    return Cell("number", NONE, exact, rounded(exact, places), (figure,))


def codes_of(reader: Reader, scope: Scope) -> tuple[str, ...]:
    """The region of the scope and every region below it that has accounts in its year, by code."""
    here = f"vintage = {scope.vintage} AND year = {scope.year} AND ancestor = {literal(scope.region)}"
    return tuple(str(r["code"]) for r in reader.rows(f"SELECT code FROM region_path WHERE {here} ORDER BY code"))


def finished(form: Form) -> Form:
    """The form with the notes that end every table, as its mark of made-up data says."""
    return noted(form, illustrative=form.illustrative)


def word(key: str) -> Names:
    """A word that the printed asset tables have too."""
    return Names(WORDS["zh"][key], WORDS["en"][key])
