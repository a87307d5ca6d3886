"""SG, suggestions of the auditors, TR, matters given to other authorities, and WD, records that were withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, text, unit_names
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import UNIT, day_words, form, record_words, texts
from gep.workflow.audit.forms.record_cells import stated
from gep.workflow.audit.records_open import Suggestion, Transfer, Withdrawal
from gep.workflow.forms.lists import said, worded

SUGGESTIONS, TRANSFERS = (
    Names("审计建议", "Suggestions of the audit"),
    Names("移送处理事项", "Matters given to other authorities"),
)
WITHDRAWN = Names("撤回的记录", "Records that were withdrawn")
SUGGESTION_COLUMNS = (
    worded("text", "建议", "Suggestion", "label"),
    worded("id", "编号", "Id", "code"),
    worded("to", "建议对象", "To"),
    worded("problems", "所依据的问题", "Problems it rests on"),
    worded("auditor", "提出人", "By"),
    worded("made_on", "日期", "Date"),
    worded("taken_up", "是否采纳", "Taken up"),
    worded("answer", "答复", "Answer"),
    worded("answered_on", "答复日期", "Answered on"),
    worded("record", "记录", "Record"),
)
TRANSFER_COLUMNS = (
    worded("matter", "移送事项", "Matter", "label"),
    UNIT,
    worded("id", "编号", "Id", "code"),
    worded("to", "受理机关", "Given to"),
    worded("document", "移送文书", "Document"),
    worded("problem", "所涉问题", "Problem"),
    Column("amount", Names("涉及数量/金额", "Quantity or amount")),
    worded("auditor", "移送人", "By"),
    worded("made_on", "移送日期", "Date"),
    worded("result", "处理结果", "Result"),
    worded("result_on", "结果日期", "Result on"),
    worded("record", "记录", "Record"),
)
WITHDRAWN_COLUMNS = (
    worded("of", "记录", "Record", "label"),
    worded("kind", "类别", "Kind", "code"),
    worded("grounds", "撤回理由", "Grounds"),
    worded("by", "撤回人", "Withdrawn by"),
    worded("on", "撤回日期", "Withdrawn on"),
)
KINDS = {
    "evidence_form": Names("取证单", "evidence form"),
    "paper": Names("底稿", "working paper"),
    "problem": Names("问题及其整改步骤", "problem with its steps"),
    "comment": Names("意见", "comment"),
    "assigned": Names("归因金额", "amount attributed"),
    "entry": Names("评价填写", "entry of the evaluation"),
    "scored_event": Names("计分事项", "scored event"),
    "report": Names("报告数字", "printed figure"),
    "suggestion": Names("审计建议", "suggestion"),
    "transfer": Names("移送", "transfer"),
    "target": Names("目标", "target"),
    "liability": Names("负债", "liability"),
    "project": Names("项目", "project"),
    "fund": Names("资金", "fund"),
    "litigation": Names("诉讼", "litigation"),
    "incident": Names("事件", "incident"),
    "signature": Names("签字", "signature"),
}
TAKEN_UP = {True: Names("采纳", "yes"), False: Names("不予采纳", "no"), None: Names("未答复", "not answered")}
NO_SUGGESTIONS = Names("没有登记的审计建议。", "No suggestion is recorded.")
NO_TRANSFERS = Names("没有登记的移送事项。", "No transfer is recorded.")
KEPT = Names(
    "撤回的记录仍在审计项目的日志中，不再计入其他台账。",
    "What was withdrawn stays in the journal of the engagement and is in no other ledger.",
)


def forms(case: Case) -> Iterator[Form]:
    """Suggestions and transfers; withdrawn records where there are any."""
    held = case.collected.open
    lines = [_suggestion(case, s) for s in held.suggestions]
    yield form(case, ("SG", "SG", SUGGESTIONS), SUGGESTION_COLUMNS, lines, [] if lines else [NO_SUGGESTIONS])
    lines = [_transfer(case, t) for t in held.transfers]
    yield form(case, ("TR", "TR", TRANSFERS), TRANSFER_COLUMNS, lines, [] if lines else [NO_TRANSFERS])
    if case.collected.withdrawn:
        lines = [_withdrawn(w) for w in case.collected.withdrawn]
        yield form(case, ("WD", "WD", WITHDRAWN), WITHDRAWN_COLUMNS, lines, [KEPT])


def _suggestion(case: Case, s: Suggestion) -> Line:
    cells = texts(
        s.to, ", ".join(s.problems), s.auditor, day_words(s.made_on), TAKEN_UP[s.taken_up], s.answer, day_words(s.answered_on),
        record_words(case, "suggestion", s.id),
    )  # fmt: skip
    return Line(s.id, (text(s.text), text(s.id), *cells))


def _transfer(case: Case, t: Transfer) -> Line:
    size = Cell("not_applicable") if t.amount is None else stated(case, "transfer", t.id, "amount", t.amount, t.amount_unit)
    before = texts(t.to, t.document, t.problem)
    after = texts(
        t.auditor, day_words(t.made_on), t.result or Names("未回复", "not answered"), day_words(t.result_on),
        record_words(case, "transfer", t.id),
    )  # fmt: skip
    return Line(t.id, (text(t.matter), said(unit_names(t.amount_unit)), text(t.id), *before, size, *after))


def _withdrawn(w: Withdrawal) -> Line:
    cells = (text(w.of), said(KINDS[w.kind]), *texts(w.grounds, w.by, day_words(w.on)))
    return Line(w.id, cells)
