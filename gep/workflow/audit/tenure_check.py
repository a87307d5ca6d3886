"""What a tenure asks of a book and the book does not have: regions and their days, schemes, zones, departments, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from gep.accounts.scoring_events import zone_of
from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Region
from gep.book import Book
from gep.catalog.evaluation import evaluation_of, evaluations
from gep.catalog.functional_zones import SCHEME as ZONES
from gep.workflow.assets import is_asset
from gep.workflow.audit.bridge_entries import check_bridges
from gep.workflow.audit.records import Subject, Tenure
from gep.workflow.audit.remit import accounts_of, departments_of
from gep.workflow.audit.zones import DAY, contradicts, zone_of_term

NO_DAY = date.min  # stands for a day that is not given, until the finding about it is told


def check_against(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """What the book does not know: regions and their days, profile, asset scheme, tables of the methods."""
    regions = book.config.regions
    for code, key in {tenure.region: "", **{s.region: f"subject {s.id}" for s in tenure.subjects if s.region}}.items():
        if code and code not in regions:
            at = Place(place.file, column="region", key=key)
            yield finding("AUDIT-REGION", at, found=code, expected=", ".join(list(regions)[:20]))
    for s in tenure.subjects:
        if s.region in regions and s.id in tenure.audited and NO_DAY < s.start < s.end:
            yield from _region_days(s, regions, place)
    yield from _below(tenure.region, book, place)
    yield from _departments(tenure, book, place)
    yield from _schemes(tenure, book, place)
    yield from check_bridges(tenure.bridges, book, place)
    yield from _zone(tenure, book, place)
    yield from _evaluation(tenure, book, place)
    for name in tenure.methods:
        if not _is_table(name, book):
            known = ", ".join(sorted(book.catalog.layouts))
            yield finding("AUDIT-METHOD-TABLE", Place(place.file, column=f"methods.{name}"), found=name, expected=known)


def succession(code: str, regions: Mapping[str, Region]) -> tuple[str, ...]:
    """A region, the codes whose stocks it took over, and those that took over from it, in no order of time."""
    found = [code]
    for name in found:
        found += [c for c in regions[name].replaces if c in regions and c not in found]
        found += [c for c, r in regions.items() if name in r.replaces and c not in found]
    return tuple(found)


def _region_days(s: Subject, regions: Mapping[str, Region], place: Place) -> Iterator[Finding]:
    """The days of a term on which neither the region nor one that it took over from, or that took over from it, was there."""
    names = succession(s.region, regions)
    spans = sorted((regions[c].valid_from, regions[c].valid_to) for c in names)
    reached, last = s.start, s.end - DAY
    for start, end in spans:
        if start <= reached <= end:
            reached = end if end == date.max else end + DAY
    if reached <= last:
        at = Place(place.file, column="region", key=f"subject {s.id}")
        known = ", ".join(f"{c} [{regions[c].valid_from}, {regions[c].valid_to}]" for c in names)
        yield finding("AUDIT-REGION-DAYS", at, found=f"{s.region} {reached}", expected=known, region=s.region, day=reached)


def _below(code: str, book: Book, place: Place) -> Iterator[Finding]:
    """A township has patches and events of its own, but the accounts end at the level that returns data."""
    above = accounts_of(book.config.regions, book.config.leaves, code)
    if above != code:
        yield finding("AUDIT-REGION-BELOW", Place(place.file, column="region"), found=code, expected=above)


def _departments(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """A department that fills no table of the scheme, or one of a post that is none of a department."""
    schemes = [tenure.scheme] if tenure.scheme else list(book.config.schemes)
    tables = {t for s in schemes if s in book.catalog.schemes for t in book.catalog.schemes[s].tables}
    known = sorted({d for t in tables if t in book.catalog.layouts for d in departments_of(book.catalog.layouts[t])})
    for s in tenure.subjects:
        lacks = s.kind == "department" and s.id in tenure.audited and not s.department
        if lacks or (s.department and (s.kind != "department" or s.department not in known)):
            at = Place(place.file, column="department", key=f"subject {s.id}")
            yield finding("AUDIT-DEPARTMENT", at, found=s.department or "-", expected=", ".join(known))


def _schemes(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    known = [s for s in book.config.schemes if s in book.catalog.schemes]
    for name, asset in (("profile", False), ("scheme", True)):
        fits = [s for s in known if is_asset(book.catalog, s) == asset]
        chosen = str(getattr(tenure, name))
        if chosen and chosen not in fits:
            yield finding(
                "AUDIT-SCHEME", Place(place.file, column=name), found=chosen, expected=", ".join(fits) or "-", field=name
            )


def _evaluation(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """A scheme of evaluation that is not there, or that has no weights for the functional zone."""
    if not tenure.evaluation:
        return
    try:
        known = evaluations(book.data or data_root(), book.local)
    except Refused as refused:
        yield from refused.findings
        return
    at = Place(place.file, column="evaluation")
    if tenure.evaluation not in {e.id for e in known.values()}:
        yield finding("AUDIT-SCHEME", at, found=tenure.evaluation, expected=", ".join(known) or "-", field="evaluation")
        return
    try:
        scheme = evaluation_of(known, tenure.evaluation, tenure.started)
    except Refused as refused:
        yield from (replace(f, place=at) for f in refused.findings)
        return
    for s in _dated(tenure):
        zone = zone_of_term(tenure, s, book.config.regions)
        below = accounts_of(book.config.regions, book.config.leaves, s.region) != s.region
        if not below and zone_of(scheme, zone) is None:
            at = Place(place.file, column="zone", key=f"subject {s.id}")
            yield finding("AUDIT-ZONE", at, found=zone or "-", expected=", ".join(scheme.zones))


def _dated(tenure: Tenure) -> Iterator[Subject]:
    """The audited subjects whose terms have days."""
    yield from (s for s in tenure.subjects if s.id in tenure.audited and NO_DAY < s.start < s.end)


def _zone(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """A functional zone that has no code, or that is not the one the book gives."""
    codes, at = book.catalog.codes, Place(place.file, column="zone")
    known = codes.get(ZONES, {})
    if tenure.zone and tenure.zone not in known:
        yield finding("AUDIT-ZONE-UNKNOWN", at, found=tenure.zone, expected=", ".join(known))
        return
    for s in _dated(tenure):
        given = contradicts(tenure, s, book.config.regions, codes)
        if given:
            yield finding("AUDIT-ZONE-OTHER", at, found=tenure.zone, expected=given, region=s.region, day=s.end - DAY)


def _is_table(name: str, book: Book) -> bool:
    """A table, a table with a block (FT-01.V), or a measure."""
    table, _, block = name.partition(".")
    layout = book.catalog.layouts.get(table)
    blocks: Iterable[str] = {c.block for c in layout.columns} if layout else ()
    return name in book.catalog.measures or (layout is not None and (not block or block in blocks))
