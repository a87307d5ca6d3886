"""An evidence pack: which files of a book go into it, its manifest `pack.json`, and the check of a folder against it.

A pack is a folder of the layout of a book, with the exported tables, instructions and a checker of its own beside the record.
`pack.json` names every file with size and digests, and the head of the journal; its own digest is the seal of the pack. The pack
of a departure audit, with such a pack of the book inside it, has a manifest of the same kind (`AUDIT`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger.files import CHUNK, Digest, digest_bytes, digest_file, write_synced
from gep.ledger.journal import Entry, canonical
from gep.ledger.recover import BUILDING, known

MANIFEST = "pack.json"
JOURNAL = "journal.jsonl"
SUMS = {"SHA256SUMS": "sha256", "SM3SUMS": "sm3"}
WHOLE = ("book.toml", "local", "tenures")  # copied as they stand: no line of the journal names their files
BY_WORK = frozenset({"accounts.duckdb", "accounts.duckdb.wal", ".lock", ".lock-holder"})  # made when a pack is worked with


@dataclass(frozen=True, slots=True)
class Kind:
    """What a manifest is called, its schema, where the journal is that it names the head of, and what else it says.

    `inside`: the folder of a book in it, whose store may be made by working with the pack.
    """

    manifest: str
    schema: str
    journal: str
    says: tuple[str, ...]
    inside: str = ""

    @property
    def by_work(self) -> frozenset[str]:
        folders = {self.inside, self.journal.removesuffix(JOURNAL)}
        return frozenset(f"{folder}{name}" for folder in folders for name in BY_WORK)


BOOK = Kind(MANIFEST, "gep.pack/1", JOURNAL, ("vintages",))
AUDIT = Kind("audit-pack.json", "gep.audit-pack/1", f"engagement/{JOURNAL}", ("book", "papers"), "book/")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a pack, its name relative to the folder, with `/` between folders."""

    name: str
    bytes: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Pack:
    """What a manifest says. `head` is the last line of the journal; `digest` is taken over the rest of the manifest.

    `more`: what a manifest of its kind says besides: of a book its vintages; of an audit pack the pack of the book in it, and
    which papers are those made last.
    """

    files: tuple[File, ...]
    head: tuple[int, Digest]
    digest: Digest
    more: Mapping[str, Any]

    @property
    def vintages(self) -> tuple[int, ...]:
        return tuple(self.more["vintages"])


def content_of(root: Path, entries: Sequence[Entry]) -> tuple[list[str], list[Finding]]:
    """The files of a book that belong into a pack (the journal aside), and what is missing or no plain file.

    Of the folders of the record only what the journal names is taken: what a killed or unfinished act left is no evidence.
    """
    chosen = [root / name for name in WHOLE]
    faults = []
    for folder, names in known(entries).items():
        for name in sorted(names - {""}):
            path = root / folder / name
            if not path.exists():
                faults.append(finding("PACK-RECORD-MISSING", Place(f"{folder}/{name}"), found=name))
            chosen.append(path)
    files = []
    for path in chosen:
        for file in [path] if path.is_symlink() or path.is_file() else sorted(path.rglob("*")):
            name = file.relative_to(root).as_posix()
            passing = BUILDING.fullmatch(file.name) is not None
            if file.is_symlink() or not (file.is_dir() or file.is_file()) or not _printable(name):
                faults.append(finding("PACK-NAME", Place(name.encode("unicode_escape").decode()), found=file.name))
            elif file.is_file() and not passing:
                files.append(name)
    return sorted(files), faults


def _printable(name: str) -> bool:
    # a line of SHA256SUMS holds a plain name only
    return name.isprintable() and "\\" not in name


def copied(source: Path, target: Path) -> None:
    """Copy one file in pieces and flush it to the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as reader, target.open("xb") as writer:
        shutil.copyfileobj(reader, writer, CHUNK)
        writer.flush()
        os.fsync(writer.fileno())


def names_in(folder: Path) -> list[str]:
    """Every file in a folder, symbolic links included, by name."""
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())


def sums(files: Iterable[File]) -> dict[str, bytes]:
    """SHA256SUMS and SM3SUMS as `sha256sum -c` reads them."""
    listed = sorted(files, key=lambda f: f.name)
    return {name: "".join(f"{f.digest.as_dict()[kind]}  {f.name}\n" for f in listed).encode() for name, kind in SUMS.items()}


def described(folder: Path, names: Iterable[str]) -> tuple[File, ...]:
    """Size and digests of files of a folder, sorted by name."""
    made = []
    for name in sorted(names):
        digest, size = digest_file(folder / name)
        made.append(File(name, size, digest))
    return tuple(made)


def seal(folder: Path, head: Entry, vintages: Sequence[int]) -> Pack:
    """Write `pack.json` and the lists of sums over all that stands in the folder, and return what the manifest says."""
    made, written = sealed(BOOK, described(folder, names_in(folder)), head, {"vintages": list(vintages)})
    for name, data in written.items():
        write_synced(folder / name, data)
    return made


def sealed(kind: Kind, files: tuple[File, ...], head: Entry, more: Mapping[str, Any]) -> tuple[Pack, dict[str, bytes]]:
    """A manifest and the lists of sums over files (all there are, sorted by name), as data. `more`: what else it says."""
    body = _body(kind, files, (head.seq, head.hash), more)
    digest = digest_bytes(canonical(body))
    manifest = canonical(body | {"digest": digest.as_dict()}) + b"\n"
    listed = (*files, File(kind.manifest, len(manifest), digest_bytes(manifest)))
    return Pack(files, (head.seq, head.hash), digest, more), {kind.manifest: manifest, **sums(listed)}


def _body(kind: Kind, files: Iterable[File], head: tuple[int, Digest], more: Mapping[str, Any]) -> dict[str, object]:
    listed: list[object] = [{"name": f.name, "bytes": f.bytes, **f.digest.as_dict()} for f in files]
    journal = {"seq": head[0], **head[1].as_dict()}
    return {"schema": kind.schema, "files": listed, "journal": journal, **more}


def read_pack(folder: Path, kind: Kind = BOOK) -> Pack:
    """The manifest of a pack. Raises Refused if it is missing, unreadable, of another schema, or its own digest is wrong."""
    place = Place(kind.manifest)
    try:
        raw = (folder / kind.manifest).read_bytes()
        data = json.loads(raw)
        if set(data) != {"schema", "files", "journal", *kind.says, "digest"} or data["schema"] != kind.schema:
            raise ValueError("not the fields of a pack")
        files = tuple(_file(entry) for entry in data["files"])
        seq = data["journal"]["seq"]
        head = (seq, Digest.of({k: v for k, v in data["journal"].items() if k != "seq"}))
        more = {name: data[name] for name in kind.says}
        numbers = [seq, *more.get("vintages", ()), *(f.bytes for f in files)]
        if [f.name for f in files] != sorted({f.name for f in files}) or not _whole(numbers):
            raise ValueError("not a manifest in order")
        digest = Digest.of(data["digest"])
        body = _body(kind, files, head, more)
        counted, sealed = digest_bytes(canonical(body)), canonical(body | {"digest": digest.as_dict()}) + b"\n"
    except FileNotFoundError:
        raise Refused([finding("PACK-MANIFEST-MISSING", place, found=kind.manifest)]) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Refused([finding("PACK-MANIFEST-UNREADABLE", place, expected=kind.schema)]) from None
    if counted != digest or sealed != raw:
        raise Refused([finding("PACK-MANIFEST-CHANGED", place, found=counted.sha256, expected=digest.sha256)])
    return Pack(files, head, digest, more)


def _whole(numbers: Iterable[object]) -> bool:
    return all(isinstance(n, int) and not isinstance(n, bool) and n >= 0 for n in numbers)


def is_name(name: str) -> bool:
    """Whether a name stays inside the folder of a pack: relative, printable, `/` between the parts, none leading upwards."""
    path = PurePosixPath(name)
    plain = _printable(name) and not path.is_absolute() and ".." not in path.parts and path.as_posix() == name
    return plain and bool(path.parts) and ":" not in path.parts[0]


def _file(entry: Mapping[str, object]) -> File:
    name, size = entry["name"], entry["bytes"]
    if set(entry) != {"name", "bytes", "sha256", "sm3"} or not isinstance(name, str) or not isinstance(size, int):
        raise ValueError("not a file of a pack")
    if not is_name(name):
        raise ValueError("not a name inside the folder")
    return File(name, size, Digest.of({"sha256": entry["sha256"], "sm3": entry["sm3"]}))


def check_pack(folder: Path, kind: Kind = BOOK) -> list[Finding]:
    """Compare a pack with its manifest: every file missing, added, changed or no plain file, the lists of sums, the journal head.

    Whether the record itself is sound (journal chain, releases, originals) is for `gep verify`. What was made by working with
    the pack is named, not judged. A pack forged as a whole shows only against a digest kept elsewhere.
    """
    try:
        pack = read_pack(folder, kind)
    except Refused as refused:
        return list(refused.findings)
    found = []
    present = set(names_in(folder))
    for file in pack.files:
        found += _file_faults(folder, file, present)
    listed = {f.name for f in pack.files} | {kind.manifest, *SUMS}
    for name in sorted(present - listed):
        code = "PACK-BY-WORK" if name in kind.by_work else "PACK-FILE-EXTRA"
        found.append(finding(code, Place(name), found=name))
    return found + _sums_faults(folder, pack, present, kind) + _head_faults(folder, pack, kind)


def _file_faults(folder: Path, file: File, present: set[str]) -> list[Finding]:
    path, place = folder / file.name, Place(file.name)
    if file.name not in present:
        return [finding("PACK-FILE-MISSING", place, expected=file.digest.sha256)]
    if path.is_symlink() or not path.is_file():
        return [finding("PACK-NAME", place, found=file.name)]
    digest, size = digest_file(path)
    if (digest, size) == (file.digest, file.bytes):
        return []
    return [finding("PACK-FILE-CHANGED", place, found=digest.sha256, expected=file.digest.sha256, difference=size - file.bytes)]


def _sums_faults(folder: Path, pack: Pack, present: set[str], kind: Kind) -> list[Finding]:
    digest, size = digest_file(folder / kind.manifest)
    manifest = File(kind.manifest, size, digest)
    found = []
    for name, data in sums((*pack.files, manifest)).items():
        if name not in present:
            found.append(finding("PACK-FILE-MISSING", Place(name), expected=digest_bytes(data).sha256))
        elif (folder / name).read_bytes() != data:
            held = digest_file(folder / name)[0].sha256
            found.append(finding("PACK-FILE-CHANGED", Place(name), found=held, expected=digest_bytes(data).sha256))
    return found


def _head_faults(folder: Path, pack: Pack, kind: Kind) -> list[Finding]:
    """The last line of the journal against the manifest; a line that is no entry is a finding of the journal itself."""
    seq, digest = pack.head
    try:
        line = (folder / kind.journal).read_bytes().splitlines()[-1]
        last = json.loads(line)
        held = (last["seq"], Digest.of(last["hash"]))
    except (OSError, ValueError, TypeError, KeyError, IndexError, RecursionError):
        held = (0, Digest("-", "-"))
    if held == (seq, digest):
        return []
    place = Place(kind.journal, key=str(seq))
    return [finding("PACK-HEAD", place, found=f"{held[0]}:{held[1].sha256}", expected=f"{seq}:{digest.sha256}")]
