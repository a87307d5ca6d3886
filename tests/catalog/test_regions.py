"""Regions: parents that are there, no circle, and no place under two codes at once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names, Region, Severity
from gep.catalog.regions import check_regions

DAY = date(2015, 1, 1)


def region(code: str, parent: str = "city", name: str = "", start: date = date.min, end: date = date.max) -> Region:
    return Region(code, parent, "county", Names(name or code, name or code), start, end)


def found(*regions: Region) -> list[tuple[str, str, str]]:
    every = {"city": Region("city", "", "city", Names("市", "City")), **{r.code: r for r in regions}}
    return [(f.code, f.found, f.expected) for f in check_regions(every, "book.toml")]


def test_sound_regions() -> None:
    assert found(region("a"), region("b")) == []


@pytest.mark.parametrize(("regions", "expected"), [((region("a", "b"), region("b", "a")), "a"), ((region("a", "gone"),), "gone")])
def test_a_parent_that_is_not_there_or_below(regions: tuple[Region, ...], expected: str) -> None:
    assert ("BOOK-REGION-TREE", "a", expected) in found(*regions)


def test_one_place_under_two_codes() -> None:
    every = {r.code: r for r in (region("513321", "", "康定"), region("513301", "", "康定"))}
    (told,) = check_regions(every, "book.toml")
    assert (told.code, told.severity, told.place.text()) == ("BOOK-REGION-TWICE", Severity.STOP, "book.toml [region 513301]")
    assert "地区 513301 与 513321 同名(康定)" in told.text("zh")
    assert "The regions 513301 and 513321 have the same name (康定)" in told.text("en")
    assert "valid_to" in told.mend("zh")
    assert "valid_from" in told.mend("en")


def test_one_name_in_two_cities_is_two_places() -> None:
    other = Region("other", "", "city", Names("另一市", "Other"))
    assert found(region("a", "city", "鼓楼区"), region("b", "other", "鼓楼区"), other) == []


@given(st.integers(-800, 800))
def test_codes_may_follow_one_another_but_not_overlap(days: int) -> None:
    """The old code ends on a day, the new one begins `days` after it: sound from the day after."""
    new = region("new", name="康定", start=DAY + timedelta(days=days))
    told = found(region("old", name="康定", end=DAY), new)
    assert told == ([] if days > 0 else [("BOOK-REGION-TWICE", "new", "old")])
