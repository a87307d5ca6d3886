"""What an evaluation scheme lets be freed of the weather: read, checked, and the means that it takes."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gep.base.data import data_root
from gep.base.findings import Finding, Place
from gep.base.normals import Normal, mean_of, moving_mean
from gep.base.records import Names
from gep.catalog.evaluation import evaluations
from gep.catalog.fields import Fields
from gep.catalog.normals import read_normal

RATIO = {
    "id": "w", "zh": "水", "en": "water", "figure": "physical_account/water_retention", "way": "ratio",
    "driver": "asset_account/WR-01/R03/C00", "document": "文件",
}  # fmt: skip
MEAN = {
    "id": "c",
    "zh": "气候",
    "en": "climate",
    "figure": "asset_account/WR-01/R17",
    "way": "mean",
    "years": 3,
    "document": "文件",
}


def read(body: dict[str, object]) -> tuple[Normal, list[str]]:
    findings: list[Finding] = []
    made = read_normal(body, Fields({}, Place("x.toml"), findings))
    assert all(f.text("zh") and f.mend("en") for f in findings)
    return made, [f.code for f in findings]


def test_both_ways() -> None:
    water = Names("水", "water")
    assert read(RATIO) == (Normal("w", water, RATIO["figure"], "ratio", "文件", RATIO["driver"]), [])
    made, told = read(RATIO | {"normal": "1500.5", "unit": "mm"})
    assert (made.normal, made.unit, told) == (Fraction("1500.5"), "mm", [])
    made, told = read(MEAN)
    assert (made.years, made.driver, told) == (3, "", [])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (RATIO | {"way": "guess"}, "CATALOG-FIELD-CHOICE"),
        (RATIO | {"figure": "value_account/water_retention"}, "CATALOG-FIELD-CHOICE"),
        (RATIO | {"figure": "physical_account"}, "CATALOG-FIELD-CHOICE"),
        (RATIO | {"driver": "asset_account/WR-01'; DROP TABLE run; --"}, "CATALOG-FIELD-CHOICE"),
        ({k: v for k, v in RATIO.items() if k != "driver"}, "CATALOG-FIELD-MISSING"),
        ({k: v for k, v in RATIO.items() if k != "document"}, "CATALOG-FIELD-MISSING"),
        (RATIO | {"normal": 0, "unit": "mm"}, "EVALUATION-RANGE"),
        (RATIO | {"normal": 5}, "CATALOG-FIELD-MISSING"),
        (RATIO | {"normal": 5, "unit": "foo"}, "CATALOG-UNIT"),
        (RATIO | {"years": 3}, "CATALOG-FIELD-UNKNOWN"),
        (MEAN | {"years": 1}, "EVALUATION-RANGE"),
        (MEAN | {"years": "2.5"}, "EVALUATION-RANGE"),
        (MEAN | {"driver": "asset_account/WR-01/R03"}, "CATALOG-FIELD-UNKNOWN"),
    ],
)
def test_what_is_wrong(body: dict[str, object], code: str) -> None:
    assert code in read(body)[1]


def test_means_are_exact_and_unknown_while_a_year_is() -> None:
    years = {2016: Fraction(1), 2017: Fraction(2), 2018: Fraction(2)}
    assert mean_of(years) == Fraction(5, 3)
    assert moving_mean(years, 2018, 2) == 2
    assert moving_mean(years, 2018, 3) == Fraction(5, 3)
    assert moving_mean(years, 2017, 3) is None  # 2015 is not there; it is not zero
    assert moving_mean(years | {2017: None}, 2018, 3) is mean_of({}) is mean_of({2016: None}) is None


def test_only_the_county_example_allows_it() -> None:
    allowed = {e.id: [n.id for n in e.normals] for e in evaluations(data_root()).values()}
    assert allowed == {
        "county-example": ["water-retention", "water-stock", "climate"], "district-example": [], "provincial-cutoffs": [],
    }  # fmt: skip
