"""The parameters a bureau must type in: which, for which keys, in which unit, and that they are taken once they are there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Refused
from gep.base.records import Fact, Names, Origin, Region, State, key_of, key_text
from gep.base.units import parse_unit
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup
from gep.catalog.template import HEAD, Entry, Returned, csv_text, entries, note, rows
from gep.workflow.compute import compute

SCHEME, RULES, PARAMETERS = "schemes/one.toml", "rules/all.toml", "parameters/all.csv"
MEASURES, PRICES = "measures/all.toml", "prices/all.csv"
SHIPPED = data_root() / "coefficients"
REGIONS = {
    "5133": Region("5133", "", "city", Names("市", "City")),
    "513301": Region("513301", "5133", "county", Names("甲县", "County A")),
    "513302": Region("513302", "5133", "county", Names("乙县", "County B")),
}
LEAVES = ("513301", "513302")
BY_CLASS = """
[kept]
zh = "分类涵养量"
en = "Water kept by class"
kind = "flow"
unit = "m3"
dims = ["ecosystem"]

[depth]
zh = "涵养水深"
en = "Depth kept"
kind = "flow"
unit = "m3"
"""
CLASS_RULE = """
["kept.by_class"]
zh = "分类涵养量"
en = "Water kept by class"
version = "1"
output = "kept"
grain = ["region", "ecosystem"]
expression = "area * capacity"
source = "paper"
clause = "Equation 4"
["kept.by_class".inputs]
area = { measure = "area" }
capacity = { parameter = "capacity", grain = ["ecosystem"], unit = "m3/m2", lower = 0, upper = 2 }
"""


@pytest.fixture(scope="module")
def shipped() -> Catalog:
    return load(SHIPPED)


def by_class(small: Any, domain: str = "") -> None:
    """The small catalogue with a rule by ecosystem whose classes are those returned for `area`."""
    small.add(MEASURES, BY_CLASS)
    rule = CLASS_RULE.replace('source = "paper"', f'source = "paper"\n{domain}')
    small.add(RULES, rule)
    small.add("codes/all.csv", "parameter,1,capacity,,涵养能力,Capacity,,,\n")
    classes = '"set-b"]\n[classes]\necosystem = ["@area"]\n[[service]]\nid = "retention"'
    small.change(SCHEME, '"set-b"]\n\n[[service]]\nid = "retention"', classes)
    small.change(SCHEME, '"retention.limit"]', '"retention.limit", "kept.by_class"]')


def places(found: Iterable[Entry]) -> list[tuple[str, str, str]]:
    return [(e.id, e.region, key_text(e.key)) for e in found]


def returned(area: Iterable[str] = (), leaves: tuple[str, ...] = LEAVES, root: str = "5133", **more: Iterable[str]) -> Returned:
    keys = {"area": frozenset(key_of({"ecosystem": c}) for c in area)}
    keys |= {name: frozenset(key_of({"product": c}) for c in codes) for name, codes in more.items()}
    return Returned({name: found for name, found in keys.items() if found}, REGIONS, leaves, root)


# ---- which entries


def test_what_is_known_is_not_asked_for(small: Any) -> None:
    assert entries(small.load(), "one", 2010) == ()


def test_a_price_of_another_year_is_asked_for_the_year_itself(small: Any) -> None:
    c = small.load()
    (made,) = entries(c, "one", 2024)  # the one price there is holds in 2010 only
    assert (made.id, made.unit, made.reason, made.services) == ("water_cost", "CNY@2024/m3", "absent", ("retention",))
    (row,) = rows(c, [made], "en")
    assert row == dict.fromkeys(HEAD, "") | {
        "id": "water_cost",
        "source_set": "local",
        "valid_from": "2024",
        "valid_to": "2024",
        "unit": "CNY@2024/m3",
        "status": "local",
        "source": "paper",
        "locator": "price, service retention",
        "note": row["note"],
    }


def test_a_price_that_stays_in_force_but_not_in_its_money_is_asked_for(small: Any) -> None:
    small.change(PRICES, ",2010,2010,", ",,,")
    (made,) = entries(small.load(), "one", 2024)
    assert (made.reason, made.unit) == ("price_year", "元@2024/m3")
    assert "现有 7.06 元@2010/m3" in note(small.load(), made, "zh")
    assert entries(small.load(), "one", 2010) == ()


def test_a_declared_unknown_keeps_unit_source_and_locator_of_its_row(small: Any) -> None:
    small.add("sources.toml", '\n[guide]\nkind = "standard"\ntitle = "A guide"\n')
    small.change(PARAMETERS, "0.25,1,0.1,0.5,literature,paper,Table 1,", ",%,0.1,0.5,expert,guide,Annex C,look it up")
    c = small.load()
    (made,) = entries(c, "one", 2010)
    assert (made.reason, made.unit, made.source, made.locator) == ("declared", "%", "guide", "Annex C")
    assert (made.lower, made.upper, made.readers) == (Decimal(0), Decimal(1), ("retention.share",))
    (row,) = rows(c, [made], "zh")
    # no price, so no year; the range of the row is told, not enforced on the bureau
    assert (row["value"], row["valid_from"], row["low"], row["high"], row["status"]) == ("", "", "", "", "local")
    for part in (
        "目录注明未知",
        "单位 %",
        "允许范围 0 … 1;",
        "规则 retention.share",
        "服务 retention",
        "现有 0.1 … 0.5",
        "look it up",
    ):
        assert part in row["note"]


def test_several_values_of_equal_standing_are_to_be_decided(small: Any) -> None:
    small.add(PARAMETERS, "share,set-a,,,,,0.3,1,,,expert,paper,Table 2,\n")
    (made,) = entries(small.load(), "one", 2010)
    assert (made.id, made.reason) == ("share", "ambiguous")


def test_the_locator_is_the_clause_of_the_rule(small: Any) -> None:
    by_class(small)
    made = entries(small.load(), "one", 2010)
    assert {(e.locator, e.unit, e.reason) for e in made} == {("Equation 4", "m3/m2", "absent")}
    assert "涵养能力 / 自然" in note(small.load(), made[0], "zh")
    assert "Capacity / Natural" in note(small.load(), made[0], "en")


def test_without_a_book_the_top_classes_and_those_declared_unknown(small: Any) -> None:
    by_class(small)
    assert places(entries(small.load(), "one", 2010)) == [("capacity", "", "ecosystem:natural")]
    small.add(PARAMETERS, "capacity,set-a,,ecosystem:shrub,,,,m3/m2,,,expert,paper,Table 9,\n")
    small.add(PARAMETERS, "capacity,set-z,,ecosystem:forest,,,,m3/m2,,,expert,paper,Table 9,\n")  # a set of another profile
    assert places(entries(small.load(), "one", 2010)) == [
        ("capacity", "", "ecosystem:natural"),
        ("capacity", "", "ecosystem:shrub"),
    ]


def test_without_a_book_a_rule_for_finer_classes_names_them(small: Any) -> None:
    by_class(small, 'domain = { ecosystem = ["forest", "shrub"] }')
    assert [e.key[0][1] for e in entries(small.load(), "one", 2010)] == ["forest", "shrub"]
    # the same for a book that returned nothing yet
    assert [e.key[0][1] for e in entries(small.load(), "one", 2010, returned())] == ["forest", "shrub"]


def test_with_a_book_the_classes_returned(small: Any) -> None:
    by_class(small)
    found = entries(small.load(), "one", 2010, returned(["forest", "shrub"]))
    assert places(found) == [("capacity", "5133", "ecosystem:forest"), ("capacity", "5133", "ecosystem:shrub")]
    small.add(PARAMETERS, "capacity,set-a,,ecosystem:natural,,,,m3/m2,,,expert,paper,Table 9,\n")
    # the row above says that nobody knows: one value there serves both
    (above,) = entries(small.load(), "one", 2010, returned(["forest", "shrub"]))
    assert (above.reason, key_text(above.key), above.locator) == ("declared", "ecosystem:natural", "Table 9")


def test_a_value_known_for_one_county_is_asked_for_the_others(small: Any) -> None:
    small.change(PARAMETERS, "share,set-a,,", "share,set-a,513301,")
    assert places(entries(small.load(), "one", 2010, returned(["forest"]))) == [("share", "5133", "")]
    assert entries(small.load(), "one", 2010, returned(["forest"], ("513301",), "5133")) == ()


def test_an_unknown_of_one_county_is_asked_there(small: Any) -> None:
    small.add(PARAMETERS, "share,set-a,513302,,,,,1,,,expert,paper,Table 3,\n")
    assert places(entries(small.load(), "one", 2010, returned(["forest"]))) == [("share", "513302", "")]


def test_two_readers_share_a_row_and_the_narrower_bounds_hold(small: Any) -> None:
    second = CLASS_RULE.replace("kept.by_class", "kept.twice").replace("area * capacity", "rain * share")
    second = second.replace('output = "kept"', 'output = "depth"').replace('"region", "ecosystem"', '"region"')
    second = second.replace('area = { measure = "area" }', 'rain = { measure = "rain" }')
    second = second[: second.index("capacity =")] + 'share = { parameter = "share", unit = "1", lower = 0.2, upper = 3 }\n'
    small.add(MEASURES, BY_CLASS)
    small.add(RULES, second)
    small.change(SCHEME, '"retention.limit"]', '"retention.limit", "kept.twice"]')
    small.change(PARAMETERS, "0.25,1,0.1,0.5", ",1,0.1,0.5")
    (made,) = entries(small.load(), "one", 2010)
    assert made.readers == ("retention.share", "kept.twice")
    assert (made.lower, made.upper) == (Decimal("0.2"), Decimal(1))  # of 0 … 1 and 0.2 … 3


def test_an_unknown_profile_is_refused(small: Any) -> None:
    with pytest.raises(Refused) as caught:
        entries(small.load(), "onee", 2010)
    assert [f.code for f in caught.value.findings] == ["CATALOG-UNKNOWN-REFERENCE"]


# ---- the shipped profiles


def test_mee_2020_lists_all_its_unknown_entries(shipped: Catalog) -> None:
    found = entries(shipped, "mee-2020", 2024)
    asked = set(places(found))
    for pollutant in ("so2", "nox", "dust"):
        for ecosystem in ("forest", "shrub", "grassland", "wetland", "farmland"):
            assert ("air_purification_capacity", "", f"ecosystem:{ecosystem};pollutant:{pollutant}") in asked
    assert ("nep_share", "", "") in asked  # alpha of NEP = alpha · NPP
    assert ("electricity_tariff", "", "") in asked
    unknown = {
        (p.id, p.region, key_text(p.key))
        for entry in found
        for p in shipped.parameters.get(entry.id, ())
        if p.source_set == "mee-2020" and p.value is None and p.key == entry.key
    }
    assert unknown <= asked
    assert len(unknown) >= 20


def test_an_open_list_leaves_out_the_names_of_other_lists(shipped: Catalog) -> None:
    """Hotel rooms and water uses stand in the column of products; they are no crops."""
    crops = {dict(e.key)["product"] for e in entries(shipped, "mee-2020", 2024) if e.id == "crop_price"}
    assert "beans" in crops
    assert crops.isdisjoint({"hydropower", "domestic", "hotel_room", "h3", "abroad"})
    told = returned(["forest"], crop_output=["rice", "tea"])
    assert [key_text(e.key) for e in entries(shipped, "mee-2020", 2024, told) if e.id == "crop_price"] == [
        "product:rice",
        "product:tea",
    ]


@pytest.mark.parametrize("profile", ["garze-2017", "hj-1173-2021", "mee-2020", "ndrc-2022", "seea-like", "zhejiang-2020"])
def test_an_unfilled_file_is_taken_and_everything_in_it_stays_unknown(shipped: Catalog, profile: str, tmp_path: Path) -> None:
    asked = entries(shipped, profile, 2024)
    for lang in ("zh", "en"):
        (tmp_path / "parameters").mkdir(exist_ok=True)
        (tmp_path / "parameters" / "own.csv").write_text(csv_text(rows(shipped, asked, lang)), encoding="utf-8-sig")
        again = load(SHIPPED, tmp_path)
        assert places(entries(again, profile, 2024)) == places(asked)
        look = Lookup(again, {}, again.schemes[profile].parameter_sets)
        assert all(look.find(e.id, e.key, e.region, 2024) is None for e in asked)
        assert {f.code for f in look.findings.values()} <= {"CATALOG-PARAMETER-DECLARED-UNKNOWN"}


def test_every_row_says_what_it_is_and_where_to_look(shipped: Catalog) -> None:
    asked = entries(shipped, "mee-2020", 2024)
    for lang in ("zh", "en"):
        for entry, row in zip(asked, csv.DictReader(io.StringIO(csv_text(rows(shipped, asked, lang)))), strict=True):
            assert row["value"] == ""
            assert row["locator"], row
            assert shipped.codes["parameter"][entry.id].names.of(lang) in row["note"]
            assert row["unit"] in row["note"]
            assert all(reader in row["note"] for reader in (*entry.readers, *entry.services))
            assert (row["valid_from"] == "2024") == ("@2024" in row["unit"])


# ---- filled in


def filled(made: list[dict[str, str]], asked: Iterable[Entry]) -> list[dict[str, str]]:
    """Every value within the bounds of its readers, in the unit of its row."""
    for entry, row in zip(asked, made, strict=True):
        low, high = entry.lower, entry.upper
        value = (low + high) / 2 if low is not None and high is not None else Decimal(1) + (low or 0)
        factor = parse_unit(entry.read_in).without_price_year().factor_to(parse_unit(entry.unit).without_price_year())
        row["value"] = format(value * factor.numerator / factor.denominator, "f")
    return made


def figures(c: Catalog, given: Mapping[str, Iterable[str]]) -> list[Fact]:
    """One of each in every county."""
    origin = Origin("returns.csv", "0" * 64, 2)
    return [
        Fact(m, leaf, "2024", key_of({c.measures[m].dims[0]: code}), State.VALUE, Decimal(5), c.measures[m].unit, origin)
        for m, codes in given.items()
        for code in codes
        for leaf in LEAVES
    ]


RETURNS = {
    "ecosystem_area": ("forest.needleleaf", "shrub", "farmland.dry", "wetland"),
    "crop_output": ("rice", "tea"),
    "forestry_output_volume": ("timber",),
    "forestry_output_mass": ("nuts",),
    "forestry_output_count": ("bamboo",),
    "livestock_output": ("pork",),
    "fishery_output": ("fish",),
    "energy_produced": ("wind",),
    "other_output": ("flowers",),
    "coast_protected": ("reef",),
    "species_area": ("h3",),
}


def test_once_filled_in_a_run_lacks_no_parameter(shipped: Catalog, local: Callable[[dict[str, str]], Path]) -> None:
    facts = figures(shipped, RETURNS)
    held: dict[str, set[Any]] = {}
    for fact in facts:
        held.setdefault(fact.measure, set()).add(fact.key)
    book = Returned({m: frozenset(keys) for m, keys in held.items()}, REGIONS, LEAVES, "5133")
    asked = entries(shipped, "mee-2020", 2024, book)
    assert len(asked) > 40
    assert {e.region for e in asked} == {"5133"}
    own = load(SHIPPED, local({"parameters/own.csv": csv_text(filled(rows(shipped, asked, "zh"), asked))}))
    assert entries(own, "mee-2020", 2024, book) == ()
    made = compute(own, "mee-2020", 2024, facts, REGIONS, LEAVES)
    assert [f.text("en") for f in made.findings if "PARAMETER" in f.code and f.severity == "stop"] == []
    assert [f.code for f in made.findings if f.code.startswith("ENGINE-PRICE")] == []
    read = {(p.id, p.key) for p in made.lookup.read.values() if p is not None and p.file.startswith("local/")}
    assert read <= {(e.id, e.key) for e in asked}
    assert {"crop_price", "air_purification_capacity", "electricity_tariff"} <= {name for name, _ in read}


def test_a_price_varies_by_what_its_rows_say_and_by_no_more_than_all_its_lines_have(shipped: Catalog) -> None:
    """One tariff for the cooling of forests, shrubs and grassland and for that of water: it cannot vary by ecosystem."""
    found: dict[str, list[str]] = {}
    for entry in entries(shipped, "garze-2017", 2024):
        found.setdefault(entry.id, []).append(key_text(entry.key))
    assert found["electricity_tariff"] == [""]
    assert found["reservoir_unit_cost"] == [""]
    assert found["water_tariff"] == ["water_use:agricultural", "water_use:domestic", "water_use:industrial"]
    assert found["pest_treatment_cost"] == ["ecosystem:forest", "ecosystem:grassland"]


def test_a_price_that_has_rows_nowhere_varies_by_the_lists_of_its_lines(small: Any) -> None:
    text = '[kept]\nzh = "分类量"\nen = "By class"\nkind = "flow"\nunit = "m3"\ndims = ["ecosystem"]\n'
    small.add(MEASURES, "\n" + text + '[kept.account]\nservice = "=retention"\n')
    line = '[[service.line]]\nmeasure = "kept"\nprice = "new_cost"\ndomain = { ecosystem = ["forest", "shrub"] }\n'
    small.change(SCHEME, 'price = "water_cost"\n', f'price = "water_cost"\n{line}')
    small.add("codes/all.csv", "parameter,1,new_cost,,新价,New cost,,,\n")
    assert places(entries(small.load(), "one", 2010)) == [
        ("new_cost", "", "ecosystem:forest"),
        ("new_cost", "", "ecosystem:shrub"),
    ]
    small.change(SCHEME, 'measure = "retained"\nprice = "water_cost"', 'measure = "retained"\nprice = "new_cost"')
    assert places(entries(small.load(), "one", 2010)) == [("new_cost", "", "")]
