"""T3, the values of services by ecosystem type: classes of the highest level, and what is not split by ecosystem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gep.base.records import Names
from gep.explain.address import NO_KEY
from gep.report.form import BLANK, Cell, Column, Form, Line, Scope, Style, text, unit_names, words
from gep.workflow.forms.common import CODE, NAME, crossed, finished, money_of, shown, summed, term, tree
from gep.workflow.forms.gep_rows import VALUE, WHOLE, Service
from gep.workflow.forms.held import Account, account
from gep.workflow.forms.reader import Reader

PLACES = 2
ECOSYSTEM = "ecosystem"
UNDIVIDED = "undivided"
TOTAL = "total"
ALLOCATED = "‡"
NAMES = Names("生态产品价值量按生态系统类型汇总表", "Values of services by ecosystem type")
TYPES = Names("生态系统类型", "Ecosystem type")
SPLIT = Names(
    "按生态系统类型核算的服务列入各类型；其余列入“未分生态系统”，未按面积等办法分摊。",
    "Services accounted for by ecosystem type stand under the types; all else stands under “not split”, apportioned by no key.",
)


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """T3 of a region and year; none where no value of the year is split by ecosystem."""
    now = account(reader, gep)
    types = types_of(now)
    if types:
        yield _Table(reader, now, types).form()


def types_of(now: Account) -> dict[str, frozenset[str]]:
    """The highest classes that any region has values of in the year, in the order of the scheme, each with all codes under it."""
    codes = now.reader.book.catalog.codes.get(ECOSYSTEM, {})

    def find() -> dict[str, frozenset[str]]:
        used = {r[ECOSYSTEM] for rows in now.rows[VALUE].leaves.values() for r in rows} - {NO_KEY}
        tops: dict[str, set[str]] = {}
        for code in used:
            tops.setdefault(highest(code, {c: x.parent for c, x in codes.items()}), set()).add(code)
        order = [*codes]
        return {t: frozenset(tops[t]) for t in sorted(tops, key=lambda t: order.index(t) if t in codes else len(order))}

    scope = now.scope
    return now.reader.kept(f"types {scope.vintage}/{scope.year}/{scope.profile}/{now.basis}", find)


def highest(code: str, parents: Mapping[str, str]) -> str:
    """The code at the top of the tree above one."""
    while parents.get(code):
        code = parents[code]
    return code


class _Table:
    """Services as lines, ecosystem types as columns, the sums of both."""

    def __init__(self, reader: Reader, now: Account, types: Mapping[str, frozenset[str]]) -> None:
        self.reader, self.now = reader, now
        self.money = money_of(reader, now.currency)
        self.inside = {**types, UNDIVIDED: frozenset({NO_KEY})}

    def form(self) -> Form:
        columns = (
            NAME,
            CODE,
            *(Column(t, self.reader.code(ECOSYSTEM, t), group=(TYPES,)) for t in self.inside if t != UNDIVIDED),
            Column(UNDIVIDED, Names("未分生态系统", "Not split")),
            Column(TOTAL, Names("合计", "Total")),
        )
        cells = self._cells()
        rows = [*tree(self.now)]
        lines = [self._line(f"{n:02d}", row, cells[row[0]]) for n, row in enumerate([*rows[1:], rows[0]], 1)]
        made = Form("T3", "T3", "gep", NAMES, self.now.scope, columns, tuple(lines), unit_names(self.money), (SPLIT,))
        return finished(made, self.now, VALUE)

    def _line(self, number: str, row: tuple[str, Names, Style, int], cells: Mapping[str, Cell]) -> Line:
        code, names, style, indent = row
        return Line(code, (words(names), text(number), *cells.values()), style, indent)

    def _cells(self) -> dict[str, dict[str, Cell]]:
        """The cells of every line, services first, then classes and the whole as sums of them."""
        found = {s.id: self._service(s) for s in self.now.services if s.valued}
        for code in (*self.now.parts(WHOLE), WHOLE):
            parts = self.now.parts(code)
            made = {t: crossed({p: found[p][t] for p in parts}, t, places=PLACES, across=False) for t in self.inside}
            found[code] = self._with_total(code, made)
        return found

    def _service(self, service: Service) -> dict[str, Cell]:
        return self._with_total(service.id, {t: self._cell(service, t) for t in self.inside})

    def _cell(self, service: Service, kind: str) -> Cell:
        inside = self.inside[kind]
        held = self.now.by_ecosystem(service, NO_KEY if kind == UNDIVIDED else kind, inside)
        if held is None:
            return BLANK
        mine = [r for r in self.now.leaves(VALUE, service.id) if r[ECOSYSTEM] in inside]
        cell = shown(held, PLACES, self.money)
        return replace(cell, mark=ALLOCATED) if cell.kind == "number" and any(r["allocated"] for r in mine) else cell

    def _with_total(self, code: str, cells: dict[str, Cell]) -> dict[str, Cell]:
        held = self.now.amount(code)
        terms = [term(code, t) for t, cell in cells.items() if cell.kind == "number"]
        return cells | {TOTAL: shown(held, PLACES, self.money, made=summed(terms, held, cells.values()))}
