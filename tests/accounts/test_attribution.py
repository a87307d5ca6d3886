"""Attribution of a change: eight parts that add up exactly, only what an auditor settled as local enters responsibility."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.accounts.attribution import Assigned, Attribution, attribute
from gep.accounts.handover import Method, Observed, Series
from gep.accounts.posts import Term
from gep.accounts.tenure import Account, Dated, Flow, divide
from gep.base.findings import Refused
from gep.base.score_rules import PARTS

F = Fraction
ITEM = "000001/LA-01/C02"
X = Term("X", "head", date(2020, 7, 1), date(2022, 3, 1))
Y = Term("Y", "head", date(2022, 3, 1), date(2023, 1, 1))
ENDS = {2019: F(100), 2020: F(98), 2021: F(97), 2022: F("97.5")}
HUMAN = Flow("R31", -1, "human", {2020: F("0.4"), 2021: F("0.2"), 2022: F(0)})
SURVEY = Flow("R33", -1, "adjustment", {2020: F("1.6"), 2021: F("0.8"), 2022: F(0)})  # SURVEY_BREAK
GAIN = Flow("R21", 1, "human", {2020: F(0), 2021: F(0), 2022: F("0.5")})
NATURAL = Flow("R32", -1, "natural", {2020: F("0.3"), 2021: F(0), 2022: F(0)})


def event(id: str, amount: str, decision: str, effect: str, said: str = "", evidence: str = "E-1", row: str = "R31") -> Dated:
    return Dated(id, row, F(amount), date.fromisoformat(decision), date.fromisoformat(effect), said, evidence)


def accounts(
    *events: Dated,
    flows: Sequence[Flow] = (GAIN, HUMAN, SURVEY),
    method: Method = "NEAREST",
    ends: dict[int, Fraction | None] | None = None,
) -> tuple[Account, Account]:
    x, y = divide(Series(ITEM, ends or ENDS), flows, [X, Y], events=events, method=method).accounts
    return x, y


def parts(made: Attribution) -> dict[str, Fraction]:
    """The net of every part that is not empty."""
    return {line.part: line.net for line in made.lines if line.pieces}


def check(made: Attribution) -> None:
    assert tuple(line.part for line in made.lines) == PARTS
    if made.net is not None:
        assert sum(line.net for line in made.lines) == made.net == made.account.net
    for line in (*made.lines, *made.beyond):
        assert line.gain >= 0
        assert line.loss >= 0
    assert made.responsible_loss == sum(-p.amount for p in made.line("local_human").pieces if p.amount < 0)


def attributed(account: Account, *assigned: Assigned) -> tuple[Attribution, list[str]]:
    made, findings = attribute(account, assigned)
    check(made)
    for told in findings:
        assert told.text("zh")
        assert told.mend("en")
    return made, [f.code for f in findings]


# ---- the worked leader


def test_at_most_0_6_of_3_0_is_local() -> None:
    made, codes = attributed(accounts()[0])
    assert parts(made) == {"adjustment": F("-2.4"), "unattributed": F("-0.6")}
    assert (made.net, made.responsible_net, made.responsible_loss) == (-3, 0, 0)
    assert (made.net_if_local, made.loss_at_most) == (F("-0.6"), F("0.6"))
    assert codes == ["ATTRIBUTION-UNSETTLED"]
    assert {p.why for p in made.line("unattributed").pieces} == {"candidate"}


def test_at_most_0_6_where_only_stocks_and_the_survey_break_are_known() -> None:
    made, codes = attributed(accounts(flows=(SURVEY,))[0])
    assert parts(made) == {"adjustment": F("-2.4"), "unattributed": F("-0.6")}
    assert made.loss_at_most == F("0.6")
    assert [p.why for p in made.line("unattributed").pieces] == ["discrepancy"]
    assert codes == ["ATTRIBUTION-UNSETTLED"]


def test_a_settled_loss_leaves_the_rest_a_candidate() -> None:
    # 0.4 decided and done in the term, of which an auditor is sure; the other 0.2 does not become local by that
    made, _ = attributed(accounts(event("e", "0.4", "2020-08-01", "2020-09-01", "local_human"))[0])
    assert parts(made) == {"local_human": F("-0.4"), "adjustment": F("-2.4"), "unattributed": F("-0.2")}
    assert (made.responsible_loss, made.loss_at_most) == (F("0.4"), F("0.6"))
    # nor does evidence for another part make it local
    made, _ = attributed(accounts(event("e", "0.4", "2020-08-01", "2020-09-01", "policy"))[0])
    assert (made.responsible_loss, made.loss_at_most) == (0, F("0.2"))


def test_a_gain_does_not_make_up_for_a_loss() -> None:
    flows = (Flow("R21", 1, "human", {2020: F("0.6"), 2021: F(0)}), Flow("R31", -1, "human", {2020: F("0.6"), 2021: F(0)}))
    events = (
        event("g", "0.6", "2020-08-01", "2020-09-01", "local_human", row="R21"),
        event("l", "0.6", "2020-08-01", "2020-09-01", "local_human"),
    )
    made, _ = attributed(accounts(*events, flows=flows, ends={2019: F(9), 2020: F(9), 2021: F(9), 2022: None})[0])
    assert (made.net, made.responsible_net, made.responsible_loss, made.loss_at_most) == (0, 0, F("0.6"), F("0.6"))


# ---- where an event goes


@pytest.mark.parametrize(
    ("said", "decision", "row", "part", "why"),
    [
        ("", "2020-08-01", "R31", "unattributed", "candidate"),
        ("", "2020-06-30", "R31", "historical", "decided_before"),
        ("", "2020-07-01", "R31", "unattributed", "candidate"),  # his first day
        ("policy", "2020-08-01", "R31", "policy", "auditor"),
        ("policy", "2020-06-30", "R31", "policy", "auditor"),
        ("natural", "2020-08-01", "R31", "natural", "auditor"),
        ("unattributed", "2020-08-01", "R31", "unattributed", "auditor"),
        ("", "2020-08-01", "R33", "adjustment", "cause"),
        ("", "2019-08-01", "R33", "adjustment", "cause"),
        ("local_human", "2020-08-01", "R33", "local_human", "auditor"),  # a loss hidden in a reclassification
    ],
)
def test_where_an_event_goes(said: str, decision: str, row: str, part: str, why: str) -> None:
    made, codes = attributed(accounts(event("e", "0.1", decision, "2020-09-01", said, row=row))[0])
    (piece,) = (p for line in made.lines for p in line.pieces if p.event == "e")
    assert (piece.part, piece.why, piece.amount, piece.row, piece.evidence) == (part, why, F("-0.1"), row, "E-1")
    assert set(codes) <= {"ATTRIBUTION-UNSETTLED"}


@pytest.mark.parametrize("method", ["NEAREST", "INTERP"])
@pytest.mark.parametrize(
    "handover", ["2020-02-29", "2020-03-01", "2020-07-01", "2020-07-02", "2020-12-31", "2021-01-01", "2022-01-01"]
)
def test_the_day_of_the_handover_is_the_successors(handover: str, method: Method) -> None:
    """A decision of the day before is the predecessor's, one of the day the successor's; none counts twice or not at all."""
    day = date.fromisoformat(handover)
    terms = [Term("P", "head", date(2020, 1, 1), day), Term("S", "head", day, date(2023, 1, 1))]
    eve = (day - timedelta(1)).isoformat()
    effect = max(date(2020, 3, 2), day + timedelta(1)).isoformat()
    deeds = (event("last", "0.1", eve, effect, "local_human"), event("first", "0.1", handover, effect, "local_human"))
    flows = (GAIN, replace(HUMAN, annual={2020: F("0.4"), 2021: F("0.4"), 2022: F("0.4")}), SURVEY)
    p, s = (attributed(a)[0] for a in divide(Series(ITEM, ENDS), flows, terms, events=deeds, method=method).accounts)
    assert (p.decided_loss, s.decided_loss) == (F("0.1"), F("0.1"))
    held = [[e.id for f in a.account.flows for e in f.decided] for a in (p, s)]
    assert held == [["last"], ["first"]]
    # the balance has each of them once, with whoever the window of the stocks gives that day
    assert sorted(e.id for a in (p, s) for f in a.account.flows for e in f.effective) == ["first", "last"]
    assert sum(f.balance or 0 for a in (p, s) for f in a.account.flows if f.flow.row == "R31") == F("1.2")


def test_a_leap_day_is_a_day_of_the_term() -> None:
    flow = Flow("R31", -1, "human", {2020: F(366), 2021: F(365)})
    ends: dict[int, Fraction | None] = {2019: F(1000), 2020: F(634), 2021: F(269)}
    for start, end, days in (("2020-02-29", "2020-03-01", 1), ("2020-02-28", "2020-03-01", 2), ("2020-12-31", "2021-01-02", 2)):
        (made,) = divide(
            Series(ITEM, ends), [flow], [Term("T", "head", date.fromisoformat(start), date.fromisoformat(end))], method="INTERP"
        ).accounts
        assert made.flows[0].balance == days
        assert made.discrepancy == 0


def test_what_the_successor_decided_is_an_artefact_of_the_year_end() -> None:
    # Z leaves on 1 September 2021 and reads the end of 2021, so December 2021 is in his balance
    z = Term("Z", "head", date(2020, 7, 1), date(2021, 9, 1))
    (account,) = divide(Series(ITEM, ENDS), (HUMAN, SURVEY), [z], events=[event("e", "0.2", "2021-11-01", "2021-12-01")]).accounts
    made, _ = attributed(account)
    assert parts(made)["method"] == F("-0.2")
    assert made.responsible_loss == 0


def test_local_human_of_another_term_does_not_stand() -> None:
    for decision, effect, part in (("2020-06-30", "2020-08-01", "historical"), ("2022-03-01", "2022-02-01", "method")):
        flows = (GAIN, replace(HUMAN, annual={y: F("0.4") for y in ENDS}), SURVEY)
        x, _ = accounts(event("e", "0.1", decision, effect, "local_human"), flows=flows, method="INTERP")
        made, codes = attributed(x)
        assert "ATTRIBUTION-OTHER-TERM" in codes
        assert parts(made)[part] == F("-0.1")
        assert made.responsible_loss == 0
    made, codes = attributed(accounts(event("e", "0.1", "2020-06-30", "2020-08-01", "local_human", row="R33"))[0])
    assert "ATTRIBUTION-OTHER-TERM" in codes
    assert parts(made)["adjustment"] == F("-2.4")  # as without it


def test_responsibility_goes_with_the_decision_across_the_handover() -> None:
    # approved by X on 28 February 2022, done in June under Y
    approved = event("e", "0.1", "2022-02-28", "2022-06-01", "local_human", row="R31")
    flows = (GAIN, replace(HUMAN, annual={**HUMAN.annual, 2022: F("0.1")}), SURVEY)
    x, y = (attributed(a)[0] for a in accounts(approved, flows=flows, method="INTERP"))
    assert (x.responsible_loss, x.decided_loss, x.decided_net) == (0, F("0.1"), F("-0.1"))
    assert [p.event for p in x.beyond[0].pieces] == ["e"]
    assert (y.responsible_loss, y.decided_loss) == (0, 0)
    assert parts(y)["historical"] == F("-0.1")
    # not settled: a candidate there; put down to policy: no business of his
    for said, candidates in (("", 1), ("policy", 0)):
        x, _ = (attributed(a)[0] for a in accounts(replace(approved, attribution=said), flows=flows, method="INTERP"))
        assert [len(line.pieces) for line in x.beyond] == [0, candidates]


# ---- the undated rest


def test_amounts_of_the_undated_rest() -> None:
    made, codes = attributed(
        accounts()[0],
        Assigned("R31", "historical", F("0.1"), "patch 17 in the images of the opening"),
        Assigned("R31", "policy", F("0.25"), "doc"),
    )
    assert parts(made) == {"historical": F("-0.1"), "policy": F("-0.25"), "adjustment": F("-2.4"), "unattributed": F("-0.25")}
    assert (made.loss_at_most, codes) == (F("0.25"), ["ATTRIBUTION-UNSETTLED"])


def test_all_of_it_settled() -> None:
    made, codes = attributed(accounts()[0], Assigned("R31", "local_human", F("0.6"), "E-2"))
    assert (made.responsible_loss, made.loss_at_most, codes) == (F("0.6"), F("0.6"), [])
    assert not made.line("unattributed").pieces


@pytest.mark.parametrize(
    ("assigned", "code"),
    [
        (Assigned("R99", "policy", F("0.1"), "E"), "ATTRIBUTION-ROW"),
        (Assigned("R31", "luck", F("0.1"), "E"), "ATTRIBUTION-WORD"),
        (Assigned("R31", "policy", F(0), "E"), "ATTRIBUTION-AMOUNT"),
        (Assigned("R31", "policy", F("-0.1"), "E"), "ATTRIBUTION-AMOUNT"),
        (Assigned("R31", "policy", F("0.61"), "E"), "ATTRIBUTION-EXCEEDS"),
    ],
)
def test_an_amount_that_cannot_stand_is_not_used(assigned: Assigned, code: str) -> None:
    made, codes = attributed(accounts()[0], assigned)
    assert codes == [code, "ATTRIBUTION-UNSETTLED"]
    assert parts(made) == {"adjustment": F("-2.4"), "unattributed": F("-0.6")}


def test_every_fault_at_once() -> None:
    bad = (Assigned("R99", "luck", F(0)), Assigned("R31", "policy", F("0.4"), "E"), Assigned("R31", "natural", F("0.4")))
    _, codes = attributed(accounts(event("e", "0.1", "2020-08-01", "2020-09-01", "fate"))[0], *bad)
    assert sorted(codes) == [
        "ATTRIBUTION-AMOUNT", "ATTRIBUTION-EXCEEDS", "ATTRIBUTION-NO-EVIDENCE", "ATTRIBUTION-ROW", "ATTRIBUTION-UNSETTLED",
        "ATTRIBUTION-WORD", "ATTRIBUTION-WORD",
    ]  # fmt: skip


def test_an_attribution_without_evidence_is_asked_for_it() -> None:
    made, codes = attributed(accounts(event("e", "0.1", "2020-08-01", "2020-09-01", "policy", evidence=""))[0])
    assert codes == ["ATTRIBUTION-NO-EVIDENCE", "ATTRIBUTION-UNSETTLED"]
    assert parts(made)["policy"] == F("-0.1")


# ---- other causes, and what is not known


def test_price_and_method_rows_keep_their_cause() -> None:
    flows = (Flow("R26", 1, "price", {2020: F(5), 2021: F(1)}), Flow("R27", -1, "method", {2020: F(2), 2021: F(0)}), NATURAL)
    made, _ = attributed(accounts(flows=flows)[0])
    assert parts(made) == {"price": 6, "method": -2, "natural": F("-0.3"), "unattributed": F("-6.7")}  # −3 − (6 − 2 − 0.3)


def test_an_unknown_flow_stands_in_the_rest_and_leaves_the_gross_loss_open() -> None:
    flows = (GAIN, replace(HUMAN, annual={2020: F("0.4"), 2021: None}), SURVEY)
    made, codes = attributed(accounts(event("e", "0.1", "2020-08-01", "2020-09-01", "local_human"), flows=flows)[0])
    assert parts(made) == {"local_human": F("-0.1"), "adjustment": F("-2.4"), "unattributed": F("-0.5")}
    assert [p.why for p in made.line("unattributed").pieces] == ["unknown_flow"]
    assert (made.unknown, made.loss_at_most, made.net_if_local) == (("R31",), None, F("-0.6"))
    assert codes == ["ATTRIBUTION-UNSETTLED", "ATTRIBUTION-UNKNOWN-FLOW"]


def test_an_unknown_stock_leaves_what_is_known() -> None:
    made, _ = attributed(accounts(ends={**ENDS, 2021: None})[0])
    assert (made.net, made.net_if_local, made.loss_at_most) == (None, None, None)
    assert parts(made) == {"adjustment": F("-2.4"), "unattributed": F("-0.6")}


def test_without_any_flow_all_of_it_is_open() -> None:
    made, codes = attributed(accounts(flows=())[0])
    assert (parts(made), made.net_if_local, codes) == ({"unattributed": F(-3)}, -3, ["ATTRIBUTION-UNSETTLED"])


def test_nothing_changed_nothing_told() -> None:
    flat = {y: F(5) for y in ENDS}
    made, codes = attributed(accounts(flows=(replace(HUMAN, annual={y: F(0) for y in ENDS}),), ends=flat)[0])
    assert (parts(made), codes, made.loss_at_most) == ({}, [], 0)


def test_a_window_that_runs_backwards_is_refused() -> None:
    series = Series(ITEM, ENDS, (Observed(date(2020, 6, 1), F("99.5")),))
    (account,) = divide(series, (HUMAN,), [Term("2", "h", date(2020, 6, 1), date(2020, 6, 20))]).accounts
    with pytest.raises(Refused, match="ATTRIBUTION-BACKWARDS"):
        attribute(account)


# ---- any account


def some(rng: random.Random) -> tuple[Series, tuple[Flow, ...], tuple[Dated, ...], tuple[Assigned, ...]]:
    years = range(2016, 2023)
    flows = tuple(
        Flow(row, sign, cause, {y: F(rng.randrange(10**6), 1000) for y in years})
        for row, sign, cause in (("R21", 1, "human"), ("R22", 1, "natural"), ("R31", -1, "human"), ("R33", -1, "adjustment"))
    )
    ends = {2015: F(5000)}
    for year in years:
        ends[year] = ends[year - 1] + F(rng.randrange(-(10**6), 10**6), 1000)
    day = date(2016, 1, 1)
    events = tuple(
        Dated(str(n), rng.choice(flows).row, F(rng.randrange(1, 50)), day + timedelta(rng.randrange(2500)), day + timedelta(rng.randrange(2500)),
              rng.choice(("", *PARTS)), "E")
        for n in range(rng.randrange(8))
    )  # fmt: skip
    assigned = tuple(
        Assigned(rng.choice(flows).row, rng.choice(PARTS), F(rng.randrange(1, 900), 3), "E") for _ in range(rng.randrange(5))
    )
    return Series(ITEM, ends), flows, events, assigned


TERMS = [Term("X", "head", date(2016, 1, 1), date(2018, 3, 7)), Term("Y", "head", date(2018, 3, 7), date(2020, 7, 1)),
         Term("Z", "head", date(2020, 7, 1), date(2023, 1, 1))]  # fmt: skip


@given(st.randoms(use_true_random=False), st.sampled_from(["NEAREST", "INTERP"]))
@settings(max_examples=80, deadline=None)
def test_the_parts_are_the_whole_and_no_decision_counts_twice(rng: random.Random, method: Method) -> None:
    series, flows, events, assigned = some(rng)
    made = [attributed(a, *assigned)[0] for a in divide(series, flows, TERMS, events=events, method=method).accounts]
    assert sum(line.net for m in made for line in m.lines) == series.ends[2022] - series.ends[2015]
    dated = {e.id: e for e in events}
    for m in made:
        for line in (m.line("local_human"), m.beyond[0]):
            assert all(m.account.term.holds(dated[p.event].decision) for p in line.pieces if p.event)
    settled = [p.event for m in made for line in (m.line("local_human"), m.beyond[0]) for p in line.pieces if p.event]
    assert sorted(settled) == sorted(
        e.id for e in events if e.attribution == "local_human"
    )  # each once, whoever's balance it is in


@given(st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_without_an_auditor_nothing_is_local(rng: random.Random) -> None:
    series, flows, events, _ = some(rng)
    for account in divide(series, flows, TERMS, events=[replace(e, attribution="") for e in events]).accounts:
        made, codes = attributed(account)
        assert (made.responsible_net, made.responsible_loss, made.decided_loss) == (0, 0, 0)
        assert set(codes) <= {"ATTRIBUTION-UNSETTLED"}
