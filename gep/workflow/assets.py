"""One asset scheme in one year or term: the tables filled, chained to what was before, added up, checked at every level."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import product as cross
from typing import TypeAlias

import pyarrow as pa

from gep.accounts.routes import ROUTES, ROW_ROUTES
from gep.base.findings import Finding, Place, finding
from gep.base.periods import Span, of_year
from gep.base.records import Fact, Key, Layout, Region, Rule, Severity, Vocabulary, key_of
from gep.base.rounding import store
from gep.catalog.classes import OPEN
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.catalog.tables import ACCOUNT
from gep.engine.cells import Cell, Cells, from_facts
from gep.engine.execute import execute
from gep.engine.task import Step, Task
from gep.engine.trace import Node, cell_id
from gep.rules.product import Plan
from gep.workflow import chain, levels
from gep.workflow.compute import Computation, gaps, submitted_nodes
from gep.workflow.plans import Method, method, needs, steps
from gep.workflow.versions import at_current_prices, newest

KIND = "asset_scheme"
Modelled: TypeAlias = "Mapping[str, set[tuple[str, Key]]]"  # rule that stands in -> where it does
PLACES = 6


@dataclass(frozen=True)
class AssetComputation(Computation):
    """Besides what every computation has: the tables, the regions above the leaves, and what the year chain carried."""

    layouts: tuple[Layout, ...] = ()
    above: tuple[tuple[str, tuple[str, ...]], ...] = ()
    carried: chain.Carried = field(default_factory=chain.Carried)
    modelled: frozenset[tuple[str, str, Key]] = frozenset()
    checks: int = 0  # checks and second routes that ran
    span: Span | None = None  # of a term; None: the year

    @property
    def period(self) -> str:
        return str(self.year) if self.span is None else self.span.period


def is_asset(catalog: Catalog, scheme: str) -> bool:
    """Whether a scheme fills asset tables; an unknown one is refused when it is resolved."""
    known = catalog.schemes.get(scheme)
    return known is not None and known.kind == KIND


def compute_assets(
    catalog: Catalog,
    scheme: str,
    year: int,
    facts: Sequence[Fact],
    regions: Mapping[str, Region],
    leaves: Sequence[str],
    *,
    prior: chain.Prior | None = None,
    given: Computation | None = None,
    records: Mapping[str, pa.Table] | None = None,
    threads: int = 0,
) -> AssetComputation:
    """Fill the tables of a scheme for a year.

    `prior`: the closings of the year before. `given`: the GEP accounts of the year, whose figures some tables read. A figure that
    a rule works out and the department returns as well must agree with it. Raises Refused when the scheme cannot be used.
    """
    run = _Run(catalog, method(catalog, scheme, year), of_year(year), regions, tuple(leaves), records or {}, threads)
    current, findings = newest([f for f in facts if f.period[:4] == str(year)])
    return run.compute(at_current_prices(current), findings, prior, given)


def compute_term(
    catalog: Catalog,
    m: Method,
    span: Span,
    facts: Sequence[Fact],
    regions: Mapping[str, Region],
    leaves: Sequence[str],
    prior: chain.Prior,
    *,
    held: Sequence[Cell] = (),
    top: str = "",
    rounded: bool = False,
    unlike: levels.Unlike = levels.ALIKE,
    threads: int = 0,
) -> AssetComputation:
    """Fill the tables of a scheme for a term, by the same plan as for a year.

    `m`: the rules that can run over a term; `facts`: its flows and what else the rules read, with the period of the span;
    `held`: figures of the annual accounts that rules read with all their decimals; `prior`: the handover balances it opens with;
    `top`: the region above which no totals are made (none: up to the highest). `rounded`: years were cut, so that what the rules
    read carries the rounding of its cut (between `low` and `high` of its cell), which no check holds against it. `unlike`: what
    is of different days, so that it is neither added up nor held against each other.
    """
    return _Run(catalog, m, span, regions, tuple(leaves), {}, threads, top, rounded, unlike).compute(facts, (), prior, None, held)


class _Run:
    def __init__(
        self,
        catalog: Catalog,
        m: Method,
        span: Span,
        regions: Mapping[str, Region],
        leaves: tuple[str, ...],
        records: Mapping[str, pa.Table],
        threads: int,
        top: str = "",
        rounded: bool = False,
        unlike: levels.Unlike = levels.ALIKE,
    ) -> None:
        self.unlike = unlike
        self.catalog, self.m, self.span, self.period = catalog, m, span, span.period
        self.regions, self.leaves, self.records, self.threads, self.rounded = regions, leaves, records, threads, rounded
        self.above = tuple((r, below) for r, below in levels.parents(regions, leaves) if levels.inside(regions, r, top))
        self.scheme = m.resolved.scheme
        self.layouts = tuple(catalog.layouts[t] for t in self.scheme.tables)
        self.lookup = Lookup(catalog, regions, self.scheme.parameter_sets)
        self.plans = [p for p in m.plans if p.rule.kind == "compute"]
        self.opened = frozenset(t.instance for t in self.layouts if t.instance) | _open_dims(m.plans)
        self.nodes: dict[str, Node] = {}
        self.findings: list[Finding] = []
        self.checks = 0

    def compute(
        self,
        facts: Sequence[Fact],
        findings: Iterable[Finding],
        prior: chain.Prior | None,
        given: Computation | None,
        held: Sequence[Cell] = (),
    ) -> AssetComputation:
        self.findings += findings
        always = {p.rule.output for p in self.plans if not p.rule.stands_in and p.rule.at != "above"}
        usable = [f for f in facts if f.measure not in always and not self._is_total(f.key)]
        self.cells = cells = from_facts(usable, self.m.measures)
        for cell in held:
            cells.put(cell)
        self._take(given)
        carried = chain.carry(cells, tuple(chain.links(self.layouts)), prior, self.regions, self.leaves, self.span)
        self.nodes |= carried.nodes
        self.findings += chain.told(carried, self.period)
        modelled = self._modelled()
        self._gaps(modelled)
        self._execute(self._steps(self.leaves, "leaf", modelled), self.leaves)
        self._totals(self.leaves)
        self.findings += levels.mirrored(cells, self.m.measures, self.leaves, self.period, self.unlike)
        for parent, below in self.above:
            measures = [self.m.measures[n] for n in self._summed()]
            given_to = (parent, below, self.period, self.scheme.id, self.opened)
            self.nodes |= levels.over_regions(cells, measures, *given_to, self.unlike)
            self._execute(self._steps((parent,), "above", {}), (parent,))
            self._totals((parent,))
        self._second_routes((*self.leaves, *(p for p, _ in self.above)))
        self.findings += self._compared(f for f in facts if f.measure in always or self._is_total(f.key))
        self.findings += self._told_modelled(modelled)
        self.findings += self._unread(facts)
        self.nodes = {**submitted_nodes(c for c in cells if c.is_input and c.period == self.period), **self.nodes}
        told = {f.id: f for f in (*self.findings, *self.lookup.findings.values())}
        every = self._outputs(modelled)
        return AssetComputation(
            self.m,
            self.span.year,
            self.leaves,
            cells,
            self.nodes,
            self.lookup,
            tuple(told.values()),
            self.layouts,
            self.above,
            carried,
            every,
            self.checks,
            None if self.span.opens is None else self.span,
        )

    def _take(self, given: Computation | None) -> None:
        """The figures of the GEP accounts that rules of the tables read, with the trace nodes they have there."""
        if given is None:
            return
        read = self.m.inputs
        for cell in given.cells:
            wanted = cell.measure in read and not cell.is_input and cell.period == self.period
            if wanted and self.cells.get(cell.measure, cell.region, cell.period, cell.key) is None:
                self.cells.put(replace(cell, node=cell_id(cell, given.profile)))

    def _modelled(self) -> dict[str, set[tuple[str, Key]]]:
        """Where a rule that stands in has to: nothing was returned, and what it reads was (or was carried over)."""
        found: dict[str, set[tuple[str, Key]]] = {}
        for step in self._of([p for p in self.plans if p.rule.stands_in], self.leaves):
            plan, places = step.plan, set()
            read = [i for i in plan.inputs if i.kind == "measure" and i.time == "same" and i.ref not in self.m.resolved.computed]
            for region, key in _places(step, self.leaves):
                there = all(self.cells.get(i.ref, region, self.period, _key(i.grain, i.select, key)) is not None for i in read)
                if there and self.cells.get(plan.rule.output, region, self.period, key) is None:
                    places.add((region, key))
            found[plan.rule.id] = places
        return found

    def _gaps(self, modelled: Modelled) -> None:
        """Put a gap in the place of every figure that is needed and not there; a table of which there is nothing is told once."""
        filled = self._outputs(modelled)
        owed = {p.rule.output for p in self.plans if p.rule.stands_in or p.rule.at == "above"}  # computed, yet returned as well
        wanted = list(needs(self.catalog, self.m, self.leaves, self.period, self._listed(), owed))
        wanted = [n for n in wanted if (n.measure, n.region, n.key) not in filled and self._has(n.region, n.key)]
        there = {
            (self.m.measures[c.measure].table, c.region) for c in self.cells if c.period == self.period and c.fact is not None
        }
        vocabulary = Vocabulary(self.m.measures, self.catalog.codes, self.regions)
        lacking = [n for n in wanted if self.cells.get(n.measure, n.region, n.period, n.key) is None]
        whole = Counter((t, n.region) for n in lacking if (t := self.m.measures[n.measure].table) and (t, n.region) not in there)
        single = [n for n in lacking if (self.m.measures[n.measure].table, n.region) not in whole]
        self.findings += gaps(self.m, self.cells, single, vocabulary)
        gaps(self.m, self.cells, lacking, vocabulary)  # told below, a table at a time
        for (table, region), count in sorted(whole.items()):
            names = self.catalog.layouts[table].names
            place = Place(key=f"{table}/{region}/{self.period}/-")
            args = {"table": table, "name_zh": names.zh, "name_en": names.en}
            self.findings.append(finding("ASSET-TABLE-MISSING", place, found=count, region=region, year=self.period, holes=args))

    def _outputs(self, modelled: Modelled) -> frozenset[tuple[str, str, Key]]:
        """(measure, region, key) of every figure that a rule stands in for."""
        makers = {p.rule.id: p.rule.output for p in self.plans}
        return frozenset((makers[rule], r, k) for rule, places in modelled.items() for r, k in places)

    def _told_modelled(self, modelled: Modelled) -> Iterator[Finding]:
        makers = {p.rule.id: p.rule.output for p in self.plans}
        for rule, places in modelled.items():
            for region, count in sorted(Counter(r for r, _ in places).items()):
                place = Place(key=f"{makers[rule]}/{region}/{self.period}/-")
                item = makers[rule]
                yield finding("ASSET-MODELLED", place, found=count, region=region, year=self.period, rule=rule, item=item)

    @cached_property
    def _known(self) -> Mapping[str, frozenset[tuple[str, str]]]:
        """Region -> the codes of open dimensions (minerals) that anything of it stands under; above the leaves those below it."""
        found: dict[str, set[tuple[str, str]]] = {}
        for c in self.cells:
            pairs = [p for p in c.key if p[0] in self.opened]
            if pairs and c.region in self.leaves:
                found.setdefault(c.region, set()).update(pairs)
        for parent, below in self.above:
            found[parent] = {p for code in below for p in found.get(code, ())}
        return {region: frozenset(pairs) for region, pairs in found.items()}

    def _listed(self) -> dict[str, list[str]]:
        """The codes of the open dimensions that any region has."""
        pairs = frozenset(p for several in self._known.values() for p in several)
        return {dim: sorted(code for d, code in pairs if d == dim) for dim in self.opened}

    def _has(self, region: str, key: Key) -> bool:
        """Whether a key names nothing that the region has none of."""
        return all(p in self._known.get(region, ()) for p in key if p[0] in self.opened)

    def _of(self, plans: Sequence[Plan], regions: Sequence[str]) -> list[Step]:
        made = steps(self.catalog, self.m, self.cells, regions, self.period, plans, self._listed())
        return [replace(s, places=PLACES) for s in made]

    def _steps(self, regions: Sequence[str], level: str, modelled: Modelled) -> list[Step]:
        """The steps of the rules that run at a level, each where there is something of its kind."""
        found = []
        for step in self._of([p for p in self.m.plans if _runs_at(p, level)], regions):
            plan = step.plan
            only: set[tuple[str, Key]] | None = None
            if plan.rule.stands_in:
                only = modelled.get(plan.rule.id, set())
            elif self.opened.intersection(plan.rule.grain):
                only = {(r, k) for r, k in _places(step, regions) if self._has(r, k)}
            skipped = self.unlike.skipped.get(plan.rule.id, frozenset())
            if skipped.intersection(regions):
                only = {(r, k) for r, k in (_places(step, regions) if only is None else only) if r not in skipped}
            found.append(replace(step, only=only))
        return found

    def _execute(self, todo: Sequence[Step], regions: Sequence[str]) -> None:
        outcome = execute(self._task(todo, regions))
        self.nodes |= outcome.nodes
        self.findings += outcome.findings.values()
        self.checks += outcome.checks

    def _task(self, todo: Sequence[Step], regions: Sequence[str]) -> Task:
        records = self.catalog.records
        complete = {n: _returned(t) for n, t in self.records.items() if n in records and records[n].complete}
        return Task(
            profile=self.scheme.id,
            currency=self.scheme.currency,
            steps=todo,
            regions=regions,
            period=self.period,
            measures=self.m.measures,
            parameters=self.lookup,
            cells=self.cells,
            records=self.records,
            extents={r.id: r.extent for r in records.values() if r.extent},
            complete=complete,
            opened=self.opened,
            present={r: frozenset(self._known.get(r, ())) for r in regions},
            routes=ROUTES,
            row_routes=ROW_ROUTES,
            threads=self.threads,
            years=None if self.span.opens is None else (self.span.year, self.span.year_before),
            rounded=self.rounded,
        )

    def _summed(self) -> list[str]:
        """The measures of the tables, and whatever else the rules read; not those that a rule makes anew at every level."""
        read = {i.ref for p in self.m.plans for i in p.inputs if i.kind == "measure"} | {p.rule.output for p in self.plans}
        tables = set(self.scheme.tables)
        anew = {p.rule.output for p in self.plans if p.rule.at == "all"}
        mine = {n for n, m in self.m.measures.items() if (m.table in tables or n in read) and n not in anew}
        return [n for n in self.m.measures if n in mine]

    def _totals(self, regions: Sequence[str]) -> None:
        given = (self.cells, self.layouts, self.m.measures, regions, self.period, self.scheme.id, self.unlike)
        self.nodes |= levels.over_columns(*given)

    def _second_routes(self, regions: Sequence[str]) -> None:
        """Every linear formula once more over total columns and higher regions: what was added up must obey it too."""
        todo: list[Step] = []
        for plan in (p for p in self.plans if levels.is_linear(p) and _adds_up(self.m, p)):
            rule: Rule = replace(plan.rule, kind="second_route", tolerance=self._rounding(plan), severity=Severity.STOP)
            places = {
                (region, key)
                for region in regions
                for key in self.cells.keys(plan.rule.output, region, self.period)
                if _within(rule, key)
                and (region not in self.leaves or _is_total(self.cells, plan.rule.output, region, self.period, key))
            }
            if places:
                keys = [dict(k) for k in dict.fromkeys(k for _, k in sorted(places))]
                todo.append(Step(replace(plan, rule=rule), {}, keys, places, PLACES))
        self._execute(todo, regions)

    def _rounding(self, plan: Plan) -> Decimal:
        """How far a total may lie from its formula: nothing, unless the rule converts units and so rounds what is added up."""
        if all(self.m.measures[i.ref].unit == plan.unit for i in plan.inputs if i.kind == "measure"):
            return Decimal(0)
        widest = max((len(t.columns) for t in self.layouts), default=1)
        return Decimal(len(self.leaves) * widest + 1).scaleb(-plan.places) / 2

    def _unread(self, facts: Iterable[Fact]) -> Iterator[Finding]:
        """Returns meant for asset tables that this scheme does not fill: told, because nothing else would miss them."""
        read = {i.ref for p in self.m.plans for i in p.inputs} | {p.rule.output for p in self.plans}
        left: dict[str, list[Fact]] = {}
        for f in facts:
            measure = self.m.measures[f.measure]
            known = measure.table in self.scheme.tables or f.measure in read or measure.nets in read
            if ACCOUNT in measure.read_by and not known:
                left.setdefault(f.measure, []).append(f)
        for item, several in left.items():
            origin = min((f.origin for f in several), key=lambda o: (o.file, o.row))
            place = Place(origin.file, origin.row, key=f"{item}/-/{self.period}/-")
            args = {"item": item, "profile": self.scheme.id}
            yield finding("RUN-ITEM-UNREAD", place, found=len(several), holes=args)

    def _is_total(self, key: Key) -> bool:
        """Whether a key names a total column (or row of a matrix)."""
        codes = self.catalog.codes
        return any(d in codes and c in codes[d] and bool(codes[d][c].attrs.get("total")) for d, c in key)

    def _compared(self, facts: Iterable[Fact]) -> Iterator[Finding]:
        """Figures that were returned although a rule or a total works them out: they must agree."""
        makers = {p.rule.output: p.rule.id for p in self.plans}
        returned = from_facts(facts, self.m.measures)
        for cell in returned:
            mine = self.cells.get(cell.measure, cell.region, cell.period, cell.key)
            if cell.exact is None or mine is None or mine.exact == cell.exact:
                continue
            place = Place(cell.fact.origin.file, cell.fact.origin.row, key=cell.address) if cell.fact else Place(key=cell.address)
            gap = "" if mine.exact is None else store(cell.exact - mine.exact, PLACES)
            yield finding(
                "ASSET-RETURN-DIFFERS", place, found=f"{cell.amount} {cell.unit}", expected=f"{mine.amount or '-'} {mine.unit}",
                difference=gap, item=cell.measure, rule=makers.get(cell.measure, "total"),
            )  # fmt: skip


def _adds_up(m: Method, plan: Plan) -> bool:
    """Whether the figures of a rule are there for totals: no ratio, not only above the leaves, none that was returned instead."""
    return plan.rule.at != "above" and not plan.rule.stands_in and m.measures[plan.rule.output].kind != "ratio"


def _open_dims(plans: Iterable[Plan]) -> frozenset[str]:
    return frozenset(d for p in plans for d, codes in p.rule.domain.items() if codes == OPEN)


def _runs_at(plan: Plan, level: str) -> bool:
    """Whether a rule runs at the leaves or above them; rows are there at the leaves only."""
    if level == "above" and any(i.kind == "column" for i in plan.inputs):
        return False
    return plan.rule.at in (level, "all")


def _returned(rows: pa.Table) -> frozenset[tuple[str, str]]:
    found = rows.group_by(["region", "period"]).aggregate([])
    return frozenset(zip(found["region"].to_pylist(), found["period"].to_pylist(), strict=True))


def _places(step: Step, regions: Sequence[str]) -> Iterator[tuple[str, Key]]:
    dims = [d for d in step.plan.rule.grain if d != "region"]
    for region in regions:
        for codes in cross(*(step.domains[d] for d in dims)):
            yield region, key_of(dict(zip(dims, codes, strict=True)))


def _key(grain: Sequence[str], select: Mapping[str, str], key: Key) -> Key:
    place = dict(key)
    return key_of({**{d: place[d] for d in grain if d in place}, **select})


def _is_total(cells: Cells, measure: str, region: str, period: str, key: Key) -> bool:
    cell = cells.get(measure, region, period, key)
    return cell is not None and cell.node.startswith(levels.TOTAL)


def _within(rule: Rule, key: Key) -> bool:
    """Whether a rule is for the place: one for some columns says nothing of the others, nor of their total."""
    return all(code in rule.domain[dim] for dim, code in key if rule.domain.get(dim, OPEN) != OPEN)
