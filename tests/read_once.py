"""A catalogue is read once in a process while its files stay the same: reading it took a third of the time of many tests."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from functools import wraps
from pathlib import Path

import gep.book
import gep.catalog.load
import gep.workflow.check
import gep.workflow.init
from gep.catalog.record import Catalog

KEPT = 8  # catalogues in memory at a time: a file of tests has one or two
READERS = (gep.catalog.load, gep.book, gep.workflow.check, gep.workflow.init)  # the modules that hold the function by its name

Load = Callable[..., Catalog]


def install() -> None:
    """Put the function that remembers in the place of `gep.catalog.load.load`, for all tests that are imported after this."""
    remembering = read_once(gep.catalog.load.load)
    for module in READERS:
        module.load = remembering  # type: ignore[attr-defined]


def read_once(load: Load) -> Load:
    """`gep.catalog.load.load` that gives the catalogue it made before, if every file it reads is the same to the byte.

    A catalogue is a record that nobody changes. What is refused is read again each time.
    """
    held: OrderedDict[str, Catalog] = OrderedDict()

    @wraps(load)
    def loaded(shipped: Path, local: Path | None = None) -> Catalog:
        key = digest(shipped, local)
        if key not in held:
            held[key] = load(shipped, local)
        held.move_to_end(key)
        if len(held) > KEPT:
            held.popitem(last=False)
        return held[key]

    return loaded


def digest(shipped: Path, local: Path | None) -> str:
    """SHA-256 over all files that the catalogue is read from, with their names from the top."""
    ledgers = shipped.with_name("ledgers")
    tables = [p for p in sorted(ledgers.iterdir()) if p.name != "books"] if ledgers.is_dir() else []
    tops = [("coefficients", shipped), *((p.name, p) for p in tables), *([("local", local)] if local is not None else [])]
    whole = hashlib.sha256()
    for name, top in tops:
        whole.update(f"\n\n{name}\n".encode())
        for path in sorted(p for p in top.rglob("*") if p.is_file()):
            body = path.read_bytes()
            whole.update(f"{path.relative_to(top).as_posix()} {len(body)}\n".encode())
            whole.update(body)
    return whole.hexdigest()
