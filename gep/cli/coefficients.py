"""`gep coefficients`: what the catalogue holds, where it comes from, what is missing or never used."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, Lang, Output, open_book

LAST_YEAR = "年度,默认上一年 / year, else the last one"
LATEST_YEAR = "年度,默认上一年,有账册时为报送的最近一年 / year, else the last one, with a book the latest returned"
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
    year: Annotated[int | None, typer.Option("--year", metavar="Y", help=LAST_YEAR)] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """审计参数的来源、覆盖与使用,有问题时退出码为 1 / Audit sources, coverage and use of every parameter; 1 if one is wrong."""
    from gep.catalog.audit import audit, problems, to_fill
    from gep.report import catalogue as show
    from gep.workflow.template import last_year

    out = Output(lang, as_json)
    with out.refusals():
        catalog, chosen = _catalog(book), last_year() if year is None else year
        made, lacking = audit(catalog), to_fill(catalog, chosen)
        result = {**asdict(made), "year": chosen, "to_fill": lacking}
        out.end(result, problems(catalog), text=lambda: out.console.print(show.audit(made, lacking, chosen, out.lang)))


@coefficients_app.command("template")
def coefficients_template(
    profile: Annotated[str, typer.Option("--profile", metavar="P", help="核算方案 / profile")],
    book: Annotated[
        Path | None, typer.Option("--book", metavar="BOOK", help="按账册的类别和地区 / for the classes and regions of a book")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", metavar="Y", help=LATEST_YEAR)] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="写入新文件 / write to a new file")
    ] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """列出方案须由单位录入的参数,成为可填写的 CSV / Write the parameters that a bureau must type in as a CSV to be filled in."""
    from gep.catalog.template import csv_text, rows
    from gep.report import catalogue as show
    from gep.workflow.template import template, template_of

    out = Output(lang, as_json)
    with out.refusals():
        made = template(_catalog(None), profile, year) if book is None else template_of(open_book(book), profile, year)
        listed = rows(made.catalog, made.entries, out.lang)
        if output is not None:
            _write_new(output, csv_text(listed))
        result = {"profile": profile, "year": made.year, "assumed": made.assumed, "rows": listed}

        def text() -> None:
            if output is None:
                sys.stdout.buffer.write(csv_text(listed).encode())
                sys.stdout.buffer.flush()
            else:
                out.console.print(str(output), markup=False, soft_wrap=True)
            out.errors.print(show.how_to(profile, made.year, len(listed), made.assumed, out.lang))

        out.end(result, (), text=text)


def _write_new(path: Path, text: str) -> None:
    """Write a file that is not there yet, so that what was typed in before is never lost; the mark lets Excel read UTF-8."""
    try:
        with path.open("x", encoding="utf-8-sig", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint="-o") from error


def _catalog(book: Path | None) -> Any:
    from gep.base.data import data_root
    from gep.catalog.load import load

    return open_book(book).catalog if book is not None else load(data_root() / "coefficients")
