"""Reads asset tables and the lines of the balance sheet from TOML: rows, columns, units and signs, and no formula."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gep.base.findings import Place
from gep.base.records import Layout, LayoutColumn, LayoutRow, SheetLine
from gep.catalog.fields import Fields
from gep.catalog.read import unit
from gep.catalog.words import kind_holes

SIDES = ("asset", "liability", "net")
ADJUSTMENTS = ("", "up", "down")
SIGNS = ("", "+", "-", "±")
CAUSES = ("", "human", "natural", "adjustment")
ROUNDINGS = ("gbt8170", "half_up")


def layout(name: str, f: Fields) -> Layout:
    rows = tuple(_layout_row(b, name, f) for b in f.tables("row"))
    columns = tuple(_layout_column(b, name, f) for b in f.tables("column"))
    rounding: Any = f.choice("rounding", ROUNDINGS, default="gbt8170")
    made = Layout(
        id=name,
        names=f.names(),
        unit=unit(f, "unit", f.text("unit", required=True)),
        rows=rows,
        columns=columns,
        department=f.text("department"),
        provenance=f.text("provenance", required=True),
        instance=f.text("instance"),
        matrix=f.flag("matrix"),
        balance=f.flag("balance"),
        rounding=rounding,
        file=f.place.file,
    )
    if not rows or not columns:
        f.complain("CATALOG-FIELD-MISSING", "column" if rows else "row")
    known_rows, known_columns = {r.code for r in rows}, {c.code for c in columns}
    _known_codes(f, "closing", [r.closing for r in rows if r.closing], known_rows)
    _known_codes(f, "rows", [code for c in columns for code in c.rows], known_rows)
    _known_codes(f, "total", [code for c in columns for code in c.total], known_columns)
    for kind, listed in (("row", [r.code for r in rows]), ("column", [c.code for c in columns])):
        for code in sorted({c for c in listed if listed.count(c) > 1}):
            f.complain("CATALOG-DUPLICATE", kind, expected=f.place.file, name=code, **kind_holes(kind))
    f.done()
    return made


def _known_codes(f: Fields, column: str, codes: Sequence[str], known: set[str]) -> None:
    for code in codes:
        if code not in known:
            f.complain("CATALOG-FIELD-CHOICE", column, found=code, expected=" | ".join(sorted(known)))


def _layout_row(body: Mapping[str, object], table: str, f: Fields) -> LayoutRow:
    r = Fields(body, Place(f.place.file, key=f"{table}.{body.get('code', '')}"), f.findings)
    adjustment: Any = r.choice("adjustment", ADJUSTMENTS, default="")
    made = LayoutRow(
        code=r.text("code", required=True),
        names=r.names(),
        sign=r.choice("sign", SIGNS, default=""),
        stock=r.flag("stock"),
        cause=r.choice("cause", CAUSES, default=""),
        closing=r.text("closing"),
        adjustment=adjustment,
        unit=unit(r, "unit", r.text("unit")),
    )
    r.done()
    return made


def _layout_column(body: Mapping[str, object], table: str, f: Fields) -> LayoutColumn:
    c = Fields(body, Place(f.place.file, key=f"{table}.{body.get('code', '')}"), f.findings)
    made = LayoutColumn(
        code=c.text("code", required=True),
        names=c.names(),
        block=c.text("block"),
        unit=unit(c, "unit", c.text("unit")),
        scalar=c.flag("scalar"),
        total=c.texts("total"),
        rows=c.texts("rows"),
    )
    c.done()
    return made


def sheet_line(name: str, f: Fields) -> SheetLine:
    side: Any = f.choice("side", SIDES)
    opening, closing = f.text("opening", required=True), f.text("closing", required=True)
    made = SheetLine(name, f.names(), side, opening, closing, f.text("column"), f.place.file)
    f.done()
    return made
