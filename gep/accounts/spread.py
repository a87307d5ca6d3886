"""Carries the spread of parameters through a graph of figures: by draws, and to the first order.

The graph is given: steps in an order in which every step comes after what it reads, each able to work itself out over vectors,
to give its slopes at a point, and to say in how many draws a min, max or where takes another argument. No formula stands here.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gep.accounts.draws import Array, Sampler, Spread, blocks

Whole = NDArray[np.int64]


class Step(Protocol):
    """A figure that depends on a parameter with a spread. `reads`: the steps and parameters it varies with."""

    @property
    def id(self) -> str: ...
    @property
    def reads(self) -> tuple[str, ...]: ...
    @property
    def chooses(self) -> bool: ...
    def value(self, vectors: Mapping[str, Array]) -> Array: ...
    def slopes(self, point: Mapping[str, float]) -> Mapping[str, float]: ...
    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> Mapping[str, Whole]: ...


@dataclass(frozen=True)
class Added:
    """A sum of figures: those that vary, and what the others come to."""

    id: str
    reads: tuple[str, ...]
    still: float = 0.0
    chooses: bool = False

    def value(self, vectors: Mapping[str, Array]) -> Array:
        total: Array = np.full(1, self.still)
        for name in self.reads:
            total = total + vectors[name]
        return total

    def slopes(self, point: Mapping[str, float]) -> dict[str, float]:
        found: dict[str, float] = {}
        for name in self.reads:
            found[name] = found.get(name, 0.0) + 1.0
        return found

    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> dict[str, Whole]:
        return {}


@dataclass(frozen=True)
class Graph:
    """`spreads`: parameters by node; `steps` in order; `targets`: the steps (or parameters) whose draws are kept."""

    spreads: Mapping[str, Spread]
    steps: Sequence[Step]
    targets: frozenset[str]

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        """The steps by what they are called."""
        return {step.id: step for step in self.steps}

    @cached_property
    def last_use(self) -> dict[str, int]:
        """Node -> number of the last step that reads it."""
        return {name: number for number, step in enumerate(self.steps) for name in step.reads}


@dataclass(frozen=True)
class Switch:
    """A min, max or where of which another argument binds in a `share` of the draws; of a row sum, in its most uncertain row."""

    step: str
    function: str
    share: float


@dataclass(frozen=True)
class Carried:
    """What the draws gave: the draws of each target, where choices switch, and the value of every node at the parameters' own."""

    draws: Mapping[str, Array]
    switches: Mapping[str, tuple[Switch, ...]]  # by step
    point: Mapping[str, float]
    slopes: Mapping[str, Mapping[str, float]] = field(default_factory=dict)  # target -> parameter node -> derivative


SWITCHED = 0.005  # a choice that is another one in fewer draws than this is not told


def carry(graph: Graph, sampler: Sampler, draws: int, threads: int = 0) -> Carried:
    """Work out every step over all draws, in blocks, and its slopes. `threads`: 0 for as many as the machine has.

    The draws of a block do not depend on which thread makes them, and blocks are joined in their order.
    """
    point = at_point(graph)
    last = graph.last_use
    sizes = blocks(draws)

    def one(number: int) -> tuple[dict[str, Array], dict[tuple[str, str], Whole]]:
        return _block(graph, last, point, sampler, number, sizes[number])

    with ThreadPoolExecutor(max_workers=threads or os.cpu_count() or 1) as pool:
        done = list(pool.map(one, range(len(sizes))))
    drawn = {name: np.concatenate([vectors[name] for vectors, _ in done]) for name in sorted(graph.targets)}
    return Carried(drawn, _switches(done, draws), point, first_order(graph, point))


def at_point(graph: Graph) -> dict[str, float]:
    """Every node at the value of each parameter, worked out as a draw is."""
    vectors: dict[str, Array] = {name: np.asarray([float(s.value)]) for name, s in graph.spreads.items()}
    for step in graph.steps:
        vectors[step.id] = step.value(vectors)
    return {name: float(v[0]) for name, v in vectors.items()}


def _block(
    graph: Graph, last: Mapping[str, int], point: Mapping[str, float], sampler: Sampler, number: int, count: int
) -> tuple[dict[str, Array], dict[tuple[str, str], Whole]]:
    """One block of draws through all steps; a vector is let go after its last use."""
    vectors: dict[str, Array] = sampler.block(graph.spreads, number, count)
    switched: dict[tuple[str, str], Whole] = {}
    for at, step in enumerate(graph.steps):
        if step.chooses:
            here = {n: point[n] for n in step.reads}
            switched |= {(step.id, text): counts for text, counts in step.switched(vectors, here).items()}
        vectors[step.id] = step.value(vectors)
        for name in set(step.reads):
            if last[name] == at and name not in graph.targets:
                del vectors[name]
    return {name: vectors[name] for name in graph.targets}, switched


def _switches(
    done: Iterable[tuple[Mapping[str, Array], Mapping[tuple[str, str], Whole]]], draws: int
) -> dict[str, tuple[Switch, ...]]:
    counted: dict[tuple[str, str], Whole] = {}
    for _, switched in done:
        for place, counts in switched.items():
            counted[place] = counted[place] + counts if place in counted else counts
    found: dict[str, list[Switch]] = {}
    for (step, text), counts in counted.items():
        share = int(counts.max(initial=0)) / draws
        if share > SWITCHED:
            found.setdefault(step, []).append(Switch(step, text.partition("(")[0], share))
    return {step: tuple(sorted(several, key=lambda s: -s.share)) for step, several in found.items()}


def first_order(graph: Graph, point: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The derivative of each target by each parameter node, by the chain rule along the steps."""
    slopes: dict[str, dict[str, float]] = {name: {name: 1.0} for name in graph.spreads}
    last = graph.last_use
    for at, step in enumerate(graph.steps):
        made: dict[str, float] = {}
        for name, by in step.slopes({n: point[n] for n in step.reads}).items():
            for parameter, inner in slopes[name].items():
                made[parameter] = made.get(parameter, 0.0) + by * inner
        slopes[step.id] = made
        for name in set(step.reads):
            if last[name] == at and name not in graph.targets:
                del slopes[name]
    return {name: slopes[name] for name in sorted(graph.targets)}


def resting_steps(graph: Graph, target: str) -> list[str]:
    """The steps and parameters a target rests on, itself included, sorted."""
    seen, waiting = {target}, [target]
    while waiting:
        step = graph.by_id.get(waiting.pop())
        more = [n for n in (step.reads if step else ()) if n not in seen]
        seen.update(more)
        waiting += more
    return sorted(seen)
