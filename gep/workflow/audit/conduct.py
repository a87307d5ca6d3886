"""conduct: from an engagement brought up to its files to all that the audit found, ready for the papers.

    ground and account of every audited term → attribution → red line → evaluation → suspicions

A part that cannot be made is left out with its findings, and its ledger says so; the other parts do not wait for it. Only where
the book has no accounts of the assets there is nothing to audit, and it is refused.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TypeVar

from gep.accounts.rectification import standings
from gep.accounts.redline import RedLine, compare
from gep.accounts.scoring import Scored, score
from gep.accounts.scoring_events import focused
from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.program import program
from gep.base.records import Region
from gep.catalog.evaluation import evaluation_of, evaluations
from gep.catalog.evaluation_check import check_evaluation
from gep.catalog.suspicions import FAVOUR_FILE, favour, rules
from gep.catalog.suspicions import folder as rules_folder
from gep.workflow.assets import is_asset
from gep.workflow.audit.acts import Collected
from gep.workflow.audit.entries import assigned_of, entries_of, reported_of, scored_of
from gep.workflow.audit.forms.case import Case, Results, TermResult
from gep.workflow.audit.forms.parts import attributed
from gep.workflow.audit.readings import profile_of, readings
from gep.workflow.audit.records import Subject, Tenure
from gep.workflow.audit.remit import Remit, inside, remit_of
from gep.workflow.audit.run import Audited
from gep.workflow.audit.source import Progress, Reading
from gep.workflow.audit.suspicion_tables import Question, Registers
from gep.workflow.audit.suspicions import Judged, suspicions
from gep.workflow.audit.term_ground import Ground, ground
from gep.workflow.audit.term_plan import term_account
from gep.workflow.audit.zones import zone_of_term

# what is wrong with an amount that an auditor attributed; what is open stands in the ledger, and so do the events of other terms
WRONG = frozenset({"ATTRIBUTION-ROW", "ATTRIBUTION-AMOUNT", "ATTRIBUTION-EXCEEDS", "ATTRIBUTION-WORD"})
T = TypeVar("T")


@dataclass(frozen=True)
class Conducted:
    """All results of an engagement, and what was found on the way. Suspicions are results and stand in their list only."""

    results: Results
    findings: tuple[Finding, ...]


def conduct(audited: Audited, *, on: date | None = None, progress: Progress = lambda text: None) -> Conducted:
    """Conduct the audit of every audited term.

    `on`: the day at whose end rectification is told; left out: the day as of which figures are known, else the latest day that a
    record names, so that the same records give the same papers whenever they are made.

    Raises Refused where the book has no asset accounts for the region, with why for each term if none can be made.
    """
    run = _Run(audited, on or last_day(audited.tenure, audited.collected), progress)
    progress("ground")
    held = run.base
    terms = [made for name in audited.tenure.audited if (made := run.term(audited.tenure.subject(name))) is not None]
    if not terms:
        raise Refused(run.told)
    return Conducted(replace(held, terms=tuple(terms)), tuple(dict.fromkeys(run.told)))


def last_day(tenure: Tenure, collected: Collected) -> date:
    """The day at whose end the papers tell rectification, where nobody names one."""
    if tenure.known_on is not None:
        return tenure.known_on
    named: list[date | None] = [s.end for s in tenure.subjects if s.id in tenure.audited]
    named += [f.made_on for f in collected.forms]
    named += [d for p in collected.papers for d in (p.made_on, p.reviewed_on)]
    named += [p.found_on for p in collected.problems]
    named += [s.on for s in collected.steps]
    named += [c.made_on for c in collected.comments]
    return max(d for d in named if d is not None)


def scheme_of(tenure: Tenure, book: Reading) -> str:
    """The asset scheme that the tenure names, else the only one of the book. Raises Refused where there is none, or several."""
    known = [s for s in book.config.schemes if s in book.catalog.schemes and is_asset(book.catalog, s)]
    if tenure.scheme:
        return tenure.scheme
    if len(known) != 1:
        place = Place("tenure.toml", column="scheme")
        raise Refused([finding("AUDIT-NO-SCHEME", place, found=", ".join(known) or "-", expected=1)])
    return known[0]


@dataclass
class _Run:
    """One conduct: what it works on and what it has to tell."""

    audited: Audited
    day: date
    progress: Progress
    told: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        a = self.audited
        book = a.source.book
        self.ground: Ground = ground(book, a.tenure, scheme_of(a.tenure, book), a.records.observations, a.records.events)
        self.base = Results(
            tenure=a.tenure,
            ground=self.ground,
            terms=(),
            collected=a.collected,
            day=self.day,
            observations=a.records.observations,
            patches=a.records.patches,
            files=a.records.source,
            source=a.source,
            sealed=a.engagement.state().sealed is not None,
            program=f"{program()['name']} {program()['version']}",
            made_on=self.day.isoformat(),
        )

    def term(self, subject: Subject) -> TermResult | None:
        """All that is found of a term; None where it has no account."""
        self.progress(f"{subject.id}: account")
        remit = self._remit(subject)
        account = self._tried(lambda: term_account(self.ground, subject))
        if account is None:
            return None
        collected, lines = self.audited.collected, self.ground.lines
        assigned, told = assigned_of(collected, subject.id, lines, self.ground.catalog.measures)
        self.told += told
        self.progress(f"{subject.id}: red line")
        made = TermResult(subject, account, redline=self._redline(subject, remit), assigned=assigned)
        self.told += [f for a in attributed(Case(self.base, made)) for f in (*a.findings, *a.refused) if f.code in WRONG]
        if remit.below:
            return made  # no figure is that of the place, so nothing is to be scored or suspected
        self.progress(f"{subject.id}: evaluation")
        scored = self._tried(lambda: self._scored(Case(self.base, made)))
        self.progress(f"{subject.id}: suspicions")
        judged = self._tried(lambda: of_remit(self._judged(Case(self.base, made)), remit))
        return replace(made, scored=scored, judged=judged)

    def _tried(self, make: Callable[[], T]) -> T | None:
        """What a part gives; its findings are told where it is refused."""
        try:
            return make()
        except Refused as refused:
            self.told += refused.findings
            return None

    def _remit(self, subject: Subject) -> Remit:
        config = self.ground.book.config
        return remit_of(self.audited.tenure, subject, config.regions, config.leaves, self.ground.layouts)

    def _redline(self, subject: Subject, remit: Remit) -> RedLine | None:
        patches = [p for p in self.audited.records.patches if not remit.below or inside(self.ground.places, p.county, remit)]
        if not patches:
            return None
        return self._tried(lambda: compare(patches, subject.start, subject.end))

    def _scored(self, case: Case) -> Scored | None:
        """The evaluation of a term by the scheme the tenure names; None where it names none."""
        tenure, subject, book = case.tenure, case.subject, self.ground.book
        if not tenure.evaluation:
            return None
        known = evaluations(book.data or data_root(), book.local)
        scheme = evaluation_of(known, tenure.evaluation, tenure.started)
        catalog = self.ground.catalog
        self.told += check_evaluation(scheme, catalog.measures, catalog.codes, catalog.bounds)
        window = focused(subject.start, subject.end, tenure.focus or scheme.focus)
        zone = zone_of_term(tenure, subject, self.ground.places)
        read = readings(scheme, zone, window, case)
        collected = self.audited.collected
        made = score(scheme, zone, window, read, scored_of(collected, subject.id), entries_of(collected, subject.id))
        self.told += made.findings
        return made

    def _judged(self, case: Case) -> Judged:
        """What the rules of suspicion find over a term, between the year-ends nearest to its two days."""
        a, span = self.audited, case.account.span
        term = (case.subject.start, case.subject.end)
        years = (span.year_before, span.year)
        named = renamed(self.ground.places, span.year)
        asked = Question(case.region, *years, *term, profile_of(case), self.ground.years.scheme, named)
        stands = standings(a.collected.problems, a.collected.steps, self.day)
        registers = Registers(
            events=a.records.events,
            observations=a.records.observations,
            balances=[b for d in term for b in self.ground.balances.of_day(d) if b.table],
            problems=a.collected.problems,
            closed=[s.problem for s in stands if not s.is_open],
            patches=a.records.patches,
            reports=reported_of(a.collected),
        )
        kept = rules_folder(a.source.book.data or data_root())
        return suspicions(
            a.source.book.store, asked, registers,
            known_on=a.tenure.known_on, rules=rules(kept), favour=favour(kept / FAVOUR_FILE),
        )  # fmt: skip


def renamed(places: Mapping[str, Region], year: int) -> dict[str, tuple[str, ...]]:
    """Region at the end of a year -> the codes that it alone had before; one that others went into is another region."""
    found: dict[str, tuple[str, ...]] = {}
    heirs = Counter(old for place in places.values() for old in place.replaces)
    for code, place in places.items():
        olds: list[str] = []
        here = place
        while place.valid_from.year <= year <= place.valid_to.year and len(here.replaces) == 1 and heirs[here.replaces[0]] == 1:
            olds.append(here.replaces[0])
            if olds[-1] not in places:
                break
            here = places[olds[-1]]
        if olds:
            found[code] = tuple(olds)
    return found


def of_remit(judged: Judged, remit: Remit) -> Judged:
    """What is suspected of the tables a post answers for, and of what is of no table."""

    def fits(figures: Sequence[str]) -> bool:
        tables = {f.split("/")[3] for f in figures if f.startswith("asset_account/")}
        return remit.whole or not figures or any(remit.covers(t) for t in tables)

    return replace(judged, suspicions=tuple(s for s in judged.suspicions if fits(s.figures)))


def open_problems(results: Results) -> int:
    """How many problems are not closed at the end of the day of the papers."""
    return sum(s.is_open for s in standings(results.collected.problems, results.collected.steps, results.day))
