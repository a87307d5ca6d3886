"""Expressions of a trace read back from their canonical text and worked out with other inputs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.again import argument_value, inputs_of, read, work_out
from gep.rules.canonical import canonical
from gep.rules.exact import MathProblem
from gep.rules.nodes import Bin, Call, Compare, Name, Neg, Node, Num, Ref

NUMBERS = st.fractions(max_denominator=1000).map(lambda f: Num(str(f), f))
NAMES = st.sampled_from(["a", "b", "prev(area)"]).map(Name)
REFS = st.sampled_from([Ref(0), Ref(0, "count"), Ref(1, "min")])


def _wider(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pairs = st.tuples(inner, inner)
    return st.one_of(
        inner.map(Neg),
        st.builds(lambda op, p: Bin(op, *p), st.sampled_from("+-*/"), pairs),
        st.builds(Call, st.sampled_from(["min", "max", "pow"]), pairs),
        st.builds(lambda op, p, q: Call("where", (Compare(op, *p), *q)), st.sampled_from(["<", ">=", "=="]), pairs, pairs),
    )


@given(st.recursive(st.one_of(NUMBERS, NAMES, REFS), _wider, max_leaves=12))
def test_what_is_written_is_read_back(tree: Node) -> None:
    assert canonical(read(canonical(tree))) == canonical(tree)


@pytest.mark.parametrize("text", ["a +", "(a ? b)", "sum(a over row)", "(a + b) c", "a)", "(a + b", "A", ""])
def test_another_text_is_no_expression(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|goes on|no function"):
        read(text)


def test_an_expression_is_worked_out_exactly() -> None:
    # max(-(1/3), (7 - 2·(1/1000))) = 6.998; a sum brings its number of rows along: 10 / 4
    tree = read("max((-(1/3)), (a - (b * (1/1000))))")
    assert work_out(tree, {"a": Fraction(7), "b": Fraction(2)}) == Fraction(6998, 1000)
    assert work_out(read("(S0 / N0)"), {"S0": (Fraction(10), Fraction(4))}) == Fraction(5, 2)
    assert work_out(read("V1"), {"V1": (Fraction(3), Fraction(9))}) == 3
    with pytest.raises(MathProblem):
        work_out(read("(a / b)"), {"a": Fraction(1), "b": Fraction(0)})
    with pytest.raises(KeyError):
        work_out(read("(a / b)"), {"a": Fraction(1)})


def test_inputs_are_what_the_expression_read() -> None:
    # 12.3456789 t × 10 rounded to 6 decimals; a row sum of 1234 × 0.001 over 5 rows
    rounded = {"name": "a", "amount": "12.3456789", "factor": "10", "places": 6}
    plain = {"name": "b", "amount": "1", "factor": "1/15", "places": None}
    assert argument_value(rounded) == Fraction("123.456789")
    assert argument_value(rounded | {"factor": "1"}) == Fraction("12.345679")
    sums = [{"name": "S0", "count": "N0", "node": "row_sum:x"}]
    node: dict[str, Any] = {"arguments": [rounded, plain], "sums": sums}
    below = {"row_sum:x": {"sum": "1234", "q": "0.001", "n": 5, "value": None}}
    expected = {"a": Fraction("123.456789"), "b": Fraction(1, 15), "S0": (Fraction("1.234"), Fraction(5))}
    assert inputs_of(node, below) == expected
    lowest = {"row_sum:x": {"sum": None, "q": "1", "n": 5, "value": "0.5"}}
    assert inputs_of(node | {"sums": [sums[0] | {"name": "V0"}]}, lowest)["V0"] == (Fraction(1, 2), Fraction(5))
