"""attach: keep a document with the book as evidence, under its hash."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gep.base.findings import Place, Refused, finding
from gep.book import Book
from gep.ledger.files import digest_bytes, write_whole
from gep.ledger.journal import Entry
from gep.workflow.release import publish_store


def attach(book: Book, paths: Sequence[Path], *, about: str = "", why: str = "", who: str = "") -> list[Entry]:
    """Copy documents into evidence/ and record each in the journal. `about`: the figure, finding or act it is evidence of.

    Raises Refused for what is no readable file; nothing is attached then.
    """
    wrong = [finding("ATTACH-NO-FILE", Place(p.name), found=p.name) for p in paths if not p.is_file()]
    if wrong:
        raise Refused(wrong)
    with book.lock(who):
        done = [attach_held(book, p.name, p.read_bytes(), about=about, why=why, who=who) for p in paths]
        publish_store(book)
    return done


def attach_held(book: Book, name: str, data: bytes, *, about: str = "", why: str = "", who: str = "") -> Entry:
    """The same for one document in memory; the caller holds the lock."""
    digest = digest_bytes(data)
    suffix = Path(name).suffix.lower()
    kept = book.evidence / f"{digest.sha256}{suffix}"
    book.evidence.mkdir(exist_ok=True)
    if not kept.is_file() or digest_bytes(kept.read_bytes()) != digest:
        write_whole(kept, data)
    body = {"file": name, **digest.as_dict(), "bytes": len(data), "suffix": suffix, "about": about}
    return book.record("attach", body, who=who, why=why)
