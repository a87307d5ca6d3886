"""How the cells of a workbook look: fonts of official Chinese tables, thin rules, heavy ones above and below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

# body and heading face; every spreadsheet program on a Chinese desk has the first pair
FACES = {"zh": ("宋体", "黑体"), "en": ("Times New Roman", "Arial")}
CHARSET = {"zh": 134, "en": 0}
SIZE = 10
HAIR, THIN, HEAVY = 4, 1, 2  # border styles of the format: dotted hair line, thin, medium
INK, GREY, ALARM = "#000000", "#595959", "#C00000"
SHADE = "#F2F2F2"


class Styles:
    """The formats of a workbook, each look made once."""

    def __init__(self, book: Workbook, lang: str) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.body, self.heading = FACES[lang]
        self._charset = CHARSET[lang]

    def of(self, **look: Any) -> Format:
        """The format of a look, by the names of the writer's formats; `heading=True`: in the face of headings."""
        face = {
            "font_name": self.heading if look.pop("heading", False) else self.body,
            "font_size": SIZE,
            "font_charset": self._charset,
        }
        whole = {**face, "valign": "vcenter", **look}
        key = tuple(sorted(whole.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(whole)
        return self._made[key]


def rules(row: int, column: int, rows: tuple[int, int], columns: int) -> dict[str, int]:
    """The borders of a cell of a table between two rows: open at the left and right, heavy above and below."""
    first, last = rows
    made = {"top": HEAVY if row == first else THIN, "bottom": HEAVY if row == last else THIN}
    if column > 0:
        made["left"] = THIN
    if column < columns - 1:
        made["right"] = THIN
    return made
