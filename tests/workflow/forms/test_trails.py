"""Every figure of a statement resolves to nodes of its trace that end in cells, parameters or returned rows, as `explain` says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.explain.graph import CALCULATION, CELL, PARAMETER, ROW_SUM, TOTAL, Trails
from gep.report.form import Cell, Column, Form, Line, Stored
from gep.report.statement import Statement
from gep.workflow.explain import explain
from gep.workflow.forms.trails import addresses, trails
from tests.ready import Ready

Made = tuple[Book, Statement, Trails]


@pytest.fixture(scope="module")
def garze(ready: Ready) -> Made:
    return _made(ready, "garze-2010", "all")


@pytest.fixture(scope="module")
def city(ready: Ready) -> Made:
    return _made(ready, "sample-city", "2016-2017")


@pytest.fixture(params=["garze", "city"])
def made(request: pytest.FixtureRequest) -> Made:
    found: Made = request.getfixturevalue(request.param)
    return found


def _made(ready: Ready, *source: str) -> Made:
    book, statement = ready.book(*source), ready.statement(*source).statement
    return book, statement, trails(book, statement)


def figures(statement: Statement) -> Iterator[Stored]:
    for part in statement.parts:
        for form in part.forms:
            for _, _, cell in form.cells():
                yield from cell.figures


def test_every_figure_has_a_trail(made: Made) -> None:
    _, statement, found = made
    assert found.starts.keys() == addresses(statement)
    assert all(found.starts.values())


def test_every_trail_ends_in_cells_parameters_or_returned_rows(made: Made) -> None:
    _, _, found = made
    knots = found.graph.knots
    for knot in knots:
        if knot.kind == CALCULATION and not knot.below:
            assert knot.state != "value", "a calculation of nothing"
        if knot.kind == TOTAL and not knot.below:
            assert knot.amount is None
        if knot.kind == ROW_SUM and not knot.below:
            said = found.graph.saids[knot.said]
            assert said[3] in {records for records, _ in found.returned} or knot.own[0] == "0", "rows nobody returned"
        if knot.kind in (CELL, PARAMETER):
            assert knot.below == ()
    cells = [k for k in knots if k.kind == CELL and k.own[0]]
    assert cells
    for knot in cells:
        _, file, sha256, *_ = found.graph.saids[knot.said]
        assert file
        assert len(sha256) == 64


def test_a_figure_with_one_node_has_the_amount_that_the_book_holds(made: Made) -> None:
    _, statement, found = made
    seen = 0
    for stored in figures(statement):
        nodes = [found.graph.knots[n] for n in found.starts[stored.address]]
        if len(nodes) == 1 and stored.amount is not None and nodes[0].unit == stored.unit:
            assert Decimal(nodes[0].amount or "NaN") == stored.amount, stored.address
            seen += 1
    assert seen > 50


def test_the_nodes_are_those_of_explain(garze: Made) -> None:
    book, _, found = garze
    for address in sorted(found.starts)[::11]:
        told = explain(book, address)
        nodes = [found.graph.knots[n] for n in found.starts[address]]
        assert sorted((k.amount or "", k.unit) for k in nodes) == sorted((s.amount, s.unit) for s in told.parts), address


def test_names_stand_in_both_languages(garze: Made) -> None:
    _, _, found = garze
    titles = {names.zh: names.en for names in found.whats}
    assert titles["生态产品总值"] == "GEP" or "product" in titles["生态产品总值"]
    assert found.regions["513300"].en == "Garze Tibetan Autonomous Prefecture"
    assert any("生态学报" in cited for cited in found.sources.values())


def test_a_formula_has_a_place_for_each_name(made: Made) -> None:
    _, _, found = made
    graph = found.graph
    for knot in graph.knots:
        if knot.kind == CALCULATION:
            made_of = found.patterns[knot.said]
            assert made_of is not None
            for role in graph.roles[knot.roles]:
                assert f"\ue000{role.name}\ue001" in made_of.numbers + made_of.words, graph.saids[knot.said]


def test_a_figure_that_nothing_answers_for_is_refused(garze: Made) -> None:
    book, statement, _ = garze
    scope, names = statement.main.scope, statement.main.forms[0].names
    address = f"value_account/513300/2010/no_such_service/-/-/-/zone=-/profile=garze-2017@{scope.vintage}"
    cell = Cell("number", exact=Decimal(1), shown=Decimal(1), figures=(Stored(address, Decimal(1), "CNY", "value"),))
    form = Form("X1", "X1", "gep", names, scope, (Column("a", names),), (Line("1", (cell,)),))
    with pytest.raises(Refused) as refused:
        trails(book, replace(statement, parts=(replace(statement.main, forms=(form,), paragraphs=()),)))
    assert [f.code for f in refused.value.findings] == ["EXPLAIN-NO-FIGURE"]
    assert "no_such_service" in refused.value.findings[0].text("en")
