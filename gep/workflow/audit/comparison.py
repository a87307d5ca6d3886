"""Comparing a term: each stock at the opening, at every year-end and at the closing; its trend before and in the term; peers.

Figures are compared only where they are the same thing: a region that changed its area, an opening that was stated anew (a
survey, a new classification), or another version of the rules is a break. A change across a break is not worked out; it needs a
bridge, a figure of one year on both sides, and the comparison asks for it.
"""

# ruff: noqa: S608  (what enters the SQL is literals of the program, quoted names and whole numbers)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gep.accounts.comparable import comparable_areas
from gep.base.records import Key, Names
from gep.explain.address import parse
from gep.ledger.views import literal
from gep.report.form import Stored
from gep.workflow.audit.balances import StockLine, codes_at_end
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.records import Balance
from gep.workflow.audit.zones import DAY, Peers, peers_on, zone_of_term
from gep.workflow.region_rows import accounted
from gep.workflow.revise import RESTATED
from gep.workflow.views import rows

__all__ = ["Break", "Compared", "Peer", "YearEnd", "breaks_of", "compare_stock", "peers_of"]


@dataclass(frozen=True, slots=True)
class Break:
    """Between the ends of `year` − 1 and of `year` figures of a table are not the same thing. `table` empty: of every table."""

    year: int
    table: str
    why: Names


@dataclass(frozen=True, slots=True)
class YearEnd:
    """A stock at the end of a year; None where the book has no figure."""

    year: int
    amount: Fraction | None
    figures: tuple[Stored, ...]


@dataclass(frozen=True, slots=True)
class Peer:
    """The relative change of the same stock in a region of the same rank, between the same two year-ends; None: not known."""

    region: str
    change: Fraction | None
    figures: tuple[Stored, ...]


@dataclass(frozen=True)
class Compared:
    """One stock over a term. `ends`: the year-ends before, in and at the term. Changes are None across a break or where unknown.

    `before`, `within`: mean change by year from the first year-end of the book (or the last break) to the year-end nearest to the
    start, and from there (or the last break in the term) to the year-end nearest to its end; `years_before`, `years_within`: over
    how many years. `rank`: place among how many regions by relative change, the largest first.
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
    peers: tuple[Peer, ...] = ()

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


def breaks_of(case: Case) -> tuple[Break, ...]:
    """Every break between two years that the engagement reads."""
    found = [*_areas(case), *_restated(case), *_rules(case)]
    return tuple(sorted(dict.fromkeys(found), key=lambda b: (b.year, b.table, b.why.en)))


def _areas(case: Case) -> Iterator[Break]:
    config = case.ground.book.config
    for one, two in pairwise(sorted(case.ground.years.vintages)):
        areas = comparable_areas(accounted(config), config.changes, one, two)
        codes = codes_at_end(case.ground.places, case.region, two)
        if any(not u.alone for a in areas for u in a.units if set(u.codes) & set(codes)):
            yield Break(two, "", Names("行政区划调整，范围不同", "the region changed its area"))


def _restated(case: Case) -> Iterator[Break]:
    """Openings stated anew, as the book recorded them: a survey, a new classification."""
    scheme = literal(case.ground.years.scheme)
    for year, vintage in sorted(case.ground.years.vintages.items()):
        codes = ", ".join(literal(c) for c in codes_at_end(case.ground.places, case.region, year)) or "''"
        sql = (
            f"SELECT DISTINCT figure, reason FROM revision_all WHERE vintage = {vintage} AND year = {year} AND profile = {scheme}"
            f" AND kind = '{RESTATED}' AND region_code IN ({codes}) ORDER BY ALL"
        )
        seen = {(parse(r["figure"]).keys[0], str(r["reason"] or "")) for r in rows(case.ground.book, sql)}
        for table, reason in sorted(seen):
            yield Break(year, table, Names(f"年初数重述（{reason}）", f"the opening was stated anew ({reason})"))


def _rules(case: Case) -> Iterator[Break]:
    """Years whose figures come from vintages with other rules."""
    held = {int(r["vintage"]): str(r["rules_hash"]) for r in rows(case.ground.book, "SELECT vintage, rules_hash FROM run")}
    vintages = case.ground.years.vintages
    for one, two in pairwise(sorted(vintages)):
        if held.get(vintages[one]) != held.get(vintages[two]):
            yield Break(two, "", Names("核算规则版本不同", "the rules are of another version"))


def compare_stock(
    case: Case,
    line: StockLine,
    key: Key,
    ends: tuple[Balance | None, Balance | None],
    breaks: Sequence[Break],
    peers: Iterable[str],
) -> Compared:
    """One stock over the term of a case. `ends`: its handover balances; `peers`: the regions it is held against."""
    span = case.account.span
    years = tuple(_year_end(case, line, key, case.region, y) for y in year_ends(case) if y <= span.year)
    own = tuple(b for b in breaks if b.table in ("", line.table))
    opening, closing = ends
    through = _crossed(own, _bound(opening, span.year_before), span.year)
    change = None
    if not through and opening is not None and closing is not None and opening.amount is not None and closing.amount is not None:
        change = closing.amount - opening.amount
    relative = change / opening.amount * 100 if change is not None and opening is not None and opening.amount else None
    since = max((b.year for b in own if b.year <= span.year_before), default=year_ends(case)[0])
    before, n = _mean(years, since, span.year_before, own)
    after = max((b.year for b in own if span.year_before < b.year < span.year), default=span.year_before)
    within, m = _mean(years, after, span.year, own)
    others = () if through else tuple(_peer(case, line, key, region, own) for region in (case.region, *peers))
    return Compared(line, key, opening, closing, years, through, change, relative, before, n, within, m, others)


def _bound(opening: Balance | None, year: int) -> int:
    """The year from which on a break lies in the term: an observation has what was stated anew at the beginning of its year."""
    return opening.day.year if opening is not None and opening.method == "OBS" else year


def _crossed(breaks: Sequence[Break], first: int, last: int) -> tuple[Break, ...]:
    return tuple(b for b in breaks if first < b.year <= last)


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


def _mean(years: Sequence[YearEnd], first: int, last: int, breaks: Sequence[Break]) -> tuple[Fraction | None, int]:
    """The mean change by year between two year-ends, and over how many years; None across a break, or where one is unknown."""
    ends: Mapping[int, YearEnd] = {e.year: e for e in years}
    one, two = ends.get(first), ends.get(last)
    if last <= first or one is None or two is None or _crossed(breaks, first, last):
        return None, 0
    if one.amount is None or two.amount is None:
        return None, 0
    return (two.amount - one.amount) / (last - first), last - first


def _peer(case: Case, line: StockLine, key: Key, region: str, breaks: Sequence[Break]) -> Peer:
    """The relative change between the year-ends nearest to the term, in %."""
    span = case.account.span
    one, two = (_year_end(case, line, key, region, y) for y in (span.year_before, span.year))
    figures = (*one.figures, *two.figures)
    if not one.amount or two.amount is None or _crossed(breaks, span.year_before, span.year):
        return Peer(region, None, figures)
    return Peer(region, (two.amount - one.amount) / one.amount * 100, figures)


def peers_of(case: Case) -> Peers:
    """The regions a term is held against: of the same rank and functional zone on its last day."""
    places, codes = case.ground.places, case.ground.catalog.codes
    zone = zone_of_term(case.tenure, case.subject, places)
    return peers_on(places, codes, case.region, zone, case.subject.end - DAY)
