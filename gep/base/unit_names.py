"""The names of units and what they stand for, out of `units.txt`: the one pint registry of the process.

Pint reads the definitions and reduces each to base units, in exact fractions. Text from people never reaches it; that is read by
`gep.base.unit_text` into names of this table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pint import UnitRegistry

CURRENCY = "[currency_"  # what the dimension of a base unit begins with when it is a currency

# 万吨 is ten thousand t, 元/万吨 yuan per ten thousand t: powers of ten that Chinese puts before any unit
MULTIPLIERS: Mapping[str, int] = MappingProxyType(
    {
        "十": 1,
        "百": 2,
        "千": 3,
        "万": 4,
        "十万": 5,
        "百万": 6,
        "千万": 7,
        "亿": 8,
        "十亿": 9,
        "百亿": 10,
        "千亿": 11,
        "万亿": 12,
    }
)


@dataclass(frozen=True, slots=True)
class NamedUnit:
    """One definition: `factor` to base units, `dims` as (base unit, exponent) sorted, and how it is shown."""

    name: str
    factor: Fraction
    dims: tuple[tuple[str, Fraction], ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class UnitTable:
    """`spellings`: every accepted spelling, case-sensitive; `currencies`: the base units that are money."""

    spellings: Mapping[str, NamedUnit]
    currencies: frozenset[str]


def definitions_text() -> str:
    """The shipped definitions."""
    return files("gep.base").joinpath("units.txt").read_text(encoding="utf-8")


def _definitions(text: str) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(name, English symbol, further spellings, the Chinese one first) of each definition."""
    for line in text.splitlines():
        parts = [part.strip() for part in line.partition("#")[0].split("=")]
        if len(parts) > 1:
            name, symbol = parts[0], parts[2] if len(parts) > 2 else "_"
            yield name, name if symbol == "_" else symbol, tuple(parts[3:])


def make_registry(text: str) -> UnitRegistry[Any]:
    """A pint registry that knows `text` and nothing else. Raises pint's DefinitionSyntaxError or RedefinitionError."""
    from pint import UnitRegistry  # half a second that a command without units need not wait

    made: UnitRegistry[Any] = UnitRegistry(None, non_int_type=Fraction, on_redefinition="raise", cache_folder=None)
    made.load_definitions(text.splitlines())
    return made


def _exact(name: str, factor: object) -> Fraction:
    if not isinstance(factor, int | Fraction) or factor <= 0:
        raise ValueError(f"units.txt: the factor of {name} is {factor!r}, not an exact positive fraction")
    return Fraction(factor)


def make_table(text: str) -> UnitTable:
    """Reduce every definition of `text` to base units. Raises ValueError for a factor that is not an exact positive fraction."""
    registry = make_registry(text)
    spellings: dict[str, NamedUnit] = {}
    currencies: set[str] = set()
    for name, symbol, others in _definitions(text):
        one = registry.Quantity(Fraction(1), registry.UnitsContainer({name: 1}))
        root = one.to_root_units()
        factor = _exact(name, root.magnitude)
        dims = tuple(sorted((str(base), Fraction(str(exponent))) for base, exponent in root.unit_items()))
        unit = NamedUnit(name, factor, dims, others[0] if others and dims else symbol, symbol)  # % needs no word
        spellings |= dict.fromkeys((name, symbol, *others), unit)
        if dims == ((name, Fraction(1)),) and any(dimension.startswith(CURRENCY) for dimension in one.dimensionality):
            currencies.add(name)
    return UnitTable(MappingProxyType(spellings), frozenset(currencies))


@cache
def table() -> UnitTable:
    """The units of the program, read once."""
    return make_table(definitions_text())
