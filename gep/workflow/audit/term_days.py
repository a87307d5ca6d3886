"""The days that the figures of a term are cut at, and the rules that would set figures of different days against each other.

A stock that was observed on the day of a handover cuts the flows of its column there; the nearest year-end cuts those of another
table at 1 January. Each says something true, but not of the same time: what adds them up or holds one against the other says
nothing. Such a rule does not run over the term. A figure that it makes is then the one of the annual accounts, cut in one way, or
there is none; a check is left out where that is so and named with the tables and the days.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal, Protocol, TypeAlias

from gep.base.records import Input, Key, Measure, Names, Rule
from gep.catalog.classes import OPEN
from gep.catalog.tables import GROSS, INNER, RETURNED
from gep.engine.bind import BEFORE
from gep.engine.cells import Cell
from gep.rules.product import Plan

Edge: TypeAlias = Literal["opening", "closing"]
Days: TypeAlias = frozenset[tuple[Edge, date]]  # the day that each end of a figure stands at
NO_DAYS: Days = frozenset()
Fixed: TypeAlias = frozenset[tuple[str, str]]  # the codes of a figure in the dimensions of a rule
Operand: TypeAlias = tuple[Fixed, str, Days]  # of the table


class Cuts(Protocol):
    """The days of every cell of the tables of a term."""

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Region -> the regions that return which its figures are made of: itself, or those below it."""
        ...

    def cells(self, measure: Measure, region: str) -> Iterable[tuple[Key, Days]]:
        """The cells of a measure in a region that returns, without totals."""
        ...

    def is_total(self, dim: str, code: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Apart:
    """A rule that did not run in some regions, because what it reads stands at different days.

    `makes`: the measure it would have made, empty for a check. `days`: the days of each table it reads.
    """

    rule: str
    names: Names
    makes: str
    regions: tuple[str, ...]
    days: tuple[tuple[str, Days], ...]


def differ(days: Iterable[tuple[Edge, date]]) -> bool:
    """Whether figures with these days stand at more than one day at either end."""
    ends = list(dict.fromkeys(days))
    return len({edge for edge, _ in ends}) < len(ends)


def together(apart: Iterable[Apart]) -> dict[str, list[Apart]]:
    """Rules that did not run, by the tables they read and the days these are cut at, in words that need no language."""
    found: dict[str, list[Apart]] = {}
    for a in apart:
        found.setdefault("; ".join(f"{table} {_text(days)}" for table, days in a.days), []).append(a)
    return found


def _text(days: Days) -> str:
    """`2020-07-01 … 2022-01-01`; the days of one end where a table has cells of several."""
    ends = [" / ".join(str(d) for edge, d in sorted(days) if edge == which) for which in ("opening", "closing")]
    return " … ".join(ends).strip()


class Timing:
    """The days of the figures that rules read and make, through figures that stand in no table."""

    def __init__(self, measures: Mapping[str, Measure], plans: Iterable[Plan], cuts: Cuts) -> None:
        self.measures, self.cuts = measures, cuts
        self.makers: dict[str, list[Plan]] = {}
        for plan in (p for p in plans if p.rule.kind == "compute" and p.rule.at != "above"):
            self.makers.setdefault(plan.rule.output, []).append(plan)
        self._cells: dict[tuple[str, str], dict[Key, Days]] = {}
        self._operands: dict[tuple[int, str], frozenset[Operand]] = {}

    @cached_property
    def differ(self) -> bool:
        """Whether the tables of the term are cut at different days at all."""
        leaves = dict.fromkeys(leaf for several in self.cuts.groups.values() for leaf in several)
        tables = [name for name, m in self.measures.items() if m.table and name == _base(name)]
        return differ(d for name in tables for leaf in leaves for days in self._by_key(name, leaf).values() for d in days)

    def apart(self, plan: Plan) -> Apart | None:
        """Where a rule would set figures of different days against each other; None: nowhere."""
        regions: list[str] = []
        days: dict[str, Days] = {}
        for region, leaves in self.cuts.groups.items():
            if plan.rule.at != "all" and (plan.rule.at == "leaf") != (leaves == (region,)):
                continue
            found = self._differing(frozenset[Operand]().union(*(self._of(plan, leaf) for leaf in leaves)))
            if found:
                regions.append(region)
            for table, held in found.items():
                days[table] = days.get(table, NO_DAYS) | held
        if not regions:
            return None
        makes = plan.rule.output if plan.rule.makes else ""
        return Apart(plan.rule.id, plan.rule.names, makes, tuple(regions), tuple(sorted(days.items())))

    def cells_differ(self, cells: Sequence[Cell]) -> bool:
        """Whether cells that are to be added up stand at different days."""
        return differ(d for c in cells for d in self.of_cell(c.measure, c.region, c.key))

    def of_cell(self, measure: str, region: str, key: Key) -> Days:
        """The days of a cell, of one above the regions that return those of all it is made of."""
        found: set[tuple[Edge, date]] = set()
        for leaf in self.cuts.groups.get(region, ()):
            name = _base(measure)
            if not self.measures[name].table:
                found |= {d for fixed, _, days in self._made(name, leaf) if _agree(fixed, frozenset(key)) for d in days}
            elif any(self.cuts.is_total(d, c) for d, c in key):
                rest = frozenset(p for p in key if not self.cuts.is_total(*p))
                found |= {d for k, days in self._by_key(name, leaf).items() if rest <= frozenset(k) for d in days}
            else:
                found |= self._by_key(name, leaf).get(key, NO_DAYS)
        return frozenset(found)

    def _differing(self, operands: frozenset[Operand]) -> dict[str, Days]:
        """The days by table of the operands that meet in one place and stand at different days."""
        if not differ(d for _, _, days in operands for d in days):
            return {}
        found: dict[str, Days] = {}
        for place in dict.fromkeys(fixed for fixed, _, _ in operands):
            here = [(table, days) for fixed, table, days in operands if _agree(fixed, place)]
            if differ(d for _, days in here for d in days):
                for table, days in here:
                    found[table] = found.get(table, NO_DAYS) | days
        return found

    def _of(self, plan: Plan, region: str) -> frozenset[Operand]:
        """What a rule reads and makes in a region that returns."""
        name = (id(plan), region)
        if name not in self._operands:
            self._operands[name] = frozenset()  # a figure that rests on itself adds nothing
            found = [o for given in plan.inputs if given.kind == "measure" for o in self._read(given, plan.rule, region)]
            if plan.rule.output and self.measures[plan.rule.output].table:
                table, held = self.measures[plan.rule.output].table, self._by_key(plan.rule.output, region)
                found += [(f, table, days) for key, days in held.items() if (f := _fixed(key, plan.rule)) is not None]
            elif plan.rule.output and not plan.rule.makes:
                found += [(_within(f, plan.rule.grain), t, days) for f, t, days in self._made(plan.rule.output, region)]
            self._operands[name] = frozenset(found)
        return self._operands[name]

    def _read(self, given: Input, rule: Rule, region: str) -> Iterator[Operand]:
        """The cells that an input may be, each with the place of the rule where it is read."""
        name = _base(given.ref)
        chosen = frozenset((d, c) for d, c in given.select.items() if not self.cuts.is_total(d, c))
        grain = [d for d in rule.grain if d in given.grain]
        if not self.measures[name].table:
            for fixed, table, days in self._made(name, region):
                if _agree(fixed, chosen):
                    yield _within(fixed, grain), table, days
            return
        for key, days in self._by_key(name, region).items():
            place = _fixed(key, rule, grain)
            if place is not None and chosen <= frozenset(key):
                yield place, self.measures[name].table, _opened(days) if given.time in BEFORE else days

    def _made(self, name: str, region: str) -> Iterator[Operand]:
        """What a figure that stands in no table is made of; nothing for one that is given."""
        for maker in self.makers.get(name, ()):
            yield from self._of(maker, region)

    def _by_key(self, name: str, region: str) -> dict[Key, Days]:
        if (name, region) not in self._cells:
            self._cells[name, region] = dict(self.cuts.cells(self.measures[name], region))
        return self._cells[name, region]


def _base(name: str) -> str:
    """The measure of a table that a figure belongs to: what was returned, what is netted above the leaves."""
    for suffix in (RETURNED, GROSS, INNER):
        name = name.removesuffix(suffix)
    return name


def _opened(days: Days) -> Days:
    """Of what is read for the period before: the day it stands at as the term opens."""
    return frozenset(d for d in days if d[0] == "opening")


def _fixed(key: Key, rule: Rule, dims: Sequence[str] | None = None) -> Fixed | None:
    """The codes of a cell in the dimensions of a rule; None for one that the rule is not for."""
    if any(code not in rule.domain[dim] for dim, code in key if rule.domain.get(dim, OPEN) != OPEN):
        return None
    return _within(key, rule.grain if dims is None else dims)


def _within(fixed: Iterable[tuple[str, str]], dims: Sequence[str]) -> Fixed:
    return frozenset(p for p in fixed if p[0] in dims)


def _agree(one: Fixed, other: Fixed) -> bool:
    """Whether two places name no dimension differently."""
    codes = dict(one)
    return all(codes.get(dim, code) == code for dim, code in other)
