"""Small asset accounts for the tests: figures as short texts, one call for a year, and the figures back by the same texts.

A figure is named `REGION MEASURE KEY` (`A ST-01.R21 st01:C1`); its value is a number, `n/a` (does not apply) or `?` (unknown),
with the note of the return behind a bar (`104.5 | SURVEY_BREAK: …`). `small` is a catalogue of a few tables with their own rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa

from gep.base.records import Fact, Key, Names, Origin, Region, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.cells import Cell
from gep.workflow.assets import AssetComputation, compute_assets
from gep.workflow.chain import Prior
from gep.workflow.compute import Computation

HERE = Path(__file__).parent
SHIPPED = HERE.parents[2] / "coefficients"
Figures = Mapping[str, str]


@cache
def small() -> Catalog:
    """A few tables: stocks ST-01, minerals MI-01, flows between places FL-01."""
    return load(HERE / "small" / "coefficients")


@cache
def shipped() -> Catalog:
    """The shipped catalogue with schemes of single tables."""
    return load(SHIPPED, HERE / "local")


def place(code: str, parent: str = "", start: str = "", end: str = "", replaces: Sequence[str] = ()) -> Region:
    first, last = date.fromisoformat(start) if start else date.min, date.fromisoformat(end) if end else date.max
    return Region(code, parent, "county" if parent else "city", Names(code, code), first, last, tuple(replaces))


CITY = {r.code: r for r in (place("X"), place("A", "X"), place("B", "X"))}


def named(text: str) -> tuple[str, str, Key]:
    region, measure, *rest = text.split()
    return measure, region, key_of(dict(p.split(":") for p in rest[0].split(";"))) if rest else ()


def fact(catalog: Catalog, text: str, value: str, year: int) -> Fact:
    measure, region, key = named(text)
    amount, _, note = (p.strip() for p in value.partition("|"))
    state = {"n/a": State.NOT_APPLICABLE, "?": State.NOT_AVAILABLE}.get(amount, State.VALUE)
    number = Decimal(amount) if state is State.VALUE else None
    reason = "" if state is State.VALUE else "没有来源"
    unit = catalog.measures[measure].unit
    origin = Origin("return.csv", "0" * 64, 2)
    return Fact(measure, region, str(year), key, state, number, unit, origin, exact=True, reason=reason, note=note)


@dataclass(frozen=True)
class World:
    """A scheme of a catalogue and the places that return."""

    catalog: Catalog
    scheme: str
    regions: Mapping[str, Region] = field(default_factory=lambda: CITY)
    leaves: tuple[str, ...] = ("A", "B")

    def year(
        self,
        year: int,
        figures: Figures,
        before: AssetComputation | Prior | None = None,
        *,
        leaves: Sequence[str] = (),
        records: Mapping[str, pa.Table] | None = None,
        given: Computation | None = None,
    ) -> AssetComputation:
        """Compute a year; `before` is the year before of the same run, or closings of a release."""
        prior = Prior(before.cells, before.profile) if isinstance(before, AssetComputation) else before
        facts = [fact(self.catalog, k, v, year) for k, v in figures.items()]
        return compute_assets(
            self.catalog, self.scheme, year, facts, self.regions, tuple(leaves) or self.leaves,
            prior=prior, records=records, given=given,
        )  # fmt: skip


def cell(c: AssetComputation, text: str, year: int = 0) -> Cell:
    """A figure that must be there."""
    measure, region, key = named(text)
    found = c.cells.get(measure, region, str(year or c.year), key)
    assert found is not None, text
    return found


def value(c: AssetComputation, text: str) -> Decimal | None:
    """The amount as stored; None if it is unknown or does not apply."""
    found = cell(c, text)
    return None if found.exact is None else Decimal(found.exact.numerator) / Decimal(found.exact.denominator)


def values(c: AssetComputation, region: str, table: str, column: str, rows: Iterable[str]) -> dict[str, Decimal | None]:
    """Some rows of one column (`st01:C1`) of a table."""
    return {row: value(c, f"{region} {table}.{row} {column}") for row in rows}


def codes(c: AssetComputation) -> list[str]:
    return sorted(f.code for f in c.findings)


def stock(region: str, column: str, opening: str = "", **rows: str) -> dict[str, str]:
    """The returns of one column of ST-01: what is not named is zero; an opening is returned if it is given."""
    known = dict.fromkeys(("R21", "R22", "R23", "R31", "R33"), "0") | rows
    returned = {"R23": "R23.returned", "R33": "R33.returned"}
    made = {f"{region} ST-01.{returned.get(r, r)} st01:{column}": v for r, v in known.items() if v}
    return made | ({f"{region} ST-01.R10.returned st01:{column}": opening} if opening else {})
