"""Single edits of a closed book by editor and by SQL: verify names each, with the very file, or the table of the query store.

Tables, views, comments, rules, parameters, originals, releases, statements, evidence, closings. (The journal and forgeries stand in
test_forgery, the installed package in test_installed_edits; the three make the 500.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import duckdb
import pytest

from gep.base.findings import Finding
from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.tables import TABLES
from gep.ledger.views import quoted
from tests.proof.closed_book import (
    FULL,
    JOURNAL,
    OWN,
    STORE,
    Bench,
    ask,
    bench_of,
    chance,
    changed,
    look,
    named,
    names_of,
    no_store,
    other_digit,
    restore_store,
    stops,
)
from tests.ready import Ready

EDITS, TABLE_EDITS = (200, None) if FULL else (12, 8)  # None: every column of every table
STORED = (*TABLES, *JOURNAL_TABLES)


@pytest.fixture(scope="module")
def bench(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return bench_of(ready, tmp_path_factory.mktemp("tampering"))


# ---- by editor


def line_more(data: bytes, at: int) -> bytes:
    """A line written twice."""
    lines = data.splitlines(keepends=True)
    n = at % len(lines)
    return b"".join([*lines[: n + 1], lines[n], *lines[n + 1 :]])


def line_less(data: bytes, at: int) -> bytes:
    lines = data.splitlines(keepends=True)
    n = at % len(lines)
    return b"".join([*lines[:n], *lines[n + 1 :]])


def blank_end(data: bytes, at: int) -> bytes:
    """What an editor adds when it saves."""
    return data + (b"\n" if at % 2 else b" ")


def carriage_returns(data: bytes, at: int) -> bytes:
    """Saved on Windows."""
    return data.replace(b"\n", b"\r\n") if b"\n" in data else data + b"\r\n"


EDITOR: tuple[Callable[[bytes, int], bytes], ...] = (other_digit, line_more, line_less, blank_end, carriage_returns)


def test_every_edit_of_a_file_is_named(bench: Bench) -> None:
    source = chance("editor")
    names = [n for n in names_of(bench.root) if n not in (STORE, JOURNAL) and not n.startswith(OWN)]
    folders = sorted({n.split("/")[0] for n in names})
    assert folders == ["catalogues", "closings", "evidence", "releases", "rules", "statements", "submissions"]
    with no_store(bench):
        for n in range(EDITS):
            # the folders in turn, so that the many files of the catalogue do not take all
            name = source.choice([x for x in names if x.startswith(folders[n % len(folders)] + "/")])
            path, edit = bench.root / name, source.choice(EDITOR)
            data = path.read_bytes()
            at = source.randrange(len(data))
            with changed(path, edit(data, at)):
                found = look(bench.root)
            assert named(found, name), (name, edit.__name__, at, stops(found))
    assert stops(look(bench.root)) == []


def test_every_file_taken_away_or_put_in_is_named(bench: Bench) -> None:
    source = chance("away")
    names = [n for n in names_of(bench.root) if n != STORE and not n.startswith(OWN)]
    picked = [source.choice([n for n in names if n.startswith(folder)]) for folder in sorted({n.split("/")[0] for n in names})]
    with no_store(bench):
        for name in [*picked, *source.sample(names, len(names) if FULL else 4)]:
            path = bench.root / name
            data = path.read_bytes()
            path.unlink()
            try:
                found = look(bench.root)
                # without the manifest of a catalogue or release the whole of it has no measure: its manifest is what is named
                assert named(found, name), (name, stops(found))
            finally:
                path.write_bytes(data)
        for folder in sorted({str(Path(n).parent) for n in names if "/" in n} - {"."}):
            if folder.startswith("catalogues/") and not FULL and folder.count("/") > 1:
                continue
            stranger = bench.root / folder / "added.csv"
            stranger.write_bytes(b"a,b\n")
            found = look(bench.root)
            stranger.unlink()
            assert named(found, f"{folder}/added.csv"), (folder, stops(found))


def test_an_edit_of_the_books_own_catalogue_is_told_and_the_record_stays_green(bench: Bench) -> None:
    own = [n for n in names_of(bench.root) if n.startswith(OWN)]
    assert own == ["book.toml", "local/schemes/garze-2017-one-carbon.toml"]
    with no_store(bench):
        for name in own:
            data = (bench.root / name).read_bytes()
            with changed(bench.root / name, data + b"# mine\n"):
                found = look(bench.root)
            assert stops(found) == []
            assert [f.code for f in found if f.place.file == name and f.severity == "query"] == ["VERIFY-CATALOGUE"]
        added = bench.root / "local" / "schemes" / "more.toml"
        added.write_text("", encoding="utf-8")
        found = look(bench.root)
        added.unlink()
        assert named(found, "local/schemes/more.toml", severity="query")
        assert stops(found) == []


# ---- by SQL


def by_sql(bench: Bench, *statements: str) -> list[Finding]:
    """What verify says after the query store was edited with a plain connection; the store is put right again."""
    try:
        with duckdb.connect(str(bench.root / STORE)) as con:
            for statement in statements:
                con.execute(statement)
        return look(bench.root)
    finally:
        restore_store(bench)


def other(kind: str, column: str) -> str:
    """SQL for a value that is certainly not the one that is there, of the same type."""
    name = quoted(column)
    if kind == "BOOLEAN":
        return f"NOT coalesce({name}, false)"
    if kind == "DATE":
        return f"coalesce({name}, DATE '2010-01-01') - INTERVAL 1 DAY"
    if kind == "TIMESTAMP":
        return f"coalesce({name}, TIMESTAMP '2010-01-01') + INTERVAL 1 MICROSECOND"
    return f"coalesce({name}, '') || '1'" if kind == "VARCHAR" else f"coalesce({name}, 0) + 1"


def table_edits(store: Path) -> list[tuple[str, str]]:
    """(table, statement): every column of one row changed, one row less, one twice, one of another vintage; comments, names."""
    found = []
    with duckdb.connect(str(store), read_only=True) as con:
        for table in STORED:
            row = con.execute(f"SELECT max(rowid) FROM {table.stored}").fetchone()
            last = row[0] if row else None
            if last is not None:
                at = f"WHERE rowid = {last}"
                found += [
                    (table.name, f"UPDATE {table.stored} SET {quoted(c.name)} = {other(c.type, c.name)} {at}")
                    for c in table.columns
                ]
                found.append((table.name, f"DELETE FROM {table.stored} {at}"))
                found.append((table.name, f"INSERT INTO {table.stored} SELECT * FROM {table.stored} {at}"))
                continue
            filled = ", ".join(
                f"CAST({'2010' if c.type == 'VARCHAR' else VALUES.get(c.type, '1')} AS {c.type})" for c in table.columns
            )
            found.append((table.name, f"INSERT INTO {table.stored} VALUES ({filled})"))
    return found


VALUES: Mapping[str, str] = {"DATE": "'2010-01-01'", "TIMESTAMP": "'2010-01-01'", "BOOLEAN": "true"}
OBJECTS: Sequence[tuple[str, str]] = (
    ("view gep_total", "CREATE OR REPLACE VIEW gep_total AS SELECT * REPLACE (gep * 2 AS gep) FROM t_gep_total"),
    ("macro total", "CREATE OR REPLACE MACRO total(value, state) AS sum(value)"),
    ("view vintage_in_use", "DROP VIEW vintage_in_use"),
    ("table t_gep_total", "ALTER TABLE t_gep_total ADD COLUMN better DECIMAL(38,4)"),
    ("table mine", "CREATE TABLE mine AS SELECT 1 AS a"),
    ("view mine", "CREATE VIEW mine AS SELECT 1 AS a"),
    ("index i", "CREATE INDEX i ON t_gep_total (gep)"),
    ("comment t_gep_total", "COMMENT ON TABLE t_gep_total IS 'in billions'"),
    ("comment t_gep_total.gep", "COMMENT ON COLUMN t_gep_total.gep IS NULL"),
    ("t_vintage_profile", "DELETE FROM t_vintage_profile"),
    ("t_vintage_profile", "UPDATE t_vintage_profile SET vintage = 15"),
    ("t_region_path", "UPDATE t_region_path SET name_zh = '他处'"),
    ("t_loaded", "UPDATE t_loaded SET manifest = 'x'"),
    ("t_loaded", "DELETE FROM t_loaded"),
    ("t_schema", "UPDATE t_schema SET head = ''"),
    ("t_schema", "UPDATE t_schema SET head = 'x'"),
    ("t_schema", "INSERT INTO t_schema SELECT * FROM t_schema"),
    ("", "UPDATE t_schema SET version = 99"),
    ("", "DROP TABLE t_schema"),
    ("", "DELETE FROM t_schema"),
)


def test_every_edit_of_a_stored_table_is_named(bench: Bench) -> None:
    every = table_edits(bench.store)
    assert {t for t, _ in every} == {t.name for t in STORED}
    picked = every if TABLE_EDITS is None else chance("sql").sample(every, TABLE_EDITS)
    for table, statement in picked:
        found = by_sql(bench, statement)
        assert named(found, STORE, f"{table} "), (statement, stops(found))
    print(f"edits of rows: {len(picked)} of {len(every)}")


@pytest.mark.parametrize(("key", "statement"), OBJECTS if FULL else OBJECTS[::3])
def test_every_edit_of_a_view_a_comment_or_a_derived_table_is_named(bench: Bench, key: str, statement: str) -> None:
    found = by_sql(bench, statement)
    assert named(found, STORE, key), stops(found)


def test_an_empty_text_in_the_place_of_null_is_no_way_around(bench: Bench) -> None:
    found = by_sql(
        bench, "UPDATE t_finding SET answer = '' WHERE rowid = (SELECT min(rowid) FROM t_finding WHERE answer IS NULL)"
    )
    assert named(found, STORE, "finding "), stops(found)


def test_a_row_of_a_vintage_that_was_never_run_is_named(bench: Bench) -> None:
    found = by_sql(bench, "INSERT INTO t_gep_total SELECT * REPLACE (99 AS vintage) FROM t_gep_total LIMIT 1")
    assert named(found, STORE, "gep_total vintage=99"), stops(found)


def test_a_store_that_says_it_is_of_another_program_is_built_again(bench: Bench) -> None:
    """Whoever changes a figure and the mark of the program is not compared; nor does any question see the figure."""
    before = ask(bench.root)
    with duckdb.connect(str(bench.root / STORE)) as con:
        con.execute("UPDATE t_gep_total SET gep = 1")
        con.execute("UPDATE t_schema SET declared = 'x'")
    assert [f.code for f in look(bench.root) if f.place.file == STORE] == ["VERIFY-STORE-OTHER"]
    assert ask(bench.root) == before
    restore_store(bench)


def test_an_edit_that_stands_in_the_log_of_the_store_is_named(bench: Bench) -> None:
    """A connection that is not closed leaves its change in accounts.duckdb.wal; readers would see it, so verify does."""
    work = bench.root / STORE
    con = duckdb.connect(str(work), config={"checkpoint_threshold": "1TB"})
    con.execute("SET checkpoint_threshold = '1TB'")
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("UPDATE t_gep_total SET gep = 1")
    con.close()
    assert work.with_name(f"{STORE}.wal").is_file()
    found = look(bench.root)
    restore_store(bench)
    assert named(found, STORE, "gep_total "), stops(found)
