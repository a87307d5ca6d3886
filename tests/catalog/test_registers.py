"""The register of floors and caps: what a row may say, the check it becomes, and that it is compared unrounded."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.data import data_root
from gep.base.findings import Finding, Place
from gep.base.records import Measure, Names, Region, Severity
from gep.base.units import parse_unit
from gep.catalog.fields import Fields
from gep.catalog.load import load
from gep.catalog.registers import Bound, place_findings, read_registers, rules_of, subject_of
from gep.rules.exact import holds
from gep.rules.nodes import Compare
from gep.rules.plan import build

HEAD = "id,measure,category,sense,region,valid_from,valid_to,value,unit,document,source,locator,severity,status,zh,en,note"
ROW = "farm,land,la01:C02,floor,330700,2020,2035,313.53,万亩,《纲要》,outline,III(2),query,standard,耕地保有量,Cultivated land,"
NAMES = Names("名称", "name")


def _measure(
    name: str, unit: str, kind: str = "stock", dims: Sequence[str] = (), additive: Sequence[str] = ("class",)
) -> Measure:
    q, finest = Decimal("0.000001"), Decimal("0.01")
    return Measure(name, NAMES, kind, unit, q, finest, tuple(dims), tuple(additive), lower=Decimal(0))  # type: ignore[arg-type]


MEASURES = {
    m.id: m
    for m in (
        _measure("land", "hm2", dims=("la01",)),
        _measure("farmland", "m2"),
        _measure("cover", "1", "ratio", additive=()),
        _measure("quality", "1", "ratio", dims=("wq01",), additive=()),
    )
}


def read(*rows: str, file: str = "ledgers/registers/r.csv") -> tuple[tuple[Bound, ...], list[Finding]]:
    findings: list[Finding] = []
    table = csv.DictReader(io.StringIO("\n".join((HEAD, *rows))))
    bounds = read_registers(Fields(row, Place(file, number), findings) for number, row in enumerate(table, 2))
    return bounds, findings


def row(**changes: str) -> str:
    """The sound row with some fields changed."""
    fields = dict(zip(HEAD.split(","), ROW.split(","), strict=True)) | changes
    return ",".join(fields.values())


def only(findings: Sequence[Finding]) -> Finding:
    (found,) = findings
    return found


def test_a_row_is_read_as_it_stands() -> None:
    (bound,), findings = read(ROW)
    assert findings == []
    assert (bound.measure, bound.key, bound.sense, bound.region) == ("land", (("la01", "C02"),), "floor", "330700")
    assert (bound.value, bound.unit) == (Decimal("313.53"), "万亩")
    assert (bound.valid_from, bound.valid_to) == (date(2020, 1, 1), date(2035, 12, 31))  # a bare year ends on its last day
    assert bound.place.text() == "ledgers/registers/r.csv:2 [farm]"
    assert subject_of(bound) == "land [la01:C02]"


@pytest.mark.parametrize(
    ("rows", "code", "place", "zh", "en"),
    [
        ([row(value="")], "CATALOG-FIELD-MISSING", ":2:value [farm]", "缺少字段 value。", "The field value is missing."),
        ([row(document="")], "CATALOG-FIELD-MISSING", ":2:document [farm]", "缺少字段 document。", "The field document is missing."),
        ([row(sense="least")], "CATALOG-FIELD-CHOICE", ":2:sense [farm]", "字段 sense 的取值不在允许范围内。", "The field sense has"),
        ([row(severity="")], "CATALOG-FIELD-MISSING", ":2:severity [farm]", "缺少字段 severity。", "The field severity is missing."),
        ([row(unit="万顷顷")], "CATALOG-UNIT", ":2:unit [farm]", "计量单位 万顷顷 无法识别", "The unit 万顷顷 is not understood"),
        ([row(category="C02")], "CATALOG-KEY", ":2:category [farm]", "分类键 C02 写法不对。", "The key C02 is not well formed."),
        ([row(id="a/b")], "REGISTER-ID", ":2:id [a/b]", "编号 a/b 含有不能用的字符。", "The id a/b of the register holds"),
        (
            [row(valid_to="2019")], "REGISTER-PERIOD", ":2:valid_to [farm]", "失效日期 2019-12-31 早于生效日期。",
            "The limit ends on 2019-12-31, before it begins.",
        ),
        (
            [ROW, row(value="1")], "REGISTER-DUPLICATE", ":3:id [farm]", "登记 farm 重复。",
            "The entry farm of the register stands twice.",
        ),
        (
            [ROW, row(id="cap", sense="cap", value="200000", unit="公顷")], "REGISTER-CONFLICT", ":3:value [cap]",
            "相互矛盾的限值:<= 200000 公顷 与 >= 313.53 万亩(farm)。", "two limits that cannot both be kept",
        ),
    ],
)  # fmt: skip
def test_every_mistake_is_told(rows: list[str], code: str, place: str, zh: str, en: str) -> None:
    found = only(read(*rows)[1])
    assert found.code == code
    assert found.place.text().endswith(place)
    assert zh in found.text("zh")
    assert en in found.text("en")
    assert found.mend("zh")
    assert found.mend("en")


@pytest.mark.parametrize(
    "other",
    [
        row(id="b", sense="cap", value="209020", unit="公顷"),  # 313.53万亩 = 209020 hm2: one figure keeps both
        row(id="b", sense="cap", value="1", valid_to="2019", valid_from="2010"),  # other years
        row(id="b", sense="cap", value="1", region="330800"),  # another region
        row(id="b", sense="cap", value="1", category="la01:C04"),  # another figure
        row(id="b", value="300"),  # a second, lower floor
    ],
)
def test_limits_that_can_both_be_kept_stand_together(other: str) -> None:
    assert read(ROW, other)[1] == []


def test_floor_and_strict_limit_at_the_same_number_cannot_both_be_kept() -> None:
    assert only(read(row(sense="above"), row(id="b", sense="below"))[1]).code == "REGISTER-CONFLICT"


def test_a_bound_becomes_a_check_and_a_parameter() -> None:
    checks = rules_of(read(ROW)[0], MEASURES)
    (rule,), (parameter,) = checks.rules, checks.parameters
    assert checks.findings == ()
    assert (rule.id, rule.kind, rule.expression, rule.grain) == ("REG.farm", "assert", "figure >= limit", ("region",))
    assert (rule.regions, rule.at, rule.severity) == (("330700",), "all", Severity.QUERY)
    assert (rule.valid_from.year, rule.valid_to.year, rule.source, rule.clause) == (2020, 2035, "outline", "III(2)")
    assert dict(rule.inputs[0].select) == {"la01": "C02"}
    assert rule.message == Names(
        "耕地保有量低于《纲要》（III(2)）规定的下限 313.53 万亩。",
        "Cultivated land: the figure is less than the floor of 313.53 10⁴ mu set by 《纲要》 (III(2)).",
    )
    assert (parameter.id, parameter.region, parameter.key) == ("register.farm", "330700", ())
    assert (parameter.value, parameter.unit) == (Decimal("313.53"), "万亩")
    assert (parameter.status, parameter.source, parameter.source_set) == ("standard", "outline", "registers")
    (code,) = checks.codes
    assert (code.scheme, code.code, code.attrs["use"]) == ("parameter", "register.farm", "rule")
    assert code.names == Names("耕地保有量（限值 farm）", "Cultivated land (limit farm)")


def test_what_a_book_sets_itself_comes_first() -> None:
    bounds, _ = read(row(status="local"), file="local/registers/r.csv")
    (parameter,) = rules_of(bounds, MEASURES).parameters
    assert (parameter.status, parameter.source_set) == ("local", "local")


def test_classes_that_are_not_named_are_added_up() -> None:
    (rule,) = rules_of(read(row(category=""))[0], MEASURES).rules
    assert rule.expression == "sum(figure over class) >= limit"
    assert rule.inputs[0].grain == ("region", "la01")
    (product,) = build(rule, MEASURES).products
    assert product.q == Decimal("0.000001")  # the storage scale: no digit of an account is lost in the sum


def test_a_table_that_is_repeated_is_added_up_over_what_is_there() -> None:
    bounds, _ = read(row(category=""))
    (listed,) = rules_of(bounds, MEASURES).rules
    (opened,) = rules_of(bounds, MEASURES, {"la01", "mineral"}).rules
    (keyed,) = rules_of(read(ROW)[0], MEASURES, {"la01"}).rules
    assert [dict(rule.domain) for rule in (listed, opened, keyed)] == [{}, {"la01": ("*",)}, {}]


@pytest.mark.parametrize(
    ("changes", "code", "zh", "en"),
    [
        ({"measure": "ocean"}, "REGISTER-MEASURE", "指标 ocean 未登记。", "the measure ocean, which is not declared."),
        ({"category": "lq01:G01"}, "REGISTER-KEY", "指标 land 没有分类 lq01。", "The measure land is not split by lq01."),
        (
            {"measure": "quality", "category": "", "unit": "%"},
            "REGISTER-KEY-MISSING",
            "缺少分类 wq01。",
            "the category lacks wq01.",
        ),
        ({"unit": "万立方米"}, "REGISTER-UNIT", "限值的单位 万立方米 与指标 land 的单位 hm2", "are not of one kind."),
    ],
)
def test_a_bound_that_cannot_be_checked_is_told(changes: dict[str, str], code: str, zh: str, en: str) -> None:
    bounds, findings = read(row(**changes))
    assert findings == []
    checks = rules_of(bounds, MEASURES)
    found = only(checks.findings)
    assert (checks.rules, checks.parameters, checks.codes, found.code) == ((), (), (), code)
    assert zh in found.text("zh")
    assert en in found.text("en")
    assert found.place.text() == "ledgers/registers/r.csv:2 [farm]"


def kept(changes: Mapping[str, str], figure: Fraction) -> bool:
    """Whether the check of the changed row holds for a figure in the unit of its measure."""
    checks = rules_of(read(row(**changes))[0], MEASURES)
    (rule,), (parameter,) = checks.rules, checks.parameters
    assert parameter.value is not None
    limit = Fraction(parameter.value) * parse_unit(parameter.unit).factor_to(parse_unit(rule.inputs[1].unit))
    tail = build(rule, MEASURES).tail
    assert isinstance(tail, Compare)
    return bool(holds(tail, {"figure": figure, "limit": limit}, {(0, "sum"): figure}))


@pytest.mark.parametrize(
    ("changes", "figure", "holds_"),
    [
        # 313.53万亩 ÷ 15 mu/hm2 = 209020 hm2, exactly
        ({}, "209020", True),
        ({}, "209019.999999", False),  # prints as 209020.00 and is still below
        ({"sense": "cap"}, "209020", True),
        ({"sense": "cap"}, "209020.000001", False),
        ({"sense": "above"}, "209020", False),
        ({"sense": "below"}, "209020", False),
        ({"sense": "below"}, "209019.999999", True),
        ({"category": ""}, "209020", True),
        ({"category": ""}, "209019.999999", False),
        # 271.5万亩 = 2715000 × 2000/3 m2 = 1810000000 m2
        ({"measure": "farmland", "category": "", "value": "271.5"}, "1810000000", True),
        ({"measure": "farmland", "category": "", "value": "271.5"}, "1809999999.999999", False),
        ({"measure": "cover", "category": "", "value": "69.85", "unit": "%"}, "0.6985", True),
        ({"measure": "cover", "category": "", "value": "69.85", "unit": "%"}, "0.698499", False),
    ],
)
def test_a_figure_is_compared_unrounded(changes: dict[str, str], figure: str, holds_: bool) -> None:
    assert kept(changes, Fraction(figure)) is holds_


@given(
    limit=st.decimals(0, 10**6, places=4, allow_nan=False),
    steps=st.integers(-3, 3),
    unit=st.sampled_from(["亩", "万亩", "公顷", "平方公里"]),
)
def test_a_floor_holds_where_the_figure_is_not_less(limit: Decimal, steps: int, unit: str) -> None:
    # one step is a millionth of a hectare, the smallest difference an account can hold
    exact = Fraction(limit) * parse_unit(unit).factor_to(parse_unit("hm2"))
    figure = exact + Fraction(steps, 10**6)
    assert kept({"value": f"{limit:f}", "unit": unit}, figure) is (steps >= 0)
    assert kept({"value": f"{limit:f}", "unit": unit, "sense": "cap"}, figure) is (steps <= 0)


def test_a_coefficient_is_told_without_a_unit() -> None:
    (rule,) = rules_of(read(row(measure="cover", category="", value="0.535", unit="1"))[0], MEASURES).rules
    assert rule.message is not None
    assert rule.message.zh == "耕地保有量低于《纲要》（III(2)）规定的下限 0.535。"


REGIONS = {"330700": Region("330700", "", "city", NAMES, date(2000, 1, 1), date(2030, 12, 31))}


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"valid_to": "2030"}, []),
        ({"region": "330800"}, ["REGISTER-REGION"]),
        ({}, ["REGISTER-REGION-DAYS"]),  # the limit runs to 2035, the code of the region ends in 2030
        ({"valid_from": "", "valid_to": "2030"}, ["REGISTER-REGION-DAYS"]),
    ],
)
def test_a_bound_that_would_never_be_checked_is_told(changes: dict[str, str], codes: list[str]) -> None:
    assert [f.code for f in place_findings(read(row(**changes))[0], REGIONS)] == codes


def _shipped(path: Path, label: str) -> tuple[Bound, ...]:
    findings: list[Finding] = []
    with path.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        bounds = read_registers(Fields(r, Place(f"{label}/registers/{path.name}", table.line_num), findings) for r in table)
    assert findings == []
    return bounds


@pytest.mark.parametrize(
    ("path", "label", "status"),
    [
        ("ledgers/registers/zhejiang.csv", "ledgers", "standard"),
        ("ledgers/books/sample-city/local/registers/sample.csv", "local", "illustrative"),
    ],
)
def test_every_bound_that_ships_can_be_checked(path: str, label: str, status: str) -> None:
    catalog = load(data_root() / "coefficients")
    bounds = _shipped(data_root() / path, label)
    checks = rules_of(bounds, catalog.measures, {x.instance for x in catalog.layouts.values()})
    assert checks.findings == ()
    assert len(checks.rules) == len(bounds) > 10
    for rule in checks.rules:
        build(rule, catalog.measures)
    assert {b.status for b in bounds} == {status}
    for bound in bounds:
        assert label == "local" or bound.source in catalog.sources
        assert all(code in catalog.codes[dim] for dim, code in bound.key)
        if status == "illustrative":
            assert "示例数据" in bound.note
