"""`gep engagement`: what people record in the engagement of an audit by themselves, thin over gep.workflow.audit.verbs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gep.cli.output import AsJson, Lang, Output, Who

if TYPE_CHECKING:
    from gep.ledger.journal import Entry
    from gep.workflow.audit.verbs import Overview

ROLES, STATES = ("out", "in", "witness"), ("OPEN", "IN_PROGRESS", "SUBMITTED", "VERIFIED", "CLOSED", "REOPENED")
Folder = Annotated[Path, typer.Argument(metavar="ENGAGEMENT", help="审计项目目录 / folder of the engagement")]
On = Annotated[
    datetime | None, typer.Option("--on", metavar="DATE", formats=["%Y-%m-%d"], help="日期,默认今天 / day, today if left out")
]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="理由 / reason")]
WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "entered": "{act} 已登记,日志第 {seq} 条;再次运行 gep audit 后台账随之更新",
        "head": "截至 {day}:日志 {entries} 条,{sealed}",
        "sealed": "第 {seq} 条封存",
        "unsealed": "未封存",
        "team": "审计组:{names}",
        "counts": "记录:{counts}",
        "unreviewed": "未复核的底稿:{names}",
        "unanswered": "未答复的意见:{names}",
        "problem": "问题 {id}:{state}{late}",
        "late": ",逾期 {days} 天",
        "unsigned": "没有登记交接签字",
        "signature": "签字 {term} {role}:{name} {on}{refused}",
        "refused": "(拒签:{why})",
        "withdrawn": "撤回 {id}:{grounds}",
        "none": "无",
    },
    "en": {
        "entered": "{act} is recorded, journal entry {seq}; ledgers show it when gep audit is run again",
        "head": "At the end of {day}: {entries} journal entries, {sealed}",
        "sealed": "sealed with entry {seq}",
        "unsealed": "not sealed",
        "team": "Team: {names}",
        "counts": "Records: {counts}",
        "unreviewed": "Papers not reviewed: {names}",
        "unanswered": "Comments not answered: {names}",
        "problem": "Problem {id}: {state}{late}",
        "late": ", {days} days overdue",
        "unsigned": "No signature of the handover is recorded",
        "signature": "Signature {term} {role}: {name} {on}{refused}",
        "refused": " (refused: {why})",
        "withdrawn": "Withdrawn {id}: {grounds}",
        "none": "none",
    },
}
engagement_app = typer.Typer(
    help="离任审计项目:签字、封存、复核、答复、整改、撤回 / Acts on the engagement of a departure audit.", no_args_is_help=True
)


def _day(on: datetime | None) -> date:
    return on.date() if on is not None else date.today()


def _done(out: Output, entry: Entry) -> None:
    words = WORDS[out.lang]["entered"].format(act=entry.act, seq=entry.seq)
    result = {"seq": entry.seq, "act": entry.act, "who": entry.who, "data": entry.data}
    out.end(result, (), text=lambda: out.console.print(words, markup=False))


@engagement_app.command("show")
def show(folder: Folder, on: On = None, lang: Lang = "", as_json: AsJson = False) -> None:
    """查看还缺什么:复核、答复、整改、签字 / What an engagement still waits for."""
    from gep.workflow.audit.verbs import engagement_at, overview

    out = Output(lang, as_json)
    with out.refusals():
        held = overview(engagement_at(folder), _day(on))

        def text() -> None:
            for line in _lines(held, WORDS[out.lang]):
                out.console.print(line, markup=False, soft_wrap=True)

        out.end(_result(held), (), text=text)


def _result(held: Overview) -> dict[str, object]:
    return {
        "day": held.day,
        "entries": held.entries,
        "sealed": held.sealed,
        "team": [{"who": m.who, "role": m.role} for m in held.team],
        "records": dict(held.counts),
        "unreviewed": list(held.unreviewed),
        "unanswered": list(held.unanswered),
        "problems": [{"id": s.problem, "state": s.state, "overdue": s.overdue, "days_over": s.days_over} for s in held.problems],
        "signatures": [
            {"id": s.id, "term": s.term, "role": s.role, "name": s.name, "on": s.on, "code": s.code, "refused": s.refused}
            for s in held.signatures
        ],
        "withdrawn": [{"id": w.id, "grounds": w.grounds, "by": w.by, "on": w.on} for w in held.withdrawn],
    }


def _lines(held: Overview, words: Mapping[str, str]) -> list[str]:
    sealed = words["unsealed"] if held.sealed is None else words["sealed"].format(seq=held.sealed)
    told = [words["head"].format(day=held.day, entries=held.entries, sealed=sealed)]
    told.append(words["team"].format(names=", ".join(f"{m.who} ({m.role})" for m in held.team)))
    told.append(words["counts"].format(counts=", ".join(f"{kind} {n}" for kind, n in held.counts.items()) or words["none"]))
    told.append(words["unreviewed"].format(names=", ".join(held.unreviewed) or words["none"]))
    told.append(words["unanswered"].format(names=", ".join(held.unanswered) or words["none"]))
    for s in held.problems:
        late = words["late"].format(days=s.days_over) if s.overdue else ""
        told.append(words["problem"].format(id=s.problem, state=s.state, late=late))
    for g in held.signatures:
        refused = words["refused"].format(why=g.refused) if g.refused else ""
        told.append(words["signature"].format(term=g.term, role=g.role, name=g.name, on=g.on, refused=refused))
    if not held.signatures:
        told.append(words["unsigned"])
    told += [words["withdrawn"].format(id=w.id, grounds=w.grounds) for w in held.withdrawn]
    return told


@engagement_app.command("seal")
def seal(folder: Folder, why: Why = "", who: Who = "", lang: Lang = "", as_json: AsJson = False) -> None:
    """封存:报告定稿,此后只登记整改、签字、移送和意见 / Seal: the report is final; only what follows it is recorded."""
    from gep.workflow.audit.verbs import engagement_at
    from gep.workflow.audit.verbs import seal as close

    out = Output(lang, as_json)
    with out.refusals():
        _done(out, close(engagement_at(folder), who=who, why=why))


@engagement_app.command("sign")
def sign(
    folder: Folder,
    term: Annotated[str, typer.Argument(metavar="TERM", help="被审计任期的编号 / id of the audited term")],
    role: Annotated[
        str, typer.Option("--role", metavar="out|in|witness", help="移交、接收或监交 / hands over, takes over, witness")
    ],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="签字人 / who signed")],
    code: Annotated[str, typer.Option("--code", help="台账上的核对码 / check code printed on the ledger")] = "",
    refused: Annotated[str, typer.Option("--refused", metavar="TEXT", help="拒签的理由 / why it was not signed")] = "",
    document: Annotated[str, typer.Option("--document", help="签字页 / the signed page")] = "",
    on: On = None,
    why: Why = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """登记交接台账的签字或拒签 / Record a signature under the handover ledger, or that it was refused."""
    from gep.workflow.audit.verbs import Given, engagement_at
    from gep.workflow.audit.verbs import sign as enter

    out = Output(lang, as_json)
    if role not in ROLES:
        raise typer.BadParameter(" | ".join(ROLES), param_hint="--role")
    with out.refusals():
        given = Given(
            term, "out" if role == "out" else "in" if role == "in" else "witness", name, _day(on), code, refused, document
        )
        _done(out, enter(engagement_at(folder), given, who=who, why=why))


@engagement_app.command("refuse")
def refuse(
    folder: Folder,
    form: Annotated[str, typer.Argument(metavar="FORM", help="取证单编号 / id of the evidence form")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="拒绝盖章的理由 / why the provider did not seal it")],
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """登记提供单位拒绝在取证单上盖章 / Record that a provider would not seal an evidence form."""
    from gep.workflow.audit.verbs import engagement_at
    from gep.workflow.audit.verbs import refuse as enter

    out = Output(lang, as_json)
    with out.refusals():
        _done(out, enter(engagement_at(folder), form, why, who=who))


@engagement_app.command("reply")
def reply(
    folder: Folder,
    comment: Annotated[str, typer.Argument(metavar="COMMENT", help="意见编号 / id of the comment")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="答复 / the reply")],
    accept: Annotated[bool, typer.Option("--accept/--decline", help="采纳或不予采纳 / accepted or not")],
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """答复对征求意见稿的意见,采纳或不予采纳 / Answer a comment on the draft: accepted or not, and why."""
    from gep.workflow.audit.verbs import engagement_at
    from gep.workflow.audit.verbs import reply as enter

    out = Output(lang, as_json)
    with out.refusals():
        _done(out, enter(engagement_at(folder), comment, accept, text, who=who))


@engagement_app.command("review")
def review(
    folder: Folder,
    paper: Annotated[str, typer.Argument(metavar="PAPER", help="底稿编号 / id of the working paper")],
    opinion: Annotated[str, typer.Argument(metavar="TEXT", help="复核意见 / opinion of the review")],
    on: On = None,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """复核底稿,须由他人 / Review a working paper as it stands, by another person than prepared it."""
    from gep.workflow.audit.verbs import engagement_at
    from gep.workflow.audit.verbs import review as enter

    out = Output(lang, as_json)
    with out.refusals():
        _done(out, enter(engagement_at(folder), paper, opinion, _day(on), who=who))


@engagement_app.command("step")
def step(
    folder: Folder,
    problem: Annotated[str, typer.Argument(metavar="PROBLEM", help="问题编号 / id of the problem")],
    state: Annotated[str, typer.Argument(metavar="STATE", help="IN_PROGRESS | SUBMITTED | VERIFIED | CLOSED | REOPENED")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="由谁作出,默认操作人 / who took it, else who acts")] = "",
    done: Annotated[str, typer.Option("--done", metavar="X", help="累计已整改数量 / rectified so far, all steps together")] = "",
    evidence: Annotated[str, typer.Option("--evidence", help="取证单或证据文件 / evidence form or document")] = "",
    note: Annotated[str, typer.Option("--note", help="说明 / note")] = "",
    on: On = None,
    why: Why = "",
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """登记整改的一步;核验和销号须由报送人以外的人 / Record a step of rectification; who submitted does not verify or close."""
    from gep.workflow.audit.records import Step
    from gep.workflow.audit.verbs import engagement_at
    from gep.workflow.audit.verbs import step as enter

    out = Output(lang, as_json)
    if state not in STATES:
        raise typer.BadParameter(" | ".join(STATES), param_hint="STATE")
    with out.refusals():
        made = Step(problem, state, by, _day(on), _amount(done), evidence, note)
        _done(out, enter(engagement_at(folder), made, who=who, why=why))


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text) if text else None
    except InvalidOperation:
        amount = Decimal("nan")
    if amount is not None and not amount.is_finite():
        raise typer.BadParameter("12.5", param_hint="--done")
    return amount


@engagement_app.command("withdraw")
def withdraw(
    folder: Folder,
    kind: Annotated[str, typer.Argument(metavar="KIND", help="记录类别,如 paper / table of the record, such as paper")],
    name: Annotated[str, typer.Argument(metavar="ID", help="记录编号 / id of the record")],
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="撤回理由 / grounds")],
    on: On = None,
    who: Who = "",
    lang: Lang = "",
    as_json: AsJson = False,
) -> None:
    """撤回一条记录,写明理由;日志中保留 / Withdraw a record with grounds; the journal keeps it."""
    from gep.workflow.audit.open_files import WITHDRAWABLE
    from gep.workflow.audit.verbs import engagement_at
    from gep.workflow.audit.verbs import withdraw as enter

    out = Output(lang, as_json)
    if kind not in WITHDRAWABLE:
        raise typer.BadParameter(" | ".join(WITHDRAWABLE), param_hint="KIND")
    with out.refusals():
        _done(out, enter(engagement_at(folder), kind, name, why, _day(on), who=who))
