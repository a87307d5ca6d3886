"""The audit of the head of 2020-2022: what was carried over at the handover, and what was found since. All made up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from gep.workflow.audit.records import Comment, EvidenceForm, Paper, Problem, Step
from tools.sample_parts import tenure_head_2016 as before
from tools.sample_parts.tenure_bundle import (
    COUNTY,
    DIRECT,
    EMERGENCY,
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
from tools.sample_parts.tenure_posts import AUDITOR_A, AUDITOR_B, HEAD_2016, HEAD_2020, HEAD_2022, LEAD, LEFT, REVIEWER
from tools.sample_parts.tenure_redline import GIVEN_UP, SMALL

REPORT = "示例市审报〔2022〕8 号（虚构）"
FOUND = date(2022, 10, 14)
BUILT_ON = amount("YD-2021-X", "R31", "C02")
SPILLED = amount("SG-2021", "R21", "R21")
LOST, QUARRY = SMALL["U2-04"], Decimal("21.50")
REDLINE = "problem-2022-02"
CARRIED = (before.LOST, before.OVERUSE, before.UNRESTORED)


def bundle() -> Bundle:
    """All records of this engagement."""
    made = Bundle(
        _forms(),
        _papers(),
        (*_carried(), *_problems()),
        _steps(),
        _comments(),
        cited={
            "YD-2021-X": "form-2022-02",
            "SG-2021": "form-2022-04",
            "YD-2020-2": "form-2022-01",
            "CK-2020": "form-2022-01",
            "CF-2020-2": "form-2022-01",
            "YD-2022-1": "form-2022-01",
        },
        redline={"redline-2019": before.LOST, "redline-2021": REDLINE},
        documents=_documents(),
    )
    return replace(made, **entered(HEAD_2020), **open_of(HEAD_2020))


def _forms() -> tuple[EvidenceForm, ...]:
    return (
        EvidenceForm(
            id="form-2022-01",
            auditee=LAND,
            matter="交接前后的审批",
            facts=(
                "用地第二批、采伐许可第二批、高岭土扩采许可均在 2020-07-01 之前批准、之后生效；"
                "2022 年第一批用地 2022-02-14 批准、2022-03-28 变更，变更在主持工作期间（示例数据）。"
            ),
            figures=(
                figure(2020, "LA-01", "R31", "C02", "human"),
                figure(2020, "FT-01", "R31", "V2", "human"),
                figure(2020, "MN-01", "R31", "C3", "human", instance="kaolin"),
            ),
            attachments=(("approvals.txt", 2),),
            auditor=AUDITOR_A,
            made_on=date(2022, 5, 23),
            opinion="情况属实（示例）",
            paper="paper-2022-01",
        ),
        EvidenceForm(
            id="form-2022-02",
            auditee=LAND,
            matter="未办批准手续占用耕地",
            facts=f"2021-07-05 起在 990121103 占用耕地 {BUILT_ON} 公顷，没有批准文号（示例数据）。",
            figures=(figure(2021, "LA-01", "R31", "C02", "human"), figure(2021, "LA-01", "R21", "C06", "human")),
            attachments=(("approvals.txt", 2),),
            auditor=AUDITOR_A,
            made_on=date(2022, 5, 25),
            opinion="情况属实，手续正在补办（示例）",
            paper="paper-2022-01",
        ),
        EvidenceForm(
            id="form-2022-03",
            auditee=LAND,
            matter="生态保护红线斑块与人类活动",
            facts=f"2021-06-10 起 U2-04（{LOST} 公顷）不在图层中，没有批准文号，U2-02 同日扩大；"
            f"2020-10-01 起 U1-06 内露天采石 {QUARRY} 公顷；U1-05 小水电用地扩大（示例数据）。",
            figures=(
                figure(2020, "RL-01", "R60", "AREA", instance="RL-U2"),
                figure(2021, "RL-01", "R60", "AREA", instance="RL-U2"),
            ),
            attachments=(("redline-2021.txt", 1),),
            auditor=AUDITOR_B,
            made_on=date(2022, 6, 6),
            refused="提供单位认为采石场在红线划定之前已有规划，拒绝盖章；规划未见批准文件（示例）",
            paper="paper-2022-02",
        ),
        EvidenceForm(
            id="form-2022-04",
            auditee=EMERGENCY,
            matter="高岭土尾矿泄漏",
            facts=f"2021-06-03 尾矿泄漏，损毁土地 {SPILLED} 公顷（示例数据）。",
            figures=(figure(2021, "MR-01", "R21", "AREA", "human"),),
            attachments=(("tailings-2021.txt", 1),),
            auditor=AUDITOR_B,
            made_on=date(2022, 6, 13),
            opinion="情况属实（示例）",
            paper="paper-2022-03",
        ),
    )


def _papers() -> tuple[Paper, ...]:
    return (
        Paper(
            id="paper-2022-01",
            matter="用地审批与交接",
            procedure="按批准日分责任，按变更日分结存，两套合计并列（示例）",
            facts=f"交接前批准、交接后变更的有三项；2021 年一处 {BUILT_ON} 公顷没有批准（示例数据）。",
            standard=LAND_LAW,
            conclusion="三项的责任归前任，结存归本任；未批先占归本任（示例）。",
            evidence=("form-2022-01", "form-2022-02"),
            preparer=AUDITOR_A,
            made_on=date(2022, 7, 18),
            reviewer=REVIEWER,
            review="同意（示例）",
            reviewed_on=date(2022, 7, 22),
            area="decisions",
        ),
        Paper(
            id="paper-2022-02",
            matter="生态保护红线",
            procedure="两期斑块图层逐块比较，与人类活动图斑叠加（示例）",
            facts=f"减少 {LOST} 公顷无批准，采石占用 {QUARRY} 公顷（示例数据）。",
            standard=REDLINE_RULE,
            conclusion="面积减少、性质改变两项不合格（示例）。",
            evidence=("form-2022-03",),
            preparer=AUDITOR_B,
            made_on=date(2022, 7, 19),
            reviewer=REVIEWER,
            review="同意，拒绝盖章的理由写入正文（示例）",
            reviewed_on=date(2022, 7, 27),
            area="supervision",
        ),
        Paper(
            id="paper-2022-03",
            matter="尾矿泄漏事故",
            procedure="事故报告与现场勘查（示例）",
            facts=f"损毁 {SPILLED} 公顷（示例数据）。",
            standard="尾矿库安全监督管理的规定（示例引用）",
            conclusion="日常检查流于形式（示例）。",
            evidence=("form-2022-04",),
            preparer=AUDITOR_B,
            made_on=date(2022, 7, 20),
            reviewer=LEAD,
            review="同意（示例）",
            reviewed_on=date(2022, 7, 27),
            area="supervision",
        ),
    )


def _carried() -> tuple[Problem, ...]:
    """The open problems of the engagement before, as they stood at the handover of 1 March 2022."""
    old = {p.id: p for p in before.bundle().problems}
    return tuple(replace(old[name], carried_from=HEAD_2016, paper="", first=HEAD_2022) for name in CARRIED)


def _taken_over() -> tuple[Step, ...]:
    """The steps that the open problems of the engagement before had made by the handover."""
    return tuple(s for s in before.bundle().steps if s.problem in CARRIED and s.on < LEFT)


def _problems() -> tuple[Problem, ...]:
    return (
        Problem(
            id="problem-2022-01",
            report=f"{REPORT} 三（一）",
            issue="未办批准手续占用耕地（示例）",
            paper="paper-2022-01",
            unit=LAND,
            person=f"{LAND}局长（示例）",
            first=HEAD_2022,
            kind="immediate",
            due=date(2023, 1, 31),
            measure="拆除复垦（示例）",
            amount=BUILT_ON,
            amount_unit="公顷",
            responsibility=DIRECT,
            grounds="本人批示先行施工（示例）",
            subject=HEAD_2020,
            found_on=FOUND,
        ),
        Problem(
            id=REDLINE,
            report=f"{REPORT} 三（二）",
            issue="红线斑块无批准减少，红线内采石（示例）",
            paper="paper-2022-02",
            unit=LAND,
            person=f"{LAND}局长（示例）",
            first=HEAD_2022,
            kind="phased",
            due=date(2023, 12, 31),
            measure="恢复斑块，关闭采石场（示例）",
            amount=LOST + QUARRY,
            amount_unit="公顷",
            responsibility=LEADING,
            grounds="收到预警后未处置（示例）",
            subject=HEAD_2020,
            found_on=FOUND,
        ),
        Problem(
            id="problem-2022-03",
            report=f"{REPORT} 三（三）",
            issue="尾矿泄漏损毁土地（示例）",
            paper="paper-2022-03",
            unit=EMERGENCY,
            person=f"{EMERGENCY}局长（示例）",
            first=HEAD_2022,
            kind="phased",
            due=date(2023, 3, 31),
            measure="治理损毁土地（示例）",
            amount=SPILLED,
            amount_unit="公顷",
            responsibility=LEADING,
            grounds="负有监督责任（示例）",
            subject=HEAD_2020,
            found_on=FOUND,
        ),
    )


def _steps() -> tuple[Step, ...]:
    """What was carried over comes with its steps and goes on from where it stood; one is closed, one reopened, one overdue."""
    return (
        *_taken_over(),
        Step(before.LOST, "IN_PROGRESS", LAND, date(2022, 5, 9)),
        Step(before.LOST, "SUBMITTED", LAND, date(2022, 6, 20), GIVEN_UP, "restored-2022.txt"),
        Step(before.LOST, "VERIFIED", AUDITOR_B, date(2022, 7, 5), GIVEN_UP, "restored-2022.txt"),
        Step(before.LOST, "CLOSED", AUDITOR_B, date(2022, 7, 8), GIVEN_UP, "restored-2022.txt"),
        Step(before.OVERUSE, "IN_PROGRESS", WATERS, date(2022, 5, 9)),
        Step(before.UNRESTORED, "IN_PROGRESS", LAND, date(2022, 5, 9), Decimal("4.10"), note="二期完成（示例）"),
        Step("problem-2022-01", "IN_PROGRESS", LAND, date(2022, 10, 24)),
        Step("problem-2022-01", "SUBMITTED", LAND, date(2023, 1, 9), BUILT_ON, "reclaimed-2023.txt"),
        Step("problem-2022-01", "VERIFIED", AUDITOR_B, date(2023, 1, 16), BUILT_ON, "reclaimed-2023.txt"),
        Step("problem-2022-01", "CLOSED", AUDITOR_B, date(2023, 1, 18), BUILT_ON, "reclaimed-2023.txt"),
        Step(REDLINE, "IN_PROGRESS", LAND, date(2022, 10, 26)),
        Step(REDLINE, "SUBMITTED", LAND, date(2023, 2, 20), LOST, "closed-quarry-2023.txt"),
        Step(REDLINE, "REOPENED", AUDITOR_A, date(2023, 3, 3), None, "closed-quarry-2023.txt", "采石场仍有设备（示例）"),
        Step("problem-2022-03", "IN_PROGRESS", EMERGENCY, date(2022, 11, 1), Decimal("0.60")),
    )


def _comments() -> tuple[Comment, ...]:
    leader = f"{COUNTY}原县长"
    return (
        Comment(
            id="comment-2022-01",
            about="paper-2022-01",
            by=leader,
            made_on=date(2022, 9, 5),
            text="三项审批不是本人批准，请在报告中写明（示例）。",
            accepted=True,
            reply="采纳，报告按批准日列示（示例）。",
            replied_by=LEAD,
        ),
        Comment(
            id="comment-2022-02",
            about=REDLINE,
            by=GOVERNMENT,
            made_on=date(2022, 9, 7),
            text="红线总面积没有减少，建议删去（示例）。",
            accepted=False,
            reply="按斑块比较，另划补足不能抵消，不予采纳（示例）。",
            replied_by=LEAD,
        ),
        Comment(
            id="comment-2022-03",
            about="draft",
            by=WATERS,
            made_on=date(2022, 9, 8),
            text="水资源公报的统计口径请另行说明（示例）。",
        ),
    )


def _documents() -> dict[str, str]:
    held = before.bundle().documents
    return {
        **{name: held[name] for name in dict.fromkeys(s.evidence for s in _taken_over() if s.evidence)},
        "approvals.txt": document("2020—2022 年审批台账", "批准日与变更日见 events.csv。"),
        "redline-2021.txt": document("2021 年红线斑块比对", f"U2-04 {LOST} 公顷不在图层中，U2-02 扩大 {LOST} 公顷。"),
        "tailings-2021.txt": document("尾矿泄漏事故报告", f"2021-06-03，损毁土地 {SPILLED} 公顷。"),
        "restored-2022.txt": document("红线斑块恢复复验表", f"{GIVEN_UP} 公顷。"),
        "reclaimed-2023.txt": document("复垦验收表", f"{BUILT_ON} 公顷。"),
        "closed-quarry-2023.txt": document("采石场关闭现场记录", "设备未撤，斑块已恢复。"),
    }
