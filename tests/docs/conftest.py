"""The example city after two years, made once for all tests of the cookbook. No test changes it."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from gep.book import Book

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
def city(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Book:
    """Made by the first worker that asks for it, under a lock; the others take what it made."""
    base = tmp_path_factory.getbasetemp()
    shared = (base if worker_id == "master" else base.parent) / "for-documents"
    with FileLock(f"{shared}.lock"), pytest.MonkeyPatch.context() as patch:
        shared.mkdir(exist_ok=True)
        patch.setenv(EXAMPLE.SHARED, str(shared))
        with EXAMPLE.example_city() as book:
            return book


@pytest.fixture(scope="session")
def other(city: Book, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("other") / "other.duckdb"
    shutil.copyfile(city.store, path)
    return path
