"""One item of an evaluation: what its formula gives of the maximum, from the figures read, the events and what was entered.

A formula gives a share of the maximum (or, for events, the points lost), so that it holds whatever the maximum becomes when
points of other items are spread. A figure that is missing, or an item that nobody examined, gives nothing: not zero, not full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias

from gep.base.records import Names
from gep.base.score_rules import (
    EXAMINED,
    MET,
    NOT_MET,
    NOTHING,
    OWN,
    Completion,
    Condition,
    EventDeduct,
    Improvement,
    Interval,
    Item,
    Limit,
    Quantity,
    RatingImport,
    Selector,
    TargetRatio,
    Time,
)
from gep.base.units import parse_unit

ZERO, ONE = Fraction(0), Fraction(1)
Role: TypeAlias = Literal["before", "after", "change", "target", "low", "high", "condition", "bound"]
REASONS: Mapping[str, Names] = MappingProxyType(
    {
        "not_read": Names("没有取得数据", "no figure was read"),
        "no_target": Names("没有适用的目标值", "no target holds for it"),
        "zero_target": Names("目标值不大于零，按规则不评价", "the target is not above zero; by the rule it is not assessed"),
        "zero_per": Names("除数为零", "the divisor is zero"),
        "not_entered": Names("审计人员没有填写结果", "no result was entered by an auditor"),
        "not_in_table": Names("结果不在对照表中", "the result does not stand in the table"),
        "undecided": Names("只有归因未定的事项", "there are only events of which nobody decided whose they are"),
        "not_examined": Names("没有查证有无扣分事项的记录", "nothing says that events were looked for"),
    }
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure as read for a selector or a register entry. `amount` None: there is none, for `reason`."""

    amount: Fraction | None
    unit: str
    figures: tuple[str, ...] = ()
    reason: Names = NOTHING


@dataclass(frozen=True, slots=True)
class ScoredEvent:
    """Something that happened and may cost or give points. `day`: of the decision. `count`: how many of them it stands for."""

    id: str
    type: str
    severity: str
    day: date
    attribution: str
    what: str = ""
    count: Fraction = Fraction(1)
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """What an auditor enters for an item: `met`, `not_met`, `examined` (events were looked for), or a rating."""

    item: str
    value: str
    document: str = ""
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Window:
    """The term [start, end) and the day from which it counts."""

    start: date
    end: date
    since: date


@dataclass(frozen=True, slots=True)
class Operand:
    """One figure that a formula read, in the unit it was read in; `amount` None: there is none."""

    name: str  # the selector, `register:ID`, or empty for a number of the scheme
    amount: Fraction | None
    unit: str
    figures: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    """A value that the formula worked with: the sum of `terms`, divided by that of `per` if there is one, in `unit`."""

    role: Role
    amount: Fraction | None
    unit: str
    terms: tuple[Operand, ...]
    per: tuple[Operand, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """An event with the points that each of its `count` costs or gives."""

    event: ScoredEvent
    points: Fraction

    @property
    def amount(self) -> Fraction:
        return self.points * self.event.count


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a formula gives: a share of the maximum, or points lost to events. Both None: not assessed, for `reason`.

    A share may lie below 0; the clamp comes with the maximum. `pending`: events of which it is not decided whose they are.
    """

    share: Fraction | None = None
    lost: Fraction | None = None
    used: tuple[Used, ...] = ()
    events: tuple[Counted, ...] = ()
    pending: tuple[Counted, ...] = ()
    entry: Entry | None = None
    reason: Names = NOTHING

    @property
    def assessed(self) -> bool:
        return self.share is not None or self.lost is not None


@dataclass(frozen=True)
class Facts:
    """All that formulas read: figures by the text of their selector, `register:ID` for limits, events that count, entries."""

    readings: Mapping[str, Reading]
    counted: Sequence[ScoredEvent] = ()
    pending: Sequence[ScoredEvent] = ()
    entries: Mapping[str, Entry] = field(default_factory=dict)


def outcome(item: Item, facts: Facts) -> Outcome:
    """What the formula of an item gives. Raises UnitError where a figure is of another kind of unit than the item."""
    entry = facts.entries.get(item.id)
    match item.formula:
        case EventDeduct():
            return _event_deduct(item.formula, facts, entry)
        case TargetRatio():
            return _target_ratio(item.formula, facts)
        case Improvement():
            return _improvement(item.formula, facts)
        case Completion():
            return _completion(item.formula, facts, entry)
        case RatingImport():
            return _rating(item.formula, entry)
        case Interval():
            return _interval(item.formula, facts)


def register_name(bound: Limit, value: Quantity) -> str:
    """Under which name the limit of a register is read: `register:ID`, or `register:own LA-01.R40 la01:C02`."""
    if bound.register != OWN:
        return f"register:{bound.register}"
    own = value.terms[0]
    return f"register:{OWN} {' '.join(own.text.split()[:-1])}"


def over_years(time: Time, amounts: Sequence[Fraction | None]) -> Fraction | None:
    """The figures of the years of a window as `sum`, `mean`, `least` or `greatest`: unknown if one of them is, or there are none.

    Raises ValueError for a time that is no matter of several years.
    """
    if time not in ("sum", "mean", "least", "greatest"):
        raise ValueError(f"{time} is not read over several years")
    known = [a for a in amounts if a is not None]
    if not known or len(known) < len(amounts):
        return None
    match time:
        case "least":
            return min(known)
        case "greatest":
            return max(known)
        case "mean":
            return sum(known, ZERO) / len(known)
        case _:
            return sum(known, ZERO)


def points_of(item: EventDeduct, event: ScoredEvent) -> Fraction | None:
    """What one such event costs: the line of its severity, else the line for all others; None if there is neither."""
    lines = {d.severity: d.points for d in item.deductions if d.event == event.type}
    return lines.get(event.severity, lines.get(""))


def read(role: Role, quantity: Quantity, facts: Facts) -> Used:
    """A quantity in its unit; unknown if any figure of it is."""
    terms = tuple(_operand(s, facts) for s in quantity.terms)
    per = tuple(_operand(s, facts) for s in quantity.per)
    if not per:
        return Used(role, _sum(terms, quantity.unit), quantity.unit, terms)
    below_unit = per[0].unit
    above, below = _sum(terms, terms[0].unit), _sum(per, below_unit)
    if above is None or below is None or below == 0:
        return Used(role, None, quantity.unit, terms, per)
    factor = (parse_unit(terms[0].unit) / parse_unit(below_unit)).factor_to(parse_unit(quantity.unit))
    return Used(role, above / below * factor, quantity.unit, terms, per)


def _operand(selector: Selector, facts: Facts) -> Operand:
    reading = facts.readings.get(selector.text)
    return Operand(selector.text, None, "") if reading is None else _as_operand(selector.text, reading)


def _as_operand(name: str, reading: Reading) -> Operand:
    return Operand(name, reading.amount, reading.unit, reading.figures)


def _sum(operands: Sequence[Operand], unit: str) -> Fraction | None:
    total = ZERO
    for o in operands:
        if o.amount is None:
            return None
        total += o.amount * parse_unit(o.unit).factor_to(parse_unit(unit))
    return total


def read_bound(role: Role, bound: Limit, value: Quantity, facts: Facts) -> Used:
    """What a figure is held against, in the unit of that figure; unknown if the register has none."""
    if bound.quantity is not None:
        return read(role, bound.quantity, facts)
    if not bound.register:
        return Used(role, bound.amount, value.unit, ())
    name = register_name(bound, value)
    reading = facts.readings.get(name)
    operand = Operand(name, None, "") if reading is None else _as_operand(name, reading)
    return Used(role, _sum((operand,), value.unit), value.unit, (operand,))


def _why(facts: Facts, *used: Used) -> Names:
    """Why the first value without amount has none, in the words of who read it where there are any."""
    for u in used:
        for o in (*u.terms, *u.per) if u.amount is None else ():
            reading = facts.readings.get(o.name)
            if o.amount is None:
                if reading is not None and reading.reason != NOTHING:
                    return reading.reason
                return REASONS["no_target" if o.name.startswith("register:") else "not_read"]
    return REASONS["zero_per"]


def _event_deduct(formula: EventDeduct, facts: Facts, entry: Entry | None) -> Outcome:
    def costs(events: Sequence[ScoredEvent]) -> tuple[Counted, ...]:
        priced = ((e, points_of(formula, e)) for e in events)
        return tuple(Counted(e, p) for e, p in priced if p is not None)

    counted, pending = costs(facts.counted), costs(facts.pending)
    examined = entry is not None and entry.value == EXAMINED
    if not (examined or counted):  # an event that may be somebody else's does not show that anybody looked for more
        return Outcome(pending=pending, entry=entry, reason=REASONS["undecided" if pending else "not_examined"])
    return Outcome(None, sum((c.amount for c in counted), ZERO), (), counted, pending, entry)


def _target_ratio(formula: TargetRatio, facts: Facts) -> Outcome:
    value = read("after", formula.value, facts)
    target = read_bound("target", formula.target, formula.value, facts)
    used = (value, target)
    if value.amount is None or target.amount is None:
        return Outcome(used=used, reason=_why(facts, *used))
    met = value.amount >= target.amount if formula.direction == "+" else value.amount <= target.amount
    if target.amount <= 0:
        if formula.zero == "not_assessed":
            return Outcome(used=used, reason=REASONS["zero_target"])
        return Outcome(ONE if met else ZERO, used=used)
    if met:
        return Outcome(ONE, used=used)
    # not met: with + the target is above 0, with - the value is above the target, so no divisor is 0
    ratio = value.amount / target.amount if formula.direction == "+" else target.amount / value.amount
    return Outcome(ratio, used=used)


def _improvement(formula: Improvement, facts: Facts) -> Outcome:
    before, after = read("before", formula.opening, facts), read("after", formula.closing, facts)
    used: tuple[Used, ...] = (before, after)
    if formula.change is not None:
        used = (*used, read("change", formula.change, facts))
    if any(u.amount is None for u in used):
        return Outcome(used=used, reason=_why(facts, *used))
    opening, closing = before.amount or ZERO, after.amount or ZERO
    change = (used[2].amount or ZERO) if formula.change is not None else closing - opening
    if change >= 0 if formula.direction == "+" else change <= 0:
        return Outcome(ONE, used=used)
    scale = formula.scale * abs(opening) if formula.relative else formula.scale
    if scale == 0:
        return Outcome(ZERO, used=used)  # worse than nothing at all: no share of an opening of zero would cover it
    return Outcome(ONE - abs(change) / scale, used=used)


def _completion(formula: Completion, facts: Facts, entry: Entry | None) -> Outcome:
    if not formula.conditions:
        if entry is None or entry.value not in (MET, NOT_MET):
            return Outcome(entry=entry, reason=REASONS["not_entered"])
        return Outcome(ONE if entry.value == MET else ZERO, entry=entry)
    used: list[Used] = []
    held: list[bool | None] = []
    for condition in formula.conditions:
        value = read("condition", condition.value, facts)
        bound = read_bound("bound", condition.bound, condition.value, facts)
        used += [value, bound]
        held.append(None if value.amount is None or bound.amount is None else _holds(condition, value.amount, bound.amount))
    if False in held:  # one that is broken settles it, whatever the others are
        return Outcome(ZERO, used=tuple(used), entry=entry)
    if None in held:
        return Outcome(used=tuple(used), entry=entry, reason=_why(facts, *used))
    return Outcome(ONE, used=tuple(used), entry=entry)


def _holds(condition: Condition, value: Fraction, bound: Fraction) -> bool:
    match condition.sense:
        case ">=":
            return value >= bound
        case "<=":
            return value <= bound
        case ">":
            return value > bound
        case "<":
            return value < bound
        case "=":
            return value == bound


def _rating(formula: RatingImport, entry: Entry | None) -> Outcome:
    if entry is None or not entry.value:
        return Outcome(entry=entry, reason=REASONS["not_entered"])
    words = {line.rating: line.share for line in formula.table if line.rating}
    if entry.value in words:
        return Outcome(words[entry.value], entry=entry)
    try:
        figure = Decimal(entry.value)
    except InvalidOperation:
        figure = Decimal("nan")
    if not figure.is_finite():
        return Outcome(entry=entry, reason=REASONS["not_in_table"])
    reached = [(line.at_least, line.share) for line in formula.table if line.at_least is not None and figure >= line.at_least]
    if not reached:
        return Outcome(entry=entry, reason=REASONS["not_in_table"])
    return Outcome(max(reached)[1], entry=entry)


def _interval(formula: Interval, facts: Facts) -> Outcome:
    value = read("after", formula.value, facts)
    low = None if formula.low is None else read_bound("low", formula.low, formula.value, facts)
    high = None if formula.high is None else read_bound("high", formula.high, formula.value, facts)
    used = tuple(u for u in (value, low, high) if u is not None)
    if any(u.amount is None for u in used):
        return Outcome(used=used, reason=_why(facts, *used))
    amount = value.amount or ZERO
    below = (low.amount or ZERO) - amount if low is not None else ZERO
    above = amount - (high.amount or ZERO) if high is not None else ZERO
    distance = max(below, above, ZERO)
    if distance == 0:
        return Outcome(ONE, used=used)
    return Outcome(ONE - distance / formula.scale if formula.scale is not None else ZERO, used=used)
