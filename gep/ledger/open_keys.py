"""A question that leaves a key open of which the book has several codes: one figure would be added several times."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from gep.base.findings import Finding, Place, finding
from gep.ledger import query
from gep.ledger.tables import BY_NAME

# what a figure of these views stands under once for each code: to be fixed before anything is added up or joined
KEYS: Mapping[str, tuple[str, ...]] = {
    "physical_account": ("profile", "zone"),
    "value_account": ("profile", "zone", "price_basis"),
    "gep_total": ("profile", "zone", "price_basis"),
    "green_gold_index": ("profile", "zone", "price_basis"),
}
WORD = re.compile(r"[A-Za-z_]+")
ADDS = frozenset({"sum", "total", "avg", "mean", "median", "fsum"})  # words of a question that puts amounts together


def open_keys(store: Path, sql: str) -> Iterator[Finding]:
    """A note for each view that the question names without saying which profile, zone or price basis, where there are several.

    A guess from the words of the question, so it only tells; one that lists rows as they are needs nothing.
    """
    words = {w.lower() for w in WORD.findall(sql)}
    if not words & ADDS:
        return
    for view, keys in KEYS.items():
        asked = [name for name in (view, f"{view}_rollup") if words & {name, f"{name}_all", f"{name}_asof"}]
        missing = [key for key in keys if key not in words]
        if not asked or not missing:
            continue
        counts = ", ".join(f"count(DISTINCT {key})" for key in missing)
        row = query.select(store, f"SELECT {counts} FROM {BY_NAME[view].stored}").rows[0]  # noqa: S608 - names of this module
        several = [key for key, n in zip(missing, row, strict=True) if int(str(n)) > 1]
        if several:
            yield finding("SQL-OPEN-KEY", Place(key=asked[0]), found=", ".join(several), view=asked[0])
