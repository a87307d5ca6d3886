"""Quality of cultivated land in the example city: 15 grades, 10 levels, classes of soil by pollution; totals as in LA-01."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from tools.sample_parts.assets_events import (
    CULTIVATED,
    HUMAN,
    NATURAL,
    SETTLEMENT,
    TRANSPORT,
    county_flows,
    supplemented,
)
from tools.sample_parts.assets_form import BOUNDARY, HECTARES, Balance, Cell, rescaled, spread, written
from tools.sample_parts.assets_land import balance, boundary_note
from tools.sample_parts.place import BOUNDARY_YEAR, LOWER, MIDDLE, UPPER, YEARS, townships
from tools.sample_parts.text import noise

GRADES = tuple(f"G{n:02d}" for n in range(1, 16))
LEVELS = tuple(f"Q{n:02d}" for n in range(1, 11))
SOILS = ("S1", "S2", "S3")
SOIL_SHARE = {"S1": 9335, "S2": 610, "S3": 55}  # of 10 000
# share of what lies in a class that is raised to the next better one in a year, and that falls to the next worse one (of 100 000)
RAISED, FALLEN = 620, 90
WORSE = (UPPER, 2018)  # county and year in which enough land is made up for, but poorer land than what was taken
SAFE = {"S2": 9100, "S3": 9600}  # of 10 000 of the closing used safely in the first year
SAFE_A_YEAR = 60
# permanent basic farmland, 0.01 hm2: fixed once, but what lies in the township that moves goes with it
BASIC = {UPPER: 1_180_000, MIDDLE: 1_910_000, LOWER: 2_240_000}
BASIC_MOVED = 420_000


@dataclass(frozen=True)
class Scale:
    """A scale of quality: its classes, best first, and what a county had at first (relative areas)."""

    table: str
    classes: tuple[str, ...]
    at_first: Mapping[str, Mapping[str, int]]


GRADE_SCALE = Scale("LQ-01", GRADES, {
    UPPER: {"G07": 4, "G08": 11, "G09": 22, "G10": 27, "G11": 21, "G12": 11, "G13": 4},
    MIDDLE: {"G06": 5, "G07": 14, "G08": 24, "G09": 27, "G10": 18, "G11": 9, "G12": 3},
    LOWER: {"G04": 3, "G05": 13, "G06": 25, "G07": 28, "G08": 19, "G09": 9, "G10": 3},
})  # fmt: skip
LEVEL_SCALE = Scale("LQ-02", LEVELS, {
    UPPER: {"Q03": 5, "Q04": 14, "Q05": 26, "Q06": 28, "Q07": 18, "Q08": 9},
    MIDDLE: {"Q02": 6, "Q03": 16, "Q04": 28, "Q05": 27, "Q06": 16, "Q07": 7},
    LOWER: {"Q01": 7, "Q02": 20, "Q03": 30, "Q04": 25, "Q05": 13, "Q06": 5},
})  # fmt: skip


@dataclass(frozen=True)
class Taken:
    """What happens to cultivated land in a county and year, 100 m2."""

    made_up: int  # supplemented by clearing gardens
    turned: int  # other conversion into cultivated land
    built: int  # taken by construction
    flooded: int  # destroyed by disaster
    given_up: int  # ecological set-aside and restructuring


@cache
def taken(name: str, year: int) -> Taken:
    """The changes of cultivated land by what the quality tables ask for."""
    found = county_flows(name, year)
    into = sum(area for (_, new, _), area in found.items() if new == CULTIVATED)
    out = {(new, cause): area for (old, new, cause), area in found.items() if old == CULTIVATED}
    made_up = sum(supplemented(t, year) for t in townships(name, year))
    built = out[SETTLEMENT, HUMAN] + out[TRANSPORT, HUMAN]
    flooded = sum(area for (_, cause), area in out.items() if cause == NATURAL)
    return Taken(made_up, into - made_up, built, flooded, sum(out.values()) - built - flooded)


@cache
def quality(scale: str, name: str, year: int) -> Balance:
    """LQ-01 or LQ-02 of a county and year; the total is the cultivated land of LA-01 at opening and closing."""
    of = {s.table: s for s in (GRADE_SCALE, LEVEL_SCALE)}[scale]
    whole, change = balance(name, year), taken(name, year)
    before = _closing(scale, name, year - 1) if year > YEARS[0] else spread(whole.opening[CULTIVATED], of.at_first[name])
    opening = rescaled(before, whole.opening[CULTIVATED])
    came_from = _closing(scale, MIDDLE, year - 1) if whole.rows["R23"][CULTIVATED] else opening
    rows = {
        "R21": spread(change.made_up, _better(opening, of.classes, worse=(name, year) == WORSE)),
        "R22": spread(change.turned, opening),
        "R24": spread(whole.rows["R23"][CULTIVATED], came_from),
        "R31": spread(change.built, opening),
        "R32": spread(change.flooded, opening),
        "R33": spread(change.given_up, opening),
        "R35": spread(whole.rows["R33"][CULTIVATED], opening),
    }
    rows["R23"], rows["R34"] = _graded(opening, of.classes, scale, name, year)
    adjusted = {"R24": BOUNDARY, "R35": BOUNDARY} if boundary_note(name, year) else {}
    return Balance(opening, dict(sorted(rows.items())), whole.opening_note, adjusted)


def _closing(scale: str, name: str, year: int) -> Counter[str]:
    return quality(scale, name, year).closing()


def _better(areas: Counter[str], classes: tuple[str, ...], *, worse: bool) -> Counter[str]:
    """The better (or the worse) half of the classes that occur."""
    there = [c for c in classes if areas[c] > 0]
    half = there[len(there) // 2 :] if worse else there[: (len(there) + 1) // 2]
    return Counter({c: areas[c] for c in half})


def _graded(areas: Counter[str], classes: tuple[str, ...], scale: str, name: str, year: int) -> tuple[Counter[str], Counter[str]]:
    """(in, out) by class of land whose grade changes: what one class loses its neighbour gains, so both add up to the same."""
    into, out = Counter[str](), Counter[str]()
    there = [c for c in classes if areas[c] > 0]
    for worse, better in zip(there[1:], there, strict=False):
        up = int(areas[worse] * RAISED * (1 + 0.3 * noise(scale, "raised", name, year, worse))) // 100_000
        down = int(areas[better] * FALLEN * (1 + 0.3 * noise(scale, "fallen", name, year, better))) // 100_000
        into.update({better: up, worse: down})
        out.update({worse: up, better: down})
    return into, out


def grade_cells(name: str, year: int) -> Iterator[Cell]:
    """LQ-01."""
    yield from quality("LQ-01", name, year).cells("LQ-01", GRADES, HECTARES, 2)


def level_cells(name: str, year: int) -> Iterator[Cell]:
    """LQ-02."""
    yield from quality("LQ-02", name, year).cells("LQ-02", LEVELS, HECTARES, 2)


@cache
def soils(name: str, year: int) -> Balance:
    """FS-01: what is new is clean, what goes comes from all classes alike."""
    whole = balance(name, year)
    before = soils(name, year - 1).closing() if year > YEARS[0] else spread(whole.opening[CULTIVATED], SOIL_SHARE)
    opening = rescaled(before, whole.opening[CULTIVATED])
    rows = {row: Counter({"S1": whole.rows[row][CULTIVATED]}) for row in ("R21", "R22")}
    came_from = soils(MIDDLE, year - 1).closing() if whole.rows["R23"][CULTIVATED] else opening
    rows |= {row: spread(whole.rows[row][CULTIVATED], opening) for row in ("R31", "R32", "R33")}
    rows["R23"] = spread(whole.rows["R23"][CULTIVATED], came_from)
    return Balance(opening, rows, whole.opening_note, whole.adjusted)


def soil_cells(name: str, year: int) -> Iterator[Cell]:
    """FS-01, and how much of the polluted land is used safely."""
    yield from soils(name, year).cells("FS-01", SOILS, HECTARES, 2)
    closing = soils(name, year).closing()
    for soil, share in SAFE.items():
        safe = closing[soil] * min(share + SAFE_A_YEAR * (year - YEARS[0]), 10_000) // 10_000
        yield Cell("FS-01.R70", soil, written(safe, 2), HECTARES)


def basic_cells(name: str, year: int) -> Iterator[Cell]:
    """Permanent basic farmland."""
    moved = {MIDDLE: -BASIC_MOVED, LOWER: BASIC_MOVED}.get(name, 0) if year >= BOUNDARY_YEAR else 0
    yield Cell("permanent_basic_farmland", "", written(BASIC[name] + moved, 2), HECTARES)
