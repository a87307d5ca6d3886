"""Value rules made from the lines of a scheme."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.base.records import Severity
from gep.base.units import parse_unit
from gep.catalog.load import load
from gep.catalog.valuation import price_unit, value_id, value_measure, value_rules

HEAD = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note"
SCHEME, MEASURES, PRICES = "schemes/one.toml", "measures/all.toml", "prices/all.csv"


def test_a_priced_line_is_quantity_times_price(small: Any) -> None:
    c = small.load()
    rules, measures = value_rules(c, c.schemes["one"])
    rule = rules[0]
    assert (rule.id, rule.output, rule.kind, rule.expression) == (
        "value.retained",
        "value.retained",
        "compute",
        "quantity * price",
    )
    assert rule.grain == ("region",)
    quantity, price = rule.inputs
    assert (quantity.name, quantity.kind, quantity.ref, quantity.unit) == ("quantity", "measure", "retained", "m3")
    assert (price.name, price.kind, price.ref, price.unit, price.grain) == (
        "price",
        "parameter",
        "water_cost",
        "CNY/m3",
        ("region",),
    )
    assert (rule.source, rule.file) == ("paper", "coefficients/schemes/one.toml")
    assert set(measures) == {"value.retained", "value.income"}


def test_a_value_only_line_is_taken_as_it_is(small: Any) -> None:
    c = small.load()
    rule = value_rules(c, c.schemes["one"])[0][1]
    assert (rule.id, rule.expression) == ("value.income", "amount")
    assert [(i.name, i.ref, i.unit) for i in rule.inputs] == [("amount", "income", "CNY")]


def test_a_line_with_neither_is_physical_only(small: Any) -> None:
    small.change(SCHEME, 'price = "water_cost"\n', "")
    c = small.load()
    assert [r.id for r in value_rules(c, c.schemes["one"])[0]] == ["value.income"]


def test_the_measure_of_a_value(small: Any) -> None:
    area = small.load().measures["area"]
    made = value_measure(area, "CNY")
    assert (made.id, made.unit, made.kind, made.dims) == ("value.area", "CNY", "flow", ("ecosystem",))
    assert (made.quantum, made.finest) == (Decimal("0.0001"), Decimal("0.01"))
    assert (made.lower, made.upper) == (None, None)  # bounds in m2 say nothing of money
    assert (made.names.zh, made.names.en) == ("面积价值", "Area, value")
    assert made.account is area.account
    assert value_id("area") == "value.area"


@pytest.mark.parametrize(
    ("unit", "expected"),
    [("m3", "CNY/m3"), ("1", "CNY"), ("person·d", "CNY/(person·d)"), ("t/m3", "CNY/(t/m3)"), ("m2 d", "CNY/(m2 d)")],
)
def test_price_units_of_simple_and_compound_units(unit: str, expected: str) -> None:
    assert price_unit("CNY", unit) == expected


def test_a_price_unit_times_its_unit_is_money() -> None:
    # 元/(人次·天) × 人次·天 = 元, which 元/人次·天 would not be
    for unit in ("m3", "t_CO2", "kWh", "person·d", "t/m3", "MJ·mm/(hm2·h)"):
        assert parse_unit(price_unit("CNY", unit)) * parse_unit(unit) == parse_unit("CNY")


def keyed(small: Any, *rows: str) -> None:
    """A scheme that prices `area` by `area_cost` with these rows."""
    small.change(MEASURES, 'department = "自然资源局"', '[area.account]\nservice = "=retention"')
    small.change(SCHEME, 'measure = "retained"\nprice = "water_cost"', 'measure = "area"\nprice = "area_cost"')
    small.add(PRICES, "".join(f"area_cost,{row},元@2010/m2,,,literature,paper,T,\n" for row in rows))


def test_a_price_varies_by_the_dimensions_of_its_rows(small: Any) -> None:
    keyed(small, "set-a,,ecosystem:forest,,,1", "set-a,,ecosystem:shrub,,,2")
    c = small.load()
    rule = value_rules(c, c.schemes["one"])[0][0]
    assert rule.grain == ("region", "ecosystem")
    assert rule.inputs[1].grain == ("region", "ecosystem")


def test_one_price_serves_every_class(small: Any) -> None:
    keyed(small, "set-a,,,,,1")
    c = small.load()
    assert value_rules(c, c.schemes["one"])[0][0].inputs[1].grain == ("region",)


def test_rows_of_other_sets_do_not_matter(small: Any) -> None:
    keyed(small, "set-a,,,,,1", "set-z,,ecosystem:forest,,,2")
    c = small.load()
    assert value_rules(c, c.schemes["one"])[0][0].inputs[1].grain == ("region",)


def test_the_book_s_own_prices_are_keyed_as_they_are(small: Any) -> None:
    keyed(small, "local,,ecosystem:forest,,,1")
    c = small.load()
    assert value_rules(c, c.schemes["one"])[0][0].inputs[1].grain == ("region", "ecosystem")


def test_prices_keyed_in_two_ways_are_refused(small: Any) -> None:
    keyed(small, "set-a,,,,,1", "set-b,,ecosystem:forest,,,2")
    c = small.load()
    with pytest.raises(Refused) as caught:
        value_rules(c, c.schemes["one"])
    (told,) = caught.value.findings
    assert (told.code, told.severity, told.found) == ("CATALOG-SERVICE-LINE", Severity.STOP, "area_cost")
    assert told.place.text() == "coefficients/schemes/one.toml [one.area_cost]"
    assert told.text("en") == "The line area_cost of service area cannot stand: the price area_cost is keyed by - | ecosystem."
    assert told.text("zh") == "服务 area 的计价行 area_cost 不成立:单价 area_cost 的键是 - | ecosystem。"
    assert told.mend("en") == "Change it to: ecosystem."


def test_a_price_by_a_dimension_the_quantity_does_not_have_is_refused(small: Any) -> None:
    small.add(PRICES, "water_cost,set-b,,ecosystem:forest,,,1,元@2010/m3,,,literature,paper,T,\n")
    small.change(PRICES, "water_cost,set-a,,,2010,2010,7.06", "water_cost,set-a,,ecosystem:shrub,2010,2010,7.06")
    c = small.load()
    with pytest.raises(Refused) as caught:
        value_rules(c, c.schemes["one"])
    (told,) = caught.value.findings
    assert told.text("en") == "The line water_cost of service retained cannot stand: the price water_cost is keyed by ecosystem."
    assert told.mend("zh") == "改为:-。"


def test_the_shipped_profile_prices_every_line_that_names_a_price() -> None:
    c = load(data_root() / "coefficients")
    scheme = c.schemes["garze-2017"]
    rules, measures = value_rules(c, scheme)
    lines = [line for s in scheme.services for line in s.lines]
    # crop, forestry, livestock, fishery and tourism are returned in money
    assert sum(line.value_only for line in lines) == 5
    assert len(rules) == len(measures) == sum(bool(line.price) or line.value_only for line in lines)
    by_id = {r.id: r for r in rules}
    assert by_id["value.water_supply"].inputs[1].grain == ("region", "water_use")
    assert by_id["value.co2_sequestered"].inputs[1].unit == "CNY/t_CO2"
