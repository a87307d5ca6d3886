"""Handover balances: which year-ends they rest on, the code a region had, what was observed, and nothing made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gep.base.records import Key, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.workflow.audit.balances import Balances, Tables, balances, line_of, method_of, stock_lines, way_of
from gep.workflow.audit.records import Balance, Method, Observation, Tenure
from tests.workflow.audit.terms import Figures, place, subject, tenure, years

COEFFICIENTS = Path(__file__).resolve().parents[3] / "coefficients"
FARM, ALL = key_of({"la01": "C02"}), key_of({"la01": "C00"})
REST = key_of({"la01": "C01"})
# departure-audit §6: year-ends of cultivated land, ha
LAND = {f"a LA-01.R40 la01:C02 {y}": v for y, v in ((2019, "100.00"), (2020, "98.00"), (2021, "97.00"), (2022, "97.50"))}
CITY = place("c")
PLACES = {
    r.code: r for r in (CITY, place("a", "c"), place("b", "c", end="2020-12-31"), place("d", "c", "2021-01-01", replaces=["b"]))
}
START, END = date(2020, 7, 1), date(2022, 3, 1)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(COEFFICIENTS)


def made(
    catalog: Catalog, figures: Figures, way: Tenure | Method = "NEAREST", *, days: Sequence[date] = (START, END),
    wanted: Sequence[str] = ("a",), seen: Sequence[Observation] = (), tables: Sequence[str] = ("LA-01",),
) -> Balances:  # fmt: skip
    asked = tenure("c", subject("2020-07-01", "2022-03-01"), method=way) if isinstance(way, str) else way
    layouts = {t: catalog.layouts[t] for t in tables}
    lines = stock_lines(layouts.values(), catalog.measures)
    held = Tables(years(catalog.measures, figures), asked, PLACES, ("a", "b", "d"), layouts, lines, catalog.measures)
    return balances(held, days, wanted, seen, [days[-1]])


def at(found: Balances, day: date, key: Key = FARM, region: str = "a", measure: str = "LA-01.R40") -> Balance:
    balance = found.get(day, region, measure, key)
    assert balance is not None
    return balance


def codes(found: Balances) -> list[str]:
    for f in found.findings:
        assert f.text("zh")
        assert f.mend("en")
    return sorted(f.code for f in found.findings)


def observed(amount: str, day: date = START, unit: str = "hm2", row: str = "R40", code: str = "C02") -> Observation:
    return Observation("a", "LA-01", row, key_of({"la01": code}), day, Decimal(amount), unit, "示例台账（虚构）")


# ---- the worked example


def test_nearest_reads_the_year_end_and_says_how_far_it_is(catalog: Catalog) -> None:
    """1 July 2020 stands 182 days after 1 January 2020; 1 March 2022 59 days after 1 January 2022."""
    found = made(catalog, LAND)
    opening, closing = at(found, START), at(found, END)
    assert (opening.amount, opening.year_end, opening.days) == (Fraction(100), 2019, -182)
    assert opening.method == "NEAREST"
    assert (closing.amount, closing.year_end, closing.days) == (Fraction(97), 2021, -59)
    assert opening.amount is not None
    assert closing.amount is not None
    assert closing.amount - opening.amount == -3
    assert [f.address for f in opening.figures] == ["asset_account/a/2019/LA-01.R40/C02@7"]
    assert not opening.estimate
    assert codes(found) == []


def test_interpolated_by_days_and_marked_as_an_estimate(catalog: Catalog) -> None:
    """100 − 2 × 182/366 = 99.0055; 97 + 0.5 × 59/365 = 97.0808; change −1.9246."""
    found = made(catalog, LAND, "INTERP")
    opening, closing = at(found, START), at(found, END)
    assert opening.amount == 100 - Fraction(2 * 182, 366)
    assert closing.amount == 97 + Fraction(59, 2 * 365)
    assert round(float(closing.amount - opening.amount), 4) == -1.9246
    assert opening.estimate
    assert closing.estimate
    assert [f.address[:20] for f in closing.figures] == ["asset_account/a/2021", "asset_account/a/2022"]


def test_one_balance_for_whoever_closes_and_whoever_opens_on_a_day(catalog: Catalog) -> None:
    found = made(catalog, LAND, days=[START, START, END])
    assert len([w for w in found.at if w[0] == START and w[3] == FARM]) == 1
    assert found.stocks[START, "a", "LA-01.R40", FARM].cut == date(2020, 1, 1)


def test_before_its_first_year_a_book_has_what_that_year_opened_with(catalog: Catalog) -> None:
    figures = {"a LA-01.R40 la01:C02 2020": "98", "a LA-01.R10 la01:C02 2020": "100"}
    found = made(catalog, figures, days=[date(2020, 1, 1), date(2021, 1, 1)])
    assert at(found, date(2020, 1, 1)).amount == 100
    assert at(found, date(2020, 1, 1)).figures[0].address == "asset_account/a/2020/LA-01.R10/C02@7"


# ---- what is missing


def test_a_year_end_that_the_book_has_not_is_told_and_no_other_takes_its_place(catalog: Catalog) -> None:
    found = made(catalog, LAND, days=[date(2018, 3, 1), END])
    assert at(found, date(2018, 3, 1)).amount is None
    assert codes(found) == ["TENURE-OUTSIDE-DATA"]


def test_a_table_that_lacks_all_its_cells_is_told_once(catalog: Catalog) -> None:
    more = {k.replace("C02", "C03"): v for k, v in LAND.items()}
    found = made(catalog, LAND | more, days=[date(2018, 3, 1), END])
    assert codes(found) == ["TERM-STOCKS-LACKING"]
    assert "2" in found.findings[0].text("en")


def test_an_unknown_year_end_is_unknown_and_not_zero(catalog: Catalog) -> None:
    found = made(catalog, {**LAND, "a LA-01.R40 la01:C02 2021": "?"})
    assert at(found, END).amount is None
    assert codes(found) == ["TENURE-NO-STOCK"]


def test_what_does_not_apply_is_not_missing(catalog: Catalog) -> None:
    found = made(catalog, {**LAND, "a LA-01.R40 la01:C02 2021": "n/a"})
    assert at(found, END).amount is None
    assert codes(found) == []


def test_what_was_surveyed_stands_on_closing_days_only(catalog: Catalog) -> None:
    """R60 opens nothing: nobody asks for it on the day a term begins."""
    found = made(catalog, LAND | {k.replace("R40", "R60"): v for k, v in LAND.items()})
    assert found.get(START, "a", "LA-01.R60", FARM) is None
    assert at(found, END, measure="LA-01.R60").amount == 97


def test_a_mineral_that_the_book_did_not_name_at_a_year_end_is_not_there(catalog: Catalog) -> None:
    figures = {f"a MN-01.R40 mineral:gold;mn01:C1 {y}": "5" for y in (2021, 2022)}
    figures |= {f"a MN-01.R40 mineral:lead;mn01:C1 {y}": "5" for y in (2019, 2020, 2021, 2022)}
    found = made(catalog, figures, tables=["MN-01"])
    gold, lead = (key_of({"mineral": m, "mn01": "C1"}) for m in ("gold", "lead"))
    assert found.get(START, "a", "MN-01.R40", gold) is None
    assert at(found, START, lead, measure="MN-01.R40").amount == 5
    assert at(found, END, gold, measure="MN-01.R40").amount == 5
    assert codes(found) == []


# ---- regions that change


def test_a_region_is_read_under_the_code_it_had(catalog: Catalog) -> None:
    """b becomes d on 1 January 2021: 1 July 2020 is b, 1 March 2022 is d, and its year-end of 2020 is that of b."""
    figures = {"b LA-01.R40 la01:C02 2019": "10", "b LA-01.R40 la01:C02 2020": "11", "d LA-01.R40 la01:C02 2021": "12"}
    found = made(catalog, figures, wanted=["d"])
    assert at(found, START, region="b").amount == 10
    assert at(found, END, region="d").amount == 12
    new_year = made(catalog, figures, wanted=["d"], days=[date(2021, 1, 1), END])
    assert at(new_year, date(2021, 1, 1), region="d").amount == 11
    assert at(new_year, date(2021, 1, 1), region="d").figures[0].address.startswith("asset_account/b/2020/")


def test_interpolation_across_a_new_code(catalog: Catalog) -> None:
    """1 July 2021 between the end of 2020 (b, 11) and of 2021 (d, 12): 11 + 181/365."""
    figures = {"b LA-01.R40 la01:C02 2020": "11", "d LA-01.R40 la01:C02 2021": "12"}
    found = made(catalog, figures, "INTERP", wanted=["d"], days=[date(2021, 7, 1), date(2022, 1, 1)])
    assert at(found, date(2021, 7, 1), region="d").amount == 11 + Fraction(181, 365)


# ---- methods


def test_the_method_of_a_measure_goes_before_that_of_its_block_and_table() -> None:
    asked = tenure("c", subject("2020-07-01", "2022-03-01"), method="OBS")
    named = replace(asked, methods={"FT-01": "NEAREST", "FT-01.V": "INTERP", "FT-01.V.R40": "OBS"})
    assert method_of(named, "FT-01.V.R40", "FT-01") == ("OBS", True)
    assert method_of(named, "FT-01.V.R10", "FT-01") == ("INTERP", True)
    assert method_of(named, "FT-01.A.R40", "FT-01") == ("NEAREST", True)
    assert method_of(named, "LA-01.R40", "LA-01") == ("OBS", False)


def test_a_step_takes_the_year_end_where_the_whole_tenure_interpolates_and_is_refused_where_it_is_named(catalog: Catalog) -> None:
    """Grades change in steps."""
    figures = {f"a LQ-01.R40 lq01:G01 {y}": v for y, v in ((2019, "9"), (2020, "8"), (2021, "7"), (2022, "6"))}
    grade = key_of({"lq01": "G01"})
    general = made(catalog, figures, "INTERP", tables=["LQ-01"])
    assert at(general, START, grade, measure="LQ-01.R40").amount == 9
    assert codes(general) == ["TERM-STEP-NEAREST"]
    named = tenure("c", subject("2020-07-01", "2022-03-01"), LQ_01="INTERP")
    refused = made(catalog, figures, named, tables=["LQ-01"])
    assert at(refused, START, grade, measure="LQ-01.R40").amount is None
    assert set(codes(refused)) == {"TENURE-NEVER-INTERPOLATE"}
    assert way_of(named, "LQ-01.R40", "LQ-01") == "INTERP"


# ---- observations


def test_an_observation_of_the_day_goes_before_every_method(catalog: Catalog) -> None:
    ways: tuple[Method, ...] = ("NEAREST", "INTERP")
    for way in ways:
        found = made(catalog, LAND, way, seen=[observed("99.5")])
        opening = at(found, START)
        assert (opening.amount, opening.method, opening.estimate) == (Fraction(199, 2), "OBS", False)
        assert opening.document == "示例台账（虚构）"
        assert found.stocks[START, "a", "LA-01.R40", FARM].cut == START
        assert at(found, END).method == way


def test_an_observation_may_name_the_opening_row_and_any_unit_of_area(catalog: Catalog) -> None:
    """1 492.5 亩 = 99.5 hm2."""
    found = made(catalog, LAND, seen=[observed("1492.5", unit="亩", row="R10")])
    assert at(found, START).amount == Fraction(199, 2)


def test_totals_over_what_was_observed_are_sums_of_parts_of_one_day(catalog: Catalog) -> None:
    """Observed beside the year-end 182 days before: no sum of both. All observed, or the year-end of that very day: a sum."""
    figures = dict(LAND)
    for region, code, amount in (("a", "C01", "50"), ("a", "C00", "150"), ("b", "C02", "7"), ("c", "C02", "107")):
        figures |= {f"{region} LA-01.R40 la01:{code} {y}": amount for y in (2019, 2020, 2021, 2022)}
    others = ["C03", "C04", "C05", "C06", "C07", "C08", "C09"]
    figures |= {f"a LA-01.R40 la01:{c} {y}": "0" for c in others for y in (2019, 2020, 2021, 2022)}
    wanted, days = ["c", "a", "b"], [START, date(2020, 9, 1)]
    mixed = made(catalog, figures, seen=[observed("99.5")], wanted=wanted, days=days)
    assert at(mixed, START, ALL).amount is None
    assert at(mixed, START, FARM, "c").amount is None
    assert codes(mixed) == ["TERM-TOTAL-UNLIKE"] * 2
    assert {f.found for f in mixed.findings} == {"2020-01-01, 2020-07-01"}
    assert at(mixed, START, REST).amount == 50
    assert at(mixed, date(2020, 9, 1), FARM, "c").amount == 107
    zero = [replace(observed("0"), key=key_of({"la01": c})) for c in others]
    every = [observed("99.5"), replace(observed("50"), key=key_of({"la01": "C01"})), *zero]
    found = made(catalog, figures, seen=[*every, replace(observed("7"), region="b")], wanted=wanted, days=days)
    assert at(found, START, ALL).amount == Fraction(299, 2)  # 99.5 + 50
    assert found.stocks[START, "a", "LA-01.R40", ALL].cut == START
    assert at(found, START, FARM, "c").amount == Fraction(213, 2)  # 99.5 + 7
    new_year = date(2021, 1, 1)
    same = made(catalog, figures, seen=[replace(observed("99.5"), day=new_year)], wanted=wanted, days=[new_year])
    assert at(same, new_year, ALL).amount == Fraction(299, 2)


@pytest.mark.parametrize(
    ("seen", "code"),
    [
        (observed("1", row="R21"), "TERM-NO-STOCK-ROW"),
        (Observation("a", "LA-01", "R40", (), START, Decimal(1), "hm2"), "TERM-NO-STOCK-ROW"),
        (observed("1", unit="t"), "TERM-OBSERVED-UNIT"),
    ],
)
def test_an_observation_that_fits_no_stock_stops(catalog: Catalog, seen: Observation, code: str) -> None:
    found = made(catalog, LAND, seen=[seen])
    assert codes(found) == [code]
    assert at(found, START).amount == 100


def test_the_stock_rows_of_a_table(catalog: Catalog) -> None:
    lines = stock_lines([catalog.layouts["LA-01"], catalog.layouts["FT-01"], catalog.layouts["SC-M"]], catalog.measures)
    assert lines["LA-01.R40"].opening == "LA-01.R10"
    assert lines["LA-01.R60"].opening == ""
    assert "LA-01.R10" not in lines  # the closing of the year before
    assert "LA-01.R61" not in lines  # a difference
    assert "SC-M.R10" not in lines  # an opening that is worked out from another table
    assert lines["FT-01.U0.R40"].column == "U0"
    volume = key_of({"ft01v": "V1"})
    found = line_of(lines, catalog.measures, "FT-01", "R10", volume)
    assert found is not None
    assert found.measure == "FT-01.V.R40"
