"""SEEA EA accounts of the example city: extent by broad ecosystem type, condition, users of services, worth of the ecosystems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache

from tools.sample_parts.assets_form import HECTARES, MONEY, PERCENT, Balance, Cell, written
from tools.sample_parts.assets_land import class_balance
from tools.sample_parts.assets_water import CLASSES, shares
from tools.sample_parts.coefficients import NOTE, SET, SOURCE, STATUS
from tools.sample_parts.land import COVER
from tools.sample_parts.place import (
    BARE,
    BOUNDARY_YEAR,
    BUILT,
    DRY,
    FOREST,
    GREEN,
    LOWER,
    MIDDLE,
    ORCHARD,
    PADDY,
    SHRUB,
    TUSSOCK,
    UPPER,
    WETLAND,
    YEARS,
)
from tools.sample_parts.text import number

TYPES = tuple(f"E{n}" for n in range(1, 9))  # forest, shrub, grassland, wetland, cropland, urban, desert, other
TYPE_OF = {
    **dict.fromkeys(FOREST, "E1"), SHRUB: "E2", TUSSOCK: "E3", **dict.fromkeys(WETLAND, "E4"),
    **dict.fromkeys((PADDY, DRY, ORCHARD), "E5"), **dict.fromkeys((BUILT, GREEN), "E6"), BARE: "E8",
}  # fmt: skip

# variable -> type -> 0.1 % in the first year, change a year; and the reference levels (low, high)
CONDITION = {
    "canopy_cover": {"E1": (682, 4)},
    "vegetation_cover": {"E1": (862, 2), "E2": (704, 3), "E3": (683, -2)},
}
REFERENCE = {"canopy_cover": (200, 900), "vegetation_cover": (200, 980), "water_quality": (0, 1000)}
# what applies to which type, and its weight in the condition index of the type
WEIGHTS = {
    ("canopy_cover", "E1"): "0.4", ("vegetation_cover", "E1"): "0.6", ("vegetation_cover", "E2"): "1",
    ("vegetation_cover", "E3"): "1", ("water_quality", "E4"): "1",
}  # fmt: skip
COUNTY_COVER = {UPPER: 21, MIDDLE: 0, LOWER: -24}

SERVICES = tuple(f"S{n:02d}" for n in range(1, 12))
USERS = ("U1", "U2", "U3", "U4")  # industries, households, government, other areas
# declared assignment, %: who uses a service cannot be measured
USE = {
    "S01": (88, 12, 0, 0), "S02": (97, 3, 0, 0), "S03": (79, 21, 0, 0), "S04": (35, 25, 15, 25), "S05": (48, 12, 30, 10),
    "S06": (38, 32, 18, 12), "S07": (0, 0, 100, 0), "S08": (10, 80, 10, 0), "S09": (30, 35, 25, 10), "S10": (20, 75, 5, 0),
    "S11": (0, 45, 0, 55),
}  # fmt: skip
# services that the method gives for the whole region: which types supply them, %; SE0 cannot be placed
PLACED = {
    "S01": {"SE5": 100}, "S02": {"SE1": 100}, "S03": {"SE4": 62, "SE0": 38}, "S06": {"SE1": 55, "SE2": 3, "SE3": 2, "SE4": 40},
    "S08": {"SE1": 78, "SE2": 5, "SE3": 2, "SE4": 3, "SE5": 8, "SE0": 4}, "S09": {"SE4": 100},
    "S10": {"SE1": 74, "SE2": 5, "SE4": 21},
    "S11": {"SE1": 58, "SE4": 30, "SE5": 7, "SE6": 5},
}  # fmt: skip
# services a hectare is expected to supply, yuan in the money of the opening of the first year; near EC-03M of the first years
FLOW = {"E1": 200_000, "E2": 163_000, "E3": 118_000, "E4": 325_000, "E5": 68_000, "E6": 18_000, "E7": 0, "E8": 22_000}
LIFE = {"E1": 100, "E2": 60, "E3": 60, "E4": 100, "E5": 50, "E6": 50, "E7": 50, "E8": 50}  # years
DISCOUNT_RATE = 0.035
DEARER = 0.02  # rise of the price of services a year
BURNT = {(UPPER, "E1", 2022): 30}  # % of the loss of condition that a forest fire made
SUPPLIERS = (*(f"SE{n}" for n in range(1, 9)), "SE0")


@cache
def extent(name: str, year: int) -> Balance:
    """EC-01: the opening is the closing of the year before, a new survey and a new boundary stand in the adjustment rows."""
    return class_balance(name, year, TYPE_OF, opening_restated=False)


def extent_cells(name: str, year: int) -> Iterator[Cell]:
    """EC-01."""
    yield from extent(name, year).cells("EC-01", TYPES, HECTARES, 2)


def _state(variable: str, kind: str, name: str, year: int) -> int:
    """A condition variable at the end of a year, 0.1 %; the year before the first is one step back."""
    if variable == "water_quality":
        by_class = shares(name, year)
        return 1000 * sum(by_class[c] for c in CLASSES[:3]) // sum(by_class.values())
    first, step = CONDITION[variable][kind]
    weather = round(10 * COVER.get(year, COVER[YEARS[0]])) if variable == "vegetation_cover" else 0
    return first + step * (year - YEARS[0]) + COUNTY_COVER[name] + weather


def condition_cells(name: str, year: int) -> Iterator[Cell]:
    """EC-02: opening, closing and reference levels of each variable; it does not apply to every type."""
    for variable, (low, high) in REFERENCE.items():
        for kind in TYPES:
            category = f"condition:{variable};ec02:{kind}"
            if (variable, kind) not in WEIGHTS:
                for row in ("R10", "R40", "RHI", "RLO"):
                    yield Cell(f"EC-02.{row}", category, "", PERCENT, state="not_applicable", note="该指标不适用于此类")
                continue
            opening, closing = _state(variable, kind, name, year - 1), _state(variable, kind, name, year)
            for row, value in {"R10": opening, "R40": closing, "RHI": high, "RLO": low}.items():
                yield Cell(f"EC-02.{row}", category, written(value, 1), PERCENT)


def weights() -> Iterator[tuple[str, ...]]:
    """The rows of local/parameters/assets_condition.csv: weights in the condition index of a type, 0 for what does not apply."""
    for variable in REFERENCE:
        for kind in TYPES:
            key, weight = f"condition:{variable};ec02:{kind}", WEIGHTS.get((variable, kind), "0")
            yield ("condition_weight", SET, "", key, "", "", weight, "1", "", "", STATUS, SOURCE, "-", NOTE)


def assignment_cells(name: str, year: int) -> Iterator[Cell]:
    """Shares of the users of each service, and of the ecosystem types that supply a service of the whole region.

    Both are declared, the same in every county and year, and add up to 100 %.
    """
    del name, year
    for service in SERVICES:
        for user, share in zip(USERS, USE[service], strict=True):
            yield Cell("EC-03.share", f"ec03_service:{service};ec03u:{user}", str(share), PERCENT)
    for service, placed in PLACED.items():
        for supplier in SUPPLIERS:
            yield Cell("EC-03.place", f"ec03_regional:{service};ec03s:{supplier}", str(placed.get(supplier, 0)), PERCENT)


def _index(kind: str, name: str, year: int) -> float:
    """Condition index of a type at the end of a year, as EC-02 has it; 1 for a type without a variable."""
    parts = [
        float(weight) * (_state(variable, kind, name, year) - REFERENCE[variable][0])
        / (REFERENCE[variable][1] - REFERENCE[variable][0])
        for (variable, of), weight in WEIGHTS.items()
        if of == kind
    ]  # fmt: skip
    return sum(parts) if parts else 1.0


def _quality(kind: str, name: str, year: int) -> float:
    """What the condition does to the services of a hectare: half of its relative change since the opening of the first year."""
    return 0.5 + 0.5 * _index(kind, name, year) / _index(kind, name, YEARS[0] - 1)


def _annuity(kind: str) -> float:
    """Present value of one yuan a year over the life of the type."""
    return float((1 - (1 + DISCOUNT_RATE) ** -LIFE[kind]) / DISCOUNT_RATE)


def _flow(kind: str, name: str, year: int) -> float:
    """Expected services of a hectare in a year, yuan, in the money and the condition of the end of the year."""
    return FLOW[kind] * (1 + DEARER) ** (year - YEARS[0]) * _quality(kind, name, year)


@cache
def worth(name: str, year: int) -> Balance:
    """EC-04 of a county and year in 100 yuan: each change is valued at the worth of a hectare at the opening.

    A change of condition is enhancement or degradation, a fire the part of it that is a catastrophe; the rest is the change of
    prices. The township that moves is worth to the district what it was worth to the county it leaves.
    """
    areas = extent(name, year)
    opening = _opening_worth(name, year)
    rows: dict[str, Counter[str]] = {row: Counter() for row in ("R21", "R22", "R24", "R25", "R31", "R32", "R33", "R34")}
    for kind in TYPES:
        if not areas.opening[kind]:
            continue
        hectare = opening[kind] / areas.opening[kind]
        came = _hectare(MIDDLE, kind, year) if year == BOUNDARY_YEAR else hectare
        rows["R22"][kind] = round(hectare * (areas.rows["R21"][kind] + areas.rows["R22"][kind]))
        rows["R32"][kind] = round(hectare * (areas.rows["R31"][kind] + areas.rows["R32"][kind]))
        rows["R24"][kind], rows["R34"][kind] = round(came * areas.rows["R23"][kind]), round(hectare * areas.rows["R33"][kind])
        there = opening[kind] + sum(rows[r][kind] for r in ("R22", "R24")) - sum(rows[r][kind] for r in ("R32", "R34"))
        better = round(there * (_quality(kind, name, year) / _quality(kind, name, year - 1) - 1))
        rows["R21"][kind] = max(better, 0)
        rows["R33"][kind] = max(-better, 0) * BURNT.get((name, kind, year), 0) // 100
        rows["R31"][kind] = max(-better, 0) - rows["R33"][kind]
        rows["R25"][kind] = round((there + better) * DEARER)
    adjusted = {row: areas.adjusted[of] for row, of in (("R24", "R23"), ("R34", "R33")) if of in areas.adjusted}
    return Balance(opening, dict(sorted(rows.items())), "", adjusted)


def _opening_worth(name: str, year: int) -> Counter[str]:
    if year > YEARS[0]:
        return worth(name, year - 1).closing()
    areas = extent(name, year).opening
    return Counter({k: round(areas[k] * _flow(k, name, year - 1) * _annuity(k) / 10_000) for k in TYPES})


def _hectare(name: str, kind: str, year: int) -> float:
    """Worth of 100 m2 of a type at the opening of a year, in 100 yuan."""
    area = extent(name, year).opening[kind]
    return _opening_worth(name, year)[kind] / area if area else 0.0


def worth_cells(name: str, year: int) -> Iterator[Cell]:
    """EC-04: every flow, and the opening of the first year. For the net present value the services of the year stand in."""
    for cell in worth(name, year).cells("EC-04", TYPES, MONEY, 2):
        if year == YEARS[0] or cell.item != "EC-04.R10":
            yield cell


def discounting() -> Iterator[tuple[str, ...]]:
    """The rows of local/parameters/assets_seea.csv: the rate and the lives the net present value is worked out with."""
    rate = number(DISCOUNT_RATE, 3)
    yield ("ecosystem_discount_rate", SET, "", "", "", "", rate, "1", "", "", STATUS, SOURCE, "-", NOTE)
    for kind, years in LIFE.items():
        yield ("ecosystem_asset_life", SET, "", f"ec04:{kind}", "", "", str(years), "1", "", "", STATUS, SOURCE, "-", NOTE)
