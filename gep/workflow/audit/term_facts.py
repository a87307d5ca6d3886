"""The figures that the account of a term is made of: annual flows cut to the term, and states of the year it closes in.

A flow is cut where the stock of its column is read: at a year-end for NEAREST, at the day itself for an observed or interpolated
stock (`gep.accounts.tenure`: dated events first, the rest by days). Of a year that is cut there is one figure for each day of
handover, how much of the flow had passed by then, rounded once as it is stored; what falls to a term is the difference of two
such figures, so that terms which meet add up to the year exactly. Every fact has a trace node over the figures of the book.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from gep.accounts.handover import Stock, nearest
from gep.accounts.posts import Term, Window
from gep.accounts.tenure import Dated, Flow, YearPart, flow_part
from gep.base.periods import Span, up_to
from gep.base.records import Fact, Key, Measure, Origin, Region, State, key_of, key_text
from gep.base.rounding import store
from gep.engine.cells import address
from gep.engine.trace import Node
from gep.report.form import Stored
from gep.rules.plan import places_of
from gep.workflow.audit.annual import Annual, Years
from gep.workflow.audit.balances import Balances, codes_at_end, way_of
from gep.workflow.audit.records import Balance, Tenure
from gep.workflow.audit.term_nodes import Said, added, book_id, calculation, of_book, of_figures, of_record
from gep.workflow.chain import codes_on

BOOK = "asset_account"  # where the figures of a fact stand, in place of a file
COUNTERPART = "counterpart"
PASSED = "to_"  # heads the name of what of a flow had passed by a day
LEAST = 6  # decimals at which a rule reads a figure that it is given

Kind = str  # sum (of years and parts of years), state (of the year it closes in), balance (of a day of handover)


@dataclass(frozen=True, slots=True)
class Part:
    """What of a year's flow falls to the term, as stored; None where the year is unknown.

    `annual`: the figures of the year. `cut`: how many of its `of` days count, None where the whole year does. `events`: ids of
    the dated events of the year.
    """

    year: int
    amount: Decimal | None
    annual: tuple[Stored, ...]
    of: int
    cut: int | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TermFact:
    """A figure that the plan of a term is given, how it came about, and the trace nodes that show it.

    `kind`: `sum` of years and parts of years, `state` of the year the term closes in, `balance` of a day of handover.
    """

    fact: Fact
    kind: Kind
    figures: tuple[Stored, ...]
    nodes: tuple[Node, ...]
    parts: tuple[Part, ...] = ()
    window: Window | None = None
    slack: Fraction = Fraction(0)  # how far the rounding of its cuts may have moved it


@dataclass(frozen=True)
class Cut:
    """A term as it is cut: the span its figures carry, the handover balances, dated events by cell, and what the book says.

    `leaves`: the regions that return as it ends. `closes`: the year whose states it closes with. `opened`: dimensions of open
    lists. `events`: by measure, region and key.
    """

    span: Span
    term: Term
    tenure: Tenure
    years: Years
    balances: Balances
    places: Mapping[str, Region]
    leaves: tuple[str, ...]
    measures: Mapping[str, Measure]
    closes: int
    opened: frozenset[str] = frozenset()
    events: Mapping[tuple[str, str, Key], tuple[Dated, ...]] = field(default_factory=dict)

    def window(self, measure: Measure, region: str, key: Key) -> Window:
        """Where the flows of a cell are cut: with the stock of its column, else by the method of its table."""
        for closing in self._columns.get((measure.table, measure.dims), ()):
            ends = [self.stock(day, region, closing, key) for day in (self.term.start, self.term.end)]
            if ends[0] is not None and ends[1] is not None:
                return Window(ends[0].cut, ends[1].cut)
        if way_of(self.tenure, measure.id, measure.table) == "INTERP":
            return self.term.window
        start, end = (date(nearest(day)[0] + 1, 1, 1) for day in (self.term.start, self.term.end))
        return Window(start, end)

    @cached_property
    def openings(self) -> Mapping[str, str]:
        """The measures of the openings of the tables, each with the closing it takes."""
        return {line.opening: line.measure for line in self.balances.lines.values() if line.opening}

    @cached_property
    def _columns(self) -> Mapping[tuple[str, tuple[str, ...]], list[str]]:
        """(table, dimensions) -> the closings of the stock rows with these columns."""
        found: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for line in self.balances.lines.values():
            if line.opening:
                found.setdefault((line.table, self.measures[line.measure].dims), []).append(line.measure)
        return found

    def stock(self, day: date, region: str, closing: str, key: Key) -> Stock | None:
        """The stock of a region on a day, under a code it had then."""
        codes = codes_on(self.places, region, day)
        return next((s for c in codes if (s := self.balances.stocks.get((day, c, closing, key))) is not None), None)

    def of_year(self, measure: Measure, region: str, year: int, key: Key) -> list[Annual] | None:
        """The figures of a year that a region's figure is made of; None where one is not there."""
        codes = codes_at_end(self.places, region, year)
        found = [self.years.get(measure.id, code, year, self.as_of(key, year)) for code in codes]
        if self.may_lack(measure, key):
            return [a for a in found if a is not None]
        there = [a for a in found if a is not None]
        return there if codes and len(there) == len(codes) else None

    def may_lack(self, measure: Measure, key: Key) -> bool:
        """Whether a year without the figure had none of it: a mineral that was not there, no flow to this neighbour."""
        return bool(measure.nets) or any(d in self.opened for d, _ in key)

    def as_of(self, key: Key, year: int) -> Key:
        """A key with the code that a neighbour had in a year."""
        codes = dict(key)
        if COUNTERPART in codes:
            then = codes_at_end(self.places, codes[COUNTERPART], year)
            codes[COUNTERPART] = then[0] if len(then) == 1 else codes[COUNTERPART]
        return key_of(codes)


# ---- flows


def flow(cut: Cut, measure: Measure, region: str, key: Key, named: str = "") -> TermFact:
    """A flow over the term. `named`: the measure it is returned as (the adjustment rows), if that is another one."""
    window = cut.window(measure, region, key)
    events = cut.events.get((measure.id, region, key), ())
    nodes: list[Node] = []
    said: list[tuple[int, Said]] = []
    parts: list[Part] = []
    for year in window.years():
        part, terms, made = _part(cut, measure, region, key, window, year, events)
        parts.append(part)
        nodes += made
        said += terms
    total, state = _total(parts) if parts else _of_no_days(cut, measure, region, key)
    figures = tuple(f for p in parts for f in p.annual)
    name = named or measure.id
    place = (name, region, cut.span.period, key_text(key))
    made_of = added([(sign, s.name) for sign, s in said])
    node = calculation(
        f"cell:{address(name, region, cut.span.period, key)}", place, "term.flow", "3.3", made_of, [s for _, s in said], total,
        measure.unit, places_of(measure), state,
    )  # fmt: skip
    fact = _fact(cut, name, region, key, total, state, measure.unit)
    cuts = sum(1 for _, s in said if s.name.startswith(PASSED))
    return TermFact(fact, "sum", figures, (node, *nodes), tuple(parts), window, slack(cuts, measure))


def slack(cuts: int, measure: Measure) -> Fraction:
    """Half of the last stored digit for every cut."""
    return Fraction(cuts, 2 * 10 ** places_of(measure))


def _part(
    cut: Cut, measure: Measure, region: str, key: Key, window: Window, year: int, events: Sequence[Dated]
) -> tuple[Part, list[tuple[int, Said]], list[Node]]:
    """What of a year falls into the window, the signed terms it enters the sum with, and their nodes."""
    first, after = date(year, 1, 1), date(year + 1, 1, 1)
    found = cut.of_year(measure, region, year, key)
    annual = tuple(a.stored for a in found or ())
    nodes = [of_book(f) for f in annual]
    applicable = [f for f in annual if f.state != str(State.NOT_APPLICABLE)]
    whole = (
        None
        if found is None or any(f.amount is None for f in applicable)
        else sum((f.amount or Decimal(0) for f in applicable), Decimal(0))
    )
    if found and not applicable:
        whole = None
    low, high = sorted((window.start, window.end))
    days = abs(window.days_in(year))
    of = (after - first).days
    here = tuple(e.id for e in events if e.effect.year == year)
    if low <= first and after <= high:
        said = [Said(f"y{year}_{i}", book_id(f), f.amount, f.unit, f.state) for i, f in enumerate(annual)]
        amount = None if whole is None else window.direction * whole
        return Part(year, amount, annual, of, None, here), [(window.direction, s) for s in said], nodes
    sides = [_passed(cut, measure, region, key, whole, annual, year, day, events) for day in (low, high) if first < day < after]
    nodes += [node for _, made in sides for node in made]
    terms = [(1, s) for s, _ in sides]
    if low > first:
        terms[0] = (-1, terms[0][1])
    if high >= after:  # the rest of the year goes with the later side
        terms = [*((1, Said(f"y{year}_{i}", book_id(f), f.amount, f.unit, f.state)) for i, f in enumerate(annual)), *terms]
    terms = [(window.direction * sign, s) for sign, s in terms]
    known = whole is not None and all(s.amount is not None for _, s in terms)
    amount = sum((sign * (s.amount or Decimal(0)) for sign, s in terms), Decimal(0)) if known else None
    return Part(year, amount, annual, of, days, here), terms, nodes


def _passed(
    cut: Cut, measure: Measure, region: str, key: Key, whole: Decimal | None, annual: Sequence[Stored], year: int, day: date,
    events: Sequence[Dated],
) -> tuple[Said, list[Node]]:  # fmt: skip
    """How much of a year's flow had passed as a day begins: one figure, for whoever closes and whoever opens on that day."""
    known = None if whole is None else Fraction(whole)
    row = Flow(measure.id, 1, "", {year: known})
    own = [Dated(e.id, measure.id, e.amount, e.decision, e.effect, e.attribution, e.evidence) for e in events]
    part: YearPart = flow_part(row, cut.term, Window(date(year, 1, 1), day), own).years[0]
    places = places_of(measure)
    result = None if part.amount is None else store(part.amount, places)
    name = f"term:{cut.years.scheme}/{address(measure.id, region, up_to(day), key)}"
    text, said = of_figures(annual, "y")
    events_by = [e for e in own if e.effect.year == year]
    nodes = [of_record(f"event:{e.id}", e.amount, measure.unit, e.evidence, places) for e in events_by]
    listed = [Said(f"e{i}", f"event:{e.id}", _decimal(e.amount), measure.unit) for i, e in enumerate(events_by)]
    rest = added([(1, text), *((-1, s.name) for s in listed)])
    undated = f"(({rest} * {part.days}) / {part.of})"
    done = [(1, s.name) for s, e in zip(listed, events_by, strict=True) if e.effect < day]
    expression = added([*done, (1, undated)])
    place = (measure.id, region, up_to(day), key_text(key))
    state = State.VALUE if result is not None else State.NOT_AVAILABLE
    node = calculation(name, place, "term.passed", "3.3", expression, [*said, *listed], result, measure.unit, places, state)
    return Said(f"{PASSED}{day:%Y%m%d}", name, result, measure.unit, str(state)), [node, *nodes]


def _decimal(x: Fraction) -> Decimal:
    return store(x, LEAST)


def _total(parts: Sequence[Part]) -> tuple[Decimal | None, State]:
    """The sum over the years that apply; unknown while one of them is."""
    lacking = [p for p in parts if p.amount is None]
    applies = [p for p in lacking if not p.annual or any(f.state != str(State.NOT_APPLICABLE) for f in p.annual)]
    if applies:
        return None, State.NOT_AVAILABLE
    if lacking and len(lacking) == len(parts):
        return None, State.NOT_APPLICABLE
    return sum((p.amount for p in parts if p.amount is not None), Decimal(0)), State.VALUE


def _of_no_days(cut: Cut, measure: Measure, region: str, key: Key) -> tuple[Decimal | None, State]:
    """A term that no year-end parts has no flows; what never applies does not apply to it either."""
    found = [a.stored.state for y in cut.years.vintages for a in cut.of_year(measure, region, y, key) or ()]
    if found and set(found) == {str(State.NOT_APPLICABLE)}:
        return None, State.NOT_APPLICABLE
    return Decimal(0), State.VALUE


# ---- states and balances


def state(cut: Cut, measure: Measure, region: str, key: Key) -> TermFact:
    """A figure that is no flow, as it was in the year whose end the term closes with."""
    found = cut.of_year(measure, region, cut.closes, key)
    figures = tuple(a.stored for a in found or ())
    amount, known = _added(figures)
    place = (measure.id, region, cut.span.period, key_text(key))
    text, said = of_figures(figures, "y")
    node = calculation(
        f"cell:{address(measure.id, region, cut.span.period, key)}", place, "term.state", "3.2", text, said, amount, measure.unit,
        places_of(measure), known,
    )  # fmt: skip
    fact = _fact(cut, measure.id, region, key, amount, known, measure.unit)
    return TermFact(fact, "state", figures, (node, *map(of_book, figures)))


def _added(figures: Sequence[Stored]) -> tuple[Decimal | None, State]:
    applicable = [f for f in figures if f.state != str(State.NOT_APPLICABLE)]
    if figures and not applicable:
        return None, State.NOT_APPLICABLE
    amounts = [f.amount for f in applicable]
    if not amounts or any(a is None for a in amounts):
        return None, State.NOT_AVAILABLE
    return sum((a for a in amounts if a is not None), Decimal(0)), State.VALUE


def balance(cut: Cut, measure: Measure, region: str, key: Key, closing: str, day: date) -> TermFact:
    """A handover balance in the place of a figure of the term: what a table of states closes with, what a value opens with."""
    held, node = at_handover(cut, region, closing, key, day)
    figures = tuple(f for b in held for f in b.figures)
    amount = stored_balance(held, measure)
    state = State.VALUE if amount is not None else _lacking(figures)
    place = (measure.id, region, cut.span.period, key_text(key))
    said = [Said("balance", str(node["id"]), amount, measure.unit, str(state))]
    own = calculation(
        f"cell:{address(measure.id, region, cut.span.period, key)}", place, "term.balance", "3.2", "balance", said, amount,
        measure.unit, places_of(measure), state,
    )  # fmt: skip
    fact = _fact(cut, measure.id, region, key, amount, state, measure.unit)
    cuts = sum(1 for b in held if b.estimate)
    return TermFact(fact, "balance", figures, (own, node, *map(of_book, figures)), slack=slack(cuts, measure))


def at_handover(cut: Cut, region: str, closing: str, key: Key, day: date) -> tuple[tuple[Balance, ...], Node]:
    """The balances of a region on a day (one for each code it had) and the trace node of what they come to."""
    codes = codes_on(cut.places, region, day)
    held = tuple(b for c in codes if (b := cut.balances.get(day, c, closing, key)) is not None)
    measure = cut.measures[closing]
    places, amount = places_of(measure), stored_balance(held, measure)
    figures = tuple(f for b in held for f in b.figures)
    place = (closing, region, up_to(day), key_text(key))
    name = f"balance:{cut.years.scheme}/{address(closing, region, up_to(day), key)}"
    state = State.VALUE if amount is not None else _lacking(figures)
    observed = [b for b in held if b.method == "OBS"]
    if observed and amount is not None:
        return held, of_record(name, Fraction(amount), measure.unit, "; ".join(b.document for b in observed), places)
    text, said = _between(held, day)
    return held, calculation(name, place, "term.balance", "3.2", text, said, amount, measure.unit, places, state)


def _between(held: Sequence[Balance], day: date) -> tuple[str, list[Said]]:
    """What a balance is worked out from: one year-end, or the one before and the one after by days."""
    text, said = [], []
    for n, b in enumerate(held):
        by_end: dict[tuple[str, str], list[Stored]] = {}
        for f in b.figures:  # the year-end before comes first; an opening of the same year may stand for it
            by_end.setdefault((f.address.split("/")[2], f.address.split("/")[4]), []).append(f)
        ends = [of_figures(figures, f"b{n}_{i}_") for i, figures in enumerate(by_end.values())]
        said += [s for _, several in ends for s in several]
        if b.estimate and len(ends) == 2:
            since, days = (day - date(day.year, 1, 1)).days, (date(day.year + 1, 1, 1) - date(day.year, 1, 1)).days
            text.append(f"({ends[0][0]} + ((({ends[1][0]} - {ends[0][0]}) * {since}) / {days}))")
        else:
            text.append(added([(1, t) for t, _ in ends]))
    return added([(1, t) for t in text]), said


def stored_balance(held: Sequence[Balance], measure: Measure) -> Decimal | None:
    """What the balances of the codes of a region come to, as it is stored."""
    amounts = [b.amount for b in held]
    if not amounts or any(a is None for a in amounts):
        return None
    return store(sum((a for a in amounts if a is not None), Fraction(0)), places_of(measure))


def _lacking(figures: Sequence[Stored]) -> State:
    states = {f.state for f in figures}
    return State.NOT_APPLICABLE if states == {str(State.NOT_APPLICABLE)} else State.NOT_AVAILABLE


def _fact(cut: Cut, measure: str, region: str, key: Key, amount: Decimal | None, state: State, unit: str) -> Fact:
    origin = Origin(BOOK, "", 0, "amount")
    reason = "" if amount is not None else "a year of the term has no figure"
    return Fact(measure, region, cut.span.period, key, state, amount, unit, origin, exact=True, reason=reason)


def keys_of(cut: Cut, measure: Measure, region: str) -> Iterator[Key]:
    """The keys under which a region has figures of a measure in any year, as they are when the term ends; no totals."""
    codes = dict.fromkeys(c for y in cut.years.vintages for c in codes_at_end(cut.places, region, y))
    found: dict[Key, None] = {}
    for key in cut.years.keys_of(measure.id, codes):
        there = (a for y in cut.years.vintages for c in codes if (a := cut.years.get(measure.id, c, y, key)) is not None)
        if not all(a.total for a in there):
            found[cut.as_of(key, cut.closes)] = None
    yield from found


def cells(cut: Cut, measure: str) -> Iterator[tuple[str, Key]]:
    """(region, key) of every figure a measure has in the regions that return as the term ends."""
    if cut.years.has(measure):
        yield from ((region, key) for region in cut.leaves for key in keys_of(cut, cut.measures[measure], region))
