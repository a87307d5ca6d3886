"""LibreOffice computes every workbook again: all numbers are the stored ones, and the screen shows what is printed."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from gep.report.form import Cell, Form, Line, Made
from gep.report.statement import Statement
from gep.report.workbook import workbook
from gep.report.workbook_text import visible
from gep.report.workbook_words import FIGURES
from gep.workflow.statement import assemble
from tests.proof.recalculated import Recalculated, emptied, formula_count, recalculated
from tests.ready import Ready
from tests.report.workbook_forms import amount, form, formulas, line, minus, opened, ref, statement
from tests.report.workbook_hostile import TEXTS

NEAR = Fraction(1, 10**9)
QUOTIENT = Fraction(1, 10**12)  # quotients are stored with twelve decimals
FULL = os.environ.get("GEP_PROOF") == "full"
HALVES = 2000 if FULL else 400
LANGS = ["zh", "en"] if FULL else ["zh"]


@dataclass(frozen=True)
class Computed:
    """A statement, its workbook, and what LibreOffice made of that."""

    shown: Statement
    data: bytes
    done: Recalculated


def computed(wanted: Mapping[str, tuple[Statement, str]], folder: Path) -> dict[str, Computed]:
    """Statements, each in a language, as workbooks that LibreOffice computes, all at a time: starting it takes longest."""
    books = {name: workbook(shown, lang) for name, (shown, lang) in wanted.items()}
    done = recalculated(books, folder)
    return {name: Computed(shown, books[name], done[name]) for name, (shown, _) in wanted.items()}


def placed(form_: Form, sheet: str, done: Recalculated, lang: str) -> Iterator[tuple[Line, str, Cell, str]]:
    """The cells of a form with their place, by the workbook's own sheet of figures."""
    spots = {}
    for row in done.book[FIGURES[lang]].iter_rows(min_row=4, values_only=True):
        where, cell = str(row[0]).rsplit("!", 1)
        if where == sheet:
            spots[row[2], row[4]] = cell
    for line_, column, cell_ in form_.cells():
        if cell_.kind == "number":
            yield line_, column.code, cell_, spots[line_.code, column.code]


def compared(shown: Statement, done: Recalculated, lang: str) -> int:
    """How many numbers were compared; each one's value and the text on the screen are right, or this fails."""
    sheets = done.book.sheetnames[1:-1]
    assert len(sheets) == len(shown.main.forms)
    wrong, count = [], 0
    for sheet, one in zip(sheets, shown.main.forms, strict=True):
        for line_, column, cell, spot in placed(one, sheet, done, lang):
            at = done.book[sheet][spot]
            exact, value = Fraction(cell.exact or 0), at.value
            allowed = max(NEAR * abs(exact), QUOTIENT if cell.made is not None and cell.made.operation != "sum" else 0)
            if not isinstance(value, int | float) or abs(Fraction(value) - exact) > allowed:
                wrong.append((sheet, line_.code, column, "value", value, cell.exact))
            text = done.shown(sheet, at.row, at.column)
            if text != cell.printed(lang):
                wrong.append((sheet, line_.code, column, "screen", text, cell.printed(lang)))
            count += 1
    assert wrong == []
    return count


def test_without_stored_results_nothing_is_left() -> None:
    """The proof is of LibreOffice's computing, not of what the writer stored."""
    made = Made("sum", (ref("A", "opening"), ref("A", "closing")))
    data = workbook(statement(form("T", line("A", amount("1"), amount("2"), amount("3", made=made)))), "en")
    ((sheet, cell),) = formulas(opened(data))
    assert opened(data, values=True)[sheet][cell].value == 3
    assert opened(emptied(data), values=True)[sheet][cell].value is None


def halves() -> Form:
    """Totals on an exact half and beside it, differences that cancel, negative ones, shares and growth; by a fixed seed."""
    seeded = random.Random(8170)  # noqa: S311  (no secret)
    lines = []
    for n in range(HALVES):
        places = seeded.choice((0, 1, 2, 3, 4))
        whole = Decimal(seeded.randint(-(10 ** seeded.randint(1, 9)), 10 ** seeded.randint(1, 9)))
        total = (whole + seeded.choice((Decimal("0.5"), Decimal("0.5"), Decimal("0.25"), Decimal("0.51")))).scaleb(-places)
        part = Decimal(seeded.randint(1, 10**6)).scaleb(-places)
        made = Made("sum", (ref(f"n{n}", "opening"), minus(f"n{n}", "closing")))
        lines.append(
            line(
                f"n{n}", amount(f"{total + part:f}", places), amount(f"{part:f}", places), amount(f"{total:f}", places, made=made)
            )
        )
    for n in range(0, HALVES, 3):  # 0.5 % and 12.5 % shares, growth by a half of the last digit
        base = Decimal(seeded.randint(1, 10**5) * 8)
        share = Decimal(seeded.choice(("0.005", "0.125", "0.375", "0.0625")))
        over = f"{base * share:f}"
        made = Made(seeded.choice(("percent", "ratio", "growth")), (ref(f"q{n}", "opening"), ref(f"q{n}", "closing")))
        exact = {"percent": share * 100, "ratio": share, "growth": (share - 1) * 100}[made.operation]
        lines.append(
            line(f"q{n}", amount(over, 6), amount(f"{base}", 0), amount(f"{exact:f}", seeded.choice((0, 1, 2, 3)), made=made))
        )
    return form("T9", *lines)


def half_up() -> Form:
    """0.125 is printed 0.13 and −2.5 is −3 by 四舍五入."""
    cells = (amount("0.125", rounding="half_up"), amount("-2.5", 0, rounding="half_up"), Cell())
    return form("T", line("A", *cells), rounding="half_up")


NAMES = [visible(text) for text in TEXTS]


def hostile() -> Form:
    return form("H", *(line(f"h{n}", amount("1"), Cell(), Cell(), name=name) for n, name in enumerate(NAMES)))


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Computed]:
    wanted = {f"halves-{lang}": (statement(halves()), lang) for lang in LANGS}
    wanted |= {"half_up": (statement(half_up()), "zh"), "hostile": (statement(hostile()), "zh")}
    return computed(wanted, tmp_path_factory.mktemp("made-up"))


@pytest.mark.parametrize("lang", LANGS)
def test_halves_are_shown_even(made_up: dict[str, Computed], lang: str) -> None:
    one = made_up[f"halves-{lang}"]
    assert compared(one.shown, one.done, lang) == 3 * (HALVES + len(range(0, HALVES, 3)))
    live = formulas(opened(one.data))
    assert len(live) == formula_count(one.data) == HALVES + len(range(0, HALVES, 3))
    moved = [f for f in live.values() if "IF(ABS(" in f]
    assert len(moved) > HALVES // 8


def test_half_up_where_a_form_says_so(made_up: dict[str, Computed]) -> None:
    one = made_up["half_up"]
    assert compared(one.shown, one.done, "zh") == 2
    assert {"0.13", "\u22123"} <= {text for row in one.done.screens["T"] for text in row}


def test_hostile_texts_are_texts_to_a_spreadsheet(made_up: dict[str, Computed]) -> None:
    """None is computed, followed or turned into a number: LibreOffice reads back each as it was written."""
    sheet = made_up["hostile"].done.book["H"]
    rows = [row for row in sheet.iter_rows(min_col=2, max_col=4) if str(row[1].value).startswith("h")]
    assert [str(row[0].value) for row in rows] == NAMES
    assert {row[0].data_type for row in rows} == {"s"}


BOOKS = {"garze": ("garze-2010", "all"), "city": ("sample-city", "2016-2017")}
SHOWN = [("garze", "en", "internal"), ("city", "zh", "internal")]
REST = [("garze", "zh", "internal"), ("garze", "en", "public"), ("city", "en", "internal"), ("city", "zh", "public")]
WANTED = [*SHOWN, *(REST if FULL else ())]


@pytest.fixture(scope="module")
def books(ready: Ready, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Computed]:
    wanted = {}
    for name, lang, edition in WANTED:
        if edition == "internal":
            made = ready.statement(*BOOKS[name], history=False)
        else:
            made = assemble(ready.book(*BOOKS[name]), edition="public", history=False)
        wanted[f"{name}-{lang}-{edition}"] = made.statement, lang
    return computed(wanted, tmp_path_factory.mktemp("books"))


@pytest.mark.parametrize(("name", "lang", "edition"), WANTED)
def test_a_book_recalculated(books: dict[str, Computed], name: str, lang: str, edition: str) -> None:
    one = books[f"{name}-{lang}-{edition}"]
    count, live = compared(one.shown, one.done, lang), formula_count(one.data)
    print(f"{name} {lang} {edition}: {len(one.shown.main.forms)} sheets, {count} numbers, {live} formulas")
    assert count > 100
    assert live > 20
