"""The query store: accounts.duckdb, built from the releases alone, thrown away and built again at any time.

The file is written in a storage version that DuckDB 1.5 and 2.x both read. It is opened read-only and locked, so that a query can
do nothing but read the books it was given.
"""

# ruff: noqa: S608  (every name in the SQL is one of tables.py; values go through literal() or the CSV files)
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger.cells import csv_line
from gep.ledger.files import Hasher, sibling, sync_folder
from gep.ledger.releases import Manifest, check, read_manifest
from gep.ledger.tables import TABLES, Table
from gep.ledger.views import comment, create_statements, derived_statements, literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA_VERSION = 1
STORAGE_VERSION = "v1.5.0"
BATCH = 10_000
ALIAS = re.compile(r"[A-Za-z_\u4e00-\u9fff][0-9A-Za-z_\u4e00-\u9fff]*")
MAIN = "accounts"  # the name of the opened book itself
RESERVED = frozenset({MAIN, "main", "temp", "system", "memory"})
CLOSED = ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions")


def rebuild(path: Path, releases: Sequence[Path], *, hashed: bool = True) -> str:
    """Build the query store at `path` from release folders and return the canonical hash of its contents (SHA-256, hex).

    Every release is compared with its manifest first. The store is built beside `path` and renamed into place, so readers see the
    old one or the new one. The hash is the same for the same content, whatever the order of the folders or the DuckDB version;
    it takes as long as the rest, so a caller that has no use for it leaves it out (`hashed` false: the empty text).
    Raises Refused if a release is not sound or two of them hold the same key.
    """
    faults = [fault for folder in releases for fault in check(folder)]
    if faults:
        raise Refused(faults)
    manifests = [(folder, read_manifest(folder)) for folder in sorted(releases)]
    building = sibling(path)
    try:
        contents = _build(building, manifests, hashed=hashed)
        building.replace(path)
    finally:
        for left in (building, building.with_name(building.name + ".wal")):
            with suppress(FileNotFoundError):
                left.unlink()
    sync_folder(path.parent)
    return contents


def _build(path: Path, manifests: Sequence[tuple[Path, Manifest]], *, hashed: bool) -> str:
    import duckdb

    with duckdb.connect(config=dict.fromkeys(CLOSED, "false")) as con:
        # without this pin DuckDB 2 writes a format that 1.5 refuses
        con.execute(f"ATTACH {literal(str(path))} AS building (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        con.execute("USE building")
        con.execute("BEGIN")
        _create(con)
        for folder, manifest in manifests:
            for table in manifest.tables:
                _load(con, table, folder / f"{table.name}.csv", manifest)
        _refuse_twice(con)
        for statement in [*derived_statements(), *create_statements()]:
            con.execute(statement)
        con.execute("COMMIT")
        contents = contents_hash(con) if hashed else ""
        con.execute("CHECKPOINT building")
        con.execute("USE memory")
        con.execute("DETACH building")
    return contents


def _create(con: DuckDBPyConnection) -> None:
    for table in TABLES:
        columns = ", ".join(f"{quoted(c.name)} {c.type}{' NOT NULL' if c.not_null else ''}" for c in table.columns)
        con.execute(f"CREATE TABLE {table.stored} ({columns})")
        con.execute(f"COMMENT ON TABLE {table.stored} IS {literal(comment(table.zh, table.en))}")
        for c in table.columns:
            con.execute(f"COMMENT ON COLUMN {table.stored}.{quoted(c.name)} IS {literal(comment(c.zh, c.en))}")
    con.execute("CREATE TABLE t_schema (version INTEGER NOT NULL)")
    con.execute("INSERT INTO t_schema VALUES (?)", [SCHEMA_VERSION])


def _load(con: DuckDBPyConnection, table: Table, file: Path, manifest: Manifest) -> None:
    """Append one CSV file of a release; every type is given, nothing is guessed from the content."""
    import duckdb

    place = Place(f"{file.parent.name}/{file.name}")
    columns = "{" + ", ".join(f"{literal(c.name)}: {literal(c.type)}" for c in table.columns) + "}"
    names = ", ".join(quoted(c.name) for c in table.columns)
    before = _count(con, table)
    try:
        con.execute(
            f"""INSERT INTO {table.stored} ({names}) SELECT {names} FROM read_csv({literal(str(file))}, auto_detect = false,
            header = true, delim = ',', quote = '"', escape = '"', comment = '', nullstr = '', allow_quoted_nulls = false,
            new_line = '\\n', strict_mode = true, null_padding = false, ignore_errors = false, parallel = false,
            max_line_size = 67108864, columns = {columns})"""
        )
    except duckdb.Error as error:
        raise Refused([finding("LEDGER-STORE-LOAD", place, reason=_first_line(error))]) from error
    loaded, expected = _count(con, table) - before, manifest.rows(table.name)
    if loaded != expected:
        difference = loaded - expected
        raise Refused(
            [finding("LEDGER-STORE-ROWS", place, found=loaded, expected=expected, difference=difference, table=table.name)]
        )


def _count(con: DuckDBPyConnection, table: Table) -> int:
    row = con.execute(f"SELECT count(*) FROM {table.stored}").fetchone()
    return int(row[0]) if row else 0


def _refuse_twice(con: DuckDBPyConnection) -> None:
    faults = []
    for table in TABLES:
        if not table.unique:
            continue
        keys = ", ".join(quoted(c.name) for c in table.keys)
        row = con.execute(
            f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM {table.stored} GROUP BY {keys} HAVING n > 1)"
        ).fetchone()
        if row and row[0]:
            faults.append(finding("LEDGER-STORE-TWICE", Place(f"{table.name}.csv"), found=row[0], table=table.name))
    if faults:
        raise Refused(faults)


def contents_hash(con: DuckDBPyConnection) -> str:
    """SHA-256 over all stored tables in their declared order: name, header and sorted rows as canonical text."""
    hasher = Hasher()
    for table in TABLES:
        hasher.update(f"{table.name}\n{csv_line([c.name for c in table.columns])}\n".encode())
        for line in _lines(con, table):
            hasher.update(line)
    return hasher.digest().sha256


def _lines(con: DuckDBPyConnection, table: Table) -> Iterator[bytes]:
    # an instant comes back without its zone: it is UTC by declaration of the column
    chosen = ", ".join(
        f"coalesce(strftime({quoted(c.name)}, '%Y-%m-%dT%H:%M:%S.%fZ'), '')"
        if c.type == "TIMESTAMP"
        else f"coalesce(CAST({quoted(c.name)} AS VARCHAR), '')"
        for c in table.columns
    )
    cursor = con.execute(f"SELECT {chosen} FROM {table.stored} ORDER BY ALL")
    while rows := cursor.fetchmany(BATCH):
        yield "".join(f"{csv_line(row)}\n" for row in rows).encode()


def connect(path: Path, attach: Sequence[tuple[str, Path]] = (), as_of: date | None = None) -> DuckDBPyConnection:
    """Open a query store read-only and locked: no other file, no network, no extension, no change of settings.

    `attach` gives further books as (name, path of their store), read as name.view. `as_of` makes the plain views show what was
    known at the end of that day (UTC). Raises Refused if a store is missing, damaged or of another schema version.
    """
    import duckdb

    faults = [*_aliases(path, attach), *(_missing(p) for p in (path, *(p for _, p in attach)) if not p.is_file())]
    if faults:
        raise Refused(faults)
    # an instance of its own: a file opened by name is shared inside the process, with whatever settings came first
    con = duckdb.connect(config=dict.fromkeys(CLOSED, "false"))
    opening = path
    try:
        books = [(MAIN, path), *attach]
        for name, file in books:
            opening = file
            con.execute(f"ATTACH {literal(str(file))} AS {quoted(name)} (READ_ONLY)")
        con.execute(f"USE {MAIN}")
        _lock(con, as_of)
        for name, file in books:
            opening = file
            _require_schema(con, file, f"{quoted(name)}.main")
    except duckdb.Error as error:
        con.close()
        raise Refused([finding("LEDGER-STORE-DAMAGED", Place(opening.name), reason=_first_line(error))]) from error
    except Refused:
        con.close()
        raise
    return con


def _lock(con: DuckDBPyConnection, as_of: date | None) -> None:
    if as_of is not None:
        con.execute(f"SET VARIABLE gep_as_of = DATE {literal(as_of.isoformat())}")
    con.execute("SET python_enable_replacements = false")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")


def _aliases(path: Path, attach: Sequence[tuple[str, Path]]) -> list[Finding]:
    """Names that cannot stand before a view, stand twice, or give the same file a second time (which DuckDB cannot open)."""
    taken = set(RESERVED)
    files = {path.resolve()}
    faults = []
    for name, other in attach:
        if not ALIAS.fullmatch(name) or name.lower() in taken or other.resolve() in files:
            faults.append(finding("LEDGER-STORE-ATTACH", Place(other.name, key=name), found=name))
        taken.add(name.lower())
        files.add(other.resolve())
    return faults


def _missing(path: Path) -> Finding:
    return finding("LEDGER-STORE-MISSING", Place(path.name))


def _require_schema(con: DuckDBPyConnection, path: Path, schema: str) -> None:
    row = con.execute(f"SELECT version FROM {schema}.t_schema").fetchone()
    if row is None or row[0] != SCHEMA_VERSION:
        found = row[0] if row else "-"
        raise Refused([finding("LEDGER-STORE-SCHEMA", Place(path.name), found=found, expected=SCHEMA_VERSION)])


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
