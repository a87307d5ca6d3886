"""Cropland replacement: what construction took is replaced in area and in quality, by the rules as they ship."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding
from gep.base.records import Fact, Origin, Severity, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.catalog.tables import TOTAL
from gep.engine.cells import from_facts
from gep.engine.execute import execute
from gep.engine.task import Step, Task
from gep.rules.plan import build

TABLES = {"LQ-01": "lq01", "LQ-02": "lq02"}
CHECKS = ("area", "quality")


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(data_root() / "coefficients")


def grades(catalog: Catalog, dim: str) -> list[str]:
    """The grades of a table, without its total column."""
    return [code for code, c in catalog.codes[dim].items() if TOTAL not in c.attrs]


def findings(catalog: Catalog, table: str, added: Mapping[str, str], taken: Mapping[str, str]) -> list[Finding]:
    """The findings of one county and year; areas in hectares by grade, zero where a grade is not named, "" for unknown."""
    dim = TABLES[table]
    facts = []
    for row, areas in (("R21", added), ("R31", taken)):
        for code in grades(catalog, dim):
            text = areas.get(code, "0")
            state, amount = (State.VALUE, Decimal(text)) if text else (State.NOT_AVAILABLE, None)
            origin = Origin("f.csv", "0" * 64, 2)
            facts.append(Fact(f"{table}.{row}", "R", "2020", key_of({dim: code}), state, amount, "hm2", origin, reason="未报"))
    names = [f"{table}.Q4.{n}" for n in ("added_area", "taken_area", "added_rank", "taken_rank", *CHECKS)]
    domains = {dim: grades(catalog, dim)}
    steps = [Step(build(catalog.rules[n][-1], catalog.measures), domains, None, None) for n in names]
    task = Task(
        profile="test", currency="CNY", steps=steps, regions=("R",), period="2020", measures=catalog.measures,
        parameters=Lookup(catalog, {}, ("assets",)), cells=from_facts(facts, catalog.measures),
    )  # fmt: skip
    return list(execute(task).findings.values())


@pytest.mark.parametrize(
    ("added", "taken", "broken"),
    [
        # 12 hm2 of grade 5 for 10 hm2 of grade 6: more and better
        ({"G05": "12"}, {"G06": "10"}, []),
        ({"G05": "9.99"}, {"G06": "10"}, ["area"]),
        ({"G07": "12"}, {"G06": "10"}, ["quality"]),
        ({"G07": "9"}, {"G06": "10"}, ["area", "quality"]),
        # mean of what was added (4×3 + 6×9)/10 = 6.6, of what was taken (5×6 + 5×7)/10 = 6.5
        ({"G03": "4", "G09": "6"}, {"G06": "5", "G07": "5"}, ["quality"]),
        # (5×4 + 5×9)/10 = 6.5 on both sides: equal is kept
        ({"G04": "5", "G09": "5"}, {"G06": "5", "G07": "5"}, []),
        ({}, {}, []),
        ({"G15": "3"}, {}, []),  # nothing was taken: there is nothing to be worse than
        ({}, {"G01": "3"}, ["area"]),  # nothing was added: its quality is not compared
    ],
)
def test_area_and_quality_are_replaced(
    catalog: Catalog, added: Mapping[str, str], taken: Mapping[str, str], broken: list[str]
) -> None:
    found = findings(catalog, "LQ-01", added, taken)
    assert [f.rule for f in found] == [f"LQ-01.Q4.{check}" for check in broken]
    assert all(f.severity is Severity.QUERY for f in found)


def test_the_scale_of_ten_levels_has_its_own_ranks(catalog: Catalog) -> None:
    assert findings(catalog, "LQ-02", {"Q03": "1"}, {"Q03": "1"}) == []
    assert [f.rule for f in findings(catalog, "LQ-02", {"Q10": "1"}, {"Q09": "1"})] == ["LQ-02.Q4.quality"]


def test_the_words_say_which_side_is_short(catalog: Catalog) -> None:
    area, quality = findings(catalog, "LQ-01", {"G07": "9"}, {"G06": "10"})
    assert "补充耕地面积小于建设占用耕地面积" in area.text("zh")
    assert "Less cultivated land was supplemented than construction took" in area.text("en")
    assert "面积加权平均等次劣于建设占用的耕地" in quality.text("zh")
    assert "of a worse mean grade" in quality.text("en")


def test_an_unknown_grade_leaves_the_check_undone(catalog: Catalog) -> None:
    found = findings(catalog, "LQ-01", {"G05": ""}, {"G06": "10"})
    assert {f.code for f in found if f.rule.endswith(CHECKS)} == {"ENGINE-CHECK-CANNOT-RUN"}


def test_every_grade_and_level_has_its_rank(catalog: Catalog) -> None:
    for name, dim, last in (("cultivated_grade_rank", "lq01", 15), ("cultivated_level_rank", "lq02", 10)):
        ranks = {dict(p.key)[dim]: p.value for p in catalog.parameters[name]}
        assert list(ranks) == grades(catalog, dim)
        assert list(ranks.values()) == list(range(1, last + 1))
