"""Tables as printed: what closes within rounding passes, what does not is named with its cells, what is not given is not checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import render
from gep.base.records import Fact, Origin, Region, State
from gep.catalog.tables import GROSS, INNER
from gep.workflow.printed import Checked, Printed, check_printed
from tests.data.assets.kit import CITY, World, named, place, small, stock

ROWS = ("R10", "R21", "R22", "R23", "R31", "R33")


def fact(text: str, value: str, unit: str = "") -> Fact:
    """`REGION MEASURE KEY @YEAR`; the value as printed, `=` before it makes it exact, `n/a` does not apply."""
    text, _, year = text.partition(" @")
    measure, region, key = named(text)
    state = State.NOT_APPLICABLE if value == "n/a" else State.VALUE
    amount = None if value == "n/a" else Decimal(value.removeprefix("="))
    origin = Origin("table.csv", "0" * 64, 2)
    return Fact(
        measure, region, year or "2020", key, state, amount, unit or small().measures[measure].unit, origin,
        exact=value.startswith("="), reason="没有" if amount is None else "",
    )  # fmt: skip


def check(
    scheme: str,
    figures: Mapping[str, str] | Sequence[Fact],
    years: Sequence[int] = (2020,),
    regions: Mapping[str, Region] = CITY,
    leaves: Sequence[str] = ("A", "B"),
    tolerance: Decimal | None = None,
) -> Checked:
    facts = [fact(k, v) for k, v in figures.items()] if isinstance(figures, Mapping) else figures
    return check_printed(small(), scheme, facts, regions, leaves, years, tolerance=tolerance)


def column(region: str, code: str, *amounts: str, year: int = 2020) -> dict[str, str]:
    """One column of ST-01: opening, the flows, the closing."""
    return {f"{region} ST-01.{row} st01:{code} @{year}": a for row, a in zip((*ROWS, "R40"), amounts, strict=True)}


def told(checked: Checked) -> list[tuple[str, str, str]]:
    return [(f.rule, f.place.key, f.difference) for f in checked.findings]


# ---------------------------------------------------------------- formulas and rounding


def test_what_closes_passes() -> None:
    """10 + 2 + 0 + 0 - 1 - 0 = 11."""
    done = check("stock", column("A", "C1", "10", "2", "0", "0", "1", "0", "11"))
    assert done.findings == ()
    assert "ST-01.R40" in {c.rule for c in done.ran}


def test_what_does_not_close_names_rule_cells_and_difference() -> None:
    """12 is printed where 11 follows; 7 figures of one unit may be off by 7 × 0.5 = 3.5, of a tenth by 0.35."""
    assert check("stock", column("A", "C1", "10", "2", "0", "0", "1", "0", "12")).findings == ()
    (f,) = check("stock", column("A", "C1", "10.0", "2.0", "0.0", "0.0", "1.0", "0.0", "12.0")).findings
    assert (f.code, f.rule, f.place.file, f.place.row) == ("PRINTED-DIFFERS", "ST-01.R40", "table.csv", 2)
    assert (f.found, f.expected, Decimal(f.difference)) == ("12.0 hm2", "11.000000 hm2", 1)
    assert set(f.figures) == {f"ST-01.{row}/A/2020/st01:C1" for row in (*ROWS, "R40")}
    assert "0.35" in f.text("zh")
    assert "0.35" in f.text("en")
    assert "ST-01.R40" in render(f, "zh")


@given(st.integers(-9, 9))
def test_seven_rounded_figures_may_differ_by_seven_halves(tenths: int) -> None:
    """(n + 1)·q/2 with n = 6 addends and q = 0.1 is 0.35: three tenths pass, four do not."""
    closing = Decimal(1100 + 10 * tenths) / 100
    done = check("stock", column("A", "C1", "10.0", "2.0", "0.0", "0.0", "1.0", "0.0", f"{closing:.1f}"))
    assert bool(done.findings) == (abs(tenths) > 3)


def test_exact_figures_have_no_rounding() -> None:
    assert check("stock", column("A", "C1", "=10", "=2", "=0", "=0", "=1", "=0", "=11")).findings == ()
    done = check("stock", column("A", "C1", "=10", "=2", "=0", "=0", "=1", "=0", "=11.000001"))
    assert told(done) == [("ST-01.R40", "ST-01.R40/A/2020/st01:C1", "0.000001")]


def test_every_figure_counts_with_its_own_last_place() -> None:
    """The opening of a unit may be off by 0.5, the six others of a hundredth by 0.03 together."""
    assert check("stock", column("A", "C1", "10", "2.00", "0.00", "0.00", "1.00", "0.00", "11.53")).findings == ()
    assert check("stock", column("A", "C1", "10", "2.00", "0.00", "0.00", "1.00", "0.00", "11.54")).findings


def test_a_tolerance_comes_on_top() -> None:
    figures = column("A", "C1", "=10", "=2", "=0", "=0", "=1", "=0", "=11.5")
    assert check("stock", figures).findings
    assert check("stock", figures, tolerance=Decimal("0.5")).findings == ()
    assert check("stock", figures, tolerance=Decimal("0.4")).findings


def test_a_figure_in_another_unit_is_the_same_figure() -> None:
    """0.11 km2 are 11 hm2."""
    facts = [fact(k, "=" + v) for k, v in column("A", "C1", "10", "2", "0", "0", "1", "0", "11").items()]
    wide = [replace(f, amount=Decimal("0.11"), unit="km2") if f.measure == "ST-01.R40" else f for f in facts]
    assert check("stock", wide).findings == ()
    wrong = [replace(f, amount=Decimal("0.12"), unit="km2") if f.measure == "ST-01.R40" else f for f in facts]
    assert [f.difference for f in check("stock", wrong).findings] == ["1.000000"]


def test_a_ratio_is_held_against_its_parts_everywhere() -> None:
    """9 of 10 is 0.9; the city of A 9 and 1, B 1 and 89 has 0.1, not the mean."""
    closings = {"A": ("9", "1"), "B": ("1", "89"), "X": ("10", "90")}
    figures = {f"{r} ST-01.R40 st01:C{i + 1}": "=" + v for r, pair in closings.items() for i, v in enumerate(pair)}
    shares = {"A ST-01.SHARE.R40": "=0.9", "X ST-01.SHARE.R40": "=0.1"}
    assert check("stock", figures | shares).findings == ()
    done = check("stock", figures | shares | {"X ST-01.SHARE.R40": "=0.4556"})
    assert [(f.rule, f.place.key) for f in done.findings] == [("ST-01.SHARE", "ST-01.SHARE.R40/X/2020/-")]
    # a share printed with one digit stands for 0.85 to 0.95
    assert check("stock", figures | {"A ST-01.SHARE.R40": "0.9", "B ST-01.SHARE.R40": "0.0"}).findings == ()


def test_an_assert_lets_pass_what_rounding_explains() -> None:
    """Only in B: what is taken is not more than what is put in; 1.1 and 1.0 may both be 1.05."""
    pair = ("B ST-01.R31 st01:C1", "B ST-01.R21 st01:C1")
    assert check("stock", dict(zip(pair, ("1.1", "1.0"), strict=True))).findings == ()
    (f,) = check("stock", dict(zip(pair, ("1.2", "1.0"), strict=True))).findings
    assert (f.code, f.rule, set(f.figures)) == (
        "ENGINE-CHECK",
        "ST-01.limit",
        {"ST-01.R31/B/2020/st01:C1", "ST-01.R21/B/2020/st01:C1"},
    )
    assert check("stock", {t.replace("B", "A", 1): v for t, v in zip(pair, ("9", "1"), strict=True)}).ran == ()


# ---------------------------------------------------------------- totals, regions, openings


def test_a_total_column_is_the_sum_of_its_columns() -> None:
    figures = {f"A ST-01.R21 st01:{c}": v for c, v in (("C1", "=1"), ("C2", "=2"), ("C0", "=4"))}
    (f,) = check("stock", figures).findings
    assert (f.rule, f.found, f.expected, Decimal(f.difference)) == ("I4", "4 hm2", "3.000000 hm2", 1)
    assert f.figures == tuple(f"ST-01.R21/A/2020/st01:{c}" for c in ("C0", "C1", "C2"))


def test_a_formula_holds_for_total_columns_too() -> None:
    done = check("stock", column("X", "C0", "=10", "=2", "=0", "=0", "=1", "=0", "=12"))
    assert told(done) == [("ST-01.R40", "ST-01.R40/X/2020/st01:C0", "1.000000")]


def test_a_region_is_the_sum_of_those_below() -> None:
    figures = {f"{r} ST-01.R21 st01:C1": v for r, v in (("A", "=1"), ("B", "=2"), ("X", "=4"))}
    (f,) = check("stock", figures).findings
    assert (f.rule, f.place.key) == ("I7", "ST-01.R21/X/2020/st01:C1")
    assert f.figures == tuple(f"ST-01.R21/{r}/2020/st01:C1" for r in ("X", "A", "B"))


def test_a_region_that_does_not_have_a_mineral_has_none_of_it() -> None:
    figures = {f"{r} MI-01.R31 mi01:K1;mineral:gold": v for r, v in (("A", "=1"), ("X", "=1"))}
    done = check("ore", figures)
    assert done.findings == ()
    assert Counter(c.rule for c in done.ran) == {"I7": 1}
    assert check("ore", figures | {"X MI-01.R31 mi01:K1;mineral:gold": "=2"}).findings


def test_an_opening_is_the_closing_of_the_year_before() -> None:
    figures = {"A ST-01.R40 st01:C1 @2019": "=5", "A ST-01.R10 st01:C1 @2020": "=6"}
    done = check("stock", figures, years=(2019, 2020))
    assert told(done) == [("ST-01.R10", "ST-01.R10/A/2020/st01:C1", "1.000000")]
    assert done.findings[0].figures == ("ST-01.R10/A/2020/st01:C1", "ST-01.R40/A/2019/st01:C1")


def test_a_region_under_a_new_code_opens_with_what_it_replaces() -> None:
    regions = {r.code: r for r in (place("X"), place("A", "X", end="2019-12-31"), place("N", "X", "2020-01-01", replaces=("A",)))}
    figures = {"A ST-01.R40 st01:C1 @2019": "=5", "N ST-01.R10 st01:C1 @2020": "=6"}
    done = check("stock", figures, years=(2019, 2020), regions=regions, leaves=("A", "N"))
    assert told(done) == [("I2", "ST-01.R10/N/2020/st01:C1", "1.000000")]
    assert check("stock", figures | {"N ST-01.R10 st01:C1 @2020": "=5"}, (2019, 2020), regions, ("A", "N")).findings == ()


def test_an_adjustment_holds_the_re_stated_opening() -> None:
    """104 returned where the closing before was 100: 4 up, 0 down."""
    figures = {
        "A ST-01.R10 st01:C1": "=100", "A ST-01.R10.returned st01:C1": "=104", "A ST-01.R23.returned st01:C1": "=0",
        "A ST-01.R33.returned st01:C1": "=0", "A ST-01.R23 st01:C1": "=4", "A ST-01.R33 st01:C1": "=0",
    }  # fmt: skip
    assert check("stock", figures).findings == ()
    assert [f.rule for f in check("stock", figures | {"A ST-01.R23 st01:C1": "=3"}).findings] == ["ST-01.R23"]


# ---------------------------------------------------------------- flows between places


def flows() -> dict[str, str]:
    """A gets 10, 4 of it from B; B gets 20, nothing from A. The city gets 26; what leaves is told alike."""
    return {
        "A FL-01.R1 fl01:B1": "=10", "B FL-01.R1 fl01:B1": "=20", "X FL-01.R1 fl01:B1": "=26",
        "A FL-01.R2 fl01:B1": "=3", "B FL-01.R2 fl01:B1": "=9", "X FL-01.R2 fl01:B1": "=8",
        "A FL-01.R1.from counterpart:B;fl01:B1": "=4", "B FL-01.R2.to counterpart:A;fl01:B1": "=4",
        "B FL-01.R1.from counterpart:A;fl01:B1": "=0", "A FL-01.R2.to counterpart:B;fl01:B1": "=0",
        "A FL-01.R3 fl01:B1": "=7", "B FL-01.R3 fl01:B1": "=11", "X FL-01.R3 fl01:B1": "=18",
    }  # fmt: skip


def test_what_passes_between_places_cancels_in_the_region() -> None:
    done = check("flow", flows())
    assert done.findings == ()
    assert {c.rule for c in done.ran} == {"FL-01.R3", "I7", "I7.mirror"}
    assert not any(s[0].endswith((GROSS, INNER)) for c in (*done.ran, *done.not_run) for s in c.reads)


@pytest.mark.parametrize(
    ("text", "value", "rules"),
    [
        ("X FL-01.R1 fl01:B1", "=30", {"I7", "FL-01.R3"}),  # the sum without netting
        ("A FL-01.R1.from counterpart:B;fl01:B1", "=5", {"I7", "I7.mirror"}),  # the other place says 4
        ("B FL-01.R2 fl01:B1", "=3", {"I7", "FL-01.R3", "I7.mirror"}),  # less than the 4 that go to A
        ("X FL-01.R3 fl01:B1", "=19", {"FL-01.R3"}),
    ],
)
def test_a_wrong_flow_is_found(text: str, value: str, rules: set[str]) -> None:
    done = check("flow", flows() | {text: value})
    assert {f.rule for f in done.findings} == rules
    measure, region, _ = named(text)
    assert any(f"{measure}/{region}/2020/" in name for f in done.findings for name in f.figures)


# ---------------------------------------------------------------- what is not given


def test_a_check_without_all_its_figures_does_not_run_and_is_counted() -> None:
    """Missing is not zero: without R22 the closing is not checked, though it would close with zero."""
    figures = column("A", "C1", "10", "2", "0", "0", "1", "0", "99")
    del figures["A ST-01.R22 st01:C1 @2020"]
    done = check("stock", figures)
    assert [f.code for f in done.findings] == ["PRINTED-NOTHING-RAN"]
    assert {c.rule for c in done.not_run} >= {"ST-01.R40", "ST-01.R10"}
    assert "核对" in done.findings[0].text("zh")


def test_what_does_not_apply_is_left_out_of_a_total_but_not_of_a_formula() -> None:
    figures = {f"A ST-01.R21 st01:{c}": v for c, v in (("C1", "=1"), ("C2", "n/a"), ("C0", "=1"))}
    assert check("stock", figures).findings == ()
    assert check("stock", figures | {"A ST-01.R21 st01:C0": "=2"}).findings
    done = check("stock", column("A", "C1", "10", "n/a", "0", "0", "1", "0", "99"))
    assert "ST-01.R40" in {c.rule for c in done.not_run}


def test_a_rule_that_stands_in_checks_nothing() -> None:
    """Growth that was returned need not be the modelled one."""
    figures = {"A ST-01.R10 st01:C1": "=100", "A growth_rate st01:C1": "=0.1", "A ST-01.R22 st01:C1": "=3"}
    assert "ST-01.R22" not in {c.rule for c in (*check("stock", figures).ran, *check("stock", figures).not_run)}


# ---------------------------------------------------------------- against a run of the engine


AMOUNTS = st.integers(0, 10**6).map(lambda n: str(Decimal(n) / 100))


@given(*(AMOUNTS for _ in range(6)), st.integers(1, 10**6))
def test_what_a_run_gives_closes_and_any_change_is_found(a: str, b: str, c: str, d: str, e: str, f: str, change: int) -> None:
    figures: dict[str, str] = {}
    for region, code, opening, grown in (("A", "C1", a, d), ("A", "C2", b, e), ("B", "C1", c, f), ("B", "C2", "1", "0")):
        figures |= stock(region, code, opening, R22=grown)
    ran = World(small(), "stock").year(2020, figures)
    facts = [
        Fact(
            x.measure, x.region, x.period, x.key, State.VALUE, Decimal(x.amount), x.unit, Origin("t.csv", "0" * 64, 2), exact=True
        )
        for x in ran.cells
        if x.period == "2020" and x.exact is not None
    ]
    printed = Printed(small(), "stock", facts, CITY, ("A", "B"), (2020,))
    assert printed.run().findings == ()
    cell = next(x for x in printed.cells if x.measure == "ST-01.R22" and x.region == "A")
    more = (cell.exact or 0) + change
    changed = replace(cell, exact=more, low=more, high=more, amount=str(Decimal(cell.amount) + change))
    found = printed.changed(changed).findings
    assert {x.rule for x in found} == {"ST-01.R40", "I4", "I7"}
    assert all(cell.address in x.figures for x in found)
