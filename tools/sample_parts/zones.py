"""Overlay zones of the example city: red line, other ecological space, farming and towns, which part every county without rest.

The lines are drawn once and stay: each change of an ecosystem class happens inside a zone, so the area of a zone of a township
never changes, only what stands on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from tools.sample_parts import land
from tools.sample_parts.assets_form import CODE_HEADER, SOURCE
from tools.sample_parts.economy import PRELIMINARY, Release
from tools.sample_parts.place import (
    BARE,
    BUILT,
    CLASSES,
    DRY,
    FOREST,
    GREEN,
    LAKE,
    LOWER,
    MARSH,
    MIDDLE,
    ORCHARD,
    PADDY,
    RESERVOIR,
    RIVER,
    SHRUB,
    SURVEY_YEAR,
    TUSSOCK,
    UPPER,
    YEARS,
    Township,
    townships,
)
from tools.sample_parts.text import noise

RED_LINE, ECOLOGICAL, FARMING, TOWN = "Z1", "Z2", "Z3", "Z4"
ZONES = (RED_LINE, ECOLOGICAL, FARMING, TOWN)
NAMES = {
    RED_LINE: ("生态保护红线内", "Inside the ecological red line"),
    ECOLOGICAL: ("红线外生态空间", "Ecological space outside the red line"),
    FARMING: ("农业空间", "Farming space"),
    TOWN: ("城镇空间", "Urban space"),
}
# how a class lies over the zones at the beginning, in the order of ZONES
LIES: dict[str, tuple[float, float, float, float]] = {
    **dict.fromkeys(FOREST, (38, 50, 11, 1)), SHRUB: (22, 58, 19, 1), TUSSOCK: (30, 55, 15, 0), MARSH: (55, 35, 10, 0),
    LAKE: (45, 50, 0, 5), RIVER: (20, 55, 20, 5), RESERVOIR: (35, 50, 14, 1), PADDY: (0.5, 4, 91, 4.5), DRY: (1, 9, 85, 5),
    ORCHARD: (0.5, 12, 85, 2.5), BUILT: (0.2, 2.3, 29, 68.5), GREEN: (0, 4, 6, 90), BARE: (10, 60, 20, 10),
}  # fmt: skip
PROTECTED = {UPPER: 1.25, MIDDLE: 1.0, LOWER: 0.75}  # the upper county holds more of the red line
# where a class arises: weights of the zones for a hectare of the class it replaces; all others arise wherever that class is
ARISES: dict[str, tuple[float, float, float, float]] = {BUILT: (0, 0.05, 0.35, 6), GREEN: (0, 0.2, 0.2, 3)}
# persons and GDP of a hectare of built-up land, and what has no built-up land to it
DENSITY = {"people": (0.5, 0.6, 0.9, 1.1), "gdp": (0.2, 0.4, 0.5, 1.25)}

CROSSWALKS = ("functional_zone", "ecological_space", "red_line")
BELONGS: dict[str, tuple[str, str, str]] = {  # as CROSSWALKS
    RED_LINE: ("key_ecological", "inside", "inside"),
    ECOLOGICAL: ("key_ecological", "inside", "outside"),
    FARMING: ("main_agricultural", "outside", "outside"),
    TOWN: ("key_development", "outside", "outside"),
}
CROSSWALK_HEADER = ("id", "scheme_from", "code_from", "scheme_to", "code_to", "share", "conserves", "source")

Split = Mapping[str, Mapping[str, int]]  # zone -> class -> area in 100 m2


def parted(whole: int, weights: Sequence[float]) -> list[int]:
    """A whole number by weights, by largest remainders, so that the parts add up to it; all to the first without any weight."""
    total = sum(weights)
    if total <= 0:
        return [whole, *[0] * (len(weights) - 1)]
    shares = [whole * w / total for w in weights]
    parts = [int(s) for s in shares]
    for i in sorted(range(len(weights)), key=lambda i: (parts[i] - shares[i], i))[: whole - sum(parts)]:
        parts[i] += 1
    return parts


@cache
def split(town: Township) -> Mapping[int, Split]:
    """The land of a township at the end of each year, by zone and class; the zones of a class add up to its closing."""
    first = land.history(town)[YEARS[0]].opening
    held = {zone: Counter[str]() for zone in ZONES}
    for cls in CLASSES:
        red, *others = LIES[cls]
        weights = [red * PROTECTED[town.county], *others]
        weights = [w * (1 + 0.3 * noise("zone", town, cls, z)) for w, z in zip(weights, ZONES, strict=True)]
        for zone, area in zip(ZONES, parted(first.get(cls, 0), weights), strict=True):
            held[zone][cls] = area
    made = {}
    for year in YEARS:
        opening = land.history(town)[year].opening
        restated = land.survey_moves(town, year, opening) if year == SURVEY_YEAR else []
        for old, new, area in restated:
            _move(held, old, new, area, (1, 1, 1, 1))
        for old, new, area in land.year_moves(town, year):
            _move(held, old, new, area, ARISES.get(new, (1, 1, 1, 1)))
        made[year] = {zone: dict(areas) for zone, areas in held.items()}
    return made


def _move(held: Mapping[str, Counter[str]], old: str, new: str, area: int, prefer: Sequence[float]) -> None:
    """Turn so much of a class into another inside the zones, by what they have of it and where the new class is wanted."""
    wanted = parted(area, [held[z][old] * p for z, p in zip(ZONES, prefer, strict=True)])
    taken = [min(n, held[z][old]) for n, z in zip(wanted, ZONES, strict=True)]
    for i, zone in reversed(list(enumerate(ZONES))):  # what does not fit goes to the zone that is built on first
        taken[i] += min(area - sum(taken), held[zone][old] - taken[i])
    for n, zone in zip(taken, ZONES, strict=True):
        held[zone][old] -= n
        held[zone][new] += n


@cache
def of_county(place: str, year: int) -> Split:
    """The land of a county at the end of a year, by zone and class, in 100 m2."""
    made = {zone: Counter[str]() for zone in ZONES}
    for town in townships(place, year):
        for zone, areas in split(town)[year].items():
            made[zone].update(areas)
    return made


def shares(place: str, year: int, what: str) -> list[float]:
    """Weights of the zones for people or GDP: built-up land times its density, give or take a tenth."""
    held = of_county(place, year)
    return [
        held[zone][BUILT] * density * (1 + 0.1 * noise(what, place, zone))
        for zone, density in zip(ZONES, DENSITY[what], strict=True)
    ]


def areas(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """zone_area of every class in every zone, whole square metres; what does not occur is an observed 0."""
    held = of_county(place, year)
    for zone in ZONES:
        for cls in CLASSES:
            yield "zone_area", f"zone:{zone};ecosystem:{cls}", str(held[zone].get(cls, 0) * land.SQUARE_METRES), "m2"


def inhabitants(place: str, year: int, persons: int) -> Iterator[tuple[str, ...]]:
    """zone_population, which adds up to the persons of the county."""
    for zone, part in zip(ZONES, parted(persons, shares(place, year, "people")), strict=True):
        yield "zone_population", zone, str(part), "人"


def products(place: str, year: int, several: Sequence[Release]) -> Iterator[tuple[tuple[str, ...], Release]]:
    """zone_gdp of every publication but the first estimates; the zones of a publication add up to the GDP of the county.

    It is stated in 10^4 yuan: a hundredth of 10^8 yuan says little of a zone where almost nothing is made.
    """
    for release in several:
        if release.vintage == PRELIMINARY:
            continue
        for zone, part in zip(ZONES, parted(release.amount * 100, shares(place, year, "gdp")), strict=True):
            yield ("zone_gdp", zone, str(part), release.unit.replace("亿", "万")), release


def codes() -> tuple[tuple[str, ...], ...]:
    """local/codes/zone.csv with its header."""
    rows = (("zone", "1", zone, "", zh, en, "", "", SOURCE) for zone, (zh, en) in NAMES.items())
    return ((*CODE_HEADER, "source"), *rows)


def crosswalks() -> Iterator[tuple[str, ...]]:
    """The rows of local/crosswalks/zone.csv: every zone lies in one functional zone, in or out of the other two."""
    for i, scheme in enumerate(CROSSWALKS):
        for zone in ZONES:
            yield f"zone-{scheme}", "zone", zone, scheme, BELONGS[zone][i], "1", "yes", SOURCE
