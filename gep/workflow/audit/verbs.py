"""What people record in an engagement by themselves and not in a file: each act in one's own name, refused with every reason.

A signature or a refusal of an outsider is entered by the member of the team who holds the paper; a review, an answer to a comment
and a withdrawal are of whoever enters them. Ledgers show the acts when the audit is run again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gep.accounts.rectification import Standing, standings
from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.book import whoami
from gep.ledger.journal import Entry
from gep.workflow.audit.acts import JOURNAL, TENURE, Act, State, collected, fingerprint, refusals, reviewed
from gep.workflow.audit.engagement import Engagement
from gep.workflow.audit.open_checks import signature_findings
from gep.workflow.audit.open_files import WITHDRAWABLE
from gep.workflow.audit.plain import to_plain
from gep.workflow.audit.records import Member, Step
from gep.workflow.audit.records_open import Signature, SignRole, Withdrawal
from gep.workflow.audit.tenure_file import read_tenure


def engagement_at(folder: Path) -> Engagement:
    """The engagement in a folder. Raises Refused where there is none."""
    found = Engagement(folder)
    found.manifest()
    return found


def seal(engagement: Engagement, *, who: str = "", why: str = "") -> Entry:
    """The report is final: from now on only what follows it is recorded."""
    return engagement.seal(who=who, why=why)


@dataclass(frozen=True)
class Given:
    """What is on a signed page. `refused`: why it was not signed; `code`: the check code of the ledger."""

    term: str
    role: SignRole
    name: str
    on: date
    code: str = ""
    refused: str = ""
    document: str = ""


def sign(engagement: Engagement, given: Given, *, who: str = "", why: str = "") -> Entry:
    """Who handed over, took over or witnessed signed the handover ledger, or would not."""
    state = engagement.state()
    held = collected(state).open.signatures
    used = {s.id for s in held}
    name = next(i for n in range(1, len(used) + 2) if (i := f"{given.term}-{given.role}-{n}") not in used)
    made = Signature(name, given.term, given.role, given.name, given.on, given.code, given.refused, given.document)
    tenure = read_tenure(engagement.root / TENURE)
    told = signature_findings(made, held, tenure, Place(JOURNAL, key=f"signature {name}"))
    return _entered(engagement, Act("signature", {"id": name, "record": to_plain(made)}, why=why), told, who)


def refuse(engagement: Engagement, form: str, reason: str, *, who: str = "") -> Entry:
    """A provider would not seal an evidence form; the form stays usable."""
    return _entered(engagement, Act("refuse_seal", {"id": form, "record": {"refused": reason}}, why=reason), (), who)


def reply(engagement: Engagement, comment: str, accepted: bool, text: str, *, who: str = "") -> Entry:
    """A comment on the draft is accepted or not, with the reason."""
    told = [] if text.strip() else [_unstated("reply", f"reply {comment}")]
    record = {"accepted": accepted, "reply": text, "replied_by": whoami(who)}
    return _entered(engagement, Act("reply", {"id": comment, "record": record}), told, who)


def review(engagement: Engagement, paper: str, opinion: str, on: date, *, who: str = "") -> Entry:
    """A working paper is reviewed in the words that stand, by another than who prepared it."""
    held = engagement.state().of("paper").get(paper)
    told = [] if opinion.strip() else [_unstated("review", f"review {paper}")]
    record = {"reviewer": whoami(who), "review": opinion, "reviewed_on": on.isoformat()}
    record["of"] = fingerprint(held) if held is not None else ""
    return _entered(engagement, Act("review", {"id": paper, "record": record}), told, who)


def step(engagement: Engagement, made: Step, *, who: str = "", why: str = "") -> Entry:
    """A step of the rectification of a problem. Left out, `by` is who enters it."""
    record = to_plain(made) | {"by": made.by.strip() or whoami(who)}
    return _entered(engagement, Act("step", {"id": made.problem, "record": record}, why=why), (), who)


def withdraw(engagement: Engagement, kind: str, name: str, grounds: str, on: date, *, who: str = "") -> Entry:
    """A record counts no more. It stays in the journal, and the ledger of what was withdrawn names it."""
    made = Withdrawal(kind, name, whoami(who), on, grounds)
    data = {"id": made.id, "record": {"id": made.id, **to_plain(made)}}
    return _entered(engagement, Act("withdraw", data, why=grounds), (), who)


def _unstated(name: str, key: str) -> Finding:
    return finding("AUDIT-NO-GROUNDS", Place(JOURNAL, key=key), found=name, name=name)


def _entered(engagement: Engagement, act: Act, told: Iterable[Finding], who: str) -> Entry:
    """Enter an act, unless something stands against it; what does is told whole."""
    against = list(told)
    if stops(against):
        raise Refused([*against, *refusals(engagement.state(), act.act, act.data, whoami(who))])
    return engagement.act(act.act, act.data, who=who, why=act.why)


# ---- how it stands


@dataclass(frozen=True)
class Overview:
    """What an engagement still waits for at the end of a day. `counts`: records by the name of their table."""

    day: date
    entries: int
    sealed: int | None
    team: tuple[Member, ...]
    counts: Mapping[str, int]
    unreviewed: tuple[str, ...]
    unanswered: tuple[str, ...]
    problems: tuple[Standing, ...]
    signatures: tuple[Signature, ...]
    withdrawn: tuple[Withdrawal, ...]


def overview(engagement: Engagement, day: date) -> Overview:
    """How an engagement stands. Raises Refused where its journal is damaged or its steps do not hold."""
    entries = engagement.entries()
    state = engagement.state()
    held = collected(state)
    return Overview(
        day=day,
        entries=len(entries),
        sealed=state.sealed,
        team=tuple(state.team.values()),
        counts=_counts(state),
        unreviewed=tuple(p.id for p in held.papers if not reviewed(state, p.id)),
        unanswered=tuple(c.id for c in held.comments if c.accepted is None),
        problems=standings(held.problems, held.steps, day),
        signatures=held.open.signatures,
        withdrawn=held.withdrawn,
    )


def _counts(state: State) -> Mapping[str, int]:
    """The records that stand, by the name of their table; steps too."""
    gone = {(str(w["kind"]), str(w["of"])) for w in state.of("withdraw").values()}
    own = {kind: sum((kind, name) not in gone for name in state.of(kind)) for kind in WITHDRAWABLE}
    return {kind: n for kind, n in {**own, "step": len(state.steps)}.items() if n}
