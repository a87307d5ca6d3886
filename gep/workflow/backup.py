"""backup and restore: the record of a book as one archive that proves itself, and a book from it, whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Severity
from gep.book import Book, now, whoami
from gep.catalog.config import SCHEMA
from gep.ledger import archive, journal
from gep.ledger.archive import Contents
from gep.ledger.disk import of_disk
from gep.ledger.files import Digest, folder_in_place
from gep.ledger.recover import BUILDING
from gep.workflow.release import fresh_store, publish_store
from gep.workflow.verify import verify

JOURNAL = "journal.jsonl"
STORE = "accounts.duckdb"
# what verify says about the program and the catalogue of today is no fault of the record
OF_THE_PROGRAM = frozenset({"VERIFY-INSTALLED", "VERIFY-NO-RECORD", "VERIFY-PROGRAM", "VERIFY-CATALOGUE"})
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Kept:
    """A backup that was made. `noted`: the number of its line in the journal, None if none could be written."""

    file: Path
    contents: Contents
    noted: int | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Restored:
    """A book that was restored. `checked`: how many things `--verify` looked at, None without it."""

    root: Path
    contents: Contents
    checked: int | None
    findings: tuple[Finding, ...]


def backup(
    book: Book,
    target: Path | None = None,
    *,
    even_if_damaged: bool = False,
    who: str = "",
    progress: Progress = lambda text: None,
) -> Kept:
    """Write the book into one archive; without `target` BOOK-<last journal line>.tar beside it.

    The book is verified first. Raises Refused if it is not as recorded (unless `even_if_damaged`: then the archive says so), if
    the target is there or inside the book; NotWritten if the disk fails. Nothing is left under the name of the target then.
    The line of the journal comes last: it holds the digest of the archive, so that a book can name the backups made of it.
    """
    with book.lock(who):
        told = list(book.recovered)
        progress("verify")
        wrong = [f for f in verify(book).findings if f.code not in OF_THE_PROGRAM and f.place.file != STORE]
        damaged = [f for f in wrong if f.severity == "stop"]
        if damaged and not even_if_damaged:
            raise Refused([*wrong, finding("KEEP-DAMAGED", Place(book.root.name), found=len(damaged))])
        seq, last = end_of(book.entries())
        root = book.root.resolve()
        file = target if target is not None else root.parent / f"{root.name}-{seq}.tar"
        _require_place(file, root)
        names = [f"{f.code} {f.place.text()}" for f in damaged]
        contents = Contents.of(SCHEMA, seq, last, archive.inventory(root, progress), names)
        archive.write(file, root, contents, progress)
        if damaged:
            told += [*wrong, _of_damaged(contents)]
        noted, why_not = _note(book, file, contents, who)
        return Kept(file, contents, noted, tuple(f for f in [*told, *why_not] if f not in damaged))


def _require_place(file: Path, root: Path) -> None:
    if file.exists() or file.is_symlink():
        raise Refused([finding("KEEP-EXISTS", Place(str(file)), found=file.name)])
    if file.absolute().parent.resolve().is_relative_to(root):
        raise Refused([finding("KEEP-INSIDE", Place(str(file)), found=file.name)])


def _of_damaged(contents: Contents) -> Finding:
    return finding("KEEP-OF-DAMAGED", Place(archive.LIST), found="; ".join(contents.damaged))


def _note(book: Book, file: Path, contents: Contents, who: str) -> tuple[int | None, list[Finding]]:
    """The line of the journal. A backup is wanted most when the disk of the book fails: the archive stands without the line."""
    body: dict[str, object] = {"file": file.name, "digest": contents.digest.as_dict(), "head": head(contents)}
    body |= {"files": len(contents.files), "damaged": list(contents.damaged)}
    try:
        noted = book.record("backup", body, who=who).seq
    except OSError as error:
        return None, [finding("KEEP-NOT-NOTED", Place(JOURNAL), found=file.name, reason=error.strerror or str(error))]
    return noted, [] if contents.damaged else _publish(book)


def _publish(book: Book) -> list[Finding]:
    """Bring the query store up to the new line. If the disk has no room for that, it is told and the next query does it."""
    try:
        publish_store(book)
    except Exception as error:
        told = of_disk(error)
        if told is None:
            raise
        return [replace(told, severity=Severity.QUERY)]
    return []


def end_of(entries: Sequence[journal.Entry]) -> tuple[int, Digest]:
    """Number and hash of the last entry; those before the first one for an empty journal."""
    return (entries[-1].seq, entries[-1].hash) if entries else (0, journal.FIRST)


def head(contents: Contents) -> dict[str, object]:
    """Number and hashes of the last line of the journal, as an act records them."""
    return {"seq": contents.seq, **contents.head.as_dict()}


def restore(
    file: Path,
    target: Path,
    *,
    full: bool = False,
    even_if_damaged: bool = False,
    who: str = "",
    progress: Progress = lambda text: None,
) -> Restored:
    """Make the book of an archive at `target`, which is not there or an empty folder.

    Every byte is compared with the list while it is unpacked, the journal is verified, the act entered, the query store built;
    with `full` the whole book is verified and read again. Only then the folder takes its name. Raises Refused or NotWritten;
    nothing stands under the name then.
    """
    contents = archive.read(file)
    _require_known(contents, file, even_if_damaged=even_if_damaged)
    told = list(leftovers(target))
    if contents.damaged:
        told.append(_of_damaged(contents))
    checked = None
    with in_place(target) as building:
        archive.extract(file, building, progress)
        progress(JOURNAL)
        enter(building / JOURNAL, contents, "restore", {"backup": contents.digest.as_dict(), "head": head(contents)}, who)
        if contents.book_schema < SCHEMA:
            told.append(finding("KEEP-OLDER", Place("book.toml"), found=contents.book_schema, expected=SCHEMA, book=target.name))
        else:
            checked, wrong = _proven(building, contents, progress, full=full)
            told += wrong
            if stops(f for f in wrong if f.code not in OF_THE_PROGRAM) and not contents.damaged:
                raise Refused(wrong)
        if full:
            _require_same(building, contents)
    return Restored(target, contents, checked, tuple(told))


def _require_known(contents: Contents, file: Path, *, even_if_damaged: bool) -> None:
    if contents.book_schema > SCHEMA:
        raise Refused([finding("KEEP-NEWER", Place(file.name), found=contents.book_schema, expected=SCHEMA, book=file.name)])
    if contents.damaged and not even_if_damaged:
        raise Refused([finding("KEEP-OF-DAMAGED-REFUSED", Place(file.name), found="; ".join(contents.damaged))])


def leftovers(target: Path) -> Iterator[Finding]:
    """Folders that killed restores to the same name have left beside it. They may be in use by one that runs now: only told."""
    above = target.absolute().parent
    for path in sorted(above.glob(f".{target.name}.*.tmp")) if above.is_dir() else ():
        if BUILDING.fullmatch(path.name):
            yield finding("KEEP-LEFTOVER", Place(str(path)), found=path.name)


@contextmanager
def in_place(target: Path) -> Iterator[Path]:
    """`files.folder_in_place`, with a target that is taken refused in words."""
    try:
        with folder_in_place(target.absolute()) as building:
            yield building
    except FileExistsError as error:
        raise Refused([finding("BOOK-EXISTS", Place(str(target)), found=target.name)]) from error


def enter(path: Path, contents: Contents, act: str, data: Mapping[str, object], who: str) -> None:
    """Verify a journal that was copied, hold its end to what the list says, and append the act to it."""
    faults = [f for f in journal.verify(path) if f.severity == "stop"]
    if faults:
        raise Refused(faults)
    last = end_of(journal.read(path))
    if last != (contents.seq, contents.head):
        found, expected = (f"{seq} {digest.sha256}" for seq, digest in (last, (contents.seq, contents.head)))
        raise Refused([finding("KEEP-HEAD", Place(JOURNAL), found=found, expected=expected)])
    journal.append(path, act, whoami(who), "", data, now)


def _proven(building: Path, contents: Contents, progress: Progress, *, full: bool) -> tuple[int | None, list[Finding]]:
    """Build the query store of an unpacked book; with `full` verify the book. A damaged one is told, not held back."""
    book = Book(building)
    progress(STORE)
    try:
        fresh_store(book)
    except Refused as refused:
        if not contents.damaged:
            raise
        return None, list(refused.findings)
    if not full:
        return None, []
    verified = verify(book, progress=progress)
    return verified.checked, list(verified.findings)


def _require_same(building: Path, contents: Contents) -> None:
    faults = list(archive.differences(building, contents, grown=JOURNAL))
    if faults:
        raise Refused(faults)
