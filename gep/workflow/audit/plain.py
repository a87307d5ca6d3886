"""Records of an audit as plain JSON for the journal, and back: dates in ISO form, amounts as text, lists for tuples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar, cast

T = TypeVar("T")
DAYS = frozenset({"made_on", "reviewed_on", "due", "found_on", "on", "start", "end", "known_on", "started", "day"})
AMOUNTS = frozenset({"amount", "done", "count"})


def to_plain(record: Any) -> dict[str, object]:
    """Every field of a record under its name."""
    return {f.name: _plain(getattr(record, f.name)) for f in fields(record)}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    return value


def from_plain(kind: type[T], data: Mapping[str, object]) -> T:
    """The record again. Raises TypeError or ValueError for data that is none."""
    known = {f.name for f in fields(cast(Any, kind))}
    return kind(**{name: _typed(name, value) for name, value in data.items() if name in known})


def _typed(name: str, value: object) -> object:
    if value is None:
        return None
    if name in DAYS:
        return date.fromisoformat(str(value))
    if name in AMOUNTS:
        return Decimal(str(value))
    return _tuples(value)


def _tuples(value: object) -> object:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
