"""What the figures of a GEP total rest on: which parameters, with a known spread or without, and how much value rests on each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.workflow.spread_graph import Nodes, below, known_spread


@dataclass(frozen=True)
class Leaf:
    """A figure that a GEP total adds up, with its value and the parameters below it."""

    node: str
    value: Decimal
    parameters: frozenset[str]


@dataclass(frozen=True)
class Coverage:
    """Shares of a value (by the absolute value of its parts): all parameters have a known spread; there is no parameter."""

    known: Fraction
    no_parameter: Fraction


class Cover:
    """Parameters below every node of an order (each after what it reads), worked out once."""

    def __init__(self, nodes: Nodes, order: Sequence[str]) -> None:
        self.nodes = nodes
        self.parameters: dict[str, frozenset[str]] = {}
        for name in order:
            node = nodes[name]
            under = [self.parameters[n] for n in below(node) if n in self.parameters]
            own = frozenset((name,)) if node["kind"] == "parameter" else frozenset()
            joined = own.union(*under)
            self.parameters[name] = next((s for s in under if s == joined), joined)  # one set for all that share it
        used = frozenset().union(*self.parameters.values())
        self.known = frozenset(n for n in used if known_spread(nodes[n]))

    def leaves(self, target: str) -> list[Leaf]:
        """The parts of the GEP totals that a target reads, or is, each once."""
        found = {}
        for total in self._totals(target):
            for part in total["parts"]:
                if part["amount"] is not None:
                    name = part["node"]
                    found[name] = Leaf(name, Decimal(part["amount"]), self.parameters.get(name, frozenset()))
        return list(found.values())

    def _totals(self, target: str) -> Iterator[Mapping[str, Any]]:
        stack, seen = [target], {target}
        while stack:
            node = self.nodes.get(stack.pop())
            if node is None:
                continue
            if node["kind"] == "total" and str(node["id"]).startswith("total:gep_total/"):
                yield node
                continue
            more = [n for n in below(node) if n not in seen]
            seen.update(more)
            stack += more

    def coverage(self, leaves: Iterable[Leaf]) -> Coverage | None:
        """None where nothing has a value."""
        parts = [(abs(leaf.value), leaf.parameters) for leaf in leaves]
        whole = sum((v for v, _ in parts), Decimal(0))
        if not whole:
            return None
        known = sum((v for v, p in parts if p and p <= self.known), Decimal(0))
        without = sum((v for v, p in parts if not p), Decimal(0))
        return Coverage(Fraction(known) / Fraction(whole), Fraction(without) / Fraction(whole))

    @staticmethod
    def resting(leaves: Iterable[Leaf]) -> dict[str, Decimal]:
        """Parameter -> the value of the figures that read it."""
        found: dict[str, Decimal] = {}
        for leaf in leaves:
            for name in leaf.parameters:
                found[name] = found.get(name, Decimal(0)) + leaf.value
        return found
