"""One calculation in two traces: what each argument carries, and where there is nothing to say."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.game import MOST_PLAYERS, RULE, fair, game
from gep.rules.exact import MathProblem
from tests.explain.hand_traces import Trace, cell, parameter

F = Fraction


@given(st.lists(st.fractions(max_denominator=99), min_size=1, max_size=MOST_PLAYERS + 3))
def test_shares_add_up_however_many_there_are(gains: list[Fraction]) -> None:
    players = [f"x{i}" for i in range(len(gains))]
    worth = dict(zip(players, gains, strict=True))
    total = sum(gains, F(0))
    squares, apart = fair(players, lambda c: sum((worth[p] for p in c), F(0)) ** 2)
    assert apart
    assert sum(squares.values(), F(0)) == total**2
    if len(gains) <= MOST_PLAYERS:
        assert squares == {p: w * total for p, w in worth.items()}  # w² and half of each product with another
    # the two orders are fair to what two players make together as well
    assert fair(players, lambda c: sum((worth[p] for p in c), F(0)))[0] == worth


def test_no_value_with_only_some_replaced() -> None:
    def at(chosen: frozenset[str]) -> Fraction:
        if len(chosen) == 1:
            raise MathProblem("zero_division")
        return F(len(chosen) * 3)

    assert fair(["a", "b"], at) == ({"a": F(3), "b": F(3)}, False)
    with pytest.raises(MathProblem):
        fair(["a"], at)


def test_nothing_is_said_of_a_side_without_a_value() -> None:
    one, two = Trace(), Trace()
    known = one.calc("q/51", "(a * b)", a=cell("a", "2"), b=cell("b", "3"))
    lacking = two.calc("q/51", "(a * b)", a=cell("a", "2"), b=cell("b", None), result="")
    lacking.update(result=None, state="not_available")
    assert game(one.ref(known), two.ref(lacking)) is None
    assert game(two.ref(lacking), one.ref(known)) is None


def test_arguments_in_another_unit_go_with_the_rule() -> None:
    one, two = Trace(), Trace()
    old = one.calc("q/51", "(a * b)", a=cell("a", "2"), b=parameter("b", "3"))
    new = two.calc("q/51", "(a * b)", a=cell("a", "5"), b=parameter("b", "3"), reads={"a": "kg"})
    found = game(one.ref(old), two.ref(new))
    assert found is not None
    assert (found.shares, found.rest, found.apart) == ({RULE: F(9)}, 0, True)
    assert set(found.below) == {"b"}
