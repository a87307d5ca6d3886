"""Checks tables as printed: every cell is given, nothing is worked out and stored, each figure is held against the others.

All checks come from the declarations a run uses: each compute rule becomes a second route at every column, total column and
region its figure is given for; total columns are held against their parts (I4), regions against theirs (I7), openings against
the closing of the year before (I2), and the asserts run. Every figure stands for the interval of half a unit of its last printed
digit either way (nothing if it is exact), so an additive check of n addends may differ by (n + 1)·q/2, q being that digit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from itertools import product as cross
from typing import TypeAlias

from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Input, Key, Measure, Region, Rule, Severity, State, key_of
from gep.base.rounding import store
from gep.catalog.classes import OPEN
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.catalog.tables import GROSS, INNER, TOTAL, column_of, dim_of, leaves_of, matrix_dims, row_of
from gep.engine import sums as row_sums
from gep.engine.bind import ROW_DIMS, Context, bind, input_key, input_period
from gep.engine.cells import Cell, Cells, address, from_facts
from gep.engine.execute import execute
from gep.engine.frames import Group
from gep.engine.task import Outcome, Step, Task
from gep.rules.bounds import ALL, Interval, interval, point
from gep.rules.exact import MathProblem
from gep.rules.nodes import Compare, Name, Ref, walk
from gep.rules.plan import places_of
from gep.rules.product import Plan
from gep.workflow import chain, levels
from gep.workflow.compute import newest
from gep.workflow.plans import Method, method, steps

Spot: TypeAlias = tuple[str, str, str, Key]  # measure, region, period, key: where a cell stands
COLUMNS, REGIONS, OPENING, MIRROR = "I4", "I7", "I2", "I7.mirror"
PLACES = 6
FOUND = {"ENGINE-SECOND-ROUTE", "ENGINE-CHECK", "ENGINE-MATHEMATICS"}


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


@dataclass(frozen=True)
class Checked:
    """What came of it: the checks that ran, those that could not because a figure is not given, and what they found."""

    ran: tuple[Check, ...]
    not_run: tuple[Check, ...]
    findings: tuple[Finding, ...]


def check_printed(
    catalog: Catalog,
    scheme: str,
    facts: Sequence[Fact],
    regions: Mapping[str, Region],
    leaves: Sequence[str],
    years: Sequence[int],
    *,
    tolerance: Decimal | None = None,
    before: Mapping[int, int] | None = None,
) -> Checked:
    """Check tables of which all cells are given as facts, total columns under their own code, higher regions too.

    `leaves`: the regions at the bottom. `tolerance`: a difference that every figure may have besides its rounding, in its unit.
    `before`: the year of the table whose closing is the opening of a year, where it is not the year before (tables of periods).
    Findings name the rule (`rule`), the cells (`figures`), found, expected and difference. Raises Refused for an unusable scheme.
    """
    return Printed(catalog, scheme, facts, regions, leaves, years, tolerance=tolerance, before=before).run()


class Printed:
    """The checks of some tables, laid out once; any of them can be run again over other figures."""

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
    def reading(self) -> Mapping[Spot, tuple[Check, ...]]:
        """Cell -> the checks that look at it and can run."""
        found: dict[Spot, list[Check]] = {}
        for check in (c for c in self.checks if self._given(c, self.cells)):
            for spot in dict.fromkeys(check.reads):
                found.setdefault(spot, []).append(check)
        return {spot: tuple(several) for spot, several in found.items()}

    def run(self, checks: Iterable[Check] | None = None, cells: Cells | None = None) -> Checked:
        """Run the checks (or some of them) over the figures given (or others)."""
        over = self.cells if cells is None else cells
        wanted = self.checks if checks is None else tuple(checks)
        ran = tuple(c for c in wanted if self._given(c, over))
        running = frozenset(map(id, ran))
        not_run = tuple(c for c in wanted if id(c) not in running)
        findings = [*self.told] if checks is None else []
        for period in self.methods:
            findings += self._by_rules([c for c in ran if c.period == period and c.plan is not None], over, period)
        for check in (c for c in ran if c.plan is None):
            findings += self._by_identity(check, over)
        if checks is None and not ran:
            place = Place(self.scheme.file, key=self.scheme.id)
            findings.append(finding("PRINTED-NOTHING-RAN", place, found=len(not_run)))
        return Checked(ran, not_run, tuple({f.id: f for f in findings}.values()))

    def changed(self, *cells: Cell) -> Checked:
        """Run only what looks at some cells, with other figures in their place."""
        new = {(c.measure, c.region, c.period, c.key): c for c in cells}
        checks = tuple({id(c): c for spot in new for c in self.reading.get(spot, ())}.values())
        others = dict.fromkeys(s for c in checks for s in c.reads if s not in new)
        return self.run(checks, Cells([*new.values(), *(c for s in others if (c := self.cells.get(*s)) is not None)]))

    # ------------------------------------------------------------ which checks there are

    @cached_property
    def opened(self) -> frozenset[str]:
        """Dimensions that list what there is: a place without the code has none of it."""
        plans = [p for m in self.methods.values() for p in m.plans]
        listed = {d for p in plans for d, codes in p.rule.domain.items() if codes == OPEN}
        return frozenset(listed | {t.instance for t in self.layouts if t.instance})

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
            found += ((given.ref, region, when, k) for when, k in _keys(given, period, place, domains))
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
                        line = row_of(layout, measure.id.removesuffix(".returned").rpartition(".")[2])
                        has = [c.code for c in parts if c and (not c.rows or (line and line.code in c.rows))]
                        yield measure, dim, column.code, tuple(has)

    def _of_regions(self, period: str, m: Method) -> Iterator[Check]:
        """A region is the sum of those below: not a ratio nor what a rule makes anew; a netted flow less what stays inside."""
        anew = {p.rule.output for p in m.plans if p.rule.at == "all"}
        netted = {part.nets: part for part in self.measures.values() if part.nets}
        for measure in (n for n in self.measures.values() if "region" in n.additive and n.id not in anew):
            if measure.id.endswith((GROSS, INNER)):
                continue
            for parent, below in self.above:
                for key in self.cells.keys(measure.id, parent, period):
                    if measure.id in netted and self._is_total(key):
                        continue  # what passes between places is known by column; the total of the columns says the rest
                    reads = [(measure.id, leaf, period, key) for leaf in below]
                    if self.opened.intersection(d for d, _ in key):
                        reads = [s for s in reads if self.cells.get(*s) is not None]
                    if measure.id in netted:
                        reads += self._passed(netted[measure.id], below, period)
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

    # ------------------------------------------------------------ running them

    def _given(self, check: Check, cells: Cells) -> bool:
        """Whether every figure a check looks at is there: known, or (in a sum) one that does not apply."""
        plan = check.plan
        if not check.reads or (plan is not None and any(i.kind == "column" for i in plan.inputs)):
            return False
        found = {s: cells.get(*s) for s in check.reads}
        if not all(c is not None and (c.exact is not None or c.state is State.NOT_APPLICABLE) for c in found.values()):
            return False
        asserted = plan is not None and not plan.rule.output
        alone = (_scalars(check) if plan is not None else set()) | (set() if asserted else {check.reads[0]})
        known = {s for s, c in found.items() if c is not None and c.exact is not None}
        return bool(known) and alone.intersection(found) <= known and self._has_parameters(check)

    def _has_parameters(self, check: Check) -> bool:
        wanted = [i for i in check.plan.inputs if i.kind == "parameter"] if check.plan is not None else []
        domains = self.domains.get((check.rule, check.period), {})
        for given in wanted:
            for when, key in _keys(given, check.period, dict(check.key), domains):
                found = self.lookup.find(given.ref, key, check.region, int(when[:4]))
                if found is None or found.value is None:
                    return False
        return True

    def _by_rules(self, checks: Sequence[Check], cells: Cells, period: str) -> Iterator[Finding]:
        """The rules of a year in one run of the engine; what differs by no more than rounding explains is let pass."""
        if not checks:
            return
        at = {(c.rule, c.measure, c.region, c.key): c for c in checks}
        by_rule: dict[str, list[Check]] = {}
        for check in checks:
            by_rule.setdefault(check.rule, []).append(check)
        todo = []
        for rule, several in by_rule.items():
            keys = [dict(k) for k in dict.fromkeys(c.key for c in several)]
            todo.append(Step(_plan(several[0]), self.domains[rule, period], keys, {(c.region, c.key) for c in several}))
        task = self._task(todo, cells, period)
        by_address = {(rule, address(m, r, period, k)): c for (rule, m, r, k), c in at.items()}
        for told in execute(task).findings.values():
            failed = by_address.get((told.rule, told.place.key))
            if told.code not in FOUND or failed is None:
                yield told
            elif told.code == "ENGINE-MATHEMATICS" or not self._explained(failed, task):
                yield self._worded(told, failed, cells)

    def _task(self, todo: Sequence[Step], cells: Cells, period: str) -> Task:
        scheme = self.scheme
        return Task(scheme.id, scheme.currency, todo, self.places, period, self.measures, self.lookup, cells, threads=1)

    def _explained(self, check: Check, task: Task) -> bool:
        """Whether the figures, each anywhere within its rounding, could agree after all."""
        found = [c for s in check.reads if (c := task.cells.get(*s)) is not None]
        if not self.tolerance and all(c.low == c.high for c in found):
            return False
        plan = _plan(check)
        if isinstance(plan.tail, Compare):
            left, right = (_within(plan, side, check, task, self.domains) for side in (plan.tail.left, plan.tail.right))
            return interval(Compare(plan.tail.op, Name("l"), Name("r")), {"l": left, "r": right}).upper != 0
        own = found[0]
        return _meet(own, _within(plan, plan.tail, check, task, self.domains), plan.rule.tolerance or 0)

    def _worded(self, told: Finding, check: Check, cells: Cells) -> Finding:
        figures = tuple(address(*s) for s in check.reads)
        if told.code != "ENGINE-SECOND-ROUTE":
            return replace(told, figures=figures)
        return self._differs(check, cells, told.found, told.expected, told.difference)

    def _differs(self, check: Check, cells: Cells, found: str, expected: str, difference: str) -> Finding:
        own = cells.get(*check.spot)
        at = Place(key=address(*check.spot))
        if own is not None and own.fact is not None:
            at = Place(own.fact.origin.file, own.fact.origin.row, key=at.key)
        halves = [(c.high - c.low) / 2 for s in check.reads if (c := cells.get(*s)) and c.low is not None and c.high is not None]
        allowed = store(sum(halves, Fraction(0)) + Fraction(self.tolerance), PLACES).normalize()
        return finding(
            "PRINTED-DIFFERS", at, found=found, expected=expected, difference=difference, rule=check.rule,
            figures=[address(*s) for s in check.reads], item=check.measure, holes={"allowed": format(allowed, "f")},
        )  # fmt: skip

    def _by_identity(self, check: Check, cells: Cells) -> Iterator[Finding]:
        if check.rule == MIRROR:
            part = self.measures[check.measure]
            other = self.measures[part.mirror]
            pair = {n: self.measures[n] for n in (part.id, part.nets, other.id, other.nets)}
            for told in levels.mirrored(cells, pair, self.leaves, check.period):
                yield replace(told, rule=check.rule, figures=tuple(address(*s) for s in check.reads))
            return
        own = cells.get(*check.spot)
        made = self._sum(check, cells)
        if own is None or made is None or made.exact is None or own.exact is None:
            return
        if not _meet(own, Interval(made.low, made.high), self.tolerance):
            unit, gap = own.unit, store(own.exact - made.exact, PLACES)
            yield self._differs(check, cells, f"{own.amount} {unit}", f"{made.amount} {unit}", str(gap))

    def _sum(self, check: Check, cells: Cells) -> Cell | None:
        """What the figure of an identity is the total of."""
        measure, region, period, key = check.spot
        m = self.measures[measure]
        own = [s for s in check.reads[1:] if s[0] == measure or check.rule == OPENING]
        parts = [c for s in own if (c := cells.get(*s)) is not None]
        made, _ = levels.total_cell(measure, region, period, key, parts, self.scheme.id, m.unit, places_of(m))
        part = next((p for p in self.measures.values() if p.nets == measure), None)
        if check.rule != REGIONS or part is None:
            return made
        below = next(leaves for parent, leaves in self.above if parent == region)
        beside = Cells(c for s in check.reads[1:] if (c := cells.get(*s)) is not None)
        wanted = [n for n in (part.id, part.mirror, measure) if n]
        levels.over_regions(beside, [self.measures[n] for n in wanted], region, below, period, self.scheme.id, self.opened)
        inner = beside.get(measure + INNER, region, period, key)
        if inner is None or inner.exact is None or made.exact is None:
            return None
        net = made.exact - inner.exact
        low, high = (None if a is None or b is None else a - b for a, b in ((made.low, inner.high), (made.high, inner.low)))
        return replace(made, exact=net, amount=format(store(net, places_of(m)), "f"), low=low, high=high)


def _plan(check: Check) -> Plan:
    if check.plan is None:
        raise ValueError(f"{check.rule} is no rule")
    return check.plan


def _scalars(check: Check) -> set[Spot]:
    """The cells a rule reads one by one; of those it adds up, one that does not apply is left out."""
    plan, place = _plan(check), dict(check.key)
    inputs = [plan.input(n.id) for n in walk(plan.tail) if isinstance(n, Name)]
    single = [i for i in inputs if i.kind == "measure"]
    return {(i.ref, check.region, input_period(i, check.period, place), input_key(i, place)) for i in single}


def _in_its_unit(cell: Cell) -> Cell:
    """A figure typed in another unit than that of its measure, in the unit of its measure."""
    if cell.exact is None or cell.unit == cell.base_unit:
        return cell
    return replace(cell, amount=format(store(cell.exact, cell.places), "f"), unit=cell.base_unit)


def _keys(given: Input, period: str, place: Mapping[str, str], domains: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, Key]]:
    """(period, key) of all that an input is read for at a place: one, or one for each code of the dimensions that are summed."""
    open_dims = [d for d in given.grain if d not in place and d != "region" and d not in ROW_DIMS]
    for codes in cross(*(domains.get(d, ()) for d in open_dims)):
        here = {**place, **dict(zip(open_dims, codes, strict=True))}
        yield input_period(given, period, here), input_key(given, here)


def _meet(own: Cell, made: Interval, tolerance: Fraction | Decimal | int) -> bool:
    """Whether a figure within its rounding and what it should be have a value in common, up to a tolerance."""
    if own.low is None or own.high is None:
        return False
    slack = Fraction(tolerance)
    return (made.lower is None or made.lower - slack <= own.high) and (made.upper is None or own.low - slack <= made.upper)


def _within(
    plan: Plan, tree: object, check: Check, task: Task, domains: Mapping[tuple[str, str], Mapping[str, Sequence[str]]]
) -> Interval:
    """Where an expression of a plan can lie, each figure it reads being anywhere within its rounding."""
    context = Context(task.cells, task.parameters, task.currency, int(check.period))
    place = dict(check.key)
    env: dict[str | Ref, Interval] = {}
    for name in {n.id for n in walk(tree) if isinstance(n, Name)}:  # type: ignore[arg-type]
        bound, _ = bind(plan.input(name), check.region, check.period, place, context)
        env[name] = Interval(bound.low, bound.high)
    refs = [n for n in walk(tree) if isinstance(n, Ref)]  # type: ignore[arg-type]
    if refs:
        group = Group(0, check.region, place)
        with ExitStack() as stack:
            connection = stack.enter_context(row_sums.connect(task.threads))
            over = (plan, [group], domains[check.rule, check.period], task, context, connection)
            summed = row_sums.all_sums(*over, Outcome())[0]
        for ref in refs:
            s = summed[ref.index]
            env[ref] = point(Fraction(s.n)) if ref.what == "count" else s.bounds
    try:
        return interval(tree, env)  # type: ignore[arg-type]
    except MathProblem:
        return ALL
