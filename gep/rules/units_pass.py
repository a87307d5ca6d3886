"""The unit pass: finds the unit of every part of a rule, puts in the conversion factors, and refuses what does not fit.

Scale is compared, not only dimension: `min(t, kg)` gets its factor. Multiplication and division combine units without
converting; the branches of + - < min max where are brought to the unit of the first. The literal 0 fits every unit, all other
literals are pure numbers. An empirical equation gets its arguments in the units it was fitted in and its result is stamped.
Money is written without price year: whoever supplies a price for a year says in which money it stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.units import Unit, UnitError, parse_unit
from gep.rules.markup import words
from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp, names, transform, walk
from gep.rules.parse import MAX_NODES

_PURE = frozenset({"exp", "ln", "log10", "sin", "cos", "pow"})


@dataclass(frozen=True, slots=True)
class Equation:
    """An empirical equation, parsed: arguments with the units it was fitted in, the unit of its result."""

    name: str
    args: tuple[tuple[str, Unit], ...]
    unit: Unit
    body: Node


class _Broken:
    """The unit of a part that was complained of: it causes no further complaint."""


_BROKEN = _Broken()
_Found = Unit | None | _Broken  # None: the literal 0, which fits every unit


@dataclass(frozen=True, slots=True)
class Checked:
    """The tree with conversions, its unit (None if there were findings or it is a comparison), and all findings."""

    tree: Node
    unit: Unit | None
    findings: tuple[Finding, ...]


def units_pass(
    tree: Node,
    units: Mapping[str, Unit],
    equations: Mapping[str, Equation],
    output: Unit | None,
    where: Place,
    *,
    rule: str = "",
    measure: str = "",
) -> Checked:
    """Check `tree` and convert its result to `output` (None for a comparison, or to leave the unit as it comes out).

    `units`: the unit in which the expression reads each input; a name without one (already complained of elsewhere) is let pass.
    """
    work = _Pass(units, equations, where, rule)
    checked, unit = work.visit(tree)
    if output is None or isinstance(unit, _Broken):
        return Checked(checked, unit if isinstance(unit, Unit) else None, tuple(work.findings))
    if unit is None:
        return Checked(checked, output, tuple(work.findings))
    if not unit.compatible(output):
        work.complain("RULE-UNIT-OUTPUT", found=unit.text, expected=output.text, measure=measure)
        return Checked(checked, None, tuple(work.findings))
    return Checked(_convert(checked, unit, output), output, tuple(work.findings))


def _convert(node: Node, source: Unit, target: Unit) -> Node:
    factor = source.factor_to(target)
    return node if factor == 1 else Convert(node, factor, source.text, target.text)


class _Pass:
    def __init__(self, units: Mapping[str, Unit], equations: Mapping[str, Equation], where: Place, rule: str) -> None:
        self.units = {name: unit.without_price_year() for name, unit in units.items()}
        self.equations = equations
        self.where = where if where.column else replace(where, column="expression")
        self.rule = rule
        self.findings: list[Finding] = []
        self.one = parse_unit("1")

    def complain(self, code: str, found: str = "", expected: str = "", **holes: str) -> tuple[Node, _Found]:
        self.findings.append(finding(code, self.where, rule=self.rule, found=found, expected=expected, holes=holes))
        return Num("0", Fraction(0)), _BROKEN

    def visit(self, node: Node) -> tuple[Node, _Found]:
        match node:
            case Num():
                return node, self.one if node.value else None
            case Name():
                return node, self.units.get(node.id, _BROKEN)
            case Neg():
                inner, unit = self.visit(node.x)
                return Neg(inner), unit
            case Bin(op="*") | Bin(op="/"):
                return self.product(node)
            case Bin():
                (left, right), unit = self.agree(node, (node.left, node.right))
                return Bin(node.op, left, right), unit
            case Compare():
                (left, right), _ = self.agree(node, (node.left, node.right))
                return Compare(node.op, left, right), None
            case Agg():
                inner, unit = self.visit(node.body)
                return Agg(node.fn, inner, node.over), unit
            case Call():
                return self.call(node)
            case Convert() | Stamp() | Ref():
                raise TypeError(f"{type(node).__name__} stands in a tree that was not checked yet")

    def product(self, node: Bin) -> tuple[Node, _Found]:
        left, a = self.visit(node.left)
        right, b = self.visit(node.right)
        tree = Bin(node.op, left, right)
        if isinstance(a, _Broken) or isinstance(b, _Broken):
            return tree, _BROKEN
        first, second = a or self.one, b or self.one
        if second == self.one:
            return tree, first
        if node.op == "/":
            return tree, first / second
        return tree, second if first == self.one else first * second

    def agree(self, whole: Node, parts: Sequence[Node]) -> tuple[tuple[Node, ...], _Found]:
        """The parts in the unit of the first of them that has one."""
        visited = [self.visit(p) for p in parts]
        known = [unit for _, unit in visited if isinstance(unit, Unit)]
        broken = any(isinstance(unit, _Broken) for _, unit in visited)
        if not known:
            return tuple(n for n, _ in visited), _BROKEN if broken else None
        target = known[0]
        made: list[Node] = []
        for part, (node, unit) in zip(parts, visited, strict=True):
            if isinstance(unit, Unit) and not unit.compatible(target):
                text, what = words(part, {}), words(whole, {})
                self.complain("RULE-UNIT-DIFFERS", found=unit.text, expected=target.text, what=what, text=text)
                broken = True
            made.append(_convert(node, unit, target) if isinstance(unit, Unit) and not broken else node)
        return tuple(made), _BROKEN if broken else target

    def call(self, node: Call) -> tuple[Node, _Found]:
        if node.fn in self.equations:
            return self.empirical(node, self.equations[node.fn])
        if node.fn in _PURE:
            args = tuple(self.pure(node.fn, a) for a in node.args)
            broken = any(a is None for a in args)
            return Call(node.fn, tuple(a for a in args if a is not None)), _BROKEN if broken else self.one
        if node.fn == "sqrt":
            return self.root(node)
        if node.fn == "where":
            condition, _ = self.visit(node.args[0])
            branches, unit = self.agree(node, node.args[1:])
            return Call("where", (condition, *branches)), unit
        args_, unit = self.agree(node, node.args)
        return Call(node.fn, args_), unit

    def pure(self, function: str, argument: Node) -> Node | None:
        """The argument as a pure number (% becomes 1), or None if it was or is complained of."""
        node, unit = self.visit(argument)
        if isinstance(unit, _Broken):
            return None
        if unit is None:
            return node
        if not unit.is_dimensionless:
            self.complain("RULE-UNIT-FUNCTION", found=unit.text, expected="1", function=function, text=words(argument, {}))
            return None
        return _convert(node, unit, self.one)

    def root(self, node: Call) -> tuple[Node, _Found]:
        inner, unit = self.visit(node.args[0])
        if not isinstance(unit, Unit):
            return Call("sqrt", (inner,)), unit
        try:
            return Call("sqrt", (inner,)), unit.power(Fraction(1, 2))
        except UnitError:
            text = words(node.args[0], {})
            return self.complain("RULE-UNIT-FUNCTION", found=unit.text, expected="1", function="sqrt", text=text)

    def empirical(self, node: Call, equation: Equation) -> tuple[Node, _Found]:
        values: dict[str, Node] = {}
        broken = False
        for (name, wanted), argument in zip(equation.args, node.args, strict=True):
            inner, unit = self.visit(argument)
            target = wanted.without_price_year()
            if isinstance(unit, Unit) and not unit.compatible(target):
                text = words(argument, {})
                self.complain(
                    "RULE-UNIT-ARGUMENT", found=unit.text, expected=wanted.text, function=node.fn, argument=name, text=text
                )
                broken = True
            broken = broken or isinstance(unit, _Broken)
            values[name] = _convert(inner, unit, target) if isinstance(unit, Unit) and unit.compatible(target) else inner
        if broken:
            return node, _BROKEN
        if _size_after(equation.body, values) > MAX_NODES:
            return self.complain("RULE-TOO-BIG", limit=str(MAX_NODES))
        body = transform(equation.body, _replacing(values))
        return Stamp(body, equation.name, equation.unit.text), equation.unit.without_price_year()


def _size_after(body: Node, values: Mapping[str, Node]) -> int:
    sizes = {name: sum(1 for _ in walk(value)) for name, value in values.items()}
    return sum(sizes.get(n.id, 1) if isinstance(n, Name) else 1 for n in walk(body))


def _replacing(values: Mapping[str, Node]) -> Callable[[Node], Node]:
    def change(node: Node) -> Node:
        return values.get(node.id, node) if isinstance(node, Name) else node

    return change


def equation_names(equation: Equation) -> tuple[set[str], set[str]]:
    """Names an equation uses without declaring them, and arguments it does not use."""
    declared, used = {name for name, _ in equation.args}, set(names(equation.body))
    return used - declared, declared - used
