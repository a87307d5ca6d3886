"""compare: two profiles side by side, service by service, with the difference and its share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gep.base.findings import Place, Refused, finding
from gep.book import Book
from gep.workflow.views import rows

MISSING = "-"


@dataclass(frozen=True)
class Pair:
    """One line of the comparison. An amount is None where the profile has no such figure or it is unknown (`state_*` says which)."""

    region: str
    year: int
    service: str
    benefit: str
    left: Decimal | None
    right: Decimal | None
    state_left: str
    state_right: str
    currency: str

    @property
    def difference(self) -> Decimal | None:
        return None if self.left is None or self.right is None else self.right - self.left


def compare_profiles(book: Book, left: str, right: str, region: str = "", year: int | None = None) -> list[Pair]:
    """Services and GEP of two profiles, for each region and year both were run in. Raises Refused for a profile without results."""
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
    """Value of each benefit, each service and the total, in the order of the accounts."""
    # the name is one of those the book itself listed, so it cannot leave the quotes
    values = rows(
        book,
        "SELECT region_code, year, service, benefit, currency, total(value, state) AS amount, total_state(state) AS state "  # noqa: S608
        f"FROM value_account WHERE profile = '{profile}' GROUP BY ALL ORDER BY ALL",
    )
    totals = rows(book, f"SELECT region_code, year, currency, gep FROM gep_total WHERE profile = '{profile}' ORDER BY ALL")  # noqa: S608
    found: dict[Key, tuple[Decimal | None, str]] = {}
    for r in values:
        found[r["region_code"], r["year"], r["service"], r["benefit"], r["currency"]] = (r["amount"], r["state"])
    for r in totals:
        state = "value" if r["gep"] is not None else "not_available"
        found[r["region_code"], r["year"], "GEP", MISSING, r["currency"]] = (r["gep"], state)
    return found


def as_rows(pairs: Sequence[Pair]) -> list[dict[str, object]]:
    """For JSON and tables: decimals as text."""
    return [
        {
            "region": p.region,
            "year": p.year,
            "service": p.service,
            "benefit": p.benefit,
            "left": None if p.left is None else format(p.left, "f"),
            "right": None if p.right is None else format(p.right, "f"),
            "difference": None if p.difference is None else format(p.difference, "f"),
            "state_left": p.state_left,
            "state_right": p.state_right,
            "currency": p.currency,
        }
        for p in pairs
    ]
