"""What bears on a service: gathered from the rules down to what is returned, and what a profile lacks of its parameters."""

from __future__ import annotations

from typing import Any

import pytest

from gep.base.data import data_root
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.catalog.subject import Subject, lines_of, missing, profiles, readings, services, standing, subject

HEAD = "id,source_set,region,key,valid_from,valid_to,value,unit,low,high,status,source,locator,note"
RULES, SCHEME, ROWS = "rules/all.toml", "schemes/one.toml", "parameters/all.csv"
BELOW = """
["rain.patches"]
zh = "降水量"
en = "Rain"
version = "1"
output = "rain"
grain = ["region"]
expression = "sum(area over class) * depth"
source = "paper"
["rain.patches".inputs]
area = { measure = "area" }
depth = { parameter = "depth", unit = "m" }

["rain.second"]
zh = "降水量（另一算法）"
en = "Rain, second way"
version = "1"
kind = "second_route"
output = "rain"
grain = ["region"]
expression = "depth * sum(area over class)"
source = "paper"
["rain.second".inputs]
area = { measure = "area" }
depth = { parameter = "depth", unit = "m" }

["supply.within"]
zh = "供水收入不超过上限"
en = "Income is within its limit"
version = "1"
kind = "assert"
grain = ["region"]
expression = "income <= limit * sum(area over class)"
source = "paper"
message_zh = "收入过大。"
message_en = "Too much income."
["supply.within".inputs]
income = { measure = "income" }
area = { measure = "area" }
limit = { parameter = "limit", unit = "CNY/m2" }

["area.known"]
zh = "面积大于零"
en = "There is an area"
version = "1"
kind = "assert"
grain = ["region"]
expression = "sum(area over class) > 0 * sum(area over class)"
source = "paper"
message_zh = "没有面积。"
message_en = "There is no area."
["area.known".inputs]
area = { measure = "area" }
"""


def of(catalog: Catalog, service: str) -> Subject:
    return subject(catalog, catalog.codes["service"][service])


@pytest.fixture
def deep(small: Any) -> Any:
    """The small catalogue in which the rain is computed, with checks of each kind."""
    small.add(RULES, BELOW)
    small.add(ROWS, "depth,set-a,,,,,1,m,,,literature,paper,Table 2,\nlimit,set-b,,,,,,元@2010/m2,,,literature,paper,Table 2,\n")
    return small


def test_rules_are_followed_down_to_what_is_returned(deep: Any) -> None:
    found = of(deep.load(), "retention")
    assert [m.id for m in found.measures] == ["retained"]
    assert [r.id for r in found.rules] == ["retention.share"]
    assert [r.id for r in found.below] == ["rain.patches"]
    assert [r.id for r in found.seconds] == ["rain.second"]


def test_a_check_of_results_is_not_shown_at_services_that_only_share_a_return(deep: Any) -> None:
    c = deep.load()
    # area.known looks at returns alone: it concerns whoever reads the area; supply.within judges another service's result
    assert [r.id for r in of(c, "retention").asserts] == ["area.known", "retention.limit"]
    # the income is returned: its service reads no area
    assert [r.id for r in of(c, "supply").asserts] == ["supply.within"]


def test_another_service_is_not_entered(small: Any) -> None:
    small.change(
        RULES, 'rain = { measure = "rain" }\nshare', 'rain = { measure = "rain" }\nmoney = { measure = "income" }\nshare'
    )
    small.add(
        RULES,
        """
["supply.income"]
zh = "供水收入"
en = "Income from water"
version = "1"
output = "income"
grain = ["region"]
expression = "rain * price"
source = "paper"
["supply.income".inputs]
rain = { measure = "rain" }
price = { parameter = "water_cost", unit = "CNY/m3" }
""",
    )
    c = small.load()
    assert of(c, "retention").below == ()
    assert [r.id for r in of(c, "supply").rules] == ["supply.income"]


def test_overlaps_are_found_by_service_by_measure_and_by_code(small: Any) -> None:
    body = 'zh = "甲"\nen = "A"\nsource = "paper"\nclause = "c"\n'
    small.write(
        "overlaps/all.toml",
        f'[one]\n{body}members = ["retention", "supply"]\n[two]\n{body}members = ["income", "rain"]\n'
        f'[three]\n{body}members = ["measure:retained", "rain"]\n[four]\n{body}members = ["retained@x", "rain"]\n',
    )
    c = small.load()
    assert [o.id for o in of(c, "retention").overlaps] == ["one", "three", "four"]
    assert [o.id for o in of(c, "supply").overlaps] == ["one", "two"]


def test_standing_of_a_service_in_a_profile(small: Any) -> None:
    assert standing(small.load().schemes["one"], "retention") == "value"
    small.change(SCHEME, 'price = "water_cost"\n', "")
    assert standing(small.load().schemes["one"], "retention") == "quantity"
    small.change(SCHEME, "parameter_sets", 'undetermined = ["retention"]\nparameter_sets')
    one = small.load().schemes["one"]
    assert standing(one, "retention") == "undetermined"
    assert standing(one, "none") == "absent"
    assert lines_of(one, "none") == ()
    small.change(SCHEME, 'status = "enabled"', 'status = "disabled"\nreason = "文本未录入 / not entered"')
    assert standing(small.load().schemes["one"], "supply") == "unknown"


def read(c: Catalog, name: str) -> tuple[int, int] | None:
    return missing(c, c.schemes["one"], name, readings(c, of(c, "retention"))[name])


def test_prices_and_parameters_are_read_and_by_whom(deep: Any) -> None:
    found = readings(deep.load(), of(deep.load(), "retention"))
    assert {name: [(r.rule, r.scheme) for r in places] for name, places in found.items()} == {
        "depth": [("rain.patches", ""), ("rain.second", "")],
        "share": [("retention.share", "")],
        "water_cost": [("", "one")],
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (["share,set-a,,,,,0.25"], (0, 1)),
        (["share,set-a,,,,,"], (1, 1)),  # an empty value is known to be unknown
        (["share,set-a,,,,,", "share,set-b,,,,,0.3"], (1, 1)),  # the first set decides, even if it does not know
        (["share,set-b,,,,,", "share,set-a,,,,,0.3"], (0, 1)),
        (["share,set-a,,,,,0.3", "share,set-a,513300,,,,"], (1, 2)),  # another region stands for itself
        (["share,other,,,,,0.3"], (0, 0)),  # no set of the profile has a row
    ],
)
def test_missing_counts_what_the_profile_would_take(small: Any, rows: list[str], expected: tuple[int, int]) -> None:
    small.write(ROWS, "\n".join([HEAD, *(f"{row},1,,,literature,paper,Table 1," for row in rows)]) + "\n")
    assert read(small.load(), "share") == expected


def test_missing_is_none_where_the_profile_does_not_read(deep: Any) -> None:
    assert read(deep.load(), "depth") is None  # rain.patches is not chosen


def test_missing_heeds_the_selected_code_and_the_domain(small: Any) -> None:
    rows = ["share,set-a,,ecosystem:forest,,,0.25", "share,set-a,,ecosystem:shrub,,,"]
    small.write(ROWS, "\n".join([HEAD, *(f"{row},1,,,literature,paper,Table 1," for row in rows)]) + "\n")
    assert read(small.load(), "share") == (1, 2)
    small.change(
        RULES,
        'grain = ["region"]\nexpression = "rain',
        'grain = ["region"]\ndomain = { ecosystem = ["forest"] }\nexpression = "rain',
    )
    assert read(small.load(), "share") == (0, 1)
    small.change(RULES, 'unit = "1", lower', 'unit = "1", select = { ecosystem = "shrub" }, lower')
    assert read(small.load(), "share") == (1, 1)


def test_the_shipped_services_take_in_every_rule_that_a_profile_chooses() -> None:
    c = load(data_root() / "coefficients")
    assert [p.status for p in profiles(c)] == sorted((p.status for p in profiles(c)), reverse=True)
    held = {r.id for code in services(c) for r in of(c, code.code).all_rules}
    chosen = {name for p in profiles(c) for name in p.rules}
    assert chosen <= held
