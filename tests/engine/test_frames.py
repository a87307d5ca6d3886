"""The rows of a sum: of figures for every declared key, of a record set with what is looked up beside it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from gep.base.records import State

FOREST, GRASS, WET = "area ecosystem:forest", "area ecosystem:grassland", "area ecosystem:wetland"


def total(make: Any) -> Any:
    return make.rule(
        "water",
        "region",
        "sum(depth * area over class)",
        make.given("area m2 region,ecosystem"),
        make.given("depth m", "parameter", lower=0, upper=10),
    )


def test_figures_make_a_row_for_every_declared_class(engines: Any, make: Any) -> None:
    """0.1 m × (10 + 20 + 30) m² = 6 m³; the trace names the figure of each row."""
    facts = [make.fact(FOREST, "10", "m2"), make.fact(GRASS, "20", "m2"), make.fact(WET, "30", "m2")]
    ran = engines.run(total(make), facts=facts, parameters=[make.parameter("depth", "0.1", "m")])
    assert ran.cell("water").amount == "6.000000"
    (named,) = ran.node("water")["sums"]
    rows = ran.outcome.nodes[named["node"]]
    assert [r["key"] for r in rows["rows"]] == [["forest"], ["grassland"], ["wetland"]]
    assert [r["nodes"] for r in rows["rows"]] == [[f"cell:area/R/2020/ecosystem:{e}"] for e in ("forest", "grassland", "wetland")]
    assert set(rows["nodes"]) <= set(ran.outcome.nodes)


def test_a_class_without_a_figure_makes_the_sum_unknown(engines: Any, make: Any) -> None:
    facts = [make.fact(FOREST, "10", "m2"), make.fact(WET, "30", "m2")]
    ran = engines.run(total(make), facts=facts, parameters=[make.parameter("depth", "0.1", "m")])
    cell = ran.cell("water")
    assert (cell.state, cell.exact) == (State.NOT_AVAILABLE, None)
    assert cell.reason == "area/R/2020/ecosystem:grassland"
    assert "cell:area/R/2020/ecosystem:grassland" in ran.outcome.nodes


def test_a_class_that_does_not_apply_is_left_out(engines: Any, make: Any) -> None:
    facts = [make.fact(FOREST, "10", "m2"), make.fact(GRASS, None, "", State.NOT_APPLICABLE), make.fact(WET, "30", "m2")]
    ran = engines.run(total(make), facts=facts, parameters=[make.parameter("depth", "0.1", "m")])
    assert ran.cell("water").amount == "4.000000"
    node = ran.outcome.nodes[ran.node("water")["sums"][0]["node"]]
    assert (node["n"], node["missing"]) == (2, 0)
    assert "cell:area/R/2020/ecosystem:grassland" in node["nodes"]


def test_where_no_class_applies_the_sum_does_not(engines: Any, make: Any) -> None:
    facts = [make.fact(f, None, "", State.NOT_APPLICABLE) for f in (FOREST, GRASS, WET)]
    ran = engines.run(total(make), facts=facts, parameters=[make.parameter("depth", "0.1", "m")])
    assert ran.cell("water").state is State.NOT_APPLICABLE


def test_months_of_a_figure(engines: Any, make: Any) -> None:
    """1 mm in January, 2 mm in February … 12 mm in December over 1000 m²: 78 mm × 1000 m² = 78 m³. The area is yearly."""
    rainfall, lake = make.given("rainfall m region,month"), make.given("lake m2 region")
    yearly = make.rule("water", "region", "lake * sum(rainfall over month)", lake, rainfall)
    facts = [
        make.fact("lake", "1000", "m2"),
        *(make.fact("rainfall", str(m), "mm", period=f"2020-{m:02d}") for m in range(1, 13)),
    ]
    assert engines.run(yearly, facts=facts).cell("water").amount == "78.000000"
    assert engines.run(yearly, facts=facts[:-1]).cell("water").state is State.NOT_AVAILABLE


def test_days_of_a_leap_year(engines: Any, make: Any) -> None:
    """366 days of 1 mm over 1000 m²: 366 m³."""
    days = [
        f"2020-{m:02d}-{d:02d}"
        for m in range(1, 13)
        for d in range(1, 32)
        if not (m in (4, 6, 9, 11) and d == 31) and not (m == 2 and d > 29)
    ]
    daily = make.rule(
        "water", "region", "lake * sum(rainfall over day)", make.given("lake m2 region"), make.given("rainfall m region,day")
    )
    facts = [make.fact("lake", "1000", "m2"), *(make.fact("rainfall", "1", "mm", period=d) for d in days)]
    assert len(days) == 366
    assert engines.run(daily, facts=facts).cell("water").amount == "366.000000"


def patches(make: Any, expression: str = "sum(max(area * (rain - share * rain), 0 * area * rain) over row)") -> Any:
    area = make.given("area m2 region,ecosystem,row", "column", lower=0, upper=10**9)
    rain = make.given("rain m region,ecosystem,row", "column", lower=0, upper=10)
    share = make.given("share 1 ecosystem", "parameter", lower=0, upper=1)
    return make.rule("water_by_class", "region,ecosystem", expression, area, rain, share)


def test_a_parameter_beside_the_rows_is_traced(engines: Any, make: Any) -> None:
    """The constant stands inside max, so it enters every row; (1 − 0.25) × (100 × 2 + 50 × 1) = 187.5."""
    shares = [
        make.parameter("share", v, "1", {"ecosystem": e}) for e, v in (("forest", "0.25"), ("grassland", "0.5"), ("wetland", "0"))
    ]
    rows = [{"area": 100.0, "rain": 2.0}, {"area": 50.0, "rain": 1.0}, {"area": 8.0, "rain": 1.0, "ecosystem": "grassland"}]
    ran = engines.run(patches(make), parameters=shares, rows=rows)
    assert ran.cell("water_by_class", {"ecosystem": "forest"}).amount == "187.500000"
    assert ran.cell("water_by_class", {"ecosystem": "grassland"}).amount == "4.000000"
    node = ran.outcome.nodes[ran.node("water_by_class", "ecosystem:forest")["sums"][0]["node"]]
    assert node["nodes"] == ["parameter:share/ecosystem:forest/-/set/0001-01-01"]
    assert all(r["nodes"] == node["nodes"] for r in node["rows"])
    assert ran.outcome.nodes[node["nodes"][0]]["amount"] == "0.25"
    assert node["selection"] == {"region": "R", "period": "2020", "key": "ecosystem:forest", "record_set": "patches"}


def test_an_unknown_parameter_beside_the_rows_makes_every_row_missing(engines: Any, make: Any) -> None:
    ran = engines.run(patches(make), rows=[{"area": 100.0, "rain": 2.0}, {"area": 1.0, "rain": 2.0}])
    cell = ran.cell("water_by_class", {"ecosystem": "forest"})
    assert (cell.state, cell.reason) == (State.NOT_AVAILABLE, "2 of 2 rows")
    node = ran.outcome.nodes[ran.node("water_by_class", "ecosystem:forest")["sums"][0]["node"]]
    assert (node["n"], node["missing"]) == (2, 2)
    (name,) = node["nodes"]
    assert (ran.outcome.nodes[name]["amount"], ran.outcome.nodes[name]["status"]) == (None, "unknown")


def test_monthly_rows_with_a_monthly_figure_beside_them(engines: Any, make: Any) -> None:
    """Patches of 1000 and 500 m² with a share a month, and rain of the region a month: Σ share·area·rain."""
    area = make.given("area m2 region,row,month", "column", lower=0, upper=10**9)
    rainfall = make.given("rainfall m region,month")
    monthly = make.rule("water", "region", "sum(area * rainfall over row, month)", area, rainfall)
    rows = [{"row": r, "month": m, "area": a} for r, a in (("A", 1000.0), ("B", 500.0)) for m in range(1, 13)]
    facts = [make.fact("rainfall", str(m), "mm", period=f"2020-{m:02d}") for m in range(1, 13)]
    ran = engines.run(monthly, facts=facts, rows=rows)
    assert ran.cell("water").amount == "117.000000"  # 1500 m² × 78 mm
    node = ran.outcome.nodes[ran.node("water")["sums"][0]["node"]]
    assert node["rows"][0]["key"] == ["A", "1"]
    assert node["rows"][0]["nodes"] == ["cell:rainfall/R/2020-01/-"]
    short = engines.run(monthly, facts=facts[1:], rows=rows)
    assert short.cell("water").reason == "2 of 24 rows"


def test_inputs_that_differ_in_case_only_stay_apart(engines: Any, make: Any) -> None:
    """DuckDB takes P and p for one column; record sets and rules name theirs in lower case, generated names never meet."""
    area = make.given("area m2 region,ecosystem,row", "column", lower=0, upper=10**9)
    a = make.given("a 1 region,ecosystem,row", "column", ref="c1", lower=0, upper=10)
    b = make.given("b 1 region,ecosystem,row", "column", ref="c0", lower=0, upper=10)
    by_row = [replace(i, grain=("region", "row")) for i in (area, a, b)]
    product = make.rule("largest", "region", "max(area * (a - b) over row)", *by_row)
    ran = engines.run(product, rows=[{"area": 10.0, "c1": 5.0, "c0": 2.0}])
    assert ran.cell("largest").amount == "30.000000"


def test_rows_of_other_regions_years_and_classes_stay_out(engines: Any, make: Any) -> None:
    rows = [
        {"area": 1.0, "rain": 1.0},
        {"area": 10.0, "rain": 1.0, "region": "S"},
        {"area": 100.0, "rain": 1.0, "period": "2019"},
        {"area": 1000.0, "rain": 1.0, "ecosystem": "urban"},
    ]
    shares = [make.parameter("share", "0", "1", {"ecosystem": e}) for e in ("forest", "grassland", "wetland", "urban")]
    ran = engines.run(patches(make), parameters=shares, rows=rows)
    assert ran.cell("water_by_class", {"ecosystem": "forest"}).exact == Decimal(1)
