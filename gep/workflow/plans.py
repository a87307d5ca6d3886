"""From a scheme to the steps of a run: its rules and value rules as plans, with the codes each dimension runs over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product as cross

from gep.base.findings import Finding, Refused
from gep.base.records import Key, Line, Measure, Rule, key_of
from gep.catalog.load import Catalog
from gep.catalog.resolve import Resolved, domain, resolve, valid
from gep.catalog.valuation import value_rules
from gep.engine.cells import Cells
from gep.engine.task import Step
from gep.intake.checks import Need
from gep.rules.plan import build, places_of
from gep.rules.product import Plan
from gep.workflow.ready import check_plan, check_scheme

NOTHING = "-"  # the code of an open list in which nothing stands
BEFORE = ("prev", "opening")  # inputs read for the year before


@dataclass(frozen=True)
class Method:
    """A scheme ready to run in one year: plans in order, every measure it may meet (the value measures too)."""

    resolved: Resolved
    plans: tuple[Plan, ...]
    value_plans: tuple[Plan, ...]
    measures: Mapping[str, Measure]

    @property
    def before(self) -> frozenset[str]:
        """The measures that are read for the year before."""
        return frozenset(i.ref for p in self.plans for i in p.inputs if i.kind == "measure" and i.time in BEFORE)

    @property
    def inputs(self) -> frozenset[str]:
        """The measures that must be returned: read by a rule or standing in a line, and computed by no rule."""
        read = {i.ref for p in (*self.plans, *self.value_plans) for i in p.inputs if i.kind == "measure"}
        read |= {line.measure for s in self.resolved.scheme.services for line in s.lines}
        return frozenset(read - self.resolved.computed)


def method(catalog: Catalog, scheme: str, year: int) -> Method:
    """Resolve a scheme and build all its plans; Refused with every finding of every rule that cannot be executed."""
    resolved = resolve(catalog, scheme, year)
    values, value_measures = value_rules(catalog, resolved.scheme)
    measures = {**catalog.measures, **value_measures}
    findings: list[Finding] = []

    def plans(rules: Iterable[Rule]) -> tuple[Plan, ...]:
        made = []
        for rule in rules:
            try:
                made.append(build(rule, measures))
            except Refused as refused:
                findings.extend(refused.findings)
        return tuple(made)

    rule_plans, value_plans = plans(resolved.rules), plans(values)
    findings += check_scheme(resolved.scheme)
    findings += (f for p in rule_plans for f in check_plan(p, catalog.records, resolved.computed))
    if findings:
        raise Refused(findings)
    return Method(resolved, rule_plans, value_plans, measures)


def steps(catalog: Catalog, m: Method) -> list[Step]:
    """The steps of the rules, in order: a dimension runs over the domain the rule declares, else over its whole code scheme."""
    return [Step(plan, _domains(catalog, plan, m.resolved.year)) for plan in m.plans]


def value_steps(catalog: Catalog, m: Method, cells: Cells, regions: Sequence[str], period: str) -> list[Step]:
    """The steps of the value rules, each over the keys its line requires (for an open list: those that are there)."""
    lines = {line.measure: line for s in m.resolved.scheme.services for line in s.lines}
    made = []
    for plan in m.value_plans:
        measure = m.measures[plan.inputs[0].ref]
        keys = line_keys(catalog, m, lines[measure.id], cells, regions, period)
        made.append(Step(plan, {}, [dict(k) for k in keys], places_of(measure)))
    return made


def line_keys(catalog: Catalog, m: Method, line: Line, cells: Cells, regions: Sequence[str], period: str) -> list[Key]:
    """The keys a line must have. For a measure that a rule computes: those the rule makes; for an open list: those there are.

    An open list with nothing in it has one key of NOTHING, so that the line stands in the accounts and its value is unknown.
    """
    measure = m.measures[line.measure]
    maker = next((p for p in m.plans if p.rule.output == measure.id and p.rule.kind == "compute"), None)
    if maker is not None and not line.domain:
        wanted = _domains(catalog, maker, m.resolved.year)
        return [key_of(dict(zip(measure.dims, codes, strict=True))) for codes in cross(*(wanted[d] for d in measure.dims))]
    codes_of = {d: domain(catalog, line, d, m.resolved.year) for d in measure.dims}
    if any(codes is None for codes in codes_of.values()):
        found = {k for region in regions for k in cells.keys(measure.id, region, period)}
        listed = sorted(k for k in found if all(codes_of[d] is None or c in (codes_of[d] or ()) for d, c in k))
        return listed or [key_of(dict.fromkeys(measure.dims, NOTHING))]
    return [key_of(dict(zip(measure.dims, codes, strict=True))) for codes in cross(*(codes_of[d] or () for d in measure.dims))]


def _domains(catalog: Catalog, plan: Plan, year: int) -> dict[str, Sequence[str]]:
    """The codes of every code dimension the plan or its frames run over."""
    dims = {d for p in plan.products for d in p.frame} | set(plan.rule.grain)
    found: dict[str, Sequence[str]] = {}
    for dim in sorted(dims - {"region", "row", "month", "day"}):
        declared = plan.rule.domain.get(dim)
        codes = catalog.codes.get(dim, {}).values()
        found[dim] = declared or [c.code for c in codes if valid(c.valid_from, c.valid_to, year)]
    return found


def needs(catalog: Catalog, m: Method, regions: Sequence[str], period: str) -> Iterator[Need]:
    """Every figure the enabled services need returned (inputs of the check rules and of open lists are not demanded)."""
    service_of = {line.measure: s.id for s in m.resolved.scheme.services for line in s.lines}
    for need in line_needs(catalog, m, Cells(), regions, period):
        if need.measure not in m.resolved.computed and NOTHING not in dict(need.key).values():
            yield need
    for plan in m.plans:
        if plan.rule.kind != "compute":
            continue
        domains = _domains(catalog, plan, m.resolved.year)
        used_by = service_of.get(plan.rule.output, "-")
        for given in plan.inputs:
            if given.kind != "measure" or (given.ref in m.resolved.computed and given.time not in BEFORE):
                continue
            dims = [d for d in given.grain if d not in ("region", "month")]
            year = str(int(period) - 1) if given.time in BEFORE else period
            periods = [f"{year}-{n:02d}" for n in range(1, 13)] if "month" in given.grain else [year]
            for codes, when, region in cross(cross(*(domains[d] for d in dims)), periods, regions):
                key = key_of({**dict(zip(dims, codes, strict=True)), **given.select})
                yield Need(given.ref, region, when, key, used_by, plan.rule.id, plan.rule.file)


def line_needs(catalog: Catalog, m: Method, cells: Cells, regions: Sequence[str], period: str) -> Iterator[Need]:
    """Every quantity a line must have once the rules have run."""
    for service in m.resolved.scheme.services:
        for line in service.lines:
            for key in line_keys(catalog, m, line, cells, regions, period):
                for region in regions:
                    yield Need(line.measure, region, period, key, service.id, line.price or "-", m.resolved.scheme.file)
