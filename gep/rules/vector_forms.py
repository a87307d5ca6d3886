"""Expressions over vectors of draws: what does not vary is worked out once, min, max and where say when another argument binds,
and slopes come from the symbolic derivative.

The trees are those of a trace; they are evaluated by `gep.rules.row_eval`, so a draw is worked out as a row is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from gep.rules.canonical import canonical, ref_text
from gep.rules.derivative import derivative
from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp, children, names, transform, walk
from gep.rules.row_eval import over_arrays

Array = NDArray[np.float64]
CHOOSERS = ("min", "max", "where")
SLOT = "#"  # begins the name of a part that does not vary; no input is called so


def by_name(tree: Node) -> Node:
    """Sums over rows as inputs, under the letter and number they have in the text of the expression (`S0`)."""
    return transform(tree, lambda n: Name(ref_text(n)) if isinstance(n, Ref) else n)


@lru_cache(maxsize=4096)
def hoisted(tree: Node, varying: frozenset[str]) -> tuple[Node, Mapping[str, Node]]:
    """The tree with every largest part that reads nothing of `varying` in a slot, and what stands in each slot.

    A comparison keeps its place, its sides are put in slots.
    """
    slots: dict[Node, str] = {}

    def change(node: Node) -> Node:
        if isinstance(node, Num):
            return node
        if varying.isdisjoint(names(node)) and not isinstance(node, Compare):
            return Name(slots.setdefault(node, f"{SLOT}{len(slots)}"))
        return rebuilt(node, tuple(change(child) for child in children(node)))

    made = change(tree)
    return made, MappingProxyType({name: node for node, name in slots.items()})


def rebuilt(node: Node, below: tuple[Node, ...]) -> Node:
    """The node with other children."""
    match node:
        case Bin() | Compare():
            return replace(node, left=below[0], right=below[1])
        case Call():
            return replace(node, args=below)
        case Neg() | Convert() | Stamp():
            return replace(node, x=below[0])
        case Agg():
            return replace(node, body=below[0])
        case Num() | Name() | Ref():
            return node


@lru_cache(maxsize=4096)
def slope(tree: Node, name: str) -> Node:
    """The derivative of a tree, kept: the same expression stands in many nodes of a trace."""
    return derivative(tree, name)


def choosers(tree: Node) -> tuple[Call, ...]:
    """Every min, max and where of a tree."""
    return tuple(n for n in walk(tree) if isinstance(n, Call) and n.fn in CHOOSERS)


def switches(tree: Node, env: Mapping[str, Array], point: Mapping[str, Array]) -> Iterator[tuple[Call, NDArray[np.bool_]]]:
    """For each min, max and where: in which draws another argument binds than at the point.

    Nothing is said of one inside an argument that binds neither at the point nor in any draw.
    """
    if not isinstance(tree, Call) or tree.fn not in CHOOSERS:
        for child in children(tree):
            yield from switches(child, env, point)
        return
    if tree.fn == "where":
        condition = Call("where", (tree.args[0], Num("1", Fraction(1)), Num("0", Fraction(0))))
        now, then = over_arrays(condition, env), over_arrays(condition, point)
        yield tree, now != then
        held, failed = (now == 1.0).any() or (then == 1.0).any(), (now != 1.0).any() or (then != 1.0).any()
        taken: tuple[bool, ...] = (True, bool(held), bool(failed))
    else:
        values, at = [over_arrays(a, env) for a in tree.args], [over_arrays(a, point) for a in tree.args]
        first = _first(tree.fn, at)
        best = over_arrays(tree, env)
        chosen = np.select([first == i for i in range(len(values))], values)
        yield tree, chosen != best
        taken = tuple(bool((v == best).any() or (first == i).any()) for i, v in enumerate(values))
    for child, reached in zip(tree.args, taken, strict=True):
        if reached:
            yield from switches(child, env, point)


def _first(fn: str, values: list[Array]) -> NDArray[np.int64]:
    """Index of the argument that binds; of several that tie, the first."""
    stacked = np.stack(np.broadcast_arrays(*values))
    return np.asarray((np.argmin if fn == "min" else np.argmax)(stacked, axis=0), dtype=np.int64)


@dataclass(frozen=True)
class VectorForm:
    """An expression some of whose inputs vary: `fixed` are the others."""

    tree: Node
    varying: frozenset[str]
    fixed: Mapping[str, float] = field(default_factory=dict)

    @cached_property
    def _parts(self) -> tuple[Node, dict[str, Array]]:
        core, slots = hoisted(self.tree, self.varying)
        known = {n: np.float64(v) for n, v in self.fixed.items()}
        return core, {name: over_arrays(node, known) for name, node in slots.items()}  # type: ignore[arg-type]

    def value(self, env: Mapping[str, Array]) -> Array:
        """Over vectors of the inputs that vary."""
        core, slots = self._parts
        return over_arrays(core, {**slots, **env})

    def slopes(self, point: Mapping[str, float]) -> dict[str, float]:
        """The derivative by each input that varies, at a point."""
        core, slots = self._parts
        env = {**slots, **{n: np.float64(v) for n, v in point.items()}}
        return {n: float(over_arrays(slope(core, n), env)) for n in sorted(self.varying)}  # type: ignore[arg-type]

    @cached_property
    def chooses(self) -> bool:
        """Whether an argument of a min, max or where varies."""
        return bool(choosers(self._parts[0]))

    def switched(self, env: Mapping[str, Array], point: Mapping[str, float]) -> dict[str, NDArray[np.int64]]:
        """Text of each min, max and where -> in how many of the draws another argument binds."""
        core, slots = self._parts
        at = {**slots, **{n: np.asarray(v, dtype=np.float64) for n, v in point.items()}}
        found: dict[str, NDArray[np.int64]] = {}
        for call, other in switches(core, {**slots, **env}, at):
            count = np.asarray([np.count_nonzero(other)], dtype=np.int64)
            text = canonical(call)
            found[text] = np.maximum(found.get(text, count), count)
        return found
