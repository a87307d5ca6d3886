"""A period that is no year: what stands before it, whose parameters hold, and checks over figures that were rounded when cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.base.records import Parameter
from gep.engine.bind import Context, bind, input_period
from gep.engine.cells import Cells, cell_of
from gep.engine.execute import execute
from gep.engine.task import Outcome, Step, Task
from gep.rules.plan import build

TERM = "2020-07-01/2022-03-01"


class ByYear:
    """A parameter that is worth the year it is read for."""

    def __init__(self, make: Any) -> None:
        self.make = make

    def find(self, name: str, key: Any, region: str, year: int) -> Parameter:
        found: Parameter = self.make.parameter(name, str(year), f"CNY@{year}/m3" if name == "price" else "1")
        return found


@pytest.mark.parametrize(("time", "period"), [("same", TERM), ("prev", "../2020-07-01"), ("opening", "../2020-07-01")])
def test_before_a_term_stand_the_balances_of_its_first_day(make: Any, time: str, period: str) -> None:
    assert input_period(make.given("lake m2 region", time=time), TERM, {}) == period


def test_a_term_opens_with_the_figure_of_its_first_day(make: Any) -> None:
    facts = (make.fact("lake", "5", "m2", period="../2020-07-01"), make.fact("lake", "6", "m2", period=TERM))
    where = Context(make.cells(*facts), make.params(), "CNY", 2021, years=(2021, 2019))
    bound, _ = bind(make.given("lake m2 region", time="prev"), "R", TERM, {}, where)
    assert bound.value == 5
    assert bound.node == "lake/R/../2020-07-01/-"


@pytest.mark.parametrize(("time", "year"), [("same", 2021), ("prev", 2019), ("base", 2015)])
def test_parameters_of_a_term_are_those_of_its_two_ends(make: Any, time: str, year: int) -> None:
    """And a price states the year it is read for."""
    where = Context(Cells(), ByYear(make), "CNY", 2021, base_year=2015, years=(2021, 2019))
    for name, unit in (("content", "1"), ("price", "CNY/m3")):
        bound, told = bind(make.given(f"{name} {unit}", "parameter", time=time), "R", TERM, {}, where)
        assert told == []
        assert bound.value == year


def test_without_years_a_parameter_is_read_for_the_year_of_the_period(make: Any) -> None:
    where = Context(Cells(), ByYear(make), "CNY", 2020)
    assert bind(make.given("content 1", "parameter", time="prev"), "R", "2020", {}, where)[0].value == 2019


# ---- checks over what was rounded


def checked(make: Any, amounts: Sequence[tuple[str, str]], slack: str, *, rounded: bool, kind: str = "assert") -> Outcome:
    """`rainfall` + `depth` against `whole` (as lake), each figure true within ± slack."""
    from tests.engine.conftest import MEASURES

    inputs = [make.given(f"{name} m region") for name, _ in amounts]
    if kind == "assert":
        made = make.rule("", "region", f"{amounts[0][0]} <= {amounts[1][0]}", *inputs, kind=kind)
    else:
        made = make.rule(amounts[0][0], "region", amounts[1][0], inputs[1], kind=kind, tolerance=Decimal(0))
    cells = Cells()
    for name, amount in amounts:
        cell = cell_of(make.fact(name, amount, "m", period=TERM, exact=True), MEASURES[name])
        assert cell.exact is not None
        cells.put(replace(cell, low=cell.exact - Fraction(slack), high=cell.exact + Fraction(slack)))
    step = Step(build(made, MEASURES))
    return execute(
        Task("test", "CNY", [step], ["R"], TERM, MEASURES, make.params(), cells, years=(2021, 2019), rounded=rounded, threads=1)
    )


CLOSE = (("rainfall", "1.000001"), ("depth", "1"))


@pytest.mark.parametrize("kind", ["assert", "second_route"])
def test_a_check_holds_where_rounding_leaves_it_room(make: Any, kind: str) -> None:
    """1.000001 against 1, each within half of the sixth decimal: they may be the same."""
    done = checked(make, CLOSE, "0.0000005", rounded=True, kind=kind)
    assert list(done.findings) == []
    assert done.checks == 1


@pytest.mark.parametrize("kind", ["assert", "second_route"])
@pytest.mark.parametrize(("slack", "rounded"), [("0.0000004", True), ("0", True), ("0.0000005", False)])
def test_beyond_its_rounding_or_without_any_a_check_fails(make: Any, kind: str, slack: str, rounded: bool) -> None:
    done = checked(make, CLOSE, slack, rounded=rounded, kind=kind)
    assert len(done.findings) == 1
