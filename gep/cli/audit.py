"""`gep audit`: the departure audit of leaders from a closed book or an evidence pack, kept in an engagement of its own.

What it prints of the results (score, suspicions, problems, files) stands in `gep.cli.audit_results`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gep.cli.audit_guide import guide, pack_data, remaining_data
from gep.cli.audit_results import add_results, result_lines
from gep.cli.output import AsJson, Output, Who
from gep.cli.statement import some

if TYPE_CHECKING:
    from rich.table import Table

    from gep.workflow.audit.run import Audited

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "subjects": "职务与任期(含开始日,不含结束日)",
        "subject": "编号",
        "post": "职务",
        "name": "姓名",
        "term": "任期",
        "days": "天数",
        "audited": "审计",
        "yes": "是",
        "acting": "主持工作",
        "source": "所依据的数字",
        "year": "年度",
        "profile": "方案",
        "vintage": "版次",
        "state": "状态",
        "release": "发布文件 SHA-256",
        "closing": "封账文件 SHA-256",
        "closed_by": "封账人",
        "beside": "(任期之外,供比较趋势)",
        "book": "账册 {name},日志第 {seq} 条 {sha256}",
        "pack": "证据包 {name}(摘要 {pack}),日志第 {seq} 条 {sha256}",
        "window": "审计年度 {years};存量方法 {method};数字截至 {known}",
        "now": "现在",
        "held": "审计项目 {folder}:新增 {added} 条(收入文件 {files});取证单 {forms},底稿 {papers},问题 {problems};"
        "日志第 {seq} 条 {head}",
    },
    "en": {
        "subjects": "Posts and terms (first day included, last day not)",
        "subject": "id",
        "post": "post",
        "name": "name",
        "term": "term",
        "days": "days",
        "audited": "audited",
        "yes": "yes",
        "acting": "acting",
        "source": "The figures it rests on",
        "year": "year",
        "profile": "profile",
        "vintage": "vintage",
        "state": "state",
        "release": "release SHA-256",
        "closing": "closing SHA-256",
        "closed_by": "closed by",
        "beside": "(outside of the terms, for trends)",
        "book": "book {name}, journal entry {seq} {sha256}",
        "pack": "evidence pack {name} (digest {pack}), journal entry {seq} {sha256}",
        "window": "audited years {years}; stock method {method}; figures as known {known}",
        "now": "now",
        "held": "engagement {folder}: {added} entries added ({files} files taken); {forms} evidence forms, {papers} papers, "
        "{problems} problems; journal entry {seq} {head}",
    },
}
SHORT = 12  # characters of a digest on a terminal; --json has them whole


def audit(
    book: Annotated[Path, typer.Argument(metavar="BOOK|PACK", help="封账的账册或证据包 / closed book or evidence pack")],
    tenure: Annotated[Path, typer.Argument(metavar="TENURE.toml", help="任期文件 / the file of the tenure")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="ENGAGEMENT", help="审计项目目录 / folder of the engagement")],
    who: Who = "",
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="语言,文件默认都出 / language; files: else both")] = "",
    formats: Annotated[str, typer.Option("--format", metavar="xlsx,pdf,html", help="格式,默认都出 / formats, else all")] = "",
    on: Annotated[
        str,
        typer.Option("--on", metavar="DATE", help="整改截至日,默认资料最晚日期 / rectification as of, else latest record"),
    ] = "",
    no_pack: Annotated[bool, typer.Option("--no-pack", help="不打包证据 / leave out the evidence pack")] = False,
    renew: Annotated[
        bool, typer.Option("--renew-rules", help="改按现在的规则(仅组长) / go by the rules of today from now on (lead only)")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """离任审计:只读账册,收入资料并出台账、报告和证据包 / Departure audit: reads the book only; ledgers, report and pack come out.

    任期文件旁的事件、观测值、图斑、取证单、底稿和问题一并收入,逐项记入审计项目自己的日志;再算任期账户、归因、红线、评价和疑点,
    台账(XLSX)、报告征求意见稿(PDF)和网页存入 ENGAGEMENT/papers,哈希记入日志;连同账册打成可自校验、可重做的证据包 ENGAGEMENT/pack;
    账册不会被写入。/ Events, observations, patches,
    evidence forms, papers and problems beside the tenure are taken into the journal of the engagement; then accounts of the term,
    attribution, red line, evaluation and suspicions are made. Ledgers (XLSX), draft report (PDF) and page are kept in
    ENGAGEMENT/papers with their hashes in the journal; with the book they become a pack in ENGAGEMENT/pack that checks itself and
    from which they can be made again. The book is not written to.
    """
    from gep.base.findings import Finding, Refused
    from gep.workflow.audit.deliver import conducted
    from gep.workflow.audit.pack import pack_engagement
    from gep.workflow.audit.run import audit as look
    from gep.workflow.render import FORMATS, LANGS

    out = Output(lang, as_json)
    langs, wanted, day = some(lang, LANGS, "--lang"), some(formats, FORMATS, "--format"), _day(on)
    with out.refusals():
        with out.progress() as progress:
            done = look(book, tenure, output, who=who, renew=renew, progress=progress)
            made = conducted(done, on=day, langs=langs, formats=wanted, who=who, progress=progress)
            packed, kept_back = None, tuple[Finding, ...]()
            if made.paper is not None and not no_pack:
                try:
                    packed = pack_engagement(done.engagement, done.source, made.paper, made.traces, who=who, progress=progress)
                except Refused as refused:  # ledgers and report are there all the same
                    kept_back = refused.findings

        def text() -> None:
            words = WORDS[out.lang]
            out.console.print(_subjects(done, words, out.lang))
            out.console.print(_used(done, words))
            for line in (*_lines(done, words, output), *result_lines(made, out.lang), *guide(output, made, packed, out.lang)):
                out.console.print(line, markup=False, soft_wrap=True)

        result = add_results(_result(done, output), made) | {"pack": pack_data(packed), "remaining": remaining_data(made)}
        out.end(result, [*done.findings, *made.findings, *kept_back], text=text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("2023-04-01", param_hint="--on") from None


def _result(done: Audited, folder: Path) -> dict[str, Any]:
    t, c = done.tenure, done.collected
    last = done.added[-1]
    return {
        "engagement": str(folder),
        "id": t.id,
        "region": t.region,
        "subjects": [
            {
                "id": s.id, "zh": s.post.zh, "en": s.post.en, "kind": s.kind, "start": s.start, "end": s.end, "acting": s.acting,
                "name": s.name, "region": s.region or t.region, "audited": s.id in t.audited,
            }
            for s in t.subjects
        ],
        "years": list(done.source.years),
        "method": t.method,
        "known_on": t.known_on,
        "source": done.source.anchors(),
        "added": [{"seq": e.seq, "act": e.act} for e in done.added],
        "head": {"seq": last.seq, **last.hash.as_dict()},
        "records": {
            "events": len(done.records.events), "observations": len(done.records.observations), "evidence_forms": len(c.forms),
            "papers": len(c.papers), "problems": len(c.problems), "steps": len(c.steps), "comments": len(c.comments),
        },
    }  # fmt: skip


def _subjects(done: Audited, words: Mapping[str, str], lang: str) -> Table:
    table = _table(words["subjects"], [words[n] for n in ("subject", "post", "name", "term", "days", "audited")])
    for s in sorted(done.tenure.subjects, key=lambda s: (s.kind, s.start)):
        post = f"{s.post.of(lang)} ({words['acting']})" if s.acting else s.post.of(lang)
        term = f"[{s.start}, {s.end})"
        table.add_row(
            *_plain(s.id, post, s.name, term, str((s.end - s.start).days), words["yes"] if s.id in done.tenure.audited else "")
        )
    return table


def _used(done: Audited, words: Mapping[str, str]) -> Table:
    table = _table(
        words["source"], [words[n] for n in ("year", "profile", "vintage", "state", "release", "closing", "closed_by")]
    )
    for u in done.source.used:
        year = str(u.year) if u.year in done.source.years else f"{u.year} {words['beside']}"
        table.add_row(*_plain(year, u.profile, str(u.vintage), u.state, u.release[:SHORT], u.closing[:SHORT], u.closed_by))
    return table


def _table(title: str, heads: list[str]) -> Table:
    from rich.table import Table

    table = Table(title=title, title_justify="left", header_style="bold")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def _plain(*cells: str) -> tuple[Any, ...]:
    """Text, never markup: what stands in a file of a tenure must not colour the terminal."""
    from rich.text import Text

    return tuple(Text(cell) for cell in cells)


def _lines(done: Audited, words: Mapping[str, str], folder: Path) -> list[str]:
    source, collected, last = done.source, done.collected, done.added[-1]
    shown = {"name": source.name, "seq": source.head[0], "sha256": source.head[1].sha256[:SHORT], "pack": source.pack[:SHORT]}
    known = str(done.tenure.known_on or words["now"])
    return [
        words[source.kind].format(**shown),
        words["window"].format(years=", ".join(map(str, source.years)), method=done.tenure.method, known=known),
        words["held"].format(
            folder=folder, added=len(done.added), files=sum(1 for e in done.added if e.act == "take"),
            forms=len(collected.forms), papers=len(collected.papers), problems=len(collected.problems),
            seq=last.seq, head=last.hash.sha256[:SHORT],
        ),
    ]  # fmt: skip
