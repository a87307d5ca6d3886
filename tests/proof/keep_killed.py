"""Run as a program: kill backup or restore of a small book at every call that changes the disk, and look at what is left.

    python keep_killed.py backup|restore FOLDER     FOLDER holds book/ and, for restore, kept.tar

Prints one JSON line a kill: what stands under the name of the target (`nothing`, `whole`, anything else is a fault), what
stands there after the same command was given again, and the acts of the journal of the book.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger import archive, journal
from gep.workflow.backup import backup, restore

CALLS = ("write", "fsync", "rename", "replace", "mkdir", "rmdir", "unlink")


def patched(at: int, name: str, count: list[int], real: Callable[..., Any]) -> Callable[..., Any]:
    """A call of the system that kills the program the `at`th time any of them is made: before it, or with half of a write done."""

    def call(*args: Any, **more: Any) -> Any:
        count[0] += 1
        if count[0] == at:
            if name == "write":
                real(args[0], bytes(args[1])[: len(args[1]) // 2])
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **more)

    return call


def attempt(verb: str, work: Path, at: int) -> bool:
    """The verb in a child that is killed at its `at`th call; whether it was killed before it came to the end."""
    child = os.fork()
    if child == 0:
        count = [0]
        for name in CALLS:
            setattr(os, name, patched(at, name, count, getattr(os, name)))
        act(verb, work)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise SystemExit(f"{verb} failed at {at}")
    return os.WIFSIGNALED(status)


def act(verb: str, work: Path) -> None:
    if verb == "backup":
        backup(Book(work / "book"), work / "made.tar", who="proof")
    else:
        restore(work / "kept.tar", work / "made", full=True, who="proof")


def left(verb: str, work: Path) -> str:
    """What stands under the name of the target."""
    if verb == "backup":
        if not (work / "made.tar").exists():
            return "nothing"
        archive.extract(work / "made.tar", work / "look")
        shutil.rmtree(work / "look")
        return "whole"
    if not (work / "made").exists():
        return "nothing"
    contents = archive.read(work / "kept.tar")
    acts = [e.act for e in journal.read(work / "made" / "journal.jsonl")]
    same = not list(archive.differences(work / "made", contents, grown="journal.jsonl"))
    return "whole" if same and acts[-1] == "restore" else f"half: {acts}"


def main(verb: str, folder: Path) -> None:
    at = 1
    while True:
        work = folder / f"{verb}-{at}"
        shutil.copytree(folder / "start", work)
        killed = attempt(verb, work, at)
        state = left(verb, work)
        if state == "nothing":  # the same command again does what it should
            try:
                act(verb, work)
            except Refused as refused:
                state = f"stuck: {refused}"
        acts = [e.act for e in Book(work / "book").entries()]
        sys.stdout.write(json.dumps({"at": at, "killed": killed, "left": state, "after": left(verb, work), "acts": acts}) + "\n")
        shutil.rmtree(work)
        if not killed:
            return
        at += 1


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
