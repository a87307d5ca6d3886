"""Printed indices recomputed by the rules of the index scheme from the other printed figures of the same account.

A printed figure stands for itself ± half a unit of its last digit. Each check runs its rule at every corner of these intervals;
what comes out must meet the printed index ± half of its last digit. README.md says how checks.csv is read.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from gep.base.records import State, key_of
from gep.base.rounding import half_unit, store
from gep.catalog.load import load
from gep.catalog.resolve import Lookup
from gep.engine.cells import Cell, Cells
from gep.engine.execute import execute
from gep.engine.task import Step, Task
from gep.workflow.plans import Method, method

HERE = Path(__file__).resolve().parent
SHIPPED = HERE.parents[2] / "coefficients"
SCHEME, YEAR, BEFORE = "green-gold", 2020, "2019"
KEY = key_of({"zone": "-", "price_basis": "current"})
BASE = {  # units as printed → yuan, persons, m² and plain ratios
    "1e12 yuan": Fraction(10**12), "1e9 yuan": Fraction(10**9), "1e8 yuan": Fraction(10**8), "%": Fraction(1, 100),
    "ratio": Fraction(1), "1e8 yuan/km2": Fraction(10**8, 10**6), "1e4 yuan/person": Fraction(10**4), "yuan/person": Fraction(1),
}  # fmt: skip
TOKEN = re.compile(r"(#\d+|[\w:]+(?:/(?:wetland|forest|grassland))?(?:@\d{4})?|[-+]| / )")
SIGNS = ("+", "-", "/")

Row = Mapping[str, str]
Interval = tuple[Fraction, Fraction]
Name = tuple[str, str, str, str, str]  # source, region, year, item, ecosystem


def rows(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


CHECKS = {r["id"]: r for r in rows("checks.csv")}
FIGURES: dict[Name, Row] = {(r["source"], r["region"], r["year"], r["item"], r["ecosystem"]): r for r in rows("figures.csv")}
RUN = {name: r for name, r in CHECKS.items() if r["rule"]}
FOOTINGS = {name: r for name, r in CHECKS.items() if r["kind"] == "footing"}


def of(check: Row, text: str) -> Name:
    """The printed figure that `source:item/ecosystem@year` means; what is left out is as in the check."""
    item, _, year = text.partition("@")
    source, _, item = item.rpartition(":")
    item, _, ecosystem = item.partition("/")
    return source or check["source"], check["region"], year or check["year"], item, ecosystem or "total"


def around(row: Row) -> Interval:
    """A printed figure ± half a unit of its last digit, in base units."""
    factor, value, half = BASE[row["unit"]], Fraction(row["value"]), Fraction(half_unit(Decimal(row["value"])))
    return (value - half) * factor, (value + half) * factor


def worth(check: Row, expression: str, at: Mapping[Name, Fraction]) -> Fraction:
    """The value of printed figures added, subtracted or divided, left to right; `#2` is the number itself."""
    parts = TOKEN.findall(expression)
    assert "".join(parts) == expression, expression
    total, sign = Fraction(0), "+"
    for part in parts:
        if part.strip() in SIGNS:
            sign = part.strip()
            continue
        amount = Fraction(part[1:]) if part.startswith("#") else at[of(check, part)]
        total = total / amount if sign == "/" else total + amount if sign == "+" else total - amount
    return total


def inputs(check: Row) -> dict[str, str]:
    """Input of the rule → expression over printed figures."""
    return {name: text for name, _, text in (part.partition("=") for part in check["inputs"].split(";"))}


def named(check: Row) -> list[Name]:
    """The printed figures that a check reads, each once."""
    found = [part for text in inputs(check).values() for part in TOKEN.findall(text)]
    return list(dict.fromkeys(of(check, part) for part in found if part.strip() not in SIGNS and not part.startswith("#")))


def corners(check: Row) -> list[dict[Name, Fraction]]:
    """All corners of the intervals of what a check reads. The rules rise or fall with each figure, so the extremes lie there."""
    names = named(check)
    return [dict(zip(names, ends, strict=True)) for ends in product(*(around(FIGURES[n]) for n in names))]


@cache
def index_scheme() -> Method:
    return method(load(SHIPPED), SCHEME, YEAR)


def put(cells: Cells, m: Method, rule: str, region: str, amounts: Mapping[str, Fraction]) -> None:
    plan = next(p for p in m.plans if p.rule.id == rule)
    for given in plan.rule.inputs:
        period = BEFORE if given.time == "prev" else str(YEAR)
        exact, unit = amounts[given.name], m.measures[given.ref].unit
        text, node = format(store(exact, 12), "f"), f"{region}#{given.name}"
        cells.put(Cell(given.ref, region, period, KEY, State.VALUE, exact, text, unit, base_unit=unit, node=node))


@cache
def results() -> Mapping[str, Interval]:
    """Check → the smallest and largest figure that its rule gives, all corners of all checks in one run of the engine."""
    m, cells = index_scheme(), Cells()
    places: dict[str, set[str]] = {}
    for name, check in RUN.items():
        for i, corner in enumerate(corners(check)):
            amounts = {given: worth(check, text, corner) for given, text in inputs(check).items()}
            put(cells, m, check["rule"], f"{name}.{i}", amounts)
            places.setdefault(check["rule"], set()).add(f"{name}.{i}")
    steps = [
        Step(p, {}, [dict(KEY)], frozenset((region, KEY) for region in places[p.rule.id])) for p in m.plans if p.rule.id in places
    ]
    regions = sorted(region for found in places.values() for region in found)
    task = Task(SCHEME, "CNY", steps, regions, str(YEAR), m.measures, Lookup(load(SHIPPED), {}, ()), cells)
    outcome = execute(task)
    assert not outcome.findings
    made: dict[str, Interval] = {}
    for name, check in RUN.items():
        output = next(p.rule.output for p in m.plans if p.rule.id == check["rule"])
        found = [c.exact for i in range(len(corners(check))) if (c := cells.get(output, f"{name}.{i}", str(YEAR), KEY))]
        values = [v for v in found if v is not None]
        assert len(values) == len(corners(check)), name
        made[name] = min(values), max(values)
    return made


def meet(a: Interval, b: Interval) -> bool:
    return a[0] <= b[1] and b[0] <= a[1]


def printed(check: Row) -> Interval:
    return around(FIGURES[check["source"], check["region"], check["year"], check["item"], check["ecosystem"]])


@pytest.mark.parametrize("name", RUN)
def test_the_rule_gives_the_printed_index_unless_its_source_is_at_fault(name: str) -> None:
    held = meet(results()[name], printed(RUN[name]))
    assert held == (RUN[name]["verdict"] == "holds"), (name, [float(x) for x in (*results()[name], *printed(RUN[name]))])


def test_eleven_of_fifteen_hold_and_four_are_faults_of_their_sources() -> None:
    checks = {name: r for name, r in RUN.items() if r["kind"] == "check"}
    missed = {name for name, r in checks.items() if not meet(results()[name], printed(r))}
    assert (len(checks), len(missed)) == (15, 4)
    assert missed == {"china-share-wetland", "china-share-forest", "china-share-grassland", "hainan-per-km2-2019"}
    assert {name for name, r in CHECKS.items() if r["verdict"] == "source_fault"} == missed


def test_every_printed_index_is_accounted_for() -> None:
    """Each index of the figures is recomputed, or it is said what is lacking; nothing is checked that is not printed."""
    wanted = Counter(name for name, r in FIGURES.items() if r["account"] == "index")
    told = Counter(
        (r["source"], r["region"], r["year"], r["item"], r["ecosystem"]) for r in CHECKS.values() if r["kind"] != "footing"
    )
    assert wanted == told
    assert {r["verdict"] for r in CHECKS.values()} == {"holds", "source_fault", "no_input"}
    for r in CHECKS.values():
        assert bool(r["inputs"]) == (r["verdict"] != "no_input"), r["id"]
        assert r["verdict"] == "holds" or (r["zh"] and r["en"]), r["id"]
    assert {name[0] for name in FIGURES} == {r["source"] for r in rows("sources.csv")}


@pytest.mark.parametrize("name", FOOTINGS)
def test_printed_parts_foot(name: str) -> None:
    check = FOOTINGS[name]
    gaps = [worth(check, inputs(check)["left"], at) - worth(check, inputs(check)["right"], at) for at in corners(check)]
    assert min(gaps) <= 0 <= max(gaps)


def test_the_three_shares_of_ecosystems_are_of_one_smaller_total() -> None:
    """28.08 ÷ 42.4 %, 19.89 ÷ 30.0 % and 10.66 ÷ 16.1 % meet where forest begins and wetland ends: 19.885 ÷ 30.05 % = 66.17,
    28.085 ÷ 42.35 % = 66.32. That is less than GEP, 72.81, by what is cultural and was not split."""
    totals = []
    for e in ("wetland", "forest", "grassland"):
        (low, high), (least, most) = (around(FIGURES["ma2017", "中国(31省)", "2015", i, e]) for i in ("ES_total", "share_of_GEP"))
        totals.append((low / most, high / least))
    low, high = max(t[0] for t in totals), min(t[1] for t in totals)
    assert [round(float(x) / 1e12, 2) for x in (low, high)] == [66.17, 66.32]
    assert high < around(FIGURES["ma2017", "中国(31省)", "2015", "GEP", "total"])[0]


def test_the_area_of_the_park_is_not_the_same_in_two_years() -> None:
    """Between 4,398 and 4,495 km² in 2019, between 4,230 and 4,319 km² in 2020: no area satisfies both."""
    areas = []
    for source, year in (("hainan2021", "2019"), ("hainan2023", "2020")):
        gep, per = (around(FIGURES[source, "海南热带雨林国家公园", year, i, "total"]) for i in ("GEP", "GEP_per_km2"))
        areas.append((gep[0] / per[1] / 10**6, gep[1] / per[0] / 10**6))
    assert [[round(float(x)) for x in a] for a in areas] == [[4398, 4495], [4230, 4319]]


def test_the_definition_of_geep_gives_back_the_gdp_it_was_solved_for() -> None:
    """GEEP/GDP rests on GDP = GEEP + pollution + degradation − regulating; the rule of GEEP must say the same."""
    check = RUN["china-geep-over-gdp"]
    m, cells = index_scheme(), Cells()
    point = {name: sum(around(FIGURES[name]), Fraction(0)) / 2 for name in named(check)}
    at = {name[3]: amount for name, amount in point.items()}
    amounts = {
        "gdp": worth(check, inputs(check)["gdp"], point), "pollution": at["pollution_loss_cost"],
        "degradation": at["ecological_damage_cost"], "regulating": at["regulating_total"],
    }  # fmt: skip
    put(cells, m, "indices.geep", "china", amounts)
    plan = next(p for p in m.plans if p.rule.id == "indices.geep")
    step = Step(plan, {}, [dict(KEY)])
    execute(Task(SCHEME, "CNY", [step], ["china"], str(YEAR), m.measures, Lookup(load(SHIPPED), {}, ()), cells))
    made = cells.get("geep", "china", str(YEAR), KEY)
    assert made is not None
    assert made.exact == at["GEEP"] == Fraction("122.78") * 10**12
