"""One profile in one year, from facts to figures: pure, nothing is stored here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Region, Vocabulary, key_text
from gep.base.states import Amount, total
from gep.catalog import overlaps
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.catalog.valuation import value_id
from gep.engine.cells import Cell, Cells, from_facts, gap
from gep.engine.execute import execute
from gep.engine.kept_rows import KeptRows
from gep.engine.task import Outcome, Task
from gep.engine.trace import Node, cell_node
from gep.intake.checks import Need, missing_inputs
from gep.workflow.constant import at_constant_prices
from gep.workflow.plans import Method, line_keys, line_needs, method, needs, steps, value_steps, with_classes
from gep.workflow.ready import check_classes, check_records
from gep.workflow.versions import at_current_prices, newest
from gep.workflow.zones import zone_cells


@dataclass(frozen=True)
class Computation:
    """What one profile gives in one year: every cell, the trace node of each, the parameters read, the findings."""

    method: Method
    year: int
    regions: tuple[str, ...]  # the leaf regions
    cells: Cells
    nodes: Mapping[str, Node]
    lookup: Lookup
    findings: tuple[Finding, ...]
    # of sums below which a parameter may have a spread, by the id of their node
    rows: Mapping[str, KeptRows] = field(default_factory=dict, kw_only=True)

    @property
    def profile(self) -> str:
        return self.method.resolved.scheme.id

    @property
    def period(self) -> str:
        """The period of its cells."""
        return str(self.year)


def compute(
    catalog: Catalog,
    profile: str,
    year: int,
    facts: Sequence[Fact],
    regions: Mapping[str, Region],
    leaves: Sequence[str],
    *,
    records: Mapping[str, pa.Table] | None = None,
    engine: Literal["duckdb", "reference"] = "duckdb",
    threads: int = 0,
) -> Computation:
    """Run a profile for a year over the facts of the book, of which those of the year and of the year before are looked at.

    A figure the profile computes is never taken from a return: such a fact is left out and named in a finding. A missing input
    makes a finding that stops, and the figures resting on it unknown. Raises Refused when the profile itself cannot be used.
    """
    m = method(catalog, profile, year)
    current, findings = newest([f for f in facts if f.period[:4] == str(year)])
    m, classes = with_classes(catalog, m, current, leaves)
    usable, unused = _usable(m, at_current_prices(current))
    findings += [*classes, *unused]
    usable += (f for f in facts if f.period[:4] == str(year - 1) and f.measure in m.before)
    cells = from_facts(usable, m.measures)
    lookup = Lookup(catalog, regions, m.resolved.scheme.parameter_sets)
    vocabulary = Vocabulary(m.measures, catalog.codes, regions)
    findings += gaps(m, cells, needs(catalog, m, leaves, str(year)), vocabulary)
    base = Task(
        profile=profile,
        currency=m.resolved.scheme.currency,
        steps=steps(catalog, m, cells, leaves, str(year)),
        regions=leaves,
        period=str(year),
        measures=m.measures,
        parameters=lookup,
        cells=cells,
        records=records or {},
        extents={r.id: r.extent for r in catalog.records.values() if r.extent},
        routes=ROUTES,
        row_routes=ROW_ROUTES,
        engine=engine,
        threads=threads,
        keep_rows=m.resolved.scheme.uncertainty is not None,
    )
    findings += check_records(m.plans, base.records, tuple(leaves), year)
    findings += check_classes(base.steps, base.records, tuple(leaves), year)
    physical = execute(base)
    findings += gaps(m, cells, line_needs(catalog, m, cells, leaves, str(year)), vocabulary)
    value = execute(replace(base, steps=value_steps(catalog, m, cells, leaves, str(year))))
    constant = at_constant_prices(catalog, m, base, facts, lookup, leaves)
    zoned = zone_cells(catalog, m, base)
    outcomes = (physical, value, *constant.outcomes, *zoned.outcomes)
    lines = {line.measure for s in m.resolved.scheme.services for line in s.lines}
    submitted = submitted_nodes(c for c in cells if c.is_input and c.measure in lines)
    made = {name: node for outcome in outcomes for name, node in outcome.nodes.items()}
    nodes = {**submitted, **made}
    findings += _overlaps(catalog, m, cells, leaves, year)
    findings += _unread(catalog, m, cells, made, leaves, str(year))
    known = (*lookup.findings.values(), *_told(physical), *_told(value), *constant.findings, *zoned.findings)
    told = {f.id: f for f in (*findings, *known)}
    rows = {name: kept for outcome in outcomes for name, kept in outcome.rows.items()}
    return Computation(zoned.method, year, tuple(leaves), cells, nodes, lookup, tuple(told.values()), rows=rows)


def _overlaps(catalog: Catalog, m: Method, cells: Cells, leaves: Sequence[str], year: int) -> list[Finding]:
    """Overlaps of the profile: refused, or told with the value of each member over all leaf regions."""
    scheme = m.resolved.scheme
    claimed = overlaps.claims(catalog, scheme)
    findings = [*overlaps.refused(claimed, scheme), *overlaps.undetermined(scheme)]
    for claim in (c for c in claimed if c.shown):
        amounts = [f"{member} {_value_of(cells, names, leaves, str(year))}" for member, names in claim.members.items()]
        findings.append(overlaps.told(claim, scheme, year, f"{'; '.join(amounts)} ({scheme.currency})"))
    return findings


def _value_of(cells: Cells, measures: Sequence[str], leaves: Sequence[str], period: str) -> str:
    """The value of some measures over regions as text; `-` where a part of it is unknown."""
    parts = [
        Amount(c.state, None if c.exact is None else Decimal(c.amount), "")
        for c in cells
        if c.measure in {value_id(name) for name in measures} and c.region in leaves and c.period == period
    ]
    made = total(parts)
    return "-" if made.amount is None else format(made.amount, "f")


def _told(outcome: Outcome) -> tuple[Finding, ...]:
    return tuple(outcome.findings.values())


def _usable(m: Method, facts: Sequence[Fact]) -> tuple[list[Fact], list[Finding]]:
    """The facts without those of measures the profile computes itself."""
    usable, findings = [], []
    for fact in facts:
        if fact.measure in m.resolved.computed:
            place = Place(fact.origin.file, fact.origin.row, key=f"{fact.measure}/{fact.region}/{fact.period}")
            args = {"item": fact.measure, "profile": m.resolved.scheme.id}
            findings.append(finding("RUN-RETURN-NOT-USED", place, found=f"{fact.amount} {fact.unit}", holes=args))
        else:
            usable.append(fact)
    return usable, findings


def gaps(m: Method, cells: Cells, needs: Iterable[Need], vocabulary: Vocabulary) -> list[Finding]:
    """Put a gap in the place of every input that is not there; a finding for each says what to return."""
    absent = [n for n in needs if cells.get(n.measure, n.region, n.period, n.key) is None]
    for place in dict.fromkeys((n.measure, n.region, n.period, n.key) for n in absent):
        measure, region, period, key = place
        cells.put(gap(m.measures[measure], region, period, key))
    return list(missing_inputs(absent, (), vocabulary))


def _unread(
    catalog: Catalog, m: Method, cells: Cells, read: Mapping[str, Node], leaves: Sequence[str], period: str
) -> list[Finding]:
    """Returned figures that no line holds and no rule reads, such as a use of water the profile does not know or a total of the
    city where its counties return figures: told."""
    lines = {
        (line.measure, key)
        for service in m.resolved.scheme.services
        for line in service.lines
        for key in line_keys(catalog, m, line, cells, leaves, period)
    }
    checked = {i.ref for p in m.plans if p.rule.kind == "assert" for i in p.inputs}
    unread: dict[str, list[Cell]] = {}
    returned: Counter[str] = Counter()
    for c in cells:
        if c.fact is None or m.measures[c.measure].read_by or c.measure in checked:
            continue
        returned[c.measure] += 1
        if ((c.measure, c.key) not in lines or c.region not in leaves) and f"cell:{c.address}" not in read:
            unread.setdefault(c.measure, []).append(c)
    return [f for name, several in unread.items() for f in _tell_unread(m, several, returned[name])]


def _tell_unread(m: Method, unread: Sequence[Cell], returned: int) -> Iterator[Finding]:
    """One finding for an item the profile does not know at all; one for each figure where it knows others of the item."""
    profile = m.resolved.scheme.id
    if len(unread) == returned > 1:
        facts = [c.fact for c in unread if c.fact is not None]
        first = min((f.origin for f in facts), key=lambda o: (o.file, o.row))
        place = Place(first.file, first.row, key=f"{unread[0].measure}/-/{unread[0].period[:4]}/-")
        args = {"item": unread[0].measure, "profile": profile}
        yield finding("RUN-ITEM-UNREAD", place, found=len(unread), holes=args)
        return
    for c in unread:
        if c.fact is not None:
            args = {"item": c.measure, "profile": profile, "category": key_text(c.key) or "-"}
            place = Place(c.fact.origin.file, c.fact.origin.row, key=c.address)
            yield finding("RUN-RETURN-UNREAD", place, found=f"{c.amount} {c.unit}".strip(), holes=args)


def submitted_nodes(cells: Iterable[Cell]) -> dict[str, Node]:
    """Trace nodes of the returned figures that stand in the accounts themselves."""
    return {str(node["id"]): node for node in map(cell_node, cells)}
