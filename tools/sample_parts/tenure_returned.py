"""What the example upper county returned, read from the shipped CSV: the sample audits are cut out of these figures."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from tools.sample_parts.tenure_posts import REGION

BOOK = Path(__file__).resolve().parents[2] / "ledgers" / "books" / "sample-city"
SQUARE_METRES = Decimal(10_000)  # of a hectare


@dataclass(frozen=True)
class Patch:
    """A piece of land that changed in a year, with the classes of LA-01 before and after, in hm2."""

    town: str
    year: int
    id: str
    old: str
    new: str
    cause: str
    area: Decimal


@cache
def returned() -> Mapping[tuple[str, str, int], Decimal]:
    """(item, category, year) -> amount of the asset returns of the county, in the unit they are returned in."""
    found: dict[tuple[str, str, int], Decimal] = {}
    for path in sorted((BOOK / "returns").glob("assets_*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.DictReader(stream):
                if row["region"] == REGION and not row["state"] and row["period"].isdigit():
                    found[row["item"], row["category"], int(row["period"])] = Decimal(row["value"])
    return found


def flow(item: str, category: str, year: int) -> Decimal:
    """A returned figure. KeyError if the county did not return it."""
    return returned()[item, category, year]


@cache
def patches() -> tuple[Patch, ...]:
    """The changed patches of the townships of the county, in the order of the file."""
    with (BOOK / "records" / "land_changes.csv").open(encoding="utf-8", newline="") as stream:
        return tuple(
            Patch(
                row["region"], int(row["period"]), row["row"], row["lm01_from"].replace("F", "C"),
                row["lm01_to"].replace("T", "C"), row["cause"], Decimal(row["area"]) / SQUARE_METRES,
            )
            for row in csv.DictReader(stream)
            if row["region"].startswith(REGION)
        )  # fmt: skip
