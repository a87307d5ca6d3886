"""Land of the example city year by year: areas of every class in every township, what changed and why, and the patches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tools.sample_parts.place import (
    BAMBOO,
    BARE,
    BROADLEAF,
    BUILT,
    CLASSES,
    COUNTIES,
    DRY,
    GREEN,
    LAKE,
    LOWER,
    MARSH,
    MIDDLE,
    MIXED,
    NEEDLELEAF,
    ORCHARD,
    PADDY,
    RESERVOIR,
    RIVER,
    SHRUB,
    SURVEY_YEAR,
    TOWNSHIPS,
    TUSSOCK,
    UPPER,
    YEARS,
    Township,
    townships,
)
from tools.sample_parts.text import between, exact, noise, number
from tools.sample_parts.weather import year_rain

# Areas are whole numbers of 100 m2 (0.01 hm2), the last place of a land survey, so that every sum is exact.
PER_KM2 = 10_000
SQUARE_METRES = 100
KM2 = {
    UPPER: (412.36, 368.17, 391.54, 335.08),
    MIDDLE: (318.25, 342.61, 365.49, 281.33),
    LOWER: (244.72, 287.15, 262.38, 231.94),
}
# relative areas of the classes that every township has
COMMON: dict[str, dict[str, float]] = {
    UPPER: {BROADLEAF: 24, NEEDLELEAF: 24, MIXED: 14, BAMBOO: 11, PADDY: 6, DRY: 4, ORCHARD: 5, BUILT: 2.2, RIVER: 1.5},
    MIDDLE: {BROADLEAF: 20, NEEDLELEAF: 17, MIXED: 12, BAMBOO: 12, PADDY: 11, DRY: 6, ORCHARD: 7, BUILT: 5, RIVER: 1.8},
    LOWER: {BROADLEAF: 14, NEEDLELEAF: 9, MIXED: 9, BAMBOO: 8, PADDY: 19, DRY: 9, ORCHARD: 9, BUILT: 11, RIVER: 3},
}
# the other classes: their relative area and the numbers of the townships that have them
RARE: dict[str, dict[str, tuple[float, tuple[int, ...]]]] = {
    UPPER: {
        SHRUB: (6, (1, 3)), TUSSOCK: (4, (2,)), MARSH: (0.6, (4,)), LAKE: (0.3, (3,)), RESERVOIR: (3, (2, 4)), GREEN: (0.3, (3,)),
        BARE: (0.8, (1,)),
    },
    MIDDLE: {
        SHRUB: (5, (1, 2)), TUSSOCK: (3, (3,)), MARSH: (1, (2,)), LAKE: (2, (3,)), RESERVOIR: (2.5, (1, 4)), GREEN: (0.5, (2,)),
        BARE: (0.6, (3,)),
    },
    LOWER: {
        SHRUB: (4, (2,)), TUSSOCK: (2.5, (4,)), MARSH: (1.5, (1, 3)), LAKE: (4, (1,)), RESERVOIR: (2, (3,)), GREEN: (1.2, (1, 2)),
        BARE: (0.5, (4,)),
    },
}  # fmt: skip
# from, to, share of the opening that changes in a year
CHANGES = (
    (PADDY, BUILT, 0.0070), (DRY, BUILT, 0.0080), (ORCHARD, BUILT, 0.0040), (MIXED, BUILT, 0.0004), (BARE, BUILT, 0.0100),
    (BUILT, GREEN, 0.0040), (DRY, MIXED, 0.0090), (SHRUB, MIXED, 0.0060), (TUSSOCK, MIXED, 0.0040), (BARE, MIXED, 0.0200),
    (NEEDLELEAF, MIXED, 0.0020), (BAMBOO, BROADLEAF, 0.0010), (PADDY, ORCHARD, 0.0030), (ORCHARD, PADDY, 0.0012),
    (DRY, PADDY, 0.0020), (PADDY, RESERVOIR, 0.0006), (PADDY, MARSH, 0.0004), (DRY, SHRUB, 0.0010),
)  # fmt: skip
# from, to, share of the old survey's closing that the new survey calls otherwise
SURVEY = (
    (PADDY, ORCHARD, 0.020), (DRY, ORCHARD, 0.030), (PADDY, BUILT, 0.012), (BARE, BUILT, 0.080), (BAMBOO, MIXED, 0.045),
    (MIXED, BROADLEAF, 0.015), (SHRUB, MIXED, 0.040), (TUSSOCK, SHRUB, 0.050), (NEEDLELEAF, MIXED, 0.010), (DRY, PADDY, 0.010),
    (RIVER, RESERVOIR, 0.100), (GREEN, BUILT, 0.050), (MARSH, LAKE, 0.050),
)  # fmt: skip

Areas = Mapping[str, int]


@dataclass(frozen=True)
class Year:
    """A township in a year, in 100 m2: opening as the old books close, what a new survey re-states, changes, closing."""

    opening: Areas
    restatement: Areas
    addition: Areas
    reduction: Areas
    closing: Areas


def _begun(town: Township) -> Areas:
    """The areas at the opening of the first year; broadleaf forest takes what rounding leaves."""
    total = round(KM2[town.county][town.number - 1] * PER_KM2)
    weights = COMMON[town.county] | {c: w for c, (w, numbers) in RARE[town.county].items() if town.number in numbers}
    weights = {c: w * (1 + 0.15 * noise("share", town, c)) for c, w in weights.items()}
    made = {c: int(total * w / sum(weights.values())) for c, w in weights.items()}
    made[BROADLEAF] += total - sum(made.values())
    return made


def _moves(
    town: Township, year: int, areas: Areas, table: tuple[tuple[str, str, float], ...], spread: float
) -> Iterator[tuple[str, str, int]]:
    """(from, to, area) for the classes the township has: a class that does not occur there does not arise."""
    for old, new, share in table:
        if areas.get(old) and areas.get(new):
            yield old, new, int(areas[old] * share * (1 + spread * noise("change", town, year, old, new)))


def survey_moves(town: Township, year: int, areas: Areas) -> list[tuple[str, str, int]]:
    """(from, to, area) of what the new survey calls otherwise, given what the old one closed with."""
    return list(_moves(town, year, areas, SURVEY, 0.3))


def year_moves(town: Township, year: int) -> list[tuple[str, str, int]]:
    """(from, to, area) of what changed in a year, after its re-statement."""
    held = history(town)[year]
    areas = Counter(held.opening)
    areas.update(held.restatement)
    return list(_moves(town, year, areas, CHANGES, 0.4))


@cache
def history(town: Township) -> Mapping[int, Year]:
    """The township in each year. Its own area never changes, whatever county it is in."""
    made: dict[int, Year] = {}
    areas = Counter(_begun(town))
    for year in YEARS:
        opening, restated = dict(areas), Counter[str]()
        if year == SURVEY_YEAR:
            for old, new, area in survey_moves(town, year, areas):
                restated[old] -= area
                restated[new] += area
            areas.update(restated)
        added, lost = Counter[str](), Counter[str]()
        for old, new, area in _moves(town, year, dict(areas), CHANGES, 0.4):
            lost[old] += area
            added[new] += area
        areas.update(added)
        areas.subtract(lost)
        made[year] = Year(opening, dict(restated), dict(added), dict(lost), dict(areas))
    return made


@cache
def county(name: str, year: int) -> Year:
    """A county in a year. A township that changes its county is a re-statement of both, at its closing of the year before."""
    inside = townships(name, year)
    parts = [history(t)[year] for t in inside]
    opening, restated = _sum(p.opening for p in parts), _sum(p.restatement for p in parts)
    for town in TOWNSHIPS:
        was, now = town.in_county(year - 1) == name, town.in_county(year) == name
        moved = Counter(history(town)[year].opening) if was != now else Counter[str]()
        if now:
            opening.subtract(moved)
            restated.update(moved)
        else:
            opening.update(moved)
            restated.subtract(moved)
    added, lost, closing = (_sum(getattr(p, name) for p in parts) for name in ("addition", "reduction", "closing"))
    return Year(opening, restated, added, lost, closing)


def _sum(several: Iterable[Areas]) -> Counter[str]:
    made = Counter[str]()
    for one in several:
        made.update(one)
    return made


def moved_share(measure: str) -> float:
    """The share of the middle county's people, animals, trade … that lives in the township that moves."""
    return {"people": 0.17, "gdp": 0.15, "visits": 0.10, "animals": 0.22}[measure]


# slope (deg), slope length (m), cover (%), evapotranspiration (mm), sand (%), clay (%), organic carbon (%)
TRAITS: dict[str, tuple[tuple[float, float], ...]] = {
    BROADLEAF: ((7.5, 11), (16, 24), (84, 95), (940, 985), (28, 40), (24, 32), (2.2, 3.6)),
    NEEDLELEAF: ((7.5, 11), (16, 24), (76, 88), (905, 950), (30, 44), (22, 30), (1.8, 2.8)),
    MIXED: ((7, 10.5), (16, 24), (80, 92), (920, 965), (28, 42), (23, 31), (2.0, 3.2)),
    BAMBOO: ((7, 10.5), (16, 24), (78, 90), (900, 945), (30, 42), (22, 30), (1.6, 2.6)),
    SHRUB: ((7.5, 11), (16, 24), (62, 80), (820, 870), (32, 46), (20, 28), (1.4, 2.2)),
    TUSSOCK: ((7.5, 11), (16, 24), (60, 78), (740, 790), (34, 48), (18, 26), (1.2, 2.0)),
    MARSH: ((0.5, 1.0), (20, 40), (60, 85), (940, 980), (20, 34), (26, 38), (3.0, 5.5)),
    LAKE: ((0.0, 0.2), (20, 40), (0, 2), (965, 1000), (20, 34), (26, 38), (1.0, 2.0)),
    RIVER: ((0.2, 0.8), (20, 40), (0, 3), (950, 990), (40, 60), (10, 20), (0.6, 1.2)),
    RESERVOIR: ((0.0, 0.3), (20, 40), (0, 3), (960, 1000), (24, 40), (22, 34), (0.8, 1.6)),
    PADDY: ((0.6, 1.8), (20, 40), (35, 55), (840, 890), (22, 36), (26, 36), (1.5, 2.4)),
    DRY: ((3, 6), (18, 30), (32, 50), (710, 760), (30, 44), (22, 30), (0.9, 1.6)),
    ORCHARD: ((6, 10), (16, 24), (52, 72), (780, 830), (30, 44), (22, 30), (1.2, 2.0)),
    BUILT: ((0.5, 2.5), (15, 30), (5, 15), (480, 540), (36, 52), (16, 26), (0.5, 1.0)),
    GREEN: ((0.8, 3.0), (15, 30), (55, 75), (700, 750), (32, 46), (20, 28), (1.0, 1.8)),
    BARE: ((6, 11), (15, 25), (2, 9), (560, 620), (40, 58), (12, 22), (0.3, 0.7)),
}
STEEPER = {UPPER: 1.12, MIDDLE: 1.0, LOWER: 0.86}
# a dry year limits evapotranspiration, a wet and dim one hardly lowers it
EVAPORATION = {2016: 1.00, 2017: 1.01, 2018: 1.00, 2019: 0.99, 2020: 0.98, 2021: 1.00, 2022: 0.93}
COVER = {2016: -1.2, 2017: -0.8, 2018: -0.4, 2019: 0.0, 2020: 0.5, 2021: 0.9, 2022: -1.0}
PATCH_HEADER = (
    "region", "period", "row", "ecosystem", "area", "rain", "et", "slope", "slope_length", "sand", "silt", "clay",
    "organic_carbon", "cover",
)  # fmt: skip


def patches(year: int) -> Iterator[tuple[str, ...]]:
    """The rows of land_patches: one patch of each class a township has, two of its largest, whole square metres."""
    for town in sorted(TOWNSHIPS, key=lambda t: t.code(year)):
        for cls in CLASSES:
            area = history(town)[year].closing.get(cls, 0)
            first = area * 11 // 20 if cls == BROADLEAF else area
            for part, size in enumerate((first, area - first)):
                if size:
                    place = (town.code(year), str(year), f"{cls}.{part + 1}", cls)
                    yield (*place, str(size * SQUARE_METRES), *_drivers(town, year, cls, part))


def _drivers(town: Township, year: int, cls: str, part: int) -> tuple[str, ...]:
    """What the patch keeps over the years (relief, soil) and what the year gives it (rain, evapotranspiration, cover)."""
    kept = [between(*span, town, cls, part, n) for n, span in enumerate(TRAITS[cls])]
    slope, length, cover, et, sand, clay, carbon = kept
    tenths = round(sand * 10), round(clay * 10)
    texture = (exact(tenths[0], 1), exact(1000 - sum(tenths), 1), exact(tenths[1], 1))
    rain = year_rain(town.county, year) * (1 + 0.04 * noise("rain", town) + 0.01 * noise("rain", town, cls, part))
    et *= EVAPORATION[year] * (1 + 0.01 * noise("et", town, cls, part, year))
    cover = max(0.0, cover + (COVER[year] if cover > 20 else 0.0))
    return (
        number(rain, 1), number(et, 1), number(slope * STEEPER[town.county], 1), number(length, 0), *texture, number(carbon, 2),
        number(cover, 1),
    )  # fmt: skip


def all_counties() -> Iterator[tuple[str, int]]:
    """Every county and year."""
    for year in YEARS:
        for name in COUNTIES:
            yield name, year
