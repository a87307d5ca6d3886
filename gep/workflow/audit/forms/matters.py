"""OM, open matters: targets for a later day, what is owed to nature, litigations and incidents, as they stand at the handover."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, text, unit_names
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import ITEM, UNIT, day_words, form, record_words
from gep.workflow.audit.forms.record_cells import left, stated
from gep.workflow.audit.open_matters import since, status, until
from gep.workflow.audit.records_open import (
    CASE_KINDS,
    LIABILITIES,
    SEVERITIES,
    SIDES,
    Incident,
    Liability,
    Litigation,
    Target,
)
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("未了事项台账", "Open matters")
COLUMNS = (
    ITEM,
    UNIT,
    worded("id", "编号", "Id", "code"),
    worded("kind", "类别", "Kind"),
    worded("who", "责任单位、法院或地区", "Who owes it, court or region"),
    worded("since", "起始日", "Since"),
    worded("until", "期限或了结日", "Due or over on"),
    Column("amount", Names("应达、应还、标的或损害", "To be reached or owed, claim, damage")),
    Column("done", Names("已达、已还或已治理", "Reached, settled or treated")),
    Column("remaining", Names("余量", "Remaining")),
    worded("as_of", "进度截至", "Progress as of"),
    worded("status", "交接日状态", "On the day of handover"),
    worded("figure", "账册地址", "Address in the book"),
    worded("document", "文件", "Document"),
    worded("evidence", "佐证", "Evidence"),
    worded("note", "说明", "Note"),
    worded("record", "记录", "Record"),
)
CHECKS = (
    Names(
        "余量＝应达、应还或损害－已达、已还或已治理", "Remaining = to be reached, owed or damage − reached, settled or treated"
    ),
)
NOTHING = Names(
    "没有登记的未到期目标、负债、诉讼和事件。没有登记不等于没有。",
    "No target for a later day, liability, litigation or incident is recorded, which does not mean that there was none.",
)
UNKNOWN = Names(
    "没有填写的数额未知，以“…”表示，不按零计算。", "An amount that is not stated is unknown (…) and never taken for zero."
)
PASSED = Names(
    "目标的余量为负：上限已超过，下限已超额完成。",
    "A target with a negative remainder is passed: a cap is exceeded, a floor more than reached.",
)
TARGETS = Names("未到期目标", "Targets not yet due")
OWED = Names("负债：超额消耗、未治理的损毁、应恢复未恢复", "Liabilities: over-consumption, damage not treated, restoration owed")
CASES, INCIDENTS = Names("诉讼与仲裁", "Litigations"), Names("突发环境和生态破坏事件", "Incidents")
SENSES = {"floor": Names("不低于", "at least"), "cap": Names("不高于", "at most")}


def forms(case: Case) -> Iterator[Form]:
    """The register of matters of a term."""
    held = case.collected.open
    groups: tuple[tuple[str, Names, list[Line]], ...] = (
        ("targets", TARGETS, [_target(case, t) for t in held.targets]),
        ("liabilities", OWED, [_liability(case, x) for x in held.liabilities]),
        ("litigations", CASES, [_litigation(case, x) for x in held.litigations]),
        ("incidents", INCIDENTS, [_incident(case, x) for x in held.incidents]),
    )
    lines = [
        x for code, names, found in groups if found for x in (heading(f"of.{code}", names, len(COLUMNS)), *found)
    ]  # fmt: skip
    notes = [UNKNOWN, *([PASSED] if held.targets else [])] if lines else [NOTHING]
    yield form(case, (case.form_id("OM"), "OM", NAME), COLUMNS, lines, notes, checks=CHECKS if lines else ())


def status_words(matter: Target | Liability | Litigation | Incident, case: Case) -> Names:
    """How a matter stood on the day of handover."""
    found, due = status(matter, case.subject.end), isinstance(matter, Target)
    if found == "later":
        return Names("其后发生", "began later")
    if found == "open":
        return Names("未到期", "not yet due") if due else Names("未了结", "open")
    return Names("已到期", "was due before") if due else Names("已了结", "over")


def _line(case: Case, kind: str, matter: Target | Liability | Litigation | Incident, cells: dict[str, Cell]) -> Line:
    common: dict[str, Cell] = {
        "id": text(matter.id),
        "since": said(day_words(since(matter))),
        "until": said(day_words(until(matter))),
        "status": said(status_words(matter, case)),
        "document": said(matter.document),
        "evidence": said(matter.evidence),
        "note": said(matter.note),
        "record": said(record_words(case, kind, matter.id)),
    }
    held = common | cells
    return Line(f"{kind}.{matter.id}", tuple(held.get(c.code, Cell()) for c in COLUMNS), "", 1)


def _amounts(
    case: Case, of: tuple[str, str], whole: tuple[str, Decimal | None], part: tuple[str, Decimal | None], unit: str
) -> dict[str, Cell]:
    """Both amounts of a record with what is left; none of them applies where no unit is stated."""
    if not unit:
        return dict.fromkeys(("amount", "done", "remaining"), Cell("not_applicable"))
    kind, name = of
    first, second = stated(case, kind, name, *whole, unit), stated(case, kind, name, *part, unit)
    rest = left(f"{kind}.{name}", ("amount", first), ("done", second), unit)
    return {"unit": said(unit_names(unit)), "amount": first, "done": second, "remaining": rest}


def _target(case: Case, t: Target) -> Line:
    cells = {
        "name": text(t.what),
        "kind": said(SENSES[t.sense]),
        "as_of": said(day_words(t.as_of)),
        "figure": said(t.figure),
        **_amounts(case, ("target", t.id), ("amount", t.amount), ("reached", t.reached), t.unit),
    }
    return _line(case, "target", t, cells)


def _liability(case: Case, x: Liability) -> Line:
    cells = {
        "name": text(x.what),
        "kind": said(LIABILITIES[x.kind]),
        "who": said(x.owed_by),
        "as_of": said(day_words(x.as_of)),
        "figure": said(x.figure),
        **_amounts(case, ("liability", x.id), ("amount", x.amount), ("done", x.done), x.unit),
    }
    return _line(case, "liability", x, cells)


def _litigation(case: Case, x: Litigation) -> Line:
    kind, side = CASE_KINDS[x.kind], SIDES[x.side]
    cells = {
        "name": text(x.matter),
        "kind": said(Names(f"{kind.zh}，{side.zh}", f"{kind.en}, {side.en}")),
        "who": said(x.court),
        "unit": said(unit_names(x.amount_unit)),
        "amount": stated(case, "litigation", x.id, "claim", x.claim, x.amount_unit) if x.amount_unit else Cell("not_applicable"),
        "done": Cell("not_applicable"),
        "remaining": Cell("not_applicable"),
        "note": said("；".join(p for p in (x.decided, x.note) if p)),
    }
    return _line(case, "litigation", x, cells)


def _incident(case: Case, x: Incident) -> Line:
    cells = {
        "name": text(x.what),
        "kind": said(SEVERITIES[x.severity]),
        "who": said(case.region_names(x.region)),
        "as_of": said(day_words(x.as_of)),
        "figure": said(f"events.csv {x.event}" if x.event else ""),
        **_amounts(case, ("incident", x.id), ("damage", x.damage), ("treated", x.treated), x.unit),
    }
    return _line(case, "incident", x, cells)
