"""Values at constant prices: quantity × price of the base year, deflated values, links, foreign money, and what is refused."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Place
from gep.base.records import Fact, Names, Origin, Parameter, Region, Severity, State, key_of
from gep.catalog import read
from gep.catalog.fields import Fields
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.workflow.compute import Computation, compute
from gep.workflow.versions import at_current_prices

HERE, BESIDE = "513301", "513302"
REGIONS = {code: Region(code, "", "county", Names("县", "County")) for code in (HERE, BESIDE)}

SCHEME = """
id = "two"
kind = "gep_profile"
zh = "两项"
en = "Two services"
version = "1"
status = "enabled"
source = "reasonableness"
rules = []
parameter_sets = []

[constant]
base = {base}
order = "{order}"
[constant.deflators]
tourism_recreation = "consumer_price"

[[service]]
id = "water_retention"
class = "regulating"
[[service.line]]
measure = "water_retention"
price = "reservoir_unit_cost"
floor = "zero"

[[service]]
id = "tourism_recreation"
class = "cultural"
[[service.line]]
measure = "tourism_visits"
price = "travel_cost"
{money}
"""
# made up: prices rise from 8 to 9 to 10 yuan/m3, a visit from 500 to 550 to 660 yuan
WATER = {2018: "8", 2019: "9", 2020: "10"}
VISIT = {2018: "500", 2019: "550", 2020: "660"}
# one series with 2015 = 100
CPI_2015 = {2018: "105", 2019: "110", 2020: "120"}

Make = Callable[..., Computation]
Rows = tuple[Parameter, ...]


def price(name: str, year: int, amount: str, unit: str, key: str = "", region: str = "") -> Parameter:
    keyed = key_of(dict(pair.split(":") for pair in key.split(";") if pair))
    made = (region, Decimal(amount), unit, "illustrative", "gep_demo", "-", "local", "", date(year, 1, 1), date(year, 12, 31))
    return Parameter(name, keyed, *made, file="local/prices/all.csv")  # type: ignore[arg-type]


def index(year: int, level: str, reference: str = "2015", region: str = "") -> Parameter:
    return price("price_index", year, level, "1", f"deflator:consumer_price;reference:{reference}", region)


def fact(measure: str, amount: str, unit: str, year: int, region: str = HERE) -> Fact:
    return Fact(measure, region, str(year), (), State.VALUE, Decimal(amount), unit, Origin("returns.csv", "0" * 64, 2))


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load(data_root() / "coefficients")


@pytest.fixture
def make(shipped: Catalog) -> Make:
    """Compute a year of the made-up profile: 100 m3 of water and 20 visits (or other amounts)."""

    def made(
        year: int = 2019,
        base: int = 2018,
        order: str = "convert_then_deflate",
        money: str = "",
        water: str = "100",
        visits: str = "20",
        rows: Rows = (),
        regions: tuple[str, ...] = (HERE,),
    ) -> Computation:
        findings: list[Finding] = []
        text = SCHEME.format(base=base, order=order, money=money)
        two = read.scheme(Fields(tomllib.loads(text, parse_float=Decimal), Place("local/schemes/two.toml", key="two"), findings))
        assert findings == []
        known: dict[str, tuple[Parameter, ...]] = {}
        for p in rows or ALL:
            known[p.id] = (*known.get(p.id, ()), p)
        catalog = replace(shipped, schemes={"two": two}, parameters=known)
        amounts = (("water_retention", water, "m3"), ("tourism_visits", visits, "人次"))
        facts = [fact(name, amount, unit, year, r) for r in regions for name, amount, unit in amounts]
        return compute(catalog, "two", year, facts, REGIONS, regions)

    return made


WATER_ROWS: Rows = tuple(price("reservoir_unit_cost", y, p, f"元@{y}/m3") for y, p in WATER.items())
VISIT_ROWS: Rows = tuple(price("travel_cost", y, p, f"元@{y}/人次") for y, p in VISIT.items())
CPI_ROWS: Rows = tuple(index(y, level) for y, level in CPI_2015.items())
ALL = WATER_ROWS + VISIT_ROWS + CPI_ROWS


def worth(c: Computation, measure: str, region: str = HERE) -> Decimal | None:
    cell = c.cells.get(measure, region, str(c.year), ())
    assert cell is not None
    return Decimal(cell.amount) if cell.amount else None


def told(c: Computation, code: str) -> list[Finding]:
    return [f for f in c.findings if f.code == code]


def test_a_priced_line_is_stored_quantity_times_the_price_of_the_base_year(make: Make) -> None:
    c = make(2019, base=2018)
    assert worth(c, "value.water_retention") == 900  # 100 m3 × 9 yuan
    assert worth(c, "constant.water_retention") == 800  # 100 m3 × 8 yuan of 2018
    assert [f.code for f in c.findings if f.severity == "stop"] == []


def test_a_deflated_service_is_its_value_over_the_movement_of_the_index(make: Make) -> None:
    c = make(2019, base=2018)
    assert worth(c, "value.tourism_visits") == 11000  # 20 × 550
    assert worth(c, "constant.tourism_visits") == 10500  # 11,000 ÷ (110 / 105)
    assert told(c, "CONSTANT-LINKED") == []


def test_in_the_base_year_both_are_the_same(make: Make) -> None:
    c = make(2018, base=2018)
    for measure in ("water_retention", "tourism_visits"):
        assert worth(c, f"constant.{measure}") == worth(c, f"value.{measure}")


def test_a_deficit_is_valued_at_zero_at_either_price(make: Make) -> None:
    c = make(2019, water="-4")
    assert (worth(c, "value.water_retention"), worth(c, "constant.water_retention")) == (Decimal(0), Decimal(0))


def test_volume_growth_does_not_depend_on_the_base_year(make: Make) -> None:
    """For each line the ratio of two years at constant prices is that of the quantities (of a deflated line: the real value)."""
    growth = {}
    for base in (2018, 2019, 2020):
        for measure in ("water_retention", "tourism_visits"):
            amounts = [
                worth(make(y, base=base, water=w, visits=v), f"constant.{measure}")
                for y, w, v in ((2018, "100", "20"), (2020, "130", "21"))
            ]
            assert None not in amounts
            growth[base, measure] = Fraction(amounts[1] or 0) / Fraction(amounts[0] or 1)
    assert {growth[b, "water_retention"] for b in (2018, 2019, 2020)} == {Fraction(13, 10)}
    real = [growth[b, "tourism_visits"] for b in (2018, 2019, 2020)]
    # 21 × 660 / 1.2 ÷ (20 × 500 / 1.05); each stored amount is rounded to 0.0001 yuan
    exact = Fraction(21 * 660, 20 * 500) * Fraction(105, 120)
    assert all(abs(g - exact) < Fraction(1, 10**7) for g in real)


def test_a_price_scaled_in_every_year_scales_every_value_and_no_quantity(make: Make) -> None:
    tripled = tuple(price("reservoir_unit_cost", y, str(3 * int(p)), f"元@{y}/m3") for y, p in WATER.items())
    one, two = make(2019), make(2019, rows=tripled + VISIT_ROWS + CPI_ROWS)
    for name in ("value.water_retention", "constant.water_retention"):
        assert worth(two, name) == 3 * (worth(one, name) or 0)
    assert worth(one, "water_retention") == worth(two, "water_retention")


# ---- series of different references


NEW: Rows = (index(2020, "100", "2020"), index(2021, "102", "2020"))
LATER: Rows = (price("reservoir_unit_cost", 2021, "11", "元@2021/m3"), price("travel_cost", 2021, "663", "元@2021/人次"))


def link(factor: str = "1.2") -> Rows:
    made = price("price_index_link", 2020, factor, "1", "deflator:consumer_price;reference:2020")
    return (replace(made, valid_to=date.max),)


def test_a_reference_that_has_both_years_needs_no_link(make: Make) -> None:
    c = make(2021, base=2020, rows=ALL + NEW + LATER)
    assert worth(c, "constant.tourism_visits") == 13000  # 20 × 663 ÷ (102 / 100)
    assert told(c, "CONSTANT-LINKED") == []


def test_a_change_of_base_is_joined_by_its_link_and_told(make: Make) -> None:
    c = make(2021, base=2018, rows=ALL + NEW + link() + LATER)
    # 2021 is 102 on 2020 = 100, that is 102 × 1.2 = 122.4 on 2015 = 100; 13,260 ÷ (122.4 / 105) = 11,375
    assert worth(c, "constant.tourism_visits") == 11375
    (note,) = told(c, "CONSTANT-LINKED")
    assert (note.severity, note.found, note.expected) == (Severity.NOTE, "1.2", "2020")
    assert told(c, "CONSTANT-LINK") == []  # 120 ÷ 100 in the overlap year


def test_a_link_backwards(make: Make) -> None:
    c = make(2018, base=2021, rows=ALL + NEW + link() + LATER)
    # 2018 is 105, 2021 is 122.4 on 2015 = 100: 20 × 500 × 122.4 / 105
    assert worth(c, "constant.tourism_visits") == Decimal("11657.1429")


def test_a_link_that_is_not_what_the_overlap_year_says(make: Make) -> None:
    c = make(2021, base=2018, rows=ALL + NEW + link("1.3") + LATER)
    (query,) = told(c, "CONSTANT-LINK")
    assert (query.severity, query.found, query.expected) == (Severity.QUERY, "1.3", "120 / 100")


def test_series_that_nothing_joins_are_not_chained(make: Make) -> None:
    c = make(2021, base=2018, rows=ALL + NEW + LATER)
    assert worth(c, "constant.tourism_visits") is None
    (query,) = told(c, "CONSTANT-UNVALUED")
    assert "tourism_recreation" in query.text("en")


# ---- what is lacking


def test_a_missing_deflator_refuses_and_names_the_regions(make: Make) -> None:
    only_here = WATER_ROWS + VISIT_ROWS + (index(2018, "105", region=HERE), index(2019, "110", region=HERE))
    c = make(2019, base=2018, rows=only_here, regions=(HERE, BESIDE))
    assert worth(c, "constant.tourism_visits") == 10500
    assert worth(c, "constant.tourism_visits", BESIDE) is None  # never zero
    cell = c.cells.get("constant.tourism_visits", BESIDE, "2019", ())
    assert cell is not None
    assert cell.state is State.REFUSED
    (query,) = told(c, "CONSTANT-UNVALUED")
    assert query.severity == Severity.QUERY
    assert BESIDE in query.text("en")
    assert HERE not in query.text("en").replace(BESIDE, "")
    assert "price_index" in query.found
    assert worth(c, "value.tourism_visits", BESIDE) == 11000  # current prices do not rest on it
    assert [f.code for f in c.findings if f.severity == "stop"] == []


def test_a_missing_price_of_the_base_year_refuses(make: Make) -> None:
    without = tuple(p for p in ALL if (p.id, p.valid_from.year) != ("reservoir_unit_cost", 2018))
    c = make(2019, base=2018, rows=without)
    assert worth(c, "constant.water_retention") is None
    (query,) = told(c, "CONSTANT-UNVALUED")
    assert "water_retention" in query.text("zh")
    assert "reservoir_unit_cost" in query.found


def test_an_index_out_of_its_bounds_stops_and_is_never_used_in_silence(make: Make) -> None:
    """A level typed as 0: there is no movement, and it is no gap either."""
    wrong = (*WATER_ROWS, *VISIT_ROWS, index(2018, "105"), index(2019, "0.0000001"))
    assert "ENGINE-PARAMETER-BOUNDS" in {f.code for f in make(2019, base=2018, rows=wrong).findings if f.severity == "stop"}


# ---- foreign money


DOLLARS = 'currency = "USD"'
RATES = {2018: "6.6", 2019: "6.9", 2020: "6.9"}


def foreign(deflator_rows: Rows) -> Rows:
    visits = tuple(price("travel_cost", y, p, f"USD@{y}/人次") for y, p in VISIT.items())
    rates = tuple(price("exchange_rate", y, r, f"CNY@{y}/USD@{y}", "currency:USD") for y, r in RATES.items())
    return WATER_ROWS + visits + rates + deflator_rows


def test_the_order_of_deflating_and_converting_is_declared_and_matters(make: Make) -> None:
    """20 visits at 550 dollars; rates 6.9 now, 6.6 in the base year; the index moves from 105 to 110."""
    rows = foreign(CPI_ROWS)
    first = make(2019, base=2018, rows=rows, money=DOLLARS, order="convert_then_deflate")
    second = make(2019, base=2018, rows=rows, money=DOLLARS, order="deflate_then_convert")
    assert worth(first, "value.tourism_visits") == 75900  # 20 × 550 × 6.9
    assert worth(first, "constant.tourism_visits") == Decimal("72450.0000")  # 75,900 ÷ (110 / 105)
    assert worth(second, "constant.tourism_visits") == Decimal("69300.0000")  # 11,000 ÷ (110 / 105) × 6.6


def test_figures_at_other_prices_are_no_inputs_of_the_accounts() -> None:
    def gdp(**attrs: str) -> Fact:
        return Fact("gdp", HERE, "2020", key_of({}), State.VALUE, Decimal(1), "亿元", Origin("a.csv", "", 2), attrs=attrs)

    current, constant, plain = gdp(price_basis="current"), gdp(price_basis="constant:2020"), gdp()
    assert at_current_prices([current, constant, plain]) == [current, plain]
