"""Causes on a terminal, in sentences and as chart data."""

from __future__ import annotations

import io
import json
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console

from gep.accounts.decompose import FACTORS, Change, Parts, ratio_change
from gep.base.records import Names
from gep.explain.change import Causes, Leaf, PlaceChange, Ratio, Stock
from gep.report.change_chart import chart_data, waterfall, write_chart
from gep.report.change_table import CHANGE_WORDS, causes_table
from gep.report.change_text import SENTENCES, gep_sentence, money, ratio_sentence, told_parts

F = Fraction
YI = 10**8
SERVICES = {"water": Names("水源涵养", "Water retention"), "crops": Names("农业产品", "Crop products")}
CITY = Names("示例市", "Example city")


def leaf(service: str, left: int, right: int, parts: Parts) -> Leaf:
    return Leaf("c", (service, "-", "-", "-"), None, None, Change(F(left), F(right), parts))


def place(*leaves: Leaf, ratios: tuple[Ratio, ...] = (), stocks: tuple[Stock, ...] = ()) -> PlaceChange:
    return PlaceChange("c", "city", ("c",), ("c",), (CITY,), leaves, ratios, stocks)


def causes(*places: PlaceChange) -> Causes:
    return Causes("years", ("2018", "2022"), "p", "current", "CNY", SERVICES, places)


WATER = leaf("water", 100 * YI, 70 * YI, {"intensity": F(-55 * YI), "price": F(25 * YI)})
CROPS = leaf("crops", 10 * YI, 19 * YI, {"quantity": F(3 * YI), "price": F(6 * YI)})
TOTAL = place(WATER, CROPS)


def text(found: Causes, lang: str, *, detail: bool = False, width: int = 120) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None)
    console.print(causes_table(found, lang, detail=detail))
    return console.file.getvalue()  # type: ignore[attr-defined]


def test_a_sentence_names_the_largest_parts_in_both_languages() -> None:
    assert gep_sentence(TOTAL, causes(TOTAL), "en") == (
        "Example city: GEP of 2022 is 21.00×10⁸ CNY below that of 2018: water retention per hectare -55.00, prices +31.00,"
        " quantity of crop products +3.00."
    )
    assert gep_sentence(TOTAL, causes(TOTAL), "zh") == (
        "示例市 2022 年生态产品总值比 2018 年少 21.00 亿元：每公顷水源涵养 -55.00，单价 +31.00，农业产品实物量 +3.00。"
    )


def test_small_parts_are_counted_and_added_up() -> None:
    moves = {f"s{i}": 100 if i == 0 else 1 for i in range(12)}
    many = place(*(leaf(name, 0, part * YI, {"quantity": F(part * YI)}) for name, part in moves.items()))
    told = gep_sentence(many, causes(many), "en")
    assert told.endswith("quantity of s0 +100.00, quantity of s1 +1.00, quantity of s10 +1.00, 9 smaller ones together +9.00.")


def test_no_change_and_what_is_unknown() -> None:
    same = place(leaf("water", YI, YI, {}))
    assert gep_sentence(same, causes(same), "en") == "Example city: GEP of 2022 is the same as that of 2018."
    assert gep_sentence(same, causes(same), "zh") == "示例市 2022 年生态产品总值比 2018 年没有差别。"
    gap = place(WATER, Leaf("c", ("crops", "-", "-", "-"), None, None, Change(F(1), None, unknown=("c/crops/-/-/-",))))
    assert "figures are unknown (1)" in gep_sentence(gap, causes(gap), "en")
    assert "unknown" in text(causes(gap), "en")
    assert "c/crops/-/-/-" in text(causes(gap), "en", detail=True)


def test_rows_and_columns_of_the_table() -> None:
    shown = text(causes(TOTAL), "en")
    lines = [line.split("│")[1:-1] for line in shown.splitlines() if line.startswith("│")]
    cells = {row[0].strip(): [c.strip() for c in row[1:]] for row in lines}
    assert cells["Water retention"] == ["-55.0000", "", "25.0000", "-30.0000"]
    assert cells["Crop products"] == ["", "3.0000", "6.0000", "9.0000"]
    assert cells["Gross ecosystem product"] == ["-55.0000", "3.0000", "31.0000", "-21.0000"]
    assert "a unit is worth more or less" in shown
    assert "单位面积实物量" in text(causes(TOTAL), "zh")
    assert "There is no region" in text(causes(), "en")


def test_a_small_amount_is_not_shown_as_zero() -> None:
    assert money(F(1330), "CNY", "en", unit=False, places=4) == "0.00001"
    assert money(F(0), "CNY", "en", unit=False) == "0.00"
    assert money(F(-2130000000), "CNY", "zh") == "-21.30 亿元"


def test_an_index_beside_it() -> None:
    change = ratio_change((F(110 * YI), F(89 * YI)), (F(50 * YI), F(60 * YI)), TOTAL.total.parts)
    ratio = Ratio("ggi", Names("绿金指数", "Green-gold index"), Names("地区生产总值", "GDP"), "1", change, ("final", "census"))
    held = place(WATER, CROPS, ratios=(ratio,))
    # 2.2 → 1.48333: GEP −21·(1/50 + 1/60)/2 = −0.385, GDP −0.33167
    assert ratio_sentence(held, causes(held), ratio, "en") == (
        "Example city: Green-gold index of 2022 is 0.7167 below that of 2018: change of GEP -0.3850, change of GDP -0.3317."
    )
    shown = text(causes(held), "zh")
    assert "绿金指数" in shown
    assert "final → census" in shown
    assert "其中 单价" in shown


def test_assets_with_their_classes() -> None:
    names = Names("生态系统资产", "Ecosystem assets")
    forest = Stock("c", "eco", names, "ec04:E1", Names("森林", "Forest"), Change(F(0), F(YI), {"condition": F(YI)}))
    held = place(stocks=(forest,))
    assert "Forest" not in text(causes(held), "en")
    assert "Forest" in text(causes(held), "en", detail=True)
    assert "1.0000" in text(causes(held), "en")


def test_chart_data_leads_from_left_to_right(tmp_path: Path) -> None:
    document = chart_data(causes(TOTAL))
    assert (document["schema"], document["left"], document["right"]) == ("gep.change/1", "2018", "2022")
    gep = document["charts"][0]
    assert [(s["kind"], s["factor"], s["start"], s["end"], s["amount"]) for s in gep["steps"]] == [
        ("left", None, "0.0000", "11000000000.0000", "11000000000.0000"),
        ("part", "intensity", "11000000000.0000", "5500000000.0000", "-5500000000.0000"),
        ("part", "quantity", "5500000000.0000", "5800000000.0000", "300000000.0000"),
        ("part", "price", "5800000000.0000", "8900000000.0000", "3100000000.0000"),
        ("right", None, "0.0000", "8900000000.0000", "8900000000.0000"),
    ]
    assert (gep["id"], gep["unit"], gep["scale"]) == ("c/gep/gep", "CNY", "100000000")
    write_chart(causes(TOTAL), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text(encoding="utf-8")) == document
    with pytest.raises(ValueError, match="the parts lead to"):
        waterfall(("a", "b"), (F(1), F(3)), [("price", Names("价", "price"), F(1))])


def test_every_factor_has_words() -> None:
    for lang in ("zh", "en"):
        assert set(FACTORS) <= set(SENTENCES[lang])
    assert set(SENTENCES["zh"]) == set(SENTENCES["en"])
    assert set(CHANGE_WORDS["zh"]) == set(CHANGE_WORDS["en"])
    every = place(leaf("water", 0, len(FACTORS), {name: F(1) for name in FACTORS}))
    assert len(told_parts(every, SERVICES, "en")) == len(FACTORS)
