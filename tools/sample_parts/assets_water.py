"""Water of the example city: stock and changes of the water bodies down the river, and water quality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from tools.sample_parts import returns
from tools.sample_parts.assets_form import CODE_HEADER, TEN_THOUSAND_CUBIC, Cell, spread, written
from tools.sample_parts.place import (
    BOUNDARY_YEAR,
    CODES,
    COUNTIES,
    DISTRICT,
    LAKE,
    LOWER,
    MIDDLE,
    NAMES,
    RESERVOIR,
    RIVER,
    UPPER,
    YEARS,
    county_code,
)
from tools.sample_parts.text import noise
from tools.sample_parts.weather import YEAR_FACTOR

# amounts are whole numbers of 0.1 * 10^4 m3, the last place of what the water bureau returns for water supply
RESERVOIRS, LAKES, RIVERS, GROUND = BODIES = ("C11", "C12", "C13", "C02")
ROWS = ("R03", "R05", "R06", "R07", "R08", "R10", "R12", "R13", "R14", "R15", "R16")
GROUND_SHARE = 0.04  # of local water resources: groundwater that is not surface water as well
CAUGHT = {RESERVOIRS: 0.12, LAKES: 0.01}  # share of local surface water that forms in them
DRAWN = {GROUND: 0.06, RESERVOIRS: 0.45}  # share of use; rivers give the rest
LIMIT = 0.40  # reservoirs give at most this share of what forms in them
RETURNED = {RIVERS: 0.42, GROUND: 0.05}  # share of use
INTO_LAKES, SEEPAGE = 0.03, 0.02  # share of surface water that rivers pass on
EVAPORATED = 0.85  # m a year on open water
FILLED = {2016: 0.63, 2017: 0.60, 2018: 0.61, 2019: 0.64, 2020: 0.68, 2021: 0.63, 2022: 0.52}  # of the capacity at first
CAPACITY = {UPPER: 415_000, MIDDLE: 273_000, LOWER: 69_000}
LAKE_DEPTH, RIVER_DEPTH = 1.8, 0.6  # m
IN_GROUND = {UPPER: 312_000, MIDDLE: 268_000, LOWER: 405_000}
TRANSFER, MORE_A_YEAR = 18_000, 500  # from the reservoirs of the upper county to those of the lower one
RESIDUAL = (MIDDLE, 2017)  # county and year whose evaporation and seepage are not returned

LENGTH = {UPPER: 2_148, MIDDLE: 1_873, LOWER: 2_365}  # rivers that are assessed, 0.1 km
ASSESSED_LAKES = {UPPER: 1, MIDDLE: 7, LOWER: 9}  # km2
SECTIONS = {UPPER: 12, MIDDLE: 14, LOWER: 18}
WELLS = {UPPER: 8, MIDDLE: 9, LOWER: 12}
# shares (%) of the classes I … worse than V in the first year, and the change a year
QUALITY = {
    UPPER: ((14, 52, 27, 7, 0, 0), (1, 1, -1, -1, 0, 0)),
    MIDDLE: ((4, 36, 38, 16, 4, 2), (0, 2, 0, -1, 0, 0)),
    LOWER: ((0, 20, 38, 26, 11, 5), (0, 1, 2, -1, -1, 0)),
}
CLASSES = ("K1", "K2", "K3", "K4", "K5", "K6")

Balance = dict[str, Counter[str]]


def _returned(name: str, year: int) -> dict[str, int]:
    """Water resources and use as the bureau returns them, in 0.1 * 10^4 m3."""
    made = Counter[str]()
    for item, _, value, *_ in returns.water(name, year):
        if item in ("water_supply", "water_resources"):
            made[item] += int(Decimal(value) * 10)
    return made


def use(name: str, year: int) -> int:
    """Total use of water, 0.1 * 10^4 m3: what is taken from all bodies."""
    return _returned(name, year)["water_supply"]


def _closing(name: str, year: int) -> Counter[str]:
    """What the gauges show at the end of a year; the bodies stay with the county that runs them when the township moves."""
    when = max(year, YEARS[0])
    factor = 1.0 if year < YEARS[0] else 1 + 0.02 * (YEAR_FACTOR[year] - 1)
    depth = 1.0 if year < YEARS[0] else 1 + 0.15 * (YEAR_FACTOR[year] - 1)
    first = YEARS[0]
    return Counter({
        RESERVOIRS: round(CAPACITY[name] * FILLED.get(year, FILLED[when])),
        LAKES: round(10 * returns.hectares(name, first, LAKE) * LAKE_DEPTH * depth),
        RIVERS: round(10 * returns.hectares(name, first, RIVER) * RIVER_DEPTH * depth),
        GROUND: round(IN_GROUND[name] * factor),
    })  # fmt: skip


@cache
def water(name: str, year: int) -> Balance:
    """WR-01 of a county and year: R01, every flow, and the closing R17, in 0.1 * 10^4 m3.

    Reservoirs, lakes and groundwater pass to the rivers what they do not keep; the rivers pass it on to the next county.
    """
    made: Balance = {row: Counter() for row in ROWS}
    made["R01"], made["R17"] = _closing(name, year - 1), _closing(name, year)
    got = _returned(name, year)
    ground = round(got["water_resources"] * GROUND_SHARE)
    surface = got["water_resources"] - ground
    made["R03"] = Counter({b: round(surface * share) for b, share in CAUGHT.items()} | {GROUND: ground})
    made["R03"][RIVERS] = surface - sum(made["R03"][b] for b in CAUGHT)
    supplied = got["water_supply"]
    made["R10"] = Counter({b: round(supplied * share) for b, share in DRAWN.items()})
    made["R10"][RESERVOIRS] = min(made["R10"][RESERVOIRS], round(made["R03"][RESERVOIRS] * LIMIT))
    made["R10"][RIVERS] = supplied - sum(made["R10"].values())
    back = {b: share * (1 + 0.02 * noise("returned", name, year, b)) for b, share in RETURNED.items()}
    made["R08"] = Counter({b: int(supplied * share) for b, share in back.items()})
    made["R16"] = _lost(name, year, ground)
    sent = TRANSFER + MORE_A_YEAR * (year - YEARS[0])
    made["R14"][RESERVOIRS] = sent if name == UPPER else 0
    made["R06"][RESERVOIRS] = sent if name == LOWER else 0
    above = COUNTIES[: COUNTIES.index(name)]
    made["R05"][RIVERS] = water(above[-1], year)["R12"][RIVERS] if above else 0
    made["R07"] = Counter({LAKES: round(surface * INTO_LAKES), GROUND: round(surface * SEEPAGE)})
    made["R15"][RIVERS] = sum(made["R07"].values())
    for body in (RESERVOIRS, LAKES, GROUND):
        made["R15"][body] = _left(made, body)
        made["R07"][RIVERS] += made["R15"][body]
    made["R12"][RIVERS] = _left(made, RIVERS)
    return made


def _lost(name: str, year: int, ground: int) -> Counter[str]:
    """Evaporation of open water, and what seeps away from the groundwater."""
    wet = {RESERVOIRS: RESERVOIR, LAKES: LAKE, RIVERS: RIVER}
    areas = {b: returns.hectares(name, YEARS[0], cls) for b, cls in wet.items()}
    lost = Counter({b: round(10 * a * EVAPORATED * (1 + 0.05 * noise("evaporated", name, year, b))) for b, a in areas.items()})
    return lost + Counter({GROUND: ground // 50})


def _left(made: Balance, body: str) -> int:
    """What a body passes on so that it closes where the gauge is. Raises ValueError if that would be less than nothing."""
    more = sum(made[row][body] for row in ("R01", "R03", "R05", "R06", "R07", "R08"))
    left = more - sum(made[row][body] for row in ("R10", "R12", "R13", "R14", "R15", "R16", "R17"))
    if left < 0:
        raise ValueError(f"{body} would have to pass on {left}")
    return left


def water_cells(name: str, year: int) -> Iterator[Cell]:
    """WR-01, what of it passes between counties of the city, and the total use of water."""
    made = water(name, year)
    for row in ("R01", *ROWS, "R18"):
        if row == "R16" and (name, year) == RESIDUAL:
            continue
        for body in BODIES:
            amount = made["R17" if row == "R18" else row][body]
            yield Cell(f"WR-01.{row}", body, written(amount, 1), TEN_THOUSAND_CUBIC)
    for row, body, other in _between(name):
        category = f"counterpart:{county_code(other, year)};wr01:{body}"
        amount = made[row.partition(".")[0]][body]
        yield Cell(f"WR-01.{row}", category, written(amount, 1), TEN_THOUSAND_CUBIC)
    yield Cell("water_use_total", "", written(use(name, year), 1), TEN_THOUSAND_CUBIC)


def _between(name: str) -> Iterator[tuple[str, str, str]]:
    """(row, body, county at the other end) of what passes between counties."""
    at = COUNTIES.index(name)
    if at:
        yield "R05.from", RIVERS, COUNTIES[at - 1]
    if at + 1 < len(COUNTIES):
        yield "R12.to", RIVERS, COUNTIES[at + 1]
    if name == UPPER:
        yield "R14.to", RESERVOIRS, LOWER
    if name == LOWER:
        yield "R06.from", RESERVOIRS, UPPER


def counterparts() -> Iterator[tuple[str, ...]]:
    """The rows of local/codes/counterpart.csv: the counties as the other end of a flow, under every code they have had."""
    yield CODE_HEADER
    for code in (*CODES.values(), DISTRICT):
        first = f"{BOUNDARY_YEAR}-01-01" if code == DISTRICT else ""
        last = f"{BOUNDARY_YEAR - 1}-12-31" if code == CODES[LOWER] else ""
        yield ("counterpart", "1", code, "", *NAMES[code], first, last)


def shares(name: str, year: int, classes: int = 6) -> Counter[str]:
    """Shares of the quality classes at the end of a year, never negative; the year before the first is half a step back."""
    first, step = QUALITY[name]
    years = max(year - YEARS[0], 0)
    return Counter({c: max(p + s * years, 0) for c, p, s in zip(CLASSES[:classes], first, step, strict=False)})


def _assessed(name: str, year: int) -> Iterator[tuple[str, int, int, str, int]]:
    """(block, amount assessed, decimals, unit, number of classes) at the end of a year."""
    yield "RV", LENGTH[name], 1, "千米", 6
    yield "LK", ASSESSED_LAKES[name] * 100, 2, "平方千米", 6
    yield "RS", _closing(name, year)[RESERVOIRS], 1, TEN_THOUSAND_CUBIC, 6
    yield "SC", SECTIONS[name], 0, "个", 6
    yield "GW", WELLS[name], 0, "个", 5


def quality_cells(name: str, year: int) -> Iterator[Cell]:
    """WQ-01: rivers, lakes, reservoirs, sections and wells by class at the opening and the closing."""
    for row, when in (("10", year - 1), ("40", year)):
        for block, amount, places, unit, classes in _assessed(name, when):
            by_class = spread(amount, shares(name, when, classes))
            for cls in CLASSES[:classes]:
                yield Cell(f"WQ-01.{block}{row}", cls, written(by_class[cls], places), unit)
