"""From the trace of a year to the graph that spread is carried through: only what depends on a parameter with a spread is a step.

What is evaluated is the `expression` and `product` of the trace nodes themselves, so no figure has a second formula. The rounding
to storage scale (`places`) is left out: half of the last stored digit is no uncertainty worth carrying.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gep.accounts.draws import Array, Spread
from gep.accounts.spread import Added, Graph, Step
from gep.base.findings import Finding, Place, finding
from gep.engine.kept_rows import KeptRows
from gep.explain.again import argument_value, read
from gep.rules.nodes import Node
from gep.rules.vector_forms import VectorForm, by_name
from gep.rules.vector_rows import RowInput, VectorRows, vector_rows

Nodes = Mapping[str, Mapping[str, Any]]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class FormulaStep:
    """A calculation. `inputs`: name in the expression -> (node, factor to what is read), of those that vary."""

    id: str
    form: VectorForm
    inputs: Mapping[str, tuple[str, float]]

    @cached_property
    def reads(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(node for node, _ in self.inputs.values()))

    @property
    def chooses(self) -> bool:
        return self.form.chooses

    def value(self, vectors: Mapping[str, Array]) -> Array:
        return self.form.value({n: vectors[node] * factor for n, (node, factor) in self.inputs.items()})

    def slopes(self, point: Mapping[str, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for name, slope in self.form.slopes(self._at(point)).items():
            node, factor = self.inputs[name]
            found[node] = found.get(node, 0.0) + slope * factor
        return found

    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> Mapping[str, Whole]:
        drawn = {n: vectors[node] * factor for n, (node, factor) in self.inputs.items()}
        return self.form.switched(drawn, self._at(point))

    def _at(self, point: Mapping[str, float]) -> dict[str, float]:
        return {n: point[node] * factor for n, (node, factor) in self.inputs.items()}


@dataclass(frozen=True)
class RowsStep:
    """A sum over rows."""

    id: str
    rows: VectorRows

    @cached_property
    def reads(self) -> tuple[str, ...]:
        return self.rows.reads

    @property
    def chooses(self) -> bool:
        return self.rows.chooses

    def value(self, vectors: Mapping[str, Array]) -> Array:
        return self.rows.value(vectors)

    def slopes(self, point: Mapping[str, float]) -> dict[str, float]:
        return self.rows.slopes(point)

    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> Mapping[str, Whole]:
        return self.rows.switched(vectors, point)


def stream_of(node: Mapping[str, Any]) -> str:
    """What a parameter is drawn under: all it is called by but its validity."""
    return "\x1f".join((node["parameter"], node["key"] or "-", node["region"] or "-", node["source_set"]))


def spread_of(node: Mapping[str, Any]) -> Spread | None:
    """The spread of a parameter node, if value, low and high are known."""
    ends = [node.get(name) for name in ("amount", "low", "high")]
    if any(end is None for end in ends):
        return None
    value, low, high = (Decimal(str(end)) for end in ends)
    return Spread(stream_of(node), value, low, high)


def known_spread(node: Mapping[str, Any]) -> bool:
    """Whether a parameter has a spread that can be used; low = high = value is one of nothing."""
    spread = spread_of(node)
    return spread is not None and spread.usable


def wrong_spreads(nodes: Nodes, used: Iterable[str]) -> Iterator[Finding]:
    """Parameters whose value does not lie between low and high: their spread is not used."""
    for name in sorted(used):
        node = nodes[name]
        spread = spread_of(node)
        if spread is not None and not spread.usable:
            place = Place(str(node["file"]), int(node["row"]), key=name.removeprefix("parameter:"))
            found = f"{spread.low} … {spread.high}"
            yield finding("UNCERTAINTY-ENDS", place, found=found, expected=f"low ≤ {spread.value} ≤ high", name=node["parameter"])


def below(node: Mapping[str, Any]) -> list[str]:
    """The nodes that a node reads."""
    if node["kind"] == "calculation":
        return [*(a["node"] for a in node["arguments"]), *(s["node"] for s in node["sums"])]
    if node["kind"] == "row_sum":
        return list(node["nodes"])
    if node["kind"] == "total":
        return [p["node"] for p in node["parts"] if p["amount"] is not None]
    return []


def in_order(nodes: Nodes, targets: Iterable[str]) -> list[str]:
    """All that the targets rest on, each after what it reads."""
    order: dict[str, None] = {}
    for target in targets:
        stack = [(target, False)]
        while stack:
            name, ready = stack.pop()
            if name in order or name not in nodes:
                continue
            if ready:
                order[name] = None
                continue
            stack.append((name, True))
            stack += [(n, False) for n in reversed(below(nodes[name])) if n not in order]
    return list(order)


def graph_of(nodes: Nodes, order: Sequence[str], targets: Iterable[str], rows: Mapping[str, KeptRows]) -> Graph:
    """The steps for the nodes in `order` that depend on a parameter whose spread is more than nothing."""
    spreads: dict[str, Spread] = {}
    steps: dict[str, Step] = {}
    varying: set[str] = set()
    makers: dict[str, Callable[[Mapping[str, Any]], Step]] = {
        "calculation": lambda node: _calculation(node, nodes, varying),
        "row_sum": lambda node: _row_sum(node, rows, varying),
        "total": lambda node: _total(node, varying),
    }
    for name in order:
        node = nodes[name]
        if node["kind"] == "parameter":
            spread = spread_of(node)
            if spread is not None and spread.usable and spread.low < spread.high:
                spreads[name] = spread
                varying.add(name)
        elif not varying.isdisjoint(below(node)):
            step = makers[node["kind"]](node)
            if step.reads:  # a sum of no rows varies with nothing, whatever was read to know that there are none
                steps[name] = step
                varying.add(name)
    wanted = frozenset(t for t in targets if t in varying)
    return Graph(spreads, list(steps.values()), wanted)


@cache
def tree_of(expression: str) -> Node:
    """The tree of a calculation, its row sums being inputs like any other."""
    return by_name(read(expression))


def _calculation(node: Mapping[str, Any], nodes: Nodes, varying: set[str]) -> Step:
    inputs: dict[str, tuple[str, float]] = {}
    fixed: dict[str, float] = {}
    for a in node["arguments"]:
        if a["node"] in varying:
            inputs[a["name"]] = (a["node"], float(Fraction(a["factor"])))
        else:
            fixed[a["name"]] = float(argument_value(a))
    for s in node["sums"]:
        held = nodes[s["node"]]
        fixed[s["count"]] = float(held["n"])
        if s["node"] in varying:
            inputs[s["name"]] = (s["node"], 1.0)
        else:
            exact = held["sum"] is not None
            fixed[s["name"]] = float(int(held["sum"]) * Fraction(held["q"])) if exact else float(held["value"])
    return FormulaStep(node["id"], VectorForm(tree_of(node["expression"]), frozenset(inputs), fixed), inputs)


def _total(node: Mapping[str, Any], varying: set[str]) -> Step:
    parts = [p for p in node["parts"] if p["amount"] is not None]
    still = sum((Decimal(p["amount"]) for p in parts if p["node"] not in varying), Decimal(0))
    return Added(node["id"], tuple(p["node"] for p in parts if p["node"] in varying), float(still))


def _row_sum(node: Mapping[str, Any], rows: Mapping[str, KeptRows], varying: set[str]) -> Step:
    if not node["n"]:
        return Added(node["id"], (), 0.0)
    kept = rows[node["id"]]  # the engine keeps the rows of every sum that may vary
    inputs = {}
    for name, values in kept.columns.items():
        looked = kept.looked.get(name)
        if looked is None or not any(n in varying for n, _ in looked.nodes):
            inputs[name] = RowInput(values, np.full(len(values), -1, dtype=np.int64))
            continue
        moves = np.asarray([n in varying for n, _ in looked.nodes], dtype=np.bool_)
        factors = tuple((n, float(factor)) for n, factor in looked.nodes)
        inputs[name] = RowInput(values, np.where(moves[looked.at], looked.at, -1), factors)
    return RowsStep(node["id"], vector_rows(read(node["product"]), node["fn"], inputs))
