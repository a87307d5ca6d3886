"""correct and decide: a returned figure put right, or one of two departments' figures chosen, as new entries with reasons.

Nothing that was returned is touched: the originals stay as they are, the journal says what holds instead, from when and why.
"""

from __future__ import annotations

import calendar
import csv
import difflib
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Fact, State, key_text
from gep.book import Book
from gep.intake.checks import address, name_of
from gep.intake.submit import intake
from gep.ledger import acts
from gep.ledger.journal import FIRST, Entry
from gep.workflow.corrected import apply, figure_of, named
from gep.workflow.release import publish_store
from gep.workflow.shut import closed_changes
from gep.workflow.submit import Holdings, holdings

NEAR = 5
CORRECTION = "correction"
FIGURE = ("measure", "region", "period", "key", "attrs")


def correct(
    book: Book,
    figure: str,
    *,
    value: str = "",
    unit: str = "",
    state: str = "",
    why: str,
    document: str = "",
    effective: date | None = None,
    who: str = "",
) -> tuple[Entry, list[Finding]]:
    """Put a returned figure right. `figure`: region/period/measure[/key][/attr=value], as findings name it.

    `value` as typed, in `unit` (left out: that of the return), or in its place `state` not_available or not_applicable.
    `effective`: the day the correction takes effect, left out the last day of the period. The new figure passes every check of
    a return.
    Raises Refused: no such figure, no reason, an unsound figure, a closed year.
    """
    with book.lock(who):
        held = holdings(book)
        fact = _one(held.facts, figure)
        wanted = state or str(State.VALUE)
        place = Place(CORRECTION, key=name_of(fact))
        if not why.strip():
            raise Refused([finding("CORRECT-NO-REASON", place, found=figure)])
        new, told = _sound(book, held, fact, value if wanted == State.VALUE else "", unit or fact.unit, wanted, why)
        if (new.state, new.amount, new.unit) == (fact.state, fact.amount, fact.unit):
            raise Refused([finding("CORRECT-SAME", place, found=_said(fact))])
        old = {
            "state": str(fact.state), "value": "" if fact.amount is None else str(fact.amount), "unit": fact.unit,
            "file": fact.origin.file, "sha256": fact.origin.sha256, "row": fact.origin.row,
        }  # fmt: skip
        body: dict[str, object] = {**_named(fact), "department": fact.department, "old": old, "state": str(new.state)}
        body |= {"value": "" if new.amount is None else str(new.amount), "unit": new.unit, "document": document}
        body |= {"effective": (effective or _last_day(fact.period)).isoformat()}
        after = replace(held, facts=apply(_preview("correct", body, why), held.facts))
        _refuse(closed_changes(held, after, acts.closed(book.entries()), CORRECTION))
        entry = book.record("correct", body, who=who, why=why)
        publish_store(book)
    return entry, told


def decide(book: Book, figure: str, department: str, *, why: str, who: str = "") -> Entry:
    """Say which department's figure is used where two return the same one; the other's is passed over from now on.

    It may be decided before the second return is taken (which is refused until then), and otherwise again later. Raises Refused:
    no department returned the figure, no reason, a closed year.
    """
    with book.lock(who):
        held = holdings(book)
        before = {figure_of(e): e for e in book.entries() if e.act == "decide"}  # its figure may be passed over by now
        about = {n: before[figure].data[n] for n in FIGURE} if figure in before else _named(_one(held.facts, figure))
        place = Place(CORRECTION, key=figure)
        if not why.strip():
            raise Refused([finding("CORRECT-NO-REASON", place, found=figure)])
        if not department.strip():
            used = sorted({f.department for f in held.facts if name_of(f) == figure})
            raise Refused([finding("DECIDE-NO-DEPARTMENT", place, found=figure, expected=", ".join(filter(None, used)) or "-")])
        body = {**about, "department": department}
        after = holdings(book, deciding={named(_preview("decide", body, why)): department})
        _refuse(closed_changes(held, after, acts.closed(book.entries()), CORRECTION))
        entry = book.record("decide", body, who=who, why=why)
        publish_store(book)
    return entry


def _refuse(findings: Sequence[Finding]) -> None:
    if stops(findings):
        raise Refused(findings)


def _named(fact: Fact) -> dict[str, object]:
    return {
        "measure": fact.measure, "region": fact.region, "period": fact.period, "key": key_text(fact.key),
        "attrs": dict(sorted(fact.attrs.items())),
    }  # fmt: skip


def _one(facts: Sequence[Fact], figure: str) -> Fact:
    """The returned figure of this name. Raises Refused with the nearest names."""
    names = {name_of(f): f for f in facts}
    if figure not in names:
        near = difflib.get_close_matches(figure, names, NEAR, 0.5)
        raise Refused([finding("CORRECT-UNKNOWN", Place(key=figure), found=figure, expected="; ".join(near) or "-")])
    return names[figure]


def _sound(book: Book, held: Holdings, fact: Fact, value: str, unit: str, state: str, why: str) -> tuple[Fact, list[Finding]]:
    """The corrected figure, read through the door of every return. Raises Refused with what is wrong with it."""
    cells = {
        "region": fact.region, "period": fact.period, "item": fact.measure, "category": _category(fact), "part": _part(fact),
        "value": value, "state": state, "unit": unit if state == State.VALUE else "", "department": fact.department,
        "source": fact.source, "evidence": fact.evidence or "-", "note": why,
        **{f"attr.{name}": text for name, text in fact.attrs.items()}, **({"attr.precision": "exact"} if fact.exact else {}),
    }  # fmt: skip
    text = io.StringIO()
    writer = csv.DictWriter(text, list(cells), lineterminator="\n")
    writer.writeheader()
    writer.writerow(cells)
    others = tuple(f for f in held.facts if address(f) != address(fact))
    read = intake(f"{CORRECTION}.csv", text.getvalue().encode(), book.vocabulary(), others)
    _refuse(read.findings)
    return read.facts[0], list(read.findings)


def _part(fact: Fact) -> str:
    return dict(fact.key).get("part", "")


def _category(fact: Fact) -> str:
    return key_text(tuple((dim, code) for dim, code in fact.key if dim != "part"))


def _preview(act: str, body: Mapping[str, object], why: str) -> Entry:
    """The entry as it will be, to see what it changes before it is written."""
    return Entry(0, act, "", "", why, body, FIRST)


def _said(fact: Fact) -> str:
    return f"{fact.amount} {fact.unit}".strip() if fact.amount is not None else str(fact.state)


def _last_day(period: str) -> date:
    parts = [int(p) for p in period.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = (*parts, 12)[:2]
    return date(year, month, calendar.monthrange(year, month)[1])
