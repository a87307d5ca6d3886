"""Matrices over several years: from patch tables of two dates, with the sum of the annual matrices beside them.

A patch that goes from cultivated to other land and on to a settlement stands twice in the annual matrices and once between the
two dates. Both are shown: instance `since:2019` of LM-01 is the matrix between the closing of 2019 and that of the year, and
`gross:2019` the sum of the changes of the years in between (of human and natural cause and across the boundary; what a survey
re-states is neither). Where there are no two patch tables there is no such matrix: none is made from totals, and annual ones are
never multiplied.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa

from gep.accounts.transition import OUTSIDE, Key, Patch, between, check_gross
from gep.base.findings import Finding, Place, Refused
from gep.base.records import Layout, Region, State
from gep.base.states import exact_sum
from gep.catalog.tables import CAUSE, dim_of, matrix_dims
from gep.engine.cells import Cell
from gep.engine.trace import SCHEMA, Node, cell_id, total_node
from gep.workflow.assets import AssetComputation

TABLE, MEASURE, RECORDS = "LM-01", "LM-01.area", "land_patch_table"
LAND = "LA-01"
SQUARE_METRES = 10_000  # of the patch table in a unit of the matrix
ADJUSTMENT = "adjustment"
SINCE, GROSS = "since", "gross"


@dataclass(frozen=True)
class Piece:
    """A patch of one date, in the leaf region it lies in; area in hm2."""

    id: str
    region: str
    land_class: str
    area: Decimal


@dataclass(frozen=True)
class MatrixCell:
    """One cell of a matrix over several years: area in hm2, and the trace node it is explained by."""

    region: str
    year: int
    instance: str
    row: str
    column: str
    area: Decimal
    node: str


@dataclass
class Matrices:
    cells: list[MatrixCell] = field(default_factory=list)
    nodes: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)


def matrices(done: Sequence[AssetComputation], records: Mapping[str, pa.Table], regions: Mapping[str, Region]) -> Matrices:
    """The matrices of every region between every two years that have patch tables and whose years in between were computed."""
    made = Matrices()
    table = records.get(RECORDS)
    by_year = {c.year: c for c in done if TABLE in {t.id for t in c.layouts}}
    if table is None or not by_year:
        return made
    dated = sorted({int(p) for p in table["period"].unique().to_pylist()})
    pieces = {year: _pieces(table, year, regions) for year in dated}
    for first in dated:
        for last in (y for y in dated if y > first and all(n in by_year for n in range(first + 1, y + 1))):
            span = [by_year[n] for n in range(first + 1, last + 1)]
            for region, places in _regions(by_year[last]):
                _one(made, span, region, frozenset(places), pieces[first], pieces[last], first, regions)
    return made


def _regions(c: AssetComputation) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield from ((leaf, (leaf,)) for leaf in c.regions)
    yield from c.above


def _pieces(table: pa.Table, year: int, regions: Mapping[str, Region]) -> list[Piece]:
    """The patches of a year. A row of a township carries its code before the id: patches keep their id when codes change."""
    found = []
    for row in table.to_pylist():
        if row["period"] != str(year):
            continue
        head, dot, rest = row["row"].partition(".")
        name = rest if dot and head in regions else row["row"]
        found.append(Piece(name, row["region"], row["la01"], Decimal(repr(row["area"])) / SQUARE_METRES))
    return found


def _one(
    made: Matrices,
    span: Sequence[AssetComputation],
    region: str,
    places: frozenset[str],
    opening: Sequence[Piece],
    closing: Sequence[Piece],
    first: int,
    regions: Mapping[str, Region],
) -> None:
    last = span[-1]
    before = frozenset(code for place in places for code in _ancestors(place, regions, first))
    origin = _origins(opening, closing)
    starts = [p for p in opening if p.region in before]
    ends = [p for p in closing if p.region in places]
    # a piece that is now in another region of the book was given away, one that came from there was taken in
    lost = [p for p in closing if p.region not in places and (o := origin.get(p.id)) is not None and o.region in before]
    gained = [p for p in ends if (o := origin.get(p.id)) is not None and o.region not in before]
    if not starts and not ends:
        return
    place = Place(key=f"{region}/{first}-{last.year}")
    try:
        matrix = between(_patches(starts), _patches(ends), gained=_patches(gained), lost=_patches(lost), place=place)
    except Refused as refused:
        made.findings += refused.findings
        return
    layout = next(t for t in last.layouts if t.id == TABLE)
    codes = _Codes(layout, dim_of(next(t for t in last.layouts if t.id == LAND)))
    annual, parts = _gross(span, region, regions, codes)
    made.findings += check_gross(annual, matrix, place=place)
    by_id = {p.id: p for p in (*ends, *lost)}
    for (start, end), area in matrix.cells.items():
        under = [by_id[i] for i in matrix.pieces.get((start, end), ())]
        _keep(made, last, region, f"{SINCE}:{first}", codes.row(start), codes.column(end), area, _piece_parts(made, last, under))
    for (start, end), area in annual.items():
        _keep(made, last, region, f"{GROSS}:{first}", codes.row(start), codes.column(end), area, parts[start, end])


def _ancestors(code: str, regions: Mapping[str, Region], year: int) -> Iterator[str]:
    """The code itself, or those it replaces if it began after the year."""
    region = regions[code]
    if region.valid_from.year > year and region.replaces:
        for old in region.replaces:
            yield from _ancestors(old, regions, year)
    else:
        yield code


def _origins(opening: Iterable[Piece], closing: Iterable[Piece]) -> dict[str, Piece | None]:
    """For every piece of the closing the nearest piece above it in the opening."""
    there = {p.id: p for p in opening}
    found: dict[str, Piece | None] = {}
    for piece in closing:
        name = piece.id
        while name and name not in there:
            name = name.rpartition(".")[0]
        found[piece.id] = there.get(name)
    return found


def _patches(pieces: Iterable[Piece]) -> list[Patch]:
    return [Patch(p.id, p.land_class, p.area) for p in pieces]


class _Codes:
    """Between classes of the land account (C02) and rows and columns of the matrix (F02, T02); outside is F98, T98."""

    def __init__(self, layout: Layout, dim: str) -> None:
        self.dim = dim
        self.outside = next(c.code[1:] for c in layout.columns if c.code[1:] == "98")

    def row(self, land_class: str | None) -> str:
        return f"F{self.outside if land_class is None else land_class[1:]}"

    def column(self, land_class: str | None) -> str:
        return f"T{self.outside if land_class is None else land_class[1:]}"

    def land_class(self, code: str) -> str | None:
        return OUTSIDE if code[1:] == self.outside else f"C{code[1:]}"


def _gross(
    span: Sequence[AssetComputation], region: str, regions: Mapping[str, Region], codes: _Codes
) -> tuple[dict[Key, Decimal], dict[Key, list[tuple[str, Cell]]]]:
    """The changes of the years added up by (from, to), with the annual cells they come from."""
    parts: dict[Key, list[tuple[str, Cell]]] = {}
    for c in span:
        rows_dim, columns_dim = matrix_dims(next(t for t in c.layouts if t.id == TABLE))
        for code in _ancestors(region, regions, c.year):
            for key in c.cells.keys(MEASURE, code, str(c.year)):
                place = dict(key)
                cell = c.cells.get(MEASURE, code, str(c.year), key)
                start, end = codes.land_class(place[rows_dim]), codes.land_class(place[columns_dim])
                across = OUTSIDE in (start, end)
                total = place[rows_dim][1:] == "00" or place[columns_dim][1:] == "00"
                if cell is None or total or (place[CAUSE] == ADJUSTMENT and not across) or not cell.exact:
                    continue
                parts.setdefault((start, end), []).append((cell_id(cell, c.profile), cell))
    return {k: exact_sum(Decimal(cell.amount) for _, cell in several) for k, several in parts.items()}, parts


def _piece_parts(made: Matrices, c: AssetComputation, pieces: Iterable[Piece]) -> list[tuple[str, Cell]]:
    """The patches under a cell, each with a trace node of its own."""
    parts = []
    for piece in pieces:
        name = f"cell:{RECORDS}/{piece.region}/{c.year}/row:{piece.id}"
        text = format(piece.area, "f")
        key = (("row", piece.id),)
        parts.append((name, Cell(RECORDS, piece.region, str(c.year), key, State.VALUE, Fraction(piece.area), text, "hm2")))
        made.nodes[name] = {
            "schema": SCHEMA, "kind": "cell", "id": name, "measure": RECORDS, "region": piece.region, "period": str(c.year),
            "key": f"row:{piece.id}", "state": str(State.VALUE), "amount": text, "unit": "hm2", "reason": "",
        }  # fmt: skip
    return parts


def _keep(
    made: Matrices,
    c: AssetComputation,
    region: str,
    instance: str,
    row: str,
    column: str,
    area: Decimal,
    parts: Sequence[tuple[str, Cell]],
) -> None:
    name = f"{c.profile}/{MEASURE}/{region}/{c.year}/{instance}/{row}/{column}"
    counts = {"n_value": len(parts), "n_missing": 0, "n_not_applicable": 0}
    node = total_node(name, c.profile, parts, format(area, "f"), str(State.VALUE), "hm2", counts)
    made.nodes[str(node["id"])] = node
    made.cells.append(MatrixCell(region, c.year, instance, row, column, area, str(node["id"])))
