"""The example city after two years, made once for all tests of the cookbook. No test changes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from gep.book import Book
from gep.workflow.init import init
from gep.workflow.run import run


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Book:
    """Made by the first worker that asks for it, under a lock; the others take what it made."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "cookbook-city"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            book, _ = init(folder, "sample-city", who="maker")
            made = run(book, "2016-2017", who="maker")
            assert made.vintage is not None, [f.text("en") for f in made.findings]
    return Book(folder)


@pytest.fixture(scope="session")
def other(city: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("other") / "other.duckdb"
    shutil.copyfile(city.store, path)
    return path
