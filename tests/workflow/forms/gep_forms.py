"""What the tests of the forms of GEP share: forms of ready books, and what must hold in any of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

from gep.base.rounding import round_8170, store
from gep.base.units import parse_unit
from gep.book import Book
from gep.explain.address import BY_COLUMN, TOTALS, Address, fit, parse
from gep.report.form import Cell, Form, Made, Scope, Stored, decimal_of, evaluate
from gep.workflow.accounts import lineage
from gep.workflow.forms.build import Maker
from gep.workflow.forms.reader import Reader, reading

CITY, UPPER, MIDDLE, LOWER = "990100", "990121", "990122", "990123"
GARZE = "513300"


@contextmanager
def read(book: Book, region: str, year: int, profile: str) -> Iterator[tuple[Reader, Scope]]:
    with reading(book) as reader:
        sql = f"SELECT vintage, state FROM vintage_in_use WHERE year = {year} AND profile = '{profile}'"
        used = reader.rows(sql)[0]
        yield reader, Scope(region, reader.region(region), year, profile, used["vintage"], used["state"])


def made(maker: Maker, book: Book, region: str, year: int, profile: str) -> dict[str, Form]:
    with read(book, region, year, profile) as (reader, scope):
        return {form.id: form for form in maker(reader, scope, None)}


def printed(form: Form, line: str, lang: str = "zh") -> list[str]:
    """The numbers of a line as they stand in print."""
    found = next(x for x in form.lines if x.code == line)
    return [cell.printed(lang) for column, cell in zip(form.columns, found.cells, strict=True) if column.kind == "number"]


def values_of(form: Form, formula: Made) -> list[Decimal]:
    """The exact amounts of the terms of a formula; a term without one is a fault."""
    amounts = [form.at[t.ref.line, t.ref.column].exact for t in formula.terms]
    known = [a for a in amounts if a is not None]
    assert len(known) == len(amounts)
    return known


def check_form(form: Form) -> None:
    """What holds in every form: formulas give the exact amounts, numbers are rounded once, signs and words are there."""
    for line, column, cell in form.cells():
        where = f"{form.id} {form.scope.region} {form.scope.year} {line.code}/{column.code}"
        if cell.kind == "number":
            check_number(form, cell, where)
        if cell.made is not None:
            got = evaluate(cell.made, values_of(form, cell.made))
            assert got is not None, where
            assert decimal_of(got) == cell.exact, where
    for names in (form.names, *form.notes, *(c.names for c in form.columns)):
        assert names.zh
        assert names.en


def check_number(form: Form, cell: Cell, where: str) -> None:
    assert cell.exact is not None, where
    assert cell.shown is not None, where
    assert cell.figures or cell.made is not None, f"{where}: a number of nothing"
    assert all(f.amount is not None for f in cell.figures), where
    step = Decimal((0, (1,), -cell.places))
    assert cell.shown == round_8170(cell.exact, step), where
    assert (cell.shown == 0) == (cell.exact == 0), f"{where}: printed as a zero that it is not"
    if len(cell.figures) > 1 and cell.made is None and not cell.mark.startswith("†"):
        added = sum((Fraction(f.amount) for f in cell.figures if f.amount is not None), Fraction(0))
        assert Fraction(cell.exact) * _scale(added, cell.exact) == added, where


def _scale(stored: Fraction, exact: Decimal) -> Fraction:
    """What a multiple of the unit the amount is printed in: a power of ten."""
    if exact == 0:
        return Fraction(1)
    ratio = stored / Fraction(exact)
    return ratio if Fraction(10) ** round(len(str(int(ratio))) - 1) == ratio else Fraction(0)


class Addresses:
    """The addresses that a vintage has figures for, leaves and totals by nature; a prefix stands for the leaves under it."""

    def __init__(self, book: Book, vintage: int) -> None:
        self.book, self.vintage = book, vintage
        self.amounts = _amounts(str(book.releases / str(vintage) / "trace.jsonl"))
        self.leaves: dict[tuple[str, str], list[Address]] = {}
        for text in self.amounts:
            if not text.startswith(BY_COLUMN):
                address = parse(text)
                for region in lineage(address.region, book.config.regions):
                    self.leaves.setdefault((address.view, region), []).append(address)

    def under(self, text: str) -> list[str]:
        """The figures of the release that an address names; none if it names nothing."""
        address = parse(text)
        assert address.vintage == self.vintage
        plain = Address(address.view, address.region, address.period, address.keys, address.named).text()
        if address.view in BY_COLUMN:
            name = f"{plain}#{address.with_column}"
            return [name] if name in self.amounts else []
        if plain in self.amounts:
            return [plain]
        same = self.leaves.get((address.view, address.region), [])
        leaves = [a for a in same if (a.period, a.named) == (address.period, address.named)]
        return [a.text() for a in leaves if fit(address, a, self.book.catalog.codes) == "inside"]

    def check(self, form: Form) -> int:
        """Every figure of a form is in the release and its amount is what stands there; how many there are."""
        seen = 0
        for line, column, cell in form.cells():
            for figure in cell.figures:
                found = self.under(figure.address)
                assert found, f"{form.id} {line.code}/{column.code}: {figure.address}"
                self._same(found, figure.address, figure)
                seen += 1
        return seen

    def _same(self, found: list[str], text: str, figure: Stored) -> None:
        """A figure is the sum of its leaves at the storage scale; a price or a quantity beside a value has no node by its name."""
        address = parse(text)
        if figure.amount is None or (address.view == "value_account" and address.with_column != "value"):
            return
        places = max(0, -int(figure.amount.as_tuple().exponent))
        known = [(Fraction(Decimal(a)), u) for a, u in (self.amounts[f] for f in found) if a]
        stored = [store(a * parse_unit(u).factor_to(parse_unit(figure.unit)), places) for a, u in known]
        if address.view == "green_gold_index":  # stored at 12 decimals of the unit of its rule
            assert abs(stored[0] - figure.amount) <= abs(figure.amount) * Decimal("1e-12"), text
        else:
            assert sum(stored, Decimal(0)) == figure.amount, text


@cache
def _amounts(trace: str) -> Mapping[str, tuple[str, str]]:
    """Figure -> amount and unit, of every node of a trace that is a figure; the amount is empty where there is none."""
    found: dict[str, tuple[str, str]] = {}
    with Path(trace).open(encoding="utf-8") as lines:
        for line in lines:
            if '"figures":' not in line and '"id":"total:' not in line:
                continue
            node = json.loads(line)
            own = [node["id"].removeprefix("total:")] if node["id"].startswith(TOTALS) else []
            held = (node.get("result") or node.get("amount") or "", node.get("unit") or "1")
            found |= dict.fromkeys((*node.get("figures", ()), *own), held)
    return found
