"""Records of an audit as plain JSON for the journal, and back: dates in ISO form, amounts as text, lists for tuples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_type_hints

T = TypeVar("T")


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
    known = _kinds(cast(Any, kind))
    return kind(**{name: _typed(known[name], value) for name, value in data.items() if name in known})


@cache
def _kinds(kind: type) -> Mapping[str, tuple[type, ...]]:
    """Each field with the types that it may have."""
    hints = get_type_hints(kind)
    return {f.name: get_args(hints[f.name]) or (hints[f.name],) for f in fields(cast(Any, kind))}


def _typed(kinds: tuple[type, ...], value: object) -> object:
    if value is None:
        return None
    if date in kinds:
        return date.fromisoformat(str(value))
    if Decimal in kinds:
        return Decimal(str(value))
    return _tuples(value)


def _tuples(value: object) -> object:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
