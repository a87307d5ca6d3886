"""G1, the green-gold index over the years with its interval, and G4, the indicators that stand beside it."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gep.base.records import Names
from gep.explain.address import NO_KEY, Address
from gep.ledger.views import literal
from gep.report.form import (
    BLANK,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Scope,
    Stored,
    Term,
    number,
    unit_names,
    words,
)
from gep.workflow.forms.common import breaks, money_of
from gep.workflow.forms.lists import beside, finished, heading, said
from gep.workflow.forms.reader import CURRENT, Reader
from gep.workflow.indices import COLUMNS, CURRENCY

VIEW = "green_gold_index"
INDEX_PLACES, SHARE_PLACES = 4, 2
STEPS: Mapping[str, Names] = {
    "preliminary": Names("初步核算", "preliminary"),
    "verified": Names("初步核实", "verified"),
    "final": Names("最终核实", "final"),
    "census": Names("普查修订", "after a census"),
}
INTERVAL = Names(
    "区间由参数的离散范围得出（各参数同时抽样），不含报送数的误差；没有已知离散范围的，不给区间。",
    "Intervals come from the spread of parameters, all drawn together; they hold no error of returns. Where no spread is known "
    "there is no interval.",
)
CURRENT_NAMES = Names("现价", "At current prices")
YEAR = Column("name", Names("年份", "Year"), "label")
GEP, GDP, INDEX = Names("生态产品总值", "GEP"), Names("地区生产总值", "GDP"), Names("绿金指数", "Green-gold index")
AMOUNT, LOW, HIGH = Names("数值", "Value"), Names("下限", "Low"), Names("上限", "High")


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of the view in print: its unit there, with `money` for the currency, and its decimals."""

    column: str
    unit: str
    places: int
    parent: str = ""  # the column whose interval it ends


@dataclass(frozen=True)
class Year:
    """The rows of the index of one year, by price basis."""

    scope: Scope
    rows: Mapping[str, Mapping[str, Any]]


MAIN = (
    Shown("gep", "money", 2),
    Shown("gep_low", "money", 2, "gep"),
    Shown("gep_high", "money", 2, "gep"),
    Shown("gdp", "money", 2),
    Shown("ggi", "1", INDEX_PLACES),
    Shown("ggi_low", "1", INDEX_PLACES, "ggi"),
    Shown("ggi_high", "1", INDEX_PLACES, "ggi"),
    Shown("geep", "money", 2),
    Shown("per_capita", "CNY/person", 0),
    Shown("per_km2", "10^4 CNY/km2", 2),
)
MORE = (
    Shown("regulating_share", "%", SHARE_PLACES),
    Shown("market_share", "%", SHARE_PLACES),
    Shown("realisation_rate", "%", SHARE_PLACES),
    Shown("elasticity", "1", 2),
    Shown("energy_per_gdp", "tce/10^4 CNY", 4),
    Shown("water_per_gdp", "m3/10^4 CNY", 2),
    Shown("land_per_gdp", "m2/10^4 CNY", 2),
    Shown("carbon_per_gdp", "t_CO2/10^4 CNY", 4),
)


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """G1 and G4 of a region up to the year of the scope; none where the vintage holds no index."""
    years = [y for y in (years_of(reader, s) for s in reader.history(gep)) if y.rows]
    if not years or years[-1].scope != gep:
        return
    currency = currency_of(reader, gep, years[-1])
    held = {basis for y in years for basis in y.rows}
    bases = sorted(held, key=lambda b: (b != CURRENT, b))
    ground = tuple(breaks(reader, gep, [y.scope for y in years]))
    table = _Table(reader, gep, years, bases, currency)
    yield table.form("G1", Names("绿金指数", "Green-gold index"), MAIN, (INTERVAL, *_provenance(bases), *ground))
    yield table.form("G4", Names("绿金指数相关指标", "Indicators beside the green-gold index"), MORE, (*_told(bases), *ground))


def years_of(reader: Reader, scope: Scope) -> Year:
    """The rows of the index that one vintage holds of a region and year, by price basis."""
    sql = (
        f"SELECT * FROM {VIEW}_all WHERE vintage = {scope.vintage} AND profile = {literal(scope.profile)}"
        f" AND zone = '{NO_KEY}' ORDER BY year, region_code, price_basis"
    )
    held = reader.kept(sql, lambda: _by_place(reader.rows(sql)))
    return Year(scope, held.get((scope.region, scope.year), {}))


def _by_place(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, int], dict[str, Mapping[str, Any]]]:
    found: dict[tuple[str, int], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["region_code"], row["year"]), {})[row["price_basis"]] = row
    return found


def currency_of(reader: Reader, scope: Scope, year: Year) -> str:
    """The currency of the index; vintages from before the view had that column are in the one of the profile."""
    stated = next((r["currency"] for r in year.rows.values() if r["currency"]), None)
    scheme = reader.scheme(scope.profile)
    return str(stated or (scheme.currency if scheme is not None else CURRENCY))


def index_figure(row: Mapping[str, Any], column: str, unit: str) -> Stored:
    """A column of the index as a stored figure."""
    named = {"zone": NO_KEY, "profile": row["profile"], "price_basis": row["price_basis"]}
    address = Address(VIEW, row["region_code"], str(row["year"]), (), named, column, row["vintage"])
    amount: Decimal | None = row[column]
    return Stored(address.text(), amount, unit, "not_available" if amount is None else "value")


def basis_names(basis: str) -> Names:
    """At which prices, in words."""
    year = basis.partition(":")[2]
    return Names(f"{year} 年不变价", f"At constant prices of {year}") if year else CURRENT_NAMES


def gdp_vintage(stored: str | None) -> Names | None:
    """The version of GDP in words: `final 2021-12-15`, several joined by `; ` where regions differ."""
    if not stored or stored == NO_KEY:
        return None
    parts = [p.partition(" ") for p in stored.split("; ")]
    named = [(STEPS.get(step, Names(step, step)), day) for step, _, day in parts]
    return Names(*("; ".join(f"{n.of(lang)} {day}".strip() for n, day in named) for lang in ("zh", "en")))


def _provenance(bases: Sequence[str]) -> Iterator[Names]:
    yield Names(
        "绿金指数＝生态产品总值÷地区生产总值；经济-生态生产总值＝地区生产总值＋调节服务价值－生态环境损失。",
        "Green-gold index = GEP ÷ GDP; economic-ecological product = GDP + regulating services − losses of the environment.",
    )
    yield from _told(bases)


def _told(bases: Sequence[str]) -> Iterator[Names]:
    if len(bases) > 1:
        yield Names(
            "不变价各行的地区生产总值用同一价格年的不变价。", "Lines at constant prices use GDP at prices of the same year."
        )


class _Table:
    """Years as lines, one block a price basis."""

    def __init__(self, reader: Reader, scope: Scope, years: Sequence[Year], bases: Sequence[str], currency: str) -> None:
        self.reader, self.scope, self.years, self.bases, self.currency = reader, scope, years, bases, currency
        self.money = money_of(reader, currency)

    def form(self, name: str, names: Names, shown: Sequence[Shown], notes: Sequence[Names]) -> Form:
        columns = self._columns(shown)
        lines: list[Line] = []
        for basis in self.bases:
            if len(self.bases) > 1:
                lines.append(heading(f"basis.{basis}", basis_names(basis), len(columns)))
            lines += (self._line(y, basis, columns, shown) for y in self.years if basis in y.rows)
        marked = any(row["illustrative"] for y in self.years for row in y.rows.values())
        made = Form(name, name, "index", names, self.scope, columns, tuple(lines), notes=tuple(notes), illustrative=marked)
        return finished(made)

    def _columns(self, shown: Sequence[Shown]) -> tuple[Column, ...]:
        columns = [YEAR]
        group: tuple[Names, ...]
        for s in shown:
            head = {"gep": GEP, "ggi": INDEX, "gdp": GDP}.get(s.parent or s.column)
            own = {"low": LOW, "high": HIGH}.get(s.column.rpartition("_")[2]) if s.parent else None
            if head is not None:
                names, group = own or AMOUNT, (head,)
            else:
                names, group = self.reader.book.catalog.measures[COLUMNS[s.column][0]].names, ()
            columns.append(Column(s.column, names, group=group, unit=unit_names(self._shown_in(s))))
            if s.column == "gdp":
                columns.append(Column("gdp_vintage", Names("版次", "Vintage"), "text", (GDP,)))
        return tuple(columns)

    def _line(self, year: Year, basis: str, columns: Sequence[Column], shown: Sequence[Shown]) -> Line:
        row, code = year.rows[basis], line_code(year.scope.year, basis)
        held = {s.column: self._cell(code, row, s) for s in shown}
        held["gdp_vintage"] = said(gdp_vintage(row["gdp_vintage"]))
        held["name"] = words(Names(f"{year.scope.year} 年", str(year.scope.year)))
        return Line(code, tuple(held[c.code] for c in columns), "", 1 if len(self.bases) > 1 else 0)

    def _cell(self, code: str, row: Mapping[str, Any], shown: Shown) -> Cell:
        stored, to = self._unit(shown.parent or shown.column), self._shown_in(shown)
        if shown.parent:
            end, of = row[shown.column], index_figure(row, shown.parent, stored)
            return BLANK if end is None else beside(of, end, places=shown.places, shown_in=to)
        if shown.column == "gdp" and row["gdp"] is None:
            return Cell("missing")  # nothing was returned, so there is no figure to explain
        figure = index_figure(row, shown.column, stored)
        both = row["gep"] is not None and row["gdp"]
        made = Made("ratio", (Term(Ref(code, "gep")), Term(Ref(code, "gdp")))) if shown.column == "ggi" and both else None
        return number(figure, places=shown.places, shown_in=to, made=made)

    def _unit(self, column: str) -> str:
        """The unit that the column is stored in."""
        measure, unit = COLUMNS[column]
        return (unit or self.reader.book.catalog.measures[measure].unit).replace(CURRENCY, self.currency)

    def _shown_in(self, shown: Shown) -> str:
        return self.money if shown.unit == "money" else shown.unit.replace(CURRENCY, self.currency)


def line_code(year: int, basis: str) -> str:
    """The code of the line of a year: the year alone at current prices."""
    return str(year) if basis == CURRENT else f"{year}.{basis}"
