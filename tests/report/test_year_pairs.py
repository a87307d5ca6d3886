"""Two years on a terminal."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

from rich.console import Console

from gep.base.records import Names
from gep.base.region_change import RegionChange
from gep.explain.pair import Figure
from gep.explain.year_pair import AreaPair, Ground, Item, YearComparison, YearPair
from gep.report.year_pairs import YEAR_WORDS, year_pairs

MIDDLE, LOWER = Names("中县", "Middle"), Names("下县", "Lower")
GEP = Item("gep_total", (("profile", "p"),), Names("生态产品总值", "GEP"), "CNY")
WATER = Item("physical_account", (("service", "water"),), Names("水", "Water"), "m3")
COVER = Item("physical_account", (("service", "cover"),), Names("覆盖率", "Cover"), "%", additive=False)
LAND = Item("balance_sheet", (("line", "A1"),), Names("土地", "Land"), "万元")
CHANGE = RegionChange(date(2021, 1, 1), "transfer", ("m",), ("d",), "某文〔2020〕1 号")


def value(text: str) -> Figure:
    return Figure(Decimal(text), "value")


def ground(left: str, right: str, names: tuple[Names, ...], alone: bool) -> Ground:
    pairs = (
        YearPair(GEP, value("2e8"), value("3e8"), alone),
        YearPair(WATER, value("1234.5"), value("1234.50001"), alone),
        YearPair(COVER, Figure(None, "refused"), Figure(None, "refused"), alone),
        YearPair(LAND, value("10"), Figure(None, "not_available"), alone),
    )
    return Ground(tuple(left), tuple(right), names, alone, pairs)


def made(whole: bool = True) -> YearComparison:
    singles = (ground("m", "m", (MIDDLE,), False), ground("d", "d", (LOWER,), False))
    area = AreaPair("d+m", "county", ground("dm", "dm", (LOWER, MIDDLE), whole), singles, (CHANGE,))
    return YearComparison(2020, 2021, ("p",), (("p", 2020, 7), ("p", 2021, 9)), (area,))


def printed(found: YearComparison, lang: str) -> str:
    console = Console(width=200, record=True, markup=False, highlight=False, color_system=None, file=io.StringIO())
    console.print(year_pairs(found, lang))
    return console.export_text()


def cells(text: str, name: str) -> list[list[str]]:
    """The cells of the rows that begin with a name, in the order of the tables."""
    rows = [[c.strip() for c in line.split("│")[1:-1]] for line in text.splitlines() if line.startswith("│")]
    return [r[1:] for r in rows if r[0] == name]


def test_words_stand_in_both_languages() -> None:
    assert set(YEAR_WORDS["zh"]) == set(YEAR_WORDS["en"])


def test_the_area_has_differences_its_regions_have_none() -> None:
    text = printed(made(), "zh")
    # the area, then each of its two regions
    assert cells(text, "生态产品总值") == [
        ["亿元", "2.0000", "3.0000", "1.0000", "+50.00"], *[["亿元", "2.0000", "3.0000", "不给出", ""]] * 2,
    ]  # fmt: skip
    for piece in ("p 2020: @7, p 2021: @9", "2021-01-01 部分划转 m → d, 某文〔2020〕1 号", "可比区域(按可比口径): d+m",
                  "2020 → 2021  d+m 下县 / 中县", "本年范围,不可比"):  # fmt: skip
        assert piece in text
    assert "comparable area: d+m" in printed(made(), "en")


def test_small_changes_and_what_is_unknown_are_never_shown_as_zero() -> None:
    text = printed(made(), "en")
    # 0.00001 of 1234.5 is 0.000000810… %, less than the six places kept
    assert cells(text, "Water")[0] == ["m³", "1,234.5", "1,234.5", "0.00001", "+0.000001"]
    assert cells(text, "Cover")[0] == ["%", "cannot be added", "cannot be added", "", ""]
    assert cells(text, "Land")[0][1:] == ["10", "not available", "", ""]


def test_an_area_that_may_not_be_compared_is_not_called_comparable() -> None:
    text = printed(made(whole=False), "en")
    assert "comparable area" not in text
    assert cells(text, "GEP") == [["×10⁸ CNY", "2.0000", "3.0000", "not given", ""]] * 3


def test_a_single_region_that_may_not_be_compared_stands_once() -> None:
    (area,) = made().areas
    lone = replace(area, area="m", whole=area.regions[0], regions=area.regions[:1])
    text = printed(replace(made(), areas=(lone,), illustrative=True), "en")
    assert len(cells(text, "GEP")) == 1
    assert "holds illustrative data" in text


def test_nothing_to_show() -> None:
    assert "no region" in printed(replace(made(), areas=()), "en")
