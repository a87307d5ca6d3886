"""What must go together in the records of what stays open: days, amounts, names of other records, signatures and withdrawals."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gep.base.findings import Finding, Place, finding
from gep.catalog.fields import Fields
from gep.ledger.acts import person
from gep.workflow.audit.records import (
    Assignment,
    Event,
    EvidenceForm,
    ItemEntry,
    Paper,
    Problem,
    ScoredCase,
    Subject,
    Tenure,
)
from gep.workflow.audit.records_open import (
    DONE_STATES,
    Fund,
    Incident,
    Liability,
    Litigation,
    Project,
    Signature,
    Suggestion,
    Target,
    Transfer,
    Withdrawal,
)
from gep.workflow.audit.tenure_file import term_of

NO_DAY = date.min


@dataclass(frozen=True)
class Known:
    """The names that a record may give. `evidence`: ids of the evidence forms and names of the documents."""

    problems: Collection[str]
    evidence: Collection[str]
    events: Collection[str]
    regions: Collection[str]


def check(read: Iterable[tuple[Fields, object]], tenure: Tenure, known: Known) -> None:
    """Complain, each at its place, of days out of order, amounts that do not go together, and names of nothing."""
    listed = list(read)
    for f, record in listed:
        _days(f, record)
        _amounts(f, record)
        _links(f, record, known)
    _signatures([(f, r) for f, r in listed if isinstance(r, Signature)], tenure)


def _days(f: Fields, record: object) -> None:
    match record:
        case Suggestion():
            _order(f, ("answered_on", record.answered_on), ("made_on", record.made_on))
        case Transfer():
            _order(f, ("result_on", record.result_on), ("made_on", record.made_on))
        case Target():
            _order(f, ("due", record.due), ("set_on", record.set_on))
        case Liability():
            _order(f, ("settled_on", record.settled_on), ("arose_on", record.arose_on))
            _order(f, ("as_of", record.as_of), ("arose_on", record.arose_on))
        case Project():
            _order(f, ("due", record.due), ("start", record.start))
            _order(f, ("ended_on", record.ended_on), ("start", record.start))
            _order(f, ("as_of", record.as_of), ("ended_on", record.ended_on))
            if (record.state in DONE_STATES) != (record.ended_on is not None):
                f.complain("AUDIT-PROJECT-ENDED", "ended_on", found=record.ended_on or "-", expected=record.state)
        case Fund():
            _order(f, ("end", record.end), ("start", record.start))
        case Litigation():
            _order(f, ("closed_on", record.closed_on), ("filed_on", record.filed_on))
        case Incident():
            _order(f, ("closed_on", record.closed_on), ("day", record.day))
            _order(f, ("as_of", record.as_of), ("day", record.day))


def _order(f: Fields, later: tuple[str, date | None], earlier: tuple[str, date | None]) -> None:
    """A day that lies before the one it follows; a day that could not be read is told elsewhere."""
    (name, day), (before, first) = later, earlier
    if day is not None and first is not None and NO_DAY not in (day, first) and day < first:
        f.complain("AUDIT-DAY-ORDER", name, found=day, expected=f">= {first}", before=before)


def _amounts(f: Fields, record: object) -> None:
    """More of a part than of the whole is a query: documents may count differently, and say so in the note."""
    match record:
        case Liability():
            _most(f, ("done", record.done), ("amount", record.amount))
        case Project():
            _most(f, ("received", record.received), ("planned", record.planned))
            _most(f, ("spent", record.spent), ("received", record.received))
        case Fund():
            _most(f, ("collected", record.collected), ("receivable", record.receivable))
            _most(f, ("spent", record.spent), ("collected", record.collected))
        case Incident():
            _most(f, ("treated", record.treated), ("damage", record.damage))


def _most(f: Fields, part: tuple[str, Decimal | None], whole: tuple[str, Decimal | None]) -> None:
    (name, some), (of, most) = part, whole
    if some is not None and most is not None and some > most:
        f.complain("AUDIT-AMOUNT-MORE", name, found=some, expected=f"<= {most}", of=of)


def _links(f: Fields, record: object, known: Known) -> None:
    match record:
        case Suggestion():
            for name in record.problems:
                _known(f, "problems", name, known.problems)
        case Transfer():
            _known(f, "problem", record.problem, known.problems)
        case Incident():
            _known(f, "event", record.event, known.events)
            if record.region and record.region not in known.regions:
                f.complain("AUDIT-REGION", "region", found=record.region, expected=", ".join(list(known.regions)[:20]))
    if isinstance(record, Target | Liability | Project | Fund | Litigation | Incident):
        _known(f, "evidence", record.evidence, known.evidence)


def _known(f: Fields, column: str, name: str, known: Collection[str]) -> None:
    if name and name not in known:
        f.complain("AUDIT-LINK", column, found=name, expected=", ".join(sorted(known)[:20]) or "-")


# ---- signatures


def _signatures(signed: Sequence[tuple[Fields, Signature]], tenure: Tenure) -> None:
    held: list[Signature] = []
    for f, s in signed:
        if s.term and s.name:  # else told as fields that are missing
            f.findings += signature_findings(s, held, tenure, f.place)
        held.append(s)


def signature_findings(s: Signature, before: Iterable[Signature], tenure: Tenure, place: Place) -> Iterator[Finding]:
    """What stands against a signature: a term that is audited, a day on which its ledger can be signed, and the person
    who has to sign, once. A witness is another person; a refusal may be followed by a signature.
    """

    def against(code: str, column: str, found: object, expected: object, **holes: object) -> Finding:
        at = Place(place.file, place.row, column, key=place.key)
        return finding(code, at, found=found, expected=expected, field=column, holes=holes)

    if s.term not in tenure.audited:
        yield against("AUDIT-LINK", "term", s.term, ", ".join(tenure.audited) or "-")
        return
    subject = tenure.subject(s.term)
    if NO_DAY < s.on < subject.end:
        yield against("AUDIT-DAY-ORDER", "on", s.on, f">= {subject.end}", before="end")
    named = [name for name in signers(tenure, subject)[s.role] if name]
    own = person(s.name) in {person(name) for name in named}
    if s.role == "witness" and own:
        yield against("AUDIT-SIGN-WITNESS", "name", s.name, ", ".join(named))
    if s.role != "witness" and named and not own:
        yield against("AUDIT-SIGN-NAME", "name", s.name, ", ".join(named))
    same = [o.id for o in before if (o.term, o.role) == (s.term, s.role) and not o.refused and o.id != s.id]
    if s.role != "witness" and not s.refused and same:
        yield against("AUDIT-TWICE", "role", s.role, same[0])


def signers(tenure: Tenure, subject: Subject) -> Mapping[str, tuple[str, ...]]:
    """The names that a signature of each role may bear, as far as the tenure names persons; for a witness, those it may not."""
    out = (subject.name,)
    into = tuple(s.name for s in successors(tenure, subject))
    return {"out": out, "in": into, "witness": (*out, *into)}


def successors(tenure: Tenure, subject: Subject) -> tuple[Subject, ...]:
    """Whose term in the same post begins on the day that of the subject ends."""
    post = term_of(subject).post
    return tuple(s for s in tenure.subjects if term_of(s).post == post and s.start == subject.end)


# ---- withdrawals


def references(record: object) -> Iterator[tuple[str, str]]:
    """The records that a record rests on, as (name of the table, id); one of them withdrawn, it rests on nothing."""
    match record:
        case Paper():
            yield from (("evidence_form", name) for name in record.evidence)
        case Problem():
            yield ("paper", record.paper)
        case Suggestion():
            yield from (("problem", name) for name in record.problems)
        case Transfer():
            yield ("problem", record.problem)
        case ItemEntry() | ScoredCase():
            yield from (("evidence_form", name) for name in record.evidence)
        case Event() | Assignment() | Target() | Liability() | Project() | Fund() | Litigation() | Incident():
            yield ("evidence_form", record.evidence)
        case EvidenceForm():
            return  # its working paper is an index, which may name a paper that was withdrawn


def in_use(withdrawals: Iterable[Withdrawal], records: Iterable[tuple[str, object]], file: str) -> tuple[Finding, ...]:
    """Records withdrawn that others, which stand, still rest on. `records`: (name of the table, record)."""
    gone = {(w.kind, w.of): w for w in withdrawals}
    used: dict[tuple[str, str], list[str]] = {}
    for kind, record in records:
        name = str(getattr(record, "id", ""))
        if (kind, name) in gone:
            continue
        for other in references(record):
            if other in gone:
                used.setdefault(other, []).append(f"{kind} {name}")
    return tuple(
        finding("AUDIT-WITHDRAW-USED", Place(file, key=f"withdraw {kind} {name}"), found=f"{kind} {name}", expected=", ".join(by))
        for (kind, name), by in used.items()
    )
