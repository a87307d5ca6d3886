"""Units with exact factors: reading, comparing, multiplying and showing them, and naming the likely slip between two.

A unit is a factor to base units (m, t, kWh, d, a, person, visit, CNY, t_C, t_CO2 ...) and the exponents of these. Money at the
prices of a year is a dimension of its own for each currency and year (`CNY@2010`), so that only a deflator can join two years.
Scale is part of a unit: 万元 and 元 are compatible, not equal.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from importlib.resources import files
from typing import TypeAlias

from gep.base.unit_names import MULTIPLIERS, table
from gep.base.unit_text import Term, UnitError, read_terms

__all__ = ["Slip", "Unit", "UnitError", "base_text", "display", "exact_power", "parse_unit", "slip", "slips"]

Dims: TypeAlias = tuple[tuple[str, Fraction | int], ...]

_NUMBER_SIGNS = {scale: multiplier for multiplier, scale in MULTIPLIERS.items()}
_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


@dataclass(frozen=True, slots=True)
class Unit:
    """`text` as written; `factor` to base units, exact; `dims` the exponents of the base units, sorted, none of them 0.

    Two units are equal if factor and dimensions are (公顷 == ha == 10^4 m2); `text` is how this one is spelt and takes no part.
    """

    text: str = field(compare=False)
    factor: Fraction
    dims: Dims

    @property
    def is_dimensionless(self) -> bool:
        """A pure number (with a factor: % is dimensionless)."""
        return not self.dims

    @property
    def currency(self) -> str | None:
        """The one currency in the unit, above or below the line; None if there is none, or more than one."""
        found = {name.partition("@")[0] for name, _ in self._money()}
        return found.pop() if len(found) == 1 else None

    @property
    def price_year(self) -> int | None:
        """The one price year of the money in the unit; None for current prices, no money, or several price years."""
        years = {name.partition("@")[2] for name, _ in self._money()}
        year = years.pop() if len(years) == 1 else ""
        return int(year) if year else None

    def _money(self) -> Dims:
        return tuple((name, e) for name, e in self.dims if name.partition("@")[0] in table().currencies)

    def without_price_year(self) -> Unit:
        """The same unit in money of no stated year: CNY@2010/m3 becomes CNY/m3."""
        text = re.sub("[@＠][0-9０-９]{4}", "", self.text)
        return Unit(text, self.factor, _dims((name.partition("@")[0], e) for name, e in self.dims))

    def with_price_year(self, year: int) -> Unit:
        """The same unit at prices of `year`, whatever year it stated: 亿元/m3 becomes 亿元@2010/m3. No money, no change."""
        plain = self.without_price_year()
        currencies = table().currencies
        dims = _dims((f"{name}@{year}" if name in currencies else name, e) for name, e in plain.dims)
        return Unit(_money_word().sub(rf"\g<0>@{year}", plain.text), self.factor, dims)

    def compatible(self, other: Unit) -> bool:
        """Whether figures in the two units measure the same kind of thing, so that a factor between them exists."""
        return self.dims == other.dims

    def factor_to(self, other: Unit) -> Fraction:
        """What a figure in this unit is multiplied by to be in `other`, exact. Raises UnitError if they are not compatible."""
        if self.dims != other.dims:
            raise UnitError("BASE-UNIT-INCOMPATIBLE", self.text, other.text)
        return self.factor / other.factor

    def __mul__(self, other: Unit) -> Unit:
        text = "·".join(_bracketed(unit, " /") for unit in (self, other) if unit.text != "1")
        return _derived(text, self.factor * other.factor, (*self.dims, *other.dims))

    def __truediv__(self, other: Unit) -> Unit:
        dims = (*self.dims, *((name, -e) for name, e in other.dims))
        text = self.text if other.text == "1" else f"{self.text}/{_bracketed(other, ' /·')}"
        return _derived(text, self.factor / other.factor, dims)

    def power(self, exponent: Fraction | int) -> Unit:
        """The unit to `exponent`. Raises UnitError if its factor has no exact root (the square root of a hectare has: 100 m)."""
        e = Fraction(exponent)
        factor = exact_power(self.factor, e)
        if factor is None:
            raise UnitError("BASE-UNIT-ROOT", self.text, str(e))
        return _derived(_raised(f"({self.text})", e), factor, ((name, n * e) for name, n in self.dims))


@cache
def _money_word() -> re.Pattern[str]:
    """Any spelling of a currency standing in a unit, the longest first (美元 before 元)."""
    known = table()
    words = sorted((word for word, unit in known.spellings.items() if unit.name in known.currencies), key=len, reverse=True)
    return re.compile(f"(?<![A-Za-z_])({'|'.join(words)})(?![A-Za-z0-9_])")


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit:
    """The unit that `text` names, in Chinese or international spelling, with exact factor.

    Raises UnitError (a ValueError) for anything else, naming the part at fault and what may be meant. No text hangs or overflows.
    """
    known = table()
    factors: list[tuple[Fraction, Fraction]] = []
    dims: list[tuple[str, Fraction]] = []
    for term in read_terms(text):
        factors.append((Fraction(10) ** term.scale, Fraction(1)))
        if not term.name:
            continue
        unit = known.spellings[term.name]
        factors.append((unit.factor, term.exponent))
        dims += [(f"{name}@{term.year}" if term.year else name, e * term.exponent) for name, e in unit.dims]
    factor = _exact_product(factors)
    if factor is None:
        raise UnitError("BASE-UNIT-ROOT", text, text)
    return Unit(" ".join(text.split()), factor, _dims(dims))


def base_text(unit: Unit) -> str:
    """The canonical text of the base unit that `unit` reduces to: t/(a·m2), CNY@2010/m3, 1. Parsing it gives factor 1."""
    above = [_raised(name, e) for name, e in unit.dims if e > 0]
    below = [_raised(name, -e) for name, e in unit.dims if e < 0]
    return _fraction_text(above, below)


def display(text: str, lang: str) -> str:
    """How a unit is shown in `lang` (zh, else en): 10^4 m3 as 万立方米 or 10⁴ m³, CNY@2010/m3 as 元/立方米(2010年价).

    Raises UnitError if `text` is no unit.
    """
    terms = [term for term in read_terms(text) if term.name or term.scale]
    years = {term.year for term in terms} - {0}
    above = [_shown_term(term, lang, len(years) > 1) for term in terms if term.exponent > 0]
    below = [_shown_term(term.power(Fraction(-1)), lang, len(years) > 1) for term in terms if term.exponent < 0]
    shown = _fraction_text(above, below)
    if len(years) != 1:
        return shown
    return f"{shown}({years.pop()}年价)" if lang == "zh" else f"{shown} ({years.pop()} prices)"


@dataclass(frozen=True, slots=True)
class Slip:
    """A figure `factor` times what it should be, and how that probably came about, in both languages."""

    factor: Fraction
    zh: str
    en: str


@cache
def slips() -> tuple[Slip, ...]:
    """Every named slip of `slips.toml`, those that make a figure too large and their inverses."""
    found: list[Slip] = []
    for entry in tomllib.loads(files("gep.base").joinpath("slips.toml").read_text(encoding="utf-8"))["slip"]:
        factor = _slip_factor(entry["factor"])
        found.append(Slip(factor, entry["large_zh"], entry["large_en"]))
        found.append(Slip(1 / factor, entry["small_zh"], entry["small_en"]))
    return tuple(found)


def _slip_factor(text: str) -> Fraction:
    if re.fullmatch("[0-9]+(/[0-9]+)?", text):
        return Fraction(text)
    unit = parse_unit(text)
    if not unit.is_dimensionless:
        raise ValueError(f"slips.toml: {text} is no ratio of like units")
    return unit.factor


def slip(ratio: Fraction, within: Fraction = Fraction(1, 100)) -> Slip | None:
    """The slip that best explains `ratio` = found ÷ expected, None if none comes within the relative distance `within`.

    `within` is 1 % unless told, for figures that should agree; for a ratio to last year's figure give more (1/2), for an exact
    identity 0. A ratio that is 0 or negative, or nearer to 1 than to any slip, has none.
    """
    if ratio <= 0:
        return None
    near = {found: max(ratio / found.factor, found.factor / ratio) - 1 for found in slips()}
    best = min(near, key=lambda found: (near[found], found.factor))
    correct = max(ratio, 1 / ratio) - 1
    return best if near[best] <= within and near[best] < correct else None


def exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """`base` (above 0) to `exponent`, None if that is no fraction."""
    raised = base**exponent.numerator
    above, below = (_root(n, exponent.denominator) for n in (raised.numerator, raised.denominator))
    return Fraction(above, below) if above and below else None


def _root(n: int, order: int) -> int | None:
    """The whole number whose power of `order` is n, found by halving; None if there is none."""
    low, high = 1, 1 << (n.bit_length() // order + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**order < n:
            low = middle + 1
        else:
            high = middle
    return low if low**order == n else None


def _exact_product(factors: Iterable[tuple[Fraction, Fraction]]) -> Fraction | None:
    """The product of base^exponent. Bases under roots of one order are multiplied first: each alone may have none."""
    by_order: dict[int, Fraction] = {}
    for base, exponent in factors:
        order = exponent.denominator
        by_order[order] = by_order.get(order, Fraction(1)) * base**exponent.numerator
    product = Fraction(1)
    for order, base in by_order.items():
        root = exact_power(base, Fraction(1, order))
        if root is None:
            return None
        product *= root
    return product


def _dims(items: Iterable[tuple[str, Fraction | int]]) -> Dims:
    """Exponents added up, zeros dropped, whole ones as int, sorted."""
    total: dict[str, Fraction] = {}
    for name, exponent in items:
        total[name] = total.get(name, Fraction(0)) + exponent
    return tuple((name, int(e) if e.denominator == 1 else e) for name, e in sorted(total.items()) if e)


def _derived(text: str, factor: Fraction, dims: Iterable[tuple[str, Fraction | int]]) -> Unit:
    """A unit that was worked out: by its base text if its factor is 1, else by how it came about."""
    made = Unit(text, factor, _dims(dims))
    return Unit(base_text(made), made.factor, made.dims) if factor == 1 else made


def _bracketed(unit: Unit, signs: str) -> str:
    return f"({unit.text})" if any(sign in unit.text for sign in signs) else unit.text


def _raised(name: str, exponent: Fraction | int) -> str:
    """m2, t_CO2^2, (ha)^(1/2): text that reads back."""
    if exponent == 1:
        return name
    if Fraction(exponent).denominator != 1:
        return f"{name}^({exponent})"
    return f"{name}{exponent}" if name.isalpha() and exponent > 0 else f"{name}^{exponent}"


def _fraction_text(above: list[str], below: list[str]) -> str:
    over = "·".join(above) or "1"
    under = "·".join(below)
    if len(below) > 1 or under.startswith("10"):  # CNY/(10⁴ m³)
        under = f"({under})"
    return f"{over}/{under}" if under else over


def _shown_term(term: Term, lang: str, with_year: bool) -> str:
    power_of_ten = f"10{str(term.scale).translate(_RAISED)}"
    if not term.name:
        return power_of_ten
    unit = table().spellings[term.name]
    name = unit.zh if lang == "zh" else _shown_symbol(unit.en)
    if with_year and term.year:
        name += f"@{term.year}"
    if term.exponent != 1:
        name = f"({name})" if " " in name else name
        whole = term.exponent.denominator == 1
        name += str(term.exponent).translate(_RAISED) if whole else f"^({term.exponent})"
    if not term.scale:
        return name
    if lang == "zh" and not unit.zh.isascii() and term.scale in _NUMBER_SIGNS and term.exponent == 1:
        return _NUMBER_SIGNS[term.scale] + name
    return f"{power_of_ten} {name}"


def _shown_symbol(symbol: str) -> str:
    """m2 as m², t_CO2 as t CO₂, room_night as room night."""
    if symbol.endswith("_CO2"):
        return symbol.replace("_CO2", " CO₂")
    name, digit = (symbol[:-1], symbol[-1]) if symbol[-1].isdigit() and len(symbol) > 1 else (symbol, "")
    return name.replace("_", " ") + digit.translate(_RAISED)
