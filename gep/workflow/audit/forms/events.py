"""EV, dated events: when each was decided and when it took effect, who decided it, and both sums of the term."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gep.base.records import Names, key_text
from gep.base.score_rules import ATTRIBUTIONS
from gep.catalog.tables import row_of
from gep.report.form import BLANK, Cell, Column, Form, Line, Made, Ref, Term, decimal_of, text, unit_names, words
from gep.workflow.audit.balances import in_unit_of
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import ITEM, UNIT, amount, day_words, form, recorded
from gep.workflow.audit.records import Event
from gep.workflow.audit.remit import inside
from gep.workflow.audit.term_ground import below
from gep.workflow.forms.lists import said, worded

NAME = Names("事项台账（决定日与生效日）", "Dated events (day of decision and day of effect)")
COLUMNS = (
    ITEM,
    UNIT,
    worded("id", "事项编号", "Event", "code"),
    worded("asset", "科目", "Asset row"),
    worded("decision", "决定日", "Decided on"),
    worded("effect", "生效日", "Effective on"),
    worded("stands", "与任期的关系", "How it stands to the term"),
    worded("decided_by", "决定人（职务）", "Decided by"),
    Column("by_effect", Names("结存口径（任期内生效）", "By effect, in the term")),
    Column("by_decision", Names("责任口径（任期内决定）", "By decision, in the term")),
    Column("amount", Names("数量", "Amount")),
    worded("attribution", "归因", "Attribution"),
    worded("document", "文件", "Document"),
    worded("evidence", "取证单", "Evidence form"),
    worded("note", "说明", "Note"),
)
NOTE = Names(
    "结存随生效日，责任随决定日；按最近年末取数的，结存口径以取数的年末为界。数量来自 events.csv 对应编号的行。",
    "Balances follow the day of effect, responsibility the day of decision; where stocks are read at year-ends, those are the "
    "bounds of the first. Amounts are those of the rows with these ids in events.csv.",
)
NOTHING = Names("任期内没有生效或决定的事项。", "No event took effect or was decided in the term.")


def forms(case: Case) -> Iterator[Form]:
    """The events that took effect in the term or were decided in it, row by row of the tables, with both sums."""
    groups: dict[tuple[str, str, str, str], list[Event]] = {}
    for e in case.ground.events:
        here = _here(case, e)
        if here and (effective(case, e) or case.account.cut.term.holds(e.decision)):
            groups.setdefault((e.table, e.row, key_text(e.key), e.region), []).append(e)
    lines = [line for group, events in sorted(groups.items()) for line in _group(case, group, events)]
    yield form(case, (case.form_id("EV"), "EV", NAME), COLUMNS, lines, [NOTE] if lines else [NOTHING])


def _here(case: Case, e: Event) -> bool:
    """Whether an event is of the place of the post and of what it answers for."""
    places, remit = case.ground.places, case.remit
    if remit.below:
        return inside(places, e.region, remit)
    return remit.covers(e.table) and (below(places, e.region, case.region) or e.region == case.region)


def effective(case: Case, e: Event) -> bool:
    """Whether an event stands in the balance of the term: its effect lies between the stocks as they were read."""
    measure = _measure(case, e)
    if measure is None:
        return case.account.cut.term.holds(e.effect)
    return case.account.cut.window(case.ground.catalog.measures[measure], case.region, e.key).holds(e.effect)


def stands(case: Case, e: Event) -> Names:
    """How an event stands to the term: decided in it or by another, in its balance or in another one.

    Both bounds are half-open: what is decided or takes effect on the day of the handover is the successor's.
    """
    term, held = case.account.cut.term, effective(case, e)
    if term.holds(e.decision):
        return DECIDED_HERE if held else DECIDED_FOR_LATER if e.effect >= term.end else DECIDED_OUTSIDE
    return DECIDED_BEFORE if e.decision < term.start else DECIDED_AFTER


DECIDED_HERE = Names("任期内决定，计入本任期结存", "decided in the term, in its balance")
DECIDED_FOR_LATER = Names(
    "任期内决定，任期后生效：计责任，不计本任期结存",
    "decided in the term, effective after it: responsibility, not balance",
)
DECIDED_OUTSIDE = Names(
    "任期内决定，取数年末之外生效：计责任，不计本任期结存",
    "decided in the term, effective outside the year-ends read: responsibility, not balance",
)
DECIDED_BEFORE = Names(
    "任期前决定，计入本任期结存：不计责任",
    "decided before the term, in its balance: no responsibility",
)
DECIDED_AFTER = Names(
    "任期后决定，因取年末数计入本任期结存：不计责任",
    "decided after the term, in its balance by the year-end: no responsibility",
)


def _measure(case: Case, e: Event) -> str | None:
    """The measure of the row that an event is a part of."""
    dims = sorted(d for d, _ in e.key)
    measures = case.ground.catalog.measures.values()
    fits = [m.id for m in measures if m.table == e.table and m.id.rpartition(".")[2] == e.row and sorted(m.dims) == dims]
    return fits[0] if len(fits) == 1 else None


def _group(case: Case, group: tuple[str, str, str, str], events: list[Event]) -> Iterator[Line]:
    """The events of one row and column, then their sums."""
    measure = _measure(case, events[0])
    unit = case.unit(measure) if measure is not None else events[0].unit
    code = "/".join(p for p in group if p)
    lines = [_line(case, e, unit) for e in sorted(events, key=lambda e: (e.effect, e.decision, e.id))]
    cells: dict[str, Cell] = {
        "name": words(_asset(case, events[0])),
        "unit": words(unit_names(unit)),
        "asset": text(f"{group[0]}.{group[1]}"),
    }
    for column in ("by_effect", "by_decision"):
        held = [(line.code, cell) for line in lines if (cell := line.cells[_at(column)]).exact is not None]
        total = sum((cell.exact for _, cell in held if cell.exact is not None), Decimal(0))
        made = Made("sum", tuple(Term(Ref(line, column)) for line, _ in held))
        cells[column] = amount(total, unit, made=made) if held else BLANK
    yield Line(f"sum.{code}", tuple(cells.get(c.code, BLANK) for c in COLUMNS), "subtotal")
    yield from lines


def _at(column: str) -> int:
    return [c.code for c in COLUMNS].index(column)


def _line(case: Case, e: Event, unit: str) -> Line:
    exact = in_unit_of(e.amount, e.unit, unit)
    shown = amount(None if exact is None else decimal_of(exact), unit, recorded(e.amount, e.unit, "events.csv", e.id))
    held = case.account.cut.term.holds(e.decision)
    attribution = ATTRIBUTIONS.get(e.attribution, ATTRIBUTIONS["unattributed"])
    return Line(
        e.id,
        (
            said(e.note or e.id),
            words(unit_names(unit)),
            text(e.id),
            said(_asset(case, e)),
            text(day_words(e.decision)),
            text(day_words(e.effect)),
            words(stands(case, e)),
            said(case.subject_names(e.decided_by) if e.decided_by else Names("未写明", "not stated")),
            shown if effective(case, e) else BLANK,
            shown if held else BLANK,
            shown,
            said(attribution),
            said(e.document),
            said(e.evidence),
            said(f"events.csv {e.id}"),
        ),
        "",
        1,
    )


def _asset(case: Case, e: Event) -> Names:
    """Row and column of an event in words."""
    layout = case.ground.layouts.get(e.table)
    row = row_of(layout, e.row) if layout is not None else None
    parts = [Names(e.table, e.table), row.names if row is not None else Names(e.row, e.row)]
    parts += [case.code(dim, code) for dim, code in e.key]
    return Names(" · ".join(p.zh for p in parts), " · ".join(p.en for p in parts))
