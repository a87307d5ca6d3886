"""Assets on two sides: area × condition × price by hand, classes that appear, grades, several regions, what is not known."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from gep.accounts.decompose import Change
from gep.base.data import data_root
from gep.base.records import Names
from gep.explain.stocks import Asset, Figures, Holding, declared, holding, into_zone, stock_change, total

F = Fraction
NAMES = Names("资产", "asset")
LAND = Asset("land", NAMES, "v", amount_is="area")
GRADED = Asset("graded", NAMES, "v", ground="g")
ECO = Asset("eco", NAMES, "v", area="a", condition="c")


def calculation(measure: str, region: str, key: str, result: str | None, unit: str = "CNY", **arguments: str) -> dict[str, Any]:
    given = [{"name": n, "amount": a, "factor": "1", "places": None} for n, a in arguments.items()]
    state = "value" if result is not None else "not_available"
    expression = "((area * price) * 10000)" if arguments else "S0"
    node = {"kind": "calculation", "measure": measure, "region": region, "key": key, "state": state, "result": result}
    return node | {"unit": unit, "arguments": given, "expression": expression}


def cell(measure: str, region: str, key: str, amount: str, base: str = "hm2", factor: str = "1") -> dict[str, Any]:
    node = {"kind": "cell", "measure": measure, "region": region, "key": key, "state": "value", "amount": amount}
    return node | {"base_unit": base, "factor": factor}


def figures(*nodes: dict[str, Any]) -> Figures:
    made = Figures()
    for node in nodes:
        made.take(node)
    return made


def shown(change: Change) -> dict[str, Decimal]:
    assert change.residual == 0
    return {name: Decimal(part.numerator) / Decimal(part.denominator) for name, part in change.parts.items()}


def test_area_and_price_as_the_rule_read_them() -> None:
    # 2 hm2 at 3 yuan/m2 = 60,000 → 5 hm2 at 4 yuan/m2 = 200,000: area 3·10⁴·3.5 = 105,000, price 1·10⁴·3.5 = 35,000
    left = figures(calculation("v", "A", "k:1", "60000.0000", area="2", price="3"))
    right = figures(calculation("v", "A", "k:1", "200000.0000", area="5", price="4"))
    sides = [holding(x, LAND, ["A"], "k:1") for x in (left, right)]
    assert sides[0] == Holding(F(60000), F(2), None, F(30000))
    assert shown(stock_change(LAND, sides[0], sides[1], (None, None), "x")) == {"area": 105_000, "price": 35_000}


def test_a_class_that_appears_is_area() -> None:
    none, some = figures(), figures(calculation("v", "A", "k:1", "60000.0000", area="2", price="3"))
    sides = [holding(x, LAND, ["A"], "k:1") for x in (none, some)]
    assert sides[0] == Holding()
    assert shown(stock_change(LAND, sides[0], sides[1], (None, None), "x")) == {"area": 60_000}


def test_grades_are_the_condition() -> None:
    # 10 hm2 in all on both sides; of the better grade 2 → 5 hm2 at 3 yuan/m2: the mix alone moved
    left = figures(calculation("v", "A", "k:1", "60000.0000", area="2", price="3"), cell("g", "A", "k:1", "2"))
    right = figures(calculation("v", "A", "k:1", "150000.0000", area="5", price="3"), cell("g", "A", "k:1", "5"))
    grounds = (F(10), F(10))
    sides = [holding(x, GRADED, ["A"], "k:1") for x in (left, right)]
    assert shown(stock_change(GRADED, sides[0], sides[1], grounds, "x")) == {"condition": 90_000}
    # 10 → 20 hm2 at one share: area alone; a ground that is not known leaves area × price
    double = figures(calculation("v", "A", "k:1", "120000.0000", area="4", price="3"))
    pair = [holding(x, GRADED, ["A"], "k:1") for x in (left, double)]
    assert shown(stock_change(GRADED, pair[0], pair[1], (F(10), F(20)), "x")) == {"area": 60_000}
    assert shown(stock_change(GRADED, pair[0], pair[1], (F(10), None), "x")) == {"area": 60_000}


def test_area_condition_and_the_price_they_imply() -> None:
    # 10 hm2 · 0.8 at p₁ = 80 (10⁴ yuan), 10 hm2 · 0.5 with 50: the unit value stood still, the condition fell
    def side(value: str, area: str, grade: str) -> Holding:
        nodes = [calculation("v", "A", "ec4:E1", value, "万元"), calculation("c", "A", "ec2:E1", grade, "1")]
        return holding(figures(*nodes, cell("a", "A", "ec1:E1", area)), ECO, ["A"], "ec4:E1")

    assert side("80", "10", "0.8") == Holding(F(800_000), F(100_000), F(4, 5))
    assert shown(stock_change(ECO, side("80", "10", "0.8"), side("50", "10", "0.5"), (None, None), "x")) == {
        "condition": -300_000
    }
    assert shown(stock_change(ECO, side("80", "10", "0.8"), side("160", "20", "0.8"), (None, None), "x")) == {"area": 800_000}
    assert shown(stock_change(ECO, side("80", "10", "0.8"), side("88", "10", "0.8"), (None, None), "x")) == {"price": 80_000}


def test_regions_are_added_and_their_condition_is_the_mean_by_area() -> None:
    nodes = [calculation("v", r, "ec4:E1", v, "万元") for r, v in (("A", "10"), ("B", "30"))]
    nodes += [cell("a", r, "ec1:E1", v) for r, v in (("A", "1"), ("B", "3"))]
    nodes += [calculation("c", r, "ec2:E1", v, "1") for r, v in (("A", "0.4"), ("B", "0.8"))]
    assert holding(figures(*nodes), ECO, ["A", "B"], "ec4:E1") == Holding(F(400_000), F(40_000), F(7, 10))
    # a condition that one region lacks is not replaced: area and price remain
    assert holding(figures(*nodes[:-1]), ECO, ["A", "B"], "ec4:E1") == Holding(F(400_000), F(40_000))
    two = figures(
        calculation("v", "A", "k:1", "60000.0000", area="2", price="3"),
        calculation("v", "B", "k:1", "40000.0000", area="2", price="2"),
    )
    assert holding(two, LAND, ["A", "B"], "k:1") == Holding(F(100_000), F(4), None, F(25_000))


def test_what_is_not_known_or_has_no_amount() -> None:
    unknown = holding(figures(calculation("v", "A", "k:1", None)), LAND, ["A"], "k:1")
    change = stock_change(LAND, unknown, Holding(F(5), F(1)), (None, None), "A/land/k:1")
    assert (change.difference, change.unknown) == (None, ("A/land/k:1",))
    gone = calculation("v", "A", "k:1", None) | {"state": "not_applicable"}
    assert holding(figures(gone), LAND, ["A"], "k:1") == Holding()
    # a value booked without an area: the whole of it is an amount
    assert shown(stock_change(LAND, Holding(F(5), F(0)), Holding(F(9), F(1)), (None, None), "x")) == {"quantity": 4}
    assert stock_change(LAND, Holding(), Holding(), (None, None), "x") == Change(F(0), F(0))
    assert (total([]), total([F(1), None]), total([F(1), F(2)])) == (None, None, 3)


def test_a_calculation_goes_before_a_return() -> None:
    made = figures(calculation("a", "A", "k:1", "7", "hm2"), cell("a", "A", "k:1", "5"))
    assert made.of("a", "A") == {"k:1": 70_000}


def test_the_shipped_assets_name_measures_of_the_tables() -> None:
    from gep.catalog.load import load

    known = load(data_root() / "coefficients").measures
    found = declared(Path(data_root()))
    assert [a.id for a in found] == ["ecosystem", "land", "cultivated", "timber", "water", "mineral"]
    assert [m for a in found for m in a.measures if m not in known] == []


@pytest.mark.parametrize("state", ["not_available", "refused"])
def test_an_unknown_figure_is_kept_as_unknown(state: str) -> None:
    made = figures(cell("a", "A", "k:1", "0") | {"state": state, "amount": None})
    assert made.of("a", "A") == {"k:1": None}


def test_a_zone_has_its_own_area_and_the_condition_and_price_of_its_region() -> None:
    # forest of A: 10 hm2, condition 0.8, 80·10⁴ yuan; 4 hm2 of it (mixed 3, bamboo 1) lie in the zone: 32·10⁴ yuan
    nodes = [calculation("v", "A", "ec4:E1", "80", "万元"), calculation("c", "A", "ec2:E1", "0.8", "1")]
    whole = figures(*nodes, cell("a", "A", "ec1:E1", "10"))
    classes = {"forest.mixed": "E1", "forest.bamboo": "E1", "urban": "E6"}

    def zone(areas: dict[str, int] | None) -> Holding:
        made = Figures()
        held = {"A": None if areas is None else {k: F(v) for k, v in areas.items()}}
        into_zone(made, whole, ECO, held, lambda code: classes.get(code, ""))
        return holding(made, ECO, ["A"], "ec4:E1")

    left = zone({"forest.mixed": 30_000, "forest.bamboo": 10_000, "urban": 5})
    assert left == Holding(F(320_000), F(40_000), F(4, 5))
    right = zone({"forest.mixed": 50_000})
    assert shown(stock_change(ECO, left, right, (None, None), "x")) == {"area": 80_000}
    assert zone({"urban": 5}) == Holding(F(0), F(0), None)
    assert zone(None).value is None
