"""Who answers first for a rectification: the head in office of the audited leader's unit, not the leader who left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from gep.accounts.rectification import check_first
from gep.base.findings import Finding, Place, finding
from gep.ledger.acts import person
from gep.workflow.audit.records import Problem, Subject, Tenure
from gep.workflow.audit.tenure_file import term_of


def first_findings(problems: Iterable[Problem], tenure: Tenure, *, file: str) -> Iterator[Finding]:
    """Problems whose first responsible person does not hold the post on the day the problem was given to somebody.

    That day is the one it was found on, or that on which this audit was started, for a problem carried over from another. A
    person whom the tenure does not list cannot be looked up where it lists no holder of that day either; that is told.
    """
    for problem in problems:
        day = handed_on(problem, tenure)
        if not problem.first.strip() or day is None:
            continue
        holders = heads_of(problem, tenure)
        listed = {person(word) for s in tenure.subjects for word in (s.id, s.name) if word}
        if person(problem.first) in listed or any(h.start <= day < h.end for h in holders):
            yield from check_first([problem], holders, day, file=file)
        else:
            place = Place(file, column="first", key=f"rectification/{problem.id}")
            yield finding("RECTIFICATION-FIRST-UNKNOWN", place, found=problem.first, holes={"day": day})


def handed_on(problem: Problem, tenure: Tenure) -> date | None:
    """The day from which somebody answers for a problem; None where no day is known."""
    known = [d for d in (problem.found_on, tenure.started) if d is not None]
    return max(known) if known else None


def heads_of(problem: Problem, tenure: Tenure) -> tuple[Subject, ...]:
    """All who held the post of the leader whom a problem names; where it names none, the posts that are audited."""
    named = [s for s in tenure.subjects if s.id == problem.subject] or [s for s in tenure.subjects if s.id in tenure.audited]
    posts = {term_of(s).post for s in named}
    return tuple(s for s in tenure.subjects if term_of(s).post in posts)
