"""CP-N, figures that follow the weather freed of it where the scheme of evaluation allows: beside the raw figure, never for it.

    driver ÷ normal × 100 = how wet the year was; raw ÷ that × 100 = what a normal year would have given
    or: the mean of the last so many years

Each line stands with what it is made of, so that it can be worked out by hand. Nothing is compared across a break.
"""

# ruff: noqa: S608  (what enters the SQL is names of the program, whole numbers and literals)
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from gep.base.findings import Refused
from gep.base.normals import Normal, mean_of, moving_mean
from gep.base.records import Names
from gep.explain.address import COLUMNS, NAMED, NO_KEY, POSITIONAL, Address, parse
from gep.ledger.views import literal
from gep.report.form import (
    BLANK,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Stored,
    Term,
    decimal_of,
    evaluate,
    text,
    unit_names,
    words,
)
from gep.workflow.audit.balances import codes_at_end, in_unit_of
from gep.workflow.audit.bridges import breaks_of
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import ITEM, UNIT, amount, form, recorded, vintages
from gep.workflow.audit.readings import profile_of
from gep.workflow.forms.lists import heading, said, worded
from gep.workflow.views import rows

NAME = Names("水文气象归一对比表", "Comparison freed of the weather")
TREND = Names("各年平均", "Mean of the years")
RAW, DRIVER, NORMAL = Names("原数", "Raw figure"), Names("丰枯依据", "Driver"), Names("依据的常年值", "Normal of the driver")
INDEX, FREED = Names("丰枯程度（依据÷常年值）", "Wetness (driver ÷ normal)"), Names("归一后", "Freed of the weather")
NOTES = (
    Names("归一后的数只供对比，不代替原数；原数见第一行。归一后＝原数÷丰枯程度，或为近几年的平均。",
          "What is freed of the weather serves comparison and takes the place of no figure; the first line is the figure itself. "
          "Freed = raw ÷ wetness, or the mean of the last years."),
    Names("各年平均：任前为账册首年至任初最近年末所在年，任内为其后至任末最近年末所在年；跨断点的不计算。",
          "Mean of the years: before the term those from the first of the book to the one whose end is nearest to the start, in "
          "the term those after it to the one whose end is nearest to its end; none across a break."),
)  # fmt: skip


@dataclass(frozen=True)
class _Series:
    """A figure by year, in the unit of the book. `figures`: those behind it."""

    amounts: Mapping[int, Fraction | None]
    unit: str
    figures: Mapping[int, Stored]


def forms(case: Case) -> Iterator[Form]:
    """What the scheme lets be freed of the weather; nothing where it allows none of it."""
    scored = case.term.scored
    if scored is None or not scored.evaluation.normals or not case.remit.whole:
        return
    columns, lines = _columns(case), list[Line]()
    for normal in scored.evaluation.normals:
        lines.append(heading(f"of.{normal.id}", normal.names, len(columns)))
        lines += _Item(case, normal).lines(columns)
    notes = [*NOTES, *(_told(n, case.ground.years.vintages) for n in scored.evaluation.normals)]
    yield form(case, (case.form_id("CP-N"), "CP-N", NAME), columns, lines, notes, section="asset")


def years_of(case: Case) -> list[int]:
    """The years of the book up to the one that the term closes with."""
    return [y for y in sorted(case.ground.years.vintages) if y <= case.account.span.year]


def _columns(case: Case) -> tuple[Column, ...]:
    return (
        ITEM,
        UNIT,
        *(Column(f"y{y}", Names(f"{y} 年", str(y))) for y in years_of(case)),
        Column("before", Names("任前", "Before the term"), group=(TREND,)),
        Column("within", Names("任内", "In the term"), group=(TREND,)),
        Column("change", Names("任内比任前", "In the term against before"), group=(TREND,)),
        worded("vintage", "账册版次", "Vintage"),
    )


def _told(n: Normal, read: Mapping[int, int]) -> Names:
    """How a figure is freed, and by which document."""
    if n.way == "mean":
        return Names(
            f"{n.names.zh}：近 {n.years} 年平均（含当年），依据 {n.document}。",
            f"{n.names.en}: the mean of the last {n.years} years, the year itself included, by {n.document}.",
        )
    years = f"{min(read)}–{max(read)}"
    zh, en = f"{years} 年平均", f"the mean of {years}"
    if n.normal is not None:
        number = f"{decimal_of(n.normal):f}"
        zh, en = f"规定值 {number} {unit_names(n.unit).zh}", f"declared as {number} {unit_names(n.unit).en}"
    return Names(
        f"{n.names.zh}：丰枯依据 {n.driver}，常年值为{zh}，依据 {n.document}。",
        f"{n.names.en}: driver {n.driver}, its normal {en}, by {n.document}.",
    )


class _Item:
    """The lines of one figure."""

    def __init__(self, case: Case, normal: Normal) -> None:
        self.case, self.normal = case, normal
        self.years = years_of(case)
        self.raw = read_series(case, normal.figure)
        table = normal.figure.split("/")[1] if normal.figure.startswith("asset_account") else ""
        self.breaks = {b.year for b in breaks_of(case.ground, case.region).of(table)}

    def lines(self, columns: Sequence[Column]) -> Iterator[Line]:
        raw = self._line("raw", RAW, self.raw.unit, self._amounts(self.raw), trend=True)
        if self.normal.way == "mean":
            yield raw.made(columns)
            yield self._mean().made(columns)
            return
        driver = read_series(self.case, self.normal.driver)
        given = self._line("driver", DRIVER, driver.unit, self._amounts(driver))
        normal = self._normal(driver)
        index = self._quotient("index", INDEX, given, normal, "%")
        freed = self._quotient("freed", FREED, raw, index, self.raw.unit, trend=True)
        for line in (raw, given, normal, index, freed):
            yield line.made(columns)

    def _code(self, name: str) -> str:
        return f"{self.normal.id}.{name}"

    def _amounts(self, of: _Series) -> dict[int, Cell]:
        found = {}
        for y in self.years:
            held = of.amounts.get(y)
            figures = (of.figures[y],) if y in of.figures else ()
            found[y] = amount(None if held is None else decimal_of(held), of.unit, figures)
        return found

    def _line(self, name: str, names: Names, unit: str, cells: Mapping[int, Cell], *, trend: bool = False) -> _Row:
        return _Row(self._code(name), names, unit, cells, self._means(name, cells, unit) if trend else {})

    def _means(self, name: str, cells: Mapping[int, Cell], unit: str) -> dict[str, Cell]:
        """The mean of the years before the term and of those in it, and what they differ by; none across a break."""
        span = self.case.account.span
        parts = {
            "before": [y for y in self.years if y <= span.year_before],
            "within": [y for y in self.years if span.year_before < y <= span.year],
        }
        found = {column: self._mean_level(cells, unit, years) for column, years in parts.items()}
        if any(c.kind == "not_applicable" for c in found.values()) or self._broken(self.years):
            return found | {"change": Cell("not_applicable")}
        terms = (Term(Ref(self._code(name), "within")), Term(Ref(self._code(name), "before"), -1))
        return found | {"change": _difference(found["within"], found["before"], unit, Made("sum", terms))}

    def _broken(self, years: Sequence[int]) -> bool:
        """Whether a break lies between the first and the last of some years."""
        return bool(years) and any(years[0] < b <= years[-1] for b in self.breaks)

    def _mean_level(self, cells: Mapping[int, Cell], unit: str, years: Sequence[int]) -> Cell:
        """The mean of the years that can have a figure; unknown while one of them is."""
        there = [cells[y] for y in years if cells[y].kind != "not_applicable"]
        if not there or self._broken(years):
            return Cell("not_applicable")
        mean = mean_of({n: None if c.exact is None else Fraction(c.exact) for n, c in enumerate(there)})
        return amount(None if mean is None else decimal_of(mean), unit, (f for c in there for f in c.figures))

    def _mean(self) -> _Row:
        """Moving means, each of the figures of its years."""
        found = {}
        for y in self.years:
            inside = range(y - self.normal.years + 1, y + 1)
            held = moving_mean(self.raw.amounts, y, self.normal.years)
            broken = any(inside[0] < b <= y for b in self.breaks)
            figures = [self.raw.figures[i] for i in inside if i in self.raw.figures]
            short = inside[0] < self.years[0]  # the book has not so many years before it
            cell = amount(None if held is None else decimal_of(held), self.raw.unit, figures)
            found[y] = Cell("not_applicable", figures=tuple(figures)) if broken or short else cell
        return self._line("freed", FREED, self.raw.unit, found, trend=True)

    def _normal(self, driver: _Series) -> _Row:
        n = self.normal
        if n.normal is None:
            held = mean_of({y: driver.amounts.get(y) for y in self.case.ground.years.vintages})
            figures = tuple(driver.figures.values())
        else:
            scored = self.case.term.scored
            scheme = (scored.evaluation.id, scored.evaluation.version) if scored is not None else ()
            exact = decimal_of(n.normal)
            held, figures = in_unit_of(exact, n.unit, driver.unit), recorded(exact, n.unit, "evaluation", *scheme, n.id)
        cell = amount(None if held is None else decimal_of(held), driver.unit, figures)
        return self._line("normal", NORMAL, driver.unit, dict.fromkeys(self.years, cell))

    def _quotient(self, name: str, names: Names, over: _Row, under: _Row, unit: str, *, trend: bool = False) -> _Row:
        """One line ÷ another × 100, year by year."""
        found = {}
        for y in self.years:
            made = Made("percent", (Term(Ref(over.code, f"y{y}")), Term(Ref(under.code, f"y{y}"))))
            parts = [c.exact for c in (over.cells[y], under.cells[y]) if c.exact is not None]
            exact = evaluate(made, parts) if len(parts) == 2 else None
            figures = (*over.cells[y].figures, *under.cells[y].figures)
            shown = None if exact is None else decimal_of(exact)
            found[y] = amount(shown, unit, figures, made=made if shown is not None else None)
        return self._line(name, names, unit, found, trend=trend)


def _difference(one: Cell, two: Cell, unit: str, made: Made) -> Cell:
    figures = (*one.figures, *two.figures)
    if one.exact is None or two.exact is None:
        return Cell("missing", figures=figures)
    exact = evaluate(made, [one.exact, two.exact])
    return amount(None if exact is None else decimal_of(exact), unit, figures, made=made)


@dataclass(frozen=True)
class _Row:
    """A line before it is laid out."""

    code: str
    names: Names
    unit: str
    cells: Mapping[int, Cell]
    means: Mapping[str, Cell]

    def made(self, columns: Sequence[Column]) -> Line:
        cells = {f"y{y}": c for y, c in self.cells.items()} | dict(self.means)
        cells |= {"name": words(self.names), "unit": words(unit_names(self.unit)) if self.unit != "%" else text("%")}
        cells["vintage"] = said(vintages(f for c in self.cells.values() for f in c.figures))
        return Line(self.code, tuple(cells.get(c.code, BLANK) for c in columns), "", 1)


# ---- reading


def read_series(case: Case, figure: str) -> _Series:
    """A figure of the region by year, from the vintages that the audit reads; a year of which the book has none is left out."""
    path = figure.split("/")
    try:
        address = parse("/".join([path[0], case.region, "0", *path[1:]]))
    except Refused:
        return _Series({}, "", {})
    found = dict(_read(case, address))
    amounts = {year: None if f.amount is None else Fraction(f.amount) for year, f in found.items()}
    return _Series(amounts, next((f.unit for f in found.values()), ""), found)


def _read(case: Case, address: Address) -> Iterator[tuple[int, Stored]]:
    """The figure by year. Keys that an asset address leaves out are open; a service is read as a whole, not one of its parts."""
    view, assets = address.view, address.view == "asset_account"
    name = case.ground.years.scheme if assets else profile_of(case)
    codes = {y: codes_at_end(case.ground.places, case.region, y) for y in case.ground.years.vintages}
    used = [(y, v, codes[y][0]) for y, v in sorted(case.used(name).items()) if len(codes.get(y, ())) == 1]
    if not used:
        return
    named = dict.fromkeys(NAMED[view], NO_KEY) | {"scheme" if assets else "profile": name} | dict(address.named)
    positional, column = POSITIONAL[view], COLUMNS[view][0]
    keys = address.keys[: address.given] if assets else address.keys
    given = dict(zip(positional, keys, strict=False)) | named
    where = " AND ".join(f"{key} = {literal(value)}" for key, value in given.items())
    listed = ", ".join(("year", "vintage", "region_code", column, "unit", "state", *positional))
    pairs = ", ".join(f"({y}, {v}, {literal(code)})" for y, v, code in used)
    sql = f"SELECT {listed} FROM {view}_rollup_all WHERE (year, vintage, region_code) IN ({pairs}) AND {where} ORDER BY ALL"
    held = rows(case.ground.book, sql)
    for year, several in groupby(held, key=lambda r: int(r["year"])):
        row, *more = several
        if not more:  # several parts of a row are no one figure
            place = tuple(str(row[p]) for p in positional)
            full = Address(view, str(row["region_code"]), str(year), place, named, "", int(row["vintage"]))
            yield year, Stored(full.text(), row[column], str(row["unit"]), str(row["state"]))
