"""What the tests of the index, quality and annex forms share: forms of a ready book, and what must hold in any of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Names
from gep.base.rounding import round_8170, store
from gep.book import Book
from gep.explain.address import parse
from gep.report.form import EXACT_PLACES, Form, Scope, evaluate
from gep.workflow.forms.build import Maker
from gep.workflow.forms.reader import Reader, reading
from tests.workflow.forms.gep_forms import Addresses

CITY, UPPER, MIDDLE, LOWER, DISTRICT, GARZE = "990100", "990121", "990122", "990123", "990103", "513300"
Forms = dict[str, Form]


@contextmanager
def read(book: Book, region: str, year: int) -> Iterator[tuple[Reader, Scope, Scope | None]]:
    """A reader with the scope of the first GEP profile and that of the assets, if the book has any of the year."""
    with reading(book) as reader:
        held = reader.rows(f"SELECT profile, vintage, state FROM vintage_in_use WHERE year = {year}")
        order = list(book.config.schemes)
        scopes: dict[bool, Scope] = {}
        for row in sorted(held, key=lambda r: order.index(r["profile"])):
            known = reader.scheme(row["profile"])
            scope = Scope(region, reader.region(region), year, row["profile"], row["vintage"], row["state"])
            scopes.setdefault(known is not None and known.kind == "asset_scheme", scope)
        yield reader, scopes[False], scopes.get(True)


def made(book: Book, region: str, year: int, *makers: Maker) -> Forms:
    return made_each(book, [region], year, *makers)[region]


def made_each(book: Book, regions: Sequence[str], year: int, *makers: Maker) -> dict[str, Forms]:
    """The forms of several regions, read through one connection as a statement does."""
    with read(book, regions[0], year) as (reader, gep, assets):
        found = {}
        for code in regions:
            of = [None if s is None else replace(s, region=code, region_names=reader.region(code)) for s in (gep, assets)]
            assert of[0] is not None
            found[code] = {form.id: form for maker in makers for form in maker(reader, of[0], of[1])}
    return found


def check(form: Form) -> int:
    """Formulas give the exact amounts, numbers are rounded once and rest on something, words are there in both languages.

    How many numbers there are.
    """
    seen = 0
    for line, column, cell in form.cells():
        where = f"{form.id} {line.code}/{column.code}"
        if cell.kind == "text":
            assert cell.text.zh, where
            assert cell.text.en, where
        if cell.kind != "number":
            assert cell.made is None, where
            continue
        seen += 1
        assert column.kind == "number", where
        assert cell.exact is not None, where
        assert cell.shown == round_8170(cell.exact, Decimal((0, (1,), -cell.places))), where
        assert (cell.shown == 0) == (cell.exact == 0), f"{where}: printed as a zero that it is not"
        assert cell.figures, f"{where}: a number of nothing"
        if cell.made is not None:
            parts = [form.at[t.ref.line, t.ref.column].exact for t in cell.made.terms]
            known = [p for p in parts if p is not None]
            assert len(known) == len(parts), where
            value = evaluate(cell.made, known)
            assert value is not None, where
            if cell.made.operation == "sum":
                assert value == Fraction(cell.exact), where
            else:
                assert store(value, EXACT_PLACES) == cell.exact, where
    for names in every(form):
        assert bool(names.zh) == bool(names.en), names
    return seen


def every(form: Form) -> Iterable[Names]:
    return (form.names, form.unit, *form.notes, *(c.names for c in form.columns), *(c.unit for c in form.columns))


def row(form: Form, line: str, lang: str = "zh") -> list[str]:
    """A line as it stands in print."""
    return [cell.printed(lang) for cell in next(x for x in form.lines if x.code == line).cells]


def column(form: Form, name: str, lang: str = "zh") -> list[str]:
    """A column as it stands in print, without the lines that only say what the lines below them are of."""
    return [form.at[line.code, name].printed(lang) for line in form.lines if line.style != "group"]


def unresolved(book: Book, form: Form) -> list[str]:
    """The addresses of a form that name nothing in their release; a form without any figure is a fault."""
    found = sorted({figure.address for _, _, cell in form.cells() for figure in cell.figures})
    assert found, form.id
    vintages = {parse(text).vintage for text in found}
    releases = {v: Addresses(book, v) for v in vintages if v is not None}
    assert len(releases) == len(vintages)
    return [text for text in found if not releases[parse(text).vintage or 0].under(text)]
