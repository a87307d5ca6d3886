"""T4, the regions below: classes, GEP, per square kilometre, per head and the index; T4S, their services."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gep.base.records import Names
from gep.report.form import BLANK, Cell, Column, Form, Line, Scope, number, text, unit_names, words
from gep.workflow.forms.common import (
    CLASS_NAMES,
    money_of,
    noted,
    shown,
    summed,
    term,
)
from gep.workflow.forms.gep_rows import VALUE, WHOLE
from gep.workflow.forms.held import Account, account
from gep.workflow.forms.indices import index_figure, years_of
from gep.workflow.forms.reader import CURRENT, Reader

PLACES = 2
REGION = Column("name", Names("地区", "Region"), "label")
CODE = Column("code", Names("地区代码", "Code"), "code")
ITSELF = "itself"
RATIOS = (  # column of the index, names, unit stored, unit shown, decimals; {} is the currency
    ("per_km2", Names("单位面积 GEP", "GEP per km²"), "{}/km2", "10^4 {}/km2", 2),
    ("per_capita", Names("人均 GEP", "GEP per head"), "{}/person", "{}/person", 0),
    ("ggi", Names("绿金指数", "Green-gold index"), "1", "1", 4),
)


@dataclass(frozen=True)
class Place:
    """A line: a region below, what stands for the region itself, or the whole region."""

    code: str
    names: Names
    account: Account
    kind: str  # below, itself, whole


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """T4 and T4S of a region and year; none for a region without regions below."""
    now = account(reader, gep)
    below = [account(reader, replace(gep, region=code, region_names=reader.region(code))) for code in reader.below(gep)]
    if not below or not now.parts(WHOLE):
        return
    places = [Place(a.scope.region, a.scope.region_names, a, "below") for a in below]
    own = now.own(WHOLE)
    if own.figures:
        kind = Names(f"{gep.region_names.zh}本级", f"{gep.region_names.en}, not divided")
        places.append(Place(ITSELF, kind, now, ITSELF))
    whole = Place(gep.region, Names(f"{gep.region_names.zh}合计", f"{gep.region_names.en}, total"), now, "whole")
    table = _Table(reader, now, places, whole)
    yield table.classes()
    yield table.services()


class _Table:
    """Regions as lines; the last line is the region itself, the sum of those above."""

    def __init__(self, reader: Reader, now: Account, places: Sequence[Place], whole: Place) -> None:
        self.reader, self.now, self.places, self.whole = reader, now, places, whole
        self.money = money_of(reader, now.currency)

    def classes(self) -> Form:
        codes = (*self.now.parts(WHOLE), WHOLE)
        heads = [*(Column(c, CLASS_NAMES[c], unit=unit_names(self.money)) for c in codes[:-1])]
        heads.append(Column(WHOLE, Names("GEP", "GEP"), unit=unit_names(self.money)))
        ratios = [Column(c, n, unit=unit_names(shown_in.format(self.now.currency))) for c, n, _, shown_in, _ in RATIOS]
        lines = self._lines(codes, self._ratios)
        names = Names("分地区生态产品总值表", "Gross ecosystem product by region")
        made = Form("T4", "T4", "gep", names, self.now.scope, (REGION, CODE, *heads, *ratios), lines)
        return self._finished(made)

    def services(self) -> Form:
        codes = [p for group in self.now.parts(WHOLE) for p in self.now.parts(group)]
        named = {s.id: s for s in self.now.services}
        heads = [Column(c, named[c].names, group=(CLASS_NAMES[named[c].group],)) for c in codes]
        heads.append(Column(WHOLE, Names("GEP", "GEP")))
        lines = self._lines((*codes, WHOLE), lambda place: ())
        names = Names("分地区生态产品价值量表", "Values of ecosystem products and services by region")
        made = Form("T4S", "T4S", "gep", names, self.now.scope, (REGION, CODE, *heads), lines, unit_names(self.money))
        return self._finished(made)

    def _lines(self, codes: Sequence[str], more: Callable[[Place], Sequence[Cell]]) -> tuple[Line, ...]:
        held = {p.code: self._of_place(p, codes) for p in self.places}
        lines = [Line(p.code, (*_head(p), *held[p.code].values(), *more(p))) for p in self.places]
        foot = [self._foot(code, {p: cells[code] for p, cells in held.items()}) for code in codes]
        return (*lines, Line(self.whole.code, (*_head(self.whole), *foot, *more(self.whole)), "total"))

    def _of_place(self, place: Place, codes: Sequence[str]) -> dict[str, Cell]:
        """The values of a region; its GEP is made of the columns before it."""
        if place.kind == ITSELF:
            cells = {c: shown(place.account.own(c), PLACES, self.money) for c in codes}
            return {c: cell if cell.figures else BLANK for c, cell in cells.items()}
        parts = {c: shown(place.account.amount(c), PLACES, self.money) for c in codes[:-1]}
        whole = place.account.amount(WHOLE)
        terms = [term(place.code, c) for c, cell in parts.items() if cell.kind == "number"]
        return {**parts, WHOLE: shown(whole, PLACES, self.money, made=summed(terms, whole, parts.values()))}

    def _foot(self, code: str, column: Mapping[str, Cell]) -> Cell:
        whole = self.now.amount(code)
        terms = [term(line, code) for line, cell in column.items() if cell.kind == "number"]
        return shown(whole, PLACES, self.money, made=summed(terms, whole, column.values()))

    def _ratios(self, place: Place) -> tuple[Cell, ...]:
        if place.kind == ITSELF:
            return (BLANK,) * len(RATIOS)
        row = years_of(self.reader, place.account.scope).rows.get(CURRENT)
        if row is None:
            return (Cell("missing"),) * len(RATIOS)
        currency = self.now.currency
        return tuple(
            number(index_figure(row, column, stored.format(currency)), places=places, shown_in=to.format(currency))
            for column, _, stored, to, places in RATIOS
        )

    def _finished(self, form: Form) -> Form:
        rows = (r for s in self.now.services for r in self.now.leaves(VALUE, s.id))
        return noted(form, illustrative=any(r["illustrative"] for r in rows))


def _head(place: Place) -> tuple[Cell, Cell]:
    return words(place.names), text(place.account.scope.region)
