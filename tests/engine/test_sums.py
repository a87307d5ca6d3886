"""Row sums: missing rows, rows that are no number, the rounding bound, integers and their trace; the same in both engines."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as over
from hypothesis import strategies as st

from gep.base.records import State
from gep.engine import sums
from gep.engine.frames import Group
from gep.engine.sums import RowSum, rounding_allowed, rows_hash
from gep.rules.plan import build

# Worked by hand, binary64: 3 · 0.1 = 0.30000000000000004; q of m³ at a quantum of 10⁻⁶ m³ is 10⁻⁶.


def product(make: Any, expression: str = "sum(area * rain over row)", output: str = "water", **bounds: Any) -> Any:
    limits = {"lower": 0, "upper": 10**9, **bounds}
    area = make.given("area m2 region,row", "column", **limits)
    rain = make.given("rain m region,row", "column", **limits)
    return make.rule(output, "region", expression, area, rain)


def node(ran: Any, output: str = "water") -> dict[str, Any]:
    return dict(ran.outcome.nodes[ran.node(output)["sums"][0]["node"]])


def test_rows_become_integers_that_add_up(engines: Any, make: Any) -> None:
    ran = engines.run(product(make), rows=[{"area": 3.0, "rain": 0.1}, {"area": 1.0, "rain": 0.0000004}])
    assert ran.codes() == []
    made = node(ran)
    assert (made["q"], made["sum"], made["n"], made["missing"]) == ("0.000001", "300000", 2, 0)
    assert ran.cell("water").amount == "0.300000"
    assert made["rows"][0] == {"key": ["P0000"], "values": ["3.0", "0.1"], "nodes": []}


def test_half_a_quantum_is_rounded_up(engines: Any, make: Any) -> None:
    """floor(x/q + ½): 0.5 q gives 1, −0.5 q gives 0."""
    limits = {"lower": -(10**9), "upper": 10**9}
    rows = [{"area": 2.0**-7, "rain": 64e-6 * sign} for sign in (1.0, -1.0)]
    up = engines.run(product(make, **limits), rows=rows[:1])
    down = engines.run(product(make, **limits), rows=rows[1:])
    assert (node(up)["sum"], node(down)["sum"]) == ("1", "0")


def test_a_missing_number_makes_the_sum_unknown_and_is_counted(engines: Any, make: Any) -> None:
    rows = [{"area": 3.0, "rain": 0.1}, {"area": None, "rain": 1.0}, {"area": 1.0, "rain": None}, {"area": 1.0, "rain": 1.0}]
    ran = engines.run(product(make), rows=rows)
    cell = ran.cell("water")
    assert (cell.state, cell.exact, cell.reason) == (State.NOT_AVAILABLE, None, "2 of 4 rows")
    told = ran.only()
    assert (told.code, told.found, told.expected, told.severity) == ("ENGINE-ROWS-MISSING", "2", "4", "note")
    assert (node(ran)["n"], node(ran)["missing"]) == (4, 2)


@pytest.mark.parametrize("expression", ["sum(min(area, rain * area) over row)", "sum(where(rain > 1, area, 0 * area) over row)"])
def test_a_missing_number_in_a_branch_not_taken_counts_too(engines: Any, make: Any, expression: str) -> None:
    """DuckDB's least(NULL, 1) is 1 and CASE passes over NULL: neither may happen."""
    inputs = (
        make.given("area m2 region,row", "column", lower=0, upper=10**6),
        make.given("rain 1 region,row", "column", lower=0, upper=10),
    )
    ran = engines.run(
        make.rule("largest", "region", expression, *inputs), rows=[{"area": 2.0, "rain": None}, {"area": 2.0, "rain": 3.0}]
    )
    assert ran.cell("largest").state is State.NOT_AVAILABLE
    assert ran.only().found == "1"


def test_no_rows_are_unknown_and_not_zero(engines: Any, make: Any) -> None:
    for rows in (None, [{"area": 1.0, "rain": 1.0, "region": "S"}]):
        ran = engines.run(product(make), rows=rows)
        assert ran.cell("water").state is State.NOT_AVAILABLE
        assert ran.cell("water").reason == "water/R/2020/-: no row"
        assert ran.only().code == "ENGINE-NO-ROWS"


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf, 1e300])
def test_a_row_that_is_no_number_stops(engines: Any, make: Any, bad: float) -> None:
    """NaN is greater than everything in DuckDB and passes min; 10³⁰⁰ does not fit an integer of 63 bits."""
    ran = engines.run(product(make), rows=[{"area": bad, "rain": 1.0}, {"area": 1.0, "rain": 1.0}])
    cell = ran.cell("water")
    assert (cell.state, cell.exact) == (State.REFUSED, None)
    told = ran.only()
    assert (told.code, told.found, told.severity) == ("ENGINE-ROW-NOT-FINITE", "1", "stop")


def test_division_by_zero_in_a_row_stops(engines: Any, make: Any) -> None:
    area = make.given("area m2 region,row", "column", lower=0, upper=10**6)
    share = make.given("share 1 region,row", "column", lower=0, upper=1)
    ran = engines.run(
        make.rule("largest", "region", "sum(area / share over row)", area, share), rows=[{"area": 1.0, "share": 0.0}]
    )
    assert (ran.only().code, ran.cell("largest").state) == ("ENGINE-ROW-NOT-FINITE", State.REFUSED)


def test_the_limit_of_a_row_is_two_to_the_sixty_third_of_q(engines: Any, make: Any) -> None:
    """9.2·10¹² m³ at q = 10⁻⁶ m³ is just inside 2⁶³ ≈ 9.223·10¹⁸ q, 9.3·10¹² is outside."""
    inside = engines.run(product(make, upper=10**14), rows=[{"area": 9.2e12, "rain": 1.0}])
    outside = engines.run(product(make, upper=10**14), rows=[{"area": 9.3e12, "rain": 1.0}])
    assert node(inside)["sum"] == "9200000000000000000"
    assert outside.only().code == "ENGINE-ROW-NOT-FINITE"


def test_sums_beyond_sixty_four_bits_are_exact(engines: Any, make: Any) -> None:
    rows = [{"area": 9.2e12, "rain": 1.0}] * 1001
    ran = engines.run(product(make, upper=10**14), rows=rows)
    assert ran.cell("water").exact == 1001 * Decimal(9_200_000_000_000)
    assert node(ran)["rows"] is None  # more than a thousand rows stay in the record set
    assert len(node(ran)["rows_sha256"]) == 64


def test_rounding_that_could_be_seen_stops(engines: Any, make: Any) -> None:
    """q = 1 m³: ten rows of 3 m³ may be wrong by 5 m³, more than 10⁻⁹ of 30 and than a thousandth of a printed unit."""
    ran = engines.run(product(make, output="coarse"), rows=[{"area": 3.0, "rain": 1.0}] * 10)
    told = ran.only()
    assert (told.code, told.found) == ("ENGINE-ROUNDING-BOUND", "10 × 1 / 2")
    assert ran.cell("coarse").state is State.REFUSED


def test_rounding_bound_is_relative_or_invisible(engines: Any, make: Any) -> None:
    """Rows of 10⁹ q: relative bound q/2 of 10⁹ q = 5·10⁻¹⁰."""
    ran = engines.run(product(make, output="coarse"), rows=[{"area": 1e9, "rain": 1.0}] * 10)
    assert ran.codes() == []
    assert ran.cell("coarse").amount == "10000000000.000000"


def test_rounding_allowed_at_its_edges(make: Any) -> None:
    row_product = build(product(make), make.measures).products[0]
    output = make.measures["water"]  # quantum 10⁻⁶, finest 1
    assert rounding_allowed(row_product, RowSum(0, 2000, 0, 0, 0), output)  # 2000 · 10⁻⁶ / 2 = 10⁻³
    assert not rounding_allowed(row_product, RowSum(0, 2001, 0, 0, 0), output)
    assert rounding_allowed(row_product, RowSum(0, 4000, 0, 0, 2 * 10**12), output)  # n/2 = 2000 = 10⁻⁹ · 2·10¹²
    assert not rounding_allowed(row_product, RowSum(0, 4000, 0, 0, 2 * 10**12 - 1), output)
    assert not rounding_allowed(row_product, RowSum(0, 2001, 0, 0, 0), None)


def test_smallest_largest_and_mean(engines: Any, make: Any) -> None:
    """Of 6, 2 and 7: min 2, max 7, mean 5."""
    rows = [{"area": 6.0}, {"area": 2.0}, {"area": 7.0}]
    for expression, wanted in (("min", "2"), ("max", "7"), ("mean", "5")):
        area = make.given("area m2 region,row", "column", lower=0, upper=10**6)
        ran = engines.run(make.rule("largest", "region", f"{expression}(area over row)", area), rows=rows)
        assert ran.cell("largest").amount == f"{wanted}.000000", expression
        made = node(ran, "largest")
        assert (made["sum"] is None) == (expression != "mean")


def test_interval_of_a_sum_of_figures(engines: Any, make: Any) -> None:
    """0.1 m × (10 ± 0.5 + 20 ± 0.5 + 30 ± 0.5) m² = 6 ± 0.15 m³, and half a q a row."""
    summed = make.rule(
        "water", "region", "sum(depth * area over class)", make.given("area m2 region,ecosystem"),
        make.given("depth m", "parameter", lower=0, upper=10),
    )  # fmt: skip
    facts = [make.fact(f"area ecosystem:{e}", v, "m2") for e, v in (("forest", "10"), ("grassland", "20"), ("wetland", "30"))]
    cell = engines.run(summed, facts=facts, parameters=[make.parameter("depth", "0.1", "m")]).cell("water")
    assert cell.low is not None
    assert cell.high is not None
    slack = Fraction(3, 10**6)
    assert abs(cell.low - Fraction("5.85")) <= slack
    assert abs(cell.high - Fraction("6.15")) <= slack
    assert cell.low <= Fraction("5.85")
    assert cell.high >= Fraction("6.15")


def test_interval_is_open_for_records_and_around_a_zero_divisor(engines: Any, make: Any) -> None:
    cell = engines.run(product(make), rows=[{"area": 1.0, "rain": 1.0}]).cell("water")
    assert (cell.low, cell.high) == (None, None)
    inverse = make.rule(
        "largest", "region", "sum(lake * lake / area over class)", make.given("area m2 region,ecosystem"), make.given("lake m2 ecosystem", "parameter", lower=0, upper=10)
    )  # fmt: skip
    facts = [make.fact(f"area ecosystem:{e}", "0.4", "m2") for e in ("forest", "grassland", "wetland")]
    facts[0] = make.fact("area ecosystem:forest", "0", "m2")
    ran = engines.run(
        inverse,
        facts=facts,
        parameters=[make.parameter("lake", "1", "m2", {"ecosystem": e}) for e in ("forest", "grassland", "wetland")],
    )
    assert ran.only().code == "ENGINE-ROW-NOT-FINITE"
    wide = [make.fact(f"area ecosystem:{e}", "0.4", "m2") for e in ("forest", "grassland", "wetland")]
    wide[0] = make.fact("area ecosystem:forest", "1", "m2")  # 1 ± 0.5 stays away from zero, ± 0.5 of 0.4 in the last digit too
    ran = engines.run(
        inverse,
        facts=wide,
        parameters=[make.parameter("lake", "1", "m2", {"ecosystem": e}) for e in ("forest", "grassland", "wetland")],
    )
    assert ran.cell("largest").low is not None


def test_hash_tells_a_missing_number_from_zero() -> None:
    def of(values: list[float | None]) -> str:
        return rows_hash(pa.table({"c0": pa.array(values, pa.float64())}), ["c0"])

    assert of([1.0, 0.0]) != of([1.0, None])
    assert of([1.0, 2.0]) != of([2.0, 1.0])
    assert of([]) == of([])


def test_groups_are_fetched_in_batches(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    groups = [Group(i, "R", {}) for i in range(5)]
    counts = {0: 3, 1: 4, 2: 5, 4: 20}
    results = {i: RowSum(0, n, 0, 0, 0) for i, n in counts.items()}
    monkeypatch.setattr(sums, "BATCH_ROWS", 8)
    assert [[g.index for g in b] for b in sums._batches(groups, results)] == [[0, 1], [2, 3], [4]]


def test_batches_change_nothing(engines: Any, make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    area = make.given("area m2 region,ecosystem,row", "column", lower=0, upper=10**9)
    rain = make.given("rain m region,ecosystem,row", "column", lower=0, upper=10)
    rule = make.rule("water_by_class", "region,ecosystem", "sum(area * rain over row)", area, rain)
    rows = [{"area": float(i), "rain": 1.0, "ecosystem": e} for i in range(1, 8) for e in ("forest", "grassland", "wetland")]
    once = engines.run(rule, rows=rows)
    monkeypatch.setattr(sums, "BATCH_ROWS", 1)
    assert engines.run(rule, rows=rows).outcome.nodes == once.outcome.nodes


numbers = st.floats(min_value=0, max_value=1e9, allow_nan=False).map(lambda x: x if x > 1e-12 else 0.0)


@settings(max_examples=settings.default.max_examples // 2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@over(rows=st.lists(st.tuples(numbers, st.floats(min_value=0, max_value=10), st.booleans()), min_size=1, max_size=30))
def test_both_engines_give_the_same_integers(world: Any, make: Any, rows: list[tuple[float, float, bool]]) -> None:
    made = [{"area": a, "rain": None if gone else r} for a, r, gone in rows]
    one, two = (replace(world, engine=e).run(product(make), rows=made) for e in ("duckdb", "reference"))
    assert one.outcome.nodes == two.outcome.nodes
    assert one.codes() == two.codes()
