"""Cutting a tenure: the worked leaders X and Y, dated events across a handover, and a thousand ways to divide seven years."""

from __future__ import annotations

import random
from collections.abc import Iterable
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.accounts.handover import Method, Observed, Series, days_of, plain, step_reason, stock_at
from gep.accounts.posts import Term, Window
from gep.accounts.tenure import (
    Account,
    Dated,
    Division,
    Flow,
    account,
    divide,
    event_findings,
    flow_part,
    printed_parts,
)
from gep.base.findings import Finding, Refused

F = Fraction
ITEM = "000001/LA-01/C02"
# year-ends and flows of cultivated land, hm²: −2 in 2020, −1 in 2021, +0.5 in 2022
LAND = Series(ITEM, {2019: F(100), 2020: F(98), 2021: F(97), 2022: F("97.5")})
GAIN = Flow("R21", 1, "human", {2020: F(0), 2021: F(0), 2022: F("0.5")})
LOSS = Flow("R31", -1, "human", {2020: F(2), 2021: F(1), 2022: F(0)})
FLOWS = (GAIN, LOSS)
X = Term("X", "head", date(2020, 7, 1), date(2022, 3, 1))
Y = Term("Y", "head", date(2022, 3, 1), date(2023, 1, 1))
SPAN = Window(date(2016, 1, 1), date(2023, 1, 1))


def event(id: str, amount: str, decision: str, effect: str, row: str = "R31") -> Dated:
    return Dated(id, row, F(amount), date.fromisoformat(decision), date.fromisoformat(effect))


def codes(findings: Iterable[Finding]) -> list[str]:
    listed = list(findings)
    for told in listed:
        assert told.text("zh")
        assert told.mend("en")
    return [f.code for f in listed]


def known(x: Fraction | None) -> Fraction:
    assert x is not None
    return x


def two(method: Method = "NEAREST", events: tuple[Dated, ...] = (), series: Series = LAND) -> tuple[Account, Account, Division]:
    division = divide(series, FLOWS, [X, Y], events=events, method=method)
    x, y = division.accounts
    return x, y, division


# ---- the worked leaders


def test_nearest() -> None:
    x, y, division = two()
    assert (x.opening.amount, x.closing.amount, x.net) == (100, 97, F(-3))  # −3.00
    assert (x.window, x.window.years()) == (Window(date(2020, 1, 1), date(2022, 1, 1)), (2020, 2021))
    assert (x.recorded, x.discrepancy) == (-3, 0)
    assert (y.net, y.window.years(), y.discrepancy) == (F("0.5"), (2022,), 0)
    assert y.opening is x.closing
    assert division.findings == ()


def test_interpolated_by_stocks_and_by_days() -> None:
    x, _, division = two("INTERP")
    assert known(x.net) == (97 + F(59, 365) / 2) - (100 - F(2 * 182, 366))
    assert f"{float(known(x.net)):.4f}" == "-1.9246"
    assert (x.recorded, x.discrepancy) == (x.net, 0)
    gain, loss = x.flows
    # 184/366 of 2020, all of 2021; 59/365 of 2022
    assert [y.undated for y in loss.years] == [F(2 * 184, 366), F(1), F(0)]
    assert [f"{float(known(y.undated)):.4f}" for y in (*loss.years[:2], gain.years[2])] == ["1.0055", "1.0000", "0.0808"]
    assert [(y.days, y.of) for y in loss.years] == [(184, 366), (365, 365), (59, 365)]
    assert codes(division.findings) == []


def test_the_two_methods_differ_by_more_than_a_hectare() -> None:
    assert known(two("INTERP")[0].net) - known(two()[0].net) > 1


def test_opening_on_the_tie_and_the_day_after() -> None:
    # 2 July 2020 still reads 2019; 3 July reads 2020 and drops that year from the flows as well
    for day, net, years in ((date(2020, 7, 2), -3, (2020, 2021)), (date(2020, 7, 3), -1, (2021,))):
        made, _ = account(Term("X", "head", day, X.end), stock_at(LAND, day)[0], stock_at(LAND, X.end)[0], FLOWS)
        assert (made.net, made.window.years(), made.discrepancy) == (net, years, 0)


@pytest.mark.parametrize("method", ["NEAREST", "INTERP"])
def test_whole_years_are_the_same_by_every_method(method: Method) -> None:
    (made,) = divide(LAND, FLOWS, [Term("Z", "head", date(2020, 1, 1), date(2023, 1, 1))], method=method).accounts
    assert (made.net, made.recorded, made.discrepancy) == (F("-2.5"), F("-2.5"), 0)
    assert (made.caused("human", -1), made.caused("human", 1), made.caused("natural", 1)) == (3, F("0.5"), None)


# ---- dated events


def test_an_event_goes_to_one_leader_whole() -> None:
    # 1.5 of the 2.0 lost in 2020 went on 30 June, before X; the other 0.5 has no date: 0.5 × 184/366 for X
    x, _, _ = two("INTERP", (event("e1", "1.5", "2020-05-01", "2020-06-30"),))
    part = x.flows[1].years[0]
    assert (part.listed, part.dated, part.undated, part.amount) == (F("1.5"), 0, F(92, 366), F(92, 366))
    # interpolation knows nothing of the day, and what it is off by is shown
    assert x.discrepancy == known(x.net) - known(x.recorded) == F(92, 366) - F(2 * 184, 366)
    x, _, division = two("INTERP", (event("e1", "1.5", "2020-06-30", "2020-07-01"),))
    assert x.flows[1].years[0].amount == F("1.5") + F(92, 366)
    (told,) = division.findings
    assert (told.code, told.difference) == ("TENURE-DISCREPANCY", plain(F("1.5") + F(92, 366) - F(2 * 184, 366)))


def test_balance_by_effect_and_responsibility_by_decision() -> None:
    # approved by X on his last day, done under Y; approved before X, done under X
    events = (event("late", "0.2", "2022-02-28", "2022-06-01"), event("early", "0.3", "2020-06-30", "2021-02-01"))
    flows = (GAIN, Flow("R31", -1, "human", {2020: F(2), 2021: F(1), 2022: F("0.2")}))
    x, y = divide(LAND, flows, [X, Y], events=events, method="INTERP").accounts
    # effect: 2 × 184/366 + 1; decision: the same less 0.3 and with 0.2
    assert x.flows[1].balance == F(368, 366) + 1
    assert x.flows[1].responsibility == F(368, 366) + 1 - F("0.3") + F("0.2")
    assert known(x.decided) - known(x.recorded) == F("0.1")
    assert ([e.id for e in x.inherited], [e.id for e in x.beyond]) == (["early"], ["late"])
    assert ([e.id for e in y.inherited], [e.id for e in y.beyond]) == (["late"], [])
    assert x.caused("human", -1, "decision") == x.flows[1].responsibility
    assert (y.flows[1].balance, y.flows[1].responsibility) == (F("0.2"), 0)


def test_an_event_on_the_day_of_handover_is_the_successors() -> None:
    for day, owner in (("2022-02-28", 0), ("2022-03-01", 1)):
        leaders = two("INTERP", (event("e", "0.1", day, day, "R21"),))[:2]
        assert [len(a.flows[0].decided) for a in leaders] == [1 - owner, owner]
        assert [len(a.flows[0].effective) for a in leaders] == [1 - owner, owner]


def test_nearest_takes_events_of_the_window_and_decisions_of_the_term() -> None:
    # the window is 2020-2021; the event of March 2020 is in the balance though X was not yet there
    x, _, _ = two(events=(event("e", "1.5", "2020-03-01", "2020-03-02"), event("f", "0.1", "2022-01-05", "2022-02-01", "R21")))
    assert ([e.id for e in x.inherited], [e.id for e in x.beyond]) == (["e"], ["f"])
    assert (x.flows[1].balance, x.flows[1].responsibility) == (3, F("1.5"))
    assert x.discrepancy == 0


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ((event("a", "0.1", "2020-08-01", "2020-09-01"),) * 2, "TENURE-EVENT-TWICE"),
        ((event("a", "0.1", "2020-08-01", "2020-09-01", "R99"),), "TENURE-EVENT-ROW"),
        ((event("a", "0", "2020-08-01", "2020-09-01"),), "TENURE-EVENT-AMOUNT"),
        ((event("a", "-1", "2020-08-01", "2020-09-01"),), "TENURE-EVENT-AMOUNT"),
        ((event("a", "0.1", "2020-09-02", "2020-09-01"),), "TENURE-EFFECT-FIRST"),
        ((event("a", "1.5", "2020-08-01", "2020-09-01"), event("b", "0.6", "2020-08-01", "2020-09-01")), "TENURE-EVENTS-EXCEED"),
    ],
)
def test_faults_of_events(events: tuple[Dated, ...], code: str) -> None:
    assert codes(event_findings(ITEM, FLOWS, events)) == [code]
    assert code in codes(two(events=events)[2].findings)


def test_events_up_to_the_annual_flow() -> None:
    events = (event("a", "1.5", "2020-09-01", "2020-09-01"), event("b", "0.5", "2020-08-01", "2020-09-01"))
    assert event_findings(ITEM, FLOWS, events) == ()
    (told,) = event_findings(ITEM, FLOWS, (event("a", "2.1", "2019-09-01", "2020-09-01"),))
    assert (told.found, told.expected, told.difference) == ("2.1", "2", "0.1")


# ---- what is not there


def test_an_unknown_flow_is_not_zero() -> None:
    flows = (GAIN, Flow("R31", -1, "human", {2020: F(2), 2021: None}))
    x, y = divide(LAND, flows, [X, Y]).accounts
    assert (x.net, x.flows[1].balance, x.recorded, x.decided, x.discrepancy) == (-3, None, None, None, None)
    assert x.caused("human", -1) is None
    assert (y.recorded, y.net) == (None, F("0.5"))  # 2022 is left out, which is no zero either
    told = [f for f in divide(LAND, flows, [X, Y]).findings if f.code == "TENURE-NO-FLOW"]
    assert [(f.found, dict(f.args)["term"]) for f in told] == [("2021", "X"), ("2022", "Y")]


def test_an_unknown_stock_leaves_the_flows() -> None:
    series = Series(ITEM, LAND.ends | {2021: None})
    x, y, division = two(series=series)
    assert (x.net, x.recorded, x.discrepancy, y.net) == (None, -3, None, None)
    assert codes(division.findings) == ["TENURE-NO-STOCK"]  # once, for both
    assert x.closing is y.opening


@pytest.mark.parametrize(("start", "end"), [("2012-05-01", "2015-03-01"), ("2024-01-01", "2026-05-01")])
def test_a_term_outside_the_data(start: str, end: str) -> None:
    division = divide(LAND, FLOWS, [Term("Z", "head", date.fromisoformat(start), date.fromisoformat(end))])
    assert {"TENURE-OUTSIDE-DATA"} <= {*codes(f for f in division.findings if f.severity == "stop")}
    assert all((a.net, a.recorded) == (None, None) for a in division.accounts)


def test_a_stock_without_flows_has_no_discrepancy() -> None:
    (made,) = divide(Series("000001/FT-01/U0", LAND.ends), (), [X]).accounts
    assert (made.net, made.recorded, made.decided, made.discrepancy) == (-3, None, None, None)


def test_a_step_is_refused() -> None:
    series = Series("000001/WQ-01", LAND.ends, step=step_reason("WQ-01"))
    x, _, division = two("INTERP", series=series)
    assert x.net is None
    assert codes(division.findings).count("TENURE-NEVER-INTERPOLATE") == 3  # three days: two handovers and the last


def test_an_acting_term_that_the_nearest_year_ends_swallow() -> None:
    acting = Term("A", "head", date(2022, 3, 1), date(2022, 4, 15), acting=True)
    division = divide(LAND, FLOWS, [X, acting, Term("Y", "head", date(2022, 4, 15), Y.end)])
    empty = division.of("head")[1]
    assert (empty.net, empty.recorded, empty.window.years()) == (0, 0, ())
    assert codes(division.findings) == ["TENURE-NO-DAYS"]
    by_days = divide(LAND, FLOWS, [acting], method="INTERP").accounts[0]
    assert by_days.net == by_days.recorded == F("0.5") * 45 / 365


def test_a_window_that_runs_backwards() -> None:
    # an observation at the opening on 1 June, a closing on 20 June that reads the end of 2019
    series = Series(ITEM, LAND.ends, (Observed(date(2020, 6, 1), F("99.5")),))
    terms = [Term("1", "h", date(2020, 1, 1), date(2020, 6, 1)), Term("2", "h", date(2020, 6, 1), date(2020, 6, 20)),
             Term("3", "h", date(2020, 6, 20), date(2021, 1, 1))]  # fmt: skip
    division = divide(series, FLOWS, terms, events=(event("e", "0.3", "2020-02-01", "2020-02-01"),))
    assert "TENURE-BACKWARDS" in codes(division.findings)
    assert sum(known(a.flows[1].balance) for a in division.accounts) == 2  # and still adds up
    assert sum(known(a.net) for a in division.accounts) == -2


# ---- what is refused


def test_terms_that_do_not_add_up_are_refused_with_every_fault() -> None:
    terms = [X, Term("Y", "head", date(2022, 2, 1), date(2022, 2, 1)), Term("Z", "head", date(2022, 2, 1), date(2023, 1, 1)), X]
    with pytest.raises(Refused) as refused:
        divide(LAND, FLOWS, terms)
    assert {"TENURE-TERM-TWICE", "TENURE-EMPTY-TERM", "TENURE-OVERLAP"} <= set(codes(refused.value.findings))


def test_an_account_needs_the_stocks_of_its_days() -> None:
    opening, closing = (stock_at(LAND, day)[0] for day in (X.start, X.end))
    with pytest.raises(Refused, match="TENURE-OTHER-DAY"):
        account(X, closing, opening, FLOWS)
    other, _ = stock_at(Series("other", LAND.ends), X.end)
    with pytest.raises(Refused, match="TENURE-OTHER-DAY"):
        account(X, opening, other, FLOWS)
    with pytest.raises(Refused, match="TENURE-EMPTY-TERM"):
        account(Term("X", "head", X.start, X.start), opening, opening, FLOWS)


# ---- several posts, gaps


def test_posts_share_the_stock_of_a_day() -> None:
    party = Term("P", "party", date(2020, 7, 1), date(2023, 1, 1))
    division = divide(LAND, FLOWS, [X, Y, party])
    (whole,) = division.of("party")
    x, y = division.of("head")
    assert whole.opening is x.opening
    assert whole.closing is y.closing
    assert whole.net == known(x.net) + known(y.net)


def test_a_vacancy_is_nobodys_and_is_not_lost() -> None:
    later = Term("Y", "head", date(2022, 9, 1), date(2023, 1, 1))
    division = divide(LAND, FLOWS, [X, later], method="INTERP", span=Window(date(2020, 1, 1), Y.end))
    held = division.of("head")
    assert [(a.term.id, a.term.vacant) for a in held] == [
        ("head:2020-01-01", True), ("X", False), ("head:2022-03-01", True), ("Y", False),
    ]  # fmt: skip
    assert sum(known(a.net) for a in held) == F("-2.5")
    assert codes(division.findings) == ["TENURE-GAP", "TENURE-GAP"]
    assert [amount for _, amount in division.parts("head", "R31", 2020)] == [F(2 * 182, 366), F(2 * 184, 366)]


# ---- tiling


def months(rng: random.Random, low: date, high: date) -> date:
    return low + timedelta(rng.randrange((high - low).days))


def seven_years(rng: random.Random) -> tuple[Series, tuple[Flow, ...], tuple[Dated, ...]]:
    """A stock over 2016-2022 with four flows, events in them, and in half of the cases stocks that flows do not explain."""
    years = range(2016, 2023)

    def annual() -> dict[int, Fraction | None]:
        return {y: F(rng.randrange(10**7), 10 ** rng.randrange(7)) for y in years}

    flows = (Flow("R21", 1, "human", annual()), Flow("R22", 1, "natural", annual()), Flow("R31", -1, "human", annual()),
             Flow("R33", -1, "adjustment", annual()))  # fmt: skip
    events = []
    for flow in flows:
        for year in rng.sample(years, 3):
            first = date(year, 1, 1)
            effect = months(rng, first, date(year + 1, 1, 1))
            amount = known(flow.annual[year]) * F(rng.randrange(1, 50), 100)
            if amount:
                events.append(
                    Dated(f"{flow.row}.{year}", flow.row, amount, months(rng, SPAN.start, effect + timedelta(1)), effect)
                )
    gap = F(rng.randrange(-9, 10), 7) * rng.randrange(2)
    ends = {2015: F(rng.randrange(10**9), 100)}
    for year in years:
        ends[year] = ends[year - 1] + sum((f.sign * known(f.annual[year]) for f in flows), gap)
    return Series("000001/XX", ends), flows, tuple(events)


def leaders(rng: random.Random) -> list[Term]:
    days = sorted({SPAN.start, SPAN.end, *(months(rng, SPAN.start, SPAN.end) for _ in range(rng.randrange(6)))})
    return [Term(str(n), "head", a, b) for n, (a, b) in enumerate(pairwise(days))]


def assert_tiles(division: Division, series: Series, flows: tuple[Flow, ...], events: tuple[Dated, ...]) -> None:
    held = division.of("head")
    assert all(one.closing is two.opening for one, two in pairwise(held))
    assert sum(known(a.net) for a in held) == known(series.ends[2022]) - known(series.ends[2015])
    for n, flow in enumerate(flows):
        for year, annual in flow.annual.items():
            assert sum(known(amount) for _, amount in division.parts("head", flow.row, year)) == annual
        own = [e for e in events if e.row == flow.row]
        undated = sum(known(v) for v in flow.annual.values()) - sum(e.amount for e in own)
        assert sum(known(a.flows[n].balance) for a in held) == sum(known(v) for v in flow.annual.values())
        assert sum(known(a.flows[n].undated) for a in held) == undated
        assert sum(known(a.flows[n].responsibility) for a in held) == undated + sum(e.amount for e in own)
        assert sorted(e.id for a in held for e in a.flows[n].effective) == sorted(e.id for e in own)
        assert sorted(e.id for a in held for e in a.flows[n].decided) == sorted(e.id for e in own)
    for made in held:
        assert known(made.opening.amount) + known(made.recorded) + known(made.discrepancy) == made.closing.amount


def test_a_thousand_divisions() -> None:
    rng = random.Random(20230101)  # noqa: S311
    for _ in range(1000):
        series, flows, events = seven_years(rng)
        terms = leaders(rng)
        for method in ("NEAREST", "INTERP"):
            division = divide(series, flows, terms, events=events, method=method)
            assert_tiles(division, series, flows, events)
            whole = sum(known(series.ends[y]) - known(series.ends[y - 1]) - sum(f.sign * known(f.annual[y]) for f in flows)
                        for y in range(2016, 2023))  # fmt: skip
            assert sum(known(a.discrepancy) for a in division.accounts) == whole


@given(
    st.randoms(use_true_random=False),
    st.sampled_from(["NEAREST", "INTERP"]),
    st.lists(st.dates(SPAN.start, date(2022, 12, 31)), max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_any_division_with_observations(rng: random.Random, method: Method, observed: list[date]) -> None:
    series, flows, events = seven_years(rng)
    days = [d for d in sorted(set(observed)) if d != SPAN.start]  # the ends of the span stay those of the book
    series = Series(series.item, series.ends, tuple(Observed(d, F(rng.randrange(10**6), 7)) for d in days))
    cuts = sorted({SPAN.start, SPAN.end, *days, *(t.start for t in leaders(rng))})
    terms = [Term(str(n), "head", a, b) for n, (a, b) in enumerate(pairwise(cuts))]
    assert_tiles(divide(series, flows, terms, events=events, method=method), series, flows, events)


@given(st.randoms(use_true_random=False), st.sampled_from(["NEAREST", "INTERP"]))
@settings(max_examples=30, deadline=None)
def test_scaling_by_1_37_scales_and_changes_nothing_else(rng: random.Random, method: Method) -> None:
    series, flows, events = seven_years(rng)
    k = F("1.37")
    scaled = Series(series.item, {y: known(v) * k for y, v in series.ends.items()})
    more = tuple(Flow(f.row, f.sign, f.cause, {y: known(v) * k for y, v in f.annual.items()}) for f in flows)
    terms = leaders(rng)
    one = divide(series, flows, terms, events=events, method=method)
    two = divide(
        scaled, more, terms, events=tuple(Dated(e.id, e.row, e.amount * k, e.decision, e.effect) for e in events), method=method
    )
    for a, b in zip(one.accounts, two.accounts, strict=True):
        assert (known(a.net) * k, known(a.recorded) * k, known(a.decided) * k) == (b.net, b.recorded, b.decided)
        assert (a.window, a.inherited != (), a.beyond != ()) == (b.window, b.inherited != (), b.beyond != ())


@given(st.randoms(use_true_random=False), st.dates(SPAN.start, date(2022, 12, 31)), st.dates(SPAN.start, date(2022, 12, 31)))
@settings(max_examples=40, deadline=None)
def test_the_days_of_an_undated_flow_counted_one_by_one(rng: random.Random, a: date, b: date) -> None:
    start, end = sorted((a, b))
    flow = Flow("R22", 1, "natural", {y: F(rng.randrange(10**6), 100) for y in range(2016, 2023)})
    part = flow_part(flow, Term("Z", "head", start, end), Window(start, end))
    slow = F(0)
    for n in range((end - start).days):
        day = start + timedelta(n)
        slow += known(flow.annual[day.year]) / days_of(day.year)
    assert part.balance == part.responsibility == slow


def test_printed_parts_add_up() -> None:
    # a third each of 1.00: 0.33 + 0.33 + 0.34
    assert [str(p) for p in printed_parts([F(1, 3)] * 3, 2)] == ["0.33", "0.33", "0.34"]
    assert [str(p) for p in printed_parts([F(2, 3), F(1, 3)], 0)] == ["1", "0"]
    with pytest.raises(ValueError, match="nothing"):
        printed_parts([], 2)


@given(st.lists(st.fractions(-100, 100, max_denominator=366), min_size=1, max_size=8), st.integers(0, 4))
def test_printed_parts_are_the_printed_sum(parts: list[Fraction], places: int) -> None:
    shown = printed_parts(parts, places)
    assert sum(shown) == printed_parts([sum(parts, F(0))], places)[0]
    assert all(abs(F(s) - p) <= F(1, 2 * 10**places) for s, p in zip(shown[:-1], parts[:-1], strict=True))
