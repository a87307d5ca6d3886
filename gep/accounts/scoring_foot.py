"""The foot of a printed evaluation: rules of the whole table, block totals, the way to the total, grade, vetoes, all left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from gep.accounts.scoring import BlockScore, Excluded, Scored
from gep.accounts.scoring_events import Why
from gep.accounts.scoring_rows import bonus_words, joined, same
from gep.base.records import Names
from gep.base.score_rules import NOTHING, Evaluation, Grade, exact_text, number_text

WHYS: Mapping[Why, Names] = MappingProxyType(
    {
        "outside_term": Names("不在任期内", "outside the term"),
        "before_focus": Names("早于评价年度，且不属于追溯事项", "before the years that count, and not grave enough"),
        "attribution": Names("归因不计入评价", "attributed to something that does not count"),
        "undecided": Names("归因未定", "attribution not decided"),
        "no_points": Names("规则没有这一程度的分值", "the rule has no points for this severity"),
        "no_item": Names("没有评价项目涉及该事项", "no item takes it"),
    }
)


@dataclass(frozen=True, slots=True)
class Foot:
    """A line under the table. `amount` is None where the line has words only."""

    code: str
    names: Names
    amount: Fraction | None
    text: Names


def foot(scored: Scored) -> tuple[Foot, ...]:
    """Block totals before and after their limit, the way to the total, grade, vetoes, and all that was left out, in order."""
    return (
        *_rule_lines(scored.evaluation),
        *(line for b in scored.blocks if b.points for line in _block_lines(scored.evaluation, b)),
        *_total_lines(scored),
        *_grade_lines(scored),
        *(_excluded_line(e) for e in scored.excluded),
        *_aside_lines(scored),
    )


def _rule_lines(evaluation: Evaluation) -> Iterable[Foot]:
    """What holds for the whole table: what becomes of points that are not assessed, and the cut-offs."""
    spread = {
        "redistribute": Names(
            "按分值比例分配给同板块已评价的项目；整块未评价的剔除，总分换算",
            "spread over the assessed items of the block by their points; a block with none is left out and the total rescaled",
        ),
        "rescale": Names("剔除，板块上限相应降低，总分换算", "left out, the limit of the block lowered and the total rescaled"),
        "unknown": NOTHING,
    }[evaluation.missing]
    yield Foot("missing", Names("未评价项目的分值", "points of what is not assessed"), None, spread)
    cuts = joined(
        Names(
            f"{g.names.zh} {'' if g.at_least is None else '≥' + exact_text(g.at_least)}".strip(),
            f"{g.names.en} {'' if g.at_least is None else '≥' + exact_text(g.at_least)}".strip(),
        )
        for g in evaluation.grades
    )
    yield Foot("grades", Names("等级界限", "cut-offs"), None, cuts)
    yield _number("maximum", "满分", "maximum", evaluation.total)


def _block_lines(evaluation: Evaluation, b: BlockScore) -> Iterable[Foot]:
    zh, en, name = b.block.names.zh, b.block.names.en, b.block.id
    if b.score is None or b.before is None:
        text = Names("整块未评价，不计入总分", "nothing of it assessed; left out of the total")
        points = exact_text(b.points)
        yield Foot(f"block.{name}.excluded", Names(f"{zh}（{points} 分）", f"{en} ({points} points)"), b.points, text)
        return
    if b.bonuses:
        shown = bonus_words(evaluation, b.bonuses, b.bonus)
        yield Foot(f"block.{name}.bonus", Names(f"{zh}：加分", f"{en}: bonus"), b.bonus, shown)
    yield _number(f"block.{name}.before", f"{zh}：限幅前", f"{en}: before the limit", b.before)
    yield _number(f"block.{name}.maximum", f"{zh}：上限", f"{en}: limit", b.maximum)
    yield _number(f"block.{name}.score", f"{zh}：得分", f"{en}: score", b.score)


def _number(code: str, zh: str, en: str, amount: Fraction) -> Foot:
    return Foot(code, Names(zh, en), amount, same(number_text(amount)))


def _total_lines(scored: Scored) -> Iterable[Foot]:
    yield _number("added", "各板块合计", "sum of the blocks", scored.added)
    if scored.factor != 1:
        yield _number("factor", "剔除未评价部分后的换算系数", "factor for what was left out", scored.factor)
    for g in (*scored.bonuses, *scored.extras):
        kind, zh, en = ("bonus", "加分", "bonus") if g in scored.bonuses else ("extra", "扣分", "deduction")
        head = Names(f"{zh}：{g.extra.names.zh}", f"{en}: {g.extra.names.en}")
        yield Foot(f"{kind}.{g.extra.id}", head, g.points, bonus_words(scored.evaluation, (g,), g.points))
    if scored.before is None or scored.total is None:
        yield Foot("total", Names("总分", "total"), None, Names("未评价", "not assessed"))
        return
    yield _number("before", "总分（限幅前）", "total before the limit", scored.before)
    yield _number("exact", "总分（未修约）", "total, unrounded", scored.total)
    yield Foot("total", Names("总分", "total"), scored.total, same(f"{scored.printed:f}"))
    yield _number("assessed", "已评价分值所占比重", "share of the points that was assessed", scored.assessed)
    if scored.excluded:
        yield _number("least", "未评价部分全部计零分时的总分", "total if what was not assessed had scored nothing", scored.least)
        yield _number("most", "未评价部分全部计满分时的总分", "total if what was not assessed had scored full", scored.most)


def _grade_lines(scored: Scored) -> Iterable[Foot]:
    yield Foot("scored", Names("等级（按总分）", "grade by the total"), None, _grade(scored.scored))
    for v in scored.vetoes:
        events = ", ".join(e.id for e in v.events)
        head = Names(f"一票否决：{v.rule.names.zh}", f"veto: {v.rule.names.en}")
        stated = next((g.names for g in scored.evaluation.grades if g.id == v.rule.grade), NOTHING)
        text = {
            "GRADE_CAP": Names(f"等级不高于{stated.zh}", f"grade not better than {stated.en}"),
            "GRADE_SET": Names(f"等级定为{stated.zh}", f"grade set to {stated.en}"),
            "MANUAL": Names("由人工决定", "people decide"),
        }[v.rule.effect]
        shown = Names(f"{text.zh}（{events}；{v.rule.document}）", f"{text.en} ({events}; {v.rule.document})")
        yield Foot(f"veto.{v.rule.id}", head, None, shown)
    last = _grade(scored.grade)
    if scored.manual:
        last = Names(f"{last.zh}（待人工决定）", f"{last.en} (people decide)")
    yield Foot("grade", Names("等级", "grade"), None, last)


def _grade(grade: Grade | None) -> Names:
    return Names("不定级", "no grade") if grade is None else grade.names


def _excluded_line(e: Excluded) -> Foot:
    where = {
        "redistributed": Names("分值分配给同板块其他项目", "points spread over the other items of the block"),
        "rescaled": Names("分值剔除，总分换算", "points left out, the total rescaled"),
    }[e.spread]
    head = Names(f"未评价：{e.names.zh}", f"not assessed: {e.names.en}")
    shown = Names(
        f"{exact_text(e.points)} 分；{where.zh}；{e.reason.zh}", f"{exact_text(e.points)} points; {where.en}; {e.reason.en}"
    )
    return Foot(f"excluded.{e.item}", head, e.points, shown)


def _aside_lines(scored: Scored) -> Iterable[Foot]:
    for a in scored.set_aside:
        name = f"{a.event.id} {a.event.what}".strip()
        head = Names(f"未计入的事项：{name}", f"event not counted: {name}")
        yield Foot(f"aside.{a.event.id}", head, None, WHYS[a.why])
