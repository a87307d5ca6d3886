"""What the regions of a book must be: a forest, in which no place stands twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from gep.base.findings import Finding, Place, finding
from gep.base.records import Region


def check_regions(regions: Mapping[str, Region], file: str) -> list[Finding]:
    """A finding that stops for each region without its parent or in a circle, and for each that stands under two codes at once.

    `file`: where the regions are declared.
    """
    return [*_check_parents(regions, file), *_check_names(regions, file), *_check_replaced(regions, file)]


def _check_replaced(regions: Mapping[str, Region], file: str) -> Iterator[Finding]:
    """What a region replaces is listed and ends the day before it begins; no code is replaced twice."""
    taken: dict[str, str] = {}
    for region in regions.values():
        for old in region.replaces:
            ends = old in regions and regions[old].valid_to + timedelta(days=1) == region.valid_from
            if not ends or old in taken:
                place = Place(file, key=f"region {region.code}")
                yield finding("BOOK-REGION-REPLACES", place, found=old, expected=region.valid_from, region=region.code)
            taken[old] = region.code


def _check_parents(regions: Mapping[str, Region], file: str) -> Iterator[Finding]:
    for code in regions:
        seen, step = [code], regions[code].parent
        while step:
            if step in seen or step not in regions:
                yield finding("BOOK-REGION-TREE", Place(file, key=code), found=code, expected=step)
                break
            seen.append(step)
            step = regions[step].parent


def _check_names(regions: Mapping[str, Region], file: str) -> Iterator[Finding]:
    """Regions of one name under one parent, valid on the same day: an old and a new code of one place, or a slip."""
    same: dict[tuple[str, str, str], list[Region]] = {}
    for region in regions.values():
        others = same.setdefault((region.parent, region.level, region.names.zh), [])
        for other in others:
            if region.valid_from <= other.valid_to and other.valid_from <= region.valid_to:
                place = Place(file, key=f"region {region.code}")
                yield finding("BOOK-REGION-TWICE", place, found=region.code, expected=other.code, name=region.names.zh)
        others.append(region)
