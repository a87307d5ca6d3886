"""The first gate: the bytes of a file become a plain text table, or findings that say why not and what to do."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import PurePath

from gep.base.findings import Finding, Place, finding
from gep.intake.csv_text import read_csv
from gep.intake.json_text import read_json
from gep.intake.parquet import read_parquet
from gep.intake.table import Format, Row, Table, snippet

MAX_BYTES = 200_000_000
FORMATS: dict[str, Format] = {".csv": "csv", ".parquet": "parquet", ".json": "json", ".jsonl": "json", ".ndjson": "json"}
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".et", ".ods")
UTF16 = (b"\xff\xfe", b"\xfe\xff")
# what no text of a department return holds: C1 controls and private use mean that other bytes were read as GB18030
NOT_TEXT = re.compile("[\x80-\x9f\ue000-\uf8ff\ufffd]")
MAGIC = (
    (b"PK\x03\x04", "ZIP / XLSX"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"\x1f\x8b", "GZIP"),
    (b"\x89PNG", "PNG"),
    (b"7z\xbc\xaf", "7Z"),
    (b"Rar!", "RAR"),
    (b"PAR1", "Parquet"),
)


def read_table(file: str, data: bytes, limit: int = MAX_BYTES) -> tuple[Table | None, tuple[Finding, ...]]:
    """The table of a CSV, Parquet or JSON file, or None where there is none to read, with every complaint about its form.

    `file` is the name as the sender gave it, `limit` in bytes. Never raises on what the file holds.
    """
    refused = check_kind(file, data, limit)
    if refused:
        return None, tuple(refused)
    kind = FORMATS[_suffix(file)]
    unread: frozenset[str] = frozenset()
    if kind == "parquet":
        columns, rows, unread, findings = read_parquet(file, data)
    else:
        text, findings = decode(file, data)
        if text is None:
            return None, tuple(findings)
        columns, rows, more = (read_csv if kind == "csv" else read_json)(file, text)
        findings.extend(more)
    if not columns and not unread:
        if not findings or not any(f.severity == "stop" for f in findings):
            findings.append(finding("INTAKE-EMPTY", Place(file), found=f"{len(data)} B"))
        return None, tuple(findings)
    columns, rows, more = _header(file, columns, rows)
    findings.extend(more)
    if not rows and not any(f.severity == "stop" for f in findings):
        findings.append(finding("INTAKE-NO-ROWS", Place(file)))
    return Table(file, hashlib.sha256(data).hexdigest(), kind, columns, rows, unread), tuple(findings)


def check_kind(file: str, data: bytes, limit: int = MAX_BYTES) -> list[Finding]:
    """Why the file cannot be read at all, going by size, name and first bytes; empty if it can be tried."""
    place, suffix = Place(file), _suffix(file)
    if len(data) > limit:
        over = f"{len(data) - limit:,} B"
        return [finding("INTAKE-TOO-BIG", place, found=f"{len(data):,} B", expected=f"{limit:,} B", difference=over)]
    if not data.strip():
        return [finding("INTAKE-EMPTY", place, found=f"{len(data)} B")]
    content = next((name for magic, name in MAGIC if data.startswith(magic)), "")
    if suffix in WORKBOOKS or content in ("ZIP / XLSX", "XLS"):
        return [finding("INTAKE-WORKBOOK", place, found=content or suffix, expected="CSV UTF-8")]
    if suffix not in FORMATS:
        return [finding("INTAKE-KIND", place, found=content or suffix or "-", expected=" ".join(FORMATS))]
    if (content == "Parquet") != (FORMATS[suffix] == "parquet") or content not in ("", "Parquet"):
        return [finding("INTAKE-KIND-NAME", place, found=content or "-", expected=FORMATS[suffix])]
    if suffix == ".csv" and data.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in (b"[", b"{"):
        return [finding("INTAKE-KIND-NAME", place, found="JSON", expected="csv")]
    return []


def decode(file: str, data: bytes) -> tuple[str | None, list[Finding]]:
    """Text of the bytes: UTF-8 (with or without byte order mark), else GB18030, both strict; nothing else is guessed.

    NUL bytes are reported and left out. Returns None and a finding naming the first bad line if neither fits.
    """
    if data.startswith(UTF16):
        return None, [finding("INTAKE-ENCODING", Place(file, 1), found="UTF-16", expected="UTF-8")]
    findings: list[Finding] = []
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        try:
            text = data.decode("gb18030")
        except UnicodeDecodeError:
            text = ""
        line = 1 + data.count(b"\n", 0, error.start)
        if not text or NOT_TEXT.search(text):
            bad = " ".join(f"{b:02X}" for b in data[error.start : error.start + 4])
            return None, [finding("INTAKE-ENCODING", Place(file, line), found=bad, expected="UTF-8 | GB18030")]
        first = text.split("\n", line)[line - 1]
        findings.append(finding("INTAKE-GB18030", Place(file, line), found=snippet(first.rstrip("\r")), expected="UTF-8"))
    if "\0" in text:
        lines = [n for n, line in enumerate(text.split("\n"), 1) if "\0" in line]
        findings.append(finding("INTAKE-NUL", Place(file, lines[0]), found=text.count("\0"), lines=len(lines)))
        text = text.replace("\0", "")
    return text, findings


def _header(file: str, columns: tuple[str, ...], rows: tuple[Row, ...]) -> tuple[tuple[str, ...], tuple[Row, ...], list[Finding]]:
    """The columns that carry a name, each once (the first of several is kept, every repetition is reported)."""
    findings = []
    kept: list[int] = []
    seen: dict[str, int] = {}
    for position, name in enumerate(columns):
        if not name.strip():
            used = Counter(bool(row.cells[position]) for row in rows)[True]
            findings.append(finding("INTAKE-HEADER-EMPTY", Place(file, 1), found=position + 1, cells=used))
        elif name in seen:
            findings.append(finding("INTAKE-HEADER-TWICE", Place(file, 1, name), found=name))
        else:
            seen[name] = position
            kept.append(position)
    if len(kept) == len(columns):
        return columns, rows, []
    narrowed = tuple(Row(row.line, tuple(row.cells[i] for i in kept)) for row in rows)
    return tuple(columns[i] for i in kept), narrowed, findings


def _suffix(file: str) -> str:
    return PurePath(file).suffix.lower()
