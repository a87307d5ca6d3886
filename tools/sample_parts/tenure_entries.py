"""What auditors of the sample tenures entered for evaluation and attribution, and figures of a printed report. All made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from gep.base.records import key_of
from gep.workflow.audit.records import Assignment, ItemEntry, ReportedFigure, ScoredCase
from tools.sample_parts.tenure_bundle import figure
from tools.sample_parts.tenure_posts import HEAD_2016, HEAD_2020, PARTY, REGION
from tools.sample_parts.tenure_returned import flow

LOCAL, UNDECIDED, HECTARES = "local_human", "", "公顷"
# items whose points events cost: each was looked into
LOOKED_INTO = ("tasks", "land_law", "resource_law", "pollution_law", "decision_rules", "inspection", "fund_rules", "other_duties")
YEARBOOK = "示例文件（虚构）：示例上游县自然资源公报 {year} 年"
OVERSTATED = Decimal(10)  # what the report of the head of 2020 adds to the mined land that was restored


def entered(tenure: str) -> dict[str, Any]:
    """The fields of a bundle for one engagement."""
    return MAKERS[tenure]()


def _head_2016() -> dict[str, Any]:
    return {
        "assigned": (_taken("assigned-2021-01", HEAD_2016, "G09", "historical", "9.60", "form-2021-01"),),
        "entries": _entries("2021", "form-2021-01", assessment="合格", rectification="72.5", fees="96.4"),
        "scored": (
            _case("case-2021-01", "illegal_land", "serious", date(2018, 5, 17), LOCAL, "未批先占耕地", "form-2021-02"),
            _case("case-2021-02", "illegal_use", "general", date(2017, 12, 2), LOCAL, "超限额采伐", "form-2021-04"),
            _case("case-2021-03", "bad_decision", "general", date(2019, 11, 20), LOCAL, "红线斑块调出未经批准", "form-2021-03"),
            _case("case-2021-04", "pilot", "general", date(2019, 6, 5), LOCAL, "生态产品价值核算试点通过验收", "form-2021-05"),
        ),
        "reports": _report(2019),
    }


def _head_2020() -> dict[str, Any]:
    return {
        "assigned": (
            _taken("assigned-2022-01", HEAD_2020, "G09", "historical", "6.20", "form-2022-01"),
            _taken("assigned-2022-02", HEAD_2020, "G10", "policy", "8.00", "form-2022-01"),
        ),
        "entries": _entries("2022", "form-2022-01", assessment="良好", rectification="83.3", fees="98.5"),
        "scored": (
            _case("case-2022-01", "illegal_land", "serious", date(2021, 7, 5), LOCAL, "未办批准手续占用耕地", "form-2022-02"),
            _case("case-2022-02", "pollution", "serious", date(2021, 6, 3), LOCAL, "高岭土尾矿泄漏", "form-2022-04"),
            _case(
                "case-2022-03",
                "illegal_use",
                "general",
                date(2020, 10, 1),
                UNDECIDED,
                "红线内采石，有异议",
                "form-2022-03",
            ),
            _case("case-2022-04", "not_supervised", "general", date(2021, 6, 10), LOCAL, "红线斑块减少未发现", "form-2022-03"),
        ),
        "reports": _report(2021, OVERSTATED),
    }


def _secretary() -> dict[str, Any]:
    return {
        "assigned": (_taken("assigned-2022-11", PARTY, "G08", "policy", "4.10", "form-2022-11"),),
        "entries": _entries("2022-1", "form-2022-11", assessment="良好", rectification="90", fees="97.2"),
        "scored": (
            _case("case-2022-11", "bad_decision", "general", date(2021, 2, 22), LOCAL, "园区用地决定未经论证", "form-2022-11"),
            _case("case-2022-12", "not_supervised", "serious", date(2021, 6, 10), LOCAL, "任期内没有红线检查", "form-2022-12"),
        ),
        "reports": _report(2021),
    }


MAKERS: Mapping[str, Callable[[], dict[str, Any]]] = {HEAD_2016: _head_2016, HEAD_2020: _head_2020, PARTY: _secretary}


def _taken(name: str, term: str, grade: str, part: str, amount: str, evidence: str) -> Assignment:
    """A part of the undated loss of cultivated land of one grade to construction (LQ-01 R31)."""
    key = key_of({"lq01": grade})
    return Assignment(name, REGION, "LQ-01", "R31", key, term, part, Decimal(amount), HECTARES, evidence)


def _entries(head: str, evidence: str, *, assessment: str, rectification: str, fees: str) -> tuple[ItemEntry, ...]:
    """What was entered for the items of the made-up scheme for counties."""
    looked = [(item, "examined") for item in LOOKED_INTO]
    stated = [("assessment", assessment), ("plan_review", "met"), ("rectification", rectification), ("fees", fees)]
    document = "示例文件（虚构）：评价底稿"
    return tuple(
        ItemEntry(f"entry-{head}-{n:02}", item, value, document, (evidence,))
        for n, (item, value) in enumerate([*looked, *stated], 1)
    )


def _case(name: str, kind: str, severity: str, day: date, attribution: str, what: str, evidence: str) -> ScoredCase:
    return ScoredCase(name, kind, severity, day, attribution, f"{what}（示例数据）", evidence=(evidence,))


def _report(year: int, overstated: Decimal = Decimal(0)) -> tuple[ReportedFigure, ...]:
    """The figures of a yearbook, as returned by the county; `overstated`: added to the last of them."""
    cells = (
        (figure(year, "LA-01", "R40", "C02"), flow("LA-01.R60", "C02", year)),
        (figure(year, "LA-01", "R40", "C04"), flow("LA-01.R60", "C04", year)),
        (figure(year, "MR-01", "R21", "AREA", "human"), flow("MR-01.R21", "", year)),
        (figure(year, "MR-01", "R31", "AREA", "human"), flow("MR-01.R31", "", year) + overstated),
    )
    document = YEARBOOK.format(year=year)
    return tuple(
        ReportedFigure(f"report-{year}-{n}", document, address, amount, HECTARES) for n, (address, amount) in enumerate(cells, 1)
    )
