"""Forms as tables on paper: heads with merged cells, widths, size of type, upright or across, cut in pieces where too wide.

Widths are counted in em of the type of the table and given in points, so that the same form is laid out the same everywhere.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from gep.report.form import Cell, Column, Form, Line

UPRIGHT, ACROSS = 442.0, 637.0  # points between the margins: 156 mm, and 225 mm on a page turned over
SIZES = (9.0, 8.5, 8.0, 7.5, 7.0)  # points
SIZES_ACROSS = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5)
PAD = 6.4  # points beside a cell, both sides together
WIDE, NARROW, DIGIT = 1.0, 0.56, 0.57  # em
BOLD = 1.06  # totals are set bold
INDENT = 1.0  # em a step
LONGEST = 16.0  # em of a word that is still kept whole
LEAST = {"label": 8.0, "unit": 3.0, "code": 2.6, "text": 6.0, "number": 3.6}
SAMPLE = 60  # lines that are measured
LINE, PAD_HIGH = 1.25, 5.0  # height of a line of type in its size, points above and below a line of the table
TURNING = 0.4  # pages that a turned page costs beside the paper
SMALLNESS = 1.2  # how much small type counts against a size
TOWER = 5  # lines of type in a cell from which on it is hard to read
LOST = 1.08  # of a line of broken text, what its ragged end takes
ASCII = re.compile("[!-~]+")
BREAKS = re.compile("[_./:=@;,-]")  # the signs after which the template breaks a code of BREAKABLE letters or more
BREAKABLE = 14
SHORT = 2.2  # em of a head that is never broken
HEAD_LINES = 4  # lines that the head of a number may take
WIDE_WIDTHS = frozenset({"W", "F"})
ALIGN = {"label": "left", "unit": "center", "code": "center", "text": "left", "number": "right"}
FIXED = ("label", "unit", "code")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One piece of a form as it stands on paper: `columns` are places in the form, `widths` in points."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]
    size: float
    across: bool


@lru_cache(maxsize=65536)
def em(text: str) -> float:
    """The width of a text in em: Chinese characters one, figures and Latin letters a bit above half."""
    return sum(WIDE if unicodedata.east_asian_width(c) in WIDE_WIDTHS else DIGIT if c.isdigit() else NARROW for c in text)


def longest_word(text: str) -> float:
    """The width of what cannot be broken: a Chinese character, a word or code; long codes may be broken after their signs."""
    longest = 0.0 if text.isascii() else WIDE
    for word in ASCII.findall(text):
        parts = [part + "-" for part in BREAKS.split(word)] if len(word) >= BREAKABLE else [word]
        longest = max(longest, *(em(part) for part in parts))
    return longest


def sheets(form: Form, lang: str) -> tuple[Sheet, ...]:
    """The pieces a form is printed in: one wherever its columns fit on a page turned over, else several, all across.

    Of the sizes and the two ways to turn a page the one is taken that needs least paper, small type counting against it.
    """
    every = tuple(range(len(form.columns)))
    if not form.lines:  # only its title and notes are printed, and they need no page turned over
        return (Sheet(every, (round(UPRIGHT / len(every), 2),) * len(every), SIZES[0], False),)
    measured = Measured.of(form, lang)
    best: tuple[float, Sheet] | None = None
    for width, height, sizes, across in ((UPRIGHT, ACROSS, SIZES, False), (ACROSS, UPRIGHT, SIZES_ACROSS, True)):
        for size in sizes:
            found = _fit(measured, every, width, size)
            if found is None:
                continue
            widths, lines = found
            pages = (lines * size * LINE + len(form.lines) * PAD_HIGH) / height
            cost = (pages + (TURNING if across else 0.0)) * (SIZES[0] / size) ** SMALLNESS
            if best is None or cost < best[0]:
                best = (cost, Sheet(every, widths, size, across))
            if lines == len(form.lines):  # nothing is broken: smaller type would only be harder to read
                break
    return (best[1],) if best is not None else tuple(_pieces(form, measured))


@dataclass(frozen=True, slots=True)
class Measured:
    """The widths of a form in em: the least of each column, and of the cells of some lines, evenly taken, in one line of type."""

    least: tuple[float, ...]
    cells: tuple[tuple[float, ...], ...]
    share: float  # lines of the form for each line that was measured

    @classmethod
    def of(cls, form: Form, lang: str) -> Measured:
        least = tuple(_least(form, n, lang) for n in range(len(form.columns)))
        own = [line for line in form.lines if line.style != "aside"]  # a remark goes across all columns
        step = max(1, len(own) // SAMPLE)
        lines = own[::step]
        cells = tuple(tuple(_cell_em(line, c, n, lang) for n, c in enumerate(line.cells)) for line in lines)
        return cls(least, cells, len(own) / len(lines) if lines else 1.0)


def _pieces(form: Form, measured: Measured) -> Iterator[Sheet]:
    """The columns of numbers parted over several sheets, those of words on each of them."""
    size = SIZES_ACROSS[-2]
    kept = [n for n, c in enumerate(form.columns) if c.kind in FIXED]
    rest = [n for n, c in enumerate(form.columns) if c.kind not in FIXED]
    for count in range(2, len(rest)):
        share = -(-len(rest) // count)
        groups = [(*kept, *rest[i : i + share]) for i in range(0, len(rest), share)]
        fits = [_fit(measured, group, ACROSS, size) for group in groups]
        if all(found is not None for found in fits):
            yield from (Sheet(g, found[0], size, True) for g, found in zip(groups, fits, strict=True) if found is not None)
            return
    for n in rest:  # a single column wider than the page: its texts break where they can
        whole = sum(measured.least[m] for m in (*kept, n)) or 1.0
        yield Sheet((*kept, n), tuple(round(ACROSS * measured.least[m] / whole, 2) for m in (*kept, n)), size, True)


def _fit(measured: Measured, columns: Sequence[int], width: float, size: float) -> tuple[tuple[float, ...], float] | None:
    """Widths in points that fill the page, and how many lines of type the table takes; None where it does not fit.

    What is left beyond the least goes, an em at a time, to the columns that make most lines of the table high.
    """
    held = [measured.least[n] for n in columns]
    room = (width - PAD * len(columns)) / size - sum(held)
    if room < 0:
        return None
    rows = [[row[n] for n in columns] for row in measured.cells]
    high = [list(map(_lines, row, held)) for row in rows]  # lines of type by cell
    while room > 0:
        wants = [0.0] * len(held)
        for cells in high:
            most = max(cells, default=1)
            if most > 1:
                for n, lines in enumerate(cells):
                    wants[n] += most if lines == most else 0.0
        if not any(wants):
            break
        step = min(1.0, room)
        wider = wants.index(max(wants))
        held[wider] += step
        for cells, row in zip(high, rows, strict=True):
            cells[wider] = _lines(row[wider], held[wider])
        room -= step
    total = sum(_cost(max(cells, default=1)) for cells in high) * measured.share
    spare = max(room, 0.0) / len(held)  # a table fills the line: what nobody needs goes to all columns alike
    return tuple(round((has + spare) * size + PAD, 2) for has in held), total


def _cost(lines: int) -> float:
    """What a line of the table costs in lines of type: a tower of short lines costs more than it is high."""
    return lines if lines <= TOWER else TOWER + (lines - TOWER) * 2.5


def _lines(cell: float, width: float) -> int:
    """Lines of type that a text takes; a little is lost at the ends of lines."""
    return 1 if cell <= width else math.ceil(cell * LOST / width)


def _least(form: Form, n: int, lang: str) -> float:
    """What a column must have: a number is never broken, a head in at most HEAD_LINES lines, words by their longest word."""
    column = form.columns[n]
    head = column.names.of(lang)
    heading = max(longest_word(head), em(head) / HEAD_LINES, min(em(head), SHORT))
    own = [line for line in form.lines if line.style != "aside"]
    most = max((_cell_em(line, line.cells[n], n, lang) for line in own), default=0.0)
    if column.kind == "number":
        return max(heading, most, em(column.unit.of(lang)) / 2, LEAST["number"])
    words = max((longest_word(line.cells[n].printed(lang)) for line in own), default=0.0)
    return max(min(LEAST[column.kind], max(most, heading)), heading, min(words, LONGEST))


def _cell_em(line: Line, cell: Cell, n: int, lang: str) -> float:
    bold = BOLD if line.style in ("total", "subtotal", "stock", "group") else 1.0
    return em(cell.printed(lang)) * bold + (line.indent * INDENT if n == 0 else 0.0) + 0.1


def table(form: Form, sheet: Sheet, lang: str) -> dict[str, Any]:
    """The piece of a form as plain data: rows of the head with spans, the row of letters, lines with texts, widths."""
    columns = [form.columns[n] for n in sheet.columns]
    return {
        "size": sheet.size,
        "across": sheet.across,
        "widths": list(sheet.widths),
        "align": [ALIGN[c.kind] for c in columns],
        "head": heads(columns, lang),
        "lines": [
            {
                "style": line.style,
                "indent": line.indent,
                "cells": [line.cells[n].printed(lang) for n in sheet.columns],
                "centred": [x for x, n in enumerate(sheet.columns) if _word_among_numbers(form.columns[n], line.cells[n])],
            }
            for line in form.lines
        ],
    }


def _word_among_numbers(column: Column, cell: Cell) -> bool:
    return column.kind == "number" and cell.kind not in ("number", "blank")


def heads(columns: Sequence[Column], lang: str) -> list[list[dict[str, Any]]]:
    """The rows of the head, outermost first: text, columns and rows it spans, and where its first column is.

    Neighbours with the same heads above them share one cell; a column without a group has one cell from top to bottom.
    """
    depth = max((len(c.group) for c in columns), default=0)
    rows: list[list[dict[str, Any]]] = []
    for level in range(depth):
        row = []
        for key, found in groupby(enumerate(columns), key=lambda pair: (pair[1].group[: level + 1], _own(pair, level))):
            members = list(found)
            first, column = members[0]
            if len(column.group) > level:
                row.append({"x": first, "text": key[0][level].of(lang), "columns": len(members), "rows": 1})
            elif len(column.group) == level:
                row.append({"x": first, "text": _head(column, lang), "columns": 1, "rows": depth - level + 1})
        rows.append(row)
    last = [
        {"x": n, "text": _head(column, lang), "columns": 1, "rows": 1}
        for n, column in enumerate(columns)
        if len(column.group) == depth
    ]
    return [*rows, last]


def _own(pair: tuple[int, Column], level: int) -> int:
    """Columns whose heads end above this level stand alone."""
    place, column = pair
    return -1 if len(column.group) > level else place


def _head(column: Column, lang: str) -> str:
    name, unit = column.names.of(lang), column.unit.of(lang)
    if not unit:
        return name
    return f"{name}（{unit}）" if lang == "zh" else f"{name} ({unit})"
