"""Second routes of water: retention, flood mitigation, purification of water and air, and the prices that go with them.

`routes.py` says what a route is given and gives back.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gep.accounts.decimals import (
    CUBIC_METRE_PER_WAN,
    KILOGRAM_PER_TONNE,
    MILLIMETRE_PER_METRE,
    SQUARE_METRE_PER_HECTARE,
    SQUARE_METRE_PER_SQUARE_KILOMETRE,
    Inputs,
    rows_to_60_digits,
    to_60_digits,
)


@to_60_digits
def water_balance_type(inputs: Inputs) -> Decimal:
    """Water retained by one ecosystem type, m³ (garze2017 2.4.1: A·(P − R − ET), R = α·P).

    area: m²; rain, et: m of depth in the year; runoff α: 1.
    """
    runs_off = inputs["rain"] * inputs["runoff"]  # m
    depth = inputs["rain"] - runs_off - inputs["et"]  # m
    return depth * inputs["area"]  # m × m² = m³


@to_60_digits
def water_balance_returned(inputs: Inputs) -> Decimal:
    """Water retained by one ecosystem type, m³ (hj1173_2021: A·(P − R − ET), R measured).

    area: m²; rain, runoff, et: m of depth in the year.
    """
    depth = inputs["rain"] - (inputs["runoff"] + inputs["et"])  # m
    return depth * inputs["area"]  # m × m² = m³


@rows_to_60_digits
def water_retention_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Water retained by the patches of one ecosystem, m³ (hj1173_2021: ΣA·(P − R − ET), R = α·P).

    A row: area m², rain mm, et mm; constants: runoff α, 1.
    """
    total = Decimal(0)
    for row in rows:
        runoff_depth = row["rain"] * constants["runoff"]  # mm
        depth = (row["rain"] - runoff_depth - row["et"]) / MILLIMETRE_PER_METRE  # mm ÷ mm/m = m
        total += row["area"] * depth  # m² × m = m³
    return total


@to_60_digits
def vegetation_flood(inputs: Inputs) -> Decimal:
    """Storm water held by the vegetation of one type, m³ (ndrc2022: (P_h − R_f)·A, R_f a coefficient of the type).

    rain P_h: m; runoff R_f: mm; area: m².
    """
    held = inputs["rain"] * MILLIMETRE_PER_METRE - inputs["runoff"]  # mm
    return held / MILLIMETRE_PER_METRE * inputs["area"]  # m × m² = m³


@to_60_digits
def vegetation_flood_returned(inputs: Inputs) -> Decimal:
    """Storm water held by the vegetation of one type, m³ (ndrc2022: (P_h − R_f)·A, R_f measured).

    rain P_h, runoff R_f: m; area: m².
    """
    fallen = inputs["rain"] * inputs["area"]  # m³
    return fallen - inputs["runoff"] * inputs["area"]  # m³


@to_60_digits
def vegetation_scs(inputs: Inputs) -> Decimal:
    """Storm water held by the vegetation of one type, m³ (scs_cn: R = (P − 0.2 S)²/(P + 0.8 S), S = 25400/CN − 254, mm).

    rain P: m; number CN: 1; area: m².
    """
    rain = inputs["rain"] * MILLIMETRE_PER_METRE  # mm
    storage = 25400 / inputs["number"] - 254  # mm
    excess = rain - storage / 5  # mm above the initial abstraction of 0.2 S; nothing runs off below it
    runs_off = excess**2 / (rain + storage * 4 / 5) if excess > 0 else Decimal(0)  # mm
    return (rain - runs_off) / MILLIMETRE_PER_METRE * inputs["area"]  # m × m² = m³


@to_60_digits
def lake_zone(inputs: Inputs) -> Decimal:
    """Flood water regulated by lakes, m³ (rao2014, printed in garze2017 2.4.4: C_l = e^a·A^b·T, A in km², C_l in 万m³).

    area: m²; a, b: constants of the lake zone, 1; turnovers T: exchanges of water in the year, 1.
    """
    return _lake(inputs["area"], inputs["a"], inputs["b"], inputs["turnovers"])


@rows_to_60_digits
def each_lake_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Flood water regulated by the lakes of one zone, each by the equation of `lake_zone`, m³.

    A row: area m²; constants: a, b, turnovers, 1.
    """
    a, b, turnovers = constants["a"], constants["b"], constants["turnovers"]
    return sum((_lake(row["area"], a, b, turnovers) for row in rows), Decimal(0))


def _lake(area: Decimal, a: Decimal, b: Decimal, turnovers: Decimal) -> Decimal:
    """m³ of a lake of `area` m²."""
    square_kilometres = area / SQUARE_METRE_PER_SQUARE_KILOMETRE  # m² ÷ m²/km² = km²
    if square_kilometres == 0:  # no lake; the logarithm below has no value there
        return Decimal(0)
    wan = (a + b * square_kilometres.ln()).exp() * turnovers  # 万m³
    return wan * CUBIC_METRE_PER_WAN  # 万m³ × m³/万m³ = m³


@to_60_digits
def reservoir(inputs: Inputs) -> Decimal:
    """Flood water regulated by reservoirs, m³ (garze2017 2.4.4, C_r = C_t·0.35).

    capacity C_t: m³; share: of the capacity kept for floods, 1.
    """
    return inputs["capacity"] * inputs["share"]  # m³ × 1 = m³


@to_60_digits
def marsh_depth(inputs: Inputs) -> Decimal:
    """Surface water held back by marshes, m³ (garze2017 2.4.4, C_m: 0.3 m over the marsh area).

    depth: m; area: m².
    """
    return inputs["area"] * inputs["depth"]  # m² × m = m³


@to_60_digits
def marsh_soil(inputs: Inputs) -> Decimal:
    """Water held back by marshes on and in the soil, m³ (mee2020: 0.3 m·S, and S·h·ρ_s·(F − E)/ρ_w).

    depth, soil_depth h: m; area S: m²; density ρ_s, water ρ_w: t/m³; difference F − E: t of water per t of soil, 1.
    """
    surface = inputs["area"] * inputs["depth"]  # m² × m = m³
    soil = inputs["area"] * inputs["soil_depth"] * inputs["density"]  # m³ × t/m³ = t of soil
    soil_water = soil * inputs["difference"] / inputs["water"]  # t ÷ t/m³ = m³
    return surface + soil_water


@to_60_digits
def reservoir_annual(inputs: Inputs) -> Decimal:
    """Yearly cost of a cubic metre of storage, CNY/m³ (ndrc2022: C_we·D_r + O_we).

    cost C_we, running O_we: CNY/m³; rate D_r: share of the cost written off in a year, 1.
    """
    written_off = inputs["rate"] * inputs["cost"]  # CNY/m³
    return written_off + inputs["running"]


@to_60_digits
def mass_balance(inputs: Inputs) -> Decimal:
    """Pollutant removed by water bodies, t (db33_2020: (in + local) − (out + treated), not below zero).

    inflow, local, outflow, treated: t.
    """
    enters = inputs["inflow"] + inputs["local"]  # t
    leaves = inputs["outflow"] + inputs["treated"]  # t
    return enters - leaves if enters > leaves else Decimal(0)


@rows_to_60_digits
def capacity_cap_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Pollutant removed, t (mee2020, both cases: Q = Σq·A where more is discharged than that, else Q = E).

    A row (an ecosystem): capacity q t/hm², area m²; constants: discharge E, t.
    """
    capacity = _capacity(rows)
    return capacity if constants["discharge"] > capacity else constants["discharge"]


@rows_to_60_digits
def capacity_by_quality_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Pollutant removed, t (mee2020, cases by quality: Σq·A where the standard is not met, else what was discharged).

    A row (an ecosystem): capacity q t/hm², area m²; constants: discharge t, fails 1 where the standard is not met, else 0.
    """
    capacity = _capacity(rows)
    discharge = constants["discharge"]
    return capacity if constants["fails"] == 1 else discharge


def _capacity(rows: Sequence[Inputs]) -> Decimal:
    """t that the areas can take up."""
    hectares = ((row["area"] / SQUARE_METRE_PER_HECTARE, row["capacity"]) for row in rows)
    return sum((area * capacity for area, capacity in hectares), Decimal(0))  # hm² × t/hm² = t


@to_60_digits
def capacity_of_wetland(inputs: Inputs) -> Decimal:
    """Pollutant removed by wetlands, t (mee2020, both cases; one capacity for all wetlands).

    capacity: t/hm²; area: m²; discharge: t.
    """
    capacity = inputs["capacity"] * inputs["area"] / SQUARE_METRE_PER_HECTARE  # t/hm² × m² ÷ m²/hm² = t
    return capacity if inputs["discharge"] > capacity else inputs["discharge"]


@to_60_digits
def tax_price(inputs: Inputs) -> Decimal:
    """Treatment cost of a pollutant, CNY/t (ept_law: tax rate of a pollution equivalent ÷ its mass).

    rate: CNY per equivalent; equivalent: kg per equivalent.
    """
    per_kilogram = inputs["rate"] / inputs["equivalent"]  # CNY/kg
    return per_kilogram * KILOGRAM_PER_TONNE  # CNY/t
