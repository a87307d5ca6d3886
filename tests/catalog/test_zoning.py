"""The zone scheme of a book, and the rules that bring figures down to zones, made from the lines of a scheme."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.base.records import Code, Names
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.valuation import value_rules
from gep.catalog.zoning import ALL_ZONES, classes_of, key_id, with_zones, without_zone, zone_id, zone_rules
from gep.rules.plan import build

RING = {"Z1": Code("ring", "Z1", Names("一区", "Zone 1"))}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    made = load(data_root() / "coefficients")
    return replace(made, codes={**made.codes, "ring": RING})


def refused(catalog: Catalog, scheme: str) -> Any:
    with pytest.raises(Refused) as caught:
        with_zones(catalog, scheme)
    (told,) = caught.value.findings
    return told


def test_zones_take_their_codes_from_the_scheme_the_book_names(catalog: Catalog) -> None:
    assert with_zones(catalog, "") is catalog
    made = with_zones(catalog, "ring")
    assert made.codes["zone"] == RING
    assert made.codes["ring"] == RING
    named = replace(catalog, codes={**catalog.codes, "zone": RING})
    assert with_zones(named, "zone") is named


def test_a_scheme_that_is_not_there_is_told(catalog: Catalog) -> None:
    told = refused(catalog, "rings")
    assert (told.code, str(told.severity), told.found) == ("ZONE-SCHEME-UNKNOWN", "stop", "rings")
    assert told.expected.split(", ")[0] == "ring"
    assert told.place.text() == "book.toml:zone_scheme [rings]"
    assert told.text("zh") == "book.toml 的 zone_scheme 为 rings,目录中没有这个代码表。"
    assert refused(catalog, "zone").code == "ZONE-SCHEME-UNKNOWN"


def test_two_schemes_of_zones_are_told(catalog: Catalog) -> None:
    both = replace(catalog, codes={**catalog.codes, "zone": RING})
    assert refused(both, "ring").code == "ZONE-SCHEME-TWO"


def test_one_rule_for_every_quantity_and_value(catalog: Catalog) -> None:
    scheme = replace(catalog.schemes["garze-2017"], allocation={"crop_products": ("farmland",)})
    _, values = value_rules(catalog, scheme)
    made = zone_rules(catalog, scheme, values)
    rules = {r.id: r for r in made.shares}
    # a value-only line has no quantity of its own; a physical one has no value
    assert {r.partition(".")[2] for r in rules} == {
        *(line.measure for s in scheme.services for line in s.lines if not line.value_only), *values
    }  # fmt: skip
    rule = rules["zone.value.crop_net_output"]
    assert (rule.kind, rule.expression, rule.output) == ("allocate", "whole * here / everywhere", rule.id)
    assert [(i.name, i.ref, i.grain) for i in rule.inputs] == [
        ("whole", "value.crop_net_output", ("region",)),
        ("here", "zone_key_area.crop_products", ("region", "zone")),
        ("everywhere", "zones_key_area.crop_products", ("region",)),
    ]
    assert made.keys == {"crop_products": ("farmland",)}
    assert "crop_products" not in made.unkeyed
    assert "water_retention" in made.unkeyed
    # what nobody declared has measures, so that its zones can stand there, and no rule
    assert {r.id for r in made.areas} == {ALL_ZONES, key_id("crop_products"), key_id("crop_products", everywhere=True)}
    assert key_id("water_retention") in made.measures


def test_a_figure_by_ecosystem_reads_the_areas_of_that_class(catalog: Catalog) -> None:
    line = next(m for m in catalog.measures.values() if m.dims == ("ecosystem",) and m.account.get("service"))
    scheme = catalog.schemes["garze-2017"]
    service = replace(scheme.services[0], lines=(replace(scheme.services[0].lines[0], measure=line.id, value_only=False),))
    made = zone_rules(catalog, replace(scheme, services=(service,), allocation={}), {})
    (rule,) = made.shares
    assert [(i.name, i.ref, i.grain) for i in rule.inputs] == [
        ("whole", line.id, ("region", "ecosystem")),
        ("here", "zone_area", ("region", "zone", "ecosystem")),
        ("everywhere", ALL_ZONES, ("region", "ecosystem")),
    ]
    assert made.unkeyed == ()
    measure = made.measures[zone_id(line.id)]
    assert (measure.dims, measure.unit, measure.account) == (("ecosystem", "zone"), line.unit, line.account)
    assert (measure.lower, measure.upper) == (None, None)


def test_every_rule_of_every_shipped_profile_can_be_planned(catalog: Catalog) -> None:
    for scheme in (s for s in catalog.schemes.values() if s.kind == "gep_profile" and s.status == "enabled"):
        _, values = value_rules(catalog, scheme)
        allocation = {s.id: ("*",) for s in scheme.services}
        made = zone_rules(catalog, replace(scheme, allocation=allocation), values)
        measures = {**catalog.measures, **values, **made.measures}
        plans = [build(r, measures) for r in (*made.areas, *made.shares)]
        assert all(not p.products for p in plans if p.rule.kind == "allocate")  # exact: no row is summed in binary


def test_what_a_scheme_means_by_its_classes(catalog: Catalog) -> None:
    there = ("forest.needleleaf", "shrub", "wetland.lake")
    assert classes_of(catalog.codes, ("*",), there) == there
    assert classes_of(catalog.codes, ("forest", "wetland.lake"), there) == ("forest.needleleaf", "wetland.lake")
    assert classes_of(catalog.codes, ("desert",), there) == ()


def test_the_key_of_the_figure_a_zone_is_a_part_of() -> None:
    assert without_zone((("ecosystem", "forest"), ("zone", "Z1"))) == (("ecosystem", "forest"),)
