"""Which further figures must not be shown, so that no figure that is kept back can be worked out of those that are.

The method is that of secondary suppression in tables with subtotals: figures that must not be shown are given, and the linear
relations that every reader knows (sums, differences, prices times quantities). A figure kept back is safe if no move of all
figures not shown leaves it unchanged (it cannot be computed), and if it could be both smaller and larger than it is by the
share `protection` without any figure falling below zero (it cannot be guessed closely). For a zero the first is asked only: that
every part of a total of zero is zero can be seen whatever is done. Further figures are taken one at a time: details before
totals, and of those that give enough room the smallest, because least is lost with it. The choice depends on nothing but its
input.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

from gep.accounts.exposure import MOST_PIVOTS, SLACK, WHOLE, Exact, Reach, Room, Solved, Terms, parts, solve

PROTECTION = Fraction(1, 10)
PATIENT, AMPLE = 8, 4  # after so many turns one figure is taken for each that is not safe, and one with so many times the room
THOROUGH = 20 * MOST_PIVOTS  # pivots for looking at a finished choice
MOST_TRIED = 40  # chosen figures that are tried for being idle, the dearest first: looking at every one costs more than it saves
NOTHING: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount as it truly is. `rank`: how much is lost without it, details low, headlines high.

    `shown`: some output prints it. `signed`: it may be below zero. `spare`: it may be hidden for the sake of others.
    """

    value: Fraction
    rank: int = 0
    shown: bool = True
    signed: bool = False
    spare: bool = True


@dataclass(frozen=True)
class Table:
    """Amounts and what everybody knows of them.

    `groups`: for an amount, those that tell the same and are hidden with it. `followers`: figures made of it (a share, a cause of
    a change) that may not be shown without it.
    """

    amounts: Mapping[str, Amount]
    relations: Sequence[Terms]
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    followers: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """`hidden`: all that may not be shown. `further`: those of them that were chosen, in order.

    `exposed`: named amounts that stay computable or too closely known whatever is hidden, which is for people to settle.
    """

    hidden: frozenset[str]
    further: tuple[str, ...]
    exposed: tuple[str, ...]


def suppress(table: Table, named: Iterable[str], protection: Fraction = PROTECTION) -> Choice:
    """The figures to hide so that nobody can work out the named ones, exactly or to within `protection` of their amount."""
    search = _Search(table, protection)
    sensitive = search.with_all(n for n in named if n in table.amounts)
    hidden, further = set(sensitive), []
    for turn in count():
        fresh: set[str] = set()
        for name, found, need in search.faults(hidden, sensitive):
            if turn < PATIENT and not fresh.isdisjoint(found):
                continue  # what was just chosen may settle this too; the next round looks
            candidates = {n: room for n, room in found.items() if n not in fresh}
            if not candidates and found:
                continue
            chosen = search.best(candidates, need if turn < PATIENT else need * AMPLE)
            if chosen:
                further.append(chosen)
                fresh |= search.with_all([chosen])
            else:
                search.hopeless.add(name)
        if not fresh:
            break
        hidden |= fresh
    kept = search.without_idle(hidden, sensitive, further)
    kept -= search.computable(kept) - sensitive  # to show what follows anyway tells nobody anything
    return Choice(frozenset(kept), tuple(n for n in further if n in kept), tuple(sorted(search.hopeless)))


def unsafe(table: Table, hidden: Collection[str], named: Collection[str], protection: Fraction = PROTECTION) -> set[str]:
    """The named amounts that could be worked out exactly or too closely if just `hidden` is not shown."""
    return {name for name, _, _ in _Search(table, protection, THOROUGH).faults(set(hidden), set(named))}


Fault = tuple[
    str, Mapping[str, Fraction], Fraction
]  # an amount, what could hide it with what each contributes, how much is needed


class _Search:
    def __init__(self, table: Table, protection: Fraction, pivots: int = MOST_PIVOTS) -> None:
        self.table, self.protection, self.pivots = table, protection, pivots
        self.unseen = frozenset(n for n, a in table.amounts.items() if not a.shown)
        self.standing: dict[str, list[int]] = defaultdict(list)
        for number, terms in enumerate(table.relations):
            for name in terms:
                self.standing[name].append(number)
        self.hopeless: set[str] = set()
        self.proofs: dict[tuple[str, bool], list[frozenset[str]]] = defaultdict(list)  # amount, upwards -> what moves with it
        self.settled: set[frozenset[str]] = set()  # groups in which nothing is to be found, for one set of sensitive amounts

    def with_all(self, names: Iterable[str]) -> set[str]:
        """The amounts with those of their groups, and what follows from any of them."""
        found: set[str] = set()
        todo = list(names)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += [n for n in self.table.groups.get(name, NOTHING) if n in self.table.amounts]
                todo += [n for n in self.table.followers.get(name, NOTHING) if n in self.table.amounts]
        return found

    def faults(self, hidden: set[str], sensitive: set[str]) -> Iterator[Fault]:
        """What of the sensitive amounts is not safe yet, with the ways out: the exact ones first, group by group."""
        for names, held in parts(*self._near(hidden)):
            among = frozenset(names)
            if among in self.settled:
                continue
            inside = [n for n in names if n in sensitive and n not in self.hopeless and not self._proven(n, among)]
            inside.sort(key=self._order)
            found = [*self._told(names, held, inside)] if inside else []
            if not found:
                self.settled.add(among)
            yield from found

    def _told(self, names: Sequence[str], held: Mapping[int, Terms], inside: Sequence[str]) -> Iterator[Fault]:
        solved = solve(held, names)
        known = solved.known
        if known.isdisjoint(inside):
            yield from self._narrow(names, held, solved, inside)
        else:
            yield from (self._computable(n, solved, frozenset(names)) for n in inside if n in known)

    def _proven(self, name: str, among: frozenset[str]) -> bool:
        """Whether full tables that differ enough are known already, with these amounts not shown."""
        ways = self._ways(name)
        return bool(ways) and all(any(proof <= among for proof in self.proofs[name, way > 0]) for way in ways)

    def _near(self, hidden: Collection[str]) -> tuple[dict[int, Terms], set[str]]:
        """The relations that a hidden amount stands in, or an unseen one joined to it, and all these amounts."""
        numbers: set[int] = set()
        reached, todo = set(hidden), list(hidden)
        while todo:
            for number in self.standing.get(todo.pop(), ()):
                if number not in numbers:
                    numbers.add(number)
                    fresh = [n for n in self.table.relations[number] if n in self.unseen and n not in reached]
                    reached.update(fresh)
                    todo += fresh
        return {n: self.table.relations[n] for n in sorted(numbers)}, reached

    def _computable(self, name: str, solved: Solved, among: frozenset[str]) -> Fault:
        """An amount that follows from shown ones: hiding any that enters its computation ends that computation."""
        reach: dict[str, Exact] = defaultdict(int)
        for number, times in solved.combined[name].items():
            for other, c in self.table.relations[number].items():
                if other not in among:
                    reach[other] += times * c
        return name, self._open(reach), self._need(name)

    def _narrow(self, names: Sequence[str], held: Mapping[int, Terms], solved: Solved, inside: Sequence[str]) -> Iterator[Fault]:
        amounts = self.table.amounts
        room = Room(names, solved, {n: abs(amounts[n].value) for n in names if not amounts[n].signed}, self.pivots)
        among = frozenset(names)
        for name in inside:
            stops: set[str] = set()
            for way in self._ways(name):
                if any(proof <= among for proof in self.proofs[name, way > 0]):
                    continue
                reach = room.reaches(name, way)
                if reach.far:
                    self.proofs[name, way > 0].append(reach.by)
                    self._learn(reach, inside)
                else:
                    stops |= {name} | reach.stops
            if stops:
                near = [terms for terms in held.values() if not stops.isdisjoint(terms)]
                candidates = self._shown(near, names) or self._shown(held.values(), names)
                yield name, candidates, self._need(name)

    def _learn(self, reach: Reach, inside: Sequence[str]) -> None:
        """One full table that differs is a proof for every amount that differs enough in it."""
        for name in inside:
            change, need = reach.changes.get(name, 0.0), float(self._need(name)) * WHOLE * (1 - SLACK)
            if need and abs(change) >= need:
                self.proofs[name, change > 0].append(reach.by)

    def _shown(self, relations: Iterable[Terms], names: Collection[str]) -> dict[str, Fraction]:
        among = frozenset(names)
        return self._open({n: c for terms in relations for n, c in terms.items() if n not in among})

    def _ways(self, name: str) -> tuple[Fraction, ...]:
        """How far it must be able to rise and to fall."""
        need = self._need(name)
        return (need, -need) if need else ()

    def _order(self, name: str) -> tuple[int, Fraction, str]:
        amount = self.table.amounts[name]
        return (-amount.rank, -abs(amount.value), name)

    def _need(self, name: str) -> Fraction:
        return abs(self.table.amounts[name].value) * self.protection

    def _open(self, reach: Mapping[str, Exact]) -> dict[str, Fraction]:
        """What each amount that may still be hidden gives in room."""
        amounts = self.table.amounts
        return {n: abs(c * amounts[n].value) for n, c in reach.items() if c and amounts[n].spare}

    def computable(self, hidden: set[str]) -> set[str]:
        return {name for names, held in parts(*self._near(hidden)) for name in solve(held, names).known}

    def best(self, candidates: Mapping[str, Fraction], need: Fraction) -> str:
        """The least loss that gives enough room; of those that give too little, the one that gives most."""
        if not candidates:
            return ""
        enough = [n for n, room in candidates.items() if room >= need]
        if enough:
            return min(enough, key=lambda n: (self.table.amounts[n].rank, candidates[n], n))
        return min(candidates, key=lambda n: (-candidates[n], self.table.amounts[n].rank, n))

    def without_idle(self, hidden: set[str], sensitive: set[str], further: Sequence[str]) -> set[str]:
        """Chosen figures that anybody can compute all the same, or that nothing depends on any more, are shown."""
        left = [n for n in further if n not in sensitive]
        joined = [set(names) for names, _ in parts(*self._near(hidden))]
        for name in sorted(left, key=self._order)[:MOST_TRIED]:
            smaller = sensitive | self.with_all(n for n in left if n != name)
            gone = hidden - smaller
            if name not in gone:
                continue
            near = [group for group in joined if not gone.isdisjoint(group)]
            around = set().union(*near) - gone - self.unseen
            if next(iter(self.faults(around, sensitive)), None) is None:
                hidden = smaller
                left.remove(name)
                joined = [group for group in joined if group not in near]
                joined += [set(names) for names, _ in parts(*self._near(around))]
        return hidden
