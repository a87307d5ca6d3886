"""Resolving a scheme for a year, and the one way to read a parameter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Refused
from gep.base.records import Key, Line, Names, Parameter, Region, Severity
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup, domain, resolve, scheme_of, valid

RULES, SCHEME, MEASURES = "rules/all.toml", "schemes/one.toml", "measures/all.toml"


def refused(catalog: Catalog, name: str, year: int) -> Any:
    with pytest.raises(Refused) as caught:
        resolve(catalog, name, year)
    return caught.value.findings


# ---- schemes


def test_rules_come_in_the_order_they_can_run(small: Any) -> None:
    small.change(SCHEME, '["retention.share", "retention.limit"]', '["retention.limit", "retention.share"]')
    resolved = resolve(small.load(), "one", 2010)
    assert [r.id for r in resolved.rules] == ["retention.share", "retention.limit"]
    assert resolved.computed == {"retained"}
    assert (resolved.scheme.id, resolved.year) == ("one", 2010)


def test_an_unknown_scheme_is_told_with_similar_ones(small: Any) -> None:
    (told,) = refused(small.load(), "onee", 2010)
    assert (told.code, told.found) == ("CATALOG-UNKNOWN-REFERENCE", "onee")
    assert told.text("en") == "The scheme onee is not declared."
    assert told.mend("en") == "Declare that scheme first or correct the spelling; similar ones: one."


def test_a_disabled_scheme_says_why_and_what_to_use(small: Any) -> None:
    two = (small.root / SCHEME).read_text(encoding="utf-8").replace('id = "one"', 'id = "two"')
    small.write("schemes/two.toml", two.replace('"enabled"', '"disabled"\nreason = "the text is not published yet"'))
    (told,) = refused(small.load(), "two", 2010)
    assert (told.code, told.severity) == ("CATALOG-SCHEME-DISABLED", Severity.STOP)
    assert told.place.text() == "coefficients/schemes/two.toml [two]"
    assert told.text("en") == "The scheme two is disabled: the text is not published yet."
    assert told.mend("zh") == "改用其他方案;可用的有:one。"


@pytest.mark.parametrize(("year", "usable"), [(2011, False), (2012, True), (2014, True), (2015, False)])
def test_a_scheme_is_valid_in_its_years(small: Any, year: int, usable: bool) -> None:
    # valid until 30 June 2015: the rules of a year are those in force on its last day
    small.change(SCHEME, 'source = "paper"', 'source = "paper"\nvalid_from = "2012"\nvalid_to = "2015-06-30"')
    c = small.load()
    if usable:
        assert scheme_of(c, "one", year).id == "one"
        return
    (told,) = refused(c, "one", year)
    assert told.code == "CATALOG-SCHEME-VALIDITY"
    assert told.text("en") == f"The scheme one is not valid in {year} (valid 2012-01-01 … 2015-06-30)."
    assert told.text("zh") == f"方案 one 在 {year} 年无效(有效期 2012-01-01 … 2015-06-30)。"


VERSION = """
["{table}"]
id = "retention.share"
zh = "水源涵养量"
en = "Water retained"
version = "{version}"
valid_from = "{start}"
{end}
output = "retained"
grain = ["region"]
expression = "rain * share"
source = "paper"
["{table}".inputs]
rain = {{ measure = "rain" }}
share = {{ parameter = "share", unit = "1" }}
"""


def test_the_version_of_a_rule_is_that_of_the_year(small: Any) -> None:
    small.change(RULES, 'version = "1"\noutput', 'version = "1"\nvalid_from = "2000"\noutput')
    small.write("rules/later.toml", VERSION.format(table="later", version="2", start="2015-07-01", end=""))
    c = small.load()
    chosen = {year: resolve(c, "one", year).rules[0].version for year in (2010, 2014, 2015, 2020)}
    assert chosen == {2010: "1", 2014: "1", 2015: "2", 2020: "2"}
    (told,) = refused(c, "one", 1999)
    assert told.code == "CATALOG-SCHEME-VALIDITY"
    assert told.text("en") == "The rule retention.share is not valid in 1999 (valid 2015-07-01 … 9999-12-31)."
    assert told.mend("zh") == "改用当年有效的版本。"


def test_a_rule_that_has_ended_is_refused(small: Any) -> None:
    small.change(RULES, 'version = "1"\noutput', 'version = "1"\nvalid_to = 2009\noutput')
    (told,) = refused(small.load(), "one", 2010)
    assert (told.code, told.expected) == ("CATALOG-SCHEME-VALIDITY", "0001-01-01 … 2009-12-31")


def test_two_rules_for_one_measure_are_refused(small: Any) -> None:
    other = VERSION.format(table="other", version="1", start="2000", end="").replace("retention.share", "retention.other")
    small.write("rules/other.toml", other)
    small.change(SCHEME, '"retention.limit"', '"retention.limit", "retention.other"')
    (told,) = refused(small.load(), "one", 2010)
    assert told.code == "CATALOG-RULE-TWICE"
    assert told.text("en") == "The measure retained is computed by several rules: retention.share, retention.other."
    assert told.text("zh") == "指标 retained 由几条规则计算:retention.share, retention.other。"
    assert told.mend("en") == "Keep one of them in the scheme."


CIRCLE = """
["rain.back"]
zh = "降水量"
en = "Rain"
version = "1"
output = "rain"
grain = ["region"]
expression = "retained / share"
source = "paper"
["rain.back".inputs]
retained = { measure = "retained"TIME }
share = { parameter = "share", unit = "1" }
"""


def test_rules_in_a_circle_are_refused(small: Any) -> None:
    small.write("rules/back.toml", CIRCLE.replace("TIME", ""))
    small.change(SCHEME, '"retention.limit"', '"rain.back"')
    (told,) = refused(small.load(), "one", 2010)
    assert told.code == "CATALOG-RULE-CYCLE"
    assert told.text("en") == "The rules depend on one another in a circle: retention.share → rain.back → retention.share."
    assert told.text("zh").startswith("规则互相依赖,成了循环:")


def test_a_rule_on_its_own_result_is_a_circle_but_not_on_that_of_last_year(small: Any) -> None:
    small.change(RULES, 'rain = { measure = "rain" }\nshare', 'rain = { measure = "retained" }\nshare')
    (told,) = refused(small.load(), "one", 2010)
    assert (told.code, told.found) == ("CATALOG-RULE-CYCLE", "retention.share → retention.share")
    small.change(RULES, 'rain = { measure = "retained" }\nshare', 'rain = { measure = "retained", time = "prev" }\nshare')
    assert len(resolve(small.load(), "one", 2010).rules) == 2


def test_every_finding_of_a_scheme_at_once(small: Any) -> None:
    small.write("rules/back.toml", CIRCLE.replace("TIME", ""))
    small.change(SCHEME, '"retention.limit"', '"rain.back"')
    small.change(RULES, 'version = "1"\nkind = "assert"', 'version = "1"\nvalid_to = 2009\nkind = "assert"')
    small.change(SCHEME, '"rain.back"', '"rain.back", "retention.limit"')
    assert {f.code for f in refused(small.load(), "one", 2010)} == {"CATALOG-RULE-CYCLE", "CATALOG-SCHEME-VALIDITY"}


@pytest.mark.parametrize(
    ("file", "old", "new", "reason_zh", "reason_en", "found"),
    [
        (
            MEASURES,
            '"=supply"',
            '"=retention"',
            "指标的 account.service 不是该服务",
            "account.service of the measure is another service",
            "income",
        ),
        (
            SCHEME,
            'price = "water_cost"',
            "value_only = true",
            "只有价值量的行须用货币单位的指标",
            "a value-only line needs a measure in money",
            "retained",
        ),
        (
            SCHEME,
            "value_only = true",
            'price = "water_cost"',
            "货币单位的指标不能再乘单价",
            "a measure in money has no price",
            "income",
        ),
    ],
)
def test_a_line_that_cannot_stand(small: Any, file: str, old: str, new: str, reason_zh: str, reason_en: str, found: str) -> None:
    small.change(file, old, new)
    (told,) = refused(small.load(), "one", 2010)
    service = "retention" if found == "retained" else "supply"
    assert (told.code, told.found) == ("CATALOG-SERVICE-LINE", found)
    assert told.text("en") == f"The line {found} of service {service} cannot stand: {reason_en}."
    assert told.text("zh") == f"服务 {service} 的计价行 {found} 不成立:{reason_zh}。"
    assert told.mend("en") == f"Change it to: account.service = '={service}', CNY."


# ---- domains


def test_a_domain_is_declared_or_the_classes_of_the_scheme_or_open(small: Any) -> None:
    c = small.load()
    plain = next(iter(c.schemes.values()))
    finer = replace(plain, classes={"ecosystem": ("forest", "shrub")})
    assert domain(c, plain, Line("area", domain={"ecosystem": ("forest",)}), "ecosystem", 2010) == ("forest",)
    assert domain(c, plain, Line("area"), "ecosystem", 2015) == ("natural",)  # the top of the tree
    assert domain(c, finer, Line("area"), "ecosystem", 2015) == ("forest", "shrub")
    assert domain(c, finer, Line("area"), "ecosystem", 2016) == ("forest",)  # shrub ended with 2015
    assert domain(c, finer, Line("area", domain={"ecosystem": ("natural",)}), "ecosystem", 2015) == ("forest", "shrub")
    assert domain(c, plain, Line("area", domain={"ecosystem": ("*",)}), "ecosystem", 2010) is None


@pytest.mark.parametrize(
    ("start", "end", "inside"),
    [
        ("2010-01-01", "2010-12-31", True),
        ("2010-12-31", "2010-12-31", True),
        ("2011-01-01", "2011-12-31", False),
        ("2010-01-01", "2010-12-30", False),
    ],
)
def test_validity_is_read_on_the_last_day(start: str, end: str, inside: bool) -> None:
    assert valid(date.fromisoformat(start), date.fromisoformat(end), 2010) is inside


# ---- parameters

REGIONS = {
    "51": Region("51", "", "province", Names("川", "Sichuan")),
    "5133": Region("5133", "51", "city", Names("甘孜", "Garze")),
    "513301": Region("513301", "5133", "county", Names("康定", "Kangding")),
}
FOREST: Key = (("ecosystem", "forest"),)


def made(value: str | None, **more: Any) -> Parameter:
    given: dict[str, Any] = {
        "id": "share",
        "key": (),
        "region": "",
        "value": None if value is None else Decimal(value),
        "unit": "1",
        "status": "literature",
        "source": "paper",
        "locator": "Table 1",
        "source_set": "set-a",
        "file": "coefficients/parameters/p.csv",
        "line": 2,
    }
    return Parameter(**(given | more))


def lookup(*rows: Parameter, sets: tuple[str, ...] = ("set-a", "set-b")) -> Lookup:
    return Lookup(Catalog(parameters={"share": rows}), REGIONS, sets)


def value(look: Lookup, region: str = "513301", year: int = 2010, key: Key = ()) -> Decimal | None:
    found = look.find("share", key, region, year)
    return found.value if found else None


def only(look: Lookup) -> Any:
    (told,) = look.findings.values()
    return told


def test_the_region_itself_comes_first_and_silently() -> None:
    look = lookup(made("1", region=""), made("2", region="5133"), made("3", region="513301"))
    assert value(look) == 3
    assert look.findings == {}


def test_a_value_of_the_region_above_is_used_and_told() -> None:
    look = lookup(made("1", region=""), made("2", region="51"))
    assert value(look) == 2
    told = only(look)
    assert (told.code, told.severity) == ("CATALOG-PARAMETER-FALLBACK", Severity.NOTE)
    assert told.text("en") == "Region 513301 has no share (-) of its own; the value of the region above, 51, is used."
    assert told.text("zh") == "地区 513301 没有自己的参数 share(-),采用上级地区 51 的数值。"


def test_every_region_that_takes_the_value_above_is_told() -> None:
    look = lookup(made("1", region="51"))
    assert (value(look), value(look, region="5133"), value(look, year=2011)) == (1, 1, 1)
    assert [f.place.key for f in look.findings.values()] == ["share/513301/2010/-", "share/5133/2010/-", "share/513301/2011/-"]


def test_what_is_about_the_row_itself_is_told_once() -> None:
    look = lookup(made("1", status="illustrative"))
    assert (value(look), value(look, region="5133"), value(look, year=2011)) == (1, 1, 1)
    assert [f.place.text() for f in look.findings.values()] == ["coefficients/parameters/p.csv:2 [share/-/-/-]"]


def test_the_nearest_region_above_is_taken() -> None:
    assert value(lookup(made("1", region="51"), made("2", region="5133"))) == 2


def test_a_value_for_anywhere_needs_no_note() -> None:
    look = lookup(made("1", region=""), made("9", region="99"))
    assert value(look) == 1
    assert look.findings == {}
    assert value(look, region="unheard-of") == 1


def test_regions_in_a_circle_end() -> None:
    look = lookup(made("1"))
    look.regions = {"a": Region("a", "b", "x", Names("a", "a")), "b": Region("b", "a", "x", Names("b", "b"))}
    assert look.chain("a") == ["a", "b", ""]


@pytest.mark.parametrize(("year", "expected"), [(2009, None), (2010, 1), (2014, 1), (2015, 2), (2030, 2)])
def test_the_value_in_force_on_the_last_day_of_the_year(year: int, expected: int | None) -> None:
    look = lookup(
        made("1", valid_from=date(2010, 6, 1), valid_to=date(2015, 6, 30)),
        made("2", valid_from=date(2015, 7, 1)),
    )
    assert value(look, year=year) == expected


def test_the_sets_come_in_the_order_of_the_scheme() -> None:
    rows = (made("1", source_set="set-a"), made("2", source_set="set-b"), made("3", source_set="set-c"))
    assert value(lookup(*rows, sets=("set-a", "set-b"))) == 1
    assert value(lookup(*rows, sets=("set-b", "set-a"))) == 2
    assert value(lookup(*rows, sets=("set-c",))) == 3


def test_the_place_weighs_more_than_the_set() -> None:
    assert value(lookup(made("1", source_set="set-a"), made("2", source_set="set-b", region="513301"))) == 2


def test_the_book_s_own_value_comes_before_every_set() -> None:
    own = made("5", source_set="local", file="local/parameters/p.csv")
    assert value(lookup(made("1"), own)) == 5
    assert value(lookup(made("1", region="513301"), own)) == 1  # but not before a nearer place
    # the word `local` in a shipped file gives no precedence, and the local folder alone does not either
    assert value(lookup(made("1"), replace(own, file="coefficients/parameters/p.csv"))) == 1
    assert value(lookup(made("1"), replace(own, source_set="mine"))) == 1


def test_several_values_of_equal_standing_are_refused() -> None:
    look = lookup(made("1"), made("2", line=9))
    assert value(look) is None
    told = only(look)
    assert (told.code, told.severity) == ("CATALOG-PARAMETER-AMBIGUOUS", Severity.STOP)
    assert told.text("en") == (
        "The parameter share (-) has several values of equal standing for region 513301: "
        "1 1 (coefficients/parameters/p.csv:2); 2 1 (coefficients/parameters/p.csv:9)."
    )
    assert told.text("zh").startswith("参数 share(-)在地区 513301 有几个同等的数值:")


def test_a_declared_unknown_stops_and_nothing_takes_its_place() -> None:
    # the value for anywhere would be there, yet the nearer row says that nobody knows
    look = lookup(made("1", region=""), made(None, region="513301"))
    assert value(look) is None
    told = only(look)
    assert (told.code, told.severity) == ("CATALOG-PARAMETER-DECLARED-UNKNOWN", Severity.STOP)
    assert told.text("en") == "The parameter share (-) is known to be unknown; nothing is put in its place."
    assert told.mend("zh") == "查阅 paper Table 1,把官方数值录入账册的 local/parameters。"


def test_a_missing_value_names_place_year_and_sets() -> None:
    look = lookup(made("1", source_set="set-z"), made("1", key=FOREST))
    assert value(look, year=2011) is None
    told = only(look)
    assert (told.code, told.severity) == ("CATALOG-PARAMETER-UNKNOWN", Severity.STOP)
    assert told.place.text() == "share/513301/2011/-"
    assert told.text("en") == "The parameter share (-) has no value for region 513301 in 2011."
    assert told.text("zh") == "参数 share(-)在地区 513301、2011 年没有可用的数值。"
    assert told.mend("en").endswith("the parameter sets in use are: set-a, set-b, local.")


def test_a_key_is_met_exactly() -> None:
    look = lookup(made("1"), made("2", key=FOREST))
    assert value(look, key=FOREST) == 2
    assert value(look, key=(("ecosystem", "shrub"),)) is None
    assert [f.place.key for f in look.findings.values()] == ["share/513301/2010/ecosystem:shrub"]


def test_an_illustrative_value_is_used_and_told() -> None:
    look = lookup(made("1", status="illustrative", key=FOREST))
    assert value(look, key=FOREST) == 1
    told = only(look)
    assert (told.code, told.severity) == ("CATALOG-PARAMETER-ILLUSTRATIVE", Severity.NOTE)
    assert told.text("en") == "The parameter share (ecosystem:forest) is illustrative."
    assert told.text("zh") == "参数 share(ecosystem:forest)为示例数据。"
    assert told.mend("zh") == "正式发布前换成有来源的数值。"


def test_every_read_is_recorded_once() -> None:
    look = lookup(made("1"), made("2", key=FOREST))
    for _ in range(3):
        value(look)
        value(look, key=FOREST)
        value(look, year=2011)
        look.find("nothing", (), "513301", 2010)
    assert set(look.read) == {
        ("share", (), "513301", 2010),
        ("share", FOREST, "513301", 2010),
        ("share", (), "513301", 2011),
        ("nothing", (), "513301", 2010),
    }
    assert look.read["nothing", (), "513301", 2010] is None
    look.catalog = Catalog()  # what was read once stands: nothing is looked up again
    assert (value(look), value(look, key=FOREST)) == (1, 2)
    assert len(look.findings) == 1


def test_a_local_file_reaches_the_lookup(small: Any, local: Callable[[dict[str, str]], Path]) -> None:
    head = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note"
    own = local({"parameters/p.csv": f"{head}\nshare,local,,,,,0.3,1,,,local,paper,here,\n"})
    c = small.load(own)
    found = Lookup(c, {}, ("set-a",)).find("share", (), "x", 2010)
    assert found is not None
    assert (found.value, found.file, found.line) == (Decimal("0.3"), "local/parameters/p.csv", 2)
