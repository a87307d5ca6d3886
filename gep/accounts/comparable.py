"""Comparable areas (可比口径): which regions of two years cover the same ground, from dated records of what was changed.

An area is a set of codes of one level that are tied to one another by changes between the ends of two years. Its outer border is
the same in both, so its figures may be compared though those of its single codes may not. Nothing is estimated: no figure is
ever shared out by area or population.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from gep.base.records import Region
from gep.base.region_change import RegionChange

LIMIT = Decimal("0.001")  # a region that lost and gained no more of its area than this counts as unchanged
WHOLE = Decimal(1)  # a change whose share is not given may be the whole region
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Unit:
    """One region under all the codes it had. `alone`: it covers the same ground in both years (but for what LIMIT allows).

    `changes`: what changed its area; `share`: the part of it that small changes moved; `unrecorded`: codes in it that begin or
    end in the time without any record, so that nothing is known of its area; `outside`: ground went to or came from where no
    region of its level is (a county that leaves its city for no other), so no area of that level makes up for it.
    """

    left: tuple[str, ...]
    right: tuple[str, ...]
    alone: bool
    changes: tuple[RegionChange, ...] = ()
    share: Decimal = Decimal(0)
    unrecorded: tuple[str, ...] = ()
    outside: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(sorted({*self.left, *self.right}))


@dataclass(frozen=True, slots=True)
class Area:
    """Regions of one level that changes tie together; they cover the same ground in both years if the area is `sound`.

    `left` and `right`: the codes at the end of either year; `changes`: every change inside it, renames too, by date.
    """

    level: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    units: tuple[Unit, ...]
    changes: tuple[RegionChange, ...]

    @property
    def id(self) -> str:
        """The codes of both years, sorted and joined by +."""
        return "+".join(sorted({*self.left, *self.right}))

    @property
    def sound(self) -> bool:
        """Whether the sums over the area may be compared: it is there in both years, and no ground came or went unknown."""
        kept = all(u.alone or not (u.unrecorded or u.outside) for u in self.units)
        return bool(self.left and self.right) and kept


def every_change(regions: Mapping[str, Region], changes: Iterable[RegionChange]) -> tuple[RegionChange, ...]:
    """The changes by date, with those that are only known from `replaces`: a rename of one code, a merge of several.

    Changes that name a code that is not among `regions` (a place that has no accounts) are left out.
    """
    known = [c for c in changes if all(code in regions for code in c.codes)]
    told = {(c.date, *pair) for c in known for pair in c.pairs}
    for region in regions.values():
        old = tuple(code for code in region.replaces if code in regions)
        if any((region.valid_from, code, region.code) not in told for code in old):
            known.append(RegionChange(region.valid_from, "rename" if len(old) == 1 else "merge", old, (region.code,)))
    return tuple(sorted(known, key=lambda c: (c.date, c.before, c.after)))


def comparable_areas(regions: Mapping[str, Region], changes: Iterable[RegionChange], left: int, right: int) -> tuple[Area, ...]:
    """The comparable areas of every level between 31 December of two years, in the order of their levels and codes.

    `regions` are those that have accounts. A change inside a higher region does not touch it; one across its border does, even if
    only the change of the lower regions is recorded.
    """
    span = _Span(regions, every_change(regions, changes), *sorted((left, right)))
    ends = (date(left, 12, 31), date(right, 12, 31))
    return tuple(sorted(span.areas(*ends), key=lambda a: (span.depth(a), a.id)))


class _Span:
    """The changes between the ends of two years, and what they do to the regions of every level."""

    def __init__(self, regions: Mapping[str, Region], changes: Sequence[RegionChange], low: int, high: int) -> None:
        self.regions = regions
        self.low, self.high = date(low, 12, 31), date(high, 12, 31)
        self.changes = [c for c in changes if self.low < c.date <= self.high]
        renames = [c.codes for c in self.changes if c.kind == "rename"]
        self.unit = _joined(regions, renames)
        self.touched: dict[str, list[RegionChange]] = {}
        self.outside: set[str] = set()
        ties: list[tuple[str, ...]] = [*renames]
        for change in self.changes:
            for codes, outside in self._touches(change):
                ties.append(codes)
                units = {self.unit[code]: None for code in codes}
                self.outside |= units.keys() if outside else set()
                for unit in units:
                    self.touched.setdefault(unit, []).append(change)
        self.area = _joined(regions, ties)
        self.unrecorded: dict[str, set[str]] = {}
        for code in self._unrecorded():
            for above in self._lineage(code):
                self.unrecorded.setdefault(self.unit[above], set()).add(code)

    def _touches(self, change: RegionChange) -> Iterator[tuple[tuple[str, ...], bool]]:
        """The codes of each level whose area the change alters, its own and the higher ones; whether one side has none there."""
        for old, new in change.pairs:
            chains = [{self.regions[c].level: c for c in self._lineage(code)} for code in (old, new)]
            for level in sorted({*chains[0], *chains[1]}):
                ends = tuple(dict.fromkeys(chain[level] for chain in chains if level in chain))
                own = level == self.regions[old].level
                outside = not all(level in chain for chain in chains)
                crosses = outside or len({self.unit[c] for c in ends}) > 1
                if crosses or (own and change.kind != "rename"):
                    yield ends, outside

    def _unrecorded(self) -> Iterator[str]:
        """Codes that begin or end in the time, and no rename, merge or split of that day says out of what or into what."""
        whole = [c for c in self.changes if c.kind != "transfer"]
        begun = {(code, c.date) for c in whole for code in c.after}
        ended = {(code, c.date) for c in whole for code in c.before}
        for code, region in self.regions.items():
            begins = self.low < region.valid_from <= self.high and (code, region.valid_from) not in begun
            ends = self.low <= region.valid_to < self.high and (code, region.valid_to + DAY) not in ended
            if begins or ends:
                yield code

    def _lineage(self, code: str) -> Iterator[str]:
        while code in self.regions:
            yield code
            code = self.regions[code].parent

    def areas(self, left: date, right: date) -> Iterator[Area]:
        groups: dict[str, list[str]] = {}
        for code in self.regions:
            groups.setdefault(self.area[code], []).append(code)
        for codes in groups.values():
            one, two = (tuple(sorted(c for c in codes if self._there(c, day))) for day in (left, right))
            if not one and not two:
                continue
            units: dict[str, list[str]] = {}
            for code in sorted(codes):
                units.setdefault(self.unit[code], []).append(code)
            made = tuple(u for u in (self._made(name, held, left, right) for name, held in units.items()) if u.codes)
            inside = tuple(c for c in self.changes if any(code in codes for code in c.codes) or self._reaches(c, codes))
            yield Area(self.regions[codes[0]].level, one, two, made, inside)

    def _reaches(self, change: RegionChange, codes: Sequence[str]) -> bool:
        return any(change in self.touched.get(self.unit[code], ()) for code in codes)

    def _made(self, name: str, codes: Sequence[str], left: date, right: date) -> Unit:
        one, two = (tuple(c for c in codes if self._there(c, day)) for day in (left, right))
        changes = tuple(dict.fromkeys(self.touched.get(name, ())))
        share = sum((_share(c) for c in changes), Decimal(0))
        lost = tuple(sorted(self.unrecorded.get(name, ())))
        alone = len(one) == len(two) == 1 and not lost and share <= LIMIT
        return Unit(one, two, alone, changes, share, lost, name in self.outside)

    def _there(self, code: str, day: date) -> bool:
        return self.regions[code].valid_from <= day <= self.regions[code].valid_to

    def depth(self, area: Area) -> int:
        """How many regions stand above one of the area."""
        return len(list(self._lineage((*area.left, *area.right)[0])))


def _share(change: RegionChange) -> Decimal:
    """The most that a region it touches lost or gained, as a share of its area."""
    return change.share_area if change.kind == "transfer" and change.share_area is not None else WHOLE


def _joined(regions: Mapping[str, Region], ties: Iterable[Sequence[str]]) -> dict[str, str]:
    """Code → the least code that it is tied to, through any number of ties."""
    parent = {code: code for code in regions}

    def top(code: str) -> str:
        while parent[code] != code:
            parent[code] = parent[parent[code]]
            code = parent[code]
        return code

    for tie in ties:
        for other in tie[1:]:
            one, two = sorted((top(tie[0]), top(other)))
            parent[two] = one
    return {code: top(code) for code in regions}
