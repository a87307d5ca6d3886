"""The compact graph keeps what the trace says of each node, only what rests below the figures, and hides what would give one away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gep.explain.graph import CALCULATION, CELL, INLINE, KINDS, PARAMETER, ROW_SUM, Graph, Knot, Reader, merged, withheld

Node = dict[str, Any]


def cell(measure: str, amount: str | None, region: str = "R", **more: object) -> Node:
    given: Node = {"kind": "cell", "id": f"cell:{measure}/{region}/2020/-", "measure": measure, "key": "", "region": region}
    file = {"file": "a.csv", "row": 3, "sha256": "f" * 64, "department": "水利局", "column": "value", "source": "s", "note": "n"}
    state = "value" if amount is not None else "not_available"
    return given | {"period": "2020", "amount": amount, "unit": "t", "state": state, "reason": "", **file, **more}


def parameter(name: str, amount: str) -> Node:
    return {
        "kind": "parameter", "id": f"parameter:{name}", "parameter": name, "key": "", "region": "", "amount": amount, "unit": "1",
        "status": "local", "source": "s", "locator": "p. 1", "file": "p.csv", "row": 2, "low": "1", "high": "3", "note": "",
        "source_set": "x", "valid_from": "2020-01-01",
    }  # fmt: skip


def calculation(measure: str, arguments: Iterable[Node], result: str, sums: Iterable[Node] = (), **more: object) -> Node:
    listed = [
        {"name": f"x{i}", "node": a["id"], "binding": i == 0, "factor": "1/100", "amount": a["amount"]}
        for i, a in enumerate(arguments)
    ]
    held = [{"name": f"S{i}", "node": s["id"], "binding": True, "count": f"N{i}"} for i, s in enumerate(sums)]
    return {
        "kind": "calculation", "id": f"calculation:p/{measure}/R/2020/-", "measure": measure, "key": "", "region": "R",
        "period": "2020", "profile": "p", "result": result, "unit": "t", "state": "value", "reason": "", "rule": "r", "version": "1",
        "clause": "c", "source": "s", "written": "x0 * x1", "expression": "(x0 * x1)", "places": 6, "rounding": "half_even",
        "arguments": listed, "sums": held, **more,
    }  # fmt: skip


def total(measure: str, parts: Iterable[Node], result: str, **more: object) -> Node:
    listed = [{"node": p["id"], "amount": p.get("result") or p.get("amount"), "state": "value", "unit": "t"} for p in parts]
    name = f"total:p/{measure}/C/2020/-"
    return {"kind": "total", "id": name, "profile": "p", "result": result, "unit": "t", "state": "value", "parts": listed, **more}


def row_sum(nodes: list[Node], rows: int, missing: int = 0) -> Node:
    """A sum over `rows` rows of one node each, 5 in units of 0.1 each; nodes beyond are of rows that are missing."""
    listed = [{"key": [f"k{i}"], "nodes": [n["id"]], "values": ["0.5"]} for i, n in enumerate(nodes[:rows])]
    return {
        "kind": "row_sum", "id": "row_sum:p/m/R/2020/-#r0", "fn": "sum", "product": "area", "inputs": ["area"], "q": "0.1",
        "n": rows, "missing": missing, "sum": str(5 * rows), "value": None, "rows": listed, "nodes": [n["id"] for n in nodes],
        "rows_sha256": "e" * 64, "selection": {"region": "R", "period": "2020", "key": ""},
    }  # fmt: skip


def read(*nodes: Node) -> Reader:
    reader = Reader()
    for node in nodes:
        reader.add(node)
    return reader


def graph(start: Node, *nodes: Node) -> Graph:
    reader = read(start, *nodes)
    return reader.graph([reader.ids.number[start["id"]]])


def named(made: Graph, name: str) -> Knot:
    return next(k for k in made.knots if made.whats[k.what][1] == name)


def test_a_node_keeps_what_is_told_of_it() -> None:
    a, p = cell("a", "12.50"), parameter("share", "2")
    made = graph(calculation("m", [a, p], "0.25", figures=["value_account/R/2020/s"]), p, a)
    assert {KINDS[k.kind] for k in made.knots} == {"calculation", "cell", "parameter"}
    top = named(made, "m")
    assert (top.amount, top.unit, top.state, top.own) == ("0.25", "t", "value", ("",))
    assert made.saids[top.said] == ("calculation", "r", "1", "c", "s", "x0 * x1", "(x0 * x1)", "6", "half_even")
    assert [(r.name, r.binding, r.factor) for r in made.roles[top.roles]] == [("x0", True, "1/100"), ("x1", False, "1/100")]
    assert [made.whats[made.knots[c].what][1] for c in top.below] == ["a", "share"]
    found = named(made, "a")
    assert (found.amount, found.own, made.places[found.place]) == ("12.50", ("3", "n", "", ""), ("R", "2020", ""))
    assert made.saids[found.said] == ("cell", "a.csv", "f" * 64, "水利局", "s", "value")
    assert made.figures == {"value_account/R/2020/s": made.knots.index(top)}


def test_only_what_rests_below_the_figures_is_kept() -> None:
    a, b = cell("a", "1"), cell("b", "2")
    made = graph(calculation("m", [a], "1"), a, b, calculation("n", [b], "2"))
    assert sorted(made.whats[k.what][1] for k in made.knots) == ["a", "m"]


def test_the_first_rows_of_a_sum_are_kept_and_its_amount_is_its_integer_times_q() -> None:
    nodes = [cell(f"c{i}", "0.5") for i in range(INLINE + 20)]
    rows = row_sum(nodes, INLINE + 20)
    made = graph(rows, *nodes)
    top = next(k for k in made.knots if k.kind == ROW_SUM)
    assert len(top.rows) == INLINE
    assert top.own[0] == str(INLINE + 20)  # how many there are is still told
    assert len(top.below) == INLINE
    assert top.amount == "60.0"  # 5 × 120 × 0.1


def test_values_of_rows_stay_where_they_are_no_nodes() -> None:
    rows = row_sum([], 0) | {"rows": [{"key": ["p", "1"], "nodes": [], "values": ["2.5", "3"]}], "n": 1}
    top = graph(rows).knots[0]
    assert top.rows == (("p, 1", (), ("2.5", "3")),)


def test_what_is_missing_in_a_row_is_still_reached() -> None:
    nodes = [cell("there", "0.5"), cell("gone", None)]
    rows = row_sum(nodes, 1, missing=1)
    assert {KINDS[k.kind] for k in graph(rows, *nodes).knots} == {"row_sum", "cell"}
    assert len(graph(rows, *nodes).knots) == 3


def test_a_total_by_nature_is_named_by_its_view_and_column() -> None:
    a = cell("a", "1")
    top = total("-", [a], "1") | {"id": "total:gep_total/C/2020/zone=-/profile=p/price_basis=current/currency=CNY#gep"}
    made = graph(top, a)
    assert "gep_total/C/2020/zone=-/profile=p/price_basis=current/currency=CNY#gep" in made.figures
    found = next(k for k in made.knots if KINDS[k.kind] == "total")
    assert made.whats[found.what] == ("column", "gep_total#gep", "")
    assert made.places[found.place] == ("C", "2020", "p")


def test_graphs_of_two_vintages_become_one() -> None:
    first = graph(calculation("m", [cell("a", "1")], "1"), cell("a", "1"))
    second = graph(calculation("m", [cell("a", "2")], "2"), cell("a", "2"))
    both = merged([first, second])
    assert [k.amount for k in both.knots] == [k.amount for k in (*first.knots, *second.knots)]
    assert len(both.whats) == len(set(both.whats))
    for knot in both.knots:
        if knot.kind == CALCULATION:
            assert {both.knots[c].amount for c in knot.below} == {knot.amount}


# --- what is withheld: the county total T = A + B is printed, A is hidden; A = area × price, area = returned + 3


def suppressed() -> tuple[Graph, dict[str, int]]:
    nodes = {
        "returned": cell("returned", "7"),
        "price": parameter("price", "2"),
        "b": cell("b", "4"),
    }
    nodes["area"] = calculation("area", [nodes["returned"]], "10") | {"amount": "10"}
    nodes["A"] = calculation("A", [nodes["area"], nodes["price"]], "20") | {"amount": "20"}
    nodes["T"] = total("T", [nodes["A"], nodes["b"]], "24")
    made = graph(nodes["T"], *(n for name, n in nodes.items() if name != "T"))
    return made, {name: made.knots.index(named(made, name)) for name in nodes}


def test_nothing_that_gives_a_hidden_figure_away_is_shown() -> None:
    made, at = suppressed()
    hidden = withheld(made, [at["A"]], [at["T"]])
    # area and the returned cell make A; B = T − A; the price is public, T is printed
    assert hidden == {at["A"], at["area"], at["returned"], at["b"]}


def test_what_is_printed_elsewhere_is_shown() -> None:
    made, at = suppressed()
    assert withheld(made, [at["A"]], [at["T"], at["b"], at["returned"]]) == {at["A"], at["area"]}


def test_a_hidden_figure_stays_hidden_though_it_is_printed() -> None:
    made, at = suppressed()
    assert at["A"] in withheld(made, [at["A"]], [at["A"], at["T"]])


@given(st.data())
def test_no_unprinted_amount_stands_beside_one_withheld(data: st.DataObject) -> None:
    """In any graph: whoever shows an unprinted amount shows every other amount of the same calculation that is no parameter."""
    size = data.draw(st.integers(2, 12))
    knots = []
    for n in range(size):
        below = data.draw(st.lists(st.integers(0, n - 1), max_size=3, unique=True)) if n else []
        kind = CALCULATION if below else CELL if n == 0 else data.draw(st.sampled_from([CELL, PARAMETER]))
        knots.append(Knot(kind, 0, 0, "1", "", "value", 0, (), tuple(below), 0))
    made = Graph(tuple(knots), (), (), (), (), {})
    figures = [n for n in range(size) if knots[n].kind != PARAMETER]
    hidden = data.draw(st.lists(st.sampled_from(figures), min_size=1, unique=True))
    printed = set(data.draw(st.lists(st.sampled_from(figures), unique=True))) - set(hidden)
    found = withheld(made, hidden, printed)
    assert set(hidden) <= found
    assert not found & printed
    assert all(knots[n].kind != PARAMETER for n in found)
    for n, knot in enumerate(knots):
        equation = [m for m in (n, *knot.below) if knots[m].kind != PARAMETER and m not in printed]
        if knot.below and any(m in found for m in equation):
            assert all(m in found for m in equation)
