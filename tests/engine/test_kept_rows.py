"""Rows of sums that are kept for the spread of parameters: of which sums, and where each value came from."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.engine.kept_rows import KeptRows

BOUNDS = {"lower": 0, "upper": 10**6}
FOREST, GRASS = (f"parameter:rate/ecosystem:{e}/-/set/0001-01-01" for e in ("forest", "grassland"))


def patches(make: Any) -> Any:
    """Σ area·rate over patches, the rate of the ecosystem of each in mm."""
    area = make.given("area m2 region,ecosystem,row", "column", **BOUNDS)
    rate = make.given("rate m ecosystem", "parameter", **BOUNDS)
    return make.rule("water", "region", "sum(area * rate over row, class)", area, rate)


def figures(make: Any) -> Any:
    """Σ area·rate over ecosystems, the areas being figures."""
    area = make.given("area m2 region,ecosystem", **BOUNDS)
    rate = make.given("rate m ecosystem", "parameter", **BOUNDS)
    return make.rule("water", "region", "sum(area * rate over class)", area, rate)


def rates(make: Any, *, spread: bool) -> list[Any]:
    made = [make.parameter("rate", "30", "mm", {"ecosystem": e}) for e in ("forest", "grassland")]
    return [replace(p, low=Decimal(10), high=Decimal(50)) if spread else p for p in made]


ROWS = [{"area": 3.0, "ecosystem": "grassland"}, {"area": 5.0}, {"area": 7.0}]
FACTS = [("area ecosystem:forest", "12"), ("area ecosystem:grassland", "3"), ("area ecosystem:wetland", "0")]


def only(ran: Any) -> KeptRows:
    assert list(ran.outcome.rows) == [ran.node("water")["sums"][0]["node"]]
    (kept,) = ran.outcome.rows.values()
    return kept


def test_rows_of_a_record_set(engines: Any, make: Any) -> None:
    kept = only(engines.run(patches(make), rows=ROWS, parameters=rates(make, spread=True), keep_rows=True))
    assert {n: c.tolist() for n, c in kept.columns.items()} == {"area": [3.0, 5.0, 7.0], "rate": [0.03, 0.03, 0.03]}
    assert list(kept.looked) == ["rate"]
    found = kept.looked["rate"]
    assert [found.nodes[i] for i in found.at.tolist()] == [(GRASS, Fraction(1, 1000)), *[(FOREST, Fraction(1, 1000))] * 2]


def test_rows_of_figures(engines: Any, make: Any) -> None:
    given = [make.fact(name, amount, "m2") for name, amount in FACTS]
    wet = replace(make.parameter("rate", "30", "mm", {"ecosystem": "wetland"}))
    ran = engines.run(figures(make), facts=given, parameters=[*rates(make, spread=True), wet], keep_rows=True)
    kept = only(ran)
    assert kept.columns["area"].tolist() == [12.0, 3.0, 0.0]
    nodes = [kept.looked[n].nodes[i][0] for n in ("area", "rate") for i in kept.looked[n].at.tolist()[:2]]
    assert nodes == [f"cell:area/R/2020/ecosystem:{e}" for e in ("forest", "grassland")] + [FOREST, GRASS]


def test_only_where_something_may_vary_and_only_if_asked(engines: Any, make: Any) -> None:
    still = engines.run(patches(make), rows=ROWS, parameters=rates(make, spread=False), keep_rows=True)
    unasked = engines.run(patches(make), rows=ROWS, parameters=rates(make, spread=True))
    assert (still.outcome.rows, unasked.outcome.rows) == ({}, {})


def test_a_sum_that_has_no_value_keeps_nothing(engines: Any, make: Any) -> None:
    missing = [{"area": None}, *ROWS]
    ran = engines.run(patches(make), rows=missing, parameters=rates(make, spread=True), keep_rows=True)
    assert ran.outcome.rows == {}


def test_a_parameter_tells_its_ends_in_the_trace_where_they_are_carried_on(engines: Any, make: Any) -> None:
    ran = engines.run(patches(make), rows=ROWS, parameters=rates(make, spread=True), keep_rows=True)
    assert [ran.outcome.nodes[FOREST][n] for n in ("amount", "low", "high")] == ["30", "10", "50"]
    unknown = engines.run(patches(make), rows=ROWS, parameters=rates(make, spread=False), keep_rows=True)
    assert [unknown.outcome.nodes[FOREST][n] for n in ("low", "high")] == [None, None]
    # a profile without spread has the trace it had before there was any
    assert "low" not in engines.run(patches(make), rows=ROWS, parameters=rates(make, spread=True)).outcome.nodes[FOREST]
