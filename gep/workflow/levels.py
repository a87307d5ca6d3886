"""Totals of asset accounts: over the columns of a table, and from the regions that return up to the city.

Amounts add up; flows between two places inside a region cancel there; ratios are never added but recomputed by their own rule.
Every row formula that is linear must then hold for the totals too: it is run over them as a second route, with no tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.records import Key, Layout, Measure, Region, State, key_of, key_text
from gep.base.rounding import store
from gep.base.states import Amount, total
from gep.catalog.tables import GROSS, INNER, dim_of, leaves_of, matrix_dims
from gep.engine.cells import Cell, Cells, gap
from gep.engine.trace import Node, cell_id, cell_node, total_node
from gep.rules.nodes import Bin, Convert, Name, Neg, Num
from gep.rules.nodes import Node as Tree
from gep.rules.plan import places_of
from gep.rules.product import Plan

TOTAL = "total:"
NONE = "#none"  # ends the node of a flow that nothing is returned of, because nothing passes
UNLIKE = "#unlike"  # ends the node of what stands for the parts of a total that are of different days


@dataclass(frozen=True)
class Unlike:
    """Of a term whose tables are cut at different days: the checks that do not run, and the cells that do not add up.

    `skipped`: check -> the regions in which it would set figures of different days against each other. `apart`: whether cells
    that are to be added up stand at different days.
    """

    skipped: Mapping[str, frozenset[str]]
    apart: Callable[[Sequence[Cell]], bool]

    def parts(self, measure: Measure, region: str, period: str, key: Key, parts: list[Cell]) -> list[Cell]:
        """The parts of a total; in their place one that is not available, where they are of different days."""
        if not self.apart(parts):
            return parts
        reason = "the parts are of different days"
        held = Cell(measure.id, region, period, key, State.NOT_AVAILABLE, None, "", measure.unit, reason=reason, gap=True)
        return [replace(held, node=f"cell:{held.address}{UNLIKE}")]


ALIKE = Unlike({}, lambda cells: False)  # of a year: every table is of its end


def total_cell(
    measure: str, region: str, period: str, key: Key, parts: Sequence[Cell], profile: str, unit: str, places: int = 6
) -> tuple[Cell, Node]:
    """The three-state total of some cells, as stored, with its trace node; unknown while an applicable part is."""
    stored = [_stored(p, unit, places) for p in parts]
    made = total(Amount(p.state, None if p.exact is None else Decimal(p.amount), "") for p in stored)
    text = "" if made.amount is None else format(made.amount, "f")
    exact = None if made.amount is None else Fraction(made.amount)
    name = f"{measure}/{region}/{period}/{key_text(key) or '-'}"
    counts = {"n_value": made.n_value, "n_missing": made.n_missing, "n_not_applicable": made.n_not_applicable}
    pairs = [(cell_id(p, profile), s) for p, s in zip(parts, stored, strict=True)]
    node = total_node(f"{profile}/{name}", profile, pairs, text or None, str(made.state), unit, counts)
    known = exact is not None and all(p.low is not None and p.high is not None for p in parts if p.exact is not None)
    low = sum((p.low for p in parts if p.low is not None), Fraction(0)) if known else None
    high = sum((p.high for p in parts if p.high is not None), Fraction(0)) if known else None
    cell = Cell(measure, region, period, key, made.state, exact, text, unit, low, high, base_unit=unit, node=str(node["id"]))
    return cell, node


def _stored(cell: Cell, unit: str, places: int) -> Cell:
    """A cell as the account stores it: in the unit of the measure, rounded to its places."""
    if cell.exact is None or not cell.is_input:
        return cell
    return replace(cell, amount=format(store(cell.exact, places), "f"), unit=unit)


def over_columns(
    cells: Cells,
    layouts: Iterable[Layout],
    measures: Mapping[str, Measure],
    regions: Sequence[str],
    period: str,
    profile: str,
    unlike: Unlike = ALIKE,
) -> dict[str, Node]:
    """Put the total columns of every row of the tables beside their parts."""
    nodes: dict[str, Node] = {}
    for layout in layouts:
        for measure in (m for m in measures.values() if m.table == layout.id and "class" in m.additive):
            for dim, code, parts in total_columns(layout, measure):
                for region in regions:
                    _column(cells, measure, region, period, dim, code, parts, profile, nodes, unlike)
    return nodes


def total_columns(layout: Layout, measure: Measure) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(dimension, total code, plain codes) of the total columns that a measure of the table has."""
    if layout.matrix:
        rows_dim, columns_dim = matrix_dims(layout)
        plain_columns = tuple(c.code for c in layout.columns if not c.total)
        for column in (c for c in layout.columns if c.total):
            yield columns_dim, column.code, plain_columns
            row = next(r.code for r in layout.rows if r.code[1:] == column.code[1:])
            yield rows_dim, row, tuple(r.code for r in layout.rows if r.code != row)
        return
    for column in (c for c in layout.columns if c.total):
        dim = dim_of(layout, column.block)
        row = measure.id.removesuffix(".returned").rpartition(".")[2]
        if dim in measure.dims and (not column.rows or row in column.rows):
            yield dim, column.code, leaves_of(layout, column, row)


def _column(
    cells: Cells,
    measure: Measure,
    region: str,
    period: str,
    dim: str,
    code: str,
    parts: tuple[str, ...],
    profile: str,
    nodes: dict[str, Node],
    unlike: Unlike,
) -> None:
    around = dict.fromkeys(tuple(p for p in key if p[0] != dim) for key in cells.keys(measure.id, region, period))
    for rest in around:
        there = [cells.get(measure.id, region, period, key_of({**dict(rest), dim: part})) for part in parts]
        key = key_of({**dict(rest), dim: code})
        if cells.get(measure.id, region, period, key) is not None or not any(there):
            continue
        lacking = [key_of({**dict(rest), dim: p}) for p, c in zip(parts, there, strict=True) if c is None]
        lacking = [key_of({**dict(rest), dim: p}) for p, c in zip(parts, there, strict=True) if c is None]
        missing = [gap(measure, region, period, k) for k in lacking]
        found = unlike.parts(measure, region, period, key, [c for c in there if c is not None] + missing)
        made, node = total_cell(measure.id, region, period, key, found, profile, measure.unit, places_of(measure))
        cells.put(made)
        nodes[str(node["id"])] = node
        for part in (c for c in found if c.gap):
            nodes[cell_id(part, profile)] = cell_node(part)


def parents(regions: Mapping[str, Region], leaves: Sequence[str]) -> list[tuple[str, tuple[str, ...]]]:
    """(region, the leaf regions below it) for every region above the leaves, the lowest first."""
    below: dict[str, list[str]] = {}
    depth: dict[str, int] = {}
    for leaf in leaves:
        step, height = regions[leaf].parent, 1
        while step:
            below.setdefault(step, []).append(leaf)
            depth[step] = max(depth.get(step, 0), height)
            step, height = regions[step].parent if step in regions else "", height + 1
    return sorted(((r, tuple(found)) for r, found in below.items() if r in regions), key=lambda pair: (depth[pair[0]], pair[0]))


def inside(regions: Mapping[str, Region], region: str, top: str) -> bool:
    """Whether a region is `top` or lies below it; everything is inside no region in particular."""
    while top and region != top and region in regions:
        region = regions[region].parent
    return region == top or not top


def over_regions(
    cells: Cells,
    wanted: Iterable[Measure],
    parent: str,
    leaves: Sequence[str],
    period: str,
    profile: str,
    opened: frozenset[str],
    unlike: Unlike = ALIKE,
) -> dict[str, Node]:
    """Put the total over its leaf regions of every measure that adds up over regions; a figure the region has itself stays.

    `opened`: dimensions that list what there is (minerals): a place without the code has none of it. Of any other key a place
    without a figure makes the total unknown. A flow that is netted becomes its `.gross`, and what stays inside its `.inner`.
    """
    nodes: dict[str, Node] = {}
    all_measures = list(wanted)
    netted = {m.nets: m for m in all_measures if m.nets}
    for measure in all_measures:
        if "region" not in measure.additive or measure.id.endswith((GROSS, INNER)):
            continue
        name = measure.id + GROSS if measure.id in netted else measure.id
        for key in dict.fromkeys(k for leaf in leaves for k in cells.keys(measure.id, leaf, period)):
            parts = [cells.get(measure.id, leaf, period, key) or _absent(measure, leaf, period, key, opened) for leaf in leaves]
            found = unlike.parts(measure, parent, period, key, [p for p in parts if p is not None])
            _put(cells, name, parent, period, key, found, measure, profile, nodes)
        if measure.id in netted:
            _inner(cells, netted[measure.id], {m.id: m for m in all_measures}, parent, leaves, period, profile, nodes)
    return nodes


def _absent(measure: Measure, region: str, period: str, key: Key, opened: frozenset[str]) -> Cell | None:
    if opened.intersection(d for d, _ in key):
        return None
    return gap(measure, region, period, key)


def _inner(
    cells: Cells,
    part: Measure,
    measures: Mapping[str, Measure],
    parent: str,
    leaves: Sequence[str],
    period: str,
    profile: str,
    nodes: dict[str, Node],
) -> None:
    """What the places of a region return as coming from or going to one another, by the other keys of the flow.

    A place that returns any part of the flow has returned all of them. One that returns none is known where the flow is zero, or
    where every other place says what it got from or gave to whom.
    """
    whole = measures[part.nets]
    counterpart = next(d for d in part.dims if d not in whole.dims)
    inside: dict[Key, list[Cell]] = {}
    for leaf in leaves:
        for key in cells.keys(part.id, leaf, period):
            cell = cells.get(part.id, leaf, period, key)
            if cell is not None and dict(key)[counterpart] in leaves:
                inside.setdefault(tuple(p for p in key if p[0] != counterpart), []).append(cell)
    mirror = measures.get(part.mirror)
    open_places = [leaf for leaf in leaves if not _says(cells, part, leaf, period)]
    for key in cells.keys(whole.id + GROSS, parent, period):
        unknown = [
            gap(part, leaf, period, key)
            for leaf in open_places
            if not _is_zero(cells.get(whole.id, leaf, period, key))
            and not _others_say(cells, mirror, measures, [o for o in leaves if o != leaf], period)
        ]
        parts = [*inside.get(key, []), *unknown] or [_zero(whole, parent, period, key)]
        _put(cells, whole.id + INNER, parent, period, key, parts, whole, profile, nodes)


def _says(cells: Cells, part: Measure, region: str, period: str) -> bool:
    return bool(cells.keys(part.id, region, period))


def _others_say(
    cells: Cells, mirror: Measure | None, measures: Mapping[str, Measure], others: Sequence[str], period: str
) -> bool:
    """Whether every other place returns the other side of the flow, or has none of it at all."""
    if mirror is None:
        return False
    flow = mirror.nets
    return all(
        _says(cells, mirror, other, period)
        or (bool(keys := cells.keys(flow, other, period)) and all(_is_zero(cells.get(flow, other, period, k)) for k in keys))
        for other in others
    )


def _is_zero(cell: Cell | None) -> bool:
    return cell is not None and cell.exact == 0


def _zero(measure: Measure, region: str, period: str, key: Key) -> Cell:
    """Nothing passes between the places: each of them says so."""
    node = f"cell:{measure.id}{INNER}/{region}/{period}/{key_text(key)}{NONE}"
    zero = Fraction(0)
    return Cell(
        measure.id, region, period, key, State.VALUE, zero, "0", measure.unit, zero, zero, base_unit=measure.unit, node=node
    )


def _put(
    cells: Cells,
    name: str,
    region: str,
    period: str,
    key: Key,
    parts: Sequence[Cell],
    measure: Measure,
    profile: str,
    nodes: dict[str, Node],
) -> None:
    if cells.get(name, region, period, key) is not None:
        return
    made, node = total_cell(name, region, period, key, parts, profile, measure.unit, places_of(measure))
    cells.put(made)
    nodes[str(node["id"])] = node
    for part in (p for p in parts if p.gap or p.node.endswith(NONE)):
        nodes[cell_id(part, profile)] = cell_node(part)


def mirrored(
    cells: Cells, measures: Mapping[str, Measure], leaves: Sequence[str], period: str, unlike: Unlike = ALIKE
) -> Iterator[Finding]:
    """A flow between two places is returned alike by both, and what passes to other places is no more than the whole flow.

    What is of different days is not held against each other.
    """
    for measure in (m for m in measures.values() if m.mirror):
        for leaf in leaves:
            for key in cells.keys(measure.id, leaf, period):
                yield from _mirror(cells, measure, leaf, period, key, leaves, unlike)
            yield from _within(cells, measure, measures[measure.nets], leaf, period, unlike)


def _within(cells: Cells, part: Measure, whole: Measure, region: str, period: str, unlike: Unlike) -> Iterator[Finding]:
    counterpart = next(d for d in part.dims if d not in whole.dims)
    parts: dict[Key, list[Cell]] = {}
    for key in cells.keys(part.id, region, period):
        cell = cells.get(part.id, region, period, key)
        parts.setdefault(tuple(p for p in key if p[0] != counterpart), []).extend([cell] if cell is not None else [])
    for key, several in parts.items():
        amount = sum((c.exact for c in several if c.exact is not None), Fraction(0))
        flow = cells.get(whole.id, region, period, key)
        if flow is None or flow.exact is None or amount <= flow.exact or unlike.apart([*several, flow]):
            continue
        place = Place(key=f"{whole.id}/{region}/{period}/{key_text(key) or '-'}")
        shown = store(amount, 6), store(flow.exact, 6)
        yield finding(
            "ASSET-FLOW-ABOVE", place, found=f"{shown[0]} {part.unit}", expected=f"≤ {shown[1]} {whole.unit}",
            difference=shown[0] - shown[1], item=part.id, holes={"whole": whole.id},
        )  # fmt: skip


def _mirror(
    cells: Cells, measure: Measure, leaf: str, period: str, key: Key, leaves: Sequence[str], unlike: Unlike
) -> Iterator[Finding]:
    one = cells.get(measure.id, leaf, period, key)
    dim = next((d for d, code in key if code in leaves), "")
    if one is None or not dim:
        return
    other_key = key_of({**dict(key), dim: leaf})
    other = cells.get(measure.mirror, dict(key)[dim], period, other_key)
    if other is not None and (other.exact == one.exact or unlike.apart([one, other])):
        return
    place = Place(one.fact.origin.file, one.fact.origin.row, key=one.address) if one.fact is not None else Place(key=one.address)
    found, expected = f"{one.amount} {one.unit}", "-" if other is None else f"{other.amount} {other.unit}"
    gap = "" if other is None or other.exact is None or one.exact is None else store(one.exact - other.exact, 6)
    yield finding(
        "ASSET-FLOW-UNMATCHED", place, found=found, expected=expected, difference=gap,
        item=measure.id, region=dict(key)[dim], holes={"mirror": measure.mirror},
    )  # fmt: skip


def is_linear(plan: Plan) -> bool:
    """Whether the formula only adds, subtracts and multiplies by numbers, so that it holds for totals as for their parts."""
    return not plan.products and _linear(plan.tail)


def _linear(node: Tree) -> bool:
    match node:
        case Name() | Num():
            return True
        case Neg() | Convert():
            return _linear(node.x)
        case Bin(op="+") | Bin(op="-"):
            return (
                _linear(node.left) and _linear(node.right) and not isinstance(node.left, Num) and not isinstance(node.right, Num)
            )
        case Bin(op="*"):
            return (isinstance(node.left, Num) and _linear(node.right)) or (isinstance(node.right, Num) and _linear(node.left))
        case Bin(op="/"):
            return isinstance(node.right, Num) and _linear(node.left)
    return False
