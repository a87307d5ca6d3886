"""Expressions over vectors of draws: the same as worked out draw by draw, switches counted, slopes against differences."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.again import read, work_out
from gep.rules.canonical import canonical
from gep.rules.vector_forms import VectorForm, by_name, choosers, hoisted

TEXTS = {
    "plain": "((a * b) - (c / 4))",
    "cap": "min((a * b), c)",
    "step": "where((a > c), (a - c), 0)",
    "curve": "(exp((a / 10)) * pow(b, (3/2)))",
    "root": "(sqrt((a + b)) + ln((1 + c)))",
    "nested": "max(0, min((a - c), where((b <= c), b, (c * 2))))",
}
NUMBER = st.integers(1, 40).map(lambda n: n / 4)


def form(text: str, varying: str, **fixed: float) -> VectorForm:
    return VectorForm(by_name(read(text)), frozenset(varying.split()), fixed)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@given(a=st.lists(NUMBER, min_size=1, max_size=5), b=NUMBER, c=NUMBER)
def test_every_draw_is_what_the_expression_gives(text: str, a: list[float], b: float, c: float) -> None:
    got = form(text, "a", b=b, c=c).value({"a": np.array(a)})
    tree = read(text)
    for x, y in zip(a, np.broadcast_to(got, (len(a),)).tolist(), strict=True):
        exact = work_out(tree, {"a": Fraction(x), "b": Fraction(b), "c": Fraction(c)})
        assert y == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


def test_what_does_not_vary_stands_in_slots() -> None:
    core, slots = hoisted(read("((a * (b + 1)) + where((b > 2), (b + 1), a))"), frozenset(["a"]))
    assert canonical(core) == "((a * #0) + where((#1 > 2), #0, a))"
    assert {name: canonical(node) for name, node in slots.items()} == {"#0": "(b + 1)", "#1": "b"}


def test_sums_are_inputs_like_any_other() -> None:
    made = form("((r * S0) - (S1 / N0))", "S0", r=2.0, S1=10.0, N0=4.0)
    assert made.value({"S0": np.array([1.0, 3.0])}).tolist() == [-0.5, 3.5]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_slopes_against_differences(text: str) -> None:
    made, h = form(text, "a b", c=5.0), 1e-6
    point = {"a": 3.0, "b": 4.0}
    for name, slope in made.slopes(point).items():
        up, down = ({**point, name: point[name] + s} for s in (h, -h))
        ends = [float(made.value({n: np.array([v]) for n, v in side.items()})[()].item()) for side in (up, down)]
        assert slope == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-6, abs=1e-9)


def test_a_cap_says_in_how_many_draws_it_takes_the_other_argument() -> None:
    # at the point 2·3 = 6 < 7 binds; with a = 3 the cap does, with a = 1 it does not
    made = form("min((a * b), c)", "a", b=3.0, c=7.0)
    assert made.chooses
    (count,) = made.switched({"a": np.array([1.0, 3.0, 2.5, 2.0])}, {"a": 2.0}).values()
    assert count.tolist() == [2]


def test_a_condition_and_what_lies_inside_the_branch_that_is_not_taken() -> None:
    # a > 5 in no draw, so the max inside is never reached
    made = form("where((a > 5), max(a, b), 0)", "a", b=3.0)
    found = made.switched({"a": np.array([1.0, 4.0])}, {"a": 2.0})
    assert {text: counts.tolist() for text, counts in found.items()} == {"where((a > 5), max(a, #0), 0)": [0]}
    reached = made.switched({"a": np.array([1.0, 6.0])}, {"a": 2.0})
    assert sorted(counts.tolist() for counts in reached.values()) == [[1], [1]]


def test_a_choice_between_what_does_not_vary_is_none() -> None:
    made = form("(a * min(b, c))", "a", b=3.0, c=2.0)
    assert not made.chooses
    assert len(choosers(read("(a * min(b, c))"))) == 1


def test_a_draw_outside_the_domain_has_no_value() -> None:
    got = form("(b / (a - 2))", "a", b=1.0).value({"a": np.array([1.0, 2.0, 3.0])})
    assert np.isnan(got).tolist() == [False, True, False]
    assert np.isnan(form("ln((a - 2))", "a").value({"a": np.array([1.0])})).all()
