"""Traces made by hand for the tests of causes: nodes as a run writes them, calculations with the result their expression gives."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

from gep.base.rounding import store
from gep.explain.again import inputs_of, read, work_out
from gep.explain.side import Ref, Side

Node = dict[str, Any]


def cell(name: str, amount: str | None, *, unit: str = "t", file: str = "a.csv", factor: str = "1") -> Node:
    """A returned figure `measure/region/period/key`; file `journal.jsonl`: put by a correction."""
    measure = name.split("/", maxsplit=1)[0]
    return {
        "kind": "cell", "id": f"cell:{name}", "measure": measure, "state": "value" if amount is not None else "not_available",
        "amount": amount, "unit": unit, "base_unit": "t", "factor": None if amount is None else factor, "file": file, "row": 2,
        "source": "s", "reason": "",
    }  # fmt: skip


def corrected(name: str, amount: str) -> Node:
    return cell(name, amount, file="journal.jsonl")


def parameter(name: str, amount: str, *, source: str = "s") -> Node:
    return {
        "kind": "parameter", "id": f"parameter:{name}", "parameter": name.split("/", maxsplit=1)[0], "key": "", "amount": amount, "unit": "CNY/t",
        "status": "local", "source": source, "locator": "",
    }  # fmt: skip


class Trace:
    """A side under construction; `side` is what is compared."""

    def __init__(self, *nodes: Node, program: str = "1", rules: tuple[str, ...] = ()) -> None:
        self.nodes: dict[str, Node] = {n["id"]: n for n in nodes}
        self.side = Side(self.nodes, frozenset(rules), None, "rules", program, program)

    def calc(
        self,
        name: str,
        expression: str,
        places: int = 6,
        *,
        rule: str = "",
        version: str = "1",
        sums: dict[str, Node] | None = None,
        result: str | None = None,
        reads: dict[str, str] | None = None,
        **inputs: Node,
    ) -> Node:
        """A figure `measure/region/period/key` of the rule; `inputs`: argument -> node, `sums`: letter -> row sum."""
        arguments = []
        for n, below in inputs.items():
            self.nodes[below["id"]] = below
            amount = below.get("result") if "result" in below else below["amount"]
            factor = below.get("factor") or "1"
            arguments.append({"name": n, "node": below["id"], "state": "value", "amount": amount, "unit": "t", "factor": factor,
                              "places": None, "reads": (reads or {}).get(n, "t"), "binding": True})  # fmt: skip
        listed = [{"name": n, "count": f"N{n[1:]}", "node": s["id"], "binding": True} for n, s in (sums or {}).items()]
        self.nodes |= {s["id"]: s for s in (sums or {}).values()}
        measure, region, period, key = (*name.split("/"), "2020", "-")[:4] if name.count("/") < 3 else name.split("/", 3)
        made: Node = {
            "kind": "calculation", "id": f"calculation:p/{name}", "profile": "p", "measure": measure, "region": region, "period": period,
            "key": key, "rule": rule or measure, "version": version, "source": "s", "clause": "", "written": expression,
            "expression": expression, "arguments": arguments, "sums": listed, "places": places, "rounding": "half_even", "unit": "t",
            "state": "value", "result": None, "reason": "",
        }  # fmt: skip
        if result is None:
            exact = work_out(read(expression), inputs_of(made, self.nodes))
            result = format(store(exact, places), "f")
        made["result"] = result
        self.nodes[made["id"]] = made
        return made

    def total(self, name: str, *parts: Node) -> Node:
        self.nodes |= {p["id"]: p for p in parts}
        held = [{"node": p["id"], "amount": p.get("result", p.get("amount")), "state": p["state"], "unit": "t"} for p in parts]
        counted = [Fraction(h["amount"]) for h in held if h["state"] == "value"]
        made: Node = {
            "kind": "total", "id": f"total:p/{name}", "profile": "p", "parts": held, "unit": "t", "state": "value",
            "result": format(store(sum(counted, Fraction(0)), 6), "f"),
        }  # fmt: skip
        self.nodes[made["id"]] = made
        return made

    def rows(
        self,
        name: str,
        product: str,
        inputs: list[str],
        rows: dict[str, list[tuple[str, Node | None]]],
        *,
        record_set: str = "",
        q: str = "0.000001",
        fn: str = "sum",
        inline: bool = True,
    ) -> Node:
        """A row sum; `rows`: key -> (value, the node it was looked up in or None for a column of the record set) for each input."""
        listed, total, values = [], 0, []
        for key, found in rows.items():
            self.nodes |= {n["id"]: n for _, n in found if n is not None}
            nodes = [n["id"] for _, n in found if n is not None]
            listed.append({"key": [key], "values": [v for v, _ in found], "nodes": nodes})
            exact = work_out(read(product), {i: Fraction(v) for i, (v, _) in zip(inputs, found, strict=True)})
            total += floor(exact / Fraction(q) + Fraction(1, 2))
            values.append(exact)
        made: Node = {
            "kind": "row_sum", "id": f"row_sum:p/{name}#r0", "fn": fn, "product": product, "inputs": inputs, "q": q, "libm": False,
            "missing": 0, "n": len(rows), "sum": str(total) if fn == "sum" else None,
            "value": None if fn == "sum" else repr(float((min if fn == "min" else max)(values))),
            "rows": listed if inline else None, "rows_sha256": str(listed), "selection": {"region": "51", "period": "2020", "key": ""},
            "nodes": sorted({i for r in listed for i in r["nodes"]}),
        }  # fmt: skip
        if record_set:
            made["selection"]["record_set"] = record_set
        self.nodes[made["id"]] = made
        return made

    def ref(self, node: Node) -> Ref:
        return Ref(self.side, node["id"])
