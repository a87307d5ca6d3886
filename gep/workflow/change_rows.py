"""What the causes of a change are made of: the lines of a year with quantity, price and rule, the extents, GEP and the index."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.accounts.decompose import VALUE_PLACES, Side
from gep.base.records import Code
from gep.base.rounding import store
from gep.book import Book
from gep.explain.change import KEYS, LeafKey
from gep.ledger.views import literal
from gep.workflow.views import rows

EXTENT, ZONE_EXTENT, CLASS_DIM, ZONE_DIM = "ecosystem_area", "zone_area", "ecosystem", "zone"
CURRENT, NO_CLASS, WHOLE = "current", "-", "-"
HALF_QUANTITY, HALF_PRICE, HALF_VALUE = Fraction(1, 2 * 10**6), Fraction(1, 2 * 10**8), Fraction(1, 2 * 10**4)
INDEX_COLUMNS = ("gep", "gdp", "gdp_vintage", "ggi", "per_capita", "per_km2")
Lines = Mapping[LeafKey, Side]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class YearRows:
    """One year of a profile at one price basis, by region: its lines, the area of each class, stored GEP, and the index.

    `extents`: None for a region of which some area is not known, or none was returned. `gep`: None where it is not known.
    """

    year: int
    lines: Mapping[str, Lines]
    extents: Mapping[str, Mapping[str, Fraction] | None]
    gep: Mapping[str, Fraction | None]
    index: Mapping[str, Row]
    currency: str

    def area(self, codes: Iterable[str], name: str) -> tuple[Fraction | None, Fraction | None]:
        """The area of a class and of all classes over those of these regions that have lines by class.

        None where one of them does not know its areas.
        """
        held = [self.extents.get(code) for code in codes if any(key[-1] != NO_CLASS for key in self.lines.get(code, {}))]
        known = [e for e in held if e is not None]
        if len(known) < len(held) or not held:
            return None, None
        zero = Fraction(0)
        return sum((e.get(name, zero) for e in known), zero), sum((a for e in known for a in e.values()), zero)


def year_rows(book: Book, profile: str, year: int, basis: str = CURRENT, zone: str = WHOLE) -> YearRows:
    """What the vintage in use holds of a profile and year at a price basis; empty mappings where it holds nothing.

    `zone`: one zone of every region in place of the whole regions.
    """
    where = f"profile = {literal(profile)} AND year = {int(year)} AND zone = {literal(zone)}"
    at = f"{where} AND price_basis = {literal(basis)}"
    values = rows(book, f"SELECT * FROM value_account WHERE {at} ORDER BY ALL")
    physical = rows(book, f"SELECT * FROM physical_account WHERE {where} ORDER BY ALL")
    methods = {(r["region_code"], _key(r)): str(r["method_id"] or "") for r in physical}
    volumes = _volumes(book, where, basis)
    lines: dict[str, dict[LeafKey, Side]] = {}
    for r in values:
        place = (str(r["region_code"]), _key(r))
        lines.setdefault(place[0], {})[place[1]] = side_of(r, methods.get(place, ""), volumes.get(place))
    totals = rows(book, f"SELECT region_code, gep, currency FROM gep_total WHERE {at} ORDER BY ALL")
    return YearRows(
        year,
        lines,
        extents(book, profile, year, zone),
        {str(r["region_code"]): _exact(r["gep"]) for r in totals},
        _index(book, at),
        str(totals[0]["currency"]) if totals else "",
    )


def side_of(row: Row, method: str, volume: Fraction | None = None) -> Side:
    """A row of value_account as a side of a change.

    A row without a price is an amount of money; with its `volume` (the same at constant prices) it is volume × price movement.
    Raises AssertionError if the value is not what quantity and price at their stored decimals allow.
    """
    if row["state"] == "not_applicable":
        return Side(None, applies=False)
    value = _exact(row["value"])
    if value is None:
        return Side(None)
    quantity, price = _exact(row["quantity"]), _exact(row["price"])
    if price is None or quantity is None:
        if volume:
            return Side(value, volume, value / volume, unit=str(row["currency"]))
        return Side(value, method=method)
    made = Side(value, quantity, price, method=method, unit=str(row["unit"]))
    gap = abs(value - Fraction(store(quantity * price, VALUE_PLACES)))
    if not gap:
        return made
    # a figure with more decimals than the account shows: a foreign price, the share of a zone
    slack = abs(quantity) * HALF_PRICE + abs(price) * HALF_QUANTITY + HALF_PRICE * HALF_QUANTITY + 2 * HALF_VALUE
    if gap > slack:
        raise AssertionError(f"{_key(row)} of {row['region_code']}: {quantity} × {price} is stored as {value}")
    return replace(made, slack=slack)


def _volumes(book: Book, where: str, basis: str) -> dict[tuple[str, LeafKey], Fraction]:
    """The rows without a price at constant prices, if the profile has such a basis: what of a current amount is volume."""
    if basis != CURRENT:
        return {}
    sql = f"SELECT * FROM value_account WHERE {where} AND price_basis LIKE 'constant:%' AND price IS NULL AND value > 0"
    return {(str(r["region_code"]), _key(r)): Fraction(r["value"]) for r in rows(book, sql)}


def _key(row: Row) -> LeafKey:
    return tuple(str(row[name]) for name in KEYS)


def _exact(amount: Decimal | None) -> Fraction | None:
    return None if amount is None else Fraction(amount)


def extents(book: Book, profile: str, year: int, zone: str = WHOLE) -> dict[str, dict[str, Fraction] | None]:
    """The area of each class by region, as returned, of whole regions or of one zone in each; None where one is unknown."""
    measure = EXTENT if zone == WHOLE else ZONE_EXTENT
    used = f"SELECT vintage FROM vintage_in_use WHERE profile = {literal(profile)} AND year = {int(year)}"
    sql = (
        f"SELECT region_code, category, state, quantity FROM fact WHERE measure = '{measure}' AND period = '{int(year)}'"
        f" AND vintage IN ({used}) ORDER BY ALL"
    )
    found: dict[str, dict[str, Fraction] | None] = {}
    for r in rows(book, sql):
        key = dict(pair.split(":", 1) for pair in str(r["category"]).split(";") if ":" in pair)
        code = key.get(CLASS_DIM, "")
        if not code or key.get(ZONE_DIM, WHOLE) != zone or r["state"] == "not_applicable":
            continue
        held = found.setdefault(str(r["region_code"]), {})
        if held is None or r["quantity"] is None:
            found[str(r["region_code"])] = None
        else:
            held[code] = held.get(code, Fraction(0)) + Fraction(r["quantity"])
    return found


def class_area(
    year: YearRows, codes: Iterable[str], name: str, tree: Mapping[str, Code]
) -> tuple[Fraction | None, Fraction | None]:
    """The area of a class, that of the returned classes below it if it was not returned itself, and of all classes."""
    places = tuple(codes)
    own, whole = year.area(places, name)
    if own is None or whole is None:
        return None, None
    returned = {c for code in places for c in (year.extents.get(code) or {})}
    if name in returned:
        return own, whole
    below = [c for c in returned if name in _above(c, tree)]
    return sum((year.area(places, c)[0] or Fraction(0) for c in below), Fraction(0)), whole


def _above(code: str, tree: Mapping[str, Code]) -> Iterable[str]:
    while code in tree and tree[code].parent:
        code = tree[code].parent
        yield code


def _index(book: Book, at: str) -> dict[str, Row]:
    """The green-gold index by region; nothing where the book has none."""
    found = rows(book, f"SELECT region_code, {', '.join(INDEX_COLUMNS)} FROM green_gold_index WHERE {at} ORDER BY ALL")
    return {str(r["region_code"]): r for r in found}


def returned(book: Book, profile: str, year: int, measure: str) -> dict[str, Fraction]:
    """What was returned of an undivided measure for a year, by region, in its base unit; those without a value left out."""
    used = f"SELECT vintage FROM vintage_in_use WHERE profile = {literal(profile)} AND year = {int(year)}"
    sql = (
        f"SELECT region_code, quantity FROM fact WHERE measure = {literal(measure)} AND period = '{int(year)}' AND category = '-'"
        f" AND quantity IS NOT NULL AND vintage IN ({used}) ORDER BY ALL"
    )
    return {str(r["region_code"]): Fraction(r["quantity"]) for r in rows(book, sql)}
