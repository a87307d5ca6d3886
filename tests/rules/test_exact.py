"""Exact evaluation: rational arithmetic, functions to 50 digits, unknown stays unknown, and what does not bind."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from gep.base.findings import Place
from gep.rules import exact
from gep.rules.exact import MathProblem, binding, effective_names, effective_refs, evaluate, holds, significant
from gep.rules.nodes import Bin, Call, Compare, Convert, Name, Node, Ref
from gep.rules.parse import parse


def tree_of(text: str) -> Node:
    tree = parse(text, Place("t"), {})
    assert not isinstance(tree, tuple), [f.text("en") for f in tree]
    return tree


def value(text: str, **env: str | None) -> Fraction | None:
    return evaluate(tree_of(text), {n: None if v is None else Fraction(v) for n, v in env.items()}, {})


def test_water_retention_tail() -> None:
    """((1 − 0.0267)·160000 − 90000) ha·mm × 10 = 657 280 m3."""
    tail = Convert(Bin("-", Bin("*", tree_of("1 - alpha"), Ref(0)), Ref(1)), Fraction(10), "", "")
    refs = {(0, "sum"): Fraction(160_000), (1, "sum"): Fraction(90_000)}
    assert evaluate(tail, {"alpha": Fraction("0.0267")}, refs) == 657_280


def test_arithmetic_is_exact() -> None:
    """0.24 · 100 / 0.93 does not end: 2400/93."""
    assert value("a * q / rho", a="0.24", q="100", rho="0.93") == Fraction(2400, 93)
    assert value("1/x + 1/x + 1/x", x="3") == 1


@pytest.mark.parametrize(
    "text", ["min(a, b)", "max(a, b)", "where(a < 1, 2, b)", "where(b < 1, 2, 3)", "0 * b + a", "abs(b)", "a <= b", "-b"]
)
def test_any_unknown_input_makes_the_result_unknown(text: str) -> None:
    env: dict[str, str | None] = {"a": "0", "b": None}
    assert value(text, **{n: v for n, v in env.items() if n in text.replace("abs", "")}) is None


def test_an_unknown_row_sum_makes_the_result_unknown() -> None:
    tail = Call("min", (Name("e"), Ref(0)))
    assert evaluate(tail, {"e": Fraction(1)}, {(0, "sum"): None}) is None
    assert effective_names(tail, {"e": Fraction(1)}, {(0, "sum"): None}) == {"e"}
    with pytest.raises(KeyError):
        evaluate(tail, {}, {(0, "sum"): None})


def test_assertions() -> None:
    compare = tree_of("abs(a - b) <= tol")
    assert isinstance(compare, Compare)
    env = {"a": Fraction("0.3"), "b": Fraction("0.1"), "tol": Fraction("0.2")}
    assert holds(compare, env, {}) is True  # in binary64 0.3 − 0.1 is less than 0.2, by luck; here it is equal
    assert holds(compare, env | {"tol": Fraction("0.1999")}, {}) is False
    assert holds(compare, env | {"tol": None}, {}) is None


@pytest.mark.parametrize("op", ["<", "<=", ">", ">=", "==", "!="])
def test_comparisons(op: str) -> None:
    for a, b in (("1", "2"), ("2", "2"), ("3", "2")):
        assert value(f"where(a {op} b, 1, 0)", a=a, b=b) == int(eval(f"{a} {op} {b}"))  # noqa: S307


@pytest.mark.parametrize(
    ("text", "env", "code"),
    [
        ("a / b", {"a": "1", "b": "0"}, "zero_division"),
        ("ln(a)", {"a": "0"}, "log_domain"),
        ("log10(a)", {"a": "-1"}, "log_domain"),
        ("sqrt(a)", {"a": "-1"}, "root_domain"),
        ("pow(a, 0.5)", {"a": "-4"}, "power_domain"),
        ("pow(a, b)", {"a": "0", "b": "0"}, "power_domain"),
        ("pow(a, b)", {"a": "0", "b": "-0.5"}, "power_domain"),
        ("exp(a)", {"a": "1000000000"}, "overflow"),
        ("exp(a)", {"a": "-1000000000"}, "overflow"),
        ("pow(a, b)", {"a": "2", "b": "999999"}, "overflow"),
        ("sin(a)", {"a": "1e13"}, "overflow"),
    ],
)
def test_no_value_is_a_problem_with_a_code(text: str, env: dict[str, str], code: str) -> None:
    with pytest.raises(MathProblem) as caught:
        value(text, **env)
    assert caught.value.code == code


def test_the_branch_not_taken_may_have_no_value() -> None:
    assert value("where(b == 0, 0, a / b)", a="1", b="0") == 0


KNOWN = [
    ("exp(1)", "2.7182818284590452353602874713526624977572470937000"),
    ("ln(2)", "0.69314718055994530941723212145817656807550013436026"),
    ("log10(2)", "0.30102999566398119521373889472449302676818988146211"),
    ("sqrt(2)", "1.4142135623730950488016887242096980785696718753769"),
    ("pow(2, 0.5)", "1.4142135623730950488016887242096980785696718753769"),
    ("sin(1)", "0.84147098480789650665250232163029899962256306079837"),
    ("cos(1)", "0.54030230586813971740093660744297660373231042061792"),
]


@pytest.mark.parametrize(("text", "digits"), KNOWN)
def test_functions_have_fifty_correct_digits(text: str, digits: str) -> None:
    """Digits from the tables (OEIS A001113, A002162, A007524, A002193, A049469, A049470)."""
    assert value(text) == Fraction(digits)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("sqrt(2.25)", "1.5"), ("pow(4, 0.5)", "2"), ("log10(a)", "3"), ("ln(1)", "0"), ("pow(a, 0.5) * 0", "0")],
)
def test_exact_results_stay_exact(text: str, expected: str) -> None:
    env = {"a": "1000"} if "a" in text else {}
    assert value(text, **env) == Fraction(expected)


@settings(max_examples=60, deadline=None)
@drawn(st.fractions(Fraction(1, 10**6), 10**6, max_denominator=10**9), st.fractions(-20, 20, max_denominator=10**4))
def test_functions_agree_with_mpmath_at_90_digits(x: Fraction, y: Fraction) -> None:
    context = mpmath.MPContext()
    context.dps = 130

    def rounded(number: object) -> Fraction:
        sign, mantissa, exponent, _ = number._mpf_  # type: ignore[attr-defined]
        return significant(Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** exponent)

    a, b = context.mpf(x.numerator) / x.denominator, context.mpf(y.numerator) / y.denominator
    assert exact.ln(x) == rounded(context.log(a)) or x == 1
    assert exact.exp(y) == rounded(context.exp(b))
    assert exact.sqrt(x) == rounded(context.sqrt(a))
    assert exact.power(x, y) == rounded(context.power(a, b))
    assert exact.sin(y) == rounded(context.sin(b))
    assert exact.cos(x) == rounded(context.cos(a))
    assert exact.log10(x) == rounded(context.log10(a)) or x == 1


def test_the_logarithm_near_one_keeps_its_digits() -> None:
    """ln(1 + e) = e − e²/2 + e³/3 …; with e = 10^-60 the first 50 digits are those of e."""
    e = Fraction(1, 10**60)
    assert exact.ln(1 + e) == significant(e - e * e / 2 + e**3 / 3)


def test_binding_marks_what_did_not_bind() -> None:
    tree = tree_of("min(e, max(a, b) * c) + where(a < b, c, d)")
    env = {n: Fraction(v) for n, v in {"e": 100, "a": 2, "b": 3, "c": 4, "d": 9}.items()}  # min(100, 3·4) = 12; a < b
    assert binding(tree, env, {}) == {(0,): {0}, (0, 1, 0): {0}, (1,): {2}}
    assert effective_names(tree, env, {}) == {"a", "b", "c"}  # a by the condition
    capped = env | {"e": Fraction(5)}
    assert binding(tree, capped, {}) == {(0,): {1}, (1,): {2}}  # nothing from inside the argument that did not bind
    assert effective_names(tree, capped, {}) == {"e", "a", "b", "c"}


def test_arguments_that_tie_bind_all() -> None:
    tree = tree_of("min(a, b)")
    assert binding(tree, {"a": Fraction(1), "b": Fraction(1)}, {}) == {(): frozenset()}
    assert binding(tree, {"a": Fraction(1), "b": None}, {}) == {}


def test_effective_refs() -> None:
    tail = Call("min", (Name("e"), Ref(0)))
    refs = {(0, "sum"): Fraction(500)}
    assert effective_refs(tail, {"e": Fraction(800)}, refs) == {Ref(0)}
    assert effective_refs(tail, {"e": Fraction(300)}, refs) == frozenset()


@settings(max_examples=100, deadline=None)
@drawn(st.lists(st.integers(-5, 5), min_size=4, max_size=4), st.integers(0, 3))
def test_moving_what_does_not_bind_away_does_not_move_the_result(values: list[int], which: int) -> None:
    tree = tree_of("min(a, max(b, c)) + max(d, min(a, b))")
    env = {n: Fraction(v) for n, v in zip("abcd", values, strict=True)}
    name = "abcd"[which]
    result = evaluate(tree, env, {})
    if name not in effective_names(tree, env, {}):
        for step in (Fraction(1, 1000), Fraction(-1, 1000)):
            assert evaluate(tree, env | {name: env[name] + step}, {}) == result
