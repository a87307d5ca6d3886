"""DA-02, the evaluation table: every item with its figures, rule and score, and a foot from which the total can be worked out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from gep.accounts.scoring import ItemScore, Scored
from gep.accounts.scoring_foot import Foot, foot
from gep.accounts.scoring_rows import COLUMNS as WORDS
from gep.accounts.scoring_rows import Row, bonus_words, rows
from gep.base.records import Names
from gep.report.form import (
    BLANK,
    NONE,
    Cell,
    Column,
    Form,
    Line,
    Made,
    Ref,
    Stored,
    Style,
    Term,
    decimal_of,
    evaluate,
    text,
    words,
)
from gep.workflow.audit.forms.case import Case
from gep.workflow.audit.forms.cells import form, recorded
from gep.workflow.audit.forms.rectification import responsibility_names
from gep.workflow.audit.forms.suspicions import resolved
from gep.workflow.forms.lists import heading, said, worded

NAME = Names("审计评价表", "Audit evaluation table")
POINTS = Names("分", "points")
PLACES, MOST_PLACES = 2, 6
NUMBERS = ("max_score", "maximum", "deduction", "bonus", "before", "score")
TEXTS = ("direction", "open_value", "close_value", "target_value", "deduct_rule", "inputs", "deduct_events")
COLUMNS = (
    Column("l2", WORDS["l2"], "label"),
    worded("id", "项目编号", "Item", "code"),
    worded("block", "评价板块", "Block"),
    worded("l1", "一级指标", "Level-1 indicator"),
    *(Column(c, WORDS[c], unit=POINTS) for c in ("max_score", "maximum")),
    *(Column(c, WORDS[c], "text") for c in TEXTS),
    Column("deduction", WORDS["deduction"], unit=POINTS),
    Column("bonus", WORDS["bonus"], unit=POINTS),
    worded("bonus_words", "加分事项", "Bonus from"),
    Column("before", WORDS["before"], unit=POINTS),
    Column("score", WORDS["score"], unit=POINTS),
    Column("standing", WORDS["standing"], "text"),
    Column("attribution", WORDS["attribution"], "text"),
    worded("responsibility", "责任类型", "Responsibility class"),
    Column("evidence_ids", WORDS["evidence_ids"], "text"),
)  # fmt: skip
CHECKS = (
    Names("得分（限幅前）＝分值（重新分配后）－扣分＋加分；得分限于 0 至分值之间",
          "Score before the limit = points after spreading − deduction + bonus; the score is brought into [0, points]"),
    Names("板块得分＝各项得分之和＋板块加分，不超过板块上限；总分＝各板块之和×换算系数＋加分－扣分，限于 0 至满分",
          "Block = items + bonus, not above its limit; total = blocks × factor + bonus − deductions, within [0, maximum]"),
)  # fmt: skip
NOTES = (
    Names("M 为重新分配后的分值；“≈”为没有穷尽的小数，按未修约的数计算。",
          "M: the points after spreading; “≈”: a decimal without end, worked with unrounded."),
    Names("等级按未修约的总分确定；一票否决在计分之后生效，否决前的等级一并列出。",
          "The grade is that of the unrounded total; vetoes act after the scoring, and the grade without them stands beside it."),
    Names("责任类型由审计人员在问题清单中认定。",
          "Classes of responsibility are those that auditors entered in the list of problems."),
)  # fmt: skip
NOT_MADE = Names(
    "没有评价：本次审计没有指定评价方案，或缺少评价所需的结果。",
    "No evaluation was made: none is named for this audit, or what it needs is not there.",
)
SHARES = ("factor", "assessed")  # of the foot: no points, they stand in words
FOOT = Names("计算过程与结果", "How the total comes about")


def forms(case: Case) -> Iterator[Form]:
    """The evaluation of a term; it says so where there is none."""
    scored = case.term.scored
    name = (case.form_id("DA-02"), "DA-02", NAME)
    if scored is None:
        yield form(case, name, COLUMNS, (), [NOT_MADE])
        return
    table = _Table(case, scored)
    made = form(case, name, COLUMNS, table.lines(), [*_head(case, scored), *NOTES], checks=CHECKS)
    yield replace(made, illustrative=made.illustrative or scored.evaluation.illustrative)


def _head(case: Case, scored: Scored) -> Iterator[Names]:
    e, w = scored.evaluation, scored.window
    zone = scored.zone or "-"
    zh = f"评价方案 {e.names.zh}（{e.id}@{e.version}），功能区 {zone}，计分期间 {w.since} 至 {w.end}（不含该日）"
    en = f"Scheme {e.names.en} ({e.id}@{e.version}), functional zone {zone}, counted: {w.since} to {w.end} (exclusive)"
    traced = (
        f"；任期自 {w.start} 起，此前部分仅追溯重大事项",
        f"; the term began on {w.start}, the part before is only traced back",
    )
    yield Names(zh + (traced[0] if w.since > w.start else "") + "。", en + (traced[1] if w.since > w.start else "") + ".")
    yield Names(f"依据：{e.source}，{e.locator}。", f"Source: {e.source}, {e.locator}.")


class _Table:
    """The lines of one evaluation."""

    def __init__(self, case: Case, scored: Scored) -> None:
        self.case, self.scored = case, scored
        self.rows = {r.code: r for r in rows(scored)}

    def lines(self) -> list[Line]:
        found: list[Line] = []
        for block in self.scored.blocks:
            items = [i for i in block.items if i.item.id in self.rows]
            if not items:
                continue
            found.append(heading(f"of.{block.block.id}", block.block.names, len(COLUMNS)))
            found += [self._item(i) for i in items]
        found.append(heading("of.foot", FOOT, len(COLUMNS)))
        found += [self._foot(f) for f in foot(self.scored)]
        return self._with_made(found)

    def _item(self, i: ItemScore) -> Line:
        row: Row = self.rows[i.item.id]
        figures = self._figures(i)
        cells: dict[str, Cell] = {c: said(n) for c, n in row.cells.items() if c not in NUMBERS}
        for column in ("open_value", "close_value", "target_value", "inputs"):
            cells[column] = replace(cells[column], figures=figures) if cells[column].kind == "text" else cells[column]
        for column in NUMBERS:
            own = figures if column != "max_score" else ()
            cells[column] = points(row.amounts.get(column), own or self._scheme(i.item.id, row.amounts.get(column)))
        given = bonus_words(self.scored.evaluation, i.bonuses, i.bonus) if i.bonuses else NONE
        cells |= {"id": text(i.item.id), "bonus_words": said(given), "responsibility": said(self._responsibility(i))}
        return Line(i.item.id, tuple(cells.get(c.code, BLANK) for c in COLUMNS), "", 1)

    def _figures(self, i: ItemScore) -> tuple[Stored, ...]:
        named = tuple(f for u in i.outcome.used for o in (*u.terms, *u.per) for f in o.figures)
        return resolved(self.case, tuple(dict.fromkeys(named)))

    def _scheme(self, name: str, amount: Fraction | None) -> tuple[Stored, ...]:
        """The source of points that no figure of the book gives: the scheme and its entry."""
        e = self.scored.evaluation
        return recorded(None if amount is None else decimal_of(amount), "", "evaluation", e.id, e.version, name)

    def _responsibility(self, i: ItemScore) -> Names | None:
        """The classes that auditors entered for the problems that the events of an item are about."""
        events = [c.event for c in (*i.outcome.events, *(c for g in i.bonuses for c in g.events))]
        papers = {p.id: set(p.evidence) for p in self.case.collected.papers}
        held = [
            p for p in self.case.collected.problems
            if p.responsibility and any(p.id == e.id or papers.get(p.paper, set()) & set(e.evidence) for e in events)
        ]  # fmt: skip
        names = [n for p in held if (n := responsibility_names(p.responsibility)) is not None]
        told = list(dict.fromkeys(names))
        return Names("；".join(n.zh for n in told), "; ".join(n.en for n in told)) if told else None

    def _foot(self, f: Foot) -> Line:
        shown = points(f.amount, self._scheme(f.code, f.amount)) if f.amount is not None and f.code not in SHARES else BLANK
        if f.code == "total" and self.scored.printed is not None and shown.exact is not None:
            shown = replace(shown, shown=self.scored.printed, mark="")
        cells = {"l2": words(f.names), "id": text(f.code), "score": shown, "standing": said(f.text)}
        style: Style = "total" if f.code in ("total", "grade") else ""
        return Line(f"foot.{f.code}", tuple(cells.get(c.code, BLANK) for c in COLUMNS), style, 1)

    # ---- how cells are made of others

    def _with_made(self, lines: Sequence[Line]) -> list[Line]:
        at = {c.code: n for n, c in enumerate(COLUMNS)}
        held = {(line.code, c): line.cells[n] for line in lines for c, n in at.items()}
        made = {place: m for place, m in self._sums(held) if _holds(m, place, held)}

        def of(line: Line) -> Line:
            cells = tuple(
                replace(cell, made=made.get((line.code, c.code), cell.made)) for c, cell in zip(COLUMNS, line.cells, strict=True)
            )
            return replace(line, cells=cells)

        return [of(line) for line in lines]

    def _sums(self, held: dict[tuple[str, str], Cell]) -> Iterator[tuple[tuple[str, str], Made]]:
        """Every sum of the table by the cell it stands in; those that a limit changed are none, and fall out later."""
        for block in self.scored.blocks:
            name, items = block.block.id, [i.item.id for i in block.items if i.item.id in self.rows]
            for i in items:
                line = (Term(Ref(i, "maximum")), Term(Ref(i, "deduction"), -1), Term(Ref(i, "bonus")))
                yield (i, "before"), Made("sum", line)
                yield (i, "score"), Made("sum", (Term(Ref(i, "before")),))
            parts = [*(i for i in items if held[i, "score"].exact is not None)]
            bonus = [f"foot.block.{name}.bonus"] if (f"foot.block.{name}.bonus", "score") in held else []
            yield (f"foot.block.{name}.before", "score"), _sum([*parts, *bonus])
            yield (f"foot.block.{name}.score", "score"), _sum([f"foot.block.{name}.before"])
        yield ("foot.added", "score"), _sum(f"foot.block.{b.block.id}.score" for b in self.scored.blocks if b.score is not None)
        plus = [f"foot.bonus.{g.extra.id}" for g in self.scored.bonuses]
        minus = [Term(Ref(f"foot.extra.{g.extra.id}", "score"), -1) for g in self.scored.extras]
        if self.scored.factor == 1:
            yield ("foot.before", "score"), Made("sum", (*_sum(["foot.added", *plus]).terms, *minus))
        yield ("foot.exact", "score"), _sum(["foot.before"])
        yield ("foot.total", "score"), _sum(["foot.exact"])


def _sum(lines: Iterable[str]) -> Made:
    return Made("sum", tuple(Term(Ref(line, "score")) for line in lines))


def _holds(made: Made, place: tuple[str, str], held: dict[tuple[str, str], Cell]) -> bool:
    """Whether a sum gives its cell exactly: every part is there and no limit or endless decimal came between."""
    cell = held.get(place)
    parts = [held.get((t.ref.line, t.ref.column)) for t in made.terms]
    amounts: list[Decimal] = [p.exact for p in parts if p is not None and p.exact is not None]
    if cell is None or cell.exact is None or not parts or len(amounts) != len(parts):
        return False
    return evaluate(made, amounts) == Fraction(cell.exact)


def points(amount: Fraction | None, figures: Sequence[Stored]) -> Cell:
    """Points with all their decimals; those without end at six, marked ≈. What was not assessed is missing."""
    if amount is None:
        return Cell("missing", figures=tuple(figures))
    exact = decimal_of(amount)
    whole = Fraction(exact) == amount
    places = max(PLACES, -int(exact.normalize().as_tuple().exponent)) if whole else MOST_PLACES
    shown = exact.quantize(Decimal((0, (1,), -places))) if whole else round(exact, MOST_PLACES)
    return Cell("number", NONE, exact, shown, tuple(figures), None, "" if whole else "≈")
