"""The stock on a day of handover: which year-end is nearest, what is interpolated, what is refused, and nothing ever made up."""

from __future__ import annotations

import tomllib
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.handover import (
    STEPS,
    Method,
    Observed,
    Series,
    days_of,
    nearest,
    plain,
    step_reason,
    stock_at,
    stocks_at,
)

# year-ends of cultivated land, hm²
LAND = Series("000001/LA-01/C02", {2019: Fraction(100), 2020: Fraction(98), 2021: Fraction(97), 2022: Fraction("97.5")})
MIDDLE = date(2020, 7, 1)


def codes(series: Series, day: date, method: Method = "NEAREST") -> list[str]:
    stock, findings = stock_at(series, day, method)
    for told in findings:
        assert told.text("zh")
        assert told.mend("en")
    assert (stock.amount is None) == any(f.code != "TENURE-OBSERVED-DIFFERS" for f in findings)
    return [f.code for f in findings]


# ---- nearest


@pytest.mark.parametrize(
    ("day", "year", "days"),
    [
        (date(2020, 7, 1), 2019, -182),  # leap year: 182 after 1 January 2020, 184 before 1 January 2021
        (date(2020, 7, 2), 2019, -183),  # the tie, 183 and 183: the earlier
        (date(2020, 7, 3), 2020, 182),
        (date(2021, 7, 1), 2020, -181),
        (date(2021, 7, 2), 2020, -182),  # 365 days: 182 and 183, no tie
        (date(2021, 7, 3), 2021, 182),
        (date(2022, 3, 1), 2021, -59),
        (date(2020, 1, 1), 2019, 0),  # 00:00 of 1 January is the end of 31 December
        (date(2020, 12, 31), 2020, 1),
        (date(2020, 2, 29), 2019, -59),
        (date(1900, 7, 2), 1899, -182),  # no leap year
        (date(2000, 7, 2), 1999, -183),  # a leap year
    ],
)
def test_the_nearest_year_end(day: date, year: int, days: int) -> None:
    assert nearest(day) == (year, days)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_no_year_end_is_nearer(day: date) -> None:
    year, days = nearest(day)
    assert day + timedelta(days) == date(year + 1, 1, 1)
    for other in range(day.year - 2, day.year + 2):
        away = abs((date(other + 1, 1, 1) - day).days)
        assert away >= abs(days)
        assert away > abs(days) or other >= year  # of two that are as near, the earlier


def test_a_tie_falls_on_2_july_of_leap_years_only() -> None:
    days = [date(2016, 1, 1) + timedelta(n) for n in range(7 * 366)]
    ties = [d for d in days if (d - date(d.year, 1, 1)).days == (date(d.year + 1, 1, 1) - d).days]
    assert ties == [date(2016, 7, 2), date(2020, 7, 2)]
    assert {d.year: days_of(d.year) for d in ties} == {2016: 366, 2020: 366}


# ---- the worked stocks


def test_nearest_stocks() -> None:
    opening, none = stock_at(LAND, MIDDLE)
    assert (opening.amount, opening.method, opening.year_end, opening.days) == (100, "NEAREST", 2019, -182)
    assert (opening.cut, opening.estimate, opening.rests_on, none) == (date(2020, 1, 1), False, (2019,), ())
    closing, _ = stock_at(LAND, date(2022, 3, 1))
    assert (closing.amount, closing.year_end, closing.cut) == (97, 2021, date(2022, 1, 1))
    later, _ = stock_at(LAND, date(2020, 7, 3))
    assert (later.amount, later.cut, later.days) == (98, date(2021, 1, 1), 182)


def test_interpolated_stocks() -> None:
    opening, _ = stock_at(LAND, MIDDLE, "INTERP")
    assert opening.amount == 100 - Fraction(2 * 182, 366)  # 99.0055
    assert f"{float(opening.amount):.4f}" == "99.0055"
    assert (opening.cut, opening.estimate, opening.rests_on, opening.year_end) == (MIDDLE, True, (2019, 2020), None)
    closing, _ = stock_at(LAND, date(2022, 3, 1), "INTERP")
    assert closing.amount == 97 + Fraction(59, 365) / 2  # 97.0808
    assert f"{float(closing.amount):.4f}" == "97.0808"


@pytest.mark.parametrize(("day", "amount"), [(date(2020, 1, 1), 100), (date(2023, 1, 1), Fraction("97.5"))])
def test_at_a_year_end_nothing_is_estimated(day: date, amount: Fraction) -> None:
    for method in ("NEAREST", "INTERP"):
        stock, findings = stock_at(LAND, day, method)
        assert (stock.amount, stock.estimate, stock.cut, findings) == (amount, False, day, ())


def test_interpolation_meets_every_day_of_a_leap_year() -> None:
    # −2 over 366 days: 29 February lies 59 days in, 31 December 365
    for day, since in ((date(2020, 2, 29), 59), (date(2020, 3, 1), 60), (date(2020, 12, 31), 365)):
        assert stock_at(LAND, day, "INTERP")[0].amount == 100 - Fraction(2 * since, 366)


# ---- observations


def seen(day: date, *amounts: str, step: bool = False) -> Series:
    records = tuple(Observed(day, Fraction(a), f"登记簿{n}") for n, a in enumerate(amounts))
    return Series(LAND.item, LAND.ends, records, step_reason("WQ-01") if step else None)


@pytest.mark.parametrize("method", ["OBS", "NEAREST", "INTERP"])
def test_a_record_of_the_day_goes_first(method: Method) -> None:
    stock, findings = stock_at(seen(MIDDLE, "98.7", step=True), MIDDLE, method)
    assert (stock.amount, stock.method, stock.cut, stock.document) == (Fraction("98.7"), "OBS", MIDDLE, "登记簿0")
    assert (stock.year_end, stock.days, stock.estimate, findings) == (None, None, False, ())


def test_a_record_of_another_day_is_none() -> None:
    series = seen(MIDDLE, "98.7")
    assert stock_at(series, MIDDLE + timedelta(1))[0].amount == 100
    assert codes(series, MIDDLE + timedelta(1), "OBS") == ["TENURE-NO-OBSERVATION"]


def test_two_records_that_differ() -> None:
    assert codes(seen(MIDDLE, "98.7", "98.70"), MIDDLE) == []  # the same figure twice
    assert codes(seen(MIDDLE, "98.7", "98.8"), MIDDLE) == ["TENURE-OBSERVED-TWICE"]


def test_a_record_at_a_year_end_that_the_book_does_not_share() -> None:
    day = date(2021, 1, 1)
    assert codes(seen(day, "98"), day) == []
    stock, (told,) = stock_at(seen(day, "98.5"), day)
    assert stock.amount == Fraction("98.5")
    assert (told.code, told.found, told.expected, told.difference) == ("TENURE-OBSERVED-DIFFERS", "98.5", "98", "0.5")


# ---- what is refused


@pytest.mark.parametrize("table", ["WQ-01", "RL-01", "LQ-01", "LQ-02", "GQ-01", "MN-01"])
def test_step_like_stocks_are_never_interpolated(table: str) -> None:
    series = Series("000001/" + table, LAND.ends, step=step_reason(table, "C02"))
    for day in (MIDDLE, date(2020, 1, 1)):  # nor at a year-end: the method was asked for and is wrong
        assert codes(series, day, "INTERP") == ["TENURE-NEVER-INTERPOLATE"]
        assert codes(series, day) == []


def test_what_may_be_interpolated() -> None:
    assert step_reason("LA-01", "C02") is None
    assert step_reason("FT-01", "V0") is None
    assert step_reason("FT-01", "U0") is not None  # volume per hectare: a ratio
    assert all(reason.zh and reason.en for reason in STEPS.values())


def test_every_table_is_either_smooth_or_a_step() -> None:
    folder = Path(__file__).parents[2] / "ledgers" / "layouts"
    layouts = {p.stem: tomllib.loads(p.read_text(encoding="utf-8"))[p.stem] for p in sorted(folder.glob("*.toml"))}
    smooth = {"LA-01", "LM-01", "FT-01", "WR-01", "WL-01", "EC-01", "SC-L", "SC-T", "SC-W"}  # areas, volumes
    flows_only = {"WU-01", "EC-03", "EC-03M"}
    whole = {table for table, column in STEPS if not column}
    assert sorted([*whole, *smooth, *flows_only]) == sorted(layouts)  # a new table needs a decision
    for table, layout in layouts.items():
        columns = {c["code"] for c in layout.get("column", ())}
        assert {column for t, column in STEPS if t == table and column} <= columns
        ratios = {c["code"] for c in layout.get("column", ()) if c.get("scalar")} if table in smooth else set()
        assert all(step_reason(table, code) for code in ratios)


@pytest.mark.parametrize(
    ("day", "method", "code"),
    [
        (date(2018, 3, 1), "NEAREST", "TENURE-OUTSIDE-DATA"),  # the end of 2017
        (date(2019, 7, 2), "NEAREST", "TENURE-OUTSIDE-DATA"),  # the end of 2018, 182 days away
        (date(2023, 7, 3), "NEAREST", "TENURE-OUTSIDE-DATA"),
        (date(2019, 12, 31), "INTERP", "TENURE-OUTSIDE-DATA"),
        (date(2023, 1, 2), "INTERP", "TENURE-OUTSIDE-DATA"),
        (date.max, "NEAREST", "TENURE-OUTSIDE-DATA"),
        (date.max, "INTERP", "TENURE-OUTSIDE-DATA"),
        (date.min, "NEAREST", "TENURE-OUTSIDE-DATA"),
    ],
)
def test_days_outside_the_data(day: date, method: Method, code: str) -> None:
    assert set(codes(LAND, day, method)) == {code}


def test_days_just_outside_the_data_have_a_nearest_year_end() -> None:
    assert stock_at(LAND, date(2019, 7, 3))[0].amount == 100  # 182 days before the first year-end
    assert stock_at(LAND, date(2023, 7, 2))[0].amount == Fraction("97.5")


def test_a_missing_year_end_is_unknown_and_has_no_substitute() -> None:
    series = Series("000001/MN", {2019: Fraction(5), 2020: None, 2021: Fraction(0)})
    stock, (told,) = stock_at(series, date(2021, 2, 1))
    assert (stock.amount, stock.year_end, stock.cut) == (None, 2020, date(2021, 1, 1))
    assert (told.code, told.found) == ("TENURE-NO-STOCK", "2020-12-31")
    assert codes(series, date(2020, 5, 1), "INTERP") == ["TENURE-NO-STOCK"]
    assert codes(Series("x", {2019: Fraction(1), 2021: Fraction(1)}), date(2021, 1, 1)) == ["TENURE-NO-STOCK"]
    assert codes(Series("x", {}), MIDDLE) == ["TENURE-OUTSIDE-DATA"]
    assert stock_at(series, date(2022, 1, 1))[0].amount == 0  # a zero that stands there is one


def test_one_stock_a_day() -> None:
    stocks, findings = stocks_at(LAND, [MIDDLE, date(2022, 3, 1), MIDDLE, date(2030, 1, 1)])
    assert list(stocks) == [MIDDLE, date(2022, 3, 1), date(2030, 1, 1)]
    assert [f.code for f in findings] == ["TENURE-OUTSIDE-DATA"]


@given(st.dates(date(2020, 1, 1), date(2022, 12, 31)), st.fractions(-1000, 1000, max_denominator=1000))
def test_scaled_stocks_scale(day: date, factor: Fraction) -> None:
    scaled = Series(LAND.item, {y: v * factor for y, v in LAND.ends.items() if v is not None})
    for method in ("NEAREST", "INTERP"):
        one, two = stock_at(LAND, day, method)[0], stock_at(scaled, day, method)[0]
        assert one.amount is not None
        assert two.amount == one.amount * factor
        assert (two.cut, two.year_end, two.days) == (one.cut, one.year_end, one.days)


def test_amounts_in_findings() -> None:
    assert plain(Fraction("97.50")) == "97.5"
    assert plain(Fraction(1000)) == "1000"
    assert plain(Fraction(1, 3)) == "0.333333333333"
