"""The regions that have accounts, and the rows of the release table region_change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gep.accounts.comparable import every_change
from gep.base.records import Region
from gep.catalog.config import Config


def accounted(config: Config) -> dict[str, Region]:
    """The regions that have accounts: the leaves and all above them (places below return rows only)."""
    leaves = frozenset(config.leaves)

    def above(code: str) -> Iterator[str]:
        while (code := config.regions[code].parent) in config.regions:
            yield code

    return {code: region for code, region in config.regions.items() if not any(up in leaves for up in above(code))}


def region_change_rows(config: Config, vintage: int) -> list[Mapping[str, object]]:
    """A row for each pair of codes of each change between regions that have accounts, those known from `replaces` too."""
    return [
        {
            "vintage": vintage, "date": c.date, "from_code": old, "to_code": new, "kind": c.kind, "share_area": c.share_area,
            "share_population": c.share_population, "document": c.document or None, "note": c.note or None,
        }
        for c in every_change(accounted(config), config.changes)
        for old, new in c.pairs
    ]  # fmt: skip
