"""Why a value differs between two sides: the difference given to named factors, exactly, with nothing left over.

A value is a function of named factors (area × structure × intensity × price). Each factor is given its mean contribution over all
orders of replacing the factors of the left side by those of the right one by one (Shapley). Storage rounding is part of the
function, so the contributions add up to the stored difference; they are then brought to the storage step by largest remainder
and still add up to it. Everything is rational arithmetic; a swap of the sides turns the sign of every part and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import combinations
from math import factorial
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from gep.base.records import Names
from gep.base.rounding import store

Factor: TypeAlias = Literal[
    "area", "structure", "intensity", "quantity", "price", "method", "coverage", "correction", "condition"
]
Parts: TypeAlias = Mapping[Factor, Fraction]
K = TypeVar("K", bound=str)

VALUE_PLACES = 4  # of a stored value: 0.0001 yuan
RATIO_PLACES = 12  # of a stored ratio
ZERO = Fraction(0)
NOTHING: Parts = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class FactorWords:
    """A factor as a reader meets it: its name, and a sentence that says what it is."""

    names: Names
    tells: Names


# in the order in which tables show them; ties of the largest remainder are settled in this order too
FACTORS: Mapping[Factor, FactorWords] = MappingProxyType(
    {
        "area": FactorWords(
            Names("面积", "area"),
            Names("各类生态系统的总面积增减", "the ecosystems taken together cover more or less ground"),
        ),
        "structure": FactorWords(
            Names("结构", "structure"),
            Names("各类生态系统在总面积中的比重改变", "the share of each ecosystem in the whole area changes"),
        ),
        "intensity": FactorWords(
            Names("单位面积实物量", "quantity per area"),
            Names("每单位面积提供的实物量改变", "a unit of area yields more or less"),
        ),
        "quantity": FactorWords(
            Names("实物量", "quantity"),
            Names(
                "不按面积核算的实物量增减（产品、游客、全区上限）",
                "quantities that do not go by area: products, visits, caps",
            ),
        ),
        "condition": FactorWords(
            Names("质量状况", "condition"),
            Names("每单位面积资产的数量或质量改变", "a unit of area holds more or less, or is in better or worse condition"),
        ),
        "price": FactorWords(
            Names("单价", "price"),
            Names("每单位实物量的价格改变", "a unit is worth more or less"),
        ),
        "method": FactorWords(
            Names("方法", "method"),
            Names("两边用不同的规则或系数核算", "the two sides are computed by different rules or coefficients"),
        ),
        "coverage": FactorWords(
            Names("核算范围", "coverage"),
            Names("只有一边核算", "only one of the two sides counts it"),
        ),
        "correction": FactorWords(
            Names("更正", "correction"),
            Names("报送数据经过更正", "returned figures were corrected"),
        ),
    }
)


# ---- the two exact tools


def shapley(players: Sequence[K], at: Callable[[frozenset[K]], Fraction]) -> dict[K, Fraction]:
    """Each player's mean contribution over all orders; they add up to at(all) − at(none) exactly."""
    n = len(players)
    worth = {frozenset(c): at(frozenset(c)) for size in range(n + 1) for c in combinations(players, size)}
    shares = {}
    for player in players:
        others = [c for c in worth if player not in c]
        weights = {c: Fraction(factorial(len(c)) * factorial(n - len(c) - 1), factorial(n)) for c in others}
        shares[player] = sum((weights[c] * (worth[c | {player}] - worth[c]) for c in others), ZERO)
    return shares


def quantised(parts: Mapping[K, Fraction], places: int = VALUE_PLACES) -> dict[K, Fraction]:
    """The parts at `places` decimals by largest remainder, with the same sum; ties go by the order of `parts`.

    Each part is cut towards zero, and the steps that are then missing go to the largest remainders of their sign. A part that
    needs no rounding is never touched, and the parts turned in sign give the same result turned in sign. Raises ValueError
    if the sum itself has more decimals.
    """
    scaled = {name: part * 10**places for name, part in parts.items()}
    whole = sum(scaled.values(), ZERO)
    if whole.denominator != 1:
        raise ValueError(f"a sum of {whole / 10**places} has more than {places} decimals")
    cut = {name: int(part) for name, part in scaled.items()}  # int() cuts towards zero
    missing = int(whole) - sum(cut.values())
    sign = 1 if missing > 0 else -1
    order = sorted(scaled, key=lambda name: -sign * (scaled[name] - cut[name]))  # stable: ties keep their order
    for name in order[: abs(missing)]:
        cut[name] += sign
    return {name: Fraction(n, 10**places) for name, n in cut.items()}


def in_proportion(
    amount: Fraction, weights: Mapping[K, Fraction], scale: Fraction, places: int = VALUE_PLACES
) -> dict[K, Fraction]:
    """`amount` given to what `weights` × `scale` says, quantised; whatever rounding sets apart goes by the size of the weights.

    For an effect that is made of others: the weights add up to about amount ÷ scale and may have either sign, so that a small
    amount of large parts of opposite sign keeps them. Raises ValueError if there is an amount and every weight is zero.
    """
    size = sum((abs(w) for w in weights.values()), ZERO)
    apart = amount - sum(weights.values(), ZERO) * scale
    if not size:
        if amount:
            raise ValueError(f"{amount} has no parts to go to")
        return dict.fromkeys(weights, ZERO)
    return quantised({name: w * scale + apart * abs(w) / size for name, w in weights.items()}, places)


# ---- one line of the accounts


@dataclass(frozen=True, slots=True)
class Side:
    """One line of the accounts on one side.

    `value`: as stored, None if unknown. `quantity` × `price` gives it (`price` in the money of the accounts; with `floor` a
    deficit is worth nothing); both are None for a line that is returned as an amount of money. `area`: of the class of the line,
    `whole`: of all classes of the region, both None for a line that does not go by area. `method`: the rule that gave the
    quantity, empty if that is not known. `unit`: of the quantity. `applies`: False for a line that does not apply there. `rows`:
    how many stored values were added up to this one (see `joined`); `slack`: by how much the stored decimals of quantity and
    price let the value differ from their product. What such roundings leave goes with the quantity.
    """

    value: Fraction | None
    quantity: Fraction | None = None
    price: Fraction | None = None
    area: Fraction | None = None
    whole: Fraction | None = None
    method: str = ""
    unit: str = ""
    floor: bool = False
    applies: bool = True
    rows: int = 1
    slack: Fraction = ZERO

    @property
    def known(self) -> bool:
        return self.value is not None or not self.applies

    @property
    def priced(self) -> bool:
        """Whether the value is quantity × price; a quantity of zero needs no price."""
        return self.quantity is not None and (self.price is not None or not self.quantity)


@dataclass(frozen=True, slots=True)
class Change:
    """A value on both sides and the parts of its difference (those that are not zero), in the order of FACTORS.

    A side is None where the line is not there or does not apply: it adds nothing. `unknown`: what should have a value on both
    sides and has none on one; then there is no difference, and `parts` explain only the rest.
    """

    left: Fraction | None
    right: Fraction | None
    parts: Parts = field(default_factory=lambda: NOTHING)
    unknown: tuple[str, ...] = ()

    @property
    def difference(self) -> Fraction | None:
        """right − left; None if something is unknown."""
        return None if self.unknown else (self.right or ZERO) - (self.left or ZERO)

    @property
    def explained(self) -> Fraction:
        return sum(self.parts.values(), ZERO)

    @property
    def residual(self) -> Fraction | None:
        """What the parts leave of the difference: zero by construction, None if there is no difference."""
        return None if self.difference is None else self.difference - self.explained


def leaf_change(
    left: Side | None,
    right: Side | None,
    *,
    name: str = "",
    physical: Factor | None = None,
    priced: Factor = "price",
    places: int = VALUE_PLACES,
) -> Change:
    """The change of one line from `left` to `right`; None is a line that this side does not have.

    * A line that only one side has, or that applies on one side only, is `coverage`.
    * A side of unknown value: nothing is explained, `name` stands among the unknown.
    * Quantity × price: area × structure × intensity × price where both sides have areas, else quantity × price. A class of no
      area has no intensity, and a line of no quantity may have no price: that of the other side stands for both, so the change
      is one of area, structure or quantity. A quantity without any area has no factor of area.
    * Quantities of different rules: what would be intensity or quantity is `method`. Quantities in different units, or a quantity
      against an amount of money: the whole is `method`. Two amounts of money: `quantity`.

    `physical`: names the effect of intensity or quantity where the caller knows better (method, correction), `priced` that of
    the price. Raises ValueError if a stored value is not what its quantity and price make.
    """
    sides = [s for s in (left, right) if s is not None]
    if any(not s.known for s in sides):
        return Change(_counted(left), _counted(right), unknown=(name,))
    one, two = _counted(left), _counted(right)
    if left is None or right is None or one is None or two is None:
        gap = (two or ZERO) - (one or ZERO)
        return Change(one, two, {"coverage": gap} if gap else NOTHING)
    if left.priced != right.priced or (left.priced and left.unit != right.unit):
        return Change(one, two, {"method": two - one} if two != one else NOTHING)
    if not left.priced:
        return Change(one, two, {physical or "quantity": two - one} if two != one else NOTHING)
    rests = (_rest(left, name, places), _rest(right, name, places))
    return Change(one, two, _product(left, right, rests, physical, priced, places))


def _counted(side: Side | None) -> Fraction | None:
    """What a side adds to a total; None where it adds nothing because there is nothing, or because it is unknown."""
    return side.value if side is not None and side.applies else None


def _worth(quantity: Fraction, price: Fraction, floor: bool, places: int) -> Fraction:
    return Fraction(store((max(quantity, ZERO) if floor else quantity) * price, places))


def _rest(side: Side, name: str, places: int) -> Fraction:
    """What roundings leave between a value and quantity × price as stored; zero unless `rows` or `slack` allow for it."""
    made = _worth(side.quantity or ZERO, side.price or ZERO, side.floor, places)
    rest = (side.value or ZERO) - made
    if abs(rest) > side.slack + Fraction(side.rows + 1 if side.rows > 1 else 0, 2 * 10**places):
        raise ValueError(f"{name}: {side.quantity} × {side.price} is stored as {side.value}, not {made}")
    return rest


def _product(
    left: Side, right: Side, rests: tuple[Fraction, Fraction], physical: Factor | None, priced: Factor, places: int
) -> Parts:
    """The parts of quantity × price, each side with both."""
    pairs = _quantity_factors(left, right)
    prices = _filled(left.price, right.price)
    pairs["price"] = prices
    own: Factor = "intensity" if "intensity" in pairs else "quantity"
    floors = (left.floor, right.floor)

    def at(chosen: frozenset[Factor]) -> Fraction:
        quantity = Fraction(1)
        for name, pair in pairs.items():
            if name != "price":
                quantity *= pair[name in chosen]
        # what of a deficit is valued belongs to how the quantity is read, and so do the roundings of its summands
        return _worth(quantity, prices["price" in chosen], floors[own in chosen], places) + rests[own in chosen]

    parts = quantised(shapley(list(pairs), at), places)
    other = floors[0] != floors[1] or bool(left.method and right.method and left.method != right.method)
    named: dict[Factor, Factor] = {own: physical or ("method" if other else own), "price": priced}
    return gathered((named.get(name, name), part) for name, part in parts.items())


def _quantity_factors(left: Side, right: Side) -> dict[Factor, tuple[Fraction, Fraction]]:
    """The factors whose product is the quantity, on both sides."""
    q = (left.quantity or ZERO, right.quantity or ZERO)
    if left.area is None or left.whole is None or right.area is None or right.whole is None:
        return {"quantity": q}
    areas, wholes = (left.area, right.area), (left.whole, right.whole)
    unheld = any(area == 0 and quantity != 0 for area, quantity in zip(areas, q, strict=True))
    if unheld or not any(areas):
        return {"quantity": q}
    shares = tuple(None if not whole else area / whole for area, whole in zip(areas, wholes, strict=True))
    rates = tuple(None if not area else quantity / area for area, quantity in zip(areas, q, strict=True))
    return {"area": wholes, "structure": _filled(*shares), "intensity": _filled(*rates)}


def _filled(left: Fraction | None, right: Fraction | None) -> tuple[Fraction, Fraction]:
    """A factor that only one side has stands for both; one that no side has multiplies zero anyway."""
    one, two = (left if left is not None else right), (right if right is not None else left)
    return (one if one is not None else ZERO, two if two is not None else ZERO)


def joined(sides: Sequence[Side]) -> Side:
    """One line of several regions taken together: values and quantities added, a deficit that is not valued as zero.

    The price is that of all of them if they share one, else the mean, weighted by quantity. Areas are left to the caller, since
    regions without the line have areas too. What is unknown in one region is unknown; a region where the line does not apply adds
    nothing. Amounts of money, quantities of several units, and quantities that cancel at several prices give an amount of money.
    """
    counted = [s for s in sides if s.applies]
    if not counted:
        return Side(None, applies=False)
    values = [s.value for s in counted if s.value is not None]
    if len(values) < len(counted):
        return Side(None)
    rows, methods = sum(s.rows for s in counted), sorted({s.method for s in counted})
    slack = sum((s.slack for s in counted), ZERO)
    made = Side(sum(values, ZERO), method="+".join(methods), rows=rows, slack=slack)
    if not all(s.priced for s in counted) or len({s.unit for s in counted}) > 1:
        return made
    pairs = [(max(s.quantity or ZERO, ZERO) if s.floor else s.quantity or ZERO, s.price) for s in counted]
    quantity, prices = sum((q for q, _ in pairs), ZERO), {p for _, p in pairs if p is not None}
    if len(prices) > 1 and not quantity:
        return made
    price = sum((q * (p or ZERO) for q, p in pairs), ZERO) / quantity if len(prices) > 1 else next(iter(prices), None)
    return replace(made, quantity=quantity, price=price, unit=counted[0].unit)


# ---- sums, ratios and products


def gathered(parts: Iterable[tuple[Factor, Fraction]]) -> dict[Factor, Fraction]:
    """Parts added by factor, in the order of FACTORS, without those that are zero."""
    found: dict[Factor, Fraction] = {}
    for name, part in parts:
        found[name] = found.get(name, ZERO) + part
    return {name: found[name] for name in FACTORS if found.get(name)}


def total_change(changes: Iterable[Change]) -> Change:
    """The changes added up. A side is None if no line of it is there; what is unknown in one is unknown in the total."""
    held = tuple(changes)
    sides = []
    for amounts in ([c.left for c in held], [c.right for c in held]):
        there = [a for a in amounts if a is not None]
        sides.append(sum(there, ZERO) if there else None)
    parts = gathered(pair for c in held for pair in c.parts.items())
    return Change(sides[0], sides[1], parts, tuple(dict.fromkeys(u for c in held for u in c.unknown)))


@dataclass(frozen=True, slots=True)
class RatioChange:
    """The change of a stored ratio (an index): what the numerator did, factor by factor, and what the denominator did."""

    left: Fraction
    right: Fraction
    numerator: Fraction
    denominator: Fraction
    parts: Parts  # add up to `numerator`

    @property
    def difference(self) -> Fraction:
        return self.right - self.left

    @property
    def residual(self) -> Fraction:
        """Zero by construction: the difference less both effects, and the effect of the numerator less its parts."""
        return abs(self.difference - self.numerator - self.denominator) + abs(self.numerator - sum(self.parts.values(), ZERO))


def ratio_change(
    numerators: tuple[Fraction, Fraction], denominators: tuple[Fraction, Fraction], parts: Parts, places: int = RATIO_PLACES
) -> RatioChange:
    """The change of numerator ÷ denominator, stored at `places` decimals.

    `parts`: those of the change of the numerator, which they add up to. The effect of the numerator is made of them in
    proportion, each times the mean of 1 ÷ denominator. Raises ZeroDivisionError for a denominator of zero, and ValueError if the
    parts do not add up.
    """
    if sum(parts.values(), ZERO) != numerators[1] - numerators[0]:
        raise ValueError(f"the parts do not add up to {numerators[1] - numerators[0]}")

    def at(chosen: frozenset[str]) -> Fraction:
        return Fraction(store(numerators["numerator" in chosen] / denominators["denominator" in chosen], places))

    whole = quantised(shapley(("numerator", "denominator"), at), places)
    mean = (1 / denominators[0] + 1 / denominators[1]) / 2
    return RatioChange(
        at(frozenset()),
        at(frozenset(("numerator", "denominator"))),
        whole["numerator"],
        whole["denominator"],
        in_proportion(whole["numerator"], parts, mean, places),
    )


def product_change(factors: Mapping[Factor, tuple[Fraction | None, Fraction | None]], places: int = VALUE_PLACES) -> Change:
    """The change of a product of factors, stored at `places` decimals: a stock as area × condition × price.

    A factor that only one side has (the price of what is not there yet) stands for both. Raises ValueError for a factor that no
    side has.
    """
    lacking = [name for name, pair in factors.items() if pair == (None, None)]
    if lacking:
        raise ValueError(f"no side has {', '.join(lacking)}")
    pairs = {name: _filled(*pair) for name, pair in factors.items()}

    def at(chosen: frozenset[Factor]) -> Fraction:
        product = Fraction(1)
        for name, pair in pairs.items():
            product *= pair[name in chosen]
        return Fraction(store(product, places))

    parts = quantised(shapley(list(pairs), at), places)
    return Change(at(frozenset()), at(frozenset(pairs)), gathered(parts.items()))
