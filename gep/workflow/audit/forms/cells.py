"""Cells of the ledgers of an audit: amounts of the account of a term, how a closing is made of rows, and records in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from gep.base.records import Key, Measure, Names, State
from gep.base.rounding import store
from gep.explain.returned import is_return
from gep.report.form import BLANK, KINDS, NONE, Cell, Column, Form, Line, Made, Ref, Stored, Term, decimal_of, rounded
from gep.rules.plan import places_of as stored_places
from gep.workflow.audit import term_facts
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.records import Balance
from gep.workflow.audit.term_stock import Row as Flow
from gep.workflow.audit.term_stock import rows_of
from gep.workflow.forms.common import noted
from gep.workflow.forms.lists import places_of, said, worded

ITEM = worded("name", "项目", "Item", "label")
UNIT = worded("unit", "计量单位", "Unit", "unit")
CODE = worded("code", "资源类别/科目", "Asset row", "code")
MOST_FIGURES = 400  # figures that one cell names; a sum of more is named by its own cells
RECORD = "record"  # heads the address of what stands in a file of the engagement
Sign = Literal[1, -1]


def flows_of(case: Case, line: StockLine) -> tuple[Flow, ...]:
    """The rows that the closing of a stock is made of by the rules of the term; none where it is not a plain sum of rows."""
    return rows_of(case.account.chosen.method.plans, case.layout(line.table), line)


# ---- amounts


def term_amount(case: Case, measure: str, key: Key) -> tuple[Decimal | None, State]:
    """A figure of the term in the region of the engagement, as the plan stores it."""
    return region_amount(case, measure, case.region, key)


def region_amount(case: Case, measure: str, region: str, key: Key) -> tuple[Decimal | None, State]:
    cell = case.account.computation.cells.get(measure, region, case.account.span.period, key)
    if cell is None:
        return None, State.NOT_AVAILABLE
    if cell.exact is None:
        return None, State(cell.state)
    return store(cell.exact, stored_places(case.ground.catalog.measures[measure])), State.VALUE


def flow_figures(case: Case, measure: str, key: Key) -> tuple[Stored, ...]:
    """The annual figures of the book that a flow of the term is cut from."""
    m: Measure = case.ground.catalog.measures[measure]
    return term_facts.flow(case.account.cut, m, case.region, key).figures


def amount(
    exact: Decimal | None,
    unit: str,
    figures: Iterable[Stored] = (),
    *,
    made: Made | None = None,
    state: State = State.NOT_AVAILABLE,
    mark: str = "",
    places: int | None = None,
) -> Cell:
    """An amount in its unit in print, with the decimals of the unit unless told; a sign where there is none.

    Only figures with an address in the accounts are named.
    """
    held = named(figures)
    if exact is None:
        kind = KINDS[state]
        return Cell("missing" if kind == "number" else kind, figures=held)
    decimals = places_of(unit or "1") if places is None else places
    return Cell("number", NONE, exact, rounded(exact, decimals), held, made, mark)


def named(figures: Iterable[Stored]) -> tuple[Stored, ...]:
    """Figures once each, without returns that no account shows (their address explains nothing)."""
    return tuple(dict.fromkeys(f for f in figures if not is_return(f.address)))[:MOST_FIGURES]


def of_fraction(exact: Fraction | None) -> Decimal | None:
    return None if exact is None else decimal_of(exact)


def added(line: str, parts: Mapping[str, tuple[Sign, Cell]], unit: str) -> Cell:
    """The sum of cells of one line by column, made of them; missing while one is, blank where there is none to add."""
    there = {code: (sign, cell) for code, (sign, cell) in parts.items() if cell.kind not in ("blank", "not_applicable", "text")}
    if not there:
        return BLANK
    if any(cell.exact is None for _, cell in there.values()):
        return Cell("missing")
    made = Made("sum", tuple(Term(Ref(line, code), sign) for code, (sign, _) in there.items()))
    total = sum((sign * Fraction(cell.exact) for sign, cell in there.values() if cell.exact is not None), Fraction(0))
    return amount(decimal_of(total), unit, (f for _, c in there.values() for f in c.figures), made=made)


# ---- balances and records in words


def basis_words(balance: Balance | None) -> Names | None:
    """How a stock was read: method, the year-end and its distance in days, or the document of the observation."""
    if balance is None:
        return None
    match balance.method:
        case "OBS":
            document = balance.document or "observations.csv"
            return Names(f"OBS 实测：{document}（observations.csv）", f"OBS, observed: {document} (observations.csv)")
        case "NEAREST":
            days = balance.days or 0
            if not days:
                return Names(f"NEAREST {balance.year_end} 年末，当日", f"NEAREST, end of {balance.year_end}, on the day")
            zh = f"早 {-days} 天" if days < 0 else f"晚 {days} 天"
            en = f"{abs(days)} days {'before' if days < 0 else 'after'}"
            return Names(f"NEAREST {balance.year_end} 年末，{zh}", f"NEAREST, end of {balance.year_end}, {en}")
        case "INTERP":
            return Names("INTERP 按天内插（估计）", "INTERP, by days (an estimate)") if balance.estimate else Names(
                "INTERP 年初即年末数，未估计", "INTERP, a year-end itself, nothing estimated"
            )  # fmt: skip


def recorded(amount: Decimal | None, unit: str, *keys: str) -> tuple[Stored, ...]:
    """The source of a number that stands in a record of the engagement, not in the book: `record/FILE/ID…`, without a vintage."""
    state = State.VALUE if amount is not None else State.NOT_AVAILABLE
    return (Stored("/".join((RECORD, *(k for k in keys if k))), amount, unit, str(state)),)


def vintages(figures: Iterable[Stored]) -> Names | None:
    """The years and vintages of the book that figures come from: `2019@53, 2021@53`."""
    held = [f.address for f in named(figures) if not f.address.startswith(f"{RECORD}/")]
    found = sorted({f"{address.split('/')[2]}@{address.rpartition('@')[2]}" for address in held})
    return Names(", ".join(found), ", ".join(found)) if found else None


def day_words(day: date | None) -> str:
    return day.isoformat() if day is not None else ""


def yes_no(value: bool | None) -> Names:
    if value is None:
        return Names("…", "…")
    return Names("是", "yes") if value else Names("否", "no")


def record_words(case: Case, kind: str, name: str) -> str:
    """A record of the engagement with the file that it stands in: `form-2022-01 (records/evidence_forms.toml)`."""
    file = case.results.files.get((kind, name), "")
    return f"{name} ({file})" if file else name


# ---- forms


def form(
    case: Case,
    of: tuple[str, str, Names],
    columns: Sequence[Column],
    lines: Iterable[Line],
    notes: Iterable[Names] = (),
    *,
    checks: Iterable[Names] = (),
    section: Literal["gep", "asset", "index", "quality", "annex"] = "annex",
) -> Form:
    """A finished ledger of a term. `of`: its id, its number in print and its name."""
    name, number, names = of
    held = tuple(lines)
    made = Form(name, number, section, names, case.scope, tuple(columns), held, notes=tuple(notes), checks=tuple(checks))
    return noted(made, illustrative=case.illustrative)


def texts(*words: Names | str | None) -> tuple[Cell, ...]:
    return tuple(said(w) for w in words)
