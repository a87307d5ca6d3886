"""What a change of a stock over a term is attributed to: eight parts that add up to closing − opening, to the last digit.

Only `local_human` enters the responsibility of a leader; every other part is disclosed beside it. The parts come from the rows of
the account, which tell human, natural and adjustment apart, and from what auditors settled:

* a dated event goes where an auditor put it. If none has: a human change decided before the term is `historical`; one decided
  after it stands in the balance only because the stock was read at a year-end, and is `method`.
* of the undated rest of a row, auditors may attribute amounts, each with its evidence (a patch that was there at the opening).
* natural, adjustment, price and method rows keep their cause.
* the discrepancy of the account is `unattributed`.

A human change that nobody has settled is `unattributed` too and not `local_human`. A change in the term of a leader is not yet a
change by him: it may follow from a decision of the province, or from one of his predecessor, and an accusation is not something
that a program concludes from silence. It is not excused either: it is printed as a candidate, and `loss_at_most` says what the
loss would be if all of it were local. Nor does what is evidenced otherwise make the remainder local: the evidence settles its own
amount and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, TypeAlias

from gep.accounts.handover import plain
from gep.accounts.tenure import ZERO, Account, Dated, FlowPart
from gep.base.findings import Finding, Place, Refused, finding
from gep.base.score_rules import LOCAL_HUMAN, PARTS, Part

# why a piece stands in its part: settled by an auditor; the cause of its row; the day it was decided; a human change that nobody
# has settled; what stocks and flows differ by; the same where a flow is unknown, so that the flow is in it
Why: TypeAlias = Literal["auditor", "cause", "decided_before", "decided_after", "candidate", "discrepancy", "unknown_flow"]

_OF_CAUSE: Mapping[str, Part] = MappingProxyType(
    {"natural": "natural", "adjustment": "adjustment", "price": "price", "method": "method"}
)
_HUMAN = LOCAL_HUMAN
_OPEN: Part = "unattributed"


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an auditor attributed of the undated change of a row: an amount above 0 in the unit of the stock, with evidence."""

    row: str
    part: str
    amount: Fraction
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One amount of the change with its sign: above 0 it added to the stock. `row` and `event` are empty where there is none."""

    part: Part
    amount: Fraction
    why: Why
    row: str = ""
    event: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A part of the change: gains, losses (both ≥ 0) and the pieces they are made of."""

    part: Part
    pieces: tuple[Piece, ...]

    @property
    def gain(self) -> Fraction:
        return sum((p.amount for p in self.pieces if p.amount > 0), ZERO)

    @property
    def loss(self) -> Fraction:
        return -sum((p.amount for p in self.pieces if p.amount < 0), ZERO)

    @property
    def net(self) -> Fraction:
        return self.gain - self.loss


@dataclass(frozen=True, slots=True)
class Attribution:
    """The change of an account by part: `lines` in the order of PARTS, all of them, also those that are empty.

    `net`: closing − opening, the sum of the lines; None where a stock is unknown, and the lines then hold what is known.
    `unknown`: rows with a flow that is unknown; what they would say is in the net of `unattributed`; the gross loss is unknown.
    `beyond`: events decided in the term that stand in the balance of another; `local_human` or `unattributed`, never in `lines`.
    """

    account: Account
    lines: tuple[Line, ...]
    net: Fraction | None
    unknown: tuple[str, ...]
    beyond: tuple[Line, ...]

    def line(self, part: Part) -> Line:
        return next(line for line in self.lines if line.part == part)

    @property
    def responsible_net(self) -> Fraction:
        """What enters responsibility by the balance of this term: local human gains less losses."""
        return self.line(_HUMAN).net

    @property
    def responsible_loss(self) -> Fraction:
        """The gross local human loss in the balance of this term: a gain elsewhere does not make up for it."""
        return self.line(_HUMAN).loss

    @property
    def decided_net(self) -> Fraction:
        """What enters responsibility by the day of decision: the same and the local human events that take effect elsewhere."""
        return self.responsible_net + self._beyond(_HUMAN).net

    @property
    def decided_loss(self) -> Fraction:
        """The gross local human loss by the day of decision."""
        return self.responsible_loss + self._beyond(_HUMAN).loss

    @property
    def net_if_local(self) -> Fraction | None:
        """The local human net if all that is not attributed were local; None where a stock is unknown."""
        return None if self.net is None else self.responsible_net + self.line(_OPEN).net

    @property
    def loss_at_most(self) -> Fraction | None:
        """The gross local human loss if all that is not attributed were local; None where a stock or a flow is unknown."""
        return None if self.net is None or self.unknown else self.responsible_loss + self.line(_OPEN).loss

    def _beyond(self, part: Part) -> Line:
        return next(line for line in self.beyond if line.part == part)


def attribute(account: Account, assigned: Sequence[Assigned] = ()) -> tuple[Attribution, tuple[Finding, ...]]:
    """The parts of the change of an account, and what is wrong or open in them.

    An attribution that cannot stand is a finding and is not used: the change then falls where it would without it. Raises Refused
    for an account whose closing stock was read before its opening stock.
    """
    if account.window.reversed:
        raise Refused([finding("ATTRIBUTION-BACKWARDS", _place(account), found=account.term.id)])
    used, findings = _usable(account, assigned)
    pieces = [p for flow in account.flows for p in _of_flow(account, flow, [a for a in used if a.row == flow.flow.row])]
    unknown = tuple(f.flow.row for f in account.flows if f.balance is None)
    if account.net is not None:
        rest = account.net - sum((p.amount for p in pieces), ZERO)
        if rest:
            pieces.append(Piece(_OPEN, rest, "unknown_flow" if unknown else "discrepancy"))
    beyond = _lines(tuple(_beyond(account)), (_HUMAN, _OPEN))
    made = Attribution(account, _lines(pieces, PARTS), account.net, unknown, beyond)
    findings += [f for part in account.flows for event in _events(part) for f in _event_findings(account, event)]
    findings += _open_findings(made)
    return made, tuple(findings)


# ---- pieces


def _of_flow(account: Account, part: FlowPart, assigned: Sequence[Assigned]) -> Iterator[Piece]:
    """The pieces of one row: its events, the amounts attributed of the rest, and what remains of that."""
    row, sign, cause = part.flow.row, part.flow.sign, part.flow.cause
    for event in part.effective:
        where, why = _of_event(account, event, cause)
        yield Piece(where, sign * event.amount, why, row, event.id, event.evidence)
    for one in assigned:
        yield Piece(_part(one.part) or _OPEN, sign * one.amount, "auditor", row, evidence=one.evidence)
    if part.undated is None:
        return  # it is in the rest of the account
    rest = part.undated - sum((a.amount for a in assigned), ZERO)
    if rest:
        settled = _OF_CAUSE.get(cause)
        yield Piece(settled or _OPEN, sign * rest, "cause" if settled else "candidate", row)


def _of_event(account: Account, event: Dated, cause: str) -> tuple[Part, Why]:
    """Where a dated event goes. Responsibility follows the day of decision, so none of another term is `local_human` here."""
    said = _part(event.attribution)
    mine = account.term.holds(event.decision)
    if said is not None and (mine or said != _HUMAN):
        return said, "auditor"
    if cause in _OF_CAUSE:
        return _OF_CAUSE[cause], "cause"
    if mine:
        return _OPEN, "candidate"
    return ("historical", "decided_before") if event.decision < account.term.start else ("method", "decided_after")


def _beyond(account: Account) -> Iterator[Piece]:
    """Events decided in the term that stand in the balance of another, each in the part where it would go here."""
    for part in account.flows:
        for event in part.decided:
            if not account.window.holds(event.effect):
                where, why = _of_event(account, event, part.flow.cause)
                yield Piece(where, part.flow.sign * event.amount, why, part.flow.row, event.id, event.evidence)


def _lines(pieces: Sequence[Piece], parts: Iterable[Part]) -> tuple[Line, ...]:
    return tuple(Line(part, tuple(p for p in pieces if p.part == part)) for part in parts)


def _part(word: str) -> Part | None:
    return next((part for part in PARTS if part == word), None)


# ---- findings


def _usable(account: Account, assigned: Sequence[Assigned]) -> tuple[list[Assigned], list[Finding]]:
    """The amounts attributed that can stand, and a finding for each that cannot."""
    used: list[Assigned] = []
    told: list[Finding] = []
    flows = {f.flow.row: f for f in account.flows}
    for one in assigned:
        place = _place(account, one.row)
        faults = []
        if one.row not in flows:
            faults.append(finding("ATTRIBUTION-ROW", place, found=one.row, expected=", ".join(flows)))
        if one.amount <= 0:
            faults.append(finding("ATTRIBUTION-AMOUNT", place, found=plain(one.amount), holes={"row": one.row}))
        if _part(one.part) is None:
            faults.append(_unknown_word(place, one.part, one.row))
        used += [] if faults else [one]
        told += faults
        if not faults and not one.evidence:
            told.append(finding("ATTRIBUTION-NO-EVIDENCE", place, found=one.part, holes={"subject": one.row}))
    for row in dict.fromkeys(a.row for a in used):
        undated = flows[row].undated
        amount = sum((a.amount for a in used if a.row == row), ZERO)
        if undated is not None and amount > undated:
            told.append(
                finding(
                    "ATTRIBUTION-EXCEEDS",
                    _place(account, row),
                    found=plain(amount),
                    expected=plain(undated),
                    difference=plain(amount - undated),
                    holes={"row": row},
                )
            )
            used = [a for a in used if a.row != row]
    return used, told


def _events(part: FlowPart) -> tuple[Dated, ...]:
    """The events that concern the term, by effect or by decision, each once."""
    return tuple(dict.fromkeys((*part.effective, *part.decided)))


def _event_findings(account: Account, event: Dated) -> Iterator[Finding]:
    if not event.attribution:
        return
    place = _place(account, event.id)
    term = account.term
    if _part(event.attribution) is None:
        yield _unknown_word(place, event.attribution, event.id)
        return
    if event.attribution == _HUMAN and not term.holds(event.decision):
        holes = {"subject": event.id}
        yield finding("ATTRIBUTION-OTHER-TERM", place, found=event.decision, expected=f"{term.start} … {term.end}", holes=holes)
    if not event.evidence:
        yield finding("ATTRIBUTION-NO-EVIDENCE", place, found=event.attribution, holes={"subject": event.id})


def _open_findings(made: Attribution) -> Iterator[Finding]:
    account = made.account
    holes = {"item": account.item, "term": account.term.id}
    loss = made.line(_OPEN).loss
    if loss:
        yield finding("ATTRIBUTION-UNSETTLED", _place(account), found=plain(loss), holes=holes)
    if made.unknown:
        yield finding("ATTRIBUTION-UNKNOWN-FLOW", _place(account), found=", ".join(made.unknown), holes=holes)


def _unknown_word(place: Place, word: str, subject: str) -> Finding:
    return finding("ATTRIBUTION-WORD", place, found=word, expected=", ".join(PARTS), holes={"subject": subject})


def _place(account: Account, what: str = "") -> Place:
    return Place(key="/".join(filter(None, (account.item, account.term.id, what))))
