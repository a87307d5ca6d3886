"""Record sets (patches, monthly grids): wide tables checked column by column in Arrow, so that a million rows take seconds."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from gep.base.findings import Finding, Place, finding
from gep.base.records import Code, Column, Names, RecordSet, Region, Vocabulary
from gep.intake.cells import Cells, read_period
from gep.intake.parquet import open_parquet
from gep.intake.reader import MAX_BYTES, check_kind, read_table
from gep.intake.suggest import Nearest
from gep.intake.table import Table, in_order, shown, snippet

EXAMPLES = 20
NUMBER = r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$"
NOT_FINITE = r"^[+-]?([nN][aA][nN]|[iI][nN][fF]([iI][nN][iI][tT][yY])?)$"
MONTHS = 12


@dataclass(frozen=True, slots=True)
class RecordRows:
    """The rows of a record set, or None where the file cannot be used, and every finding.

    `table` (pyarrow): region, period, row, month (int32, if the set has months), the dims as strings, then the declared columns
    as float64 in their declared units with NULL for unknown; sorted by region, period, row, month.
    """

    findings: tuple[Finding, ...]
    table: Any = None
    file: str = ""
    sha256: str = ""
    rows: int = 0


@dataclass(slots=True)
class _Check:
    """One file under check: its Arrow table, the line each row stands on, and the findings so far."""

    file: str
    rows: Any
    lines: Any  # Arrow array of line numbers, or None: row n stands on line n + first
    first: int
    findings: list[Finding] = field(default_factory=list)

    def line(self, index: int) -> int:
        return int(self.lines[index].as_py()) if self.lines is not None else index + self.first

    def complain(self, code: str, column: str, mask: Any, expected: object = "", **args: Any) -> None:
        """One finding for all rows in `mask`: their number, the line of the first and up to 20 examples as `line: text`."""
        import pyarrow.compute as pc

        hits = pc.indices_nonzero(pc.fill_null(mask, False))
        if not len(hits):
            return
        head = hits[:EXAMPLES].to_pylist()
        values = self.rows[column].take(hits[:EXAMPLES]).to_pylist()
        pairs = zip(head, values, strict=True)
        examples = shown([f"{self.line(i)}: {snippet('' if v is None else str(v), 30)}" for i, v in pairs], EXAMPLES)
        place = Place(self.file, self.line(head[0]), column)
        self.findings.append(finding(code, place, found=examples, expected=expected, count=len(hits), **args))


def read_records(source: Path | Table, record_set: RecordSet, vocabulary: Vocabulary) -> RecordRows:
    """Check a wide CSV or Parquet file, or a table read already, against the declaration of a record set.

    All faults of all columns are reported at once, counted, with examples. NULL is unknown and kept; whatever is not a number,
    not finite or physically impossible stops.
    """
    if isinstance(source, Table):
        return _check(_of_table(source), record_set, vocabulary, source.file, source.sha256)
    return read_record_bytes(source.name, source.read_bytes(), record_set, vocabulary)


def read_record_bytes(
    file: str, data: bytes, record_set: RecordSet, vocabulary: Vocabulary, limit: int = MAX_BYTES
) -> RecordRows:
    """The same for the bytes of a file that came with the name `file`."""
    refused = check_kind(file, data, limit)
    digest = hashlib.sha256(data).hexdigest()
    if refused:
        return RecordRows(tuple(refused), None, file, digest)
    if file.lower().endswith(".parquet"):
        rows, findings = open_parquet(file, data)
        if rows is None:
            return RecordRows(tuple(findings), None, file, digest)
        return _check(_Check(file, rows, None, 1), record_set, vocabulary, file, digest)
    quick = _quick_csv(file, data)
    if quick is not None:
        return _check(quick, record_set, vocabulary, file, digest)
    table, read_findings = read_table(file, data, limit)
    if table is None:
        return RecordRows(in_order(read_findings), None, file, digest)
    made = _of_table(table)
    made.findings.extend(read_findings)
    return _check(made, record_set, vocabulary, file, digest)


def _quick_csv(file: str, data: bytes) -> _Check | None:
    """Plain CSV read by Arrow: UTF-8, no quotes, no blank lines. None: it is not so plain, the careful reader must say why."""
    import pyarrow as pa
    from pyarrow import csv

    if not file.lower().endswith(".csv") or any(mark in data for mark in (b'"', b"\0", b"\n\n", b"\n\r")):
        return None
    body = data.removeprefix(b"\xef\xbb\xbf")
    header = body.split(b"\n", 1)[0].rstrip(b"\r").decode("utf-8", "replace").split(",")
    if len(set(header)) < len(header) or not all(header):
        return None
    texts = dict.fromkeys(header, pa.string())
    options = csv.ConvertOptions(column_types=texts, strings_can_be_null=False)
    parse = csv.ParseOptions(quote_char=False, ignore_empty_lines=False)
    try:
        rows = csv.read_csv(pa.BufferReader(body), parse_options=parse, convert_options=options)
    except (pa.ArrowException, ValueError):
        return None
    lines = body.count(b"\n") + (not body.endswith(b"\n"))
    return _Check(file, rows, None, 2) if rows.num_rows and lines == rows.num_rows + 1 else None


def _of_table(table: Table) -> _Check:
    import pyarrow as pa

    columns = {name: pa.array([row.cells[i] for row in table.rows], pa.string()) for i, name in enumerate(table.columns)}
    lines = pa.array([row.line for row in table.rows], pa.int64())
    return _Check(table.file, pa.table(columns), lines, 0)


def _check(check: _Check, record_set: RecordSet, vocabulary: Vocabulary, file: str, digest: str) -> RecordRows:
    import pyarrow as pa

    keys = ["region", "period", "row", *(["month"] if record_set.months else [])]
    _check_header(check, record_set, keys)
    made: dict[str, Any] = {}
    for name in (*keys, *record_set.dims):
        if name in check.rows.column_names:
            made[name] = _codes(check, name)
    _check_places(check, record_set, vocabulary, made)
    if "month" in made:
        made["month"] = _months(check, made["month"])
    for column in record_set.columns:
        if column.name in check.rows.column_names:
            made[column.name] = _numbers(check, column)
    if all(made.get(name) is not None for name in keys):
        _check_keys(check, pa.table({name: made[name] for name in keys}), keys)
    findings = in_order(check.findings)
    rows = int(check.rows.num_rows)
    if any(f.severity == "stop" for f in findings):
        return RecordRows(findings, None, file, digest, rows)
    table = pa.table(made).sort_by([(name, "ascending") for name in keys])
    return RecordRows(findings, table.combine_chunks(), file, digest, rows)


def _check_header(check: _Check, record_set: RecordSet, keys: list[str]) -> None:
    """Every declared column must be there, and no other."""
    names = {name: Names(name, name) for name in (*keys, *record_set.dims)} | {c.name: c.names for c in record_set.columns}
    nearest = Nearest(names)
    present = check.rows.column_names
    for name in names:
        if name not in present:
            place = Place(check.file, 1, name)
            check.findings.append(finding("INTAKE-RECORD-COLUMN-MISSING", place, found="-", expected=name, records=record_set.id))
    for name in dict.fromkeys(present):
        if name not in names:
            place = Place(check.file, 1, snippet(name))
            words = nearest.words(name)
            check.findings.append(
                finding("INTAKE-RECORD-COLUMN-UNKNOWN", place, found=snippet(name), records=record_set.id, **words)
            )
        elif present.count(name) > 1:
            check.findings.append(finding("INTAKE-HEADER-TWICE", Place(check.file, 1, name), found=name))
    if len(set(present)) < len(present):
        check.rows = check.rows.select([present.index(name) for name in dict.fromkeys(present)])


def _codes(check: _Check, name: str) -> Any:
    """A key column as strings; empty cells are reported. None for a column of a type that holds no codes."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column = check.rows[name]
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not (pa.types.is_integer(kind) or _is_text(kind)):
        place = Place(check.file, 0, name)
        check.findings.append(finding("INTAKE-COLUMN-TYPE", place, found=kind, expected="string | integer"))
        return None
    texts = column.cast(pa.string())
    check.complain("INTAKE-RECORD-KEY-EMPTY", name, pc.equal(pc.fill_null(pc.utf8_trim_whitespace(texts), ""), ""), field=name)
    return texts


def _check_places(check: _Check, record_set: RecordSet, vocabulary: Vocabulary, made: dict[str, Any]) -> None:
    """Regions, periods and class codes: known, well formed and valid on the last day of the period. Distinct pairs only."""
    periods = made.get("period")
    ends: dict[str, date] = {}
    if periods is not None:
        bad = []
        for text in _distinct(periods):
            probe = Cells(check.file, 0, {"period": text})
            period = read_period(probe)
            if period is None or (record_set.months and len(text) > len("2010")):
                bad.append(text)
            else:
                ends[text] = period.last
        expected = "2010" if record_set.months else "2010 | 2010-06 | 2010-06-30"
        check.complain("INTAKE-RECORD-PERIOD", "period", _among(periods, bad), expected=expected)
    regions = Nearest({r.code: r.names for r in vocabulary.regions.values()})
    _check_codes(check, "region", made.get("region"), periods, vocabulary.regions, regions, ends)
    for dim in record_set.dims:
        if dim in vocabulary.codes:
            codes = vocabulary.codes[dim]
            _check_codes(check, dim, made.get(dim), periods, codes, Nearest({c.code: c.names for c in codes.values()}), ends)


def _check_codes(check: _Check, name: str, texts: Any, periods: Any, known: Any, nearest: Nearest, ends: dict[str, date]) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    if texts is None:
        return
    unknown = [text for text in _distinct(texts) if text not in known]
    if unknown:
        check.complain("INTAKE-RECORD-CODE", name, _among(texts, unknown), field=name, **nearest.words(unknown[0]))
    if periods is None:
        return
    pairs = pa.table({"code": texts, "period": periods}).group_by(["code", "period"]).aggregate([]).to_pylist()
    for period, end in ends.items():
        stale = sorted(p["code"] for p in pairs if p["period"] == period and _stale(known.get(p["code"]), end))
        mask = pc.and_(_among(texts, stale), pc.equal(periods, period))
        check.complain("INTAKE-RECORD-CODE-NOT-VALID", name, mask, expected=end.isoformat(), field=name, period=period)


def _stale(entry: Code | Region | None, day: date) -> bool:
    return entry is not None and not entry.valid_from <= day <= entry.valid_to


def _months(check: _Check, texts: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    good = pc.match_substring_regex(texts, "^(0?[1-9]|1[0-2])$")
    filled = pc.not_equal(pc.fill_null(texts, ""), "")
    check.complain("INTAKE-RECORD-MONTH", "month", pc.and_(filled, pc.invert(pc.fill_null(good, True))), expected="1-12")
    return pc.if_else(good, texts, None).cast(pa.int32())


def _numbers(check: _Check, column: Column) -> Any:
    """A value column as float64 with NULL for unknown; complaints on type, finiteness and bounds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    name = column.name
    values = check.rows[name]
    kind = values.type
    if _is_text(kind):
        values, unknown = _parsed(check, name, values.cast(pa.string()))
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        values = values.cast(pa.float64(), safe=False)
        unknown = pc.is_null(values)
        check.complain("INTAKE-RECORD-NOT-FINITE", name, pc.invert(pc.is_finite(values)), field=name)
    else:
        place = Place(check.file, 0, name)
        check.findings.append(finding("INTAKE-COLUMN-TYPE", place, found=kind, expected="double | decimal | integer"))
        return None
    finite = pc.is_finite(values)
    if column.lower is not None:
        low = pc.and_(finite, pc.less(values, float(column.lower)))
        check.complain("INTAKE-RECORD-BELOW", name, low, expected=f"≥ {column.lower} {column.unit}", field=name)
    if column.upper is not None:
        high = pc.and_(finite, pc.greater(values, float(column.upper)))
        check.complain("INTAKE-RECORD-ABOVE", name, high, expected=f"≤ {column.upper} {column.unit}", field=name)
    check.complain("INTAKE-RECORD-UNKNOWN", name, unknown, field=name)
    return values


def _parsed(check: _Check, name: str, texts: Any) -> tuple[Any, Any]:
    """Text to float64 and the mask of empty cells, which are unknown; all else that is not plainly a number is reported."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.fill_null(pc.utf8_trim_whitespace(texts), "")
    good = pc.match_substring_regex(texts, NUMBER)
    odd = pc.match_substring_regex(texts, NOT_FINITE)
    check.complain("INTAKE-RECORD-NOT-FINITE", name, odd, field=name)
    rest = pc.and_(pc.not_equal(texts, ""), pc.invert(pc.or_(good, odd)))
    check.complain("INTAKE-RECORD-NOT-A-NUMBER", name, rest, field=name)
    values = pc.if_else(good, texts, None).cast(pa.float64())
    check.complain("INTAKE-RECORD-NOT-FINITE", name, pc.invert(pc.is_finite(values)), field=name)  # 1e400
    return values, pc.equal(texts, "")


def _check_keys(check: _Check, table: Any, keys: list[str]) -> None:
    """No key twice, and no row of a monthly set without one of its twelve months."""
    import pyarrow.compute as pc

    groups = table.group_by(keys).aggregate([([], "count_all")])
    twice = groups.filter(pc.greater(groups["count_all"], 1))
    if twice.num_rows:
        ordered = twice.sort_by([(name, "ascending") for name in keys]).slice(0, EXAMPLES).to_pylist()
        head = ["/".join(str(entry[name]) for name in keys) for entry in ordered]
        extra = int(pc.sum(twice["count_all"]).as_py()) - twice.num_rows
        line = _first_line(check, table, ordered[0], keys)
        place = Place(check.file, line, "row")
        found = shown(head, EXAMPLES)
        check.findings.append(finding("INTAKE-RECORD-TWICE", place, found=found, count=extra, keys=", ".join(keys)))
    if "month" not in keys or any(f.code == "INTAKE-RECORD-MONTH" for f in check.findings):
        return  # a month that is none is reported; the set it belongs to is short of one for that reason
    sets = groups.select(keys).group_by(keys[:-1]).aggregate([("month", "count_distinct")])
    short = sets.filter(pc.less(sets["month_count_distinct"], MONTHS))
    if short.num_rows:
        ordered = short.sort_by([(name, "ascending") for name in keys[:-1]]).slice(0, EXAMPLES).to_pylist()
        head = [f"{'/'.join(str(e[name]) for name in keys[:-1])}: {e['month_count_distinct']}" for e in ordered]
        place = Place(check.file, 0, "month")
        check.findings.append(
            finding("INTAKE-RECORD-MONTHS", place, found=shown(head, EXAMPLES), expected=MONTHS, count=short.num_rows)
        )


def _first_line(check: _Check, table: Any, entry: dict[str, Any], keys: list[str]) -> int:
    """The line of the second row that carries a key standing twice."""
    import pyarrow.compute as pc

    mask = None
    for name in keys:
        same = pc.is_null(table[name]) if entry[name] is None else pc.equal(table[name], entry[name])
        mask = same if mask is None else pc.and_(mask, same)
    return check.line(pc.indices_nonzero(mask)[1].as_py())


def _is_text(kind: Any) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind))


def _distinct(texts: Any) -> list[str]:
    """The different texts of a column, sorted, empty cells left out (they are reported as such)."""
    return sorted(text for text in texts.unique().to_pylist() if text is not None and text.strip())


def _among(texts: Any, choice: list[str]) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.is_in(texts, value_set=pa.array(choice, pa.string()))
