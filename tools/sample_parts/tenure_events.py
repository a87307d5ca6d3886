"""events.csv and observations.csv of the sample audits: the deeds an engagement knows, and the patch data base of one day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from tools.sample_parts.tenure_deeds import HECTARES, Deed, deeds, rows_of
from tools.sample_parts.tenure_posts import HANDOVER, REGION, Engagement, fictitious
from tools.sample_parts.tenure_returned import flow, patches

EVENT_HEADER = (
    "id", "region", "table", "row", "key", "amount", "unit", "decision", "effect", "decided_by", "attribution", "document",
    "evidence", "note",
)  # fmt: skip
OBSERVATION_HEADER = ("region", "table", "row", "key", "day", "amount", "unit", "document")
CLASSES = tuple(f"C{n:02d}" for n in range(1, 10))
BASE = fictitious("国土变更调查图斑数据库 2020-06-30 24 时版")
# what grows back in the first half of the year, in hundredths: less than its share of days, so that a gap stays to be seen
GROWN = Decimal("0.40")
CENTIARES = Decimal("0.01")


def known(engagement: Engagement) -> tuple[Deed, ...]:
    """The deeds of the years that the engagement looks at."""
    return tuple(d for d in deeds() if engagement.since <= d.effect < engagement.until)


def event_rows(engagement: Engagement, cited: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """`cited`: the evidence form of this engagement that names a deed."""
    for d in known(engagement):
        for name, cell in rows_of(d):
            place = (name, REGION, cell.table, cell.row, cell.key, format(cell.amount, "f"), cell.unit)
            days = (d.decision.isoformat(), d.effect.isoformat())
            yield (*place, *days, d.by, d.attribution or "", d.document, cited.get(d.id, ""), d.note)


def observed(day: date = HANDOVER) -> dict[str, Decimal]:
    """Land by class at 00:00 of a day: the year-end before it, the deeds since then, and what has grown back.

    The classes add up to the county, as they do at every year-end.
    """
    year = day.year
    areas = {cls: flow("LA-01.R60", cls, year - 1) for cls in CLASSES}
    for d in deeds():
        if d.effect.year == year and d.effect < day:
            for cell in d.cells:
                if cell.table == "LA-01":
                    areas[cell.key.removeprefix("la01:")] += cell.amount * (-1 if cell.row.startswith("R3") else 1)
    for p in patches():
        if p.year == year and p.cause == "natural" and p.new == "C04":
            grown = (p.area * GROWN).quantize(CENTIARES)
            areas[p.old] -= grown
            areas[p.new] += grown
    return areas


def observation_rows() -> Iterator[tuple[str, ...]]:
    for cls, area in observed().items():
        yield (REGION, "LA-01", "R40", f"la01:{cls}", HANDOVER.isoformat(), format(area, "f"), HECTARES, BASE)
