"""The red line between two days: tested patch by patch, exactly, and what is not known stays unknown."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.redline import TESTS, Activity, Patch, PatchLine, RedLine, compare
from gep.accounts.redline_lines import total
from gep.accounts.redline_patches import common_unit, exact_decimal
from gep.base.findings import Finding, Place, Refused

START, END = date(2018, 7, 1), date(2020, 7, 1)
MIDDLE, LATER = date(2019, 3, 1), date(2020, 1, 1)
DAY = timedelta(days=1)


def patch(id: str, area: str | None, since: date, until: date = date.max, **other: Any) -> Patch:
    """A patch of the line of its year, `area` in km2, in county 990121."""
    amount = None if area is None else Decimal(area)
    base = Patch(id, f"{since.year}", "990121", "water", amount, "km2", since, until)
    return replace(base, **other)


def opened(id: str, area: str | None, **other: Any) -> Patch:
    """A patch as it was from the start to the day before the end."""
    return patch(id, area, START, END - DAY, **other)


def closed(id: str, area: str | None, **other: Any) -> Patch:
    """A patch as it is from the end on."""
    return patch(id, area, END, **other)


def rated(rate: str, index: str | None = None) -> dict[str, Any]:
    return {"natural_share": Decimal(rate), "function_index": None if index is None else Decimal(index)}


def only(found: RedLine, family: str) -> PatchLine:
    (line,) = (line for line in found.lines if line.family == family)
    return line


def refused(work: Callable[[], object]) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.findings


def codes(findings: Iterable[Finding]) -> list[str]:
    return [f.code for f in findings]


# --- area ---


def test_a_loss_offset_by_an_addition_elsewhere_is_still_a_loss() -> None:
    # 1: 10 -> 8, 2: 5 -> 7; the sum is 15 at both days
    found = compare([opened("1", "10"), opened("2", "5"), closed("1", "8"), closed("2", "7")], START, END)
    assert (found.unit, found.whole.area.opening, found.whole.area.closing) == ("km2", 15, 15)
    assert [(line.family, line.unapproved) for line in found.lost] == [("1", 2)]
    assert (found.whole.lost, found.whole.gained, found.whole.unapproved) == (2, 2, 2)
    assert found.whole.area_kept == "broken"
    assert [line.area_kept for line in found.lines] == ["broken", "held"]


def test_an_approved_change_is_listed_apart_and_breaks_nothing() -> None:
    rows = [opened("1", "10", document="A"), closed("1", "8", document="B"), opened("2", "5"), closed("2", "5")]
    found = compare(rows, START, END)
    assert found.lost == ()
    assert [(line.family, line.approved, line.documents) for line in found.approved] == [("1", 2, ("B",))]
    assert (found.whole.approved, found.whole.unapproved, found.whole.area_kept) == (2, 0, "held")


def test_a_document_that_the_patch_had_before_approves_nothing() -> None:
    rows = [opened("1", "10", document="A"), closed("1", "8", document="A", place=Place("redline.csv", 3))]
    found = compare(rows, START, END)
    assert only(found, "1").unapproved == 2
    (told,) = (f for f in found.findings if f.code == "REDLINE-OLD-DOCUMENT")
    assert (told.place.row, told.place.column, told.found) == (3, "document", "2")


def test_falls_on_the_way_are_approved_one_by_one() -> None:
    # 10 -> 9 with B on 1 March 2019, 9 -> 7 with B again on 1 January 2020: only the first is approved, 2 of 3 are not
    rows = [
        patch("1", "10", START, MIDDLE - DAY),
        patch("1", "9", MIDDLE, LATER - DAY, document="B"),
        patch("1", "7", LATER, document="B"),
    ]
    line = only(compare(rows, START, END), "1")
    assert (line.lost, line.approved, line.unapproved) == (3, 1, 2)
    assert [(s.day, s.area, s.documents) for s in line.steps] == [(MIDDLE, 9, ("B",)), (LATER, 7, ())]


def test_a_document_named_before_the_fall_and_again_with_it_approves_it() -> None:
    rows = [
        patch("1", "10", START, MIDDLE - DAY),
        patch("1", "10", MIDDLE, LATER - DAY, document="B"),
        patch("1", "7", LATER, document="B"),
    ]
    assert only(compare(rows, START, END), "1").approved == 3


def test_what_is_taken_without_document_is_not_healed_by_an_approved_fall() -> None:
    # 10 -> 6 without document, 6 -> 9 back, 9 -> 8 with one: 2 lost in all; the falls without document took 4, so all 2 are unapproved
    rows = [
        patch("1", "10", START, date(2018, 12, 31)),
        patch("1", "6", date(2019, 1, 1), MIDDLE - DAY),
        patch("1", "9", MIDDLE, LATER - DAY),
        patch("1", "8", LATER, document="B"),
    ]
    line = only(compare(rows, START, END), "1")
    assert (line.lost, line.approved, line.unapproved, line.gained) == (2, 0, 2, 0)


def test_a_fall_over_days_of_unknown_area_needs_a_document_on_each() -> None:
    def with_documents(first: str, second: str) -> PatchLine:
        rows = [
            patch("1", "10", START, MIDDLE - DAY),
            patch("1", None, MIDDLE, LATER - DAY, document=first),
            patch("1", "8", LATER, document=second),
        ]
        return only(compare(rows, START, END), "1")

    assert with_documents("B", "C").unapproved == 0
    assert with_documents("B", "").unapproved == 2
    assert with_documents("", "C").unapproved == 2


def test_a_patch_that_is_gone_is_lost_and_an_approved_one_says_so_in_a_row_of_area_0() -> None:
    rows = [opened("1", "4"), opened("2", "3"), closed("2", "0", document="B"), opened("3", "1"), closed("3", "1")]
    found = compare(rows, START, END)
    assert [(line.family, line.unapproved) for line in found.lost] == [("1", 4)]
    assert [(line.family, line.approved) for line in found.approved] == [("2", 3)]
    assert [line.nature for line in found.lines] == [None, None, "unknown"]
    assert found.whole.patches == (3, 1)


def test_a_piece_that_is_gone_has_no_part_in_the_rates_of_what_is_left() -> None:
    # 17 (10 km2, 98 %) keeps 6 with 98 %, 3 with 98 % and gives 1 away with approval; of that nobody says a share or index
    rows = [
        opened("17", "10", **rated("98", "0.7")),
        closed("17.1", "6", **rated("98", "0.7")),
        closed("17.2", "3", **rated("98", "0.7")),
        closed("17.3", "0", document="B"),
    ]
    line = only(compare(rows, START, END), "17")
    assert (line.approved, line.natural.closing, line.nature, line.function) == (1, Decimal("8.82"), "held", "held")
    one = only(compare([*rows[:2], *rows[3:]], START, END), "17")
    assert (one.approved, one.share.closing, one.nature) == (4, 98, "held")
    unmeasured = only(compare([rows[0], replace(rows[1], area=None), rows[3]], START, END), "17")
    assert (unmeasured.share.closing, unmeasured.nature, unmeasured.area_kept) == (98, "held", "unknown")


def test_a_patch_that_was_gone_before_the_start_is_no_line() -> None:
    rows = [patch("1", "0", date(2017, 1, 1), document="A"), opened("2", "3"), closed("2", "3")]
    assert [line.family for line in compare(rows, START, END).lines] == ["2"]


def test_both_days_of_a_row_are_included() -> None:
    rows = [patch("1", "4", START, END), patch("2", "1", START)]
    assert only(compare(rows, START, END), "1").area.closing == 4
    assert only(compare(rows, START, END + DAY), "1").area.closing == 0


def test_a_patch_that_ends_without_a_row_after_it_is_lost_on_the_day_after() -> None:
    rows = [patch("1", "4", START, MIDDLE), patch("2", "1", START)]
    line = only(compare(rows, START, END), "1")
    assert [(s.day, s.area) for s in line.steps] == [(MIDDLE + DAY, 0)]
    assert line.area_kept == "broken"


def test_an_unknown_area_is_not_zero() -> None:
    found = compare([opened("1", "4"), closed("1", None), opened("2", "3"), closed("2", "3")], START, END)
    line = only(found, "1")
    assert (line.area.closing, line.lost, line.area_kept) == (None, None, "unknown")
    assert (found.whole.area.closing, found.whole.lost, found.whole.area_kept) == (None, None, "unknown")
    assert found.whole.area.opening == 7


def test_a_broken_patch_counts_beside_an_unknown_one() -> None:
    found = compare([opened("1", "4"), closed("1", None), opened("2", "3"), closed("2", "2")], START, END)
    assert found.whole.area_kept == "broken"


def test_land_that_came_and_left_again_is_no_loss_between_the_days() -> None:
    rows = [opened("1", "4"), closed("1", "4"), patch("2", "3", MIDDLE, LATER)]
    line = only(compare(rows, START, END), "2")
    assert (line.area.opening, line.area.closing, line.lost, line.area_kept) == (0, 0, 0, "held")
    assert [s.area for s in line.steps] == [3, 0]


# --- ids ---


def test_cut_and_joined_patches_are_followed() -> None:
    # 17 (10) is cut into 6 and 4: nothing is lost; 8.1 (2) and 8.2 (3) are joined to 8 with 4: 1 is lost
    rows = [
        opened("17", "10"),
        closed("17.1", "6"),
        closed("17.2", "4"),
        opened("8.1", "2"),
        opened("8.2", "3"),
        closed("8", "4"),
    ]
    found = compare(rows, START, END)
    assert [(line.family, line.lost) for line in found.lines] == [("17", 0), ("8", 1)]
    assert [p.id for p in only(found, "17").closing] == ["17.1", "17.2"]


def test_a_part_that_is_missing_after_a_cut_is_a_loss() -> None:
    found = compare([opened("17", "10"), closed("17.1", "6")], START, END)
    assert only(found, "17").unapproved == 4


def test_sisters_without_a_common_patch_are_not_one_family() -> None:
    # 17.3 is not cut of 17.1: there is no row of 17 in these years, so the loss of 17.1 stands
    found = compare([opened("17.1", "5"), opened("17.2", "5"), closed("17.2", "5"), closed("17.3", "5")], START, END)
    assert [line.family for line in found.lost] == ["17.1"]
    assert only(found, "17.3").gained == 5


def test_parts_of_a_patch_that_was_cut_before_the_start_are_patches_of_their_own() -> None:
    # 17 was cut long ago; what 17.1 loses between the days is not made up by what 17.2 gains
    rows = [
        patch("17", "10", date(2015, 1, 1), START - DAY),
        opened("17.1", "5"),
        opened("17.2", "5"),
        closed("17.1", "4"),
        closed("17.2", "6"),
    ]
    assert [line.family for line in compare(rows, START, END).lost] == ["17.1"]


def test_parts_of_parts_belong_to_the_highest_patch_there_is() -> None:
    rows = [opened("7", "9"), closed("7.1.1", "2"), closed("7.1.2", "3"), closed("7.2", "4")]
    assert [line.family for line in compare(rows, START, END).lines] == ["7"]


# --- nature ---


def test_natural_land_that_became_artificial_is_listed_with_its_legality() -> None:
    # 20 km2: 99 % natural before, 96.5 % after: 0.5 km2 converted; half of the other patch without a change of share
    rows = [
        opened("1", "20", **rated("99")),
        closed("1", "20", legal=False, **rated("96.5")),
        opened("2", "4", **rated("90")),
        closed("2", "4", **rated("90")),
    ]
    found = compare(rows, START, END)
    (line,) = found.converted
    assert (line.family, line.converted, line.legal) == ("1", Decimal("0.5"), False)
    assert (line.natural.opening, line.natural.closing) == (Decimal("19.8"), Decimal("19.3"))
    # 23.4 of 24 km2 before, 22.9 after
    assert found.whole.share.opening == Fraction(195, 2)
    assert found.whole.share.closing == Fraction(229, 240) * 100
    assert (found.whole.nature, only(found, "2").nature) == ("broken", "held")


def test_the_share_of_a_cut_patch_is_the_mean_of_its_parts_by_area() -> None:
    # 6 km2 at 100 % and 3 km2 at 94 %: 98 %, as the whole had; a thousandth less in one part breaks it
    def cut(second: str) -> PatchLine:
        return only(
            compare(
                [opened("1", "9", **rated("98")), closed("1.1", "6", **rated("100")), closed("1.2", "3", **rated(second))],
                START,
                END,
            ),
            "1",
        )

    assert (cut("94").share.closing, cut("94").nature) == (98, "held")
    assert cut("93.999").nature == "broken"


def test_a_share_that_has_no_end_as_a_decimal_is_exact() -> None:
    # 1 km2 at 100 % and 2 km2 at 0 %: a third
    rows = [opened("1", "3", **rated("33.33")), closed("1.1", "1", **rated("100")), closed("1.2", "2", **rated("0"))]
    line = only(compare(rows, START, END), "1")
    assert (line.share.closing, line.nature, line.natural.closing) == (Fraction(100, 3), "held", 1)


def test_conversion_cannot_be_told_from_land_that_left() -> None:
    line = only(compare([opened("1", "10", **rated("80")), closed("1", "5", document="B", **rated("60"))], START, END), "1")
    assert (line.nature, line.converted) == ("broken", None)


def test_a_share_that_nobody_knows_is_unknown() -> None:
    found = compare([opened("1", "10", **rated("80")), closed("1", "10")], START, END)
    assert (only(found, "1").nature, only(found, "1").converted, found.whole.natural.closing) == ("unknown", None, None)


def test_one_row_for_both_days_says_that_nobody_looked_again() -> None:
    rows = [patch("1", "10", START, **rated("80", "0.7"))]
    found = compare(rows, START, END)
    line = only(found, "1")
    assert (line.area_kept, line.nature, line.function) == ("held", "unknown", "unknown")
    assert codes(found.findings) == ["REDLINE-UNSEEN"]
    confirmed = compare(rows, START, END, repeated=True)
    assert ([confirmed.whole.verdict(test) for test in TESTS], confirmed.findings) == (["held"] * 3, ())


# --- function ---


def test_function_is_compared_as_normalised_where_both_days_have_it() -> None:
    # observed 0.70 -> 0.66 in a dry year; freed of the weather 0.68 -> 0.68
    low, high = {"function_index": Decimal("0.66")}, {"function_index": Decimal("0.70")}
    same = {"normalised": Decimal("0.68")}
    whole = compare([opened("1", "10", **high, **same), closed("1", "10", **low, **same)], START, END)
    assert (only(whole, "1").basis, only(whole, "1").function, whole.findings) == ("normalised", "held", ())
    half = compare([opened("1", "10", **high, **same), closed("1", "10", **low)], START, END)
    assert (only(half, "1").basis, only(half, "1").function) == ("observed", "broken")
    assert codes(half.findings) == ["REDLINE-HALF-NORMALISED", "REDLINE-OBSERVED"]


def test_a_function_that_nobody_knows_is_unknown() -> None:
    found = compare([opened("1", "10", function_index=Decimal("0.7")), closed("1", "10")], START, END)
    assert (only(found, "1").function, only(found, "1").basis, found.whole.function) == ("unknown", "observed", "unknown")
    nothing = compare([opened("1", "10"), closed("1", "10")], START, END)
    assert (only(nothing, "1").basis, nothing.whole.function) == ("", "unknown")


# --- activities ---


def test_activities_are_new_expanded_ended_and_counted() -> None:
    def doing(kind: str, area: str | None, legal: bool | None = True, issue: str = "") -> Activity:
        return Activity(kind, None if area is None else Decimal(area), "ha", legal, issue)

    before = (doing("farm", "5"), doing("mine", "3"), doing("road", None), doing("camp", "1"))
    after = (doing("farm", "5.5"), doing("house", "2", False, "W1"), doing("road", None), doing("camp", "1"))
    rows = [opened("1", "10", activities=before), closed("1", "10", activities=after)]
    found = compare(rows, START, END)
    assert [(a.kind, a.course) for a in found.activities] == [
        ("camp", "same"),
        ("farm", "expanded"),
        ("house", "new"),
        ("mine", "ended"),
        ("road", "unknown"),
    ]
    house = found.activities[2]
    assert (house.area.opening, house.area.closing, house.legal, house.issues) == (0, 2, False, ("W1",))
    assert (found.whole.activities, found.whole.activity_area.closing, found.whole.illegal) == ((4, 4), None, 1)
    assert found.whole.courses == {"ended": 1, "expanded": 1, "new": 1, "same": 1, "unknown": 1}


def test_activities_on_land_that_came_or_left_are_not_new_or_ended() -> None:
    farm = (Activity("farm", Decimal(5)),)
    rows = [opened("1", "10", activities=farm), closed("1", "0", document="B"), closed("2", "10", activities=farm)]
    assert [(a.family, a.course) for a in compare(rows, START, END).activities] == [("1", "left"), ("2", "entered")]


def test_one_more_of_a_kind_is_an_expansion_even_where_no_area_is_known() -> None:
    one, two = (Activity("mine"),), (Activity("mine", issue="W1"), Activity("mine", issue="W2"))
    (line,) = compare([opened("1", "10", activities=one), closed("1", "10", activities=two)], START, END).activities
    assert (line.course, line.count, line.area.closing) == ("expanded", (1, 2), None)


# --- versions and days ---


def test_versions_of_the_line_times_days_of_observation() -> None:
    # the old line as observed in 2018 and in 2020, and the new line of 2020: inside the old line 2 km2 turned artificial,
    # which the new line leaves out
    old = [
        patch("1", "10", START, END - DAY, version="2018", **rated("100")),
        patch("1", "10", END, version="2018", **rated("80")),
    ]
    new = [patch("1", "8", END, version="2020", document="B", **rated("100"))]
    (told,) = refused(lambda: compare([*old, *new], START, END))
    assert told.code == "REDLINE-OVERLAP"
    lines = {"2018": date.min, "2020": END}
    moved = compare([*old, *new], START, END, lines=lines)
    assert (only(moved, "1").approved, moved.whole.nature) == (2, "held")
    inside = compare([*old, *new], START, END, lines={"2018": date.min})
    assert (only(inside, "1").converted, inside.whole.nature, inside.whole.area_kept) == (2, "broken", "held")


def test_a_version_without_rows_and_a_day_without_layer_are_told() -> None:
    rows = [opened("1", "10"), closed("1", "10")]
    assert codes(refused(lambda: compare(rows, START, END, lines={"2018": date.min, "2019": MIDDLE}))) == ["REDLINE-VERSION"]
    told = refused(lambda: compare(rows, date(2010, 1, 1), date(2012, 1, 1)))
    assert [(f.code, f.found) for f in told] == [("REDLINE-NO-LAYER", "2010-01-01"), ("REDLINE-NO-LAYER", "2012-01-01")]


def test_the_end_must_be_after_the_start_and_versions_begin_on_days_of_their_own() -> None:
    rows = [opened("1", "10"), closed("1", "10")]
    with pytest.raises(ValueError, match="is not after"):
        compare(rows, END, END)
    with pytest.raises(ValueError, match="from one day on"):
        compare(rows, START, END, lines={"2018": START, "2020": START})


# --- units ---


def test_units_are_brought_together_exactly() -> None:
    # 150 亩 are 10 hm², which has an end in km2 (0.1); 1 亩 has none, so all is given in 亩
    tenth = compare([opened("1", "150", unit="亩"), closed("1", "0.09")], START, END)
    assert (tenth.unit, only(tenth, "1").lost) == ("km2", Decimal("0.01"))
    odd = compare([opened("1", "1", unit="亩"), closed("1", "0.001")], START, END)
    assert (odd.unit, only(odd, "1").gained) == ("亩", Decimal("0.5"))


@given(st.integers(-(10**12), 10**12), st.integers(0, 12), st.integers(0, 9))
def test_decimals_are_exact(number: int, fives: int, twos: int) -> None:
    fraction = Fraction(number, 5**fives * 2**twos)
    assert Fraction(exact_decimal(fraction)) == fraction


def test_a_fraction_without_end_is_no_decimal() -> None:
    with pytest.raises(ValueError, match="no decimal with an end"):
        exact_decimal(Fraction(1, 3))


def test_the_unit_of_the_table_is_taken_where_it_can_be() -> None:
    # 1 亩·亩/km2 is 4/9 m²: only in itself have all an end, 1 亩 is 1500 of it
    assert common_unit([], "km2") == "km2"
    assert common_unit([(Decimal(3), "ha"), (Decimal(15), "亩")], "km2") == "km2"
    assert common_unit([(Decimal(1), "亩"), (Decimal(1), "亩·亩/km2")], "km2") == "亩·亩/km2"


# --- faults of the rows ---


def test_all_faults_of_the_rows_are_told_at_once() -> None:
    rows = [
        opened("", "1"),
        opened("2", "-1"),
        opened("3", "1", unit="t"),
        opened("4", "1", **rated("101")),
        opened("5", "1", function_index=Decimal("nan")),
        patch("6", "1", END, START),
        opened("7", "1", activities=(Activity("mine", Decimal(101)),)),
        opened("8", "1", activities=(Activity("mine", Decimal(-1)),)),
        opened("9", "1"),
        opened("9.1", "1"),
        patch("10", "1", START),
        closed("10", "1"),
    ]
    assert sorted(codes(refused(lambda: compare(rows, START, END)))) == [
        "REDLINE-ACTIVITY-LARGER",
        "REDLINE-AREA",
        "REDLINE-AREA",
        "REDLINE-BESIDE-PART",
        "REDLINE-DAYS",
        "REDLINE-ID",
        "REDLINE-INDEX",
        "REDLINE-OVERLAP",
        "REDLINE-SHARE",
        "REDLINE-UNIT",
    ]


def test_faults_stand_at_their_row_and_name_the_other() -> None:
    rows = [
        patch("1", "1", START, place=Place("redline.csv", 2)),
        closed("1", "1", place=Place("redline.csv", 3)),
    ]
    (told,) = refused(lambda: compare(rows, START, END))
    assert (told.place.file, told.place.row, told.place.column) == ("redline.csv", 3, "valid_from")
    assert all("redline.csv:2" in told.text(lang) for lang in ("zh", "en"))


def test_a_row_that_never_ends_overlaps_all_that_come_after() -> None:
    rows = [
        patch("1", "1", START, place=Place("redline.csv", 2)),
        patch("1", "1", MIDDLE, LATER - DAY, place=Place("redline.csv", 3)),
        patch("1", "1", LATER, place=Place("redline.csv", 4)),
    ]
    assert [f.place.row for f in refused(lambda: compare(rows, START, END))] == [3, 4]


def test_a_row_turned_round_is_a_fault_within_named_versions_too() -> None:
    rows = [opened("1", "10"), closed("1", "10"), patch("2", "1", END, MIDDLE, version="2018")]
    assert codes(refused(lambda: compare(rows, START, END, lines={"2018": date.min, "2020": END}))) == ["REDLINE-DAYS"]


def test_a_patch_in_two_counties_on_one_day_is_refused() -> None:
    rows = [opened("1", "10"), closed("1.1", "5"), closed("1.2", "5", county="990122")]
    assert codes(refused(lambda: compare(rows, START, END))) == ["REDLINE-MIXED"]


def test_a_county_under_a_new_code_keeps_its_patches() -> None:
    found = compare([opened("1", "10", county="990123"), closed("1", "10", county="990103")], START, END)
    assert [(t.county, t.area.opening, t.area_kept) for t in found.totals] == [("990103", 10, "held"), ("", 10, "held")]


# --- properties ---

AREAS = st.decimals(0, 50, places=2)
MOVES = st.lists(st.tuples(AREAS, AREAS, st.booleans()), min_size=1, max_size=8)


def of_moves(moves: list[tuple[Decimal, Decimal, bool]]) -> list[Patch]:
    rows = [patch("0", "1", START)]
    for i, (before, after, approved) in enumerate(moves, 1):
        rows += [opened(f"{i}", f"{before}"), closed(f"{i}", f"{after}", document="B" if approved else "")]
    return rows


@given(MOVES, st.randoms())
def test_totals_balance_and_only_an_unapproved_fall_breaks(
    moves: list[tuple[Decimal, Decimal, bool]], order: random.Random
) -> None:
    rows = of_moves(moves)
    found = compare(rows, START, END)
    whole = found.whole
    assert whole.area.opening + whole.gained - whole.lost == whole.area.closing
    assert whole.approved + whole.unapproved == whole.lost
    falls = [before - after for before, after, approved in moves if before > after and not approved]
    assert (whole.area_kept == "broken") == bool(falls)
    assert whole.unapproved == sum(falls)
    order.shuffle(rows)
    assert compare(rows, START, END) == found


@given(MOVES, st.sampled_from([Decimal("1.37"), Decimal(100), Decimal("0.01")]))
def test_scaling_the_areas_changes_the_values_only(moves: list[tuple[Decimal, Decimal, bool]], factor: Decimal) -> None:
    found = compare(of_moves(moves), START, END)
    scaled = compare([replace(p, area=(p.area or Decimal(0)) * factor) for p in of_moves(moves)], START, END)
    assert [line.area_kept for line in scaled.lines] == [line.area_kept for line in found.lines]
    assert scaled.whole.lost == (found.whole.lost or 0) * factor


@given(st.lists(st.decimals("0.1", 9, places=1), min_size=2, max_size=5))
def test_cutting_a_patch_loses_nothing(parts: list[Decimal]) -> None:
    whole = sum(parts, Decimal(0))
    rows = [opened("17", f"{whole}", **rated("97", "0.6"))]
    rows += [closed(f"17.{i}", f"{part}", **rated("97", "0.6")) for i, part in enumerate(parts, 1)]
    found = compare(rows, START, END)
    assert [found.whole.verdict(test) for test in TESTS] == ["held"] * 3
    assert found.whole.lost == 0


def test_terms_that_follow_each_other_share_the_layer() -> None:
    rows = [patch("1", "10", START, MIDDLE - DAY), patch("1", "9", MIDDLE, LATER - DAY), patch("1", "7", LATER)]
    first, second = compare(rows, START, MIDDLE), compare(rows, MIDDLE, END)
    assert first.whole.area.closing == second.whole.area.opening == 9
    assert total([Fraction(first.whole.lost or 0), Fraction(second.whole.lost or 0)]) == compare(rows, START, END).whole.lost
