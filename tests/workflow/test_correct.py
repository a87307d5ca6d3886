"""correct, decide and replaced files: what was returned stays, what holds instead stands in the journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.base.records import Fact, State
from gep.book import Book
from gep.intake.checks import name_of
from gep.ledger.files import digest_file
from gep.workflow.correct import correct, decide
from gep.workflow.run import run
from gep.workflow.submit import holdings, submit
from gep.workflow.views import rows
from tests.workflow.conftest import Row, garze_rows, write_rows


def returned(book: Book) -> Fact:
    """A figure that a value rests on."""
    return next(f for f in holdings(book).facts if f.measure == "water_supply" and f.state is State.VALUE)


@pytest.fixture
def water(copy: Book) -> str:
    """Its name."""
    return name_of(returned(copy))


def fact(book: Book, name: str) -> tuple[Decimal | None, str, str, int]:
    (found,) = [f for f in holdings(book).facts if name_of(f) == name]
    return found.amount, found.unit, found.origin.file, found.origin.row


def test_a_corrected_figure_stands_in_the_journal_and_the_original_stays(copy: Book, water: str) -> None:
    amount, unit, file, row = fact(copy, water)
    assert amount is not None
    before = {p.name: digest_file(p) for p in copy.submissions.iterdir()}
    entry, told = correct(copy, water, value=str(amount * 2), why="少报一个灌区", document="水文〔2026〕3号", who="甲")
    assert [f for f in told if f.severity == "stop"] == []
    assert fact(copy, water) == (amount * 2, unit, "journal.jsonl", entry.seq)
    assert {p.name: digest_file(p) for p in copy.submissions.iterdir()} == before
    assert entry.data["effective"] == "2010-12-31"
    original = next(e.data for e in copy.entries() if e.act == "submit" and e.data["file"] == file)
    assert entry.data["old"] == {
        "file": file,
        "row": row,
        "sha256": original["sha256"],
        "state": "value",
        "unit": unit,
        "value": str(amount),
    }
    made = run(copy, "2010", who="甲")
    assert made.vintage is not None
    (stored,) = rows(copy, "SELECT old, value, why, who, document FROM correction")
    assert stored == {
        "old": str(amount),
        "value": str(amount * 2),
        "why": "少报一个灌区",
        "who": "甲",
        "document": "水文〔2026〕3号",
    }
    (held,) = rows(copy, f"SELECT file, \"row\", amount FROM fact_all WHERE vintage = {made.vintage} AND file = 'journal.jsonl'")
    assert held == {"file": "journal.jsonl", "row": entry.seq, "amount": str(amount * 2)}


def test_the_newest_correction_holds(copy: Book, water: str) -> None:
    correct(copy, water, value="1", unit="亿立方米", why="一", who="甲")
    correct(copy, water, value="2", unit="万立方米", why="二", who="甲")
    assert fact(copy, water)[:2] == (Decimal(2), "万立方米")


def test_a_figure_may_turn_out_to_be_unknown(copy: Book, water: str) -> None:
    correct(copy, water, state="not_available", why="原始记录遗失", who="甲")
    assert fact(copy, water)[0] is None
    made = run(copy, "2010", who="甲")
    (total,) = rows(copy, f"SELECT gep, missing FROM gep_total_all WHERE vintage = {made.vintage} AND profile = 'garze-2017'")
    assert total == {"gep": None, "missing": 1}, "missing is never zero"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"value": "abc"}, "BASE-NUMBER-NOT-A-NUMBER"),
        ({"value": "-5"}, "INTAKE-NEGATIVE"),
        ({"value": "5", "unit": "公顷"}, "INTAKE-UNIT-DIMENSION"),
        ({"value": ""}, "INTAKE-STATE-NO-VALUE"),
        ({"value": "5", "why": " "}, "CORRECT-NO-REASON"),
    ],
)
def test_an_unsound_correction_is_refused_like_a_return(copy: Book, water: str, change: dict[str, str], code: str) -> None:
    before = copy.journal_path.read_bytes()
    with pytest.raises(Refused) as caught:
        correct(copy, water, **({"why": "错"} | change))  # type: ignore[arg-type]
    assert code in {f.code for f in caught.value.findings}, caught.value
    assert copy.journal_path.read_bytes() == before


def test_the_same_value_and_an_unknown_figure(copy: Book, water: str) -> None:
    amount, unit, *_ = fact(copy, water)
    with pytest.raises(Refused, match="CORRECT-SAME"):
        correct(copy, water, value=str(amount), unit=unit, why="同")
    with pytest.raises(Refused, match="CORRECT-UNKNOWN") as caught:
        correct(copy, water[:-1], value="1", why="错")
    assert water in caught.value.findings[0].mend("en"), "the nearest name is offered"


@pytest.fixture
def two(make_book: Callable[..., Book], tmp_path: Path, water_row: Row) -> tuple[Book, Path, str]:
    """A book, and a file in which another department returns one of its figures otherwise."""
    book = make_book(garze_rows())
    other = write_rows(tmp_path / "other.csv", [water_row | {"department": "生态环境", "value": "1"}])
    return book, other, name_of(returned(book))


@pytest.fixture
def water_row() -> Row:
    return next(r for r in garze_rows() if r["item"] == "water_supply")


@pytest.mark.parametrize("chosen", ["first", "second"])
def test_two_departments_are_settled_by_a_decision(two: tuple[Book, Path, str], water_row: Row, chosen: str) -> None:
    book, other, name = two
    (refused,) = submit(book, [other])
    assert (refused.status, "INTAKE-DEPARTMENTS" in {f.code for f in refused.findings}) == ("rejected", True)
    department = water_row["department"] if chosen == "first" else "生态环境"
    decide(book, name, department, why="以其口径为准", who="乙")
    (taken,) = submit(book, [other])
    assert taken.status == "accepted", taken.findings
    amount = fact(book, name)[0]
    assert amount == (Decimal(water_row["value"]) if chosen == "first" else 1)
    assert ("DECIDE-PASSED-OVER" in {f.code for f in taken.findings}) is (chosen == "first")
    assert run(book, "2010").vintage is not None


def test_a_decision_needs_a_reason_and_a_department(two: tuple[Book, Path, str]) -> None:
    book, _, name = two
    with pytest.raises(Refused, match="CORRECT-NO-REASON"):
        decide(book, name, "水利", why="")
    with pytest.raises(Refused, match="DECIDE-NO-DEPARTMENT"):
        decide(book, name, " ", why="口径")


def replaced(rows_: Iterable[Row], item: str, value: str) -> list[Row]:
    return [r | {"value": value} if r["item"] == item else r for r in rows_]


def test_a_file_comes_in_the_place_of_another(make_book: Callable[..., Book], tmp_path: Path, water_row: Row) -> None:
    book = make_book(garze_rows())
    (first,) = holdings(book).submissions
    new = write_rows(tmp_path / "again.csv", replaced(garze_rows(), water_row["item"], "3"))
    (refused,) = submit(book, [new])
    assert "INTAKE-STORED-OTHER" in {f.code for f in refused.findings}, "without saying so it is a clash"
    (taken,) = submit(book, [new], replaces=int(str(first["seq"])))
    assert taken.status == "accepted", taken.findings
    assert fact(book, name_of(returned(book)))[0] == 3
    assert len(holdings(book).submissions) == 1
    assert len(list(book.submissions.iterdir())) == 2, "the replaced original is kept"
    with pytest.raises(Refused, match="SUBMIT-REPLACES-UNKNOWN"):
        submit(book, [new], replaces=int(str(first["seq"])))
    with pytest.raises(Refused, match="SUBMIT-REPLACES-ONE"):
        submit(book, [new, new], replaces=int(str(first["seq"])))
