"""Open data as a Data Package: which tables it holds, their CSV text, Table Schema, dictionary and `datapackage.json`.

Everything is made from the declarations of the tables; no column is named here a second time. The same rows give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gep.base.records import Names, Source
from gep.ledger.cells import DECIMAL_TYPE, csv_line, instant_text
from gep.ledger.columns import Column, Table
from gep.ledger.files import Digest
from gep.ledger.query import QueryResult, render, safe_cell
from gep.ledger.tables import STORED_STATES, TABLES
from gep.ledger.views import comment

NAME = "gep-open-data"
RETURNS = frozenset({"fact", "submission", "trace"})  # what the departments returned, cell by cell
INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
TYPES: Mapping[str, Mapping[str, object]] = {
    "VARCHAR": {"type": "string"},
    "INTEGER": {"type": "integer"},
    "BIGINT": {"type": "integer"},
    "BOOLEAN": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    "DATE": {"type": "date"},
    "TIMESTAMP": {"type": "datetime", "format": INSTANT},
}
DIALECT = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}


@dataclass(frozen=True, slots=True)
class Held:
    """A file of the export: its path in the folder, size and digest."""

    path: str
    bytes: int
    digest: Digest


@dataclass(frozen=True, slots=True)
class Exported:
    """One table of the export with its rows counted and its files."""

    table: Table
    rows: int
    csv: Held
    parquet: Held


def tables(*, returns: bool) -> tuple[Table, ...]:
    """The tables of an export. `returns`: also those that repeat what the departments returned (an evidence pack)."""
    return tuple(t for t in TABLES if returns or t.name not in RETURNS)


def csv_bytes(result: QueryResult) -> bytes:
    """UTF-8, LF, a header, NULL empty, decimals in plain digits, instants in UTC; text that a spreadsheet would take for a
    formula gets a leading apostrophe.
    """
    rows = result.rows
    if "TIMESTAMP" in result.types:
        rows = tuple(tuple(_instant(cell) for cell in row) for row in rows)
    return render(replace(result, rows=rows), "csv")


def _instant(cell: object) -> object:
    # the store holds UTC without saying so; the text says it
    return instant_text(datetime.fromisoformat(f"{cell.isoformat()}+00:00")) if isinstance(cell, datetime) else cell


def field(table: Table, column: Column) -> dict[str, object]:
    """A column as a field of Table Schema; `storedType` is the exact type that a reader of numbers may keep."""
    kind = {"type": "number"} if DECIMAL_TYPE.fullmatch(column.type) else dict(TYPES[column.type])
    limits: dict[str, object] = {"required": True} if column.not_null else {}
    if column.name == "state" and table.amount:
        limits["enum"] = list(STORED_STATES)
    made = {"name": column.name, **kind, "description": comment(column.zh, column.en)}
    made |= {"description_zh": column.zh, "description_en": column.en, "storedType": column.type}
    return made | ({"constraints": limits} if limits else {})


def schema(table: Table) -> dict[str, object]:
    """The Table Schema of a table. Its key is declared where the table has one; the empty cell is the one missing value."""
    made: dict[str, object] = {"fields": [field(table, c) for c in table.columns], "missingValues": [""]}
    return made | ({"primaryKey": [c.name for c in table.keys]} if table.unique else {})


def resource(exported: Exported) -> dict[str, object]:
    """The CSV of a table with its schema; `parquet` names the file that holds the same rows in their exact types."""
    table = exported.table
    return {
        "name": table.name.replace("_", "-"),
        "profile": "tabular-data-resource",
        **_file(exported.csv),
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        "title": table.name,
        "description": comment(table.zh, table.en),
        "description_zh": table.zh,
        "description_en": table.en,
        "rows": exported.rows,
        "parquet": _file(exported.parquet),
        "schema": schema(table),
    }


def _file(held: Held) -> dict[str, object]:
    return {"path": held.path, "bytes": held.bytes, "hash": f"sha256:{held.digest.sha256}"}


def source(given: Source) -> dict[str, object]:
    """A source of parameters as an entry of `sources`; its path is the DOI or the address, if it has one."""
    path = f"https://doi.org/{given.doi}" if given.doi else given.url
    made = {"title": given.title, "path": path, "id": given.id, "kind": given.kind, "authors": given.authors}
    made |= {"year": given.year, "published_in": given.published_in}
    return {name: text for name, text in made.items() if text}


def package(names: Names, vintages: Sequence[int], exported: Iterable[Exported], sources: Iterable[Source]) -> bytes:
    """`datapackage.json`. It names no licence, as the book holds none, and no time: it is the same whenever it is written."""
    body: dict[str, object] = {
        "profile": "data-package",
        "name": NAME,
        "title": comment(names.zh, names.en),
        "version": ",".join(map(str, vintages)),
        "sources": [source(s) for s in sources],
        "resources": [resource(e) for e in exported],
    }
    if not body["sources"]:
        del body["sources"]  # the specification wants at least one, or none at all
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


DICTIONARY = ("table", "column", "type", "key", "required", "zh", "en")


def dictionary(listed: Iterable[Table]) -> bytes:
    """What every exported table (`-` in column) and column means, as CSV."""
    lines = [list(DICTIONARY)]
    for table in listed:
        lines.append([table.name, "-", "table", "", "", table.zh, table.en])
        lines += [[table.name, c.name, c.type, _flag(c.key), _flag(c.not_null), c.zh, c.en] for c in table.columns]
    return "".join(f"{csv_line([safe_cell(cell) for cell in line])}\n" for line in lines).encode()


def _flag(value: bool) -> str:
    return "true" if value else "false"
