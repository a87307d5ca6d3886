"""Draws of parameters: a stream of uniform numbers for each, its errors inside low … high, and errors that go together.

A stream is keyed by the seed and by what the parameter is (id, key, region, source set), not by its validity: the error of a
coefficient is the same in every year. It consists of the raw 64-bit numbers of the counter-based generator Philox, of which the
upper 53 bits are taken, and the distributions are reached by their inverse with + - * / and sqrt alone. So the draws are the same
to the last digit on every machine and under every version of numpy. A block of draws has a counter of its own, so blocks may be
made in any order.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from gep.base.terms import Correlated, Shape

BLOCK = 2000  # draws made at once: a few vectors of this length stay in the cache of a core
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """A parameter with its value, and the low … high its true value lies between, all in the unit of the parameter.

    `stream`: what it is called when numbers are drawn for it. Two validities of one coefficient share it.
    """

    stream: str
    value: Decimal
    low: Decimal
    high: Decimal

    @property
    def usable(self) -> bool:
        """Whether the value lies between its ends."""
        return self.low <= self.value <= self.high

    def mean(self, shape: Shape) -> float:
        """What it is on average."""
        low, mode, high = float(self.low), float(self.value), float(self.high)
        return (low + high) / 2 if shape == "uniform" else (low + mode + high) / 3

    def deviation(self, shape: Shape) -> float:
        """Its standard deviation."""
        low, mode, high = float(self.low), float(self.value), float(self.high)
        if shape == "uniform":
            return (high - low) / math.sqrt(12)
        return math.sqrt(((mode - low) ** 2 + (high - mode) ** 2 + (mode - low) * (high - mode)) / 18)

    def drawn(self, uniform: Array, shape: Shape) -> Array:
        """Its value for each uniform number, by the inverse of its distribution."""
        low, mode, high = float(self.low), float(self.value), float(self.high)
        wide = high - low
        if shape == "uniform" or wide == 0.0:
            return low + uniform * wide
        below = low + np.sqrt(uniform * (wide * (mode - low)))
        above = high - np.sqrt((1.0 - uniform) * (wide * (high - mode)))
        return np.where(uniform * wide < mode - low, below, above)


def uniform(name: str, seed: int, block: int, count: int) -> Array:
    """The numbers in [0, 1) of a stream: `count` of block number `block`."""
    digest = hashlib.sha256(f"{seed}\x1f{name}".encode()).digest()
    generator = np.random.Philox(key=int.from_bytes(digest[:16], "big"), counter=[0, 0, 0, block])
    return (np.asarray(generator.random_raw(count), dtype=np.uint64) >> np.uint64(11)).astype(np.float64) * 2.0**-53


@dataclass(frozen=True)
class Sampler:
    """Draws every parameter. `group_of`: stream -> the group whose errors it shares."""

    seed: int
    shape: Shape
    group_of: Mapping[str, Correlated]

    def block(self, spreads: Mapping[str, Spread], block: int, count: int) -> dict[str, Array]:
        """Name -> `count` values, those of block number `block`."""
        made: dict[str, Array] = {}  # by stream
        found = {}
        for name, spread in spreads.items():
            if spread.stream not in made:
                made[spread.stream] = self._uniform(spread.stream, block, count)
            found[name] = spread.drawn(made[spread.stream], self.shape)
        return found

    def _uniform(self, stream: str, block: int, count: int) -> Array:
        """In a group a parameter takes the number of the group with probability √ρ, else its own.

        Two of a group then share their number with probability ρ and are independent else, which makes their rank correlation ρ.
        """
        own = uniform(f"own\x1f{stream}", self.seed, block, count)
        group = self.group_of.get(stream)
        if group is None:
            return own
        shared = uniform(f"group\x1f{group.id}", self.seed, block, count)
        coin = uniform(f"coin\x1f{stream}", self.seed, block, count)
        return np.where(coin < math.sqrt(float(group.correlation)), shared, own)


def blocks(draws: int) -> Sequence[int]:
    """How many draws each block has."""
    whole, rest = divmod(draws, BLOCK)
    return [*[BLOCK] * whole, *([rest] if rest else [])]
