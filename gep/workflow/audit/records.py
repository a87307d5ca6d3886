"""The records of a departure audit: who is audited and when, what the auditors collected, and what they found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from gep.base import score_rules
from gep.base.records import Key, Names
from gep.report.form import Stored

Method = Literal["OBS", "NEAREST", "INTERP"]
Basis = Literal["appointment", "office"]
Role = Literal["lead", "auditor", "reviewer", "reader"]
ATTRIBUTIONS = tuple(score_rules.ATTRIBUTIONS)
AREAS = tuple(score_rules.AREAS)  # the seven content areas


@dataclass(frozen=True, slots=True)
class Subject:
    """A post and who held it over a half-open term [start, end). `acting`: 主持工作, an interval of its own.

    `serving`: still in office (任中审计); `end` is then the day up to which the audit looks. `department`: of the head of one, as
    the tables name the department that fills them.
    """

    id: str
    post: Names
    kind: Literal["party", "government", "department"]
    start: date
    end: date
    acting: bool = False
    name: str = ""
    document: str = ""
    region: str = ""  # left out: that of the engagement
    serving: bool = False
    department: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member of the audit team, as declared."""

    who: str
    role: Role


@dataclass(frozen=True, slots=True)
class Bridge:
    """What ties figures together across a break: the same stock in both definitions, at the end of the year before `year`.

    Without `row` it is of every stock of the table, and the openings that the book states anew are the figures after the break.
    With `row` it is of one cell, `before` and `after` the break, in `unit`. `region` empty: every region that is compared.
    """

    year: int
    table: str
    document: str
    region: str = ""
    row: str = ""
    key: Key = ()
    before: Decimal | None = None
    after: Decimal | None = None
    unit: str = ""


@dataclass(frozen=True)
class Tenure:
    """What an engagement is of: one file TENURE.toml. `audited`: the subjects whose terms are audited, by id.

    `known_on`: figures as known at the end of that day (None: as known now). `methods`: method by table or measure, over
    `method`. `focus`: the last years of a longer term that count in the evaluation (None: all). `bridges`: what the auditors
    accept as figures of one year in both definitions, so that years may be compared across a break.
    """

    id: str
    names: Names
    region: str
    subjects: tuple[Subject, ...]
    audited: tuple[str, ...]
    team: tuple[Member, ...]
    profile: str = ""
    scheme: str = ""
    evaluation: str = ""
    zone: str = ""  # functional zone: chooses weights and peers
    method: Method = "NEAREST"
    methods: Mapping[str, Method] = field(default_factory=dict)
    basis: Basis = "appointment"
    known_on: date | None = None
    started: date | None = None  # the day the audit was started: chooses the responsibility classes
    focus: int | None = None
    document: str = ""
    illustrative: bool = False
    bridges: tuple[Bridge, ...] = ()

    def subject(self, name: str) -> Subject:
        return next(s for s in self.subjects if s.id == name)


@dataclass(frozen=True, slots=True)
class Event:
    """A dated change of an asset: approval, licence, incident. It belongs to who decided it; the balance follows `effect`.

    `table`, `row`, `key`: the cell of the asset table that it is part of (`LA-01`, `R31`, la01:C02). `amount` in `unit`, above 0.
    `attribution`: entered by an auditor; empty: as the row of the table says (human, natural, adjustment).
    """

    id: str
    region: str
    table: str
    row: str
    key: Key
    amount: Decimal
    unit: str
    decision: date
    effect: date
    decided_by: str = ""
    attribution: str = ""
    document: str = ""
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """A stock that was observed on a day (00:00): a patch data base, an approval register."""

    region: str
    table: str
    row: str
    key: Key
    day: date
    amount: Decimal
    unit: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class Balance:
    """A handover balance: one stock on one day, stored once and shared by predecessor and successor.

    `amount` is None where the book has no figure. `year_end`: the 31 December it was read at (NEAREST), `days` its distance with
    sign (negative: before the day). `figures`: what it rests on, in the book. `estimate`: INTERP only.
    """

    day: date
    region: str
    table: str
    row: str
    key: Key
    amount: Fraction | None
    unit: str
    method: Method
    year_end: int | None = None
    days: int | None = None
    estimate: bool = False
    figures: tuple[Stored, ...] = ()
    document: str = ""


@dataclass(frozen=True, slots=True)
class EvidenceForm:
    """审计取证单 (DA-03). `figures`: addresses in the book. `refused`: why the provider did not sign; the form stays usable."""

    id: str
    auditee: str
    matter: str
    facts: str
    figures: tuple[str, ...]
    attachments: tuple[tuple[str, int], ...]  # (file in evidence/, pages)
    auditor: str
    made_on: date
    opinion: str = ""
    refused: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class Paper:
    """审计工作底稿: matter, procedure, facts, standard and clause, conclusion, evidence forms, preparer and reviewer."""

    id: str
    matter: str
    procedure: str
    facts: str
    standard: str
    conclusion: str
    evidence: tuple[str, ...]
    preparer: str
    made_on: date
    reviewer: str = ""
    review: str = ""
    reviewed_on: date | None = None
    area: str = "other"  # one of AREAS


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem found, with its place in the report. The class of responsibility and its grounds are entered, never computed."""

    id: str
    report: str
    issue: str
    paper: str
    unit: str  # responsible for the rectification
    person: str
    first: str  # first responsible person: the incumbent head
    kind: Literal["immediate", "phased", "continuing"]
    due: date | None
    measure: str = ""
    amount: Decimal | None = None
    amount_unit: str = ""
    responsibility: str = ""
    grounds: str = ""
    subject: str = ""
    found_on: date | None = None
    carried_from: str = ""  # the engagement it was carried over from


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the rectification of a problem."""

    problem: str
    state: str  # one of gep.accounts.rectification.STATES
    by: str
    on: date
    done: Decimal | None = None
    evidence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """What the leader or the unit says of the draft, and whether it was accepted. `on`: a problem, a paper or the whole draft."""

    id: str
    about: str
    by: str
    made_on: date
    text: str
    accepted: bool | None = None
    reply: str = ""
    replied_by: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an auditor attributed of the undated change of one cell over a term: an amount above 0 in `unit`, with evidence.

    `term`: id of the subject over whose term; `part`: one of ATTRIBUTIONS.
    """

    id: str
    region: str
    table: str
    row: str
    key: Key
    term: str
    part: str
    amount: Decimal
    unit: str
    evidence: str


@dataclass(frozen=True, slots=True)
class ItemEntry:
    """What an auditor entered for an item of the evaluation. `term`: of one subject only; empty: of every audited one."""

    id: str
    item: str
    value: str
    document: str
    evidence: tuple[str, ...] = ()
    term: str = ""


@dataclass(frozen=True, slots=True)
class ScoredCase:
    """Something that happened and may cost or give points, as an auditor entered it. `day`: of the decision; `term` as above."""

    id: str
    type: str
    severity: str
    day: date
    attribution: str
    what: str
    count: Decimal = Decimal(1)
    evidence: tuple[str, ...] = ()
    term: str = ""


@dataclass(frozen=True, slots=True)
class ReportedFigure:
    """A figure as a report prints it, and the address in the book that it should equal."""

    id: str
    document: str
    figure: str
    amount: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One line of the list of suspicions 疑点清单: what a declared rule found, with the figures that show it."""

    rule: str
    names: Names
    region: str
    place: str
    found: str
    expected: str
    difference: str
    figures: tuple[str, ...]
    mend: Names
    severity: Literal["stop", "query", "note"] = "query"
