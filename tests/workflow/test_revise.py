"""Revisions: a corrected return changes what rests on it and nothing else; openings from a final release; re-stated openings."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import gep.workflow.run as run_verb
from gep.book import Book
from gep.explain.causes import Because
from gep.explain.differ import Difference
from gep.workflow.lay_out import final_closings
from gep.workflow.revise import Amount, Before, amounts_of, recompiled
from gep.workflow.run import run
from gep.workflow.states import step
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
    assert {r["reason"] for r in found.values()} == {"input"}
    assert found["990100", "R31", "C02"]["difference"] == D("1.5")


def test_a_row_names_the_returns_that_moved_it_and_no_others(twice: tuple[Book, int, int]) -> None:
    """Of the two returned flows the loss moved the closing of farmland, the gain that of settlements, both none of the rest."""
    book, _, second = twice
    found = {tuple(name.split("/")[i] for i in (1, 4, 5)): r["because"] for name, r in revisions(book, second).items()}
    lost = f"LA-01.R31/{A}/2020/la01:C02 12.5 公顷→14 公顷 (1)"
    gained = f"LA-01.R21/{A}/2020/la01:C06 12.5 公顷→14 公顷 (1)"
    assert {found[region, r, "C02"] for region in (A, "990100") for r in ("R31", "R30", "R40")} == {lost}
    assert {found[region, r, "C06"] for region in (A, "990100") for r in ("R21", "R20", "R40")} == {gained}
    assert found[A, "R31", "C00"] == lost


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
    step(book, "review", [2019], who="reviewer")
    step(book, "finalise", [2019], who="head")
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


ROW = {"region_code": "A", "year": 2020, "scheme": "land", "table_id": "LA-01", "row_code": "R40", "column_code": "C02"}
ROW |= {"instance": "-", "cause": "-"}
LAND = "asset_account/A/2020/LA-01/R40/C02/-/scheme=land/instance=-"


def amount(value: Decimal | None, unit: str = "hm2", state: str = "value") -> Amount:
    (made,) = amounts_of("asset_account", {**ROW, "amount": value, "unit": unit, "state": state})
    return made


def told(old: Amount | None, new: Amount | None) -> list[dict[str, object]]:
    """The rows of a figure that was `old` in vintage 3 and is `new`; every change is blamed on one return."""
    before = Before(3, {} if old is None else {old.figure: old})
    because = Because((Difference("input", "x/A/2020/-", "5 hm2", "6 hm2"), Difference("rule", "y", "r@1", "r@2")))
    return list(recompiled(before, [] if new is None else [new], lambda root: because))


def test_a_row_of_a_changed_figure() -> None:
    (r,) = told(amount(D(5)), amount(D(6)))
    assert (r["figure"], r["old"], r["new"], r["difference"], r["unit"], r["old_vintage"]) == (LAND, 5, 6, 1, "hm2", 3)
    assert (r["reason"], r["because"]) == ("input;rule", "x/A/2020/- 5 hm2→6 hm2; y r@1→r@2 (2)")
    assert told(amount(D(5)), amount(D("5.0"))) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (amount(D(5)), amount(None, state="not_available"), (D(5), None)),  # becomes unknown
        (None, amount(D(5)), (None, D(5))),  # is new
        (amount(D(5)), None, (D(5), None)),  # is gone
        (amount(D(5)), amount(D(5), unit="km2"), (D(5), D(5))),  # in another unit
        (amount(None, state="not_available"), amount(None, state="not_applicable"), (None, None)),
    ],
)
def test_a_figure_that_cannot_be_subtracted_has_a_row_without_a_difference(
    old: Amount | None, new: Amount | None, expected: tuple[Decimal | None, Decimal | None]
) -> None:
    (r,) = told(old, new)
    assert (r["old"], r["new"]) == expected
    assert r["difference"] is None


def test_totals_by_nature_have_a_figure_for_each_column() -> None:
    row = {"region_code": "A", "year": 2020, "zone": "-", "profile": "p", "price_basis": "current", "currency": "CNY"}
    row |= {"gep": D(3), "material": D(1), "regulating": D(2), "cultural": None}
    head = "gep_total/A/2020/zone=-/profile=p/price_basis=current/currency=CNY"
    made = {a.figure: (a.root, a.amount, a.unit) for a in amounts_of("gep_total", row)}
    assert made == {
        head: (f"{head}#gep", 3, "CNY"),
        f"{head}#material": (f"{head}#material", 1, "CNY"),
        f"{head}#regulating": (f"{head}#regulating", 2, "CNY"),
        f"{head}#cultural": (f"{head}#cultural", None, "CNY"),
    }
