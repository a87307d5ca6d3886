"""Records of what stays open, as tables of records/*.toml: matters, suggestions, signatures, withdrawals.

    [[suggestion]]  [[transfer]]  [[target]]  [[liability]]  [[project]]  [[fund]]  [[litigation]]  [[incident]]
    [[signature]]   [[withdraw]]

Their fields are those of gep.workflow.audit.records_open. An amount that is known stands with its unit; what is not known is left
out. How records go with each other is looked at in gep.workflow.audit.open_checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal

from gep.base.units import UnitError, parse_unit
from gep.catalog.fields import Fields
from gep.workflow.audit.records_open import (
    CASE_KINDS,
    KINDS,
    LIABILITIES,
    PROJECT_STATES,
    SEVERITIES,
    SIDES,
    Fund,
    Incident,
    Liability,
    Litigation,
    Project,
    Signature,
    Suggestion,
    Target,
    Transfer,
    Withdrawal,
)
from gep.workflow.audit.tenure_file import day

MONEY = "万元"  # shown where a unit of money is wanted
# the records that can be withdrawn, by the name of their table
WITHDRAWABLE = ("evidence_form", "paper", "problem", "comment", "assigned", "entry", "scored_event", "report", *KINDS)


def _suggestion(f: Fields) -> Suggestion:
    answered = f.raw("taken_up") is not None
    return Suggestion(
        id=f.text("id", required=True),
        to=f.text("to", required=True),
        text=f.text("text", required=True),
        problems=f.texts("problems"),
        auditor=f.text("auditor", required=True),
        made_on=_on(f, "made_on"),
        taken_up=f.flag("taken_up") if answered else None,
        answer=f.text("answer", required=answered),
        answered_on=day(f, "answered_on", required=answered),
    )


def _transfer(f: Fields) -> Transfer:
    return Transfer(
        id=f.text("id", required=True),
        to=f.text("to", required=True),
        matter=f.text("matter", required=True),
        document=f.text("document", required=True),
        auditor=f.text("auditor", required=True),
        made_on=_on(f, "made_on"),
        problem=f.text("problem"),
        amount=_amount(f, "amount"),
        amount_unit=_unit(f, "amount_unit", ("amount",)),
        result=f.text("result", required=f.raw("result_on") is not None),
        result_on=day(f, "result_on", required=bool(f.text("result"))),
    )


def _target(f: Fields) -> Target:
    sense = f.choice("sense", ("floor", "cap"))
    return Target(
        id=f.text("id", required=True),
        what=f.text("what", required=True),
        sense="cap" if sense == "cap" else "floor",
        amount=_amount(f, "amount", required=True) or Decimal(0),
        unit=_unit(f, "unit", ("amount",)),
        set_on=_on(f, "set_on"),
        due=_on(f, "due"),
        document=f.text("document", required=True),
        reached=_amount(f, "reached"),
        as_of=_as_of(f, "reached"),
        figure=f.text("figure"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _liability(f: Fields) -> Liability:
    return Liability(
        id=f.text("id", required=True),
        kind=f.choice("kind", tuple(LIABILITIES)),
        what=f.text("what", required=True),
        owed_by=f.text("owed_by", required=True),
        arose_on=_on(f, "arose_on"),
        amount=_amount(f, "amount"),
        unit=_unit(f, "unit", ("amount", "done")),
        document=f.text("document", required=True),
        done=_amount(f, "done"),
        as_of=_as_of(f, "done"),
        settled_on=day(f, "settled_on"),
        figure=f.text("figure"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _project(f: Fields) -> Project:
    return Project(
        id=f.text("id", required=True),
        name=f.text("name", required=True),
        unit=f.text("unit", required=True),
        document=f.text("document", required=True),
        start=_on(f, "start"),
        due=day(f, "due"),
        state=f.choice("state", tuple(PROJECT_STATES)),
        as_of=_on(f, "as_of"),
        planned=_amount(f, "planned"),
        received=_amount(f, "received"),
        spent=_amount(f, "spent"),
        amount_unit=_unit(f, "amount_unit", ("planned", "received", "spent"), money=True),
        ended_on=day(f, "ended_on"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _fund(f: Fields) -> Fund:
    stated = ("receivable", "collected", "spent")
    if not any(_stated(f, name) for name in stated):
        f.complain("CATALOG-FIELD-MISSING", "receivable")
    return Fund(
        id=f.text("id", required=True),
        name=f.text("name", required=True),
        unit=f.text("unit", required=True),
        start=_on(f, "start"),
        end=_on(f, "end"),
        receivable=_amount(f, "receivable"),
        collected=_amount(f, "collected"),
        spent=_amount(f, "spent"),
        amount_unit=_unit(f, "amount_unit", stated, money=True),
        document=f.text("document", required=True),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _litigation(f: Fields) -> Litigation:
    return Litigation(
        id=f.text("id", required=True),
        kind=f.choice("kind", tuple(CASE_KINDS)),
        side=f.choice("side", tuple(SIDES)),
        court=f.text("court", required=True),
        matter=f.text("matter", required=True),
        filed_on=_on(f, "filed_on"),
        document=f.text("document", required=True),
        claim=_amount(f, "claim"),
        amount_unit=_unit(f, "amount_unit", ("claim",)),
        decided=f.text("decided", required=f.raw("closed_on") is not None),
        closed_on=day(f, "closed_on"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _incident(f: Fields) -> Incident:
    return Incident(
        id=f.text("id", required=True),
        what=f.text("what", required=True),
        severity=f.choice("severity", tuple(SEVERITIES)),
        day=_on(f, "day"),
        region=f.text("region", required=True),
        document=f.text("document", required=True),
        damage=_amount(f, "damage"),
        treated=_amount(f, "treated"),
        unit=_unit(f, "unit", ("damage", "treated")),
        as_of=_as_of(f, "treated"),
        closed_on=day(f, "closed_on"),
        event=f.text("event"),
        evidence=f.text("evidence"),
        note=f.text("note"),
    )


def _signature(f: Fields) -> Signature:
    role = f.choice("role", ("out", "in", "witness"))
    return Signature(
        id=f.text("id", required=True),
        term=f.text("term", required=True),
        role="out" if role == "out" else "in" if role == "in" else "witness",
        name=f.text("name", required=True),
        on=_on(f, "on"),
        code=f.text("code"),
        refused=f.text("refused"),
        document=f.text("document"),
    )


def _withdrawal(f: Fields) -> Withdrawal:
    return Withdrawal(
        kind=f.choice("kind", WITHDRAWABLE),
        of=f.text("of", required=True),
        by=f.text("by", required=True),
        on=_on(f, "on"),
        grounds=f.text("grounds", required=True),
    )


READERS: Mapping[str, tuple[type[object], Callable[[Fields], object]]] = {
    "suggestion": (Suggestion, _suggestion),
    "transfer": (Transfer, _transfer),
    "target": (Target, _target),
    "liability": (Liability, _liability),
    "project": (Project, _project),
    "fund": (Fund, _fund),
    "litigation": (Litigation, _litigation),
    "incident": (Incident, _incident),
    "signature": (Signature, _signature),
    "withdraw": (Withdrawal, _withdrawal),
}


def _on(f: Fields, name: str) -> date:
    return day(f, name, required=True) or date.min


def _stated(f: Fields, name: str) -> bool:
    return f.raw(name) not in (None, "")


def _as_of(f: Fields, amount: str) -> date | None:
    """The day of an amount that goes on changing; needed where it is stated."""
    return day(f, "as_of", required=_stated(f, amount))


def _amount(f: Fields, name: str, *, required: bool = False) -> Decimal | None:
    amount = f.number(name, required=required)
    if amount is not None and amount < 0:
        f.complain("AUDIT-AMOUNT", name, found=amount, expected=">= 0")
    return amount


def _unit(f: Fields, name: str, amounts: Iterable[str], *, money: bool = False) -> str:
    """The unit of the amounts: there where one of them is, understood, and of money where they are money."""
    stated = next((str(f.raw(a)) for a in amounts if _stated(f, a)), "")
    unit = f.text(name)
    if bool(stated) != bool(unit):
        f.complain("AUDIT-AMOUNT-UNIT", name, found=unit or "-", expected=stated or "-")
    elif unit:
        try:
            if not parse_unit(unit).currency and money:
                f.complain("AUDIT-UNIT", name, found=unit, expected=MONEY)
        except UnitError as error:
            f.complain("CATALOG-UNIT", name, found=unit, reason=error.reason, near=f"{MONEY}, 公顷, 立方米")
    return unit
