"""Cutting a tenure: the account of a stock over a term of office, and the parts of annual flows that fall to each leader.

A flow of a year is cut in two steps. Dated events come first, each in one piece: the balance takes them by the day they took
effect, responsibility by the day they were decided. What is left of the annual figure has no date and goes by days,
f × (days of the window in the year) / (days of the year), in exact fractions, so that the parts of all leaders are the annual
figure to the last digit.

The window of flows is cut where the stocks are read: at the day of handover for an observed or interpolated stock, at 1 January
after the year-end for a nearest one. Stock and flow so speak of the same time, and what they still differ by is the discrepancy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from gep.accounts.handover import Method, Series, Stock, days_of, plain, stocks_at
from gep.accounts.posts import Sign, Term, Window, term_findings, with_vacancies
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.rounding import store

By: TypeAlias = Literal["effect", "decision"]

ZERO = Fraction(0)


@dataclass(frozen=True, slots=True)
class Flow:
    """A row of the account: +1 adds to the stock, −1 takes from it. `annual`: never below 0, None or left out where unknown.

    `cause`: human, natural or adjustment; price or method in accounts of value.
    """

    row: str
    sign: Sign
    cause: str
    annual: Mapping[int, Fraction | None]


@dataclass(frozen=True, slots=True)
class Dated:
    """A dated part of a flow: the day it was decided, the day it took effect. `attribution`: an auditor's, empty if none yet."""

    id: str
    row: str
    amount: Fraction
    decision: date
    effect: date
    attribution: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class YearPart:
    """What of one annual flow falls into a window: the events with effect in it, and the days' share of what has no date.

    `annual` = `listed` (every dated event of that year) + the rest; `undated` = rest × `days` / `of`; `amount` = `dated` +
    `undated`. None: the year is unknown.
    """

    year: int
    annual: Fraction | None
    listed: Fraction
    dated: Fraction
    days: int
    of: int
    undated: Fraction | None = field(init=False)
    amount: Fraction | None = field(init=False)

    def __post_init__(self) -> None:
        undated = None if self.annual is None else (self.annual - self.listed) * Fraction(self.days, self.of)
        object.__setattr__(self, "undated", undated)
        object.__setattr__(self, "amount", None if undated is None else self.dated + undated)


@dataclass(frozen=True, slots=True)
class FlowPart:
    """A flow over a term. `effective`: events with effect in the window of the stocks; `decided`: events decided in the term.

    `balance`: by the day of effect, what the stocks show. `responsibility`: by the day of decision, the events decided in the
    term whenever they take effect, and the same `undated` part. None where a year of the window is unknown.
    """

    flow: Flow
    direction: Sign
    years: tuple[YearPart, ...]
    effective: tuple[Dated, ...]
    decided: tuple[Dated, ...]
    undated: Fraction | None = field(init=False)
    balance: Fraction | None = field(init=False)
    responsibility: Fraction | None = field(init=False)

    def __post_init__(self) -> None:
        undated = _sum(y.undated for y in self.years)
        object.__setattr__(self, "undated", undated)
        object.__setattr__(self, "balance", _sum(y.amount for y in self.years))
        object.__setattr__(self, "responsibility", _sum([undated, sum((e.amount for e in self.decided), ZERO)]))


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one stock over one term: opening + flows + discrepancy = closing."""

    term: Term
    opening: Stock
    closing: Stock
    flows: tuple[FlowPart, ...]

    @property
    def item(self) -> str:
        return self.opening.item

    @property
    def window(self) -> Window:
        """The days whose flows stand between the two stocks as they were read."""
        return Window(self.opening.cut, self.closing.cut)

    @property
    def net(self) -> Fraction | None:
        """Closing − opening."""
        if self.opening.amount is None or self.closing.amount is None:
            return None
        return self.closing.amount - self.opening.amount

    @property
    def recorded(self) -> Fraction | None:
        """The net of the flows, by the day of effect; None where one is unknown or the stock has none (classes, ratios)."""
        return _net((f.flow.sign, f.balance) for f in self.flows) if self.flows else None

    @property
    def decided(self) -> Fraction | None:
        """The net of the flows, by the day of decision; None as `recorded`."""
        return _net((f.flow.sign, f.responsibility) for f in self.flows) if self.flows else None

    @property
    def discrepancy(self) -> Fraction | None:
        """What the stocks changed by beyond the flows; a line of its own, never spread. None where either side is unknown."""
        return None if self.net is None or self.recorded is None else self.net - self.recorded

    def caused(self, cause: str, sign: Sign, by: By = "effect") -> Fraction | None:
        """The additions (+1) or reductions (−1) of one cause; None where one is unknown or the account has no such row."""
        parts = [f for f in self.flows if (f.flow.cause, f.flow.sign) == (cause, sign)]
        return _sum(f.balance if by == "effect" else f.responsibility for f in parts) if parts else None

    @property
    def inherited(self) -> tuple[Dated, ...]:
        """Events in the balance of this term that somebody else decided."""
        return tuple(e for f in self.flows for e in f.effective if not self.term.holds(e.decision))

    @property
    def beyond(self) -> tuple[Dated, ...]:
        """Events decided in this term that stand in the balance of another."""
        return tuple(e for f in self.flows for e in f.decided if not self.window.holds(e.effect))


@dataclass(frozen=True, slots=True)
class Division:
    """One stock over every term of a region. Accounts that meet on a day share the stock of that day, across posts too."""

    stocks: Mapping[date, Stock]
    accounts: tuple[Account, ...]
    findings: tuple[Finding, ...]

    def of(self, post: str) -> tuple[Account, ...]:
        """The accounts of one post by date, vacancies among them."""
        return tuple(sorted((a for a in self.accounts if a.term.post == post), key=lambda a: a.term.start))

    def parts(self, post: str, row: str, year: int) -> tuple[tuple[Account, Fraction | None], ...]:
        """The parts of an annual flow by leader; where the terms cover the year, their sum is the annual figure exactly."""
        found = ((a, y) for a in self.of(post) for f in a.flows if f.flow.row == row for y in f.years if y.year == year)
        return tuple((account, part.amount) for account, part in found)


# ---- flows


def flow_part(flow: Flow, term: Term, window: Window, events: Iterable[Dated] = ()) -> FlowPart:
    """A flow cut at the window of the stocks, its events (those of other rows are passed over) also at the term."""
    own = tuple(sorted((e for e in events if e.row == flow.row), key=lambda e: (e.effect, e.decision, e.id)))
    return FlowPart(
        flow,
        window.direction,
        tuple(_year_part(flow, year, window, own) for year in window.years()),
        tuple(e for e in own if window.holds(e.effect)),
        tuple(e for e in own if term.holds(e.decision)),
    )


def _year_part(flow: Flow, year: int, window: Window, events: Sequence[Dated]) -> YearPart:
    of_year = [e for e in events if e.effect.year == year]
    dated = window.direction * sum((e.amount for e in of_year if window.holds(e.effect)), ZERO)
    listed = sum((e.amount for e in of_year), ZERO)
    return YearPart(year, flow.annual.get(year), listed, dated, window.days_in(year), days_of(year))


def event_findings(item: str, flows: Sequence[Flow], events: Sequence[Dated]) -> tuple[Finding, ...]:
    """What is wrong with dated events: an id twice, a row that the account has not, an amount that is not above 0, an effect
    before the decision, and events of a row and year that come to more than the annual flow of it.
    """
    rows = {f.row: f for f in flows}
    ids = [e.id for e in events]
    told = [finding("TENURE-EVENT-TWICE", Place(key=i), found=ids.count(i)) for i in sorted({i for i in ids if ids.count(i) > 1})]
    sums: dict[tuple[str, int], Fraction] = {}
    for event in sorted(events, key=lambda e: (e.id, e.effect)):
        place = Place(key=f"{item}/{event.id}")
        if event.row not in rows:
            told.append(finding("TENURE-EVENT-ROW", place, found=event.row, expected=", ".join(rows), holes={"event": event.id}))
        if event.amount <= 0:
            told.append(finding("TENURE-EVENT-AMOUNT", place, found=plain(event.amount), holes={"event": event.id}))
        if event.effect < event.decision:
            days = (event.decision - event.effect).days
            holes = {"event": event.id, "days": days}
            told.append(
                finding("TENURE-EFFECT-FIRST", place, found=event.effect, expected=event.decision, difference=days, holes=holes)
            )
        sums[event.row, event.effect.year] = sums.get((event.row, event.effect.year), ZERO) + event.amount
    for (row, year), amount in sorted(sums.items()):
        annual = rows[row].annual.get(year) if row in rows else None
        if annual is not None and amount > annual:
            told.append(
                finding(
                    "TENURE-EVENTS-EXCEED",
                    Place(key=f"{item}/{row}/{year}"),
                    found=plain(amount),
                    expected=plain(annual),
                    difference=plain(amount - annual),
                    holes={"item": item, "row": row, "year": year},
                )
            )
    return tuple(told)


# ---- accounts


def account(
    term: Term, opening: Stock, closing: Stock, flows: Iterable[Flow], events: Sequence[Dated] = ()
) -> tuple[Account, tuple[Finding, ...]]:
    """The account of a term between two stocks, and what its reader must know.

    Findings: no days between the stocks as they were read (the handovers fall on one year-end), stocks read in the wrong order,
    a flow that is unknown in a year of the window, a discrepancy. Raises Refused for a term without days and for stocks of other
    days than those of the term.
    """
    if term.start >= term.end:
        raise Refused(term_findings([term]))
    if (opening.day, closing.day) != (term.start, term.end) or opening.item != closing.item:
        days = f"{opening.item} {opening.day} … {closing.item} {closing.day}"
        raise Refused([finding("TENURE-OTHER-DAY", Place(key=term.id), found=days, expected=f"{term.start} … {term.end}")])
    window = Window(opening.cut, closing.cut)
    made = Account(term, opening, closing, tuple(flow_part(f, term, window, events) for f in flows))
    return made, _account_findings(made)


def _account_findings(made: Account) -> tuple[Finding, ...]:
    place = Place(key=f"{made.item}/{made.term.id}")
    holes: dict[str, object] = {"item": made.item, "term": made.term.id}
    window = made.window
    told = []
    if window.start == window.end:
        told.append(finding("TENURE-NO-DAYS", place, found=window.start, holes=holes))
    if window.reversed:
        told.append(finding("TENURE-BACKWARDS", place, found=window.end, expected=window.start, holes=holes))
    for part in made.flows:
        unknown = [str(y.year) for y in part.years if y.annual is None]
        if unknown:
            told.append(finding("TENURE-NO-FLOW", place, found=", ".join(unknown), holes=holes | {"row": part.flow.row}))
    if made.net is not None and made.recorded is not None and made.net != made.recorded:
        net, recorded = made.net, made.recorded
        difference = plain(net - recorded)
        told.append(
            finding("TENURE-DISCREPANCY", place, found=plain(net), expected=plain(recorded), difference=difference, holes=holes)
        )
    return tuple(told)


def divide(
    series: Series,
    flows: Sequence[Flow],
    terms: Iterable[Term],
    *,
    events: Sequence[Dated] = (),
    method: Method = "NEAREST",
    span: Window | None = None,
) -> Division:
    """The account of every term of every post, with vacancies as intervals of their own.

    Every stock is made once. Within a post each closing is the next opening, the same object, and the flows of all terms are
    those of the years they cover, to the last digit. Raises Refused with every finding where terms have no days, stand twice or
    overlap within a post: their parts would not add up.
    """
    listed = tuple(terms)
    about_terms = term_findings(listed, span)
    if any(f.code != "TENURE-GAP" for f in about_terms):
        raise Refused(about_terms)
    filled = with_vacancies(listed, span)
    stocks, about_stocks = stocks_at(series, (day for t in filled for day in (t.start, t.end)), method)
    made = [account(t, stocks[t.start], stocks[t.end], flows, events) for t in filled]
    about = [*about_terms, *event_findings(series.item, flows, events), *about_stocks, *(f for _, told in made for f in told)]
    return Division(stocks, tuple(a for a, _ in made), tuple(about))


def printed_parts(parts: Sequence[Fraction], places: int) -> tuple[Decimal, ...]:
    """Parts by leader, in their order, at so many decimals: each rounded, the last given the remainder of the rounded sum.

    The printed parts of an annual flow so add up to the printed annual flow. Raises ValueError for no parts.
    """
    if not parts:
        raise ValueError("there are no parts of nothing")
    shown = [store(part, places) for part in parts[:-1]]
    rest = Fraction(store(sum(parts, ZERO), places)) - sum((Fraction(s) for s in shown), ZERO)
    return (*shown, store(rest, places))


def _sum(parts: Iterable[Fraction | None]) -> Fraction | None:
    total = ZERO
    for part in parts:
        if part is None:
            return None
        total += part
    return total


def _net(parts: Iterable[tuple[int, Fraction | None]]) -> Fraction | None:
    return _sum(None if amount is None else sign * amount for sign, amount in parts)
