"""Main functional zones (主体功能区) of the regions of a book: read from book.toml and checked against their days and codes.

A region belongs to one zone as a whole, for all its days or by date:

    [[region]]
    code = "990121"
    functional_zone = "key_ecological"

    [[region]]
    code = "990122"
    [[region.functional_zone]]
    code = "key_development"
    valid_to = 2018-12-31
    [[region.functional_zone]]
    code = "main_agricultural"
    valid_from = 2019-01-01
    document = "…"

The codes are those of the code scheme `functional_zone`. What is not said is not known; no zone is taken from a region above.
These are apart from the zones that part a region (`zone_scheme`), which have accounts of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import pairwise

from gep.base.findings import Finding, Place, finding
from gep.base.records import Code, Region, ZoneSpan
from gep.catalog.fields import Fields
from gep.catalog.record import near

FIELD = SCHEME = "functional_zone"


def read_zones(r: Fields) -> tuple[ZoneSpan, ...]:
    """The zones of a region by date; what is malformed is complained of."""
    value = r.raw(FIELD)
    if value is None:
        return ()
    if isinstance(value, str):
        if not value:
            r.complain("CATALOG-FIELD-MISSING", FIELD)
        return (ZoneSpan(value),) if value else ()
    found = [_span(Fields(body, Place(r.place.file, key=r.place.key), r.findings)) for body in r.tables(FIELD)]
    return tuple(sorted((z for z in found if z.code), key=lambda z: (z.valid_from, z.valid_to, z.code)))


def _span(f: Fields) -> ZoneSpan:
    made = ZoneSpan(f.text("code", required=True), f.date("valid_from", date.min), f.last_date("valid_to"), f.text("document"))
    f.done()
    return made


def check_zones(regions: Mapping[str, Region], file: str) -> Iterator[Finding]:
    """A finding that stops for each span that has no day, that lies outside of its region's days, or that overlaps another."""
    for region in regions.values():
        place = Place(file, column=FIELD, key=f"region {region.code}")
        for z in region.functional:
            begins, ends = max(z.valid_from, region.valid_from), min(z.valid_to, region.valid_to)
            if begins > ends:
                known = f"{region.valid_from} … {region.valid_to}"
                yield finding("REGION-ZONE-DAYS", place, found=f"{z.valid_from} … {z.valid_to}", expected=known, zone=z.code)
        for one, two in pairwise(region.functional):
            if two.valid_from <= one.valid_to:
                yield finding("REGION-ZONE-OVERLAP", place, found=two.code, expected=one.code, day=two.valid_from)


def check_zone_codes(regions: Mapping[str, Region], codes: Mapping[str, Code], file: str) -> Iterator[Finding]:
    """A finding that stops for each zone of a region that is no code of the scheme."""
    for region in regions.values():
        for name in dict.fromkeys(z.code for z in region.functional if z.code not in codes):
            place = Place(file, column=FIELD, key=f"region {region.code}")
            yield finding("REGION-ZONE-CODE", place, found=name, expected=near(name, codes) or ", ".join(codes))


def kind_of(code: str, codes: Mapping[str, Code]) -> str:
    """The kind of a zone: the topmost code above it (`key_ecological.national` is of the kind `key_ecological`)."""
    seen = {code}
    while code in codes and codes[code].parent and codes[code].parent not in seen:
        code = codes[code].parent
        seen.add(code)
    return code
