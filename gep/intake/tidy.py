"""The tidy submission: every row checked in full, all problems of all rows at once, and the sound rows as facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gep.base.findings import Finding, finding
from gep.base.records import EMPTY, OPTIONAL, Fact, Measure, Names, Origin, State, Vocabulary
from gep.catalog.tables import returned_as
from gep.intake.cells import Cells, Lists, category_codes, read_key, read_period, read_region
from gep.intake.figures import read_figure, read_unit
from gep.intake.schema import ATTR, COLUMNS, REQUIRED, check_schema
from gep.intake.suggest import Nearest, plain_names
from gep.intake.table import Complaints, Row, Table

PRECISION = "precision"  # attr.precision = exact marks an adopted constant; allowed on every item
FREE_TEXT = ("department", "source", "evidence", "note")
CODE_CELLS = ("region", "period", "item", "category", "part", "state", "unit", "value")
FORMULA = re.compile(r"(?:^|[\r\n])\s*[=+\-@＝＋－＠]\s*\S|^[\t\r]")
DAY = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")  # as text in the order of time
PRICE_BASIS = re.compile(r"current|constant:[0-9]{4}")
EDGES = (" ", "\t", "\u00a0", "\u3000")
STATES = {
    "value": Names("有数", "a value"),
    "not_available": Names("未掌握", "missing"),
    "not_applicable": Names("不适用", "n/a"),
}


@dataclass(frozen=True, slots=True)
class Intake:
    """What became of a submission: sound facts, every finding, and for a record set its Arrow table.

    A fact stands here only if its own row has no finding that stops; whether the submission as a whole may be used is for
    `gep.base.findings.stops(findings)` to say. `rows` counts the rows read.
    """

    facts: tuple[Fact, ...] = ()
    findings: tuple[Finding, ...] = ()
    file: str = ""
    sha256: str = ""
    rows: int = 0
    records: object = field(default=None, compare=False)


def read_tidy(table: Table, vocabulary: Vocabulary) -> Intake:
    """The facts and findings of one tidy table, going by the table and the vocabulary alone (no other file, nothing stored)."""
    complaints = Complaints()
    schema_findings, bad_cells = check_schema(table)
    complaints.extend(schema_findings)
    if any(f.code == "INTAKE-NO-HEADER" for f in schema_findings):
        return Intake((), complaints.sorted(), table.file, table.sha256, len(table.rows))
    attrs = _attr_columns(table, vocabulary, complaints)
    if "source" not in table.columns and table.rows:
        complaints.add(finding("INTAKE-SOURCE-COLUMN", table.place(1, "source")))
    lists = Lists.of(vocabulary)
    # a column that is missing or misspelt may be a part of every key: then no row is sound
    whole = not table.unread and not {f.code for f in complaints.found} & {"INTAKE-COLUMN-MISSING", "INTAKE-COLUMN-UNKNOWN"}
    stopped = {line for line, _ in bad_cells}
    facts = []
    for row in table.rows:
        cells = _cells(table, row, bad_cells)
        fact = _read_row(cells, table, lists, attrs)
        complaints.extend(cells.findings)
        if fact and whole and row.line not in stopped:
            facts.append(fact)
    return Intake(tuple(facts), complaints.sorted(), table.file, table.sha256, len(table.rows))


def _cells(table: Table, row: Row, bad: frozenset[tuple[int, str]]) -> Cells:
    texts: dict[str, str | None] = dict.fromkeys((*REQUIRED, *table.unread))
    texts |= {name: None if (row.line, name) in bad else cell for name, cell in zip(table.columns, row.cells, strict=True)}
    return Cells(table.file, row.line, texts)


def _read_row(cells: Cells, table: Table, lists: Lists, attr_columns: tuple[str, ...]) -> Fact | None:
    """The fact of one row; its complaints stand in `cells`. None where the row is not sound."""
    _check_text(cells)
    measure = _read_item(cells, lists)
    period = read_period(cells)
    region = read_region(cells, lists, period)
    state = _read_state(cells)
    attrs: Mapping[str, str] = EMPTY
    key = None
    if measure:
        key = read_key(cells, measure, lists, period)
        attrs = _read_attrs(cells, measure, attr_columns)
    unit = read_unit(cells, measure, state, lists.vocabulary, period, attrs)
    amount = read_figure(cells, measure, state, unit)
    note = cells.text("note") or ""
    if state not in (None, State.VALUE) and not note:
        cells.complain("INTAKE-REASON-MISSING", "note", found=str(state))
    if state is State.VALUE and "source" in table.columns and cells.text("source") == "" and not cells.text("evidence"):
        cells.complain("INTAKE-SOURCE-MISSING", "source")
    if cells.stopped or not measure or not period or region is None or key is None or state is None:
        return None
    if (amount is None) == (state is State.VALUE):
        return None  # the value column is missing or unread, which is reported
    return Fact(
        measure=measure.id,
        region=region,
        period=period.text,
        key=key,
        state=state,
        amount=amount,
        unit=cells.text("unit") or "",
        origin=Origin(table.file, table.sha256, cells.line),
        exact=cells.text(f"attr.{PRECISION}") == "exact",
        reason=note if state is not State.VALUE else "",
        department=cells.text("department") or "",
        source=cells.text("source") or "",
        evidence=cells.text("evidence") or "",
        note=note,
        attrs=attrs,
    )


def _read_item(cells: Cells, lists: Lists) -> Measure | None:
    text = cells.text("item")
    if text is None:
        return None
    measure = lists.vocabulary.measures.get(returned_as(lists.vocabulary.layouts, text, category_codes(cells)))
    if measure is None:
        cells.complain("INTAKE-ITEM-UNKNOWN", "item", found=text, **lists.items.words(text))
    elif text in lists.vocabulary.computed and not measure.table:  # of a table as printed the run compares it
        cells.complain("INTAKE-ITEM-COMPUTED", "item", found=text, name_zh=measure.names.zh, name_en=measure.names.en)
        return None
    return measure


def _read_state(cells: Cells) -> State | None:
    """The state the row declares; empty means value."""
    text = cells.text("state")
    if text is None:
        return None
    if text in STATES or not text:
        return State(text or "value")
    nearest = Nearest(STATES).words(text)
    cells.complain("INTAKE-STATE-UNKNOWN", "state", found=text, expected=" | ".join(STATES), **nearest)
    return None


def _attr_columns(table: Table, vocabulary: Vocabulary, complaints: Complaints) -> tuple[str, ...]:
    """The attr.* columns some item declares; the others are reported once, at the header."""
    declared = {PRECISION} | {attr for m in vocabulary.measures.values() for attr in _attrs_of(m)}
    known = []
    for column in table.columns:
        name = column.removeprefix("attr.")
        if name == column or column in COLUMNS:
            continue
        if name in declared:
            known.append(column)
        elif re.fullmatch(ATTR, column):
            nearest = Nearest(plain_names(tuple(f"attr.{n}" for n in sorted(declared))))
            complaints.add(finding("INTAKE-COLUMN-UNKNOWN", table.place(1, column), found=column, **nearest.words(column)))
    return tuple(known)


def _attrs_of(measure: Measure) -> tuple[str, ...]:
    """The attributes a row of the item may carry."""
    return tuple(attr.removesuffix(OPTIONAL) for attr in measure.attrs)


def _read_attrs(cells: Cells, measure: Measure, columns: tuple[str, ...]) -> Mapping[str, str]:
    """The attributes of the row by bare name, precision apart."""
    declared = _attrs_of(measure)
    given: dict[str, str] = {}
    for column in columns:
        name, text = column.removeprefix("attr."), cells.text(column)
        if not text:
            continue
        if name == PRECISION:
            if text != "exact":
                cells.complain("INTAKE-ATTR-VALUE", column, found=text, expected="exact", item=measure.id)
        elif name not in declared:
            cells.complain("INTAKE-ATTR-SUPERFLUOUS", column, found=text, item=measure.id, attr=column)
        else:
            given[name] = text
            if name == "released_on" and not DAY.fullmatch(text):
                cells.complain("INTAKE-ATTR-VALUE", column, found=text, expected="2021-03-20", item=measure.id)
            if name == "price_basis" and not PRICE_BASIS.fullmatch(text):
                cells.complain("INTAKE-ATTR-VALUE", column, found=text, expected="current | constant:2020", item=measure.id)
    for name in (attr for attr in measure.attrs if not attr.endswith(OPTIONAL)):
        if cells.text(f"attr.{name}") == "":
            cells.complain("INTAKE-ATTR-MISSING", f"attr.{name}", found="-", item=measure.id, attr=f"attr.{name}")
    return MappingProxyType(dict(sorted(given.items())))


def _check_text(cells: Cells) -> None:
    """What is odd about the texts as such: text that a spreadsheet would run, spaces around a code. Both are notes."""
    for column in FREE_TEXT:
        text = cells.texts.get(column)
        if text and len(text.strip()) > 1 and FORMULA.search(text):
            cells.complain("INTAKE-FORMULA-TEXT", column, found=text)
    for column in CODE_CELLS:
        text = cells.texts.get(column)
        if text and text.strip() and (text.startswith(EDGES) or text.endswith(EDGES)):
            cells.complain("INTAKE-SPACES", column, found=f"“{text}”", expected=f"“{cells.text(column)}”")
