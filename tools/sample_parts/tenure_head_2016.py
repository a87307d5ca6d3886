"""The audit of the head of 2016-2020: what the auditors collected, found and followed until the next handover. All made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from gep.workflow.audit.records import Comment, EvidenceForm, Paper, Problem, Step
from tools.sample_parts.tenure_bundle import (
    COUNTY,
    DIRECT,
    FORESTRY,
    GOVERNMENT,
    LAND,
    LAND_LAW,
    LEADING,
    REDLINE_RULE,
    WATERS,
    Bundle,
    amount,
    document,
    figure,
)
from tools.sample_parts.tenure_entries import entered
from tools.sample_parts.tenure_open import open_of
from tools.sample_parts.tenure_posts import AUDITOR_A, AUDITOR_B, HEAD_2016, HEAD_2020, LEAD, REVIEWER
from tools.sample_parts.tenure_redline import GIVEN_UP, SWAPPED
from tools.sample_parts.tenure_returned import flow

REPORT = "示例市审报〔2021〕6 号（虚构）"
FOUND = date(2021, 8, 20)
BUILT_ON = amount("YD-2018-X", "R31", "C02")
ACROSS = amount("YD-2020-2", "R31", "C02")
FELLED = amount("SG-2017", "R32", "V2")
DAMAGED = flow("MR-01.R21", "", 2016)
DRAWN = [flow("water_use_total", "", year) for year in (2016, 2017, 2018)]
LOST = "problem-2021-02"
OVERUSE, UNRESTORED = "problem-2021-03", "problem-2021-04"


def bundle() -> Bundle:
    """All records of this engagement."""
    made = Bundle(
        _forms(),
        _papers(),
        _problems(),
        _steps(),
        _comments(),
        cited={"YD-2018-X": "form-2021-02", "SG-2017": "form-2021-04", "YD-2020-2": "form-2021-01", "QS-2017": "form-2021-05"},
        redline={"redline-2019": LOST},
        documents=_documents(),
    )
    return replace(made, **entered(HEAD_2016), **open_of(HEAD_2016))


def _forms() -> tuple[EvidenceForm, ...]:
    years = tuple(range(2016, 2020))
    return (
        EvidenceForm(
            id="form-2021-01",
            auditee=LAND,
            matter="建设用地审批与耕地减少",
            facts=(
                "2016—2019 年耕地人为减少与审批台账逐年核对；2020 年第二批用地 2020-06-08 批准、2020-09-07 变更，"
                f"批准在交接之前、变更在交接之后，占用耕地 {ACROSS} 公顷（示例数据）。"
            ),
            figures=tuple(figure(y, "LA-01", "R31", "C02", "human") for y in years),
            attachments=(("approvals.txt", 2),),
            auditor=AUDITOR_A,
            made_on=date(2021, 5, 10),
            opinion="情况属实（示例）",
            paper="paper-2021-01",
        ),
        EvidenceForm(
            id="form-2021-02",
            auditee=LAND,
            matter="未办批准手续占用耕地",
            facts=(
                f"2018-09-17 起在 990121104 占用耕地 {BUILT_ON} 公顷，审批台账中没有批准文号，"
                "图斑见 events.csv 的 YD-2018-X（示例数据）。"
            ),
            figures=(figure(2018, "LA-01", "R31", "C02", "human"), figure(2018, "LA-01", "R21", "C06", "human")),
            attachments=(("approvals.txt", 2), ("patch-2018.txt", 1)),
            auditor=AUDITOR_A,
            made_on=date(2021, 5, 12),
            refused="提供单位认为该地块后来纳入了规划，拒绝签字；审计人员现场复核后照常使用（示例）",
            paper="paper-2021-01",
        ),
        EvidenceForm(
            id="form-2021-03",
            auditee=LAND,
            matter="生态保护红线斑块",
            facts=f"2019-06-01 起 U2-03 减少 {GIVEN_UP} 公顷，没有批准文号；同日 U2-05 增加相同面积，红线总面积不变。"
            f"2019-11-20 经批准由 U1-02 调给 U1-03 {SWAPPED} 公顷（示例数据）。",
            figures=(
                figure(2018, "RL-01", "R60", "AREA", instance="RL-U2"),
                figure(2019, "RL-01", "R60", "AREA", instance="RL-U2"),
            ),
            attachments=(("redline-2019.txt", 1),),
            auditor=AUDITOR_B,
            made_on=date(2021, 5, 18),
            refused="提供单位以总面积没有减少为由拒绝盖章；理由记录在案，不影响使用（示例）",
            paper="paper-2021-02",
        ),
        EvidenceForm(
            id="form-2021-04",
            auditee=FORESTRY,
            matter="林木采伐许可与无证采伐",
            facts=f"2016—2020 年采伐许可与采伐蓄积核对；2017-08-14 查处无证采伐 {FELLED} 立方米（示例数据）。",
            figures=(figure(2017, "FT-01", "R31", "V2", "human"), figure(2017, "FT-01", "R32", "V2", "human")),
            attachments=(("felling-2017.txt", 1),),
            auditor=AUDITOR_B,
            made_on=date(2021, 5, 25),
            opinion="情况属实（示例）",
            paper="paper-2021-03",
        ),
        EvidenceForm(
            id="form-2021-05",
            auditee=WATERS,
            matter="用水总量与控制目标",
            facts=(
                f"2016、2017、2018 年用水总量 {'、'.join(str(d) for d in DRAWN)} 万立方米，均超过控制目标；"
                "2017-05-01 起新增取水许可（示例数据）。"
            ),
            figures=tuple(figure(y, "LI-01", "R21", "L1") for y in (2016, 2017, 2018)),
            attachments=(),
            auditor=AUDITOR_A,
            made_on=date(2021, 6, 2),
            opinion="数据无误，超额原因是灌溉面积扩大（示例）",
            paper="paper-2021-04",
        ),
        EvidenceForm(
            id="form-2021-06",
            auditee=LAND,
            matter="矿山损毁土地治理",
            facts=f"2016 年新增损毁 {DAMAGED} 公顷，当年没有安排治理（示例数据）。",
            figures=(figure(2016, "MR-01", "R21", "AREA", "human"), figure(2016, "MR-01", "R31", "AREA", "human")),
            attachments=(),
            auditor=AUDITOR_B,
            made_on=date(2021, 6, 8),
            opinion="情况属实（示例）",
            paper="paper-2021-04",
        ),
    )


def _papers() -> tuple[Paper, ...]:
    return (
        Paper(
            id="paper-2021-01",
            matter="耕地占用与审批",
            procedure="审批台账与变更图斑逐块核对，抽查影像与现场（示例）",
            facts=(
                f"任期内批次用地均有批准文号，唯 2018 年一处 {BUILT_ON} 公顷没有；2020 年第二批批准在前、变更在后（示例数据）。"
            ),
            standard=LAND_LAW,
            conclusion="未批先占，属本人任期内决定；第二批用地的责任按批准日归本任，结存按变更日归下一任（示例）。",
            evidence=("form-2021-01", "form-2021-02"),
            preparer=AUDITOR_A,
            made_on=date(2021, 6, 15),
            reviewer=REVIEWER,
            review="同意，另附拒签理由（示例）",
            reviewed_on=date(2021, 6, 22),
            area="laws",
        ),
        Paper(
            id="paper-2021-02",
            matter="生态保护红线",
            procedure="两期斑块图层按编号逐块比较，不以总面积相抵（示例）",
            facts=f"U2-03 减少 {GIVEN_UP} 公顷无批准；{SWAPPED} 公顷有批准；U1-04 拆分为两块，面积不变（示例数据）。",
            standard=REDLINE_RULE,
            conclusion="无批准的减少仍是减少，另划补足不能抵消（示例）。",
            evidence=("form-2021-03",),
            preparer=AUDITOR_B,
            made_on=date(2021, 6, 16),
            reviewer=REVIEWER,
            review="同意（示例）",
            reviewed_on=date(2021, 6, 23),
            area="supervision",
        ),
        Paper(
            id="paper-2021-03",
            matter="林木采伐",
            procedure="许可、伐区验收与蓄积账核对（示例）",
            facts=f"无证采伐 {FELLED} 立方米已立案（示例数据）。",
            standard="《中华人民共和国森林法》关于采伐许可的规定（示例引用）",
            conclusion="监督不到位，金额小，已处理（示例）。",
            evidence=("form-2021-04",),
            preparer=AUDITOR_B,
            made_on=date(2021, 6, 17),
            reviewer=REVIEWER,
            review="同意（示例）",
            reviewed_on=date(2021, 6, 24),
            area="laws",
        ),
        Paper(
            id="paper-2021-04",
            matter="用水控制与矿山治理目标",
            procedure="年度目标与账面数逐年比较（示例）",
            facts=f"三年用水超过目标；2016 年新增损毁 {DAMAGED} 公顷未治理（示例数据）。",
            standard="年度目标责任书（示例）",
            conclusion="未完成年度目标（示例）。",
            evidence=("form-2021-05", "form-2021-06"),
            preparer=AUDITOR_A,
            made_on=date(2021, 6, 18),
            reviewer=REVIEWER,
            review="同意，分两个问题列示（示例）",
            reviewed_on=date(2021, 6, 25),
            area="targets",
        ),
    )


def _problems() -> tuple[Problem, ...]:
    return (
        Problem(
            id="problem-2021-01",
            report=f"{REPORT} 三（一）",
            issue="未办批准手续占用耕地（示例）",
            paper="paper-2021-01",
            unit=LAND,
            person=f"{LAND}局长（示例）",
            first=HEAD_2020,
            kind="immediate",
            due=date(2021, 12, 31),
            measure="拆除复垦并补充同等数量质量的耕地（示例）",
            amount=BUILT_ON,
            amount_unit="公顷",
            responsibility=DIRECT,
            grounds="本人主持会议决定先行开工，见会议纪要（示例）",
            subject=HEAD_2016,
            found_on=FOUND,
        ),
        Problem(
            id=LOST,
            report=f"{REPORT} 三（二）",
            issue="生态保护红线斑块无批准减少（示例）",
            paper="paper-2021-02",
            unit=LAND,
            person=f"{LAND}局长（示例）",
            first=HEAD_2020,
            kind="phased",
            due=date(2022, 6, 30),
            measure="恢复原斑块界线和植被（示例）",
            amount=GIVEN_UP,
            amount_unit="公顷",
            responsibility=LEADING,
            grounds="分管部门擅自调整，本人负有监督责任（示例）",
            subject=HEAD_2016,
            found_on=FOUND,
        ),
        Problem(
            id=OVERUSE,
            report=f"{REPORT} 三（三）",
            issue="用水总量连续三年超过控制目标（示例）",
            paper="paper-2021-04",
            unit=WATERS,
            person=f"{WATERS}局长（示例）",
            first=HEAD_2020,
            kind="continuing",
            due=date(2023, 12, 31),
            measure="节水改造，逐年压减（示例）",
            responsibility=LEADING,
            grounds="未督促落实年度目标（示例）",
            subject=HEAD_2016,
            found_on=FOUND,
        ),
        Problem(
            id=UNRESTORED,
            report=f"{REPORT} 三（四）",
            issue="矿山新增损毁土地未安排治理（示例）",
            paper="paper-2021-04",
            unit=LAND,
            person=f"{LAND}局长（示例）",
            first=HEAD_2020,
            kind="phased",
            due=date(2021, 12, 31),
            measure="列入治理计划并验收（示例）",
            amount=DAMAGED,
            amount_unit="公顷",
            responsibility=LEADING,
            grounds="未督促落实治理计划（示例）",
            subject=HEAD_2016,
            found_on=FOUND,
        ),
        Problem(
            id="problem-2021-05",
            report=f"{REPORT} 三（五）",
            issue="无证采伐（示例）",
            paper="paper-2021-03",
            unit=FORESTRY,
            person=f"{FORESTRY}局长（示例）",
            first=HEAD_2020,
            kind="immediate",
            due=date(2021, 10, 31),
            measure="补植（示例）",
            amount=FELLED,
            amount_unit="立方米",
            responsibility=LEADING,
            grounds="监督不到位（示例）",
            subject=HEAD_2016,
            found_on=FOUND,
        ),
    )


def _steps() -> tuple[Step, ...]:
    """One closed, one reopened, one overdue, one that goes on; the last four months stand in the engagement that follows."""
    return (
        Step("problem-2021-01", "IN_PROGRESS", LAND, date(2021, 9, 6)),
        Step("problem-2021-01", "SUBMITTED", LAND, date(2021, 11, 15), BUILT_ON, "reclaimed-2021.txt", "复垦完成（示例）"),
        Step("problem-2021-01", "VERIFIED", AUDITOR_B, date(2021, 12, 2), BUILT_ON, "reclaimed-2021.txt", "现场核验（示例）"),
        Step("problem-2021-01", "CLOSED", AUDITOR_B, date(2021, 12, 10), BUILT_ON, "reclaimed-2021.txt", "销号（示例）"),
        Step(LOST, "IN_PROGRESS", LAND, date(2021, 9, 8)),
        Step(LOST, "SUBMITTED", LAND, date(2021, 12, 20), GIVEN_UP, "restored-2021.txt"),
        Step(LOST, "VERIFIED", AUDITOR_A, date(2022, 1, 12), GIVEN_UP, "restored-2021.txt"),
        Step(LOST, "CLOSED", AUDITOR_A, date(2022, 1, 18), GIVEN_UP, "restored-2021.txt"),
        Step(LOST, "REOPENED", LEAD, date(2022, 2, 21), None, "revisit-2022.txt", "回访发现部分地块再次被占（示例）"),
        Step(OVERUSE, "IN_PROGRESS", WATERS, date(2021, 9, 10)),
        Step(UNRESTORED, "IN_PROGRESS", LAND, date(2021, 9, 10), Decimal("2.50"), note="一期完成（示例）"),
        Step("problem-2021-05", "IN_PROGRESS", FORESTRY, date(2021, 9, 3)),
        Step("problem-2021-05", "SUBMITTED", FORESTRY, date(2021, 10, 18), FELLED, "replanted-2021.txt"),
        Step("problem-2021-05", "VERIFIED", AUDITOR_A, date(2021, 10, 26), FELLED, "replanted-2021.txt"),
        Step("problem-2021-05", "CLOSED", AUDITOR_A, date(2021, 10, 29), FELLED, "replanted-2021.txt"),
    )


def _comments() -> tuple[Comment, ...]:
    leader = f"{COUNTY}原县长（示例甲）"
    return (
        Comment(
            id="comment-2021-01",
            about="problem-2021-01",
            by=leader,
            made_on=date(2021, 7, 26),
            text="项目属招商引资，会议纪要写明先行办理手续，建议改为领导责任（示例）。",
            accepted=False,
            reply="纪要没有写明，且本人主持并决定，不予采纳（示例）。",
            replied_by=LEAD,
        ),
        Comment(
            id="comment-2021-02",
            about="problem-2021-03",
            by=GOVERNMENT,
            made_on=date(2021, 7, 28),
            text="2016 年目标下达晚于年初，建议在报告中说明（示例）。",
            accepted=True,
            reply="采纳，已在报告中说明下达日期（示例）。",
            replied_by=LEAD,
        ),
        Comment(id="comment-2021-03", about="draft", by=GOVERNMENT, made_on=date(2021, 7, 30), text="对其他事实无异议（示例）。"),
    )


def _documents() -> dict[str, str]:
    return {
        "approvals.txt": document("2016—2020 年建设用地审批台账", "批次、批准文号、批准日、变更日见 events.csv 的 YD-*。"),
        "patch-2018.txt": document("2018 年图斑核查", f"990121104 图斑，耕地转城镇村及工矿用地 {BUILT_ON} 公顷，未见批准文号。"),
        "redline-2019.txt": document(
            "2019 年红线斑块比对", f"U2-03 减少 {GIVEN_UP} 公顷，U2-05 增加 {GIVEN_UP} 公顷，均无文号。"
        ),
        "felling-2017.txt": document("2017 年无证采伐立案记录", f"{FELLED} 立方米，已立案。"),
        "reclaimed-2021.txt": document("复垦验收表", f"{BUILT_ON} 公顷。"),
        "restored-2021.txt": document("红线斑块恢复验收表", f"{GIVEN_UP} 公顷。"),
        "revisit-2022.txt": document("回访记录", "2022-02-21 回访，4.50 公顷再次被占。"),
        "replanted-2021.txt": document("补植验收表", f"按采伐 {FELLED} 立方米核定株数补植。"),
    }
