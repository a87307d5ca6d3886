"""A flow of an ecosystem service never stands under a value of the balance sheet, directly or through other rules."""

from __future__ import annotations

from typing import Any

import pytest

ASSETS = """
[land_value]
zh = "土地资产"
en = "Land, value"
kind = "stock"
unit = "CNY"
balance = {balance}

[capital]
zh = "资本化数"
en = "Capitalised"
kind = "flow"
unit = "CNY"
"""
RULE = """
["{name}"]
zh = "规则"
en = "Rule"
version = "1"
output = "{output}"
grain = ["region"]
expression = "flow"
source = "paper"
["{name}".inputs]
flow = {{ measure = "{read}"{unit} }}
"""


def folder(small: Any, *rules: tuple[str, str, str], balance: bool = True) -> Any:
    """The small catalogue with an asset value and rules (id, output, what they read); `income` is a flow of the service supply."""
    small.write("measures/assets.toml", ASSETS.format(balance=str(balance).lower()))
    small.write("rules/assets.toml", "".join(RULE.format(name=n, output=o, read=r, unit="") for n, o, r in rules))
    return small


def test_a_rule_that_puts_a_flow_into_an_asset_is_refused_by_name(small: Any) -> None:
    (told,) = folder(small, ("land.value", "land_value", "income")).refused()
    assert told.code == "CATALOG-FLOW-IN-ASSET"
    assert (told.found, told.rule, told.place.key) == ("income", "land.value", "land.value.flow")
    assert "land_value" in told.text("en")
    assert "流量" in told.text("zh")


def test_going_through_another_measure_does_not_hide_it(small: Any) -> None:
    (told,) = folder(small, ("a", "capital", "income"), ("b", "land_value", "capital")).refused()
    assert (told.code, told.found, told.rule) == ("CATALOG-FLOW-IN-ASSET", "capital", "b")


@pytest.mark.parametrize("read", ["capital", "land_value"])
def test_other_money_may_be_read(small: Any, read: str) -> None:
    loaded = folder(small, ("b", "land_value" if read == "capital" else "capital", read)).load()
    assert loaded.measures["land_value"].balance


def test_outside_the_balance_sheet_a_flow_may_be_capitalised(small: Any) -> None:
    assert folder(small, ("a", "capital", "income")).load().rules["a"]
    assert folder(small, ("b", "land_value", "income"), balance=False).load().rules["b"]
