"""The ecological red line between two days, patch by patch: function not lower, area not smaller, nature unchanged (table RL-01).

The three tests are made on each patch and never on sums: a loss here is not healed by land that is added there.

* area: what a patch (with all that was cut of it) has at the end is not less than what it had at the start. A fall is approved if
  the row that brings it names a document that the patch did not have before; approved falls are listed apart and break nothing.
* nature: the share of natural ecosystem land in the patch has not fallen. How much land was turned from natural to artificial is
  known where the area is the same; else it cannot be told from land that left or came.
* function: the index of the patch has not fallen. Normalised values are compared where both days have them, else the observed;
  a fall of an observed index is told to be one that the weather may explain.

What is not known at one of the days is unknown, and so are nature and function where one and the same row holds on both days: it
says that nobody looked again. A patch that left the line or came to it is tested for area only. Amounts are exact. Rows tell how
much land a patch has and not where: a patch that was moved at the same size is not seen here but on the map.
Source: 功能不降低、面积不减少、性质不改变, the three goals that the policy sets for the ecological red line.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from gep.accounts.redline_lines import (
    ActivityLine,
    AreaStep,
    Basis,
    Course,
    Family,
    Pair,
    PatchLine,
    Test,
    Verdict,
    activity_lines,
    is_there,
)
from gep.accounts.redline_patches import (
    ACTIVITY_UNIT,
    AREA_UNIT,
    Activity,
    Patch,
    common_unit,
    doubled,
    families,
    in_force,
    layer,
    row_faults,
    where,
)
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.states import exact_sum

__all__ = [
    "TESTS", "WHOLE", "Activity", "ActivityLine", "AreaStep", "Basis", "Course", "Pair", "Patch", "PatchLine", "RedLine", "Test",
    "Total", "Verdict", "compare",
]  # fmt: skip

TESTS: tuple[Test, ...] = ("function", "area", "nature")
WHOLE = ""  # the county of the totals of all counties
MOST_NAMED = 10  # ids or days that a sentence lists


@dataclass(frozen=True, slots=True)
class Total:
    """A county, or all (`WHOLE`). Sums are None where a part is not known. A verdict is the worst of the patches tested.

    A verdict is unknown where no patch was tested. `share`: natural land in % of the whole area, which also moves with approved
    changes of the line; the verdict on nature does not rest on it. `activities`: how many at the start and at the end; `courses`:
    how many kinds on patches went which way; `illegal`: how many at the end are known not to be legal.
    """

    county: str
    patches: tuple[int, int]
    area: Pair[Decimal]
    gained: Decimal | None
    lost: Decimal | None
    approved: Decimal | None
    unapproved: Decimal | None
    natural: Pair[Decimal]
    share: Pair[Fraction]
    activities: tuple[int, int]
    activity_area: Pair[Decimal]
    courses: Mapping[Course, int]
    illegal: int
    function: Verdict
    area_kept: Verdict
    nature: Verdict

    def verdict(self, test: Test) -> Verdict:
        return {"function": self.function, "area": self.area_kept, "nature": self.nature}[test]


@dataclass(frozen=True, slots=True)
class RedLine:
    """The ledger of a line from `start` to `end`. The last of `totals` is of all counties."""

    start: date
    end: date
    unit: str
    activity_unit: str
    lines: tuple[PatchLine, ...]
    activities: tuple[ActivityLine, ...]
    totals: tuple[Total, ...]
    findings: tuple[Finding, ...]

    @property
    def whole(self) -> Total:
        return self.totals[-1]

    @property
    def lost(self) -> tuple[PatchLine, ...]:
        """Patches with a loss that no document approves."""
        return tuple(line for line in self.lines if line.unapproved)

    @property
    def approved(self) -> tuple[PatchLine, ...]:
        """Patches with a loss that a document approves."""
        return tuple(line for line in self.lines if line.approved)

    @property
    def converted(self) -> tuple[PatchLine, ...]:
        """Patches in which the share of natural land fell: natural land that became artificial, with its legality."""
        return tuple(line for line in self.lines if line.nature == "broken")


def compare(
    patches: Iterable[Patch], start: date, end: date, *, lines: Mapping[str, date] | None = None, repeated: bool = False
) -> RedLine:
    """The red line at `start` and at `end`, rows that begin on the day included. The order of the rows does not matter.

    `lines`: the versions that count, each with the day from which it is the line ({"2018": date.min} alone: the old line at both
    days); None: rows of all versions, by their days. `repeated`: a row that holds on both days was confirmed at the end, so its
    nature and function are taken to be the same.

    Raises Refused with every fault of the rows, and if there is none, where no row holds on one of the days. ValueError if `end`
    is not after `start`.
    """
    if end <= start:
        raise ValueError(f"{end} is not after {start}")
    given = tuple(patches)
    rows = given if lines is None else in_force(given, lines)
    meant = [p for p in given if lines is None or p.version in lines]
    _refuse([*_no_rows(given, lines or {}), *row_faults(meant), *doubled(rows)])
    _refuse(_no_layer(rows, day) for day in (start, end) if not layer(rows, day))
    touched = [p for p in rows if p.valid_from <= end and start <= p.valid_to]
    unit = common_unit([(p.area, p.unit) for p in touched if p.area is not None], AREA_UNIT)
    doings = [a for p in touched for a in p.activities]
    activity_unit = common_unit([(a.area, a.unit) for a in doings if a.area is not None], ACTIVITY_UNIT)
    followed = [Family(id, own, start, end, unit, repeated) for id, own in families(touched).items() if is_there(own)]
    _refuse(told for family in followed for told in family.mixed())
    found = tuple(family.line() for family in followed)
    activities = tuple(doing for line in found for doing in activity_lines(line, activity_unit))
    totals = (*_by_county(found, activities), _total(WHOLE, found, activities))
    notes = (*_old_documents(followed, found), *_notes(found, repeated))
    return RedLine(start, end, unit, activity_unit, found, activities, totals, notes)


def _by_county(lines: Iterable[PatchLine], activities: Iterable[ActivityLine]) -> Iterator[Total]:
    own: dict[str, list[PatchLine]] = defaultdict(list)
    doings: dict[str, list[ActivityLine]] = defaultdict(list)
    for line in lines:
        own[line.county].append(line)
    for doing in activities:
        doings[doing.county].append(doing)
    yield from (_total(county, own[county], doings[county]) for county in sorted(own))


def _total(county: str, own: Sequence[PatchLine], doings: Sequence[ActivityLine]) -> Total:
    area, natural = _added(line.area for line in own), _added(line.natural for line in own)
    courses: Counter[Course] = Counter(a.course for a in doings)
    return Total(
        county=county,
        patches=(sum(is_there(line.opening) for line in own), sum(is_there(line.closing) for line in own)),
        area=area,
        gained=_sum(line.gained for line in own),
        lost=_sum(line.lost for line in own),
        approved=_sum(line.approved for line in own),
        unapproved=_sum(line.unapproved for line in own),
        natural=natural,
        share=Pair(_percent(natural.opening, area.opening), _percent(natural.closing, area.closing)),
        activities=(sum(a.count[0] for a in doings), sum(a.count[1] for a in doings)),
        activity_area=_added(a.area for a in doings),
        courses=dict(sorted(courses.items())),
        illegal=sum(a.illegal for a in doings),
        function=_worst(line.function for line in own),
        area_kept=_worst(line.area_kept for line in own),
        nature=_worst(line.nature for line in own),
    )


def _old_documents(followed: Sequence[Family], lines: Sequence[PatchLine]) -> Iterator[Finding]:
    """Losses beside which stands a document that the patch had before."""
    for family, line in zip(followed, lines, strict=True):
        cited = family.cited_before(line)
        if line.unapproved and cited:
            place = where((line.closing or family.rows)[0], "document")
            holes = {"patch": line.family, "documents": ", ".join(cited)}
            yield finding("REDLINE-OLD-DOCUMENT", place, found=f"{line.unapproved:f}", holes=holes)


def _notes(lines: Sequence[PatchLine], repeated: bool) -> Iterator[Finding]:
    """What people must know to read the verdicts."""
    unseen = [line.family for line in lines if line.unseen]
    if unseen and not repeated:
        yield finding("REDLINE-UNSEEN", Place(key="redline"), found=len(unseen), patches=_named(unseen))
    half = [line.family for line in lines if line.basis == "observed" and _half(line)]
    if half:
        yield finding("REDLINE-HALF-NORMALISED", Place(key="redline"), found=len(half), patches=_named(half))
    fell = [line.family for line in lines if line.basis == "observed" and line.function == "broken"]
    if fell:
        yield finding("REDLINE-OBSERVED", Place(key="redline"), found=len(fell), patches=_named(fell))


def _half(line: PatchLine) -> bool:
    return any(p.normalised is not None for p in (*line.opening, *line.closing)) and line.function is not None


def _no_rows(patches: Sequence[Patch], lines: Mapping[str, date]) -> Iterator[Finding]:
    known = sorted({p.version for p in patches})
    for name in sorted(set(lines) - set(known)):
        yield finding("REDLINE-VERSION", Place(key=name), found=name, expected=", ".join(known))


def _no_layer(rows: Sequence[Patch], day: date) -> Finding:
    days = sorted({p.valid_from.isoformat() for p in rows})
    return finding("REDLINE-NO-LAYER", Place(key=f"redline/{day}"), found=day, expected=_named(days) or "—")


def _added(pairs: Iterable[Pair[Decimal]]) -> Pair[Decimal]:
    known = list(pairs)
    return Pair(_sum(p.opening for p in known), _sum(p.closing for p in known))


def _sum(parts: Iterable[Decimal | None]) -> Decimal | None:
    known = list(parts)
    return None if None in known else exact_sum([Decimal(0), *(part for part in known if part is not None)])


def _percent(part: Decimal | None, of: Decimal | None) -> Fraction | None:
    return None if part is None or not of else Fraction(part) / Fraction(of) * 100


def _worst(verdicts: Iterable[Verdict | None]) -> Verdict:
    found = set(verdicts) - {None}
    return "broken" if "broken" in found else "held" if found == {"held"} else "unknown"


def _named(words: Sequence[str]) -> str:
    return ", ".join(words[:MOST_NAMED]) + (" …" if len(words) > MOST_NAMED else "")


def _refuse(findings: Iterable[Finding]) -> None:
    told = tuple(findings)
    if told:
        raise Refused(told)
