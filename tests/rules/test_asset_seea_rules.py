"""SEEA tables: extent against GEP, condition, supply and use, monetary assets, and the bridges from the national tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.records import Fact, Names, Origin, Parameter, Region, Scheme, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.cells import Cell, Cells, computed
from gep.rules.plan import build
from gep.workflow.assets import AssetComputation, compute_assets

ROOT = Path(__file__).resolve().parents[2]
SEEA = "rules/assets/seea.toml"
CITY, COUNTY, OTHER = "990100", "990121", "990122"
REGIONS = {
    CITY: Region(CITY, "", "city", Names("市", "City")),
    COUNTY: Region(COUNTY, CITY, "county", Names("甲县", "County A")),
    OTHER: Region(OTHER, CITY, "county", Names("乙县", "County B")),
}
TYPES = tuple(f"E{n}" for n in range(1, 9))


@cache
def shipped() -> Catalog:
    return load(ROOT / "coefficients")


def fact(measure: str, key: str, amount: str | None, region: str = COUNTY, period: str = "2020", **more: str) -> Fact:
    """`key` as dim:code;dim:code. The unit is that of the measure. None: not applicable."""
    pairs = dict(p.split(":") for p in key.split(";") if p)
    state = State.NOT_APPLICABLE if amount is None else State.VALUE
    value = None if amount is None else Decimal(amount)
    origin = Origin("return.csv", "0" * 64, 2)
    unit = more.pop("unit", shipped().measures[measure].unit)
    return Fact(measure, region, period, key_of(pairs), state, value, unit, origin, **more)  # type: ignore[arg-type]


def parameter(name: str, value: str, key: str = "") -> Parameter:
    pairs = dict(p.split(":") for p in key.split(";") if p)
    return Parameter(name, key_of(pairs), "", Decimal(value), "1", "illustrative", "asset_practice", "示例数据", "test")


def run(
    rules: Sequence[str],
    tables: Sequence[str],
    facts: Sequence[Fact],
    parameters: Sequence[Parameter] = (),
    leaves: Sequence[str] = (COUNTY,),
    gep: Sequence[Cell] = (),
) -> AssetComputation:
    """The tables from the rules whose ids begin with one of `rules`; `gep`: figures of the GEP accounts."""
    known = shipped()
    chosen = tuple(n for n in known.rules if n.startswith(tuple(rules)))
    assert chosen
    scheme = Scheme(
        "seea-test", "asset_scheme", Names("测试", "Test"), "1", "enabled", "", "asset_practice", chosen, ("test", "seea"), (),
        tables=tuple(tables),
    )  # fmt: skip
    more = {n: (*known.parameters.get(n, ()), *(p for p in parameters if p.id == n)) for n in {p.id for p in parameters}}
    catalog = Catalog(
        **{
            **{f: getattr(known, f) for f in known.__dataclass_fields__},
            "schemes": {scheme.id: scheme},
            "parameters": {**known.parameters, **more},
        }
    )
    given_cells = Given(Cells(gep)) if gep else None
    return compute_assets(catalog, scheme.id, 2020, facts, REGIONS, leaves, given=given_cells)  # type: ignore[arg-type]


class Given:
    """What the run reads of a GEP computation: its cells and its profile."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.profile = "sample"


def gep_cell(measure: str, key: str, amount: str, region: str = COUNTY) -> Cell:
    """A figure that the GEP run has computed."""
    pairs = dict(p.split(":") for p in key.split(";") if p)
    made, value = shipped().measures[measure], Decimal(amount)
    return computed(made, region, "2020", key_of(pairs), value, State.VALUE, (Fraction(value), Fraction(value)))


def amount(ran: AssetComputation, measure: str, key: str = "", region: str = COUNTY) -> Decimal | State | None:
    """The figure, its state where it has no value, None where there is no such cell."""
    pairs = dict(p.split(":") for p in key.split(";") if p)
    cell = ran.cells.get(measure, region, "2020", key_of(pairs))
    if cell is None:
        return None
    return Decimal(cell.amount).normalize() if cell.exact is not None else cell.state


def told(ran: AssetComputation, rule: str) -> list[str]:
    return [f"{f.code} {f.found} {f.expected} {f.difference}".strip() for f in ran.findings if f.rule == rule]


# --- the files ---------------------------------------------------------------------------------------------------------------------


def test_every_rule_has_a_plan() -> None:
    rules = [r for versions in shipped().rules.values() for r in versions if r.file.endswith(SEEA)]
    assert len(rules) > 100
    for rule in rules:
        build(rule, shipped().measures)


def test_a_rule_is_named_after_its_table() -> None:
    names = [n for n, versions in shipped().rules.items() if versions[0].file.endswith(SEEA)]
    assert {n.partition(".")[0] for n in names} <= set(shipped().layouts)


def test_derived_tables_have_no_chain_of_their_own() -> None:
    for table in ("SC-T", "SC-W", "SC-M"):
        assert not [r.code for r in shipped().layouts[table].rows if r.closing or r.adjustment]


def test_the_monetary_table_has_the_rows_and_columns_of_the_physical_one() -> None:
    physical, monetary = (shipped().layouts[t] for t in ("EC-03", "EC-03M"))
    assert [(r.code, r.names) for r in physical.rows] == [(r.code, r.names) for r in monetary.rows]
    assert physical.columns == monetary.columns
    assert all(r.unit for r in physical.rows)
    assert monetary.unit == "万元"


def test_type_numbers_follow_the_crosswalk() -> None:
    """The number of an ecosystem class is that of the column the crosswalk sends it to."""
    numbers = {p.key[0][1]: p.value for p in shipped().parameters["seea_type_of_ecosystem"]}
    lines = {line.code_from: Decimal(line.code_to.removeprefix("E")) for line in shipped().crosswalks["ecosystem-ec01"]}
    top = {c.code for c in shipped().codes["ecosystem"].values() if not c.parent}
    assert numbers == lines
    assert set(numbers) == top


def test_a_line_that_is_carried_has_a_rule_and_no_other_has() -> None:
    """Rules read a row of the national form exactly where the crosswalk `assets-seea` says that its amount follows."""
    carried = {(line.code_from, line.code_to) for line in shipped().crosswalks["assets-seea"]}
    related = {(line.code_from, line.code_to) for line in shipped().crosswalks["assets-seea-related"]}
    assert not carried & related
    rows = set(shipped().codes["asset_row"])
    read = set()
    for rule in (r for versions in shipped().rules.values() for r in versions if r.file.endswith(SEEA)):
        if rule.output.startswith("SC-") and rule.kind in ("compute", "second_route"):
            read |= {(i.ref, rule.output) for i in rule.inputs if i.ref in rows}
    # where reserves move without their resources, class B puts the figure on the other side of the account
    sides = {(f, t) for f, t in read if f.startswith("MN-01")}
    assert {(f, t) for f, t in carried if not f.startswith("MN-01")} == {
        (f, t) for f, t in read - sides if t in shipped().codes["seea_row"]
    }
    assert {(f, t) for f, t in carried if f.startswith("MN-01")} <= sides


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_guide_shows_every_line_of_the_crosswalks(lang: str) -> None:
    guide = (ROOT / "docs" / "guide" / ("seea.zh.md" if lang == "zh" else "seea.md")).read_text(encoding="utf-8")
    assert coverage(lang) in guide


def coverage(lang: str) -> str:
    """The table of what maps, as the guide prints it."""
    words = {"zh": ("带数", "不带数"), "en": ("carried", "not carried")}[lang]
    head = {"zh": "| 来源 | SEEA | 数 |", "en": "| from | SEEA | amount |"}[lang]
    lines = [head, "| --- | --- | --- |"]
    known = shipped()
    for name in ("assets-seea", "assets-seea-related", "service-seea_row"):
        for line in known.crosswalks[name]:
            source, target = known.codes[line.scheme_from][line.code_from], known.codes[line.scheme_to][line.code_to]
            with_amount = name == "assets-seea" or (name == "service-seea_row" and not target.code.startswith("none"))
            lines.append(f"| {source.names.of(lang)} | {target.names.of(lang)} | {words[0] if with_amount else words[1]} |")
    return "\n".join(lines)


# --- EC-01 -------------------------------------------------------------------------------------------------------------------------


def extent(change: Mapping[str, str] | None = None) -> list[Fact]:
    """100 hm² of forest lose 2 to cropland (50 to 52); all other types have none. GEP returns two classes of forest."""
    begun = {"E1": "100", "E5": "50"}
    flows = {"R31": {"E1": "2"}, "R21": {"E5": "2"}}
    facts = [fact("EC-01.R10.returned", f"ec01:{e}", begun.get(e, "0")) for e in TYPES]
    for row in ("R21", "R22", "R31", "R32"):
        facts += [fact(f"EC-01.{row}", f"ec01:{e}", flows.get(row, {}).get(e, "0")) for e in TYPES]
    facts += [fact(f"EC-01.{row}.returned", f"ec01:{e}", "0") for row in ("R23", "R33") for e in TYPES]
    area = {"forest.bamboo": "38", "forest.mixed": "60", "farmland.paddy": "52", **(change or {})}
    return facts + [fact("ecosystem_area", f"ecosystem:{c}", a, unit="公顷") for c, a in area.items()]


def test_the_closing_extent_is_the_area_of_gep() -> None:
    """Forest 100 − 2 = 98 = 38 + 60; cropland 50 + 2 = 52; no desert was returned and none is in the account."""
    ran = run(["EC-01."], ["EC-01"], extent())
    assert [amount(ran, f"EC-01.{r}", "ec01:E1") for r in ("R10", "R30", "R40", "R50", "R60", "R61")] == [100, 2, 98, -2, 98, 0]
    assert amount(ran, "EC-01.R60", "ec01:E7") == 0
    assert amount(ran, "EC-01.R40", "ec01:C00") == amount(ran, "EC-01.R60", "ec01:C00") == 150
    assert told(ran, "EC-01.CLOSING") == told(ran, "EC-01.CONSTANT") == []
    assert amount(ran, "EC-01.R60", "ec01:E1", CITY) == 98


def test_another_area_is_refused_with_the_gap_named() -> None:
    """GEP has 0.05 hm² of bamboo less: the closing is 98, the area 97.95, the gap 0.05 hm² is told and stands in R61."""
    ran = run(["EC-01."], ["EC-01"], extent({"forest.bamboo": "37.95"}))
    found = told(ran, "EC-01.CLOSING")
    assert found[0] == "ENGINE-CHECK 98 == 97.95 0.05"
    assert amount(ran, "EC-01.R61", "ec01:E1") == Decimal("-0.05")
    stopping = [f for f in ran.findings if f.rule == "EC-01.CLOSING"]
    assert {str(f.severity) for f in stopping} == {"stop"}
    assert any("EC-01.R40" in n for n in stopping[0].figures)


def test_area_is_not_created() -> None:
    """One hectare more of cropland than was lost elsewhere is asked about."""
    facts = [f for f in extent() if not (f.measure == "EC-01.R21" and dict(f.key)["ec01"] == "E5")]
    ran = run(["EC-01."], ["EC-01"], [*facts, fact("EC-01.R21", "ec01:E5", "3")])
    assert told(ran, "EC-01.CONSTANT")[0] == "ENGINE-CHECK 3 == 2 1"


# --- EC-02 -------------------------------------------------------------------------------------------------------------------------


def condition(name: str, e: str, begun: str | None, ended: str | None, low: str | None, high: str | None) -> list[Fact]:
    key = f"condition:{name};ec02:{e}"
    rows = {"R10.returned": begun, "R40": ended, "RLO": low, "RHI": high}
    return [fact(f"EC-02.{row}", key, value) for row, value in rows.items()]


def test_an_indicator_is_right_for_inverse_variables_too() -> None:
    """Cover 40 → 55 % between 0 and 80: 0.5 → 0.6875. Water grade 5 → 2 where 1 is best and 6 worst: (5−6)/(1−6) = 0.2 → 0.8."""
    facts = condition("vegetation_cover", "E1", "40", "55", "0", "80")
    facts = [*facts, *condition("water_quality", "E4", "5", "2", "6", "1")]
    ran = run(["EC-02.R"], ["EC-02"], facts)
    cover, grade = "condition:vegetation_cover;ec02:E1", "condition:water_quality;ec02:E4"
    assert [amount(ran, f"EC-02.{r}", cover) for r in ("RX1", "RX4", "R50")] == [Decimal("0.5"), Decimal("0.6875"), 15]
    assert [amount(ran, f"EC-02.{r}", grade) for r in ("RX1", "RX4", "R50")] == [Decimal("0.2"), Decimal("0.8"), -3]
    assert amount(ran, "EC-02.RX1", "condition:canopy_cover;ec02:E1") is None


def both(second: str | None) -> list[Fact]:
    """Two variables for the eight types: cover 0.5 → 0.6875, canopy 0.5 → 0.9 or not applicable."""
    canopy = ("0.5", "0.9", "0", "1") if second else (None, None, None, None)
    facts: list[Fact] = []
    for e in TYPES:
        facts += [*condition("vegetation_cover", e, "40", "55", "0", "80"), *condition("canopy_cover", e, *canopy)]
    return facts


def weights(cover: str, canopy: str) -> list[Parameter]:
    pairs = {"vegetation_cover": cover, "canopy_cover": canopy}
    return [parameter("condition_weight", w, f"condition:{c};ec02:{e}") for c, w in pairs.items() for e in TYPES]


def test_the_index_is_a_weighted_mean_of_what_applies() -> None:
    """0.6 × 0.6875 + 0.4 × 0.9 = 0.7725. Without canopy the weight of cover must be 1: 0.6875; with 0.6 the check stops."""
    ran = run(["EC-02."], ["EC-02"], both("yes"), weights("0.6", "0.4"))
    assert amount(ran, "EC-02.index_closing", "ec02:E1") == Decimal("0.7725")
    assert told(ran, "EC-02.WEIGHTS") == []
    alone = run(["EC-02."], ["EC-02"], both(None), weights("1", "0"))
    assert amount(alone, "EC-02.index_closing", "ec02:E1") == Decimal("0.6875")
    assert told(alone, "EC-02.WEIGHTS") == []
    wrong = run(["EC-02."], ["EC-02"], both(None), weights("0.6", "0.4"))
    assert told(wrong, "EC-02.WEIGHTS")[0].startswith("ENGINE-CHECK 0.4 <= 0")


def test_without_weights_there_is_no_index() -> None:
    ran = run(["EC-02."], ["EC-02"], both("yes"))
    assert amount(ran, "EC-02.index_closing", "ec02:E1") in (State.REFUSED, State.NOT_AVAILABLE)
    assert "CATALOG-PARAMETER-UNKNOWN" in {f.code for f in ran.findings}


# --- EC-03 -------------------------------------------------------------------------------------------------------------------------

SOIL = (
    ("soil_retention_by_ecosystem", "ecosystem:forest.bamboo", "70"),
    ("soil_retention_by_ecosystem", "ecosystem:forest.mixed", "20"),
    ("soil_retention_by_ecosystem", "ecosystem:farmland.tree_orchard", "10"),
)


def shares(service: str, *amounts: str) -> list[Fact]:
    return [fact("EC-03.share", f"ec03_service:{service};ec03u:U{n}", a) for n, a in enumerate(amounts, 1)]


def places(service: str, **amounts: str) -> list[Fact]:
    columns = [f"SE{n}" for n in range(9)]
    return [fact("EC-03.place", f"ec03_regional:{service};ec03s:{c}", amounts.get(c, "0")) for c in columns]


def test_supply_is_that_of_the_gep_accounts_and_use_its_shares() -> None:
    """Soil 70 + 20 t from forest, 10 t from orchards: 100 t, used 25 % by industries and 75 % by households."""
    rules = ["EC-03.S.S05", "EC-03.U.S05", "EC-03.BALANCE.S05", "EC-03.SHARES.use"]
    ran = run(rules, ["EC-03"], shares("S05", "0.25", "0.75", "0", "0"), gep=[gep_cell(*a) for a in SOIL])
    assert [amount(ran, "EC-03.S.S05", f"ec03s:{c}") for c in ("SE1", "SE5", "SE7", "SE0", "SUP")] == [90, 10, 0, 0, 100]
    assert [amount(ran, "EC-03.U.S05", f"ec03u:{c}") for c in ("U1", "U2", "U3", "USE")] == [25, 75, 0, 100]
    assert told(ran, "EC-03.BALANCE.S05") == told(ran, "EC-03.SHARES.use") == []


def test_shares_that_do_not_add_up_are_refused() -> None:
    rules = ["EC-03.S.S05", "EC-03.U.S05", "EC-03.BALANCE.S05", "EC-03.SHARES.use"]
    ran = run(rules, ["EC-03"], shares("S05", "0.25", "0.7", "0", "0"), gep=[gep_cell(*a) for a in SOIL])
    assert told(ran, "EC-03.BALANCE.S05")[0].startswith("ENGINE-CHECK 5 <= 0.0001")
    assert told(ran, "EC-03.SHARES.use")[0].startswith("ENGINE-CHECK 0.05 <= 0")


def test_without_declared_users_the_use_stays_empty() -> None:
    """The shares of another service do not stand for this one, and no check asks for it."""
    rules = ["EC-03.S.S05", "EC-03.U.S05", "EC-03.BALANCE.S05", "EC-03.SHARES.use"]
    ran = run(rules, ["EC-03"], shares("S01", "1", "0", "0", "0"), gep=[gep_cell(*a) for a in SOIL])
    assert amount(ran, "EC-03.U.S05", "ec03u:U1") is State.NOT_AVAILABLE
    assert told(ran, "EC-03.BALANCE.S05") == []
    assert not [f for f in ran.findings if str(f.severity) == "stop"]


def test_a_regional_quantity_is_placed_by_declared_shares_only() -> None:
    """30 t of rice and 10 t of wheat from cropland; without shares nothing is placed."""
    crops = [fact("crop_output", "product:rice", "30"), fact("crop_output", "product:wheat", "10")]
    rules = ["EC-03.S.S01", "EC-03.SHARES.place"]
    ran = run(rules, ["EC-03"], [*crops, *places("S01", SE5="0.9", SE0="0.1")])
    assert [amount(ran, "EC-03.S.S01", f"ec03s:{c}") for c in ("SE5", "SE0", "SE1", "SUP")] == [36, 4, 0, 40]
    bare = run(rules, ["EC-03"], [*crops, *places("S02", SE1="1")])
    assert amount(bare, "EC-03.S.S01", "ec03s:SE5") is State.NOT_AVAILABLE


def test_values_are_those_of_the_gep_accounts() -> None:
    """Crops 1,200,000 yuan: 120 万元 from cropland, of which 30 % used by households is 36 万元. Carbon by type."""
    cells = [
        gep_cell("value.crop_output", "product:rice", "1200000"),
        gep_cell("value.co2_sequestered_by_ecosystem", "ecosystem:forest.mixed", "50000"),
        gep_cell("value.co2_sequestered_by_ecosystem", "ecosystem:wetland.marsh", "20000"),
    ]
    rules = ["EC-03M.S.S01", "EC-03M.S.S07", "EC-03M.U.S01", "EC-03M.PLACE", "EC-03M.SHARE", "EC-03M.BALANCE.S01"]
    rules += ["EC-03.SHARES"]
    facts = [*places("S01", SE5="1"), *shares("S01", "0.7", "0.3", "0", "0")]
    ran = run(rules, ["EC-03M"], facts, gep=cells)
    assert [amount(ran, "EC-03M.S.S01", f"ec03ms:{c}") for c in ("SE5", "SE1", "SUP")] == [120, 0, 120]
    assert [amount(ran, "EC-03M.S.S07", f"ec03ms:{c}") for c in ("SE1", "SE4", "SUP")] == [5, 2, 7]
    assert [amount(ran, "EC-03M.U.S01", f"ec03mu:{c}") for c in ("U1", "U2", "USE")] == [84, 36, 120]
    assert told(ran, "EC-03M.BALANCE.S01") == []


# --- EC-04 -------------------------------------------------------------------------------------------------------------------------


def asset(**rows: str) -> list[Fact]:
    """1,000 万元 of forest at the opening, every flow 0 unless said, nothing of any other type."""
    facts = [fact("EC-04.R10.returned", f"ec04:{e}", "1000" if e == "E1" else "0") for e in TYPES]
    for row in ("R21", "R22", "R24", "R25", "R31", "R32", "R33", "R34"):
        facts += [fact(f"EC-04.{row}", f"ec04:{e}", rows.get(row, "0") if e == "E1" else "0") for e in TYPES]
    return facts


def test_the_account_closes_and_is_compared_with_the_net_present_value() -> None:
    """1000 + 40 − 15 = 1025. 100 万元 a year, 5 %, 20 years: 100 × (1 − 1.05⁻²⁰) / 0.05 = 1246.2210 万元; gap 221.2210."""
    facts = [*asset(R25="40", R33="15"), *(fact("EC-04.flow", f"ec04:{e}", "1000000" if e == "E1" else "0") for e in TYPES)]
    known = [parameter("ecosystem_discount_rate", "0.05"), *(parameter("ecosystem_asset_life", "20", f"ec04:{e}") for e in TYPES)]
    ran = run(["EC-04.R", "EC-04.NPV.R"], ["EC-04"], facts, known)
    assert [amount(ran, f"EC-04.{r}", "ec04:E1") for r in ("R10", "R50", "R40")] == [1000, 25, 1025]
    assert amount(ran, "EC-04.R60", "ec04:E1") == Decimal("1246.2210").normalize()
    assert amount(ran, "EC-04.R61", "ec04:E1") == Decimal("221.2210").normalize()


def test_there_is_no_default_discount_rate() -> None:
    facts = [*asset(), *(fact("EC-04.flow", f"ec04:{e}", "1000000") for e in TYPES)]
    ran = run(["EC-04.R", "EC-04.NPV.R"], ["EC-04"], facts)
    assert amount(ran, "EC-04.R60", "ec04:E1") is State.REFUSED
    assert amount(ran, "EC-04.R40", "ec04:E1") == 1000
    assert {"CATALOG-PARAMETER-DECLARED-UNKNOWN"} <= {f.code for f in ran.findings}


@pytest.mark.parametrize(("ended", "complaints"), [("30", 0), ("40", 1), ("55", 1)])
def test_degradation_needs_a_decline_in_condition(ended: str, complaints: int) -> None:
    """Cover falls from 40 to 30 %, stays, or rises while 15 万元 of degradation are booked."""
    facts = asset(R31="15")
    for e in TYPES:
        facts += condition("vegetation_cover", e, "40", ended, "0", "80")
    known = [parameter("condition_weight", "1", f"condition:vegetation_cover;ec02:{e}") for e in TYPES]
    ran = run(["EC-02.", "EC-04.R", "EC-04.DEGRADATION"], ["EC-02", "EC-04"], facts, known)
    assert len(told(ran, "EC-04.DEGRADATION.E1")) == complaints
    assert told(ran, "EC-04.DEGRADATION.E2") == []


# --- SC-T, SC-W, SC-M, SC-L --------------------------------------------------------------------------------------------------------


def timber() -> list[Fact]:
    """FT-01, closing 1,000 + 60 − 40 of natural and 500 + 50 − 30 of planted forest; 10 of other trees."""
    rows = {
        "R10": ("1000", "500", "10"), "R21": ("0", "5", "0"), "R22": ("60", "45", "0"), "R23": ("0", "0", "0"),
        "R30": ("40", "30", "0"), "R31": ("20", "25", "0"), "R32": ("8", "2", "0"), "R33": ("12", "3", "0"), "R34": ("0", "0", "0"),
        "R40": ("1020", "520", "10"),
    }  # fmt: skip
    return [fact(f"FT-01.V.{row}", f"ft01v:V{n}", v) for row, volumes in rows.items() for n, v in enumerate(volumes, 1)]


def timber_shares(**amounts: str) -> list[Fact]:
    """Natural timber 70 % available and 30 % not, planted 80 % cultivated, the rest and all other trees available."""
    known = {"V1T2": "0.7", "V1T3": "0.3", "V2T1": "0.8", "V2T2": "0.2", "V3T2": "1", **amounts}
    pairs = [(v, t) for v in ("V1", "V2", "V3") for t in ("T1", "T2", "T3")]
    return [fact("SC-T.share", f"ft01v:{v};sct:{t}", known.get(v + t, "0")) for v, t in pairs]


def test_timber_goes_by_the_declared_shares_and_the_rate_of_removal() -> None:
    """T2: 0.7 × 1000 + 0.2 × 500 + 10 = 810; fellings 0.7 × 20 + 0.2 × 25 = 19, of which 60 % are removed: 11.4 and 7.6."""
    facts = [*timber(), *timber_shares(), *(fact("SC-T.removed", f"sct:T{n}", "0.6") for n in (1, 2, 3))]
    ran = run(["SC-T."], ["SC-T"], facts)
    assert [amount(ran, f"SC-T.{r}", "sct:T2") for r in ("R10", "R31", "R32")] == [810, Decimal("11.4"), Decimal("7.6")]
    assert amount(ran, "SC-T.R21", "sct:T1") == 40  # 0.8 × (5 + 45)
    assert amount(ran, "SC-T.R40", "sct:C00") == 1550
    assert "ENGINE-SECOND-ROUTE" not in {f.code for f in ran.findings}


def test_without_a_rate_removals_are_not_available_and_the_closing_is() -> None:
    ran = run(["SC-T."], ["SC-T"], [*timber(), *timber_shares()])
    assert amount(ran, "SC-T.R31", "sct:T1") is State.NOT_AVAILABLE
    assert amount(ran, "SC-T.R32", "sct:T1") is State.NOT_AVAILABLE
    assert amount(ran, "SC-T.R34", "sct:T1") is None  # catastrophic losses are within the natural ones
    assert amount(ran, "SC-T.R40", "sct:C00") == 1550


def test_shares_of_timber_that_do_not_add_up_are_found() -> None:
    """5 % of the planted volume are placed nowhere: 1550 − 0.05 × 520 = 1524."""
    ran = run(["SC-T."], ["SC-T"], [*timber(), *timber_shares(V2T1="0.75")])
    assert amount(ran, "SC-T.volume") == 1524
    assert any(f.code == "ENGINE-SECOND-ROUTE" and "SC-T.volume" in f.place.key for f in ran.findings)


WATER = {
    "R01": "100", "R03": "900", "R05": "50", "R06": "20", "R07": "5", "R08": "30", "R10": "200", "R12": "600", "R13": "10",
    "R14": "15", "R15": "5", "R16": "175", "R17": "100",
}  # fmt: skip


def water(region: str = COUNTY) -> list[Fact]:
    bodies = ("C11", "C12", "C13", "C02")
    return [fact(f"WR-01.{row}", f"wr01:{b}", v, region) for row, v in WATER.items() for b in bodies]


def test_water_takes_what_means_the_same_and_nothing_else() -> None:
    """Inflow 50 + 20, outflow 600 + 15. Water formed by precipitation (900) is not precipitation; soil water stays unknown."""
    ran = run(["SC-W."], ["SC-W"], water())
    same = {"R10": 100, "R21": 30, "R25": 70, "R26": 5, "R31": 200, "R35": 615, "R36": 10, "R37": 5, "R40": 100}
    assert {r: amount(ran, f"SC-W.{r}", "scw:C13") for r in same} == same
    assert amount(ran, "SC-W.R22", "scw:C13") is State.NOT_AVAILABLE
    assert amount(ran, "SC-W.R20", "scw:C13") is State.NOT_AVAILABLE
    assert amount(ran, "SC-W.R40", "scw:C03") is None
    assert amount(ran, "SC-W.R40", "scw:C00") is State.NOT_AVAILABLE


def test_water_returned_gross_shows_its_gap() -> None:
    """Rivers: 100 + (30 + 1500 + 70 + 5 + 0) − (200 + 775 + 615 + 10 + 5) − 100 = 0, where the form has 900 − 175 for 1500 − 775."""
    gross = {"R22": "1500", "R27": "0", "R34": "775"}
    facts = [*water(), *(fact(f"SC-W.{r}", "scw:C13", v) for r, v in gross.items())]
    assert amount(run(["SC-W."], ["SC-W"], facts), "SC-W.R50", "scw:C13") == 0


def test_the_city_takes_the_netted_flows() -> None:
    """Two counties with inflows of 70 each, of which 40 come from the other: the city has 60 + 2 × 20 from outside."""
    city = [fact("WR-01.R05", f"wr01:{b}", "60", CITY) for b in ("C11", "C12", "C13", "C02")]
    ran = run(["SC-W."], ["SC-W"], [*water(), *water(OTHER), *city], leaves=(COUNTY, OTHER))
    assert amount(ran, "SC-W.R25", "scw:C13", OTHER) == 70
    assert amount(ran, "SC-W.R25", "scw:C13", CITY) == 100


def minerals(**rows: Sequence[str]) -> list[Fact]:
    """C1 inferred, C2 indicated, C3 measured, C4 probable, C5 proved; every flow 0 unless said."""
    zero = ("0",) * 5
    begun = ("50", "60", "40", "30", "20")
    names = ("R21", "R22", "R23", "R31", "R32", "R33", "R34", "R35")
    flows = {r: tuple(Decimal(v) for v in rows.get(r, zero)) for r in names}
    up, down = ("R21", "R22", "R23"), ("R31", "R32", "R33", "R34", "R35")
    ended = tuple(str(Decimal(b) + sum(flows[r][n] for r in up) - sum(flows[r][n] for r in down)) for n, b in enumerate(begun))
    known = {"R10": begun, **{r: tuple(str(v) for v in flow) for r, flow in flows.items()}, "R40": ended}
    return [
        fact(f"MN-01.{row}", f"mineral:limestone;mn01:C{n}", v) for row, values in known.items() for n, v in enumerate(values, 1)
    ]


def mineral(ran: AssetComputation, row: str) -> list[Decimal | State | None]:
    return [amount(ran, f"SC-M.{row}", f"mineral:limestone;scm:{k}") for k in ("K1", "K2", "K3", "C00")]


def test_reserves_are_a_part_of_resources() -> None:
    """A = 30 + 20, B = 60 + 40 − 50, C = 50: 150 in all, as the resources; 10 t mined of measured and proved: from A."""
    ran = run(["SC-M."], ["SC-M"], minerals(R31=("0", "0", "10", "0", "10"), R32=("0", "0", "2", "0", "2")))
    assert mineral(ran, "R10") == [50, 50, 50, 150]
    assert mineral(ran, "R31") == [10, 0, 0, 10]
    assert mineral(ran, "R33") == [2, 0, 0, 2]
    assert mineral(ran, "R40") == [38, 50, 50, 138]
    assert amount(ran, "SC-M.R32", "mineral:limestone;scm:K1") is None
    assert "ENGINE-SECOND-ROUTE" not in {f.code for f in ran.findings}


def test_a_reserve_proved_within_known_resources_leaves_class_b() -> None:
    """5 t become proved: in to A, out of B, the total unchanged; no figure falls below zero."""
    ran = run(["SC-M."], ["SC-M"], minerals(R23=("0", "0", "0", "0", "5")))
    assert mineral(ran, "R23") == [5, 0, 0, 5]
    assert mineral(ran, "R34") == [0, 5, 0, 5]
    assert mineral(ran, "R40") == [55, 45, 50, 150]


@settings(max_examples=10)
@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=8, max_size=8))
def test_every_flow_of_minerals_closes_by_both_routes(flows: list[list[int]]) -> None:
    """Whatever moves, opening + additions − reductions of A, B and C is the closing of the resources by class."""
    names = ("R21", "R22", "R23", "R31", "R32", "R33", "R34", "R35")
    returned = {r: tuple(str(v) for v in flow) for r, flow in zip(names, flows, strict=True)}
    ran = run(["SC-M."], ["SC-M"], minerals(**returned))
    assert "ENGINE-SECOND-ROUTE" not in {f.code for f in ran.findings}
    for row in ("R21", "R22", "R23", "R31", "R33", "R34"):
        assert all(isinstance(v, Decimal) and v >= 0 for v in mineral(ran, row))


def test_no_rule_turns_land_use_into_land_cover() -> None:
    """The only thing taken from LA-01 is its total area, as a check."""
    rules = [r for n, versions in shipped().rules.items() for r in versions if n.startswith("SC-L.")]
    read = {(r.kind, i.ref) for r in rules for i in r.inputs if i.ref.startswith(("LA-01", "LM-01"))}
    assert read == {("second_route", "LA-01.R40")}


def cover(closing: str) -> list[Fact]:
    """Eight covers of 10 hm² each without any change, the last as said."""
    keys = [f"scl:S{n}" for n in range(1, 9)]
    facts = [fact("SC-L.R10.returned", k, "10" if k != keys[-1] else closing) for k in keys]
    rows = ("R21", "R22", "R31", "R32", "R23.returned", "R33.returned")
    return facts + [fact(f"SC-L.{r}", k, "0") for r in rows for k in keys]


@pytest.mark.parametrize(("last", "found"), [("10", 0), ("9", 1)])
def test_covers_and_uses_are_of_one_area(last: str, found: int) -> None:
    """80 hm² of land use in one class; the covers add up to it, or lack 1 hm²."""
    land = [fact("LA-01.R40", f"la01:C0{n}", "80" if n == 4 else "0") for n in range(1, 10)]
    ran = run(["SC-L."], ["SC-L"], [*cover(last), *land])
    told_of = [f for f in ran.findings if f.code == "ENGINE-SECOND-ROUTE" and COUNTY in f.place.key]
    assert len(told_of) == found


def test_a_restated_opening_goes_to_the_adjustment_rows() -> None:
    """The expressions of R23 and R33: again 12 against 10 before adds 2 up; 9 against 10 adds 1 down."""
    for row, expression in (("R23", "adjustment + max(again - before, 0)"), ("R33", "adjustment + max(before - again, 0)")):
        for table in ("EC-01", "SC-L"):
            assert shipped().rules[f"{table}.{row}"][-1].expression == expression
