"""pack: an engagement with the book it is of as one archive that checks itself, and from which all papers can be made again.

    README.md  verify.py  audit-pack.json  SHA256SUMS  SM3SUMS
    book/            the evidence pack of the book, as `gep export --evidence` writes it, without the open tables
    engagement/      journal, files as taken, documents, rules of its own day, papers
    figures.jsonl    every printed figure with the nodes of a trace, or the file of the audit, that it rests on

The archive is a zip without clock or machine in it: the same content gives the same digest, on the same system the same bytes.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from gep.base.findings import Place, Refused, finding, stops
from gep.book import whoami
from gep.ledger import pack
from gep.ledger.acts import person
from gep.ledger.files import CHUNK, Hasher, sibling, sync_folder, writing
from gep.ledger.journal import Entry, canonical
from gep.report import export_text
from gep.report.audit import AuditPaper
from gep.workflow.audit.acts import JOURNAL, MAY, TENURE
from gep.workflow.audit.engagement import MANIFEST, PACK, PAPERS, Engagement, verify_engagement
from gep.workflow.audit.frozen import RULES
from gep.workflow.audit.source import Progress, Source
from gep.workflow.export import export
from gep.workflow.forms.trails import Traces, addresses, node_ids

FIGURES = "figures.jsonl"
BOOK, HELD = "book", "engagement"
STAMP = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip can say; an archive of the same content is the same whenever it is made
LEVEL = 6
Member = Path | bytes


@dataclass(frozen=True)
class Packed:
    """The archive. `digest`: of its manifest, which tells packs apart on every machine; `entry`: the act that entered it."""

    path: Path
    bytes: int
    files: int
    digest: str
    entry: Entry


def pack_engagement(
    engagement: Engagement,
    source: Source,
    paper: AuditPaper,
    traces: Traces | None = None,
    *,
    who: str = "",
    progress: Progress = lambda text: None,
) -> Packed:
    """Pack an engagement with its source and enter that in its journal, in the name of `who`; the pack made before is replaced.

    `paper`: the papers made last; `traces`: what was read for them. Raises Refused: this person may make none, the engagement is
    damaged, the book was written to meanwhile, the disk.
    """
    state = engagement.state()
    member = state.team.get(person(whoami(who)))
    if member is None or member.role not in MAY[PACK]:
        shown = f"{member.who}: {member.role}" if member is not None else whoami(who) or "-"
        raise Refused([finding("AUDIT-PAPERS-NOT-MADE", Place(PACK), found=shown, expected=" | ".join(MAY[PACK]))])
    damaged = verify_engagement(engagement.root)
    if stops(damaged):
        raise Refused(damaged)
    entries = engagement.entries()
    target = engagement.root / PACK / f"{paper.head.engagement}.zip"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pack-", suffix=".tmp", dir=target.parent) as folder:
        progress(f"{PACK}: {source.name}")
        book = _book(source, Path(folder) / BOOK, progress)
        held = pack.read_pack(book)
        progress(f"{PACK}: {FIGURES}")
        members = dict(_members(engagement, entries, book)) | {
            FIGURES: figures(source, paper, Traces() if traces is None else traces)
        }
        members |= {"README.md": _readme(paper, entries[-1], held), "verify.py": export_text.audit_checker()}
        more = {
            BOOK: {"digest": held.digest.as_dict(), "journal": {"seq": held.head[0], **held.head[1].as_dict()}},
            PAPERS: {"content": paper.content, "folder": str(_last(entries)["folder"])},
        }  # fmt: skip
        progress(target.name)
        made, size = _archive(target, members, entries[-1], more)
    record = {
        "bytes": size,
        "files": len(made.files),
        "book": held.digest.sha256,
        "content": paper.content,
        "seq": entries[-1].seq,
    }
    entry = engagement.act(PACK, {"id": made.digest.sha256, "record": record}, who=who)
    return Packed(target, size, len(made.files), made.digest.sha256, entry)


def figures(source: Source, paper: AuditPaper, traces: Traces) -> bytes:
    """Every printed figure, a canonical JSON line each: its nodes in the trace of its vintage; none for one of a record."""
    nodes = node_ids(source.book, paper, traces)
    return b"".join(canonical({"figure": text, "nodes": list(nodes.get(text, ()))}) + b"\n" for text in sorted(addresses(paper)))


def _last(entries: tuple[Entry, ...]) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], next(e for e in reversed(entries) if e.act == PAPERS).data["record"])


def _book(source: Source, folder: Path, progress: Progress) -> Path:
    """The evidence pack of the source: made, unless it is one; then that very folder."""
    if source.kind == "pack":
        faults = [f for f in pack.check_pack(source.book.root) if f.severity == "stop"]
        if faults:
            raise Refused(faults)
        return source.book.root
    export(source.book, folder, evidence=True, tables=False, progress=progress)
    return folder


def _members(engagement: Engagement, entries: tuple[Entry, ...], book: Path) -> Iterator[tuple[str, Member]]:
    """What goes into the archive: of the book all that its manifest names, of the engagement all that its journal names."""
    for name in (*(f.name for f in pack.read_pack(book).files), pack.MANIFEST, *pack.SUMS):
        yield f"{BOOK}/{name}", book / name
    root = engagement.root
    lines = (root / JOURNAL).read_bytes().splitlines(keepends=True)
    yield f"{HELD}/{JOURNAL}", b"".join(lines[: len(entries)])
    for name in {MANIFEST, TENURE, *_named(root, entries)}:
        yield f"{HELD}/{name}", root / name


def _named(root: Path, entries: tuple[Entry, ...]) -> Iterator[str]:
    for e in entries:
        d = cast(Mapping[str, Any], e.data)
        if e.act == "take":
            yield f"{d['folder']}/{d['sha256']}{d['suffix']}"
        elif e.act == RULES:
            folder = root / RULES / str(d["record"]["sha256"])
            yield from (p.relative_to(root).as_posix() for p in folder.rglob("*") if p.is_file())
        elif e.act == PAPERS:
            yield from (f"{PAPERS}/{d['record']['folder']}/{name}" for name in d["record"]["files"])


def _readme(paper: AuditPaper, last: Entry, book: pack.Pack) -> bytes:
    head = paper.head
    return export_text.render(
        export_text.AUDIT_README,
        names={"zh": head.names.zh, "en": head.names.en},
        seq=last.seq,
        head=last.hash.sha256,
        book_seq=book.head[0],
        book_head=book.head[1].sha256,
        content=paper.content,
        folder=paper.content[:16],
        draft=head.draft,
        illustrative=head.illustrative,
    )


def _archive(target: Path, members: Mapping[str, Member], last: Entry, more: Mapping[str, Any]) -> tuple[pack.Pack, int]:
    """Write the archive beside its place and put it there whole. Each file is read once: what is packed is what was hashed."""
    building = sibling(target)
    try:
        with writing(target), zipfile.ZipFile(building, "x", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as archive:
            files = tuple(_packed(archive, name, members[name]) for name in sorted(members))
            made, written = pack.sealed(pack.AUDIT, files, last, more)
            for name, data in written.items():
                _packed(archive, name, data)
        size = building.stat().st_size
        building.replace(target)
        sync_folder(target.parent)
    finally:
        building.unlink(missing_ok=True)
    return made, size


def _packed(archive: zipfile.ZipFile, name: str, member: Member) -> pack.File:
    info = zipfile.ZipInfo(name, STAMP)
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o100644 << 16
    hasher, size = Hasher(), 0
    with archive.open(info, "w", force_zip64=True) as stream:
        for piece in _pieces(member):
            hasher.update(piece)
            stream.write(piece)
            size += len(piece)
    return pack.File(name, size, hasher.digest())


def _pieces(member: Member) -> Iterator[bytes]:
    if isinstance(member, bytes):
        yield member
        return
    with member.open("rb") as stream:
        while piece := stream.read(CHUNK):
            yield piece
