"""What the evaluation and the attribution take from auditors: amounts attributed, results entered, cases, printed figures.

    [[assigned]]        id, region, table, row, key, term, part, amount, unit, evidence
    [[entry]]           id, item, value, document, evidence = [...], term
    [[scored_event]]    id, type, severity, day, attribution, what, count, evidence = [...], term
    [[report]]          id, document, figure, amount, unit

They stand in records/*.toml like the other records and enter the journal each under its id. Here they are read and checked, and
turned into what attribution, evaluation and suspicions work with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from gep.accounts.attribution import Assigned
from gep.accounts.scoring_items import Entry, ScoredEvent
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.records import Key, Measure
from gep.book import Book
from gep.catalog.fields import Fields
from gep.explain.address import parse
from gep.workflow.audit.acts import Collected
from gep.workflow.audit.asset_cells import check_cell
from gep.workflow.audit.balances import StockLine, in_unit_of
from gep.workflow.audit.event_files import check_region
from gep.workflow.audit.records import ATTRIBUTIONS, Assignment, ItemEntry, ReportedFigure, ScoredCase, Tenure
from gep.workflow.audit.suspicion_tables import Reported
from gep.workflow.audit.tenure_file import day

KINDS: tuple[type, ...] = (Assignment, ItemEntry, ScoredCase, ReportedFigure)
Where = tuple[str, str, Key]  # measure of the closing, region, key


# ---- reading


def _assigned(f: Fields) -> Assignment:
    return Assignment(
        id=f.text("id", required=True),
        region=f.text("region", required=True),
        table=f.text("table", required=True),
        row=f.text("row", required=True),
        key=f.key("key"),
        term=f.text("term", required=True),
        part=f.choice("part", ATTRIBUTIONS),
        amount=_above_zero(f, "amount"),
        unit=f.text("unit", required=True),
        evidence=f.text("evidence", required=True),
    )


def _entry(f: Fields) -> ItemEntry:
    return ItemEntry(
        id=f.text("id", required=True),
        item=f.text("item", required=True),
        value=f.text("value", required=True),
        document=f.text("document", required=True),
        evidence=f.texts("evidence"),
        term=f.text("term"),
    )


def _scored(f: Fields) -> ScoredCase:
    return ScoredCase(
        id=f.text("id", required=True),
        type=f.text("type", required=True),
        severity=f.text("severity"),
        day=day(f, "day", required=True) or date.min,
        attribution=f.choice("attribution", ("", *ATTRIBUTIONS), default=""),
        what=f.text("what", required=True),
        count=_above_zero(f, "count") if f.raw("count") is not None else Decimal(1),
        evidence=f.texts("evidence"),
        term=f.text("term"),
    )


def _report(f: Fields) -> ReportedFigure:
    amount = f.number("amount", required=True)
    return ReportedFigure(
        id=f.text("id", required=True),
        document=f.text("document", required=True),
        figure=f.text("figure", required=True),
        amount=Decimal(0) if amount is None else amount,
        unit=f.text("unit", required=True),
    )


def _above_zero(f: Fields, name: str) -> Decimal:
    amount = f.number(name, required=True)
    if amount is not None and amount <= 0:
        f.complain("AUDIT-AMOUNT", name, found=amount, expected="> 0")
    return amount or Decimal(0)


READERS: Mapping[str, tuple[type[object], Callable[[Fields], object]]] = {
    "assigned": (Assignment, _assigned),
    "entry": (ItemEntry, _entry),
    "scored_event": (ScoredCase, _scored),
    "report": (ReportedFigure, _report),
}


# ---- checking


def check(read: Iterable[tuple[Fields, object]], tenure: Tenure, book: Book, evidence: set[str]) -> None:
    """Complain, each at its place, of what names nothing: a cell, a subject, evidence, a figure; and of an item entered twice.

    `evidence`: ids of the evidence forms and names of the documents.
    """
    entered: dict[tuple[str, str], str] = {}
    for f, record in read:
        match record:
            case Assignment():
                subject = next((s for s in tenure.subjects if s.id == record.term), None)
                if subject is not None:
                    check_region(f, record.region, subject.end - timedelta(days=1), book)
                check_cell(f, book.catalog, (record.table, record.row, record.key), record.unit, stock=False)
                _known(f, "evidence", [record.evidence], evidence)
            case ItemEntry():
                for term in (record.term,) if record.term else tenure.audited:
                    if (record.item, term) in entered:
                        f.complain("AUDIT-TWICE", "item", found=record.item, expected=entered[record.item, term])
                    entered.setdefault((record.item, term), record.id)
                _known(f, "evidence", record.evidence, evidence)
            case ScoredCase():
                _known(f, "evidence", record.evidence, evidence)
            case ReportedFigure():
                check_figure(f, "figure", record.figure)
        if isinstance(record, Assignment | ItemEntry | ScoredCase) and record.term:
            _known(f, "term", [record.term], set(tenure.audited))


def check_figure(f: Fields, column: str, text: str) -> None:
    """Complain of a text that is no address of a figure."""
    try:
        parse(text)
    except Refused as refused:
        f.complain("AUDIT-FIGURE", column, found=text, expected=refused.findings[0].expected)


def _known(f: Fields, column: str, names: Sequence[str], known: set[str]) -> None:
    for name in names:
        if name and name not in known:
            f.complain("AUDIT-LINK", column, found=name, expected=", ".join(sorted(known)[:20]) or "-")


# ---- what the parts of the audit work with


def assigned_of(
    collected: Collected, term: str, lines: Mapping[str, StockLine], measures: Mapping[str, Measure]
) -> tuple[Mapping[Where, tuple[Assigned, ...]], tuple[Finding, ...]]:
    """What auditors attributed over the term of a subject, by the stock that the row belongs to, in the unit of that stock.

    A row with no stock, or a unit that does not fit it, is a finding and is not used.
    """
    found: dict[Where, list[Assigned]] = {}
    told: list[Finding] = []
    for a in (a for a in collected.assigned if a.term == term):
        stock = _stock_of(a, lines, measures)
        place = Place(key=f"assigned {a.id}")
        if stock is None:
            told.append(finding("AUDIT-ASSIGNED-NO-STOCK", place, found=f"{a.table}.{a.row}"))
            continue
        amount = in_unit_of(a.amount, a.unit, measures[stock.measure].unit)
        if amount is None:
            told.append(finding("AUDIT-ASSIGNED-UNIT", place, found=a.unit, expected=measures[stock.measure].unit))
            continue
        found.setdefault((stock.measure, a.region, a.key), []).append(Assigned(a.row, a.part, amount, a.evidence))
    return {where: tuple(several) for where, several in found.items()}, tuple(told)


def _stock_of(a: Assignment, lines: Mapping[str, StockLine], measures: Mapping[str, Measure]) -> StockLine | None:
    """The carried stock whose block of the table has the row, with the dimensions of the key."""
    dims = sorted(d for d, _ in a.key)
    fits = [
        line for line in lines.values()
        if line.table == a.table and line.opening and sorted(measures[line.measure].dims) == dims
        and f"{line.measure.rpartition('.')[0]}.{a.row}" in measures
    ]  # fmt: skip
    return fits[0] if len(fits) == 1 else None


def entries_of(collected: Collected, term: str) -> tuple[Entry, ...]:
    """What was entered for the items of the evaluation of a subject."""
    own = (e for e in collected.entries if e.term in ("", term))
    return tuple(Entry(e.item, e.value, e.document, e.evidence) for e in own)


def scored_of(collected: Collected, term: str) -> tuple[ScoredEvent, ...]:
    """The cases that the evaluation of a subject looks at."""
    own = (e for e in collected.scored if e.term in ("", term))
    return tuple(
        ScoredEvent(e.id, e.type, e.severity, e.day, e.attribution, e.what, Fraction(e.count), e.evidence) for e in own
    )  # fmt: skip


def reported_of(collected: Collected) -> tuple[Reported, ...]:
    """The printed figures that are held against the book."""
    return tuple(Reported(r.document, r.figure, r.amount, r.unit) for r in collected.reports)
