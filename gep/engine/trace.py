"""Trace nodes (`gep.trace/1`): what an outside program needs to evaluate a figure again, as plain JSON data.

Kinds: `cell` (a submitted figure with its file and row), `parameter`, `calculation` (a rule with its arguments), `row_sum` and
`total`. Amounts are decimal strings in the unit beside them; `factor` is the exact rational that leads to the unit the expression
reads. An argument with `places` is rounded half-even to these decimals after the factor: a value rests on the stored quantity.
`nodes` of a row sum are all figures and parameters its rows read beside the columns of a record set. The grammar of `expression`
and `product` is that of `gep.rules.canonical`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from gep.base.records import Parameter, key_text
from gep.base.units import parse_unit
from gep.engine.bind import Bound, parameter_node
from gep.engine.cells import Cell
from gep.rules.canonical import canonical
from gep.rules.product import Plan, RowProduct

SCHEMA = "gep.trace/1"
INLINE_ROWS = 1000

Json: TypeAlias = "str | int | bool | list[Json] | dict[str, Json] | None"
Node: TypeAlias = dict[str, Json]


def node_id(bound: Bound, profile: str) -> str:
    """The id of the node that an argument comes from."""
    if bound.kind == "parameter":
        return f"parameter:{bound.node}"
    if bound.cell is not None and bound.cell.node:
        return bound.cell.node
    submitted = bound.cell is None or bound.cell.is_input
    return f"cell:{bound.node}" if submitted else f"calculation:{profile}/{bound.node}"


def cell_id(cell: Cell, profile: str) -> str:
    if cell.node:
        return cell.node
    return f"cell:{cell.address}" if cell.is_input else f"calculation:{profile}/{cell.address}"


def cell_node(cell: Cell) -> Node:
    """A submitted figure: as typed, with the file, row and hash it came from (none of these for one that was not returned).

    `amount` × `factor`, rounded half-even to `places`, is what the account stores in `base_unit`.
    """
    made: Node = {
        "schema": SCHEMA,
        "kind": "cell",
        "id": cell.node or f"cell:{cell.address}",
        "measure": cell.measure,
        "region": cell.region,
        "period": cell.period,
        "key": key_text(cell.key),
        "state": str(cell.state),
        "amount": cell.amount or None,
        "unit": cell.unit,
        "reason": cell.reason,
    }
    fact = cell.fact
    if fact is None:
        return made
    origin = fact.origin
    factor = None if fact.amount is None else parse_unit(cell.unit).without_price_year().factor_to(parse_unit(cell.base_unit))
    return made | {
        "factor": None if factor is None else ratio(factor),
        "base_unit": cell.base_unit,
        "places": cell.places,
        "exact": fact.exact,
        "department": fact.department,
        "source": fact.source,
        "note": fact.note,
        "file": origin.file,
        "sha256": origin.sha256,
        "row": origin.row,
        "column": origin.column,
    }


def parameter_entry(parameter: Parameter, *, spread: bool = False) -> Node:
    """A coefficient or price with its source; `spread`: with its low and high, where a profile carries them to its totals."""
    return {
        "schema": SCHEMA,
        "kind": "parameter",
        "id": f"parameter:{parameter_node(parameter)}",
        "parameter": parameter.id,
        "key": key_text(parameter.key),
        "region": parameter.region,
        "amount": _decimal_text(parameter.value),
        **({"low": _decimal_text(parameter.low), "high": _decimal_text(parameter.high)} if spread else {}),
        "unit": parameter.unit,
        "status": parameter.status,
        "source": parameter.source,
        "locator": parameter.locator,
        "source_set": parameter.source_set,
        "valid_from": parameter.valid_from.isoformat(),
        "note": parameter.note,
        "file": parameter.file,
        "row": parameter.line,
    }


def _decimal_text(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def unknown_parameter(bound: Bound, *, spread: bool = False) -> Node:
    """The place of a coefficient or price that is not known, or that may not be used: a finding says why."""
    key, region = bound.asked or ((), "")
    return {
        "schema": SCHEMA,
        "kind": "parameter",
        "id": f"parameter:{bound.node}",
        "parameter": bound.node.split("/", 1)[0],
        "key": key_text(key),
        "region": region,
        "amount": None,
        **({"low": None, "high": None} if spread else {}),
        "unit": bound.unit,
        "status": "unknown",
        "source": "-",
        "locator": "",
        "source_set": "-",
        "valid_from": date.min.isoformat(),
        "note": "",
        "file": "",
        "row": 0,
    }


def keep(nodes: dict[str, Node], bound: Bound, profile: str, *, spread: bool = False) -> None:
    """Put the node of a submitted figure or parameter into the trace (a computed one has its own already)."""
    name = node_id(bound, profile)
    if name in nodes:
        return
    if bound.kind == "parameter":
        given = bound.parameter
        nodes[name] = unknown_parameter(bound, spread=spread) if given is None else parameter_entry(given, spread=spread)
    elif bound.cell is not None and bound.cell.is_input:
        nodes[name] = cell_node(bound.cell)


def argument(bound: Bound, profile: str, binding: bool) -> dict[str, Json]:
    return {
        "name": bound.name,
        "node": node_id(bound, profile),
        "state": str(bound.state),
        "amount": bound.amount or None,
        "unit": bound.unit,
        "factor": ratio(bound.factor),
        "places": bound.places,
        "reads": bound.read_in,
        "binding": binding,
    }


def ratio(value: Fraction) -> str:
    return str(value)


def calculation(
    plan: Plan,
    cell: Cell,
    profile: str,
    arguments: Sequence[dict[str, Json]],
    sums: Sequence[dict[str, Json]],
) -> Node:
    """A computed figure. Evaluating `expression` with fractions and rounding half-even to `places` gives `result` exactly."""
    rule = plan.rule
    return {
        "schema": SCHEMA,
        "kind": "calculation",
        "id": cell_id(cell, profile),
        "profile": profile,
        "measure": cell.measure,
        "region": cell.region,
        "period": cell.period,
        "key": key_text(cell.key),
        "rule": rule.id,
        "version": rule.version,
        "source": rule.source,
        "clause": rule.clause,
        "written": rule.expression,
        "expression": canonical(plan.tail),
        "arguments": list(arguments),
        "sums": list(sums),
        "places": plan.places,
        "rounding": "half_even",
        "unit": plan.unit,
        "state": str(cell.state),
        "result": cell.amount or None,
        "reason": cell.reason,
    }


def row_sum_node(
    row_product: RowProduct,
    owner: str,
    measured: Mapping[str, Json],
    rows: Sequence[dict[str, Json]] | None,
    selection: Mapping[str, Json],
) -> Node:
    """A sum over rows: every product evaluated in binary64 in the stated order, floor(x/q + 1/2), integers added.

    `rows` are given inline up to INLINE_ROWS, with the nodes of the row beside its values; beyond, `selection` says which rows of
    which record set they are.
    """
    return {
        "schema": SCHEMA,
        "kind": "row_sum",
        "id": f"row_sum:{owner}#{row_product.alias}",
        "fn": row_product.fn,
        "product": canonical(row_product.body),
        "inputs": list(row_product.inputs),
        "q": str(row_product.q),
        "libm": row_product.libm,
        "selection": dict(selection),
        **measured,
        "rows": None if rows is None else list(rows),
    }


def total_node(
    figure: str,
    profile: str,
    parts: Sequence[tuple[str, Cell]],
    result: str | None,
    state: str,
    unit: str,
    counts: Mapping[str, int],
) -> Node:
    """A three-state total: the exact sum of the parts that are applicable, unknown if one of them is."""
    return {
        "schema": SCHEMA,
        "kind": "total",
        "id": f"total:{figure}",
        "profile": profile,
        "parts": [{"node": i, "state": str(c.state), "amount": c.amount or None, "unit": c.unit} for i, c in parts],
        "unit": unit,
        "state": state,
        "result": result,
        **counts,
    }
