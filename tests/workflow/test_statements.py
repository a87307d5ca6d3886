"""Statements are kept whole under their year and vintage, once; verify names what became of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger import acts
from gep.ledger.pack import content_of
from gep.workflow.statements import held, keep_statements
from gep.workflow.verify import verify

PAGE = "<p>生态产品总值</p>\n".encode()


def vintage(book: Book) -> int:
    return max(acts.runs(book.entries()))


def codes(book: Book) -> list[tuple[str, str]]:
    return [(f.code, f.place.file) for f in verify(book).findings if f.severity == "stop"]


def test_statements_are_kept_with_their_digests(copy: Book) -> None:
    v = vintage(copy)
    entry = keep_statements(copy, {"总表.html": PAGE, "LA-01.html": b"x"}, year=2010, vintage=v, who="丙", why="送审")
    assert (entry.act, entry.who, entry.why) == ("statement", "丙", "送审")
    assert (entry.data["year"], entry.data["vintage"]) == (2010, v)
    files = [dict(f) for f in entry.data["files"]]  # type: ignore[attr-defined]
    assert [(f["file"], f["sha256"], f["bytes"]) for f in files] == [
        (f"2010-{v}/LA-01.html", hashlib.sha256(b"x").hexdigest(), 1),
        (f"2010-{v}/总表.html", hashlib.sha256(PAGE).hexdigest(), len(PAGE)),
    ]
    assert (copy.statements / f"2010-{v}" / "总表.html").read_bytes() == PAGE
    assert codes(copy) == []
    names, faults = content_of(copy.root, copy.entries())
    assert faults == []
    assert f"statements/2010-{v}/总表.html" in names


def test_the_same_again_is_no_new_act_and_a_further_page_is_one(copy: Book) -> None:
    v = vintage(copy)
    first = keep_statements(copy, {"a.html": PAGE}, year=2010, vintage=v)
    assert keep_statements(copy, {"a.html": PAGE}, year=2010, vintage=v) == copy.entries()[-1]
    assert copy.entries()[-1].seq == first.seq
    second = keep_statements(copy, {"a.html": PAGE, "b.html": b"b"}, year=2010, vintage=v)
    assert [f["file"] for f in second.data["files"]] == [f"2010-{v}/b.html"]  # type: ignore[attr-defined]
    assert {name: entry.seq for name, (_, entry) in held(copy.entries()).items()} == {
        f"2010-{v}/a.html": first.seq,
        f"2010-{v}/b.html": second.seq,
    }


def test_a_page_that_was_lost_is_put_back_by_the_same_bytes(copy: Book) -> None:
    v = vintage(copy)
    keep_statements(copy, {"a.html": PAGE}, year=2010, vintage=v)
    path = copy.statements / f"2010-{v}" / "a.html"
    path.unlink()
    assert codes(copy) == [("VERIFY-HASH", f"statements/2010-{v}/a.html")]
    keep_statements(copy, {"a.html": PAGE}, year=2010, vintage=v)
    assert path.read_bytes() == PAGE
    assert codes(copy) == []


@pytest.mark.parametrize(
    ("files", "year", "later", "code"),
    [
        ({"a.html": b"other"}, 2010, 0, "STATEMENT-OTHER"),
        ({}, 2010, 0, "STATEMENT-NONE"),
        ({"../a.html": b""}, 2010, 0, "STATEMENT-NAME"),
        ({"b\\c.html": b""}, 2010, 0, "STATEMENT-NAME"),
        ({".a.html": b""}, 2010, 0, "STATEMENT-NAME"),
        ({"": b""}, 2010, 0, "STATEMENT-NAME"),
        ({"a\n.html": b""}, 2010, 0, "STATEMENT-NAME"),
        ({"b.html": b""}, 2011, 0, "STATEMENT-NO-VINTAGE"),
        ({"b.html": b""}, 2010, 1, "STATEMENT-NO-VINTAGE"),
    ],
)
def test_what_cannot_be_kept_is_refused_and_leaves_nothing(
    copy: Book, files: dict[str, bytes], year: int, later: int, code: str
) -> None:
    v = vintage(copy)
    keep_statements(copy, {"a.html": PAGE}, year=2010, vintage=v)
    before = copy.entries()
    with pytest.raises(Refused) as told:
        keep_statements(copy, {**files, **({"good.html": b"good"} if files else {})}, year=year, vintage=v + later)
    assert [f.code for f in told.value.findings] == [code]
    assert all(f.text("zh") and f.mend("en") for f in told.value.findings)
    assert copy.entries() == before
    assert [p.name for p in copy.statements.rglob("*.html")] == ["a.html"]


def test_a_page_without_a_line_of_the_journal_is_named_and_set_aside_by_the_next_writer(copy: Book) -> None:
    """What a killed act left: the page is there, its line is not."""
    v = vintage(copy)
    keep_statements(copy, {"a.html": PAGE}, year=2010, vintage=v)
    left = [copy.statements / f"2010-{v}" / "b.html", copy.statements / "2010-99" / "c.html"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"left")
    half = copy.statements / f"2010-{v}" / ".d.html.0123456789ab.tmp"
    half.write_bytes(b"ha")
    assert codes(copy) == [
        ("LEDGER-FILE-EXTRA", f"statements/2010-{v}/.d.html.0123456789ab.tmp"),
        ("LEDGER-FILE-EXTRA", f"statements/2010-{v}/b.html"),
        ("LEDGER-FILE-EXTRA", "statements/2010-99"),
    ]
    with copy.lock("次日"):
        pass
    assert [f.code for f in copy.recovered] == ["BOOK-LEFTOVER", "BOOK-LEFTOVER", "BOOK-HALF"]
    assert not any(p.exists() for p in (*left, half))
    aside: list[str] = sorted(p.name for p in Path(copy.root / "unfinished").iterdir())
    assert aside == [f"statements-2010-{v}-.d.html.0123456789ab.tmp.1", f"statements-2010-{v}-b.html.1", "statements-2010-99.1"]
    assert codes(copy) == []
