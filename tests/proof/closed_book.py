"""One closed book for the proofs of verify, made once a session, and the means to damage a copy of it and put it right again.

The shipped Garze book with one corrected figure, a document attached, run, reviewed, finalised, closed and signed; a statement
kept; then opened again, corrected once more and closed as a second vintage.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gep.base.findings import Finding, Refused
from gep.book import Book
from gep.workflow.approve import approve
from gep.workflow.attach import attach
from gep.workflow.correct import correct
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.statements import keep_statements
from gep.workflow.states import reopen, step
from gep.workflow.verify import NONE, Anchors, verify
from gep.workflow.views import rows
from tests.ready import Ready

FULL = os.environ.get("GEP_PROOF") == "full"
SEED = 8170
FIGURE = "513300/2010/air_pollutant_purified/pollutant:so2"
STORE, JOURNAL = "accounts.duckdb", "journal.jsonl"
# Files that carry nothing of the book: the lock is held by the system, not by what stands in its file.
HARMLESS = frozenset({".lock", ".lock-holder"})
OWN = ("book.toml", "local")  # may be changed for the next run; what a run read of them is kept in catalogues/
NUMBERS = """SELECT concat_ws(' ', 'total', vintage, profile, material, regulating, cultural, gep, missing) AS line
FROM gep_total_all
UNION ALL SELECT concat_ws(' ', 'value', vintage, profile, service, benefit, product, ecosystem, value, state)
FROM value_account_all
UNION ALL SELECT concat_ws(' ', 'physical', vintage, profile, service, benefit, product, ecosystem, quantity, state)
FROM physical_account_all
UNION ALL SELECT concat_ws(' ', 'state', vintage, year, seq, state) FROM release_state_all
UNION ALL SELECT concat_ws(' ', 'use', year, profile, vintage) FROM vintage_in_use ORDER BY 1"""


@dataclass(frozen=True)
class Closed:
    """The closed book, the digests and the key an auditor wrote down, and its two vintages."""

    root: Path  # from the folder it stands in, until `closed_book` says where that is
    public_key: str
    digest: str  # of the closing in use
    head: tuple[int, str]  # number and SHA-256 of the last journal entry
    vintages: tuple[int, int]


def closed_book(ready: Ready) -> Closed:
    """The one closed book of this run of the tests. Nobody changes it: take `copied`."""
    folder, made = ready.made("closed", _make)
    return replace(made, root=folder / made.root)


def copied(closed: Closed, folder: Path) -> Path:
    """A copy of the book to be damaged."""
    return Path(shutil.copytree(closed.root, folder / "book"))


def _key(path: Path) -> Path:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return path


def _make(folder: Path) -> Closed:
    key = _key(folder / "key.pem")
    book, submitted = init(folder / "book", "garze-2010", who="甲")
    assert all(s.status == "accepted" for s in submitted)
    correct(book, FIGURE, value="1138", why="笔误", document="更正单", who="甲")
    letter = folder / "letter.txt"
    letter.write_text("来函:二氧化硫 1138 吨\n", encoding="utf-8")
    attach(book, [letter], about=FIGURE, who="甲")
    first = _close(book, key)
    keep_statements(book, {"总表.html": b"<p>GEP</p>\n", "LA-01.html": b"<p>LA</p>\n"}, year=2010, vintage=first[0], who="丙")
    reopen(book, 2010, why="复核发现笔误", who="丁")
    correct(book, FIGURE, value="1139", why="又一笔误", document="更正单二", who="甲")
    second = _close(book, key)
    entry = book.entries()[-1]
    return Closed(book.root.relative_to(folder), _public(key), second[1], (entry.seq, entry.hash.sha256), (first[0], second[0]))


def _close(book: Book, key: Path) -> tuple[int, str]:
    """Run, approve, review, finalise and close by different people: the vintage and the digest of its closing."""
    made = run(book, "all", who="甲")
    assert made.vintage is not None
    if not any(e.act == "approve" for e in book.entries()):
        approve(book, everything=True, who="乙")
    step(book, "review", [2010], who="乙")
    step(book, "finalise", [2010], who="乙")
    (taken,) = step(book, "close", [2010], who="丙", key=key)
    return made.vintage, taken.digest


def _public(key: Path) -> str:
    from gep.ledger.closing import read_key

    return str(read_key(key).public_key().public_bytes_raw().hex())


# ---- damage and what is said of it


def names_of(root: Path) -> list[str]:
    """Every file of the book by its name from the top, those without weight left out."""
    names = (p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return sorted(name for name in names if name not in HARMLESS)


@contextmanager
def changed(path: Path, data: bytes) -> Iterator[None]:
    """A file with other content for the time being."""
    before = path.read_bytes()
    path.write_bytes(data)
    try:
        yield
    finally:
        path.write_bytes(before)


def look(root: Path, anchors: Anchors = NONE) -> list[Finding]:
    """What verify says, or what it is refused for. Any other error is a fault of the program and comes up."""
    try:
        return list(verify(Book(root), anchors).findings)
    except Refused as refused:
        return list(refused.findings)


def stops(findings: list[Finding]) -> list[str]:
    """The files that are named as wrong, each with code and key."""
    return [f"{f.code} {f.place.text()}" for f in findings if f.severity == "stop"]


def named(findings: list[Finding], file: str, key: str = "", severity: str = "stop") -> bool:
    """Whether a finding of this severity names the very file (and the table or other key)."""
    return any(f.severity == severity and f.place.file == file and f.place.key.startswith(key) for f in findings)


def ask(root: Path) -> list[str] | None:
    """The numbers of the book as a reader gets them; None if the question is refused."""
    try:
        return [str(r["line"]) for r in rows(Book(root), NUMBERS)]
    except Refused:
        return None


def chance(*more: object) -> random.Random:
    """A seeded source of choices, another one for each purpose."""
    return random.Random(f"{SEED} {more}")  # noqa: S311


@dataclass(frozen=True)
class Bench:
    """A copy of the closed book that cases damage and put right, and its query store kept aside."""

    closed: Closed
    root: Path
    store: Path


def bench_of(ready: Ready, folder: Path) -> Bench:
    """A bench of its own, in `folder`, for a file of tests."""
    closed = closed_book(ready)
    root = copied(closed, folder)
    assert stops(look(root)) == []
    return Bench(closed, root, Path(shutil.copyfile(root / STORE, folder / STORE)))


def restore_store(bench: Bench) -> None:
    """The query store as it was, without the log that an edit may have left beside it."""
    shutil.copyfile(bench.store, bench.root / STORE)
    (bench.root / f"{STORE}.wal").unlink(missing_ok=True)


@contextmanager
def no_store(bench: Bench) -> Iterator[None]:
    """The book without its query store, which takes most of the time of a check, where it is not what is edited."""
    (bench.root / STORE).unlink()
    try:
        yield
    finally:
        restore_store(bench)


def other_digit(data: bytes, at: int) -> bytes:
    """The first digit from `at` on (from the start, if there is none behind) raised by one; a file without digits gets one."""
    order = [*range(at, len(data)), *range(at)]
    spot = next((i for i in order if data[i : i + 1].isdigit()), None)
    return data + b"1" if spot is None else data[:spot] + bytes([48 + (data[spot] - 47) % 10]) + data[spot + 1 :]
