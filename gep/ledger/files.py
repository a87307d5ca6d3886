"""Digests and durable writing: what is reported as written is on the disk, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHUNK = 1 << 20


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


def write_synced(path: Path, data: bytes) -> None:
    """Write a new file and flush it to the disk; the name is durable after `sync_folder` of its folder."""
    with path.open("xb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place by rename, so that it is there whole or not at all; a half one left by a killed write is replaced."""
    building = sibling(path)
    write_synced(building, data)
    os.replace(building, path)
    sync_folder(path.parent)


def sibling(path: Path) -> Path:
    """A fresh name beside `path`, on the same disk, for building what is then renamed into place."""
    return path.with_name(f".{path.name}.{secrets.token_hex(6)}.tmp")
