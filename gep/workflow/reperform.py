"""Make a vintage again from what the book kept of it, with the present program, and say what comes out otherwise and why.

The frozen catalogue takes the place of the installed one, the journal is read as it was before the run, and the release that
comes out is compared with the recorded one byte by byte. Input, rules and program are told apart.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.program import program
from gep.book import Book
from gep.ledger import acts, catalogues, releases
from gep.ledger.journal import Entry
from gep.workflow.frozen import catalogue_files
from gep.workflow.run import run

Progress = Callable[[str], None]
SHOWN = 5


@dataclass(frozen=True)
class Performed:
    """What became of one vintage: whether every byte came out again, and the findings."""

    vintage: int
    identical: bool
    findings: tuple[Finding, ...]


def reperform(book: Book, vintage: int, progress: Progress = lambda text: None) -> Performed:
    """Make one vintage again. Nothing is written to the book; the replica stands in a folder of its own and is removed.

    Raises Refused if the book has no such vintage.
    """
    entries = book.entries()
    ran = acts.runs(entries).get(vintage)
    if ran is None:
        known = ", ".join(map(str, acts.runs(entries))) or "-"
        raise Refused([finding("REPERFORM-UNKNOWN", Place(key=str(vintage)), found=vintage, expected=known)])
    place = Place(f"releases/{vintage}")
    if "catalogue" not in ran.data:
        return Performed(vintage, False, (finding("REPERFORM-NO-CATALOGUE", place, found=vintage),))
    frozen = book.catalogues / str(ran.data["catalogue"])
    damaged = (*catalogues.check(frozen), *releases.check(book.releases / str(vintage)))
    if stops(damaged):
        return Performed(vintage, False, tuple(damaged))
    changed = tuple(_since(book, ran, frozen, place))
    with tempfile.TemporaryDirectory(prefix="gep-again-") as folder:
        replica = _replica(book, entries, ran, frozen, Path(folder) / "book")
        asked = cast(Mapping[str, Any], ran.data["asked"])
        try:
            made = run(
                replica, str(asked["years"]), compile_in=asked["compile_in"], profiles=tuple(asked["profiles"]),
                trial=ran.data["state"] == "trial", who=ran.who, progress=progress,
            )  # fmt: skip
        except Refused as refused:
            told = finding("REPERFORM-REFUSED", place, found=len(refused.findings))
            return Performed(vintage, False, (*changed, told, *refused.findings))
        if made.vintage is None:
            told = finding("REPERFORM-REFUSED", place, found=sum(1 for f in made.findings if f.severity == "stop"))
            return Performed(vintage, False, (*changed, told, *(f for f in made.findings if f.severity == "stop")))
        differing = tuple(_differences(book, replica, ran, place))
    return Performed(vintage, not differing, (*changed, *(differing or (finding("REPERFORM-SAME", place, found=vintage),))))


def _replica(book: Book, entries: Sequence[Entry], ran: Entry, frozen: Path, root: Path) -> Book:
    """The book as it was before the run: journal, originals and releases up to it, over the frozen catalogue."""
    root.mkdir()
    shutil.copyfile(frozen / catalogues.CONFIG, root / catalogues.CONFIG)
    if (frozen / catalogues.OWN).is_dir():
        shutil.copytree(frozen / catalogues.OWN, root / catalogues.OWN)
    lines = book.journal_path.read_bytes().splitlines(keepends=True)
    (root / "journal.jsonl").write_bytes(b"".join(lines[: ran.seq - 1]))
    before = [e for e in entries if e.seq < ran.seq]
    for e in before:
        if e.act == "submit" and e.data["status"] == "accepted":
            _link(book.root, root, Path("submissions") / f"{e.data['sha256']}{e.data['suffix']}")
        elif e.act == "run":
            _link(book.root, root, Path("releases") / str(e.seq))
            _link(book.root, root, Path("rules") / str(e.data["rules_hash"]))
            if "catalogue" in e.data:
                _link(book.root, root, Path("catalogues") / str(e.data["catalogue"]))
        elif e.act == "attach":
            _link(book.root, root, Path("evidence") / f"{e.data['sha256']}{e.data['suffix']}")
        elif e.act == "close":
            _link(book.root, root, Path("closings") / f"{e.data['year']}-{e.data['vintage']}.json")
    at = datetime.fromisoformat(_run_row(book, ran)["at"])
    recorded = cast(Mapping[str, str], ran.data["program"])
    return Book(root, data=frozen, clock=lambda: at, program=recorded)


def _link(source: Path, target: Path, name: Path) -> None:
    """A name in the replica for a file or folder of the book; a copy where the system has no links."""
    (target / name).parent.mkdir(exist_ok=True)
    if (target / name).is_symlink() or (target / name).exists() or not (source / name).exists():
        return
    try:
        os.symlink((source / name).resolve(), target / name)
    except (OSError, NotImplementedError):
        (shutil.copytree if (source / name).is_dir() else shutil.copyfile)(source / name, target / name)


def _run_row(book: Book, ran: Entry) -> dict[str, str]:
    import csv

    with (book.releases / str(ran.seq) / "run.csv").open(encoding="utf-8", newline="") as stream:
        return next(csv.DictReader(stream))


def _since(book: Book, ran: Entry, frozen: Path, place: Place) -> Iterator[Finding]:
    """What is other today than at the run: the code of the program, and the files of the catalogue. Told, it changes nothing."""
    recorded = cast(Mapping[str, str], ran.data["program"])
    if recorded["code"] != program()["code"]:
        found, expected = (f"{p['version']} {p['code'][:12]}" for p in (program(), recorded))
        yield finding("REPERFORM-PROGRAM", place, found=found, expected=expected)
    for name, (then, now) in catalogues.differences(frozen, catalogue_files(book)).items():
        yield finding("REPERFORM-CATALOGUE", Place(name), found=now[:12], expected=then[:12], vintage=ran.seq)


def _differences(book: Book, replica: Book, ran: Entry, place: Place) -> Iterator[Finding]:
    """What came out otherwise: input, rules, then figures, each with the first rows that differ."""
    again = acts.runs(replica.entries())[ran.seq]
    if again.data["input_hash"] != ran.data["input_hash"]:
        yield finding("REPERFORM-INPUT", place, found=again.data["input_hash"], expected=ran.data["input_hash"])
    if again.data["rules_hash"] != ran.data["rules_hash"]:
        names = ", ".join(_unlike_rules(book, replica, ran, again)) or "-"
        yield finding("REPERFORM-RULES", place, found=names, expected=ran.data["rules_hash"])
    old, new = book.releases / str(ran.seq), replica.releases / str(ran.seq)
    files = {f.name: f.digest for f in releases.read_manifest(old).files}
    made = {f.name: f.digest for f in releases.read_manifest(new).files}
    for name in sorted(files.keys() | made.keys()):
        if files.get(name) != made.get(name):
            then, now = (_lines(folder / name) for folder in (old, new))
            where = Place(f"releases/{ran.seq}/{name}")
            difference = f"{len(now - then)} / {len(then - now)}"
            yield finding(
                "REPERFORM-FIGURES", where, found=_shown(now - then), expected=_shown(then - now), difference=difference
            )


def _unlike_rules(book: Book, replica: Book, ran: Entry, again: Entry) -> list[str]:
    """The parts of the resolved records that are not the same: profile/year and the kind of record."""
    old, new = (
        json.loads((b.rules / str(e.data["rules_hash"]) / "frozen.json").read_bytes()) for b, e in ((book, ran), (replica, again))
    )
    names = []
    for part in sorted(old.keys() | new.keys()):
        one, other = old.get(part, {}), new.get(part, {})
        if isinstance(one, dict) and isinstance(other, dict):
            names += [f"{part}: {kind}" for kind in sorted(one.keys() | other.keys()) if one.get(kind) != other.get(kind)]
        elif one != other:
            names.append(part)
    return names


def _lines(path: Path) -> set[bytes]:
    return set(path.read_bytes().splitlines()) if path.is_file() else set()


def _shown(lines: set[bytes]) -> str:
    first = [line.decode("utf-8", "replace") for line in sorted(lines)[:SHOWN]]
    return " ¦ ".join([*first, *(["…"] if len(lines) > SHOWN else [])]) or "-"
