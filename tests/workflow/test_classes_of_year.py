"""What a run takes from the returns of the year: its classes, and of figures published several times the latest."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding
from gep.base.records import Fact, Key, Names, Origin, Region, Severity, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.workflow.compute import compute
from gep.workflow.plans import Method, method, with_classes
from gep.workflow.versions import newest

YEAR, HERE, BESIDE = 2024, "513301", "513302"
REGIONS = {code: Region(code, "", "county", Names("县", "County")) for code in (HERE, BESIDE)}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(data_root() / "coefficients")


@pytest.fixture(scope="module")
def guide(catalog: Catalog) -> Method:
    """A profile that leaves its ecosystems to the areas returned."""
    made = method(catalog, "mee-2020", YEAR)
    assert made.resolved.scheme.classes["ecosystem"] == ("@ecosystem_area",)
    return made


def fact(measure: str, key: Key = (), amount: str = "5", region: str = HERE, row: int = 2, **attrs: str) -> Fact:
    origin = Origin("returns.csv", "0" * 64, row)
    return Fact(measure, region, str(YEAR), key, State.VALUE, Decimal(amount), "km2", origin, attrs=attrs)


def areas(*codes: str, region: str = HERE) -> list[Fact]:
    return [fact("ecosystem_area", key_of({"ecosystem": c}), region=region) for c in codes]


def classes(catalog: Catalog, guide: Method, facts: Iterable[Fact]) -> tuple[tuple[str, ...], list[Finding]]:
    made, findings = with_classes(catalog, guide, list(facts), (HERE, BESIDE))
    return made.resolved.scheme.classes["ecosystem"], findings


# ---- classes


def test_the_classes_are_those_returned_in_the_order_of_the_codes(catalog: Catalog, guide: Method) -> None:
    facts = [*areas("wetland", "forest"), *areas("shrub", region=BESIDE), *areas("desert", region="999999")]
    assert classes(catalog, guide, facts) == (("forest", "shrub", "wetland"), [])


def test_a_profile_that_lists_its_classes_itself_is_left_alone(catalog: Catalog) -> None:
    own = method(catalog, "garze-2017", 2010)
    made, findings = with_classes(catalog, own, areas("forest.needleleaf"), (HERE,))
    assert made is own
    assert findings == []


def test_without_the_areas_nobody_knows_which_classes_there_are(catalog: Catalog, guide: Method) -> None:
    found, findings = classes(catalog, guide, [fact("rainfall")])
    assert found == ()
    (told,) = (f for f in findings if f.code == "RUN-NO-CLASSES")
    assert (told.code, told.severity, told.expected) == ("RUN-NO-CLASSES", Severity.STOP, "ecosystem_area")
    assert told.place.text() == f"{guide.resolved.scheme.file} [mee-2020/ecosystem/2024/-]"
    assert told.text("zh") == "没有报送 ecosystem_area,不知道有哪些 ecosystem 类别。"
    assert told.text("en") == "ecosystem_area was not returned, so it is not known which classes of ecosystem there are."
    assert told.mend("zh") == "报送该指标的分类数据。"
    assert told.mend("en") == "Return that measure by class."


def test_a_class_beside_one_above_it_would_count_the_area_twice(catalog: Catalog, guide: Method) -> None:
    found, (told,) = classes(catalog, guide, areas("forest", "forest.needleleaf", "shrub"))
    assert set(found) == {"forest", "forest.needleleaf", "shrub"}
    assert (told.code, told.severity, told.found) == ("RUN-CLASS-NESTED", Severity.STOP, "forest, forest.needleleaf")
    assert told.text("zh") == "ecosystem_area 同时报送了上级类别和下级类别(forest, forest.needleleaf),相加会重复计算。"
    assert told.text("en") == (
        "ecosystem_area was returned for a class and for one below it (forest, forest.needleleaf); "
        "adding them up would count twice."
    )
    assert told.mend("zh") == "只报送其中一级。"
    assert told.mend("en") == "Return one of the two levels only."


def test_a_product_beside_one_above_it_would_count_twice(catalog: Catalog, guide: Method) -> None:
    """Rice is grain: where both are returned for one county, grain holds the rice already."""

    def crops(*codes: str, region: str = HERE) -> list[Fact]:
        return [fact("crop_output", key_of({"product": c}), region=region) for c in codes]

    forest = areas("forest")
    _, (told,) = classes(catalog, guide, [*forest, *crops("grain", "rice", "tea")])
    assert (told.code, told.severity, told.found) == ("RUN-CLASS-NESTED", Severity.STOP, "grain, rice")
    assert told.text("en").startswith("crop_output was returned for a class and for one below it (grain, rice);")
    # of two counties one may know the kinds of grain, the other grain only
    assert classes(catalog, guide, [*forest, *crops("grain"), *crops("rice", "wheat", region=BESIDE)])[1] == []


def test_classes_coarser_than_a_rule_needs_are_refused(catalog: Catalog, guide: Method) -> None:
    """The cover table is for orchards, not for farmland as a whole: what was returned is not fine enough."""
    _, findings = classes(catalog, guide, areas("forest", "farmland"))
    told = [f for f in findings if f.found == "farmland.orchard"]
    assert told
    assert {f.code for f in findings} == {"CATALOG-CLASS-FINER"}
    assert all(f.expected == "forest, farmland" for f in told)
    assert classes(catalog, guide, areas("forest", "farmland.orchard", "farmland.dry"))[1] == []


def test_a_run_tells_what_is_wrong_with_the_classes(catalog: Catalog) -> None:
    made = compute(catalog, "mee-2020", YEAR, areas("forest", "forest.needleleaf"), REGIONS, (HERE,))
    assert "RUN-CLASS-NESTED" in {f.code for f in made.findings if f.severity == "stop"}


# ---- figures published several times


def gdp(amount: str, day: str, row: int, region: str = HERE) -> Fact:
    return fact("gdp", amount=amount, region=region, row=row, vintage=day)


def test_of_several_publications_the_latest_is_used_and_the_others_are_told() -> None:
    facts = [gdp("7.2", "2025-06-30", 4), gdp("7.0", "2025-01-20", 2), gdp("7.5", "2025-12-01", 3)]
    kept, told = newest(facts)
    assert [f.amount for f in kept] == [Decimal("7.5")]
    assert [(f.code, f.severity, f.place.text()) for f in told] == [
        ("RUN-OLDER-VINTAGE", Severity.NOTE, "returns.csv:2 [gdp/513301/2024/-]"),
        ("RUN-OLDER-VINTAGE", Severity.NOTE, "returns.csv:4 [gdp/513301/2024/-]"),
    ]
    assert told[0].text("zh") == "gdp 有多次发布的数值;采用最近一次 7.2 km2 (2025-06-30),此处 7.0 km2 未用。"
    assert told[1].text("en") == (
        "gdp was published several times; the latest, 7.5 km2 (2025-12-01), is used, this one, 7.2 km2, is not."
    )
    assert (told[0].mend("zh"), told[0].mend("en")) == ("无需处理。", "Nothing to do.")


def test_versions_that_are_no_days_stop() -> None:
    """By text 2025-6-30 comes after 2025-12-01, and nobody knows when `final` was."""
    for wrong in ("2025-6-30", "final"):
        _, told = newest([gdp("7.2", wrong, 4), gdp("7.5", "2025-12-01", 3)])
        assert [(f.code, f.severity) for f in told] == [("RUN-VINTAGE-NO-DAY", Severity.STOP)]
        assert wrong in told[0].text("zh")
        assert "not known which is the latest" in told[0].text("en")
        assert "2021-03-20" in told[0].mend("en")


def test_a_figure_without_a_version_that_stands_twice_is_left_to_others() -> None:
    twice = [fact("gdp", amount="7.0", region=HERE, row=2), fact("gdp", amount="7.5", region=HERE, row=3)]
    assert newest(twice) == (twice, [])


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_the_order_of_the_rows_does_not_matter(order: tuple[int, int]) -> None:
    facts = [gdp("7.0", "2025-01-20", 2), gdp("7.5", "2025-12-01", 3)]
    kept, told = newest([facts[i] for i in order])
    assert [f.amount for f in kept] == [Decimal("7.5")]
    assert [f.found for f in told] == ["7.0 km2"]


def test_other_places_and_keys_are_other_figures() -> None:
    facts: list[Any] = [gdp("7.0", "2025-01-20", 2), gdp("8.0", "2025-01-20", 3, region=BESIDE), *areas("forest", "shrub")]
    kept, told = newest(facts)
    assert kept == facts
    assert told == []
