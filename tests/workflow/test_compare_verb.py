"""compare: the shipped book, and a small one whose profiles differ in every way."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.book import Book
from gep.explain.pair import Pair, Term
from gep.explain.profiles import Place
from gep.workflow.compare import compare_profiles
from gep.workflow.demo import Demo
from gep.workflow.init import init
from gep.workflow.run import run
from gep.workflow.views import rows

COLUMNS = "region,period,item,category,part,value,state,unit,department,source,evidence,note\n"
ROWS = """51,2010,soil_retention_total,,,38.86,,亿吨,甲局,garze2017,,
51,2010,sand_retained,,,779.42,,万吨,甲局,garze2017,,
51,2010,co2_sequestered,,,0.31,,亿吨CO2,甲局,garze2017,,
51,2010,oxygen_released,,,2.51,,亿吨,甲局,garze2017,,
51,2010,water_retention,,,10,,亿立方米,甲局,garze2017,,
51,2010,crop_net_output,,,12.2875,,亿元,甲局,garze2017,,
51,2010,water_supply,domestic,,1.36,,亿立方米,甲局,garze2017,,
51,2010,water_supply,industrial,,150.17,,亿立方米,甲局,garze2017,,
"""
BOOK = """schema = 2
zh = "示例"
en = "Made up"
illustrative = true
schemes = ["one", "two", "unknown"]
leaf_level = "county"
[[region]]
code = "50"
level = "city"
zh = "市"
en = "City"
[[region]]
code = "51"
parent = "50"
level = "county"
zh = "县"
en = "County"
"""
SCHEME = """id = "{id}"
kind = "gep_profile"
zh = "示例 {id}"
en = "Made-up {id}"
version = "1"
status = "enabled"
source = "garze2017"
rules = ["soil_retention.silt", "sandstorm_prevention.area", "made.storage"]
parameter_sets = ["made-{id}", "made-both"]
currency = "CNY"
price_basis = "current"
"""
SERVICES = {
    "crop_products": ("material", 'measure = "crop_net_output"\nvalue_only = true'),
    "water_supply": ("material", 'measure = "water_supply"\nprice = "water_tariff"\ndomain = { water_use = [USES] }'),
    "soil_retention": ("regulating", 'measure = "silt_avoided"\nprice = "dredging_cost"'),
    "sandstorm_prevention": ("regulating", 'measure = "sand_area_protected"\nprice = "desertification_control_cost"'),
    "water_retention": ("regulating", 'measure = "water_retention"\nprice = "made_storage_price"'),
    "carbon_sequestration": ("regulating", 'measure = "co2_sequestered"\nprice = "afforestation_cost"'),
    "oxygen_release": ("regulating", 'measure = "oxygen_released"\nprice = "industrial_oxygen_price"'),
}
MEASURE = """[made_storage_price]
zh = "库容年费用"
en = "Yearly cost of storage"
kind = "price"
unit = "CNY/m3"
finest = "0.000001"
additive = []
"""
RULE = """["made.storage"]
zh = "库容年费用"
en = "Yearly cost of storage"
version = "1"
kind = "compute"
output = "made_storage_price"
grain = ["region"]
expression = "cost * share"
source = "garze2017"
clause = "-"
["made.storage".inputs]
cost = { parameter = "reservoir_unit_cost", unit = "CNY/m3", lower = 0, upper = 1000 }
share = { parameter = "reservoir_flood_share", unit = "1", lower = 0, upper = 1 }
"""
PARAMETERS = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note\n"
BOTH = """reservoir_unit_cost,made-both,,,,,50,元@2010/m3,,,literature,garze2017,-,示例数据
soil_bulk_density,made-both,,,,,0.93,t/m3,,,literature,garze2017,-,示例数据
dredging_cost,made-both,,,,,15.58,元@2010/m3,,,literature,garze2017,-,示例数据
desertification_control_cost,made-both,,,,,3.75,元@2010/m2,,,literature,garze2017,-,示例数据
water_tariff,made-both,,water_use:domestic,,,2.6,元@2010/m3,,,literature,garze2017,-,示例数据
water_tariff,made-both,,water_use:industrial,,,3.6,元@2010/m3,,,literature,garze2017,-,示例数据
"""
OWN = """reservoir_flood_share,made-{id},,,,,{share},1,,,literature,garze2017,-,示例数据
sediment_deposition_fraction,made-{id},,,,,{fraction},1,,,literature,garze2017,-,示例数据
sand_bulk_density,made-{id},,,,,{density},t/m3,,,literature,garze2017,-,示例数据
desertification_cover_depth,made-{id},,,,,{depth},m,,,literature,garze2017,-,示例数据
afforestation_cost,made-{id},,,,,{carbon},元@2010/t_CO2,,,{status},garze2017,-,示例数据
industrial_oxygen_price,made-{id},,,,,{oxygen},元@2010/t,,,literature,garze2017,-,示例数据
"""
ONE = {
    "share": "0.02",
    "fraction": "0.24",
    "density": "1.28",
    "depth": "0.1",
    "carbon": "380",
    "status": "literature",
    "oxygen": "727",
}
TWO = {
    "share": "0.03",
    "fraction": "0.25",
    "density": "1.6",
    "depth": "0.2",
    "carbon": "400",
    "status": "expert",
    "oxygen": "727",
}


def scheme(name: str, services: list[str], uses: str) -> str:
    lines = []
    for name_of, (group, line) in ((s, SERVICES[s]) for s in services):
        lines.append(f'[[service]]\nid = "{name_of}"\nclass = "{group}"\n[[service.line]]\n{line.replace("USES", uses)}\n')
    return SCHEME.format(id=name) + "".join(lines)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Book:
    """Profile `two` lacks crops and industrial water and has other parameters; in `unknown` the price of oxygen is not known."""
    source = tmp_path_factory.mktemp("compare") / "source"
    for folder in ("local/schemes", "local/measures", "local/rules", "local/parameters", "returns"):
        (source / folder).mkdir(parents=True)
    every, fewer = list(SERVICES), list(SERVICES)[1:]
    texts = {
        "book.toml": BOOK,
        "returns/all.csv": COLUMNS + ROWS,
        "local/schemes/one.toml": scheme("one", every, '"domestic", "industrial"'),
        "local/schemes/two.toml": scheme("two", fewer, '"domestic"'),
        "local/schemes/unknown.toml": scheme("unknown", fewer, '"domestic"'),
        "local/measures/made.toml": MEASURE,
        "local/rules/made.toml": RULE,
        "local/parameters/made.csv": PARAMETERS + BOTH + "".join(
            OWN.format(id=name, **values) for name, values in (("one", ONE), ("two", TWO), ("unknown", TWO | {"oxygen": ""}))
        ),
    }  # fmt: skip
    for name, text in texts.items():
        (source / name).write_text(text, encoding="utf-8")
    book, submitted = init(source.parent / "book", str(source), who="clerk")
    assert [s.status for s in submitted] == ["accepted"]
    assert run(book, trial=True, who="clerk").vintage
    return book


def checked(places: list[Place]) -> list[Place]:
    """Every figure whose difference is known is explained without a residual, from the lines up to GEP."""
    for place in places:
        for pair in (place.gep, *place.gep.lines, *(line for s in place.gep.lines for line in s.lines)):
            assert pair.difference is None or pair.residual == 0
            assert sum((leaf.amount for t in pair.terms for leaf in t.leaves()), Fraction(0)) == pair.explained
        below = sum((s.explained for s in place.gep.lines), Fraction(0))
        assert below == place.gep.explained
    return places


def parts(place: Place) -> dict[str, dict[str, Fraction]]:
    """Service -> its parts by factor, checked against the difference of every line and of GEP."""
    for leaf in place.change.leaves:
        assert leaf.change.residual in (0, None)
    total = place.change.total
    assert total.difference == (None if place.gep.difference is None else Fraction(place.gep.difference))
    assert total.difference is None or sum(total.parts.values()) == total.difference
    return {code: dict(change.parts) for code, change in place.change.services.items() if change.parts}


def service(place: Place, name: str) -> Pair:
    return next(s for s in place.gep.lines if s.keys["service"] == name)


def terms(pair: Pair) -> list[tuple[str, str, str, Fraction]]:
    return [(t.effect, t.kind, t.name, t.amount) for t in pair.terms]


def one_line(pair: Pair) -> tuple[Pair, Term]:
    (line,) = pair.lines
    (term,) = line.terms
    return line, term


# ---- the shipped book


def test_two_profiles_differ_by_one_method_in_oxygen(demo: Demo) -> None:
    (place,) = checked(compare_profiles(demo.book, "garze-2017", "garze-2017-one-carbon"))
    oxygen = service(place, "oxygen_release")
    # (0.31·10⁸·32/44 − 2.51·10⁸) t × 727 元/t, the stored quantity 22545454.545455
    amount = (Fraction("22545454.545455") - 251_000_000) * 727
    rest = Fraction("-166086454545.4542") - amount
    assert terms(oxygen) == [("quantity", "method", "", amount), ("rounding", "rounding", "", rest)]
    assert oxygen.terms[0].left
    assert oxygen.terms[0].right
    assert (oxygen.terms[0].left.origin, oxygen.terms[0].left.amount) == ("submitted", "2.51")
    assert (oxygen.terms[0].right.rule, oxygen.terms[0].right.expression) == (
        "oxygen_release.stoichiometry@1", "carbon * oxygen_mass / carbon_dioxide_mass",
    )  # fmt: skip
    assert place.gep.difference == Decimal("-166086454545.4542")
    assert place.gep.residual == 0
    assert [s.keys["service"] for s in place.gep.lines if s.difference] == ["oxygen_release"]
    assert [s.keys["service"] for s in place.gep.lines if s.terms] == ["oxygen_release"]
    (back,) = checked(compare_profiles(demo.book, "garze-2017-one-carbon", "garze-2017"))
    assert [t.amount for t in back.gep.terms] == [-t.amount for t in place.gep.terms]
    (same,) = checked(compare_profiles(demo.book, "garze-2017", "garze-2017"))
    assert (same.gep.difference, same.gep.terms) == (Decimal("0.0000"), ())


def test_comparing_by_region_and_year(demo: Demo) -> None:
    sides = ("garze-2017", "garze-2017-one-carbon")
    everything = compare_profiles(demo.book, *sides)
    assert compare_profiles(demo.book, *sides, region="513300", year=2010) == everything
    assert compare_profiles(demo.book, *sides, region="51") == []
    assert compare_profiles(demo.book, *sides, year=2011) == []


def test_profiles_that_were_not_run_are_told(demo: Demo) -> None:
    with pytest.raises(Refused) as caught:
        compare_profiles(demo.book, "garze-2018", "x' OR 1=1")
    assert [(f.code, f.found) for f in caught.value.findings] == [
        ("COMPARE-UNKNOWN", "garze-2018"),
        ("COMPARE-UNKNOWN", "x' OR 1=1"),
    ]
    assert caught.value.findings[0].text("zh") == "结果中没有 garze-2018。"
    assert caught.value.findings[0].mend("en") == "What can be compared: garze-2017, garze-2017-one-carbon."


# ---- a book that differs in every way


@pytest.fixture(scope="module")
def place(made: Book) -> Place:
    return checked(compare_profiles(made, "one", "two", region="51"))[0]


def test_scope(place: Place) -> None:
    line, term = one_line(service(place, "crop_products"))
    assert (term.effect, term.reason, term.amount) == ("scope", "service_not_in_profile", Fraction(-1_228_750_000))
    assert (line.right.state, line.right.amount) == ("absent", None)
    assert term.right is None
    # 150.17·10⁸ m³ × 3.6
    water = service(place, "water_supply")
    assert [(t.effect, t.reason, t.amount) for t in water.terms] == [("scope", "line_not_in_profile", Fraction(-54_061_200_000))]
    assert water.difference == Decimal("-54061200000.0000")


def test_scope_the_other_way_round(made: Book) -> None:
    (place,) = checked(compare_profiles(made, "two", "one", region="51"))
    _, term = one_line(service(place, "crop_products"))
    assert (term.reason, term.amount) == ("service_not_in_profile", Fraction(1_228_750_000))


def test_price(place: Place) -> None:
    # 0.31·10⁸ t × (400 − 380)
    _, term = one_line(service(place, "carbon_sequestration"))
    assert (term.effect, term.name, term.amount) == ("price", "afforestation_cost", Fraction(620_000_000))
    assert term.left
    assert term.right
    assert (term.left.status, term.right.status, term.left.amount, term.right.amount) == ("literature", "expert", "380", "400")


def test_a_computed_price_by_its_own_input(place: Place) -> None:
    # 10·10⁸ m³ × 50 元/m³ × (0.03 − 0.02)
    assert terms(service(place, "water_retention")) == [("price", "input", "share=reservoir_flood_share", Fraction(500_000_000))]


def test_quantity_by_one_input(place: Place) -> None:
    # (0.25 − 0.24) × 38.86·10⁸ / 0.93 m³ × 15.58; both stored volumes are rounded to six decimals
    (line,) = service(place, "soil_retention").lines
    leaves = [leaf for t in line.terms for leaf in t.leaves()]
    assert [(t.effect, t.kind, t.name) for t in leaves] == [
        ("quantity", "input", "fraction=sediment_deposition_fraction"), ("quantity", "rounding", ""), ("rounding", "rounding", ""),
    ]  # fmt: skip
    assert leaves[0].amount == Fraction("0.01") * 3_886_000_000 / Fraction("0.93") * Fraction("15.58")
    assert abs(leaves[1].amount) <= Fraction("15.58") / 10**6
    assert abs(leaves[2].amount) <= Fraction(1, 10**4)


def test_quantity_by_two_inputs(place: Place) -> None:
    # sand / (density · depth), 7794200 t: 60892187.5 m²; density alone 48713750, depth alone 30446093.75, both 24356875
    # density: ((48713750 − 60892187.5) + (24356875 − 30446093.75)) / 2 × 3.75, depth: the other order
    assert terms(service(place, "sandstorm_prevention")) == [
        ("quantity", "input", "density=sand_bulk_density", Fraction("-9133828.125") * Fraction("3.75")),
        ("quantity", "input", "depth=desertification_cover_depth", Fraction("-27401484.375") * Fraction("3.75")),
    ]


def test_factors_with_every_rounding_inside_them(place: Place) -> None:
    found = parts(place)
    assert {code: set(own) for code, own in found.items()} == {
        "crop_products": {"coverage"}, "water_supply": {"coverage"}, "carbon_sequestration": {"price"},
        "water_retention": {"price"}, "soil_retention": {"method"}, "sandstorm_prevention": {"method"},
    }  # fmt: skip
    assert found["crop_products"] == {"coverage": Fraction(-1_228_750_000)}
    assert found["carbon_sequestration"] == {"price": Fraction(620_000_000)}
    # the stored values, whatever was rounded on the way to them
    (soil,) = service(place, "soil_retention").lines
    assert found["soil_retention"] == {"method": Fraction(soil.difference or 0)}
    assert place.change.ratios == ()  # no GDP was returned


def test_factors_of_a_region_above_and_of_an_unknown_side(made: Book, place: Place) -> None:
    (city,) = compare_profiles(made, "one", "two", region="50")
    assert parts(city) == parts(place)
    (unknown,) = compare_profiles(made, "two", "unknown", region="51")
    assert parts(unknown) == {}
    assert unknown.change.total.unknown == ("51/oxygen_release/-/-/-",)
    assert unknown.change.total.difference is None


def test_a_region_above_is_explained_by_the_lines_below(made: Book, place: Place) -> None:
    (city,) = checked(compare_profiles(made, "one", "two", region="50"))
    assert city.gep.difference == place.gep.difference
    assert [line.keys["region"] for s in city.gep.lines for line in s.lines] == ["51"] * 8
    assert len(compare_profiles(made, "one", "two")) == 2


def test_an_unknown_side_is_not_explained_away(made: Book) -> None:
    (place,) = checked(compare_profiles(made, "two", "unknown", region="51"))
    line = service(place, "oxygen_release").lines[0]
    assert (line.left.amount, line.right.amount, line.right.state) == (Decimal("182477000000.0000"), None, "refused")
    assert "industrial_oxygen_price" in line.right.reason
    assert (line.difference, line.terms, place.gep.difference, place.gep.residual) == (None, (), None, None)
    told: dict[str, Any] = place.as_dict()
    assert (told["gep"]["in_full"], [u["service"] for u in told["gep"]["unknown"]]) == (False, ["oxygen_release"])
    assert all(s["in_full"] for s in told["services"] if s["service"] != "oxygen_release")


def test_profiles_in_other_currencies_are_refused(made: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from gep.workflow import compare

    held = rows(made, compare.TOTALS)
    other = [r | {"currency": "USD"} if r["profile"] == "two" else r for r in held]
    monkeypatch.setattr(compare, "rows", lambda book, sql: other)
    with pytest.raises(Refused) as caught:
        compare_profiles(made, "one", "two", region="51")
    (one,) = caught.value.findings
    assert "CNY" in one.found
    assert one.expected == "USD"


def test_a_profile_with_two_price_bases_stands_against_the_same_basis(made: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    from gep.workflow import compare

    held = rows(made, compare.TOTALS)
    pairs: list[tuple[str, str]] = []
    both = [*held, *(r | {"price_basis": "constant:2005"} for r in held)]
    monkeypatch.setattr(compare, "rows", lambda book, sql: both if sql == compare.TOTALS else [])
    monkeypatch.setattr(
        "gep.workflow.compare._Comparison.place", lambda _, a, b: pairs.append((a["price_basis"], b["price_basis"]))
    )
    compare_profiles(made, "one", "two", region="51")
    assert pairs == [("current", "current"), ("constant:2005", "constant:2005")]
