"""approve: a second person agrees to the explanation of a finding."""

from __future__ import annotations

from collections.abc import Sequence

from gep.base.findings import Finding, Place, Refused, finding
from gep.book import Book, whoami
from gep.ledger import acts
from gep.ledger.acts import Answer
from gep.ledger.journal import Entry
from gep.workflow.release import publish_store


def approve(book: Book, answers: Sequence[int] = (), *, everything: bool = False, why: str = "", who: str = "") -> list[Entry]:
    """Approve answers by their journal numbers, or all that wait for it. None is approved by who gave it.

    Raises Refused with every number that is no answer waiting, and every answer of the same person; nothing is approved then.
    """
    with book.lock(who):
        waiting = {a.seq: a for a in acts.latest_answers(book.entries()).values() if a.approved_seq is None}
        wanted = list(waiting) if everything else list(dict.fromkeys(answers))
        known = ", ".join(f"{a.seq} ({a.who})" for a in waiting.values()) or "-"
        refused = [finding("APPROVE-UNKNOWN", Place(key=str(n)), found=n, expected=known) for n in wanted if n not in waiting]
        refused += [_own(waiting[n], who) for n in wanted if n in waiting and _same(waiting[n], who)]
        if not wanted:
            refused.append(finding("APPROVE-UNKNOWN", Place(key="-"), found="-", expected=known))
        if refused:
            raise Refused(refused)
        done = [book.record("approve", {"answer": n}, who=who, why=why) for n in wanted]
        publish_store(book)
    return done


def _same(answer: Answer, who: str) -> bool:
    return acts.person(answer.who) == acts.person(whoami(who))


def _own(answer: Answer, who: str) -> Finding:
    place = Place("journal.jsonl", answer.seq, key="/".join(p or "-" for p in answer.key))
    return finding("STATE-SAME-PERSON", place, found=whoami(who), expected="answer", act="approve")
