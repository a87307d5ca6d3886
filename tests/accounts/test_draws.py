"""Draws of parameters: streams, distributions by hand, errors that go together."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.draws import BLOCK, Sampler, Spread, blocks, uniform
from gep.base.terms import Correlated
from tests.data import philox

ONE = Spread("a", Decimal(1), Decimal(0), Decimal(4))
COUNT = 20_000


def spread(name: str, low: str = "0", value: str = "1", high: str = "2") -> Spread:
    return Spread(name, Decimal(value), Decimal(low), Decimal(high))


def ranks_agree(a: np.ndarray, b: np.ndarray) -> float:
    """Spearman's correlation."""
    first, second = (np.argsort(np.argsort(x)).astype(float) for x in (a, b))
    return float(np.corrcoef(first, second)[0, 1])


def drawn(rho: str, names: tuple[str, ...] = ("a", "b")) -> list[np.ndarray]:
    group = Correlated("g", names, Decimal(rho), "s")
    made = Sampler(7, "triangular", dict.fromkeys(names, group)).block({n: spread(n) for n in names}, 0, COUNT)
    return [made[n] for n in names]


def test_triangular_by_its_inverse() -> None:
    # 0 … 1 … 4: the mode has a quarter of the area below it, so 0.25 -> 1; 0.0625 -> √(0.0625·4·1) = 0.5; 1/2 -> 4 - √(½·4·3)
    got = ONE.drawn(np.array([0.0, 0.0625, 0.25, 0.5]), "triangular")
    assert got.tolist() == pytest.approx([0.0, 0.5, 1.0, 4 - math.sqrt(6)], abs=1e-15)


def test_uniform_by_its_inverse() -> None:
    assert ONE.drawn(np.array([0.0, 0.25, 0.5]), "uniform").tolist() == [0.0, 1.0, 2.0]


def test_mean_and_deviation() -> None:
    # triangular 0, 1, 4: mean 5/3, variance (0 + 1 + 16 - 0 - 0 - 4)/18 = 13/18; uniform 0 … 4: mean 2, variance 16/12
    assert ONE.mean("triangular") == pytest.approx(5 / 3)
    assert ONE.deviation("triangular") == pytest.approx(math.sqrt(13 / 18))
    assert (ONE.mean("uniform"), ONE.deviation("uniform")) == (2.0, pytest.approx(4 / math.sqrt(12)))


def test_the_first_numbers_of_a_stream_never_change() -> None:
    # 53 bits of the raw numbers, keyed by SHA-256: these digits are the promise of the same draws everywhere
    assert [n.hex() for n in uniform("own\x1fa", 1, 0, 3).tolist()] == [
        "0x1.658c4f4f6444cp-3",
        "0x1.7f9039350c70dp-1",
        "0x1.fe30a33b5dd70p-5",
    ]
    for block in (0, 5):
        assert uniform("own\x1fa", 1, block, 9).tolist() == philox.uniform("own\x1fa", 1, block, 9)


def test_a_block_is_a_stream_of_its_own_and_its_start_does_not_depend_on_its_length() -> None:
    first, second = uniform("a", 1, 0, 100), uniform("a", 1, 1, 100)
    assert not np.intersect1d(first, second).size
    assert (uniform("a", 1, 0, 40) == first[:40]).all()
    assert not (uniform("a", 2, 0, 100) == first).any()


def test_blocks_make_up_the_draws() -> None:
    assert blocks(BLOCK * 2 + 5) == [BLOCK, BLOCK, 5]
    assert blocks(BLOCK) == [BLOCK]


def test_two_validities_of_a_coefficient_have_one_error() -> None:
    # the same place between its ends in both years
    old, new = Spread("a", Decimal(1), Decimal(0), Decimal(2)), Spread("a", Decimal(10), Decimal(0), Decimal(20))
    made = Sampler(7, "triangular", {}).block({"old": old, "new": new, "other": spread("b")}, 0, 50)
    assert made["new"].tolist() == pytest.approx((10 * made["old"]).tolist())
    assert abs(ranks_agree(made["old"], made["other"])) < 0.5


@pytest.mark.parametrize("rho", ["0", "0.3", "0.6", "0.9"])
def test_a_group_has_the_rank_correlation_it_declares(rho: str) -> None:
    a, b = drawn(rho)
    # the standard error of a rank correlation of 20,000 is below 1/√20000 = 0.007
    assert ranks_agree(a, b) == pytest.approx(float(rho), abs=0.025)
    assert float(np.mean(a)) == pytest.approx(1.0, abs=4 * ONE.deviation("triangular") / math.sqrt(COUNT))


def test_at_correlation_one_all_move_together_and_at_none_as_if_alone() -> None:
    a, b = drawn("1")
    assert (a == b).all()
    alone = Sampler(7, "triangular", {}).block({"a": spread("a")}, 0, COUNT)["a"]
    assert (drawn("0")[0] == alone).all()


@given(
    st.decimals(-50, 50, places=2),
    st.decimals(0, 20, places=2),
    st.decimals(0, 20, places=2),
    st.sampled_from(["triangular", "uniform"]),
)
def test_draws_lie_between_the_ends_and_rise_with_the_uniform_number(
    value: Decimal, below: Decimal, above: Decimal, shape: str
) -> None:
    one = Spread("a", value, value - below, value + above)
    got = one.drawn(np.linspace(0, 1 - 2.0**-53, 41), shape)  # type: ignore[arg-type]
    slack = 1e-12 * (1 + abs(float(value)))
    assert (got >= float(one.low) - slack).all()
    assert (got <= float(one.high) + slack).all()
    assert (np.diff(got) >= -slack).all()
    assert one.usable


def test_a_value_outside_its_ends_is_not_usable() -> None:
    assert not spread("a", low="2", value="1", high="3").usable
    assert not spread("a", low="3", value="2", high="1").usable
