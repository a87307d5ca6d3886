"""Does one verb of gep at a time in a child of its own and kills it with SIGKILL: a program of its own, without threads.

    python killer.py DATA|- BOOK         (the catalogue of BOOK, read once, serves every child)

One request a line on standard input, one answer a line on standard output, both JSON:
    {"verb": "run", "book": …, "who": …, …, "at": {"point": 7} | {"seconds": 0.4} | null}  ->  {"killed": …, "seconds": …, "points": […]}

A point is a moment before or after a call of the system that writes (open, write, fsync, rename, mkdir, unlink, truncate) inside
`watched`, or in the middle of a write, or before or after a step of building the query store, which DuckDB writes by itself.
A kill takes nothing from the disk that the system was given; what a loss of power takes is not shown here.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gep.ledger import journal, store
from gep.workflow import backup
from gep.workflow.states import step
from gep.workflow.submit import submit

sys.path.insert(0, str(Path(__file__).resolve().parent))
import small_book

PASSING = re.compile(r"\.(.+)\.[0-9a-f]{12}\.tmp(\.wal)?")
HEX = re.compile(r"[0-9a-f]{64}")
BY_PATH = ("mkdir", "unlink", "rmdir", "rename", "replace")
BY_HANDLE = ("write", "fsync", "ftruncate")
OF_THE_STORE = ("_create", "_append", "_finish")


class Points:
    """Counts the points that are passed, and kills this very process at the one wanted."""

    def __init__(self, watched: Path, wanted: int | None) -> None:
        self.watched, self.wanted = str(watched), wanted
        self.passed: list[str] = []

    def reach(self, name: str, path: object) -> None:
        self.passed.append(f"{name} {self._shown(path)}")
        if len(self.passed) - 1 == self.wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    def inside(self, path: object) -> bool:
        return str(path).startswith(self.watched)

    def _shown(self, path: object) -> str:
        parts = str(path).removeprefix(self.watched).strip("/").split("/")
        return HEX.sub("#", "/".join(PASSING.sub(r"~\1", p) for p in parts))

    def watch(self) -> None:
        for name in BY_PATH:
            setattr(os, name, self._by_path(name, getattr(os, name)))
        for name in BY_HANDLE:
            setattr(os, name, self._by_handle(name, getattr(os, name)))
        io.open = self._opening(io.open)
        for name in OF_THE_STORE:
            setattr(store, name, self._step(name, getattr(store, name)))
        journal._write = self._step("journal", journal._write)

    def _by_path(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(path: Any, *more: Any, **named: Any) -> Any:
            if isinstance(path, int) or not self.inside(os.path.abspath(path)):
                return call(path, *more, **named)
            self.reach(f"before {name}", path)
            made = call(path, *more, **named)
            self.reach(f"after {name}", path)
            return made

        return wrapped

    def _by_handle(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(handle: int, *more: Any) -> Any:
            path = os.readlink(f"/proc/self/fd/{handle}")
            if not self.inside(path):
                return call(handle, *more)
            self.reach(f"before {name}", path)
            if name == "write" and len(self.passed) == self.wanted:
                call(handle, bytes(more[0])[: len(more[0]) // 2])
            if name == "write":
                self.reach("amid write", path)
            made = call(handle, *more)
            self.reach(f"after {name}", path)
            return made

        return wrapped

    def _opening(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(file: Any, mode: str = "r", *more: Any, **named: Any) -> Any:
            made = call(file, mode, *more, **named)
            if not isinstance(file, int) and set(mode) & set("xwa") and self.inside(os.path.abspath(file)):
                self.reach("after open", file)
            return made

        return wrapped

    def _step(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            self.reach(f"before {name}", "")
            made = call(*given, **named)
            self.reach(f"after {name}", "")
            return made

        return wrapped


def perform(request: dict[str, Any], catalog: Any, data: Path | None) -> None:
    """The verb asked for, with the clock of the small book."""
    if request["verb"] == "restore":
        backup.now = lambda: small_book.AT
        backup.restore(Path(request["archive"]), Path(request["target"]), who=request["who"])
        return
    book = small_book.opened(Path(request["book"]), data)
    book.__dict__["catalog"] = catalog
    if request["verb"] == "submit":
        (done,) = submit(book, [Path(request["file"])], who=request["who"])
        assert done.status == "accepted", done.findings
    elif request["verb"] == "run":
        from gep.workflow.run import run

        made = run(book, "all", who=request["who"])
        assert made.vintage is not None, made.findings
    elif request["verb"] == "recover":
        with book.lock(request["who"]):
            pass
    else:
        step(book, request["verb"], [request["year"]], who=request["who"])


def in_a_child(request: dict[str, Any], catalog: Any, data: Path | None) -> dict[str, Any]:
    at = request.get("at") or {}
    read, write = os.pipe()
    start = time.monotonic()
    child = os.fork()
    if child == 0:
        os.close(read)
        points = Points(Path(request["watched"]), at.get("point"))
        try:
            points.watch()
            perform(request, catalog, data)
            answer = {} if "seconds" in at else {"points": points.passed}  # a small answer is written at one go
        except BaseException:
            answer = {"error": traceback.format_exc()}
        _send(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    gone = False
    while "seconds" in at and not gone and time.monotonic() - start < at["seconds"]:
        gone = os.waitpid(child, os.WNOHANG)[0] == child
        time.sleep(0.001)
    if "seconds" in at and not gone:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(read) as stream:
        text = stream.read()
    if not gone:
        os.waitpid(child, 0)
    return {"killed": not text, "seconds": time.monotonic() - start, **(json.loads(text) if text else {})}


def _send(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def main() -> None:
    data = None if sys.argv[1] == "-" else Path(sys.argv[1])
    warm = small_book.opened(Path(sys.argv[2]), data)
    catalog = warm.catalog
    from gep.workflow.run import run

    run(warm, "all", who="warm")  # everything is imported now, so that a child starts at once
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(in_a_child(json.loads(line), catalog, data)), flush=True)


if __name__ == "__main__":
    main()
