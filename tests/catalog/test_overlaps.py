"""Services that claim the same thing: refused unless the scheme says `show`, and then told with the results."""

from __future__ import annotations

from typing import Any

import pytest

from gep.base.findings import Finding
from gep.base.records import Severity
from gep.catalog.overlaps import claims, refused, told, undetermined
from gep.catalog.record import Catalog

SCHEME = "schemes/one.toml"
OVERLAP = """
[rain_twice]
zh = "同一降水"
en = "The same rain"
members = ["retention", "supply"]
source = "paper"
clause = "Section 5"
"""
ALTERNATIVES = OVERLAP.replace("rain_twice", "either").replace('source = "paper"', 'source = "paper"\nalternatives = true')
SHOWN = '"set-b"]\n[overlaps]\n{name} = "show"\n\n[[service]]\nid = "retention"'


def show(small: Any, name: str) -> None:
    small.change(SCHEME, '"set-b"]\n\n[[service]]\nid = "retention"', SHOWN.format(name=name))


def complaints(c: Catalog) -> list[Finding]:
    return refused(claims(c, c.schemes["one"]), c.schemes["one"])


def test_an_overlap_nobody_spoke_of_stops(small: Any) -> None:
    small.write("overlaps/all.toml", OVERLAP)
    (made,) = complaints(small.load())
    assert (made.code, made.severity) == ("CATALOG-OVERLAP", Severity.STOP)
    assert made.place.text() == f"coefficients/{SCHEME} [one/rain_twice]"
    assert made.text("zh") == "方案同时计价了相互重叠的产品:同一降水(retention, supply)。"
    assert made.text("en") == "The scheme values products that overlap: The same rain (retention, supply)."
    assert made.mend("zh") == ('只保留其中一项,或在方案的 overlaps 中写 rain_twice = "show",重叠将在结果中列出。依据:Section 5。')
    assert made.mend("en") == (
        'Keep one of them, or write rain_twice = "show" under `overlaps` of the scheme; '
        "the overlap is then listed with the results. See: Section 5."
    )


def test_an_overlap_that_is_shown_is_told_with_the_values(small: Any) -> None:
    small.write("overlaps/all.toml", OVERLAP)
    show(small, "rain_twice")
    c = small.load()
    scheme = c.schemes["one"]
    (claim,) = claims(c, scheme)
    assert claim.shown
    assert dict(claim.members) == {"retention": ("retained",), "supply": ("income",)}
    assert refused([claim], scheme) == []
    made = told(claim, scheme, 2010, "retention 5; supply 7 (CNY)")
    assert (made.code, made.severity) == ("CATALOG-OVERLAP-SHOWN", Severity.NOTE)
    assert made.place.text() == "coefficients/overlaps/all.toml [rain_twice/one/2010/-]"
    assert made.text("zh") == "结果中有重叠的产品:同一降水。各自价值:retention 5; supply 7 (CNY)。"
    assert made.text("en") == "Products in the result overlap: The same rain. Their values: retention 5; supply 7 (CNY)."
    assert made.mend("zh") == "引用合计时说明该重叠。依据:Section 5。"
    assert made.mend("en") == "Say so wherever the total is quoted. See: Section 5."


@pytest.mark.parametrize("spoken", [False, True])
def test_alternatives_stop_whatever_the_scheme_says(small: Any, spoken: bool) -> None:
    small.write("overlaps/all.toml", ALTERNATIVES)
    if spoken:
        show(small, "either")
    (made,) = complaints(small.load())
    assert (made.code, made.severity) == ("CATALOG-ALTERNATIVES", Severity.STOP)
    assert made.place.text() == f"coefficients/{SCHEME} [one/either]"
    assert made.text("zh") == "方案把同一服务的几种定义同时计价:同一降水(retention, supply)。"
    assert made.text("en") == "The scheme values several definitions of one service together: The same rain (retention, supply)."
    assert made.mend("zh") == "只保留一种定义。依据:Section 5。"
    assert made.mend("en") == "Keep one definition. See: Section 5."


def test_one_member_alone_claims_nothing_twice(small: Any) -> None:
    small.write("overlaps/all.toml", OVERLAP.replace('"supply"', '"rain"'))
    assert claims(small.load(), small.load().schemes["one"]) == []


def test_what_has_no_value_claims_nothing(small: Any) -> None:
    small.write("overlaps/all.toml", OVERLAP)
    small.change(SCHEME, 'price = "water_cost"', "")  # retention is physical only
    assert claims(small.load(), small.load().schemes["one"]) == []


def test_a_member_may_be_a_measure(small: Any) -> None:
    small.write("overlaps/all.toml", OVERLAP.replace('"retention"', '"measure:retained"'))
    (made,) = complaints(small.load())
    assert made.found == "measure:retained, supply"
    small.write("overlaps/all.toml", OVERLAP.replace('"retention"', '"retained"'))
    (made,) = complaints(small.load())
    assert made.found == "retained, supply"


@pytest.mark.parametrize(
    ("declared", "claimed"),
    [('["forest"]', True), ('["shrub"]', False), ('["*"]', True), ("", True)],
)
def test_a_member_may_hold_for_one_code_only(small: Any, declared: str, claimed: bool) -> None:
    """`area_kept@forest`: a line whose domain lacks forest has no part in it; an open or undeclared one may have."""
    text = '[area_kept]\nzh = "分类量"\nen = "By class"\nkind = "flow"\nunit = "m3"\ndims = ["ecosystem"]\n'
    small.write("measures/more.toml", text + '[area_kept.account]\nservice = "=retention"\n')
    domain = f"domain = {{ ecosystem = {declared} }}\n" if declared else ""
    line = f'price = "water_cost"\n[[service.line]]\nmeasure = "area_kept"\nprice = "water_cost"\n{domain}'
    small.change(SCHEME, 'price = "water_cost"\n', line)
    small.write("overlaps/all.toml", OVERLAP.replace('"retention"', '"area_kept@forest"'))
    assert [f.code for f in complaints(small.load())] == (["CATALOG-OVERLAP"] if claimed else [])


def test_several_overlaps_are_all_told(small: Any) -> None:
    small.write("overlaps/all.toml", OVERLAP + ALTERNATIVES)
    assert [f.code for f in complaints(small.load())] == ["CATALOG-OVERLAP", "CATALOG-ALTERNATIVES"]
    show(small, "rain_twice")
    assert [f.code for f in complaints(small.load())] == ["CATALOG-ALTERNATIVES"]


def test_a_service_of_which_it_is_not_known_whether_it_belongs_stops(small: Any) -> None:
    small.change(SCHEME, 'source = "paper"', 'source = "paper"\nundetermined = ["supply"]')
    (made,) = undetermined(small.load().schemes["one"])
    assert (made.code, made.severity, made.found) == ("CATALOG-UNDETERMINED", Severity.STOP, "supply")
    assert made.place.text() == f"coefficients/{SCHEME} [one.undetermined]"
    assert made.text("zh") == "尚不清楚方案 one 所依据的标准是否包含 supply。"
    assert made.text("en") == "It is not known whether the standard behind one includes supply."
    assert made.mend("zh") == ("查阅标准原文;把本方案复制到账册 local/schemes,加入或去掉该服务,并从 undetermined 中删去。")
    assert made.mend("en") == (
        "Look it up in the document; copy the scheme to local/schemes of the book, "
        "put the service in or leave it out, and take it off `undetermined`."
    )


def test_overlaps_run_in_the_order_they_are_declared(small: Any) -> None:
    small.write("overlaps/all.toml", ALTERNATIVES + OVERLAP)
    assert [c.overlap.id for c in claims(small.load(), small.load().schemes["one"])] == ["either", "rain_twice"]
