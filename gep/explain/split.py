"""Splits the difference of a value in two traces into scope, quantity, price, method and rounding, without a remainder."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gep.accounts.decompose import shapley
from gep.base.rounding import store
from gep.explain.again import Inputs, argument_value, inputs_of, read, work_out
from gep.explain.pair import Effect, Reason, Side, Term, decimal_text
from gep.explain.trail import origin
from gep.rules.exact import MathProblem
from gep.rules.nodes import Bin, Name, Node, names

TraceNode = Mapping[str, Any]
Nodes = Mapping[str, TraceNode]
MOST_INPUTS = 6  # 2⁶ evaluations; beyond, the inputs stand together
Read = Callable[[Fraction], Fraction]


@dataclass(frozen=True, slots=True)
class Held:
    """A figure in the trace of one side: the node, the exact amount that is counted, the factor from the stored result to it."""

    node: TraceNode
    nodes: Nodes
    value: Fraction
    factor: Fraction = Fraction(1)


def split(left: TraceNode, right: TraceNode, left_nodes: Nodes, right_nodes: Nodes) -> tuple[Term, ...]:
    """The terms of `right` − `left`, two calculations of value that both have one.

    Quantity × price on both sides: (q₂ − q₁)·(p₁ + p₂)/2 and (p₂ − p₁)·(q₁ + q₂)/2, which add up exactly, and the rounding of the
    two products to storage. Anything else is one effect on the amount.
    """
    worths = (Fraction(left["result"]), Fraction(right["result"]))
    sides = (_Product.of(left, left_nodes), _Product.of(right, right_nodes))
    one, two = sides
    if one is not None and two is not None and one.unit != two.unit:
        return (_method("amount", left, right, worths[1] - worths[0]),)
    if one is None or two is None:
        amounts = (_only_amount(left, left_nodes), _only_amount(right, right_nodes))
        return _amount(left, right, left_nodes, right_nodes, worths, amounts)
    mean_price, mean_quantity = (one.price.value + two.price.value) / 2, (one.counted + two.counted) / 2
    terms: list[Term] = []
    if one.form == two.form:
        form = one.form
        parts = change("quantity", one.quantity, two.quantity, mean_price, lambda x: work_out(form, {"quantity": x}))
    else:
        parts = (_method("quantity", left, right, (two.counted - one.counted) * mean_price),)
    terms += _effect("quantity", (two.counted - one.counted) * mean_price, parts)
    price_parts = change("price", one.price, two.price, mean_quantity)
    terms += _effect("price", (two.price.value - one.price.value) * mean_quantity, price_parts)
    stored = (worths[1] - two.counted * two.price.value) - (worths[0] - one.counted * one.price.value)
    return (*terms, *_rounding("rounding", stored))


@dataclass(frozen=True, slots=True)
class _Product:
    """A value that is quantity × price, or max(quantity, 0) × price. `counted`: what the price is multiplied with."""

    quantity: Held
    price: Held
    form: Node
    counted: Fraction
    unit: str

    @classmethod
    def of(cls, node: TraceNode, nodes: Nodes) -> _Product | None:
        tree = read(node["expression"])
        given = {a["name"]: a for a in node["arguments"]}
        if set(given) != {"quantity", "price"} or not isinstance(tree, Bin) or tree.op != "*" or tree.right != Name("price"):
            return None
        if set(names(tree.left)) != {"quantity"}:
            return None
        quantity, price = (held(given[n], nodes) for n in ("quantity", "price"))
        counted = work_out(tree.left, {"quantity": quantity.value})
        return cls(quantity, price, tree.left, counted, str(given["quantity"]["reads"]))


def held(argument: TraceNode, nodes: Nodes) -> Held:
    """An argument that has a value, as its calculation reads it."""
    return Held(nodes[argument["node"]], nodes, argument_value(argument), Fraction(argument["factor"]))


def _only_amount(node: TraceNode, nodes: Nodes) -> Held | None:
    """The one argument of a value that was returned or computed as money."""
    given = node["arguments"]
    return held(given[0], nodes) if node["expression"] == "amount" and len(given) == 1 else None


def _amount(
    left: TraceNode,
    right: TraceNode,
    left_nodes: Nodes,
    right_nodes: Nodes,
    worths: tuple[Fraction, Fraction],
    amounts: tuple[Held | None, Held | None],
) -> tuple[Term, ...]:
    """Values that are not quantity × price on both sides: the amount itself, or the inputs of the rule that both share."""
    one, two = amounts
    if one is not None and two is not None:
        stored = (worths[1] - two.value) - (worths[0] - one.value)
        parts = _effect("amount", two.value - one.value, change("amount", one, two, Fraction(1)))
        return (*parts, *_rounding("rounding", stored))
    first, second = Held(left, left_nodes, worths[0]), Held(right, right_nodes, worths[1])
    return tuple(_effect("amount", worths[1] - worths[0], change("amount", first, second, Fraction(1))))


def _effect(effect: Effect, amount: Fraction, parts: Sequence[Term]) -> list[Term]:
    """The effect with what it is made of; nothing where nothing differs. Raises AssertionError if the parts do not make it up."""
    if sum((p.amount for p in parts), Fraction(0)) != amount:
        raise AssertionError(f"{effect}: the parts do not add up to {amount}")
    if not parts:
        return []
    return [parts[0]] if len(parts) == 1 else [Term(effect, "whole", amount, parts=tuple(parts))]


def change(effect: Effect, left: Held, right: Held, scale: Fraction, form: Read = lambda x: x) -> tuple[Term, ...]:
    """What makes form(right) − form(left), times `scale`: the inputs that differ, or the method, one step into the trace.

    A return or parameter is one input. Figures of one rule and version: each input that differs with its mean contribution over
    all orders of replacing the inputs of the left by those of the right one by one (Shapley), and the rounding of the two figures
    to storage. Figures that come from different places: one term that names both.
    """
    whole = (form(right.value) - form(left.value)) * scale
    if left.node["kind"] == right.node["kind"] != "calculation":
        same = _what(left.node) == _what(right.node) or left.node["kind"] == "parameter"
        if not same:
            return (_method(effect, left.node, right.node, whole),)
        if not whole and _identity(left.node) == _identity(right.node):
            return ()
        named = " → ".join(dict.fromkeys((_what(left.node)[0], _what(right.node)[0])))
        return (Term(effect, "input", whole, named, left=side(left.node), right=side(right.node)),)
    if _rule(left.node) != _rule(right.node) or left.factor != right.factor:
        return (_method(effect, left.node, right.node, whole),)
    parts = _inputs(effect, left, right, scale, form)
    rest = whole - sum((p.amount for p in parts), Fraction(0))
    return (*parts, *_rounding(effect, rest))


def _inputs(effect: Effect, left: Held, right: Held, scale: Fraction, form: Read) -> tuple[Term, ...]:
    """The inputs of two figures of one rule that differ, with their contributions before the figures are rounded to storage."""
    tree = read(left.node["expression"])
    one, two = inputs_of(left.node, left.nodes), inputs_of(right.node, right.nodes)
    _same_again(left.node, tree, one)
    _same_again(right.node, tree, two)
    differing = [n for n in one if one[n] != two[n]]
    if not differing:
        return ()

    def at(chosen: frozenset[str]) -> Fraction:
        return form(work_out(tree, {n: two[n] if n in chosen else one[n] for n in one}) * left.factor)

    if len(differing) <= MOST_INPUTS:
        try:
            shares = shapley(differing, at)
        except MathProblem:  # no value for some inputs of one side with some of the other
            shares = {}
        if shares:
            ends = {n: (_input(left, n), _input(right, n)) for n in differing}
            return tuple(Term(effect, "input", shares[n] * scale, _name(left.node, n), "", *ends[n]) for n in differing)
    amount = (at(frozenset(differing)) - at(frozenset())) * scale
    named = ", ".join(_name(left.node, n) for n in differing)
    reason: Reason = "many_inputs" if len(differing) > MOST_INPUTS else "mathematics"
    return (Term(effect, "inputs", amount, named, reason, side(left.node), side(right.node)),)


def _same_again(node: TraceNode, tree: Node, inputs: Inputs) -> None:
    """A trace that does not give its own figure can explain nothing."""
    made = store(work_out(tree, inputs), node["places"])
    if made != store(Fraction(node["result"]), node["places"]):
        raise AssertionError(f"{node['id']}: its trace gives {made}, not {node['result']}")


def _rounding(effect: Effect, amount: Fraction) -> tuple[Term, ...]:
    return (Term(effect, "rounding", amount),) if amount else ()


def _method(effect: Effect, left: TraceNode, right: TraceNode, amount: Fraction) -> Term:
    return Term(effect, "method", amount, left=side(left), right=side(right))


def _rule(node: TraceNode) -> tuple[str, ...]:
    """What two figures must share to be of one method."""
    return tuple(str(node.get(n)) for n in ("kind", "rule", "version", "expression", "places", "unit"))


def _what(node: TraceNode) -> tuple[str, str]:
    """The parameter or measure of a node, with its key."""
    return str(node.get("parameter") or node.get("measure") or node["id"]), str(node.get("key", ""))


def _identity(node: TraceNode) -> tuple[str, ...]:
    """All that is told of a return or parameter beside its amount: a change of source is a change, even if it moves nothing."""
    return (*_what(node), *(str(node.get(n) or "") for n in ("status", "source", "locator")))


def _below(node: TraceNode, name: str) -> str:
    return str(next(x["node"] for x in (*node["arguments"], *node["sums"]) if x["name"] == name))


def _name(node: TraceNode, name: str) -> str:
    """An input by what stands there: the parameter or measure; of a row sum the product that is summed."""
    below = _below(node, name)
    kind, _, rest = below.partition(":")
    return f"{name}={rest.rpartition('#')[2]}" if kind == "row_sum" else f"{name}={_measure(kind, rest)}"


def _measure(kind: str, rest: str) -> str:
    return rest.split("/")[1 if kind == "calculation" else 0]


def _input(figure: Held, name: str) -> Side:
    """How an input stands on one side: amount and unit as stored where it comes from."""
    return side(figure.nodes[_below(figure.node, name)])


def side(node: TraceNode) -> Side:
    """A trace node as people are told of it."""
    amount = node.get("result") or node.get("amount") or node.get("sum") or node.get("value") or ""
    shared = {"amount": str(amount), "unit": str(node.get("unit") or "")}
    match node["kind"]:
        case "calculation":
            rule = f"{node['rule']}@{node['version']}"
            told = {"expression": node["written"], "source": node["source"], "locator": node["clause"]}
            return Side(node["id"], "computed", rule=rule, **told, **shared)
        case "row_sum":
            return Side(node["id"], "row_sum", expression=node["product"], **(shared | {"amount": _sum_text(node)}))
        case _:
            told = {n: str(node.get(n) or "") for n in ("status", "source", "locator")}
            if node.get("file") and node["kind"] == "cell":
                told["locator"] = f"{node['file']}:{node['row']}"
            return Side(node["id"], origin(node), **shared, **told)


def _sum_text(node: TraceNode) -> str:
    """The sum itself: the integer of the trace times q."""
    if node["sum"] is None:
        return str(node["value"])
    return decimal_text(int(node["sum"]) * Fraction(node["q"])).rstrip("0").rstrip(".")
