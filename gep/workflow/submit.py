"""submit: from a file to facts kept in the book, all or nothing, with every problem told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Fact, Vocabulary
from gep.book import Book
from gep.intake.submit import intake
from gep.intake.tidy import Intake
from gep.ledger.files import digest_bytes, write_whole
from gep.ledger.journal import Entry

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
    """What the book holds: facts, record sets (joined over their files), and the journal entries they came from.

    `queries`: what the returns asked an explanation for when they were taken (a slip to the year before), for every run to tell.
    """

    facts: tuple[Fact, ...]
    records: Mapping[str, pa.Table]
    submissions: tuple[Mapping[str, object], ...]
    queries: tuple[Finding, ...] = ()


def submit(book: Book, paths: Sequence[Path], *, who: str = "", record_set: str = "") -> list[Submitted]:
    """Take files into the book, one after the other; a file with a stopping finding is refused whole and journaled as refused.

    The original is kept under its SHA-256. A file that was taken before is told and not taken twice.
    """
    return submit_each(book, [(path, record_set) for path in paths], who=who)


def submit_each(book: Book, files: Sequence[tuple[Path, str]], *, who: str = "") -> list[Submitted]:
    """The same for files of several kinds: each with the record set it holds (empty: a tidy submission)."""
    done = []
    with book.lock(who):
        vocabulary = book.vocabulary()
        held = holdings(book)
        for path, record_set in files:
            one, held = _one(book, path, vocabulary, held, who, record_set)
            done.append(one)
    return done


def _one(book: Book, path: Path, vocabulary: Vocabulary, held: Holdings, who: str, record_set: str) -> tuple[Submitted, Holdings]:
    """Take one file in the light of what is held; what is held afterwards."""
    data = path.read_bytes()
    digest = digest_bytes(data)
    if any(s["sha256"] == digest.sha256 for s in held.submissions):
        told = finding("SUBMIT-AGAIN", Place(path.name), found=path.name)
        return Submitted(path.name, digest.sha256, ACCEPTED, 0, (told,)), held
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
        if not kept.is_file() or digest_bytes(kept.read_bytes()) != digest:
            write_whole(kept, data)
    entry = book.record("submit", body, who=who)
    if status == REJECTED:
        count = sum(1 for f in findings if f.severity == "stop")
        findings = (*findings, finding("SUBMIT-REJECTED", Place(path.name), found=path.name, expected=count))
    else:
        held = _with(held, entry, read)
    return Submitted(path.name, digest.sha256, status, len(read.facts), findings), held


def _with(held: Holdings, entry: Entry, read: Intake) -> Holdings:
    """What is held once a file was taken."""
    records = dict(held.records)
    if read.records is not None:
        name = str(entry.data["record_set"])
        records[name] = pa.concat_tables([*([records[name]] if name in records else []), read.records])
    taken = {"seq": entry.seq, "who": entry.who, "at": entry.when, **entry.data}
    queries = (*held.queries, *(_asked(f) for f in read.findings if f.severity == "query"))
    return Holdings((*held.facts, *read.facts), records, (*held.submissions, taken), queries)


def _asked(f: Finding) -> Finding:
    """A query of intake as runs tell theirs: measure, region, period, key in the place, and a rule for the answer to name."""
    region, period, measure, *rest = f.place.key.split("/")
    return replace(f, place=replace(f.place, key="/".join((measure, region, period, *(rest or ["-"])))), rule=f.rule or f.code)


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
    """Read again every accepted original, in journal order.

    Raises Refused if one that was accepted cannot be taken any more, because the catalogue or the regions of the book have
    changed since: a figure must not drop out in silence.
    """
    held = Holdings((), {}, ())
    entries = [e for e in book.entries() if e.act == "submit" and e.data["status"] == ACCEPTED]
    vocabulary = book.vocabulary() if entries else None
    refused: list[Finding] = []
    for entry in entries:
        file, path = str(entry.data["file"]), book.submissions / f"{entry.data['sha256']}{entry.data['suffix']}"
        if vocabulary is None or not path.is_file():
            refused.append(finding("SUBMIT-ORIGINAL-GONE", Place(f"submissions/{path.name}"), found=file))
            continue
        # a figure returned twice with the same value counts once, so each file is read in the light of those before it
        read = intake(file, path.read_bytes(), vocabulary, held.facts, str(entry.data["record_set"]))
        stopping = [f for f in read.findings if f.severity == "stop"]
        if stopping:
            refused += [finding("SUBMIT-NO-LONGER-TAKEN", Place(file), found=file, expected=entry.seq), *stopping]
        held = _with(held, entry, read)
    if refused:
        raise Refused(refused)
    return held


__all__ = ["ACCEPTED", "REJECTED", "Holdings", "Submitted", "holdings", "submit", "submit_each"]
