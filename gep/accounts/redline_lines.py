"""What became of one patch of the red line between two days: its area, nature, function and activities, with a verdict on each.

A patch is a family of rows: all that was cut of one piece, or joined into it. Amounts are exact and in the units asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Generic, Literal, TypeVar

from gep.accounts.redline_patches import DAY, Activity, Patch, exact_decimal, layer, where
from gep.base.findings import Finding, finding
from gep.base.units import parse_unit

Verdict = Literal["held", "broken", "unknown"]
Test = Literal["function", "area", "nature"]
Basis = Literal["normalised", "observed", ""]
Course = Literal["new", "expanded", "same", "reduced", "ended", "entered", "left", "unknown"]

_N = TypeVar("_N", Decimal, Fraction)


@dataclass(frozen=True, slots=True)
class Pair(Generic[_N]):
    """A figure at the start and at the end; None: not known."""

    opening: _N | None
    closing: _N | None


@dataclass(frozen=True, slots=True)
class AreaStep:
    """The area of a patch from `day` on, and the documents of that day that can approve a fall.

    A document that the patch had at the start, or that approved an earlier fall, approves no other.
    """

    day: date
    area: Decimal | None
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PatchLine:
    """A patch with all that was cut of it or joined into it: its rows at both days, figures, steps in between and verdicts.

    `family`: the highest id. Areas in the unit of the ledger. `lost` is the net fall of area, of which `approved` by documents
    and `unapproved` not; `gained` the net rise. `natural`: natural land; `share`: of it in %; `converted`: land that became
    artificial, known where the area is the same at both days. `legal`: whether what is done on it is: no if one thing is not, yes
    if all are. `basis`: of the function `index`. A verdict is None where the test does not apply.
    """

    family: str
    county: str
    type: str
    opening: tuple[Patch, ...]
    closing: tuple[Patch, ...]
    area: Pair[Decimal]
    lost: Decimal | None
    approved: Decimal | None
    unapproved: Decimal | None
    gained: Decimal | None
    steps: tuple[AreaStep, ...]
    documents: tuple[str, ...]
    natural: Pair[Decimal]
    share: Pair[Fraction]
    converted: Decimal | None
    legal: bool | None
    index: Pair[Fraction]
    basis: Basis
    issues: tuple[str, ...]
    function: Verdict | None
    area_kept: Verdict
    nature: Verdict | None

    def verdict(self, test: Test) -> Verdict | None:
        return {"function": self.function, "area": self.area_kept, "nature": self.nature}[test]

    @property
    def unseen(self) -> bool:
        """Whether a piece at the end is a row that held at the start already: nobody looked again."""
        return any(p.area != 0 for p in set(self.opening) & set(self.closing))


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """The activities of one kind on one patch: how many, on how much land in the unit of the ledger, and how they went.

    `course`: `entered` and `left` where the land itself came to the line or left it. `legal`: no if one is not, yes if all are.
    `illegal`: how many at the end are known not to be legal.
    """

    family: str
    county: str
    kind: str
    count: tuple[int, int]
    area: Pair[Decimal]
    course: Course
    legal: bool | None
    illegal: int
    issues: tuple[str, ...]


@dataclass(frozen=True)
class Family:
    """The rows of one patch, and the two days. `unit`: of the areas; `repeated`: a row of both days was confirmed at the end."""

    id: str
    rows: tuple[Patch, ...]
    start: date
    end: date
    unit: str
    repeated: bool = False

    @cached_property
    def opening(self) -> tuple[Patch, ...]:
        return layer(self.rows, self.start)

    @cached_property
    def closing(self) -> tuple[Patch, ...]:
        return layer(self.rows, self.end)

    def mixed(self) -> Iterator[Finding]:
        """Pieces of one patch that lie in different counties on one day."""
        for side in (self.opening, self.closing):
            counties = sorted({p.county for p in side})
            if len(counties) > 1:
                yield finding("REDLINE-MIXED", where(side[-1], "county"), found=", ".join(counties), patch=self.id)

    def line(self) -> PatchLine:
        """The patch between the two days."""
        opening, closing, steps = self._area(self.opening), self._area(self.closing), self._steps()
        lost, approved = losses(opening, closing, steps)
        natural = Pair(self._natural(self.opening), self._natural(self.closing))
        share, (index, basis) = self._means(lambda p: p.natural_share), self._index()
        nature = self._tested(share)
        home, doings = (self.closing or self.opening or self.rows)[0], _doings(self.closing)
        own = [p.legal for p in self.closing if p.legal is not None or not p.activities]
        return PatchLine(
            family=self.id,
            county=home.county,
            type=home.type,
            opening=self.opening,
            closing=self.closing,
            area=Pair(exact(opening), exact(closing)),
            lost=exact(lost),
            approved=exact(approved),
            unapproved=None if lost is None or approved is None else exact(lost - approved),
            gained=None if opening is None or closing is None else exact(max(closing - opening, Fraction(0))),
            steps=steps,
            documents=_once(d for step in steps for d in step.documents),
            natural=Pair(exact(natural.opening), exact(natural.closing)),
            share=share,
            converted=exact(_converted(opening, closing, natural)) if nature in ("held", "broken") else None,
            legal=_all_legal([*own, *(a.legal for a in doings)]),
            index=index,
            basis=basis,
            issues=_once([*(i for p in (*self.opening, *self.closing) for i in p.issues), *(a.issue for a in doings)]),
            function=self._tested(index),
            area_kept="unknown" if lost is None or approved is None else "broken" if lost > approved else "held",
            nature=nature,
        )

    def cited_before(self, line: PatchLine) -> tuple[str, ...]:
        """Documents that rows of the term name and that can approve no fall: the patch had them before."""
        named = {p.document for p in self.rows if self.start < p.valid_from <= self.end}
        return _once(named - set(line.documents))

    def _area(self, rows: Iterable[Patch]) -> Fraction | None:
        return total(_in(p.area, p.unit, self.unit) for p in rows)

    def _natural(self, rows: Iterable[Patch]) -> Fraction | None:
        return total(self._times(p, p.natural_share, 100) for p in rows)

    def _times(self, patch: Patch, rate: Decimal | None, of: int = 1) -> Fraction | None:
        size = _in(patch.area, patch.unit, self.unit)
        if size == 0:
            return size  # a piece that is gone has no rate, and none is missed
        return None if size is None or rate is None else size * Fraction(rate) / of

    def _means(self, rate: Callable[[Patch], Decimal | None]) -> Pair[Fraction]:
        return Pair(self._mean(self.opening, rate), self._mean(self.closing, rate))

    def _mean(self, rows: Sequence[Patch], rate: Callable[[Patch], Decimal | None]) -> Fraction | None:
        """The mean weighted by area. Of a single piece it is its own rate, whether its area is known or not."""
        there = [p for p in rows if p.area != 0]
        if len(there) == 1:
            only = rate(there[0])
            return None if only is None else Fraction(only)
        weighted, area = total(self._times(p, rate(p)) for p in there), self._area(there)
        return None if weighted is None or not area else weighted / area

    def _index(self) -> tuple[Pair[Fraction], Basis]:
        """The function index: normalised if both days have it, else as observed."""
        both = self._means(lambda p: p.normalised)
        if both.opening is not None and both.closing is not None:
            return both, "normalised"
        raw = self._means(lambda p: p.function_index)
        return raw, "" if raw.opening is None and raw.closing is None else "observed"

    def _steps(self) -> tuple[AreaStep, ...]:
        days = {p.valid_from for p in self.rows} | {p.valid_to + DAY for p in self.rows if p.valid_to < date.max}
        used = {"", *(p.document for p in self.opening)}
        last, found = self._area(self.opening), []
        for day in sorted(day for day in days if self.start < day <= self.end):
            named = {p.document for p in self.rows if p.valid_from == day} - used
            area = self._area(layer(self.rows, day))
            found.append(AreaStep(day, exact(area), _once(named)))
            if area is None or last is None or area < last:
                used |= named
            last = last if area is None else area
        return tuple(found)

    def _tested(self, rate: Pair[Fraction]) -> Verdict | None:
        """The verdict on a rate; None where the patch is not in the line at both days."""
        if not is_there(self.opening) or not is_there(self.closing):
            return None
        unseen = any(p.area != 0 for p in set(self.opening) & set(self.closing))
        if rate.opening is None or rate.closing is None or (unseen and not self.repeated):
            return "unknown"
        return "broken" if rate.closing < rate.opening else "held"


def losses(
    opening: Fraction | None, closing: Fraction | None, steps: Sequence[AreaStep]
) -> tuple[Fraction | None, Fraction | None]:
    """The net loss of area and how much of it is approved; None where it is not known.

    Each fall on the way is approved by a document of its day; over days on which the area is not known, by one on each of them.
    Of the net loss so much is unapproved as the falls without a document have taken, whatever rises came between.
    """
    if opening is None or closing is None:
        return None, None
    last, covered, without = opening, True, Fraction(0)
    for step in steps:
        covered = covered and bool(step.documents)
        if step.area is None:
            continue
        now = Fraction(step.area)
        if now < last and not covered:
            without += last - now
        last, covered = now, True
    lost = max(opening - closing, Fraction(0))
    return lost, lost - min(lost, without)


def activity_lines(line: PatchLine, unit: str) -> Iterator[ActivityLine]:
    """The activities on a patch, by kind; areas in `unit`."""
    before, after = _by_kind(line.opening), _by_kind(line.closing)
    land = (is_there(line.opening), is_there(line.closing))
    for kind in sorted({*before, *after}):
        was, now = before.get(kind, []), after.get(kind, [])
        first, last = (exact(total(_in(a.area, a.unit, unit) for a in side)) for side in (was, now))
        yield ActivityLine(
            family=line.family,
            county=line.county,
            kind=kind,
            count=(len(was), len(now)),
            area=Pair(first, last),
            course=_course((len(was), len(now)), Pair(first, last), land),
            legal=_all_legal([a.legal for a in now or was]),
            illegal=sum(a.legal is False for a in now),
            issues=_once(a.issue for a in (*was, *now)),
        )


def _course(count: tuple[int, int], area: Pair[Decimal], land: tuple[bool, bool]) -> Course:
    """How activities went, by their number and area and by whether the line had the land at the two days."""
    if not count[0]:
        return "new" if land[0] else "entered"
    if not count[1]:
        return "ended" if land[1] else "left"
    if count[1] > count[0]:
        return "expanded"
    if area.opening is None or area.closing is None:
        return "unknown"
    if area.closing == area.opening:
        return "same"
    return "expanded" if area.closing > area.opening else "reduced"


def is_there(rows: Iterable[Patch]) -> bool:
    """Whether a patch is in the line: a row that is not of area 0."""
    return any(p.area != 0 for p in rows)


def total(parts: Iterable[Fraction | None]) -> Fraction | None:
    """The sum; None if a part is not known. Of no parts it is 0: a layer lists all that there is."""
    known = list(parts)
    return None if None in known else sum((part for part in known if part is not None), Fraction(0))


def exact(x: Fraction | None) -> Decimal | None:
    return None if x is None else exact_decimal(x)


def _in(amount: Decimal | None, unit: str, to: str) -> Fraction | None:
    if amount is None or unit == to:
        return None if amount is None else Fraction(amount)
    return Fraction(amount) * parse_unit(unit).factor_to(parse_unit(to))


def _converted(opening: Fraction | None, closing: Fraction | None, natural: Pair[Fraction]) -> Fraction | None:
    """Natural land that became artificial. Where the area changed it cannot be told from land that left or came: None."""
    if opening is None or opening != closing or natural.opening is None or natural.closing is None:
        return None
    return max(natural.opening - natural.closing, Fraction(0))


def _by_kind(patches: Iterable[Patch]) -> dict[str, list[Activity]]:
    found: dict[str, list[Activity]] = defaultdict(list)
    for doing in _doings(patches):
        found[doing.kind].append(doing)
    return found


def _doings(patches: Iterable[Patch]) -> list[Activity]:
    return [a for p in patches for a in p.activities]


def _all_legal(answers: Sequence[bool | None]) -> bool | None:
    """No if one thing is not legal, yes if all are; None if that is not known, or there is nothing."""
    if False in answers:
        return False
    return True if answers and None not in answers else None


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names) - {""}))
