"""Breaks between two years of a book, and the bridges that auditors declare across them.

A break is where figures of two years are not the same thing: a region that changed its area, an opening that was stated anew
(a survey, a new classification), other rules. A bridge holds one stock of the year-end before the break in both definitions; what
they differ by is taken out of a change over the break. Where an opening was stated anew the book holds both figures, but that
they mean the same stock is for the auditors to say, with a document. Over a change of rules the figures themselves are needed.
"""

# ruff: noqa: S608  (what enters the SQL is literals of the program, quoted names and whole numbers)
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from gep.accounts.comparable import comparable_areas
from gep.base.records import Key, Names, key_of
from gep.catalog.tables import spot
from gep.explain.address import NO_KEY, parse
from gep.ledger.views import literal
from gep.report.form import Stored
from gep.workflow import levels
from gep.workflow.audit.annual import leaves_at
from gep.workflow.audit.balances import StockLine, codes_at_end, in_unit_of, line_of
from gep.workflow.audit.records import Bridge
from gep.workflow.audit.term_ground import Ground
from gep.workflow.region_rows import accounted
from gep.workflow.revise import RESTATED
from gep.workflow.views import rows

Kind = Literal["area", "restated", "rules"]
Openings = Mapping[tuple[int, str, str, Key], Fraction | None]  # year, region, measure of the opening, key -> new less old


@dataclass(frozen=True, slots=True)
class Break:
    """Between the ends of `year` − 1 and of `year` figures of a table are not the same thing. `table` empty: of every table."""

    year: int
    table: str
    why: Names
    kind: Kind = "rules"


@dataclass(frozen=True, slots=True)
class Joined:
    """A stock on both sides of a break, at the end of the year before `year`; `figures`: what it rests on."""

    year: int
    before: Fraction
    after: Fraction
    document: str
    figures: tuple[Stored, ...] = ()

    @property
    def gap(self) -> Fraction:
        return self.after - self.before


@dataclass(frozen=True)
class Breaks:
    """Every break of a region, and the openings that the book states anew in it or below it."""

    region: str
    found: tuple[Break, ...]
    openings: Openings = field(default_factory=dict, repr=False)

    def of(self, table: str) -> tuple[Break, ...]:
        """The breaks of a table: its own, and those of every table."""
        return tuple(b for b in self.found if b.table in ("", table))


def breaks_of(g: Ground, region: str) -> Breaks:
    """Every break between two years of the book that the figures of a region run over."""
    openings = dict(_openings(g, region))
    found = [*_areas(g, region), *(b for b, _ in openings), *_rules(g)]
    gaps = {place: gap for (_, place), gap in openings.items()}
    return Breaks(region, tuple(sorted(dict.fromkeys(found), key=lambda b: (b.year, b.table, b.why.en))), gaps)


def _areas(g: Ground, region: str) -> Iterator[Break]:
    config = g.book.config
    for one, two in pairwise(sorted(g.years.vintages)):
        areas = comparable_areas(accounted(config), config.changes, one, two)
        codes = codes_at_end(g.places, region, two)
        if any(not u.alone for a in areas for u in a.units if set(u.codes) & set(codes)):
            yield Break(two, "", Names("行政区划调整，范围不同", "the region changed its area"), "area")


def _openings(g: Ground, region: str) -> Iterator[tuple[tuple[Break, tuple[int, str, str, Key]], Fraction | None]]:
    """Openings stated anew, as the book recorded them in the region and in those below it that return."""
    scheme = literal(g.years.scheme)
    for year, vintage in sorted(g.years.vintages.items()):
        inside = [c for c in leaves_at(g.places, g.book.config.leaves, year) if levels.inside(g.places, c, region)]
        codes = ", ".join(literal(c) for c in dict.fromkeys([*codes_at_end(g.places, region, year), *inside])) or "''"
        sql = (
            f"SELECT figure, reason, difference FROM revision_all WHERE vintage = {vintage} AND year = {year}"
            f" AND profile = {scheme} AND kind = '{RESTATED}' AND region_code IN ({codes}) ORDER BY ALL"
        )
        for r in rows(g.book, sql):
            address = parse(r["figure"])
            table, row, column = address.keys[:3]
            where, reason = spot(g.layouts, row, column, table), str(r["reason"] or "")
            names = Names(f"年初数重述（{reason}）", f"the opening was stated anew ({reason})")
            if where is not None:
                instance, dim = address.named.get("instance", NO_KEY), g.layouts[table].instance
                key = key_of({**dict(where.key), dim: instance}) if dim else where.key
                gap = None if r["difference"] is None else Fraction(r["difference"])
                yield (Break(year, table, names, "restated"), (year, address.region, where.measure, key)), gap


def _rules(g: Ground) -> Iterator[Break]:
    """Years whose figures come from vintages with other rules."""
    held = {int(r["vintage"]): str(r["rules_hash"]) for r in rows(g.book, "SELECT vintage, rules_hash FROM run")}
    vintages = g.years.vintages
    for one, two in pairwise(sorted(vintages)):
        if held.get(vintages[one]) != held.get(vintages[two]):
            yield Break(two, "", Names("核算规则版本不同", "the rules are of another version"), "rules")


# ---- bridges


def joined(
    g: Ground, of: Breaks, line: StockLine, key: Key, year: int, before: tuple[Fraction | None, tuple[Stored, ...]]
) -> Joined | None:
    """A stock of a region on both sides of its breaks of a year; None where no bridge is declared or it does not reach so far.

    `before`: the stock at the end of the year before, as the book has it, with its figures.
    """
    declared = [b for b in g.tenure.bridges if (b.year, b.table) == (year, line.table) and b.region in ("", of.region)]
    measures = g.catalog.measures
    for b in (b for b in declared if b.row):
        held = line_of(g.lines, measures, b.table, b.row, b.key)
        if held is line and b.key == key and b.before is not None and b.after is not None:
            ends = [in_unit_of(x, b.unit, measures[line.measure].unit) for x in (b.before, b.after)]
            if ends[0] is not None and ends[1] is not None:
                return Joined(year, ends[0], ends[1], b.document, before[1])
    whole = next((b for b in declared if not b.row), None)
    kinds = {b.kind for b in of.of(line.table) if b.year == year}
    if whole is None or "restated" not in kinds or "rules" in kinds or not line.opening or before[0] is None:
        return None
    if not {"region", "class"} <= set(measures[line.measure].additive):
        return None  # what a ratio would be after the break cannot be told from what its parts differ by
    gap = _gap(g, of, line, key, year)
    return None if gap is None else Joined(year, before[0], before[0] + gap, whole.document, before[1])


def _gap(g: Ground, of: Breaks, line: StockLine, key: Key, year: int) -> Fraction | None:
    """What the openings of a year differ by from the closings before, over the parts of a total and the regions below."""
    keys = set(_parts(g, line, key))
    found = [gap for (y, _, measure, k), gap in of.openings.items() if (y, measure) == (year, line.opening) and k in keys]
    return None if any(gap is None for gap in found) else sum((gap for gap in found if gap is not None), Fraction(0))


def _parts(g: Ground, line: StockLine, key: Key) -> Iterator[Key]:
    """The plain keys under a key: itself, or what its total columns add up."""
    codes = dict(key)
    for dim, total, parts in levels.total_columns(g.layouts[line.table], g.catalog.measures[line.measure]):
        if codes.get(dim) == total:
            for part in parts:
                yield from _parts(g, line, key_of({**codes, dim: part}))
            return
    yield key


def unbridged(found: Iterable[Break], bridges: Sequence[Joined]) -> tuple[Break, ...]:
    """The breaks across which nothing is tied together."""
    years = {b.year for b in bridges}
    return tuple(b for b in found if b.year not in years)


__all__ = ["Break", "Breaks", "Bridge", "Joined", "breaks_of", "joined", "unbridged"]
