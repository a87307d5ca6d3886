"""Cells of amounts that stand in a record of the engagement, what is left of them, and their totals."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from gep.base.records import Names
from gep.base.states import exact_sum
from gep.report.form import BLANK, Cell, Column, Line, Made, Ref, Term, unit_names, words
from gep.workflow.audit.acts import JOURNAL
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import amount, recorded

TOTAL = Names("合计", "Total")


def stated(case: Case, kind: str, name: str, field: str, value: Decimal | None, unit: str) -> Cell:
    """An amount as a record states it in its file (in the journal, where no file has it any more); missing if not stated."""
    if value is None:
        return Cell("missing")
    file = case.results.files.get((kind, name), JOURNAL)
    return amount(value, unit, recorded(value, unit, file, f"{name}#{field}"))


def left(line: str, whole: tuple[str, Cell], part: tuple[str, Cell], unit: str) -> Cell:
    """What is left of one column after another in the same line; missing where one of both is."""
    (column, total), (other, some) = whole, part
    if total.exact is None or some.exact is None:
        return Cell("missing")
    made = Made("sum", (Term(Ref(line, column)), Term(Ref(line, other), -1)))
    return amount(exact_sum((total.exact, some.exact.copy_negate())), unit, made=made)


def total(lines: Sequence[Line], columns: Sequence[Column], unit: str) -> Line | None:
    """The sum of every column of numbers over lines of one unit; missing where a line is. None for fewer than two lines."""
    if len(lines) < 2:
        return None
    cells = []
    for n, column in enumerate(columns):
        if column.kind != "number":
            cells.append(words(TOTAL) if column.kind == "label" else words(unit_names(unit)) if column.kind == "unit" else BLANK)
            continue
        held = [line.cells[n].exact for line in lines]
        made = Made("sum", tuple(Term(Ref(line.code, column.code)) for line in lines))
        known = [x for x in held if x is not None]
        sum_of = amount(exact_sum(known), unit, made=made) if len(known) == len(held) else Cell("missing")
        cells.append(sum_of)
    return Line("total", tuple(cells), "total")
