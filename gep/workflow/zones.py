"""Zones of one profile and year: its figures are brought down to them by area, through the engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.records import Key, State, key_of
from gep.base.rounding import store
from gep.catalog.classes import OPEN
from gep.catalog.record import Catalog, near
from gep.catalog.zoning import AREA, ECOSYSTEM, EXTENT, ZONE, Zoning, classes_of, key_id, without_zone, zone_rules
from gep.engine.cells import Cell, address, gap
from gep.engine.execute import ZERO_DIVISION, execute
from gep.engine.task import Outcome, Step, Task
from gep.rules.plan import QUANTITY_PLACES, build, places_of
from gep.workflow.plans import Method, line_keys

COMPLETE = "the zones returned make up the whole area of the class, and this one has none of it"
UNDECLARED = "[allocation] of the scheme does not say by which ecosystems {service} is brought down"


@dataclass(frozen=True)
class Zoned:
    """What the zones add to a computation: the method with their rules and measures, what the engine gave, findings.

    The figures themselves are put into the cells of the task.
    """

    method: Method
    outcomes: tuple[Outcome, ...] = ()
    findings: tuple[Finding, ...] = ()


def zone_cells(catalog: Catalog, m: Method, task: Task) -> Zoned:
    """Bring every figure of the lines (quantity and values) down to the zones of the regions that returned `zone_area`.

    `task`: the task of the year, its cells holding the figures of the regions. Without a zone scheme in the book, or a service in
    the profile, nothing happens. Raises Refused where a rule of the zones cannot be planned: a fault of the catalogue.
    """
    if ZONE not in catalog.codes or AREA not in catalog.measures or not m.resolved.scheme.services:
        return Zoned(m)
    work = _Zones(catalog, m, task)
    if not work.zones:
        place = Place(m.resolved.scheme.file, key=f"{task.profile}.zones/-/{task.period}/-")
        return Zoned(m, (), (finding("ZONE-NONE", place, found=task.period, profile=task.profile),))
    return work.run()


class _Zones:
    """The zones of a year: which region has which, over which classes, and by which rules figures come to them."""

    def __init__(self, catalog: Catalog, m: Method, task: Task) -> None:
        self.catalog, self.task, self.cells, self.period = catalog, task, task.cells, task.period
        values = {p.rule.output: m.measures[p.rule.output] for p in (*m.value_plans, *m.constant_plans)}
        self.zones = {r: zones for r in task.regions if (zones := self._zones_of(r))}
        self.rules: Zoning = zone_rules(catalog, m.resolved.scheme, values)
        measures = {**m.measures, **self.rules.measures}
        self.plans = {r.id: build(r, measures) for r in (*self.rules.areas, *self.rules.shares)} if self.zones else {}
        self.m = replace(m, measures=measures, zone_plans=tuple(self.plans.values()))
        self.lines = {line.measure: (s.id, line) for s in m.resolved.scheme.services for line in s.lines}
        self.keys = {name: self._line_keys(name) for name in self.lines} if self.zones else {}
        self.classes = self._classes()

    def _zones_of(self, region: str) -> tuple[str, ...]:
        there = {dict(k)[ZONE] for k in self.cells.keys(AREA, region, self.period)}
        return tuple(z for z in self.catalog.codes[ZONE] if z in there)

    def _line_keys(self, measure: str) -> list[Key]:
        return line_keys(self.catalog, self.m, self.lines[measure][1], self.cells, self.task.regions, self.period)

    def _classes(self) -> tuple[str, ...]:
        """Every ecosystem that a zone or a region has an area of, or that a line is split by, in the order of the catalogue."""
        there = {dict(k).get(ECOSYSTEM, "") for keys in self.keys.values() for k in keys}
        for region in self.zones:
            areas = (*self.cells.keys(AREA, region, self.period), *self.cells.keys(EXTENT, region, self.period))
            there |= {dict(k).get(ECOSYSTEM, "") for k in areas}
        return tuple(c for c in self.catalog.codes.get(ECOSYSTEM, {}) if c in there)

    def run(self) -> Zoned:
        findings = [*self._declared(), *self._without(), *(f for region in self.zones for f in self._complete(region))]
        findings += self._undeclared()
        outcome = execute(
            replace(
                self.task,
                steps=[*self._area_steps(), *self._share_steps()],
                regions=tuple(self.zones),
                measures=self.m.measures,
                opened=frozenset({ZONE}),
                present={region: frozenset((ZONE, z) for z in zones) for region, zones in self.zones.items()},
            )
        )
        findings += [*outcome.findings.values(), *self._nowhere()]
        return Zoned(self.m, (outcome,), tuple(findings))

    def _declared(self) -> Iterator[Finding]:
        """What [allocation] names must be there: a service of the scheme, an ecosystem of the catalogue."""
        scheme, codes = self.m.resolved.scheme, self.catalog.codes.get(ECOSYSTEM, {})
        place = Place(scheme.file, key=f"{scheme.id}.allocation")
        services = [s.id for s in scheme.services]
        for service, wanted in scheme.allocation.items():
            if service not in services:
                yield _unknown(place, service, "服务", "services", near(service, services), scheme.id)
            for code in wanted if wanted != OPEN else ():
                if code not in codes:
                    yield _unknown(place, code, "生态系统", "ecosystems", near(code, codes), scheme.id)

    def _without(self) -> Iterator[Finding]:
        """Leaf regions that returned no zones while others did, and other regions whose zones nobody reads."""
        for region in self.task.regions:
            if region not in self.zones:
                yield finding("ZONE-REGION-NONE", Place(key=f"{AREA}/{region}/{self.period}/-"), found=region)
        areas = [c for c in self.cells if c.measure == AREA and c.period == self.period and c.region not in self.task.regions]
        for region in sorted({c.region for c in areas}):
            yield finding("ZONE-REGION-UNREAD", Place(key=f"{AREA}/{region}/{self.period}/-"), found=region)

    def _complete(self, region: str) -> Iterator[Finding]:
        """Compare the zones of a region with its extent, class by class, and settle the areas that were not returned.

        A zone that is not returned has nothing of a class where the others make up all there is of it; else it is unknown.
        """
        unit = self.m.measures[AREA]
        for code in self.classes:
            keys = {z: key_of({ZONE: z, ECOSYSTEM: code}) for z in self.zones[region]}
            held = {z: c for z, key in keys.items() if (c := self.cells.get(AREA, region, self.period, key)) is not None}
            extent = self.cells.get(EXTENT, region, self.period, key_of({ECOSYSTEM: code}))
            lacking = [z for z in keys if z not in held]
            agrees = _agrees(held.values(), extent)
            if agrees is False or (agrees is None and lacking):
                yield self._told(region, code, held, lacking, extent)
            for zone in lacking:
                cell = gap(unit, region, self.period, keys[zone])
                self.cells.put(replace(cell, **_NOTHING) if agrees else cell)  # type: ignore[arg-type]

    def _told(self, region: str, code: str, held: Mapping[str, Cell], lacking: Sequence[str], extent: Cell | None) -> Finding:
        key = address(AREA, region, self.period, key_of({ECOSYSTEM: code}))
        whole = "-" if extent is None or extent.exact is None else _text(extent.exact)
        figures = [*(c.address for c in held.values()), address(EXTENT, region, self.period, key_of({ECOSYSTEM: code}))]
        if lacking:
            found = ", ".join(lacking)
            return finding("ZONE-AREA-LACKING", Place(key=key), found=found, expected=whole, figures=figures, holes={"key": key})
        made = sum((c.exact for c in held.values() if c.exact is not None), Fraction(0))
        apart = "-" if extent is None or extent.exact is None else _text(made - extent.exact)
        return finding(
            "ZONE-AREA-DIFFERS", Place(key=key), found=_text(made), expected=whole, difference=apart, figures=figures,
            holes={"key": key},
        )  # fmt: skip

    def _undeclared(self) -> Iterator[Finding]:
        """Services that nobody said how to bring down: the areas they would need are unknown, so their zones are."""
        for service in self.rules.unkeyed:
            place = Place(self.m.resolved.scheme.file, key=f"{self.task.profile}.allocation/-/{self.period}/service:{service}")
            yield finding("ZONE-UNALLOCATED", place, found=service)
            names, reason = (key_id(service), key_id(service, everywhere=True)), UNDECLARED.format(service=service)
            for region, zones in self.zones.items():
                places: list[tuple[str, Key]] = [*((names[0], key_of({ZONE: z})) for z in zones), (names[1], ())]
                for name, key in places:
                    self.cells.put(replace(gap(self.m.measures[name], region, self.period, key), reason=reason))

    def _area_steps(self) -> Iterator[Step]:
        """The areas added up: of a class over the zones, and of the classes of each service in a zone and in all zones."""
        every = tuple(z for z in self.catalog.codes[ZONE] if any(z in zones for zones in self.zones.values()))
        own = frozenset((region, key_of({ZONE: z})) for region, zones in self.zones.items() for z in zones)
        service_of = {key_id(s, everywhere=e): s for s in self.rules.keys for e in (False, True)}
        for rule in self.rules.areas:
            service = service_of.get(rule.output)
            wanted = OPEN if service is None else self.rules.keys[service]
            classes = classes_of(self.catalog.codes, wanted, self.classes)
            only = own if ZONE in rule.grain else None
            yield Step(self.plans[rule.id], {ZONE: every, ECOSYSTEM: classes}, only=only)

    def _share_steps(self) -> Iterator[Step]:
        """Each figure to each zone of its region. Returned quantities are read as they are stored."""
        zones = dict.fromkeys(z for held in self.zones.values() for z in held)
        for rule in self.rules.shares:
            plan = self.plans[rule.id]
            whole = plan.input("whole").ref
            keys = [dict(k) for k in dict.fromkeys(self.keys[whole if whole in self.lines else whole.partition(".")[2]])]
            places = [{**k, ZONE: z} for k in keys for z in zones]
            only = {(r, key_of({**k, ZONE: z})) for r, held in self.zones.items() for k in keys for z in held}
            yield Step(plan, {}, places, only=only, places=places_of(self.m.measures[whole]) if whole in self.lines else None)

    def _nowhere(self) -> Iterator[Finding]:
        """Amounts that no zone has any area for."""
        told: set[tuple[str, str, Key]] = set()
        for rule in self.rules.shares:
            whole = self.plans[rule.id].input("whole").ref
            line = whole if whole in self.lines else whole.partition(".")[2]
            for region in self.zones:
                for key in self.cells.keys(rule.output, region, self.period):
                    made = self.cells.get(rule.output, region, self.period, key)
                    place = (line, region, without_zone(key))
                    cell = self.cells.get(whole, region, self.period, place[2])
                    lost = made is not None and made.state is State.NOT_AVAILABLE and made.reason == ZERO_DIVISION
                    if lost and cell is not None and place not in told:  # the quantity is told, not its values
                        told.add(place)
                        shown = f"{cell.amount} {cell.unit}"
                        yield finding("ZONE-NO-AREA", Place(key=cell.address), found=shown, holes={"key": cell.address})


_NOTHING: Mapping[str, object] = {
    "state": State.VALUE, "exact": Fraction(0), "amount": "0", "low": Fraction(0), "high": Fraction(0), "reason": COMPLETE
}  # fmt: skip


def _agrees(held: Iterable[Cell], extent: Cell | None) -> bool | None:
    """Whether the zones returned make up the extent of a class, given the rounding of both; None: nobody can know.

    Both lists name every class they have: one that is in neither is not there.
    """
    cells = [c for c in held if c.state is not State.NOT_APPLICABLE]
    if any(c.exact is None for c in cells):
        return None
    if extent is None:
        return True
    if extent.state is State.NOT_APPLICABLE:
        return not any(c.exact for c in cells)
    if extent.exact is None:
        return None
    low, high = (sum(ends, Fraction(0)) for ends in zip(*(_ends(c) for c in cells), strict=True)) if cells else (0, 0)
    least, most = _ends(extent)
    return low <= most and high >= least


def _ends(cell: Cell) -> tuple[Fraction, Fraction]:
    """The interval a known figure lies in."""
    exact = cell.exact or Fraction(0)
    return exact if cell.low is None else cell.low, exact if cell.high is None else cell.high


def _unknown(place: Place, found: str, zh: str, en: str, known: str, profile: str) -> Finding:
    words = {"what_zh": zh, "what_en": en, "profile": profile}
    return finding("ZONE-ALLOCATION-CODE", place, found=found, expected=known, holes=words)


def _text(value: Fraction) -> str:
    shown = format(store(value, QUANTITY_PLACES), "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
