"""The ledgers as a workbook: the same bytes, live totals, every number with its address, texts that do nothing."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from decimal import Decimal
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import pytest

from gep.base.findings import Refused
from gep.report.audit import AuditPaper
from gep.report.audit_workbook import audit_workbook
from gep.report.workbook_text import visible
from gep.report.workbook_words import CONTENTS, FIGURES
from tests.report import audit_papers as made
from tests.report.workbook_forms import formulas, opened, texts
from tests.report.workbook_hostile import TEXTS

LANGS = ("zh", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_paper_gives_the_same_bytes(lang: str) -> None:
    assert audit_workbook(made.paper(), lang) == audit_workbook(made.paper(), lang)


def test_sheets_follow_the_report_with_the_index_and_the_origins_last() -> None:
    book = opened(audit_workbook(made.paper(), "zh"))
    ledgers = ["DA-02", "DA-01.2022-03-01", "DA-04", "DA-03", "WP", "SU", "EX", "ZZ", "IX"]
    assert book.sheetnames == [CONTENTS["zh"], *ledgers, FIGURES["zh"]]


@pytest.mark.parametrize("lang", LANGS)
def test_the_first_sheet_says_what_it_is_of(lang: str) -> None:
    paper = made.paper()
    told = "\n".join(texts(opened(audit_workbook(paper, lang))[CONTENTS[lang]]))
    for wanted in (
        paper.content,
        "upper-head-2020",
        "2020-07-01",
        "2022-03-01",
        "ab" * 32,
        "880121",
        "2022-12-31",
        "某审报〔2022〕5号",
    ):
        assert wanted in told, wanted
    assert ("征求意见稿" if lang == "zh" else "DRAFT") in told
    assert ("附件2　交接" if lang == "zh" else "Annex 2. Handover") in told


def test_every_sheet_of_a_draft_says_so_and_a_sealed_one_nowhere() -> None:
    draft = opened(audit_workbook(made.paper(), "zh"))
    assert all("征求意见稿" in sheet.oddHeader.center.text for sheet in draft.worksheets[1:-1])
    sealed = opened(audit_workbook(made.paper(draft=False, illustrative=False), "zh"))
    assert not any("征求意见稿" in text for sheet in sealed for text in texts(sheet))


def test_closings_and_differences_are_formulas_that_give_the_stored_figures() -> None:
    """Two classes with a closing and a difference, and a score: five formulas."""
    data = audit_workbook(made.paper(), "zh")
    found = formulas(opened(data))
    assert len(found) == 5
    assert {sheet for sheet, _ in found} == {"DA-01.2022-03-01", "DA-02"}
    held = opened(data, values=True)
    assert [held[sheet][spot].value for sheet, spot in found if sheet == "DA-02"] == [7]
    assert sorted(held[sheet][spot].value for sheet, spot in found if sheet != "DA-02") == [0, 0, 97, 97]


def test_a_closing_that_does_not_follow_from_its_row_is_refused() -> None:
    wrong = made.handover()
    line = wrong.lines[0]
    cells = list(line.cells)
    cells[9] = made.amount("98", made.address("R40", "C02"), made=cells[9].made)
    with pytest.raises(Refused):
        audit_workbook(made.paper(replace(wrong, lines=(replace(line, cells=tuple(cells)),))), "zh")


def test_every_number_stands_with_its_address_in_the_sheet_of_origins() -> None:
    paper = made.paper()
    rows = list(opened(audit_workbook(paper, "zh"))[FIGURES["zh"]].iter_rows(min_row=4, values_only=True))
    listed = {(row[1], row[2], row[4], row[10]) for row in rows}
    for form in paper.forms:
        for line, column, cell in form.cells():
            for figure in cell.figures:
                assert (form.number, line.code, column.code, figure.address) in listed
    assert {row[10] for row in rows if row[1] == "IX"} == {made.ARABLE.address}


def test_numbers_are_the_exact_amounts() -> None:
    fine = made.handover()
    cell = made.amount("0.125", made.address("R1", "C02"))
    one = replace(fine, lines=(replace(fine.lines[0], cells=(*fine.lines[0].cells[:3], cell, *fine.lines[0].cells[4:9], *[replace(c, made=None) for c in fine.lines[0].cells[9:]])),))  # fmt: skip
    sheet = opened(audit_workbook(made.paper(one), "zh"))["DA-01.2022-03-01"]
    held = [c for row in sheet.iter_rows() for c in row if isinstance(c.value, float) and round(c.value, 3) == 0.125]
    assert [c.number_format.split(";")[0] for c in held] == ["#,##0.00"]
    assert Decimal(str(round(held[0].value, 9))) == Decimal("0.125")


@pytest.mark.parametrize("said", [said for said in islice(TEXTS, 0, None, 9) if len(said) < 500])
def test_a_text_is_a_text(said: str) -> None:
    book = checked(made.everywhere(said))
    assert all(visible(said) in " ".join(texts(sheet)) for sheet in book.worksheets[1:-1])


def checked(paper: AuditPaper) -> Any:
    data = audit_workbook(paper, "zh", seal="0" * 64)
    with zipfile.ZipFile(io.BytesIO(data)) as held:
        for name in held.namelist():
            root = ElementTree.fromstring(held.read(name))  # noqa: S314  (what this program wrote)
            targets = {e.get("TargetMode") for e in root.iter() if e.tag.endswith("}Relationship")}
            assert targets <= {None}, name
    book = opened(data)
    assert len(formulas(book)) == 5
    assert set(book.defined_names) == set()
    return book


@pytest.mark.parametrize("lang", LANGS)
def test_pages_name_the_engagement(lang: str) -> None:
    sheet = opened(audit_workbook(made.paper(), lang))["DA-02"]
    assert "upper-head-2020" in sheet.oddFooter.right.text
    told = texts(sheet)
    assert any("880121" in text for text in told)
    assert any("2022-03-01" in text for text in told)
