"""One writer, many readers: who waits is told for whom, and nobody who reads waits at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gep import book as module
from gep.base.findings import Refused
from gep.book import Book
from gep.ledger import query
from gep.workflow.attach import attach
from gep.workflow.views import rows

HOLD = """
import sys, time
from gep.book import Book
with Book(sys.argv[1]).lock("王五"):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def another_program(book: Book, kill: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the lock of the book while the body runs."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(book.root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        yield child
        if kill:
            child.kill()
        else:
            child.communicate("\n")


def test_a_second_writer_is_told_who_writes_since_when(copy: Book, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "LOCK_SECONDS", 0.2)
    (tmp_path / "paper.pdf").write_bytes(b"%PDF")
    before = copy.journal_path.read_bytes()
    with another_program(copy) as child:
        with pytest.raises(Refused) as caught, copy.lock("李四", wait=0.2):
            pass
        (found,) = caught.value.findings
        assert found.code == "BOOK-LOCKED"
        assert found.found.startswith(f"王五, pid {child.pid}, 20")
        assert copy.journal_path.read_bytes() == before
    assert [e.act for e in attach(copy, [tmp_path / "paper.pdf"], who="李四")] == ["attach"]


def test_a_reader_sees_the_store_published_last_while_another_writes(copy: Book, tmp_path: Path) -> None:
    ask = "SELECT count(*) AS n FROM value_account"
    before = rows(copy, ask)
    with another_program(copy):
        # a line in the journal that the store does not hold yet, as while a run is being published
        copy.record("attach", {"file": "x", "sha256": "0" * 64, "sm3": "0" * 64, "bytes": 0, "suffix": "", "about": ""})
        assert rows(copy, ask) == before
        assert query.select(copy.store, "SELECT count(*) FROM evidence_file").rows == ((0,),)
    assert rows(copy, "SELECT count(*) AS n FROM evidence_file") == [{"n": 1}]


def test_a_reader_without_a_store_waits_for_the_writer_and_is_told(copy: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from gep.workflow import views

    monkeypatch.setattr(views, "LOCK_SECONDS", 0.2)
    copy.store.unlink()
    with another_program(copy), pytest.raises(Refused, match="BOOK-LOCKED"):
        rows(copy, "SELECT 1 AS one FROM run")
    assert len(rows(copy, "SELECT vintage FROM run")) == 1


def test_what_a_killed_writer_left_is_told_once(copy: Book) -> None:
    with another_program(copy, kill=True):
        pass
    with copy.lock("李四"):
        assert [f.code for f in copy.recovered] == ["BOOK-INTERRUPTED"]
        assert copy.recovered[0].found.startswith("王五, pid ")
    with copy.lock("李四"):
        assert copy.recovered == []


def test_half_written_things_are_set_aside(copy: Book) -> None:
    half = copy.releases / ".14.0123456789ab.tmp"
    half.mkdir()
    (half / "gep_total.csv").write_text("half", encoding="utf-8")
    (copy.root / ".accounts.duckdb.0123456789ab.tmp").write_bytes(b"half")
    (copy.submissions / ("0" * 64 + ".csv")).write_text("never acknowledged", encoding="utf-8")
    with copy.journal_path.open("ab") as stream:
        stream.write(b'{"act":"run","da')
    with copy.lock("李四"):
        told = {f.code: f.found for f in copy.recovered}
    assert set(told) == {"BOOK-TORN", "BOOK-HALF", "BOOK-LEFTOVER"}
    assert not half.exists()
    aside = sorted(p.name for p in (copy.root / "unfinished").iterdir())
    assert aside == sorted([
        "releases-.14.0123456789ab.tmp.1", ".accounts.duckdb.0123456789ab.tmp.1", f"submissions-{'0' * 64}.csv.1"
    ])  # fmt: skip
    assert [e.act for e in copy.entries()][-1] == "run"
    with copy.lock("李四"):
        assert copy.recovered == []
