"""redline.csv of the sample audits: the patches of the red line of the upper county, from the first line to the last observation.

Whatever happens to single patches, the two units keep the area that the county returns for RL-01 at every year-end: what is lost
here is drawn in elsewhere. A reader of totals sees nothing, a reader of patches does. What happens, in the order of days:

    2018-09-01  U1-04 is cut in two by a new cadastre; nothing is lost (document)
    2019-06-01  12.40 hm2 of U2-03 are given up without a document, U2-05 is drawn 12.40 hm2 larger
    2019-11-20  the second line: 24.30 hm2 go from U1-02 to U1-03 (approved), all patches are looked at again
    2020-10-01  a quarry in U1-06: natural land becomes artificial without permission
    2021-06-10  U2-04 leaves the line without a document, U2-02 is drawn larger by as much
    2022-01-01  all patches are looked at again; the hydropower station in U1-05 has grown
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

from tools.sample_parts.place import YEARS
from tools.sample_parts.tenure_posts import REGION, fictitious
from tools.sample_parts.tenure_returned import flow
from tools.sample_parts.text import between, number

HEADER = (
    "version", "patch", "county", "type", "area", "unit", "valid_from", "valid_to", "natural_share", "function_index", "document",
    "activity", "activity_area", "legal", "issue", "function_normalised",
)  # fmt: skip
FIRST_LINE, SECOND_LINE = "2015-88", "2019-57"
APPROVED, MOVED = fictitious("示例政发〔2015〕88 号"), fictitious("示例政函〔2019〕57 号")
CADASTRE = fictitious("示例自然资函〔2018〕15 号")
# the unit of the register -> what it is for, its patches; the last patch takes what the others leave
UNITS = {"RL-U1": ("水源涵养", 7), "RL-U2": ("生物多样性维护", 5)}
# the index as observed moves with the weather before each round; made up, as everything here
WEATHER = {1: Decimal("0.0"), 2: Decimal("0.7"), 3: Decimal("-0.9")}
FALLS = {("U1-02", 2): Decimal("-0.4"), ("U1-06", 3): Decimal("-0.8")}  # what is lower with the weather taken out
SMALL = {"U2-04": Decimal("6.75")}  # the one that is lost whole
GIVEN_UP, SWAPPED = Decimal("12.40"), Decimal("24.30")
CUT = Decimal("0.38")  # of U1-04
CENT, TENTH = Decimal("0.01"), Decimal("0.1")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Doing:
    """A human activity on a patch, in hm2. `problem`: what the audits make of it, as `findings` of the records name it."""

    kind: str
    area: Decimal
    legal: bool
    problem: str = ""


@dataclass(frozen=True)
class Row:
    """A patch over a stretch of days, both included."""

    version: str
    patch: str
    type: str
    area: Decimal
    start: date
    share: Decimal
    function: Decimal  # the index with the weather taken out
    round: int = 1
    document: str = ""
    end: date | None = None
    doing: Doing | None = None
    problem: str = ""

    @property
    def index(self) -> Decimal:
        """The index as it was observed."""
        return self.function + WEATHER[self.round]


class Line:
    """The rows as they are written one day after the other."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self.live = dict(rows)
        self.past: list[Row] = []

    def close(self, patch: str, day: date) -> Row:
        """The row of a patch ends the day before."""
        old = self.live.pop(patch)
        self.past.append(replace(old, end=day - DAY))
        return old

    def change(self, patch: str, day: date, *, grown: Decimal = Decimal(0), document: str = "", problem: str = "") -> None:
        """A patch becomes larger (or smaller) from a day on."""
        old = self.close(patch, day)
        self.live[patch] = replace(old, start=day, area=old.area + grown, document=document, problem=problem)

    def looked_at(self, day: date, round_: int, version: str) -> None:
        """Every patch is observed again; whatever approved an earlier change does not approve another one."""
        for patch in sorted(self.live):
            old = self.live[patch]
            if old.start < day:
                old = replace(self.close(patch, day), document="", problem="")
            better = Decimal(round(between(0, 6, "redline", "drift", patch, round_))) * TENTH
            function = old.function + FALLS.get((patch, round_), better)
            self.live[patch] = replace(old, start=day, version=version, function=function, round=round_)

    def rows(self) -> tuple[Row, ...]:
        return tuple(sorted((*self.past, *self.live.values()), key=lambda r: (r.start, r.patch)))


def _first() -> dict[str, Row]:
    """The first line: patches of made-up sizes that add up to the returned area of their unit."""
    found = {}
    for unit, (kind, count) in UNITS.items():
        names = [f"{unit[3:]}-{n:02d}" for n in range(1, count + 1)]
        rest = flow("RL-01.R10", f"redline_unit:{unit}", YEARS[0])
        weights = {n: Decimal(number(between(0.6, 1.4, "redline", "area", n), 3)) for n in names if n not in SMALL}
        whole = rest - sum(SMALL.get(n, Decimal(0)) for n in names)
        for n in names[:-1]:
            area = SMALL.get(n) or (whole * weights[n] / sum(weights.values())).quantize(CENT)
            found[n], rest = _row(n, kind, area), rest - area
        found[names[-1]] = _row(names[-1], kind, rest)
    return found


def _row(patch: str, kind: str, area: Decimal) -> Row:
    share = Decimal(number(between(96.8, 99.6, "redline", "natural", patch), 2))
    index = Decimal(number(between(68, 84, "redline", "index", patch), 1))
    return Row(FIRST_LINE, patch, kind, area, date(YEARS[0], 1, 1), share, index, document=APPROVED)


@cache
def rows() -> tuple[Row, ...]:
    """All rows of all lines."""
    line = Line(_first())
    line.live["U1-01"] = replace(line.live["U1-01"], doing=Doing("巡护道路", Decimal("2.10"), legal=True))
    line.live["U1-05"] = replace(line.live["U1-05"], doing=Doing("既有小水电", Decimal("3.40"), legal=True))
    _cut(line, "U1-04", date(2018, 9, 1))
    line.change("U2-03", date(2019, 6, 1), grown=-GIVEN_UP, problem="redline-2019")
    line.change("U2-05", date(2019, 6, 1), grown=GIVEN_UP)
    second = date(2019, 11, 20)
    line.change("U1-02", second, grown=-SWAPPED, document=MOVED)
    line.change("U1-03", second, grown=SWAPPED, document=MOVED)
    line.looked_at(second, 2, SECOND_LINE)
    _quarry(line, "U1-06", date(2020, 10, 1))
    lost = line.close("U2-04", date(2021, 6, 10))
    line.change("U2-02", date(2021, 6, 10), grown=lost.area)
    last = date(2022, 1, 1)
    line.looked_at(last, 3, SECOND_LINE)
    grown = Doing("既有小水电", Decimal("4.15"), legal=False, problem="redline-2021")
    line.live["U1-05"] = replace(line.live["U1-05"], doing=grown)
    return line.rows()


def _cut(line: Line, patch: str, day: date) -> None:
    whole = line.close(patch, day)
    first = (whole.area * CUT).quantize(CENT)
    for name, area in ((f"{patch}.1", first), (f"{patch}.2", whole.area - first)):
        line.live[name] = replace(whole, patch=name, area=area, start=day, document=CADASTRE)


def _quarry(line: Line, patch: str, day: date) -> None:
    """The share of natural land falls by the land of the quarry."""
    doing = Doing("露天采石", Decimal("21.50"), legal=False, problem="redline-2021")
    old = line.close(patch, day)
    share = (old.share - 100 * doing.area / old.area).quantize(CENT)
    line.live[patch] = replace(old, start=day, share=share, document="", doing=doing, problem=doing.problem)


def known_on(day: date) -> tuple[Row, ...]:
    """The rows as the file of a day has them: nothing that begins later, no end that is still to come."""
    return tuple(r if r.end is None or r.end < day else replace(r, end=None) for r in rows() if r.start <= day)


def table(day: date, problems: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """The rows of redline.csv. `problems`: the problem of this engagement that a finding on the line became."""
    for r in known_on(day):
        end, doing = r.end.isoformat() if r.end else "", r.doing
        issue = problems.get(doing.problem if doing and doing.problem else r.problem, "")
        place = (r.version, r.patch, REGION, r.type, format(r.area, "f"), "公顷", r.start.isoformat(), end)
        seen = (format(r.share, "f"), format(r.index, "f"), r.document)
        done = (doing.kind, format(doing.area, "f"), "true" if doing.legal else "false") if doing else ("", "", "")
        yield (*place, *seen, *done, issue, format(r.function, "f"))


def area_on(unit: str, day: date) -> Decimal:
    """The area of a unit on a day, from the patches."""
    held = [r for r in rows() if r.patch.startswith(unit[3:]) and r.start <= day and (r.end is None or day <= r.end)]
    return sum((r.area for r in held), Decimal(0))
