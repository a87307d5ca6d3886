"""The rows of a row sum that are too many for the trace, as the trace would list them: from the release and the frozen rule.

A release keeps the rows of such a record set whole, and the rules that were frozen with it say which input is a column and which
is looked up. Whoever uses the rows works the sum out again and takes them only if it comes out as stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from gep.base.units import parse_unit
from gep.book import Book
from gep.explain.moved_rows import handed
from gep.explain.side import Ref, Side
from gep.explain.trail import Node
from gep.workflow.sides import ROWS

KEYS = ("row", "month")  # what tells the rows of a figure apart
Wanted = Mapping[str, Any]  # an input of a frozen rule


class ReleaseRows:
    """Reads the rows of sums of some vintages; each record set is read once."""

    def __init__(self, book: Book, vintages: Mapping[Side, int]) -> None:
        self.book, self.vintages = book, vintages
        self._tables: dict[tuple[int, str], pa.Table | None] = {}
        self._frozen: dict[str, Mapping[str, Any]] = {}

    def of(self, ref: Ref) -> list[dict[str, Any]] | None:
        """The rows as a trace lists them (key, values, nodes), or None where they cannot be had."""
        node, vintage = ref.node, self.vintages.get(ref.side)
        selection = node["selection"]
        inputs = self._inputs(ref)
        table = None if vintage is None else self._table(vintage, str(selection.get("record_set") or ""))
        if table is None or inputs is None or not {"region", "period", *KEYS[:1]} <= set(table.column_names):
            return None
        places = {"region": selection["region"], "period": selection["period"], **_codes(selection["key"])}
        if not set(places) <= set(table.column_names):
            return None
        for column, value in places.items():
            table = table.filter(pc.equal(table[column], value))
        found = [_row(row, inputs, ref) for row in table.to_pylist()]
        return [r for r in found if r is not None] if None not in found else None

    def _inputs(self, ref: Ref) -> list[Wanted] | None:
        """What the rule of the sum reads, in the order of the row product; None where the rule is not at hand."""
        owner = ref.name.removeprefix("row_sum:").rpartition("#")[0]
        calculation = ref.side.nodes.get(f"calculation:{owner}")
        if calculation is None:
            return None
        method = self._rules(ref.side.rules_hash).get(f"{calculation['profile']}/{str(calculation['period'])[:4]}", {})
        rule = next((r for r in method.get("rules", ()) if r["id"] == calculation["rule"]), None)
        known = {i["name"]: i for i in rule["inputs"]} if rule is not None else {}
        wanted = [known.get(name) for name in ref.node["inputs"]]
        return [w for w in wanted if w is not None] if None not in wanted else None

    def _rules(self, rules_hash: str) -> Mapping[str, Any]:
        if rules_hash not in self._frozen:
            path = self.book.rules / rules_hash / "frozen.json"
            self._frozen[rules_hash] = json.loads(path.read_text(encoding="utf-8")) if rules_hash and path.is_file() else {}
        return self._frozen[rules_hash]

    def _table(self, vintage: int, record_set: str) -> pa.Table | None:
        key = (vintage, record_set)
        if key not in self._tables:
            path = self.book.releases / str(vintage) / f"{ROWS}{record_set}.parquet"
            self._tables[key] = pq.read_table(path) if path.is_file() else None
        return self._tables[key]


def _codes(text: str) -> dict[str, str]:
    """`ecosystem:forest;slope_class:s1` as column -> code."""
    pairs = (part.partition(":") for part in text.split(";") if part)
    return {dim: code for dim, _, code in pairs}


def _row(row: Mapping[str, Any], inputs: Sequence[Wanted], ref: Ref) -> dict[str, Any] | None:
    """One row with the place of every input that is looked up; None where one is not known."""
    values, nodes = [], []
    for wanted in inputs:
        if wanted["kind"] == "column":
            value = row.get(wanted["ref"])
        else:
            name = _looked_up(row, wanted, ref)
            value = None if name is None else _in_unit(ref.side.nodes[name], str(wanted["unit"]))
            nodes.append(name)
        if value is None:
            return None
        values.append(repr(float(value)))
    return {"key": [str(row[k]) for k in KEYS if k in row], "values": values, "nodes": nodes}


def _looked_up(row: Mapping[str, Any], wanted: Wanted, ref: Ref) -> str | None:
    """The one place that the sum read for this input and row, by measure or parameter and keys; None where it is not one."""
    held = [n for n in ref.node["nodes"] if wanted["ref"] in (ref.side.nodes[n].get(x) for x in ("parameter", "measure"))]
    fixed = {str(dim): str(code) for dim, code in wanted["select"].items()}
    found = [n for n in held if _fits(ref.side.nodes[n], fixed, row)]
    return found[0] if len(found) == 1 else None


def _fits(node: Node, fixed: Mapping[str, str], row: Mapping[str, Any]) -> bool:
    """Whether the keys of a place are those that are asked for; a class above the one of the row may stand in for it."""
    codes = _codes(str(node["key"]))
    if any(codes.get(dim) != code for dim, code in fixed.items()):
        return False
    return all(dim not in row or f"{row[dim]}.".startswith(f"{code}.") for dim, code in codes.items() if dim not in fixed)


def _in_unit(node: Node, unit: str) -> float | None:
    amount = handed(node)
    if amount is None:
        return None
    own = parse_unit(str(node.get("base_unit") or node["unit"])).without_price_year()
    return float(amount * own.factor_to(parse_unit(unit).without_price_year()))
