"""The papers of the ready books: every region on one page, no character lacks a glyph, the figures are those of the forms."""

from __future__ import annotations

import pytest

from gep.report.statement import Statement
from gep.report.typeset import appraisal, report
from gep.workflow.statement import Assembled
from tests.ready import Ready
from tests.report.typeset_forms import pages

BOOKS = {"garze": ("garze-2010", "all"), "city": ("sample-city", "2016-2017")}


@pytest.fixture(scope="module")
def made(ready: Ready) -> dict[str, Assembled]:
    return {name: ready.statement(*source, history=False) for name, source in BOOKS.items()}


def printed(statement: Statement, form: str, line: str, column: str) -> str:
    found = statement.main.form(form)
    assert found is not None
    return found.at[line, column].printed("zh")


@pytest.mark.parametrize("name", BOOKS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_region_has_one_page(made: dict[str, Assembled], name: str, lang: str) -> None:
    statement = made[name].statement
    below = [p.scope for p in statement.parts[1:]] or [statement.main.scope]
    paper = appraisal(statement, lang)
    found = pages(paper.data)
    assert len(found) == len(below)
    assert all("".join(s.region_names.of(lang).split()) in text for s, text in zip(below, found, strict=True))
    assert (paper.findings, paper.warnings) == ((), ())


@pytest.mark.parametrize("name", BOOKS)
def test_the_report_holds_the_figures_of_its_tables(made: dict[str, Assembled], name: str) -> None:
    one = made[name]
    paper = report(one.statement, "zh", methods=one.methods)
    assert (paper.findings, paper.warnings) == ((), ())
    text = "".join(pages(paper.data))
    form = one.statement.main.form("T2")
    assert form is not None
    numbers = {c.printed("zh") for _, column, c in form.cells() if column.kind == "number" and c.kind == "number"}
    assert len(numbers) > 40
    assert [n for n in numbers if n.replace(" ", "") not in text] == []
    assert printed(one.statement, "T2", "gep", "value") in text
    assert all(f"{f.rule}@{f.version}" in text for m in one.methods for f in m.formulas)
