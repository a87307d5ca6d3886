"""What the tests of the asset forms share: forms of the sample city, hand-made tables, and what must hold in any form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gep.base.records import Layout, LayoutColumn, LayoutRow, Names
from gep.base.rounding import store
from gep.book import Book
from gep.explain.address import BY_COLUMN, parse
from gep.report.form import EXACT_PLACES, ROUNDINGS, Cell, Form, Scope, evaluate
from gep.workflow.forms import assets, balance, limits
from gep.workflow.forms.reader import Reader, reading
from gep.workflow.views import Release

CITY, UPPER = "990100", "990121"
GEP, SCHEME = "sample", "assets"
Forms = dict[str, Form]


@contextmanager
def read(book: Book, region: str, year: int) -> Iterator[tuple[Reader, Scope, Scope]]:
    """A reader with the scopes of GEP and of the assets."""
    with reading(book) as reader:
        sql = f"SELECT profile, vintage, state FROM vintage_in_use WHERE year = {year}"
        held = {r["profile"]: r for r in reader.rows(sql)}
        of = {p: Scope(region, reader.region(region), year, p, held[p]["vintage"], held[p]["state"]) for p in (GEP, SCHEME)}
        yield reader, of[GEP], of[SCHEME]


def forms_of(book: Book, region: str, year: int) -> Forms:
    """Every form of the assets, the balance sheet and the limits, by its id."""
    with read(book, region, year) as (reader, gep, scope):
        return {f.id: f for maker in (assets.forms, balance.forms, limits.forms) for f in maker(reader, gep, scope)}


def terms_of(forms: Mapping[str, Form], form: Form, cell: Cell) -> list[Decimal]:
    """The exact amounts of the cells that a cell is made of; one without an amount is a fault."""
    assert cell.made is not None
    parts = [forms[t.ref.form or form.id].at[t.ref.line, t.ref.column] for t in cell.made.terms]
    assert all(part.exact is not None for part in parts), [part.kind for part in parts]
    return [part.exact for part in parts if part.exact is not None]


def check_made(forms: Mapping[str, Form]) -> int:
    """Every formula gives what its cell holds, through other forms too. How many formulas there are.

    Sums to the last digit; a quotient to the twelve decimals it is stored with.
    """
    seen = 0
    for form in forms.values():
        for line, column, cell in form.cells():
            if cell.made is not None:
                seen += 1
                value = evaluate(cell.made, terms_of(forms, form, cell))
                assert value is not None
                kept = value if cell.made.operation == "sum" else store(value, EXACT_PLACES)
                assert kept == cell.exact, f"{form.id} {line.code}/{column.code}"
    return seen


def check_no_circle(forms: Mapping[str, Form]) -> None:
    """No cell is made of itself, by whatever way: a workbook could not work it out."""
    made = {
        (form.id, line.code, column.code): [(t.ref.form or form.id, t.ref.line, t.ref.column) for t in cell.made.terms]
        for form in forms.values()
        for line, column, cell in form.cells()
        if cell.made is not None
    }
    done: set[tuple[str, str, str]] = set()

    def visit(place: tuple[str, str, str], above: tuple[tuple[str, str, str], ...]) -> None:
        assert place not in above, f"{place} is made of itself"
        if place in made and place not in done:
            for part in made[place]:
                visit(part, (*above, place))
            done.add(place)

    for place in made:
        visit(place, ())


def check_numbers(forms: Mapping[str, Form]) -> None:
    """A number has figures, is rounded once by the rule of its form and is never printed as a zero that it is not."""
    for form in forms.values():
        for line, column, cell in form.cells():
            if cell.kind != "number":
                continue
            where = f"{form.id} {line.code}/{column.code}"
            assert cell.figures, where
            assert cell.exact is not None, where
            assert cell.shown is not None, where
            assert cell.shown == ROUNDINGS[form.rounding](cell.exact, Decimal((0, (1,), -cell.places))), where
            assert (cell.shown == 0) == (cell.exact == 0), where


def check_addresses(book: Book, forms: Mapping[str, Form]) -> int:
    """Every figure stands in the release of its vintage, which explains it. How many there are."""
    releases: dict[int, Release] = {}
    seen = 0
    for form in forms.values():
        release = releases.setdefault(form.scope.vintage, Release(form.scope.vintage, book.releases / str(form.scope.vintage)))
        for line, column, cell in form.cells():
            for figure in cell.figures:
                address = parse(figure.address)
                assert address.vintage == form.scope.vintage
                plain = replace(address, vintage=None, column="").text()
                name = f"{plain}#{address.with_column}" if address.view in BY_COLUMN else plain
                assert name in release.figures, f"{form.id} {line.code}/{column.code}: {figure.address}"
                seen += 1
    return seen


# ---- a table made by hand


def layout(**more: Any) -> Layout:
    """Stock of two classes and their total, with two additions, a reduction, and what a survey found."""
    rows = (
        LayoutRow("R10", Names("期初", "Opening"), "+", stock=True),
        LayoutRow("R20", Names("增加", "Additions"), "+"),
        LayoutRow("R21", Names("人为", "Human"), "+", cause="human"),
        LayoutRow("R22", Names("自然", "Natural"), "+", cause="natural"),
        LayoutRow("R30", Names("减少", "Reductions"), "-"),
        LayoutRow("R31", Names("其中:灾毁", "of which destroyed"), "-"),
        LayoutRow("R40", Names("期末", "Closing"), "+", stock=True),
    )
    columns = (
        LayoutColumn("C0", Names("面积合计", "Area total"), "A", total=("C1", "C2")),
        LayoutColumn("C1", Names("甲", "A"), "A"),
        LayoutColumn("C2", Names("乙", "B"), "A"),
        LayoutColumn("U1", Names("单产", "Yield"), unit="t/hm2", scalar=True),
    )
    return replace(Layout("XX-01", Names("某表", "A table"), "hm2", rows, columns), **more)


def rule(output: str, expression: str, *inputs: str, **more: Any) -> dict[str, Any]:
    """A frozen rule of that table: each input is `name=measure`, or `name=parameter:id`."""

    def given(text: str) -> dict[str, Any]:
        name, _, ref = text.partition("=")
        kind, _, rest = ref.rpartition(":")
        return {"name": name, "kind": kind or "measure", "ref": rest, "time": "same", "select": {}}

    plain = {"id": output, "kind": "compute", "output": output, "expression": expression, "file": "rules/x.toml", "domain": {}}
    names = {"zh": f"{output} 的规则", "en": f"rule of {output}"}
    made = {**plain, "names": names, "inputs": [given(i) for i in inputs], "stands_in": False, "tolerance": None, "version": "1"}
    return made | more


RULES = (
    rule("XX-01.A.R20", "r21 + r22", "r21=XX-01.A.R21", "r22=XX-01.A.R22"),
    rule("XX-01.A.R40", "r10 + r20 - r30", "r10=XX-01.A.R10", "r20=XX-01.A.R20", "r30=XX-01.A.R30"),
    rule("XX-01.A.R30", "max(r31, 0)", "r31=XX-01.A.R31"),
    rule("XX-01.A.R40", "r10", "r10=XX-01.A.R10", id="XX-01.check", kind="second_route", tolerance="0.5"),
    rule("", "r40 >= 0", "r40=XX-01.A.R40", id="XX-01.M1", kind="assert"),
)
