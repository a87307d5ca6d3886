"""Lines paired over two sides: absent classes, coverage, what is unknown, classes above the returned ones, stored rows as sides."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.accounts.decompose import Side, leaf_change
from gep.base.records import Code, Names
from gep.explain.change import LeafKey
from gep.workflow.change_pairs import Ends, check_total, index_of, leaves_of
from gep.workflow.change_rows import YearRows, class_area, side_of

F = Fraction
NAMES = Names("类", "class")
TREE = {c: Code("ecosystem", c, NAMES, parent) for c, parent in (("forest", ""), ("forest.mixed", "forest"), ("shrub", ""))}
CROPS: LeafKey = ("crop_products", "-", "rice", "-")


def carbon(name: str) -> LeafKey:
    return ("carbon", "-", "-", name)


def side(quantity: int, price: int = 2) -> Side:
    return Side(F(quantity * price), F(quantity), F(price), unit="t")


def year(
    lines: dict[str, dict[LeafKey, Side]],
    extents: dict[str, dict[str, int] | None] | None = None,
    index: dict[str, dict[str, Any]] | None = None,
) -> YearRows:
    areas = {code: None if held is None else {k: F(v) for k, v in held.items()} for code, held in (extents or {}).items()}
    return YearRows(2010, lines, areas, {}, index or {}, "CNY")


def ends(rows: YearRows, *codes: str) -> Ends:
    return Ends(rows, codes or ("A",))


def parts(left: Ends, right: Ends) -> dict[str, dict[str, Fraction]]:
    return {"/".join(k for k in x.key if k != "-"): dict(x.change.parts) for x in leaves_of("A", left, right, TREE)}


def test_a_class_without_area_is_there_with_nothing() -> None:
    before = year({"A": {carbon("shrub"): side(4)}}, {"A": {"shrub": 10}})
    after = year({"A": {carbon("shrub"): side(4), carbon("forest"): side(6)}}, {"A": {"shrub": 10, "forest": 10}})
    # 10 → 20 hectares in all: the shrub stays the same, so its share falls as the area grows
    found = parts(ends(before), ends(after))
    assert set(found["carbon/forest"]) == {"area", "structure"}
    assert sum(found["carbon/forest"].values()) == 12
    assert sum(found["carbon/shrub"].values()) == 0


def test_a_class_whose_area_is_not_known_to_be_zero_is_coverage() -> None:
    after = year({"A": {carbon("shrub"): side(4), carbon("forest"): side(6)}}, {"A": {"shrub": 10, "forest": 10}})
    for extents in ({}, {"A": None}, {"A": {"shrub": 10, "forest": 10}}):
        before = year({"A": {carbon("shrub"): side(4)}}, extents)
        assert parts(ends(before), ends(after))["carbon/forest"] == {"coverage": 12}
    # no line of the service at all: it was not counted, whatever the areas say
    other = year({"A": {CROPS: side(1)}}, {"A": {"shrub": 10}})
    assert parts(ends(other), ends(after))["carbon/forest"] == {"coverage": 12}


def test_a_product_on_one_side_is_coverage() -> None:
    before, after = year({"A": {carbon("shrub"): side(4)}}), year({"A": {carbon("shrub"): side(4), CROPS: side(3)}})
    assert parts(ends(before), ends(after)) == {"carbon/shrub": {}, "crop_products/rice": {"coverage": 6}}


def test_a_side_without_results_is_unknown_not_zero() -> None:
    there, nothing = year({"A": {CROPS: side(3)}}), year({})
    (only,) = leaves_of("A", ends(there), ends(nothing), TREE)
    assert (only.change.difference, only.change.unknown) == (None, ("A/crop_products/-/rice/-",))
    assert leaves_of("A", ends(nothing), ends(nothing), TREE) == ()
    # one of two regions without results makes the whole area unknown
    (pair,) = leaves_of("A+B", ends(there, "A", "B"), ends(there), TREE)
    assert pair.change.difference is None


def test_two_regions_taken_together() -> None:
    before = year({"A": {CROPS: side(3)}, "B": {CROPS: side(5), carbon("shrub"): side(1)}}, {"B": {"shrub": 5}})
    after = year({"C": {CROPS: side(8, 3), carbon("shrub"): side(1)}}, {"C": {"shrub": 5}})
    assert parts(ends(before, "A", "B"), ends(after, "C")) == {"carbon/shrub": {}, "crop_products/rice": {"price": 8}}


def test_the_area_of_a_class_above_the_returned_ones() -> None:
    rows = year({"A": {carbon("forest"): side(4)}}, {"A": {"forest.mixed": 7, "shrub": 3}})
    assert class_area(rows, ["A"], "forest", TREE) == (7, 10)
    assert class_area(rows, ["A"], "forest.mixed", TREE) == (7, 10)
    assert class_area(rows, ["A"], "urban", TREE) == (0, 10)
    assert class_area(rows, ["B"], "forest", TREE) == (None, None)


def test_volume_times_price_movement_needs_both_sides() -> None:
    def money(value: int, volume: int | None) -> Side:
        return Side(F(value), volume and F(volume), F(value, volume) if volume else None, unit="CNY" if volume else "")

    both = parts(ends(year({"A": {CROPS: money(100, 100)}})), ends(year({"A": {CROPS: money(132, 120)}})))
    assert both == {"crop_products/rice": {"quantity": 21, "price": 11}}
    one = parts(ends(year({"A": {CROPS: money(100, 100)}})), ends(year({"A": {CROPS: money(132, None)}})))
    assert one == {"crop_products/rice": {"quantity": 32}}


def row(**changed: Any) -> dict[str, Any]:
    held: dict[str, Any] = {"region_code": "A", "state": "value", "unit": "t", "currency": "CNY"}
    held |= {"service": "s", "benefit": "-", "product": "-", "ecosystem": "-"}
    held |= {"quantity": Decimal(3), "price": Decimal(2), "value": Decimal(6)}
    return held | changed


def test_a_stored_row_as_a_side() -> None:
    assert side_of(row(), "m@1") == Side(F(6), F(3), F(2), method="m@1", unit="t")
    assert side_of(row(state="not_applicable", value=None), "") == Side(None, applies=False)
    assert side_of(row(state="not_available", value=None), "") == Side(None)
    assert side_of(row(price=None), "m@1") == Side(F(6), method="m@1")
    # a foreign price of 1/3 yuan is stored as 0.33333333: the 0.01 yuan between go with the quantity
    foreign = side_of(row(quantity=Decimal(3_000_000), price=Decimal("0.33333333"), value=Decimal(1_000_000)), "m@1")
    assert foreign.slack == F(3_000_000, 2 * 10**8) + F("0.33333333") / (2 * 10**6) + F(1, 4 * 10**14) + F(1, 10**4)
    assert leaf_change(foreign, side_of(row(price=Decimal("0.33333333"), value=Decimal(1)), "m@1")).parts == {
        "quantity": -999_999
    }
    with pytest.raises(AssertionError, match="is stored as"):
        side_of(row(value=Decimal("6.01")), "m@1")


def test_the_lines_must_make_the_stored_gep() -> None:
    check_total(["A"], [F(6)], F(6))
    check_total(["A", "B"], [F(6), None], F(7))  # one of them unknown: nothing to compare with
    with pytest.raises(AssertionError, match="A make 6, its GEP is stored as 7"):
        check_total(["A"], [F(7)], F(6))


def test_the_index_is_given_where_both_gdp_are_known() -> None:
    lines = {"A": {CROPS: side(3)}}
    known = {"A": {"gdp": Decimal(12), "gdp_vintage": "final", "ggi": Decimal("0.5")}}
    left, right = ends(year(lines, index=known)), ends(year({"A": {CROPS: side(6)}}, index={"A": known["A"] | {"ggi": None}}))
    (only,) = leaves_of("A", left, right, TREE)
    found = index_of(left, right, only.change)
    assert found is not None
    assert (found.change.left, found.change.right, found.change.denominator) == (F(1, 2), 1, 0)
    for gdp in ({}, {"A": known["A"] | {"gdp": None}}):
        assert index_of(left, ends(year(lines, index=gdp)), only.change) is None
    wrong = ends(year(lines, index={"A": known["A"] | {"ggi": Decimal("0.6")}}))
    with pytest.raises(AssertionError, match="stored as"):
        index_of(wrong, right, only.change)
