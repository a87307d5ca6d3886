"""G1 and G4: the index over the years, at every price basis, with intervals and the version of GDP; what is not returned."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.base.records import Names
from gep.book import Book
from gep.report.form import Form
from gep.workflow.forms import indices
from gep.workflow.forms.indices import gdp_vintage
from tests.ready import Ready
from tests.workflow.forms.quality_forms import (
    CITY,
    DISTRICT,
    GARZE,
    MIDDLE,
    UPPER,
    Forms,
    check,
    column,
    made,
    made_each,
    row,
    unresolved,
)

YEARS = ("2016", "2017", "2016.constant:2020", "2017.constant:2020")


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def forms(city: Book) -> Forms:
    return made(city, CITY, 2017, indices.forms)


def test_the_index_is_gep_over_gdp_in_each_year_and_price_basis(forms: Forms) -> None:
    form = forms["G1"]
    assert [line.code for line in form.lines if line.style != "group"] == list(YEARS)
    for code in YEARS:
        gep, gdp, ggi = (form.at[code, c].exact for c in ("gep", "gdp", "ggi"))
        assert gep is not None
        assert gdp is not None
        # stored to twelve decimals: 691.29386045648 / 965.31 = 0.716136640516…
        assert ggi == (gep / gdp).quantize(Decimal("1e-12"))
        assert form.at[code, "ggi"].made is not None


def test_a_line_as_it_is_printed(forms: Forms) -> None:
    # GEP 69,129,386,045.6484 yuan; GDP 965.31 × 10⁸ yuan
    line = row(forms["G1"], "2017")
    assert line[:2] == ["2017 年", "691.29"]
    assert line[4:7] == ["965.31", "最终核实 2019-03-21", "0.7161"]
    assert row(forms["G1"], "2017", "en")[5] == "final 2019-03-21"


def test_the_value_lies_between_the_ends_of_its_interval(forms: Forms) -> None:
    form = forms["G1"]
    for code in YEARS:
        for name in ("gep", "ggi"):
            low, value, high = (form.at[code, c].exact for c in (f"{name}_low", name, f"{name}_high"))
            assert low is not None
            assert value is not None
            assert high is not None
            assert low < value < high
            assert form.at[code, f"{name}_low"].figures == form.at[code, name].figures


def test_shares_and_intensities_of_the_second_form(forms: Forms) -> None:
    form = forms["G4"]
    shares = [form.at["2017", c].exact for c in ("regulating_share", "market_share")]
    known = [s for s in shares if s is not None]
    assert sum(known, Decimal(0)) == 100
    assert form.at["2016", "elasticity"].kind == "missing"  # there is no year before
    assert form.at["2017", "elasticity"].kind == "number"


def test_every_number_has_an_address_of_the_release(city: Book, forms: Forms) -> None:
    for form in forms.values():
        assert check(form) > 0
        assert unresolved(city, form) == []


def test_a_county_has_its_own_index(city: Book, forms: Forms) -> None:
    county = made(city, UPPER, 2017, indices.forms)["G1"]
    assert column(county, "gep") != column(forms["G1"], "gep")
    assert check(county) == len(YEARS) * 10


def test_without_gdp_the_index_is_missing_and_never_zero(ready: Ready) -> None:
    form = made(ready.book("garze-2010", "all"), GARZE, 2010, indices.forms)["G1"]
    assert row(form, "2010", "en") == ["2010", "7,548.91", "", "", "…", "", "…", "", "", "…", "…", "…"]
    assert form.at["2010", "gdp"].figures == ()  # nothing was returned, so there is nothing to explain
    assert any("not zero" in note.en for note in form.notes)
    assert unresolved(ready.book("garze-2010", "all"), form) == []


def test_a_region_that_changed_its_ground_says_so(ready: Ready) -> None:
    book = ready.book("sample-city", "2020-2021", ["sample"])
    found = made_each(book, [MIDDLE, UPPER, DISTRICT], 2021, indices.forms)
    assert _told(found[MIDDLE]["G1"])
    assert not _told(found[UPPER]["G1"])
    # a new code: its history begins with it
    assert column(found[DISTRICT]["G1"], "name")[0] == "2021 年"


def _told(form: Form) -> bool:
    return any("must not be compared" in note.en for note in form.notes)


@pytest.mark.parametrize(
    ("stored", "names"),
    [
        (None, None),
        ("-", None),
        ("final 2021-12-15", Names("最终核实 2021-12-15", "final 2021-12-15")),
        ("census", Names("普查修订", "after a census")),
        ("preliminary 2021-03-01; 2022-01-01", Names("初步核算 2021-03-01; 2022-01-01", "preliminary 2021-03-01; 2022-01-01")),
    ],
)
def test_the_version_of_gdp_in_words(stored: str | None, names: Names | None) -> None:
    assert gdp_vintage(stored) == names
