"""What the departments of the example city return: one table a department, drawn from land, weather and a small economy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.sample_parts import economy, zones
from tools.sample_parts.land import all_counties, county, moved_share
from tools.sample_parts.place import (
    BAMBOO,
    BOUNDARY_YEAR,
    BROADLEAF,
    CLASSES,
    COUNTIES,
    DRY,
    FOREST,
    LAKE,
    LOWER,
    MARSH,
    MIDDLE,
    MIXED,
    NEEDLELEAF,
    OPEN_WATER,
    ORCHARD,
    PADDY,
    RESERVOIR,
    SHRUB,
    TUSSOCK,
    UPPER,
    VEGETATION,
    YEARS,
    county_code,
)
from tools.sample_parts.text import exact, noise, number
from tools.sample_parts.weather import YEAR_FACTOR, month_rain, storm_rain, temperature, year_rain

HEADER = ("region", "period", "item", "category", "part", "value", "state", "unit", "department", "source", "evidence", "note")
SOURCE, NOTE = "sample_city", "示例数据"
LAND, STATISTICS = "自然资源局", "统计局"
Row = tuple[str, ...]
PER_KM2, PER_HM2 = 10_000, 100  # in units of 100 m2

# county -> value in the first year; then the change a year
PEOPLE = {UPPER: (38.2, -0.004), MIDDLE: (45.6, 0.001), LOWER: (74.3, 0.011)}  # 10^4 persons
VISITS = {UPPER: 420.0, MIDDLE: 350.0, LOWER: 510.0}  # 10^4 visits
VISITS_YEAR = {2016: 1.0, 2017: 1.09, 2018: 1.18, 2019: 1.27, 2020: 0.72, 2021: 0.88, 2022: 0.79}
ORIGINS = {  # share of visits, share that goes to nature, days of a visit, direct cost (yuan)
    "city": (0.42, 0.62, 0.55, 95.0),
    "province": (0.37, 0.58, 1.20, 410.0),
    "country": (0.20, 0.55, 2.30, 980.0),
    "abroad": (0.01, 0.50, 3.60, 2650.0),
}
WAGE = {"city": 205.0, "province": 225.0, "country": 215.0, "abroad": 620.0}  # yuan a day in 2016
ABROAD_YEAR = {2020: 0.30, 2021: 0.20, 2022: 0.25}

CROPS = {  # t/hm2 of (class)
    "rice": (PADDY, 6.9), "wheat": (DRY, 0.9), "tubers": (DRY, 3.1), "oil_crops": (DRY, 0.55), "vegetables": (DRY, 14.0),
    "fruit": (ORCHARD, 9.5), "tea": (ORCHARD, 0.28),
}  # fmt: skip
FORESTRY_MASS = {"bamboo_shoots": (BAMBOO, 1.1), "nuts": (MIXED, 0.03), "oil_tea": (BROADLEAF, 0.045)}
ANIMALS = {  # t in the first year
    "pork": {UPPER: 9_800.0, MIDDLE: 15_400.0, LOWER: 18_900.0},
    "poultry": {UPPER: 4_100.0, MIDDLE: 6_300.0, LOWER: 8_700.0},
    "beef_mutton": {UPPER: 1_250.0, MIDDLE: 980.0, LOWER: 760.0},
    "eggs": {UPPER: 2_900.0, MIDDLE: 4_600.0, LOWER: 7_200.0},
    "honey": {UPPER: 420.0, MIDDLE: 260.0, LOWER: 110.0},
}
PONDS = {"fish": 3.4, "shellfish": 0.35}  # t/hm2 of reservoirs, ponds and lakes
PLANTS = {"flowers": {UPPER: 65.0, MIDDLE: 140.0, LOWER: 420.0}, "seedlings": {UPPER: 380.0, MIDDLE: 520.0, LOWER: 610.0}}  # 10^4
POWER = {  # 10^4 kWh in a normal year
    "hydropower": {UPPER: 86_000.0, MIDDLE: 42_000.0, LOWER: 15_000.0},
    "solar": {UPPER: 2_600.0, MIDDLE: 3_900.0, LOWER: 6_800.0},
    "biogas": {UPPER: 110.0, MIDDLE: 180.0, LOWER: 240.0},
}
SOLAR_YEAR = {2016: 1.0, 2017: 1.5, 2018: 2.1, 2019: 2.6, 2020: 3.2, 2021: 4.0, 2022: 4.9}

AIR = {  # t in the first year, change a year
    "so2": ({UPPER: 980.0, MIDDLE: 2_350.0, LOWER: 4_900.0}, -0.085),
    "nox": ({UPPER: 1_250.0, MIDDLE: 2_900.0, LOWER: 6_200.0}, -0.060),
    "dust": ({UPPER: 1_100.0, MIDDLE: 2_100.0, LOWER: 3_800.0}, -0.070),
}
WATER = {  # t generated per 10^4 persons, share that treatment removes, share of the rest that the river loses in a county
    "cod": (162.0, 0.62, 0.30),
    "nh3n": (17.5, 0.64, 0.34),
    "phosphorus": (2.4, 0.60, 0.26),
}
NPP = {BROADLEAF: 652, NEEDLELEAF: 598, MIXED: 628, BAMBOO: 662, SHRUB: 530, TUSSOCK: 480, MARSH: 560}  # g C/m2
NPP_YEAR = {2016: 1.00, 2017: 1.00, 2018: 1.01, 2019: 1.02, 2020: 1.00, 2021: 1.03, 2022: 0.97}
STANDS = {  # ions per cm3, height (m), factor
    BROADLEAF: (2_350, 11.2, 1.0), NEEDLELEAF: (1_850, 10.4, 1.0), MIXED: (2_100, 10.8, 1.0), BAMBOO: (1_700, 9.6, 0.9),
}  # fmt: skip
HOT_WATER = {2016: 0.27, 2017: 0.29, 2018: 0.28, 2019: 0.27, 2020: 0.25, 2021: 0.28, 2022: 0.39}  # m evaporated on hot days
STORAGE = {UPPER: 41_500.0, MIDDLE: 27_300.0, LOWER: 6_900.0}  # 10^4 m3 of reservoirs
STORAGE_YEAR = {2019: 1.04, 2020: 1.04, 2021: 1.06, 2022: 1.06}
DWELLINGS = {UPPER: 9.5, MIDDLE: 16.0, LOWER: 44.0}  # 10^4 m2 sold or let with a view in the first year
NIGHTS = {UPPER: 52.0, MIDDLE: 46.0, LOWER: 88.0}  # 10^4 room nights
LEISURE_DAYS = 16.0  # days a resident spends in parks in a year
REALISED = {  # share of a yearly turnover (10^4 yuan in the first year) that was sold, leased or paid for
    "crop_products": 31_000.0, "forestry_products": 12_500.0, "eco_energy": 7_400.0, "water_supply": 5_200.0,
    "carbon_sequestration": 180.0, "tourism_recreation": 46_000.0,
}  # fmt: skip


@dataclass(frozen=True)
class Desk:
    """A department with the rows it returns for a county and a year: (item, category, value, unit[, state, note])."""

    file: str
    department: str
    rows: Callable[[str, int], Iterator[tuple[str, ...]]]


def _grown(start: float, rate: float, year: int) -> float:
    return start * (1 + rate) ** (year - YEARS[0])


def _held(base: dict[str, float], place: str, year: int, what: str) -> float:
    """What a county has of something counted at its first boundary, once the township that moves has moved."""
    if year < BOUNDARY_YEAR or place == UPPER:
        return base[place]
    goes = base[MIDDLE] * moved_share(what)
    return base[place] + goes if place == LOWER else base[place] - goes


def people(place: str, year: int) -> float:
    """Resident population, 10^4 persons."""
    return _held({c: _grown(*PEOPLE[c], year) for c in COUNTIES}, place, year, "people")


def gdp(place: str, year: int) -> float:
    """What is made in a county at current prices, as it was counted before the census of 2018, 10^8 yuan."""
    growth = economy.grown(economy.GROWTH, year)
    base = {c: economy.GDP[c] * growth * (1 + 0.01 * noise("gdp", c, year)) for c in COUNTIES}
    return _held(base, place, year, "gdp")


def hectares(place: str, year: int, *classes: str) -> float:
    """Closing area of some classes, hm2."""
    return sum(county(place, year).closing.get(c, 0) for c in classes) / PER_HM2


def _crop_year(year: int) -> float:
    """Drought costs a seventh of the harvest."""
    return 0.86 if YEAR_FACTOR[year] < 0.9 else 1.0


def natural_resources(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Areas of every class: opening, re-statement, additions, reductions, closing, and construction land, in hm2."""
    land = county(place, year)
    parts = {
        "ecosystem_area_opening": land.opening, "ecosystem_area_restatement": land.restatement,
        "ecosystem_area_addition": land.addition, "ecosystem_area_reduction": land.reduction, "ecosystem_area": land.closing,
    }  # fmt: skip
    for item, areas in parts.items():
        for cls in CLASSES:
            yield item, cls, exact(areas.get(cls, 0), 2), "公顷"
    yield "marsh_area", "", exact(land.closing.get(MARSH, 0), 2), "公顷"
    yield "administrative_area", "", exact(sum(land.closing.values()), 4), "平方公里"
    yield from economy.occupied(place, year)


def statistics(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Population, harvests, wages and energy."""
    yield "resident_population", "", number(people(place, year), 2), "万人"
    for product, (cls, yields) in CROPS.items():
        tonnes = hectares(place, year, cls) * yields * _crop_year(year) * (1 + 0.04 * noise(product, place, year))
        yield "crop_output", product, number(tonnes, 0), "吨"
    for origin, wage in WAGE.items():
        yield "daily_wage", origin, number(_grown(wage, 0.06, year), 2), "元/d"
    yield from economy.used(place, year, gdp(place, year))


def water(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Use of water, water resources, lakes and reservoirs."""
    domestic = people(place, year) * _grown(58.0, 0.012, year)
    farm = hectares(place, year, PADDY) * 0.62 * (1.12 if YEAR_FACTOR[year] < 0.9 else 1.0)
    industrial = gdp(place, year) * _grown(11.5, -0.07, year)
    for use, amount in (("domestic", domestic), ("industrial", industrial), ("agricultural", farm)):
        yield "water_supply", use, number(amount, 1), "万立方米"
    area = sum(county(place, year).closing.values()) / PER_KM2  # km2
    depth = year_rain(place, year) - 800  # mm that neither evaporate nor transpire
    yield "water_resources", "", number(area * depth / 10, 0), "万立方米"
    yield "lake_area_by_zone", "eastern_plain", exact(county(place, year).closing.get(LAKE, 0), 2), "公顷"
    yield "reservoir_capacity", "", number(_held(STORAGE, place, year, "people") * STORAGE_YEAR.get(year, 1.0), 0), "万立方米"


def meteorology(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Storms and evaporation on hot days."""
    yield "storm_rain", "", storm_rain(place, year), "mm"
    cubic = hectares(place, year, *OPEN_WATER) * HOT_WATER[year]  # hm2·m = 10^4 m3
    yield "hot_evaporation", "", number(cubic, 1), "万立方米"


def months(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Rain and temperature month by month; the last element is the month."""
    for month in range(1, 13):
        yield "air_temperature", "", temperature(place, year, month), "degC", f"{month:02d}"
        yield "monthly_rain", "", month_rain(place, year, month), "mm", f"{month:02d}"


def forestry(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Products of the forest, net primary production, and the stands behind the ions."""
    timber = hectares(place, year, NEEDLELEAF) * 1.15 * (1 + 0.05 * noise("timber", place, year))
    yield "forestry_output_volume", "timber", number(timber, 0), "立方米"
    for product, (cls, yields) in FORESTRY_MASS.items():
        tonnes = hectares(place, year, cls) * yields * _crop_year(year) * (1 + 0.05 * noise(product, place, year))
        yield "forestry_output_mass", product, number(tonnes, 1), "吨"
    stems = hectares(place, year, BAMBOO) * 0.031 * (1 + 0.05 * noise("bamboo", place, year))
    yield "forestry_output_count", "bamboo", number(stems, 2), "万株"
    for cls in (*VEGETATION, MARSH):
        made = NPP[cls] * NPP_YEAR[year] * (1 + 0.02 * noise("npp", place, cls, year))
        yield "npp", cls, number(made, 1), "g_C/m2"
    for cls in OPEN_WATER:
        yield "npp", cls, "", "", "not_applicable", "开放水面，土壤呼吸方程不适用"
    for cls in FOREST:
        ions, height, factor = STANDS[cls]
        yield "ion_concentration", cls, number(ions * (1 + 0.04 * noise("ions", place, cls, year)), 0), "count/cm3"
        yield "stand_height", cls, number(height + 0.06 * (year - YEARS[0]), 2), "m"
        yield "stand_factor", cls, number(factor, 2), "1"


def agriculture(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Animals, fish, flowers and seedlings."""
    for product, base in ANIMALS.items():
        swine_fever = 0.72 if product == "pork" and year in (2019, 2020) else 1.0
        tonnes = _held(base, place, year, "animals") * swine_fever * (1 + 0.03 * noise(product, place, year))
        yield "livestock_output", product, number(tonnes, 0), "吨"
    for product, yields in PONDS.items():
        tonnes = hectares(place, year, RESERVOIR, LAKE) * yields * (1 + 0.03 * noise(product, place, year))
        yield "fishery_output", product, number(tonnes, 0), "吨"
    for product, base in PLANTS.items():
        plants = _grown(_held(base, place, year, "people"), 0.03, year) * (1 + 0.03 * noise(product, place, year))
        yield "other_output", product, number(plants, 1), "万株"


def energy(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Power; hydropower follows the rain."""
    for kind, base in POWER.items():
        factor = {"hydropower": YEAR_FACTOR[year] ** 1.3, "solar": SOLAR_YEAR[year], "biogas": 1.0}[kind]
        yield "energy_produced", kind, number(_held(base, place, year, "people") * factor, 0), "万千瓦时"


def reform(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """What was realised of the products of ecosystems, for the services where anything was."""
    for service, base in REALISED.items():
        share = people(place, year) / sum(people(c, year) for c in COUNTIES)
        if service == "carbon_sequestration" and place != UPPER:
            continue  # only the upper county sells carbon
        made = _grown(base, 0.09, year) * (1.0 if service == "carbon_sequestration" else share)
        yield "realised_value", service, number(made, 2), "万元"


def environment(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Discharge to air, the loads of the river (what leaves a county enters the next one), carbon and what damage costs."""
    for pollutant, (base, rate) in AIR.items():
        tonnes = _grown(_held(base, place, year, "gdp"), rate, year) * (1 + 0.02 * noise(pollutant, place, year))
        yield "air_pollutant_discharge", pollutant, number(tonnes, 2), "吨"
    for pollutant in WATER:
        inflow, local, treated, outflow = river(pollutant, place, year)
        yield "water_pollutant_inflow", pollutant, exact(inflow, 2), "吨"
        yield "water_pollutant_local", pollutant, exact(local, 2), "吨"
        yield "water_pollutant_treated", pollutant, exact(treated, 2), "吨"
        yield "water_pollutant_outflow", pollutant, exact(outflow, 2), "吨"
    yield from economy.damaged(place, year, gdp(place, year))


def river(pollutant: str, place: str, year: int) -> tuple[int, int, int, int]:
    """(inflow, local load, load removed by treatment, outflow) in 0.01 t; the upper county lies at the spring."""
    rate, removed, lost = WATER[pollutant]
    above = COUNTIES[: COUNTIES.index(place)]
    inflow = river(pollutant, above[-1], year)[3] if above else 0
    local = round(100 * people(place, year) * rate * (1 + 0.03 * noise("load", pollutant, place, year)))
    treated = round(local * min(removed + 0.02 * (year - YEARS[0]), 0.95))
    outflow = round((inflow + local - treated) * (1 - lost * (1 + 0.05 * noise("lost", pollutant, place, year))))
    return inflow, local, treated, outflow


def culture(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Visits by origin, what a visit costs, hotel nights."""
    base = _held(VISITS, place, year, "visits") * VISITS_YEAR[year]
    for origin, (share, nature, days, cost) in ORIGINS.items():
        fewer = ABROAD_YEAR.get(year, 1.0) if origin == "abroad" else 1.0
        yield "visits", origin, number(base * share * fewer * (1 + 0.03 * noise("visits", origin, place, year)), 4), "万人次"
        yield "nature_share", origin, number(nature + 0.02 * noise("nature", origin, place), 4), "1"
        yield "travel_time", origin, number(days * (1 + 0.05 * noise("days", origin, place)), 2), "d/visit"
        yield "travel_direct_cost", origin, number(_grown(cost, 0.02, year), 2), "元/visit"
    nights = _held(NIGHTS, place, year, "visits") * VISITS_YEAR[year]
    yield "premium_room_nights", "", number(nights, 4), "万间夜"


def housing(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Leisure of residents, and dwellings sold or let with a view."""
    yield "leisure_time", "", number(people(place, year) * LEISURE_DAYS * (1 + 0.02 * (year - YEARS[0])), 2), "万人·d"
    floor = _grown(_held(DWELLINGS, place, year, "people"), 0.01, year) * (1 + 0.05 * noise("floor", place, year))
    yield "premium_floor_area", "", number(floor, 4), "万平方米"


DESKS = (
    Desk("agriculture", "农业农村局", agriculture),
    Desk("culture_tourism", "文旅局", culture),
    Desk("environment", "生态环境局", environment),
    Desk("energy", "发改委", energy),
    Desk("forestry", "林业局", forestry),
    Desk("housing", "住建局", housing),
    Desk("meteorology", "气象局", meteorology),
    Desk("natural_resources", LAND, natural_resources),
    Desk("realised", "发改委", reform),
    Desk("statistics", STATISTICS, statistics),
    Desk("water", "水利局", water),
)


def tables() -> Iterator[tuple[str, tuple[str, ...], list[Row]]]:
    """(file, header, rows) of every return."""
    for desk in DESKS:
        yield desk.file, HEADER, [_row(desk, place, year, *row) for year, place in _order() for row in desk.rows(place, year)]
    monthly = Desk("meteorology_months", "气象局", months)
    made = [_row(monthly, p, y, *row, month=month) for y, p in _order() for *row, month in months(p, y)]
    yield monthly.file, HEADER, made
    yield "gdp", (*HEADER, *economy.ATTRS), list(_published())
    yield "zones", (*HEADER, *economy.ATTRS), list(_zoned())


def _published() -> Iterator[Row]:
    """GDP and value added, county by county and then the city, whose own figure is not the sum of theirs."""
    for year in YEARS:
        for region, (item, category, amount, unit, release) in economy.published(year, {c: gdp(c, year) for c in COUNTIES}):
            yield (*_cells(region, year, STATISTICS, item, category, amount, unit), *release.attrs)


def _zoned() -> Iterator[Row]:
    """Land, people and GDP of the zones of every county."""
    none = ("",) * len(economy.ATTRS)
    for year, place in _order():
        region = county_code(place, year)
        persons = round(float(number(people(place, year), 2)) * 10_000)  # as resident_population has it
        for row in zones.areas(place, year):
            yield (*_cells(region, year, LAND, *row), *none)
        for row in zones.inhabitants(place, year, persons):
            yield (*_cells(region, year, STATISTICS, *row), *none)
        for row, release in zones.products(place, year, economy.releases(place, year, gdp(place, year))):
            yield (*_cells(region, year, STATISTICS, *row), *release.attrs)


def _cells(region: str, year: int, department: str, item: str, category: str, value: str, unit: str) -> Row:
    return (region, str(year), item, category, "", value, "", unit, department, SOURCE, "", NOTE)


def _order() -> list[tuple[int, str]]:
    return [(year, place) for place, year in all_counties()]


def _row(desk: Desk, place: str, year: int, *given: str, month: str = "") -> Row:
    """`given`: item, category, value, unit and, for a figure that is none, its state and why."""
    item, category, value, unit, state, why = (*given, "", "")[:6]
    period = f"{year}-{month}" if month else str(year)
    note = f"{NOTE}；{why}" if why else NOTE
    return (county_code(place, year), period, item, category, "", value, state, unit, desk.department, SOURCE, "", note)
