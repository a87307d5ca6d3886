"""What follows from one of the sample audits: signatures, suggestions, transfers, a comment withdrawn. All made up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gep.workflow.audit.records_open import Signature, Suggestion, Transfer, Withdrawal
from tools.sample_parts.tenure_bundle import COMMITTEE, COUNTY, EMERGENCY, GOVERNMENT, amount
from tools.sample_parts.tenure_posts import AUDITOR_A, AUDITOR_B, HEAD_2016, HEAD_2020, LEAD, PARTY
from tools.sample_parts.tenure_posts import fictitious as paper

HECTARES = "公顷"


def _after_2016() -> dict[str, Any]:
    day = date(2020, 7, 8)
    page = paper("示例县交接签字页〔2020〕1 号")
    return {
        "signatures": (
            Signature("sign-2020-out", HEAD_2016, "out", "示例甲", day, document=page),
            Signature("sign-2020-in", HEAD_2016, "in", "示例乙", day, document=page),
            Signature("sign-2020-witness", HEAD_2016, "witness", "示例丙", day, document=page),
        ),
        "suggestions": (
            Suggestion(
                "suggestion-2021-01",
                GOVERNMENT,
                "建立矿山损毁土地治理台账，按季度公布进度（示例）。",
                ("problem-2021-04",),
                LEAD,
                date(2021, 8, 20),
                True,
                "已建立台账（示例）。",
                date(2021, 11, 5),
            ),
        ),
    }


def _after_2020() -> dict[str, Any]:
    return {
        "signatures": (
            Signature("sign-2022-out", HEAD_2020, "out", "示例乙", date(2022, 3, 4)),
            Signature(
                "sign-2022-in", HEAD_2020, "in", "示例丁", date(2022, 3, 4), refused="对尾矿泄漏未治理的面积有异议（示例）"
            ),
        ),
        "suggestions": (
            Suggestion(
                "suggestion-2022-01",
                GOVERNMENT,
                "红线按斑块逐块管理，增补不抵减少（示例）。",
                ("problem-2022-02",),
                LEAD,
                date(2022, 10, 14),
                True,
                "已写入年度工作安排（示例）。",
                date(2022, 12, 1),
            ),
            Suggestion(
                "suggestion-2022-02",
                EMERGENCY,
                "尾矿库每月实地检查并留存记录（示例）。",
                ("problem-2022-03",),
                AUDITOR_B,
                date(2022, 10, 14),
            ),
        ),
        "transfers": (
            Transfer(
                "transfer-2022-01",
                "示例县公安局（虚构）",
                "未办批准手续占用耕地，涉嫌违法（示例）",
                paper("示例市审移〔2022〕2 号"),
                LEAD,
                date(2022, 10, 21),
                "problem-2022-01",
                amount("YD-2021-X", "R31", "C02"),
                HECTARES,
                "已立案（示例）",
                date(2022, 12, 5),
            ),
        ),
    }


def _after_party() -> dict[str, Any]:
    return {
        "suggestions": (
            Suggestion(
                "suggestion-2022-11",
                COMMITTEE,
                "集体决定用地前先核对保有量余量（示例）。",
                ("problem-2022-11",),
                AUDITOR_A,
                date(2022, 12, 23),
            ),
        ),
    }


FOLLOWING: Mapping[str, Callable[[], dict[str, Any]]] = {HEAD_2016: _after_2016, HEAD_2020: _after_2020, PARTY: _after_party}


def withdrawn(tenure: str) -> tuple[Withdrawal, ...]:
    if tenure != HEAD_2020:
        return ()
    grounds = f"{COUNTY}水利局来函说明意见与本次审计无关（示例）"
    return (Withdrawal("comment", "comment-2022-03", LEAD, date(2022, 9, 20), grounds),)
