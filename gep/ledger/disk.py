"""Errors of the disk as findings: which file, what the system said, how much room there is. A full disk is no internal fault."""

from __future__ import annotations

import errno
import re
from pathlib import Path

from gep.base.findings import Finding, Place, finding
from gep.ledger.files import NotWritten, free_at

# what the disk, its permissions or its limits refuse; anything else (a file that is not there, a closed pipe) is told otherwise
OF_THE_DISK = frozenset(
    {
        errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENXIO, errno.ENODEV,
        errno.ENAMETOOLONG, errno.EMFILE, errno.ENFILE, errno.EMLINK, errno.EBUSY, errno.ESTALE, errno.ETIMEDOUT,
    }
)  # fmt: skip
# DuckDB carries no number; the words of the system stand at the end of its message
IN_DUCKDB = re.compile(
    r"no space left|disk full|disk quota|file too large|read-only file system|permission denied|input/output error"
    r"|too many open files",
    re.IGNORECASE,
)
QUOTED = re.compile(r'file "([^"]+)"')
PASSING = re.compile(r"(^|[/\\])\.([^/\\]+)\.[0-9a-f]{12}\.tmp")  # names of files.sibling, which say nothing to people


def of_disk(error: BaseException) -> Finding | None:
    """The finding for an error of the disk, None for any other error.

    `NotWritten` (gep.ledger.files) is always one; an OSError is one by its number; an error of DuckDB by its words, because it
    carries no number.
    """
    if isinstance(error, NotWritten) or (isinstance(error, OSError) and error.errno in OF_THE_DISK):
        return _of_system(error)
    if type(error).__module__.startswith(("duckdb", "_duckdb")) and IN_DUCKDB.search(str(error)):
        file = QUOTED.search(str(error))
        said = str(error).strip().splitlines()[0]
        path = _plain(file[1]) if file else "accounts.duckdb"
        return finding("BOOK-DISK-AFTER", Place(path), file=path, reason=said, free=_text(free_at(Path(path)) if file else None))
    return None


def _of_system(error: OSError) -> Finding:
    path = _plain(str(error.filename or ""))
    needed = error.needed if isinstance(error, NotWritten) else None
    free = error.free if isinstance(error, NotWritten) else free_at(Path(path)) if path else None
    number = errno.errorcode.get(error.errno or 0, "")
    said = f"{error.strerror or error} ({number})" if number else f"{error.strerror or error}"
    place = Place(path or number or "-")
    return finding("BOOK-DISK", place, file=path or "-", reason=said, needed=_text(needed), free=_text(free))


def _plain(path: str) -> str:
    """The name that a file is going to have in place of the passing one it is built under."""
    return PASSING.sub(r"\1\2", path)


def _text(count: int | None) -> str:
    return "-" if count is None else str(count)
