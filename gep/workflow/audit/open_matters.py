"""How the matters that stay open stand on a day: begun by then, and not yet over. The day begins at 00:00, as a term does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, TypeVar

from gep.base.states import exact_sum
from gep.workflow.audit.records_open import Fund, Incident, Liability, Litigation, Project, Target

Matter: TypeAlias = Target | Liability | Project | Fund | Litigation | Incident
Status: TypeAlias = Literal["later", "open", "over"]
M = TypeVar("M", Target, Liability, Project, Fund, Litigation, Incident)


def since(matter: Matter) -> date:
    """The first day of a matter."""
    match matter:
        case Target():
            return matter.set_on
        case Liability():
            return matter.arose_on
        case Litigation():
            return matter.filed_on
        case Incident():
            return matter.day
        case Project() | Fund():
            return matter.start


def until(matter: Matter) -> date | None:
    """The day on which a matter was over; of a target, the day it is due. None while it goes on, and of a fund."""
    match matter:
        case Target():
            return matter.due
        case Liability():
            return matter.settled_on
        case Litigation() | Incident():
            return matter.closed_on
        case Project():
            return matter.ended_on
        case Fund():
            return None


def status(matter: Matter, day: date) -> Status:
    """Whether a matter had begun before `day` and was not over by then; a fund is over when nothing of it is outstanding."""
    if since(matter) >= day:
        return "later"
    if isinstance(matter, Fund):
        return "over" if uncollected(matter) == balance(matter) == 0 else "open"
    end = until(matter)
    return "open" if end is None or end >= day else "over"


def open_on(matters: Iterable[M], day: date) -> tuple[M, ...]:
    """The matters that go into a handover on `day`."""
    return tuple(m for m in matters if status(m, day) == "open")


def less(whole: Decimal | None, part: Decimal | None) -> Decimal | None:
    """What is left of an amount; unknown where one of both is."""
    return None if whole is None or part is None else exact_sum((whole, part.copy_negate()))


def uncollected(fund: Fund) -> Decimal | None:
    """What was due and has not been collected."""
    return less(fund.receivable, fund.collected)


def balance(fund: Fund) -> Decimal | None:
    """What was collected and has not been spent."""
    return less(fund.collected, fund.spent)


def remaining(matter: Matter) -> Decimal | None:
    """What is still to be done: of a target, a liability, an incident; the money of a project or a fund that is not there yet."""
    match matter:
        case Target():
            return less(matter.amount, matter.reached)
        case Liability():
            return less(matter.amount, matter.done)
        case Incident():
            return less(matter.damage, matter.treated)
        case Project():
            return less(matter.planned, matter.received)
        case Fund():
            return uncollected(matter)
        case Litigation():
            return None


def late(project: Project, day: date) -> bool | None:
    """Whether a project was past its day of completion and not over on `day`; None where no such day was set."""
    if project.due is None:
        return None
    return status(project, day) == "open" and project.due < day
