"""The annual figures of a book that the account of a term is made of: asset tables and returns, each with its address.

Read from the vintage in use of every year, or from the one that was in use at the end of a day. A figure is known by measure and
key as the rules know it, so that one plan runs over years and terms alike.
"""

# ruff: noqa: S608  (what enters the SQL is literals of the program, quoted names and whole numbers)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from gep.base.findings import Place, Refused, finding
from gep.base.records import Fact, Key, Layout, Measure, Origin, Region, State, key_of
from gep.book import Book
from gep.catalog.record import Catalog
from gep.catalog.resolve import valid
from gep.catalog.tables import CAUSE, MATRIX, Spot, matrix_dims, spot
from gep.explain.address import NO_KEY, Address
from gep.explain.returned import Returned
from gep.ledger.views import literal
from gep.report.form import Stored
from gep.workflow.versions import at_current_prices, newest
from gep.workflow.views import rows

Cell = tuple[str, str, str]  # table, row, column


@dataclass(frozen=True, slots=True)
class Annual:
    """One figure of a year: as the book holds it, in the unit of its measure."""

    measure: str
    region: str
    year: int
    key: Key
    stored: Stored
    total: bool = False  # of a total column, or of a region above those that return

    @property
    def known(self) -> bool:
        return self.stored.amount is not None

    @property
    def exact(self) -> Fraction | None:
        return None if self.stored.amount is None else Fraction(self.stored.amount)


@dataclass(frozen=True)
class Years:
    """The annual figures of a scheme. `vintages`: year -> the vintage it was read from."""

    scheme: str
    vintages: Mapping[int, int]
    figures: Mapping[tuple[str, str, int, Key], Annual]
    keys: Mapping[tuple[str, str], tuple[Key, ...]] = field(repr=False)  # (measure, region) -> keys of any year

    def get(self, measure: str, region: str, year: int, key: Key) -> Annual | None:
        return self.figures.get((measure, region, year, key))

    def keys_of(self, measure: str, regions: Iterable[str]) -> list[Key]:
        """The keys under which any of the regions has figures of a measure in any year, sorted."""
        return sorted({k for r in regions for k in self.keys.get((measure, r), ())})

    def has(self, measure: str) -> bool:
        return measure in self.measures

    @cached_property
    def measures(self) -> frozenset[str]:
        return frozenset(name for name, _ in self.keys)


def years_in_use(book: Book, scheme: str, known_on: date | None = None) -> dict[int, int]:
    """Year -> the vintage in use of an asset scheme, now or at the end of a day. Raises Refused if there is none."""
    source = "vintage_in_use" if known_on is None else f"vintage_in_use_asof(DATE '{known_on.isoformat()}')"
    found = rows(book, f"SELECT year, vintage FROM {source} WHERE profile = {literal(scheme)} ORDER BY year")
    if not found:
        known = ", ".join(book.config.schemes)
        raise Refused([finding("TERM-NO-ACCOUNTS", Place(book.root.name), found=scheme, expected=known, day=known_on or "-")])
    return {int(r["year"]): int(r["vintage"]) for r in found}


def read_years(book: Book, scheme: str, known_on: date | None = None, between: tuple[int, int] | None = None) -> Years:
    """Every figure of the tables of a scheme, totals too, and of what was returned for its rules.

    `between`: the first and the last year wanted (None: all there are).
    """
    vintages = years_in_use(book, scheme, known_on)
    if between is not None:
        vintages = {y: v for y, v in vintages.items() if between[0] <= y <= between[1]} or vintages
    catalog = book.catalog
    found = [*_tables(book, catalog, scheme, vintages), *_returns(book, catalog, scheme, vintages)]
    figures = {(a.measure, a.region, a.year, a.key): a for a in found}
    keys: dict[tuple[str, str], dict[Key, None]] = {}
    for a in figures.values():
        keys.setdefault((a.measure, a.region), {})[a.key] = None
    return Years(scheme, vintages, figures, {place: tuple(k) for place, k in keys.items()})


def _pairs(vintages: Mapping[int, int], year: str = "year") -> str:
    """The condition that picks each year from its vintage."""
    listed = ", ".join(f"({y}, {v})" for y, v in sorted(vintages.items()))
    return f"({year}, vintage) IN ({listed})"


def _tables(book: Book, catalog: Catalog, scheme: str, vintages: Mapping[int, int]) -> Iterator[Annual]:
    columns = "region_code, year, vintage, table_id, instance, row_code, column_code, cause, amount, unit, state, is_total"
    sql = f"SELECT {columns} FROM asset_account_rollup_all WHERE scheme = {literal(scheme)} AND {_pairs(vintages)}"
    spots: dict[Cell, Spot | None] = {}  # a table has few cells and a book many years of them
    for row in rows(book, sql):
        layout = catalog.layouts.get(row["table_id"])
        where = None if layout is None else _where(catalog.layouts, layout, row, spots)
        if where is not None:
            yield Annual(where[0], row["region_code"], int(row["year"]), where[1], _stored(scheme, row), bool(row["is_total"]))


def _where(
    layouts: Mapping[str, Layout], layout: Layout, row: Mapping[str, Any], spots: dict[Cell, Spot | None]
) -> tuple[str, Key] | None:
    """Measure and key of a printed cell; None for a matrix over several years, which is no figure of a year."""
    if layout.matrix:
        if row["instance"] != NO_KEY:
            return None
        rows_dim, columns_dim = matrix_dims(layout)
        return f"{layout.id}.{MATRIX}", key_of({rows_dim: row["row_code"], columns_dim: row["column_code"], CAUSE: row["cause"]})
    cell = (layout.id, row["row_code"], row["column_code"])
    if cell not in spots:
        spots[cell] = spot(layouts, row["row_code"], row["column_code"], layout.id)
    found = spots[cell]
    if found is None or not layout.instance:
        return None if found is None else (found.measure, found.key)
    return found.measure, key_of({**dict(found.key), layout.instance: row["instance"]})


def _stored(scheme: str, row: Mapping[str, Any]) -> Stored:
    keys = (row["table_id"], row["row_code"], row["column_code"], row["cause"])
    named = {"scheme": scheme, "instance": row["instance"]}
    address = Address("asset_account", row["region_code"], str(row["year"]), keys, named, vintage=int(row["vintage"]), given=4)
    return Stored(address.text(), row["amount"], row["unit"], row["state"])


def _returns(book: Book, catalog: Catalog, scheme: str, vintages: Mapping[int, int]) -> Iterator[Annual]:
    """The returns that stand in no table, each in the version the accounts of its year read."""
    tables = set(catalog.schemes[scheme].tables)
    sql = f"SELECT * FROM fact_all WHERE length(period) = 4 AND {_pairs(vintages, 'TRY_CAST(period AS INTEGER)')}"
    by_year: dict[int, list[tuple[Fact, Mapping[str, Any]]]] = {}
    for row in rows(book, sql):
        measure = catalog.measures.get(row["measure"])
        if measure is not None and (measure.table not in tables or measure.nets) and measure.kind != "reference":
            by_year.setdefault(int(row["period"]), []).append((_fact(row), row))
    for year, several in by_year.items():
        used = {id(f) for f in at_current_prices(newest([f for f, _ in several])[0])}
        yield from (_returned(catalog.measures, year, f, row) for f, row in several if id(f) in used)


def _fact(row: Mapping[str, Any]) -> Fact:
    attrs = dict(p.partition("=")[::2] for p in str(row["attributes"] or "").split(";") if p)
    origin = Origin(row["file"], row["sha256"], int(row["row"]))
    amount = None if row["quantity"] is None else Decimal(row["quantity"])
    return Fact(row["measure"], row["region_code"], row["period"], _key(row), State(row["state"]), amount, row["base_unit"],
                origin, attrs=attrs)  # fmt: skip


def _key(row: Mapping[str, Any]) -> Key:
    named = dict(p.split(":", 1) for p in row["category"].split(";") if ":" in p)
    return key_of({**named, **({"part": row["part"]} if row["part"] != NO_KEY else {})})


def _returned(measures: Mapping[str, Measure], year: int, f: Fact, row: Mapping[str, Any]) -> Annual:
    address = Returned(f.region, year, f.measure, row["category"], row["part"], int(row["vintage"])).text()
    return Annual(f.measure, f.region, year, f.key, Stored(address, f.amount, measures[f.measure].unit, str(f.state)))


def leaves_at(regions: Mapping[str, Region], leaves: Iterable[str], year: int) -> tuple[str, ...]:
    """The regions that return for a year."""
    return tuple(c for c in leaves if valid(regions[c].valid_from, regions[c].valid_to, year))
