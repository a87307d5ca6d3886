"""TENURE.toml: which posts and terms are audited, by whom and on which data, read with every fault as a finding."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import get_args

from gep.accounts.posts import Term, term_findings
from gep.accounts.scoring_events import zone_of
from gep.base.data import data_root
from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Region
from gep.book import Book
from gep.catalog.evaluation import evaluations
from gep.catalog.fields import Fields
from gep.catalog.functional_zones import SCHEME as ZONES
from gep.ledger.acts import person
from gep.workflow.assets import is_asset
from gep.workflow.audit.bridge_entries import check_bridges, read_bridge
from gep.workflow.audit.records import Basis, Member, Method, Role, Subject, Tenure
from gep.workflow.audit.zones import DAY, contradicts, zone_of_term

SCHEMA = 1
FILE = "tenure.toml"
KINDS = ("party", "government", "department")
ROLES: tuple[Role, ...] = get_args(Role)
METHODS: tuple[Method, ...] = get_args(Method)
BASES: tuple[Basis, ...] = get_args(Basis)
ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]*")
NO_DAY = date.min


def read_tenure(path: Path, book: Book | None = None) -> Tenure:
    """The tenure in a file. Raises Refused with every fault; with a book, also what the book does not know (region, schemes)."""
    tenure, findings = look(path, book)
    if tenure is None or stops(findings):
        raise Refused(findings)
    return tenure


def look(path: Path, book: Book | None = None) -> tuple[Tenure | None, tuple[Finding, ...]]:
    """The tenure as far as it can be read, and every finding; None where there is no such file or it is no TOML."""
    place = Place(path.name)
    try:
        body = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except FileNotFoundError:
        return None, (finding("AUDIT-FILE-MISSING", place, found=str(path)),)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, IsADirectoryError, NotADirectoryError) as error:
        return None, (finding("AUDIT-FILE-UNREADABLE", place, found=str(error), name=path.name),)
    findings: list[Finding] = []
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
    region = f.text("region", required=True)
    focus = f.raw("focus")
    if focus is not None and (isinstance(focus, bool) or not isinstance(focus, int) or focus < 1):
        f.complain("AUDIT-WHOLE", "focus", found=repr(focus), expected="1, 2, 3, …")
        focus = None
    return Tenure(
        id=_id(f),
        names=f.names(),
        region=region,
        subjects=tuple(_subject(entry, n, f.place.file, region, findings) for n, entry in enumerate(f.tables("subject"), 1)),
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
    if isinstance(value, date) and not isinstance(value, datetime):
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


def _subject(entry: Mapping[str, object], number: int, file: str, region: str, findings: list[Finding]) -> Subject:
    s = Fields(entry, Place(file, key=f"subject {entry.get('id', number)}"), findings)
    start, end = day(s, "start", required=True), day(s, "end", required=True)
    kind = s.text("kind", required=True)
    if kind and kind not in KINDS:
        s.complain("CATALOG-FIELD-CHOICE", "kind", found=kind, expected=" | ".join(KINDS))
    made = Subject(
        id=_id(s),
        post=s.names(),
        kind="party" if kind == "party" else "government" if kind == "government" else "department",
        start=start or NO_DAY,
        end=end or NO_DAY,
        acting=s.flag("acting"),
        name=s.text("name"),
        document=s.text("document"),
        region=s.text("region", default=region),
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


def check_against(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """What the book does not know: regions and their days, profile, asset scheme, tables of the methods."""
    regions = book.config.regions
    for code, key in {tenure.region: "", **{s.region: f"subject {s.id}" for s in tenure.subjects if s.region}}.items():
        if code and code not in regions:
            at = Place(place.file, column="region", key=key)
            yield finding("AUDIT-REGION", at, found=code, expected=", ".join(list(regions)[:20]))
    for s in tenure.subjects:
        if s.region in regions and s.id in tenure.audited and NO_DAY < s.start < s.end:
            yield from _region_days(s, regions, place)
    yield from _below(tenure.region, book, place)
    yield from _schemes(tenure, book, place)
    yield from check_bridges(tenure.bridges, book, place)
    yield from _zone(tenure, book, place)
    yield from _evaluation(tenure, book, place)
    for name in tenure.methods:
        if not _is_table(name, book):
            known = ", ".join(sorted(book.catalog.layouts))
            yield finding("AUDIT-METHOD-TABLE", Place(place.file, column=f"methods.{name}"), found=name, expected=known)


def succession(code: str, regions: Mapping[str, Region]) -> tuple[str, ...]:
    """A region, the codes whose stocks it took over, and those that took over from it, in no order of time."""
    found = [code]
    for name in found:
        found += [c for c in regions[name].replaces if c in regions and c not in found]
        found += [c for c, r in regions.items() if name in r.replaces and c not in found]
    return tuple(found)


def _region_days(s: Subject, regions: Mapping[str, Region], place: Place) -> Iterator[Finding]:
    """The days of a term on which neither the region nor one that it took over from, or that took over from it, was there."""
    names = succession(s.region, regions)
    spans = sorted((regions[c].valid_from, regions[c].valid_to) for c in names)
    reached, last = s.start, s.end - DAY
    for start, end in spans:
        if start <= reached <= end:
            reached = end if end == date.max else end + DAY
    if reached <= last:
        at = Place(place.file, column="region", key=f"subject {s.id}")
        known = ", ".join(f"{c} [{regions[c].valid_from}, {regions[c].valid_to}]" for c in names)
        yield finding("AUDIT-REGION-DAYS", at, found=f"{s.region} {reached}", expected=known, region=s.region, day=reached)


def _below(code: str, book: Book, place: Place) -> Iterator[Finding]:
    """A township has patches and events of its own, but the accounts end at the level that returns data."""
    regions, above = book.config.regions, code
    while above in regions and regions[above].parent:
        above = regions[above].parent
        if above in book.config.leaves:
            yield finding("AUDIT-REGION-BELOW", Place(place.file, column="region"), found=code, expected=above)
            return


def _schemes(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    known = [s for s in book.config.schemes if s in book.catalog.schemes]
    for name, asset in (("profile", False), ("scheme", True)):
        fits = [s for s in known if is_asset(book.catalog, s) == asset]
        chosen = str(getattr(tenure, name))
        if chosen and chosen not in fits:
            yield finding(
                "AUDIT-SCHEME", Place(place.file, column=name), found=chosen, expected=", ".join(fits) or "-", field=name
            )


def _evaluation(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """A scheme of evaluation that is not there, or that has no weights for the functional zone."""
    if not tenure.evaluation:
        return
    try:
        known = evaluations(book.data or data_root(), book.local)
    except Refused as refused:
        yield from refused.findings
        return
    if tenure.evaluation not in known:
        at = Place(place.file, column="evaluation")
        yield finding("AUDIT-SCHEME", at, found=tenure.evaluation, expected=", ".join(known) or "-", field="evaluation")
        return
    for s in _dated(tenure):
        zone = zone_of_term(tenure, s, book.config.regions)
        if zone_of(known[tenure.evaluation], zone) is None:
            at = Place(place.file, column="zone", key=f"subject {s.id}")
            yield finding("AUDIT-ZONE", at, found=zone or "-", expected=", ".join(known[tenure.evaluation].zones))


def _dated(tenure: Tenure) -> Iterator[Subject]:
    """The audited subjects whose terms have days."""
    yield from (s for s in tenure.subjects if s.id in tenure.audited and NO_DAY < s.start < s.end)


def _zone(tenure: Tenure, book: Book, place: Place) -> Iterator[Finding]:
    """A functional zone that has no code, or that is not the one the book gives."""
    codes, at = book.catalog.codes, Place(place.file, column="zone")
    known = codes.get(ZONES, {})
    if tenure.zone and tenure.zone not in known:
        yield finding("AUDIT-ZONE-UNKNOWN", at, found=tenure.zone, expected=", ".join(known))
        return
    for s in _dated(tenure):
        given = contradicts(tenure, s, book.config.regions, codes)
        if given:
            yield finding("AUDIT-ZONE-OTHER", at, found=tenure.zone, expected=given, region=s.region, day=s.end - DAY)


def _is_table(name: str, book: Book) -> bool:
    """A table, a table with a block (FT-01.V), or a measure."""
    table, _, block = name.partition(".")
    layout = book.catalog.layouts.get(table)
    blocks: Iterable[str] = {c.block for c in layout.columns} if layout else ()
    return name in book.catalog.measures or (layout is not None and (not block or block in blocks))
