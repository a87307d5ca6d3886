"""AT, attribution: from the opening of each stock over what every part changed to its closing; only local human change counts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Names
from gep.base.score_rules import ATTRIBUTIONS, PARTS, Part
from gep.report.form import BLANK, Cell, Column, Form, Line, Made, Ref, Stored, Term, decimal_of, text, unit_names, words
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import CODE, ITEM, UNIT, amount, form, named, vintages
from gep.workflow.audit.forms.handover import balance_at, balance_figures, line_code
from gep.workflow.audit.forms.parts import Attributed, attributed
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("变动归因表", "Attribution of changes")
PART, RESPONSIBLE = Names("归因", "Attributed to"), Names("本地人为（进入责任）", "Local human (enters responsibility)")
COLUMNS = (
    ITEM,
    UNIT,
    CODE,
    Column("opening", Names("任初存量", "Opening")),
    *(Column(part, ATTRIBUTIONS[part], group=(PART,)) for part in PARTS),
    Column("closing", Names("任末取数值", "Closing as read")),
    Column("loss", Names("减少（结存口径）", "Loss, by balance"), group=(RESPONSIBLE,)),
    Column("decided_net", Names("净变动（决策口径）", "Net, by decision"), group=(RESPONSIBLE,)),
    Column("decided_loss", Names("减少（决策口径）", "Loss, by decision"), group=(RESPONSIBLE,)),
    Column("at_most", Names("减少至多（含未归因）", "Loss at most, with what is not attributed"), group=(RESPONSIBLE,)),
    worded("events", "事项编号（events.csv）", "Events (events.csv)"),
    worded("open", "未归因的原因", "Why not attributed"),
    worded("vintage", "账册版次", "Vintage"),
)
CHECKS = (Names("任初存量＋各归因之和＝任末取数值", "Opening + all parts = closing as read"),)
NOTES = (
    Names(
        "只有本地人为的变动进入责任；其余照列。没有审计人员归因的人为变动列入“归因未定”，不推定为本人所为，也不排除。",
        "Only local human change enters responsibility; the rest is disclosed. Human change that no auditor attributed stands "
        "under “not attributed”: it is not taken to be the leader's, nor is it excused.",
    ),
    Names(
        "结存口径按生效日，决策口径按决定日；两者之差是任期内决定、在他人任期生效，或他人决定、在本任期生效的事项。",
        "By balance: the day of effect; by decision: the day it was decided. They differ by events decided in the term that take "
        "effect in another, and the other way round.",
    ),
)
WHYS: Mapping[str, Names] = {
    "candidate": Names("人为变动待归因", "human change, to be attributed"),
    "discrepancy": Names("存量与流量之差", "stocks and flows differ"),
    "unknown_flow": Names("有流量未知", "a flow is unknown"),
    "auditor": Names("审计人员列为未定", "left open by an auditor"),
    "no_cause": Names("表中未分因素的变动", "change whose cause the table does not tell"),
}


def forms(case: Case) -> Iterator[Form]:
    """The attribution of every stock of a term."""
    lines: list[Line] = []
    last = ""
    notes = list(NOTES)
    for a in attributed(case):
        group, names = case.group(a.line)
        if group != last:
            lines.append(heading(f"of.{group}", names, len(COLUMNS)))
            last = group
        lines.append(_line(case, a))
    if len(case.account.cut.leaves) > 1:
        notes.append(Names("各行为所辖填报地区之和。", "Each line is the sum over the regions below that return."))
    yield form(case, (case.form_id("AT"), "AT", NAME), COLUMNS, lines, notes, checks=CHECKS, section="asset")


def _line(case: Case, a: Attributed) -> Line:
    code, unit = line_code(a.line, a.key), case.unit(a.line.measure)
    cells: dict[str, Cell] = {
        "name": words(case.item(a.line, a.key)),
        "unit": words(unit_names(unit)),
        "code": text(case.asset_code(a.line, a.key)),
        **_sum_cells(case, a, code, unit),
        **_responsible(a, unit),
        "events": said("; ".join(dict.fromkeys(e.id for e in a.events()))),
        "open": said(_why(a)),
    }
    cells["vintage"] = said(vintages(f for c in cells.values() for f in c.figures))
    return Line(code, tuple(cells.get(c.code, BLANK) for c in COLUMNS), "", 1)


def _sum_cells(case: Case, a: Attributed, code: str, unit: str) -> dict[str, Cell]:
    """Opening, the parts and the closing made of them; missing where a stock is unknown or there is no account."""
    ends = [balance_at(case, a.line, a.key, end=end) for end in (False, True)]
    figures = [balance_figures(b) for b in ends]
    opening, closing = a.opening, a.closing
    if a.refused or not a.by_region or opening is None or closing is None:
        known = {"opening": amount(_decimal(opening), unit, figures[0]), "closing": amount(_decimal(closing), unit, figures[1])}
        return known | {part: Cell("missing") for part in PARTS}
    exact = parts_of(a, opening, closing)
    cells: dict[str, Cell] = {"opening": amount(decimal_of(opening), unit, figures[0])}
    for part in PARTS:
        cells[part] = amount(exact[part], unit, _figures(a, part, [*figures[0], *figures[1]]))
    made = Made("sum", (Term(Ref(code, "opening")), *(Term(Ref(code, part)) for part in PARTS)))
    cells["closing"] = amount(decimal_of(closing), unit, figures[1], made=made)
    return cells


def parts_of(a: Attributed, opening: Fraction, closing: Fraction) -> dict[Part, Decimal]:
    """The parts as decimals that add up to closing − opening exactly.

    A share by days may have no end as a decimal; what is cut off at the twelfth place goes with the largest part.
    """
    exact = {part: decimal_of(a.part(part)) for part in PARTS}
    rest = Fraction(decimal_of(closing)) - Fraction(decimal_of(opening)) - sum((Fraction(x) for x in exact.values()), Fraction(0))
    if rest:
        largest = max(PARTS, key=lambda part: abs(exact[part]))
        exact[largest] = decimal_of(Fraction(exact[largest]) + rest)
    return exact


def _decimal(x: Fraction | None) -> Decimal | None:
    return None if x is None else decimal_of(x)


def _figures(a: Attributed, part: Part, stocks: list[Stored]) -> tuple[Stored, ...]:
    """The rows that a part is made of; for what stocks and flows differ by, all of them and the stocks."""
    pieces = [p for line in a.lines(part) for p in line.pieces]
    if any(not p.row for p in pieces):
        return named([*(f for held in a.figures.values() for f in held), *stocks])
    return a.rows(part) if pieces else named(f for held in a.figures.values() for f in held)


def _responsible(a: Attributed, unit: str) -> dict[str, Cell]:
    if a.refused or not a.by_region:
        return {}
    figures = named(f for held in a.figures.values() for f in held)
    found = [held for _, held in a.by_region]
    most = [x.loss_at_most for x in found]
    sums: dict[str, Fraction | None] = {
        "loss": sum((x.responsible_loss for x in found), Fraction(0)),
        "decided_net": sum((x.decided_net for x in found), Fraction(0)),
        "decided_loss": sum((x.decided_loss for x in found), Fraction(0)),
        "at_most": None if any(m is None for m in most) else sum((m for m in most if m is not None), Fraction(0)),
    }
    return {column: amount(_decimal(x), unit, figures) for column, x in sums.items()}


def _why(a: Attributed) -> Names | None:
    """Why something is not attributed; the finding where there is no account at all."""
    if a.refused:
        return Names(a.refused[0].text("zh"), a.refused[0].text("en"))
    told: dict[str, Names] = {}
    for _, held in a.by_region:
        causes = {f.flow.row: f.flow.cause for f in held.account.flows}
        for piece in held.line("unattributed").pieces:
            why = "no_cause" if piece.why == "candidate" and not causes.get(piece.row) else piece.why
            told |= {why: WHYS[why]} if why in WHYS else {}
    return Names("；".join(n.zh for n in told.values()), "; ".join(n.en for n in told.values())) if told else None
