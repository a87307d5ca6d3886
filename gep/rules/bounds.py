"""Interval arithmetic over rational numbers: where the value of an expression can lie when its inputs lie within bounds.

An interval always contains every possible value. It may be wider than need be where an input stands twice. Results of exp,
ln, log10, sqrt, pow, sin and cos are widened outwards by one unit of the 49th digit, more than their rounding error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gep.rules import exact
from gep.rules.exact import MathProblem
from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp

_WIDEN = Fraction(1, 10**48)


@dataclass(frozen=True, slots=True)
class Interval:
    """All values from `lower` to `upper`; None is unbounded on that side."""

    lower: Fraction | None
    upper: Fraction | None

    def __post_init__(self) -> None:
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError(f"empty interval {self.lower}..{self.upper}")

    @property
    def bounded(self) -> bool:
        return self.lower is not None and self.upper is not None

    def largest(self) -> Fraction | None:
        """The largest absolute value in it; None if there is none."""
        if self.lower is None or self.upper is None:
            return None
        return max(abs(self.lower), abs(self.upper))

    def has(self, value: Fraction) -> bool:
        return (self.lower is None or self.lower <= value) and (self.upper is None or value <= self.upper)


ALL = Interval(None, None)


def point(value: Fraction) -> Interval:
    return Interval(value, value)


def interval(node: Node, env: Mapping[str | Ref, Interval]) -> Interval:
    """The interval of `node` for all inputs within `env` (by name or Ref). What is not in `env` raises KeyError.

    A comparison gives 1, 0 or 0..1. Raises MathProblem if no input within the bounds has a value.
    """
    match node:
        case Num():
            return point(node.value)
        case Name():
            return env[node.id]
        case Ref():
            return env[node]
        case Neg():
            return _negative(interval(node.x, env))
        case Convert():
            return _times(interval(node.x, env), point(node.factor))
        case Stamp():
            return interval(node.x, env)
        case Bin():
            return _binary(node.op, interval(node.left, env), interval(node.right, env))
        case Compare():
            return _compare(node.op, interval(node.left, env), interval(node.right, env))
        case Call():
            return _call(node, env)
        case Agg():
            raise TypeError("an aggregate stands in a tail: the tree was not split")


def hull(parts: Sequence[Interval]) -> Interval:
    """The smallest interval that holds all `parts`."""
    lowers, uppers = [p.lower for p in parts], [p.upper for p in parts]
    known_low, known_high = [v for v in lowers if v is not None], [v for v in uppers if v is not None]
    return Interval(
        min(known_low) if len(known_low) == len(parts) else None, max(known_high) if len(known_high) == len(parts) else None
    )


def _negative(a: Interval) -> Interval:
    return Interval(None if a.upper is None else -a.upper, None if a.lower is None else -a.lower)


def _add(a: Interval, b: Interval) -> Interval:
    lower = None if a.lower is None or b.lower is None else a.lower + b.lower
    upper = None if a.upper is None or b.upper is None else a.upper + b.upper
    return Interval(lower, upper)


def _binary(op: str, a: Interval, b: Interval) -> Interval:
    if op == "+":
        return _add(a, b)
    if op == "-":
        return _add(a, _negative(b))
    return _times(a, b) if op == "*" else _times(a, _inverse(b))


_Corner = tuple[int, Fraction]  # (-1 | 0 | 1 for minus infinity, finite, plus infinity; the value if finite)


def _corners(a: Interval) -> tuple[_Corner, _Corner]:
    low = (-1, Fraction(0)) if a.lower is None else (0, a.lower)
    high = (1, Fraction(0)) if a.upper is None else (0, a.upper)
    return low, high


def _sign(corner: _Corner) -> int:
    infinite, value = corner
    return infinite or (value > 0) - (value < 0)


def _corner_product(a: _Corner, b: _Corner) -> _Corner:
    """At a corner, 0 × unbounded is 0: the bound itself is never reached."""
    if a[0] == 0 and b[0] == 0:
        return 0, a[1] * b[1]
    return _sign(a) * _sign(b), Fraction(0)


def _times(a: Interval, b: Interval) -> Interval:
    products = [_corner_product(x, y) for x in _corners(a) for y in _corners(b)]
    finite = [v for infinite, v in products if infinite == 0]
    lower = None if any(i < 0 for i, _ in products) or not finite else min(finite)
    upper = None if any(i > 0 for i, _ in products) or not finite else max(finite)
    return Interval(lower, upper)


def _inverse(a: Interval) -> Interval:
    if a.lower == 0 and a.upper == 0:
        raise MathProblem("zero_division")
    if (a.lower is None or a.lower < 0) and (a.upper is None or a.upper > 0):
        return ALL
    zero = Fraction(0)
    if a.upper is not None and a.upper <= 0:
        return _negative(_inverse(_negative(a)))
    return Interval(zero if a.upper is None else 1 / a.upper, None if not a.lower else 1 / a.lower)


def _compare(op: str, a: Interval, b: Interval) -> Interval:
    d = _add(a, _negative(b))
    zero = Fraction(0)
    above, below = d.lower is not None and d.lower > 0, d.upper is not None and d.upper < 0
    not_below, not_above = d.lower is not None and d.lower >= 0, d.upper is not None and d.upper <= 0
    always = {"<": below, "<=": not_above, ">": above, ">=": not_below, "==": d == point(zero), "!=": above or below}[op]
    never = {"<": not_below, "<=": above, ">": not_above, ">=": below, "==": above or below, "!=": d == point(zero)}[op]
    return point(Fraction(1)) if always else point(zero) if never else Interval(zero, Fraction(1))


def _call(node: Call, env: Mapping[str | Ref, Interval]) -> Interval:
    if node.fn == "where":
        condition = interval(node.args[0], env)
        if condition.bounded and condition.lower == condition.upper:
            return interval(node.args[1 if condition.lower == 1 else 2], env)
        return hull([interval(a, env) for a in node.args[1:]])
    args = [interval(a, env) for a in node.args]
    if node.fn in ("min", "max"):
        return _extreme(node.fn, args)
    return _FUNCTION[node.fn](*args)


def _extreme(fn: str, args: Sequence[Interval]) -> Interval:
    if fn == "max":
        return _negative(_extreme("min", [_negative(a) for a in args]))
    uppers = [a.upper for a in args if a.upper is not None]
    return Interval(hull(args).lower, min(uppers) if uppers else None)


def _abs(a: Interval) -> Interval:
    if a.lower is not None and a.lower >= 0:
        return a
    if a.upper is not None and a.upper <= 0:
        return _negative(a)
    return Interval(Fraction(0), a.largest())


def _down(value: Fraction) -> Fraction:
    return value - abs(value) * _WIDEN


def _up(value: Fraction) -> Fraction:
    return value + abs(value) * _WIDEN


def _rising(function: Callable[[Fraction], Fraction], a: Interval, at_zero: Fraction | None, code: str) -> Interval:
    """A rising function; left of 0 it has no value, at 0 it is `at_zero` (None: minus infinity)."""
    if a.upper is not None and (a.upper < 0 or (a.upper == 0 and at_zero is None)):
        raise MathProblem(code)
    upper = None if a.upper is None else _up(function(a.upper))
    if a.lower is None or a.lower <= 0:
        return Interval(at_zero, upper)
    return Interval(_down(function(a.lower)), upper)


def _exp(a: Interval) -> Interval:
    """Beyond the range of `exact.exp` the result counts as unbounded above, or as 0 below."""
    low = None if a.lower is None or a.lower < -exact.MAX_LOG else min(a.lower, Fraction(exact.MAX_LOG))
    high = None if a.upper is None or a.upper > exact.MAX_LOG else max(a.upper, Fraction(-exact.MAX_LOG))
    return Interval(Fraction(0) if low is None else _down(exact.exp(low)), None if high is None else _up(exact.exp(high)))


def _ln(a: Interval) -> Interval:
    return _rising(exact.ln, a, None, "log_domain")


def _log10(a: Interval) -> Interval:
    return _rising(exact.log10, a, None, "log_domain")


def _sqrt(a: Interval) -> Interval:
    return _rising(exact.sqrt, a, Fraction(0), "root_domain")


def _pow(a: Interval, b: Interval) -> Interval:
    """x^y = exp(y ln x) for x >= 0; x = 0 gives 0 (y > 0) or no value."""
    if a.upper is not None and a.upper < 0:
        raise MathProblem("power_domain")
    if a.upper == 0:
        return point(Fraction(0))
    result = _exp(_times(b, _ln(Interval(a.lower, a.upper))))
    zero_base = a.lower is None or a.lower <= 0
    return hull([result, point(Fraction(0))]) if zero_base and (b.upper is None or b.upper > 0) else result


def _waves(function: Callable[[Fraction], Fraction]) -> Callable[[Interval], Interval]:
    def bound(a: Interval) -> Interval:
        if a.lower is not None and a.lower == a.upper:
            value = function(a.lower)
            return Interval(_down(value), _up(value))
        return Interval(Fraction(-1), Fraction(1))

    return bound


_FUNCTION: Mapping[str, Callable[..., Interval]] = {
    "abs": _abs,
    "exp": _exp,
    "ln": _ln,
    "log10": _log10,
    "sqrt": _sqrt,
    "pow": _pow,
    "sin": _waves(exact.sin),
    "cos": _waves(exact.cos),
}
