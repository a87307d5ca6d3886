"""A figure address in words: what it is of, as lists of revisions and of published figures name it."""

from __future__ import annotations

from collections.abc import Iterator

from gep.base.records import Layout, Names
from gep.catalog.tables import row_of
from gep.explain.address import COLUMNS, NO_KEY, POSITIONAL, Address
from gep.workflow.forms.common import CLASS_NAMES, GEP_NAMES
from gep.workflow.forms.reader import Reader
from gep.workflow.indices import COLUMNS as INDEX_COLUMNS

TOTALS = {**CLASS_NAMES, "gep": GEP_NAMES}
SIDES = {
    "closing": Names("期末", "closing"),
    "opening": Names("期初", "opening"),
    "change": Names("变动", "change"),
}
PHYSICAL = Names("实物量", "quantity")
VALUE = Names("价值量", "value")
CONSTANT = "constant:"


def figure_names(reader: Reader, address: Address) -> Names:
    """What a figure is of, without its region and year."""
    match address.view:
        case "gep_total":
            parts = [TOTALS[address.with_column]]
        case "green_gold_index":
            parts = [reader.book.catalog.measures[INDEX_COLUMNS[address.with_column][0]].names]
        case "balance_sheet":
            parts = list(_of_sheet(reader, address))
        case "asset_account":
            parts = list(_of_table(reader, address))
        case _:
            parts = list(_of_account(reader, address))
    basis = address.named.get("price_basis", "")
    if basis.startswith(CONSTANT):
        year = basis.removeprefix(CONSTANT)
        parts.append(Names(f"{year} 年不变价", f"at constant prices of {year}"))
    return Names(" · ".join(p.zh for p in parts), " · ".join(p.en for p in parts))


def _of_account(reader: Reader, address: Address) -> Iterator[Names]:
    for scheme, code in address.key().items():
        if code != NO_KEY:
            yield TOTALS[code] if scheme == "service" and code in TOTALS else reader.code(scheme, code)
    yield PHYSICAL if address.view == "physical_account" else VALUE


def _of_sheet(reader: Reader, address: Address) -> Iterator[Names]:
    code = address.key()["line"]
    declared = reader.book.catalog.sheet
    name = max((n for n in declared if code == n or code.startswith(f"{n}.")), key=len, default="")
    yield declared[name].names if name else Names(code, code)
    rest = code.removeprefix(name).removeprefix(".") if name else ""
    if rest:
        layout = reader.book.catalog.layouts.get(declared[name].opening.partition(".")[0])
        yield reader.code(layout.instance if layout is not None else "", rest)
    yield SIDES[address.with_column]


def _of_table(reader: Reader, address: Address) -> Iterator[Names]:
    table, row, column, cause = address.keys
    layout: Layout | None = reader.book.catalog.layouts.get(table)
    instance = address.named.get("instance", NO_KEY)
    yield Names(table, table)
    if layout is None:  # a table that the catalogue has no more
        yield from (Names(code, code) for code in (row, column, cause, instance) if code != NO_KEY)
        return
    if instance != NO_KEY:
        yield reader.code(layout.instance, instance)
    line = row_of(layout, row)
    yield line.names if line is not None else Names(row, row)
    head = next((c.names for c in layout.columns if c.code == column), Names(column, column))
    if column != NO_KEY:
        yield head
    if layout.matrix and cause != NO_KEY:
        yield reader.code("cause", cause)


def depth(address: Address) -> int:
    """How far a figure is split: 0 for a total by nature, else the keys it has beside the first."""
    columns = COLUMNS[address.view]
    main = 0 if address.with_column == columns[0] else 1
    return main + sum(key != NO_KEY for key in address.keys[1:]) if POSITIONAL[address.view] else main
