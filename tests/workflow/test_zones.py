"""Figures brought down to zones by area: worked by hand, and what is done where an area, a class or a declaration is lacking.

The place: county A has two zones and three classes. Forest 100 km² (Z1 30, Z2 70), wetland 5 km² (all in Z1; nothing is returned
for Z2), farmland 40 km² (Z1 10, Z2 30). Its city also holds county B.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.data import data_root
from gep.base.findings import Finding
from gep.base.records import (
    Code,
    Fact,
    Input,
    Line,
    Measure,
    Names,
    Origin,
    Parameter,
    Region,
    Rule,
    Scheme,
    Service,
    State,
    key_of,
)
from gep.base.rounding import store
from gep.base.terms import Constant
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.zoning import with_zones
from gep.explain.again import inputs_of, read, work_out
from gep.explain.trail import Below
from gep.workflow import accounts
from gep.workflow.accounts import Figure
from gep.workflow.compute import Computation, compute
from gep.workflow.zone_rows import zone_figures

YEAR, CITY, A, B = 2020, "990100", "990101", "990102"
REGIONS = {
    CITY: Region(CITY, "", "city", Names("市", "City")),
    A: Region(A, CITY, "county", Names("甲县", "A")),
    B: Region(B, CITY, "county", Names("乙县", "B")),
}
WATER, ENERGY, CROPS = "water_retention", "eco_energy", "crop_products"


def _measure(name: str, unit: str, dims: tuple[str, ...], service: str) -> Measure:
    account = {"service": f"={service}"} | ({"ecosystem": "ecosystem"} if dims else {})
    names = Names(name, name)
    return Measure(name, names, "flow", unit, Decimal("0.000001"), Decimal("0.01"), dims, signed=True, account=account)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """The shipped catalogue with a profile of three lines: water by ecosystem (priced 2 yuan), energy (3 yuan), crops (value)."""
    shipped = load(data_root() / "coefficients")
    measures = [
        _measure("water", "m3", ("ecosystem",), WATER), _measure("energy", "kWh", (), ENERGY), _measure("crops", "CNY", (), CROPS)
    ]  # fmt: skip
    prices = {
        name: tuple(
            Parameter(name, (), "", Decimal(value), f"元@{year}/{unit}", "expert", "paper", "", "toy",
                      valid_from=date(year, 1, 1), valid_to=date(year, 12, 31))
            for year, value in ((YEAR, value), (2015, "1"))
        )
        for name, unit, value in (("water_price", "m3", "2"), ("energy_price_toy", "kWh", "3"))
    }  # fmt: skip
    services = (
        Service(WATER, "regulating", (Line("water", "water_price", domain={"ecosystem": ("forest", "wetland")}, floor="zero"),)),
        Service(ENERGY, "material", (Line("energy", "energy_price_toy"),)),
        Service(CROPS, "material", (Line("crops", value_only=True),)),
    )
    scheme = Scheme(
        "toy", "gep_profile", Names("玩具", "Toy"), "1", "enabled", "", "paper", (), ("toy",), services,
        allocation={ENERGY: ("*",), CROPS: ("farmland",)}, file="local/schemes/toy.toml",
    )  # fmt: skip
    rings = {z: Code("ring", z, Names(f"{z}区", f"Zone {z}")) for z in ("Z1", "Z2", "Z3")}
    made = replace(
        shipped,
        measures={**shipped.measures, **{m.id: m for m in measures}},
        parameters={**shipped.parameters, **prices},
        schemes={**shipped.schemes, "toy": scheme},
        codes={**shipped.codes, "ring": rings},
    )
    return with_zones(made, "ring")


def fact(measure: str, amount: str | None, unit: str, region: str = A, state: State = State.VALUE, **key: str) -> Fact:
    value = None if amount is None else Decimal(amount)
    made = key_of(key)
    return Fact(measure, region, str(YEAR), made, state, value, unit, Origin("r.csv", "0" * 64, 2), exact=True, reason="why")


def zone(code: str, ecosystem: str, amount: str | None, region: str = A, state: State = State.VALUE) -> Fact:
    return fact("zone_area", amount, "km2", region, state, zone=code, ecosystem=ecosystem)


def extent(ecosystem: str, amount: str, region: str = A) -> Fact:
    return fact("ecosystem_area", amount, "km2", region, ecosystem=ecosystem)


def amounts(region: str = A, forest: str = "1000", wetland: str = "-9", energy: str = "29", crops: str = "777") -> list[Fact]:
    return [
        fact("water", forest, "m3", region, ecosystem="forest"), fact("water", wetland, "m3", region, ecosystem="wetland"),
        fact("energy", energy, "kWh", region), fact("crops", crops, "CNY", region),
    ]  # fmt: skip


EXTENTS = [extent("forest", "100"), extent("wetland", "5"), extent("farmland", "40")]
ZONES = [
    zone("Z1", "forest", "30"), zone("Z2", "forest", "70"), zone("Z1", "wetland", "5"),
    zone("Z1", "farmland", "10"), zone("Z2", "farmland", "30"),
]  # fmt: skip


def run(catalog: Catalog, facts: Iterable[Fact], leaves: tuple[str, ...] = (A,)) -> Computation:
    return compute(catalog, "toy", YEAR, list(facts), REGIONS, leaves)


def rows(c: Computation) -> list[Figure]:
    wholes = [*accounts.physical(c, REGIONS), *accounts.value(c, REGIONS)]
    return [*wholes, *zone_figures(c, wholes)]


def shown(c: Computation, column: str, **wanted: str) -> dict[str, object]:
    """zone -> amount of the rows that fit, or the state of a row without one."""
    fits = [f for f in rows(c) if column in f.row and all(f.row.get(n) == v for n, v in wanted.items())]
    assert len({f.address.text() for f in fits}) == len(fits)
    return {str(f.row["zone"]): f.row[column] if f.row[column] is not None else f.row["state"] for f in fits}


def told(c: Computation, code: str) -> list[Finding]:
    return [f for f in c.findings if f.code == code]


def zone_codes(c: Computation) -> set[str]:
    return {f.code for f in c.findings if f.code.startswith("ZONE")}


# ---- by hand


def test_a_figure_of_a_class_falls_to_the_zones_by_the_area_of_that_class(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES])
    # 1000 × 30/100, 1000 × 70/100
    forest = {"service": WATER, "ecosystem": "forest"}
    assert shown(c, "quantity", **forest, unit="m3", state="value")["Z1"] == Decimal("300.000000")
    physical = {f.row["zone"]: f for f in rows(c) if f.address.view == "physical_account" and f.row["ecosystem"] == "forest"}
    assert {z: f.row["quantity"] for z, f in physical.items()} == {"-": 1000, "Z1": 300, "Z2": 700}
    assert {z: f.row["allocated"] for z, f in physical.items()} == {"-": False, "Z1": True, "Z2": True}
    assert physical["Z1"].row["method_id"] == "zone.water@1"
    assert physical["Z1"].address.text() == f"physical_account/{A}/2020/{WATER}/-/-/forest/zone=Z1/profile=toy"
    # 1000 m³ × 2 yuan = 2000; × 30/100 = 600
    assert shown(c, "value", **forest) == {"-": 2000, "Z1": 600, "Z2": 1400}
    assert shown(c, "price", **forest) == {"-": 2, "Z1": 2, "Z2": 2}
    assert zone_codes(c) == set()


def test_a_deficit_keeps_its_sign_in_a_zone_and_is_not_valued(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES])
    deficit = {f.row["zone"]: f for f in rows(c) if f.row["ecosystem"] == "wetland" and f.address.view == "physical_account"}
    # all 5 km² lie in Z1; nothing was returned for Z2, and the zones make up the extent, so it has none: -9 × 0/5
    assert {z: f.row["quantity"] for z, f in deficit.items()} == {"-": -9, "Z1": -9, "Z2": 0}
    values = {f.row["zone"]: f.row for f in rows(c) if f.row["ecosystem"] == "wetland" and f.address.view == "value_account"}
    assert {z: (r["quantity"], r["value"], r["state"]) for z, r in values.items()} == {
        "-": (0, 0, "value"), "Z1": (0, 0, "value"), "Z2": (0, 0, "value")
    }  # fmt: skip


def test_a_figure_of_no_class_falls_by_the_area_of_the_classes_the_scheme_names(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES])
    # crops by farmland: 777 × 10/40 = 194.25; energy by all land: 29 kWh × 45/145 = 9, value 87 × 45/145 = 27
    assert shown(c, "value", service=CROPS) == {"-": 777, "Z1": Decimal("194.25"), "Z2": Decimal("582.75")}
    assert shown(c, "value", service=ENERGY) == {"-": 87, "Z1": 27, "Z2": 60}
    physical = {f.row["zone"]: f.row["quantity"] for f in rows(c) if f.address.view == "physical_account" and f.service == ENERGY}
    assert physical == {"-": 29, "Z1": 9, "Z2": 20}


def test_values_at_constant_prices_come_to_zones_too(catalog: Catalog) -> None:
    toy = catalog.schemes["toy"]
    scheme = replace(toy, constant=Constant(2015, "convert_then_deflate"), services=toy.services[:2])
    at_2015 = replace(catalog, schemes={**catalog.schemes, "toy": scheme})
    c = run(at_2015, [*amounts()[:3], *EXTENTS, *ZONES])
    # at the price of 2015, 1 yuan: 1000 × 30/100
    assert shown(c, "value", ecosystem="forest", price_basis="constant:2015") == {"-": 1000, "Z1": 300, "Z2": 700}
    assert shown(c, "value", ecosystem="forest", price_basis="current") == {"-": 2000, "Z1": 600, "Z2": 1400}


def test_the_zones_of_a_city_are_the_sums_over_its_counties(catalog: Catalog) -> None:
    others = [*amounts(B, forest="10", wetland="2", energy="4", crops="5"), extent("forest", "8", B), extent("wetland", "1", B)]
    others += [extent("farmland", "2", B), zone("Z2", "forest", "8", B), zone("Z2", "wetland", "1", B)]
    others += [zone("Z3", "farmland", "2", B)]
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES, *others], (A, B))
    values = [f for f in rows(c) if f.address.view == "value_account"]
    total = {(f.row["region_code"], f.row["zone"]): f.row["gep"] for f, _ in accounts.totals(c, REGIONS, values)}
    # A: water 2000 + 0, energy 87, crops 777; B: water 20 + 4, energy 12, crops 5
    assert total[A, "-"] == 2864
    assert total[B, "-"] == 41
    assert total[CITY, "-"] == 2905
    # B has no zone Z1 at all: its Z2 holds all water and 9/11 of the energy, its Z3 the crops and 2/11
    assert (B, "Z1") not in total
    assert total[B, "Z2"] == 24 + store(Fraction(12 * 9, 11), 4)
    assert total[B, "Z3"] == 5 + store(Fraction(12 * 2, 11), 4)
    assert total[CITY, "Z1"] == total[A, "Z1"]
    assert total[CITY, "Z2"] == total[A, "Z2"] + total[B, "Z2"]  # type: ignore[operator]
    assert total[CITY, "Z3"] == total[B, "Z3"]


# ---- adding up, tracing


AREA = st.integers(0, 10**7).map(lambda n: Decimal(n).scaleb(-2))


@given(st.tuples(AREA, AREA, AREA), st.decimals(-(10**9), 10**9, places=3))
def test_zones_differ_from_their_figure_by_their_rounding_at_most(catalog: Catalog, areas: Any, amount: Decimal) -> None:
    given_areas = [zone(z, "forest", str(a)) for z, a in zip(("Z1", "Z2", "Z3"), areas, strict=True)]
    facts = [*amounts(forest=str(amount), wetland="0"), *given_areas, extent("forest", str(sum(areas))), extent("wetland", "0")]
    c = run(catalog, [*facts, extent("farmland", "1"), zone("Z1", "farmland", "1")])
    for column, places, view in (("quantity", 6, "physical_account"), ("value", 4, "value_account")):
        found = {f.row["zone"]: f.row[column] for f in rows(c) if f.address.view == view and f.row["ecosystem"] == "forest"}
        whole = found.pop("-")
        if sum(areas) == 0:
            assert set(found.values()) == {None}
            continue
        assert abs(sum(found.values()) - whole) <= Decimal(3) * Decimal(1).scaleb(-places) / 2  # type: ignore[arg-type, operator]


def test_every_figure_of_a_zone_is_worked_out_again_from_its_trace(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(forest="1000.5", energy="1"), *EXTENTS, *ZONES])
    zoned = [f for f in rows(c) if f.row["zone"] != "-"]
    assert len(zoned) == 2 * (3 + 4)
    for f in zoned:
        node: Any = c.nodes[f.node]
        again = work_out(read(node["expression"]), inputs_of(node, c.nodes))
        assert format(store(again, node["places"]), "f") == node["result"]
        for below in (a["node"] for a in node["arguments"]):
            assert below in c.nodes


def test_the_parameters_of_a_zone_stand_under_the_figure_of_the_region(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES])
    below = Below(c.nodes, {})
    used = {f.row["zone"]: [p["parameter"] for p in below.parameters("x", f.node)] for f in rows(c) if f.service == ENERGY}
    assert used == {"-": ["energy_price_toy"], "Z1": [], "Z2": []}


def test_the_rules_of_the_zones_are_frozen_with_the_others(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES])
    plans = {p.rule.id: p for p in c.method.every}
    assert plans["zone.water"].rule.kind == "allocate"
    assert plans["zone.value.water"].rule.expression == "whole * here / everywhere"
    assert "domain ecosystem farmland" in plans["zone_key_area.crop_products"].text()


# ---- what is lacking


def test_a_book_without_zones_or_areas_has_no_rows_of_zones(catalog: Catalog) -> None:
    without = replace(catalog, codes={k: v for k, v in catalog.codes.items() if k != "zone"})
    assert {f.row["zone"] for f in rows(run(without, [*amounts(), *EXTENTS]))} == {"-"}
    assert zone_codes(run(without, [*amounts(), *EXTENTS])) == set()
    c = run(catalog, [*amounts(), *EXTENTS])
    assert {f.row["zone"] for f in rows(c)} == {"-"}
    (note,) = told(c, "ZONE-NONE")
    assert (str(note.severity), note.text("en")) == (
        "note", "toy: no region returned areas of zones (zone_area) for 2020; the accounts have no rows of zones."
    )  # fmt: skip


def test_a_county_without_areas_beside_one_with_them_is_asked_for(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *amounts(B), *EXTENTS, *ZONES, extent("forest", "1", B), extent("wetland", "1", B)], (A, B))
    assert {f.row["zone"] for f in rows(c) if f.row["region_code"] == B} == {"-"}
    (query,) = told(c, "ZONE-REGION-NONE")
    assert (str(query.severity), query.found, query.place.key) == ("query", B, f"zone_area/{B}/2020/-")
    assert "the totals of zones of the regions above are without it" in query.text("en")


def test_zones_of_a_region_above_are_told_and_not_read(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, *ZONES, zone("Z1", "forest", "30", CITY)])
    (query,) = told(c, "ZONE-REGION-UNREAD")
    assert (str(query.severity), query.found) == ("query", CITY)
    assert {f.row["region_code"] for f in rows(c)} == {A}


def test_zones_that_do_not_make_up_the_extent_are_told_and_still_add_up(catalog: Catalog) -> None:
    extents = [extent("forest", "99"), *EXTENTS[1:]]
    c = run(catalog, [*amounts(), *extents, *ZONES])
    (query,) = told(c, "ZONE-AREA-DIFFERS")
    assert (str(query.severity), query.found, query.expected, query.difference) == ("query", "100000000", "99000000", "1000000")
    assert f"ecosystem_area/{A}/2020/ecosystem:forest" in query.figures
    assert f"zone_area/{A}/2020/ecosystem:forest;zone:Z2" in query.figures
    assert shown(c, "value", service=WATER, ecosystem="forest") == {"-": 2000, "Z1": 600, "Z2": 1400}


def test_areas_typed_with_few_digits_agree_within_their_rounding(catalog: Catalog) -> None:
    """29.95 … 30.05 and 69.95 … 70.05 make 99.9 … 100.1, which 100.04 (exact) lies in; 100.2 does not."""
    loose = [replace(f, exact=False, amount=Decimal(f"{f.amount}.0")) for f in ZONES[:2]]
    for whole, expected in (("100.04", set()), ("100.2", {"ZONE-AREA-DIFFERS"})):
        c = run(catalog, [*amounts(), extent("forest", whole), *EXTENTS[1:], *loose, *ZONES[2:]])
        assert zone_codes(c) == expected


def test_a_zone_that_was_not_returned_is_unknown_where_the_others_leave_a_rest(catalog: Catalog) -> None:
    c = run(catalog, [*amounts(), *EXTENTS, zone("Z1", "forest", "30"), *ZONES[2:]])  # 70 km² of forest lie in no zone
    (query,) = told(c, "ZONE-AREA-LACKING")
    assert (str(query.severity), query.found, query.expected) == ("query", "Z2", "100000000")
    # not even the zone that was returned has a figure: its part of the whole is not known
    assert shown(c, "value", service=WATER, ecosystem="forest") == {"-": 2000, "Z1": "not_available", "Z2": "not_available"}
    assert shown(c, "value", service=ENERGY) == {"-": 87, "Z1": "not_available", "Z2": "not_available"}  # by all land
    assert shown(c, "value", service=CROPS)["Z1"] == Decimal("194.25")  # by farmland, which is complete


def test_an_area_returned_as_unknown_makes_the_zones_of_its_class_unknown(catalog: Catalog) -> None:
    unknown = zone("Z2", "forest", None, state=State.NOT_AVAILABLE)
    c = run(catalog, [*amounts(), *EXTENTS, ZONES[0], unknown, *ZONES[2:]])
    assert shown(c, "value", service=WATER, ecosystem="forest") == {"-": 2000, "Z1": "not_available", "Z2": "not_available"}


def test_a_service_nobody_said_how_to_bring_down_is_not_available_in_zones(catalog: Catalog) -> None:
    scheme = replace(catalog.schemes["toy"], allocation={CROPS: ("farmland",)})
    c = run(replace(catalog, schemes={**catalog.schemes, "toy": scheme}), [*amounts(), *EXTENTS, *ZONES])
    assert shown(c, "value", service=ENERGY) == {"-": 87, "Z1": "not_available", "Z2": "not_available"}
    (note,) = told(c, "ZONE-UNALLOCATED")
    assert (str(note.severity), note.found) == ("note", ENERGY)
    values = [f for f in rows(c) if f.address.view == "value_account"]
    made = {f.row["zone"]: f.row for f, _ in accounts.totals(c, REGIONS, values) if f.row["region_code"] == A}
    assert made["-"]["gep"] == 2864
    assert [(made[z]["gep"], made[z]["missing"], made[z]["regulating"]) for z in ("Z1", "Z2")] == [
        (None, 1, 600),
        (None, 1, 1400),
    ]
    node: Any = c.nodes[next(f.node for f in values if f.row["zone"] == "Z1" and f.service == ENERGY)]
    assert "zone_key_area.eco_energy" in node["reason"]
    for name, key in (("zone_key_area", "zone:Z1"), ("zones_key_area", "-")):
        cell: Any = c.nodes[f"cell:{name}.{ENERGY}/{A}/2020/{key}"]
        assert cell["reason"] == f"[allocation] of the scheme does not say by which ecosystems {ENERGY} is brought down"


@pytest.mark.parametrize(
    ("amount", "state", "codes"), [("0", "not_applicable", set()), ("29", "not_available", {"ZONE-NO-AREA"})]
)
def test_an_amount_that_no_zone_has_an_area_for(catalog: Catalog, amount: str, state: str, codes: set[str]) -> None:
    scheme = replace(catalog.schemes["toy"], allocation={ENERGY: ("desert",), CROPS: ("farmland",)})
    bare = replace(catalog, schemes={**catalog.schemes, "toy": scheme})
    c = run(bare, [*amounts(energy=amount), *EXTENTS, *ZONES, extent("desert", "0")])
    assert shown(c, "value", service=ENERGY) == {"-": Decimal(amount) * 3, "Z1": state, "Z2": state}
    assert zone_codes(c) == codes
    for f in told(c, "ZONE-NO-AREA"):  # the quantity is told once, not its value as well
        assert (f.place.key, f.found) == (f"energy/{A}/2020/-", "29 kWh")


@pytest.mark.parametrize("state", [State.NOT_AVAILABLE, State.NOT_APPLICABLE])
def test_the_state_of_a_figure_is_that_of_its_zones(catalog: Catalog, state: State) -> None:
    facts: list[Fact] = [f for f in amounts() if f.measure != "energy"]
    c = run(catalog, [*facts, fact("energy", None, "kWh", state=state), *EXTENTS, *ZONES])
    assert shown(c, "value", service=ENERGY) == {z: str(state) for z in ("-", "Z1", "Z2")}


def test_an_allocation_by_what_there_is_not_stops(catalog: Catalog) -> None:
    slips = MappingProxyType({ENERGY: ("forst",), "energi": ("*",), CROPS: ("farmland",)})
    scheme = replace(catalog.schemes["toy"], allocation=slips)
    c = run(replace(catalog, schemes={**catalog.schemes, "toy": scheme}), [*amounts(), *EXTENTS, *ZONES])
    found = {f.found: f for f in told(c, "ZONE-ALLOCATION-CODE")}
    assert set(found) == {"forst", "energi"}
    assert all(str(f.severity) == "stop" for f in found.values())
    assert "forest" in found["forst"].expected
    assert found["energi"].text("zh") == "方案 toy 的 [allocation] 写有 energi,服务中没有。"


def test_a_parent_class_stands_for_those_below_it(catalog: Catalog) -> None:
    scheme = replace(catalog.schemes["toy"], allocation={ENERGY: ("wetland",), CROPS: ("farmland",)})
    finer: list[Fact] = [extent("wetland.lake", "4"), zone("Z1", "wetland.lake", "1"), zone("Z2", "wetland.lake", "3")]
    facts = [f for f in (*amounts(), *EXTENTS, *ZONES) if dict(f.key).get("ecosystem") != "wetland" or f.measure == "water"]
    c = run(replace(catalog, schemes={**catalog.schemes, "toy": scheme}), [*facts, *finer])
    assert shown(c, "value", service=ENERGY) == {"-": 87, "Z1": Decimal("21.75"), "Z2": Decimal("65.25")}


def test_an_allocate_rule_of_a_profile_gives_figures_as_a_compute_rule_does(catalog: Catalog) -> None:
    """Crops are returned for the county and brought down to forest and wetland by their areas: 777 × 100/105 and × 5/105."""
    by_class = _measure("crops_by_class", "CNY", ("ecosystem",), CROPS)
    inputs = (
        Input("whole", "measure", "crops", ("region",), "CNY"),
        Input("here", "measure", "ecosystem_area", ("region", "ecosystem"), "m2"),
        Input("everywhere", "measure", "lake_area", ("region",), "m2"),
    )
    rule = Rule(
        "toy.split", "1", "allocate", Names("分", "Split"), "crops_by_class", ("region", "ecosystem"),
        "whole * here / everywhere", inputs, "paper", "", domain={"ecosystem": ("forest", "wetland")},
    )  # fmt: skip
    scheme = replace(
        catalog.schemes["toy"], rules=("toy.split",), services=(Service(CROPS, "material", (Line("crops_by_class", value_only=True),)),)
    )  # fmt: skip
    made = replace(
        catalog,
        measures={**catalog.measures, "crops_by_class": by_class},
        rules={**catalog.rules, "toy.split": (rule,)},
        schemes={**catalog.schemes, "toy": scheme},
    )
    facts = [fact("crops", "777", "CNY"), *EXTENTS, fact("lake_area", "105", "km2")]
    c = run(made, facts)
    assert shown(c, "value", ecosystem="forest") == {"-": 740}
    assert shown(c, "value", ecosystem="wetland") == {"-": 37}
    assert [f.code for f in c.findings if str(f.severity) == "stop"] == []  # the parts are not asked for
    # nothing to bring it down by: an amount is not known anywhere, nothing is nothing
    for amount, state in (("777", "not_available"), ("0", "not_applicable")):
        none = [fact("crops", amount, "CNY"), extent("forest", "0"), extent("wetland", "0"), fact("lake_area", "0", "km2")]
        assert shown(run(made, none), "value", ecosystem="forest") == {"-": state}
