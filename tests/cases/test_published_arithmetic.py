"""Proves the entry of the published accounts without the engine: quantity × price meets the printed value, and totals foot.

Plain decimals throughout. A printed figure stands for itself ± half a unit of its last digit; prices and coefficients are exact.
Two intervals agree if they meet. A sum of rounded figures may differ from a rounded total by the half units of all of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest

from gep.accounts.routes import ROUTES

TOP = Path(__file__).resolve().parents[2]
COEFFICIENTS = TOP / "coefficients"
GARZE = TOP / "ledgers" / "books" / "garze-2010"
BAIYANGDIAN = TOP / "tests" / "cases" / "baiyangdian-2011"
NATCAP = TOP / "tests" / "cases" / "natcap-renewable-2019"

YI, WAN = Decimal(10) ** 8, Decimal(10) ** 4
ONE = Decimal(1)
BASE = {  # units as printed → base units m², m³, t, kWh, yuan ..., by hand
    **dict.fromkeys(("亿元", "亿立方米", "亿千瓦时", "亿吨", "亿吨CO2", "万公顷"), YI),
    **dict.fromkeys(("万吨", "万t_C", "万人", "万人次"), WAN),
    **dict.fromkeys(("平方公里", "GWh"), Decimal(10) ** 6),
    **dict.fromkeys(("吨", "USD"), ONE),
}
PER = {"hm2": WAN, "GWh": Decimal(10) ** 6, "(person·month)": ONE / 12}  # below the line of a price; all others are base units

Interval = tuple[Decimal, Decimal]


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def around(text: str, unit: str) -> Interval:
    """A printed figure ± half a unit of its last digit, in base units."""
    value = Decimal(text)
    half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
    return (value - half) * BASE[unit], (value + half) * BASE[unit]


def meet(a: Interval, b: Interval) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def times(interval: Interval, factor: Decimal) -> Interval:
    return interval[0] * factor, interval[1] * factor


def added(intervals: list[Interval]) -> Interval:
    return sum((i[0] for i in intervals), Decimal(0)), sum((i[1] for i in intervals), Decimal(0))


def published(book: Path) -> Mapping[str, tuple[str, str]]:
    """figure address → (value, unit) as printed."""
    return {r["attr.figure"]: (r["value"], r["unit"]) for r in rows(book / "returns" / "published.csv")}


def returned(book: Path) -> Mapping[tuple[str, str, str], tuple[str, str]]:
    """(region, item, category) → (value, unit) as printed."""
    found = {}
    for path in sorted((book / "returns").glob("*.csv")):
        for r in rows(path) if path.name != "published.csv" else ():
            found[r["region"], r["item"], r["category"]] = (r["value"], r["unit"])
    return found


def prices(path: Path) -> Mapping[tuple[str, str], Decimal]:
    """(price id, key) → money per base unit."""
    found = {}
    for r in rows(path):
        money, _, per = r["unit"].partition("/")
        assert money.partition("@")[0] in ("元", "USD")
        found[r["id"], r["key"]] = Decimal(r["value"]) / PER.get(per, ONE)
    return found


def parameters(path: Path) -> Mapping[tuple[str, str], Decimal]:
    percent = Decimal(1) / 100
    return {(r["id"], r["key"]): Decimal(r["value"]) * (percent if r["unit"] == "%" else 1) for r in rows(path)}


# ---- Garze 2010 ------------------------------------------------------------------------------------------------------

V, P = "value_account/513300/2010/", "physical_account/513300/2010/"
GARZE_PRINTED = published(GARZE)
GARZE_RETURNED = returned(GARZE)
GARZE_PRICES = prices(COEFFICIENTS / "prices" / "garze-2017.csv")
GARZE_PARAMETERS = parameters(COEFFICIENTS / "parameters" / "garze-2017.csv")

# leaf, price id, key of the price, item returned as quantity ("": the engine computes it, the paper prints it), class
PRICED = [
    ("water_supply/-/domestic", "water_tariff", "water_use:domestic", "water_supply", "material"),
    ("water_supply/-/industrial", "water_tariff", "water_use:industrial", "water_supply", "material"),
    ("water_supply/-/agricultural", "water_tariff", "water_use:agricultural", "water_supply", "material"),
    ("eco_energy/-/hydropower", "energy_price", "energy:hydropower", "energy_produced", "material"),
    ("water_retention", "reservoir_unit_cost", "", "water_retention", "regulating"),
    ("soil_retention/silt", "dredging_cost", "", "", "regulating"),
    ("soil_retention/nitrogen", "soil_nutrient_treatment_cost", "pollutant:nitrogen", "", "regulating"),
    ("soil_retention/phosphorus", "soil_nutrient_treatment_cost", "pollutant:phosphorus", "", "regulating"),
    ("sandstorm_prevention/area_protected", "desertification_control_cost", "", "", "regulating"),
    ("flood_mitigation/lake", "reservoir_unit_cost", "", "lake_regulation", "regulating"),
    ("flood_mitigation/reservoir", "reservoir_unit_cost", "", "", "regulating"),
    ("flood_mitigation/marsh", "reservoir_unit_cost", "", "marsh_regulation", "regulating"),
    ("air_purification/so2", "air_pollutant_treatment_cost", "pollutant:so2", "air_pollutant_purified", "regulating"),
    ("air_purification/nox", "air_pollutant_treatment_cost", "pollutant:nox", "air_pollutant_purified", "regulating"),
    ("air_purification/dust", "air_pollutant_treatment_cost", "pollutant:dust", "air_pollutant_purified", "regulating"),
    ("water_purification/cod", "water_pollutant_treatment_cost", "pollutant:cod", "water_pollutant_purified", "regulating"),
    ("water_purification/nh3n", "water_pollutant_treatment_cost", "pollutant:nh3n", "water_pollutant_purified", "regulating"),
    ("carbon_sequestration", "afforestation_cost", "", "co2_sequestered", "regulating"),
    ("oxygen_release", "industrial_oxygen_price", "", "oxygen_released", "regulating"),
    ("climate_regulation/transpiration", "electricity_tariff", "", "", "regulating"),
    ("climate_regulation/evaporation", "electricity_tariff", "", "evaporation_cooling", "regulating"),
    ("pest_control/-/-/forest", "pest_treatment_cost", "ecosystem:forest", "pest_controlled_area", "regulating"),
    ("pest_control/-/-/grassland", "pest_treatment_cost", "ecosystem:grassland", "pest_controlled_area", "regulating"),
]
VALUE_ONLY = {
    "crop_net_output": "crop_products",
    "forestry_net_output": "forestry_products",
    "livestock_net_output": "livestock_products",
    "fishery_net_output": "fishery_products",
    "tourism_value": "tourism_recreation",
}


def garze_quantity(leaf: str, key: str, item: str) -> tuple[str, str]:
    """The printed quantity of a priced line."""
    if not item:
        return GARZE_PRINTED[P + leaf]
    return GARZE_RETURNED["513300", item, key.partition(":")[2]]


def test_all_priced_lines_of_table_3_are_here() -> None:
    assert len(PRICED) == 23
    assert {V + leaf for leaf, *_ in PRICED} <= set(GARZE_PRINTED)


@pytest.mark.parametrize(("leaf", "price", "key", "item", "group"), PRICED, ids=[p[0] for p in PRICED])
def test_garze_quantity_times_price_meets_the_printed_value(leaf: str, price: str, key: str, item: str, group: str) -> None:
    value = times(around(*garze_quantity(leaf, key, item)), GARZE_PRICES[price, key])
    assert meet(value, around(*GARZE_PRINTED[V + leaf])), (value, GARZE_PRINTED[V + leaf])


@pytest.mark.parametrize("item", VALUE_ONLY)
def test_garze_value_only_lines_stand_as_printed(item: str) -> None:
    assert GARZE_RETURNED["513300", item, ""] == GARZE_PRINTED[V + VALUE_ONLY[item]]


def garze_total(group: str = "") -> tuple[Decimal, Interval]:
    """Point and interval of a class of services (all of them: no group), in yuan, from printed quantities and prices."""
    parts: list[tuple[Decimal, Interval]] = []
    for leaf, price, key, item, member in PRICED:
        if group in ("", member):
            text, unit = garze_quantity(leaf, key, item)
            yuan = GARZE_PRICES[price, key]
            parts.append((Decimal(text) * BASE[unit] * yuan, times(around(text, unit), yuan)))
    for item in VALUE_ONLY:
        if group in ("", "cultural" if item == "tourism_value" else "material"):
            text, unit = GARZE_RETURNED["513300", item, ""]
            parts.append((Decimal(text) * BASE[unit], around(text, unit)))
    return sum((p for p, _ in parts), Decimal(0)), added([i for _, i in parts])


def in_yi(value: Decimal) -> str:
    return f"{value / YI:.2f}"


def test_garze_total_from_printed_quantities() -> None:
    point, interval = garze_total()
    assert in_yi(point) == "7548.95"
    assert (in_yi(interval[0]), in_yi(interval[1])) == ("7543.14", "7554.76")
    printed = Decimal("7545.59") * YI
    assert interval[0] < printed < interval[1]


@pytest.mark.parametrize(
    ("group", "low", "high"),
    [("material", "632.61", "632.68"), ("regulating", "6839.86", "6851.42"), ("cultural", "70.67", "70.67")],
)
def test_garze_class_totals(group: str, low: str, high: str) -> None:
    _, interval = garze_total(group)
    assert (in_yi(interval[0]), in_yi(interval[1])) == (low, high)
    assert meet(interval, around(*GARZE_PRINTED[f"gep_total/513300/2010#{group}"]))


def foots(parts: list[tuple[str, str]], total: tuple[str, str]) -> bool:
    """Whether printed parts add up to a printed total within the half units of all of them."""
    return meet(added([around(*part) for part in parts]), around(*total))


def test_foots_sees_a_wrong_part() -> None:
    assert foots([("1.0", "亿元"), ("2.0", "亿元")], ("3.1", "亿元"))
    assert not foots([("1.0", "亿元"), ("2.0", "亿元")], ("3.3", "亿元"))


@pytest.mark.parametrize(
    "service",
    [
        "water_supply",
        "soil_retention",
        "flood_mitigation",
        "air_purification",
        "water_purification",
        "climate_regulation",
        "pest_control",
    ],
)
def test_garze_subtotals_foot(service: str) -> None:
    parts = [GARZE_PRINTED[V + leaf] for leaf, *_ in PRICED if leaf.startswith(service)]
    assert len(parts) > 1
    assert foots(parts, GARZE_PRINTED[V + service])


def test_garze_carbon_and_oxygen_foot() -> None:
    assert foots(
        [GARZE_PRINTED[V + "carbon_sequestration"], GARZE_PRINTED[V + "oxygen_release"]], GARZE_PRINTED[V + "carbon_oxygen"]
    )


def test_garze_classes_foot_to_gep() -> None:
    totals = [GARZE_PRINTED[f"gep_total/513300/2010#{c}"] for c in ("material", "regulating", "cultural")]
    assert foots(totals, GARZE_PRINTED["gep_total/513300/2010#gep"])


ECOSYSTEMS = ("forest", "shrub", "grassland", "wetland", "farmland", "urban", "glacier_snow", "bare")
TABLE_4 = {
    "material": "gep_total/513300/2010#material",
    "water_retention": V + "water_retention",
    "soil_retention": V + "soil_retention",
    "sandstorm_prevention": V + "sandstorm_prevention/area_protected",
    "carbon_oxygen": V + "carbon_oxygen",
    "tourism_recreation": V + "tourism_recreation",
}


@pytest.mark.parametrize("row", TABLE_4)
def test_garze_rows_of_table_4_foot_to_table_3(row: str) -> None:
    cells = [GARZE_PRINTED[f"{V}{row}/-/-/{e}"] for e in ECOSYSTEMS if f"{V}{row}/-/-/{e}" in GARZE_PRINTED]
    assert len(cells) > 3
    assert foots(cells, GARZE_PRINTED[TABLE_4[row]])


def column(ecosystem: str) -> list[tuple[str, str]]:
    """The cells printed under one ecosystem in Table 4 (that of pests stands with its four decimals of Table 3)."""
    tails = (f"/-/-/{ecosystem}", f"/transpiration/-/{ecosystem}")
    total = f"{V}gep/-/-/{ecosystem}"
    return [cell for figure, cell in GARZE_PRINTED.items() if figure.startswith(V) and figure.endswith(tails) and figure != total]


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_garze_columns_of_table_4_foot(ecosystem: str) -> None:
    assert foots(column(ecosystem), GARZE_PRINTED[f"{V}gep/-/-/{ecosystem}"])


def test_garze_ecosystems_foot_to_gep() -> None:
    assert foots([GARZE_PRINTED[f"{V}gep/-/-/{e}"] for e in ECOSYSTEMS], GARZE_PRINTED["gep_total/513300/2010#gep"])


def test_garze_areas_foot_to_table_1() -> None:
    areas = [Decimal(GARZE_RETURNED["513300", "ecosystem_area", e][0]) for e in ECOSYSTEMS]
    assert sum(areas) == Decimal("149687.70")


def parameter(name: str, key: str = "") -> Decimal:
    return GARZE_PARAMETERS[name, key]


def garze_amount(item: str, category: str = "") -> tuple[Decimal, Interval]:
    """A returned figure in base units, and its interval."""
    text, unit = GARZE_RETURNED["513300", item, category]
    return Decimal(text) * BASE[unit], around(text, unit)


def routed(route: str, of: str, item: str, category: str = "", **constants: Decimal) -> tuple[Decimal, Interval]:
    """Point and interval of a route that grows with its one rounded input `of`."""
    point, (low, high) = garze_amount(item, category)
    low_, point_, high_ = (ROUTES[route]({of: x, **constants}) for x in (low, point, high))
    return point_, (low_, high_)


def garze_computed() -> dict[str, tuple[Decimal, Interval]]:
    """What the engine computes for Garze, leaf by leaf, from the second routes."""
    found = {
        "soil_retention/silt": routed(
            "silt",
            "soil",
            "soil_retention_total",
            fraction=parameter("sediment_deposition_fraction"),
            density=parameter("soil_bulk_density"),
        ),
        "sandstorm_prevention/area_protected": routed(
            "sand_area",
            "sand",
            "sand_retained",
            density=parameter("sand_bulk_density"),
            depth=parameter("desertification_cover_depth"),
        ),
        "flood_mitigation/reservoir": routed(
            "reservoir", "capacity", "reservoir_capacity", share=parameter("reservoir_flood_share")
        ),
    }
    for p in ("nitrogen", "phosphorus"):
        content = parameter("soil_nutrient_content", f"pollutant:{p}")
        found[f"soil_retention/{p}"] = routed("soil_nutrient", "soil", "soil_retention_total", content=content)
    for e in ("forest", "shrub", "grassland"):
        heat = parameter("transpiration_heat", f"ecosystem:{e}")
        days, ratio = parameter("hot_days"), parameter("energy_efficiency_ratio")
        found[f"climate_regulation/transpiration/-/{e}"] = routed(
            "transpiration", "area", "ecosystem_area", e, heat=heat, days=days, ratio=ratio
        )
    return found


def test_garze_computed_quantities_meet_the_printed_ones() -> None:
    computed = garze_computed()
    transpired = added([i for leaf, (_, i) in computed.items() if "transpiration" in leaf])
    assert meet(transpired, around(*GARZE_PRINTED[P + "climate_regulation/transpiration"]))
    for leaf, (_, interval) in computed.items():
        if "transpiration" not in leaf:
            assert meet(interval, around(*GARZE_PRINTED[P + leaf])), leaf


def garze_price(leaf: str) -> Decimal:
    """The price of a computed leaf; leaves of transpiration share one."""
    for known, price, key, *_ in PRICED:
        if leaf.startswith(known):
            return GARZE_PRICES[price, key]
    raise KeyError(leaf)


def test_garze_computed_values_meet_the_printed_ones() -> None:
    for leaf, (_, interval) in garze_computed().items():
        assert meet(times(interval, garze_price(leaf)), around(*GARZE_PRINTED[V + leaf])), leaf


def test_garze_total_with_computed_lines() -> None:
    point, interval = garze_total()
    for leaf, price, key, item, _ in PRICED:
        if not item:
            text, unit = garze_quantity(leaf, key, item)
            point -= Decimal(text) * BASE[unit] * GARZE_PRICES[price, key]
            low, high = times(around(text, unit), GARZE_PRICES[price, key])
            interval = interval[0] - low, interval[1] - high
    for leaf, (quantity, rough) in garze_computed().items():
        point += quantity * garze_price(leaf)
        interval = added([interval, times(rough, garze_price(leaf))])
    assert in_yi(point) == "7548.91"
    assert (in_yi(interval[0]), in_yi(interval[1])) == ("7543.15", "7554.67")


def test_garze_oxygen_does_not_stand_on_the_base_of_carbon() -> None:
    carbon, _ = garze_amount("co2_sequestered")
    oxygen, _ = garze_amount("oxygen_released")
    stoichiometric = ROUTES["oxygen_stoichiometry"](
        {"carbon": carbon, "oxygen_mass": Decimal(32), "carbon_dioxide_mass": Decimal(44)}
    )
    assert f"{oxygen / stoichiometric:.1f}" == "11.1"


# ---- Baiyangdian 2011 ------------------------------------------------------------------------------------------------


def baiyangdian_values() -> dict[str, Interval]:
    """Value of each line of the account in yuan, from printed inputs."""
    printed = returned(BAIYANGDIAN)
    price = prices(BAIYANGDIAN / "local" / "prices" / "baiyangdian.csv")
    known = parameters(BAIYANGDIAN / "local" / "parameters" / "baiyangdian.csv")

    def amount(item: str, category: str = "") -> Interval:
        return around(*printed["130632", item, category])

    reed = amount("reed_harvest")
    mean_price = sum(
        (known["reed_grade_share", f"reed_grade:{g}"] * price["reed_price", f"reed_grade:{g}"] for g in ("top", "middle", "low")),
        Decimal(0),
    )
    before, after, first = amount("storage_before_second_flood"), amount("storage_after_second_flood"), amount("first_flood_gain")
    floods = first[0] + after[0] - before[1], first[1] + after[1] - before[0]
    carbon = known["reed_carbon_dioxide_uptake", ""] * 12 / 44
    found = {
        "fishery_products/-/aquatic": amount("aquatic_output_value"),
        "other_products": times(reed, mean_price),
        "water_supply": times(amount("water_supply", "combined"), price["water_tariff", "water_use:combined"]),
        "flood_mitigation/lake": times(floods, price["reservoir_unit_cost", ""]),
        "carbon_sequestration/carbon": times(reed, carbon * price["afforestation_cost_of_carbon", ""]),
        "oxygen_release": times(reed, known["reed_oxygen_release", ""] * price["industrial_oxygen_price", ""]),
        "tourism_recreation/priced_visits": times(amount("recreation_visits"), price["recreation_unit_value", ""]),
    }
    years = known["months_of_payment", ""] / 12
    for p in ("tourists", "town", "villages"):
        # price a person and year × share of willing payers × years
        factor = price["willingness_to_pay", f"payer:{p}"] * known["willing_payer_rate", f"payer:{p}"] * years
        found[f"non_use/{p}"] = times(amount("payer_group", p), factor)
    found["non_use"] = added([found[f"non_use/{p}"] for p in ("tourists", "town", "villages")])
    return found


def test_baiyangdian_lines_meet_the_printed_values() -> None:
    printed = published(BAIYANGDIAN)
    for leaf, interval in baiyangdian_values().items():
        assert meet(interval, around(*printed[f"value_account/130632/2011/{leaf}"])), leaf


def test_baiyangdian_total() -> None:
    values = baiyangdian_values()
    total = added([i for leaf, i in values.items() if not leaf.startswith("non_use/")])
    printed = published(BAIYANGDIAN)
    assert meet(total, around(*printed["gep_total/130632/2011#gep"]))
    classes = [printed[f"gep_total/130632/2011#{c}"] for c in ("material", "regulating", "cultural")]
    assert foots(classes, printed["gep_total/130632/2011#gep"])


def test_baiyangdian_unit_value_of_a_visit_is_the_sum_of_its_parts() -> None:
    price = prices(BAIYANGDIAN / "local" / "prices" / "baiyangdian.csv")
    assert price["recreation_unit_value", ""] == Decimal("52.47") + Decimal("343.33") + Decimal("578.03")


# ---- renewable energy in 95 countries, 2019 --------------------------------------------------------------------------


def test_renewable_values_and_totals() -> None:
    printed = published(NATCAP)
    price = {r["region"]: Decimal(r["value"]) for r in rows(NATCAP / "local" / "prices" / "electricity.csv")}
    share = {r["region"]: Decimal(r["value"]) for r in rows(NATCAP / "local" / "parameters" / "contribution.csv")}
    totals: dict[str, Decimal] = {}
    counted = 0
    for (region, _, energy), (text, unit) in returned(NATCAP).items():
        if not text:
            assert f"value_account/{region}/2019/eco_energy/nature_share/{energy}" not in printed
            continue
        assert unit == "GWh"
        value = Decimal(text) * price[region] * share[region]  # GWh × USD/GWh × 1
        low, high = around(*printed[f"value_account/{region}/2019/eco_energy/nature_share/{energy}"])
        assert low <= value <= high, (region, energy)
        totals[energy] = totals.get(energy, Decimal(0)) + value
        counted += 1
    assert counted == 95 + 64 + 21
    for energy, total in totals.items():
        low, high = around(*printed[f"value_account/WLD/2019/eco_energy/nature_share/{energy}"])
        assert low <= total <= high, energy
