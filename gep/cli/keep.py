"""`gep backup`, `gep restore`, `gep migrate`: keeping a book beyond the disk and the program it stands on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gep.cli.output import AsJson, BookPath, Lang, Output, Who, open_book

EvenIf = Annotated[
    bool,
    typer.Option("--even-if-damaged", help="账册有损坏也照做,并在备份中写明 / go on with a damaged book; the archive says so"),
]
NewBook = Annotated[Path, typer.Argument(metavar="BOOK", help="要建立的账册目录 / folder of the book to be made")]


def _grouped(digest: str) -> str:
    """A digest in groups of eight, to be read aloud or copied by hand."""
    return " ".join(digest[i : i + 8] for i in range(0, len(digest), 8))


def backup(
    book: BookPath,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="备份文件,默认 BOOK-<日志末条>.tar / archive, else BOOK-<entry>.tar")
    ] = None,
    even_if_damaged: EvenIf = False,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """备份账册为一个可自证的文件 / Write the book into one archive that proves itself."""
    from gep.workflow.backup import backup as keep
    from gep.workflow.backup import head

    out = Output(lang, as_json)
    with out.refusals():
        with out.progress() as progress:
            made = keep(open_book(book), file, even_if_damaged=even_if_damaged, who=who, progress=progress)
        digest, files = made.contents.digest, len(made.contents.files)
        result: dict[str, Any] = {"file": str(made.file), "bytes": made.contents.size, "files": files, "noted": made.noted}
        result |= {"digest": digest.as_dict(), "head": head(made.contents), "damaged": list(made.contents.damaged)}
        words = {
            "zh": f"{made.file}:{files} 个文件,{made.contents.size} 字节,至日志第 {made.contents.seq} 条",
            "en": f"{made.file}: {files} files, {made.contents.size} bytes, up to journal entry {made.contents.seq}",
        }

        def text() -> None:
            lines = [words[out.lang], f"SHA-256 {_grouped(digest.sha256)}", f"SM3     {_grouped(digest.sm3)}"]
            out.console.print("\n".join(lines), markup=False, soft_wrap=True)

        out.end(result, made.findings, text=text)


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, help="备份文件 / archive of gep backup")],
    book: NewBook,
    full: Annotated[bool, typer.Option("--verify", help="恢复后全面校验 / verify the whole book as well")] = False,
    even_if_damaged: EvenIf = False,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """由备份恢复账册,逐字节核对 / Make the book of a backup; every byte is compared."""
    from gep.workflow.backup import head
    from gep.workflow.backup import restore as bring_back

    out = Output(lang, as_json)
    with out.refusals():
        with out.progress() as progress:
            made = bring_back(file, book, full=full, even_if_damaged=even_if_damaged, who=who, progress=progress)
        digest, files = made.contents.digest, len(made.contents.files)
        result: dict[str, Any] = {"book": str(book), "files": files, "checked": made.checked, "head": head(made.contents)}
        result |= {"digest": digest.as_dict()}
        words = {
            "zh": f"{book}:已恢复 {files} 个文件,至日志第 {made.contents.seq} 条"
            + (f";已校验 {made.checked} 项" if full else ""),
            "en": f"{book}: {files} files restored, up to journal entry {made.contents.seq}"
            + (f"; {made.checked} things verified" if full else ""),
        }
        shown = f"{words[out.lang]}\nSHA-256 {_grouped(digest.sha256)}"
        out.end(result, made.findings, text=lambda: out.console.print(shown, markup=False, soft_wrap=True))


def migrate(
    book: BookPath,
    new: Annotated[Path, typer.Argument(metavar="NEW", help="新账册目录 / folder of the new book")],
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """把旧格式账册迁移为新的副本,原账册不动 / Bring a copy of an older book to the present schema; the old one is untouched."""
    from gep.workflow.backup import head
    from gep.workflow.migrate import migrate as bring_up

    out = Output(lang, as_json)
    with out.refusals():
        with out.progress() as progress:
            made = bring_up(book, new, who=who, progress=progress)
        result = {"book": str(new), "from": made.old, "to": made.new, "head": head(made.contents)}
        words = {
            "zh": f"{new}:格式版本 {made.old} → {made.new},日志前 {made.contents.seq} 条原样保留",
            "en": f"{new}: schema {made.old} → {made.new}; the first {made.contents.seq} journal entries stand as they were",
        }
        out.end(result, made.findings, text=lambda: out.console.print(words[out.lang], markup=False, soft_wrap=True))
