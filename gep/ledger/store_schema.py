"""Tables, views, macros and comments of a query store against those this program declares: each that is another, more or gone.

A view that was replaced shows other numbers though no row was touched; so the definitions are checked like the rows.
"""

# ruff: noqa: S608  (every name in the SQL is one of tables.py or views.py)
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from gep.base.findings import Finding, Place, finding
from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.tables import TABLES
from gep.ledger.views import VIEWS, comment, derived_statements, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

OWN = (
    "CREATE TABLE t_schema (version INTEGER NOT NULL, declared VARCHAR NOT NULL, head VARCHAR NOT NULL)",
    "CREATE TABLE t_loaded (folder VARCHAR NOT NULL, manifest VARCHAR NOT NULL)",
)
DERIVED = re.compile(r"CREATE OR REPLACE TABLE (\w+) AS\s+(.+)", re.DOTALL)
OBJECTS = """
SELECT 'table', table_name, t.comment,
  string_agg(concat_ws(' ', column_name, data_type, is_nullable, column_default), ', ' ORDER BY column_index)
FROM duckdb_columns() JOIN duckdb_tables() t USING (database_name, schema_name, table_name)
WHERE database_name = $name GROUP BY ALL
UNION ALL SELECT 'view', view_name, comment, sql FROM duckdb_views() WHERE database_name = $name AND NOT internal
UNION ALL SELECT function_type, function_name, comment, concat_ws(' ', parameters, macro_definition)
FROM duckdb_functions() WHERE database_name = $name AND NOT internal
UNION ALL SELECT 'index', index_name, comment, sql FROM duckdb_indexes() WHERE database_name = $name
UNION ALL SELECT 'constraint', table_name || ' ' || constraint_text, NULL, '' FROM duckdb_constraints()
WHERE database_name = $name AND constraint_type <> 'NOT NULL'
UNION ALL SELECT 'sequence', sequence_name, comment, sql FROM duckdb_sequences() WHERE database_name = $name
UNION ALL SELECT 'type', type_name, comment, '' FROM duckdb_types() WHERE database_name = $name AND NOT internal
UNION ALL SELECT 'schema', schema_name, comment, '' FROM duckdb_schemas() WHERE database_name = $name AND NOT internal
"""
COMMENTS = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE database_name = $name AND comment IS NOT NULL"


def check_schema(con: DuckDBPyConnection, file: str, database: str) -> Iterator[Finding]:
    """Every table, view, macro or comment of `database` that is not as declared, by its kind and name; `file` names the store."""
    rows = con.execute(OBJECTS, {"name": database}).fetchall()
    held, declared = _by_name(rows), _declared()
    yield from _unlike(file, held, declared)
    said = {f"comment {name}": str(text) for _, name, text, _ in rows if text is not None}
    columns = con.execute(COMMENTS, {"name": database}).fetchall()
    said |= {f"comment {name}.{column}": str(text) for name, column, text in columns}
    yield from _unlike(file, said, _comments())


def _unlike(file: str, held: Mapping[str, str], declared: Mapping[str, str]) -> Iterator[Finding]:
    for name in sorted(held.keys() | declared.keys()):
        found, expected = held.get(name, "-"), declared.get(name, "-")
        if found != expected:
            yield finding("VERIFY-STORE-OBJECT", Place(file, key=name), found=found, expected=expected)


def check_derived(con: DuckDBPyConnection, file: str) -> Iterator[Finding]:
    """Every derived table that is not what the stored tables give."""
    for statement in derived_statements():
        name, query = _parts(statement)
        both = (f"(SELECT * FROM {name})", f"(SELECT * FROM ({query}))")
        more, less = (_count(con, f"{a} EXCEPT ALL {b}") for a, b in (both, both[::-1]))
        if more or less:
            yield finding("VERIFY-STORE-DERIVED", Place(file, key=name), found=name, difference=f"{more} / {less}")


def _parts(statement: str) -> tuple[str, str]:
    match = DERIVED.fullmatch(statement)
    if match is None:
        raise ValueError(f"not the statement of a derived table: {statement[:60]}")
    return match[1], match[2]


def _count(con: DuckDBPyConnection, sql: str) -> int:
    row = con.execute(f"SELECT count(*) FROM ({sql})").fetchone()
    return int(row[0]) if row else 0


def _by_name(rows: Iterable[Sequence[object]]) -> dict[str, str]:
    return {f"{kind} {name}": str(text) for kind, name, _, text in rows}


@cache
def _declared() -> Mapping[str, str]:
    """The objects as DuckDB itself spells them: made once, empty, in memory."""
    import duckdb

    with duckdb.connect() as con:
        for table in (*TABLES, *JOURNAL_TABLES):
            columns = ", ".join(f"{quoted(c.name)} {c.type}{' NOT NULL' if c.not_null else ''}" for c in table.columns)
            con.execute(f"CREATE TABLE {table.stored} ({columns})")
        for statement in (*OWN, *derived_statements(), *(view.create for view in VIEWS)):
            con.execute(statement)
        return _by_name(con.execute(OBJECTS, {"name": "memory"}).fetchall())


@cache
def _comments() -> Mapping[str, str]:
    """The comments as declared, by table, view or macro and column."""
    meant = {}
    for table in (*TABLES, *JOURNAL_TABLES):
        meant[f"comment {table.stored}"] = comment(table.zh, table.en)
        meant |= {f"comment {table.stored}.{c.name}": comment(c.zh, c.en) for c in table.columns}
    for view in VIEWS:
        meant[f"comment {view.name}"] = comment(view.zh, view.en)
        if view.kind == "view":
            meant |= {f"comment {view.name}.{c.name}": comment(c.zh, c.en) for c in view.columns}
    return meant
