"""The query store against the record it was made from: each table of each vintage, row by row as canonical text."""

# ruff: noqa: S608  (every name in the SQL is one of tables.py; values are bound)
from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger import journal_tables
from gep.ledger.cells import csv_line
from gep.ledger.columns import Column, Table
from gep.ledger.files import Hasher
from gep.ledger.journal import Entry
from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.releases import File, read_manifest
from gep.ledger.store import BATCH, MAIN, as_text, connect, declared
from gep.ledger.store_schema import check_derived, check_schema
from gep.ledger.tables import BY_NAME, TABLES
from gep.ledger.views import literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SHOWN = 5
EMPTY = "''"  # an empty text, as SQL writes it
OF_THE_RUN = {"release_state": " AND seq = vintage"}  # later states come from the journal


def check_store(
    path: Path, releases: Sequence[Path], entries: Sequence[Entry], damaged: Collection[str] = ()
) -> Iterator[Finding]:
    """Every table, view and comment of the store that is not what releases and journal say, with the first rows that differ.

    The rows of a vintage are written out as the release wrote them and compared by hash, so nothing depends on the columns that a
    newer program added. `damaged`: the names of releases that are no measure, being damaged themselves. A store made from other
    declarations than this program's is not compared: it is built again when asked.
    """
    import duckdb

    try:
        with connect(path) as con:
            stamps = con.execute("SELECT declared, head FROM t_schema").fetchall()
            if stamps[0][0] != declared():
                yield finding("VERIFY-STORE-OTHER", Place(path.name))
                return
            if len(stamps) > 1:
                yield _unlike(path, "t_schema", stamps[1:], [])
            yield from check_schema(con, path.name, MAIN)
            yield from _head(path, entries, str(stamps[0][1]))
            held = _upto(entries, str(stamps[0][1]))
            seals = {str(e.seq): str(cast(Mapping[str, str], e.data["manifest"])["sha256"]) for e in held if e.act == "run"}
            yield from _loaded(con, path, seals)
            yield from _extra(con, path, list(seals))
            for folder in releases:
                if folder.name in seals and folder.name not in damaged:
                    yield from _release(con, path, folder)
            yield from _journal(con, path, held)
            yield from check_derived(con, path.name)
    except Refused as refused:
        yield from refused.findings
    except duckdb.Error as error:  # a page whose checksum is wrong shows only when it is read
        yield finding("LEDGER-STORE-DAMAGED", Place(path.name), reason=str(error).strip().partition("\n")[0])


def _upto(entries: Sequence[Entry], head: str) -> Sequence[Entry]:
    """The entries that a store was brought up to; all of them if it names none of them."""
    return entries[: next((i for i, e in enumerate(entries, 1) if e.hash.sha256 == head), len(entries))]


def _head(path: Path, entries: Sequence[Entry], head: str) -> Iterator[Finding]:
    """The journal entry the store was brought up to: one the journal lacks is a fault, one before its end is not."""
    if entries and head not in {e.hash.sha256 for e in entries}:
        yield finding("VERIFY-STORE-HEAD", Place(path.name, key="t_schema"), found=head or "-", expected=entries[-1].hash.sha256)
    elif behind := len(entries) - len(_upto(entries, head)):
        yield finding("VERIFY-STORE-BEHIND", Place(path.name), found=behind)


def _loaded(con: DuckDBPyConnection, path: Path, seals: Mapping[str, str]) -> Iterator[Finding]:
    """Which releases the store says it holds."""
    held = Counter((str(name), str(seal)) for name, seal in con.execute("SELECT folder, manifest FROM t_loaded").fetchall())
    recorded = Counter(seals.items())
    if held != recorded:
        more, less = sorted((held - recorded).elements()), sorted((recorded - held).elements())
        yield _unlike(path, "t_loaded", more, less)


def _extra(con: DuckDBPyConnection, path: Path, names: Sequence[str]) -> Iterator[Finding]:
    """Rows of vintages that no release is of."""
    known = [int(n) for n in names]
    for table in TABLES:
        sql = f"SELECT vintage, count(*) FROM {table.stored} WHERE NOT list_contains(?::BIGINT[], vintage) GROUP BY 1 ORDER BY 1"
        for vintage, count in con.execute(sql, [known]).fetchall():
            yield finding("VERIFY-STORE-EXTRA", Place(path.name, key=f"{table.name} vintage={vintage}"), found=count)


def _release(con: DuckDBPyConnection, path: Path, folder: Path) -> Iterator[Finding]:
    """Every table of a vintage; one that the release does not have holds no row of it."""
    manifest = read_manifest(folder)
    held = {t.name for t in manifest.tables}
    for table in TABLES:
        if table.name in held:
            file = next(f for f in manifest.files if f.name == f"{table.name}.csv")
            yield from _table(con, path, folder, table, file)
            continue
        only = OF_THE_RUN.get(table.name, "")
        if lines := Counter(_lines(con, table, table.columns, int(folder.name), only)):
            yield _difference(path, table, folder.name, lines, Counter())


def _table(con: DuckDBPyConnection, path: Path, folder: Path, table: Table, file: File) -> Iterator[Finding]:
    with (folder / file.name).open(encoding="utf-8", newline="") as stream:
        heads = next(csv.reader(stream))
    columns = [table.column(name) for name in heads]
    only = OF_THE_RUN.get(table.name, "")
    hasher = Hasher()
    hasher.update(csv_line(heads).encode() + b"\n")
    for line in _lines(con, table, columns, int(folder.name), only):
        hasher.update(line)
    yield from _filled(con, path, table, [c for c in table.columns if c.name not in heads], int(folder.name))
    if hasher.digest() == file.digest:
        return
    recorded = Counter((folder / file.name).read_bytes().splitlines(keepends=True)[1:])
    held = Counter(_lines(con, table, columns, int(folder.name), only))
    yield _difference(path, table, folder.name, held, recorded)


def _filled(con: DuckDBPyConnection, path: Path, table: Table, later: Sequence[Column], vintage: int) -> Iterator[Finding]:
    """Columns that the program of a release did not know hold nothing in its rows."""
    if not later:
        return
    filled = " OR ".join(f"{quoted(c.name)} IS NOT NULL" for c in later)
    row = con.execute(f"SELECT count(*) FROM {table.stored} WHERE vintage = ? AND ({filled})", [vintage]).fetchone()
    if row and row[0]:
        key = f"{table.name} {', '.join(c.name for c in later)}"
        yield finding("VERIFY-STORE-EXTRA", Place(path.name, key=key), found=row[0])


def _lines(con: DuckDBPyConnection, table: Table, columns: Sequence[Column], vintage: int, only: str) -> Iterator[bytes]:
    """The rows of a vintage as its release has them: sorted by the text of the keys, then of all columns."""
    names = [f"c{i}" for i in range(len(columns))]
    chosen = ", ".join(f"{_cell(c)} AS {n}" for c, n in zip(columns, names, strict=True))
    keys = [n for c, n in zip(columns, names, strict=True) if c.key]
    sql = f"SELECT {chosen} FROM {table.stored} WHERE vintage = ?{only} ORDER BY {', '.join([*keys, *names])}"
    cursor = con.execute(sql, [vintage])
    while rows := cursor.fetchmany(BATCH):
        for row in rows:
            yield f"{csv_line(row)}\n".encode()


def _cell(column: Column) -> str:
    """SQL for the text of a cell; an empty text, which no release holds, is told from NULL."""
    text = as_text(column)
    return f"CASE WHEN {quoted(column.name)} = '' THEN {literal(EMPTY)} ELSE {text} END" if column.type == "VARCHAR" else text


def _journal(con: DuckDBPyConnection, path: Path, entries: Sequence[Entry]) -> Iterator[Finding]:
    """The tables made from the journal, as far as the store was brought up to it."""
    made = journal_tables.rows(entries)
    for table in (*JOURNAL_TABLES, BY_NAME["release_state"]):
        stored = "seq <> vintage" if table.name == "release_state" else "true"
        chosen = ", ".join(map(_cell, table.columns))
        rows = con.execute(f"SELECT {chosen} FROM {table.stored} WHERE {stored}").fetchall()
        held = Counter(csv_line(r).encode() for r in rows)
        recorded = Counter(
            csv_line(["" if r.get(c.name) is None else str(r[c.name]) for c in table.columns]).encode() for r in made[table.name]
        )
        if held != recorded:
            yield _difference(path, table, "journal.jsonl", held, recorded)


def _difference(path: Path, table: Table, record: str, held: Counter[bytes], recorded: Counter[bytes]) -> Finding:
    more, less = ([line.decode().rstrip("\n") for line in sorted(rows.elements())] for rows in (held - recorded, recorded - held))
    return _unlike(path, f"{table.name} {record}", more, less)


def _unlike(path: Path, key: str, more: Sequence[object], less: Sequence[object]) -> Finding:
    """Rows the store has too many and too few, the first of them shown. `key`: the table, and the record it was held against."""

    def shown(rows: Sequence[object]) -> str:
        return " ¦ ".join([*map(str, rows[:SHOWN]), *(["…"] if len(rows) > SHOWN else [])]) or "-"

    difference, table = f"{len(more)} / {len(less)}", key.partition(" ")[0]
    place = Place(path.name, key=key)
    return finding("VERIFY-STORE-ROWS", place, found=shown(more), expected=shown(less), difference=difference, table=table)
