"""Reads what an evaluation scheme lets be freed of the weather: `[[normalise]]` in its file.

[[normalise]]
id = "water-retention"
zh = "水源涵养量"
en = "Water retained"
figure = "physical_account/water_retention"     # an address without region and year
way = "ratio"
driver = "asset_account/WR-01/R03/C00"
normal = 135000                                 # left out: the mean of the driver over the years of the book
unit = "万m3"
document = "…"

[[normalise]]
id = "climate"
figure = "physical_account/climate_regulation"
way = "mean"
years = 3
…
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from gep.base.normals import Normal, Way
from gep.catalog.evaluation_items import amount, inner, optional
from gep.catalog.fields import Fields
from gep.catalog.read import unit

WAYS: tuple[Way, ...] = get_args(Way)
# of quantities: values hold prices, which are another thing than the weather
FIGURE = re.compile(r"(physical_account|asset_account)(/[0-9A-Za-z_.:-]+){1,4}")
EXAMPLE = "physical_account/water_retention"
FEWEST, MOST = 2, 30  # years of a moving mean


def read_normal(body: Mapping[str, object], f: Fields) -> Normal:
    """One figure that may be freed of the weather; what a way does not use may not be stated."""
    n = inner(body, f)
    way = n.choice("way", WAYS)
    ratio = way == "ratio"
    normal = optional(n, "normal", above=True) if ratio else None
    made = Normal(
        n.text("id", required=True),
        n.names(),
        _figure(n, "figure"),
        way,
        n.text("document", required=True),
        _figure(n, "driver") if ratio else "",
        normal,
        unit(n, "unit", n.text("unit", required=True)) if normal is not None else "",
        0 if ratio else int(amount(n, "years", least=FEWEST, most=MOST)),
    )
    if made.years and made.years != n.number("years"):
        n.complain("EVALUATION-RANGE", "years", found=n.number("years"), expected="2, 3, 4 …")
    n.done()
    return made


def _figure(n: Fields, name: str) -> str:
    """An address without region and year; empty with a finding where it is none."""
    text = n.text(name, required=True)
    if text and not FIGURE.fullmatch(text):
        n.complain("CATALOG-FIELD-CHOICE", name, found=text, expected=EXAMPLE)
        return ""
    return text
