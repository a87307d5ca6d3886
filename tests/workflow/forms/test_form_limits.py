"""Floors and caps: the figure in the unit of the limit, printed on its side, met or not by the exact amounts."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.book import Book
from gep.report.form import Cell, Stored
from gep.workflow.asset_rules import gap_of
from gep.workflow.forms.limits import Amount, Limit, added, amount_of, compared
from tests.ready import Ready
from tests.workflow.forms.asset_forms import CITY, UPPER, Forms, check_made, forms_of, read, rule


def limit(sense: str, value: str, unit: str = "hm2") -> Limit:
    return Limit("x", Names("某", "some"), "LA-01.R40", {}, sense, Decimal(value), unit, Names("文件", "paper"), "1", False)


def amount(text: str, unit: str = "hm2") -> Amount:
    return Amount(Decimal(text), unit, (Stored("asset_account/1/2020/LA-01/R40/C02@1", Decimal(text), unit, "value"),))


@pytest.mark.parametrize(
    ("sense", "value", "figure", "shown", "gap", "met"),
    [
        ("floor", "90", "90", "90.00", "0.00", "met"),
        ("floor", "90", "89.9996", "89.9996", "\u22120.0004", "not met"),  # never printed as 90.00
        ("floor", "90", "90.004", "90.004", "0.004", "met"),
        ("above", "90", "90", "90.00", "0.00", "not met"),
        ("cap", "4.8", "4.7999", "4.7999", "\u22120.0001", "met"),
        ("cap", "4.8", "4.801", "4.801", "0.001", "not met"),
        ("below", "4.8", "4.8", "4.80", "0.00", "not met"),
        ("floor", "22.125", "23", "23.000", "0.875", "met"),  # as many decimals as the document
    ],
)
def test_a_figure_is_printed_on_its_side(sense: str, value: str, figure: str, shown: str, gap: str, met: str) -> None:
    found = compared(limit(sense, value), amount(figure))
    assert [cell.printed("en") for cell in found] == [shown, gap, met]


def test_a_figure_is_brought_to_the_unit_of_the_limit() -> None:
    # 13333.3333 hm2 are 19.99999995 of 10^4 mu (1 mu = 1/15 hm2): below 20, whatever is printed
    figure, gap, met = compared(limit("floor", "20", "万亩"), amount("13333.3333"))
    assert (figure.printed("en"), met.printed("en")) == ("19.99999995", "not met")
    assert gap.exact == Decimal("-0.00000005")


@given(st.decimals("-1000", "1000", places=6), st.decimals("0", "1000", places=2))
def test_met_is_what_the_exact_amounts_say_and_print_agrees(figure: Decimal, value: Decimal) -> None:
    found = compared(limit("floor", str(value)), amount(str(figure)))
    assert (found[2].printed("en") == "met") == (figure >= value)
    shown = found[0].shown
    assert shown is not None
    assert (shown >= value) == (figure >= value)
    assert (shown == value) == (figure == value)


def test_what_is_missing_is_neither_met_nor_not() -> None:
    unknown = Amount(None, "hm2", (Stored("a", None, "hm2", "not_available"),))
    figure, gap, met = compared(limit("floor", "90"), unknown)
    assert (figure.kind, gap.kind) == ("missing", "missing")
    assert met.printed("zh") == "缺数，不能判断"


def test_a_figure_that_nobody_gave_is_missing_and_one_that_does_not_apply_is_left_out() -> None:
    assert added([], limit("floor", "90")) == Amount(None, "hm2")
    assert added([Stored("a", None, "hm2", "not_applicable")], limit("floor", "90")) is None
    parts = [Stored("a", Decimal(1), "hm2", "value"), Stored("b", None, "hm2", "not_applicable")]
    assert added(parts, limit("floor", "90")) == Amount(Decimal(1), "hm2", (parts[0],))
    unknown = added([*parts, Stored("c", None, "hm2", "refused")], limit("floor", "90"))
    assert unknown is not None
    assert unknown.amount is None


def test_what_no_account_holds_is_text() -> None:
    found = compared(limit("cap", "4.8", "亿m3"), Amount(Decimal(472020000), "m3"))
    assert [(cell.kind, cell.printed("en")) for cell in found[:2]] == [("text", "4.72"), ("text", "\u22120.08")]
    assert found[0].figures == ()


@pytest.mark.parametrize(
    ("expression", "inputs", "sense"),
    [
        ("max(target - area, 0)", ("target=parameter:t", "area=LA-01.R40"), "floor"),
        ("max(used - cap, 0)", ("used=water_use_total", "cap=parameter:c"), "cap"),
        ("max(more - less, 0)", ("more=DB-01.C.R40", "less=DB-01.C.R10"), ""),  # two measures: no limit
        ("max(used - cap, 1)", ("used=water_use_total", "cap=parameter:c"), ""),
        ("used - cap", ("used=water_use_total", "cap=parameter:c"), ""),
    ],
)
def test_a_rule_that_works_out_a_gap_names_a_limit(expression: str, inputs: tuple[str, ...], sense: str) -> None:
    found = gap_of(rule("DB-01.W.R21", expression, *inputs))
    assert (found[0] if found is not None else "") == sense


# ---- the sample city


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def whole(city: Book) -> Forms:
    return forms_of(city, CITY, 2017)


def test_the_registers_of_the_city_are_held_against_its_accounts(whole: Forms) -> None:
    form = whole["L1"]
    assert [line.code for line in form.lines if not line.code.startswith("RL-01")] == [
        "sample-cultivated-city-2016",
        "sample-basic-farmland",
        "sample-forest-area",
        "sample-wetland-area",
        "sample-water-use",
    ]  # the red line of the city holds from 2018
    cultivated = form.at["sample-cultivated-city-2016", "figure"]
    closing = whole["LA-01"].at["R40", "C02"]
    assert closing.exact is not None
    assert cultivated.exact == closing.exact * 15 / 10000
    assert cultivated.figures == closing.figures
    row = next(line for line in form.lines if line.code == "sample-cultivated-city-2016")
    assert [row.cells[i].printed("zh") for i in (1, 3, 7, 8)] == ["万亩", "≥ 92", "示例文件（虚构）", "示例条款"]


def test_targets_of_a_county_stand_after_its_registers(city: Book) -> None:
    forms = forms_of(city, UPPER, 2017)
    codes = [line.code for line in forms["L1"].lines]
    assert codes[:3] == ["sample-cultivated-upper-2016", "water_use_cap", "cultivated_land_target"]
    assert codes[3:] == ["RL-01.RL-U1", "RL-01.RL-U2"]
    assert forms["L1"].at["RL-01.RL-U1", "figure"].made is not None
    assert check_made(forms) > 0


def test_a_sum_of_returns_is_unknown_where_one_region_returned_nothing(city: Book) -> None:
    water = Limit("x", Names("水", "water"), "water_use_total", {}, "cap", Decimal("4.8"), "亿立方米", Names("", ""), "", False)
    with read(city, CITY, 2017) as (reader, _, scope):
        whole = amount_of(reader, scope, water)
        (asked,) = [sql for sql in reader.asked if "fact_all" in sql]
        reader.asked[asked] = reader.asked[asked][1:]  # the first county returned nothing
        partly = amount_of(reader, scope, water)
    assert whole is not None
    assert whole.amount is not None
    assert partly == Amount(None, "亿立方米")


def test_units_of_the_red_line_stand_below_the_documents(whole: Forms) -> None:
    units = [line for line in whole["L1"].lines if line.code.startswith("RL-01")]
    assert len(units) == 6
    for line in units:
        gap: Cell = whole["L1"].at[line.code, "difference"]
        assert gap.exact is not None
        assert (line.cells[6].printed("en") == "met") == (gap.exact >= 0)
        approved = whole[line.code].at["R40", "AREA"]
        assert whole["L1"].at[line.code, "limit"].figures == approved.figures
        assert whole["L1"].at[line.code, "limit"].printed("en") == f"≥ {approved.printed('en')}"
