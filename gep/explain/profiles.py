"""A region and year in two profiles: its services with the finest terms of their differences, and the factors above them."""

from __future__ import annotations

from dataclasses import dataclass

from gep.explain.change import PlaceChange
from gep.explain.pair import Pair


@dataclass(frozen=True, slots=True)
class Place:
    """GEP of a region and year in both profiles, with its services, each with its lines.

    `change`: the same difference by factors (coverage, method, price), and that of the index; `mingled`: lines whose factors
    could not be told apart, so that they have equal shares; `same_data`: whether both vintages read the same returns (else what
    data moved is counted as method).
    """

    region: str
    year: int
    currency: str
    vintages: tuple[int, int]
    price_basis: tuple[str, str]
    gep: Pair
    change: PlaceChange
    mingled: tuple[str, ...] = ()
    same_data: bool = True

    def as_dict(self) -> dict[str, object]:
        services = [s.as_dict() | {"lines": [line.as_dict() for line in s.lines]} for s in self.gep.lines]
        head = {"region": self.region, "year": self.year, "currency": self.currency}
        held = {"vintages": list(self.vintages), "price_basis": list(self.price_basis), "same_data": self.same_data}
        return head | held | {"gep": self.gep.as_dict(), "services": services}
