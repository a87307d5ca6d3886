"""The reference for row products: numpy float64, one operation at a time, left to right, integers added with Python's own.

It says what a row product means. An engine is right if its integers are the same. The rules for missing, NaN and bad rows are
those of `sql.py`: division by zero and a function outside its domain give NaN, NaN passes through min, max, where and
comparisons.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from gep.rules.nodes import Bin, Call, Compare, Convert, Name, Neg, Node, Num, Stamp
from gep.rules.product import RowProduct

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
LIMIT = 2.0**63


@dataclass(frozen=True, slots=True)
class RowSum:
    """One group: s and a (sums of the integers and of their absolute values), n rows, missing, bad. `value` for min and max."""

    s: int
    n: int
    missing: int
    bad: int
    a: int
    value: float | None = None


def row_values(product: RowProduct, arrays: Mapping[str, Array], masks: Mapping[str, Mask], rows: int) -> tuple[Array, Mask]:
    """Value of every row (meaningless where missing), and which rows miss an input (True in `masks`)."""
    missing = np.zeros(rows, dtype=np.bool_)
    for name in product.inputs:
        missing |= masks[name]
    with np.errstate(all="ignore"):  # NaN and infinity are counted as bad below, never passed on
        values = np.broadcast_to(np.asarray(_array(product.body, arrays), dtype=np.float64), (rows,))
    return values, missing


def row_integers(
    product: RowProduct, arrays: Mapping[str, Array], masks: Mapping[str, Mask], rows: int
) -> tuple[NDArray[np.int64], Mask, Mask]:
    """floor(x/q + 0.5) of every row (0 where missing or bad), missing, bad."""
    values, missing = row_values(product, arrays, masks, rows)
    with np.errstate(all="ignore"):
        scaled = values / float(Fraction(product.q)) + 0.5
        good = np.abs(scaled) < LIMIT
    whole = np.floor(np.where(good & ~missing, scaled, 0.0)).astype(np.int64)
    return whole, missing, ~good & ~missing


def row_sum(product: RowProduct, arrays: Mapping[str, Array], masks: Mapping[str, Mask], rows: int) -> RowSum:
    """The result of one group of `rows` rows. Arrays of names that are missing may hold anything."""
    if product.fn == "sum":
        whole, missing, bad = row_integers(product, arrays, masks, rows)
        numbers = [int(v) for v in whole[~missing & ~bad].tolist()]
        return RowSum(sum(numbers), rows, int(missing.sum()), int(bad.sum()), sum(abs(v) for v in numbers))
    values, missing = row_values(product, arrays, masks, rows)
    bad = ~np.isfinite(values) & ~missing
    kept = values[~missing & ~bad]
    value = None if not kept.size else float(kept.min() if product.fn == "min" else kept.max())
    return RowSum(0, rows, int(missing.sum()), int(bad.sum()), 0, value)


def row_value(product: RowProduct, env: Mapping[str, float]) -> float:
    """One row in plain Python floats, to re-evaluate a trace. NaN or infinite for a bad row; never raises on arithmetic."""
    arrays = {n: np.array([v], dtype=np.float64) for n, v in env.items()}
    masks = {n: np.zeros(1, dtype=np.bool_) for n in env}
    return float(row_values(product, arrays, masks, 1)[0][0])


def row_integer(product: RowProduct, env: Mapping[str, float]) -> int:
    """floor(x/q + 0.5) of one row. Raises ValueError for a bad row."""
    scaled = row_value(product, env) / float(Fraction(product.q)) + 0.5
    if not abs(scaled) < LIMIT:
        raise ValueError(f"the row has no integer: {scaled}")
    return math.floor(scaled)


def _array(node: Node, arrays: Mapping[str, Array]) -> Array:
    match node:
        case Num():
            return np.float64(float(node.value))  # type: ignore[return-value]  # a scalar broadcasts
        case Name():
            return arrays[node.id]
        case Neg():
            return -_array(node.x, arrays)
        case Convert():
            return _array(node.x, arrays) * np.float64(float(node.factor))
        case Stamp():
            return _array(node.x, arrays)
        case Bin():
            return _binary(node.op, _array(node.left, arrays), _array(node.right, arrays))
        case Call():
            return _call(node, arrays)
        case _:
            raise TypeError(f"{type(node).__name__} stands in a row product")


def _binary(op: str, a: Array, b: Array) -> Array:
    if op == "/":
        return a / np.where(b == 0.0, np.nan, b)
    return a + b if op == "+" else a - b if op == "-" else a * b


def _call(node: Call, arrays: Mapping[str, Array]) -> Array:
    if node.fn == "where" and isinstance(node.args[0], Compare):
        condition = node.args[0]
        left, right = _array(condition.left, arrays), _array(condition.right, arrays)
        taken = np.where(_compared(condition.op, left, right), _array(node.args[1], arrays), _array(node.args[2], arrays))
        return np.where(np.isnan(left) | np.isnan(right), np.nan, taken)
    args = [_array(a, arrays) for a in node.args]
    if node.fn in ("min", "max"):
        result = args[0]
        for other in args[1:]:
            result = np.minimum(result, other) if node.fn == "min" else np.maximum(result, other)
        return result
    return _function(node.fn, args)


def _compared(op: str, a: Array, b: Array) -> Mask:
    operators = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal, "!=": np.not_equal}
    return np.asarray(operators[op](a, b), dtype=np.bool_)


def _function(fn: str, args: list[Array]) -> Array:
    x = args[0]
    match fn:
        case "abs":
            return np.abs(x)
        case "exp":
            return np.exp(x)
        case "ln" | "log10":
            safe = np.where(x > 0.0, x, np.nan)
            return np.log(safe) if fn == "ln" else np.log10(safe)
        case "sqrt":
            return np.sqrt(np.where(x >= 0.0, x, np.nan))
        case "sin" | "cos":
            safe = np.where(np.isfinite(x), x, np.nan)
            return np.sin(safe) if fn == "sin" else np.cos(safe)
        case "pow":
            y = args[1]
            illegal = np.isnan(x) | np.isnan(y) | (x < 0.0) | ((x == 0.0) & (y <= 0.0))
            return np.where(illegal, np.nan, np.power(x, y))
        case _:
            raise TypeError(f"{fn} stands in a row product")


def over_arrays(node: Node, arrays: Mapping[str, Array]) -> Array:
    """The tree over arrays that broadcast to one shape, one operation at a time; NaN where it has no value."""
    with np.errstate(all="ignore"):
        return np.asarray(_array(node, arrays), dtype=np.float64)
