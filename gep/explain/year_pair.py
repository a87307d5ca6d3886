"""A figure of two years side by side: for a comparable area, and for the single regions in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from gep.base.records import Names
from gep.base.region_change import RegionChange
from gep.base.rounding import store
from gep.base.states import exact_sum
from gep.explain.pair import ABSENT, Figure, total_of

PERCENT_PLACES = 6
KIND_WORDS: Mapping[str, Names] = {
    "rename": Names("更名或换码", "rename"),
    "merge": Names("合并", "merge"),
    "split": Names("拆分", "split"),
    "transfer": Names("部分划转", "transfer of part"),
}
REFUSED, NOT_GIVEN = "refused", "not_given"
Table = Literal["gep_total", "value_account", "physical_account", "balance_sheet"]


@dataclass(frozen=True, slots=True)
class Item:
    """What is compared: `keys` are those of its view besides region and year; `additive`: it may be summed over regions."""

    table: Table
    keys: tuple[tuple[str, str], ...]
    names: Names
    unit: str
    additive: bool = True

    def key(self, name: str) -> str:
        return dict(self.keys).get(name, "-")


@dataclass(frozen=True, slots=True)
class YearPair:
    """An item in both years. `given`: whether a difference is allowed at all (the area is the same in both years)."""

    item: Item
    left: Figure
    right: Figure
    given: bool = True

    @property
    def state(self) -> str:
        """`value` if there is a difference; not_given where areas differ; else the state of the side that has no value."""
        if not self.given:
            return NOT_GIVEN
        return next((f.state for f in (self.left, self.right) if f.amount is None), "value")

    @property
    def difference(self) -> Decimal | None:
        """right - left, exact; None unless both are known and cover one area."""
        if self.state != "value" or self.left.amount is None or self.right.amount is None:
            return None
        return exact_sum([self.right.amount, self.left.amount.copy_negate()])

    @property
    def percent(self) -> Decimal | None:
        """The difference in per cent of the amount on the left; None where that is zero or the signs differ.

        Of two negative amounts the larger one counts as a rise: from -100 to -50 is +50 %.
        """
        gap, base = self.difference, self.left.amount
        if gap is None or not base or self.right.amount is None or base * self.right.amount < 0:
            return None
        return store(Fraction(gap) * 100 / abs(Fraction(base)), PERCENT_PLACES)

    def as_dict(self) -> dict[str, object]:
        gap, share = self.difference, self.percent
        return {
            "view": self.item.table,
            **dict(self.item.keys),
            "name_zh": self.item.names.zh,
            "name_en": self.item.names.en,
            "unit": self.item.unit,
            "left": self.left.as_dict(),
            "right": self.right.as_dict(),
            "difference": None if gap is None else format(gap, "f"),
            "percent": None if share is None else format(share, "f"),
            "state": self.state,
        }


@dataclass(frozen=True, slots=True)
class Ground:
    """One region under its codes of both years, or a whole area: its names, its figures, and whether years may be compared."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    names: tuple[Names, ...]
    alone: bool
    pairs: tuple[YearPair, ...]

    def as_dict(self) -> dict[str, object]:
        return {
            "left": list(self.left),
            "right": list(self.right),
            "names": [{"zh": n.zh, "en": n.en} for n in self.names],
            "comparable": self.alone,
            "figures": [p.as_dict() for p in self.pairs],
        }


@dataclass(frozen=True, slots=True)
class AreaPair:
    """A comparable area in both years; `regions` are the single regions in it, if it has several or may not be compared."""

    area: str
    level: str
    whole: Ground
    regions: tuple[Ground, ...]
    changes: tuple[RegionChange, ...]

    def as_dict(self) -> dict[str, Any]:
        changes = [
            {
                "date": c.date.isoformat(),
                "kind": c.kind,
                "from": list(c.before),
                "to": list(c.after),
                "share_area": None if c.share_area is None else format(c.share_area, "f"),
                "document": c.document or None,
            }
            for c in self.changes
        ]
        head = {"area": self.area, "level": self.level, "changes": changes}
        return head | self.whole.as_dict() | {"regions": [r.as_dict() for r in self.regions]}


@dataclass(frozen=True, slots=True)
class YearComparison:
    """Two years of a book: the schemes that were read, the vintage in use for each (scheme, year), and the areas.

    `illustrative`: some figure of either year rests on illustrative data.
    """

    left: int
    right: int
    schemes: tuple[str, ...]
    vintages: tuple[tuple[str, int, int], ...]
    areas: tuple[AreaPair, ...]
    illustrative: bool = False

    def as_dict(self) -> dict[str, object]:
        used = [{"scheme": s, "year": y, "vintage": v} for s, y, v in self.vintages]
        years = {"left": self.left, "right": self.right, "schemes": list(self.schemes), "vintages": used}
        return years | {"illustrative": self.illustrative, "areas": [a.as_dict() for a in self.areas]}


def summed(item: Item, figures: Sequence[Figure]) -> Figure:
    """The figure of an area: the sum over its regions, a single one as it stands; refused for what cannot be added.

    A part that is unknown makes the sum unknown; one that is not there or does not apply adds nothing.
    """
    if len(figures) == 1:
        return figures[0]
    if not item.additive and any(f.state != ABSENT for f in figures):
        return Figure(None, REFUSED)
    return total_of(figures)


def change_text(change: RegionChange, lang: str) -> str:
    """`2021-01-01 transfer of part 990122 → 990103, document`."""
    sides = f"{'+'.join(change.before)} → {'+'.join(change.after)}"
    told = f"{change.date.isoformat()} {KIND_WORDS[change.kind].of(lang)} {sides}"
    return f"{told}, {change.document}" if change.document else told
