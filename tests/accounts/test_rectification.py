"""Rectification: steps follow the table or the history is refused whole, closing takes two persons, overdue is worked out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gep.accounts.rectification import (
    FOUND,
    NEXT,
    OVERDUE,
    STATES,
    Standing,
    allowed,
    carried,
    check,
    check_first,
    incumbents,
    person,
    standings,
)
from gep.base.findings import Finding, Refused, stops
from gep.base.records import Names
from gep.workflow.audit import records

FOUND_ON, DUE = date(2020, 3, 1), date(2020, 6, 30)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Problem:
    """A problem with the fields that the ledger reads."""

    id: str = "P1"
    first: str = "head-2020"
    due: date | None = DUE
    amount: Decimal | None = None
    found_on: date | None = FOUND_ON


@dataclass(frozen=True)
class Step:
    problem: str
    state: str
    by: str
    on: date
    done: Decimal | None = None
    evidence: str = ""


@dataclass(frozen=True)
class Head:
    id: str
    start: date
    end: date
    name: str = ""


PROBLEM = Problem()


def steps(*told: str, problem: str = "P1") -> list[Step]:
    """`SUBMITTED a 03-20 7 doc`: state, who, day of 2020, what is done (- unknown) and evidence (left out: none)."""
    found = []
    for line in told:
        state, by, day, *rest = line.split()
        done = Decimal(rest[0]) if rest and rest[0] != "-" else None
        found.append(Step(problem, state, by, date.fromisoformat(f"2020-{day}"), done, rest[1] if len(rest) > 1 else ""))
    return found


CLOSED = steps("IN_PROGRESS a 03-10 4", "SUBMITTED a 04-10 10 photo.pdf", "VERIFIED b 05-10", "CLOSED b 05-20")


def told(taken: Iterable[Step], problem: Problem = PROBLEM) -> list[str]:
    return [f.code for f in check([problem], list(taken))]


def on(day: date, taken: Sequence[Step] = CLOSED, problem: Problem = PROBLEM) -> Standing:
    (found,) = standings([problem], taken, day)
    return found


def refused(work: Callable[[], object]) -> tuple[Finding, ...]:
    with pytest.raises(Refused) as caught:
        work()
    return caught.value.findings


# --- a course that is as it should be ---


def test_an_item_goes_from_open_to_closed() -> None:
    problem = Problem(amount=Decimal(10))
    days = {
        date(2020, 3, 1): ("OPEN", None, None),
        date(2020, 3, 10): ("IN_PROGRESS", 4, 6),
        date(2020, 4, 10): ("SUBMITTED", 10, 0),
        date(2020, 5, 19): ("VERIFIED", 10, 0),
        date(2020, 5, 20): ("CLOSED", 10, 0),
    }
    assert {day: (s.state, s.done, s.remaining) for day in days for s in [on(day, CLOSED, problem)]} == days
    last = on(date(2020, 12, 31), CLOSED, problem)
    assert (last.submitted_by, last.verified_by, last.verified_on) == ("a", "b", date(2020, 5, 10))
    assert (last.closed_on, last.evidence, last.is_open) == (date(2020, 5, 20), ("photo.pdf",), False)
    assert check([problem], CLOSED) == ()


def test_the_first_step_may_open_and_progress_may_be_told_often() -> None:
    assert told(steps("OPEN a 03-01", "IN_PROGRESS a 03-02 1", "IN_PROGRESS a 03-03 2", "IN_PROGRESS a 03-04")) == []


def test_an_item_is_reopened_and_closed_in_a_second_round() -> None:
    # after it was reopened nothing says what is done until it is told again, and the evidence of the first round closes nothing
    again = [*CLOSED, *steps("REOPENED c 07-01", "IN_PROGRESS a 07-02")]
    problem = Problem(amount=Decimal(10))
    reopened = on(date(2020, 7, 2), again, problem)
    assert (reopened.state, reopened.closed_on, reopened.reopened) == ("IN_PROGRESS", None, 1)
    assert (reopened.done, reopened.remaining, reopened.verified_by, reopened.verified_on) == (None, None, "", None)
    assert (reopened.overdue, reopened.days_over) == (True, 2)
    bare = [*again, *steps("SUBMITTED a 07-03 8", "VERIFIED b 07-04", "CLOSED b 07-05 10")]
    assert told(bare, problem) == ["RECTIFICATION-NO-EVIDENCE"]
    shown = [*again, *steps("SUBMITTED a 07-03 8", "VERIFIED b 07-04 10 map.pdf", "CLOSED b 07-05")]
    closed = on(date(2020, 7, 5), shown, problem)
    assert (closed.state, closed.remaining, closed.evidence) == ("CLOSED", 0, ("photo.pdf", "map.pdf"))
    assert (closed.overdue, closed.days_over) == (False, 5)


def test_the_records_of_an_audit_are_items_steps_and_holders() -> None:
    problem = records.Problem(
        "P1", "R1", "农用地", "W1", "局", "甲", "head-2020", "phased", DUE, amount=Decimal(10), found_on=FOUND_ON
    )
    taken = [records.Step(s.problem, s.state, s.by, s.on, s.done, s.evidence) for s in CLOSED]
    assert check([problem], taken) == ()
    assert standings([problem], taken, date(2020, 6, 1))[0].remaining == 0
    head = records.Subject("head-2020", Names("县长", "Head"), "government", date(2020, 1, 1), date(2021, 1, 1))
    assert check_first([problem], [head], date(2020, 6, 1)) == ()


# --- steps that may not be taken ---


def test_a_step_out_of_order_names_itself_the_person_and_what_may_follow() -> None:
    (fault,) = check([PROBLEM], steps("IN_PROGRESS a 03-10", "VERIFIED b 03-11"))
    assert (fault.code, fault.found, fault.expected) == ("RECTIFICATION-ORDER", "VERIFIED", "IN_PROGRESS, SUBMITTED")
    assert fault.place.key == "rectification/P1/2"
    for lang in ("zh", "en"):
        assert all(word in fault.text(lang) for word in ("P1", "VERIFIED", "b", "2020-03-11", "IN_PROGRESS, SUBMITTED"))


def test_faults_of_all_items_are_told_at_once_and_each_once() -> None:
    other = Problem("P2")
    taken = [
        *steps("CLOSED a 02-01", "REOPENED a 02-02"),
        *steps("IN_PROGRESS a 03-10", "LOST a 03-11", "OVERDUE a 03-12", "SUBMITTED a 03-13", problem="P2"),
        *steps("OPEN a 03-01", problem="P9"),
    ]
    faults = check([PROBLEM, other, other], taken)
    assert [(f.code, f.place.key.removeprefix("rectification/")) for f in faults] == [
        ("RECTIFICATION-ORDER", "P1/1"),
        ("RECTIFICATION-DAY", "P1/1"),
        ("RECTIFICATION-NO-EVIDENCE", "P1/1"),
        ("RECTIFICATION-DAY", "P1/2"),
        ("RECTIFICATION-STATE", "P2/2"),
        ("RECTIFICATION-OVERDUE-TYPED", "P2/3"),
        ("RECTIFICATION-TWICE", "P2"),
        ("RECTIFICATION-NO-ITEM", "P9/7"),
    ]
    raised = refused(lambda: standings([PROBLEM, other, other], taken, date(2020, 12, 31)))
    assert raised == faults


def test_overdue_is_never_typed() -> None:
    assert OVERDUE not in STATES
    assert told(steps("IN_PROGRESS a 03-10", "OVERDUE a 07-01")) == ["RECTIFICATION-OVERDUE-TYPED"]


def test_nobody_verifies_or_closes_what_they_submitted() -> None:
    same = steps("IN_PROGRESS a 03-10", "SUBMITTED a 04-10 - x.pdf", "VERIFIED a 05-10", "CLOSED a 05-20")
    assert told(same) == ["RECTIFICATION-SAME-PERSON"] * 2
    by_two = steps("IN_PROGRESS a 03-10", "SUBMITTED a 04-10 - x.pdf", "VERIFIED b 05-10", "CLOSED a 05-20")
    assert [(f.code, f.place.key) for f in check([PROBLEM], by_two)] == [("RECTIFICATION-SAME-PERSON", "rectification/P1/4")]


def test_who_submitted_in_an_earlier_round_does_not_verify_in_a_later() -> None:
    swapped = steps(
        "IN_PROGRESS a 03-10",
        "SUBMITTED a 04-10 - x.pdf",
        "REOPENED b 04-11",
        "IN_PROGRESS b 04-12",
        "SUBMITTED b 04-13 - y.pdf",
        "VERIFIED a 04-14",
    )
    assert told(swapped) == ["RECTIFICATION-SAME-PERSON"]


@pytest.mark.parametrize("other", ["Zhang San", "zhang san", " ZHANG  SAN", "Ｚｈａｎｇ San", "ZhangSan"])
def test_the_same_person_in_another_spelling_is_the_same(other: str) -> None:
    assert person(other) == person("zhang san")
    spelt = [replace(step, by=other if step.state == "VERIFIED" else "zhang san" if step.by == "a" else "c") for step in CLOSED]
    assert told(spelt) == ["RECTIFICATION-SAME-PERSON"]


def test_evidence_of_work_on_the_way_closes_nothing() -> None:
    bare = steps("IN_PROGRESS a 03-10 - x.pdf", "SUBMITTED a 04-10", "VERIFIED b 05-10", "CLOSED b 05-20")
    assert told(bare) == ["RECTIFICATION-NO-EVIDENCE"]
    for i in (1, 2, 3):
        assert told([replace(step, evidence="y.pdf") if k == i else step for k, step in enumerate(bare)]) == []


def test_steps_are_told_in_order_and_by_somebody() -> None:
    assert told(steps("IN_PROGRESS a 03-10", "SUBMITTED a 03-09")) == ["RECTIFICATION-DAY"]
    assert told(steps("IN_PROGRESS a 02-28")) == ["RECTIFICATION-DAY"]
    assert told(steps("IN_PROGRESS a 03-10", "SUBMITTED a 03-10")) == []
    assert told([replace(CLOSED[0], by=" ")]) == ["RECTIFICATION-NOBODY"]


# --- amounts ---


def test_what_remains_is_unknown_if_one_of_the_two_is() -> None:
    taken = steps("IN_PROGRESS a 03-10 4")
    assert on(date(2020, 4, 1), taken, Problem(amount=Decimal("10.5"))).remaining == Decimal("6.5")
    assert on(date(2020, 4, 1), taken).remaining is None
    assert on(date(2020, 4, 1), steps("IN_PROGRESS a 03-10"), Problem(amount=Decimal(10))).remaining is None


def test_what_remains_is_exact() -> None:
    # 30 digits, more than the context of decimals has
    amount, done = Decimal("123456789012345678901234567890.1"), Decimal("0.05")
    taken = [replace(CLOSED[0], done=done)]
    assert on(date(2020, 4, 1), taken, Problem(amount=amount)).remaining == Decimal("123456789012345678901234567890.05")


def test_what_is_done_is_the_sum_so_far() -> None:
    ten = Problem(amount=Decimal(10))
    (less,) = check([ten], steps("IN_PROGRESS a 03-10 4", "IN_PROGRESS a 03-11 3"))
    assert (less.code, less.expected, less.difference) == ("RECTIFICATION-DONE-LESS", ">= 4", "-1")
    (more,) = check([ten], steps("IN_PROGRESS a 03-10 11"))
    assert (more.code, more.difference, more.severity) == ("RECTIFICATION-DONE-MORE", "1", "query")
    assert told(steps("IN_PROGRESS a 03-10 -1"), ten) == ["RECTIFICATION-DONE"]
    assert told(steps("IN_PROGRESS a 03-10 nan"), ten) == ["RECTIFICATION-DONE"]
    assert told(steps("IN_PROGRESS a 03-10 nan", "IN_PROGRESS a 03-11 3"), ten) == ["RECTIFICATION-DONE"]


def test_an_item_closed_with_a_remainder_is_queried_and_stays_closed() -> None:
    for amount, found in (("12", "2"), ("10", None)):
        queries = check([Problem(amount=Decimal(amount))], CLOSED)
        assert [(f.code, f.found) for f in queries] == ([("RECTIFICATION-REMAINS", found)] if found else [])
    unknown = [replace(step, done=None) for step in CLOSED]
    (query,) = check([Problem(amount=Decimal(12))], unknown)
    assert (query.code, query.found, query.severity) == ("RECTIFICATION-REMAINS", "…", "query")
    assert on(date(2020, 6, 1), unknown, Problem(amount=Decimal(12))).state == "CLOSED"


def test_an_amount_below_zero_is_a_fault() -> None:
    assert told([], Problem(amount=Decimal(-1))) == ["RECTIFICATION-AMOUNT"]
    assert told([], Problem(amount=Decimal("Infinity"))) == ["RECTIFICATION-AMOUNT"]


# --- deadlines ---


def test_an_item_is_overdue_from_the_day_after_its_due_day() -> None:
    # DUE is 30 June 2020
    assert [(s.overdue, s.days_over) for s in (on(DUE, []), on(DUE + DAY, []), on(date(2020, 7, 31), []))] == [
        (False, 0),
        (True, 1),
        (True, 31),
    ]


def test_an_item_submitted_or_verified_in_time_is_overdue_all_the_same() -> None:
    assert on(DUE + DAY, CLOSED[:2]).overdue is True
    assert on(DUE + DAY, CLOSED[:3]).overdue is True
    assert on(DUE + DAY, CLOSED).overdue is False


def test_an_item_closed_too_late_keeps_the_days_by_which_it_was() -> None:
    # due on 30 June, closed on 5 July
    late = [*CLOSED[:3], replace(CLOSED[3], on=date(2020, 7, 5))]
    assert [(s.overdue, s.days_over) for s in (on(date(2020, 7, 4), late), on(date(2020, 12, 31), late))] == [
        (True, 4),
        (False, 5),
    ]


def test_there_is_no_default_deadline() -> None:
    timeless = Problem(due=None)
    assert told([], timeless) == ["RECTIFICATION-NO-DUE"]
    assert on(date(2030, 1, 1), [], timeless).overdue is None
    assert on(date(2030, 1, 1), CLOSED, timeless).overdue is False
    assert told([], Problem(due=FOUND_ON - DAY)) == ["RECTIFICATION-DUE-BEFORE"]


# --- who answers first, and the handover ---

OLD = Head("head-2016", date(2016, 1, 1), date(2020, 7, 1), "示例甲")
NEW = Head("head-2020", date(2020, 9, 1), date(2024, 1, 1))


def test_the_incumbent_head_answers_first_and_not_who_left() -> None:
    assert [incumbents([OLD, NEW], day) for day in (date(2020, 6, 30), date(2020, 7, 1), date(2020, 9, 1))] == [
        ("示例甲",),
        (),
        ("head-2020",),
    ]
    left, named = Problem("P2", first="示例 甲"), Problem("P3", first="head-2016")
    day = date(2020, 10, 1)
    faults = check_first([PROBLEM, left, named], [OLD, NEW], day)
    assert [(f.code, f.found, f.expected) for f in faults] == [
        ("RECTIFICATION-FIRST", "示例 甲", "head-2020"),
        ("RECTIFICATION-FIRST", "head-2016", "head-2020"),
    ]
    assert check_first([left, named], [OLD, NEW], date(2020, 6, 30)) == ()
    assert [f.expected for f in check_first([left], [OLD, NEW], date(2020, 8, 1))] == ["—"]
    assert told([], Problem(first=" ")) == ["RECTIFICATION-NO-FIRST"]


def test_a_head_without_a_name_is_nobody_elses_name() -> None:
    assert [f.found for f in check_first([Problem(first="x")], [NEW], date(2020, 10, 1))] == ["x"]
    assert [check_first([Problem(first=first)], [OLD], date(2020, 6, 1)) for first in ("", " ")] == [(), ()]


def test_open_items_go_into_the_next_handover() -> None:
    # on 1 July 2020: P1 closed on 20 May, P2 closed on that very day and so still open, P3 found the day before, P4 found later
    second = [replace(s, problem="P2", on=date(2020, 7, 1) if s.state == "CLOSED" else s.on) for s in CLOSED]
    handover = date(2020, 7, 1)
    third, fourth = Problem("P3", found_on=date(2020, 6, 30), due=None), Problem("P4", found_on=handover, due=None)
    found = carried([PROBLEM, Problem("P2"), third, fourth], [*CLOSED, *second], handover)
    assert [(s.problem, s.state, s.day) for s in found] == [
        ("P2", "VERIFIED", date(2020, 6, 30)),
        ("P3", "OPEN", date(2020, 6, 30)),
    ]


def test_an_item_without_a_day_counts_from_its_first_step() -> None:
    undated = Problem(found_on=None)
    assert standings([undated], CLOSED, date(2020, 3, 9)) == ()
    assert on(date(2020, 3, 10), CLOSED, undated).state == "IN_PROGRESS"
    assert on(date(2019, 1, 1), [], undated).state == "OPEN"


# --- properties ---

PEOPLE = ("a", "b", "c")
MOVES = st.lists(st.tuples(st.sampled_from((*STATES, OVERDUE)), st.sampled_from(PEOPLE), st.integers(0, 40)), max_size=9)
NEAR = st.lists(st.tuples(st.integers(0, 2), st.sampled_from(PEOPLE), st.integers(0, 40)), max_size=12)


def of_moves(moves: Iterable[tuple[str, str, int]]) -> list[Step]:
    """Steps in order of days, each with evidence."""
    day, found = FOUND_ON, []
    for state, by, wait in moves:
        day += timedelta(days=wait)
        found.append(Step("P1", state, by, day, None, "x.pdf"))
    return found


def along_the_table(choices: Iterable[tuple[int, str, int]]) -> list[Step]:
    """Steps that follow the table, the one of those allowed that the number picks; persons as they come."""
    state, found = FOUND, []
    for pick, by, wait in choices:
        state = NEXT[state][pick % len(NEXT[state])]
        found.append((state, by, wait))
    return of_moves(found)


def follows(taken: Sequence[Step]) -> bool:
    """The table and the rule of two persons, told once more and in another way: by pairs of neighbours and by sets."""
    pairs = {
        *[(FOUND, "OPEN"), (FOUND, "IN_PROGRESS"), ("OPEN", "IN_PROGRESS"), ("IN_PROGRESS", "IN_PROGRESS")],
        *[("IN_PROGRESS", "SUBMITTED"), ("SUBMITTED", "VERIFIED"), ("VERIFIED", "CLOSED"), ("REOPENED", "IN_PROGRESS")],
        *[(state, "REOPENED") for state in ("SUBMITTED", "VERIFIED", "CLOSED")],
    }
    states = [FOUND, *(step.state for step in taken)]
    in_table = all(pair in pairs for pair in pairwise(states))
    alone = any(
        step.state in ("VERIFIED", "CLOSED") and step.by in {s.by for s in taken[:i] if s.state == "SUBMITTED"}
        for i, step in enumerate(taken)
    )
    return in_table and not alone


@given(MOVES.map(of_moves) | NEAR.map(along_the_table))
def test_any_sequence_follows_the_table_or_is_refused_whole(taken: list[Step]) -> None:
    day = date(2022, 1, 1)
    if follows(taken):
        assert on(day, taken).state == (taken[-1].state if taken else "OPEN")
    else:
        assert all(f.severity == "stop" for f in refused(lambda: standings([PROBLEM], taken, day)))


@given(NEAR.map(along_the_table))
def test_closing_needs_two_persons(taken: list[Step]) -> None:
    assume(not stops(check([PROBLEM], taken)))
    for i, step in enumerate(taken):
        if step.state == "CLOSED":
            assert step.by not in {s.by for s in taken[:i] if s.state == "SUBMITTED"}
            assert len({s.by for s in taken[: i + 1] if s.state in ("SUBMITTED", "VERIFIED", "CLOSED")}) >= 2


@given(NEAR.map(along_the_table))
def test_what_one_person_did_alone_never_closes(taken: list[Step]) -> None:
    alone = [replace(step, by="a") for step in taken]
    assert any(s.state == "CLOSED" for s in alone) <= stops(check([PROBLEM], alone))


@given(NEAR.map(along_the_table), st.dates(FOUND_ON, date(2021, 12, 31)))
def test_overdue_only_comes_on_until_the_item_is_closed(taken: list[Step], due: date) -> None:
    problem = Problem(due=due)
    assume(not stops(check([problem], taken)))
    before = None
    for i in range(0, 700, 7):
        now = on(FOUND_ON + timedelta(days=i), taken, problem)
        if before is not None and before.is_open and now.is_open:
            assert now.overdue >= before.overdue
            assert now.days_over >= before.days_over
        assert now.overdue == (now.is_open and now.day > due)
        before = now


@given(NEAR.map(along_the_table), st.integers(0, 400))
def test_what_comes_later_changes_nothing_of_a_day(taken: list[Step], days: int) -> None:
    assume(not stops(check([PROBLEM], taken)))
    day = FOUND_ON + timedelta(days=days)
    assert on(day, taken) == on(day, [step for step in taken if step.on <= day])


def test_the_table_names_every_state_and_no_other() -> None:
    assert set(NEXT) == {FOUND, *STATES}
    assert {to for after in NEXT.values() for to in after} == set(STATES)
    assert not allowed("OPEN", "CLOSED")
    assert not allowed("LOST", "OPEN")
