"""What draws and slopes come to: mean, deviation, quantiles, the share of each parameter, and why mean and value part."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal, TypeAlias

import numpy as np

from gep.accounts.draws import Array, Spread
from gep.accounts.spread import Switch
from gep.base.terms import Correlated, Shape, Uncertainty

DIGITS = 9  # significant digits told: exp and pow may differ in the last place of a double from one machine to another
MOST = 0.5  # of the gap
ERRORS, SHARE = 3.0, 0.0005  # mean and value part by more than so many standard errors and more than this share of the value
Cause: TypeAlias = Literal["switch", "skewed", "curved"]


@dataclass(frozen=True, slots=True)
class Summary:
    """Of the draws of one figure. `error`: the standard error of the mean."""

    mean: float
    deviation: float
    low: float
    median: float
    high: float
    error: float


def summary(draws: Array, level: Decimal) -> Summary | None:
    """Mean, standard deviation (n - 1) and quantiles; the interval holds `level` of the draws, as many below it as above.

    None where a draw has no value. Sums are exact (math.fsum), so no order of draws shows in them.
    """
    if not np.isfinite(draws).all():
        return None
    ordered = np.sort(draws).tolist()
    count = len(ordered)
    mean = math.fsum(ordered) / count
    deviation = math.sqrt(math.fsum((x - mean) ** 2 for x in ordered) / (count - 1)) if count > 1 else 0.0
    tail = (1 - float(level)) / 2
    low, median, high = (quantile(ordered, p) for p in (tail, 0.5, 1 - tail))
    return Summary(mean, deviation, low, median, high, deviation / math.sqrt(count))


def quantile(ordered: Sequence[float], share: float) -> float:
    """The quantile of sorted numbers by linear interpolation between the two around (n - 1)·share (type 7 of Hyndman and Fan)."""
    at = (len(ordered) - 1) * share
    below = min(int(at), len(ordered) - 1)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (at - below) * (ordered[above] - ordered[below])


def told(value: float) -> Decimal:
    """The number with the digits that are told."""
    return Context(prec=DIGITS).create_decimal_from_float(value)


@dataclass(frozen=True)
class FirstOrder:
    """To the first order: the standard deviation, by how much the mean of the parameters moves the figure, and the share of the
    variance of each stream (they add up to 1; one may be negative where errors that go together work against each other)."""

    deviation: float
    shift: float
    shares: Mapping[str, float]


def first_order(
    slopes: Mapping[str, float], spreads: Mapping[str, Spread], shape: Shape, group_of: Mapping[str, Correlated]
) -> FirstOrder | None:
    """From the derivatives by parameter node; None where one has no value. Validities of one stream have one error."""
    parts: dict[str, float] = {}
    shift = 0.0
    for node, by in slopes.items():
        spread = spreads[node]
        parts[spread.stream] = parts.get(spread.stream, 0.0) + by * spread.deviation(shape)
        shift += by * (spread.mean(shape) - float(spread.value))
    if not all(map(math.isfinite, (*parts.values(), shift))):
        return None
    grouped: dict[str, float] = {}
    for stream, part in parts.items():
        if stream in group_of:
            grouped[group_of[stream].id] = grouped.get(group_of[stream].id, 0.0) + part
    variances = {}
    for stream, part in parts.items():
        group = group_of.get(stream)
        others = float(group.correlation) * (grouped[group.id] - part) if group else 0.0
        variances[stream] = part * (part + others)
    variance = math.fsum(variances.values())
    shares = {s: v / variance if variance > 0 else 0.0 for s, v in variances.items()}
    return FirstOrder(math.sqrt(max(0.0, variance)), shift, shares)


def cause(value: float, made: Summary, first: FirstOrder | None, switches: Sequence[Switch]) -> Cause | None:
    """Why the mean of the draws is not the value; None where it is, but for chance and for what does not matter.

    `skewed`: the ends of parameters lie unevenly about their values, which explains most of the gap. `switch`: a min, max or
    where takes another argument in part of the draws. `curved`: neither, so the formula bends.
    """
    gap = made.mean - value
    if abs(gap) <= ERRORS * made.error or abs(gap) <= SHARE * abs(value):
        return None
    if first is not None and first.shift / gap >= MOST:
        return "skewed"
    return "switch" if switches else "curved"


def group_of(how: Uncertainty, parameters: Mapping[str, str]) -> dict[str, Correlated]:
    """Stream -> its group. `parameters`: stream -> id of the parameter."""
    named = {name: g for g in how.groups for name in g.parameters}
    return {stream: named[name] for stream, name in parameters.items() if name in named}
