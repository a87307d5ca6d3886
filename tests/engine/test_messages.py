"""Every finding of the engine, provoked: its severity, and its words in Chinese and English."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from typing import Any

import pytest

from gep.base.findings import Finding
from gep.base.records import Severity

CODES = sorted(tomllib.loads(files("gep.base").joinpath("messages/engine.toml").read_text(encoding="utf-8")))

Provoke = Callable[[Any, Any], Finding]
PROVOKED: dict[str, tuple[Provoke, str, str, str, str, str]] = {}


def provokes(code: str, severity: str, zh: str, en: str, mend_zh: str, mend_en: str) -> Callable[[Provoke], Provoke]:
    """Register how a finding is provoked, and what it says."""

    def register(provoke: Provoke) -> Provoke:
        PROVOKED[code] = (provoke, severity, zh, en, mend_zh, mend_en)
        return provoke

    return register


def with_depth(world: Any, make: Any, value: str, unit: str) -> Finding:
    rule = make.rule(
        "water", "region", "depth * lake", make.given("lake m2 region"), make.given("depth m", "parameter", lower=0, upper=2)
    )
    return world.run(rule, facts=[make.fact("lake", "5", "m2")], parameters=[make.parameter("depth", value, unit)]).only()


def with_price(world: Any, make: Any, unit: str) -> Finding:
    rule = make.rule("money", "region", "lake * price", make.given("lake m2 region"), make.given("price CNY/m2", "parameter"))
    return world.run(rule, facts=[make.fact("lake", "5", "m2")], parameters=[make.parameter("price", "3", unit)]).only()


def rows(world: Any, make: Any, numbers: list[float | None], output: str = "water", **more: Any) -> Finding:
    area = make.given("area m2 region,row", "column", lower=0, upper=10**9)
    rain = make.given("rain m region,row", "column", lower=0, upper=10)
    rule = make.rule(output, "region", "sum(area * rain over row)", area, rain)
    return world.run(rule, rows=[{"area": n, "rain": 1.0} for n in numbers] or None, **more).only()


@provokes(
    "ENGINE-PARAMETER-UNIT", "stop",
    "参数 depth 的单位与规则要求的单位不属于同一量纲。", "The unit of parameter depth has another dimension than the rule reads.",
    "把该参数的单位改为与 m 同量纲的单位。", "Give the parameter in a unit of the same dimension as m.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return with_depth(world, make, "1", "kg")


@provokes(
    "ENGINE-PARAMETER-BOUNDS", "stop",
    "参数 depth 超出规则声明的取值范围。", "The parameter depth lies outside the bounds the rule declares.",
    "核对数值和单位;确属合理时,在规则中放宽上下限并升高规则版本。",
    "Check value and unit; if it is right, widen the bounds in the rule and raise the rule's version.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    told = with_depth(world, make, "201", "cm")
    assert (told.found, told.expected, told.place.row) == ("201 cm", "0 … 2 m", 7)
    assert with_depth(world, make, "-1", "cm").code == told.code
    return told


@provokes(
    "ENGINE-PRICE-YEAR-MISSING", "stop",
    "价格 price 没有写明价格年份。", "The price price does not say of which year it is.",
    "单位写成 元@2020/m2 的形式。", "Write the unit as 元@2020/m2.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return with_price(world, make, "元/m2")


@provokes(
    "ENGINE-PRICE-YEAR", "stop",
    "价格 price 是 2015 年价格,而账户按 2020 年现价核算。", "The price price is of 2015, the account is at current prices of 2020.",
    "提供 2020 年价格,或先用有来源的平减指数换算后作为本地参数录入。",
    "Give a price of 2020, or convert it with a sourced deflator and enter the result as a local parameter.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    told = with_price(world, make, "元@2015/m2")
    assert told.difference == "-5"
    return told


@provokes(
    "ENGINE-MATHEMATICS", "stop",
    "规则 test.rule 在此处无法计算", "The rule test.rule has no result here",
    "检查代入的数值:lake = 5 m2, largest = 0 m2。", "Check the numbers put in: lake = 5 m2, largest = 0 m2.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    rule = make.rule("ratio", "region", "lake / largest", make.given("lake m2 region"), make.given("largest m2 region"))
    ran = world.run(rule, facts=[make.fact("lake", "5", "m2"), make.fact("largest", "0", "m2")])
    cell = ran.cell("ratio")
    assert (cell.state, cell.exact) == ("refused", None)
    assert ran.node("ratio")["state"] == "refused"
    return ran.only()


@provokes(
    "ENGINE-ROW-NOT-FINITE", "stop",
    "规则 test.rule 的行乘积 r0 有 2 行结果不是有限数或超出整数范围。", "The row product r0 of rule test.rule is not finite or too large in 2 rows.",
    "在记录集中找出除数为零、对负数取对数或数量级异常的行并改正。",
    "Find the rows with a zero divisor, a logarithm of a negative number or an extreme magnitude and correct them.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return rows(world, make, [float("nan"), 1.0, 1e200])


@provokes(
    "ENGINE-ROUNDING-BOUND", "stop",
    "规则 test.rule 的行合计 r0 的舍入误差上界(3 × 1 / 2)可能影响打印数字。", "The rounding bound of row sum r0 of rule test.rule (3 × 1 / 2) could be seen in print.",
    "缩小该指标的 quantum,或收窄规则输入的上下限。", "Declare a smaller quantum for the measure, or tighter bounds for the inputs of the rule.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return rows(world, make, [1.0, 2.0, 3.0], "coarse")


@provokes(
    "ENGINE-ROWS-MISSING", "note",
    "规则 test.rule 用到的记录集 patches 有 1 行缺数(共 3 行),该合计未知。",
    "1 of the 3 rows of record set patches that rule test.rule adds up lack an input; the sum is unknown.",
    "补齐这些行的空白单元格后重新报送;缺数不当作 0。", "Fill the empty cells of these rows and submit them again; a missing number is never zero.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return rows(world, make, [1.0, None, 3.0])


@provokes(
    "ENGINE-NO-ROWS", "note",
    "记录集 patches 在此处没有任何行,规则 test.rule 的合计未知。", "The record set patches has no row here; the sum of rule test.rule is unknown.",
    "报送该地区该类别的记录", "Submit the records of this region and class",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return rows(world, make, [])


@provokes(
    "ENGINE-SECOND-ROUTE", "stop",
    "规则 test.rule 的结果与独立复算(other)不一致。", "The result of rule test.rule disagrees with the independent second route (other).",
    "检查规则公式是否被改动(正负号、系数、单位),改正后重新核算。",
    "Check whether the formula of the rule was changed (sign, coefficient, unit), correct it and run again.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    rule = make.rule("largest", "region", "2 * lake", make.given("lake m2 region"), route="other")
    return world.run(rule, facts=[make.fact("lake", "5", "m2")], routes={"other": lambda inputs: -2 * inputs["lake"]}).only()


@provokes(
    "ENGINE-ROUTE-FAILED", "stop",
    "规则 test.rule 的独立复算(other)无法用这些输入完成:KeyError 'pond'。",
    "The second route other of rule test.rule cannot be worked out with these inputs: KeyError 'pond'.",
    "独立复算按名称和单位读取规则的输入(lake)", "A second route reads the inputs of the rule by name and unit (lake)",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    rule = make.rule("largest", "region", "2 * lake", make.given("lake m2 region"), route="other")
    given = [make.fact("lake", "5", "m2")]
    divided = world.run(rule, facts=given, routes={"other": lambda inputs: inputs["lake"] / (inputs["lake"] - 5)}).only()
    assert divided.code == "ENGINE-ROUTE-FAILED"
    return world.run(rule, facts=given, routes={"other": lambda inputs: inputs["pond"]}).only()


@provokes(
    "ENGINE-OUT-OF-BOUNDS", "query",
    "规则 test.rule 的结果超出该指标的物理界限。", "The result of rule test.rule lies outside the physical bounds of its measure.",
    "核对输入数据的数值和单位,并作出说明。", "Check values and units of the inputs, and explain.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    rule = make.rule("never_negative", "region", "depth * lake", make.given("lake m2 region"), make.given("depth m region"))
    ran = world.run(rule, facts=[make.fact("lake", "5", "m2"), make.fact("depth", "-1", "m")])
    assert ran.cell("never_negative").amount == "-5.000000"
    told = ran.only()
    assert (told.found, told.place.key) == ("-5.000000 m3", "never_negative/R/2020/-")
    return told


def check(world: Any, make: Any, *facts: Any) -> Finding:
    rule = make.rule(
        "", "region", "lake <= largest", make.given("lake m2 region"), make.given("largest m2 region"), kind="assert"
    )
    return world.run(replace(rule, severity=Severity.QUERY), facts=facts).only()


@provokes(
    "ENGINE-CHECK", "query",
    "检查未通过。", "The check failed.",
    "核对有关数据;确属实际情况的,用 gep answer 写明理由。", "Check the figures; if they are right, explain them with gep answer.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return check(world, make, make.fact("lake", "5", "m2"), make.fact("largest", "4", "m2"))


@provokes(
    "ENGINE-CHECK-CANNOT-RUN", "stop",
    "审核规则 test.rule 缺少数据,无法执行:largest/R/2020/-。", "The check test.rule cannot run, its figures are not there: largest/R/2020/-.",
    "补报所缺数据;不适用的项目请声明 not_applicable 并说明原因。", "Return the missing figures, or declare them not_applicable with a reason.",
)  # fmt: skip
def _(world: Any, make: Any) -> Finding:
    return check(world, make, make.fact("lake", "5", "m2"))


def test_every_finding_of_the_engine_is_provoked() -> None:
    assert sorted(PROVOKED) == CODES


@pytest.mark.parametrize("code", CODES)
def test_finding(world: Any, make: Any, code: str) -> None:
    provoke, severity, zh, en, mend_zh, mend_en = PROVOKED[code]
    told = provoke(world, make)
    assert (told.code, str(told.severity)) == (code, severity)
    assert zh in told.text("zh")
    assert en in told.text("en")
    assert mend_zh in told.mend("zh")
    assert mend_en in told.mend("en")
    assert told.place.text()
