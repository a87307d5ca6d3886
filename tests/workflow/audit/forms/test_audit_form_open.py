"""Ledgers of what stays open: which matters a handover takes over, what is left of each, who signed which figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from gep.report.form import Form, Stored
from gep.workflow.audit.forms import (
    comments,
    events,
    handover,
    handover_open,
    land,
    matters,
    projects,
    signatures,
    suggestions,
    targets,
)
from gep.workflow.audit.forms.case import Case, Results
from gep.workflow.audit.incumbents import heads_of
from gep.workflow.audit.paper import OF_A_TERM
from gep.workflow.audit.records import Problem
from gep.workflow.audit.records_open import Open, Signature
from gep.workflow.audit.term_land import LandMoves
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import EMPTY, both_languages, sample_of, unsourced, untrue
from tests.workflow.audit.forms.open_cases import COUNTY, OPEN

MAKERS = (matters, projects, signatures, suggestions)
END = date(2017, 10, 1)


@pytest.fixture(scope="module")
def case(ready: Ready) -> Case:
    return sample_of(ready)


def with_records(case: Case, **records: tuple[object, ...]) -> Case:
    """The case with other records of what stays open."""
    held = replace(case.collected, open=replace(OPEN, **records))  # type: ignore[arg-type]
    results = replace(case.results, collected=held)
    return Case(results, case.term)


def forms(make: Callable[[Case], Iterator[Form]], case: Case) -> dict[str, Form]:
    return {f.id: f for f in make(case)}


@pytest.mark.parametrize("module", MAKERS, ids=lambda m: m.__name__.rpartition(".")[2])
def test_every_number_has_a_source_and_every_sum_holds(case: Case, module: object) -> None:
    for form in module.forms(case):  # type: ignore[attr-defined]
        assert (unsourced(form), untrue(form), both_languages(form)) == ([], [], []), form.id


def test_empty_registers_say_so_and_claim_nothing(case: Case) -> None:
    bare = Case(replace(case.results, collected=EMPTY), case.term)
    made = [f for m in MAKERS for f in m.forms(bare)]
    assert [f.id for f in made] == [
        "OM",
        "PF-01",
        "PF-02",
        "SN",
        "SG",
        "TR",
    ]  # what was withdrawn has no ledger where nothing was
    assert all("没有登记" in f.notes[0].zh for f in made if f.id != "SN")
    assert [line.code for line in forms(signatures.forms, bare)["SN"].lines] == ["out", "in", "witness"]


def test_money_of_projects(case: Case) -> None:
    form = forms(projects.forms, case)["PF-01"]
    assert [form.at["project.j1", c].exact for c in ("unfunded", "unspent")] == [Decimal("200"), Decimal("149.5")]
    assert form.at["project.j2", "unspent"].kind == "missing"  # spent is not known, and is not zero
    assert [form.at[f"project.{j}", "handover"].text.en for j in ("j1", "j2", "j3")] == ["yes", "yes", "begun later"]
    assert [form.at[f"project.{j}", "late"].text.en for j in ("j1", "j2", "j3")] == ["yes", "no day was set", "no day was set"]
    # j3 states no money, so there is no unit that holds of all lines, and no total
    assert "total" not in [line.code for line in form.lines]
    form = forms(projects.forms, with_records(case, projects=OPEN.projects[:2]))["PF-01"]
    assert (form.at["total", "received"].exact, form.at["total", "spent"].kind) == (Decimal("1000"), "missing")


def test_records_of_two_tables_may_have_one_id(case: Case) -> None:
    same = (replace(OPEN.litigations[0], id="g1"),)
    form = forms(matters.forms, with_records(case, litigations=same))["OM"]
    codes = [line.code for line in form.lines]
    assert len(codes) == len(set(codes))
    called = with_records(
        case, projects=tuple(replace(p, id=n) for p, n in zip(OPEN.projects[:2], ("total", "name"), strict=True))
    )
    assert untrue(forms(projects.forms, called)["PF-01"]) == []


def test_funds_due_collected_and_spent(case: Case) -> None:
    form = forms(projects.forms, case)["PF-02"]
    assert [form.at["fund.f1", c].exact for c in ("uncollected", "balance")] == [30, 0]
    assert [form.at["total", c].exact for c in ("receivable", "collected", "uncollected")] == [95, 65, 30]


def test_open_matters_on_the_day(case: Case) -> None:
    form = forms(matters.forms, case)["OM"]
    told = {line.code.partition(".")[2]: form.at[line.code, "status"].text.en for line in form.lines if line.style != "group"}
    assert told == {
        "g1": "not yet due", "g2": "was due before", "l1": "open", "l2": "over", "l3": "began later", "c1": "open", "c2": "over",
        "i1": "open",
    }  # fmt: skip
    assert [form.at[name, "remaining"].exact for name in ("target.g1", "liability.l1", "incident.i1")] == [
        Decimal("179.5"),
        25,
        Decimal("4.5"),
    ]
    assert form.at["target.g2", "remaining"].kind == "missing"
    assert form.at["liability.l3", "amount"].kind == "not_applicable"


def test_the_handover_takes_over_what_is_open_and_nothing_else(case: Case) -> None:
    form = forms(handover.forms, case)["DA-01"]
    taken = [line.code.removeprefix("left.") for line in form.lines if line.code.startswith("left.")]
    assert taken == ["target.g1", "liability.l1", "project.j1", "project.j2", "fund.f1", "litigation.c1", "incident.i1"]
    assert form.at["left.project.j1", "open_issues"].text.en == (
        "under way; late; in place 800, not in place 200, spent 650.5, not spent 149.5; as of 2017-09-30"
    )
    assert form.at["left.fund.f1", "target"].text.zh == "应征 90"
    assert form.at["left.liability.l1", "open_issues"].text.zh == "已还 15，尚欠 25；截至 2017-09-30"
    assert both_languages(form) == []
    assert "草稿" in form.names.zh
    assert form.at["signatures", "witness_sign"].text.zh.startswith("丙某")
    bare = list(handover_open.open_notes(with_records(case, litigations=(), projects=())))
    assert [n.en for n in bare] == ["The engagement holds no record of, and lists none: unfinished projects, litigation."]
    settled = list(handover_open.open_notes(with_records(case, litigations=OPEN.litigations[1:])))
    assert [n.zh for n in settled] == ["有登记，交接日没有未了结的：诉讼。"]


@pytest.mark.parametrize(("closed", "taken"), [(END - timedelta(1), False), (END, True), (END + timedelta(1), True)])
def test_a_case_closed_on_the_day_itself_is_taken_over(case: Case, closed: date, taken: bool) -> None:
    """The day of handover belongs to the successor, so what was closed on it was still open when it began."""
    held = replace(OPEN.litigations[0], closed_on=closed, decided="判决")
    lines = handover_open.open_lines(with_records(case, litigations=(held,)), ("name",))
    assert ("left.litigation.c1" in [line.code for line in lines]) == taken


# ---- signatures


def test_a_ledger_is_a_draft_until_all_three_have_signed_its_figures(case: Case) -> None:
    assert signatures.ledger_name(case, handover.NAME).zh == "离任交接台账（草稿）"
    line = signatures.ledger_line(case, ("handover_sign", "takeover_sign", "witness_sign"))
    assert [c.text.en for c in line.cells] == [
        "甲某 2017-10-09 (signed, without the check code)", "乙某 2017-10-09 (refused)",
        "丙某 2017-10-09 (signed other figures; to be signed again)",
    ]  # fmt: skip
    note = next(n for n in signatures.ledger_notes(case) if "draft" in n.en)
    assert note.zh == "本台账为草稿。接收人（县长）：拒绝签字；监交人：所签数字已变，须重新签字。"
    code = signatures.check_code(case)
    given = (
        *OPEN.signatures, Signature("n5", "X", "in", "乙某", date(2017, 10, 12), code=code),
        Signature("n6", "X", "witness", "丙某", date(2017, 10, 12), code=code.upper()),
    )  # fmt: skip
    whole = with_records(case, signatures=given)
    assert signatures.ledger_name(whole, handover.NAME) == handover.NAME
    assert [n.en for n in signatures.ledger_notes(whole)][-1] == "Signed by who hands over, who takes over and the witness."
    listed = forms(signatures.forms, whole)["SN"]
    assert [line.code for line in listed.lines] == [f"signature.{n}" for n in ("n1", "n2", "n5", "n3", "n6")]


def test_the_check_code_is_of_the_balances_of_the_day(case: Case) -> None:
    code = signatures.check_code(case)
    assert code == signatures.check_code(with_records(case, signatures=()))
    balances = case.account.cut.balances
    where = next(w for w, b in balances.at.items() if w[0] == END and b.table and b.amount)
    moved = replace(balances, at={**balances.at, where: replace(balances.at[where], amount=balances.at[where].amount + 1)})  # type: ignore[operator]
    cut = replace(case.account.cut, balances=moved)
    term = replace(case.term, account=replace(case.account, cut=cut))
    assert signatures.check_code(Case(case.results, term)) != code


def test_suggestions_transfers_and_what_was_withdrawn(case: Case) -> None:
    made = forms(suggestions.forms, case)
    assert [made["SG"].at[s, "taken_up"].text.en for s in ("s1", "s2")] == ["not answered", "yes"]
    assert made["TR"].at["t1", "amount"].exact == 10
    assert made["WD"].at["comment:c9", "grounds"].text.zh == "重复"


def test_records_without_any_are_empty() -> None:
    assert Open() == Open((), (), (), (), (), (), (), (), ())


# ---- moves of land


def test_moves_of_land_both_ways(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """What moved in the years and does not stand from end to end went back, or on to a third class."""
    gross = land.land_moves(case.ground.book, case.account, COUNTY).gross
    assert gross
    (first, area), *_ = sorted((pair, x) for pair, x in gross.items() if None not in pair)
    back = (first[1], first[0])
    end = {(first[0], first[0]): Decimal("900"), first: area - 1, back: Decimal("2")}
    figures = tuple(Stored(f"asset_account/{COUNTY}/2017/LM-01/{n}@1", x, "hm2", "value") for n, x in enumerate(end.values()))
    moves = LandMoves(COUNTY, (2016, 2017), gross, end, figures, ())
    monkeypatch.setattr(land, "land_moves", lambda *_: moves)
    form = forms(land.forms, case)["LM"]
    assert (unsourced(form), untrue(form), both_languages(form)) == ([], [], [])
    assert form.at[f"difference.{first[0]}", first[1]].exact == 1
    assert form.at[f"difference.{first[1]}", first[0]].exact == gross.get(back, Decimal(0)) - 2
    assert form.at["gross.total", "total"].exact == sum(gross.values())
    assert form.at[f"difference.{first[0]}", first[0]].kind == "blank"  # land that stayed is no move


def test_moves_of_land_without_both_ends(case: Case) -> None:
    form = forms(land.forms, case)["LM"]
    assert [line.code for line in form.lines if line.style == "group"] == ["of.gross"]
    assert (unsourced(form), untrue(form), both_languages(form)) == ([], [], [])
    assert any("only the sum of the years is shown" in n.en for n in form.notes[2:]), form.notes


# ---- each audited term has its ledgers


@pytest.fixture(scope="module")
def two(case: Case) -> Results:
    """Two audited terms of one post, the second with the account of the first."""
    second = replace(case.term, subject=case.tenure.subject("Y"))
    return replace(case.results, terms=(case.term, second), tenure=replace(case.tenure, audited=("X", "Y")))


@pytest.mark.parametrize("module", [events, projects, signatures, targets], ids=lambda m: m.__name__.rpartition(".")[2])
def test_a_ledger_of_a_term_stands_there_for_each(two: Results, module: object) -> None:
    made = [f.id for term in two.terms for f in module.forms(Case(two, term))]  # type: ignore[attr-defined]
    assert len(made) == len(set(made))
    assert {name.rpartition(".")[2] for name in made} == {"X", "Y"}
    assert module.forms in OF_A_TERM  # type: ignore[attr-defined]


def test_a_ledger_of_the_engagement_stands_there_once(two: Results) -> None:
    assert [f.id for f in comments.forms(Case(two, two.terms[0]))] == ["CM"]


def test_the_head_who_answers_first_is_of_the_post_of_the_problem(two: Results) -> None:
    def problem(subject: str) -> Problem:
        return Problem("p", "r", "i", "w", "局", "", "Y", "phased", None, subject=subject, found_on=date(2017, 12, 1))

    secretary = replace(two.tenure.subjects[0], id="S", kind="party")
    tenure = replace(two.tenure, subjects=(*two.tenure.subjects, secretary))
    assert [s.id for s in heads_of(problem("X"), tenure)] == ["W", "X", "Y"]
    assert [s.id for s in heads_of(problem("S"), tenure)] == ["S"]
    assert [s.id for s in heads_of(problem(""), tenure)] == ["W", "X", "Y"]  # of the posts that are audited
