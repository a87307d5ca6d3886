"""The year chain: openings from this run, from a release or as returned; re-stated openings; regions that follow one another."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.data import data_root
from gep.base.records import Severity, State
from gep.catalog.load import load
from gep.engine.cells import Cell
from gep.workflow.assets import AssetComputation
from gep.workflow.chain import CODES, Carried, Prior, Restated, from_release, links, told
from tests.data.assets.kit import CITY, World, cell, codes, place, small, stock, value, values

ROWS = ("R10", "R23", "R33", "R40")
ST = World(small(), "stock")
COLUMNS = ("C1", "C2")


def county(region: str, c1: str = "", c2: str = "", **rows: str) -> dict[str, str]:
    """Both columns of a county: openings if given, C1 with its rows, C2 without a change."""
    return stock(region, "C1", c1, **rows) | stock(region, "C2", c2)


def first_year() -> AssetComputation:
    """2019: A opens with 100 and 50 and gains 5, loses 3 of C1; B opens with 10 and 0."""
    return ST.year(2019, county("A", "100", "50", R21="5", R31="3") | county("B", "10", "0"))


def test_every_opening_of_a_table_is_linked_to_its_closing() -> None:
    found = {(k.opening, k.closing, k.returned) for k in links(small().layouts.values())}
    assert found == {
        ("ST-01.R10", "ST-01.R40", "ST-01.R10.returned"),
        ("MI-01.R10", "MI-01.R40", "MI-01.R10.returned"),
    }


def test_the_first_year_opens_as_returned_and_says_so_once_for_a_table_and_region() -> None:
    c = first_year()
    # 100 + 5 - 3 = 102
    assert values(c, "A", "ST-01", "st01:C1", ROWS) == {"R10": 100, "R23": 0, "R33": 0, "R40": 102}
    assert codes(c) == ["ASSET-OPENING-AS-RETURNED"] * 2
    assert {(f.found, f.severity) for f in c.findings} == {("2", Severity.NOTE)}
    assert ("ST-01.R10", "A", (("st01", "C1"),)) in c.carried.as_returned


def test_the_next_year_opens_with_the_closing_and_needs_no_return() -> None:
    c = ST.year(2020, county("A", R21="1") | county("B"), first_year())
    assert values(c, "A", "ST-01", "st01:C1", ROWS) == {"R10": 102, "R23": 0, "R33": 0, "R40": 103}
    assert codes(c) == []
    # the node of the opening is the calculation of the closing of the year before, not a figure of its own
    (argument,) = c.nodes["calculation:stock/ST-01.R10/A/2020/st01:C1"]["arguments"]
    assert argument["node"] == "calculation:stock/ST-01.R40/A/2019/st01:C1"


def test_an_opening_returned_as_it_closed_changes_nothing() -> None:
    c = ST.year(2020, county("A", "102", "50") | county("B", "10", "0"), first_year())
    assert (codes(c), c.carried.restated) == ([], [])


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("mark", [":", "：", " :"])
def test_a_restated_opening_with_a_reason_is_told_and_booked_as_an_adjustment(code: str, mark: str) -> None:
    c = ST.year(2020, county("A", f"110.5 | {code}{mark} 三调") | county("B", "7"), first_year())
    # 110.5 - 102 = 8.5 up in A; 10 - 7 = 3 down in B, whose return has no reason
    assert values(c, "A", "ST-01", "st01:C1", ROWS) == {"R10": 102, "R23": Decimal("8.5"), "R33": 0, "R40": Decimal("110.5")}
    assert values(c, "B", "ST-01", "st01:C1", ROWS) == {"R10": 10, "R23": 0, "R33": 3, "R40": 7}
    with_reason, without = sorted(c.findings, key=lambda f: f.code)
    assert (with_reason.code, with_reason.severity) == ("ASSET-OPENING-RESTATED", Severity.NOTE)
    assert (with_reason.difference, dict(with_reason.args)["reason"]) == ("8.500000", code)
    assert with_reason.place.key == "ST-01.R10/A/2020/st01:C1"
    assert (without.code, without.severity, without.difference) == ("ASSET-OPENING-UNEXPLAINED", Severity.QUERY, "-3.000000")
    assert [r.code for r in c.carried.restated] == [code, ""]


def test_a_word_that_is_no_code_is_no_reason() -> None:
    c = ST.year(2020, county("A", "110 | because: survey") | county("B"), first_year())
    assert codes(c) == ["ASSET-OPENING-UNEXPLAINED"]


def test_an_unknown_return_of_an_opening_leaves_the_adjustment_unknown() -> None:
    c = ST.year(2020, county("A", "? | SURVEY_BREAK: x") | county("B"), first_year())
    assert value(c, "A ST-01.R10 st01:C1") == 102
    assert value(c, "A ST-01.R23 st01:C1") is None
    assert value(c, "A ST-01.R40 st01:C1") is None


# ---- regions that follow one another

SPLIT = {
    **CITY,
    "B": place("B", "X", end="2020-12-31"),
    "N": place("N", "X", start="2021-01-01", replaces=("B",)),
}
MERGED = {
    "X": CITY["X"],
    **{code: place(code, "X", end="2020-12-31") for code in ("A", "B")},
    "N": place("N", "X", start="2021-01-01", replaces=("A", "B")),
}


def test_a_new_code_opens_with_what_the_old_one_closed_with() -> None:
    world = World(small(), "stock", SPLIT)
    before = world.year(2020, county("A", "100", "50") | county("B", "10", "4"))
    c = world.year(2021, county("A") | county("N", R21="2"), before, leaves=("A", "N"))
    assert values(c, "N", "ST-01", "st01:C1", ROWS) == {"R10": 10, "R23": 0, "R33": 0, "R40": 12}
    assert codes(c) == []
    (argument,) = c.nodes["calculation:stock/ST-01.R10/N/2021/st01:C1"]["arguments"]
    assert argument["node"] == "calculation:stock/ST-01.R40/B/2020/st01:C1"
    # only on its first day does it take over; a year later it follows itself
    later = world.year(2022, county("A") | county("N"), c, leaves=("A", "N"))
    assert value(later, "N ST-01.R10 st01:C1") == 12
    assert SPLIT["N"].valid_from == date(2021, 1, 1)


def test_two_codes_that_merge_open_with_their_sum_and_the_sum_is_traced() -> None:
    world = World(small(), "stock", MERGED)
    before = world.year(2020, county("A", "100", "50") | county("B", "10", "4"))
    c = world.year(2021, county("N"), before, leaves=("N",))
    assert value(c, "N ST-01.R10 st01:C1") == 110
    assert value(c, "X ST-01.R40 st01:C0") == 164
    (argument,) = c.nodes["calculation:stock/ST-01.R10/N/2021/st01:C1"]["arguments"]
    total = c.nodes[argument["node"]]
    assert total["kind"] == "total"
    assert [p["node"] for p in total["parts"]] == [f"calculation:stock/ST-01.R40/{r}/2020/st01:C1" for r in ("A", "B")]


def test_a_merger_of_which_one_part_is_unknown_opens_unknown() -> None:
    world = World(small(), "stock", MERGED)
    before = world.year(2020, county("A", "100", "50") | county("B", "10", "4", R31="?"))
    c = world.year(2021, county("N"), before, leaves=("N",))
    assert value(c, "N ST-01.R10 st01:C1") is None
    assert value(c, "N ST-01.R10 st01:C2") == 54


# ---- closings of a release


def rows(amount: str | None, state: str = "value") -> list[dict[str, object]]:
    made = Decimal(amount) if amount is not None else None
    return [
        {
            "measure": "ST-01.R40", "region": region, "period": "2019", "key": (("st01", column),),
            "amount": made, "state": state, "unit": "hm2",
        }
        for region in ("A", "B")
        for column in COLUMNS
    ]  # fmt: skip


def test_the_first_year_of_a_run_opens_with_the_closing_of_a_release_and_names_it() -> None:
    prior = Prior(from_release(rows("33.250000"), 7), "stock", 7)
    c = ST.year(2020, county("A") | county("B"), prior)
    assert value(c, "A ST-01.R10 st01:C1") == Decimal("33.25")
    assert codes(c) == []
    closing = cell(c, "A ST-01.R40 st01:C1", 2019)
    assert closing.node == "cell:ST-01.R40/A/2019/st01:C1@7"
    assert (closing.low, closing.high) == (Fraction(133, 4), Fraction(133, 4))  # a figure of the engine is exact
    assert closing.fact is not None
    assert closing.fact.origin.file == "releases/7/asset_account.csv"
    (argument,) = c.nodes["calculation:stock/ST-01.R10/A/2020/st01:C1"]["arguments"]
    assert argument["node"] == closing.node
    assert closing.node in c.nodes  # so that the trace of the new release ends at the old one


def test_an_unknown_closing_of_a_release_stays_unknown() -> None:
    prior = Prior(from_release(rows(None, "not_available"), 7), "stock", 7)
    c = ST.year(2020, county("A") | county("B"), prior)
    assert cell(c, "A ST-01.R10 st01:C1").state is State.NOT_AVAILABLE
    assert value(c, "A ST-01.R40 st01:C1") is None


amounts = st.decimals(min_value=0, max_value=10**6, places=2)


@given(st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=4), amounts)
def test_any_chain_closes_with_the_last_opening_and_all_changes(years: list[tuple[Decimal, ...]], opening: Decimal) -> None:
    """Whatever is re-stated, gained or lost: closing = what was last returned as opening + gained - lost, or the sum of all."""
    c: AssetComputation | None = None
    expected = opening
    for number, (again, gained, lost) in enumerate(years):
        restated = "" if number == 0 else f"{again} | SURVEY_BREAK: x"
        expected = (again if restated else expected) + gained - lost
        figures = county("A", restated or str(opening), "0", R21=str(gained), R31=str(lost)) | county("B", "0", "0")
        c = ST.year(2019 + number, figures, c)
    assert c is not None
    assert value(c, "A ST-01.R40 st01:C1") == expected
    assert "ENGINE-SECOND-ROUTE" not in codes(c)


def test_a_table_without_adjustment_rows_keeps_the_closing_and_asks() -> None:
    shipped = {k.opening: k.booked for k in links(load(data_root() / "coefficients").layouts.values())}
    assert shipped["LA-01.R10"]
    assert not shipped["WR-01.R01"]
    key = (("wr01", "C11"),)
    before, again = (Cell("WR-01.R01", "A", "2020", key, State.VALUE, Fraction(n), str(n), "万m3") for n in (100, 103))
    carried = Carried(restated=[Restated("WR-01.R01", "A", key, before, again, booked=False)])
    (told_of,) = told(carried, 2020)
    assert (told_of.code, told_of.severity) == ("ASSET-OPENING-NOT-BOOKED", Severity.QUERY)
    assert told_of.difference == "3.000000"  # 103 returned, 100 carried over
    assert "keeps the closing" in told_of.text("en")
    assert "没有调整行" in told_of.text("zh")
