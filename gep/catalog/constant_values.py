"""The rules of values at constant prices, made from the lines of a scheme as the value rules are.

A line is stored quantity × price of the base year. A service that the scheme deflates is its value of the year ÷ (index of the
year ÷ index of the base year). Both levels must be of one reference (2020 = 100); where no reference has both years, the link
factors that the catalogue holds join them, which is told. What is lacking is refused when the rule is run, never replaced.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from gep.base.findings import Finding, Place, finding
from gep.base.records import Input, Line, Measure, Names, Parameter, Rule, Scheme
from gep.base.rounding import half_unit
from gep.base.terms import Constant
from gep.catalog.record import Catalog
from gep.catalog.resolve import LOCAL_FILES, valid
from gep.catalog.valuation import counted, price_input, rate_input, value_id, value_measure

CONSTANT = "constant."
RULE_VERSION = "1"
INDEX, LINK = "price_index", "price_index_link"
DEFLATOR, REFERENCE = "deflator", "reference"
NONE = "-"  # the code of an index that the scheme does not name
LOWEST, HIGHEST = Decimal("0.000001"), Decimal(10**9)  # of an index level or a link


def constant_id(measure: str) -> str:
    """The id of the measure that holds the value of `measure` at constant prices."""
    return f"{CONSTANT}{measure}"


def constant_measure(measure: Measure, scheme: Scheme, base: int) -> Measure:
    """The value of a measure at the prices of the base year: money, with the same keys and the same place in the accounts."""
    made = value_measure(measure, scheme.currency)
    names = Names(f"{measure.names.zh}价值（{base}年不变价）", f"{measure.names.en}, value at prices of {base}")
    return replace(made, id=constant_id(measure.id), names=names)


@dataclass(frozen=True, slots=True)
class References:
    """Which levels of an index join a year with the base year: the references of both, and the links between them.

    `links`: references (years that are 100) of which the factor to the one before is needed, oldest first; `forward`: whether the
    year has the newer reference.
    """

    year: str
    base: str
    links: tuple[str, ...] = ()
    forward: bool = True


def constant_rules(catalog: Catalog, scheme: Scheme, year: int) -> tuple[tuple[Rule, ...], Mapping[str, Measure], list[Finding]]:
    """One rule for each line that has a value, the measures they compute, and what must be told of the indices (links used, links
    that do not agree with the overlap year). Nothing for a scheme without constant prices."""
    how = scheme.constant
    if how is None:
        return (), {}, []
    rules: list[Rule] = []
    measures: dict[str, Measure] = {}
    findings: list[Finding] = []
    told: dict[str, References] = {}
    for service in scheme.services:
        for line in (x for x in service.lines if x.price or x.value_only):
            measure = catalog.measures[line.measure]
            made = constant_measure(measure, scheme, how.base)
            measures[made.id] = made
            deflator = how.deflators.get(service.id, NONE if line.value_only else "")
            if deflator:
                joined = references(catalog, scheme, deflator, year, how.base)
                told[deflator] = joined
                expression, inputs = _deflated(scheme, line, measure, how, deflator, joined)
            else:
                expression, inputs = _at_base_price(catalog, scheme, line, measure)
            rules.append(_rule(scheme, made, measure, expression, inputs))
    for deflator, joined in told.items():
        findings += _told(catalog, scheme, deflator, joined, year, how.base)
    return tuple(rules), measures, findings


def references(catalog: Catalog, scheme: Scheme, deflator: str, year: int, base: int) -> References:
    """The references to read an index in: the newest that has both years; else the closest pair with the links between them."""
    there = {y: sorted({_reference(p) for p in _rows(catalog, scheme, INDEX, deflator) if _holds(p, y)}) for y in (year, base)}
    both = sorted(set(there[year]) & set(there[base]))
    if both:
        return References(both[-1], both[-1])
    if not there[year] or not there[base]:
        lone = (there[year] or there[base] or [NONE])[-1]
        return References(lone, lone)  # the look-up will say which year lacks it
    pairs = [(abs(int(a) - int(b)), a, b) for a in there[year] for b in there[base]]
    _, own, basis = min(pairs)
    old, new = sorted((own, basis))
    known = sorted({_reference(p) for p in _rows(catalog, scheme, INDEX, deflator)})
    return References(own, basis, tuple(r for r in known if old < r <= new), forward=own > basis)


def _rows(catalog: Catalog, scheme: Scheme, name: str, deflator: str) -> Iterator[Parameter]:
    """The rows of a parameter for one index that the scheme may read."""
    for p in catalog.parameters.get(name, ()):
        read = p.source_set in scheme.parameter_sets or (p.source_set == "local" and p.file.startswith(LOCAL_FILES))
        if read and dict(p.key).get(DEFLATOR) == deflator:
            yield p


def _reference(p: Parameter) -> str:
    return dict(p.key).get(REFERENCE, NONE)


def _holds(p: Parameter, year: int) -> bool:
    return p.value is not None and valid(p.valid_from, p.valid_to, year)


def _at_base_price(catalog: Catalog, scheme: Scheme, line: Line, measure: Measure) -> tuple[str, tuple[Input, ...]]:
    quantity = Input("quantity", "measure", measure.id, ("region", *measure.dims), measure.unit)
    price = replace(price_input(catalog, scheme, line, measure, []), time="base")  # the value rules have complained already
    if not line.currency:
        return f"{counted(line)} * price", (quantity, price)
    return f"{counted(line)} * price * rate", (quantity, price, replace(rate_input(scheme, line), time="base"))


def _deflated(
    scheme: Scheme, line: Line, measure: Measure, how: Constant, deflator: str, joined: References
) -> tuple[str, tuple[Input, ...]]:
    """The value of the year over the movement of the index; a foreign price is converted before or after, as the scheme says."""
    grain = ("region", *measure.dims)
    movement, levels = _movement(deflator, joined)
    if line.currency and how.order == "deflate_then_convert":
        quantity = Input("amount", "measure", value_id(measure.id), grain, scheme.currency)
        rates = (rate_input(scheme, line), replace(rate_input(scheme, line), name="base_rate", time="base"))
        return f"amount / rate / ({movement}) * base_rate", (quantity, *rates, *levels)
    value = Input("amount", "measure", value_id(measure.id), grain, scheme.currency)
    return f"amount / ({movement})", (value, *levels)


def _movement(deflator: str, joined: References) -> tuple[str, tuple[Input, ...]]:
    """index of the year ÷ index of the base year, with the links on the side of the newer reference."""

    def level(name: str, parameter: str, reference: str, *, base: bool) -> Input:
        chosen = MappingProxyType({DEFLATOR: deflator, REFERENCE: reference})
        when: Literal["same", "base"] = "base" if base else "same"
        return Input(name, "parameter", parameter, ("region",), "1", chosen, when, lower=LOWEST, upper=HIGHEST)

    links = [level(f"link{i}", LINK, r, base=not joined.forward) for i, r in enumerate(joined.links, 1)]
    product = "".join(f" * {i.name}" for i in links)
    index, base = level("index", INDEX, joined.year, base=False), level("base_index", INDEX, joined.base, base=True)
    text = f"index{product} / base_index" if joined.forward else f"index / (base_index{product})"
    return text, (index, base, *links)


def _rule(scheme: Scheme, made: Measure, measure: Measure, expression: str, inputs: tuple[Input, ...]) -> Rule:
    return Rule(
        id=made.id,
        version=RULE_VERSION,
        kind="compute",
        names=made.names,
        output=made.id,
        grain=("region", *measure.dims),
        expression=expression,
        inputs=inputs,
        source=scheme.source,
        clause="",
        file=scheme.file,
    )


def _told(catalog: Catalog, scheme: Scheme, deflator: str, joined: References, year: int, base: int) -> Iterator[Finding]:
    """The links that are used, and those that do not agree with what both series say of the overlap year."""
    for reference in joined.links:
        for link in (p for p in _rows(catalog, scheme, LINK, deflator) if _reference(p) == reference and p.value is not None):
            place = Place(link.file, link.line, key=f"{LINK}/{link.region or '-'}/{year}/{deflator}")
            yield finding("CONSTANT-LINKED", place, found=link.value, expected=reference, name=deflator, year=year, base=base)
            yield from _overlap(link, list(_rows(catalog, scheme, INDEX, deflator)), place, deflator)


def _overlap(link: Parameter, levels: Sequence[Parameter], place: Place, deflator: str) -> Iterator[Finding]:
    """In the year in which a new reference is 100, the old series gives the link: level ÷ 100."""
    reference = _reference(link)
    here = [p for p in levels if p.region == link.region and _holds(p, int(reference))]
    new = [p for p in here if _reference(p) == reference]
    older = sorted((p for p in here if _reference(p) < reference), key=_reference)
    if not new or not older or link.value is None or older[-1].value is None or new[-1].value is None:
        yield finding("CONSTANT-NO-OVERLAP", place, found=reference, name=deflator)
        return
    expected = Fraction(older[-1].value) / Fraction(new[-1].value)
    if abs(Fraction(link.value) - expected) > Fraction(half_unit(link.value)):
        yield finding("CONSTANT-LINK", place, found=link.value, expected=f"{older[-1].value} / {new[-1].value}", name=deflator)
