"""The dated events and observed stocks that auditors hand in as CSV, checked against the tables, regions and terms."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

from gep.base.findings import Finding, Place, finding
from gep.book import Book
from gep.catalog.fields import Fields
from gep.workflow.audit.asset_cells import check_cell
from gep.workflow.audit.records import ATTRIBUTIONS, Event, Observation, Tenure

EVENTS, OBSERVATIONS = "events.csv", "observations.csv"
EVENT_COLUMNS = (
    "id", "region", "table", "row", "key", "amount", "unit", "decision", "effect", "decided_by", "attribution", "document",
    "evidence", "note",
)  # fmt: skip
OBSERVATION_COLUMNS = ("region", "table", "row", "key", "day", "amount", "unit", "document")


def table(files: Mapping[str, Path], name: str, columns: Sequence[str], findings: list[Finding]) -> Iterator[Fields]:
    """The rows of a CSV file with exactly these columns, in any order; nothing where the file is not there."""
    path = files.get(name)
    if path is None:
        return
    try:
        reader = csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True)
        lines = [(reader.line_num, line) for line in reader if line]
    except (UnicodeDecodeError, csv.Error) as error:
        findings.append(finding("AUDIT-FILE-UNREADABLE", Place(name), found=str(error), name=name))
        return
    heads = lines[0][1] if lines else []
    for column in columns:
        if heads.count(column) != 1:
            code = "AUDIT-COLUMN-TWICE" if heads.count(column) else "AUDIT-COLUMN-MISSING"
            findings.append(finding(code, Place(name, 1, column), found=", ".join(heads) or "-", expected=column))
    for head in heads:
        if head not in columns:
            findings.append(finding("AUDIT-COLUMN-UNKNOWN", Place(name, 1, head), found=head, expected=", ".join(columns)))
    if sorted(heads) != sorted(columns):
        return
    for number, line in lines[1:]:
        if len(line) != len(heads):
            findings.append(finding("AUDIT-ROW-LENGTH", Place(name, number), found=len(line), expected=len(heads)))
        else:
            yield Fields(dict(zip(heads, line, strict=True)), Place(name, number), findings)


def _day(f: Fields, name: str) -> date:
    """An ISO day in a CSV file; a bare year is none."""
    text = f.text(name, required=True)
    found = _iso(text)
    if text and found is None:
        f.malformed(name, text, "a date such as 2010-01-01")
    return found or date.min


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def read_events(files: Mapping[str, Path], tenure: Tenure, book: Book, findings: list[Finding]) -> list[tuple[Fields, Event]]:
    """The events, each with its row for later complaints."""
    found = [_event(f) for f in table(files, EVENTS, EVENT_COLUMNS, findings)]
    _check_events(found, tenure, book)
    return found


def read_observations(files: Mapping[str, Path], book: Book, findings: list[Finding]) -> tuple[Observation, ...]:
    """The observed stocks."""
    found = [_observation(f) for f in table(files, OBSERVATIONS, OBSERVATION_COLUMNS, findings)]
    _check_observations(found, book)
    return tuple(o for _, o in found)


def _event(f: Fields) -> tuple[Fields, Event]:
    name = f.text("id", required=True)
    f.place = Place(f.place.file, f.place.row, key=name)
    amount = f.number("amount", required=True)
    if amount is not None and amount <= 0:
        f.complain("AUDIT-AMOUNT", "amount", found=amount, expected="> 0")
    attribution = f.text("attribution")
    if attribution and attribution not in ATTRIBUTIONS:
        f.complain("CATALOG-FIELD-CHOICE", "attribution", found=attribution, expected=" | ".join(ATTRIBUTIONS))
    made = Event(
        id=name,
        region=f.text("region", required=True),
        table=f.text("table", required=True),
        row=f.text("row", required=True),
        key=f.key("key"),
        amount=amount or Decimal(0),
        unit=f.text("unit", required=True),
        decision=_day(f, "decision"),
        effect=_day(f, "effect"),
        decided_by=f.text("decided_by"),
        attribution=attribution,
        document=f.text("document"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )
    return f, made


def _observation(f: Fields) -> tuple[Fields, Observation]:
    amount = f.number("amount", required=True)
    if amount is not None and amount < 0:
        f.complain("AUDIT-AMOUNT", "amount", found=amount, expected=">= 0")
    made = Observation(
        region=f.text("region", required=True),
        table=f.text("table", required=True),
        row=f.text("row", required=True),
        key=f.key("key"),
        day=_day(f, "day"),
        amount=amount or Decimal(0),
        unit=f.text("unit", required=True),
        document=f.text("document", required=True),
    )
    return f, made


def _check_events(events: Sequence[tuple[Fields, Event]], tenure: Tenure, book: Book) -> None:
    subjects = {s.id: s for s in tenure.subjects}
    seen: dict[str, Place] = {}
    for f, e in events:
        if e.id and e.id in seen:
            f.complain("AUDIT-TWICE", "id", found=e.id, expected=seen[e.id].text())
        seen.setdefault(e.id, f.place)
        check_region(f, e.region, e.effect, book)
        check_cell(f, book.catalog, (e.table, e.row, e.key), e.unit, stock=False)
        if date.min < e.effect < e.decision:
            f.complain("AUDIT-EVENT-ORDER", "decision", found=e.decision, expected=f"<= {e.effect}")
        who = subjects.get(e.decided_by)
        if who is not None and e.decision > date.min and not who.start <= e.decision < who.end:
            f.complain("AUDIT-EVENT-DECIDED", "decided_by", found=e.decision, expected=f"{who.id} [{who.start}, {who.end})")


def _check_observations(observed: Sequence[tuple[Fields, Observation]], book: Book) -> None:
    seen: dict[tuple[object, ...], Place] = {}
    for f, o in observed:
        same = (o.region, o.table, o.row, o.key, o.day)
        if same in seen:
            f.complain("AUDIT-TWICE", "key", found=f"{o.region}/{o.table}/{o.row} {o.day}", expected=seen[same].text())
        seen.setdefault(same, f.place)
        check_region(f, o.region, o.day, book)
        check_cell(f, book.catalog, (o.table, o.row, o.key), o.unit, stock=True)


def check_region(f: Fields, code: str, on: date, book: Book) -> None:
    """A region that the book knows, and that was there on the day."""
    known = book.config.regions.get(code)
    if code and known is None:
        f.complain("AUDIT-REGION", "region", found=code, expected=", ".join(list(book.config.regions)[:20]))
    elif known is not None and on > date.min and not known.valid_from <= on <= known.valid_to:
        expected = f"{code} [{known.valid_from}, {known.valid_to}]"
        f.complain("AUDIT-REGION-DAY", "region", found=on, expected=expected)
