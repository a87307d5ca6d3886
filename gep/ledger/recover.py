"""After a killed act: what it left is set aside, so that the book is what its journal says. Nothing is deleted.

The commit point of every act is its journal line. What stands in the folders of the record without a line of the journal was
never acknowledged; it is moved to `unfinished/`, because after a journal was cut it may be the only copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from gep.base.findings import Finding, Place, finding
from gep.ledger.files import sync_folder
from gep.ledger.journal import Entry, set_torn_aside

ASIDE = "unfinished"
BUILDING = re.compile(r"\..+\.[0-9a-f]{12}\.tmp(\.wal)?")  # the names of files.sibling
RECORD = ("submissions", "evidence", "rules", "catalogues", "releases", "closings", "statements")


def known(entries: Iterable[Entry]) -> dict[str, set[str]]:
    """The names that the journal gives to the files and folders of the record, by folder; `a/b` for a file in a folder there."""
    names: dict[str, set[str]] = {folder: set() for folder in RECORD}
    for e in entries:
        data = e.data
        if e.act == "submit" and data["status"] == "accepted":
            names["submissions"].add(f"{data['sha256']}{data['suffix']}")
        elif e.act == "attach":
            names["evidence"].add(f"{data['sha256']}{data['suffix']}")
        elif e.act == "run":
            names["releases"].add(str(e.seq))
            names["rules"].add(str(data["rules_hash"]))
            names["catalogues"].add(str(data.get("catalogue", "")))
        elif e.act == "close":
            names["closings"].add(f"{data['year']}-{data['vintage']}.json")
        elif e.act == "statement":
            names["statements"] |= {str(f["file"]) for f in cast(Sequence[Mapping[str, object]], data["files"])}
    return names


def strangers(root: Path, entries: Iterable[Entry]) -> Iterator[Path]:
    """Files and folders in the folders of the record that the journal does not know, in order."""
    for folder, names in known(entries).items():
        place = root / folder
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if path.name in names:
                continue
            if path.is_dir() and any(name.startswith(f"{path.name}/") for name in names):
                yield from (p for p in sorted(path.rglob("*")) if not p.is_dir() and p.relative_to(place).as_posix() not in names)
            else:
                yield path


def set_aside(root: Path, path: Path) -> Path:
    """Move a file or folder into `unfinished/`, under a name that is free."""
    aside = root / ASIDE
    aside.mkdir(exist_ok=True)
    name = "-".join(path.relative_to(root).parts)
    taken = sum(1 for p in aside.iterdir() if p.name.startswith(f"{name}."))
    target = aside / f"{name}.{taken + 1}"
    path.rename(target)
    sync_folder(aside)
    return target


def recover(root: Path, entries: Iterable[Entry]) -> list[Finding]:
    """Set aside what a killed act left; the caller holds the lock. One finding for each thing, none for a book in order.

    `entries`: the journal as read after a torn last line was set aside (see `torn`).
    """
    findings = []
    for path in strangers(root, entries):
        if BUILDING.fullmatch(path.name):
            continue
        set_aside(root, path)
        findings.append(finding("BOOK-LEFTOVER", Place(path.relative_to(root).as_posix()), found=path.name))
    for path in _half(root):
        set_aside(root, path)
        findings.append(finding("BOOK-HALF", Place(path.name), found=path.name))
    return findings


def torn(journal: Path) -> list[Finding]:
    """Set aside a last line of the journal that was not finished; a finding if there was one."""
    aside = set_torn_aside(journal)
    return [finding("BOOK-TORN", Place(journal.name), found=aside.name)] if aside else []


def _half(root: Path) -> Iterator[Path]:
    """What was being built under a passing name when the program was killed."""
    inner = [p for name in ("rules", "statements") for p in (root / name).glob("*") if p.is_dir()]
    places = [root, *(root / name for name in RECORD), *inner]
    for place in places:
        for path in sorted(place.iterdir()) if place.is_dir() else ():
            if BUILDING.fullmatch(path.name):
                yield path
