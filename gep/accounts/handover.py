"""The stock on a day of handover: observed on that very day, at the nearest year-end, or, where asked, between two of them.

Balance sheets exist at 31 December only, so a stock on any other day rests on a rule, and the rule is part of the figure. Days
begin at 00:00; a stock of 31 December stands at 00:00 of 1 January. Terms of office are half-open, so the day a term ends is the
day the next begins and both read one and the same stock.

OBS       a record of that very day.
NEAREST   the year-end that is fewer days away. The only tie is 2 July of a leap year; it goes to the earlier year-end, for an
          opening and a closing alike, so that terms tile.
INTERP    S(y−1) + (S(y) − S(y−1)) × (days since 1 January of y) / (days of y), an exact fraction. An estimate, only where asked.

An observation goes before both others: no estimate stands beside a record of the same day. Amounts are exact, in one unit that
the caller knows. No official text that fixes such a rule is known; the method is therefore printed with every figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal, TypeAlias

from gep.base.findings import Finding, Place, finding
from gep.base.records import Names
from gep.base.rounding import store

Method: TypeAlias = Literal["OBS", "NEAREST", "INTERP"]

TEXT_PLACES = 12  # decimals of an amount in a finding

_CLASSES = Names("类别、等级只有跳变", "classes and grades change in steps")
_REAPPRAISED = Names("储量在评审之日重估", "reserves change on the day they are reappraised")
_LINE = Names("红线面积在批准之日变动", "the red line changes on the day of an approval")
_DEBT = Names("债务在发生之日、消除之日变动", "an obligation arises and is discharged on a day")
_VALUE = Names("单位价值按年度确定", "the unit value is that of a year")
_INDEX = Names("状况指数按年度确定", "a condition index is that of a year")
_RATIO = Names("比率由两个存量相除得出", "a ratio is worked out from two stocks")

# (table, column; empty: every column) → why it is never interpolated
STEPS: Mapping[tuple[str, str], Names] = {
    ("WQ-01", ""): _CLASSES,
    ("LQ-01", ""): _CLASSES,
    ("LQ-02", ""): _CLASSES,
    ("GQ-01", ""): _CLASSES,
    ("FS-01", ""): _CLASSES,
    ("FQ-01", ""): _CLASSES,
    ("RL-01", ""): _LINE,
    ("MN-01", ""): _REAPPRAISED,
    ("SC-M", ""): _REAPPRAISED,
    ("VP-01", ""): _VALUE,
    ("VA-01", ""): _VALUE,
    ("EC-04", ""): _VALUE,
    ("LI-01", ""): _DEBT,
    ("DB-01", ""): _DEBT,
    ("MR-01", ""): _DEBT,
    ("EC-02", ""): _INDEX,
    ("FT-01", "U0"): _RATIO,
    ("FT-01", "U1"): _RATIO,
    ("FT-01", "U2"): _RATIO,
}


@dataclass(frozen=True, slots=True)
class Observed:
    """A stock recorded at 00:00 of a day, with the document it stands in."""

    day: date
    amount: Fraction
    document: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The year-ends of one stock. `item` names it in findings (region, table, column).

    `ends`: what stood at the end of 31 December, by year; a year with None is unknown. The data reach from the first year named
    to the last. `step`: why it is never interpolated (`step_reason`), None for a stock that may be.
    """

    item: str
    ends: Mapping[int, Fraction | None]
    observed: tuple[Observed, ...] = ()
    step: Names | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """A stock on a day. It is made once and shared: closing of the predecessor and opening of the successor.

    `amount` is None where there is none. `method`: the one that was used. `cut`: where flows are cut for it, which is the day
    itself, and for NEAREST 1 January after the year-end read. `year_end`: that year-end. `days`: its distance with sign, negative
    where it stands before the day. `rests_on`: the year-ends read. `estimate`: an interpolated amount.
    """

    item: str
    day: date
    amount: Fraction | None
    method: Method
    cut: date
    year_end: int | None = None
    days: int | None = None
    rests_on: tuple[int, ...] = ()
    estimate: bool = False
    document: str = ""


def step_reason(table: str, column: str = "") -> Names | None:
    """Why figures of a column of an asset table are never interpolated; None where they may be."""
    return STEPS.get((table, "")) or STEPS.get((table, column))


def days_of(year: int) -> int:
    """365 or 366."""
    return date(year, 12, 31).timetuple().tm_yday


def nearest(day: date) -> tuple[int, int]:
    """The year-end nearest to 00:00 of a day, and its distance in days, negative where it stands before the day.

    1 July 2020 is 182 days after 00:00 of 1 January 2020 and 184 before that of 2021: (2019, −182).
    """
    since = _since_new_year(day)
    left = days_of(day.year) - since
    return (day.year - 1, -since) if since <= left else (day.year, left)


def stock_at(series: Series, day: date, method: Method = "NEAREST") -> tuple[Stock, tuple[Finding, ...]]:
    """The stock at 00:00 of a day: the observation of that day, else by the method; None with findings where there is none.

    Under OBS nothing stands in for an observation that is missing. A step-like stock is not interpolated: asking for it is a
    finding, whatever the day. No year-end is ever replaced by another one.
    """
    seen = tuple(o for o in series.observed if o.day == day)
    if seen:
        return _observed(series, day, seen)
    match method:
        case "OBS":
            told = finding("TENURE-NO-OBSERVATION", _place(series, day), found="…", expected=day, holes={"item": series.item})
            return Stock(series.item, day, None, "OBS", day), (told,)
        case "NEAREST":
            year, days = nearest(day)
            amount, findings = _read(series, day, (year,))
            value = amount[0] if amount else None
            return Stock(series.item, day, value, "NEAREST", _new_year_after(year, day), year, days, (year,)), findings
        case "INTERP":
            return _interpolated(series, day)


def stocks_at(
    series: Series, days: Iterable[date], method: Method = "NEAREST"
) -> tuple[Mapping[date, Stock], tuple[Finding, ...]]:
    """One stock for each day, to be shared by everything that begins or ends on it, and every finding."""
    made = {day: stock_at(series, day, method) for day in sorted(set(days))}
    return {day: stock for day, (stock, _) in made.items()}, tuple(f for _, findings in made.values() for f in findings)


def _observed(series: Series, day: date, seen: tuple[Observed, ...]) -> tuple[Stock, tuple[Finding, ...]]:
    place = _place(series, day)
    amounts = sorted({o.amount for o in seen})
    if len(amounts) > 1:
        listed = ", ".join(plain(a) for a in amounts)
        told = finding("TENURE-OBSERVED-TWICE", place, found=listed, holes={"item": series.item, "day": day})
        return Stock(series.item, day, None, "OBS", day), (told,)
    findings: tuple[Finding, ...] = ()
    ended = series.ends.get(day.year - 1) if _since_new_year(day) == 0 else None
    if ended is not None and ended != amounts[0]:
        holes = {"item": series.item, "day": day, "year": day.year - 1}
        difference = plain(amounts[0] - ended)
        findings = (
            finding(
                "TENURE-OBSERVED-DIFFERS",
                place,
                found=plain(amounts[0]),
                expected=plain(ended),
                difference=difference,
                holes=holes,
            ),
        )
    documents = "; ".join(dict.fromkeys(o.document for o in seen if o.document))
    return Stock(series.item, day, amounts[0], "OBS", day, document=documents), findings


def _interpolated(series: Series, day: date) -> tuple[Stock, tuple[Finding, ...]]:
    if series.step is not None:
        holes = {"item": series.item, "why_zh": series.step.zh, "why_en": series.step.en}
        told = finding("TENURE-NEVER-INTERPOLATE", _place(series, day), found="INTERP", expected="OBS, NEAREST", holes=holes)
        return Stock(series.item, day, None, "INTERP", day), (told,)
    since = _since_new_year(day)
    years = (day.year - 1, day.year) if since else (day.year - 1,)  # at 00:00 of 1 January nothing is estimated
    amounts, findings = _read(series, day, years)
    amount = None
    if amounts:
        amount = amounts[0] + (amounts[-1] - amounts[0]) * Fraction(since, days_of(day.year))
    return Stock(series.item, day, amount, "INTERP", day, rests_on=years, estimate=bool(since)), findings


def _read(series: Series, day: date, years: tuple[int, ...]) -> tuple[tuple[Fraction, ...], tuple[Finding, ...]]:
    """The amounts of year-ends, none of them if one is missing, and a finding for each that is."""
    amounts, findings = [], []
    known = sorted(series.ends)
    for year in years:
        amount = series.ends.get(year)
        if amount is not None:
            amounts.append(amount)
            continue
        inside = bool(known) and known[0] <= year <= known[-1]
        reach = f"{known[0]}-12-31 … {known[-1]}-12-31" if known else "…"
        code = "TENURE-NO-STOCK" if inside else "TENURE-OUTSIDE-DATA"
        holes = {"item": series.item, "day": day}
        findings.append(finding(code, _place(series, day), found=f"{year}-12-31", expected=reach, holes=holes))
    return () if findings else tuple(amounts), tuple(findings)


def _place(series: Series, day: date) -> Place:
    return Place(key=f"{series.item}/{day}")


def _since_new_year(day: date) -> int:
    return day.timetuple().tm_yday - 1


def _new_year_after(year: int, day: date) -> date:
    """1 January after a year-end; the day itself where the calendar ends before it (an open end written as 9999-12-31)."""
    return date(year + 1, 1, 1) if year < date.max.year else day


def plain(x: Fraction) -> str:
    """An amount in a finding: as many decimals as it has, at most TEXT_PLACES."""
    return f"{store(x, TEXT_PLACES).normalize():f}"
