"""What second routes are written with: plain decimals of 60 digits, their powers and sines, unit constants typed by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import cache, wraps
from typing import TypeAlias

Inputs: TypeAlias = Mapping[str, Decimal]
Route: TypeAlias = Callable[[Inputs], Decimal]
RowRoute: TypeAlias = Callable[[Sequence[Inputs], Inputs], Decimal]

DIGITS = 60

KILOJOULE_PER_KILOWATT_HOUR = Decimal(3600)  # kJ/kWh
KILOGRAM_PER_TONNE = Decimal(1000)  # kg/t
GRAM_PER_TONNE = Decimal(1_000_000)  # g/t
MILLIMETRE_PER_METRE = Decimal(1000)  # mm/m
SQUARE_METRE_PER_HECTARE = Decimal(10_000)  # m²/hm²
SQUARE_METRE_PER_SQUARE_KILOMETRE = Decimal(1_000_000)  # m²/km²
CUBIC_CENTIMETRE_PER_CUBIC_METRE = Decimal(1_000_000)  # cm³/m³
CUBIC_METRE_PER_WAN = Decimal(10_000)  # m³/万m³
PERCENT = Decimal(100)  # % of 1


def to_60_digits(route: Route) -> Route:
    """Work a route of one figure out to DIGITS digits, whatever the context of the caller."""

    @wraps(route)
    def precise(inputs: Inputs) -> Decimal:
        with localcontext() as context:
            context.prec = DIGITS
            return route(inputs)

    return precise


def rows_to_60_digits(route: RowRoute) -> RowRoute:
    """The same for a route over rows; ValueError for no rows, whose sum is unknown and not zero."""

    @wraps(route)
    def precise(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
        if not rows:
            raise ValueError("no rows: their sum is unknown, not zero")
        with localcontext() as context:
            context.prec = DIGITS
            return route(rows, constants)

    return precise


def all_given(inputs: Inputs, names: str) -> None:
    """KeyError for the first of the names that is not among the inputs, also where this figure would do without it."""
    for name in names.split():
        inputs[name]


def power(base: Decimal, exponent: Decimal) -> Decimal:
    """base^exponent by logarithm, in the context of the caller; 0 for 0 to a positive exponent.

    decimal.InvalidOperation for a negative base, ValueError for 0 to an exponent that is not positive.
    """
    if base == 0:
        if exponent <= 0:
            raise ValueError("0 has no power that is not positive")
        return Decimal(0)
    return (exponent * base.ln()).exp()


def sine_of_degrees(angle: Decimal) -> Decimal:
    """Sine of -360 to 360 degrees: a power series for a ninth of it, then twice sin 3x = 3 sin x - 4 sin³ x."""
    if abs(angle) > 360:
        raise ValueError(f"{angle} is no angle of a slope in degrees")
    with localcontext() as context:
        context.prec += 10
        x = angle * pi() / 180 / 9
        term = total = x
        n = 1
        while abs(term) > Decimal(1).scaleb(-context.prec - 5):
            term = -term * x * x / ((n + 1) * (n + 2))
            total += term
            n += 2
        for _ in range(2):
            total = 3 * total - 4 * total**3
    return +total


@cache
def pi() -> Decimal:
    """π to 80 digits by Machin's formula, π/4 = 4 arctan 1/5 - arctan 1/239."""
    with localcontext() as context:
        context.prec = 90
        return 4 * (4 * _arctangent_of_reciprocal(5) - _arctangent_of_reciprocal(239))


def _arctangent_of_reciprocal(n: int) -> Decimal:
    """arctan 1/n by its power series, in the context of the caller."""
    power_of_n = total = Decimal(1) / n
    k = 1
    while abs(power_of_n) > Decimal(1).scaleb(-95):
        power_of_n = -power_of_n / (n * n)
        k += 2
        total += power_of_n / k
    return total
