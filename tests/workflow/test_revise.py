"""Revisions: a corrected return changes what rests on it and nothing else; openings from a final release; re-stated openings."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import gep.workflow.run as run_verb
from gep.base.records import Fact, Origin, State
from gep.book import Book
from gep.explain.address import Address
from gep.ledger import releases, store
from gep.workflow.accounts import Figure
from gep.workflow.lay_out import final_closings
from gep.workflow.revise import Before, address_of, changed_facts, recompiled
from gep.workflow.run import release_folders, run
from gep.workflow.submit import holdings
from gep.workflow.views import rows
from tests.data.assets import land_book

D = Decimal
A, B = land_book.COUNTIES
SCHEME = "land-extent"


def revisions(book: Book, vintage: int, kind: str = "recompiled") -> dict[str, dict[str, Any]]:
    found = rows(book, f"SELECT * FROM revision_all WHERE vintage = {vintage} AND kind = '{kind}'")
    return {r["figure"]: r for r in found}


# ---- two runs of one book


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Book, int, int]:
    """2019 and 2020, run; then A corrects 2020: 14 hm2 of farmland became settlements, and not 12.5."""
    folder = tmp_path_factory.mktemp("twice")
    book = land_book.made(folder, (2019, 2020))
    first = run(book)
    assert first.vintage is not None
    corrected = {
        (A, 2020, "LA-01.R31", "C02"): "14", (A, 2020, "LA-01.R21", "C06"): "14",
        (A, 2020, "LA-01.R60", "C02"): "59973.5", (A, 2020, "LA-01.R60", "C06"): "10026.5",
        (A, 2020, "ecosystem_area_reduction", "farmland"): "14", (A, 2020, "ecosystem_area_addition", "urban"): "14",
        (A, 2020, "ecosystem_area", "farmland"): "59973.5", (A, 2020, "ecosystem_area", "urban"): "10026.5",
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_verb, "holdings", lambda book: land_book.corrected(holdings(book), corrected))
        second, again = run(book), run(book)
    assert second.vintage is not None, [f.text("en") for f in second.findings]
    assert again.vintage == second.vintage + 1
    return book, first.vintage, second.vintage


def test_the_first_vintage_revises_nothing(twice: tuple[Book, int, int]) -> None:
    book, first, _ = twice
    assert revisions(book, first) == {}


def test_only_what_rests_on_the_correction_has_a_row(twice: tuple[Book, int, int]) -> None:
    book, _, second = twice
    found = revisions(book, second)
    parts = [name.split("/") for name in found]
    assert {p[2] for p in parts} == {"2020"}  # 2019 is as it was
    assert {p[1] for p in parts} == {A, "990100"}  # and so is county B
    cells = {(p[1], p[4], p[5]) for p in parts}
    rows_of = {"C02": {"R31", "R30", "R40", "R50", "R60"}, "C06": {"R21", "R20", "R40", "R50", "R60"}}
    single = {(region, r, c) for region in (A, "990100") for c, names in rows_of.items() for r in names}
    total = {(region, r, "C00") for region in (A, "990100") for r in ("R20", "R21", "R30", "R31")}
    assert cells == single | total


def test_a_row_gives_old_new_difference_and_reason(twice: tuple[Book, int, int]) -> None:
    book, first, second = twice
    found = {tuple(name.split("/")[i] for i in (1, 4, 5)): r for name, r in revisions(book, second).items()}
    closing = found[A, "R40", "C02"]
    # 59987.5 - 12.5 = 59975, then 59987.5 - 14 = 59973.5
    assert (closing["old"], closing["new"], closing["difference"]) == (59975, D("59973.5"), D("-1.5"))
    assert (closing["old_vintage"], closing["unit"], closing["profile"]) == (first, "hm2", SCHEME)
    assert closing["reason"] == "consequence"
    assert {found[A, r, c]["reason"] for r, c in (("R31", "C02"), ("R21", "C06"))} == {"returns"}
    assert found[A, "R30", "C02"]["reason"] == "returns"  # it reads the corrected figure itself
    assert found["990100", "R31", "C02"]["difference"] == D("1.5")


def test_a_run_of_the_same_returns_revises_nothing(twice: tuple[Book, int, int]) -> None:
    book, _, second = twice
    assert revisions(book, second + 1) == {}


# ---- a re-stated opening through the whole run


def test_a_restated_opening_has_a_row_with_its_reason_and_the_note(tmp_path: Path) -> None:
    restated = {
        (A, 2020, "LA-01.R10", "C02"): ("59990", "CORRECTION: 错登"), (A, 2020, "LA-01.R10", "C06"): ("10010", "CORRECTION: 错登"),
        (A, 2020, "LA-01.R60", "C02"): ("59977.5", ""), (A, 2020, "LA-01.R60", "C06"): ("10022.5", ""),
        (A, 2020, "ecosystem_area_restatement", "farmland"): ("2.5", ""), (A, 2020, "ecosystem_area", "farmland"): ("59977.5", ""),
        (A, 2020, "ecosystem_area_restatement", "urban"): ("-2.5", ""), (A, 2020, "ecosystem_area", "urban"): ("10022.5", ""),
    }  # fmt: skip
    book = land_book.made(tmp_path, (2019, 2020), restated)
    made = run(book)
    assert made.vintage is not None, [f.text("en") for f in made.findings]
    found = {name.split("/")[5]: r for name, r in revisions(book, made.vintage, "restated").items()}
    assert set(found) == {"C02", "C06"}
    r = found["C02"]
    assert (r["old"], r["new"], r["difference"]) == (D("59987.5"), 59990, D("2.5"))
    assert (r["reason"], r["note"], r["region_code"]) == ("CORRECTION", "CORRECTION: 错登", A)
    sql = "SELECT amount FROM asset_account WHERE region_code = '{}' AND year = 2020 AND row_code = '{}' AND column_code = 'C02'"
    assert [rows(book, sql.format(A, row))[0]["amount"] for row in ("R10", "R23", "R40")] == [
        D("59987.5"),
        D("2.5"),
        D("59977.5"),
    ]


# ---- openings from a final release


@pytest.fixture
def final(tmp_path: Path) -> tuple[Book, int]:
    """2019 run and made final; the returns of 2020 are there, without openings."""
    book = land_book.made(tmp_path, (2019, 2020))
    made = run(book, "2019")
    assert made.vintage is not None
    assert final_closings(book, SCHEME, 2019) is None  # a preliminary release gives no openings
    assert run(book, "2020").vintage is None
    row = {"vintage": made.vintage, "year": 2019, "seq": 99, "state": "final", "rank": 3, "at": datetime(2021, 6, 1, tzinfo=UTC)}
    releases.write(tmp_path / "99", {"release_state": [row]}, {}, {"vintage": 99})
    store.rebuild(book.store, [*release_folders(book), tmp_path / "99"])
    return book, made.vintage


def test_the_next_year_opens_with_the_closing_of_the_final_release_and_names_it(final: tuple[Book, int]) -> None:
    book, vintage = final
    prior = final_closings(book, SCHEME, 2019)
    assert prior is not None
    assert (prior.release, prior.profile) == (vintage, SCHEME)
    made = run(book, "2020")
    assert made.vintage is not None, [f.text("en") for f in made.findings]
    assert "ASSET-OPENING-AS-RETURNED" not in {f.code for f in made.findings}
    sql = f"SELECT amount FROM asset_account_all WHERE vintage = {made.vintage} AND region_code = '{A}' AND row_code = 'R10'"
    assert [r["amount"] for r in rows(book, f"{sql} AND column_code = 'C02'")] == [D("59987.5")]
    trace = (book.releases / str(made.vintage) / "trace.jsonl").read_text(encoding="utf-8")
    assert f"LA-01.R40/{A}/2019/la01:C02@{vintage}" in trace


# ---- the pieces


def fact(amount: str, measure: str = "LA-01.R21", unit: str = "hm2") -> Fact:
    origin = Origin("f.csv", "0" * 64, 2)
    return Fact(measure, "A", "2020", (("la01", "C02"),), State.VALUE, D(amount), unit, origin)


@pytest.mark.parametrize(
    ("facts", "changed"),
    [
        ([fact("5")], False),
        ([fact("5.0")], True),  # another digit typed is another statement
        ([fact("5", unit="公顷")], True),
        ([], True),  # gone
        ([fact("5"), fact("1", "LA-01.R22")], True),  # new
    ],
)
def test_returns_that_are_new_gone_or_other(facts: list[Fact], changed: bool) -> None:
    before = Before(1, {}, {("LA-01.R21", "A", "2020", "la01:C02"): ("5", "hm2")}, "r")
    assert bool(changed_facts(before, facts)) is changed


ROW = {"region_code": "A", "year": 2020, "scheme": "land", "table_id": "LA-01", "row_code": "R40", "column_code": "C02"}
NODES = {
    "calc": {"kind": "calculation", "arguments": [{"node": "sent"}], "parts": []},
    "sent": {"kind": "cell", "measure": "LA-01.R21", "region": "A", "period": "2020", "key": "la01:C02"},
    "far": {"kind": "calculation", "arguments": [{"node": "calc"}]},
}


def figure(node: str, amount: Decimal | None) -> Figure:
    row = {**ROW, "instance": "-", "cause": "-", "amount": amount, "unit": "hm2"}
    return Figure(
        Address("asset_account", "A", "2020", ("LA-01", "R40", "C02", "-"), {"scheme": "land", "instance": "-"}), row, node
    )


@pytest.mark.parametrize(
    ("node", "rules", "reason"),
    [
        ("sent", "r", "returns"),
        ("calc", "r", "returns"),
        ("calc", "other", "rules and returns"),
        ("far", "r", "consequence"),
        ("far", "other", "rules"),
    ],
)
def test_the_reason_is_what_the_node_of_the_figure_tells(node: str, rules: str, reason: str) -> None:
    made = figure(node, D(6))
    address = address_of("asset_account", {**ROW, "instance": "-", "cause": "-"})
    assert made.address.text() == address
    before = Before(3, {address: (D(5), "hm2")}, {}, rules)
    changed = frozenset({("LA-01.R21", "A", "2020", "la01:C02")})
    (r,) = recompiled(before, [("asset_account", made)], changed, "r", NODES)
    assert (r["reason"], r["difference"], r["old_vintage"]) == (reason, 1, 3)
    assert list(recompiled(before, [("asset_account", figure(node, D(5)))], changed, "r", NODES)) == []


def test_a_figure_that_becomes_unknown_is_new_or_is_gone_has_a_row_without_a_difference() -> None:
    address = address_of("asset_account", {**ROW, "instance": "-", "cause": "-"})
    known, other = Before(3, {address: (D(5), "hm2")}, {}, "r"), Before(3, {}, {}, "r")
    (unknown,) = recompiled(known, [("asset_account", figure("sent", None))], frozenset(), "r", NODES)
    assert (unknown["old"], unknown["new"], unknown["difference"]) == (5, None, None)
    (new,) = recompiled(other, [("asset_account", figure("sent", D(5)))], frozenset(), "r", NODES)
    assert (new["old"], new["new"], new["difference"]) == (None, 5, None)
    (gone,) = recompiled(known, [], frozenset(), "r", NODES)
    assert (gone["figure"], gone["new"], gone["difference"]) == (address, None, None)
