"""Failures known from other accounts that begin in coefficients, profiles and totals: refused or flagged by name, never silent."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Refused, stops
from gep.base.records import Fact, Line, Parameter, Service, State
from gep.catalog.load import load
from gep.workflow.compute import Computation
from gep.workflow.lay_out import lay_out
from gep.workflow.release import Made
from gep.workflow.views import rows

Told = Callable[..., Finding]
Helpers = Mapping[str, Callable[..., Any]]
A, B, C = "990101", "990102", "990103"
CITY = "990100"
SCHEME = "local/schemes/three-counties.toml"
# one county, see books/three-counties/README.md
MATERIAL, REGULATING, CARBON = Decimal(8000000), Decimal(432600000), Decimal(1320000)
GEP = MATERIAL + REGULATING
FOREST = (("ecosystem", "forest"),)
PARAMETERS = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note\n"
CODES = "scheme,edition,code,parent,zh,en,valid_from,valid_to\n"


def totals(world: Any, made: Computation) -> dict[str, Mapping[str, Any]]:
    """The totals of a computation, by region."""
    figures = [f for _, f in lay_out(world.book, [made]).figures]
    return {f.address.region: f.row for f in figures if f.address.view == "gep_total"}


def counts(row: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(row[c] for c in ("enabled", "valued", "missing", "not_applicable"))


def row_of(catalog: Any, name: str, **changes: Any) -> Parameter:
    first = next(p for p in catalog.parameters[name] if p.source_set == "three-counties")
    return replace(first, **changes)


@pytest.fixture(scope="module")
def base(counties: Any) -> Computation:
    return counties.compute()


def test_the_book_as_it_is_gives_what_was_worked_out_by_hand(counties: Any, base: Computation) -> None:
    made = totals(counties, base)
    assert {r: made[r]["gep"] for r in (A, B, C, CITY)} == {A: GEP, B: GEP, C: GEP, CITY: 3 * GEP}
    assert {f.severity for f in base.findings} == {"note"}


# ---- factors without a source, names that stand twice


def test_factors_without_a_source_and_a_second_name_for_a_product(tmp_path: Path, told_as: Told) -> None:
    for folder, text in (
        (
            "parameters",
            PARAMETERS + "nature_factor,local,,,,,0.49,1,,,local,,,\nother_factor,local,,,,,2,1,,,local,somewhere,,\n",
        ),
        ("codes", CODES + "product,1,paddy_rice,,稻谷,Paddy rice,,\n"),
    ):
        (tmp_path / "local" / folder).mkdir(parents=True)
        (tmp_path / "local" / folder / "own.csv").write_text(text, encoding="utf-8")
    with pytest.raises(Refused) as caught:
        load(data_root() / "coefficients", tmp_path / "local")
    found = caught.value.findings
    assert len(found) == 3
    told_as(
        found, "CATALOG-PARAMETER-SOURCE", "stop", place="local/parameters/own.csv:2:source [nature_factor]", found="", expected="",
        zh="参数 nature_factor 没有来源", en="The parameter nature_factor has no source",
    )  # fmt: skip
    told_as(
        found, "CATALOG-UNKNOWN-REFERENCE", "stop", place="local/parameters/own.csv:3 [other_factor]", found="somewhere",
        expected="", zh="来源 somewhere 未登记", en="The source somewhere is not declared",
    )  # fmt: skip
    told_as(
        found, "CATALOG-NAME-TWICE", "stop", place="local/codes/own.csv:2:zh [product:paddy_rice]", found="paddy_rice",
        expected="rice", zh="代码 paddy_rice 与 rice 同名(稻谷)", en="the codes paddy_rice and rice have the same name (稻谷)",
    )  # fmt: skip


# ---- units of coefficients


def test_a_coefficient_without_its_percent_sign(counties: Any, helpers: Helpers, told_as: Told) -> None:
    """2.67 % of the rain runs off; 2.67 times the rain does not."""
    row = row_of(counties.book.catalog, "runoff_coefficient", key=FOREST, value=Decimal("2.67"), unit="1", source_set="local")
    made = counties.compute(catalog=helpers["with_parameters"](counties.book.catalog, row))
    told_as(
        made.findings, "ENGINE-PARAMETER-BOUNDS", "stop", place="local/parameters/three-counties.csv:2:value [runoff_coefficient]",
        found="2.67 1", expected="0 … 1 1", zh="超出规则声明的取值范围", en="lies outside the bounds the rule declares",
    )  # fmt: skip
    assert stops(made.findings)  # so there is no vintage of it


def with_coast(world: Any, helpers: Helpers, unit: str) -> Any:
    """The profile with coast protected at 20 000 yuan a kilometre."""
    catalog = world.book.catalog
    price = row_of(catalog, "afforestation_cost", id="coastal_protection_cost", value=Decimal(20000), unit=unit)
    line = Line("coast_protected", "coastal_protection_cost", domain={"coast_type": ("mangrove",)})
    services = (*catalog.schemes["three-counties"].services, Service("coastal_protection", "regulating", (line,)))
    added = helpers["with_parameters"](catalog, price, without=["coastal_protection_cost"])
    return helpers["with_scheme"](added, "three-counties", services=services)


def coasts(world: Any, *lengths: tuple[str, str]) -> list[Fact]:
    """A length of coast for each county, with its unit."""
    crop = next(f for f in world.facts() if f.measure == "crop_output" and f.period == "2020")
    made = [
        replace(crop, measure="coast_protected", region=r, key=(("coast_type", "mangrove"),), amount=Decimal(n), unit=u)
        for r, (n, u) in zip((A, B, C), lengths, strict=True)
    ]
    return [*world.facts(), *made]


def test_a_cost_per_kilometre_meets_lengths_in_any_unit_of_length(counties: Any, helpers: Helpers, told_as: Told) -> None:
    """12 km at 20 000 yuan a kilometre are 240 000 yuan, whether they are returned in kilometres, metres or li of 500 m."""
    facts = coasts(counties, ("12", "km"), ("12000", "m"), ("12000000", "mm"))
    made = counties.compute(facts=facts, catalog=with_coast(counties, helpers, "元@2020/km"))
    key = (("coast_type", "mangrove"),)
    assert [made.cells.get("value.coast_protected", r, "2020", key).exact for r in (A, B, C)] == [240000] * 3
    wrong = counties.compute(facts=facts, catalog=with_coast(counties, helpers, "元@2020/km2"))
    told_as(
        wrong.findings, "ENGINE-PARAMETER-UNIT", "stop", place="local/prices/three-counties.csv:5:unit [coastal_protection_cost]",
        found="元@2020/km2", expected="CNY/m", zh="不属于同一量纲", en="has another dimension than the rule reads",
    )  # fmt: skip
    assert totals(counties, wrong)[A]["gep"] is None


# ---- missing is not zero


def test_a_price_that_is_not_there(counties: Any, helpers: Helpers, told_as: Told) -> None:
    catalog = helpers["with_parameters"](counties.book.catalog, without=["afforestation_cost"])
    made = counties.compute(catalog=catalog)
    told_as(
        made.findings, "CATALOG-PARAMETER-UNKNOWN", "stop", place=f"afforestation_cost/{A}/2020/-", found="",
        expected="three-counties, common, local", zh="没有可用的数值", en=f"has no value for region {A}, {B}, {C} in 2020",
    )  # fmt: skip
    value = made.cells.get("value.co2_sequestered", A, "2020", ())
    assert (value.state, value.exact) == (State.REFUSED, None)
    total = totals(counties, made)
    assert [total[A][c] for c in ("material", "regulating", "gep")] == [MATERIAL, None, None]
    assert [total[CITY][c] for c in ("material", "regulating", "gep")] == [3 * MATERIAL, None, None]
    assert counts(total[A]) == counts(total[CITY]) == (5, 4, 1, 0)


def test_a_price_of_another_year_without_a_deflator(counties: Any, helpers: Helpers, told_as: Told) -> None:
    old = row_of(counties.book.catalog, "afforestation_cost", unit="元@2010/t_CO2", source_set="local")
    made = counties.compute(catalog=helpers["with_parameters"](counties.book.catalog, old))
    told_as(
        made.findings, "ENGINE-PRICE-YEAR", "stop", place="local/prices/three-counties.csv:5:unit [afforestation_cost]",
        found="2010", expected="2020", zh="是 2010 年价格,而账户按 2020 年现价核算",
        en="is of 2010, the account is at current prices of 2020",
    )  # fmt: skip
    assert totals(counties, made)[A]["gep"] is None


def test_a_service_of_two_of_three_counties_is_no_total_of_the_city(last_year: Any, told_as: Told) -> None:
    """County B did not return its carbon: no run, and of a trial no total of the city."""
    year = (Path(__file__).parent / "books/three-counties/returns/2020.csv").read_text(encoding="utf-8").splitlines()
    lines = [x for x in year[1:] if not x.startswith(f"{B},2020,co2_sequestered")]
    assert last_year.submit(*lines, name="2020.csv").status == "accepted"
    held = last_year.held()
    refused = last_year.run()
    told_as(
        refused.findings, "INTAKE-INPUT-MISSING", "stop", place=f"{SCHEME} [co2_sequestered/990102/2020/-]", found="-",
        expected="990102,2020,co2_sequestered,,,?,,t_CO2,林业局", zh="核算服务 carbon_sequestration 缺少数据",
        en="The service carbon_sequestration lacks an input",
    )  # fmt: skip
    told_as(  # nor can oxygen be checked against carbon there
        refused.findings, "ENGINE-CHECK-CANNOT-RUN", "stop",
        place="coefficients/rules/carbon_oxygen.toml [carbon_oxygen.one_base/990102/2020/-]", found="co2_sequestered/990102/2020/-",
        expected="", zh="审核规则 carbon_oxygen.one_base 缺少数据", en="The check carbon_oxygen.one_base cannot run",
    )  # fmt: skip
    told_as(
        refused.findings, "RUN-REFUSED", "stop", place="book", found="2", expected="", zh="未形成核算结果",
        en="2 findings stop the run; no vintage was made",
    )  # fmt: skip
    assert refused.vintage is None
    assert "run" not in {e.act for e in last_year.book.entries()}
    last_year.run(trial=True)
    total = {r["region_code"]: r for r in rows(last_year.book, "SELECT * FROM gep_total")}
    assert [total[r]["gep"] for r in (A, B, C, CITY)] == [GEP, None, GEP, None]
    assert [counts(total[r]) for r in (A, B, C, CITY)] == [(5, 5, 0, 0), (5, 4, 1, 0), (5, 5, 0, 0), (5, 4, 1, 0)]
    query = "SELECT * FROM value_account_rollup WHERE region_code = '990100' AND service = 'carbon_sequestration'"
    (carbon,) = rows(last_year.book, query)
    assert (carbon["value"], carbon["state"], carbon["is_total"]) == (None, "not_available", True)
    assert last_year.held() == held


# ---- claims on the same thing


def test_an_overlap_that_is_not_shown(counties: Any, helpers: Helpers, told_as: Told) -> None:
    shown = {"carbon_and_harvest": "show"}
    made = counties.compute(catalog=helpers["with_scheme"](counties.book.catalog, "three-counties", overlaps=shown))
    one = told_as(
        made.findings, "CATALOG-OVERLAP", "stop", place=f"{SCHEME} [three-counties/carbon_and_oxygen]",
        found="carbon_sequestration, oxygen_release", expected="", zh="方案同时计价了相互重叠的产品",
        en="The scheme values products that overlap",
    )  # fmt: skip
    assert 'carbon_and_oxygen = "show"' in one.mend("zh")


def test_two_definitions_of_one_service(counties: Any, helpers: Helpers, told_as: Told) -> None:
    """Water retained in total and by ecosystem: refused whatever the profile says of it."""
    scheme = counties.book.catalog.schemes["three-counties"]
    both = Line("water_retention", "reservoir_unit_cost")
    services = tuple(replace(s, lines=(*s.lines, both)) if s.id == "water_retention" else s for s in scheme.services)
    overlaps = {**scheme.overlaps, "definitions_of_water_retention": "show"}
    catalog = helpers["with_scheme"](counties.book.catalog, "three-counties", services=services, overlaps=overlaps)
    water = next(f for f in counties.facts() if f.measure == "forestry_net_output" and f.period == "2020")
    facts = [
        *counties.facts(),
        *(replace(water, measure="water_retention", region=r, amount=Decimal(43000000), unit="m3") for r in (A, B, C)),
    ]
    made = counties.compute(facts=facts, catalog=catalog)
    told_as(
        made.findings, "CATALOG-ALTERNATIVES", "stop", place=f"{SCHEME} [three-counties/definitions_of_water_retention]",
        found="measure:water_retention, water_retention_by_ecosystem", expected="", zh="方案把同一服务的几种定义同时计价",
        en="The scheme values several definitions of one service together",
    )  # fmt: skip


def test_two_rules_for_one_figure(counties: Any, helpers: Helpers, told_as: Told) -> None:
    rules = ("water_retention.by_type", "water_retention.balance")
    with pytest.raises(Refused) as caught:
        counties.compute(catalog=helpers["with_scheme"](counties.book.catalog, "three-counties", rules=rules))
    told_as(
        caught.value.findings, "CATALOG-RULE-TWICE", "stop", place=f"{SCHEME} [three-counties]",
        found="water_retention.by_type, water_retention.balance", expected="", zh="由几条规则计算", en="is computed by several rules",
    )  # fmt: skip


def test_carbon_by_rates_beside_oxygen_by_production(counties: Any, told_as: Told) -> None:
    """32 t of oxygen go with 44 t of carbon dioxide: 25 600 t × 44 − 4400 t × 32 = 985 600, where 5 % of 140 800 are allowed."""

    def more(f: Fact) -> Fact:
        return replace(f, amount=Decimal(25600)) if (f.measure, f.region, f.period) == ("oxygen_released", A, "2020") else f

    made = counties.compute(facts=counties.facts(more))
    told_as(
        made.findings, "ENGINE-CHECK", "query", place="coefficients/rules/carbon_oxygen.toml [carbon_oxygen.one_base/990101/2020/-]",
        found="985600", expected="<= 7040", zh="释氧量与固碳量不在同一口径", en="Oxygen and carbon do not stand on one base",
    )  # fmt: skip


# ---- baselines and settings


def test_a_baseline_that_was_not_returned(counties: Any, helpers: Helpers, told_as: Told) -> None:
    """The balance of areas is asked for, the opening was never returned: it cannot be checked, and that stops."""
    rules = (*counties.book.catalog.schemes["three-counties"].rules, "extent.balance")
    made = counties.compute(catalog=helpers["with_scheme"](counties.book.catalog, "three-counties", rules=rules))
    for region in (A, B, C):
        told_as(
            [f for f in made.findings if f.place.key == f"extent.balance/{region}/2020/ecosystem:forest"],
            "ENGINE-CHECK-CANNOT-RUN", "stop",
            place=f"coefficients/rules/extent.toml [extent.balance/{region}/2020/ecosystem:forest]",
            found=", ".join(
                f"ecosystem_area_{n}/{region}/2020/ecosystem:forest" for n in ("opening", "restatement", "addition", "reduction")
            ),
            expected="", zh="审核规则 extent.balance 缺少数据,无法执行", en="The check extent.balance cannot run",
        )  # fmt: skip


def test_the_year_before_is_that_of_the_year_before(counties: Any, helpers: Helpers, told_as: Told) -> None:
    """A rule on last year's area: 9000 ha of forest in 2019 are used; without them the figure is unknown, never this year's."""
    catalog = counties.book.catalog
    rule = catalog.rules["water_retention.by_type"][0]
    inputs = tuple(replace(i, time="prev") if i.name == "area" else i for i in rule.inputs)
    late = replace(rule, inputs=inputs, route="")
    catalog = replace(catalog, rules={**catalog.rules, rule.id: (late,)})

    def smaller(f: Fact) -> Fact:
        this = (f.measure, f.region, f.period, f.key) == ("ecosystem_area", A, "2019", FOREST)
        return replace(f, amount=Decimal(9000)) if this else f

    made = counties.compute(facts=counties.facts(smaller), catalog=catalog)
    # 9·10⁷ m² × 0.35 m
    assert made.cells.get("water_retention_by_ecosystem", A, "2020", FOREST).exact == 31500000
    without = [f for f in counties.facts() if f.period == "2020"]
    made = counties.compute(facts=without, catalog=catalog)
    missing = [f for f in made.findings if f.code == "INTAKE-INPUT-MISSING" and f"{A}/2019/ecosystem:forest" in f.place.key]
    told_as(
        missing, "INTAKE-INPUT-MISSING", "stop",
        place="coefficients/rules/water_retention.toml [ecosystem_area/990101/2019/ecosystem:forest]", found="-",
        expected="990101,2019,ecosystem_area,forest,,?,,m2,自然资源局", zh="时期 2019", en="period 2019",
    )  # fmt: skip
    assert made.cells.get("water_retention_by_ecosystem", A, "2020", FOREST).exact is None


def test_one_setting_in_two_places(counties: Any, helpers: Helpers, told_as: Told) -> None:
    second = row_of(counties.book.catalog, "afforestation_cost", value=Decimal(310), file="local/prices/second.csv", line=2)
    made = counties.compute(catalog=helpers["with_parameters"](counties.book.catalog, second))
    both = "310 元@2020/t_CO2 (local/prices/second.csv:2); 300 元@2020/t_CO2 (local/prices/three-counties.csv:5)"
    for region in (A, B, C):
        told_as(
            [f for f in made.findings if f"/{region}/" in f.place.key], "CATALOG-PARAMETER-AMBIGUOUS", "stop",
            place=f"local/prices/second.csv:2 [afforestation_cost/{region}/2020/-]", found=both, expected="",
            zh="有几个同等的数值", en="several values of equal standing",
        )  # fmt: skip
    assert totals(counties, made)[A]["gep"] is None


# ---- what overrides what; two profiles; figures from elsewhere (one book, run once)


@pytest.fixture(scope="module")
def overridden(counties: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Made]:
    """A book whose own files replace a shipped rule, by one that leaves evaporation out, and put a price of its own over another.

    It runs two profiles, and holds a published total a hundred times too large.
    """
    folder = tmp_path_factory.mktemp("overridden")
    shutil.copytree(counties.book.root, folder / "book")
    local = folder / "book" / "local"
    (local / "prices" / "own.csv").write_text(
        PARAMETERS + "afforestation_cost,local,,,,,310,元@2020/t_CO2,,,local,three_counties_example,quotation,示例数据\n",
        encoding="utf-8",
    )
    text = (data_root() / "coefficients" / "rules" / "water_retention.toml").read_text(encoding="utf-8")
    own = text.partition('["water_retention.balance"]')[0]
    own = own.replace("(rain - runoff * rain - et)", "(rain - runoff * rain - 0 * et)").replace(
        'route = "water_balance_type"\n', ""
    )
    (local / "rules").mkdir()
    (local / "rules" / "own.toml").write_text(own, encoding="utf-8")
    scheme = (local / "schemes" / "three-counties.toml").read_text(encoding="utf-8")
    fewer = scheme.replace('id = "three-counties"', 'id = "without-forestry"').replace('carbon_and_harvest = "show"\n', "")
    forestry = '[[service]]\nid = "forestry_products"\nclass = "material"\n[[service.line]]\nmeasure = "forestry_net_output"\nvalue_only = true\n\n'
    assert forestry in fewer
    (local / "schemes" / "without-forestry.toml").write_text(fewer.replace(forestry, ""), encoding="utf-8")
    world = type(counties)(type(counties.book)(folder / "book"))
    done = world.submit(
        f"{CITY},2020,published,,,1321.8,,亿元,,three_counties_example,,示例数据;应为万元级,gep_total/{CITY}/2020#gep",
        head="region,period,item,category,part,value,state,unit,department,source,evidence,note,attr.figure",
        name="published.csv",
    )
    assert done.status == "accepted"
    made = world.run(profiles=["three-counties", "without-forestry"])
    assert made.vintage is not None
    return world, made


def test_a_rule_of_the_book_over_a_shipped_one_is_told(overridden: tuple[Any, Made], told_as: Told) -> None:
    world, made = overridden
    told_as(
        made.findings, "CATALOG-LOCAL-OVER-SHIPPED", "note", place="local/rules/own.toml [rule water_retention.by_type]",
        found="local/rules/own.toml", expected="coefficients/rules/water_retention.toml",
        zh="账册 local 中的规则 water_retention.by_type 取代了随附的同名规则",
        en="The rule water_retention.by_type of the book's own stands in the place of the shipped one",
    )  # fmt: skip
    (kept,) = rows(world.book, "SELECT * FROM finding WHERE rule = 'CATALOG-LOCAL-OVER-SHIPPED'")
    assert (kept["severity"], kept["file"], kept["vintage"]) == ("note", "local/rules/own.toml", made.vintage)


def test_what_replaces_nothing_is_not_told(counties: Any, base: Computation) -> None:
    assert counties.book.catalog.shadowed == {}
    assert "CATALOG-LOCAL-OVER-SHIPPED" not in {f.code for f in base.findings}


def test_a_price_of_the_book_is_seen_in_what_rests_on_it(overridden: tuple[Any, Made]) -> None:
    """4400 t × 310 yuan instead of 300; the row used says whose it is."""
    world, _ = overridden
    figure = f"value_account/{A}/2020/carbon_sequestration/%"
    used = rows(world.book, f"SELECT * FROM parameter_used WHERE figure LIKE '{figure}profile=three-counties%'")
    (row,) = [r for r in used if r["parameter"] == "afforestation_cost"]
    assert (row["amount"], row["status"], row["source"], row["source_set"]) == (310, "local", "three_counties_example", "local")
    value = f"SELECT value FROM value_account WHERE region_code = '{A}' AND service = 'carbon_sequestration'"
    assert {r["value"] for r in rows(world.book, value)} == {Decimal(4400 * 310)}


def test_two_profiles_are_never_added(overridden: tuple[Any, Made]) -> None:
    world, _ = overridden
    query = f"SELECT profile, gep, count(*) OVER (PARTITION BY profile) AS n FROM gep_total WHERE region_code = '{CITY}'"
    total = {r["profile"]: (r["gep"], r["n"]) for r in rows(world.book, query)}
    # water without evaporation: 10⁸ × 0.95 × 10 + 2·10⁷ × 0.9 × 10; carbon at 310; without-forestry lacks 5 000 000 a county
    county = Decimal(950000000 + 180000000 + 3000000 + 5000000 + 1364000 + 1280000)
    assert total == {"three-counties": (3 * county, 1), "without-forestry": (3 * (county - 5000000), 1)}
    rolled = rows(world.book, f"SELECT DISTINCT profile FROM value_account_rollup WHERE region_code = '{CITY}' AND is_total")
    assert {r["profile"] for r in rolled} == {"three-counties", "without-forestry"}
    apart = "SELECT profile, sum(value) AS v FROM value_account GROUP BY profile"
    assert {r["profile"]: r["v"] for r in rows(world.book, apart)} == {p: v for p, (v, _) in total.items()}


def test_a_published_figure_is_a_reference_and_no_input(overridden: tuple[Any, Made]) -> None:
    world, made = overridden
    (row,) = rows(world.book, "SELECT * FROM published_figure")
    assert (row["value"], row["unit"], row["verdict"], row["file"], row["row"]) == (
        "1321.8",
        "亿元",
        "misses",
        "published.csv",
        2,
    )
    # 3 × 1 140 644 000 yuan in 亿元
    assert row["computed"] == Decimal("34.21932")
    assert not rows(world.book, "SELECT * FROM trace WHERE measure = 'published'")
    assert not [f for f in made.findings if "published" in f.place.key]
