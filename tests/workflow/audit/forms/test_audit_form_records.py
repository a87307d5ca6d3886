"""The ledgers of records: evidence, papers, problems, comments, events, red line, suspicions, targets, and what they say when empty."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from gep.report.form import Form
from gep.workflow.audit.forms import comments, constant, events, evidence, quality, rectification, redline, suspicions, targets
from gep.workflow.audit.forms.case import Case, Results
from tests.ready import Ready
from tests.workflow.audit.forms.audit_cases import EMPTY, both_languages, sample_of, unsourced, untrue

MAKERS = (comments, constant, events, evidence, quality, rectification, redline, suspicions, targets)
Make = Callable[[Case], Iterator[Form]]


@pytest.fixture(scope="module")
def case(ready: Ready) -> Case:
    return sample_of(ready)


@pytest.fixture(scope="module")
def bare(case: Case) -> Case:
    """The same term, with nothing that auditors collected."""
    term = replace(case.term, redline=None, scored=None, judged=None)
    ground = replace(case.ground, events=())
    return Case(replace(case.results, ground=ground, collected=EMPTY, terms=(term,)), term)


def forms(make: Make, case: Case) -> dict[str, Form]:
    return {f.id: f for f in make(case)}


@pytest.mark.parametrize("module", MAKERS, ids=lambda m: m.__name__.rpartition(".")[2])
def test_every_number_has_a_source_and_every_sum_holds(case: Case, module: object) -> None:
    for form in module.forms(case):  # type: ignore[attr-defined]
        assert (unsourced(form), untrue(form), both_languages(form)) == ([], [], []), form.id


@pytest.mark.parametrize("module", [comments, events, evidence, rectification, redline, suspicions], ids=lambda m: m.__name__)
def test_an_empty_ledger_says_so(bare: Case, module: object) -> None:
    for form in module.forms(bare):  # type: ignore[attr-defined]
        assert form.lines == (), form.id
        assert any(word in form.notes[0].zh for word in ("没有", "没收到")), form.id


def test_an_evidence_form_cites_the_figures_of_the_book(case: Case) -> None:
    form = forms(evidence.forms, case)["DA-03"]
    cited = form.at["e1", "data_refs"]
    # the address of the record names no scheme and no vintage; the figures behind it are complete
    assert [f.address for f in cited.figures]
    assert all("scheme=assets" in f.address and "@" in f.address for f in cited.figures)
    assert form.at["e1", "record"].text.zh == "e1 (records/evidence_forms.toml)"
    assert form.at["e2", "refused"].text.zh == "不认可"
    assert form.at["e2", "provider_opinion"].text.en == "not sealed"


def test_overdue_and_remaining_are_worked_out(case: Case) -> None:
    form = forms(rectification.forms, case)["DA-04"]
    # due 2017-06-30, told at the end of 2018-06-30: 365 days over; 7 of 10 done
    assert form.at["p1", "overdue"].text.en == "yes, 365 days"
    assert form.at["p1", "status"].text.en == "submitted"
    assert form.at["p1", "remain"].exact == 3
    assert form.at["p1", "remain"].made is not None
    assert form.at["p2", "overdue"].text.en == "no due date"
    assert form.at["p2", "amount"].kind == "not_applicable"
    earlier = Case(replace(case.results, day=date(2017, 6, 30)), case.term)
    form = forms(rectification.forms, earlier)["DA-04"]
    assert form.at["p1", "overdue"].text.en == "no"
    assert form.at["p1", "done_qty"].exact == 4
    assert form.at["p2", "status"].text.en == "not yet found"


def test_two_holders_of_a_post_are_told_apart_by_their_terms(case: Case) -> None:
    form = forms(rectification.forms, case)["DA-04"]
    assert form.at["p1", "subject"].text.en == "Head (2016-07-01 – 2017-10-01)"
    assert form.at["p1", "lead_person"].text.en == "Head (2017-10-01 – 2018-01-01)"


def test_both_sums_of_dated_events(case: Case) -> None:
    form = forms(events.forms, case)["EV"]
    (total,) = [line.code for line in form.lines if line.style == "subtotal"]
    # E1: 3 mu = 0.2 ha, decided before the term, effect in it; E2: 0.5 ha, decided in the term, effect after it
    assert form.at[total, "by_effect"].exact == Decimal("0.2")
    assert form.at[total, "by_decision"].exact == Decimal("0.5")
    assert form.at["E1", "by_decision"].kind == "blank"
    assert form.at["E2", "by_effect"].kind == "blank"
    assert form.at["E1", "decided_by"].text.en == "Head (2016-01-01 – 2016-07-01)"
    assert form.at["E1", "stands"].text.en == "decided before the term, in its balance: no responsibility"
    assert form.at["E2", "stands"].text.en == "decided in the term, effective after it: responsibility, not balance"


@pytest.mark.parametrize(("decision", "effect", "said"), [
    ("2016-07-01", "2016-07-01", "decided in the term, in its balance"),  # the first day
    ("2016-06-30", "2016-07-01", "decided before the term"),
    ("2017-09-30", "2017-09-30", "decided in the term, in its balance"),
    ("2017-09-30", "2017-10-01", "decided in the term, effective after it"),  # the day of the handover is the successor's
    ("2017-10-01", "2017-09-30", "decided after the term"),
])  # fmt: skip
def test_an_event_is_told_by_its_two_days(case: Case, decision: str, effect: str, said: str) -> None:
    e = replace(case.ground.events[0], decision=date.fromisoformat(decision), effect=date.fromisoformat(effect))
    told = events.stands(case, e)
    assert told.en.startswith(said)
    assert told.zh


def test_an_offset_loss_is_still_a_loss(case: Case) -> None:
    form = forms(redline.forms, case)["RL-01"]
    # A lost 0.5 without a document, B gained 0.5: the sum is the same and the test is broken
    assert form.at["total", "area_open"].exact == form.at["total", "area"].exact == 15
    assert form.at["A", "unapproved"].exact == Decimal("0.5")
    assert form.at["A", "area_kept"].text.en == "broken"
    assert form.at["B", "area_kept"].text.en == "held"
    assert form.at["total", "area_kept"].text.en == "broken"
    assert form.at["A 采石", "course"].text.en == "new"
    assert form.at["A 采石", "legal"].text.en == "no"
    assert form.at["A", "function"].text.en == "held"
    assert form.at["B", "function"].text.en == "unknown"


def test_suspicions_with_what_was_not_judged(case: Case) -> None:
    form = forms(suspicions.forms, case)["SU"]
    assert form.at["arable.1", "figures"].figures
    assert form.at["unassessed.ore", "place"].text.zh == "MN-01"
    assert any("7 rules were asked; 1 suspicions are listed; 1 rules" in n.en for n in form.notes)


def test_comments_and_refusals(case: Case) -> None:
    form = forms(comments.forms, case)["CM"]
    assert form.at["c1", "accepted"].text.en == "not accepted"
    assert form.at["c2", "accepted"].text.en == "not answered"
    assert form.at["refused.e2", "kind"].text.zh == "拒绝盖章"


def test_estimates_distances_and_excluded_items(case: Case) -> None:
    form = forms(quality.forms, case)["EX"]
    codes = [line.code for line in form.lines]
    assert any(c.startswith("estimate.LA-01.R40/la01:C02/") for c in codes)
    # 2016-07-01 is 182 days after the end of 2015 and 184 before that of 2016
    assert "182 days before" in form.at["basis.2016-07-01.NEAREST", "because"].text.en
    assert form.at["excluded.gone", "amount"].exact == Decimal("0.5")


def test_gep_at_constant_prices_over_the_term(case: Case) -> None:
    form = forms(constant.forms, case)["CP-GEP"]
    assert [line.code for line in form.lines] == ["2016", "2017"]
    assert form.at["2016", "growth"].kind == "not_applicable"
    assert form.at["2017", "growth"].made is not None
    without = replace(case.results, tenure=replace(case.tenure, profile=""))
    empty = forms(constant.forms, Case(without, case.term))["CP-GEP"]
    assert empty.lines == ()
    assert "没有指定核算方案" in empty.notes[0].zh


def test_ids_of_several_audited_terms(case: Case) -> None:
    two = Results(**{**vars(case.results), "terms": (case.term, replace(case.term, subject=case.tenure.subject("W")))})
    assert [f.id for f in events.forms(Case(two, case.term))] == ["EV.X"]
    assert [f.id for f in rectification.forms(Case(two, case.term))] == ["DA-04"]
