"""A sum over rows some of whose inputs are vectors of draws.

Σ weight · core: of each term of the product, the factors that do not vary make the weight of a row, and rows whose varying inputs
come from the same nodes, and whose other values in the core are the same, are one group with one weight. So the rain of every day
of a year, or the area of every patch, is one addition where the body allows it. What remains is worked out group × draws.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gep.rules.canonical import canonical
from gep.rules.nodes import Bin, Neg, Node, Num, names
from gep.rules.row_eval import over_arrays
from gep.rules.vector_forms import choosers, hoisted, slope, switches

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
CELLS = 1 << 18  # groups × draws held at once
ONE = Num("1", Fraction(1))


@dataclass(frozen=True)
class RowInput:
    """What an input is in each row: `values` as read, and for the rows where it varies (`at` ≥ 0) the place in `nodes`, each with
    the factor that leads from the node to the value."""

    values: Array
    at: Whole
    nodes: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Term:
    """Groups of rows of one term: what each weighs, its values in the core, and the node of each varying input."""

    core: Node
    weights: Array
    slots: Mapping[str, Array]
    sources: Mapping[str, tuple[Whole, tuple[tuple[str, float], ...]]]

    def chunks(self, draws: int) -> Iterator[slice]:
        step = max(1, CELLS // max(1, draws))
        yield from (slice(i, i + step) for i in range(0, len(self.weights), step))

    def env(self, vectors: Mapping[str, Array], part: slice) -> dict[str, Array]:
        """The inputs of some groups: a column of values, or a row of draws for each group."""
        found = {name: values[part, None] for name, values in self.slots.items()}
        for name, (at, nodes) in self.sources.items():
            here = at[part]
            used, places = np.unique(here, return_inverse=True)
            drawn = np.stack([np.asarray(vectors[nodes[i][0]] * nodes[i][1]) for i in used])
            found[name] = drawn if len(used) == 1 else drawn[places]
        return found


@dataclass(frozen=True)
class VectorRows:
    """A row sum, or the smallest or largest row, over vectors. `still`: what the rows give that do not vary."""

    fn: Literal["sum", "min", "max"]
    still: float
    terms: tuple[Term, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """The nodes that vary, each once, in order."""
        return tuple(dict.fromkeys(n for t in self.terms for at, nodes in t.sources.values() for n in _used(at, nodes)))

    @property
    def chooses(self) -> bool:
        return any(choosers(t.core) for t in self.terms)

    def value(self, vectors: Mapping[str, Array]) -> Array:
        """One number a draw."""
        draws = max(len(vectors[n]) for n in self.reads)
        total = np.full(draws, self.still)
        for term in self.terms:
            for part in term.chunks(draws):
                rows = np.broadcast_to(over_arrays(term.core, term.env(vectors, part)), (len(term.weights[part]), draws))
                if self.fn == "sum":
                    total = total + folded(rows * term.weights[part, None])
                else:
                    total = reduce(np.minimum if self.fn == "min" else np.maximum, rows, total)
        return total

    def slopes(self, point: Mapping[str, float]) -> dict[str, float]:
        """The derivative by each node at a point; of a smallest or largest row, that of the row which it is."""
        vectors = {n: np.asarray([v]) for n, v in point.items()}
        found = dict.fromkeys(self.reads, 0.0)
        best = float(self.value(vectors)[0])
        for term in self.terms:
            env = term.env(vectors, slice(None))
            weights = term.weights[:, None]
            if self.fn != "sum":
                weights = weights * (over_arrays(term.core, env) == best)
            for name, (at, nodes) in term.sources.items():
                by_row = np.broadcast_to(over_arrays(slope(term.core, name), env) * weights, weights.shape)[:, 0]
                gathered = np.bincount(at, weights=by_row, minlength=len(nodes))
                for i in np.unique(at).tolist():
                    found[nodes[i][0]] += float(gathered[i]) * nodes[i][1]
        return found

    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> dict[str, Whole]:
        """Text of each min, max and where -> for each group of rows, in how many of the draws another argument binds."""
        draws = max(len(vectors[n]) for n in self.reads)
        at = {n: np.asarray([v]) for n, v in point.items()}
        found: dict[str, Whole] = {}
        for number, term in enumerate(self.terms):
            if not choosers(term.core):
                continue
            for part in term.chunks(draws):
                rows = len(term.weights[part])
                for call, other in switches(term.core, term.env(vectors, part), term.env(at, part)):
                    counts = np.broadcast_to(other, (rows, draws)).sum(axis=1, dtype=np.int64)
                    text = f"{canonical(call)} {number}"
                    kept = found.setdefault(text, np.zeros(len(term.weights), dtype=np.int64))
                    kept[part] = np.maximum(kept[part], counts)
        return found


def _used(at: Whole, nodes: Sequence[tuple[str, float]]) -> list[str]:
    return [nodes[i][0] for i in np.unique(at).tolist()]


def folded(rows: Array) -> Array:
    """The sum along the first axis, halves added to halves: an order of addition that no machine and no library changes."""
    while len(rows) > 1:
        half = len(rows) // 2
        joined = rows[:half] + rows[half : 2 * half]
        rows = joined if len(rows) % 2 == 0 else np.concatenate([joined, rows[2 * half :]])
    return np.asarray(rows[0])


def vector_rows(product: Node, fn: Literal["sum", "min", "max"], inputs: Mapping[str, RowInput]) -> VectorRows:
    """Sort the rows by which of their inputs vary, and group them."""
    rows = len(next(iter(inputs.values())).values)
    used = [n for n in names(product) if n in inputs]
    marks = np.zeros(rows, dtype=np.int64)
    for bit, name in enumerate(used):
        marks |= (inputs[name].at >= 0).astype(np.int64) << bit
    still = {"sum": 0.0, "min": np.inf, "max": -np.inf}[fn]
    made: list[Term] = []
    for mark in np.unique(marks).tolist():
        chosen = np.flatnonzero(marks == mark)
        varying = frozenset(n for bit, n in enumerate(used) if mark >> bit & 1)
        columns = {n: inputs[n].values[chosen] for n in used}
        if not varying:
            held = np.broadcast_to(over_arrays(product, columns), (len(chosen),))
            still = float(folded(held) if fn == "sum" else held.min() if fn == "min" else held.max())
            continue
        sources = {n: (inputs[n].at[chosen], inputs[n].nodes) for n in sorted(varying)}
        parts = _terms(product, varying) if fn == "sum" else [(ONE, product)]
        constants = [weight for weight, core in parts if core == ONE]
        still += sum(float(folded(_column(w, columns, len(chosen)))) for w in constants)
        made += [_grouped(weight, core, varying, columns, sources) for weight, core in parts if core != ONE]
    return VectorRows(fn, still, tuple(made))


def _column(tree: Node, columns: Mapping[str, Array], rows: int) -> Array:
    return np.broadcast_to(over_arrays(tree, columns), (rows,))


def _terms(tree: Node, varying: frozenset[str]) -> list[tuple[Node, Node]]:
    """(weight, core) of each term of a sum or difference; a core that is 1 does not vary."""
    if varying.isdisjoint(names(tree)):
        return [(tree, ONE)]
    if isinstance(tree, Bin) and tree.op in ("+", "-"):
        right = _terms(tree.right, varying)
        return _terms(tree.left, varying) + (right if tree.op == "+" else [(Neg(w), c) for w, c in right])
    if isinstance(tree, Neg):
        return [(Neg(w), c) for w, c in _terms(tree.x, varying)]
    return [_factored(tree, varying)]


def _factored(tree: Node, varying: frozenset[str]) -> tuple[Node, Node]:
    """tree = weight × core, the weight reading nothing that varies."""
    if varying.isdisjoint(names(tree)):
        return tree, ONE
    if isinstance(tree, Neg):
        weight, core = _factored(tree.x, varying)
        return Neg(weight), core
    if isinstance(tree, Bin) and tree.op in ("*", "/"):
        (w1, c1), (w2, c2) = _factored(tree.left, varying), _factored(tree.right, varying)
        return _joined(tree.op, w1, w2), _joined(tree.op, c1, c2)
    return ONE, tree


def _joined(op: Literal["+", "-", "*", "/"], a: Node, b: Node) -> Node:
    if b == ONE:
        return a
    return b if a == ONE and op == "*" else Bin(op, a, b)


def _grouped(
    weight: Node,
    core: Node,
    varying: frozenset[str],
    columns: Mapping[str, Array],
    sources: Mapping[str, tuple[Whole, tuple[tuple[str, float], ...]]],
) -> Term:
    """Rows that are alike in the core become one, with the sum of their weights."""
    rows = len(next(iter(columns.values())))
    tree, parts = hoisted(core, varying)
    weights = _column(weight, columns, rows)
    slots = {name: _column(node, columns, rows) for name, node in parts.items()}
    read = {n: s for n, s in sources.items() if n in names(tree)}
    keys = np.column_stack([*(at.astype(np.float64) for at, _ in read.values()), *slots.values()])
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    summed = np.bincount(inverse.reshape(-1), weights=weights, minlength=len(first)).astype(np.float64)
    kept = {name: np.ascontiguousarray(values[first]) for name, values in slots.items()}
    return Term(tree, summed, kept, {n: (at[first], nodes) for n, (at, nodes) in read.items()})
