"""From the trace alone every figure comes out again, to the last stored digit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

Sample = Callable[[Sequence[Any], int], list[Any]]
FIGURES = 200
COLUMNS = ("material", "regulating", "cultural", "gep")
NAMES = ("garze-2010", "baiyangdian-2011", "natcap-renewable-2019", "rows-synthetic")


def node_of(trace: Any) -> dict[str, str]:
    """Figure address -> node id, as the nodes name them."""
    return {f: i for i, n in trace.nodes.items() for f in n.get("figures", ())}


def figures(case: Any, trace: Any) -> Iterator[tuple[str, str, str]]:
    """(address, node, stored text or empty) of every amount in the release."""
    by_address = node_of(trace)
    for row in case.rows("physical_account"):
        keys = "/".join(row[k] for k in ("service", "benefit", "product", "ecosystem"))
        address = f"physical_account/{row['region_code']}/{row['year']}/{keys}/zone={row['zone']}/profile={row['profile']}"
        yield address, by_address[address], row["quantity"]
    for row in case.rows("value_account"):
        keys = "/".join(row[k] for k in ("service", "benefit", "product", "ecosystem"))
        named = f"zone={row['zone']}/profile={row['profile']}/price_basis={row['price_basis']}/currency={row['currency']}"
        address = f"value_account/{row['region_code']}/{row['year']}/{keys}/{named}"
        yield address, by_address[address], row["value"]
    for row in case.rows("gep_total"):
        named = f"zone={row['zone']}/profile={row['profile']}/price_basis={row['price_basis']}/currency={row['currency']}"
        for column in COLUMNS:
            address = f"gep_total/{row['region_code']}/{row['year']}/{named}#{column}"
            yield address, f"total:{address}", row[column]


@pytest.mark.parametrize("name", NAMES)
def test_every_sampled_figure_comes_out_of_its_trace(cases: Mapping[str, Any], sample: Sample, name: str) -> None:
    case = cases[name]
    trace = case.trace()
    every = sorted(figures(case, trace))
    assert len(every) == sum(
        len(case.rows(t)) * (4 if t == "gep_total" else 1) for t in ("physical_account", "value_account", "gep_total")
    )
    chosen = sample(every, FIGURES)
    assert len(chosen) >= min(FIGURES, len(every))
    for address, node, stored in chosen:
        again = trace.check(node)
        assert ("" if again is None else str(again)) == stored, address


@pytest.mark.parametrize("name", NAMES)
def test_every_node_named_is_there_and_everything_below_a_figure_comes_out(
    cases: Mapping[str, Any], sample: Sample, name: str
) -> None:
    trace = cases[name].trace()
    assert trace.references() <= set(trace.nodes)
    worked = [i for i, n in trace.nodes.items() if n["kind"] in ("calculation", "row_sum", "total")]
    assert worked
    for node in sample(sorted(worked), FIGURES):
        trace.check(node)


def test_rows_are_worked_out_one_by_one(patches: Any) -> None:
    """Two counties × ten ecosystems of water, wet area and soil, six patches each; capacities over ten ecosystems."""
    trace = patches.trace()
    sums = [n for n in trace.nodes.values() if n["kind"] == "row_sum"]
    from_patches = [n for n in sums if n["selection"].get("record_set") == "ecosystem_patches"]
    # area·rain and area·et, area where wet: ten ecosystems; r·k·ls·(1 − c·p)·area: the five that have soil
    assert len(from_patches) == 2 * 10 * (2 + 1) + 2 * 5
    assert {n["n"] for n in from_patches} == {6}
    for node in sums:
        trace.row_sum(node)


@pytest.mark.parametrize("name", NAMES)
def test_value_is_stored_quantity_times_price(cases: Mapping[str, Any], name: str) -> None:
    case = cases[name]
    trace = case.trace()
    by_address = node_of(trace)
    checked = 0
    for row in case.rows("value_account"):
        if not (row["quantity"] and row["value"]):
            continue
        keys = "/".join(row[k] for k in ("service", "benefit", "product", "ecosystem"))
        named = f"zone={row['zone']}/profile={row['profile']}/price_basis={row['price_basis']}/currency={row['currency']}"
        node = trace.nodes[by_address[f"value_account/{row['region_code']}/{row['year']}/{keys}/{named}"]]
        price = next(a for a in node["arguments"] if a["name"] == "price")
        exact = Fraction(row["quantity"]) * Fraction(price["amount"]) * Fraction(price["factor"])
        rounded = (Decimal(exact.numerator * 10**40 // exact.denominator) / 10**40).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
        assert rounded == Decimal(row["value"]), row
        checked += 1
    assert checked


def test_a_changed_trace_is_noticed(patches: Any, trace_eval: ModuleType) -> None:
    """The evaluator is no rubber stamp: one digit, one sign, one row, one count."""

    def broken(kind: str, change: Callable[[dict[str, Any]], None], choose: Callable[[dict[str, Any]], bool]) -> None:
        trace = patches.trace()
        node = next(n for n in trace.nodes.values() if n["kind"] == kind and choose(n))
        trace.check(node["id"])
        change(node)
        with pytest.raises(trace_eval.TraceFault):
            trace.check(node["id"])

    def digit(node: dict[str, Any]) -> None:
        node["result"] = str(Decimal(node["result"]) + Decimal(1).scaleb(-node["places"]))

    def sign(node: dict[str, Any]) -> None:
        node["expression"] = f"(-{node['expression']})"

    def row(node: dict[str, Any]) -> None:
        node["rows"][0]["values"][0] = repr(float(node["rows"][0]["values"][0]) * 1.01)

    def count(node: dict[str, Any]) -> None:
        node["n_value"] += 1

    def has_value(node: dict[str, Any]) -> bool:
        return bool(node.get("result")) and Decimal(node["result"]) != 0

    broken("calculation", digit, has_value)
    broken("calculation", sign, has_value)
    broken("row_sum", row, lambda n: n["product"] == "(area * rain)")
    broken("total", count, has_value)


def test_the_evaluator_reads_the_whole_grammar(trace_eval: ModuleType) -> None:
    """Worked by hand: √2 to 50 digits, ln 10 · log10(e) = 1, brackets, negative and rational numbers, where and comparisons."""

    def value(text: str, **env: Fraction) -> Fraction:
        return trace_eval.exact(trace_eval.Parser(text).parse(), env)

    assert value("((-7/2) + (-(x * 2)))", x=Fraction(1, 4)) == -4
    assert value("(-7 + 3)") == -4
    assert value("(-7)") == -7
    assert value("where((x <= 2), min(x, 5), max(x, 5))", x=Fraction(2)) == 2
    assert value("where((x != 2), 1, abs(-9))", x=Fraction(2)) == 9
    assert value("(S0 / N0)", S0=Fraction(9), N0=Fraction(2)) == Fraction(9, 2)
    root = value("sqrt(2)")
    assert root == Fraction("1.4142135623730950488016887242096980785696718753769")
    assert value("pow(0, (1/2))") == 0
    assert value("pow(4, (1/2))") == 2
    assert abs(value("(ln(10) * log10(exp(1)))") - 1) < Fraction(1, 10**48)
    assert abs(value("((sin(1) * sin(1)) + (cos(1) * cos(1)))") - 1) < Fraction(1, 10**48)
    assert trace_eval.exact(trace_eval.Parser("(x - prev(x))").parse(), {"x": Fraction(3), "prev(x)": Fraction(1)}) == 2
    with pytest.raises(trace_eval.TraceFault):
        value("(1 + 2")


def test_the_evaluator_knows_nothing_of_gep() -> None:
    text = (Path(__file__).parent / "trace_eval.py").read_text(encoding="utf-8")
    assert not [line for line in text.splitlines() if line.startswith(("import gep", "from gep"))]
