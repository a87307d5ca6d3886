"""Across rows, files and the book: repetitions, clashes, overlapping regions, slips of unit, areas, missing inputs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from gep.base.records import Fact, Key, Origin, State, Vocabulary
from gep.intake.checks import (
    Need,
    areas_within,
    check_across,
    missing_inputs,
    overlaps,
    row_to_add,
    settle,
    slips_to_last_year,
)
from gep.intake.figures import half_last_digit, in_base, likely_slip, plain
from gep.intake.submit import intake

Make = Callable[..., bytes]


def fact(amount: str | None = "12", row: int = 2, file: str = "f.csv", **more: object) -> Fact:
    base = Fact(
        measure="soil_retention_total",
        region="513322",
        period="2011",
        key=(),
        state=State.VALUE if amount is not None else State.NOT_AVAILABLE,
        amount=Decimal(amount) if amount is not None else None,
        unit="t",
        origin=Origin(file, f"sha of {file}", row),
    )
    return replace(base, **more)  # type: ignore[arg-type]


def area(ecosystem: str, amount: str, row: int = 2, **more: object) -> Fact:
    return fact(amount, row, measure="ecosystem_area", key=(("ecosystem", ecosystem),), **({"unit": "km2"} | more))


def test_the_same_value_in_another_unit_is_the_same_figure(vocabulary: Vocabulary) -> None:
    done = settle([fact("12", unit="万t"), fact("120000", row=3)], vocabulary)
    assert [(f.code, f.place.row) for f in done.findings] == [("INTAKE-TWICE-SAME", 3)]
    assert [f.origin.row for f in done.facts] == [2]


def test_two_values_stop_and_both_stay(vocabulary: Vocabulary) -> None:
    done = settle([fact("12"), fact("13", row=3), fact("12", row=4)], vocabulary)
    assert [(f.code, f.place.row) for f in done.findings] == [("INTAKE-TWICE-OTHER", 3), ("INTAKE-TWICE-SAME", 4)]
    assert [f.origin.row for f in done.facts] == [2, 3]


@pytest.mark.parametrize(
    "other",
    [
        fact("13", key=(("pollutant", "so2"),)),
        fact("13", period="2012"),
        fact("13", region="513300"),
        fact("13", attrs={"vintage": "final"}),
    ],
)
def test_another_key_period_region_or_attribute_is_another_figure(other: Fact, vocabulary: Vocabulary) -> None:
    assert settle([fact(), other], vocabulary).findings == ()


def test_missing_against_value_and_exact_against_rounded_are_different(vocabulary: Vocabulary) -> None:
    assert [f.code for f in settle([fact(), fact(None, row=3)], vocabulary).findings] == ["INTAKE-TWICE-OTHER"]
    assert [f.code for f in settle([fact(), fact(row=3, exact=True)], vocabulary).findings] == ["INTAKE-TWICE-OTHER"]


def test_money_of_two_price_years_is_not_the_same_amount(vocabulary: Vocabulary) -> None:
    one, two = fact("5", measure="gdp", unit="元@2010"), fact("5", row=3, measure="gdp", unit="元@2011")
    (found,) = settle([one, two], vocabulary).findings
    assert (found.code, found.difference) == ("INTAKE-TWICE-OTHER", "")


def test_against_the_book(vocabulary: Vocabulary) -> None:
    stored = [fact("12", file="old.csv")]
    same = settle([fact("12.0")], vocabulary, stored)
    assert (same.facts, [f.code for f in same.findings]) == ((), ["INTAKE-STORED-SAME"])
    other = settle([fact("13")], vocabulary, stored)
    assert [(f.code, f.difference) for f in other.findings] == [("INTAKE-STORED-OTHER", "1 t")]
    assert len(other.facts) == 1
    again = settle([fact("12"), fact("7", row=3, period="2012")], vocabulary, [fact("12"), fact("7", row=3, period="2012")])
    assert (again.facts, [(f.code, f.found) for f in again.findings]) == ((), [("INTAKE-FILE-STORED", "2")])


def test_departments_clash_in_a_file_and_against_the_book(vocabulary: Vocabulary) -> None:
    water, farm = fact("12", department="水利局"), fact("12", row=3, department="农业局")
    for new, stored in (([water, farm], []), ([farm], [water]), ([water], [farm])):
        done = settle(new, vocabulary, stored)
        assert [f.code for f in done.findings] == ["INTAKE-DEPARTMENTS"]
        assert done.findings[0].place.row == (new[0] if len(new) == 1 else water).origin.row
    assert settle([fact("5", period="2012")], vocabulary, [water, farm]).findings == ()  # not touched by the new facts


def test_region_and_county_overlap_only_where_figures_are_added(vocabulary: Vocabulary) -> None:
    city, county = fact(region="513300"), fact(row=3)
    (found,) = overlaps([county, city], vocabulary)
    assert (found.code, found.place.row, dict(found.args)["count"]) == ("INTAKE-OVERLAP", 2, "1")
    assert [f.code for f in overlaps([county], vocabulary, [city])] == ["INTAKE-OVERLAP"]
    assert overlaps([fact(period="2012")], vocabulary, [city, county]) == []
    assert overlaps([city, replace(county, period="2012")], vocabulary) == []
    assert overlaps([city, replace(county, state=State.NOT_AVAILABLE, amount=None)], vocabulary) == []
    ratio = {"measure": "cover", "unit": "1"}
    assert overlaps([replace(city, **ratio), replace(county, **ratio)], vocabulary) == []


def test_one_finding_for_a_city_names_all_its_counties(vocabulary: Vocabulary) -> None:
    counties = [fact(row=3 + n, region=region) for n, region in enumerate(("513301", "513321", "513322"))]
    (found,) = overlaps([fact(region="513300"), *counties], vocabulary)
    assert all(region in found.expected for region in ("513301", "513321", "513322"))
    assert len(found.figures) == 4


@pytest.mark.parametrize(
    ("now", "unit", "words"),
    [
        ("13000", "t", "10^3"),  # 1.3 times 10^3
        ("90000", "t", "10^4"),
        ("180", "t", "亩"),  # 15 times
        ("0.8", "t", "亩"),  # 1/15
        ("0.0012", "t", "10^4"),
        ("12", "万t", "10^4"),
    ],
)
def test_a_value_off_by_a_unit_from_last_year_is_queried(now: str, unit: str, words: str, vocabulary: Vocabulary) -> None:
    (found,) = slips_to_last_year([fact(now, unit=unit)], vocabulary, [fact("12", period="2010", file="old.csv")])
    assert (found.code, found.severity) == ("INTAKE-SLIP-LAST-YEAR", "query")
    assert words in found.text("zh")
    assert "old.csv:2:value" in found.text("en")


@pytest.mark.parametrize("now", ["12", "8.4", "15.6", "36", "80", "2", "0", "480", "0.3"])
def test_ordinary_change_is_not_queried(now: str, vocabulary: Vocabulary) -> None:
    assert slips_to_last_year([fact(now)], vocabulary, [fact("12", period="2010")]) == []


def test_last_year_is_the_same_month_or_day_of_the_year_before(vocabulary: Vocabulary) -> None:
    new = fact("120000", period="2011-06")
    assert slips_to_last_year([new], vocabulary, [fact("12", period="2010")]) == []
    assert len(slips_to_last_year([new], vocabulary, [fact("12", period="2010-06")])) == 1


def test_seeded_factor_faults_are_found_and_clean_cells_left_alone(vocabulary: Vocabulary) -> None:
    # 1000 figures that change by at most 30 % a year; every tenth is off by 10^4, 15 or 100, up or down
    rng = random.Random(7)  # noqa: S311 - a repeatable sample, no secret
    stored, new, wrong = [], [], set()
    for row in range(1000):
        before = Decimal(rng.randrange(1, 10**9)) / 1000
        now = before * Decimal(rng.randrange(70, 131)) / 100
        if row % 10 == 0:
            factor = rng.choice([Decimal(10_000), Decimal(15), Decimal(100)])
            now = now * factor if rng.random() < 0.5 else now / factor
            wrong.add(row)
        key: Key = (("ecosystem", f"e{row}"),)
        stored.append(fact(str(before), row, period="2010", key=key))
        new.append(fact(str(now), row, key=key))
    assert {f.place.row for f in slips_to_last_year(new, vocabulary, stored)} == wrong


def test_areas_may_exceed_the_region_by_their_rounding_only(vocabulary: Vocabulary) -> None:
    # 60.4 + 40.4 = 100.8 km2, each ± 0.05 km2: a region of 100.7 km2 is possible, one of 100.69 km2 is not
    new = [area("forest", "60.4"), area("shrub", "40.4", 3)]
    assert areas_within(new, vocabulary, {"513322": Decimal("100700000")}) == []
    (found,) = areas_within(new, vocabulary, {"513322": Decimal("100690000")})
    assert (found.found, found.difference, found.place.row) == ("100800000 m2", "110000 m2", 2)
    exact = [replace(f, exact=True) for f in new]
    assert len(areas_within(exact, vocabulary, {"513322": Decimal("100700000")})) == 1
    assert areas_within(new, vocabulary, {"513300": Decimal(1)}) == []


def test_stored_areas_count_once_and_only_where_new_ones_come(vocabulary: Vocabulary) -> None:
    stored = [area("forest", "60"), area("shrub", "50", 3)]
    bound = {"513322": Decimal(100_000_000)}
    assert areas_within([], vocabulary, bound, stored) == []
    assert areas_within([area("wetland", "1", period="2012")], vocabulary, bound, stored) == []
    (found,) = areas_within([area("shrub", "45", 4)], vocabulary, bound, stored)  # 60 + 45: the new one in place of the stored
    assert found.found == "105000000 m2"


def test_needs_are_met_by_a_value_or_a_reason_and_by_nothing_else(vocabulary: Vocabulary) -> None:
    need = Need("soil_retention_total", "513322", "2011", (), "soil_retention", "soil.silt")
    assert missing_inputs([need], [fact()], vocabulary) == ()
    assert missing_inputs([need], [fact(None)], vocabulary) == ()
    others = [fact(region="513300"), fact(period="2010"), fact(measure="cover"), fact(key=(("part", "lake"),))]
    (found,) = missing_inputs([need, replace(need, rule="soil.other")], others, vocabulary)
    assert "soil.other, soil.silt" in found.text("zh")
    assert found.expected == "513322,2011,soil_retention_total,,,?,,t,水利局"


def test_the_row_to_add_is_taken_once_its_value_is_filled_in(vocabulary: Vocabulary, make_tidy: Make) -> None:
    needs = [
        Need("nutrient_loss", "513322", "2010", (("ecosystem", "forest"), ("part", "lake")), "s", "r"),
        Need("habitat", "513322", "2010", (("ecosystem", "forest"), ("landuse", "wetland")), "s", "r"),
        Need("purification", "513322", "2010", (("pollutant", "so2"),), "s", "r"),
    ]
    rows = [row_to_add(need, vocabulary.measures[need.measure]).replace("?", "1") + ",s,," for need in needs]
    result = intake("f.csv", make_tidy(*rows), vocabulary)
    assert result.findings == ()
    assert missing_inputs(needs, result.facts, vocabulary) == ()


def test_all_checks_together_are_the_same_whatever_the_order(vocabulary: Vocabulary) -> None:
    facts = [fact(), fact("13", 3), fact(row=4, department="x"), fact(row=5, region="513300"), fact("12", 6)]
    stored = [fact("0.0012", 9, "old.csv", period="2010")]

    def seen(facts: list[Fact]) -> tuple[set[tuple[int, str]], set[int]]:
        done = check_across(facts, vocabulary, stored)
        return {(f.place.row, f.code) for f in done.findings}, {f.origin.row for f in done.facts}

    assert seen(facts) == seen(facts[::-1])


def test_rounding_interval_and_base_units() -> None:
    assert in_base(fact("1.50", unit="万亩")) == Fraction(15000 * 2000, 3)
    assert half_last_digit(fact("1.50", unit="万t")) == Fraction(50)  # ± 0.005 万t
    assert half_last_digit(fact("1.50", exact=True)) == 0
    assert half_last_digit(fact("1.5e3")) == 50
    assert plain(Fraction(2, 3), 5) == "0.66667"
    assert plain(Fraction(10**12)) == "1000000000000"


def test_the_most_common_slip_that_brings_a_value_inside_is_named(vocabulary: Vocabulary) -> None:
    cover = vocabulary.measures["cover"]
    assert (likely_slip(Fraction(45), cover) or pytest.fail("none")).factor == 100
    assert (likely_slip(Fraction(450), cover) or pytest.fail("none")).factor == 1000
    assert likely_slip(Fraction(10**9), cover) is None
    bounded = replace(vocabulary.measures["ecosystem_area"], upper=Decimal(10**9))
    assert (likely_slip(Fraction(9 * 10**9), bounded) or pytest.fail("none")).factor == 15
    assert (likely_slip(Fraction(10**12), bounded) or pytest.fail("none")).factor == 10**4
