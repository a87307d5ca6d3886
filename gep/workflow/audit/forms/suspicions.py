"""SU, the list of suspicions: what declared rules found in the book and the registers, and what they could not judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gep.base.findings import Refused
from gep.base.records import Names
from gep.report.form import Form, Line, Stored, text
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import form, named, texts
from gep.workflow.audit.forms.evidence import figures_of
from gep.workflow.audit.records import Suspicion
from gep.workflow.audit.suspicions import Unassessed
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("疑点清单", "List of suspicions")
COLUMNS = (
    worded("name", "疑点", "Suspicion", "label"),
    worded("rule", "规则", "Rule", "code"),
    worded("severity", "程度", "Severity"),
    worded("region", "地区", "Region"),
    worded("place", "位置", "Place"),
    worded("found", "所见", "Found"),
    worded("expected", "应为", "Expected"),
    worded("difference", "差异", "Difference"),
    worded("figures", "涉及数字", "Figures"),
    worded("mend", "建议核查", "What to look into"),
)
SEVERITIES = {"stop": Names("严重", "grave"), "query": Names("待核", "to be looked into"), "note": Names("提示", "note")}
WARNING = Names("疑点不是结论，须由审计人员取证核实。", "A suspicion is not a conclusion; auditors have to find the facts.")
NOT_MADE = Names("没有运行疑点规则。", "The rules of suspicion were not run.")


def forms(case: Case) -> Iterator[Form]:
    """The list of a term, then the rules that could not be judged, wholly or in part."""
    judged = case.term.judged
    lines: list[Line] = []
    notes = [WARNING]
    if judged is None:
        notes = [NOT_MADE]
    else:
        lines = [_line(case, s, n) for n, s in enumerate(judged.suspicions, 1)]
        notes.append(_count(judged.asked, len(judged.suspicions), len(judged.unassessed)))
        if judged.unassessed:
            lines.append(heading("of.unassessed", Names("没有评判的规则", "Rules not judged"), len(COLUMNS)))
            lines += [_unassessed(u) for u in judged.unassessed]
    yield form(case, (case.form_id("SU"), "SU", NAME), COLUMNS, lines, notes, section="quality")


def _count(asked: int, found: int, unassessed: int) -> Names:
    return Names(
        f"共运行 {asked} 条规则，列出疑点 {found} 条，{unassessed} 条因缺少数据没有评判或只评判了一部分。",
        f"{asked} rules were asked; {found} suspicions are listed; {unassessed} rules could not be judged, wholly or in part, "
        "for want of data.",
    )


def _line(case: Case, s: Suspicion, number: int) -> Line:
    figures = resolved(case, s.figures)
    return Line(
        f"{s.rule}.{number}",
        (
            said(s.names),
            text(s.rule),
            said(SEVERITIES[s.severity]),
            said(case.region_names(s.region)),
            *texts(s.place, s.found, s.expected, s.difference),
            replace(said("\n".join(s.figures)), figures=figures),
            said(s.mend),
        ),
    )


def resolved(case: Case, addresses: tuple[str, ...]) -> tuple[Stored, ...]:
    """The stored figures among the addresses; those of other views, or cells that lead nowhere, stay words."""
    found: list[Stored] = []
    for written in addresses:
        if written in case.held:
            found.append(case.held[written])
            continue
        try:
            found += figures_of(case, [written])
        except Refused:
            continue  # an address of a register, not of the book
    return named(found)


def _unassessed(u: Unassessed) -> Line:
    missing = ", ".join(u.missing)
    state = Names("部分评判", "in part") if u.partly else Names("未评判", "not judged")
    return Line(
        f"unassessed.{u.rule}",
        (said(u.names), text(u.rule), said(state), *texts(None, missing, None, None, None, None, None)),
        "",
        1,
    )  # fmt: skip
