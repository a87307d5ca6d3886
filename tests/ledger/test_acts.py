"""The journal read as what the book is: states, closed years, answers and approvals."""

from __future__ import annotations

from typing import Any

import pytest

from gep.ledger import acts
from gep.ledger.journal import Entry


def journal(*lines: tuple[str, str, dict[str, Any]]) -> tuple[Entry, ...]:
    """Entries (act, who, data), numbered from 1, each a day after the one before."""
    return tuple(
        Entry(n, act, who, f"2026-01-{n:02}T00:00:00.000000Z", "", data, Entry.__dataclass_fields__["hash"].default)
        for n, (act, who, data) in enumerate(lines, 1)
    )


RUN = ("run", "甲", {"years": ["2019", "2020"], "state": "preliminary"})


def step(act: str, year: int, vintage: int, who: str = "乙") -> tuple[str, str, dict[str, Any]]:
    return act, who, {"year": year, "vintage": vintage}


def test_each_act_sets_the_state_of_one_year_of_one_vintage() -> None:
    entries = journal(RUN, step("review", 2019, 1), step("finalise", 2019, 1), step("close", 2019, 1, "丙"))
    now = acts.states(entries)
    assert {k: (s.state, s.rank, s.who) for k, s in now.items()} == {
        (1, 2019): ("closed", 4, "丙"),
        (1, 2020): ("preliminary", 1, "甲"),
    }
    assert [s.state for s in acts.steps(entries) if s.year == 2019] == ["preliminary", "reviewed", "final", "closed"]
    assert {y: s.vintage for y, s in acts.closed(entries).items()} == {2019: 1}


def test_a_year_is_closed_until_it_is_opened_again_and_closed_anew() -> None:
    lines = [RUN, step("review", 2019, 1), step("finalise", 2019, 1), step("close", 2019, 1), step("reopen", 2019, 1), RUN]
    assert acts.closed(journal(*lines)) == {}
    # the old vintage stays closed: it is a record
    assert acts.states(journal(*lines))[1, 2019].state == "closed"
    lines += [step("review", 2019, 6), step("finalise", 2019, 6), step("close", 2019, 6)]
    assert {y: (s.vintage, s.seq) for y, s in acts.closed(journal(*lines)).items()} == {2019: (6, 9)}


def answer(found: str = "") -> tuple[str, str, dict[str, Any]]:
    return (
        "answer",
        "甲",
        {"rule": "r", "region": "1", "period": "2020", "key": "", "found": found, "answer": "旱年", "document": ""},
    )


def test_the_newest_answer_counts_and_an_approval_is_of_one_answer() -> None:
    entries = journal(answer("5"), ("approve", "乙", {"answer": 1}), answer("6"))
    first, second = acts.answers(entries)
    assert (first.approved_seq, first.approved_by) == (2, "乙")
    assert second.approved_seq is None
    held = acts.latest_answers(entries)["r", "1", "2020", ""]
    assert held is not None
    assert held.seq == 3
    assert held.holds_for("6")
    assert not held.holds_for("7"), "the figure changed after it was explained"
    assert acts.answers(journal(answer()))[0].holds_for("anything"), "given beforehand, for whatever is found"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("张 三", "张三", True), ("Ｌｉ Lei", "li lei", True), ("张三", "张四", False), ("ZHANG", "zhang", True)],
)
def test_a_person_is_the_same_however_the_name_is_typed(one: str, other: str, same: bool) -> None:
    assert (acts.person(one) == acts.person(other)) is same


def test_a_finding_is_known_by_rule_region_period_and_key() -> None:
    assert acts.finding_key("measure/513300/2010/-", "r") == ("r", "513300", "2010", "")
    assert acts.finding_key("measure/513300/2010/ecosystem:forest", "r") == ("r", "513300", "2010", "ecosystem:forest")
    assert acts.finding_key("measure", "r") == ("r", "", "", "")
