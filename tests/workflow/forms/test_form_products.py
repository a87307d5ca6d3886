"""PC: the catalogue of products as a form holds what `gep catalogue` holds, in the order and units of the other tables."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.book import Book
from gep.report.form import Form
from gep.report.product_catalogue import WORDS
from gep.workflow.catalogue import catalogue
from gep.workflow.forms import gep, products
from tests.ready import Ready
from tests.workflow.forms.gep_forms import CITY, GARZE, UPPER, Addresses, check_form, made

YI = Decimal(10) ** 8


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


def form_of(book: Book, region: str, year: int, profile: str) -> Form:
    return made(products.forms, book, region, year, profile)["PC"]


@pytest.mark.parametrize("region", [CITY, UPPER])
def test_values_are_those_of_the_catalogue(city: Book, region: str) -> None:
    form = form_of(city, region, 2017, "sample")
    check_form(form)
    assert Addresses(city, form.scope.vintage).check(form) > 60
    whole, _ = catalogue(city, 2017, "sample")
    for row in (r for r in whole.rows if r.region.code == region and r.level == "service"):
        cell = form.at[row.service.code, "value"]
        assert row.potential.amount is not None
        assert cell.exact == row.potential.amount / YI
        if row.realised.amount is not None:
            text = form.at[row.service.code, "realised"].text.zh
            assert abs(Decimal(text.replace(",", "")) - row.realised.amount / YI) <= Decimal("0.005")
            assert row.gap.amount is not None
            assert form.at[row.service.code, "gap"].text.zh.replace("\u2212", "-")[0].isdigit()


def test_origins_markets_and_ecosystems_in_words(city: Book) -> None:
    form = form_of(city, UPPER, 2017, "sample")
    assert form.at["crop_products.rice", "method"].text.zh == "部门报送"
    water = form.at["water_retention", "method"].text
    rule = next(r for versions in city.catalog.rules.values() for r in versions if r.id == "water_retention.land")
    assert (water.zh, water.en) == (rule.names.zh, rule.names.en)
    assert form.at["water_retention", "ecosystems"].text.zh.startswith("森林、灌丛、草地、湿地")
    assert form.at["crop_products", "market"].text.zh == "是"
    assert form.at["crop_products", "market"].text.en == "yes"
    assert form.at["livestock_products", "realised"].text.zh == "未报送"


def test_lines_are_those_of_the_tables_of_quantities_and_values(ready: Ready) -> None:
    garze = ready.book("garze-2010", "all")
    form = form_of(garze, GARZE, 2010, "garze-2017")
    other = made(gep.forms, garze, GARZE, 2010, "garze-2017")
    assert [line.code for line in form.lines] == [line.code for line in other["T1"].lines]
    assert [line.code for line in form.lines] == [line.code for line in other["T2"].lines][1:]
    for line in form.lines:
        assert form.at[line.code, "value"].exact == (other["T2"].at[line.code, "value"].exact if line.style != "group" else None)
    check_form(form)


@pytest.mark.parametrize("region", [CITY, UPPER])
def test_every_line_says_what_the_catalogue_says(city: Book, region: str) -> None:
    """Origin, ecosystem types, market, realised value and gap of each row of `gep catalogue`, put into words the same way."""
    form = form_of(city, region, 2017, "sample")
    whole, _ = catalogue(city, 2017, "sample")
    names = {f"{r.id}@{r.version}": r.names.zh for versions in city.catalog.rules.values() for r in versions}
    codes = {line.code for line in form.lines}
    seen = 0
    for row in (r for r in whole.rows if r.region.code == region and r.level in ("service", "product")):
        keys = [row.service.code, *(c.code for c in (row.benefit, row.product) if c.code != "-")]
        code = ".".join(keys)
        if code not in codes:
            continue
        if row.level == "service":
            assert form.at[code, "market"].text.zh == WORDS["zh"][row.market]
            assert (form.at[code, "gap"].text.zh == "…") == (row.gap.state == "not_available")
        elif form.at[code, "quantity"].kind == "number":
            expected = sorted("部门报送" if m == "returned" else names[m] for m in row.methods)
            assert sorted(form.at[code, "method"].text.zh.split("；")) == expected
            tops = {e.code.partition(".")[0] for e in row.ecosystems}
            assert len(form.at[code, "ecosystems"].text.zh.split("、")) == max(len(tops), 1)
            seen += 1
    assert seen > 40
