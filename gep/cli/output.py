"""What every command shares: arguments, language, and one way to print a result with its findings and leave."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gep.base.findings import Finding, Refused, stops

if TYPE_CHECKING:
    from gep.book import Book

SCHEMA = "gep.cli/1"
OK, STOPPED, MISUSE, FAULT = 0, 1, 2, 3

BookPath = Annotated[Path, typer.Argument(metavar="BOOK", help="账册目录 / folder of the book")]
Who = Annotated[str, typer.Option("--as", metavar="NAME", help="操作人(自报) / who acts, as declared")]
Lang = Annotated[str, typer.Option("--lang", metavar="zh|en", help="语言 / language")]
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON / print JSON")]


def default_lang() -> str:
    """GEP_LANG, else Chinese where the locale is Chinese, else English."""
    chosen = os.environ.get("GEP_LANG", "")
    if chosen in ("zh", "en"):
        return chosen
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh" if locale.lower().startswith("zh") else "en"


def chosen_lang(lang: str) -> str:
    if lang not in ("", "zh", "en"):
        raise typer.BadParameter("zh | en", param_hint="--lang")
    return lang or default_lang()


class Output:
    """Collects what a command found and prints it once, as text or as one JSON object."""

    def __init__(self, lang: str, as_json: bool) -> None:
        from gep.report import terminal as show

        self.lang, self.as_json = chosen_lang(lang), as_json
        self.console = show.console(self.lang)
        self.errors = show.console(self.lang, stderr=True)

    def end(
        self, result: Mapping[str, Any], findings: Iterable[Finding], *, text: Callable[[], None], told_by_text: bool = False
    ) -> None:
        """Print and leave with the exit code that the findings ask for; `told_by_text`: `text` prints the findings itself."""
        from gep.report import terminal as show

        told = list(findings)
        code = STOPPED if stops(told) else OK
        if self.as_json:
            body = {"schema": SCHEMA, "ok": code == OK, "exit": code, "result": result, "findings": [f.as_dict() for f in told]}
            sys.stdout.write(json.dumps(body, ensure_ascii=False, indent=1, default=str) + "\n")
        else:
            text()
            if told and not told_by_text:
                self.errors.print(show.findings(told, self.lang))
        raise typer.Exit(code)

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """A refusal, and a disk that fails, is told as findings, never as a traceback."""
        try:
            yield
        except Refused as refused:
            self.end({}, refused.findings, text=lambda: None)
        except Exception as error:
            from gep.ledger.disk import of_disk

            told = of_disk(error)
            if told is None:
                raise
            self.end({}, (told,), text=lambda: None)

    @contextmanager
    def progress(self) -> Iterator[Callable[[str], None]]:
        """A moving line on a terminal, nothing elsewhere."""
        if self.as_json or not self.errors.is_terminal:
            yield lambda text: None
            return
        with self.errors.status("") as status:
            yield status.update


def open_book(path: Path) -> Book:
    from gep.book import Book

    return Book(path)
