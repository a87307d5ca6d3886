"""Two figures of the same place side by side, with their difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Pair:
    """One line of the comparison. An amount is None where a profile has no figure or an unknown one (`state_*` says which)."""

    region: str
    year: int
    service: str
    benefit: str
    left: Decimal | None
    right: Decimal | None
    state_left: str
    state_right: str
    currency: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.left is None or self.right is None else self.right - self.left


def as_rows(pairs: Sequence[Pair]) -> list[dict[str, object]]:
    """For JSON and tables: decimals as text."""
    return [
        {
            "region": p.region,
            "year": p.year,
            "service": p.service,
            "benefit": p.benefit,
            "left": None if p.left is None else format(p.left, "f"),
            "right": None if p.right is None else format(p.right, "f"),
            "difference": None if p.difference is None else format(p.difference, "f"),
            "state_left": p.state_left,
            "state_right": p.state_right,
            "currency": p.currency,
        }
        for p in pairs
    ]
