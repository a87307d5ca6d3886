"""The example city after two years, made once for all tests of the cookbook. No test changes it."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from gep.book import Book
from tests.ready import Ready

TOP = Path(__file__).resolve().parents[2]


def _example() -> Any:
    """The module that makes the city for the generators of documents: tests and pages share one."""
    spec = importlib.util.spec_from_file_location("gep_docs_example_city", TOP / "docs" / "example_city.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLE = _example()


@pytest.fixture(scope="session")
def city(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Book:
    """As `docs/example_city.py` makes it, under the name that the generators look for."""
    folder = tmp_path_factory.mktemp("shared") / EXAMPLE.CITY
    folder.symlink_to(ready.book(EXAMPLE.CITY, EXAMPLE.YEARS).root)
    return Book(folder)


@pytest.fixture(scope="session")
def other(city: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("other") / "other.duckdb"
    shutil.copyfile(city.store, path)
    return path
