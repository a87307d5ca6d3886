"""Books and what is made of them, made once for a whole run of the tests by the first worker that asks.

Making the same book again took most of the time of the tests. Nobody changes what stands here: whoever has to takes a copy. The
session looks at the end whether a file was changed all the same.
"""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from typer.testing import CliRunner

from gep.book import Book
from gep.cli import app
from gep.workflow import demo
from gep.workflow.init import init
from gep.workflow.release import Made
from gep.workflow.render import Rendered, Wanted, render
from gep.workflow.run import run
from gep.workflow.statement import Assembled, assemble
from gep.workflow.submit import Submitted

WHO = "示例"  # who makes them, as in docs/example_city.py
LOCKS = (".lock", ".lock-holder")  # a reader may take the lock of a book; nothing of the book stands in these files

MARKUP = "[/demo]"
CITY_YEARS = "2016-2017"  # as in docs/example_city.py
CITY_WANTED = Wanted(("internal",), ("zh",), ("xlsx",))
FULL = os.environ.get("GEP_PROOF") == "full"

Marks = dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Shown:
    """What a command printed."""

    exit_code: int
    exception: str
    stdout: str


def _less_of_the_city(book: Book, wanted: Wanted, year: int, **more: Any) -> Rendered:
    return render(book, CITY_WANTED if book.root.name == demo.CITY else wanted, year, **more)


class Ready:
    """A folder that all workers of one run of the tests share, with one folder in it for each thing that was made."""

    def __init__(self, top: Path) -> None:
        top.mkdir(parents=True, exist_ok=True)
        self.top = top
        self._seen: dict[Path, Marks] = {}
        self._statements: dict[str, Assembled] = {}

    def made(self, key: str, make: Callable[[Path], Any]) -> tuple[Path, Any]:
        """The folder of this name, filled by `make` if no worker did before, and what `make` returned (as pickle keeps it)."""
        folder, kept = self.top / key, self.top / f"{key}.pickle"
        with FileLock(self.top / f"{key}.lock"):
            if not kept.is_file():
                shutil.rmtree(folder, ignore_errors=True)  # left by a worker that failed in it
                folder.mkdir()
                kept.write_bytes(pickle.dumps(make(folder)))
        if folder not in self._seen:
            self._seen[folder] = marks(folder)
        return folder, pickle.loads(kept.read_bytes())  # noqa: S301  (written above by this very program)

    def book(self, source: str, years: str = "", profiles: Sequence[str] = ()) -> Book:
        """A shipped book, or one of a source of that form, after `init` and, if years are given, one run: to be read only."""
        return self._book(source, years, profiles)[0]

    def _book(self, source: str, years: str = "", profiles: Sequence[str] = ()) -> tuple[Book, Any]:
        """It, and what its last verb returned: `init` what it took in, `run` what it made."""

        def returned(folder: Path) -> list[Submitted]:
            _, submitted = init(folder / "book", source, who=WHO)
            assert all(s.status == "accepted" for s in submitted), [f.text("en") for s in submitted for f in s.findings]
            return submitted

        def ran(folder: Path) -> Made:
            done = run(self.copy(self.book(source), folder / "book"), years, profiles=profiles, who=WHO)
            assert done.vintage is not None, [f.text("en") for f in done.findings]
            return done

        name = Path(source).name
        folder, told = self.made("-".join((name, years, *profiles)), ran) if years else self.made(name, returned)
        return Book(folder / "book"), told

    def statement(self, source: str, years: str, *, history: bool = True) -> Assembled:
        """The internal statement of a ready book: of its last year, and with `history` of those before it."""
        name = "-".join(("statement", source, years, "whole" if history else "alone"))
        if name not in self._statements:
            made = self.made(name, lambda folder: assemble(self.book(source, years), history=history))
            self._statements[name] = made[1]
        return self._statements[name]

    def drawn(self, source: str, years: str) -> tuple[Path, Rendered]:
        """Every file of the statements of a ready book that is not closed: their folder, and what `render` said of them."""

        def rendered(folder: Path) -> Rendered:
            return render(self.copy(self.book(source, years), folder / "book"))

        folder, done = self.made(f"drawn-{source}-{years}", rendered)
        return folder, done

    def demo(self) -> tuple[Path, Shown]:
        """`gep demo` in a folder whose name looks like markup: that folder, and what it printed in Chinese.

        It takes the ready books in place of making the same ones again, and makes of the city no more than a workbook. With
        GEP_PROOF=full nothing is put in its place; .ci/run does all of it as a user does.
        """

        def shown(folder: Path) -> Shown:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("GEP_USER", WHO)
                if not FULL:
                    patch.setattr(demo, "init", self._returned)
                    patch.setattr(demo, "run", self._ran)
                    patch.setattr(demo, "render", _less_of_the_city)
                done = CliRunner().invoke(app, ["demo", str(folder / MARKUP), "--years", CITY_YEARS, "--lang", "zh"])
            return Shown(done.exit_code, repr(done.exception), done.stdout)

        folder, done = self.made("demo", shown)
        return folder / MARKUP, done

    def _returned(self, root: Path, source: str, **_: Any) -> tuple[Book, list[Submitted]]:
        """What `init` does, from the ready book."""
        book, submitted = self._book(source)
        root.parent.mkdir(parents=True, exist_ok=True)
        return self.copy(book, root), submitted

    def _ran(self, book: Book, years: str, **_: Any) -> Made:
        """What `run` does to a book that was taken from the ready one, from the ready one that ran."""
        ready, made = self._book(book.root.name, years)
        shutil.rmtree(book.root)
        self.copy(ready, book.root)
        return made

    def copy(self, book: Book, root: Path) -> Book:
        """A copy of a book at `root`, the same to the last byte, to be changed."""
        shutil.copytree(book.root, root, ignore=shutil.ignore_patterns(*LOCKS))
        return Book(root)

    def changed(self) -> list[str]:
        """The files that are not as this worker found them."""
        found = []
        for folder, before in self._seen.items():
            now = marks(folder)
            found += [f"{folder.name}/{n}" for n in sorted(before.keys() | now.keys()) if before.get(n) != now.get(n)]
        return found


def marks(folder: Path) -> Marks:
    """Size and time (ns) of the last change of every file under a folder."""
    held = ((p, p.stat()) for p in folder.rglob("*") if p.is_file() and p.name not in LOCKS)
    return {p.relative_to(folder).as_posix(): (s.st_size, s.st_mtime_ns) for p, s in held}


def shared(factory: pytest.TempPathFactory) -> Path:
    """The folder of this run of the tests that every worker sees."""
    base = factory.getbasetemp()
    return (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "ready"
