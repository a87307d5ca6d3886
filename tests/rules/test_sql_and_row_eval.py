"""DuckDB and the numpy reference give the same integers, and the same counts of missing and bad rows."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache

import duckdb
import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from gep.base.findings import Place
from gep.base.records import Input, Rule
from gep.rules.nodes import names
from gep.rules.parse import parse
from gep.rules.plan import Plan
from gep.rules.product import RowProduct
from gep.rules.row_eval import RowSum, row_integer, row_integers, row_sum, row_value
from gep.rules.sql import aggregates, integer_sql, literal, quick, text_size, trusted

ROWS = 4000


def _product(text: str, fn: str = "sum", q: str = "1e-3") -> RowProduct:
    body = parse(text, Place("t"), {})
    assert not isinstance(body, tuple), [f.text("en") for f in body]
    return RowProduct("r0", fn, body, names(body), (), ("row",), ("region", "row"), False, Decimal(q))  # type: ignore[arg-type]


@cache
def _connection(threads: int) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"threads": threads})


def _duckdb(product: RowProduct, table: Mapping[str, list[float | None]], threads: int = 1) -> RowSum:
    """Columns with generated names: DuckDB ignores the case of names."""
    columns = {name: f"c{i}" for i, name in enumerate(table)}
    rows = len(next(iter(table.values())))
    with _connection(threads).cursor() as con:
        con.execute(f"CREATE OR REPLACE TEMP TABLE t ({', '.join(f'{c} DOUBLE' for c in columns.values())})")
        missing = {n: [v is None for v in column] for n, column in table.items()}
        frame = {c: np.ma.masked_array([0.0 if v is None else v for v in table[n]], missing[n]) for n, c in columns.items()}
        con.register("frame", _arrow(frame))
        con.execute("INSERT INTO t SELECT * FROM frame")
        selected = aggregates(product, columns)
        values = con.execute(f"SELECT {', '.join(f'{sql} AS {key}' for key, sql in selected.items())} FROM t").fetchone()
    assert values is not None
    found = dict(zip(selected, values, strict=True))
    assert found["n"] == rows
    return RowSum(found.get("s", 0), rows, found["missing"], found["bad"], found.get("a", 0), found.get("value"))


def _quick(products: list[RowProduct], table: Mapping[str, list[float | None]]) -> tuple[list[float], int, float]:
    """Sums of the quick pass, number of rows, guard."""
    columns = {name: f"c{i}" for i, name in enumerate(table)}
    missing = {n: [v is None for v in column] for n, column in table.items()}
    frame = {c: np.ma.masked_array([0.0 if v is None else v for v in table[n]], missing[n]) for n, c in columns.items()}
    with _connection(2).cursor() as con:
        con.register("quick_frame", _arrow(frame))
        chosen = quick(products, columns)
        values = con.execute(f"SELECT {', '.join(f'{sql} AS {key}' for key, sql in chosen.items())} FROM quick_frame").fetchone()
    assert values is not None
    found = dict(zip(chosen, values, strict=True))
    return [found[f"s{i}"] for i in range(len(products))], found["n"], found["guard"]


def _arrow(frame: Mapping[str, np.ma.MaskedArray]) -> object:
    import pyarrow as pa

    return pa.table({c: pa.array(a.data, mask=a.mask, type=pa.float64()) for c, a in frame.items()})


def _numpy(product: RowProduct, table: Mapping[str, list[float | None]]) -> RowSum:
    arrays = {n: np.array([7.0 if v is None else v for v in column], dtype=np.float64) for n, column in table.items()}
    masks = {n: np.array([v is None for v in column], dtype=np.bool_) for n, column in table.items()}
    return row_sum(product, arrays, masks, len(next(iter(table.values()))))


def _random(used: tuple[str, ...], seed: int, rows: int = ROWS) -> dict[str, list[float | None]]:
    rng = np.random.default_rng(seed)
    return {n: [float(v) for v in rng.lognormal(1.0, 2.0, rows)] for n in used}


FORMS = [
    "area*p",
    "area*(p - 0.3*p - et)",
    "r*k*ls*(1-c*p)*area",
    "r*k*ls*p*area",
    "max(area*(p - alpha*p - et), 0)",
    "where(slope < 5, 0.2, where(slope < 15, 0.35, 0.6))*area",
    "min(emitted, cap*area)",
    "area/(k + et)*p",
    "abs(p - et)*area - min(p, et, k)",
    "1.1e-7*area + 3e5/p",
]


@pytest.mark.parametrize("text", FORMS)
def test_engine_and_reference_give_identical_integers_in_any_order_and_threads(text: str) -> None:
    product = _product(text, q="1e-4")
    table = _random(product.inputs, seed=len(text))
    order = np.random.default_rng(1).permutation(ROWS)
    shuffled = {n: [column[i] for i in order] for n, column in table.items()}
    expected = _numpy(product, table)
    assert expected.missing == expected.bad == 0
    assert expected.a >= abs(expected.s) > 0
    for threads in (1, 2):
        assert _duckdb(product, table, threads) == expected
        assert _duckdb(product, shuffled, threads) == expected


def test_every_single_row_has_the_same_integer_not_only_the_sum() -> None:
    product = _product("r*k*ls*(1-c*p)*area", q="1e-6")
    table = _random(product.inputs, seed=3)
    columns = {n: f"c{i}" for i, n in enumerate(table)}
    with duckdb.connect() as con:
        con.register("frame", _arrow({columns[n]: np.ma.masked_array(v, [False] * ROWS) for n, v in table.items()}))
        rows = con.execute(f"SELECT {integer_sql(product, columns)} FROM frame").fetchall()
    arrays = {n: np.array(v, dtype=np.float64) for n, v in table.items()}
    masks = {n: np.zeros(ROWS, dtype=np.bool_) for n in table}
    whole, _, _ = row_integers(product, arrays, masks, ROWS)
    assert [r[0] for r in rows] == whole.tolist()
    first = {n: float(v[0] or 0) for n, v in table.items()}
    assert row_integer(product, first) == rows[0][0]
    # the same row in plain Python floats, left to right
    x = first["r"] * first["k"] * first["ls"] * (1.0 - first["c"] * first["p"]) * first["area"]
    assert row_value(product, first) == x
    assert rows[0][0] == math.floor(x / 1e-6 + 0.5)


@pytest.mark.parametrize("text", ["pow(a, b)", "exp(0-a)*b", "ln(a)*b", "log10(a)", "sqrt(a)*b", "sin(a)*b + cos(a)"])
def test_library_functions_agree_at_the_quantum(text: str) -> None:
    product = _product(text, q="1e-6")
    rng = np.random.default_rng(5)
    table: dict[str, list[float | None]] = {n: [float(v) for v in rng.uniform(0.1, 3.0, ROWS)] for n in product.inputs}
    engine, reference = _duckdb(product, table), _numpy(product, table)
    assert abs(engine.s - reference.s) <= 1  # last bits of the libraries differ; at q = 10^-6 one row in millions may
    assert (engine.missing, engine.bad) == (reference.missing, reference.bad) == (0, 0)


@pytest.mark.parametrize("fn", ["min", "max"])
def test_min_and_max_over_rows_are_exact_doubles(fn: str) -> None:
    product = _product("area*(p - et)", fn=fn, q="0")
    table = _random(product.inputs, seed=11)
    table["p"][5] = None
    table["et"][6] = math.inf
    engine, reference = _duckdb(product, table, 2), _numpy(product, table)
    assert engine == reference
    assert (engine.missing, engine.bad) == (1, 1)
    rows = zip(table["area"], table["p"], table["et"], strict=True)
    expected = [a * (p - e) for a, p, e in rows if a is not None and p is not None and e is not None and e != math.inf]
    assert engine.value == (min(expected) if fn == "min" else max(expected))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("where(s < 5, a, b)", {"s": 1.0, "a": 2.0, "b": None}),  # the branch not taken
        ("where(s < 5, a, b)", {"s": 9.0, "a": None, "b": 2.0}),
        ("where(s < 5, a, b)", {"s": None, "a": 1.0, "b": 2.0}),  # CASE WHEN NULL takes ELSE
        ("min(a, b)", {"a": None, "b": 1.0}),  # least(NULL, 1) is 1
        ("max(a, b)", {"a": 1.0, "b": None}),
        ("a*b", {"a": 0.0, "b": None}),
        ("min(a, b + c)", {"a": 1.0, "b": 5.0, "c": None}),
    ],
)
def test_a_missing_input_anywhere_makes_the_row_missing(text: str, row: dict[str, float | None]) -> None:
    product = _product(text, q="1e-3")
    table = {n: [row[n], 1.0] for n in product.inputs}  # the second row is complete and gives 1 or 2
    for found in (_duckdb(product, table), _numpy(product, table)):
        assert (found.n, found.missing, found.bad) == (2, 1, 0)
        assert found.s in (1000, 2000)  # 1.0 or 1.0 + 1.0, over q = 10^-3


BAD = [
    ("a/b", {"a": 1.0, "b": 0.0}),
    ("1/(a/b)", {"a": 1.0, "b": 0.0}),  # 1/inf would be 0
    ("min(a/b, c)", {"a": 1.0, "b": 0.0, "c": 3.0}),  # least would pay the cap
    ("max(sqrt(a), c)", {"a": -1.0, "c": 3.0}),
    ("where(sqrt(a) < 2, c, b)", {"a": -1.0, "b": 1.0, "c": 3.0}),
    ("min(sqrt(a), c)", {"a": -1.0, "c": 3.0}),  # least(NaN, 3) is 3
    ("where(b > 2, ln(a), c)", {"a": 0.0, "b": 3.0, "c": 1.0}),
    ("ln(a)", {"a": 0.0}),
    ("log10(a)", {"a": -2.0}),
    ("pow(a, 0.333)", {"a": -8.0}),
    ("pow(a, b)", {"a": 0.0, "b": -1.0}),
    ("pow(a, b)", {"a": math.nan, "b": 0.0}),  # IEEE says 1
    ("exp(a)", {"a": 1000.0}),
    ("sin(a)", {"a": math.inf}),
    ("cos(a)", {"a": -math.inf}),
    ("a*b", {"a": 1e200, "b": 1e200}),
    ("a - b", {"a": math.inf, "b": math.inf}),
    ("a", {"a": 9.3e15}),  # 9.3·10^18 quanta of 10^-3 do not fit 64 bits
    ("a", {"a": math.nan}),
    ("abs(a)", {"a": -math.inf}),
]


@pytest.mark.parametrize(("text", "row"), BAD)
def test_a_row_without_a_finite_integer_is_bad_and_nothing_raises(text: str, row: dict[str, float]) -> None:
    product = _product(text, q="1e-3")
    table: dict[str, list[float | None]] = {n: [row[n]] for n in product.inputs}
    for found in (_duckdb(product, table), _numpy(product, table)):
        assert found == RowSum(0, 1, 0, 1, 0)
    assert not abs(row_value(product, row) / 1e-3) < 2.0**63
    with pytest.raises(ValueError, match="no integer"):
        row_integer(product, row)


def test_a_branch_that_is_not_taken_may_have_no_value() -> None:
    product = _product("where(b > 0, a/b, 0)")
    table: dict[str, list[float | None]] = {"b": [0.0, 2.0], "a": [5.0, 5.0]}
    for found in (_duckdb(product, table), _numpy(product, table)):
        assert found == RowSum(2500, 2, 0, 0, 2500)  # 0 and 2.5, q = 10^-3


def test_sums_beyond_64_bits_do_not_wrap() -> None:
    product = _product("a", q="1")
    table: dict[str, list[float | None]] = {"a": [9.0e18] * 50 + [-9.0e18] * 10}
    for found in (_duckdb(product, table, 2), _numpy(product, table)):
        assert found.s == 40 * 9 * 10**18
        assert found.a == 60 * 9 * 10**18
        assert found.bad == 0


def test_no_rows_give_zero_and_counts_of_zero() -> None:
    product = _product("a*b")
    table: dict[str, list[float | None]] = {"a": [], "b": []}
    for found in (_duckdb(product, table), _numpy(product, table)):
        assert found == RowSum(0, 0, 0, 0, 0)


def test_names_that_differ_in_case_only_do_not_meet() -> None:
    """The text holds the given aliases and no name of an input: DuckDB would read P for p."""
    text = " ".join(aggregates(_product("rain*practice"), {"rain": "c0", "practice": "c1"}).values())
    assert "rain" not in text
    assert "practice" not in text
    assert "(c0 * c1)" in text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Fraction(1, 5), "0.2e0"),
        (Fraction(-3), "(-3.0e0)"),
        (Fraction(1, 15), "0.06666666666666667e0"),
        (Fraction(1, 10**6), "1e-06"),
    ],
)
def test_literals_are_doubles(value: Fraction, text: str) -> None:
    assert literal(value) == text
    row = _connection(1).execute(f"SELECT typeof({text}), {text}").fetchone()
    assert row == ("DOUBLE", float(value))


def _expressions() -> st.SearchStrategy[str]:
    leaf = st.sampled_from(["a", "b", "c", "0.25", "3", "0"])

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        pair = st.tuples(inner, inner)
        relation = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
        return st.one_of(
            st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
            pair.map(lambda t: f"min({t[0]}, {t[1]})"),
            pair.map(lambda t: f"max({t[0]}, {t[1]})"),
            st.tuples(inner, relation, inner, inner).map(lambda t: f"where({t[0]} {t[1]} {t[2]}, {t[3]}, a)"),
            inner.map(lambda t: f"abs(-{t})"),
            inner.map(lambda t: f"sqrt({t})"),
        )

    return st.recursive(leaf, grow, max_leaves=8)


_VALUES = st.one_of(st.none(), st.floats(-1e6, 1e6), st.sampled_from([0.0, -0.0, math.nan, math.inf, 1e300, 5e-324]))


@settings(max_examples=120, deadline=None)
@drawn(text=_expressions(), rows=st.lists(st.tuples(_VALUES, _VALUES, _VALUES), min_size=1, max_size=8))
def test_any_expression_on_any_rows_gives_the_same_five_results(text: str, rows: list[tuple[float | None, ...]]) -> None:
    product = _product(text, q="1e-3")
    if text_size(product.body) > 400:
        return
    table: dict[str, list[float | None]] = {name: [r[i] for r in rows] for i, name in enumerate("abc")}
    assert _duckdb(product, table) == _numpy(product, table)


@settings(max_examples=120, deadline=None)
@drawn(
    texts=st.lists(_expressions(), min_size=1, max_size=3),
    rows=st.lists(st.tuples(_VALUES, _VALUES, _VALUES), min_size=1, max_size=8),
)
def test_the_quick_pass_is_exact_or_not_trusted(texts: list[str], rows: list[tuple[float | None, ...]]) -> None:
    """Where the guard holds, no row is missing or bad and the sums are those of the reference; it may refuse, it may not be wrong."""
    products = [p for p in (_product(t, q="1e-3") for t in texts) if text_size(p.body) <= 400]
    if not products:
        return
    table: dict[str, list[float | None]] = {name: [r[i] for r in rows] for i, name in enumerate("abc")}
    sums, n, guard = _quick(products, table)
    expected = [_numpy(p, table) for p in products]
    assert n == len(rows)
    if trusted(guard):
        assert [int(s) for s in sums] == [e.s for e in expected]
        assert all(e.missing == e.bad == 0 for e in expected)
    clean = all(e.missing == e.bad == 0 for e in expected)
    if clean and sum(e.a for e in expected) < 2**51:
        assert trusted(guard)


def test_the_quick_pass_does_not_trust_what_a_double_cannot_hold() -> None:
    """Two rows of 2^52 q: their sum needs the 54th bit for the next odd number."""
    table: dict[str, list[float | None]] = {"a": [2.0**52, 2.0**52 + 1]}
    _, n, guard = _quick([_product("a", q="1")], table)
    assert (n, trusted(guard)) == (2, False)
    _, n, guard = _quick([_product("a", q="1")], {"a": [2.0**50, 2.0**50 + 1]})
    assert trusted(guard)


def test_a_planned_rule_runs_the_same(
    rule: Callable[..., Rule], given: Callable[..., Input], planned: Callable[[Rule], Plan]
) -> None:
    """Units inside a whole product enter as nearest doubles, the same in both."""
    made = planned(
        rule("water", "region,ecosystem", "sum(max(area*(p - et), 0) over row)",
             *(given(f"{n} {u} region,ecosystem,row") for n, u in (("area", "亩"), ("p", "mm"), ("et", "cm"))))
    )  # fmt: skip
    table = _random(made.products[0].inputs, seed=17)
    assert _duckdb(made.products[0], table, 2) == _numpy(made.products[0], table)
