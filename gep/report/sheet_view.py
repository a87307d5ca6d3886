"""A printed asset table on the terminal and as one self-contained web page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich import box
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gep import __version__
from gep.report import sandbox
from gep.report.sheet import SCHEMA, Cell, Column, Line, Sheet
from gep.report.sheet_words import WORDS

STYLES = {"missing": "yellow", "none": "red", "partial": "yellow", "complete": "green"}
BOLD = ("total", "stock", "group")


def terminal(sheet: Sheet, lang: str) -> RenderableType:
    """Title and facts above, the table, the notes below."""
    words = WORDS[lang]
    head = Text(sheet.title, style="bold")
    if sheet.illustrative:
        head.append(f"  {words['illustrative']}", style="bold yellow")
    facts = Text(" · ".join(f"{name}: {text}" for name, text in sheet.facts), style="dim")
    notes = [Padding(Text(note, style="dim"), (0, 0, 0, 2)) for note in notes_of(sheet, lang)]
    return Group(head, facts, table(sheet), *notes, Text(""))


UNBOUND = 10_000  # more columns than any table has


def show(sheet: Sheet, console: Console, lang: str) -> None:
    """Print a sheet; a terminal that is too narrow breaks its lines in two, which is better than numbers cut off at its edge."""
    before = console.width
    console.width = width(sheet, console)
    console.print(terminal(sheet, lang), crop=False)
    console.width = before


def width(sheet: Sheet, console: Console) -> int:
    """The columns a terminal needs so that no number of the sheet is cut; never less than it has."""
    unbound = console.options.update(max_width=UNBOUND)  # a measure is never more than the options allow
    return max(console.width, Measurement.get(console, unbound, table(sheet)).minimum)


def table(sheet: Sheet) -> Table:
    made = Table(header_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for i, column in enumerate(sheet.columns):
        unit = f"\n({column.unit})" if column.unit else ""
        title = f"{code_of(column)} {column.name}".strip() + unit
        justify: Literal["left", "right"] = "right" if column.numeric else "left"
        # a number is never cut: words give way first, and on a very narrow terminal its digits run on in the next line
        longest = (
            max((len(line.cells[i].text) for line in sheet.lines if i < len(line.cells)), default=0) if column.numeric else None
        )
        made.add_column(title, justify=justify, no_wrap=column.code == "row", overflow="fold", min_width=longest)
    for line in sheet.lines:
        cells = list(line.cells)
        if line.style == "group":  # a title over all columns, which a terminal table cannot span
            cells[0], cells[1] = cells[1], cells[0]
        made.add_row(*(_text(cell) for cell in cells), style="bold" if line.style in BOLD else "")
    return made


def _text(cell: Cell) -> Text:
    return Text(cell.text, style=STYLES.get(cell.kind, ""), overflow="fold")


def code_of(column: Column) -> str:
    """The code of a column as the layout prints it; the columns that every sheet has need none."""
    return column.code if column.numeric and column.code[0].isupper() else ""


def notes_of(sheet: Sheet, lang: str) -> list[str]:
    """The notes of a sheet, that it holds illustrative data first."""
    return [*([WORDS[lang]["holds"]] if sheet.illustrative else []), *sheet.notes]


def page(sheets: Sequence[Sheet], lang: str) -> str:
    """The sheets one below the other: no script, no network, all data escaped; the same sheets give the same bytes.

    Every number carries its figure address with the amount behind it in `title`, and the addresses alone in `data-figure`.
    """
    shown = [
        {
            "title": sheet.title,
            "illustrative": sheet.illustrative,
            "facts": sheet.facts,
            "columns": [{"code": code_of(c), "name": c.name, "unit": c.unit, "numeric": c.numeric} for c in sheet.columns],
            "lines": [_line(sheet, line) for line in sheet.lines],
            "notes": notes_of(sheet, lang),
        }
        for sheet in sheets
    ]
    title = " · ".join(dict.fromkeys(f"{s.title} {dict(s.facts).get(WORDS[lang]['year'], '')}".strip() for s in sheets))
    given = {"lang": lang, "words": WORDS[lang], "title": title, "sheets": shown, "schema": SCHEMA, "version": __version__}
    return sandbox.render("sheet.html.j2", given)


def _line(sheet: Sheet, line: Line) -> dict[str, object]:
    cells = [
        {
            "text": cell.text,
            "kind": cell.kind,
            "numeric": column.numeric,
            "title": "\n".join(f"{address} = {amount}" for address, amount in cell.figures),
            "figure": " ".join(address for address, _ in cell.figures),
        }
        for column, cell in zip(sheet.columns, line.cells, strict=True)
    ]
    return {"style": line.style, "cells": cells}
