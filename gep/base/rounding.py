"""Rounding on exact values, once: GB/T 8170-2008 (half to even), 四舍五入 (half up), storage scale, print against a limit.

Nothing here depends on the decimal context of the caller, and no value is rounded on the way to being rounded.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from fractions import Fraction
from math import floor
from typing import TypeAlias

POWER_OF_TEN = (0, (1,))  # sign and digits
WIDE = 300  # digits of the result, far more than any amount that intake lets through has
_WIDE = Context(prec=WIDE + 2, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, Overflow])
Exact: TypeAlias = Decimal | Fraction | int
Rounding: TypeAlias = Callable[[Exact, Decimal], Decimal]


def round_8170(x: Exact, step: Decimal) -> Decimal:
    """`x` rounded once to a multiple of `step` by GB/T 8170-2008: nearest, an exact half to the even multiple.

    `step` is the rounding interval, any positive decimal: 0.1, 1E+3, 0.2, 0.5, 20. A negative number is rounded by its absolute
    value. The result has the decimals of `step`. Raises ValueError for a step that is not positive and finite, or x not finite.
    """
    if isinstance(x, Decimal) and step.as_tuple()[:2] == POWER_OF_TEN and x.is_finite() and x.adjusted() < step.adjusted() + WIDE:
        return _quantized(x, step)  # the same, many times faster
    return _nearest(x, step, lambda n, twice_rest: twice_rest > 1 or (twice_rest == 1 and n % 2 == 1))


def round_half_up(x: Exact, step: Decimal) -> Decimal:
    """`x` rounded once to a multiple of `step`, an exact half away from zero (四舍五入). Errors as round_8170."""
    return _nearest(x, step, lambda _, twice_rest: twice_rest >= 1)


def store(x: Exact, places: int) -> Decimal:
    """`x` at the storage scale: `places` decimals, an exact half to the even digit. Raises ValueError for negative places."""
    if places < 0:
        raise ValueError(f"a storage scale has no negative decimals: {places}")
    return round_8170(x, Decimal((0, (1,), -places)))


def half_unit(amount: Decimal) -> Decimal:
    """Half the last typed digit: 158 -> 0.5, 95.30 -> 0.005, 1.2E+3 -> 50. Raises ValueError if `amount` is not finite."""
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{amount} has no last digit")
    return Decimal((0, (5,), exponent - 1)) if exponent <= 0 else Decimal((0, (5, *[0] * (exponent - 1)), 0))


def printable(x: Exact, limit: Exact, step: Decimal, rounding: Rounding = round_8170) -> Decimal:
    """`x` rounded to `step`, or to as many more decimals as it takes for the printed figure to stay on its side of `limit`.

    89.96 against a limit of 90 is printed at step 0.1 as 89.96, not 90.0. An `x` that equals the limit is printed equal to it,
    or at `step` if the limit is no finite decimal (a third). Errors as round_8170.
    """
    exact, bound = _fraction(x), _fraction(limit)
    shown = rounding(exact, step)
    if exact == bound and not _is_decimal(bound):
        return shown
    finer = step
    while _side(Fraction(shown), bound) != _side(exact, bound):
        finer = _next_step(finer)
        shown = rounding(exact, finer)
    return shown


def _side(x: Fraction, bound: Fraction) -> int:
    return (x > bound) - (x < bound)


def _is_decimal(x: Fraction) -> bool:
    rest = x.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _next_step(step: Decimal) -> Decimal:
    """The next finer power of ten: 20 -> 10, 10 -> 1, 0.5 -> 0.1, 0.1 -> 0.01."""
    power = Decimal((0, (1,), step.adjusted()))
    return power if power < step else Decimal((0, (1,), step.adjusted() - 1))


def _quantized(x: Decimal, step: Decimal) -> Decimal:
    """An exact half to the even multiple of a power of ten; a zero has no sign."""
    made = x.quantize(step, ROUND_HALF_EVEN, _WIDE)
    return made if made else abs(made)


def _fraction(x: Exact) -> Fraction:
    if isinstance(x, Decimal) and not x.is_finite():
        raise ValueError(f"{x} cannot be rounded")
    return Fraction(x)


def _nearest(x: Exact, step: Decimal, away: Callable[[int, Fraction], bool]) -> Decimal:
    """`away(n, twice the rest)`: whether |x|/step = n + rest goes to n + 1."""
    if not step.is_finite() or step <= 0:
        raise ValueError(f"a rounding interval is a positive number, not {step}")
    exact = _fraction(x)
    multiple = abs(exact) / Fraction(step)
    n = floor(multiple)
    if away(n, 2 * (multiple - n)):
        n += 1
    return _times(-n if exact < 0 else n, step)


def _times(n: int, step: Decimal) -> Decimal:
    """n x step exactly, with the decimals of `step` and without a negative zero."""
    _, digits, exponent = step.as_tuple()
    scaled = n * int("".join(map(str, digits)))
    return Decimal((int(scaled < 0), tuple(map(int, str(abs(scaled)))), int(exponent)))
