"""The machine-readable text of an expression tree: stable, fully bracketed, the same in plans, hashes and traces.

Grammar (blanks are single and significant only for reading):

    node    := number | name | ref | "(-" node ")" | "(" node op node ")" | "(" node rel node ")" | fn "(" node {", " node} ")"
             | agg "(" node " over " word {", " word} ")"
    number  := ["-"] digits | "(" ["-"] digits "/" digits ")"          an exact rational number
    name    := input of the rule, [a-z][a-z0-9_]*, or prev(name), opening(name), closing(name)
    ref     := "S" index | "N" index | "V" index    sum, count of rows, or smallest/largest value of row product `index`
    op      := "+" | "-" | "*" | "/"
    rel     := "<" | "<=" | ">" | ">=" | "==" | "!="
    fn      := where min max abs exp ln log10 sqrt pow sin cos

A unit conversion is written as the product with its exact factor, `(x * (1/1000))`. Names are in lower case and refs in upper
case, so they cannot meet. All operations are those of rational numbers; exp, ln, log10, sqrt, pow, sin and cos are rounded
half-even to 50 significant digits; `where(c, a, b)` is a if c holds, else b. An outside program needs no more to evaluate the
tail of a plan.
"""

from __future__ import annotations

from fractions import Fraction
from typing import assert_never

from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp

REF_LETTER = {"sum": "S", "count": "N", "min": "V", "max": "V"}


def rational(value: Fraction) -> str:
    """`7`, `-7` or `(7/1000)`."""
    return str(value.numerator) if value.denominator == 1 else f"({value.numerator}/{value.denominator})"


def ref_text(ref: Ref) -> str:
    """`S0`, `N0` or `V0`."""
    return f"{REF_LETTER[ref.what]}{ref.index}"


def canonical(node: Node) -> str:
    """The text of `node` in the grammar above."""
    match node:
        case Num():
            return rational(node.value)
        case Name():
            return node.id
        case Ref():
            return ref_text(node)
        case Neg():
            return f"(-{canonical(node.x)})"
        case Bin() | Compare():
            return f"({canonical(node.left)} {node.op} {canonical(node.right)})"
        case Call():
            return f"{node.fn}({', '.join(canonical(a) for a in node.args)})"
        case Agg():
            return f"{node.fn}({canonical(node.body)} over {', '.join(node.over)})"
        case Convert():
            return f"({canonical(node.x)} * {rational(node.factor)})"
        case Stamp():
            return canonical(node.x)
        case _:
            assert_never(node)
