"""Second routes over rows: the rows a route is given, and what the plan itself gives over exactly these rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import duckdb
import numpy as np

from gep.engine import sums
from gep.engine.bind import Context
from gep.engine.frames import Group
from gep.engine.task import Outcome, Task
from gep.rules.exact import evaluate
from gep.rules.product import Plan
from gep.rules.row_eval import row_sum

MOST_ROWS = 1000
RELATIVE = Fraction(1, 10**9)


@dataclass(frozen=True)
class Sample:
    """The first rows of a figure by their keys, in the units in which the expression reads them; `whole` if these are all."""

    rows: tuple[Mapping[str, float | None], ...]
    whole: bool


def samples(
    plan: Plan,
    groups: Sequence[Group],
    domains: Mapping[str, Sequence[str]],
    task: Task,
    context: Context,
    connection: duckdb.DuckDBPyConnection,
) -> dict[int, Sample]:
    """Up to MOST_ROWS rows for every group, with every input that any product of the plan reads by row."""
    dims = tuple(sorted({d for p in plan.products for d in p.frame}))
    every = replace(sums.widened(plan, plan.products), frame=dims)
    names = every.inputs
    found: dict[int, Sample] = {}
    # what the look-ups have to tell was told when the sums were made
    frame = sums.frame_of(plan, every, groups, domains, task, context, connection, Outcome())
    sums.register(frame, connection)
    columns = ", ".join(frame.columns.values())
    order = ", ".join(f'"{k}"' for k in frame.keys) or columns
    first = f"row_number() OVER (PARTITION BY g ORDER BY {order}) AS place"
    query = f"SELECT g, {columns} FROM (SELECT *, {first} FROM ({frame.select})) WHERE place <= {MOST_ROWS + 1} ORDER BY g, place"  # noqa: S608
    rows: dict[int, list[tuple[float | None, ...]]] = {g.index: [] for g in groups}
    for g, *values in connection.execute(query).fetchall():
        rows[g].append(tuple(values))
    for name in frame.tables:
        connection.unregister(name)
    for g, held in rows.items():
        found[g] = Sample(tuple(dict(zip(names, row, strict=True)) for row in held[:MOST_ROWS]), len(held) <= MOST_ROWS)
    return found


def row_names(plan: Plan) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The inputs that the row products read by row, and those that are one for all rows of a figure."""
    names = dict.fromkeys(n for p in plan.products for n in p.inputs)
    constants = {n for p in plan.products for n in p.constants}
    return tuple(n for n in names if n not in constants), tuple(n for n in names if n in constants)


def decimals(rows: Sequence[Mapping[str, float | None]], names: Sequence[str]) -> list[dict[str, Decimal]]:
    """Rows as decimals of the shortest text that gives the same double, which is the text a row was read from."""
    return [{n: Decimal(repr(row[n])) for n in names} for row in rows]


def over_sample(plan: Plan, rows: Sequence[Mapping[str, float | None]], env: Mapping[str, Fraction | None]) -> Fraction | None:
    """The figure of the plan over these rows alone, by the reference path; None if a row is missing or bad."""
    refs: dict[tuple[int, str], Fraction | None] = {}
    for index, product in enumerate(plan.products):
        arrays = {n: np.array([r[n] if r[n] is not None else np.nan for r in rows], dtype=np.float64) for n in product.inputs}
        masks = {n: np.array([r[n] is None for r in rows], dtype=np.bool_) for n in product.inputs}
        result = row_sum(product, arrays, masks, len(rows))
        known = not result.missing and not result.bad
        exact = result.s * Fraction(product.q) if product.fn == "sum" else Fraction(result.value or 0)
        refs[index, product.fn] = exact if known else None
        refs[index, "count"] = Fraction(result.n) if known else None
    return evaluate(plan.tail, env, refs)


def tolerance(plan: Plan, rows: int, quantum: Decimal, value: Fraction) -> Fraction:
    """What rounding may move the figure by: half a quantum a row and product, the digits of doubles, the last stored digit."""
    summed = sum(1 for p in plan.products if p.fn == "sum")
    return Fraction(quantum) * rows * summed / 2 + RELATIVE * abs(value) + Fraction(1, 10**plan.places)
