"""Comparing a term: each stock at the opening, at every year-end and at the closing; its trend before and in the term; peers.

Figures are compared only where they are the same thing. A change across a break is not worked out; it needs a bridge, a figure of
one year on both sides, and the comparison asks for it. With a bridge, what both sides differ by is taken out of the change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gep.base.records import Key
from gep.report.form import Stored
from gep.workflow.audit.balances import StockLine, codes_at_end
from gep.workflow.audit.bridges import Break, Breaks, Joined, breaks_of, joined, unbridged
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.records import Balance
from gep.workflow.audit.zones import DAY, Peers, peers_on, zone_of_term

__all__ = ["Compared", "Peer", "YearEnd", "compare_stock", "every_break", "peers_of", "year_ends"]


@dataclass(frozen=True, slots=True)
class YearEnd:
    """A stock at the end of a year; None where the book has no figure."""

    year: int
    amount: Fraction | None
    figures: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Peer:
    """The relative change of the same stock in a region between the same two year-ends; None: not known, or across a break."""

    region: str
    change: Fraction | None
    figures: tuple[Stored, ...]


@dataclass(frozen=True)
class Compared:
    """One stock over a term. `ends`: the year-ends before, in and at the term. Changes are None across a break or where unknown.

    `before`, `within`: mean change by year from the first year-end of the book (or the last break) to the year-end nearest to the
    start, and from there (or the last break in the term) to the year-end nearest to its end; `years_before`, `years_within`: over
    how many years. `bridges`: those that the change over the term runs over; `bridged`: the years of every one. `rank`: place
    among how many regions by relative change, the largest first.
    """

    line: StockLine
    key: Key
    opening: Balance | None
    closing: Balance | None
    ends: tuple[YearEnd, ...]
    breaks: tuple[Break, ...]
    change: Fraction | None
    relative: Fraction | None
    before: Fraction | None
    years_before: int
    within: Fraction | None
    years_within: int
    bridges: tuple[Joined, ...] = ()
    peers: tuple[Peer, ...] = ()
    bridged: tuple[int, ...] = ()

    def end(self, year: int) -> YearEnd | None:
        return next((e for e in self.ends if e.year == year), None)

    @property
    def rank(self) -> tuple[int, int] | None:
        """The place of the region among all that are known, itself first in `peers`; None where it or every other is unknown."""
        known = [p.change for p in self.peers if p.change is not None]
        own = self.peers[0].change if self.peers else None
        if own is None or len(known) < 2:
            return None
        return 1 + sum(1 for change in known if change > own), len(known)


def every_break(case: Case, regions: Sequence[str] = ()) -> Mapping[str, Breaks]:
    """The breaks of the region of a term, and of those it is held against."""
    return {region: breaks_of(case.ground, region) for region in dict.fromkeys((case.region, *regions))}


def compare_stock(
    case: Case,
    line: StockLine,
    key: Key,
    ends: tuple[Balance | None, Balance | None],
    breaks: Mapping[str, Breaks],
) -> Compared:
    """One stock over the term of a case. `ends`: its handover balances; `breaks`: of the region and of its peers."""
    span = case.account.span
    years = tuple(_year_end(case, line, key, case.region, y) for y in year_ends(case) if y <= span.year)
    held = _Over(case, line, key, breaks[case.region], years)
    opening, closing = ends
    first = _bound(opening, span.year_before)
    through, bridges = held.crossed(first, span.year), held.bridges(first, span.year)
    change = None
    if not through and opening is not None and closing is not None and opening.amount is not None and closing.amount is not None:
        change = closing.amount - opening.amount - sum((b.gap for b in bridges), Fraction(0))
    relative = change / opening.amount * 100 if change is not None and opening is not None and opening.amount else None
    since = max((b.year for b in held.open if b.year <= span.year_before), default=year_ends(case)[0])
    before, n = held.mean(since, span.year_before)
    after = max((b.year for b in held.open if span.year_before < b.year < span.year), default=span.year_before)
    within, m = held.mean(after, span.year)
    others = () if held.crossed(span.year_before, span.year) else tuple(_peer(case, line, key, of) for of in breaks.values())
    bridged = tuple(b.year for b in held.joined)
    trends = (before, n, within, m)
    return Compared(line, key, opening, closing, years, through, change, relative, *trends, bridges, others, bridged)


class _Over:
    """One stock of a region over its year-ends: which breaks are bridged, and what a change over them is."""

    def __init__(self, case: Case, line: StockLine, key: Key, of: Breaks, years: Sequence[YearEnd]) -> None:
        self.ends = {e.year: e for e in years}
        found = of.of(line.table)
        ends = {b.year: self.ends.get(b.year - 1) for b in found}
        pairs = {year: (e.amount, e.figures) if e is not None else (None, ()) for year, e in ends.items()}
        made = (joined(case.ground, of, line, key, year, pair) for year, pair in sorted(pairs.items()))
        self.joined = tuple(b for b in made if b is not None)
        self.open = unbridged(found, self.joined)

    def crossed(self, first: int, last: int) -> tuple[Break, ...]:
        """The breaks after one year-end and up to another across which nothing is tied together."""
        return tuple(b for b in self.open if first < b.year <= last)

    def bridges(self, first: int, last: int) -> tuple[Joined, ...]:
        return tuple(b for b in self.joined if first < b.year <= last)

    def change(self, first: int, last: int) -> Fraction | None:
        """What the stock changed by between two year-ends, the gaps of bridges left out; None across a break or where unknown."""
        one, two = self.ends.get(first), self.ends.get(last)
        if one is None or two is None or one.amount is None or two.amount is None or self.crossed(first, last):
            return None
        return two.amount - one.amount - sum((b.gap for b in self.bridges(first, last)), Fraction(0))

    def mean(self, first: int, last: int) -> tuple[Fraction | None, int]:
        """The mean change by year between two year-ends, and over how many years."""
        whole = self.change(first, last) if last > first else None
        return (None, 0) if whole is None else (whole / (last - first), last - first)


def _bound(opening: Balance | None, year: int) -> int:
    """The year from which on a break lies in the term: an observation has what was stated anew at the beginning of its year."""
    return opening.day.year if opening is not None and opening.method == "OBS" else year


def year_ends(case: Case) -> list[int]:
    """The year-ends there may be stocks of: those of the book, and the one that its first year opens with."""
    years = sorted(case.ground.years.vintages)
    return [years[0] - 1, *years]


def _year_end(case: Case, line: StockLine, key: Key, region: str, year: int) -> YearEnd:
    years = case.ground.years
    codes = codes_at_end(case.ground.places, region, year)
    found = [years.get(line.measure, code, year, key) for code in codes]
    if year not in years.vintages and line.opening:
        codes = codes_at_end(case.ground.places, region, year + 1)
        found = [years.get(line.opening, code, year + 1, key) for code in codes]
    there = [a for a in found if a is not None]
    known = bool(there) and len(there) == len(found) and all(a.exact is not None for a in there)
    amount = sum((a.exact for a in there if a.exact is not None), Fraction(0)) if known else None
    return YearEnd(year, amount, tuple(a.stored for a in there))


def _peer(case: Case, line: StockLine, key: Key, of: Breaks) -> Peer:
    """The relative change between the year-ends nearest to the term, in %."""
    span = case.account.span
    years = tuple(_year_end(case, line, key, of.region, y) for y in year_ends(case) if y <= span.year)
    held = _Over(case, line, key, of, years)
    one, two = held.ends.get(span.year_before), held.ends.get(span.year)
    figures = (*(one.figures if one is not None else ()), *(two.figures if two is not None else ()))
    change = held.change(span.year_before, span.year)
    relative = change / one.amount * 100 if change is not None and one is not None and one.amount else None
    return Peer(of.region, relative, figures)


def peers_of(case: Case) -> Peers:
    """The regions a term is held against: of the same rank and functional zone on its last day."""
    places, codes = case.ground.places, case.ground.catalog.codes
    zone = zone_of_term(case.tenure, case.subject, places)
    return peers_on(places, codes, case.region, zone, case.subject.end - DAY)
