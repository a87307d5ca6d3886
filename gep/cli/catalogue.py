"""`gep catalogue`: the product catalogue of one year, profile and vintage, on the terminal or as a file."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, open_book


def catalogue(
    book: BookPath,
    year: Annotated[int | None, typer.Option("--year", metavar="Y", help="核算年度,默认最近一年 / year, else the latest")] = None,
    profile: Annotated[str, typer.Option("--profile", metavar="P", help="核算方案 / profile, else the book's first")] = "",
    vintage: Annotated[int | None, typer.Option("--vintage", metavar="N", help="版次,默认在用的 / vintage, else in use")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="写入文件 / write to a file")] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="table|csv|json|html", help="默认按文件扩展名 / else by the name of the file")
    ] = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """生态产品目录清单 / List every ecosystem product with its quantity, method, market, potential and realised value."""
    from gep.report.product_catalogue import FORMATS, as_data, written
    from gep.workflow.catalogue import catalogue as make

    suffix = output.suffix.lower().removeprefix(".") if output is not None else ""
    chosen = form or (suffix if suffix in FORMATS else "table")
    known = next((f for f in FORMATS if f == chosen), None)
    if known is None:
        raise typer.BadParameter(" | ".join(FORMATS), param_hint="--format")
    out = Output(lang, as_json)
    with out.refusals():
        made, told = make(open_book(book), year, profile, vintage)
        data = written(made, known, out.lang)
        result: dict[str, Any] = as_data(made)
        if output is not None:
            try:
                output.write_bytes(data)
            except OSError as error:
                raise typer.BadParameter(f"{output}: {error.strerror}", param_hint="-o") from error
            sha256 = hashlib.sha256(data).hexdigest()
            result = {"file": str(output), "format": known, "sha256": sha256, "head": result["head"], "rows": len(made.rows)}

        def text() -> None:
            if output is None:
                sys.stdout.buffer.write(data)
            else:
                out.console.print(f"{output}  SHA-256 {result['sha256']}", markup=False, soft_wrap=True)

        out.end(result, told, text=text)
