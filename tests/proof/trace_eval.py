"""A second program that reads `gep.trace/1` and works every figure out again. It imports nothing of gep and shares no code with it.

Written from the grammar in the docstring of gep/rules/canonical.py and the words of docs and DESIGN on traces. Expressions are
evaluated with exact fractions (functions to 50 digits), row products in binary64, one operation at a time, left to right.
"""

from __future__ import annotations

import decimal
import json
import math
import re
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath

Tree = tuple[Any, ...]
RATIONAL = re.compile(r"\((-?\d+)/(\d+)\)")
NUMBER = re.compile(r"-?\d+")
WORD = re.compile(r"[a-z][a-z0-9_]*")
REF = re.compile(r"[SNV]\d+")
OPERATOR = re.compile(r" (<=|>=|==|!=|[-+*/<>]) ")
READ_AT = ("prev", "opening", "closing")


class TraceFault(AssertionError):
    """The trace does not give the figure it stands for."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise TraceFault(what)


# --- the grammar


class Parser:
    """Recursive descent over one expression."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def parse(self) -> Tree:
        tree = self.node()
        need(self.at == len(self.text), f"{self.text!r} goes on after {self.at}")
        return tree

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        match = pattern.match(self.text, self.at)
        if match:
            self.at = match.end()
        return match

    def word(self, mark: str) -> None:
        need(self.text.startswith(mark, self.at), f"{mark!r} expected at {self.at} of {self.text!r}")
        self.at += len(mark)

    def node(self) -> Tree:
        match = self.take(RATIONAL)
        if match:
            return ("number", Fraction(int(match[1]), int(match[2])))
        match = self.take(NUMBER)
        if match:
            return ("number", Fraction(int(match[0])))
        match = self.take(REF)
        if match:
            return ("name", match[0])
        match = self.take(WORD)
        if match:
            return self.named(match[0])
        return self.bracket()

    def named(self, name: str) -> Tree:
        if not self.text.startswith("(", self.at):
            return ("name", name)
        self.word("(")
        if name in READ_AT:
            inner = self.take(WORD)
            need(inner, f"a name expected at {self.at} of {self.text!r}")
            self.word(")")
            return ("name", f"{name}({inner[0] if inner else ''})")
        args = [self.node()]
        while self.text.startswith(", ", self.at):
            self.word(", ")
            args.append(self.node())
        self.word(")")
        return ("call", name, *args)

    def bracket(self) -> Tree:
        self.word("(")
        start = self.at
        if self.text.startswith("-", self.at):
            self.word("-")
            inner = self.node()
            if self.text.startswith(")", self.at):
                self.word(")")
                return ("negative", inner)
            self.at = start  # it was a negative number at the left of an operator
        left = self.node()
        match = self.take(OPERATOR)
        need(match, f"an operator expected at {self.at} of {self.text!r}")
        right = self.node()
        self.word(")")
        return ("binary", match[1] if match else "", left, right)


# --- exact evaluation


def half_even(value: Fraction, places: int) -> Fraction:
    scaled = value * 10**places
    whole = math.floor(scaled)
    rest = scaled - whole
    if rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2):
        whole += 1
    return Fraction(whole, 10**places)


def fifty(value: Decimal) -> Fraction:
    with decimal.localcontext() as context:
        context.prec, context.rounding = 50, ROUND_HALF_EVEN
        context.Emin, context.Emax = decimal.MIN_EMIN, decimal.MAX_EMAX
        return Fraction(+value)


def function(name: str, args: list[Fraction]) -> Fraction:
    """exp, ln, log10, sqrt and pow by decimal, sin and cos by mpmath, worked with 150 digits."""
    with decimal.localcontext() as context:
        context.prec = 150
        context.Emin, context.Emax = decimal.MIN_EMIN, decimal.MAX_EMAX
        wide = [Decimal(a.numerator) / Decimal(a.denominator) for a in args]
        if name == "pow" and wide[0] == 0:
            return Fraction(0)
        if name in ("sin", "cos"):
            with mpmath.workdps(150):
                made = getattr(mpmath, name)(mpmath.mpf(args[0].numerator) / args[0].denominator)
                return fifty(Decimal(mpmath.nstr(made, 120)))
        if name == "pow":
            result = (wide[1] * wide[0].ln()).exp()
        else:
            result = {"exp": wide[0].exp, "ln": wide[0].ln, "log10": wide[0].log10, "sqrt": wide[0].sqrt}[name]()
    return fifty(result)


def compared(op: str, a: Any, b: Any) -> bool:
    return bool({"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[op])


def exact(tree: Tree, env: dict[str, Fraction]) -> Fraction:
    kind = tree[0]
    if kind == "number":
        return Fraction(tree[1])
    if kind == "name":
        return env[tree[1]]
    if kind == "negative":
        return -exact(tree[1], env)
    if kind == "binary":
        a, b = exact(tree[2], env), exact(tree[3], env)
        if tree[1] in ("+", "-", "*", "/"):
            return a + b if tree[1] == "+" else a - b if tree[1] == "-" else a * b if tree[1] == "*" else a / b
        return Fraction(compared(tree[1], a, b))
    name, args = tree[1], tree[2:]
    if name == "where":
        return exact(args[1] if exact(args[0], env) == 1 else args[2], env)
    values = [exact(a, env) for a in args]
    if name in ("min", "max", "abs"):
        return {"min": min, "max": max, "abs": lambda v: abs(v[0])}[name](values)
    return function(name, values)


# --- rows in binary64


def double(value: Fraction) -> float:
    return value.numerator / value.denominator  # the quotient of two ints is the nearest double


def floating(tree: Tree, env: dict[str, float]) -> float:
    kind = tree[0]
    if kind == "number":
        return double(tree[1])
    if kind == "name":
        return env[tree[1]]
    if kind == "negative":
        return -floating(tree[1], env)
    if kind == "binary":
        a, b = floating(tree[2], env), floating(tree[3], env)
        if tree[1] in ("+", "-", "*", "/"):
            return a + b if tree[1] == "+" else a - b if tree[1] == "-" else a * b if tree[1] == "*" else a / b
        return float(compared(tree[1], a, b))
    name, args = tree[1], tree[2:]
    if name == "where":
        return floating(args[1] if floating(args[0], env) == 1.0 else args[2], env)
    values = [floating(a, env) for a in args]
    if name in ("min", "max"):
        return min(values) if name == "min" else max(values)
    return float({"abs": abs, "exp": math.exp, "ln": math.log, "log10": math.log10, "sqrt": math.sqrt, "sin": math.sin,
                  "cos": math.cos, "pow": math.pow}[name](*values))  # fmt: skip


# --- nodes


class Trace:
    """Every node of a trace.jsonl, and what they give when worked out again."""

    def __init__(self, lines: list[dict[str, Any]]) -> None:
        self.nodes = {n["id"]: n for n in lines}
        need(len(self.nodes) == len(lines), "an id stands twice")
        need(all(n["schema"] == "gep.trace/1" for n in lines), "another schema")
        self.unrounded: dict[str, Fraction | None] = {}

    @classmethod
    def read(cls, path: Path) -> Trace:
        return cls([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])

    def references(self) -> set[str]:
        """The ids that nodes name."""
        return {r for n in self.nodes.values() for r in children(n)}

    def check(self, name: str) -> Decimal | None:
        """The stored decimal of a node, worked out again; TraceFault if it is not what the node says."""
        node = self.nodes[name]
        return {"calculation": self.calculation, "row_sum": self.row_sum, "total": self.total, "cell": self.cell}[node["kind"]](
            node
        )

    def cell(self, node: dict[str, Any]) -> Decimal | None:
        """What the account stores of a submitted figure."""
        need((node["state"] == "value") == (node["amount"] is not None), f"{node['id']}: state and amount disagree")
        if node["amount"] is None:
            return None
        return stored(half_even(Fraction(node["amount"]) * Fraction(node["factor"]), node["places"]), node["places"])

    def calculation(self, node: dict[str, Any]) -> Decimal | None:
        value = self.tail(node, deep=False)
        if node["state"] == "refused" and node["result"] is None:
            return None  # mathematics without a result
        need((value is None) == (node["result"] is None), f"{node['id']}: {value} against {node['result']}")
        need((node["state"] == "value") == (value is not None), f"{node['id']}: state {node['state']}")
        if value is None:
            return None
        need(node["rounding"] == "half_even", node["rounding"])
        made = stored(half_even(value, node["places"]), node["places"])
        need(str(made) == node["result"], f"{node['id']}: {made} against {node['result']}")
        return made

    def tail(self, node: dict[str, Any], deep: bool) -> Fraction | None:
        """The value of the expression before rounding; `deep`: nothing it rests on is rounded either. None if it is unknown."""
        env: dict[str, Fraction] = {}
        known = True
        for a in node["arguments"]:
            below = self.nodes[a["node"]]
            stated = below["result"] if below["kind"] in ("calculation", "total") else below["amount"]
            need(a["amount"] is None or a["amount"] == stated, f"{a['node']}: {a['amount']} against {stated}")
            need((a["state"] == "value") == (a["amount"] is not None), f"{node['id']}: {a['name']} {a['state']}")
            if a["amount"] is None:
                known = False
                continue
            start = self.deep(a["node"]) if deep and below["kind"] in ("calculation", "total") else Fraction(a["amount"])
            need(start is not None, a["node"])
            env[a["name"]] = Fraction(start or 0) * Fraction(a["factor"])
            if a["places"] is not None and not deep:
                env[a["name"]] = half_even(env[a["name"]], a["places"])
        for s in node["sums"]:
            below = self.nodes[s["node"]]
            if not below["n"] or below["missing"]:
                known = False
            elif below["fn"] == "sum":
                env[s["name"]] = int(below["sum"]) * Fraction(below["q"])
            else:
                env[s["name"]] = Fraction(float(below["value"]))
            env[s["count"]] = Fraction(below["n"])
        return exact(Parser(node["expression"]).parse(), env) if known else None

    def deep(self, name: str) -> Fraction | None:
        """The value of a figure with no rounding to storage anywhere below it (row integers apart)."""
        if name not in self.unrounded:
            node = self.nodes[name]
            if node["kind"] == "cell":
                made = None if node["amount"] is None else Fraction(node["amount"]) * Fraction(node["factor"])
            elif node["kind"] == "total":
                parts = [self.deep(p["node"]) for p in node["parts"] if p["state"] != "not_applicable"]
                made = None if node["result"] is None else sum((p for p in parts if p is not None), Fraction(0))
            else:
                made = self.tail(node, deep=True)
            self.unrounded[name] = made
        return self.unrounded[name]

    def row_sum(self, node: dict[str, Any]) -> Decimal | None:
        """Work every row out again; the rows must be inline."""
        rows = node["rows"]
        need(rows is not None and len(rows) == node["n"], f"{node['id']}: rows")
        product = Parser(node["product"]).parse()
        missing, numbers, values = 0, [], []
        q = double(Fraction(node["q"])) if node["fn"] == "sum" else 0.0
        for row in rows:
            if None in row["values"]:
                missing += 1
                continue
            x = floating(product, dict(zip(node["inputs"], map(float, row["values"]), strict=True)))
            if node["fn"] == "sum":
                numbers.append(math.floor(x / q + 0.5))
            values.append(x)
        need(missing == node["missing"], f"{node['id']}: {missing} rows missing")
        if node["fn"] == "sum":
            slack = len(numbers) if node["libm"] else 0
            need(abs(sum(numbers) - int(node["sum"])) <= slack, f"{node['id']}: {sum(numbers)} against {node['sum']}")
            return Decimal(node["sum"])
        if not values:
            need(node["value"] is None, f"{node['id']}: a value of nothing")
            return None
        need((min if node["fn"] == "min" else max)(values) == float(node["value"]), f"{node['id']}: {node['value']}")
        return Decimal(float(node["value"]))

    def total(self, node: dict[str, Any]) -> Decimal | None:
        """The exact sum of the applicable parts; unknown if one of them is; not applicable if all are."""
        parts = node["parts"]
        for p in parts:
            below = self.nodes[p["node"]]
            own = below["result"] if below["kind"] == "calculation" else None
            need(own is None or Decimal(own) == Decimal(p["amount"] or 0), f"{node['id']}: {p['node']}")
            need(below["state"] == p["state"], f"{node['id']}: {p['node']} is {below['state']}")
        counts = {
            "n_value": sum(p["state"] == "value" for p in parts),
            "n_missing": sum(p["state"] in ("not_available", "refused") for p in parts),
            "n_not_applicable": sum(p["state"] == "not_applicable" for p in parts),
        }
        need({k: node[k] for k in counts} == counts, f"{node['id']}: counts {counts}")
        known = [Fraction(p["amount"]) for p in parts if p["state"] == "value"]
        if counts["n_missing"] or not known:
            expected = "not_applicable" if parts and counts["n_not_applicable"] == len(parts) else "not_available"
            need(node["result"] is None and node["state"] == expected, f"{node['id']}: {node['state']}")
            return None
        need(node["state"] == "value" and Fraction(node["result"]) == sum(known), f"{node['id']}: {sum(known)}")
        return Decimal(node["result"])

    # --- what a figure rests on

    def reach(self, name: str, effective: bool) -> set[str]:
        """The figure and every node below it; `effective`: through arguments and sums that bind only."""
        found: set[str] = set()
        stack = [name]
        while stack:
            here = stack.pop()
            if here not in found:
                found.add(here)
                stack += children(self.nodes[here], effective)
        return found


def children(node: dict[str, Any], effective: bool = False) -> list[str]:
    if node["kind"] == "calculation":
        return [x["node"] for x in (*node["arguments"], *node["sums"]) if x["binding"] or not effective]
    if node["kind"] == "row_sum":
        return list(node["nodes"])
    if node["kind"] == "total":  # a part that does not apply enters no total
        return [p["node"] for p in node["parts"] if p["state"] != "not_applicable" or not effective]
    return []


def stored(value: Fraction, places: int) -> Decimal:
    """The decimal with exactly `places` digits after the point."""
    units = value * 10**places
    need(units.denominator == 1, f"{value} has more than {places} decimals")
    return Decimal((int(units < 0), tuple(int(d) for d in str(abs(units.numerator))), -places))
