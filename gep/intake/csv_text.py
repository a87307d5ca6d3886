"""CSV text to records, with the physical line each record begins on; a broken record is reported and the next one still read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gep.base.findings import Finding, Place, finding
from gep.intake.table import Row, snippet

# A quoted cell may hold line breaks; beyond so many lines a quotation mark was never closed.
MAX_LINES_PER_RECORD = 100
SEPARATORS = {";": ";", "\t": "TAB", "|": "|", "，": "，", "、": "、"}


class _NeverClosed(Exception):
    """A quoted cell goes on for more lines than any honest cell does."""


LONGEST_CELL = 131_072  # characters; no returned figure or note is longer


@dataclass(slots=True)
class _Lines(Iterator[str]):
    """Physical lines with a position that can be set back, so that reading goes on after a broken record."""

    lines: Sequence[str]
    position: int = 0
    start: int = 0

    def __next__(self) -> str:
        if self.position >= len(self.lines):
            raise StopIteration
        if self.position - self.start >= MAX_LINES_PER_RECORD:
            raise _NeverClosed
        line = self.lines[self.position]
        self.position += 1
        return line


def read_csv(file: str, text: str) -> tuple[tuple[str, ...], tuple[Row, ...], list[Finding]]:
    """Header, rows and complaints of CSV text (comma, double quotes). Never raises on what the text holds."""
    csv.field_size_limit(LONGEST_CELL)  # one for the whole process, which another library may have raised
    source = _Lines(list(io.StringIO(text, newline="")))
    findings: list[Finding] = []
    header: tuple[str, ...] = ()
    rows: list[Row] = []
    for line, cells, first in _records(source, file, findings):
        if not header:
            header = tuple(cells)
            other = _separator(header)
            if other:
                findings.append(finding("INTAKE-SEPARATOR", Place(file, line), found=other, expected=","))
                return (), (), findings
        elif len(cells) != len(header):
            found, width = len(cells), len(header)
            findings.append(
                finding("INTAKE-RAGGED", Place(file, line), found=found, expected=width, difference=found - width, text=first)
            )
        elif any(cells):
            rows.append(Row(line, tuple(cells)))
    return header, tuple(rows), findings


def _records(source: _Lines, file: str, findings: list[Finding]) -> Iterator[tuple[int, list[str], str]]:
    """(line it begins on, cells, start of its text) of every readable record; blank lines carry nothing and are left out."""
    reader: Iterator[list[str]] = csv.reader(source, strict=True)
    width = 0
    while True:
        source.start = source.position
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, _NeverClosed) as error:
            code = "INTAKE-CELL-TOO-LONG" if str(error).startswith("field larger") else "INTAKE-QUOTES"
            reader = _go_on(source, file, findings, code)
            continue
        first = snippet(source.lines[source.start].rstrip("\r\n"))
        spans = source.position - source.start > 1
        if spans and width and len(cells) != width:
            # a stray quotation mark found a partner lines further down: what lies between is not one record
            reader = _go_on(source, file, findings, "INTAKE-QUOTES")
            continue
        width = width or len(cells)
        if cells:
            yield source.start + 1, cells, first


def _go_on(source: _Lines, file: str, findings: list[Finding], code: str) -> Iterator[list[str]]:
    line = source.start
    findings.append(finding(code, Place(file, line + 1), found=snippet(source.lines[line].rstrip("\r\n")), limit=LONGEST_CELL))
    source.position = line + 1
    return csv.reader(source, strict=True)


def _separator(header: Sequence[str]) -> str:
    """The mark that parts the cells if it is plainly not the comma, else nothing."""
    if len(header) != 1:
        return ""
    return next((name for mark, name in SEPARATORS.items() if mark in header[0]), "")
