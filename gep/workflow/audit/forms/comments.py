"""CM, comments on the draft and what was decided of them, and refusals to seal an evidence form."""

from __future__ import annotations

from collections.abc import Iterator

from gep.base.records import Names
from gep.report.form import Form, Line, text
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import day_words, form, record_words, texts
from gep.workflow.forms.lists import said, worded

NAME = Names("征求意见及采纳情况", "Comments on the draft and decisions")
COLUMNS = (
    worded("text", "意见", "Comment", "label"),
    worded("id", "编号", "Id", "code"),
    worded("kind", "类别", "Kind"),
    worded("about", "针对", "About"),
    worded("by", "提出人", "By"),
    worded("made_on", "日期", "Date"),
    worded("accepted", "是否采纳", "Accepted"),
    worded("reply", "答复", "Reply"),
    worded("replied_by", "答复人", "Replied by"),
    worded("record", "记录", "Record"),
)
COMMENT, REFUSAL = Names("意见", "comment"), Names("拒绝盖章", "refusal to seal")
WAITING = Names("未答复", "not answered")
ACCEPTED = {True: Names("采纳", "accepted"), False: Names("不予采纳", "not accepted"), None: WAITING}
NOTHING = Names("没有收到意见，没有拒绝盖章的记录。", "No comment was received and no refusal to seal is recorded.")
KEPT = Names("不予采纳的意见与所针对的问题一并保存。", "A comment that is not accepted is kept beside what it is about.")


def forms(case: Case) -> Iterator[Form]:
    """Comments in the order they were recorded, then refusals to seal."""
    lines = [
        Line(
            c.id,
            (
                text(c.text),
                text(c.id),
                said(COMMENT),
                said(Names("征求意见稿全文", "the whole draft") if c.about == "draft" else c.about),
                *texts(
                    c.by, day_words(c.made_on), ACCEPTED[c.accepted], c.reply, c.replied_by, record_words(case, "comment", c.id)
                ),
            ),
        )
        for c in case.collected.comments
    ]
    lines += [
        Line(
            f"refused.{f.id}",
            (
                text(f.refused),
                text(f.id),
                said(REFUSAL),
                said(f.matter),
                *texts(f.auditee, day_words(f.made_on), None, None, None, record_words(case, "evidence_form", f.id)),
            ),
        )
        for f in case.collected.forms
        if f.refused
    ]
    yield form(case, ("CM", "CM", NAME), COLUMNS, lines, [KEPT] if lines else [NOTHING])
