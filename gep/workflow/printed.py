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

from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Region, State
from gep.base.rounding import store
from gep.catalog.record import Catalog
from gep.catalog.tables import INNER
from gep.engine import sums as row_sums
from gep.engine.bind import Context, bind, input_key, input_period
from gep.engine.cells import Cell, Cells, address
from gep.engine.execute import execute
from gep.engine.frames import Group
from gep.engine.task import Outcome, Step, Task
from gep.rules.bounds import ALL, Interval, interval, point
from gep.rules.exact import MathProblem
from gep.rules.nodes import Compare, Name, Ref, walk
from gep.rules.nodes import Node as Tree
from gep.rules.plan import places_of
from gep.rules.product import Plan
from gep.workflow import levels
from gep.workflow.printed_checks import MIRROR, OPENING, REGIONS, Check, Listing, Spot, keys_read

PLACES = 6
FOUND = {"ENGINE-SECOND-ROUTE", "ENGINE-CHECK", "ENGINE-MATHEMATICS"}


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

    `leaves`: the regions at the bottom. `tolerance`: what a figure may differ from its formula or total besides the rounding.
    `before`: the year of the table whose closing is the opening of a year, where it is not the year before (tables of periods).
    Findings name the rule (`rule`), the cells (`figures`), found, expected and difference. Raises Refused for an unusable scheme.
    """
    return Printed(catalog, scheme, facts, regions, leaves, years, tolerance=tolerance, before=before).run()


class Printed(Listing):
    """Tables as printed with their checks, any of which can be run again over other figures."""

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
        if not known or not alone.intersection(found) <= known or not self._has_parameters(check):
            return False
        return check.rule != REGIONS or check.measure not in self.netted or self._sum(check, cells) is not None

    def _has_parameters(self, check: Check) -> bool:
        wanted = [i for i in check.plan.inputs if i.kind == "parameter"] if check.plan is not None else []
        domains = self.domains.get((check.rule, check.period), {})
        for given in wanted:
            for when, key in keys_read(given, check.period, dict(check.key), domains):
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
        part = self.netted.get(measure)
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


def _meet(own: Cell, made: Interval, tolerance: Fraction | Decimal | int) -> bool:
    """Whether a figure within its rounding and what it should be have a value in common, up to a tolerance."""
    if own.low is None or own.high is None:
        return False
    slack = Fraction(tolerance)
    return (made.lower is None or made.lower - slack <= own.high) and (made.upper is None or own.low - slack <= made.upper)


def _within(
    plan: Plan, tree: Tree, check: Check, task: Task, domains: Mapping[tuple[str, str], Mapping[str, Sequence[str]]]
) -> Interval:
    """Where an expression of a plan can lie, each figure it reads being anywhere within its rounding."""
    context = Context(task.cells, task.parameters, task.currency, int(check.period))
    place = dict(check.key)
    env: dict[str | Ref, Interval] = {}
    for name in {n.id for n in walk(tree) if isinstance(n, Name)}:
        bound, _ = bind(plan.input(name), check.region, check.period, place, context)
        env[name] = Interval(bound.low, bound.high)
    refs = [n for n in walk(tree) if isinstance(n, Ref)]
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
        return interval(tree, env)
    except MathProblem:
        return ALL
