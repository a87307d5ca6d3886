"""DA-04, the problem list and rectification ledger: what was found, who answers for it, and how it stands on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from gep.accounts.rectification import Standing, standings
from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, Made, Ref, Term, text
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import amount, day_words, form, record_words, texts, yes_no
from gep.workflow.audit.forms.record_cells import stated
from gep.workflow.audit.records import Problem, Step
from gep.workflow.forms.lists import said, worded

NAME = Names("问题清单与整改台账", "Problem list and rectification ledger")
STATES: Mapping[str, Names] = {
    "OPEN": Names("未整改", "open"),
    "IN_PROGRESS": Names("整改中", "in progress"),
    "SUBMITTED": Names("已报送", "submitted"),
    "VERIFIED": Names("已核验", "verified"),
    "CLOSED": Names("已销号", "closed"),
    "REOPENED": Names("退回重改", "reopened"),
}
KINDS: Mapping[str, Names] = {
    "immediate": Names("立行立改", "immediate"),
    "phased": Names("分阶段", "phased"),
    "continuing": Names("持续", "continuing"),
}
COLUMNS = (
    worded("name", "问题摘要", "Issue", "label"),
    worded("issue_id", "问题编号", "Issue id", "code"),
    worded("report_no", "审计报告文号", "Report number"),
    Column("amount", Names("涉及数量/金额", "Quantity or amount")),
    worded("unit", "计量单位", "Unit"),
    worded("subject", "被审计人（职务）", "Audited post"),
    worded("responsibility", "责任类型", "Responsibility"),
    worded("grounds", "认定依据", "Grounds"),
    worded("resp_unit", "整改责任单位", "Responsible unit"),
    worded("resp_person", "责任人", "Responsible person"),
    worded("lead_person", "第一责任人（现任主要负责人）", "First responsible person (incumbent head)"),
    worded("kind", "整改类型", "Type"),
    worded("due", "整改期限", "Due date"),
    worded("measure", "整改措施", "Measure"),
    Column("done_qty", Names("已整改数量", "Quantity rectified")),
    Column("remain", Names("未整改数量", "Remaining")),
    worded("status", "状态", "Status"),
    worded("overdue", "逾期", "Overdue"),
    worded("verify", "核验人及日期", "Verifier and date"),
    worded("closed_on", "销号日期", "Closed on"),
    worded("paper", "底稿", "Working paper"),
    worded("evidence_ids", "佐证", "Evidence"),
    worded("carried_from", "结转自", "Carried over from"),
    worded("record", "记录", "Record"),
)


def forms(case: Case) -> Iterator[Form]:
    """The ledger as of the day of the papers; an item closes on it only by a verifier other than who submitted it."""
    results = case.results
    problems, steps = case.collected.problems, case.collected.steps
    stands = {s.problem: s for s in standings(problems, steps, results.day)}
    lines = [_line(case, p, stands.get(p.id), [s for s in steps if s.problem == p.id]) for p in problems]
    day = results.day.isoformat()
    notes = [
        Names(f"状态为 {day} 日终的状态；逾期由整改期限计算，不填写；期限以决定文书为准。",
              f"States are those at the end of {day}; overdue is worked out from the due date and never typed in."),
        Names("责任类型由审计人员认定并写明依据，程序不认定。",
              "Classes of responsibility are entered by auditors with their grounds."),
        Names("未整改数量＝涉及数量－已整改数量；已整改数量未知的，未整改数量也未知。",
              "Remaining = quantity − rectified; unknown where one of them is."),
    ]  # fmt: skip
    if not lines:
        notes = [Names("没有登记的问题。", "No problem is recorded.")]
    yield form(case, ("DA-04", "DA-04", NAME), COLUMNS, lines, notes)


def _line(case: Case, p: Problem, s: Standing | None, steps: list[Step]) -> Line:
    done = s.done if s is not None else None
    remaining = s.remaining if s is not None else None
    who = f"{s.verified_by} {day_words(s.verified_on)}".strip() if s is not None else ""
    evidence = "; ".join(s.evidence) if s is not None else ""
    unit = p.amount_unit
    return Line(
        p.id,
        (
            text(p.issue),
            text(p.id),
            said(p.report),
            _count(p.amount is not None, stated(case, "problem", p.id, "amount", p.amount, p.amount_unit)),
            said(unit),
            said(case.subject_names(p.subject) if p.subject else None),
            said(responsibility_names(p.responsibility)),
            said(p.grounds),
            said(p.unit),
            said(p.person),
            said(case.subject_names(p.first) if p.first else None),
            said(KINDS.get(p.kind)),
            said(day_words(p.due) or Names("未定", "not set")),
            said(p.measure),
            _count(p.amount is not None, stated(case, "problem", p.id, "done", done, p.amount_unit)),
            _count(p.amount is not None, _remaining(p, remaining)),
            said(state_words(s)),
            said(overdue_words(s)),
            said(who),
            said(day_words(s.closed_on) if s is not None else ""),
            *texts(p.paper, evidence, p.carried_from, record_words(case, "problem", p.id)),
        ),
    )


def _remaining(p: Problem, value: Decimal | None) -> Cell:
    if value is None:
        return Cell("missing")
    made = Made("sum", (Term(Ref(p.id, "amount")), Term(Ref(p.id, "done_qty"), -1)))
    return amount(value, p.amount_unit, made=made)


def _count(counted: bool, cell: Cell) -> Cell:
    """An amount of a problem that has one; a problem without an amount has no place for it."""
    return cell if counted else Cell("not_applicable")


def responsibility_names(word: str) -> Names | None:
    """A class of responsibility in words; nothing where no auditor entered one."""
    known = {
        "direct": Names("直接责任", "direct"),
        "in_charge": Names("主管责任", "in charge"),
        "leadership": Names("领导责任", "leadership"),
    }
    return known.get(word, Names(word, word)) if word else None


def state_words(s: Standing | None) -> Names:
    """The state of an item on a day, with how often it was reopened."""
    if s is None:
        return Names("尚未发现", "not yet found")
    names = STATES[s.state]
    again = Names(f"{names.zh}（退回 {s.reopened} 次）", f"{names.en} (reopened {s.reopened} times)")
    return again if s.reopened and s.state != "REOPENED" else names


def overdue_words(s: Standing | None) -> Names | None:
    """Whether an item is overdue and by how many days; for a closed one, by how many it was closed too late."""
    if s is None:
        return None
    if s.overdue is None:
        return Names("期限未定", "no due date")
    if s.overdue:
        return Names(f"是，{s.days_over} 天", f"yes, {s.days_over} days")
    late = s.state == "CLOSED" and s.days_over
    return Names(f"否（迟 {s.days_over} 天销号）", f"no (closed {s.days_over} days late)") if late else yes_no(False)
