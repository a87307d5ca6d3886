"""TG, targets, floors and caps: what a document demands of a figure, beside that figure at both ends of the term."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from gep.base.records import Key, Names, key_of
from gep.report.form import Cell, Column, Form, Line, Scope, text, unit_names, words
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import ITEM, UNIT, form, vintages
from gep.workflow.forms.limits import SIGNS, Amount, Limit, amount_of, compared, limits_of
from gep.workflow.forms.lists import said, worded
from gep.workflow.forms.reader import Reader, reading

NAME = Names("目标、底线与上限", "Targets, floors and caps")
NOTHING = Names("账册中没有适用于本地区的目标、底线或上限。", "The book holds no target, floor or cap for this region.")
SENSE = Names(
    "差距＝实际－限额。底线（≥）为负、上限（≤）为正的，未达到。达到与否按未修约的数判断。",
    "Gap = figure − limit. Below a floor (≥) or above a cap (≤) it is not met; the figures decide as they are, before rounding.",
)


@dataclass(frozen=True, slots=True)
class Held:
    """A limit that holds at the end of the term, with the figure that it is held against at both ends.

    `opening` is None where the limit or the figure was not there at the opening year-end.
    """

    limit: Limit
    opening: Amount | None
    closing: Amount
    opening_year: int
    closing_year: int


def held_against(case: Case) -> tuple[Held, ...]:
    """Every limit of the region that holds at the closing year-end. Figures are those of the year-ends nearest to the term."""
    if case.remit.below:
        return ()  # the limits of the region above are not broken down to a place below the accounts
    years, ends = case.ground.years.vintages, (case.account.span.year_before, case.account.span.year)
    with reading(case.ground.book) as reader:
        runs = {int(r["vintage"]) for r in reader.rows("SELECT vintage FROM run")}
        if not set(years.values()) <= runs:
            return ()  # figures that are of no run of the book: nothing says which limits held
        scopes = [
            s for s in (replace(case.scope, profile=p) for p in (case.ground.years.scheme, case.tenure.profile)) if s.profile
        ]
        found = [h for scope in scopes if (at := _at(case, scope, ends[1])) for h in _of(case, reader, at, ends)]
    seen = {h.limit.id: h for h in reversed(found)}
    return tuple(h for h in found if seen[h.limit.id] is h and ends[1] in years and _of_post(case, h.limit))


def _of_post(case: Case, limit: Limit) -> bool:
    """Whether a limit is of what the post answers for: of one of its tables, or of a measure that its department returns."""
    measure = case.ground.catalog.measures.get(limit.measure)
    if case.remit.whole or measure is None:
        return case.remit.whole
    return case.remit.covers(measure.table) if measure.table else measure.department.startswith(case.remit.department)


def _at(case: Case, scope: Scope, year: int) -> Scope | None:
    """The scope in another year, in the vintage that the audit reads; None where the profile has no vintage of the year."""
    vintage = case.used(scope.profile).get(year)
    return None if vintage is None else replace(scope, year=year, vintage=vintage)


def _of(case: Case, reader: Reader, scope: Scope, ends: tuple[int, int]) -> Iterator[Held]:
    before = _at(case, scope, ends[0])
    for limit in limits_of(reader, scope):
        closing = amount_of(reader, scope, limit)
        if closing is not None:
            yield Held(limit, amount_of(reader, before, limit) if before is not None else None, closing, *ends)


def limits_on(held: Iterable[Held], line: StockLine, key: Key) -> list[Held]:
    """The limits that are set to a stock of the tables."""
    return [h for h in held if h.limit.measure == line.measure and key_of(dict(h.limit.key)) == key]


def limit_words(limit: Limit) -> str:
    return f"{SIGNS[limit.sense]} {limit.value:,f}"


def forms(case: Case) -> Iterator[Form]:
    """The ledger of targets of a term."""
    held = held_against(case)
    lines = [_line(h, n) for n, h in enumerate(held, 1)]
    notes = [SENSE if lines else NOTHING]
    name = case.form_id("TG")
    year = case.account.span
    yield form(case, (name, "TG", NAME), _columns(year.year_before, year.year), lines, notes)


def _columns(before: int, after: int) -> tuple[Column, ...]:
    return (
        ITEM,
        UNIT,
        worded("code", "编号", "Id", "code"),
        worded("limit", "限额", "Limit"),
        Column("opening", Names(f"{before} 年末", f"End of {before}")),
        Column("opening_gap", Names(f"{before} 年末差距", f"Gap, end of {before}")),
        worded("opening_met", f"{before} 年末达到", f"Met, end of {before}"),
        Column("closing", Names(f"{after} 年末", f"End of {after}")),
        Column("gap", Names(f"{after} 年末差距", f"Gap, end of {after}")),
        worded("met", f"{after} 年末达到", f"Met, end of {after}"),
        worded("document", "文件", "Document"),
        worded("clause", "条款", "Clause"),
        worded("vintage", "账册版次", "Vintage"),
    )


def _line(h: Held, number: int) -> Line:
    limit = h.limit
    opening = compared(limit, h.opening) if h.opening is not None else (Cell("missing"), Cell("missing"), said(None))
    closing = compared(limit, h.closing)
    figures = (*(h.opening.figures if h.opening is not None else ()), *h.closing.figures)
    cells = (
        words(limit.names),
        words(unit_names(limit.unit)),
        text(limit.id),
        text(limit_words(limit)),
        *opening,
        *closing,
        words(limit.document),
        said(limit.clause),
        said(vintages(figures)),
    )
    return Line(f"{limit.id}.{number}", cells)
