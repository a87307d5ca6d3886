"""verify and the query store: one that is behind the journal is no fault, and a damaged release is no measure for it."""

from __future__ import annotations

import duckdb
import pytest

from gep.book import Book
from gep.workflow.verify import verify
from gep.workflow.views import rows


def told(book: Book) -> list[tuple[str, str, str]]:
    """Code, severity and place of each finding about the record and the store."""
    found = verify(book).findings
    return [(f.code, str(f.severity), f.place.text()) for f in found if f.code not in ("VERIFY-NO-RECORD", "VERIFY-PROGRAM")]


def test_a_store_that_a_killed_act_left_behind_is_told_and_no_fault(copy: Book) -> None:
    """The journal line is the commit; the store follows with the next question."""
    copy.record("note", {"text": "nothing a table shows"}, who="甲")
    assert told(copy) == [("VERIFY-STORE-BEHIND", "note", "accounts.duckdb")]
    assert rows(copy, "SELECT max(seq) AS last FROM journal_entry") == [{"last": copy.entries()[-1].seq}]
    assert told(copy) == []


@pytest.mark.parametrize("damage", ["gone", "other columns", "other manifest"])
def test_a_damaged_release_is_named_and_the_store_not_held_against_it(copy: Book, damage: str) -> None:
    folder = copy.releases / "13"
    table, manifest = folder / "gep_total.csv", folder / "manifest.json"
    if damage == "gone":
        table.unlink()
    elif damage == "other columns":
        table.write_bytes(table.read_bytes().replace(b"material", b"immaterial"))
    else:
        manifest.write_bytes(manifest.read_bytes() + b" ")
    name = manifest if damage == "other manifest" else table
    code = {"gone": "LEDGER-FILE-MISSING", "other columns": "LEDGER-FILE-CHANGED"}.get(damage, "LEDGER-MANIFEST-CHANGED")
    assert told(copy) == [
        (code, "stop", f"releases/13/{name.name}"),
        ("VERIFY-STORE-SKIPPED", "note", "accounts.duckdb [vintage=13]"),
    ]


def test_one_table_that_was_edited_is_named_with_its_rows(copy: Book) -> None:
    with duckdb.connect(str(copy.store)) as con:
        con.execute("UPDATE t_gep_total SET gep = gep + 1 WHERE profile = 'garze-2017'")
    (edited,) = [f for f in verify(copy).findings if f.severity == "stop"]
    assert (edited.code, edited.place.file, edited.place.key) == ("VERIFY-STORE-ROWS", "accounts.duckdb", "gep_total 13")
    assert edited.difference == "1 / 1"
    assert "garze-2017" in edited.found
    assert "gep_total" in edited.text("en")
    assert edited.found != edited.expected


def test_a_row_written_twice_is_counted(copy: Book) -> None:
    with duckdb.connect(str(copy.store)) as con:
        con.execute("INSERT INTO t_journal_entry SELECT * FROM t_journal_entry WHERE seq = 2")
    (edited,) = [f for f in verify(copy).findings if f.severity == "stop"]
    assert (edited.place.key, edited.difference, edited.expected) == ("journal_entry journal.jsonl", "1 / 0", "-")


def test_a_view_that_shows_other_numbers_is_named(copy: Book) -> None:
    with duckdb.connect(str(copy.store)) as con:
        con.execute("CREATE OR REPLACE VIEW gep_total AS SELECT * REPLACE (gep * 2 AS gep) FROM t_gep_total")
    found = {f.place.key: f for f in verify(copy).findings if f.severity == "stop"}
    assert "gep * 2" in found["view gep_total"].found
    assert {f.code for f in found.values()} == {"VERIFY-STORE-OBJECT"}  # its comments went with it
