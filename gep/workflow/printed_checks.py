"""Which checks there are for tables as printed: every rule, total, region and opening whose figure is given, with its cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import product as cross
from typing import TypeAlias

from gep.base.records import Fact, Input, Key, Measure, Region, Rule, Severity, key_of
from gep.base.rounding import store
from gep.catalog.classes import OPEN
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.catalog.tables import GROSS, INNER, RETURNED, TOTAL, column_of, dim_of, leaves_of, matrix_dims, row_of
from gep.engine.bind import ROW_DIMS, input_key, input_period
from gep.engine.cells import Cell, Cells, from_facts
from gep.engine.task import Step
from gep.rules.product import Plan
from gep.workflow import chain, levels
from gep.workflow.plans import Method, method, steps
from gep.workflow.versions import newest

Spot: TypeAlias = tuple[str, str, str, Key]  # measure, region, period, key: where a cell stands
COLUMNS, REGIONS, OPENING, MIRROR = "I4", "I7", "I2", "I7.mirror"


@dataclass(frozen=True)
class Check:
    """One check at one place. `rule`: the rule, or the identity where no rule says it. `reads`: every cell it looks at."""

    rule: str
    measure: str  # whose figure is checked; the rule itself for an assert
    region: str
    period: str
    key: Key
    reads: tuple[Spot, ...]
    plan: Plan | None = None

    @property
    def spot(self) -> Spot:
        return self.measure, self.region, self.period, self.key


class Listing:
    """The tables as given, and every check there is for them."""

    def __init__(
        self,
        catalog: Catalog,
        scheme: str,
        facts: Sequence[Fact],
        regions: Mapping[str, Region],
        leaves: Sequence[str],
        years: Sequence[int],
        *,
        tolerance: Decimal | None = None,
        before: Mapping[int, int] | None = None,
    ) -> None:
        self.catalog, self.regions, self.leaves = catalog, regions, tuple(leaves)
        self.tolerance = tolerance if tolerance is not None else Decimal(0)
        self.before = before or {}
        self.methods = {str(year): method(catalog, scheme, year) for year in sorted(years)}
        self.scheme = catalog.schemes[scheme]
        self.layouts = tuple(catalog.layouts[t] for t in self.scheme.tables)
        self.lookup = Lookup(catalog, regions, self.scheme.parameter_sets)
        self.measures: Mapping[str, Measure] = {n: m for each in self.methods.values() for n, m in each.measures.items()}
        given, self.told = newest(facts)
        self.cells = Cells(_in_its_unit(c) for c in from_facts(given, self.measures))
        self.domains: dict[tuple[str, str], Mapping[str, Sequence[str]]] = {}

    @cached_property
    def checks(self) -> tuple[Check, ...]:
        """Every check there is for the figures given."""
        found: list[Check] = []
        for period, m in self.methods.items():
            found += self._of_rules(period, m)
            found += self._of_columns(period, m)
            found += self._of_regions(period, m)
            found += self._of_openings(period, m)
            found += self._of_mirrors(period)
        return tuple(found)

    @cached_property
    def opened(self) -> frozenset[str]:
        """Dimensions that list what there is: a place without the code has none of it."""
        plans = [p for m in self.methods.values() for p in m.plans]
        listed = {d for p in plans for d, codes in p.rule.domain.items() if codes == OPEN}
        return frozenset(listed | {t.instance for t in self.layouts if t.instance})

    @cached_property
    def netted(self) -> Mapping[str, Measure]:
        """Flow -> the part of it that passes between places."""
        return {part.nets: part for part in self.measures.values() if part.nets}

    @cached_property
    def above(self) -> Sequence[tuple[str, tuple[str, ...]]]:
        return levels.parents(self.regions, self.leaves)

    @cached_property
    def places(self) -> tuple[str, ...]:
        return (*self.leaves, *(r for r, _ in self.above))

    def _is_total(self, key: Key) -> bool:
        codes = self.catalog.codes
        return any(d in codes and c in codes[d] and bool(codes[d][c].attrs.get(TOTAL)) for d, c in key)

    def _of_rules(self, period: str, m: Method) -> Iterator[Check]:
        pairs = {p for c in self.cells if c.region in self.leaves for p in c.key if p[0] in self.opened}
        listed = {d: sorted(code for dim, code in pairs if dim == d) for d in self.opened}
        plans = [p for p in m.plans if not p.rule.stands_in and not any(i.ref.endswith((GROSS, INNER)) for i in p.inputs)]
        for step in steps(self.catalog, m, self.cells, self.places, period, plans, listed):
            plan = step.plan
            self.domains[plan.rule.id, period] = step.domains
            if plan.rule.kind != "assert":
                plan = replace(plan, rule=self._as_second_route(plan))
            for region, key in self._places_of(step, m, period):
                reads = self._reads(plan, region, period, key, step.domains)
                yield Check(plan.rule.id, plan.rule.output or plan.rule.id, region, period, key, reads, plan)

    def _as_second_route(self, plan: Plan) -> Rule:
        """A formula gives the figure to the last stored digit, unless a second route declares how far it may be off."""
        declared = plan.rule.tolerance if plan.rule.kind == "second_route" else Decimal(0)
        allowed = Decimal(1).scaleb(-plan.places) if declared is None else declared
        return replace(plan.rule, kind="second_route", tolerance=allowed + self.tolerance, severity=Severity.STOP, route="")

    def _places_of(self, step: Step, m: Method, period: str) -> Iterator[tuple[str, Key]]:
        """Where a rule can be held against the figures: an assert at its own level, a formula also where it holds for totals."""
        plan, at = step.plan, step.plan.rule.at
        dims = [d for d in plan.rule.grain if d != "region"]
        if plan.rule.kind == "assert":
            wanted = plan.rule.regions or self.places
            for region in (r for r in self.places if r in wanted and (at == "all" or (at == "leaf") == (r in self.leaves))):
                for codes in cross(*(step.domains[d] for d in dims)):
                    yield region, key_of(dict(zip(dims, codes, strict=True)))
            return
        linear = levels.is_linear(plan) and m.measures[plan.rule.output].kind != "ratio"
        for region in (r for r in self.places if not plan.rule.regions or r in plan.rule.regions):
            leaf = region in self.leaves
            if (leaf and at == "above") or (not leaf and at == "leaf" and not linear):
                continue
            keys = self.cells.keys(plan.rule.output, region, period)
            plain = {k for k in keys if all(c in step.domains[d] for d, c in k if d in step.domains)}
            for key in keys:
                if key in plain or (linear and at != "above" and self._is_total(key) and self._covered(keys, key, plain)):
                    yield region, key

    def _covered(self, keys: Sequence[Key], whole: Key, plain: set[Key]) -> bool:
        """Whether a rule makes every part of a total: all plain keys beside it are of its domain."""
        around = {p for p in whole if not self._is_total((p,))}
        return all(k in plain or self._is_total(k) for k in keys if around <= set(k))

    def _reads(self, plan: Plan, region: str, period: str, key: Key, domains: Mapping[str, Sequence[str]]) -> tuple[Spot, ...]:
        """Every cell a plan looks at for a place, its own figure first."""
        place = dict(key)
        found: list[Spot] = [(plan.rule.output, region, period, key)] if plan.rule.output else []
        for given in (i for i in plan.inputs if i.kind == "measure"):
            found += ((given.ref, region, when, k) for when, k in keys_read(given, period, place, domains))
        return tuple(dict.fromkeys(found))

    def _of_columns(self, period: str, m: Method) -> Iterator[Check]:
        for measure, dim, code, parts in self._totals():
            for region in self.places:
                for key in (k for k in self.cells.keys(measure.id, region, period) if (dim, code) in k):
                    rest = {d: c for d, c in key if d != dim}
                    own = [(measure.id, region, period, key_of({**rest, dim: part})) for part in parts]
                    yield Check(COLUMNS, measure.id, region, period, key, ((measure.id, region, period, key), *own))

    def _totals(self) -> Iterator[tuple[Measure, str, str, tuple[str, ...]]]:
        """(measure, dimension, total code, the codes it adds up) of every total column, and of the total row of a matrix."""
        for layout in self.layouts:
            for measure in (m for m in self.measures.values() if m.table == layout.id and "class" in m.additive):
                for column in (c for c in layout.columns if c.total):
                    if layout.matrix:
                        rows_dim, columns_dim = matrix_dims(layout)
                        row = next(r.code for r in layout.rows if r.code[1:] == column.code[1:])
                        yield measure, columns_dim, column.code, tuple(c.code for c in layout.columns if not c.total)
                        yield measure, rows_dim, row, tuple(r.code for r in layout.rows if r.code != row)
                    elif (dim := dim_of(layout, column.block)) in measure.dims:
                        parts = (column_of(layout, c) for c in leaves_of(layout, column))
                        line = row_of(layout, measure.id.removesuffix(RETURNED).rpartition(".")[2])
                        has = [c.code for c in parts if c and (not c.rows or (line and line.code in c.rows))]
                        yield measure, dim, column.code, tuple(has)

    def _of_regions(self, period: str, m: Method) -> Iterator[Check]:
        """A region is the sum of those below: not a ratio nor what a rule makes anew; a netted flow less what stays inside."""
        anew = {p.rule.output for p in m.plans if p.rule.at == "all"}
        for measure in (n for n in self.measures.values() if "region" in n.additive and n.id not in anew):
            if measure.id.endswith((GROSS, INNER)):
                continue
            for parent, below in self.above:
                for key in self.cells.keys(measure.id, parent, period):
                    if measure.id in self.netted and self._is_total(key):
                        continue  # what passes between places is known by column; the total of the columns says the rest
                    reads = [(measure.id, leaf, period, key) for leaf in below]
                    if self.opened.intersection(d for d, _ in key):
                        reads = [s for s in reads if self.cells.get(*s) is not None]
                    if measure.id in self.netted:
                        reads += self._passed(self.netted[measure.id], below, period)
                    own = (measure.id, parent, period, key)
                    yield Check(REGIONS, measure.id, parent, period, key, (own, *reads))

    def _passed(self, part: Measure, below: Sequence[str], period: str) -> Iterator[Spot]:
        names = [n for n in (part.id, part.mirror) if n]
        return ((n, leaf, period, k) for n in names for leaf in below for k in self.cells.keys(n, leaf, period))

    def _of_openings(self, period: str, m: Method) -> Iterator[Check]:
        """Openings that no rule holds against the closing before: those of a table without one, of a region with another code."""
        chained = {p.rule.output for p in m.plans if any(i.time == "prev" for i in p.inputs)}
        before = str(self.before.get(int(period), int(period) - 1))
        for link in chain.links(self.layouts):
            for region in self.places:
                here = self.regions[region]
                moved = here.replaces if here.valid_from.year == int(period) else ()
                if link.opening in chained and not moved:
                    continue
                for key in self.cells.keys(link.opening, region, period):
                    own = [(link.closing, code, before, key) for code in moved or (region,)]
                    yield Check(OPENING, link.opening, region, period, key, ((link.opening, region, period, key), *own))

    def _of_mirrors(self, period: str) -> Iterator[Check]:
        for part in (p for p in self.measures.values() if p.mirror and p.id < p.mirror):
            reads = [*self._passed(part, self.leaves, period)]
            flows = (part.nets, self.measures[part.mirror].nets)
            reads += [(n, leaf, period, k) for n in flows for leaf in self.leaves for k in self.cells.keys(n, leaf, period)]
            if any(spot[0] in (part.id, part.mirror) for spot in reads):
                yield Check(MIRROR, part.id, self.leaves[0], period, (), tuple(reads))


def _in_its_unit(cell: Cell) -> Cell:
    """A figure typed in another unit than that of its measure, in the unit of its measure."""
    if cell.exact is None or cell.unit == cell.base_unit:
        return cell
    return replace(cell, amount=format(store(cell.exact, cell.places), "f"), unit=cell.base_unit)


def keys_read(
    given: Input, period: str, place: Mapping[str, str], domains: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, Key]]:
    """(period, key) of all that an input is read for at a place: one, or one for each code of the dimensions that are summed."""
    open_dims = [d for d in given.grain if d not in place and d != "region" and d not in ROW_DIMS]
    for codes in cross(*(domains.get(d, ()) for d in open_dims)):
        here = {**place, **dict(zip(open_dims, codes, strict=True))}
        yield input_period(given, period, here), input_key(given, here)
