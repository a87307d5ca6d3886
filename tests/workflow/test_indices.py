"""The green-gold index and the figures beside it, on two counties and a city with round numbers."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Place
from gep.base.records import Fact, Names, Origin, Parameter, Region, Severity, State, key_of
from gep.base.rounding import store
from gep.catalog import read
from gep.catalog.fields import Fields
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.cells import Cells
from gep.explain.again import inputs_of, work_out
from gep.explain.again import read as read_expression
from gep.workflow import accounts
from gep.workflow.compute import compute
from gep.workflow.indices import COLUMNS, Indices, from_stored, indices

CITY, ONE, TWO = "990000", "990001", "990002"
REGIONS = {
    CITY: Region(CITY, "", "city", Names("市", "City")),
    ONE: Region(ONE, CITY, "county", Names("甲县", "County one")),
    TWO: Region(TWO, CITY, "county", Names("乙县", "County two")),
}
SCHEME = """
id = "small"
kind = "gep_profile"
zh = "两项"
en = "Two services"
version = "1"
status = "enabled"
source = "reasonableness"
rules = []
parameter_sets = []
[constant]
base = 2018
order = "convert_then_deflate"
[[service]]
id = "water_retention"
class = "regulating"
[[service.line]]
measure = "water_retention"
price = "reservoir_unit_cost"
[[service]]
id = "tourism_recreation"
class = "cultural"
[[service.line]]
measure = "tourism_visits"
price = "travel_cost"
"""


def parameter(name: str, year: int, amount: str, unit: str) -> Parameter:
    span = (date(year, 1, 1), date(year, 12, 31))
    return Parameter(name, (), "", Decimal(amount), unit, "illustrative", "gep_demo", "-", "local", "", *span, file="local/a.csv")


# 8 yuan of 2018 and 10 yuan of 2019 a cubic metre; 50 and 60 yuan a visit
PRICES = [
    parameter("reservoir_unit_cost", 2018, "8", "元@2018/m3"),
    parameter("reservoir_unit_cost", 2019, "10", "元@2019/m3"),
    parameter("travel_cost", 2018, "50", "元@2018/人次"),
    parameter("travel_cost", 2019, "60", "元@2019/人次"),
]


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    shipped = load(data_root() / "coefficients")
    findings: list[Finding] = []
    small = read.scheme(Fields(tomllib.loads(SCHEME), Place("local/schemes/small.toml", key="small"), findings))
    assert findings == []
    names = dict.fromkeys(p.id for p in PRICES)
    known = {name: tuple(p for p in PRICES if p.id == name) for name in names}
    return replace(shipped, schemes={**shipped.schemes, "small": small}, parameters=known)


def fact(item: str, amount: str, unit: str, region: str = ONE, year: int = 2019, key: Any = (), **attrs: str) -> Fact:
    origin = Origin("returns.csv", "0" * 64, 2)
    return Fact(item, region, str(year), key, State.VALUE, Decimal(amount), unit, origin, attrs=attrs)


def returns(region: str = ONE, year: int = 2019) -> list[Fact]:
    """Of a county in 2019: 40 m3 and 10 visits, 1,000 yuan in all; GDP 2,000 yuan, 4 persons, 0.5 km2."""
    at: dict[str, Any] = {"region": region, "year": year}
    return [
        fact("water_retention", "40", "m3", **at),
        fact("tourism_visits", "10", "人次", **at),
        fact("gdp", "2000", "元", **at, vintage="final", released_on="2020-12-15", price_basis="current"),
        fact("resident_population", "4", "人", **at),
        fact("administrative_area", "0.5", "km2", **at),
        fact("pollution_loss", "30", "元", **at),
        fact("ecological_degradation", "70", "元", **at),
        fact("energy_consumption", "4", "吨标准煤", **at),
        fact("water_use_total", "100", "m3", **at),
        fact("construction_land", "200", "m2", **at),
        fact("carbon_emission", "6", "t_CO2", **at),
        fact("realised_value", "250", "元", **at, key=key_of({"service": "tourism_recreation"})),
    ]


def made(
    catalog: Catalog, facts: Sequence[Fact], year: int = 2019, counties: tuple[str, ...] = (ONE,), before: Cells | None = None
) -> Indices:
    c = compute(catalog, "small", year, facts, REGIONS, counties)
    assert [f for f in c.findings if f.severity == "stop"] == []
    values = list(accounts.value(c, REGIONS))
    totals = list(accounts.totals(c, REGIONS, values))
    nodes = {str(n["id"]): n for _, several in totals for n in several}
    return indices(catalog, c, [figure for figure, _ in totals], facts, REGIONS, nodes, before)


def row(found: Indices, region: str = ONE, basis: str = "current") -> dict[str, Any]:
    (only,) = (f.row for f in found.figures if f.row["region_code"] == region and f.row["price_basis"] == basis)
    return dict(only)


def test_every_form_by_hand(catalog: Catalog) -> None:
    """40 × 10 + 10 × 60 = 1,000 yuan, of which 400 regulating."""
    r = row(made(catalog, returns()))
    assert (r["gep"], r["gdp"], r["ggi"]) == (1000, 2000, Decimal("0.5"))
    assert r["geep"] == 2000 - 30 - 70 + 400  # nothing that GDP holds already is added
    assert (r["per_capita"], r["per_km2"]) == (250, 2000)
    assert (r["regulating_share"], r["market_share"]) == (Decimal("0.4"), Decimal("0.6"))
    assert r["realisation_rate"] == Decimal("0.25")  # 250 ÷ 1,000, not the share of material and cultural services
    assert (r["energy_per_gdp"], r["water_per_gdp"]) == (Decimal("0.002"), Decimal("0.05"))
    assert (r["land_per_gdp"], r["carbon_per_gdp"]) == (Decimal("0.1"), Decimal("0.003"))
    assert r["gdp_vintage"] == "final 2020-12-15"


def test_an_index_at_constant_prices_reads_gdp_at_constant_prices(catalog: Catalog) -> None:
    """40 × 8 + 10 × 50 = 820 yuan of 2018; the GDP series at prices of 2018 is a return of its own."""
    found = made(catalog, returns())
    assert (row(found, basis="constant:2018")["gep"], row(found, basis="constant:2018")["gdp"]) == (820, None)
    assert row(found, basis="constant:2018")["ggi"] is None  # never the current GDP
    (note,) = (f for f in found.findings if f.code == "INDEX-INPUT-MISSING")
    assert "gdp (constant:2018)" in note.found
    also = fact("gdp", "1640", "元", vintage="final", released_on="2021-01-20", price_basis="constant:2018")
    r = row(made(catalog, [*returns(), also]), basis="constant:2018")
    assert (r["gdp"], r["ggi"], r["gdp_vintage"]) == (1640, Decimal("0.5"), "final 2021-01-20")


def test_the_latest_gdp_is_used_and_named(catalog: Catalog) -> None:
    first = fact("gdp", "2500", "元", vintage="preliminary", released_on="2020-01-20", price_basis="current")
    census = fact("gdp", "4000", "元", vintage="census", released_on="2024-12-26")
    assert row(made(catalog, [first, *returns()]))["ggi"] == Decimal("0.5")
    r = row(made(catalog, [census, first, *returns()]))
    assert (r["ggi"], r["gdp_vintage"]) == (Decimal("0.25"), "census 2024-12-26")


def test_what_is_missing_leaves_its_own_index_empty_and_is_told_once(catalog: Catalog) -> None:
    facts = [f for f in returns() if f.measure not in ("resident_population", "pollution_loss")]
    found = made(catalog, facts)
    r = row(found)
    assert (r["per_capita"], r["geep"]) == (None, None)
    assert (r["ggi"], r["per_km2"]) == (Decimal("0.5"), 2000)
    told = [f for f in found.findings if f.code == "INDEX-INPUT-MISSING"]
    assert len(told) == 1
    assert told[0].severity == Severity.NOTE
    assert f"resident_population: {CITY}, {ONE}" in told[0].found
    assert f"pollution_loss: {CITY}, {ONE}" in told[0].found


def test_a_profile_in_other_money_does_not_read_gdp_in_yuan(catalog: Catalog) -> None:
    """40 × 10 dollars and 10 × 60: per head and area in dollars; of GDP there is none in dollars, and no rate is made up."""
    dollars = tuple(replace(p, unit=p.unit.replace("元", "USD")) for p in PRICES)
    known = {p.id: tuple(q for q in dollars if q.id == p.id) for p in dollars}
    schemes = {**catalog.schemes, "small": replace(catalog.schemes["small"], currency="USD")}
    found = made(replace(catalog, schemes=schemes, parameters=known), returns())
    r = row(found)
    assert (r["gep"], r["per_capita"], r["per_km2"], r["currency"]) == (1000, 250, 2000, "USD")
    assert (r["gdp"], r["ggi"], r["geep"], r["energy_per_gdp"], r["realisation_rate"]) == (None, None, None, None, None)
    (note,) = (f for f in found.findings if f.code == "INDEX-INPUT-MISSING")
    assert f"gdp: {CITY}, {ONE}" in note.found


def test_a_gdp_of_zero_gives_no_index(catalog: Catalog) -> None:
    facts = [replace(f, amount=Decimal(0)) if f.measure == "gdp" else f for f in returns()]
    r = row(made(catalog, facts))
    assert (r["gdp"], r["ggi"], r["energy_per_gdp"]) == (0, None, None)


def test_the_three_industries_are_gdp_within_the_rounding_of_the_returns(catalog: Catalog) -> None:
    """2,000 yuan of GDP against 300 + 700 + 1,001: each is rounded to a yuan, so four halves may come together, no more."""

    def told(tertiary: str, vintage: str = "final") -> list[str]:
        shares = (("primary", "300"), ("secondary", "700"), ("tertiary", tertiary))
        made_of = [
            fact("value_added", v, "元", key=key_of({"industry": i}), vintage=vintage, released_on="2020-12-15")
            for i, v in shares
        ]
        return [f.difference for f in made(catalog, [*returns(), *made_of]).findings if f.code == "INDEX-VALUE-ADDED"]

    assert told("1000") == []
    assert told("1002") == []
    assert told("1003") == ["-3.00"]
    assert told("1003", vintage="preliminary") == []  # of another version than the GDP in use


# ---- the city


def test_a_city_uses_its_own_gdp_and_else_the_sum_which_is_told(catalog: Catalog) -> None:
    facts = [*returns(), *returns(TWO)]
    found = made(catalog, facts, counties=(ONE, TWO))
    r = row(found, CITY)
    assert (r["gep"], r["gdp"], r["ggi"], r["per_capita"]) == (2000, 4000, Decimal("0.5"), 250)
    assert [f.severity for f in found.findings if f.code == "INDEX-GDP-SUMMED"] == [Severity.NOTE]
    own = fact("gdp", "5000", "元", region=CITY, vintage="preliminary", released_on="2020-01-20")
    found = made(catalog, [*facts, own], counties=(ONE, TWO))
    r = row(found, CITY)
    assert (r["gdp"], r["ggi"], r["gdp_vintage"]) == (5000, Decimal("0.4"), "preliminary 2020-01-20")
    assert [f for f in found.findings if f.code == "INDEX-GDP-SUMMED"] == []


def test_a_county_without_gdp_leaves_the_city_without_one(catalog: Catalog) -> None:
    facts = [*returns(), *(f for f in returns(TWO) if f.measure != "gdp")]
    found = made(catalog, facts, counties=(ONE, TWO))
    assert (row(found, CITY)["gdp"], row(found, CITY)["ggi"]) == (None, None)  # never the GDP of the other county alone
    assert row(found, CITY)["per_capita"] == 250


# ---- elasticity


def test_elasticity_is_growth_over_growth(catalog: Catalog) -> None:
    """2018: 40 × 8 + 10 × 50 = 820 yuan and GDP 1,600; 2019: 1,000 and 2,000: (180 / 820) ÷ (400 / 1,600)."""
    first = [f for f in returns(year=2018) if f.measure != "gdp"]
    first.append(fact("gdp", "1600", "元", year=2018, vintage="final", released_on="2019-12-15"))
    before = made(catalog, first, 2018)
    assert row(before)["elasticity"] is None  # there is no year before
    r = row(made(catalog, returns(), before=before.cells))
    assert r["elasticity"] == Decimal("0.878048780488")  # 720 / 820
    stored = from_stored([row(before)], 7)
    assert row(made(catalog, returns(), before=stored))["elasticity"] == r["elasticity"]


def test_elasticity_does_not_apply_where_gdp_stood_still(catalog: Catalog) -> None:
    first = [*(f for f in returns(year=2018) if f.measure != "gdp"), fact("gdp", "2000", "元", year=2018, vintage="final")]
    found = made(catalog, returns(), before=made(catalog, first, 2018).cells)
    assert row(found)["elasticity"] is None
    cell = found.cells.get("gep_gdp_elasticity", ONE, "2019", key_of({"zone": "-", "price_basis": "current"}))
    assert cell is not None
    assert cell.state is State.NOT_APPLICABLE


# ---- the trace


def test_every_column_has_a_node_that_evaluates_to_it(catalog: Catalog) -> None:
    facts = returns()
    c = compute(catalog, "small", 2019, facts, REGIONS, (ONE,))
    values = list(accounts.value(c, REGIONS))
    totals = list(accounts.totals(c, REGIONS, values))
    of_totals = {str(n["id"]): n for _, several in totals for n in several}
    found = indices(catalog, c, [figure for figure, _ in totals], facts, REGIONS, of_totals)
    checked = 0
    nodes = {**c.nodes, **of_totals, **found.nodes}
    for figure in found.figures:
        columns = found.columns[figure.address.text()]
        assert set(columns) == {name for name in COLUMNS if name != "gdp" or figure.row["gdp"] is not None}
        for column, name in columns.items():
            node: Any = nodes[name]
            value = figure.row[column]
            if node["kind"] != "calculation" or value is None:
                continue
            exact = work_out(read_expression(node["expression"]), inputs_of(node, nodes))
            assert store(exact, node["places"]) == Decimal(node["result"]), column
            checked += 1
    assert checked == 2 * (11 + 5)  # county and city: all but the elasticity; at constant prices those that read no GDP
