"""The example city changed in ways of which the effect is known without computing it: scale, units, order, places, names."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from gep.base.records import Fact, Region
from gep.base.units import parse_unit
from gep.book import Book
from gep.catalog.record import Catalog
from gep.catalog.resolve import valid
from gep.workflow import accounts
from gep.workflow.compute import compute
from gep.workflow.run import at_leaves
from gep.workflow.submit import Holdings, holdings
from tests.ready import Ready

YEAR, PROFILE = 2018, "sample"
LAND = ("ecosystem_area", "lake_area_by_zone", "marsh_area", "administrative_area")
PER_AREA = {
    ("water_retention", "-"), ("soil_retention", "retained_soil"), ("soil_retention", "silt"), ("soil_retention", "nitrogen"),
    ("soil_retention", "phosphorus"), ("carbon_sequestration", "-"), ("oxygen_release", "-"), ("climate_regulation", "transpiration"),
    ("negative_oxygen_ions", "generated"), ("negative_oxygen_ions", "above_threshold"), ("flood_mitigation", "vegetation"),
    ("flood_mitigation", "marsh"),
}  # fmt: skip
NOT_LAND = {"crop_products", "forestry_products", "livestock_products", "fishery_products", "eco_energy", "water_supply",
            "tourism_recreation", "leisure", "landscape_premium", "water_purification"}  # fmt: skip

Key = tuple[str, str, str, str, str]  # region, service, benefit, product, ecosystem
Rows = dict[Key, tuple[str, Decimal | None]]


@dataclass(frozen=True)
class Figures:
    physical: Rows
    value: Rows


@dataclass(frozen=True)
class City:
    """The book's content of one year, to be changed and computed again."""

    catalog: Catalog
    regions: Mapping[str, Region]
    leaves: tuple[str, ...]
    facts: tuple[Fact, ...]
    records: Mapping[str, pa.Table]  # as returned: at townships

    def figures(self) -> Figures:
        records = {n: at_leaves(t, self.regions, self.leaves) for n, t in self.records.items()}
        c = compute(self.catalog, PROFILE, YEAR, self.facts, self.regions, self.leaves, records=records)
        assert [f for f in c.findings if f.severity == "stop"] == []
        tables = []
        for rows, amount in ((accounts.physical(c, self.regions), "quantity"), (accounts.value(c, self.regions), "value")):
            found: Rows = {}
            for f in (f for f in rows if f.row.get("price_basis", "current") == "current"):
                key = tuple(str(f.row[k]) for k in ("region_code", "service", "benefit", "product", "ecosystem"))
                found[key] = (str(f.row["state"]), f.row[amount])  # type: ignore[index, assignment]
            tables.append(found)
        return Figures(*tables)


@pytest.fixture(scope="module")
def city(ready: Ready) -> City:
    book = ready.book("sample-city")
    return _of(book, holdings(book))


def _of(book: Book, held: Holdings) -> City:
    regions = book.config.regions
    leaves = tuple(c for c in book.config.leaves if valid(regions[c].valid_from, regions[c].valid_to, YEAR))
    # without zones, constant prices and spread: they have proofs of their own, and take half of the time here
    schemes = book.catalog.schemes
    plain = replace(schemes[PROFILE], constant=None, uncertainty=None)
    facts = tuple(f for f in held.facts if f.period[:4] == str(YEAR) and not f.measure.startswith("zone_"))
    records = {n: t.filter(pc.equal(t["period"], str(YEAR))) for n, t in held.records.items()}
    return City(replace(book.catalog, schemes={**schemes, PROFILE: plain}), regions, leaves, facts, records)


@pytest.fixture(scope="module")
def base(city: City) -> Figures:
    made = city.figures()
    assert len({k[1] for k in made.value}) >= 15  # the city has all services of its profile
    return made


def scaled(facts: Sequence[Fact], factor: int, chosen: Callable[[Fact], bool]) -> tuple[Fact, ...]:
    return tuple(replace(f, amount=f.amount * factor) if f.amount is not None and chosen(f) else f for f in facts)


def close(one: Decimal | None, other: Decimal | None, factor: int, slack: Fraction) -> bool:
    if one is None or other is None:
        return one is other
    return abs(Fraction(other) - factor * Fraction(one)) <= slack + abs(factor * Fraction(one)) / 10**9


def test_twice_the_land_yields_twice_of_what_grows_on_it(city: City, base: Figures) -> None:
    patches = city.records["land_patches"]
    area = patches.schema.get_field_index("area")
    doubled = patches.set_column(area, "area", pc.multiply(patches["area"], 2.0))
    changed = replace(
        city,
        facts=scaled(city.facts, 2, lambda f: f.measure.startswith(LAND)),
        records={**city.records, "land_patches": doubled},
    ).figures()
    seen = set()
    for key, (state, quantity) in base.physical.items():
        if key[1:3] in PER_AREA:
            seen.add(key[1:3])
            assert changed.physical[key][0] == state
            assert close(quantity, changed.physical[key][1], 2, Fraction(1, 10**4)), key
        elif key[1] in NOT_LAND:
            assert changed.physical[key] == (state, quantity), key
    assert seen == PER_AREA


def test_three_times_the_prices_make_three_times_the_values(city: City, base: Figures) -> None:
    dear = {
        name: tuple(replace(p, value=p.value * 3) if p.value is not None and parse_unit(p.unit).currency else p for p in rows)
        for name, rows in city.catalog.parameters.items()
    }
    money = scaled(city.facts, 3, lambda f: bool(f.unit) and parse_unit(f.unit).currency is not None and f.measure != "gdp")
    changed = replace(city, catalog=replace(city.catalog, parameters=dear), facts=money).figures()
    assert changed.physical == base.physical
    for key, (state, value) in base.value.items():
        assert changed.value[key][0] == state
        # a computed price (travel cost) is rounded at 8 decimals, a value at 4
        assert close(value, changed.value[key][1], 3, Fraction(1, 10**3)), key


SAME_UNITS = {"公顷": ("亩", 15), "m3": ("万立方米", Fraction(1, 10**4)), "t": ("kg", 1000), "元": ("亿元", Fraction(1, 10**8)),
              "万元": ("元", 10**4), "亿立方米": ("立方米", 10**8), "万立方米": ("亿立方米", Fraction(1, 10**4))}  # fmt: skip


def test_the_same_amounts_in_other_units_are_the_same_accounts(city: City, base: Figures) -> None:
    changed = 0
    facts = []
    for f in city.facts:
        unit, factor = SAME_UNITS.get(f.unit, (f.unit, 1))
        amount = f.amount
        if amount is not None and unit != f.unit:
            ratio = Fraction(factor)
            amount = amount * ratio.numerator / ratio.denominator
            changed += 1
        facts.append(replace(f, unit=unit, amount=amount))
    assert changed > 100
    assert replace(city, facts=tuple(facts)).figures() == base


def test_the_order_of_everything_is_of_no_effect(city: City, base: Figures) -> None:
    draw = random.Random(20261121)  # noqa: S311
    facts = list(city.facts)
    draw.shuffle(facts)
    records = {}
    for name, table in city.records.items():
        order = list(range(table.num_rows))
        draw.shuffle(order)
        records[name] = table.take(pa.array(order, pa.int64()))
    assert replace(city, facts=tuple(facts), records=records).figures() == base


def _moved(city: City, split: Callable[[str, int], str], extra: Sequence[Region]) -> City:
    """The patches with their townships renamed by (code, number of the row)."""
    table = city.records["land_patches"]
    codes = [split(code, i) for i, code in enumerate(table["region"].to_pylist())]
    # two townships may not number their patches alike once they are one
    names = [f"{code}-{row}" for code, row in zip(table["region"].to_pylist(), table["row"].to_pylist(), strict=True)]
    table = table.set_column(table.schema.get_field_index("region"), "region", pa.array(codes))
    table = table.set_column(table.schema.get_field_index("row"), "row", pa.array(names))
    regions = {**city.regions, **{r.code: r for r in extra}}
    return replace(city, regions=regions, records={**city.records, "land_patches": table})


def test_a_township_split_in_two_changes_nothing(city: City, base: Figures) -> None:
    whole = next(r for r in city.regions.values() if r.level == "township" and r.parent == city.leaves[0])
    halves = [replace(whole, code=f"{whole.code[:-1]}{n}") for n in (8, 9)]
    assert not {h.code for h in halves} & set(city.regions)
    split = _moved(city, lambda code, i: halves[i % 2].code if code == whole.code else code, halves)
    assert split.figures() == base


def test_two_townships_merged_change_nothing(city: City, base: Figures) -> None:
    one, other = [r for r in city.regions.values() if r.level == "township" and r.parent == city.leaves[1]][:2]
    merged = _moved(city, lambda code, i: one.code if code == other.code else code, ())
    assert merged.figures() == base


def test_a_patch_at_the_city_stops_and_is_in_no_sum(city: City) -> None:
    moved = _moved(city, lambda code, i: "990100" if i == 0 else code, ())
    records = {n: at_leaves(t, moved.regions, moved.leaves) for n, t in moved.records.items()}
    c = compute(moved.catalog, PROFILE, YEAR, moved.facts, moved.regions, moved.leaves, records=records)
    (told,) = [f for f in c.findings if f.code == "RUN-RECORDS-REGION"]
    assert (told.severity, told.found) == ("stop", "990100")
    assert "不会计入任何合计" in told.text("zh")
    assert "would enter no sum" in told.text("en")


def test_a_patch_without_area_adds_nothing(city: City, base: Figures) -> None:
    table = city.records["land_patches"]
    nothing = table.slice(0, 1)
    nothing = nothing.set_column(nothing.schema.get_field_index("area"), "area", pa.array([0.0]))
    nothing = nothing.set_column(nothing.schema.get_field_index("row"), "row", pa.array(["nothing"]))
    records = {**city.records, "land_patches": pa.concat_tables([table, nothing])}
    assert replace(city, records=records).figures() == base


def _renamed(city: City, names: Mapping[str, str]) -> City:
    """The city with county codes replaced, in the facts, the records and the tree."""
    facts = tuple(replace(f, region=names.get(f.region, f.region)) for f in city.facts)
    records = {}
    for name, table in city.records.items():
        codes = pa.array([names.get(code, code) for code in table["region"].to_pylist()])
        records[name] = table.set_column(table.schema.get_field_index("region"), "region", codes)
    regions = {}
    for r in city.regions.values():
        moved = replace(r, code=names.get(r.code, r.code), parent=names.get(r.parent, r.parent))
        regions[moved.code] = moved
    return replace(city, facts=facts, records=records, regions=regions, leaves=tuple(names.get(c, c) for c in city.leaves))


@pytest.mark.parametrize("how", ["permuted", "renamed"])
def test_figures_follow_their_region_whatever_its_code(city: City, base: Figures, how: str) -> None:
    first, second, third = city.leaves
    names = {first: second, second: third, third: first} if how == "permuted" else {first: "990199"}
    made = _renamed(city, names).figures()
    for mine, theirs in ((base.physical, made.physical), (base.value, made.value)):
        assert {(names.get(k[0], k[0]), *k[1:]): v for k, v in mine.items()} == theirs


def test_the_numpy_path_gives_the_same(city: City, base: Figures) -> None:
    records = {n: at_leaves(t, city.regions, city.leaves) for n, t in city.records.items()}
    c = compute(city.catalog, PROFILE, YEAR, city.facts, city.regions, city.leaves, records=records, engine="reference")
    mine = {tuple(f.row[k] for k in ("region_code", "service", "benefit", "product", "ecosystem")): f.row["quantity"]
            for f in accounts.physical(c, city.regions)}  # fmt: skip
    for key, (_, quantity) in base.physical.items():
        other = mine[key]
        if quantity is None or other is None:
            assert quantity is other
            continue
        # rows with exp, ln, pow and sin may differ in the last bit of a double: libm against numpy
        assert np.isclose(float(quantity), float(other), rtol=1e-12, atol=1e-6), key
