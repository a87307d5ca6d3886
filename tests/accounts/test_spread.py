"""Spread through small graphs whose result is known by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.draws import Array, Sampler, Spread
from gep.accounts.spread import Added, Graph, Step, Whole, carry, resting_steps
from gep.accounts.spread_summary import Summary, first_order, summary

DRAWS = 40_000
LEVEL = Decimal("0.9")


@dataclass(frozen=True)
class Product:
    """a · b."""

    id: str
    reads: tuple[str, str]
    chooses: bool = False

    def value(self, vectors: Mapping[str, Array]) -> Array:
        return vectors[self.reads[0]] * vectors[self.reads[1]]

    def slopes(self, point: Mapping[str, float]) -> Mapping[str, float]:
        a, b = self.reads
        return {a: point[b], b: point[a]}

    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> Mapping[str, Whole]:
        return {}


@dataclass(frozen=True)
class Capped:
    """min(a, limit)."""

    id: str
    reads: tuple[str]
    limit: float
    chooses: bool = True

    def value(self, vectors: Mapping[str, Array]) -> Array:
        return np.minimum(vectors[self.reads[0]], self.limit)

    def slopes(self, point: Mapping[str, float]) -> Mapping[str, float]:
        return {self.reads[0]: 1.0 if point[self.reads[0]] <= self.limit else 0.0}

    def switched(self, vectors: Mapping[str, Array], point: Mapping[str, float]) -> Mapping[str, Whole]:
        below = point[self.reads[0]] <= self.limit
        return {"min(a, limit)": np.array([np.count_nonzero((vectors[self.reads[0]] <= self.limit) != below)])}


def spread(name: str, low: str, value: str, high: str) -> Spread:
    return Spread(name, Decimal(value), Decimal(low), Decimal(high))


A, B = spread("a", "0", "1", "2"), spread("b", "2", "3", "7")  # means 1 and 4, variances 1/6 and 42/36


def drawn(steps: list[Step], *, threads: int = 1, draws: int = DRAWS, spreads: Mapping[str, Spread] | None = None) -> Summary:
    graph = Graph(spreads or {"a": A, "b": B}, steps, frozenset([steps[-1].id]))
    made = summary(carry(graph, Sampler(3, "triangular", {}), draws, threads).draws[steps[-1].id], LEVEL)
    assert made is not None
    return made


def test_sum_of_two_triangulars() -> None:
    # mean 1 + 4 + 10, variance 1/6 + 7/6: (4 + 49 + 9 - 14 - 6 - 21)/18 = 21/18 = 7/6
    made = drawn([Added("sum", ("a", "b"), 10.0)])
    assert made.mean == pytest.approx(15.0, abs=4 * made.error)
    assert made.deviation == pytest.approx(math.sqrt(1 / 6 + 7 / 6), rel=0.02)
    assert 12.0 < made.low < made.median < made.high < 19.0


def test_product_of_two_triangulars() -> None:
    # mean 1·4; variance E[a²]E[b²] - 16 = (1/6 + 1)(7/6 + 16) - 16
    made = drawn([Product("product", ("a", "b"))])
    assert made.mean == pytest.approx(4.0, abs=4 * made.error)
    assert made.deviation == pytest.approx(math.sqrt((7 / 6) * (7 / 6 + 16) - 16), rel=0.03)


def test_the_same_figure_twice_is_not_two_errors() -> None:
    made = drawn([Added("sum", ("a", "a"))])
    assert made.deviation == pytest.approx(2 * math.sqrt(1 / 6), rel=0.02)


def test_a_cap_near_its_switch() -> None:
    # min(a, 1) with a = 0 … 1 … 2: half of the draws are capped, and the mean of the others is 2/3: 5/6 in all
    graph = Graph({"a": A}, [Capped("cap", ("a",), 1.0)], frozenset(["cap"]))
    made = carry(graph, Sampler(3, "triangular", {}), DRAWS, 1)
    assert float(np.mean(made.draws["cap"])) == pytest.approx(5 / 6, abs=0.005)
    assert [(s.step, s.function) for s in made.switches["cap"]] == [("cap", "min")]
    assert made.switches["cap"][0].share == pytest.approx(0.5, abs=0.02)
    assert made.point["cap"] == 1.0


def test_a_cap_far_from_its_switch_is_not_told() -> None:
    graph = Graph({"a": A}, [Capped("cap", ("a",), 1.95)], frozenset(["cap"]))  # taken in (0.05²/2) = 0.125 % of the draws
    assert carry(graph, Sampler(3, "triangular", {}), DRAWS, 1).switches == {}


@pytest.mark.parametrize("draws", [2000, 7001])
def test_threads_and_repeats_change_no_digit(draws: int) -> None:
    steps: list[Step] = [Product("p", ("a", "b")), Added("sum", ("p", "a"), 1.0)]
    one, two, again = (drawn(steps, threads=n, draws=draws) for n in (1, 2, 1))
    assert one == two == again


def test_slopes_along_the_steps() -> None:
    # a·b + a: by a 3 + 1, by b 1
    graph = Graph({"a": A, "b": B}, [Product("p", ("a", "b")), Added("sum", ("p", "a"))], frozenset(["sum", "p"]))
    made = carry(graph, Sampler(3, "triangular", {}), 100, 1)
    assert made.slopes["sum"] == {"a": 4.0, "b": 1.0}
    assert made.slopes["p"] == {"a": 3.0, "b": 1.0}
    assert made.point["sum"] == 4.0
    found = first_order(made.slopes["sum"], graph.spreads, "triangular", {})
    assert found is not None
    assert found.deviation == pytest.approx(math.sqrt(16 / 6 + 7 / 6))
    assert found.shift == pytest.approx(1.0)  # b lies 1 above its value on average


def test_a_parameter_may_itself_be_kept() -> None:
    graph = Graph({"a": A, "b": B}, [Added("sum", ("a", "b"))], frozenset(["a", "sum"]))
    made = carry(graph, Sampler(3, "triangular", {}), 500, 1)
    assert len(made.draws["a"]) == len(made.draws["sum"]) == 500


def test_what_a_target_rests_on() -> None:
    graph = Graph({"a": A, "b": B}, [Product("p", ("a", "b")), Added("s", ("p",)), Added("t", ("a",))], frozenset(["s", "t"]))
    assert resting_steps(graph, "s") == ["a", "b", "p", "s"]
    assert resting_steps(graph, "t") == ["a", "t"]


@given(st.decimals("0.1", "5", places=1), st.decimals("1.2", "3", places=1))
def test_a_wider_spread_gives_a_wider_interval(half: Decimal, times: Decimal) -> None:
    narrow, wide = (Spread("a", Decimal(9), 9 - w, 9 + w) for w in (half, half * times))
    one, two = (drawn([Added("s", ("a",), 2.0)], draws=400, spreads={"a": s}) for s in (narrow, wide))
    assert two.high - two.low > one.high - one.low
    assert one.low <= 11.0 <= one.high


@given(st.decimals("0.1", "5", places=1), st.integers(-4, 4).filter(bool))
def test_the_value_lies_inside_where_the_figure_rises_with_its_parameters(half: Decimal, skew: int) -> None:
    below, above = half * (5 + skew) / 5, half * (5 - skew) / 5
    made = drawn(
        [Product("p", ("a", "b"))],
        draws=400,
        spreads={"a": Spread("a", Decimal(9), 9 - below, 9 + above), "b": Spread("b", Decimal(6), 6 - above, 6 + below)},
    )
    assert made.low < 54.0 < made.high
