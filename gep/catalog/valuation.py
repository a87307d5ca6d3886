"""The value rules of a scheme: stored quantity × price, made from its lines so that nobody writes them by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Input, Line, Measure, Names, Rule, Scheme
from gep.catalog.record import Catalog

VALUE = "value."
VALUE_RULE_VERSION = "1"
QUANTITY, FLOORED = "quantity", "max(quantity, 0)"  # a deficit is kept in the physical account and not valued
EXCHANGE_RATE = "exchange_rate"  # parameter, by currency: money of the accounts for one unit of that currency


def value_id(measure: str) -> str:
    """The id of the measure that holds the value of `measure`."""
    return f"{VALUE}{measure}"


def value_measure(measure: Measure, currency: str) -> Measure:
    """The value of a measure: money of the scheme's currency, with the same keys and the same place in the accounts."""
    return replace(
        measure,
        id=value_id(measure.id),
        names=Names(f"{measure.names.zh}价值", f"{measure.names.en}, value"),
        kind="flow",
        unit=currency,
        quantum=Decimal("0.0001"),
        finest=Decimal("0.01"),
        lower=None,
        upper=None,
    )


def price_unit(currency: str, unit: str) -> str:
    """Money per unit of quantity."""
    if unit == "1":
        return currency
    return f"{currency}/({unit})" if any(sign in unit for sign in "·*/ ") else f"{currency}/{unit}"


def value_rules(catalog: Catalog, scheme: Scheme) -> tuple[tuple[Rule, ...], Mapping[str, Measure]]:
    """One rule for each line that has a price or is value-only, and the measures they compute.

    Raises Refused where the rows of a price are keyed by different dimensions, or by one the quantity does not have.
    """
    rules: list[Rule] = []
    measures: dict[str, Measure] = {}
    findings: list[Finding] = []
    for service in scheme.services:
        for line in service.lines:
            if not line.price and not line.value_only:
                continue
            measure = catalog.measures[line.measure]
            made = value_measure(measure, scheme.currency)
            measures[made.id] = made
            rules.append(_rule(catalog, scheme, line, measure, made, findings))
    if findings:
        raise Refused(findings)
    return tuple(rules), measures


def _rule(catalog: Catalog, scheme: Scheme, line: Line, measure: Measure, made: Measure, findings: list[Finding]) -> Rule:
    grain = ("region", *measure.dims)
    quantity = Input("amount" if line.value_only else "quantity", "measure", measure.id, grain, measure.unit)
    inputs: tuple[Input, ...] = (quantity,)
    expression = "amount"
    if not line.value_only:
        inputs = (quantity, price_input(catalog, scheme, line, measure, findings))
        expression = f"{counted(line)} * price"
        if line.currency:
            inputs, expression = (*inputs, rate_input(scheme, line)), f"{expression} * rate"
    return Rule(
        id=made.id,
        version=VALUE_RULE_VERSION,
        kind="compute",
        names=made.names,
        output=made.id,
        grain=grain,
        expression=expression,
        inputs=inputs,
        source=scheme.source,
        clause="",
        file=scheme.file,
    )


def counted(line: Line) -> str:
    """What of the quantity is valued."""
    return FLOORED if line.floor else QUANTITY


def rate_input(scheme: Scheme, line: Line) -> Input:
    """What the money of a foreign price is worth in that of the accounts."""
    unit = f"{scheme.currency}/{line.currency}"
    return Input("rate", "parameter", EXCHANGE_RATE, (), unit, MappingProxyType({"currency": line.currency}), lower=Decimal(0))


def price_input(catalog: Catalog, scheme: Scheme, line: Line, measure: Measure, findings: list[Finding]) -> Input:
    """The price as an input, in the money it is stated in.

    It is a measure of kind price, or a parameter that varies by the dimensions its rows are keyed by.
    """
    priced, money = catalog.measures.get(line.price), line.currency or scheme.currency
    if priced is not None and line.price not in catalog.parameters:
        if not set(priced.dims) <= set(measure.dims):
            reasons = {
                "reason_zh": f"单价 {line.price} 的维度多于数量",
                "reason_en": f"the price {line.price} has more dimensions",
            }
            place = Place(scheme.file, key=f"{scheme.id}.{line.price}")
            args = {"name": measure.id, **reasons}
            expected = ",".join(measure.dims) or "-"
            findings.append(finding("CATALOG-SERVICE-LINE", place, found=",".join(priced.dims), expected=expected, holes=args))
        return Input("price", "measure", priced.id, ("region", *priced.dims), price_unit(money, measure.unit))
    rows = [p for p in catalog.parameters.get(line.price, ()) if p.source_set in (*scheme.parameter_sets, "local")]
    keyed = sorted({tuple(d for d, _ in p.key) for p in rows})
    place = Place(scheme.file, key=f"{scheme.id}.{line.price}")
    if len(keyed) > 1 or (keyed and not set(keyed[0]) <= set(measure.dims)):
        found = " | ".join(",".join(k) or "-" for k in keyed)
        args = {"name": measure.id, "reason_zh": f"单价 {line.price} 的键是 {found}"}
        args |= {"reason_en": f"the price {line.price} is keyed by {found}"}
        expected = ",".join(measure.dims) or "-"
        findings.append(finding("CATALOG-SERVICE-LINE", place, found=line.price, expected=expected, holes=args))
    grain = ("region", *(keyed[0] if keyed else ()))
    return Input("price", "parameter", line.price, grain, price_unit(money, measure.unit))
