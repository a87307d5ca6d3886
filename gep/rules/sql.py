"""DuckDB SQL of a row product: typed double literals, columns by given alias, strict NULL, NaN instead of errors.

A row is *missing* if any input of the product is NULL, in any branch. It is *bad* if its value is not finite or does not fit
the integers. The text never raises: domain errors and division by zero give NaN, and NaN passes through min, max and
comparisons, which in plain SQL would swallow it (least(NULL, 1) and least(NaN, 1) are 1).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import assert_never

from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp, children, names, walk
from gep.rules.product import RowProduct

NAN = "'NaN'::DOUBLE"
LIMIT = "9223372036854775808e0"  # 2^63
EXACT = 2.0**53  # whole numbers below it are doubles
_GUARD = {"ln": "{x} > 0e0", "log10": "{x} > 0e0", "sqrt": "{x} >= 0e0", "sin": "isfinite({x})", "cos": "isfinite({x})"}


def literal(value: Fraction) -> str:
    """The nearest double as an SQL literal that is a DOUBLE and no DECIMAL: 0.2e0, 1e-06, 0.06666666666666667e0."""
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no double")
    text = repr(abs(number))
    text = text if "e" in text else f"{text}e0"
    return f"(-{text})" if number < 0 else text


def row_sql(product: RowProduct, columns: Mapping[str, str]) -> str:
    """The value of one row as DOUBLE: NULL if any input is missing, else what IEEE arithmetic gives. `columns`: name -> SQL
    alias."""
    value = expression(product.body, columns)
    missing = missing_sql(product, columns)
    return f"CASE WHEN {missing} THEN NULL ELSE {value} END"


def missing_sql(product: RowProduct, columns: Mapping[str, str]) -> str:
    """Whether any input of the row is NULL."""
    return " OR ".join(f"{columns[n]} IS NULL" for n in product.inputs) or "FALSE"


def integer_sql(product: RowProduct, columns: Mapping[str, str]) -> str:
    """floor(x/q + 0.5) of one row as BIGINT; NULL if the row is missing or bad."""
    scaled = f"({row_sql(product, columns)} / {literal(Fraction(product.q))} + 0.5e0)"
    return f"CASE WHEN abs({scaled}) < {LIMIT} THEN TRY_CAST(floor({scaled}) AS BIGINT) END"


def value_sql(product: RowProduct, columns: Mapping[str, str]) -> str:
    """The exact double of one row of a min or max; NULL if the row is missing or bad."""
    value = row_sql(product, columns)
    return f"CASE WHEN isfinite({value}) THEN {value} END"


def aggregates(product: RowProduct, columns: Mapping[str, str]) -> dict[str, str]:
    """Select expressions for one group.

    Sum: s (sum of the integers) and a (sum of their absolute values), HUGEINT; n (all rows), missing, bad, BIGINT. Rows that
    are missing or bad are in n and in no sum. Min and max: value (DOUBLE, NULL if no row has one), n, missing, bad.
    """
    missing = missing_sql(product, columns)
    cell = integer_sql(product, columns) if product.fn == "sum" else value_sql(product, columns)
    counts = {
        "n": "count(*)",
        "missing": f"count(*) FILTER (WHERE {missing})",
        "bad": f"count(*) FILTER (WHERE ({cell}) IS NULL AND NOT ({missing}))",
    }
    if product.fn == "sum":
        return {"s": f"coalesce(sum({cell}), 0)::HUGEINT", **counts, "a": f"coalesce(sum(abs({cell})), 0)::HUGEINT"}
    return {"value": f"{product.fn}({cell})", **counts}


def quick(products: Sequence[RowProduct], columns: Mapping[str, str]) -> dict[str, str]:
    """Select expressions that sum several products of one frame in a single pass: s0, s1 … (DOUBLE), n and guard.

    The terms are whole numbers held as doubles. The guard is the sum of their absolute values; while it stays below 2^52, every
    partial sum of every product is a whole number below 2^53, which a double holds exactly, so the sums are exact and the same in
    any order (see `trusted`). The guard is infinite if a product of a row is missing, and not finite if one is bad.
    """
    cells = [_whole(p, columns) for p in products]
    sizes = " + ".join(f"abs({cell})" for cell in cells)
    sums = {f"s{i}": f"sum({cell})" for i, cell in enumerate(cells)}
    return sums | {"n": "count(*)", "guard": f"sum(coalesce({sizes}, 'Infinity'::DOUBLE))"}


def trusted(guard: float) -> bool:
    """Whether the sums of `quick` are exact and no row is missing or bad; otherwise `aggregates` has to be used.

    The guard is itself a rounded sum; its error is far below the factor of two between 2^52 and 2^53.
    """
    return math.isfinite(guard) and guard < EXACT / 2


def _whole(product: RowProduct, columns: Mapping[str, str]) -> str:
    """floor(x/q + 0.5) of one row as DOUBLE; NULL if the row is missing, NaN or infinite if it is bad."""
    # plain arithmetic hands NULL on by itself; functions and branches do not
    calls = any(isinstance(node, Call | Compare) for node in walk(product.body)) or set(names(product.body)) != set(
        product.inputs
    )
    value = row_sql(product, columns) if calls else expression(product.body, columns)
    return f"floor({value} / {literal(Fraction(product.q))} + 0.5e0)"


def text_size(node: Node) -> int:
    """About how many nodes the SQL text of a row expression has: guards repeat their operands, so nesting them multiplies."""
    below = [text_size(c) for c in children(node)]
    match node:
        case Call(fn="pow"):
            return 6 * sum(below)
        case Call(fn="min"):
            return 1 + 2 * sum(below)
        case Call(fn="where"):
            return 2 * sum(below)
        case Call() | Bin(op="/"):
            return 1 + 2 * sum(below)
        case _:
            return 1 + sum(below)


def expression(node: Node, columns: Mapping[str, str]) -> str:
    """SQL of a row expression, every operation in brackets."""
    match node:
        case Num():
            return literal(node.value)
        case Name():
            return columns[node.id]
        case Neg():
            return f"(-{expression(node.x, columns)})"
        case Convert():
            return f"({expression(node.x, columns)} * {literal(node.factor)})"
        case Stamp():
            return expression(node.x, columns)
        case Bin():
            return _binary(node, columns)
        case Call():
            return _call(node, columns)
        case Compare():
            return f"({expression(node.left, columns)} {_COMPARE[node.op]} {expression(node.right, columns)})"
        case Agg() | Ref():
            raise TypeError(f"{type(node).__name__} stands in a row product")
        case _:
            assert_never(node)


_COMPARE = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "==": "=", "!=": "<>"}


def _binary(node: Bin, columns: Mapping[str, str]) -> str:
    left, right = expression(node.left, columns), expression(node.right, columns)
    if node.op == "/" and not (isinstance(node.right, Num) and node.right.value):
        return f"({left} / CASE WHEN {right} = 0e0 THEN {NAN} ELSE {right} END)"
    return f"({left} {node.op} {right})"


def _call(node: Call, columns: Mapping[str, str]) -> str:
    if node.fn == "where" and isinstance(node.args[0], Compare):
        condition = node.args[0]
        sides = [expression(s, columns) for s in (condition.left, condition.right)]
        a, b = (expression(x, columns) for x in node.args[1:])
        blind = f"isnan({sides[0]}) OR isnan({sides[1]})"
        return f"CASE WHEN {blind} THEN {NAN} WHEN {expression(condition, columns)} THEN {a} ELSE {b} END"
    args = [expression(x, columns) for x in node.args]
    match node.fn:
        case "max":  # NaN is the greatest value, so it passes
            return f"greatest({', '.join(args)})"
        case "min":
            return f"CASE WHEN isnan(greatest({', '.join(args)})) THEN {NAN} ELSE least({', '.join(args)}) END"
        case "pow":
            x, y = args
            legal = f"isnan({x}) OR isnan({y}) OR {x} < 0e0 OR ({x} = 0e0 AND {y} <= 0e0)"
            return f"CASE WHEN {legal} THEN {NAN} ELSE pow({x}, {y}) END"
        case "abs" | "exp":
            return f"{node.fn}({args[0]})"
        case "ln" | "log10" | "sqrt" | "sin" | "cos":
            guard = _GUARD[node.fn].format(x=args[0])
            return f"{node.fn}(CASE WHEN {guard} THEN {args[0]} ELSE {NAN} END)"
        case _:
            raise TypeError(f"{node.fn} stands in a row product")
