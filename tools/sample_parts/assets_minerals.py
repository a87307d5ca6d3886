"""Minerals of the example city, mines that wait for restoration, and red-line units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from tools.sample_parts.assets_form import CLASSIFICATION, CODE_HEADER, HECTARES, SOURCE, TONNES, Balance, Cell, written
from tools.sample_parts.place import CODES, LOWER, MIDDLE, SURVEY_YEAR, UPPER, YEARS
from tools.sample_parts.text import noise

INFERRED, INDICATED, MEASURED, PROBABLE, PROVED = CATEGORIES = ("C1", "C2", "C3", "C4", "C5")
ROWS = ("R21", "R22", "R23", "R31", "R32", "R33", "R34", "R35")
LIMESTONE, KAOLIN = "limestone", "kaolin"
# county -> mineral -> tonnes by category in the first year; reserves (C4, C5) are part of C2 and C3
DEPOSITS: dict[str, dict[str, tuple[int, int, int, int, int]]] = {
    UPPER: {
        LIMESTONE: (86_400_000, 61_300_000, 38_200_000, 33_100_000, 24_600_000),
        KAOLIN: (1_920_000, 1_340_000, 870_000, 690_000, 540_000),
    },
    MIDDLE: {KAOLIN: (3_150_000, 2_480_000, 1_760_000, 1_310_000, 1_120_000)},
    LOWER: {LIMESTONE: (22_700_000, 19_800_000, 14_500_000, 10_900_000, 9_300_000)},
}  # fmt: skip
MINED = {  # t a year
    (UPPER, LIMESTONE): 1_450_000, (UPPER, KAOLIN): 38_000, (MIDDLE, KAOLIN): 74_000, (LOWER, LIMESTONE): 620_000,
}  # fmt: skip
LOSS = {LIMESTONE: 0.06, KAOLIN: 0.14}  # of what is extracted
FROM_PROVED = 0.65  # share of extraction that comes from measured resources and proved reserves
FOUND = {(UPPER, LIMESTONE, 2018): {INFERRED: 9_200_000, INDICATED: 2_600_000}, (MIDDLE, KAOLIN, 2021): {INFERRED: 480_000}}
# exploration raises inferred to indicated resources: what the one gains the other loses
UPGRADED = {(LOWER, LIMESTONE, 2017): 1_250_000, (MIDDLE, KAOLIN, 2019): 210_000}
REAPPRAISED_DOWN = {(UPPER, KAOLIN, 2021): {INDICATED: 46_000, PROBABLE: 31_000}}
RECLASSIFIED = KAOLIN  # whose opening of 2020 is converted to the categories of GB/T 17766-2020 (of 1 000)
CONVERSION = {INFERRED: 1042, INDICATED: 968, MEASURED: 975, PROBABLE: 941, PROVED: 952}

# 0.01 hm2: waiting at first; by year newly damaged and restored
MINES: dict[str, tuple[int, dict[int, int], dict[int, int]]] = {
    UPPER: (18_460, dict.fromkeys(YEARS, 620), {2017: 900, 2018: 1_150, 2019: 1_400, 2020: 1_350, 2021: 1_600, 2022: 1_550}),
    MIDDLE: (3_275, {}, {2017: 410, 2018: 315, 2019: 430, 2020: 380, 2021: 690, 2022: 1_050}),
    LOWER: (7_930, dict.fromkeys(YEARS[:4], 340), {2016: 260, 2018: 700, 2020: 900, 2021: 1_050, 2022: 980}),
}


@cache
def deposit(name: str, mineral: str, year: int) -> Balance:
    """MN-01 of a county, mineral and year, in tonnes."""
    first = Counter(dict(zip(CATEGORIES, DEPOSITS[name][mineral], strict=True)))
    opening = deposit(name, mineral, year - 1).closing() if year > YEARS[0] else first
    again = mineral == RECLASSIFIED and year == SURVEY_YEAR
    if again:
        opening = Counter({c: opening[c] * CONVERSION[c] // 1000 for c in CATEGORIES})
    rows = {row: Counter[str]() for row in ROWS}
    rows["R21"].update(FOUND.get((name, mineral, year), {}))
    raised = UPGRADED.get((name, mineral, year), 0)
    rows["R22"][INDICATED] += raised
    rows["R33"][INFERRED] += raised
    rows["R34"].update(REAPPRAISED_DOWN.get((name, mineral, year), {}))
    mined = int(MINED[name, mineral] * (1 + 0.08 * noise("mined", name, mineral, year)))
    lost = int(mined * LOSS[mineral])
    rows["R31"], rows["R32"] = _split(mined), _split(lost)
    return Balance(opening, rows, CLASSIFICATION if again else "")


def _split(tonnes: int) -> Counter[str]:
    """From which categories something is taken: of resources, and the same tonnes of the reserves that are part of them."""
    best = int(tonnes * FROM_PROVED)
    return Counter({MEASURED: best, PROVED: best, INDICATED: tonnes - best, PROBABLE: tonnes - best})


def mineral_cells(name: str, year: int) -> Iterator[Cell]:
    """MN-01, one table a mineral; a county that has none of a mineral returns nothing for it."""
    for mineral in DEPOSITS[name]:
        yield from deposit(name, mineral, year).cells("MN-01", CATEGORIES, TONNES, 0, around=f"mineral:{mineral};mn01:")


def restoration(name: str, year: int) -> tuple[int, int, int]:
    """(waiting at the opening, newly damaged, restored) in 0.01 hm2."""
    waiting, damaged, restored = MINES[name]
    for earlier in range(YEARS[0], year):
        waiting += damaged.get(earlier, 0) - restored.get(earlier, 0)
    return waiting, damaged.get(year, 0), restored.get(year, 0)


def mine_cells(name: str, year: int) -> Iterator[Cell]:
    """MR-01: area that waits for restoration; the middle county has restored its only mine by the end of 2022."""
    for row, area in zip(("R10", "R21", "R31"), restoration(name, year), strict=True):
        yield Cell(f"MR-01.{row}", "", written(area, 2), HECTARES)


@dataclass(frozen=True)
class Unit:
    """A red-line unit: its county, its area in 0.01 hm2, and what its marker on the ground is called."""

    code: str
    county: str
    zh: str
    en: str
    type_zh: str
    marker: str
    area: int


UNITS = (
    Unit("RL-U1", UPPER, "上游水源涵养红线单元", "Upper water retention unit", "水源涵养", "SL-001", 3_804_260),
    Unit("RL-U2", UPPER, "上游生物多样性红线单元", "Upper biodiversity unit", "生物多样性维护", "SL-002", 1_460_815),
    Unit("RL-M1", MIDDLE, "中游水土保持红线单元", "Middle soil retention unit", "水土保持", "SL-003", 3_665_940),
    Unit("RL-M2", MIDDLE, "中游湖泊湿地红线单元", "Middle lake and wetland unit", "生物多样性维护", "SL-004", 96_370),
    Unit("RL-L1", LOWER, "下游森林公园红线单元", "Lower forest park unit", "水源涵养", "SL-005", 1_318_205),
    Unit("RL-L2", LOWER, "下游河口湿地红线单元", "Lower river wetland unit", "生物多样性维护", "SL-006", 223_580),
)
UNIT_APPROVAL = "示例政发〔2015〕88号"
# (unit, year) -> (in, out, approval): an area leaves for a railway and another is taken in
APPROVED = {("RL-M1", 2019): (1_260, 1_185, "示例自然资函〔2019〕17号")}


def unit_area(unit: Unit, year: int) -> int:
    """Area of a red-line unit at the opening of a year, 0.01 hm2."""
    changes = [more - less for (code, when), (more, less, _) in APPROVED.items() if code == unit.code and when < year]
    return unit.area + sum(changes)


def redline_cells(name: str, year: int) -> Iterator[Cell]:
    """RL-01: area, approved changes with their document, and the area as returned at the closing."""
    for unit in (u for u in UNITS if u.county == name):
        more, less, approval = APPROVED.get((unit.code, year), (0, 0, ""))
        opening = unit_area(unit, year)
        amounts = {"R10": opening, "R21": more, "R31": less, "R60": opening + more - less}
        for row, area in amounts.items():
            evidence = approval if row in ("R21", "R31") else ""
            why = f"批准文号 {approval}" if evidence else ""
            yield Cell(f"RL-01.{row}", f"redline_unit:{unit.code}", written(area, 2), HECTARES, note=why, evidence=evidence)


def unit_codes() -> Iterator[tuple[str, ...]]:
    """The rows of local/codes/redline_unit.csv."""
    yield (*CODE_HEADER, "type_zh", "marker", "county", "approval", "source")
    for u in UNITS:
        named = ("redline_unit", "1", u.code, "", u.zh, u.en, "2016-01-01", "")
        yield (*named, u.type_zh, u.marker, CODES[u.county], UNIT_APPROVAL, SOURCE)
