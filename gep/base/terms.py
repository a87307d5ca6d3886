"""What a profile says beside its services: at which prices it is stated, how spread of parameters is carried to totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal, TypeAlias

Order: TypeAlias = Literal["convert_then_deflate", "deflate_then_convert"]
Shape: TypeAlias = Literal["triangular", "uniform"]


@dataclass(frozen=True, slots=True)
class Constant:
    """How a profile states its values at the prices of the year `base`.

    A line is quantity × price of the base year, unless its service is named in `deflators` (service -> code of a price index):
    then it is the value of the year ÷ (index of the year ÷ index of the base year). `order` says, for a price in foreign money,
    whether it is brought to the money of the accounts before it is deflated (by a domestic index) or after (by a foreign one).
    """

    base: int
    order: Order
    deflators: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def price_basis(self) -> str:
        """As the accounts name it: `constant:2020`."""
        return f"constant:{self.base}"


@dataclass(frozen=True, slots=True)
class Correlated:
    """Parameters whose errors go together: `correlation` (0 to 1) is the rank correlation of any two values of them."""

    id: str
    parameters: tuple[str, ...]
    correlation: Decimal
    source: str


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """How the spread of parameters (low … high) is carried to GEP and the indices.

    `shape`: the distribution between low and high (triangular: its mode is the value); `level`: the share of the draws that lies
    inside the interval told.
    """

    draws: int
    seed: int
    level: Decimal
    shape: Shape
    groups: tuple[Correlated, ...] = ()
