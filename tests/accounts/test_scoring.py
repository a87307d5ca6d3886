"""Blocks, total, grade and vetoes against numbers worked by hand, and what must hold for every scheme."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction as F

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.accounts.scoring import Scored, clamp, grade_of, printed_total, score
from gep.accounts.scoring_items import REASONS, Entry, Reading, ScoredEvent, Window
from gep.base.findings import Refused
from gep.base.records import Names
from gep.base.score_rules import Completion, Evaluation, Extra, VetoRule
from tests.accounts.scores import (
    GRADES,
    WINDOW,
    block,
    deduct,
    event,
    item,
    looked,
    ratio,
    readings,
    scheme,
)

CLEAN = looked("e")


def extra(name: str, on: str, points: object, kind: str = "praise", limit: object = None, severity: str = "") -> Extra:
    most = None if limit is None else F(str(limit))
    return Extra(name, Names(name, name), on, kind, F(str(points)), "文件", severity, most)


def veto(name: str, effect: str, grade: str = "", least: str = "serious", kind: str = "lie") -> VetoRule:
    return VetoRule(name, Names(name, name), kind, least, effect, "文件", grade)  # type: ignore[arg-type]


def scored(
    e: Evaluation,
    values: Mapping[str, Reading],
    events: Sequence[ScoredEvent] = (),
    entries: Sequence[Entry] = CLEAN,
    window: Window = WINDOW,
    zone: str = "",
) -> Scored:
    return score(e, zone, window, values, events, entries)


def codes(found: Scored) -> list[str]:
    return [f.code for f in found.findings]


TWO = scheme(block("A", 60, ratio("a", 40), ratio("b", 20)), block("B", 40, deduct("e", 40, general=2, serious=15)))


def test_two_blocks() -> None:
    # a: 40 × 90/100 = 36; b: 20 × 75/100 = 15; A = 51. e: 40 − 2×2 − 15 = 21. Total 72: fair
    wrongs = [event("1", count=2), event("2", severity="serious")]
    made = scored(TWO, readings(a=90, b=75), wrongs)
    assert [(i.item.id, i.deduction, i.score) for i in made.items] == [("a", 4, 36), ("b", 5, 15), ("e", 19, 21)]
    assert [(b.before, b.score) for b in made.blocks] == [(51, 51), (21, 21)]
    assert (made.added, made.factor, made.before, made.total) == (72, 1, 72, 72)
    assert made.printed == Decimal("72.00")
    assert made.scored == made.grade
    assert made.grade is not None
    assert made.grade.id == "fair"
    assert made.assessed == 1
    assert (made.least, made.most) == (72, 72)
    assert not made.excluded
    assert not made.findings


def test_an_item_never_falls_below_nothing() -> None:
    # e: 40 − 3×15 = −5, so 0; the other block keeps its 60
    made = scored(TWO, readings(a=100, b=100), [event("1", severity="serious", count=3)])
    e = made.item("e")
    assert (e.lost, e.deduction, e.before, e.score) == (45, 40, 0, 0)
    assert made.total == 60
    assert scored(TWO, readings(a=-50, b=100)).item("a").score == 0


def test_a_bonus_lifts_no_item_and_no_block_above_its_maximum() -> None:
    bonuses = (extra("i", "a", 3), extra("k", "A", 5), extra("t", "total", 4, limit=6))
    e = replace(TWO, bonuses=bonuses)
    praise = [event("p", kind="praise")]
    # a: 40 − 4 + 3 = 39; A: 39 + 20 + 5 = 64, so 60; B 40; total 100 + 4, so 100
    made = scored(e, readings(a=90, b=100), praise)
    assert (made.item("a").bonus, made.item("a").score) == (3, 39)
    assert (made.blocks[0].bonus, made.blocks[0].before, made.blocks[0].score) == (5, 64, 60)
    assert (made.bonus, made.before, made.total) == (4, 104, 100)
    # a: 40 − 1 + 3 = 42, so 40, and the two points over do not help b: 40 + 10 + 5 = 55; two praises: 80, limit 6 of the total
    made = scored(e, readings(a="97.5", b=50), [event("p", kind="praise"), event("q", kind="praise")])
    assert (made.item("a").before, made.item("a").score) == (45, 40)
    assert (made.blocks[0].before, made.blocks[0].score) == (60, 60)
    assert (made.bonus, made.total) == (6, 100)


def test_the_deduction_of_an_item_is_capped_before_its_bonus() -> None:
    # DA-02: deduction = min(40, 45) = 40, then a bonus of 3 stands
    e = replace(TWO, bonuses=(extra("i", "e", 3),))
    wrongs = [event("1", severity="serious", count=3), event("p", kind="praise")]
    assert scored(e, readings(a=100, b=100), wrongs).item("e").score == 3


def test_further_deductions_stop_at_zero() -> None:
    e = replace(TWO, extras=(extra("x", "total", 30, "spill"),), bonuses=(extra("t", "total", 4),))
    wrongs = [event("s", kind="spill", count=3), event("1", severity="serious", count=3), event("p", kind="praise")]
    made = scored(e, readings(a=50, b=50), wrongs)
    assert (made.added, made.bonus, made.extra, made.before, made.total) == (30, 4, 90, -56, 0)
    assert made.printed == Decimal("0.00")
    assert made.grade == GRADES[-1]


def test_a_bonus_of_one_severity_only() -> None:
    e = replace(TWO, bonuses=(extra("t", "total", 4, severity="major"),))
    assert scored(e, readings(a=50, b=50), [event("p", kind="praise")]).bonus == 0
    assert scored(e, readings(a=50, b=50), [event("p", kind="praise", severity="major")]).bonus == 4


SPREAD = scheme(
    block("A", 60, ratio("a", 30), ratio("b", 20), ratio("c", 10)), block("B", 40, deduct("e", 30, general=6), ratio("d", 10))
)


def test_missing_points_are_spread_inside_the_block() -> None:
    # A: 30 of 60 points not assessed; b and c count double: 40 × 0.5 + 20 × 1 = 40.
    # B: d is missing, so e has 40: 40 − 6 = 34, the points of an event as stated. Total 74
    made = scored(SPREAD, readings(b=50, c=100), [event("1")])
    assert [(i.item.id, i.standing, i.points, i.maximum, i.score) for i in made.items] == [
        ("a", "not_assessed", 30, 0, None),
        ("b", "assessed", 20, 40, 20),
        ("c", "assessed", 10, 20, 20),
        ("e", "assessed", 30, 40, 34),
        ("d", "not_assessed", 10, 0, None),
    ]
    assert (made.total, made.factor, made.assessed) == (74, 1, F(3, 5))
    assert [(x.item, x.points, x.spread) for x in made.excluded] == [("a", 30, "redistributed"), ("d", 10, "redistributed")]
    assert made.excluded[0].reason == REASONS["not_read"]
    # nothing for a and d: 10 + 10 + 24 = 44; full: 44 + 40 = 84
    assert (made.least, made.most) == (44, 84)
    assert codes(made) == ["EVALUATION-EXCLUDED"]
    assert made.findings[0].text("en") == "2 items were not assessed, 40 points in all: a, d."


def test_missing_points_are_left_out_and_the_total_rescaled() -> None:
    # 60 points assessed: b 10, c 10, e 24; 44 × 100 ÷ 60 = 73 ⅓
    made = scored(replace(SPREAD, missing="rescale"), readings(b=50, c=100), [event("1")])
    assert [(b.maximum, b.score) for b in made.blocks] == [(30, 20), (30, 24)]
    assert (made.added, made.factor, made.total) == (44, F(5, 3), F(220, 3))
    assert made.printed == Decimal("73.33")
    assert {x.spread for x in made.excluded} == {"rescaled"}
    assert (made.least, made.most) == (44, 84)


def test_no_bonus_fills_what_was_not_assessed() -> None:
    # of A 30 points are assessed and full; a bonus of 5 on the block must not stand in for the 30 that nobody could assess
    e = replace(SPREAD, missing="rescale", bonuses=(extra("k", "A", 5),))
    made = scored(e, readings(b=100, c=100, d=100), [event("p", kind="praise")])
    assert (made.blocks[0].before, made.blocks[0].maximum, made.blocks[0].score) == (35, 30, 30)
    assert made.total == 100


@pytest.mark.parametrize("missing", ["redistribute", "rescale"])
def test_a_block_with_nothing_assessed_is_left_out(missing: str) -> None:
    # only B counts: 40 − 6 of 40 → 34 × 100 ÷ 40 = 85
    e = replace(SPREAD, missing=missing, bonuses=(extra("k", "A", 5), extra("i", "a", 5)))  # type: ignore[arg-type]
    made = scored(e, readings(d=100), [event("1"), event("p", kind="praise")])
    assert made.blocks[0].score is None
    assert (made.added, made.factor, made.total) == (34, F(5, 2), 85)
    assert {(x.item, x.spread) for x in made.excluded} == {("a", "rescaled"), ("b", "rescaled"), ("c", "rescaled")}
    assert made.assessed == F(2, 5)


def test_nothing_at_all_is_no_score() -> None:
    made = scored(SPREAD, {}, (), ())
    assert (made.total, made.printed, made.grade, made.scored, made.before) == (None, None, None, None, None)
    assert codes(made) == ["EVALUATION-EXCLUDED", "EVALUATION-TOO-LITTLE"]
    assert (made.least, made.most) == (0, 100)


def test_too_little_for_a_grade() -> None:
    e = replace(SPREAD, least_assessed=F(3, 5))
    enough = scored(e, readings(b=100, c=100))  # exactly 60 of 100 points
    assert enough.grade == GRADES[0]
    assert codes(enough) == ["EVALUATION-EXCLUDED"]
    made = scored(e, readings(c=100))  # 40
    assert (made.total, made.scored, made.grade) == (100, None, None)
    assert "EVALUATION-TOO-LITTLE" in codes(made)


def test_an_item_outside_the_zone_is_neither_scored_nor_excluded() -> None:
    def zoned(first: int, second: int) -> Mapping[str, F]:
        return {"eco": F(first), "farm": F(second)}

    a, b = replace(ratio("a", 0), points=zoned(100, 40)), replace(ratio("b", 0), points=zoned(0, 60))
    e = replace(scheme(replace(block("A", 0, a, b), points=zoned(100, 100))), zones=("eco", "farm"))
    eco = scored(e, readings(a=50), entries=(), zone="eco.national")  # the zone below has the weights of the one above
    assert (eco.total, eco.assessed, [i.standing for i in eco.items]) == (50, 1, ["assessed", "not_in_zone"])
    assert not eco.excluded
    farm = scored(e, readings(a=50, b=100), entries=(), zone="farm")
    assert farm.total == 80
    with pytest.raises(Refused, match="EVALUATION-ZONE"):
        scored(e, readings(a=50), entries=(), zone="town")
    with pytest.raises(Refused, match="EVALUATION-ZONE"):
        scored(e, readings(a=50), entries=(), zone="")


@pytest.mark.parametrize(
    ("total", "grade"),
    [
        ("100", "good"),
        ("90", "good"),
        ("89.999999999999", "fairly_good"),
        ("80", "fairly_good"),
        ("79.996", "fair"),
        ("70", "fair"),
        ("60", "fairly_poor"),
        ("59.99", "poor"),
        ("0", "poor"),
    ],
)
def test_the_lower_bound_belongs_to_the_grade(total: str, grade: str) -> None:
    assert grade_of(F(total), GRADES).id == grade


@pytest.mark.parametrize(
    ("total", "printed"),
    [
        ("89.996", "89.996"),
        ("89.99", "89.99"),
        ("89.9951", "89.995"),
        ("89.999999", "89.999999"),
        ("90", "90.00"),
        ("90.004", "90.004"),
        ("90.005", "90.005"),
        ("90.006", "90.01"),
        ("85.125", "85.12"),
        ("79.9999", "79.9999"),
        ("60.0001", "60.0001"),
    ],
)
def test_the_printed_total_stays_on_its_side_of_every_cut_off(total: str, printed: str) -> None:
    assert str(printed_total(F(total), GRADES, 2)) == printed


def test_89_996_is_fairly_good_and_prints_so() -> None:
    # one item: 100 × 89.996 ÷ 100
    made = scored(scheme(block("A", 100, ratio("a", 100))), readings(a="89.996"), entries=())
    assert made.grade is not None
    assert (made.grade.names.zh, str(made.printed)) == ("较好", "89.996")


def test_a_cut_off_between_the_printed_places() -> None:
    odd = (replace(GRADES[0], at_least=F("89.995")), GRADES[-1])
    assert str(printed_total(F("89.995"), odd, 2)) == "89.995"
    assert str(printed_total(F("89.9949"), odd, 2)) == "89.99"
    assert str(printed_total(F("89.997"), odd, 2)) == "90.00"
    assert str(printed_total(F(50), GRADES[-1:], 1)) == "50.0"


@given(st.fractions(0, 100), st.integers(0, 4))
def test_the_grade_read_off_the_print_is_the_grade(total: F, places: int) -> None:
    printed = printed_total(total, GRADES, places)
    assert grade_of(F(printed), GRADES) == grade_of(total, GRADES)
    assert abs(F(printed) - total) <= F(1, 2 * 10**places)


LIE = event("l", kind="lie", severity="serious")
FULL = readings(a=100, b=100)


@pytest.mark.parametrize(
    ("rules", "value", "grade"),
    [
        ((veto("v", "GRADE_CAP", "fair"),), 100, "fair"),
        ((veto("v", "GRADE_CAP", "fair"),), 10, "poor"),  # no better than fair, but worse stays
        ((veto("v", "GRADE_SET", "poor"),), 100, "poor"),
        ((veto("v", "GRADE_CAP", "fair"), veto("w", "GRADE_SET", "fairly_poor")), 100, "fairly_poor"),
        ((veto("w", "GRADE_SET", "fairly_good"), veto("v", "GRADE_CAP", "fair")), 100, "fair"),
        ((veto("v", "GRADE_CAP", "fair", least="major"),), 100, "good"),  # not grave enough
        ((veto("v", "GRADE_CAP", "fair", kind="spill"),), 100, "good"),  # another kind of event
        ((), 100, "good"),
    ],
)
def test_vetoes(rules: tuple[VetoRule, ...], value: int, grade: str) -> None:
    e = scheme(block("A", 100, ratio("a", 100)), vetoes=rules)
    made = scored(e, readings(a=value), [LIE], ())
    assert made.scored is not None
    assert made.grade is not None
    assert made.scored == grade_of(F(value), GRADES)  # the score and its grade stand beside
    assert made.total == value
    assert made.grade.id == grade
    assert not made.manual


def test_a_veto_left_to_people() -> None:
    e = scheme(block("A", 100, ratio("a", 100)), vetoes=(veto("m", "MANUAL"), veto("c", "GRADE_CAP", "fairly_good")))
    made = scored(e, readings(a=100), [LIE], ())
    assert made.manual
    assert made.grade is not None
    assert made.grade.id == "fairly_good"
    assert [(v.rule.id, v.after) for v in made.vetoes] == [("m", None), ("c", GRADES[1])]
    assert "EVALUATION-VETO-MANUAL" in codes(made)


def test_no_veto_makes_a_grade_better() -> None:
    e = scheme(block("A", 100, ratio("a", 100)), vetoes=(veto("v", "GRADE_SET", "fair"),))
    made = scored(e, readings(a=10), [LIE], ())
    assert made.grade == GRADES[-1]
    assert "EVALUATION-VETO-RAISES" in codes(made)


def test_vetoes_where_there_is_no_grade() -> None:
    rules = (veto("c", "GRADE_CAP", "fair"),)
    capped = scored(scheme(block("A", 100, ratio("a", 100)), vetoes=rules), {}, [LIE], ())
    assert capped.grade is None
    assert capped.vetoes[0].after is None
    both = scheme(block("A", 100, ratio("a", 100)), vetoes=(*rules, veto("s", "GRADE_SET", "good")))
    assert scored(both, {}, [LIE], ()).grade == GRADES[2]


def test_a_lie_of_somebody_else_sets_off_nothing() -> None:
    e = scheme(block("A", 100, ratio("a", 100)), vetoes=(veto("v", "GRADE_SET", "poor"),))
    made = scored(e, readings(a=100), [event("l", kind="lie", severity="major", by="historical")], ())
    assert made.grade == GRADES[0]
    assert [(a.event.id, a.why) for a in made.set_aside] == [("l", "attribution")]


def test_events_of_which_nobody_said_whose_they_are() -> None:
    wrongs = [event("1", by="unattributed"), event("2", by=""), event("3")]
    made = scored(TWO, FULL, wrongs)
    assert made.item("e").score == 38  # the third only
    assert made.item("e").pending == 4
    assert codes(made) == ["EVALUATION-UNDECIDED"] * 2
    assert made.total == 98


def test_an_event_that_nothing_takes_is_told() -> None:
    made = scored(TWO, FULL, [event("1", severity="minor"), event("2", kind="spill")])
    assert [(a.event.id, a.why) for a in made.set_aside] == [("1", "no_points"), ("2", "no_item")]
    assert codes(made) == ["EVALUATION-UNHEARD"] * 2
    assert made.total == 100


def test_the_years_that_count() -> None:
    e = replace(TWO, focus=3, trace_back="major")
    window = Window(date(2013, 3, 1), date(2020, 7, 1), date(2017, 7, 1))
    wrongs = [
        event("early", day="2017-06-30"),
        event("grave", severity="major", day="2013-03-01", kind="lie"),
        event("before", day="2013-02-28"),
        event("first", day="2017-07-01"),
        event("last", day="2020-06-30"),
        event("after", day="2020-07-01"),
    ]
    e = replace(e, vetoes=(veto("v", "GRADE_CAP", "fair"),))
    made = scored(e, FULL, wrongs, window=window)
    assert [c.event.id for c in made.item("e").outcome.events] == ["first", "last"]
    assert {a.event.id: a.why for a in made.set_aside} == {
        "before": "outside_term",
        "early": "before_focus",
        "after": "outside_term",
    }
    assert made.grade is not None
    assert made.grade.id == "fair"  # the grave one was gone back for


def test_all_faults_at_once() -> None:
    wrongs = [
        event("1", kind="flood"),
        event("2", severity="mild"),
        event("3", count=0),
        event("3"),
        event("4", by="local-human"),
    ]
    with pytest.raises(Refused) as refused:
        scored(replace(TWO, unknown=F(75)), FULL, wrongs, [Entry("z", "met"), Entry("a", "met"), Entry("a", "met")])
    assert sorted({f.code for f in refused.value.findings}) == [
        "EVALUATION-ENTRY-ITEM",
        "EVALUATION-ENTRY-VALUE",
        "EVALUATION-EVENT-ATTRIBUTION",
        "EVALUATION-EVENT-COUNT",
        "EVALUATION-EVENT-SEVERITY",
        "EVALUATION-EVENT-TYPE",
        "EVALUATION-TWICE",
        "EVALUATION-UNREAD",
    ]
    assert [f.found for f in refused.value.findings if f.code == "EVALUATION-TWICE"] == ["3", "a"]


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (Entry("e", "met"), "examined"),
        (Entry("c", "yes"), "met | not_met"),
        (Entry("c", ""), "met | not_met"),
        (Entry("a", "met"), "-"),  # it follows from figures
    ],
)
def test_a_word_that_an_item_does_not_take(entry: Entry, expected: str) -> None:
    e = scheme(block("A", 60, ratio("a", 30), item("c", 30, Completion())), block("B", 40, deduct("e", 40, general=2)))
    with pytest.raises(Refused) as refused:
        scored(e, readings(a=1), entries=[entry])
    (found,) = refused.value.findings
    assert (found.code, found.expected) == ("EVALUATION-ENTRY-VALUE", expected)


def test_figures_of_the_wrong_kind_are_told_all_at_once() -> None:
    with pytest.raises(Refused) as refused:
        scored(TWO, readings("t", a=1, b=1))
    assert [f.place.key for f in refused.value.findings] == ["test a", "test b"]
    assert {f.code for f in refused.value.findings} == {"EVALUATION-UNIT"}


# ---------------------------------------------------------------- what holds for every scheme

SHARES = st.one_of(st.none(), st.fractions(-1, 2, max_denominator=60))


@st.composite
def schemes(draw: st.DrawFn) -> tuple[Evaluation, dict[str, F | None], list[ScoredEvent]]:
    """Blocks of ratios against 1 and one item of events, bonuses on everything, and what is read."""
    missing = draw(st.sampled_from(["redistribute", "rescale"]))
    blocks, values = [], {}
    weights = draw(st.lists(st.integers(1, 30), min_size=1, max_size=3))
    for n, weight in enumerate(weights):
        points = F(80 * weight, sum(weights))
        inner = draw(st.lists(st.integers(1, 9), min_size=1, max_size=3))
        names = [f"i{n}{k}" for k in range(len(inner))]
        items = [ratio(name, F(points * w, sum(inner)), 1) for name, w in zip(names, inner, strict=True)]
        blocks.append(block(f"b{n}", points, *items))
        values |= {name: draw(SHARES) for name in names}
    blocks.append(block("events", 20, deduct("e", 20, general=2, serious=7)))
    bonuses = (extra("k", "b0", 3), extra("i", "i00", 2), extra("t", "total", 5, limit=8))
    made = scheme(*blocks, missing=missing, bonuses=bonuses, extras=(extra("x", "total", 9, "spill"),))
    kinds = st.tuples(st.sampled_from(["land", "praise", "spill"]), st.sampled_from(["general", "serious"]), st.integers(1, 3))
    events = [event(str(n), kind, grave, count=c) for n, (kind, grave, c) in enumerate(draw(st.lists(kinds, max_size=5)))]
    return made, values, events


def by(values: Mapping[str, F | None], unit: str = "hm2", factor: F = F(1)) -> Mapping[str, Reading]:
    return {f"{n}.R40 closing": Reading(None if v is None else v * factor, unit) for n, v in values.items()}


@settings(max_examples=80, deadline=None)
@given(schemes())
def test_every_clamp_holds_and_in_order(case: tuple[Evaluation, dict[str, F | None], list[ScoredEvent]]) -> None:
    e, values, events = case
    made = scored(e, by(values), events)
    for b in made.blocks:
        for i in b.items:
            if i.score is not None:
                assert 0 <= i.deduction <= i.maximum
                assert i.before == i.maximum - i.deduction + i.bonus
                assert i.score == clamp(i.maximum - i.deduction + i.bonus, F(0), i.maximum)
        assessed = [i.score for i in b.items if i.score is not None]
        if b.score is not None:
            assert b.before == sum(assessed) + b.bonus
            assert b.score == clamp(sum(assessed) + b.bonus, F(0), b.maximum)
            assert b.maximum <= b.points
    assert made.total is not None
    assert made.total == clamp(made.added * made.factor + made.bonus - made.extra, F(0), F(100))
    # what was left out is exactly what stands in the list
    assert sum(x.points for x in made.excluded) == sum(i.points for i in made.items if i.standing == "not_assessed")
    assert sum(b.maximum for b in made.blocks if b.score is not None) * made.factor == 100
    if not any(x.type == "praise" for x in events):  # a bonus on an item that is not assessed falls away with it
        assert made.least <= made.total <= made.most


@settings(max_examples=50, deadline=None)
@given(schemes(), st.randoms())
def test_the_order_of_anything_changes_nothing(
    case: tuple[Evaluation, dict[str, F | None], list[ScoredEvent]], shuffled: random.Random
) -> None:
    e, values, events = case
    one = scored(e, by(values), events)

    def mixed(listed: Sequence[object]) -> list[object]:
        taken = list(listed)
        shuffled.shuffle(taken)
        return taken

    blocks = tuple(replace(b, items=tuple(mixed(b.items))) for b in mixed(e.blocks))  # type: ignore[attr-defined]
    turned = replace(e, blocks=blocks, bonuses=tuple(mixed(e.bonuses)))  # type: ignore[arg-type]
    other = scored(turned, dict(mixed(list(by(values).items()))), mixed(events))  # type: ignore[arg-type, call-overload]
    assert (other.total, other.printed, other.grade, other.least, other.most) == (
        one.total, one.printed, one.grade, one.least, one.most,
    )  # fmt: skip
    assert {i.item.id: i.score for i in other.items} == {i.item.id: i.score for i in one.items}


@settings(max_examples=50, deadline=None)
@given(schemes(), st.data())
def test_better_figures_and_fewer_wrongs_never_score_less(
    case: tuple[Evaluation, dict[str, F | None], list[ScoredEvent]], data: st.DataObject
) -> None:
    e, values, events = case
    one = scored(e, by(values), events).total
    known = [n for n, v in values.items() if v is not None]
    if known:
        name = data.draw(st.sampled_from(known))
        better = values | {name: (values[name] or F(0)) + data.draw(st.fractions(0, 2, max_denominator=20))}
        assert (scored(e, by(better), events).total or 0) >= (one or 0)
    worse = [*events, event("new", severity="serious")]
    assert (scored(e, by(values), worse).total or 0) <= (one or 0)


@settings(max_examples=30, deadline=None)
@given(schemes(), st.sampled_from(["m2", "km2", "亩"]))
def test_the_unit_of_a_figure_changes_nothing(case: tuple[Evaluation, dict[str, F | None], list[ScoredEvent]], unit: str) -> None:
    factor = {"m2": F(10000), "km2": F(1, 100), "亩": F(15)}[unit]
    e, values, events = case
    assert scored(e, by(values, unit, factor), events).total == scored(e, by(values), events).total


@settings(max_examples=30, deadline=None)
@given(schemes(), st.fractions(F(1, 9), 9, max_denominator=9))
def test_scaling_figures_and_targets_together_changes_nothing(
    case: tuple[Evaluation, dict[str, F | None], list[ScoredEvent]], factor: F
) -> None:
    e, values, events = case
    scaled = tuple(
        replace(b, items=tuple(ratio(i.id, i.points[""], factor) if i.kind == "target_ratio" else i for i in b.items))
        for b in e.blocks
    )
    assert scored(replace(e, blocks=scaled), by(values, factor=factor), events).total == scored(e, by(values), events).total


def test_a_missing_item_is_neither_nothing_nor_full() -> None:
    e = scheme(block("A", 60, ratio("a", 30), ratio("b", 30)), block("B", 40, item("c", 40, Completion())))
    for missing in ("redistribute", "rescale"):
        made = replace(e, missing=missing)  # type: ignore[arg-type]
        found = scored(made, readings(a=50), entries=[Entry("c", "met")])
        zero = scored(made, readings(a=50, b=0), entries=[Entry("c", "met")])
        full = scored(made, readings(a=50, b=100), entries=[Entry("c", "met")])
        assert (zero.total, full.total) == (55, 85)
        # spread: 60 × 0.5 + 40 = 70; rescaled: (15 + 40) × 100 ÷ 70
        assert found.total == {"redistribute": F(70), "rescale": F(550, 7)}[missing]
        assert (found.least, found.most) == (55, 85)
