"""A table of the asset accounts as printed: numbers rounded once, signs for what is missing, every number with its address."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Literal

from gep.base.records import Layout, LayoutColumn, State
from gep.base.rounding import printable
from gep.base.units import display
from gep.report.sheet_words import PROVENANCE, WORDS

SCHEMA = "gep.sheet/1"
Kind = Literal["number", "missing", "not_applicable", "blank", "text", "complete", "partial", "none"]
Style = Literal["", "total", "stock", "part", "group"]
MISSING_SIGN, NOT_APPLICABLE_SIGN = "…", "—"
# decimals in print by unit; a percentage with two shows as much as a share with four. Other units have two, ratios of units four.
PLACES: Mapping[str, int] = {"m3": 0, "kWh": 0, "个": 0, "人次": 0, "1": 4, "‰": 4, "等": 4, "%": 2}
MARK = re.compile(r"(?:(?P<rows>[A-Z]+\d+(?:, [A-Z]+\d+)*): )?(?P<mark>R\+EK|EK|ENG|R)(?::(?P<document>.+))?", flags=re.DOTALL)


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a sheet. `figures`: (address, exact amount with unit) behind the text, several where the print adds them up.

    `number` is the printed number, None unless the kind is `number`.
    """

    text: str = ""
    kind: Kind = "blank"
    figures: tuple[tuple[str, str], ...] = ()
    number: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column head; `unit` only where it differs from that of the sheet, as people read it."""

    code: str
    name: str
    unit: str = ""
    numeric: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    code: str
    cells: tuple[Cell, ...]
    style: Style = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A printed table in one language: `facts` are (name, text) of what it is of, `notes` stand below it."""

    table: str
    title: str
    facts: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    illustrative: bool = False


def places_of(unit: str) -> int:
    """The decimals a unit is printed with."""
    if unit in PLACES:
        return PLACES[unit]
    return 4 if "/" in unit and not unit.startswith(("CNY", "元", "万元")) else 2


def printed(amount: Decimal | None, unit: str, state: str, figures: Sequence[tuple[str, str]] = ()) -> Cell:
    """An amount as a cell: rounded by GB/T 8170, never to a zero that it is not; a sign where there is no number."""
    if state == State.NOT_APPLICABLE:
        return Cell(NOT_APPLICABLE_SIGN, "not_applicable", tuple(figures))
    if amount is None:
        return Cell(MISSING_SIGN, "missing", tuple(figures))
    number = printable(amount, 0, Decimal((0, (1,), -places_of(unit))))
    return Cell(f"{number:,f}".replace("-", "\u2212"), "number", tuple(figures), number)


def exact(amount: Decimal | None, unit: str, state: str, lang: str) -> str:
    """The amount behind a printed number, with all its digits and its unit; the words for why there is none."""
    if amount is None:
        return WORDS[lang].get(state, state)
    text = f"{amount:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {shown_unit(unit, lang)}".strip()


def shown_unit(unit: str, lang: str) -> str:
    """A unit as people read it; nothing for a bare number."""
    return "" if unit == "1" else display(unit, lang)


def heads(layout: Layout, lang: str) -> tuple[Column, ...]:
    """Row code, row name, unit of the row if rows differ, then the columns in the order of the layout."""
    words = WORDS[lang]
    made = [Column("row", words["row"], numeric=False), Column("name", words["item"], numeric=False)]
    if any(row.unit and row.unit != layout.unit for row in layout.rows):
        made.append(Column("unit", words["unit"], numeric=False))
    for column in layout.columns:
        own = column.unit if column.unit != layout.unit else ""
        made.append(Column(column.code, named(column, lang), shown_unit(own, lang) if own else ""))
    return tuple(made)


def named(thing: LayoutColumn, lang: str) -> str:
    return thing.names.zh if lang == "zh" else thing.names.en


def provenance(text: str, lang: str) -> str:
    """The mark of a layout in words: what was read in a source, what is expert knowledge, what this engine decided."""
    parts = []
    for piece in filter(None, (p.strip() for p in text.split(";"))):
        found = MARK.fullmatch(piece)
        if found is None:
            parts.append(piece)
            continue
        said = PROVENANCE[lang][found["mark"]]
        document = f" ({found['document']})" if found["document"] else ""
        rows = f"{found['rows']}: " if found["rows"] else ""
        parts.append(f"{rows}{said}{document}")
    return ("；" if lang == "zh" else "; ").join(parts)


def uneven(layout: Layout, columns: Sequence[Column], lines: Sequence[Line]) -> bool:
    """Whether the printed parts of a total anywhere fail to add up to the printed total: each number is rounded by itself."""
    at = {column.code: i for i, column in enumerate(columns)}
    totals = [(at[c.code], [at[part] for part in c.total]) for c in layout.columns if c.total]
    if any(_misses(line.cells[whole], [line.cells[i] for i in parts]) for line in lines for whole, parts in totals):
        return True
    if not layout.matrix:
        return False
    feet = {c.code[1:] for c in layout.columns if c.total}
    above, below = ([line for line in lines if (line.code[1:] in feet) is wanted] for wanted in (False, True))
    return any(_misses(foot.cells[i], [line.cells[i] for line in above]) for foot in below for i in range(2, len(columns)))


def _misses(whole: Cell, parts: Sequence[Cell]) -> bool:
    """Whether the numbers do not add up; False where one of them is missing."""
    if whole.number is None or any(part.kind == "missing" for part in parts):
        return False
    return sum((part.number for part in parts if part.number is not None), Decimal(0)) != whole.number


def signs_used(lines: Iterable[Line], lang: str) -> list[str]:
    """What the signs of a sheet mean, for those that stand in it."""
    kinds = {cell.kind for line in lines for cell in line.cells}
    words = WORDS[lang]
    refused = any(words["refused"] in text for line in lines for cell in line.cells for _, text in cell.figures)
    wanted = [
        ("missing", words["sign_missing"]),
        ("not_applicable", words["sign_not_applicable"]),
    ]
    told = [text for kind, text in wanted if kind in kinds]
    return [*told, words["sign_refused"]] if refused else told


def as_data(sheet: Sheet) -> dict[str, object]:
    """The sheet as plain data, for --json: texts as printed, with the exact amount and address of each number."""
    lines = []
    for line in sheet.lines:
        cells = {
            column.code: {"text": cell.text, "kind": cell.kind, "figures": [list(f) for f in cell.figures]}
            for column, cell in zip(sheet.columns, line.cells, strict=True)
            if cell.kind != "blank"
        }
        lines.append({"code": line.code, "style": line.style, "cells": cells})
    columns = [asdict(column) for column in sheet.columns]
    return {
        "schema": SCHEMA, "table": sheet.table, "title": sheet.title, "facts": dict(sheet.facts), "columns": columns,
        "lines": lines, "notes": list(sheet.notes), "illustrative": sheet.illustrative,
    }  # fmt: skip
