"""The audit of the party secretary of 2018-2022, whose term overlaps those of two heads of government. All made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from gep.workflow.audit.records import Comment, EvidenceForm, Paper, Problem, Step
from tools.sample_parts.tenure_bundle import (
    COMMITTEE,
    COUNTY,
    LAND,
    LAND_LAW,
    LEADING,
    REDLINE_RULE,
    Bundle,
    amount,
    document,
    figure,
)
from tools.sample_parts.tenure_entries import entered
from tools.sample_parts.tenure_open import open_of
from tools.sample_parts.tenure_posts import AUDITOR_A, AUDITOR_B, LEAD, PARTY, PARTY_2022, REVIEWER
from tools.sample_parts.tenure_redline import GIVEN_UP, SMALL
from tools.sample_parts.tenure_returned import flow

REPORT = "示例市审报〔2022〕13 号（虚构）"
FOUND = date(2022, 12, 23)
BATCHES = ("YD-2019-1", "YD-2021-1")  # decided by the standing committee of the party
TAKEN = sum((amount(name, "R31", "C02") for name in BATCHES), Decimal(0))
CULTIVATED = flow("LA-01.R60", "C02", 2021)
LOST = GIVEN_UP + SMALL["U2-04"]
PARK, REDLINE = "problem-2022-11", "problem-2022-12"


def bundle() -> Bundle:
    """All records of this engagement."""
    made = Bundle(
        _forms(),
        _papers(),
        _problems(),
        _steps(),
        _comments(),
        cited=dict.fromkeys(BATCHES, "form-2022-11"),
        redline={"redline-2019": REDLINE, "redline-2021": REDLINE},
        documents={
            "minutes.txt": document("县委常委会会议纪要摘录", "2019-01-21、2021-02-22 研究示例园区用地。"),
            "inspections.txt": document("红线检查记录", "2018-05 至 2022-09 没有检查记录。"),
        },
    )
    return replace(made, **entered(PARTY), **open_of(PARTY))


def _forms() -> tuple[EvidenceForm, ...]:
    return (
        EvidenceForm(
            id="form-2022-11",
            auditee=COMMITTEE,
            matter="示例园区用地的集体决定",
            facts=f"2019-01-21 和 2021-02-22 常委会主持研究决定两批园区用地，共占用耕地 {TAKEN} 公顷（示例数据）。",
            figures=tuple(figure(y, "LA-01", "R31", "C02", "human") for y in (2019, 2021)),
            attachments=(("minutes.txt", 3),),
            auditor=AUDITOR_A,
            made_on=date(2022, 10, 24),
            opinion="情况属实（示例）",
            paper="paper-2022-11",
        ),
        EvidenceForm(
            id="form-2022-12",
            auditee=LAND,
            matter="红线监督",
            facts=f"任期内红线斑块无批准减少 {LOST} 公顷，没有检查记录（示例数据）。",
            figures=tuple(figure(y, "RL-01", "R60", "AREA", instance="RL-U2") for y in (2018, 2021)),
            attachments=(("inspections.txt", 1),),
            auditor=AUDITOR_B,
            made_on=date(2022, 10, 26),
            refused="提供单位称检查记录已移交，拒绝签字；受让单位书面说明没有收到（示例）",
            paper="paper-2022-12",
        ),
        EvidenceForm(
            id="form-2022-13",
            auditee=LAND,
            matter="耕地保有量目标",
            facts=f"2021 年末耕地 {CULTIVATED} 公顷，接近保有量下限（示例数据）。",
            figures=(figure(2021, "LA-01", "R40", "C02"),),
            attachments=(),
            auditor=AUDITOR_B,
            made_on=date(2022, 10, 27),
            opinion="情况属实（示例）",
            paper="paper-2022-11",
        ),
    )


def _papers() -> tuple[Paper, ...]:
    return (
        Paper(
            id="paper-2022-11",
            matter="重大决策与耕地保护目标",
            procedure="会议纪要与用地批次、年末存量核对（示例）",
            facts=f"两批园区用地占用耕地 {TAKEN} 公顷；2021 年末存量接近下限（示例数据）。",
            standard=LAND_LAW,
            conclusion="集体决定，由主持人负领导责任（示例）。",
            evidence=("form-2022-11", "form-2022-13"),
            preparer=AUDITOR_A,
            made_on=date(2022, 11, 7),
            reviewer=REVIEWER,
            review="同意（示例）",
            reviewed_on=date(2022, 11, 14),
            area="decisions",
        ),
        Paper(
            id="paper-2022-12",
            matter="红线监督责任",
            procedure="检查计划、记录与斑块比较（示例）",
            facts=f"无批准减少 {LOST} 公顷（示例数据）。",
            standard=REDLINE_RULE,
            conclusion="未履行监督责任（示例）。",
            evidence=("form-2022-12",),
            preparer=AUDITOR_B,
            made_on=date(2022, 11, 8),
            reviewer=REVIEWER,
            review="同意（示例）",
            reviewed_on=date(2022, 11, 14),
            area="supervision",
        ),
    )


def _problems() -> tuple[Problem, ...]:
    person = f"{LAND}局长（示例）"
    return (
        Problem(
            id=PARK,
            report=f"{REPORT} 三（一）",
            issue="园区用地占用耕地，耕地接近保有量下限（示例）",
            paper="paper-2022-11",
            unit=LAND,
            person=person,
            first=PARTY_2022,
            kind="phased",
            due=date(2024, 12, 31),
            measure="补充耕地（示例）",
            amount=TAKEN,
            amount_unit="公顷",
            responsibility=LEADING,
            grounds="主持集体决定（示例）",
            subject=PARTY,
            found_on=FOUND,
        ),
        Problem(
            id=REDLINE,
            report=f"{REPORT} 三（二）",
            issue="对红线管控监督不到位（示例）",
            paper="paper-2022-12",
            unit=LAND,
            person=person,
            first=PARTY_2022,
            kind="continuing",
            due=date(2024, 12, 31),
            measure="建立检查制度（示例）",
            amount=LOST,
            amount_unit="公顷",
            responsibility=LEADING,
            grounds="未履行监督责任（示例）",
            subject=PARTY,
            found_on=FOUND,
        ),
    )


def _steps() -> tuple[Step, ...]:
    return (
        Step(PARK, "IN_PROGRESS", LAND, date(2023, 1, 16), Decimal("12.00")),
        Step(REDLINE, "IN_PROGRESS", LAND, date(2023, 1, 18)),
    )


def _comments() -> tuple[Comment, ...]:
    leader = f"{COUNTY}县委原书记"
    return (
        Comment(
            id="comment-2022-11",
            about=PARK,
            by=leader,
            made_on=date(2022, 12, 5),
            text="两批用地均有批准文号，建议写明（示例）。",
            accepted=True,
            reply="采纳，已写明批准文号（示例）。",
            replied_by=LEAD,
        ),
        Comment(
            id="comment-2022-12",
            about=REDLINE,
            by=leader,
            made_on=date(2022, 12, 5),
            text="红线由政府部门管理，与县委无关（示例）。",
            accepted=False,
            reply="党政同责，不予采纳（示例）。",
            replied_by=LEAD,
        ),
        Comment(
            id="comment-2022-13",
            about="draft",
            by=COMMITTEE,
            made_on=date(2022, 12, 9),
            text="县委不同意监督责任的表述，拒绝在反馈意见上盖章（示例）。",
            accepted=False,
            reply="拒绝盖章的情况记录在案，不影响报告印发（示例）。",
            replied_by=LEAD,
        ),
    )
