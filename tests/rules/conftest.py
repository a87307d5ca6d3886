"""Measures and short constructors of inputs and rules for the tests of `gep.rules`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pytest

from gep.base.findings import Finding, Refused
from gep.base.records import Input, Measure, Names, Rule
from gep.rules.plan import Plan, build

NAMES = Names("名称", "name")


def _measure(id: str, unit: str, kind: str = "flow", dims: Sequence[str] = (), quantum: str = "0.001", **more: Any) -> Measure:
    return Measure(id, NAMES, kind, unit, Decimal(quantum), Decimal("0.01"), tuple(dims), **more)  # type: ignore[arg-type]


MEASURES = {
    m.id: m
    for m in (
        _measure("water", "m3", dims=("ecosystem",)),
        _measure("total", "m3"),
        _measure("soil", "t"),
        _measure("area", "m2", "stock", dims=("ecosystem",), lower=Decimal(0)),
        _measure("emission", "t", dims=("pollutant",)),
        _measure("purified", "t", dims=("pollutant",)),
        _measure("unit_price", "CNY/m3", "price"),
        _measure("value", "CNY"),
        _measure("share", "1", "ratio", quantum="0.000001"),
    )
}


@pytest.fixture
def measures() -> Mapping[str, Measure]:
    return MEASURES


@pytest.fixture
def given() -> Callable[..., Input]:
    """given("area hm2 region,row", "column", lower=0): name, unit and grain in one text."""

    def make(text: str, kind: str = "column", ref: str = "", **more: Any) -> Input:
        name, unit, *grain = text.split()
        for bound in ("lower", "upper"):
            if bound in more:
                more[bound] = Decimal(str(more[bound]))
        rows = "patches" if kind == "column" else ""
        return Input(name, kind, ref or name, tuple(grain[0].split(",")) if grain else (), unit, rows=rows, **more)  # type: ignore[arg-type]

    return make


@pytest.fixture
def rule() -> Callable[..., Rule]:
    def make(output: str, grain: str, expression: str, *inputs: Input, kind: str = "compute", **more: Any) -> Rule:
        keys = tuple(g for g in grain.split(",") if g)
        return Rule("test.rule", "1", kind, NAMES, output, keys, expression, inputs, "src", "1.2", file="rules.toml", **more)  # type: ignore[arg-type]

    return make


@pytest.fixture
def refused() -> Callable[[Rule], dict[str, Finding]]:
    """The findings of a rule that must be refused, by code."""

    def check(bad: Rule) -> dict[str, Finding]:
        with pytest.raises(Refused) as caught:
            build(bad, MEASURES)
        return {f.code: f for f in caught.value.findings}

    return check


@pytest.fixture
def planned() -> Callable[[Rule], Plan]:
    return lambda good: build(good, MEASURES)
