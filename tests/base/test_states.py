"""States and totals: a missing part makes a total unknown and never smaller."""

from decimal import Decimal, Inexact, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import State
from gep.base.states import Amount, Total, exact_sum, total

MISSING = Amount(State.NOT_AVAILABLE, reason="未测")
REFUSED = Amount(State.REFUSED, reason="系数未知")
NOT_APPLICABLE = Amount(State.NOT_APPLICABLE, reason="无海岸")


def value(text: str) -> Amount:
    return Amount(State.VALUE, Decimal(text))


def test_the_sum_of_what_is_applicable() -> None:
    assert total([value("1.10"), value("2.20"), NOT_APPLICABLE]) == Total(State.VALUE, Decimal("3.30"), 2, 0, 1)
    assert str(total([value("1.10"), value("2.20")]).amount) == "3.30"


def test_a_missing_part_makes_the_total_unknown() -> None:
    assert total([value("5"), MISSING]) == Total(State.NOT_AVAILABLE, None, 1, 1, 0)
    assert total([value("5"), MISSING, NOT_APPLICABLE]) == Total(State.NOT_AVAILABLE, None, 1, 1, 1)
    assert total([MISSING]) == Total(State.NOT_AVAILABLE, None, 0, 1, 0)
    assert total([MISSING, NOT_APPLICABLE]).state is State.NOT_AVAILABLE


def test_a_refused_part_counts_as_missing() -> None:
    assert total([value("5"), REFUSED]) == Total(State.NOT_AVAILABLE, None, 1, 1, 0)


def test_not_applicable_only_if_every_part_is() -> None:
    assert total([NOT_APPLICABLE, NOT_APPLICABLE]) == Total(State.NOT_APPLICABLE, None, 0, 0, 2)


def test_no_parts_are_neither_zero_nor_not_applicable() -> None:
    assert total([]) == Total(State.NOT_AVAILABLE, None, 0, 0, 0)


def test_zero_is_a_value() -> None:
    assert total([value("0"), value("0.0")]) == Total(State.VALUE, Decimal("0.0"), 2, 0, 0)
    assert total([value("0"), MISSING]).amount is None


@pytest.mark.parametrize("state", [State.BELOW_UNIT, State.SUPPRESSED])
def test_states_of_publication_are_not_stored(state: State) -> None:
    with pytest.raises(ValueError, match=f"{state} is a state of publication"):
        Amount(state)


@pytest.mark.parametrize(
    ("state", "amount"),
    [
        (State.VALUE, None),
        (State.VALUE, Decimal("NaN")),
        (State.VALUE, Decimal("Infinity")),
        (State.NOT_AVAILABLE, Decimal(0)),
        (State.NOT_APPLICABLE, Decimal(0)),
        (State.REFUSED, Decimal(1)),
    ],
)
def test_amount_and_state_belong_together(state: State, amount: Decimal | None) -> None:
    with pytest.raises(ValueError, match="amount"):
        Amount(state, amount)


def test_the_callers_context_moves_nothing() -> None:
    parts = [value("123456789.123456"), value("0.000001"), value("1E+28")]
    with localcontext(prec=3):
        assert total(parts).amount == Decimal("10000000000000000000123456789.123457")


def test_a_sum_that_does_not_fit_raises_and_does_not_round() -> None:
    with pytest.raises(Inexact):
        exact_sum([Decimal("1E+300"), Decimal("1E-300")])
    with pytest.raises(ValueError, match="sum of nothing"):
        exact_sum([])


amounts = st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-(10**20), max_value=10**20)


@given(st.lists(amounts, min_size=1))
def test_sums_are_exact_in_any_order(values: list[Decimal]) -> None:
    assert Fraction(exact_sum(values)) == sum(map(Fraction, values))
    assert exact_sum(values) == exact_sum(values[::-1])


@given(st.lists(st.one_of(amounts.map(lambda a: Amount(State.VALUE, a)), st.sampled_from([MISSING, REFUSED, NOT_APPLICABLE]))))
def test_counts_cover_every_part(parts: list[Amount]) -> None:
    whole = total(parts)
    assert whole.n_value + whole.n_missing + whole.n_not_applicable == len(parts)
    assert (whole.amount is not None) == (whole.state is State.VALUE) == (whole.n_value > 0 and whole.n_missing == 0)
    assert (whole.state is State.NOT_APPLICABLE) == (whole.n_not_applicable == len(parts) > 0)


@given(st.lists(amounts, min_size=1, max_size=6), st.integers(0, 5))
def test_totals_of_totals_are_the_total(values: list[Decimal], cut: int) -> None:
    left, right = values[:cut], values[cut:]
    halves = [Amount(State.VALUE, exact_sum(part)) for part in (left, right) if part]
    assert total(halves).amount == total([Amount(State.VALUE, v) for v in values]).amount
