"""deliver: the papers of an engagement as files, kept in it and entered in its journal with their hashes.

    papers/<digest of the content>/<engagement>-<lang>.xlsx     the ledgers
    papers/<digest of the content>/<engagement>-<lang>.pdf      the draft report
    papers/<digest of the content>/<engagement>.html            browsable, both languages

The same content with the same files is entered once; other content stands in a folder of its own, beside what was made before.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.program import program
from gep.book import Book, whoami
from gep.ledger.acts import person
from gep.ledger.files import digest_bytes, write_whole
from gep.ledger.journal import Entry
from gep.report.audit import AuditPaper
from gep.workflow.audit.acts import MAY
from gep.workflow.audit.conduct import conduct, open_problems
from gep.workflow.audit.engagement import PAPERS, Engagement
from gep.workflow.audit.forms.case import Results
from gep.workflow.audit.frozen import digest_kept
from gep.workflow.audit.run import Audited
from gep.workflow.audit.source import Progress
from gep.workflow.forms.trails import Traces
from gep.workflow.render import FORMATS, LANGS, Format, Lang, templates_of

SHORT = 16  # characters of the digest that name the folder
File = tuple[str, bytes, tuple[Finding, ...]]


@dataclass(frozen=True)
class Delivered:
    """The files of the papers. `entry`: the act that entered them now; None where they stood in the journal already."""

    content: str
    folder: Path
    files: tuple[tuple[str, str], ...]  # name, SHA-256
    entry: Entry | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Made:
    """What a conduct came to. `results` None: the book has nothing to audit; `delivered` None: no files were made.

    `paper`: what the files show; `traces`: the traces read for it.
    """

    results: Results | None
    delivered: Delivered | None
    findings: tuple[Finding, ...]
    paper: AuditPaper | None = None
    traces: Traces = field(default_factory=Traces, repr=False, compare=False)

    @property
    def open_problems(self) -> int | None:
        return None if self.results is None else open_problems(self.results)


def conducted(
    audited: Audited,
    *,
    on: date | None = None,
    langs: Sequence[Lang] = LANGS,
    formats: Sequence[Format] = FORMATS,
    who: str = "",
    progress: Progress = lambda text: None,
) -> Made:
    """Conduct the audit, make its papers and deliver them; what cannot be made is told, and what was made before it stays."""
    from gep.workflow.audit.paper import paper_of

    results, told, traces = None, list[Finding](), Traces()
    try:
        found = conduct(audited, on=on, progress=progress)
        results, told = found.results, list(found.findings)
        progress("papers")
        paper = paper_of(results)
        made = deliver(
            paper, audited.source.book, audited.engagement,
            langs=langs, formats=formats, who=who, traces=traces, progress=progress,
        )  # fmt: skip
    except Refused as refused:
        return Made(results, None, tuple(dict.fromkeys([*told, *refused.findings])))
    return Made(results, made, tuple(dict.fromkeys([*told, *made.findings])), paper, traces)


def deliver(
    paper: AuditPaper,
    book: Book,
    engagement: Engagement,
    *,
    langs: Sequence[Lang] = LANGS,
    formats: Sequence[Format] = FORMATS,
    who: str = "",
    traces: Traces | None = None,
    progress: Progress = lambda text: None,
) -> Delivered:
    """Make the files of the papers, put them into the engagement and enter them in the name of `who`.

    Entered with them is what it takes to make them again: the rules, the day of rectification, the language that the page opens
    in, and which program it was. `book`: the source they were made from, for its templates and for what figures rest on.
    `traces`: those read before, to which those read now are added. Raises Refused where this person may not enter papers, a
    template cannot be set, or a printed total does not agree with its parts.
    """
    content = paper.content
    folder = engagement.root / PAPERS / content[:SHORT]
    member = engagement.state().team.get(person(whoami(who)))
    if member is None or member.role not in MAY["papers"]:
        shown = f"{member.who}: {member.role}" if member is not None else whoami(who) or "-"
        expected = " | ".join(MAY["papers"])
        raise Refused([finding("AUDIT-PAPERS-NOT-MADE", Place(f"{PAPERS}/{folder.name}"), found=shown, expected=expected)])
    made: dict[str, bytes] = {}
    told: list[Finding] = []
    for name, data, found in paper_files(paper, book, langs, formats, traces):
        progress(name)
        made[name] = data
        told += found
    for name, data in made.items():
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / name, data)
    hashes = {name: digest_bytes(data).as_dict() for name, data in sorted(made.items())}
    state = engagement.state()
    held = state.of("papers").get(content, {})
    kept: Mapping[str, Mapping[str, str]] = held.get("files", {})
    record = {
        "draft": paper.head.draft, "folder": folder.name, "day": paper.head.made_on, "rules": digest_kept(state),
        "opens": langs[0] if "html" in formats else held.get("opens", langs[0]),
        "program": dict(program()), "files": {**kept, **hashes},
    }  # fmt: skip
    newest = next((e for e in reversed(engagement.entries()) if e.act == PAPERS), None)
    entry = (
        None
        if newest is not None and newest.data == {"id": content, "record": record}
        else engagement.act("papers", {"id": content, "record": record}, who=who)
    )
    return Delivered(content, folder, tuple((n, h["sha256"]) for n, h in hashes.items()), entry, tuple(dict.fromkeys(told)))


def paper_files(
    paper: AuditPaper, book: Book, langs: Sequence[Lang], formats: Sequence[Format], traces: Traces | None = None
) -> Iterator[File]:
    """Every file with its name and what was found in making it. The page opens in the first of the languages."""
    from gep.report.draw import drawer

    name, folders, content = paper.head.engagement, templates_of(book), paper.content
    draw = drawer(folders, ahead=bool({"pdf", "html"} & set(formats)))
    for lang in langs:
        if "xlsx" in formats:
            from gep.report.audit_workbook import audit_workbook

            yield f"{name}-{lang}.xlsx", audit_workbook(paper, lang, seal=content), ()
        if "pdf" in formats:
            from gep.report.audit_typeset import audit_report

            pictures = {chart.id: draw(chart, lang) for chart in paper.charts}
            fonts = book.config.issuer.fonts
            report = audit_report(paper, lang, pictures=pictures, folders=folders, fonts=fonts, content=content)
            yield f"{name}-{lang}.pdf", report.data, report.findings
    if "html" in formats:
        from gep.report.audit_web import audit_web
        from gep.workflow.forms.trails import trails

        page = audit_web(paper, trails(book, paper, read=traces), lang=langs[0], draw=draw, folders=folders, content=content)
        yield f"{name}.html", page, ()
