"""Terms of office: half-open intervals of one post, what lies between them, and the part of a term that an evaluation looks at.

A term is [start, end): it holds its first day and not its last. The terms of one post tile, each ends on the day the next begins,
and a gap or an overlap is a finding. Terms of different posts (party secretary, head of government) overlap as they like. Whoever
acts for a post that is not filled has an interval of his own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, TypeAlias

from gep.accounts.handover import days_of
from gep.base.findings import Finding, Place, finding

Sign: TypeAlias = Literal[1, -1]
When: TypeAlias = Literal["before", "traced", "counted", "after"]


@dataclass(frozen=True, slots=True)
class Window:
    """The days [start, end). One that runs backwards (end before start) counts its days with a minus, so that windows add up."""

    start: date
    end: date

    @property
    def reversed(self) -> bool:
        return self.end < self.start

    @property
    def direction(self) -> Sign:
        return -1 if self.reversed else 1

    def holds(self, day: date) -> bool:
        return min(self.start, self.end) <= day < max(self.start, self.end)

    def days_in(self, year: int) -> int:
        """How many of its days lie in a year, with the sign of the window."""
        low, high = sorted((self.start.toordinal(), self.end.toordinal()))
        first = date(year, 1, 1).toordinal()
        return self.direction * max(0, min(high, first + days_of(year)) - max(low, first))

    def years(self) -> tuple[int, ...]:
        """The years it has days in."""
        low, high = sorted((self.start, self.end))
        return tuple(y for y in range(low.year, high.year + 1) if self.days_in(y))


@dataclass(frozen=True, slots=True)
class Term:
    """Who held a post over [start, end). `acting`: in place of a holder; `vacant`: nobody was named for this time."""

    id: str
    post: str
    start: date
    end: date
    acting: bool = False
    vacant: bool = False

    @property
    def window(self) -> Window:
        return Window(self.start, self.end)

    def holds(self, day: date) -> bool:
        return self.start <= day < self.end


@dataclass(frozen=True, slots=True)
class Focus:
    """The part of a term that counts in the evaluation, and the part before it that is only traced back for major matters."""

    counted: Window
    traced: Window | None = None

    def when(self, day: date) -> When:
        """Where a day lies; what is `traced` is marked wherever it is shown and enters no score by itself."""
        if self.counted.holds(day):
            return "counted"
        if self.traced is not None and self.traced.holds(day):
            return "traced"
        return "after" if day >= self.counted.end else "before"


def term_findings(terms: Iterable[Term], span: Window | None = None) -> tuple[Finding, ...]:
    """What is wrong with terms: one that has no days, an id twice; within a post, overlaps and gaps.

    With a `span` the terms of every post must cover it from end to end: what is missing at its ends is a gap too.
    """
    listed = sorted(terms, key=lambda t: (t.post, t.start, t.end, t.id))
    ids = [t.id for t in listed]
    told = [finding("TENURE-TERM-TWICE", Place(key=i), found=ids.count(i)) for i in sorted({i for i in ids if ids.count(i) > 1})]
    told += [
        finding("TENURE-EMPTY-TERM", Place(key=t.id), found=f"{t.start} … {t.end}", holes={"start": t.start, "end": t.end})
        for t in listed
        if t.start >= t.end
    ]
    for post, held in _by_post(listed).items():
        told += _tiling(post, held, span)
    return tuple(told)


def with_vacancies(terms: Iterable[Term], span: Window | None = None) -> tuple[Term, ...]:
    """The terms by post and date, and a vacant interval for each gap, so that no flow of the time between is lost."""
    made: list[Term] = []
    for post, held in _by_post(terms).items():
        made += held
        made += [Term(f"{post}:{gap.start}", post, gap.start, gap.end, vacant=True) for gap in _gaps(held, span)]
    return tuple(sorted(made, key=lambda t: (t.post, t.start)))


def focus(term: Term, years: int | None) -> Focus:
    """The last `years` of a term; the whole of it where it is no longer or `years` is None.

    They begin on the same day so many years before the end; 29 February becomes 28 February where there is none. Raises
    ValueError for a number of years below 1.
    """
    if years is None:
        return Focus(term.window)
    if years < 1:
        raise ValueError(f"a focus of {years} years")
    day = 28 if (term.end.month, term.end.day) == (2, 29) and days_of(term.end.year - years) == 365 else term.end.day
    start = term.end.replace(year=term.end.year - years, day=day)
    if start <= term.start:
        return Focus(term.window)
    return Focus(Window(start, term.end), Window(term.start, start))


def _by_post(terms: Iterable[Term]) -> dict[str, list[Term]]:
    """The terms that have days, by post, each post by date."""
    found: dict[str, list[Term]] = {}
    for term in sorted((t for t in terms if t.start < t.end), key=lambda t: (t.post, t.start, t.end, t.id)):
        found.setdefault(term.post, []).append(term)
    return found


def _gaps(held: Sequence[Term], span: Window | None) -> list[Window]:
    """The time between terms (and within the span before and after them) that nobody holds."""
    reached = span.start if span is not None else held[0].start
    found = []
    for term in held:
        if term.start > reached:
            found.append(Window(reached, term.start))
        reached = max(reached, term.end)
    if span is not None and reached < span.end:
        found.append(Window(reached, span.end))
    return found


def _tiling(post: str, held: Sequence[Term], span: Window | None) -> list[Finding]:
    told = []
    furthest = held[0]
    for one, two in pairwise(held):
        furthest = one if one.end >= furthest.end else furthest
        if two.start < furthest.end:
            days = (min(furthest.end, two.end) - two.start).days
            holes = {"post": post, "one": furthest.id, "two": two.id, "days": days}
            told.append(
                finding("TENURE-OVERLAP", Place(key=two.id), found=two.start, expected=furthest.end, difference=days, holes=holes)
            )
    for gap in _gaps(held, span):
        days = (gap.end - gap.start).days
        holes = {"post": post, "start": gap.start, "end": gap.end, "days": days}
        told.append(finding("TENURE-GAP", Place(key=f"{post}/{gap.start}"), found=f"{gap.start} … {gap.end}", holes=holes))
    return told
