"""Every rule of suspicion twice: on what it is for, and on the nearest thing that is in order and must not be listed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.accounts.redline_patches import Activity
from gep.workflow.audit.records import Balance, Observation, Problem
from gep.workflow.audit.suspicion_tables import Question, Registers, Reported
from tests.workflow.audit.small_store import ASKED, LOSS, RULES, WHEN, Small, event, patch

Case = Callable[[Small, bool], Registers | None]
CASES: list[tuple[str, Case]] = []
LAND = "asset_account/B/2021/LA-01/R40/C02/-/scheme=assets/instance=-"
JUNE, JULY = date(2021, 6, 30), date(2021, 7, 1)


def case(rule: str) -> Callable[[Case], Case]:
    """What a rule lists; with True the near miss of it."""

    def keep(make: Case) -> Case:
        CASES.append((rule, make))
        return make

    return keep


@pytest.fixture(scope="module")
def made() -> Iterator[Small]:
    store = Small()
    yield store
    store.con.close()


@pytest.fixture
def small(made: Small) -> Iterator[Small]:
    with made.opened() as store:
        yield store


@pytest.mark.parametrize(("rule", "make"), CASES, ids=[f"{rule}:{make.__name__}" for rule, make in CASES])
def test_a_rule_lists_what_it_is_for_and_not_its_near_miss(made: Small, rule: str, make: Case) -> None:
    for fair in (False, True):
        with made.opened() as small:
            registers = make(small, fair)
            found = small.ask(rule, registers=registers)
        assert bool(found.suspicions) is not fair, (fair, found)
        assert all(u.partly for u in found.unassessed), found.unassessed


def test_every_rule_has_both() -> None:
    assert {rule for rule, _ in CASES} == set(RULES)


def row(s: Small, year: int, place: str, *amounts: object, unit: str = "hm2", **more: Any) -> None:
    """Cells of county B: `LA-01 R10,R40 C02` and an amount for each row."""
    table, rows, column = place.split()
    for code, amount in zip(rows.split(","), amounts, strict=True):
        s.cell("B", year, f"{table} {code} {column}", amount, unit=unit, **more)


# ---- land


@case("arable-unapproved")
def more_than_a_thousandth(s: Small, fair: bool) -> Registers:
    s.land()
    s.con.execute("UPDATE t_asset_account SET amount = 10.011 WHERE row_code = 'R31' AND region_code = 'B' AND year = 2020")
    return Registers(events=[event("10.001" if fair else "10")])


@case("natural-land-unapproved")
def wetland_of_another_class(s: Small, fair: bool) -> Registers:
    s.land()
    row(s, 2020, "LA-01 R31 C01", 3)
    return Registers(events=[event("3", key=(("la01", "C01"),), effect=date(2020, 6, 1) if fair else date(2021, 6, 1))])


@case("approved-after-effect")
def decided_on_the_day(s: Small, fair: bool) -> Registers:
    return Registers(events=[event(effect=date(2020, 3, 1), decision=date(2020, 3, 1 if fair else 2))])


@case("approved-after-effect")
def before_the_term(s: Small, fair: bool) -> Registers:
    """Changed and approved before the first day: of another term. Approved on it: this one's."""
    return Registers(events=[event(effect=date(2019, 6, 1), decision=date(2019, 12, 31) if fair else date(2020, 1, 1))])


@case("event-without-document")
def after_the_term(s: Small, fair: bool) -> Registers:
    """On the day of the handover it is the successor's."""
    day = ASKED.end if fair else date(2021, 12, 31)
    return Registers(events=[event(document=" ", decision=day, effect=day)])


@case("reclassified-to-built-up")
def the_town_does_not_grow(s: Small, fair: bool) -> None:
    s.land()
    row(s, 2021, "LA-01 R33 C02", 5)
    row(s, 2021, "LA-01 R10,R40 C06", 40, 40 if fair else 41)


@case("adjustment-large")
def as_large_as_what_people_did(s: Small, fair: bool) -> None:
    row(s, 2021, "LA-01 R10,R31,R33 C02", 100, 5, 5 if fair else "5.01")


@case("adjustment-large")
def what_people_did_is_unknown(s: Small, fair: bool) -> None:
    row(s, 2021, "LA-01 R10,R33,R21 C02", 100, 5, 1)
    s.cell("B", 2021, "LA-01 R31 C02", None if fair else 1, state="not_available" if fair else "value")


@case("adjustment-without-code")
def a_code_in_the_return(s: Small, fair: bool) -> None:
    row(s, 2021, "LA-01 R33 C02", 5)
    note = {"vintage": 1, "measure": "LA-01.R33.returned", "region_code": "B", "period": "2021", "state": "value"}
    s.insert("t_fact", note | {"category": "la01:C02" if fair else "la01:C04", "note": "BOUNDARY:划转"})


@case("natural-built-up")
def washed_away(s: Small, fair: bool) -> None:
    s.land()
    row(s, 2021, "LA-01 R22 C01" if fair else "LA-01 R22 C06", 2, cause="natural")


@case("offset-quality")
def as_good_as_what_was_taken(s: Small, fair: bool) -> None:
    row(s, 2020, "LQ-01 R31 G06", 10)
    row(s, 2020, "LQ-01 R21 G06" if fair else "LQ-01 R21 G07", 10)


@case("offset-short")
def as_much_as_was_taken(s: Small, fair: bool) -> None:
    row(s, 2020, "LQ-01 R31 G06", 10)
    row(s, 2020, "LQ-01 R21 G06", 10 if fair else "9.99")


@case("floor-missed")
def on_the_floor(s: Small, fair: bool) -> None:
    row(s, 2020, "DB-01 R40 C1", 0 if fair else "0.01")


# ---- forest, water, minerals


@case("forest-up-timber-down")
def timber_as_it_was(s: Small, fair: bool) -> None:
    row(s, 2020, "FT-01 R10,R40 A1", 100, 101)
    row(s, 2020, "FT-01 R10,R40 V1", 9000, 9000 if fair else 8999, unit="m3")


@case("forest-density-jump")
def a_tenth_and_no_more(s: Small, fair: bool) -> None:
    row(s, 2020, "FT-01 R10,R40 A1", 100, 100)
    row(s, 2020, "FT-01 R10,R40 V1", 1000, 1100 if fair else 1101, unit="m3")


@case("section-set-changed")
def one_of_the_same_got_better(s: Small, fair: bool) -> None:
    for code, (good, bad) in (("SC10", (3, 1)), ("SC40", (4, 0) if fair else (3, 0))):
        row(s, 2020, f"WQ-01 {code} K2", good, unit="个")
        row(s, 2020, f"WQ-01 {code} K5", bad, unit="个")


@case("water-total-against-parts")
def another_purpose_is_returned(s: Small, fair: bool) -> None:
    """The total falls; the parts grow, or there is one more of them that nobody returned the year before."""
    use = {"vintage": 1, "region_code": "B", "state": "value", "base_unit": "m3", "part": "-"}
    for year, total, farm in ((2020, 100, 60), (2021, 90, 60 if fair else 61)):
        s.insert("t_fact", use | {"measure": "water_use_total", "period": str(year), "category": "-", "quantity": total})
        s.insert("t_fact", use | {"measure": "water_supply", "period": str(year), "category": "use:farm", "quantity": farm})
    if fair:
        s.insert("t_fact", use | {"measure": "water_supply", "period": "2021", "category": "use:town", "quantity": 20})


@case("ore-reappraised")
def a_tenth_of_what_was_mined(s: Small, fair: bool) -> None:
    row(s, 2020, "MN-01 R31,R22 C2", 100, 10 if fair else 11, unit="t", instance="kaolin")


# ---- the red line


def cut(document: str, area: str = "9.5") -> list[Any]:
    """10 hm2, from 1 July 2021 another area; the last row, of 1 October, repeats it without a document."""
    return [
        patch(valid_to=JUNE),
        patch(area=area, valid_from=JULY, valid_to=date(2021, 9, 30), document=document),
        patch(area=area, valid_from=date(2021, 10, 1), document=""),
    ]


@case("redline-lost")
def approved_by_a_row_in_between(s: Small, fair: bool) -> Registers:
    return Registers(patches=cut("批1" if fair else ""))


@case("redline-lost")
def approved_by_what_it_had_before(s: Small, fair: bool) -> Registers:
    return Registers(patches=cut("批1" if fair else "批0"))


@case("redline-boundary")
def drawn_in_by_a_row_in_between(s: Small, fair: bool) -> Registers:
    return Registers(patches=cut("批1" if fair else "", "10.5"))


@case("redline-boundary")
def a_new_patch(s: Small, fair: bool) -> Registers:
    return Registers(patches=[patch(), patch("2", valid_from=JULY, document="批2" if fair else "")])


@case("redline-worse")
def as_natural_as_before(s: Small, fair: bool) -> Registers:
    old = patch(valid_to=JUNE, natural_share=Decimal("97.5"))
    return Registers(
        patches=[old, replace(old, valid_from=JULY, valid_to=date.max, natural_share=Decimal("97.5" if fair else "97.4"))]
    )


@case("redline-worse")
def of_another_type(s: Small, fair: bool) -> Registers:
    """Cut in two of the same type, or one half of another."""
    parts = [patch("1.1", "4", valid_from=JULY), patch("1.2", "6", valid_from=JULY, type="水源涵养" if fair else "一般控制区")]
    return Registers(patches=[patch(valid_to=JUNE), *parts])


@case("redline-activity")
def listed_by_a_later_row(s: Small, fair: bool) -> Registers:
    doing = Activity("采石", Decimal("2.5"), "ha", False, "")
    early = patch(valid_to=JUNE, activities=(doing,))
    return Registers(patches=[early, patch(valid_from=JULY, activities=(replace(doing, issue="P1" if fair else ""),))])


@case("redline-account")
def cut_as_approved(s: Small, fair: bool) -> Registers:
    row(s, 2020, "RL-01 R10,R31,R40,R60 AREA", 50, 4, 46, 46, instance="U1")
    where = {"table": "RL-01", "key": (("redline_unit", "U1"),), "amount": Decimal(4)}
    return Registers(events=[event(**where, region="B" if fair else "C")])


# ---- returns


def at(figure: str, amount: str) -> Registers:
    return Registers(reports=[Reported("公报", figure, Decimal(amount), "hm2")])


@case("report-mismatch")
def rounded(s: Small, fair: bool) -> Registers:
    row(s, 2021, "LA-01 R40 C02", "100.25")
    return at(LAND, "100.3" if fair else "100.4")


@case("published-misses")
def of_another_place(s: Small, fair: bool) -> None:
    """Of a county of the city; of a place that is none of it."""
    figure = f"gep_total/{'X' if fair else 'B'}/2021/zone=-/profile=gep/price_basis=current/currency=CNY"
    s.insert(
        "t_published_figure",
        {"vintage": 1, "figure": figure, "value": "9", "unit": "元", "computed": 8, "low": 7, "high": 8, "verdict": "misses"},
    )


@case("published-misses")
def of_the_year_before_the_term(s: Small, fair: bool) -> None:
    figure = f"gep_total/B/{2019 if fair else 2020}/zone=-/profile=gep/price_basis=current/currency=CNY"
    s.insert(
        "t_published_figure",
        {"vintage": 1, "figure": figure, "value": "9", "unit": "元", "computed": 8, "low": 7, "high": 8, "verdict": "misses"},
    )


@case("interpolated-class")
def read_at_the_year_end(s: Small, fair: bool) -> Registers:
    row(s, 2020, "WQ-01 SC40 K1", 3, unit="个")
    key = (("wq01", "K1"),)
    held = Balance(date(2020, 7, 1), "B", "WQ-01", "SC40", key, Fraction(3), "个", "NEAREST" if fair else "INTERP")
    return Registers(balances=[held])


@case("interpolated-class")
def said_not_to_be(s: Small, fair: bool) -> None:
    row(s, 2020, "WQ-01 SC40 K1", 3, unit="个")
    note = "实测，未经内插；not interpolated" if fair else "按年内插"
    where = {"vintage": 1, "measure": "WQ-01.SC40", "region_code": "B", "period": "2020", "category": "wq01:K1"}
    s.insert("t_fact", where | {"state": "value", "amount": "3", "unit": "个", "note": note})


@case("observation-mismatch")
def an_opening_is_the_closing_before(s: Small, fair: bool) -> Registers:
    """On 1 January 2021 the year opens with 100 and closes with 90; 2020 opened with 110."""
    row(s, 2020, "LA-01 R10,R40 C02", 110, 100)
    row(s, 2021, "LA-01 R10,R40 C02", 100, 90)
    seen = Observation("B", "LA-01", "R10", LOSS, date(2021, 1, 1), Decimal(100 if fair else 110), "hm2")
    return Registers(observations=[seen])


@case("discrepancy-growing")
def the_gap_is_a_hundred_thousandth(s: Small, fair: bool) -> None:
    """A hundred-thousandth of the closing is left out, be it above or below."""
    row(s, 2020, "LA-01 R40,R61 C02", 100, 0)
    row(s, 2021, "LA-01 R40,R61 C02", 100, "-0.001" if fair else "-0.0011")


@case("estimates-many")
def three_of_twenty(s: Small, fair: bool) -> None:
    for n in range(20):
        s.cell("B", 2020, f"LA-01 R{21 + n % 2} C{n:02}", 1, method_id="LA-01.X@1" if n < (3 if fair else 4) else "submitted")
    told = {"vintage": 1, "seq": 1, "rule": "LA-01.X", "severity": "note", "region_code": "B", "period": "2020"}
    s.insert("t_finding", told)


@case("copied")
def four_of_five(s: Small, fair: bool) -> None:
    s.land()
    for year in (2020, 2021):
        for n in range(1, 6):
            s.cell("B", year, f"LA-01 R21 C0{n}", n + (1 if fair and n == 5 and year == 2021 else 0))


@case("digits")
def twelve_figures_with_one_ending(s: Small, fair: bool) -> None:
    for n in range(12):
        amount = f"{100 + n}.{5 if n < (7 if fair else 8) else n % 5}"
        where = {
            "vintage": 1,
            "measure": "FT-01.V.R31",
            "region_code": "B",
            "period": "2020",
            "category": f"ft01v:X{n}",
            "state": "value",
        }
        s.insert("t_fact", where | {"amount": amount, "unit": "立方米"})


@case("problem-carried")
def due_on_the_day_of_the_handover(s: Small, fair: bool) -> Registers:
    due = ASKED.end if fair else date(2021, 12, 31)
    return Registers(problems=[Problem("Q", "R", "示例", "W", "U", "P", "F", "phased", due, carried_from="上期")])


# ---- revisions


def revised(s: Small, figure: str, *, year: int, kind: str, old: int | None, new: int | None) -> None:
    difference = None if old is None or new is None else new - old
    held = {"region_code": "B", "year": year, "vintage": 1, "profile": "assets", "figure": figure, "kind": kind, "old_vintage": 0}
    s.insert("t_revision", held | {"old": old, "new": new, "difference": difference, "unit": "hm2", "reason": "input"})


@case("revised-after-term")
def revised_to_the_worse(s: Small, fair: bool) -> None:
    revised(s, LAND, year=2021, kind="recompiled", old=5, new=4 if fair else 6)


@case("figure-lost")
def lost_before_the_term(s: Small, fair: bool) -> None:
    s.land()
    revised(s, LAND, year=2019 if fair else 2020, kind="recompiled", old=5, new=None)


@case("figure-lost")
def never_applied(s: Small, fair: bool) -> None:
    s.land()
    row(s, 2020, "LA-01 R40 C09", 7)
    s.cell("B", 2021, "LA-01 R40 C09", None, state="not_applicable" if fair else "not_available")


@case("opening-restated")
def restated_before_the_term(s: Small, fair: bool) -> None:
    revised(s, LAND, year=2019 if fair else 2021, kind="restated", old=5, new=4)


@case("opening-not-closing")
def joined_to_the_last_digit(s: Small, fair: bool) -> None:
    s.land()
    row(s, 2020, "LA-01 R40 C09", 7)
    row(s, 2021, "LA-01 R10 C09", 7 if fair else "7.000001")


def used(s: Small, year: int, amount: object, vintage: int = 1, **more: object) -> None:
    figure = f"value_account/B/{year}/water/-/-/-/zone=-/profile=gep"
    held = {
        "vintage": vintage,
        "figure": figure,
        "parameter": "runoff",
        "key": "-",
        "region_code": "-",
        "source_set": "s",
        "unit": "1",
    }
    s.insert("t_parameter_used", held | {"valid_from": date(2000, 1, 1), "amount": amount, "source": "x"} | more)


@case("parameter-other-vintage")
def the_same_in_both_runs(s: Small, fair: bool) -> None:
    s.vintage(2)
    used(s, 2021, "0.5")
    used(s, 2021, "0.5" if fair else "0.6", vintage=2)


@case("return-replaced")
def the_return_of_the_next_year(s: Small, fair: bool) -> None:
    """2020 is closed; a file of the name of an earlier one comes with figures of 2020, or of 2021 only."""
    s.con.execute(f"INSERT INTO t_release_state VALUES (1, 2020, 10, 'closed', 9, {WHEN})")
    for seq, sha, year in ((5, "aa", 2020), (20, "bb", 2021 if fair else 2020)):
        s.con.execute(
            f"INSERT INTO t_submission (vintage, seq, file, sha256, \"at\") VALUES (1, {seq}, 'land.csv', '{sha}', {WHEN})"
        )
        s.insert(
            "t_fact",
            {
                "vintage": 1,
                "measure": "m",
                "region_code": "B",
                "period": str(year),
                "category": "-",
                "state": "value",
                "sha256": sha,
            },
        )


@case("corrected-after-term")
def a_year_after_the_term(s: Small, fair: bool) -> None:
    held = {
        "seq": 1,
        "measure": "m",
        "region_code": "B",
        "period": "2022" if fair else "2021",
        "category": "-",
        "old": "1",
        "value": "2",
    }
    s.insert("t_correction", held | {"at": date(2022, 3, 1)})


@case("open-query")
def an_answered_query(s: Small, fair: bool) -> None:
    told = {
        "vintage": 1,
        "seq": 1,
        "rule": "LA-01.I6",
        "severity": "query",
        "region_code": "B",
        "period": "2021",
        "key": "-",
        "figures": "",
    }
    s.insert("t_finding", told | {"status": "answered" if fair else "open"})


# ---- value


def worth(s: Small, year: int, quantity: object, value: object, price: object = 1) -> None:
    keys = {
        "region_code": "B",
        "zone": "-",
        "year": year,
        "vintage": 1,
        "profile": "gep",
        "service": "crop",
        "benefit": "-",
        "product": "rice",
    }
    held = {"ecosystem": "-", "price_basis": "current", "currency": "CNY", "unit": "t", "price_unit": "CNY/t", "state": "value"}
    s.insert("t_value_account", keys | held | {"quantity": quantity, "value": value, "price": price})


@case("price-as-growth")
def a_rise_of_three_in_a_hundred(s: Small, fair: bool) -> None:
    worth(s, 2020, 100, 1000)
    worth(s, 2021, 90, 1030 if fair else 1031)


@case("price-jump")
def a_quarter_dearer(s: Small, fair: bool) -> None:
    worth(s, 2020, 100, 1000, 10)
    worth(s, 2021, 100, 1000, "12.5" if fair else "12.51")


def total(s: Small, year: int, basis: str, gep: object, gdp: object = 1000, edition: str = "first") -> None:
    keys = {"region_code": "B", "zone": "-", "year": year, "vintage": 1, "profile": "gep", "price_basis": basis}
    s.insert("t_gep_total", keys | {"gep": gep, "currency": "CNY"})
    s.insert(
        "t_green_gold_index",
        keys | {"gep": gep, "gdp": gdp, "gdp_vintage": edition, "ggi": Decimal(str(gep)) / Decimal(str(gdp))},
    )


@case("current-up-constant-down")
def as_much_at_constant_prices(s: Small, fair: bool) -> None:
    for year, current, constant in ((2020, 100, 100), (2021, 110, 100 if fair else 99)):
        total(s, year, "current", current)
        total(s, year, "constant:2020", constant)


@case("index-by-gdp")
def a_real_fall_of_gdp(s: Small, fair: bool) -> None:
    """The same edition says that GDP fell: that is no revision."""
    total(s, 2020, "current", 100, 1000)
    total(s, 2021, "current", 100, 900, "first" if fair else "second")


@case("base-year-changed")
def the_same_base(s: Small, fair: bool) -> None:
    total(s, 2020, "constant:2020", 100)
    total(s, 2021, "constant:2020" if fair else "constant:2015", 100)


@case("coefficient-changed")
def another_price(s: Small, fair: bool) -> None:
    """A coefficient stays; a price is one of its year."""
    used(s, 2020, "0.5", unit="元/t" if fair else "1")
    used(s, 2021, "0.6", unit="元/t" if fair else "1")


# ---- a region that has another code in the end


def test_a_region_is_followed_through_its_codes(small: Small) -> None:
    """D became B on 1 January 2021: its accounts join, its approvals count, and figures keep the address they have."""
    small.con.execute(
        "UPDATE t_region_path SET code = 'D', ancestor = replace(ancestor, 'B', 'D') WHERE code = 'B' AND year = 2020"
    )
    for year, code in ((2020, "D"), (2021, "B")):
        for place, amount in (("R10", 100), ("R31", 5), ("R40", 95 if year == 2020 else 90)):
            small.cell(code, year, f"LA-01 {place} C02", amount)
    approvals = [event("5", region="B"), event("5", id="E2", region="D", effect=date(2021, 3, 1))]
    for region in ("A", "B"):
        asked = replace(ASKED, region=region, renamed={"B": ("D",)})
        found = small.ask("opening-not-closing", "arable-unapproved", registers=Registers(events=approvals), asked=asked)
        assert [(s.rule, s.region, s.difference) for s in found.suspicions] == [("opening-not-closing", "B", "5 hm2")]
        assert [f.split("/")[1:3] for f in found.suspicions[0].figures] == [["D", "2020"], ["B", "2021"]]
        assert not any("LA-01 B" in m for u in found.unassessed for m in u.missing)
    parted = Question("B", 2019, 2021, ASKED.start, ASKED.end, "gep", "assets")
    assert small.ask("opening-not-closing", asked=parted).suspicions == ()


def test_a_gap_that_was_unknown_before_is_not_judged(small: Small) -> None:
    small.cell("B", 2020, "LA-01 R40 C02", 100)
    small.cell("B", 2020, "LA-01 R61 C02", None, state="not_available")
    row(small, 2021, "LA-01 R40,R61 C02", 100, 2)
    found = small.ask("discrepancy-growing")
    assert found.suspicions == ()
    assert "B LA-01 C02 2021" in found.unassessed[0].missing
