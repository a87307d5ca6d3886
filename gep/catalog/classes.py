"""Code trees: which classes a dimension runs over in a scheme, and what stands above a class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product as cross

from gep.base.records import Code, Key, Scheme, key_of

FROM = "@"  # classes = ["@ecosystem_area"]: the classes returned for that measure in the year
Codes = Mapping[str, Mapping[str, Code]]
OPEN = ("*",)  # the domain of an open list: what is returned


def lineage(codes: Codes, dim: str, code: str) -> list[str]:
    """The code and those above it, nearest first; a code that is not listed stands alone."""
    listed = codes.get(dim, {})
    found = []
    while code and code not in found:
        found.append(code)
        code = listed[code].parent if code in listed else ""
    return found


def taken_from(classes: Sequence[str]) -> str:
    """The measure whose returns say which classes there are; empty where the scheme lists them itself."""
    return classes[0][len(FROM) :] if len(classes) == 1 and classes[0].startswith(FROM) else ""


def running(codes: Codes, scheme: Scheme, dim: str, year: int) -> tuple[str, ...]:
    """The codes a dimension runs over: those the scheme names, else the codes at the top of the tree; as valid in `year`.

    A code marked as a total (a column of an asset table that adds up others) is no class.
    """
    listed = codes.get(dim, {})
    chosen = scheme.classes.get(dim) or tuple(c.code for c in listed.values() if not c.parent and not c.attrs.get("total"))
    end = date(year, 12, 31)
    return tuple(c for c in chosen if c in listed and listed[c].valid_from <= end <= listed[c].valid_to)


def within(codes: Codes, dim: str, wanted: Sequence[str], runs: Sequence[str]) -> tuple[str, ...]:
    """The codes of `runs` that are among `wanted` or below one of them, in the order of `runs`."""
    allowed = frozenset(wanted)
    return tuple(c for c in runs if allowed.intersection(lineage(codes, dim, c)))


def too_fine(codes: Codes, dim: str, wanted: Sequence[str], runs: Sequence[str]) -> tuple[str, ...]:
    """The codes of `wanted` that stand below a code of `runs`: a finer class than the scheme keeps figures of."""
    kept = frozenset(runs)
    return tuple(c for c in wanted if c not in kept and kept.intersection(lineage(codes, dim, c)))


def overlapping(codes: Codes, dim: str, one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The codes that `one` and `other` both cover, themselves or through a class above."""
    first = {a for a in one for b in other if b in lineage(codes, dim, a)}
    second = {b for b in other for a in one if a in lineage(codes, dim, b)}
    return tuple(sorted(first | second))


def coarser(codes: Codes, key: Key) -> Iterator[Key]:
    """The key itself, then with its classes replaced by those above them, the nearest first.

    With several dimensions the number of steps up, added over the dimensions, grows; of equal numbers the first dimension stays.
    """
    lines = [[(steps, dim, code) for steps, code in enumerate(lineage(codes, dim, c))] for dim, c in key]
    ways = sorted(cross(*lines), key=lambda way: (sum(s for s, _, _ in way), [s for s, _, _ in way]))
    for way in ways:
        yield key_of({dim: code for _, dim, code in way})
