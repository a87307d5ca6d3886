"""The table of the green-gold index on a terminal."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from rich.console import Console

from gep.report.indices import index_table


def row(**given: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "year": 2018, "region_name": "示例市", "region_code": "990100", "price_basis": "current", "gep": Decimal("73263554471.9492"),
        "gdp": Decimal("108520000000"), "gdp_vintage": "census 2020-05-16", "ggi": Decimal("0.675115688094"),
        "ggi_low": Decimal("0.647"), "ggi_high": Decimal("0.74232"), "geep": Decimal("165276100476.4407"),
        "per_capita": Decimal("45925.4"), "per_km2": Decimal("19074000"), "regulating_share": Decimal("0.7977"), "illustrative": True,
    }  # fmt: skip
    return made | given


def shown(rows: list[dict[str, Any]], lang: str) -> str:
    text = io.StringIO()
    Console(file=text, width=160).print(index_table(rows, lang))
    return text.getvalue()


@pytest.mark.parametrize(("lang", "marked"), [("zh", "示例数据"), ("en", "illustrative")])
def test_every_figure_stands_in_full(lang: str, marked: str) -> None:
    text = shown([row()], lang)
    for figure in ("732.64", "1,085.20", "0.6751", "0.6470 – 0.7423", "1,652.76", "45,925", "1,907.4", "79.77 %"):
        assert figure in text
    assert "2020-05-16" in text.replace("\n", "")  # the day is never cut off
    assert marked in text


def test_what_is_missing_is_a_dash_and_never_zero() -> None:
    empty = dict.fromkeys(("gdp", "gdp_vintage", "ggi", "ggi_low", "ggi_high", "geep", "per_capita"))
    text = shown([row(**empty, illustrative=False)], "en")
    assert text.count("—") >= 6
    assert "0.0000" not in text
    assert "illustrative" not in text
