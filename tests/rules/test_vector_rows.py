"""Sums over rows of draws: the same as row by row, grouped where the body allows it, in a fixed order of addition."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.explain.again import read
from gep.rules import vector_rows as module
from gep.rules.row_eval import over_arrays
from gep.rules.vector_rows import RowInput, VectorRows, folded, vector_rows

STILL = -1


def fixed(values: Any) -> RowInput:
    array = np.asarray(values, dtype=np.float64)
    return RowInput(array, np.full(len(array), STILL))


def looked(at: Any, nodes: tuple[tuple[str, float], ...], values: Any) -> RowInput:
    return RowInput(np.asarray(values, dtype=np.float64), np.asarray(at, dtype=np.int64), nodes)


TEXTS = [
    "((area * rate) / 4)",
    "((area * rate) - ((area * other) * depth))",
    "(-((rate - depth) * area))",
    "(where((depth > rate), depth, 0) * pow(area, other))",
    "min((rate * area), (depth + other))",
    "(exp((rate / 10)) + (area / rate))",
]


@given(
    text=st.sampled_from(TEXTS),
    fn=st.sampled_from(["sum", "min", "max"]),
    rows=st.lists(
        st.tuples(st.integers(1, 3), st.integers(-1, 1), st.integers(0, 2), st.integers(1, 4)), min_size=1, max_size=12
    ),
    seed=st.integers(0, 5),
)
def test_the_same_as_row_by_row(text: str, fn: Literal["sum", "min", "max"], rows: list[tuple[int, ...]], seed: int) -> None:
    """`rate` varies in some rows and not in others, `other` in all; area and depth in none."""
    random = np.random.default_rng(seed)
    vectors = {name: random.uniform(1.0, 2.0, 7) for name in ("p", "q", "o")}
    area, rate_at, depth, known = (np.array(column) for column in zip(*rows, strict=True))
    inputs = {
        "area": fixed(area),
        "depth": fixed(depth),
        "rate": looked(rate_at, (("p", 1.0), ("q", 0.5)), known),
        "other": looked(np.zeros(len(rows)), (("o", 2.0),), np.ones(len(rows))),
    }
    made = vector_rows(read(text), fn, inputs)
    of_rate = {-1: None, 0: vectors["p"], 1: vectors["q"] * 0.5}
    whole = []
    for a, at, d, k in rows:
        drawn = of_rate[at]
        env = {"area": np.float64(a), "depth": np.float64(d), "other": vectors["o"] * 2.0}
        env["rate"] = np.float64(k) if drawn is None else drawn
        whole.append(np.broadcast_to(over_arrays(read(text), env), (7,)))
    expected = {"sum": np.sum, "min": np.min, "max": np.max}[fn](np.stack(whole), axis=0)
    if not made.reads:
        assert made.still == pytest.approx(expected[0])
        return
    assert made.value(vectors).tolist() == pytest.approx(expected.tolist(), rel=1e-12)


def many(text: str, count: int) -> VectorRows:
    """Rows with two coefficients by turns, areas 1 … 7, and depths that are all different."""
    at = np.arange(count) % 2
    inputs = {
        "area": fixed(np.arange(count) % 7 + 1),
        "depth": fixed(np.arange(count) / 8),
        "rate": looked(at, (("p", 1.0), ("q", 1.0)), np.ones(count)),
        "other": fixed(np.full(count, 3.0)),
    }
    return vector_rows(read(text), "sum", inputs)


def test_rows_are_grouped_by_the_nodes_they_read() -> None:
    made = many("(((area * rate) * depth) / other)", 10_000)
    assert [len(t.weights) for t in made.terms] == [2]
    # Σ area·depth/3 over even and odd rows
    weights = (np.arange(10_000) % 7 + 1) * np.arange(10_000) / 8 / 3
    got = made.value({"p": np.array([1.0, 2.0]), "q": np.array([1.0, 5.0])})
    assert got.tolist() == pytest.approx([weights.sum(), 2 * weights[::2].sum() + 5 * weights[1::2].sum()])


def test_what_the_core_needs_of_a_row_keeps_it_apart() -> None:
    assert [len(t.weights) for t in many("(min(rate, area) * depth)", 10_000).terms] == [14]
    assert [len(t.weights) for t in many("min(rate, depth)", 500).terms] == [500]


def test_chunks_give_what_one_piece_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    made = many("min(rate, (depth / 10))", 300)
    vectors = {"p": np.linspace(1, 3, 50), "q": np.linspace(2, 1, 50)}
    whole, switched = made.value(vectors), made.switched(vectors, {"p": 2.0, "q": 1.5})
    monkeypatch.setattr(module, "CELLS", 700)
    assert made.value(vectors).tolist() == pytest.approx(whole.tolist(), rel=1e-14)
    assert {k: v.tolist() for k, v in made.switched(vectors, {"p": 2.0, "q": 1.5}).items()} == {
        k: v.tolist() for k, v in switched.items()
    }


@pytest.mark.parametrize("text", [*TEXTS, "(area * (depth / rate))"])
@pytest.mark.parametrize("fn", ["sum", "max"])
def test_slopes_against_differences(text: str, fn: Literal["sum", "max"]) -> None:
    inputs = {
        "area": fixed([1.0, 2.0, 5.0]),
        "depth": fixed([4.0, 0.5, 2.0]),
        "rate": looked([0, 1, 0], (("p", 2.0), ("q", 1.0)), [2.2, 1.3, 2.2]),
        "other": looked([0, 0, 0], (("o", 1.0),), [1.5, 1.5, 1.5]),
    }
    made, h = vector_rows(read(text), fn, inputs), 1e-6
    point = {"p": 1.1, "q": 1.3, "o": 1.5}
    slopes = made.slopes(point)
    assert set(slopes) == set(made.reads)
    for name, slope in slopes.items():
        up, down = (made.value({n: np.array([v + s * (n == name)]) for n, v in point.items()})[0] for s in (h, -h))
        assert slope == pytest.approx(float(up - down) / (2 * h), rel=1e-5, abs=1e-8)


def test_a_threshold_says_which_share_of_draws_its_most_uncertain_row_switches_in() -> None:
    # at threshold 5 the rows 4 and 7 stand below and above; in draws 3, 6, 8, 5 row 4 switches once and row 7 once
    inputs = {"rain": fixed([4.0, 7.0, 0.0]), "least": looked([0, 0, 0], (("t", 1.0),), [5.0] * 3)}
    made = vector_rows(read("where((rain >= least), rain, 0)"), "sum", inputs)
    assert made.value({"t": np.array([3.0, 6.0, 8.0, 5.0])}).tolist() == [11.0, 7.0, 0.0, 7.0]
    (counts,) = made.switched({"t": np.array([3.0, 6.0, 8.0, 5.0])}, {"t": 5.0}).values()
    assert sorted(counts.tolist()) == [0, 1, 1]


def test_addition_has_one_order() -> None:
    # halves are added to halves: (a + c) + (b + d), then the odd one
    rows = np.array([[1e16], [1.0], [-1e16], [1.0], [0.5]])
    assert folded(rows).tolist() == [2.5]
    assert folded(rows[:1]).tolist() == [1e16]


def test_rows_that_do_not_vary_are_added_once() -> None:
    made = vector_rows(read("(a * b)"), "sum", {"a": fixed([1.0, 2.0]), "b": looked([0, STILL], (("p", 1.0),), [9.0, 4.0])})
    assert made.still == 8.0
    assert made.value({"p": np.array([3.0])}).tolist() == [11.0]
