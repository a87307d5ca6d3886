"""The check of an audit pack, as an archive or unpacked: manifest, book, engagement, and that they belong together.

The same is checked by the `verify.py` in the pack, without this program; here the record of the book and the roles of the
engagement are looked at as well. Nothing is written into a pack.
"""

from __future__ import annotations

import shutil
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import Book
from gep.ledger import pack
from gep.ledger.files import CHUNK, free_at
from gep.ledger.journal import Entry
from gep.workflow.audit.engagement import PAPERS, Engagement, verify_engagement
from gep.workflow.audit.pack import BOOK, HELD
from gep.workflow.audit.source import Progress
from gep.workflow.verify import NONE, Anchors, verify

UNREADABLE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def is_audit_pack(path: Path) -> bool:
    """Whether a path is a zip, or a folder with the manifest of an audit pack."""
    return (path / pack.AUDIT.manifest).is_file() or (path.is_file() and zipfile.is_zipfile(path))


@contextmanager
def opened(path: Path) -> Iterator[Path]:
    """The folder of a pack; of an archive a passing one. Raises Refused for an archive that cannot or must not be unpacked."""
    if path.is_dir():
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="gep-pack-") as folder:
        root = Path(folder) / "pack"
        root.mkdir()
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, root, path.name)
        except UNREADABLE as error:
            reason = f"{type(error).__name__}: {error}"
            raise Refused([finding("AUDIT-PACK-UNREADABLE", Place(path.name), found=reason)]) from error
        yield root


def _unpack(archive: zipfile.ZipFile, root: Path, shown: str) -> None:
    """Each member as a plain file below `root`, read whole so that its checksum is compared."""
    members = [m for m in archive.infolist() if not m.is_dir()]
    seen: set[str] = set()
    faults = []
    for m in members:
        mode = m.external_attr >> 16
        if not pack.is_name(m.filename) or m.filename in seen or (stat.S_IFMT(mode) not in (0, stat.S_IFREG)):
            faults.append(finding("PACK-NAME", Place(shown, key=m.filename.encode("unicode_escape").decode()), found=m.filename))
        seen.add(m.filename)
    needed, free = sum(m.file_size for m in members), free_at(root)
    if free is not None and needed > free:
        faults.append(finding("AUDIT-PACK-TOO-LARGE", Place(shown), found=f"{needed:,}", expected=f"{free:,}"))
    if faults:
        raise Refused(faults)
    for m in members:
        target = root / m.filename
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(m) as reader, target.open("xb") as writer:
            shutil.copyfileobj(reader, writer, CHUNK)


def check_audit_pack(root: Path, anchors: Anchors = NONE, progress: Progress = lambda text: None) -> tuple[Finding, ...]:
    """Every fault of an unpacked pack, each with its place in it. `anchors`: entries of either journal may be among them."""
    progress(pack.AUDIT.manifest)
    found = pack.check_pack(root, pack.AUDIT)
    if any(f.code.startswith("PACK-MANIFEST") for f in found) or not (root / BOOK / "book.toml").is_file():
        return tuple(found)
    engagement = Engagement(root / HELD)
    mine, others = _apart(engagement, anchors)
    try:
        book = Book(root / BOOK)
        told = [f for f in verify(book, others, progress).findings if f.severity == "stop"]
        found += [_within(BOOK, f) for f in told]
        progress(HELD)
        found += [_within(HELD, f) for f in verify_engagement(root / HELD, mine)]
        if not stops(found):
            found += _joined(root, book.entries(), engagement.entries())
    except Refused as refused:
        found += refused.findings
    return tuple(dict.fromkeys(found))


def _within(folder: str, f: Finding) -> Finding:
    """The finding with its file named from the top of the pack."""
    return replace(f, place=replace(f.place, file=f"{folder}/{f.place.file}"))


def _apart(engagement: Engagement, anchors: Anchors) -> tuple[dict[int, str], Anchors]:
    """The anchors of the engagement's journal, and those of the book; one that fits neither is told by the book."""
    try:
        own = {e.seq: e.hash.sha256 for e in engagement.entries()}
    except (Refused, OSError):
        own = {}
    mine = {seq: sha256 for seq, sha256 in anchors.entries.items() if own.get(seq) == sha256}
    rest = {seq: sha256 for seq, sha256 in anchors.entries.items() if seq not in mine}
    return mine, Anchors(rest, anchors.closings, anchors.public_key)


def _joined(root: Path, book: Sequence[Entry], entries: Sequence[Entry]) -> Iterator[Finding]:
    """What manifest and engagement say of the book and of the papers, against what is in the pack."""
    made, held = pack.read_pack(root, pack.AUDIT), pack.read_pack(root / BOOK)
    try:
        said, shown = str(made.more[BOOK]["digest"]["sha256"]), str(made.more[PAPERS]["content"])
    except (KeyError, TypeError):  # sealed anew by a forger: its own digest is right
        yield finding("PACK-MANIFEST-UNREADABLE", Place(pack.AUDIT.manifest), expected=pack.AUDIT.schema)
        return
    if said != held.digest.sha256:
        yield finding("AUDIT-PACK-OTHER-BOOK", Place(pack.AUDIT.manifest, key=BOOK), found=held.digest.sha256, expected=said)
    access = next(e for e in reversed(entries) if e.act in ("open", "access"))
    anchors = cast(Mapping[str, Any], access.data["anchors"])
    lines = {e.seq: e.hash.sha256 for e in book}
    for seq, expected in ((1, anchors["first"]["sha256"]), (anchors["journal"]["seq"], anchors["journal"]["sha256"])):
        if lines.get(seq) != expected:
            place = Place(f"{BOOK}/journal.jsonl", int(seq))
            yield finding("AUDIT-PACK-OTHER-BOOK", place, found=lines.get(seq, "-"), expected=expected)
    papers = [e for e in entries if e.act == PAPERS]
    content = str(papers[-1].data["id"]) if papers else "-"
    if shown != content:
        yield finding("AUDIT-PACK-OTHER-PAPERS", Place(pack.AUDIT.manifest, key=PAPERS), found=shown, expected=content)
