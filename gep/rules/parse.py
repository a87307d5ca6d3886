"""From the text of a rule to its tree. The text is read with `ast` against a white list and never evaluated as code.

The language (DESIGN 4): numbers, inputs, + - * / and unary minus, one comparison (as the whole expression or as the condition
of where), the functions of `nodes.FUNCTIONS`, `sum mean min max (x over row, month)`, prev(x), opening(x), closing(x) of an
input, and the empirical equations of the rule. prev(area) becomes the Name "prev(area)"; the plan derives the input with that
time.

Python's grammar is wider than the language, so every node kind that is not named here is a finding.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

from gep.base.findings import Finding, Place, finding
from gep.rules.lexer import MAX_DEPTH, Scan, number, scan
from gep.rules.nodes import AGGREGATES, FUNCTIONS, OVER, Agg, Bin, Call, Compare, Name, Neg, Node, Num, walk

MAX_NODES = 2000
TIMES: tuple[Literal["prev", "opening", "closing"], ...] = ("prev", "opening", "closing")
RESERVED = frozenset({*FUNCTIONS, *AGGREGATES, *OVER, *TIMES, "over"})
_CLOCK = frozenset({Fraction(24), Fraction(60), Fraction(365), Fraction(3600)})
_BINARY: dict[type[ast.operator], Any] = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_COMPARE: dict[type[ast.cmpop], Any] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!="}
_BROKEN = Num("0", Fraction(0))  # stands for a part that was complained of; the tree is then not returned


def parse(
    text: str, where: Place, functions: Mapping[str, int], *, rule: str = "", part: str = "expression", fitted: bool = False
) -> Node | tuple[Finding, ...]:
    """The tree of `text`, or every finding.

    `functions`: empirical equations the text may call, with their number of arguments. `part`: what the text is, for the
    column of the messages. `fitted`: the text is itself an empirical equation; then powers of ten and clock numbers may be
    typed (they are fitted coefficients) and sums and prev() may not.
    """
    found = scan(text)
    reader = _Reader(found, functions, fitted)
    tree = reader.read() if not found.problems else _BROKEN
    if not found.problems and sum(1 for _ in walk(tree)) > MAX_NODES:
        found.complain("RULE-TOO-BIG", 0, limit=str(MAX_NODES))
    if not found.problems:
        return tree
    findings = []
    for problem in sorted(found.problems, key=lambda p: p.column):
        place = replace(where, column=f"{part}:{problem.column}", key=where.key or rule)
        excerpt = _excerpt(text, problem.column)
        findings.append(finding(problem.code, place, rule=rule, found=excerpt, holes=problem.args))
    return tuple(findings)


def typed_factor(value: Fraction) -> bool:
    """Whether a literal looks like a unit factor typed by hand: a power of ten other than 1, or 24, 60, 365, 3600."""
    if value in _CLOCK:
        return True
    size = value if value >= 1 else 1 / value if value else Fraction(1)
    text = str(size.numerator)
    return size != 1 and size.denominator == 1 and text[0] == "1" and not text[1:].strip("0")


def _excerpt(text: str, column: int) -> str:
    piece = text[max(0, column - 1) : column + 23]
    return "".join(c if c.isprintable() else "?" for c in piece)


class _Reader:
    """Walks the `ast` of one text, collecting problems in the scan."""

    def __init__(self, found: Scan, functions: Mapping[str, int], fitted: bool) -> None:
        self.found = found
        self.functions = functions
        self.fitted = fitted
        self.shift = 0
        self.overs = dict(found.overs)

    def read(self) -> Node:
        source = self.found.blanked
        self.shift = indent = len(source) - len(source.lstrip(" "))
        try:
            body = ast.parse(source[indent:], mode="eval").body
        except SyntaxError as error:
            column = min(max((error.offset or 1) - 1 + indent, 0), len(source) - 1)
            self.found.complain("RULE-SYNTAX", column, what=source[column : column + 12].strip() or source[-12:].strip())
            return _BROKEN
        except (ValueError, RecursionError, MemoryError):
            self.found.complain("RULE-TOO-DEEP", 0, limit=str(MAX_DEPTH))
            return _BROKEN
        tree = self.condition(body, 1) if isinstance(body, ast.Compare) else self.node(body, 1)
        for column in self.overs:
            self.found.complain("RULE-OVER-PLACE", column)
        return tree

    def complain(self, code: str, at: ast.expr, **args: str) -> Node:
        self.found.complain(code, at.col_offset + self.shift, **args)
        return _BROKEN

    def node(self, x: ast.expr, depth: int, inside: bool = False) -> Node:
        """`inside`: within the body of a sum."""
        if depth > MAX_DEPTH:
            return self.complain("RULE-TOO-DEEP", x, limit=str(MAX_DEPTH))
        match x:
            case ast.Constant():
                return self.literal(x)
            case ast.Name():
                return self.name(x)
            case ast.UnaryOp(op=ast.USub()):
                return Neg(self.node(x.operand, depth + 1, inside))
            case ast.BinOp() if type(x.op) in _BINARY:
                return Bin(_BINARY[type(x.op)], self.node(x.left, depth + 1, inside), self.node(x.right, depth + 1, inside))
            case ast.Call(func=ast.Name(id=fn)):
                return self.call(x, fn, depth, inside)
            case ast.Compare():
                self.complain("RULE-COMPARE-PLACE", x)
                return self.condition(x, depth, inside)
            case _:
                return self.complain("RULE-CONSTRUCT", x, construct=type(x).__name__)

    def condition(self, x: ast.Compare, depth: int, inside: bool = False) -> Node:
        if len(x.ops) != 1:
            return self.complain("RULE-COMPARE-CHAIN", x)
        if type(x.ops[0]) not in _COMPARE:
            return self.complain("RULE-CONSTRUCT", x, construct=type(x.ops[0]).__name__)
        left, right = self.node(x.left, depth + 1, inside), self.node(x.comparators[0], depth + 1, inside)
        return Compare(_COMPARE[type(x.ops[0])], left, right)

    def literal(self, x: ast.Constant) -> Node:
        text = self.found.numbers.get(x.col_offset + self.shift)
        if text is None:
            return self.complain("RULE-CONSTRUCT", x, construct=type(x.value).__name__)
        value = number(text)
        if not self.fitted and typed_factor(value):
            return self.complain("RULE-TYPED-FACTOR", x, number=text)
        return Num(text, value)

    def name(self, x: ast.Name) -> Node:
        if x.id in RESERVED or x.id in self.functions:
            return self.complain("RULE-RESERVED", x, name=x.id)
        return Name(x.id)

    def call(self, x: ast.Call, fn: str, depth: int, inside: bool) -> Node:
        over = self.overs.pop((x.end_col_offset or 0) - 1 + self.shift, None)
        if x.keywords or any(isinstance(a, ast.Starred) for a in x.args):
            return self.complain("RULE-CONSTRUCT", x, construct="Starred")
        if over is not None:
            return self.aggregate(x, fn, over, depth, inside)
        if fn in TIMES:
            return self.time(x, fn)
        if fn in ("sum", "mean"):
            return self.complain("RULE-SUM-WITHOUT-OVER", x, function=fn)
        if fn not in FUNCTIONS and fn not in self.functions:
            known = ", ".join(sorted({*FUNCTIONS, *AGGREGATES, *TIMES, *self.functions}))
            return self.complain("RULE-FUNCTION-UNKNOWN", x, function=fn, known=known)
        wanted = self.functions[fn] if fn in self.functions else FUNCTIONS[fn]
        if len(x.args) != wanted if wanted is not None else len(x.args) < 2:
            expected = str(wanted) if wanted is not None else "2+"
            return self.complain("RULE-FUNCTION-ARITY", x, function=fn, given=str(len(x.args)), wanted=expected)
        if fn == "where" and not isinstance(x.args[0], ast.Compare):
            return self.complain("RULE-WHERE-CONDITION", x.args[0])
        if fn == "pow":
            return self.power(x, depth, inside)
        if fn == "where" and isinstance(x.args[0], ast.Compare):
            branches = (self.node(a, depth + 1, inside) for a in x.args[1:])
            return Call(fn, (self.condition(x.args[0], depth + 1, inside), *branches))
        return Call(fn, tuple(self.node(a, depth + 1, inside) for a in x.args))

    def aggregate(self, x: ast.Call, fn: Any, over: tuple[str, ...], depth: int, inside: bool) -> Node:
        if fn not in AGGREGATES:
            return self.complain("RULE-OVER-PLACE", x)
        if inside:
            return self.complain("RULE-NESTED-SUM", x)
        if self.fitted:
            return self.complain("RULE-FITTED-SUM", x, function=fn)
        if len(x.args) != 1:
            return self.complain("RULE-FUNCTION-ARITY", x, function=f"{fn}(… over …)", given=str(len(x.args)), wanted="1")
        return Agg(fn, self.node(x.args[0], depth + 1, inside=True), over)

    def time(self, x: ast.Call, fn: str) -> Node:
        if self.fitted:
            return self.complain("RULE-FITTED-SUM", x, function=fn)
        if len(x.args) != 1 or not isinstance(x.args[0], ast.Name):
            return self.complain("RULE-TIME-ARGUMENT", x, function=fn)
        inner = self.name(x.args[0])
        return Name(f"{fn}({inner.id})") if isinstance(inner, Name) else inner

    def power(self, x: ast.Call, depth: int, inside: bool) -> Node:
        """An integer power 2..8 becomes a product: `pow` of the maths libraries differ in the last bit."""
        base = self.node(x.args[0], depth + 1, inside)
        exponent = x.args[1]
        minus = isinstance(exponent, ast.UnaryOp) and isinstance(exponent.op, ast.USub)
        inner = exponent.operand if isinstance(exponent, ast.UnaryOp) and minus else exponent
        text = self.found.numbers.get(inner.col_offset + self.shift) if isinstance(inner, ast.Constant) else None
        if text is None or number(text).denominator != 1:
            return Call("pow", (base, self.node(exponent, depth + 1, inside)))
        times = int(number(text))
        if minus or not 2 <= times <= 8:
            return self.complain("RULE-POWER-EXPONENT", exponent, exponent=f"{'-' if minus else ''}{text}")
        if sum(1 for _ in walk(base)) * times > MAX_NODES:
            return self.complain("RULE-TOO-BIG", x, limit=str(MAX_NODES))
        product = base
        for _ in range(times - 1):
            product = Bin("*", product, base)
        return product
