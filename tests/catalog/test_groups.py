"""Correlation groups of a scheme: parameters that exist, each in one group."""

from __future__ import annotations

from typing import Any

GROUP = '[[uncertainty.group]]\nid = "{id}"\nparameters = [{names}]\ncorrelation = "{rho}"\nsource = "{source}"\n'
TERMS = '[uncertainty]\ndraws = 200\nseed = 1\nlevel = "0.9"\nshape = "triangular"\n'


def put(small: Any, *groups: str) -> None:
    small.change("schemes/one.toml", '[[service]]\nid = "retention"', TERMS + "".join(groups) + '[[service]]\nid = "retention"')


def group(name: str, *parameters: str, rho: str = "0.5", source: str = "paper") -> str:
    return GROUP.format(id=name, names=", ".join(f'"{p}"' for p in parameters), rho=rho, source=source)


def test_groups_are_read(small: Any) -> None:
    put(small, group("a", "share", "water_cost"))
    how = small.load().schemes["one"].uncertainty
    assert [(g.id, g.parameters, str(g.correlation)) for g in how.groups] == [("a", ("share", "water_cost"), "0.5")]


def test_a_parameter_stands_in_one_group(small: Any) -> None:
    put(small, group("a", "share", "water_cost"), group("b", "share"))
    (told,) = small.refused()
    assert (told.code, told.found, told.expected) == ("CATALOG-GROUP-TWICE", "share", "a, b")
    assert "share" in told.text("zh")


def test_parameters_and_sources_of_a_group_exist(small: Any) -> None:
    put(small, group("a", "shore", source="papers"))
    told = small.refused()
    assert [(f.code, f.found) for f in told] == [("CATALOG-UNKNOWN-REFERENCE", "papers"), ("CATALOG-UNKNOWN-REFERENCE", "shore")]
    assert "share" in dict(told[1].args)["near"]
