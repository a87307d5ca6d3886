"""The method annex: the rules of the profile in force, each formula with its signs, what is returned, how it is priced."""

from __future__ import annotations

from pathlib import Path

import pytest

from gep.book import Book
from gep.report.methods import Method
from gep.workflow.forms.methods import catalog_of, methods_of
from tests.ready import Ready


@pytest.fixture(scope="module")
def garze(ready: Ready) -> dict[str, Method]:
    return {m.code: m for m in methods_of(ready.book("garze-2010").catalog, "garze-2017", 2010)}


@pytest.fixture(scope="module")
def city(ready: Ready) -> dict[str, Method]:
    return {m.code: m for m in methods_of(ready.book("sample-city").catalog, "sample", 2017)}


def test_the_catalogue_is_that_of_the_vintage(ready: Ready, tmp_path: Path) -> None:
    book = ready.copy(ready.book("garze-2010", "all"), tmp_path / "book")
    (vintage,) = (int(folder.name) for folder in book.releases.iterdir())
    assert catalog_of(book, vintage) is book.catalog
    sources = book.local / "sources.toml"
    sources.parent.mkdir(exist_ok=True)
    before = sources.read_text(encoding="utf-8") if sources.is_file() else ""
    sources.write_text(before + '\n[later]\nkind = "expert"\ntitle = "added after the run"\n', encoding="utf-8")
    changed = Book(book.root)
    kept = catalog_of(changed, vintage)
    assert ("later" in changed.catalog.sources, "later" in kept.sources) == (True, False)
    assert methods_of(kept, "garze-2017", 2010)[0].code == "crop_products"


def test_an_unknown_profile_has_no_methods(ready: Ready) -> None:
    assert methods_of(ready.book("garze-2010").catalog, "nobody", 2010) == ()


def test_every_service_of_the_profile_is_there_in_its_order(garze: dict[str, Method]) -> None:
    services = [m for m in garze.values() if m.group.en in ("Material products", "Regulating services", "Cultural services")]
    assert [m.code for m in services][:2] == ["crop_products", "forestry_products"]
    assert {"soil_retention", "climate_regulation", "tourism_recreation"} <= {m.code for m in services}
    assert all(m.formulas or m.returned for m in garze.values())


def test_a_formula_names_its_rule_source_and_signs(garze: dict[str, Method]) -> None:
    made = garze["climate_regulation"].formulas[0]
    assert (made.rule, made.version) == ("climate_regulation.transpiration", "1")
    assert made.typst == 'frac("heat" times "area" times "days", "ratio")'
    assert "生态学报 37(19)" in made.source
    assert "2.4.8 (1)" in made.source
    heat = made.symbols[0]
    assert (heat.sign, heat.names.zh, heat.unit.zh) == ("heat", "单位面积蒸腾吸热量", "千焦/(平方米·天)")


def test_what_is_returned_and_priced_is_said(garze: dict[str, Method]) -> None:
    pests = garze["pest_control"]
    assert pests.formulas == ()
    assert pests.returned[0].zh == "病虫害控制面积（林业局）"
    assert pests.prices[0].zh == "病虫害控制面积 × 病虫害防治成本"
    assert "价值量由部门报送" in garze["crop_products"].prices[0].zh


def test_only_what_gives_figures_is_a_method(garze: dict[str, Method], city: dict[str, Method]) -> None:
    rules = [f.rule for m in (*garze.values(), *city.values()) for f in m.formulas]
    assert "soil_retention.silt" in rules
    assert "soil_retention.silt_second" not in rules
    assert "flood_mitigation.within_capacity" not in rules


def test_no_formula_stands_twice(city: dict[str, Method]) -> None:
    rules = [f.rule for m in city.values() for f in m.formulas]
    assert len(rules) == len(set(rules))
    assert len(rules) > 25


def test_what_a_rule_reads_is_explained_with_it(city: dict[str, Method]) -> None:
    soil = [f.rule for f in city["soil_retention"].formulas]
    assert any(rule.startswith("rainfall_erosivity") for rule in soil)
    equations = {left.partition("(")[2].partition(")")[0] for f in city["soil_retention"].formulas for left, _ in f.equations}
    assert equations


def test_the_index_is_explained_too(garze: dict[str, Method]) -> None:
    assert garze["green-gold"].formulas[0].typst == 'frac("gep", "gdp")'


def test_every_formula_can_be_set(garze: dict[str, Method], city: dict[str, Method]) -> None:
    from gep.report.typeset import report
    from tests.report.typeset_forms import pages, statement

    found = report(statement(), "zh", methods=[*garze.values(), *city.values()])
    assert found.warnings == ()
    text = "".join(pages(found.data))
    assert all(f"{f.rule}@{f.version}" in text for m in (*garze.values(), *city.values()) for f in m.formulas)
