"""compare --years, the causes: GEP of two years by service and factor, for every comparable area and the areas above it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gep.accounts.comparable import Area, comparable_areas
from gep.base.findings import Place, Refused, finding
from gep.base.records import Names, Region
from gep.book import Book
from gep.explain.change import Causes, Leaf, PlaceChange
from gep.ledger.views import literal
from gep.workflow.accounts import lineage
from gep.workflow.change_pairs import Ends, check_total, index_of, leaves_of, unknown_place
from gep.workflow.change_rows import WHOLE, YearRows, year_rows
from gep.workflow.change_stocks import stocks_of
from gep.workflow.compare_years import own_basis
from gep.workflow.region_rows import accounted
from gep.workflow.views import default_scheme, rows


def change_years(
    book: Book, left: int, right: int, *, profile: str = "", region: str = "", basis: str = "", zone: str = WHOLE
) -> Causes:
    """Why GEP, the green-gold index and the value of assets differ between two years, in the vintages in use.

    `profile`: a GEP profile (left out, the first of the book) or an asset scheme (then assets alone). `region`: only areas that
    hold this code. `basis`: the price basis of GEP, that of the profile if left out. `zone`: one zone of every region, whose
    figures are allocated. A place whose area is not the same in both years is not given. Raises Refused for a price basis or a
    zone that the profile does not have.
    """
    gep_profile, scheme = schemes_of(book, profile)
    basis = basis or own_basis(book, gep_profile)
    need(book, gep_profile, basis, zone)
    sides = tuple(year_rows(book, gep_profile, year, basis, zone) for year in (left, right))
    places = accounted(book.config)
    areas = comparable_areas(places, book.config.changes, left, right)
    walk = _Walk(book, areas, (sides[0], sides[1]), places)
    made = [walk.place(area) for area in areas if area.sound and (not region or region in (*area.left, *area.right))]
    if scheme:
        made = stocks_of(book, scheme, made, (left, right), zone)
    currency = next((s.currency for s in reversed(sides) if s.currency), "CNY")
    held = tuple(p for p in made if p.leaves or p.stocks)
    name, named = gep_profile or scheme, zone_names(book, zone)
    return Causes("years", (str(left), str(right)), name, basis, currency, service_names(book), held, None, zone, named)


def schemes_of(book: Book, profile: str) -> tuple[str, str]:
    """(GEP profile, asset scheme) that are asked for, empty where there is none: the first of each if nothing is said."""
    known = book.catalog.schemes
    if profile:
        asset = profile in known and known[profile].kind == "asset_scheme"
        return ("", profile) if asset else (profile, "")
    first = [default_scheme(book, view) for view in ("gep_total", "balance_sheet")]
    kinds = [known[name].kind == "asset_scheme" if name in known else False for name in first]
    return "" if kinds[0] else first[0], first[1] if kinds[1] else ""


def need(book: Book, profile: str, basis: str, zone: str) -> None:
    """Raises Refused if no year of a GEP profile has this price basis, or no figure this zone; an empty profile has neither."""
    sql = f"SELECT DISTINCT price_basis, zone FROM gep_total WHERE profile = {literal(profile)} ORDER BY ALL"  # noqa: S608 - literal
    found = rows(book, sql)
    bases, zones = (sorted({str(r[name]) for r in found}) for name in ("price_basis", "zone"))
    findings = []
    if bases and basis not in bases:
        findings.append(finding("CHANGE-NO-BASIS", Place(key=profile), found=basis, expected=", ".join(bases), profile=profile))
    if zones and zone not in zones:
        findings.append(finding("CHANGE-NO-ZONE", Place(key=profile), found=zone, expected=", ".join(zones), profile=profile))
    if findings:
        raise Refused(findings)


def zone_names(book: Book, zone: str) -> Names | None:
    """The names of a zone, in the zone scheme of the book; None for the whole region."""
    held = book.catalog.codes.get(book.config.zone_scheme, {})
    return None if zone == WHOLE else held[zone].names if zone in held else Names(zone, zone)


def service_names(book: Book) -> Mapping[str, Names]:
    return {code: held.names for code, held in book.catalog.codes.get("service", {}).items()}


class _Walk:
    """The changes of all areas: own lines first, then those of the areas that lie inside."""

    def __init__(self, book: Book, areas: Sequence[Area], sides: tuple[YearRows, YearRows], places: Mapping[str, Region]) -> None:
        self.areas, self.sides, self.places = areas, sides, places
        self.tree = book.catalog.codes.get("ecosystem", {})
        self._own: dict[str, tuple[Leaf, ...]] = {}

    def place(self, area: Area) -> PlaceChange:
        """One comparable area: lines stand at the level they are accounted at, so the sum over all areas inside is complete."""
        leaves = tuple(leaf for part in self.areas if self._inside(part, area) for leaf in self._lines(part))
        names = tuple(dict.fromkeys(self.places[c].names for c in (*area.left, *area.right)))
        made = PlaceChange(area.id, area.level, area.left, area.right, names, leaves)
        ends = self._ends(area)
        total = made.total
        if total.difference is not None:
            for side, amount in zip(ends, (total.left, total.right), strict=True):
                check_total(side.codes, [side.rows.gep[c] for c in side.codes if c in side.rows.gep], amount)
        index = index_of(*ends, total) if leaves else None
        return PlaceChange(area.id, area.level, area.left, area.right, names, leaves, (index,) if index else ())

    def _ends(self, area: Area) -> tuple[Ends, Ends]:
        return Ends(self.sides[0], area.left), Ends(self.sides[1], area.right)

    def _inside(self, part: Area, whole: Area) -> bool:
        """Whether every region of `part` is one of `whole` or lies in one, in both years."""
        pairs = ((part.left, whole.left), (part.right, whole.right))
        return all(set(upper) & set(lineage(code, self.places)) for codes, upper in pairs for code in codes)

    def _lines(self, area: Area) -> tuple[Leaf, ...]:
        """The lines that stand at the level of an area; if it may not be compared they are unknown."""
        if area.id not in self._own:
            ends = self._ends(area)
            there = ends[0].keys | ends[1].keys
            if area.sound or not there:
                self._own[area.id] = leaves_of(area.id, *ends, self.tree)
            else:
                self._own[area.id] = tuple(Leaf(area.id, key, None, None, unknown_place(area.id)) for key in sorted(there))
        return self._own[area.id]
