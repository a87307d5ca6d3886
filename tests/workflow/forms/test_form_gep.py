"""T1 and T2: the printed account of Garze 2010, the sample city, what is added up and what is not, prices, years beside it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.base.units import parse_unit
from gep.book import Book
from gep.report.form import Cell, Form, in_unit
from gep.workflow.forms import gep
from tests.ready import Ready
from tests.workflow.forms.gep_forms import CITY, GARZE, UPPER, Addresses, check_form, made, printed, read

PROFILE = "garze-2017"


@pytest.fixture(scope="module")
def garze(ready: Ready) -> Book:
    return ready.book("garze-2010", "all")


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def account(garze: Book) -> dict[str, Form]:
    return made(gep.forms, garze, GARZE, 2010, PROFILE)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("water_retention", ["321.49", "7.06", "2,269.72", "30.07"]),  # 321.49 × 7.06 = 2269.7194
        ("soil_retention.silt", ["10.03", "15.58", "156.24", "2.07"]),  # 0.24 × 38.86 ÷ 0.93 = 10.0284 × 15.58
        ("oxygen_release", ["25,100.00", "727.00", "1,824.77", "24.17"]),  # 2.51 × 727
        ("eco_energy.hydropower", ["95.30", "0.53", "50.51", "0.67"]),
        ("sandstorm_prevention.area_protected", ["6,089.22", "3.75", "2.28", "0.03"]),
        ("air_purification.dust", ["941.00", "150.00", "0.001", "0.00002"]),  # never a zero that it is not
        ("tourism_recreation.tourism_value", ["—", "—", "70.67", "0.94"]),
        ("soil_retention.retained_soil", ["38.86", "—", "—", "—"]),
        ("soil_retention", ["", "", "399.56", "5.29"]),
        ("pest_control", ["869.13", "0.0160†", "13.93", "0.18"]),  # 1392521250 ÷ 86913000000: two prices, one a class
        ("material", ["", "", "632.65", "8.38"]),
        ("regulating", ["", "", "6,845.59", "90.68"]),
        ("cultural", ["", "", "70.67", "0.94"]),
        ("gep", ["", "", "7,548.91", "100.00"]),
    ],
)
def test_values_of_garze(account: dict[str, Form], line: str, expected: list[str]) -> None:
    assert printed(account["T2"], line) == expected


def test_published_figures_of_garze_lie_in_their_intervals(garze: Book, account: dict[str, Form]) -> None:
    """What the paper prints (6842.28 of regulating, 7545.59 in all, …) and the forms print rests on the same figures."""
    cells: dict[str, Cell] = {}
    for form in account.values():
        for _, _, cell in form.cells():
            for figure in cell.figures[:1]:
                cells.setdefault(figure.address.partition("/zone=")[0].rstrip("/-") + _column(figure.address), cell)
    with read(garze, GARZE, 2010, PROFILE) as (reader, _):
        published = reader.rows("SELECT * FROM published_figure")
    seen = 0
    for row in published:
        held = cells.get(row["figure"])
        if held is None or not parse_unit(row["unit"]).compatible(parse_unit(held.figures[0].unit)):
            continue
        stored = held.figures[0]
        assert stored.amount is not None
        amount = in_unit(stored.amount, stored.unit, row["unit"])
        assert row["low"] <= amount <= row["high"], row["figure"]
        assert abs(amount - row["computed"]) < Decimal("1e-6"), row["figure"]
        seen += 1
    assert seen >= 30, sorted(cells)


def _column(address: str) -> str:
    body = address.partition("@")[0]
    if address.startswith("gep_total"):
        return "#" + (body.partition("#")[2] or "gep")
    return "#" + body.partition("#")[2] if "#" in body else ""


def test_quantities_are_added_only_in_one_unit_and_of_valued_lines(account: dict[str, Form]) -> None:
    form = account["T1"]
    assert [c.code for c in form.columns] == ["name", "code", "unit", "quantity"], "no year before, no change"
    assert printed(form, "soil_retention") == [""], "tonnes and cubic metres"
    assert printed(form, "sandstorm_prevention") == [""]
    assert printed(form, "water_supply") == ["168.84"]  # 1.36 + 150.17 + 17.31
    assert printed(form, "water_supply.domestic") == ["1.36"], "one unit for all that are added up"
    assert printed(form, "climate_regulation") == ["4,071.45"]  # the paper prints 4071.44
    assert printed(form, "crop_products") == ["—"]
    assert any("农业产品、林业产品、畜牧业产品、渔业产品" in n.zh for n in form.notes)
    assert any("上年没有核算结果" in n.zh for n in form.notes)


def test_every_number_of_garze_is_exact_rounded_once_and_traced(garze: Book, account: dict[str, Form]) -> None:
    addresses = Addresses(garze, account["T1"].scope.vintage)
    for form in account.values():
        check_form(form)
        assert addresses.check(form) > 25
        assert form.illustrative
        assert any("示例数据" in n.zh for n in form.notes)


@pytest.mark.parametrize("region", [CITY, UPPER])
def test_every_number_of_the_city_is_exact_rounded_once_and_traced(city: Book, region: str) -> None:
    forms = made(gep.forms, city, region, 2017, "sample")
    addresses = Addresses(city, forms["T1"].scope.vintage)
    for form in forms.values():
        check_form(form)
        assert addresses.check(form) > 100


def test_value_is_quantity_times_price_in_the_sample_city(city: Book) -> None:
    """Whole tonnes and kilowatt-hours at one price: the exact amounts of the three cells multiply out to the last digit."""
    form = made(gep.forms, city, UPPER, 2016, "sample")["T2"]
    for line in ("crop_products.rice", "livestock_products.pork", "eco_energy.hydropower", "water_supply.industrial", "leisure"):
        quantity, price, value = (form.at[line, c].exact for c in ("quantity", "price", "value"))
        assert quantity is not None
        assert price is not None
        assert value is not None
        unit = form.at[line, "unit"].text.zh
        scale = Decimal(10) ** (8 if unit.startswith("亿") else 4 if unit.startswith("万") else 0)
        assert quantity * scale * price == value * Decimal(10) ** 8, line


def test_city_is_the_sum_of_its_counties(city: Book) -> None:
    whole = made(gep.forms, city, CITY, 2017, "sample")
    counties = [made(gep.forms, city, r, 2017, "sample") for r in ("990121", "990122", "990123")]
    for name, column in (("T1", "quantity"), ("T2", "value")):
        for line in whole[name].lines:
            total = whole[name].at[line.code, column].exact
            parts = [c[name].at[line.code, column].exact for c in counties]
            if total is not None:
                assert sum(p for p in parts if p is not None) == total, line.code


def test_the_year_before_stands_beside_with_change_and_growth(city: Book) -> None:
    now, before = (made(gep.forms, city, CITY, y, "sample")["T1"] for y in (2017, 2016))
    assert [c.code for c in now.columns][3:] == ["quantity", "previous", "change", "growth"]
    assert [c.code for c in before.columns][3:] == ["quantity"]
    line = "crop_products.rice"
    this, last = now.at[line, "quantity"], now.at[line, "previous"]
    assert last.figures[0].address == before.at[line, "quantity"].figures[0].address
    assert this.exact is not None
    assert last.exact is not None
    assert now.at[line, "change"].exact == this.exact - last.exact
    growth = now.at[line, "growth"]
    assert growth.made is not None
    assert growth.made.operation == "growth"
    assert growth.exact == ((this.exact / last.exact - 1) * 100).quantize(Decimal("1e-12"))


def test_regions_of_a_year_print_the_same_units(city: Book) -> None:
    """A county prints its water in the unit of the city, however little it is."""
    whole, county = (made(gep.forms, city, r, 2017, "sample")["T1"] for r in (CITY, UPPER))
    units = {line.code: whole.at[line.code, "unit"].text for line in whole.lines}
    assert all(units[line.code] == county.at[line.code, "unit"].text for line in county.lines)
    assert units["water_retention"].zh == "亿立方米"
    assert units["water_retention"].en == "10⁸ m³"
    assert units["soil_retention"].zh == ""


def test_lines_stand_in_the_order_of_the_profile(city: Book) -> None:
    form = made(gep.forms, city, CITY, 2016, "sample")["T2"]
    codes = [line.code for line in form.lines]
    services = [c for c in codes if form.at[c, "name"].text.zh and "." not in c]
    assert services[:3] == ["gep", "material", "crop_products"]
    assert services[-1] == "leisure"
    scheme = [s.id for s in city.catalog.schemes["sample"].services]
    kept = [c for c in services if c in scheme]
    assert sorted(kept, key=lambda c: ("mrc".index(form_class(city, c)[0]), scheme.index(c))) == kept
    assert codes[codes.index("soil_retention") + 1] == "soil_retention.retained_soil"
    styles = {line.code: (line.style, line.indent) for line in form.lines}
    assert styles["gep"] == ("total", 0)
    assert styles["regulating"] == ("subtotal", 0)
    assert styles["soil_retention"] == ("", 1)
    assert styles["soil_retention.silt"] == ("part", 2)


def form_class(book: Book, service: str) -> str:
    return next(s.service_class for s in book.catalog.schemes["sample"].services if s.id == service)


def test_prices_that_differ_below_are_means_and_marked(city: Book) -> None:
    form = made(gep.forms, city, CITY, 2017, "sample")["T2"]
    cell = form.at["tourism_recreation.city", "price"]
    value, quantity = cell.figures
    assert cell.mark == "†"
    assert value.amount is not None
    assert quantity.amount is not None
    assert cell.exact is not None
    assert abs(cell.exact - value.amount / quantity.amount) < Decimal("1e-11")
    assert any("平均单价" in n.zh for n in form.notes)
    one = form.at["crop_products.rice", "price"]
    assert one.mark == ""
    assert one.figures[0].address.endswith(f"#price@{form.scope.vintage}")
