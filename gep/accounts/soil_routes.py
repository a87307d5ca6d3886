"""Second routes of soil and sand: rain erosivity, soil retained by RUSLE, silt and nutrients, sand retained by RWEQ.

`routes.py` says what a route is given and gives back. Each factor of an equation is a function of its own, as the texts have it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from gep.accounts.decimals import (
    KILOGRAM_PER_TONNE,
    KILOJOULE_PER_KILOWATT_HOUR,
    MILLIMETRE_PER_METRE,
    PERCENT,
    SQUARE_METRE_PER_HECTARE,
    Inputs,
    RowRoute,
    all_given,
    power,
    rows_to_60_digits,
    sine_of_degrees,
    to_60_digits,
)

OF_EVERY_SOIL = "r ka kb k_si length_cap ref den co off s1 s2 s3 i1 i2 i3 steep"
NO_SOIL_LOSS_FROM = Decimal("78.3")  # % of cover from which cai2000 has C = 0


@to_60_digits
def silt(inputs: Inputs) -> Decimal:
    """Siltation avoided, m³ (garze2017 2.4.2, V_s1: λ·A_s/ρ).

    fraction λ: share of the soil that would silt up water bodies, 1; soil A_s: t; density ρ: t/m³.
    """
    tonnes_in_water = inputs["soil"] * inputs["fraction"]  # t
    return tonnes_in_water / inputs["density"]  # t ÷ t/m³ = m³


@to_60_digits
def soil_nutrient(inputs: Inputs) -> Decimal:
    """Nitrogen or phosphorus kept out of the water, t (garze2017 2.4.2, V_s2: A_s·C).

    soil A_s: t; content C: share of mass, 1 (0.37 % is 0.0037).
    """
    return inputs["content"] * inputs["soil"]  # 1 × t = t


@to_60_digits
def sand_area(inputs: Inputs) -> Decimal:
    """Area kept from turning to sand, m² (garze2017 2.4.3, V_f: Q_f/(ρ·h)).

    sand Q_f: t; density ρ: t/m³; depth h: m of sand that make land count as desertified.
    """
    volume = inputs["sand"] / inputs["density"]  # t ÷ t/m³ = m³
    return volume / inputs["depth"]  # m³ ÷ m = m²


@rows_to_60_digits
def erosivity_daily(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Rain erosivity of a year, kWh·m/(m²·d) (hj1173_2021: Σα·P^1.7265 over the days of erosive rain, α by season).

    A row (a day): rain mm, season_month 1…12; constants: warm, cool α, exponent 1; threshold mm; warm_from, warm_to months.
    """
    all_given(constants, "warm cool exponent threshold warm_from warm_to")
    total = Decimal(0)  # MJ·mm/(hm²·h)
    for day in rows:
        if day["rain"] < constants["threshold"]:
            continue
        is_warm = constants["warm_from"] <= day["season_month"] <= constants["warm_to"]
        alpha = constants["warm"] if is_warm else constants["cool"]
        total += alpha * power(day["rain"], constants["exponent"])
    return total * _erosivity_in_base_units()


@rows_to_60_digits
def erosivity_zhang(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Rain erosivity of a year, kWh·m/(m²·d) (zhang_wenbo: λ·ΣD^β, β = b0 + b1/P_d12 + b2/P_y12, λ = factor·β^power).

    A row (a day): rain mm; constants: day_mean P_d12, year_mean P_y12, threshold mm; b1, b2 mm; b0, factor, power 1.
    """
    beta = constants["b2"] / constants["year_mean"] + constants["b1"] / constants["day_mean"] + constants["b0"]
    days = (day["rain"] for day in rows if day["rain"] >= constants["threshold"])
    total = sum((power(rain, beta) for rain in days), Decimal(0))
    scale = constants["factor"] * power(beta, constants["power"])
    return scale * total * _erosivity_in_base_units()  # MJ·mm/(hm²·h) → kWh·m/(m²·d)


def _erosivity_in_base_units() -> Decimal:
    """kWh·m/(m²·d) in one MJ·mm/(hm²·h), in the digits of the caller: 1000/3600 ÷ 1000 ÷ 10 000 × 24 = 1/1 500 000."""
    kilowatt_hours = 1000 / KILOJOULE_PER_KILOWATT_HOUR  # kWh of a MJ
    return kilowatt_hours * 24 / MILLIMETRE_PER_METRE / SQUARE_METRE_PER_HECTARE


@rows_to_60_digits
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


def erodibility(row: Inputs, constants: Inputs) -> Decimal:
    """K, t·h/(MJ·mm): williams_epic in US units, corrected for soils of China (zhang_keli_2007), in SI units.

    A row: sand, silt, clay, organic_carbon in percent; constants: ka, kb, k_si (0.1317).
    """
    sand, silt_, clay, carbon = row["sand"], row["silt"], row["clay"], row["organic_carbon"]
    coarse = Decimal("0.2") + Decimal("0.3") * (Decimal("-0.0256") * sand * (1 - silt_ / PERCENT)).exp()
    fine = power(silt_ / (clay + silt_), Decimal("0.3"))
    organic = 1 - Decimal("0.25") * carbon / (carbon + (Decimal("3.72") - Decimal("2.95") * carbon).exp())
    not_sand = 1 - sand / PERCENT
    very_sandy = 1 - Decimal("0.7") * not_sand / (not_sand + (Decimal("-5.51") + Decimal("22.9") * not_sand).exp())
    united_states = coarse * fine * organic * very_sandy
    return (constants["kb"] * united_states + constants["ka"]) * constants["k_si"]


def slope_length_factor(row: Inputs, constants: Inputs) -> Decimal:
    """L, 1 (mccool_ls): (λ/22.13)^m, m = β/(1 + β), β = (sin θ/0.0896)/(3 sin^0.8 θ + 0.56).

    A row: slope degrees, slope_length λ m; constants: length_cap, ref m; den 0.0896, co 3, off 0.56.
    """
    sine = sine_of_degrees(row["slope"])
    beta = (sine / constants["den"]) / (constants["co"] * power(sine, Decimal("0.8")) + constants["off"])
    length = row["slope_length"] if row["slope_length"] < constants["length_cap"] else constants["length_cap"]
    return power(length / constants["ref"], beta / (1 + beta)) if beta else Decimal(1)


def steepness_factor(row: Inputs, constants: Inputs) -> Decimal:
    """S, 1 (mccool_ls): a straight line of sin θ below 5.14°, 10.2° and 28.81° each, a constant on steeper land."""
    angle, sine = row["slope"], sine_of_degrees(row["slope"])
    if angle >= Decimal("28.81"):
        return constants["steep"]
    line = "1" if angle < Decimal("5.14") else "2" if angle < Decimal("10.2") else "3"
    return constants[f"s{line}"] * sine + constants[f"i{line}"]


def cover_by_table(row: Inputs, constants: Inputs) -> Decimal:
    """C, 1, of the class of cover: below 10, 30, 50, 70, 90 % and above (c1…c6)."""
    limits = (10, 30, 50, 70, 90)
    return constants[f"c{1 + sum(row['cover'] >= limit for limit in limits)}"]


def cover_of_dry_land(row: Inputs, constants: Inputs) -> Decimal:
    """C, 1 = a − b·lg c within 0 and 1, cover c as a fraction; bare land has 1."""
    if row["cover"] == 0:
        return Decimal(1)
    return _within_0_and_1(constants["a"] - constants["b"] * (row["cover"] / PERCENT).log10())


def cover_by_cai(row: Inputs, constants: Inputs) -> Decimal:
    """C, 1 (cai2000): a − b·lg c, cover c in percent; 1 on bare land, 0 from 78.3 %."""
    if row["cover"] == 0:
        return Decimal(1)
    if row["cover"] >= NO_SOIL_LOSS_FROM:
        return Decimal(0)
    return _within_0_and_1(constants["a"] - constants["b"] * row["cover"].log10())


def cover_of_class(row: Inputs, constants: Inputs) -> Decimal:
    """C, 1, one for the class."""
    return constants["c"]


def _within_0_and_1(value: Decimal) -> Decimal:
    return Decimal(0) if value < 0 else Decimal(1) if value > 1 else value


def _rusle(cover: Callable[[Inputs, Inputs], Decimal], reads: str, doc: str, *, practice: bool) -> RowRoute:
    """The route of one way to find C from the constants it `reads`, with or without the practice factor P."""

    @rows_to_60_digits
    def route(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
        all_given(constants, f"{OF_EVERY_SOIL} {reads}")
        total = Decimal(0)
        for row in rows:
            k = erodibility(row, constants)
            potential = constants["r"] * k * slope_length_factor(row, constants) * steepness_factor(row, constants)  # t/hm²
            actual = potential * cover(row, constants)  # t/hm²
            if practice:
                actual *= constants["p"]
            total += (potential - actual) * row["area"] / SQUARE_METRE_PER_HECTARE  # t/hm² × m² ÷ m²/hm² = t
        return total

    route.__doc__ = f"{doc} A row: sand, silt, clay, organic_carbon, cover %, slope degrees, slope_length m, area m²."
    return route


soil_table_rows = _rusle(
    cover_by_table, "c1 c2 c3 c4 c5 c6", "Soil retained, t: R·K·L·S less R·K·L·S·C·P, C by table of cover.", practice=True
)
soil_dry_rows = _rusle(cover_of_dry_land, "a b", "Soil retained, t: R·K·L·S less R·K·L·S·C·P, C of dry farmland.", practice=True)
soil_constant_rows = _rusle(cover_of_class, "c", "Soil retained, t: R·K·L·S less R·K·L·S·C·P, C of the class.", practice=True)
soil_cai_rows = _rusle(cover_by_cai, "a b", "Soil retained, t: R·K·L·S less R·K·L·S·C·P, C of cai2000.", practice=True)
soil_hj_table_rows = _rusle(
    cover_by_table, "c1 c2 c3 c4 c5 c6", "Soil retained, t: R·K·L·S less R·K·L·S·C, C by table of cover.", practice=False
)
soil_hj_dry_rows = _rusle(
    cover_of_dry_land, "a b", "Soil retained, t: R·K·L·S less R·K·L·S·C, C of dry farmland.", practice=False
)
soil_hj_constant_rows = _rusle(cover_of_class, "c", "Soil retained, t: R·K·L·S less R·K·L·S·C, C of the class.", practice=False)


@rows_to_60_digits
def sand_rweq_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Sand retained by one ecosystem in a year, t (hj1173_2021, fryrear_rweq: potential loss, C = 1, less actual loss).

    A row (a patch in a month): weather WF kg/m, roughness K' 1; sand, silt, clay, organic_matter, carbonate, cover in percent;
    area m². Constants: e0…e5, s1, s2, cover exponent a; transport 109.8 kg/m, field 150.71 m, power −0.3711, distance z m.
    """
    total = Decimal(0)
    for row in rows:
        bare = row["weather"] * erodible_fraction(row, constants) * crust_factor(row, constants) * row["roughness"]  # kg/m
        covered = bare * (-constants["a"] * row["cover"]).exp()  # kg/m
        kilograms = (wind_loss(bare, constants) - wind_loss(covered, constants)) * row["area"]  # kg/m² × m² = kg
        total += kilograms / KILOGRAM_PER_TONNE
    return total


def erodible_fraction(row: Inputs, constants: Inputs) -> Decimal:
    """EF, 1: (29.09 + 0.31 sa + 0.17 si + 0.33 sa/cl − 2.59 OM − 0.95 CaCO₃)/100, all in percent."""
    ratio = row["sand"] / row["clay"]
    raises = constants["e1"] * row["sand"] + constants["e2"] * row["silt"] + constants["e3"] * ratio
    lowers = constants["e4"] * row["organic_matter"] + constants["e5"] * row["carbonate"]
    return (constants["e0"] + raises - lowers) / PERCENT


def crust_factor(row: Inputs, constants: Inputs) -> Decimal:
    """SCF, 1: 1/(1 + 0.0066 cl² + 0.021 OM²), in percent."""
    return 1 / (1 + constants["s1"] * row["clay"] ** 2 + constants["s2"] * row["organic_matter"] ** 2)


def wind_loss(x: Decimal, constants: Inputs) -> Decimal:
    """SL, kg/m², of x = WF·EF·SCF·K'·C in kg/m: Qmax = 109.8 x, s = 150.71 x^−0.3711, (2z/s²)·Qmax·exp(−(z/s)²)."""
    if x == 0:  # no wind or no erodible soil: s is beyond all bounds, nothing is carried
        return Decimal(0)
    most = constants["transport"] * x  # kg/m
    critical = constants["field"] * power(x, constants["power"])  # m
    distance = constants["z"]  # m
    return 2 * distance / critical**2 * most * (-((distance / critical) ** 2)).exp()  # m ÷ m² × kg/m = kg/m²
