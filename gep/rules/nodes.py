"""The tree of a rule expression: immutable nodes, and the two ways to walk them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction
from typing import Literal, TypeAlias

FUNCTIONS = {
    "where": 3,
    "min": None,
    "max": None,
    "abs": 1,
    "exp": 1,
    "ln": 1,
    "log10": 1,
    "sqrt": 1,
    "pow": 2,
    "sin": 1,
    "cos": 1,
}
TRANSCENDENTAL = frozenset({"exp", "ln", "log10", "sqrt", "pow", "sin", "cos"})
AGGREGATES = ("sum", "mean", "min", "max")
OVER = ("row", "class", "month", "day", "part")


@dataclass(frozen=True, slots=True)
class Num:
    """A literal as written; exact."""

    text: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """An input of the rule."""

    id: str


@dataclass(frozen=True, slots=True)
class Neg:
    x: Node


@dataclass(frozen=True, slots=True)
class Bin:
    op: Literal["+", "-", "*", "/"]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    op: Literal["<", "<=", ">", ">=", "==", "!="]
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Call:
    """A function of FUNCTIONS. An integer power is expanded to products when it is parsed, so `pow` here has a real exponent."""

    fn: str
    args: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Agg:
    """sum, mean, min or max of `body` over row, class, month, day or part."""

    fn: Literal["sum", "mean", "min", "max"]
    body: Node
    over: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Convert:
    """`x` times `factor`, put in by the unit pass: from unit text `source` to unit text `target`."""

    x: Node
    factor: Fraction
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Stamp:
    """The result of an empirical equation, declared to be in `unit`."""

    x: Node
    name: str
    unit: str


@dataclass(frozen=True, slots=True)
class Ref:
    """In the tail of a plan: the exact result of row sum number `index`; `what` sum, count, min or max."""

    index: int
    what: Literal["sum", "count", "min", "max"] = "sum"


Node: TypeAlias = Num | Name | Neg | Bin | Compare | Call | Agg | Convert | Stamp | Ref


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in order."""
    match node:
        case Num() | Name() | Ref():
            return ()
        case Bin() | Compare():
            return (node.left, node.right)
        case Call():
            return node.args
        case Agg():
            return (node.body,)
        case Neg() | Convert() | Stamp():
            return (node.x,)


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it, parents first."""
    open_nodes = [node]
    while open_nodes:
        here = open_nodes.pop()
        yield here
        open_nodes.extend(reversed(children(here)))


def transform(node: Node, change: Callable[[Node], Node]) -> Node:
    """Rebuild the tree from its leaves, passing every node through `change`."""
    changes: dict[str, object] = {}
    for f in fields(node):
        value = getattr(node, f.name)
        if is_dataclass(value):
            changes[f.name] = transform(value, change)  # type: ignore[arg-type]
        elif isinstance(value, tuple) and value and is_dataclass(value[0]):
            changes[f.name] = tuple(transform(v, change) for v in value)
    return change(replace(node, **changes) if changes else node)  # type: ignore[arg-type]


def names(node: Node) -> tuple[str, ...]:
    """The inputs used, each once, in order of first use."""
    return tuple(dict.fromkeys(n.id for n in walk(node) if isinstance(n, Name)))
