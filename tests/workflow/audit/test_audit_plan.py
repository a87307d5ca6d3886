"""Which acts enter a record: only what is new; whatever versions a record goes through, all of them stay and the last one stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.ledger.journal import FIRST, Entry
from gep.workflow.audit.acts import Act, State, advance, collected, refusals, reviewed
from gep.workflow.audit.plan import acts_of
from gep.workflow.audit.record_files import Records
from gep.workflow.audit.records import Comment, EvidenceForm, Member, Paper, Problem, Step, Subject, Tenure

DAY = date(2023, 5, 1)
NAMES = Names("示例", "example")
TENURE = Tenure("t", NAMES, "1", (Subject("h", NAMES, "party", DAY, date(2024, 1, 1)),), ("h",), (Member("甲", "lead"), Member("乙", "auditor"), Member("丙", "reviewer")))  # fmt: skip
TEXTS = st.sampled_from(["a", "b", "c"])
DAYS = st.sampled_from([date(2023, 6, n) for n in (1, 2, 3)])
PAPERS = st.builds(
    Paper, id=st.sampled_from(["P1", "P2"]), matter=TEXTS, procedure=TEXTS, facts=TEXTS, standard=TEXTS, conclusion=TEXTS,
    evidence=st.just(()), preparer=st.just("乙"), made_on=st.just(DAY), reviewer=st.sampled_from(["", "丙"]), review=TEXTS,
    reviewed_on=DAYS,
)  # fmt: skip


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("records") / "all.toml"
    path.write_text("", encoding="utf-8")
    return path


def records(file: Path, *, papers: tuple[Paper, ...] = (), **more: tuple[object, ...]) -> Records:
    """Records that stand in one file."""
    name = "records/all.toml"
    made = Records(papers=papers, files={name: file}, **more)  # type: ignore[arg-type]
    kinds = {"evidence_form": made.forms, "paper": made.papers, "problem": made.problems, "comment": made.comments}
    source = {(kind, r.id): name for kind, group in kinds.items() for r in group} | {("step", str(n)): name for n, _ in enumerate(made.steps)}  # type: ignore[attr-defined]  # fmt: skip
    return replace(made, source=source)


def entered(state: State, given: Records) -> tuple[State, tuple[Act, ...]]:
    """The state after the acts of these records, each of which the lead may enter."""
    acts, _ = acts_of(state, TENURE, given)
    for act in acts:
        assert list(refusals(state, act.act, act.data, "甲")) == [], act
        state = advance(state, Entry(1, act.act, "甲", "", "", act.data, FIRST))
    return state, acts


def begun() -> State:
    team = [[m.who, m.role] for m in TENURE.team]
    return advance(State(), Entry(1, "open", "甲", "", "", {"team": team, "compilers": {}, "anchors": {}}, FIRST))


@given(versions=st.lists(PAPERS, min_size=1, max_size=6))
def test_the_last_version_of_a_paper_stands(file: Path, versions: list[Paper]) -> None:
    """However papers change: the last wording stands, a review stands only for the wording it is of, nothing is entered twice."""
    state = begun()
    before: dict[str, Paper] = {}
    for version in versions:
        # in a file the day of a review is empty where there is none
        paper = version if version.reviewer else replace(version, review="", reviewed_on=None)
        state, _ = entered(state, records(file, papers=(paper,)))
        again, acts = entered(state, records(file, papers=(paper,)))
        assert (again, acts) == (state, ())
        before[paper.id] = paper
        held = {p.id: p for p in collected(state).papers}
        bare = {n: replace(p, reviewer="", review="", reviewed_on=None) for n, p in held.items()}
        assert bare == {n: replace(p, reviewer="", review="", reviewed_on=None) for n, p in before.items()}
        if paper.reviewer and reviewed(state, paper.id):
            assert held[paper.id] == paper


def test_each_part_of_a_record_is_an_act_of_its_own(file: Path) -> None:
    form = EvidenceForm("E", "局", "m", "f", (), (), "乙", DAY, refused="不同意")
    paper = Paper("P", "m", "p", "f", "s", "c", ("E",), "乙", DAY, "丙", "同意", date(2023, 6, 1))
    problem = Problem("Q", "1", "i", "P", "局", "", "现任", "immediate", None, responsibility="direct", grounds="g", subject="h")
    comment = Comment("C", "draft", "局", DAY, "t", True, "r", "甲")
    step = Step("Q", "IN_PROGRESS", "局", DAY)
    whole = records(file, papers=(paper,), forms=(form,), problems=(problem,), comments=(comment,), steps=(step,))
    state, acts = entered(begun(), whole)
    assert [a.act for a in acts] == [
        "take", "evidence_form", "refuse_seal", "paper", "review", "problem", "responsibility", "comment", "reply", "step",
    ]  # fmt: skip
    c = collected(state)
    assert (c.forms, c.papers, c.problems, c.comments, c.steps) == ((form,), (paper,), (problem,), (comment,), (step,))
    later = replace(problem, grounds="other")
    state, acts = entered(
        state, records(file, papers=(paper,), forms=(form,), problems=(later,), comments=(comment,), steps=(step,))
    )
    assert [(a.act, a.data["id"]) for a in acts] == [("responsibility", "Q")]
    assert collected(state).problems == (later,)


def test_a_step_is_told_once_however_often_it_is_handed_in(file: Path) -> None:
    problem = Problem("Q", "1", "i", "", "局", "", "现任", "immediate", None, carried_from="before")
    one, two = Step("Q", "IN_PROGRESS", "局", DAY), Step("Q", "IN_PROGRESS", "局", date(2023, 6, 1))
    state, _ = entered(begun(), records(file, problems=(problem,), steps=(one,)))
    state, acts = entered(state, records(file, problems=(problem,), steps=(one, two)))
    assert [a.act for a in acts] == ["step"]
    assert collected(state).steps == (one, two)


def test_what_is_no_longer_in_the_files_is_told_and_stays(file: Path) -> None:
    paper = Paper("P", "m", "p", "f", "s", "c", (), "乙", DAY)
    state, _ = entered(begun(), records(file, papers=(paper,)))
    acts, told = acts_of(state, TENURE, records(file))
    assert (acts, [(f.code, f.found) for f in told]) == ((), [("AUDIT-RECORD-GONE", "P")])
    assert collected(state).papers == (paper,)
