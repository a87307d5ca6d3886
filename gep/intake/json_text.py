"""JSON records to rows: a list of objects or JSON Lines, every number kept with the digits it was written with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeAlias

from gep.base.findings import Finding, Place, finding
from gep.intake.table import Row, snippet

SPACE = " \t\r\n"
Cell: TypeAlias = tuple[str, object]


class _Object(list[Cell]):
    """The members of a JSON object in order, so that a name standing twice is seen."""


def read_json(file: str, text: str) -> tuple[tuple[str, ...], tuple[Row, ...], list[Finding]]:
    """Columns (in order of first appearance), rows and complaints. A member left out is an empty cell. Never raises."""
    findings: list[Finding] = []
    records = list(_array(file, text, findings) if text.lstrip(SPACE).startswith("[") else _lines(file, text, findings))
    columns: dict[str, int] = {}
    kept = []
    for line, value in records:
        problem = _problem(file, line, value)
        if problem or not isinstance(value, _Object):
            findings.extend(problem)
            continue
        for name, _ in value:
            columns.setdefault(name, len(columns))
        kept.append((line, {name: "" if cell is None else str(cell) for name, cell in value}))
    rows = (Row(line, tuple(cells.get(name, "") for name in columns)) for line, cells in kept)
    return tuple(columns), tuple(row for row in rows if any(row.cells)), findings


def _decoder() -> json.JSONDecoder:
    return json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_Object)


def _array(file: str, text: str, findings: list[Finding]) -> Iterator[tuple[int, object]]:
    decoder = _decoder()
    start = position = _skip(text, text.index("[") + 1)
    line = 1 + text.count("\n", 0, position)
    while position < len(text) and text[position] != "]":
        try:
            value, end = decoder.raw_decode(text, position)
        except (json.JSONDecodeError, RecursionError) as error:
            findings.append(_syntax(file, text, getattr(error, "pos", position)))
            return
        line += text.count("\n", start, position)
        start = position
        yield line, value
        position = _skip(text, end)
        if text[position : position + 1] == ",":
            position = _skip(text, position + 1)
            if text[position : position + 1] != "]":
                continue
        elif text[position : position + 1] == "]":
            break
        findings.append(_syntax(file, text, position))
        return
    if position >= len(text) or _skip(text, position + 1) < len(text):
        findings.append(_syntax(file, text, min(_skip(text, position + 1), len(text))))


def _lines(file: str, text: str, findings: list[Finding]) -> Iterator[tuple[int, object]]:
    decoder = _decoder()
    for number, line in enumerate(text.split("\n"), start=1):
        stripped = line.strip(SPACE)
        if not stripped:
            continue
        try:
            yield number, decoder.decode(stripped)
        except (json.JSONDecodeError, RecursionError):
            findings.append(finding("INTAKE-JSON-SYNTAX", Place(file, number), found=snippet(stripped)))
            if number == 1:
                return  # an object laid out over several lines: every further line would be the same complaint


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in SPACE:
        position += 1
    return position


def _syntax(file: str, text: str, position: int) -> Finding:
    begin = text.rfind("\n", 0, position) + 1
    line = text[begin : begin + 200].split("\n", 1)[0]
    return finding("INTAKE-JSON-SYNTAX", Place(file, 1 + text.count("\n", 0, position)), found=snippet(line.strip(SPACE)) or "-")


def _problem(file: str, line: int, value: object) -> list[Finding]:
    """What keeps one record from being read: no object, a name standing twice, a cell that is neither text nor number."""
    if not isinstance(value, _Object):
        return [finding("INTAKE-JSON-RECORD", Place(file, line), found=snippet(str(value)))]
    found = []
    names: set[str] = set()
    for name, cell in value:
        if name in names:
            found.append(finding("INTAKE-JSON-TWICE", Place(file, line, name), found=name))
        names.add(name)
        if isinstance(cell, bool | list):
            text = snippet(json.dumps(cell, ensure_ascii=False))
            found.append(finding("INTAKE-JSON-VALUE", Place(file, line, name), found=text))
    return found
