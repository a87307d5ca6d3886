"""The SQL dictionary: the page, the comments in the store and the declarations say the same."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gep.ledger import store
from gep.ledger.tables import TABLES
from gep.ledger.views import VIEWS, comment

TOP = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_sql_dictionary", TOP / "docs" / "make_sql_dictionary.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def book(make: Any, build: Callable[..., Path]) -> Path:
    return build(
        {"region": [make.region("a")], "value_account": [make.value("a", "water", "1")], "release_state": [make.state()]}
    )


def test_the_page_is_what_the_generator_makes(tmp_path: Path) -> None:
    script = TOP / "docs" / "make_sql_dictionary.py"
    subprocess.run([sys.executable, str(script), str(tmp_path)], cwd=TOP, env=os.environ | {"PYTHONPATH": str(TOP)}, check=True)
    assert (tmp_path / "sql.md").read_bytes() == (TOP / "docs" / "sql.md").read_bytes()


def test_every_view_stands_in_the_page_with_its_columns_and_three_queries(generator: ModuleType) -> None:
    sections = dict(part.split("\n", 1) for part in generator.page().split("\n## ")[1:])
    assert list(sections) == [f"`{v.shown}`" for v in VIEWS]
    for view in VIEWS:
        text = sections[f"`{view.shown}`"]
        assert view.zh in text
        assert view.en in text
        for column in view.columns:
            assert f"| {column.type} | {column.zh} | {column.en} |" in text
        queries = generator.examples(view)
        assert len({sql for _, _, sql in queries}) == 3
        assert all(sql in text and view.name in sql for _, _, sql in queries)


def test_every_query_of_the_page_runs(generator: ModuleType, book: Path) -> None:
    with store.connect(book) as con:
        for view in VIEWS:
            for _, _, sql in generator.examples(view):
                con.execute(sql).fetchall()


def test_the_store_carries_the_same_words(book: Path) -> None:
    with store.connect(book) as con:
        views = dict(con.execute("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal").fetchall())
        tables = dict(con.execute("SELECT table_name, comment FROM duckdb_tables() WHERE NOT internal").fetchall())
        columns = {
            (t, c): text for t, c, text in con.execute("SELECT table_name, column_name, comment FROM duckdb_columns()").fetchall()
        }
        macros = dict(con.execute("SELECT function_name, comment FROM duckdb_functions() WHERE NOT internal").fetchall())
    for view in VIEWS:
        held = views if view.kind == "view" else macros
        assert held[view.name] == comment(view.zh, view.en)
        if view.kind == "view":
            for column in view.columns:
                assert columns[view.name, column.name] == comment(column.zh, column.en)
    for table in TABLES:
        assert tables[table.stored] == comment(table.zh, table.en)
        for column in table.columns:
            assert columns[table.stored, column.name] == comment(column.zh, column.en)


def test_the_view_dictionary_explains_every_view_macro_and_column_itself_included(book: Path) -> None:
    with store.connect(book) as con:
        held = con.execute('SELECT "view", "column", type, zh, en FROM dictionary').fetchall()
    expected = []
    for view in VIEWS:
        expected.append((view.shown, "-", view.kind, view.zh, view.en))
        expected += [(view.shown, c.name, c.type, c.zh, c.en) for c in view.columns]
    assert held == expected
