"""The rounding unit q of each row product, from the quantum of the output and the bounds of the inputs.

q = output quantum ÷ the largest |∂ output / ∂ row sum| that the bounds allow, rounded down to a power of ten. Then rounding
one row to q moves the result by at most half an output quantum. It follows from declarations only, so it is part of the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.records import Input, Measure
from gep.base.units import parse_unit
from gep.rules.bounds import ALL, Interval, interval
from gep.rules.derivative import derivative
from gep.rules.exact import MathProblem
from gep.rules.markup import words
from gep.rules.nodes import Compare, Node, Ref, names, walk
from gep.rules.product import RowProduct


def with_quanta(
    products: Sequence[RowProduct],
    tail: Node,
    inputs: Mapping[str, Input],
    measures: Mapping[str, Measure],
    quantum: Fraction,
    where: Place,
    rule: str,
) -> tuple[tuple[RowProduct, ...], tuple[Finding, ...]]:
    """The products with their q, and findings where the bounds do not give one. `quantum` is in the unit of the tail.

    The two sides of a comparison are taken as the difference left - right.
    """
    env: dict[str | Ref, Interval] = {n: bounds_of(inputs[n], measures) for n in inputs}
    env |= {n: _row_bounds(n, products, env) for n in walk(tail) if isinstance(n, Ref)}
    sides = (tail.left, tail.right) if isinstance(tail, Compare) else (tail,)
    made: list[RowProduct] = []
    findings: dict[tuple[str, str], Finding] = {}
    for index, product in enumerate(products):
        if product.fn != "sum":
            made.append(product)
            continue
        slopes = [derivative(side, Ref(index)) for side in sides]
        largest = _largest(slopes, env)
        if largest is None:
            for f in _complaints(product, slopes, inputs, env, replace(where, column="expression"), rule):
                findings.setdefault((f.code, f.found), f)
            made.append(product)
        else:
            made.append(replace(product, q=power_of_ten(quantum / largest if largest else quantum)))
    return tuple(made), tuple(findings.values())


def power_of_ten(value: Fraction) -> Decimal:
    """The largest power of ten that is not greater than `value` (> 0)."""
    exponent = len(str(value.numerator)) - len(str(value.denominator))
    while Fraction(10) ** exponent > value:
        exponent -= 1
    return Decimal(1).scaleb(exponent)


def bounds_of(i: Input, measures: Mapping[str, Measure]) -> Interval:
    """Bounds of an input in the unit in which the expression reads it: its own, else those of its measure."""
    return Interval(*limits_of(i, measures))


def limits_of(i: Input, measures: Mapping[str, Measure]) -> tuple[Fraction | None, Fraction | None]:
    """Lower and upper bound as `bounds_of`, not yet held against each other."""
    lower, upper = _fraction(i.lower), _fraction(i.upper)
    measure = measures.get(i.ref) if i.kind == "measure" else None
    if measure is not None:
        factor = parse_unit(measure.unit).without_price_year().factor_to(parse_unit(i.unit).without_price_year())
        lower = _scaled(measure.lower, factor) if lower is None else lower
        upper = _scaled(measure.upper, factor) if upper is None else upper
    return lower, upper


def _fraction(value: Decimal | None) -> Fraction | None:
    return None if value is None else Fraction(value)


def _scaled(value: Decimal | None, factor: Fraction) -> Fraction | None:
    return None if value is None else Fraction(value) * factor


def _row_bounds(ref: Ref, products: Sequence[RowProduct], env: Mapping[str | Ref, Interval]) -> Interval:
    """What bounds of the rows say of their sum, count, min or max; there is at least one row."""
    if ref.what == "count":
        return Interval(Fraction(1), None)
    try:
        row = interval(products[ref.index].body, env)
    except MathProblem:
        return ALL
    if ref.what != "sum":
        return row
    lower = row.lower if row.lower is not None and row.lower >= 0 else None
    upper = row.upper if row.upper is not None and row.upper <= 0 else None
    return Interval(lower, upper)


def _largest(slopes: Sequence[Node], env: Mapping[str | Ref, Interval]) -> Fraction | None:
    """The largest absolute slope, over both sides of a comparison together; None if there is no bound."""
    total = Fraction(0)
    for slope in slopes:
        try:
            size = interval(slope, env).largest()
        except MathProblem:
            return None
        if size is None:
            return None
        total += size
    return total


def _complaints(
    product: RowProduct,
    slopes: Sequence[Node],
    inputs: Mapping[str, Input],
    env: Mapping[str | Ref, Interval],
    where: Place,
    rule: str,
) -> list[Finding]:
    involved = list(dict.fromkeys(n for slope in slopes for n in names(slope)))
    missing = [n for n in involved if not env[n].bounded]
    if missing:
        return [finding("RULE-BOUNDS-MISSING", where, rule=rule, found=n, name=n, unit=inputs[n].unit) for n in missing]
    text = words(product.body, {})
    return [finding("RULE-SENSITIVITY", where, rule=rule, found=text, text=text, names=", ".join(involved) or "-")]
