"""GDP of the example city as it was published again and again, by industry, and what its economy uses and costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tools.sample_parts.land import county
from tools.sample_parts.place import BUILT, CITY, COUNTIES, LOWER, MIDDLE, UPPER, YEARS, county_code
from tools.sample_parts.text import exact, noise, number

BASE_YEAR = 2020  # of constant prices
CENSUS_YEAR = 2018  # the year of the economic census
COVERAGE = 1.028  # what the census found over what was counted before; later years count it from the start
EDITION = "GB/T 4754-2017"
PRELIMINARY, FINAL, CENSUS = "preliminary", "final", "census"
CURRENT, CONSTANT = "current", f"constant:{BASE_YEAR}"
ATTRS = ("attr.vintage", "attr.released_on", "attr.price_basis", "attr.edition", "attr.document")

# county -> GDP in the first year, 10^8 yuan; growth at current prices and at constant ones
GDP = {UPPER: 212.0, MIDDLE: 298.0, LOWER: 385.0}
GROWTH = {2017: 0.083, 2018: 0.080, 2019: 0.070, 2020: 0.032, 2021: 0.098, 2022: 0.035}
REAL_GROWTH = {2017: 0.070, 2018: 0.068, 2019: 0.060, 2020: 0.029, 2021: 0.081, 2022: 0.026}
# share of the primary and the secondary industry in the first year, change a year; the tertiary industry is the rest
INDUSTRIES = {UPPER: ((0.158, -0.0045), (0.382, -0.0050)), MIDDLE: ((0.112, -0.0035), (0.436, -0.0055)),
              LOWER: ((0.061, -0.0020), (0.472, -0.0060))}  # fmt: skip
ENERGY = {UPPER: 0.41, MIDDLE: 0.47, LOWER: 0.54}  # tce per 10^4 yuan in the first year
CARBON = {UPPER: 1.86, MIDDLE: 2.04, LOWER: 2.18}  # t CO2 per tce in the first year
POLLUTION = {UPPER: 0.009, MIDDLE: 0.013, LOWER: 0.017}  # loss by pollution over GDP in the first year
DEGRADATION = {UPPER: 0.0058, MIDDLE: 0.0044, LOWER: 0.0031}
SITES = 1.024  # construction land over built-up land: works and roads outside towns and villages


@dataclass(frozen=True)
class Release:
    """One publication of a GDP. `amount`: whole numbers of 10^6 yuan, the second decimal of 10^8 yuan."""

    vintage: str
    released_on: str
    basis: str
    amount: int
    document: str

    @property
    def unit(self) -> str:
        return "亿元" if self.basis == CURRENT else f"亿元@{BASE_YEAR}"

    @property
    def attrs(self) -> tuple[str, ...]:
        return self.vintage, self.released_on, self.basis, EDITION, self.document


def grown(growth: dict[int, float], year: int) -> float:
    """The level of a year over that of the first."""
    level = 1.0
    for y in range(YEARS[0] + 1, year + 1):
        level *= 1 + growth[y]
    return level


def deflator(year: int) -> float:
    """Prices of a year over those of the base year."""
    prices = grown(GROWTH, year) / grown(REAL_GROWTH, year)
    return prices / (grown(GROWTH, BASE_YEAR) / grown(REAL_GROWTH, BASE_YEAR))


def releases(place: str, year: int, activity: float) -> list[Release]:
    """What was published of the GDP of a county or of the city (`CITY`), in the order of time.

    `activity`: what is made in it, 10^8 yuan, as the bureaus counted it before the census. The first estimate is out in March,
    the final one a year later; the census of 2018 after that. Constant prices are published with the final figure, those of the
    years before their base year with that of the base year.
    """
    code = CITY if place == CITY else county_code(place, year)
    day = 16 if place == CITY else 20
    counted = activity * (COVERAGE if year > CENSUS_YEAR else 1.0)
    first = counted * (1 + 0.012 * noise("first estimate", place, year))
    last = f"{year + 2}-03-{day + 5}"
    made = [
        _release(PRELIMINARY, f"{year + 1}-03-{day}", CURRENT, first, code, 1),
        _release(FINAL, last, CURRENT, counted, code, 2),
        _release(FINAL, max(last, f"{BASE_YEAR + 2}-03-{day + 5}"), CONSTANT, activity * COVERAGE / deflator(year), code, 3),
    ]
    if year == CENSUS_YEAR:
        made.append(_release(CENSUS, f"2020-05-{day}", CURRENT, activity * COVERAGE, code, 4))
    return made


def _release(vintage: str, day: str, basis: str, amount: float, code: str, number_of_year: int) -> Release:
    document = f"示例统字〔{day[:4]}〕{code[-3:]}-{number_of_year} 号（示例数据）"
    return Release(vintage, day, basis, round(amount * 100), document)


def by_industry(place: str, year: int, release: Release) -> dict[str, int]:
    """The industries of a published GDP, which they make up exactly."""
    (primary, less), (secondary, fewer) = INDUSTRIES[place]
    years = year - YEARS[0]
    first = round(release.amount * (primary + less * years) * (1 + 0.02 * noise("primary", place, year)))
    second = round(release.amount * (secondary + fewer * years) * (1 + 0.02 * noise("secondary", place, year)))
    return {"primary": first, "secondary": second, "tertiary": release.amount - first - second}


def of_the_city(year: int, activity: dict[str, float]) -> float:
    """The city's own figure, 10^8 yuan: its bureau counts what has its seat in one county and works in another, once."""
    return sum(activity.values()) * (1 + 0.002 + 0.004 * noise("city", year))


def city_industries(release: Release, counties: dict[str, dict[str, int]]) -> dict[str, int]:
    """The industries of the city: farming as the counties have it, the others share what the city counts otherwise."""
    first = sum(c["primary"] for c in counties.values())
    rest = sum(c["secondary"] + c["tertiary"] for c in counties.values())
    second = sum(c["secondary"] for c in counties.values()) * (release.amount - first) // rest
    return {"primary": first, "secondary": second, "tertiary": release.amount - first - second}


Published = tuple[str, str, str, str, Release]  # item, category, amount, unit, release


def published(year: int, activity: dict[str, float]) -> Iterator[tuple[str, Published]]:
    """(region code, figure) of all that the statistics offices publish of a year: counties downstream, then the city.

    Value added is published with the figures at current prices that are final or of the census.
    """
    of_counties: dict[str, dict[str, dict[str, int]]] = {FINAL: {}, CENSUS: {}}
    for place in (*COUNTIES, CITY):
        code = CITY if place == CITY else county_code(place, year)
        made = releases(place, year, of_the_city(year, activity) if place == CITY else activity[place])
        for release in made:
            yield code, ("gdp", "", exact(release.amount, 2), release.unit, release)
        for release in made:
            if release.vintage == PRELIMINARY or release.basis != CURRENT:
                continue
            counties = of_counties[release.vintage]
            parts = city_industries(release, counties) if place == CITY else by_industry(place, year, release)
            if place != CITY:
                counties[place] = parts
            for industry, amount in parts.items():
                yield code, ("value_added", industry, exact(amount, 2), release.unit, release)


def energy_used(place: str, year: int, activity: float) -> float:
    """Energy used, 10^4 t of standard coal."""
    rate = ENERGY[place] * 0.968 ** (year - YEARS[0])
    return activity * rate * grown(REAL_GROWTH, year) / grown(GROWTH, year) * (1 + 0.015 * noise("energy", place, year))


def used(place: str, year: int, activity: float) -> Iterator[tuple[str, ...]]:
    """Energy, as the statistics office returns it."""
    yield "energy_consumption", "", number(energy_used(place, year, activity), 2), "万吨标准煤"


def occupied(place: str, year: int) -> Iterator[tuple[str, ...]]:
    """Construction land: built-up land and works outside it, in hm2 to the last place of the survey."""
    built = county(place, year).closing.get(BUILT, 0)
    yield "construction_land", "", exact(round(built * SITES * (1 + 0.002 * noise("sites", place))), 2), "公顷"


def damaged(place: str, year: int, activity: float) -> Iterator[tuple[str, ...]]:
    """Carbon dioxide, loss by pollution and cost of degradation, as the environment bureau returns them."""
    carbon = energy_used(place, year, activity) * CARBON[place] * 0.988 ** (year - YEARS[0])
    yield "carbon_emission", "", number(carbon, 2), "万吨CO2"
    loss = activity * POLLUTION[place] * 0.93 ** (year - YEARS[0]) * (1 + 0.04 * noise("loss", place, year))
    yield "pollution_loss", "", number(loss, 2), "亿元"
    worse = activity * DEGRADATION[place] * 0.95 ** (year - YEARS[0]) * (1 + 0.05 * noise("degradation", place, year))
    yield "ecological_degradation", "", number(worse, 2), "亿元"
