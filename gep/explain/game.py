"""One calculation in two traces: how much of the change of its result each differing argument carries, and the rule itself.

Arguments of the left side are replaced by those of the right one by one; the mean over all orders is the share of each (Shapley).
Where the rules are not worded alike, the rule is replaced like an argument, and takes along what only one of them reads. Rounding
to storage is inside, so the shares add up to the change of the stored results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from gep.accounts.decompose import ZERO, shapley
from gep.base.rounding import store
from gep.explain.again import Inputs, inputs_of, read, work_out
from gep.explain.side import Ref
from gep.explain.trail import Node
from gep.rules.exact import MathProblem

RULE = ""  # the player that stands for the rule and all that only one of two rules reads
MOST_PLAYERS = 8  # 2⁸ evaluations; beyond, two orders stand for all
FORMULA = ("fn", "product", "inputs", "q")  # of a row sum
At = Callable[[frozenset[str]], Fraction]


@dataclass(frozen=True, slots=True)
class Game:
    """What each argument carries of a change.

    `shares`: by argument (a row sum by its letter), RULE for the rule; only those that are not zero. `rest`: what the trace does
    not give by its own expression (another program). `below`: the places of an argument on both sides. `apart`: False where
    single replacements have no value, so that the shares are equal ones.
    """

    shares: Mapping[str, Fraction]
    rest: Fraction
    below: Mapping[str, tuple[Ref, Ref]]
    apart: bool = True


@dataclass(frozen=True)
class _Form:
    """A calculation that has a value on one side."""

    ref: Ref

    @cached_property
    def given(self) -> dict[str, Node]:
        node = self.ref.node
        return {x["name"]: x for x in (*node["arguments"], *node["sums"])}

    @cached_property
    def inputs(self) -> Inputs:
        return inputs_of(self.ref.node, self.ref.side.nodes)

    @property
    def known(self) -> bool:
        node, nodes = self.ref.node, self.ref.side.nodes
        sums = (nodes[s["node"]] for s in node["sums"])
        held = all(a["amount"] is not None for a in node["arguments"]) and all(s["sum"] or s["value"] for s in sums)
        return node["result"] is not None and held

    def sense(self, name: str) -> tuple[str, ...]:
        """What an argument must share with that of the other side to be replaced by it."""
        found = self.given[name]
        if "reads" in found:
            return (str(found["reads"]),)
        node = self.ref.side.nodes[found["node"]]
        record_set = (node.get("selection") or {}).get("record_set") or ""
        return (*(str(node[part]) for part in FORMULA), str(record_set))

    def worked(self, inputs: Inputs) -> Fraction:
        node = self.ref.node
        return Fraction(store(work_out(read(node["expression"]), inputs), node["places"]))


def game(old: Ref, new: Ref) -> Game | None:
    """The shares of the change from `old` to `new`, two calculations; None where one of them or an argument has no value."""
    one, two = _Form(old), _Form(new)
    if not one.known or not two.known:
        return None
    common = [n for n in one.given if n in two.given and one.sense(n) == two.sense(n)]
    players = [n for n in common if one.inputs[n] != two.inputs[n]]
    if _wording(one, common) != _wording(two, common):
        players.append(RULE)

    def at(chosen: frozenset[str]) -> Fraction:
        side = two if RULE in chosen else one
        taken = {n: (two if n in chosen else one) if n in common else side for n in side.inputs}
        return side.worked({n: form.inputs[n] for n, form in taken.items()})

    shares, apart = fair(players, at)
    whole = Fraction(new.node["result"]) - Fraction(old.node["result"])
    below = {n: (_below(old, one.given[n]), _below(new, two.given[n])) for n in common}
    return Game({n: s for n, s in shares.items() if s}, whole - sum(shares.values(), ZERO), below, apart)


def _wording(form: _Form, common: Sequence[str]) -> tuple[object, ...]:
    node = form.ref.node
    own = {n: form.sense(n) for n in sorted(form.given) if n not in common}
    return node["expression"], node["places"], node["unit"], tuple(own.items())


def _below(ref: Ref, given: Node) -> Ref:
    return ref.below([given["node"]])[0]


def fair(players: Sequence[str], at: At) -> tuple[dict[str, Fraction], bool]:
    """The mean contribution of each player, which add up to at(all) − at(none); and whether they could be told apart.

    More than MOST_PLAYERS: the mean of two orders, as given and reversed. Where the formula has no value with only some of them
    replaced, all have an equal share, and False. Raises MathProblem if a side itself has no value.
    """
    none, every = at(frozenset()), at(frozenset(players))
    try:
        if len(players) <= MOST_PLAYERS:
            return shapley(players, at), True
        orders = (players, list(reversed(players)))
        found = [_in_order(order, at) for order in orders]
        return {n: (found[0][n] + found[1][n]) / 2 for n in players}, True
    except MathProblem:
        return dict.fromkeys(players, (every - none) / len(players)), len(players) == 1


def _in_order(order: Sequence[str], at: At) -> dict[str, Fraction]:
    """What each player adds when they are replaced one after the other."""
    steps = [at(frozenset(order[:i])) for i in range(len(order) + 1)]
    return {n: steps[i + 1] - steps[i] for i, n in enumerate(order)}
