"""The rows of region_change: places that have accounts only, each pair of codes once, what `replaces` tells too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from gep.base.region_change import RegionChange
from gep.catalog.config import read_config
from gep.workflow.region_rows import accounted, region_change_rows

CITY = Path(__file__).resolve().parents[2] / "ledgers" / "books" / "sample-city" / "book.toml"
DAY = date(2021, 1, 1)


def test_the_shipped_city() -> None:
    """Its townships have codes of their own that changed too, and no accounts."""
    config = read_config(CITY)
    assert set(accounted(config)) == {"990100", "990121", "990122", "990123", "990103"}
    rows = region_change_rows(config, 7)
    assert [(r["kind"], r["from_code"], r["to_code"], r["date"], r["vintage"]) for r in rows] == [
        ("transfer", "990122", "990103", DAY, 7), ("rename", "990123", "990103", DAY, 7),
    ]  # fmt: skip
    assert all("示例数据" in str(r["document"]) for r in rows)


def test_a_merge_has_a_row_for_each_code_and_replaces_a_row_without_a_document() -> None:
    config = read_config(CITY)
    merged = RegionChange(DAY, "merge", ("990122", "990123"), ("990103",), "某文", note="说明")
    rows = region_change_rows(replace(config, changes=(merged,)), 1)
    assert [(r["kind"], r["from_code"], r["document"], r["note"]) for r in rows] == [
        ("merge", "990122", "某文", "说明"), ("merge", "990123", "某文", "说明"),
    ]  # fmt: skip
    (known,) = region_change_rows(replace(config, changes=()), 1)
    assert (known["kind"], known["from_code"], known["document"], known["share_area"]) == ("rename", "990123", None, None)
    part = RegionChange(DAY, "transfer", ("990122",), ("990103",), "某文", Decimal("0.0005"), Decimal("0.01"))
    (moved, _) = region_change_rows(replace(config, changes=(part,)), 1)
    assert (moved["share_area"], moved["share_population"]) == (Decimal("0.0005"), Decimal("0.01"))
