"""What the plan of a term does not explain: closings beside the handover balances, rules left out, sums that do not add up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.accounts.posts import Window
from gep.base.findings import Finding, Place, finding
from gep.base.periods import Span
from gep.base.records import Key, Measure, Names, key_text
from gep.base.rounding import store
from gep.catalog.tables import RETURNED
from gep.engine.cells import Cell, address
from gep.engine.trace import Node
from gep.report.form import Stored
from gep.rules.plan import places_of
from gep.workflow.assets import AssetComputation
from gep.workflow.audit import term_facts
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.records import Balance, Subject
from gep.workflow.audit.term_days import Apart, together
from gep.workflow.audit.term_facts import Cut, TermFact, cells
from gep.workflow.audit.term_ground import Ground
from gep.workflow.audit.term_nodes import of_book
from gep.workflow.audit.term_rules import Chosen

INSTEAD = {
    "taken": Names("取自各年账户", "they come from the annual accounts"),
    "none": Names("列为缺数", "they are not available"),
}


@dataclass(frozen=True, slots=True)
class Gap:
    """A closing of the plan beside the handover balance of the day; `difference` = balance − plan, None where one is unknown.

    `rounding`: no more than what rounding the parts of cut flows can come to.
    """

    region: str
    line: StockLine
    key: Key
    plan: Decimal | None
    balance: Decimal | None
    difference: Decimal | None
    rounding: bool
    figures: tuple[Stored, ...]
    node: str


def gaps(g: Ground, cut: Cut, done: AssetComputation, nodes: dict[str, Node]) -> Iterator[Gap]:
    """Every closing the rules arrived at beside the handover balance of the last day."""
    made = {p.rule.output for p in done.method.plans if p.rule.kind == "compute"}
    for line in (x for x in g.lines.values() if x.measure in made and x.opening):
        measure = cut.measures[line.measure]
        if measure.kind != "stock":
            continue  # a ratio follows from amounts and is not carried over
        for region in (*done.regions, *(r for r, _ in done.above)):
            for key in done.cells.keys(line.measure, region, cut.span.period):
                cell = done.cells.get(line.measure, region, cut.span.period, key)
                held, node = term_facts.at_handover(cut, region, line.measure, key, cut.term.end)
                if cell is None or not held:
                    continue
                nodes |= {str(n["id"]): n for n in (node, *(of_book(f) for b in held for f in b.figures))}
                yield _gap(measure, line, region, key, cell, held, str(node["id"]))


def _gap(measure: Measure, line: StockLine, region: str, key: Key, cell: Cell, held: Sequence[Balance], node: str) -> Gap:
    plan = None if cell.exact is None else store(cell.exact, places_of(measure))
    balance = term_facts.stored_balance(held, measure)
    difference = None if plan is None or balance is None else balance - plan
    small = bool(difference) and balance is not None and _within(cell, balance, sum(1 for b in held if b.estimate), measure)
    return Gap(region, line, key, plan, balance, difference, small, tuple(f for b in held for f in b.figures), node)


def _within(cell: Cell, amount: Decimal, cuts: int, measure: Measure) -> bool:
    """Whether a figure may be another one but for the rounding of the cuts that either rests on."""
    moved = term_facts.slack(cuts, measure)
    if cell.low is None or cell.high is None or (cell.low == cell.high and not moved):
        return False
    return cell.low - moved <= Fraction(amount) <= cell.high + moved


def told(found: Iterable[Gap], subject: Subject, span: Span) -> Iterator[Finding]:
    """A finding for each closing that its flows do not explain; one for a table whose closings are unknown on either side."""
    unknown: dict[tuple[str, str], int] = {}
    for gap in found:
        if gap.difference is None:
            where = (gap.line.table, gap.region)
            unknown[where] = unknown.get(where, 0) + (gap.plan is not None or gap.balance is not None)
        elif gap.difference and not gap.rounding:
            yield finding(
                "TERM-DISCREPANCY", Place(key=address(gap.line.measure, gap.region, span.period, gap.key)), found=gap.balance,
                expected=gap.plan, difference=gap.difference, figures=[f.address for f in gap.figures], term=subject.id,
            )  # fmt: skip
    for (table, region), count in unknown.items():
        if count:
            place = Place(key=f"{table}/{region}/{span.period}/-")
            yield finding("TERM-CLOSING-UNKNOWN", place, found=count, table=table, region=region, term=subject.id)


def said(chosen: Chosen, subject: Subject, span: Span) -> Iterator[Finding]:
    """What came from the annual accounts and what a term cannot be held against."""
    if chosen.taken:
        place = Place(key=f"{subject.id}/{span.period}/taken")
        yield finding("TERM-RULES-TAKEN", place, found=len(chosen.taken), items=", ".join(sorted(chosen.taken)))
    checks = sorted(chosen.left)
    if checks:
        place = Place(key=f"{subject.id}/{span.period}/left")
        yield finding("TERM-RULES-LEFT", place, found=len(checks), items=", ".join(checks))
    for days, several in together(chosen.apart).items():
        yield from _apart(chosen, several, days, subject, span)


def _apart(chosen: Chosen, several: Sequence[Apart], days: str, subject: Subject, span: Span) -> Iterator[Finding]:
    """The checks, and the figures, that did not run because the tables they read are cut at these days."""
    ids = {"checks": [a.rule for a in several if not a.makes]}
    ids |= {"taken": [a.rule for a in several if a.makes in chosen.taken]}
    ids |= {"none": [a.rule for a in several if a.makes and a.makes not in chosen.taken]}
    for kind, rules in ids.items():
        if rules:
            place = Place(key=f"{subject.id}/{span.period}/{kind} {days}")
            holes: dict[str, object] = {"days": days, "items": ", ".join(rules)}
            if kind == "checks":
                yield finding("TERM-CHECKS-APART", place, found=len(rules), holes=holes)
            else:
                how = INSTEAD[kind]
                yield finding("TERM-FIGURES-APART", place, found=len(rules), holes=holes | {"how_zh": how.zh, "how_en": how.en})


def _cuts(fact: TermFact) -> int:
    return sum(1 for p in fact.parts if p.cut is not None) * 2


def not_additive(cut: Cut, chosen: Chosen, done: AssetComputation, facts: Iterable[TermFact]) -> Iterator[Finding]:
    """Flows the rules made of the term that are not what the annual flows come to: the rule changes over several years.

    Not asked of a year that is cut where dated events stand in what a rule reads: the event goes as a whole to one side, the sum
    of the year by days.
    """
    made = {p.rule.output for p in chosen.method.plans if p.rule.kind == "compute" and p.rule.at != "above"}
    dated = _dated(chosen, facts)
    for name in (n for n in cut.measures if n in made and cut.years.has(n) and "time" in cut.measures[n].additive):
        measure = cut.measures[name]
        if measure.kind != "flow":
            continue
        for region, key in cells(cut, name):
            cell = done.cells.get(name, region, cut.span.period, key)
            other = term_facts.flow(cut, measure, region, key)
            if cell is None or cell.exact is None or other.fact.amount is None or (name in dated and _cuts(other)):
                continue
            gap = store(cell.exact, places_of(measure)) - other.fact.amount
            if gap and not _within(cell, other.fact.amount, _cuts(other), measure):
                yield finding(
                    "TERM-NOT-ADDITIVE", Place(key=address(name, region, cut.span.period, key)), found=cell.amount,
                    expected=other.fact.amount, difference=gap, figures=[f.address for f in other.figures],
                )  # fmt: skip


def _dated(chosen: Chosen, facts: Iterable[TermFact]) -> set[str]:
    """The measures that rest on a flow with dated events in a year that is cut."""
    found = {f.fact.measure.removesuffix(RETURNED) for f in facts if any(p.cut is not None and p.events for p in f.parts)}
    reads = [(p.rule.output, {i.ref.removesuffix(RETURNED) for i in p.inputs}) for p in chosen.method.plans if p.rule.makes]
    while True:
        more = {output for output, refs in reads if refs & found} - found
        if not more:
            return found
        found |= more


def mixed(cut: Cut, facts: Iterable[TermFact]) -> Iterator[Finding]:
    """Blocks of a table of which one column is cut on the day (it was observed) and another at a year-end: they do not add up."""
    found: dict[tuple[str, str, tuple[str, ...]], dict[Window, list[str]]] = {}
    for f in (f for f in facts if f.window is not None):
        measure = cut.measures[f.fact.measure.removesuffix(RETURNED)]
        if f.window is not None and measure.table:
            where = (measure.table, f.fact.region, measure.dims)
            found.setdefault(where, {}).setdefault(f.window, []).append(key_text(f.fact.key))
    for (table, region, _), windows in found.items():
        if len(windows) > 1:
            fewest = min(windows.values(), key=len)
            shown = "; ".join(f"{w.start} … {w.end}" for w in windows)
            place = Place(key=f"{table}/{region}/{cut.span.period}/-")
            holes = {"table": table, "region": region, "columns": ", ".join(dict.fromkeys(fewest))}
            yield finding("TERM-MIXED-CUTS", place, found=shown, holes=holes)


def of_term(found: Iterable[Finding]) -> Iterator[Finding]:
    """What the plan found, as an auditor reads it: nobody returns figures of a term, so a gap is one of the book."""
    for f in found:
        if f.code in ("INTAKE-INPUT-MISSING", "ASSET-TABLE-MISSING"):
            yield finding("TERM-FIGURE-MISSING", f.place, found=f.place.key)
        else:
            yield f
