"""Quantiles, shares of variance and causes, by hand."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.draws import Spread
from gep.accounts.spread import Switch
from gep.accounts.spread_summary import Summary, cause, first_order, group_of, quantile, summary, told
from gep.base.terms import Correlated, Uncertainty

# half-width √6 about the value: a triangular deviation of exactly 1
HALF = Decimal(6).sqrt()
SWITCH = [Switch("s", "min", 0.3)]


def unit(name: str) -> Spread:
    return Spread(name, Decimal(5), Decimal(5) - HALF, Decimal(5) + HALF)


def test_quantiles_of_type_7() -> None:
    # (4 - 1)·0.4 = 1.2: a fifth of the way from 2 to 3
    assert quantile([1.0, 2.0, 3.0, 4.0], 0.4) == pytest.approx(2.2)
    assert (quantile([1.0, 2.0, 3.0, 4.0], 0.0), quantile([1.0, 2.0, 3.0, 4.0], 1.0)) == (1.0, 4.0)
    assert quantile([7.0], 0.975) == 7.0


def test_summary_by_hand() -> None:
    # 1 … 5: mean 3, variance 10/4, the 50 % interval 2 … 4
    made = summary(np.array([5.0, 1.0, 4.0, 2.0, 3.0]), Decimal("0.5"))
    assert made == Summary(3.0, math.sqrt(2.5), 2.0, 3.0, 4.0, math.sqrt(2.5) / math.sqrt(5))


def test_a_draw_without_a_value_leaves_none() -> None:
    assert summary(np.array([1.0, np.nan]), Decimal("0.9")) is None
    assert summary(np.array([1.0, np.inf]), Decimal("0.9")) is None


def test_nine_digits_are_told() -> None:
    assert told(123456789.4321) == Decimal("123456789")
    assert told(0.1 + 0.2) == Decimal("0.3")


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=60))
def test_the_order_of_draws_does_not_show(values: list[float]) -> None:
    assert summary(np.array(values), Decimal("0.9")) == summary(np.array(values[::-1]), Decimal("0.9"))


def test_shares_of_the_variance() -> None:
    # 3a + 4b, each of deviation 1: variance 9 + 16, shares 9/25 and 16/25
    made = first_order({"a": 3.0, "b": 4.0}, {"a": unit("a"), "b": unit("b")}, "triangular", {})
    assert made is not None
    assert made.deviation == pytest.approx(5.0)
    assert made.shares == pytest.approx({"a": 0.36, "b": 0.64})
    assert made.shift == pytest.approx(0.0)


def test_shares_of_errors_that_go_together() -> None:
    # the same with correlation 1: deviation 3 + 4 = 7; a has 3·(3 + 4)/49, b 4·7/49
    group = Correlated("g", ("a", "b"), Decimal(1), "s")
    made = first_order({"a": 3.0, "b": 4.0}, {"a": unit("a"), "b": unit("b")}, "triangular", {"a": group, "b": group})
    assert made is not None
    assert made.deviation == pytest.approx(7.0)
    assert made.shares == pytest.approx({"a": 3 / 7, "b": 4 / 7})
    # a - b: the errors cancel
    against = first_order({"a": 3.0, "b": -3.0}, {"a": unit("a"), "b": unit("b")}, "triangular", {"a": group, "b": group})
    assert against is not None
    assert against.deviation == pytest.approx(0.0, abs=1e-12)


def test_two_validities_add_up_before_they_are_squared() -> None:
    made = first_order({"old": 1.0, "new": 1.0}, {"old": unit("a"), "new": unit("a")}, "triangular", {})
    assert made is not None
    assert made.deviation == pytest.approx(2.0)
    assert made.shares == pytest.approx({"a": 1.0})


def test_a_slope_without_a_value_gives_none() -> None:
    assert first_order({"a": math.nan}, {"a": unit("a")}, "triangular", {}) is None


def test_causes() -> None:
    # 10,000 draws of deviation 1: the standard error is 0.01
    def drawn(mean: float) -> Summary:
        return Summary(mean, 1.0, mean - 2, mean, mean + 2, 0.01)

    uneven = Spread("a", Decimal(5), Decimal(5), Decimal(8))  # mean 6
    skewed = first_order({"a": 1.0}, {"a": uneven}, "triangular", {})
    even = first_order({"a": 1.0}, {"a": unit("a")}, "triangular", {})
    assert cause(100.0, drawn(100.02), even, SWITCH) is None  # two standard errors
    assert cause(1000.0, drawn(1000.04), even, SWITCH) is None  # less than 0.05 % of the value
    assert cause(100.0, drawn(101.0), skewed, SWITCH) == "skewed"  # the skew explains all of it
    assert cause(100.0, drawn(99.0), even, SWITCH) == "switch"
    assert cause(100.0, drawn(99.0), even, []) == "curved"
    assert cause(100.0, drawn(101.9), skewed, SWITCH) == "skewed"  # most of it
    assert cause(100.0, drawn(102.1), skewed, SWITCH) == "switch"  # less than half of it
    assert cause(100.0, drawn(99.0), skewed, SWITCH) == "switch"  # the skew works against it
    assert cause(100.0, drawn(103.0), skewed, []) == "curved"
    assert cause(100.0, drawn(103.0), None, []) == "curved"


def test_group_of_a_stream() -> None:
    group = Correlated("g", ("price",), Decimal("0.5"), "s")
    how = Uncertainty(100, 1, Decimal("0.9"), "triangular", (group,))
    assert group_of(how, {"price/a": "price", "rate/a": "rate"}) == {"price/a": group}
