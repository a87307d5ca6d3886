"""The rules of the physical asset tables, run by the engine over small returns whose results are worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.findings import Finding
from gep.base.records import Fact, Origin, Rule, Severity, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.cells import Cells, from_facts
from gep.engine.execute import execute
from gep.engine.task import Step, Task
from gep.rules.plan import build

ROOT = Path(__file__).parents[2]
YEAR, BEFORE, PLACE = "2020", "2019", "R"
FILES = ("stock", "land", "cultivated", "forest", "water", "water_quality", "minerals", "redline")
LAND = [f"C0{i}" for i in range(1, 10)]
PLACES = [f"{i:02d}" for i in (*range(1, 10), 98)]
Figures = Mapping[str, str | int | Decimal]


@cache
def catalog() -> Catalog:
    return load(ROOT / "coefficients")


def physical() -> list[Rule]:
    wanted = {f"coefficients/rules/assets/{name}.toml" for name in FILES}
    return [r for versions in catalog().rules.values() for r in versions if r.file in wanted]


class Params:
    """Parameters of the catalogue by id and key."""

    def find(self, name: str, key: object, region: str, year: int) -> object:
        return next((p for p in catalog().parameters[name] if p.key == key), None)


def fact(text: str, value: str | int | Decimal) -> Fact:
    """`MEASURE`, `MEASURE dim:code;dim:code`, `MEASURE … @2019`; "n/a" is a figure that does not apply."""
    text, _, period = text.partition(" @")
    measure, _, key = text.partition(" ")
    pairs = dict(p.split(":") for p in key.split(";") if p)
    unit = catalog().measures[measure].unit
    state = State.NOT_APPLICABLE if value == "n/a" else State.VALUE
    amount = None if value == "n/a" else Decimal(value)
    reason = "" if state is State.VALUE else "没有"
    return Fact(
        measure,
        PLACE,
        period or YEAR,
        key_of(pairs),
        state,
        amount,
        unit,
        Origin("f.csv", "0" * 64, 2),
        exact=True,
        reason=reason,
    )


class Ran:
    """What some rules make of some figures."""

    def __init__(self, cells: Cells, findings: Sequence[Finding]) -> None:
        self.cells, self.findings = cells, findings

    def value(self, text: str) -> Decimal | None:
        measure, _, key = text.partition(" ")
        cell = self.cells.get(measure, PLACE, YEAR, key_of(dict(p.split(":") for p in key.split(";") if p)))
        return None if cell is None or cell.exact is None else Decimal(cell.amount)

    @property
    def codes(self) -> list[str]:
        return [f.code for f in self.findings]

    @property
    def failed(self) -> list[tuple[str, Severity]]:
        return [(f.rule, f.severity) for f in self.findings]


def run(
    names: Sequence[str],
    figures: Figures,
    domains: Mapping[str, Sequence[str]],
    rows: Sequence[tuple[str, ...]] = (),
    **changed: str,
) -> Ran:
    """Run rules in the order given. `rows`: changed patches (from, to, cause, m2). `changed`: expressions put in place of others."""
    rules = [catalog().rules[n][-1] for n in names]
    rules = [replace(r, expression=changed.get("expression", r.expression)) if r.id == changed.get("rule") else r for r in rules]
    plans = [build(r, catalog().measures) for r in rules]
    cells = from_facts([fact(k, v) for k, v in figures.items()], catalog().measures)
    table = pa.table(
        {
            "region": pa.array([PLACE] * len(rows)), "period": pa.array([YEAR] * len(rows)),
            "row": pa.array([str(i) for i in range(len(rows))]), "lm01_from": pa.array([r[0] for r in rows]),
            "lm01_to": pa.array([r[1] for r in rows]), "cause": pa.array([r[2] for r in rows]),
            "area": pa.array([float(r[3]) for r in rows], pa.float64()),
        }
    )  # fmt: skip
    task = Task(
        profile="t", currency="CNY", steps=[Step(p, _domains(p.rule, domains)) for p in plans], regions=[PLACE], period=YEAR,
        measures=catalog().measures, parameters=Params(), cells=cells, records={"land_changes": table},  # type: ignore[arg-type]
        complete={"land_changes": frozenset({(PLACE, YEAR)})},
    )  # fmt: skip
    outcome = execute(task)
    return Ran(cells, tuple(outcome.findings.values()))


def _domains(rule: Rule, domains: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    own = {d: codes for d, codes in rule.domain.items() if codes != ("*",)}
    return {**domains, **own}


def flow(table: str, dim: str, codes: Sequence[str], rows: Sequence[str]) -> dict[str, str]:
    """Zero for every row and code."""
    return {f"{table}.{row} {dim}:{code}": "0" for row in rows for code in codes}


# ---------------------------------------------------------------- the files


def test_every_rule_can_be_executed_and_belongs_to_its_table() -> None:
    rules = physical()
    assert len(rules) > 200
    for rule in rules:
        build(rule, catalog().measures)
        assert rule.id.split(".")[0] in catalog().layouts, rule.id
        output = catalog().measures.get(rule.output)
        if output is not None:
            assert rule.id.split(".")[0] == output.id.split(".")[0], rule.id


# what the departments return; every other row of these tables is made by a rule
RETURNED = {
    "LA-01": "R21 R22 R31 R32 R60", "GQ-01": "R21 R22 R31 R32", "WL-01": "R21 R22 R31 R32", "FS-01": "R21 R22 R31 R32 R70",
    "LQ-01": "R21 R22 R23 R31 R32 R33 R34", "LQ-02": "R21 R22 R23 R31 R32 R33 R34",
    "FT-01": "R21 R22 R31 R32 R33", "FQ-01": "R40", "MN-01": "R21 R22 R31 R32 R33 R34",
    "WR-01": "R03 R05 R06 R07 R08 R10 R12 R13 R14 R15 R16 R18", "WQ-01": "RV40 LK40 RS40 SC40 GW40",
    "MR-01": "R21 R31", "RL-01": "R21 R31 R60", "LM-01": "",
}  # fmt: skip


def test_every_row_is_returned_or_made_by_one_rule() -> None:
    made = {r.output for r in physical() if r.kind == "compute" and not r.stands_in}
    for table, returned in RETURNED.items():
        layout = catalog().layouts[table]
        own = [
            m
            for m in catalog().measures.values()
            if m.table == table and m.id.rpartition(".")[2] in {r.code for r in layout.rows}
        ]
        without = {m.id for m in own} - made
        assert {m.rpartition(".")[2] for m in without} == set(returned.split()), table


def test_schemes_take_every_rule_of_their_tables() -> None:
    scheme = catalog().schemes["assets-physical"]
    assert set(scheme.tables) == set(RETURNED)
    assert {r.id for r in physical()} <= set(scheme.rules)
    full = catalog().schemes["assets-full"]
    assert set(scheme.tables) < set(full.tables)
    assert set(scheme.rules) < set(full.rules)


# ---------------------------------------------------------------- stock and flows

CHAIN = [f"LA-01.{r}" for r in ("R10", "R23", "R33", "R20", "R30", "R40", "R50", "I5", "R61", "I6")]


def cultivated(again: str = "100", up: str = "0", down: str = "0", surveyed: str = "103") -> dict[str, str]:
    """One class: closing before 100, human +5 −3, natural +1 −0."""
    figures = {"R21": "5", "R22": "1", "R31": "3", "R32": "0", "R60": surveyed}
    figures |= {"R10.returned": again, "R23.returned": up, "R33.returned": down}
    return {f"LA-01.{row} la01:C02": v for row, v in figures.items()} | {"LA-01.R40 la01:C02 @2019": "100"}


def test_a_year_of_one_class() -> None:
    """100 + (5 + 1) − 3 = 103; net 3; surveyed 103, no gap."""
    ran = run(CHAIN, cultivated(), {"la01": ["C02"]})
    rows = {"R10": 100, "R20": 6, "R30": 3, "R40": 103, "R50": 3, "R61": 0}
    assert {row: ran.value(f"LA-01.{row} la01:C02") for row in rows} == rows
    assert not ran.findings


def test_a_restated_opening_goes_to_the_adjustment_and_nowhere_else() -> None:
    """Survey break: the department opens with 104.5. R23 = 2 + 4.5; additions 5 + 1 + 6.5 = 12.5; closing 100 + 12.5 − 3 = 109.5."""
    ran = run(CHAIN, cultivated(again="104.5", up="2", surveyed="109.5"), {"la01": ["C02"]})
    rows = {"R10": "100", "R23": "6.5", "R33": "0", "R20": "12.5", "R40": "109.5", "R50": "9.5"}
    assert {row: ran.value(f"LA-01.{row} la01:C02") for row in rows} == {row: Decimal(v) for row, v in rows.items()}
    lower = run(CHAIN, cultivated(again="99.25", down="1", surveyed="101.25"), {"la01": ["C02"]})
    assert [lower.value(f"LA-01.{row} la01:C02") for row in ("R23", "R33")] == [0, Decimal("1.75")]
    assert not lower.findings


def test_the_gap_to_the_survey_is_shown_and_asked_about() -> None:
    ran = run(CHAIN, cultivated(surveyed="102.4"), {"la01": ["C02"]})
    assert ran.value("LA-01.R61 la01:C02") == Decimal("-0.6")
    assert ran.failed == [("LA-01.I6", Severity.QUERY)]
    assert "不得摊入其他行" in ran.findings[0].text("zh")
    assert "explain why" in ran.findings[0].text("en")


def test_the_second_route_of_the_net_change_sees_a_wrong_sign() -> None:
    ran = run(CHAIN, cultivated(), {"la01": ["C02"]}, rule="LA-01.R50", expression="r20 + r30")
    assert "ENGINE-SECOND-ROUTE" in ran.codes


amounts = st.decimals(min_value=0, max_value=10**6, places=2)


@settings(max_examples=30, deadline=None)
@given(st.lists(amounts, min_size=6, max_size=6), st.lists(amounts, min_size=6, max_size=6))
def test_any_flows_close_exactly(grade: list[Decimal], other: list[Decimal]) -> None:
    """closing − opening = net, to the last digit, whatever is re-stated; so for every class and for their sum."""
    figures: dict[str, str | int | Decimal] = {}
    for code, (before, again, r21, r31, up, down) in (("D1", grade), ("D9", other)):
        values: dict[str, int | Decimal] = {
            "R10.returned": again,
            "R21": r21,
            "R31": r31,
            "R22": 0,
            "R32": 0,
            "R23.returned": up,
            "R33.returned": down,
        }
        figures |= {f"GQ-01.{row} gq01:{code}": v for row, v in values.items()}
        figures[f"GQ-01.R40 gq01:{code} @2019"] = before
    names = [f"GQ-01.{r}" for r in ("R10", "R23", "R33", "R20", "R30", "R40", "R50", "I5")]
    ran = run(names, figures, {"gq01": ["D1", "D9"]})
    for code, (_, again, r21, r31, up, down) in (("D1", grade), ("D9", other)):
        assert ran.value(f"GQ-01.R40 gq01:{code}") == again + r21 + up - r31 - down
    assert "ENGINE-SECOND-ROUTE" not in ran.codes


# ---------------------------------------------------------------- land


def matrix() -> list[str]:
    return ["LM-01.area", *(f"LM-01.unchanged.{c}" for c in LAND)]


L3 = [f"LM-01.L3.{row}.{c}" for row in ("R21", "R22", "R31", "R32", "adjustment") for c in LAND]
MATRIX = {
    "la01": LAND, "lm01_from": [f"F{p}" for p in PLACES], "lm01_to": [f"T{p}" for p in PLACES],
    "cause": ["human", "natural", "adjustment"],
}  # fmt: skip
PATCHES = [  # (from, to, cause, m2): 3.5 hm2 built on cultivated land, 1.25 flooded, 20 re-classified, 7 came over the boundary
    ("F02", "T06", "human", "20000"),
    ("F02", "T06", "human", "15000"),
    ("F02", "T08", "natural", "12500"),
    ("F04", "T05", "adjustment", "200000"),
    ("F98", "T02", "adjustment", "70000"),
]


def booked() -> dict[str, str]:
    figures = flow("LA-01", "la01", LAND, ["R10", "R21", "R22", "R23", "R31", "R32", "R33"])
    figures |= {f"LA-01.R10 la01:{c}": "1000" for c in LAND}
    figures |= {"LA-01.R21 la01:C06": "3.5", "LA-01.R31 la01:C02": "3.5"}
    figures |= {"LA-01.R22 la01:C08": "1.25", "LA-01.R32 la01:C02": "1.25"}
    return figures | {"LA-01.R23 la01:C05": "20", "LA-01.R33 la01:C04": "20", "LA-01.R23 la01:C02": "7"}


def test_the_matrix_bears_out_every_flow_by_its_cause() -> None:
    """Cultivated land: 1000 − 3.5 − 1.25 = 995.25 hm2 keep their class (stored in m2)."""
    checks = ["LA-01.L2", "LM-01.L2", *L3, *(f"LM-01.L4.{c}" for c in LAND), "LM-01.L5.human", "LM-01.L5.natural"]
    ran = run([*matrix(), *checks], booked(), MATRIX, PATCHES)
    assert ran.value("LM-01.area cause:human;lm01_from:F02;lm01_to:T06") == Decimal("3.5")
    assert ran.value("LM-01.area cause:natural;lm01_from:F06;lm01_to:T02") == 0
    assert ran.value("LM-01.unchanged la01:C02") == 9952500
    assert not ran.findings


@pytest.mark.parametrize(
    ("figure", "value", "rule", "severity"),
    [
        ("LA-01.R21 la01:C06", "3.6", "LM-01.L3.R21.C06", Severity.STOP),
        ("LA-01.R32 la01:C02", "1", "LM-01.L3.R32.C02", Severity.STOP),
        ("LA-01.R23 la01:C05", "19", "LM-01.L3.adjustment.C05", Severity.QUERY),
        ("LA-01.R23 la01:C02", "0", "LM-01.L2", Severity.STOP),
        ("LA-01.R21 la01:C06", "3.6", "LA-01.L2", Severity.STOP),
    ],
)
def test_a_flow_the_matrix_does_not_hold_is_found(figure: str, value: str, rule: str, severity: Severity) -> None:
    ran = run(["LM-01.area", rule], booked() | {figure: value}, MATRIX, PATCHES)
    assert ran.failed == [(rule, severity)]


@pytest.mark.parametrize(
    ("patch", "rule"),
    [(("F03", "T03", "human", "100"), "LM-01.L4.C03"), (("F98", "T02", "human", "100"), "LM-01.L5.human")],
)
def test_a_patch_that_is_no_change_or_no_boundary_is_found(patch: tuple[str, ...], rule: str) -> None:
    ran = run(["LM-01.area", rule], {}, MATRIX, [*PATCHES, patch])
    assert ran.failed == [(rule, Severity.STOP)]


def test_the_land_classes_cover_the_region_to_the_last_square_metre() -> None:
    """9 × 16746.11 hm2 = 150714.99 hm2 = 1507149900 m2."""
    figures = {f"LA-01.R40 la01:{c}": "16746.11" for c in LAND}
    assert not run(["LA-01.L1"], figures | {"administrative_area": "1507149900"}, {"la01": LAND}).findings
    ran = run(["LA-01.L1"], figures | {"administrative_area": "1507150000"}, {"la01": LAND})
    assert ran.failed == [("LA-01.L1", Severity.STOP)]
    assert ran.findings[0].difference == "0.01"


# ---------------------------------------------------------------- quality of land

GRADES, LEVELS = [f"G{i:02d}" for i in range(1, 16)], [f"Q{i:02d}" for i in range(1, 11)]


def test_the_mean_grade_is_weighted_by_area() -> None:
    """(3 × 10 + 5 × 30) / 40 = 4.5 of fifteen; (10 × 1 + 1 × 2) / 3 = 4 of ten."""
    graded = flow("LQ-01", "lq01", GRADES, ["R40"]) | {"LQ-01.R40 lq01:G03": "10", "LQ-01.R40 lq01:G05": "30"}
    assert run(["LQ-01.CAV.R40"], graded, {}).value("LQ-01.CAV.R40") == Decimal("4.5")
    levels = flow("LQ-02", "lq02", LEVELS, ["R10"]) | {"LQ-02.R10 lq02:Q10": "1", "LQ-02.R10 lq02:Q01": "2"}
    assert run(["LQ-02.CAV.R10"], levels, {}).value("LQ-02.CAV.R10") == 4


@pytest.mark.parametrize(
    ("table", "dim", "code", "severity", "land"),
    [
        ("LQ-01", "lq01", "G07", Severity.STOP, "C02"),
        ("LQ-02", "lq02", "Q02", Severity.QUERY, "C02"),
        ("GQ-01", "gq01", "D2", Severity.QUERY, "C05"),
        ("FS-01", "fs01", "S2", Severity.QUERY, "C02"),
    ],
)
def test_a_quality_table_has_the_total_of_the_land_table(table: str, dim: str, code: str, severity: Severity, land: str) -> None:
    codes = list(catalog().codes[dim])
    figures = flow(table, dim, codes, ["R40"]) | {f"{table}.R40 {dim}:{code}": "40", f"LA-01.R40 la01:{land}": "40"}
    assert not run([f"{table}.Q1"], figures, {dim: codes}).findings
    ran = run([f"{table}.Q1"], figures | {f"LA-01.R40 la01:{land}": "40.01"}, {dim: codes})
    assert ran.failed == [(f"{table}.Q1", severity)]
    assert table in ran.findings[0].text("zh")
    assert "{" not in ran.findings[0].text("zh")


def test_a_change_of_grade_creates_no_land() -> None:
    figures = flow("LQ-01", "lq01", GRADES, ["R23", "R34"])
    moved = figures | {"LQ-01.R23 lq01:G04": "0.5", "LQ-01.R34 lq01:G05": "0.5"}
    assert not run(["LQ-01.Q2"], figures, {"lq01": GRADES}).findings  # nothing moved: the sums are zero and still exact
    assert not run(["LQ-01.Q2"], moved, {"lq01": GRADES}).findings
    ran = run(["LQ-01.Q2"], moved | {"LQ-01.R23 lq01:G04": "0.51"}, {"lq01": GRADES})
    assert ran.failed == [("LQ-01.Q2", Severity.STOP)]


def test_the_safe_use_rate_is_of_both_polluted_classes() -> None:
    """(27 + 2) / (28 + 4) = 90.625 %."""
    figures = {"FS-01.R70 fs01:S2": "27", "FS-01.R70 fs01:S3": "2", "FS-01.R40 fs01:S2": "28", "FS-01.R40 fs01:S3": "4"}
    ran = run(["FS-01.RATE", "FS-01.Q2"], figures, {"fs01": ["S1", "S2", "S3"]})
    assert ran.value("FS-01.RATE.R70") == Decimal("90.625")
    assert not ran.findings


# ---------------------------------------------------------------- forest


def test_volume_per_hectare_leaves_other_trees_out() -> None:
    """(6000 + 3000) / (80 + 40) = 75; 6000 / 80 = 75; 3000 / 40 = 75; the 999 m3 of other trees count nowhere."""
    figures = {"FT-01.A.R40 ft01a:A1": "80", "FT-01.A.R40 ft01a:A2": "40"}
    figures |= {"FT-01.V.R40 ft01v:V1": "6000", "FT-01.V.R40 ft01v:V2": "3000", "FT-01.V.R40 ft01v:V3": "999"}
    ran = run([f"FT-01.{u}.R40" for u in ("U0", "U1", "U2")], figures, {})
    assert [ran.value(f"FT-01.{u}.R40") for u in ("U0", "U1", "U2")] == [75, 75, 75]


def test_growth_of_a_year_without_inventory_is_modelled() -> None:
    """3.2 % of 125 000 m3 = 4 000 m3; the rule stands in and is named so."""
    figures = {"FT-01.V.R10 ft01v:V1": "125000", "FT-01.growth_rate ft01v:V1": "0.032"}
    assert run(["FT-01.V.R22"], figures, {"ft01v": ["V1"]}).value("FT-01.V.R22 ft01v:V1") == 4000
    assert catalog().rules["FT-01.V.R22"][-1].stands_in


def test_two_departments_on_the_forest_area() -> None:
    ran = run(["FT-01.F2"], {"forest_area_survey": "1000000", "forest_area_forestry": "1030000"}, {})
    assert ran.failed == [("FT-01.F2", Severity.QUERY)]
    assert ran.findings[0].difference == "30000"


def test_arbor_forest_is_a_part_of_the_forest() -> None:
    ages, whole = [f"A{i}" for i in range(1, 6)], {"FT-01.A.R40 ft01a:A1": "60", "FT-01.A.R40 ft01a:A2": "40"}
    domains = {"fq01a": ages, "ft01a": ["A1", "A2"]}
    assert not run(["FQ-01.F1.A"], {f"FQ-01.A.R40 fq01a:{a}": "20" for a in ages} | whole, domains).findings
    ran = run(["FQ-01.F1.A"], {f"FQ-01.A.R40 fq01a:{a}": "20.5" for a in ages} | whole, domains)
    assert ran.failed == [("FQ-01.F1.A", Severity.QUERY)]


# ---------------------------------------------------------------- water

BODIES = ["C11", "C12", "C13", "C02"]


def river() -> dict[str, str]:
    """One body: 50 + (300 + 20 + 5 + 2 + 40) − (60 + 250 + 0 + 10 + 2 + 15) = 80."""
    rows = {"R03": 300, "R05": 20, "R06": 5, "R07": 2, "R08": 40, "R10": 60, "R12": 250, "R13": 0, "R14": 10, "R15": 2, "R16": 15}
    return {f"WR-01.{row} wr01:C13": str(v) for row, v in rows.items()} | {"WR-01.R17 wr01:C13 @2019": "50"}


WATER = [f"WR-01.{r}" for r in ("R01", "R04", "R02", "R11", "R09", "R17", "R19", "I6")]


def test_the_water_balance() -> None:
    ran = run(WATER, river() | {"WR-01.R18 wr01:C13": "81"}, {"wr01": ["C13"]})
    rows = {"R01": 50, "R04": 27, "R02": 367, "R11": 262, "R09": 337, "R17": 80, "R19": 1}
    assert {row: ran.value(f"WR-01.{row} wr01:C13") for row in rows} == rows
    assert ran.failed == [("WR-01.I6", Severity.QUERY)]


def test_the_residual_closes_to_what_was_observed() -> None:
    """R16 = 50 + 367 − 60 − 262 − 81 = 14, so R17 = R18 = 81 and the discrepancy is zero."""
    figures = {k: v for k, v in river().items() if ".R16" not in k} | {"WR-01.R18 wr01:C13": "81"}
    names = [f"WR-01.{r}" for r in ("R01", "R04", "R02", "R11", "R16", "R09", "R17", "R19")]
    ran = run(names, figures, {"wr01": ["C13"]})
    assert [ran.value(f"WR-01.{r} wr01:C13") for r in ("R16", "R17", "R19")] == [14, 81, 0]
    assert "proves nothing" in catalog().rules["WR-01.R16"][-1].clause


def test_rows_that_hold_flows_between_areas_are_made_anew_at_every_level() -> None:
    """Adding up the counties would count what one passes on to the next; ratios are never added either."""
    anew = {r.output for r in physical() if r.at == "all" and r.kind == "compute"}
    assert {f"WR-01.{row}" for row in ("R02", "R04", "R09", "R11")} <= anew
    ratios = {m.id for m in catalog().measures.values() if m.kind == "ratio" and m.table in RETURNED}
    assert {r.output for r in physical() if r.output in ratios} <= anew


def test_flows_inside_the_area_cancel_and_returns_have_a_source() -> None:
    figures = flow("WR-01", "wr01", BODIES, ["R06", "R07", "R08", "R10", "R15"])
    figures |= {"WR-01.R07 wr01:C13": "2.5", "WR-01.R15 wr01:C11": "2.5", "WR-01.R08 wr01:C13": "4"}
    figures |= {"WR-01.R10 wr01:C11": "3", "WR-01.R06 wr01:C11": "1", "WR-01.R15 wr01:C12": "n/a"}  # no lake: it takes no part
    assert not run(["WR-01.W2", "WR-01.W3"], figures, {"wr01": BODIES}).findings
    ran = run(["WR-01.W2", "WR-01.W3"], figures | {"WR-01.R07 wr01:C13": "2.4", "WR-01.R06 wr01:C11": "0.9"}, {"wr01": BODIES})
    assert ran.failed == [("WR-01.W2", Severity.STOP), ("WR-01.W3", Severity.STOP)]


def test_what_areas_pass_on_to_each_other_is_mirrored_and_netted() -> None:
    """Upstream R12 is downstream R05, a transfer out R14 is one in R06, and each is a part of its row."""
    measures = catalog().measures
    for part, row, other in (("R12.to", "R12", "R05.from"), ("R14.to", "R14", "R06.from")):
        one, two = measures[f"WR-01.{part}"], measures[f"WR-01.{other}"]
        assert (one.mirror, two.mirror) == (two.id, one.id)
        assert one.nets == f"WR-01.{row}"
        assert one.unit == two.unit == measures[one.nets].unit


def test_shares_of_water_quality() -> None:
    """3, 4, 5, 2, 1 and 1 sections: 12/16 = 75 %, 1/16 = 6.25 %; with two thirds the second route still agrees."""
    counts = dict(zip([f"K{i}" for i in range(1, 7)], ["3", "4", "5", "2", "1", "1"], strict=True))
    names = ["WQ-01.P6.SC40", "WQ-01.P3.SC40", "WQ-01.Q1.SC40"]
    ran = run(names, {f"WQ-01.SC40 wq01:{k}": v for k, v in counts.items()}, {})
    assert [ran.value(f"WQ-01.{share}.SC40") for share in ("P3", "P6")] == [75, Decimal("6.25")]
    assert not ran.findings
    thirds = dict.fromkeys(counts, "0") | {"K1": "2", "K6": "1"}
    assert not run(names, {f"WQ-01.SC40 wq01:{k}": v for k, v in thirds.items()}, {}).findings
    figures = {f"WQ-01.SC40 wq01:{k}": v for k, v in counts.items()}
    wrong = run(names, figures, {}, rule="WQ-01.P6.SC40", expression="k6 / (k1 + k2 + k3 + k4 - k5 + k6)")
    assert "ENGINE-SECOND-ROUTE" in wrong.codes


def test_groundwater_has_no_class_worse_than_five() -> None:
    assert catalog().rules["WQ-01.GW10"][-1].domain["wq01"] == ("K1", "K2", "K3", "K4", "K5")


# ---------------------------------------------------------------- minerals, mine land, red line


def test_reserves_are_a_part_of_the_resources() -> None:
    figures = {f"MN-01.R40 mineral:kaolin;mn01:{c}": v for c, v in {"C2": "30", "C3": "20", "C4": "40", "C5": "10"}.items()}
    assert not run(["MN-01.M1"], figures, {"mineral": ["kaolin"]}).findings
    ran = run(["MN-01.M1"], figures | {"MN-01.R40 mineral:kaolin;mn01:C5": "10.5"}, {"mineral": ["kaolin"]})
    assert ran.failed == [("MN-01.M1", Severity.STOP)]
    total = next(c for c in catalog().layouts["MN-01"].columns if c.code == "C0")
    assert not {"C4", "C5", "C6"} & set(total.total)


def test_recovery_of_extraction() -> None:
    """85 / (85 + 15) = 0.85."""
    figures = flow("MN-01", "mineral:kaolin;mn01", ["C1", "C2", "C3"], ["R31", "R32"])
    figures |= {"MN-01.R31 mineral:kaolin;mn01:C3": "85", "MN-01.R32 mineral:kaolin;mn01:C3": "15"}
    ran = run(["MN-01.recovery"], figures, {"mineral": ["kaolin"]})
    assert ran.value("MN-01.recovery mineral:kaolin") == Decimal("0.85")


def test_mine_land_and_red_line() -> None:
    """12 + 3 − 6 = 9 hm2 still await restoration, 6 / 15 = 40 % were restored; 500 + 0 − 20 = 480, surveyed 478: asked about."""
    mine = {"MR-01.AREA.R40 @2019": "12", "MR-01.AREA.R21": "3", "MR-01.AREA.R31": "6"}
    ran = run(["MR-01.AREA.R10", "MR-01.AREA.R40", "MR-01.RATE", "MR-01.M1"], mine, {})
    assert [ran.value(f"MR-01.{cell}") for cell in ("AREA.R40", "RATE.R40")] == [9, 40]
    assert not ran.findings
    line = {"RL-01.AREA.R40 redline_unit:u @2019": "500", "RL-01.AREA.R21 redline_unit:u": "0"}
    line |= {"RL-01.AREA.R31 redline_unit:u": "20", "RL-01.AREA.R60 redline_unit:u": "478"}
    names = [f"RL-01.{r}" for r in ("AREA.R10", "AREA.R40", "AREA.R61", "I6", "R1")]
    ran = run(names, line, {"redline_unit": ["u"]})
    assert ran.value("RL-01.AREA.R61 redline_unit:u") == -2
    assert ran.failed == [("RL-01.I6", Severity.QUERY)]
