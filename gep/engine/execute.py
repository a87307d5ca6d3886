"""Runs the steps of a task: binds inputs, sums rows, evaluates the exact tail, rounds once to storage, traces and checks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Context as DecimalContext
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import product as cross

import duckdb

from gep.base.findings import Place, finding
from gep.base.records import Severity, State, key_of
from gep.base.rounding import store
from gep.engine import second
from gep.engine import sums as row_sums
from gep.engine.bind import Bound, Context, bind
from gep.engine.cells import Cell, address, computed
from gep.engine.frames import Group
from gep.engine.sums import Summed
from gep.engine.task import Outcome, Step, Task
from gep.engine.trace import argument, calculation, keep
from gep.rules.bounds import ALL, Interval, interval, point
from gep.rules.exact import MathProblem, effective_names, effective_refs, evaluate
from gep.rules.nodes import Call, Compare, Name, Ref, walk
from gep.rules.nodes import Node as Tree
from gep.rules.product import Plan

ZERO_DIVISION = "zero_division"


def execute(task: Task) -> Outcome:
    """Run every step; what is computed is put into `task.cells`, a trace node is made for each figure and for all it rests on.

    Unknown inputs make unknown figures, inputs that are not applicable make figures that are not applicable; both are stored
    with their state. Findings: unusable parameters, row sums beyond their rounding bound, mathematics that has no result,
    asserts that fail or cannot run, second routes that disagree.
    """
    outcome = Outcome()
    year = int(task.period[:4]) if task.years is None else task.years[0]
    context = Context(task.cells, task.parameters, task.currency, year, task.base_year, task.years)
    with ExitStack() as stack:
        rows = any(step.plan.products for step in task.steps)
        connection = stack.enter_context(row_sums.connect(task.threads)) if rows else None
        for step in task.steps:
            _Run(task, step, context, outcome, connection).run()
    return outcome


@dataclass
class _Evaluated:
    """One figure on its way: what was bound, what was summed."""

    group: Group
    bound: dict[str, Bound]
    summed: dict[int, Summed]

    @property
    def env(self) -> dict[str, Fraction | None]:
        return {name: b.value for name, b in self.bound.items()}

    @property
    def refs(self) -> dict[tuple[int, str], Fraction | None]:
        found: dict[tuple[int, str], Fraction | None] = {}
        for index, s in self.summed.items():
            found[index, s.fn] = s.value
            found[index, "count"] = Fraction(s.n) if s.value is not None else None
        return found


class _Run:
    def __init__(
        self, task: Task, step: Step, context: Context, outcome: Outcome, connection: duckdb.DuckDBPyConnection | None
    ) -> None:
        self.task, self.step, self.plan = task, step, step.plan
        self.context, self.outcome = context, outcome
        self.connection = connection  # for the plans that sum rows
        self.samples: Mapping[int, second.Sample] = {}

    def run(self) -> None:
        groups = [Group(i, region, place) for i, (region, place) in enumerate(self._places())]
        summed: dict[int, dict[int, Summed]] = {}
        if self.plan.products and self.connection is not None:
            over = (self.plan, groups, self.step.domains, self.task, self.context, self.connection)
            summed = row_sums.all_sums(*over, self.outcome)
            self.samples = second.samples(*over) if self.plan.rule.route else {}
        scalars = [n.id for n in walk(self.plan.tail) if isinstance(n, Name)]
        for group in groups:
            bound: dict[str, Bound] = {}
            for name in dict.fromkeys(scalars):
                given = self.plan.input(name)
                bound[name], told = bind(given, group.region, self.task.period, group.place, self.context, self.step.places)
                self.outcome.tell(*told)
            self._one(_Evaluated(group, bound, summed.get(group.index, {})))

    def _places(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Every (region, {dimension: code}) the step computes."""
        only = self.step.only
        for region, place in self._all_places():
            if only is None or (region, key_of(place)) in only:
                yield region, place

    def _all_places(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        """Every (region, {dimension: code}) of the grain of the rule."""
        dims = [d for d in self.plan.rule.grain if d != "region"]
        wanted = self.plan.rule.regions
        for region in (r for r in self.task.regions if not wanted or r in wanted):
            if self.step.keys is not None:
                yield from ((region, place) for place in self.step.keys)
                continue
            for codes in cross(*(self.step.domains[d] for d in dims)):
                yield region, dict(zip(dims, codes, strict=True))

    def _one(self, e: _Evaluated) -> None:
        state, reason = _state(e)
        kind = self.plan.rule.kind
        try:
            if kind == "assert":
                self._assert(e, state, reason)
            elif kind == "second_route":
                self._second_route(e, state)
            else:
                self._compute(e, state, reason)
        except MathProblem as problem:
            undefined = self._undefined(e) if problem.code == ZERO_DIVISION else None
            if undefined is not None:
                self._store(e, None, undefined, problem.code)
                return
            place = Place(self.plan.rule.file, key=self._address(e))
            numbers = ", ".join(f"{n} = {b.amount} {b.unit}" for n, b in e.bound.items())
            self.outcome.tell(finding("ENGINE-MATHEMATICS", place, found=numbers, rule=self.plan.rule.id, reason=str(problem)))
            if self.plan.rule.makes:
                self._store(e, None, State.REFUSED, str(problem))

    def _undefined(self, e: _Evaluated) -> State | None:
        """What a figure is where its formula divides by zero; None: refused.

        An allocation names first what it brings down. Where there is nothing to bring it down by, nothing of it falls anywhere if
        it is zero; else nobody knows where it lies.
        """
        rule = self.plan.rule
        if rule.kind == "allocate":
            return State.NOT_AVAILABLE if e.env[rule.inputs[0].name] else State.NOT_APPLICABLE
        return State(rule.undefined) if rule.kind == "compute" and rule.undefined else None

    def _address(self, e: _Evaluated) -> str:
        return address(self.plan.rule.output or self.plan.rule.id, e.group.region, self.task.period, key_of(e.group.place))

    def _compute(self, e: _Evaluated, state: State, reason: str) -> None:
        if state is not State.VALUE:
            self._store(e, None, state, reason)
            return
        exact = evaluate(self.plan.tail, e.env, e.refs)
        if exact is None:
            raise AssertionError(f"{self._address(e)}: every input is known, the figure is not")
        value = store(exact, self.plan.places)
        self._store(e, value, State.VALUE, "")
        self._check_route(e, value)

    def _store(self, e: _Evaluated, value: Decimal | None, state: State, reason: str) -> None:
        measure = self.task.measures[self.plan.rule.output]
        key = key_of(e.group.place)
        ends = _bounds(self.plan, e) if value is not None else ALL
        cell = computed(measure, e.group.region, self.task.period, key, value, state, (ends.lower, ends.upper), reason)
        self.task.cells.put(cell)
        self._trace(e, cell)
        self._check_physical_bounds(cell)

    def _trace(self, e: _Evaluated, cell: Cell) -> None:
        nodes, profile = self.outcome.nodes, self.task.profile
        reached_names, reached_refs = _reached(self.plan, e, cell.state)
        for b in (*e.bound.values(), *(b for s in e.summed.values() for b in s.read)):
            keep(nodes, b, profile, spread=self.task.keep_rows)
        arguments = [argument(b, profile, n in reached_names) for n, b in e.bound.items()]
        sums = [s.reference(reached_refs) for _, s in sorted(e.summed.items())]
        made = calculation(self.plan, cell, profile, arguments, sums)
        nodes[str(made["id"])] = made
        for _, s in sorted(e.summed.items()):
            nodes[str(s.node["id"])] = s.node

    def _check_physical_bounds(self, cell: Cell) -> None:
        measure = self.task.measures[cell.measure]
        if cell.exact is None:
            return
        low, high = measure.lower, measure.upper
        if (low is not None and cell.exact < Fraction(low)) or (high is not None and cell.exact > Fraction(high)):
            place = Place(self.plan.rule.file, key=cell.address)
            expected = f"{low} … {high} {cell.unit}"
            found = f"{cell.amount} {cell.unit}"
            self.outcome.tell(finding("ENGINE-OUT-OF-BOUNDS", place, found=found, expected=expected, rule=self.plan.rule.id))

    def _check_route(self, e: _Evaluated, value: Decimal) -> None:
        """The route written independently of this evaluator must agree: to the last digit, over rows within their rounding."""
        name = self.plan.rule.route
        if not name:
            return
        wide = DecimalContext(prec=60)
        inputs = {
            n: wide.divide(Decimal(b.value.numerator), Decimal(b.value.denominator))
            for n, b in e.bound.items()
            if b.value is not None
        }
        try:
            if self.plan.products:
                self._check_row_route(e, value, inputs)
            else:
                self._compare(e, value, self.task.routes[name](inputs), Fraction(1, 10**self.plan.places), name)
        except (KeyError, ValueError, ArithmeticError) as error:  # what a route raises for inputs it does not know or cannot use
            place, rule = Place(self.plan.rule.file, key=self._address(e)), self.plan.rule.id
            found = ", ".join(i.name for i in self.plan.inputs)
            reason = f"{type(error).__name__} {error}"
            self.outcome.tell(finding("ENGINE-ROUTE-FAILED", place, found=found, rule=rule, route=name, reason=reason))

    def _check_row_route(self, e: _Evaluated, value: Decimal, inputs: Mapping[str, Decimal]) -> None:
        """Over the rows of the figure; of a figure of very many rows, the plan and the route over the first of them."""
        name, sample = self.plan.rule.route, self.samples[e.group.index]
        if not sample.rows:
            return  # a class of which there is none: the sum of nothing
        mine: Fraction | None = Fraction(value)
        if not sample.whole:
            mine = second.over_sample(self.plan, sample.rows, e.env)
        if mine is None:
            raise AssertionError(f"{self._address(e)}: every row is known, a sample of them is not")
        by_row, same = second.row_names(self.plan)
        one = second.decimals(sample.rows[:1], [n for n in same if n not in inputs])[0]
        other = self.task.row_routes[name](second.decimals(sample.rows, by_row), {**inputs, **one})
        quantum = self.task.measures[self.plan.rule.output].quantum
        allowed = second.tolerance(self.plan, len(sample.rows), quantum, mine)
        self._compare(e, store(mine, self.plan.places), other, allowed, name)

    def _second_route(self, e: _Evaluated, state: State) -> None:
        key = key_of(e.group.place)
        first = self.task.cells.get(self.plan.rule.output, e.group.region, self.task.period, key)
        if state is not State.VALUE or first is None or first.exact is None:
            return
        exact = evaluate(self.plan.tail, e.env, e.refs)
        if exact is None:
            raise AssertionError(f"{self._address(e)}: every input is known, the figure is not")
        declared = self.plan.rule.tolerance
        tolerance = Fraction(1, 10**self.plan.places) if declared is None else Fraction(declared)
        if self.task.rounded and _room(Interval(first.low, first.high), _bounds(self.plan, e), "=="):
            self.outcome.checks += 1
            return
        self._compare(e, Decimal(first.amount), store(exact, self.plan.places), tolerance, self.plan.rule.id)

    def _compare(self, e: _Evaluated, value: Decimal, other: Decimal, tolerance: Fraction, name: str) -> None:
        self.outcome.checks += 1
        if abs(Fraction(value) - Fraction(other)) <= tolerance:
            return
        place = Place(self.plan.rule.file, key=self._address(e))
        difference = store(Fraction(value) - Fraction(other), self.plan.places)
        unit = self.plan.unit
        told = finding(
            "ENGINE-SECOND-ROUTE", place, found=f"{value} {unit}", expected=f"{store(Fraction(other), self.plan.places)} {unit}",
            difference=difference, rule=self.plan.rule.id, route=name,
        )  # fmt: skip
        self.outcome.tell(told)

    def _assert(self, e: _Evaluated, state: State, reason: str) -> None:
        rule, tail = self.plan.rule, self.plan.tail
        place = Place(rule.file, key=self._address(e))
        if state is State.NOT_APPLICABLE:
            return
        if state is not State.VALUE:
            # what a department says it has no source for cannot be checked: told as grave as the check is; a gap always stops
            severity = Severity(rule.severity) if _declared(e) else Severity.STOP
            self.outcome.tell(finding("ENGINE-CHECK-CANNOT-RUN", place, found=reason, rule=rule.id, severity=severity))
            return
        if not isinstance(tail, Compare) or rule.message is None:
            raise AssertionError(f"{rule.id}: an assert is a comparison with a message")
        self.outcome.checks += 1
        left, right = evaluate(tail.left, e.env, e.refs), evaluate(tail.right, e.env, e.refs)
        if evaluate(tail, e.env, e.refs) or left is None or right is None:
            return
        if self.task.rounded and _room(_interval(tail.left, e), _interval(tail.right, e), tail.op):
            return
        shown = {"found": _short(left), "expected": f"{tail.op} {_short(right)}", "difference": _short(left - right)}
        words = {"zh": rule.message.zh, "en": rule.message.en}
        figures = [b.node for b in e.bound.values() if b.kind == "measure"]
        severity = Severity(rule.severity)
        told = finding(
            "ENGINE-CHECK", place, found=shown["found"], expected=shown["expected"], difference=shown["difference"],
            figures=figures, rule=rule.id, severity=severity, holes=words,
        )  # fmt: skip
        self.outcome.tell(told)


def _state(e: _Evaluated) -> tuple[State, str]:
    """not_applicable if an input is, else refused or not available if an input is unknown (the reason names them), else value."""
    states: dict[State, list[str]] = {}
    for b in e.bound.values():
        if b.state is not State.VALUE:
            states.setdefault(b.state, []).append(b.node)
    for s in e.summed.values():
        if s.state is not State.VALUE:
            states.setdefault(s.state, []).append(s.reason)
    for state in (State.NOT_APPLICABLE, State.REFUSED, State.NOT_AVAILABLE):
        if state in states:
            return state, ", ".join(states[state])
    return State.VALUE, ""


def _declared(e: _Evaluated) -> bool:
    """Whether everything unknown that a check reads was returned as not available, with a reason."""
    bound = [*e.bound.values(), *(b for s in e.summed.values() for b in s.read)]
    unknown = [b.cell for b in bound if b.value is None and b.state is not State.NOT_APPLICABLE]
    return bool(unknown) and all(c is not None and c.fact is not None and bool(c.reason) for c in unknown)


def _bounds(plan: Plan, e: _Evaluated) -> Interval:
    """The interval of the figure, given those of its inputs; unbounded where they leave it none (a divisor around zero)."""
    return _interval(plan.tail, e)


def _interval(tail: Tree, e: _Evaluated) -> Interval:
    env: dict[str | Ref, Interval] = {n: Interval(b.low, b.high) for n, b in e.bound.items()}
    for node in walk(tail):
        if isinstance(node, Ref):
            s = e.summed[node.index]
            env[node] = point(Fraction(s.n)) if node.what == "count" else s.bounds
    try:
        return interval(tail, env)
    except MathProblem:
        return ALL


def _room(left: Interval, right: Interval, op: str) -> bool:
    """Whether a comparison may hold for some values of both intervals; an unbounded one says nothing and leaves no room."""
    if left.lower is None or left.upper is None or right.lower is None or right.upper is None:
        return False
    below, above = left.lower <= right.upper, left.upper >= right.lower
    return {"<": below, "<=": below, ">": above, ">=": above}.get(op, below and above)


def _reached(plan: Plan, e: _Evaluated, state: State) -> tuple[frozenset[str], frozenset[Ref]]:
    """The inputs and sums that reach the result through arguments that bound; all of them where there is no value."""
    if state is not State.VALUE or not _chooses(plan.tail):
        return frozenset(e.bound), frozenset(n for n in walk(plan.tail) if isinstance(n, Ref))
    return effective_names(plan.tail, e.env, e.refs), effective_refs(plan.tail, e.env, e.refs)


@lru_cache(maxsize=4096)
def _chooses(tail: Tree) -> bool:
    """Whether a formula has a min, max or where, of which an argument may not bind."""
    return any(isinstance(n, Call) for n in walk(tail))


def _short(value: Fraction) -> str:
    """For messages: twelve significant digits."""
    context = DecimalContext(prec=12)
    return format(context.divide(Decimal(value.numerator), Decimal(value.denominator)).normalize(context), "f")
