"""The cell of an asset table that a dated event or an observation names: whether there is one, and whether its unit fits."""

from __future__ import annotations

from collections.abc import Iterator

from gep.base.records import Key, Layout, LayoutColumn, LayoutRow, key_text
from gep.base.units import UnitError, parse_unit
from gep.catalog.fields import Fields
from gep.catalog.record import Catalog
from gep.catalog.tables import dim_of, row_of


def check_cell(f: Fields, catalog: Catalog, cell: tuple[str, str, Key], unit: str, *, stock: bool) -> None:
    """Complain of a table, row or key that the catalogue does not have, and of a unit that cannot become that of the cell.

    `stock`: a stock of a day is wanted, else a change of a year.
    """
    table, row, key = cell
    if not table or not row:
        return  # told as a field that is missing
    layout = catalog.layouts.get(table)
    if layout is None or layout.matrix:
        known = ", ".join(sorted(t for t, held in catalog.layouts.items() if not held.matrix))
        f.complain("AUDIT-TABLE", "table", found=table, expected=known)
        return
    line = row_of(layout, row)
    if line is None or line.stock != stock:
        known = ", ".join(r.code for r in layout.rows if r.stock == stock)
        code = "AUDIT-ROW-UNKNOWN" if line is None else "AUDIT-ROW-STOCK" if stock else "AUDIT-ROW-FLOW"
        f.complain(code, "row", found=row, expected=known, table=table)
        return
    fits = [c for c in _columns(layout, line) if _names(layout, c, key)]
    if len(fits) != 1:
        code = "AUDIT-KEY-SEVERAL" if fits else "AUDIT-KEY"
        shown = [c.code for c in fits] if fits else list(_written(layout, line))
        f.complain(code, "key", found=key_text(key) or "-", expected=", ".join(shown) or "-", table=table, row=row)
        return
    if layout.instance:
        instance = dict(key)[layout.instance]
        codes = catalog.codes.get(layout.instance, {})
        if instance not in codes:
            f.complain("AUDIT-KEY", "key", found=instance, expected=", ".join(sorted(codes)[:20]), table=table, row=row)
    _check_unit(f, unit, fits[0].unit or line.unit or layout.unit)


def _columns(layout: Layout, line: LayoutRow) -> list[LayoutColumn]:
    """The columns that the row has, without totals: nobody decides on a total."""
    return [c for c in layout.columns if not c.total and (not c.rows or line.code in c.rows)]


def _names(layout: Layout, column: LayoutColumn, key: Key) -> bool:
    """Whether a key names this column of the table, whatever the instance."""
    given = {dim: code for dim, code in key if dim != layout.instance}
    around = {dim for dim, _ in key} & {layout.instance}
    wanted = {} if column.scalar else {dim_of(layout, column.block): column.code}
    return given == wanted and around == ({layout.instance} if layout.instance else set())


def _written(layout: Layout, line: LayoutRow) -> Iterator[str]:
    """The keys of a row as they are written."""
    around = f"{layout.instance}:…" if layout.instance else ""
    for column in _columns(layout, line):
        own = "" if column.scalar else f"{dim_of(layout, column.block)}:{column.code}"
        yield ";".join(sorted(filter(None, (around, own)))) or '""'


def _check_unit(f: Fields, unit: str, wanted: str) -> None:
    if not unit:
        return
    try:
        fits = parse_unit(unit).without_price_year().compatible(parse_unit(wanted).without_price_year())
    except UnitError as error:
        f.complain("CATALOG-UNIT", "unit", found=unit, reason=error.reason, near=wanted)
        return
    if not fits:
        f.complain("AUDIT-UNIT", "unit", found=unit, expected=wanted)
