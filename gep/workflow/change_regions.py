"""compare --regions: GEP of two regions in one year by service and factor, the index, GEP per head and the assets."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gep.base.findings import Place, Refused, finding
from gep.book import Book
from gep.explain.change import Causes, PlaceChange
from gep.explain.stocks import total as summed
from gep.workflow.accounts import lineage
from gep.workflow.change_pairs import Ends, check_total, index_of, leaves_of, per_head
from gep.workflow.change_rows import WHOLE, YearRows, returned, year_rows
from gep.workflow.change_stocks import stocks_of
from gep.workflow.change_years import need, schemes_of, service_names, zone_names
from gep.workflow.compare_years import own_basis
from gep.workflow.region_rows import accounted
from gep.workflow.views import need_store, rows

POPULATION = "resident_population"


def change_regions(
    book: Book, left: str, right: str, year: int, *, profile: str = "", basis: str = "", zone: str = WHOLE
) -> Causes:
    """Why GEP, the index, GEP per head and the value of assets differ between two regions in one year.

    The factors are those of a change over time: a larger region has more area, another mix of ecosystems more or less of a class.
    The lines of a region above the leaf level are those of its leaf regions taken together. Raises Refused for a region or year
    without results, and for a price basis or a zone that the profile does not have.
    """
    need_store(book)
    places = accounted(book.config)
    gep_profile, scheme = schemes_of(book, profile)
    basis = basis or own_basis(book, gep_profile)
    need(book, gep_profile, basis, zone)
    held = year_rows(book, gep_profile, year, basis, zone)
    known = sorted(held.gep) or sorted(places)
    if gep_profile and not held.gep:
        raise Refused([finding("COMPARE-UNKNOWN", Place(key=str(year)), found=year, expected=", ".join(_years(book)))])
    absent = [code for code in (left, right) if code not in known]
    if absent:
        expected = ", ".join(known)
        raise Refused([finding("COMPARE-UNKNOWN", Place(key=code), found=code, expected=expected) for code in absent])
    ends = [Ends(held, tuple(c for c in sorted(held.lines) if code in lineage(c, places))) for code in (left, right)]
    leaves = leaves_of(f"{left}+{right}", ends[0], ends[1], book.catalog.codes.get("ecosystem", {}))
    names = (places[left].names, places[right].names)
    made = PlaceChange(f"{left}+{right}", places[left].level, (left,), (right,), names, leaves)
    if leaves:
        people = returned(book, gep_profile, year, POPULATION) if zone == WHOLE else {}
        heads = [
            people.get(code) or summed(people.get(c) for c in end.codes) for code, end in zip((left, right), ends, strict=True)
        ]
        made = _with_ratios(held, made, heads)
    if scheme:
        (made,) = stocks_of(book, scheme, [made], (year, year), zone)
    shown = (made,) if made.leaves or made.stocks else ()
    name, currency, named = gep_profile or scheme, held.currency or "CNY", zone_names(book, zone)
    return Causes("regions", (left, right), name, basis, currency, service_names(book), shown, year, zone, named)


def _with_ratios(held: YearRows, place: PlaceChange, people: Sequence[Fraction | None]) -> PlaceChange:
    """The place with the change of its index and of GEP per head, as far as they are known on both sides.

    `people`: of either side, its own figure or the sum over its leaf regions. GEP per head that is not the stored one is left
    out: the index reads another version of the population then.
    """
    total = place.total
    ends = [Ends(held, codes) for codes in (place.left, place.right)]
    if total.difference is None or total.left is None or total.right is None:
        return place
    for side, amount in zip(ends, (total.left, total.right), strict=True):
        check_total(side.codes, [held.gep[c] for c in side.codes if c in held.gep], amount)
    index = index_of(ends[0], ends[1], total)
    found = [index] if index else []
    if people[0] and people[1]:
        made = per_head((people[0], people[1]), (total.left, total.right), total.parts)
        stored = [held.index[c]["per_capita"] for c in (*place.left, *place.right) if c in held.index]
        if [Fraction(s) for s in stored if s is not None] == [made.change.left, made.change.right]:
            found.append(made)
    return PlaceChange(place.id, place.level, place.left, place.right, place.names, place.leaves, tuple(found), place.stocks)


def _years(book: Book) -> list[str]:
    return [str(r["year"]) for r in rows(book, "SELECT DISTINCT year FROM gep_total ORDER BY year")]
