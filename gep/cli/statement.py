"""`gep statement`: the yearly statements as workbook, report, appraisal pages and web page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from gep.cli.output import AsJson, BookPath, Output, Who, open_book

T = TypeVar("T", bound=str)


def statement(
    book: BookPath,
    year: Annotated[int | None, typer.Option("--year", metavar="Y", help="核算年度,默认最近一年 / year, else the latest")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="输出目录,默认在账册旁 / folder to write to, else beside the book"),
    ] = None,
    edition: Annotated[
        str, typer.Option("--edition", metavar="internal|public", help="内部版或公开版,默认都出 / edition, else both")
    ] = "",
    lang: Annotated[str, typer.Option("--lang", metavar="zh|en", help="语言,默认都出 / language, else both")] = "",
    formats: Annotated[str, typer.Option("--format", metavar="xlsx,pdf,html", help="格式,默认都出 / formats, else all")] = "",
    region: Annotated[str, typer.Option("--region", metavar="R", help="地区,默认最高一级 / region, else the highest")] = "",
    profile: Annotated[str, typer.Option("--profile", metavar="P", help="GEP 核算方案,默认首个 / profile, else the first")] = "",
    scheme: Annotated[str, typer.Option("--scheme", metavar="S", help="资产方案,默认首个 / asset scheme, else first")] = "",
    vintage: Annotated[int | None, typer.Option("--vintage", metavar="N", help="版次,默认在用的 / vintage, else in use")] = None,
    who: Who = "",
    as_json: AsJson = False,
) -> None:
    """生成年度报表:工作簿、报告、评价页、可点击网页 / Make the yearly statements: workbook, report, appraisal pages, web page.

    未封账的年度带“草案”字样;已封账年度的报表连同哈希存入账册。/ A year that is not closed is marked as a draft; statements of a
    closed year are kept with the book, with their hashes.
    """
    from gep.report.statement import EDITIONS
    from gep.workflow.render import FORMATS, LANGS, Wanted, render

    out = Output(lang, as_json)
    wanted = Wanted(some(edition, EDITIONS, "--edition"), some(lang, LANGS, "--lang"), some(formats, FORMATS, "--format"))
    with out.refusals():
        opened = open_book(book)
        with out.progress() as progress:
            done = render(
                opened, wanted, year, output,
                region=region, profile=profile, scheme=scheme, vintage=vintage, who=who, progress=progress,
            )  # fmt: skip
        result: dict[str, Any] = done.as_dict()

        def text() -> None:
            for file in done.files:
                out.console.print(f"{file.path}  {file.bytes:,}  SHA-256 {file.sha256}", markup=False, soft_wrap=True)
            out.console.print(done.told(out.lang), markup=False, soft_wrap=True)

        out.end(result, done.findings, text=text)


def some(text: str, known: tuple[T, ...], option: str) -> tuple[T, ...]:
    """The choices named, in the order they are known in; all of them if none is named."""
    named = [part.strip() for part in text.split(",") if part.strip()]
    if not set(named) <= set(known):
        raise typer.BadParameter(" | ".join(known), param_hint=option)
    return tuple(k for k in known if k in named) or known
