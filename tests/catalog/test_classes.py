"""Code trees: which classes a dimension runs over, and which class above is read where the very class has no value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.findings import Refused
from gep.base.records import Code, Key, Line, Names, Parameter, Region, Scheme, Severity, key_of
from gep.catalog.classes import coarser, lineage, overlapping, running, taken_from, too_fine, within
from gep.catalog.record import Catalog
from gep.catalog.resolve import Lookup, domain, resolve, rule_domain

SCHEME, RULES, CODES = "schemes/one.toml", "rules/all.toml", "codes/all.csv"
NAMES = Names("名称", "name")


def tree(dim: str, **parents: str) -> dict[str, Code]:
    return {code: Code(dim, code, NAMES, parent) for code, parent in parents.items()}


ECOSYSTEMS = tree(
    "ecosystem",
    natural="",
    forest="natural",
    needleleaf="forest",
    broadleaf="forest",
    shrub="natural",
    farmland="",
    dry="farmland",
)
POLLUTANTS = tree("pollutant", nitrogen="", nitrate="nitrogen", cod="")
TREES: Mapping[str, Mapping[str, Code]] = {"ecosystem": ECOSYSTEMS, "pollutant": POLLUTANTS}
NEEDLELEAF: Key = (("ecosystem", "needleleaf"),)


def scheme(**classes: tuple[str, ...]) -> Scheme:
    return Scheme("s", "gep_profile", NAMES, "1", "enabled", "", "paper", (), ("set-a",), (), classes=classes)


# ---- the tree


def test_the_lineage_is_the_code_and_all_above_it() -> None:
    assert lineage(TREES, "ecosystem", "needleleaf") == ["needleleaf", "forest", "natural"]
    assert lineage(TREES, "ecosystem", "natural") == ["natural"]
    assert lineage(TREES, "ecosystem", "unheard-of") == ["unheard-of"]
    assert lineage(TREES, "no such scheme", "x") == ["x"]


def test_codes_in_a_circle_end() -> None:
    assert lineage({"x": tree("x", a="b", b="a")}, "x", "a") == ["a", "b"]


def test_a_dimension_runs_over_the_top_codes_or_those_the_scheme_names() -> None:
    assert running(TREES, scheme(), "ecosystem", 2010) == ("natural", "farmland")
    assert running(TREES, scheme(ecosystem=("shrub", "forest")), "ecosystem", 2010) == ("shrub", "forest")
    ended = {"ecosystem": {**ECOSYSTEMS, "farmland": Code("ecosystem", "farmland", NAMES, valid_to=date(2015, 12, 31))}}
    assert running(ended, scheme(), "ecosystem", 2015) == ("natural", "farmland")
    assert running(ended, scheme(), "ecosystem", 2016) == ("natural",)


@pytest.mark.parametrize(
    ("classes", "measure"), [(("@area",), "area"), (("forest",), ""), (("@area", "forest"), ""), ((), ""), (("area",), "")]
)
def test_classes_may_be_left_to_what_is_returned_for_a_measure(classes: tuple[str, ...], measure: str) -> None:
    assert taken_from(classes) == measure


def test_a_domain_takes_the_classes_at_or_below_its_codes() -> None:
    runs = ("needleleaf", "broadleaf", "shrub", "dry")
    assert within(TREES, "ecosystem", ["forest"], runs) == ("needleleaf", "broadleaf")
    assert within(TREES, "ecosystem", ["dry", "natural"], runs) == runs  # in the order the scheme runs over them
    assert within(TREES, "ecosystem", ["farmland"], ("forest",)) == ()


def test_a_code_is_too_fine_if_it_is_below_a_class_that_is_kept() -> None:
    assert too_fine(TREES, "ecosystem", ["needleleaf", "forest", "shrub"], ["forest", "natural"]) == ("needleleaf", "shrub")
    assert too_fine(TREES, "ecosystem", ["forest"], ["needleleaf", "broadleaf"]) == ()


def test_domains_overlap_through_a_class_above() -> None:
    assert overlapping(TREES, "ecosystem", ["forest"], ["farmland"]) == ()
    assert overlapping(TREES, "ecosystem", ["forest"], ["forest", "dry"]) == ("forest",)
    assert overlapping(TREES, "ecosystem", ["needleleaf"], ["natural"]) == ("needleleaf",)
    assert overlapping(TREES, "ecosystem", ["natural", "farmland"], ["shrub", "dry"]) == ("dry", "shrub")


# ---- coarser keys


def test_the_nearest_class_above_comes_first() -> None:
    assert [dict(k)["ecosystem"] for k in coarser(TREES, NEEDLELEAF)] == ["needleleaf", "forest", "natural"]
    assert list(coarser(TREES, ())) == [()]


def test_over_two_dimensions_the_steps_add_up_and_the_first_stays_longest() -> None:
    key = key_of({"ecosystem": "needleleaf", "pollutant": "nitrate"})
    found = [tuple(code for _, code in k) for k in coarser(TREES, key)]
    assert found == [
        ("needleleaf", "nitrate"),  # 0 steps
        ("needleleaf", "nitrogen"),  # 1: the first dimension stays
        ("forest", "nitrate"),
        ("forest", "nitrogen"),  # 2: 1 + 1 before 2 + 0
        ("natural", "nitrate"),
        ("natural", "nitrogen"),  # 3
    ]


@st.composite
def trees_and_keys(draw: st.DrawFn) -> tuple[Mapping[str, Mapping[str, Code]], Key]:
    """Up to three code trees (any code below one made before it) and a key with a code of each."""
    codes, pairs = {}, {}
    for dim in draw(st.lists(st.sampled_from(["a", "b", "c"]), unique=True)):
        size = draw(st.integers(1, 6))
        parents = ["", *(draw(st.sampled_from(["", *(f"{dim}{j}" for j in range(i))])) for i in range(1, size))]
        codes[dim] = tree(dim, **{f"{dim}{i}": parent for i, parent in enumerate(parents)})
        pairs[dim] = draw(st.sampled_from(sorted(codes[dim])))
    return codes, key_of(pairs)


def steps_up(codes: Mapping[str, Mapping[str, Code]], key: Key, above: Key) -> int:
    return sum(lineage(codes, dim, code).index(dict(above)[dim]) for dim, code in key)


@given(trees_and_keys())
def test_coarser_keys_begin_with_the_key_and_only_go_up(case: tuple[Mapping[str, Mapping[str, Code]], Key]) -> None:
    codes, key = case
    found = list(coarser(codes, key))
    assert found[0] == key
    assert len(set(found)) == len(found)
    assert all([dim for dim, _ in k] == [dim for dim, _ in key] for k in found)
    steps = [steps_up(codes, key, k) for k in found]  # fails for a code that is not above the one asked for
    assert steps == sorted(steps)
    assert all(n > 0 for n in steps[1:])
    expected = 1
    for dim, code in key:
        expected *= len(lineage(codes, dim, code))
    assert len(found) == expected


# ---- reading a parameter of the class above

REGIONS = {
    "5133": Region("5133", "", "city", NAMES),
    "513301": Region("513301", "5133", "county", NAMES),
}


def row(code: str, value: str | None, region: str = "") -> Parameter:
    amount = None if value is None else Decimal(value)
    key = key_of({"ecosystem": code})
    return Parameter("share", key, region, amount, "1", "literature", "paper", "T 1", "set-a", file="coefficients/p.csv", line=7)


def look(*rows: Parameter) -> Lookup:
    return Lookup(Catalog(codes=TREES, parameters={"share": rows}), REGIONS, ("set-a",))


def test_the_value_of_the_class_above_is_used_and_told() -> None:
    there = look(row("natural", "3"), row("forest", "2"), row("shrub", "9"))
    found = there.find("share", NEEDLELEAF, "513301", 2010)
    assert found is not None
    assert found.value == 2
    (told,) = there.findings.values()
    assert (told.code, told.severity) == ("CATALOG-PARAMETER-CLASS", Severity.NOTE)
    assert told.place.text() == "coefficients/p.csv:7 [share/-/-/ecosystem:forest]"
    assert told.text("zh") == "share[ecosystem:needleleaf] 没有本类的取值,采用上级类别 ecosystem:forest 的取值。"
    assert told.text("en") == (
        "share [ecosystem:needleleaf] has no value for this very class; that of the class above, ecosystem:forest, is used."
    )
    assert told.mend("zh") == "如有本类的取值,请写入 local/parameters 并注明来源。"
    assert told.mend("en") == "If there is a value for the class itself, add it to local/parameters with its source."


def test_the_class_itself_is_used_silently_even_of_a_region_above() -> None:
    there = look(row("needleleaf", "1"), row("forest", "2", region="513301"))
    found = there.find("share", NEEDLELEAF, "513301", 2010)
    assert found is not None
    assert found.value == 1
    assert there.findings == {}


def test_a_class_that_is_declared_unknown_does_not_fall_back() -> None:
    there = look(row("needleleaf", None), row("forest", "2"))
    assert there.find("share", NEEDLELEAF, "513301", 2010) is None
    assert [f.code for f in there.findings.values()] == ["CATALOG-PARAMETER-DECLARED-UNKNOWN"]


def test_a_row_of_another_place_says_nothing_of_the_class() -> None:
    there = look(row("needleleaf", "1", region="44"), row("forest", "2"))
    found = there.find("share", NEEDLELEAF, "513301", 2010)
    assert found is not None
    assert found.value == 2


def test_neither_a_finer_class_nor_one_beside_it_is_used() -> None:
    there = look(row("needleleaf", "1"), row("shrub", "9"))
    assert there.find("share", key_of({"ecosystem": "forest"}), "513301", 2010) is None
    assert [f.code for f in there.findings.values()] == ["CATALOG-PARAMETER-UNKNOWN"]


# ---- rules of a scheme, by class

KEPT = """
[kept]
zh = "分类涵养量"
en = "Water kept by class"
kind = "flow"
unit = "m3"
dims = ["ecosystem"]
"""
KEEP = """
["{name}"]
zh = "分类涵养量"
en = "Water kept by class"
version = "1"
output = "kept"
grain = ["region", "ecosystem"]
expression = "{factor} * area * depth"
source = "paper"
domain = {{ ecosystem = {codes} }}
["{name}".inputs]
area = {{ measure = "area" }}
depth = {{ parameter = "share", unit = "m" }}
"""


def keeping(small: Any, classes: str, **domains: str) -> Catalog:
    """The small catalogue with a rule for each domain, and the classes the scheme keeps."""
    small.add("measures/all.toml", KEPT)
    names = [f"kept.{name}" for name in domains]
    for factor, (name, codes) in enumerate(domains.items(), 1):
        small.add(RULES, KEEP.format(name=f"kept.{name}", codes=codes, factor=factor))
    listed = "".join(f', "{name}"' for name in names)
    small.change(SCHEME, '"retention.limit"]', f'"retention.limit"{listed}]')
    small.change(SCHEME, '"set-b"]\n\n[[service]]\nid = "retention"', f'"set-b"]\n{classes}\n[[service]]\nid = "retention"')
    made: Catalog = small.load()
    return made


FINE = '[classes]\necosystem = ["forest", "shrub"]'


def refused(c: Catalog) -> Any:
    with pytest.raises(Refused) as caught:
        resolve(c, "one", 2010)
    return caught.value.findings


def test_rules_of_disjoint_domains_make_one_measure(small: Any) -> None:
    c = keeping(small, FINE, trees='["forest"]', bushes='["shrub"]')
    resolved = resolve(c, "one", 2010)
    made = [r for r in resolved.rules if r.output == "kept"]
    assert [rule_domain(c, resolved.scheme, r, "ecosystem", 2010) for r in made] == [("forest",), ("shrub",)]
    assert domain(c, resolved.scheme, Line("kept"), "ecosystem", 2010) == ("forest", "shrub")


@pytest.mark.parametrize(
    ("trees", "bushes"),
    [('["forest"]', '["forest", "shrub"]'), ('["forest"]', '["natural"]'), ('["natural"]', '["shrub"]')],
)
def test_rules_of_overlapping_domains_are_refused(small: Any, trees: str, bushes: str) -> None:
    """A class below one of the other rule is computed by both, too."""
    (told,) = refused(keeping(small, FINE, trees=trees, bushes=bushes))
    assert (told.code, told.found) == ("CATALOG-RULE-TWICE", "kept.trees, kept.bushes")
    assert told.text("en") == "The measure kept is computed by several rules: kept.trees, kept.bushes."


def test_every_pair_of_rules_is_compared(small: Any) -> None:
    told = refused(keeping(small, FINE, a='["forest"]', b='["shrub"]', c='["shrub", "forest"]'))
    assert [(f.code, f.found) for f in told] == [
        ("CATALOG-RULE-TWICE", "kept.a, kept.c"),
        ("CATALOG-RULE-TWICE", "kept.b, kept.c"),
    ]


def test_a_rule_for_finer_classes_than_are_kept_is_refused(small: Any) -> None:
    (told,) = refused(keeping(small, '[classes]\necosystem = ["natural"]', trees='["forest"]'))
    assert (told.code, told.severity, told.found) == ("CATALOG-CLASS-FINER", Severity.STOP, "forest")
    assert told.place.text() == f"coefficients/{SCHEME} [one.classes.ecosystem]"
    assert told.expected == "natural"
    assert told.text("zh") == "规则 kept.trees 按 forest 计算,而方案的 ecosystem 分类没有细到这一级。"
    assert told.text("en") == "The rule kept.trees is for forest, but the scheme does not keep ecosystem at that level."
    assert told.mend("zh") == "在方案的 classes 中列出更细的类别,或换用按较粗类别计算的规则。"
    assert told.mend("en") == "List the finer classes under `classes` of the scheme, or choose a rule for the coarser class."


def test_classes_left_to_the_returns_are_compared_with_the_returns(small: Any) -> None:
    """Which classes there are is not known before the run; gep.workflow.plans compares then."""
    c = keeping(small, '[classes]\necosystem = ["@area"]', trees='["forest"]')
    assert resolve(c, "one", 2010).scheme.classes["ecosystem"] == ("@area",)


def test_an_open_domain_is_no_class(small: Any) -> None:
    c = keeping(small, FINE, all='["*"]')
    resolved = resolve(c, "one", 2010)
    (rule,) = (r for r in resolved.rules if r.output == "kept")
    assert rule_domain(c, resolved.scheme, rule, "ecosystem", 2010) is None
