"""`gep sheet`: asset tables and the balance sheet as they are printed, and what was returned of each table."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, Who, open_book

Tables = Annotated[
    list[str] | None,
    typer.Argument(metavar="[TABLE…]", help="表号,如 LA-01、BS-00;不写则列出报送情况 / tables; none: what was returned"),
]


def sheet(
    book: BookPath,
    tables: Tables = None,
    year: Annotated[int | None, typer.Option("--year", metavar="Y", help="核算年度,默认最近一年 / year, else the latest")] = None,
    region: Annotated[str, typer.Option("--region", metavar="R", help="地区,默认最高一级 / region, else the highest")] = "",
    scheme: Annotated[str, typer.Option("--scheme", metavar="S", help="资产核算方案 / asset scheme, else the book's first")] = "",
    instance: Annotated[str, typer.Option("--instance", metavar="I", help="如矿种,默认全部 / such as a mineral, else all")] = "",
    vintage: Annotated[int | None, typer.Option("--vintage", metavar="N", help="版次,默认在用的 / vintage, else in use")] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE.html", help="写成网页 / write a web page")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="网页存入账册的 statements 并记入日志 / keep the page with the book, in its journal")
    ] = False,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """打印资产账户各表与资产负债表 / Print asset tables and the balance sheet; without a table, what was returned."""
    from gep.report.sheet import as_data
    from gep.report.sheet_view import page, show
    from gep.workflow.sheet import chosen, returned, sheets
    from gep.workflow.statements import keep_statements

    out = Output(lang, as_json)
    if keep and not tables:
        raise typer.BadParameter("[TABLE…]", param_hint="--keep")
    with out.refusals():
        opened = open_book(book)
        if keep:
            of = chosen(opened, year, region, scheme, vintage)
            year, region, scheme, vintage = of.year, of.region, of.profile, of.vintage
        if tables:
            made = sheets(
                opened, tables, year=year, region=region, scheme=scheme, instance=instance, vintage=vintage, lang=out.lang
            )
        else:
            made = (returned(opened, year=year, region=region, scheme=scheme, lang=out.lang),)
        result: dict[str, Any] = {"sheets": [as_data(one) for one in made]}
        data = page(made, out.lang).encode("utf-8") if output is not None or keep else b""
        if output is not None:
            try:
                output.write_bytes(data)
            except OSError as error:
                raise typer.BadParameter(f"{output}: {error.strerror}", param_hint="-o") from error
        if data:
            result = {
                "file": str(output or ""),
                "sha256": hashlib.sha256(data).hexdigest(),
                "sheets": [one.table for one in made],
            }
        if keep:
            name = output.name if output else f"{'+'.join(tables or ())}-{of.region}-{of.state}-{out.lang}.html"
            entry = keep_statements(opened, {name: data}, year=of.year, vintage=of.vintage, who=who)
            result |= {"statement": f"statements/{of.year}-{of.vintage}/{name}", "seq": entry.seq}

        def text() -> None:
            if data:
                for file in filter(None, (output, result.get("statement"))):
                    out.console.print(f"{file}  SHA-256 {result['sha256']}", markup=False, soft_wrap=True)
                return
            for one in made:
                show(one, out.console, out.lang)

        out.end(result, (), text=text)
