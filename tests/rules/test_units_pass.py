"""Units: factors are derived, scale is compared at every + - < min max where, and what does not fit is named."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gep.base.findings import Finding, Place
from gep.base.units import parse_unit
from gep.rules.canonical import canonical
from gep.rules.exact import evaluate
from gep.rules.nodes import Convert, Node, Stamp, walk
from gep.rules.parse import parse
from gep.rules.units_pass import Checked, Equation, units_pass

WHERE = Place(file="rules/x.toml", key="x.y")


def tree_of(text: str, fitted: bool = False) -> Node:
    tree = parse(text, WHERE, {"lake": 3, "depth": 1}, fitted=fitted)
    assert not isinstance(tree, tuple), [f.text("en") for f in tree]
    return tree


LAKE = Equation(
    "lake",
    (("area", parse_unit("km2")), ("a", parse_unit("1")), ("b", parse_unit("1"))),
    parse_unit("万m3"),
    tree_of("exp(a) * pow(area, b)", True),
)
DEPTH = Equation("depth", (("x", parse_unit("mm")),), parse_unit("1"), tree_of("1000 * x + x / 10", True))


def check(text: str, output: str | None, **units: str) -> Checked:
    target = None if output is None else parse_unit(output)
    known = {name: parse_unit(unit) for name, unit in units.items()}
    return units_pass(tree_of(text), known, {"lake": LAKE, "depth": DEPTH}, target, WHERE, rule="x.y", measure="m")


def good(text: str, output: str | None, **units: str) -> Node:
    checked = check(text, output, **units)
    assert not checked.findings, [f.text("en") for f in checked.findings]
    return checked.tree


def only(text: str, output: str | None, **units: str) -> Finding:
    (found,) = check(text, output, **units).findings
    return found


def value(tree: Node, **env: str) -> Fraction | None:
    return evaluate(tree, {n: Fraction(v) for n, v in env.items()}, {})


def test_water_retention_of_a_hundred_hectares() -> None:
    """100 ha × (1600 − 0.0267·1600 − 900) mm = 10^6 m2 × 0.65728 m = 657 280 m3; nobody typed the 10."""
    tree = good("area * (p - alpha * p - et)", "m3", area="ha", p="mm", alpha="1", et="mm")
    assert value(tree, area="100", p="1600", alpha="0.0267", et="900") == 657_280
    assert canonical(tree) == "((area * ((p - (alpha * p)) - et)) * 10)"


def test_percent_is_a_hundredth() -> None:
    """1 − 2.67 % = 0.9733."""
    tree = good("1 - alpha", "1", alpha="%")
    assert value(tree, alpha="2.67") == Fraction("0.9733")


def test_min_of_a_cap_in_other_units_is_scaled() -> None:
    """800 t against 5 kg/ha × 120 000 ha = 600 t: dimension alone would pass and give 800 or 600 000."""
    tree = good("min(e, cap * area)", "t", e="t", cap="kg/ha", area="ha")
    assert value(tree, e="800", cap="5", area="120000") == 600


def test_where_branches_and_comparison_are_scaled() -> None:
    """3 m against 2500 mm: greater; the second branch is 4 cm = 0.04 m."""
    tree = good("where(a > b, a, c)", "m", a="m", b="mm", c="cm")
    assert value(tree, a="3", b="2500", c="4") == 3
    assert value(tree, a="2", b="2500", c="4") == Fraction("0.04")


def test_value_in_yuan() -> None:
    """2 万m3 × 6.1107 元/m3 = 122 214 元; the price year of the price is the caller's business."""
    tree = good("q * price", "CNY", q="万m3", price="CNY@2010/m3")
    assert value(tree, q="2", price="6.1107") == 122_214


def test_literal_zero_fits_every_unit_and_others_are_pure() -> None:
    assert canonical(good("max(x, 0)", "t", x="t")) == "max(x, 0)"
    assert canonical(good("max(0, x)", "kg", x="t")) == "(max(0, x) * 1000)"
    assert only("max(x, 1)", "t", x="t").code == "RULE-UNIT-DIFFERS"


def test_sqrt_halves_and_functions_need_pure_numbers() -> None:
    assert value(good("sqrt(a)", "m", a="ha"), a="4") == 200
    assert value(good("exp(a - a)", "1", a="%"), a="5") == 1
    assert canonical(good("ln(a)", "1", a="%")) == "ln((a * (1/100)))"
    assert canonical(good("exp(a / b)", "1", a="km", b="m")) == "exp(((a / b) * 1000))"


def test_an_empirical_equation_gets_its_units_and_stamps_the_result() -> None:
    """300 ha = 3 km2; e^0 · 3^1 = 3 万m3 = 30 000 m3."""
    tree = good("lake(area, a, b)", "m3", area="ha", a="1", b="1")
    assert value(tree, area="300", a="0", b="1") == 30_000
    assert [n.unit for n in walk(tree) if isinstance(n, Stamp)] == ["万m3"]
    assert [n.factor for n in walk(tree) if isinstance(n, Convert)] == [Fraction(10_000), Fraction(1, 100)]


def test_fitted_coefficients_are_pure_numbers_inside() -> None:
    """1000 · 20 mm + 20/10 = 20 002, for an input of 2 cm."""
    assert value(good("depth(x)", "1", x="cm"), x="2") == 20_002


def test_units_of_sums_and_products() -> None:
    tree = good("sum(area * p over row) / n", "m3", area="km2", p="mm", n="1")
    assert canonical(tree) == "((sum((area * p) over row) / n) * 1000)"


MISFITS = [
    ("a + b", "t", "a t, b CNY", "RULE-UNIT-DIFFERS", "前者为 t,后者“b”为 CNY", "the first is in t, “b” is in CNY"),
    ("p - 0.3", "mm", "p mm", "RULE-UNIT-DIFFERS", "后者“0.3”为 1", "“0.3” is in 1"),
    ("a * b", "t", "a t, b ha", "RULE-UNIT-OUTPUT", "结果单位是 t·ha,而指标 m", "The result of the expression is in t·ha"),
    ("a", "t_CO2", "a t_C", "RULE-UNIT-OUTPUT", "结果单位是 t_C", "but measure m is in t_CO2"),
    ("exp(a)", "1", "a mm", "RULE-UNIT-FUNCTION", "exp 的参数“a”应无量纲", "“a” of exp must be dimensionless but is in mm"),
    ("pow(a, 0.85)", "1", "a km2", "RULE-UNIT-FUNCTION", "pow 的参数“a”应无量纲", "or use an empirical equation"),
    ("pow(2, a)", "1", "a km2", "RULE-UNIT-FUNCTION", "pow 的参数“a”", "argument “a” of pow"),
    ("lake(a, b, c)", "m3", "a t, b 1, c 1", "RULE-UNIT-ARGUMENT", "area 应为 km2,而“a”是 t", "in km2, but “a” is in t"),
    ("a <= b", None, "a t, b m3", "RULE-UNIT-DIFFERS", "a ≤ b 的各部分单位不能相合", "The parts of a ≤ b have units"),
    ("min(a, b, c)", "t", "a t, b kg, c m", "RULE-UNIT-DIFFERS", "“c”为 m", "“c” is in m"),
]


@pytest.mark.parametrize(("text", "output", "units", "code", "zh", "en"), MISFITS)
def test_what_does_not_fit_is_named(text: str, output: str | None, units: str, code: str, zh: str, en: str) -> None:
    found = only(text, output, **dict(u.split() for u in units.split(", ")))
    assert (found.code, found.place.file, found.place.key, found.rule) == (code, "rules/x.toml", "x.y", "x.y")
    assert zh in found.text("zh") + found.mend("zh")
    assert en in found.text("en") + found.mend("en")


def test_all_unit_problems_at_once_and_none_twice() -> None:
    checked = check("(a + b) * exp(c) + min(a, d) * (b + a)", "t", a="t", b="m", c="mm", d="CNY")
    assert [f.code for f in checked.findings] == [
        "RULE-UNIT-DIFFERS",
        "RULE-UNIT-FUNCTION",
        "RULE-UNIT-DIFFERS",
        "RULE-UNIT-DIFFERS",
    ]
    assert checked.unit is None


def test_equations_that_grow_without_limit_are_refused() -> None:
    """Each call holds its argument four times: 4^6 nodes."""
    grow = Equation("depth", (("x", parse_unit("1")),), parse_unit("1"), tree_of("x * x * x * x", True))
    nested = "depth(" * 6 + "x" + ")" * 6
    (found,) = units_pass(tree_of(nested), {"x": parse_unit("1")}, {"depth": grow}, None, WHERE).findings
    assert found.code == "RULE-TOO-BIG"
    assert "超过 2000 个节点" in found.text("zh")
    assert "more than 2000 nodes" in found.text("en")


def test_a_checked_tree_is_not_checked_twice() -> None:
    tree = good("area * p", "m3", area="ha", p="mm")
    with pytest.raises(TypeError, match="not checked yet"):
        units_pass(tree, {}, {}, None, WHERE)
