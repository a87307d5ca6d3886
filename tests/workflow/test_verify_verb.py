"""verify: one byte changed anywhere in the record is found and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gep.base.findings import Finding, Severity
from gep.book import Book
from gep.ledger import releases
from gep.workflow.demo import Demo
from gep.workflow.verify import verify


def flip(path: Path, at: int = -2) -> str:
    """Change one byte of a file; its name."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(bytes(data))
    return path.name


def wrong(book: Book) -> list[Finding]:
    return [f for f in verify(book).findings if f.severity is Severity.STOP]


def test_a_book_as_it_was_made_is_clean(demo: Demo) -> None:
    done = verify(demo.book)
    # journal, steps, acts, nine originals, a release, its catalogue, the store, anchors, today's catalogue, strangers, pack, program
    assert done.checked == 20
    # a checkout has no list of its files; the book cannot prove that its end was not cut
    assert [f.code for f in (*done.findings, *done.beyond)] == ["VERIFY-NO-RECORD", "VERIFY-NO-ANCHOR"]


def journal(book: Book) -> str:
    data = book.journal_path.read_bytes()
    book.journal_path.write_bytes(data.replace("水利".encode(), "水力".encode()) if "水利".encode() in data else data)
    return flip(book.journal_path, data.index(b"water.csv"))


def release_table(book: Book) -> str:
    return "releases/13/" + flip(book.releases / "13" / "value_account.csv")


def trace(book: Book) -> str:
    return "releases/13/" + flip(book.releases / "13" / "trace.jsonl", 100)


def release_gone(book: Book) -> str:
    (book.releases / "13" / "gep_total.csv").unlink()
    return "releases/13/gep_total.csv"


def release_more(book: Book) -> str:
    (book.releases / "13" / "note.txt").write_text("mine")
    return "releases/13/note.txt"


def manifest(book: Book) -> str:
    path = book.releases / "13" / "manifest.json"
    body = json.loads(path.read_bytes())
    body["meta"]["program"] = "9.9.9"
    path.write_text(json.dumps(body))
    return "releases/13/manifest.json"


def release_all(book: Book) -> str:
    shutil.rmtree(book.releases / "13")
    return "releases/13/manifest.json"


def original(book: Book) -> str:
    return flip(sorted(book.submissions.iterdir())[0], 10)


def original_gone(book: Book) -> str:
    path = sorted(book.submissions.iterdir())[0]
    path.unlink()
    return path.name


def frozen(book: Book) -> str:
    (folder,) = book.rules.iterdir()
    flip(folder / "frozen.json", 50)
    return f"rules/{folder.name}/frozen.json"


def frozen_gone(book: Book) -> str:
    (folder,) = book.rules.iterdir()
    shutil.rmtree(folder)
    return f"rules/{folder.name}/frozen.json"


CHANGES = {
    journal: "LEDGER-JOURNAL-HASH", release_table: "LEDGER-FILE-CHANGED", trace: "LEDGER-FILE-CHANGED",
    release_gone: "LEDGER-FILE-MISSING", release_more: "LEDGER-FILE-EXTRA", manifest: "LEDGER-MANIFEST-CHANGED",
    release_all: "LEDGER-MANIFEST-MISSING", original: "VERIFY-HASH", original_gone: "VERIFY-HASH", frozen: "VERIFY-HASH",
    frozen_gone: "VERIFY-HASH",
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda c: c.__name__)
def test_what_was_changed_is_named(copy: Book, change: Callable[[Book], str]) -> None:
    name = change(copy)
    found = wrong(copy)
    assert [f.code for f in found] == [CHANGES[change]]
    assert found[0].severity is Severity.STOP
    assert found[0].place.file.endswith(name)


def test_a_release_replaced_as_a_whole_is_found_beside_other_damage(copy: Book) -> None:
    """A sound release with other content: only the journal knows its seal. A changed original must not hide it."""
    damaged = original(copy)
    held = releases.read_manifest(copy.releases / "13")
    shutil.rmtree(copy.releases / "13")
    releases.write(copy.releases / "13", {}, {"trace.jsonl": b""}, held.meta)
    assert releases.check(copy.releases / "13") == ()
    found = wrong(copy)
    assert [(f.code, f.place.file) for f in found] == [("VERIFY-HASH", f"submissions/{damaged}"), ("VERIFY-HASH", "releases/13")]
    assert found[1].text("en") == "The content is not what its recorded hash says, or the file is gone."
    assert found[1].text("zh") == "内容与记录的校验值不符,或文件已丢失。"
    assert found[1].mend("zh") == "不要改动账册,从备份恢复该文件后重新校验。"


def test_everything_that_is_wrong_is_told_at_once(copy: Book) -> None:
    names = [original(copy), release_table(copy), frozen(copy)]
    assert [f.place.file for f in wrong(copy)] == [f"submissions/{names[0]}", *names[1:]]


def test_a_journal_line_that_is_gone_is_found(copy: Book) -> None:
    lines = copy.journal_path.read_bytes().splitlines(keepends=True)
    copy.journal_path.write_bytes(b"".join(lines[:4] + lines[5:]))
    assert {f.code for f in wrong(copy)} >= {"LEDGER-JOURNAL-CHAIN"}
