"""`gep sql`: lists and asks the cookbook, binds parameters, refuses whatever is not a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gep.book import Book
from gep.cli import app
from gep.ledger.cookbook import answer, recipe, recipes
from gep.ledger.query import render

UPPER = "990121"
runner = CliRunner()


def gep(*arguments: str) -> Any:
    return runner.invoke(app, ["sql", *arguments, "--lang", "en"])


def test_the_command_lists_and_asks(city: Book) -> None:
    listed = gep(str(city.root), "--recipes")
    assert listed.exit_code == 0
    assert all(r.name in listed.stdout and r.en in listed.stdout for r in recipes())
    asked = gep(str(city.root), "--recipe", "01", "-p", f"region={UPPER}", "--format", "csv")
    assert asked.stdout.encode() == render(answer(city.store, recipe("gep-trend"), {"region": UPPER}).result, "csv")
    assert "How did the GEP" in asked.stderr
    assert f"region={UPPER}" in asked.stderr
    whole = "SELECT count(*) AS n FROM gep_total WHERE year = $y AND region_code = $r AND zone = '-' AND price_basis = 'current'"
    two = gep(str(city.root), whole, "-p", "y=2017", "-p", "r=990121", "--format", "csv")
    assert two.stdout == "n\n1\n"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--recipe", "nothing"], "COOKBOOK-UNKNOWN"),
        (["--recipe", "gep-trend", "-p", "year=2016"], "COOKBOOK-PARAMETER-UNKNOWN"),
        (["--recipe", "composition", "-p", "region"], "COOKBOOK-PARAMETER-FORM"),
        (["--recipe", "gep-ranking", "-p", "year=last"], "COOKBOOK-PARAMETER-TYPE"),
        (["--recipe", "gep-ranking", "-p", "year=2016"], "COOKBOOK-PARAMETER-MISSING"),
        (["--recipe", "two-books"], "COOKBOOK-ATTACH"),
        ([], "SQL-NOTHING-ASKED"),
    ],
)
def test_what_the_command_refuses(city: Book, arguments: list[str], code: str) -> None:
    refused = gep(str(city.root), *arguments)
    assert refused.exit_code == 1
    assert code in refused.stderr
    assert refused.stdout == ""


def test_a_value_is_never_read_as_sql(city: Book) -> None:
    asked = gep(str(city.root), "--recipe", "gep-trend", "-p", "region=' OR 1=1 --", "--format", "csv")
    assert asked.exit_code == 0
    assert len(asked.stdout.splitlines()) == 1


HOSTILE = [
    "COPY gep_total TO '{out}'",
    "COPY (FROM gep_total) TO '{out}' (FORMAT parquet)",
    "WITH x AS (SELECT 1) COPY x TO '{out}'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO '{out}'",
    "ATTACH '{out}' AS x",
    "ATTACH ':memory:' AS x",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
    "RESET lock_configuration",
    "PRAGMA enable_profiling",
    "/*x*/ /*y*/ pragma database_list",
    "SELECT 1;; COPY (SELECT 1) TO '{out}'",
    "SELECT 1 -- ;\n; ATTACH '{out}'",
    "SELECT '--'; DROP VIEW gep_total",
    "SELECT /* ; */ 1; CREATE TABLE x (a INTEGER)",
    "CREATE TEMP TABLE x AS FROM gep_total",
    "CREATE OR REPLACE VIEW gep_total AS SELECT 1",
    "CREATE SECRET (TYPE s3)",
    "ALTER TABLE t_gep_total ADD COLUMN x INTEGER",
    "TRUNCATE t_gep_total",
    "DELETE FROM t_gep_total",
    "INSERT INTO t_run SELECT * FROM t_run RETURNING *",
    "IMPORT DATABASE '{out}'",
    "COMMENT ON VIEW gep_total IS 'x'",
    "SELECT * FROM read_csv('{secret}')",
    "SELECT * FROM read_text('{secret}')",
    "SELECT * FROM read_blob('{secret}')",
    "SELECT * FROM glob('{folder}/*')",
    "SELECT * FROM sniff_csv('{secret}')",
    "SELECT * FROM parquet_scan('{secret}')",
    "SELECT * FROM read_json_auto('{secret}')",
    "FROM '{secret}'",
    "SELECT * FROM query('FROM read_text(''{secret}'')')",
    "SELECT (SELECT content FROM read_text('{secret}'))",
    "SELECT * FROM duckdb_settings() WHERE name = (SELECT content FROM read_text('{secret}'))",
    "FROM 'https://example.org/x.csv'",
    "SELECT getenv('HOME')",
]


def test_hostile_statements_change_and_read_nothing(city: Book, tmp_path: Path) -> None:
    secret, out = tmp_path / "secret.csv", tmp_path / "out.csv"
    secret.write_text("a\nhidden\n", encoding="utf-8")
    before = city.store.read_bytes()
    for text in HOSTILE:
        done = gep(str(city.root), text.format(out=out, secret=secret, folder=tmp_path))
        assert done.exit_code == 1, text
        assert "LEDGER-SQL-" in done.stderr, text
        assert done.stdout == "", text
        assert not out.exists(), text
    assert city.store.read_bytes() == before
    assert {p.name for p in tmp_path.iterdir()} == {"secret.csv"}
