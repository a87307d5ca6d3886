"""Periods: what stands before a year, a month, a term; and that a term has days."""

from __future__ import annotations

from datetime import date

import pytest

from gep.base.periods import before, of_term, of_year, up_to


@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ("2020", "2019"),
        ("2020-06", "2019-06"),
        ("2020-06-30", "2019-06-30"),
        ("2020-07-01/2022-03-01", "../2020-07-01"),
    ],
)
def test_the_period_before(period: str, earlier: str) -> None:
    assert before(period) == earlier


def test_a_year_opens_with_the_closings_of_the_year_before() -> None:
    span = of_year(2020)
    assert (span.period, span.before, span.year, span.year_before, span.opens) == ("2020", "2019", 2020, 2019, None)
    assert before(span.period) == span.before


def test_a_term_opens_with_the_balances_of_its_first_day() -> None:
    span = of_term(date(2020, 7, 1), date(2022, 3, 1), 2021, 2019)
    assert (span.period, span.before) == ("2020-07-01/2022-03-01", "../2020-07-01")
    assert span.before == up_to(date(2020, 7, 1)) == before(span.period)
    assert (span.year, span.year_before, span.opens) == (2021, 2019, date(2020, 7, 1))


def test_a_term_has_days() -> None:
    for end in (date(2020, 7, 1), date(2020, 6, 30)):
        with pytest.raises(ValueError, match="has no day"):
            of_term(date(2020, 7, 1), end, 2020, 2019)
