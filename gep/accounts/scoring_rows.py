"""The evaluation as it is printed: a row for each item. With the foot it is enough to work the score out again by hand.

Figures that were read are written with nothing lost; what is worked out of them and has no end is rounded and marked ≈. Rules are
written with their numbers, made from the scheme itself and not from its words, so that the printed rule cannot differ from the
one applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from gep.accounts.scoring import BlockScore, ItemScore, Scored
from gep.accounts.scoring_events import Given
from gep.accounts.scoring_items import Counted, Operand, Role, Used
from gep.base.records import Names
from gep.base.score_rules import (
    ATTRIBUTIONS,
    EXAMINED,
    MET,
    NOT_MET,
    NOTHING,
    Completion,
    Evaluation,
    EventDeduct,
    Improvement,
    Interval,
    Item,
    Limit,
    RatingImport,
    TargetRatio,
    exact_text,
    number_text,
)

COLUMNS: Mapping[str, Names] = MappingProxyType(
    {
        "block": Names("评价板块", "Block"),
        "l1": Names("一级指标", "Level-1 indicator"),
        "l2": Names("二级指标", "Level-2 indicator"),
        "max_score": Names("分值", "Points"),
        "maximum": Names("分值（重新分配后）", "Points after spreading"),
        "direction": Names("方向", "Direction"),
        "open_value": Names("任前值", "Before"),
        "close_value": Names("任末值", "After"),
        "target_value": Names("目标值", "Target"),
        "deduct_rule": Names("评分规则", "Rule"),
        "inputs": Names("取用数据", "Figures used"),
        "deduct_events": Names("扣分事项", "Events"),
        "deduction": Names("扣分", "Deduction"),
        "bonus": Names("加分", "Bonus"),
        "before": Names("得分（限幅前）", "Score before the limit"),
        "score": Names("得分", "Score"),
        "standing": Names("说明", "Note"),
        "attribution": Names("归因", "Attribution"),
        "evidence_ids": Names("取证单号", "Evidence"),
    }
)
ROLES: Mapping[Role, Names] = MappingProxyType(
    {
        "before": Names("任前", "before"),
        "after": Names("任末", "after"),
        "change": Names("变化", "change"),
        "target": Names("目标", "target"),
        "low": Names("下限", "lower limit"),
        "high": Names("上限", "upper limit"),
        "condition": Names("实际", "actual"),
        "bound": Names("要求", "wanted"),
    }
)
ENTERED: Mapping[str, Names] = MappingProxyType(
    {
        EXAMINED: Names("已查证", "looked for"),
        MET: Names("完成", "met"),
        NOT_MET: Names("未完成", "not met"),
    }
)


@dataclass(frozen=True, slots=True)
class Row:
    """A printed row: text by column, and the exact amount of the columns that hold one number."""

    code: str
    cells: Mapping[str, Names]
    amounts: Mapping[str, Fraction]


def rows(scored: Scored) -> tuple[Row, ...]:
    """One row for each item that has points in the zone, in the order of the scheme."""
    found: list[Row] = []
    for block in scored.blocks:
        shown = [i for i in block.items if i.standing != "not_in_zone"]
        found += [Row(i.item.id, _cells(scored.evaluation, block, i), _amounts(i)) for i in shown]
    return tuple(found)


def _amounts(i: ItemScore) -> Mapping[str, Fraction]:
    found = {"max_score": i.points}
    if i.before is not None and i.score is not None:
        found |= {"maximum": i.maximum, "deduction": i.deduction, "bonus": i.bonus, "before": i.before, "score": i.score}
    return found


def _cells(evaluation: Evaluation, block: BlockScore, i: ItemScore) -> Mapping[str, Names]:
    made = i.outcome
    assessed = i.standing == "assessed"
    events = (*made.events, *(c for g in i.bonuses for c in g.events))
    evidence = [e for c in events for e in c.event.evidence] + list(made.entry.evidence if made.entry else ())
    return {
        "block": block.block.names,
        "l1": i.item.level1,
        "l2": i.item.names,
        "max_score": same(exact_text(i.points)),
        "maximum": same(number_text(i.maximum)) if assessed else NOTHING,
        "direction": direction(i.item),
        "open_value": _value(made.used, "before"),
        "close_value": _value(made.used, "after", "condition"),
        "target_value": _value(made.used, "target", "low", "high", "bound"),
        "deduct_rule": rule_words(evaluation, i.item),
        "inputs": _inputs(made.used, i),
        "deduct_events": joined(counted_words(evaluation, c) for c in made.events),
        "deduction": same(number_text(i.deduction)) if assessed else NOTHING,
        "bonus": bonus_words(evaluation, i.bonuses, i.bonus) if assessed else NOTHING,
        "before": same(number_text(i.before)) if i.before is not None else NOTHING,
        "score": same(number_text(i.score)) if i.score is not None else Names("未评价", "not assessed"),
        "standing": _note(evaluation, i),
        "attribution": joined(ATTRIBUTIONS[a] for a in sorted({c.event.attribution for c in events})),
        "evidence_ids": same(", ".join(dict.fromkeys(evidence))),
    }


def same(text: str) -> Names:
    return Names(text, text)


def joined(parts: Iterable[Names]) -> Names:
    listed = [p for p in parts if p != NOTHING]
    return Names("；".join(p.zh for p in listed), "; ".join(p.en for p in listed))


def _value(used: Sequence[Used], *roles: Role) -> Names:
    """The values in these roles with their unit; `…` where one is missing."""
    several = [u for u in used if u.role in roles]
    texts = [f"{'…' if u.amount is None else number_text(u.amount)} {u.unit}".strip() for u in several]
    return same("; ".join(texts))


def _inputs(used: Sequence[Used], i: ItemScore) -> Names:
    parts = [Names(f"{ROLES[u.role].zh}：{_worked(u)}", f"{ROLES[u.role].en}: {_worked(u)}") for u in used if u.terms]
    entry = i.outcome.entry
    if entry is not None:
        word = ENTERED.get(entry.value, same(entry.value))
        document = f" ({entry.document})" if entry.document else ""
        parts.append(Names(f"填写：{word.zh}{document}", f"entered: {word.en}{document}"))
    return joined(parts)


def _worked(u: Used) -> str:
    above = " + ".join(_operand(o) for o in u.terms)
    if not u.per:
        return above
    return f"({above}) ÷ ({' + '.join(_operand(o) for o in u.per)}) [{u.unit}]"


def _operand(o: Operand) -> str:
    return f"{o.name} = {'…' if o.amount is None else exact_text(o.amount)} {o.unit}".strip()


def bonus_words(evaluation: Evaluation, bonuses: Sequence[Given], points: Fraction) -> Names:
    """The points and how they came about: `2 (pilot: E7 …: 1×3, at most 2)`."""
    if not bonuses:
        return same("0")
    several = joined(_given(evaluation, g) for g in bonuses)
    return Names(f"{number_text(points)}（{several.zh}）", f"{number_text(points)} ({several.en})")


def _given(evaluation: Evaluation, g: Given) -> Names:
    events = [counted_words(evaluation, c) for c in g.events]
    most = (
        ("", "") if g.extra.limit is None else (f"，至多 {exact_text(g.extra.limit)}", f", at most {exact_text(g.extra.limit)}")
    )
    zh, en = "、".join(e.zh for e in events), " + ".join(e.en for e in events)
    return Names(f"{g.extra.id}：{zh}{most[0]}", f"{g.extra.id}: {en}{most[1]}")


def _note(evaluation: Evaluation, i: ItemScore) -> Names:
    if i.standing == "not_assessed":
        return Names(f"未评价：{i.outcome.reason.zh}", f"not assessed: {i.outcome.reason.en}")
    if not i.outcome.pending:
        return NOTHING
    listed = joined(counted_words(evaluation, c) for c in i.outcome.pending)
    return Names(f"归因未定，未扣分：{listed.zh}", f"attribution not decided, not deducted: {listed.en}")


def counted_words(evaluation: Evaluation, c: Counted) -> Names:
    """`E1 illegal land use (serious): 3×1`, points × count."""
    types = {w.id: w.names for w in evaluation.events}
    severities = {w.id: w.names for w in evaluation.severities}
    worked = f"{exact_text(c.points)}×{exact_text(c.event.count)}"
    kind, grave = types[c.event.type], severities.get(c.event.severity, same("-"))
    return Names(f"{c.event.id} {kind.zh}（{grave.zh}）：{worked}", f"{c.event.id} {kind.en} ({grave.en}): {worked}")


def direction(item: Item) -> Names:
    match item.formula:
        case TargetRatio(direction=d) | Improvement(direction=d):
            return same("+" if d == "+" else "−")
        case Interval():
            return Names("区间", "interval")
        case _:
            return NOTHING


def rule_words(evaluation: Evaluation, item: Item) -> Names:
    """The id of the rule, its words in the scheme, and the formula with its numbers (M: the points after spreading)."""
    formula = _formula(evaluation, item)
    head = f"{evaluation.id}@{evaluation.version} {item.id} [{item.kind}]"
    return Names(f"{head} {item.words.zh} {formula.zh}", f"{head} {item.words.en} {formula.en}")


def _formula(evaluation: Evaluation, item: Item) -> Names:
    match item.formula:
        case EventDeduct() as f:
            return _deducting(evaluation, f)
        case TargetRatio() as f:
            return Names(_ratio(f, "任末", "目标", "否则", "不评价"), _ratio(f, "after", "target", "else", "not assessed"))
        case Improvement() as f:
            return Names(_improving(f, "任前", "任末", "变化", "否则"), _improving(f, "before", "after", "change", "else"))
        case Completion() as f:
            if f.conditions:
                senses = ", ".join(c.sense for c in f.conditions)
                return Names(f"各项均满足（{senses}）：M；否则 0", f"all hold ({senses}): M; else 0")
            return Names("完成：M；未完成：0", "met: M; not met: 0")
        case RatingImport() as f:
            lines = [f"{r.rating or '≥' + exact_text(r.at_least or Fraction(0))}: M×{exact_text(r.share)}" for r in f.table]
            return same("; ".join(lines))
        case Interval() as f:
            zh = _inside(f, "任末", "下限", "上限"), "区间外"
            en = _inside(f, "after", "lower limit", "upper limit"), "outside"
            beyond = f"M×max(0, 1−d÷{exact_text(f.scale)})" if f.scale is not None else "0"
            return Names(f"{zh[0]}: M; {zh[1]}: {beyond}", f"{en[0]}: M; {en[1]}: {beyond}")


def _ratio(f: TargetRatio, after: str, target: str, other: str, never: str) -> str:
    ratio = f"{after}÷{target}" if f.direction == "+" else f"{target}÷{after}"
    met = f"{after}≥{target}" if f.direction == "+" else f"{after}≤{target}"
    zero = f"{met}: M; {other} 0" if f.zero == "full_if_met" else never
    return f"{met}: M; {other} M×max(0, {ratio}) ({target}≤0: {zero})"


def _improving(f: Improvement, before: str, after: str, change: str, other: str) -> str:
    delta = change if f.change is not None else f"{after}−{before}"
    scale = exact_text(f.scale) + (f"×|{before}|" if f.relative else "")
    nothing = f" ({before}=0: 0)" if f.relative else ""
    return f"Δ={delta}; Δ{'≥' if f.direction == '+' else '≤'}0: M; {other} M×max(0, 1−|Δ|÷({scale})){nothing}"


def _inside(f: Interval, after: str, low: str, high: str) -> str:
    parts = [p for p in (_limit(f.low, low), after, _limit(f.high, high)) if p]
    return "≤".join(parts)


def _limit(bound: Limit | None, name: str) -> str:
    if bound is None:
        return ""
    return exact_text(bound.amount) if bound.amount is not None else name


def _deducting(evaluation: Evaluation, f: EventDeduct) -> Names:
    types, severities = ({w.id: w.names for w in words} for words in (evaluation.events, evaluation.severities))
    parts: list[Names] = []
    for d in f.deductions:
        kind, points = types[d.event], exact_text(d.points)
        if not d.severity:
            parts.append(Names(f"{kind.zh} −{points}", f"{kind.en} −{points}"))
            continue
        grave = severities[d.severity]
        parts.append(Names(f"{kind.zh}（{grave.zh}）−{points}", f"{kind.en} ({grave.en}) −{points}"))
    listed = joined(parts)
    return Names(f"max(0, M−Σp×n)：{listed.zh}", f"max(0, M−Σp×n): {listed.en}")
