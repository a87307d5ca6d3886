"""The record of a change of regions: which codes on which day became which, by which document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Kind = Literal["rename", "merge", "split", "transfer"]
KINDS: tuple[Kind, ...] = ("rename", "merge", "split", "transfer")


@dataclass(frozen=True, slots=True)
class RegionChange:
    """From `date` on, the codes `before` are the codes `after`.

    rename: one code becomes another, the area stays. merge: several become one. split: one becomes several. transfer: part of one
    goes to another, and both go on. In a merge or a split one code may stand on both sides.

    `share_area` (of a transfer): the area that moved as a share of the smaller of the two regions, so that neither lost or gained
    more; `share_population` likewise, for information. `document` is what ordered the change; empty where the change is only
    known from `replaces` of a region. All codes are of one level.
    """

    date: date
    kind: Kind
    before: tuple[str, ...]
    after: tuple[str, ...]
    document: str = ""
    share_area: Decimal | None = None
    share_population: Decimal | None = None
    note: str = ""

    @property
    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each code before with each code after."""
        return ((old, new) for old in self.before for new in self.after)

    @property
    def codes(self) -> tuple[str, ...]:
        """Every code it names, each once."""
        return tuple(dict.fromkeys((*self.before, *self.after)))
