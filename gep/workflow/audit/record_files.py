"""What auditors hand in beside TENURE.toml: events, observed stocks and the records of the audit, each fault with its place.

    events.csv          dated changes of assets
    observations.csv    stocks observed on a day
    redline.csv         patch layers of the red line
    records/*.toml      evidence forms, working papers, problems, steps of rectification, comments, and what the evaluation and
                        the attribution take from auditors (gep.workflow.audit.entries), what stays open, what follows, and
                        records withdrawn (gep.workflow.audit.open_files)
    evidence/           the documents that evidence forms name

Anything else in the folder is not read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from gep.accounts.rectification import STATES, check
from gep.accounts.redline import Patch
from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import Book
from gep.catalog.fields import Fields
from gep.catalog.responsibility import responsibility, scheme_on
from gep.workflow.audit import entries, open_checks, open_files
from gep.workflow.audit.event_files import EVENTS, OBSERVATIONS, read_events, read_observations
from gep.workflow.audit.incumbents import first_findings
from gep.workflow.audit.records import (
    AREAS,
    Assignment,
    Comment,
    Event,
    EvidenceForm,
    ItemEntry,
    Observation,
    Paper,
    Problem,
    ReportedFigure,
    ScoredCase,
    Step,
    Tenure,
)
from gep.workflow.audit.records_open import KINDS as OPEN
from gep.workflow.audit.records_open import Open, Withdrawal, open_of
from gep.workflow.audit.redline_file import NAME as REDLINE
from gep.workflow.audit.redline_file import read_redline
from gep.workflow.audit.tenure_file import FILE, day
from gep.workflow.audit.toml_file import read_toml

RECORDS, EVIDENCE = "records", "evidence"
DRAFT = "draft"  # what a comment on the whole draft is about
KINDS = ("immediate", "phased", "continuing")
T = TypeVar("T")


@dataclass(frozen=True)
class Records:
    """What the files of a tenure hold.

    `files`: every file by its name in the folder; `source`: (kind, id) -> the file it stands in; a step has its place for an id.
    """

    events: tuple[Event, ...] = ()
    observations: tuple[Observation, ...] = ()
    patches: tuple[Patch, ...] = ()
    forms: tuple[EvidenceForm, ...] = ()
    papers: tuple[Paper, ...] = ()
    problems: tuple[Problem, ...] = ()
    steps: tuple[Step, ...] = ()
    comments: tuple[Comment, ...] = ()
    assigned: tuple[Assignment, ...] = ()
    entries: tuple[ItemEntry, ...] = ()
    scored: tuple[ScoredCase, ...] = ()
    reports: tuple[ReportedFigure, ...] = ()
    open: Open = field(default_factory=Open)
    withdrawn: tuple[Withdrawal, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    source: Mapping[tuple[str, str], str] = field(default_factory=dict)


def read_records(folder: Path, tenure: Tenure, book: Book) -> Records:
    """All that stands beside the tenure in its folder. Raises Refused with every fault of every file."""
    made, findings = look(folder, tenure, book)
    if stops(findings):
        raise Refused(findings)
    return made


def look(folder: Path, tenure: Tenure, book: Book, name: str = FILE) -> tuple[Records, tuple[Finding, ...]]:
    """What can be read, and every finding. `name`: of the file of the tenure itself."""
    findings: list[Finding] = []
    files = files_of(folder, name, findings)
    events = read_events(files, tenure, book, findings)
    tables = _Tables({}, {})
    for shown in sorted(n for n in files if n.startswith(f"{RECORDS}/")):
        _read_tables(files[shown], shown, tables, findings)
    evidence = {n.removeprefix(f"{EVIDENCE}/") for n in files if n.startswith(f"{EVIDENCE}/")}
    made = Records(
        events=tuple(e for _, e in events),
        observations=read_observations(files, book, findings),
        patches=_patches(files, book, findings),
        forms=tables.of(EvidenceForm),
        papers=tables.of(Paper),
        problems=tables.of(Problem),
        steps=tables.of(Step),
        comments=tables.of(Comment),
        assigned=tables.of(Assignment),
        entries=tables.of(ItemEntry),
        scored=tables.of(ScoredCase),
        reports=tables.of(ReportedFigure),
        open=open_of(lambda _, kind: tables.of(kind)),
        withdrawn=tables.of(Withdrawal),
        files=files,
        source=tables.source,
    )
    _check_links(made, tables, tenure, evidence)
    _check_evidence_of_events(events, made, evidence)
    names = {form.id for form in made.forms} | evidence
    read: list[tuple[Fields, object]] = []
    for kind in entries.KINDS:
        read += tables.pairs(kind)
    entries.check(read, tenure, book, names)
    findings += _check_open(tables, made, tenure, book, names)
    findings += _check_classes(tables, tenure, book)
    findings += check(made.problems, made.steps, file=RECORDS)
    findings += first_findings(made.problems, tenure, file=RECORDS)
    return made, tuple(findings)


def files_of(folder: Path, name: str, findings: list[Finding]) -> dict[str, Path]:
    """The files of a tenure by name; a link or anything else that is no plain file is a finding."""
    listed = [folder / n for n in (name, EVENTS, OBSERVATIONS, REDLINE)]
    listed += sorted((folder / RECORDS).glob("*.toml"))
    listed += sorted(p for p in (folder / EVIDENCE).rglob("*") if p.is_symlink() or not p.is_dir())
    found = {}
    for path in listed:
        shown = path.relative_to(folder).as_posix()
        if path.is_symlink() or (path.exists() and not path.is_file()) or not shown.isprintable() or "\\" in shown:
            plain = shown.encode("unicode_escape").decode()
            findings.append(finding("AUDIT-NO-PLAIN-FILE", Place(plain), found=plain))
        elif path.is_file():
            found[shown] = path
    return found


def _patches(files: Mapping[str, Path], book: Book, findings: list[Finding]) -> tuple[Patch, ...]:
    """The patch layers, each patch in a county that the book knows."""
    if REDLINE not in files:
        return ()
    read = read_redline(files[REDLINE])
    findings += read.findings
    known = ", ".join(list(book.config.regions)[:20])
    for patch in read.patches:
        if patch.county not in book.config.regions:
            at = replace(patch.place, column="county")
            findings.append(finding("AUDIT-REGION", at, found=patch.county, expected=known))
    return read.patches


@dataclass
class _Tables:
    """The tables of all files of records as they are read: the records in order, each with its fields for later complaints."""

    read: dict[type, list[tuple[Fields, object]]]
    source: dict[tuple[str, str], str]

    def of(self, kind: type[T]) -> tuple[T, ...]:
        return tuple(r for _, r in self.read.get(kind, ()) if isinstance(r, kind))

    def pairs(self, kind: type[T]) -> Iterator[tuple[Fields, T]]:
        return ((f, r) for f, r in self.read.get(kind, ()) if isinstance(r, kind))


def _read_tables(path: Path, shown: str, tables: _Tables, findings: list[Finding]) -> None:
    body, told = read_toml(path, shown)
    findings += told
    if body is None:
        return
    top = Fields(body, Place(shown), findings)
    for name, (kind, make) in READERS.items():
        for number, entry in enumerate(top.tables(name), 1):
            f = Fields(entry, Place(shown, key=f"{name} {entry.get('id', number)}"), findings)
            made = make(f)
            f.done()
            held = tables.read.setdefault(kind, [])
            # a step has no id: its place among the steps; a withdrawal that of what it withdraws
            own = made.id if isinstance(made, Withdrawal) else str(entry.get("id") or len(held))
            if (name, own) in tables.source:
                f.complain("AUDIT-TWICE", "id", found=own, expected=tables.source[name, own])
            tables.source.setdefault((name, own), shown)
            held.append((f, made))
    top.done()


def _form(f: Fields) -> EvidenceForm:
    return EvidenceForm(
        id=f.text("id", required=True),
        auditee=f.text("auditee", required=True),
        matter=f.text("matter", required=True),
        facts=f.text("facts", required=True),
        figures=f.texts("figures"),
        attachments=_attachments(f),
        auditor=f.text("auditor", required=True),
        made_on=_on(f, "made_on"),
        opinion=f.text("opinion"),
        refused=f.text("refused"),
        paper=f.text("paper"),
    )


def _attachments(f: Fields) -> tuple[tuple[str, int], ...]:
    """`attachments = [["approval.pdf", 3]]`: a file in evidence/ and its pages."""
    value = f.raw("attachments")
    if value is None:
        return ()
    found = []
    listed: list[object] = value if isinstance(value, list) else [value]
    for entry in listed:
        name, pages = entry if isinstance(entry, list) and len(entry) == 2 else ("", 0)
        if isinstance(name, str) and name and type(pages) is int and pages >= 1:
            found.append((name, pages))
        else:
            f.complain("AUDIT-ATTACHMENT-FORM", "attachments", found=repr(entry), expected='["FILE", 1]')
    return tuple(found)


def _paper(f: Fields) -> Paper:
    return Paper(
        id=f.text("id", required=True),
        matter=f.text("matter", required=True),
        procedure=f.text("procedure", required=True),
        facts=f.text("facts", required=True),
        standard=f.text("standard", required=True),
        conclusion=f.text("conclusion", required=True),
        evidence=f.texts("evidence"),
        preparer=f.text("preparer", required=True),
        made_on=_on(f, "made_on"),
        reviewer=f.text("reviewer"),
        review=f.text("review"),
        reviewed_on=day(f, "reviewed_on"),
        area=f.choice("area", AREAS, default="other"),
    )


def _problem(f: Fields) -> Problem:
    kind = f.choice("kind", KINDS)
    amount = f.number("amount")
    unit = f.text("amount_unit")
    if (amount is None) != (not unit):
        f.complain("AUDIT-AMOUNT-UNIT", "amount_unit", found=unit or "-", expected="-" if amount is None else amount)
    return Problem(
        id=f.text("id", required=True),
        report=f.text("report", required=True),
        issue=f.text("issue", required=True),
        paper=f.text("paper", required=not f.text("carried_from")),
        unit=f.text("unit", required=True),
        person=f.text("person"),
        first=f.text("first", required=True),
        kind="phased" if kind == "phased" else "continuing" if kind == "continuing" else "immediate",
        due=day(f, "due"),
        measure=f.text("measure"),
        amount=amount,
        amount_unit=unit,
        responsibility=f.text("responsibility"),
        grounds=f.text("grounds"),
        subject=f.text("subject"),
        found_on=day(f, "found_on"),
        carried_from=f.text("carried_from"),
    )


def _step(f: Fields) -> Step:
    return Step(
        problem=f.text("problem", required=True),
        state=f.choice("state", STATES),
        by=f.text("by", required=True),
        on=_on(f, "on"),
        done=f.number("done"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _comment(f: Fields) -> Comment:
    answered = f.raw("accepted") is not None
    return Comment(
        id=f.text("id", required=True),
        about=f.text("about", required=True),
        by=f.text("by", required=True),
        made_on=_on(f, "made_on"),
        text=f.text("text", required=True),
        accepted=f.flag("accepted") if answered else None,
        reply=f.text("reply", required=answered),
        replied_by=f.text("replied_by", required=answered),
    )


def _on(f: Fields, name: str) -> date:
    return day(f, name, required=True) or date.min


READERS: Mapping[str, tuple[type[object], Callable[[Fields], object]]] = {
    "evidence_form": (EvidenceForm, _form),
    "paper": (Paper, _paper),
    "problem": (Problem, _problem),
    "step": (Step, _step),
    "comment": (Comment, _comment),
    **entries.READERS,
    **open_files.READERS,
}


def _check_links(made: Records, tables: _Tables, tenure: Tenure, evidence: set[str]) -> None:
    """Each name that a record gives to another one, to a document or to a figure is a name of something."""
    forms, papers, problems = ({r.id for r in group} for group in (made.forms, made.papers, made.problems))
    subjects = {s.id for s in tenure.subjects}

    def known(f: Fields, column: str, name: str, names: set[str]) -> None:
        if name and name not in names:
            f.complain("AUDIT-LINK", column, found=name, expected=", ".join(sorted(names)[:20]) or "-")

    for f, form in tables.pairs(EvidenceForm):
        known(f, "paper", form.paper, papers)
        for name, _ in form.attachments:
            if name not in evidence:
                f.complain("AUDIT-ATTACHMENT", "attachments", found=name, expected=", ".join(sorted(evidence)[:20]) or "-")
        for figure in form.figures:
            entries.check_figure(f, "figures", figure)
    for f, paper in tables.pairs(Paper):
        for name in paper.evidence:
            known(f, "evidence", name, forms)
        if paper.reviewed_on is not None and date.min < paper.reviewed_on < paper.made_on:
            f.complain("AUDIT-REVIEW-BEFORE", "reviewed_on", found=paper.reviewed_on, expected=f">= {paper.made_on}")
        if bool(paper.reviewer) != (paper.reviewed_on is not None):
            f.complain("AUDIT-REVIEW-HALF", "reviewer", found=paper.reviewer or "-", expected=str(paper.reviewed_on or "-"))
    for f, problem in tables.pairs(Problem):
        if not problem.carried_from:  # the paper of one that was carried over stands in the engagement it comes from
            known(f, "paper", problem.paper, papers)
        known(f, "subject", problem.subject, subjects)
    for f, step in tables.pairs(Step):
        known(f, "problem", step.problem, problems)
        known(f, "evidence", step.evidence, forms | evidence)
    for f, comment in tables.pairs(Comment):
        known(f, "about", comment.about, {DRAFT, *forms, *papers, *problems})


def _check_classes(tables: _Tables, tenure: Tenure, book: Book) -> Iterator[Finding]:
    """A class of responsibility is one of those that held on the day the audit was started."""
    named = [(f, p) for f, p in tables.pairs(Problem) if p.responsibility]
    if named and tenure.started is None:
        yield finding("AUDIT-NO-START", Place(FILE, column="started"))
    if not named or tenure.started is None:
        return
    try:
        scheme, told = scheme_on(responsibility(book.data or data_root(), book.local), tenure.started)
    except Refused as refused:
        yield from refused.findings
        return
    yield from told
    known = [c.id for c in scheme.classes]
    for f, problem in named:
        if problem.responsibility not in known:
            expected = ", ".join(known)
            f.complain("AUDIT-CLASS", "responsibility", found=problem.responsibility, expected=expected, day=tenure.started)


def _check_evidence_of_events(events: Sequence[tuple[Fields, Event]], made: Records, evidence: set[str]) -> None:
    """The evidence of an event is a form or a document in evidence/."""
    names = {form.id for form in made.forms} | evidence
    for f, e in events:
        if e.evidence and e.evidence not in names:
            f.complain("AUDIT-LINK", "evidence", found=e.evidence, expected=", ".join(sorted(names)[:20]) or "-")


def _check_open(tables: _Tables, made: Records, tenure: Tenure, book: Book, evidence: set[str]) -> Iterator[Finding]:
    """The records of what stays open, among themselves and with the others; and withdrawals of what others rest on."""
    read = [pair for kind, _ in OPEN.values() for pair in tables.pairs(kind)]
    known = open_checks.Known(
        problems={p.id for p in made.problems},
        evidence=evidence,
        events={e.id for e in made.events},
        regions=tuple(book.config.regions),
    )
    open_checks.check(read, tenure, known)
    for f, record in read:
        if figure := getattr(record, "figure", ""):
            entries.check_figure(f, "figure", figure)
    records = [(kind, r) for kind, (cls, _) in READERS.items() for _, r in tables.pairs(cls)]
    yield from open_checks.in_use(made.withdrawn, [*records, *(("event", e) for e in made.events)], RECORDS)
