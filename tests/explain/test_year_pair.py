"""Two years of a figure: difference, per cent and state; sums over the regions of an area."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.base.region_change import RegionChange
from gep.explain.pair import ABSENT, Figure
from gep.explain.year_pair import Item, YearPair, change_text, summed

ITEM = Item("value_account", (("service", "wood"),), Names("木材", "Timber"), "CNY")
RATIO = Item("physical_account", (("service", "cover"),), Names("覆盖率", "Cover"), "%", additive=False)
AMOUNTS = st.decimals(-(10**12), 10**12, places=4)


def value(text: str | Decimal) -> Figure:
    return Figure(Decimal(text), "value")


MISSING, VOID, GONE = Figure(None, "not_available"), Figure(None, "not_applicable"), Figure(None, ABSENT)


@pytest.mark.parametrize(
    ("left", "right", "gap", "percent"),
    [
        ("80", "100", "20", "25"), ("100", "80", "-20", "-20"), ("3", "4", "1", "33.333333"), ("5", "0", "-5", "-100"),
        ("-100", "-50", "50", "50"), ("-50", "-100", "-50", "-100"),  # of a debt the smaller one is the better
        ("0", "5", "5", None), ("-1", "1", "2", None), ("1", "-1", "-2", None),
    ],
)  # fmt: skip
def test_difference_and_per_cent(left: str, right: str, gap: str, percent: str | None) -> None:
    pair = YearPair(ITEM, value(left), value(right))
    assert pair.difference == Decimal(gap)
    assert pair.percent == (None if percent is None else Decimal(percent))
    assert pair.state == "value"


@pytest.mark.parametrize(
    ("left", "right", "state"),
    [(MISSING, value("1"), "not_available"), (value("1"), VOID, "not_applicable"), (value("1"), GONE, ABSENT),
     (VOID, MISSING, "not_applicable"), (value("0"), MISSING, "not_available")],
)  # fmt: skip
def test_a_side_without_a_value_leaves_no_difference(left: Figure, right: Figure, state: str) -> None:
    pair = YearPair(ITEM, left, right)
    assert (pair.difference, pair.percent, pair.state) == (None, None, state)


def test_none_is_given_where_areas_differ() -> None:
    pair = YearPair(ITEM, value("1"), value("2"), given=False)
    assert (pair.difference, pair.percent, pair.state) == (None, None, "not_given")
    shown = pair.as_dict()
    assert (shown["view"], shown["service"], shown["difference"], shown["state"]) == ("value_account", "wood", None, "not_given")
    assert shown["left"] == {"value": "1", "state": "value", "reason": None}


def test_sums_over_an_area() -> None:
    assert summed(ITEM, [value("1.5"), value("2"), GONE, VOID]) == value("3.5")
    assert summed(ITEM, [value("1"), MISSING]).state == "not_available"
    assert summed(ITEM, [GONE, GONE]).state == ABSENT
    # what cannot be added is refused, but one region alone has its figure
    assert summed(RATIO, [value("50"), value("70")]) == Figure(None, "refused")
    assert summed(RATIO, [value("50"), GONE]).state == "refused"
    assert summed(RATIO, [value("50")]) == value("50")


@given(AMOUNTS, AMOUNTS)
def test_the_difference_is_exact_and_turns_its_sign(one: Decimal, two: Decimal) -> None:
    forth, back = YearPair(ITEM, value(one), value(two)), YearPair(ITEM, value(two), value(one))
    assert forth.difference is not None
    assert back.difference is not None
    assert one + forth.difference == two
    assert forth.difference == -back.difference
    if forth.percent is not None and forth.difference:
        assert abs(forth.percent - forth.difference * 100 / abs(one)) <= Decimal("0.000001")


def test_a_change_in_words() -> None:
    moved = RegionChange(date(2021, 1, 1), "merge", ("a", "b"), ("c",), "某文")
    assert change_text(moved, "zh") == "2021-01-01 合并 a+b → c, 某文"
    assert change_text(moved, "en") == "2021-01-01 merge a+b → c, 某文"
