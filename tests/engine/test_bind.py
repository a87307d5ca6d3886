"""What an expression reads: figures and parameters in its own units, for the right period and key."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.base.records import State
from gep.engine.bind import Context, bind, input_key, input_period


def context(make: Any, *facts: Any, parameters: tuple[Any, ...] = ()) -> Context:
    return Context(make.cells(*facts), make.params(*parameters), "CNY", 2020)


def test_a_figure_is_read_in_the_unit_of_the_rule(make: Any) -> None:
    """2.5 km² read in hm²: 250; half of the last digit is ± 0.05 km² = ± 5 hm²."""
    wanted = make.given("area hm2 region,ecosystem")
    bound, told = bind(
        wanted, "R", "2020", {"ecosystem": "forest"}, context(make, make.fact("area ecosystem:forest", "2.5", "平方公里"))
    )
    assert told == []
    assert (bound.value, bound.low, bound.high) == (250, 245, 255)
    assert (bound.amount, bound.unit, bound.factor, bound.read_in) == ("2.5", "平方公里", 100, "hm2")
    assert bound.node == "area/R/2020/ecosystem:forest"


def test_an_exact_figure_has_no_interval(make: Any) -> None:
    bound, _ = bind(make.given("lake m2 region"), "R", "2020", {}, context(make, make.fact("lake", "7", "m2", exact=True)))
    assert (bound.low, bound.high) == (7, 7)


def test_what_is_not_there_is_not_available_and_never_zero(make: Any) -> None:
    bound, _ = bind(make.given("lake m2 region"), "R", "2020", {}, context(make))
    assert (bound.state, bound.value) == (State.NOT_AVAILABLE, None)
    assert bound.cell is not None
    assert bound.cell.reason == "neither returned nor computed"
    no = make.fact("lake", None, "", State.NOT_APPLICABLE)
    bound, _ = bind(make.given("lake m2 region"), "R", "2020", {}, context(make, no))
    assert (bound.state, bound.value) == (State.NOT_APPLICABLE, None)


def test_key_takes_the_dimensions_of_the_input_and_what_it_selects(make: Any) -> None:
    place = {"ecosystem": "forest", "pollutant": "so2", "row": "1"}
    assert input_key(make.given("area m2 region,ecosystem,row"), place) == (("ecosystem", "forest"),)
    assert input_key(make.given("area m2 region", select={"ecosystem": "wetland"}), place) == (("ecosystem", "wetland"),)


@pytest.mark.parametrize(
    ("grain", "time", "period"),
    [
        ("region", "same", "2020"),
        ("region", "prev", "2019"),
        ("region", "opening", "2019"),
        ("region", "closing", "2020"),
        ("region,month", "same", "2020-03"),
        ("region,month", "prev", "2019-03"),
        ("region,day", "same", "2020-03-09"),
    ],
)
def test_period_follows_the_grain_of_the_input(make: Any, grain: str, time: str, period: str) -> None:
    """A yearly figure among monthly rows stays the yearly figure."""
    place = {"month": "2020-03", **({"day": "2020-03-09"} if "day" in grain else {})}
    assert input_period(make.given(f"rainfall m {grain}", time=time), "2020", place) == period


def test_the_year_before_is_read(make: Any) -> None:
    facts = (make.fact("lake", "5", "m2", period="2019"), make.fact("lake", "6", "m2"))
    bound, _ = bind(make.given("lake m2 region", time="prev"), "R", "2020", {}, context(make, *facts))
    assert (bound.value, bound.node) == (5, "lake/R/2019/-")


def test_submitted_figures_can_be_read_as_stored(make: Any) -> None:
    """1 亩 = 666.666… m², stored as 666.666667; a computed figure is stored already."""
    where = context(make, make.fact("lake", "1", "亩"))
    exact, _ = bind(make.given("lake m2 region"), "R", "2020", {}, where)
    stored, _ = bind(make.given("lake m2 region"), "R", "2020", {}, where, 6)
    assert exact.value == Fraction(2000, 3)
    assert stored.value == Fraction("666.666667")
    assert (exact.places, stored.places) == (None, 6)


def test_a_parameter_in_its_own_unit_with_its_source(make: Any) -> None:
    """0.37 % read as a share is 0.0037, exactly."""
    wanted = make.given("content 1", "parameter", lower=0, upper=1)
    bound, told = bind(wanted, "R", "2020", {}, context(make, parameters=(make.parameter("content", "0.37", "%"),)))
    assert told == []
    assert (bound.value, bound.low, bound.high) == (Fraction(37, 10_000),) * 3
    assert (bound.amount, bound.unit, bound.state) == ("0.37", "%", State.VALUE)
    assert bound.node == "content/-/-/set/0001-01-01"


def test_a_parameter_that_is_not_known_is_refused(make: Any) -> None:
    for rows in ((), (make.parameter("content", None, "1"),)):
        bound, told = bind(make.given("content 1", "parameter"), "R", "2020", {}, context(make, parameters=rows))
        assert (bound.state, bound.value, bound.asked) == (State.REFUSED, None, ((), "R"))
        assert bound.node == "content/-/R/2020"
        assert told == []  # the look-up has told


def test_a_parameter_on_its_bounds_is_inside(make: Any) -> None:
    wanted = make.given("content 1", "parameter", lower=0, upper=1)
    for value in ("0", "1"):
        assert bind(wanted, "R", "2020", {}, context(make, parameters=(make.parameter("content", value, "1"),)))[1] == []


def test_a_price_is_read_in_money_of_the_account(make: Any) -> None:
    wanted = make.given("price CNY/m3", "parameter")
    bound, told = bind(wanted, "R", "2020", {}, context(make, parameters=(make.parameter("price", "3", "万元@2020/万立方米"),)))
    assert told == []
    assert bound.value == Decimal(3)
