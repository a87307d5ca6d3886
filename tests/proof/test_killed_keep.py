"""backup and restore, killed before every single call that changes the disk and in the middle of every write: nothing, or all of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gep.workflow.backup import backup
from gep.workflow.init import init

PROGRAM = Path(__file__).resolve().parent / "keep_killed.py"
TOP = PROGRAM.parents[2]


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bare book with a few files of the bureau, and a backup of it."""
    folder = tmp_path_factory.mktemp("killed")
    book, _ = init(folder / "start" / "book", who="proof")
    for number in range(3):
        (book.local / f"note-{number}.txt").write_text("x" * 1000 * number, encoding="utf-8")
    backup(book, folder / "start" / "kept.tar", who="proof")
    return folder


@pytest.mark.parametrize("verb", ["backup", "restore"])
def test_killed_at_every_call(verb: str, start: Path) -> None:
    env = {**os.environ, "PYTHONPATH": str(TOP), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, str(PROGRAM), verb, str(start)], capture_output=True, text=True, check=True, env=env)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) > 15  # files, folders, journal, rename: fewer calls would mean that they are not seen
    assert [line["killed"] for line in lines] == [True] * (len(lines) - 1) + [False]
    assert {line["left"] for line in lines} == {"nothing", "whole"}
    assert {line["after"] for line in lines} == {"whole"}
    # once it is there it stays there: no later kill takes it back
    assert [line["left"] for line in lines] == sorted(line["left"] for line in lines)
    if verb == "backup":
        # at most one line more: the archive stands before the line, and a torn line is set aside
        assert {tuple(line["acts"]) for line in lines} <= {("init", "backup"), ("init", "backup", "backup")}
