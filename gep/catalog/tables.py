"""What an asset table declares besides its look: the measures of its rows, the codes of its columns, and where a cell stands.

A layout has no formula. Row × block gives a measure (`LA-01.R21`, `FT-01.V.R21`, `LQ-01.CAV.R10`), the plain columns of a block
a code scheme (`la01`, `ft01v`); total and scalar columns are no codes. An opening row and the rows that take a re-stated opening
have a second measure for what the department returns (`LA-01.R10.returned`): the account itself may hold another figure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType

from gep.base.records import Code, Input, Key, Layout, LayoutColumn, LayoutRow, Measure, Names, Rule, key_of

RETURNED = ".returned"
ACCOUNT = "asset_account"
CAUSE = "cause"
TOTAL = "total"  # the mark of a code that stands for a total column
MATRIX = "area"  # the one measure of a matrix


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a cell of a table stands: the measure and key of the account; `total` lists the columns a total column adds up."""

    table: str
    row: str
    column: str
    measure: str
    key: Key
    total: tuple[str, ...] = ()


def dim_of(layout: Layout, block: str = "") -> str:
    """The code scheme of the plain columns of a block: LA-01 → la01, the areas of FT-01 → ft01a."""
    return (layout.id + block).replace("-", "").lower()


def matrix_dims(layout: Layout) -> tuple[str, str]:
    """The code schemes of the rows and the columns of a matrix."""
    return f"{dim_of(layout)}_from", f"{dim_of(layout)}_to"


def plain_columns(layout: Layout, block: str = "") -> tuple[LayoutColumn, ...]:
    """The columns of a block that are neither totals nor figures of the whole row."""
    return tuple(c for c in layout.columns if c.block == block and not c.scalar and not c.total)


def measure_id(layout: Layout, row: str, column: LayoutColumn) -> str:
    """The measure a cell belongs to."""
    if layout.matrix:
        return f"{layout.id}.{MATRIX}"
    part = column.code if column.scalar else column.block
    return ".".join(p for p in (layout.id, part, row) if p)


def row_of(layout: Layout, code: str) -> LayoutRow | None:
    return next((r for r in layout.rows if r.code == code), None)


def column_of(layout: Layout, code: str) -> LayoutColumn | None:
    return next((c for c in layout.columns if c.code == code), None)


def codes_of(layout: Layout) -> Iterator[Code]:
    """The columns as codes, and the rows of a matrix; those of totals are marked, so that no rule runs over them."""
    if layout.matrix:
        rows_dim, columns_dim = matrix_dims(layout)
        yield from (_code(layout, rows_dim, r.code, r.names, total=_is_total_row(layout, r)) for r in layout.rows)
        yield from (_code(layout, columns_dim, c.code, c.names, total=bool(c.total)) for c in layout.columns)
        return
    for block in blocks(layout):
        dim = dim_of(layout, block)
        columns = [c for c in layout.columns if c.block == block and not c.scalar]
        yield from (_code(layout, dim, c.code, c.names, total=bool(c.total)) for c in columns)


def _code(layout: Layout, dim: str, code: str, names: Names, *, total: bool) -> Code:
    attrs = MappingProxyType({TOTAL: "yes"} if total else {})
    return Code(dim, code, names, attrs=attrs, file=layout.file)


def blocks(layout: Layout) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.block for c in layout.columns if not c.scalar))


def _is_total_row(layout: Layout, row: LayoutRow) -> bool:
    """In a matrix the row of the totals has the code of the column of totals with the letter of the rows."""
    totals = {c.code[1:] for c in layout.columns if c.total}
    return row.code[1:] in totals


def measures_of(layout: Layout) -> Iterator[Measure]:
    """A measure for every row and block, and for what is returned where the account may hold another figure."""
    if layout.matrix:
        first = layout.columns[0]
        dims = (*matrix_dims(layout), CAUSE)
        yield _measure(layout, measure_id(layout, "", first), layout.names, "flow", layout.unit, dims, signed=False)
        return
    around = (layout.instance,) if layout.instance else ()
    for row in layout.rows:
        for block in blocks(layout):
            columns = [c for c in plain_columns(layout, block) if not c.rows or row.code in c.rows]
            if columns:
                dims = (*around, dim_of(layout, block))
                yield from _row_measures(layout, row, columns[0], columns[0].unit or row.unit or layout.unit, dims)
        for column in (c for c in layout.columns if c.scalar and (not c.rows or row.code in c.rows)):
            yield from _row_measures(layout, row, column, column.unit or row.unit or layout.unit, around)


def _row_measures(layout: Layout, row: LayoutRow, column: LayoutColumn, unit: str, dims: tuple[str, ...]) -> Iterator[Measure]:
    suffix = (column.names.zh, column.names.en) if column.scalar else ("", "")
    zh = "：".join(p for p in (layout.names.zh, row.names.zh, suffix[0]) if p)
    en = ": ".join(p for p in (layout.names.en, row.names.en, suffix[1]) if p)
    kind = "stock" if row.stock else "flow"
    name = measure_id(layout, row.code, column)
    made = _measure(layout, name, Names(zh, en), kind, unit, dims, signed=row.sign == "±")
    yield made
    if row.closing or row.adjustment:
        yield replace(made, id=name + RETURNED, names=Names(f"{zh}（报送）", f"{en} (as returned)"))


def _measure(layout: Layout, name: str, names: Names, kind: str, unit: str, dims: tuple[str, ...], *, signed: bool) -> Measure:
    ratio = _is_ratio(unit)
    return Measure(
        id=name,
        names=names,
        kind="ratio" if ratio else "stock" if kind == "stock" else "flow",
        unit=unit,
        # the cells of a matrix add up many patches: each may be rounded by so little that the sum shows none of it
        quantum=Decimal("0.000000000001" if layout.matrix else "0.000001"),
        finest=Decimal("0.01"),
        dims=dims,
        additive=() if ratio else ("region", "class") if kind == "stock" else ("region", "class", "time"),
        signed=signed,
        lower=None if signed else Decimal(0),
        department=layout.department,
        read_by=(ACCOUNT,),
        table=layout.id,
        balance=layout.balance,
        file=layout.file,
    )


def _is_ratio(unit: str) -> bool:
    return unit in ("%", "‰", "1", "等") or "/" in unit


def spot(layouts: Mapping[str, Layout], row: str, column: str, table: str) -> Spot | None:
    """The measure and key of a cell as printed, None where the table has no such cell."""
    layout = layouts.get(table)
    if layout is None or layout.matrix:
        return None
    line, head = row_of(layout, row), column_of(layout, column)
    if line is None or head is None or (head.rows and row not in head.rows):
        return None
    name = measure_id(layout, row, head)
    if head.scalar:
        return Spot(table, row, column, name, ())
    dim = dim_of(layout, head.block)
    if head.total:
        return Spot(table, row, column, name, key_of({dim: column}), leaves_of(layout, head, row))
    return Spot(table, row, column, name, key_of({dim: column}))


def leaves_of(layout: Layout, column: LayoutColumn, row: str = "") -> tuple[str, ...]:
    """The plain columns a total column adds up, down to the finest; of one row, those that the row has."""
    found: list[str] = []
    for part in (c for code in column.total if (c := column_of(layout, code)) is not None):
        if part.total:
            found += leaves_of(layout, part, row)
        elif not row or not part.rows or row in part.rows:
            found.append(part.code)
    return tuple(dict.fromkeys(found))


def returned_as(layouts: Mapping[str, Layout], item: str, columns: tuple[str, ...]) -> str:
    """The measure that a returned cell `TABLE.ROW` belongs to, given the column codes of its category; the item itself if none.

    An opening goes to what is returned of it, and so does an adjustment; the block is that of the column.
    """
    table, _, row = item.partition(".")
    layout = layouts.get(table)
    line = row_of(layout, row) if layout is not None else None
    if layout is None or line is None or layout.matrix:
        return item
    fits = [c for c in layout.columns if c.code in columns and not c.scalar]
    if not fits:
        only = [c for c in layout.columns if c.scalar and (not c.rows or row in c.rows)]
        plain = any(not c.scalar for c in layout.columns)
        if plain or len(only) != 1:
            return item
        fits = only
    name = measure_id(layout, row, fits[0])
    return name + RETURNED if line.closing or line.adjustment else name


GROSS, INNER = ".gross", ".inner"


def netting_measures(part: Measure, whole: Measure) -> tuple[Measure, Measure]:
    """For a flow of which `part` passes between places: what the places below a region add up to, and what of it stays inside."""
    gross = replace(whole, id=whole.id + GROSS, names=Names(f"{whole.names.zh}（未抵销）", f"{whole.names.en} (before netting)"))
    inner = replace(whole, id=whole.id + INNER, names=Names(f"{whole.names.zh}（区域内）", f"{whole.names.en} (inside)"))
    return gross, inner


def netting_rule(part: Measure) -> Rule:
    """The flow across the border of a region: the sum over its places less what passes between them."""
    return Rule(
        id=f"{part.nets}.net",
        version="1",
        kind="compute",
        names=Names("扣除区域内部往来", "Net of what passes between places inside"),
        output=part.nets,
        grain=("*",),
        expression="gross - inside",
        inputs=(
            Input("gross", "measure", part.nets + GROSS, ("*",), ""),
            Input("inside", "measure", part.nets + INNER, ("*",), ""),
        ),
        source="asset_practice",
        clause="I7",
        at="above",
        file=part.file,
    )
