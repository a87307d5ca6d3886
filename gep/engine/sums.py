"""Row sums: aggregates the row products of a plan over its frames, in DuckDB or numpy, and checks that the sum may be used."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import duckdb
import numpy as np
import pyarrow as pa

from gep.base.findings import Finding, Place, finding
from gep.base.records import Input, Measure, State, key_of, key_text
from gep.engine import frames
from gep.engine.bind import Bound, Context, bind
from gep.engine.cells import address
from gep.engine.frames import Frame, Group
from gep.engine.kept_rows import kept_rows, may_vary
from gep.engine.task import Outcome, Task
from gep.engine.trace import INLINE_ROWS, Json, Node, node_id, row_sum_node
from gep.rules.bounds import ALL, Interval, interval
from gep.rules.exact import MathProblem, evaluate
from gep.rules.nodes import Ref
from gep.rules.product import Plan, RowProduct
from gep.rules.row_eval import RowSum
from gep.rules.row_eval import row_sum as reference_sum
from gep.rules.sql import aggregates, quick, trusted
from gep.rules.stages import staged

RELATIVE = Fraction(1, 10**9)  # the rounding bound of a sum may be this share of the sum of its absolute rows, or
SHARE_OF_FINEST = 1000  # this part of the smallest digit ever printed
BATCH_ROWS = 1_000_000  # rows fetched at once for traces and hashes


@dataclass(frozen=True)
class Summed:
    """One row sum for one figure. `value` is the exact result (integer sum times q, or the exact double for min and max)."""

    index: int
    fn: str
    n: int
    value: Fraction | None
    bounds: Interval
    state: State
    reason: str
    node: Node
    read: tuple[Bound, ...] = ()  # figures and parameters its rows rest on

    def reference(self, reached: frozenset[Ref]) -> Node:
        """How a calculation node names this sum: by the letters its expression uses."""
        letters = {"sum": "S", "min": "V", "max": "V"}
        binding = any(r.index == self.index for r in reached)
        return {"name": f"{letters[self.fn]}{self.index}", "count": f"N{self.index}", "node": self.node["id"], "binding": binding}


def all_sums(
    plan: Plan,
    groups: Sequence[Group],
    domains: Mapping[str, Sequence[str]],
    task: Task,
    context: Context,
    connection: duckdb.DuckDBPyConnection,
    outcome: Outcome,
) -> dict[int, dict[int, Summed]]:
    """Every row product of the plan for every group: {group index: {product index: Summed}}."""
    found: dict[int, dict[int, Summed]] = {}
    if not groups:
        return found
    for indices in _together(plan):
        every = widened(plan, [plan.products[i] for i in indices])
        frame = frame_of(plan, every, groups, domains, task, context, connection, outcome)
        results = _aggregate([plan.products[i] for i in indices], frame, task, connection)
        for index, result in zip(indices, results, strict=True):
            one_frame = frame.of(plan.products[index])
            for group, summed, table in _by_group(one_frame, groups, result, connection):
                one = _summed(plan, index, plan.products[index], one_frame, group, summed, task, context, table, outcome)
                found.setdefault(group.index, {})[index] = one
        if frame.in_memory is None or every.libm:
            for name in frame.tables:
                connection.unregister(name)
    return found


def _together(plan: Plan) -> list[list[int]]:
    """Products over the same rows of one record set are read in one pass; those over figures stand alone, because which of their
    rows apply depends on what each of them reads."""
    batches: dict[object, list[int]] = {}
    for index, row_product in enumerate(plan.products):
        record_set = _record_set(plan, row_product)
        batches.setdefault((record_set, row_product.frame) if record_set else index, []).append(index)
    return list(batches.values())


def widened(plan: Plan, products: Sequence[RowProduct]) -> RowProduct:
    """A stand-in that reads what all the products read, to make their common frame."""
    if len(products) == 1:
        return products[0]
    names = tuple(dict.fromkeys(n for p in products for n in p.inputs))
    constants = tuple(n for n in names if any(n in p.constants for p in products))
    return replace(products[0], inputs=names, constants=constants)


def frame_of(
    plan: Plan,
    row_product: RowProduct,
    groups: Sequence[Group],
    domains: Mapping[str, Sequence[str]],
    task: Task,
    context: Context,
    connection: duckdb.DuckDBPyConnection,
    outcome: Outcome,
) -> Frame:
    """The rows of a product, of a record set or of figures, its tables registered with the connection."""
    record_set = _record_set(plan, row_product)
    if record_set:
        rows = task.records[record_set] if record_set in task.records else _no_rows(plan, row_product)
        frame, told = frames.of_records(plan, row_product, groups, task.period, rows, context, connection)
    else:
        frame, told = frames.of_figures(plan, row_product, groups, domains, task, context)
    outcome.tell(*told)
    if frame.in_memory is None or row_product.libm:
        register(frame, connection)
    return frame


def register(frame: Frame, connection: duckdb.DuckDBPyConnection) -> None:
    """Let queries read the tables of a frame."""
    for name, table in frame.tables.items():
        connection.register(name, table)


def connect(threads: int) -> duckdb.DuckDBPyConnection:
    """A private database in memory that can read nothing but the tables registered with it."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    if threads:
        connection.execute(f"SET threads = {int(threads)}")
    return connection


def _record_set(plan: Plan, row_product: RowProduct) -> str:
    """The one record set the product reads columns of, or none."""
    names = {plan.input(n).rows for n in row_product.inputs if plan.input(n).kind == "column"}
    return names.pop() if len(names) == 1 else ""


def _no_rows(plan: Plan, row_product: RowProduct) -> pa.Table:
    """A record set nobody has submitted: its keys and columns as the plan reads them, without a row."""
    keys = dict.fromkeys(("region", "period", "row", *row_product.frame))
    types = {k: pa.int32() if k == "month" else pa.string() for k in keys}
    types |= {plan.input(n).ref: pa.float64() for n in row_product.inputs if plan.input(n).kind == "column"}
    return pa.table({name: pa.array([], kind) for name, kind in types.items()})


def _aggregate(
    products: Sequence[RowProduct], frame: Frame, task: Task, connection: duckdb.DuckDBPyConnection
) -> list[dict[int, RowSum]]:
    """For each product the result of every group. Figures are few and held already: no query is worth its price for them."""
    held = frame.in_memory
    if held is not None and not any(p.libm for p in products):
        return [_numpy(p, frame, held) for p in products]
    if task.engine == "reference":
        table = connection.sql(frame.select).to_arrow_table()
        return [_numpy(p, frame, table) for p in products]
    found = _quick(products, frame, connection) if all(p.fn == "sum" for p in products) else None
    return found if found is not None else [_slow(p, frame, connection) for p in products]


def _quick(products: Sequence[RowProduct], frame: Frame, connection: duckdb.DuckDBPyConnection) -> list[dict[int, RowSum]] | None:
    """All sums in one pass over the rows, or None where a guard does not hold.

    For a single product the guard is the exact sum of the absolute integers. For several it is their common sum, and the absolute
    value of a sum stands for it, being surely no larger; where that is not enough to allow the rounding, the exact one is needed.
    """
    work = staged(products, frame.columns, frame.select)
    parts = quick(work.products, work.columns)
    chosen = ", ".join(f"{text} AS {name}" for name, text in parts.items())
    found: list[dict[int, RowSum]] = [{} for _ in products]
    for g, *values in connection.execute(f"SELECT g, {chosen} FROM ({work.select}) GROUP BY g").fetchall():  # noqa: S608
        *sums, n, guard = values
        if not trusted(guard):
            return None
        for results, s in zip(found, sums, strict=True):
            absolute = int(guard) if len(products) == 1 else abs(int(s))
            if len(products) > 1 and Fraction(n, 2) > RELATIVE * absolute:
                return None
            results[g] = RowSum(int(s), n, 0, 0, absolute)
    return found


def _slow(row_product: RowProduct, frame: Frame, connection: duckdb.DuckDBPyConnection) -> dict[int, RowSum]:
    """One product with 128-bit sums and the counts of missing and bad rows."""
    work = staged([row_product], frame.columns, frame.select)
    parts = aggregates(work.products[0], work.columns)
    chosen = ", ".join(f"{text} AS {name}" for name, text in parts.items())
    query = f"SELECT g, {chosen} FROM ({work.select}) GROUP BY g ORDER BY g"  # noqa: S608
    results = {}
    for g, *values in connection.execute(query).fetchall():
        got = dict(zip(parts, values, strict=True))
        results[g] = RowSum(got.get("s", 0), got["n"], got["missing"], got["bad"], got.get("a", 0), got.get("value"))
    return results


def _numpy(row_product: RowProduct, frame: Frame, table: pa.Table) -> dict[int, RowSum]:
    """The reference path: the same product over numpy arrays with masks, group by group."""
    g = table["g"].to_numpy()
    order = np.argsort(g, kind="stable")
    cuts = np.flatnonzero(np.diff(g[order])) + 1
    columns: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for name in row_product.inputs:
        chunk = table[frame.columns[name]].combine_chunks()
        missing = chunk.is_null().to_numpy(zero_copy_only=False)
        columns[name] = (chunk.fill_null(0.0).to_numpy(zero_copy_only=False), missing)
    results = {}
    for rows in np.split(order, cuts) if len(g) else ():
        arrays = {n: values[rows] for n, (values, _) in columns.items()}
        masks = {n: missing[rows] for n, (_, missing) in columns.items()}
        results[int(g[rows[0]])] = reference_sum(row_product, arrays, masks, len(rows))
    return results


def _summed(
    plan: Plan,
    index: int,
    row_product: RowProduct,
    frame: Frame,
    group: Group,
    result: RowSum,
    task: Task,
    context: Context,
    table: pa.Table,
    outcome: Outcome,
) -> Summed:
    """Turn the five numbers of a group into a usable sum, an unknown one, or a finding that stops."""
    owner = address(plan.rule.output or plan.rule.id, group.region, task.period, key_of(group.place))
    record_set = _record_set(plan, row_product)
    none_there = (
        _none_there(record_set, group, task, context) if record_set and not result.n and row_product.fn == "sum" else None
    )
    state, reason = _state_of(result, frame, group, owner)
    listed = (group.region, task.period) in task.complete.get(record_set, ())
    nothing = listed and not result.n and row_product.fn == "sum"  # none of the rows, which are all there are, is of the class
    if nothing:
        state, reason = State.VALUE, ""
    if not frame.bound.get(group.index) and task.opened.intersection(frames.extra_dims(plan, row_product)):
        state, reason = State.NOT_APPLICABLE, f"{owner}: the region has none of it"
    if none_there is not None:
        state, reason = none_there.state, none_there.cell.reason if none_there.cell is not None else ""
    q = Fraction(row_product.q)
    value: Fraction | None = None
    if state is State.VALUE:
        exact = result.s * q if row_product.fn == "sum" else Fraction(result.value or 0)
        complaint = None
        if not _is_exact(row_product, frame, group, exact):
            complaint = _complaint(plan, row_product, result, owner, task.measures.get(plan.rule.output))
        if complaint is None:
            value = exact
        else:
            outcome.tell(complaint)
            state, reason = State.REFUSED, complaint.text("en")
    if record_set and plan.rule.makes and (result.missing or not result.n) and none_there is None and not nothing:
        outcome.tell(_rows_missing(plan, result, owner, record_set))
    read = (*_read(frame, group, table), *([none_there] if none_there is not None else []))
    node = _node(plan, row_product, frame, group, result, task, owner, table, read)
    bounds = _bounds(row_product, frame, group, value, result)
    if task.keep_rows and value is not None and result.n and may_vary(read):
        outcome.rows[str(node["id"])] = kept_rows(frame, group, table, task.profile)
    return Summed(index, row_product.fn, result.n, value, bounds, state, reason, node, read)


def _none_there(record_set: str, group: Group, task: Task, context: Context) -> Bound | None:
    """The extent of a class, where it says that there is none of it (or that it does not apply); then no rows are needed."""
    measure = task.measures.get(task.extents.get(record_set, ""))
    if measure is None or not set(measure.dims) <= set(group.place):
        return None
    given = Input("extent", "measure", measure.id, ("region", *measure.dims), measure.unit)
    extent, _ = bind(given, group.region, task.period, group.place, context)
    return extent if extent.state is State.NOT_APPLICABLE or extent.value == 0 else None


def _state_of(result: RowSum, frame: Frame, group: Group, owner: str) -> tuple[State, str]:
    """Unknown when a row is missing or there is none; not applicable when every row is."""
    rows = frame.bound.get(group.index, [])
    by_row = [[b for b in row.values() if b.state is State.NOT_APPLICABLE] for _, row in rows]
    if rows and all(by_row):
        return State.NOT_APPLICABLE, f"{owner}: no row is applicable"
    if result.n == 0:
        return State.NOT_AVAILABLE, f"{owner}: no row"
    if result.missing:
        unknown = dict.fromkeys(b.node for _, row in rows for b in row.values() if b.value is None)
        named = ", ".join(list(unknown)[:5]) or f"{result.missing} of {result.n} rows"
        return State.NOT_AVAILABLE, named
    return State.VALUE, ""


def _rows_missing(plan: Plan, result: RowSum, owner: str, record_set: str) -> Finding:
    """Rows of a record set that lack an input, or no rows at all: the figure is unknown."""
    place = Place(plan.rule.file, key=owner)
    if not result.n:
        return finding("ENGINE-NO-ROWS", place, found="0", rule=plan.rule.id, records=record_set)
    return finding("ENGINE-ROWS-MISSING", place, found=result.missing, expected=result.n, rule=plan.rule.id, records=record_set)


def _is_exact(row_product: RowProduct, frame: Frame, group: Group, value: Fraction) -> bool:
    """Whether a sum over figures came out without any rounding, however small it is beside its bound (stocks of an account)."""
    if row_product.fn != "sum" or row_product.libm or group.index not in frame.bound:
        return False
    rows = [row for _, row in frame.bound[group.index] if all(b.state is not State.NOT_APPLICABLE for b in row.values())]
    try:
        parts = [evaluate(row_product.body, {n: b.value for n, b in row.items()}, {}) for row in rows]
    except MathProblem:
        return False
    return sum((p for p in parts if p is not None), Fraction(0)) == value and None not in parts


def _complaint(plan: Plan, row_product: RowProduct, result: RowSum, owner: str, output: Measure | None) -> Finding | None:
    """A row that is not finite or too large, or a rounding bound that could be seen in print."""
    place = Place(plan.rule.file, key=owner)
    if result.bad:
        return finding("ENGINE-ROW-NOT-FINITE", place, found=result.bad, rule=plan.rule.id, product=row_product.alias)
    if row_product.fn != "sum" or rounding_allowed(row_product, result, output):
        return None
    bound = f"{result.n} × {row_product.q} / 2"
    return finding("ENGINE-ROUNDING-BOUND", place, found=bound, rule=plan.rule.id, product=row_product.alias)


def rounding_allowed(row_product: RowProduct, result: RowSum, output: Measure | None) -> bool:
    """Whether n·q/2 stays within 10⁻⁹ of the sum of absolute rows, or its effect within a thousandth of the finest digit.

    q is at most the quantum of the output over the largest slope of the tail, so the effect on the output is at most n·quantum/2.
    """
    bound = Fraction(result.n) * Fraction(row_product.q) / 2
    if bound <= RELATIVE * result.a * Fraction(row_product.q):
        return True
    return output is not None and Fraction(result.n) * Fraction(output.quantum) / 2 <= Fraction(output.finest) / SHARE_OF_FINEST


def _bounds(row_product: RowProduct, frame: Frame, group: Group, value: Fraction | None, result: RowSum) -> Interval:
    """The interval of a sum over figures, from those of its rows; unbounded for record sets, whose rows carry no rounding, and
    where the intervals leave a row none (a divisor around zero)."""
    if value is None or group.index not in frame.bound:
        return ALL
    applicable = [row for _, row in frame.bound[group.index] if all(b.state is not State.NOT_APPLICABLE for b in row.values())]
    try:
        ends = [interval(row_product.body, {n: Interval(b.low, b.high) for n, b in row.items()}) for row in applicable]
    except MathProblem:
        return ALL
    lows = [e.lower for e in ends if e.lower is not None]
    highs = [e.upper for e in ends if e.upper is not None]
    if len(lows) < len(ends) or len(highs) < len(ends):
        return ALL
    if row_product.fn != "sum":
        pick = min if row_product.fn == "min" else max
        return Interval(pick(lows), pick(highs))
    slack = Fraction(result.n) * Fraction(row_product.q) / 2
    return Interval(sum(lows, Fraction(0)) - slack, sum(highs, Fraction(0)) + slack)


def _by_group(
    frame: Frame, groups: Sequence[Group], results: Mapping[int, RowSum], connection: duckdb.DuckDBPyConnection
) -> Iterator[tuple[Group, RowSum, pa.Table]]:
    """Each group with its result and its rows in their fixed order (by the keys of a row, as text), many groups to one query."""
    none = RowSum(0, 0, 0, 0, 0)
    held = frame.in_memory
    if held is not None:
        keys = ("g", *(frame.keys or frame.columns.values()))
        ordered = held.select(["g", *frame.columns.values(), *frame.keys]).sort_by([(k, "ascending") for k in keys])
        yield from _cut(groups, results, ordered, none)
        return
    for batch in _batches(groups, results):
        columns = ", ".join(f'"{c}"' for c in ("g", *frame.columns.values(), *frame.keys, *frame.looked_up))
        order = ", ".join(f'"{k}"' for k in ("g", *(frame.keys or frame.columns.values())))
        chosen = ", ".join(str(g.index) for g in batch)
        query = f"SELECT {columns} FROM ({frame.select}) WHERE g IN ({chosen}) ORDER BY {order}"  # noqa: S608
        yield from _cut(batch, results, connection.sql(query).to_arrow_table(), none)


def _cut(
    groups: Sequence[Group], results: Mapping[int, RowSum], table: pa.Table, none: RowSum
) -> Iterator[tuple[Group, RowSum, pa.Table]]:
    """The rows of each group out of a table sorted by group."""
    at = table["g"].to_numpy()
    for group in groups:
        first, last = np.searchsorted(at, group.index, "left"), np.searchsorted(at, group.index, "right")
        yield group, results.get(group.index, none), table.slice(int(first), int(last - first))


def _batches(groups: Sequence[Group], results: Mapping[int, RowSum]) -> Iterator[list[Group]]:
    """Groups whose rows are held in memory together."""
    batch: list[Group] = []
    rows = 0
    for group in groups:
        n = results[group.index].n if group.index in results else 0
        if batch and rows + n > BATCH_ROWS:
            yield batch
            batch, rows = [], 0
        batch.append(group)
        rows += n
    if batch:
        yield batch


def _read(frame: Frame, group: Group, table: pa.Table) -> tuple[Bound, ...]:
    """Every figure and parameter the rows of a group rest on, each once."""
    found = [b for _, row in frame.bound.get(group.index, []) for b in row.values()]
    for column, bound in frame.looked_up.items():
        found += [bound[i] for i in sorted(table[column].drop_null().unique().to_pylist())]
    return tuple({(b.kind, b.node): b for b in found}.values())


def _node(
    plan: Plan,
    row_product: RowProduct,
    frame: Frame,
    group: Group,
    result: RowSum,
    task: Task,
    owner: str,
    table: pa.Table,
    read: Sequence[Bound],
) -> Node:
    """The trace of the sum: rows in a fixed order, inline while they are few, hashed always."""
    nodes: list[Json] = [*sorted(node_id(b, task.profile) for b in read)]
    measured: Node = {
        "n": result.n,
        "missing": result.missing,
        "sum": str(result.s) if row_product.fn == "sum" else None,
        "value": None if result.value is None else repr(result.value),
        "rows_sha256": rows_hash(table, list(frame.columns.values())),
        "nodes": nodes,
    }
    selection: Node = {"region": group.region, "period": task.period, "key": key_text(key_of(group.place))}
    record_set = _record_set(plan, row_product)
    if record_set:
        selection["record_set"] = record_set
    rows = _inline(frame, group, task.profile, table) if result.n <= INLINE_ROWS else None
    return row_sum_node(row_product, f"{task.profile}/{owner}", measured, rows, selection)


def _inline(frame: Frame, group: Group, profile: str, table: pa.Table) -> list[dict[str, Json]]:
    """Each row with its key, the doubles in the order of the inputs, and the trace nodes it was looked up in."""
    codes = [[str(code) for code in table[k].to_pylist()] for k in frame.keys]
    values = [table[c].to_pylist() for c in frame.columns.values()]
    figures = {tuple(place[k] for k in frame.keys): row for place, row in frame.bound.get(group.index, [])}
    looked_up = [(bound, table[column].to_pylist()) for column, bound in frame.looked_up.items()]
    rows: list[dict[str, Json]] = []
    for i in range(table.num_rows):
        key = tuple(c[i] for c in codes)
        sources = [*figures.get(key, {}).values(), *(bound[at[i]] for bound, at in looked_up if at[i] is not None)]
        rows.append(
            {
                "key": [*key],
                "values": [None if v[i] is None else repr(v[i]) for v in values],
                "nodes": [node_id(b, profile) for b in sources],
            }
        )
    return rows


def rows_hash(table: pa.Table, columns: Sequence[str]) -> str:
    """SHA-256 over the columns in order: for each the missing mask (a byte a row), then little-endian doubles (missing as 0)."""
    digest = hashlib.sha256()
    for name in columns:
        column = table[name].combine_chunks()
        mask = column.is_null().to_numpy(zero_copy_only=False)
        digest.update(mask.astype("u1").tobytes())
        digest.update(column.fill_null(0.0).to_numpy(zero_copy_only=False).astype("<f8").tobytes())
    return digest.hexdigest()
