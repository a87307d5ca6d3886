"""Ad-hoc questions: one reading SQL statement over a locked query store, its result as table, CSV, JSON or Parquet."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal, get_args

from gep.base.findings import Place, Refused, finding
from gep.ledger.cells import DECIMAL_TYPE, csv_line
from gep.ledger.store import connect
from gep.ledger.views import VIEW_NAMES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Format = Literal["table", "csv", "json", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

NUMERAL = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
FORMULA = re.compile(r"[\t\r\n]|[\s\u00a0]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
COMMENT = re.compile(r"(\s|--[^\n]*(\n|$)|/\*.*?\*/)*", re.DOTALL)
CONTROL = {c: 0x2400 + c for c in range(32)} | {127: 0x2421}
SAFE_INTEGER = 2**53
NUMBERS = ("DECIMAL", "INTEGER", "BIGINT", "HUGEINT", "SMALLINT", "TINYINT", "UINTEGER", "UBIGINT", "DOUBLE", "FLOAT")


@dataclass(frozen=True, slots=True)
class QueryResult:
    """Names of the columns, their DuckDB types and the rows as Python values (Decimal, date, str, int, None)."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def select(
    path: Path,
    sql: str,
    attach: Sequence[tuple[str, Path]] = (),
    as_of: date | None = None,
    parameters: Mapping[str, object] | None = None,
) -> QueryResult:
    """Run one statement that only reads. Raises Refused: store missing or damaged, not one reading statement, or an error in it.

    `attach`: further books as (name, path of their store); `as_of`: plain views show what was known at the end of that day (UTC);
    `parameters`: values of `$name` in the statement, bound by DuckDB and never pasted into it.
    """
    _only_reads(sql)
    with connect(path, attach, as_of) as con:
        return ask(con, path, sql, parameters)


def ask(con: DuckDBPyConnection, path: Path, sql: str, parameters: Mapping[str, object] | None = None) -> QueryResult:
    """The same over a store that `store.connect` opened; `path` names it in what is refused."""
    import duckdb

    _only_reads(sql)
    try:
        cursor = con.execute(sql, dict(parameters)) if parameters else con.execute(sql)
        columns = tuple(str(d[0]) for d in cursor.description or ())
        types = tuple(str(d[1]) for d in cursor.description or ())
        return QueryResult(columns, types, tuple(cursor.fetchall()))
    except (duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException, duckdb.IOException) as error:
        raise Refused([finding("LEDGER-STORE-DAMAGED", Place(path.name), reason=_message(error))]) from error
    except duckdb.Error as error:
        raise _sql_error(error) from error


def _only_reads(sql: str) -> None:
    """Exactly one statement that DuckDB itself calls a SELECT or EXPLAIN.

    A pragma is refused by its word, because DuckDB 1.5 turns some pragmas into a SELECT.
    """
    import duckdb

    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise _sql_error(error) from error
    start = COMMENT.match(sql)
    first = re.match(r"\w*", sql[start.end() if start else 0 :])
    pragma = first is not None and first.group().lower() == "pragma"
    kinds = [s.type for s in statements]
    if pragma or len(kinds) != 1 or kinds[0] not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN):
        found = "; ".join(k.name for k in kinds)
        raise Refused([finding("LEDGER-SQL-STATEMENT", Place(key="SQL"), found=found, expected="SELECT")])


def _sql_error(error: Exception) -> Refused:
    return Refused([finding("LEDGER-SQL-ERROR", Place(key="SQL"), reason=_message(error), views=", ".join(VIEW_NAMES))])


def _message(error: Exception) -> str:
    return str(error).strip() or type(error).__name__


def write(result: QueryResult, format: Format, out: BinaryIO | Path) -> None:
    """Write a result to a path or a binary stream, UTF-8; the same result gives the same bytes."""
    data = render(result, format)
    if isinstance(out, Path):
        out.write_bytes(data)
    else:
        out.write(data)


def render(result: QueryResult, format: Format) -> bytes:
    """The result as bytes of one of the formats; raises ValueError for any other."""
    if format == "table":
        return _table(result).encode()
    if format == "csv":
        return _csv(result).encode()
    if format == "json":
        return _json(result).encode()
    if format == "parquet":
        return _parquet(result)
    raise ValueError(f"unknown format {format}")


def shown(value: object) -> str:
    """A value as text: decimals in plain digits, instants in ISO form, NULL as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    return str(value)


def _table(result: QueryResult) -> str:
    """For the eye. Nothing is cut off: a figure with an ellipsis is no figure."""
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    cells = [[shown(value).translate(CONTROL) for value in row] for row in result.rows]
    heads = [name.translate(CONTROL) for name in result.columns]
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, kind in zip(heads, result.types, strict=True):
        right = kind.startswith(NUMBERS) and not kind.endswith("]")
        table.add_column(Text(name), justify="right" if right else "left", no_wrap=True, overflow="fold")
    for row in cells:
        # Text, never markup: what a department wrote must not colour the terminal
        table.add_row(*(Text(cell) for cell in row))
    width = sum(max((cell_len(line[i]) for line in [heads, *cells]), default=0) + 3 for i in range(len(heads))) + 3
    stream = io.StringIO()
    console = Console(file=stream, width=max(width, 1), color_system=None, legacy_windows=False, highlight=False)
    console.print(table)
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    return "\n".join(lines) + "\n"


def safe_cell(text: str) -> str:
    """Text that a spreadsheet would read as a formula gets a leading apostrophe; `-` alone and plain numerals do not."""
    if text == "-" or NUMERAL.fullmatch(text) or not FORMULA.match(text):
        return text
    return f"'{text}"


def _csv(result: QueryResult) -> str:
    lines = [csv_line([safe_cell(name) for name in result.columns])]
    for row in result.rows:
        numbers = (int, float, Decimal, date, datetime, time)
        lines.append(csv_line([shown(v) if v is None or isinstance(v, numbers) else safe_cell(shown(v)) for v in row]))
    return "".join(f"{line}\n" for line in lines)


def _json(result: QueryResult) -> str:
    """{schema, columns, types, rows}; decimals and whole numbers beyond 2^53 are text, so that no reader rounds them."""
    rows = [[_plain(value) for value in row] for row in result.rows]
    body = {"schema": "gep.sql/1", "columns": result.columns, "types": result.types, "rows": rows}
    return json.dumps(body, ensure_ascii=False, allow_nan=False) + "\n"


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= SAFE_INTEGER else str(value)
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item) for name, item in value.items()}
    return shown(value)


def _parquet(result: QueryResult) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    exact = {
        "VARCHAR": pa.string(),
        "BOOLEAN": pa.bool_(),
        "INTEGER": pa.int32(),
        "BIGINT": pa.int64(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "DOUBLE": pa.float64(),
    }
    arrays, fields = [], []
    for i, (name, kind) in enumerate(zip(result.columns, result.types, strict=True)):
        values = [row[i] for row in result.rows]
        match = DECIMAL_TYPE.fullmatch(kind)
        arrow = pa.decimal128(int(match[1]), int(match[2])) if match else exact.get(kind)
        if arrow is None:
            # other types (lists, huge integers) go as text: exact, and every reader opens it
            arrow, values = pa.string(), [None if v is None else shown(v) for v in values]
        arrays.append(pa.array(values, type=arrow))
        fields.append(pa.field(name, arrow))
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(arrays, schema=pa.schema(fields)), stream, write_page_checksum=True)
    return stream.getvalue()
