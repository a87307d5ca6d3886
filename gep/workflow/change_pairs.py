"""Two sides of a place paired line by line: which lines each side has, the areas they stand on, and the change of each.

Several regions on a side are taken together first: values, quantities and areas are added; the price is that of all of them, or
where they differ the mean by quantity, so that a shift between regions of other prices is a change of price. No figure is shared
out between regions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gep.accounts.decompose import Change, Parts, Side, joined, leaf_change, ratio_change
from gep.base.records import Code, Names
from gep.explain.change import Leaf, LeafKey, Ratio, leaf_name
from gep.workflow.change_rows import NO_CLASS, YearRows, class_area

ZERO = Fraction(0)
GGI = Names("绿金指数", "Green-gold index")
GDP = Names("地区生产总值", "GDP")
PER_HEAD = Names("人均生态产品总值", "GEP per head")
PEOPLE = Names("常住人口", "resident population")


@dataclass(frozen=True, slots=True)
class Ends:
    """One side of a place: the rows of its year and the codes of its regions."""

    rows: YearRows
    codes: tuple[str, ...]

    @property
    def keys(self) -> set[LeafKey]:
        return {key for code in self.codes for key in self.rows.lines.get(code, {})}

    @property
    def accounted(self) -> bool:
        """Whether every region has lines at all."""
        return bool(self.codes) and all(self.rows.lines.get(code) for code in self.codes)


def leaves_of(place: str, left: Ends, right: Ends, tree: Mapping[str, Code]) -> tuple[Leaf, ...]:
    """The change of every line that one of the sides has. `tree`: the classes of ecosystems.

    A side without any line is unknown in all of them, not zero.
    """
    found = []
    for key in sorted(left.keys | right.keys):
        sides = [_side(ends, key, tree) if ends.accounted else Side(None) for ends in (left, right)]
        one, two = _alike(*sides)
        found.append(Leaf(place, key, one, two, leaf_change(one, two, name=leaf_name(place, key))))
    return tuple(found)


def _side(ends: Ends, key: LeafKey, tree: Mapping[str, Code]) -> Side | None:
    """A line on one side; None if no region has it.

    A class of ecosystems that the regions know to have no area of is there with a quantity of zero, as long as they have the
    same line for other classes: it appeared or vanished, and was not left out.
    """
    there = [ends.rows.lines[code][key] for code in ends.codes if key in ends.rows.lines[code]]
    name = key[-1]
    if name == NO_CLASS:
        return joined(there) if there else None
    area, whole = class_area(ends.rows, ends.codes, name, tree)
    if there:
        made = joined(there)
        return replace(made, area=area, whole=whole) if made.value is not None else made
    others = any(k[:-1] == key[:-1] for k in ends.keys)
    return Side(ZERO, ZERO, None, area, whole) if others and area == 0 else None


def _alike(left: Side | None, right: Side | None) -> tuple[Side | None, Side | None]:
    """A quantity of zero takes the unit of the other side; volume × price movement needs both sides, else both are amounts."""
    if left is None or right is None or left.value is None or right.value is None:
        return left, right
    for one, two in ((left, right), (right, left)):
        if one.quantity == 0 and one.price is None and not one.unit:
            changed = replace(one, unit=two.unit, quantity=None if two.quantity is None else ZERO)
            return (changed, two) if one is left else (two, changed)
    if left.priced != right.priced:
        return _amount(left), _amount(right)
    return left, right


def _amount(side: Side) -> Side:
    """Volume × price movement back to the amount of money it is; a quantity of another unit stays."""
    volume = side.quantity is not None and side.unit != "" and not side.method
    return replace(side, quantity=None, price=None, unit="") if volume else side


def index_of(left: Ends, right: Ends, total: Change) -> Ratio | None:
    """The change of GEP ÷ GDP over the regions of both sides; None where GEP or a GDP is not known.

    Raises AssertionError if the index stored for a single region is not GEP ÷ GDP.
    """
    if total.difference is None or total.left is None or total.right is None:
        return None
    sides = []
    for ends in (left, right):
        held = [ends.rows.index.get(code) for code in ends.codes]
        amounts = [Fraction(r["gdp"]) for r in held if r is not None and r["gdp"]]
        if len(amounts) < len(held) or not held:
            return None
        vintages = dict.fromkeys(str(r["gdp_vintage"] or "-") for r in held if r is not None)
        sides.append((sum(amounts, ZERO), "; ".join(vintages)))
    made = ratio_change((total.left, total.right), (sides[0][0], sides[1][0]), total.parts)
    for ends, ratio in ((left, made.left), (right, made.right)):
        stored = [ends.rows.index[code]["ggi"] for code in ends.codes]
        if len(stored) == 1 and stored[0] is not None and Fraction(stored[0]) != ratio:
            raise AssertionError(f"{ends.codes[0]}: GEP ÷ GDP is {ratio}, stored as {stored[0]}")
    return Ratio("ggi", GGI, GDP, "1", made, (sides[0][1], sides[1][1]))


def per_head(people: tuple[Fraction, Fraction], values: tuple[Fraction, Fraction], parts: Parts) -> Ratio:
    """The change of GEP per resident, in yuan."""
    return Ratio("per_capita", PER_HEAD, PEOPLE, "CNY/person", ratio_change(values, people, parts))


def unknown_place(name: str) -> Change:
    """A place below of which nothing can be said: it keeps the total above it from being given."""
    return Change(None, None, unknown=(name,))


def check_total(codes: Sequence[str], stored: Iterable[Fraction | None], made: Fraction | None) -> None:
    """The lines of a place add up to its GEP as stored. Raises AssertionError if they do not."""
    held = list(stored)
    known = [amount for amount in held if amount is not None]
    if held and len(known) == len(held) and sum(known, ZERO) != (made or ZERO):
        raise AssertionError(f"the lines of {'+'.join(codes)} make {made}, its GEP is stored as {sum(known, ZERO)}")
