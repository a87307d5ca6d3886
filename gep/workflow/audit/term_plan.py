"""The account of a term: the asset scheme of the book run once with the term as its period, and what it does not explain.

Opening = the handover balance of the first day, through the same chain as from year to year; flows = what of the annual flows
falls to the term; closings, totals over columns and regions, checks and second routes come from the rules of the scheme. The
closing the plan arrives at is then held against the handover balance of the last day: what is left is a line of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from fractions import Fraction
from functools import cached_property

from gep.accounts.handover import nearest
from gep.accounts.posts import Term
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.periods import Span, of_term
from gep.base.records import Key, Measure, State
from gep.catalog.tables import GROSS, INNER, RETURNED
from gep.engine.cells import Cell, Cells, cell_of
from gep.engine.trace import Node
from gep.workflow import levels
from gep.workflow.assets import AssetComputation, compute_term
from gep.workflow.audit import term_checks, term_facts
from gep.workflow.audit.records import Subject
from gep.workflow.audit.term_checks import Gap
from gep.workflow.audit.term_cuts import TermCuts
from gep.workflow.audit.term_days import Timing
from gep.workflow.audit.term_facts import Cut, TermFact
from gep.workflow.audit.term_ground import Ground, below, dated_events
from gep.workflow.audit.term_nodes import of_book
from gep.workflow.audit.term_rules import Chosen, choose
from gep.workflow.chain import Prior
from gep.workflow.levels import ALIKE, Unlike


@dataclass(frozen=True)
class TermAccount:
    """The account of one term of one subject. `nodes`: the whole trace of it, down to addresses in the book."""

    subject: Subject
    region: str
    span: Span
    cut: Cut
    chosen: Chosen
    computation: AssetComputation
    facts: tuple[TermFact, ...]
    gaps: tuple[Gap, ...]
    findings: tuple[Finding, ...]
    nodes: Mapping[str, Node] = field(repr=False)

    def amount(self, measure: str, region: str, key: Key) -> Fraction | None:
        """A figure of the term; None where it is unknown or not there."""
        cell = self.computation.cells.get(measure, region, self.span.period, key)
        return None if cell is None else cell.exact

    def fact(self, measure: str, region: str, key: Key) -> TermFact | None:
        return self._by_place.get((measure, region, key))

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str, Key], TermFact]:
        return {(f.fact.measure, f.fact.region, f.fact.key): f for f in self.facts}


def cut_of(g: Ground, subject: Subject) -> tuple[Cut, tuple[Finding, ...]]:
    """The term of a subject as it is cut, before any rule runs; and what is wrong with its dated events.

    Raises Refused where the book lacks a year of it.
    """
    span = span_of(g, subject)
    leaves = _leaves(g, subject)
    m = g.method(span.year)
    term = Term(subject.id, subject.post.en, subject.start, subject.end, subject.acting)
    events, told = dated_events(g, m.measures, leaves)
    held = (g.tenure, g.years, g.balances, g.places)
    cut = Cut(span, term, *held, leaves, m.measures, _closes(g, subject), g.opened, events)
    return cut, tuple(told)


def term_account(g: Ground, subject: Subject) -> TermAccount:
    """Run the plan over the term of a subject. Raises Refused where the scheme cannot be used or the book lacks a year of it."""
    cut, told = cut_of(g, subject)
    span, leaves = cut.span, cut.leaves
    m = g.method(span.year)
    timing = Timing(m.measures, m.plans, TermCuts(cut, g.region, g.totals))
    chosen = choose(m, g.layouts, g.years.has, timing if timing.differ else None)
    facts = tuple(_facts(g, cut, chosen))
    prior, nodes = _prior(g, cut)
    given = [f.fact for f in facts if f.fact.measure not in chosen.taken and not f.slack]
    held = [_held(f, m.measures, chosen) for f in facts if f.fact.measure in chosen.taken or f.slack]
    rounded = any(f.slack for f in facts) or any(b.estimate for b in g.balances.of_day(subject.start))
    done = compute_term(
        g.catalog, chosen.method, span, given, g.places, leaves, prior, held=held, top=g.region, rounded=rounded,
        unlike=Unlike(chosen.skipped, timing.cells_differ) if timing.differ else ALIKE,
    )  # fmt: skip
    nodes |= {str(n["id"]): n for f in facts for n in f.nodes}
    gaps = tuple(term_checks.gaps(g, cut, done, nodes))
    findings = [*g.balances.about(subject.start, subject.end), *told, *term_checks.said(chosen, subject, span)]
    findings += term_checks.mixed(cut, facts)
    findings += term_checks.of_term(done.findings)
    findings += term_checks.told(gaps, subject, span)
    findings += term_checks.not_additive(cut, chosen, done, facts)
    every = {f.id: f for f in findings}
    return TermAccount(subject, g.region, span, cut, chosen, done, facts, gaps, tuple(every.values()), {**done.nodes, **nodes})


def span_of(g: Ground, subject: Subject) -> Span:
    """The period of a term. Parameters are those of the year-ends nearest to its two days."""
    ends = nearest(subject.start)[0], nearest(subject.end)[0]
    if subject.start >= subject.end or _closes(g, subject) not in g.years.vintages:
        known = ", ".join(map(str, sorted(g.years.vintages)))
        place = Place(key=f"{subject.id}/{subject.start}/{subject.end}")
        raise Refused([finding("TERM-OUTSIDE-BOOK", place, found=f"{ends[0]}-12-31 … {ends[1]}-12-31", expected=known)])
    return of_term(subject.start, subject.end, ends[1], ends[0])


def _closes(g: Ground, subject: Subject) -> int:
    """The year whose states a term closes with; of one that ends early in the first year of a book, that year."""
    year = nearest(subject.end)[0]
    return year if year in g.years.vintages else (subject.end - timedelta(days=1)).year


def _leaves(g: Ground, subject: Subject) -> tuple[str, ...]:
    """The regions of the engagement that return on the last day of the term."""
    last = subject.end - timedelta(days=1)
    found = (c for c in g.book.config.leaves if below(g.places, c, g.region))
    return tuple(c for c in found if g.places[c].valid_from <= last <= g.places[c].valid_to)


# ---- what the plan is given


def _facts(g: Ground, cut: Cut, chosen: Chosen) -> Iterator[TermFact]:
    """Every figure the rules of the term read and none of them makes, and the cells of the tables that none makes."""
    made = {p.rule.output for p in chosen.method.plans if p.rule.kind == "compute" and p.rule.at != "above"}
    read = {i.ref for p in chosen.method.plans for i in p.inputs if i.kind == "measure"}
    openings = cut.openings
    for name, measure in cut.measures.items():
        base = name.removesuffix(RETURNED)
        if base != name:
            if name in read and base in made and base not in openings:
                whole = cut.measures[base]
                made_of = (term_facts.flow(cut, whole, r, k, name) for r, k in term_facts.cells(cut, base))
                yield from (f for f in made_of if _there(cut, whole, f))
        elif name not in made and not name.endswith((GROSS, INNER)) and (name in read or measure.table in g.layouts):
            yield from (f for f in _given(cut, measure, openings) if _there(cut, measure, f))


def _given(cut: Cut, measure: Measure, openings: Mapping[str, str]) -> Iterator[TermFact]:
    for region, key in term_facts.cells(cut, measure.id):
        if measure.kind == "flow" and "time" in measure.additive:
            yield term_facts.flow(cut, measure, region, key)
        elif measure.id in cut.balances.lines:
            yield term_facts.balance(cut, measure, region, key, measure.id, cut.term.end)
        elif measure.id in openings:
            yield term_facts.balance(cut, measure, region, key, openings[measure.id], cut.term.start)
        else:
            yield term_facts.state(cut, measure, region, key)


def _there(cut: Cut, measure: Measure, fact: TermFact) -> bool:
    """Whether there is anything of it: an open list names what other years have, and a place that has none of it says nothing."""
    observed = fact.kind == "balance" and fact.fact.amount is not None
    no_days = fact.window is not None and fact.window.start == fact.window.end
    return bool(fact.figures) or observed or no_days or not cut.may_lack(measure, fact.fact.key)


def _held(fact: TermFact, measures: Mapping[str, Measure], chosen: Chosen) -> Cell:
    """A figure as a rule reads it that is no return: from the annual accounts with all its decimals, or rounded when cut."""
    cell = cell_of(fact.fact, measures[fact.fact.measure])
    if cell.exact is not None:
        cell = replace(cell, low=cell.exact - fact.slack, high=cell.exact + fact.slack)
    return replace(cell, fact=None, node=f"cell:{cell.address}") if fact.fact.measure in chosen.taken else cell


def _prior(g: Ground, cut: Cut) -> tuple[Prior, dict[str, Node]]:
    """The handover balances of the first day as the closings the tables open with, each under the code of that day."""
    cells = Cells()
    nodes: dict[str, Node] = {}
    day = cut.term.start
    for (when, region, name, key), held in g.balances.at.items():
        if when != day or not g.lines[name].opening:
            continue
        measure = cut.measures[name]
        _, node = term_facts.at_handover(cut, region, name, key, day)
        if g.is_total(key) or region not in g.book.config.leaves:
            node["id"] = f"{levels.TOTAL}{node['id']}"  # what is a total already is not added up again
        amount = term_facts.stored_balance((held,), measure)
        state = State.VALUE if amount is not None else State(str(node["state"]))
        exact = None if amount is None else Fraction(amount)
        text = "" if amount is None else format(amount, "f")
        moved = term_facts.slack(int(held.estimate), measure)
        low, high = (None, None) if exact is None else (exact - moved, exact + moved)
        unit, name_of_node = measure.unit, str(node["id"])
        cells.put(
            Cell(name, region, cut.span.before, key, state, exact, text, unit, low, high, base_unit=unit, node=name_of_node)
        )
        nodes |= {str(n["id"]): n for n in (node, *map(of_book, held.figures))}
    return Prior(cells, g.years.scheme), nodes
