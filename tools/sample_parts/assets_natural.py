"""SEEA CF tables of the example city: land cover, classes of timber, and the water that falls on and leaves the water bodies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tools.sample_parts.assets_form import HECTARES, PERCENT, TEN_THOUSAND_CUBIC, Balance, Cell, written
from tools.sample_parts.assets_land import class_balance
from tools.sample_parts.assets_water import BODIES, GROUND, water
from tools.sample_parts.place import (
    BARE,
    BUILT,
    DRY,
    FOREST,
    GREEN,
    MARSH,
    OPEN_WATER,
    ORCHARD,
    PADDY,
    SHRUB,
    TUSSOCK,
)

COVERS = tuple(f"S{n}" for n in range(1, 9))  # artificial, crops, grass, trees, shrub, flooded, bare, water
COVER_OF = {
    BUILT: "S1", **dict.fromkeys((PADDY, DRY, ORCHARD), "S2"), TUSSOCK: "S3", GREEN: "S3", **dict.fromkeys(FOREST, "S4"),
    SHRUB: "S5", MARSH: "S6", BARE: "S7", **dict.fromkeys(OPEN_WATER, "S8"),
}  # fmt: skip

TIMBER = ("T1", "T2", "T3")  # cultivated; natural, available for wood supply; natural, not available
# volume of FT-01 -> %: planted is not cultivated, and of natural forest two thirds may not be felled for wood
TIMBER_SHARES = {"V1": (0, 34, 66), "V2": (62, 38, 0), "V3": (20, 50, 30)}
REMOVED = {"T1": 88, "T2": 82, "T3": 70}  # % of the felled volume; what may not be felled for wood is cleared of dead trees only

DIRECT = 8  # % of what forms in surface water: rain that evaporates again from its surface, in no net figure
WITHOUT = {"C14": "内陆市，无冰川积雪", "C03": "土壤水未监测"}  # columns of SC-W of which there is nothing


@cache
def cover(name: str, year: int) -> Balance:
    """SC-L: the same patches as EC-01 by what covers them; a new survey and a new boundary stand in the adjustment rows."""
    return class_balance(name, year, COVER_OF, opening_restated=False)


def cover_cells(name: str, year: int) -> Iterator[Cell]:
    """SC-L."""
    yield from cover(name, year).cells("SC-L", COVERS, HECTARES, 2)


def timber_cells(name: str, year: int) -> Iterator[Cell]:
    """SC-T: the class that volumes of FT-01 belong to, and how much of what is felled leaves the forest; the same every year."""
    del name, year
    for volume, several in TIMBER_SHARES.items():
        for timber, share in zip(TIMBER, several, strict=True):
            yield Cell("SC-T.share", f"ft01v:{volume};sct:{timber}", str(share), PERCENT)
    for timber, share in REMOVED.items():
        yield Cell("SC-T.removed", timber, str(share), PERCENT)


def rain_cells(name: str, year: int) -> Iterator[Cell]:
    """SC-W: gross precipitation and evaporation of each water body; WR-01 has them net of what evaporates where it falls.

    What seeps away from groundwater is no evaporation: it has no row in SC-W and is the gap that R50 shows.
    """
    made = water(name, year)
    for body in BODIES:
        direct = 0 if body == GROUND else made["R03"][body] * DIRECT // 100
        lost = 0 if body == GROUND else made["R16"][body]
        for row, amount in {"R22": made["R03"][body] + direct, "R27": 0, "R34": lost + direct}.items():
            yield Cell(f"SC-W.{row}", body, written(amount, 1), TEN_THOUSAND_CUBIC)
    for body, why in WITHOUT.items():
        for row in ("R22", "R27", "R34"):
            yield Cell(f"SC-W.{row}", body, "", TEN_THOUSAND_CUBIC, state="not_applicable", note=why)
