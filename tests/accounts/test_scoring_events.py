"""The years that count, the weights that hold, the figures that a scheme needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction as F

import pytest

from gep.accounts.scoring_events import focused, given, needs, sorted_events, unheard, zone_of
from gep.base.records import Names
from gep.base.score_rules import Extra, Limit, TargetRatio
from tests.accounts.scores import WINDOW, block, deduct, event, item, quantity, ratio, scheme

START = date(2013, 3, 1)


@pytest.mark.parametrize(
    ("end", "years", "since"),
    [
        (date(2020, 7, 1), None, START),
        (date(2020, 7, 1), 3, date(2017, 7, 1)),
        (date(2015, 3, 1), 3, START),  # a term shorter than the focus counts whole
        (date(2016, 3, 1), 3, START),
        (date(2020, 2, 29), 3, date(2017, 2, 28)),
        (date(2020, 2, 29), 4, date(2016, 2, 29)),
        (date(2023, 1, 1), 3, date(2020, 1, 1)),
    ],
)
def test_the_last_years_of_a_term(end: date, years: int | None, since: date) -> None:
    made = focused(START, end, years)
    assert (made.start, made.end, made.since) == (START, end, since)


def test_the_weights_of_a_zone() -> None:
    e = scheme()
    assert zone_of(e, "anything") == ""
    zoned = replace(e, zones=("eco", "eco.national", "farm"))
    assert [zone_of(zoned, z) for z in ("eco", "eco.national", "eco.local", "eco.local.a", "farm", "", "town")] == [
        "eco", "eco.national", "eco", "eco", "farm", None, None,
    ]  # fmt: skip


def test_the_figures_that_a_scheme_needs() -> None:
    own = item("c", 10, TargetRatio(quantity("c.R40 k:1 closing"), Limit(register="own"), "+", "full_if_met"))
    named = item("d", 10, TargetRatio(quantity("d.R40 closing", per="w.R40 closing"), Limit(register="x-1"), "+", "full_if_met"))
    e = scheme(block("A", 100, ratio("a", 80), own, named), block("B", 0, ratio("b", 0)))
    found = needs(e, "")
    assert [n.name for n in found] == [
        "a.R40 closing",
        "c.R40 k:1 closing",
        "d.R40 closing",
        "register:own c.R40 k:1",
        "register:x-1",
        "w.R40 closing",
    ]
    assert [(n.selector.measure, n.register) for n in found if n.register] == [("c.R40", "own"), ("d.R40", "x-1")]
    assert needs(replace(e, zones=("eco",)), "farm") == ()


def test_events_in_order_of_day_and_id() -> None:
    wrongs = [event("b", day="2019-01-01"), event("a", day="2019-01-01"), event("c", day="2018-01-01")]
    counted, aside = sorted_events(scheme(), WINDOW, wrongs)
    assert [e.id for e in counted] == ["c", "a", "b"]
    assert aside == ()


def test_going_back_for_what_is_grave_enough() -> None:
    e = scheme(trace_back="serious", focus=1)
    window = focused(date(2016, 1, 1), date(2020, 1, 1), 1)
    wrongs = [event(s, severity=s, day="2017-01-01") for s in ("minor", "general", "serious", "major")]
    counted, aside = sorted_events(e, window, wrongs)
    assert [x.id for x in counted] == ["major", "serious"]
    assert [(a.event.id, a.why) for a in aside] == [("general", "before_focus"), ("minor", "before_focus")]
    nobody = replace(e, trace_back="")
    assert sorted_events(nobody, window, wrongs)[0] == ()


def test_what_a_bonus_comes_to() -> None:
    bonus = Extra("x", Names("甲", "a"), "A", "praise", F(3, 2), "文件", limit=F(4))
    praise = [event("p", "praise"), event("q", "praise", count=2), event("r")]
    (one,) = given([bonus], "A", praise)
    assert ([c.event.id for c in one.events], one.points) == (["p", "q"], 4)  # 1.5 + 3, at most 4
    assert given([bonus], "B", praise) == ()
    assert given([bonus], "A", praise[2:]) == ()


def test_what_no_item_of_the_zone_takes() -> None:
    there = replace(deduct("e", 1, general=2), points={"eco": F(1), "farm": F(0)})
    e = scheme(block("A", 1, there), zones=("eco", "farm"))
    assert unheard(e, "eco", [event("1")]) == ()
    assert [a.why for a in unheard(e, "eco", [event("1", severity="major")])] == ["no_points"]
    assert [a.why for a in unheard(e, "farm", [event("1")])] == ["no_item"]
