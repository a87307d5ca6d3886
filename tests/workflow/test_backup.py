"""backup and restore: what comes back is what was kept, and nothing that is not whole ever has the name of a book."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest

from gep.base.findings import Refused, stops
from gep.book import Book
from gep.ledger import archive, journal
from gep.ledger.archive import Contents
from gep.ledger.files import NotWritten, digest_bytes
from gep.workflow.backup import OF_THE_PROGRAM, Kept, Restored, backup, restore
from gep.workflow.demo import Demo
from gep.workflow.verify import verify
from gep.workflow.views import rows


def record(root: Path) -> dict[str, bytes]:
    """The files of the record of a book, without its journal."""
    return {n: (root / n).read_bytes() for n in archive.names(root) if n != "journal.jsonl"}


def told(made: Kept | Restored) -> list[str]:
    """The codes of what was told, without what is said of the program itself."""
    return [f.code for f in made.findings if f.code not in OF_THE_PROGRAM]


def codes(error: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [f.code for f in error.value.findings]


def test_a_restored_book_is_the_book(copy: Book, tmp_path: Path) -> None:
    before = copy.journal_path.read_bytes()
    kept = backup(copy, tmp_path / "b.tar", who="wang")
    made = restore(tmp_path / "b.tar", tmp_path / "again", full=True, who="li")
    again = Book(tmp_path / "again")
    assert record(again.root) == record(copy.root)
    assert again.journal_path.read_bytes().startswith(before)
    *_, entry = again.entries()
    assert (entry.act, entry.who) == ("restore", "li")
    assert entry.data == {"backup": kept.contents.digest.as_dict(), "head": {"seq": 13, **copy.entries()[12].hash.as_dict()}}
    assert made.checked == verify(again).checked
    assert told(made) == []
    query = "SELECT * FROM gep_total_all ORDER BY ALL"
    assert rows(again, query) == rows(copy, query)


def test_the_book_knows_the_backups_made_of_it(copy: Book, tmp_path: Path) -> None:
    """Whoever holds the archive can prove which book it is of, and the book which archives are its own."""
    kept = backup(copy, tmp_path / "b.tar", who="wang")
    entry = copy.entries()[-1]
    assert (entry.act, entry.seq, entry.who) == ("backup", kept.noted, "wang")
    assert entry.data["digest"] == archive.read(tmp_path / "b.tar").digest.as_dict()
    assert entry.data["file"] == "b.tar"  # the name alone: where it stands is nobody's business
    assert not stops(verify(copy).findings)


def test_without_a_name_it_stands_beside_the_book_under_its_last_entry(copy: Book) -> None:
    first, second = backup(copy), backup(copy)
    assert [k.file.name for k in (first, second)] == ["book-13.tar", "book-14.tar"]
    assert first.file.parent == copy.root.parent


def test_two_backups_of_one_state_are_the_same_bytes(copy: Book, tmp_path: Path) -> None:
    shutil.copytree(copy.root, tmp_path / "other")
    backup(copy, tmp_path / "1.tar")
    backup(Book(tmp_path / "other"), tmp_path / "2.tar")
    assert (tmp_path / "1.tar").read_bytes() == (tmp_path / "2.tar").read_bytes()


def test_neither_file_nor_book_is_ever_written_over(copy: Book, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"mine")
    with pytest.raises(Refused) as error:
        backup(copy, tmp_path / "b.tar")
    assert codes(error) == ["KEEP-EXISTS"]
    with pytest.raises(Refused) as error:
        backup(copy, copy.root / "evidence" / ".." / "b.tar")
    assert codes(error) == ["KEEP-INSIDE"]
    backup(copy, tmp_path / "c.tar")
    with pytest.raises(Refused) as error:
        restore(tmp_path / "c.tar", copy.root)
    assert codes(error) == ["BOOK-EXISTS"]
    assert (tmp_path / "b.tar").read_bytes() == b"mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["b.tar", "book", "c.tar"]


def test_a_damaged_book_is_not_passed_off_as_sound(copy: Book, tmp_path: Path) -> None:
    table = copy.releases / "13" / "value_account.csv"
    table.write_bytes(table.read_bytes() + b"\n")
    with pytest.raises(Refused) as error:
        backup(copy, tmp_path / "b.tar")
    assert codes(error) == ["LEDGER-FILE-CHANGED", "KEEP-DAMAGED"]
    assert not (tmp_path / "b.tar").exists()
    kept = backup(copy, tmp_path / "b.tar", even_if_damaged=True)
    assert kept.contents.damaged == ("LEDGER-FILE-CHANGED releases/13/value_account.csv",)
    assert [f.code for f in kept.findings] == ["KEEP-OF-DAMAGED"]
    with pytest.raises(Refused) as error:
        restore(tmp_path / "b.tar", tmp_path / "again")
    assert codes(error) == ["KEEP-OF-DAMAGED-REFUSED"]
    made = restore(tmp_path / "b.tar", tmp_path / "again", full=True, even_if_damaged=True)
    assert set(told(made)) == {"KEEP-OF-DAMAGED", "LEDGER-FILE-CHANGED"}
    assert (tmp_path / "again" / "releases" / "13" / "value_account.csv").read_bytes() == table.read_bytes()


def test_a_damaged_query_store_is_no_matter(copy: Book, tmp_path: Path) -> None:
    copy.store.write_bytes(b"no database")
    backup(copy, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "again")
    assert rows(Book(tmp_path / "again"), "SELECT count(*) AS n FROM gep_total")[0]["n"] > 0


def test_a_cut_or_changed_archive_leaves_no_book(copy: Book, tmp_path: Path) -> None:
    data = backup(copy, tmp_path / "b.tar").file.read_bytes()
    for number, bad in enumerate([data[: len(data) // 2], data[:-1], data[:300_000] + b"!" + data[300_001:]]):
        (tmp_path / f"{number}.tar").write_bytes(bad)
        with pytest.raises(Refused) as error:
            restore(tmp_path / f"{number}.tar", tmp_path / "again")
        assert codes(error) == ["KEEP-ARCHIVE-CHANGED"]
    assert sorted(p.name for p in tmp_path.iterdir() if not p.name.endswith(".tar")) == ["book"]


def other(root: Path, target: Path, **changes: object) -> Path:
    """An archive of a book with a list that is honest about its digest and says something else."""
    last = journal.read(root / "journal.jsonl")[-1]
    said = {"book_schema": 2, "seq": last.seq, "head": last.hash, "files": archive.inventory(root)} | changes
    archive.write(target, root, Contents.of(**said))  # type: ignore[arg-type]
    return target


def test_a_list_and_a_journal_that_do_not_belong_together(copy: Book, tmp_path: Path) -> None:
    file = other(copy.root, tmp_path / "b.tar", seq=12)
    with pytest.raises(Refused) as error:
        restore(file, tmp_path / "again")
    assert codes(error) == ["KEEP-HEAD"]
    assert not (tmp_path / "again").exists()


def test_a_journal_that_was_changed_before_it_was_archived(copy: Book, tmp_path: Path) -> None:
    """An archive is only as honest as who made it: the chain inside is verified on its own."""
    last = copy.entries()[-1]
    copy.journal_path.write_bytes(
        copy.journal_path.read_bytes().replace(b'"files":', b'"filez":').replace(b'"facts":7', b'"facts":8')
    )
    contents = Contents.of(2, last.seq, last.hash, archive.inventory(copy.root))
    archive.write(tmp_path / "b.tar", copy.root, contents)
    with pytest.raises(Refused) as error:
        restore(tmp_path / "b.tar", tmp_path / "again")
    assert set(codes(error)) == {"LEDGER-JOURNAL-HASH"}


def test_a_release_that_was_changed_before_it_was_archived(copy: Book, tmp_path: Path) -> None:
    (copy.submissions / sorted(p.name for p in copy.submissions.iterdir())[0]).write_bytes(b"other")
    file = other(copy.root, tmp_path / "b.tar")
    with pytest.raises(Refused) as error:
        restore(file, tmp_path / "again", full=True)
    assert "VERIFY-HASH" in codes(error)
    assert not (tmp_path / "again").exists()


def test_books_of_other_schemas(copy: Book, tmp_path: Path) -> None:
    """A newer one is refused; an older one comes back as it is, for `gep migrate`."""
    with pytest.raises(Refused) as error:
        restore(other(copy.root, tmp_path / "new.tar", book_schema=99), tmp_path / "again")
    assert codes(error) == ["KEEP-NEWER"]
    config = copy.root / "book.toml"
    config.write_bytes(config.read_bytes().replace(b"schema = 2", b"schema = 1"))
    made = restore(other(copy.root, tmp_path / "old.tar", book_schema=1), tmp_path / "again", full=True)
    assert [f.code for f in made.findings] == ["KEEP-OLDER"]
    assert (tmp_path / "again" / "book.toml").read_bytes() == config.read_bytes()
    assert not (tmp_path / "again" / "accounts.duckdb").exists()


def test_what_a_killed_restore_left_is_told_and_not_touched(copy: Book, tmp_path: Path) -> None:
    backup(copy, tmp_path / "b.tar")
    left = tmp_path / ".again.0123456789ab.tmp"
    left.mkdir()
    made = restore(tmp_path / "b.tar", tmp_path / "again")
    assert [(f.code, f.found) for f in made.findings] == [("KEEP-LEFTOVER", left.name)]
    assert left.is_dir()


def test_a_journal_that_cannot_be_written_spoils_no_backup(copy: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk of the book is full and the archive goes to another one: that is when it is wanted."""

    def full(*args: object, **more: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Book, "record", full)
    kept = backup(copy, tmp_path / "b.tar")
    assert (kept.noted, [f.code for f in kept.findings]) == (None, ["KEEP-NOT-NOTED"])
    monkeypatch.undo()
    assert restore(tmp_path / "b.tar", tmp_path / "again").contents == kept.contents


def test_no_room_no_archive(copy: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda path: type("Usage", (), {"free": 1000})())
    with pytest.raises(NotWritten) as error:
        backup(copy, tmp_path / "b.tar")
    assert error.value.needed is not None
    assert error.value.needed > 100_000
    assert len(copy.entries()) == 13
    assert [p.name for p in tmp_path.iterdir()] == ["book"]


def test_a_bare_book_is_kept_too(tmp_path: Path) -> None:
    from gep.workflow.init import init

    book, _ = init(tmp_path / "bare")
    backup(book, tmp_path / "b.tar")
    restore(tmp_path / "b.tar", tmp_path / "again", full=True)
    assert len(Book(tmp_path / "again").entries()) == 2


def test_the_list_is_what_anyone_can_check_with_other_tools(demo: Demo, tmp_path: Path) -> None:
    shutil.copytree(demo.book.root, tmp_path / "book")
    contents = backup(Book(tmp_path / "book"), tmp_path / "b.tar").contents
    listed = json.loads(contents.text())["files"]
    assert all(
        digest_bytes((tmp_path / "book" / f["name"]).read_bytes()).sha256 == f["sha256"]
        for f in listed
        if f["name"] != "journal.jsonl"
    )
