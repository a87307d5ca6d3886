"""The tables of a comparison as people read them."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from rich.console import Console

from gep.base.records import Names
from gep.explain.change import PlaceChange
from gep.explain.pair import Figure, Pair, Side, Term, services
from gep.explain.profiles import Place
from gep.report.pairs import PAIR_WORDS, amount_text, pairs

CHANGE = PlaceChange("51", "county", ("51",), ("51",), (Names("县", "County"),), ())
KEYS = {"region": "51", "zone": "-", "benefit": "-", "product": "-", "ecosystem": "-"}


def printed(place: list[Place], lang: str, *, detail: bool = False) -> str:
    console = Console(width=200, record=True, markup=False, highlight=False, color_system=None, file=io.StringIO())
    console.print(pairs(place, "one", "two", lang, detail=detail))
    return console.export_text()


def made() -> Place:
    def value(text: str) -> Figure:
        return Figure(Decimal(text), "value")

    price = [Side(f"parameter:p/{a}", "parameter", a, "元/t", status="literature", source="s") for a in ("3", "5")]
    parts = tuple(Term("quantity", "input", Fraction(n) * 10**8, f"{k}=m") for k, n in (("a", 1), ("b", 2)))
    wood = (
        Term("quantity", "whole", Fraction(3 * 10**8), parts=parts),
        Term("price", "input", Fraction(10**8), "p", "", price[0], price[1]),
    )
    lines = [
        Pair(KEYS | {"service": "wood", "ecosystem": "forest"}, value("1e8"), value("5e8"), wood),
        Pair(KEYS | {"service": "pest"}, value("2e8"), Figure(None, "absent"),
             (Term.scope(Decimal("-2e8"), "service_not_in_profile", None, None),)),
        Pair(KEYS | {"service": "air"}, value("1e8"), Figure(None, "refused", "price")),
    ]  # fmt: skip
    gep = Pair({"service": "GEP"}, value("4e8"), Figure(None, "not_available"), wood, services(lines))
    return Place("51", 2010, "CNY", (3, 4), ("current", "current"), gep, CHANGE)


def test_words_stand_in_both_languages() -> None:
    assert set(PAIR_WORDS["zh"]) == set(PAIR_WORDS["en"])


def test_services_side_by_side() -> None:
    text = printed([made()], "en")
    for piece in ("2010 51", "one @3", "two @4", "1.0000", "5.0000", "-2.0000", "absent", "not available", "refused", "two: price",
                  "unexplained residual", "not explained in full, nothing is inferred for what is unknown: 1 (air)"):  # fmt: skip
        assert piece in text
    assert "forest" not in text
    assert "quantity" not in text  # the finer terms stand in detail
    assert "未解释余额" in printed([made()], "zh")


def test_every_line_in_detail_with_its_terms() -> None:
    text = printed([made()], "zh", detail=True)
    assert "51 forest" in text
    assert "3.0000" in text  # the quantity effect above its two inputs
    assert "数量 · b=m" in text
    assert "方案中无此服务" in text
    english = printed([made()], "en", detail=True)
    for piece in (
        "quantity · a=m",
        "price · p: 3 元/t (literature, s) → 5 元/t (literature, s)",
        "scope · service not in profile",
    ):
        assert piece in english


def test_rules_that_differ_are_told_without_detail() -> None:
    rules = [Side(f"calculation:{r}", "computed", "1", "t", rule=r, expression="a") for r in ("r@1", "r@2")]
    method = Term("quantity", "method", Fraction(4 * 10**8), "", "", *rules)
    line = Pair(KEYS | {"service": "wood"}, Figure(Decimal("1e8"), "value"), Figure(Decimal("5e8"), "value"), (method,))
    place = replace(made(), gep=Pair({"service": "GEP"}, line.left, line.right, (), services([line])))
    text = printed([place], "en")
    assert "other method" in text
    assert "r@1: a" in text


def test_profiles_in_vintages_with_other_returns_say_so() -> None:
    assert "read other returns" not in printed([made()], "en")
    assert "read other returns" in printed([replace(made(), same_data=False)], "en")


def test_nothing_in_common() -> None:
    assert "no region and year" in printed([], "en")


@pytest.mark.parametrize(
    ("amount", "shown"),
    [(Fraction(0), "0.0000"), (Fraction(10**12), "10,000.0000"), (Fraction(-1, 3), "-0.333 CNY"), (Fraction("0.000015"), "0.000015 CNY")],
)  # fmt: skip
def test_nothing_that_is_there_is_shown_as_zero(amount: Fraction, shown: str) -> None:
    assert amount_text(amount, "en", "CNY") == shown
