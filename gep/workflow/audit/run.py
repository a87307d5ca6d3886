"""audit: from a closed book or pack and a TENURE.toml to an engagement that holds all it was given."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import now, whoami
from gep.ledger.acts import person
from gep.ledger.journal import Entry
from gep.workflow.audit import record_files, tenure_file
from gep.workflow.audit.acts import WORKING, Act, Collected, State, collected
from gep.workflow.audit.engagement import MANIFEST, WORK, Engagement, begin, denied, opening, standing
from gep.workflow.audit.figures import check_figures
from gep.workflow.audit.plan import acts_of, named
from gep.workflow.audit.record_files import Records
from gep.workflow.audit.records import Tenure
from gep.workflow.audit.source import STORE, Progress, Reading, Source, open_source, whole
from gep.workflow.audit.tenure_file import audited_years


@dataclass(frozen=True)
class Audited:
    """An engagement brought up to its files.

    `records`: events, observations and patches as taken, `files` their copies in the engagement. `collected`: the records of the
    audit as they stand in the journal, which is what counts. `added`: the acts entered now, the first the access to the source.
    """

    engagement: Engagement
    tenure: Tenure
    source: Source
    records: Records
    collected: Collected
    added: tuple[Entry, ...]
    findings: tuple[Finding, ...]


def audit(
    source: Path,
    tenure: Path,
    engagement: Path,
    *,
    who: str = "",
    clock: Callable[[], datetime] = now,
    progress: Progress = lambda text: None,
) -> Audited:
    """Read the source and the files beside the tenure and bring the engagement up to them, making it if it is not there.

    Raises Refused with every fault that can be found before the source is opened (files, links, persons, roles), then with those
    of the source. Nothing is written to the source; an engagement that is refused at its beginning is not made.
    """
    root = whole(source)
    progress(tenure.name)
    reader = Reading(root, engagement / WORK / STORE, clock=clock)
    made, records, told = _read(reader, tenure)
    told += standing(engagement, made, root)
    if stops(told):
        raise Refused(told)
    there = (engagement / MANIFEST).is_file()
    state = Engagement(engagement, clock).state() if there else State()
    planned, gone = acts_of(state, made, records)
    told += gone
    member = state.team.get(person(whoami(who)))
    if member is not None and member.role not in WORKING and planned:
        shown = f"{member.who}: {member.role}"
        told.append(finding("AUDIT-NOT-TAKEN", Place(tenure.name), found=shown, expected=len(planned)))
        planned = ()
        made, records = _as_taken(reader, engagement)  # what was not taken is no part of it
    against = denied(state, made, opening(made, reader.entries()), planned, whoami(who))
    if stops([*told, *against]):
        raise Refused([*told, *against])
    opened, added, more = _opened(reader, made, records, engagement, planned, str(state.anchors.get("store", "")), who, progress)
    handle = Engagement(engagement, clock)
    state = handle.state()
    records = replace(records, files={name: handle.file(taken) for name, taken in state.files.items()})
    told += [*opened.findings, *more]
    return Audited(handle, made, opened, records, collected(state), added, tuple(dict.fromkeys(told)))


def _opened(
    reader: Reading,
    tenure: Tenure,
    records: Records,
    root: Path,
    planned: Sequence[Act],
    kept: str,
    who: str,
    progress: Progress,
) -> tuple[Source, tuple[Entry, ...], tuple[Finding, ...]]:
    """The source, opened and its access recorded with the acts; the store stands in the engagement in the end."""
    there = (root / MANIFEST).is_file()
    work = root / WORK if there else _beside(root)
    try:
        source = open_source(
            reader.root, audited_years(tenure), work, known_on=tenure.known_on, kept=kept, clock=reader.clock, progress=progress
        )
        figures = tuple(check_figures(source, records.forms, records.source))
        if stops(figures):
            raise Refused(figures)
        progress(root.name)
        _, added, told = begin(root, tenure, source, planned, who=who, clock=reader.clock)
        return source if there else _moved(source, work, root / WORK), added, (*figures, *told)
    finally:
        if not there:
            shutil.rmtree(work)


def _read(book: Reading, path: Path) -> tuple[Tenure, Records, list[Finding]]:
    """The tenure and all that lies beside it. Raises Refused where there is no tenure to go on with."""
    made, told = tenure_file.look(path, book)
    if made is None:
        raise Refused(told)
    records, more = record_files.look(path.parent, made, book, path.name)
    return made, named(records, path.name), [*told, *more]


def _as_taken(book: Reading, engagement: Path) -> tuple[Tenure, Records]:
    """The tenure and the records of the files taken last. Raises Refused where the book no longer fits them."""
    with tempfile.TemporaryDirectory(prefix="gep-audit-") as folder:
        made, records, told = _read(book, Engagement(engagement, book.clock).unpacked(Path(folder)))
    if stops(told):
        raise Refused(told)
    return made, records


def _beside(engagement: Path) -> Path:
    """A folder on the same disk for the store of an engagement that is not there yet."""
    engagement.absolute().parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".{engagement.name}.", suffix=".tmp", dir=engagement.absolute().parent))


def _moved(source: Source, work: Path, target: Path) -> Source:
    """The source with its store in the engagement."""
    os.replace(work / STORE, target / STORE)
    book = Reading(source.book.root, target / STORE, clock=source.book.clock)
    return replace(source, book=book)
