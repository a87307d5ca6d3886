"""Asset tables filled at random: inputs drawn from a seed, the rest worked out by the engine, every cell then given as printed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import product as cross
from typing import Any

import pyarrow as pa

from gep.base.records import Fact, Key, Layout, Measure, Names, Origin, Region, State, key_of
from gep.catalog.classes import OPEN
from gep.catalog.record import Catalog
from gep.catalog.tables import GROSS, INNER, RETURNED, dim_of, matrix_dims, row_of
from gep.engine.cells import Cell, Cells
from gep.workflow import chain
from gep.workflow.asset_rows import placed
from gep.workflow.assets import AssetComputation, compute_assets
from gep.workflow.plans import Method, method, steps

CITY, COUNTIES, YEARS = "990100", ("990121", "990122"), (2020, 2021)
REGIONS = {
    CITY: Region(CITY, "", "city", Names("示例市", "Example city")),
    **{c: Region(c, CITY, "county", Names("示例县", "Example county")) for c in COUNTIES},
}
UNNAMED = ("U1", "U2")  # codes of an open list that a book names itself
OPEN_PARTS = ("counterpart",)  # figures between places: made in pairs


@dataclass(frozen=True)
class Filled:
    """All cells of two counties, two years and the city, as facts without rounding; `table`: those that stand in a table."""

    facts: tuple[Fact, ...]
    table: frozenset[tuple[str, str, str, Key]]
    runs: tuple[AssetComputation, ...]


class Fill:
    """A seeded fill of every table of a scheme."""

    def __init__(self, catalog: Catalog, scheme: str, seed: int) -> None:
        self.catalog, self.scheme = catalog, scheme
        self.random = random.Random(seed)  # noqa: S311
        self.m: Method = method(catalog, scheme, YEARS[0])
        self.layouts = tuple(catalog.layouts[t] for t in catalog.schemes[scheme].tables)

    @cached_property
    def listed(self) -> dict[str, list[str]]:
        """Two codes of every open list: those of the catalogue, or made-up ones of a list that a book fills."""
        dims = {t.instance for t in self.layouts if t.instance}
        dims |= {d for p in self.m.plans for d, codes in p.rule.domain.items() if codes == OPEN}
        return {d: sorted(self.catalog.codes.get(d) or UNNAMED)[:2] for d in dims}

    @cached_property
    def made(self) -> frozenset[str]:
        """What rules always work out at the counties."""
        return frozenset(p.rule.output for p in self.m.plans if p.rule.kind == "compute" and self._always(p.rule))

    @staticmethod
    def _always(rule: Any) -> bool:
        return not rule.stands_in and rule.at != "above"

    def wanted(self) -> dict[tuple[str, Key], None]:
        """(measure, key) of every figure a county has to return, asserts and rows that no rule reads included."""
        found: dict[tuple[str, Key], None] = {}
        for step in steps(self.catalog, self.m, Cells(), COUNTIES, str(YEARS[0]), None, self.listed):
            for given in (i for i in step.plan.inputs if i.kind == "measure" and i.time == "same"):
                dims = [d for d in given.grain if d not in ("region", *OPEN_PARTS)]
                for codes in cross(*(step.domains[d] for d in dims)):
                    found[given.ref, key_of({**dict(zip(dims, codes, strict=True)), **given.select})] = None
        for layout in (t for t in self.layouts if not t.matrix):
            for measure in (m for m in self.catalog.measures.values() if m.table == layout.id):
                found |= {(measure.id, key): None for key in _keys_of(self.listed, layout, measure)}
        for link in chain.links(self.layouts):
            layout = self.catalog.layouts[link.opening.partition(".")[0]]
            found |= {(link.returned, key): None for key in _keys_of(self.listed, layout, self.catalog.measures[link.opening])}
        parted = {m.id for m in self.catalog.measures.values() if m.nets}
        return {w: None for w in found if w[0] not in self.made and not w[0].endswith((GROSS, INNER)) and w[0] not in parted}

    def returns(self, year: int) -> Iterator[Fact]:
        """Random figures: stocks are large, flows small, so that nothing falls below zero."""
        carried = {link.returned for link in chain.links(self.layouts)} if year > YEARS[0] else set()
        for region in COUNTIES:
            for measure, key in sorted(self.wanted()):
                if measure not in carried:
                    yield self._fact(measure, region, year, key, self._figure(self.m.measures[measure]))
        yield from self._between(year)

    def _figure(self, measure: Measure) -> Decimal:
        if measure.kind in ("ratio", "index", "score"):
            return Decimal(self.random.randint(1, 99)) / 100
        opening = measure.kind == "stock" or measure.id.endswith("R10" + RETURNED) or "10" + RETURNED in measure.id
        if measure.unit == "个":
            return Decimal(self.random.randint(1, 99))
        return Decimal(self.random.randint(2_000_000, 9_000_000) if opening else self.random.randint(60_000, 99_999)) / 100

    def _between(self, year: int) -> Iterator[Fact]:
        """What the two counties pass on to each other, said alike by both."""
        for part in (m for m in self.catalog.measures.values() if m.mirror and m.table in {t.id for t in self.layouts}):
            if part.id > part.mirror:
                continue
            for here, there in (COUNTIES, COUNTIES[::-1]):
                for key in _keys_of(self.listed, self.catalog.layouts[part.table], self.catalog.measures[part.nets]):
                    amount = Decimal(self.random.randint(1, 50_000)) / 100
                    yield self._fact(part.id, here, year, key_of({**dict(key), "counterpart": there}), amount)
                    yield self._fact(part.mirror, there, year, key_of({**dict(key), "counterpart": here}), amount)

    def patches(self) -> pa.Table:
        """A changed patch for every transition there can be, none on the diagonal, the boundary by adjustment only."""
        rows: list[tuple[str, ...]] = []
        areas: list[float] = []
        codes = [f"{n:02d}" for n in (*range(1, 10), 98)]
        for region, year, first, last in cross(COUNTIES, YEARS, codes, codes):
            for cause in ("human", "natural", "adjustment"):
                if first == last or ("98" in (first, last) and cause != "adjustment"):
                    continue
                rows.append((region, str(year), f"{first}-{last}-{cause}", f"F{first}", f"T{last}", cause))
                areas.append(float(self.random.randint(1, 900_000)))
        names = ("region", "period", "row", "lm01_from", "lm01_to", "cause")
        columns = {n: pa.array([r[i] for r in rows], pa.string()) for i, n in enumerate(names)}
        return pa.table(columns | {"area": pa.array(areas, pa.float64())})

    def _fact(self, measure: str, region: str, year: int, key: Key, amount: Decimal) -> Fact:
        origin = Origin("fill.csv", "0" * 64, 2)
        return Fact(measure, region, str(year), key, State.VALUE, amount, self.m.measures[measure].unit, origin, exact=True)

    def filled(self) -> Filled:
        """Both years run after one another, and all their cells."""
        records: Mapping[str, pa.Table] = {"land_changes": self.patches()}
        prior: chain.Prior | None = None
        runs: list[AssetComputation] = []
        facts: list[Fact] = []
        table: set[tuple[str, str, str, Key]] = set()
        for year in YEARS:
            run = compute_assets(
                self.catalog,
                self.scheme,
                year,
                tuple(self.returns(year)),
                REGIONS,
                COUNTIES,
                prior=prior,
                records=records,
                threads=1,
            )
            prior = chain.Prior(run.cells, run.profile)
            runs.append(run)
            facts += printed(run)
            table |= {(p.cell.measure, p.cell.region, p.cell.period, p.cell.key) for p in placed(run) if p.cell.exact is not None}
        return Filled(tuple(facts), frozenset(table), tuple(runs))


def printed(run: AssetComputation) -> Iterator[Fact]:
    """Every known cell of the year as a fact, exactly as it is stored."""
    for cell in run.cells:
        if cell.period == str(run.year) and cell.exact is not None and not cell.measure.endswith((GROSS, INNER)):
            yield as_fact(cell)


def as_fact(cell: Cell) -> Fact:
    """Exact as it is stored, but for money, which rules round to what is printed."""
    origin = Origin("printed.csv", "0" * 64, 2)
    amount = Decimal(cell.amount)
    return Fact(
        cell.measure, cell.region, cell.period, cell.key, State.VALUE, amount, cell.unit, origin, exact="元" not in cell.unit
    )


def _keys_of(listed: Mapping[str, Sequence[str]], layout: Layout, measure: Measure) -> Sequence[Key]:
    """The keys of a row of a table, without totals."""
    if layout.matrix:
        return [
            key_of(dict(zip(matrix_dims(layout), (r.code, c.code), strict=True))) for r in layout.rows for c in layout.columns
        ]
    own = measure.id.removesuffix(RETURNED)
    row = row_of(layout, own.rpartition(".")[2])
    around = [{layout.instance: code} for code in listed[layout.instance]] if layout.instance in measure.dims else [{}]
    dims = [d for d in measure.dims if d != layout.instance]
    if row is None or not dims:
        return [key_of(a) for a in around] if row is not None else []
    columns = [c for c in layout.columns if not c.scalar and not c.total and dim_of(layout, c.block) in dims]
    has = [c for c in columns if not c.rows or row.code in c.rows]
    return [key_of({**a, dims[0]: c.code}) for a in around for c in has]
