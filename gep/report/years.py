"""Several years side by side: a table a region, a line a service, a column a year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table

from gep.base.records import Code, Region
from gep.base.units import display
from gep.report.terminal import MONEY_SCALE, grouped
from gep.report.words import WORDS

TOTAL = "gep"


def by_year(
    services: Sequence[Mapping[str, Any]],
    totals: Sequence[Mapping[str, Any]],
    names: Mapping[str, Code],
    regions: Mapping[str, Region],
    lang: str,
) -> RenderableType:
    """Value of each service and GEP in 10⁸ of the currency.

    `services`: rows of region_code, year, service, currency, value (None: unknown), state; `totals`: rows of
    gep_total. A region stands under its code: one that changed its code in between has two tables.
    """
    scale, multiplier = MONEY_SCALE[lang]
    words = WORDS[lang]
    blocks: list[RenderableType] = []
    for code in dict.fromkeys(r["region_code"] for r in totals):
        rows = [r for r in services if r["region_code"] == code]
        whole = {r["year"]: r for r in totals if r["region_code"] == code}
        years = sorted(whole)
        currency = next(iter(whole.values()))["currency"]
        made_up = f" · {words['holds_illustrative']}" if any(r["illustrative"] for r in whole.values()) else ""
        title = f"{regions[code].names.of(lang)} {code} ({multiplier}{display(currency, lang)}){made_up}"
        table = Table(title=title, title_justify="left", header_style="bold")
        table.add_column(words["service"])
        for year in years:
            table.add_column(str(year), justify="right", no_wrap=True)
        there = {r["service"] for r in rows}
        for service in [s for s in names if s in there]:  # in the order of the code list: material, regulating, cultural
            found = {r["year"]: r for r in rows if r["service"] == service}
            cells = [_cell(found.get(y), scale, words) for y in years]
            table.add_row(names[service].names.of(lang), *cells)
        sums = [grouped(whole[y][TOTAL] / scale, 2) if whole[y][TOTAL] is not None else words["unknown"] for y in years]
        table.add_row(words["gep"], *sums, style="bold")
        blocks.append(table)
    return Group(*blocks)


def _cell(row: Mapping[str, Any] | None, scale: Decimal, words: Mapping[str, str]) -> str:
    """The amount, or the word for why there is none."""
    if row is None:
        return "-"
    if row["state"] == "not_applicable":
        return words["not_applicable"]
    return words["unknown"] if row["value"] is None else grouped(row["value"] / scale, 2)
