"""The register of floors and caps: a limit that a document sets for a figure of one region becomes an ordinary check.

A row of `ledgers/registers/*.csv`, or of a book's `local/registers`, is a bound: the figure (measure and category), the region,
the days it holds, the limit in the unit of the document, and the document. `rules_of` makes of each an assert `REG.<id>`, which
runs only at its region and in its years, and a parameter `register.<id>` that holds the limit; so the engine needs no second way
to compare, and the limit is traced like any coefficient. A document that names no number makes no row.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from gep.base.findings import Finding, Place, finding
from gep.base.records import Code, Input, Key, Measure, Names, Parameter, Region, Rule, Severity, key_text
from gep.base.units import UnitError, display, parse_unit
from gep.catalog import read
from gep.catalog.classes import OPEN
from gep.catalog.fields import Fields
from gep.rules.grain import word_of

RULE, PARAMETER = "REG.", "register."  # what the ids of the rules and parameters made of a bound begin with
SET = "registers"  # the parameter set of the shipped bounds; those of a book stand in its own
LOCAL = "local"
STATUSES: tuple[Literal["standard", "local", "illustrative"], ...] = ("standard", "local", "illustrative")
SENSES: Mapping[str, str] = MappingProxyType({"floor": ">=", "cap": "<=", "above": ">", "below": "<"})
SENTENCES: Mapping[str, Names] = MappingProxyType(
    {
        "floor": Names(
            "{name}低于{document}（{locator}）规定的下限 {limit_zh}。",
            "{name}: the figure is less than the floor of {limit_en} set by {document} ({locator}).",
        ),
        "cap": Names(
            "{name}高于{document}（{locator}）规定的上限 {limit_zh}。",
            "{name}: the figure is more than the cap of {limit_en} set by {document} ({locator}).",
        ),
        "above": Names(
            "{name}没有达到{document}（{locator}）规定的“大于 {limit_zh}”。",
            "{name}: the figure is not more than {limit_en}, as {document} ({locator}) demands.",
        ),
        "below": Names(
            "{name}没有达到{document}（{locator}）规定的“小于 {limit_zh}”。",
            "{name}: the figure is not less than {limit_en}, as {document} ({locator}) demands.",
        ),
    }
)
_ID = re.compile(r"[0-9A-Za-z_.-]+")


@dataclass(frozen=True, slots=True)
class Bound:
    """One row of a register.

    `measure` and `key` name the figure; dimensions of the measure that the key leaves out are added up. `sense`: floor (not
    less), cap (not more), above and below (the same, but not equal). `value` stands in `unit`, as printed in `document` at
    `locator`; `source` is the id of that document among the sources. It holds in the years whose last day lies from `valid_from`
    to `valid_to`. `severity` is what a breach is.
    """

    id: str
    names: Names
    measure: str
    key: Key
    sense: str
    region: str
    value: Decimal
    unit: str
    document: str
    source: str
    locator: str
    severity: Severity
    status: Literal["standard", "local", "illustrative"]
    valid_from: date = date.min
    valid_to: date = date.max
    note: str = ""
    file: str = ""
    line: int = 0

    @property
    def place(self) -> Place:
        return Place(self.file, self.line, key=self.id)


@dataclass(frozen=True, slots=True)
class Checks:
    """What the bounds turn into. `codes` are the names of the parameters in the scheme `parameter`.

    `findings`: bounds of which no check can be made; they have no rule, no parameter and no code.
    """

    rules: tuple[Rule, ...]
    parameters: tuple[Parameter, ...]
    codes: tuple[Code, ...]
    findings: tuple[Finding, ...]


def read_registers(rows: Iterable[Fields]) -> tuple[Bound, ...]:
    """The bounds of all register files, in their order. Every fault goes to the findings of its row.

    Faults: a field that is missing, unknown or malformed, an id that stands twice, a validity that ends before it begins, a floor
    that lies above a cap of the same figure.
    """
    found: dict[str, Bound] = {}
    for row in rows:
        made = _bound(row)
        if made is None:
            continue
        if made.id in found:
            row.complain("REGISTER-DUPLICATE", "id", found=made.id, expected=found[made.id].place.text())
            continue
        for other in found.values():
            if _contradict(made, other):
                holes = {"region": made.region, "other": other.id}
                expected = f"{SENSES[other.sense]} {other.value} {other.unit}"
                row.complain("REGISTER-CONFLICT", "value", f"{SENSES[made.sense]} {made.value} {made.unit}", expected, **holes)
        found[made.id] = made
    return tuple(found.values())


def _bound(f: Fields) -> Bound | None:
    """One row; None, with findings, if there is no figure or no limit to compare it with."""
    name = f.text("id", required=True)
    f.place = Place(f.place.file, f.place.row, key=name)
    if name and not _ID.fullmatch(name):
        f.complain("REGISTER-ID", "id", found=name)
    value = f.number("value", required=True)
    start, end = f.date("valid_from", date.min), f.last_date("valid_to")
    if end < start:
        f.complain("REGISTER-PERIOD", "valid_to", found=end, expected=f">= {start}")
    made = Bound(
        id=name,
        names=f.names(),
        measure=f.text("measure", required=True),
        key=f.key("category"),
        sense=f.choice("sense", tuple(SENSES)),
        region=f.text("region", required=True),
        value=value if value is not None else Decimal(0),
        unit=read.unit(f, "unit", f.text("unit", required=True)),
        document=f.text("document", required=True),
        source=f.text("source", required=True),
        locator=f.text("locator", required=True),
        severity=Severity(f.choice("severity", tuple(str(s) for s in Severity))),
        status=f.choice("status", STATUSES),
        valid_from=start,
        valid_to=end,
        note=f.text("note"),
        file=f.place.file,
        line=f.place.row,
    )
    f.done()
    return made if name and made.measure and made.region and value is not None else None


def _contradict(one: Bound, other: Bound) -> bool:
    """Whether no figure can keep both: same figure, days in common, and the lower limit is above the upper one."""
    if (one.measure, one.key, one.region) != (other.measure, other.key, other.region):
        return False
    if one.valid_from > other.valid_to or other.valid_from > one.valid_to:
        return False
    lower, upper = (one, other) if SENSES[one.sense].startswith(">") else (other, one)
    if not SENSES[lower.sense].startswith(">") or not SENSES[upper.sense].startswith("<"):
        return False
    try:
        factor = parse_unit(lower.unit).factor_to(parse_unit(upper.unit))
    except UnitError:
        return False  # told as a unit that is not that of the measure
    low, high = Fraction(lower.value) * factor, Fraction(upper.value)
    return low > high or (low == high and "=" not in SENSES[lower.sense] + SENSES[upper.sense])


def rules_of(bounds: Sequence[Bound], measures: Mapping[str, Measure], instances: Collection[str] = ()) -> Checks:
    """An assert `REG.<id>` and a parameter `register.<id>` for every bound whose figure is declared in `measures`.

    `instances`: dimensions that tables are repeated for (minerals, units of the red line); added up, they run over what is there.

    The figure is read in the unit of its measure and the limit is converted to it exactly, so nothing is rounded before the two
    are compared. The rule runs at every level of regions, but only at its own region.
    """
    rules: list[Rule] = []
    sound: list[Bound] = []
    findings: list[Finding] = []
    for bound in bounds:
        measure = measures.get(bound.measure)
        wrong = _figure_findings(bound, measure)
        findings += wrong
        if measure is not None and not wrong:
            rules.append(_rule(bound, measure, instances))
            sound.append(bound)
    return Checks(tuple(rules), tuple(map(_parameter, sound)), tuple(map(_code, sound)), tuple(findings))


def _figure_findings(bound: Bound, measure: Measure | None) -> list[Finding]:
    """What keeps the figure of a bound from being compared with its limit."""
    if measure is None:
        return [finding("REGISTER-MEASURE", bound.place, found=bound.measure)]
    keyed = [dim for dim, _ in bound.key]
    dims = ", ".join(measure.dims) or "-"
    wrong = [
        finding("REGISTER-KEY", bound.place, found=dim, expected=dims, measure=measure.id)
        for dim in keyed
        if dim not in measure.dims
    ]
    left = [dim for dim in measure.dims if dim not in keyed]
    if left and "class" not in measure.additive:
        wrong.append(finding("REGISTER-KEY-MISSING", bound.place, found=", ".join(left), expected=dims, measure=measure.id))
    if not _same_unit(bound.unit, measure.unit):
        wrong.append(finding("REGISTER-UNIT", bound.place, found=bound.unit, expected=measure.unit, measure=measure.id))
    return wrong


def _same_unit(one: str, other: str) -> bool:
    return parse_unit(one).without_price_year().compatible(parse_unit(other).without_price_year())


def _rule(bound: Bound, measure: Measure, instances: Collection[str]) -> Rule:
    selected = dict(bound.key)
    left = tuple(dim for dim in measure.dims if dim not in selected)
    over = ", ".join(dict.fromkeys(word_of(dim) for dim in left))
    figure = f"sum(figure over {over})" if left else "figure"
    return Rule(
        id=RULE + bound.id,
        version="1",
        kind="assert",
        names=bound.names,
        output="",
        grain=("region",),
        expression=f"{figure} {SENSES[bound.sense]} limit",
        inputs=(
            Input(
                name="figure",
                kind="measure",
                ref=bound.measure,
                grain=("region", *left),
                unit=measure.unit,
                select=MappingProxyType(selected),
                lower=measure.lower,
                upper=measure.upper,
            ),
            Input(name="limit", kind="parameter", ref=PARAMETER + bound.id, grain=("region",), unit=measure.unit),
        ),
        source=bound.source,
        clause=bound.locator,
        domain=MappingProxyType({dim: OPEN for dim in left if dim in instances}),
        severity=bound.severity,
        message=_message(bound),
        valid_from=bound.valid_from,
        valid_to=bound.valid_to,
        at="all",
        regions=(bound.region,),
        file=bound.file,
    )


def _message(bound: Bound) -> Names:
    """The sentence of a breach in both languages, with the document it rests on."""
    sentence, limits = SENTENCES[bound.sense], {}
    for lang in ("zh", "en"):
        unit = "" if bound.unit == "1" else f" {display(bound.unit, lang)}"  # a plain coefficient has none to be read
        limits[f"limit_{lang}"] = f"{bound.value:f}{unit}"
    holes = {"document": bound.document, "locator": bound.locator, **limits}
    return Names(sentence.zh.format(name=bound.names.zh, **holes), sentence.en.format(name=bound.names.en, **holes))


def _parameter(bound: Bound) -> Parameter:
    return Parameter(
        id=PARAMETER + bound.id,
        key=(),
        region=bound.region,
        value=bound.value,
        unit=bound.unit,
        status=bound.status,
        source=bound.source,
        locator=bound.locator,
        source_set=LOCAL if bound.file.startswith(f"{LOCAL}/") else SET,
        valid_from=bound.valid_from,
        valid_to=bound.valid_to,
        note=bound.note,
        file=bound.file,
        line=bound.line,
    )


def _code(bound: Bound) -> Code:
    """The name of the parameter; with the id of the bound, since several documents may limit one figure."""
    return Code(
        scheme="parameter",
        code=PARAMETER + bound.id,
        names=Names(f"{bound.names.zh}（限值 {bound.id}）", f"{bound.names.en} (limit {bound.id})"),
        attrs=MappingProxyType({"use": "rule"}),
        file=bound.file,
        line=bound.line,
    )


def place_findings(bounds: Sequence[Bound], regions: Mapping[str, Region]) -> tuple[Finding, ...]:
    """Bounds of a book that would never be checked: at a region it does not have, or on days when its code does not hold.

    For the bounds of the book itself; the shipped ones are for many regions.
    """
    found: list[Finding] = []
    for bound in bounds:
        region = regions.get(bound.region)
        if region is None:
            known = ", ".join(sorted(regions))
            found.append(finding("REGISTER-REGION", bound.place, found=bound.region, expected=known))
        elif bound.valid_from < region.valid_from or region.valid_to < bound.valid_to:
            days = f"{region.valid_from} … {region.valid_to}"
            stated = f"{bound.valid_from} … {bound.valid_to}"
            found.append(finding("REGISTER-REGION-DAYS", bound.place, found=stated, expected=days, region=bound.region))
    return tuple(found)


def subject_of(bound: Bound) -> str:
    """The figure of a bound as text, `LA-01.R40 [la01:C02]`, for lists of the register."""
    return f"{bound.measure} [{key_text(bound.key)}]" if bound.key else bound.measure
