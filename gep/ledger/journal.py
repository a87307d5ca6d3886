"""The journal of a book: append-only, one canonical JSON object a line, each line chained to the one before it.

A line holds seq, act, who, when, why, data, prev and hash. `prev` repeats the hash of the line before (zeros in the first line);
`hash` is taken over the canonical JSON (RFC 8785) of the entry without `hash`. Order is the sequence, never the clock. The chain
shows every change inside the journal; that lines were cut from its end shows only against an anchor kept elsewhere.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gep.base.canonical import dump
from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger.cells import instant_text
from gep.ledger.files import Digest, digest_bytes, sync_folder, write_all, write_whole, writing

FIRST = Digest("0" * 64, "0" * 64)
FIELDS = frozenset({"seq", "act", "who", "when", "why", "data", "prev", "hash"})
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `when` is UTC as text (fixed width); `data` holds what the act decided, as plain JSON."""

    seq: int
    act: str
    who: str
    when: str
    why: str
    data: Mapping[str, object]
    prev: Digest
    hash: Digest = field(default=FIRST)

    def body(self) -> dict[str, object]:
        """The entry without its own hash."""
        return {
            "seq": self.seq,
            "act": self.act,
            "who": self.who,
            "when": self.when,
            "why": self.why,
            "data": dict(self.data),
            "prev": self.prev.as_dict(),
        }


def canonical(value: object) -> bytes:
    """Canonical JSON (RFC 8785). Raises TypeError for a float or any other value that is no plain JSON: amounts go as text."""
    _plain(value)
    return dump(value)


def _plain(value: object) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, dict):
        for name, item in value.items():
            if not isinstance(name, str):
                raise TypeError(f"a name in JSON is text, not {type(name).__name__}")
            _plain(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _plain(item)
    else:
        raise TypeError(f"{type(value).__name__} is no plain JSON; write amounts and dates as text")


def append(path: Path, act: str, who: str, why: str, data: Mapping[str, object], clock: Clock) -> Entry:
    """Add one entry and return it once file and folder are on the disk.

    The caller holds the lock of the book. Raises Refused if the last line is torn or damaged, ValueError for a clock without time
    zone, TypeError for data that is no plain JSON. If the disk fails in the middle, the line is taken back.
    """
    last = _last(path)
    bare = Entry(
        seq=last.seq + 1 if last else 1,
        act=act,
        who=who,
        when=instant_text(clock()),
        why=why,
        data=data,
        prev=last.hash if last else FIRST,
    )
    body = bare.body()
    digest = digest_bytes(canonical(body))
    _write(path, canonical(body | {"hash": digest.as_dict()}) + b"\n")
    return Entry(bare.seq, act, who, bare.when, why, data, bare.prev, digest)


def _write(path: Path, line: bytes) -> None:
    with writing(path, len(line)):
        handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        try:
            size = os.fstat(handle).st_size
            try:
                write_all(handle, line)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
        sync_folder(path.parent)


def _last(path: Path) -> Entry | None:
    """The last entry, checked on its own; None for a journal that does not exist yet or is empty."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    line, number = _tail(path)
    if not line.endswith(b"\n"):
        raise Refused([finding("LEDGER-JOURNAL-TORN", Place(path.name, number), bytes=len(line))])
    entry, faults = _parse(path.name, number, line[:-1])
    if entry is None or faults:
        raise Refused(faults)
    return entry


def _tail(path: Path) -> tuple[bytes, int]:
    """The last line (with its line end, if it has one) and its number."""
    last, count = b"", 0
    with path.open("rb") as stream:
        for line in stream:
            last, count = line, count + 1
    return last, count


def read(path: Path) -> tuple[Entry, ...]:
    """All entries in order. Raises Refused if any line fails verification.

    A torn last line was never acknowledged and is left out.
    """
    entries, faults = _all(path)
    faults = [f for f in faults if f.severity == "stop" and f.code != "LEDGER-JOURNAL-TORN"]
    if faults:
        raise Refused(faults)
    return entries


def sound(path: Path) -> tuple[Entry, ...]:
    """The entries whose own hash is right, whatever became of the lines around them: for checking what they name."""
    if not path.is_file():
        return ()
    return tuple(entry for entry, wrong in _entries(path) if entry is not None and not wrong)


def _entries(path: Path) -> Iterator[tuple[Entry | None, list[Finding]]]:
    with path.open("rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.endswith(b"\n"):
                yield _parse(path.name, number, line[:-1])
            else:
                yield None, [finding("LEDGER-JOURNAL-TORN", Place(path.name, number), bytes=len(line))]


def _parse(name: str, number: int, line: bytes) -> tuple[Entry | None, list[Finding]]:
    """One line to an entry, and what is wrong with the line itself (its place in the chain is judged by `verify`)."""
    place = Place(name, number)
    try:
        data = json.loads(line)
    except (ValueError, RecursionError):
        return None, [finding("LEDGER-JOURNAL-JSON", place)]
    try:
        entry = _entry(data)
        same = canonical(data) == line
    except (ValueError, TypeError, RecursionError):
        return None, [finding("LEDGER-JOURNAL-FORM", place)]
    faults = [] if same else [finding("LEDGER-JOURNAL-FORM", place)]
    counted = digest_bytes(canonical(entry.body()))
    if counted != entry.hash:
        faults.append(finding("LEDGER-JOURNAL-HASH", place, found=entry.hash.sha256, expected=counted.sha256))
    return entry, faults


def _entry(data: object) -> Entry:
    if not isinstance(data, dict) or set(data) != FIELDS:
        raise ValueError("not the fields of an entry")
    act, who, when, why = (data[name] for name in ("act", "who", "when", "why"))
    seq, body = data["seq"], data["data"]
    texts = all(isinstance(text, str) for text in (act, who, when, why))
    if isinstance(seq, bool) or not isinstance(seq, int) or not isinstance(body, dict) or not texts:
        raise ValueError("not the types of an entry")
    if instant_text(datetime.fromisoformat(when)) != when:
        raise ValueError("not a UTC instant")
    return Entry(seq, act, who, when, why, body, Digest.of(data["prev"]), Digest.of(data["hash"]))


def verify(path: Path, anchors: Mapping[int, str] | None = None) -> tuple[Finding, ...]:
    """Every fault of the journal, each with the line it stands in; nothing is repaired.

    `anchors` maps a sequence number to the SHA-256 that was written down elsewhere (a receipt, a printed statement): only
    against one can lines cut from the end be seen.
    """
    entries, faults = _all(path)
    known = {entry.seq: entry.hash.sha256 for entry in entries}
    for seq, sha256 in sorted((anchors or {}).items()) if path.exists() else ():
        if known.get(seq) != sha256:
            held = known.get(seq, "-")
            faults.append(finding("LEDGER-JOURNAL-ANCHOR", Place(path.name, key=str(seq)), found=held, expected=sha256, seq=seq))
    return tuple(faults)


def _all(path: Path) -> tuple[tuple[Entry, ...], list[Finding]]:
    """The entries that can be read, and every fault of the lines and between them."""
    if not path.exists():
        return (), [finding("LEDGER-JOURNAL-MISSING", Place(path.name))]
    entries: list[Entry] = []
    faults: list[Finding] = []
    broken = False
    for number, (entry, wrong) in enumerate(_entries(path), 1):
        faults += wrong
        if entry is None:
            broken = True
            continue
        # after an unreadable line the link cannot be checked; the unreadable line is the finding
        before = entries[-1] if entries and not broken else None
        faults += _follows(Place(path.name, number), number, entry, before, first=number == 1)
        entries.append(entry)
        broken = False
    return tuple(entries), faults


def _follows(place: Place, number: int, entry: Entry, before: Entry | None, *, first: bool) -> list[Finding]:
    """What is wrong between an entry and the line before it."""
    faults = []
    expected = before.seq + 1 if before else number
    if entry.seq != expected:
        faults.append(finding("LEDGER-JOURNAL-SEQUENCE", place, found=entry.seq, expected=expected))
    prev = FIRST if first else before.hash if before else None
    if prev is not None and entry.prev != prev:
        faults.append(finding("LEDGER-JOURNAL-CHAIN", place, found=entry.prev.sha256, expected=prev.sha256))
    if before and entry.when < before.when:
        faults.append(finding("LEDGER-JOURNAL-CLOCK", place, found=entry.when, expected=before.when))
    return faults


def set_torn_aside(path: Path) -> Path | None:
    """Move an unfinished last line into a file beside the journal, so that entries can be added again; None if there is none.

    The line was never acknowledged: `append` returns only after the whole line is on the disk.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    line, number = _tail(path)
    if line.endswith(b"\n"):
        return None
    aside = path.with_name(f"{path.name}.torn-{number}-{digest_bytes(line).sha256[:12]}")
    if not aside.exists():
        write_whole(aside, line)  # a half one would pass for the line when this is done again
    with path.open("r+b") as stream:
        stream.truncate(path.stat().st_size - len(line))
        os.fsync(stream.fileno())
    return aside
