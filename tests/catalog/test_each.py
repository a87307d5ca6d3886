"""Entries written once for several tables: every copy has its placeholders filled, and a list that does not fit is refused."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gep.base.findings import Finding, Place
from gep.catalog.each import copies

PLACE = Place("coefficients/rules/x.toml", key="{t}.R40")


def made(name: str, body: dict[str, Any]) -> tuple[dict[str, Any], list[Finding]]:
    findings: list[Finding] = []
    return {k: dict(v) for k, v in copies(name, body, PLACE, findings)}, findings


def test_an_entry_without_a_list_stays_as_it_is() -> None:
    body = {"zh": "a {t} b", "inputs": {"r": {"measure": "{t}.R10"}}}
    assert made("one", body) == ({"one": body}, [])


def test_every_text_list_and_key_of_every_copy_is_filled() -> None:
    body = {
        "each": [{"t": "LA-01", "d": "la01"}, {"t": "GQ-01", "d": "gq01"}],
        "zh": "{t} 的 {d}",
        "grain": ["region", "{d}"],
        "domain": {"{d}": ["C01"]},
        "tolerance": 0,
        "stands_in": True,
        "inputs": {"r": {"measure": "{t}.R10", "select": {"{d}": "C01"}}},
    }
    found, findings = made("{t}.R40", body)
    assert findings == []
    assert list(found) == ["LA-01.R40", "GQ-01.R40"]
    assert found["GQ-01.R40"] == {
        "zh": "GQ-01 的 gq01",
        "grain": ["region", "gq01"],
        "domain": {"gq01": ["C01"]},
        "tolerance": 0,
        "stands_in": True,
        "inputs": {"r": {"measure": "GQ-01.R10", "select": {"gq01": "C01"}}},
    }


@pytest.mark.parametrize(
    ("name", "each", "found", "expected"),
    [
        ("{t}.R40", [{"u": "LA-01"}], "t, u", "t"),  # one is lacking, one is spare
        ("{t}.R40", [{"t": "LA-01", "u": "x"}], "u", "t"),
        ("{t}.R40", [{"t": "LA-01"}, {"t": "LA-01"}], "LA-01.R40", "t"),  # twice the same copy
        ("R40", [{}, {}], "R40", ""),
    ],
)
def test_a_list_that_does_not_fit_is_told(name: str, each: list[dict[str, str]], found: str, expected: str) -> None:
    (told,) = made(name, {"each": each, "zh": "x"})[1]
    assert (told.code, told.found, told.expected) == ("CATALOG-EACH", found, expected)
    assert (told.place.file, told.place.column, told.place.key) == (PLACE.file, "each", name)


@pytest.mark.parametrize("each", [[], "LA-01", ["LA-01"], [{"t": 1}], {"t": "LA-01"}])
def test_what_is_no_list_of_texts_is_told_and_gives_no_copy(each: object) -> None:
    found, (told,) = made("{t}.R40", {"each": each})
    assert (found, told.code) == ({}, "CATALOG-EACH")


def test_the_words(small: Any) -> None:
    small.write("rules/more.toml", '["{t}.x"]\neach = []\nzh = "x"\nen = "x"\nversion = "1"\n')
    (told,) = small.refused()
    assert told.place.text() == "coefficients/rules/more.toml:each [{t}.x]"
    assert told.text("en").endswith(".")
    assert told.text("zh").endswith("。")


RULES = """
["{m}.double"]
each = [{ m = "rain", by = "2" }, { m = "retained", by = "3" }]
zh = "{m} 的 {by} 倍"
en = "{by} times {m}"
version = "1"
output = "{m}"
grain = ["region"]
expression = "x * {by}"
source = "paper"
["{m}.double".inputs]
x = { measure = "{m}" }
"""


def test_rules_and_measures_take_lists(small: Any) -> None:
    small.write("rules/more.toml", RULES)
    small.write(
        "measures/more.toml",
        '["{r}.of"]\neach = [{ r = "snow" }, { r = "hail" }]\nzh = "{r}"\nen = "{r}"\nkind = "flow"\nunit = "m3"\n'
        "quantum = 0.5\n",
    )
    c = small.load()
    assert {n: r[0].expression for n, r in c.rules.items() if n.endswith(".double")} == {
        "rain.double": "x * 2",
        "retained.double": "x * 3",
    }
    assert c.rules["rain.double"][0].names.en == "2 times rain"
    assert [c.measures[n].quantum for n in ("snow.of", "hail.of")] == [Decimal("0.5")] * 2


def test_a_copy_beside_an_entry_of_the_same_id_stands_twice(small: Any) -> None:
    small.write("rules/more.toml", RULES.replace('"{m}.double"', '"{m}.share"').replace('m = "retained"', 'm = "retention"'))
    assert "CATALOG-DUPLICATE" in {f.code for f in small.refused()}
