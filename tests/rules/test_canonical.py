"""The machine-readable text is stable, unambiguous, and enough to evaluate a tail outside of this program."""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from gep.rules.canonical import canonical, rational
from gep.rules.exact import evaluate
from gep.rules.nodes import Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp


def outside(text: str, values: dict[str, Fraction]) -> Fraction:
    """A reader of the grammar of 25 lines that shares nothing with the package."""
    tokens = re.findall(r"[SNV]\d+|(?:prev|opening|closing)\([a-z]\w*\)|[a-z]\w*|\d+|<=|>=|==|!=|[-+*/()<>,]", text)
    position = 0

    def take() -> str:
        nonlocal position
        position += 1
        return tokens[position - 1]

    def node() -> Fraction:
        piece = take()
        if piece == "(":
            if tokens[position] == "-":
                take()
                value = -node()
            else:
                left, sign, right = node(), take(), None
                right = node()
                signs = {
                    "+": left + right,
                    "-": left - right,
                    "*": left * right,
                    "<": Fraction(left < right),
                    "<=": Fraction(left <= right),
                }
                value = left / right if sign == "/" else signs[sign]
            assert take() == ")"
            return value
        if piece in ("min", "max", "where", "abs"):
            args = []
            while take() != ")":
                args.append(node())
            return {"min": min, "max": max, "abs": lambda a: abs(a[0]), "where": lambda a: a[1] if a[0] else a[2]}[piece](args)
        return Fraction(piece) if piece.isdigit() else values[piece]

    result = node()
    assert position == len(tokens)
    return result


A, B, S, N = Name("a"), Name("prev(b)"), Ref(0), Ref(0, "count")
TREES: list[tuple[Node, str]] = [
    (Bin("-", Bin("*", Bin("-", Num("1", Fraction(1)), A), S), Ref(1)), "(((1 - a) * S0) - S1)"),
    (Convert(Bin("/", S, N), Fraction(1, 1000), "hm2·mm", "m3"), "((S0 / N0) * (1/1000))"),
    (Call("min", (B, Stamp(Neg(S), "lake", "m3"))), "min(prev(b), (-S0))"),
    (
        Call("where", (Compare("<=", A, B), Call("abs", (Neg(A),)), Num("0.37", Fraction(37, 100)))),
        "where((a <= prev(b)), abs((-a)), (37/100))",
    ),
    (Ref(2, "max"), "V2"),
    (Convert(A, Fraction(10000), "ha", "m2"), "(a * 10000)"),
]


@pytest.mark.parametrize(("tree", "text"), TREES)
def test_text(tree: Node, text: str) -> None:
    assert canonical(tree) == text


@pytest.mark.parametrize(("tree", "text"), TREES)
def test_an_outside_reader_gets_the_same_fraction(tree: Node, text: str) -> None:
    env = {"a": Fraction(2, 7), "prev(b)": Fraction(-5, 3)}
    refs = {(0, "sum"): Fraction(22, 7), (0, "count"): Fraction(3), (1, "sum"): Fraction(1, 9), (2, "max"): Fraction(4)}
    values = env | {"S0": Fraction(22, 7), "N0": Fraction(3), "S1": Fraction(1, 9), "V2": Fraction(4)}
    assert outside(text, values) == evaluate(tree, env, refs)


def test_rationals() -> None:
    assert [rational(Fraction(v)) for v in ("3", "-3", "0.5", "-1/3")] == ["3", "-3", "(1/2)", "(-1/3)"]
