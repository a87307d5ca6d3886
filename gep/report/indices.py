"""The green-gold index on a terminal: one line a year, region and price basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.report.words import WORDS

SCALE = Decimal(10) ** 8
PER_KM2 = {"zh": (Decimal(10) ** 4, "万元/km²"), "en": (Decimal(10) ** 4, "10⁴ yuan/km²")}
INDEX_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "绿金指数(GEP ÷ GDP)",
        "gep": "GEP 亿元",
        "gdp": "GDP 亿元",
        "gdp_vintage": "GDP 版次",
        "ggi": "绿金指数",
        "interval": "区间",
        "geep": "GEEP 亿元",
        "per_capita": "人均 元",
        "regulating_share": "调节占比",
        "none": "—",
        "note": "— 表示缺数,原因见上面的核查结果;区间由参数离散度得出,见 gep uncertainty。",
    },
    "en": {
        "title": "Green-gold index (GEP ÷ GDP)",
        "gep": "GEP 10⁸ yuan",
        "gdp": "GDP 10⁸ yuan",
        "gdp_vintage": "vintage of GDP",
        "ggi": "index",
        "interval": "interval",
        "geep": "GEEP 10⁸ yuan",
        "per_capita": "per head, yuan",
        "regulating_share": "regulating",
        "none": "—",
        "note": "— is missing, see the findings; the interval comes from the spread of parameters (gep uncertainty).",
    },
}
LONGEST_DAY = len("2021-03-20")
COLUMNS = ("gep", "gdp", "gdp_vintage", "ggi", "interval", "geep", "per_capita", "per_km2", "regulating_share")


def index_table(rows: Sequence[Mapping[str, Any]], lang: str) -> RenderableType:
    """Rows of green_gold_index, money in 10⁸, with the interval of the index where there is one."""
    words, common = INDEX_WORDS[lang], WORDS[lang]
    table = Table(title=words["title"], title_justify="left", header_style="bold")
    for column in ("year", "region", "price_basis"):
        table.add_column(common[column], overflow="fold")
    for column in COLUMNS:
        name = PER_KM2[lang][1] if column == "per_km2" else words[column]
        style = "bold" if column == "ggi" else ""
        if column == "gdp_vintage":  # a word and a day, one below the other where it is narrow
            table.add_column(name, min_width=LONGEST_DAY, overflow="fold")
        else:
            table.add_column(name, justify="right", no_wrap=True, style=style)
    for r in rows:
        region = f"{r['region_name']} {r['region_code']}"
        table.add_row(str(r["year"]), region, r["price_basis"], *(_cell(r, c, lang) for c in COLUMNS))
    marked = any(r["illustrative"] for r in rows)
    notes = [Text(words["note"], style="dim"), *([Text(common["holds_illustrative"], style="bold red")] if marked else [])]
    return Group(table, *notes)


def _cell(row: Mapping[str, Any], column: str, lang: str) -> str:
    none = INDEX_WORDS[lang]["none"]
    if column == "interval":
        ends = (row["ggi_low"], row["ggi_high"])
        return none if None in ends else " – ".join(f"{end:.4f}" for end in ends)
    value = row[column]
    if value is None:
        return none
    match column:
        case "gep" | "gdp" | "geep":
            return f"{value / SCALE:,.2f}"
        case "ggi":
            return f"{value:.4f}"
        case "per_capita":
            return f"{value:,.0f}"
        case "per_km2":
            return f"{value / PER_KM2[lang][0]:,.1f}"
        case "regulating_share":
            return f"{value * 100:.2f} %"
        case _:
            return str(value)
