"""Changes of regions as a book declares them: `[[region_change]]` of book.toml, read and held against the regions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from gep.base.findings import Finding, Place, finding
from gep.base.records import Region
from gep.base.region_change import KINDS, RegionChange
from gep.catalog.fields import Fields

DAY = timedelta(days=1)
NEVER = date.max  # stands for a date that is not given, until the finding about it is told
ONE, MANY = (1, 1), (2, 10**6)
COUNTS = {"rename": (ONE, ONE), "merge": (MANY, ONE), "split": (ONE, MANY), "transfer": (ONE, ONE)}  # of codes before and after


def read_changes(entries: Sequence[Mapping[str, object]], file: str, findings: list[Finding]) -> tuple[RegionChange, ...]:
    """The records as written, each with its place `region_change N`; what is missing or malformed goes into `findings`."""
    made = []
    for number, entry in enumerate(entries, 1):
        f = Fields(entry, Place(file, key=_key(number)), findings)
        if f.raw("date") in (None, ""):
            f.complain("CATALOG-FIELD-MISSING", "date")
        made.append(
            RegionChange(
                date=f.date("date", NEVER),
                kind=f.choice("kind", KINDS),
                before=f.texts("from"),
                after=f.texts("to"),
                document=f.text("document", required=True),
                share_area=f.number("share_area"),
                share_population=f.number("share_population"),
                note=f.text("note"),
            )
        )
        f.done()
    return tuple(made)


def check_changes(changes: Sequence[RegionChange], regions: Mapping[str, Region], file: str) -> list[Finding]:
    """A finding that stops for each record that does not fit its kind or the regions, and for two records of one event."""
    found: list[Finding] = []
    for number, change in enumerate(changes, 1):
        place = Place(file, key=_key(number))
        found += [*_codes(change, regions, place), *_shares(change, place)]
        if all(code in regions for code in change.codes):
            found += [*_levels(change, regions, place), *_days(change, regions, place)]
    return [*found, *_twice(changes, file), *_replaced(changes, regions, file)]


def _key(number: int) -> str:
    return f"region_change {number}"


def _codes(change: RegionChange, regions: Mapping[str, Region], place: Place) -> Iterator[Finding]:
    """Codes that are not regions of the book, and as many on either side as the kind asks for."""
    for code in change.codes:
        if code not in regions:
            yield finding("REGION-CHANGE-CODE", place, found=code)
    sides = (change.before, change.after)
    fits = all(low <= len(side) <= high for side, (low, high) in zip(sides, COUNTS[change.kind], strict=True))
    each_once = all(len(set(side)) == len(side) for side in sides)
    itself = change.kind in ("rename", "transfer") and change.before == change.after
    if not fits or not each_once or itself:
        shown = f"{', '.join(change.before) or '-'} → {', '.join(change.after) or '-'}"
        yield finding("REGION-CHANGE-FORM", place, found=shown, expected=change.kind)


def _shares(change: RegionChange, place: Place) -> Iterator[Finding]:
    """A share is that of a transfer, above 0 and not above 1."""
    for name in ("share_area", "share_population"):
        share = getattr(change, name)
        if share is not None and (change.kind != "transfer" or not 0 < share <= 1):
            yield finding("REGION-CHANGE-SHARE", place, found=share, field=name, kind=change.kind)


def _levels(change: RegionChange, regions: Mapping[str, Region], place: Place) -> Iterator[Finding]:
    levels = {code: regions[code].level for code in change.codes}
    if len(set(levels.values())) > 1:
        yield finding("REGION-CHANGE-LEVEL", place, found=", ".join(f"{c}: {level}" for c, level in levels.items()))


def _days(change: RegionChange, regions: Mapping[str, Region], place: Place) -> Iterator[Finding]:
    """Each code is there before or after the day as the change says: ends the day before, begins on the day, or goes on."""
    if change.date == NEVER:  # not given, or not a date: told when it was read
        return
    for code in change.codes:
        old, new = code in change.before, code in change.after
        region = regions[code]
        begins, ends = region.valid_from == change.date, region.valid_to == change.date - DAY
        before = region.valid_from < change.date <= region.valid_to or ends
        after = region.valid_from <= change.date <= region.valid_to
        if change.kind == "transfer":
            fits = (not old or before) and (not new or after)
        elif old and new:
            fits = before and after
        else:
            fits = ends if old else begins
        if not fits:
            span = f"{region.valid_from} – {region.valid_to}"
            yield finding("REGION-CHANGE-DATE", place, found=span, expected=change.date, region=code)


def _twice(changes: Sequence[RegionChange], file: str) -> Iterator[Finding]:
    """Two records of one event: the same pair of codes, one code that ends twice or one that begins twice on a day."""
    taken: dict[tuple[object, ...], int] = {}
    for number, change in enumerate(changes, 1):
        marks: list[tuple[object, ...]] = [(change.date, "pair", *pair) for pair in change.pairs]
        if change.kind != "transfer":
            marks += [(change.date, "ends", code) for code in change.before]
            marks += [(change.date, "begins", code) for code in change.after]
        first = next((taken[m] for m in marks if m in taken), 0)
        if first:
            place = Place(file, key=_key(number))
            yield finding("REGION-CHANGE-TWICE", place, found=_key(number), expected=_key(first), date=change.date)
        for mark in marks:
            taken.setdefault(mark, number)


def _replaced(changes: Sequence[RegionChange], regions: Mapping[str, Region], file: str) -> Iterator[Finding]:
    """A region that says which codes it replaces says the same as the record by which it came."""
    for number, change in enumerate(changes, 1):
        if change.kind not in ("rename", "merge"):
            continue
        for code in change.after:
            said = set(regions[code].replaces) if code in regions else set()
            if said and regions[code].valid_from == change.date and said != set(change.before):
                found, expected = (", ".join(sorted(s)) for s in (said, set(change.before)))
                place = Place(file, key=_key(number))
                yield finding("REGION-CHANGE-REPLACES", place, found=found, expected=expected, region=code)
