"""The coverage of the asset tables: for each region, year and table, how many of the cells a department owes were returned."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from gep.base.records import Fact, Key, Layout, Region, State, key_of
from gep.catalog.tables import (
    CAUSE,
    RETURNED,
    TOTAL,
    codes_of,
    column_of,
    dim_of,
    matrix_dims,
    measure_id,
)

Cell: TypeAlias = tuple[str, Key]  # the measure a department returns and the column, without the instance of the table
_WORTH = (State.VALUE, State.NOT_APPLICABLE)  # of several facts on one cell, which says most


class Status(StrEnum):
    """How far a table is filled."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    NONE = "none"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Coverage:
    """One table of a region in a year. Counts are cells.

    `returned`: with a value; `not_applicable`: said not to apply; `unknown`: returned as not available, so asked for but not
    known. `expected` - `returned` - `not_applicable` - `unknown` cells are not in the returns at all.
    """

    region: str
    year: int
    table: str
    returned: int
    expected: int
    not_applicable: int
    unknown: int
    status: Status

    @property
    def absent(self) -> int:
        """Cells of which the returns say nothing."""
        return self.expected - self.returned - self.not_applicable - self.unknown


def coverage(
    facts: Iterable[Fact],
    layouts: Mapping[str, Layout],
    regions: Sequence[Region],
    years: Sequence[int],
    unasked: Collection[str] = (),
) -> tuple[Coverage, ...]:
    """One row for each region, year and table, in the order of the arguments; years in which a region has no code are left out.

    `unasked`: measures no department owes, so those that rules compute, those a rule stands in for where nothing was returned,
    and what is returned of choice. Openings are never owed, since the account carries them over; of an adjustment row the
    department owes what it knows itself (`.returned`), though a rule makes the row. A table of which nothing is owed has no rows.
    A table that is repeated (one for each mineral) is owed for every code the region ever returned, in every year; for one table
    if it returned none. Facts of months or days, of other measures and of total columns are passed over.
    """
    owed = {name: cells for name, layout in layouts.items() if (cells := expected_cells(layout, unasked))}
    found = _states(facts, {name: layouts[name] for name in owed}, owed)
    instances: dict[tuple[str, str], set[str]] = {}
    for code, _, table, instance, _ in found:
        instances.setdefault((code, table), set()).add(instance)
    rows = []
    for region in regions:
        for year in (y for y in years if region.valid_from <= date(y, 12, 31) <= region.valid_to):
            for table, cells in owed.items():
                repeated = sorted(instances.get((region.code, table), {""}))
                states = [found.get((region.code, year, table, i, cell)) for i in repeated for cell in cells]
                rows.append(_row(region.code, year, table, states))
    return tuple(rows)


def expected_cells(layout: Layout, unasked: Collection[str]) -> tuple[Cell, ...]:
    """The cells of one table that a department owes: no totals, no openings, nothing of `unasked`."""
    if layout.matrix:
        return _matrix_cells(layout, unasked)
    cells: list[Cell] = []
    for row in (r for r in layout.rows if not r.closing):
        for column in (c for c in layout.columns if not c.total and (not c.rows or row.code in c.rows)):
            name = measure_id(layout, row.code, column)
            if row.adjustment:
                name += RETURNED
            if name not in unasked:
                cells.append((name, () if column.scalar else key_of({dim_of(layout, column.block): column.code})))
    return tuple(cells)


def _matrix_cells(layout: Layout, unasked: Collection[str]) -> tuple[Cell, ...]:
    """Every pair of a class at the opening and at the closing that can be; the causes of one pair are one cell."""
    name = measure_id(layout, "", layout.columns[0])
    if name in unasked:
        return ()
    rows_dim, columns_dim = matrix_dims(layout)
    codes = [code for code in codes_of(layout) if not code.attrs.get(TOTAL)]
    rows = [c.code for c in codes if c.scheme == rows_dim]
    columns = [c for c in (column_of(layout, k.code) for k in codes if k.scheme == columns_dim) if c is not None]
    return tuple(
        (name, key_of({rows_dim: row, columns_dim: column.code}))
        for row in rows
        for column in columns
        if not column.rows or row in column.rows
    )


def _states(
    facts: Iterable[Fact], layouts: Mapping[str, Layout], owed: Mapping[str, Collection[Cell]]
) -> dict[tuple[str, int, str, str, Cell], State]:
    """What is said of each owed cell, by region, year, table, instance and cell; the instance is empty if the table has none."""
    cells = {table: frozenset(listed) for table, listed in owed.items()}
    tables = {measure: table for table, listed in owed.items() for measure, _ in listed}
    found: dict[tuple[str, int, str, str, Cell], State] = {}
    for fact in facts:
        table = tables.get(fact.measure)
        if table is None or not _is_year(fact.period):
            continue
        layout, pairs = layouts[table], dict(fact.key)
        instance = pairs.pop(layout.instance, "") if layout.instance else ""
        if layout.matrix:
            pairs.pop(CAUSE, None)
        cell = (fact.measure, key_of(pairs))
        if cell in cells[table]:
            at = (fact.region, int(fact.period), table, instance, cell)
            found[at] = _better(found.get(at), fact.state)
    return found


def _is_year(period: str) -> bool:
    return len(period) == 4 and period.isascii() and period.isdigit()


def _better(one: State | None, other: State) -> State:
    """Of two states of one cell that which says more: a value, then that it does not apply, then that it is not known."""
    return next((state for state in _WORTH if state in (one, other)), other)


def _row(region: str, year: int, table: str, states: Sequence[State | None]) -> Coverage:
    returned, nothing = states.count(State.VALUE), states.count(State.NOT_APPLICABLE)
    unknown = sum(1 for state in states if state is not None and state not in _WORTH)
    expected = len(states)
    if nothing == expected:
        status = Status.NOT_APPLICABLE
    elif returned + nothing == expected:
        status = Status.COMPLETE
    elif returned + nothing:
        status = Status.PARTIAL
    else:
        status = Status.NONE
    return Coverage(region, year, table, returned, expected, nothing, unknown, status)
