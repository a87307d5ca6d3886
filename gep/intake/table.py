"""The plain text table every file is turned into: columns, rows with the line they stand on, and the hash of the file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from gep.base.findings import Finding, Place

Format: TypeAlias = Literal["csv", "parquet", "json"]


@dataclass(frozen=True, slots=True)
class Row:
    """One record. `line`: 1 = first line of the file as a text editor counts; in Parquet the number of the record."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file as text. `unread` names columns that are there but of a type that cannot be read (they are reported already).

    `rows` leaves out records that cannot be read as a whole (they are reported too) and records in which every cell is empty.
    """

    file: str
    sha256: str
    format: Format
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    unread: frozenset[str] = frozenset()

    def place(self, row: int = 0, column: str = "", key: str = "") -> Place:
        return Place(file=self.file, row=row, column=column, key=key)


@dataclass(slots=True)
class Complaints:
    """The findings of one file, gathered as they come up."""

    found: list[Finding] = field(default_factory=list)

    def add(self, *findings: Finding) -> None:
        self.found.extend(findings)

    def extend(self, findings: Iterable[Finding]) -> None:
        self.found.extend(findings)

    def sorted(self) -> tuple[Finding, ...]:
        return in_order(self.found)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """By file, row, column, then code: the order people work through a file in, whatever the order of the checks."""
    return tuple(sorted(findings, key=lambda f: (f.place.file, f.place.row, f.place.column, f.code, f.found, f.expected)))


def shown(items: Sequence[str], limit: int = 8) -> str:
    """A short list as people read it; the rest is counted, never dropped without a word."""
    head = ", ".join(items[:limit])
    return f"{head}, … (+{len(items) - limit})" if len(items) > limit else head


def snippet(text: str, limit: int = 80) -> str:
    """A piece of somebody's text that is safe to print on one line of a terminal."""
    head = text[: limit + 1]
    flat = head if head.isprintable() else "".join(c if c.isprintable() else "�" for c in head)
    return flat if len(flat) <= limit else flat[:limit] + "…"
