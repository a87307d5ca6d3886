"""Walking trace nodes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gep.base.records import Source
from gep.explain.trail import Below, below, children, coefficient, direct_inputs, origin

#  total ─ value ─┬─ quantity ─┬─ soil (cell)
#                 │            ├─ fraction (parameter)
#                 │            └─ row_sum ── soil, rain (cells of its rows)
#                 └─ price (parameter)
NODES: dict[str, dict[str, Any]] = {
    "total:gep_total/51/2010#gep": {
        "id": "total:gep_total/51/2010#gep",
        "kind": "total",
        "unit": "CNY",
        "result": "10.0000",
        "parts": [{"node": "value"}, {"node": "value"}],
    },
    "value": {
        "id": "value",
        "kind": "calculation",
        "measure": "value.silt",
        "rule": "value.silt",
        "unit": "CNY",
        "result": "10.0000",
        "arguments": [{"node": "quantity"}, {"node": "price"}],
        "sums": [],
    },
    "quantity": {
        "id": "quantity",
        "kind": "calculation",
        "measure": "silt",
        "rule": "soil.silt",
        "unit": "m3",
        "result": "5.000000",
        "arguments": [{"node": "soil"}, {"node": "fraction"}],
        "sums": [{"node": "rows"}],
    },
    "rows": {
        "id": "rows",
        "kind": "row_sum",
        "unit": None,
        "sum": "3",
        "nodes": ["soil", "rain"],
        "rows": [{"nodes": ["soil", "rain"]}, {"nodes": ["rain"]}],
    },
    "soil": {"id": "soil", "kind": "cell", "measure": "soil", "unit": "万吨", "amount": "1.0"},
    "rain": {"id": "rain", "kind": "cell", "measure": "rain", "unit": "mm", "amount": None},
    "fraction": {
        "id": "fraction",
        "kind": "parameter",
        "parameter": "fraction",
        "amount": "0.24",
        "unit": "1",
        "key": "",
        "region": "",
        "source_set": "common",
        "valid_from": "0001-01-01",
        "status": "literature",
        "source": "paper",
        "locator": "",
    },
    "price": {
        "id": "price",
        "kind": "parameter",
        "parameter": "cost",
        "amount": "2",
        "unit": "元@2010/m3",
        "key": "ecosystem:forest",
        "region": "51",
        "source_set": "set-a",
        "valid_from": "2010-01-01",
        "status": "expert",
        "source": "paper",
        "locator": "T 3",
    },
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("total:gep_total/51/2010#gep", ["value"]),
        ("value", ["quantity", "price"]),
        ("quantity", ["soil", "fraction", "rows"]),
        ("rows", ["soil", "rain"]),
        ("soil", []),
        ("price", []),
    ],
)
def test_children_in_order_each_once(name: str, expected: list[str]) -> None:
    assert children(NODES[name]) == expected


def test_a_sum_whose_rows_stand_in_the_release_names_what_they_rest_on() -> None:
    assert children({"kind": "row_sum", "rows": None, "nodes": ["rain"]}) == ["rain"]


def test_everything_below_parents_first_each_once() -> None:
    names = [n["id"] for n in below("total:gep_total/51/2010#gep", NODES)]
    assert names == ["total:gep_total/51/2010#gep", "value", "quantity", "soil", "fraction", "rows", "rain", "price"]
    assert [n["id"] for n in below("soil", NODES)] == ["soil"]


def test_a_node_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(KeyError):
        list(below("value", {"value": NODES["value"]}))


def test_origins() -> None:
    assert [origin(NODES[n]) for n in ("soil", "price", "quantity", "rows")] == ["submitted", "parameter", "computed", "computed"]


def test_what_a_figure_rests_on_directly() -> None:
    rows = list(direct_inputs("value_account/51/2010/soil", "quantity", NODES))
    assert [(r["input"], r["origin"], r["input_kind"], r["amount"], r["unit"]) for r in rows] == [
        ("-", "computed", "calculation", "5.000000", "m3"),
        ("soil", "submitted", "cell", "1.0", "万吨"),
        ("fraction", "parameter", "parameter", "0.24", "1"),
        ("rows", "computed", "row_sum", "3", None),
    ]
    assert {r["measure"] for r in rows} == {"silt"}
    assert {r["rule"] for r in rows} == {"soil.silt"}


def test_the_measure_of_a_total_is_its_view() -> None:
    first = next(direct_inputs("gep_total/51/2010", "total:gep_total/51/2010#gep", NODES))
    assert (first["measure"], first["rule"], first["amount"]) == ("gep_total", None, "10.0000")


def test_parameters_below_a_figure() -> None:
    rows = list(Below(NODES, {}).parameters("f", "value"))
    assert rows == [
        {
            "figure": "f",
            "parameter": "fraction",
            "key": "-",
            "region_code": "-",
            "source_set": "common",
            "valid_from": "0001-01-01",
            "amount": Decimal("0.24"),
            "amount_text": "0.24",
            "unit": "1",
            "status": "literature",
            "source": "paper",
            "locator": None,
        },
        {
            "figure": "f",
            "parameter": "cost",
            "key": "ecosystem:forest",
            "region_code": "51",
            "source_set": "set-a",
            "valid_from": "2010-01-01",
            "amount": Decimal(2),
            "amount_text": "2",
            "unit": "元@2010/m3",
            "status": "expert",
            "source": "paper",
            "locator": "T 3",
        },
    ]
    assert list(Below(NODES, {}).parameters("f", "soil")) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, None),
        ("0.24", Decimal("0.24")),
        ("1E+3", Decimal(1000)),
        ("0." + "1" * 18, Decimal("0." + "1" * 18)),
        ("0." + "1" * 19, None),
    ],
)
def test_a_coefficient_has_eighteen_decimals_in_its_column(text: str | None, expected: Decimal | None) -> None:
    # eighteen decimals fit the column; with nineteen it is NULL and the text beside it has them all
    assert coefficient(text) == expected


def test_a_figure_rests_on_illustration_if_anything_below_it_does() -> None:
    measured, made_up = Source("paper", "paper", "A paper"), Source("paper", "illustrative", "Made up")
    assert not Below(NODES, {"paper": measured}).illustrative("value")
    # a source that is illustrative taints the figures returned from it; of a parameter its status speaks
    assert not Below(NODES, {"paper": made_up}).illustrative("value")
    returned = NODES | {"rain": NODES["rain"] | {"source": "paper"}}
    assert Below(returned, {"paper": made_up}).illustrative("value")
    assert not Below(returned, {"paper": measured}).illustrative("value")
    assert not Below(returned, {"paper": made_up}).illustrative("soil")
    shown = NODES | {"fraction": NODES["fraction"] | {"status": "illustrative"}}
    assert Below(shown, {}).illustrative("total:gep_total/51/2010#gep")
    assert not Below(shown, {}).illustrative("price")
