"""What a reader of a table can work out of the figures that are not shown: exact linear algebra, and ranges by the simplex.

Shown figures count as known to the last digit, so whatever is proven here holds all the more for rounded print. The relations
among the figures not shown leave room for moves: changes of several of them at once that no shown figure notices. A figure
that no move changes can be computed by anybody. How far a move can go before another figure would fall below zero says in which
range the figure could lie; every end of such a range is a full table that agrees with everything shown.

What can be computed is decided exactly: numbers are whole wherever they can be, which is many times faster, and fractions
elsewhere. How far an amount can move is measured in binary64 (`_Climb`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeAlias, TypeVar

Exact: TypeAlias = int | Fraction
Terms: TypeAlias = Mapping[str, Exact]  # of one relation: Σ coefficient × amount is constant, whatever the constant is
Row: TypeAlias = dict[str, Exact]
K = TypeVar("K", bound=Hashable)
SLACK, CANCELLED = 1e-9, 1e-11
MOST_PIVOTS = 100  # a range that is not shown to be wide enough by then counts as narrow
WHOLE = 10**12  # stored amounts have at most twelve decimals


def over(a: Exact, b: Exact) -> Exact:
    """The exact quotient, whole if it can be."""
    if isinstance(a, int) and isinstance(b, int):
        whole, rest = divmod(a, b)
        return whole if not rest else Fraction(a, b)
    return whole_if(Fraction(a) / b)


def whole_if(x: Exact) -> Exact:
    if x.denominator == 1:
        return x.numerator
    return x


def size(x: Exact) -> Exact:
    """The absolute value."""
    return x if x >= 0 else -x


@dataclass
class Solved:
    """Relations among unknown amounts, solved for as many of them as they can be.

    `rows`: for each amount solved for, its row with coefficient 1 there; the others in it are free. `combined`: of which
    relations, times what, that row was made.
    """

    rows: dict[str, Row] = field(default_factory=dict)
    combined: dict[str, dict[int, Exact]] = field(default_factory=dict)

    @property
    def known(self) -> set[str]:
        """The amounts that follow from what is shown: nothing free stands in their row."""
        return {name for name, row in self.rows.items() if len(row) == 1}


def solve(relations: Mapping[int, Terms], unknown: Collection[str]) -> Solved:
    """Gauss-Jordan, exact; the sparsest row and the rarest amount first."""
    rows: dict[int, Row] = {}
    made: dict[int, dict[int, Exact]] = {}
    standing: dict[str, set[int]] = defaultdict(set)
    among = frozenset(unknown)
    for number, terms in relations.items():
        row = {name: c for name, c in terms.items() if name in among and c}
        if row:
            rows[number], made[number] = row, {number: 1}
            for name in row:
                standing[name].add(number)
    done = Solved()
    for number in sorted(rows, key=lambda n: (len(rows[n]), n)):
        row = rows[number]
        if not row:
            continue  # it follows from the others
        pivot = min(row, key=lambda name: (len(standing[name]), name))
        scale = row[pivot]
        if scale != 1:
            rows[number] = row = {name: over(c, scale) for name, c in row.items()}
            made[number] = {n: over(c, scale) for n, c in made[number].items()}
        for other in sorted(standing[pivot] - {number}):
            factor = rows[other][pivot]
            for name in _add(rows[other], row, -factor):
                (standing[name].add if name in rows[other] else standing[name].discard)(other)
            _add(made[other], made[number], -factor)
        done.rows[pivot], done.combined[pivot] = row, made[number]
    return done


def _add(row: dict[K, Exact], more: Mapping[K, Exact], factor: Exact) -> list[K]:
    """row + factor × more, in place; which keys came or went."""
    changed = []
    for name, c in more.items():
        held = row.get(name, 0)
        rest = held + factor * c
        if rest:
            row[name] = rest
            if not held:
                changed.append(name)
        elif held:
            del row[name]
            changed.append(name)
    return changed


def parts(relations: Mapping[int, Terms], unknown: Collection[str]) -> list[tuple[tuple[str, ...], dict[int, Terms]]]:
    """The unknown amounts in groups that no relation joins, each with the relations that hold in it."""
    above: dict[str, str] = {name: name for name in unknown}

    def top(name: str) -> str:
        while above[name] != name:
            above[name] = name = above[above[name]]
        return name

    touched: list[tuple[int, str]] = []
    for number, terms in relations.items():
        inside = [name for name in terms if name in above]
        if inside:
            first = top(inside[0])
            for name in inside[1:]:
                above[top(name)] = first
            touched.append((number, inside[0]))
    groups: dict[str, list[str]] = defaultdict(list)
    for name in above:
        groups[top(name)].append(name)
    held: dict[str, dict[int, Terms]] = defaultdict(dict)
    for number, name in touched:
        held[top(name)][number] = relations[number]
    return [(names, held.get(root, {})) for names, root in sorted((tuple(sorted(n)), root) for root, n in groups.items())]


def computable(relations: Sequence[Terms], unknown: Collection[str]) -> set[str]:
    """Every unknown amount that follows exactly from the shown ones."""
    found = parts(dict(enumerate(relations)), unknown)
    return {name for names, held in found for name in solve(held, names).known}


@dataclass(frozen=True)
class Reach:
    """Whether an amount can change as far as wanted: `by` the amounts that change with it, or not, for what `stops` it.

    `changes`: by how much the amounts with a floor change in the table that was found, times WHOLE.
    """

    far: bool
    by: frozenset[str] = frozenset()
    stops: frozenset[str] = frozenset()
    changes: Mapping[str, float] = field(default_factory=dict)


class Room:
    """How far the amounts of one group can move without a shown figure noticing."""

    def __init__(self, names: Iterable[str], solved: Solved, floors: Mapping[str, Exact], pivots: int = MOST_PIVOTS) -> None:
        """`floors`: how far an amount may fall (its amount, where it cannot be below zero); one without may fall without end.

        `pivots`: how many are made before an amount counts as not reaching.
        """
        self.pivots = pivots
        self.floors = {name: whole_if(WHOLE * Fraction(floor)) for name, floor in floors.items()}
        self.moves: dict[str, Row] = {}
        self.moved: dict[str, list[str]] = defaultdict(list)
        for name in sorted(names):
            row = solved.rows.get(name)
            self.moves[name] = {name: 1} if row is None else {n: -c for n, c in row.items() if n != name}
            for free in self.moves[name]:
                self.moved[free].append(name)

    def reaches(self, name: str, target: Exact) -> Reach:
        """Whether the amount can change by `target` (negative: fall)."""
        sign = 1 if target > 0 else -1
        wanted = size(WHOLE * target)
        for free, c in self.moves[name].items():
            step = self._step(free, 1 if c * sign > 0 else -1)
            if step is None or step * size(c) >= wanted:
                return Reach(True, frozenset(self.moved[free]))
        return _Climb(self, name, sign).to(wanted)

    def _step(self, free: str, way: int) -> Exact | None:
        """How far one free amount can go by itself; None: without end."""
        least: Exact | None = None
        for name in self.moved[free]:
            c = self.moves[name][free] * way
            if c < 0 and name in self.floors:
                step = over(self.floors[name], -c)
                least = step if least is None or step < least else least
        return least


class _Climb:
    """The simplex method from the true table on: free moves enter both ways, an amount that has fallen to zero only upwards.

    In binary64, term by term in one order: exact fractions grow without end over some hundred pivots. A range is as wide as is
    asked for to within `SLACK` of it, which is more than the rounding of that many steps, and far less than matters.
    """

    def __init__(self, room: Room, name: str, sign: int) -> None:
        self.room = room
        self.rows: dict[str, dict[str, float]] = {}
        self.left: dict[str, float] = {}
        self.holding: dict[str, set[str]] = defaultdict(set)
        for near in _near(room, name):
            self.rows[near] = {key: float(c) for key, c in room.moves[near].items()}
            self.left[near] = float(room.floors[near])
            for key in room.moves[near]:
                self.holding[key].add(near)
        self.goal: dict[str, float] = {n: float(sign * c) for n, c in room.moves[name].items()}
        self.won = 0.0
        self.at_zero: set[str] = set()
        self.used: set[str] = set()

    def to(self, amount: Exact) -> Reach:
        wanted = float(amount) * (1 - SLACK)
        for _ in range(self.room.pivots):
            best, gain, leaving = "", -1.0, ""
            for key, c in sorted(self.goal.items()):
                if c < 0 and key in self.at_zero:
                    continue
                step, stopper = self._stop(key, 1 if c > 0 else -1)
                if step is None or self.won + step * abs(c) >= wanted:
                    way = (wanted - self.won) / c if step is None else step if c > 0 else -step
                    return Reach(True, self._with(key), changes=self._changes(key, way))
                if step * abs(c) > gain:
                    best, gain, leaving = key, step * abs(c), stopper
            if not best:
                break
            self._pivot(best, leaving)
        return Reach(False, stops=frozenset(key[1:] for key in self.goal if key in self.at_zero))

    def _changes(self, key: str, way: float) -> dict[str, float]:
        """How far each amount stands from where it is, after a last move."""
        floors = self.room.floors
        found = {name: left + self.rows[name].get(key, 0.0) * way - float(floors[name]) for name, left in self.left.items()}
        return found | {slack[1:]: -float(floors[slack[1:]]) for slack in self.at_zero if slack != key}

    def _with(self, key: str) -> frozenset[str]:
        """A set that holds every amount which the moves made so far, and this one, change."""
        return frozenset(n for free in {*self.used, key} if free not in self.at_zero for n in self.room.moved[free])

    def _stop(self, key: str, way: int) -> tuple[float | None, str]:
        least: float | None = None
        stopper = ""
        for name in self.holding[key]:
            c = self.rows[name][key] * way
            if c < 0:
                step = max(0.0, self.left[name] / -c)
                if least is None or step < least or (step == least and name < stopper):
                    least, stopper = step, name
        return least, stopper

    def _pivot(self, entering: str, leaving: str) -> None:
        """The row of `leaving` is solved for the entering move and put in everywhere; `=leaving` stands for the amount itself."""
        row, left = self.rows.pop(leaving), self.left.pop(leaving)
        for key in row:
            self.holding[key].discard(leaving)
        c = row.pop(entering)
        slack = f"={leaving}"
        solved = {n: -x / c for n, x in row.items()}
        solved[slack] = 1 / c
        start = -left / c
        for name in sorted(self.holding.pop(entering, ())):
            factor = self.rows[name].pop(entering)
            self.left[name] += factor * start
            for key in _add_near(self.rows[name], solved, factor):
                (self.holding[key].add if key in self.rows[name] else self.holding[key].discard)(name)
        if entering in self.at_zero:  # it becomes an amount with a floor of its own again
            self.at_zero.discard(entering)
            self.rows[entering[1:]], self.left[entering[1:]] = dict(solved), start
            for key in solved:
                self.holding[key].add(entering[1:])
        else:
            self.used.add(entering)
        factor = self.goal.pop(entering)
        self.won += factor * start
        _add_near(self.goal, solved, factor)
        self.at_zero.add(slack)


def _add_near(row: dict[str, float], more: Mapping[str, float], factor: float) -> list[str]:
    """row + factor × more, in place; which keys came or went. What cancels to rounding is gone."""
    changed = []
    for name, c in more.items():
        held, step = row.get(name), factor * c
        if held is None:
            row[name] = step
            changed.append(name)
        elif abs(held + step) <= CANCELLED * abs(step):
            del row[name]
            changed.append(name)
        else:
            row[name] = held + step
    return changed


def _near(room: Room, name: str) -> list[str]:
    """The amounts with a floor that any move of this one, or of what stops it, touches."""
    found: set[str] = set()
    free = set(room.moves[name])
    todo = list(free)
    while todo:
        for other in room.moved[todo.pop()]:
            if other in room.floors and other not in found:
                found.add(other)
                fresh = room.moves[other].keys() - free
                free |= fresh
                todo += fresh
    return sorted(found)
