"""compare: two profiles side by side, service by service, with the difference and its share."""

from __future__ import annotations

from decimal import Decimal

from gep.base.findings import Place, Refused, finding
from gep.book import Book
from gep.explain.pair import Pair
from gep.workflow.views import rows

MISSING = "-"
BENEFITS = """
SELECT region_code, year, profile, service, benefit, currency, total(value, state) AS amount, total_state(state) AS state
FROM value_account GROUP BY ALL ORDER BY ALL
"""


def compare_profiles(book: Book, left: str, right: str, region: str = "", year: int | None = None) -> list[Pair]:
    """Services and GEP of two profiles, for each region and year both ran in. Raises Refused for a profile without results."""
    there = [r["profile"] for r in rows(book, "SELECT DISTINCT profile FROM gep_total ORDER BY 1")]
    absent = [p for p in (left, right) if p not in there]
    if absent:
        raise Refused([finding("COMPARE-UNKNOWN", Place(key=p), found=p, expected=", ".join(there)) for p in absent])
    sides = [_side(book, p) for p in (left, right)]
    keys = list(dict.fromkeys([*sides[0], *sides[1]]))
    pairs = []
    for key in keys:
        if (region and key[0] != region) or (year is not None and key[1] != year):
            continue
        a, b = (side.get(key, (None, "absent")) for side in sides)
        pairs.append(Pair(key[0], key[1], key[2], key[3], a[0], b[0], a[1], b[1], key[4]))
    return pairs


Key = tuple[str, int, str, str, str]


def _side(book: Book, profile: str) -> dict[Key, tuple[Decimal | None, str]]:
    """Value of each benefit and the total, in the order of the accounts."""
    found: dict[Key, tuple[Decimal | None, str]] = {}
    for r in rows(book, BENEFITS):
        if r["profile"] == profile:
            found[r["region_code"], r["year"], r["service"], r["benefit"], r["currency"]] = (r["amount"], r["state"])
    for r in rows(book, "SELECT region_code, year, profile, currency, gep FROM gep_total ORDER BY ALL"):
        if r["profile"] == profile:
            state = "value" if r["gep"] is not None else "not_available"
            found[r["region_code"], r["year"], "GEP", MISSING, r["currency"]] = (r["gep"], state)
    return found
