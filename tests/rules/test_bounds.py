"""Intervals always contain what exact evaluation gives."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, settings
from hypothesis import given as drawn
from hypothesis import strategies as st

from gep.base.findings import Place
from gep.rules.bounds import Interval, hull, interval, point
from gep.rules.exact import MathProblem, evaluate
from gep.rules.nodes import Node, Ref
from gep.rules.parse import parse

F = Fraction


def tree_of(text: str) -> Node:
    tree = parse(text, Place("t"), {})
    assert not isinstance(tree, tuple), [f.text("en") for f in tree]
    return tree


def of(low: str | None, high: str | None) -> Interval:
    return Interval(None if low is None else F(low), None if high is None else F(high))


@pytest.mark.parametrize(
    ("text", "a", "b", "expected"),
    [
        ("a + b", ("1", "2"), ("-3", "5"), ("-2", "7")),
        ("a - b", ("1", "2"), ("-3", "5"), ("-4", "5")),
        ("a * b", ("1", "2"), ("-3", "5"), ("-6", "10")),
        ("a * b", ("0", "1"), ("0", None), ("0", None)),
        ("a * b", ("-1", "1"), ("0", None), (None, None)),
        ("a * b", ("0", "0"), (None, None), ("0", "0")),
        ("a / b", ("1", "2"), ("4", "8"), ("1/8", "1/2")),
        ("a / b", ("1", "2"), ("0", "8"), ("1/8", None)),
        ("a / b", ("1", "2"), ("-1", "8"), (None, None)),
        ("a / b", ("1", "2"), ("-8", "-4"), ("-1/2", "-1/8")),
        ("a / b", ("-1", "2"), ("4", None), ("-1/4", "1/2")),
        ("-a", ("1", None), ("0", "0"), (None, "-1")),
        ("min(a, b)", ("1", "9"), ("4", None), ("1", "9")),
        ("max(a, b)", ("1", "9"), ("4", None), ("4", None)),
        ("abs(a)", ("-3", "2"), ("0", "0"), ("0", "3")),
        ("abs(a)", ("-3", "-2"), ("0", "0"), ("2", "3")),
        ("abs(a)", (None, "2"), ("0", "0"), ("0", None)),
        ("where(a < b, a, b)", ("1", "2"), ("3", "5"), ("1", "2")),
        ("where(a > b, a, b)", ("1", "2"), ("3", "5"), ("3", "5")),
        ("where(a < b, a, b)", ("1", "4"), ("3", "5"), ("1", "5")),
        ("a <= b", ("1", "2"), ("2", "3"), ("1", "1")),
        ("a == b", ("1", "2"), ("3", "3"), ("0", "0")),
        ("a != b", ("1", "2"), ("3", "3"), ("1", "1")),
        ("a >= b", ("1", "2"), ("2", "3"), ("0", "1")),
        ("sqrt(a)", (None, "4"), ("0", "0"), ("0", "2.0000001")),
        ("sin(a)", ("0", None), ("0", "0"), ("-1", "1")),
    ],
)
def test_known_intervals(
    text: str, a: tuple[str | None, str | None], b: tuple[str | None, str | None], expected: tuple[str | None, str | None]
) -> None:
    found = interval(tree_of(text), {"a": of(*a), "b": of(*b)})
    wanted = of(*expected)
    assert (found.lower is None, found.upper is None) == (wanted.lower is None, wanted.upper is None)
    for x, y in ((found.lower, wanted.lower), (found.upper, wanted.upper)):
        assert x is None or y is None or abs(x - y) < F(1, 10**6)


def test_functions_of_unbounded_inputs() -> None:
    assert interval(tree_of("ln(a)"), {"a": of("0", None)}) == of(None, None)
    assert interval(tree_of("exp(a)"), {"a": of(None, None)}) == of("0", None)
    assert interval(tree_of("pow(a, 0.5)"), {"a": of("0", None)}) == of("0", None)
    assert interval(tree_of("pow(a, -0.5)"), {"a": of("0", None)}) == of("0", None)


@pytest.mark.parametrize("text", ["ln(a)", "log10(a)", "sqrt(a)", "pow(a, 0.5)"])
def test_no_value_within_the_bounds_is_a_problem(text: str) -> None:
    with pytest.raises(MathProblem):
        interval(tree_of(text), {"a": of("-2", "-1")})
    with pytest.raises(MathProblem):
        interval(tree_of("1 / a"), {"a": of("0", "0")})


def test_refs_and_missing_names() -> None:
    assert interval(Ref(0), {Ref(0): of("1", "2")}) == of("1", "2")
    with pytest.raises(KeyError):
        interval(tree_of("a"), {})


def test_interval_record() -> None:
    assert of("-3", "2").largest() == 3
    assert of("-3", None).largest() is None
    assert hull([of("1", "2"), of("4", None)]) == of("1", None)
    assert point(F(1)).has(F(1))
    assert not of("2", None).has(F(1))
    with pytest.raises(ValueError, match="empty"):
        of("2", "1")


EXPRESSIONS = [
    "a * (b - c * a) / 3",
    "min(a, b * c) - max(a, c)",
    "where(a < b, a / (b * b + 1), abs(c))",
    "exp(a / 4) * sqrt(abs(b)) + ln(c * c + 0.5)",
    "pow(abs(a) + 0.25, b / 4) + log10(b * b + 2)",
    "sin(a) * cos(b) - c / (abs(a) + 0.5)",
    "pow(abs(a), 0.85)",
]
_NUMBERS = st.fractions(-8, 8, max_denominator=8)


@settings(max_examples=150, deadline=None)
@drawn(st.sampled_from(EXPRESSIONS), st.lists(st.tuples(_NUMBERS, _NUMBERS, _NUMBERS), min_size=3, max_size=3))
def test_a_value_within_the_bounds_gives_a_result_within_the_interval(text: str, triples: list[tuple[F, F, F]]) -> None:
    tree = tree_of(text)
    ordered = [sorted(t) for t in triples]
    env = {name: Interval(t[0], t[2]) for name, t in zip("abc", ordered, strict=True)}
    for pick in ([t[1] for t in ordered], [t[0] for t in ordered], [t[2] for t in ordered]):
        try:
            value = evaluate(tree, dict(zip("abc", pick, strict=True)), {})
        except MathProblem:
            assume(False)
        assert value is not None
        assert interval(tree, env).has(value)
