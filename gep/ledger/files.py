"""Digests and durable writing: what is reported as written is on the disk, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


class NotWritten(OSError):
    """The system refused to write: its error, the file, the bytes that were to be written and those that were free, where known.

    An error of writing that comes from the system names no file; without it nobody knows which disk is full. What is free is
    looked up at once: when the error is told, what was half written has been removed.
    """

    def __init__(self, cause: OSError, path: Path, needed: int | None = None) -> None:
        super().__init__(cause.errno, cause.strerror or str(cause), str(path))
        self.needed = needed
        self.free = free_at(path)


def free_at(path: Path) -> int | None:
    """Bytes free on the disk of a file that is there or to be made; None if that cannot be told."""
    try:
        return shutil.disk_usage(next(p for p in path.absolute().parents if p.exists())).free
    except (OSError, StopIteration):
        return None


@contextmanager
def writing(path: Path, needed: int | None = None) -> Iterator[None]:
    """Errors of the system inside come out as NotWritten with the name of `path`; `needed`: the bytes to be written."""
    try:
        yield
    except NotWritten:
        raise
    except OSError as error:
        raise NotWritten(error, Path(error.filename) if error.filename else path, needed) from error


@dataclass(frozen=True, slots=True)
class Digest:
    """Two independent hashes of the same bytes, in lower-case hex: SHA-256 and SM3 (GB/T 32905)."""

    sha256: str
    sm3: str

    def as_dict(self) -> dict[str, str]:
        return {"sha256": self.sha256, "sm3": self.sm3}

    @classmethod
    def of(cls, data: object) -> Digest:
        """The digest written as {"sha256": ..., "sm3": ...}; raises ValueError for anything else."""
        if isinstance(data, dict) and set(data) == {"sha256", "sm3"}:
            sha256, sm3 = data["sha256"], data["sm3"]
            if isinstance(sha256, str) and isinstance(sm3, str):
                return cls(sha256, sm3)
        raise ValueError("a digest has the two texts sha256 and sm3")


class Hasher:
    """SHA-256 and SM3 over the same stream of bytes."""

    def __init__(self) -> None:
        # hashlib has SM3 only where OpenSSL was built with it; cryptography carries its own
        from cryptography.hazmat.primitives import hashes

        self._sha256 = hashlib.sha256()
        self._sm3: Any = hashes.Hash(hashes.SM3())

    def update(self, data: bytes) -> None:
        self._sha256.update(data)
        self._sm3.update(data)

    def digest(self) -> Digest:
        """The digest; ends the stream."""
        return Digest(self._sha256.hexdigest(), self._sm3.finalize().hex())


def digest_bytes(data: bytes) -> Digest:
    hasher = Hasher()
    hasher.update(data)
    return hasher.digest()


def digest_file(path: Path) -> tuple[Digest, int]:
    """Digest and size in bytes of a file, read in pieces."""
    hasher, size = Hasher(), 0
    with path.open("rb") as stream:
        while piece := stream.read(CHUNK):
            hasher.update(piece)
            size += len(piece)
    return hasher.digest(), size


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable. Windows cannot sync a folder and needs no such call: its journal orders renames."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Write all of `data` to an open file: the system may take a part of it and refuse the rest."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and flush it to the disk; the name is durable after `sync_folder` of its folder.

    Raises FileExistsError for a name that is taken, NotWritten if the disk fails: then nothing is left under the name.
    """
    stream = path.open("xb", buffering=0)  # a buffer would be written a second time when it is closed after an error
    try:
        with writing(path, len(data)), stream:
            write_all(stream.fileno(), data)
            os.fsync(stream.fileno())
    except OSError:
        path.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place by rename, so that it is there whole or not at all; a half one left by a killed write is replaced."""
    building = sibling(path)
    write_synced(building, data)
    try:
        with writing(path, len(data)):
            os.replace(building, path)
    except OSError:
        building.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


@contextmanager
def folder_in_place(target: Path) -> Iterator[Path]:
    """A fresh folder beside `target` to be filled; when the block ends without an error it is flushed and takes the name.

    Until then nothing stands under the name, and after an error nothing is left beside it. Only a program that is killed leaves
    the folder, under its passing name. Raises FileExistsError if `target` is anything but an empty folder.
    """
    _require_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    building = sibling(target)
    building.mkdir()
    try:
        yield building
        for inner in sorted((p for p in building.rglob("*") if p.is_dir()), reverse=True):
            sync_folder(inner)
        sync_folder(building)
        _require_free(target)
        if target.is_dir():
            target.rmdir()
        os.rename(building, target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _require_free(target: Path) -> None:
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise FileExistsError(f"{target} is there")


def sibling(path: Path) -> Path:
    """A fresh name beside `path`, on the same disk, for building what is then renamed into place."""
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
