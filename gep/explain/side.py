"""A vintage as a comparison of traces reads it: its nodes, the vintages it opens with, what it was returned, how it was made."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple, TypeAlias

from gep.explain.address import TOTALS
from gep.explain.trail import Node

FROM_RELEASE = re.compile(r"@(\d+)$")  # a closing that was read from an earlier vintage
NOTHING_PASSES = "#none"

Content: TypeAlias = tuple[str, str | None, str, str]  # state, amount as typed, unit, file
Earlier: TypeAlias = "Callable[[int], Side | None]"


@dataclass(eq=False)
class Side:
    """A vintage as the walk reads it.

    `nodes`: its trace; `rules`: `profile/rule` of every rule it had, also of those without a result; `held`: what was returned,
    {measure/region/period/key: content}, also what no rule read (None: only what the trace holds is known); `rules_hash`: of all
    that was resolved; `program`, `program_hash`: by what it was computed (empty: not known); `row_sets`: hash of the rows of a
    record set; `earlier`: the vintage whose closings it opens with.
    """

    nodes: Mapping[str, Node]
    rules: frozenset[str] = frozenset()
    held: Callable[[], Mapping[str, Content]] | None = None
    rules_hash: str = ""
    program: str = ""
    program_hash: str = ""
    row_sets: Mapping[str, str] = field(default_factory=dict)
    earlier: Earlier = lambda vintage: None

    @cached_property
    def had(self) -> frozenset[str]:
        """`profile/rule` of every rule it had."""
        seen = (f"{n['profile']}/{n['rule']}" for n in self.nodes.values() if n["kind"] == "calculation")
        return self.rules | frozenset(seen)

    @cached_property
    def returned(self) -> Mapping[str, Content]:
        """What was returned, as far as it is known, by its path."""
        cells = {path_of(i): content(n) for i, n in self.nodes.items() if n["kind"] == "cell" and not is_gap(n)}
        return cells if self.held is None else {**self.held(), **cells}

    def ref(self, name: str, profile: str) -> Ref:
        """The place a node stands in; a closing of an earlier vintage is looked up there, if that is at hand."""
        match = FROM_RELEASE.search(name) if "@" in name else None
        other = self.earlier(int(match[1])) if match else None
        if match and other is not None:
            path = path_of(name)
            for there in (f"calculation:{profile}/{path}", f"total:{profile}/{path}", f"cell:{path}"):
                if there in other.nodes:
                    return Ref(other, there)
        return Ref(self, name)


class Ref(NamedTuple):
    """A node of a side."""

    side: Side
    name: str

    @property
    def node(self) -> Node:
        return self.side.nodes[self.name]

    def below(self, names: Iterable[str]) -> list[Ref]:
        profile = profile_of(self.node)
        return [self.side.ref(name, profile) for name in names]


def path_of(name: str) -> str:
    """What a node is about, whoever gave it: measure/region/period/key; the id without its kind where it is no figure."""
    kind, _, rest = (FROM_RELEASE.sub("", name) if "@" in name else name).partition(":")
    return rest.partition("/")[2] if kind in ("calculation", "total", "row_sum") else rest


def profile_of(node: Node) -> str:
    return str(node.get("profile") or str(node["id"]).partition(":")[2].partition("/")[0])


def content(node: Node) -> Content:
    return str(node["state"]), node["amount"], str(node["unit"]), str(node.get("file") or "")


def is_gap(node: Node) -> bool:
    """Whether a cell only marks a place where nothing was returned."""
    return not node.get("file") and (node["amount"] is None or str(node["id"]).endswith(NOTHING_PASSES))


def alike(one: Node, two: Node) -> bool:
    """Whether two nodes hand on the same state, amount and unit: then neither can move what rests on it."""
    if one["kind"] == two["kind"] == "row_sum":
        return all(one[n] == two[n] for n in ("n", "missing", "sum", "value", "q"))
    (state, amount, factor, unit), (other, second, factor_of, unit_of) = _handed_on(one), _handed_on(two)
    if state != other or unit != unit_of or amount is None or second is None:
        return (state, amount, unit) == (other, second, unit_of)
    if factor == factor_of:
        return bool(amount == second or Decimal(amount) == Decimal(second))
    return Fraction(amount) * Fraction(factor) == Fraction(second) * Fraction(factor_of)


def _handed_on(node: Node) -> tuple[str, str | None, str, str]:
    """State, amount, the factor that leads to the unit, unit."""
    match node["kind"]:
        case "cell":
            factor = node.get("factor")
            return node["state"], node["amount"], factor or "1", node["base_unit"] if factor else node["unit"]
        case "parameter":
            return "value" if node["amount"] is not None else node["status"], node["amount"], "1", node["unit"]
        case "row_sum":
            return "", node["value"] or node["sum"], "1", node["q"]
        case _:
            return node["state"], node["result"], "1", node["unit"]


def roots(nodes: Mapping[str, Node]) -> dict[str, str]:
    """Figure address (complete, without vintage) -> id of its node; a total by nature stands under its columns."""
    found = {str(f): i for i, n in nodes.items() for f in n.get("figures") or ()}
    return found | {i.removeprefix("total:"): i for i in nodes if i.startswith(TOTALS)}


def typed(held: Content | None) -> str:
    if held is None:
        return ""
    return f"{held[1]} {held[2]}".strip() if held[1] is not None else held[0]


def shown_id(ref: Ref) -> str:
    """What a node is called in evidence: measure/region/period/key; a total by nature by its figure."""
    rest = FROM_RELEASE.sub("", ref.name).partition(":")[2]
    return rest.removeprefix(f"{profile_of(ref.node)}/") if ref.node["kind"] in ("calculation", "total", "row_sum") else rest


def shown_amount(node: Node) -> str:
    """What a node says, for the eye."""
    if node["kind"] == "cell":
        return typed(None if is_gap(node) else content(node))
    if node["kind"] == "row_sum":
        return str(node["sum"] or node["value"])
    amount = node.get("result") if "result" in node else node.get("amount")
    return f"{amount} {node['unit']}" if amount is not None else str(node.get("state") or node.get("status"))
