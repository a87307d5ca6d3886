"""One year of asset tables: stand-ins, gaps, figures returned beside their rule, rules of one place, lists of rows, second routes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pyarrow as pa
import pytest

from gep.base.findings import Refused
from gep.base.records import Severity, State
from gep.catalog.record import Catalog
from gep.workflow.assets import is_asset
from tests.data.assets.kit import World, cell, codes, shipped, small, stock, value, values

ST = World(small(), "stock")
BOTH = stock("A", "C1", "100") | stock("A", "C2", "50") | stock("B", "C1", "10") | stock("B", "C2", "0")
FIRST = ["ASSET-OPENING-AS-RETURNED"] * 2  # what the first year of a chain always tells


def changed(catalog: Catalog, rule: str, **fields: object) -> Catalog:
    """The catalogue with one rule changed."""
    made = replace(catalog.rules[rule][-1], **fields)  # type: ignore[arg-type]
    return replace(catalog, rules={**catalog.rules, rule: (made,)})


def told(world_findings: object, code: str) -> list[str]:
    return [f.place.key for f in world_findings if f.code == code]  # type: ignore[attr-defined]


def test_which_schemes_fill_tables() -> None:
    assert is_asset(shipped(), "assets-physical")
    assert not is_asset(shipped(), "garze-2017")
    assert not is_asset(shipped(), "no-such-scheme")
    with pytest.raises(Refused):
        World(small(), "no-such-scheme").year(2019, BOTH)


# ---- rules that stand in


def test_a_rule_stands_in_where_nothing_was_returned_and_its_inputs_were() -> None:
    """Growth of A's class 1 is not returned: 100 × 0.02 = 2; that of class 2 is returned as 7 and stays, rate or no rate."""
    figures = BOTH | stock("A", "C2", "50", R22="7")
    del figures["A ST-01.R22 st01:C1"]
    figures |= {"A growth_rate st01:C1": "0.02", "A growth_rate st01:C2": "0.5"}
    c = ST.year(2019, figures)
    assert (value(c, "A ST-01.R22 st01:C1"), value(c, "A ST-01.R22 st01:C2")) == (2, 7)
    assert value(c, "A ST-01.R40 st01:C0") == 159  # 102 + 57
    (found,) = [f for f in c.findings if f.code == "ASSET-MODELLED"]
    assert (found.found, found.rule, found.severity) == ("1", "ST-01.R22", Severity.NOTE)
    assert found.place.key == "ST-01.R22/A/2019/-"
    assert c.modelled == {("ST-01.R22", "A", (("st01", "C1"),))}


def test_without_what_it_reads_a_rule_does_not_stand_in_and_the_gap_stops() -> None:
    figures = dict(BOTH)
    del figures["A ST-01.R22 st01:C1"]
    c = ST.year(2019, figures)
    assert codes(c) == [*FIRST, "INTAKE-INPUT-MISSING"]
    assert c.modelled == frozenset()
    assert cell(c, "A ST-01.R22 st01:C1").state is State.NOT_AVAILABLE
    assert value(c, "A ST-01.R40 st01:C1") is None


def test_a_figure_said_to_be_unknown_is_not_modelled() -> None:
    c = ST.year(2019, BOTH | {"A ST-01.R22 st01:C1": "?", "A growth_rate st01:C1": "0.02"})
    assert value(c, "A ST-01.R22 st01:C1") is None
    assert "ASSET-MODELLED" not in codes(c)


# ---- gaps


def test_a_table_of_which_nothing_came_is_told_once() -> None:
    c = ST.year(2019, {k: v for k, v in BOTH.items() if k.startswith("A")})
    (found,) = [f for f in c.findings if f.code == "ASSET-TABLE-MISSING"]
    assert (found.place.key, found.severity) == ("ST-01/B/2019/-", Severity.STOP)
    assert "存量表" in found.text("zh")
    assert "INTAKE-INPUT-MISSING" not in codes(c)
    assert value(c, "B ST-01.R40 st01:C1") is None
    assert value(c, "X ST-01.R40 st01:C1") is None


def test_single_figures_that_are_missing_are_told_one_by_one() -> None:
    figures = {k: v for k, v in BOTH.items() if k not in ("A ST-01.R21 st01:C1", "B ST-01.R31 st01:C2")}
    c = ST.year(2019, figures)
    keys = told(c.findings, "INTAKE-INPUT-MISSING")
    assert len(keys) == 2
    assert any(k.startswith("ST-01.R21/A/2019") for k in keys)
    assert any(k.startswith("ST-01.R31/B/2019") for k in keys)


def test_not_available_with_its_reason_is_no_missing_table_and_keeps_the_reason() -> None:
    figures = {k: ("?" if k.startswith("B") else v) for k, v in BOTH.items()}
    c = ST.year(2019, figures)
    assert "ASSET-TABLE-MISSING" not in codes(c)
    found = cell(c, "B ST-01.R21 st01:C1")
    assert (found.state, found.reason, found.exact) == (State.NOT_AVAILABLE, "没有来源", None)
    assert value(c, "B ST-01.R40 st01:C1") is None


# ---- figures that were returned although a rule or a total makes them


@pytest.mark.parametrize(
    ("text", "returned", "mine", "rule", "difference"),
    [
        ("A ST-01.R40 st01:C1", "101", "100", "ST-01.R40", "1.000000"),
        ("A ST-01.R40 st01:C0", "149.5", "150", "ST-01.R40", "-0.500000"),
        ("X ST-01.R40 st01:C1", "111", "110", "ST-01.R40", "1.000000"),
        ("A ST-01.R21 st01:C0", "3", "0", "total", "3.000000"),
    ],
)
def test_a_returned_figure_that_follows_from_others_must_agree(
    text: str, returned: str, mine: str, rule: str, difference: str
) -> None:
    assert codes(ST.year(2019, BOTH | {text: mine})) == FIRST
    c = ST.year(2019, BOTH | {text: returned})
    (found,) = [f for f in c.findings if f.code == "ASSET-RETURN-DIFFERS"]
    assert (found.severity, found.rule, found.difference) == (Severity.STOP, rule, difference)
    assert found.found == f"{returned} hm2"
    assert value(c, text) == Decimal(mine)  # the account keeps what follows from the parts


# ---- where and when a rule runs


def test_a_check_of_one_place_runs_there_only() -> None:
    figures = BOTH | stock("A", "C1", "100", R31="3") | stock("B", "C1", "10", R31="2")
    c = ST.year(2019, figures)
    assert [(f.rule, f.severity) for f in c.findings if f.rule] == [("ST-01.limit", Severity.QUERY)]
    (found,) = [f for f in c.findings if f.rule]
    assert "/B/" in found.place.key


@pytest.mark.parametrize(("at", "places"), [("leaf", {"B"}), ("all", {"B", "X"}), ("above", {"X"})])
def test_an_assert_runs_at_the_levels_it_names(at: str, places: set[str]) -> None:
    """B loses 2 of class 1 and gains nothing, so the city loses 2 as well; A is in balance."""
    limit = changed(small(), "ST-01.limit", at=at, regions=())
    c = World(limit, "stock").year(2019, BOTH | stock("B", "C1", "10", R31="2"))
    assert {f.place.key.split("/")[1] for f in c.findings if f.rule == "ST-01.limit"} == places


def test_a_formula_that_does_not_hold_for_the_totals_is_found() -> None:
    """Whoever returns totals by hand is compared; whoever writes a rule that is wrong above the leaves meets its second route."""
    share = changed(small(), "ST-01.SHARE", undefined="")
    c = World(share, "stock").year(2019, {**BOTH, **stock("B", "C1", "0")})
    assert cell(c, "B ST-01.SHARE.R40").state is State.REFUSED
    assert any(code.startswith("ENGINE-") for code in codes(c))


def test_every_linear_formula_is_run_again_over_totals_and_regions() -> None:
    """R40 over the total column of A, B and the city, and over C1, C2 of the city: five places, each with a second-route node."""
    c = ST.year(2019, BOTH)
    city = {row: value(c, f"X ST-01.{row} st01:C0") for row in ("R10", "R21", "R22", "R23", "R31", "R33", "R40")}
    assert city == {"R10": 160, "R21": 0, "R22": 0, "R23": 0, "R31": 0, "R33": 0, "R40": 160}
    assert cell(c, "X ST-01.R40 st01:C0").node.startswith("total:")
    assert "ENGINE-SECOND-ROUTE" not in codes(c)


# ---- lists of rows that are complete


def moves(*rows: tuple[str, str, float]) -> dict[str, pa.Table]:
    """(region, move, area) of 2019."""
    return {
        "moves": pa.table(
            {
                "region": pa.array([r for r, _, _ in rows], pa.string()),
                "period": pa.array(["2019"] * len(rows), pa.string()),
                "row": pa.array([str(i) for i in range(len(rows))], pa.string()),
                "move": pa.array([m for _, m, _ in rows], pa.string()),
                "area": pa.array([a for _, _, a in rows], pa.float64()),
            }
        )
    }


def test_of_a_complete_list_a_class_without_rows_is_zero_where_the_list_came() -> None:
    world = World(small(), "moves")
    c = world.year(2019, {}, records=moves(("A", "in", 2.5), ("A", "in", 0.5)))
    assert (value(c, "A moved move:in"), value(c, "A moved move:out")) == (30000, 0)  # 3 hm2 in m2
    # B sent no list at all: unknown, not zero
    assert (value(c, "B moved move:in"), value(c, "B moved move:out")) == (None, None)
    assert value(c, "X moved move:out") is None


# ---- parameters of the year before


def test_a_parameter_of_the_year_before_is_read_beside_that_of_the_year() -> None:
    """4 hm2 × (3 of 2020 + 2 of 2019) = 20 hm2."""
    figures = BOTH | stock("A", "C1", "100", R21="4")
    c = World(small(), "prices").year(2020, figures)
    assert value(c, "A weighed st01:C1") == 200000
    names = {a["name"]: a["node"] for a in c.nodes["calculation:prices/weighed/A/2020/st01:C1"]["arguments"]}
    assert c.nodes[names["now"]]["amount"] == "3"
    assert c.nodes[names["last"]]["amount"] == "2"


def test_a_parameter_that_is_not_known_for_the_year_before_leaves_the_figure_unknown() -> None:
    c = World(small(), "prices").year(2019, BOTH)
    assert value(c, "A weighed st01:C1") is None
    assert any(f.code == "CATALOG-PARAMETER-UNKNOWN" and "2018" in f.text("en") for f in c.findings)


# ---- the other figures a run is given


def test_figures_of_another_year_are_not_read() -> None:
    c = ST.year(2019, BOTH)
    again = ST.year(2019, BOTH | {})
    assert values(c, "A", "ST-01", "st01:C1", ["R40"]) == values(again, "A", "ST-01", "st01:C1", ["R40"])
    assert {c.period for c in c.cells} == {"2018", "2019"}  # the closings of 2018 are the returned openings


def test_every_calculation_and_total_has_a_node_and_every_argument_leads_to_one() -> None:
    c = ST.year(2020, stock("A", "C1") | stock("A", "C2") | stock("B", "C1", R21="1") | stock("B", "C2"), ST.year(2019, BOTH))
    before = ST.year(2019, BOTH).nodes
    for node in c.nodes.values():
        for link in (*node.get("arguments", ()), *node.get("parts", ())):
            assert link["node"] in c.nodes or link["node"] in before, (node["id"], link)
