"""What the tests do without, but for `make proof`: more than one thread of DuckDB, waiting until the disk has written, putting the
same command line together for every call, and looking for garbage after every seven hundred objects.

The proofs of threads name the number they want. No test cuts the power: those that kill a program do it in processes of their own,
where every call is made.
"""

from __future__ import annotations

import gc
import os
from functools import cache
from typing import Any

import duckdb
import typer.testing


def install() -> None:
    """From here on `duckdb.connect` takes one thread unless it is told how many, and `os.fsync` returns at once.

    The command line that `CliRunner` calls is made once of each application.
    """
    connect = duckdb.connect

    def one_thread(database: Any = ":memory:", read_only: bool = False, config: Any = None) -> Any:
        return connect(database, read_only, {"threads": "1", **(config or {})})

    def no_waiting(handle: Any) -> None:
        os.fstat(handle if isinstance(handle, int) else handle.fileno())  # a file that is closed is still an error

    duckdb.connect = one_thread
    os.fsync = no_waiting  # type: ignore[assignment]
    typer.testing._get_command = cache(typer.testing._get_command)
    gc.set_threshold(50_000, 20, 50)
