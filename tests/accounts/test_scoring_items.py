"""Every kind of item against numbers worked by hand: what it gives of its maximum, and when it gives nothing at all."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction as F

import pytest

from gep.accounts.scoring_items import REASONS, Entry, Outcome, outcome, over_years, points_of, read, register_name
from gep.base.records import Names
from gep.base.score_rules import (
    Completion,
    Condition,
    Deduction,
    EventDeduct,
    Improvement,
    Interval,
    Limit,
    Quantity,
    Rating,
    RatingImport,
    TargetRatio,
)
from gep.base.units import UnitError
from tests.accounts.scores import deduct, event, facts, item, looked, quantity, ratio, sel

AFTER = "x.R40 closing"
BEFORE = "x.R40 opening"


def given(formula: object, values: dict[str, object], *entries: Entry) -> Outcome:
    return outcome(item("x", 10, formula), facts(values, *entries))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("direction", "value", "target", "share"),
    [
        ("+", 80, 100, F(4, 5)),  # 80 ÷ 100
        ("+", 100, 100, F(1)),
        ("+", 130, 100, F(1)),  # not above full
        ("+", 0, 100, F(0)),
        ("+", -5, 100, F(-1, 20)),  # below 0: the clamp comes with the maximum
        ("-", 100, 80, F(4, 5)),  # 80 ÷ 100
        ("-", 80, 80, F(1)),
        ("-", 0, 80, F(1)),  # nothing used of the cap: full, and no quotient by 0
        ("-", 30, 80, F(1)),
        ("+", 3, 0, F(1)),  # a target of 0: full if met …
        ("+", -3, 0, F(0)),
        ("-", 0, 0, F(1)),
        ("-", 1, 0, F(0)),  # … else nothing, and no quotient
        ("-", -2, -5, F(0)),
        ("+", 1, 3, F(1, 3)),  # exact
    ],
)
def test_a_target(direction: str, value: int, target: int, share: F) -> None:
    made = outcome(ratio("x", 10, target, direction), facts({AFTER: value}))
    assert (made.share, made.lost) == (share, None)


@pytest.mark.parametrize("target", [0, -1])
def test_a_target_of_zero_may_be_left_unassessed(target: int) -> None:
    made = outcome(ratio("x", 10, target, zero="not_assessed"), facts({AFTER: 5}))
    assert not made.assessed
    assert made.reason == REASONS["zero_target"]


def test_a_figure_or_target_that_is_missing_gives_nothing() -> None:
    register = TargetRatio(quantity(AFTER), Limit(register="own"), "+", "not_assessed")
    assert register_name(register.target, register.value) == "register:own x.R40"
    none = given(register, {AFTER: 5})
    assert not none.assessed
    assert none.reason == REASONS["no_target"]
    assert given(register, {"register:own x.R40": 5}).reason == REASONS["not_read"]
    assert not given(register, {"register:own x.R40": 5, AFTER: None}).assessed
    assert given(register, {"register:own x.R40": (75, "亩"), AFTER: 4}).share == F(4, 5)  # 75 mu are 5 ha
    by_id = TargetRatio(quantity(AFTER), Limit(register="city-2016"), "+", "not_assessed")
    assert given(by_id, {"register:city-2016": 8, AFTER: 2}).share == F(1, 4)


def test_the_reason_of_the_reader_is_kept() -> None:
    told = facts({AFTER: None})
    reading = told.readings[AFTER]
    why = Names("断面组改变", "other sections")
    told = type(told)({AFTER: type(reading)(None, "", (), why)})
    assert outcome(ratio("x", 10), told).reason == why


@pytest.mark.parametrize(
    ("direction", "opening", "closing", "share"),
    [
        ("+", 100, 100, F(1)),
        ("+", 100, 103, F(1)),
        ("+", 100, 97, F(7, 10)),  # 1 − 3 ÷ 10
        ("+", 100, 90, F(0)),
        ("+", 100, 80, F(-1)),  # clamped with the maximum
        ("-", 100, 99, F(1)),
        ("-", 100, 104, F(3, 5)),  # 1 − 4 ÷ 10
    ],
)
def test_improvement(direction: str, opening: int, closing: int, share: F) -> None:
    formula = Improvement(quantity(BEFORE), quantity(AFTER), direction, F(10))  # type: ignore[arg-type]
    assert given(formula, {BEFORE: opening, AFTER: closing}).share == share


def test_improvement_by_a_share_of_the_opening() -> None:
    formula = Improvement(quantity(BEFORE), quantity(AFTER), "+", F(1, 50), relative=True)
    assert given(formula, {BEFORE: 200, AFTER: 199}).share == F(3, 4)  # 1 − 1 ÷ (0.02 × 200)
    assert given(formula, {BEFORE: -200, AFTER: -201}).share == F(3, 4)  # the size of the opening counts, not its sign
    assert given(formula, {BEFORE: 0, AFTER: 0}).share == 1
    rising = Improvement(quantity(BEFORE), quantity(AFTER), "-", F(1, 50), relative=True)
    assert given(rising, {BEFORE: 0, AFTER: 1}).share == 0  # worse than nothing: no share of 0 covers it


def test_improvement_by_what_is_attributed() -> None:
    change = "x.R40 change@local_human"
    formula = Improvement(quantity(BEFORE), quantity(AFTER), "+", F(10), change=quantity(change))
    # 8 of 10 ha were lost to nature: only 2 count, 1 − 2 ÷ 10
    assert given(formula, {BEFORE: 100, AFTER: 90, change: -2}).share == F(4, 5)
    assert not given(formula, {BEFORE: 100, AFTER: 90}).assessed  # not known is not nothing


def test_completion_by_conditions() -> None:
    formula = Completion(
        (
            Condition(quantity("a.R21 sum"), ">=", Limit(quantity=quantity("a.R31 sum"))),
            Condition(quantity("g.R40 closing"), "<=", Limit(quantity=quantity("g.R40 opening"))),
        )
    )
    area, grade = {"a.R21 sum": 5, "a.R31 sum": 5}, {"g.R40 closing": 9, "g.R40 opening": 9}
    assert given(formula, area | grade).share == 1
    assert given(formula, area | grade | {"g.R40 closing": 10}).share == 0
    assert not given(formula, area).assessed  # one is met, the other not known
    assert given(formula, area | {"a.R21 sum": 4}).share == 0  # one is broken: the other does not matter


@pytest.mark.parametrize(
    ("sense", "value", "met"), [(">", 5, 0), (">", 6, 1), ("<", 5, 0), ("<", 4, 1), ("=", 5, 1), ("=", 4, 0), ("<=", 5, 1)]
)
def test_senses(sense: str, value: int, met: int) -> None:
    formula = Completion((Condition(quantity(AFTER), sense, Limit(amount=F(5))),))  # type: ignore[arg-type]
    assert given(formula, {AFTER: value}).share == met


def test_completion_as_entered() -> None:
    assert given(Completion(), {}, Entry("x", "met")).share == 1
    assert given(Completion(), {}, Entry("x", "not_met")).share == 0
    assert given(Completion(), {}, Entry("x", "examined")).reason == REASONS["not_entered"]
    assert not given(Completion(), {}).assessed


RATINGS = RatingImport(
    (Rating(F(1), "优秀"), Rating(F(17, 20), "良好"), Rating(F(0), at_least=F(0)), Rating(F(4, 5), at_least=F(90)))
)


@pytest.mark.parametrize(
    ("value", "share"), [("优秀", F(1)), ("良好", F(17, 20)), ("90", F(4, 5)), ("89.99", F(0)), ("95", F(4, 5)), ("0", F(0))]
)
def test_a_rating(value: str, share: F) -> None:
    assert given(RATINGS, {}, Entry("x", value)).share == share


@pytest.mark.parametrize("value", ["中等", "-1", "nan", "inf", "1/2", ""])
def test_a_rating_that_the_table_does_not_have(value: str) -> None:
    made = given(RATINGS, {}, Entry("x", value))
    assert not made.assessed
    assert made.reason in (REASONS["not_in_table"], REASONS["not_entered"])


@pytest.mark.parametrize(
    ("low", "high", "scale", "value", "share"),
    [
        (10, 20, 5, 10, F(1)),
        (10, 20, 5, 20, F(1)),
        (10, 20, 5, 9, F(4, 5)),  # 1 off, 1 − 1 ÷ 5
        (10, 20, 5, 22, F(3, 5)),
        (10, 20, 5, 40, F(-3)),
        (10, 20, None, 9, F(0)),
        (10, None, None, 1000, F(1)),
        (None, 20, 10, 21, F(9, 10)),
    ],
)
def test_an_interval(low: int | None, high: int | None, scale: int | None, value: int, share: F) -> None:
    def bound(x: int | None) -> Limit | None:
        return None if x is None else Limit(amount=F(x))

    formula = Interval(quantity(AFTER), bound(low), bound(high), None if scale is None else F(scale))
    assert given(formula, {AFTER: value}).share == share
    assert not given(formula, {}).assessed


def test_events_cost_points() -> None:
    wrongs = (event("1"), event("2", count=2), event("3", severity="serious"), event("4", kind="spill"))
    made = outcome(deduct("x", 10, general=2, serious="3.5"), facts({}, events=wrongs))
    assert made.lost == F(19, 2)  # 2 × 1 + 2 × 2 + 3.5; a spill costs nothing here
    assert [(c.event.id, c.amount) for c in made.events] == [("1", 2), ("2", 4), ("3", F(7, 2))]


def test_no_events_is_not_the_same_as_nobody_looked() -> None:
    one = deduct("x", 10, general=2)
    assert outcome(one, facts({})).reason == REASONS["not_examined"]
    assert outcome(one, facts({}, *looked("x"))).lost == 0
    assert not outcome(one, facts({}, Entry("x", "met"))).assessed


def test_the_line_of_a_severity_comes_before_the_line_for_all() -> None:
    formula = EventDeduct((Deduction("land", F(1)), Deduction("land", F(4), "major"), Deduction("spill", F(9), "minor")))
    assert points_of(formula, event("1", severity="minor")) == 1
    assert points_of(formula, event("1", severity="major")) == 4
    assert points_of(formula, event("1", kind="spill", severity="major")) is None


def test_several_years() -> None:
    years = [F(3), F(1), F(5)]
    assert [over_years(t, years) for t in ("sum", "mean", "least", "greatest")] == [9, 3, 1, 5]
    assert over_years("sum", [F(3), None]) is None  # a year that is not known makes the sum unknown, not smaller
    assert over_years("greatest", []) is None
    with pytest.raises(ValueError, match="closing"):
        over_years("closing", years)


def test_only_undecided_events_do_not_show_that_anybody_looked() -> None:
    made = outcome(deduct("x", 10, general=2), replace(facts({}), pending=(event("1", by=""),)))
    assert not made.assessed
    assert made.reason == REASONS["undecided"]
    assert [c.amount for c in made.pending] == [2]


def test_figures_are_added_and_divided_in_their_units() -> None:
    terms = (sel("a.R40 closing"), sel("b.R40 closing"))
    added = Quantity(terms, "hm2")
    values = facts({"a.R40 closing": 2, "b.R40 closing": (1, "km2"), "w.R40 closing": (4, "km2")})
    assert read("after", added, values).amount == 102  # 2 ha + 100 ha
    share = read("after", Quantity(terms, "%", (sel("w.R40 closing"),)), values)
    assert share.amount == F(51, 2)  # 102 ÷ 400 = 25.5 %
    assert [o.name for o in share.per] == ["w.R40 closing"]
    nothing = facts({"a.R40 closing": 2, "b.R40 closing": 1, "w.R40 closing": 0})
    assert read("after", Quantity(terms, "%", (sel("w.R40 closing"),)), nothing).amount is None
    by_zero = TargetRatio(Quantity(terms, "%", (sel("w.R40 closing"),)), Limit(amount=F(10)), "+", "not_assessed")
    assert outcome(item("x", 1, by_zero), nothing).reason == REASONS["zero_per"]
    with pytest.raises(UnitError):
        read("after", added, facts({"a.R40 closing": 2, "b.R40 closing": (1, "t")}))
