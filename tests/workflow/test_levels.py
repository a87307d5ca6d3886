"""Totals over columns and regions: what is unknown stays so, flows between places cancel, mirrored figures agree."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import State
from gep.rules.plan import build
from gep.workflow.levels import is_linear, parents
from tests.data.assets.kit import CITY, World, cell, codes, place, shipped, small, stock, value

ST, FL, MI = (World(small(), name) for name in ("stock", "flow", "ore"))


def stocks(a1: str, a2: str, b1: str, b2: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for region, column, opening in (("A", "C1", a1), ("A", "C2", a2), ("B", "C1", b1), ("B", "C2", b2)):
        found |= stock(region, column, opening)
    return found


def test_regions_above_the_leaves_come_lowest_first() -> None:
    regions = {
        r.code: r for r in (place("P"), place("X", "P"), place("Y", "P"), place("A", "X"), place("B", "X"), place("C", "Y"))
    }
    assert parents(regions, ("A", "B", "C")) == [("X", ("A", "B")), ("Y", ("C",)), ("P", ("A", "B", "C"))]
    assert parents(regions, ("P",)) == []


def test_a_total_column_and_a_city_add_up() -> None:
    c = ST.year(2019, stocks("1.5", "2", "4", "8"))
    assert [value(c, f"{r} ST-01.R40 st01:C0") for r in ("A", "B", "X")] == [Decimal("3.5"), 12, Decimal("15.5")]
    assert [value(c, f"X ST-01.R40 st01:{k}") for k in ("C1", "C2")] == [Decimal("5.5"), 10]
    assert value(c, "X ST-01.R10 st01:C0") == Decimal("15.5")


def test_a_total_with_an_unknown_part_is_unknown_and_counts_its_parts() -> None:
    c = ST.year(2019, stocks("1", "2", "4", "?"))
    assert cell(c, "X ST-01.R40 st01:C2").state is State.NOT_AVAILABLE
    assert value(c, "B ST-01.R40 st01:C0") is None
    assert value(c, "X ST-01.R40 st01:C0") is None
    assert value(c, "X ST-01.R40 st01:C1") == 5
    node = c.nodes[cell(c, "X ST-01.R40 st01:C2").node]
    assert (node["n_value"], node["n_missing"], node["n_not_applicable"]) == (1, 1, 0)


def test_what_does_not_apply_adds_nothing_and_does_not_hide_the_rest() -> None:
    not_here = dict.fromkeys(stock("B", "C2", "0"), "n/a")
    c = ST.year(2019, stocks("1", "2", "4", "0") | not_here)
    assert value(c, "X ST-01.R40 st01:C2") == 2
    assert cell(c, "B ST-01.R40 st01:C2").state is State.NOT_APPLICABLE


def test_a_ratio_is_worked_out_again_and_not_averaged() -> None:
    """A 9/10, B 1/90: the mean would be 0.4556, the city has 10/100 = 0.1."""
    c = ST.year(2019, stocks("9", "1", "1", "89"))
    assert [value(c, f"{r} ST-01.SHARE.R40") for r in ("A", "X")] == [Decimal("0.9"), Decimal("0.1")]


def test_a_division_by_zero_that_is_declared_does_not_apply() -> None:
    c = ST.year(2019, stocks("0", "0", "1", "1"))
    assert cell(c, "A ST-01.SHARE.R40").state is State.NOT_APPLICABLE
    assert value(c, "X ST-01.SHARE.R40") == Decimal("0.5")
    assert "ENGINE-DIVISION-BY-ZERO" not in codes(c)


# ---- minerals: a place without one has none of it


def ore(region: str, mineral: str, opening: str, taken: str) -> dict[str, str]:
    key = f"mi01:K1;mineral:{mineral}"
    return {f"{region} MI-01.R10.returned {key}": opening, f"{region} MI-01.R31 {key}": taken}


def test_a_mineral_a_county_does_not_have_is_no_gap_and_minerals_are_not_added() -> None:
    c = MI.year(2019, ore("A", "gold", "10", "1") | ore("A", "salt", "5", "0") | ore("B", "gold", "7", "2"))
    assert value(c, "X MI-01.R40 mi01:K1;mineral:gold") == 14  # 9 + 5
    assert value(c, "X MI-01.R40 mi01:K1;mineral:salt") == 5  # of A alone
    assert c.cells.keys("MI-01.R40", "B", "2019") == [(("mi01", "K1"), ("mineral", "gold"))]
    assert all("mineral" in dict(k) for k in c.cells.keys("MI-01.R40", "X", "2019"))
    assert codes(c) == ["ASSET-OPENING-AS-RETURNED"] * 2


def test_a_mineral_of_the_year_before_is_still_owed() -> None:
    before = MI.year(2019, ore("A", "gold", "10", "1") | ore("B", "gold", "7", "2"))
    c = MI.year(2020, {"A MI-01.R31 mi01:K1;mineral:gold": "1"}, before)
    assert value(c, "A MI-01.R40 mi01:K1;mineral:gold") == 8
    assert value(c, "B MI-01.R40 mi01:K1;mineral:gold") is None
    assert codes(c) == ["ASSET-TABLE-MISSING"]


# ---- flows between places


def flows(a: tuple[str, str], b: tuple[str, str], a_to_b: str = "", b_from_a: str = "") -> dict[str, str]:
    """Inflow and outflow of A and B, and what A says it gave to B and B that it got from A."""
    found = {}
    for region, (came, went) in (("A", a), ("B", b)):
        found |= {f"{region} FL-01.R1 fl01:B1": came, f"{region} FL-01.R2 fl01:B1": went}
    if a_to_b:
        found["A FL-01.R2.to counterpart:B;fl01:B1"] = a_to_b
    if b_from_a:
        found["B FL-01.R1.from counterpart:A;fl01:B1"] = b_from_a
    return found


def test_what_passes_between_two_places_cancels_in_the_city() -> None:
    """A gets 10 and gives 8, of which 6 to B; B gets 6 + 3 and gives 9. City: in 10 + 3 = 13, out 2 + 9 = 11, net 2 = 2 + 0."""
    nothing_back = {"B FL-01.R2.to counterpart:A;fl01:B1": "0", "A FL-01.R1.from counterpart:B;fl01:B1": "0"}
    c = FL.year(2019, flows(("10", "8"), ("9", "9"), "6", "6") | nothing_back)
    assert codes(c) == []
    assert [value(c, f"X FL-01.{r} fl01:B1") for r in ("R1", "R2", "R3")] == [13, 11, 2]
    assert [value(c, f"X FL-01.R1{s} fl01:B1") for s in (".gross", ".inner")] == [19, 6]
    node = c.nodes["calculation:flow/FL-01.R1/X/2019/fl01:B1"]
    assert (node["expression"], node["clause"]) == ("(gross - inside)", "I7")


def test_places_that_pass_nothing_add_up() -> None:
    """Nobody gets anything from elsewhere: inflows are zero, so the outflows stay in nobody's inflow."""
    c = FL.year(2019, flows(("0", "8"), ("0", "9")))
    assert (value(c, "X FL-01.R1 fl01:B1"), value(c, "X FL-01.R1.inner fl01:B1")) == (0, 0)


def test_one_side_that_is_silent_leaves_the_total_unknown() -> None:
    """That A gave 6 to B does not say that B gave nothing to A: 10 flow into A from somewhere."""
    c = FL.year(2019, flows(("10", "8"), ("9", "9"), "6", "6"))
    assert value(c, "X FL-01.R1 fl01:B1") is None
    nowhere_else = flows(("0", "8"), ("9", "9"), "6", "6")  # nothing flows into A, so nothing of it can be B's
    assert value(FL.year(2019, nowhere_else), "X FL-01.R1 fl01:B1") == 3


def test_where_nobody_says_from_whom_the_total_of_the_city_is_unknown() -> None:
    """Both have a flow and neither says how much of it is of the other: what stays inside is not known, and not zero."""
    c = FL.year(2019, flows(("10", "8"), ("9", "9")))
    assert cell(c, "X FL-01.R1.inner fl01:B1").state is State.NOT_AVAILABLE
    assert [value(c, f"X FL-01.{r} fl01:B1") for r in ("R1", "R2", "R3")] == [None, None, None]


@pytest.mark.parametrize(
    ("a_to_b", "b_from_a", "difference"),
    [("6", "5.5", {"0.500000", "-0.500000"}), ("6", "", {""}), ("", "6", {""})],
)
def test_a_flow_that_the_other_place_returns_otherwise_is_found(a_to_b: str, b_from_a: str, difference: set[str]) -> None:
    c = FL.year(2019, flows(("10", "8"), ("9", "9"), a_to_b, b_from_a))
    told = [f for f in c.findings if f.code == "ASSET-FLOW-UNMATCHED"]
    assert {f.difference for f in told} == difference
    assert {f.place.file for f in told} == {"return.csv"}
    assert all(f.severity == "stop" for f in told)


def test_a_part_above_the_whole_is_found() -> None:
    c = FL.year(2019, flows(("10", "8"), ("9", "9"), "8.5", "8.5"))
    (told,) = [f for f in c.findings if f.code == "ASSET-FLOW-ABOVE"]
    assert (told.place.key, told.difference) == ("FL-01.R2/A/2019/fl01:B1", "0.500000")


# ---- linear formulas


@pytest.mark.parametrize(
    ("rule", "linear"),
    [
        ("LA-01.R40", True),
        ("LA-01.R61", True),
        ("WR-01.R17", True),
        ("LA-01.R23", False),  # a greatest
        ("LQ-01.CAV.R40", False),  # a ratio
        ("LM-01.area", False),  # a sum over rows
    ],
)
def test_which_formulas_hold_for_totals_as_for_parts(rule: str, linear: bool) -> None:
    assert is_linear(build(shipped().rules[rule][-1], shipped().measures)) is linear


numbers = st.decimals(min_value=0, max_value=10**9, places=2)


@given(st.lists(numbers, min_size=4, max_size=4))
def test_the_city_is_the_sum_to_the_last_digit_by_both_routes(openings: list[Decimal]) -> None:
    c = ST.year(2019, stocks(*map(str, openings)))
    assert value(c, "X ST-01.R40 st01:C0") == sum(openings)
    assert codes(c) == ["ASSET-OPENING-AS-RETURNED"] * 2


@given(st.permutations(["A", "B", "C", "D"]))
def test_the_order_of_the_places_does_not_matter(order: list[str]) -> None:
    regions = {"X": CITY["X"], **{code: place(code, "X") for code in order}}
    figures: dict[str, str] = {}
    for number, code in enumerate(sorted(order)):
        figures |= stock(code, "C1", str(number + 1)) | stock(code, "C2", "0")
    c = World(small(), "stock", regions, tuple(order)).year(2019, figures)
    assert value(c, "X ST-01.R40 st01:C1") == 10
