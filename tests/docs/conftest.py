"""The example city after two years, made once for all tests of the cookbook. No test changes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gep.book import Book
from gep.workflow.init import init
from gep.workflow.run import run


@pytest.fixture(scope="session")
def city(tmp_path_factory: pytest.TempPathFactory) -> Book:
    book, _ = init(tmp_path_factory.mktemp("cookbook") / "city", "sample-city", who="maker")
    made = run(book, "2016-2017", who="maker")
    assert made.vintage is not None, [f.text("en") for f in made.findings]
    return book


@pytest.fixture(scope="session")
def other(city: Book) -> Path:
    path = city.root.parent / "other.duckdb"
    shutil.copyfile(city.store, path)
    return path
