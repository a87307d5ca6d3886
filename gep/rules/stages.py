"""Row products too long for one SQL expression, computed in stages: a column for each part that guards would repeat.

A guard writes its operands several times (`CASE WHEN x > 0 THEN ln(x) …`), so nested ones multiply; DuckDB then spends its time
on the text and not on the rows. Here such operands become columns of an inner SELECT, each once. The operations and their order
stay those of the expression, so every double stays what it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from gep.rules.nodes import Bin, Call, Compare, Convert, Name, Neg, Node, Num, Stamp, names, walk
from gep.rules.product import RowProduct
from gep.rules.sql import expression, text_size

SHORT = 60  # nodes of SQL text up to which an expression is left as it is
REPEATING = ("pow", "min", "where", "ln", "log10", "sqrt", "sin", "cos")


@dataclass(frozen=True)
class Staged:
    """`select` over the frame with further columns, and the products and columns to be used with it."""

    select: str
    products: tuple[RowProduct, ...]
    columns: Mapping[str, str]


def staged(products: Sequence[RowProduct], columns: Mapping[str, str], select: str) -> Staged:
    """The products over `select`; long ones with their value in a column of their own. Short ones are left as they are."""
    if all(text_size(p.body) <= SHORT for p in products):
        return Staged(select, tuple(products), columns)
    calls = Counter(node for p in products for node in walk(p.body) if isinstance(node, Call))
    stages = _Stages(dict(columns), frozenset(node for node, times in calls.items() if times > 1))
    made = tuple(replace(p, body=stages.column(p.body)) for p in products)
    for level in stages.levels:
        chosen = ", ".join(f"{text} AS {alias}" for alias, text in level)
        select = f"SELECT *, {chosen} FROM ({select})"  # noqa: S608 - generated names and expressions of the plan
    return Staged(select, made, stages.columns)


@dataclass
class _Stages:
    columns: dict[str, str]
    often: frozenset[Node]  # calls that stand more than once
    levels: list[list[tuple[str, str]]] = field(default_factory=list)
    known: dict[Node, Name] = field(default_factory=dict)
    level_of: dict[str, int] = field(default_factory=dict)  # alias -> the level it is computed on

    def column(self, node: Node) -> Node:
        """The node as a column: a leaf as it is, anything else computed once on a level after what it reads."""
        if isinstance(node, Num | Name):
            return node
        if node not in self.known:
            short = self.taken_apart(node)
            alias = f"x{len(self.known)}"
            level = max((self.level_of[n] + 1 for n in names(short) if n in self.level_of), default=0)
            while len(self.levels) <= level:
                self.levels.append([])
            self.levels[level].append((alias, expression(short, self.columns)))
            self.columns[alias], self.level_of[alias] = alias, level
            self.known[node] = Name(alias)
        return self.known[node]

    def short(self, node: Node) -> Node:
        """The node, or its column if it stands more than once."""
        return self.column(node) if node in self.often else self.taken_apart(node)

    def taken_apart(self, node: Node) -> Node:
        """The node with the operands its guards repeat replaced by columns."""
        match node:
            case Call(fn="where"):
                condition, *branches = node.args
                assert isinstance(condition, Compare)  # noqa: S101 - the parser allows nothing else
                sides = replace(condition, left=self.column(condition.left), right=self.column(condition.right))
                return replace(node, args=(sides, *(self.short(b) for b in branches)))
            case Call() if node.fn in REPEATING:
                return replace(node, args=tuple(self.column(a) for a in node.args))
            case Call():
                return replace(node, args=tuple(self.short(a) for a in node.args))
            case Bin(op="/"):
                return replace(node, left=self.short(node.left), right=self.column(node.right))
            case Bin():
                return replace(node, left=self.short(node.left), right=self.short(node.right))
            case Neg() | Convert() | Stamp():
                return replace(node, x=self.short(node.x))
            case _:
                return node
