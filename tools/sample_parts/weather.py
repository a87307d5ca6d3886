"""Weather of the example city: rain day by day, storms and what runs off in them, temperature month by month."""

from __future__ import annotations

import math
from calendar import monthrange
from collections.abc import Iterator
from functools import cache

from tools.sample_parts.place import (
    BAMBOO,
    BROADLEAF,
    COUNTIES,
    LOWER,
    MIDDLE,
    MIXED,
    NEEDLELEAF,
    SHRUB,
    TUSSOCK,
    UPPER,
    YEARS,
    county_code,
)
from tools.sample_parts.text import exact, noise

NORMAL_RAIN = 1580.0  # mm a year
MONTH_SHARE = (0.045, 0.060, 0.100, 0.105, 0.125, 0.180, 0.105, 0.095, 0.080, 0.040, 0.040, 0.025)
WET_DAY = (0.40, 0.45, 0.50, 0.50, 0.50, 0.55, 0.40, 0.40, 0.38, 0.27, 0.30, 0.27)  # chance that it rains on a day
TAIL = 1.3  # exponent on an exponential draw: a few days bring most of the rain
YEAR_FACTOR = {2016: 1.05, 2017: 0.97, 2018: 1.00, 2019: 1.06, 2020: 1.18, 2021: 1.02, 2022: 0.82}
SEASON = {2020: {6: 1.30, 7: 1.25}, 2022: {7: 0.55, 8: 0.50, 9: 0.50, 10: 0.60}}  # long plum rain; summer and autumn drought
COUNTY_RAIN = {UPPER: 1.05, MIDDLE: 1.00, LOWER: 0.95}
STORM = 50.0  # mm a day of the city's mean: a storm day 暴雨日

CURVE_NUMBER = {BROADLEAF: 73, NEEDLELEAF: 75, MIXED: 74, BAMBOO: 76, SHRUB: 79, TUSSOCK: 82}
RETENTION_SCALE, RETENTION_OFFSET, ABSTRACTION = 25400, 254, 0.2  # S = 25400/CN - 254, initial abstraction 0.2 S

MONTH_DEGREES = (4.6, 6.6, 10.9, 16.5, 21.2, 24.8, 28.4, 27.9, 24.0, 18.8, 12.7, 6.9)
COUNTY_DEGREES = {UPPER: -0.9, MIDDLE: 0.0, LOWER: 0.4}
HOT_SUMMER = {2022: 1.3, 2020: -0.3}


def _days(year: int) -> list[tuple[int, int]]:
    return [(month, day) for month in range(1, 13) for day in range(1, monthrange(year, month)[1] + 1)]


@cache
def city_rain(year: int) -> dict[tuple[int, int], float]:
    """Mean rain of the city on each day, mm: each month has its total, spread over its wet days by draws with a long tail."""
    weights = {}
    for month, share in enumerate(MONTH_SHARE, 1):
        weights[month] = share * SEASON.get(year, {}).get(month, 1.0) * (1 + 0.18 * noise("month", year, month))
    total = sum(weights.values())
    made: dict[tuple[int, int], float] = {}
    for month, weight in weights.items():
        draws = {d: _draw(year, month, d) for m, d in _days(year) if m == month}
        monthly = NORMAL_RAIN * YEAR_FACTOR[year] * weight / total
        made |= {(month, d): monthly * draw / sum(draws.values()) for d, draw in draws.items()}
    return made


def _draw(year: int, month: int, day: int) -> float:
    if (noise("wet", year, month, day) + 1) / 2 >= WET_DAY[month - 1]:
        return 0.0
    return float((-math.log(1 - (noise("amount", year, month, day) + 1) / 2)) ** TAIL)


@cache
def county_rain(county: str, year: int) -> dict[tuple[int, int], int]:
    """Rain of the county on each day in tenths of a millimetre, as a station notes it."""
    made = {}
    for (month, day), rain in city_rain(year).items():
        made[month, day] = round(10 * rain * COUNTY_RAIN[county] * (1 + 0.10 * noise("day", county, year, month, day)))
    return made


def year_rain(county: str, year: int) -> float:
    """Rain of the year in the county, mm."""
    return sum(county_rain(county, year).values()) / 10


def month_rain(county: str, year: int, month: int) -> str:
    """Rain of the month, mm: the sum of its days."""
    return exact(sum(rain for (m, _), rain in county_rain(county, year).items() if m == month), 1)


def storm_rain(county: str, year: int) -> str:
    """Rain of the county on the storm days of the year, mm."""
    return exact(sum(rain for day, rain in county_rain(county, year).items() if city_rain(year)[day] >= STORM), 1)


def storm_runoff(cls: str, year: int) -> float:
    """Runoff on the storm days of the year, mm, by the curve number of the class (SCS: R = (P − 0.2 S)² / (P + 0.8 S))."""
    storage = RETENTION_SCALE / CURVE_NUMBER[cls] - RETENTION_OFFSET
    rains = [rain for rain in city_rain(year).values() if rain >= STORM]
    return sum((rain - ABSTRACTION * storage) ** 2 / (rain + (1 - ABSTRACTION) * storage) for rain in rains)


def temperature(county: str, year: int, month: int) -> str:
    """Mean air temperature of the month, °C."""
    summer = HOT_SUMMER.get(year, 0.0) if month in (6, 7, 8, 9) else 0.0
    degrees = MONTH_DEGREES[month - 1] + COUNTY_DEGREES[county] + summer
    return exact(round(10 * (degrees + 0.5 * noise("warm", year, month) + 0.1 * noise("warm", county, year, month))), 1)


RAIN_HEADER = ("region", "period", "row", "month", "rain")


def daily_rows() -> Iterator[tuple[str, ...]]:
    """The rows of daily_rain: every day of every year in every county, the row called by month and day."""
    for year in YEARS:
        for county in COUNTIES:
            for (month, day), rain in sorted(county_rain(county, year).items()):
                yield county_code(county, year), str(year), f"{month:02d}{day:02d}", str(month), exact(rain, 1)
