"""Periods of an account: a year with its months and days, or the term between two days, and what stands before each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

BETWEEN = "/"  # 2020-07-01/2022-03-01: from the start of the first day to the start of the second
UP_TO = "../"  # ../2020-07-01: what there is as that day begins


@dataclass(frozen=True, slots=True)
class Span:
    """What an account is of: its period, the period whose closings it opens with, and the years whose parameters hold.

    `year` is that of its end and `year_before` that of its start: prices, targets and whatever else is read for the period or
    for the one before. `opens`: the first day of a term, None for a year.
    """

    period: str
    before: str
    year: int
    year_before: int
    opens: date | None = None


def of_year(year: int) -> Span:
    """A year: it opens with the closings of the year before."""
    return Span(str(year), str(year - 1), year, year - 1)


def of_term(start: date, end: date, year: int, year_before: int) -> Span:
    """The half-open term [start, end), with the years whose parameters hold at its end and at its start.

    Raises ValueError for a term that ends before it has begun.
    """
    if start >= end:
        raise ValueError(f"the term {start} to {end} has no day")
    return Span(f"{start}{BETWEEN}{end}", up_to(start), year, year_before, start)


def up_to(day: date) -> str:
    """The period of the stocks there are as a day begins."""
    return f"{UP_TO}{day}"


def before(period: str) -> str:
    """The period before: 2019 of 2020, 2019-06 of 2020-06, ../2020-07-01 of 2020-07-01/2022-03-01."""
    start, between, _ = period.partition(BETWEEN)
    if between:
        return UP_TO + start
    return str(int(period[:4]) - 1) + period[4:]
