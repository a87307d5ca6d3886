"""The charts of an audit: the stocks of a table over the term, and the green-gold index over its years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gep.base.records import Names
from gep.report.charts import chart, name, number, span
from gep.report.form import Cell, Form, Line
from gep.report.statement import Chart
from gep.workflow.audit.forms.case import Case
from gep.workflow.forms.sentences import at

MOVED = ("add_h", "add_n", "add_a", "red_h", "red_n", "red_a")
TABLES = ("LA-01", "FT-01", "WL-01")
Row = Mapping[str, Any]


def charts(case: Case, forms: Mapping[str, Form]) -> Iterator[Chart]:
    """The charts of one term."""
    compared, index = forms.get(case.form_id("CP")), forms.get(case.form_id("CP-GEP"))
    if compared is not None:
        for table in TABLES:
            yield from _course(case, compared, table)
    if index is not None:
        yield from _index(index)


def _course(case: Case, form: Form, table: str) -> Iterator[Chart]:
    """The stocks of a table at every year-end of the term, each in a panel of its own."""
    years = [c.code for c in form.columns if c.code.startswith("y") and c.code[1:].isdigit()]
    lines = [x for x in form.lines if x.code.startswith(f"{table}.") and x.style == "" and _whole(form, x, years)]
    if len(years) < 2 or not lines or table not in case.ground.layouts:
        return
    units = {at(form, x.code, "unit").text for x in lines}
    for n, unit in enumerate(sorted(units, key=lambda u: u.zh), 1):
        rows = [
            {"series": name(at(form, x.code, "name").text, x.code), "year": int(y[1:]), **number(form, x.code, y)}
            for x in lines
            if at(form, x.code, "unit").text == unit and _row(x, table)
            for y in years
        ]
        if rows:
            drawing = "course" if len(rows) // len(years) <= WIDE else "course_many"
            yield chart(f"course.{form.id}.{table}.{n}", drawing, form, unit, rows, span(rows))


WIDE = 6  # panels of the narrow drawing


def _row(line: Line, table: str) -> bool:
    """Whether a line is of the closing row, not of what was surveyed beside it."""
    return "R40" in line.code.partition("/")[0] and line.code.startswith(table)


def _whole(form: Form, line: Line, years: Sequence[str]) -> bool:
    cells: list[Cell] = [at(form, line.code, y) for y in years]
    return all(c.shown is not None for c in cells) and any(c.exact for c in cells)


def _index(form: Form) -> Iterator[Chart]:
    """The green-gold index and GEP at constant prices over the years of the term."""
    if "gep_constant" not in {c.code for c in form.columns} or len(form.lines) < 2:
        return
    unit: Names = next(c.unit for c in form.columns if c.code == "gep_constant")
    rows = [
        {"series": name(form.names, "gep_constant"), "year": int(x.code), **number(form, x.code, "gep_constant")}
        for x in form.lines
    ]
    if all(r["value"] is not None for r in rows):
        yield chart(f"gep.{form.id}", "course", form, unit, rows, span(rows))
