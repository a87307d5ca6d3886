"""The year chain of asset accounts: which figure an opening takes, from this run, an earlier release or the return itself.

Opening(t) is closing(t-1): of the year before in the same run; for the first year of a run that of the latest final or closed
release; if there is none, the returned opening (told, and marked `as_returned`). Nothing is worked out here: figures are carried
over, and the rules of the tables do the rest (a returned opening that differs is booked in the adjustment rows).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Finding, Place, finding
from gep.base.periods import Span
from gep.base.records import Fact, Key, Layout, Origin, Region, State, key_text
from gep.base.rounding import store
from gep.catalog.tables import RETURNED, blocks, measure_id, plain_columns
from gep.engine.cells import Cell, Cells
from gep.engine.trace import Node, cell_id
from gep.workflow.levels import TOTAL, total_cell

AS_RETURNED = "as_returned"
CODES = ("SURVEY_BREAK", "BOUNDARY", "CLASSIFICATION", "CORRECTION")  # why an opening is re-stated, at the head of its note


@dataclass(frozen=True)
class Link:
    """An opening measure, the closing it takes, and what the department returns of it."""

    opening: str
    closing: str
    booked: bool = True  # whether the table has adjustment rows, in which the gap of a re-stated opening stands

    @property
    def returned(self) -> str:
        return self.opening + RETURNED


@dataclass(frozen=True)
class Prior:
    """The closings of the year before: the cells of a computation or of a release, by the profile they were computed under.

    Of a term they are the handover balances of its first day, each under the code its region had then.
    """

    cells: Cells
    profile: str
    release: int = 0  # the vintage they were read from; 0: this run


@dataclass
class Carried:
    """What the chain brought in: trace nodes, findings, and the openings that are as returned or re-stated."""

    nodes: dict[str, Node] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    as_returned: set[tuple[str, str, Key]] = field(default_factory=set)  # (opening measure, region, key)
    restated: list[Restated] = field(default_factory=list)


@dataclass(frozen=True)
class Restated:
    """An opening that the department returns otherwise than the closing of the year before."""

    opening: str
    region: str
    key: Key
    before: Cell
    again: Cell
    booked: bool = True

    @property
    def code(self) -> str:
        note = self.again.fact.note if self.again.fact is not None else ""
        head = note.partition(":")[0].partition("：")[0].strip()
        return head if head in CODES else ""


def links(layouts: Iterable[Layout]) -> Iterator[Link]:
    """Every opening of the tables with the closing it takes."""
    for layout in layouts:
        booked = any(r.adjustment for r in layout.rows)
        for row in (r for r in layout.rows if r.closing):
            heads = [plain_columns(layout, b)[0] for b in blocks(layout) if plain_columns(layout, b)]
            heads += [c for c in layout.columns if c.scalar and row.code in (c.rows or (row.code,))]
            for head in heads:
                if not head.rows or (row.code in head.rows and row.closing in head.rows):
                    yield Link(measure_id(layout, row.code, head), measure_id(layout, row.closing, head), booked)


def carry(
    cells: Cells,
    chain: Sequence[Link],
    prior: Prior | None,
    regions: Mapping[str, Region],
    leaves: Sequence[str],
    span: Span,
) -> Carried:
    """Put the closings of the year before beside the figures of the year, and complete what was returned of the openings."""
    made = Carried()
    above = dict.fromkeys(code for leaf in leaves for code in _above(regions, leaf))
    for link in chain:
        for region in leaves:
            _carry(cells, link, prior, regions, region, span, made)
        for region in above:  # their openings are totals; the closings are there for the second route
            for _, closing in _closings(link, prior, regions, region, span, made):
                cells.put(closing)
    return made


def _above(regions: Mapping[str, Region], leaf: str) -> Iterator[str]:
    step = regions[leaf].parent
    while step in regions:
        yield step
        step = regions[step].parent


def _carry(
    cells: Cells, link: Link, prior: Prior | None, regions: Mapping[str, Region], region: str, span: Span, made: Carried
) -> None:
    before, period = span.before, span.period
    returned = cells.keys(link.returned, region, period)
    closings = dict(_closings(link, prior, regions, region, span, made))
    # total columns are totals already in the year before; what several regions closed with is one only now
    totals = {
        k for k in closings if prior and all(c.node.startswith(TOTAL) for c in _parts(link, prior, regions, region, span, k))
    }
    for key, closing in closings.items():
        cells.put(closing)
        if key in totals:
            continue
        again = cells.get(link.returned, region, period, key)
        if again is None:
            cells.put(replace(closing, measure=link.returned, period=period))
        elif again.exact is not None and closing.exact is not None and again.exact != closing.exact:
            made.restated.append(Restated(link.opening, region, key, closing, again, link.booked))
    first = [k for k in returned if k not in closings]
    for key in first:
        again = cells.get(link.returned, region, period, key)
        if again is None or again.is_input is False:
            continue
        carried = replace(again, measure=link.closing, period=before, reason=again.reason or AS_RETURNED)
        cells.put(carried)
        made.as_returned.add((link.opening, region, key))


def _closings(
    link: Link, prior: Prior | None, regions: Mapping[str, Region], region: str, span: Span, made: Carried
) -> Iterator[tuple[Key, Cell]]:
    """The closing of the year before for every key, under the code of this year: its own, or those of the regions it replaces."""
    if prior is None:
        return
    before = span.before
    came_from = codes_before(regions, region, span)
    keys = dict.fromkeys(k for code in came_from for k in prior.cells.keys(link.closing, code, before))
    for key in keys:
        parts = _parts(link, prior, regions, region, span, key)
        if len(parts) == 1:
            yield key, _moved(parts[0], region, prior)
            continue
        moved = [_moved(p, p.region, prior) for p in parts]
        total, node = total_cell(link.closing, region, before, key, moved, prior.profile, parts[0].unit)
        made.nodes[str(node["id"])] = node
        yield key, total


def codes_before(regions: Mapping[str, Region], region: str, span: Span) -> tuple[str, ...]:
    """The codes whose closings a region opens with: those of the year before, or those there were as a term began."""
    here = regions[region]
    if span.opens is None:
        return here.replaces if here.valid_from.year == span.year and here.replaces else (region,)
    return codes_on(regions, region, span.opens)


def codes_on(regions: Mapping[str, Region], region: str, day: date) -> tuple[str, ...]:
    """The codes under which a region stood on a day: its own, or those that it or its forerunners replaced since."""
    here = regions.get(region)
    if here is None or here.valid_from <= day or not here.replaces:
        return (region,)
    return tuple(dict.fromkeys(code for old in here.replaces for code in codes_on(regions, old, day)))


def _parts(link: Link, prior: Prior, regions: Mapping[str, Region], region: str, span: Span, key: Key) -> list[Cell]:
    """The closings of one key that a region opens with: one, or one for each region it replaces."""
    found = (prior.cells.get(link.closing, code, span.before, key) for code in codes_before(regions, region, span))
    return [c for c in found if c is not None]


def _moved(cell: Cell, region: str, prior: Prior) -> Cell:
    """The same figure under another code: it keeps the trace node it has."""
    return replace(cell, region=region, node=cell_id(cell, prior.profile))


def from_release(rows: Iterable[Mapping[str, object]], vintage: int) -> Cells:
    """The closings of a release as cells, each with a node that names the release.

    Rows hold measure, region, period, key, state, amount and unit. They are figures of the engine, so exact.
    """
    cells = Cells()
    for row in rows:
        key: Key = row["key"]  # type: ignore[assignment]
        measure, region, period = str(row["measure"]), str(row["region"]), str(row["period"])
        amount = row["amount"] if isinstance(row["amount"], Decimal) else None
        state, unit = State(str(row["state"])), str(row["unit"])
        origin = Origin(f"releases/{vintage}/asset_account.csv", "", 0, "amount")
        fact = Fact(measure, region, period, key, state, amount, unit, origin, exact=True)
        exact = None if amount is None else Fraction(amount)
        text = "" if amount is None else format(amount, "f")
        node = f"cell:{measure}/{region}/{period}/{key_text(key) or '-'}@{vintage}"
        cells.put(
            Cell(measure, region, period, key, state, exact, text, unit, exact, exact, fact, base_unit=unit, places=6, node=node)
        )
    return cells


def told(made: Carried, period: str) -> list[Finding]:
    """One finding for each table and region whose openings are as returned, one for each opening that is re-stated."""
    findings = list(made.findings)
    started = Counter((opening.split(".")[0], region) for opening, region, _ in made.as_returned)
    for (table, region), count in sorted(started.items()):
        place = Place(key=f"{table}/{region}/{period}/-")
        args = {"table": table}
        findings.append(finding("ASSET-OPENING-AS-RETURNED", place, found=count, region=region, year=period, holes=args))
    return findings + [_told_restated(r, period) for r in made.restated]


def _told_restated(r: Restated, period: str) -> Finding:
    file, row = (r.again.fact.origin.file, r.again.fact.origin.row) if r.again.fact is not None else ("", 0)
    gap = store((r.again.exact or Fraction(0)) - (r.before.exact or Fraction(0)), 6)
    code = "ASSET-OPENING-RESTATED" if r.code else "ASSET-OPENING-UNEXPLAINED"
    return finding(
        code if r.booked else "ASSET-OPENING-NOT-BOOKED",
        Place(file, row, key=f"{r.opening}/{r.region}/{period}/{key_text(r.key) or '-'}"),
        found=f"{r.again.amount} {r.again.unit}",
        expected=f"{r.before.amount} {r.before.unit}",
        difference=gap,
        item=r.opening,
        year=period,
        holes={"reason": r.code or "-"},
    )
