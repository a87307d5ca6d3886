"""Seeded noise that does not depend on the order of calls, and numbers and tables written the same way on every machine."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence

SEED = 2054  # chosen so that 2020 is the wettest year, 2022 the driest, and no typhoon outweighs the rest
BITS = 53  # what a double holds exactly


def noise(*key: object) -> float:
    """A number in [-1, 1) that belongs to `key` and to nothing else: SHA-256 of the seed and the key, no generator state."""
    digest = hashlib.sha256("/".join(map(str, (SEED, *key))).encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> (64 - BITS)) / 2.0 ** (BITS - 1) - 1


def between(low: float, high: float, *key: object) -> float:
    """A number in [low, high) that belongs to `key`."""
    return low + (high - low) * (noise(*key) + 1) / 2


def number(value: float, places: int) -> str:
    """A number with so many decimals, never as minus zero."""
    text = f"{value:.{places}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def exact(units: int, places: int) -> str:
    """A whole number of 10^-places, written with all its decimals: exact(12345, 2) is 123.45."""
    sign, digits = ("-" if units < 0 else ""), f"{abs(units):0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV: UTF-8, line feeds, quotes only where they are needed."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode()
