"""The statement of a year: what it is of, that every printed figure leads to cells or parameters, and the same content twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.report.form import evaluate
from gep.report.statement import as_data, digest
from gep.workflow.statement import Assembled, assemble, assemble_each
from tests.ready import Ready

CITY = ("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def city(ready: Ready) -> Assembled:
    return assemble(ready.book(*CITY))


def test_the_parts_are_the_region_those_below_it_and_the_years_before(city: Assembled) -> None:
    parts = [(p.scope.region, p.scope.year) for p in city.statement.parts]
    counties = ["990121", "990122", "990123"]
    assert parts == [(r, y) for y in (2017, 2016) for r in ("990100", *counties)]
    head = city.statement.head
    assert head.draft
    assert head.illustrative
    assert head.issuer.names.zh == "示例市统计局"
    assert len({head.rules_hash, head.input_hash, head.release_hash}) == 3


def test_forms_have_unique_ids_and_every_sum_is_the_sum_of_its_cells(city: Assembled) -> None:
    checked = 0
    for part in city.statement.parts:
        assert len({f.id for f in part.forms}) == len(part.forms)
        known = {(f.id, line, column): cell for f in part.forms for (line, column), cell in f.at.items()}
        for form in part.forms:
            for line, column, cell in form.cells():
                if cell.made is None or cell.made.operation != "sum" or cell.exact is None:
                    continue
                terms = [known[t.ref.form or form.id, t.ref.line, t.ref.column].exact for t in cell.made.terms]
                if all(t is not None for t in terms):
                    made = evaluate(cell.made, [t for t in terms if t is not None])
                    assert made == cell.exact, f"{form.id} {line.code}/{column.code} of {part.scope.region} {part.scope.year}"
                    checked += 1
    assert checked > 2000


def test_the_same_book_gives_the_same_content(ready: Ready, city: Assembled) -> None:
    again = assemble(ready.book(*CITY))
    assert digest(again.statement) == digest(city.statement)
    assert as_data(again.statement)["digest"] == digest(city.statement)


def test_without_history_only_the_year_itself(ready: Ready) -> None:
    made = assemble(ready.book(*CITY), 2016, region="990122", history=False)
    assert [(p.scope.region, p.scope.year) for p in made.statement.parts] == [("990122", 2016)]


def test_a_region_or_year_that_is_not_there_names_those_that_are(ready: Ready) -> None:
    with pytest.raises(Refused) as refused:
        assemble(ready.book(*CITY), region="330100")
    assert "990121" in refused.value.findings[0].expected
    with pytest.raises(Refused) as refused:
        assemble(ready.book(*CITY), 1999)
    assert "2017" in refused.value.findings[0].expected


def test_a_rule_of_publication_that_names_nothing_stops_the_public_edition(ready: Ready, tmp_path: Path) -> None:
    book = ready.copy(ready.book("garze-2010", "all"), tmp_path / "book")
    path = book.root / "book.toml"
    rule = '[[publication]]\nview = "value_account"\nproduct = "no_such"\nzh = "示例"\nen = "example"\ndocument = "-"\n'
    path.write_text(path.read_text(encoding="utf-8") + "\n" + rule, encoding="utf-8")
    from gep.book import Book

    with pytest.raises(Refused) as refused:
        assemble_each(Book(book.root), ("internal", "public"))
    told = refused.value.findings[0]
    assert (told.code, told.found) == ("PUBLICATION-CODE", "no_such")
