"""`gep coefficients`: what the catalogue holds, where it comes from, what is missing or never used."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, Lang, Output, open_book

coefficients_app = typer.Typer(help="系数、价格与规则目录 / Coefficients, prices and rules.", no_args_is_help=True)


@coefficients_app.command("list")
def coefficients_list(
    text: Annotated[str, typer.Argument(metavar="[TEXT]", help="按编号、名称、来源筛选 / filter")] = "",
    source_set: Annotated[str, typer.Option("--set", help="参数集 / parameter set")] = "",
    schemes: Annotated[bool, typer.Option("--schemes", help="列出方案 / list the schemes instead")] = False,
    book: Annotated[Path | None, typer.Option("--book", metavar="BOOK", help="连同账册自有参数 / with the book's own")] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """列出系数与价格 / List coefficients and prices, or schemes."""
    from gep.catalog.audit import listed
    from gep.report import catalogue as show

    out = Output(lang, as_json)
    with out.refusals():
        catalog = _catalog(book)
        if schemes:
            out.end(show.schemes_json(catalog), (), text=lambda: out.console.print(show.schemes(catalog, out.lang)))
        rows = listed(catalog, text, source_set)
        out.end(
            {"parameters": show.parameters_json(rows)},
            (),
            text=lambda: out.console.print(show.parameters(catalog, rows, out.lang)),
        )


@coefficients_app.command("show")
def coefficients_show(
    name: Annotated[str, typer.Argument(metavar="ID", help="参数、规则、指标或方案编号 / parameter, rule, measure or scheme")],
    book: Annotated[Path | None, typer.Option("--book", metavar="BOOK")] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """显示一个参数、规则、指标或方案 / Show a parameter, rule, measure or scheme with its source and use."""
    from gep.report import catalogue as show

    out = Output(lang, as_json)
    with out.refusals():
        made = show.entry(_catalog(book), name)
        out.end(made.data, (), text=lambda: out.console.print(made.text(out.lang)))


@coefficients_app.command("audit")
def coefficients_audit(
    book: Annotated[Path | None, typer.Option("--book", metavar="BOOK")] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """审计参数的来源、覆盖与使用 / Audit sources, coverage and use of every parameter."""
    from gep.catalog.audit import audit
    from gep.report import catalogue as show

    out = Output(lang, as_json)
    with out.refusals():
        made = audit(_catalog(book))
        out.end(asdict(made), (), text=lambda: out.console.print(show.audit(made, out.lang)))


def _catalog(book: Path | None) -> Any:
    from gep.base.data import data_root
    from gep.catalog.load import load

    return open_book(book).catalog if book is not None else load(data_root() / "coefficients")
