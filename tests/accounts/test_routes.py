"""Second routes against numbers worked by hand, and what they refuse."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.decimals import power, sine_of_degrees
from gep.accounts.routes import DIGITS, ROUTES, ROW_ROUTES
from gep.accounts.soil_routes import slope_length_factor, steepness_factor

POSITIVE = st.decimals(min_value="0.001", max_value="1e12", places=3)


def numbers(**texts: str) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in texts.items()}


def close(found: Decimal, expected: str) -> bool:
    """Whether `found`, rounded to the digits of `expected`, is `expected`."""
    wanted = Decimal(expected)
    return found.quantize(Decimal(1).scaleb(int(wanted.as_tuple().exponent)), ROUND_HALF_EVEN) == wanted


CARBON = {"carbon_dioxide_mass": "44", "carbon_mass": "12"}
STAND = {
    "area": "10000", "height": "10", "factor": "1", "minutes": "525600", "lifetime": "10", "per_exa": "1000000000000000000",
}  # fmt: skip
WORKED = [
    # 0.24 × 38.86×10⁸ t ÷ 0.93 t/m³ = 932 640 000 ÷ 0.93
    ("silt", numbers(fraction="0.24", soil="3886000000", density="0.93"), "1002838709.677419354839"),
    # 38.86×10⁸ t × 0.37 % and × 0.108 %
    ("soil_nutrient", numbers(soil="3886000000", content="0.0037"), "14378200.0000"),
    ("soil_nutrient", numbers(soil="3886000000", content="0.00108"), "4196880.00000"),
    # 779.42×10⁴ t ÷ 1.28 t/m³ = 6 089 218.75 m³, spread 0.1 m deep
    ("sand_area", numbers(sand="7794200", density="1.28", depth="0.1"), "60892187.5"),
    # 0.35 × 0.03×10⁸ m³
    ("reservoir", numbers(share="0.35", capacity="3000000"), "1050000.00"),
    # 2837.27 × 31 920.60×10⁶ × 15 ÷ 10 800 = 125 788 001 058.33… kWh; × 0.53 yuan = 666.68×10⁸ yuan of Table 4
    ("transpiration", numbers(heat="2837.27", area="31920600000", days="15", ratio="3.0"), "125788001058.333333"),
    # 0.31×10⁸ × 32 ÷ 44
    ("oxygen_stoichiometry", numbers(carbon="31000000", oxygen_mass="32", carbon_dioxide_mass="44"), "22545454.545454545455"),
    # one square kilometre: A^b = 1, so e^6.636 = 762.0407 万m³
    ("lake_zone", numbers(area="1000000", a="6.636", b="0.678", turnovers="1"), "7620407.26"),
    # eastern plain, 10 km²: e^4.924 × 10^1.128 × 3.19 = 5891.91824 万m³
    ("lake_zone", numbers(area="10000000", a="4.924", b="1.128", turnovers="3.19"), "58919182.4"),
    # no lake, no water; 0.3 m over 2000 km²
    ("lake_zone", numbers(area="0", a="6.636", b="0.678", turnovers="1"), "0"),
    ("marsh_depth", numbers(depth="0.3", area="2000000000"), "600000000.0"),
    # SYN-1, forest: 1600 − 0.0267·1600 − 900 = 657.28 mm over 600 km²; 0.0267·1600 = 42.72 mm
    ("water_balance_type", numbers(area="600000000", rain="1.6", et="0.9", runoff="0.0267"), "394368000"),
    ("water_balance_returned", numbers(area="600000000", rain="1.6", et="0.9", runoff="0.04272"), "394368000"),
    # SYN-1, forest and shrub: 250 − 120 mm over 600 km², 250 − 150 mm over 50 km²
    ("vegetation_flood", numbers(rain="0.25", runoff="120", area="600000000"), "78000000"),
    ("vegetation_flood_returned", numbers(rain="0.25", runoff="0.15", area="50000000"), "5000000"),
    # CN 50: S = 254 mm; 49.2² ÷ 303.2 = 7.983641 mm of 100 mm run off, nothing of 50 mm (0.2 S = 50.8 mm)
    ("vegetation_scs", numbers(rain="0.1", number="50", area="1000000"), "92016.359"),
    ("vegetation_scs", numbers(rain="0.05", number="50", area="1000000"), "50000"),
    # 0.3 m on 1 km²; 0.4 m of soil of 1.25 t/m³ that takes up 0.6 t of water a tonne
    (
        "marsh_soil",
        numbers(depth="0.3", area="1000000", soil_depth="0.4", density="1.25", difference="0.6", water="1"),
        "600000",
    ),
    ("reservoir_annual", numbers(cost="10", rate="0.03", running="0.1"), "0.400"),
    # (5000 + 9000) − (6000 + 5500); never below zero
    ("mass_balance", numbers(inflow="5000", local="9000", outflow="6000", treated="5500"), "2500"),
    ("mass_balance", numbers(inflow="500", local="900", outflow="6000", treated="5500"), "0"),
    # 3000 hm² take up 1500 t, of 800 t all
    ("capacity_of_wetland", numbers(capacity="0.5", area="30000000", discharge="2000"), "1500"),
    ("capacity_of_wetland", numbers(capacity="0.5", area="30000000", discharge="800"), "800"),
    # 1.4 yuan ÷ 0.8 kg
    ("tax_price", numbers(rate="1.4", equivalent="0.8"), "1750"),
    # SYN-1: 220 g C/m² on 600 km² are 132 000 t C; × 44/12
    ("nep_flux", numbers(npp="0.0006", respiration="0.00038", area="600000000", **CARBON), "484000"),
    ("nep_measured", numbers(nep="0.00022", area="600000000", **CARBON), "484000"),
    # half of 1000 t of dry matter with 0.48 of carbon: 240 t C
    ("nep_alpha", numbers(share="0.5", npp="0.001", area="1000000", carbon_content="0.48", **CARBON), "880"),
    # 200 000 t in 5 years, 0.48 of it carbon: 19 200 t C
    ("biomass_change", numbers(later="900000", earlier="700000", interval="5", carbon_fraction="0.48", **CARBON), "70400"),
    # 1000 hm² × 1.2 × 1.5 = 1800 t C; × 0.3 = 300 t C; 60 g on 1 km² = 60 t C
    ("carbon_rate_forest", numbers(area="10000000", rate="1.2", soil_ratio="0.5", **CARBON), "6600"),
    ("carbon_rate", numbers(area="10000000", rate="0.3", **CARBON), "1100"),
    ("carbon_rate_wetland", numbers(area="1000000", rate="60", **CARBON), "220"),
    # 0.3 t/hm²: 0.5286 × 0.3 + 0.002433 = 0.161013 t C/hm² on 100 hm²
    (
        "carbon_rate_farmland",
        numbers(area="1000000", fertiliser="0.00003", slope="0.5286", intercept="0.002433", **CARBON),
        "59.0381",
    ),
    ("photosynthesis", numbers(npp="0.001", area="1000000", factor="1.63"), "1630"),
    ("oxygen_dry_matter", numbers(npp="0.001", area="1000000", factor="1.19"), "1190"),
    # SYN-1: 9×10⁶ m³, with the ratio 3.0 and without
    (
        "evaporation_ratio",
        numbers(water="9000000", density="1", latent="2453", ratio="3.0", humidifier="125"),
        "3169166666.7",
    ),
    ("evaporation_plain", numbers(water="9000000", density="1", latent="2453", humidifier="125"), "7257500000"),
    # 3×10⁸ kg × 2453 kJ ÷ 10 800
    (
        "evapotranspiration_cooling",
        numbers(depth="0.3", area="1000000", density="1", latent="2453", ratio="3.0"),
        "68138888.9",
    ),
    # 5.256×10¹⁵ × 2500 × 1 hm² × 10 m ÷ 10 min = 13.14×10¹⁸; above 600: × 1900; at 600 nothing
    ("ions_generated", numbers(concentration="2500000000", **STAND), "13.14"),
    ("ions_above", numbers(concentration="2500000000", threshold="600000000", **STAND), "9.9864"),
    ("ions_above", numbers(concentration="600000000", threshold="600000000", **STAND), "0"),
    # 1 + 0.1 × (2 + 3 + 5)
    ("species_area", numbers(weight="0.1", endangerment="2", endemism="3", old_tree="5", area="10000"), "20000"),
    ("nature_visits", numbers(visits="2000000", share="0.6"), "1200000"),
    # 1.5 d × 300 × 0.5 + 480
    ("travel_cost", numbers(time="1.5", wage="300", share="0.5", direct="480"), "705"),
    ("residual", numbers(quantity="120", price="2600", inputs="90000"), "222000"),
]


@pytest.mark.parametrize(("name", "inputs", "expected"), WORKED)
def test_worked_numbers(name: str, inputs: dict[str, Decimal], expected: str) -> None:
    assert close(ROUTES[name](inputs), expected)


def test_every_route_has_a_worked_number() -> None:
    assert {name for name, _, _ in WORKED} == set(ROUTES)


@pytest.mark.parametrize(("name", "inputs"), [(name, inputs) for name, inputs, _ in WORKED])
def test_a_missing_input_is_never_filled_in(name: str, inputs: dict[str, Decimal]) -> None:
    for left_out in inputs:
        with pytest.raises(KeyError, match=left_out):
            ROUTES[name]({k: v for k, v in inputs.items() if k != left_out})


def test_sixty_digits_whatever_the_context_of_the_caller() -> None:
    thirds = ROUTES["silt"](numbers(fraction="1", soil="1", density="3"))
    assert len(thirds.as_tuple().digits) == DIGITS
    assert str(thirds) == "0." + "3" * DIGITS


@given(soil=POSITIVE, more=POSITIVE, fraction=st.decimals(min_value=0, max_value=1, places=3))
def test_silt_of_two_areas_is_the_sum(soil: Decimal, more: Decimal, fraction: Decimal) -> None:
    # 2 t/m³ divides without remainder, so the identity is exact
    two = Decimal(2)
    together = ROUTES["silt"]({"fraction": fraction, "soil": soil + more, "density": two})
    apart = [ROUTES["silt"]({"fraction": fraction, "soil": part, "density": two}) for part in (soil, more)]
    assert together == sum(apart)


@given(carbon=POSITIVE)
def test_oxygen_to_carbon_dioxide_is_eight_to_eleven(carbon: Decimal) -> None:
    oxygen = ROUTES["oxygen_stoichiometry"](
        {"carbon": carbon * 11, "oxygen_mass": Decimal(32), "carbon_dioxide_mass": Decimal(44)}
    )
    assert abs(oxygen - carbon * 8) <= oxygen.scaleb(2 - DIGITS)


def test_water_retention_of_the_made_up_county() -> None:
    # forest of SYN-1, 600 km² in two patches: 1600 − 0.0267·1600 − 900 = 657.28 mm over 6·10⁸ m² = 394 368 000 m³
    rows = [numbers(area="200000000", rain="1600", et="900"), numbers(area="400000000", rain="1600", et="900")]
    assert ROW_ROUTES["water_retention_rows"](rows, numbers(runoff="0.0267")) == Decimal(394_368_000)


def test_water_retention_keeps_the_sign_of_a_dry_patch() -> None:
    # 300 − 400 = −100 mm over 10 000 m² takes 1000 m³ from 200 mm over 10 000 m²
    rows = [numbers(area="10000", rain="300", et="400"), numbers(area="10000", rain="500", et="300")]
    assert ROW_ROUTES["water_retention_rows"](rows, numbers(runoff="0")) == Decimal(1000)


def test_soil_retention_of_two_patches() -> None:
    # 6000 × 0.02 × 2 = 240 t/hm² potential; C·P 0.05·0.4 = 0.02 keeps 235.2 t/hm²; on 3 hm² 705.6 t; C·P = 1 keeps nothing
    rows = [
        numbers(r="6000", k="0.02", ls="2", c="0.05", p="0.4", area="30000"),
        numbers(r="6000", k="0.02", ls="2", c="1", p="1", area="30000"),
    ]
    assert ROW_ROUTES["soil_retention_rows"](rows, {}) == Decimal("705.6")


@pytest.mark.parametrize("name", sorted(ROW_ROUTES))
def test_no_rows_are_unknown_not_zero(name: str) -> None:
    with pytest.raises(ValueError, match="no rows: their sum is unknown, not zero"):
        ROW_ROUTES[name]([], {})


def test_a_constant_nobody_reads_is_refused() -> None:
    row = numbers(r="1", k="1", ls="1", c="0", p="0", area="1")
    with pytest.raises(ValueError, match="constants not used by this route: runoff"):
        ROW_ROUTES["soil_retention_rows"]([row], numbers(runoff="0.1"))


def test_a_row_without_a_column_is_refused() -> None:
    with pytest.raises(KeyError, match="et"):
        ROW_ROUTES["water_retention_rows"]([numbers(area="1", rain="1")], numbers(runoff="0"))


# --- SYN-2, SYN-3 and SYN-4 of tests/data/reference/gep-worked-examples.csv, and what stands beside them

RUSLE = numbers(
    r="6000", ka="-0.01383", kb="0.51575", k_si="0.1317", length_cap="300", ref="22.13", den="0.0896", co="3", off="0.56",
    s1="10.8", i1="0.03", s2="16.8", i2="-0.5", s3="21.91", i3="-0.96", steep="9.5988", p="1",
)  # fmt: skip
SLOPE = numbers(sand="40", silt="40", clay="20", organic_carbon="1.2", slope="12", slope_length="30", cover="70", area="10000")
CAI = numbers(a="0.6508", b="0.3436")
RWEQ = numbers(
    e0="29.09", e1="0.31", e2="0.17", e3="0.33", e4="2.59", e5="0.95", s1="0.0066", s2="0.021", a="0.1151", transport="109.8",
    field="150.71", power="-0.3711", z="50",
)  # fmt: skip
SAND = numbers(
    weather="20", roughness="0.8", sand="70", silt="20", clay="10", organic_matter="1", carbonate="0", cover="30", area="1000000"
)  # fmt: skip


def test_syn_2_soil_retained_on_a_hectare() -> None:
    assert close(ROW_ROUTES["soil_cai_rows"]([SLOPE], {**RUSLE, **CAI}), "441.725858")


def test_practice_takes_part_in_the_actual_loss_only() -> None:
    # 449.284766 potential; C·P = 0.016824 × 0.5
    half = ROW_ROUTES["soil_cai_rows"]([SLOPE], {**RUSLE, **CAI, "p": Decimal("0.5")})
    assert close(half, "445.50531")


@pytest.mark.parametrize(
    ("cover", "factor"), [("5", "0.45"), ("10", "0.24"), ("49.9", "0.15"), ("50", "0.09"), ("70", "0.043"), ("90", "0.011")]
)
def test_cover_by_table(cover: str, factor: str) -> None:
    table = numbers(c1="0.45", c2="0.24", c3="0.15", c4="0.09", c5="0.043", c6="0.011")
    row = {**SLOPE, "cover": Decimal(cover)}
    bare = ROW_ROUTES["soil_hj_constant_rows"]([row], {**RUSLE, "c": Decimal(0)})
    assert close(bare, "449.284766")
    for route in ("soil_table_rows", "soil_hj_table_rows"):
        kept = ROW_ROUTES[route]([row], {**RUSLE, **table})
        assert abs(kept - bare * (1 - Decimal(factor))) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("route", "cover", "share"),
    [
        ("soil_dry_rows", "0", "0"),  # bare land: C = 1
        ("soil_dry_rows", "1", "0"),  # 0.221 − 0.595·lg 0.01 = 1.411, clipped to 1
        ("soil_hj_dry_rows", "10", "0.184"),  # 0.221 + 0.595 = 0.816
        ("soil_dry_rows", "100", "0.779"),
        ("soil_cai_rows", "0", "0"),
        ("soil_cai_rows", "78.3", "1"),
        ("soil_cai_rows", "10", "0.6928"),  # 0.6508 − 0.3436 = 0.3072
    ],
)
def test_cover_by_equation(route: str, cover: str, share: str) -> None:
    constants = CAI if "cai" in route else numbers(a="0.221", b="0.595")
    row = {**SLOPE, "cover": Decimal(cover)}
    bare = ROW_ROUTES["soil_hj_constant_rows"]([row], {**RUSLE, "c": Decimal(0)})
    assert abs(ROW_ROUTES[route]([row], {**RUSLE, **constants}) / bare - Decimal(share)) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("slope", "factor"), [("0", "0.03"), ("3", "0.595228"), ("7.5", "1.692840"), ("12", "3.595345"), ("28.81", "9.5988")]
)
def test_steepness(slope: str, factor: str) -> None:
    # 10.8 × 0.0523360 + 0.03; 16.8 × 0.1305262 − 0.5; 21.91 × 0.2079117 − 0.96
    row = {**SLOPE, "slope": Decimal(slope)}
    assert close(steepness_factor(row, RUSLE), factor)


def test_a_slope_is_no_longer_than_the_cap() -> None:
    long, capped = ({**SLOPE, "slope_length": Decimal(n)} for n in (900, 300))
    assert slope_length_factor(long, RUSLE) == slope_length_factor(capped, RUSLE)


def test_syn_3_erosivity_of_three_days() -> None:
    # 443.147 and 353.736 MJ·mm/(hm²·h), 1/1 500 000 kWh·m/(m²·d) each; a day of 11.9 mm is not erosive
    days = [numbers(rain=n, season_month="5") for n in ("15", "40", "22", "11.9")]
    zhang = numbers(
        day_mean="25.67", year_mean="900", b0="0.8363", b1="18.144", b2="24.455", factor="21.586", power="-7.1891", threshold="12"
    )  # fmt: skip
    assert close(ROW_ROUTES["erosivity_zhang"](days, zhang) * 1_500_000, "443.147")
    daily = numbers(warm="0.3937", cool="0.3101", exponent="1.7265", threshold="12", warm_from="5", warm_to="9")
    warm = ROW_ROUTES["erosivity_daily"](days, daily) * 1_500_000
    assert close(warm, "353.736")
    winter = [{**d, "season_month": Decimal(10)} for d in days]
    cold = ROW_ROUTES["erosivity_daily"](winter, daily) * 1_500_000
    assert abs(cold / warm - Decimal("0.3101") / Decimal("0.3937")) < Decimal("1e-20")


def test_syn_4_sand_retained_on_a_square_kilometre() -> None:
    # 5.744711 kg/m²; without wind nothing is lost and nothing retained
    assert close(ROW_ROUTES["sand_rweq_rows"]([SAND], RWEQ), "5744.711")
    assert ROW_ROUTES["sand_rweq_rows"]([{**SAND, "weather": Decimal(0)}], RWEQ) == 0


def test_every_lake_by_itself() -> None:
    # eastern plain, 10 km² twice: 2 × 58 919 182.44 m³, not the 128 772 000 of one lake of 20 km²
    lake, zone = numbers(area="10000000"), numbers(a="4.924", b="1.128", turnovers="3.19")
    assert close(ROW_ROUTES["each_lake_rows"]([lake, lake], zone), "117838364.9")


def test_discharge_against_capacity() -> None:
    # 600 km² × 6 kg/hm² = 360 t, 30 km² × 10 kg/hm² = 30 t
    rows = [numbers(capacity="0.006", area="600000000"), numbers(capacity="0.01", area="30000000")]
    cap, quality = ROW_ROUTES["capacity_cap_rows"], ROW_ROUTES["capacity_by_quality_rows"]
    assert cap(rows, numbers(discharge="1500")) == 390
    assert cap(rows, numbers(discharge="200")) == 200
    assert quality(rows, numbers(discharge="200", fails="1")) == 390
    assert quality(rows, numbers(discharge="200", fails="0")) == 200


def test_respiration_of_a_month() -> None:
    # 0.22 × (e^0 + ln 1) × 30 × 0.465 = 3.069 g C/m² at 0 °C without rain
    month = numbers(temperature="0", rain="0")
    constants = numbers(constant="0.22", heat="0.0912", wet="0.3145", share="0.465")
    assert ROW_ROUTES["respiration_rows"]([month, month], constants) == Decimal("0.000006138")


@pytest.mark.parametrize(("angle", "sine"), [("0", "0"), ("30", "0.5"), ("90", "1"), ("-30", "-0.5"), ("150", "0.5")])
def test_sine(angle: str, sine: str) -> None:
    assert abs(sine_of_degrees(Decimal(angle)) - Decimal(sine)) < Decimal("1e-25")


def test_no_angle_and_no_power() -> None:
    with pytest.raises(ValueError, match="no angle of a slope"):
        sine_of_degrees(Decimal(361))
    with pytest.raises(ValueError, match="0 has no power"):
        power(Decimal(0), Decimal(0))
    assert power(Decimal(0), Decimal(2)) == 0
