"""From a scheme to the steps of a run: its rules and value rules as plans, with the codes each dimension runs over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product as cross

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.periods import before
from gep.base.records import Fact, Key, Line, Measure, Rule, State, key_of, key_text
from gep.catalog.classes import OPEN, lineage, taken_from
from gep.catalog.constant_values import constant_rules
from gep.catalog.record import Catalog
from gep.catalog.resolve import Resolved, check_fineness, domain, resolve, rule_domain
from gep.catalog.valuation import value_rules
from gep.engine.bind import BEFORE
from gep.engine.cells import Cells
from gep.engine.task import Step
from gep.intake.checks import Need
from gep.rules.plan import build, places_of
from gep.rules.product import Plan
from gep.workflow.ready import check_plan, check_scheme

NOTHING = "-"  # the code of an open list in which nothing stands


@dataclass(frozen=True)
class Method:
    """A scheme ready to run in one year: plans in order, every measure it may meet (the value measures too)."""

    resolved: Resolved
    plans: tuple[Plan, ...]
    value_plans: tuple[Plan, ...]
    measures: Mapping[str, Measure]
    constant_plans: tuple[Plan, ...] = ()  # values at constant prices
    told: tuple[Finding, ...] = ()  # of the price indices
    zone_plans: tuple[Plan, ...] = ()  # what brings figures down to zones

    @property
    def every(self) -> tuple[Plan, ...]:
        """All plans that make figures, in the order they run."""
        return (*self.plans, *self.value_plans, *self.constant_plans, *self.zone_plans)

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
    constants, constant_measures, told = constant_rules(catalog, resolved.scheme, year)
    measures = {**catalog.measures, **value_measures, **constant_measures}
    findings: list[Finding] = []

    def plans(rules: Iterable[Rule]) -> tuple[Plan, ...]:
        made = []
        for rule in rules:
            try:
                made.append(build(rule, measures))
            except Refused as refused:
                findings.extend(refused.findings)
        return tuple(made)

    rule_plans, value_plans, constant_plans = plans(resolved.rules), plans(values), plans(constants)
    findings += check_scheme(resolved.scheme)
    unchained = frozenset() if resolved.scheme.kind == "asset_scheme" else resolved.computed
    findings += (f for p in rule_plans for f in check_plan(p, catalog.records, unchained))
    if findings:
        raise Refused(findings)
    return Method(resolved, rule_plans, value_plans, measures, constant_plans, tuple(told))


def with_classes(catalog: Catalog, m: Method, facts: Iterable[Fact], regions: Sequence[str]) -> tuple[Method, list[Finding]]:
    """The method with the classes the returns name, where the scheme leaves them to a measure (`@measure`).

    Findings that stop: nothing returned to take the classes from; a class returned beside one above it, which would count the
    area twice; a class of the rules that is finer than those returned.
    """
    facts = tuple(facts)
    scheme, findings = m.resolved.scheme, list(_nested_lists(catalog, m, facts, regions))
    classes = dict(scheme.classes)
    for dim, named in scheme.classes.items():
        measure = taken_from(named)
        if not measure:
            continue
        there = {dict(f.key)[dim] for f in facts if f.measure == measure and f.region in regions and dim in dict(f.key)}
        codes = tuple(c for c in catalog.codes[dim] if c in there)
        classes[dim] = codes
        place = Place(scheme.file, key=f"{scheme.id}/{dim}/{m.resolved.year}/-")
        if not codes:
            findings.append(finding("RUN-NO-CLASSES", place, found="-", expected=measure, holes={"dim": dim}))
        nested = [(c, above) for c in codes for above in lineage(catalog.codes, dim, c)[1:] if above in there]
        for code, above in nested:
            findings.append(finding("RUN-CLASS-NESTED", place, found=f"{above}, {code}", item=measure))
    if classes == dict(scheme.classes):
        return m, findings
    concrete = replace(scheme, classes=classes)
    if all(classes.values()):
        findings += (f for rule in m.resolved.rules for f in check_fineness(catalog, concrete, rule, m.resolved.year))
    return replace(m, resolved=replace(m.resolved, scheme=concrete)), findings


def _nested_lists(catalog: Catalog, m: Method, facts: Sequence[Fact], regions: Sequence[str]) -> Iterator[Finding]:
    """An open list takes what is returned: a class beside one above it (rice beside grain) in one region is there twice."""
    lines = (line for s in m.resolved.scheme.services for line in s.lines)
    opened = {(line.measure, dim) for line in lines for dim, codes in line.domain.items() if codes == OPEN}
    for plan in m.plans:
        dims = [dim for dim, codes in plan.rule.domain.items() if codes == OPEN]
        opened |= {(i.ref, dim) for i in plan.inputs for dim in dims if i.kind == "measure" and dim in i.grain}
    for measure, dim in sorted(opened):
        rest_of: dict[tuple[str, str, Key], set[str]] = {}
        for f in facts:
            if f.measure == measure and f.region in regions and f.state is State.VALUE and dim in dict(f.key):
                rest = tuple(pair for pair in f.key if pair[0] != dim)
                rest_of.setdefault((f.region, f.period, rest), set()).add(dict(f.key)[dim])
        for (region, period, rest), there in rest_of.items():
            for code, above in ((c, a) for c in sorted(there) for a in lineage(catalog.codes, dim, c)[1:] if a in there):
                place = Place(m.resolved.scheme.file, key=f"{measure}/{region}/{period}/{key_text(rest) or '-'}")
                yield finding("RUN-CLASS-NESTED", place, found=f"{above}, {code}", item=measure)


def steps(
    catalog: Catalog,
    m: Method,
    cells: Cells,
    regions: Sequence[str],
    period: str,
    plans: Sequence[Plan] | None = None,
    listed: Mapping[str, Sequence[str]] | None = None,
) -> list[Step]:
    """The steps of the rules (or of some of them), in order.

    A dimension runs over the classes of the scheme, within the domain the rule declares. `listed`: the codes of open lists, where
    the caller knows them; else they are those returned for the inputs of a rule.
    """
    wanted = m.plans if plans is None else plans
    return [Step(plan, _domains(catalog, m, plan, cells, regions, period, listed)) for plan in wanted]


def value_steps(
    catalog: Catalog, m: Method, cells: Cells, regions: Sequence[str], period: str, *, constant: bool = False
) -> list[Step]:
    """The steps of the value rules (or those at constant prices), each over the keys its line requires.

    For an open list these are the keys that are there.
    """
    lines = {line.measure: line for s in m.resolved.scheme.services for line in s.lines}
    made = []
    for plan in m.constant_plans if constant else m.value_plans:
        measure = m.measures[plan.rule.id.partition(".")[2]]
        keys = line_keys(catalog, m, lines[measure.id], cells, regions, period)
        made.append(Step(plan, {}, [dict(k) for k in keys], places=places_of(measure)))
    return made


def line_keys(catalog: Catalog, m: Method, line: Line, cells: Cells, regions: Sequence[str], period: str) -> list[Key]:
    """The keys a line must have. For a measure that a rule computes: those the rule makes; for an open list: those there are.

    An open list with nothing in it has one key of NOTHING, so that the line stands in the accounts and its value is unknown.
    """
    measure = m.measures[line.measure]
    makers = [p for p in m.plans if p.rule.output == measure.id and p.rule.makes]
    if makers and not line.domain:
        made = (cross(*(_domains(catalog, m, p, cells, regions, period)[d] for d in measure.dims)) for p in makers)
        return [key_of(dict(zip(measure.dims, codes, strict=True))) for several in made for codes in several]
    codes_of = {d: domain(catalog, m.resolved.scheme, line, d, m.resolved.year) for d in measure.dims}
    if any(codes is None for codes in codes_of.values()):
        found = {k for region in regions for k in cells.keys(measure.id, region, period)}
        listed = sorted(k for k in found if all(codes_of[d] is None or c in (codes_of[d] or ()) for d, c in k))
        return listed or [key_of(dict.fromkeys(measure.dims, NOTHING))]
    return [key_of(dict(zip(measure.dims, codes, strict=True))) for codes in cross(*(codes_of[d] or () for d in measure.dims))]


def _domains(
    catalog: Catalog,
    m: Method,
    plan: Plan,
    cells: Cells,
    regions: Sequence[str],
    period: str,
    listed: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, Sequence[str]]:
    """The codes of every code dimension the plan or its frames run over; of an open list, those returned for its inputs."""
    dims = {d for p in plan.products for d in p.frame} | set(plan.rule.grain)
    found: dict[str, Sequence[str]] = {}
    for dim in sorted(dims - {"region", "row", "month", "day"}):
        declared = rule_domain(catalog, m.resolved.scheme, plan.rule, dim, m.resolved.year)
        if declared is None and listed is not None and dim in plan.rule.grain:
            declared = tuple(listed.get(dim, ()))
        found[dim] = sorted(_there(catalog, m, plan, dim, cells, regions, period)) if declared is None else declared
    return found


def _there(catalog: Catalog, m: Method, plan: Plan, dim: str, cells: Cells, regions: Sequence[str], period: str) -> set[str]:
    """The codes of an open list: those returned for the inputs of a rule, and those its computed inputs run over."""
    codes: set[str] = set()
    for given in (i for i in plan.inputs if i.kind == "measure" and dim in i.grain):
        when = before(period) if given.time in BEFORE else period
        codes |= {dict(k)[dim] for region in regions for k in cells.keys(given.ref, region, when)}
        for maker in m.plans if given.time == "same" else ():
            if maker.rule.makes and maker.rule.output == given.ref and maker is not plan:
                codes |= set(_domains(catalog, m, maker, cells, regions, period)[dim])
    return codes


def needs(
    catalog: Catalog,
    m: Method,
    regions: Sequence[str],
    period: str,
    listed: Mapping[str, Sequence[str]] | None = None,
    also: Collection[str] = (),
) -> Iterator[Need]:
    """Every figure the rules and services need returned (inputs of the check rules are not demanded).

    `listed`: the codes of open lists; without them nothing of an open list is demanded. `also`: measures that a rule computes
    only where they were not returned, so that they may be needed as well.
    """
    service_of = {line.measure: s.id for s in m.resolved.scheme.services for line in s.lines}
    for need in line_needs(catalog, m, Cells(), regions, period):
        if need.measure not in m.resolved.computed and NOTHING not in dict(need.key).values():
            yield need
    for plan in m.plans:
        if not plan.rule.makes or plan.rule.stands_in or plan.rule.at == "above":
            continue  # nobody owes what a stand-in reads, nor a figure of a region above those that return
        domains = _domains(catalog, m, plan, Cells(), regions, period, listed)
        used_by = service_of.get(plan.rule.output, "-")
        for given in plan.inputs:
            if given.kind != "measure" or given.ref in m.resolved.computed - frozenset(also):
                continue
            dims = [d for d in given.grain if d not in ("region", "month")]
            whole = before(period) if given.time in BEFORE else period
            periods = [f"{whole}-{n:02d}" for n in range(1, 13)] if "month" in given.grain else [whole]
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
