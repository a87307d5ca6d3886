"""P1: figures as they were printed beside those computed; none in a book that publishes nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.book import Book
from gep.workflow.forms import published
from tests.ready import Ready
from tests.workflow.forms.quality_forms import CITY, GARZE, Forms, check, column, made, row, unresolved


@pytest.fixture(scope="module")
def garze(ready: Ready) -> Book:
    return ready.book("garze-2010", "all")


@pytest.fixture(scope="module")
def forms(garze: Book) -> Forms:
    return made(garze, GARZE, 2010, published.forms)


def line_of(forms: Forms, figure: str) -> str:
    (found,) = [line.code for line in forms["P1"].lines if line.code.partition(".")[2] == figure]
    return found


def test_printed_as_typed_and_computed_with_its_interval(forms: Forms) -> None:
    # Table 3 prints 6842.28; the printed inputs make 6845.5944, anything from 6839.87 to 6851.32 with their last digits
    line = row(forms["P1"], line_of(forms, "gep_total/513300/2010#regulating"), "en")
    assert line[:8] == ["Regulating services", "10⁸ CNY", "6842.28", "6,845.5944", "6,839.8680", "6,851.3207", "3.3144", "meets"]


def test_every_published_figure_stands_once_with_its_verdict(garze: Book, forms: Forms) -> None:
    form = forms["P1"]
    assert len(form.lines) == 103
    verdicts = column(form, "verdict", "en")
    assert verdicts == ["meets"] * 51 + ["not computed"] * 52  # what is computed comes first
    assert check(form) == 51 * 4
    assert unresolved(garze, form) == []


def test_a_figure_that_is_not_computed_has_no_number(forms: Forms) -> None:
    code = line_of(forms, "value_account/513300/2010/carbon_oxygen/-/-/bare")
    assert row(forms["P1"], code)[2:7] == ["26.34", "", "", "", ""]


def test_a_figure_that_agrees_overlaps_its_last_digit(forms: Forms) -> None:
    form = forms["P1"]
    for line in form.lines:
        low, high = (form.at[line.code, c].exact for c in ("low", "high"))
        if low is None or high is None:
            continue
        typed = Decimal(form.at[line.code, "printed"].text.en)
        exponent = typed.as_tuple().exponent
        assert isinstance(exponent, int)
        half = Decimal((0, (5,), exponent - 1))
        assert low <= typed + half
        assert high >= typed - half


def test_a_book_without_published_figures_has_no_such_form(ready: Ready) -> None:
    assert made(ready.book("sample-city", "2016-2017"), CITY, 2017, published.forms) == {}
