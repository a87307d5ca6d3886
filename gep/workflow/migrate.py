"""migrate: a copy of a book of an older schema, brought to the schema of this program; the old book is only read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import Book
from gep.ledger import archive
from gep.ledger.archive import Contents
from gep.ledger.files import digest_file, write_whole
from gep.ledger.journal import read as read_journal
from gep.ledger.journal import set_torn_aside
from gep.ledger.recover import recover
from gep.workflow.attach import attach_held
from gep.workflow.backup import JOURNAL, OF_THE_PROGRAM, Progress, end_of, enter, head, in_place, leftovers
from gep.workflow.release import fresh_store
from gep.workflow.verify import verify

CONFIG = "book.toml"
SCHEMA_LINE = re.compile(rb"^(\s*schema\s*=\s*)(\d+)", re.MULTILINE)


@dataclass(frozen=True)
class Migrated:
    """A book of the present schema at `root`, made from one of schema `old`. `head`: the last line of the old journal."""

    root: Path
    old: int
    new: int
    contents: Contents
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Step:
    """From one schema to the next: what changes in the files of the copy, and what is then entered as acts (book, who)."""

    files: Callable[[Path], None]
    acts: Callable[[Book, str], None]


def two(root: Path) -> None:
    """Schema 2 keeps the files a run was resolved from (catalogues/) and closings; what schema 1 holds stands as it is."""
    set_schema(root / CONFIG, 2)


def evidence_by_hash(book: Book, who: str) -> None:
    """Schema 1 kept documents under their own names and told the journal nothing; now each is attached, under its hash."""
    held = sorted(book.evidence.rglob("*"), reverse=True) if book.evidence.is_dir() else []
    for path in held:  # what stands in a folder comes before the folder
        if path.is_dir():
            path.rmdir()
            continue
        attach_held(book, path.relative_to(book.evidence).as_posix(), path.read_bytes(), who=who)
        if path.parent != book.evidence or digest_file(path)[0].sha256 != path.stem:
            path.unlink()


STEPS: Mapping[int, Step] = {1: Step(two, evidence_by_hash)}  # from which schema, to the next one
NEWEST = max(STEPS) + 1


def migrate(source: Path, target: Path, *, who: str = "", progress: Progress = lambda text: None) -> Migrated:
    """Copy the book at `source` to `target` and take the copy through every step to the newest schema.

    The source is read, never written, not even locked: its files are hashed before and after, and a change in between is refused.
    Releases and submissions keep every byte; the journal of the copy begins with the whole old one and ends with the act
    `migrate`. The copy takes its name only after it verified and its query store gave back every recorded table. Raises Refused
    for what is no book, one of the newest schema or of a newer one, and one that is damaged; NotWritten if the disk fails.
    """
    old = schema_of(source)
    if old >= NEWEST:
        code = "KEEP-CURRENT" if old == NEWEST else "KEEP-NEWER"
        raise Refused([finding(code, Place(CONFIG), found=old, expected=NEWEST, book=source.name)])
    told = list(leftovers(target))
    contents = Contents.of(old, *end_of(read_journal(source / JOURNAL)), archive.inventory(source, progress))
    with in_place(target) as building:
        _copy(source, building, contents, progress)
        for version in range(old, NEWEST):
            STEPS[version].files(building)
        set_torn_aside(building / JOURNAL)
        enter(building / JOURNAL, contents, "migrate", {"from": old, "to": NEWEST, "head": head(contents)}, who)
        _require_prefix(building, source)
        book = Book(building)
        for version in range(old, NEWEST):
            STEPS[version].acts(book, who)
        told += recover(building, book.entries())
        progress("accounts.duckdb")
        fresh_store(book)
        wrong = [f for f in verify(book, progress=progress).findings if f.code not in OF_THE_PROGRAM]
        if stops(wrong):
            raise Refused(wrong)
        _require_untouched(source, contents)
        told += [*wrong, *_not_performable(book)]
    return Migrated(target, old, NEWEST, contents, tuple(told))


def schema_of(root: Path) -> int:
    """The schema version a book says it has, whatever else of its configuration this program knows. Raises Refused."""
    path = root / CONFIG
    if not path.is_file():
        raise Refused([finding("BOOK-NOT-FOUND", Place(str(root)), found=root.name or root)])
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8")).get("schema")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Refused([finding("CATALOG-FILE", Place(CONFIG), found=str(error))]) from error
    if isinstance(found, bool) or not isinstance(found, int) or found < min(STEPS):
        raise Refused([finding("BOOK-SCHEMA", Place(CONFIG), found=found, expected=NEWEST)])
    return found


def set_schema(path: Path, version: int) -> None:
    """Change the number of the schema in book.toml and nothing else: comments and order of the bureau's file stay."""
    before = path.read_bytes()
    after = SCHEMA_LINE.sub(rb"\g<1>%d" % version, before, count=1)
    old, new = (tomllib.loads(data.decode()) for data in (before, after))
    if new != old | {"schema": version}:
        raise Refused([finding("BOOK-SCHEMA", Place(CONFIG), found=old.get("schema"), expected=version)])
    write_whole(path, after)


def _copy(source: Path, building: Path, contents: Contents, progress: Progress) -> None:
    archive.need_room(building, sum(f.bytes for f in contents.files))
    for number, file in enumerate(contents.files, 1):
        progress(f"{number}/{len(contents.files)} {file.name}")
        archive.copy(source / file.name, building / file.name, file)


def _require_prefix(building: Path, source: Path) -> None:
    """Every whole line of the old journal; one that a killed program left unfinished was set aside in the copy."""
    old = (source / JOURNAL).read_bytes()
    if not (building / JOURNAL).read_bytes().startswith(old[: old.rfind(b"\n") + 1]):
        raise Refused([finding("KEEP-PREFIX", Place(JOURNAL))])


def _require_untouched(source: Path, contents: Contents) -> None:
    """The old book could not be locked: whoever wrote to it meanwhile has changed a file or brought a new one."""
    faults = list(archive.differences(source, contents, grown=""))
    if faults:
        names = ", ".join(f.place.file for f in faults)
        raise Refused([finding("KEEP-SOURCE-CHANGED", Place(faults[0].place.file), found=names)])


def _not_performable(book: Book) -> list[Finding]:
    """A note that names the vintages whose rules cannot be executed again, because no catalogue was kept with them."""
    bare = [str(e.seq) for e in book.entries() if e.act == "run" and not e.data.get("catalogue")]
    return [finding("KEEP-NO-CATALOGUE", Place(JOURNAL), found=", ".join(bare))] if bare else []
