"""Terms of office: gaps, overlaps, vacancies, days in years, and the last years of a longer term."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.accounts.posts import Focus, Term, Window, focus, term_findings, with_vacancies

SPAN = Window(date(2016, 1, 1), date(2023, 1, 1))
DAYS = st.dates(date(2015, 1, 1), date(2023, 12, 31))


def term(id: str, start: str, end: str, post: str = "head") -> Term:
    return Term(id, post, date.fromisoformat(start), date.fromisoformat(end))


def codes(*terms: Term, span: Window | None = None) -> list[str]:
    findings = term_findings(terms, span)
    for told in findings:
        assert told.text("zh")
        assert told.mend("en")
    return [f.code for f in findings]


X = term("X", "2020-07-01", "2022-03-01")
ACTING = Term("A", "head", date(2022, 3, 1), date(2022, 4, 15), acting=True)
Y = term("Y", "2022-04-15", "2023-01-01")
PARTY = term("P", "2018-05-10", "2022-09-20", "party")


# ---- tiling


def test_terms_that_follow_each_other() -> None:
    assert codes(Y, X, ACTING, PARTY) == []  # in any order; the party secretary overlaps the heads as he may


def test_a_gap() -> None:
    (told,) = term_findings([X, Y])
    assert (told.code, dict(told.args)["days"], told.severity) == ("TENURE-GAP", "45", "query")  # 1 March to 15 April
    (vacant,) = (t for t in with_vacancies([X, Y, PARTY]) if t.vacant)
    assert (vacant.post, vacant.start, vacant.end) == ("head", date(2022, 3, 1), date(2022, 4, 15))


def test_an_overlap() -> None:
    (told,) = term_findings([X, term("Z", "2022-02-28", "2023-01-01")])
    assert (told.code, told.difference, told.severity) == ("TENURE-OVERLAP", "1", "stop")


def test_a_term_inside_another_hides_no_later_overlap() -> None:
    inside = term("I", "2020-08-01", "2020-09-01")
    after = term("L", "2021-01-01", "2022-05-01")  # begins after I ended, but within X
    told = term_findings([X, inside, after])
    assert [(f.code, f.difference) for f in told] == [("TENURE-OVERLAP", "31"), ("TENURE-OVERLAP", "424")]


@pytest.mark.parametrize("end", ["2020-07-01", "2020-06-30"])
def test_a_term_without_days(end: str) -> None:
    assert codes(term("X", "2020-07-01", end)) == ["TENURE-EMPTY-TERM"]


def test_an_id_twice() -> None:
    assert codes(X, term("X", "2022-03-01", "2023-01-01")) == ["TENURE-TERM-TWICE"]


def test_the_ends_of_a_span() -> None:
    assert codes(X, ACTING, Y, span=SPAN) == ["TENURE-GAP"]
    first, *_ = with_vacancies([X, ACTING, Y], SPAN)
    assert (first.vacant, first.start, first.end) == (True, SPAN.start, X.start)
    assert codes(X, span=SPAN) == ["TENURE-GAP", "TENURE-GAP"]
    assert codes(X, span=X.window) == []


@given(st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=6))
def test_vacancies_make_terms_cover_the_span(pairs: list[tuple[date, date]]) -> None:
    terms = [Term(str(n), "p", *sorted(pair)) for n, pair in enumerate(pairs) if pair[0] != pair[1]]
    held = with_vacancies(terms, SPAN) if terms else ()
    for n in range(0, (SPAN.end - SPAN.start).days, 13) if terms else ():
        day = SPAN.start + timedelta(n)
        vacant = [t for t in held if t.vacant and t.holds(day)]
        assert len(vacant) == (0 if any(t.holds(day) for t in terms) else 1)


# ---- windows


@pytest.mark.parametrize(
    ("start", "end", "days"),
    [
        (date(2020, 7, 1), date(2022, 3, 1), {2020: 184, 2021: 365, 2022: 59}),
        (date(2020, 2, 28), date(2020, 3, 1), {2020: 2}),
        (date(2020, 1, 1), date(2021, 1, 1), {2020: 366}),
        (date(2020, 12, 31), date(2021, 1, 2), {2020: 1, 2021: 1}),
        (date(2021, 1, 1), date(2021, 1, 1), {}),
        (date(2021, 1, 2), date(2020, 12, 31), {2020: -1, 2021: -1}),  # backwards
    ],
)
def test_days_in_years(start: date, end: date, days: dict[int, int]) -> None:
    window = Window(start, end)
    assert {y: window.days_in(y) for y in window.years()} == days


@given(DAYS, DAYS, DAYS)
def test_windows_add_up_in_any_order(a: date, b: date, c: date) -> None:
    for year in range(2015, 2024):
        assert Window(a, b).days_in(year) + Window(b, c).days_in(year) == Window(a, c).days_in(year)
    assert sum(Window(a, b).days_in(y) for y in range(2014, 2026)) == (b - a).days


# ---- the last years


def test_a_long_term_is_traced_back() -> None:
    found = focus(term("L", "2016-05-10", "2022-03-01"), 3)
    assert found == Focus(Window(date(2019, 3, 1), date(2022, 3, 1)), Window(date(2016, 5, 10), date(2019, 3, 1)))
    days = {
        "2016-05-09": "before",
        "2016-05-10": "traced",
        "2019-02-28": "traced",
        "2019-03-01": "counted",
        "2022-02-28": "counted",
    }
    assert {d: found.when(date.fromisoformat(d)) for d in days} == days
    assert found.when(date(2022, 3, 1)) == "after"


@pytest.mark.parametrize("years", [None, 3, 2])
def test_a_short_term_counts_whole(years: int | None) -> None:
    found = focus(X, years)
    assert (found.counted, found.traced) == (X.window, None)
    assert found.when(X.start - timedelta(1)) == "before"


def test_exactly_three_years() -> None:
    assert focus(term("L", "2019-03-01", "2022-03-01"), 3).traced is None
    assert focus(term("L", "2019-02-28", "2022-03-01"), 3).traced == Window(date(2019, 2, 28), date(2019, 3, 1))


def test_a_focus_that_begins_on_29_february() -> None:
    assert focus(term("L", "2016-01-01", "2020-02-29"), 3).counted.start == date(2017, 2, 28)
    assert focus(term("L", "2008-01-01", "2020-02-29"), 4).counted.start == date(2016, 2, 29)


def test_a_focus_of_no_years() -> None:
    with pytest.raises(ValueError, match="0 years"):
        focus(X, 0)
