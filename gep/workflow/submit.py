"""submit: from a file to facts kept in the book, all or nothing, with every problem told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from gep.base.findings import Finding, Place, finding, stops
from gep.base.records import Fact, Vocabulary
from gep.book import Book
from gep.intake.submit import intake
from gep.ledger.files import digest_bytes, write_synced

ACCEPTED, REJECTED = "accepted", "rejected"


@dataclass(frozen=True)
class Submitted:
    """One file: whether it was taken, and all findings (also of a file that was taken)."""

    file: str
    sha256: str
    status: str
    facts: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Holdings:
    """What the book holds: facts, record sets (joined over their files), and the journal entries they came from."""

    facts: tuple[Fact, ...]
    records: Mapping[str, pa.Table]
    submissions: tuple[Mapping[str, object], ...]


def submit(book: Book, paths: Sequence[Path], *, who: str = "", record_set: str = "") -> list[Submitted]:
    """Take files into the book, one after the other; a file with a stopping finding is refused whole and journaled as refused.

    The original is kept under its SHA-256. A file that was taken before is told and not taken twice.
    """
    done = []
    with book.lock(who):
        vocabulary = book.vocabulary()
        for path in paths:
            done.append(_one(book, path, vocabulary, who, record_set))
    return done


def _one(book: Book, path: Path, vocabulary: Vocabulary, who: str, record_set: str) -> Submitted:
    data = path.read_bytes()
    digest = digest_bytes(data)
    held = holdings(book)
    if any(s["sha256"] == digest.sha256 for s in held.submissions):
        told = finding("SUBMIT-AGAIN", Place(path.name), found=path.name)
        return Submitted(path.name, digest.sha256, ACCEPTED, 0, (told,))
    read = intake(path.name, data, vocabulary, held.facts, record_set)
    findings = read.findings
    if read.records is not None:
        findings = (*findings, *_twice(path.name, read.records, held.records.get(record_set), record_set))
    status = REJECTED if stops(findings) else ACCEPTED
    body: dict[str, object] = {
        "file": path.name,
        "sha256": digest.sha256,
        "sm3": digest.sm3,
        "bytes": len(data),
        "status": status,
    }
    body |= {"record_set": record_set, "facts": len(read.facts), "findings": len(findings), "suffix": path.suffix.lower()}
    if status == ACCEPTED:
        book.submissions.mkdir(exist_ok=True)
        kept = book.submissions / f"{digest.sha256}{path.suffix.lower()}"
        if not kept.exists():
            write_synced(kept, data)
    book.record("submit", body, who=who)
    if status == REJECTED:
        count = sum(1 for f in findings if f.severity == "stop")
        findings = (*findings, finding("SUBMIT-REJECTED", Place(path.name), found=path.name, expected=count))
    return Submitted(path.name, digest.sha256, status, len(read.facts), findings)


def _twice(file: str, rows: pa.Table, held: pa.Table | None, record_set: str) -> Iterator[Finding]:
    """A row that the book holds already would be counted twice, whatever it says now."""
    if held is None:
        return
    keys = [k for k in ("region", "period", "row", "month") if k in rows.column_names]
    again = rows.select(keys).join(held.select(keys), keys, join_type="left semi")
    if again.num_rows:
        first = again.sort_by([(k, "ascending") for k in keys]).slice(0, 1).to_pylist()[0]
        example = "/".join(str(first[k]) for k in keys)
        yield finding("SUBMIT-RECORDS-TWICE", Place(file), found=file, count=again.num_rows, records=record_set, example=example)


def holdings(book: Book) -> Holdings:
    """Read again every accepted original, in journal order. What was accepted once has no stopping finding now either."""
    facts: list[Fact] = []
    records: dict[str, list[pa.Table]] = {}
    taken = []
    vocabulary = None
    for entry in book.entries():
        if entry.act != "submit" or entry.data["status"] != ACCEPTED:
            continue
        vocabulary = vocabulary or book.vocabulary()
        taken.append({"seq": entry.seq, "who": entry.who, "at": entry.when, **entry.data})
        path = book.submissions / f"{entry.data['sha256']}{entry.data['suffix']}"
        # a figure returned twice with the same value counts once, so each file is read in the light of those before it
        read = intake(str(entry.data["file"]), path.read_bytes(), vocabulary, facts, str(entry.data["record_set"]))
        facts += read.facts
        if read.records is not None:
            records.setdefault(str(entry.data["record_set"]), []).append(read.records)
    joined = {name: pa.concat_tables(tables) for name, tables in records.items()}
    return Holdings(tuple(facts), joined, tuple(taken))


__all__ = ["ACCEPTED", "REJECTED", "Holdings", "Submitted", "holdings", "submit"]
