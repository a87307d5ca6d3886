"""The canonical plan: what is summed, what stays exact, which q, and every refusal with its words in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from gep.base.findings import Finding
from gep.base.records import Empirical, Input, Measure, Names, Rule
from gep.rules.canonical import canonical
from gep.rules.exact import evaluate
from gep.rules.nodes import Compare, Ref
from gep.rules.plan import Plan, build, places_of
from gep.rules.quantum import power_of_ten
from gep.rules.row_eval import row_sum

Given = Callable[..., Input]
Make = Callable[..., Rule]
Planned = Callable[[Rule], Plan]
Check = Callable[[Rule], dict[str, Finding]]

LAKE = Empirical("lake", (("area", "km2"), ("a", "1"), ("b", "1")), "万m3", "exp(a) * pow(area, b)", "rao2014")
ROWS = "region,ecosystem,row"


def bodies(plan: Plan) -> list[str]:
    return [canonical(p.body) for p in plan.products]


@pytest.fixture
def water(rule: Make, given: Given) -> Rule:
    return rule(
        "water",
        "region,ecosystem",
        "sum(area * (p - alpha * p - et) over row)",
        given(f"area ha {ROWS}"),
        given(f"p mm {ROWS}"),
        given(f"et mm {ROWS}"),
        given("alpha 1 ecosystem", "parameter", lower=0, upper=1),
    )


def run(plan: Plan, rows: Mapping[str, list[float]], env: Mapping[str, Fraction]) -> Fraction | None:
    """The plan over one group of rows, by the reference."""
    n = len(next(iter(rows.values())))
    arrays = {name: np.array(column, dtype=np.float64) for name, column in rows.items()}
    arrays |= {name: np.full(n, float(value)) for name, value in env.items()}
    masks = {name: np.zeros(n, dtype=np.bool_) for name in arrays}
    refs: dict[tuple[int, str], Fraction | None] = {}
    for index, product in enumerate(plan.products):
        found = row_sum(product, arrays, masks, n)
        assert (found.missing, found.bad) == (0, 0)
        refs[index, "count"] = Fraction(found.n)
        refs[index, product.fn] = Fraction(found.value) if found.value is not None else found.s * Fraction(product.q)
    return evaluate(plan.tail, env, refs)


def test_water_retention(water: Rule, planned: Planned) -> None:
    """Two patches of 60 and 40 ha, P = 1600 mm, ET = 900 mm, α = 0.0267: 100 ha × 657.28 mm = 657 280 m3."""
    plan = planned(water)
    assert bodies(plan) == ["(area * p)", "(area * et)"]
    assert canonical(plan.tail) == "((((1 - alpha) * S0) - S1) * 10)"
    assert [p.q for p in plan.products] == [Decimal("0.0001")] * 2  # 0.001 m3 ÷ (1 · 10 m3 per ha·mm)
    assert [p.frame for p in plan.products] == [("ecosystem", "region", "row")] * 2
    assert (plan.unit, plan.places) == ("m3", 6)
    assert not any(p.constants or p.libm for p in plan.products)
    rows = {"area": [60.0, 40.0], "p": [1600.0, 1600.0], "et": [900.0, 900.0]}
    assert run(plan, rows, {"alpha": Fraction("0.0267")}) == 657_280


def test_the_plan_follows_from_declarations_and_has_a_stable_text(water: Rule, planned: Planned) -> None:
    plan = planned(water)
    assert plan.text() == planned(water).text()
    assert plan.hash == planned(water).hash
    assert len(plan.hash) == 64
    lines = plan.text().split("\n")
    assert lines[0] == "schema gep.plan/1"
    assert lines[-1] == "tail ((((1 - alpha) * S0) - S1) * 10)"
    assert "product r0 sum q=0.0001 over=row frame=ecosystem,region,row reads=area p: (area * p)" in lines
    assert "convert ha·mm -> m3 factor 10/1" in lines
    for change in (
        {"version": "2"},
        {"expression": water.expression.replace(" - et", " + et")},
        {"domain": {"ecosystem": ("forest",)}},
    ):
        assert planned(replace(water, **change)).hash != plan.hash  # type: ignore[arg-type]
    narrower = tuple(replace(i, upper=Decimal("0.5")) if i.name == "alpha" else i for i in water.inputs)
    assert planned(replace(water, inputs=narrower)).hash != plan.hash


def test_rusle_with_the_cover_factor_per_class_or_per_row(rule: Make, given: Given, planned: Planned) -> None:
    """Only the product that mixes is opened; with c per row nothing is."""
    rows = [given(f"{n} {u} {ROWS}") for n, u in (("r", "1"), ("k", "t/ha"), ("ls", "1"), ("p", "1"), ("area", "ha"))]
    constant = given("c 1 region", "parameter", lower=0, upper=1)
    text = "sum(r * k * ls * (1 - c * p) * area over row, class)"
    plan = planned(rule("soil", "region", text, *rows, constant))
    assert bodies(plan) == ["(((r * k) * ls) * area)", "((((r * k) * ls) * p) * area)"]
    assert canonical(plan.tail) == "(S0 - (c * S1))"
    per_row = planned(rule("soil", "region", text, *rows, given(f"c 1 {ROWS}")))
    assert bodies(per_row) == ["((((r * k) * ls) * (1 - (c * p))) * area)"]
    assert per_row.tail == Ref(0)


def test_max_per_row_stays_whole_with_the_constant_as_double(water: Rule, planned: Planned) -> None:
    plan = planned(replace(water, expression="sum(max(area * (p - alpha * p - et), 0) over row)"))
    assert bodies(plan) == ["max((area * ((p - (alpha * p)) - et)), 0)"]
    assert plan.products[0].constants == ("alpha",)
    assert plan.products[0].row_inputs == ("area", "p", "et")
    assert canonical(plan.tail) == "(S0 * 10)"


def test_max_of_the_sum_is_another_rule(water: Rule, planned: Planned) -> None:
    """Rows +30 and −10 ha·mm: the sum of max is 300 m3, the max of the sum 200 m3."""
    rows = {"area": [1.0, 1.0], "p": [40.0, 40.0], "et": [10.0, 50.0]}
    env = {"alpha": Fraction(0)}
    by_row = planned(replace(water, expression="sum(max(area * (p - alpha * p - et), 0) over row)"))
    by_sum = planned(replace(water, expression="max(sum(area * (p - alpha * p - et) over row), 0)"))
    assert run(by_row, rows, env) == 300
    assert run(by_sum, rows, env) == 200


def test_where_per_row_and_a_constant_outside_it(rule: Make, given: Given, planned: Planned) -> None:
    plan = planned(
        rule("total", "region", "sum(where(slope < 5, 0.2, where(slope < 15, 0.35, 0.6)) * area * (1 - c) * d over row)",
             given("slope 1 region,row"), given("area m2 region,row"), given("c 1", "parameter", lower=0, upper=1),
             given("d m region", "parameter", lower=0, upper=1))
    )  # fmt: skip
    assert bodies(plan) == ["(where((slope < 5), (1/5), where((slope < 15), (7/20), (3/5))) * area)"]
    assert canonical(plan.tail) == "(((1 - c) * d) * S0)"


def test_cap_over_a_sum(rule: Make, given: Given, planned: Planned) -> None:
    """min(800 t, 5 t/km2 × 12 000 ha) = min(800, 600)."""
    plan = planned(
        rule("purified", "region,pollutant", "min(e, sum(cap * area over class))",
             given("e t region,pollutant", "measure", "emission"), given("cap t/km2 ecosystem,pollutant", "parameter"),
             given("area ha region,ecosystem", "measure"))
    )  # fmt: skip
    assert bodies(plan) == ["(cap * area)"]
    assert plan.products[0].frame == ("ecosystem", "pollutant", "region")
    assert canonical(plan.tail) == "min(e, (S0 * (1/100)))"
    assert plan.products[0].q == Decimal("0.1")  # 0.001 t ÷ 0.01
    assert run(plan, {"cap": [5.0, 5.0], "area": [7000.0, 5000.0]}, {"e": Fraction(800)}) == 600


def test_lake_at_account_grain_and_per_water_body(rule: Make, given: Given, planned: Planned) -> None:
    a, b = given("a 1", "parameter", lower=0, upper=2), given("b 1", "parameter")
    region = given("area ha region", "measure", select={"ecosystem": "lake"})
    plan = planned(rule("total", "region", "lake(area, a, b)", region, a, b, empirical=(LAKE,)))
    assert plan.products == ()
    assert canonical(plan.tail) == "((exp(a) * pow((area * (1/100)), b)) * 10000)"
    rows = planned(
        rule("total", "region", "sum(lake(area, a, b) over row)", given("area ha region,row"), a, b, empirical=(LAKE,))
    )
    assert bodies(rows) == ["pow((area * (1/100)), b)"]
    assert rows.products[0].libm
    assert rows.products[0].constants == ("b",)
    assert canonical(rows.tail) == "((exp(a) * S0) * 10000)"
    assert rows.products[0].q == Decimal("1E-8")  # 0.001 ÷ (e² · 10 000 = 73 890.6) = 1.35·10^-8


def test_unit_factors_of_a_whole_product_are_exact_and_those_inside_a_sum_stay(
    rule: Make, given: Given, planned: Planned
) -> None:
    inputs = (given("a 1 region,row"), given("area ha region,row"), given("x 1 region,row"), given("y 1 region,row"))
    linear = planned(rule("total", "region", "sum(a * lake(area, x, y) over row)", *inputs, empirical=(LAKE,)))
    assert canonical(linear.tail) == "(S0 * 10000)"
    mixed = planned(
        rule(
            "total",
            "region",
            "sum(area * (p - et) over row)",
            given("area ha region,row"),
            given("p mm region,row"),
            given("et cm region,row"),
        )
    )
    assert bodies(mixed) == ["(area * (p - (et * 10)))"]


def test_equal_row_products_are_computed_once(rule: Make, given: Given, planned: Planned) -> None:
    plan = planned(
        rule("total", "region", "sum(a * x over row) + max(sum(b * x over row), 0) - sum(x over row) * a",
             given("x m3 region,row"), given("a 1", "parameter", lower=0, upper=1),
             given("b 1 region", "parameter", lower=0, upper=3))
    )  # fmt: skip
    assert bodies(plan) == ["x"]
    assert canonical(plan.tail) == "(((a * S0) + max((b * S0), 0)) - (S0 * a))"


def test_a_constant_alone_counts_rows_and_mean_divides_by_them(rule: Make, given: Given, planned: Planned) -> None:
    """Σ(x − d) = Σx − n·d; rows 5, 7, 9 and d = 1: 18, mean 6."""
    x, d = given("x m3 region,row"), given("d m3 region", "parameter", lower=0, upper=9)
    total = planned(rule("total", "region", "sum(x - d over row)", x, d))
    assert canonical(total.tail) == "(S0 - (d * N0))"
    mean = planned(rule("total", "region", "mean(x - d over row)", x, d))
    assert canonical(mean.tail) == "((S0 - (d * N0)) / N0)"
    rows = {"x": [5.0, 7.0, 9.0]}
    assert run(total, rows, {"d": Fraction(1)}) == 18
    assert run(mean, rows, {"d": Fraction(1)}) == 6


def test_min_and_max_over_rows_have_no_quantum(rule: Make, given: Given, planned: Planned) -> None:
    plan = planned(
        rule(
            "total",
            "region",
            "max(k * x over row, month) - min(x over row, month)",
            given("x m3 region,row,month"),
            given("k 1", "parameter"),
        )
    )
    assert [(p.fn, p.q, p.constants) for p in plan.products] == [("max", Decimal(0), ("k",)), ("min", Decimal(0), ())]
    assert canonical(plan.tail) == "(V0 - V1)"


def test_divisors(rule: Make, given: Given, planned: Planned) -> None:
    """A constant divisor goes to the tail, one per row stays, one that mixes stays whole."""
    x, y = given("x m3 region,row"), given("y 1 region,row")
    c = given("c 1", "parameter", lower="0.5", upper=2)
    assert canonical(planned(rule("total", "region", "sum(x / c over row)", x, c)).tail) == "((1 / c) * S0)"
    assert bodies(planned(rule("total", "region", "sum(c * x / y over row)", x, y, c))) == ["(x / y)"]
    mixed = planned(rule("total", "region", "sum(c * x / (c + y) over row)", x, y, c))
    assert bodies(mixed) == ["(x / (c + y))"]
    assert mixed.products[0].constants == ("c",)
    assert canonical(mixed.tail) == "(c * S0)"


def test_prev_opening_closing_make_inputs(rule: Make, given: Given, planned: Planned) -> None:
    area = given("area ha region,ecosystem", "measure")
    plan = planned(rule("area", "region,ecosystem", "closing(area) - opening(area) + prev(area)", area))
    assert [(i.name, i.time, i.ref) for i in plan.inputs] == [
        ("closing(area)", "closing", "area"), ("opening(area)", "opening", "area"), ("prev(area)", "prev", "area")
    ]  # fmt: skip
    assert plan.input("prev(area)").unit == "ha"
    with pytest.raises(KeyError):
        plan.input("area")
    assert canonical(plan.tail) == "(((closing(area) - opening(area)) + prev(area)) * 10000)"


def test_an_assert_is_a_comparison_without_unit(rule: Make, given: Given, planned: Planned) -> None:
    plan = planned(
        rule("", "region", "abs(sum(x over class) - y) <= tol", given("x ha region,ecosystem", "measure", "area"),
             given("y km2 region"), given("tol m2", "parameter"), kind="assert")
    )  # fmt: skip
    assert isinstance(plan.tail, Compare)
    assert (plan.unit, plan.places) == ("", 0)
    assert canonical(plan.tail) == "(abs((S0 - (y * 100))) <= (tol * (1/10000)))"
    assert plan.products[0].q == Decimal("0.000001")


def test_bounds_of_a_measure_serve_for_its_input(rule: Make, given: Given, measures: Mapping[str, Measure]) -> None:
    """share 0..1 of the catalogue, read in %: 0..100; 0.001 ÷ 100·0.01 = 0.001."""
    known = {**measures, "share": replace(measures["share"], lower=Decimal(0), upper=Decimal(1))}
    made = rule("total", "region", "sum(x over row) * s", given("x m3 region,row"), given("s % region", "measure", "share"))
    assert build(made, known).products[0].q == Decimal("0.001")


@pytest.mark.parametrize(
    ("value", "expected"), [("1", "1"), ("0.00099", "1E-4"), ("999", "1E+2"), ("0.001", "0.001"), ("7/3", "1"), ("1/3", "0.1")]
)
def test_power_of_ten_rounds_down(value: str, expected: str) -> None:
    assert power_of_ten(Fraction(value)) == Decimal(expected)


def test_storage_places(measures: Mapping[str, Measure]) -> None:
    found = {name: places_of(m) for name, m in measures.items()}
    assert (found["water"], found["unit_price"], found["value"], found["share"]) == (6, 8, 4, 12)


@settings(max_examples=40, deadline=None)
@drawn(data=st.data())
def test_the_split_means_the_same_as_the_formula(data: st.DataObject) -> None:
    """Small whole numbers: binary arithmetic is exact, so the plan must equal the formula summed with fractions."""
    texts = [
        "x * (y - a * x) * (1 - b * y)",
        "(a + x) * (b - y) - a * b",
        "a * x / 2 - (x - y) * b + 3",
        "-(x - a) * (y + b) * x",
        "max(a * x, y) * b - a",
    ]
    text = data.draw(st.sampled_from(texts))
    small = st.integers(-9, 9)
    rows = data.draw(st.lists(st.tuples(small, small), min_size=1, max_size=5))
    a, b = data.draw(small), data.draw(small)
    one = Decimal(9)
    inputs = (
        *(Input(n, "column", n, ("region", "row"), "1", rows="t") for n in "xy"),
        *(Input(n, "parameter", n, (), "1", lower=-one, upper=one) for n in "ab"),
    )
    measure = Measure("m", Names("m", "m"), "ratio", "1", Decimal("0.001"), Decimal("0.01"))
    made = Rule("t", "1", "compute", Names("t", "t"), "m", ("region",), f"sum({text} over row)", inputs, "s", "c")
    plan = build(made, {"m": measure})
    found = run(plan, {"x": [float(x) for x, _ in rows], "y": [float(y) for _, y in rows]}, {"a": Fraction(a), "b": Fraction(b)})
    expected = sum(eval(text, {"max": max}, {"x": Fraction(x), "y": Fraction(y), "a": a, "b": b}) for x, y in rows)  # noqa: S307
    assert found == expected
