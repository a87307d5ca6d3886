"""What is still to be done in an engagement before its papers can be final: by kind, with the numbers of the records.

Nothing here is judged: a record that lacks what another person has to add is listed until it has it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from gep.accounts.rectification import standings
from gep.workflow.audit.forms.case import Case, Results
from gep.workflow.audit.forms.signatures import COUNTS, signed

Kind: TypeAlias = Literal[
    "not_assessed",
    "suspicions",
    "not_judged",
    "unsigned",
    "unreviewed",
    "unclassified",
    "unanswered",
    "open_problems",
    "handover",
    "unsealed",
]


@dataclass(frozen=True, slots=True)
class Remaining:
    """One kind of work that is left, and what it is left of (numbers of records, items, rules), in their order."""

    kind: Kind
    of: tuple[str, ...]


def remaining(results: Results) -> tuple[Remaining, ...]:
    """What is left, in the order in which it is best done; kinds with nothing left are not listed."""
    found = (Remaining(kind, tuple(dict.fromkeys(of))) for kind, of in _kinds(results))
    return tuple(one for one in found if one.of)


def _kinds(results: Results) -> Iterator[tuple[Kind, list[str]]]:
    held = results.collected
    scored = [t.scored for t in results.terms if t.scored is not None]
    judged = [t.judged for t in results.terms if t.judged is not None]
    yield "not_assessed", [x.item for s in scored for x in s.excluded]
    yield "suspicions", [f"{s.rule} {s.region} {s.place}" for j in judged for s in j.suspicions]
    yield "not_judged", [u.rule for j in judged for u in j.unassessed]
    yield "unsigned", [f.id for f in held.forms if not f.opinion and not f.refused]
    yield "unreviewed", [p.id for p in held.papers if p.reviewed_on is None]
    yield "unclassified", [p.id for p in held.problems if not p.responsibility and not p.carried_from]
    yield "unanswered", [c.id for c in held.comments if c.accepted is None]
    yield "open_problems", [s.problem for s in standings(held.problems, held.steps, results.day) if s.is_open]
    unsigned = [(t, s) for t in results.terms for s in signed(Case(results, t)) if s.status not in COUNTS]
    yield "handover", [f"{t.subject.id} {s.role}" for t, s in unsigned]
    yield "unsealed", [] if results.sealed else [results.tenure.id]
