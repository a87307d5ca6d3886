"""G3: the interval of every item beside its value, and the parameters that it rests on; none where nothing was drawn."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.book import Book
from gep.report.form import Form
from gep.workflow.forms import indices, spread
from tests.ready import Ready
from tests.workflow.forms.quality_forms import CITY, GARZE, Forms, check, made, row, unresolved


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def forms(city: Book) -> Forms:
    return made(city, CITY, 2017, spread.forms, indices.forms)


def exact(form: Form, line: str, name: str) -> Decimal:
    amount = form.at[line, name].exact
    assert amount is not None
    return amount


def test_the_intervals_are_those_of_the_index(forms: Forms) -> None:
    for item, line in (("gep", "gep"), ("ggi", "ggi")):
        for end in ("low", "high"):
            assert exact(forms["G3"], line, end) == exact(forms["G1"], "2017", f"{item}_{end}")
        assert exact(forms["G3"], line, "value") == exact(forms["G1"], "2017", item)


def test_each_known_interval_holds_its_mean(forms: Forms) -> None:
    form = forms["G3"]
    held = [line.code for line in form.lines if form.at[line.code, "mean"].exact is not None]
    assert {"gep", "regulating", "water_retention", "ggi"} <= set(held)
    for code in held:
        assert exact(form, code, "low") < exact(form, code, "mean") < exact(form, code, "high")
    # nothing that crops rest on has a spread: no interval, and it is not said to be of no width
    assert row(form, "crop_products")[3:6] == ["", "", ""]


def test_the_parameters_stand_in_the_order_of_what_they_contribute(forms: Forms) -> None:
    form = forms["G3.parameters"]
    codes = [line.code for line in form.lines]
    known = codes[codes.index("of.known") + 1 : codes.index("of.unknown")]
    shares = [exact(form, code, "contribution") for code in known]
    assert shares == sorted(shares, reverse=True, key=abs)
    assert len(known) == min(len(known), spread.MOST)
    unknown = codes[codes.index("of.unknown") + 1 :]
    resting = [exact(form, code, "resting") for code in unknown]
    assert resting == sorted(resting, reverse=True, key=abs)
    assert all(form.at[code, "ends"].printed("zh") == "" for code in unknown)


def test_every_number_rests_on_a_figure(city: Book, forms: Forms) -> None:
    for name in ("G3", "G3.parameters"):
        assert check(forms[name]) > 0
        assert unresolved(city, forms[name]) == []


def test_a_run_that_drew_nothing_has_no_such_form(ready: Ready) -> None:
    assert made(ready.book("garze-2010", "all"), GARZE, 2010, spread.forms) == {}
