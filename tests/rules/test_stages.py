"""Staged row products: the same doubles as the expression in one piece, at a fraction of the text."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.rules.nodes import Bin, Call, Compare, Name, Neg, Node, Num
from gep.rules.product import RowProduct
from gep.rules.sql import aggregates, expression, text_size
from gep.rules.stages import SHORT, staged

COLUMNS = {"a": "c0", "b": "c1"}


def product(body: Node) -> RowProduct:
    return RowProduct("r0", "sum", body, ("a", "b"), (), ("row",), ("region", "row"), True, Decimal("0.000001"))


def numbers(size: int) -> st.SearchStrategy[Node]:
    leaf = st.sampled_from([Name("a"), Name("b"), Num("2", Fraction(2)), Num("0.3", Fraction(3, 10))])

    def grown(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
        compare = st.builds(Compare, st.sampled_from(["<", ">=", "=="]), below, below)
        return st.one_of(
            st.builds(Bin, st.sampled_from(["+", "-", "*", "/"]), below, below),
            st.builds(Neg, below),
            st.builds(lambda x: Call("exp", (x,)), below),
            st.builds(lambda f, x: Call(f, (x,)), st.sampled_from(["ln", "log10", "sqrt", "sin", "cos", "abs"]), below),
            st.builds(lambda f, x, y: Call(f, (x, y)), st.sampled_from(["pow", "min", "max"]), below, below),
            st.builds(lambda c, x, y: Call("where", (c, x, y)), compare, below, below),
        )

    return st.recursive(leaf, grown, max_leaves=size)


def same(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return one == other or (math.isnan(one) and math.isnan(other))


@settings(max_examples=150, deadline=None)
@given(numbers(14))
def test_every_double_is_the_same_as_in_one_piece(body: Node) -> None:
    """Values with signs, zero, infinity and NULL; the text of one piece is the reference."""
    if text_size(body) > 5000:
        return
    frame = (
        "SELECT * FROM (VALUES (0, 1.5, 2.0), (1, 0.0, -3.25), (2, -2.0, 0.5), (3, 1e300, 1e9), (4, NULL, 1.0)) AS t(g, c0, c1)"
    )
    plain = duckdb.sql(
        f"SELECT g, {expression(body, COLUMNS)} FROM (SELECT g, c0::DOUBLE AS c0, c1::DOUBLE AS c1 FROM ({frame})) ORDER BY g"
    ).fetchall()
    work = staged([product(body)], COLUMNS, f"SELECT g, c0::DOUBLE AS c0, c1::DOUBLE AS c1 FROM ({frame})")
    made = duckdb.sql(f"SELECT g, {expression(work.products[0].body, work.columns)} FROM ({work.select}) ORDER BY g").fetchall()
    # the engine reads no value of a row with an unknown input
    assert all(same(x, y) for (g, x), (_, y) in zip(plain, made, strict=True) if g != 4)


def test_a_short_product_is_left_as_it_is() -> None:
    body = Bin("*", Name("a"), Name("b"))
    assert text_size(body) <= SHORT
    work = staged([product(body)], COLUMNS, "SELECT 1")
    assert (work.select, work.products[0].body, work.columns) == ("SELECT 1", body, COLUMNS)


def nested(depth: int) -> Node:
    body: Node = Name("a")
    for _ in range(depth):
        body = Call("pow", (Bin("+", body, Name("b")), Num("0.5", Fraction(1, 2))))
    return body


@pytest.mark.parametrize("depth", [3, 6, 9])
def test_the_text_grows_with_the_expression_and_not_with_its_nesting(depth: int) -> None:
    """Each power writes its base six times: in one piece 6^depth, in stages six short texts a power."""
    body = nested(depth)
    work = staged([product(body)], COLUMNS, "SELECT c0, c1 FROM t")
    assert text_size(body) > 6**depth
    assert len(work.select) + sum(map(len, aggregates(work.products[0], work.columns).values())) < 900 * depth + 900


def test_what_stands_twice_is_computed_once() -> None:
    part = nested(3)
    work = staged([product(Bin("*", part, Call("exp", (part,)))), product(Neg(part))], COLUMNS, "SELECT c0, c1 FROM t")
    assert work.select.count("pow(") == 3
