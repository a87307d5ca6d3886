"""DA-01, the handover ledger: each stock at both ends of a term, what changed it, and what is left open at the handover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from gep.accounts.rectification import Standing, carried
from gep.base.records import Key, Names, State, key_text
from gep.base.rounding import store
from gep.explain.address import parse
from gep.report.form import BLANK, Cell, Column, Form, Line, Stored, decimal_of, in_unit, text, unit_names, words
from gep.rules.plan import places_of as stored_places
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import (
    CODE,
    ITEM,
    UNIT,
    Sign,
    added,
    amount,
    basis_words,
    flow_figures,
    flows_of,
    form,
    record_words,
    recorded,
    term_amount,
    vintages,
)
from gep.workflow.audit.forms.handover_open import open_lines, open_notes
from gep.workflow.audit.forms.rectification import overdue_words, state_words
from gep.workflow.audit.forms.signatures import ledger_line, ledger_name, ledger_notes
from gep.workflow.audit.forms.targets import Held, held_against, limit_words, limits_on
from gep.workflow.audit.open_checks import successors
from gep.workflow.audit.records import Balance, EvidenceForm, Problem
from gep.workflow.audit.term_stock import Row as Flow
from gep.workflow.chain import codes_on
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("离任交接台账", "Handover ledger")
OTHER = "other"
# the columns that make the closing with their signs, and the cause and sign of the rows of each
MOVES: tuple[tuple[str, Sign, str, int], ...] = (
    ("add_h", 1, "human", 1),
    ("add_n", 1, "natural", 1),
    ("add_a", 1, "adjustment", 1),
    ("red_h", -1, "human", -1),
    ("red_n", -1, "natural", -1),
    ("red_a", -1, "adjustment", -1),
)
ADDED, REDUCED = Names("任期增加", "Additions in the term"), Names("任期减少", "Reductions in the term")
HUMAN, NATURAL, ADJUSTED = Names("人为", "Human"), Names("自然", "Natural"), Names("调整", "Adjustment")
SIGNED = Names("签字", "Signatures")
COLUMNS = (
    ITEM,
    UNIT,
    worded("item_id", "序号", "Item id", "code"),
    CODE,
    worded("open_date", "任期起始日", "Start of the term"),
    Column("open_qty", Names("任初存量", "Opening stock")),
    worded("open_basis", "任初取数方式", "Basis of the opening"),
    Column("add_h", HUMAN, group=(ADDED,)),
    Column("add_n", NATURAL, group=(ADDED,)),
    Column("add_a", ADJUSTED, group=(ADDED,)),
    Column("red_h", HUMAN, group=(REDUCED,)),
    Column("red_n", NATURAL, group=(REDUCED,)),
    Column("red_a", ADJUSTED, group=(REDUCED,)),
    Column(OTHER, Names("未分因素净变动", "Net change, cause not told")),
    worded("close_date", "交接日", "Day of handover"),
    Column("close_qty", Names("任末存量", "Closing stock")),
    Column("close_obs", Names("任末取数值", "Closing as read")),
    worded("close_basis", "任末取数方式", "Basis of the closing"),
    Column("diff", Names("差额", "Discrepancy")),
    Column("net_h", Names("人为净变动", "Net human change")),
    worded("target", "目标/红线值", "Target or red line"),
    Column("gap", Names("与目标差", "Gap to target")),
    worded("open_issues", "未整改事项", "Open rectification items"),
    worded("evidence_ids", "证据索引", "Evidence index"),
    worded("vintage", "账册版次", "Vintage"),
    worded("handover_sign", "移交人", "Handing over", "text"),
    worded("takeover_sign", "接收人", "Taking over", "text"),
    worded("witness_sign", "监交人", "Witness", "text"),
)
CHECKS = (
    Names("任末存量＝任初存量＋任期增加－任期减少＋未分因素净变动",
          "Closing = opening + additions − reductions + net change without a cause"),
    Names("差额＝任末取数值－任末存量，照列，不分摊", "Discrepancy = closing as read − closing; shown as it is, never spread"),
    Names("人为净变动＝人为增加－人为减少", "Net human change = human additions − human reductions"),
    Names("任末取数值＝下任任初存量（同一条结存记录）", "Closing as read = opening of the successor (one and the same record)"),
)  # fmt: skip


@dataclass(frozen=True)
class _Ledger:
    """What all lines of one handover share."""

    case: Case
    held: Sequence[Held]
    evidence: Mapping[tuple[str, str], list[EvidenceForm]]  # (table, column) -> forms that name a figure of it
    open: Mapping[str, Standing]
    days: tuple[str, str] = field(default=("", ""))

    def issues(self, table: str, column: str) -> list[Problem]:
        """The problems, open on the day of handover, whose papers rest on evidence about this place of a table."""
        forms = {f.id for f in self.evidence.get((table, column), ())}
        papers = {p.id for p in self.case.collected.papers if forms & set(p.evidence)}
        return [p for p in self.case.collected.problems if p.paper in papers and p.id in self.open]


def forms(case: Case) -> Iterator[Form]:
    """The handover ledger of the day a term ends; unsigned it is a draft."""
    ledger = _ledger(case)
    codes = tuple(c.code for c in COLUMNS)
    lines = [*_stocks(ledger), *_open_items(ledger), *open_lines(case, codes), ledger_line(case, codes)]
    name = ledger_name(case, NAME)
    yield form(
        case, (case.form_id("DA-01"), "DA-01", name), COLUMNS, lines, _notes(case, lines), checks=CHECKS, section="asset"
    )  # fmt: skip


def _ledger(case: Case) -> _Ledger:
    evidence: dict[tuple[str, str], list[EvidenceForm]] = {}
    for held in case.collected.forms:
        for figure in held.figures:
            address = parse(figure)
            if address.view == "asset_account" and len(address.keys) > 2:
                evidence.setdefault((address.keys[0], address.keys[2]), []).append(held)
    term = case.subject
    standing = {s.problem: s for s in carried(case.collected.problems, case.collected.steps, term.end)}
    return _Ledger(case, held_against(case), evidence, standing, (term.start.isoformat(), term.end.isoformat()))


def ordered(case: Case) -> Iterator[tuple[StockLine, list[Key]]]:
    """The stocks of the tables, with the keys that the region has at either end, in the order of the tables."""
    account, order = case.account, {name: n for n, name in enumerate(case.ground.layouts)}
    listed = (x for x in case.ground.lines.values() if x.table and case.remit.covers(x.table))
    for line in sorted(listed, key=lambda x: order[x.table]):
        days = (case.subject.start, case.subject.end)
        held = [
            k
            for day in days
            for c in codes_on(case.ground.places, case.region, day)
            for k in account.cut.balances.keys(day, c, line.measure)
        ]
        if line.opening:
            held += account.computation.cells.keys(line.measure, case.region, account.span.period)
        if held:
            yield line, sorted(dict.fromkeys(held), key=lambda k: _place(case, line, k))


def _place(case: Case, line: StockLine, key: Key) -> tuple[str, int, str]:
    """Where a line stands in its table: by instance, then as the columns stand there."""
    layout = case.layout(line.table)
    codes = dict(key)
    instance = codes.pop(layout.instance, "") if layout.instance else ""
    columns = [c.code for c in layout.columns]
    return instance, min((columns.index(c) for c in codes.values() if c in columns), default=0), key_text(key)


def balance_at(case: Case, line: StockLine, key: Key, *, end: bool) -> Balance | None:
    """The handover balance of a stock at the start or the end of the term, under the code that the region has then."""
    day = case.subject.end if end else case.subject.start
    codes = codes_on(case.ground.places, case.region, day)
    return next((b for c in codes if (b := case.account.cut.balances.get(day, c, line.measure, key)) is not None), None)


# ---- the lines of stocks


def _stocks(ledger: _Ledger) -> Iterator[Line]:
    case, last, number = ledger.case, "", 0
    for line, keys in ordered(case):
        group, names = case.group(line)
        if group != last:
            yield heading(f"of.{group}", names, len(COLUMNS))
            last = group
        flows = flows_of(case, line)
        for key in keys:
            number += 1
            yield _line(ledger, line, key, flows, number)


def line_code(line: StockLine, key: Key) -> str:
    return "/".join(p for p in (line.measure, key_text(key)) if p)


def _line(ledger: _Ledger, line: StockLine, key: Key, flows: Sequence[Flow], number: int) -> Line:
    case, code, unit = ledger.case, line_code(line, key), ledger.case.unit(line.measure)
    opening, closing = balance_at(case, line, key, end=False), balance_at(case, line, key, end=True)
    column = case.asset_code(line, key)
    cells: dict[str, Cell] = {
        "name": words(case.item(line, key)),
        "unit": words(unit_names(unit)),
        "item_id": text(f"{number:03d}"),
        "code": text(column),
        "open_date": text(ledger.days[0]),
        "open_basis": said(basis_words(opening)),
        "close_date": text(ledger.days[1]),
        "close_basis": said(basis_words(closing)),
        "open_qty": stock_cell(case, opening, line),
        "close_obs": stock_cell(case, closing, line),
    }
    cells |= moves(case, key, flows, unit)
    cells["close_qty"] = _closing(case, line, key, code, cells, flows)
    cells["diff"] = _difference(code, cells, unit)
    cells["net_h"] = added(code, {"add_h": (1, cells["add_h"]), "red_h": (-1, cells["red_h"])}, unit)
    cells |= _held(ledger, line, key, cells["close_obs"], unit)
    cells |= _evidence(ledger, line, key)
    cells["vintage"] = said(vintages(f for c in cells.values() for f in c.figures))
    return Line(code, tuple(cells.get(c.code, BLANK) for c in COLUMNS), "total" if case.ground.is_total(key) else "", 1)


def stock_cell(case: Case, balance: Balance | None, line: StockLine) -> Cell:
    """A handover balance as the plan takes it, rounded once to the decimals that its measure is stored with."""
    unit = case.unit(line.measure)
    if balance is None:
        return Cell("not_applicable")
    if balance.amount is None:
        states = {f.state for f in balance.figures}
        only = states == {str(State.NOT_APPLICABLE)}
        return amount(None, unit, balance.figures, state=State.NOT_APPLICABLE if only else State.NOT_AVAILABLE)
    exact = store(balance.amount, stored_places(case.ground.catalog.measures[line.measure]))
    return amount(exact, unit, balance_figures(balance))


def balance_figures(balance: Balance | None) -> tuple[Stored, ...]:
    """What a balance rests on: figures of the book, or the observation of that day."""
    if balance is None:
        return ()
    if balance.figures or balance.method != "OBS":
        return balance.figures
    exact = None if balance.amount is None else decimal_of(balance.amount)
    place = (f"{balance.table}.{balance.row}", key_text(balance.key), str(balance.day))
    return recorded(exact, balance.unit, "observations.csv", balance.region, *place)


def moves(case: Case, key: Key, flows: Sequence[Flow], unit: str) -> dict[str, Cell]:
    """The rows of the term by cause and sign; the net of those whose cause no table tells. Not applicable without rows."""
    found = {
        column: _sum(case, key, [(1, f) for f in flows if (f.cause, f.sign) == (cause, side)], unit, any_row=bool(flows))
        for column, _, cause, side in MOVES
    }
    rest = [(f.sign, f) for f in flows if f.cause not in ("human", "natural", "adjustment")]
    return found | {OTHER: _sum(case, key, rest, unit, any_row=False)}


def _sum(case: Case, key: Key, rows: Sequence[tuple[Sign, Flow]], unit: str, *, any_row: bool) -> Cell:
    if not rows:
        return Cell("not_applicable") if not any_row else BLANK
    total, figures = Decimal(0), list[Stored]()
    applies = False
    for sign, flow in rows:
        held, state = term_amount(case, flow.measure, key)
        figures += flow_figures(case, flow.measure, key)
        if state == State.NOT_APPLICABLE:
            continue
        applies = True
        if held is None:
            return amount(None, unit, figures)
        total += sign * held
    return amount(total if applies else None, unit, figures, state=State.NOT_APPLICABLE)


def _closing(case: Case, line: StockLine, key: Key, code: str, cells: Mapping[str, Cell], flows: Sequence[Flow]) -> Cell:
    """The closing that the plan arrives at: made of the cells of the line where it is a sum of rows."""
    unit = case.unit(line.measure)
    exact, state = term_amount(case, line.measure, key)
    if not line.opening or not _made(case, line):
        return Cell("not_applicable")
    parts: dict[str, tuple[Sign, Cell]] = {"open_qty": (1, cells["open_qty"])}
    parts |= {column: (sign, cells[column]) for column, sign, *_ in MOVES} | {OTHER: (1, cells[OTHER])}
    whole = added(code, parts, unit) if flows else BLANK
    if whole.exact is not None and whole.exact == exact:
        return whole
    figures = [f for _, cell in parts.values() for f in cell.figures] or list(cells["close_obs"].figures)
    # a stock that a rule works out of other tables has no figure of its own: its source is the cell of the plan
    return amount(exact, unit, figures or recorded(exact, unit, "plan", case.asset_code(line, key)), state=state)


def _made(case: Case, line: StockLine) -> bool:
    """Whether a rule of the plan arrives at the closing."""
    return any(p.rule.kind == "compute" and p.rule.output == line.measure for p in case.account.chosen.method.plans)


def _difference(code: str, cells: Mapping[str, Cell], unit: str) -> Cell:
    if cells["close_qty"].kind == "not_applicable" or cells["close_obs"].kind == "not_applicable":
        return Cell("not_applicable")
    return added(code, {"close_obs": (1, cells["close_obs"]), "close_qty": (-1, cells["close_qty"])}, unit)


def _held(ledger: _Ledger, line: StockLine, key: Key, closing: Cell, unit: str) -> dict[str, Cell]:
    """The targets of a stock, and what the closing lies above the one that it is nearest to missing or misses most."""
    found = limits_on(ledger.held, line, key)
    if not found:
        return {}
    shown = "; ".join(limit_words(h.limit) + (f" {h.limit.unit}" if h.limit.unit != unit else "") for h in found)
    if closing.exact is None:
        return {"target": text(shown), "gap": Cell("missing", figures=closing.figures)}
    gaps = [(Fraction(closing.exact) - Fraction(in_unit(h.limit.value, h.limit.unit, unit)), h) for h in found]
    gap = min(gaps, key=lambda g: g[0] if g[1].limit.sense in ("floor", "above") else -g[0])[0]
    return {"target": text(shown), "gap": amount(decimal_of(gap), unit, closing.figures)}


def _evidence(ledger: _Ledger, line: StockLine, key: Key) -> dict[str, Cell]:
    columns = [line.column, *(code for _, code in key)]
    held = [f for c in columns for f in ledger.evidence.get((line.table, c), ())]
    issues = [p for c in columns for p in ledger.issues(line.table, c)]
    ids = "; ".join(dict.fromkeys(record_words(ledger.case, "evidence_form", f.id) for f in held))
    names = ", ".join(dict.fromkeys(p.id for p in issues))
    count = len({p.id for p in issues})
    return {"evidence_ids": said(ids), "open_issues": text(f"{count}：{names}", f"{count}: {names}") if count else BLANK}


# ---- what is left open


def _open_items(ledger: _Ledger) -> Iterator[Line]:
    """The rectification items that were open on the day of handover; the successor takes them over."""
    case = ledger.case
    items = [p for p in case.collected.problems if p.id in ledger.open]
    if not items:
        return
    yield heading("of.open", Names("交接日未整改事项", "Rectification items open on the day of handover"), len(COLUMNS))
    for n, problem in enumerate(items, 1):
        held = ledger.open[problem.id]
        yield _item(ledger, problem, held, n)


def _item(ledger: _Ledger, problem: Problem, held: Standing, number: int) -> Line:
    case, state, late = ledger.case, state_words(held), overdue_words(held)
    told = Names(f"{state.zh}；逾期：{late.zh if late else ''}", f"{state.en}; overdue: {late.en if late else ''}")
    left = "…" if held.remaining is None else f"{held.remaining:f}"
    worded_left = (
        Names(f"未整改 {left} {problem.amount_unit}", f"remaining {left} {problem.amount_unit}") if problem.amount_unit else None
    )
    cells: dict[str, Cell] = {
        "name": text(problem.issue),
        "unit": said(problem.amount_unit),
        "item_id": text(f"P{number:02d}"),
        "code": text(problem.id),
        "close_date": text(ledger.days[1]),
        "target": said(worded_left),
        "open_issues": said(told),
        "evidence_ids": text(record_words(case, "problem", problem.id)),
    }
    return Line(f"open.{problem.id}", tuple(cells.get(c.code, BLANK) for c in COLUMNS), "", 1)


# ---- notes


def _notes(case: Case, lines: Iterable[Line]) -> Iterator[Names]:
    yield from head_words(case)
    yield from case.remit_words()
    yield Names(
        "取数方式：OBS 当日实测；NEAREST 最近年末；INTERP 按天内插（仅在指定时）。没有检索到规定折算方法的文件，方法随数列示。",
        "Basis: OBS, observed on that day; NEAREST, the nearest year-end; INTERP, interpolated by days where asked. No text that "
        "fixes such a rule is known; the method is printed with every figure.",
    )
    yield successor_words(case)
    yield from ledger_notes(case)
    yield from open_notes(case)


def head_words(case: Case) -> Iterator[Names]:
    """The head of the ledger: region, post, terms, method, scheme and vintage."""
    s, year, years = case.subject, case.account.span.year, case.ground.years
    region, scheme = case.region_names(case.region), case.ground.catalog.schemes[years.scheme].names
    who = f"（{s.name}）" if s.name else ""
    yield Names(
        f"{region.zh} {s.post.zh}{who}，任期 {s.start} 至 {s.end}（不含该日）；存量默认取数方式 {case.tenure.method}；"
        f"核算方案 {scheme.zh}，{year} 年采用版次 {years.vintages[year]}。",
        f"{region.en}, {s.post.en}{f' ({s.name})' if s.name else ''}, term {s.start} to {s.end} (exclusive); method of "
        f"stocks unless told otherwise: {case.tenure.method}; scheme {scheme.en}, vintage {years.vintages[year]} for {year}.",
    )


def successor_words(case: Case) -> Names:
    found = successors(case.tenure, case.subject)
    if not found:
        return Names(
            f"{case.subject.end} 起没有登记接任者；结存已按该日保存，供其后任使用。",
            f"Nobody is named to take over on {case.subject.end}; the balances of that day are kept for whoever does.",
        )
    n = sum(1 for b in case.account.cut.balances.of_day(case.subject.end) if b.table)
    zh, en = "、".join(s.post.zh for s in found), ", ".join(s.post.en for s in found)
    return Names(
        f"{case.subject.end} 的 {n} 项结存只保存一次，同为接任者（{zh}）的任初存量。",
        f"The {n} balances of {case.subject.end} are kept once and are the opening stocks of the successor ({en}) too.",
    )
