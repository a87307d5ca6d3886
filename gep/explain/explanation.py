"""An explained figure as data: the tree for people and the trace nodes for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gep.base.records import Source

CITATION = ("authors", "year", "title", "published_in", "doi")


@dataclass(frozen=True)
class Formula:
    """A formula as written in its rule: in words, with the numbers put in, as MathML and as Typst."""

    words: str
    numbers: str
    mathml: str
    typst: str


@dataclass(frozen=True)
class Step:
    """One node of the explanation with the steps it rests on. `role`: what it is in the formula above it."""

    node: Mapping[str, Any]
    title: str
    role: str
    amount: str
    unit: str
    formula: Formula | None
    source: Source | None
    binding: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Explanation:
    """`address` complete with its vintage; several `parts` where the address is the sum of several leaves."""

    address: str
    column: str
    amount: str
    unit: str
    state: str
    parts: tuple[Step, ...]
    nodes: tuple[Mapping[str, Any], ...]


def citation(source: Source, locator: str = "") -> str:
    """Author, year, title, place of publication, doi, table: whatever is known, in this order."""
    parts = [str(getattr(source, name)) for name in CITATION if getattr(source, name)]
    return ", ".join([*parts, *([locator] if locator else [])])


def plain_number(text: str) -> str:
    """Digits in groups of three, nothing rounded: 32149000000.000000 -> 32,149,000,000."""
    whole, _, rest = format(Decimal(text), "f").partition(".")
    sign = "-" if whole.startswith("-") else ""
    grouped = f"{int(whole.lstrip('-') or 0):,}"
    rest = rest.rstrip("0") if len(rest) > 4 else rest
    return f"{sign}{grouped}.{rest}" if rest.strip("0") or (rest and len(rest) <= 4) else f"{sign}{grouped}"


def quantity(amount: str, unit: str) -> str:
    """Number and unit as people read them; a pure number has none."""
    return plain_number(amount) if unit in ("", "1") else f"{plain_number(amount)} {unit}"
