"""`gep uncertainty`: how the spread of parameters bears on GEP and the indices."""

from __future__ import annotations

from typing import Annotated

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, open_book


def uncertainty(
    book: BookPath,
    year: Annotated[int | None, typer.Option("--year", metavar="Y", help="核算年度,默认最近一年 / year, else the latest")] = None,
    region: Annotated[str, typer.Option("--region", metavar="R", help="地区,默认最高一级 / region, else the highest")] = "",
    profile: Annotated[str, typer.Option("--profile", metavar="P", help="核算方案 / profile, else the book's first")] = "",
    zone: Annotated[str, typer.Option("--zone", metavar="Z", help="分区,默认整个地区 / zone, else the whole region")] = "-",
    basis: Annotated[
        str, typer.Option("--basis", metavar="B", help="价格基准,如 constant:2020 / price basis, else current")
    ] = "current",
    parameters: Annotated[
        int, typer.Option("--parameters", metavar="N", min=0, help="每表最多列出几个参数 / parameters listed in a table")
    ] = 10,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """参数离散对 GEP 与指数的影响:账面值、均值、区间、原因 / Spread of GEP and the indices by that of the parameters."""
    from gep.report.uncertainty import spread_sheet
    from gep.workflow.uncertainty import uncertainty as read

    out = Output(lang, as_json)
    with out.refusals():
        made = read(open_book(book), year, region=region, profile=profile, zone=zone, basis=basis)
        out.end(made.as_dict(), (), text=lambda: out.console.print(spread_sheet(made, out.lang, parameters)))
