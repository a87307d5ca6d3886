"""What stays open in the sample audits: projects, funds, targets, debts to nature, cases and incidents. All made up.

The three audits know the same matters, each as it stood at the end of its own term: on 30 June 2020, 28 February and 19 September
2022. Suggestions, transfers and signatures follow from the report or the handover of one audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from gep.workflow.audit.records_open import (
    Fund,
    Incident,
    Liability,
    Litigation,
    Open,
    Project,
    Target,
)
from tools.sample_parts.tenure_bundle import (
    FORESTRY,
    GOVERNMENT,
    LAND,
    WATERS,
    amount,
    figure,
)
from tools.sample_parts.tenure_following import FOLLOWING, withdrawn
from tools.sample_parts.tenure_posts import (
    HANDOVER,
    HEAD_2016,
    HEAD_2020,
    LEFT,
    MOVED_ON,
    PARTY,
    REGION,
)
from tools.sample_parts.tenure_posts import fictitious as paper
from tools.sample_parts.tenure_returned import flow

MONEY, HECTARES, WATER = "万元", "公顷", "万立方米"
NOTE = "示例数据"
ENDS: Mapping[str, date] = {HEAD_2016: HANDOVER, HEAD_2020: LEFT, PARTY: MOVED_ON}
EVIDENCE = {HEAD_2016: "form-2021-06", HEAD_2020: "form-2022-01", PARTY: ""}  # forms that also name what stays open


def money(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _two(texts: tuple[str, str]) -> tuple[Decimal | None, Decimal | None]:
    return money(texts[0]), money(texts[1])


def as_of(tenure: str) -> date:
    """The last day of a term: progress is told as it was then."""
    return ENDS[tenure] - timedelta(days=1)


def open_of(tenure: str) -> dict[str, Any]:
    """The fields of a bundle for one engagement."""
    held = Open(
        targets=_targets(tenure),
        liabilities=_liabilities(tenure),
        projects=_projects(tenure),
        funds=_funds(tenure),
        litigations=_litigations(tenure),
        incidents=_incidents(tenure),
        **FOLLOWING[tenure](),
    )
    return {"open": held, "withdrawn": withdrawn(tenure)}


def _targets(tenure: str) -> tuple[Target, ...]:
    day = as_of(tenure)
    drawn = Target(
        "target-water-2020",
        "2020 年用水总量控制目标",
        "cap",
        Decimal(8800),
        WATER,
        date(2016, 3, 28),
        date(2020, 12, 31),
        paper("示例市政发〔2016〕14 号"),
        flow("water_use_total", "", 2019),
        date(2019, 12, 31),
        note=NOTE,
    )
    kept = Target(
        "target-farmland-2025",
        "2025 年耕地保有量",
        "floor",
        Decimal(13600),
        HECTARES,
        date(2021, 3, 30),
        date(2025, 12, 31),
        paper("示例市政发〔2021〕9 号"),
        flow("LA-01.R60", "C02", 2021),
        date(2021, 12, 31),
        figure(2021, "LA-01", "R40", "C02"),
        note=NOTE,
    )
    sand = Target(
        "target-restored-2022",
        "2022 年前完成矿山损毁土地治理",
        "floor",
        Decimal("12.00"),
        HECTARES,
        date(2018, 1, 15),
        date(2022, 12, 31),
        paper("示例县政发〔2018〕3 号"),
        {HEAD_2016: Decimal("3.40"), HEAD_2020: Decimal("8.90")}.get(tenure),
        day if tenure in (HEAD_2016, HEAD_2020) else None,
        note=NOTE,
    )
    return tuple(t for t in (drawn, sand, kept) if t.set_on < ENDS[tenure])


def _liabilities(tenure: str) -> tuple[Liability, ...]:
    done = {HEAD_2016: "1.20", HEAD_2020: "2.50", PARTY: "4.10"}[tenure]
    return (
        Liability(
            "liability-quarry",
            "restoration",
            "2016 年矿山损毁土地应恢复",
            "示例高岭土矿（虚构）",
            date(2016, 12, 31),
            flow("MR-01.R21", "", 2016),
            HECTARES,
            paper("示例县自然资〔2017〕6 号"),
            Decimal(done),
            as_of(tenure),
            figure=figure(2016, "MR-01", "R21", "AREA", "human"),
            evidence=EVIDENCE[tenure],
            note=NOTE,
        ),
        Liability(
            "liability-water",
            "overuse",
            "2016—2018 年超控制目标取水，应退还的水量还没有核定",
            WATERS,
            date(2016, 12, 31),
            None,
            "",
            paper("示例市水函〔2019〕11 号"),
            note=f"{NOTE}；数量未知，不按零计算",
        ),
        Liability(
            "liability-compensation",
            "compensation",
            "生态保护补偿资金欠拨",
            GOVERNMENT,
            date(2019, 12, 31),
            Decimal("45.00"),
            MONEY,
            paper("示例市财资环〔2020〕2 号"),
            Decimal("0.00") if tenure == HEAD_2016 else Decimal("45.00"),
            as_of(tenure),
            None if tenure == HEAD_2016 else date(2021, 3, 31),
            note=NOTE,
        ),
    )


# received and spent by the end of each term; nothing where it is not known
MINE = {HEAD_2016: ("1500", "1240"), HEAD_2020: ("1860", "1842.60"), PARTY: ("1860", "1842.60")}
FOREST = {HEAD_2020: ("600", "512.30"), PARTY: ("760", "655")}
SOURCE = {HEAD_2016: ("300", "284.50"), HEAD_2020: ("560", ""), PARTY: ("620", "590")}


def _projects(tenure: str) -> tuple[Project, ...]:
    day, finished = as_of(tenure), tenure != HEAD_2016
    slow = {HEAD_2016: "running", HEAD_2020: "suspended", PARTY: "running"}[tenure]
    found = [
        Project(
            "project-mine",
            "矿山损毁土地治理一期",
            LAND,
            paper("示例县发改〔2018〕21 号"),
            date(2018, 3, 1),
            date(2020, 12, 31),
            "finished" if finished else "running",
            day,
            Decimal(1860),
            *_two(MINE[tenure]),
            MONEY,
            date(2021, 6, 30) if finished else None,
            EVIDENCE[tenure],
            NOTE,
        ),
        Project(
            "project-source",
            "饮用水水源地保护",
            WATERS,
            paper("示例县发改〔2019〕8 号"),
            date(2019, 5, 6),
            date(2021, 12, 31),
            slow,
            day,
            Decimal(620),
            *_two(SOURCE[tenure]),
            MONEY,
            note=NOTE,
        ),
    ]
    if tenure in FOREST:
        found.append(
            Project(
                "project-forest",
                "退耕还林（2020—2023 年）",
                FORESTRY,
                paper("示例县发改〔2020〕30 号"),
                date(2020, 9, 1),
                date(2023, 12, 31),
                "running",
                day,
                Decimal(940),
                *_two(FOREST[tenure]),
                MONEY,
                note=NOTE,
            )
        )
    return tuple(found)


# (name, unit, year): due, collected, spent
FUNDS: Mapping[tuple[str, str, int], tuple[str, str, str]] = {
    ("水资源费", WATERS, 2019): ("215.40", "198.20", "198.20"),
    ("矿业权出让收益", LAND, 2019): ("540", "540", "540"),
    ("水资源费", WATERS, 2021): ("231", "231", "180.60"),
    ("矿业权出让收益", LAND, 2021): ("610", "475", "475"),
    ("森林植被恢复费", FORESTRY, 2021): ("88.60", "88.60", ""),
}
CODES = {"水资源费": "water", "矿业权出让收益": "mining", "森林植被恢复费": "forest"}


def _funds(tenure: str) -> tuple[Fund, ...]:
    return tuple(
        Fund(
            f"fund-{CODES[name]}-{year}",
            name,
            unit,
            date(year, 1, 1),
            date(year + 1, 1, 1),
            money(due),
            money(collected),
            money(spent),
            MONEY,
            paper(f"{year} 年度财政决算"),
            note=NOTE,
        )
        for (name, unit, year), (due, collected, spent) in FUNDS.items()
        if (year == 2019) == (tenure == HEAD_2016)
    )


def _litigations(tenure: str) -> tuple[Litigation, ...]:
    fields = Litigation(
        "case-duty",
        "public_interest",
        "defendant",
        "示例市中级人民法院（虚构）",
        "矿山治理中怠于履行监管职责（示例）",
        date(2018, 11, 12),
        paper("（2018）示行初 7 号"),
        decided="责令限期履行（示例）",
        closed_on=date(2019, 12, 20),
        note=NOTE,
    )
    over = tenure == PARTY
    spill = Litigation(
        "case-spill",
        "civil",
        "plaintiff",
        "示例县人民法院（虚构）",
        "尾矿泄漏损害赔偿（示例）",
        date(2021, 9, 15),
        paper("（2021）示民初 52 号"),
        Decimal(320),
        MONEY,
        "调解结案（示例）" if over else "",
        date(2022, 8, 30) if over else None,
        "" if over else "form-2022-04",
        NOTE,
    )
    return (fields,) if tenure == HEAD_2016 else (fields, spill)


def _incidents(tenure: str) -> tuple[Incident, ...]:
    if tenure == HEAD_2016:
        return ()
    spill = Incident(
        "incident-tailings",
        "高岭土尾矿泄漏（示例）",
        "larger",
        date(2021, 6, 3),
        REGION,
        paper("示例应急〔2021〕4 号"),
        amount("SG-2021", "R21", "R21"),
        Decimal("0.00" if tenure == HEAD_2020 else "0.40"),
        HECTARES,
        as_of(tenure),
        event="SG-2021-R21",
        evidence="form-2022-04" if tenure == HEAD_2020 else "",
        note=NOTE,
    )
    fire = Incident(
        "incident-fire",
        "雷击森林火灾（示例）",
        "general",
        date(2022, 8, 19),
        REGION,
        paper("示例应急〔2022〕11 号"),
        event="SG-2022-V1",
        note=f"{NOTE}；损失面积未统计",
    )
    return (spill, fire)
