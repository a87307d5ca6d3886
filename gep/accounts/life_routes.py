"""Second routes of what lives: carbon and oxygen, cooling, negative ions, species, recreation, residuals of farming.

`routes.py` says what a route is given and gives back.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gep.accounts.decimals import (
    CUBIC_CENTIMETRE_PER_CUBIC_METRE,
    GRAM_PER_TONNE,
    KILOGRAM_PER_TONNE,
    KILOJOULE_PER_KILOWATT_HOUR,
    SQUARE_METRE_PER_HECTARE,
    Inputs,
    rows_to_60_digits,
    to_60_digits,
)


def _carbon_dioxide(carbon: Decimal, inputs: Inputs) -> Decimal:
    """t of carbon dioxide that hold `carbon` t of carbon: 44 for 12 (carbon_dioxide_mass t CO₂, carbon_mass t C)."""
    moles = carbon / inputs["carbon_mass"]  # t C ÷ t C = 1
    return moles * inputs["carbon_dioxide_mass"]  # 1 × t CO₂


@to_60_digits
def nep_flux(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered, t CO₂ (mee2020: 44/12·(NPP − Rh)·A).

    npp, respiration Rh: t C/m²; area: m²; carbon_dioxide_mass t CO₂, carbon_mass t C.
    """
    gross, lost = inputs["npp"] * inputs["area"], inputs["respiration"] * inputs["area"]  # t C/m² × m² = t C
    return _carbon_dioxide(gross - lost, inputs)


@to_60_digits
def nep_measured(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered, t CO₂ (mee2020: 44/12·NEP·A). nep: t C/m²; area: m²; masses as in `nep_flux`."""
    return _carbon_dioxide(inputs["area"] * inputs["nep"], inputs)


@to_60_digits
def nep_alpha(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered, t CO₂ (mee2020: 44/12·α·NPP·72/162).

    share α: 1; npp: t/m² of dry matter; area: m²; carbon_content 72/162: t C/t; masses as in `nep_flux`.
    """
    dry_matter = inputs["npp"] * inputs["area"]  # t
    return _carbon_dioxide(dry_matter * inputs["carbon_content"] * inputs["share"], inputs)


@to_60_digits
def biomass_change(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered, t CO₂ (mee2020: 44/12·(B₂ − B₁)/Δt·CF).

    later B₂, earlier B₁: t of dry matter; interval Δt: years, 1; carbon_fraction CF: t C/t; masses as in `nep_flux`.
    """
    yearly = (inputs["later"] - inputs["earlier"]) / inputs["interval"]  # t
    return _carbon_dioxide(yearly * inputs["carbon_fraction"], inputs)


@to_60_digits
def carbon_rate_forest(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered by forest, t CO₂ (mee2020: A·FCSR·(1 + β)).

    area: m²; rate FCSR: t C/hm²; soil_ratio β: soil for each of vegetation, 1; masses as in `nep_flux`.
    """
    vegetation = inputs["area"] / SQUARE_METRE_PER_HECTARE * inputs["rate"]  # hm² × t C/hm² = t C
    soil = vegetation * inputs["soil_ratio"]  # t C
    return _carbon_dioxide(vegetation + soil, inputs)


@to_60_digits
def carbon_rate(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered by the soil of one type, t CO₂ (mee2020: A·rate). area: m²; rate: t C/hm²; masses as above."""
    return _carbon_dioxide(inputs["area"] / SQUARE_METRE_PER_HECTARE * inputs["rate"], inputs)


@to_60_digits
def carbon_rate_wetland(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered by wetland, t CO₂ (mee2020: A·SCSR). area: m²; rate SCSR: g C/m²; masses as in `nep_flux`."""
    grams = inputs["area"] * inputs["rate"]  # m² × g C/m² = g C
    return _carbon_dioxide(grams / GRAM_PER_TONNE, inputs)


@to_60_digits
def carbon_rate_farmland(inputs: Inputs) -> Decimal:
    """Carbon dioxide sequestered by farmland soil, t CO₂ (mee2020: A·(0.5286·TNF + 0.002433)).

    area: m²; fertiliser TNF: t/m² of nitrogen; slope: t C/t; intercept: t C/hm²; masses as in `nep_flux`.
    """
    hectares = inputs["area"] / SQUARE_METRE_PER_HECTARE  # hm²
    per_hectare = inputs["fertiliser"] * SQUARE_METRE_PER_HECTARE  # t/hm²
    carbon = hectares * (per_hectare * inputs["slope"] + inputs["intercept"])  # t C
    return _carbon_dioxide(carbon, inputs)


@to_60_digits
def photosynthesis(inputs: Inputs) -> Decimal:
    """Carbon dioxide taken up, t CO₂ (lyt1721_2008: 1.63·NPP). npp: t/m² of dry matter; area: m²; factor: t CO₂/t."""
    dry_matter = inputs["area"] * inputs["npp"]  # t
    return inputs["factor"] * dry_matter


@rows_to_60_digits
def respiration_rows(rows: Sequence[Inputs], constants: Inputs) -> Decimal:
    """Heterotrophic respiration of a year, t C/m² (pei2009: Rh = 0.22·(exp(0.0912 T) + ln(0.3145 R + 1))·30·0.465 a month).

    A row (a month): temperature °C, rain mm; constants: constant, heat, wet, share, 1.
    """
    grams = Decimal(0)  # g C/m²
    for month in rows:
        warmth = (constants["heat"] * month["temperature"]).exp()
        moisture = (constants["wet"] * month["rain"] + 1).ln()
        a_day = constants["constant"] * (warmth + moisture)
        grams += a_day * 30 * constants["share"]
    return grams / GRAM_PER_TONNE


@to_60_digits
def oxygen_stoichiometry(inputs: Inputs) -> Decimal:
    """Oxygen released, t (equation of photosynthesis CO₂ + H₂O → CH₂O + O₂, one molecule of O₂ for each of CO₂).

    carbon: t of carbon dioxide; oxygen_mass, carbon_dioxide_mass: what reacts together, t and t of carbon dioxide.
    """
    turns = inputs["carbon"] / inputs["carbon_dioxide_mass"]  # t CO₂ ÷ t CO₂ = 1
    return turns * inputs["oxygen_mass"]  # 1 × t = t


@to_60_digits
def oxygen_dry_matter(inputs: Inputs) -> Decimal:
    """Oxygen released, t (lyt1721_2008: 1.19·NPP). npp: t/m² of dry matter; area: m²; factor: t of oxygen for a t, 1."""
    dry_matter = inputs["area"] * inputs["npp"]  # t
    return inputs["factor"] * dry_matter


@to_60_digits
def transpiration(inputs: Inputs) -> Decimal:
    """Electricity that would give the cooling of transpiration, kWh (garze2017 2.4.8 (1): EPP·S·d/(3600·R)).

    heat EPP: kJ/(m²·d); area S: m²; days d: days of air conditioning, d; ratio R: energy efficiency ratio, 1.
    """
    kilojoules = inputs["heat"] * inputs["area"] * inputs["days"]  # kJ/(m²·d) × m² × d = kJ
    return kilojoules / (KILOJOULE_PER_KILOWATT_HOUR * inputs["ratio"])  # kJ ÷ kJ/kWh = kWh


def _latent(volume: Decimal, inputs: Inputs) -> Decimal:
    """kWh to evaporate `volume` m³ of water: density t/m³, latent kJ/kg."""
    kilograms = volume * inputs["density"] * KILOGRAM_PER_TONNE  # m³ × t/m³ × kg/t = kg
    return kilograms * inputs["latent"] / KILOJOULE_PER_KILOWATT_HOUR  # kg × kJ/kg ÷ kJ/kWh = kWh


@to_60_digits
def evaporation_ratio(inputs: Inputs) -> Decimal:
    """Electricity that would give the cooling and moistening of evaporation, kWh (mee2020: W·q·ρ/(3600·r) + W·y).

    water W: m³; density ρ: t/m³; latent q: kJ/kg; ratio r: 1; humidifier y: kWh/m³.
    """
    cooling = _latent(inputs["water"], inputs) / inputs["ratio"]  # kWh
    return cooling + inputs["water"] * inputs["humidifier"]  # m³ × kWh/m³ = kWh


@to_60_digits
def evaporation_plain(inputs: Inputs) -> Decimal:
    """The same without an efficiency ratio, kWh (garze2017 2.4.8 (2): W·q·ρ/3600 + W·y); inputs as in `evaporation_ratio`."""
    return _latent(inputs["water"], inputs) + inputs["water"] * inputs["humidifier"]


@to_60_digits
def evapotranspiration_cooling(inputs: Inputs) -> Decimal:
    """Electricity that would give the cooling of evapotranspiration, kWh (ndrc2022: ET·A·q·ρ/(3600·r)).

    depth ET: m on hot days; area A: m²; density ρ: t/m³; latent q: kJ/kg; ratio r: 1.
    """
    return _latent(inputs["depth"] * inputs["area"], inputs) / inputs["ratio"]


def _ions(concentration: Decimal, inputs: Inputs) -> Decimal:
    """Eion of a year: 5.256×10¹⁵·Q·A·H·F/L, Q ions/cm³, A hm², H m, L min; 10¹⁰ cm³ in a hm²·m, 525 600 min in a year."""
    per_cubic_centimetre = concentration / CUBIC_CENTIMETRE_PER_CUBIC_METRE  # count/m³ ÷ cm³/m³ = count/cm³
    hectares = inputs["area"] / SQUARE_METRE_PER_HECTARE  # hm²
    volume = Decimal(10**10) * hectares * inputs["height"]  # cm³/(hm²·m) × hm² × m = cm³
    generations = inputs["minutes"] / inputs["lifetime"]  # min ÷ min = 1
    return per_cubic_centimetre * volume * inputs["factor"] * generations / inputs["per_exa"]


@to_60_digits
def ions_generated(inputs: Inputs) -> Decimal:
    """Negative ions generated in a year, Eion (gbt38582_2020: G = 5.256×10¹⁵·Q·A·H·F/L).

    concentration Q: count/m³; area: m²; height H: m; factor F: 1; minutes of the year, lifetime L: min; per_exa: count/Eion.
    """
    return _ions(inputs["concentration"], inputs)


@to_60_digits
def ions_above(inputs: Inputs) -> Decimal:
    """Negative ions above the threshold, Eion (gbt38582_2020: the same with Q − 600; nothing at or below it).

    threshold: count/m³; else as in `ions_generated`.
    """
    above = inputs["concentration"] - inputs["threshold"]  # count/m³
    return _ions(above if above > 0 else Decimal(0), inputs)


@to_60_digits
def species_area(inputs: Inputs) -> Decimal:
    """Area for species conservation weighted by scores, m² (gbt38582_2020: (1 + 0.1ΣE + 0.1ΣB + 0.1ΣO)·A).

    weight, endangerment, endemism, old_tree: 1; area: m².
    """
    weight, area = inputs["weight"], inputs["area"]
    added = (weight * inputs[score] for score in ("endangerment", "endemism", "old_tree"))
    return area + area * sum(added, Decimal(0))


@to_60_digits
def nature_visits(inputs: Inputs) -> Decimal:
    """Visits to nature, visits (mee2020: visits × the share that goes to nature). visits: visit; share: 1."""
    return inputs["share"] * inputs["visits"]


@to_60_digits
def travel_cost(inputs: Inputs) -> Decimal:
    """Travel cost of a visit, CNY/visit (mee2020: time × share of the wage + direct cost).

    time: d/visit; wage: CNY/d; share: 1; direct: CNY/visit.
    """
    worth_of_a_day = inputs["share"] * inputs["wage"]  # CNY/d
    return inputs["direct"] + inputs["time"] * worth_of_a_day


@to_60_digits
def residual(inputs: Inputs) -> Decimal:
    """What nature adds to a product, CNY (ndrc2022: output at prices less materials, labour and capital).

    quantity: t; price: CNY/t; inputs: CNY.
    """
    output = inputs["price"] * inputs["quantity"]  # CNY
    return output - inputs["inputs"]
