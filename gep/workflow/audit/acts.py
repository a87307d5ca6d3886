"""The acts of an engagement: who may take them, what they need, and what the engagement is after them. No storage in here.

    open access rules take · evidence_form refuse_seal · paper review · problem responsibility · step · comment reply
    assigned entry scored_event report · papers pack · seal · withdraw
    suggestion transfer target liability project fund litigation incident signature

The same rules are asked when an act is entered and again, over the whole journal, when an engagement is verified. An act is never
taken back: a record that is entered again with other words stands beside the one before it, and one that is withdrawn stays in
the journal and counts no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from types import MappingProxyType
from typing import Any, TypeVar, cast

from gep.accounts.rectification import check
from gep.base.findings import Finding, Place, finding
from gep.ledger.acts import person
from gep.ledger.files import digest_bytes
from gep.ledger.journal import Entry, canonical
from gep.workflow.audit.open_checks import in_use
from gep.workflow.audit.plain import from_plain
from gep.workflow.audit.records import (
    Assignment,
    Comment,
    EvidenceForm,
    ItemEntry,
    Member,
    Paper,
    Problem,
    ReportedFigure,
    Role,
    ScoredCase,
    Step,
)
from gep.workflow.audit.records_open import KINDS as OPEN
from gep.workflow.audit.records_open import Open, Withdrawal, open_of

T = TypeVar("T")
JOURNAL = "journal.jsonl"
WORKING: tuple[Role, ...] = ("lead", "auditor")
MAY: Mapping[str, tuple[Role, ...]] = MappingProxyType(
    {
        "open": ("lead",),
        "access": ("lead", "auditor", "reviewer", "reader"),
        "rules": ("lead",),
        "take": WORKING,
        "evidence_form": WORKING,
        "refuse_seal": WORKING,
        "paper": WORKING,
        "review": ("lead", "reviewer"),
        "problem": WORKING,
        "responsibility": WORKING,
        "step": WORKING,
        "comment": WORKING,
        "reply": ("lead", "auditor"),
        "assigned": WORKING,
        "entry": WORKING,
        "scored_event": WORKING,
        "report": WORKING,
        **dict.fromkeys(OPEN, WORKING),
        "withdraw": WORKING,
        "papers": WORKING,
        "pack": WORKING,
        "seal": ("lead",),
    }
)
# the field that names the person of the team who answers for a record
NAMED: Mapping[str, str] = MappingProxyType(
    {
        "evidence_form": "auditor",
        "paper": "preparer",
        "review": "reviewer",
        "reply": "replied_by",
        "suggestion": "auditor",
        "transfer": "auditor",
        "withdraw": "by",
    }
)
# what goes on after the seal: rectification is followed up, ledgers are signed, matters are given to other authorities, and the
# papers are made once more, no longer as a draft
LATER = frozenset({"access", "take", "step", "comment", "reply", "signature", "transfer", "papers", "pack"})
CLOSING = ("VERIFIED", "CLOSED")  # steps that nobody takes who made the accounts
TENURE = "tenure.toml"
Data = Mapping[str, Any]
EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Act:
    """An act that is to be entered. `content`: the bytes of a file that it takes."""

    act: str
    data: Data
    content: bytes | None = field(default=None, repr=False)
    why: str = ""


@dataclass(frozen=True)
class State:
    """What an engagement is after a number of acts. Records by id as plain JSON, in the order they were first entered.

    `team`: person -> member; `compilers`: who made the audited accounts; `files`: the latest taking of each file by its name;
    `sealed`: the number of the seal; `filed`: (act, id) of what was entered last out of a file, and not by itself.
    """

    team: Mapping[str, Member] = field(default_factory=lambda: EMPTY)
    compilers: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: EMPTY)
    files: Mapping[str, Data] = field(default_factory=lambda: EMPTY)
    anchors: Data = field(default_factory=lambda: EMPTY)
    records: Mapping[str, Mapping[str, Data]] = field(default_factory=lambda: EMPTY)
    steps: tuple[Data, ...] = ()
    sealed: int | None = None
    filed: frozenset[tuple[str, str]] = frozenset()

    def of(self, act: str) -> Mapping[str, Data]:
        """The records that acts of a kind entered, each as it was entered last, by id."""
        return self.records.get(act, EMPTY)


@dataclass(frozen=True)
class Collected:
    """The records of an engagement as they stand: what its ledgers are made from."""

    forms: tuple[EvidenceForm, ...]
    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    comments: tuple[Comment, ...]
    assigned: tuple[Assignment, ...] = ()
    entries: tuple[ItemEntry, ...] = ()
    scored: tuple[ScoredCase, ...] = ()
    reports: tuple[ReportedFigure, ...] = ()
    open: Open = field(default_factory=Open)
    withdrawn: tuple[Withdrawal, ...] = ()


def state_of(entries: Iterable[Entry]) -> State:
    """What the engagement is after these entries."""
    return reduce(advance, entries, State())


def advance(state: State, e: Entry) -> State:
    """The state after one more entry."""
    d = cast(Data, e.data)
    if e.act in ("open", "access"):
        compiled = {str(who): tuple(map(str, done)) for who, done in d.get("compilers", {}).items()}
        made = replace(state, compilers={**state.compilers, **compiled}, anchors=d.get("anchors", EMPTY))
        return replace(made, team=team_of(d["team"])) if "team" in d else made
    if e.act == "take":
        made = replace(state, files={**state.files, str(d["file"]): d})
        return replace(made, team=team_of(d["team"])) if "team" in d else made
    if e.act == "step":
        return replace(state, steps=(*state.steps, d["record"]))
    if e.act == "seal":
        return replace(state, sealed=e.seq)
    name = str(d["id"])
    held = {**state.of(e.act), name: d["record"]}
    filed = state.filed | {(e.act, name)} if "from" in d else state.filed - {(e.act, name)}
    return replace(state, records={**state.records, e.act: held}, filed=filed)


def team_of(listed: Iterable[Any]) -> dict[str, Member]:
    """A team as it stands in the journal, by person."""
    return {person(str(who)): Member(str(who), role) for who, role in listed}


def fingerprint(record: Data) -> str:
    """SHA-256 of a record, to say which wording was reviewed."""
    return digest_bytes(canonical(dict(record))).sha256


def collected(state: State) -> Collected:
    """Each record put together from the acts that entered its parts: as it stands, reviewed in these words, and not withdrawn."""
    withdrawn = tuple(from_plain(Withdrawal, w) for w in state.of("withdraw").values())
    gone = {(w.kind, w.of) for w in withdrawn}

    def made(kind: str, cls: type[T], part: Callable[[str], Data] = lambda name: EMPTY) -> tuple[T, ...]:
        return tuple(
            from_plain(cls, {**record, **part(name)}) for name, record in state.of(kind).items() if (kind, name) not in gone
        )

    return Collected(
        forms=made("evidence_form", EvidenceForm, lambda n: state.of("refuse_seal").get(n, EMPTY)),
        papers=made("paper", Paper, lambda n: state.of("review")[n] if reviewed(state, n) else EMPTY),
        problems=made("problem", Problem, lambda n: state.of("responsibility").get(n, EMPTY)),
        steps=tuple(from_plain(Step, step) for step in state.steps if ("problem", str(step["problem"])) not in gone),
        comments=made("comment", Comment, lambda n: state.of("reply").get(n, EMPTY)),
        assigned=made("assigned", Assignment),
        entries=made("entry", ItemEntry),
        scored=made("scored_event", ScoredCase),
        reports=made("report", ReportedFigure),
        open=open_of(made),
        withdrawn=withdrawn,
    )


def reviewed(state: State, name: str) -> bool:
    """Whether a working paper was reviewed as it stands."""
    review, paper = state.of("review").get(name), state.of("paper").get(name)
    return review is not None and paper is not None and review.get("of") == fingerprint(paper)


def refusals(state: State, act: str, data: Data, who: str, *, seq: int = 0) -> Iterator[Finding]:
    """Why `who` may not take an act, every reason. `seq`: its number in the journal, where one is looked at again."""
    place = Place(JOURNAL, seq, key=f"{act} {data.get('id', data.get('file', ''))}".strip())
    if state.sealed is not None and (act not in LATER or data.get("file") == TENURE):
        yield finding("AUDIT-SEALED", place, found=act, expected=state.sealed)
    origin = data.get("from") or EMPTY
    entered = bool(origin)  # out of a file: whoever takes the file enters what others answer for
    if entered and state.files.get(str(origin["file"]), EMPTY).get("sha256") != origin["sha256"]:
        yield finding("AUDIT-LINK", place, found=origin["file"], expected=", ".join(state.files) or "-")
    allowed = MAY["take"] if entered else MAY[act]
    if act == "take" and data.get("file") == TENURE:
        allowed = MAY["open"]  # the file says who is in the team
    yield from person_refusals(state, who, allowed, act, place)
    if act in NAMED:
        name = str(data["record"].get(NAMED[act], ""))
        if person(name) != person(who):
            if not entered:
                yield finding("AUDIT-FOR-ANOTHER", place, found=who, expected=name or "-", act=act)
            yield from person_refusals(state, name, MAY[act], act, place)
    if act == "step" and data["record"]["state"] in CLOSING:
        yield from compiler_refusals(state, str(data["record"]["by"]), place)
    if act in CHECKS:
        yield from CHECKS[act](state, data, place)


def person_refusals(state: State, who: str, allowed: Iterable[Role], act: str, place: Place) -> Iterator[Finding]:
    """Why a person may not take part in an act: not in the team, in another role, or one of those who made the accounts."""
    member = state.team.get(person(who))
    roles = tuple(allowed)
    if member is None:
        known = ", ".join(f"{m.who} ({m.role})" for m in state.team.values()) or "-"
        yield finding("AUDIT-NOT-IN-TEAM", place, found=who or "-", expected=known)
    elif member.role not in roles:
        yield finding("AUDIT-ROLE", place, found=f"{who}: {member.role}", expected=" | ".join(roles), act=act)
    yield from compiler_refusals(state, who, place)


def compiler_refusals(state: State, who: str, place: Place) -> Iterator[Finding]:
    """Who made the audited accounts takes no part in their audit."""
    done = state.compilers.get(person(who))
    if done:
        yield finding("AUDIT-COMPILER", place, found=who, expected=", ".join(done[:5]) + (" …" if len(done) > 5 else ""))


def _known(state: State, kind: str, name: str, place: Place) -> Iterator[Finding]:
    if name not in state.of(kind):
        yield finding("AUDIT-LINK", place, found=name, expected=", ".join(list(state.of(kind))[:20]) or "-")


def _review(state: State, data: Data, place: Place) -> Iterator[Finding]:
    name, record = str(data["id"]), data["record"]
    yield from _known(state, "paper", name, place)
    paper = state.of("paper").get(name)
    if paper is None:
        return
    if person(str(record["reviewer"])) == person(str(paper["preparer"])):
        yield finding("AUDIT-SAME-PERSON", place, found=record["reviewer"], expected=paper["preparer"])
    if record.get("of") != fingerprint(paper):
        yield finding("AUDIT-REVIEW-OTHER", place, found=str(record.get("of", "-"))[:12], expected=fingerprint(paper)[:12])
    if str(record["reviewed_on"] or "") < str(paper["made_on"]):
        yield finding("AUDIT-REVIEW-BEFORE", place, found=record["reviewed_on"] or "-", expected=f">= {paper['made_on']}")


def _responsibility(state: State, data: Data, place: Place) -> Iterator[Finding]:
    yield from _known(state, "problem", str(data["id"]), place)
    record = data["record"]
    for name in ("responsibility", "grounds", "subject"):
        if not str(record.get(name, "")).strip():
            yield finding("AUDIT-NO-GROUNDS", place, found=name, name=name)


def _refuse_seal(state: State, data: Data, place: Place) -> Iterator[Finding]:
    yield from _known(state, "evidence_form", str(data["id"]), place)
    if not str(data["record"].get("refused", "")).strip():
        yield finding("AUDIT-NO-GROUNDS", place, found="refused", name="refused")


def _reply(state: State, data: Data, place: Place) -> Iterator[Finding]:
    yield from _known(state, "comment", str(data["id"]), place)


def _step(state: State, data: Data, place: Place) -> Iterator[Finding]:
    record = data["record"]
    yield from _known(state, "problem", str(record["problem"]), place)
    problem = state.of("problem").get(str(record["problem"]))
    if problem is None:
        return
    known = {
        *state.of("evidence_form"),
        *(name.removeprefix("evidence/") for name in state.files if name.startswith("evidence/")),
    }
    if record.get("evidence") and record["evidence"] not in known:
        yield finding("AUDIT-LINK", place, found=record["evidence"], expected=", ".join(sorted(known)[:20]) or "-")
    steps = [from_plain(Step, s) for s in (*state.steps, record) if s["problem"] == record["problem"]]
    mine = f"rectification/{record['problem']}/{len(steps)}"
    told = check([from_plain(Problem, problem)], steps)
    yield from (replace(f, place=place) for f in told if f.place.key == mine)


def _withdraw(state: State, data: Data, place: Place) -> Iterator[Finding]:
    """A record is withdrawn with grounds, once, and only if no other record rests on it."""
    record = data["record"]
    kind, name = str(record["kind"]), str(record["of"])
    if data["id"] in state.of("withdraw") and state.of("withdraw")[str(data["id"])] == record:
        yield finding("AUDIT-TWICE", place, found=f"{kind} {name}", expected=JOURNAL)
    yield from _known(state, kind, name, place)
    if not str(record.get("grounds", "")).strip():
        yield finding("AUDIT-NO-GROUNDS", place, found="grounds", name="grounds")
    held = collected(state)
    others: list[tuple[str, object]] = [("paper", p) for p in held.papers]
    others += [("problem", p) for p in held.problems]
    for group in (held.assigned, held.entries, held.scored, *(getattr(held.open, place) for _, place in OPEN.values())):
        others += [("", r) for r in group]
    told = in_use([*held.withdrawn, from_plain(Withdrawal, record)], others, JOURNAL)
    yield from (replace(f, place=place) for f in told if f.found == f"{kind} {name}")


def _seal(state: State, data: Data, place: Place) -> Iterator[Finding]:
    """A sealed engagement has no paper that nobody reviewed, no problem without a paper, and no comment without an answer."""
    held = collected(state)
    papers = [p.id for p in held.papers]
    for paper in held.papers:
        if not reviewed(state, paper.id):
            yield finding("AUDIT-UNREVIEWED", place, found=paper.id)
    for problem in held.problems:
        if not problem.carried_from and problem.paper not in papers:
            yield finding("AUDIT-LINK", place, found=problem.id, expected=", ".join(papers[:20]) or "-")
    for comment in held.comments:
        if comment.accepted is None:
            yield finding("AUDIT-UNANSWERED", place, found=comment.id)


CHECKS = MappingProxyType(
    {
        "review": _review,
        "responsibility": _responsibility,
        "refuse_seal": _refuse_seal,
        "reply": _reply,
        "step": _step,
        "withdraw": _withdraw,
        "seal": _seal,
    }
)
