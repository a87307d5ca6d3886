"""What an engagement of the sample audits holds besides figures: forms, papers, problems, steps, comments, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from gep.workflow.audit.records import (
    Assignment,
    Comment,
    EvidenceForm,
    ItemEntry,
    Paper,
    Problem,
    ReportedFigure,
    ScoredCase,
    Step,
)
from gep.workflow.audit.records_open import Open, Withdrawal
from tools.sample_parts.tenure_deeds import Deed, deeds
from tools.sample_parts.tenure_posts import REGION

COUNTY = "示例上游县"
GOVERNMENT, COMMITTEE = f"{COUNTY}人民政府", f"中共{COUNTY}委员会"
LAND, FORESTRY, WATERS, EMERGENCY = (f"{COUNTY}{name}" for name in ("自然资源局", "林业局", "水利局", "应急管理局"))
DIRECT, LEADING = "direct", "leadership"  # the two classes in use since July 2019
LAND_LAW = "《中华人民共和国土地管理法》关于农用地转用审批的规定（示例引用）"
REDLINE_RULE = "生态保护红线面积不减少、性质不改变、功能不降低的要求（示例引用）"


@dataclass(frozen=True)
class Bundle:
    """`cited`: deed -> the form that names it. `redline`: finding on the line -> problem.

    `documents`: file in evidence/ -> its text.
    """

    forms: tuple[EvidenceForm, ...]
    papers: tuple[Paper, ...]
    problems: tuple[Problem, ...]
    steps: tuple[Step, ...]
    comments: tuple[Comment, ...]
    cited: Mapping[str, str]
    redline: Mapping[str, str] = field(default_factory=dict)
    documents: Mapping[str, str] = field(default_factory=dict)
    assigned: tuple[Assignment, ...] = ()
    entries: tuple[ItemEntry, ...] = ()
    scored: tuple[ScoredCase, ...] = ()
    reports: tuple[ReportedFigure, ...] = ()
    open: Open = field(default_factory=Open)
    withdrawn: tuple[Withdrawal, ...] = ()


def figure(year: int, table: str, row: str, column: str, cause: str = "-", **named: str) -> str:
    """The address of a figure of the asset account of the county."""
    return "/".join(["asset_account", REGION, str(year), table, row, column, cause, *(f"{k}={v}" for k, v in named.items())])


def deed(name: str) -> Deed:
    return next(d for d in deeds() if d.id == name)


def amount(name: str, row: str, code: str) -> Decimal:
    """What a deed changes in one row of one column."""
    return next(c.amount for c in deed(name).cells if c.row == row and c.name in (code, c.row))


def document(title: str, *lines: str) -> str:
    """The text of a made-up document."""
    head, foot = "示例文件（虚构） / fictitious document", "示例数据，不描述任何真实地方、单位或个人。"
    return "\n".join((head, title, "", *lines, "", foot, ""))
