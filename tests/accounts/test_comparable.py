"""Comparable areas: renames, merges, splits and transfers between two years, at one level and across the border of a higher one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.comparable import Area, comparable_areas, every_change
from gep.base.records import Names, Region
from gep.base.region_change import Kind, RegionChange

NAMES = Names("某地", "Place")
DAY = date(2021, 1, 1)
Book = dict[str, Region]


def region(code: str, parent: str = "X", start: date = date.min, end: date = date.max, replaces: tuple[str, ...] = ()) -> Region:
    level = {"": "province", "P": "city"}.get(parent, "county")
    return Region(code, parent, level, NAMES, start, end, replaces)


def book(*regions: Region) -> Book:
    """Two cities X and Y of a province P, and these."""
    every = (region("P", ""), region("X", "P"), region("Y", "P"), *regions)
    return {r.code: r for r in every}


def ended(code: str, parent: str = "X", day: date = DAY) -> Region:
    return region(code, parent, end=day - timedelta(days=1))


def begun(code: str, parent: str = "X", day: date = DAY, replaces: tuple[str, ...] = ()) -> Region:
    return region(code, parent, day, replaces=replaces)


def change(kind: Kind, before: str, after: str, share: str = "", day: date = DAY) -> RegionChange:
    return RegionChange(day, kind, tuple(before), tuple(after), "文件", Decimal(share) if share else None)


def areas(regions: Book, changes: Iterable[RegionChange] = (), left: int = 2020, right: int = 2021) -> dict[str, Area]:
    return {a.id: a for a in comparable_areas(regions, changes, left, right)}


def alone(found: dict[str, Area]) -> dict[str, bool]:
    return {"+".join(u.codes): u.alone for a in found.values() for u in a.units}


# ---- worked


def test_nothing_changed() -> None:
    found = areas(book(region("a"), region("b")))
    assert list(found) == ["P", "X", "Y", "a", "b"]  # from the top down
    assert all(alone(found).values())
    assert all(a.sound and not a.changes for a in found.values())


def test_the_sample_city() -> None:
    """990123 became 990103 on 2021-01-01 and took in a township of 990122; 990121 and the city are as they were."""
    regions = book(region("u"), region("m"), ended("d"), begun("e", replaces=("d",)))
    records = (change("rename", "d", "e"), change("transfer", "m", "e"))
    found = areas(regions, records, 2019, 2022)
    assert alone(found) == {"P": True, "X": True, "Y": True, "u": True, "m": False, "d+e": False}
    area = found["d+e+m"]
    assert (area.left, area.right, area.level, area.sound) == (("d", "m"), ("e", "m"), "county", True)
    assert {c.kind for c in area.changes} == {"rename", "transfer"}
    (moved,) = next(u for u in area.units if u.left == ("m",)).changes
    assert (moved.date, moved.document) == (DAY, "文件")
    # before and after the day nothing is tied; the day itself belongs to the year that begins with it
    assert all(alone(areas(regions, records, 2018, 2020)).values())
    assert set(areas(regions, records, 2021, 2022)) == {"P", "X", "Y", "u", "m", "e"}


def test_a_rename_is_one_place() -> None:
    found = areas(book(ended("a"), begun("b")), [change("rename", "a", "b")])
    assert alone(found)["a+b"]
    assert (found["a+b"].left, found["a+b"].right) == (("a",), ("b",))


def test_what_a_region_replaces_is_a_rename_without_a_record_and_several_are_a_merge() -> None:
    one = book(ended("a"), begun("b", replaces=("a",)))
    assert [(c.kind, c.before, c.after, c.document) for c in every_change(one, ())] == [("rename", ("a",), ("b",), "")]
    assert alone(areas(one))["a+b"]
    two = book(ended("a"), ended("c"), begun("b", replaces=("a", "c")))
    assert [(c.kind, c.before) for c in every_change(two, ())] == [("merge", ("a", "c"))]
    assert areas(two)["a+b+c"].sound
    assert not any(alone(areas(two))[c] for c in "abc")
    # a record of the same pair stands in place of it
    assert [c.document for c in every_change(one, [change("rename", "a", "b")])] == ["文件"]


def test_a_split_county_against_its_parts() -> None:
    found = areas(book(ended("a"), begun("b"), begun("c")), [change("split", "a", "bc")])
    assert (found["a+b+c"].left, found["a+b+c"].right) == (("a",), ("b", "c"))
    assert found["a+b+c"].sound
    assert alone(found) == {"P": True, "X": True, "Y": True, "a": False, "b": False, "c": False}


def test_a_part_carved_out_and_a_neighbour_taken_in_keep_a_code_but_not_its_area() -> None:
    carved = areas(book(region("a"), begun("b")), [change("split", "a", "ab")])
    assert (carved["a+b"].left, carved["a+b"].right, alone(carved)["a"]) == (("a",), ("a", "b"), False)
    taken = areas(book(region("a"), ended("b")), [change("merge", "ab", "a")])
    assert (taken["a+b"].left, taken["a+b"].right, alone(taken)["a"]) == (("a", "b"), ("a",), False)


def test_changes_of_several_years_make_one_area() -> None:
    """a gave to b in 2020, b to c in 2021: over both years all three are one, over one year two of them."""
    regions = book(region("a"), region("b"), region("c"))
    records = [change("transfer", "a", "b", day=date(2020, 7, 1)), change("transfer", "b", "c")]
    assert set(areas(regions, records, 2019, 2021)) == {"P", "X", "Y", "a+b+c"}
    assert set(areas(regions, records, 2019, 2020)) == {"P", "X", "Y", "a+b", "c"}
    assert set(areas(regions, records, 2020, 2021)) == {"P", "X", "Y", "a", "b+c"}


@pytest.mark.parametrize(
    ("shares", "same"),
    [(("0.001",), True), (("0.0010001",), False), (("",), False), (("0.0004", "0.0006"), True), (("0.0006", "0.0006"), False)],
)
def test_one_in_a_thousand_may_move(shares: tuple[str, ...], same: bool) -> None:
    """0.0004 + 0.0006 = 0.001 still counts as unchanged, 0.0006 twice (0.0012) does not; a share that is not given never does."""
    regions = book(region("a"), region("b"))
    records = [change("transfer", "a", "b", s, date(2021, 1 + n, 1)) for n, s in enumerate(shares)]
    found = areas(regions, records)
    assert alone(found) == {"P": True, "X": True, "Y": True, "a": same, "b": same}
    assert found["a+b"].sound
    if same:
        assert {u.share for u in found["a+b"].units} == {sum(map(Decimal, shares))}


def test_a_higher_region_is_touched_only_across_its_border() -> None:
    inside = book(region("a"), region("b"))
    assert alone(areas(inside, [change("transfer", "a", "b")]))["X"]
    across = book(region("a"), region("b", "Y"))
    found = areas(across, [change("transfer", "a", "b")])
    assert alone(found) == {"P": True, "X": False, "Y": False, "a": False, "b": False}
    assert found["X+Y"].sound
    assert [c.kind for c in found["X+Y"].changes] == ["transfer"]


def test_a_county_that_goes_to_another_city_keeps_its_area_the_cities_do_not() -> None:
    found = areas(book(ended("a"), begun("b", "Y"), region("c")), [change("rename", "a", "b")])
    assert alone(found) == {"P": True, "X": False, "Y": False, "a+b": True, "c": True}
    assert found["X+Y"].sound


def test_a_city_that_gets_a_new_code_with_all_its_counties_is_the_same_city() -> None:
    regions = book(ended("Z", "P"), begun("W", "P"), ended("a", "Z"), begun("b", "W"))
    found = areas(regions, [change("rename", "Z", "W"), change("rename", "a", "b")])
    assert alone(found)["W+Z"]
    assert alone(found)["a+b"]


def test_ground_that_goes_to_no_region_of_its_level_leaves_nothing_to_compare() -> None:
    """A county of X is put directly under the province: the county is the same, X has less, and no other city has more."""
    regions = book(region("c"), ended("a"), begun("b"))
    regions["b"] = Region("b", "P", "county", NAMES, DAY)
    found = areas(regions, [change("rename", "a", "b")])
    assert alone(found) == {"P": True, "X": False, "Y": True, "a+b": True, "c": True}
    assert not found["X"].sound
    assert found["X"].units[0].outside


def test_a_code_that_ends_or_begins_without_a_record_leaves_all_above_it_unknown() -> None:
    found = areas(book(region("a"), ended("b"), begun("c")))
    assert alone(found) == {"P": False, "X": False, "Y": True, "a": True, "b": False, "c": False}
    assert (found["b"].left, found["b"].right, found["b"].sound) == (("b",), (), False)
    assert found["X"].units[0].unrecorded == ("b", "c")
    assert not found["X"].sound
    # a transfer does not say where a new code comes from
    assert not areas(book(region("a"), begun("c")), [change("transfer", "a", "c")])["a+c"].sound


def test_records_of_places_without_accounts_are_left_out() -> None:
    assert every_change(book(region("a")), [change("rename", "q", "r")]) == ()


# ---- properties


CODES = "abcdef"
MOVES = st.lists(st.tuples(st.sampled_from(CODES), st.sampled_from(CODES), st.sampled_from([2019, 2020, 2021, 2022])), max_size=6)


@given(MOVES, st.permutations([2018, 2020, 2022]))
def test_areas_part_the_regions_and_a_longer_time_joins_more(moves: list[tuple[str, str, int]], years: list[int]) -> None:
    regions = book(*(region(c, "X" if c < "d" else "Y") for c in CODES))
    records = [change("transfer", a, b, day=date(y, 3, 1)) for a, b, y in moves if a != b]
    parts = {pair: comparable_areas(regions, records, *pair) for pair in ((2018, 2020), (2020, 2022), (2018, 2022))}
    for found in parts.values():
        assert sorted(c for a in found for c in a.left) == sorted(regions)
        assert all(a.sound for a in found)
    for short in ((2018, 2020), (2020, 2022)):
        for small in parts[short]:
            assert any(set(small.left) <= set(large.left) for large in parts[2018, 2022])
    # which year comes first does not matter to the areas
    one, two = years[0], years[1]
    forth, back = comparable_areas(regions, records, one, two), comparable_areas(regions, records, two, one)
    assert [(a.id, a.left, a.right) for a in forth] == [(a.id, a.right, a.left) for a in back]


@given(MOVES)
def test_a_region_is_alone_exactly_if_nothing_touched_it(moves: list[tuple[str, str, int]]) -> None:
    regions = book(*(region(c) for c in CODES))
    records = [change("transfer", a, b, day=date(y, 3, 1)) for a, b, y in moves if a != b]
    touched = {c for r in records if r.date.year in (2020, 2021) for c in r.codes}
    found = alone(areas(regions, records, 2019, 2021))
    assert {c for c in CODES if not found[c]} == touched
