"""Rules of suspicion asked of a small store: what is exact, what is not assessed, and that a rule can only read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.redline_patches import Activity, Patch
from gep.base.findings import Refused
from gep.base.records import Names
from gep.catalog.suspicions import Need, SuspicionRule, Threshold
from gep.ledger.store import rebuild
from gep.workflow.audit.records import Balance, Observation, Problem
from gep.workflow.audit.suspicion_cut import MACROS
from gep.workflow.audit.suspicion_tables import Registers, Reported, column_of
from gep.workflow.audit.suspicions import judge, suspicions
from tests.workflow.audit.small_store import ASKED, LOSS, RULES, STORE, Small, event, patch

N = Names("名", "name")
TOLD = next(m for m in MACROS if m.startswith("told"))


@pytest.fixture(scope="module")
def made() -> Iterator[Small]:
    store = Small()
    yield store
    store.con.close()


@pytest.fixture
def small(made: Small) -> Iterator[Small]:
    with made.opened() as store:
        yield store


def rule(sql: str, *needs: str, **changes: Any) -> SuspicionRule:
    named = tuple(Need("relation", n) for n in needs or ("run",))
    return replace(SuspicionRule("mine", N, N, N, "query", named, (), sql, "mine.toml"), **changes)


# --- nothing is silent ---


def test_an_empty_book_is_not_assessed_by_any_rule(small: Small) -> None:
    small.con.execute("DELETE FROM t_run")
    found = small.ask()
    assert found.suspicions == ()
    assert {u.rule for u in found.unassessed if not u.partly} == set(RULES)
    assert all(u.missing for u in found.unassessed)


def test_every_shipped_query_can_be_asked_where_there_is_nothing(small: Small) -> None:
    shipped = [replace(r, needs=()) for r in RULES.values()]
    # what a query reads is laid by the names in it, needs or no needs
    assert judge(small.con, STORE, shipped, ASKED, Registers()).suspicions == ()


def test_a_table_that_is_missing_in_a_place_is_told(small: Small) -> None:
    small.land(but=("C", 2021))
    found = small.ask("arable-unapproved", registers=Registers(events=[event()]))
    assert [(u.rule, u.missing, u.partly) for u in found.unassessed] == [("arable-unapproved", ("LA-01 C 2021",), True)]


def test_a_year_without_an_account_is_told(small: Small) -> None:
    small.land()
    asked = replace(ASKED, closing=2022)
    found = small.ask("arable-unapproved", registers=Registers(events=[event()]), asked=asked)
    assert found.unassessed[0].missing == ("LA-01 A 2022",)


def test_an_unknown_figure_is_told_and_is_no_zero(small: Small) -> None:
    small.land()
    small.cell("B", 2020, "LA-01 R31 C04", None, state="not_available")
    found = small.ask("arable-unapproved", registers=Registers(events=[event()]))
    assert found.unassessed[0].missing == ("LA-01 B 2020 (1)",)


def test_a_class_without_any_registered_event_is_not_assessed(small: Small) -> None:
    small.land()
    small.cell("B", 2020, "LA-01 R31 C04", 3)
    found = small.ask("natural-land-unapproved", registers=Registers(events=[event()]))
    assert found.suspicions == ()
    assert found.unassessed[0].missing == ("B LA-01 C04 2020",)
    approved = event(id="E2", key=(("la01", "C04"),), amount=Decimal(1), effect=date(2018, 1, 1))
    found = small.ask("natural-land-unapproved", registers=Registers(events=[event(), approved]))
    assert [(s.place, s.found, s.expected, s.difference) for s in found.suspicions] == [
        ("LA-01 C04 2020", "3 hm2", "<= 0 hm2", "3 hm2")
    ]


def test_what_is_found_and_what_is_not_assessed_read_well_in_both_languages(small: Small) -> None:
    small.land()
    small.cell("B", 2021, "LA-01 R31 C04", 1)
    small.con.execute(
        "UPDATE t_asset_account SET amount = 12 WHERE row_code = 'R31' AND column_code = 'C02' AND region_code = 'B'"
    )
    found = small.ask("arable-unapproved", "report-mismatch", "natural-land-unapproved", registers=Registers(events=[event()]))
    told = found.findings
    assert [f.code for f in told] == ["SUSPICION-FOUND"] * 2 + ["SUSPICION-NOT-ASSESSED", "SUSPICION-PARTLY-ASSESSED"]
    assert "耕地人为减少大于依法批准的占用" in told[0].text("zh")
    assert "12 hm2" in told[0].text("en")
    assert told[0].mend("zh").startswith(RULES["arable-unapproved"].mend.zh)
    assert told[0].rule == "arable-unapproved"
    assert told[0].figures == ("asset_account/B/2020/LA-01/R31/C02/human/scheme=assets/instance=-@1",)
    assert "report" in told[2].text("en")


# --- amounts are exact ---


@pytest.mark.parametrize(
    ("lost", "approved", "unit", "suspicious"),
    [
        # the tolerance is 0.1 % of what was approved: 10 hm2 bear 10.01
        ("10.01", "10", "hm2", False),
        ("10.010000000001", "10", "hm2", True),
        # 15 mu are a hectare exactly
        ("10.01", "150", "亩", False),
        ("10.010000000001", "150", "亩", True),
        ("0", "1", "hm2", False),
    ],
)
def test_a_loss_is_held_against_its_approvals_to_the_last_digit(
    small: Small, lost: str, approved: str, unit: str, suspicious: bool
) -> None:
    small.land()
    small.con.execute(
        "UPDATE t_asset_account SET amount = ? WHERE row_code = 'R31' AND region_code = 'B' AND year = 2020", [lost]
    )
    found = small.ask("arable-unapproved", registers=Registers(events=[event(approved, unit)]))
    assert bool(found.suspicions) is suspicious


def test_an_approval_without_document_or_of_another_year_carries_nothing(small: Small) -> None:
    small.land()
    small.con.execute("UPDATE t_asset_account SET amount = 5 WHERE row_code = 'R31' AND region_code = 'B' AND year = 2020")
    for changes in ({"document": ""}, {"effect": date(2021, 3, 1)}, {"region": "C"}, {"key": (("la01", "C04"),)}, {"row": "R32"}):
        found = small.ask("arable-unapproved", registers=Registers(events=[event(**changes)]))
        assert [s.expected for s in found.suspicions] == ["<= 0 hm2"], changes


@given(st.decimals(min_value=-(10**20), max_value=10**20, places=6, allow_nan=False, allow_infinity=False))
def test_digits_are_told_as_people_write_them(amount: Decimal) -> None:
    with duckdb.connect() as con:
        con.execute(f"CREATE TEMP MACRO {TOLD}")
        row = con.execute("SELECT told(CAST(? AS DECIMAL(38,12)), 'hm2')", [str(amount)]).fetchone()
    assert row is not None
    number, unit = row[0].split(" ")
    assert unit == "hm2"
    assert Decimal(number) == amount
    assert "." not in number or not number.endswith(("0", "."))


@given(
    st.fractions(min_value=Fraction(1, 100), max_value=10**6, max_denominator=100),
    st.fractions(min_value=Fraction(1, 100), max_value=10**6, max_denominator=100),
)
def test_a_shown_quotient_is_cut_off_at_four_decimals(x: Fraction, y: Fraction) -> None:
    x, y = Fraction(int(x * 100), 100), Fraction(int(y * 100), 100)
    with duckdb.connect() as con:
        for macro in MACROS[1:]:
            con.execute(f"CREATE TEMP MACRO {macro}")
        row = con.execute(f"SELECT share({float(x):.2f}::DECIMAL(38,12), {float(y):.2f}::DECIMAL(38,12))").fetchone()
    assert row is not None
    assert Fraction(Decimal(row[0])) == Fraction(int(x / y * 10000), 10000)


def test_a_unit_of_another_quantity_is_refused_with_all_of_its_kind(small: Small) -> None:
    small.land()
    wrong = [event(unit="吨"), event(id="E2", unit="吨")]
    with pytest.raises(Refused) as refused:
        small.ask("arable-unapproved", registers=Registers(events=wrong))
    assert [(f.code, f.found, f.expected) for f in refused.value.findings] == [("SUSPICION-UNIT", "吨", "hm2")] * 2


@pytest.mark.parametrize(
    ("key", "table", "expected"),
    [
        ((("la01", "C02"),), "LA-01", ("C02", "-")),
        ((("mineral", "kaolin"), ("mn01", "C2")), "MN-01", ("C2", "kaolin")),
        ((("ft01v", "V1"),), "FT-01", ("V1", "-")),
        ((("redline_unit", "RL-L1"),), "RL-01", ("", "RL-L1")),
    ],
)
def test_a_key_names_column_and_instance(key: tuple[tuple[str, str], ...], table: str, expected: tuple[str, str]) -> None:
    assert column_of(table, key) == expected


def test_a_table_of_one_column_needs_none_named(small: Small) -> None:
    for row, amount in (("R10", 50), ("R31", 4), ("R40", 50)):
        small.cell("B", 2020, f"RL-01 {row} AREA", amount, instance="U1")
    cut = event(table="RL-01", key=(("redline_unit", "U1"),), amount=Decimal(4))
    assert small.ask("redline-account", registers=Registers(events=[cut])).suspicions == ()
    short = replace(cut, amount=Decimal("3.5"))
    assert [s.difference for s in small.ask("redline-account", registers=Registers(events=[short])).suspicions] == ["-0.5 hm2"]


# --- reports, observations, patches ---


def reported(
    amount: str, unit: str = "hm2", address: str = "asset_account/B/2020/LA-01/R40/C02/-/scheme=assets/instance=-"
) -> Registers:
    return Registers(reports=[Reported("公报", address, Decimal(amount), unit)])


@pytest.mark.parametrize(
    ("printed", "unit", "suspicious"),
    [
        # the book holds 100.25 hm2: half a printed digit is the most that rounding can do
        ("100.25", "hm2", False),
        ("100.2", "hm2", False),
        ("100.3", "hm2", False),
        ("100.1", "hm2", True),
        ("100.26", "hm2", True),
        ("1503.75", "亩", False),
        ("1503.8", "亩", False),
        ("1503.6", "亩", True),
        ("1.0025", "km2", False),
        ("1.01", "km2", True),
    ],
)
def test_a_report_is_held_against_the_book_by_its_last_digit(small: Small, printed: str, unit: str, suspicious: bool) -> None:
    small.cell("B", 2020, "LA-01 R40 C02", "100.25")
    assert bool(small.ask("report-mismatch", registers=reported(printed, unit)).suspicions) is suspicious


def test_a_reported_figure_that_the_book_lacks_is_not_assessed(small: Small) -> None:
    found = small.ask("report-mismatch", registers=reported("7"))
    assert found.suspicions == ()
    assert found.unassessed[0].partly
    assert "LA-01/R40/C02" in found.unassessed[0].missing[0]


def test_an_observation_of_new_year_is_the_stock_of_the_year_before(small: Small) -> None:
    small.land()
    seen = Observation("B", "LA-01", "R40", LOSS, date(2021, 1, 1), Decimal("90"), "hm2")
    assert [s.place for s in small.ask("observation-mismatch", registers=Registers(observations=[seen])).suspicions] == [
        "LA-01 C02 2020"
    ]
    for other in (replace(seen, amount=Decimal("99.95")), replace(seen, day=date(2020, 7, 1))):
        assert small.ask("observation-mismatch", registers=Registers(observations=[other])).suspicions == ()


def after(day: date, *rows: Patch) -> list[Patch]:
    return [replace(row, valid_from=day) for row in rows]


OLD = patch(valid_to=date(2020, 12, 31))
LATER = date(2021, 1, 1)


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([patch()], []),
        ([OLD], ["-10 hm2"]),
        ([OLD, *after(LATER, patch(area="9.5"))], ["-0.5 hm2"]),
        # cut in two, nothing is lost; of one half a part is
        ([OLD, *after(LATER, patch("1.1", "4"), patch("1.2", "6"))], []),
        ([OLD, *after(LATER, patch("1.1", "4"), patch("1.2", "5.9"))], ["-0.1 hm2"]),
        # a document that the patch did not have before approves, the old one does not
        ([OLD, *after(LATER, patch(area="9.5", document="批1"))], []),
        # what the neighbour gains makes up for nothing
        (
            [OLD, *after(LATER, patch(area="9")), patch("2", valid_to=date(2020, 12, 31)), *after(LATER, patch("2", "11"))],
            ["-1 hm2"],
        ),
    ],
)
def test_a_patch_is_followed_by_itself(small: Small, rows: list[Patch], found: list[str]) -> None:
    # another patch keeps both layers from being empty
    registers = Registers(patches=[*rows, patch("9")])
    assert [s.difference for s in small.ask("redline-lost", registers=registers).suspicions] == found


def test_a_patch_of_unknown_area_is_not_assessed(small: Small) -> None:
    found = small.ask("redline-lost", registers=Registers(patches=[patch(area=None)]))
    assert (found.suspicions, found.unassessed[0].missing) == ((), ("B 1",))


def test_the_function_of_a_patch_is_compared_freed_of_weather_if_both_days_have_it(small: Small) -> None:
    old = replace(OLD, function_index=Decimal(80), normalised=Decimal(79))
    # as observed on one of the days a fall of up to 2 points is the weather's
    for seen, freed, worse in (
        ("79", "79", ""), ("81", "78.9", "-0.1 normalised"), ("78", None, ""), ("77.9", None, "-2.1 observed"), ("80", None, ""),
    ):  # fmt: skip
        row = patch(function_index=Decimal(seen), normalised=None if freed is None else Decimal(freed))
        found = small.ask("redline-worse", registers=Registers(patches=[old, *after(LATER, row)]))
        assert [s.difference for s in found.suspicions] == ([worse] if worse else []), (seen, freed)


def test_an_unlawful_activity_needs_a_problem(small: Small) -> None:
    for legal, issue, listed in ((False, "", True), (False, "P1", False), (True, "", False), (None, "", False)):
        doing = Activity("采石", Decimal("2.5"), "ha", legal, issue)
        found = small.ask("redline-activity", registers=Registers(patches=[patch(activities=(doing,))]))
        assert [s.difference for s in found.suspicions] == (["2.5 hm2"] if listed else []), (legal, issue)


def test_a_class_is_never_interpolated(small: Small) -> None:
    small.cell("B", 2020, "WQ-01 SC40 K1", 3, unit="个")
    made = Balance(date(2020, 7, 1), "B", "WQ-01", "SC40", (("wq01", "K1"),), Fraction(7, 3), "个", "INTERP", estimate=True)
    assert [s.difference for s in small.ask("interpolated-class", registers=Registers(balances=[made])).suspicions] == [
        "2.333333333333 个"
    ]
    for fine in (replace(made, method="NEAREST"), replace(made, table="FT-01")):
        assert small.ask("interpolated-class", registers=Registers(balances=[fine])).suspicions == ()


def test_a_problem_carried_over_is_past_its_day(small: Small) -> None:
    late = Problem("Q", "R", "示例", "W", "U", "P", "F", "phased", date(2021, 6, 30), carried_from="上期")
    assert [s.place for s in small.ask("problem-carried", registers=Registers(problems=[late])).suspicions] == ["Q"]
    for fine in (replace(late, carried_from=""), replace(late, due=date(2022, 1, 1)), replace(late, due=None)):
        assert small.ask("problem-carried", registers=Registers(problems=[fine])).suspicions == ()
    assert small.ask("problem-carried", registers=Registers(problems=[late], closed={"Q"})).suspicions == ()


# --- one rule each by hand ---


def test_forest_area_up_with_timber_down(small: Small) -> None:
    # area 100 → 101 hm2, volume 9000 + 500 → 8900 + 590 m3: 10 m3 less
    for place, amount, unit in (
        ("FT-01 R10 A1", 60, "hm2"), ("FT-01 R10 A2", 40, "hm2"), ("FT-01 R40 A1", 60, "hm2"), ("FT-01 R40 A2", 41, "hm2"),
        ("FT-01 R10 V1", 9000, "m3"), ("FT-01 R10 V2", 500, "m3"), ("FT-01 R40 V1", 8900, "m3"), ("FT-01 R40 V2", 590, "m3"),
        ("FT-01 R10 U0", 95, "m3/hm2"), ("FT-01 R40 U0", 94, "m3/hm2"),
    ):  # fmt: skip
        small.cell("B", 2020, place, amount, unit=unit)
    (line,) = small.ask("forest-up-timber-down").suspicions
    assert (line.place, line.found, line.expected, line.difference) == ("FT-01 2020", "9490 m3", ">= 9500 m3", "-10 m3")
    small.con.execute("UPDATE t_asset_account SET amount = 600 WHERE column_code = 'V2' AND row_code = 'R40'")
    assert small.ask("forest-up-timber-down").suspicions == ()


def test_a_fall_over_the_term_is_seen_where_no_single_year_shows_both(small: Small) -> None:
    # 2020: +1 hm2 and the volume as it was; 2021: the area as it was and 5 m3 less
    for year, area, volume in ((2020, (10, 11), (900, 900)), (2021, (11, 11), (900, 895))):
        for row, a, v in (("R10", area[0], volume[0]), ("R40", area[1], volume[1])):
            small.cell("B", year, f"FT-01 {row} A1", a)
            small.cell("B", year, f"FT-01 {row} V1", v, unit="m3")
    assert [s.place for s in small.ask("forest-up-timber-down").suspicions] == ["FT-01 2020-2021"]


def test_a_sum_that_lacks_a_part_is_held_against_nobody(small: Small) -> None:
    for row, amount in (("R10", 100), ("R40", 101)):
        small.cell("B", 2020, f"FT-01 {row} A1", amount)
        small.cell("B", 2020, f"FT-01 {row} V1", 9000, unit="m3")
    small.cell("B", 2020, "FT-01 R10 V2", 500, unit="m3")
    small.cell("B", 2020, "FT-01 R40 V2", None, unit="m3", state="not_available")
    found = small.ask("forest-up-timber-down")
    assert found.suspicions == ()
    assert "FT-01 B 2020 (1)" in found.unassessed[0].missing


def test_supplemented_land_of_a_worse_grade(small: Small) -> None:
    # taken 10 hm2 of grade 5 and 10 of 7: mean 6; supplemented 10 of 6 and 12 of 7: (60 + 84) ÷ 22 = 6.5454…
    for place, amount in (("R31 G05", 10), ("R31 G07", 10), ("R21 G06", 10), ("R21 G07", 12), ("R21 CAV", 99)):
        small.cell("B", 2020, f"LQ-01 {place}", amount)
    (line,) = small.ask("offset-quality").suspicions
    assert (line.found, line.expected, line.difference) == ("6.5454", "<= 6", "0.5454")
    small.con.execute("UPDATE t_asset_account SET amount = 30 WHERE row_code = 'R21' AND column_code = 'G06'")
    small.con.execute("UPDATE t_asset_account SET amount = 0 WHERE row_code = 'R21' AND column_code = 'G07'")
    # 30 hm2 of grade 6 for 20 of mean 6: as good, no suspicion
    assert small.ask("offset-quality").suspicions == ()
    small.con.execute("UPDATE t_asset_account SET amount = 19.5 WHERE row_code = 'R21' AND column_code = 'G06'")
    assert [s.difference for s in small.ask("offset-short").suspicions] == ["-0.5 hm2"]


def test_ore_that_is_mined_and_written_up(small: Small) -> None:
    # mined and lost 106 t; written up 30 t, down 10 t: a net of 20 t, above the tenth of 10.6 t
    for place, amount in (("R31 C2", 100), ("R32 C2", 6), ("R22 C2", 30), ("R34 C3", 10), ("R22 C4", 500), ("R21 C2", 0)):
        small.cell("B", 2020, f"MN-01 {place}", amount, unit="t", instance="kaolin")
    assert [(s.place, s.found) for s in small.ask("ore-reappraised").suspicions] == [("MN-01 kaolin 2020", "20 t")]
    small.con.execute("UPDATE t_asset_account SET amount = 20.6 WHERE row_code = 'R22' AND column_code = 'C2'")
    assert small.ask("ore-reappraised").suspicions == ()


def test_a_loss_booked_as_adjustment_while_the_town_grows(small: Small) -> None:
    small.land()
    for place, amount in (("R33 C02", 5), ("R10 C06", 40), ("R40 C06", 45)):
        small.cell("B", 2021, f"LA-01 {place}", amount)
    assert [(s.place, s.found) for s in small.ask("reclassified-to-built-up").suspicions] == [("LA-01 R33 2021", "5 hm2")]
    small.con.execute("UPDATE t_asset_account SET amount = 40 WHERE row_code = 'R40' AND column_code = 'C06'")
    assert small.ask("reclassified-to-built-up").suspicions == ()


def test_an_adjustment_with_its_code_in_the_return_is_none_without(small: Small) -> None:
    small.cell("B", 2021, "LA-01 R23 C02", 5)
    note = {"vintage": 1, "measure": "LA-01.R23.returned", "region_code": "B", "period": "2021", "category": "la01:C02"}
    assert [s.place for s in small.ask("adjustment-without-code").suspicions] == ["LA-01 R23 C02 2021"]
    small.insert("t_fact", note | {"note": "说明见附件", "state": "value"})
    assert len(small.ask("adjustment-without-code").suspicions) == 1
    small.con.execute("UPDATE t_fact SET note = 'BOUNDARY:一镇划转'")
    assert small.ask("adjustment-without-code").suspicions == ()


# --- sections, and what is known on a day ---


@pytest.mark.parametrize(
    ("opening", "closing", "suspicious"),
    [
        ((3, 1), (3, 0), True),  # the bad one is measured no longer
        ((3, 1), (5, 1), True),  # two good ones are new
        ((3, 1), (4, 0), False),  # the bad one got better, the set is the same
        ((3, 2), (4, 0), False),  # one got better, one was dropped: there was an improvement
        ((3, 1), (3, 1), False),
        ((3, 1), (2, 1), False),  # a good one was dropped: the share fell
    ],
)
def test_better_only_by_another_set_of_sections(
    small: Small, opening: tuple[int, int], closing: tuple[int, int], suspicious: bool
) -> None:
    for row, (good, bad) in (("SC10", opening), ("SC40", closing)):
        small.cell("B", 2020, f"WQ-01 {row} K2", good, unit="个")
        small.cell("B", 2020, f"WQ-01 {row} K5", bad, unit="个")
    assert bool(small.ask("section-set-changed").suspicions) is suspicious


def test_only_what_was_known_on_the_day_is_seen(small: Small) -> None:
    small.vintage(2, "TIMESTAMP '2023-02-01'")
    small.con.execute(
        "INSERT INTO t_revision (region_code, year, vintage, profile, figure, kind, old_vintage, old, new, difference, unit, reason) VALUES"
        " ('B', 2020, 2, 'assets', 'asset_account/B/2020/LA-01/R40/C02/-/scheme=assets/instance=-', 'recompiled', 1, 5, 6, 1, 'hm2', 'input')"
    )
    assert [s.difference for s in small.ask("revised-after-term").suspicions] == ["1 hm2 (1)"]
    # to the leader's cost it is no suspicion; before the end of the term neither
    assert small.ask("revised-after-term", asked=replace(ASKED, end=date(2024, 1, 1))).suspicions == ()
    small.con.execute("SET VARIABLE gep_as_of = DATE '2022-12-31'")
    assert small.ask("revised-after-term").suspicions == ()
    small.con.execute("SET VARIABLE gep_as_of = NULL")
    small.con.execute("UPDATE t_revision SET difference = -1")
    assert small.ask("revised-after-term").suspicions == ()


# --- a rule can only read ---


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "accounts.duckdb"
    rebuild(path, [])
    return path


SHOWN = "SELECT 'B' AS region, 'x' AS place, '1' AS found, '2' AS expected, '3' AS difference, [] AS figures"


@pytest.mark.parametrize(
    "sql",
    [
        "COPY (SELECT 1) TO 'out.csv'",
        "DELETE FROM t_fact",
        "SELECT * FROM read_csv('/etc/hostname')",
        "ATTACH 'other.duckdb'",
        "SET enable_external_access = true",
        "PRAGMA database_list",
        f"{SHOWN}; {SHOWN}",
        "CREATE TABLE x AS SELECT 1",
        "SELECT nothing FROM nowhere",
    ],
)
def test_a_rule_cannot_write_nor_reach_outside(store: Path, sql: str) -> None:
    before = store.read_bytes()
    with pytest.raises(Refused) as refused:
        suspicions(store, ASKED, Registers(problems=[_problem()]), rules=[rule(sql, "problem")])
    assert [(f.code, f.place.key) for f in refused.value.findings] == [("SUSPICION-QUERY", "mine")]
    assert store.read_bytes() == before


def _problem() -> Problem:
    return Problem("Q", "R", "示例", "W", "U", "P", "F", "phased", None)


def test_every_rule_that_cannot_be_asked_is_named_at_once(store: Path) -> None:
    wrong = [rule("SELECT 1", "problem", id="one"), rule(SHOWN, "problem"), rule("SELEC", "problem", id="two")]
    with pytest.raises(Refused) as refused:
        suspicions(store, ASKED, Registers(problems=[_problem()]), rules=wrong)
    assert [(f.code, f.place.key) for f in refused.value.findings] == [("SUSPICION-COLUMNS", "one"), ("SUSPICION-QUERY", "two")]


def test_a_binary_number_is_refused(store: Path) -> None:
    with pytest.raises(Refused, match="SUSPICION-COLUMNS"):
        suspicions(store, ASKED, Registers(problems=[_problem()]), rules=[rule(SHOWN.replace("'1'", "1e0"), "problem")])


def test_lines_come_in_one_order_and_thresholds_by_name(store: Path) -> None:
    sql = "SELECT region, place, '1' AS found, told($most, '%') AS expected, '3' AS difference, NULL AS figures FROM (VALUES ('C', 'x'), ('B', 'y'), ('B', 'x')) v(region, place)"
    most = Threshold("most", Decimal("12.50"), "%", "expert", N)
    found = suspicions(store, ASKED, Registers(problems=[_problem()]), rules=[rule(sql, "problem", thresholds=(most,))])
    assert [(s.region, s.place, s.expected) for s in found.suspicions] == [
        ("B", "x", "12.5 %"),
        ("B", "y", "12.5 %"),
        ("C", "x", "12.5 %"),
    ]
    assert found.suspicions[0].figures == ()


def test_the_shipped_rules_are_asked_of_a_store_that_holds_nothing(store: Path) -> None:
    found = suspicions(store, ASKED, Registers(), known_on=date(2022, 1, 1))
    assert found.asked == len(RULES) == len(found.unassessed)
