"""The change of one line of the accounts between two traces, given to the factors that a reader is told of.

Two ways of reading it. Two profiles of one year and region have the same data: what moves a quantity is `method`, what moves a
price is `price`. Two vintages of one profile have other data: what returns moved is area, structure and intensity (or quantity),
what was corrected is `correction`, what another rule, coefficient of a quantity or program moved is `method`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, NamedTuple, TypeAlias

from gep.accounts.decompose import FACTORS, ZERO, Change, Factor, Parts, leaf_change, quantised
from gep.accounts.decompose import Side as LineSide
from gep.base.rounding import store
from gep.explain.causes import PROGRAM, UNEXPLAINED
from gep.explain.differ import CORRECTION, INPUT, PARAMETER, RULE, SCHEME, Lone, Pair, Task
from gep.explain.game import RULE as THE_RULE
from gep.explain.game import Game, game
from gep.explain.moved import Moved, Movements, change_of
from gep.explain.moved_rows import handed
from gep.explain.side import Ref, Side

FINE = 12  # decimals of a physical change, which is only a weight here
VALUED = "value."  # the measure of a value at current prices, which one at constant prices may rest on
QUANTITY, AMOUNT = "quantity", "amount"  # arguments of a value; all others make its price
Channel: TypeAlias = Literal["quantity", "price", "rule", "rest", "whole"]
Part: TypeAlias = "Factor | Literal['unexplained']"

OF_QUANTITY: Mapping[str, Part] = {
    CORRECTION: "correction", PARAMETER: "method", RULE: "method", SCHEME: "method", PROGRAM: "method",
    UNEXPLAINED: "unexplained",
}  # fmt: skip
OF_PRICE: Mapping[str, Part] = {
    INPUT: "price", CORRECTION: "correction", PARAMETER: "price", RULE: "method", SCHEME: "method", PROGRAM: "method",
    UNEXPLAINED: "unexplained",
}  # fmt: skip


class Ground(NamedTuple):
    """The area of the class of a line and of all classes of its region, on both sides, as far as returns moved them."""

    area: tuple[Fraction, Fraction]
    whole: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class LeafParts:
    """The change of a line; `unexplained`: what nothing known has moved (a fault, shown as such); `apart`: as of `Moved`."""

    change: Change
    unexplained: Fraction = ZERO
    apart: bool = True


class _Effect(NamedTuple):
    """A share of the change of a value: through which channel, and the place it comes from."""

    channel: Channel
    amount: Fraction
    source: Pair


# ---- two profiles


def of_profiles(left: Ref | None, right: Ref | None, name: str = "") -> LeafParts:
    """A line of two profiles in one year and region: coverage, method and price. None: the profile does not have the line."""
    if left is None or right is None or not (_valued(left) and _valued(right)):
        return LeafParts(_one_sided(left, right, name))
    effects, apart = _effects(Pair(left, right))
    parts: dict[Part, Fraction] = {}
    for e in effects:
        _add(parts, "price" if e.channel == "price" else "method", e.amount)
    return _made(left, right, parts, apart)


# ---- two vintages


def of_vintages(
    old: Ref | None, new: Ref | None, other: Side, moved: Movements, ground: Ground | None, name: str = ""
) -> LeafParts:
    """A line of two vintages. `other`: the trace of the vintage that lacks the line; `ground`: of a line that goes by area.

    A line that one side alone counts: `correction` if corrections alone made it so, area and structure if returns did and its
    class has no ground on the other side, else `coverage`.
    """
    if old is None or new is None or not (_valued(old) and _valued(new)):
        return LeafParts(_appeared(_one_sided(old, new, name), _task(old, new, other), moved, ground))
    effects, apart = _effects(Pair(old, new))
    parts: dict[Part, Fraction] = {}
    for e in effects:
        found = _caused(e, moved)
        apart = apart and found.apart
        for cause, amount in found.amounts.items():
            if cause == INPUT and e.channel != "price":
                for factor, share in _physical(e, moved, ground, amount):
                    _add(parts, factor, share)
            else:
                _add(parts, (OF_PRICE if e.channel == "price" else OF_QUANTITY)[cause], amount)
    return _made(old, new, parts, apart)


def _task(old: Ref | None, new: Ref | None, other: Side) -> Task | None:
    if old is not None and new is not None:
        return Pair(old, new)
    if old is not None:
        return Lone(old, other, is_new=False)
    return None if new is None else Lone(new, other, is_new=True)


def _caused(e: _Effect, moved: Movements) -> Moved:
    """The causes of an effect, with its amount."""
    match e.channel:
        case "rule":
            return Moved({RULE: e.amount})
        case "rest":
            return Moved({moved.nothing(e.source): e.amount})
        case "whole":
            return moved.whole(e.source, e.amount)
        case _:
            moved.of(e.source)
            return moved.given_to(e.amount, e.source)


def _physical(e: _Effect, moved: Movements, ground: Ground | None, amount: Fraction) -> Iterator[tuple[Factor, Fraction]]:
    """What returns moved of a quantity, by area, structure and intensity: as if nothing else had moved it."""
    before = handed(e.source.old.node)
    step = moved.of(e.source).amounts.get(INPUT, ZERO) if e.channel == "quantity" else ZERO
    if ground is None or before is None or not step:
        yield "quantity", amount
        return
    weights = _weights((before, before + step), ground)
    total = sum(weights.values(), ZERO)
    if not total:  # too small a step for the weights
        yield "quantity", amount
    for factor, weight in weights.items() if total else ():
        yield factor, weight * amount / total


def _weights(quantities: tuple[Fraction, Fraction], ground: Ground) -> Parts:
    """The change of a quantity by area, structure and intensity (or quantity, where it has no ground), in its own unit."""
    left, right = (
        LineSide(value=Fraction(store(q, FINE)), quantity=q, price=Fraction(1), area=area, whole=whole)
        for q, area, whole in zip(quantities, ground.area, ground.whole, strict=True)
    )
    return leaf_change(left, right, places=FINE).parts


def _appeared(settled: Change, task: Task | None, moved: Movements, ground: Ground | None) -> Change:
    """A line that counts on one side alone, by what made it appear or vanish."""
    gap = settled.difference
    if not gap or task is None:
        return settled
    causes = set(moved.causes(task))
    if causes == {CORRECTION}:
        return replace(settled, parts={"correction": gap})
    if ground is not None and causes <= {INPUT, PARAMETER} and ZERO in ground.area and any(ground.area):
        there = (Fraction(bool(ground.area[0])), Fraction(bool(ground.area[1])))
        weights = _weights(there, ground)  # the same yield on both sides: what moved is the ground alone
        return replace(settled, parts=quantised({factor: w * gap / (there[1] - there[0]) for factor, w in weights.items()}))
    return settled


# ---- both


def _valued(ref: Ref) -> bool:
    return ref.node["result"] is not None and ref.node["state"] != "not_applicable"


def _one_sided(left: Ref | None, right: Ref | None, name: str) -> Change:
    """A line that counts on one side alone, or of unknown value on a side."""
    sides = [
        None
        if r is None
        else LineSide(
            None if r.node["result"] is None else Fraction(r.node["result"]), applies=r.node["state"] != "not_applicable"
        )
        for r in (left, right)
    ]
    return leaf_change(*sides, name=name)


def _effects(pair: Pair) -> tuple[list[_Effect], bool]:
    """What each argument of a value carries, down to the quantity and what makes the price."""
    played: Game | None = game(pair.old, pair.new)
    if played is None:
        return [_Effect("whole", change_of(pair), pair)], True
    found: list[_Effect] = []
    apart = played.apart
    for name, share in played.shares.items():
        if name == THE_RULE:
            found.append(_Effect("rule", share, pair))
            continue
        below = Pair(*played.below[name])
        if name == AMOUNT and _is_value(below):
            inner, told = _effects(below)
            whole = sum((e.amount for e in inner), ZERO)
            apart = apart and told
            found += [_Effect(e.channel, e.amount * share / whole, e.source) for e in inner]
        else:
            found.append(_Effect("quantity" if name in (QUANTITY, AMOUNT) else "price", share, below))
    if played.rest:
        found.append(_Effect("rest", played.rest, pair))
    return found, apart


def _is_value(pair: Pair) -> bool:
    return all(r.node["kind"] == "calculation" and str(r.node["measure"]).startswith(VALUED) for r in pair)


def _add(parts: dict[Part, Fraction], name: Part, amount: Fraction) -> None:
    parts[name] = parts.get(name, ZERO) + amount


def _made(old: Ref, new: Ref, parts: Mapping[Part, Fraction], apart: bool) -> LeafParts:
    """The parts at the storage step, with their sum unchanged."""
    order: tuple[Part, ...] = (*FACTORS, "unexplained")
    stored = quantised({name: parts[name] for name in order if parts.get(name)})
    unexplained = stored.pop("unexplained", ZERO)
    kept: dict[Factor, Fraction] = {name: stored[name] for name in FACTORS if stored.get(name)}
    ends = (Fraction(old.node["result"]), Fraction(new.node["result"]))
    return LeafParts(Change(*ends, kept), unexplained, apart)
