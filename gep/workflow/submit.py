"""submit: from a file to facts kept in the book, all or nothing, with every problem told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Fact, Vocabulary
from gep.book import Book
from gep.intake.checks import Address
from gep.intake.submit import intake
from gep.intake.tidy import Intake
from gep.ledger import acts
from gep.ledger.files import digest_bytes, write_whole
from gep.ledger.journal import Entry
from gep.workflow.corrected import apply, named
from gep.workflow.shut import changed_years, closed_changes

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
    `decided`: for a figure that two departments return, the one whose figure is used. `acts`: the hashes of the corrections and
    decisions that went into it, in order.
    """

    facts: tuple[Fact, ...]
    records: Mapping[str, pa.Table]
    submissions: tuple[Mapping[str, object], ...]
    queries: tuple[Finding, ...] = ()
    decided: Mapping[Address, str] = field(default_factory=dict)
    acts: tuple[str, ...] = ()


EMPTY = Holdings((), {}, ())


def submit(
    book: Book, paths: Sequence[Path], *, who: str = "", record_set: str = "", replaces: int | None = None
) -> list[Submitted]:
    """Take files into the book, one after the other; a file with a stopping finding is refused whole and journaled as refused.

    The original is kept under its SHA-256. A file that was taken before is told and not taken twice. `replaces`: the journal
    number of an accepted file in whose place this one (and only one) comes; the replaced original is kept, its figures no longer
    count. What would change a closed year is refused.
    """
    if replaces is not None and len(paths) != 1:
        raise Refused([finding("SUBMIT-REPLACES-ONE", Place(key=str(replaces)), found=len(paths), expected=1)])
    return submit_each(book, [(path, record_set) for path in paths], who=who, replaces=replaces)


def submit_each(book: Book, files: Sequence[tuple[Path, str]], *, who: str = "", replaces: int | None = None) -> list[Submitted]:
    """The same for files of several kinds: each with the record set it holds (empty: a tidy submission)."""
    done = []
    with book.lock(who):
        vocabulary = book.vocabulary()
        shut = acts.closed(book.entries())
        before = held = holdings(book)
        if replaces is not None:
            _replaceable(held, replaces)
            held = holdings(book, without=replaces)
        for path, record_set in files:
            one, taken = _one(book, path, vocabulary, held, who, record_set, replaces, (before, shut))
            held = before = taken if one.status == ACCEPTED and taken is not held else before
            done.append(one)
    return done


def _replaceable(held: Holdings, seq: int) -> None:
    known = {int(str(s["seq"])): str(s["file"]) for s in held.submissions}
    if seq not in known:
        listed = ", ".join(f"{number} ({file})" for number, file in known.items()) or "-"
        raise Refused([finding("SUBMIT-REPLACES-UNKNOWN", Place(key=str(seq)), found=seq, expected=listed)])


def _one(
    book: Book,
    path: Path,
    vocabulary: Vocabulary,
    held: Holdings,
    who: str,
    record_set: str,
    replaces: int | None,
    before: tuple[Holdings, Mapping[int, acts.Step]],
) -> tuple[Submitted, Holdings]:
    """Take one file in the light of what is held; what is held afterwards. `before`: what was held, and the closed years."""
    data = path.read_bytes()
    digest = digest_bytes(data)
    if any(s["sha256"] == digest.sha256 for s in held.submissions):
        told = finding("SUBMIT-AGAIN", Place(path.name), found=path.name)
        return Submitted(path.name, digest.sha256, ACCEPTED, 0, (told,)), held
    read = intake(path.name, data, vocabulary, held.facts, record_set, decided=held.decided)
    body: dict[str, object] = {
        "file": path.name,
        "sha256": digest.sha256,
        "sm3": digest.sm3,
        "bytes": len(data),
    }
    body |= {"record_set": record_set, "facts": len(read.facts), "suffix": path.suffix.lower()}
    if replaces is not None:
        body["replaces"] = replaces
    after = _with(held, body, read)
    # without a replacement a file only adds: there is no need to compare all that is held
    added = {f.period[:4] for f in read.facts} | _years(read.records)
    body["periods"] = sorted(added) if replaces is None else changed_years(before[0], after)
    findings = read.findings
    if read.records is not None:
        findings = (*findings, *_twice(path.name, read.records, held.records.get(record_set), record_set))
    findings = (*findings, *closed_changes(before[0], after, before[1], path.name))
    status = REJECTED if stops(findings) else ACCEPTED
    body |= {"status": status, "findings": len(findings)}
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
        held = replace(after, submissions=(*held.submissions, _taken(entry)))
    return Submitted(path.name, digest.sha256, status, len(read.facts), findings), held


def _years(rows: pa.Table | None) -> set[str]:
    return {str(p)[:4] for p in rows["period"].unique().to_pylist()} if rows is not None else set()


def _with(held: Holdings, body: Mapping[str, object], read: Intake) -> Holdings:
    """What is held once a file was taken."""
    records = dict(held.records)
    if read.records is not None:
        name = str(body["record_set"])
        records[name] = pa.concat_tables([*([records[name]] if name in records else []), read.records])
    queries = (*held.queries, *(_asked(f) for f in read.findings if f.severity == "query"))
    return replace(held, facts=(*held.facts, *read.facts), records=records, queries=queries)


def _taken(entry: Entry) -> Mapping[str, object]:
    return {"seq": entry.seq, "who": entry.who, "at": entry.when, **entry.data}


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


def holdings(book: Book, *, without: int | None = None, deciding: Mapping[Address, str] | None = None) -> Holdings:
    """Read again every accepted original that was not replaced, and apply corrections and decisions, in journal order.

    The last decision about a figure holds for every file, so that it can be decided otherwise later. `without`: leave this
    submission out, as if it were replaced; `deciding`: as if this were decided too. Raises Refused if one that was accepted
    cannot be taken any more, because the catalogue or the regions have changed since: a figure must not drop out in silence.
    """
    entries = [e for e in book.entries() if e.act in ("correct", "decide") or _accepted(e)]
    gone = {int(str(e.data["replaces"])) for e in entries if "replaces" in e.data} | ({without} if without else set())
    decided = {named(e): str(e.data["department"]) for e in entries if e.act == "decide"}
    held = replace(EMPTY, decided={**decided, **(deciding or {})})
    vocabulary = book.vocabulary() if any(e.act == "submit" for e in entries) else None
    refused: list[Finding] = []
    for entry in entries:
        if entry.act == "submit" and entry.seq not in gone:
            held = _again(book, entry, vocabulary, held, refused)
        elif entry.act == "correct":
            held = replace(held, facts=apply(entry, held.facts), acts=(*held.acts, entry.hash.sha256))
        elif entry.act == "decide":
            held = replace(held, acts=(*held.acts, entry.hash.sha256))
    if refused:
        raise Refused(refused)
    return held


def _accepted(entry: Entry) -> bool:
    return entry.act == "submit" and entry.data["status"] == ACCEPTED


def _again(book: Book, entry: Entry, vocabulary: Vocabulary | None, held: Holdings, refused: list[Finding]) -> Holdings:
    """Take an accepted original once more; what is wrong with it now goes to `refused`."""
    file, path = str(entry.data["file"]), book.submissions / f"{entry.data['sha256']}{entry.data['suffix']}"
    if vocabulary is None or not path.is_file():
        refused.append(finding("SUBMIT-ORIGINAL-GONE", Place(f"submissions/{path.name}"), found=file))
        return held
    data = path.read_bytes()
    if digest_bytes(data).sha256 != entry.data["sha256"]:
        refused.append(finding("SUBMIT-ORIGINAL-CHANGED", Place(f"submissions/{path.name}"), found=file, expected=entry.seq))
        return held
    # a figure returned twice with the same value counts once, so each file is read in the light of those before it
    read = intake(file, data, vocabulary, held.facts, str(entry.data["record_set"]), decided=held.decided)
    stopping = [f for f in read.findings if f.severity == "stop"]
    if stopping:
        refused += [finding("SUBMIT-NO-LONGER-TAKEN", Place(file), found=file, expected=entry.seq), *stopping]
    return replace(_with(held, entry.data, read), submissions=(*held.submissions, _taken(entry)))


__all__ = ["ACCEPTED", "REJECTED", "Holdings", "Submitted", "holdings", "submit", "submit_each"]
