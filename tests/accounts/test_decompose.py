"""Changes given to factors: worked by hand, against a second implementation from the definition, and what must stay the same."""

from __future__ import annotations

import os
import random
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.decompose import (
    FACTORS,
    Change,
    Side,
    in_proportion,
    joined,
    leaf_change,
    product_change,
    quantised,
    ratio_change,
    shapley,
    total_change,
)

F = Fraction
PAIRS = 2_000 if os.environ.get("GEP_PROOF") == "full" else 200


def stored(x: Fraction, places: int = 4) -> Fraction:
    """Half to even, by the decimal module alone."""
    with localcontext() as context:
        context.prec = 200
        exact = Decimal(x.numerator) / Decimal(x.denominator)
        return F(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))


def side(
    quantity: object,
    price: object,
    area: object = None,
    whole: object = None,
    *,
    floor: bool = False,
    method: str = "m@1",
    unit: str = "t",
) -> Side:
    q, p = F(str(quantity)), None if price is None else F(str(price))
    value = stored((max(q, F(0)) if floor else q) * (p or F(0)))
    areas = (None if area is None else F(str(area)), None if whole is None else F(str(whole)))
    return Side(value, q, p, *areas, method=method, unit=unit, floor=floor)


def shown(change: Change) -> dict[str, str]:
    """The parts as decimal text; every one of them has four decimals at most."""
    assert change.residual in (None, 0)
    return {name: f"{Decimal(part.numerator) / Decimal(part.denominator):f}" for name, part in change.parts.items()}


# ---- by hand


def test_two_factors_by_hand() -> None:
    # 10 × 3 = 30 → 14 × 5 = 70. Quantity first: 4·3 = 12, last: 4·5 = 20, mean 16; price: 2·10 = 20, 2·14 = 28, mean 24
    change = leaf_change(side(10, 3), side(14, 5))
    assert (change.left, change.right, change.difference) == (30, 70, 40)
    assert shown(change) == {"quantity": "16", "price": "24"}


def test_four_factors_by_hand() -> None:
    # whole 100 → 200, share 1/2 → 1/4, intensity 2 → 6 a unit of area, price 1: 100·½·2 = 100 → 200·¼·6 = 300.
    # Three factors, mean over 6 orders, as Δa·(2·s₀i₀ + s₀i₁ + s₁i₀ + 2·s₁i₁)/6 and so on:
    #   area      100·(2·1 + ½·6 + ¼·2 + 2·¼·6)/6     = 100·8.5/6        = 850/6
    #   structure −¼·(2·100·2 + 100·6 + 200·2 + 2·200·6)/6 = −¼·3800/6   = −950/6
    #   intensity  4·(2·50 + 100·¼ + 200·½ + 2·50)/6      = 4·325/6      = 1300/6
    change = leaf_change(side(100, 1, 50, 100), side(300, 1, 50, 200))
    # 141.66666…, −158.33333…, 216.66666…: cut 141.6666, −158.3333, 216.6666; one step is missing, the largest rest is of area
    assert shown(change) == {"area": "141.6667", "structure": "-158.3333", "intensity": "216.6666"}


def test_the_rounding_of_the_stored_values_is_inside_the_parts() -> None:
    # 1 × 0.00005 is stored as 0.0000 (half to even), 3 × 0.00005 as 0.0002; only the quantity moved
    change = leaf_change(side(1, "0.00005"), side(3, "0.00005"))
    assert shown(change) == {"quantity": "0.0002"}


def test_a_class_that_appears_or_vanishes_is_structure_or_area() -> None:
    appears = leaf_change(side(0, 5, 0, 100), side(40, 5, 20, 100))
    assert shown(appears) == {"structure": "200"}
    vanishes = leaf_change(side(40, 5, 20, 100), side(0, None, 0, 100))
    assert shown(vanishes) == {"structure": "-200"}
    # a region that had no ecosystem at all: the share and the intensity of the other side stand for both
    assert shown(leaf_change(side(0, 5, 0, 0), side(40, 5, 20, 20))) == {"area": "200"}
    # with a price that also moved the price takes its half: 40·2·½ = 40
    assert shown(leaf_change(side(0, 3, 0, 100), side(40, 5, 20, 100))) == {"structure": "160", "price": "40"}


def test_a_price_that_one_side_has_moves_nothing() -> None:
    assert shown(leaf_change(side(0, None), side(8, 5))) == {"quantity": "40"}
    assert shown(leaf_change(side(0, None), side(0, 5))) == {}


def test_a_quantity_without_area_goes_by_quantity() -> None:
    assert shown(leaf_change(side(7, 1, 0, 100), side(9, 1, 5, 100))) == {"quantity": "2"}
    assert shown(leaf_change(side(7, 1, 0, 100), side(9, 1, 0, 100))) == {"quantity": "2"}
    assert shown(leaf_change(side(7, 1, None, 100), side(9, 1, 5, 100))) == {"quantity": "2"}


def test_a_deficit_that_is_not_valued() -> None:
    # max(q, 0): −4 counts as 0, 6 as 6, price 5
    assert shown(leaf_change(side(-4, 5, floor=True), side(6, 5, floor=True))) == {"quantity": "30"}
    assert shown(leaf_change(side(-4, 5), side(6, 5))) == {"quantity": "50"}
    # −4 on 10 ha, then −8 on 20 ha: nothing is valued on either side, so nothing moves
    assert shown(leaf_change(side(-4, 5, 10, 100, floor=True), side(-8, 5, 20, 100, floor=True))) == {}
    # the floor itself is part of how a quantity is read: −4·5 = −20 → 0
    assert shown(leaf_change(side(-4, 5), side(-4, 5, floor=True))) == {"method": "20"}


def test_what_only_one_side_counts_is_coverage() -> None:
    assert shown(leaf_change(None, side(8, 5))) == {"coverage": "40"}
    assert shown(leaf_change(side(8, 5), None)) == {"coverage": "-40"}
    gone = Side(None, applies=False)
    assert shown(leaf_change(side(8, 5), gone)) == {"coverage": "-40"}
    assert leaf_change(gone, gone) == Change(None, None)


def test_another_rule_is_method_and_keeps_area_and_price() -> None:
    left, right = side(100, 1, 50, 100, method="a@1"), side(120, 1, 50, 100, method="a@2")
    assert shown(leaf_change(left, right)) == {"method": "20"}
    assert shown(leaf_change(side(10, 3, method="a@1"), side(14, 5, method="b@1"))) == {"price": "24", "method": "16"}
    assert shown(leaf_change(side(10, 3, method=""), side(14, 5, method="b@1"))) == {"quantity": "16", "price": "24"}
    assert shown(leaf_change(side(10, 3, unit="t"), side(14, 5, unit="m3"))) == {"method": "40"}


def test_amounts_of_money() -> None:
    assert shown(leaf_change(Side(F(30)), Side(F(70)))) == {"quantity": "40"}
    assert shown(leaf_change(Side(F(30)), side(14, 5))) == {"method": "40"}


def test_the_caller_may_know_better() -> None:
    left, right = side(10, 3, 5, 10), side(14, 5, 5, 10)
    assert shown(leaf_change(left, right, physical="correction")) == {"price": "24", "correction": "16"}
    assert shown(leaf_change(left, right, physical="method", priced="method")) == {"method": "40"}


def test_unknown_is_not_zero() -> None:
    change = leaf_change(side(10, 3), Side(None), name="wood")
    assert (change.difference, change.residual, change.parts, change.unknown) == (None, None, {}, ("wood",))
    total = total_change([change, leaf_change(side(1, 1), side(2, 1), name="fish")])
    assert (total.difference, dict(total.parts), total.unknown) == (None, {"quantity": 1}, ("wood",))
    assert leaf_change(None, Side(None), name="wood").unknown == ("wood",)


def test_a_value_that_is_not_quantity_times_price_explains_nothing() -> None:
    with pytest.raises(ValueError, match="wood: 10 × 3 is stored as 31, not 30"):
        leaf_change(Side(F(31), F(10), F(3), unit="t"), side(1, 1), name="wood")


def test_regions_taken_together() -> None:
    # 3 t and 5 t at 2 yuan: 8 t at 2 yuan; at 2 and 4 yuan the mean is 26/8
    assert joined([side(3, 2), side(5, 2)]) == Side(F(16), F(8), F(2), method="m@1", unit="t", rows=2)
    assert joined([side(3, 2), side(5, 4)]).price == F(26, 8)
    assert joined([side(3, 2), Side(None, applies=False)]).quantity == 3
    assert joined([side(3, 2), Side(None)]) == Side(None)
    assert joined([Side(None, applies=False)] * 2) == Side(None, applies=False)
    assert joined([side(-4, 5, floor=True), side(6, 5, floor=True)]).quantity == 6
    assert joined([side(3, 2), side(5, 4, unit="m3")]) == Side(F(26), method="m@1", rows=2)
    # 3 t less 3 t at 2 and 4 yuan: −6 yuan of no quantity
    assert joined([side(3, 2), side(-3, 4)]) == Side(F(-6), method="m@1", rows=2)
    assert joined([side(3, 2, method="a@1"), side(5, 2, method="b@1")]).method == "a@1+b@1"


def test_roundings_of_regions_go_with_the_quantity() -> None:
    # twice 1 t at 0.00005 is stored as 0.0000 + 0.0000, together 2 t would be 0.0001; then 2 × 1.2 t: 0.0001 + 0.0001
    left, right = joined([side(1, "0.00005")] * 2), joined([side("1.2", "0.00005")] * 2)
    assert (left.value, right.value) == (0, F("0.0002"))
    assert shown(leaf_change(left, right)) == {"quantity": "0.0002"}
    with pytest.raises(ValueError, match="is stored as"):
        leaf_change(Side(F(9), F(8), F(1), unit="t", rows=2), right)


def test_an_index_is_split_into_gep_and_gdp() -> None:
    # 100/50 = 2 → 180/60 = 3. GEP first: 180/50 − 2 = 1.6; GEP last: 3 − 100/60, stored as 1.666666666667, = 1.333333333333.
    # Mean 1.4666666666665, GDP −0.4666666666665: both are cut, no step is missing
    change = ratio_change((F(100), F(180)), (F(50), F(60)), {"area": F(-40), "price": F(120)})
    assert (change.left, change.right, change.difference, change.residual) == (2, 3, 1, 0)
    assert change.numerator == F("1.466666666666")
    assert change.denominator == F("-0.466666666666")
    # −40 and 120 times 11/600, the mean of 1/50 and 1/60, are −11/15 and 2.2; 2/3 of a step is set apart, cut from both
    assert change.parts == {"area": F("-0.733333333333"), "price": F("2.199999999999")}


def test_an_index_that_stands_still_keeps_parts_of_opposite_sign() -> None:
    change = ratio_change((F(100), F(100)), (F(50), F(50)), {"area": F(-40), "price": F(40)})
    assert (change.numerator, change.denominator) == (0, 0)
    assert change.parts == {"area": F("-0.8"), "price": F("0.8")}
    revised = ratio_change((F(100), F(100)), (F(50), F(80)), {})
    assert (revised.numerator, revised.denominator, dict(revised.parts)) == (0, F("-0.75"), {})
    with pytest.raises(ValueError, match="do not add up"):
        ratio_change((F(1), F(2)), (F(1), F(1)), {"area": F(2)})


def test_an_asset_is_area_condition_and_price() -> None:
    # 10·2·3 = 60 → 10·2·4 = 80: only the price; a class that appears takes condition and price of the other side
    still = product_change({"area": (F(10), F(10)), "condition": (F(2), F(2)), "price": (F(3), F(4))})
    assert shown(still) == {"price": "20"}
    new = product_change({"area": (F(0), F(10)), "condition": (None, F(2)), "price": (None, F(4))})
    assert shown(new) == {"area": "80"}
    with pytest.raises(ValueError, match="no side has price"):
        product_change({"area": (F(0), F(10)), "price": (None, None)})


# ---- largest remainder


def test_the_missing_step_goes_to_the_largest_remainder_and_ties_to_the_first() -> None:
    assert quantised({"a": F(1, 3), "b": F(2, 3)}, 0) == {"a": 0, "b": 1}
    assert quantised({"a": F(1, 2), "b": F(1, 2)}, 0) == {"a": 1, "b": 0}
    assert quantised({"a": F(-1, 2), "b": F(-1, 2)}, 0) == {"a": -1, "b": 0}
    assert quantised({"a": F(7), "b": F(1, 3), "c": F(-1, 3)}, 0) == {"a": 7, "b": 0, "c": 0}
    with pytest.raises(ValueError, match="more than 0 decimals"):
        quantised({"a": F(1, 2)}, 0)


@given(st.lists(st.fractions(max_denominator=9999), min_size=1, max_size=6), st.integers(0, 5))
def test_quantised_parts_keep_their_sum_their_sign_and_stay_within_a_step(amounts: list[Fraction], places: int) -> None:
    step = F(1, 10**places)
    amounts[-1] += stored(sum(amounts), places) - sum(amounts)
    parts = {f"x{i}": a for i, a in enumerate(amounts)}
    made = quantised(parts, places)
    assert sum(made.values()) == sum(amounts)
    assert all(abs(made[n] - parts[n]) < step and (made[n] / step).denominator == 1 for n in parts)
    assert all(made[n] == parts[n] for n in parts if (parts[n] / step).denominator == 1)
    assert quantised({n: -p for n, p in parts.items()}, places) == {n: -m for n, m in made.items()}


def test_proportions_with_nothing_to_go_to() -> None:
    assert in_proportion(F(0), {"a": F(0)}, F(3)) == {"a": 0}
    with pytest.raises(ValueError, match="no parts to go to"):
        in_proportion(F(1), {"a": F(0)}, F(3))


@given(st.lists(st.fractions(max_denominator=99), min_size=1, max_size=5))
def test_shares_add_up_and_those_of_a_sum_are_its_parts(gains: list[Fraction]) -> None:
    players = [f"x{i}" for i in range(len(gains))]
    worth = dict(zip(players, gains, strict=True))
    assert shapley(players, lambda c: sum((worth[p] for p in c), F(0))) == worth
    squares = shapley(players, lambda c: sum((worth[p] for p in c), F(0)) ** 2)
    assert sum(squares.values()) == sum(gains) ** 2


# ---- random pairs, against a second implementation


def by_definition(left: Side, right: Side) -> dict[str, Fraction]:
    """The mean over all orders, one order after the other; rounded to the step by hand."""

    def factors(one: Side, other: Side) -> dict[str, Fraction]:
        assert one.quantity is not None
        price = one.price if one.price is not None else other.price
        made = {"price": price if price is not None else F(0), "floor": F(one.floor)}
        areas = (one.area, one.whole, other.area, other.whole)
        bare = None in areas or (one.area == 0 != one.quantity) or (other.area == 0 != other.quantity)
        if bare or one.area == other.area == 0:
            return {"quantity": one.quantity, **made}
        assert one.area is not None
        assert one.whole is not None
        held = one if one.area else other
        whole = one if one.whole else other
        assert held.area
        assert held.quantity is not None
        assert whole.whole
        assert whole.area is not None
        share = whole.area / whole.whole
        return {"area": one.whole, "structure": share, "intensity": held.quantity / held.area, **made}

    one, two = factors(left, right), factors(right, left)
    names = [n for n in one if n != "floor"]
    shares = dict.fromkeys(names, F(0))
    orders = list(permutations(names))
    for order in orders:
        now = dict(one)
        for name in order:
            before = worth(now)
            now[name] = two[name]
            if name in ("intensity", "quantity"):
                now["floor"] = two["floor"]
            shares[name] += (worth(now) - before) / len(orders)
    return shares


def worth(factors: dict[str, Fraction]) -> Fraction:
    quantity = F(1)
    for name in ("area", "structure", "intensity", "quantity"):
        quantity *= factors.get(name, F(1))
    return stored((max(quantity, F(0)) if factors["floor"] else quantity) * factors["price"])


def random_side(rng: random.Random) -> Side | None:
    """A line with zeros, deficits, classes of no area, lines that do not apply, are not there or are unknown."""
    kind = rng.random()
    if kind < 0.04:
        return None
    if kind < 0.08:
        return Side(None, applies=False)
    if kind < 0.1:
        return Side(None)
    if kind < 0.14:
        return Side(F(rng.randrange(10**12), 10**4))
    quantity = F(0) if rng.random() < 0.1 else F(rng.randrange(-(10**11), 10**14), 10**6)
    price = None if quantity == 0 and rng.random() < 0.5 else F(rng.choice([0, rng.randrange(10**12)]), 10**8)
    whole = F(rng.randrange(10**12), 10**2)
    area = whole * F(rng.randrange(1, 1000), 1000) if whole else F(0)
    if rng.random() < 0.1:
        area, quantity = F(0), rng.choice([F(0), quantity])
    if rng.random() < 0.02:
        area = whole = F(0)
    held: tuple[Fraction | None, Fraction | None] = (None, None) if rng.random() < 0.3 else (area, whole)
    floor = rng.random() < 0.3
    value = stored((max(quantity, F(0)) if floor else quantity) * (price or F(0)))
    if price is None:
        quantity = F(0)
    return Side(value, quantity, price, *held, method=rng.choice(["a@1", "a@1", "b@1"]), unit="t", floor=floor)


def test_nothing_is_left_over_and_a_second_implementation_agrees() -> None:
    rng = random.Random(20180922)  # noqa: S311 - a test, not a secret
    seen: set[str] = set()
    compared = 0
    for _ in range(PAIRS):
        left, right = random_side(rng), random_side(rng)
        forward, back = leaf_change(left, right, name="x"), leaf_change(right, left, name="x")
        seen |= set(forward.parts)
        if forward.unknown:
            assert (forward.difference, forward.parts) == (None, {})
            continue
        assert forward.residual == 0
        assert {n: -p for n, p in back.parts.items()} == forward.parts
        assert all((part * 10**4).denominator == 1 for part in forward.parts.values())
        assert [n for n in FACTORS if n in forward.parts] == list(forward.parts)
        counted = [s for s in (left, right) if s is not None and s.applies and s.quantity is not None]
        if len(counted) < 2:
            continue
        compared += 1
        exact = by_definition(counted[0], counted[1])
        own = "intensity" if "intensity" in exact else "quantity"
        given = dict(forward.parts)
        if "method" in given:
            given[own] = given.pop("method")
        assert all(abs(given.get(n, F(0)) - share) < F(1, 10**4) for n, share in exact.items())  # type: ignore[call-overload]
        assert set(given) <= set(exact)
    assert seen == {"area", "structure", "intensity", "quantity", "price", "method", "coverage"}
    assert compared > PAIRS / 2


# ---- what must stay the same

AMOUNTS = st.decimals(min_value=0, max_value=10**6, places=3).map(F)
PRICES = st.decimals(min_value=0, max_value=10**3, places=2).map(F)
AREAS = st.decimals(min_value=1, max_value=10**3, places=1).map(F)
STEP = F(1, 10**4)
SIDES = st.builds(lambda q, p, a, rest: side(q, p, a, a + rest), AMOUNTS, PRICES, AREAS, AREAS)


def with_price(given: Side, price: Fraction) -> Side:
    assert given.quantity is not None
    return Side(stored(given.quantity * price), given.quantity, price, given.area, given.whole, given.method, given.unit)


@given(SIDES, SIDES, st.integers(1, 50))
def test_prices_of_both_sides_times_k_make_every_part_k_times_as_large(left: Side, right: Side, k: int) -> None:
    # a part is a linear function of (p₁, p₂); rounding (a step inside, a step after) is all that does not scale
    one = leaf_change(left, right).parts
    two = leaf_change(*(with_price(s, (s.price or F(0)) * k) for s in (left, right))).parts
    assert all(abs(two.get(n, F(0)) - k * one.get(n, F(0))) <= (2 * k + 2) * STEP for n in FACTORS)


@given(SIDES, SIDES, st.integers(2, 50))
def test_the_price_of_one_side_times_k_leaves_the_physical_change_as_it_was(left: Side, right: Side, k: int) -> None:
    """The proportions stay, and a physical part times its own mean price: (p₁ + p₂)/2 for one physical factor."""
    flat = [Side(s.value, s.quantity, s.price, None, None, s.method, s.unit) for s in (left, right)]
    prices = [s.price or F(0) for s in flat]
    raised = (flat[0], with_price(flat[1], prices[1] * k))
    moved = (right.quantity or F(0)) - (left.quantity or F(0))
    for pair, mean in ((flat, sum(prices) / 2), (raised, (prices[0] + k * prices[1]) / 2)):
        part = leaf_change(pair[0], pair[1]).parts.get("quantity", F(0))
        assert abs(part - moved * mean) <= 2 * STEP  # the quantity that moved is the same, whatever the price


@given(SIDES, SIDES, PRICES)
def test_at_one_price_the_parts_are_those_of_the_quantities_whatever_the_base_year(
    left: Side, right: Side, price: Fraction
) -> None:
    # constant prices: no part for the price, and part ÷ price is the part of the quantity (6 decimals), at any base price > 0
    base = price + 1
    parts = leaf_change(with_price(left, base), with_price(right, base)).parts
    assert "price" not in parts
    unpriced = leaf_change(with_price(left, F(1)), with_price(right, F(1))).parts
    assert all(abs(parts.get(n, F(0)) - base * unpriced.get(n, F(0))) <= (base + 1) * 2 * STEP for n in FACTORS)


@given(SIDES, SIDES, st.integers(1, 99))
def test_a_line_cut_in_two_keeps_its_parts(left: Side, right: Side, percent: int) -> None:
    # a region split in the same proportion on both sides: area and quantity go with the share, so do all effects
    share = F(percent, 100)

    def cut(given: Side, by: Fraction) -> Side:
        q, a, w = ((x or F(0)) * by for x in (given.quantity, given.area, given.whole))
        return Side(stored(q * (given.price or F(0))), q, given.price, a, w, given.method, given.unit)

    halves = total_change(leaf_change(cut(left, s), cut(right, s)) for s in (share, 1 - share))
    merged = leaf_change(left, right)
    assert halves.residual == merged.residual == 0
    assert all(abs(halves.parts.get(n, F(0)) - merged.parts.get(n, F(0))) <= 6 * STEP for n in FACTORS)


@given(
    st.tuples(AMOUNTS, AMOUNTS),
    st.tuples(AREAS, AREAS),
    st.lists(st.tuples(st.sampled_from(list(FACTORS)), st.fractions(-1000, 1000, max_denominator=1)), max_size=5),
)
def test_the_parts_of_an_index_add_up(
    gep: tuple[Fraction, Fraction], gdp: tuple[Fraction, Fraction], moves: list[tuple[str, Fraction]]
) -> None:
    parts = {name: part for name, part in moves if part}
    rest = gep[1] - gep[0] - sum(parts.values(), F(0))
    if rest:
        parts["coverage"] = parts.get("coverage", F(0)) + rest
    change = ratio_change(gep, gdp, parts)  # type: ignore[arg-type]
    assert change.residual == 0
    assert change.left == stored(gep[0] / gdp[0], 12)
    back = ratio_change(gep[::-1], gdp[::-1], {n: -p for n, p in parts.items()})  # type: ignore[misc,arg-type]
    assert (back.numerator, back.denominator) == (-change.numerator, -change.denominator)
    assert {n: -p for n, p in back.parts.items()} == change.parts
