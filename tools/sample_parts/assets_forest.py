"""Forest of the example city: area and volume by origin, arbor forest by age group, forest area as two bureaus have it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tools.sample_parts import land
from tools.sample_parts.assets_form import BOUNDARY, CUBIC, HECTARES, PERCENT, SURVEY_BREAK, Balance, Cell, spread, written
from tools.sample_parts.assets_land import boundary_note, class_balance
from tools.sample_parts.place import BAMBOO, FOREST, MIDDLE, SURVEY_YEAR, YEARS
from tools.sample_parts.text import noise

AREAS, VOLUMES = ("A1", "A2"), ("V1", "V2", "V3")
PLANTED = 46  # % of the forest at first
PER_HECTARE = {"V1": 68.0, "V2": 77.0}  # m3 in the first year
SCATTERED = 0.031  # volume of other trees per volume of forest in the first year
GROWTH = {"V1": 4.35, "V2": 6.20, "V3": 3.10}  # % of the opening in a year
CUT = {"V1": 0.0045, "V2": 0.0270, "V3": 0.0060}  # share of the opening harvested
DEAD = {"V1": 0.0090, "V2": 0.0075, "V3": 0.0040}  # share of the opening lost to pests, fire and age
MODELLED_YEAR = 2018  # growth is not returned, only its rate
INVENTORY_YEAR = MODELLED_YEAR + 1  # the forest inventory re-states the opening
INVENTORY = {"V1": 1.0120, "V2": 0.9870, "V3": 1.0260}  # found by the inventory over what the model says
AGES_AREA = {"1": 27, "2": 34, "3": 19, "4": 14, "5": 6}  # %
AGES_VOLUME = {"1": 11, "2": 33, "3": 25, "4": 22, "5": 9}  # %
DISAGREE = (MIDDLE, 2022, 8640)  # county, year, and the area (100 m2) of forest that the land survey has as something else


@dataclass(frozen=True)
class Forest:
    """FT-01 of a county and year: areas in 100 m2, volumes in m3, the rate of growth (0.01 %) where growth is not returned."""

    area: Balance
    volume: Balance
    rate: Counter[str]


@cache
def forest(name: str, year: int) -> Forest:
    """Areas follow the forest of the ecosystem classes; volumes grow, are cut and die."""
    area = _area(name, year)
    opening = _opening(name, year, area)
    rows: dict[str, Counter[str]] = {"R21": Counter(), "R23": Counter(), "R34": Counter()}
    hundredths = {v: round(100 * GROWTH[v] * (1 + 0.06 * noise("growth", name, year, v))) for v in VOLUMES}
    rows["R22"] = Counter({v: opening[v] * hundredths[v] // 10_000 for v in VOLUMES})
    rows["R31"] = _share(opening, CUT, "cut", name, year)
    rows["R33"] = _share(opening, DEAD, "dead", name, year)
    cleared = {v: area.rows["R32"][a] for v, a in zip(VOLUMES, AREAS, strict=False)}
    rows["R32"] = Counter({v: opening[v] * cleared[v] // area.opening[a] for v, a in zip(VOLUMES, AREAS, strict=False)})
    if boundary_note(name, year):
        for row in ("R23", "R34"):
            rows[row] = _moved(row, area)
    note = SURVEY_BREAK if year == INVENTORY_YEAR else ""
    adjusted = dict.fromkeys(("R23", "R34"), BOUNDARY) if boundary_note(name, year) else {}
    volume = Balance(opening, dict(sorted(rows.items())), note.replace("国土调查", "森林资源清查"), adjusted)
    return Forest(area, volume, Counter(hundredths) if year == MODELLED_YEAR else Counter())


def _opening(name: str, year: int, area: Balance) -> Counter[str]:
    if year > YEARS[0]:
        before = forest(name, year - 1).volume.closing()
        return Counter({v: round(before[v] * INVENTORY[v]) for v in VOLUMES}) if year == INVENTORY_YEAR else before
    of_forest = {v: round(area.opening[a] / 100 * PER_HECTARE[v]) for v, a in zip(VOLUMES, AREAS, strict=False)}
    return Counter({**of_forest, "V3": round(SCATTERED * sum(of_forest.values()))})


def _share(opening: Counter[str], part: dict[str, float], *key: object) -> Counter[str]:
    return Counter({v: int(opening[v] * part[v] * (1 + 0.15 * noise(*key, v))) for v in VOLUMES})


def _moved(row: str, area: Balance) -> Counter[str]:
    """Volume on the forest of the township that moves, by the volume a hectare of the county it leaves."""
    left = forest(MIDDLE, SURVEY_YEAR)
    there, closing = left.area.closing(), left.volume.closing()
    made = Counter({v: closing[v] * area.rows[row][a] // there[a] for v, a in zip(VOLUMES, AREAS, strict=False)})
    if made:
        made["V3"] = closing["V3"] * sum(area.rows[row].values()) // sum(there.values())
    return +made


@cache
def _area(name: str, year: int) -> Balance:
    """Natural (A1) and planted forest (A2), together the forest of the ecosystem classes: what grows back is A1."""
    whole = class_balance(name, year, dict.fromkeys(FOREST, "A"), opening_restated=True)
    total = whole.opening["A"]
    opening = _area(name, year - 1).closing() if year > YEARS[0] else Counter(spread(total, {"A1": 100 - PLANTED, "A2": PLANTED}))
    opening["A1"] += total - sum(opening.values())  # what the new survey calls forest has grown back
    rows = {
        "R21": Counter({"A2": whole.rows["R21"]["A"]}),
        "R22": Counter({"A1": whole.rows["R22"]["A"]}),
        "R23": spread(whole.rows["R23"]["A"], _area(MIDDLE, year - 1).closing() if whole.rows["R23"]["A"] else opening),
        "R31": Counter[str](),
        "R32": spread(whole.rows["R31"]["A"], opening),
        "R33": spread(whole.rows["R32"]["A"], opening),
        "R34": spread(whole.rows["R33"]["A"], opening),
    }
    adjusted = dict.fromkeys(("R23", "R34"), BOUNDARY) if whole.adjusted else {}
    return Balance(opening, rows, whole.opening_note, adjusted)


def forest_cells(name: str, year: int) -> Iterator[Cell]:
    """FT-01; in the modelled year the rate of growth instead of the growth."""
    made = forest(name, year)
    yield from made.area.cells("FT-01", AREAS, HECTARES, 2)
    for cell in made.volume.cells("FT-01", VOLUMES, CUBIC, 0):
        if not (made.rate and cell.item == "FT-01.R22"):
            yield cell
    for volume, rate in sorted(made.rate.items()):
        yield Cell("FT-01.growth_rate", volume, written(rate, 2), PERCENT, note="本年生长量按生长率推算")


@cache
def ages(name: str, year: int) -> Counter[str]:
    """Arbor forest (forest without bamboo) by age group at the end of a year, areas in 100 m2 and volumes in m3: A1…A5, V1…V5.

    The year before the first gives the opening of the first.
    """
    first = year < YEARS[0]
    made = forest(name, max(year, YEARS[0]))
    there = land.county(name, max(year, YEARS[0]))
    area, volume = (made.area.opening, made.volume.opening) if first else (made.area.closing(), made.volume.closing())
    bamboo = (there.opening if first else there.closing)[BAMBOO]
    older = max(year - YEARS[0], 0)
    by_area, by_volume = (
        Counter({a: 100 * p + step * older for (a, p), step in zip(shares.items(), steps, strict=True)})
        for shares, steps in ((AGES_AREA, (-45, 5, 20, 15, 5)), (AGES_VOLUME, (-20, -20, 15, 20, 5)))
    )
    areas = spread(sum(area.values()) - bamboo, by_area)
    volumes = spread(volume["V1"] + volume["V2"], by_volume)
    return Counter({f"A{a}": areas[a] for a in areas} | {f"V{a}": volumes[a] for a in volumes})


def age_cells(name: str, year: int) -> Iterator[Cell]:
    """FQ-01: opening and closing. Its opening is its own closing of the year before, whatever the boundary."""
    for row, groups in (("R10", ages(name, year - 1)), ("R40", ages(name, year))):
        for column in sorted(groups):
            places, unit = (2, HECTARES) if column.startswith("A") else (0, CUBIC)
            yield Cell(f"FQ-01.{row}", column, written(groups[column], places), unit)


def reported_cells(name: str, year: int) -> Iterator[Cell]:
    """Forest area as forestry has it and as the land survey has it: they differ in one county and year."""
    county, when, gap = DISAGREE
    whole = sum(forest(name, year).area.closing().values())
    apart = (name, year) == (county, when)
    yield Cell("forest_area_forestry", "", written(whole, 2), HECTARES)
    why = "与林业局数不一致：部分林地按园地调查" if apart else ""
    yield Cell("forest_area_survey", "", written(whole - (gap if apart else 0), 2), HECTARES, note=why)
