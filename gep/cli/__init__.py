"""The command line: parse arguments, call a workflow, print. `gep --help` lists the verbs."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

import gep
from gep.cli import acts
from gep.cli.audit import audit
from gep.cli.audit_acts import engagement_app
from gep.cli.catalogue import catalogue
from gep.cli.coefficients import coefficients_app
from gep.cli.compare import compare
from gep.cli.demo import demo
from gep.cli.export import export
from gep.cli.keep import backup, migrate, restore
from gep.cli.output import FAULT, OK, AsJson, BookPath, Lang, Output, Who, default_lang, open_book
from gep.cli.proof import verify
from gep.cli.sheet import sheet
from gep.cli.sql import sql
from gep.cli.statement import statement
from gep.cli.uncertainty import uncertainty

YOUNG = 100_000  # new records between two searches for cycles

app = typer.Typer(
    help="生态产品总值(GEP)与自然资源资产核算 / Gross ecosystem product and natural resource asset accounts.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(coefficients_app, name="coefficients")
app.add_typer(engagement_app, name="engagement")
app.command()(demo)
app.command()(audit)
app.command()(catalogue)
app.command()(compare)
app.command()(sheet)
app.command()(statement)
app.command()(uncertainty)
app.command()(sql)
app.command()(export)
app.command()(backup)
app.command()(restore)
app.command()(migrate)
app.command()(verify)
for verb in acts.VERBS:
    app.command()(verb)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"gep-accounts {gep.__version__}\n")
        raise typer.Exit(OK)


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 / version")] = False,
) -> None:
    """Options before the verb."""


@app.command()
def init(
    book: BookPath,
    source: Annotated[str, typer.Option("--from", metavar="NAME|DIR", help="随附账册名或目录 / shipped book or folder")] = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """建立账册 / Make a book, empty or from a shipped one."""
    from gep.workflow.init import init as make

    out = Output(lang, as_json)
    with out.refusals():
        made, submitted = make(book, source, who=who)
        told = [f for s in submitted for f in s.findings]
        result = {"book": str(made.root), "submissions": [_taken(s) for s in submitted]}
        out.end(result, told, text=lambda: _print_taken(out, submitted, str(made.root)))


def _taken(submitted: Any) -> dict[str, object]:
    return {k: v for k, v in asdict(submitted).items() if k != "findings"} | {"findings": len(submitted.findings)}


def _print_taken(out: Output, submitted: Sequence[Any], title: str) -> None:
    words = {"accepted": {"zh": "已接收", "en": "accepted"}, "rejected": {"zh": "未接收", "en": "rejected"}}
    out.console.print(title, markup=False)
    for s in submitted:
        out.console.print(f"  {words[s.status][out.lang]}  {s.file}  ({s.facts})  SHA-256 {s.sha256[:12]}…", markup=False)


@app.command()
def submit(
    book: BookPath,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", exists=True, dir_okay=False, help="CSV, Parquet, JSON")],
    records: Annotated[str, typer.Option("--records", metavar="SET", help="记录集(如图斑表) / the file is this record set")] = "",
    replaces: Annotated[
        int | None, typer.Option("--replaces", metavar="SEQ", help="替换日志第几条申报 / in place of that submission")
    ] = None,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """报送部门数据 / Take department returns into the book; a file with stopping findings is refused whole."""
    from gep.workflow.submit import submit as take

    out = Output(lang, as_json)
    with out.refusals():
        opened = open_book(book)
        done = take(opened, files, who=who, record_set=records, replaces=replaces)
        told = [*opened.recovered, *(f for s in done for f in s.findings)]
        out.end({"submissions": [_taken(s) for s in done]}, told, text=lambda: _print_taken(out, done, str(book)))


@app.command()
def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False)],
    book: Annotated[Path | None, typer.Option("--book", metavar="BOOK", help="按该账册检查 / check against this book")] = None,
    records: Annotated[str, typer.Option("--records", metavar="SET", help="记录集 / the file is this record set")] = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """检查报送文件,不入账 / Check a file; nothing is stored."""
    from gep.workflow.check import check as look

    out = Output(lang, as_json)
    with out.refusals():
        read = look(file, open_book(book) if book else None, record_set=records)
        words = {"zh": f"{file.name}:读出 {len(read.facts)} 条", "en": f"{file.name}: {len(read.facts)} facts"}
        result = {"file": file.name, "sha256": read.sha256, "facts": len(read.facts)}
        out.end(result, read.findings, text=lambda: out.console.print(words[out.lang], markup=False))


@app.command()
def answer(
    book: BookPath,
    finding_id: Annotated[str, typer.Argument(metavar="ID", help="问题编号(见 finding 视图) / id in the view `finding`")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="说明 / the explanation")],
    document: Annotated[str, typer.Option("--document", help="依据文件 / document it rests on")] = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """说明一项核实性问题 / Explain a finding that asks for it; the next run marks it answered."""
    from gep.workflow.answer import answer as give

    out = Output(lang, as_json)
    with out.refusals():
        entry = give(open_book(book), finding_id, text, document=document, who=who)
        shown = {"zh": f"已记入日志第 {entry.seq} 条", "en": f"recorded as journal entry {entry.seq}"}
        out.end({"seq": entry.seq}, (), text=lambda: out.console.print(shown[out.lang], markup=False))


@app.command()
def run(
    book: BookPath,
    year: Annotated[str, typer.Option("--year", metavar="Y|A-B|all", help="核算年度 / accounting years")] = "all",
    compile_in: Annotated[
        int | None,
        typer.Option("--compile-in", metavar="T", help="在 T 年编制:按账册口径定年度 / made in T: years by the book's policy"),
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", metavar="P", help="核算方案,可多次 / profile, may be repeated")
    ] = None,
    trial: Annotated[
        bool, typer.Option("--trial", help="试算:有强制性问题也出结果 / make a trial vintage despite stopping findings")
    ] = False,
    plan: Annotated[bool, typer.Option("--plan", help="只打印计算计划 / print the canonical plans only")] = False,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """核算 / Compute the accounts and keep them as a new vintage."""
    from gep.report import terminal as show
    from gep.report.indices import index_table
    from gep.workflow.plan import plans
    from gep.workflow.run import run as compute
    from gep.workflow.views import rows

    out = Output(lang, as_json)
    with out.refusals():
        opened = open_book(book)
        if plan:
            texts = plans(opened, year, profile or ())
            out.end({"plans": texts}, (), text=lambda: out.console.print("\n\n".join(texts), markup=False, soft_wrap=True))
        with out.progress() as progress:
            made = compute(opened, year, compile_in=compile_in, profiles=profile or (), trial=trial, who=who, progress=progress)
        if made.vintage is None:
            out.end({"vintage": None}, made.findings, text=lambda: None)
        whole = f"vintage = {made.vintage} AND zone = '-' ORDER BY ALL"
        totals = rows(opened, f"SELECT * FROM gep_total_all WHERE {whole}")  # noqa: S608
        indices = rows(opened, f"SELECT * FROM green_gold_index_all WHERE {whole}")  # noqa: S608

        def text() -> None:
            if totals:
                out.console.print(show.totals(totals, out.lang))
            if any(r["gdp"] is not None for r in indices):
                out.console.print(index_table(indices, out.lang))
            if made.checks:
                out.console.print(show.checks(made.checks, made.findings, out.lang), markup=False)
            out.console.print(f"vintage {made.vintage} ({made.state})", markup=False)

        result: dict[str, Any] = {"vintage": made.vintage, "state": made.state, "years": made.years, "profiles": made.profiles}
        result |= {"totals": totals, "indices": indices, "checks": made.checks}
        out.end(result, made.findings, text=text)


@app.command()
def explain(
    book: BookPath,
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="view/region/year[/key…][#column][@vintage]")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="写成网页 / write a web page with the formulas")
    ] = None,
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """解释一个数字,直到报送单元格和有来源的系数 / Explain a figure down to returned cells and sourced coefficients."""
    from gep.report import terminal as show
    from gep.report.page import page
    from gep.workflow.explain import explain as walk

    out = Output(lang, as_json)
    with out.refusals():
        made = walk(open_book(book), figure, out.lang)
        if html is not None:
            try:
                html.write_text(page(made, out.lang), encoding="utf-8")
            except OSError as error:
                raise typer.BadParameter(f"{html}: {error.strerror}", param_hint="--html") from error
        result: dict[str, Any] = {"figure": made.address, "column": made.column, "amount": made.amount or None}
        result |= {"unit": made.unit, "state": made.state, "roots": [s.node["id"] for s in made.parts], "trace": list(made.nodes)}
        out.end(result, (), text=lambda: out.console.print(show.explanation(made, out.lang)))


def main() -> None:
    """Entry point. 0 success, 1 findings that stop, 2 misuse, 3 internal fault (with a traceback, for a report)."""
    gc.set_threshold(YOUNG)  # a verb makes records that live to its end; looking for garbage among them took a tenth of its time
    try:
        app()
    except Exception as error:  # the last wall: an internal fault must not look like a finding
        import traceback

        traceback.print_exc()
        words = {
            "zh": "程序内部故障,账册未改动或已回到上一次记录的状态。请附上以上内容报告。",
            "en": "Internal fault; the book keeps its last recorded state. Please report the text above.",
        }
        sys.stderr.write(f"gep: {type(error).__name__}: {words[default_lang()]}\n")
        raise SystemExit(FAULT) from error
