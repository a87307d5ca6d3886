"""PF-01, projects with their money, and PF-02, funds and fees: planned or due, in place or collected, spent, and what is left."""

from __future__ import annotations

from collections.abc import Iterator

from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, text, unit_names
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import UNIT, day_words, form, record_words, texts, yes_no
from gep.workflow.audit.forms.record_cells import left, stated, total
from gep.workflow.audit.open_matters import late, status
from gep.workflow.audit.records_open import PROJECT_STATES, Fund, Project
from gep.workflow.forms.lists import said, worded

PROJECTS, FUNDS = Names("项目及资金台账", "Projects and their money"), Names("资金征管用台账", "Funds and fees")
PROJECT_COLUMNS = (
    worded("name", "项目名称", "Project", "label"),
    UNIT,
    worded("id", "编号", "Id", "code"),
    worded("unit_in_charge", "责任单位", "Responsible unit"),
    worded("start", "开工日期", "Begun on"),
    worded("due", "计划完工日期", "To be finished by"),
    worded("state", "状态", "State"),
    worded("as_of", "资金截至", "Money as of"),
    Column("planned", Names("计划资金", "Planned")),
    Column("received", Names("到位资金", "In place")),
    Column("unfunded", Names("未到位资金", "Not in place")),
    Column("spent", Names("已用资金", "Spent")),
    Column("unspent", Names("结余资金", "Not spent")),
    worded("ended_on", "完工或终止日期", "Ended on"),
    worded("handover", "交接日是否未完工", "Unfinished on the day of handover"),
    worded("late", "交接日是否逾期", "Late on the day of handover"),
    worded("document", "文件", "Document"),
    worded("evidence", "佐证", "Evidence"),
    worded("note", "说明", "Note"),
    worded("record", "记录", "Record"),
)
FUND_COLUMNS = (
    worded("name", "资金名称", "Fund or fee", "label"),
    UNIT,
    worded("id", "编号", "Id", "code"),
    worded("unit_in_charge", "征收或使用单位", "Unit in charge"),
    worded("start", "期间起", "From"),
    worded("end", "期间止（不含）", "To (exclusive)"),
    Column("receivable", Names("应征", "Due")),
    Column("collected", Names("已征", "Collected")),
    Column("uncollected", Names("未征", "Not collected")),
    Column("spent", Names("已用", "Spent")),
    Column("balance", Names("结余", "Balance")),
    worded("document", "文件", "Document"),
    worded("evidence", "佐证", "Evidence"),
    worded("note", "说明", "Note"),
    worded("record", "记录", "Record"),
)
PROJECT_CHECKS = (
    Names(
        "未到位资金＝计划资金－到位资金；结余资金＝到位资金－已用资金",
        "Not in place = planned − in place; not spent = in place − spent",
    ),
)
FUND_CHECKS = (Names("未征＝应征－已征；结余＝已征－已用", "Not collected = due − collected; balance = collected − spent"),)
NO_PROJECTS = Names(
    "没有登记的项目。没有登记不等于没有项目。", "No project is recorded, which does not mean that there was none."
)
NO_FUNDS = Names(
    "没有登记的资金。没有登记不等于没有应征、应用的资金。", "No fund or fee is recorded, which does not mean that none was due."
)
UNKNOWN = Names(
    "没有填写的数额未知，以“…”表示，不按零计算。", "An amount that is not stated is unknown (…) and never taken for zero."
)


def forms(case: Case) -> Iterator[Form]:
    """The projects as they stand on the day of handover, and the funds."""
    held = case.collected.open
    projects, funds = [_project(case, p) for p in held.projects], [_fund(case, f) for f in held.funds]
    lines = _with_total(projects, PROJECT_COLUMNS, {p.amount_unit for p in held.projects})
    notes = [_on_day(case), UNKNOWN] if lines else [NO_PROJECTS]
    yield form(case, (case.form_id("PF-01"), "PF-01", PROJECTS), PROJECT_COLUMNS, lines, notes, checks=PROJECT_CHECKS)
    lines = _with_total(funds, FUND_COLUMNS, {f.amount_unit for f in held.funds})
    notes = [UNKNOWN] if lines else [NO_FUNDS]
    yield form(case, (case.form_id("PF-02"), "PF-02", FUNDS), FUND_COLUMNS, lines, notes, checks=FUND_CHECKS)


def _on_day(case: Case) -> Names:
    day = case.subject.end
    return Names(
        f"是否未完工、是否逾期按交接日 {day} 计算；状态和资金为“资金截至”日的。",
        f"Unfinished and late are worked out for the handover of {day}; state and money are those of the day in “money as of”.",
    )


def _with_total(lines: list[Line], columns: tuple[Column, ...], units: set[str]) -> list[Line]:
    """The lines with their total, where all of them are in one unit."""
    found = total(lines, columns, next(iter(units))) if len(units) == 1 and "" not in units else None
    return [*lines, found] if found is not None else lines


def _project(case: Case, p: Project) -> Line:
    unit = p.amount_unit
    amounts = {
        "planned": stated(case, "project", p.id, "planned", p.planned, unit),
        "received": stated(case, "project", p.id, "received", p.received, unit),
        "spent": stated(case, "project", p.id, "spent", p.spent, unit),
    }
    day = case.subject.end
    cells: dict[str, Cell] = {
        "name": text(p.name),
        "unit": said(unit_names(unit)),
        "id": text(p.id),
        "unit_in_charge": said(p.unit),
        "start": said(day_words(p.start)),
        "due": said(day_words(p.due) or Names("未定", "not set")),
        "state": said(PROJECT_STATES[p.state]),
        "as_of": said(day_words(p.as_of)),
        **amounts,
        "unfunded": left(f"project.{p.id}", ("planned", amounts["planned"]), ("received", amounts["received"]), unit),
        "unspent": left(f"project.{p.id}", ("received", amounts["received"]), ("spent", amounts["spent"]), unit),
        "ended_on": said(day_words(p.ended_on)),
        "handover": said(unfinished_words(p, case)),
        "late": said(yes_no(late(p, day)) if late(p, day) is not None else Names("未定期限", "no day was set")),
    }
    last = texts(p.document, p.evidence, p.note, record_words(case, "project", p.id))
    cells |= dict(zip(("document", "evidence", "note", "record"), last, strict=True))
    return Line(f"project.{p.id}", tuple(cells[c.code] for c in PROJECT_COLUMNS))


def unfinished_words(p: Project, case: Case) -> Names:
    """Whether a project was unfinished on the day of handover."""
    found = status(p, case.subject.end)
    return Names("其后开工", "begun later") if found == "later" else yes_no(found == "open")


def _fund(case: Case, f: Fund) -> Line:
    unit = f.amount_unit
    amounts = {
        "receivable": stated(case, "fund", f.id, "receivable", f.receivable, unit),
        "collected": stated(case, "fund", f.id, "collected", f.collected, unit),
        "spent": stated(case, "fund", f.id, "spent", f.spent, unit),
    }
    cells: dict[str, Cell] = {
        "name": text(f.name),
        "unit": said(unit_names(unit)),
        "id": text(f.id),
        "unit_in_charge": said(f.unit),
        "start": said(day_words(f.start)),
        "end": said(day_words(f.end)),
        **amounts,
        "uncollected": left(f"fund.{f.id}", ("receivable", amounts["receivable"]), ("collected", amounts["collected"]), unit),
        "balance": left(f"fund.{f.id}", ("collected", amounts["collected"]), ("spent", amounts["spent"]), unit),
    }
    last = texts(f.document, f.evidence, f.note, record_words(case, "fund", f.id))
    cells |= dict(zip(("document", "evidence", "note", "record"), last, strict=True))
    return Line(f"fund.{f.id}", tuple(cells[c.code] for c in FUND_COLUMNS))
