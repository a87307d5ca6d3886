"""How a table is rounded in print: a field of the layout that came later, so it changes no record that leaves it out."""

from __future__ import annotations

from typing import Any

import pytest

from gep.base.findings import Finding, Place
from gep.catalog.fields import Fields
from gep.catalog.freeze import plain
from gep.catalog.read_tables import layout

BODY: dict[str, Any] = {
    "zh": "某表",
    "en": "A table",
    "unit": "hm2",
    "provenance": "EK",
    "row": [{"code": "R10", "zh": "期初", "en": "Opening"}],
    "column": [{"code": "C1", "zh": "甲", "en": "A"}],
}


def read(**more: str) -> tuple[Any, list[Finding]]:
    findings: list[Finding] = []
    return layout("XX-01", Fields(BODY | more, Place("x.toml"), findings)), findings


def test_left_out_it_is_half_to_even_and_no_part_of_the_record() -> None:
    made, findings = read()
    assert not findings
    assert made.rounding == "gbt8170"
    assert "rounding" not in plain(made)  # type: ignore[operator]
    assert plain(read(rounding="gbt8170")[0]) == plain(made)


def test_half_up_is_kept() -> None:
    made, findings = read(rounding="half_up")
    assert not findings
    assert plain(made)["rounding"] == "half_up"  # type: ignore[index]


@pytest.mark.parametrize("word", ["half-up", "8170", "down"])
def test_any_other_word_is_a_finding(word: str) -> None:
    made, findings = read(rounding=word)
    assert [(f.code, f.found) for f in findings] == [("CATALOG-FIELD-CHOICE", word)]
    assert made.rounding == "gbt8170"
