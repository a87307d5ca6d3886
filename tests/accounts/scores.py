"""Small evaluation schemes for the tests of scoring: items of every kind, put together in blocks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from fractions import Fraction as F

from gep.accounts.scoring_items import Entry, Facts, Reading, ScoredEvent, Window
from gep.base.records import Names
from gep.base.score_rules import (
    EXAMINED,
    Block,
    Deduction,
    Evaluation,
    EventDeduct,
    Formula,
    Grade,
    Item,
    Limit,
    Quantity,
    Selector,
    TargetRatio,
    Word,
    parse_selector,
)

GRADES = tuple(
    Grade(name, Names(zh, name), cut)
    for name, zh, cut in (
        ("good", "好", F(90)),
        ("fairly_good", "较好", F(80)),
        ("fair", "一般", F(70)),
        ("fairly_poor", "较差", F(60)),
        ("poor", "差", None),
    )
)
WINDOW = Window(date(2016, 1, 1), date(2020, 7, 1), date(2016, 1, 1))
SEVERITIES = tuple(Word(s, Names(s, s)) for s in ("minor", "general", "serious", "major"))
EVENTS = tuple(Word(s, Names(s, s)) for s in ("land", "spill", "praise", "lie"))


def sel(text: str) -> Selector:
    made = parse_selector(text)
    assert made is not None
    return made


def quantity(text: str, unit: str = "hm2", per: str = "") -> Quantity:
    return Quantity((sel(text),), unit, (sel(per),) if per else ())


def item(name: str, points: object, formula: Formula) -> Item:
    return Item(name, Names(name, name), Names("甲", "A"), {"": F(str(points))}, formula, Names("规则", "rule"))


def ratio(name: str, points: object, target: object = 100, direction: str = "+", zero: str = "full_if_met") -> Item:
    """An item that reads `NAME.R40 closing` in ha against a number."""
    value = quantity(f"{name}.R40 closing")
    return item(name, points, TargetRatio(value, Limit(amount=F(str(target))), direction, zero))  # type: ignore[arg-type]


def deduct(name: str, points: object, **costs: object) -> Item:
    """An item that takes points for `land` events by severity."""
    return item(name, points, EventDeduct(tuple(Deduction("land", F(str(p)), s) for s, p in costs.items())))


def block(name: str, points: object, *items: Item) -> Block:
    return Block(name, ("targets",), Names(name, name), {"": F(str(points))}, items)


def scheme(*blocks: Block, **fields: object) -> Evaluation:
    made: dict[str, object] = {
        "id": "test",
        "names": Names("测试", "test"),
        "version": "1",
        "status": "local",
        "source": "-",
        "locator": "-",
        "total": F(100),
        "grades": GRADES,
        "blocks": blocks,
        "missing": "redistribute",
        "severities": SEVERITIES,
        "events": EVENTS,
    }
    return Evaluation(**(made | fields))  # type: ignore[arg-type]


def readings(unit: str = "hm2", /, **amounts: object) -> Mapping[str, Reading]:
    """`a=3`: what `a.R40 closing` is, in ha; None: unknown."""
    return {f"{n}.R40 closing": Reading(None if a is None else F(str(a)), unit) for n, a in amounts.items()}


def event(
    name: str, kind: str = "land", severity: str = "general", day: str = "2019-05-05", count: int = 1, by: str = "local_human"
) -> ScoredEvent:
    return ScoredEvent(name, kind, severity, date.fromisoformat(day), by, count=F(count), evidence=(f"QZ-{name}",))


def facts(given: Mapping[str, object], *entries: Entry, events: tuple[ScoredEvent, ...] = ()) -> Facts:
    """Readings by selector: a number in ha, or a pair of number and unit."""
    found = {}
    for name, value in given.items():
        amount, unit = value if isinstance(value, tuple) else (value, "hm2")
        found[name] = Reading(None if amount is None else F(str(amount)), unit)
    return Facts(found, events, (), {e.item: e for e in entries})


def looked(*names: str) -> tuple[Entry, ...]:
    return tuple(Entry(n, EXAMINED) for n in names)
