"""The query store against the releases it was made from: each table of each vintage, row by row as canonical text."""

# ruff: noqa: S608  (every name in the SQL is one of tables.py; values are bound)
from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger import journal_tables
from gep.ledger.cells import csv_line
from gep.ledger.columns import Column, Table
from gep.ledger.files import Hasher
from gep.ledger.journal import Entry
from gep.ledger.releases import File, read_manifest
from gep.ledger.store import BATCH, JOURNAL_TABLES, as_text, connect, declared
from gep.ledger.tables import BY_NAME, TABLES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN = 5


def check_store(path: Path, releases: Sequence[Path], entries: Sequence[Entry]) -> Iterator[Finding]:
    """Every table of the store whose rows are not those of the releases and the journal, with the first rows that differ.

    The rows of a vintage are written out as the release wrote them and compared by hash, so nothing depends on the columns that a
    newer program added. A store made from other declarations than this program's is not compared: it is built again when asked.
    """
    try:
        with connect(path) as con:
            row = con.execute("SELECT declared FROM t_schema").fetchone()
            if row is None or row[0] != declared():
                yield finding("VERIFY-STORE-OTHER", Place(path.name))
                return
            yield from _extra(con, path, [folder.name for folder in releases])
            for folder in releases:
                manifest = read_manifest(folder)
                for table in manifest.tables:
                    file = next(f for f in manifest.files if f.name == f"{table.name}.csv")
                    yield from _table(con, path, folder, table, file)
            yield from _journal(con, path, entries)
    except Refused as refused:
        yield from refused.findings


def _extra(con: DuckDBPyConnection, path: Path, names: Sequence[str]) -> Iterator[Finding]:
    """Rows of vintages that no release is of."""
    known = [int(n) for n in names if n.isdigit()]
    for table in TABLES:
        sql = f"SELECT vintage, count(*) FROM {table.stored} WHERE NOT list_contains(?::BIGINT[], vintage) GROUP BY 1 ORDER BY 1"
        for vintage, count in con.execute(sql, [known]).fetchall():
            yield finding("VERIFY-STORE-EXTRA", Place(path.name, key=f"{table.name} vintage={vintage}"), found=count)


def _table(con: DuckDBPyConnection, path: Path, folder: Path, table: Table, file: File) -> Iterator[Finding]:
    with (folder / file.name).open(encoding="utf-8", newline="") as stream:
        heads = next(csv.reader(stream))
    columns = [table.column(name) for name in heads]
    hasher, size = Hasher(), 0
    for line in [csv_line(heads).encode() + b"\n", *_lines(con, table, columns, int(folder.name))]:
        hasher.update(line)
        size += len(line)
    if hasher.digest() == file.digest:
        return
    recorded = set((folder / file.name).read_bytes().splitlines(keepends=True)[1:])
    held = set(_lines(con, table, columns, int(folder.name)))
    yield _difference(path, table, folder.name, held - recorded, recorded - held)


def _lines(con: DuckDBPyConnection, table: Table, columns: Sequence[Column], vintage: int) -> Iterator[bytes]:
    """The rows of a vintage as its release has them: sorted by the text of the keys, then of all columns."""
    names = [f"c{i}" for i in range(len(columns))]
    chosen = ", ".join(f"{as_text(c)} AS {n}" for c, n in zip(columns, names, strict=True))
    keys = [n for c, n in zip(columns, names, strict=True) if c.key]
    only = " AND seq = vintage" if table.name == "release_state" else ""  # later states come from the journal
    sql = f"SELECT {chosen} FROM {table.stored} WHERE vintage = ?{only} ORDER BY {', '.join([*keys, *names])}"
    cursor = con.execute(sql, [vintage])
    while rows := cursor.fetchmany(BATCH):
        for row in rows:
            yield f"{csv_line(row)}\n".encode()


def _journal(con: DuckDBPyConnection, path: Path, entries: Sequence[Entry]) -> Iterator[Finding]:
    """The tables made from the journal, as far as the store was brought up to it."""
    row = con.execute("SELECT head FROM t_schema").fetchone()
    upto = next((i for i, e in enumerate(entries, 1) if row and e.hash.sha256 == row[0]), 0)
    made = journal_tables.rows(entries[:upto])
    for table in (*JOURNAL_TABLES, BY_NAME["release_state"]):
        stored = "seq <> vintage" if table.name == "release_state" else "true"
        chosen = ", ".join(map(as_text, table.columns))
        held = {csv_line(r).encode() for r in con.execute(f"SELECT {chosen} FROM {table.stored} WHERE {stored}").fetchall()}
        recorded = {
            csv_line(["" if r.get(c.name) is None else str(r[c.name]) for c in table.columns]).encode() for r in made[table.name]
        }
        if held != recorded:
            yield _difference(path, table, "journal.jsonl", held - recorded, recorded - held)


def _difference(path: Path, table: Table, record: str, held: set[bytes], recorded: set[bytes]) -> Finding:
    def shown(lines: set[bytes]) -> str:
        first = [line.decode().rstrip("\n") for line in sorted(lines)[:SHOWN]]
        return " ¦ ".join([*first, *(["…"] if len(lines) > SHOWN else [])]) or "-"

    place = Place(path.name, key=f"{table.name} {record}")
    difference = f"{len(held)} / {len(recorded)}"
    return finding(
        "VERIFY-STORE-ROWS", place, found=shown(held), expected=shown(recorded), difference=difference, table=table.name
    )
