"""A hundred hostile texts in every field that people fill: in the workbook each is a text that can be seen, and nothing else."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from itertools import cycle
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.records import Names
from gep.report.form import Column, Form, Line, Stored, text
from gep.report.statement import Issuer, Statement
from gep.report.workbook import workbook
from gep.report.workbook_text import LONGEST, columns_wide, header_text, lines_in, long16, sheet_names, visible
from tests.report.workbook_forms import SCOPE, example, formulas, opened, statement, texts
from tests.report.workbook_hostile import TEXTS

PARTS = re.compile(
    r"\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/(workbook|styles|sharedStrings|theme/theme1)\.xml"
    r"|xl/worksheets/sheet\d+\.xml|xl/_rels/workbook\.xml\.rels"
)

GROUPS = [TEXTS[n : n + 8] for n in range(0, len(TEXTS), 8)]


def everywhere(said: Sequence[str]) -> Statement:
    """A statement with a form for each text, in which every text is this one; the texts of the head take turns."""
    turn = cycle(said)

    def both() -> Names:
        one = next(turn)
        return Names(one, one)

    scope = replace(SCOPE, region_names=both(), region=next(turn), profile=next(turn), state=next(turn))
    return statement(
        *map(_form, said), book=both(), issuer=Issuer(both(), next(turn), next(turn)), gep=scope, gep_names=both(),
        program=next(turn), currency=next(turn), draft=True, steps=(("review", next(turn), next(turn)),),
    )  # fmt: skip


def _form(said: str) -> Form:
    names = Names(said, said)
    plain = example("T2")
    columns = tuple(replace(c, names=names, unit=names, group=(names,) * len(c.group)) for c in plain.columns)

    def of(row: Line) -> Line:
        cells = (replace(row.cells[0], text=names), replace(row.cells[1], text=names), *row.cells[2:])
        return replace(row, cells=tuple(replace(c, figures=tuple(_figure(f, said) for f in c.figures)) for c in cells))

    return replace(
        plain, id=said, number=said, names=names, unit=names, notes=(names, names), checks=(names,), department=said,
        columns=columns, lines=tuple(map(of, plain.lines)), scope=replace(SCOPE, region_names=names),
    )  # fmt: skip


def _figure(figure: Stored, said: str) -> Stored:
    return replace(figure, address=said, unit=said, state=said)


def check(said: Sequence[str], lang: str = "zh") -> Any:
    """The workbook of these texts, and what holds of any workbook whatever its texts are."""
    data = workbook(everywhere(said), lang, seal="0" * 64)
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        assert held.testzip() is None
        assert [name for name in held.namelist() if not PARTS.fullmatch(name)] == []
        bodies = {name: held.read(name) for name in held.namelist()}
    for name, body in bodies.items():
        root = ElementTree.fromstring(body)  # noqa: S314  (what this program wrote)
        targets = [e.get("TargetMode") for e in root.iter() if e.tag.endswith("}Relationship")]
        assert set(targets) <= {None}, name
    book = opened(data)
    assert len(formulas(book)) == 5 * len(said)  # those of the example
    assert set(book.defined_names) == set()
    cells = [c for sheet in book for row in sheet.iter_rows() for c in row]
    assert all(c.hyperlink is None or (c.hyperlink.ref and c.hyperlink.target is None) for c in cells)
    return book


@pytest.mark.parametrize("said", GROUPS, ids=range(len(GROUPS)))
def test_a_text_is_a_text(said: tuple[str, ...]) -> None:
    book = check(said)
    pages = book.worksheets[1:-1]
    addresses = [row[10].value for row in book["数字来源"].iter_rows(min_row=4)]
    assert len(pages) == len(said)
    for page, one in zip(pages, said, strict=True):
        shown = texts(page)
        assert shown.count(visible(one)) >= 2  # the title and the name of a line
        assert visible(f"1．{one}") in shown
        assert addresses.count(visible(one)) == 12  # every figure of the example
    contents = texts(book["目录"])
    assert all(any(visible(one) in text for text in contents) for one in said if len(one) < 100)


def test_there_are_a_hundred() -> None:
    assert len(set(TEXTS)) >= 100


@settings(max_examples=12)
@given(st.text(max_size=60))
def test_any_text_is_a_text(said: str) -> None:
    check((said or "x",), "en")


@given(st.text())
def test_what_is_seen_can_be_written_and_seen(said: str) -> None:
    shown = visible(said)
    assert long16(shown) <= LONGEST
    shown.encode("utf-8")
    assert visible(shown) == shown
    assert not set(shown) & {chr(n) for n in range(32) if n != 10}
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u200b\ufeff\x7f\x85")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("东湖", "东湖"),
        ("a\tb\0c\x7f", "a␉b␀c␡"),
        ("a\nb", "a\nb"),
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("a\x85\ud800\uffff", "a[U+0085][U+D800][U+FFFF]"),
        ("<r><t>x</t></r>", "<r><t>x</t></r> "),
        ("👩\u200d👧", "👩\u200d👧"),
        ("_x005F_x0041_", "_x005F＿x0041_"),
    ],
)
def test_visible(said: str, shown: str) -> None:
    assert visible(said) == shown


def test_a_text_too_long_says_so() -> None:
    shown = visible("x" * 40_000)
    assert len(shown) <= LONGEST
    assert shown.endswith(f"[…+{40_000 - LONGEST + 20:,}]")


def test_page_headers_obey_no_codes_of_a_text() -> None:
    assert header_text("A&B &P") == "A＆B ＆P"
    assert header_text("x" * 100) == "x" * 79 + "…"
    footer = check(("&P&N",)).worksheets[1].oddFooter.left.text
    assert footer.endswith("＆P＆N")


def test_sheet_names() -> None:
    long = "表" * 40
    wanted = ["T2", "t2", "a/b:c", "", "'x'", long, long, "History", "目录", "T2"]
    made = sheet_names(wanted, ("目录",))
    assert made == ["T2", "t2~2", "a_b_c", "_", "x", "表" * 31, "表" * 29 + "~2", "History~2", "目录~2", "T2~3"]
    assert len({name.casefold() for name in made}) == len(made)


@given(st.lists(st.text(max_size=40), max_size=12))
def test_sheet_names_are_allowed_and_differ(wanted: list[str]) -> None:
    made = sheet_names(wanted, ("Contents",))
    assert len({name.casefold() for name in [*made, "Contents"]}) == len(wanted) + 1
    for name in made:
        assert 1 <= long16(name) <= 31
        assert not set(name) & set("[]:*?/\\\n")
        assert name.strip("'") == name


def test_widths() -> None:
    assert columns_wide("亩a") == 3
    assert columns_wide("长\nabcdef") == 6
    assert lines_in("十个汉字十个汉字十个", 11) == 2  # 20 digits wide in room for 10
    assert lines_in("", 5) == 1


def test_columns_take_part() -> None:
    """The fields of a form that hold text are all filled by `everywhere`; a new one has to be thought of."""
    assert set(Form.__dataclass_fields__) == {
        "id", "number", "section", "names", "scope", "columns", "lines", "unit", "notes", "checks", "rounding", "illustrative",
        "department", "at",
    }  # fmt: skip
    assert set(Column.__dataclass_fields__) == {"code", "names", "kind", "group", "unit"}
    assert text("x").text.zh == "x"
