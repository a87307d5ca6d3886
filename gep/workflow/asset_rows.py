"""Lays an asset computation out as rows: the asset accounts with their totals, and the balance sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Key, Layout, Region, SheetLine, State
from gep.base.rounding import store
from gep.catalog.record import Catalog
from gep.catalog.tables import CAUSE, GROSS, INNER, RETURNED, column_of, matrix_dims, row_of, spot
from gep.engine.cells import Cell
from gep.engine.trace import SCHEMA, Json, Node, cell_id
from gep.explain.address import NO_KEY, Address
from gep.rules.plan import places_of
from gep.workflow.accounts import SUBMITTED, Figure
from gep.workflow.assets import AssetComputation
from gep.workflow.chain import AS_RETURNED
from gep.workflow.levels import TOTAL
from gep.workflow.transitions import TABLE, MatrixCell

HELD = (GROSS, INNER, RETURNED)  # measures beside the table, not of it


@dataclass(frozen=True)
class Placed:
    """A cell of a table with its row and column as printed."""

    layout: Layout
    row: str
    column: str
    instance: str
    cause: str
    cell: Cell
    total: bool


def placed(c: AssetComputation) -> Iterator[Placed]:
    """Every cell of the tables of a computation, those of total columns and higher regions marked."""
    leaves = frozenset(c.regions)
    regions = (*c.regions, *(r for r, _ in c.above))
    for layout in c.layouts:
        for measure in (m for m in c.method.measures.values() if m.table == layout.id and not m.id.endswith(HELD)):
            for region in regions:
                for key in c.cells.keys(measure.id, region, c.period):
                    cell = c.cells.get(measure.id, region, c.period, key)
                    where = _where(layout, measure.id, measure.dims, key)
                    if cell is not None and where is not None:
                        row, column, instance, cause, of_total = where
                        yield Placed(layout, row, column, instance, cause, cell, of_total or region not in leaves)


def _where(layout: Layout, measure: str, dims: tuple[str, ...], key: Key) -> tuple[str, str, str, str, bool] | None:
    """(row, column, instance, cause, whether it is a total column); None for a measure that is no cell of the table."""
    codes = dict(key)
    if layout.matrix:
        rows_dim, columns_dim = matrix_dims(layout)
        if rows_dim not in codes or columns_dim not in codes:
            return None
        row, column = codes[rows_dim], codes[columns_dim]
        totals = {c.code for c in layout.columns if c.total}
        return row, column, NO_KEY, codes.get(CAUSE, NO_KEY), column in totals or row[1:] in {t[1:] for t in totals}
    middle, _, code = measure.removeprefix(f"{layout.id}.").rpartition(".")
    row_line = row_of(layout, code)
    if row_line is None:
        return None
    instance = codes.get(layout.instance, NO_KEY) if layout.instance else NO_KEY
    cause = row_line.cause or NO_KEY
    scalar = column_of(layout, middle)
    if scalar is not None and scalar.scalar:
        return code, middle, instance, cause, False
    head = next((h for d, h in key if d != layout.instance), "")
    column_line = column_of(layout, head)
    if column_line is None or (len(codes) > len(dims)):
        return None
    return code, head, instance, cause, bool(column_line.total)


def asset_figures(c: AssetComputation, regions: Mapping[str, Region]) -> Iterator[tuple[str, Figure]]:
    """(table of the release, figure) for every cell."""
    for p in placed(c):
        measure = c.method.measures[p.cell.measure]
        place = regions[p.cell.region]
        row, column = row_of(p.layout, p.row), column_of(p.layout, p.column)
        named = {"scheme": c.profile, "instance": p.instance}
        address = Address("asset_account", p.cell.region, str(c.year), (p.layout.id, p.row, p.column, p.cause), named, given=4)
        body: dict[str, object] = {
            "region_code": p.cell.region, "year": c.year, "scheme": c.profile, "table_id": p.layout.id, "instance": p.instance,
            "row_code": p.row, "column_code": p.column, "cause": p.cause,
            "amount": None if p.cell.exact is None else store(p.cell.exact, places_of(measure)),
            "unit": measure.unit, "state": str(p.cell.state),
            "row_name": row.names.zh if row else None, "column_name": column.names.zh if column else None,
            "region_name": place.names.zh, "region_level": place.level, "method_id": _method(c, p.cell),
        }  # fmt: skip
        table = "asset_total" if p.total else "asset_account"
        yield table, Figure(address, body, cell_id(p.cell, c.profile), amount=p.cell.exact, low=p.cell.low, high=p.cell.high)


def matrix_figures(
    c: AssetComputation, cells: Sequence[MatrixCell], regions: Mapping[str, Region]
) -> Iterator[tuple[str, Figure]]:
    """(table of the release, figure) for the cells of matrices over several years."""
    leaves = frozenset(c.regions)
    for m in cells:
        layout = next(t for t in c.layouts if t.id == TABLE)
        row, column, place = row_of(layout, m.row), column_of(layout, m.column), regions[m.region]
        named = {"scheme": c.profile, "instance": m.instance}
        address = Address("asset_account", m.region, str(c.year), (TABLE, m.row, m.column, NO_KEY), named, given=4)
        body: dict[str, object] = {
            "region_code": m.region, "year": c.year, "scheme": c.profile, "table_id": TABLE, "instance": m.instance,
            "row_code": m.row, "column_code": m.column, "cause": NO_KEY, "amount": m.area, "unit": layout.unit,
            "state": str(State.VALUE), "row_name": row.names.zh if row else None,
            "column_name": column.names.zh if column else None, "region_name": place.names.zh, "region_level": place.level,
            "method_id": None,
        }  # fmt: skip
        yield "asset_account" if m.region in leaves else "asset_total", Figure(address, body, m.node, amount=Fraction(m.area))


def _method(c: AssetComputation, cell: Cell) -> str | None:
    """How the figure came about: as returned, carried over, the rule, or None for a total."""
    if (cell.measure, cell.region, cell.key) in c.carried.as_returned:
        return AS_RETURNED
    name = cell_id(cell, c.profile)
    if name.startswith(TOTAL):
        return None
    node = c.nodes.get(name, {})
    if node.get("kind") == "calculation":
        return f"{node['rule']}@{node['version']}"
    return SUBMITTED


def balance_sheet(c: AssetComputation, catalog: Catalog, regions: Mapping[str, Region]) -> Iterator[tuple[Figure, list[Node]]]:
    """The lines of the balance sheet of every region, each with the nodes of its opening, closing and change."""
    tables = {t.id for t in c.layouts}
    for region in (*c.regions, *(r for r, _ in c.above)):
        for line in catalog.sheet.values():
            if line.column and line.opening.split(".")[0] not in tables:
                continue
            for suffix, opening, closing in _amounts(c, catalog, line, region):
                yield _line(c, regions[region], line, suffix, opening, closing)


def _amounts(c: AssetComputation, catalog: Catalog, line: SheetLine, region: str) -> Iterator[tuple[str, Cell, Cell]]:
    """(suffix of the line, opening, closing): one pair, or one for each class that the table is repeated for."""
    first, last = (_spot(catalog, name, line.column) for name in (line.opening, line.closing))
    period = str(c.year)
    for key in c.cells.keys(last[0], region, period):
        if not set(last[1]) <= set(key):
            continue
        rest = [pair for pair in key if pair not in last[1]]
        opening, closing = c.cells.get(first[0], region, period, key), c.cells.get(last[0], region, period, key)
        if opening is not None and closing is not None:
            yield ".".join(code for _, code in rest), opening, closing


def _spot(catalog: Catalog, name: str, column: str) -> tuple[str, Key]:
    table, _, row = name.partition(".")
    found = spot(catalog.layouts, row, column, table) if column else None
    return (name, ()) if found is None else (found.measure, found.key)


def _line(
    c: AssetComputation, place: Region, line: SheetLine, suffix: str, opening: Cell, closing: Cell
) -> tuple[Figure, list[Node]]:
    unit, places = c.method.measures[closing.measure].unit, places_of(c.method.measures[closing.measure])
    code = f"{line.code}.{suffix}" if suffix else line.code
    address = Address("balance_sheet", place.code, str(c.year), (line.side, code), {"scheme": c.profile}, given=2)
    amounts = {"opening": _decimal(opening, places), "closing": _decimal(closing, places)}
    known = amounts["opening"] is not None and amounts["closing"] is not None
    change = (amounts["closing"] or Decimal(0)) - (amounts["opening"] or Decimal(0)) if known else None
    row: dict[str, object] = {
        "region_code": place.code, "year": c.year, "scheme": c.profile, "side": line.side, "line": code, **amounts,
        "change": change, "unit": unit, "line_name": line.names.zh, "region_name": place.names.zh, "region_level": place.level,
    }  # fmt: skip
    nodes = [_difference(c, address, opening, closing, change, unit)]
    for column, cell in (("opening", opening), ("closing", closing)):
        named: list[object] = c.nodes[cell_id(cell, c.profile)].setdefault("figures", [])  # type: ignore[assignment]
        named.append(f"{address.text()}#{column}")
    return Figure(address, row, cell_id(closing, c.profile), amount=closing.exact), nodes


def _difference(c: AssetComputation, address: Address, opening: Cell, closing: Cell, change: Decimal | None, unit: str) -> Node:
    """The change of a line, as a calculation that anyone can evaluate again."""
    arguments: list[Json] = [_argument(c, name, cell, unit) for name, cell in (("closing", closing), ("opening", opening))]
    made: Node = {
        "schema": SCHEMA, "kind": "calculation", "id": f"total:{address.text()}#change", "profile": c.profile,
        "measure": "balance_sheet", "region": address.region, "period": address.period, "key": "/".join(address.keys),
        "rule": "BS-00.change", "version": "1", "source": "asset_practice", "clause": "I5", "written": "closing - opening",
        "expression": "(closing - opening)", "arguments": arguments, "sums": [], "places": 6, "rounding": "half_even",
        "unit": unit, "state": str(State.VALUE if change is not None else State.NOT_AVAILABLE),
        "result": None if change is None else format(change, "f"), "reason": "",
    }  # fmt: skip
    return made


def _argument(c: AssetComputation, name: str, cell: Cell, unit: str) -> dict[str, Json]:
    return {
        "name": name, "node": cell_id(cell, c.profile), "state": str(cell.state), "amount": cell.amount or None,
        "unit": cell.unit, "factor": "1", "places": None, "reads": unit, "binding": True,
    }  # fmt: skip


def _decimal(cell: Cell, places: int) -> Decimal | None:
    return None if cell.exact is None else store(cell.exact, places)
