"""Where everything of a form stands on its sheet: widths, rows, heads, pages. Nothing is written here."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gep.report.form import Cell, Column, Form, Line, letters
from gep.report.workbook_formulas import Key, Spot
from gep.report.workbook_imprint import Imprint
from gep.report.workbook_text import columns_wide, lines_in, visible
from gep.report.workbook_words import WORDS

PORTRAIT, LANDSCAPE = 116, 200  # digits across an A4 page, upright and lying, made smaller: to 83 % and to 71 %
NARROWEST = 84  # a form is made this wide, so that its heading has room
FROZEN = 64  # columns that stay in sight take no more than this
LIMITS: Mapping[str, tuple[int, int]] = {"label": (12, 44), "unit": (8, 18), "code": (6, 26), "text": (8, 40), "number": (8, 24)}
BLOCK = 5  # rows of the block under the title
LINE = 13.5  # height of a line of text, points
MARGIN = 1  # the first column of a sheet holds links and is not printed
PAGE = {False: (96, 720.0), True: (142, 475.0)}  # digits across, points down an A4 page in full size, upright and lying
LATIN = 1.1
TEXT = 14  # columns of words are made no narrower than this to bring a form on one page


@dataclass(frozen=True, slots=True)
class HeadCell:
    """A cell of the heading: rows counted from its first row."""

    top: int
    left: int
    bottom: int
    right: int
    text: str


@dataclass(frozen=True)
class Plan:
    """A form on a sheet. Rows count from 0, columns from the first of the form.

    `marks`: what stands above the title; `prose`: the last column of the first printed page, up to where titles and notes run;
    `right`: the first column of the block at the right of the title; `frozen`: how many columns stay in sight.
    """

    form: Form
    sheet: str
    lang: str
    widths: tuple[float, ...]
    marks: tuple[str, ...]
    heads: tuple[HeadCell, ...]
    depth: int
    prose: int
    right: int
    pages: int
    landscape: bool
    frozen: int

    @property
    def title(self) -> int:
        return 1 + bool(self.marks)

    @property
    def head(self) -> int:
        """The first row of the column heads."""
        return self.title + 1 + BLOCK

    @property
    def letters(self) -> int:
        return self.head + self.depth

    @property
    def body(self) -> int:
        return self.letters + 1

    @property
    def last(self) -> int:
        """The last row of the table."""
        return self.body + len(self.form.lines) - 1

    def spots(self) -> Iterator[tuple[Key, Spot]]:
        """Where each cell of the form stands."""
        for row, line in enumerate(self.form.lines, self.body):
            for column, of in enumerate(self.form.columns):
                yield (self.form.id, line.code, of.code), Spot(self.sheet, row, column + MARGIN)

    def wide(self, first: int, last: int) -> float:
        """Digits that fit side by side into these columns; words of Latin letters are narrower."""
        return sum(self.widths[first : last + 1]) * (1 if self.lang == "zh" else LATIN)

    def indent(self, column: Column, line: Line) -> int:
        """How deep the name of a line stands."""
        return min(15, line.indent + (line.style == "part")) if column.kind == "label" else 0


def plan(form: Form, sheet: str, imprint: Imprint) -> Plan:
    """The layout of a form in the language of the imprint."""
    lang = imprint.lang
    widths = _fitted([_width(form, n, lang) for n in range(len(form.columns))], form)
    labels = _labels(form, widths)
    repeated = sum(widths[:labels])
    pages = 1 if sum(widths) <= LANDSCAPE else math.ceil((sum(widths) - repeated) / (LANDSCAPE - repeated))
    prose = max(0, sum(1 for n in range(len(widths)) if sum(widths[: n + 1]) <= LANDSCAPE) - 1)
    need = max(columns_wide(text) for text in imprint.block(form)[1]) + 3
    right = prose
    while right > 1 and sum(widths[right : prose + 1]) < need:
        right -= 1
    depth = max((len(c.group) for c in form.columns), default=0) + 1
    return Plan(
        form, sheet, lang, tuple(widths), imprint.marks(form), tuple(_heads(form, depth, lang)), depth, prose, max(1, right),
        pages, sum(widths) > PORTRAIT, labels,
    )  # fmt: skip


def head_text(column: Column, lang: str) -> str:
    unit = column.unit.of(lang)
    return visible(column.names.of(lang) + (f"\n{WORDS[lang]['unit_in'].format(unit=unit)}" if unit else ""))


def cell_text(column: Column, line: Line, cell: Cell, lang: str) -> str:
    """What a cell says; the name of a line that is part of the one above carries the sign for that."""
    text = cell.printed(lang)
    marked = (
        column.kind == "label" and line.style == "part" and text and not text.lstrip("　 ").startswith(("#", "其中", "of which"))
    )
    return WORDS[lang]["part"].format(name=text) if marked else text


def letter_row(form: Form, lang: str) -> tuple[str, ...]:
    """The letters over words and the numbers over figures; in English A B C."""
    latin = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return tuple(letter if lang == "zh" or letter.isdigit() else next(latin) for letter in letters(form))


def _heads(form: Form, depth: int, lang: str) -> Iterator[HeadCell]:
    columns = form.columns
    for level in range(depth - 1):
        left = 0
        while left < len(columns):
            group = columns[left].group[: level + 1]
            right = left
            while len(group) > level and right + 1 < len(columns) and columns[right + 1].group[: level + 1] == group:
                right += 1
            if len(group) > level:
                yield HeadCell(level, left, level, right, visible(group[level].of(lang)))
            left = right + 1
    for n, column in enumerate(columns):
        yield HeadCell(len(column.group), n, depth - 1, n, head_text(column, lang))


def _width(form: Form, n: int, lang: str) -> float:
    """The width of a column by its content, in digits: words may wrap, numbers may not."""
    column = form.columns[n]
    least, most = LIMITS[column.kind]
    deep = 2 if column.kind == "label" else 0
    steps = [line.indent + (line.style == "part") for line in form.lines]
    said = [cell_text(column, line, line.cells[n], lang) for line in form.lines]
    content = [columns_wide(visible(text)) + deep * step + 1.5 for text, step in zip(said, steps, strict=True)]
    numbers = [columns_wide(line.cells[n].printed(lang)) + 1.5 for line in form.lines if line.cells[n].kind == "number"]
    text = head_text(column, lang)
    words = max((columns_wide(word) for word in text.split()), default=0) if lang == "en" else 0
    head = max(math.ceil(columns_wide(text) / 3), min(words, most)) + 1.5
    return max(min(max([least, head, *content]), most), max(numbers, default=0))


def _fitted(widths: list[float], form: Form) -> list[float]:
    """A narrow form is widened, its first column of names most; in one too wide for a page the columns of words are narrowed."""
    short = NARROWEST - sum(widths)
    if sum(widths) > LANDSCAPE:
        return _narrowed(widths, [n for n, column in enumerate(form.columns) if column.kind != "number" and widths[n] > TEXT])
    if short <= 0 or not widths:
        return widths
    labels = [n for n, column in enumerate(form.columns) if column.kind == "label"]
    first = labels[0] if labels else 0
    grown = min(short, 16.0)
    widths[first] += grown
    each = (short - grown) / len(widths)
    return [width + each for width in widths]


def _narrowed(widths: list[float], wordy: list[int]) -> list[float]:
    """All of these columns by the same part of what they have above the least width, if that brings the form on one page."""
    above = {n: widths[n] - TEXT for n in wordy}
    over = sum(widths) - LANDSCAPE
    if over > sum(above.values()):
        return widths
    part = 1 - over / sum(above.values())
    return [TEXT + above[n] * part if n in above else width for n, width in enumerate(widths)]


def _labels(form: Form, widths: list[float]) -> int:
    """How many columns at the left say what a line is; they stay in sight and are repeated on every page."""
    count = 0
    while count < len(widths) - 1 and form.columns[count].kind not in ("number", "text") and sum(widths[: count + 1]) <= FROZEN:
        count += 1
    return count


def height(text: str, wide: float, line: float = LINE) -> float:
    """The height of a row that holds a text in a cell so wide, in points."""
    return lines_in(text, wide) * line + 2
