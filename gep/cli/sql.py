"""`gep sql`: one reading question to the accounts, one's own or one of the cookbook."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gep.base.findings import Place, Refused, finding
from gep.cli.output import BookPath, Lang, Output, open_book

if TYPE_CHECKING:
    from gep.ledger.cookbook import Answer, Recipe

Attached = Sequence[tuple[str, Path]]


def sql(
    book: BookPath,
    query: Annotated[str, typer.Argument(metavar="[SELECT…]", help="只读查询 / one statement that only reads")] = "",
    recipe: Annotated[
        str, typer.Option("--recipe", metavar="NAME", help="查询手册中的一个问题 / a question of the cookbook")
    ] = "",
    recipes: Annotated[bool, typer.Option("--recipes", help="列出查询手册 / list the cookbook")] = False,
    parameter: Annotated[
        list[str] | None, typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="参数 $NAME 的值,可多次 / value of $NAME")
    ] = None,
    form: Annotated[str, typer.Option("--format", metavar="table|csv|json|parquet")] = "table",
    as_of: Annotated[
        datetime | None, typer.Option("--as-of", metavar="DATE", formats=["%Y-%m-%d"], help="当日所知 / as known on")
    ] = None,
    attach: Annotated[
        list[str] | None,
        typer.Option("--attach", metavar="[NAME=]BOOK", help="同时打开其他账册 / open further books, read as NAME.view"),
    ] = None,
    lang: Lang = "",
) -> None:
    """用 DuckDB SQL 查询账册,或执行查询手册中的问题 / Ask DuckDB SQL of the accounts (docs/sql.md, docs/cookbook.md)."""
    from gep.ledger import cookbook
    from gep.ledger.open_keys import open_keys
    from gep.ledger.query import FORMATS, select, write
    from gep.report.terminal import findings as findings_shown

    if form not in FORMATS:
        raise typer.BadParameter(" | ".join(FORMATS), param_hint="--format")
    if bool(query) + bool(recipe) + recipes > 1:
        raise typer.BadParameter("SELECT… | --recipe | --recipes", param_hint="--recipe")
    out = Output(lang, False)
    with out.refusals():
        if recipes:
            _list(out, cookbook.recipes())
            return
        if not query and not recipe:
            raise Refused([finding("SQL-NOTHING-ASKED", Place(key="SQL"))])
        given = _pairs(parameter or ())
        chosen = cookbook.recipe(recipe) if recipe else None
        store, others = _books(book, attach or ())
        day = as_of.date() if as_of else None
        if chosen is None:
            result = select(store, query, others, day, given)
            told = tuple(open_keys(store, query))
            if told:
                out.errors.print(findings_shown(told, out.lang))
            write(result, form, sys.stdout.buffer)
            return
        answer = cookbook.answer(store, chosen, given, others, day)
        _say(out, answer)
        write(answer.result, form, sys.stdout.buffer)


def _pairs(parameters: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE of each -p. Raises Refused for one that is not of the form."""
    split = [p.partition("=") for p in parameters]
    faults = [
        finding("COOKBOOK-PARAMETER-FORM", Place(key=text), found=text)
        for text, (name, sign, _) in zip(parameters, split, strict=True)
        if not name or not sign
    ]
    if faults:
        raise Refused(faults)
    return {name.strip(): value for name, _, value in split}


def _books(book: Path, attach: Sequence[str]) -> tuple[Path, Attached]:
    """The stores of the book and of those attached, each up to its journal; a book without a name goes by that of its folder."""
    from gep.workflow.views import need_store

    opened = open_book(book)
    need_store(opened)
    others = []
    for text in attach:
        name, sign, folder = text.partition("=")
        # a folder of that very name, with its sign, comes first
        named = bool(sign) and not Path(text).exists()
        other = open_book(Path(folder if named else text))
        need_store(other)
        others.append((name if named else other.root.name.replace("-", "_"), other.store))
    return opened.store, others


def _list(out: Output, recipes: Sequence[Recipe]) -> None:
    for one in recipes:
        asked = one.zh if out.lang == "zh" else one.en
        words = " ".join([*(f"-p {p.name}=" for p in one.parameters), *(f"--attach {name}=" for name in one.attach)])
        out.console.print(f"{one.name}  {asked}", markup=False, soft_wrap=True, highlight=False)
        if words:
            out.console.print(f"    {words}", markup=False, soft_wrap=True, highlight=False)


def _say(out: Output, answer: Answer) -> None:
    """The question, the parameters it was asked with and the notes, beside the result and not in it."""
    one = answer.recipe
    asked, note = (one.zh, one.note_zh) if out.lang == "zh" else (one.en, one.note_en)
    given = "  ".join(f"{name}={value}" for name, value in answer.given.items())
    for line in filter(None, (asked, given, note)):
        out.errors.print(line, markup=False, soft_wrap=True, highlight=False)
