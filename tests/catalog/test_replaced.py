"""A book's own entries over shipped ones are told, kind by kind; a class under two codes is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gep.base.records import Severity

REPLACED = "CATALOG-LOCAL-OVER-SHIPPED"
TWICE = "CATALOG-NAME-TWICE"
CODES = "codes/all.csv"
# kind, its Chinese name, file, what the entry is called; the local file is the shipped one as it is
KINDS = [
    ("measure", "指标", "measures/all.toml", "rain"),
    ("record set", "记录集", "records/all.toml", "patches"),
    ("layout", "表式", "layouts/all.toml", "LA-01"),
    ("rule", "规则", "rules/all.toml", "retention.share"),
    ("scheme", "方案", "schemes/one.toml", "one"),
    ("source", "来源", "sources.toml", "paper"),
    ("code", "代码", CODES, "ecosystem:forest"),
    ("crosswalk", "对照表", "crosswalks/all.csv", "old_new"),
]


@pytest.mark.parametrize(("kind", "zh", "file", "name"), KINDS)
def test_an_entry_over_a_shipped_one(
    small: Any, local: Callable[[dict[str, str]], Path], kind: str, zh: str, file: str, name: str
) -> None:
    catalog = small.load(local({file: (small.root / file).read_text(encoding="utf-8")}))
    (told,) = [f for f in catalog.shadowed.values() if f.place.key == f"{kind} {name}"]
    assert (told.code, told.severity) == (REPLACED, Severity.NOTE)
    where = ("local", "coefficients") if kind == "source" else (f"local/{file}", f"coefficients/{file}")
    assert (told.found, told.expected, told.place.file) == (*where, where[0])
    assert f"local 中的{zh} {name} 取代了随附的同名{zh}" in told.text("zh")
    assert f"The {kind} {name} of the book's own" in told.text("en")
    assert {f.place.key.rpartition(" ")[0] for f in catalog.shadowed.values()} == {kind}


def test_parameters_and_new_entries_replace_nothing(small: Any, local: Callable[[dict[str, str]], Path]) -> None:
    parameters = (small.root / "parameters/all.csv").read_text(encoding="utf-8")
    own = local({"parameters/p.csv": parameters, "codes/c.csv": "scheme,code,zh,en,parent\necosystem,marsh,沼泽,Marsh,\n"})
    assert small.load(own).shadowed == {}
    assert small.load().shadowed == {}


def test_one_class_under_two_codes(small: Any, local: Callable[[dict[str, str]], Path]) -> None:
    (told,) = small.refused(local({"codes/c.csv": "scheme,code,zh,en,parent\necosystem,woods,森林,Woods,\n"}))
    assert (told.code, told.severity, told.place.text()) == (TWICE, Severity.STOP, "local/codes/c.csv:2:zh [ecosystem:woods]")
    assert (told.found, told.expected) == ("woods", "forest")
    assert "分类体系 ecosystem 中,代码 woods 与 forest 同名(森林)" in told.text("zh")
    assert "In ecosystem, the codes woods and forest have the same name (森林)" in told.text("en")
    assert "valid_to" in told.mend("zh")
    assert "valid_to" in told.mend("en")


def test_a_code_that_took_the_place_of_another_is_no_second_one(small: Any) -> None:
    """Shrub ended with 2015: its name may go to a new code from then on, and not a day before."""
    small.add(CODES, "ecosystem,2,bushes,,灌丛,Bushes,2016,,\n")
    assert set(small.load().codes["ecosystem"]) == {"natural", "forest", "shrub", "bushes"}
    small.change(CODES, "Bushes,2016,,", "Bushes,2015,,")
    (told,) = small.refused()
    assert (told.code, told.found, told.expected) == (TWICE, "shrub", "bushes")


def test_the_same_name_in_another_scheme_is_another_class(small: Any) -> None:
    small.add(CODES, "old,1,forest,,森林,Forest,,,\n")
    assert "forest" in small.load().codes["old"]
