"""The summary in sentences: what the tables print and nothing else, each number with its figures."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from gep.base.records import Names
from gep.report.form import Cell, Line, without
from gep.report.statement import Paragraph, Part, Statement
from gep.workflow.forms.sentences import shown
from gep.workflow.forms.summary import paragraphs_of
from tests.ready import Ready
from tests.report import typeset_forms as made

NUMBER = re.compile(r"[0-9][0-9,]*\.?[0-9]*")
# numbers in the words of a unit, of a price basis, of a table
UNITS = re.compile(r"10[⁴⁶⁸]|[0-9]{4} ?年|of [0-9]{4}|[A-Z][0-9]|[0-9]{4}-[0-9]{2}-[0-9]{2}|In [0-9]{4}")


def paragraphs(statement: Statement) -> dict[str, Paragraph]:
    return {p.names.en: p for p in paragraphs_of(statement, statement.main)}


def told(statement: Statement, name: str, lang: str = "zh") -> str:
    found = paragraphs(statement).get(name)
    return "" if found is None else (" " if lang == "en" else "").join(s.of(lang) for s in found.sentences)


@pytest.fixture(scope="module")
def books(ready: Ready) -> dict[str, Statement]:
    sources = {"garze": ("garze-2010", "all"), "city": ("sample-city", "2016-2017")}
    return {n: ready.statement(*s, history=False).statement for n, s in sources.items()}


def test_the_value_with_its_interval_and_the_largest_services() -> None:
    text = told(made.statement(), "Gross ecosystem product")
    assert text == (
        "2022年，某县生态产品总值（GEP）为123.45亿元（参数离散区间110.00～130.00亿元）。其中，调节服务120.45亿元（占97.57%）。"
        "价值最大的服务依次为气候调节2.25亿元（占10.00%）、水源涵养1.25亿元（占10.00%）。"
    )
    english = told(made.statement(), "Gross ecosystem product", "en")
    assert english.startswith("In 2022, Some County had a gross ecosystem product (GEP) of 123.45 × 10⁸ CNY (between 110.00 and ")


def test_a_missing_total_is_said_and_never_a_number() -> None:
    form = without(made.values(), {("gep", "value"): Cell("missing"), ("s0", "value"): Cell("missing")})
    lacking = made.statement(form)
    assert told(lacking, "Gross ecosystem product") == "2022年，某县生态产品总值（GEP）未能得出：有应计价的服务缺数。"
    assert "下列服务缺数，未按零处理：水源涵养。" in told(lacking, "State of the data")


def test_a_suppressed_total_is_not_shown() -> None:
    form = without(made.values(), {("gep", "value"): Cell("suppressed")})
    assert told(made.statement(form), "Gross ecosystem product") == "2022年，某县生态产品总值（GEP）不公开。"


def test_assets_liabilities_and_net_assets() -> None:
    assert told(made.statement(), "Natural resource assets") == (
        "年末，资产合计3.00万元，增加2.00万元；负债合计3.00万元，增加2.00万元；净资产3.00万元，增加2.00万元。"
        "资产分种类：土地资源资产3.00万元。"
    )


def test_floors_that_are_not_met_are_named() -> None:
    assert told(made.statement(made.limits(2)), "Floors and caps") == (
        "耕地保有量1未达到：实际11.00公顷，要求≥ 12公顷。其余有数的各项均已达到（表 L1）。"
    )
    assert told(made.statement(made.limits(1)), "Floors and caps") == "所列底线与上限，凡有数的均已达到（表 L1）。"


def test_a_limit_without_a_figure_is_not_said_to_be_met() -> None:
    form = without(made.limits(1), {("l0", "met"): Cell("text", Names("缺数", "missing"))})
    assert told(made.statement(form), "Floors and caps") == "下列各项因缺数不能判断：耕地保有量0。"


def test_drafts_and_illustrative_data_are_said() -> None:
    assert "草案" in told(made.statement(), "State of the data")
    assert "草案" not in told(made.statement(draft=False), "State of the data")
    assert "示例数据" in told(made.statement(illustrative=True), "State of the data")


def test_the_direction_is_a_word_and_the_size_a_number() -> None:
    cell = made.amount("-7.22")
    assert shown(cell, Names("%", "%"), size=True).text == Names("7.22%", "7.22%")
    assert shown(cell, Names("%", "%")).text == Names("−7.22%", "−7.22%")


def test_a_part_without_forms_says_only_what_it_is() -> None:
    plain = made.statement()
    empty = replace(plain, parts=(Part(plain.main.scope, ()),))
    assert list(paragraphs(empty)) == ["State of the data"]


@pytest.mark.parametrize("name", ["garze", "city"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_number_of_the_sentences_is_a_figure_of_a_form(books: dict[str, Statement], name: str, lang: str) -> None:
    statement = books[name]
    part = statement.main
    printed = {
        (f.address, c.printed(lang).lstrip("−").rstrip("†*"))
        for form in part.forms
        for _, _, c in form.cells()
        for f in c.figures
    }  # fmt: skip
    count = 0
    for paragraph in paragraphs_of(statement, part):
        for sentence in paragraph.sentences:
            for span in sentence.spans:
                text = UNITS.sub("", span.text.of(lang))
                numbers = NUMBER.findall(text)
                if not span.figures:
                    # limits of documents stand in the form as texts; everything else with figures has addresses
                    assert paragraph.names.en == "Floors and caps" or not numbers, span.text
                    continue
                count += 1
                assert any((f.address, n) in printed for f in span.figures for n in numbers), span
    assert count >= (7 if name == "garze" else 20)


def test_the_published_account_in_words(books: dict[str, Statement]) -> None:
    text = told(books["garze"], "Gross ecosystem product")
    assert text.startswith("2010年，甘孜藏族自治州生态产品总值（GEP）为7,548.91亿元。")
    assert "水源涵养2,269.72亿元" in text


def test_no_year_before_no_change(books: dict[str, Statement]) -> None:
    assert told(books["garze"], "Change over the year before") == ""
    assert "比上年" in told(books["city"], "Change over the year before")


def test_the_largest_services_are_in_order() -> None:
    lines = [
        Line(f"s{n}", (made.label(f"服务{n}"), made.amount(str(v)), made.amount("1")), "", 1) for n, v in enumerate((1, 9, 5, 7))
    ]
    form = made.values()
    text = told(made.statement(replace(form, lines=(*form.lines[:2], *lines))), "Gross ecosystem product")
    assert re.findall("[为、](服务[0-9])", text) == ["服务1", "服务3", "服务2"]
