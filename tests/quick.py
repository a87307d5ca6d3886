"""What the tests do without, but for `make proof`: more than one thread of DuckDB, waiting until the disk has written, putting the
same command line together for every call and the same empty store for every book, and looking for garbage at every seven hundred
objects.

The proofs of threads name the number they want. No test cuts the power: those that kill a program do it in processes of their own,
where every call is made.
"""

from __future__ import annotations

import gc
import os
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import typer.testing

from gep.ledger import store


def install() -> None:
    """From here on `duckdb.connect` takes one thread unless it is told how many, and `os.fsync` returns at once.

    The command line that `CliRunner` calls is made once of each application, and so is the empty query store.
    """
    connect = duckdb.connect

    def one_thread(database: Any = ":memory:", read_only: bool = False, config: Any = None) -> Any:
        return connect(database, read_only, {"threads": "1", **(config or {})})

    def no_waiting(handle: Any) -> None:
        os.fstat(handle if isinstance(handle, int) else handle.fileno())  # a file that is closed is still an error

    make = store.empty
    held: dict[tuple[object, ...], bytes] = {}

    def copied(path: Path) -> None:
        declared = getattr(store.declared, "__wrapped__", store.declared)  # not what it said before a test changed it
        key = declared(), store.SCHEMA_VERSION, store.STORAGE_VERSION
        if key not in held:
            make(path)
            held[key] = path.read_bytes()
        path.write_bytes(held[key])

    store.empty = copied
    duckdb.connect = one_thread
    os.fsync = no_waiting  # type: ignore[assignment]
    typer.testing._get_command = cache(typer.testing._get_command)
    gc.set_threshold(50_000, 20, 50)
