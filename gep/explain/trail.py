"""Walks trace nodes (`gep.trace/1`): what a figure rests on directly, and every cell and parameter below it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from gep.base.records import Source

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


def parameters_below(figure: str, start: str, nodes: Mapping[str, Node]) -> Iterator[dict[str, object]]:
    """Rows of the `parameter_used` view for a figure."""
    for node in below(start, nodes):
        if node["kind"] != "parameter":
            continue
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


def rests_on_illustration(start: str, nodes: Mapping[str, Node], sources: Mapping[str, Source]) -> bool:
    """Whether a parameter below is illustrative, or a returned figure comes from an illustrative source (示例数据)."""
    for node in below(start, nodes):
        source = sources.get(str(node.get("source") or ""))
        if node.get("status") == "illustrative" or (
            node["kind"] == "cell" and source is not None and source.kind == "illustrative"
        ):
            return True
    return False


def coefficient(text: str | None) -> Decimal | None:
    """The amount as far as the column holds it; NULL where it has more digits (the text beside it has them all)."""
    if text is None:
        return None
    amount = Decimal(text)
    exponent = amount.as_tuple().exponent
    return amount if isinstance(exponent, int) and exponent >= -COEFFICIENT_PLACES else None
