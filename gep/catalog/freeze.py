"""Plain data of any record and back, its canonical bytes, and the content hash a run is known by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

from gep.base.canonical import dump

LARGEST = 2**53 - 1  # whole number that every JSON reader holds


def plain(value: object) -> object:
    """Records, tuples, mappings, dates and exact numbers as JSON data (numbers as text, so that no digit is lost)."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value) if not _unset(f, getattr(value, f.name))}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(v) for v in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, Decimal | Fraction | date):
        return str(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise ValueError(f"{value} is more than a JSON number holds exactly")
        return value
    raise TypeError(f"{type(value).__name__} has no canonical form")


def _unset(given: Field[Any], value: object) -> bool:
    """Whether a field that came later holds its default: a record of before had none, and its hash must stay."""
    if not given.metadata.get("later"):
        return False
    return bool(value == (given.default if given.default_factory is MISSING else given.default_factory()))


def canonical(value: object) -> bytes:
    """RFC 8785 JSON of `plain(value)`."""
    return dump(plain(value))


def content_hash(value: object) -> str:
    """SHA-256 (hex) of the canonical bytes."""
    return hashlib.sha256(canonical(value)).hexdigest()
