"""Two vintages of a book side by side: the figures that are not the same, each with its causes, and how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from gep.explain.causes import Because
from gep.explain.change import Causes
from gep.explain.pair import decimal_text

Kind = Literal["changed", "new", "gone"]
EVIDENCE = 5  # differences that are listed with a figure; their count is complete


@dataclass(frozen=True, slots=True)
class Vintage:
    """A run: who made it when, under which profiles, and the state each of its years is in now."""

    number: int
    who: str
    at: str
    profiles: tuple[str, ...]
    states: Mapping[int, str]

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted(self.states))

    def text(self) -> str:
        """`13: 2010 preliminary; clerk 2026-01-02T03:04:05Z`."""
        states = ", ".join(f"{y} {s}" for y, s in sorted(self.states.items()))
        return f"{self.number}: {states}; {self.who} {self.at}"

    def as_dict(self) -> dict[str, object]:
        states = {str(y): s for y, s in sorted(self.states.items())}
        return {"vintage": self.number, "who": self.who, "at": self.at, "profiles": list(self.profiles), "states": states}


@dataclass(frozen=True, slots=True)
class Side:
    """A figure in one vintage; `amount` is None where it is not known."""

    amount: Decimal | None
    unit: str
    state: str

    def as_dict(self) -> dict[str, object]:
        amount = None if self.amount is None else format(self.amount, "f")
        return {"amount": amount, "unit": self.unit, "state": self.state or None}


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is not the same in both vintages; None: the vintage has no such figure.

    `difference`: new - old, None where one of them is not known or not there, or where their units differ.
    """

    figure: str
    table: str
    region: str
    year: int
    old: Side | None
    new: Side | None
    difference: Decimal | None
    because: Because

    @property
    def profile(self) -> str:
        """The profile or asset scheme the figure is of."""
        named = (part.partition("=") for part in self.figure.partition("#")[0].split("/"))
        return next((value for name, _, value in named if name in ("profile", "scheme")), "")

    @property
    def kind(self) -> Kind:
        return "new" if self.old is None else "gone" if self.new is None else "changed"

    @property
    def unit(self) -> str:
        held = self.new or self.old
        return held.unit if held is not None else ""

    def as_dict(self) -> dict[str, object]:
        """For JSON: amounts as decimal text, missing as null."""
        return {
            "figure": self.figure,
            "table": self.table,
            "region": self.region,
            "year": self.year,
            "profile": self.profile,
            "kind": self.kind,
            "old": self.old and self.old.as_dict(),
            "new": self.new and self.new.as_dict(),
            "difference": None if self.difference is None else format(self.difference, "f"),
            "unit": self.unit,
            "causes": list(self.because.causes),
            "differences": [d.as_dict() for d in self.because.differences[:EVIDENCE]],
            "differences_count": len(self.because.differences),
        }


@dataclass(frozen=True, slots=True)
class Explained:
    """The causes of the change of GEP and of the index in one year, of one profile (or two) at one price basis.

    `mingled`: lines whose causes could not be told apart, so that they have equal shares.
    """

    causes: Causes
    mingled: tuple[str, ...] = ()

    @property
    def unexplained(self) -> tuple[tuple[str, Fraction], ...]:
        """(line, amount) that nothing known has moved: a fault, which is told and given to no factor."""
        lines = {x.name: x.change.residual for p in self.causes.places for x in p.leaves}
        return tuple((name, rest) for name, rest in lines.items() if rest)

    def as_dict(self, *, detail: bool = False) -> dict[str, Any]:
        apart = [{"line": name, "amount": decimal_text(amount)} for name, amount in self.unexplained]
        return self.causes.as_dict(detail=detail) | {"unexplained": apart, "mingled": list(self.mingled)}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two vintages in the years both compiled.

    `unchanged`: figures that are the same, by table; `explained`: why GEP changed, for each year, profile and price basis in
    which it or the index did.
    """

    left: Vintage
    right: Vintage
    years: tuple[int, ...]
    changes: tuple[Change, ...]
    unchanged: Mapping[str, int]
    explained: tuple[Explained, ...] = ()

    @property
    def by_cause(self) -> dict[str, int]:
        """Figures by cause; one with several causes counts under each of them."""
        return dict(sorted(Counter(cause for c in self.changes for cause in c.because.causes).items()))

    @property
    def by_table(self) -> dict[str, dict[str, int]]:
        """For each table: figures changed, new, gone and unchanged."""
        counts = Counter((c.table, c.kind) for c in self.changes)
        tables = [t for t in self.unchanged if self.unchanged[t] or any(c.table == t for c in self.changes)]
        kinds: tuple[Kind, ...] = ("changed", "new", "gone")
        return {t: {k: counts[t, k] for k in kinds} | {"unchanged": self.unchanged[t]} for t in tables}

    def as_dict(self, *, detail: bool = False) -> dict[str, Any]:
        """For JSON; `detail`: with the parts of every line."""
        return {
            "left": self.left.as_dict(),
            "right": self.right.as_dict(),
            "years": list(self.years),
            "by_cause": self.by_cause,
            "by_table": self.by_table,
            "causes": [e.as_dict(detail=detail) for e in self.explained],
            "changes": [c.as_dict() for c in self.changes],
        }
