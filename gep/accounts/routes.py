"""Second routes: the same figures worked out once more in plain decimals, straight from the text of the paper or standard.

Nothing here is shared with the rules: no expression, no unit pass, no plan. Conversions are written by hand on purpose, each with
its units, so that a wrong factor or a flipped sign in a rule file makes the two disagree.

A route gets the inputs of its rule by name, each in the unit in which the rule reads it (given below), and returns the figure in
the unit of the output measure. Work is done to 60 digits; nothing is rounded for storage. A missing input is a KeyError: a second
route never fills in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, localcontext
from functools import wraps
from types import MappingProxyType
from typing import TypeAlias

Inputs: TypeAlias = Mapping[str, Decimal]
Route: TypeAlias = Callable[[Inputs], Decimal]
RowRoute: TypeAlias = Callable[[Sequence[Inputs], Inputs], Decimal]

DIGITS = 60

KILOJOULE_PER_KILOWATT_HOUR = Decimal(3600)  # kJ/kWh
MILLIMETRE_PER_METRE = Decimal(1000)  # mm/m
SQUARE_METRE_PER_HECTARE = Decimal(10_000)  # m²/hm²
SQUARE_METRE_PER_SQUARE_KILOMETRE = Decimal(1_000_000)  # m²/km²
CUBIC_METRE_PER_WAN = Decimal(10_000)  # m³/万m³


def _to_60_digits(route: Route) -> Route:
    @wraps(route)
    def precise(inputs: Inputs) -> Decimal:
        with localcontext() as context:
            context.prec = DIGITS
            return route(inputs)

    return precise


def _rows_to_60_digits(route: RowRoute) -> RowRoute:
    @wraps(route)
    def precise(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
        if not rows:
            raise ValueError("no rows: their sum is unknown, not zero")
        with localcontext() as context:
            context.prec = DIGITS
            return route(rows, constants)

    return precise


@_to_60_digits
def silt(inputs: Inputs) -> Decimal:
    """Siltation avoided, m³ (garze2017 2.4.2, V_s1: λ·A_s/ρ).

    fraction λ: share of the soil that would silt up water bodies, 1; soil A_s: t; density ρ: t/m³.
    """
    tonnes_in_water = inputs["soil"] * inputs["fraction"]  # t
    return tonnes_in_water / inputs["density"]  # t ÷ t/m³ = m³


@_to_60_digits
def soil_nutrient(inputs: Inputs) -> Decimal:
    """Nitrogen or phosphorus kept out of the water, t (garze2017 2.4.2, V_s2: A_s·C).

    soil A_s: t; content C: share of mass, 1 (0.37 % is 0.0037).
    """
    return inputs["content"] * inputs["soil"]  # 1 × t = t


@_to_60_digits
def sand_area(inputs: Inputs) -> Decimal:
    """Area kept from turning to sand, m² (garze2017 2.4.3, V_f: Q_f/(ρ·h)).

    sand Q_f: t; density ρ: t/m³; depth h: m of sand that make land count as desertified.
    """
    volume = inputs["sand"] / inputs["density"]  # t ÷ t/m³ = m³
    return volume / inputs["depth"]  # m³ ÷ m = m²


@_to_60_digits
def reservoir(inputs: Inputs) -> Decimal:
    """Flood water regulated by reservoirs, m³ (garze2017 2.4.4, C_r = C_t·0.35).

    capacity C_t: m³; share: of the capacity kept for floods, 1.
    """
    return inputs["capacity"] * inputs["share"]  # m³ × 1 = m³


@_to_60_digits
def lake_zone(inputs: Inputs) -> Decimal:
    """Flood water regulated by lakes, m³ (rao2014, printed in garze2017 2.4.4: C_l = e^a·A^b·T, A in km², C_l in 万m³).

    area: m²; a, b: constants of the lake zone, 1; turnovers T: exchanges of water in the year, 1.
    """
    a, b, turnovers = inputs["a"], inputs["b"], inputs["turnovers"]
    square_kilometres = inputs["area"] / SQUARE_METRE_PER_SQUARE_KILOMETRE  # m² ÷ m²/km² = km²
    if square_kilometres == 0:  # no lake; the logarithm below has no value there
        return Decimal(0)
    wan = (a + b * square_kilometres.ln()).exp() * turnovers  # 万m³
    return wan * CUBIC_METRE_PER_WAN  # 万m³ × m³/万m³ = m³


@_to_60_digits
def marsh_depth(inputs: Inputs) -> Decimal:
    """Surface water held back by marshes, m³ (garze2017 2.4.4, C_m: 0.3 m over the marsh area).

    depth: m; area: m².
    """
    return inputs["area"] * inputs["depth"]  # m² × m = m³


@_to_60_digits
def transpiration(inputs: Inputs) -> Decimal:
    """Electricity that would give the cooling of transpiration, kWh (garze2017 2.4.8 (1): EPP·S·d/(3600·R)).

    heat EPP: kJ/(m²·d); area S: m²; days d: days of air conditioning, d; ratio R: energy efficiency ratio, 1.
    """
    kilojoules = inputs["heat"] * inputs["area"] * inputs["days"]  # kJ/(m²·d) × m² × d = kJ
    return kilojoules / (KILOJOULE_PER_KILOWATT_HOUR * inputs["ratio"])  # kJ ÷ kJ/kWh = kWh


@_to_60_digits
def oxygen_stoichiometry(inputs: Inputs) -> Decimal:
    """Oxygen released, t (equation of photosynthesis CO₂ + H₂O → CH₂O + O₂, one molecule of O₂ for each of CO₂).

    carbon: t of carbon dioxide; oxygen_mass, carbon_dioxide_mass: what reacts together, t and t of carbon dioxide.
    """
    turns = inputs["carbon"] / inputs["carbon_dioxide_mass"]  # t CO₂ ÷ t CO₂ = 1
    return turns * inputs["oxygen_mass"]  # 1 × t = t


@_rows_to_60_digits
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


@_rows_to_60_digits
def soil_retention_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Soil retained by the patches of one ecosystem, t (rusle1997: potential loss R·K·LS less actual loss R·K·LS·C·P).

    A row: r MJ·mm/(hm²·h), k t·h/(MJ·mm), ls 1, c 1, p 1, area m²; no constants.
    """
    if constants:
        raise ValueError(f"constants not used by this route: {', '.join(sorted(constants))}")
    total = Decimal(0)
    for row in rows:
        potential = row["r"] * row["k"] * row["ls"]  # MJ·mm/(hm²·h) × t·h/(MJ·mm) = t/hm²
        actual = potential * row["c"] * row["p"]  # t/hm²
        total += (potential - actual) * row["area"] / SQUARE_METRE_PER_HECTARE  # t/hm² × m² ÷ m²/hm² = t
    return total


ROUTES: Mapping[str, Route] = MappingProxyType(
    {
        "silt": silt,
        "soil_nutrient": soil_nutrient,
        "sand_area": sand_area,
        "reservoir": reservoir,
        "lake_zone": lake_zone,
        "marsh_depth": marsh_depth,
        "transpiration": transpiration,
        "oxygen_stoichiometry": oxygen_stoichiometry,
    }
)
ROW_ROUTES: Mapping[str, RowRoute] = MappingProxyType(
    {"water_retention_rows": water_retention_rows, "soil_retention_rows": soil_retention_rows}
)
