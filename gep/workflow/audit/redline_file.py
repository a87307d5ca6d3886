"""Reads redline.csv, the patch layers of the ecological red line, into records; all its faults at once, with row and column.

One row a patch, version of the line and stretch of days; a patch with several activities has a row for each, alike but for the
columns of the activity. An empty cell is not known. Both days of a row are included; an empty `valid_to` holds until further
notice. `activity_area` is in hectares unless the column `activity_unit` says otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from pathlib import Path

from gep.accounts.redline import Activity, Patch
from gep.accounts.redline_patches import ACTIVITY_UNIT, row_faults
from gep.base.findings import Finding, Place, finding
from gep.base.numbers import parse_number
from gep.intake.csv_text import read_csv
from gep.intake.table import in_order

NAME = "redline.csv"
COLUMNS = (
    "version", "patch", "county", "type", "area", "unit", "valid_from", "valid_to", "natural_share", "function_index", "document",
    "activity", "activity_area", "legal", "issue",
)  # fmt: skip
OPTIONAL = ("function_normalised", "activity_unit")
REQUIRED = ("version", "patch", "county", "type", "unit", "valid_from")
OF_PATCH = ("county", "type", "area", "unit", "valid_to", "natural_share", "function_index", "function_normalised", "document")
OF_ACTIVITY = ("activity", "activity_area", "activity_unit", "legal", "issue")
YES, NO = ("是", "yes", "true"), ("否", "no", "false")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class RedlineFile:
    """What a file holds; `findings` in the order of the file. A patch with a fault in one of its rows is not among `patches`."""

    patches: tuple[Patch, ...]
    findings: tuple[Finding, ...]


def read_redline(path: Path, *, name: str = NAME) -> RedlineFile:
    """The records of a file, named `name` in findings. A file that is not there raises FileNotFoundError."""
    return parse_redline(path.read_bytes(), name=name)


def parse_redline(data: bytes, *, name: str = NAME) -> RedlineFile:
    """The records of the bytes of a file. Never raises on what they hold."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return RedlineFile((), (finding("REDLINE-FILE-TEXT", Place(name), found=error.reason),))
    header, rows, findings = read_csv(name, text)
    heads = tuple(head.strip() for head in header)
    findings += _header_faults(name, heads)
    if set(COLUMNS) - set(heads):
        return RedlineFile((), in_order(findings))
    read = [_Row(name, row.line, {h: c.strip() for h, c in zip(heads, row.cells, strict=True)}, findings) for row in rows]
    whole = [row for row in read if row.patch is not None]
    patches = _joined(whole, findings)
    told = row_faults(patches)
    wrong = {f.place.row for f in told}
    return RedlineFile(tuple(p for p in patches if p.place.row not in wrong), in_order([*findings, *told]))


def _header_faults(name: str, heads: Sequence[str]) -> list[Finding]:
    missing = [c for c in COLUMNS if c not in heads]
    odd = [h for i, h in enumerate(heads) if h not in COLUMNS + OPTIONAL or h in heads[:i]]
    return [
        *(finding("REDLINE-FILE-COLUMN", Place(name, 1, c), expected=c) for c in missing),
        *(
            finding("REDLINE-FILE-COLUMN-UNKNOWN", Place(name, 1, h), found=h, expected=", ".join(COLUMNS + OPTIONAL))
            for h in odd
        ),
    ]


class _Row:
    """One row being read; `patch` is None where a field is wrong."""

    def __init__(self, name: str, line: int, cells: Mapping[str, str], findings: list[Finding]) -> None:
        self.name, self.line, self.cells, self.findings = name, line, cells, findings
        before = len(findings)
        made = self._read()
        self.patch = made if len(findings) == before else None

    def _read(self) -> Patch:
        for column in REQUIRED:
            if not self.text(column):
                self.complain("REDLINE-FILE-EMPTY", column, holes={"column": column})
        legal, issue = self.legal(), self.text("issue")
        activity = self.activity(legal, issue)
        return Patch(
            id=self.text("patch"),
            version=self.text("version"),
            county=self.text("county"),
            type=self.text("type"),
            area=self.number("area"),
            unit=self.text("unit"),
            valid_from=self.day("valid_from", date.min),
            valid_to=self.day("valid_to", date.max),
            natural_share=self.number("natural_share"),
            function_index=self.number("function_index"),
            normalised=self.number("function_normalised"),
            document=self.text("document"),
            activities=() if activity is None else (activity,),
            legal=legal if activity is None else None,
            issues=(issue,) if issue and activity is None else (),
            place=Place(self.name, self.line),
        )

    def activity(self, legal: bool | None, issue: str) -> Activity | None:
        kind, area = self.text("activity"), self.number("activity_area")
        if not kind:
            if area is not None:
                self.complain("REDLINE-FILE-ACTIVITY", "activity", found=self.text("activity_area"))
            return None
        return Activity(kind, area, self.text("activity_unit") or ACTIVITY_UNIT, legal, issue)

    def complain(
        self, code: str, column: str, *, found: str = "", expected: str = "", holes: Mapping[str, str] | None = None
    ) -> None:
        place = Place(self.name, self.line, column)
        self.findings.append(finding(code, place, found=found, expected=expected, holes=holes))

    def text(self, column: str) -> str:
        return self.cells.get(column, "")

    def number(self, column: str) -> Decimal | None:
        text = self.text(column)
        if not text:
            return None
        read = parse_number(text)
        if read.problem:
            self.findings.append(read.finding(text, Place(self.name, self.line, column)))
        return read.amount

    def day(self, column: str, default: date) -> date:
        text = self.text(column)
        if not text:
            return default
        try:
            return date.fromisoformat(text if _DAY.fullmatch(text) else "")
        except ValueError:
            self.complain("REDLINE-FILE-DAY", column, found=text)
            return default

    def legal(self) -> bool | None:
        text = self.text("legal").lower()
        if text and text not in YES + NO:
            self.complain("REDLINE-FILE-LEGAL", "legal", found=text, expected=", ".join(YES + NO))
        return None if not text else text in YES


def _joined(rows: Iterable[_Row], findings: list[Finding]) -> list[Patch]:
    """One record a patch, version and first day, its activities from all its rows."""

    def key(row: _Row) -> tuple[str, str, str]:
        return row.text("version"), row.text("patch"), row.text("valid_from")

    found = []
    for _, group in groupby(sorted(rows, key=lambda r: (key(r), r.line)), key=key):
        own, before = list(group), len(findings)
        for i, row in enumerate(own[1:], 1):
            _compare_rows(row, own[:i], findings)
        if len(findings) == before:
            found.append(_merged([row.patch for row in own if row.patch is not None]))
    return sorted(found, key=lambda p: p.place.row)


def _compare_rows(row: _Row, before: Sequence[_Row], findings: list[Finding]) -> None:
    """Rows of one patch agree on the patch and differ in the activity."""
    first, patch = before[0], row.text("patch")
    for column in OF_PATCH:
        if row.text(column) != first.text(column):
            holes = {"patch": patch, "column": column, "line": f"{first.line}"}
            row.complain("REDLINE-FILE-REPEAT", column, found=row.text(column), expected=first.text(column), holes=holes)
    told = [row.text(c) for c in OF_ACTIVITY]
    twin = next((r for r in before if [r.text(c) for c in OF_ACTIVITY] == told), None)
    if twin is not None:
        row.complain("REDLINE-FILE-TWICE", "patch", holes={"patch": patch, "line": f"{twin.line}"})


def _merged(patches: Sequence[Patch]) -> Patch:
    first = patches[0]
    legal = {p.legal for p in patches} - {None}
    return replace(
        first,
        activities=tuple(a for p in patches for a in p.activities),
        legal=False if False in legal else True if legal else None,
        issues=tuple(i for p in patches for i in p.issues),
    )
