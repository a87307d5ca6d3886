"""G2: parts add up to the difference exactly, service by service; the index; years and regions that cannot be compared."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from gep.book import Book
from gep.report.form import Form
from gep.workflow.change_years import change_years
from gep.workflow.forms import causes
from tests.ready import Ready
from tests.workflow.forms.quality_forms import (
    CITY,
    DISTRICT,
    GARZE,
    LOWER,
    MIDDLE,
    UPPER,
    Forms,
    check,
    made,
    made_each,
    row,
    unresolved,
)

SCALE = 10**8  # yuan in the unit of the form


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def both(city: Book) -> dict[str, Forms]:
    return made_each(city, [CITY, UPPER], 2017, causes.forms)


@pytest.fixture(scope="module")
def forms(both: dict[str, Forms]) -> Forms:
    return both[CITY]


@pytest.fixture(scope="module")
def county(both: dict[str, Forms]) -> Forms:
    return both[UPPER]


def exact(form: Form, line: str, name: str) -> Decimal:
    amount = form.at[line, name].exact
    assert amount is not None
    return amount


def test_left_and_difference_are_right_and_the_factors_are_the_difference(forms: Forms) -> None:
    form = forms["G2"]
    factors = [c.code for c in form.columns if c.group]
    assert factors == ["structure", "intensity", "quantity", "price"]
    for line in form.lines:
        parts = [form.at[line.code, f].exact or Decimal(0) for f in factors]
        assert sum(parts, Decimal(0)) == exact(form, line.code, "difference")
        assert exact(form, line.code, "left") + exact(form, line.code, "difference") == exact(form, line.code, "right")


def test_services_make_classes_and_classes_make_gep_in_every_column(forms: Forms) -> None:
    form = forms["G2"]
    numbers = [c.code for c in form.columns if c.kind == "number"]
    classes = ["material", "regulating", "cultural"]
    codes = [line.code for line in form.lines]
    assert codes[-1] == "gep"
    starts = [codes.index(c) for c in classes] + [len(codes) - 1]
    for name in numbers:
        for i, group in enumerate(classes):
            inside = codes[starts[i] + 1 : starts[i + 1]]
            assert sum((form.at[c, name].exact or Decimal(0) for c in inside), Decimal(0)) == (form.at[group, name].exact or 0)
        assert sum((form.at[c, name].exact or Decimal(0) for c in classes), Decimal(0)) == exact(form, "gep", name)


def test_the_same_as_the_comparison_of_years(city: Book, forms: Forms, county: Forms) -> None:
    """The forms read the years through one connection and by vintage; `compare --years` reads what is in use."""
    told = {p.id: p for p in change_years(city, 2016, 2017, profile="sample", basis="current").places}
    for place, form in ((told[CITY], forms["G2"]), (told[UPPER], county["G2"])):
        for service, change in place.services.items():
            for factor, part in change.parts.items():
                assert Fraction(exact(form, service, factor)) * SCALE == part


def test_the_index_moves_by_what_gep_and_gdp_do(forms: Forms) -> None:
    form = forms["G2.index"]
    left, gep, gdp, right = (exact(form, line, "value") for line in ("left", "gep", "gdp", "right"))
    assert left + gep + gdp == right
    # GDP grew from 892.98 to 965.31, which alone takes the index down by about 0.79 × (1 − 892.98 / 965.31) = 0.059
    assert Decimal("-0.060") < gdp < Decimal("-0.055")
    assert row(form, "left")[1:] == ["0.7904", "最终核实 2018-03-21"]


def test_every_number_rests_on_figures_of_both_years(city: Book, forms: Forms) -> None:
    for form in forms.values():
        assert check(form) > 0
        assert unresolved(city, form) == []
    years = {f.address.split("/")[2] for f in forms["G2"].at["crop_products", "price"].figures}
    assert years == {"2016", "2017"}


def test_the_first_year_says_that_there_is_none_before(city: Book, ready: Ready) -> None:
    for book, region, year in ((city, CITY, 2016), (ready.book("garze-2010", "all"), GARZE, 2010)):
        found = made(book, region, year, causes.forms)
        assert list(found) == ["G2"]
        assert found["G2"].lines == ()
        assert "earlier year" in found["G2"].notes[0].en


def test_a_region_on_other_ground_is_not_compared_with_itself(ready: Ready) -> None:
    """990122 gave ground to 990103 (before: 990123) on 2021-01-01; the city and 990121 are what they were."""
    book = ready.book("sample-city", "2020-2021", ["sample"])
    found = made_each(book, [CITY, UPPER, MIDDLE, DISTRICT], 2021, causes.forms)
    for region in (MIDDLE, DISTRICT):
        form = found[region]["G2"]
        assert form.lines == ()
        assert f"{DISTRICT}+{MIDDLE}+{LOWER}" in form.notes[0].zh
        assert "2021-01-01" in form.notes[0].en
    for region in (CITY, UPPER):
        assert found[region]["G2"].lines
        check(found[region]["G2"])
