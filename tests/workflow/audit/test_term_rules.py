"""Which rules run over a term: those that add up, carry over or hold a state; not what a single year prices, caps or surveys."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from gep.base.records import Layout, Measure
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.tables import GROSS, INNER
from gep.workflow.audit.term_rules import Chosen, choose
from gep.workflow.plans import Method, method

COEFFICIENTS = Path(__file__).resolve().parents[3] / "coefficients"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(COEFFICIENTS)


@pytest.fixture(scope="module")
def full(catalog: Catalog) -> Method:
    return method(catalog, "assets-full", 2020)


def layouts(catalog: Catalog, m: Method) -> Mapping[str, Layout]:
    return {t: catalog.layouts[t] for t in m.resolved.scheme.tables}


@pytest.fixture(scope="module")
def chosen(catalog: Catalog, full: Method) -> Chosen:
    return choose(full, layouts(catalog, full), lambda name: _held(catalog, full, name))


def _held(catalog: Catalog, m: Method, name: str) -> bool:
    """As in a book: the cells of the tables, and what is returned."""
    measure = m.measures[name]
    return not name.endswith((GROSS, INNER)) and (bool(measure.table) or name not in m.resolved.computed)


def ids(c: Chosen) -> set[str]:
    return {p.rule.id for p in c.method.plans}


@pytest.mark.parametrize(
    "rule",
    [
        "LA-01.R40",  # opening + additions - reductions
        "LA-01.R23",  # an adjustment as returned: within a term no opening is re-stated
        "LA-01.I5",  # its second route
        "LA-01.L1",  # the classes cover the region
        "LM-01.L3.R31.C02",  # the matrix bears out the flows
        "LQ-01.Q4.quality",  # grade × area on both sides
        "FQ-01.A.R50",  # closing - opening
        "FT-01.U1.R40",  # a ratio of stocks
        "MR-01.RATE",  # what was restored of what there was
        "WR-01.R05.net",  # flows inside a region cancel
        "VA-01.land.closing",  # area × price at the closing
        "DB-01.R40.C",  # what is lacking at the closing
    ],
)
def test_runs(chosen: Chosen, rule: str) -> None:
    assert rule in ids(chosen)


@pytest.mark.parametrize(
    ("rule", "output"),
    [
        ("LM-01.area", "LM-01.area"),  # a list of patches of each year
        ("VA-01.R26.V1", "VA-01.R26"),  # revaluation from price to price
        ("VA-01.R10.V1", "VA-01.R10"),  # the handover balance says what it opens with
        ("FT-01.V.R22", "FT-01.V.R22"),  # growth as modelled where none was returned
        ("EC-03M.S.S01", "EC-03M.S.S01"),  # a flow × a share of the year
        ("DB-01.R21.W", "DB-01.W.R21"),  # above the cap of a year
        ("SC-M.R22", "SC-M.R22"),  # max(sum, 0) of a year
    ],
)
def test_is_taken_from_the_annual_accounts(chosen: Chosen, rule: str, output: str) -> None:
    assert rule not in ids(chosen)
    assert output in chosen.taken
    assert rule not in chosen.left


def test_what_neither_runs_nor_is_taken_is_named(full: Method, chosen: Chosen) -> None:
    gone = {p.rule.id for p in full.plans} - ids(chosen)
    makers = {p.rule.id: p.rule.output for p in full.plans if p.rule.makes}
    assert set(chosen.left) == {rule for rule in gone if makers.get(rule) not in chosen.taken}
    assert "LM-01.unchanged.C02" in chosen.left
    assert not chosen.taken & {p.rule.output for p in chosen.method.plans if p.rule.makes and p.rule.at != "above"}


def test_the_order_of_the_rules_stays(full: Method, chosen: Chosen) -> None:
    order = {p.rule.id: n for n, p in enumerate(full.plans)}
    places = [order[p.rule.id] for p in chosen.method.plans]
    assert places == sorted(places)


def test_nothing_that_a_rule_reads_is_out_of_reach(catalog: Catalog, full: Method, chosen: Chosen) -> None:
    made = {p.rule.output for p in chosen.method.plans if p.rule.makes}
    for plan in chosen.method.plans:
        for ref in (i.ref for i in plan.inputs if i.kind == "measure" and not i.ref.endswith((GROSS, INNER))):
            assert ref in made or _held(catalog, full, ref), (plan.rule.id, ref)


def test_without_the_figures_of_a_table_what_rests_on_it_does_not_run(catalog: Catalog, full: Method) -> None:
    c = choose(full, layouts(catalog, full), lambda name: not name.startswith("FT-01") and _held(catalog, full, name))
    assert "FT-01.V.R40" not in ids(c)
    assert "FT-01.V.R40" in c.left
    assert "LA-01.R40" in ids(c)


def test_tables_read_on_different_days_are_not_set_against_each_other(catalog: Catalog, full: Method) -> None:
    """Land by days, grades at the year-end: the check that grades add up to cultivated land falls away, land's own stay."""

    def way(measure: Measure) -> str:
        return "INTERP" if measure.table in ("LA-01", "LM-01") else "NEAREST"

    c = choose(full, layouts(catalog, full), lambda name: _held(catalog, full, name), way)
    assert {"LA-01.R40", "LA-01.L2", "LM-01.L2", "LQ-01.R40"} <= ids(c)
    assert "GQ-01.Q1" not in ids(c)
    assert "GQ-01.Q1" in c.left
    assert "VA-01.R40.V1" not in ids(c)  # value of land at the year-end
    assert "VA-01.R40" in c.taken
