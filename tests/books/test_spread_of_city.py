"""The spread of a county of the example city: all services through one graph, checked against the accounts and differences.

A sample of the draws in `make test`, ten thousand in `make proof`.
"""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gep.accounts.spread import Graph, at_point, first_order
from gep.base.records import Region
from gep.workflow import accounts
from gep.workflow.compute import Computation, compute
from gep.workflow.run import at_leaves
from gep.workflow.spread_graph import graph_of, in_order
from gep.workflow.submit import holdings
from gep.workflow.uncertain import Spreads, spread_rows, targets_in
from tests.ready import Ready

COUNTY, YEAR, PROFILE = "990122", 2019, "sample"
DRAWS = 10_000 if os.environ.get("GEP_PROOF") == "full" else 1_000
Held = tuple[Computation, dict[str, Any], dict[str, Region]]


@pytest.fixture(scope="module")
def held(ready: Ready) -> Held:
    """The county computed from its returns, with the trace of its totals."""
    book = ready.book("sample-city")
    read = holdings(book)
    scheme = book.catalog.schemes[PROFILE]
    assert scheme.uncertainty is not None
    wanted = replace(scheme, uncertainty=replace(scheme.uncertainty, draws=DRAWS))
    catalog = replace(book.catalog, schemes={**book.catalog.schemes, PROFILE: wanted})
    regions = {COUNTY: replace(book.config.regions[COUNTY], parent="")}
    records = {n: at_leaves(table, book.config.regions, [COUNTY]) for n, table in read.records.items()}
    facts = [f for f in read.facts if f.region == COUNTY]
    c = compute(catalog, PROFILE, YEAR, facts, regions, [COUNTY], records=records, threads=1)
    nodes: dict[str, Any] = dict(c.nodes)
    for _, made in accounts.totals(c, regions, list(accounts.value(c, regions))):
        nodes |= {str(n["id"]): n for n in made}
    return c, nodes, regions


@pytest.fixture(scope="module")
def made(held: Held) -> Spreads:
    return spread_rows(*held, threads=1)


@pytest.fixture(scope="module")
def graph(held: Held) -> Graph:
    c, nodes, _ = held
    wanted = [t.node for t in targets_in(c, nodes) if not t.parts]
    return graph_of(nodes, in_order(nodes, wanted), wanted, c.rows)


def test_the_graph_gives_every_figure_of_the_account(made: Spreads) -> None:
    assert made.findings == []
    assert {"gep", "soil_retention", "air_purification", "tourism_recreation"} <= {str(f["item"]) for f in made.figures}
    told = {str(f["item"]) for f in made.figures if f["mean"] is not None}
    assert {"gep", "regulating", "soil_retention", "air_purification"} <= told
    assert "tourism_recreation" not in told  # no parameter it reads has a spread


def test_every_step_gives_what_the_account_stores(held: Held, graph: Graph) -> None:
    """Each calculation and row sum at the parameters' own values, its rounding to storage aside."""
    nodes, point = held[1], at_point(graph)
    calculations = [s.id for s in graph.steps if nodes[s.id]["kind"] == "calculation"]
    assert len(calculations) > 100
    for name in calculations:
        places = nodes[name]["places"]
        assert point[name] == pytest.approx(float(nodes[name]["result"]), rel=1e-6, abs=10.0**-places)


def test_threads_change_no_digit(held: Held, made: Spreads) -> None:
    again = spread_rows(*held, threads=2)
    assert (again.figures, again.parameters) == (made.figures, made.parameters)


def test_slopes_of_gep_against_differences(graph: Graph) -> None:
    """Central differences by each parameter, over the whole graph."""
    (gep,) = (t for t in graph.targets if t.endswith("price_basis=current/currency=CNY#gep") and "zone=-" in t)
    slopes = first_order(graph, at_point(graph))[gep]
    assert len(slopes) > 20
    for name in sorted(slopes):
        spread = graph.spreads[name]
        step = (spread.high - spread.low) * Decimal("1e-6")
        ends = [
            at_point(Graph({**graph.spreads, name: replace(spread, value=spread.value + s)}, graph.steps, graph.targets))[gep]
            for s in (step, -step)
        ]
        slope = (ends[0] - ends[1]) / (2 * float(step))
        # the whole is 10¹⁰ yuan: a double keeps 10⁻⁶ of it, which is what a difference can be off by
        assert slopes[name] == pytest.approx(slope, rel=1e-4, abs=1e-4 / float(step))


def test_first_order_is_near_the_draws_where_nothing_switches(made: Spreads) -> None:
    (gep,) = (f for f in made.figures if f["item"] == "gep" and f["price_basis"] == "current" and f["zone"] == "-")
    assert float(str(gep["sd"])) == pytest.approx(float(str(gep["first_order_sd"])), rel=0.1)


def test_contributions_add_up(made: Spreads) -> None:
    shares = [p["contribution"] for p in made.parameters if p["contribution"] is not None]
    assert float(sum(map(Decimal, map(str, shares)))) == pytest.approx(1.0, abs=1e-8)
    assert all(p["contribution"] is None for p in made.parameters if not p["known"])
