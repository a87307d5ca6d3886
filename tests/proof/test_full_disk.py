"""A disk that is full at any point: submit, run, backup and close say so in words, and the book is what it was before.

The verbs work on a small file system of their own with 0 bytes free, a few more, and so on up to more than they need. Where no file
system can be mounted, the system is told to take no file beyond that size, which fails in the same calls. Afterwards, with room
again, the book is sound, nothing that was acknowledged is gone, and the same command gives what it gives on an empty disk.
"""

from __future__ import annotations

import os
import random
import re
import resource
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gep.base.data import data_root
from gep.base.findings import stops
from gep.book import Book
from gep.cli import app
from gep.ledger import archive, catalogues, releases
from gep.ledger.files import digest_file
from gep.ledger.recover import BUILDING, strangers
from gep.workflow.approve import approve
from gep.workflow.init import init
from gep.workflow.states import step
from gep.workflow.verify import verify
from gep.workflow.views import rows
from tests.ready import Ready

FULL = os.environ.get("GEP_PROOF") == "full"
COUNT = 40
LEVELS = range(COUNT) if FULL else [0, *sorted(random.Random(8170).sample(range(1, COUNT), 1))]  # noqa: S311
GARZE = data_root() / "ledgers" / "books" / "garze-2010"
SIZE = 48 << 20  # bytes of the small disk; the book of Garze takes a few of them
INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
COMMANDS = {
    "submit": ["submit", "{book}", str(GARZE / "returns" / "water.csv")],
    "run": ["run", "{book}"],
    "backup": ["backup", "{book}", "{disk}/kept.tar"],
    "close": ["close", "{book}", "--year", "2010"],
}
WHO = {"submit": "maker", "run": "maker", "backup": "maker", "close": "checker"}


@dataclass(frozen=True)
class Start:
    """A book before the verb, what the verb makes of it on an empty disk, and the bytes that it takes at the most."""

    before: Path
    after: Path
    need: int


@dataclass(frozen=True)
class Disk:
    """A small disk. `mounted`: a file system of its own; if it is not, sizes of files are limited instead."""

    folder: Path
    mounted: bool

    @contextmanager
    def with_free(self, free: int) -> Iterator[None]:
        """Leave so many bytes free for the time being."""
        if not self.mounted:
            soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (free, hard))
            try:
                yield
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            return
        ballast = self.folder / "ballast"
        with suppress(OSError), ballast.open("wb", buffering=0) as stream:
            while (left := shutil.disk_usage(self.folder).free - free) > 0:
                stream.write(bytes(min(left, 1 << 20)))
        try:
            yield
        finally:
            ballast.unlink()


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount")
    call = [mount or "mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
    mounted = mount is not None and subprocess.run(call, capture_output=True, check=False).returncode == 0
    try:
        yield Disk(folder, mounted)
    finally:
        if mounted:
            subprocess.run([shutil.which("umount") or "umount", "-l", str(folder)], check=True)


def call(verb: str, disk: Path, *, expect: tuple[int, ...] = (0,)) -> Result:
    """Give the command as a user does; whatever happens, no traceback."""
    words = [word.format(book=disk / "book", disk=disk) for word in COMMANDS[verb]]
    result = CliRunner().invoke(app, [*words, "--lang", "en", "--as", WHO[verb]])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    assert "Traceback" not in result.output
    assert result.exit_code in expect, result.output
    return result


@pytest.fixture(scope="module")
def starts(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Start]:
    """The four books, made once; every level works on copies of them."""
    top = tmp_path_factory.mktemp("starts")
    lacking = shutil.copytree(GARZE, top / "lacking")
    (lacking / "returns" / "water.csv").unlink()
    init(top / "submit" / "book", str(lacking), who="maker")
    ready.copy(ready.book("garze-2010"), top / "run" / "book")
    ready.copy(ready.book("garze-2010", "all"), top / "backup" / "book")
    book = ready.copy(Book(top / "backup" / "book"), top / "close" / "book")
    approve(book, everything=True, who="checker")
    for act in ("review", "finalise"):
        step(book, act, [2010], who="checker")
    made = {}
    for verb in COMMANDS:
        after = shutil.copytree(top / verb, top / f"{verb}-after")
        call(verb, after)
        store = after / "book" / "accounts.duckdb"
        need = _size(after) - _size(top / verb) + 2 * (store.stat().st_size if store.is_file() else 0) + (1 << 16)
        made[verb] = Start(top / verb, after, need)
    return made


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


@pytest.mark.parametrize("verb", COMMANDS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_full_disk(verb: str, level: int, disk: Disk, starts: Mapping[str, Start]) -> None:
    start = starts[verb]
    root = disk.folder / "book"
    shutil.copytree(start.before / "book", root)
    before = (root / "journal.jsonl").read_bytes()
    free = int(start.need * (level / (COUNT - 1)) ** 2)  # closer together where little is free
    with disk.with_free(free):
        result = call(verb, disk.folder, expect=(0, 1))
    failed = result.exit_code == 1
    if failed:
        assert "BOOK-DISK" in result.output, result.output
    assert failed or level > 0
    nothing_half(disk.folder, root)
    after = (root / "journal.jsonl").read_bytes()
    assert after.startswith(before)
    done = after.count(b"\n") - before.count(b"\n")
    noted = "KEEP-NOT-NOTED" not in result.output
    assert done in ((0, 1) if failed else (1,) if noted else (0,))
    with Book(root).lock():  # whoever writes next sets aside what was whole and not yet entered
        assert not stops(verify(Book(root)).findings)
    if done == 0:
        (disk.folder / "kept.tar").unlink(missing_ok=True)
        call(verb, disk.folder)
    same_as(start.after / "book", root, disk.folder)


def nothing_half(disk: Path, root: Path) -> None:
    """Right after the failure: no passing name is left, and what the journal does not know yet is whole all the same."""
    left = [p.name for p in disk.rglob("*") if BUILDING.fullmatch(p.name) or p.name.endswith((".tmp", ".wal"))]
    assert left == []
    for path in strangers(root, Book(root).entries()):
        if path.parent.name == "releases":
            assert releases.check(path) == ()
        elif path.parent.name == "catalogues":
            assert tuple(catalogues.check(path)) == ()
        elif path.parent.name == "rules":
            assert not (path / "frozen.json").exists() or digest_file(path / "frozen.json")[0].sha256 == path.name
        elif path.parent.name in ("submissions", "evidence"):
            assert digest_file(path)[0].sha256 == path.stem
    if (disk / "kept.tar").exists():
        archive.extract(disk / "kept.tar", disk / "unpacked")
        shutil.rmtree(disk / "unpacked")


def same_as(wanted: Path, root: Path, disk: Path) -> None:
    """The record is that of a book that never saw a full disk, up to the times at which things were done."""
    book = Book(root)
    assert not stops(verify(book).findings)
    assert [(e.act, e.who) for e in book.entries()] == [(e.act, e.who) for e in Book(wanted).entries()]
    assert _record(root) == _record(wanted)
    if any(e.act == "run" for e in book.entries()):
        query = "SELECT * FROM gep_total_all ORDER BY ALL"
        assert rows(book, query) == rows(Book(wanted), query)
    if (disk / "kept.tar").exists():
        contents = archive.extract(disk / "kept.tar", disk / "unpacked")
        assert list(archive.differences(disk / "unpacked", contents, grown="")) == []


def _record(root: Path) -> dict[str, bytes]:
    """Files of the record but the journal; instants are blanked, and with them the hashes that seal them."""
    kept = {}
    for name in archive.names(root):
        if name.split("/")[0] in ("submissions", "rules", "catalogues", "local", "evidence") or name.endswith(".csv"):
            kept[name] = INSTANT.sub(b"-", (root / name).read_bytes())
        elif name.startswith("releases/") and not name.endswith("manifest.json"):
            kept[name] = (root / name).read_bytes()
    return kept
