"""Changes of land use of the example city, patch by patch: who went where in which year and why, and the patches at two dates.

A township is one patch a land class at first. A change cuts the patch it comes from: `3-M2-C02` becomes `3-M2-C02.1` (now of
another class) … and the rest of it as the last child, so that children add up to their parent to the last 100 m2. The number in
front is the land survey (2: until the opening of 2020, 3: from then on), the letter the county of 2016.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tools.sample_parts import land
from tools.sample_parts.place import (
    BARE,
    BOUNDARY_YEAR,
    BUILT,
    DRY,
    FOREST,
    GREEN,
    LOWER,
    MARSH,
    MIDDLE,
    MIXED,
    OPEN_WATER,
    ORCHARD,
    PADDY,
    SHRUB,
    SURVEY_YEAR,
    TOWNSHIPS,
    TUSSOCK,
    YEARS,
    Township,
    county_code,
    townships,
)

WETLAND, CULTIVATED, GARDEN, FOREST_LAND, GRASS, SETTLEMENT, TRANSPORT, WATERS, OTHER = LAND_CLASSES = tuple(
    f"C{n:02d}" for n in range(1, 10)
)
CLASS_OF = {
    **dict.fromkeys((*FOREST, SHRUB), FOREST_LAND), TUSSOCK: GRASS, MARSH: WETLAND, **dict.fromkeys(OPEN_WATER, WATERS),
    PADDY: CULTIVATED, DRY: CULTIVATED, ORCHARD: GARDEN, BUILT: SETTLEMENT, GREEN: SETTLEMENT, BARE: OTHER,
}  # fmt: skip
ROADS = 18  # % of built-up land that is transport land: at first, and of all that is newly built
HUMAN, NATURAL, ADJUSTMENT = "human", "natural", "adjustment"
# a flood makes marsh of paddy; forest grows back on bare land, grassland and shrub
BY_NATURE = {(PADDY, MARSH), (BARE, MIXED), (TUSSOCK, MIXED), (SHRUB, MIXED)}
REPLACED = 103  # % of the cultivated land taken by construction that is made up for by clearing gardens
SHORT = (LOWER, 2019, 60)  # county and year in which less is made up for
TRANSIT = Township(LOWER, 1)  # where a patch of cultivated land is a garden for a year and then built on
TRANSIT_YEARS = (2021, 2022)
LAST_OLD = SURVEY_YEAR - 1
CHANGES_HEADER = ("region", "period", "row", "lm01_from", "lm01_to", "cause", "area")
PATCH_HEADER = ("region", "period", "row", "la01", "area")


@dataclass(frozen=True)
class Move:
    """An area (100 m2) that passes from one ecosystem class to another in a township and year."""

    old: str
    new: str
    cause: str
    area: int


@dataclass(frozen=True)
class Change:
    """An area (100 m2) that passes from one land class to another; `patch` is what carries it."""

    patch: str
    old: str
    new: str
    cause: str
    area: int


@cache
def moves(town: Township, year: int) -> tuple[Move, ...]:
    """What changes in a township in a year, without the re-statement.

    The changes of the ecosystem classes; then a swap that no total shows: gardens are cleared to make up for cultivated land
    taken by construction, and as much cultivated land is planted as gardens.
    """
    then = land.history(town)[year]
    start = Counter(then.opening)
    start.update(then.restatement)
    made = [
        Move(old, new, NATURAL if (old, new) in BY_NATURE else HUMAN, area)
        for old, new, area in land._moves(town, year, dict(start), land.CHANGES, 0.4)
        if area
    ]
    taken = sum(m.area for m in made if CLASS_OF[m.old] == CULTIVATED and m.new == BUILT)
    county, short_year, percent = SHORT
    part = percent if (town.in_county(year), year) == (county, short_year) else REPLACED
    swapped = taken * part // 100
    return (*made, Move(ORCHARD, PADDY, HUMAN, swapped), Move(PADDY, ORCHARD, HUMAN, swapped))


def supplemented(town: Township, year: int) -> int:
    """Cultivated land made up for by clearing gardens, 100 m2."""
    return moves(town, year)[-2].area


@cache
def restatements(town: Township) -> tuple[Move, ...]:
    """What the new land survey calls otherwise, at the opening of the survey year."""
    areas = dict(land.history(town)[SURVEY_YEAR].opening)
    found = land._moves(town, SURVEY_YEAR, areas, land.SURVEY, 0.3)
    return tuple(Move(old, new, ADJUSTMENT, area) for old, new, area in found if area)


def flows(several: tuple[Move, ...]) -> Counter[tuple[str, str, str]]:
    """The moves that leave their land class, by (from, to, cause); of what is newly built a fixed part is transport land."""
    made = Counter[tuple[str, str, str]]()
    for move in several:
        old, new = CLASS_OF[move.old], CLASS_OF[move.new]
        roads = move.area * ROADS // 100 if move.new == BUILT and old != SETTLEMENT else 0
        if roads:
            made[old, TRANSPORT, move.cause] += roads
        if old != new:
            made[old, new, move.cause] += move.area - roads
    return +made


@cache
def stock(town: Township, year: int) -> Mapping[str, int]:
    """Areas of the land classes of a township at the end of a year; the year before the first is its opening."""
    if year < YEARS[0]:
        made = Counter[str]()
        for cls, area in land.history(town)[YEARS[0]].opening.items():
            made[CLASS_OF[cls]] += area
        roads = land.history(town)[YEARS[0]].opening[BUILT] * ROADS // 100
        made[TRANSPORT] += roads
        made[SETTLEMENT] -= roads
        return made
    return _after(restated(town, year), flows(moves(town, year)))


def restated(town: Township, year: int) -> Mapping[str, int]:
    """Areas at the opening of a year in the classes of the survey of that year."""
    before = stock(town, year - 1)
    return _after(before, flows(restatements(town))) if year == SURVEY_YEAR else before


def _after(areas: Mapping[str, int], changes: Counter[tuple[str, str, str]]) -> Counter[str]:
    made = Counter(areas)
    for (old, new, _), area in changes.items():
        made[old] -= area
        made[new] += area
    return made


@cache
def county_flows(name: str, year: int) -> Mapping[tuple[str, str, str], int]:
    """Changes of land class in a county in a year by (from, to, cause), without re-statement and boundary."""
    made = Counter[tuple[str, str, str]]()
    for town in townships(name, year):
        made.update(flows(moves(town, year)))
    return made


class Pieces:
    """The patches of a township while they are cut: id -> (class, area)."""

    def __init__(self, town: Township, survey: int, areas: Mapping[str, int]) -> None:
        head = f"{survey}-{town.county[0].upper()}{town.number}"
        self.live = {f"{head}-{cls}": (cls, area) for cls, area in sorted(areas.items()) if area}

    def change(self, wanted: list[tuple[str, str, str, int]], kept: frozenset[str] = frozenset()) -> Iterator[Change]:
        """Cut what changes in a year out of the largest patch of each class; patches in `kept` are left alone."""
        for cls in sorted({old for old, *_ in wanted}):
            of_class = [(area, name) for name, (c, area) in self.live.items() if c == cls and name not in kept]
            whole, name = max(of_class)
            parts = [(new, cause, area) for old, new, cause, area in wanted if old == cls]
            rest = whole - sum(area for *_, area in parts)
            if rest < 0:
                raise ValueError(f"{name} has {whole} and loses {whole - rest}")
            del self.live[name]
            for n, (new, cause, area) in enumerate(parts, 1):
                self.live[f"{name}.{n}"] = (f"+{new}", area)  # not to be cut again in the same year
                yield Change(f"{name}.{n}", cls, new, cause, area)
            if rest:
                self.live[f"{name}.{len(parts) + 1}"] = (cls, rest)
        self.live = {name: (cls.lstrip("+"), area) for name, (cls, area) in self.live.items()}


@cache
def lineage(town: Township) -> tuple[Mapping[int, tuple[Change, ...]], Mapping[int, Mapping[str, tuple[str, int]]]]:
    """The changes of each year, and the patches at the end of each year.

    Those of the last year before the new survey are given as the new survey re-states them.
    """
    changes: dict[int, tuple[Change, ...]] = {}
    ends: dict[int, Mapping[str, tuple[str, int]]] = {}
    pieces = Pieces(town, 2, stock(town, YEARS[0] - 1))
    for year in YEARS:
        early: tuple[Change, ...] = ()
        if year == SURVEY_YEAR:
            early = tuple(pieces.change(_wanted(flows(restatements(town)))))
            pieces = Pieces(town, 3, restated(town, year))
            ends[LAST_OLD] = dict(pieces.live)
        made = _transit(pieces, year, changes) if town == TRANSIT and year in TRANSIT_YEARS else None
        if made is None:
            made = tuple(pieces.change(_wanted(flows(moves(town, year)))))
        changes[year] = early + made
        if year != LAST_OLD:
            ends[year] = dict(pieces.live)
    return changes, ends


def _wanted(found: Counter[tuple[str, str, str]]) -> list[tuple[str, str, str, int]]:
    return [(*key, area) for key, area in sorted(found.items())]


def _transit(pieces: Pieces, year: int, before: Mapping[int, tuple[Change, ...]]) -> tuple[Change, ...]:
    """The two years in which one patch goes from cultivated land to garden, and as a whole from garden to settlement."""
    first, second = TRANSIT_YEARS
    built = flows(moves(TRANSIT, second))[GARDEN, SETTLEMENT, HUMAN]
    size = built // 2
    wanted = _wanted(flows(moves(TRANSIT, year)))
    if year == first:
        entry = (CULTIVATED, GARDEN, HUMAN)
        whole = {w[:3]: w[3] for w in wanted}[entry]
        return tuple(pieces.change([w for w in wanted if w[:3] != entry] + [(*entry, size), (*entry, whole - size)]))
    patch = next(c.patch for c in before[first] if (c.old, c.new, c.area) == (CULTIVATED, GARDEN, size))
    rest = [(old, new, cause, area - size * ((old, new) == (GARDEN, SETTLEMENT))) for old, new, cause, area in wanted]
    cut = tuple(pieces.change(rest, kept=frozenset({patch})))
    pieces.live[patch] = (SETTLEMENT, size)
    return (Change(patch, GARDEN, SETTLEMENT, HUMAN, size), *cut)


def change_rows() -> Iterator[tuple[str, ...]]:
    """The rows of land_changes: every changed patch of every year, and every patch of the township that changes its county."""
    for year in YEARS:
        for town in sorted(TOWNSHIPS, key=lambda t: t.code(year)):
            if year == BOUNDARY_YEAR and town.in_county(year) != town.county:
                yield from _boundary(town, year)
            for c in lineage(town)[0][year]:
                old, new = c.old.replace("C", "F"), c.new.replace("C", "T")
                yield _change_row(town.code(year), year, c.patch, old, new, c.cause, c.area)


def _boundary(town: Township, year: int) -> Iterator[tuple[str, ...]]:
    """A township that moves is lost by the one county (its old code is no longer valid) and gained by the other."""
    for patch, (cls, area) in sorted(lineage(town)[1][year - 1].items()):
        yield _change_row(county_code(MIDDLE, year), year, patch, cls.replace("C", "F"), "T98", ADJUSTMENT, area)
        yield _change_row(town.code(year), year, patch, "F98", cls.replace("C", "T"), ADJUSTMENT, area)


def _change_row(region: str, year: int, patch: str, old: str, new: str, cause: str, area: int) -> tuple[str, ...]:
    return (region, str(year), patch, old, new, cause, str(area * land.SQUARE_METRES))


def patch_rows() -> Iterator[tuple[str, ...]]:
    """The rows of land_patch_table: every patch at the end of 2019 (as re-stated by the new survey) and of 2022."""
    for year in (LAST_OLD, YEARS[-1]):
        for town in sorted(TOWNSHIPS, key=lambda t: t.code(year)):
            for patch, (cls, area) in sorted(lineage(town)[1][year].items()):
                yield (town.code(year), str(year), patch, cls, str(area * land.SQUARE_METRES))
