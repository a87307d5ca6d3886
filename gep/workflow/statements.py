"""Statements kept with the book: pages as they were handed out, each under the year and vintage it shows, with its digests.

    statements/<year>-<vintage>/<name>

A statement that is kept is never changed: the same bytes again are no new act, other bytes take another name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from gep.base.findings import Finding, Place, Refused, finding
from gep.book import Book
from gep.ledger import acts
from gep.ledger.files import digest_bytes, digest_file, write_whole
from gep.ledger.journal import Entry
from gep.workflow.release import publish_store

ACT = "statement"


def keep_statements(book: Book, files: Mapping[str, bytes], *, year: int, vintage: int, who: str = "", why: str = "") -> Entry:
    """Put statements into the book, each whole, and record them with their digests in one journal entry.

    Of files that are kept already nothing is recorded again; the entry returned is then the one that knows them. Raises Refused
    for other bytes under a name that is kept, an unfit name, nothing to keep, or a vintage that is not of this year; nothing is
    kept then.
    """
    with book.lock(who):
        entries = book.entries()
        kept = held(entries)
        named = {f"{year}-{vintage}/{name}": data for name, data in sorted(files.items())}
        digests = {name: digest_bytes(data) for name, data in named.items()}
        faults = [*_unfit(files), *_no_vintage(entries, year, vintage)]
        for name, digest in digests.items():
            if name in kept and kept[name][0] != digest.sha256:
                faults.append(finding("STATEMENT-OTHER", Place(f"statements/{name}"), found=name, expected=kept[name][1].seq))
        if faults:
            raise Refused(faults)
        for name, data in named.items():
            path = book.statements / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.is_file() or digest_file(path)[0] != digests[name]:
                write_whole(path, data)
        new = [{"file": n, "bytes": len(named[n]), **d.as_dict()} for n, d in digests.items() if n not in kept]
        if not new:
            return max((kept[name][1] for name in named), key=lambda e: e.seq)
        entry = book.record(ACT, {"year": year, "vintage": vintage, "files": new}, who=who, why=why)
        publish_store(book)
    return entry


def held(entries: Sequence[Entry]) -> dict[str, tuple[str, Entry]]:
    """SHA-256 of each kept statement by its name below `statements/`, with the entry that keeps it."""
    found = {}
    for e in entries:
        if e.act == ACT:
            for f in cast(Sequence[Mapping[str, object]], e.data["files"]):
                found[str(f["file"])] = (str(f["sha256"]), e)
    return found


def _unfit(files: Mapping[str, bytes]) -> Iterator[Finding]:
    if not files:
        yield finding("STATEMENT-NONE", Place("statements"))
    for name in sorted(files):
        if not name.isprintable() or name[:1] in ("", ".") or "/" in name or "\\" in name:
            yield finding("STATEMENT-NAME", Place("statements", key=name.encode("unicode_escape").decode()), found=repr(name))


def _no_vintage(entries: Sequence[Entry], year: int, vintage: int) -> Iterator[Finding]:
    runs = acts.runs(entries)
    if vintage not in runs or year not in acts.years(runs[vintage]):
        known = ", ".join(f"{y}@{v}" for v, run in runs.items() for y in acts.years(run)) or "-"
        place = Place(key=f"year/-/{year}/-")
        yield finding("STATEMENT-NO-VINTAGE", place, found=vintage, expected=known, year=year)
