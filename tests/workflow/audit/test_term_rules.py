"""Which rules run over a term: those that add up, carry over or hold a state; not what a single year prices, caps or surveys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from gep.base.records import Key, Layout, Measure, Names, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.tables import GROSS, INNER, TOTAL
from gep.workflow.audit.term_days import Apart, Days, Edge, Timing, differ, together
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


class ByTable:
    """Every cell of a table in two counties and the city above them, cut as its table is; `seen`: county -> tables cut by days."""

    groups: Mapping[str, tuple[str, ...]] = {"a": ("a",), "b": ("b",), "c": ("a", "b")}

    def __init__(self, catalog: Catalog, seen: Mapping[str, Sequence[str]]) -> None:
        self.codes, self.seen = catalog.codes, seen

    def is_total(self, dim: str, code: str) -> bool:
        return bool(self.codes[dim][code].attrs.get(TOTAL))

    def cells(self, measure: Measure, region: str) -> Iterator[tuple[Key, Days]]:
        start = date(2020, 7, 1) if measure.table in self.seen.get(region, ()) else date(2020, 1, 1)
        opening = measure.kind == "stock" and measure.id.endswith(".R10")
        days = [("opening", start)] if opening else [("opening", start), ("closing", date(2022, 1, 1))]
        if measure.table and not any(d in ("mineral", "redline_unit", "counterpart") for d in measure.dims):
            dims = [[c for c in self.codes.get(d, {}) if not self.is_total(d, c)] or ["human"] for d in measure.dims]
            for codes in product(*dims):
                yield key_of(dict(zip(measure.dims, codes, strict=True))), frozenset(days)  # type: ignore[arg-type]


def parted(catalog: Catalog, full: Method, seen: Mapping[str, Sequence[str]]) -> Chosen:
    timing = Timing(full.measures, full.plans, ByTable(catalog, seen))
    return choose(full, layouts(catalog, full), lambda name: _held(catalog, full, name), timing if timing.differ else None)


def test_tables_read_on_different_days_are_not_set_against_each_other(catalog: Catalog, full: Method, chosen: Chosen) -> None:
    """Land by days, grades at the year-end: the check that grades add up to cultivated land falls away, land's own stay."""
    c = parted(catalog, full, {"a": ("LA-01", "LM-01"), "b": ("LA-01", "LM-01")})
    assert {"LA-01.R40", "LA-01.L2", "LM-01.L2", "LM-01.L3.R31.C02", "LQ-01.R40"} <= ids(c)
    assert "GQ-01.Q1" not in ids(c)
    assert "GQ-01.Q1" in c.left
    assert "VA-01.R40.V1" not in ids(c)  # value of land at the year-end
    assert "VA-01.R40" in c.taken
    told = {a.rule: a for a in c.apart}
    assert set(told["GQ-01.Q1"].regions) == {"a", "b"}
    assert [table for table, _ in told["GQ-01.Q1"].days] == ["GQ-01", "LA-01"]
    assert (told["VA-01.R40.V1"].makes, told["GQ-01.Q1"].makes) == ("VA-01.R40", "")
    # all that fell away is told: it is among them, or is left, or its figure is taken with theirs
    outputs = {p.rule.id: p.rule.output for p in full.plans if p.rule.makes}
    assert all(rule in told or rule in c.left or outputs[rule] in c.taken for rule in ids(chosen) - ids(c))
    assert set(c.skipped) >= {"GQ-01.Q1", "LQ-01.Q1"}


def test_the_matrix_beside_land_that_was_observed(catalog: Catalog, full: Method) -> None:
    """Land was observed on the day and the matrix is cut at the year-end: it bears no flow out; the closings of land still hold."""
    c = parted(catalog, full, {"a": ("LA-01",), "b": ("LA-01",)})
    assert {"LA-01.R40", "LA-01.L1", "LA-01.L2"} <= ids(c)
    assert not {"LM-01.L3.R31.C02", "LM-01.L3.R21.C04", "LQ-01.Q1"} & ids(c)


def test_one_county_observed_leaves_the_checks_of_the_other(catalog: Catalog, full: Method) -> None:
    c = parted(catalog, full, {"a": ("LA-01",)})
    assert "LM-01.L3.R31.C02" in ids(c)
    assert c.skipped["LM-01.L3.R31.C02"] == {"a"}
    assert {"LA-01.L2", "LA-01.I6"} <= ids(c) - c.skipped.keys()  # land's own


def test_tables_that_are_cut_alike_need_no_timing(catalog: Catalog, full: Method) -> None:
    assert not Timing(full.measures, full.plans, ByTable(catalog, {})).differ
    assert parted(catalog, full, {}).apart == ()


@pytest.mark.parametrize(("days", "apart"), [
    ([], False),
    ([("opening", date(2020, 7, 1)), ("closing", date(2022, 1, 1))], False),
    ([("opening", date(2020, 7, 1)), ("closing", date(2022, 1, 1)), ("opening", date(2020, 7, 1))], False),
    ([("opening", date(2020, 7, 1)), ("opening", date(2020, 1, 1))], True),
    ([("opening", date(2020, 7, 1)), ("closing", date(2022, 1, 1)), ("closing", date(2022, 3, 1))], True),
])  # fmt: skip
def test_days_differ_at_one_end_or_not_at_all(days: list[tuple[Edge, date]], apart: bool) -> None:
    assert differ(days) is apart


def test_rules_that_did_not_run_are_gathered_by_tables_and_days() -> None:
    names = Names("核", "check")
    early: Days = frozenset({("opening", date(2020, 1, 1)), ("closing", date(2022, 1, 1))})
    late: Days = frozenset({("opening", date(2020, 7, 1)), ("opening", date(2020, 1, 1)), ("closing", date(2022, 1, 1))})
    one, two = (Apart(rule, names, "", ("a",), (("LA-01", late), ("LM-01", early))) for rule in ("L3", "L4"))
    found = together([one, two, replace(one, rule="Q1", days=(("LQ-01", early),))])
    assert {days: [a.rule for a in rules] for days, rules in found.items()} == {
        "LA-01 2020-01-01 / 2020-07-01 … 2022-01-01; LM-01 2020-01-01 … 2022-01-01": ["L3", "L4"],
        "LQ-01 2020-01-01 … 2022-01-01": ["Q1"],
    }
