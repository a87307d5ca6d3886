"""Prices, rates and benchmarks of the example book for the value accounts and liabilities: what no shipped set gives.

Every row is made up (示例数据). Money stands in the money of its year; the year before the first is there because an opening
is valued at the prices of the year before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.sample_parts.coefficients import HEADER, NOTE, SET, SOURCE, STATUS
from tools.sample_parts.place import BOUNDARY_YEAR, CODES, DISTRICT, LOWER, MIDDLE, UPPER, YEARS
from tools.sample_parts.text import number

PRICE_YEARS = (YEARS[0] - 1, *YEARS)
GRADES = tuple(f"G{i:02d}" for i in range(1, 16))
GRADE_STEP = 0.95  # net rent of a grade over that of the grade before it

# id, key, value, places: the same in all years
RATES: tuple[tuple[str, str, float, int], ...] = (
    ("land_price_date_factor", "", 1.00, 2),
    ("land_price_plot_ratio_factor", "", 1.05, 2),
    ("land_price_term_factor", "", 0.96, 2),
    ("land_capitalisation_rate", "", 0.040, 3),
    ("timber_recovery_rate", "fq01v:V2", 0.60, 2),
    ("timber_recovery_rate", "fq01v:V3", 0.65, 2),
    ("timber_recovery_rate", "fq01v:V4", 0.70, 2),
    ("timber_recovery_rate", "fq01v:V5", 0.68, 2),
    ("timber_growth_ratio", "fq01v:V2", 1.90, 2),
    ("timber_growth_ratio", "fq01v:V3", 1.25, 2),
    ("timber_years_to_harvest", "fq01v:V2", 18, 0),
    ("timber_years_to_harvest", "fq01v:V3", 7, 0),
    ("timber_discount_rate", "", 0.045, 3),
    ("water_capitalisation_rate", "", 0.050, 3),
    ("mineral_discount_rate", "", 0.060, 3),
    ("produced_asset_return", "", 0.080, 3),
    ("damage_sensitivity", "", 3.0, 1),
)
LOCATION = {CODES[UPPER]: 0.85, CODES[MIDDLE]: 1.00, CODES[LOWER]: 1.20, DISTRICT: 1.20}
# item -> (booked as a liability, booked as a reduction of assets)
TREATMENT = {"water": (1, 0), "cultivated": (0, 1), "pollution": (1, 0), "mine": (1, 0), "redline": (1, 0)}
# benchmark -> region -> ((first year, value), …), each in force until the next; an opening asks for the year before the district
BENCHMARKS: dict[str, tuple[str, dict[str, tuple[tuple[int, str], ...]]]] = {
    "water_use_cap": (
        "万立方米",
        {
            CODES[UPPER]: ((PRICE_YEARS[0], "10100.0"),),
            CODES[MIDDLE]: ((PRICE_YEARS[0], "15600.0"), (BOUNDARY_YEAR, "12600.0")),
            CODES[LOWER]: ((PRICE_YEARS[0], "20600.0"),),
            DISTRICT: ((BOUNDARY_YEAR - 1, "20600.0"), (BOUNDARY_YEAR, "24000.0")),
        },
    ),
    "cultivated_land_target": (
        "公顷",
        {
            CODES[UPPER]: ((PRICE_YEARS[0], "13500.00"),),
            CODES[MIDDLE]: ((PRICE_YEARS[0], "21000.00"), (BOUNDARY_YEAR, "16500.00")),
            CODES[LOWER]: ((PRICE_YEARS[0], "26000.00"),),
            DISTRICT: ((BOUNDARY_YEAR - 1, "26000.00"), (BOUNDARY_YEAR, "29500.00")),
        },
    ),
}

# id, key, unit after the price year, value in the year before the first, change a year, places
PRICES: tuple[tuple[str, str, str, float, float, int], ...] = (
    ("land_benchmark_price", "la01:C06", "m2", 620.00, 0.040, 2),
    ("land_net_rent", "la01:C03", "m2", 1.6500, 0.020, 4),
    ("land_net_rent", "la01:C04", "m2", 0.0900, 0.015, 4),
    ("land_net_rent", "la01:C05", "m2", 0.0300, 0.010, 4),
    *(("cultivated_net_rent", f"lq01:{g}", "m2", 1.3500 * GRADE_STEP**i, 0.022, 4) for i, g in enumerate(GRADES)),
    ("timber_replacement_cost", "fq01v:V1", "m3", 310.00, 0.020, 2),
    ("timber_price", "fq01v:V2", "m3", 860.00, 0.018, 2),
    ("timber_price", "fq01v:V3", "m3", 980.00, 0.018, 2),
    ("timber_price", "fq01v:V4", "m3", 1120.00, 0.018, 2),
    ("timber_price", "fq01v:V5", "m3", 1200.00, 0.018, 2),
    ("timber_logging_cost", "", "m3", 130.00, 0.030, 2),
    ("timber_transport_cost", "", "m3", 85.00, 0.020, 2),
    ("timber_tax", "", "m3", 30.00, 0.0, 2),
    ("timber_normal_profit", "", "m3", 90.00, 0.018, 2),
    ("liability_unit_cost", "liability_item:water", "m3", 1.800, 0.020, 3),
    ("liability_unit_cost", "liability_item:cultivated", "m2", 120.00, 0.030, 2),
    ("liability_unit_cost", "liability_item:mine", "m2", 45.00, 0.035, 2),
    ("liability_unit_cost", "liability_item:redline", "m2", 60.00, 0.030, 2),
    ("discharge_treatment_cost", "db01p:P1", "t", 3500.00, 0.025, 2),
    ("discharge_treatment_cost", "db01p:P2", "t", 12000.00, 0.025, 2),
    ("discharge_treatment_cost", "db01p:P3", "t", 30000.00, 0.025, 2),
)
FEE_RAISED = 2018
FEES = {
    "U1": ("0.200", "0.250"),
    "U2": ("0.250", "0.350"),
    "U3": ("0.020", "0.020"),
}  # before, from then on


def tables() -> Iterator[tuple[str, Sequence[str], Iterator[tuple[str, ...]]]]:
    """(file inside `local/` without ending, header, rows)."""
    yield "parameters/assets", HEADER, parameters()
    yield "prices/assets", HEADER, prices()


def parameters() -> Iterator[tuple[str, ...]]:
    """Rates, benchmarks and how each item is treated."""
    for name, key, rate, places in RATES:
        yield _row(name, key, number(rate, places), "1")
    for region, factor in LOCATION.items():
        yield _row("land_price_location_factor", "", number(factor, 2), "1", region=region)
    for item, (liability, reduction) in TREATMENT.items():
        yield _row("booked_as_liability", f"liability_item:{item}", str(liability), "1")
        yield _row("booked_as_asset_reduction", f"liability_item:{item}", str(reduction), "1")
    for name, (unit, regions) in BENCHMARKS.items():
        for region, steps in regions.items():
            ends = [str(first - 1) for first, _ in steps[1:]] + [str(YEARS[-1])]
            for (first, value), last in zip(steps, ends, strict=True):
                yield _row(name, "", value, unit, region=region, days=(f"{first}-01-01", f"{last}-12-31"))


def prices() -> Iterator[tuple[str, ...]]:
    """Each price and unit cost in the money of each year."""
    for name, key, unit, start, change, places in PRICES:
        for year in PRICE_YEARS:
            value = number(start * (1 + change) ** (year - PRICE_YEARS[0]), places)
            yield _row(name, key, value, f"元@{year}/{unit}", days=(f"{year}-01-01", f"{year}-12-31"))
    for use, (before, after) in FEES.items():
        for year in PRICE_YEARS:
            fee, days = (before if year < FEE_RAISED else after), (f"{year}-01-01", f"{year}-12-31")
            yield _row("water_resource_fee", f"wu01:{use}", fee, f"元@{year}/m3", days=days)


def _row(name: str, key: str, value: str, unit: str, region: str = "", days: tuple[str, str] = ("", "")) -> tuple[str, ...]:
    return (name, SET, region, key, *days, value, unit, "", "", STATUS, SOURCE, "-", NOTE)
