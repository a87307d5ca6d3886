"""Rectification of problems (整改台账, table DA-04): which steps may follow which, by whom, and how an item stands on a day.

An item is open from the day it was found. Its steps are told as they were taken, one after the other:

    OPEN → IN_PROGRESS → SUBMITTED → VERIFIED → CLOSED
    SUBMITTED, VERIFIED, CLOSED → REOPENED → IN_PROGRESS

A first step OPEN may be told or left out, and IN_PROGRESS may follow itself (a report on the way). An item is verified and closed
only by somebody who never submitted it, and closed only with evidence. OVERDUE is no step: an item is overdue on each day after
its due day until it is closed, and what the due day is stands in the decision; there is no default.
Items and steps are any records with the fields of `Item` and `Move`; nothing is changed in them, and a step is never removed.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Protocol

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.states import exact_sum

STATES = ("OPEN", "IN_PROGRESS", "SUBMITTED", "VERIFIED", "CLOSED", "REOPENED")
OVERDUE = "OVERDUE"  # computed; it is refused as a step
FOUND = ""  # before the first step
WITH_EVIDENCE = ("SUBMITTED", "VERIFIED", "CLOSED")  # the steps of which one must name the evidence that a closing rests on
NEXT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        FOUND: ("OPEN", "IN_PROGRESS"),
        "OPEN": ("IN_PROGRESS",),
        "IN_PROGRESS": ("IN_PROGRESS", "SUBMITTED"),
        "SUBMITTED": ("VERIFIED", "REOPENED"),
        "VERIFIED": ("CLOSED", "REOPENED"),
        "CLOSED": ("REOPENED",),
        "REOPENED": ("IN_PROGRESS",),
    }
)


class Item(Protocol):
    """A problem to be put right. `first`: who answers first for it, the incumbent head; `amount` is what has to be put right."""

    @property
    def id(self) -> str: ...
    @property
    def first(self) -> str: ...
    @property
    def due(self) -> date | None: ...
    @property
    def amount(self) -> Decimal | None: ...
    @property
    def found_on(self) -> date | None: ...


class Move(Protocol):
    """A step of the rectification of `problem`. `done`: what is put right so far, in the unit of the item, all steps together."""

    @property
    def problem(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def by(self) -> str: ...
    @property
    def on(self) -> date: ...
    @property
    def done(self) -> Decimal | None: ...
    @property
    def evidence(self) -> str: ...


class Holder(Protocol):
    """Who holds a post over the half-open term [start, end)."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def start(self) -> date: ...
    @property
    def end(self) -> date: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """How an item stands at the end of `day`.

    `overdue`: None where the item is not closed and its due day is not known. `days_over`: days since the due day, for an item
    closed too late the days by which it was. `done`, `submitted_by` and `verified_by` are of the round that runs: after an item
    was reopened, what was done is not known until it is told again. `remaining` = amount - done, None if one is not known.
    `reopened`: how often; `steps`: how many were taken by then.
    """

    problem: str
    day: date
    state: str
    overdue: bool | None
    days_over: int
    done: Decimal | None
    remaining: Decimal | None
    submitted_by: str
    verified_by: str
    verified_on: date | None
    closed_on: date | None
    reopened: int
    evidence: tuple[str, ...]
    steps: int

    @property
    def is_open(self) -> bool:
        return self.state != "CLOSED"


def allowed(state: str, to: str) -> bool:
    """Whether the step `to` may follow the state (`FOUND` before the first step)."""
    return to in NEXT.get(state, ())


def check(items: Sequence[Item], steps: Sequence[Move], *, file: str = "") -> tuple[Finding, ...]:
    """All that is wrong with the steps, or missing of the items, in the order of the items; steps of no item come last.

    Faults stop; a deadline or first responsible person that is missing, more done than there was to do, and an item closed with a
    remainder are queries. A step that may not follow is taken as told by those after it, so one fault is told once.
    """
    by_item: dict[str, list[Move]] = defaultdict(list)
    for step in steps:
        by_item[step.problem].append(step)
    found: list[Finding] = []
    seen: set[str] = set()
    for item in items:
        if item.id in seen:
            found.append(finding("RECTIFICATION-TWICE", _at(file, item.id), found=item.id))
            continue
        seen.add(item.id)
        found += _of_item(item, file)
        found += _of_steps(item, by_item[item.id], file)
    strays = [(i, step) for i, step in enumerate(steps, 1) if step.problem not in seen]
    found += [
        finding("RECTIFICATION-NO-ITEM", _at(file, f"{step.problem}/{i}"), found=step.problem, holes=_who(step))
        for i, step in strays
    ]
    return tuple(found)


def standings(items: Sequence[Item], steps: Sequence[Move], day: date) -> tuple[Standing, ...]:
    """How each item found by then stands at the end of `day`, in the order of the items; later steps are not looked at.

    An item without a day on which it was found counts from its first step on, or from ever if it has none. Raises Refused with
    every fault of all the steps, also of later ones: a history that does not hold is refused whole.
    """
    told = check(items, steps)
    if stops(told):
        raise Refused(f for f in told if stops([f]))
    by_item: dict[str, list[Move]] = defaultdict(list)
    for step in steps:
        by_item[step.problem].append(step)
    return tuple(standing(item, by_item[item.id], day) for item in items if _known(item, by_item[item.id]) <= day)


def carried(items: Sequence[Item], steps: Sequence[Move], handover: date) -> tuple[Standing, ...]:
    """The items that go into the handover of the post on a day: all that were not closed at the end of the day before.

    Raises Refused as `standings` does.
    """
    return tuple(s for s in standings(items, steps, handover - timedelta(days=1)) if s.is_open)


def standing(item: Item, steps: Iterable[Move], day: date) -> Standing:
    """How one item stands at the end of `day`, of steps that are in order (see `check`)."""
    taken = [step for step in steps if step.on <= day]
    state = taken[-1].state if taken else "OPEN"
    running = _round(taken)
    done = next((step.done for step in reversed(running) if step.done is not None), None)
    submitted = next((s for s in reversed(running) if s.state == "SUBMITTED"), None)
    verified = next((s for s in reversed(running) if s.state == "VERIFIED"), None)
    closed = taken[-1].on if state == "CLOSED" else None
    over = 0 if item.due is None else max(0, ((closed or day) - item.due).days)
    return Standing(
        problem=item.id,
        day=day,
        state=state,
        overdue=False if closed else None if item.due is None else over > 0,
        days_over=over,
        done=done,
        remaining=_remaining(item.amount, done),
        submitted_by=submitted.by if submitted else "",
        verified_by=verified.by if verified else "",
        verified_on=verified.on if verified else None,
        closed_on=closed,
        reopened=sum(step.state == "REOPENED" for step in taken),
        evidence=tuple(dict.fromkeys(step.evidence for step in taken if step.evidence)),
        steps=len(taken),
    )


def incumbents(holders: Iterable[Holder], day: date) -> tuple[str, ...]:
    """Who holds the post on a day, by name where one is given, else by id. Nobody in a gap."""
    return tuple(h.name or h.id for h in holders if h.start <= day < h.end)


def check_first(items: Iterable[Item], holders: Sequence[Holder], day: date, *, file: str = "") -> tuple[Finding, ...]:
    """Items of which the first responsible person does not hold the post on `day`: it is the incumbent head, not who left.

    `holders`: those of the post of the unit that must rectify, named in items by name or id. An item that names nobody is told of
    by `check`.
    """
    there = {person(word) for h in holders if h.start <= day < h.end for word in (h.id, h.name) if word}
    return tuple(
        finding(
            "RECTIFICATION-FIRST",
            _at(file, item.id, "first"),
            found=item.first,
            expected=", ".join(incumbents(holders, day)) or "—",
            day=day,
        )
        for item in items
        if person(item.first) and person(item.first) not in there
    )


def person(name: str) -> str:
    """A name as it is compared: width, case and spaces make no other person."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _of_item(item: Item, file: str) -> Iterator[Finding]:
    if item.due is None:
        yield finding("RECTIFICATION-NO-DUE", _at(file, item.id, "due"), found=item.id)
    elif item.found_on is not None and item.due < item.found_on:
        yield finding("RECTIFICATION-DUE-BEFORE", _at(file, item.id, "due"), found=item.due, expected=f">= {item.found_on}")
    if not item.first.strip():
        yield finding("RECTIFICATION-NO-FIRST", _at(file, item.id, "first"), found=item.id)
    if item.amount is not None and not (item.amount.is_finite() and item.amount >= 0):
        yield finding("RECTIFICATION-AMOUNT", _at(file, item.id, "amount"), found=item.amount, problem=item.id)


def _of_steps(item: Item, steps: Sequence[Move], file: str) -> Iterator[Finding]:
    state, last = FOUND, item.found_on
    for i, step in enumerate(steps, 1):
        at = _at(file, f"{item.id}/{i}", "state")
        yield from _one_step(step, state, at)
        yield from _days(step, last, at)
        yield from _amounts(item, step, steps[: i - 1], at)
        if step.state in STATES:
            yield from _persons(step, steps[:i], at)
            state = step.state
        last = max(last or step.on, step.on)


def _one_step(step: Move, state: str, at: Place) -> Iterator[Finding]:
    """Whether the step is one, may follow, and says who took it."""
    holes = _who(step)
    if step.state == OVERDUE:
        yield finding("RECTIFICATION-OVERDUE-TYPED", at, found=step.state, expected=", ".join(STATES), holes=holes)
    elif step.state not in STATES:
        yield finding("RECTIFICATION-STATE", at, found=step.state, expected=", ".join(STATES), holes=holes)
    elif not allowed(state, step.state):
        expected = ", ".join(NEXT[state])
        yield finding("RECTIFICATION-ORDER", at, found=step.state, expected=expected, holes=holes | {"after": state or "—"})
    if not person(step.by):
        yield finding("RECTIFICATION-NOBODY", at, found=step.state, holes=holes)


def _days(step: Move, last: date | None, at: Place) -> Iterator[Finding]:
    if last is not None and step.on < last:
        yield finding("RECTIFICATION-DAY", at, found=step.on, expected=f">= {last}", holes=_who(step))


def _amounts(item: Item, step: Move, before: Sequence[Move], at: Place) -> Iterator[Finding]:
    """What is done is no less than before in this round and no more than there was to do; a closed item has no remainder."""
    holes = _who(step)
    earlier = next((s.done for s in reversed(_round(before)) if s.done is not None), None)
    if step.done is not None:
        if not (step.done.is_finite() and step.done >= 0):
            yield finding("RECTIFICATION-DONE", at, found=step.done, holes=holes)
            return
        if earlier is not None and earlier.is_finite() and step.done < earlier:
            less = exact_sum((step.done, -earlier))
            yield finding("RECTIFICATION-DONE-LESS", at, found=step.done, expected=f">= {earlier}", difference=less, holes=holes)
        left = _remaining(item.amount, step.done)
        if left is not None and left < 0:
            expected = f"<= {item.amount}"
            yield finding("RECTIFICATION-DONE-MORE", at, found=step.done, expected=expected, difference=-left, holes=holes)
    if step.state == "CLOSED" and item.amount is not None:
        left = _remaining(item.amount, earlier if step.done is None else step.done)
        if left is None or left > 0:
            found = "…" if left is None else left
            yield finding("RECTIFICATION-REMAINS", at, found=found, expected="0", holes=holes)


def _persons(step: Move, taken: Sequence[Move], at: Place) -> Iterator[Finding]:
    """Who verifies or closes never submitted the item; a closing has evidence in the round that it ends."""
    if step.state not in ("VERIFIED", "CLOSED"):
        return
    holes = _who(step)
    submitters = {person(s.by): s.by for s in taken if s.state == "SUBMITTED"}
    if person(step.by) in submitters:
        named = ", ".join(submitters.values())
        yield finding("RECTIFICATION-SAME-PERSON", at, found=step.by, expected=f"≠ {named}", holes=holes)
    if step.state == "CLOSED" and not any(s.evidence.strip() for s in _round(taken) if s.state in WITH_EVIDENCE):
        yield finding("RECTIFICATION-NO-EVIDENCE", at, expected=", ".join(WITH_EVIDENCE), holes=holes)


def _round(taken: Sequence[Move]) -> Sequence[Move]:
    """The steps since the item was last reopened, that one included."""
    start = max((i for i, step in enumerate(taken) if step.state == "REOPENED"), default=0)
    return taken[start:]


def _known(item: Item, steps: Sequence[Move]) -> date:
    """The first day of an item."""
    return item.found_on or (steps[0].on if steps else date.min)


def _remaining(amount: Decimal | None, done: Decimal | None) -> Decimal | None:
    return None if amount is None or done is None else exact_sum((amount, done.copy_negate()))


def _who(step: Move) -> dict[str, object]:
    return {"problem": step.problem, "state": step.state, "by": step.by.strip() or "—", "on": step.on}


def _at(file: str, key: str, column: str = "") -> Place:
    return Place(file=file, column=column, key=f"rectification/{key}")
