"""Symbolic derivative of an expression tree, as a tree; min, max, where and abs become piecewise by where."""

from __future__ import annotations

from fractions import Fraction

from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp, walk

ZERO = Num("0", Fraction(0))
ONE = Num("1", Fraction(1))


def derivative(node: Node, by: str | Ref) -> Node:
    """d `node` / d `by` (a name or a row sum). At a kink one of the two one-sided derivatives is given.

    A sum or mean over rows is differentiated inside. Raises ValueError for a comparison, or a min or max over rows that
    depends on `by`.
    """
    if not depends(node, by):
        return ZERO
    match node:
        case Name() | Ref():
            return ONE
        case Neg():
            return neg(derivative(node.x, by))
        case Convert():
            inner = derivative(node.x, by)
            return ZERO if _is(inner, 0) else Convert(inner, node.factor, node.source, node.target)
        case Stamp():
            return derivative(node.x, by)
        case Bin():
            return _binary(node, by)
        case Call():
            return _call(node, by)
        case Agg(fn="sum") | Agg(fn="mean"):
            return Agg(node.fn, derivative(node.body, by), node.over)
        case _:
            raise ValueError(f"{type(node).__name__} has no derivative")


def depends(node: Node, by: str | Ref) -> bool:
    """Whether `by` stands anywhere below."""
    target: Node = by if isinstance(by, Ref) else Name(by)
    return any(n == target for n in walk(node))


def _binary(node: Bin, by: str | Ref) -> Node:
    u, v = node.left, node.right
    du, dv = derivative(u, by), derivative(v, by)
    if node.op == "+":
        return add(du, dv)
    if node.op == "-":
        return sub(du, dv)
    if node.op == "*":
        return add(mul(du, v), mul(u, dv))
    return sub(div(du, v), div(mul(u, dv), mul(v, v)))


def _call(node: Call, by: str | Ref) -> Node:
    if node.fn == "where":
        condition, a, b = node.args
        return _where(condition, derivative(a, by), derivative(b, by))
    if node.fn in ("min", "max"):
        return _extreme(node, by)
    if node.fn == "pow":
        return _power(node.args[0], node.args[1], by)
    x = node.args[0]
    dx = derivative(x, by)
    match node.fn:
        case "abs":
            return _where(Compare("<", x, ZERO), neg(dx), dx)
        case "exp":
            return mul(node, dx)
        case "ln":
            return div(dx, x)
        case "log10":
            return div(dx, mul(x, Call("ln", (Num("10", Fraction(10)),))))
        case "sqrt":
            return div(dx, mul(Num("2", Fraction(2)), node))
        case "sin":
            return mul(Call("cos", (x,)), dx)
        case "cos":
            return neg(mul(Call("sin", (x,)), dx))
        case _:
            raise ValueError(f"{node.fn} has no derivative")


def _extreme(node: Call, by: str | Ref) -> Node:
    first, rest = node.args[0], node.args[1:]
    other: Node = rest[0] if len(rest) == 1 else Call(node.fn, rest)
    condition = Compare("<=" if node.fn == "min" else ">=", first, other)
    return _where(condition, derivative(first, by), derivative(other, by))


def _power(x: Node, y: Node, by: str | Ref) -> Node:
    dx, dy = derivative(x, by), derivative(y, by)
    lowered: Node = Num(str(y.value - 1), y.value - 1) if isinstance(y, Num) else sub(y, ONE)
    by_base = mul(mul(y, Call("pow", (x, lowered))), dx)
    by_exponent = mul(mul(Call("pow", (x, y)), Call("ln", (x,))), dy)
    return add(by_base, by_exponent)


def _where(condition: Node, a: Node, b: Node) -> Node:
    return a if a == b else Call("where", (condition, a, b))


def _is(node: Node, value: int) -> bool:
    return isinstance(node, Num) and node.value == value


def _number(value: Fraction) -> Num:
    return Num(str(value), value)


def neg(x: Node) -> Node:
    """-x, simplified."""
    if isinstance(x, Num):
        return _number(-x.value)
    return x.x if isinstance(x, Neg) else Neg(x)


def add(a: Node, b: Node) -> Node:
    """a + b, simplified."""
    if isinstance(a, Num) and isinstance(b, Num):
        return _number(a.value + b.value)
    if _is(a, 0):
        return b
    if _is(b, 0):
        return a
    return Bin("-", a, b.x) if isinstance(b, Neg) else Bin("+", a, b)


def sub(a: Node, b: Node) -> Node:
    """a - b, simplified."""
    return add(a, neg(b))


def mul(a: Node, b: Node) -> Node:
    """a * b, simplified."""
    if isinstance(a, Num) and isinstance(b, Num):
        return _number(a.value * b.value)
    if _is(a, 0) or _is(b, 0):
        return ZERO
    if _is(a, 1):
        return b
    if _is(b, 1):
        return a
    if _is(a, -1):
        return neg(b)
    if _is(b, -1):
        return neg(a)
    if isinstance(a, Neg):
        return neg(mul(a.x, b))
    return neg(mul(a, b.x)) if isinstance(b, Neg) else Bin("*", a, b)


def div(a: Node, b: Node) -> Node:
    """a / b, simplified."""
    if _is(a, 0):
        return ZERO
    if _is(b, 1):
        return a
    return neg(div(a.x, b)) if isinstance(a, Neg) else Bin("/", a, b)
