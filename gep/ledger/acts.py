"""What the journal says the book is: runs, the state of each vintage and year, closed years, answers and their approval.

Pure functions over journal entries. Order is the sequence of the journal, never the clock.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from gep.ledger.journal import Entry

RANKS = {"trial": 0, "preliminary": 1, "reviewed": 2, "final": 3, "closed": 4}
STEPS = {"review": "reviewed", "finalise": "final", "close": "closed"}  # the act and the state it leads to
BEFORE = {"review": "preliminary", "finalise": "reviewed", "close": "final"}  # the state it starts from
FINAL = RANKS["final"]  # the lowest rank whose closings the next year takes
AnswerKey = tuple[str, str, str, str]  # rule, region, period, key


@dataclass(frozen=True, slots=True)
class Step:
    """One state of one year of one vintage, and the act that set it."""

    vintage: int
    year: int
    state: str
    seq: int
    who: str
    at: str

    @property
    def rank(self) -> int:
        return RANKS[self.state]


@dataclass(frozen=True, slots=True)
class Answer:
    """An explanation of a finding. `found`: what the finding said when it was explained (empty: given beforehand, for any)."""

    seq: int
    key: AnswerKey
    found: str
    text: str
    document: str
    who: str
    at: str
    approved_seq: int | None = None
    approved_by: str = ""
    approved_at: str = ""

    def holds_for(self, found: str) -> bool:
        """An answer holds as long as the figures it explains stay what they were."""
        return self.found in ("", found)


def person(name: str) -> str:
    """A declared name as it is compared: width, case and blanks make no other person."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def runs(entries: Iterable[Entry]) -> dict[int, Entry]:
    """The run entries by vintage (their sequence number), oldest first."""
    return {e.seq: e for e in entries if e.act == "run"}


def years(run: Entry) -> tuple[int, ...]:
    """The years a run compiled."""
    return tuple(int(str(y)) for y in cast(Sequence[object], run.data["years"]))


def steps(entries: Iterable[Entry]) -> tuple[Step, ...]:
    """Every state that a year of a vintage was ever in, in the order of the journal."""
    found = []
    for e in entries:
        if e.act == "run":
            found += [Step(e.seq, y, str(e.data["state"]), e.seq, e.who, e.when) for y in years(e)]
        elif e.act in STEPS:
            vintage, year = int(str(e.data["vintage"])), int(str(e.data["year"]))
            found.append(Step(vintage, year, STEPS[e.act], e.seq, e.who, e.when))
    return tuple(found)


def states(entries: Iterable[Entry]) -> dict[tuple[int, int], Step]:
    """The state that each year of each vintage is in now, by (vintage, year)."""
    return {(s.vintage, s.year): s for s in steps(entries)}


def closed(entries: Iterable[Entry]) -> dict[int, Step]:
    """The years that are closed and not opened again, each with the closing that holds."""
    entries = tuple(entries)
    shut = {s.seq: s for s in steps(entries) if s.state == "closed"}
    held: dict[int, Step] = {}
    for e in entries:
        if e.seq in shut:
            held[shut[e.seq].year] = shut[e.seq]
        elif e.act == "reopen":
            held.pop(int(str(e.data["year"])), None)
    return held


def answers(entries: Iterable[Entry]) -> tuple[Answer, ...]:
    """Every answer in order, with its approval if it has one."""
    entries = tuple(entries)
    approved = {int(str(e.data["answer"])): e for e in entries if e.act == "approve"}
    found = []
    for e in entries:
        if e.act != "answer":
            continue
        text = {n: str(e.data.get(n, "")) for n in ("rule", "region", "period", "key", "found", "answer", "document")}
        by = approved.get(e.seq)
        key = (text["rule"], text["region"], text["period"], text["key"])
        found.append(
            Answer(
                e.seq, key, text["found"], text["answer"], text["document"], e.who, e.when,
                by.seq if by else None, by.who if by else "", by.when if by else "",
            )
        )  # fmt: skip
    return tuple(found)


def latest_answers(entries: Iterable[Entry]) -> Mapping[AnswerKey, Answer]:
    """The newest answer to each finding."""
    return {a.key: a for a in answers(entries)}


def finding_key(place_key: str, rule: str) -> AnswerKey:
    """What an answer names a finding by: the rule, and region, period and key of its place (`measure/region/period/key`)."""
    region, period, key = (*place_key.split("/"), "", "", "", "")[1:4]
    return rule, region, period, "" if key == "-" else key
