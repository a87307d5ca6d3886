"""DA-03, evidence forms, and WP, working papers: what the auditors recorded, as they recorded it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gep.base.records import Names
from gep.base.score_rules import AREAS
from gep.explain.address import parse
from gep.report.form import Form, Line, Stored, text
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import day_words, form, record_words, texts
from gep.workflow.audit.records import EvidenceForm, Paper
from gep.workflow.forms.lists import said, worded

FORM_NAME, PAPER_NAME = Names("审计取证单", "Audit evidence forms"), Names("审计工作底稿", "Working papers")
FORM_COLUMNS = (
    worded("matter", "审计事项", "Audit matter", "label"),
    worded("evid_id", "取证单编号", "Evidence form id", "code"),
    worded("project", "项目名称", "Project"),
    worded("auditee", "被审计（调查）单位或个人", "Auditee"),
    worded("facts", "审计（调查）事项摘要", "Summary of facts"),
    worded("data_refs", "引用数据（账册地址）", "Figures cited (addresses in the book)"),
    worded("attachments", "附件及页数", "Attachments and pages"),
    worded("auditor", "审计人员", "Auditor"),
    worded("made_on", "编制日期", "Date"),
    worded("provider_opinion", "证据提供单位意见", "Provider's opinion and seal"),
    worded("refused", "拒绝盖章的理由", "Why the provider did not sign"),
    worded("wp_id", "底稿索引号", "Working paper id"),
    worded("record", "记录", "Record"),
)
PAPER_COLUMNS = (
    worded("matter", "审计事项", "Matter", "label"),
    worded("wp_id", "底稿索引号", "Working paper id", "code"),
    worded("area", "内容领域", "Content area"),
    worded("procedure", "审计过程", "Procedure followed"),
    worded("facts", "认定的事实", "Facts"),
    worded("standard", "依据及条款", "Standard and clause"),
    worded("conclusion", "审计结论", "Conclusion"),
    worded("evidence", "取证单号", "Evidence forms"),
    worded("preparer", "编制人", "Prepared by"),
    worded("made_on", "编制日期", "Date"),
    worded("reviewer", "复核人", "Reviewed by"),
    worded("review", "复核意见", "Opinion of the review"),
    worded("reviewed_on", "复核日期", "Reviewed on"),
    worded("record", "记录", "Record"),
)
REFUSED = Names(
    "提供单位拒绝盖章的，写明理由，取证单仍可使用。",
    "Where a provider refuses to sign, the reason stands beside it; the form may be used all the same.",
)
NO_FORMS = Names("没有取证单。", "There are no evidence forms.")
NO_PAPERS = Names("没有工作底稿。", "There are no working papers.")
UNREVIEWED = Names(
    "“未复核”的底稿还没有由他人复核。", "A paper marked “not reviewed” has not been reviewed by another person yet."
)


def forms(case: Case) -> Iterator[Form]:
    """Both ledgers of the engagement, also where they are empty."""
    held, papers = case.collected.forms, case.collected.papers
    notes = [REFUSED] if any(f.refused for f in held) else [] if held else [NO_FORMS]
    yield form(case, ("DA-03", "DA-03", FORM_NAME), FORM_COLUMNS, (_form(case, f) for f in held), notes)
    notes = [UNREVIEWED] if any(not p.reviewer for p in papers) else [] if papers else [NO_PAPERS]
    yield form(case, ("WP", "WP", PAPER_NAME), PAPER_COLUMNS, (_paper(case, p) for p in papers), notes)


def _form(case: Case, f: EvidenceForm) -> Line:
    attached = "; ".join(f"{name} ({pages})" for name, pages in f.attachments)
    project = Names(case.tenure.names.zh, case.tenure.names.en)
    figures = figures_of(case, f.figures)
    cited = "\n".join(f.figures)
    return Line(
        f.id,
        (
            text(f.matter),
            text(f.id),
            said(project),
            *texts(f.auditee, f.facts),
            replace(said(cited), figures=figures),
            *texts(attached, f.auditor, day_words(f.made_on), f.opinion or _unsealed(f), f.refused, f.paper),
            said(record_words(case, "evidence_form", f.id)),
        ),
    )


def _unsealed(f: EvidenceForm) -> Names | None:
    return Names("未盖章", "not sealed") if f.refused else None


def figures_of(case: Case, addresses: Sequence[str]) -> tuple[Stored, ...]:
    """The stored figures that addresses of records name, complete and in the vintage that the audit reads of their year."""
    found = []
    for written in addresses:
        address = parse(written)
        vintage = address.vintage or case.ground.years.vintages.get(int(address.period[:4]))
        found += [s for s in _near(case, written) if s.address.endswith(f"@{vintage}")]
    return tuple(dict.fromkeys(found))


def _near(case: Case, written: str) -> Iterator[Stored]:
    """The figures of the tables that an address names, whatever keys it leaves to their defaults."""
    wanted = parse(written)
    for stored in case.by_place.get((wanted.region, wanted.period, wanted.keys[:3]), ()):
        held = parse(stored.address)
        causes = wanted.given < 4 or held.keys[3] in (wanted.keys[3], "-")
        if causes and all(held.named.get(k, v) == v for k, v in wanted.named.items()):
            yield stored


def _paper(case: Case, p: Paper) -> Line:
    area = AREAS.get(p.area)
    reviewed = p.reviewer or Names("未复核", "not reviewed")
    return Line(
        p.id,
        (
            text(p.matter),
            text(p.id),
            said(area),
            *texts(p.procedure, p.facts, p.standard, p.conclusion, "; ".join(p.evidence), p.preparer, day_words(p.made_on)),
            said(reviewed),
            *texts(p.review, day_words(p.reviewed_on), record_words(case, "paper", p.id)),
        ),
    )
