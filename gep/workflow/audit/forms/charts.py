"""The charts of an audit: the course of each stock over the term beside the years before it, and GEP over its years.

A panel shows the year-ends that the book has, the opening and the closing at their days, the mean change before and in the term
as the line between the year-ends that it is worked out from, and what was to be kept or reached. Every number is that of a cell
of the comparison (CP).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from gep.base.records import Key, Names
from gep.report.chart_words import listed
from gep.report.charts import chart, name, number, span
from gep.report.form import Form, Line, in_unit
from gep.report.statement import Chart
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.bridges import Breaks, breaks_of
from gep.workflow.audit.comparison import compare_stock
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.handover import line_code, ordered
from gep.workflow.audit.forms.targets import Held, held_against, limit_words, limits_on
from gep.workflow.forms.sentences import at

TABLES = ("LA-01", "FT-01", "WR-01", "WL-01")
MOST = 8  # panels of one chart
Row = Mapping[str, Any]


def charts(case: Case, forms: Mapping[str, Form]) -> Iterator[Chart]:
    """The charts of one term."""
    compared, index = forms.get(case.form_id("CP")), forms.get(case.form_id("CP-GEP"))
    if compared is not None:
        breaks, held = breaks_of(case.ground, case.region), held_against(case)
        stocks = [(line, key) for line, keys in ordered(case) for key in keys]
        for table in TABLES:
            yield from _course(case, compared, [x for x in stocks if x[0].table == table], breaks, held)
    if index is not None:
        yield from _index(index)


def _course(
    case: Case, form: Form, stocks: Sequence[tuple[StockLine, Key]], breaks: Breaks, held: Sequence[Held]
) -> Iterator[Chart]:
    """The stocks of a table that changed or are held against a target, each in a panel of its own; the latter come first."""
    lines = {x.code: x for x in form.lines if x.style == ""}
    years = [int(c.code[1:]) for c in form.columns if c.code.startswith("y") and c.code[1:].isdigit()]
    panels: list[tuple[bool, Line, StockLine, Key]] = []
    for stock, key in stocks:
        line = lines.get(line_code(stock, key))
        if line is not None and stock.row == "R40" and _drawn(form, line, years):
            panels.append((not limits_on(held, stock, key), line, stock, key))
    panels.sort(key=lambda panel: panel[0])
    shown = panels[:MOST]
    if not shown:
        return
    rows: list[Row] = []
    for _, line, stock, key in shown:
        rows += _panel(case, form, line, (stock, key), years, breaks, held)
    names = case.layout(shown[0][2].table).names
    table = shown[0][2].table
    told = [_told(form, line) for _, line, _, _ in shown]
    alt = Names(f"{listed([t.zh for t in told], 'zh')}。", f"{listed([t.en for t in told], 'en')}.")
    made = chart(f"course.{form.id}.{table}", "tenure", form, Names("", ""), rows, alt)
    title = Names(f"{names.zh}：任期前后", f"{names.en}: before and in the term")
    yield Chart(made.id, made.drawing, title, made.unit, made.rows, made.forms, made.alt)


def _drawn(form: Form, line: Line, years: Sequence[int]) -> bool:
    """Whether a stock has a course: known at two year-ends at least, and not the same at all times."""
    cells = [at(form, line.code, c) for c in ("opening", *(f"y{y}" for y in years), "closing")]
    known = [c.exact for c in cells if c.exact is not None]
    return len(known) > 2 and len(set(known)) > 1


def _panel(
    case: Case,
    form: Form,
    line: Line,
    stock: tuple[StockLine, Key],
    years: Sequence[int],
    breaks: Breaks,
    held: Sequence[Held],
) -> Iterator[Row]:
    """The rows of one stock: its term, year-ends, opening and closing, trends, limits."""
    series, term = {"series": _series(form, line)}, case.subject
    years = [y for y in years if at(form, line.code, f"y{y}").shown is not None]
    yield series | {"part": "term", "at": term.start.isoformat(), "until": term.end.isoformat()}
    for year in years:
        yield series | {"part": "end", "at": _end(year), **number(form, line.code, f"y{year}")}
    x = compare_stock(case, *stock, (None, None), {case.region: breaks})
    before, last = case.account.span.year_before, case.account.span.year
    for part, n, until in (("before", x.years_before, before), ("within", x.years_within, last)):
        bridged = any(until - n < year <= until for year in x.bridged)  # no line joins figures of two definitions
        if n and {until - n, until} <= set(years) and not bridged:
            for year in (until - n, until):
                yield series | {"part": part, "at": _end(year), **number(form, line.code, f"y{year}")}
    for part, day in (("opening", term.start), ("closing", term.end)):
        if at(form, line.code, part).shown is not None:
            yield series | {"part": part, "at": day.isoformat(), **number(form, line.code, part)}
    unit = case.unit(stock[0].measure)
    for h in limits_on(held, *stock):
        value = format(in_unit(h.limit.value, h.limit.unit, unit), "f")
        told = {"value": value, "value_text": limit_words(h.limit), "value_figure": ""}
        yield series | {"part": "limit", "at": _end(years[0]), **told}


def _end(year: int) -> str:
    """The day on which the stock of a year-end stands: 00:00 of 1 January."""
    return date(year + 1, 1, 1).isoformat()


def _series(form: Form, line: Line) -> dict[str, Any]:
    """The name of a panel: the stock, its unit, and its mean changes by year as printed."""
    own, unit = at(form, line.code, "name").text, at(form, line.code, "unit").text
    trends = [at(form, line.code, c) for c in ("before", "within")]

    def of(lang: str) -> str:
        before, within = (t.printed(lang) for t in trends)
        head = f"{own.of(lang)}（{unit.of(lang)}）" if lang == "zh" else f"{own.of(lang)} ({unit.of(lang)})"
        return head + (f" 年均：任前 {before}，任内 {within}" if lang == "zh" else f" by year: before {before}, in term {within}")

    return name(Names(of("zh"), of("en")), line.code)


def _told(form: Form, line: Line) -> Names:
    """A panel in words, for those who do not see it."""
    own, unit = at(form, line.code, "name").text, at(form, line.code, "unit").text
    opening, closing = at(form, line.code, "opening"), at(form, line.code, "closing")
    return Names(
        f"{own.zh}任初 {opening.printed('zh')}，任末 {closing.printed('zh')} {unit.zh}",
        f"{own.en}: opening {opening.printed('en')}, closing {closing.printed('en')} {unit.en}",
    )


def _index(form: Form) -> Iterator[Chart]:
    """GEP at constant prices over the years of the term."""
    if "gep_constant" not in {c.code for c in form.columns} or len(form.lines) < 2:
        return
    unit: Names = next(c.unit for c in form.columns if c.code == "gep_constant")
    rows = [
        {"series": name(form.names, "gep_constant"), "year": int(x.code), **number(form, x.code, "gep_constant")}
        for x in form.lines
    ]
    if all(r["value"] is not None for r in rows):
        yield chart(f"gep.{form.id}", "course", form, unit, rows, span(rows))
