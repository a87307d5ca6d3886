"""The green-gold index and the figures beside it: totals of the accounts joined with what was returned of the economy.

The indices are rules of an index scheme, run by the engine at the grain (region, zone, price basis). What they read is put beside
one another here: totals of GEP with their trace nodes, and returned figures of the region itself. A city that returns no figure
of its own takes the sum over its counties, which is told of GDP; what is lacking leaves the index without a value.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Key, Origin, Region, State, key_of, key_text
from gep.base.rounding import store
from gep.base.units import parse_unit
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.engine.cells import Cell, Cells, cell_of
from gep.engine.execute import execute
from gep.engine.task import Step, Task
from gep.engine.trace import Node, cell_id, cell_node
from gep.explain.address import NAMED, NO_KEY, Address
from gep.rules.plan import places_of
from gep.workflow.accounts import Figure
from gep.workflow.compute import Computation
from gep.workflow.levels import parents, total_cell
from gep.workflow.plans import Method, method
from gep.workflow.versions import CURRENT, newest, price_basis, vintage_text

VIEW, SCHEME, CURRENCY = "green_gold_index", "green-gold", "CNY"  # the rules of the scheme are written in yuan
VALUE_PLACES, RATIO_PLACES = 4, 12
# column -> the measure that holds it, the unit it is stored in (empty: that of the measure)
COLUMNS: Mapping[str, tuple[str, str]] = {
    "gep": ("index_gep", ""),
    "gdp": ("index_gdp", ""),
    "ggi": ("green_gold_index", ""),
    "geep": ("geep", ""),
    "per_capita": ("gep_per_capita", ""),
    "per_km2": ("gep_per_area", "CNY/km2"),
    "regulating_share": ("regulating_share", ""),
    "market_share": ("market_share", ""),
    "realisation_rate": ("realisation_rate", ""),
    "elasticity": ("gep_gdp_elasticity", ""),
    "energy_per_gdp": ("energy_per_gdp", "tce/CNY"),
    "water_per_gdp": ("water_per_gdp", ""),
    "land_per_gdp": ("land_per_gdp", ""),
    "carbon_per_gdp": ("carbon_per_gdp", ""),
}
MONEY = ("gep", "gdp", "geep")
# what an index reads -> the item a department returns: of a whole region, and of a zone (empty: nothing is returned of zones)
RETURNED: Mapping[str, tuple[str, str]] = {
    "index_gdp": ("gdp", "zone_gdp"),
    "index_population": ("resident_population", "zone_population"),
    "index_area": ("administrative_area", "zone_area"),
    "index_pollution_loss": ("pollution_loss", ""),
    "index_degradation": ("ecological_degradation", ""),
    "index_energy": ("energy_consumption", ""),
    "index_water": ("water_use_total", ""),
    "index_land": ("construction_land", ""),
    "index_carbon": ("carbon_emission", ""),
    "index_realised": ("realised_value", ""),
}
VALUE_ADDED, INDUSTRIES = "value_added", ("primary", "secondary", "tertiary")
AT_PRICES = ("index_gdp",)  # what must be stated at the price basis of the index
GEP_ONLY = frozenset({"index_gep", "index_gdp"})  # what is read for the year before


@dataclass
class Indices:
    """Rows of the index with the cells they came from (the year after reads them), trace nodes and findings."""

    figures: list[Figure] = field(default_factory=list)
    cells: Cells = field(default_factory=Cells)
    nodes: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # address -> column -> the trace node that holds it


def method_of(catalog: Catalog, year: int, currency: str = CURRENCY) -> Method | None:
    """The index scheme, ready to run in a year; None in a catalogue that has none. Refused where it cannot be used.

    `currency`: the money of the profile, in which the amounts of the index are stated.
    """
    if SCHEME not in catalog.schemes:
        return None
    return method(catalog if currency == CURRENCY else _in_money(catalog, currency), SCHEME, year)


def _in_money(catalog: Catalog, currency: str) -> Catalog:
    """The catalogue with the measures and rules of the index scheme in another currency than they are written in."""

    def other(unit: str) -> str:
        return unit.replace(CURRENCY, currency)

    names = catalog.schemes[SCHEME].rules
    rules = {
        name: tuple(replace(r, inputs=tuple(replace(i, unit=other(i.unit)) for i in r.inputs)) for r in catalog.rules[name])
        for name in names
    }
    used = {ref for several in rules.values() for r in several for ref in (r.output, *(i.ref for i in r.inputs))}
    measures = {n: replace(m, unit=other(m.unit)) for n, m in catalog.measures.items() if n in used}
    return replace(catalog, rules={**catalog.rules, **rules}, measures={**catalog.measures, **measures})


def indices(
    catalog: Catalog,
    c: Computation,
    totals: Sequence[Figure],
    facts: Iterable[Fact],
    regions: Mapping[str, Region],
    nodes: Mapping[str, Node],
    before: Cells | None = None,
) -> Indices:
    """The indices of a computation for every region, zone and price basis it has a total of.

    `nodes`: the trace of the totals; `before`: the cells of the year before, for the elasticity. Raises Refused where the index
    scheme cannot be used.
    """
    m = method_of(catalog, c.year, c.method.resolved.scheme.currency)
    return Indices() if m is None else _Run(m, catalog, c, totals, facts, regions, nodes, before or Cells()).all()


class _Run:
    def __init__(
        self,
        m: Method,
        catalog: Catalog,
        c: Computation,
        totals: Sequence[Figure],
        facts: Iterable[Fact],
        regions: Mapping[str, Region],
        nodes: Mapping[str, Node],
        before: Cells,
    ) -> None:
        self.nodes = nodes
        self.m, self.catalog, self.c, self.regions, self.before = m, catalog, c, regions, before
        self.period = str(c.year)
        self.totals = {(f.address.region, f.address.named["zone"], f.address.named["price_basis"]): f for f in totals}
        items = {VALUE_ADDED, *(name for pair in RETURNED.values() for name in pair if name)}
        current, _ = newest([f for f in facts if f.period == self.period and f.measure in items])  # older ones are told already
        self.returned: dict[tuple[str, str, str], list[Fact]] = {}
        for f in current:
            self.returned.setdefault((f.measure, f.region, price_basis(f)), []).append(f)
        self.below = dict(parents(regions, c.regions))
        self.made = Indices()
        self.lacking: dict[str, set[str]] = {}
        self.summed: dict[str, set[str]] = {}
        self.vintages: dict[tuple[str, str, str], str] = {}

    def all(self) -> Indices:
        places: dict[str, list[Key]] = {}
        for (region, zone, basis), figure in self.totals.items():
            key = key_of({"zone": zone, "price_basis": basis})
            places.setdefault(region, []).append(key)
            self._take_totals(figure, region, key)
            self._take_returns(region, zone, basis, key)
            self._take_before(region, key)
        only = frozenset((region, key) for region, keys in places.items() for key in keys)
        keys = [dict(key) for key in dict.fromkeys(k for found in places.values() for k in found)]
        outcome = execute(
            Task(
                profile=self.c.profile,
                currency=self.c.method.resolved.scheme.currency,
                steps=[Step(plan, {}, keys, only) for plan in self.m.plans],
                regions=tuple(places),
                period=self.period,
                measures=self.m.measures,
                parameters=Lookup(self.catalog, self.regions, self.m.resolved.scheme.parameter_sets),
                cells=self.made.cells,
            )
        )
        self.made.nodes |= outcome.nodes
        self.made.findings += outcome.findings.values()
        self.made.findings += self._told()
        self.made.figures += (self._figure(*place) for place in self.totals)
        return self.made

    # ---- what the rules read

    def _put(self, measure: str, region: str, key: Key, cell: Cell) -> None:
        """A figure under the name the rules read it by; it keeps the trace node it has."""
        node = cell_id(cell, self.c.profile)
        self.made.cells.put(replace(cell, measure=measure, region=region, key=key, node=node))

    def _take_totals(self, figure: Figure, region: str, key: Key) -> None:
        made = {column: self._total(figure, column) for column in ("gep", "material", "regulating", "cultural")}
        self._put("index_gep", region, key, made["gep"])
        self._put("index_regulating", region, key, made["regulating"])
        classes = {s.service_class for s in self.c.method.resolved.scheme.services}
        self._add("index_market", region, key, [made[name] for name in ("material", "cultural") if name in classes])

    def _total(self, figure: Figure, column: str) -> Cell:
        """A column of gep_total as a cell; the state is that of the total, which only its node holds."""
        amount, node = figure.row[column], f"total:{figure.address.text()}#{column}"
        exact = None if amount is None else Fraction(str(amount))
        state = State(str(self.nodes[node]["state"]))
        text = "" if amount is None else format(amount, "f")
        low, high = (figure.low, figure.high) if column == "gep" else (None, None)
        unit = str(figure.row["currency"])
        return Cell(
            column, figure.address.region, self.period, (), state, exact, text, unit, low, high, base_unit=unit, node=node
        )

    def _add(self, measure: str, region: str, key: Key, parts: Sequence[Cell]) -> None:
        """The total of some figures; parts that do not apply add nothing."""
        unit, places = self.m.measures[measure].unit, places_of(self.m.measures[measure])
        cell, node = total_cell(measure, region, self.period, key, parts, self.c.profile, unit, places)
        self.made.nodes[str(node["id"])] = node
        self._put(measure, region, key, cell)

    def _take_returns(self, region: str, zone: str, basis: str, key: Key) -> None:
        for measure, (whole, part) in RETURNED.items():
            item = whole if zone == NO_KEY else part
            if not item:
                continue
            at = basis if measure in AT_PRICES else CURRENT
            facts = self._facts(item, region, zone, at)
            money = parse_unit(self.catalog.measures[item].unit).currency
            if money not in (None, self.c.method.resolved.scheme.currency):  # never joined without a rate of exchange
                facts = []
            if not facts:
                self.lacking.setdefault(f"{item}{'' if at == CURRENT else f' ({at})'}", set()).add(region)
                continue
            if item in ("gdp", "zone_gdp"):
                self.vintages[region, zone, basis] = "; ".join(dict.fromkeys(map(vintage_text, facts)))
            self._take(measure, region, key, facts)

    def _take(self, measure: str, region: str, key: Key, facts: Sequence[Fact]) -> None:
        cells = [cell_of(f, self.catalog.measures[f.measure]) for f in facts]
        cells = [replace(c, node=_node_of(c, f)) for c, f in zip(cells, facts, strict=True)]
        for cell in cells:
            self.made.nodes.setdefault(cell.node, cell_node(cell))
        if len(cells) == 1 and cells[0].region == region and not cells[0].key:
            self._put(measure, region, key, cells[0])
        else:
            self._add(measure, region, key, cells)

    def _facts(self, item: str, region: str, zone: str, basis: str) -> list[Fact]:
        """What was returned of the region itself, else of every leaf below it (told for GDP); nothing if one of them lacks it."""
        own = self._own(item, region, zone, basis)
        if own or region not in self.below:
            return own
        found = [self._own(item, leaf, zone, basis) for leaf in self.below[region]]
        held = [leaf for leaf, facts in zip(self.below[region], found, strict=True) if facts]
        if zone != NO_KEY:  # a county without the zone has none of it
            found = [f for leaf, f in zip(self.below[region], found, strict=True) if self._has_zone(leaf, zone) or f]
        if not held or not all(found):
            return []
        if item == "gdp":
            self.summed.setdefault(region, set()).add(basis)
        return [f for facts in found for f in facts]

    def _has_zone(self, leaf: str, zone: str) -> bool:
        return any((leaf, zone, basis) in self.totals for basis in {b for _, _, b in self.totals})

    def _own(self, item: str, region: str, zone: str, basis: str) -> list[Fact]:
        facts = self.returned.get((item, region, basis), [])
        if item == "realised_value":
            services = {s.id for s in self.c.method.resolved.scheme.services}
            return [f for f in facts if dict(f.key).get("service") in services]
        return [f for f in facts if dict(f.key).get("zone", NO_KEY) == zone]

    def _take_before(self, region: str, key: Key) -> None:
        """GEP and GDP of the year before, under the code the region has now; not those of another area."""
        last = str(self.c.year - 1)
        for measure in GEP_ONLY:
            cell = self.before.get(measure, region, last, key)
            if cell is not None:
                self.made.cells.put(cell)

    # ---- what comes out

    def _figure(self, region: str, zone: str, basis: str) -> Figure:
        place, key = self.regions[region], key_of({"zone": zone, "price_basis": basis})
        row: dict[str, object] = {
            "region_code": region, "zone": zone, "year": self.c.year, "profile": self.c.profile, "price_basis": basis,
            "gdp_vintage": self.vintages.get((region, zone, basis)), "region_name": place.names.zh, "region_level": place.level,
            "currency": self.c.method.resolved.scheme.currency,
        }  # fmt: skip
        named = {n: str(row[n]) for n in NAMED[VIEW]}
        address = Address(VIEW, region, self.period, (), named)
        for column, (measure, unit) in COLUMNS.items():
            cell = self.made.cells.get(measure, region, self.period, key)
            row[column] = None if cell is None else self._stored(cell, column, unit)
            if cell is not None:
                self.made.columns.setdefault(address.text(), {})[column] = cell_id(cell, self.c.profile)
        ggi = self.made.cells.get("green_gold_index", region, self.period, key)
        if ggi is None:
            raise AssertionError(f"{address.text()}: the rule of the index did not run")
        return Figure(address, row, cell_id(ggi, self.c.profile), amount=ggi.exact, low=ggi.low, high=ggi.high)

    def _stored(self, cell: Cell, column: str, unit: str) -> object:
        if cell.exact is None:
            return None
        own = parse_unit(self.m.measures[COLUMNS[column][0]].unit)
        wanted = unit.replace(CURRENCY, self.c.method.resolved.scheme.currency)
        factor = own.factor_to(parse_unit(wanted)) if unit else Fraction(1)
        return store(cell.exact * factor, VALUE_PLACES if column in MONEY else RATIO_PLACES)

    def _told(self) -> Iterator[Finding]:
        """What is not returned of which regions; cities whose GDP is a sum; regulating services that are none."""
        if self.lacking:
            place = Place(key=f"indices/-/{self.period}/{self.c.profile}")
            found = "; ".join(f"{item}: {', '.join(sorted(where))}" for item, where in self.lacking.items())
            yield finding("INDEX-INPUT-MISSING", place, found=found, year=self.c.year)
        for region, at in self.summed.items():
            place = Place(key=f"gdp/{region}/{self.period}/{self.c.profile}")
            yield finding("INDEX-GDP-SUMMED", place, found=", ".join(sorted(at)), region=region, year=self.c.year)
        yield from self._value_added()
        codes = self.catalog.codes.get("service", {})
        for service in self.c.method.resolved.scheme.services:
            group = codes[service.id].attrs.get("class", "") if service.id in codes else ""
            if service.service_class == "regulating" and group and group != "regulating":
                place = Place(self.c.method.resolved.scheme.file, key=f"geep/-/{self.period}/{service.id}")
                yield finding("INDEX-GEEP-IN-GDP", place, found=group, expected="regulating", service=service.id)

    def _value_added(self) -> Iterator[Finding]:
        """The three industries of a region against its GDP of the same version, within the rounding of the returned figures."""
        for (item, region, basis), facts in self.returned.items():
            whole = [f for f in self.returned.get(("gdp", region, basis), []) if vintage_text(f) == vintage_text(facts[0])]
            parts = [f for f in facts if dict(f.key).get("industry") in INDUSTRIES]
            if item != VALUE_ADDED or len(parts) < len(INDUSTRIES) or not whole or len({vintage_text(f) for f in parts}) > 1:
                continue
            cells = [cell_of(f, self.catalog.measures[f.measure]) for f in (*parts, whole[0])]
            if any(c.exact is None or c.low is None for c in cells):
                continue
            gap = sum((c.exact or Fraction(0) for c in cells[:-1]), Fraction(0)) - (cells[-1].exact or Fraction(0))
            allowed = sum(((c.exact or Fraction(0)) - (c.low or Fraction(0)) for c in cells), Fraction(0))
            if abs(gap) > allowed:
                origin = whole[0].origin
                place = Place(origin.file, origin.row, key=f"gdp/{region}/{self.period}/{basis}")
                found, expected = store(cells[-1].exact or Fraction(0), 2), store((cells[-1].exact or Fraction(0)) + gap, 2)
                yield finding(
                    "INDEX-VALUE-ADDED", place, found=f"{found} CNY", expected=f"{expected} CNY", difference=store(-gap, 2)
                )


def _node_of(cell: Cell, fact: Fact) -> str:
    """A series at other prices is another figure than that of the accounts, so it has a node of its own."""
    basis = price_basis(fact)
    return f"cell:{cell.address}" if basis == CURRENT else f"cell:{cell.address};price_basis:{basis}"


def with_intervals(figures: Iterable[Figure], spreads: Iterable[Mapping[str, object]]) -> Iterator[Figure]:
    """The rows of the index with the interval of GEP and of the index, where something they rest on has a known spread.

    `spreads`: rows of the table `uncertainty`.
    """
    ends: dict[tuple[object, ...], tuple[object, object]] = {}
    for row in spreads:
        ends[(*(row[n] for n in ("region_code", "zone", "price_basis")), row["item"])] = (row["low"], row["high"])
    for figure in figures:
        here = tuple(figure.row[n] for n in ("region_code", "zone", "price_basis"))
        made = dict(figure.row)
        for item in ("gep", "ggi"):
            places = VALUE_PLACES if item in MONEY else RATIO_PLACES
            for name, end in zip(("low", "high"), ends.get((*here, item), (None, None)), strict=True):
                made[f"{item}_{name}"] = store(Fraction(end), places) if isinstance(end, Decimal) else None
        yield replace(figure, row=made)


def from_stored(rows: Iterable[Mapping[str, object]], vintage: int) -> Cells:
    """GEP and GDP of rows of green_gold_index as cells, each with a node that names the release they stand in."""
    cells = Cells()
    for row in rows:
        region, period, money = str(row["region_code"]), str(row["year"]), str(row["currency"])
        key = key_of({"zone": str(row["zone"]), "price_basis": str(row["price_basis"])})
        for measure, column in (("index_gep", "gep"), ("index_gdp", "gdp")):
            amount = row[column]
            if isinstance(amount, Decimal):
                origin = Origin(f"releases/{vintage}/{VIEW}.csv", "", 0, column)
                fact = Fact(measure, region, period, key, State.VALUE, amount, money, origin, exact=True)
                exact, node = Fraction(amount), f"cell:{measure}/{region}/{period}/{key_text(key)}@{vintage}"
                cells.put(
                    Cell(
                        measure, region, period, key, State.VALUE, exact, format(amount, "f"), money, exact, exact, fact,
                        base_unit=money, places=VALUE_PLACES, node=node,
                    )
                )  # fmt: skip
    return cells
