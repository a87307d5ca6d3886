"""backup, restore, migrate on the command line, and errors of the disk: words, exit codes, JSON, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import typer
from typer.testing import CliRunner, Result

from gep import cli
from gep.cli.output import Output
from gep.ledger.disk import OF_THE_DISK, of_disk
from gep.ledger.files import NotWritten

FIXTURE = Path(__file__).resolve().parent / "data" / "books" / "schema-1.tar.xz"


def call(*words: object) -> Result:
    result = CliRunner().invoke(cli.app, [str(w) for w in words])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return result


def said(*words: object) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(call(*words, "--json").stdout)
    return body


def test_out_and_back_on_the_command_line(tmp_path: Path) -> None:
    """An older book, migrated, backed up, restored: what each says in words and as JSON."""
    with tarfile.open(FIXTURE) as tar:
        tar.extractall(tmp_path, filter="data")
    old, new, kept, again = tmp_path / "book", tmp_path / "new", tmp_path / "b.tar", tmp_path / "again"
    refused = call("verify", old, "--lang", "en")
    assert refused.exit_code == 1
    assert "gep migrate" in refused.output
    made = said("migrate", old, new)
    assert (made["exit"], made["result"]["from"], made["result"]["to"], made["result"]["head"]["seq"]) == (0, 1, 2, 13)
    assert [f["code"] for f in made["findings"]] == ["KEEP-NO-CATALOGUE"]
    done = call("backup", new, kept, "--lang", "zh", "--as", "王")
    assert done.exit_code == 0
    assert "至日志第 14 条" in done.stdout
    digest = next(line for line in done.stdout.splitlines() if line.startswith("SHA-256")).removeprefix("SHA-256").split()
    assert [len(group) for group in digest] == [8] * 8
    back = said("restore", kept, again, "--verify")
    assert back["exit"] == 0
    assert back["result"]["digest"]["sha256"] == "".join(digest)
    assert back["result"]["checked"] > 10
    for words in (
        ("backup", new, kept),
        ("restore", kept, again),
        ("migrate", new, tmp_path / "x"),
        ("restore", FIXTURE, tmp_path / "x"),
    ):
        once_more = said(*words)
        assert (once_more["ok"], once_more["exit"]) == (False, 1)
        assert all(f["text_zh"] and f["mend_en"] for f in once_more["findings"])
    assert not (tmp_path / "x").exists()


def failing(error: Exception) -> Callable[[], None]:
    def verb() -> None:
        with Output("en", False).refusals():
            raise error

    return verb


def run_failing(error: Exception) -> Result:
    app = typer.Typer()
    app.command()(failing(error))
    return CliRunner().invoke(app)


@pytest.mark.parametrize("number", sorted(OF_THE_DISK), ids=lambda n: errno.errorcode[n])
def test_what_the_disk_refuses_is_told_with_file_and_reason(number: int, tmp_path: Path) -> None:
    file = str(tmp_path / "deep" / "f")
    told = of_disk(OSError(number, os.strerror(number), file))
    assert told is not None
    assert (told.code, told.place.file) == ("BOOK-DISK", file)
    assert os.strerror(number) in told.text("en")
    assert errno.errorcode[number] in told.text("zh")
    assert int(dict(told.args)["free"]) > 0
    assert run_failing(OSError(number, os.strerror(number), file)).exit_code == 1


def test_how_much_was_needed_is_told_where_it_is_known(tmp_path: Path) -> None:
    passing = tmp_path / ".1.0123456789ab.tmp" / ".f.csv.0123456789ab.tmp"
    told = of_disk(NotWritten(OSError(errno.ENOSPC, "No space left on device"), passing, 12345))
    assert told is not None
    assert told.place.file == str(tmp_path / "1" / "f.csv")  # under the name it was going to have
    assert "Bytes needed: 12345" in told.text("en")
    assert "需要 12345 字节" in told.text("zh")
    bare = of_disk(OSError(errno.ENOSPC, "No space left on device"))
    assert bare is not None
    assert "Bytes needed: -, free: -" in bare.text("en")


def test_an_error_of_the_store_is_told_by_its_words() -> None:
    error = duckdb.IOException(
        'IO Error: Could not write file "/book/.accounts.duckdb.0123456789ab.tmp": No space left on device'
    )
    told = of_disk(error)
    assert told is not None
    assert (told.code, told.place.file) == ("BOOK-DISK-AFTER", "/book/accounts.duckdb")
    assert "No space left on device" in told.text("en")
    assert run_failing(error).exit_code == 1


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "No such file or directory", "x"),
        BrokenPipeError(errno.EPIPE, "Broken pipe"),
        ValueError("no space left on device"),
        duckdb.BinderException("Binder Error: no such column"),
        duckdb.ConversionException("Conversion Error: x"),
    ],
    ids=lambda e: type(e).__name__,
)
def test_a_fault_of_the_program_is_not_passed_off_as_the_disk(error: Exception) -> None:
    assert of_disk(error) is None
    if not isinstance(error, BrokenPipeError):
        assert run_failing(error).exception is error
