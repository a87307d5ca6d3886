"""Why a figure of one vintage is not that of another: both traces are walked side by side down to what differs.

Only what can have moved the figure counts. Where the two traces hold the same amount, nothing below that place can be the reason,
so the walk goes down through changed amounts alone, each pair of places once. What it ends at is a cause:

* `input`: a returned figure or row is new, gone or other; `correction`: the same, put by `gep correct`
* `parameter`: a coefficient or price is other (amount, unit, source), or another one is read
* `rule`: the same rule in another wording: version, expression, arguments, row product, places
* `scheme`: another rule in its place, a rule that only one side has, a part that only one side adds up
* `program`: all below is the same, the result is not, and the programs differ
* `unexplained`: all below is the same, the result is not, and nothing is known to differ
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gep.explain.differ import CORRECTION, INPUT, PARAMETER, RULE, SCHEME, Difference, Lone, Pair, Step, Task, expand
from gep.explain.side import Ref, Side, shown_amount, shown_id

PROGRAM, UNEXPLAINED = "program", "unexplained"
CAUSES = (INPUT, CORRECTION, PARAMETER, RULE, SCHEME, PROGRAM, UNEXPLAINED)
RANK = {cause: i for i, cause in enumerate(CAUSES)}


@dataclass(frozen=True, slots=True)
class Because:
    """All differences that moved a figure, in the order of CAUSES."""

    differences: tuple[Difference, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """The causes, each once, sorted by name."""
        return tuple(sorted({d.cause for d in self.differences}))

    def text(self, most: int = 3) -> str:
        """The first differences and how many there are, alike in every language."""
        shown = "; ".join(d.text() for d in self.differences[:most])
        more = len(self.differences) - most
        return f"{shown}; … ({len(self.differences)})" if more > 0 else f"{shown} ({len(self.differences)})"


class _Found(NamedTuple):
    """Differences below a place; `weak`: parameters that only one side read, which count where nothing else does."""

    strong: frozenset[Difference] = frozenset()
    weak: frozenset[Difference] = frozenset()


class Causes:
    """Compares figures of two vintages. What is found at a place is kept, so that asking for all figures is one walk."""

    def __init__(self, old: Side, new: Side) -> None:
        self.old, self.new = old, new
        self._found: dict[Task, _Found] = {}

    def of(self, old: str | None, new: str | None) -> Because:
        """Why the figure with these nodes is not the same; None where the side has no such figure."""
        task = self._task(old, new)
        if task is None:
            return self._sorted([self._blank("", "", "")])
        found = self._walk(task)
        differences = found.strong or found.weak
        if not differences and isinstance(task, Lone):
            differences = frozenset([self._lone(task)])
        return self._sorted(differences)

    def _task(self, old: str | None, new: str | None) -> Task | None:
        one = Ref(self.old, old) if old is not None else None
        two = Ref(self.new, new) if new is not None else None
        if one is not None and two is not None:
            return Pair(one, two)
        if one is not None:
            return Lone(one, self.new, is_new=False)
        return None if two is None else Lone(two, self.old, is_new=True)

    @staticmethod
    def _sorted(differences: Iterable[Difference]) -> Because:
        return Because(tuple(sorted(differences, key=lambda d: (RANK[d.cause], d.node, d.old, d.new))))

    # ---- the walk, without recursion: a chain of many years is deep

    def _walk(self, start: Task) -> _Found:
        stack: list[tuple[Task, Step | None]] = [(start, None)]
        while stack:
            task, step = stack.pop()
            if task in self._found:
                continue
            if step is None:
                step = expand(task)
                stack.append((task, step))
                stack += [(t, None) for t in step.below if t not in self._found]
                continue
            self._found[task] = self._joined(task, step)
        return self._found[start]

    def _joined(self, task: Task, step: Step) -> _Found:
        strong = [frozenset(step.own)]
        weak = [frozenset(step.weak)]
        for t in step.below:
            found = self._found[t]
            strong.append(found.strong)
            if isinstance(task, Lone):
                weak.append(found.weak)
            elif isinstance(t, Lone):
                if step.adds and t.here.name in t.other.nodes:
                    strong.append(frozenset([self._lone(t)]))
                elif not found.strong and not step.owned:
                    strong.append(found.weak or frozenset([self._lone(t)]))
        if isinstance(task, Pair) and not any(strong):
            strong = [frozenset([self._same_below(task)])]
        return _Found(_union(strong), _union(weak))

    def _same_below(self, pair: Pair) -> Difference:
        return self._blank(shown_id(pair.new), shown_amount(pair.old.node), shown_amount(pair.new.node))

    def _blank(self, node: str, old: str, new: str) -> Difference:
        return Difference(PROGRAM if self._other_program() else UNEXPLAINED, node, old, new)

    def _other_program(self) -> bool:
        if self.old.program_hash and self.new.program_hash:
            return self.old.program_hash != self.new.program_hash
        return bool(self.old.program and self.new.program) and self.old.program != self.new.program

    def _lone(self, task: Lone) -> Difference:
        """A part that one side alone has, though nothing below it is new: what was resolved differs, or else the program."""
        text = shown_amount(task.here.node)
        old, new = ("", text) if task.is_new else (text, "")
        same = bool(self.old.rules_hash) and self.old.rules_hash == self.new.rules_hash
        return self._blank(shown_id(task.here), old, new) if same else Difference(SCHEME, shown_id(task.here), old, new)


def _union(sets: Sequence[frozenset[Difference]]) -> frozenset[Difference]:
    """Their union; the same object where one set holds all, as it does along most of a chain."""
    held = [s for s in sets if s]
    if not held:
        return frozenset()
    first = max(held, key=len)
    rest = [s for s in held if s is not first and not s <= first]
    return first.union(*rest) if rest else first
