"""The figure of a row: number, state and unit together, against the physical bounds of its measure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import lru_cache

from gep.base.findings import Place
from gep.base.numbers import parse_number
from gep.base.records import Fact, Measure, State, Vocabulary
from gep.base.units import Slip, Unit, UnitError, base_text, parse_unit, slip
from gep.intake.cells import Cells, Period

# most common slips first; a share is most often given in percent, an area in mu
USUAL = tuple(Fraction(f) for f in (10**4, 10**3, 10**8, 100, 10, 10**6, 10**5, 10**7))
SHARE = tuple(Fraction(f) for f in (100, 1000, 10, 10**4))
AREA = (Fraction(15), Fraction(10**4), Fraction(1500), Fraction(100), Fraction(2000, 3), *USUAL)


def read_unit(
    cells: Cells,
    measure: Measure | None,
    state: State | None,
    vocabulary: Vocabulary,
    period: Period | None,
    attrs: Mapping[str, str],
) -> Unit | None:
    """The unit of the row if it fits the measure; every fault of it is reported."""
    text = cells.text("unit")
    if text is None:
        return None
    if not text:
        if state is State.VALUE:
            cells.complain("INTAKE-UNIT-MISSING", "unit", expected=measure.unit if measure else "-")
        return None
    try:
        unit = parse_unit(text)
    except UnitError as error:
        cells.add(error.finding(Place(cells.file, cells.line, "unit", key=cells.key)))
        return None
    if measure is None or measure.kind == "reference":
        return unit
    return unit if _fits(cells, measure, unit, vocabulary, period, attrs) else None


def _fits(
    cells: Cells, measure: Measure, unit: Unit, vocabulary: Vocabulary, period: Period | None, attrs: Mapping[str, str]
) -> bool:
    text, base = unit.text, parse_unit(measure.unit)
    if unit.currency and measure.kind != "price" and _priced_service(measure, unit, vocabulary):
        names = {"name_zh": measure.names.zh, "name_en": measure.names.en}
        cells.complain("INTAKE-PRICED-VALUE", "unit", found=text, expected=_unit_to_use(measure, unit), item=measure.id, **names)
        return False
    if not _same_kind(text, measure.unit):
        cells.complain("INTAKE-UNIT-DIMENSION", "unit", found=text, expected=measure.unit, item=measure.id)
        return False
    return _price_year_fits(cells, measure, unit, base, period, attrs) if unit.currency else True


@lru_cache(maxsize=4096)
def _same_kind(one: str, other: str) -> bool:
    """Whether two units measure the same kind of thing, money of whatever price year."""
    return parse_unit(one).without_price_year().compatible(parse_unit(other).without_price_year())


def _price_year_fits(
    cells: Cells, measure: Measure, unit: Unit, base: Unit, period: Period | None, attrs: Mapping[str, str]
) -> bool:
    """Prices always say their price year; other money may, and must then say the right one.

    The right year: the one in the unit of the measure, else that of attr.price_basis `constant:YYYY`, else the year of the row.
    """
    constant = attrs.get("price_basis", "").partition("constant:")[2]
    year = base.price_year or (int(constant) if constant.isdigit() else 0) or (period.year if period else 0)
    needed = measure.kind == "price" or base.price_year is not None or bool(constant)
    if unit.price_year is None and needed:
        expected = _at_prices(unit, year or 2010)
        cells.complain("INTAKE-PRICE-YEAR-MISSING", "unit", found=unit.text, expected=expected, item=measure.id)
        return False
    if unit.price_year is not None and year and unit.price_year != year:
        expected = _at_prices(unit, year)
        cells.complain("INTAKE-PRICE-YEAR-WRONG", "unit", found=unit.text, expected=expected, item=measure.id, year=year)
        return False
    return True


def _at_prices(unit: Unit, year: int) -> str:
    """The unit as it should have been written, at prices of `year`."""
    head, slash, tail = unit.without_price_year().text.partition("/")
    written = f"{head}@{year}{slash}{tail}"
    try:
        if parse_unit(written).price_year == year:
            return written
    except UnitError:
        pass  # the money does not stand at the end of the numerator: the canonical spelling always takes a year
    currency = unit.currency or "CNY"
    return base_text(unit.without_price_year()).replace(currency, f"{currency}@{year}", 1)


def _priced_service(measure: Measure, unit: Unit, vocabulary: Vocabulary) -> bool:
    """Whether money on this row would be a value that the engine makes itself: quantity times price.

    True for a priced measure, and for a measure in money that stands on the same line of the accounts as a priced one.
    """
    if measure.id in vocabulary.priced:
        return True
    service = measure.account.get("service", "")
    if not service.startswith("="):
        return False
    return any(
        other.account.get("service") == service and _same_line(measure, other)
        for other in (vocabulary.measures[name] for name in sorted(vocabulary.priced) if name in vocabulary.measures)
    )


def _same_line(one: Measure, other: Measure) -> bool:
    """Two measures of one service share a line unless a further column is fixed to different codes for them."""
    for column in ("benefit", "product", "ecosystem"):
        a, b = one.account.get(column, ""), other.account.get(column, "")
        if a.startswith("=") and b.startswith("=") and a != b:
            return False
    return True


def _unit_to_use(measure: Measure, unit: Unit) -> str:
    """The physical unit of a priced measure; for a measure in money there is none to offer."""
    return measure.unit if not parse_unit(measure.unit).currency else "-"


def read_figure(cells: Cells, measure: Measure | None, state: State | None, unit: Unit | None) -> Decimal | None:
    """The number of the row, digits as typed; None if there is none or it cannot be taken (reported)."""
    text = cells.text("value")
    if text is None or (state is None and not text):
        return None  # with a state that is not known, a number is still looked at, its absence is not judged
    if state not in (None, State.VALUE):
        if text:
            cells.complain("INTAKE-STATE-WITH-VALUE", "value", found=text, state=str(state))
        return None
    number = parse_number(text)
    if number.problem == "empty":
        declared = cells.text("state")
        cells.complain("INTAKE-STATE-NO-VALUE" if declared else "INTAKE-VALUE-EMPTY", "value", found="-")
    elif number.problem == "missing_marker":
        cells.complain("INTAKE-MISSING-MARKER", "value", found=text)
    elif number.problem:
        cells.add(number.finding(text, Place(cells.file, cells.line, "value", key=cells.key)))
    if number.amount is None:
        return None
    if number.normalised and cells.texts.get("value") == text:
        cells.complain("INTAKE-NUMBER-READ", "value", found=text, expected=format(number.amount, "f"))
    if measure and unit and measure.kind != "reference":
        _check_bounds(cells, measure, number.amount, unit)
    return number.amount


def _check_bounds(cells: Cells, measure: Measure, amount: Decimal, unit: Unit) -> None:
    """Negative figures and physically impossible ones, naming the slip that most likely made them so."""
    base = parse_unit(measure.unit)
    value = Fraction(amount) * unit.factor / base.factor
    found = with_unit(str(amount), unit.text)
    if value < 0 and not measure.signed:
        cells.complain("INTAKE-NEGATIVE", "value", found=found, expected="≥ 0", item=measure.id)
        return
    if measure.upper is not None and value > Fraction(measure.upper):
        _complain_bound(cells, "INTAKE-ABOVE", measure, value, found, Fraction(measure.upper))
    elif measure.lower is not None and value < Fraction(measure.lower):
        _complain_bound(cells, "INTAKE-BELOW", measure, value, found, Fraction(measure.lower))


def _complain_bound(cells: Cells, code: str, measure: Measure, value: Fraction, found: str, bound: Fraction) -> None:
    likely = likely_slip(value, measure)
    cells.complain(
        f"{code}-SLIP" if likely else code,
        "value",
        found=found,
        expected=f"{'≤' if code == 'INTAKE-ABOVE' else '≥'} {with_unit(plain(bound), measure.unit)}",
        difference=with_unit(plain(value - bound), measure.unit),
        bound=with_unit(plain(bound), measure.unit),
        item=measure.id,
        name_zh=measure.names.zh,
        name_en=measure.names.en,
        **({"likely_zh": likely.zh, "likely_en": likely.en} if likely else {}),
    )


def likely_slip(value: Fraction, measure: Measure) -> Slip | None:
    """The most common slip whose undoing brings `value` (in the unit of the measure) inside its bounds; None if none does."""
    lower = Fraction(measure.lower) if measure.lower is not None else None
    upper = Fraction(measure.upper) if measure.upper is not None else None
    unit = parse_unit(measure.unit)
    order = SHARE if unit.is_dimensionless else AREA if unit.compatible(parse_unit("m2")) else USUAL
    too_large = upper is not None and value > upper
    for size in order:
        factor = size if too_large else 1 / size
        mended = value / factor
        if (lower is None or mended >= lower) and (upper is None or mended <= upper):
            named = slip(factor, Fraction(0))
            if named:
                return named
    return None


def with_unit(number: str, unit: str) -> str:
    """A number and its unit as people read them; the unit of a pure number is not said."""
    return number if unit == "1" else f"{number} {unit}"


def in_base(fact: Fact) -> Fraction | None:
    """The value of a fact in base units, exact; None if it has none."""
    return None if fact.amount is None else Fraction(fact.amount) * parse_unit(fact.unit).factor


def half_last_digit(fact: Fact) -> Fraction:
    """How far the value as typed may be from the unrounded one, in base units; 0 for an adopted constant or a missing value."""
    if fact.amount is None or fact.exact:
        return Fraction(0)
    exponent = fact.amount.as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - parse_number gives finite numbers only
    return Fraction(10) ** exponent / 2 * parse_unit(fact.unit).factor


def plain(value: Fraction, digits: int = 12) -> str:
    """A fraction to so many significant digits, without exponent, for a message."""
    context = Context(prec=digits)
    text = format(context.divide(Decimal(value.numerator), Decimal(value.denominator)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
