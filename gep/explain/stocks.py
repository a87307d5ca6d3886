"""What assets are worth on two sides, class by class: the change given to area, condition and price. Pure: nodes in, changes out.

Which figures stand for them is data (coefficients/change/assets.toml). A class of several regions has their values and amounts
added, the condition as the mean by area, and the price that makes their value.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from gep.accounts.decompose import VALUE_PLACES, Change, Factor, product_change
from gep.base.records import Names
from gep.base.rounding import store
from gep.base.units import parse_unit
from gep.explain.again import argument_value, read, work_out

FILE = Path("coefficients") / "change" / "assets.toml"
ZERO, ONE = Fraction(0), Fraction(1)
Pair = tuple[Fraction | None, Fraction | None]


@dataclass(frozen=True, slots=True)
class Asset:
    """One entry of the file: measure ids, empty where there is none."""

    id: str
    names: Names
    value: str
    amount_is: str = ""
    ground: str = ""
    area: str = ""
    condition: str = ""
    crosswalk: str = ""  # from ecosystems to the classes; with it the asset has zones

    @property
    def measures(self) -> tuple[str, ...]:
        return tuple(m for m in (self.value, self.ground, self.area, self.condition) if m)


@cache
def declared(root: Path) -> tuple[Asset, ...]:
    """The assets that a data folder declares, in their order."""
    with (root / FILE).open("rb") as stream:
        entries = tomllib.load(stream)["asset"]
    return tuple(Asset(names=Names(e["zh"], e["en"]), **{k: v for k, v in e.items() if k not in ("zh", "en")}) for e in entries)


@dataclass
class Figures:
    """The figures of one year out of a trace, in base units.

    `amounts`: (measure, region) -> key -> amount, None if unknown; `products`: (measure, region, key) -> the amount and the price
    of a unit, for values that a rule makes of the two.
    """

    amounts: dict[tuple[str, str], dict[str, Fraction | None]] = field(default_factory=dict)
    products: dict[tuple[str, str, str], tuple[Fraction, Fraction]] = field(default_factory=dict)

    def of(self, measure: str, region: str) -> Mapping[str, Fraction | None]:
        return self.amounts.get((measure, region), {})

    def take(self, node: Mapping[str, Any]) -> None:
        """A returned or calculated figure; one that does not apply is not there, and a calculation goes before a return."""
        place, key = (node["measure"], node["region"]), node["key"]
        if node["state"] == "not_applicable":
            return
        if node["kind"] == "cell":
            scale = Fraction(node["factor"]) * parse_unit(node["base_unit"]).factor
            self.amounts.setdefault(place, {}).setdefault(key, _scaled(node["amount"], scale))
            return
        result = _scaled(node["result"], parse_unit(node["unit"]).factor)
        self.amounts.setdefault(place, {})[key] = result
        given = {a["name"]: a for a in node["arguments"]}
        if result is not None and "price" in given and len(given) == 2:
            own = next(name for name in given if name != "price")
            price = work_out(read(node["expression"]), {own: ONE, "price": argument_value(given["price"])})
            self.products[(*place, key)] = (argument_value(given[own]), price)


@dataclass(frozen=True, slots=True)
class Holding:
    """A class on one side: value, area or quantity, condition, and the price of a unit; None where not known."""

    value: Fraction | None = ZERO
    amount: Fraction | None = ZERO
    condition: Fraction | None = None
    price: Fraction | None = None


def holding(figures: Figures, asset: Asset, regions: Sequence[str], key: str) -> Holding:
    """One class over several regions; zero where none of them has it.

    The price of a single region is the one its rule read, so that what storage rounds stays where it is.
    """
    there = [region for region in regions if key in figures.of(asset.value, region)]
    if not there:
        return Holding()
    value = total(figures.of(asset.value, region)[key] for region in there)
    if not asset.area:
        products = [p for r in there if (p := figures.products.get((asset.value, r, key))) is not None]
        if len(products) < len(there):
            return Holding(value, None)
        amount = sum((q for q, _ in products), ZERO)
        price = products[0][1] if len(products) == 1 else value / amount if amount and value is not None else None
        return Holding(value, amount, None, price)
    areas = [_by_code(figures.of(asset.area, region), key) for region in there]
    grades = [_by_code(figures.of(asset.condition, region), key) for region in there]
    area = total(areas)
    if area is None or None in grades:
        return Holding(value, area)
    weighted = sum(((a or ZERO) * (g or ZERO) for a, g in zip(areas, grades, strict=True)), ZERO)
    return Holding(value, area, weighted / area if area else None)


def into_zone(
    made: Figures,
    figures: Figures,
    asset: Asset,
    areas: Mapping[str, Mapping[str, Fraction] | None],
    class_of: Callable[[str], str],
) -> None:
    """Put into `made` an asset of one zone of every region: area of its own, condition of the region, value as its share of area.

    `areas`: region -> ecosystem -> area in the zone; where they are not known the values are unknown. `class_of`: the class of an
    ecosystem.
    """
    for (measure, region), held in figures.amounts.items():
        if measure != asset.value or region not in areas:
            continue
        own = _gathered(areas[region], class_of)
        values: dict[str, Fraction | None] = {}
        grounds: dict[str, Fraction | None] = {}
        for key, value in held.items():
            whole = _by_code(figures.of(asset.area, region), key)
            part = None if own is None else own.get(key.partition(":")[2], ZERO)
            grounds[key] = part
            if value is None or part is None or whole is None:
                values[key] = None
            else:
                values[key] = Fraction(store(value * part / whole, VALUE_PLACES)) if whole else ZERO
        made.amounts[asset.value, region], made.amounts[asset.area, region] = values, grounds
        made.amounts[asset.condition, region] = dict(figures.of(asset.condition, region))


def _gathered(held: Mapping[str, Fraction] | None, class_of: Callable[[str], str]) -> dict[str, Fraction] | None:
    if held is None:
        return None
    found: dict[str, Fraction] = {}
    for ecosystem, area in held.items():
        found[class_of(ecosystem)] = found.get(class_of(ecosystem), ZERO) + area
    return found


def stock_change(asset: Asset, left: Holding, right: Holding, grounds: Pair, name: str) -> Change:
    """The change of a class: area × condition × price, area × price, or quantity × price, as far as both sides know them.

    `grounds`: the area of all classes on both sides, for an asset whose amount per area is its condition. A value without any
    amount is `quantity` as a whole; one that is unknown stands among the unknown as `name`.
    """
    if left.value is None or right.value is None:
        return Change(left.value, right.value, unknown=(name,))
    if left.value == right.value == 0:
        return Change(ZERO, ZERO)
    if any(c.amount is None or (not c.amount and c.value) for c in (left, right)):
        return product_change({"quantity": (left.value, right.value)})
    if asset.ground and all(grounds):
        shares = (_per(left.amount, grounds[0]), _per(right.amount, grounds[1]))
        factors: dict[Factor, Pair] = {"area": grounds, "condition": shares}
    elif asset.condition and all(c.condition for c in (left, right) if c.amount):
        factors = {"area": (left.amount, right.amount), "condition": (left.condition, right.condition)}
    else:
        factors = {"quantity" if asset.amount_is == "quantity" else "area": (left.amount, right.amount)}
    return product_change({**factors, "price": (_price(left, factors, 0), _price(right, factors, 1))})


def total(amounts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum; None if one is unknown or there is none."""
    held = list(amounts)
    known = [a for a in held if a is not None]
    return sum(known, ZERO) if held and len(known) == len(held) else None


def _price(side: Holding, factors: Mapping[Factor, Pair], which: int) -> Fraction | None:
    """The price the rule read, else the value of a unit of all the other factors; None where there is no such unit."""
    if side.price is not None:
        return side.price
    units = ONE
    for pair in factors.values():
        units *= pair[which] or ZERO
    return side.value / units if units and side.value is not None else None


def _per(amount: Fraction | None, ground: Fraction | None) -> Fraction | None:
    return amount / ground if amount is not None and ground else None


def _scaled(amount: str | None, scale: Fraction) -> Fraction | None:
    return None if amount is None else Fraction(Decimal(amount)) * scale


def _by_code(figures: Mapping[str, Fraction | None], key: str) -> Fraction | None:
    """The figure of the same code in another table: its columns are a code scheme of its own."""
    code = key.partition(":")[2]
    return next((amount for other, amount in figures.items() if other.partition(":")[2] == code), None)
