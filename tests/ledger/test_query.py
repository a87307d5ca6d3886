"""Ad-hoc SQL: one reading statement, exact output in every format, no formula from data."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Finding, Refused
from gep.ledger import query
from gep.ledger.query import QueryResult, render, safe_cell, select, write

Build = Callable[..., Path]


@pytest.fixture(scope="module")
def book(make: Any, build: Build) -> Path:
    rows = [make.value("a", "water", "7545.36", region_name="=HYPERLINK(1)"), make.value("a", "soil", None)]
    return build({"region": [make.region("a")], "value_account": rows, "release_state": [make.state()]})


def refused(book: Path, sql: str) -> Finding:
    with pytest.raises(Refused) as caught:
        select(book, sql)
    (found,) = caught.value.findings
    return found


def test_a_question_and_its_answer(book: Path) -> None:
    result = select(book, "SELECT service, value, state FROM value_account ORDER BY service")
    assert result.columns == ("service", "value", "state")
    assert result.types == ("VARCHAR", "DECIMAL(38,4)", "VARCHAR")
    assert result.rows == (("soil", None, "not_available"), ("water", Decimal("7545.3600"), "value"))


@pytest.mark.parametrize(
    "sql",
    [
        "WITH x AS (FROM value_account) SELECT count(*) FROM x",
        "FROM run",
        "DESCRIBE value_account",
        "SHOW TABLES",
        "EXPLAIN SELECT * FROM value_account_rollup",
        "SUMMARIZE value_account",
        "-- a note\n/* and\nanother */ SELECT 1;",
        "(SELECT 1)",
    ],
)
def test_statements_that_read(book: Path, sql: str) -> None:
    assert select(book, sql).columns


@pytest.mark.parametrize(
    "sql",
    [
        "",
        ";",
        "-- only a note",
        "SELECT 1; SELECT 2",
        "SELECT 1; DROP VIEW run",
        "INSERT INTO t_run SELECT * FROM t_run",
        "WITH x AS (SELECT 1) DELETE FROM t_run",
        "UPDATE t_value_account SET value = 0",
        "CREATE TEMP VIEW value_account AS SELECT 1",
        "CREATE OR REPLACE TEMP MACRO total(a, b) AS 0",
        "DROP VIEW run",
        "SET threads = 1",
        "SET VARIABLE gep_as_of = DATE '2020-01-01'",
        "RESET threads",
        "USE memory",
        "PRAGMA version",
        "pragma table_info('t_run')",
        "/* x */ PRAGMA show_tables",
        "CALL pragma_version()",
        "COPY (SELECT 1) TO 'x.csv'",
        "ATTACH 'x.duckdb'",
        "DETACH accounts",
        "INSTALL spatial",
        "LOAD spatial",
        "CHECKPOINT",
        "BEGIN",
        "PREPARE p AS SELECT 1",
        "EXPORT DATABASE 'x'",
        "VACUUM",
    ],
)
def test_everything_else_is_refused(book: Path, sql: str) -> None:
    before = book.read_bytes()
    found = refused(book, sql)
    assert found.code == "LEDGER-SQL-STATEMENT"
    assert "只能执行一条查询语句" in found.text("zh")
    assert "Only one statement that reads" in found.text("en")
    assert "SELECT, WITH, DESCRIBE" in found.mend("en")
    assert book.read_bytes() == before


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM value_account", "nothing"),
        ("SELECT * FROM values_account", "values_account"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled by configuration"),
        ("SELECT CAST('x' AS INTEGER)", "Could not convert"),
    ],
)
def test_an_error_comes_with_the_words_of_duckdb_and_the_views(book: Path, sql: str, reason: str) -> None:
    found = refused(book, sql)
    assert found.code == "LEDGER-SQL-ERROR"
    assert reason in found.text("zh")
    assert reason in found.text("en")
    for name in ("value_account_rollup", "gep_total_asof(d)", "total(value, state)", "dictionary"):
        assert name in found.mend("zh")
        assert name in found.mend("en")


def test_as_of_and_attached_books(make: Any, build: Build, book: Path) -> None:
    sql = "SELECT count(*) FROM value_account"
    assert select(book, sql).rows == ((2,),)
    assert select(book, sql, as_of=date(2025, 12, 31)).rows == ((0,),)
    other = build({"run": [make.run()]})
    assert select(book, "SELECT who FROM ya_an.run", [("ya_an", other)]).rows == (("王芳",),)
    # as_of holds in attached books too
    assert select(book, "SELECT who FROM ya_an.run", [("ya_an", other)], date(2025, 1, 1)).rows == ()


RESULT = QueryResult(
    ("name", "amount", "n", "day", "yes", "big"),
    ("VARCHAR", "DECIMAL(38,4)", "INTEGER", "DATE", "BOOLEAN", "HUGEINT"),
    (
        ("水,源\n", Decimal("-7545.3600"), 3, date(2020, 6, 30), True, 2**70),
        ("=1+1", None, None, None, None, None),
        ("-", Decimal("12345678901234567890123456789012.1234"), -1, date.min, False, 0),
    ),
)


def test_csv_is_exact_and_carries_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(render(RESULT, "csv").decode())))
    assert rows == [
        ["name", "amount", "n", "day", "yes", "big"],
        ["水,源\n", "-7545.3600", "3", "2020-06-30", "true", str(2**70)],
        ["'=1+1", "", "", "", "", ""],
        ["-", "12345678901234567890123456789012.1234", "-1", "0001-01-01", "false", "0"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+cmd",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "\uff1d1",
        "\uff0b1",
        "\uff0d1+1",
        "\uff20x",
        "\tx",
        "--",
    ],
)
def test_text_that_starts_a_formula_is_disarmed(text: str) -> None:
    assert safe_cell(text) == f"'{text}"
    # a heading is text from the user too
    data = render(QueryResult((text,), ("VARCHAR",), ((text,),)), "csv").decode()
    assert [row for line in csv.reader(io.StringIO(data, newline="")) for row in line] == [f"'{text}"] * 2


@pytest.mark.parametrize("text", ["-", "-0.05", "+3", "-1e-3", "水", "a=b", "1-2", "", "'=1"])
def test_other_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30, places=4))
def test_no_number_is_touched(amount: Decimal) -> None:
    result = QueryResult(("a",), ("DECIMAL(38,4)",), ((amount,),))
    assert render(result, "csv").decode().splitlines()[1] == f"{amount:f}"
    assert json.loads(render(result, "json"))["rows"] == [[f"{amount:f}"]]


def test_json_keeps_decimals_and_large_numbers_as_text() -> None:
    body = json.loads(render(RESULT, "json"))
    assert body["schema"] == "gep.sql/1"
    assert body["types"][1] == "DECIMAL(38,4)"
    assert body["rows"][0] == ["水,源\n", "-7545.3600", 3, "2020-06-30", True, str(2**70)]
    assert body["rows"][1] == ["=1+1", None, None, None, None, None]


def test_json_of_lists_structs_and_what_is_no_number(book: Path) -> None:
    result = select(book, "SELECT [1.5, NULL] AS l, {'a': 2} AS s, 'nan'::DOUBLE AS x, 1e0 AS y, TIME '09:30' AS t, 'a' AS l")
    assert json.loads(render(result, "json"))["rows"] == [[["1.5", None], {"a": 2}, "nan", "1.0", "09:30:00", "a"]]


def test_parquet_keeps_the_types(tmp_path: Path) -> None:
    write(RESULT, "parquet", tmp_path / "r.parquet")
    table = pq.read_table(tmp_path / "r.parquet", page_checksum_verification=True)
    assert [str(f.type) for f in table.schema] == ["string", "decimal128(38, 4)", "int32", "date32[day]", "bool", "string"]
    assert table.column("amount").to_pylist() == [row[1] for row in RESULT.rows]
    assert table.column("big").to_pylist() == [str(2**70), None, "0"]


def test_the_table_shows_every_digit_and_no_markup() -> None:
    rows = (("[red]水[/red]\x1b[31m", Decimal("12345678901234567890123456789012.1234")), ("x" * 300, None))
    text = render(QueryResult(("name", "amount"), ("VARCHAR", "DECIMAL(38,4)"), rows), "table").decode()
    head, _, first, second = text.splitlines()
    assert head.split() == ["name", "amount"]
    assert first.split() == ["[red]水[/red]␛[31m", "12345678901234567890123456789012.1234"]
    assert second == "x" * 300
    # numbers end where their heading ends
    assert len(head) == 300 + 3 + 37


def test_an_empty_answer_still_has_its_heading(book: Path) -> None:
    result = select(book, "SELECT service, value FROM value_account WHERE year = 1900")
    assert render(result, "table").decode().splitlines()[0].split() == ["service", "value"]
    assert render(result, "csv").decode() == "service,value\n"
    assert json.loads(render(result, "json"))["rows"] == []


def test_the_same_answer_gives_the_same_bytes_to_a_file_and_a_stream(book: Path, tmp_path: Path) -> None:
    result = select(book, "SELECT * FROM value_account_rollup ORDER BY ALL")
    for form in query.FORMATS:
        stream = io.BytesIO()
        write(result, form, stream)
        write(result, form, tmp_path / form)
        assert stream.getvalue() == (tmp_path / form).read_bytes() == render(result, form)


def test_an_unknown_format_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="xlsx"):
        render(RESULT, "xlsx")  # type: ignore[arg-type]


def test_a_store_that_breaks_while_it_is_read(book: Path, tmp_path: Path) -> None:
    whole = bytearray(book.read_bytes())
    for at in range(len(whole) // 2, len(whole), 997):
        whole[at] ^= 0xFF
    path = tmp_path / "accounts.duckdb"
    path.write_bytes(bytes(whole))
    found = refused(path, "SELECT * FROM dictionary, value_account_all, gep_total_all, finding_all, fact_all")
    assert found.code == "LEDGER-STORE-DAMAGED"
    assert "重建" in found.mend("zh")
    assert "Rebuild" in found.mend("en")
