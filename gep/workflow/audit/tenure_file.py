"""TENURE.toml: which posts and terms are audited, by whom and on which data, read with every fault as a finding."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import get_args

from gep.accounts.posts import Term, term_findings
from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import Book
from gep.catalog.fields import Fields
from gep.ledger.acts import person
from gep.workflow.audit.bridge_entries import read_bridge
from gep.workflow.audit.records import Basis, Member, Method, Role, Subject, Tenure
from gep.workflow.audit.tenure_check import NO_DAY, check_against
from gep.workflow.audit.toml_file import LONGEST, read_toml
from gep.workflow.audit.zones import DAY

SCHEMA = 1
FILE = "tenure.toml"
KINDS = ("party", "government", "department")
ROLES: tuple[Role, ...] = get_args(Role)
METHODS: tuple[Method, ...] = get_args(Method)
BASES: tuple[Basis, ...] = get_args(Basis)
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,99}")
YEARS = range(1949, 2201)  # a day of another year is a slip
MOST_YEARS = 50  # of a focus


def read_tenure(path: Path, book: Book | None = None) -> Tenure:
    """The tenure in a file. Raises Refused with every fault; with a book, also what the book does not know (region, schemes)."""
    tenure, findings = look(path, book)
    if tenure is None or stops(findings):
        raise Refused(findings)
    return tenure


def look(path: Path, book: Book | None = None) -> tuple[Tenure | None, tuple[Finding, ...]]:
    """The tenure as far as it can be read, and every finding; None where there is no such file or it is no TOML."""
    place = Place(path.name)
    body, findings = read_toml(path)
    if body is None:
        return None, tuple(findings)
    f = Fields(body, place, findings)
    schema = f.raw("schema")
    if isinstance(schema, bool) or schema != SCHEMA:
        findings.append(finding("AUDIT-SCHEMA", place, found=schema, expected=SCHEMA))
    tenure = _tenure(f, findings)
    f.done()
    findings += check_subjects(tenure, place)
    findings += check_team(tenure.team, place)
    if book is not None:
        findings += check_against(tenure, book, place)
    return tenure, tuple(findings)


def _tenure(f: Fields, findings: list[Finding]) -> Tenure:
    region, until = f.text("region", required=True), day(f, "until")
    focus = f.raw("focus")
    if focus is not None and (isinstance(focus, bool) or not isinstance(focus, int) or not 1 <= focus <= MOST_YEARS):
        f.complain("AUDIT-WHOLE", "focus", found=repr(focus)[:LONGEST], expected=f"1 … {MOST_YEARS}")
        focus = None
    return Tenure(
        id=_id(f),
        names=f.names(),
        region=region,
        subjects=tuple(_subject(entry, n, f, region, until) for n, entry in enumerate(f.tables("subject"), 1)),
        audited=f.texts("audited"),
        team=tuple(_member(entry, n, f.place.file, findings) for n, entry in enumerate(f.tables("team"), 1)),
        profile=f.text("profile"),
        scheme=f.text("scheme"),
        evaluation=f.text("evaluation"),
        zone=f.text("zone"),
        method=f.choice("method", METHODS, default="NEAREST"),
        methods=_methods(f),
        basis=f.choice("basis", BASES, default="appointment"),
        known_on=day(f, "known_on"),
        started=day(f, "started"),
        focus=focus,
        document=f.text("document"),
        illustrative=f.flag("illustrative"),
        bridges=tuple(b for n, entry in enumerate(f.tables("bridge"), 1) if (b := read_bridge(entry, n, f.place.file, findings))),
    )


def _id(f: Fields) -> str:
    name = f.text("id", required=True)
    if name and not ID.fullmatch(name):
        f.complain("AUDIT-ID", "id", found=name)
    return name


def day(f: Fields, name: str, *, required: bool = False) -> date | None:
    """A day written as a TOML date. A text, a year alone or a day with a time is no day of a term."""
    value = f.raw(name)
    if value is None:
        if required:
            f.complain("CATALOG-FIELD-MISSING", name)
        return None
    if isinstance(value, date) and not isinstance(value, datetime) and value.year in YEARS:
        return value
    f.malformed(name, value, "a date such as 2010-01-01")
    return None


def _methods(f: Fields) -> Mapping[str, Method]:
    found: dict[str, Method] = {}
    for name, text in f.strings("methods").items():
        known = next((m for m in METHODS if m == text), None)
        if known is None:
            f.complain("CATALOG-FIELD-CHOICE", f"methods.{name}", found=text, expected=" | ".join(METHODS))
        else:
            found[name] = known
    return found


def _subject(entry: Mapping[str, object], number: int, f: Fields, region: str, until: date | None) -> Subject:
    """A subject; one without an end is still in office, and the audit looks at it up to the day `until` of the tenure."""
    s = Fields(entry, Place(f.place.file, key=f"subject {entry.get('id', number)}"), f.findings)
    start, end, serving = day(s, "start", required=True), day(s, "end"), "end" not in entry
    if serving and until is None:
        s.complain("AUDIT-NO-END", "end")
    kind = s.text("kind", required=True)
    if kind and kind not in KINDS:
        s.complain("CATALOG-FIELD-CHOICE", "kind", found=kind, expected=" | ".join(KINDS))
    made = Subject(
        id=_id(s),
        post=s.names(),
        kind="party" if kind == "party" else "government" if kind == "government" else "department",
        start=start or NO_DAY,
        end=end or (until if serving and until is not None else NO_DAY),
        acting=s.flag("acting"),
        name=s.text("name"),
        document=s.text("document"),
        region=s.text("region", default=region),
        serving=serving,
        department=s.text("department"),
    )
    s.done()
    return made


def _member(entry: Mapping[str, object], number: int, file: str, findings: list[Finding]) -> Member:
    m = Fields(entry, Place(file, key=f"team {number}"), findings)
    role = m.text("role", required=True)
    if role and role not in ROLES:
        m.complain("CATALOG-FIELD-CHOICE", "role", found=role, expected=" | ".join(ROLES))
    made = Member(m.text("who", required=True), next((r for r in ROLES if r == role), "reader"))
    m.done()
    return made


def check_subjects(tenure: Tenure, place: Place) -> Iterator[Finding]:
    """Audited subjects that are not there or of another region; terms that stand twice, have no day, overlap in one post or leave
    it empty.
    """
    ids = [s.id for s in tenure.subjects]
    if not ids:
        yield finding("AUDIT-NO-SUBJECT", place)
    if not tenure.audited:
        yield finding("AUDIT-NONE-AUDITED", place, expected=", ".join(ids) or "-")
    for name in tenure.audited:
        if name not in ids:
            yield finding("AUDIT-AUDITED", place, found=name, expected=", ".join(ids) or "-")
    for s in tenure.subjects:
        if s.id in tenure.audited and tenure.region and s.region != tenure.region:
            at = Place(place.file, column="region", key=f"subject {s.id}")
            yield finding("AUDIT-SUBJECT-REGION", at, found=s.region, expected=tenure.region)
    terms = [term_of(s) for s in tenure.subjects if s.id and NO_DAY not in (s.start, s.end)]
    for f in term_findings(terms):
        yield replace(f, place=Place(place.file, key=f.place.key))


def term_of(s: Subject) -> Term:
    """The term of a subject. A region has one head of party and one of government, and a head of each of its departments."""
    post = f"{s.region} {s.post.zh if s.kind == 'department' else s.kind}"
    return Term(s.id, post, s.start, s.end, acting=s.acting)


def check_team(team: Sequence[Member], place: Place) -> Iterator[Finding]:
    """A team has a lead, nobody in two roles, and somebody who can review what another prepared."""
    persons = [person(m.who) for m in team if m.who]
    for m in team:
        if m.who and persons.count(person(m.who)) > 1 and m is next(t for t in team if person(t.who) == person(m.who)):
            yield finding("AUDIT-TEAM-TWICE", place, found=m.who)
    if not any(m.role == "lead" for m in team):
        yield finding("AUDIT-TEAM-LEAD", place, found=", ".join(f"{m.who}: {m.role}" for m in team) or "-")
    elif len({person(m.who) for m in team if m.role in ("lead", "reviewer")}) < 2:
        yield finding("AUDIT-TEAM-REVIEWER", place)


def years_of(subject: Subject) -> range:
    """The accounting years that a term touches: [2020-07-01, 2022-01-01) touches 2020 and 2021."""
    return range(subject.start.year, (subject.end - DAY).year + 1)


def audited_years(tenure: Tenure) -> tuple[int, ...]:
    """The years that the terms audited touch, in order."""
    return tuple(sorted({y for s in tenure.subjects if s.id in tenure.audited and s.start < s.end for y in years_of(s)}))
