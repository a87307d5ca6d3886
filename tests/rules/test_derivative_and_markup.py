"""Derivatives against sympy and finite differences; formulas for people keep the author's order and its brackets."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree import ElementTree as ET

import pytest
import sympy

from gep.base.findings import Place
from gep.rules.canonical import canonical
from gep.rules.derivative import derivative
from gep.rules.exact import evaluate
from gep.rules.markup import latex, latex_lines, latex_symbol, latex_text, mathml, number_text, numbers, typst, words
from gep.rules.nodes import Agg, Bin, Call, Compare, Convert, Name, Neg, Node, Num, Ref, Stamp
from gep.rules.parse import parse

POINT = {"a": Fraction(7, 5), "b": Fraction(12, 5), "c": Fraction(1, 3), "d": Fraction(9, 2)}


def tree_of(text: str) -> Node:
    tree = parse(text, Place("t"), {})
    assert not isinstance(tree, tuple), [f.text("en") for f in tree]
    return tree


SMOOTH = [
    "a * b - a * a * c / d",
    "(1 - a) * b + c",
    "a / (a + b)",
    "b / (a * a)",
    "exp(a * b) * ln(a) + log10(a + c)",
    "sqrt(a * a + b) - sin(a) * cos(a * c)",
    "pow(a, 0.85) * exp(b)",
    "pow(a, b) + pow(b, a) + pow(a, c - b)",
    "-(a - b) * -(c - a)",
    "b * c",
]


@pytest.mark.parametrize("text", SMOOTH)
@pytest.mark.parametrize("by", ["a", "b"])
def test_derivative_agrees_with_sympy(text: str, by: str) -> None:
    found = evaluate(derivative(tree_of(text), by), POINT, {})
    symbols = {n: sympy.Symbol(n, positive=True) for n in POINT}
    functions = {"ln": sympy.log, "log10": lambda x: sympy.log(x, 10), "pow": lambda x, y: x**y, "sqrt": sympy.sqrt}
    formula = sympy.sympify(text, locals={**symbols, **functions}, rational=True)
    exact = formula.diff(symbols[by]).subs({symbols[n]: sympy.Rational(v.numerator, v.denominator) for n, v in POINT.items()})
    assert found is not None
    assert abs(sympy.N(exact, 45) - sympy.Rational(found.numerator, found.denominator)) < sympy.Float("1e-38")


KINKED = [
    "min(a, b) * c",
    "max(a * b, d, c)",
    "where(a < b, a * a, b)",
    "abs(a - b) * a",
    "max(a - b, 0) + a",
    "min(a, b, c * a)",
]


@pytest.mark.parametrize("text", SMOOTH + KINKED)
def test_derivative_agrees_with_finite_differences(text: str) -> None:
    tree, step = tree_of(text), Fraction(1, 10**15)
    up = evaluate(tree, POINT | {"a": POINT["a"] + step}, {})
    down = evaluate(tree, POINT | {"a": POINT["a"] - step}, {})
    slope = evaluate(derivative(tree, "a"), POINT, {})
    assert up is not None
    assert down is not None
    assert slope is not None
    assert abs((up - down) / (2 * step) - slope) < Fraction(1, 10**12)


@pytest.mark.parametrize(
    ("text", "by", "expected"),
    [
        ("b * c", "a", "0"),
        ("a", "a", "1"),
        ("3 * a", "a", "3"),
        ("(1 - a) * b", "a", "(-b)"),
        ("min(a, b)", "a", "where((a <= b), 1, 0)"),
        ("abs(a)", "a", "where((a < 0), -1, 1)"),
        ("sum(a * b over row)", "a", "sum(b over row)"),
        ("where(a < 1, 2, 3)", "a", "0"),
    ],
)
def test_simple_derivatives_are_simple(text: str, by: str, expected: str) -> None:
    assert canonical(derivative(tree_of(text), by)) == expected


def test_derivative_by_a_row_sum_keeps_the_unit_factor() -> None:
    tail = Convert(Bin("-", Bin("*", tree_of("1 - a"), Ref(0)), Ref(1)), Fraction(10), "", "")
    assert canonical(derivative(tail, Ref(0))) == "((1 - a) * 10)"
    assert canonical(derivative(tail, Ref(1))) == "(-1 * 10)"
    assert canonical(derivative(Stamp(Neg(Ref(0)), "x", "t"), Ref(0))) == "-1"


def test_what_has_no_derivative() -> None:
    for bad in (Compare("<", Name("a"), Name("b")), Agg("max", Name("a"), ("row",))):
        with pytest.raises(ValueError, match="no derivative"):
            derivative(bad, "a")


# --- for people

LABELS = {"a": "面积", "b": "降水", "c": "c", "S0": "Σ", "prev(a)": "上年面积"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * (b - c * b - d)", "面积 × (降水 − c × 降水 − d)"),
        ("a - (b - c)", "面积 − (降水 − c)"),
        ("a - (b + c)", "面积 − (降水 + c)"),
        ("a + (b + c)", "面积 + (降水 + c)"),
        ("a + b + c", "面积 + 降水 + c"),
        ("a / b / c", "面积 ÷ 降水 ÷ c"),
        ("a / (b / c)", "面积 ÷ (降水 ÷ c)"),
        ("a / (b * c)", "面积 ÷ (降水 × c)"),
        ("a * (b / c)", "面积 × (降水 ÷ c)"),
        ("-(a + b) * c", "−(面积 + 降水) × c"),
        ("a - -b", "面积 − (−降水)"),
        ("max(sum(a * 0.30 over row, month), 0)", "max(sum(面积 × 0.30 over row, month), 0)"),
        ("abs(a - prev(a)) <= c", "abs(面积 − 上年面积) ≤ c"),
    ],
)
def test_words(text: str, expected: str) -> None:
    assert words(tree_of(text), LABELS) == expected


def test_words_read_back_to_the_same_tree() -> None:
    for text in (*SMOOTH, *KINKED, "a - (b - c) * -(d / (a - b)) / (c / d) - -a"):
        back = words(tree_of(text), {}).translate(str.maketrans("×÷−", "*/-"))
        assert canonical(tree_of(back)) == canonical(tree_of(text))


def test_numbers_and_factors() -> None:
    tree = Convert(tree_of("a * (b - c)"), Fraction(1, 1000), "ha·mm", "m3")
    assert numbers(tree, {"a": "100 ha", "b": "1600 mm", "c": "-900 mm"}) == "100 ha × (1600 mm − (-900 mm)) × 0.001"
    assert words(Convert(tree_of("a + b"), Fraction(1, 15), "亩", "ha"), LABELS) == "(面积 + 降水) × (1/15)"
    assert words(Bin("/", Ref(0), Ref(0, "count")), LABELS) == "Σ ÷ N0"


@pytest.mark.parametrize(
    ("value", "text"), [("0.001", "0.001"), ("10000", "10000"), ("1/3", "1/3"), ("-5/2", "-2.5"), ("0", "0"), ("1/8", "0.125")]
)
def test_number_text(value: str, text: str) -> None:
    assert number_text(Fraction(value)) == text


EVERYTHING = (
    "where(a < b, sqrt(a) + abs(b - c) + exp(a), pow(a + b, 0.5) * pow(a, c) / (a - b))"
    " - -min(a, b) * ln(c) - sum(a * (b - c) over row)"
)


def test_mathml_is_well_formed_and_escaped() -> None:
    text = mathml(tree_of(EVERYTHING), {"a": '<b>&"x"', "b": "降水"})
    root = ET.fromstring(text)  # noqa: S314 - our own text
    tags = {e.tag.rpartition("}")[2] for e in root.iter()}
    assert {"mfrac", "msqrt", "msup", "mtable", "munder"} <= tags
    assert not {"b", "x"} & tags
    assert "".join(root.itertext()).count('<b>&"x"') == EVERYTHING.replace("abs", "").replace("where", "").replace(
        "pow", ""
    ).count("a")


def test_mathml_fraction_and_brackets() -> None:
    text = mathml(tree_of("a * (b - c) / d"), {})
    assert "<mfrac><mrow><mi>a</mi><mo>×</mo><mrow><mo>(</mo>" in text
    assert mathml(Convert(Name("a"), Fraction(1, 15), "", ""), {}).count("<mfrac><mn>1</mn><mn>15</mn></mfrac>") == 1
    assert "<mn>0.30</mn>" in mathml(Num("0.30", Fraction(3, 10)), {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * (b - c) / d", 'frac("面积" times ("降水" - "c"), "d")'),
        ("a / b * c", 'frac("面积", "降水") times "c"'),
        ("a - (b - c)", '"面积" - ("降水" - "c")'),
        ("-(a + b)", '- ("面积" + "降水")'),
        ("sum(a over row)", 'sum_("row") ("面积")'),
    ],
)
def test_typst(text: str, expected: str) -> None:
    assert typst(tree_of(text), LABELS) == expected


def test_in_typst_labels_are_strings_and_brackets_are_paired() -> None:
    label = 'x" #panic("boom") $ ]'
    source = typst(tree_of(EVERYTHING + " + max(a over row)"), {"a": label, "b": "降水\\", "c": "c"})
    strings = re.findall(r'"(?:[^"\\]|\\.)*"', source)
    assert {'"x\\" #panic(\\"boom\\") $ ]"', '"降水\\\\"'} <= set(strings)
    rest = re.sub(r'"(?:[^"\\]|\\.)*"', "s", source)
    assert rest.replace("#true", "").isascii()
    assert "#" not in rest.replace("#true", "")
    assert "$" not in rest
    assert rest.count("(") == rest.count(")")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a * (b - c) / d", r"\frac{\text{面积} \cdot \left(\text{降水} - c\right)}{d}"),
        ("a / b * c", r"\frac{\text{面积}}{\text{降水}} \cdot c"),
        ("c - (d - c)", r"c - \left(d - c\right)"),
        ("c * -(c + d)", r"c \cdot \left(-\left(c + d\right)\right)"),
        ("pow(c + d, 0.5)", r"{\left(c + d\right)}^{0.5}"),
        ("sum(c * d over row, month)", r"\sum_{\mathrm{row},\,\mathrm{month}} c \cdot d"),
        ("sum(c + d over row)", r"\sum_{\mathrm{row}} \left(c + d\right)"),
        ("sum(c over row) * d", r"\left(\sum_{\mathrm{row}} c\right) \cdot d"),
        ("sum(-c over row)", r"\sum_{\mathrm{row}} \left(-c\right)"),
        ("min(c, d) <= log10(c)", r"\min\left(c, d\right) \le \log_{10} \left(c\right)"),
        ("where(c > 0, c, d)", r"\begin{cases} c & c > 0 \\ d & \text{otherwise} \end{cases}"),
        (
            "where(c > 2, c, where(c > 1, d, 0))",
            r"\begin{cases} c & c > 2 \\ d & c > 1 \\ 0 & \text{otherwise} \end{cases}",
        ),
        ("abs(c - prev(a))", r"\left|c - \text{上年面积}\right|"),
        ("mean(c over month)", r"\operatorname*{mean}_{\mathrm{month}} c"),
    ],
)
def test_latex(text: str, expected: str) -> None:
    assert latex(tree_of(text), LABELS) == expected


def test_latex_of_a_unit_factor_and_of_a_fitted_equation() -> None:
    assert latex(Convert(tree_of("c + d"), Fraction(1, 15), "亩", "ha"), {}) == r"\left(c + d\right) \cdot \frac{1}{15}"
    fitted = Stamp(Call("slope_ls", (Name("c"), Name("mean_depth"))), "slope_ls", "1")
    assert latex(fitted, {}) == r"\operatorname{slope\_ls}\left(c, \mathrm{mean\_depth}\right)"


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("a", "a"),
        ("e2", "e_{2}"),
        ("loss_1", r"\mathrm{loss}_{1}"),
        ("mean_depth", r"\mathrm{mean\_depth}"),
        ("prev(area)", r"{\mathrm{area}}^{(t-1)}"),
        ("closing(a)", r"{a}^{(\mathrm{closing})}"),
        ("水深", r"\text{水深}"),
        (r"50% } $x \input{y} ^~", r"\text{50\% \} \$x ＼input\{y\} ＾～}"),
    ],
)
def test_latex_symbols_never_carry_markup(label: str, expected: str) -> None:
    assert latex_symbol(label) == expected


def test_latex_is_paired_and_escaped_for_every_kind_of_node() -> None:
    text = latex(tree_of(EVERYTHING), {"a": "x_1} $&", "b": "降水", "c": "c_d"})
    assert text.count(r"\left") == text.count(r"\right")
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert not re.search(r"(?<!\\)[$#%]", text)
    assert latex_text("a_b & c") == r"\text{a\_b \& c}"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("c + d * c - d", 99, [r"c + d \cdot c - d"]),
        ("c + d * c - d", 4, ["c", r"+ d \cdot c", "- d"]),  # c+d and the sign before the product are more than four signs
        ("c * d * (c - d)", 5, [r"c \cdot d", r"\cdot \left(c - d\right)"]),
        ("(c - d) * c", 3, [r"\left(c - d\right)", r"\cdot c"]),
        ("c / (c + d)", 1, [r"\frac{c}{c + d}"]),  # nowhere to break
        ("sum(c over row) * d", 3, [r"\left(\sum_{\mathrm{row}} c\right)", r"\cdot d"]),
    ],
)
def test_latex_lines_are_broken_before_outer_signs(text: str, width: int, expected: list[str]) -> None:
    assert latex_lines(tree_of(text), {}, width) == expected
    assert " ".join(expected) == latex(tree_of(text), {})
