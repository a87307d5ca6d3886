"""Checks across rows, files and what is stored: the same figure twice, overlapping regions, unit slips, missing inputs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, TypeAlias

from gep.base.findings import Finding, Place, finding
from gep.base.records import Fact, Key, Measure, Region, State, Vocabulary, key_text
from gep.base.units import base_text, parse_unit, slip
from gep.intake.figures import half_last_digit, in_base, plain, with_unit
from gep.intake.schema import COLUMNS
from gep.intake.table import in_order, shown

Address: TypeAlias = tuple[str, str, str, Key, tuple[tuple[str, str], ...]]
MAX_SHOWN = 5
# a slip against last year leaves room for a year of real change: 30 % less is a ratio of 10/7; factors below 10 are left alone, a
# good or bad year looks like them
NEAR = ((Fraction(100), Fraction(1, 2)), (Fraction(10), Fraction(3, 7)))
ORDINARY = Fraction(1, 7)  # what lies between 1/7 and 7 is near no slip


@dataclass(frozen=True, slots=True)
class Need:
    """An input that an enabled service cannot do without. `key` as in Fact; `rule` the rule that reads it."""

    measure: str
    region: str
    period: str
    key: Key
    service: str
    rule: str
    file: str = ""  # the file the rule stands in


@dataclass(frozen=True, slots=True)
class Settled:
    """The facts of a submission once compared with one another and with what is stored, and the findings of that."""

    facts: tuple[Fact, ...]
    findings: tuple[Finding, ...]


def settle(facts: Sequence[Fact], vocabulary: Vocabulary, stored: Sequence[Fact] = ()) -> Settled:
    """Take out repetitions and report clashes.

    A figure that stands twice with the same value is kept once; a figure that is stored already with the same value is left out.
    Each is a note. Another value under the same key, or the same figure from two departments, stops and names both addresses;
    both facts stay in then, for people to decide.
    """
    findings: list[Finding] = []
    held = {(address(f), f.department): f for f in stored}
    groups: dict[tuple[Address, str], list[Fact]] = defaultdict(list)
    for fact in sorted(facts, key=_where):
        groups[address(fact), fact.department].append(fact)
    kept: list[Fact] = []
    same_file: dict[str, int] = defaultdict(int)
    for full, members in groups.items():
        values = _distinct(members, findings)
        earlier = held.get(full)
        for fact in values:
            if earlier is None or not _same_value(fact, earlier):
                kept.append(fact)
            elif earlier.origin.sha256 == fact.origin.sha256:
                same_file[fact.origin.file] += 1
            else:
                findings.append(_pair("INTAKE-STORED-SAME", fact, earlier))
            if earlier and not _same_value(fact, earlier):
                findings.append(_pair("INTAKE-STORED-OTHER", fact, earlier, _difference(fact, earlier)))
    findings.extend(finding("INTAKE-FILE-STORED", Place(file), found=count) for file, count in sorted(same_file.items()))
    findings.extend(_departments(kept, stored))
    return Settled(tuple(sorted(kept, key=_where)), in_order(findings))


def decide(facts: Sequence[Fact], decided: Mapping[Address, str]) -> tuple[tuple[Fact, ...], list[Finding]]:
    """The facts that are used where it was decided which department's figure counts, and a note for each that is passed over."""
    used, told = [], []
    for fact in facts:
        chosen = decided.get(address(fact), fact.department)
        if chosen == fact.department:
            used.append(fact)
        else:
            place = Place(fact.origin.file, fact.origin.row, fact.origin.column, key=name_of(fact))
            told.append(finding("DECIDE-PASSED-OVER", place, found=f"{fact.department or '-'}: {_text(fact)}", expected=chosen))
    return tuple(used), told


def _distinct(members: list[Fact], findings: list[Finding]) -> list[Fact]:
    """The first fact of each value under one key; repetitions are noted, a second value stops. Row order is all one."""
    values: list[Fact] = []
    for fact in members:
        same = next((f for f in values if _same_value(fact, f)), None)
        if same is None:
            values.append(fact)
        else:
            findings.append(_pair("INTAKE-TWICE-SAME", fact, same))
    values.sort(key=lambda f: (str(f.state), in_base(f) or Fraction(0), f.exact))
    findings.extend(_pair("INTAKE-TWICE-OTHER", fact, values[0], _difference(fact, values[0])) for fact in values[1:])
    return values


def address(fact: Fact) -> Address:
    """What a fact says something about: region, period, measure, key, attributes. The department is no part of it."""
    return fact.region, fact.period, fact.measure, fact.key, tuple(sorted(fact.attrs.items()))


def name_of(fact: Fact) -> str:
    """The address as people read it, the same for the same figure wherever it stands."""
    region, period, measure, key, attrs = address(fact)
    parts = [region, period, measure, key_text(key), *(f"{name}={value}" for name, value in attrs)]
    return "/".join(part for part in parts if part)


def overlaps(facts: Sequence[Fact], vocabulary: Vocabulary, stored: Sequence[Fact] = ()) -> list[Finding]:
    """A region and one inside it with a value each for the same item, period and key: adding them up counts twice.

    Only measures whose figures add up over regions are looked at. One finding a higher region, naming the lower ones.
    """
    values: dict[Address, Fact] = {}
    for fact in (*stored, *facts):
        measure = vocabulary.measures.get(fact.measure)
        if fact.state is State.VALUE and measure and "region" in measure.additive:
            values[address(fact)] = fact
    new = {address(fact) for fact in facts}
    inside: dict[Address, list[Fact]] = defaultdict(list)
    for place, fact in values.items():
        for above in _ancestors(fact.region, vocabulary.regions):
            higher = (above, *place[1:])
            if higher in values and (place in new or higher in new):
                inside[higher].append(fact)
    return [_overlap(values[higher], sorted(lower, key=_where)) for higher, lower in inside.items()]


def _overlap(higher: Fact, lower: list[Fact]) -> Finding:
    return finding(
        "INTAKE-OVERLAP",
        Place(higher.origin.file, higher.origin.row, "region", key=name_of(higher)),
        found=f"{higher.region}: {_text(higher)}",
        expected=shown([f"{f.region}: {_text(f)} ({_at(f)})" for f in lower], MAX_SHOWN),
        figures=sorted(name_of(f) for f in (higher, *lower)),
        region=higher.region,
        count=len(lower),
    )


def slips_to_last_year(facts: Sequence[Fact], vocabulary: Vocabulary, stored: Sequence[Fact] = ()) -> list[Finding]:
    """Values that are to those of a year before as one unit is to another: 10^3, 10^4, 15, 1/15 and so on. A query each."""
    amounts: dict[Address, Fact] = {}
    for fact in sorted((*stored, *facts), key=lambda f: (f.department, _where(f)), reverse=True):
        if fact.state is State.VALUE:
            amounts[address(fact)] = fact
    found = []
    for fact in facts:
        year, rest = fact.period[:4], fact.period[4:]
        earlier = amounts.get((fact.region, f"{int(year) - 1:04}{rest}", *address(fact)[2:]))
        if fact.state is not State.VALUE or earlier is None:
            continue
        now, then = in_base(fact), in_base(earlier)
        if now is None or then is None or now == 0 or then == 0:
            continue
        ratio = now / then
        if ORDINARY < ratio < 1 / ORDINARY:
            continue  # no slip comes near; almost every figure ends here
        likely = next((s for least, near in NEAR if (s := slip(ratio, near)) and max(s.factor, 1 / s.factor) >= least), None)
        if likely is None:
            continue
        place = Place(fact.origin.file, fact.origin.row, "value", key=name_of(fact))
        figures = sorted((name_of(fact), name_of(earlier)))
        before = f"{_text(earlier)} ({earlier.period}, {_at(earlier)})"
        found.append(
            finding(
                "INTAKE-SLIP-LAST-YEAR", place, found=_text(fact), expected=before, difference=f"×{plain(ratio, 5)}",
                figures=figures, ratio=plain(ratio, 5), likely_zh=likely.zh, likely_en=likely.en,
            )
        )  # fmt: skip
    return found


def areas_within(
    facts: Sequence[Fact], vocabulary: Vocabulary, region_area: Mapping[str, Decimal], stored: Sequence[Fact] = ()
) -> list[Finding]:
    """The classes of an area measure must not add up to more than the region (`region_area` in m2, by region).

    What n rounded figures may be too large by (half a last digit each) is allowed for. Looked at: measures in m2 whose figures
    add up over classes, for each region, period and set of attributes that the new facts touch.
    """
    groups: dict[tuple[str, str, str, tuple[tuple[str, str], ...]], dict[Key, Fact]] = defaultdict(dict)
    square_metre = parse_unit("m2")
    for fact in (*stored, *facts):
        measure = vocabulary.measures.get(fact.measure)
        area = measure and "class" in measure.additive and parse_unit(measure.unit).compatible(square_metre)
        if area and fact.state is State.VALUE and fact.region in region_area:
            region, period, item, key, attrs = address(fact)
            groups[region, period, item, attrs][key] = fact
    touched = {(f.region, f.period, f.measure, tuple(sorted(f.attrs.items()))) for f in facts}
    return [
        made
        for group, members in sorted(groups.items())
        if group in touched and (made := _too_large(tuple(members.values()), Fraction(region_area[group[0]])))
    ]


def _too_large(members: tuple[Fact, ...], area: Fraction) -> Finding | None:
    total = sum((in_base(fact) or Fraction(0) for fact in members), Fraction(0))
    if total - area <= sum((half_last_digit(fact) for fact in members), Fraction(0)):
        return None
    largest = max(members, key=lambda f: (in_base(f) or Fraction(0), name_of(f)))
    return finding(
        "INTAKE-AREA-TOTAL",
        Place(largest.origin.file, largest.origin.row, "value", key=name_of(largest)),
        found=f"{plain(total)} m2",
        expected=f"≤ {plain(area)} m2",
        difference=f"{plain(total - area)} m2",
        figures=sorted(name_of(f) for f in members),
        region=largest.region,
        period=largest.period,
        item=largest.measure,
        largest=f"{_text(largest)} ({_at(largest)})",
    )


def missing_inputs(needs: Iterable[Need], facts: Sequence[Fact], vocabulary: Vocabulary) -> tuple[Finding, ...]:
    """A finding that stops for each need no row answers. A row with a state and a reason is an answer: the input is then unknown.

    Needs of several rules for one input make one finding naming them all.
    """
    given = {(f.measure, f.region, f.period, f.key) for f in facts}
    wanting: dict[tuple[str, str, str, Key], list[Need]] = defaultdict(list)
    for need in needs:
        wanted = (need.measure, need.region, need.period, need.key)
        if wanted not in given:
            wanting[wanted].append(need)
    return in_order(_missing(tuple(users), vocabulary) for users in wanting.values())


def _missing(users: tuple[Need, ...], vocabulary: Vocabulary) -> Finding:
    need = users[0]
    measure = vocabulary.measures[need.measure]
    region = vocabulary.regions.get(need.region)
    services = ", ".join(sorted({user.service for user in users}))
    return finding(
        "INTAKE-INPUT-MISSING",
        Place(file=need.file, key="/".join((need.measure, need.region, need.period, key_text(need.key) or "-"))),
        found="-",
        expected=row_to_add(need, measure),
        service=services,
        rule=", ".join(sorted({user.rule for user in users})),
        item=need.measure,
        name_zh=measure.names.zh,
        name_en=measure.names.en,
        region=need.region,
        region_zh=region.names.zh if region else "-",
        region_en=region.names.en if region else "-",
        period=need.period,
        key=key_text(need.key) or "-",
        unit=measure.unit,
        department_zh=measure.department or "负责该数据的部门",
        department_en=measure.department or "the department responsible",
    )


def row_to_add(need: Need, measure: Measure) -> str:
    """The row of a tidy submission that answers a need, with `?` where the value goes, in the order of the standard header."""
    pairs = dict(need.key)
    part = pairs.pop("part", "")
    category = next(iter(pairs.values())) if len(pairs) == 1 else key_text(tuple(sorted(pairs.items())))
    cells = {"region": need.region, "period": need.period, "item": need.measure, "category": category, "part": part}
    cells |= {"value": "?", "unit": measure.unit, "department": measure.department}
    return ",".join(cells.get(name, "") for name in COLUMNS[: COLUMNS.index("department") + 1])


def _departments(facts: Sequence[Fact], stored: Sequence[Fact]) -> list[Finding]:
    """The same figure from two departments, at least one of them new."""
    stated: dict[Address, dict[str, Fact]] = defaultdict(dict)
    for fact in (*stored, *facts):
        stated[address(fact)].setdefault(fact.department, fact)
    new = {(address(fact), fact.department) for fact in facts}
    found = []
    for place, by_department in stated.items():
        ordered = [by_department[name] for name in sorted(by_department)]
        for earlier, fact in pairwise(ordered):
            if new & {(place, earlier.department), (place, fact.department)}:
                one, other = (fact, earlier) if (place, fact.department) in new else (earlier, fact)
                names = {"here": one.department or "-", "there": other.department or "-"}
                found.append(_pair("INTAKE-DEPARTMENTS", one, other, _difference(one, other), **names))
    return found


def _pair(code: str, fact: Fact, other: Fact, difference: str = "", **args: Any) -> Finding:
    return finding(
        code,
        Place(fact.origin.file, fact.origin.row, fact.origin.column, key=name_of(fact)),
        found=_text(fact),
        expected=_text(other),
        difference=difference,
        figures=[name_of(fact)],
        at=_at(other),
        **args,
    )


def _same_value(fact: Fact, other: Fact) -> bool:
    if (fact.state, fact.exact) != (other.state, other.exact):
        return False
    if fact.state is not State.VALUE:
        return True
    return parse_unit(fact.unit).compatible(parse_unit(other.unit)) and in_base(fact) == in_base(other)


def _difference(fact: Fact, other: Fact) -> str:
    """Found less the other, in base units; nothing where there is none to tell."""
    one, two = in_base(fact), in_base(other)
    if one is None or two is None or not parse_unit(fact.unit).compatible(parse_unit(other.unit)):
        return ""
    return with_unit(plain(one - two), base_text(parse_unit(fact.unit)))


def _ancestors(region: str, regions: Mapping[str, Region]) -> list[str]:
    above: list[str] = []
    here = regions.get(region)
    while here and here.parent and here.parent not in above:
        above.append(here.parent)
        here = regions.get(here.parent)
    return above


def _text(fact: Fact) -> str:
    return with_unit(str(fact.amount), fact.unit) if fact.amount is not None else str(fact.state)


def _at(fact: Fact) -> str:
    return Place(fact.origin.file, fact.origin.row, fact.origin.column, fact.origin.sheet).text()


def _where(fact: Fact) -> tuple[str, int, str, str]:
    return fact.origin.file, fact.origin.row, fact.origin.column, name_of(fact)


Across: TypeAlias = Callable[[Sequence[Fact], Vocabulary, Sequence[Fact]], list[Finding]]
ACROSS: tuple[Across, ...] = (overlaps, slips_to_last_year)


def check_across(
    facts: Sequence[Fact], vocabulary: Vocabulary, stored: Sequence[Fact] = (), region_area: Mapping[str, Decimal] | None = None
) -> Settled:
    """All checks across rows: repetitions and clashes, overlapping regions, slips to last year and to the area of the region."""
    mine = {fact.measure for fact in facts}
    stored = [fact for fact in stored if fact.measure in mine]  # no check compares one item with another
    settled = settle(facts, vocabulary, stored)
    findings = list(settled.findings)
    for check in ACROSS:
        findings.extend(check(settled.facts, vocabulary, stored))
    findings.extend(areas_within(settled.facts, vocabulary, region_area, stored) if region_area else ())
    return Settled(settled.facts, in_order(findings))
