"""One figure from its inputs: states, rounding, intervals, what binds, and the checks behind it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.base.records import Severity, State


def ratio(make: Any, expression: str = "lake / other", output: str = "ratio", **more: Any) -> Any:
    return make.rule(
        output, "region", expression, make.given("lake m2 region"), make.given("other m2 region", ref="largest"), **more
    )


def facts(make: Any, lake: str | None, largest: str | None) -> list[Any]:
    return [make.fact(m, v, "m2") for m, v in (("lake", lake), ("largest", largest)) if v is not None]


def test_a_figure_is_rounded_once_to_its_stored_digits(world: Any, make: Any) -> None:
    """1/3 with twelve decimals; 2/3 ends in 7."""
    assert world.run(ratio(make), facts=facts(make, "1", "3")).cell("ratio").amount == "0.333333333333"
    assert world.run(ratio(make), facts=facts(make, "2", "3")).cell("ratio").amount == "0.666666666667"


def test_half_a_unit_goes_to_the_even_digit(world: Any, make: Any) -> None:
    """0.5·10⁻⁶ m³ to 0, 1.5·10⁻⁶ m³ to 2·10⁻⁶."""
    rule = make.rule(
        "water", "region", "depth * lake", make.given("lake m2 region"), make.given("depth m", "parameter", lower=0, upper=1)
    )
    for value, stored in (("0.5", "0.000000"), ("1.5", "0.000002"), ("2.5", "0.000002")):
        ran = world.run(rule, facts=[make.fact("lake", value, "m2")], parameters=[make.parameter("depth", "0.001", "mm")])
        assert ran.cell("water").amount == stored


def test_the_second_step_reads_the_stored_figure(world: Any, make: Any) -> None:
    """1/3 stored as 0.333333333333, times 3 m² is 0.999999999999, stored with six decimals as 1."""
    twice = make.rule("largest", "region", "ratio * lake", make.given("ratio 1 region"), make.given("lake m2 region"))
    other = make.rule(
        "ratio",
        "region",
        "one / three",
        make.given("one 1", "parameter", lower=0, upper=5),
        make.given("three 1", "parameter", lower=1, upper=5),
    )
    ran = world.run(
        other,
        twice,
        facts=[make.fact("lake", "3000000", "m2")],
        parameters=[make.parameter("one", "1", "1"), make.parameter("three", "3", "1")],
    )
    assert ran.cell("largest").amount == "999999.999999"
    assert ran.node("largest")["arguments"][0]["node"] == "calculation:test/ratio/R/2020/-"


@pytest.mark.parametrize(
    ("lake", "largest", "state"),
    [
        (State.NOT_AVAILABLE, State.VALUE, State.NOT_AVAILABLE),
        (State.NOT_APPLICABLE, State.VALUE, State.NOT_APPLICABLE),
        (State.NOT_APPLICABLE, State.NOT_AVAILABLE, State.NOT_APPLICABLE),
    ],
)
def test_states_of_inputs_are_states_of_figures(world: Any, make: Any, lake: State, largest: State, state: State) -> None:
    given = [make.fact(m, "1" if s is State.VALUE else None, "m2", s) for m, s in (("lake", lake), ("largest", largest))]
    ran = world.run(ratio(make), facts=given)
    assert (ran.cell("ratio").state, ran.cell("ratio").exact) == (state, None)
    assert ran.codes() == []
    node = ran.node("ratio")
    assert (node["result"], node["state"]) == (None, str(state))
    assert all(a["binding"] for a in node["arguments"])


def test_an_unknown_parameter_refuses_the_figure(world: Any, make: Any) -> None:
    rule = make.rule(
        "water", "region", "depth * lake", make.given("lake m2 region"), make.given("depth m", "parameter", lower=0, upper=1)
    )
    ran = world.run(rule, facts=[make.fact("lake", "1", "m2")])
    assert (ran.cell("water").state, ran.cell("water").reason) == (State.REFUSED, "depth/-/R/2020")
    assert ran.outcome.nodes["parameter:depth/-/R/2020"]["status"] == "unknown"


def test_interval_of_a_figure(world: Any, make: Any) -> None:
    """(8 ± 0.5) / (4 ± 0.5): from 7.5/4.5 to 8.5/3.5."""
    cell = world.run(ratio(make), facts=facts(make, "8", "4")).cell("ratio")
    assert (cell.low, cell.high) == (Fraction(75, 45), Fraction(85, 35))


def test_no_interval_around_a_zero_divisor(world: Any, make: Any) -> None:
    cell = world.run(ratio(make), facts=facts(make, "8", "0.4")).cell("ratio")
    assert cell.low is not None  # 0.4 ± 0.05
    ran = world.run(ratio(make, "lake / (other - lake)"), facts=facts(make, "8", "9"))
    # (8 ± 0.5) / (1 ± 1): from 7.5/2 without end
    assert (ran.cell("ratio").low, ran.cell("ratio").high) == (Fraction(15, 4), None)


def test_only_the_binding_argument_of_a_minimum_is_marked(world: Any, make: Any) -> None:
    rule = ratio(make, "min(lake, other)", "area_left")
    here = replace(world, measures={**world.measures, "area_left": replace(world.measures["largest"], id="area_left")})
    for lake, largest, marks in (("3", "5", [True, False]), ("5", "3", [False, True]), ("4", "4", [True, True])):
        ran = here.run(rule, facts=facts(make, lake, largest))
        assert [a["binding"] for a in ran.node("area_left")["arguments"]] == marks


def test_a_branch_not_taken_is_marked(world: Any, make: Any) -> None:
    here = replace(world, measures={**world.measures, "picked": replace(world.measures["largest"], id="picked")})
    limit = make.given("limit m2", "parameter", lower=0, upper=10)
    plain = ratio(make, "where(lake > limit, lake, other)", "picked")
    rule = replace(plain, inputs=(*plain.inputs, limit))
    given = [make.parameter("limit", "2", "m2")]
    ran = here.run(rule, facts=facts(make, "3", "5"), parameters=given)
    assert {a["name"]: a["binding"] for a in ran.node("picked")["arguments"]} == {"lake": True, "limit": True, "other": False}
    ran = here.run(rule, facts=facts(make, "1", "5"), parameters=given)
    # the condition decides, so what it reads binds
    assert {a["name"]: a["binding"] for a in ran.node("picked")["arguments"]} == {"lake": True, "limit": True, "other": True}
    assert ran.cell("picked").amount == "5.000000"


def check(make: Any, severity: Severity = Severity.QUERY) -> Any:
    inputs = (make.given("lake m2 region"), make.given("other m2 region", ref="largest"))
    return make.rule("", "region", "lake <= other", *inputs, kind="assert", severity=severity)


def test_a_check_that_holds_says_nothing(world: Any, make: Any) -> None:
    assert world.run(check(make), facts=facts(make, "3", "3")).codes() == []


@pytest.mark.parametrize("severity", list(Severity))
def test_a_check_that_fails_has_the_severity_of_its_rule(world: Any, make: Any, severity: Severity) -> None:
    told = world.run(check(make, severity), facts=facts(make, "4", "3")).only()
    assert (told.code, told.severity) == ("ENGINE-CHECK", severity)
    assert (told.found, told.expected, told.difference) == ("4", "<= 3", "1")
    assert told.figures == ("lake/R/2020/-", "largest/R/2020/-")
    assert told.place.key == "test.rule/R/2020/-"


def test_a_check_is_compared_exactly(world: Any, make: Any) -> None:
    """Twelve digits are shown, every digit is compared."""
    told = world.run(check(make), facts=facts(make, "1000000000000.0000001", "1000000000000")).only()
    assert (told.found, told.expected) == ("1000000000000", "<= 1000000000000")
    assert Decimal(told.difference) == Decimal("0.0000001")


def test_a_check_over_what_does_not_apply_is_silent(world: Any, make: Any) -> None:
    given = [make.fact("lake", None, "", State.NOT_APPLICABLE), make.fact("largest", "1", "m2")]
    assert world.run(check(make), facts=given).codes() == []


def test_a_check_without_its_figures_stops(world: Any, make: Any) -> None:
    told = world.run(check(make), facts=facts(make, "4", None)).only()
    assert (told.code, told.severity, told.found) == ("ENGINE-CHECK-CANNOT-RUN", "stop", "largest/R/2020/-")


def test_a_second_route_of_a_rule(world: Any, make: Any) -> None:
    first = ratio(make)
    good = replace(ratio(make, "1 / (other / lake)", kind="second_route"), id="test.second")
    bad = replace(ratio(make, "other / lake", kind="second_route"), id="test.second")
    loose = replace(bad, tolerance=Decimal(2))
    here = facts(make, "2", "3")
    assert world.run(first, good, facts=here).codes() == []
    told = world.run(first, bad, facts=here).only()
    assert (told.code, told.rule, told.found, told.expected) == (
        "ENGINE-SECOND-ROUTE",
        "test.second",
        "0.666666666667 1",
        "1.500000000000 1",
    )
    assert world.run(first, loose, facts=here).codes() == []
    exact = replace(good, tolerance=Decimal(0))
    assert world.run(first, exact, facts=here).codes() == []
    unknown = world.run(first, bad, facts=facts(make, "2", None))
    assert unknown.codes() == []


def test_a_tolerance_of_zero_is_zero(world: Any, make: Any) -> None:
    near = replace(ratio(make, "lake / other + tiny", kind="second_route"), id="test.second", tolerance=Decimal(0))
    near = replace(near, inputs=(*near.inputs, make.given("tiny 1", "parameter", lower=0, upper=1)))
    tiny = make.parameter("tiny", "0.000000000001", "1")
    told = world.run(ratio(make), near, facts=facts(make, "1", "2"), parameters=[tiny]).only()
    assert told.code == "ENGINE-SECOND-ROUTE"


def test_a_route_in_code_is_compared_to_the_last_digit(world: Any, make: Any) -> None:
    rule = ratio(make, route="divide")
    good = {"divide": lambda inputs: inputs["lake"] / inputs["other"]}
    bad = {"divide": lambda inputs: inputs["lake"] * inputs["other"]}
    assert world.run(rule, facts=facts(make, "2", "3"), routes=good).codes() == []
    told = world.run(rule, facts=facts(make, "2", "3"), routes=bad).only()
    assert (told.code, told.expected, told.difference) == ("ENGINE-SECOND-ROUTE", "6.000000000000 1", "-5.333333333333")


def test_a_route_over_rows(engines: Any, make: Any) -> None:
    """Rows as decimals, constants beside them: 0.5 × (10 + 20 × 0.1) = 6; the constant inside max counts as a constant too."""
    area = make.given("area m2 region,row", "column", lower=0, upper=10**9)
    rain = make.given("rain m region,row", "column", lower=0, upper=10)
    share = make.given("share 1", "parameter", lower=0, upper=1)
    seen: list[Any] = []

    def route(rows: Any, constants: Any) -> Decimal:
        seen.append((list(rows), dict(constants)))
        return constants["share"] * sum((r["area"] * r["rain"] for r in rows), Decimal(0))

    rows = [{"area": 10.0, "rain": 1.0}, {"area": 20.0, "rain": 0.1}]
    for expression in ("sum(share * area * rain over row)", "sum(max(share * area * rain, 0 * area * rain) over row)"):
        rule = make.rule("water", "region", expression, area, rain, share, route="rows")
        ran = engines.run(rule, rows=rows, parameters=[make.parameter("share", "0.5", "1")], row_routes={"rows": route})
        assert ran.codes() == []
        assert ran.cell("water").amount == "6.000000"
        assert seen.pop() == (
            [{"area": Decimal("10.0"), "rain": Decimal("1.0")}, {"area": Decimal("20.0"), "rain": Decimal("0.1")}],
            {"share": Decimal("0.5")},
        )
        wrong = {"rows": lambda rows, constants: -route(rows, constants)}
        told = engines.run(rule, rows=rows, parameters=[make.parameter("share", "0.5", "1")], row_routes=wrong).only()
        assert (told.code, told.found, told.expected) == ("ENGINE-SECOND-ROUTE", "6.000000 m3", "-6.000000 m3")
        seen.clear()


def test_a_route_over_rows_within_what_rounding_may_move(engines: Any, make: Any) -> None:
    """Two rows, quantum 10⁻⁶: 10⁻⁶ for the rows, 10⁻⁹ of 30, 10⁻⁶ for the stored digit."""
    area = make.given("area m2 region,row", "column", lower=0, upper=10**9)
    rain = make.given("rain m region,row", "column", lower=0, upper=10)
    rule = make.rule("water", "region", "sum(area * rain over row)", area, rain, route="rows")
    rows = [{"area": 10.0, "rain": 1.0}, {"area": 20.0, "rain": 1.0}]
    for off, codes in (("0.000002", []), ("0.0000025", ["ENGINE-SECOND-ROUTE"])):
        route = {"rows": lambda rows, constants, off=off: Decimal(30) + Decimal(off)}
        assert engines.run(rule, rows=rows, row_routes=route).codes() == codes


def test_steps_with_given_places_read_stored_quantities(world: Any, make: Any) -> None:
    """0.0000035 m² is stored as 0.000004 m²; at 140 yuan/m² that is 0.00056 yuan, unrounded it would be 0.00049."""
    rule = make.rule("money", "region", "lake * price", make.given("lake m2 region"), make.given("price CNY/m2", "parameter"))
    given = [make.fact("lake", "0.0000035", "m2")]
    prices = [make.parameter("price", "140", "元@2020/m2")]
    stored = world.run(rule, facts=given, parameters=prices, places=6)
    assert stored.cell("money").amount == "0.0006"
    assert world.run(rule, facts=given, parameters=prices).cell("money").amount == "0.0005"
    assert [a["places"] for a in stored.node("money")["arguments"]] == [6, None]
