"""The trails of the papers of an audit: figures of the book by their nodes, records of the engagement without, nothing invented."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report.audit import AuditPaper
from gep.report.form import Cell, Form, Stored
from gep.report.statement import Paragraph
from gep.workflow.forms.trails import addresses, trails
from gep.workflow.statement import assemble
from tests.ready import Ready
from tests.report import audit_papers as made

RECORD = "record/evaluation/some-county/1/total"


@pytest.fixture(scope="module")
def form(ready: Ready) -> Form:
    """A form of a real book, whose figures have addresses."""
    found = assemble(ready.book("garze-2010", "all")).statement.main.form("T2")
    assert found is not None
    return found


def paper(form: Form, *figures: Stored) -> AuditPaper:
    return made.paper(form, paragraphs=(Paragraph("comparison", Names("甲", "A"), (made.said("句。", "A.", *figures),)),))


def test_a_figure_of_the_book_has_its_nodes_and_a_record_none(ready: Ready, form: Form) -> None:
    recorded = Stored(RECORD, Decimal(90), "", "value")
    given = paper(form, recorded)
    found = trails(ready.book("garze-2010", "all"), given)
    wanted = {f.address for _, _, cell in form.cells() for f in cell.figures}
    assert addresses(given) == {*wanted, RECORD}
    assert found.starts[RECORD] == ()
    assert all(found.starts[address] for address in wanted)
    assert len(found.graph.knots) > len(wanted)


def test_papers_without_a_figure_of_the_book_have_an_empty_graph(ready: Ready, form: Form) -> None:
    none = replace(form, lines=tuple(replace(x, cells=tuple(Cell() for _ in x.cells)) for x in form.lines))
    found = trails(ready.book("garze-2010", "all"), paper(none, Stored(RECORD, Decimal(90), "", "value")))
    assert found.graph.knots == ()
    assert dict(found.starts) == {RECORD: ()}


def test_an_address_that_names_nothing_in_its_vintage_is_refused(ready: Ready, form: Form) -> None:
    figure = next(f for _, _, cell in form.cells() for f in cell.figures)
    wrong = [replace(figure, address=figure.address.replace("/513300/", f"/99999{n}/")) for n in range(2)]
    with pytest.raises(Refused) as refused:
        trails(ready.book("garze-2010", "all"), paper(form, *wrong))
    assert sorted(f.place.key for f in refused.value.findings) == sorted(f.address for f in wrong)
