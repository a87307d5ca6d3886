"""The one door through which text, numbers and formulas enter a worksheet: a text is only ever a text, whatever it looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gep.report.workbook_text import visible

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

TALLEST = 408.75  # points of a row, in quarters
LINKS = 65_000  # a sheet holds 65,530 links


class Paper:
    """A worksheet whose columns are counted from behind a margin of `margin` columns; it knows how tall its rows are."""

    def __init__(self, sheet: Worksheet, margin: int = 0) -> None:
        self.sheet = sheet
        self.margin = margin
        self.heights: dict[int, float] = {}
        self._links = 0

    def text(self, row: int, column: int, text: str, style: Format) -> None:
        """A text, never a formula, a number or a link; a blank cell of that style if there is none."""
        if text:
            self.sheet.write_string(row, column + self.margin, visible(text), style)
        else:
            self.sheet.write_blank(row, column + self.margin, None, style)

    def across(self, row: int, first: int, last: int, text: str, style: Format, bottom: int | None = None) -> None:
        """A text across columns, and down to the row `bottom`, merged where these are several cells."""
        low = row if bottom is None else bottom
        if (low, last) > (row, first):
            self.sheet.merge_range(row, first + self.margin, low, last + self.margin, "", style)
        self.text(row, first, text, style)

    def link(self, row: int, column: int, sheet: str, cell: str, text: str, style: Format) -> None:
        """A text that leads to a cell of this workbook; the text alone once a sheet can hold no more links."""
        self._links += 1
        if self._links > LINKS:
            self.text(row, column, text, style)
        else:
            self.sheet.write_url(row, column + self.margin, f"internal:{quoted(sheet)}!{cell}", style, visible(text))

    def number(self, row: int, column: int, value: float, style: Format, formula: str = "") -> None:
        """A number, or a formula whose stored result it is."""
        if formula:
            self.sheet.write_formula(row, column + self.margin, f"={formula}", style, value)
        else:
            self.sheet.write_number(row, column + self.margin, value, style)

    def tall(self, row: int, points: float) -> None:
        """The height of a row."""
        self.heights[row] = min(points, TALLEST)
        self.sheet.set_row(row, self.heights[row])


def quoted(sheet: str) -> str:
    """The name of a sheet in a formula or a link."""
    return "'" + sheet.replace("'", "''") + "'"


def column_name(column: int) -> str:
    """A for 0, Z for 25, AA for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
