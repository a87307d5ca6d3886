"""Values of one profile and year at constant prices: run after the values of the year, on the same figures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Severity
from gep.catalog.constant_values import CONSTANT
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.engine.cells import Cells, cell_of
from gep.engine.execute import execute
from gep.engine.task import Outcome, Task
from gep.rules.product import Plan
from gep.workflow.plans import Method, steps, value_steps

# what leaves a parameter without a value, so that the figure is refused
REFUSING = frozenset(
    {
        "CATALOG-PARAMETER-UNKNOWN", "CATALOG-PARAMETER-AMBIGUOUS", "CATALOG-PARAMETER-DECLARED-UNKNOWN", "ENGINE-PARAMETER-UNIT",
        "ENGINE-PRICE-YEAR", "ENGINE-PRICE-YEAR-MISSING",
    }
)  # fmt: skip


@dataclass(frozen=True)
class AtConstant:
    """What ran and what must be told; the cells are put beside those of the year."""

    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()


def at_constant_prices(
    catalog: Catalog, m: Method, task: Task, facts: Iterable[Fact], lookup: Lookup, leaves: Sequence[str]
) -> AtConstant:
    """Run the constant-price rules of the profile; nothing for one without them.

    What lacks a price of the base year or an index stays without a value (refused) and is named in one finding a service, with
    the regions. It stops no run: the accounts at current prices do not rest on it.
    """
    how = m.resolved.scheme.constant
    if how is None or not m.constant_plans:
        return AtConstant()
    own = Lookup(catalog, lookup.regions, lookup.sets, read=lookup.read)  # what is wrong here is told apart
    priced = _price_plans(m)
    if priced and str(how.base) != task.period:
        _take_base_year(m, priced, task.cells, facts, how.base)
    base = replace(task, parameters=own, base_year=how.base)
    done: list[Outcome] = []
    if priced and str(how.base) != task.period:
        at_base = replace(base, period=str(how.base), steps=steps(catalog, m, task.cells, leaves, str(how.base), priced))
        done.append(execute(at_base))
    done.append(execute(replace(base, steps=value_steps(catalog, m, task.cells, leaves, task.period, constant=True))))
    wrong = [*own.findings.values(), *(f for o in done for f in o.findings.values())]
    # what refuses a price or index is told by service below; anything else that stops (an index out of its bounds) stops here too
    kept = [f for f in wrong if f.severity != Severity.STOP or f.code not in REFUSING]
    unvalued = list(_unvalued(m, task.cells, leaves, task.period, how.base, wrong))
    return AtConstant(tuple(done), (*m.told, *kept, *unvalued))


def _price_plans(m: Method) -> tuple[Plan, ...]:
    """The rules that work out prices, and those these read, in the order they run."""
    wanted = {i.ref for p in m.constant_plans for i in p.inputs if i.kind == "measure" and i.time == "base"}
    found: list[Plan] = []
    for plan in reversed(m.plans):
        if plan.rule.kind == "compute" and plan.rule.output in wanted:
            found.append(plan)
            wanted |= {i.ref for i in plan.inputs if i.kind == "measure"}
    return tuple(reversed(found))


def _take_base_year(m: Method, priced: Sequence[Plan], cells: Cells, facts: Iterable[Fact], base: int) -> None:
    """Put what the price rules read of the base year beside the figures of the year."""
    read = {i.ref for p in (*priced, *m.constant_plans) for i in p.inputs if i.kind == "measure"}
    read -= {p.rule.output for p in priced}
    for fact in facts:
        there = cells.get(fact.measure, fact.region, fact.period, fact.key) is not None
        if fact.period[:4] == str(base) and fact.measure in read and not there:
            cells.put(cell_of(fact, m.measures[fact.measure]))


def _unvalued(
    m: Method, cells: Cells, leaves: Sequence[str], period: str, base: int, wrong: Sequence[Finding]
) -> Iterator[Finding]:
    """One finding for each service that has a value of the year and none at constant prices, with the regions that lack it."""
    lacking: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    service_of = {line.measure: s.id for s in m.resolved.scheme.services for line in s.lines}
    reads = {p.rule.id: [i.ref for i in p.inputs if i.kind == "parameter" or i.time == "base"] for p in m.constant_plans}
    for cell in (c for c in cells if c.measure.startswith(CONSTANT) and c.period == period and c.exact is None):
        measure = cell.measure.removeprefix(CONSTANT)
        valued = cells.get(f"value.{measure}", cell.region, period, cell.key)
        if cell.region in leaves and valued is not None and valued.exact is not None:
            lacking[service_of[measure]][cell.region].update(reads[cell.measure])
    for service, by_region in lacking.items():
        regions = ", ".join(sorted(by_region))
        names = sorted({n for found in by_region.values() for n in found})
        stopped = [f.place.key for f in wrong if f.severity == Severity.STOP and f.place.key.split("/")[0] in names]
        place = Place(m.resolved.scheme.file, key=f"{CONSTANT}{service}/-/{period}/-")
        shown = "; ".join(dict.fromkeys(stopped)) or ", ".join(names)
        yield finding("CONSTANT-UNVALUED", place, found=shown, region=regions, service=service, base=base)
