"""Backup archives: a book as one tar file of which every byte is laid down by its list of contents.

    backup.json   gep.backup/1: schema of the book, head of the journal, every file with size and hashes, the list's own digest
    <files>       in the order of the list

Whoever has `tar` can unpack one. Whoever reads one here interprets nothing: the headers are made again from the list and
compared, so that links, devices, names that lead out of the folder, wrong sizes, members too many or too few have no way in.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger.files import (
    CHUNK,
    Digest,
    Hasher,
    NotWritten,
    digest_bytes,
    digest_file,
    free_at,
    sibling,
    sync_folder,
    write_all,
    writing,
)
from gep.ledger.journal import canonical
from gep.ledger.recover import BUILDING

SCHEMA = "gep.backup/1"
LIST = "backup.json"
FIELDS = frozenset({"schema", "book_schema", "head", "damaged", "files", "digest"})
BLOCK, RECORD = 512, 10_240
MOST_LIST = 64 << 20  # bytes of the list: some 250,000 files
IN_HEADER = 8**11  # sizes from here on (8 GiB) stand in an extended header
REBUILT = re.compile(
    r"accounts\.duckdb.*|snapshots|unfinished|\.lock.*|backup\.json"
)  # at the top: made again, or no part of a book
UNFIT = re.compile(r'[\x00-\x1f\x7f\\:*?"<>|\ud800-\udfff]|[. ]$')
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class File:
    """One file of a book: name relative to it with `/`, size in bytes, hashes."""

    name: str
    bytes: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Contents:
    """The list of an archive. `seq` and `head` are number and hash of the last line of the journal.

    `damaged` names what was known to be wrong with the book when it was archived all the same (empty for a sound one).
    `digest` is taken over the canonical list without itself: it stands for every byte of the archive.
    """

    book_schema: int
    seq: int
    head: Digest
    files: tuple[File, ...]
    damaged: tuple[str, ...]
    digest: Digest

    @classmethod
    def of(cls, book_schema: int, seq: int, head: Digest, files: Iterable[File], damaged: Iterable[str] = ()) -> Contents:
        listed, wrong = tuple(sorted(files, key=lambda f: f.name)), tuple(damaged)
        return cls(book_schema, seq, head, listed, wrong, digest_bytes(canonical(_body(book_schema, seq, head, listed, wrong))))

    def text(self) -> bytes:
        """backup.json: canonical JSON and a line end."""
        body = _body(self.book_schema, self.seq, self.head, self.files, self.damaged)
        return canonical(body | {"digest": self.digest.as_dict()}) + b"\n"

    @property
    def size(self) -> int:
        """Bytes of the whole archive."""
        listed = len(self.text())
        parts = [len(header(LIST, listed)) + _padded(listed)]
        parts += [len(header(f.name, f.bytes)) + _padded(f.bytes) for f in self.files]
        return -(-(sum(parts) + 2 * BLOCK) // RECORD) * RECORD


def _body(schema: int, seq: int, head: Digest, files: tuple[File, ...], damaged: tuple[str, ...]) -> dict[str, object]:
    listed = [{"name": f.name, "bytes": f.bytes, **f.digest.as_dict()} for f in files]
    top = {"seq": seq, **head.as_dict()}
    return {"schema": SCHEMA, "book_schema": schema, "head": top, "damaged": list(damaged), "files": listed}


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def fit(name: str) -> bool:
    """Whether a name is relative, stays inside its folder and can be written on every common system."""
    parts = name.split("/")
    return len(name) < 1024 and all(
        p not in ("", ".", "..") and len(p.encode(errors="replace")) < 256 and not UNFIT.search(p) for p in parts
    )


def names(root: Path) -> list[str]:
    """The files of a book that are kept, sorted: all but the query store, the lock, passing files and what was set aside.

    Raises Refused naming everything that is no plain file and every name that is not fit.
    """
    found, faults = [], []
    for path in _walk(root):
        name = path.relative_to(root).as_posix()
        if path.is_symlink() or not path.is_file() or not fit(name):
            faults.append(finding("KEEP-NOT-PLAIN", Place(name.encode(errors="replace").decode()), found=repr(name)))
        found.append(name)
    if faults:
        raise Refused(faults)
    return sorted(found)


def _walk(root: Path) -> Iterator[Path]:
    """Everything below the book that is no folder; links are not followed."""
    for top, folders, files in os.walk(root):
        here = Path(top)
        if here == root:
            folders[:] = [n for n in folders if not REBUILT.fullmatch(n)]
            files[:] = [n for n in files if not REBUILT.fullmatch(n)]
        yield from (here / n for n in files if not BUILDING.fullmatch(n))
        yield from (here / n for n in folders if (here / n).is_symlink())
        folders[:] = [n for n in folders if not BUILDING.fullmatch(n)]


def inventory(root: Path, progress: Progress = lambda text: None) -> tuple[File, ...]:
    """Every kept file of a book with its size and hashes."""
    made = []
    for name in names(root):
        progress(name)
        digest, size = digest_file(root / name)
        made.append(File(name, size, digest))
    return tuple(made)


def header(name: str, size: int) -> bytes:
    """The tar header of a plain file (POSIX ustar, extended where name or size ask for it): no owner, no time, no machine."""
    records = b""
    if not name.isascii() or len(name) > 100:
        records += _extended("path", name)
    if size >= IN_HEADER:
        records += _extended("size", str(size))
    before = _block("PaxHeader", len(records), b"x") + records + bytes(_padded(len(records)) - len(records)) if records else b""
    short = name if name.isascii() else name.encode("ascii", "replace").decode()
    return before + _block(short[:100], size if size < IN_HEADER else 0, b"0")


def _block(name: str, size: int, kind: bytes) -> bytes:
    zero = b"0000000\0"
    parts = [
        name.encode("ascii").ljust(100, b"\0"), b"0000644\0", zero, zero, b"%011o\0" % size, b"%011o\0" % 0, b" " * 8, kind,
        bytes(100), b"ustar\00000", bytes(64), zero, zero, bytes(167),
    ]  # fmt: skip
    block = b"".join(parts)
    return block[:148] + b"%06o\0 " % sum(block) + block[156:]


def _extended(key: str, value: str) -> bytes:
    """One record of an extended header: its own length in decimal digits, then ` key=value` and a line end."""
    rest = f" {key}={value}\n".encode()
    size = len(rest)
    while size != len(rest) + len(str(size)):
        size = len(rest) + len(str(size))
    return str(size).encode() + rest


def write(target: Path, root: Path, contents: Contents, progress: Progress = lambda text: None) -> None:
    """Write the archive of the book at `root`: built beside `target`, flushed, renamed.

    Raises Refused if a file is no longer what the list says, NotWritten if the disk fails or has no room for it; then nothing is
    left. The caller has seen that `target` is not there.
    """
    need_room(target, contents.size)
    building = sibling(target)
    try:
        with writing(target, contents.size), building.open("xb", buffering=0) as stream:
            for piece in _pieces(root, contents, progress):
                write_all(stream.fileno(), piece)
            os.fsync(stream.fileno())
        if target.exists():
            raise Refused([finding("KEEP-EXISTS", Place(str(target)), found=target.name)])
        with writing(target):
            os.rename(building, target)
        sync_folder(target.parent)
    finally:
        building.unlink(missing_ok=True)


def _pieces(root: Path, contents: Contents, progress: Progress) -> Iterator[bytes]:
    listed = contents.text()
    yield header(LIST, len(listed)) + listed + bytes(_padded(len(listed)) - len(listed))
    done = len(header(LIST, len(listed))) + _padded(len(listed))
    for number, file in enumerate(contents.files, 1):
        progress(f"{number}/{len(contents.files)} {file.name}")
        head = header(file.name, file.bytes)
        yield head
        yield from _read_again(root / file.name, file)
        yield bytes(_padded(file.bytes) - file.bytes)
        done += len(head) + _padded(file.bytes)
    yield bytes(contents.size - done)


def _read_again(path: Path, file: File) -> Iterator[bytes]:
    """The content of a listed file; Refused if it is another one now."""
    hasher, left = Hasher(), file.bytes
    with path.open("rb") as stream:
        while left and (piece := stream.read(min(CHUNK, left))):
            hasher.update(piece)
            left -= len(piece)
            yield piece
        more = stream.read(1)
    if left or more or hasher.digest() != file.digest:
        raise Refused([finding("KEEP-CHANGING", Place(file.name), found=file.name)])


def copy(source: Path, target: Path, file: File) -> None:
    """Copy one listed file, flushed; Refused if it is another one now, NotWritten if the disk fails."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with writing(target, file.bytes), target.open("xb", buffering=0) as made:
        for piece in _read_again(source, file):
            write_all(made.fileno(), piece)
        os.fsync(made.fileno())


def need_room(target: Path, needed: int) -> None:
    """Raise NotWritten if the disk of `target` has not `needed` bytes free: better now than after half an hour."""
    free = free_at(target)
    if free is not None and free < needed:
        raise NotWritten(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), target, needed)


def read(archive: Path) -> Contents:
    """The list of an archive, held to its own digest; the files are not looked at. Raises Refused for what is no backup."""
    with archive.open("rb") as stream:
        return _read_list(stream, archive.name)


def _read_list(stream: BinaryIO, name: str) -> Contents:
    first = stream.read(BLOCK)
    try:
        size = int(first[124:135], 8)
        if first != header(LIST, size) or size > MOST_LIST:
            raise ValueError("no backup begins like this")
        raw = stream.read(size)
        contents = _contents(json.loads(raw))
        if contents.text() != raw or stream.read(_padded(size) - size).strip(b"\0"):
            raise ValueError("not canonical")
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Refused([finding("KEEP-NO-BACKUP", Place(name), found=name)]) from None
    listed = _body(contents.book_schema, contents.seq, contents.head, contents.files, contents.damaged)
    counted = digest_bytes(canonical(listed))
    if counted != contents.digest:
        raise Refused([finding("KEEP-LIST-CHANGED", Place(LIST), found=counted.sha256, expected=contents.digest.sha256)])
    faults = list(_names_wrong(contents))
    if faults:
        raise Refused(faults)
    return contents


def _contents(data: Mapping[str, object]) -> Contents:
    if set(data) != FIELDS or data["schema"] != SCHEMA:
        raise ValueError("not the fields of a list")
    head, files, damaged = data["head"], data["files"], data["damaged"]
    if (
        not isinstance(head, dict)
        or set(head) != {"seq", "sha256", "sm3"}
        or not isinstance(files, list)
        or not isinstance(damaged, list)
    ):
        raise ValueError("not the types of a list")
    if not all(isinstance(text, str) for text in damaged):
        raise ValueError("not a text")
    digest = Digest.of({n: head[n] for n in ("sha256", "sm3")})
    listed = tuple(_file(entry) for entry in files)
    return Contents(_count(data["book_schema"]), _count(head["seq"]), digest, listed, tuple(damaged), Digest.of(data["digest"]))


def _file(entry: object) -> File:
    if not isinstance(entry, dict) or set(entry) != {"name", "bytes", "sha256", "sm3"} or not isinstance(entry["name"], str):
        raise ValueError("not a file of a list")
    return File(entry["name"], _count(entry["bytes"]), Digest.of({n: entry[n] for n in ("sha256", "sm3")}))


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("not a count")
    return value


def _names_wrong(contents: Contents) -> Iterator[Finding]:
    """Names that lead out of the folder, that no book holds, that stand twice, are out of order or are folders of others."""
    before, folders = "", {f.name.rsplit("/", n)[0] for f in contents.files for n in range(1, f.name.count("/") + 1)}
    for f in contents.files:
        top = f.name.split("/")[0]
        passing = any(BUILDING.fullmatch(p) for p in f.name.split("/"))
        if not fit(f.name) or f.name <= before or f.name in folders or REBUILT.fullmatch(top) or passing:
            shown = f.name.encode(errors="replace").decode()
            yield finding("KEEP-NAME", Place(LIST, key=repr(shown)[:200]), found=repr(shown)[:200])
        before = f.name


def extract(archive: Path, into: Path, progress: Progress = lambda text: None) -> Contents:
    """Unpack an archive into the empty folder `into`, every byte compared with what the list says it is; return the list.

    Raises Refused at the first byte that is another one, NotWritten if the disk fails. Then the folder holds a part: the caller
    gives one that he throws away.
    """
    with archive.open("rb") as stream:
        contents = _read_list(stream, archive.name)
        need_room(into, sum(_padded(f.bytes) for f in contents.files))
        for number, file in enumerate(contents.files, 1):
            progress(f"{number}/{len(contents.files)} {file.name}")
            _require(stream, header(file.name, file.bytes), archive.name, file.name)
            _extract(stream, into / file.name, file, archive.name)
            _require(stream, bytes(_padded(file.bytes) - file.bytes), archive.name, file.name)
        _require(stream, bytes(contents.size - stream.tell()), archive.name, "-")
        if stream.read(1):
            raise _not_as_listed(archive.name, "-")
    return contents


def _extract(stream: BinaryIO, path: Path, file: File, archive: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    hasher, left = Hasher(), file.bytes
    try:
        made = path.open("xb", buffering=0)
    except FileExistsError:  # two names that this disk takes for one
        raise Refused([finding("KEEP-NAME", Place(LIST, key=file.name), found=file.name)]) from None
    with writing(path, file.bytes), made:
        while left and (piece := stream.read(min(CHUNK, left))):
            hasher.update(piece)
            write_all(made.fileno(), piece)
            left -= len(piece)
        os.fsync(made.fileno())
    if left or hasher.digest() != file.digest:
        raise _not_as_listed(archive, file.name)


def _require(stream: BinaryIO, expected: bytes, archive: str, name: str) -> None:
    if stream.read(len(expected)) != expected:
        raise _not_as_listed(archive, name)


def _not_as_listed(archive: str, name: str) -> Refused:
    return Refused([finding("KEEP-ARCHIVE-CHANGED", Place(archive, key=name), found=name)])


def differences(root: Path, contents: Contents, grown: str) -> Iterator[Finding]:
    """What in the folder `root` is not as the list says; the file `grown` may have got lines at its end since."""
    held = set(names(root))
    for f in contents.files:
        if f.name not in held:
            yield finding("KEEP-DIFFERS", Place(f.name), found="-", expected=f.digest.sha256)
            continue
        with (root / f.name).open("rb") as stream:
            hasher, left = Hasher(), f.bytes
            while left and (piece := stream.read(min(CHUNK, left))):
                hasher.update(piece)
                left -= len(piece)
            more = bool(stream.read(1))
        digest = hasher.digest()
        if left or digest != f.digest or (more and f.name != grown):
            yield finding("KEEP-DIFFERS", Place(f.name), found=digest.sha256, expected=f.digest.sha256)
    for name in sorted(held - {f.name for f in contents.files}):
        yield finding("KEEP-DIFFERS", Place(name), found=name, expected="-")
