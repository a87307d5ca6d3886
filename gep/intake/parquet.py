"""Parquet to rows of text: digits as stored, and for binary floats the shortest digits that give the number back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from gep.base.findings import Finding, Place, finding
from gep.intake.table import Row

MAX_UNPACKED_BYTES = 2_000_000_000


def open_parquet(file: str, data: bytes) -> tuple[Any, list[Finding]]:
    """The Arrow table of a Parquet file (None if it cannot be read) and the complaints. Page checksums are verified."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(pa.BufferReader(data), page_checksum_verification=True)
        meta = source.metadata
        size = sum(meta.row_group(i).total_byte_size for i in range(meta.num_row_groups))
        if size > MAX_UNPACKED_BYTES:
            return None, [finding("INTAKE-TOO-BIG", Place(file), found=f"{size:,} B", expected=f"{MAX_UNPACKED_BYTES:,} B")]
        return source.read(), []
    except (pa.ArrowException, OSError, ValueError) as error:
        return None, [finding("INTAKE-PARQUET-DAMAGED", Place(file), found=str(error).split("\n", 1)[0][:200])]


def read_parquet(file: str, data: bytes) -> tuple[tuple[str, ...], tuple[Row, ...], frozenset[str], list[Finding]]:
    """Columns, rows (numbered from 1), columns that cannot be read, and complaints. Never raises on what the file holds."""
    table, findings = open_parquet(file, data)
    if table is None:
        return (), (), frozenset(), findings
    columns: dict[str, list[str]] = {}
    unread = set()
    for name, values in zip(table.column_names, table.columns, strict=True):
        if name in columns or name in unread:
            findings.append(finding("INTAKE-HEADER-TWICE", Place(file, 0, name), found=name))
            continue
        texts, problems = _texts(file, name, values)
        findings.extend(problems)
        if texts is None:
            unread.add(name)
        else:
            columns[name] = texts
    rows = zip(*columns.values(), strict=True)
    return tuple(columns), tuple(Row(n, cells) for n, cells in enumerate(rows, 1) if any(cells)), frozenset(unread), findings


def _texts(file: str, name: str, values: Any) -> tuple[list[str] | None, list[Finding]]:
    import pyarrow as pa
    from pyarrow import types

    kind = values.type
    if types.is_dictionary(kind):
        values = values.cast(kind.value_type)
        kind = values.type
    try:
        if types.is_floating(kind):
            texts = [_plain(text) for text in values.cast(pa.string()).to_pylist()]
            return texts, [finding("INTAKE-FLOAT-COLUMN", Place(file, 0, name), found=kind, expected="string | decimal")]
        if types.is_decimal(kind):
            return ["" if v is None else format(v, "f") for v in values.to_pylist()], []
        if types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind) or types.is_null(kind):
            return ["" if v is None else v for v in values.to_pylist()], []
        if types.is_integer(kind) or types.is_date32(kind):
            return ["" if v is None else str(v) for v in values.to_pylist()], []
    except (pa.ArrowException, ValueError) as error:
        return None, [finding("INTAKE-PARQUET-DAMAGED", Place(file, 0, name), found=str(error).split("\n", 1)[0][:200])]
    return None, [finding("INTAKE-COLUMN-TYPE", Place(file, 0, name), found=kind, expected="string | decimal | integer")]


def _plain(text: str | None) -> str:
    """The shortest digits without an exponent; `.0` of a whole double says nothing about precision and goes."""
    if text is None:
        return ""
    number = Decimal(text)
    if not number.is_finite():
        return text
    return format(number, "f").removesuffix(".0")
