"""Patches of the ecological red line over time: one row a patch and a stretch of days, checked, put in force, followed by id.

A row says what a patch was like from `valid_from` to `valid_to`, both days included. `version` names the line that it belongs to
(as approved, as adjusted later), so the same land can be told inside the old line and inside the new one. Where rows of several
versions hold on one day, the caller says from which day each version is the line; nothing is taken to replace anything else.

Pieces are followed by their ids as in `gep.accounts.transition`: `17` cut becomes `17.1` and `17.2`, joined they are `17` again.
Unlike there, land may leave the line and come to it: finding that is what the red line ledger is for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.units import Unit, UnitError, parse_unit

NOWHERE = Place()
DAY = timedelta(days=1)
AREA_UNIT = "km2"  # of the line, as in table RL-01
ACTIVITY_UNIT = "ha"  # of an activity, as in table RL-01
EVERY_DECIMAL = "亩"  # 1/15 hm²: what is whole in km2 and hm² has an end in it too


@dataclass(frozen=True, slots=True)
class Activity:
    """A human activity on a patch: its kind, its area (None: not known), whether it is legal (None: not known), its issue."""

    kind: str
    area: Decimal | None = None
    unit: str = ACTIVITY_UNIT
    legal: bool | None = None
    issue: str = ""


@dataclass(frozen=True, slots=True)
class Patch:
    """A patch of the line from `valid_from` to `valid_to`, both included, as `version` has it.

    `area` in `unit`; 0 says that the patch left the line on `valid_from`, and `document` then approves that. `natural_share`:
    natural ecosystem land in % of the area. `function_index`: as observed; `normalised`: the same freed of the weather of a year.
    `document`: what approved the change that this row brings. `legal`: whether that change is legal. None: not known.
    """

    id: str
    version: str
    county: str
    type: str
    area: Decimal | None
    unit: str
    valid_from: date
    valid_to: date = date.max
    natural_share: Decimal | None = None
    function_index: Decimal | None = None
    normalised: Decimal | None = None
    document: str = ""
    activities: tuple[Activity, ...] = ()
    legal: bool | None = None
    issues: tuple[str, ...] = ()
    place: Place = field(default=NOWHERE, compare=False)

    def holds(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_to

    def overlaps(self, other: Patch) -> bool:
        return self.valid_from <= other.valid_to and other.valid_from <= self.valid_to


def layer(patches: Iterable[Patch], day: date) -> tuple[Patch, ...]:
    """The rows that hold on `day`, by id."""
    return tuple(sorted((p for p in patches if p.holds(day)), key=lambda p: p.id))


def in_force(patches: Iterable[Patch], lines: Mapping[str, date]) -> tuple[Patch, ...]:
    """The rows of the versions of `lines`, each cut to the days on which its version is the line.

    A version is the line from its day to the day before the next one begins. ValueError if two begin on one day.
    """
    if len(set(lines.values())) < len(lines):
        raise ValueError(f"two versions are the line from one day on: {dict(lines)}")
    order = sorted(lines, key=lambda name: lines[name])
    ends = [lines[name] - DAY for name in order[1:]] + [date.max]
    spans = {name: (lines[name], end) for name, end in zip(order, ends, strict=True)}
    found = []
    for patch in patches:
        if patch.version in spans:
            start, end = spans[patch.version]
            first, last = max(patch.valid_from, start), min(patch.valid_to, end)
            if first <= last:
                found.append(replace(patch, valid_from=first, valid_to=last))
    return tuple(found)


def ancestors(id: str) -> Iterator[str]:
    """The ids above this one, the nearest first: 17.2.1 has 17.2 and 17."""
    above = id.rpartition(".")[0]
    while above:
        yield above
        above = above.rpartition(".")[0]


def families(patches: Iterable[Patch]) -> dict[str, tuple[Patch, ...]]:
    """The rows by the highest id above them that there is a row of: all that was cut of one piece, or joined into it."""
    rows = sorted(patches, key=lambda p: (p.id, p.valid_from))
    known = {p.id for p in rows}
    found: dict[str, list[Patch]] = defaultdict(list)
    for patch in rows:
        found[_top(patch.id, known)].append(patch)
    return {id: tuple(members) for id, members in sorted(found.items())}


def _top(id: str, known: Collection[str]) -> str:
    *_, highest = (id, *(above for above in ancestors(id) if above in known))
    return highest


def common_unit(amounts: Iterable[tuple[Decimal, str]], preferred: str) -> str:
    """A unit in which every amount has an end as a decimal: the preferred one, else one of the rows, else 亩.

    亩 is the fifteenth part of a hectare, so 1 亩 has no end in km2 while 1 km2 is 1500 亩. ValueError if
    there is no such unit, which takes a unit of area with a prime in it that the table of units does not have.
    """
    kinds = {(parse_unit(unit), amount) for amount, unit in amounts}
    tried = [preferred, *sorted({unit.text for unit, _ in kinds} - {preferred}), EVERY_DECIMAL]
    for name in tried:
        to = parse_unit(name)
        if all(has_end(Fraction(amount) * unit.factor_to(to)) for unit, amount in kinds):
            return name
    raise ValueError(f"no unit for all of {tried}")


def has_end(x: Fraction) -> bool:
    """Whether the fraction is a decimal with an end."""
    return _primes(x.denominator)[2] == 1


def exact_decimal(x: Fraction) -> Decimal:
    """The fraction as a decimal without any rounding. ValueError if it has no end."""
    twos, fives, rest = _primes(x.denominator)
    if rest != 1:
        raise ValueError(f"{x} is no decimal with an end")
    places = max(twos, fives)
    whole = x.numerator * 2 ** (places - twos) * 5 ** (places - fives)
    return Decimal(f"{whole}e-{places}") if places else Decimal(whole)


def _primes(n: int) -> tuple[int, int, int]:
    """How often 2 and 5 are in a whole number, and the rest."""
    twos = fives = 0
    while n % 2 == 0:
        n, twos = n // 2, twos + 1
    while n % 5 == 0:
        n, fives = n // 5, fives + 1
    return twos, fives, n


def row_faults(patches: Iterable[Patch]) -> tuple[Finding, ...]:
    """What is wrong with rows as they stand, in the order of their file."""
    return tuple(told for patch in _in_order(patches) for told in _of_row(patch))


def doubled(patches: Iterable[Patch]) -> tuple[Finding, ...]:
    """Rows by which land would be counted twice on a day: two of one patch, or of a patch and of one it was cut from."""
    same: dict[str, list[Patch]] = defaultdict(list)
    for patch in _in_order(patches):
        same[patch.id].append(patch)
    return (*_repeated(same), *_beside(same))


def _in_order(patches: Iterable[Patch]) -> list[Patch]:
    return sorted(patches, key=lambda p: (p.place.file, p.place.row, p.id, p.version, p.valid_from))


def where(patch: Patch, column: str = "") -> Place:
    """The place of a row: that of its file if it has one, with version and id as key."""
    return replace(patch.place, column=column, key=f"{patch.version}/{patch.id}" if patch.version else patch.id)


def days_text(patch: Patch) -> str:
    return f"{patch.valid_from} … {patch.valid_to}" if patch.valid_to != date.max else f"{patch.valid_from} …"


def _of_row(patch: Patch) -> Iterator[Finding]:
    if not all(patch.id.split(".")):
        yield finding("REDLINE-ID", where(patch, "patch"), found=patch.id)
    if patch.valid_to < patch.valid_from:
        yield finding("REDLINE-DAYS", where(patch, "valid_to"), found=patch.valid_to, expected=f">= {patch.valid_from}")
    yield from _area_faults(patch, "area", patch.area, patch.unit, "unit")
    share = patch.natural_share
    if share is not None and not (share.is_finite() and 0 <= share <= 100):
        yield finding("REDLINE-SHARE", where(patch, "natural_share"), found=share, expected="0 … 100", patch=patch.id)
    for column, index in (("function_index", patch.function_index), ("function_normalised", patch.normalised)):
        if index is not None and not index.is_finite():
            yield finding("REDLINE-INDEX", where(patch, column), found=index, patch=patch.id)
    for activity in patch.activities:
        wrong = list(_area_faults(patch, "activity_area", activity.area, activity.unit, "activity_unit"))
        yield from wrong or _larger(patch, activity)


def _area_faults(patch: Patch, column: str, area: Decimal | None, unit: str, unit_column: str) -> Iterator[Finding]:
    if _area_unit(unit) is None:
        yield finding("REDLINE-UNIT", where(patch, unit_column), found=unit, patch=patch.id)
    if area is not None and not (area.is_finite() and area >= 0):
        yield finding("REDLINE-AREA", where(patch, column), found=area, expected=">= 0", patch=patch.id)


def _area_unit(text: str) -> Unit | None:
    """The unit that the text names, or None where it names none of area."""
    try:
        unit = parse_unit(text)
    except UnitError:
        return None
    return unit if unit.compatible(parse_unit("m2")) else None


def _larger(patch: Patch, activity: Activity) -> Iterator[Finding]:
    """An activity on more land than the patch has: mostly one of the two is in another unit than stated."""
    inner, outer = _area_unit(activity.unit), _area_unit(patch.unit)
    if activity.area is None or patch.area is None or inner is None or outer is None or not patch.area.is_finite():
        return
    limit = Fraction(patch.area) * outer.factor_to(inner)
    if activity.area > limit:
        yield finding(
            "REDLINE-ACTIVITY-LARGER",
            where(patch, "activity_area"),
            found=f"{activity.area:f} {activity.unit}",
            expected=f"<= {patch.area:f} {patch.unit}",
            patch=patch.id,
        )


def _repeated(same: Mapping[str, Sequence[Patch]]) -> Iterator[Finding]:
    for id, rows in same.items():
        first, *others = sorted(rows, key=lambda p: p.valid_from)
        for patch in others:
            if patch.overlaps(first):
                yield _both("REDLINE-OVERLAP", patch, first, id)
            first = max(first, patch, key=lambda p: p.valid_to)


def _beside(same: Mapping[str, Sequence[Patch]]) -> Iterator[Finding]:
    for id, rows in same.items():
        wholes = [whole for above in ancestors(id) for whole in same.get(above, ())]
        for patch in rows:
            whole = next((w for w in wholes if w.overlaps(patch)), None)
            if whole is not None:
                yield _both("REDLINE-BESIDE-PART", patch, whole, id)


def _both(code: str, patch: Patch, other: Patch, id: str) -> Finding:
    place = where(other)
    stands = f"{place.file}:{place.row}" if place.file else place.key
    holes = {"patch": id, "other": other.id, "stands": stands}
    return finding(code, where(patch, "valid_from"), found=days_text(patch), expected=days_text(other), holes=holes)
