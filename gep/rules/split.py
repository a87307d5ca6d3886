"""The split of a checked rule into row products and an exact tail.

Inside a sum the body becomes Σ constant × row product. Only products that mix the two are distributed; what holds row inputs
only stays as written; a min, max, where, abs, other function or divisor that mixes both stays whole, and its constants enter
as nearest doubles. Equal row products are computed once. Unit factors that multiply a whole product go to the tail, where
they are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from gep.rules.canonical import canonical
from gep.rules.nodes import TRANSCENDENTAL, Agg, Bin, Call, Convert, Neg, Node, Num, Ref, Stamp, names, transform, walk
from gep.rules.product import RowProduct

ONE = Num("1", Fraction(1))
MAX_TERMS = 256


class TooManyTerms(ValueError):
    """Opening the brackets of a sum gives more than MAX_TERMS terms."""


@dataclass(frozen=True, slots=True)
class Term:
    """sign × factor × constant × row; None stands for 1, a row of None for a term that holds no row input."""

    negative: bool
    factor: Fraction
    constant: Node | None
    row: Node | None


def split(tree: Node, grains: Mapping[str, tuple[str, ...]], rule_grain: Sequence[str]) -> tuple[tuple[RowProduct, ...], Node]:
    """Row products (q still 0) and the tail of `tree`. `grains`: the keys each input varies by."""
    work = _Splitter(grains, frozenset(rule_grain))
    tail = transform(tree, lambda node: work.aggregate(node) if isinstance(node, Agg) else node)
    return tuple(work.products), tail


def is_constant(name: str, grains: Mapping[str, tuple[str, ...]], rule_grain: frozenset[str]) -> bool:
    """Whether an input does not vary within one figure of the rule."""
    return set(grains[name]) <= rule_grain


class _Splitter:
    def __init__(self, grains: Mapping[str, tuple[str, ...]], rule_grain: frozenset[str]) -> None:
        self.grains = grains
        self.rule_grain = rule_grain
        self.constants = frozenset(n for n in grains if is_constant(n, grains, rule_grain))
        self.products: list[RowProduct] = []
        self.index: dict[tuple[str, str, tuple[str, ...]], int] = {}

    def aggregate(self, agg: Agg) -> Node:
        if agg.fn in ("min", "max"):
            factor, body = _pull(agg.body)
            return _scaled(Ref(self.product(agg.fn, body, agg.over), agg.fn), factor)
        terms = self.terms(agg.body)
        first = next(t.row for t in terms if t.row is not None)
        count = Ref(self.product("sum", first, agg.over), "count")
        groups: dict[str, list[Term]] = {}
        for term in terms:
            groups.setdefault("" if term.row is None else canonical(term.row), []).append(term)
        total: Node | None = None
        for group in groups.values():
            row = group[0].row
            ref = count if row is None else Ref(self.product("sum", row, agg.over))
            total = _add(total, *_group(group, ref))
        if total is None:
            raise ValueError("an aggregate without terms")
        return Bin("/", total, count) if agg.fn == "mean" else total

    def product(self, fn: Literal["sum", "min", "max"], body: Node, over: tuple[str, ...]) -> int:
        key = (fn, canonical(body), over)
        if key not in self.index:
            used = names(body)
            constants = tuple(n for n in used if n in self.constants)
            frame = set(self.rule_grain).union(*(self.grains[n] for n in used if n not in self.constants))
            libm = any(isinstance(n, Call) and n.fn in TRANSCENDENTAL for n in walk(body))
            number = len(self.products)
            self.products.append(
                RowProduct(f"r{number}", fn, body, used, constants, over, tuple(sorted(frame)), libm, Decimal(0))
            )
            self.index[key] = number
        return self.index[key]

    def terms(self, node: Node) -> list[Term]:
        """The body of a sum as terms, in the author's order."""
        used = names(node)
        if all(n in self.constants for n in used):
            return [Term(False, Fraction(1), node, None)]
        if not any(n in self.constants for n in used):
            factor, row = _pull(node)
            return [Term(False, factor, None, row)]
        match node:
            case Neg():
                return _negative(self.terms(node.x))
            case Convert():
                return [replace(t, factor=t.factor * node.factor) for t in self.terms(node.x)]
            case Stamp():
                return self.terms(node.x)
            case Bin(op="+"):
                return self.terms(node.left) + self.terms(node.right)
            case Bin(op="-"):
                return self.terms(node.left) + _negative(self.terms(node.right))
            case Bin(op="*"):
                left, right = self.terms(node.left), self.terms(node.right)
                if len(left) * len(right) > MAX_TERMS:
                    raise TooManyTerms
                return [_times(a, b) for a in left for b in right]
            case Bin():
                return self.quotient(node)
            case _:
                return [Term(False, Fraction(1), None, node)]

    def quotient(self, node: Bin) -> list[Term]:
        above = self.terms(node.left)
        if all(n in self.constants for n in names(node.right)):
            return [replace(t, constant=Bin("/", t.constant or ONE, node.right)) for t in above]
        factor, below = _pull(node.right)
        return [replace(t, factor=t.factor / factor, row=Bin("/", t.row or ONE, below)) for t in above]


def _pull(node: Node) -> tuple[Fraction, Node]:
    """Unit factors that multiply the whole of `node`, and the node without them."""
    match node:
        case Convert():
            factor, inner = _pull(node.x)
            return factor * node.factor, inner
        case Stamp():
            return _pull(node.x)
        case Neg():
            factor, inner = _pull(node.x)
            return factor, Neg(inner)
        case Bin(op="*"):
            (a, left), (b, right) = _pull(node.left), _pull(node.right)
            return a * b, Bin("*", left, right)
        case Bin(op="/"):
            (a, left), (b, right) = _pull(node.left), _pull(node.right)
            return a / b, Bin("/", left, right)
        case _:
            return Fraction(1), node


def _product(a: Node | None, b: Node | None) -> Node | None:
    if a is None or (isinstance(a, Num) and a.value == 1):
        return b if b is not None else a
    if b is None or (isinstance(b, Num) and b.value == 1):
        return a
    return Bin("*", a, b)


def _negative(terms: Sequence[Term]) -> list[Term]:
    return [replace(t, negative=not t.negative) for t in terms]


def _times(a: Term, b: Term) -> Term:
    return Term(a.negative != b.negative, a.factor * b.factor, _product(a.constant, b.constant), _product(a.row, b.row))


def _scaled(node: Node, factor: Fraction) -> Node:
    return node if factor == 1 else Convert(node, factor, "", "")


def _add(total: Node | None, negative: bool, node: Node) -> Node:
    if total is None:
        return Neg(node) if negative else node
    return Bin("-" if negative else "+", total, node)


def _group(terms: Sequence[Term], ref: Ref) -> tuple[bool, Node]:
    """All terms of one row product as (negative, constant × sum)."""
    common = terms[0].factor if all(t.factor == terms[0].factor for t in terms) else Fraction(1)
    if len(terms) == 1:
        product = _product(terms[0].constant, ref) or ref
        return terms[0].negative, _scaled(product, common)
    total: Node | None = None
    for term in terms:
        total = _add(total, term.negative, _scaled(term.constant or ONE, term.factor / common))
    return False, _scaled(Bin("*", total or ONE, ref), common)
