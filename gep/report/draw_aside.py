"""The converter of shipped drawings in one process of its own that lives as long as this one.

Starting it takes about a second in which it lets nothing else of a process run. So it starts beside other work (`begin`), and
drawings are asked of it line by line. What it makes does not depend on the process that it runs in.
"""

from __future__ import annotations

import atexit
import json
import subprocess
from functools import cache
from threading import Lock
from typing import IO, Any

from gep.report.sandbox_process import command, surroundings

MODULE = "gep.report.draw_child"
FIRST = json.dumps({"mark": "point", "data": {"values": [{}]}})  # makes it load all it needs
WAIT = 10.0  # seconds it has to end when nothing more is asked


class Aside:
    """The child process. Threads may ask at the same time and are answered one after the other."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ready = False
        # the program itself, with a fixed start; what it draws enters as data
        self._process = subprocess.Popen(  # noqa: S603
            command(MODULE), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=surroundings()
        )
        atexit.register(self.end)
        self._write(FIRST)

    def ask(self, spec: str) -> dict[str, Any]:
        """What it makes of a complete specification: {"svg": …} or {"error": …}, or nothing if it has died."""
        with self._lock:
            try:
                self._write(spec)
                if not self._ready:
                    self._read()
                    self._ready = True
                return self._read()
            except (OSError, ValueError):  # a pipe without an end, or half a line
                return {}

    def end(self) -> None:
        """Let it end, as it does by itself when nobody can ask any more."""
        try:
            self._in.close()
            self._process.wait(WAIT)
        except (OSError, subprocess.TimeoutExpired):
            self._process.kill()
            self._process.wait()
        self._out.close()

    @property
    def _in(self) -> IO[bytes]:
        assert self._process.stdin is not None  # noqa: S101  (asked for above)
        return self._process.stdin

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None  # noqa: S101  (asked for above)
        return self._process.stdout

    def _write(self, spec: str) -> None:
        self._in.write(json.dumps({"spec": spec}).encode() + b"\n")
        self._in.flush()

    def _read(self) -> dict[str, Any]:
        return dict(json.loads(self._out.readline()))


def asked(spec: str) -> dict[str, Any]:
    """What the process answers, as `Aside.ask`. One that has died is not asked again: the next drawing starts another."""
    answer = begin().ask(spec)
    if not answer:
        begin.cache_clear()
    return answer


@cache
def begin() -> Aside:
    """The process, started by the first who asks."""
    return Aside()
