"""Second routes against numbers worked by hand, and what they refuse."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.routes import DIGITS, ROUTES, ROW_ROUTES

POSITIVE = st.decimals(min_value="0.001", max_value="1e12", places=3)


def numbers(**texts: str) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in texts.items()}


def close(found: Decimal, expected: str) -> bool:
    """Whether `found`, rounded to the digits of `expected`, is `expected`."""
    wanted = Decimal(expected)
    return found.quantize(Decimal(1).scaleb(int(wanted.as_tuple().exponent)), ROUND_HALF_EVEN) == wanted


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
