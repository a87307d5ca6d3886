"""The statement of a year: what it is of, that every printed figure leads to cells or parameters, and the same content twice."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.ledger.acts import STEPS
from gep.report.form import evaluate
from gep.report.statement import Statement, as_data, digest
from gep.workflow.attach import attach
from gep.workflow.run import run
from gep.workflow.statement import Assembled, assemble, assemble_each
from gep.workflow.states import reopen, step
from gep.workflow.submit import submit
from tests.proof import small_book as small
from tests.ready import Ready

CITY = ("sample-city", "2016-2017")
FULL = os.environ.get("GEP_PROOF") == "full"


@pytest.fixture(scope="module")
def city(ready: Ready) -> Assembled:
    return ready.statement(*CITY)


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
    again = assemble(ready.book(*CITY), history=FULL).statement
    same = city.statement if FULL else of_its_year(city.statement)
    assert digest(again) == digest(same)
    assert as_data(again)["digest"] == digest(same)


def of_its_year(statement: Statement) -> Statement:
    """Without the years before: so it is assembled without history."""
    return replace(statement, parts=tuple(p for p in statement.parts if p.scope.year == statement.main.scope.year))


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
    with pytest.raises(Refused) as refused:
        assemble_each(Book(book.root), ("internal", "public"))
    told = refused.value.findings[0]
    assert (told.code, told.found) == ("PUBLICATION-CODE", "no_such")


def test_a_closed_year_is_told_as_it_stood_whatever_comes_later(tmp_path: Path) -> None:
    """Both years are closed; then 2020 is opened again, its timber corrected from 10 to 20,000 m3, and closed anew."""
    book = small.make(tmp_path / "book", small.write_data(tmp_path / "data"))
    taken = {
        (year, item): returned(book, small.figure(tmp_path / "in", year, item, amount))
        for year, timber in ((2020, 10), (2021, 12))
        for item, amount in (("timber_cut", timber), ("visits", 100))
    }
    was = closed(book, [2020, 2021])
    first = assemble(book, 2021).statement
    assert not first.head.draft
    assert vintages(first) == {2020: was, 2021: was}

    reopen(book, 2020, why="a wrong figure", who="opener")
    returned(book, small.figure(tmp_path / "in", 2020, "timber_cut", 20000), replaces=taken[2020, "timber_cut"])
    attach(book, [tmp_path / "in" / "visits-2021-100.csv"], about=f"gep_total/{small.REGION}/2021@{was}", why="late", who="x")
    now = closed(book, [2020])
    assert vintages(assemble(book, 2020).statement) == {2020: now}
    again = assemble(book, 2021).statement
    assert vintages(again) == vintages(first)
    assert digest(again) == digest(first)


def returned(book: Book, path: Path, replaces: int | None = None) -> int:
    """The number in the journal of a file that was accepted."""
    (done,) = submit(book, [path], who="maker", replaces=replaces)
    assert done.status == "accepted", [f.text("en") for f in done.findings]
    return book.entries()[-1].seq


def closed(book: Book, years: list[int]) -> int:
    """The vintage of a run that was taken to its closing."""
    vintage = run(book, f"{years[0]}-{years[-1]}", who="maker").vintage
    assert vintage is not None
    for act in STEPS:
        step(book, act, years, who=act)
    return vintage


def vintages(statement: Statement) -> dict[int, int]:
    return {p.scope.year: p.scope.vintage for p in statement.parts}
