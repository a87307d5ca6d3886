"""The rows of a row sum: a relation with the group each row belongs to and a column of doubles for every input it reads.

A frame comes either from figures (every key the declared domain asks for makes a row) or from a record set (its rows of the
region and period, with figures and parameters looked up beside them). A look-up that finds nothing leaves NULL: the row is
then counted missing and enters no sum. A frame is SQL text over named tables, so that a record set is streamed and never copied.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product as cross

import duckdb
import pyarrow as pa

from gep.base.findings import Finding
from gep.base.records import Input, State
from gep.engine.bind import ROW_DIMS, Bound, Context, bind
from gep.engine.task import Task
from gep.rules.product import Plan, RowProduct

ROWS = "frame_rows"
FIGURES = f"SELECT * FROM {ROWS}"  # noqa: S608 - a name of this module


@dataclass(frozen=True, slots=True)
class Group:
    """One figure to be summed for: the region, and the codes of the dimensions of the rule's grain."""

    index: int
    region: str
    place: Mapping[str, str]


@dataclass(frozen=True)
class Frame:
    """`select` gives column `g` (group index), the `keys` of a row as text, and the double columns named in `columns`.

    `columns`: input -> column. `tables`: what `select` reads, by the name it is to be registered under. `bound`: per group and
    row, in order, what was bound to each input (only for frames of figures, which are small). `looked_up`: columns of `select`
    that hold, for a row of a record set, the place in the list of what was bound to an input that is no column of the set.
    """

    select: str
    tables: Mapping[str, pa.Table]
    keys: tuple[str, ...]
    columns: Mapping[str, str]
    bound: Mapping[int, list[tuple[Mapping[str, str], Mapping[str, Bound]]]] = field(default_factory=dict)
    looked_up: Mapping[str, Sequence[Bound]] = field(default_factory=dict)

    @property
    def in_memory(self) -> pa.Table | None:
        """The rows themselves where they are figures (few, and held already); None for those of a record set."""
        return self.tables[ROWS] if self.select == FIGURES else None

    def of(self, row_product: RowProduct) -> Frame:
        """The same rows with the columns of one product."""
        columns = {n: self.columns[n] for n in row_product.inputs}
        looked_up = {c: bound for c, bound in self.looked_up.items() if c.removeprefix("i_") in columns.values()}
        return replace(self, columns=columns, looked_up=looked_up)


def extra_dims(plan: Plan, row_product: RowProduct) -> tuple[str, ...]:
    """What one row is keyed by beyond the grain of the rule, sorted."""
    return tuple(sorted(set(row_product.frame) - set(plan.rule.grain) - {"region"}))


def columns_of(row_product: RowProduct) -> dict[str, str]:
    """Generated column names: DuckDB takes `P` and `p` for the same column, so names of inputs are never used."""
    return {name: f"c{i}" for i, name in enumerate(row_product.inputs)}


def of_figures(
    plan: Plan,
    row_product: RowProduct,
    groups: Sequence[Group],
    domains: Mapping[str, Sequence[str]],
    task: Task,
    context: Context,
) -> tuple[Frame, list[Finding]]:
    """A row for every combination of the extra dimensions, for each group; of an open list only what the region has."""
    dims, period = extra_dims(plan, row_product), task.period
    codes_of = {d: _parts_of_year(d, period) or domains[d] for d in dims}
    findings: list[Finding] = []
    bound: dict[int, list[tuple[Mapping[str, str], Mapping[str, Bound]]]] = {}
    data: dict[str, list[object]] = {"g": [], **{d: [] for d in dims}}
    columns = columns_of(row_product)
    data |= {c: [] for c in columns.values()}
    for group in groups:
        for codes in cross(*(codes_of[d] for d in dims)):
            place = dict(zip(dims, codes, strict=True))
            if any(d in task.opened and (d, c) not in task.present.get(group.region, ()) for d, c in place.items()):
                continue
            row: dict[str, Bound] = {}
            for name in columns:
                row[name], told = bind(plan.input(name), group.region, period, {**group.place, **place}, context)
                findings += told
            bound.setdefault(group.index, []).append((place, row))
            if any(b.state is State.NOT_APPLICABLE for b in row.values()):
                continue  # a sum is that of the applicable rows; the row is kept in `bound` to be told
            for name, column in columns.items():
                value = row[name].value
                data[column].append(None if value is None else float(value))
            data["g"].append(group.index)
            for dim, code in place.items():
                data[dim].append(code)
    types = {c: pa.float64() for c in columns.values()} | {d: pa.string() for d in dims} | {"g": pa.int64()}
    table = pa.table({n: pa.array(v, types[n]) for n, v in data.items()})
    return Frame(FIGURES, {ROWS: table}, dims, columns, bound), findings


def _parts_of_year(dim: str, period: str) -> list[str]:
    """The months or days of the period, as periods; nothing for a dimension of codes."""
    months = [f"{period}-{m:02d}" for m in range(1, 13)]
    if dim == "month":
        return months
    if dim == "day":
        return [f"{m}-{d:02d}" for m in months for d in range(1, monthrange(int(period), int(m[-2:]))[1] + 1)]
    return []


def of_records(
    plan: Plan,
    row_product: RowProduct,
    groups: Sequence[Group],
    period: str,
    rows: pa.Table,
    context: Context,
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Frame, list[Finding]]:
    """The record set's rows of the period that fall into a group; what is no column of it is looked up by the keys of the row."""
    dims = [d for d in plan.rule.grain if d != "region"]
    columns = columns_of(row_product)
    tables: dict[str, pa.Table] = {"frame_rows": rows, "frame_groups": _groups(groups, dims)}
    matched = " AND ".join(["r.region = s.region", *(f'r."{d}" = s."{d}"' for d in dims)])
    chosen, joins = ["s.g"], [f"JOIN frame_groups s ON {matched}"]
    findings: list[Finding] = []
    looked_up: dict[str, Sequence[Bound]] = {}
    keys = tuple(k for k in ("row", "month") if k in rows.column_names)
    chosen += [f'r."{k}"' for k in keys]
    places = _Places(rows, tables["frame_groups"], matched, period, connection)
    for name, column in columns.items():
        given = plan.input(name)
        if given.kind == "column":
            chosen.append(f'r."{given.ref}" AS {column}')
            continue
        table, on, bound, told = _look_up(given, rows, period, context, places)
        findings += told
        tables[f"frame_{column}"] = table
        looked_up[f"i_{column}"] = bound
        same = " AND ".join(f'r."{k}" = {column}."{k}"' for k in on)
        joins.append(f"LEFT JOIN frame_{column} AS {column} ON {same}")
        chosen += [f"{column}.v AS {column}", f"{column}.i AS i_{column}"]
    select = f"SELECT {', '.join(chosen)} FROM frame_rows r {' '.join(joins)} WHERE r.period = '{int(period)}'"  # noqa: S608
    return Frame(select, tables, keys, columns, looked_up=looked_up), findings


def _groups(groups: Sequence[Group], dims: Sequence[str]) -> pa.Table:
    data = {"g": pa.array([g.index for g in groups], pa.int64()), "region": pa.array([g.region for g in groups], pa.string())}
    return pa.table(data | {d: pa.array([g.place[d] for g in groups], pa.string()) for d in dims})


class _Places:
    """The keys that occur in the rows the groups want, for every choice of columns asked once."""

    def __init__(
        self, rows: pa.Table, groups: pa.Table, matched: str, period: str, connection: duckdb.DuckDBPyConnection
    ) -> None:
        self.rows, self.groups, self.matched, self.period, self.connection = rows, groups, matched, period, connection
        self.known: dict[tuple[str, ...], list[tuple[object, ...]]] = {}

    def of(self, on: Sequence[str]) -> list[tuple[object, ...]]:
        if tuple(on) not in self.known:
            self.connection.register("frame_keys", self.rows)
            self.connection.register("frame_wanted", self.groups)
            quoted = ", ".join(f'r."{k}"' for k in on)
            wanted = f"frame_keys r JOIN frame_wanted s ON {self.matched}"
            query = f"SELECT DISTINCT {quoted} FROM {wanted} WHERE r.period = ? ORDER BY ALL"  # noqa: S608
            self.known[tuple(on)] = self.connection.execute(query, [self.period]).fetchall()
            self.connection.unregister("frame_keys")
            self.connection.unregister("frame_wanted")
        return self.known[tuple(on)]


def _look_up(
    given: Input, rows: pa.Table, period: str, context: Context, places: _Places
) -> tuple[pa.Table, list[str], list[Bound], list[Finding]]:
    """What a figure or parameter is for each key that occurs in the rows: a table of keys, `v`, and its place `i` in the list."""
    on = ["region", *(d for d in given.grain if d not in ROW_DIMS and d != "region")]
    if "month" in given.grain:
        on.append("month")
    found = places.of(on)
    findings: list[Finding] = []
    bound: list[Bound] = []
    for codes in found:
        place = {k: str(code) for k, code in zip(on, codes, strict=True)}
        if "month" in place:  # a month is a number in records, a period in figures
            place["month"] = f"{period}-{int(place['month']):02d}"
        one, told = bind(given, place["region"], period, place, context)
        findings += told
        bound.append(one)
    data = {k: pa.array([codes[i] for codes in found], rows.schema.field(k).type) for i, k in enumerate(on)}
    values = pa.array([None if b.value is None else float(b.value) for b in bound], pa.float64())
    return pa.table(data | {"v": values, "i": pa.array(range(len(bound)), pa.int64())}), on, bound, findings
