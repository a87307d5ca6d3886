"""SEEA EA accounts of the example city: extent by broad ecosystem type, condition, and which users a service is assigned to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tools.sample_parts.assets_form import HECTARES, PERCENT, Balance, Cell, written
from tools.sample_parts.assets_land import class_balance
from tools.sample_parts.assets_water import CLASSES, shares
from tools.sample_parts.coefficients import NOTE, SET, SOURCE, STATUS
from tools.sample_parts.land import COVER
from tools.sample_parts.place import (
    BARE,
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
