"""T6 and T7: comparable prices and the years side by side; none where there is nothing to compare; regions that changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from gep.base.region_change import RegionChange
from gep.book import Book
from gep.report.form import Form, decimal_of
from gep.workflow.forms import comparable, gep, history
from gep.workflow.forms.common import breaks
from gep.workflow.forms.common import comparable as same_ground
from tests.ready import Ready
from tests.workflow.forms.gep_forms import CITY, GARZE, MIDDLE, UPPER, Addresses, check_form, made, printed, read


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


def test_current_over_constant_prices_and_growth_of_volume(city: Book) -> None:
    form = made(comparable.forms, city, CITY, 2017, "sample")["T6"]
    assert [c.code for c in form.columns] == ["name", "code", "current", "constant", "price_index", "previous", "growth"]
    for line in form.lines:
        current, constant, previous = (form.at[line.code, c].exact for c in ("current", "constant", "previous"))
        assert current is not None
        assert constant is not None
        assert previous is not None
        assert form.at[line.code, "price_index"].exact == decimal_of(Fraction(current) / Fraction(constant) * 100)
        assert form.at[line.code, "growth"].exact == decimal_of((Fraction(constant) / Fraction(previous) - 1) * 100)
    check_form(form)
    assert Addresses(city, form.scope.vintage).check(form) == 23 * (1 + 1 + 2 + 1 + 2)


def test_constant_prices_say_their_year(city: Book) -> None:
    form = made(comparable.forms, city, UPPER, 2016, "sample")["T6"]
    assert {c.code: c.names.zh for c in form.columns}["constant"] == "2020 年不变价"
    assert "previous" not in {c.code for c in form.columns}, "the first year has none before it"
    assert "constant:2020" in form.at["gep", "constant"].figures[0].address
    assert "price_basis=current" in form.at["gep", "current"].figures[0].address


def test_none_without_constant_prices_or_a_second_year(ready: Ready) -> None:
    garze = ready.book("garze-2010", "all")
    assert made(comparable.forms, garze, GARZE, 2010, "garze-2017") == {}
    assert made(history.forms, garze, GARZE, 2010, "garze-2017") == {}


def test_years_side_by_side(city: Book) -> None:
    forms = made(history.forms, city, CITY, 2017, "sample")
    assert [*forms] == ["T7", "T7C"]
    for form in forms.values():
        assert [c.code for c in form.columns] == ["name", "code", "2016", "2017"]
        check_form(form)
        assert Addresses(city, form.scope.vintage).check(form) == 23 * 2
    now = made(gep.forms, city, CITY, 2017, "sample")["T2"]
    for line in forms["T7"].lines:
        assert forms["T7"].at[line.code, "2017"].exact == now.at[line.code, "value"].exact
    assert printed(forms["T7"], "gep")[1] == now.at["gep", "value"].printed("zh")
    assert made(history.forms, city, CITY, 2016, "sample") == {}


def test_a_region_that_changed_its_area_is_not_compared(city: Book) -> None:
    """Ground goes from the middle to the upper county on 1 June 2017: both change, the city does not."""
    config = city.config
    moved = RegionChange(date(2017, 6, 1), "transfer", (MIDDLE,), (UPPER,), share_area=Decimal("0.2"))
    other = Book(city.root)
    other.config = replace(config, changes=(*config.changes, moved))
    with read(other, UPPER, 2017, "sample") as (reader, scope):
        before = reader.history(scope)[0]
        assert not same_ground(reader, scope, before)
        notes = [n.zh for n in breaks(reader, scope, [before, scope])]
        assert notes == ["2016 年与 2017 年之间行政区划有调整，范围不同，不可直接比较。"]
        table = next(iter(gep.forms(reader, scope, None)))
        assert "previous" not in {c.code for c in table.columns}
        assert notes[0] in [n.zh for n in table.notes]
        told = next(iter(comparable.forms(reader, scope, None)))
        assert "growth" not in {c.code for c in told.columns}
        assert same_ground(reader, replace(scope, region=CITY), before)


def test_units_and_words_in_english(city: Book) -> None:
    form: Form = made(history.forms, city, CITY, 2017, "sample")["T7"]
    assert form.unit.en == "10⁸ CNY"
    assert form.at["gep", "name"].text.en == "Gross ecosystem product (GEP)"
