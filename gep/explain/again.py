"""Works a calculation of a trace out again with other inputs: canonical text back to a tree, evaluated by `gep.rules.exact`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Any, cast

from gep.base.rounding import store
from gep.rules.exact import Env, Refs, evaluate
from gep.rules.nodes import FUNCTIONS, Bin, Call, Compare, Name, Neg, Node, Num, Ref

RATIONAL = re.compile(r"\((-?\d+)/(\d+)\)")
NUMBER = re.compile(r"-?\d+")
REF = re.compile(r"([SNV])(\d+)")
WORD = re.compile(r"[a-z][a-z0-9_]*")
OPERATOR = re.compile(r" (<=|>=|==|!=|[-+*/<>]) ")
READ_AT = ("prev", "opening", "closing")
Inputs = Mapping[str, Fraction | tuple[Fraction, Fraction]]  # by name; a row sum by its letter: (result, number of rows)
TraceNode = Mapping[str, Any]


@cache
def read(text: str) -> Node:
    """The tree of an expression in the grammar of `gep.rules.canonical`. Raises ValueError for any other text.

    V (the smallest or largest value of rows) is read as `min`: which of the two it was is settled before it stands in a trace.
    """
    reader = _Reader(text)
    tree = reader.node()
    if reader.at != len(text):
        raise ValueError(f"{text!r} goes on after {reader.at}")
    return tree


class _Reader:
    """Recursive descent; every rule consumes what it has read."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def node(self) -> Node:
        if found := self._take(RATIONAL):
            return Num(found[0], Fraction(int(found[1]), int(found[2])))
        if found := self._take(NUMBER):
            return Num(found[0], Fraction(int(found[0])))
        if found := self._take(REF):
            return Ref(int(found[2]), {"S": "sum", "N": "count", "V": "min"}[found[1]])  # type: ignore[arg-type]
        if found := self._take(WORD):
            return self._named(found[0])
        return self._bracket()

    def _named(self, name: str) -> Node:
        if not self.text.startswith("(", self.at):
            return Name(name)
        self._word("(")
        if name in READ_AT:
            inner = self._take(WORD)
            self._word(")")
            return Name(f"{name}({inner[0] if inner else ''})")
        if name not in FUNCTIONS:
            raise ValueError(f"{name} is no function: {self.text!r}")
        args = [self.node()]
        while self.text.startswith(", ", self.at):
            self._word(", ")
            args.append(self.node())
        self._word(")")
        return Call(name, tuple(args))

    def _bracket(self) -> Node:
        start = self.at
        self._word("(")
        if self.text.startswith("-", self.at):
            self._word("-")
            inner = self.node()
            if self.text.startswith(")", self.at):
                self._word(")")
                return Neg(inner)
            self.at = start + 1  # it was a negative number at the left of an operator
        left = self.node()
        found = self._take(OPERATOR)
        if found is None:
            raise ValueError(f"an operator expected at {self.at} of {self.text!r}")
        right = self.node()
        self._word(")")
        if found[1] in ("+", "-", "*", "/"):
            return Bin(found[1], left, right)  # type: ignore[arg-type]
        return Compare(found[1], left, right)  # type: ignore[arg-type]

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.text, self.at)
        if found:
            self.at = found.end()
        return found

    def _word(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise ValueError(f"{mark!r} expected at {self.at} of {self.text!r}")
        self.at += len(mark)


def argument_value(argument: TraceNode) -> Fraction:
    """What an argument of a calculation stands for in its expression: amount × factor, rounded where the trace says so."""
    value = Fraction(Decimal(argument["amount"])) * Fraction(argument["factor"])
    return value if argument["places"] is None else Fraction(store(value, argument["places"]))


def inputs_of(node: TraceNode, nodes: Mapping[str, TraceNode]) -> dict[str, Fraction | tuple[Fraction, Fraction]]:
    """The inputs of a calculation that has a value, by name; a row sum counts as one input under its letter (`S0`, `V0`)."""
    found: dict[str, Fraction | tuple[Fraction, Fraction]] = {a["name"]: argument_value(a) for a in node["arguments"]}
    for s in node["sums"]:
        below = nodes[s["node"]]
        exact = below["sum"] is not None
        result = int(below["sum"]) * Fraction(below["q"]) if exact else Fraction(float(below["value"]))
        found[s["name"]] = (result, Fraction(below["n"]))
    return found


def work_out(tree: Node, inputs: Inputs) -> Fraction:
    """The exact value of the expression. Raises MathProblem where it has none, KeyError for an input that was not given."""
    env: dict[str, Fraction | None] = {}
    refs: dict[tuple[int, str], Fraction | None] = {}
    for name, value in inputs.items():
        if isinstance(value, tuple):
            index = int(name[1:])
            refs[index, "sum" if name[0] == "S" else "min"], refs[index, "count"] = value
        else:
            env[name] = value
    return cast(Fraction, evaluate(tree, cast(Env, env), cast(Refs, refs)))  # every input is known, so the result is
