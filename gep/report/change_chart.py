"""Causes of a change as chart data, schema gep.change/1: waterfalls of ordered steps that lead from one side to the other.

One document holds one comparison:

    schema, way, left, right, profile, price_basis
    charts  one waterfall each: id, place, kind (gep, service, ratio, asset), title {zh, en}, unit, scale, steps
    steps   in order: kind (left, part, right), factor (null for the two ends), label {zh, en}, start, end, amount

Amounts are decimal text in `unit`, unrounded; `scale` is what a drawing may divide them by. The first step starts at zero, each
step starts where the one before ends, and the last one stands for the right side, from zero to its value.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from gep.accounts.decompose import FACTORS, Change, Factor, RatioChange
from gep.base.records import Names
from gep.explain.change import Causes, PlaceChange, Ratio
from gep.explain.pair import decimal_text

SCHEMA = "gep.change/1"
MONEY_SCALE = "100000000"
ZERO = Fraction(0)
GEP = Names("生态产品总值", "Gross ecosystem product")
GEP_CHANGED = "GEP"
Step = Mapping[str, Any]


def chart_data(causes: Causes) -> dict[str, Any]:
    """The document: a waterfall for GEP, each service, each index and each asset of every place that has a difference."""
    charts = [chart for place in causes.places for chart in _place(place, causes)]
    head = {"schema": SCHEMA, "way": causes.way, "left": causes.sides[0], "right": causes.sides[1]}
    return head | {"profile": causes.profile, "price_basis": causes.price_basis, "charts": charts}


def write_chart(causes: Causes, path: Path) -> None:
    """The document as a file, the same bytes for the same causes. Raises OSError where it cannot be written."""
    text = json.dumps(chart_data(causes), ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")


def _place(place: PlaceChange, causes: Causes) -> Iterator[dict[str, Any]]:
    if place.leaves:
        yield from _money(place, "gep", "gep", GEP, place.total, causes)
        for code, change in place.services.items():
            yield from _money(place, "service", code, causes.service_names.get(code, Names(code, code)), change, causes)
    for ratio in place.ratios:
        yield _chart(place, "ratio", ratio.id, ratio.names, ratio.unit, "1", _ratio(ratio, causes.sides))
    for code, change in place.assets.items():
        names = next(s.names for s in place.stocks if s.asset == code)
        yield from _money(place, "asset", code, names, change, causes)


def _money(place: PlaceChange, kind: str, code: str, names: Names, change: Change, causes: Causes) -> Iterator[dict[str, Any]]:
    """Nothing where there is no difference to draw."""
    if change.difference is not None:
        parts = [(f, FACTORS[f].names, change.parts[f]) for f in FACTORS if f in change.parts]
        steps = waterfall(causes.sides, (change.left or ZERO, change.right or ZERO), parts)
        yield _chart(place, kind, code, names, causes.currency, MONEY_SCALE, steps)


def _ratio(ratio: Ratio, sides: tuple[str, str]) -> list[Step]:
    """The factors of GEP first, then what GEP is divided by."""
    made: RatioChange = ratio.change
    parts: list[tuple[Factor | None, Names, Fraction]] = []
    for f in FACTORS:
        if made.parts.get(f):
            own = FACTORS[f].names
            parts.append((f, Names(f"{GEP_CHANGED} {own.zh}", f"{GEP_CHANGED}: {own.en}"), made.parts[f]))
    parts.append((None, ratio.below, made.denominator))
    return waterfall(sides, (made.left, made.right), parts)


def waterfall(
    sides: tuple[str, str], ends: tuple[Fraction, Fraction], parts: Sequence[tuple[Factor | None, Names, Fraction]]
) -> list[Step]:
    """The steps from the left to the right. Raises ValueError if the parts do not lead there."""
    steps = [_step("left", None, Names(sides[0], sides[0]), ZERO, ends[0])]
    at = ends[0]
    for factor, names, amount in parts:
        steps.append(_step("part", factor, names, at, at + amount))
        at += amount
    if at != ends[1]:
        raise ValueError(f"the parts lead to {at}, not {ends[1]}")
    return [*steps, _step("right", None, Names(sides[1], sides[1]), ZERO, ends[1])]


def _step(kind: str, factor: Factor | None, names: Names, start: Fraction, end: Fraction) -> Step:
    told = {"kind": kind, "factor": factor, "label": {"zh": names.zh, "en": names.en}}
    return told | {"start": decimal_text(start), "end": decimal_text(end), "amount": decimal_text(end - start)}


def _chart(
    place: PlaceChange, kind: str, code: str, names: Names, unit: str, scale: str, steps: Sequence[Step]
) -> dict[str, Any]:
    title = {"zh": _title(place, names, "zh"), "en": _title(place, names, "en")}
    head = {"id": f"{place.id}/{kind}/{code}", "place": place.id, "kind": kind, "title": title, "unit": unit, "scale": scale}
    return head | {"steps": list(steps)}


def _title(place: PlaceChange, names: Names, lang: str) -> str:
    own = " / ".join(dict.fromkeys(n.of(lang) for n in place.names))
    return f"{own} · {names.of(lang)}"
