"""Reads the parts of an evaluation scheme: items with their formulas, points by zone, bonuses, further deductions and vetoes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, get_args

from gep.base.findings import Place
from gep.base.records import Names
from gep.base.score_rules import (
    ANY_ZONE,
    Completion,
    Condition,
    Deduction,
    Direction,
    Effect,
    EventDeduct,
    Extra,
    Formula,
    Improvement,
    Interval,
    Item,
    Kind,
    Limit,
    Quantity,
    Rating,
    RatingImport,
    Selector,
    Sense,
    TargetRatio,
    VetoRule,
    Zero,
    parse_selector,
)
from gep.catalog.fields import Fields
from gep.catalog.read import unit

KINDS: tuple[Kind, ...] = get_args(Kind)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
ZEROS: tuple[Zero, ...] = get_args(Zero)
SENSES: tuple[Sense, ...] = get_args(Sense)
EFFECTS: tuple[Effect, ...] = get_args(Effect)
REGISTER = "register:"
EXAMPLE = "LA-01.R40 la01:C02 closing"
NOTHING = Fraction(0)


def inner(body: Mapping[str, object], f: Fields, key: str = "") -> Fields:
    """A table inside another one; its place is named by its id."""
    name = ".".join(p for p in (f.place.key, key or str(body.get("id", ""))) if p)
    return Fields(body, Place(f.place.file, key=name), f.findings)


def amount(f: Fields, name: str, *, least: int | None = 0, most: int | None = None, above: bool = False) -> Fraction:
    """A number that has to be stated, from `least` (or `above` it) to `most`; 0 with a finding if it is not there or outside."""
    value = f.number(name, required=True)
    if value is None:
        return NOTHING
    wrong = (least is not None and (value < least or (above and value == least))) or (most is not None and value > most)
    if wrong:
        low = "" if least is None else f"{'>' if above else '>='} {least}"
        expected = ", ".join(p for p in (low, "" if most is None else f"<= {most}") if p)
        f.complain("EVALUATION-RANGE", name, found=value, expected=expected)
    return Fraction(value)


def optional(f: Fields, name: str, *, above: bool = False) -> Fraction | None:
    """A number of 0 or more (or above 0) that may be left out."""
    return None if f.body.get(name) is None and f.raw(name) is None else amount(f, name, above=above)


def read_points(f: Fields, zones: Sequence[str]) -> Mapping[str, Fraction]:
    """Points by zone, every zone stated; one number where the scheme has no zones."""
    if not zones:
        return {ANY_ZONE: amount(f, "points")}
    table = Fields(f.table("points"), Place(f.place.file, key=f.place.key), f.findings)
    for zone in zones:
        if table.body.get(zone) is None:
            name = f.place.key
            f.complain("EVALUATION-ZONE-POINTS", "points", found=zone, expected=", ".join(zones), name=name)
    found = {zone: amount(table, zone) if table.body.get(zone) is not None else NOTHING for zone in zones}
    table.seen |= set(zones)
    table.done()
    return found


def read_item(body: Mapping[str, object], f: Fields, zones: Sequence[str]) -> Item:
    """One item; a formula that lacks what its kind needs is filled with nothing and makes findings."""
    i = inner(body, f)
    name = i.text("id", required=True)
    kind = i.choice("kind", KINDS)
    made = Item(
        id=name,
        names=i.names(),
        level1=Names(i.text("l1_zh", required=True), i.text("l1_en", required=True)),
        points=read_points(i, zones),
        formula=_FORMULAS[kind](i),
        words=Names(i.text("rule_zh", required=True), i.text("rule_en", required=True)),
        unit=i.text("unit"),
    )
    i.done()
    return made


def _selectors(f: Fields, name: str) -> tuple[Selector, ...]:
    value = f.raw(name)
    texts = (value,) if isinstance(value, str) else f.texts(name)
    found = [(text, parse_selector(text)) for text in texts]
    for text, selector in found:
        if selector is None:
            f.complain("EVALUATION-SELECTOR", name, found=text, expected=EXAMPLE)
    return tuple(s for _, s in found if s is not None)


def _quantity(f: Fields, name: str, stated: str) -> Quantity:
    """Figures `name`, over the figures `name_per` if there are any, in the unit stated."""
    if f.body.get(name) in (None, "", []):
        f.complain("CATALOG-FIELD-MISSING", name)
    return Quantity(_selectors(f, name), stated, _selectors(f, f"{name}_per"))


def _unit(f: Fields) -> str:
    text = f.text("unit", required=True)
    return unit(f, "unit", text) if text else text


def _bound(f: Fields, name: str, stated: str) -> Limit | None:
    """A number, `register:ID`, `register:own`, or figures; None if it is left out."""
    value = f.raw(name)
    if value is None:
        return None
    if isinstance(value, str) and value.startswith(REGISTER) and value != REGISTER:
        return Limit(register=value.removeprefix(REGISTER))
    if isinstance(value, int | Decimal | str) and not isinstance(value, bool):
        try:
            number = Decimal(value)
        except InvalidOperation:
            number = Decimal("nan")
        if number.is_finite():
            return Limit(amount=Fraction(number))
    return Limit(quantity=_quantity(f, name, stated))


def _required_bound(f: Fields, name: str, stated: str) -> Limit:
    made = _bound(f, name, stated)
    if made is None:
        f.complain("CATALOG-FIELD-MISSING", name)
    return made or Limit(amount=NOTHING)


def _event_deduct(f: Fields) -> Formula:
    found: list[Deduction] = []
    for number, body in enumerate(f.tables("deduct"), 1):
        d = inner(body, f, f"deduct {number}")
        found.append(Deduction(d.text("event", required=True), amount(d, "points", above=True), d.text("severity")))
        d.done()
    if not found:
        f.complain("CATALOG-FIELD-MISSING", "deduct")
    return EventDeduct(tuple(found))


def _target_ratio(f: Fields) -> Formula:
    stated = _unit(f)
    value, target = _quantity(f, "value", stated), _required_bound(f, "target", stated)
    return TargetRatio(value, target, f.choice("direction", DIRECTIONS), f.choice("zero", ZEROS))


def _improvement(f: Fields) -> Formula:
    stated = _unit(f)
    return Improvement(
        _quantity(f, "opening", stated),
        _quantity(f, "closing", stated),
        f.choice("direction", DIRECTIONS),
        amount(f, "scale", above=True),
        f.flag("relative"),
        _quantity(f, "change", stated) if f.raw("change") is not None else None,
    )


def _completion(f: Fields) -> Formula:
    found: list[Condition] = []
    for number, body in enumerate(f.tables("condition"), 1):
        c = inner(body, f, f"condition {number}")
        stated = _unit(c)
        found.append(Condition(_quantity(c, "value", stated), c.choice("sense", SENSES), _required_bound(c, "bound", stated)))
        c.done()
    return Completion(tuple(found))


def _rating(f: Fields) -> Formula:
    found: list[Rating] = []
    for number, body in enumerate(f.tables("rating"), 1):
        r = inner(body, f, f"rating {number}")
        least = r.number("at_least")
        made = Rating(amount(r, "share", most=1), r.text("rating"), None if least is None else Fraction(least))
        if bool(made.rating) == (made.at_least is not None):
            r.complain("CATALOG-FIELD-MISSING", "rating")
        r.done()
        found.append(made)
    if not found:
        f.complain("CATALOG-FIELD-MISSING", "rating")
    return RatingImport(tuple(found))


def _interval(f: Fields) -> Formula:
    stated = _unit(f)
    low, high = _bound(f, "low", stated), _bound(f, "high", stated)
    if low is None and high is None:
        f.complain("CATALOG-FIELD-MISSING", "low")
    return Interval(_quantity(f, "value", stated), low, high, optional(f, "scale", above=True))


_FORMULAS: Mapping[Kind, Callable[[Fields], Formula]] = {
    "event_deduct": _event_deduct,
    "target_ratio": _target_ratio,
    "improvement": _improvement,
    "completion": _completion,
    "rating_import": _rating,
    "interval": _interval,
}


def read_extra(body: Mapping[str, object], f: Fields, kind: str) -> Extra:
    """A bonus, or a further deduction (which always stands on the total)."""
    x = inner(body, f)
    name = x.text("id", required=True)
    on = x.text("on", required=True) if kind == "bonus" else "total"
    made = Extra(
        name,
        x.names(),
        on,
        x.text("event", required=True),
        amount(x, "points", above=True),
        x.text("document", required=True),
        x.text("severity"),
        optional(x, "limit", above=True),
    )
    x.done()
    return made


def read_veto(body: Mapping[str, object], f: Fields) -> VetoRule:
    v = inner(body, f)
    effect: Any = v.choice("effect", EFFECTS)
    made = VetoRule(
        v.text("id", required=True),
        v.names(),
        v.text("event", required=True),
        v.text("min_severity", required=True),
        effect,
        v.text("document", required=True),
        v.text("grade", required=effect != "MANUAL"),
    )
    v.done()
    return made
