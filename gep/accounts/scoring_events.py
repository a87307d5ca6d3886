"""What an evaluation is handed: the figures it needs, the weights that hold, the events that count and what they give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

from gep.accounts.scoring_items import ZERO, Counted, Entry, ScoredEvent, Window, points_of, register_name
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.score_rules import (
    ANY_ZONE,
    ATTRIBUTIONS,
    EXAMINED,
    MET,
    NOT_MET,
    UNDECIDED,
    Completion,
    Evaluation,
    EventDeduct,
    Extra,
    Item,
    RatingImport,
    Selector,
    exact_text,
    figures_of,
)

Why: TypeAlias = Literal["outside_term", "before_focus", "attribution", "undecided", "no_points", "no_item"]


@dataclass(frozen=True, slots=True)
class SetAside:
    """An event that costs and gives nothing, and why."""

    event: ScoredEvent
    why: Why


@dataclass(frozen=True, slots=True)
class Need:
    """Something to be read, and the name it is handed in under.

    `register` empty: the figure of `selector`. Else the limit of that entry of the registers; `own`: of the entry that holds for
    the measure and key of `selector` in the region at the end of the window, a floor or a cap.
    """

    name: str
    selector: Selector
    register: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What the events of a bonus or a further deduction come to, not above its limit."""

    extra: Extra
    events: tuple[Counted, ...]
    points: Fraction


def focused(start: date, end: date, years: int | None) -> Window:
    """The term with the day from which it counts: the last `years` years, to the day (29 February: 28 in other years)."""
    if years is None:
        return Window(start, end, start)
    try:
        since = end.replace(year=end.year - years)
    except ValueError:
        since = end.replace(year=end.year - years, day=28)
    return Window(start, end, max(start, since))


def zone_of(evaluation: Evaluation, zone: str) -> str | None:
    """Whose weights hold in a zone: its own, else those of the zone above (`key_ecological.national`); None: nobody's."""
    if not evaluation.zones:
        return ANY_ZONE
    while zone and zone not in evaluation.zones:
        zone = zone.rpartition(".")[0]
    return zone or None


def needs(evaluation: Evaluation, zone: str) -> tuple[Need, ...]:
    """All figures and limits that the scheme reads in a zone, in the order of their names, each once."""
    held = zone_of(evaluation, zone)
    items = [i for b in evaluation.blocks for i in b.items if held is not None and i.points[held] > 0]
    found = {need.name: need for item in items for need in _needs_of(item)}
    return tuple(found[name] for name in sorted(found))


def _needs_of(item: Item) -> Iterable[Need]:
    quantities, bounds = figures_of(item)
    for quantity in quantities:
        yield from (Need(s.text, s) for s in (*quantity.terms, *quantity.per))
    for bound, value in bounds:
        if bound.register:
            yield Need(register_name(bound, value), value.terms[0], bound.register)


def sorted_events(
    evaluation: Evaluation, window: Window, events: Iterable[ScoredEvent]
) -> tuple[tuple[ScoredEvent, ...], tuple[SetAside, ...]]:
    """The events that count, and the others with the reason. Both in the order of day and id."""
    counted: list[ScoredEvent] = []
    aside: list[SetAside] = []
    for event in sorted(events, key=lambda e: (e.day, e.id)):
        why = _why_not(evaluation, window, event)
        if why is None:
            counted.append(event)
        else:
            aside.append(SetAside(event, why))
    return tuple(counted), tuple(aside)


def _why_not(evaluation: Evaluation, window: Window, event: ScoredEvent) -> Why | None:
    if not window.start <= event.day < window.end:
        return "outside_term"
    if event.day < window.since:
        least = evaluation.trace_back
        if not least or evaluation.severity(event.severity) < evaluation.severity(least):
            return "before_focus"
    if event.attribution in UNDECIDED:
        return "undecided"
    return None if event.attribution in evaluation.counts else "attribution"


def unheard(evaluation: Evaluation, zone: str, counted: Sequence[ScoredEvent]) -> tuple[SetAside, ...]:
    """Events that count but change nothing: no item, bonus, deduction or veto takes them, or none has points for it."""
    formulas = [i.formula for b in evaluation.blocks for i in b.items if i.points[zone] > 0]
    deducts = [f for f in formulas if isinstance(f, EventDeduct)]
    extras = (*evaluation.bonuses, *evaluation.extras)
    found: list[SetAside] = []
    for event in counted:
        if any(points_of(f, event) is not None for f in deducts) or any(_meets(x, event) for x in extras):
            continue
        if any(v.event == event.type and grave(evaluation, event, v.min_severity) for v in evaluation.vetoes):
            continue
        known = any(d.event == event.type for f in deducts for d in f.deductions) or any(x.event == event.type for x in extras)
        found.append(SetAside(event, "no_points" if known else "no_item"))
    return tuple(found)


def grave(evaluation: Evaluation, event: ScoredEvent, least: str) -> bool:
    return evaluation.severity(event.severity) >= evaluation.severity(least)


def given(extras: Iterable[Extra], on: str, counted: Sequence[ScoredEvent]) -> tuple[Given, ...]:
    """What the events come to under each of the extras on an item, a block or the total."""
    found: list[Given] = []
    for extra in extras:
        if extra.on != on:
            continue
        events = tuple(Counted(e, extra.points) for e in counted if _meets(extra, e))
        points = sum((c.amount for c in events), ZERO)
        if events:
            found.append(Given(extra, events, points if extra.limit is None else min(points, extra.limit)))
    return tuple(found)


def _meets(extra: Extra, event: ScoredEvent) -> bool:
    return event.type == extra.event and extra.severity in ("", event.severity)


def checked(evaluation: Evaluation, zone: str, events: Sequence[ScoredEvent], entries: Sequence[Entry]) -> str:
    """The zone whose weights hold. Raises Refused with every fault of what was handed in."""
    place = Place(evaluation.file, key=evaluation.id)
    found: list[Finding] = []
    if evaluation.unread:
        total = exact_text(evaluation.total)
        found.append(finding("EVALUATION-UNREAD", place, found=exact_text(evaluation.unread), expected="0", total=total))
    held = zone_of(evaluation, zone)
    if held is None:
        found.append(finding("EVALUATION-ZONE", place, found=zone or "-", expected=", ".join(evaluation.zones)))
    found += _wrong_events(evaluation, events)
    found += _wrong_entries(evaluation, entries)
    found += _repeated(evaluation, [e.id for e in events]) + _repeated(evaluation, [n.item for n in entries])
    if found or held is None:
        raise Refused(found)
    return held


def _wrong_events(evaluation: Evaluation, events: Sequence[ScoredEvent]) -> list[Finding]:
    types, severities = [w.id for w in evaluation.events], [w.id for w in evaluation.severities] or [""]
    found: list[Finding] = []
    for e in events:
        at = Place(evaluation.file, key=f"{evaluation.id} {e.id}")
        if e.type not in types:
            found.append(finding("EVALUATION-EVENT-TYPE", at, found=e.type, expected=", ".join(types)))
        if e.severity not in severities:
            found.append(finding("EVALUATION-EVENT-SEVERITY", at, found=e.severity, expected=", ".join(severities)))
        if e.attribution not in ("", *ATTRIBUTIONS):
            expected = ", ".join(ATTRIBUTIONS)
            found.append(finding("EVALUATION-EVENT-ATTRIBUTION", at, found=e.attribution, expected=expected))
        if e.count <= 0:
            found.append(finding("EVALUATION-EVENT-COUNT", at, found=exact_text(e.count), expected="> 0"))
    return found


def _wrong_entries(evaluation: Evaluation, entries: Sequence[Entry]) -> list[Finding]:
    """Entries for items that there are not, and words that an item of this kind does not take; ratings are open."""
    items = {i.id: i for b in evaluation.blocks for i in b.items}
    found: list[Finding] = []
    for n in entries:
        at = Place(evaluation.file, key=f"{evaluation.id} {n.item}")
        if n.item not in items:
            found.append(finding("EVALUATION-ENTRY-ITEM", at, found=n.item, expected=", ".join(items)))
            continue
        words = entered_words(items[n.item])
        if words is not None and n.value not in words:
            found.append(finding("EVALUATION-ENTRY-VALUE", at, found=n.value or "-", expected=" | ".join(words) or "-"))
    return found


def entered_words(item: Item) -> tuple[str, ...] | None:
    """What may be entered for an item; None: a rating, whatever the other assessment says."""
    match item.formula:
        case RatingImport():
            return None
        case EventDeduct():
            return (EXAMINED,)
        case Completion(conditions=()):
            return (MET, NOT_MET)
        case _:
            return ()


def _repeated(evaluation: Evaluation, names: Collection[str]) -> list[Finding]:
    twice = sorted(name for name, n in Counter(names).items() if n > 1)
    return [finding("EVALUATION-TWICE", Place(evaluation.file, key=f"{evaluation.id} {name}"), found=name) for name in twice]
