"""The catalogue a run was made from, kept as the text files it was read from, named by the hash of their list.

    catalogues/<hash>/  coefficients/…  ledgers/…  local/…  book.toml  manifest.json

`rules/<hash>` holds the records a run resolved; these are the files they were resolved from, so that any program can read them
again and make the run anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger.files import digest_bytes, digest_file
from gep.ledger.journal import canonical
from gep.ledger.releases import publish

SCHEMA = "gep.catalogue/1"
MANIFEST = "manifest.json"
SHIPPED = ("coefficients", "ledgers/layouts", "ledgers/sheets", "ledgers/registers")
OWN = "local"
CONFIG = "book.toml"


def read_files(data: Path, book: Path, shipped: Sequence[str] = SHIPPED) -> dict[str, bytes]:
    """The files a run reads: the shipped ones under `data`, and the configuration and `local/` of the book at `book`, by name.

    `shipped`: the folders of `data`, where more than a run reads is wanted.
    """
    found: dict[str, bytes] = {CONFIG: (book / CONFIG).read_bytes()}
    for root, folder in [*((data, name) for name in shipped), (book, OWN)]:
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(root).parts):
                found[path.relative_to(root).as_posix()] = path.read_bytes()
    return found


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """The list of the files with their digests, as canonical JSON."""
    listed = [{"name": name, "bytes": len(data), **digest_bytes(data).as_dict()} for name, data in sorted(files.items())]
    return canonical({"schema": SCHEMA, "files": listed}) + b"\n"


def name_of(files: Mapping[str, bytes]) -> str:
    """The name that the files are kept under: SHA-256, hex, of their manifest."""
    return hashlib.sha256(manifest_of(files)).hexdigest()


def keep(folder: Path, files: Mapping[str, bytes]) -> str:
    """Put the files into `folder`/<hash> unless they are there, and return the hash (`name_of`)."""
    manifest = manifest_of(files)
    name = hashlib.sha256(manifest).hexdigest()
    if not (folder / name).is_dir():
        publish(folder / name, {**files, MANIFEST: manifest})
    return name


def listed(folder: Path) -> dict[str, str]:
    """SHA-256 of each file by name, as the manifest of a kept catalogue says. Raises Refused if it is missing or not its own."""
    place = Place(f"{folder.parent.name}/{folder.name}/{MANIFEST}")
    try:
        raw = (folder / MANIFEST).read_bytes()
        found = {str(f["name"]): str(f["sha256"]) for f in json.loads(raw)["files"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        raise Refused([finding("VERIFY-HASH", place, found="-", expected=folder.name)]) from None
    counted = hashlib.sha256(raw).hexdigest()
    if counted != folder.name:
        raise Refused([finding("VERIFY-HASH", place, found=counted, expected=folder.name)])
    return found


def check(folder: Path) -> Iterator[Finding]:
    """Every file of a kept catalogue that is missing, added or changed."""
    try:
        expected = listed(folder)
    except Refused as refused:
        yield from refused.findings
        return
    shown = f"{folder.parent.name}/{folder.name}"
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()} - {MANIFEST}
    for name in sorted(expected.keys() | present):
        held = digest_file(folder / name)[0].sha256 if name in present else "-"
        if held != expected.get(name):
            yield finding("VERIFY-HASH", Place(f"{shown}/{name}"), found=held, expected=expected.get(name, "-"))


def differences(folder: Path, files: Mapping[str, bytes]) -> dict[str, tuple[str, str]]:
    """(SHA-256 kept, SHA-256 now) of every file that is not what the kept catalogue holds; `-` where it is not there."""
    kept = listed(folder)
    now = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    names = sorted(kept.keys() | now.keys())
    return {n: (kept.get(n, "-"), now.get(n, "-")) for n in names if kept.get(n) != now.get(n)}
