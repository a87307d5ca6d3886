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
from gep.workflow.audit.frozen import RULES, Rules, rules_of, since
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
    renew: bool = False,
    clock: Callable[[], datetime] = now,
    progress: Progress = lambda text: None,
) -> Audited:
    """Read the source and the files beside the tenure and bring the engagement up to them, making it if it is not there.

    An engagement goes by the rules of the day it was made; `renew`: by those of today from now on, which the lead may decide.

    Raises Refused with every fault that can be found before the source is opened (files, links, persons, roles), then with those
    of the source. Nothing is written to the source; an engagement that is refused at its beginning is not made.
    """
    with tempfile.TemporaryDirectory(prefix="gep-rules-") as aside:
        return _Run(whole(source), engagement, Path(aside), who, renew, clock, progress).of(tenure)


@dataclass(frozen=True)
class _Run:
    """One bringing up. `aside`: a folder for rules that the engagement does not keep yet."""

    source: Path
    root: Path
    aside: Path
    who: str
    renew: bool
    clock: Callable[[], datetime]
    progress: Progress

    def of(self, tenure: Path) -> Audited:
        """The engagement brought up to the tenure and the files beside it."""
        self.progress(tenure.name)
        handle = Engagement(self.root, self.clock)
        state = handle.state() if (self.root / MANIFEST).is_file() else State()
        rules = rules_of(self.root, state, self.source, self.aside, renew=self.renew)
        reader = Reading(self.source, self.root / WORK / STORE, rules.folder, self.clock)
        made, records, told = _read(reader, tenure)
        told += [*standing(self.root, made, self.source), *since(rules, self.source)]
        if stops(told):
            raise Refused(told)
        planned, gone = acts_of(state, made, records)
        told += gone
        member = state.team.get(person(whoami(self.who)))
        if member is not None and member.role not in WORKING and planned:
            shown = f"{member.who}: {member.role}"
            told.append(finding("AUDIT-NOT-TAKEN", Place(tenure.name), found=shown, expected=len(planned)))
            planned = ()
            made, records = as_taken(reader, self.root)  # what was not taken is no part of it
        if rules.act is not None:
            planned = (rules.act, *planned)
        against = denied(state, made, opening(made, reader.entries()), planned, whoami(self.who))
        if stops([*told, *against]):
            raise Refused([*told, *against])
        opened, added, more = self._opened(reader, made, records, rules, planned, str(state.anchors.get("store", "")))
        state = handle.state()
        records = replace(records, files={name: handle.file(taken) for name, taken in state.files.items()})
        told += [*opened.findings, *more]
        return Audited(handle, made, opened, records, collected(state), added, tuple(dict.fromkeys(told)))

    def _opened(
        self, reader: Reading, tenure: Tenure, records: Records, rules: Rules, planned: Sequence[Act], kept: str
    ) -> tuple[Source, tuple[Entry, ...], tuple[Finding, ...]]:
        """The source, opened and its access recorded with the acts; store and rules stand in the engagement in the end."""
        there = (self.root / MANIFEST).is_file()
        work = self.root / WORK if there else _beside(self.root)
        try:
            source = open_source(
                reader.root, audited_years(tenure), work,
                known_on=tenure.known_on, kept=kept, data=rules.folder, clock=self.clock, progress=self.progress,
            )  # fmt: skip
            figures = tuple(check_figures(source, records.forms, records.source))
            if stops(figures):
                raise Refused(figures)
            self.progress(self.root.name)
            _, added, told = begin(self.root, tenure, source, planned, rules.files, who=self.who, clock=self.clock)
            if not there:
                os.replace(work / STORE, self.root / WORK / STORE)
            book = Reading(reader.root, self.root / WORK / STORE, self.root / RULES / rules.digest, self.clock)
            return replace(source, book=book), added, (*figures, *told)
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


def as_taken(book: Reading, engagement: Path) -> tuple[Tenure, Records]:
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
