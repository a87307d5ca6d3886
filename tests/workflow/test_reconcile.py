"""Land account against ecosystem areas: through the whole run, a gap is named and never spread."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.records import Severity
from gep.workflow.reconcile import reconcile
from gep.workflow.run import run
from gep.workflow.views import rows
from tests.data.assets import land_book
from tests.data.assets.kit import World, place, shipped

D = Decimal
A, B = land_book.COUNTIES
GROUPS = (
    "SELECT land_columns, ecosystems, land_area, ecosystem_area, difference FROM extent_reconciliation WHERE region_code = '{}'"
)


def test_two_accounts_of_one_land_agree_in_every_group(tmp_path: Path) -> None:
    book = land_book.made(tmp_path, (2019,))
    made = run(book)
    assert [f.code for f in made.findings if f.severity is not Severity.NOTE] == []
    found = {r["land_columns"]: r for r in rows(book, GROUPS.format(A))}
    assert set(found) == {"C01+C08", "C02+C03", "C04", "C05", "C06+C07", "C09"}
    assert {r["difference"] for r in found.values()} == {0}
    assert (found["C02+C03"]["land_area"], found["C02+C03"]["ecosystems"]) == (D("59987.5"), "farmland")  # 60000 - 12.5
    assert found["C04"]["ecosystems"] == "forest+shrub"


def test_a_gap_between_the_two_is_asked_about_and_shown_as_it_is(tmp_path: Path) -> None:
    """The ecosystem account opens with 0.25 hm2 more forest and closes with it; it balances in itself."""
    cells = [(A, 2019, "ecosystem_area_opening", "forest"), (A, 2019, "ecosystem_area", "forest")]
    book = land_book.made(tmp_path, (2019,), dict.fromkeys(cells, ("30000.25", "")))
    made = run(book)
    (told,) = [f for f in made.findings if f.severity is not Severity.NOTE]
    assert (told.code, told.severity) == ("ASSET-EXTENT-GAP", Severity.QUERY)
    assert (told.found, told.expected, D(told.difference)) == ("林地 ↔ 森林、灌丛", "30000.000000 hm2", D("0.25"))
    assert told.place.key == f"LA-01.R40/{A}/2019/C04"
    forest = {r["land_columns"]: r for r in rows(book, GROUPS.format(A))}["C04"]
    assert (forest["land_area"], forest["ecosystem_area"], forest["difference"]) == (30000, D("30000.25"), D("0.25"))
    assert {r["difference"] for r in rows(book, GROUPS.format(B))} == {0}


def test_an_inconsistent_extent_is_refused_with_the_gap_named(tmp_path: Path) -> None:
    """Forest opens with 30000 hm2, nothing is gained or lost, and it closes with 111948: 81948 hm2, 819 480 000 m2, from nowhere."""
    book = land_book.made(tmp_path, (2019,), {(A, 2019, "ecosystem_area", "forest"): ("111948", "")})
    made = run(book)
    assert made.vintage is None
    told, of_city = sorted((f for f in made.findings if f.rule == "extent.balance"), key=lambda f: f.place.key, reverse=True)
    assert "/990100/" in of_city.place.key
    assert told.severity is Severity.STOP
    assert told.place.key == f"extent.balance/{A}/2019/ecosystem:forest"
    assert D(told.difference) in (D(819480000), D(81948))
    assert "不平衡" in told.text("zh")
    assert "RUN-REFUSED" in {f.code for f in made.findings}
    assert not list(book.releases.glob("*")) if book.releases.is_dir() else True
    # a trial shows the figures, and the gap between the two accounts beside them
    trial = run(book, trial=True)
    (gap,) = [f for f in trial.findings if f.code == "ASSET-EXTENT-GAP"]
    assert D(gap.difference) == 81948
    assert "81948" in gap.text("zh")
    assert "81948" in gap.text("en")


def test_a_part_that_is_unknown_makes_no_difference_and_no_finding(tmp_path: Path) -> None:
    book = land_book.made(tmp_path, (2019,), {(A, 2019, "LA-01.R21", "C04"): ("?", "没有来源")})
    made = run(book, trial=True)
    forest = {r["land_columns"]: r for r in rows(book, GROUPS.format(A))}["C04"]
    assert (forest["land_area"], forest["difference"]) == (None, None)
    assert "ASSET-EXTENT-GAP" not in {f.code for f in made.findings}


@pytest.mark.parametrize("scheme", ["graded", "water"])
def test_without_the_land_table_or_areas_nothing_is_compared(scheme: str) -> None:
    world = World(shipped(), scheme, {r.code: r for r in (place("X"), place("A", "X"))}, ("A",))
    c = world.year(2019, {})
    assert list(reconcile(c, c.cells, shipped())) == []


def test_without_any_ecosystem_area_there_is_nothing_to_compare_with() -> None:
    world = World(shipped(), "land", {r.code: r for r in (place("X"), place("A", "X"))}, ("A",))
    c = world.year(2019, {"A administrative_area": "1"})
    assert list(reconcile(c, c.cells, shipped())) == []
