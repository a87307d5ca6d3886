"""R1, Q1, Q2 and Q3: what was revised, found, returned and estimated, for a region and those below it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from gep.book import Book
from gep.report.form import Scope
from gep.workflow.forms import checks, coverage, estimates, revisions
from gep.workflow.forms.checks import grouped
from gep.workflow.forms.reader import Reader
from tests.ready import Ready
from tests.workflow.forms.quality_forms import CITY, GARZE, MIDDLE, Forms, check, column, made, made_each, row, unresolved

MAKERS = (revisions.forms, checks.forms, coverage.forms, estimates.forms)


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def both(city: Book) -> dict[str, Forms]:
    return made_each(city, [CITY, MIDDLE], 2017, *MAKERS)


@pytest.fixture(scope="module")
def garze(ready: Ready) -> Forms:
    return made(ready.book("garze-2010", "all"), GARZE, 2010, *MAKERS)


def test_every_form_is_there_and_whole(city: Book, both: dict[str, Forms], garze: Forms) -> None:
    assert list(both[CITY]) == ["R1", "Q1", "Q2", "Q2.tables", "Q2.departments", "Q3"]
    assert list(garze) == ["R1", "Q1", "Q2", "Q2.departments", "Q3"]
    for forms in (*both.values(), garze):
        for form in forms.values():
            check(form)
    assert unresolved(city, both[CITY]["Q3"]) == []


# ---- Q1


def test_findings_of_the_year_with_their_answers(garze: Forms) -> None:
    form = garze["Q1"]
    queries = [line.code for line in form.lines if form.at[line.code, "severity"].printed("zh") == "核实性"]
    assert len(queries) == 2
    for code in queries:
        assert form.at[code, "status"].printed("en") == "answered"
        assert "示例账本编者" in form.at[code, "answer"].printed("zh")
    assert "核实性 2 条（已说明 2 条" in form.notes[0].zh
    # the other profile of the book is not what this form is of
    assert not any("one-carbon" in form.at[line.code, "place"].printed("en") for line in form.lines)


def test_a_county_has_its_own_findings_and_the_city_has_all(both: dict[str, Forms]) -> None:
    city, county = (both[c]["Q1"] for c in (CITY, MIDDLE))
    assert column(county, "code").count("EC-04.NPV.flow") == 1
    assert column(city, "code").count("EC-04.NPV.flow") == 3
    assert "WR-01.R16" in column(county, "code")


def test_many_notes_of_one_rule_stand_in_one_line(both: dict[str, Forms]) -> None:
    form = both[CITY]["Q1"]
    (line,) = [x for x in form.lines if form.at[x.code, "code"].printed("zh") == "CATALOG-PARAMETER-ILLUSTRATIVE"]
    assert "同类共" in form.at[line.code, "name"].printed("zh")
    assert form.at[line.code, "found"].printed("zh") == ""


def finding(rule: str, severity: str, n: int = 0) -> dict[str, Any]:
    return {"rule": rule, "severity": severity, "id": f"{rule}{n}"}


def test_what_stops_or_asks_is_never_put_together() -> None:
    rows = [finding("A", "stop", n) for n in range(9)] + [finding("B", "query", n) for n in range(9)]
    assert [len(g) for g in grouped(rows)] == [1] * 18
    assert [len(g) for g in grouped([finding("C", "note", n) for n in range(3)])] == [1, 1, 1]
    assert [len(g) for g in grouped([finding("C", "note", n) for n in range(4)])] == [4]


# ---- Q2


def test_services_enabled_are_valued_missing_or_not_applicable(both: dict[str, Forms], garze: Forms) -> None:
    for form in (both[CITY]["Q2"], both[MIDDLE]["Q2"], garze["Q2"]):
        for line in form.lines:
            enabled, *parts = (
                int(form.at[line.code, c].printed("en")) for c in ("enabled", "valued", "missing", "not_applicable")
            )
            assert enabled == sum(parts)
    assert [line.code for line in both[CITY]["Q2"].lines] == [CITY, "990121", "990122", "990123"]
    assert row(garze["Q2"], GARZE)[1:5] == ["17", "17", "0", "0"]


def test_returns_of_a_city_are_those_of_its_counties(both: dict[str, Forms]) -> None:
    city, county = (both[c]["Q2.tables"] for c in (CITY, MIDDLE))
    assert row(city, "LA-01")[3:6] == ["189", "189", "齐全"]
    assert row(county, "LA-01")[3:6] == ["63", "63", "齐全"]
    assert row(city, "SC-M")[5] == "由其他表推导"


def test_returned_figures_are_counted_by_department(garze: Forms) -> None:
    form = garze["Q2.departments"]
    assert row(form, "自然资源局") == ["自然资源局", "11", "9", "0", "2", "1", "1"]
    total = sum(int(form.at[line.code, "figures"].printed("zh")) for line in form.lines)
    assert total == 11 + 7 + 5 + 5 + 4 + 2 + 1 + 1


# ---- Q3


def test_estimates_are_named_with_the_rule_that_made_them(both: dict[str, Forms]) -> None:
    form = both[MIDDLE]["Q3"]
    assert row(form, "modelled.WR-01.R16")[2:5] == ["WR-01.R16", "示例中游县", "4"]
    assert row(both[CITY]["Q3"], "modelled.EC-04.NPV.flow")[4] == "24"  # eight columns in each of three counties


def test_residuals_are_shown_and_fallbacks_counted(both: dict[str, Forms]) -> None:
    form = both[MIDDLE]["Q3"]
    residuals = [line.code for line in form.lines if line.code.startswith("asset_account/")]
    assert residuals
    assert all(form.at[code, "amount"].exact for code in residuals)
    assert row(form, "fallback.air_purification_capacity")[4] == "18"


def test_a_book_with_nothing_of_the_kind_says_so(garze: Forms) -> None:
    assert garze["Q3"].lines == ()
    assert "no estimates" in garze["Q3"].notes[-1].en


def test_a_change_of_regions_stands_in_its_year(ready: Ready) -> None:
    form = made(ready.book("sample-city", "2020-2021", ["sample"]), MIDDLE, 2021, estimates.forms)["Q3"]
    assert any(line.code.startswith("region.2021-01-01 ") and "990122 → 990103" in line.code for line in form.lines)


# ---- R1


def test_nothing_revised(garze: Forms, both: dict[str, Forms]) -> None:
    for form in (garze["R1"], both[CITY]["R1"]):
        assert form.lines == ()
        assert "revised no figure" in form.notes[0].en


def revised(
    figure: str, kind: str, old: str | None, new: str | None, unit: str, reason: str, before: int | None
) -> dict[str, Any]:
    amounts = [None if a is None else Decimal(a) for a in (old, new)]
    gap = amounts[1] - amounts[0] if amounts[0] is not None and amounts[1] is not None else None
    return {
        "figure": figure, "kind": kind, "old": amounts[0], "new": amounts[1], "difference": gap, "unit": unit, "reason": reason,
        "old_vintage": before, "vintage": 20, "region_code": figure.split("/")[1], "because": None, "note": None,
    }  # fmt: skip


def test_totals_come_first_and_each_revision_is_the_difference(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """GEP 7548.91 → 7549.27 by a correction of domestic water, 1.36 → 1.50 × 10⁸ m³ at 2.6 yuan: 0.364 × 10⁸ yuan."""
    named = "zone=-/profile=garze-2017"
    money = f"{named}/price_basis=current/currency=CNY"
    water = f"value_account/{GARZE}/2010/water_supply/-/domestic/-/{money}"
    rows = [
        revised(water, "recompiled", "353600000", "390000000", "CNY", "correction", 13),
        revised(
            f"gep_total/{GARZE}/2010/{money}", "recompiled", "754890675347.7923", "754927075347.7923", "CNY", "correction", 13
        ),
        revised(
            f"physical_account/{GARZE}/2010/water_supply/-/domestic/-/{named}", "recompiled", None, "150000000", "m3", "input", 13
        ),
    ]

    def given(reader: Reader, scope: Scope) -> list[Any]:
        return [(revisions.parse(r["figure"]), r) for r in rows]

    monkeypatch.setattr(revisions, "_revised", given)
    form = made(ready.book("garze-2010", "all"), GARZE, 2010, revisions.forms)["R1"]
    check(form)
    assert [line.code for line in form.lines if line.style == "group"] == [
        "of.gep_total",
        "of.value_account",
        "of.physical_account",
    ]
    total, value, quantity = [line.code for line in form.lines if line.style != "group"]
    assert row(form, total)[1:7] == ["亿元", "甘孜藏族自治州", "7,548.91", "7,549.27", "0.36", "差错更正"]
    assert row(form, value)[3:6] == ["3.54", "3.90", "0.36"]
    assert [f.address.rpartition("@")[2] for f in form.at[value, "difference"].figures] == ["13", "20"]
    assert row(form, quantity)[3:6] == ["…", "150,000,000", "…"]  # there was none before: no difference is made up


def test_a_returned_opening_stands_under_the_figure_of_the_account(ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    figure = f"asset_account/{GARZE}/2010/LA-01/R10/C02/-/scheme=assets/instance=-"
    one = revised(figure, "restated", "14116.25", "13722.94", "hm2", "SURVEY_BREAK", None)
    monkeypatch.setattr(revisions, "_revised", lambda reader, scope: [(revisions.parse(figure), one)])
    form = made(ready.book("garze-2010", "all"), GARZE, 2010, revisions.forms)["R1"]
    (line,) = [x for x in form.lines if x.style != "group"]
    assert row(form, line.code)[3:7] == ["14,116.25", "13,722.94", "−393.31", "调查更替"]
    assert {f.address for f in form.at[line.code, "new"].figures} == {f"{figure}@20"}
    assert "adjustment row" in form.notes[0].en
