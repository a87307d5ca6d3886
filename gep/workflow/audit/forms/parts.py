"""The change of each stock over a term by part: the accounts of `gep.accounts.tenure` made of the cells of the book.

The account of a stock is cut exactly as the plan of the term cuts its rows; it is held in fractions here, so that the parts add
up to closing − opening to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gep.accounts.attribution import Attribution, Line, attribute
from gep.accounts.tenure import Dated
from gep.base.findings import Finding, Refused
from gep.base.records import Key
from gep.base.score_rules import Part
from gep.report.form import Stored
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import flow_figures, flows_of, named
from gep.workflow.audit.forms.handover import ordered
from gep.workflow.audit.term_stock import Row, balanced_rows, stock_account


@dataclass(frozen=True)
class Attributed:
    """A stock of the region of the engagement with its attributions, one for each region below it that returns.

    `figures`: row -> the annual figures of it. `refused`: why there are none (a term that runs backwards).
    """

    line: StockLine
    key: Key
    by_region: tuple[tuple[str, Attribution], ...]
    figures: dict[str, tuple[Stored, ...]]
    findings: tuple[Finding, ...] = ()
    refused: tuple[Finding, ...] = ()

    @property
    def opening(self) -> Fraction | None:
        return _sum([a.account.opening.amount for _, a in self.by_region])

    @property
    def closing(self) -> Fraction | None:
        return _sum([a.account.closing.amount for _, a in self.by_region])

    @property
    def net(self) -> Fraction | None:
        return _sum([a.net for _, a in self.by_region])

    def part(self, part: Part) -> Fraction:
        return sum((a.line(part).net for _, a in self.by_region), Fraction(0))

    def lines(self, part: Part) -> list[Line]:
        return [a.line(part) for _, a in self.by_region]

    def rows(self, part: Part) -> tuple[Stored, ...]:
        """The annual figures of the rows that a part is made of."""
        rows = {p.row for line in self.lines(part) for p in line.pieces if p.row}
        return named(f for row, held in self.figures.items() if row in rows for f in held)

    def events(self) -> tuple[Dated, ...]:
        """The events in the balance of the term or decided in it, each once."""
        found = (e for _, a in self.by_region for f in a.account.flows for e in (*f.effective, *f.decided))
        return tuple(dict.fromkeys(found))


def _sum(amounts: Sequence[Fraction | None]) -> Fraction | None:
    known = [a for a in amounts if a is not None]
    return sum(known, Fraction(0)) if amounts and len(known) == len(amounts) else None


def attributed(case: Case) -> Iterator[Attributed]:
    """Every stock whose change is told by rows, under each key that is no total, in the order of the tables.

    A closing that is worked out by itself (a value) is held against its rows; what they differ by is a line of its own.
    """
    plans = case.ground.method(case.account.span.year).plans
    for line, keys in ordered(case):
        flows = flows_of(case, line) or balanced_rows(plans, case.layout(line.table), line)
        if not flows:
            continue
        yield from (_of(case, line, key, flows) for key in keys if not case.ground.is_total(key))


def _of(case: Case, line: StockLine, key: Key, flows: Sequence[Row]) -> Attributed:
    cut = case.account.cut
    found: list[tuple[str, Attribution]] = []
    told: list[Finding] = []
    refused: list[Finding] = []
    for region in cut.leaves:
        made = stock_account(cut, flows, region, line.measure, key)
        if made is None:
            continue  # the region has none of it
        account, findings = made
        try:
            held, more = attribute(account, case.term.assigned.get((line.measure, region, key), ()))
        except Refused as error:
            refused += error.findings
            continue
        found.append((region, held))
        told += [*findings, *more]
    figures = {f.row: flow_figures(case, f.measure, key) for f in flows}
    return Attributed(line, key, tuple(found), figures, tuple(told), tuple(refused))
