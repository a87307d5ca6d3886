"""What the text of an audit report shows of the evaluation table, which stands in full in an annex: scores, total, grade."""

from __future__ import annotations

from dataclasses import replace

from gep.report.audit_words import WORDS
from gep.report.form import Cell, Form, Line

FOOT = "foot."  # lines of the evaluation table below its items: how the total comes about
SCORE = ".score"  # of a block
COLUMNS = ("l2", "score", "standing")


def evaluation_result(form: Form) -> Form | None:
    """The score of every block, the total and the grade; None where the table has no such lines.

    Nothing is worked out here: the cells are those of the table, without the way they are made, which leads to lines left out.
    """
    places = [n for n, column in enumerate(form.columns) if column.code in COLUMNS]
    lines = [line for line in form.lines if line.code.startswith(FOOT) and (line.style == "total" or line.code.endswith(SCORE))]
    if not lines or len(places) != len(COLUMNS):
        return None

    def of(line: Line) -> Line:
        return replace(line, cells=tuple(_plain(line.cells[n]) for n in places), indent=0)

    return replace(
        form,
        id=f"{form.id}.result",
        names=WORDS["result"],
        columns=tuple(form.columns[n] for n in places),
        lines=tuple(map(of, lines)),
        notes=(WORDS["result_note"],),
        checks=(),
    )


def _plain(cell: Cell) -> Cell:
    return replace(cell, made=None) if cell.made is not None else cell
