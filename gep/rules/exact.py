"""Exact evaluation of the tail of a plan: rational arithmetic, functions to 50 significant digits, and which arguments did not
bind.

exp, ln, log10, sqrt and pow come from `decimal`, sin and cos from mpmath, with guard digits, and are rounded half-even once
to 50 significant digits; so the result is the same on every machine. A tail with any unknown input is unknown, whichever
branch is taken.
"""

from __future__ import annotations

import decimal
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any

from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp, children, walk

DIGITS = 50
GUARD = 40
MAX_LOG = 10_000  # results beyond e^±10000 are no quantities; without a limit exp(10^9) would fill the memory

Env = Mapping[str, Fraction | None]
Refs = Mapping[tuple[int, str], Fraction | None]
Path = tuple[int, ...]


class MathProblem(ArithmeticError):
    """The formula has no value for these inputs. `code`: zero_division, log_domain, root_domain, power_domain or overflow."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def evaluate(node: Node, env: Env, refs: Refs) -> Fraction | None:
    """The exact value of `node`, or None if any input it reads is unknown. A comparison gives 1 or 0.

    `env`: value of every name, in the unit in which the expression reads it; `refs`: results of the row products by (index,
    what). Raises MathProblem where there is no value, KeyError for a name or ref that was not given.
    """
    if unknown(node, env, refs):
        return None
    return _value(node, env, refs)


def holds(node: Compare, env: Env, refs: Refs) -> bool | None:
    """Whether an assertion holds; None if any input is unknown."""
    value = evaluate(node, env, refs)
    return None if value is None else value == 1


def unknown(node: Node, env: Env, refs: Refs) -> bool:
    """Whether any name or ref below `node`, in any branch, is unknown."""
    found = False
    for n in walk(node):
        if isinstance(n, Name):
            found = found or env[n.id] is None
        elif isinstance(n, Ref):
            found = found or refs[n.index, n.what] is None
    return found


def _value(node: Node, env: Env, refs: Refs) -> Fraction:
    match node:
        case Num():
            return node.value
        case Name():
            return _known(env[node.id])
        case Ref():
            return _known(refs[node.index, node.what])
        case Neg():
            return -_value(node.x, env, refs)
        case Convert():
            return _value(node.x, env, refs) * node.factor
        case Stamp():
            return _value(node.x, env, refs)
        case Bin():
            return _binary(node.op, _value(node.left, env, refs), _value(node.right, env, refs))
        case Compare():
            return Fraction(compare(node.op, _value(node.left, env, refs), _value(node.right, env, refs)))
        case Call():
            return _call(node, env, refs)
        case Agg():
            raise TypeError("an aggregate stands in a tail: the tree was not split")


def _known(value: Fraction | None) -> Fraction:
    if value is None:
        raise TypeError("an unknown value was to be computed with")
    return value


def _binary(op: str, a: Fraction, b: Fraction) -> Fraction:
    if op == "/":
        if b == 0:
            raise MathProblem("zero_division")
        return a / b
    return a + b if op == "+" else a - b if op == "-" else a * b


def compare(op: str, a: Any, b: Any) -> bool:
    """a op b."""
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op])


def _call(node: Call, env: Env, refs: Refs) -> Fraction:
    if node.fn == "where":
        return _value(node.args[chosen(node, env, refs)], env, refs)
    args = [_value(a, env, refs) for a in node.args]
    if node.fn in ("min", "max"):
        return min(args) if node.fn == "min" else max(args)
    return FUNCTION[node.fn](*args)


def chosen(node: Call, env: Env, refs: Refs) -> int:
    """Index of the branch (1 or 2) that a where takes."""
    return 1 if _value(node.args[0], env, refs) == 1 else 2


# --- functions to 50 digits


def significant(value: Fraction, digits: int = DIGITS) -> Fraction:
    """`value` rounded half-even to `digits` significant digits."""
    with decimal.localcontext(_context(digits)) as context:
        return Fraction(context.divide(Decimal(value.numerator), Decimal(value.denominator)))


def _context(digits: int) -> decimal.Context:
    return decimal.Context(
        prec=digits,
        rounding=decimal.ROUND_HALF_EVEN,
        Emin=decimal.MIN_EMIN,
        Emax=decimal.MAX_EMAX,
        traps=[decimal.InvalidOperation],
    )


def _decimal(value: Fraction, digits: int) -> Decimal:
    return _context(digits).divide(Decimal(value.numerator), Decimal(value.denominator))


def magnitude(value: Fraction) -> int:
    """n with 10^(n-1) <= |value| < 10^(n+1); 0 for zero."""
    return len(str(abs(value.numerator))) - len(str(value.denominator)) if value else 0


def exp(x: Fraction) -> Fraction:
    """e^x."""
    if abs(x) > MAX_LOG:
        raise MathProblem("overflow")
    return Fraction(_context(DIGITS).exp(_decimal(x, DIGITS + GUARD)))


def _logarithm(x: Fraction, function: Callable[[decimal.Context, Decimal], Decimal]) -> Fraction:
    if x <= 0:
        raise MathProblem("log_domain")
    near_one = max(0, -magnitude(x - 1)) if x != 1 else 0  # near 1 the leading digits cancel
    return Fraction(function(_context(DIGITS), _decimal(x, DIGITS + GUARD + near_one)))


def ln(x: Fraction) -> Fraction:
    """Natural logarithm."""
    return _logarithm(x, decimal.Context.ln)


def log10(x: Fraction) -> Fraction:
    """Decimal logarithm."""
    return _logarithm(x, decimal.Context.log10)


def sqrt(x: Fraction) -> Fraction:
    """Square root."""
    if x < 0:
        raise MathProblem("root_domain")
    return Fraction(_context(DIGITS).sqrt(_decimal(x, 2 * DIGITS + GUARD)))


def power(x: Fraction, y: Fraction) -> Fraction:
    """x^y for x > 0, and 0 for x = 0 with y > 0; by exp(y ln x), since the power of `decimal` is not always rounded correctly."""
    if x < 0 or (x == 0 and y <= 0):
        raise MathProblem("power_domain")
    if x == 0:
        return Fraction(0)
    if x == 1 or y == 0:
        return Fraction(1)
    rough = _decimal(x, DIGITS + GUARD + max(0, -magnitude(x - 1)))
    context = _context(DIGITS + GUARD)
    exponent = context.multiply(_decimal(y, DIGITS + GUARD), context.ln(rough))
    if abs(exponent) > MAX_LOG:
        raise MathProblem("overflow")
    return significant(Fraction(context.exp(exponent)))


@cache
def _mpmath() -> Any:
    import mpmath

    return mpmath.MPContext()


def _trigonometric(x: Fraction, name: str) -> Fraction:
    if abs(x) > 10**12:
        raise MathProblem("overflow")
    context = _mpmath()
    context.dps = DIGITS + GUARD + max(0, magnitude(x))
    result = getattr(context, name)(context.mpf(x.numerator) / x.denominator)
    sign, mantissa, exponent, _ = result._mpf_
    exact = Fraction(int(mantissa)) * Fraction(2) ** int(exponent)
    return significant(-exact if sign else exact)


def sin(x: Fraction) -> Fraction:
    """Sine of an angle in radians."""
    return _trigonometric(x, "sin")


def cos(x: Fraction) -> Fraction:
    """Cosine of an angle in radians."""
    return _trigonometric(x, "cos")


FUNCTION: Mapping[str, Callable[..., Fraction]] = {
    "abs": abs, "exp": exp, "ln": ln, "log10": log10, "sqrt": sqrt, "pow": power, "sin": sin, "cos": cos
}  # fmt: skip


# --- which arguments bind


def binding(node: Node, env: Env, refs: Refs) -> dict[Path, frozenset[int]]:
    """Path of every min, max and where that was evaluated -> indices of its arguments that did not bind.

    A path is the tuple of child indices (`nodes.children`) from the root. Arguments that tie bind all; the condition of a
    where binds. Nothing is reported from inside an argument that did not bind. Empty if any input is unknown: then nothing
    was chosen.
    """
    return {} if unknown(node, env, refs) else dict(_binding(node, (), env, refs))


def _binding(node: Node, path: Path, env: Env, refs: Refs) -> Iterator[tuple[Path, frozenset[int]]]:
    slack = _slack(node, env, refs)
    if slack is not None:
        yield path, slack
    for index, child in enumerate(children(node)):
        if slack is None or index not in slack:
            yield from _binding(child, (*path, index), env, refs)


def _slack(node: Node, env: Env, refs: Refs) -> frozenset[int] | None:
    """Arguments of one node that do not bind; None if the node makes no choice."""
    if not isinstance(node, Call) or node.fn not in ("min", "max", "where"):
        return None
    if node.fn == "where":
        return frozenset({3 - chosen(node, env, refs)})
    values = [_value(a, env, refs) for a in node.args]
    best = min(values) if node.fn == "min" else max(values)
    return frozenset(i for i, v in enumerate(values) if v != best)


def _effective(node: Node, env: Env, refs: Refs) -> Iterator[Node]:
    slack = _slack(node, env, refs) or frozenset()
    yield node
    for index, child in enumerate(children(node)):
        if index not in slack:
            yield from _effective(child, env, refs)


def effective_names(node: Node, env: Env, refs: Refs) -> frozenset[str]:
    """Names whose value reaches the result through binding arguments only (all names if any input is unknown)."""
    reached = walk(node) if unknown(node, env, refs) else _effective(node, env, refs)
    return frozenset(n.id for n in reached if isinstance(n, Name))


def effective_refs(node: Node, env: Env, refs: Refs) -> frozenset[Ref]:
    """Refs whose value reaches the result through binding arguments only (all refs if any input is unknown)."""
    reached = walk(node) if unknown(node, env, refs) else _effective(node, env, refs)
    return frozenset(n for n in reached if isinstance(n, Ref))
