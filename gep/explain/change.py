"""Causes of a change as records: lines, services and places with their parts, the index beside them, and all of it as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any, Literal

from gep.accounts.decompose import FACTORS, Change, Factor, Parts, RatioChange, Side, total_change
from gep.base.records import Names
from gep.explain.pair import decimal_text

KEYS = ("service", "benefit", "product", "ecosystem")
Way = Literal["years", "regions", "profiles", "vintages"]
LeafKey = tuple[str, ...]  # one code for each of KEYS


@dataclass(frozen=True, slots=True)
class Leaf:
    """One line of the accounts on both sides, with the parts of its difference. `place`: the area it stands in."""

    place: str
    key: LeafKey
    left: Side | None
    right: Side | None
    change: Change

    @property
    def service(self) -> str:
        return self.key[0]

    @property
    def name(self) -> str:
        """`990121/water_retention/-/-/forest.mixed`."""
        return leaf_name(self.place, self.key)

    def as_dict(self) -> dict[str, Any]:
        head = {"place": self.place, **dict(zip(KEYS, self.key, strict=True))}
        return head | {"left": _side(self.left), "right": _side(self.right)} | change_dict(self.change)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A change of GEP ÷ something else, if both sides have it. `states`: where each side was read (GDP: its vintage)."""

    id: str
    names: Names
    below: Names  # what GEP is divided by
    unit: str
    change: RatioChange
    states: tuple[str, str] = ("", "")

    def as_dict(self) -> dict[str, Any]:
        made = self.change
        return {
            "ratio": self.id,
            "name_zh": self.names.zh,
            "name_en": self.names.en,
            "unit": self.unit,
            "left": decimal_text(made.left),
            "right": decimal_text(made.right),
            "difference": decimal_text(made.difference),
            "gep_changed": decimal_text(made.numerator),
            "gep_parts": parts_dict(made.parts),
            "denominator_changed": decimal_text(made.denominator),
            "denominator_zh": self.below.zh,
            "denominator_en": self.below.en,
            "read_from": list(self.states),
            "residual": str(made.residual),
        }


@dataclass(frozen=True, slots=True)
class Stock:
    """The closing value of one class of an asset on both sides, with the parts of its difference."""

    place: str
    asset: str
    names: Names
    code: str
    class_names: Names
    change: Change

    def as_dict(self) -> dict[str, Any]:
        head = {"place": self.place, "asset": self.asset, "class": self.code}
        named = {"name_zh": self.class_names.zh, "name_en": self.class_names.en}
        return head | named | change_dict(self.change)


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """GEP of a place on both sides with its causes: a comparable area, a region, or two regions side by side.

    `left`, `right`: the codes of either side; `names`: those of the regions. `leaves` add up to `total`, service by service.
    """

    id: str
    level: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    names: tuple[Names, ...]
    leaves: tuple[Leaf, ...]
    ratios: tuple[Ratio, ...] = ()
    stocks: tuple[Stock, ...] = ()

    @property
    def total(self) -> Change:
        return total_change(leaf.change for leaf in self.leaves)

    @property
    def services(self) -> dict[str, Change]:
        """By service, in the order of the codes."""
        return by_service(self.leaves)

    @property
    def assets(self) -> dict[str, Change]:
        """By asset, in the order in which they were read."""
        kinds = dict.fromkeys(s.asset for s in self.stocks)
        return {kind: total_change(s.change for s in self.stocks if s.asset == kind) for kind in kinds}

    def as_dict(self, *, detail: bool = False) -> dict[str, Any]:
        head = {
            "id": self.id,
            "level": self.level,
            "left": list(self.left),
            "right": list(self.right),
            "names": [{"zh": n.zh, "en": n.en} for n in self.names],
        }
        services = [{"service": code, **change_dict(change)} for code, change in self.services.items()]
        names = {s.asset: s.names for s in self.stocks}
        assets = [
            {"asset": code, "name_zh": names[code].zh, "name_en": names[code].en, **change_dict(change)}
            for code, change in self.assets.items()
        ]
        made = head | {"gep": change_dict(self.total), "services": services}
        made |= {"ratios": [r.as_dict() for r in self.ratios], "assets": assets}
        if detail:
            made |= {"leaves": [leaf.as_dict() for leaf in self.leaves], "stocks": [s.as_dict() for s in self.stocks]}
        return made


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes of a comparison: what was compared, at which prices, and every place.

    `sides`: what stands on the left and on the right (years, codes of regions, profiles, vintages), as text; `year`: of regions.
    `zone`: the zone of every place that is compared, `-` for the whole of it.
    """

    way: Way
    sides: tuple[str, str]
    profile: str
    price_basis: str
    currency: str
    service_names: Mapping[str, Names]
    places: tuple[PlaceChange, ...]
    year: int | None = None
    zone: str = "-"
    zone_names: Names | None = None

    def as_dict(self, *, detail: bool = False) -> dict[str, Any]:
        return {
            "way": self.way,
            "year": self.year,
            "left": self.sides[0],
            "right": self.sides[1],
            "profile": self.profile,
            "price_basis": self.price_basis,
            "zone": self.zone,
            "currency": self.currency,
            "factors": [
                {"factor": f, "name_zh": w.names.zh, "name_en": w.names.en, "tells_zh": w.tells.zh, "tells_en": w.tells.en}
                for f, w in FACTORS.items()
            ],
            "places": [p.as_dict(detail=detail) for p in self.places],
        }


def leaf_name(place: str, key: LeafKey) -> str:
    """What a line is called among the unknown: the place and its keys."""
    return "/".join((place, *key))


def by_service(leaves: Iterable[Leaf]) -> dict[str, Change]:
    """The changes of the lines added up by service, in the order of the codes."""
    ordered = sorted(leaves, key=lambda leaf: leaf.service)
    return {code: total_change(x.change for x in same) for code, same in groupby(ordered, key=lambda leaf: leaf.service)}


def factors_of(changes: Iterable[Change]) -> tuple[Factor, ...]:
    """The factors that any of them has a part of, in the order of FACTORS."""
    found = {name for change in changes for name in change.parts}
    return tuple(name for name in FACTORS if name in found)


def largest(parts: Mapping[Any, Fraction], most: int) -> list[tuple[Any, Fraction]]:
    """The largest parts by size, `most` of them; equal ones in their order."""
    ranked: Sequence[tuple[Any, Fraction]] = sorted(parts.items(), key=lambda item: -abs(item[1]))
    return [item for item in ranked[:most] if item[1]]


def parts_dict(parts: Parts) -> dict[str, str]:
    return {name: decimal_text(parts[name]) for name in FACTORS if name in parts}


def change_dict(change: Change) -> dict[str, Any]:
    """Amounts as decimal text; `residual` is "0" wherever there is a difference."""
    gap, rest = change.difference, change.residual
    return {
        "left_value": None if change.left is None else decimal_text(change.left),
        "right_value": None if change.right is None else decimal_text(change.right),
        "difference": None if gap is None else decimal_text(gap),
        "parts": parts_dict(change.parts),
        "residual": None if rest is None else str(rest),
        "unknown": list(change.unknown),
    }


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    amounts = {n: getattr(side, n) for n in ("value", "quantity", "price", "area", "whole")}
    told = {n: None if a is None else decimal_text(a) for n, a in amounts.items()}
    return told | {"unit": side.unit or None, "method": side.method or None, "applies": side.applies}
