"""The bridges that a tenure declares, as `[[bridge]]` in its file: read into records and checked against the book.

[[bridge]]                 # every stock of a table, by the openings that the book states anew
year = 2020
table = "LA-01"
document = "…"

[[bridge]]                 # one cell, with both figures of the end of 2019
year = 2020
table = "LA-01"
row = "R40"
key = "la01:C02"
before = "14116.25"
after = "13722.94"
unit = "hm2"
document = "…"
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from gep.base.findings import Finding, Place, finding
from gep.base.records import Layout, key_text
from gep.book import Book
from gep.catalog.fields import Fields
from gep.workflow.audit.balances import in_unit_of, line_of, stock_lines
from gep.workflow.audit.records import Bridge
from gep.workflow.audit.toml_file import LONGEST

MOST_DIGITS = 30  # before the point of an amount


def read_bridge(entry: Mapping[str, object], number: int, file: str, findings: list[Finding]) -> Bridge | None:
    """A bridge; None where its year is none. One of a cell has both figures and their unit, one of a table neither."""
    b = Fields(entry, Place(file, key=f"bridge {number}"), findings)
    year = b.raw("year")
    if isinstance(year, bool) or not isinstance(year, int):
        b.complain("AUDIT-WHOLE", "year", found=repr(year)[:LONGEST], expected="2020, …")
        year = None
    row, unit = b.text("row"), b.text("unit")
    ends = b.number("before", required=bool(row)), b.number("after", required=bool(row))
    table, document, region, key = (
        b.text("table", required=True),
        b.text("document", required=True),
        b.text("region"),
        b.key("key"),
    )
    if row and not unit:
        b.complain("CATALOG-FIELD-MISSING", "unit")
    if not row and (key or unit or ends != (None, None)):
        b.complain("CATALOG-FIELD-MISSING", "row")
    for name, end in zip(("before", "after"), ends, strict=True):
        if end is not None and end.adjusted() > MOST_DIGITS:
            b.malformed(name, str(end), "a number")
    b.done()
    return None if year is None else Bridge(year, table, document, region, row, key, *ends, unit)


def check_bridges(bridges: Sequence[Bridge], book: Book, place: Place) -> Iterator[Finding]:
    """Bridges of tables, cells and regions that the book does not have, or in a unit that does not fit; two of one cell."""
    taken: dict[object, int] = {}
    for n, b in enumerate(bridges, 1):
        at = Place(place.file, key=f"bridge {n}")
        layout = book.catalog.layouts.get(b.table)
        if b.table and layout is None:
            yield finding("AUDIT-TABLE", at, found=b.table, expected=", ".join(sorted(book.catalog.layouts)))
        if b.region and b.region not in book.config.regions:
            yield finding("AUDIT-REGION", at, found=b.region, expected=", ".join(list(book.config.regions)[:20]))
        if layout is not None and b.row:
            yield from _bridged_cell(b, layout, book, at)
        first = taken.setdefault((b.year, b.table, b.region, b.row, b.key), n)
        if first != n:
            yield finding("AUDIT-BRIDGE-TWICE", at, found=f"bridge {n}", expected=f"bridge {first}")


def _bridged_cell(b: Bridge, layout: Layout, book: Book, at: Place) -> Iterator[Finding]:
    measures = book.catalog.measures
    line = line_of(stock_lines([layout], measures), measures, b.table, b.row, b.key)
    if line is None:
        yield finding("AUDIT-BRIDGE-CELL", at, found=f"{b.table}.{b.row} {key_text(b.key)}".strip())
    elif b.unit and b.before is not None and in_unit_of(b.before, b.unit, measures[line.measure].unit) is None:
        yield finding("AUDIT-BRIDGE-UNIT", at, found=b.unit, expected=measures[line.measure].unit)
