"""template: the parameter file a bureau fills in, for the classes and regions its book has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gep.base.records import Key, Region
from gep.book import Book, now
from gep.catalog.classes import taken_from
from gep.catalog.record import Catalog
from gep.catalog.resolve import resolve, valid
from gep.catalog.template import Entry, Returned, entries
from gep.workflow.submit import holdings


@dataclass(frozen=True)
class Template:
    """What is to be filled in. `assumed`: the dimensions whose top classes are listed because no class of them was returned."""

    catalog: Catalog
    profile: str
    year: int
    entries: tuple[Entry, ...]
    assumed: tuple[str, ...]


def template(catalog: Catalog, profile: str, year: int | None = None) -> Template:
    """The entries of a profile without a book: top classes, anywhere. Without a year, the one before this."""
    chosen = last_year() if year is None else year
    return Template(catalog, profile, chosen, entries(catalog, profile, chosen), _assumed(catalog, profile, chosen, None))


def template_of(book: Book, profile: str, year: int | None = None) -> Template:
    """The entries of a profile for a book: the classes returned for the year, its leaf regions and its own parameters.

    Without a year, the latest there are figures of, else the one before this.
    """
    facts = holdings(book).facts
    years = [int(f.period[:4]) for f in facts]
    chosen = year if year is not None else max(years, default=last_year())
    regions = book.config.regions
    leaves = tuple(c for c in book.config.leaves if valid(regions[c].valid_from, regions[c].valid_to, chosen))
    keys: dict[str, set[Key]] = {}
    for fact in (f for f in facts if f.period[:4] == str(chosen) and f.region in leaves):
        keys.setdefault(fact.measure, set()).add(fact.key)
    returned = Returned({name: frozenset(found) for name, found in keys.items()}, regions, leaves, root_of(regions, leaves))
    found = entries(book.catalog, profile, chosen, returned)
    return Template(book.catalog, profile, chosen, found, _assumed(book.catalog, profile, chosen, returned))


def last_year() -> int:
    """The year accounts are compiled of now: the one before this."""
    return now().year - 1


def root_of(regions: Mapping[str, Region], leaves: tuple[str, ...]) -> str:
    """The region that all leaf regions are in (the city); empty if there is none or several."""
    tops = set()
    for leaf in leaves:
        step = leaf
        while regions[step].parent:
            step = regions[step].parent
        tops.add(step)
    return tops.pop() if len(tops) == 1 else ""


def _assumed(catalog: Catalog, profile: str, year: int, returned: Returned | None) -> tuple[str, ...]:
    named = ((dim, taken_from(codes)) for dim, codes in resolve(catalog, profile, year).scheme.classes.items())
    return tuple(dim for dim, measure in named if measure and not (returned and returned.codes(measure, dim)))
