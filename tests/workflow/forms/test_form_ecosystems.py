"""T3: services by ecosystem type, what is not split, sums both ways, addresses that name the classes and nothing else."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.book import Book
from gep.report.form import Form
from gep.workflow.forms import ecosystems
from tests.ready import Ready
from tests.workflow.forms.gep_forms import CITY, GARZE, UPPER, Addresses, check_form, made, printed


@pytest.fixture(scope="module")
def garze(ready: Ready) -> Book:
    return ready.book("garze-2010", "all")


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


def table(book: Book, region: str, year: int, profile: str) -> Form:
    return made(ecosystems.forms, book, region, year, profile)["T3"]


def test_garze_by_ecosystem(garze: Book) -> None:
    """Transpiration 125.788, 58.332 and 95.789 × 10⁹ kWh × 0.53 yuan; pests 158 and 711.13 × 10⁴ hm²; all else is not split."""
    form = table(garze, GARZE, 2010, "garze-2017")
    assert [c.code for c in form.columns] == ["name", "code", "forest", "shrub", "grassland", "undivided", "total"]
    assert printed(form, "climate_regulation") == ["666.68", "309.16", "507.68", "674.35", "2,157.87"]
    assert printed(form, "pest_control") == ["5.92", "", "8.00", "", "13.93"]  # 5.925 is even at the second digit
    assert printed(form, "water_retention") == ["", "", "", "2,269.72", "2,269.72"]
    assert printed(form, "gep") == ["672.60", "309.16", "515.68", "6,051.46", "7,548.91"]
    assert form.lines[-1].code == "gep"
    check_form(form)
    assert Addresses(garze, form.scope.vintage).check(form) > 30


@pytest.mark.parametrize("region", [CITY, UPPER])
def test_the_city_by_ecosystem(city: Book, region: str) -> None:
    form = table(city, region, 2017, "sample")
    check_form(form)
    assert Addresses(city, form.scope.vintage).check(form) == 65  # one for each number that is no sum of services
    assert form.at["water_retention", "undivided"].kind == "blank"
    assert form.at["crop_products", "forest"].kind == "blank"


def test_classes_of_one_tree_are_added_and_named_by_one_address(city: Book) -> None:
    """Broadleaf, needleleaf, mixed and bamboo forest are under `forest`; evaporation has no ecosystem and stands apart."""
    form = table(city, UPPER, 2017, "sample")
    cell = form.at["carbon_sequestration", "forest"]
    assert [f.address.split("/")[3:7] for f in cell.figures] == [["carbon_sequestration", "-", "-", "forest"]]
    cooling = form.at["climate_regulation", "forest"]
    assert [f.address.split("/")[3:7] for f in cooling.figures] == [["climate_regulation", "transpiration", "-", "forest"]]
    apart = form.at["climate_regulation", "undivided"]
    assert [f.address.split("/")[3:7] for f in apart.figures] == [["climate_regulation", "evaporation", "-", "-"]]


def test_classes_that_do_not_apply_are_left_out_of_the_sum(city: Book) -> None:
    """Lakes and rivers hold no carbon (declared): wetland is marsh alone, and a number."""
    form = table(city, UPPER, 2017, "sample")
    assert form.at["carbon_sequestration", "wetland"].kind == "number"


def test_every_region_and_year_has_the_columns_of_the_year(city: Book) -> None:
    heads = {tuple(c.code for c in table(city, region, 2017, "sample").columns) for region in (CITY, UPPER)}
    assert len(heads) == 1
    assert next(iter(heads))[2:5] == ("forest", "shrub", "grassland")


def test_the_city_is_the_sum_of_its_counties_by_class(city: Book) -> None:
    whole = table(city, CITY, 2016, "sample")
    counties = [table(city, r, 2016, "sample") for r in ("990121", "990122", "990123")]
    for line, column, cell in whole.cells():
        if cell.kind == "number":
            parts = (c.at[line.code, column.code].exact for c in counties)
            assert sum((p for p in parts if p is not None), Decimal(0)) == cell.exact, f"{line.code}/{column.code}"
