"""What a comparison of profiles or vintages reads of traces: the lines that GEP adds up, as sides of a change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.accounts.decompose import Change, ratio_change
from gep.accounts.decompose import Side as LineSide
from gep.base.rounding import store
from gep.explain.address import NAMED, NO_KEY, Address, parse
from gep.explain.again import argument_value
from gep.explain.change import Ratio
from gep.explain.leaf_parts import Ground
from gep.explain.side import Ref, Side
from gep.workflow.change_pairs import GDP, GGI

Row = Mapping[str, Any]
LineKey = tuple[str, ...]  # region, zone, service, benefit, product, ecosystem
LINE_NAMES = ("region", "zone", "service", "benefit", "product", "ecosystem")
GGI_PLACES = 12


def total_node(row: Row) -> str:
    """The id of the trace node of GEP in a row of gep_total."""
    named = {n: str(row[n]) for n in NAMED["gep_total"]}
    return f"total:{Address('gep_total', str(row['region_code']), str(row['year']), named=named).text()}#gep"


def line_refs(side: Side, row: Row) -> dict[LineKey, Ref]:
    """The value nodes that GEP in a row of gep_total is the total of, by the keys of their lines."""
    found = {}
    for part in side.nodes[total_node(row)]["parts"]:
        ref = Ref(side, part["node"])
        address = next(parse(f) for f in ref.node["figures"] if f.startswith("value_account/"))
        found[(address.region, address.named.get("zone", NO_KEY), *address.keys)] = ref
    return found


def line_side(ref: Ref | None, ground: tuple[Fraction, Fraction] | None = None) -> LineSide | None:
    """A value node as one side of a change, for the eye: its quantity and the price it was multiplied by, if it has them."""
    if ref is None:
        return None
    node = ref.node
    value = None if node["result"] is None else Fraction(node["result"])
    given = {a["name"]: a for a in node["arguments"] if a["amount"] is not None}
    area, whole = ground if ground is not None else (None, None)
    quantity = argument_value(given["quantity"]) if "quantity" in given else None
    price = Fraction(1) if "price" in given else None
    for name in ("price", "rate"):
        if price is not None and name in given:
            price *= argument_value(given[name])
    unit = str(given["quantity"]["reads"]) if "quantity" in given else ""
    method = str(ref.side.nodes[given["quantity"]["node"]].get("rule") or "") if "quantity" in given else ""
    return LineSide(value, quantity, price, area, whole, method, unit, applies=node["state"] != "not_applicable")


def ground_of(left: Mapping[str, Fraction] | None, right: Mapping[str, Fraction] | None, name: str) -> Ground | None:
    """The ground of a class in a region whose areas are known on both sides; None for a line that does not go by area."""
    if left is None or right is None or name not in left or name not in right:
        return None
    return Ground((left[name], right[name]), (sum(left.values(), Fraction(0)), sum(right.values(), Fraction(0))))


def index_ratio(left: Row | None, right: Row | None, gep: Change) -> Ratio | None:
    """The change of the green-gold index; None where a side has none, or where GEP is not explained in full.

    `left`, `right`: rows of green_gold_index. Raises AssertionError if a stored index is not its GEP ÷ GDP.
    """
    if left is None or right is None or gep.residual != 0:
        return None
    if any(r[n] is None for r in (left, right) for n in ("gep", "gdp", "ggi")) or not left["gdp"] or not right["gdp"]:
        return None
    geps, gdps = (tuple(Fraction(r[n]) for r in (left, right)) for n in ("gep", "gdp"))
    change = ratio_change((geps[0], geps[1]), (gdps[0], gdps[1]), gep.parts, GGI_PLACES)
    for row, told in ((left, change.left), (right, change.right)):
        if Fraction(store(Decimal(row["ggi"]), GGI_PLACES)) != told:
            raise AssertionError(f"green_gold_index {row['region_code']}: {row['gep']} / {row['gdp']} is stored as {row['ggi']}")
    states = (str(left["gdp_vintage"] or ""), str(right["gdp_vintage"] or ""))
    return Ratio("ggi", GGI, GDP, "1", change, states)


def by_place(found: Iterable[Row], *names: str) -> dict[tuple[Any, ...], Row]:
    """Rows by their keys."""
    return {tuple(r[n] for n in names): r for r in found}
