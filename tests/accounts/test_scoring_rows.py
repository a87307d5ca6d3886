"""The printed table is enough: every score, the total and the grade are worked out again from its texts alone."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction as F
from pathlib import Path

import pytest

from gep.accounts.scoring import Scored, score
from gep.accounts.scoring_events import focused, needs
from gep.accounts.scoring_foot import foot
from gep.accounts.scoring_items import Entry, Reading, ScoredEvent
from gep.accounts.scoring_rows import COLUMNS, rows
from gep.base.records import Names
from gep.base.score_rules import (
    Completion,
    Evaluation,
    EventDeduct,
    Improvement,
    Interval,
    Limit,
    RatingImport,
    TargetRatio,
    VetoRule,
    number_text,
)
from gep.catalog.evaluation import evaluations
from tests.accounts.scores import WINDOW, block, deduct, event, item, looked, quantity, ratio, readings, scheme

SHIPPED = Path(__file__).resolve().parents[2]
Printed = Mapping[str, str]
# what a reader knows of units without the program
IN_SQUARE_METRES = {"hm2": 10000, "m2": 1, "km2": 1000000, "亩": F(2000, 3), "万亩": F(20000000, 3), "%": F(1, 100)}


@dataclass(frozen=True)
class Again:
    """What a reader gets who has the print and a pencil."""

    scores: Mapping[str, F | None]
    total: F | None
    grade: str


def again(table: Sequence[tuple[str, Printed]], feet: Mapping[str, str]) -> Again:
    """Works the table out again. Reads texts only (English); knows nothing of schemes, items or formulas of the program."""
    spread = feet["missing"].startswith("spread")
    by_block: dict[str, list[tuple[str, Printed]]] = defaultdict(list)
    for name, row in table:
        by_block[row["block"]].append((name, row))
    scores: dict[str, F | None] = {}
    added, reachable = F(0), F(0)
    for block_rows in by_block.values():
        points = {name: F(row["max_score"]) for name, row in block_rows}
        live = [name for name, row in block_rows if row["score"] != "not assessed"]
        scores |= dict.fromkeys(points)
        if not live:
            continue
        whole, assessed = sum(points.values()), sum(points[n] for n in live)
        for name, row in block_rows:
            if name in live:
                top = points[name] * whole / assessed if spread else points[name]
                lost = min(top, max(F(0), top - gained(row, top)))
                scores[name] = max(F(0), min(top, top - lost + first(row["bonus"])))
        limit = whole if spread else assessed
        inside = sum((scores[n] or F(0) for n in live), F(0)) + block_bonus(block_rows, feet)
        added += max(F(0), min(F(limit), inside))
        reachable += F(limit)
    if not reachable:
        return Again(scores, None, feet["grade"])
    most = F(feet["maximum"])
    extra = sum((worked(v) for k, v in feet.items() if k.startswith("bonus.")), F(0))
    extra -= sum((worked(v) for k, v in feet.items() if k.startswith("extra.")), F(0))
    total = max(F(0), min(most, added * most / reachable + extra))
    for cut in feet["grades"].split("; "):
        name, _, least = cut.partition(" ≥")
        if not least or total >= F(least):
            return Again(scores, total, name)
    raise AssertionError("the last grade has no cut-off")


def block_bonus(block_rows: Sequence[tuple[str, Printed]], feet: Mapping[str, str]) -> F:
    """The line of the bonus stands under the name of the block, as the reader sees it."""
    return sum((worked(v) for k, v in feet.items() if k == f"bonus of {block_rows[0][1]['block']}"), F(0))


def worked(text: str) -> F:
    """`2 (pilot: E7 …: 1×3, at most 2)`: the sum of the products, not above the limit; it has to be the number in front."""
    made = F(0)
    for part in text.partition(" (")[2].split("; "):
        products = [F(p) * F(n) for p, n in re.findall(r": ([\d.]+)×([\d.]+)", part)]
        limit = re.search(r"at most ([\d.]+)", part)
        made += min(sum(products), F(limit[1])) if limit else sum(products)
    assert made == first(text)
    return made


def first(text: str) -> F:
    return F(text.split(maxsplit=1)[0])


def value(text: str, inputs: str, role: str) -> F:
    """A printed value; where it is only near, it is worked out again from the figures behind it."""
    if not text.startswith("≈"):
        return F(text.split(maxsplit=1)[0])

    def added(part: str) -> F:
        return sum((F(n) * IN_SQUARE_METRES[u] for n, u in re.findall(r" = ([-\d.]+) (\S+?)(?: \+|$)", part)), F(0))

    own = next(p.removeprefix(f"{role}: ") for p in inputs.split("; ") if p.startswith(f"{role}: "))
    share = re.fullmatch(r"\((.+?)\) ÷ \((.+?)\) \[(.+?)\]", own)
    if share is None:
        return added(own) / IN_SQUARE_METRES[text.rsplit(maxsplit=1)[-1]]
    return added(share[1]) / added(share[2]) / IN_SQUARE_METRES[share[3]]


def gained(row: Printed, top: F) -> F:
    """What the rule gives of `top`, by the printed rule and the printed values."""
    rule, inputs = row["deduct_rule"], row["inputs"]
    kind = re.search(r"\[(\w+)\]", rule)
    assert kind is not None
    if kind[1] == "event_deduct":
        return top - sum((F(p) * F(n) for p, n in re.findall(r": ([\d.]+)×([\d.]+)", row["deduct_events"])), F(0))
    if kind[1] == "completion":
        return top if completed(row, rule, inputs) else F(0)
    if kind[1] == "rating_import":
        return top * rated(rule, inputs)
    after = value(row["close_value"], inputs, "after")
    if kind[1] == "target_ratio":
        target = value(row["target_value"], inputs, "target")
        rising = row["direction"] == "+"
        if after >= target if rising else after <= target:
            return top
        if target <= 0:
            assert "else 0" in rule.partition("≤0:")[2]
            return F(0)
        return top * max(F(0), after / target if rising else target / after)
    if kind[1] == "improvement":
        before = value(row["open_value"], inputs, "before")
        own = re.search(r"change: .*? = ([-\d.]+) ", inputs) if "Δ=change" in rule else None
        change = F(own[1]) if own else after - before
        if change >= 0 if "Δ≥0" in rule else change <= 0:
            return top
        scale = re.search(r"÷\(([\d.]+)(×\|before\|)?\)", rule)
        assert scale is not None
        reach = F(scale[1]) * (abs(before) if scale[2] else 1)
        return top * max(F(0), 1 - abs(change) / reach) if reach else F(0)
    inside = re.search(r"(?:([\d.]+)≤)?after(?:≤([\d.]+))?: M; outside: (?:0|M×max\(0, 1−d÷([\d.]+)\))$", rule)
    assert inside is not None
    off = max(F(inside[1]) - after if inside[1] else F(0), after - F(inside[2]) if inside[2] else F(0), F(0))
    return top if off == 0 else top * max(F(0), 1 - off / F(inside[3])) if inside[3] else F(0)


def test_a_target_in_another_unit() -> None:
    own = item("a", 100, TargetRatio(quantity("a.R40 closing"), Limit(register="own"), "+", "not_assessed"))
    values = readings(a=12000) | {"register:own a.R40": Reading(F(20), "万亩")}
    made = score(scheme(block("A", 100, own)), "", WINDOW, values)
    assert made.total == 90  # 20 万亩 are 13 333 ⅓ ha
    row = dict(printed(made)[0])["a"]
    assert row["target_value"] == "≈13333.333333 hm2"
    assert row["inputs"] == "after: a.R40 closing = 12000 hm2; target: register:own a.R40 = 20 万亩"
    same_again(made)


def completed(row: Printed, rule: str, inputs: str) -> bool:
    senses = re.search(r"all hold \((.+?)\)", rule)
    if senses is None:
        return "entered: met" in inputs
    held = {">=": F.__ge__, "<=": F.__le__, ">": F.__gt__, "<": F.__lt__, "=": F.__eq__}
    values, bounds = row["close_value"].split("; "), row["target_value"].split("; ")
    every = zip(values, senses[1].split(", "), bounds, strict=True)
    # one that is broken settles it; one that is not known cannot hold
    return all("…" not in (v, b) and held[s](first(v), first(b)) for v, s, b in every if not (v[0] == "…" or b[0] == "…"))


def rated(rule: str, inputs: str) -> F:
    entered = re.search(r"entered: (\S+)", inputs)
    assert entered is not None
    lines = re.findall(r"(≥?)([^\s:;]+): M×([\d.]+)", rule)
    for sign, word, share in lines:
        if not sign and word == entered[1]:
            return F(share)
    return max((F(word), F(share)) for sign, word, share in lines if sign and F(word) <= F(entered[1]))[1]


def printed(made: Scored) -> tuple[list[tuple[str, Printed]], dict[str, str]]:
    """What stands on paper, in English: rows, and the foot by its code (the bonus of a block by the name of the block)."""
    table = [(r.code, {c: t.en for c, t in r.cells.items()}) for r in rows(made)]
    feet = {line.code: line.text.en for line in foot(made)}
    for line in foot(made):
        if line.code.startswith("block.") and line.code.endswith(".bonus"):
            feet[f"bonus of {line.names.en.removesuffix(': bonus')}"] = line.text.en
    return table, feet


def same_again(made: Scored) -> None:
    table, feet = printed(made)
    found = again(table, feet)
    assert found.total == made.total
    assert found.scores == {i.item.id: i.score for i in made.items if i.standing != "not_in_zone"}
    if made.total is None or made.printed is None:
        return
    assert feet["total"] == str(made.printed)
    if made.scored is not None:
        assert found.grade == feet["scored"] == made.scored.names.en
    for name, row in table:
        exact = found.scores[name]
        if exact is not None:
            assert row["score"] == number_text(exact)


@pytest.fixture(scope="module")
def shipped() -> Mapping[str, Evaluation]:
    return evaluations(SHIPPED)


def drawn(e: Evaluation, zone: str, dice: random.Random) -> Scored:
    """Figures, events and entries at random, some missing."""
    units = {"LQ-01.CAV": "等", "WQ-01.P": "%", "FS-01.RATE": "%", "FT-01.V": "m3", "water_use": "m3"}
    units |= {"water_per_gdp": "m3/CNY", "land_per_gdp": "m2/CNY", "green_gold": "1", "water_poll": "t", "air_poll": "t"}
    values = {}
    for name in (n.name for n in needs(e, zone)):
        bare = name.removeprefix("register:own ")
        unit = next((u for stem, u in units.items() if bare.startswith(stem)), "hm2")
        amount = Decimal(dice.randint(8000, 10500)).scaleb(-2)
        values[name] = Reading(None if dice.random() < 0.12 else F(amount), unit)
        if name == "register:own LA-01.R40 la01:C02":
            values[name] = Reading(F(dice.randint(110, 160), 1000), "万亩")  # a third of a hectare has no end in decimals
        if "P6" in name:
            values[name] = Reading(F(dice.choice([0, 0, 3])), "%")
    entries = [Entry(i.id, entered(i.formula, dice), "文件 7") for b in e.blocks for i in b.items if dice.random() < 0.85]
    events = []
    for n in range(dice.randint(0, 9)):
        kind, grave = dice.choice(e.events).id, dice.choice(e.severities).id
        day = date(2015, 6, 1).replace(year=dice.randint(2015, 2020))
        by = dice.choice(["local_human", "local_human", "natural", "unattributed"])
        events.append(ScoredEvent(f"E{n}", kind, grave, day, by, "某事", F(dice.randint(1, 2))))
    window = focused(date(2015, 1, 1), date(2020, 7, 1), e.focus)
    return score(e, zone, window, values, events, [x for x in entries if x.value])


def entered(formula: object, dice: random.Random) -> str:
    if isinstance(formula, EventDeduct):
        return "examined"
    if isinstance(formula, Completion):
        return "" if formula.conditions else dice.choice(["met", "not_met"])
    if isinstance(formula, RatingImport):
        words = [r.rating for r in formula.table if r.rating]
        return dice.choice(words) if words else str(dice.randint(0, 100))
    return ""


@pytest.mark.parametrize("seed", range(12))
def test_the_shipped_schemes_from_the_print_alone(shipped: Mapping[str, Evaluation], seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311
    for e in shipped.values():
        if not e.unread:
            for zone in e.zones or ("",):
                same_again(drawn(e, zone, dice))


def test_every_kind_from_the_print_alone() -> None:
    third = quantity("x.R40 closing", "%", per="w.R40 closing")
    kinds = [
        ratio("a", 10, 3),
        item("b", 10, Improvement(quantity("b.R40 opening"), quantity("b.R40 closing"), "+", F(7))),
        item("c", 10, Improvement(third, third, "-", F(1))),
        item("d", 10, Interval(third, Limit(amount=F(40)), Limit(amount=F(50)), F(30))),
        item("f", 10, Interval(third, None, Limit(amount=F(10)))),
        item("g", 10, Improvement(quantity("b.R40 opening"), quantity("b.R40 closing"), "+", F(7), change=quantity("b.R40 change@local_human"))),
        deduct("e", 40, general=2, serious="3.5"),
    ]  # fmt: skip
    values = readings(a=2, x=1, w=3, b="9.5") | {
        "b.R40 opening": Reading(F(12), "hm2"),
        "b.R40 change@local_human": Reading(F(-1), "hm2"),
    }
    made = score(scheme(block("A", 100, *kinds)), "", WINDOW, values, [event("1"), event("2", severity="serious", count=2)])
    # a 10 × 2/3; b 10 × (1 − 2.5/7); c full; d 10 × (1 − (40 − 33 ⅓)/30); f nothing; g 10 × (1 − 1/7); e 40 − 2 − 7
    assert [i.score for i in made.items] == [F(20, 3), F(45, 7), 10, F(70, 9), 0, F(60, 7), 31]
    same_again(made)
    table, feet = printed(made)
    row = dict(table)["d"]
    assert row["close_value"] == "≈33.333333 %"
    assert row["inputs"] == "after: (x.R40 closing = 1 hm2) ÷ (w.R40 closing = 3 hm2) [%]"
    assert row["deduct_rule"] == "test@1 d [interval] rule 40≤after≤50: M; outside: M×max(0, 1−d÷30)"
    assert dict(table)["e"]["deduct_events"] == "1 land (general): 2×1; 2 land (serious): 3.5×2"
    assert dict(table)["e"]["evidence_ids"] == "QZ-1, QZ-2"
    assert feet["exact"].startswith("≈")
    assert feet["block.A.maximum"] == "100"


def test_a_table_that_was_tampered_with_does_not_come_out_again() -> None:
    made = score(scheme(block("A", 100, ratio("a", 60), ratio("b", 40))), "", WINDOW, readings(a=90, b=50))
    table, feet = printed(made)
    assert again(table, feet).total == made.total == 74
    table[0] = ("a", {**table[0][1], "close_value": "95 hm2"})
    assert again(table, feet).total == 77


def test_89_996_in_print() -> None:
    made = score(scheme(block("A", 100, ratio("a", 100))), "", WINDOW, readings(a="89.996"))
    lines = {line.code: line.text for line in foot(made)}
    assert (lines["total"].zh, lines["grade"].zh) == ("89.996", "较好")
    assert not any("90.00" in t.zh for code, t in lines.items() if code != "grades")


def test_nothing_assessed_in_print() -> None:
    made = score(scheme(block("A", 100, ratio("a", 100))), "", WINDOW, {})
    lines = {line.code: line for line in foot(made)}
    assert lines["total"].text.zh == "未评价"
    assert lines["total"].amount is None
    assert lines["grade"].text.en == "no grade"
    assert lines["block.A.excluded"].amount == 100
    same_again(made)


def test_vetoes_in_print() -> None:
    rule = VetoRule("v", Names("弄虚作假", "a lie"), "lie", "serious", "GRADE_CAP", "文件 3", "fair")
    manual = replace(rule, id="m", effect="MANUAL", grade="")
    e = scheme(block("A", 100, ratio("a", 100)), vetoes=(rule, manual))
    made = score(e, "", WINDOW, readings(a=95), [event("1", "lie", "major")])
    lines = {line.code: line.text for line in foot(made)}
    assert (lines["total"].zh, lines["scored"].zh, lines["grade"].zh) == ("95.00", "好", "一般（待人工决定）")
    assert lines["veto.v"].zh == "等级不高于一般（1；文件 3）"
    assert lines["veto.m"].en == "people decide (1; 文件 3)"
    same_again(made)


def test_what_was_left_out_is_in_the_foot() -> None:
    e = scheme(block("A", 60, ratio("a", 30), ratio("b", 30)), block("B", 40, deduct("e", 40, general=2)))
    events = [event("1", by="unattributed"), event("2", by="natural"), event("3", kind="spill")]
    made = score(e, "", WINDOW, readings(a=50), events, looked("e"))
    lines = {line.code: line for line in foot(made)}
    assert lines["excluded.b"].text.en == "30 points; points spread over the other items of the block; no figure was read"
    assert lines["excluded.b"].text.zh == "30 分；分值分配给同板块其他项目；没有取得数据"
    assert lines["aside.1"].text.zh == "归因未定"
    assert lines["aside.2"].text.en == "attributed to something that does not count"
    assert lines["aside.3"].text.zh == "没有评价项目涉及该事项"
    assert (lines["least"].text.zh, lines["most"].text.zh) == ("55", "85")
    row = {r.code: r for r in rows(made)}
    assert row["b"].cells["score"].zh == "未评价"
    assert row["b"].amounts == {"max_score": 30}
    assert row["e"].cells["standing"].en == "attribution not decided, not deducted: 1 land (general): 2×1"
    assert row["a"].amounts["score"] == 30
    assert (row["a"].cells["max_score"].zh, row["a"].cells["maximum"].zh) == ("30", "60")
    assert set(row["a"].cells) == set(COLUMNS)


def test_a_near_number_is_rounded_by_the_standard_and_says_so() -> None:
    assert number_text(F(40, 3)) == "≈13.333333"
    assert number_text(F(1, 2**20)) == "≈0.000001"
    assert number_text(F("18.812345678901")) == "18.812345678901"
    assert number_text(F("0.1234567890123")) == "≈0.123457"
