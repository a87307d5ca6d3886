"""What DA-01 says of matters open on the day of handover: targets, liabilities, projects and their money, cases, incidents.

The sums stand in the ledgers PF-01, PF-02 and OM; here each matter has one line, in words, as it stands at the end of the term.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from gep.base.records import Names
from gep.report.form import BLANK, Cell, Line, text, unit_names
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import day_words, record_words
from gep.workflow.audit.forms.matters import CASES, INCIDENTS, OWED, SENSES, TARGETS
from gep.workflow.audit.open_matters import Matter, balance, late, less, open_on, remaining, since, uncollected
from gep.workflow.audit.records_open import (
    CASE_KINDS,
    LIABILITIES,
    PROJECT_STATES,
    SEVERITIES,
    SIDES,
    Fund,
    Incident,
    Liability,
    Litigation,
    Project,
    Target,
)
from gep.workflow.forms.lists import heading, said

PROJECTS = Names("交接日未完工项目及资金", "Projects unfinished on the day of handover, and their money")
FUNDS = Names("交接日未结清的资金", "Funds not settled on the day of handover")
NOTHING = Names("", "")


@dataclass(frozen=True, slots=True)
class _Group:
    """One kind of matter: its records in `place`, its heading, the letter of its item ids, its name in a note."""

    kind: str
    place: str
    names: Names
    letter: str
    noun: Names


GROUPS = (
    _Group("target", "targets", TARGETS, "T", Names("未到期目标", "targets not yet due")),
    _Group("liability", "liabilities", OWED, "L", Names("负债", "liabilities")),
    _Group("project", "projects", PROJECTS, "J", Names("未完工项目", "unfinished projects")),
    _Group("fund", "funds", FUNDS, "F", Names("资金", "funds")),
    _Group("litigation", "litigations", CASES, "C", Names("诉讼", "litigation")),
    _Group("incident", "incidents", INCIDENTS, "I", Names("事件", "incidents")),
)


def open_lines(case: Case, codes: Sequence[str]) -> Iterator[Line]:
    """The lines of open matters for a ledger with the columns `codes`, a group for each kind that has some."""
    for group in GROUPS:
        held = open_on(getattr(case.collected.open, group.place), case.subject.end)
        if held:
            yield heading(f"of.{group.kind}", group.names, len(codes))
        for n, matter in enumerate(held, 1):
            cells: dict[str, Cell] = {
                "name": said(_name(matter)),
                "unit": said(unit_names(_unit(matter))),
                "item_id": text(f"{group.letter}{n:02d}"),
                "code": text(matter.id),
                "open_date": text(day_words(since(matter))),
                "close_date": text(day_words(case.subject.end)),
                "target": said(_wanted(matter)),
                "open_issues": said(_stands(case, matter)),
                "evidence_ids": text(record_words(case, group.kind, matter.id)),
            }
            yield Line(f"left.{group.kind}.{matter.id}", tuple(cells.get(code, BLANK) for code in codes), "", 1)


def open_notes(case: Case) -> Iterator[Names]:
    """Which kinds of matters nobody recorded, and which were recorded and none of them is open."""
    held = case.collected.open
    unrecorded = [g.noun for g in GROUPS if not getattr(held, g.place)]
    settled = [g.noun for g in GROUPS if getattr(held, g.place) and not open_on(getattr(held, g.place), case.subject.end)]
    for names, zh, en in (
        (unrecorded, "审计资料中没有登记，未列：{}", "The engagement holds no record of, and lists none: {}"),
        (settled, "有登记，交接日没有未了结的：{}", "Recorded, and none open on the day of handover: {}"),
    ):
        if names:
            yield Names(zh.format("、".join(n.zh for n in names)) + "。", en.format(", ".join(n.en for n in names)) + ".")


# ---- in words


def _name(matter: Matter) -> Names:
    match matter:
        case Target():
            return _kind(SENSES[matter.sense], matter.what)
        case Liability():
            return _kind(LIABILITIES[matter.kind], matter.what)
        case Project() | Fund():
            return Names(matter.name, matter.name)
        case Litigation():
            return _kind(CASE_KINDS[matter.kind], matter.matter)
        case Incident():
            return _kind(SEVERITIES[matter.severity], matter.what)


def _kind(kind: Names, what: str) -> Names:
    return Names(f"{kind.zh}：{what}", f"{kind.en}: {what}")


def _unit(matter: Matter) -> str:
    return matter.amount_unit if isinstance(matter, Project | Fund | Litigation) else matter.unit


def _wanted(matter: Matter) -> Names:
    """What was set, owed, planned, due or claimed, and by when."""
    match matter:
        case Target():
            size = _amount(matter.amount)
            return Names(f"{size}（{matter.due} 到期）", f"{size} (due {matter.due})")
        case Liability():
            return _sized("应还", "owed", matter.amount, matter.unit)
        case Project():
            due = matter.due
            day = (
                Names(f"计划 {due} 完工", f"to be finished by {due}")
                if due
                else Names("未定完工日期", "no day of completion set")
            )
            return _joined(_sized("计划资金", "planned", matter.planned, matter.amount_unit), day)
        case Fund():
            return _sized("应征", "due", matter.receivable, matter.amount_unit)
        case Litigation():
            return _sized("标的", "claim", matter.claim, matter.amount_unit)
        case Incident():
            return _sized("损害", "damage", matter.damage, matter.unit)


def _sized(zh: str, en: str, value: Decimal | None, unit: str) -> Names:
    return Names(f"{zh} {_amount(value)}", f"{en} {_amount(value)}") if unit else NOTHING


def _stands(case: Case, matter: Matter) -> Names:
    """How a matter stands, with the day that the amounts are of."""
    match matter:
        case Target():
            if matter.reached is None:
                return Names("进度未知", "progress not known")
            return _joined(_progress(("已达", "reached"), matter.reached, ("余", "remaining"), matter), _as_of(matter.as_of))
        case Liability():
            if not matter.unit:
                return Names("数量未知", "amount not known")
            return _joined(_progress(("已还", "settled"), matter.done, ("尚欠", "still owed"), matter), _as_of(matter.as_of))
        case Project():
            slow = Names("已逾期", "late") if late(matter, case.subject.end) else NOTHING
            return _joined(PROJECT_STATES[matter.state], slow, _money(matter), _as_of(matter.as_of))
        case Fund():
            span = Names(f"{matter.start} 至 {matter.end}（不含）", f"{matter.start} to {matter.end} (exclusive)")
            return _joined(_settled(matter), span)
        case Litigation():
            side = SIDES[matter.side]
            return Names(f"{side.zh}；{matter.court}；未结", f"{side.en}; {matter.court}; not closed")
        case Incident():
            size = _progress(("已治理", "treated"), matter.treated, ("余", "remaining"), matter) if matter.unit else NOTHING
            return _joined(Names("未了结", "open"), size, _as_of(matter.as_of))


def _progress(done: tuple[str, str], value: Decimal | None, rest: tuple[str, str], matter: Matter) -> Names:
    some, left = _amount(value), _amount(remaining(matter))
    return Names(f"{done[0]} {some}，{rest[0]} {left}", f"{done[1]} {some}, {rest[1]} {left}")


def _money(p: Project) -> Names:
    if not p.amount_unit:
        return NOTHING
    held = [_amount(x) for x in (p.received, remaining(p), p.spent, less(p.received, p.spent))]
    return Names(
        "到位 {}，未到位 {}，已用 {}，结余 {}".format(*held), "in place {}, not in place {}, spent {}, not spent {}".format(*held)
    )


def _settled(f: Fund) -> Names:
    held = [_amount(x) for x in (f.collected, uncollected(f), f.spent, balance(f))]
    return Names(
        "已征 {}，未征 {}，已用 {}，结余 {}".format(*held), "collected {}, not collected {}, spent {}, balance {}".format(*held)
    )


def _as_of(day: date | None) -> Names:
    return Names(f"截至 {day}", f"as of {day}") if day is not None else NOTHING


def _joined(*parts: Names) -> Names:
    held = [p for p in parts if p.zh]
    return Names("；".join(p.zh for p in held), "; ".join(p.en for p in held))


def _amount(value: Decimal | None) -> str:
    return "…" if value is None else f"{value:,f}".replace("-", "\u2212")
