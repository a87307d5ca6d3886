"""One stock over a term as the pure cutting of a tenure sees it: exact flows by row and cause, by effect and by decision.

The plan gives the figures that are printed; this gives what responsibility and attribution are worked out from
(`gep.accounts.tenure`, `gep.accounts.attribution`). Both read the same handover balances, annual figures and windows.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gep.accounts.posts import Sign
from gep.accounts.tenure import Account, Dated, Flow, account
from gep.base.findings import Finding
from gep.base.records import Key, Layout, LayoutRow
from gep.catalog.tables import row_of
from gep.workflow.audit.term_facts import Cut

SIGNS: dict[str, Sign] = {"+": 1, "-": -1}


def stock_account(cut: Cut, layout: Layout, region: str, closing: str, key: Key) -> tuple[Account, tuple[Finding, ...]] | None:
    """The account of one stock cell of a region that returns as the term ends; None where it has no stock on one of the days.

    `closing`: the measure of the closing row. Its flows are the rows of the table that have a cause, in the same columns.
    """
    ends = [cut.stock(day, region, closing, key) for day in (cut.term.start, cut.term.end)]
    if ends[0] is None or ends[1] is None:
        return None
    opening, last = ends[0], ends[1]
    if opening.item != last.item:  # the region had another code then
        opening = type(opening)(
            last.item, opening.day, opening.amount, opening.method, opening.cut, opening.year_end, opening.days,
            opening.rests_on, opening.estimate, opening.document,
        )  # fmt: skip
    flows = tuple(flows_of(cut, layout, region, closing, key))
    events: list[Dated] = []
    for name in (f.row for f in flows):
        measure = f"{closing.rpartition('.')[0]}.{name}"
        events += cut.events.get((measure, region, key), ())
    return account(cut.term, opening, last, flows, events)


def flows_of(cut: Cut, layout: Layout, region: str, closing: str, key: Key) -> Iterator[Flow]:
    """The flows of a stock by row, each with its sign, its cause and its annual figures."""
    head = closing.rpartition(".")[0]
    for line in (r for r in layout.rows if r.cause and r.sign in SIGNS):
        measure = cut.measures.get(f"{head}.{line.code}")
        if measure is not None and measure.dims == cut.measures[closing].dims:
            window = cut.window(measure, region, key)
            annual = {year: _annual(cut, measure.id, region, key, year) for year in window.years()}
            yield Flow(line.code, SIGNS[line.sign], line.cause, annual)


def _annual(cut: Cut, measure: str, region: str, key: Key, year: int) -> Fraction | None:
    found = cut.of_year(cut.measures[measure], region, year, key)
    amounts = [a.exact for a in found] if found is not None else [None]
    return None if any(a is None for a in amounts) else sum((a for a in amounts if a is not None), Fraction(0))


def cause_of(layout: Layout, row: str) -> str:
    """The cause that the table gives a row; empty for stocks and sums."""
    line: LayoutRow | None = row_of(layout, row)
    return line.cause if line is not None else ""
