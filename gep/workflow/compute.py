"""One profile in one year, from facts to figures: pure, nothing is stored here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Region, Vocabulary, key_text
from gep.catalog.load import Catalog
from gep.catalog.resolve import Lookup
from gep.engine.cells import Cells, from_facts, gap
from gep.engine.execute import execute
from gep.engine.task import Outcome, Task
from gep.engine.trace import Node, cell_node
from gep.intake.checks import Need, missing_inputs
from gep.workflow.plans import Method, line_keys, line_needs, method, needs, steps, value_steps
from gep.workflow.ready import check_records


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

    @property
    def profile(self) -> str:
        return self.method.resolved.scheme.id


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
    usable, findings = _usable(m, [f for f in facts if f.period[:4] == str(year)])
    usable += (f for f in facts if f.period[:4] == str(year - 1) and f.measure in m.before)
    cells = from_facts(usable, m.measures)
    lookup = Lookup(catalog, regions, m.resolved.scheme.parameter_sets)
    vocabulary = Vocabulary(m.measures, catalog.codes, regions)
    findings += _gaps(m, cells, needs(catalog, m, leaves, str(year)), vocabulary)
    base = Task(
        profile=profile,
        currency=m.resolved.scheme.currency,
        steps=steps(catalog, m),
        regions=leaves,
        period=str(year),
        measures=m.measures,
        parameters=lookup,
        cells=cells,
        records=records or {},
        routes=ROUTES,
        row_routes=ROW_ROUTES,
        engine=engine,
        threads=threads,
    )
    findings += check_records(m.plans, base.records, tuple(leaves), year)
    physical = execute(base)
    findings += _gaps(m, cells, line_needs(catalog, m, cells, leaves, str(year)), vocabulary)
    value = execute(replace(base, steps=value_steps(catalog, m, cells, leaves, str(year))))
    nodes = {**_submitted(m, cells), **physical.nodes, **value.nodes}
    findings += _unread(catalog, m, cells, {**physical.nodes, **value.nodes}, leaves, str(year))
    told = {f.id: f for f in (*findings, *lookup.findings.values(), *_told(physical), *_told(value))}
    return Computation(m, year, tuple(leaves), cells, nodes, lookup, tuple(told.values()))


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


def _gaps(m: Method, cells: Cells, needs: Iterable[Need], vocabulary: Vocabulary) -> list[Finding]:
    """Put a gap in the place of every input that is not there; a finding for each says what to return."""
    absent = [n for n in needs if cells.get(n.measure, n.region, n.period, n.key) is None]
    for place in dict.fromkeys((n.measure, n.region, n.period, n.key) for n in absent):
        measure, region, period, key = place
        cells.put(gap(m.measures[measure], region, period, key))
    return list(missing_inputs(absent, (), vocabulary))


def _unread(
    catalog: Catalog, m: Method, cells: Cells, read: Mapping[str, Node], leaves: Sequence[str], period: str
) -> list[Finding]:
    """Returned figures that no line holds and no rule reads, such as a use of water the profile does not know: told."""
    lines = {
        (line.measure, key)
        for service in m.resolved.scheme.services
        for line in service.lines
        for key in line_keys(catalog, m, line, cells, leaves, period)
    }
    checked = {i.ref for p in m.plans if p.rule.kind == "assert" for i in p.inputs}
    findings = []
    for c in cells:
        if c.fact is None or c.measure in checked or (c.measure, c.key) in lines or f"cell:{c.address}" in read:
            continue
        origin = c.fact.origin
        args = {"item": c.measure, "profile": m.resolved.scheme.id, "category": key_text(c.key) or "-"}
        place = Place(origin.file, origin.row, key=c.address)
        findings.append(finding("RUN-RETURN-UNREAD", place, found=f"{c.amount} {c.unit}".strip(), holes=args))
    return findings


def _submitted(m: Method, cells: Cells) -> dict[str, Node]:
    """Trace nodes of the returned figures that stand in the accounts themselves."""
    lines = {line.measure for s in m.resolved.scheme.services for line in s.lines}
    return {str(node["id"]): node for node in (cell_node(c) for c in cells if c.is_input and c.measure in lines)}
