"""render: the statements of a year as files: workbook, report and appraisal pages in each language, and one web page.

    <region>-<year>-<edition>-<lang>.xlsx               the forms, with live totals
    <region>-<year>-<edition>-<lang>.pdf                the report
    <region>-<year>-<edition>-appraisal-<lang>.pdf      one A4 side a region
    <region>-<year>-<edition>.html                      browsable, both languages

The files are written whole into a folder; those of a closed year also enter the book, with their hashes in its journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from gep.base.findings import Finding, Place, Refused, finding
from gep.book import Book
from gep.ledger.files import digest_bytes, write_whole
from gep.report.statement import EDITIONS, Chart, Edition, Statement, digest
from gep.workflow.statement import Assembled, assemble_each
from gep.workflow.statements import keep_statements

Lang = Literal["zh", "en"]
Format = Literal["xlsx", "pdf", "html"]
LANGS: tuple[Lang, ...] = ("zh", "en")
FORMATS: tuple[Format, ...] = ("xlsx", "pdf", "html")
Progress = Callable[[str], None]
Draw = Callable[[Chart, str], str]


@dataclass(frozen=True)
class Wanted:
    """Which files: all of them if nothing is left out."""

    editions: Sequence[Edition] = EDITIONS
    langs: Sequence[Lang] = LANGS
    formats: Sequence[Format] = FORMATS


ALL = Wanted()
KEPT = (
    "已封账:报表连同哈希存入账册,日志第 {seq} 条。",
    "Closed: the book keeps these statements with their hashes, journal entry {seq}.",
)
DRAFT = ("未封账:各页均带“草案”字样。", "Not closed: every page is marked as a draft.")
OTHER = (
    "已封账,但账册已存有同名的其他文件,见核查结果。",
    "Closed, but the book keeps other files of these names; see the findings.",
)


@dataclass(frozen=True)
class File:
    """A file that was written. `kept`: its name below the book's `statements/`, empty if it is not kept there."""

    path: Path
    bytes: int
    sha256: str
    kept: str = ""


@dataclass(frozen=True)
class Rendered:
    """What was made: statements by edition, files, what was found on the way. `seq`: the journal entry that keeps the files."""

    statements: Mapping[Edition, Statement]
    files: tuple[File, ...]
    findings: tuple[Finding, ...] = ()
    seq: int | None = None

    def as_dict(self) -> dict[str, Any]:
        first = next(iter(self.statements.values()))
        head = first.head
        return {
            "year": head.gep.year,
            "region": head.gep.region,
            "vintage": head.gep.vintage,
            "draft": self.draft,
            "digest": {edition: digest(one) for edition, one in self.statements.items()},
            "files": [{"path": str(f.path), "bytes": f.bytes, "sha256": f.sha256, "kept": f.kept} for f in self.files],
            "seq": self.seq,
        }

    def told(self, lang: str) -> str:
        """One line: whether this is a draft, or where the book keeps it."""
        zh, en = KEPT if self.seq is not None else DRAFT if self.draft else OTHER
        return (zh if lang == "zh" else en).format(seq=self.seq)

    @property
    def draft(self) -> bool:
        return next(iter(self.statements.values())).head.draft


def render(
    book: Book,
    wanted: Wanted = ALL,
    year: int | None = None,
    to: Path | None = None,
    *,
    who: str = "",
    progress: Progress = lambda text: None,
    **choice: Any,
) -> Rendered:
    """Make the statements of a year and write them to `to` (left out: `<book>-statements/<year>-<vintage>` beside the book).

    `choice`: region, profile, scheme, vintage as in `assemble`. Raises Refused as `assemble` does, and for a template of the book
    that cannot be carried out; what a font cannot show, and a kept statement of other bytes, is told as a finding.
    """
    draw = _drawer(book, wanted)
    made = assemble_each(book, wanted.editions, year, progress=_counted(progress), **choice)
    read: dict[int, Any] = {}  # traces, for all editions
    jobs = {name: job for edition, one in made.items() for name, job in _jobs(book, one, edition, wanted, draw, read)}
    files: dict[str, bytes] = {}
    findings: list[Finding] = []
    for name, (data, told) in _carried_out(jobs, progress).items():
        files[name] = data
        findings += told
    head = next(iter(made.values())).statement.head
    folder = to or book.root.parent / f"{book.root.name}-statements" / f"{head.gep.year}-{head.gep.vintage}"
    _write(folder, files)
    seq, kept = None, False
    if not head.draft:
        try:
            seq = keep_statements(book, files, year=head.gep.year, vintage=head.gep.vintage, who=who).seq
            kept = True
        except Refused as refused:
            findings += refused.findings
    under = f"statements/{head.gep.year}-{head.gep.vintage}/" if kept else ""
    written = tuple(
        File(folder / name, len(data), digest_bytes(data).sha256, f"{under}{name}" if kept else "")
        for name, data in files.items()
    )
    return Rendered({edition: one.statement for edition, one in made.items()}, written, tuple(dict.fromkeys(findings)), seq)


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            write_whole(folder / name, data)
    except OSError as error:
        place = Place(str(folder))
        raise Refused([finding("STATEMENT-FOLDER", place, found=folder, reason=error.strerror or str(error))]) from error


def _counted(progress: Progress) -> Callable[[int, int, str], None]:
    return lambda done, of, what: progress(f"{done}/{of} {what}".strip())


Made = tuple[bytes, tuple[Finding, ...]]


@dataclass(frozen=True)
class Job:
    """How a file is made. `apart`: mostly by Typst, which lets go of the interpreter, so that other files are made meanwhile."""

    make: Callable[[], Made]
    apart: bool = False


def _carried_out(jobs: Mapping[str, Job], progress: Progress) -> dict[str, Made]:
    """What every job makes, in the order of the jobs. Which is carried out first changes no byte of any."""
    done: dict[str, Made] = {}
    other = ThreadPoolExecutor(1, "papers")
    try:
        begun = {name: other.submit(job.make) for name, job in jobs.items() if job.apart}
        for name, job in jobs.items():
            if not job.apart:
                done[name] = job.make()
                progress(name)
        for name, future in begun.items():
            done[name] = future.result()
            progress(name)
    finally:  # whoever refuses does not wait for the rest
        other.shutdown(cancel_futures=True)
    return {name: done[name] for name in jobs}


def _jobs(
    book: Book, made: Assembled, edition: Edition, wanted: Wanted, draw: Draw, read: dict[int, Any]
) -> Iterator[tuple[str, Job]]:
    """Every file of an edition, by name. `draw`, `read`: drawings and traces, for all editions."""
    statement, scope = made.statement, made.statement.head.gep
    base = f"{scope.region}-{scope.year}-{edition}"
    content = digest(statement)
    for lang in wanted.langs:
        if "xlsx" in wanted.formats:
            yield f"{base}-{lang}.xlsx", Job(partial(_workbook, statement, lang, content))
        if "pdf" in wanted.formats:
            yield f"{base}-{lang}.pdf", Job(partial(_report, book, made, lang, draw, content), apart=True)
            yield f"{base}-appraisal-{lang}.pdf", Job(partial(_appraisal, book, statement, lang, content), apart=True)
    if "html" in wanted.formats:
        yield f"{base}.html", Job(partial(_page, book, made, wanted.langs[0], draw, read))


def _workbook(statement: Statement, lang: Lang, content: str) -> Made:
    from gep.report.workbook import workbook

    return workbook(statement, lang, seal=content), ()


def _report(book: Book, made: Assembled, lang: Lang, draw: Draw, content: str) -> Made:
    from gep.report.typeset import report

    drawings = {chart.id: draw(chart, lang) for chart in made.statement.main.charts}
    fonts, folders = book.config.issuer.fonts, templates_of(book)
    paper = report(made.statement, lang, methods=made.methods, pictures=drawings, folders=folders, fonts=fonts, content=content)
    return paper.data, paper.findings


def _appraisal(book: Book, statement: Statement, lang: Lang, content: str) -> Made:
    from gep.report.typeset import appraisal

    pages = appraisal(statement, lang, folders=templates_of(book), fonts=book.config.issuer.fonts, content=content)
    return pages.data, pages.findings


def _page(book: Book, made: Assembled, lang: Lang, draw: Draw, read: dict[int, Any]) -> Made:
    from gep.report.web import web
    from gep.workflow.forms.edition import names_figure
    from gep.workflow.forms.trails import trails

    statement = made.statement
    rules = book.config.publication
    secret = (lambda address: names_figure(rules, address) is not None) if statement.head.edition == "public" else None
    found = trails(book, statement, secret, read)
    return web(statement, found, lang=lang, draw=draw, hidden=made.hidden, folders=templates_of(book)), ()


def _drawer(book: Book, wanted: Wanted) -> Draw:
    """Who draws. It is asked for at once, since what it needs then starts while the statement is assembled."""
    from gep.report.draw import drawer

    return drawer(templates_of(book), ahead=bool({"pdf", "html"} & set(wanted.formats)))


def templates_of(book: Book) -> tuple[Path, ...]:
    """The folder of the book's own templates, if it has one."""
    own = book.local / "templates"
    return (own,) if own.is_dir() else ()
