"""The land account against the ecosystem areas that GEP rests on, compared in the groups that the crosswalk joins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.accounts.crosswalk import groups
from gep.base.findings import Finding, Place, finding
from gep.base.records import Region
from gep.base.rounding import store
from gep.catalog.classes import lineage
from gep.catalog.record import Catalog
from gep.catalog.tables import dim_of
from gep.engine.cells import Cell, Cells
from gep.workflow.assets import AssetComputation

CROSSWALK, TABLE, CLOSING, EXTENT = "land_account-ecosystem", "LA-01", "LA-01.R40", "ecosystem_area"
SQUARE_METRES = 10_000  # of the base unit of the ecosystem areas in a unit of the land account
PLACES = 6


@dataclass(frozen=True)
class Compared:
    """One group of classes in one region: closing area of both accounts in hm2, None where a part is unknown."""

    region: str
    land_columns: tuple[str, ...]
    ecosystems: tuple[str, ...]
    land: Decimal | None
    extent: Decimal | None

    @property
    def difference(self) -> Decimal | None:
        return None if self.land is None or self.extent is None else self.extent - self.land


def reconcile(c: AssetComputation, given: Cells, catalog: Catalog) -> Iterator[Compared]:
    """Every group of every leaf region; `given` holds the ecosystem areas of the year."""
    if TABLE not in {t.id for t in c.layouts} or CROSSWALK not in catalog.crosswalks:
        return
    dim = dim_of(catalog.layouts[TABLE])
    for columns, ecosystems in groups(catalog.crosswalks[CROSSWALK]):
        for region in c.regions:
            land = [c.cells.get(CLOSING, region, str(c.year), ((dim, code),)) for code in columns]
            keys = given.keys(EXTENT, region, str(c.year))
            mine = [k for k in keys if lineage(catalog.codes, "ecosystem", dict(k)["ecosystem"])[-1] in ecosystems]
            if not keys:
                continue
            extent = [given.get(EXTENT, region, str(c.year), k) for k in mine]
            yield Compared(region, columns, ecosystems, _sum(land, 1), _sum(extent, SQUARE_METRES))


def _sum(cells: Sequence[Cell | None], factor: int) -> Decimal | None:
    """The sum in hm2; None while a part is unknown. No class at all is zero: the lists of both accounts are complete."""
    amounts = [None if c is None else c.exact for c in cells]
    if any(a is None for a in amounts):
        return None
    return store(sum((a for a in amounts if a is not None), Fraction(0)) / factor, PLACES)


def gaps_of(compared: Sequence[Compared], catalog: Catalog, year: int) -> Iterator[Finding]:
    """A finding for every group whose two areas differ."""
    columns = catalog.layouts[TABLE].columns if TABLE in catalog.layouts else ()
    named = {c.code: c.names.zh for c in columns}
    kinds = {code: c.names.zh for code, c in catalog.codes.get("ecosystem", {}).items()}
    for one in (o for o in compared if o.difference):
        land = "、".join(named.get(code, code) for code in one.land_columns)
        classes = "、".join(kinds.get(code, code) for code in one.ecosystems)
        place = Place(key=f"{CLOSING}/{one.region}/{year}/{'+'.join(one.land_columns)}")
        shown = {"region": one.region, "year": year, "difference": one.difference}
        yield finding("ASSET-EXTENT-GAP", place, found=f"{land} ↔ {classes}", expected=f"{one.land} hm2", **shown)  # type: ignore[arg-type]


def rows(compared: Sequence[Compared], c: AssetComputation, regions: Mapping[str, Region]) -> Iterator[dict[str, object]]:
    """The rows of extent_reconciliation."""
    for one in compared:
        place = regions[one.region]
        yield {
            "region_code": one.region, "year": c.year, "scheme": c.profile, "land_columns": "+".join(one.land_columns),
            "ecosystems": "+".join(one.ecosystems), "land_area": one.land, "ecosystem_area": one.extent,
            "difference": one.difference, "unit": "hm2", "region_name": place.names.zh, "region_level": place.level,
        }  # fmt: skip
