"""Two figures of the same place side by side, and their difference as terms that add up to it exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

from gep.base.rounding import store
from gep.base.states import exact_sum

ABSENT = "absent"  # the profile has no such line
PLACES, MOST_PLACES = 4, 20  # of a value as it is stored; of a term as text
Effect = Literal["scope", "quantity", "price", "amount", "rounding"]
Kind = Literal["whole", "input", "inputs", "method", "rounding"]
Reason = Literal["", "service_not_in_profile", "line_not_in_profile", "not_applicable", "many_inputs", "mathematics"]
EFFECTS: tuple[Effect, ...] = ("scope", "quantity", "price", "amount", "rounding")


@dataclass(frozen=True, slots=True)
class Side:
    """What stands on one side of a term. `origin`: submitted, parameter, computed or row_sum; what does not apply is empty.

    `rule` and `expression` are those of a computed figure, `status` and `source` those of a
    parameter, `locator` its table or the file and row of a return.
    """

    node: str
    origin: str
    amount: str = ""
    unit: str = ""
    rule: str = ""
    expression: str = ""
    status: str = ""
    source: str = ""
    locator: str = ""

    def as_dict(self) -> dict[str, str | None]:
        return {n: getattr(self, n) or None for n in self.__slots__}


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a difference, in the currency, exact; `parts` add up to it if there are any.

    `effect`: scope (the figure counts in one profile only), quantity, price, amount (of a figure that is not quantity × price) or
    rounding (to storage). `kind` says what the effect is made of: one input, several inputs together, another method, rounding.
    `name`: the input; `reason`: why the line counts in one profile only, or why inputs stand together.
    """

    effect: Effect
    kind: Kind
    amount: Fraction
    name: str = ""
    reason: Reason = ""
    left: Side | None = None
    right: Side | None = None
    parts: tuple[Term, ...] = ()

    @classmethod
    def scope(cls, amount: Decimal, reason: Reason, left: Side | None, right: Side | None) -> Term:
        """The whole value of a line that counts in one profile only, with the sign of the difference."""
        return cls("scope", "whole", Fraction(amount), "", reason, left, right)

    def leaves(self) -> tuple[Term, ...]:
        return tuple(leaf for p in self.parts for leaf in p.leaves()) if self.parts else (self,)

    def as_dict(self) -> dict[str, object]:
        """For JSON: `amount` as decimal text, `exact` as a ratio, since a term may have no finite decimal (a third)."""
        return {
            "effect": self.effect,
            "kind": self.kind,
            "amount": decimal_text(self.amount),
            "exact": str(self.amount),
            "name": self.name or None,
            "reason": self.reason or None,
            "left": self.left and self.left.as_dict(),
            "right": self.right and self.right.as_dict(),
            "parts": [p.as_dict() for p in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A value of one profile: None where it is not known, does not apply or is not there; `state` says which, `reason` why."""

    amount: Decimal | None
    state: str
    reason: str = ""

    @property
    def counts(self) -> bool:
        """Whether a total takes it up; what does not apply or is not there is left out of it."""
        return self.state not in (ABSENT, "not_applicable")

    def as_dict(self) -> dict[str, object]:
        amount = None if self.amount is None else format(self.amount, "f")
        return {"value": amount, "state": self.state, "reason": self.reason or None}


@dataclass(frozen=True, slots=True)
class Pair:
    """A figure in both profiles. `keys` say which (a service, or all keys of a line); `lines` stand below a total."""

    keys: Mapping[str, str]
    left: Figure
    right: Figure
    terms: tuple[Term, ...] = ()
    lines: tuple[Pair, ...] = ()

    @property
    def difference(self) -> Decimal | None:
        """right − left, where a side that does not count adds nothing; None if a side is unknown or none has a value."""
        sides = (self.left, self.right)
        if any(s.counts and s.amount is None for s in sides) or all(s.amount is None for s in sides):
            return None
        taken = () if self.left.amount is None else (self.left.amount.copy_negate(),)  # `-` would round to the context
        return exact_sum([*taken, *(() if self.right.amount is None else (self.right.amount,))])

    @property
    def explained(self) -> Fraction:
        return sum((t.amount for t in self.terms), Fraction(0))

    @property
    def residual(self) -> Fraction | None:
        """What the terms leave of the difference: zero, or None where the difference itself is not known."""
        return None if self.difference is None else Fraction(self.difference) - self.explained

    @property
    def unknown(self) -> tuple[Pair, ...]:
        """The lines (or the line itself) with an unknown figure: of these nothing is explained."""
        below = tuple(u for line in self.lines for u in line.unknown)
        own = any(s.counts and s.amount is None for s in (self.left, self.right))
        return below if self.lines else ((self,) if own else ())

    def as_dict(self) -> dict[str, Any]:
        """For JSON, the lines below left to the caller."""
        residual = self.residual
        return {
            **self.keys,
            "left": self.left.as_dict(),
            "right": self.right.as_dict(),
            "difference": None if self.difference is None else format(self.difference, "f"),
            "terms": [t.as_dict() for t in self.terms],
            "explained": decimal_text(self.explained),
            "residual": None if residual is None else str(residual),
            "in_full": not self.unknown and not residual,
            "unknown": [dict(u.keys) for u in self.unknown],
        }


def decimal_text(amount: Fraction) -> str:
    """A finite decimal in full with at least the stored decimals, any other to MOST_PLACES."""
    places = next((n for n in range(PLACES, MOST_PLACES) if (amount * 10**n).denominator == 1), MOST_PLACES)
    return format(store(amount, places), "f")


def gathered(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Terms of several lines put together: one for each effect, kind, name, reason and pair of methods.

    Amounts and nodes of the single inputs are left out, since they are those of one line; units, status and source stay where all
    lines agree in them.
    """
    leaves = [leaf for t in terms for leaf in t.leaves()]
    groups: dict[tuple[object, ...], list[Term]] = {}
    for t in leaves:
        groups.setdefault((t.effect, t.kind, t.name, t.reason, _method(t.left), _method(t.right)), []).append(t)
    made = [_together(same) for same in groups.values()]
    return tuple(sorted(made, key=_rank))


def effects(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The terms of many lines by effect alone, a change of method and the rounding apart."""
    groups: dict[tuple[Effect, Kind], Fraction] = {}
    for leaf in (leaf for t in terms for leaf in t.leaves()):
        kind: Kind = leaf.kind if leaf.kind in ("method", "rounding") else "whole"
        key: tuple[Effect, Kind] = ("rounding" if kind == "rounding" else leaf.effect, kind)
        groups[key] = groups.get(key, Fraction(0)) + leaf.amount
    return tuple(sorted((Term(effect, kind, amount) for (effect, kind), amount in groups.items()), key=_rank))


def _rank(term: Term) -> tuple[bool, int, str]:
    return term.kind == "rounding", EFFECTS.index(term.effect), term.kind


def _method(side: Side | None) -> tuple[str, str]:
    return ("", "") if side is None else (side.rule, side.expression)


def _together(same: Sequence[Term]) -> Term:
    if len(same) == 1:
        return same[0]
    amount = sum((t.amount for t in same), Fraction(0))
    return replace(same[0], amount=amount, left=_common([t.left for t in same]), right=_common([t.right for t in same]))


def _common(sides: Sequence[Side | None]) -> Side | None:
    """What all of them say."""
    known = [s for s in sides if s is not None]
    if len(known) < len(sides):
        return None
    alike = {n: next(iter(v)) if len(v := {getattr(s, n) for s in known}) == 1 else "" for n in Side.__slots__}
    return Side(**alike)


def figure(node: Mapping[str, Any] | None) -> Figure:
    """The value of a trace node, or of a line that is not there."""
    if node is None:
        return Figure(None, ABSENT)
    amount = None if node["result"] is None else Decimal(node["result"])
    return Figure(amount, str(node["state"]), str(node["reason"]))


def services(lines: Iterable[Pair]) -> tuple[Pair, ...]:
    """The lines by service, in the order of its code, each service a total with its terms gathered."""
    by = sorted(lines, key=lambda p: p.keys["service"])
    found = []
    for service, same in groupby(by, key=lambda p: p.keys["service"]):
        held = tuple(same)
        sides = (total_of([p.left for p in held]), total_of([p.right for p in held]))
        found.append(Pair({"service": service}, *sides, gathered(t for p in held for t in p.terms), held))
    return tuple(found)


def total_of(figures: Sequence[Figure]) -> Figure:
    """The total of the parts of one profile: absent if all are, unknown if an applicable one is (DESIGN 5.1)."""
    there = [f for f in figures if f.state != ABSENT]
    known = [f.amount for f in there if f.amount is not None]
    if not there:
        return Figure(None, ABSENT)
    if not any(f.counts for f in there):
        return Figure(None, "not_applicable")
    if any(f.counts and f.amount is None for f in there):
        return Figure(None, "not_available")
    return Figure(exact_sum(known), "value")
