"""A line of the accounts by factors, between profiles and between vintages; the parts add up to the last digit."""

from __future__ import annotations

import os
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from gep.accounts.decompose import Change
from gep.explain.leaf_parts import Ground, LeafParts, of_profiles, of_vintages
from gep.explain.moved import Movements
from gep.explain.side import Ref
from tests.explain.hand_traces import Trace, cell, corrected, parameter

F = Fraction
PAIRS = 1000 if os.environ.get("GEP_PROOF") == "full" else 200
WHOLE = "(quantity * price)"
FLOOR = "(max(quantity, 0) * price)"
Made = tuple[Trace, dict[str, Any]]


def value(trace: Trace, quantity: dict[str, Any], price: dict[str, Any], form: str = WHOLE, unit: str = "t") -> Made:
    reads = {"quantity": unit, "price": f"CNY/{unit}"}
    return trace, trace.calc("value.q/51/2020/-", form, 4, quantity=quantity, price=price, reads=reads)


def profiles(left: Made, right: Made) -> dict[str, Fraction]:
    return dict(checked(of_profiles(left[0].ref(left[1]), right[0].ref(right[1])), left, right).change.parts)


def checked(found: LeafParts, left: Made, right: Made) -> LeafParts:
    gap = F(right[1]["result"]) - F(left[1]["result"])
    assert found.change.difference == gap
    assert found.change.explained + found.unexplained == gap
    assert all((part * 10**4).denominator == 1 for part in found.change.parts.values())
    return found


def vintages(old: Made, new: Made, ground: Ground | None = None) -> LeafParts:
    found = of_vintages(old[0].ref(old[1]), new[0].ref(new[1]), new[0].side, Movements(), ground)
    return checked(found, old, new)


def parts(old: Made, new: Made, ground: Ground | None = None) -> dict[str, Fraction]:
    found = vintages(old, new, ground)
    assert found.apart
    assert not found.unexplained
    return dict(found.change.parts)


# ---- profiles


def test_two_profiles_differ_by_method_and_price() -> None:
    # 10·3 → 14·5: method 4·(3+5)/2 = 16, price 2·(10+14)/2 = 24
    left = value(Trace(), cell("q/51/2020/-", "10"), parameter("p", "3"))
    trace = Trace()
    right = value(trace, trace.calc("q/51/2020/-", "(a * 2)", a=cell("a", "7")), parameter("p2", "5"))
    assert profiles(left, right) == {"method": F(16), "price": F(24)}


def test_a_deficit_and_a_floor() -> None:
    # −4 counts as 0 on the right: the floor belongs to how the quantity is counted
    left = value(Trace(), cell("q/51/2020/-", "-4"), parameter("p", "5"))
    right = value(Trace(), cell("q/51/2020/-", "-4"), parameter("p", "6"), FLOOR)
    # none −20, floor 0, price −24, both 0: method (20+24)/2 = 22, price (−4+0)/2 = −2
    assert profiles(left, right) == {"method": F(22), "price": F(-2)}


def test_quantities_in_other_units_and_amounts_of_money_are_method() -> None:
    left = value(Trace(), cell("q/51/2020/-", "10"), parameter("p", "3"))
    right = value(Trace(), cell("q/51/2020/-", "10"), parameter("p", "4"), unit="m3")
    assert profiles(left, right) == {"method": F(10)}
    other = value(Trace(), cell("q/51/2020/-", "10"), parameter("p", "3"), unit="m3")
    assert profiles(left, other) == {}
    trace = Trace()
    money = (trace, trace.calc("value.q/51/2020/-", "amount", 4, amount=cell("amount/51/2020/-", "37")))
    assert profiles(left, money) == {"method": F(7)}


def test_a_line_of_one_profile_is_coverage_and_an_unknown_one_explains_nothing() -> None:
    made = value(Trace(), cell("q/51/2020/-", "10"), parameter("p", "3"))
    assert of_profiles(made[0].ref(made[1]), None).change == Change(F(30), None, {"coverage": F(-30)})
    assert of_profiles(None, made[0].ref(made[1])).change == Change(None, F(30), {"coverage": F(30)})
    unknown = value(Trace(), cell("q/51/2020/-", "10"), parameter("p", "3"))
    unknown[1].update(result=None, state="refused")
    found = of_profiles(made[0].ref(made[1]), unknown[0].ref(unknown[1]), "51/q").change
    assert (found.difference, found.parts, found.unknown) == (None, {}, ("51/q",))


def test_a_deflated_value_goes_on_into_the_value_of_the_year() -> None:
    # (10·3) / 1.5 = 20 → (14·5) / 2 = 35; amount: 40 more, ÷: mean of 1/1.5 and 1/2 …
    def side(quantity: str, price: str, index: str) -> Made:
        trace, below = value(Trace(), cell("q/51/2020/-", quantity), parameter("p", price))
        deflator = parameter("price_index", index)
        return trace, trace.calc("constant.q/51/2020/-", "(amount / (index / 100))", 4, amount=below, index=deflator)

    # amount 40·(1/1.5 + 1/2)/2 = 23.3333, of it method 16/40 and price 24/40; index ((30/2 − 20) + (35 − 70/1.5))/2 = −8.3333
    found = profiles(side("10", "3", "150"), side("14", "5", "200"))
    assert found == {"method": F("9.3333"), "price": F("5.6667")}


# ---- vintages


def test_each_cause_has_its_factor() -> None:
    # (a + b)·c·price: returned a 1 → 2, corrected b 1 → 3, coefficient c 2 → 4, price 10 → 20
    def side(a: str, b: dict[str, Any], c: str, price: str) -> Made:
        trace = Trace()
        s = trace.calc("s/51", "(a + b)", a=cell("a/51/2020/-", a), b=b)
        return value(trace, trace.calc("q/51/2020/-", "(s * c)", s=s, c=parameter("c", c)), parameter("p", price))

    # quantity 4 → 20: 16·15 = 240, by 3 : 6 : 7; price 10·(4+20)/2 = 120
    old, new = side("1", cell("b/51/2020/-", "1"), "2", "10"), side("2", corrected("b/51/2020/-", "3"), "4", "20")
    assert parts(old, new) == {"quantity": F(45), "price": F(120), "method": F(105), "correction": F(90)}


def test_a_quantity_by_area_structure_and_intensity() -> None:
    # area of the class 20 of 100 → 30 of 120, per area 2 → 3, price 1: 40 → 90
    ground = Ground((F(20), F(30)), (F(100), F(120)))

    def side(area: str, rate: str) -> Made:
        trace = Trace()
        inputs = {"area": cell("ecosystem_area/51/2020/ecosystem:forest", area), "rate": cell("rate/51/2020/-", rate)}
        return value(trace, trace.calc("q/51/2020/-", "(area * rate)", **inputs), parameter("p", "1"))

    # over A, s, i = (100, 0.2, 2) → (120, 0.25, 3), e.g. area 20·(0.2·2 + (0.25·2 + 0.2·3)/2 + 0.25·3)/3
    area = 20 * (F("0.4") + (F("0.5") + F("0.6")) / 2 + F("0.75")) / 3
    share = F("0.05") * (100 * 2 + (120 * 2 + 100 * 3) / F(2) + 120 * 3) / 3
    found = parts(side("20", "2"), side("30", "3"), ground)
    assert found == {"area": F("11.3334"), "structure": F("13.8333"), "intensity": F("24.8333")}
    assert abs(found["area"] - area) < F("0.0001")
    assert abs(found["structure"] - share) < F("0.0001")
    assert parts(side("20", "2"), side("30", "3")) == {"quantity": F(50)}


def test_a_corrected_area_is_a_correction_and_moves_no_ground() -> None:
    ground = Ground((F(20), F(20)), (F(100), F(100)))  # by returns alone

    def side(area: dict[str, Any], rate: str) -> Made:
        trace = Trace()
        made = trace.calc("q/51/2020/-", "(area * rate)", area=area, rate=cell("rate/51/2020/-", rate))
        return value(trace, made, parameter("p", "1"))

    name = "ecosystem_area/51/2020/ecosystem:forest"
    # 20·2 → 30·3: area 10·2.5 = 25, rate 1·25 = 25
    assert parts(side(cell(name, "20"), "2"), side(corrected(name, "30"), "3"), ground) == {
        "intensity": F(25),
        "correction": F(25),
    }


def test_a_price_by_its_own_causes() -> None:
    # cost 100·share 0.02 + running 1 = 3 → corrected cost 150, share 0.04, running 2: quantity 10
    def side(cost: dict[str, Any], share: str, running: str) -> Made:
        trace = Trace()
        inputs = {"cost": cost, "share": parameter("share", share), "run": cell("run/51/2020/-", running)}
        return value(trace, cell("q/51/2020/-", "10"), trace.calc("price/51/2020/-", "((cost * share) + run)", 8, **inputs))

    old = side(cell("cost/51/2020/-", "100"), "0.02", "1")
    new = side(corrected("cost/51/2020/-", "150"), "0.04", "2")
    # cost 50·0.03 = 1.5, share 0.02·125 = 2.5, running 1; times 10
    assert parts(old, new) == {"price": F(35), "correction": F(15)}


def test_another_rule_of_the_value_itself_is_method() -> None:
    old = value(Trace(), cell("q/51/2020/-", "-4"), parameter("p", "5"))
    new = value(Trace(), cell("q/51/2020/-", "-4"), parameter("p", "5"), FLOOR)
    assert parts(old, new) == {"method": F(20)}


def test_what_nothing_known_has_moved_stands_by_itself() -> None:
    old = value(Trace(), cell("q/51/2020/-", "4"), parameter("p", "5"))
    trace = Trace()
    new = value(trace, cell("q/51/2020/-", "4"), parameter("p", "6"))
    new[1]["result"] = "25.0000"
    found = vintages(old, new)
    assert (dict(found.change.parts), found.unexplained, found.change.residual) == ({"price": F(4)}, F(1), F(1))


@pytest.mark.parametrize(
    ("given", "ground", "expected"),
    [
        (corrected, Ground((F(0), F(4)), (F(100), F(100))), {"correction": F(40)}),
        (cell, Ground((F(0), F(4)), (F(100), F(100))), {"structure": F(40)}),
        # 0 of 100 → 4 of 125: the share 0 → 0.032 at the mean area 112.5, the area 25 at the mean share 0.016
        (cell, Ground((F(0), F(4)), (F(100), F(125))), {"area": F(4), "structure": F(36)}),
        (cell, Ground((F(4), F(4)), (F(100), F(100))), {"coverage": F(40)}),
        (cell, None, {"coverage": F(40)}),
    ],
)
def test_a_line_that_appears(given: Any, ground: Ground | None, expected: dict[str, Fraction]) -> None:
    old = Trace(rules=("p/value.q",))  # the line is in the scheme, only nothing was returned
    trace, made = value(Trace(rules=("p/value.q",)), given("q/51/2020/ecosystem:shrub", "4"), parameter("p", "10"))
    found = of_vintages(None, Ref(trace.side, made["id"]), old.side, Movements(), ground)
    assert found.change == Change(None, F(40), expected)
    back = of_vintages(
        Ref(trace.side, made["id"]), None, old.side, Movements(), ground and Ground(ground.area[::-1], ground.whole[::-1])
    )
    assert back.change == Change(F(40), None, {name: -part for name, part in expected.items()})


def test_a_line_of_another_scheme_is_coverage() -> None:
    trace = Trace()
    quantity = trace.calc("q/51/2020/-", "(a * 2)", a=cell("a/51/2020/-", "2"))
    made = value(trace, quantity, parameter("p", "10"))
    old = Trace(cell("a/51/2020/-", "2"))
    found = of_vintages(None, trace.ref(made[1]), old.side, Movements(), Ground((F(0), F(4)), (F(9), F(9))))
    assert found.change.parts == {"coverage": F(40)}


def test_causes_that_cannot_be_told_apart_are_marked() -> None:
    # 1/(a − b): 3, 1 → 7, 3: with b alone a − b is zero
    def side(a: str, b: dict[str, Any]) -> Made:
        trace = Trace()
        return value(trace, trace.calc("q/51/2020/-", "(1 / (a - b))", a=cell("a/51", a), b=b), parameter("p", "8"))

    found = vintages(side("3", cell("b/51", "1")), side("7", corrected("b/51", "3")))
    assert (dict(found.change.parts), found.apart) == ({"quantity": F(-1), "correction": F(-1)}, False)


# ---- any lines


def amount(random: Random, low: int = -20) -> str:
    """Zeros, deficits and long decimals."""
    return random.choice(["0", str(random.randint(low, 20)), f"{random.uniform(low, 20):.{random.randint(1, 9)}f}"])


def side(random: Random, areas: tuple[str, str]) -> Made:
    """A line with a rule of two kinds of reading, each return as it is or corrected."""
    trace = Trace()

    def given(name: str, text: str) -> dict[str, Any]:
        return random.choice([cell, corrected])(f"{name}/51/2020/-", text)

    area, other = given("area", areas[0]), given("other", areas[1])
    form = random.choice(["((area * rate) + other)", "((area * rate) + other)", "((area * rate) + (2 * other))"])
    version = "2" if "2" in form else "1"
    inputs = {"area": area, "rate": parameter("rate", amount(random)), "other": other}
    quantity = trace.calc("q/51/2020/-", form, version=version, **inputs)
    wear, rate = parameter("wear", amount(random, 0)), parameter("discount", amount(random, 1) or "1")
    price = trace.calc("price/51/2020/-", "(cost * (wear + run))", 8, cost=given("cost", amount(random, 0)), wear=wear, run=rate)
    return value(trace, quantity, price, FLOOR if random.random() < 0.3 else WHOLE)


def test_the_residual_is_exactly_zero_for_any_pair() -> None:
    random = Random(20221231)  # noqa: S311
    factors: set[str] = set()
    for _ in range(PAIRS):
        areas = [(amount(random, 0), amount(random)) for _ in range(2)]
        left, right = (side(random, pair) for pair in areas)
        own = (F(areas[0][0]), F(areas[1][0]))
        ground = Ground(own, (own[0] + random.randint(0, 9), own[1] + random.randint(0, 9)))
        found = vintages(left, right, random.choice([ground, None]))
        assert not found.unexplained
        factors |= set(found.change.parts)
        one, two = left[0].ref(left[1]), right[0].ref(right[1])
        both = checked(of_profiles(one, two), left, right)
        assert set(both.change.parts) <= {"method", "price"}
        back = of_vintages(two, one, right[0].side, Movements(), None)
        assert back.change.residual == 0
    assert factors == {"area", "structure", "intensity", "quantity", "price", "method", "correction"}
