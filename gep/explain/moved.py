"""How much of a change each cause carries: both traces are walked down to what differs, and what differs is added up.

`causes.py` says what moved a figure; this says by how much. At a calculation the change goes to the arguments that differ by
their mean contribution over all orders (`game.py`), at a row sum to the inputs of its rows, at a total to its parts; what goes to
an input is split again as its own change is, in proportion, until a cause is one. All of it is rational arithmetic, and the
amounts of the causes add up to the change of the figure exactly.

Where causes cannot be told apart (single replacements without a value, rows that are not to be had, a smallest row), they have
equal shares, and `apart` is False.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from gep.accounts.decompose import ZERO
from gep.explain.causes import PROGRAM, Causes
from gep.explain.differ import INPUT, RULE, SCHEME, Lone, Pair, Task, expand
from gep.explain.game import RULE as THE_RULE
from gep.explain.game import Game, game
from gep.explain.moved_rows import COLUMN, RowShares, RowsOf, handed, nowhere, row_shares
from gep.explain.side import Side, alike, path_of

METHODS = (SCHEME, RULE, PROGRAM)  # a figure that is made in another way is not compared with what it was made of


class Moved(NamedTuple):
    """Amounts by cause (`Causes.CAUSES`), which add up to what the place hands on more, in its own unit."""

    amounts: Mapping[str, Fraction]
    apart: bool = True


NOTHING = Moved({})


@dataclass(frozen=True, slots=True)
class _Share:
    """A part of a change and where it comes from: a place below, or a cause."""

    amount: Fraction
    source: Task | str


@dataclass(frozen=True, slots=True)
class _Step:
    """The parts of the change of a place. `apart`: whether they could be told from one another."""

    shares: tuple[_Share, ...]
    apart: bool = True


class Movements:
    """Weighs the causes of changes between vintages; what is found at a place is kept, so that asking for all is one walk."""

    def __init__(self, kept: RowsOf = nowhere) -> None:
        self._kept = kept  # rows of sums that the traces do not list
        self._known: dict[Pair, Moved] = {}
        self._causes: dict[tuple[Side, Side], Causes] = {}

    def of(self, pair: Pair) -> Moved:
        """The causes of what `pair` hands on more on its new side. Both sides must have an amount, else there is nothing."""
        stack: list[tuple[Pair, _Step | None]] = [(pair, None)]
        while stack:  # not by recursion: a chain of many years is deep
            here, step = stack.pop()
            if here in self._known:
                continue
            if step is None:
                step = self._step(here)
                stack.append((here, step))
                stack += [(s.source, None) for s in step.shares if isinstance(s.source, Pair) and s.source != here]
                continue
            self._known[here] = self._joined(here, step)
        return self._known[pair]

    def given_to(self, amount: Fraction, source: Task | str) -> Moved:
        """`amount` split as the change of `source` is: a place that has been walked, one that one side alone has, or a cause."""
        if isinstance(source, str):
            return Moved({source: amount})
        found = self._known.get(source) if isinstance(source, Pair) else None
        whole = sum(found.amounts.values(), ZERO) if found else ZERO
        if found and whole:
            return Moved({cause: part * amount / whole for cause, part in found.amounts.items()}, found.apart)
        return self.whole(source, amount)

    def whole(self, task: Task, amount: Fraction) -> Moved:
        """`amount` given to the causes of `task` without weighing them: to the method if it is one, else in equal shares."""
        causes = self.causes(task)
        method = [c for c in causes if c in METHODS]
        shared = method[:1] or causes
        return Moved({c: amount / len(shared) for c in shared}, len(shared) == 1)

    def causes(self, task: Task) -> tuple[str, ...]:
        """The causes of a place, as `causes.py` finds them."""
        if isinstance(task, Pair):
            return self._between(task.old.side, task.new.side).of(task.old.name, task.new.name).causes
        if task.is_new:
            return self._between(task.other, task.here.side).of(None, task.here.name).causes
        return self._between(task.here.side, task.other).of(task.here.name, None).causes

    def game(self, pair: Pair) -> tuple[Game, dict[str, Task | str]] | None:
        """The shares of a calculation, and what stands behind each; None where it has no value on a side."""
        if pair.old.node["kind"] != "calculation" or pair.new.node["kind"] != "calculation":
            return None
        found = game(pair.old, pair.new)
        if found is None:
            return None
        sources: dict[str, Task | str] = {n: Pair(*found.below[n]) for n in found.shares if n != THE_RULE}
        if THE_RULE in found.shares:
            told = [d.cause for d in expand(pair).own]
            sources[THE_RULE] = told[0] if told else RULE
        return found, sources

    def nothing(self, pair: Pair) -> str:
        """The cause where nothing below differs: another program, or none that is known."""
        return self._between(pair.old.side, pair.new.side).of(None, None).causes[0]

    def _between(self, old: Side, new: Side) -> Causes:
        if (old, new) not in self._causes:
            self._causes[old, new] = Causes(old, new)
        return self._causes[old, new]

    # ---- one place

    def _step(self, pair: Pair) -> _Step:
        gap = change_of(pair)
        if not gap:
            return _Step(())
        kinds = (pair.old.node["kind"], pair.new.node["kind"])
        match kinds:
            case ("cell", "cell") | ("parameter", "parameter"):
                return _Step((_Share(gap, self.causes(pair)[0]),))
            case ("calculation", "calculation"):
                return self._calculation(pair)
            case ("row_sum", "row_sum"):
                return self._rows(pair, gap)
            case ("total", "total"):
                return _total(pair)
            case _:
                return _Step((_Share(gap, pair),))

    def _calculation(self, pair: Pair) -> _Step:
        found = self.game(pair)
        if found is None:
            return _Step((_Share(change_of(pair), pair),))
        played, sources = found
        shares = [_Share(amount, sources[name]) for name, amount in played.shares.items()]
        if played.rest:
            shares.append(_Share(played.rest, self.nothing(pair)))
        return _Step(tuple(shares), played.apart)

    def _rows(self, pair: Pair, gap: Fraction) -> _Step:
        found: RowShares | None = row_shares(pair, self._kept)
        if found is None:
            return _Step((_Share(gap, pair),))
        shares = [_Share(amount, INPUT if source is COLUMN else source) for source, amount in found.shares.items()]
        rest = gap - sum((s.amount for s in shares), ZERO)
        if rest:
            shares.append(_Share(rest, self.nothing(pair)))
        return _Step(tuple(s for s in shares if s.amount), found.apart)

    def _joined(self, pair: Pair, step: _Step) -> Moved:
        amounts: dict[str, Fraction] = {}
        apart = step.apart
        for share in step.shares:
            own = share.source == pair
            part = self.whole(pair, share.amount) if own else self.given_to(share.amount, share.source)
            apart = apart and part.apart
            for cause, amount in part.amounts.items():
                amounts[cause] = amounts.get(cause, ZERO) + amount
        return Moved({c: a for c, a in amounts.items() if a}, apart) if amounts else NOTHING


def change_of(pair: Pair) -> Fraction:
    """What the place hands on more on the new side; zero where a side has no amount."""
    if alike(pair.old.node, pair.new.node):
        return ZERO
    old, new = handed(pair.old.node), handed(pair.new.node)
    return ZERO if old is None or new is None else new - old


def _total(pair: Pair) -> _Step:
    """The parts of a total, side by side; a part that one side alone adds up, or that applies on one side alone, is whole."""
    sides = []
    for ref in pair:
        counted = [p for p in ref.node["parts"] if p["state"] != "not_applicable"]
        refs = ref.below(p["node"] for p in counted)
        sides.append({path_of(r.name): (r, Fraction(p["amount"] or 0)) for r, p in zip(refs, counted, strict=True)})
    old, new = sides
    shares: list[_Share] = []
    for name in dict.fromkeys([*old, *new]):
        one, two = old.get(name), new.get(name)
        if one and two:
            shares.append(_Share(two[1] - one[1], Pair(one[0], two[0])))
        elif one:
            shares.append(_Share(-one[1], Lone(one[0], pair.new.side, is_new=False)))
        elif two:
            shares.append(_Share(two[1], Lone(two[0], pair.old.side, is_new=True)))
    return _Step(tuple(s for s in shares if s.amount))
