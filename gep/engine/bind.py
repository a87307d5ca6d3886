"""Puts figures and parameters in the place of the inputs of a rule, for one region, period and key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Protocol

from gep.base.findings import Finding, Place, finding
from gep.base.periods import before
from gep.base.records import Input, Key, Parameter, State, key_of, key_text
from gep.base.rounding import store
from gep.base.units import parse_unit
from gep.engine.cells import Cell, Cells, address, nothing

# what varies by row, month or day is never bound to one figure
ROW_DIMS = frozenset({"row", "month", "day"})
BEFORE = ("prev", "opening")  # inputs that are read for the period before


class Parameters(Protocol):
    """The one way the engine reads parameters."""

    def find(self, name: str, key: Key, region: str, year: int) -> Parameter | None: ...


@dataclass(frozen=True, slots=True)
class Bound:
    """An input with its value in the unit in which the expression reads it.

    `amount`, `unit` are as stored where it comes from, `factor` leads from there to `value`, which is rounded half-even to
    `places` where these are given. `node` names the trace node; `asked` is the (key, region) of a parameter looked up in vain.
    """

    name: str
    kind: str
    node: str
    state: State
    value: Fraction | None
    amount: str
    unit: str
    factor: Fraction
    low: Fraction | None
    high: Fraction | None
    read_in: str
    cell: Cell | None = None
    parameter: Parameter | None = None
    places: int | None = None
    asked: tuple[Key, str] | None = None


@dataclass(frozen=True)
class Context:
    """What the inputs are bound to: the figures there are, the parameters, and the money of the account.

    `years`: those whose parameters hold at the end of the period and before it, for a period that is no year.
    """

    cells: Cells
    parameters: Parameters
    currency: str
    price_year: int
    base_year: int = 0  # of constant prices; what is read for `base` is read for this year
    years: tuple[int, int] | None = None


def input_key(given: Input, place: Mapping[str, str]) -> Key:
    """The key under which an input is looked up at a place {dimension: code}."""
    own = {d: place[d] for d in given.grain if d != "region" and d not in ROW_DIMS}
    return key_of({**own, **given.select})


def input_period(given: Input, period: str, place: Mapping[str, str], base_year: int = 0) -> str:
    """The period an input is read for: the period itself, the one before, the base year, or a month or day of the year."""
    if given.time == "base":
        return str(base_year)
    finest = next((place[d] for d in ("day", "month") if d in given.grain and d in place), period)
    return before(finest) if given.time in BEFORE else finest


def bind(
    given: Input, region: str, period: str, place: Mapping[str, str], context: Context, places: int | None = None
) -> tuple[Bound, list[Finding]]:
    """One input at one place. A figure that is not there is bound as not available; the finding says what is missing.

    `places`: a submitted figure is read as it is stored, rounded to these decimals (a value is stored quantity × price).
    """
    key = input_key(given, place)
    if given.kind == "parameter":
        return _bind_parameter(given, region, period, key, context)
    when = input_period(given, period, place, context.base_year)
    cell = context.cells.get(given.ref, region, when, key) or nothing(given.ref, region, when, key, given.unit)
    node = address(given.ref, region, when, key)
    if cell.exact is None:
        return Bound(given.name, "measure", node, cell.state, None, "", given.unit, Fraction(1), None, None, given.unit, cell), []
    factor = _factor(cell.unit, given.unit)
    to_read = _factor(cell.base_unit or cell.unit, given.unit)  # intervals are kept in the unit of the measure
    low, high, value = (a if a is None or to_read == 1 else a * to_read for a in (cell.low, cell.high, cell.exact))
    rounded = places if cell.is_input else None  # a computed figure was rounded when it was stored
    if rounded is not None and value is not None:
        value = Fraction(store(value, rounded))
    unit = given.unit
    bound = Bound(
        given.name, "measure", node, cell.state, value, cell.amount, cell.unit, factor, low, high, unit, cell, places=rounded
    )
    return bound, []


@lru_cache(maxsize=4096)
def _factor(source: str, target: str) -> Fraction:
    return parse_unit(source).without_price_year().factor_to(parse_unit(target).without_price_year())


def _bind_parameter(given: Input, region: str, period: str, key: Key, context: Context) -> tuple[Bound, list[Finding]]:
    year = _parameter_year(given, period, context)
    parameter = context.parameters.find(given.ref, key, region, year)
    if parameter is None or parameter.value is None:
        return _refused(given, key, region, year), []  # the look-up has told why
    own = int(period[:4]) if context.years is None else context.years[0]
    findings = _check_parameter(given, parameter, context.price_year + year - own)
    if findings:
        return _refused(given, key, region, year), findings
    factor = _factor(parameter.unit, given.unit)
    value = Fraction(parameter.value) * factor
    findings = _check_bounds(given, parameter, value)
    amount = format(parameter.value, "f")
    bound = Bound(
        given.name,
        "parameter",
        parameter_node(parameter),
        State.VALUE,
        value,
        amount,
        parameter.unit,
        factor,
        value,
        value,
        given.unit,
        None,
        parameter,
    )
    return bound, findings


def _parameter_year(given: Input, period: str, context: Context) -> int:
    """The year a parameter is read for."""
    if context.years is not None and given.time != "base":
        return context.years[given.time in BEFORE]
    return int(input_period(given, period[:4], {}, context.base_year)[:4])


def _refused(given: Input, key: Key, region: str, year: int) -> Bound:
    """A parameter that is not known or may not be used here, by what it was looked up for."""
    node = "/".join((given.ref, key_text(key) or "-", region, str(year)))
    unit = given.unit
    return Bound(given.name, "parameter", node, State.REFUSED, None, "", unit, Fraction(1), None, None, unit, asked=(key, region))


def parameter_node(parameter: Parameter) -> str:
    """The name of a parameter in a trace: id, key, region, source set and start of validity."""
    key = key_text(parameter.key) or "-"
    return "/".join((parameter.id, key, parameter.region or "-", parameter.source_set, parameter.valid_from.isoformat()))


@lru_cache(maxsize=4096)
def _same_kind(stated: str, wanted: str) -> bool:
    return parse_unit(stated).without_price_year().compatible(parse_unit(wanted).without_price_year())


def _check_parameter(given: Input, parameter: Parameter, price_year: int) -> list[Finding]:
    """Dimension, currency and price year (that of the year the parameter is read for)."""
    place = Place(parameter.file, parameter.line, "unit", key=parameter.id)
    stated = parse_unit(parameter.unit)
    if not _same_kind(parameter.unit, given.unit):
        return [finding("ENGINE-PARAMETER-UNIT", place, found=parameter.unit, expected=given.unit, name=parameter.id)]
    if stated.currency is None:
        return []
    year = stated.price_year
    if year is None:
        return [
            finding(
                "ENGINE-PRICE-YEAR-MISSING",
                place,
                found=parameter.unit,
                expected=stated.with_price_year(price_year).text,
                name=parameter.id,
            )
        ]
    if year != price_year:
        told = finding(
            "ENGINE-PRICE-YEAR", place, found=year, expected=price_year, difference=year - price_year, name=parameter.id
        )
        return [told]
    return []


def _check_bounds(given: Input, parameter: Parameter, value: Fraction) -> list[Finding]:
    """The quantum of the plan rests on the declared bounds, so a parameter outside them stops."""
    low, high = given.lower, given.upper
    if (low is not None and value < Fraction(low)) or (high is not None and value > Fraction(high)):
        place = Place(parameter.file, parameter.line, "value", key=parameter.id)
        expected = f"{'-∞' if low is None else low} … {'∞' if high is None else high} {given.unit}"
        return [
            finding(
                "ENGINE-PARAMETER-BOUNDS",
                place,
                found=f"{parameter.value} {parameter.unit}",
                expected=expected,
                name=parameter.id,
            )
        ]
    return []
