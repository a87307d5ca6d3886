"""T4 and T4S: the regions below, the sum line, ratios of the index; none where nothing lies below."""

from __future__ import annotations

import pytest

from gep.book import Book
from gep.report.form import Form
from gep.workflow.forms import subregions
from tests.ready import Ready
from tests.workflow.forms.gep_forms import CITY, GARZE, UPPER, Addresses, check_form, made, read

COUNTIES = ["990121", "990122", "990123"]


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def forms(city: Book) -> dict[str, Form]:
    return made(subregions.forms, city, CITY, 2017, "sample")


def test_lines_are_the_regions_below_and_their_sum(forms: dict[str, Form]) -> None:
    for form in forms.values():
        assert [line.code for line in form.lines] == [*COUNTIES, CITY]
        assert form.lines[-1].style == "total"
        total = form.at[CITY, "gep"]
        assert total.made is not None
        assert [t.ref.line for t in total.made.terms] == COUNTIES
        check_form(form)


def test_every_figure_is_in_the_release(city: Book, forms: dict[str, Form]) -> None:
    addresses = Addresses(city, forms["T4"].scope.vintage)
    assert addresses.check(forms["T4"]) == 4 * 7  # three classes, GEP and three ratios
    assert addresses.check(forms["T4S"]) == 4 * (19 + 1)


def test_ratios_are_those_of_the_index(city: Book, forms: dict[str, Form]) -> None:
    """Per head 0 decimals in yuan, per area in 10⁴ yuan per km²: 19,897,141.7 yuan is 1,989.71."""
    form = forms["T4"]
    with read(city, CITY, 2017, "sample") as (reader, scope):
        sql = f"SELECT * FROM green_gold_index_all WHERE vintage = {scope.vintage} AND year = 2017 AND zone = '-'"
        held = {r["region_code"]: r for r in reader.rows(sql) if r["price_basis"] == "current"}
    for line in form.lines:
        row = held[line.code]
        assert form.at[line.code, "ggi"].exact == row["ggi"]
        assert form.at[line.code, "per_capita"].exact == row["per_capita"]
        per_area = form.at[line.code, "per_km2"].exact
        assert per_area is not None
        assert per_area * 10000 == row["per_km2"]
    assert {c.code: c.unit.zh for c in form.columns}["per_km2"] == "万元/平方公里"


def test_services_make_up_the_product_of_a_region(forms: dict[str, Form]) -> None:
    form = forms["T4S"]
    cell = form.at[UPPER, "gep"]
    assert cell.made is not None
    assert [t.ref.column for t in cell.made.terms] == [c.code for c in form.columns[2:-1]]
    assert [g.zh for g in form.columns[2].group] == ["物质产品"]


def test_none_without_regions_below(city: Book, ready: Ready) -> None:
    assert made(subregions.forms, city, UPPER, 2017, "sample") == {}
    assert made(subregions.forms, ready.book("garze-2010", "all"), GARZE, 2010, "garze-2017") == {}
