"""A TOML file that somebody hands in: read whole, or refused with every reason; never trusted.

Larger than any tenure, nested without end, no UTF-8, or with characters that print as something else than they are (control
characters, marks that turn the direction of writing): each is a finding.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from gep.base.findings import Finding, Place, finding

MOST_BYTES = 4 * 1024 * 1024
# control characters but tab and line feed, marks of direction, the byte order mark, halves of pairs
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
LONGEST = 120  # characters of a field that a complaint shows


def read_toml(path: Path, called: str = "") -> tuple[dict[str, object] | None, list[Finding]]:
    """The body of a file, and what is wrong with its texts; None and why where there is no body to read.

    `called`: the name by which findings tell it, that of the file if it is left out.
    """
    name = called or path.name
    place = Place(name)
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            return None, [finding("AUDIT-FILE-HUGE", place, found=size, expected=f"<= {MOST_BYTES}", name=name)]
        body = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        return None, [finding("AUDIT-FILE-MISSING", place, found=str(path))]
    except RecursionError:
        return None, [finding("AUDIT-FILE-UNREADABLE", place, found="[[[[…", name=name)]
    except (ValueError, ArithmeticError, OSError) as error:  # no TOML, no UTF-8, a number without end, a folder, no permission
        return None, [finding("AUDIT-FILE-UNREADABLE", place, found=str(error)[:LONGEST], name=name)]
    return body, [finding("AUDIT-TEXT-UNPRINTABLE", Place(name, column=at), found=shown) for at, shown in _unprintable(body)]


def _unprintable(body: dict[str, object]) -> Iterator[tuple[str, str]]:
    """The fields and names of fields that hold unprintable characters, as they are written with escapes."""
    left: list[tuple[str, object]] = [("", body)]
    while left:
        at, value = left.pop()
        if isinstance(value, dict):
            left += [(f"{at}.{name}" if at else name, held) for name, held in reversed(value.items())]
            left += [(_escaped(name), name) for name in value if UNPRINTABLE.search(name)]
        elif isinstance(value, list):
            left += [(f"{at} {n}", held) for n, held in reversed(list(enumerate(value, 1)))]
        elif isinstance(value, str) and UNPRINTABLE.search(value):
            yield _escaped(at), _escaped(value)


def _escaped(text: str) -> str:
    return UNPRINTABLE.sub(lambda m: f"\\u{ord(m[0]):04x}", text)[:LONGEST]
