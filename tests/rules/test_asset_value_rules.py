"""Worked numbers for the shipped rules of the value table, the liabilities and the summary sheet, run by the engine itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product as cross
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gep.base.records import Fact, Key, Origin, Parameter, Rule, State, key_of, key_text
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.cells import Cell, Cells, cell_of
from gep.engine.execute import execute
from gep.engine.task import Outcome, Step, Task
from gep.rules.plan import Plan, build

ROOT = Path(__file__).resolve().parents[2]
FILES = ("coefficients/rules/assets/value.toml", "coefficients/rules/assets/liabilities.toml")
YEAR = 2020
REGION = "R"
CHOSEN = (
    "VA-price.built.benchmark.", "VA-price.land.capitalised.", "VA-price.cultivated.capitalised.", "VA-price.timber.age.",
    "VA-price.water.fee.", "VA-price.rent.", "VA-price.mineral.npv.",
)  # fmt: skip
MINERALS = ("limestone",)

Figures = Mapping[str, str | int]


@cache
def catalog() -> Catalog:
    return load(ROOT / "coefficients")


@cache
def shipped() -> Mapping[str, Rule]:
    """The rules of the two files, by id."""
    return {name: versions[-1] for name, versions in catalog().rules.items() if versions[-1].file in FILES}


@cache
def plan_of(name: str) -> Plan:
    return build(shipped()[name], catalog().measures)


def key_at(text: str) -> Key:
    return key_of(dict(pair.split(":") for pair in text.split(";") if pair))


class Book:
    """Figures by `measure[@year] [dim:code]` in the unit of the measure; parameters by `name[@year] [dim:code]` in the shipped unit."""

    def __init__(self, figures: Figures, parameters: Figures, states: Mapping[str, State] | None = None) -> None:
        self.figures, self.values, self.states = figures, parameters, states or {}

    def find(self, name: str, key: Key, region: str, year: int) -> Parameter | None:
        """What the engine asks for; a price stands in the money of the year it is asked for."""
        for place in (f"{name}@{year}", name):
            value = self.values.get(f"{place} {key_text(key)}".strip())
            if value is not None:
                unit = next(p.unit for p in catalog().parameters[name] if p.key == key)
                money = unit.replace("元", f"元@{year}")
                return Parameter(name, key, "", Decimal(value), money, "illustrative", "src", "-", "set")
        return None

    def cells(self) -> Cells:
        made = Cells()
        for text, value in self.figures.items():
            made.put(self._cell(text, State.VALUE, Decimal(value)))
        for text, state in self.states.items():
            made.put(self._cell(text, state, None))
        return made

    def _cell(self, text: str, state: State, value: Decimal | None) -> Cell:
        name, _, rest = text.partition(" ")
        name, _, year = name.partition("@")
        unit, origin = catalog().measures[name].unit, Origin("f.csv", "0", 2)
        fact = Fact(name, REGION, year or str(YEAR), key_at(rest), state, value, unit, origin, exact=True)
        return cell_of(fact, catalog().measures[name])

    def run(self, *wanted: str) -> Ran:
        """Run the rules whose ids begin with one of `wanted`, each after the rules that make what it reads."""
        rules = [r for name, r in shipped().items() if name.startswith(wanted)]
        steps = [Step(plan_of(r.id), {d: codes(r, d) for d in dims(r)}) for r in ordered(rules)]
        task = Task(
            "test", "CNY", steps, (REGION,), str(YEAR), catalog().measures, self, self.cells(), engine="reference", threads=1
        )  # fmt: skip
        return Ran(task.cells, execute(task))


def dims(rule: Rule) -> Iterable[str]:
    held = {d for i in rule.inputs for d in i.grain} | set(rule.grain)
    return sorted(held - {"region"})


def codes(rule: Rule, dim: str) -> tuple[str, ...]:
    """The domain of the rule; the minerals of the test for an open list; else all codes but total columns."""
    named = rule.domain.get(dim, ())
    if named == ("*",) or dim == "mineral":
        return {"mineral": MINERALS, "redline_unit": ("u1", "u2")}[dim]
    return named or tuple(c.code for c in catalog().codes[dim].values() if not c.attrs.get("total"))


def ordered(rules: list[Rule]) -> list[Rule]:
    makers: dict[str, list[Rule]] = {}
    for rule in rules:
        if rule.kind == "compute":
            makers.setdefault(rule.output, []).append(rule)
    done: dict[str, Rule] = {}

    def visit(rule: Rule) -> None:
        if rule.id in done:
            return
        read = [i.ref for i in rule.inputs if i.kind == "measure" and i.time == "same"]
        read += [rule.output] if rule.kind == "second_route" else []
        for maker in (m for name in read for m in makers.get(name, ())):
            # a row of one column may read another row of the same table, never itself
            if maker is not rule:
                visit(maker)
        done[rule.id] = rule

    for rule in rules:
        visit(rule)
    return list(done.values())


class Ran:
    def __init__(self, cells: Cells, outcome: Outcome) -> None:
        self.cells, self.outcome = cells, outcome

    def get(self, text: str) -> Fraction | None:
        name, _, rest = text.partition(" ")
        cell = self.cells.get(name, REGION, str(YEAR), key_at(rest))
        return None if cell is None else cell.exact

    def rows(self, column: str) -> dict[str, Fraction | None]:
        return {row: self.get(f"VA-01.{row} va01:{column}") for row in ("R10", "R21", "R31", "R25", "R26", "R40")}

    def codes(self) -> list[str]:
        return sorted(f.code for f in self.outcome.findings.values())

    def about(self, rule: str) -> list[str]:
        return [f.code for f in self.outcome.findings.values() if f.rule == rule]


def per(code: str, dim: str, **rows: str | int) -> dict[str, str | int]:
    """Rows of one column of a table: per("C06", "la01", **{"LA-01.R10": 5})."""
    return {f"{row} {dim}:{code}": value for row, value in rows.items()}


VALUED = ("C03", "C04", "C05", "C06")
GRADES = tuple(f"G{i:02d}" for i in range(1, 16))
AGES = ("V1", "V2", "V3", "V4", "V5")
USES = ("U1", "U2", "U3")
LQ_ROWS = ("R10", "R21", "R22", "R23", "R24", "R31", "R32", "R33", "R34", "R35", "R40")


def stocks(area: str | int = 10, grade: str | int = 2, volume: str | int = 100, water: str | int = 50) -> dict[str, str | int]:
    """A county in which nothing changed: land in hm2, timber in m3, water in 10^4 m3, 1000 t of reserves in each category."""
    made: dict[str, str | int] = {}
    for code in VALUED:
        made |= per(code, "la01", **{"LA-01.R10": area, "LA-01.R20": 0, "LA-01.R30": 0, "LA-01.R40": area})
    for code in GRADES:
        made |= per(code, "lq01", **{f"LQ-01.{row}": grade if row in ("R10", "R40") else 0 for row in LQ_ROWS})
    for code in AGES:
        made |= per(code, "fq01v", **{"FQ-01.V.R10": volume, "FQ-01.V.R40": volume})
    for code in USES:
        made |= per(code, "wu01", **{f"WU-01.R40@{YEAR - 1}": water, "WU-01.R40": water})
    for code, row in cross(("C4", "C5"), ("R10", "R20", "R30", "R31", "R32", "R40")):
        made[f"MN-01.{row} mineral:limestone;mn01:{code}"] = 1000 if row in ("R10", "R40") else 0
    return made


def unit_values(year: int, factor: str = "1") -> dict[str, str]:
    """Unit values of every grade at the end of a year, all times `factor`."""

    def of(value: str) -> str:
        return str(Decimal(value) * Decimal(factor))

    made = {f"VA.land.{year} la01:{c}": of(v) for c, v in zip(VALUED, ("40", "8", "3", "600"), strict=True)}
    made |= {f"VA.cultivated.{year} lq01:{c}": of(str(40 - i)) for i, c in enumerate(GRADES)}
    made |= {f"VA.timber.{year} fq01v:{c}": of(v) for c, v in zip(AGES, ("300", "320", "350", "420", "410"), strict=True)}
    made |= {f"VA.water.{year} wu01:{c}": of(v) for c, v in zip(USES, ("4", "5", "0.4"), strict=True)}
    return made


def priced(opening: str = "1", closing: str = "1") -> dict[str, str]:
    """Opening and closing unit values as figures: the base ones times a factor each."""
    made: dict[str, str] = {}
    for when, factor in (("opening", opening), ("closing", closing)):
        for text, value in unit_values(YEAR, factor).items():
            made[text.replace(f".{YEAR} ", f".{when}_price ")] = value
    made[f"VP-01.PRICE.R40@{YEAR - 1} mineral:limestone"] = str(Decimal("12.5") * Decimal(opening))
    made["VP-01.PRICE.R40 mineral:limestone"] = str(Decimal("12.5") * Decimal(closing))
    return made


CORE = (
    "VA-01.volume.",
    "VA-01.land.",
    "VA-01.cultivated.",
    "VA-01.timber.",
    "VA-01.water.",
    "VA-01.mineral.",
    "VA-01.R",
    "WU-01.",
    "VP-01.",
)
FOREST = {"FT-01.V.R31 ft01v:V1": 0, "FT-01.V.R31 ft01v:V2": 0, "FT-01.V.R21 ft01v:V1": 0, "FT-01.V.R21 ft01v:V2": 0,
          "FT-01.V.R22 ft01v:V1": 0, "FT-01.V.R22 ft01v:V2": 0}  # fmt: skip
DECLARED = {
    f"VA.other.{n}": State.NOT_APPLICABLE
    for n in ("opening", "increase", "decrease", "depletion", "quality", "revaluation", "closing")
}
DECLARED |= {"VA.land.depletion": State.NOT_APPLICABLE, "VA.water.depletion": State.NOT_APPLICABLE}


def accounts(figures: Mapping[str, str | int]) -> Ran:
    return Book({**FOREST, **figures}, {}, DECLARED).run(*CORE)


# --- the value table


def test_a_price_rise_with_constant_volume_moves_only_the_revaluation() -> None:
    """Golden test 6: every unit value rises by a tenth, nothing else changes."""
    ran = accounts(stocks() | priced("1", "1.1"))
    assert ran.codes() == []
    for column in ("V1", "V2", "V3", "V4"):
        rows = ran.rows(column)
        assert (rows["R21"], rows["R31"], rows["R25"]) == (0, 0, 0)
        assert rows["R26"] == rows["R10"] / 10 == rows["R40"] - rows["R10"] > 0  # type: ignore[operator]
    # land: 10 hm2 × (40 + 8 + 3 + 600) yuan/m2 = 6510 万元; cultivated: 2 hm2 × (40 + 39 + … + 26 = 495) = 990 万元
    assert ran.get("VA-01.R10 va01:V1") == 7500
    # timber 100 m3 × 1800 = 18 万元; water 50 万m3 × 9.4 = 470 万元; minerals 2000 t × 12.5 = 2.5 万元
    assert [ran.get(f"VA-01.R10 va01:{c}") for c in ("V2", "V3", "V4")] == [18, 470, Fraction("2.5")]


def test_at_constant_prices_nothing_is_revalued() -> None:
    changed = stocks() | priced()
    changed |= per("C06", "la01", **{"LA-01.R20": 3, "LA-01.R30": 1, "LA-01.R40": 12})
    changed |= {"WU-01.R40 wu01:U2": 40, "FQ-01.V.R40 fq01v:V4": 160}
    changed |= {"MN-01.R30 mineral:limestone;mn01:C5": 100, "MN-01.R31 mineral:limestone;mn01:C5": 90,
                "MN-01.R32 mineral:limestone;mn01:C5": 10, "MN-01.R40 mineral:limestone;mn01:C5": 900}  # fmt: skip
    ran = accounts(changed)
    assert ran.codes() == []
    assert [ran.get(f"VA-01.R26 va01:{c}") for c in ("V1", "V2", "V3", "V4")] == [0, 0, 0, 0]
    land = ran.rows("V1")
    assert (land["R21"], land["R31"], land["R40"]) == (1800, 600, 7500 + 1200)  # 3, 1 and net 2 hm2 at 600 yuan/m2
    assert ran.rows("V3")["R31"] == 50  # 10 万m3 × 5
    mineral = ran.rows("V4")
    assert mineral["R31"] == Fraction("0.125") == ran.get("VA-01.R32 va01:V4")  # 100 t × 12.5 yuan, all of it depletion


def test_a_change_of_grade_is_quality_and_no_volume() -> None:
    """One hectare moves from grade 3 (38 yuan/m2) to grade 1 (40): 10 000 m2 × 2 yuan = 2 万元."""
    figures = stocks() | priced()
    figures |= {"LQ-01.R34 lq01:G03": 1, "LQ-01.R40 lq01:G03": 1, "LQ-01.R23 lq01:G01": 1, "LQ-01.R40 lq01:G01": 3}
    rows = accounts(figures).rows("V1")
    assert (rows["R21"], rows["R31"], rows["R25"], rows["R26"]) == (0, 0, 2, 0)


def test_ageing_of_a_stand_is_quality_its_growth_is_volume() -> None:
    """50 m3 move from V1 (300 yuan) to V2 (320): quality 1000 yuan = 0.1 万元. Then all groups grow by a tenth: volume only."""
    aged = accounts(stocks() | priced() | {"FQ-01.V.R40 fq01v:V1": 50, "FQ-01.V.R40 fq01v:V2": 150}).rows("V2")
    assert (aged["R21"], aged["R31"], aged["R25"]) == (0, 0, Fraction("0.1"))
    grown = accounts(stocks() | priced() | {f"FQ-01.V.R40 fq01v:{a}": 110 for a in AGES}).rows("V2")
    assert (grown["R31"], grown["R26"]) == (0, 0)
    # the rate of change 1/21 is stored to twelve digits, so the last stored digit may be on either side
    assert abs((grown["R21"] or 0) - Fraction("1.8")) < Fraction("0.001")
    assert abs(grown["R25"] or 0) < Fraction("0.001")


def test_harvest_above_growth_is_depletion() -> None:
    """Overcut 30 - 5 - 15 = 10 m3 at a mean unit value of 18 万元 ÷ 500 m3 = 360 yuan: 0.36 万元."""
    cut = {"FT-01.V.R31 ft01v:V1": 30, "FT-01.V.R21 ft01v:V2": 5, "FT-01.V.R22 ft01v:V2": 15}
    ran = Book(FOREST | stocks() | priced() | cut, {}, DECLARED).run(*CORE)
    assert ran.get("VA-01.R32 va01:V2") == Fraction("0.36")


def test_the_opening_is_the_closing_of_the_year_before() -> None:
    figures = stocks() | priced()
    assert accounts(figures | {f"VA-01.R40@{YEAR - 1} va01:V1": 7500}).codes() == []
    told = accounts(figures | {f"VA-01.R40@{YEAR - 1} va01:V1": 7499})
    assert told.codes() == ["ENGINE-SECOND-ROUTE"]


def test_what_is_not_valued_stays_not_applicable() -> None:
    ran = accounts(stocks() | priced())
    cell = ran.cells.get("VA-01.R40", REGION, str(YEAR), key_at("va01:V5"))
    assert cell is not None
    assert cell.state is State.NOT_APPLICABLE
    assert ran.get("VA.land.closing la01:C01") is None  # wetland has no rule


def test_an_unknown_price_makes_an_unknown_total() -> None:
    figures = {k: v for k, v in (stocks() | priced()).items() if k != "VA.land.closing_price la01:C04"}
    ran = accounts(figures)
    assert ran.get("VA-01.R40 va01:V1") is None
    assert ran.get("VA-01.R40 va01:V2") == 18


@given(st.data())
@settings(max_examples=8, deadline=None)
def test_the_rows_explain_the_closing_whatever_moves(data: st.DataObject) -> None:
    """q1·p1 - q0·p0 = (q1 - q0)·(p0 + p1)/2 + (q0 + q1)/2·(p1 - p0): the second route of R26 holds to the stored places."""
    cents = st.integers(0, 10**7).map(lambda n: f"{n / 100:.2f}")
    figures = stocks() | priced("1", data.draw(st.sampled_from(["0.93", "1", "1.07"])))
    for code in VALUED:
        q0, more, less = (Decimal(data.draw(cents)) for _ in range(3))
        less = min(less, q0)
        figures |= per(
            code,
            "la01",
            **{"LA-01.R10": str(q0), "LA-01.R20": str(more), "LA-01.R30": str(less), "LA-01.R40": str(q0 + more - less)},
        )
    for code in AGES:
        figures |= per(code, "fq01v", **{"FQ-01.V.R10": data.draw(cents), "FQ-01.V.R40": data.draw(cents)})
    for code in USES:
        figures |= {f"WU-01.R40@{YEAR - 1} wu01:{code}": data.draw(cents), f"WU-01.R40 wu01:{code}": data.draw(cents)}
    assert accounts(figures).codes() == []


# --- unit values


COSTS = {f"mineral_{n} mineral:limestone": v for n, v in {
    "output": "300", "intermediate_consumption": "80", "compensation": "60", "production_taxes": "10", "production_subsidies": "4",
    "specific_subsidies": "2", "specific_taxes": "18", "capital_consumption": "30", "produced_assets": "500"}.items()}  # fmt: skip


def test_resource_rent_is_what_the_costs_leave() -> None:
    """300 - 80 - 60 - 10 + 4 - 2 + 18 - 30 - 500 × 0.08 = 100."""
    ran = Book(COSTS, {"produced_asset_return": "0.08"}).run("VA-price.rent.")
    assert (ran.get("resource_rent mineral:limestone"), ran.codes()) == (100, [])


def test_net_present_value_of_a_constant_rent() -> None:
    """100 a year over 20 years at 5 %: 100 × (1 - 1.05^-20) / 0.05 = 1246.22 (the published annuity factor 12.4622)."""
    figures = {"resource_rent mineral:limestone": "100", "VA.mineral.closing_volume mineral:limestone": "400"}
    figures |= {"planned_extraction mineral:limestone": "20"}
    ran = Book(figures, {"mineral_discount_rate": "0.05"}).run("VA-price.mineral.npv.")
    price = ran.get("VP-01.PRICE.R40 mineral:limestone")
    assert price is not None
    assert round(price * 400, 2) == Fraction("1246.22")


def test_perpetual_rent_and_net_price() -> None:
    figures = {"resource_rent mineral:limestone": "100", "VA.mineral.closing_volume mineral:limestone": "400"}
    perpetual = Book(figures, {"mineral_discount_rate": "0.05"}).run("VA-price.mineral.perpetual.")
    assert perpetual.get("VP-01.PRICE.R40 mineral:limestone") == 5  # 100 ÷ 0.05 ÷ 400
    net = Book(figures | {"planned_extraction mineral:limestone": "20"}, {}).run("VA-price.mineral.net.")
    assert net.get("VP-01.PRICE.R40 mineral:limestone") == 5  # 100 ÷ 20


def test_a_rent_below_zero_gives_no_value_and_is_told() -> None:
    figures = COSTS | {"mineral_output mineral:limestone": "150", "VA.mineral.closing_volume mineral:limestone": "400"}
    figures |= {"planned_extraction mineral:limestone": "20"}
    ran = Book(figures, {"produced_asset_return": "0.08", "mineral_discount_rate": "0.05"}).run(
        "VA-price.rent.", "VA-price.mineral.npv."
    )
    assert ran.get("resource_rent mineral:limestone") == -50
    assert ran.get("VP-01.PRICE.R40 mineral:limestone") == 0
    assert ran.about("VA-price.rent.negative") == ["ENGINE-CHECK"]


def test_unit_values_of_land_timber_and_water() -> None:
    year = {YEAR - 1: "1", YEAR: "1.1"}
    parameters: dict[str, str] = {
        "land_price_date_factor": "1.02", "land_price_plot_ratio_factor": "1.05", "land_price_term_factor": "0.95",
        "land_price_location_factor": "1.2", "land_capitalisation_rate": "0.04", "timber_logging_cost": "130",
        "timber_transport_cost": "80", "timber_tax": "30", "timber_normal_profit": "60", "timber_discount_rate": "0.05",
        "timber_recovery_rate fq01v:V2": "0.6", "timber_recovery_rate fq01v:V4": "0.7", "timber_growth_ratio fq01v:V2": "2",
        "timber_years_to_harvest fq01v:V2": "2", "timber_replacement_cost fq01v:V1": "310", "water_capitalisation_rate": "0.05",
    }  # fmt: skip
    for y, factor in year.items():
        for name, base in (("land_benchmark_price", "600"), ("land_net_rent", "1.6")):
            code = "C06" if name == "land_benchmark_price" else "C03"
            parameters[f"{name}@{y} la01:{code}"] = str(Decimal(base) * Decimal(factor))
        parameters[f"cultivated_net_rent@{y} lq01:G01"] = str(Decimal("1.2") * Decimal(factor))
        parameters[f"water_resource_fee@{y} wu01:U1"] = str(Decimal("0.2") * Decimal(factor))
        parameters |= {f"timber_price@{y} fq01v:{a}": "800" for a in AGES}
    ran = Book({}, parameters).run(*CHOSEN[:5])
    # 600 × 1.02 × 1.05 × 0.95 × 1.2 = 732.564; the closing is a tenth more
    assert ran.get("VA.land.opening_price la01:C06") == Fraction("732.564")
    assert ran.get("VA.land.closing_price la01:C06") == Fraction("805.8204")
    assert ran.get("VA.land.opening_price la01:C03") == 40
    assert ran.get("VA.land.closing_price la01:C03") == 44
    assert ran.get("VA.cultivated.opening_price lq01:G01") == 30
    assert ran.get("VA.water.closing_price wu01:U1") == Fraction("4.4")
    # (800 - 130 - 80 - 30 - 60) × 0.7 = 350; × 0.6 × 2 ÷ 1.05² = 600 ÷ 1.1025
    assert ran.get("VA.timber.closing_price fq01v:V4") == 350
    assert ran.get("VA.timber.opening_price fq01v:V1") == 310
    assert round(ran.get("VA.timber.closing_price fq01v:V2") or 0, 8) == round(Fraction(600) / Fraction("1.1025"), 8)
    assert ran.get("VA.land.closing_price la01:C04") is None  # no rent was stated: no price


def test_no_rate_or_price_is_shipped() -> None:
    rows = [p for several in catalog().parameters.values() for p in several if p.file == "coefficients/parameters/assets.csv"]
    read = {i.ref for r in shipped().values() for i in r.inputs if i.kind == "parameter"}
    assert {p.id for p in rows} == read
    assert all(p.value is None and p.status == "expert" for p in rows)


# --- liabilities


ITEMS = ("water", "cultivated", "pollution", "mine", "redline")
DEBTS = {
    "water_use_total": 1_300_000, "DB-01.W.R40@2019 db01w:W1": 20, "DB-01.W.R31 db01w:W1": 5,  # m3, 万m3
    "LA-01.R10 la01:C02": 100, "LA-01.R40 la01:C02": 90,
    "MR-01.AREA.R10": 12, "MR-01.AREA.R21": 3, "MR-01.AREA.R31": 5, "MR-01.AREA.R40": 10,
    "RL-01.AREA.R40 redline_unit:u1": 50, "RL-01.AREA.R60 redline_unit:u1": 48, "RL-01.AREA.R40 redline_unit:u2": 20,
    "RL-01.AREA.R60 redline_unit:u2": 21, "DB-01.E.R40@2019 db01e:E1": "0.5",
    **{f"DB-01.P.R40@2019 db01p:{p}": 100 for p in ("P1", "P2", "P3")},
    **{f"DB-01.P.R21 db01p:{p}": 10 for p in ("P1", "P2", "P3")}, **{f"DB-01.P.R31 db01p:{p}": 4 for p in ("P1", "P2", "P3")},
    "VA.cultivated.decrease lq01:G01": 70,
    **{f"VA.cultivated.decrease lq01:{g}": 0 for g in GRADES[1:]},
}  # fmt: skip
BENCHMARKS: dict[str, str | int] = {
    "water_use_cap": 1_000_000, "cultivated_land_target": 95, "damage_sensitivity": 3,
    "liability_unit_cost@2019 liability_item:water": "2", "liability_unit_cost@2020 liability_item:water": "2.2",
    "liability_unit_cost@2019 liability_item:mine": "40", "liability_unit_cost@2020 liability_item:mine": "44",
    "liability_unit_cost liability_item:cultivated": "100", "liability_unit_cost liability_item:redline": "60",
    "discharge_treatment_cost db01p:P1": "3000", "discharge_treatment_cost db01p:P2": "10000",
    "discharge_treatment_cost db01p:P3": "30000",
    **{f"booked_as_liability liability_item:{i}": 0 if i == "cultivated" else 1 for i in ITEMS},
    **{f"booked_as_asset_reduction liability_item:{i}": 1 if i == "cultivated" else 0 for i in ITEMS},
}  # fmt: skip


def liabilities(figures: Figures | None = None, parameters: Figures | None = None) -> Ran:
    return Book({**DEBTS, **(figures or {})}, {**BENCHMARKS, **(parameters or {})}).run("LI-01.", "DB-01.")


def test_use_above_the_cap_is_a_debt_of_water() -> None:
    """Opening 20, excess 130 - 100 = 30, made good 5, closing 45 万m3. In 万元: 40; 30 × 2.1 = 63; 5 × 2.1 = 10.5; 99; mean 32.5 × 0.2."""
    ran = liabilities()
    assert ran.codes() == []
    assert ran.get("DB-01.W.R21 db01w:W1") == 30
    assert ran.get("DB-01.W.R40 db01w:W1") == 45
    rows = {r: ran.get(f"LI-01.{r} li01:L1") for r in ("R10", "R21", "R31", "R25", "R40")}
    assert rows == {"R10": 40, "R21": 63, "R31": Fraction("10.5"), "R25": Fraction("6.5"), "R40": 99}


def test_use_within_the_cap_is_no_liability() -> None:
    assert liabilities({"water_use_total": 999_999}).get("DB-01.W.R21 db01w:W1") == 0


def test_untreated_discharge_costs_its_treatment() -> None:
    """43 000 yuan for a tonne of each × sensitivity 3 = 12.9 万元: opening 100 t, incurred 10 t, treated 4 t."""
    ran = liabilities()
    rows = {r: ran.get(f"LI-01.{r} li01:L2") for r in ("R10", "R21", "R31", "R25", "R40")}
    assert rows == {"R10": 1290, "R21": 129, "R31": Fraction("51.6"), "R25": 0, "R40": Fraction("1367.4")}


def test_mines_and_red_line_balance_with_area_times_unit_cost() -> None:
    """Mines: 12 hm2 × 40 = 480; 3 × 42 = 126; 5 × 42 = 210; mean 11 × 4 = 44; 10 × 44 = 440. Red line 0.5 → 2 hm2 at 60: u2 is no offset."""
    ran = liabilities()
    assert ran.get("DB-01.E.R40 db01e:E1") == 2
    rows = {r: ran.get(f"LI-01.{r} li01:L3") for r in ("R10", "R21", "R31", "R25", "R40")}
    assert rows == {"R10": 480 + 30, "R21": 126 + 90, "R31": 210, "R25": 44, "R40": 440 + 120}


def test_what_is_booked_as_a_reduction_of_assets_is_no_liability() -> None:
    """Target 95 hm2, 90 are left: a gap of 5 hm2 × 100 yuan/m2 = 500 万元, counted only if it is booked as a liability."""
    assert liabilities().get("DB-01.C.R40 db01c:C1") == 5
    assert liabilities().get("LI.closing liability_item:cultivated") == 0
    booked = {"booked_as_liability liability_item:cultivated": 1, "booked_as_asset_reduction liability_item:cultivated": 0}
    ran = liabilities(parameters=booked)
    assert ran.get("LI.closing liability_item:cultivated") == 5_000_000
    assert ran.about("LI-01.T3") == ["ENGINE-CHECK"]  # the assets fell too: to be explained


def test_an_item_booked_twice_is_stopped() -> None:
    ran = liabilities(parameters={"booked_as_asset_reduction liability_item:water": 1})
    assert ran.about("LI-01.T1") == ["ENGINE-CHECK"]
    assert liabilities(parameters={"booked_as_liability liability_item:mine": "0.5"}).about("LI-01.T2.booked_as_liability")


def test_no_more_is_discharged_than_was_owed() -> None:
    ran = liabilities({"DB-01.W.R31 db01w:W1": 51})
    assert ran.about("DB-01.S1.W") == ["ENGINE-CHECK"]


# --- summary sheet


SHEET = {
    **{f"VA-01.{r} va01:{c}": v for c in ("V1", "V2", "V3", "V4", "V5")
       for r, v in {"R10": 100, "R21": 10, "R31": 4, "R25": 1, "R26": 8, "R40": 115}.items()},
    **{f"LI-01.{r} li01:{c}": v for c in ("L1", "L2", "L3")
       for r, v in {"R10": 20, "R21": 5, "R31": 2, "R25": 1, "R40": 24}.items()},
}  # fmt: skip


def test_assets_are_liabilities_and_net_assets() -> None:
    """500 - 60 = 440 万元 at the opening, 575 - 72 = 503 at the closing; by the flows 440 + 5 × 15 - 3 × 4 = 503."""
    ran = Book(SHEET, {}).run("BS-00.")
    assert ran.codes() == []
    assert (ran.get("BS-00.N0.opening"), ran.get("BS-00.N0.closing")) == (440, 503)


def test_net_assets_that_the_flows_do_not_explain_are_told() -> None:
    ran = Book(SHEET | {"VA-01.R40 va01:V1": 116}, {}).run("BS-00.")
    assert ran.codes() == ["ENGINE-SECOND-ROUTE"]


def test_no_gep_flow_enters_an_asset_total() -> None:
    measures = catalog().measures
    for rule in shipped().values():
        for i in (i for i in rule.inputs if i.kind == "measure"):
            assert "service" not in measures[i.ref].account, f"{rule.id} reads {i.ref}"
            assert not i.ref.startswith("value."), rule.id


@pytest.mark.parametrize("name", ["VA-01", "LI-01", "DB-01", "WU-01", "VP-01"])
def test_every_row_of_a_table_has_a_rule_or_is_returned(name: str) -> None:
    made = {r.output for r in shipped().values() if r.kind == "compute"}
    rows = {m.id for m in catalog().measures.values() if m.table == name and not m.id.endswith(".returned")}
    returned = {"DB-01.W.R31", "DB-01.P.R21", "DB-01.P.R31", "WU-01.R40"}
    assert rows - made == returned & rows
