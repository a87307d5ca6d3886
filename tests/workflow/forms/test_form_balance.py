"""The balance sheet as a form: two sides, its totals and changes as formulas, its lines as cells of other forms."""

from __future__ import annotations

import pytest

from gep.book import Book
from gep.report.form import Made, Ref, Term
from tests.ready import Ready
from tests.workflow.forms.asset_forms import CITY, UPPER, Forms, check_made, forms_of

YEAR = 2017


@pytest.fixture(scope="module")
def whole(ready: Ready) -> Forms:
    book: Book = ready.book("sample-city", "2016-2017")
    return forms_of(book, CITY, YEAR)


def test_assets_stand_left_and_net_assets_beside_their_total(whole: Forms) -> None:
    sheet = whole["BS-00"]
    assert [c.kind for c in sheet.columns] == ["label", "unit", "code", "number", "number", "number"] * 2
    assert {c.group[0].en for c in sheet.columns} == {"Assets", "Liabilities and net assets"}
    foot = next(line for line in sheet.lines if line.style == "total")
    assert (foot.code, foot.cells[2].printed("zh"), foot.cells[8].printed("zh")) == ("A0", "A0", "N0")
    assert [line.code for line in sheet.lines if line.style == "group"] == ["physical"]


def test_every_number_of_the_sheet_is_a_formula(whole: Forms) -> None:
    sheet = whole["BS-00"]
    numbers = [cell for _, _, cell in sheet.cells() if cell.kind == "number"]
    assert len(numbers) > 30
    assert all(cell.made is not None for cell in numbers)
    assert check_made(whole) > 0


def test_lines_show_cells_of_tables_and_totals_add_lines_up(whole: Forms) -> None:
    at = whole["BS-00"].at
    assert at["A1", "a_opening"].made == Made("sum", (Term(Ref("R10", "V1", "VA-01")),))
    assert at["A4.physical.kaolin", "a_closing"].made == Made("sum", (Term(Ref("R40", "C0", "MN-01.kaolin")),))
    assert at["A1", "a_change"].made == Made("sum", (Term(Ref("A1", "a_closing")), Term(Ref("A1", "a_opening"), -1)))
    # other assets are not valued, so they are no part of the total
    assert at["A0", "a_opening"].made == Made("sum", tuple(Term(Ref(f"A{n}", "a_opening")) for n in range(1, 5)))
    assert at["A5", "a_opening"].kind == "not_applicable"
    # net assets stand in the line of total assets; total liabilities stand beside some asset
    net = at["A0", "l_opening"].made
    assert net is not None
    assert [(t.ref.column, t.sign) for t in net.terms] == [("a_opening", 1), ("l_opening", -1)]
    assert at["A0", "l_opening"].figures[0].address.split("/")[3:5] == ["net", "N0"]


def test_the_relations_are_printed_assets_first(whole: Forms) -> None:
    told = [n.en for n in whole["BS-00"].checks]
    assert told[:3] == ["A0 = A1 + A2 + A3 + A4 + A5", "L0 = L1 + L2 + L3", "N0 = A0 \u2212 L0"]
    assert "A1 = VA-01 (R10, R40) V1" in told


def test_a_county_has_its_own(ready: Ready) -> None:
    forms = forms_of(ready.book("sample-city", "2016-2017"), UPPER, YEAR)
    assert f"/{UPPER}/" in forms["BS-00"].at["A1", "a_opening"].figures[0].address
    assert check_made(forms) > 0
