"""CP-GEP, the ecosystem product at constant prices and the green-gold index over the term, within one profile and its rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from gep.base.records import Names
from gep.report.form import (
    BLANK,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Scope,
    Term,
    decimal_of,
    evaluate,
    number,
    unit_names,
    words,
)
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import amount, form, vintages
from gep.workflow.forms.common import breaks, money_of
from gep.workflow.forms.indices import basis_names, gdp_vintage, index_figure, years_of
from gep.workflow.forms.lists import said, worded
from gep.workflow.forms.reader import CURRENT, Reader, reading

NAME = Names("生态产品总值（不变价）与绿金指数", "GEP at constant prices and the green-gold index")
INDEX_PLACES, MONEY_PLACES = 4, 2
NO_PROFILE = Names(
    "本次审计没有指定核算方案，或账册中没有任期各年的生态产品总值。",
    "No profile is named for this audit, or the book holds no GEP of the years of the term.",
)
NOT_OF_POST = Names(
    "生态产品总值是全地区的数，不属本职务的范围，未列。", "GEP is of the whole region, not of this post; it is not listed."
)
NO_CONSTANT = Names(
    "该方案没有不变价数，现价的变化含价格因素，不作增长比较。",
    "The profile has no constant prices; at current prices a change holds that of prices, and no growth is worked out.",
)
BROKEN = Names(
    "断点年份与上年不可比，增速不计算，须先取得衔接数。",
    "The year of a break must not be compared with the year before; no growth is given until a bridge is there.",
)
GEP, GDP, INDEX = Names("生态产品总值", "GEP"), Names("地区生产总值", "GDP"), Names("绿金指数", "Green-gold index")
GROWTH = Names("比上年（可比价）", "Against the year before, constant prices")


@dataclass(frozen=True)
class _Year:
    """The index of one year-end of the term. `broken`: it must not be compared with the year before."""

    scope: Scope
    rows: Mapping[str, Mapping[str, Any]]
    broken: bool


def forms(case: Case) -> Iterator[Form]:
    """The years from the one nearest to the start of the term to the one nearest to its end; it says so where there are none."""
    name = (case.form_id("CP-GEP"), "CP-GEP", NAME)
    with reading(case.ground.book) as reader:
        years = _years(case, reader)
        basis = _basis(years)
        columns = _columns(reader, basis, years)
        if not years:
            yield form(case, name, columns, (), [NO_PROFILE if case.remit.whole else NOT_OF_POST], section="index")
            return
        lines = _lines(reader, years, basis)
        notes = [*_told(reader, case, years, basis)]
    made = form(case, name, columns, lines, notes, section="index")
    illustrative = made.illustrative or any(r["illustrative"] for y in years for r in y.rows.values())
    yield replace(made, scope=years[-1].scope, illustrative=illustrative)


def _years(case: Case, reader: Reader) -> list[_Year]:
    """The years of the term of which the book holds the index; with whether each may be compared with the one before."""
    profile, span = case.tenure.profile, case.account.span
    used = case.used(profile)
    wanted = [y for y in sorted(used) if span.year_before <= y <= span.year] if profile and case.remit.whole else []
    scopes = [replace(case.scope, profile=profile, year=y, vintage=used[y], state="") for y in wanted]
    rules = {int(r["vintage"]): r["rules_hash"] for r in reader.rows("SELECT vintage, rules_hash FROM run ORDER BY ALL")}
    found: list[_Year] = []
    for scope in scopes:
        rows = years_of(reader, scope).rows
        if not rows:
            continue
        last = found[-1].scope if found else None
        other = last is not None and (rules.get(last.vintage) != rules.get(scope.vintage) or last.year != scope.year - 1)
        broken = other or (last is not None and any(True for _ in breaks(reader, scope, [last, scope])))
        found.append(_Year(scope, rows, broken))
    return found


def _basis(years: Sequence[_Year]) -> str:
    """The constant prices that every year is stated at; empty where there are none."""
    held = [{b for b in y.rows if b != CURRENT} for y in years]
    common = sorted(set.intersection(*held)) if held else []
    return common[-1] if common else ""


def _currency(years: Sequence[_Year]) -> str:
    return next((str(r["currency"]) for y in years for r in y.rows.values() if r["currency"]), "CNY")


def _columns(reader: Reader, basis: str, years: Sequence[_Year]) -> tuple[Column, ...]:
    money = unit_names(money_of(reader, _currency(years)))
    columns = [
        worded("name", "年份", "Year", "label"),
        Column("gep", Names("现价", "At current prices"), group=(GEP,), unit=money),
        Column("gdp", Names("现价", "At current prices"), group=(GDP,), unit=money),
        worded("gdp_vintage", "地区生产总值版次", "Vintage of GDP"),
        Column("ggi", Names("现价", "At current prices"), group=(INDEX,)),
    ]
    if basis:
        names = basis_names(basis)
        columns[2:2] = [
            Column("gep_constant", names, group=(GEP,), unit=money),
            Column("growth", GROWTH, group=(GEP,), unit=Names("%", "%")),
        ]
        columns.append(Column("ggi_constant", names, group=(INDEX,)))
        columns.append(Column("ggi_change", Names("比上年", "Against the year before"), group=(INDEX,)))
    return (*columns, worded("breaks", "断点", "Breaks"), worded("vintage", "账册版次", "Vintage"))


def _lines(reader: Reader, years: Sequence[_Year], basis: str) -> list[Line]:
    columns = [c.code for c in _columns(reader, basis, years)]
    found: list[Line] = []
    held: dict[str, dict[str, Cell]] = {}
    for n, year in enumerate(years):
        code = str(year.scope.year)
        cells = _cells(reader, year, basis, _currency(years))
        before = str(years[n - 1].scope.year) if n else ""
        if basis:
            cells |= _over(code, cells, before, held.get(before, {}), broken=year.broken or not n)
        cells["breaks"] = said(
            Names("与上年不可比，需衔接数", "not comparable with the year before; a bridge is needed") if year.broken else None
        )
        cells["vintage"] = said(vintages(f for c in cells.values() for f in c.figures))
        held[code] = cells
        found.append(Line(code, tuple(cells.get(c, BLANK) for c in columns)))
    return found


def _cells(reader: Reader, year: _Year, basis: str, currency: str) -> dict[str, Cell]:
    money, row = money_of(reader, currency), year.rows.get(CURRENT, {})
    cells = {"name": words(Names(f"{year.scope.year} 年", str(year.scope.year)))}
    for rows, column, name, unit, places in (
        (row, "gep", "gep", currency, MONEY_PLACES),
        (row, "gdp", "gdp", currency, MONEY_PLACES),
        (row, "ggi", "ggi", "1", INDEX_PLACES),
        (year.rows.get(basis, {}), "gep", "gep_constant", currency, MONEY_PLACES),
        (year.rows.get(basis, {}), "ggi", "ggi_constant", "1", INDEX_PLACES),
    ):
        if not rows or rows[column] is None:
            cells[name] = Cell("missing")
            continue
        shown_in = money if unit != "1" else "1"
        cells[name] = number(index_figure(rows, column, unit), places=places, shown_in=shown_in)
    cells["gdp_vintage"] = said(gdp_vintage(row.get("gdp_vintage")))
    return cells


def _over(code: str, cells: Mapping[str, Cell], before: str, last: Mapping[str, Cell], *, broken: bool) -> dict[str, Cell]:
    """Growth of GEP at constant prices and the change of the index against the year before; not across a break."""
    if broken:
        return {"growth": Cell("not_applicable"), "ggi_change": Cell("not_applicable")}
    growth = Made("growth", (Term(Ref(code, "gep_constant")), Term(Ref(before, "gep_constant"))))
    change = Made("sum", (Term(Ref(code, "ggi_constant")), Term(Ref(before, "ggi_constant"), -1)))
    return {
        "growth": _worked(growth, (cells["gep_constant"], last["gep_constant"]), "%", 2),
        "ggi_change": _worked(change, (cells["ggi_constant"], last["ggi_constant"]), "1", INDEX_PLACES),
    }


def _worked(made: Made, parts: Sequence[Cell], unit: str, places: int) -> Cell:
    amounts: list[Decimal] = [p.exact for p in parts if p.exact is not None]
    exact = evaluate(made, amounts) if len(amounts) == len(parts) else None
    figures = [f for p in parts for f in p.figures]
    return amount(
        None if exact is None else decimal_of(exact), unit, figures, made=made if exact is not None else None, places=places
    )


def _told(reader: Reader, case: Case, years: Sequence[_Year], basis: str) -> Iterator[Names]:
    scheme = reader.scheme(case.tenure.profile)
    if scheme is not None:
        yield Names(f"核算方案：{scheme.names.zh}。", f"Profile: {scheme.names.en}.")
    yield Names("绿金指数＝生态产品总值÷地区生产总值；不变价各行用同一价格年。",
                "Green-gold index = GEP ÷ GDP; figures at constant prices are all of the same price year.")  # fmt: skip
    if not basis:
        yield NO_CONSTANT
    if any(y.broken for y in years):
        yield BROKEN
        for a, b in pairwise(y.scope for y in years):
            yield from breaks(reader, b, [a, b])
