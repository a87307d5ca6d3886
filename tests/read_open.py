"""A query store is opened once while it stays the same file: opening it took ten times as long as most questions to it.

`gep.ledger.query.select` opens the store for every question and closes it again. In the tests of the verbs the answers come from
connections to an instance that stays open; it is locked as any other, and a store that was written or replaced is opened anew.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from gep.ledger import query
from gep.ledger.store import MAIN

KEPT = 3  # instances open at a time

Mark = tuple[str, int, int, int]


class Opened:
    """The instances that stay open, by what their file was when they were opened."""

    def __init__(self, connect: Callable[..., Any]) -> None:
        self.connect = connect
        self.held: OrderedDict[Mark, Any] = OrderedDict()

    def __call__(self, path: Path, attach: Sequence[tuple[str, Path]] = (), as_of: date | None = None) -> Any:
        """As `gep.ledger.store.connect`. What is attached or asked as of a day is opened for that question alone."""
        if attach or as_of or not path.is_file():
            return self.connect(path, attach, as_of)
        at = path.stat()
        mark = (str(path), at.st_ino, at.st_size, at.st_mtime_ns)
        if mark not in self.held:
            self.held[mark] = self.connect(path)
        self.held.move_to_end(mark)
        while len(self.held) > KEPT:
            self.held.popitem(last=False)[1].close()
        con = self.held[mark].cursor()
        con.execute(f"USE {MAIN}")
        return con

    def close(self) -> None:
        while self.held:
            self.held.popitem()[1].close()


@contextmanager
def stores_stay_open() -> Iterator[None]:
    """`gep.ledger.query.select` asks stores that stay open, until the end."""
    opened, connect = Opened(query.connect), duckdb.connect  # type: ignore[attr-defined]

    def alone(database: Any = ":memory:", *more: Any, **options: Any) -> Any:
        """A test opens a store itself, perhaps to write: DuckDB has a file open once in a process."""
        if database != ":memory:":
            opened.close()
        return connect(database, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "connect", opened)
        patch.setattr(duckdb, "connect", alone)
        try:
            yield
        finally:
            opened.close()
