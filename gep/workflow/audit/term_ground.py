"""What the terms of one engagement share: the annual figures of the book, its tables, the balances of every day of handover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from gep.accounts.tenure import Dated, Flow, event_findings
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Key, Layout, Measure, Region, key_text
from gep.book import Book
from gep.catalog.record import Catalog
from gep.catalog.resolve import resolve
from gep.catalog.tables import TOTAL
from gep.workflow import levels
from gep.workflow.audit.annual import Years, read_years
from gep.workflow.audit.balances import (
    Balances,
    StockLine,
    Tables,
    balances,
    beside_the_tables,
    codes_at_end,
    in_unit_of,
    stock_lines,
)
from gep.workflow.audit.records import Event, Observation, Tenure
from gep.workflow.audit.remit import accounts_of
from gep.workflow.plans import Method, method


@dataclass(frozen=True)
class Ground:
    """What the terms of one engagement share: the annual figures, the tables, the balances of every day of handover."""

    book: Book
    tenure: Tenure
    region: str
    years: Years
    layouts: Mapping[str, Layout]
    lines: Mapping[str, StockLine]
    balances: Balances
    events: tuple[Event, ...]
    _methods: dict[int, Method] = field(init=False, repr=False, compare=False, default_factory=dict)

    def method(self, year: int) -> Method:
        """The method of the scheme in a year, each made once."""
        if year not in self._methods:
            self._methods[year] = method(self.catalog, self.years.scheme, year)
        return self._methods[year]

    @property
    def opened(self) -> frozenset[str]:
        """The dimensions of open lists: what a table is repeated for."""
        return frozenset(t.instance for t in self.layouts.values() if t.instance)

    def is_total(self, key: Key) -> bool:
        """Whether a key names a total column."""
        return any(c in self.totals.get(d, ()) for d, c in key)

    @cached_property
    def totals(self) -> Mapping[str, frozenset[str]]:
        """The codes of total columns by dimension."""
        codes = self.catalog.codes
        return {dim: frozenset(c for c, code in known.items() if code.attrs.get(TOTAL)) for dim, known in codes.items()}

    @property
    def catalog(self) -> Catalog:
        return self.book.catalog

    @property
    def places(self) -> Mapping[str, Region]:
        return self.book.config.regions


def ground(
    book: Book,
    tenure: Tenure,
    scheme: str,
    observations: Sequence[Observation] = (),
    events: Sequence[Event] = (),
    region: str = "",
    years: Years | None = None,
) -> Ground:
    """Read the book once for all terms of a tenure; of a place below the regions that return, that of the one above it.

    `region`: another one than that of the tenure (that of a subject). `years`: the annual figures, where they were read before.

    Raises Refused: no accounts of the scheme, a region that neither returns nor has one below it that does.
    """
    places, catalog = book.config.regions, book.catalog
    region = accounts_of(places, book.config.leaves, region or tenure.region)
    inside = [c for c in book.config.leaves if below(places, c, region)]
    if not inside:
        raise Refused([finding("TERM-NO-REGION", Place(key=region), found=region, expected=", ".join(book.config.leaves))])
    days = sorted({day for s in tenure.subjects for day in (s.start, s.end)})
    if years is None:
        years = read_years(book, scheme, tenure.known_on, (days[0].year - 1, days[-1].year))
    layouts = {t: catalog.layouts[t] for t in catalog.schemes[scheme].tables}
    rules = resolve(catalog, scheme, max(years.vintages)).rules
    read = [i.ref for rule in rules for i in rule.inputs if i.kind == "measure" and years.has(i.ref)]
    lines = stock_lines(layouts.values(), catalog.measures) | beside_the_tables(read, catalog.measures)
    wanted, ends = dict.fromkeys([region, *inside]), [s.end for s in tenure.subjects]
    tables = Tables(years, tenure, places, tuple(book.config.leaves), layouts, lines, catalog.measures)
    made = balances(tables, days, wanted, observations, ends)
    return Ground(book, tenure, region, years, layouts, lines, made, tuple(events))


def below(places: Mapping[str, Region], leaf: str, region: str) -> bool:
    """Whether a region that returns is the one of the engagement, lies below it, or stood or stands in its place."""
    if levels.inside(places, leaf, region):
        return True
    here, other = places[leaf], places.get(region)
    return region in here.replaces or (other is not None and leaf in other.replaces)


def dated_events(
    g: Ground, measures: Mapping[str, Measure], leaves: Sequence[str]
) -> tuple[dict[tuple[str, str, Key], tuple[Dated, ...]], list[Finding]]:
    """The dated events by measure, region as the term ends, and key; with what is wrong with them."""
    found: dict[tuple[str, str, Key], list[Dated]] = {}
    findings: list[Finding] = []
    for e in g.events:
        place = Place(key=f"{e.table}.{e.row}/{e.region}/{e.effect}/{key_text(e.key) or '-'}")
        measure = _flow_row(measures, e)
        if measure is None:
            findings.append(finding("TERM-NO-FLOW-ROW", place, found=f"{e.table}.{e.row} {key_text(e.key)}".strip(), event=e.id))
            continue
        amount = in_unit_of(e.amount, e.unit, measure.unit)
        if amount is None:
            findings.append(finding("TERM-EVENT-UNIT", place, found=e.unit, expected=measure.unit, event=e.id))
            continue
        for leaf in (c for c in leaves if e.region in (c, *codes_at_end(g.places, c, e.effect.year))):
            dated = Dated(e.id, e.row, amount, e.decision, e.effect, e.attribution, e.document or e.evidence)
            found.setdefault((measure.id, leaf, e.key), []).append(dated)
    for (name, region, key), several in found.items():
        codes = {y: codes_at_end(g.places, region, y) for y in g.years.vintages}
        parts = {y: [g.years.get(name, c, y, key) for c in codes[y]] for y in codes}
        annual = {y: _exact([a.exact if a is not None else None for a in p]) for y, p in parts.items()}
        item = f"{name}/{region}/{key_text(key) or '-'}"
        findings += event_findings(item, [Flow(several[0].row, 1, "", annual)], several)
    return {where: tuple(several) for where, several in found.items()}, findings


def _exact(amounts: Sequence[Fraction | None]) -> Fraction | None:
    return None if not amounts or any(a is None for a in amounts) else sum((a for a in amounts if a is not None), Fraction(0))


def _flow_row(measures: Mapping[str, Measure], e: Event) -> Measure | None:
    """The flow that the table, row and key of an event name."""
    dims = sorted(d for d, _ in e.key)
    fits = [
        m for m in measures.values()
        if m.table == e.table and m.kind == "flow" and m.id.rpartition(".")[2] == e.row and sorted(m.dims) == dims
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None
