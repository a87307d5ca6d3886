"""verify: all that a book keeps against what was recorded of it, each fault named with its place; and what no check can show."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import cast

from gep.base.data import PACKAGE
from gep.base.findings import Finding, Place, finding
from gep.base.program import NAME, program
from gep.book import Book
from gep.ledger import acts, catalogues, closing, journal, pack, releases
from gep.ledger.act_forms import formed, without_run
from gep.ledger.files import Digest, digest_file
from gep.ledger.journal import Entry
from gep.ledger.recover import strangers
from gep.ledger.store_check import check_store
from gep.workflow.frozen import catalogue_files
from gep.workflow.release import release_folders
from gep.workflow.reperform import reperform

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Anchors:
    """What was written down outside the machine: SHA-256 of journal entries by number, of closings, and the signing key."""

    entries: Mapping[int, str]
    closings: tuple[str, ...] = ()
    public_key: str = ""

    def __bool__(self) -> bool:
        return bool(self.entries or self.closings or self.public_key)


NONE = Anchors({})
HARMLESS = frozenset({"LEDGER-JOURNAL-TORN", "LEDGER-JOURNAL-ANCHOR"})  # the lines that are there are sound


@dataclass(frozen=True)
class Verified:
    """How many things were checked, what is wrong, and what this check could not show."""

    checked: int
    findings: tuple[Finding, ...]
    beyond: tuple[Finding, ...]


def verify(book: Book, anchors: Anchors = NONE, progress: Progress = lambda text: None) -> Verified:
    """Check the whole book. Nothing is repaired or written.

    Journal: every line, its hash and its link. Record: originals, evidence, frozen rules, catalogues, releases (against their
    manifests, and these against the journal), closings and their signatures, statements, anything the journal does not know.
    Store: every table against releases and journal. Program: the installed package against its own list, and the catalogue of
    today against the one of the newest run: told, no fault of the record.
    """
    faults = list(journal.verify(book.journal_path, anchors.entries))
    chained = not any(f.severity == "stop" and f.code not in HARMLESS for f in faults)
    # one line that was changed must not hide what else was; one that no act writes is named and left out
    entries, misshapen = formed(journal.sound(book.journal_path))
    faults += misshapen
    checks: list[tuple[str, Callable[[], Iterable[Finding]]]] = [*_of_entries(book, entries)]
    checks.append(("anchors", lambda: _anchored(entries, anchors)))
    if chained and not misshapen:
        checks.append(("acts", lambda: without_run(entries)))
        checks.append(("accounts.duckdb", lambda: _store(book, entries, faults)))
        checks.append(("catalogue", lambda: _catalogue_now(book, entries)))
        checks.append(("strangers", lambda: _strangers(book, entries)))
    else:
        checks.append(("accounts.duckdb", lambda: [finding("VERIFY-STORE-SKIPPED", Place(book.store.name))]))
    checks.append(("pack", lambda: pack.check_pack(book.root) if (book.root / pack.MANIFEST).is_file() else ()))
    checks.append(("program", installed))
    for name, check in checks:
        progress(name)
        faults += check()
    return Verified(1 + len(checks), tuple(dict.fromkeys(faults)), tuple(_beyond(entries, anchors)))


def verify_again(book: Book, vintages: Sequence[int] = (), progress: Progress = lambda text: None) -> list[Finding]:
    """Perform vintages again from their frozen rules: those named, else every one that is in use for a year."""
    entries = book.entries()
    wanted = list(vintages) or _in_use(entries)
    found: list[Finding] = []
    for vintage in wanted:
        found += reperform(book, vintage, lambda text, v=vintage: progress(f"{v}: {text}")).findings  # type: ignore[misc]
    return found


def _in_use(entries: Sequence[Entry]) -> list[int]:
    """The vintages that are in the highest state, then the newest, for some year."""
    best: dict[int, acts.Step] = {}
    for step in acts.states(entries).values():
        held = best.get(step.year)
        if held is None or (step.rank, step.vintage) > (held.rank, held.vintage):
            best[step.year] = step
    return sorted({s.vintage for s in best.values()})


def _of_entries(book: Book, entries: Sequence[Entry]) -> Iterator[tuple[str, Callable[[], Iterable[Finding]]]]:
    """One check for each thing that an entry put into the book."""
    known = {e.seq: e for e in entries}
    yield "steps", lambda: _manifests(known)
    for e in entries:
        d = e.data
        if e.act == "submit" and d["status"] == "accepted":
            yield str(d["file"]), lambda d=d: _file(book.submissions, f"{d['sha256']}{d['suffix']}", str(d["sha256"]))  # type: ignore[misc]
        elif e.act == "attach":
            yield str(d["file"]), lambda d=d: _file(book.evidence, f"{d['sha256']}{d['suffix']}", str(d["sha256"]))  # type: ignore[misc]
        elif e.act == "run":
            yield f"releases/{e.seq}", lambda e=e: _release(book, e)  # type: ignore[misc]
        elif e.act == "close":
            yield f"closings/{d['year']}", lambda e=e: _closing(book, e, known)  # type: ignore[misc]
        elif e.act == "statement":
            yield f"statements {e.seq}", lambda d=d: _statement(book, d)  # type: ignore[misc]
    for hash_ in sorted({str(e.data["catalogue"]) for e in entries if e.act == "run" and "catalogue" in e.data}):
        yield f"catalogues/{hash_[:12]}", lambda h=hash_: catalogues.check(book.catalogues / h)  # type: ignore[misc]


def _file(folder: Path, name: str, recorded: str, above: str = "") -> Iterator[Finding]:
    """A file against the SHA-256 recorded. `above`: the folder of the record, where `folder` stands in one."""
    path = folder / name
    held = digest_file(path)[0].sha256 if path.is_file() else "-"
    yield from _same("/".join(filter(None, (above, folder.name, name))), held, recorded)


def _same(name: str, held: str, recorded: str) -> Iterator[Finding]:
    if held != recorded:
        yield finding("VERIFY-HASH", Place(name), found=held, expected=recorded)


def _release(book: Book, entry: Entry) -> Iterator[Finding]:
    folder = book.releases / str(entry.seq)
    wrong = [_inside(f, "releases") for f in releases.check(folder)]
    yield from wrong
    if not any(f.place.file.endswith(f"/{releases.MANIFEST}") for f in wrong):
        sealed = releases.read_manifest(folder).digest.as_dict()
        yield from _same(f"releases/{entry.seq}", str(sealed), str(entry.data["manifest"]))
    yield from _file(book.rules / str(entry.data["rules_hash"]), "frozen.json", str(entry.data["rules_hash"]), "rules")
    extra = {p.name for p in (book.rules / str(entry.data["rules_hash"])).glob("*")} - {"frozen.json"}
    for name in sorted(extra):
        yield finding("LEDGER-FILE-EXTRA", Place(f"rules/{entry.data['rules_hash']}/{name}"), found=name)


def _inside(f: Finding, folder: str) -> Finding:
    """The finding with its file named from the top of the book."""
    return replace(f, place=replace(f.place, file=f"{folder}/{f.place.file}"))


def _closing(book: Book, entry: Entry, entries: Mapping[int, Entry]) -> Iterator[Finding]:
    """The document of a closing, its signature, and that it seals the release and the journal as they are recorded."""
    name = f"{entry.data['year']}-{entry.data['vintage']}.json"
    path = book.closings / name
    recorded = cast(Mapping[str, str], entry.data["closing"])
    changed = list(_file(book.closings, name, recorded["sha256"]))
    yield from changed
    if changed:
        return
    text = path.read_bytes()
    signature = entry.data.get("signature")
    if isinstance(signature, Mapping) and not closing.signature_holds(signature, text):
        yield finding("VERIFY-SIGNATURE", Place(f"closings/{name}"), found=str(signature.get("public_key", "-"))[:16])
    yield from (finding("VERIFY-CLOSING", Place(f"closings/{name}"), found=what) for what in _unlike(text, entry, entries))


def _unlike(text: bytes, entry: Entry, entries: Mapping[int, Entry]) -> Iterator[str]:
    """What a closing says of its release, its rules and the journal before it that the journal does not say."""
    try:
        body = json.loads(text)
        said = {name: body[name] for name in ("year", "vintage", "release", "rules_hash", "catalogue")}
        before = entries.get(body["journal"]["seq"])
        head = Digest(body["journal"]["sha256"], body["journal"]["sm3"])
    except (ValueError, TypeError, KeyError, RecursionError):
        yield closing.SCHEMA
        return
    ran = entries.get(int(str(entry.data["vintage"])))
    if ran is not None and ran.act == "run":
        held = {"year": entry.data["year"], "vintage": ran.seq, "release": ran.data["manifest"]}
        held |= {"rules_hash": ran.data["rules_hash"], "catalogue": ran.data.get("catalogue", "")}
        yield from (name for name in said if said[name] != held[name])
    if before is not None and before.hash != head:  # an entry that is damaged itself is named on its own
        yield f"journal {before.seq}"


def _manifests(entries: Mapping[int, Entry]) -> Iterator[Finding]:
    """Each step names the seal of the release it was taken for; one that names another seal was written anew."""
    for e in entries.values():
        ran = entries.get(int(str(e.data["vintage"]))) if e.act in acts.STEPS else None
        if ran is not None and ran.act == "run" and e.data["manifest"] != ran.data["manifest"]:
            held, expected = (str(x.data["manifest"]) for x in (e, ran))
            yield finding("VERIFY-HASH", Place("journal.jsonl", e.seq), found=held, expected=expected)


def _statement(book: Book, data: Mapping[str, object]) -> Iterator[Finding]:
    for held in cast(Sequence[Mapping[str, object]], data["files"]):
        yield from _file(book.statements, str(held["file"]), str(held["sha256"]))


def _store(book: Book, entries: Sequence[Entry], faults: Sequence[Finding]) -> Iterator[Finding]:
    """The query store against the record; a release that is damaged itself is no measure for it."""
    if not book.store.is_file():
        return
    named = [f.place.file.split("/") for f in faults if f.severity == "stop"]
    damaged = {parts[1] for parts in named if parts[0] == "releases" and len(parts) > 1}
    for vintage in sorted(damaged):
        yield finding("VERIFY-STORE-SKIPPED", Place(book.store.name, key=f"vintage={vintage}"))
    yield from check_store(book.store, release_folders(book), entries, damaged)


def _strangers(book: Book, entries: Sequence[Entry]) -> Iterator[Finding]:
    for path in strangers(book.root, entries):
        yield finding("LEDGER-FILE-EXTRA", Place(path.relative_to(book.root).as_posix()), found=path.name)


def _anchored(entries: Sequence[Entry], anchors: Anchors) -> Iterator[Finding]:
    """Closings and keys that were written down elsewhere."""
    closes = [e for e in entries if e.act == "close"]
    held = {cast(Mapping[str, str], e.data["closing"])["sha256"] for e in closes}
    for digest in anchors.closings:
        if digest not in held:
            yield finding("VERIFY-ANCHOR", Place("journal.jsonl"), found=", ".join(sorted(held)) or "-", expected=digest)
    for e in closes if anchors.public_key else ():
        signature = e.data.get("signature")
        key = str(signature.get("public_key")) if isinstance(signature, Mapping) else "-"
        if key != anchors.public_key:
            yield finding(
                "VERIFY-KEY", Place("journal.jsonl", e.seq), found=key, expected=anchors.public_key, year=e.data["year"]
            )


def _catalogue_now(book: Book, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Files of the catalogue (installed or the book's own) that are not what the newest run read; no fault of the record."""
    kept = [e for e in entries if e.act == "run" and "catalogue" in e.data]
    if not kept:
        return
    newest = kept[-1]
    folder = book.catalogues / str(newest.data["catalogue"])
    if any(catalogues.check(folder)):
        return  # named already
    for name, (then, now) in catalogues.differences(folder, catalogue_files(book)).items():
        yield finding("VERIFY-CATALOGUE", Place(name), found=now[:12], expected=then[:12], vintage=newest.seq)
    recorded = cast(Mapping[str, str], newest.data["program"])
    if recorded["code"] != program()["code"]:
        found, expected = (f"{p['version']} {p['code'][:12]}" for p in (program(), recorded))
        yield finding("VERIFY-PROGRAM", Place(NAME), found=found, expected=expected, vintage=newest.seq)


def installed() -> Iterator[Finding]:
    """The files of the installed package against the list that came with it; where there is none (a checkout), that is said."""
    try:
        record = distribution(NAME).read_text("RECORD") or ""
        rows = [row for row in csv.reader(io.StringIO(record)) if row]
    except PackageNotFoundError:
        rows = []
    except (UnicodeDecodeError, csv.Error) as error:
        yield finding("VERIFY-INSTALLED", Place("RECORD"), found=str(error), expected="-")
        return
    own = {row[0]: ",".join(row[1:2]) for row in rows if row[0].startswith("gep/") and not row[0].endswith(".pyc")}
    if not own:
        yield finding("VERIFY-NO-RECORD", Place(NAME))
        return
    root = PACKAGE.parent
    for name, recorded in sorted(own.items()):
        path = root / name
        digest = hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b""
        held = f"sha256={urlsafe_b64encode(digest).rstrip(b'=').decode()}" if digest else "-"
        if held != recorded:
            yield finding("VERIFY-INSTALLED", Place(name), found=held, expected=recorded or "-")
    present = {p.relative_to(root).as_posix() for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    for name in sorted(present - own.keys()):
        yield finding("VERIFY-INSTALLED", Place(name), found=name, expected="-")


def _beyond(entries: Sequence[Entry], anchors: Anchors) -> Iterator[Finding]:
    """What the book cannot prove of itself: that its journal was not cut at the end, or the whole not forged consistently."""
    head = f"{entries[-1].seq}:{entries[-1].hash.sha256}" if entries else "-"
    if not anchors:
        yield finding("VERIFY-NO-ANCHOR", Place("journal.jsonl"), found=head)
    else:
        shown = [*map(str, anchors.entries), *(c[:12] for c in anchors.closings), anchors.public_key[:12]]
        yield finding("VERIFY-ANCHORED", Place("journal.jsonl"), found=head, expected=", ".join(filter(None, shown)))
