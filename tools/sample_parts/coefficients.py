"""The example book's own parameters, prices and price indices: only what no shipped set gives, every row marked as made up."""

from __future__ import annotations

from collections.abc import Iterator

from tools.sample_parts.place import BAMBOO, BARE, BUILT, DRY, GREEN, ORCHARD, PADDY, VEGETATION, YEARS
from tools.sample_parts.text import number
from tools.sample_parts.weather import storm_runoff

HEADER = (
    "id", "source_set", "region", "key", "valid_from", "valid_to", "value", "unit", "low", "high", "status", "source", "locator",
    "note",
)  # fmt: skip
SET, STATUS, SOURCE, NOTE = "sample", "illustrative", "sample_city", "示例数据"

RUNOFF = {BAMBOO: 5.1, BUILT: 62.0, GREEN: 20.0, BARE: 45.0}  # % of the rain; classes no shipped set names
PRACTICE = {
    "forest": 1.0, "shrub": 1.0, "grassland": 1.0, PADDY: 0.15, DRY: 0.45, ORCHARD: 0.60,
}  # fmt: skip
NUTRIENTS = {"nitrogen": 0.13, "phosphorus": 0.045}  # % of the soil
CAPACITY = {  # t/km2 a year: SO2, NOx, dust
    "forest.broadleaf": (9.2, 0.62, 11.5), "forest.needleleaf": (14.8, 0.58, 21.0), "forest.mixed": (11.6, 0.60, 16.0),
    BAMBOO: (8.4, 0.52, 9.8), "shrub": (6.1, 0.40, 7.2), "grassland": (2.8, 0.22, 2.6), "wetland": (1.9, 0.15, 1.2),
    "farmland": (2.4, 0.30, 1.5),
}  # fmt: skip
POLLUTANTS = ("so2", "nox", "dust")
HOT_DAYS = {2016: 66, 2017: 70, 2018: 68, 2019: 65, 2020: 62, 2021: 69, 2022: 78}
TIME_SHARE = 0.33

# id -> how far below and above its value it may lie, over the value: made up as the values are. Symmetric where the error is one
# of measuring; skewed where a bound or the way the value was found gives one side more room (README.md). An id that is not here
# has no known spread: what is sold has a price that the market states.
SPREAD: dict[str, tuple[float, float]] = {
    "runoff_coefficient": (0.20, 0.20),
    "practice_factor": (0.15, 0.15),
    "soil_bulk_density": (0.08, 0.08),
    "soil_nutrient_content": (0.30, 0.30),
    "air_purification_capacity": (0.30, 0.30),
    "hot_days": (0.05, 0.05),
    "storm_runoff": (0.15, 0.15),
    "reservoir_unit_cost": (0.15, 0.35),  # works cost more than planned, seldom less
    "dredging_cost": (0.15, 0.35),
    "afforestation_cost": (0.30, 0.30),
    "industrial_oxygen_price": (0.20, 0.20),
    "air_pollutant_treatment_cost": (0.20, 0.20),
    "water_pollutant_treatment_cost": (0.05, 0.60),  # stands on the lowest lawful rate: provinces set higher ones
    "soil_nutrient_treatment_cost": (0.05, 0.60),
    "electricity_tariff": (0.06, 0.06),
}
# published capacities for NOx differ by several times: wide enough to reach what is discharged upstream, where the cap changes
SPREAD_NOX = (0.60, 0.60)
NOX = "pollutant:nox"
AT_MOST = {"practice_factor": 1.0}  # nothing is done against erosion: no factor lies above that

REFERENCES = (2015, 2020)  # years that an index calls 100
# the level of each index over that of the year before
INDICES: dict[str, dict[int, float]] = {
    "consumer_price": {2016: 0.020, 2017: 0.016, 2018: 0.021, 2019: 0.029, 2020: 0.025, 2021: 0.009, 2022: 0.020},
    "farm_producer_price": {2016: 0.034, 2017: -0.012, 2018: 0.006, 2019: 0.082, 2020: 0.061, 2021: -0.018, 2022: 0.011},
}

# id, key, unit after the price year, value in the first year, change a year, decimals
PRICES: tuple[tuple[str, str, str, float, float, int], ...] = (
    ("reservoir_unit_cost", "", "m3", 8.10, 0.021, 2),
    ("dredging_cost", "", "m3", 17.60, 0.024, 2),
    ("afforestation_cost", "", "t_CO2", 382.00, 0.018, 2),
    ("industrial_oxygen_price", "", "t", 880.00, 0.015, 2),
    ("soil_nutrient_treatment_cost", "pollutant:nitrogen", "t", 1750.00, 0.020, 2),
    ("soil_nutrient_treatment_cost", "pollutant:phosphorus", "t", 5600.00, 0.020, 2),
    ("air_pollutant_treatment_cost", "pollutant:so2", "t", 1263.16, 0.030, 2),
    ("air_pollutant_treatment_cost", "pollutant:nox", "t", 1263.16, 0.030, 2),
    ("air_pollutant_treatment_cost", "pollutant:dust", "t", 300.00, 0.030, 2),
    ("water_pollutant_treatment_cost", "pollutant:cod", "t", 1400.00, 0.030, 2),
    ("water_pollutant_treatment_cost", "pollutant:nh3n", "t", 1750.00, 0.030, 2),
    ("water_pollutant_treatment_cost", "pollutant:phosphorus", "t", 5600.00, 0.030, 2),
    ("electricity_tariff", "", "kWh", 0.538, 0.0, 3),
    ("energy_price", "energy:hydropower", "kWh", 0.432, 0.004, 3),
    ("energy_price", "energy:solar", "kWh", 0.620, -0.060, 3),
    ("energy_price", "energy:biogas", "kWh", 0.560, 0.0, 3),
    ("water_tariff", "water_use:domestic", "m3", 2.05, 0.020, 2),
    ("water_tariff", "water_use:industrial", "m3", 2.85, 0.020, 2),
    ("water_tariff", "water_use:agricultural", "m3", 0.11, 0.015, 3),
    ("crop_price", "product:rice", "t", 2780.00, 0.010, 0),
    ("crop_price", "product:wheat", "t", 2360.00, 0.016, 0),
    ("crop_price", "product:tubers", "t", 2450.00, 0.020, 0),
    ("crop_price", "product:oil_crops", "t", 5650.00, 0.022, 0),
    ("crop_price", "product:vegetables", "t", 3050.00, 0.030, 0),
    ("crop_price", "product:fruit", "t", 4600.00, 0.028, 0),
    ("crop_price", "product:tea", "t", 68000.00, 0.035, 0),
    ("forestry_volume_price", "product:timber", "m3", 780.00, 0.018, 0),
    ("forestry_price", "product:bamboo_shoots", "t", 4200.00, 0.025, 0),
    ("forestry_price", "product:nuts", "t", 31000.00, 0.020, 0),
    ("forestry_price", "product:oil_tea", "t", 21000.00, 0.022, 0),
    ("forestry_count_price", "product:bamboo", "plant", 9.50, -0.010, 2),
    ("livestock_price", "product:pork", "t", 22500.00, 0.015, 0),
    ("livestock_price", "product:poultry", "t", 17200.00, 0.020, 0),
    ("livestock_price", "product:beef_mutton", "t", 56500.00, 0.035, 0),
    ("livestock_price", "product:eggs", "t", 9300.00, 0.022, 0),
    ("livestock_price", "product:honey", "t", 24500.00, 0.020, 0),
    ("fishery_price", "product:fish", "t", 15600.00, 0.025, 0),
    ("fishery_price", "product:shellfish", "t", 46000.00, 0.020, 0),
    ("other_product_price", "product:flowers", "plant", 11.50, 0.020, 2),
    ("other_product_price", "product:seedlings", "plant", 3.20, 0.015, 2),
    ("ion_generation_cost", "", "Eion", 5.8185, 0.020, 4),
    ("leisure_time_value", "", "(person·d)", 62.00, 0.050, 2),
    ("dwelling_premium", "", "m2", 265.00, 0.030, 2),
    ("room_premium", "", "room_night", 58.00, 0.020, 2),
)


def parameters() -> Iterator[tuple[str, ...]]:
    """The rows of local/parameters/sample.csv."""
    for cls, percent in RUNOFF.items():
        yield _row("runoff_coefficient", f"ecosystem:{cls}", number(percent, 1), "%")
    for cls, factor in PRACTICE.items():
        yield _row("practice_factor", f"ecosystem:{cls}", number(factor, 2), "1")
    yield _row("soil_bulk_density", "", "1.25", "t/m3")
    for pollutant, percent in NUTRIENTS.items():
        yield _row("soil_nutrient_content", f"pollutant:{pollutant}", number(percent, 3), "%")
    for cls, several in CAPACITY.items():
        for pollutant, capacity in zip(POLLUTANTS, several, strict=True):
            yield _row("air_purification_capacity", f"ecosystem:{cls};pollutant:{pollutant}", number(capacity, 2), "t/km2")
    yield _row("travel_time_value_share", "", number(TIME_SHARE, 2), "1")
    for year in YEARS:
        yield _row("hot_days", "", str(HOT_DAYS[year]), "d", year=year)
    for year in YEARS:
        for cls in VEGETATION:
            yield _row("storm_runoff", f"ecosystem:{cls}", number(storm_runoff(cls, year), 1), "mm", "SCS 曲线数法", year)


def prices() -> Iterator[tuple[str, ...]]:
    """The rows of local/prices/sample.csv: each price in the money of each year."""
    for name, key, unit, first, change, places in PRICES:
        for year in YEARS:
            value = number(first * (1 + change) ** (year - YEARS[0]), places)
            yield _row(name, key, value, f"元@{year}/{unit}", year=year)


def deflators() -> Iterator[tuple[str, ...]]:
    """The rows of local/deflators/sample.csv: two series of each index, which meet in the year where the reference changes."""
    old, new = REFERENCES
    for name, changes in INDICES.items():
        level = 100.0
        levels = {old: level}
        for year in range(old + 1, YEARS[-1] + 1):
            level *= 1 + changes[year]
            levels[year] = level
        for year in range(old, new + 1):
            yield _index(name, old, year, number(levels[year], 1))
        for year in range(new, YEARS[-1] + 1):
            yield _index(name, new, year, number(100 * levels[year] / levels[new], 1))
        link = number(float(number(levels[new], 1)) / 100, 3)
        key = f"deflator:{name};reference:{new}"
        yield _row("price_index_link", key, link, "1", f"{new} 年为 100 的指数 × 本值 = {old} 年为 100 的指数", new)


def _index(name: str, reference: int, year: int, level: str) -> tuple[str, ...]:
    return _row("price_index", f"deflator:{name};reference:{reference}", level, "1", f"{reference} 年 = 100", year)


def _row(name: str, key: str, value: str, unit: str, why: str = "", year: int = 0) -> tuple[str, ...]:
    days = (f"{year}-01-01", f"{year}-12-31") if year else ("", "")
    note = f"{NOTE}；{why}" if why else NOTE
    return (name, SET, "", key, *days, value, unit, *_spread(name, key, value), STATUS, SOURCE, "-", note)


def _spread(name: str, key: str, value: str) -> tuple[str, str]:
    """(low, high) with the decimals of the value; both empty where no spread is known."""
    if name not in SPREAD:
        return "", ""
    below, above = SPREAD_NOX if key.endswith(NOX) and name == "air_purification_capacity" else SPREAD[name]
    places, given = len(value.partition(".")[2]), float(value)
    high = min(given * (1 + above), AT_MOST.get(name, given * (1 + above)))
    return number(given * (1 - below), places), number(high, places)


SOURCES = """[sample_city]
kind = "illustrative"
title = "示例市：虚构的一市三县 2016–2022 年数据、参数与单价 / Example city: made-up returns, parameters and prices"
year = "2026"
note = "示例数据。由 tools/sample_city.py 按固定种子生成，不描述任何真实地方，任何数字不得引用或公布。"
"""
