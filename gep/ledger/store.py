"""The query store: accounts.duckdb, built from the releases alone, thrown away and built again at any time.

The file is written in a storage version that DuckDB 1.5 and 2.x both read. It is opened read-only and locked, so that a query can
do nothing but read the books it was given.
"""

# ruff: noqa: S608  (every name in the SQL is one of tables.py; values go through literal() or the CSV files)
from __future__ import annotations

import csv
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger import journal_tables
from gep.ledger.cells import csv_line
from gep.ledger.columns import Column
from gep.ledger.files import Hasher, digest_bytes, sibling, sync_folder
from gep.ledger.journal import Entry, canonical
from gep.ledger.journal_tables import JOURNAL_TABLES
from gep.ledger.releases import Manifest, check, read_manifest
from gep.ledger.tables import BY_NAME, TABLES, Table
from gep.ledger.views import DERIVED, VIEWS, comment, create_statements, derived_statements, literal, quoted

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SCHEMA_VERSION = 2
STORED = (*TABLES, *JOURNAL_TABLES)
STORAGE_VERSION = "v1.5.0"
BATCH = 10_000
ALIAS = re.compile(r"[A-Za-z_\u4e00-\u9fff][0-9A-Za-z_\u4e00-\u9fff]*")
MAIN = "accounts"  # the name of the opened book itself
RESERVED = frozenset({MAIN, "main", "temp", "system", "memory"})
CLOSED = ("autoinstall_known_extensions", "autoload_known_extensions", "allow_community_extensions")


def rebuild(path: Path, releases: Sequence[Path], entries: Sequence[Entry] = (), *, hashed: bool = True) -> str:
    """Build the query store at `path` from release folders and the journal, and return the canonical hash of its contents.

    Every release is compared with its manifest first. The store is built beside `path` and renamed into place, so readers see the
    old one or the new one. The hash (SHA-256, hex) is the same for the same content, whatever the order of the folders or the
    DuckDB version; it takes as long as the rest, so a caller that has no use for it leaves it out (`hashed` false: empty text).
    Raises Refused if a release is not sound or two of them hold the same key.
    """
    manifests = _sound(sorted(releases))
    with _published(path) as building:
        empty(building)
        with _writing(building) as con:
            _append(con, manifests, entries)
            return _finish(con, hashed=hashed)


def refresh(path: Path, releases: Sequence[Path], entries: Sequence[Entry]) -> None:
    """Bring the query store up to the journal: what it lacks is added on a copy, which then takes its place.

    A store that is missing, damaged, of other declarations than those of this program, or that holds a release the journal does
    not know, or another one under its number, is built again whole. Raises Refused as `rebuild`.
    """
    held = loaded(path)
    wanted = {folder.name: folder for folder in releases}
    sealed = {str(e.seq): cast(Mapping[str, str], e.data["manifest"])["sha256"] for e in entries if e.act == "run"}
    if held is None or any(name not in wanted or sealed.get(name, digest) != digest for name, digest in held.items()):
        rebuild(path, releases, entries, hashed=False)
        return
    manifests = _sound([folder for name, folder in wanted.items() if name not in held])
    with _published(path) as building:
        shutil.copyfile(path, building)
        with _writing(building) as con:
            _append(con, manifests, entries)
            _finish(con, hashed=False)


def loaded(path: Path) -> dict[str, str] | None:
    """The releases a store holds: name of the folder -> SHA-256 of its manifest; None if the store has to be built anew."""
    held = standing(path)
    return held[0] if held else None


def standing(path: Path) -> tuple[dict[str, str], str] | None:
    """What `loaded` says, and SHA-256 of the last journal entry the store was brought up to (empty if it was built without one).

    None if the store has to be built anew.
    """
    import duckdb

    if not path.is_file():
        return None
    try:
        with connect(path) as con:
            row = con.execute("SELECT declared, head FROM t_schema").fetchone()
            if row is None or row[0] != declared():
                return None
            held = {str(name): str(digest) for name, digest in con.execute("SELECT * FROM t_loaded").fetchall()}
            return held, str(row[1])
    except (Refused, duckdb.Error):
        return None


@cache
def declared() -> str:
    """A hash over the tables and views of this program: a store made from other declarations is built again."""
    tables = [(t.name, [(c.name, c.type, c.key, c.required) for c in t.columns]) for t in STORED]
    return digest_bytes(canonical([str(tables), *create_statements(), *derived_statements()])).sha256


def _sound(folders: Sequence[Path]) -> list[tuple[Path, Manifest]]:
    faults = [fault for folder in folders for fault in check(folder)]
    if faults:
        raise Refused(faults)
    return [(folder, read_manifest(folder)) for folder in folders]


@contextmanager
def _published(path: Path) -> Iterator[Path]:
    """A passing name beside `path` to build under; renamed into place at the end, removed if something fails."""
    building = sibling(path)
    try:
        yield building
        with building.open("rb+") as stream:
            os.fsync(stream.fileno())
        building.replace(path)
    finally:
        for left in (building, building.with_name(building.name + ".wal")):
            with suppress(FileNotFoundError):
                left.unlink()
    sync_folder(path.parent)


@contextmanager
def _writing(path: Path) -> Iterator[DuckDBPyConnection]:
    """A connection that writes to the store being built, in one transaction."""
    import duckdb

    with duckdb.connect(config=dict.fromkeys(CLOSED, "false")) as con:
        # without this pin DuckDB 2 writes a format that 1.5 refuses
        con.execute(f"ATTACH {literal(str(path))} AS building (STORAGE_VERSION {literal(STORAGE_VERSION)})")
        con.execute("USE building")
        con.execute("BEGIN")
        yield con
        con.execute("USE memory")
        con.execute("DETACH building")


def _append(con: DuckDBPyConnection, manifests: Sequence[tuple[Path, Manifest]], entries: Sequence[Entry]) -> None:
    """Load releases, put the journal in place of what was there, and compute the derived tables again."""
    for folder, manifest in manifests:
        for table in manifest.tables:
            _load(con, table, folder / f"{table.name}.csv", manifest)
        con.execute("INSERT INTO t_loaded VALUES (?, ?)", [folder.name, manifest.digest.sha256])
    _journal(con, entries)
    if manifests:
        _refuse_twice(con)
    for statement in derived_statements():
        con.execute(statement)
    con.execute("UPDATE t_schema SET head = ?", [entries[-1].hash.sha256 if entries else ""])


def _journal(con: DuckDBPyConnection, entries: Sequence[Entry]) -> None:
    """The tables that come from the journal, and the states set after the runs."""
    made = journal_tables.rows(entries)
    if entries:
        con.execute("DELETE FROM t_release_state WHERE seq <> vintage")
    for table in (*JOURNAL_TABLES, BY_NAME["release_state"]):
        if table in JOURNAL_TABLES:
            con.execute(f"DELETE FROM {table.stored}")
        held = made[table.name]
        marks = ", ".join(f"CAST(? AS {c.type})" for c in table.columns)
        if held:
            con.executemany(
                f"INSERT INTO {table.stored} VALUES ({marks})", [[row.get(c.name) for c in table.columns] for row in held]
            )


def _finish(con: DuckDBPyConnection, *, hashed: bool) -> str:
    con.execute("COMMIT")
    contents = contents_hash(con) if hashed else ""
    con.execute("CHECKPOINT building")
    return contents


def empty(path: Path) -> None:
    """A store at `path` with every table and view of this program and nothing in them."""
    with _writing(path) as con:
        _create(con)
        con.execute(";\n".join((*derived_statements(), *create_statements())))
        con.execute("COMMIT")


def _create(con: DuckDBPyConnection) -> None:
    for table in STORED:
        columns = ", ".join(f"{quoted(c.name)} {c.type}{' NOT NULL' if c.not_null else ''}" for c in table.columns)
        con.execute(f"CREATE TABLE {table.stored} ({columns})")
        con.execute(f"COMMENT ON TABLE {table.stored} IS {literal(comment(table.zh, table.en))}")
        for c in table.columns:
            con.execute(f"COMMENT ON COLUMN {table.stored}.{quoted(c.name)} IS {literal(comment(c.zh, c.en))}")
    con.execute("CREATE TABLE t_schema (version INTEGER NOT NULL, declared VARCHAR NOT NULL, head VARCHAR NOT NULL)")
    con.execute("INSERT INTO t_schema VALUES (?, ?, '')", [SCHEMA_VERSION, declared()])
    con.execute("CREATE TABLE t_loaded (folder VARCHAR NOT NULL, manifest VARCHAR NOT NULL)")


def _load(con: DuckDBPyConnection, table: Table, file: Path, manifest: Manifest) -> None:
    """Append one CSV file of a release; every type is given, nothing is guessed from the content."""
    import duckdb

    place = Place(f"{file.parent.name}/{file.name}")
    held = _columns(table, file)
    columns = "{" + ", ".join(f"{literal(c.name)}: {literal(c.type)}" for c in held) + "}"
    names = ", ".join(quoted(c.name) for c in held)
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


def _columns(table: Table, file: Path) -> list[Column]:
    """The columns a release file has. An older program wrote fewer; what it did not write is NULL."""
    with file.open(encoding="utf-8", newline="") as stream:
        names = next(csv.reader(stream), [])
    known = {c.name: c for c in table.columns}
    lacking = [c.name for c in table.columns if c.not_null and c.name not in names]
    if lacking or not set(names) <= known.keys() or len(set(names)) != len(names):
        reason = f"{', '.join(names)} ≠ {', '.join(known)}"
        raise Refused([finding("LEDGER-STORE-LOAD", Place(f"{file.parent.name}/{file.name}", 1), reason=reason)])
    return [known[name] for name in names]


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
    for table in STORED:
        hasher.update(f"{table.name}\n{csv_line([c.name for c in table.columns])}\n".encode())
        for line in _lines(con, table):
            hasher.update(line)
    return hasher.digest().sha256


def _lines(con: DuckDBPyConnection, table: Table) -> Iterator[bytes]:
    cursor = con.execute(f"SELECT {', '.join(map(as_text, table.columns))} FROM {table.stored} ORDER BY ALL")
    while rows := cursor.fetchmany(BATCH):
        yield "".join(f"{csv_line(row)}\n" for row in rows).encode()


def as_text(column: Column) -> str:
    """SQL for the canonical text of a cell; NULL is the empty text."""
    # an instant comes back without its zone: it is UTC by declaration of the column
    if column.type == "TIMESTAMP":
        return f"coalesce(strftime({quoted(column.name)}, '%Y-%m-%dT%H:%M:%S.%fZ'), '')"
    return f"coalesce(CAST({quoted(column.name)} AS VARCHAR), '')"


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
        for name, file in [(MAIN, path), *((_held(name), file) for name, file in attach)]:
            opening = file
            con.execute(f"ATTACH {literal(str(file))} AS {quoted(name)} (READ_ONLY)")
            _require_schema(con, file, f"{quoted(name)}.main")
        for name, _ in attach:
            _views_of(con, name)
        con.execute(f"USE {MAIN}")
        _lock(con, as_of)
    except duckdb.Error as error:
        con.close()
        raise Refused([finding("LEDGER-STORE-DAMAGED", Place(opening.name), reason=_first_line(error))]) from error
    except Refused:
        con.close()
        raise
    return con


def _held(name: str) -> str:
    """The name an attached file itself goes by; its views stand under the name the user gave."""
    return f"{name} (file)"


def _views_of(con: DuckDBPyConnection, name: str) -> None:
    """The views and macros of an attached book, bound to its own tables.

    DuckDB looks up the tables in the body of a macro where the caller stands, so that other.gep_total_asof(d) would show the rows
    of the opened book: the bodies are written with the full names of the tables instead.
    """
    con.execute(f"ATTACH ':memory:' AS {quoted(name)}")
    con.execute(f"USE {quoted(name)}")
    table = re.compile(rf"\b({'|'.join((*(t.stored for t in STORED), *DERIVED))})\b")
    for view in VIEWS:
        con.execute(table.sub(lambda found: f"{quoted(_held(name))}.main.{found[1]}", view.create))


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
