"""Releases: the record of a vintage as plain CSV files and documents under one manifest, written once and never again.

    releases/<vintage>/  <table>.csv …  documents  manifest.json

The same content gives the same bytes, in whatever order the rows came. A folder appears whole, by rename, or not at all.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding
from gep.ledger.cells import CellFault, csv_line, writer
from gep.ledger.files import Digest, digest_bytes, digest_file, sibling, sync_folder, write_synced
from gep.ledger.invariants import Row, check_rows, row_key
from gep.ledger.journal import canonical
from gep.ledger.tables import BY_NAME, Table

SCHEMA = "gep.release/1"
MANIFEST = "manifest.json"
DOCUMENT = re.compile(r"(?!.*(?:^|/)\.)[0-9A-Za-z_.-]+(?:/[0-9A-Za-z_.-]+)*")


@dataclass(frozen=True, slots=True)
class File:
    """One file of a release; `rows` counts the data rows of a table and is None for a document."""

    name: str
    bytes: int
    rows: int | None
    digest: Digest


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a release holds. `digest` is taken over the canonical manifest without its digest: the seal of the whole release."""

    meta: Mapping[str, object]
    files: tuple[File, ...]
    digest: Digest

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables of the release, in the order of their declaration."""
        held = {f.name for f in self.files if f.rows is not None}
        return tuple(t for t in BY_NAME.values() if f"{t.name}.csv" in held)

    def rows(self, table: str) -> int:
        """Number of data rows of a table; 0 if the release does not hold it."""
        return next((f.rows or 0 for f in self.files if f.name == f"{table}.csv"), 0)


def write(
    folder: Path,
    tables: Mapping[str, Iterable[Mapping[str, object]]],
    documents: Mapping[str, bytes],
    meta: Mapping[str, object],
) -> Manifest:
    """Write a release into `folder` (releases/<vintage>) and return its manifest.

    `tables` maps a table name to rows {column: value}; a column left out is NULL. Values are what `cells.cell_text` takes:
    amounts Decimal, never float; no empty text. `documents` are stored byte by byte; `meta` is plain JSON. Raises Refused with
    every finding at once if a cell, row or name is not fit to be recorded, or if the folder exists.
    """
    if folder.exists():
        raise Refused([finding("LEDGER-RELEASE-EXISTS", Place(folder.name))])
    held = {name: list(rows) for name, rows in tables.items()}
    held = {name: rows for name, rows in held.items() if rows or name not in BY_NAME or not BY_NAME[name].optional}
    faults = _names(held, documents)
    cells: dict[str, list[list[str]]] = {}
    for name, rows in held.items():
        if name in BY_NAME:
            cells[name], wrong = _cells(BY_NAME[name], rows)
            faults += wrong
    if not faults:
        faults = list(check_rows(held))
    content = {f"{name}.csv": _csv(BY_NAME[name], lines) for name, lines in cells.items()} if not faults else {}
    if not faults:
        faults = [fault for name, lines in cells.items() for fault in _twice(BY_NAME[name], lines)]
    if faults:
        raise Refused(faults)
    counts = {f"{name}.csv": len(rows) for name, rows in held.items()}
    content |= dict(documents)
    files = tuple(File(name, len(data), counts.get(name), digest_bytes(data)) for name, data in sorted(content.items()))
    body = _body(meta, files)
    digest = digest_bytes(canonical(body))
    sealed = canonical(body | {"digest": digest.as_dict()}) + b"\n"
    publish(folder, content | {MANIFEST: sealed})
    return Manifest(dict(meta), files, digest)


def _names(tables: Mapping[str, object], documents: Mapping[str, bytes]) -> list[Finding]:
    faults = [finding("LEDGER-TABLE-UNKNOWN", Place(name), known=", ".join(BY_NAME)) for name in tables if name not in BY_NAME]
    taken = {MANIFEST, *(f"{name}.csv" for name in BY_NAME)}
    for name in documents:
        if name in taken or not DOCUMENT.fullmatch(name):
            faults.append(finding("LEDGER-DOCUMENT-NAME", Place(name), found=name))
    return faults


def _cells(table: Table, rows: Iterable[Row]) -> tuple[list[list[str]], list[Finding]]:
    """The rows as canonical text; every cell that its column cannot hold and every column that the table does not have."""
    known = {c.name for c in table.columns}
    columns = [(c, writer(c.type)) for c in table.columns]
    lines, faults = [], []
    for row in rows:
        if not row.keys() <= known:
            listed = ", ".join(c.name for c in table.columns)
            faults += [
                finding("LEDGER-COLUMN-UNKNOWN", Place(f"{table.name}.csv", column=n), known=listed) for n in row.keys() - known
            ]
        line = []
        for column, text in columns:
            value = row.get(column.name)
            try:
                if value is None and column.not_null:
                    raise CellFault("LEDGER-CELL-NULL", column.type)
                line.append("" if value is None else text(value))
            except CellFault as fault:
                place = Place(f"{table.name}.csv", column=column.name, key=row_key(table, row))
                shown = "NULL" if value is None else repr(value)
                faults.append(finding(fault.code, place, found=shown, expected=fault.expected, column=column.name))
        lines.append(line)
    return lines, faults


def _csv(table: Table, lines: list[list[str]]) -> bytes:
    """The canonical CSV of a table: header, then rows sorted by key columns and then by all columns; UTF-8, LF, NULL empty."""
    keys = [i for i, c in enumerate(table.columns) if c.key]
    lines.sort(key=lambda cells: ([cells[i] for i in keys], cells))
    return "".join(f"{csv_line(cells)}\n" for cells in [[c.name for c in table.columns], *lines]).encode()


def _twice(table: Table, lines: list[list[str]]) -> list[Finding]:
    """Rows (sorted) that share a key with the row before."""
    if not table.unique:
        return []
    keys = [(i, c.name) for i, c in enumerate(table.columns) if c.key]
    faults = []
    for one, two in pairwise(lines):
        if all(one[i] == two[i] for i, _ in keys):
            place = Place(f"{table.name}.csv", key=" ".join(f"{name}={two[i]}" for i, name in keys))
            faults.append(finding("LEDGER-ROW-TWICE", place, table=table.name))
    return faults


def _body(meta: Mapping[str, object], files: tuple[File, ...]) -> dict[str, object]:
    listed: list[object] = [{"name": f.name, "bytes": f.bytes, "rows": f.rows, **f.digest.as_dict()} for f in files]
    return {"schema": SCHEMA, "meta": dict(meta), "files": listed}


def publish(folder: Path, content: Mapping[str, bytes]) -> None:
    """Write all files into a folder beside the target, flush them, and rename it into place."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    building = sibling(folder)
    building.mkdir()
    try:
        for name, data in content.items():
            path = building / name
            path.parent.mkdir(parents=True, exist_ok=True)
            write_synced(path, data)
        for inner in sorted({building, *((building / name).parent for name in content)}):
            sync_folder(inner)
        try:
            os.rename(building, folder)
        except OSError:
            # a folder with content is never replaced by a rename; any other failure of the disk goes up as it is
            if folder.exists():
                raise Refused([finding("LEDGER-RELEASE-EXISTS", Place(folder.name))]) from None
            raise
        sync_folder(folder.parent)
    finally:
        shutil.rmtree(building, ignore_errors=True)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a release. Raises Refused if it is missing, unreadable, of another schema, or its own digest is wrong."""
    path = folder / MANIFEST
    place = Place(f"{folder.name}/{MANIFEST}")
    try:
        raw = path.read_bytes()
        data = json.loads(raw)
        if set(data) != {"schema", "meta", "files", "digest"} or data["schema"] != SCHEMA:
            raise ValueError("not the fields of a manifest")
        files = tuple(_file(entry) for entry in data["files"])
        digest = Digest.of(data["digest"])
        meta = dict(data["meta"])
        body = _body(meta, files)
        counted = digest_bytes(canonical(body))
        sealed = canonical(body | {"digest": digest.as_dict()}) + b"\n"
    except FileNotFoundError:
        raise Refused([finding("LEDGER-MANIFEST-MISSING", place)]) from None
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Refused([finding("LEDGER-MANIFEST-UNREADABLE", place)]) from None
    if counted != digest or sealed != raw:
        raise Refused([finding("LEDGER-MANIFEST-CHANGED", place, found=counted.sha256, expected=digest.sha256)])
    return Manifest(meta, files, digest)


def _file(entry: Mapping[str, object]) -> File:
    name, size, rows = entry["name"], entry["bytes"], entry["rows"]
    if not isinstance(name, str) or not DOCUMENT.fullmatch(name) or not isinstance(size, int) or not isinstance(rows, int | None):
        raise ValueError("not a file of a manifest")
    return File(name, size, rows, Digest.of({"sha256": entry["sha256"], "sm3": entry["sm3"]}))


def check(folder: Path) -> tuple[Finding, ...]:
    """Compare a release folder with its manifest: every file that is missing, added or changed. Empty means unaltered.

    A release replaced as a whole, manifest included, is not seen here: the journal holds the digest of the manifest.
    """
    try:
        manifest = read_manifest(folder)
    except Refused as refused:
        return refused.findings
    faults = []
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    for file in manifest.files:
        place = Place(f"{folder.name}/{file.name}")
        if file.name not in present:
            faults.append(finding("LEDGER-FILE-MISSING", place, expected=file.digest.sha256))
            continue
        digest, size = digest_file(folder / file.name)
        if (digest, size) != (file.digest, file.bytes):
            faults.append(finding("LEDGER-FILE-CHANGED", place, found=digest.sha256, expected=file.digest.sha256))
    for name in sorted(present - {f.name for f in manifest.files} - {MANIFEST}):
        faults.append(finding("LEDGER-FILE-EXTRA", Place(f"{folder.name}/{name}"), found=name))
    return tuple(faults)
