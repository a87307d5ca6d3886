"""The example city after a run of two years, made once for all generators of documents that one call of tools/docs.py runs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gep.book import Book
from gep.workflow.init import init
from gep.workflow.run import run

CITY, YEARS = "sample-city", "2016-2017"
SHARED = "GEP_DOCS_SHARED"  # the folder that tools/docs.py gives its generators for what they share


@contextmanager
def example_city() -> Iterator[Book]:
    """The book; a generator that is run alone makes one for itself."""
    shared = os.environ.get(SHARED)
    if shared is None:
        with tempfile.TemporaryDirectory() as folder:
            yield made(Path(folder) / CITY)
    else:
        folder_of = Path(shared) / CITY
        yield Book(folder_of) if folder_of.is_dir() else made(folder_of)


def made(folder: Path) -> Book:
    book, _ = init(folder, CITY, who="示例")
    done = run(book, YEARS, who="示例")
    if done.vintage is None:
        raise SystemExit("\n".join(f.text("en") for f in done.findings))
    return book
