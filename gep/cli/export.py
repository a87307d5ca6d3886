"""`gep export`: open data of a book, or an evidence pack that checks itself on another machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, open_book


def export(
    book: BookPath,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="目标目录,须不存在或为空 / folder, new or empty")],
    evidence: Annotated[
        bool, typer.Option("--evidence", help="证据包:另含原件、日志、规则、结果 / pack with originals, journal, rules, releases")
    ] = False,
    year: Annotated[str, typer.Option("--year", metavar="Y|A-B|all", help="核算年度 / accounting years")] = "all",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """导出开放数据(CSV、Parquet、SDMX)或证据包 / Export open data (CSV, Parquet, SDMX) or an evidence pack."""
    from gep.ledger.closing import grouped
    from gep.workflow.export import export as write

    out = Output(lang, as_json)
    with out.refusals():
        with out.progress() as progress:
            done = write(open_book(book), to, year, evidence=evidence, progress=progress)
        result: dict[str, Any] = {"folder": str(done.folder), "files": done.files, "years": done.years, "rows": dict(done.rows)}
        if evidence:
            result |= {"digest": done.digest, "anchor": done.anchor}

        def text() -> None:
            years = ", ".join(map(str, done.years))
            words = {"zh": f"{to}:{done.files} 个文件,{years}", "en": f"{to}: {done.files} files, {years}"}
            out.console.print(words[out.lang], markup=False, soft_wrap=True)
            if evidence:
                names = {"zh": ("证据包摘要 SHA-256", "日志锚点"), "en": ("Digest of the pack, SHA-256", "Journal anchor")}[
                    out.lang
                ]
                out.console.print(f"{names[0]}  {grouped(done.digest)}", markup=False, soft_wrap=True)
                out.console.print(f"{names[1]}  {done.anchor}", markup=False, soft_wrap=True)

        out.end(result, done.findings, text=text)
