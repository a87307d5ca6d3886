"""The red line as rules of suspicion read it: the rows of its patches, what is done on them, what the three tests say of each.

The tests are those of the ledger RL-01 (`gep.accounts.redline`): a patch is followed with all that was cut of it through every
row of the term, so that an approval counts on the day of the change and not only where the last row repeats it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction

from gep.accounts.redline import compare
from gep.accounts.redline_lines import PatchLine
from gep.accounts.redline_patches import Patch, families
from gep.base.findings import Refused

HECTARE = "hm2"
Convert = Callable[[Decimal, str, str], Decimal]  # (amount, unit, what it is of) -> hectares


def layers(given: Sequence[Patch], hectares: Convert) -> Iterator[tuple[object, ...]]:
    """The rows of the patch layers; a patch cut up keeps its `family`."""
    for family, members in families(given).items():
        for p in members:
            head = (p.version, p.id, family, p.county, p.type, _area(p.area, p.unit, p.id, hectares), HECTARE)
            yield (*head, p.valid_from, p.valid_to, p.natural_share, p.function_index, p.normalised, p.document)


def doings(given: Sequence[Patch], hectares: Convert) -> Iterator[tuple[object, ...]]:
    """What is done on the patches, row by row."""
    for family, members in families(given).items():
        for p in members:
            for a in p.activities:
                area = _area(a.area, a.unit, f"{p.id} {a.kind}", hectares)
                yield (p.id, family, p.county, p.valid_from, p.valid_to, a.kind, area, HECTARE, a.legal, a.issue)


def tested(given: Sequence[Patch], start: date, end: date, hectares: Convert) -> Iterator[tuple[object, ...]]:
    """The three tests of each patch between two days; none where the rows do not allow them (the ledger RL-01 says why)."""
    try:
        found = compare(given, start, end)
    except Refused:
        return
    for line in found.lines:
        areas = (line.area.opening, line.area.closing, line.approved, line.unapproved, line.gained, undocumented_gain(line))
        yield (
            line.family, line.county, _types(line.opening), _types(line.closing),
            *(_area(a, found.unit, line.family, hectares) for a in areas), HECTARE,
            *map(_decimal, (line.share.opening, line.share.closing, line.index.opening, line.index.closing)),
            line.basis, line.area_kept, line.nature or "", line.function or "",
        )  # fmt: skip


def undocumented_gain(line: PatchLine) -> Decimal | None:
    """How much of what a patch gained came on days without a document of that day; None where an area is not known."""
    if line.gained is None or line.area.opening is None or any(step.area is None for step in line.steps):
        return None
    last, without = line.area.opening, Decimal(0)
    for step in line.steps:
        now = step.area or Decimal(0)
        if now > last and not step.documents:
            without += now - last
        last = now
    return min(line.gained, without)


def _types(rows: Sequence[Patch]) -> str:
    """The types of the pieces of a patch that have land; empty where it is not in the line."""
    return ", ".join(sorted({p.type for p in rows if p.area != 0}))


def _area(area: Decimal | None, unit: str, name: str, hectares: Convert) -> Decimal | None:
    return None if area is None else hectares(area, unit, name)


def _decimal(x: Fraction | None) -> Decimal | None:
    """A mean over pieces, to be shown and compared at twelve decimals."""
    return None if x is None else Decimal(round(x * 10**12)).scaleb(-12)
