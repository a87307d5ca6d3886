"""The appraisal page: one side of A4 whatever it holds, with the figures of the tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gep.base.records import Names
from gep.report.appraisal_data import appraisal_data, page
from gep.report.form import Cell
from gep.report.statement import Statement
from gep.report.typeset import appraisal
from tests.report import typeset_forms as made

LONG = "某某生态保护与修复治理示范区自然保护地" * 6


def below(*regions: str) -> Statement:
    """A city with these counties."""
    plain = made.statement()
    parts = [
        replace(plain.main, scope=replace(made.SCOPE, region=c, region_names=Names(f"县{c}", f"County {c}"))) for c in regions
    ]
    return replace(plain, parts=(*plain.parts, *parts))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_region_is_one_page(lang: str) -> None:
    found = appraisal(made.statement(), lang)
    assert len(made.pages(found.data)) == 1
    assert found.warnings == ()
    assert appraisal(made.statement(), lang).data == found.data


def test_long_names_and_many_lines_still_fit_one_page() -> None:
    forms = (made.values([f"{LONG}{n}" for n in range(30)]), made.history(), made.index(), made.balance(), made.limits(60, LONG))
    (text,) = made.pages(appraisal(made.statement(*forms, region=Names(LONG, LONG)), "zh").data)
    assert "另有48项未列" in text
    assert text.count("未达标") == 12
    assert "某县统计局" in text  # the last line of the page is still on it


def test_a_region_without_most_forms_fits_and_says_what_is_not_there() -> None:
    (text,) = made.pages(appraisal(made.statement(made.values()), "zh").data)
    assert "没有资产负债核算" in text
    assert "没有登记底线" in text


def test_the_regions_below_have_a_page_each() -> None:
    pages = made.pages(appraisal(below("1", "2", "3"), "zh").data)
    assert [next(n for n in "123" if f"县{n}2022" in page) for page in pages] == ["1", "2", "3"]


def test_one_region_can_be_asked_for() -> None:
    assert len(appraisal_data(below("1", "2"), "zh", "2")["pages"]) == 1
    assert len(appraisal_data(below("1", "2"), "zh", "880101")["pages"]) == 1


def test_the_figures_are_those_of_the_tables() -> None:
    shown = page(made.statement().main, "zh")
    assert [(c["title"], c["number"], c["below"]) for c in shown["cards"]][:1] == [
        ("生态产品总值", "123.45", "区间 110.00～130.00")
    ]
    assert [c["value"] for c in shown["classes"]] == ["120.45"]
    assert [s["value"] for s in shown["services"]] == ["2.25", "1.25"]  # the largest first
    assert [a["cells"] for a in shown["assets"]] == [["1.00", "3.00", "2.00"]] * 5
    assert [(a["name"], a["total"]) for a in shown["assets"]] == [
        ("土地资源资产", False), ("资产合计", True), ("资源过耗", False), ("负债合计", True), ("净资产", True),
    ]  # fmt: skip
    assert [x["sign"] for x in shown["limits"]["lines"]] == ["no", "no", "yes"]  # those not met come first


def test_a_missing_figure_is_a_sign_and_no_bar() -> None:
    form = made.values()
    lines = tuple(replace(x, cells=(x.cells[0], Cell("missing"), Cell("missing"))) for x in form.lines)
    shown = page(made.statement(replace(form, lines=lines)).main, "zh")
    assert shown["cards"][0]["number"] == "…"
    assert shown["services"] == []
    assert [c["part"] for c in shown["classes"]] == [0.0]
