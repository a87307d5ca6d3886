"""Every refusal of a rule: its code, its place, and its words in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from gep.base.findings import Finding, Refused, catalogue
from gep.base.records import Empirical, Input, Measure, Rule
from gep.rules.plan import Plan, build

Given = Callable[..., Input]
Make = Callable[..., Rule]
Planned = Callable[[Rule], Plan]
Check = Callable[[Rule], dict[str, Finding]]


def says(found: Mapping[str, Finding], code: str, zh: str, en: str) -> None:
    assert code in found, {c: f.text("en") for c, f in found.items()}
    f = found[code]
    assert zh in f.text("zh") + f.mend("zh")
    assert en in f.text("en") + f.mend("en")
    assert (f.place.file, f.place.key, f.rule) == ("rules.toml", "test.rule", "test.rule")
    assert f.place.column


def test_all_problems_at_once(rule: Make, given: Given, refused: Check) -> None:
    found = refused(
        rule("total", "region", "q * x + y * sum(z over row) + sum(x over row)", given("x m3 region", "measure", "nowhere"),
             given("y t region,row"), given("z t region,row,month"), given("spare abc region", "parameter"))
    )  # fmt: skip
    assert set(found) == {
        "RULE-MEASURE-UNKNOWN", "RULE-UNIT-UNKNOWN", "RULE-INPUT-UNKNOWN", "RULE-INPUT-UNUSED",
        "RULE-INPUT-GRAIN", "RULE-OVER-MISSING", "RULE-OVER-UNUSED",
    }  # fmt: skip


def test_inputs(rule: Make, given: Given, refused: Check) -> None:
    x = given("x m3 region")
    says(
        refused(rule("total", "region", "x + q", x)),
        "RULE-INPUT-UNKNOWN",
        "公式用到 q,但 inputs 中没有它",
        "uses q, which is not among the inputs",
    )
    says(
        refused(rule("total", "region", "x", x, given("y 1"))),
        "RULE-INPUT-UNUSED",
        "声明了 y,公式却没有用到",
        "input y is declared but",
    )
    says(refused(rule("total", "region", "x", x, x)), "RULE-INPUT-TWICE", "名称 x 声明了两次", "The name x is declared twice")
    says(refused(rule("total", "region", "x", given("row 1"), x)), "RULE-RESERVED", "row 是保留词", "row is a reserved word")
    says(
        refused(rule("total", "region", "x", given("x mmm region"))),
        "RULE-UNIT-UNKNOWN",
        "x 的单位 mmm 读不懂",
        "The unit mmm of x cannot be read",
    )
    wrong = given("x m3 region", lower=2, upper=1)
    says(
        refused(rule("total", "region", "x", wrong)),
        "RULE-BOUNDS-WRONG",
        "下限 2 大于上限 1",
        "lower bound 2 of input x is greater",
    )
    says(
        refused(rule("none", "region", "x", x)),
        "RULE-MEASURE-UNKNOWN",
        "指标 none 不在目录中",
        "Measure none is not in the catalogue",
    )
    half = replace(given("a ha region", "measure", "area", select={"ecosystem": "lake"}), upper=Decimal("-0.5"))
    says(
        refused(rule("total", "region", "a", half)),
        "RULE-BOUNDS-WRONG",
        "下限 0 大于上限 -0.5",
        "lower bound 0 of input a is greater",
    )
    in_tonnes = given("a t region,ecosystem", "measure", "area")
    says(
        refused(rule("soil", "region", "sum(a over class)", in_tonnes)),
        "RULE-INPUT-UNIT",
        "以 t 读取,而指标 area 的单位是 m2",
        "is read in t, but measure area is in m2",
    )
    no_dims = given("a m2 region", "measure", "area")
    says(
        refused(rule("total", "region", "a", no_dims)),
        "RULE-INPUT-DIMS",
        "声明按 - 变化",
        "dimensions of measure area not fixed by select are ecosystem",
    )


def test_grain(rule: Make, given: Given, refused: Check) -> None:
    x = given("x m3 region,row")
    says(refused(rule("total", "region", "x", x)), "RULE-INPUT-GRAIN", "写成 sum(x over row)", "Write sum(x over row)")
    says(
        refused(rule("total", "region", "max(x, 0)", x)),
        "RULE-INPUT-GRAIN",
        "规则的粒度只有 region",
        "the grain of the rule is only region",
    )
    z = given("z m3 region,row,month")
    says(
        refused(rule("total", "region", "sum(z over row)", z)),
        "RULE-OVER-MISSING",
        "在 over 之后加上 month",
        "Add month after over",
    )
    says(refused(rule("total", "region", "sum(x over row, day)", x)), "RULE-OVER-UNUSED", "写了 over day", "over day is written")
    says(
        refused(rule("total", "region", "sum(p over row)", given("p m3 region", "parameter"))),
        "RULE-OVER-UNUSED",
        "没有输入项按它变化",
        "no input inside",
    )
    says(
        refused(rule("water", "region", "sum(x over row)", x)),
        "RULE-GRAIN-OUTPUT",
        "而指标 water 的维度是 ecosystem",
        "has the dimensions ecosystem",
    )
    says(refused(rule("total", "region,row", "x", x)), "RULE-GRAIN-ROWS", "行、月、日不是账户的键", "are no keys of an account")
    flat = rule("water", "region,ecosystem", "sum(x over row)", x)
    says(
        refused(flat),
        "RULE-GRAIN-REPEATED",
        "没有任何输入项按它变化",
        "The grain of the rule contains ecosystem, but no input varies by it",
    )


def test_amounts_are_not_repeated_on_finer_rows(rule: Make, given: Given, refused: Check, planned: Planned) -> None:
    total = given("t m3 region", "measure", "total")
    w = given("w 1 region,row")
    found = refused(rule("total", "region", "sum(t * w over row)", total, w))
    says(found, "RULE-AMOUNT-REPEATED", "t 是较粗粒度的数量", "t is an amount of a coarser grain")
    p, et, area = given("p mm region,row,month"), given("et mm region,row"), given("area ha region,row")
    yearly = refused(rule("total", "region", "sum(area * (p - et) over row, month)", p, et, area))
    says(
        yearly,
        "RULE-AMOUNT-REPEATED",
        "et 是较粗粒度的数量,在汇总中会被重复计入每一个 month",
        "et is an amount of a coarser grain",
    )
    assert "area" not in yearly["RULE-AMOUNT-REPEATED"].text("en").split()
    added = refused(rule("total", "region", "sum(p * area + area * et over row, month)", p, et, area))
    assert "repeated for every month" in added["RULE-AMOUNT-REPEATED"].text("en")
    assert planned(rule("total", "region", "sum(area * p over row, month)", p, area)).products  # a factor may be coarser
    base = given("base mm region,row", "parameter")
    assert planned(
        rule("total", "region", "sum(area * (p - base) over row, month)", p, base, area)
    ).products  # so may a coefficient


def test_bounds_are_asked_for(rule: Make, given: Given, refused: Check) -> None:
    x = given("x m3 region,row")
    found = refused(rule("total", "region", "sum(x over row) * k", x, given("k % region", "parameter")))
    says(found, "RULE-BOUNDS-MISSING", "输入项 k 没有声明上下限", "Declare lower and upper of k in inputs (in %)")
    free = given("k 1 region", "parameter", lower=0, upper=1)
    says(
        refused(rule("total", "region", "sum(x over row) / k", x, free)),
        "RULE-SENSITIVITY",
        "使除数不能为零",
        "no divisor can be zero",
    )
    ratio = rule("share", "region", "sum(x over row) / sum(y over row)", x, given("y m3 region,row"))
    says(refused(ratio), "RULE-SENSITIVITY", "写成一条单独的规则", "a rule with a measure of its own")


def test_kinds(rule: Make, given: Given, refused: Check) -> None:
    x = given("x m3 region")
    says(refused(rule("", "region", "x - x", x, kind="assert")), "RULE-KIND-COMPARE", "必须是一个比较", "must be a comparison")
    says(
        refused(rule("total", "region", "x < 0", x)),
        "RULE-KIND-VALUE",
        "要产出数量,公式却是一个比较",
        "but the expression is a comparison",
    )


def test_times(rule: Make, given: Given, refused: Check) -> None:
    column, flow = given("x m3 region"), given("x m3 region", "measure", "total")
    says(refused(rule("total", "region", "prev(x)", column)), "RULE-TIME-KIND", "x 不是指标", "x is not a measure")
    says(refused(rule("total", "region", "opening(x)", flow)), "RULE-TIME-KIND", "x 不是存量指标", "x is not a stock measure")
    declared = replace(flow, time="prev")
    says(refused(rule("total", "region", "prev(x)", declared)), "RULE-TIME-TWICE", "已声明为 prev", "is declared as prev already")
    says(
        refused(rule("total", "region", "x", replace(column, time="closing"))),
        "RULE-TIME-KIND",
        "closing(x) 不可用",
        "closing(x) is not allowed",
    )


def test_empirical_equations(rule: Make, given: Given, refused: Check) -> None:
    x = given("x 1 region")

    def with_equation(expression: str, equation: Empirical) -> dict[str, Finding]:
        return refused(rule("total", "region", expression, x, empirical=(equation,)))

    good = Empirical("fit", (("v", "1"),), "m3", "2 * v", "s")
    found = with_equation("fit(x)", replace(good, expression="2 * v + w"))
    says(found, "RULE-EMPIRICAL-NAME", "经验公式 fit 用到 w", "equation fit uses w, which is not among its args")
    found = with_equation("fit(x)", replace(good, expression="2"))
    says(found, "RULE-EMPIRICAL-UNUSED", "参数 v 没有被用到", "Argument v of the empirical equation fit is not used")
    found = with_equation("x", good)
    says(found, "RULE-EMPIRICAL-UNCALLED", "声明了经验公式 fit,规则却没有调用", "fit is declared but the rule does not call it")
    found = with_equation("fit(x)", replace(good, expression="2 ** v"))
    says(found, "RULE-POWER-SIGN", "不用 ** 表示乘方", "** is not used")
    assert found["RULE-POWER-SIGN"].place.column == "empirical.fit:3"
    says(
        with_equation("fit(x)", replace(good, unit="furlong")), "RULE-UNIT-UNKNOWN", "单位 furlong 读不懂", "unit furlong of fit"
    )


def test_expressions_that_explode_are_refused(rule: Make, given: Given, refused: Check) -> None:
    """Twelve brackets of a constant and a row input open to 4096 terms; nested guards repeat their text."""
    x, c = given("x 1 region,row"), given("c 1", "parameter", lower=0, upper=1)
    opened = rule("share", "region", "sum(" + " * ".join(["(c + x)"] * 12) + " over row)", x, c)
    says(refused(opened), "RULE-TOO-BIG", "超过 2000 个节点", "more than 2000 nodes")
    nested = "1 / (1 + " * 14 + "x" + ")" * 14
    says(refused(rule("share", "region", f"sum({nested} over row)", x)), "RULE-TOO-BIG", "拆成几条规则", "Write several rules")


def test_a_refusal_can_be_read(rule: Make, measures: Mapping[str, Measure]) -> None:
    with pytest.raises(Refused, match=r"RULE-INPUT-UNKNOWN rules.toml:expression \[test.rule\]: The expression uses q"):
        build(rule("total", "region", "q"), measures)


def test_every_message_of_the_rules_is_whole_in_both_languages() -> None:
    own = {code: m for code, m in catalogue().items() if code.startswith("RULE-")}
    assert len(own) > 45
    for m in own.values():
        assert m.zh.endswith("。"), m.code
        assert m.mend_zh.endswith("。"), m.code
        assert m.en.endswith("."), m.code
        assert m.mend_en.endswith("."), m.code
