"""Walks trace nodes (`gep.trace/1`): what a figure rests on directly, and every cell and parameter below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gep.base.records import Source
from gep.catalog.zoning import ZONED

Node = Mapping[str, Any]
COMPUTED, SUBMITTED, PARAMETER = "computed", "submitted", "parameter"
ORIGINS = {"cell": SUBMITTED, "parameter": PARAMETER}
COEFFICIENT_PLACES = 18


def children(node: Node) -> list[str]:
    """The ids of the nodes directly below, in order; each once."""
    match node["kind"]:
        case "calculation":
            below = [a["node"] for a in node["arguments"]] + [s["node"] for s in node["sums"]]
        case "row_sum":
            below = list(node["nodes"])  # of all rows, also of those that stand in the release only
        case "total":
            below = [p["node"] for p in node["parts"]]
        case _:
            below = []
    return list(dict.fromkeys(below))


def below(start: str, nodes: Mapping[str, Node]) -> Iterator[Node]:
    """The node and all below it, parents first, each once."""
    seen: set[str] = set()
    stack = [start]
    while stack:
        name = stack.pop()
        if name in seen:
            continue
        seen.add(name)
        yield nodes[name]
        stack.extend(reversed(children(nodes[name])))


def origin(node: Node) -> str:
    return ORIGINS.get(str(node["kind"]), COMPUTED)


def direct_inputs(figure: str, start: str, nodes: Mapping[str, Node]) -> Iterator[dict[str, object]]:
    """Rows of the `trace` view for a figure: the result itself (input `-`), then each node it rests on directly."""
    node = nodes[start]
    measure = str(node.get("measure") or figure.split("/", 1)[0])
    amount = node.get("result") or node.get("amount")
    base = {"figure": figure, "measure": measure, "rule": node.get("rule")}
    kind = str(node["kind"])
    yield base | {"input": "-", "origin": origin(node), "input_kind": kind, "amount": amount, "unit": node.get("unit") or None}
    for name in children(node):
        child = nodes[name]
        value = child.get("result") or child.get("amount") or child.get("sum") or child.get("value")
        yield base | {
            "input": name,
            "origin": origin(child),
            "input_kind": str(child["kind"]),
            "amount": value,
            "unit": child.get("unit") or None,
        }


class Below:
    """What rests below the figures of a release: parameters, and whether any of it is illustrative. Each node is walked once.

    The parameters are those of the figure's own year: a stock that is carried over from the year before has its own rows there.
    What a zone was given of a figure of its region has none of its own: they stand under that figure.
    """

    def __init__(self, nodes: Mapping[str, Node], sources: Mapping[str, Source]) -> None:
        self.nodes, self.sources = nodes, sources
        self.known: dict[str, tuple[tuple[str, ...], bool]] = {}
        self.years: dict[str, str] = {}

    def illustrative(self, start: str) -> bool:
        """Whether a parameter below is illustrative, or a returned figure comes from an illustrative source (示例数据)."""
        return self._of(start)[1]

    def parameters(self, figure: str, start: str) -> Iterator[dict[str, object]]:
        """Rows of the `parameter_used` view for a figure."""
        for name in self._of(start)[0]:
            node = self.nodes[name]
            text = node["amount"]
            yield {
                "figure": figure,
                "parameter": node["parameter"],
                "key": node["key"] or "-",
                "region_code": node["region"] or "-",
                "source_set": node["source_set"],
                "valid_from": node["valid_from"],
                "amount": coefficient(text),
                "amount_text": text,
                "unit": node["unit"],
                "status": node["status"],
                "source": node["source"],
                "locator": node["locator"] or None,
            }

    def _of(self, start: str) -> tuple[tuple[str, ...], bool]:
        """(ids of the parameters below, whether anything below is illustrative)."""
        stack = [start]
        while stack:
            name = stack[-1]
            under = children(self.nodes[name])
            waiting = [c for c in under if c not in self.known]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if name not in self.known:
                self.known[name] = self._joined(name, under)
        return self.known[start]

    def _joined(self, name: str, under: Sequence[str]) -> tuple[tuple[str, ...], bool]:
        node = self.nodes[name]
        parts = [self.known[c] for c in under]
        own = (name,) if node["kind"] == "parameter" else ()
        years = [self.years[c] for c in under]
        here = self.years[name] = _year(node) or next((y for y in years if y), "")  # a total is of the year of its parts
        zoned = str(node.get("rule") or "").startswith(ZONED)
        same = [] if zoned else [names for (names, _), year in zip(parts, years, strict=True) if year in ("", here)]
        listed = [p for names in same for p in names]
        several = tuple(dict.fromkeys((*own, *listed))) if listed else own
        only = next((names for names in same if names == several), several)  # one tuple for all that share it
        return only, self._made_up(node) or any(made_up for _, made_up in parts)

    def _made_up(self, node: Node) -> bool:
        source = self.sources.get(str(node.get("source") or ""))
        cell = node["kind"] == "cell" and source is not None and source.kind == "illustrative"
        return node.get("status") == "illustrative" or cell


def _year(node: Node) -> str:
    """The year a node names; empty for a parameter, which may hold for several, and for a total."""
    selection = node.get("selection")
    period = node.get("period") or (selection.get("period") if isinstance(selection, dict) else "")
    return str(period or "")[:4]


def coefficient(text: str | None) -> Decimal | None:
    """The amount as far as the column holds it; NULL where it has more digits (the text beside it has them all)."""
    if text is None:
        return None
    amount = Decimal(text)
    exponent = amount.as_tuple().exponent
    return amount if isinstance(exponent, int) and exponent >= -COEFFICIENT_PLACES else None
