"""The evaluation of a term: item scores, block scores, total and grade, by a scheme that is data.

The order is fixed. Each item is brought into [0, its maximum] with its own bonus; the items of a block are added, with the bonus
on the block, and brought into [0, maximum of the block], so that no bonus lifts a block above it; the blocks are added; bonuses
and further deductions of the total follow; the total is brought into [0, 100]. The grade is that of the unrounded total. Vetoes
act on the grade afterwards, and both grades are kept.

What cannot be assessed is never zero and never full. Either its points are spread over the assessed items of its block, in
proportion to their points, or they are left out and the total is rescaled; the points that one event costs stay as the scheme
states them. A block of which nothing can be assessed has no item to spread over: it is left out whole and the total rescaled.
Everything is rational arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from gep.accounts.scoring_events import Given, SetAside, checked, given, grave, sorted_events, unheard
from gep.accounts.scoring_items import ONE, ZERO, Entry, Facts, Outcome, Reading, ScoredEvent, Window, outcome
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Names
from gep.base.rounding import printable
from gep.base.score_rules import (
    TOTAL,
    Block,
    Evaluation,
    Grade,
    Item,
    VetoRule,
    exact_text,
    number_text,
)
from gep.base.units import UnitError

Standing: TypeAlias = Literal["assessed", "not_assessed", "not_in_zone"]
Spread: TypeAlias = Literal["redistributed", "rescaled"]


@dataclass(frozen=True, slots=True)
class ItemScore:
    """An item as scored. `points`: its maximum by the scheme; `maximum`: with what was spread over it (0: not assessed).

    `lost`: what the formula takes off the maximum; `deduction`: that, within [0, maximum]; `before`: maximum − deduction +
    bonus; `score`: that, within [0, maximum]. `pending`: what events would still cost if it were decided that they count.
    """

    item: Item
    standing: Standing
    points: Fraction
    maximum: Fraction
    outcome: Outcome
    bonuses: tuple[Given, ...] = ()
    lost: Fraction = ZERO
    deduction: Fraction = ZERO
    bonus: Fraction = ZERO
    before: Fraction | None = None
    score: Fraction | None = None

    @property
    def pending(self) -> Fraction:
        return sum((c.amount for c in self.outcome.pending), ZERO)


@dataclass(frozen=True, slots=True)
class BlockScore:
    """A block as scored: items added with its bonus (`before`), then brought into [0, maximum]. `score` None: left out whole."""

    block: Block
    points: Fraction
    maximum: Fraction
    items: tuple[ItemScore, ...]
    bonuses: tuple[Given, ...] = ()
    bonus: Fraction = ZERO
    before: Fraction | None = None
    score: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Excluded:
    """What was not assessed, its points and where they went: to the other items of the block, or out of the total."""

    item: str
    block: str
    names: Names
    points: Fraction
    spread: Spread
    reason: Names


@dataclass(frozen=True, slots=True)
class Vetoed:
    """A veto that events set off. `after`: the grade that it leaves by itself (None: people decide, or there is none to cap)."""

    rule: VetoRule
    events: tuple[ScoredEvent, ...]
    after: Grade | None


@dataclass(frozen=True)
class Scored:
    """A whole evaluation.

    `added`: sum of the blocks; `factor`: by which it is rescaled for what was left out; `before`: rescaled, with the bonuses and
    less the further deductions; `total`: that within [0, 100], unrounded; `printed`: it with as many decimals as keep it on its
    side of every cut-off. `scored`: the grade of the total; `grade`: after vetoes. They are None where nothing, or too little,
    was assessed. `manual`: a veto is left to people, so the grade is not final. `assessed`: which share of the points was.
    `least`, `most`: the total if all that was not assessed had scored nothing, or full. `set_aside`: events that change nothing.
    """

    evaluation: Evaluation
    zone: str
    window: Window
    blocks: tuple[BlockScore, ...]
    added: Fraction
    factor: Fraction
    bonuses: tuple[Given, ...]
    extras: tuple[Given, ...]
    before: Fraction | None
    total: Fraction | None
    assessed: Fraction
    excluded: tuple[Excluded, ...]
    printed: Decimal | None = None
    scored: Grade | None = None
    vetoes: tuple[Vetoed, ...] = ()
    grade: Grade | None = None
    manual: bool = False
    least: Fraction = ZERO
    most: Fraction = ZERO
    set_aside: tuple[SetAside, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def bonus(self) -> Fraction:
        return _sum(g.points for g in self.bonuses)

    @property
    def extra(self) -> Fraction:
        return _sum(g.points for g in self.extras)

    @property
    def items(self) -> tuple[ItemScore, ...]:
        return tuple(i for b in self.blocks for i in b.items)

    def item(self, name: str) -> ItemScore:
        return next(i for i in self.items if i.item.id == name)


def score(
    evaluation: Evaluation,
    zone: str,
    window: Window,
    readings: Mapping[str, Reading],
    events: Iterable[ScoredEvent] = (),
    entries: Iterable[Entry] = (),
) -> Scored:
    """Score a term.

    `readings`: figures by the names that `scoring_events.needs` lists; one that is left out is unknown. Raises Refused, with
    every fault at once, where part of the scheme is not known, the zone has no weights, a figure is of another kind of unit than
    its item, or an event or entry names what the scheme does not have.
    """
    events, entries = tuple(events), tuple(entries)
    held = checked(evaluation, zone, events, entries)
    counted, aside = sorted_events(evaluation, window, events)
    pending = [a.event for a in aside if a.why == "undecided"]
    outcomes = _outcomes(evaluation, held, Facts(readings, counted, pending, {e.item: e for e in entries}))
    made = _totalled(evaluation, held, window, outcomes, counted)
    least, most = (_totalled(evaluation, held, window, _filled(outcomes, share), counted).total for share in (ZERO, ONE))
    made = replace(made, least=least or ZERO, most=most or ZERO, set_aside=(*aside, *unheard(evaluation, held, counted)))
    made = _graded(made, counted)
    return replace(made, findings=_findings(made))


def clamp(x: Fraction, low: Fraction, high: Fraction) -> Fraction:
    return max(low, min(high, x))


def _sum(points: Iterable[Fraction]) -> Fraction:
    return sum(points, ZERO)


def _outcomes(evaluation: Evaluation, zone: str, facts: Facts) -> Mapping[str, Outcome]:
    """What the formula of every item gives; Refused with all figures of the wrong kind of unit."""
    found: dict[str, Outcome] = {}
    faults: list[Finding] = []
    for item in (i for b in evaluation.blocks for i in b.items):
        try:
            found[item.id] = outcome(item, facts) if item.points[zone] > 0 else Outcome()
        except UnitError as error:
            place = Place(evaluation.file, key=f"{evaluation.id} {item.id}")
            faults.append(finding("EVALUATION-UNIT", place, found=str(error), expected=item.unit))
    if faults:
        raise Refused(faults)
    return found


def _filled(outcomes: Mapping[str, Outcome], share: Fraction) -> Mapping[str, Outcome]:
    return {name: o if o.assessed else Outcome(share) for name, o in outcomes.items()}


def _totalled(
    evaluation: Evaluation, zone: str, window: Window, outcomes: Mapping[str, Outcome], counted: Sequence[ScoredEvent]
) -> Scored:
    blocks = tuple(_block(evaluation, b, zone, outcomes, counted) for b in evaluation.blocks)
    added = _sum(b.score for b in blocks if b.score is not None)
    reachable = _sum(b.maximum for b in blocks if b.score is not None)
    factor = evaluation.total / reachable if reachable else ZERO
    bonuses, extras = given(evaluation.bonuses, TOTAL, counted), given(evaluation.extras, TOTAL, counted)
    before = None
    if reachable:
        before = added * factor + _sum(g.points for g in bonuses) - _sum(g.points for g in extras)
    items = [i for b in blocks for i in b.items]
    whole = _sum(i.points for i in items)
    return Scored(
        evaluation,
        zone,
        window,
        blocks,
        added,
        factor,
        bonuses,
        extras,
        before,
        None if before is None else clamp(before, ZERO, evaluation.total),
        _sum(i.points for i in items if i.standing == "assessed") / whole if whole else ZERO,
        tuple(e for b in blocks for e in _excluded(evaluation, b)),
    )


def _block(
    evaluation: Evaluation, block: Block, zone: str, outcomes: Mapping[str, Outcome], counted: Sequence[ScoredEvent]
) -> BlockScore:
    points = block.points[zone]
    whole = _sum(i.points[zone] for i in block.items)
    assessed = _sum(i.points[zone] for i in block.items if outcomes[i.id].assessed)
    spread = whole / assessed if assessed and evaluation.missing == "redistribute" else ONE
    items = tuple(_item(evaluation, i, zone, outcomes[i.id], spread, counted) for i in block.items)
    if not assessed:
        return BlockScore(block, points, ZERO, items)
    maximum = points if evaluation.missing == "redistribute" else points * assessed / whole
    bonuses = given(evaluation.bonuses, block.id, counted)
    bonus = _sum(g.points for g in bonuses)
    before = _sum(i.score for i in items if i.score is not None) + bonus
    return BlockScore(block, points, maximum, items, bonuses, bonus, before, clamp(before, ZERO, maximum))


def _item(
    evaluation: Evaluation, item: Item, zone: str, made: Outcome, spread: Fraction, counted: Sequence[ScoredEvent]
) -> ItemScore:
    points = item.points[zone]
    if not points:
        return ItemScore(item, "not_in_zone", ZERO, ZERO, made)
    if not made.assessed:
        return ItemScore(item, "not_assessed", points, ZERO, made)
    maximum = points * spread
    lost = made.lost if made.lost is not None else maximum * (ONE - (made.share or ZERO))
    deduction = clamp(lost, ZERO, maximum)
    bonuses = given(evaluation.bonuses, item.id, counted)
    bonus = _sum(g.points for g in bonuses)
    before = maximum - deduction + bonus
    held = clamp(before, ZERO, maximum)
    return ItemScore(item, "assessed", points, maximum, made, bonuses, lost, deduction, bonus, before, held)


def _excluded(evaluation: Evaluation, block: BlockScore) -> Iterable[Excluded]:
    spread: Spread = "redistributed" if evaluation.missing == "redistribute" and block.score is not None else "rescaled"
    for i in block.items:
        if i.standing == "not_assessed":
            yield Excluded(i.item.id, block.block.id, i.item.names, i.points, spread, i.outcome.reason)


def grade_of(total: Fraction, grades: Sequence[Grade]) -> Grade:
    """The best grade whose cut-off is reached: the lower bound belongs to it, the upper to the next."""
    return next(g for g in grades if g.at_least is None or total >= g.at_least)


def printed_total(total: Fraction, grades: Sequence[Grade], places: int) -> Decimal:
    """The total with `places` decimals, or as many more as keep it on its side of every cut-off: 89.996 is not printed 90.00."""
    limits = [g.at_least for g in grades if g.at_least is not None]
    step = Decimal((0, (1,), -places))
    while True:
        shown = [printable(total, limit, step) for limit in limits] or [printable(total, ZERO, step)]
        finest = min(shown, key=lambda s: int(s.as_tuple().exponent))
        if all(s == finest for s in shown):
            return finest
        step = Decimal((0, (1,), int(finest.as_tuple().exponent)))


def _graded(made: Scored, counted: Sequence[ScoredEvent]) -> Scored:
    """With the grade of the total, and what vetoes leave of it. No veto makes a grade better."""
    evaluation = made.evaluation
    enough = made.total is not None and made.assessed >= evaluation.least_assessed
    scored = grade_of(made.total, evaluation.grades) if made.total is not None and enough else None
    printed = None if made.total is None else printed_total(made.total, evaluation.grades, evaluation.places)
    vetoes = tuple(v for v in (_vetoed(evaluation, rule, scored, counted) for rule in evaluation.vetoes) if v is not None)
    grades = {g.id: g for g in evaluation.grades}
    sets = [grades[v.rule.grade] for v in vetoes if v.rule.effect == "GRADE_SET"]
    caps = [grades[v.rule.grade] for v in vetoes if v.rule.effect == "GRADE_CAP"]
    grade = _worst(evaluation, [*sets, *([scored] if scored else [])])
    if grade is not None:
        grade = _worst(evaluation, [grade, *caps])
    manual = any(v.rule.effect == "MANUAL" for v in vetoes)
    return replace(made, printed=printed, scored=scored, vetoes=vetoes, grade=grade, manual=manual)


def _worst(evaluation: Evaluation, grades: Sequence[Grade]) -> Grade | None:
    return max(grades, key=lambda g: evaluation.rank(g.id), default=None)


def _vetoed(evaluation: Evaluation, rule: VetoRule, scored: Grade | None, counted: Sequence[ScoredEvent]) -> Vetoed | None:
    events = tuple(e for e in counted if e.type == rule.event and grave(evaluation, e, rule.min_severity))
    if not events:
        return None
    if rule.effect == "MANUAL" or (rule.effect == "GRADE_CAP" and scored is None):
        return Vetoed(rule, events, None)
    stated = next(g for g in evaluation.grades if g.id == rule.grade)
    return Vetoed(rule, events, _worst(evaluation, [stated, *([scored] if scored else [])]))


def _findings(made: Scored) -> tuple[Finding, ...]:
    """What a reader of the result has to know or decide."""
    evaluation = made.evaluation

    def tell(code: str, key: str = "", **args: object) -> Finding:
        return finding(code, Place(evaluation.file, key=f"{evaluation.id} {key}".strip()), **args)  # type: ignore[arg-type]

    found: list[Finding] = [tell("EVALUATION-ILLUSTRATIVE")] if evaluation.illustrative else []
    if made.excluded:
        points = _sum(e.points for e in made.excluded)
        zh, en = "、".join(e.names.zh for e in made.excluded), ", ".join(e.names.en for e in made.excluded)
        listed = ", ".join(e.item for e in made.excluded)
        holes = {"count": len(made.excluded), "names_zh": zh, "names_en": en}
        found.append(tell("EVALUATION-EXCLUDED", found=listed, difference=exact_text(points), holes=holes))
    if made.total is None or made.assessed < evaluation.least_assessed:
        least = exact_text(evaluation.least_assessed)
        found.append(tell("EVALUATION-TOO-LITTLE", found=number_text(made.assessed), expected=f">= {least}"))
    for a in made.set_aside:
        if a.why == "undecided":
            found.append(tell("EVALUATION-UNDECIDED", a.event.id, found=a.event.attribution or "-"))
        elif a.why in ("no_points", "no_item"):
            found.append(tell("EVALUATION-UNHEARD", a.event.id, found=f"{a.event.type}/{a.event.severity}"))
    for v in made.vetoes:
        if v.rule.effect == "MANUAL":
            found.append(tell("EVALUATION-VETO-MANUAL", v.rule.id, found=", ".join(e.id for e in v.events)))
        elif v.rule.effect == "GRADE_SET" and v.after is not None and v.after.id != v.rule.grade:
            found.append(tell("EVALUATION-VETO-RAISES", v.rule.id, found=v.rule.grade, expected=v.after.id))
    return tuple(found)
