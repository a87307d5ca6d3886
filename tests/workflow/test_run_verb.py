"""run: what is missing, what does not apply, vintages, leftovers, and the hash of what was read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Finding, Refused
from gep.base.records import Severity
from gep.book import Book
from gep.catalog.record import Catalog
from gep.ledger.recover import recover
from gep.ledger.store import rebuild
from gep.workflow.answer import answer
from gep.workflow.compute import Computation, compute
from gep.workflow.demo import Demo
from gep.workflow.explain import explain
from gep.workflow.frozen import freeze
from gep.workflow.plan import plans
from gep.workflow.release import Made, release_folders
from gep.workflow.run import run, years_of
from gep.workflow.submit import Holdings, holdings
from gep.workflow.views import rows

COMPLETE, LACKING, WITHOUT, UNKNOWN = "513301", "513322", "513323", "513324"
COLUMNS = ("material", "regulating", "cultural", "gep")
# the account of the paper, in yuan: Garze as a whole, and each county here, which returns the same figures
MATERIAL, REGULATING, CULTURAL = Decimal("63264550000.0000"), Decimal("684559435347.7923"), Decimal("7066690000.0000")
GEP = MATERIAL + REGULATING + CULTURAL
WATER = Decimal("226971940000.0000")  # 321.49×10⁸ m³ × 7.06 yuan


def test_the_demo_gives_the_account_of_the_paper(demo: Demo) -> None:
    total = {r["profile"]: r for r in rows(demo.book, "SELECT * FROM gep_total")}
    assert [total["garze-2017"][c] for c in COLUMNS] == [MATERIAL, REGULATING, CULTURAL, GEP]
    assert Decimal("754890675347.7923") == GEP
    counts = {(r["enabled"], r["valued"], r["missing"], r["not_applicable"]) for r in total.values()}
    assert counts == {(17, 17, 0, 0)}
    assert demo.made.vintage == 13  # init, two answers, nine returns, run
    assert demo.made.state == "preliminary"
    assert (demo.made.years, demo.made.profiles) == ((2010,), ("garze-2017", "garze-2017-one-carbon"))


def test_totals_are_the_sums_of_the_values(demo: Demo) -> None:
    sums = rows(demo.book, "SELECT profile, sum(value) AS gep, count(*) AS n FROM value_account GROUP BY ALL")
    totals = {r["profile"]: r["gep"] for r in rows(demo.book, "SELECT profile, gep FROM gep_total")}
    assert {r["profile"]: r["gep"] for r in sums} == totals


def test_every_value_is_quantity_times_price(demo: Demo) -> None:
    for r in rows(demo.book, "SELECT * FROM value_account WHERE price IS NOT NULL"):
        product = r["quantity"] * r["price"]
        # the quantity is stored at six decimals, the value at four, each rounded once
        assert abs(product - r["value"]) <= r["price"] * Decimal("0.0000005") + Decimal("0.00005"), r["service"]


# ---- what is missing and what does not apply (one book of four counties)


@pytest.fixture(scope="module")
def refused(counties: Book) -> Made:
    return run(counties)


@pytest.fixture(scope="module")
def trial(counties: Book, refused: Made) -> Made:
    assert refused.vintage is None
    return run(counties, trial=True)


def stopping(made: Made) -> list[Finding]:
    return [f for f in made.findings if f.severity is Severity.STOP]


def test_a_missing_return_stops_the_run_and_is_named(counties: Book, refused: Made) -> None:
    missing, last = stopping(refused)
    assert missing.code == "INTAKE-INPUT-MISSING"
    assert missing.place.key == f"water_retention/{LACKING}/2010/-"
    named = ("water_retention", "513322", "2010", "-", "reservoir_unit_cost", "m3")
    for text, words in (
        (missing.text("zh"), ("水源涵养量", "513322县")),
        (missing.text("en"), ("Water retained", "County 513322")),
    ):
        assert all(word in text for word in (*named, *words)), text
    assert "水利局" in missing.mend("zh")
    assert "水利局" in missing.mend("en")
    assert all("513322,2010,water_retention" in missing.mend(lang) for lang in ("zh", "en"))
    assert "state" in missing.mend("zh")
    assert "not_applicable" in missing.mend("en")
    assert (last.code, last.text("en")) == ("RUN-REFUSED", "1 findings stop the run; no vintage was made.")
    assert "--trial" in last.mend("zh")
    assert (refused.vintage, refused.figures) == (None, ())


def test_a_refused_run_leaves_nothing(counties: Book, refused: Made) -> None:
    assert refused.vintage is None
    assert "run" not in [e.act for e in counties.entries() if e.seq <= 4]


def test_a_trial_shows_the_gap_as_unknown(counties: Book, trial: Made) -> None:
    assert trial.state == "trial"
    assert trial.vintage is not None
    total = {r["region_code"]: r for r in rows(counties, "SELECT * FROM gep_total")}
    lacking = total[LACKING]
    assert [lacking[c] for c in COLUMNS] == [MATERIAL, None, CULTURAL, None]
    assert (lacking["enabled"], lacking["valued"], lacking["missing"], lacking["not_applicable"]) == (17, 16, 1, 0)
    (state,) = rows(counties, f"SELECT value, quantity, state FROM value_account WHERE region_code = '{LACKING}' "
                              "AND service = 'water_retention'")  # fmt: skip
    assert state == {"value": None, "quantity": None, "state": "not_available"}


def test_what_is_declared_not_applicable_leaves_the_sum_of_the_others(counties: Book, trial: Made) -> None:
    (total,) = rows(counties, f"SELECT * FROM gep_total WHERE region_code = '{WITHOUT}'")
    assert [total[c] for c in COLUMNS] == [MATERIAL, REGULATING - WATER, CULTURAL, GEP - WATER]
    assert (total["enabled"], total["valued"], total["missing"], total["not_applicable"]) == (17, 16, 0, 1)
    assert not [f for f in stopping(trial) if WITHOUT in f.place.key]


def test_what_is_declared_unknown_is_missing(counties: Book, trial: Made) -> None:
    (total,) = rows(counties, f"SELECT * FROM gep_total WHERE region_code = '{UNKNOWN}'")
    assert [total[c] for c in COLUMNS] == [MATERIAL, None, CULTURAL, None]
    assert (total["enabled"], total["valued"], total["missing"], total["not_applicable"]) == (17, 16, 1, 0)
    # it was returned, with a reason: nothing more is asked for
    assert not [f for f in trial.findings if f.code == "INTAKE-INPUT-MISSING" and UNKNOWN in f.place.key]


def test_the_city_is_the_sum_of_its_counties(counties: Book, trial: Made) -> None:
    assert trial.vintage is not None
    (city,) = rows(counties, "SELECT * FROM gep_total WHERE region_code = '513300'")
    assert [city[c] for c in COLUMNS] == [4 * MATERIAL, None, 4 * CULTURAL, None]
    assert (city["enabled"], city["valued"], city["missing"], city["not_applicable"]) == (17, 16, 1, 0)
    assert city["region_level"] == "city"


def test_a_county_dissolved_in_the_year_is_no_leaf_of_it(counties: Book, trial: Made) -> None:
    assert not [f for f in trial.findings if "513399" in f.place.key]
    assert rows(counties, "SELECT * FROM gep_total WHERE region_code = '513399'") == []


def test_the_coefficients_of_the_city_are_used_and_told(trial: Made) -> None:
    told = [f for f in trial.findings if f.code == "CATALOG-PARAMETER-FALLBACK"]
    assert {f.severity for f in told} == {Severity.NOTE}
    assert any("reservoir_unit_cost" in f.text("zh") for f in told)
    regions = {dict(f.args)["region"] for f in told if "reservoir_unit_cost" in f.text("en")}
    # water retention is priced in two counties, flood water in all four
    assert regions == {COMPLETE, LACKING, WITHOUT, UNKNOWN}


def test_an_explained_gap_says_that_nothing_was_returned(counties: Book, trial: Made) -> None:
    assert trial.vintage is not None
    made = explain(counties, f"value_account/{LACKING}/2010/water_retention", "en")
    assert (made.amount, made.state) == ("", "not_available")
    cell = next(n for n in made.nodes if n["kind"] == "cell")
    assert (cell["state"], cell["reason"], "file" in cell) == ("not_available", "not returned", False)


def test_a_total_over_what_does_not_apply_leaves_it_out(counties: Book, trial: Made) -> None:
    assert trial.vintage is not None
    whole = explain(counties, f"value_account/{WITHOUT}/2010")
    assert (Decimal(whole.amount), whole.unit, whole.state) == (GEP - WATER, "CNY", "value")
    unknown = explain(counties, f"value_account/{UNKNOWN}/2010")
    assert (unknown.amount, unknown.state) == ("", "not_available")
    alone = explain(counties, f"value_account/{WITHOUT}/2010/water_retention")
    assert (alone.amount, alone.state) == ("", "not_applicable")


def test_an_answer_closes_the_query_it_names_and_no_other(counties: Book, trial: Made) -> None:
    asked = [f for f in trial.findings if f.severity is Severity.QUERY]
    assert {f.rule for f in asked} == {"carbon_oxygen.one_base", "water_supply.industrial_share"}
    assert {f.status for f in asked} == {"open"}  # the shipped answers are for 513300, not for its counties
    one = next(f for f in asked if COMPLETE in f.place.key and f.rule == "carbon_oxygen.one_base")
    entry = answer(counties, one.id, "两者口径不同", document="第3页", who="chief")
    assert (entry.act, entry.who, entry.data["region"], entry.data["rule"]) == ("answer", "chief", COMPLETE, one.rule)
    made = run(counties, profiles=["garze-2017"], trial=True)
    again = {f.id: f.status for f in made.findings if f.severity is Severity.QUERY}
    assert again == {f.id: "answered" if f.id == one.id else "open" for f in asked}
    (row,) = rows(counties, f"SELECT status, answer, answered_by FROM finding WHERE id = '{one.id}' AND vintage = {made.vintage}")
    assert row == {"status": "answered", "answer": "两者口径不同", "answered_by": "chief"}


@pytest.mark.parametrize(("finding_id", "text"), [("0123456789ab", "because"), ("", "because")])
def test_an_answer_to_nothing_is_refused(demo: Demo, finding_id: str, text: str) -> None:
    with pytest.raises(Refused) as caught:
        answer(demo.book, finding_id, text)
    (told,) = caught.value.findings
    assert told.code == "ANSWER-UNKNOWN"
    assert told.text("en") == f"No finding {finding_id} asks for an explanation, or the explanation is empty."
    asked = [f.id for f in demo.made.findings if f.severity is Severity.QUERY]
    assert told.mend("zh") == f"待说明的问题编号:{', '.join(asked)}。"


def test_an_empty_answer_is_refused(demo: Demo) -> None:
    asked = next(f for f in demo.made.findings if f.severity is Severity.QUERY)
    with pytest.raises(Refused, match="ANSWER-UNKNOWN"):
        answer(demo.book, asked.id, "  ")


# ---- vintages


HOSTILE = '<script>alert(1)</script> {{7*7}} & "价"'
RAISED = f"""id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note
reservoir_unit_cost,local,513300,,2010-01-01,2010-12-31,7.766,元@2010/m3,,,local,garze2017,raised,{HOSTILE}
"""


@pytest.fixture(scope="module")
def raised(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, Made, Made]:
    """A copy of the demo book run again as it is, then with the unit cost of reservoirs raised by a tenth."""
    root = tmp_path_factory.mktemp("raised") / "book"
    shutil.copytree(demo.book.root, root)
    (root / "releases" / "99").mkdir()
    (root / "releases" / "99" / "value_account.csv").write_text("half a table", encoding="utf-8")
    (root / "releases" / "_tmp").mkdir()
    same = run(Book(root))
    (root / "local" / "prices").mkdir()
    (root / "local" / "prices" / "own.csv").write_text(RAISED, encoding="utf-8")
    book = Book(root)
    return book, same, run(book)


def test_what_a_killed_run_left_is_removed_and_told(raised: tuple[Book, Made, Made]) -> None:
    book, same, later = raised
    told = [f for f in same.findings if f.code == "BOOK-LEFTOVER"]
    assert {(f.severity, f.found) for f in told} == {(Severity.NOTE, "99"), (Severity.NOTE, "_tmp")}
    assert f"no vintage {told[0].found}" in told[0].text("en")
    assert "moved to the folder unfinished" in told[0].text("en")
    assert f"日志中没有版次 {told[0].found}" in told[0].text("zh")
    assert "已移到 unfinished 目录" in told[0].text("zh")
    assert sorted(p.name for p in book.releases.iterdir()) == ["13", "14", "15"]
    assert not [f for f in later.findings if f.code == "BOOK-LEFTOVER"]


def test_a_run_is_a_new_vintage_and_the_plain_views_show_the_newest(raised: tuple[Book, Made, Made]) -> None:
    book, same, later = raised
    assert (same.vintage, later.vintage) == (14, 15)
    assert {r["vintage"] for r in rows(book, "SELECT vintage FROM value_account")} == {15}
    held = {(r["vintage"], r["n"]) for r in rows(book, "SELECT vintage, count(*) AS n FROM value_account_all GROUP BY ALL")}
    assert held == {(13, 60), (14, 60), (15, 60)}
    assert [r["rules_hash"] for r in rows(book, "SELECT rules_hash FROM run ORDER BY vintage")][0:2] == [same_hash(book, 13)] * 2
    assert same_hash(book, 13) != same_hash(book, 15)


def same_hash(book: Book, seq: int) -> Any:
    return next(e.data["rules_hash"] for e in book.entries() if e.seq == seq)


def test_the_same_input_gives_the_same_accounts(raised: tuple[Book, Made, Made]) -> None:
    book, *_ = raised
    for name in ("physical_account", "value_account", "gep_total"):
        one, two = ((book.releases / v / f"{name}.csv").read_text(encoding="utf-8") for v in ("13", "14"))
        assert one.replace(",13,", ",V,") == two.replace(",14,", ",V,"), name
    assert (book.releases / "13" / "trace.jsonl").read_bytes() == (book.releases / "14" / "trace.jsonl").read_bytes()


def test_an_older_vintage_still_explains_itself(raised: tuple[Book, Made, Made]) -> None:
    book, *_ = raised
    old = explain(book, "value_account/513300/2010/water_retention@13")
    new = explain(book, "value_account/513300/2010/water_retention")
    assert (Decimal(old.amount), old.address.rpartition("@")[2]) == (WATER, "13")
    assert (Decimal(new.amount), new.address.rpartition("@")[2]) == (WATER * Decimal("1.1"), "15")


def test_a_price_changes_what_rests_on_it_by_its_share_and_nothing_else(raised: tuple[Book, Made, Made]) -> None:
    book, *_ = raised
    figures = "SELECT DISTINCT figure FROM parameter_used_all WHERE vintage = {v} AND parameter = 'reservoir_unit_cost'"
    touched = {r["figure"] for r in rows(book, figures.format(v=15))}
    assert touched == {r["figure"] for r in rows(book, figures.format(v=13))}
    keys = ("region_code", "year", "profile", "service", "benefit", "product", "ecosystem")
    values: dict[int, dict[tuple[Any, ...], Any]] = {13: {}, 15: {}}
    for r in rows(book, "SELECT * FROM value_account_all WHERE vintage IN (13, 15)"):
        values[r["vintage"]][tuple(r[k] for k in keys)] = r
    changed = {k for k in values[13] if values[13][k]["value"] != values[15][k]["value"]}
    # the water retained and the flood water of lakes, reservoirs and marshes, in both profiles
    assert {k[3:5] for k in changed} == {
        ("water_retention", "-"), ("flood_mitigation", "lake"), ("flood_mitigation", "reservoir"), ("flood_mitigation", "marsh"),
    }  # fmt: skip
    assert len(changed) == 8
    for k in values[13]:
        before, after = values[13][k], values[15][k]
        if k in changed:
            assert after["value"] == before["value"] * Decimal("1.1")
            assert after["price"] == before["price"] * Decimal("1.1")
        else:
            assert (after["value"], after["price"]) == (before["value"], before["price"])
        assert after["quantity"] == before["quantity"]
    named = {f"value_account/{k[0]}/{k[1]}/" + "/".join(k[3:]) + f"/zone=-/profile={k[2]}/" for k in changed}
    leaves = {f for f in touched if f.startswith("value_account/")}
    assert len(leaves) == 8
    assert all(any(f.startswith(n) for n in named) for f in leaves)
    assert {f.split("/")[0] for f in touched} == {"value_account", "gep_total", "green_gold_index"}


def test_the_total_moves_by_a_tenth_of_what_rests_on_the_price(raised: tuple[Book, Made, Made]) -> None:
    book, *_ = raised
    total = {r["vintage"]: r["gep"] for r in rows(book, "SELECT * FROM gep_total_all WHERE profile = 'garze-2017'")}
    # 226971940000 + 1715580000 + 7413000 + 4236000000 = 232930933000; a tenth of it
    assert total[15] - total[13] == Decimal("23293093300.0000")


def test_the_page_shows_hostile_text_as_text(raised: tuple[Book, Made, Made]) -> None:
    from gep.report.page import page

    book, *_ = raised
    for lang in ("zh", "en"):
        made = explain(book, "value_account/513300/2010/water_retention", lang)
        text = page(made, lang)
        assert "<script" not in text.lower()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} &amp;" in text
        assert "49" not in text.partition("alert(1)")[2][:40]
        assert page(made, lang) == text


def test_clearing_twice_finds_nothing(copy: Book) -> None:
    (copy.releases / "7").mkdir()
    (copy.releases / "7" / "gep_total.csv").write_text("half of it", encoding="utf-8")
    assert [f.found for f in recover(copy.root, copy.entries())] == ["7"]
    aside = copy.root / "unfinished" / "releases-7.1" / "gep_total.csv"  # set aside whole, nothing deleted
    assert aside.read_text(encoding="utf-8") == "half of it"
    assert recover(copy.root, copy.entries()) == []
    shutil.rmtree(copy.releases)
    assert recover(copy.root, copy.entries()) == []


def test_a_query_store_that_is_gone_is_rebuilt_from_the_releases(copy: Book) -> None:
    before = rows(copy, "SELECT * FROM value_account ORDER BY ALL")
    copy.store.unlink()
    assert rows(copy, "SELECT * FROM value_account ORDER BY ALL") == before


def test_a_run_killed_after_its_journal_entry_is_seen_by_the_next_question(
    raised: tuple[Book, Made, Made], tmp_path: Path
) -> None:
    shutil.copytree(raised[0].root, tmp_path / "book")
    book = Book(tmp_path / "book")
    rebuild(book.store, release_folders(book)[:-1])  # as it was before the last run was told to the store
    assert {r["vintage"] for r in rows(book, "SELECT vintage FROM value_account")} == {15}


# ---- years


@pytest.fixture(scope="module")
def held(demo: Demo) -> Holdings:
    return holdings(demo.book)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [("2011", "2011"), ("2009-2011", "2009, 2011"), ("2011-2010", "2011-2010"), ("last", "last"), ("2010-", "2010-"), ("-", "-")],
)
def test_a_year_without_data_is_told(demo: Demo, held: Holdings, wanted: str, found: str) -> None:
    with pytest.raises(Refused) as caught:
        years_of(demo.book, held, wanted)
    (told,) = caught.value.findings
    assert (told.code, told.found) == ("RUN-NO-YEAR", found)
    assert told.text("zh") == f"账册中没有 {found} 年的数据。"
    assert told.mend("en") == "Years with data: 2010. Submit the data of that year first with gep submit."


def test_years(demo: Demo, held: Holdings) -> None:
    assert (
        years_of(demo.book, held, "all") == years_of(demo.book, held, "2010") == years_of(demo.book, held, "2010-2010") == [2010]
    )


def test_an_unknown_profile_is_told(copy: Book) -> None:
    with pytest.raises(Refused) as caught:
        run(copy, profiles=["garze-2018"])
    (told,) = caught.value.findings
    assert told.code == "CATALOG-UNKNOWN-REFERENCE"
    assert "garze-2017" in told.mend("en")
    assert [e.act for e in copy.entries()].count("run") == 1


# ---- what was frozen


@pytest.fixture(scope="module")
def computed(demo: Demo, held: Holdings) -> Callable[[Catalog], Computation]:
    regions = demo.book.config.regions

    def made(catalog: Catalog) -> Computation:
        return compute(catalog, "garze-2017", 2010, held.facts, regions, demo.book.config.leaves)

    return made


def changed(catalog: Catalog, name: str, value: str) -> Catalog:
    rows_of = tuple(replace(p, value=Decimal(value)) for p in catalog.parameters[name])
    return replace(catalog, parameters={**catalog.parameters, name: rows_of})


def test_the_hash_follows_what_was_read(demo: Demo, computed: Callable[[Catalog], Computation]) -> None:
    catalog = demo.book.catalog
    text, name = freeze(demo.book, [computed(catalog)])
    assert freeze(demo.book, [computed(catalog)]) == (text, name)
    # the depth of marshes is read by a rule that the profile does not choose
    assert freeze(demo.book, [computed(changed(catalog, "marsh_surface_depth", "0.31"))]) == (text, name)
    other, renamed = freeze(demo.book, [computed(changed(catalog, "soil_bulk_density", "0.94"))])
    assert other != text
    assert renamed != name


def test_what_is_frozen_is_complete_and_named_by_its_hash(demo: Demo) -> None:
    import hashlib

    (folder,) = demo.book.rules.iterdir()
    data = (folder / "frozen.json").read_bytes()
    assert hashlib.sha256(data).hexdigest() == folder.name == same_hash(demo.book, 13)
    frozen = json.loads(data)
    assert set(frozen) == {"regions", "region_changes", "garze-2017/2010", "garze-2017-one-carbon/2010", "green-gold/2010"}
    part = frozen["garze-2017/2010"]
    assert set(part) == {"scheme", "rules", "plans", "measures", "parameters", "codes", "sources"}
    used = {
        r["parameter"]
        for r in rows(demo.book, "SELECT DISTINCT parameter FROM parameter_used WHERE figure LIKE '%profile=garze-2017/%'")
    }
    assert used <= {p["id"] for p in part["parameters"]}
    assert {p["source"] for p in part["parameters"]} == set(part["sources"])


# ---- plans


def test_plans_are_stable_text(demo: Demo) -> None:
    one = plans(demo.book)
    assert one == plans(Book(demo.book.root), "2010")
    assert len(one) == len(set(one))
    assert all("\nhash " in text for text in one)
    only = plans(demo.book, profiles=["garze-2017"])
    assert set(only) < set(one)
    assert any("oxygen_release.stoichiometry" in t for t in one)
    assert not any("oxygen_release.stoichiometry" in t for t in only)


def test_making_plans_writes_nothing(demo: Demo) -> None:
    before = sorted((p, p.stat().st_mtime_ns) for p in Path(demo.book.root).rglob("*"))
    plans(demo.book)
    assert sorted((p, p.stat().st_mtime_ns) for p in Path(demo.book.root).rglob("*")) == before
