"""How an evaluation scheme lets a figure that follows the weather be freed of it, and the arithmetic of that.

`ratio`: the figure ÷ (the driver of the year ÷ its normal); the normal is a number that the scheme declares, or the mean of the
driver over the years of the book. `mean`: the mean of the figure over the last so many years, the year itself included.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from gep.base.records import Names

Way = Literal["ratio", "mean"]


@dataclass(frozen=True, slots=True)
class Normal:
    """A figure that may be shown freed of the weather. `figure`, `driver`: addresses without region and year.

    `normal`, `unit`: the declared normal of the driver (None: the mean of the years of the book). `years`: of a moving mean.
    """

    id: str
    names: Names
    figure: str
    way: Way
    document: str
    driver: str = ""
    normal: Fraction | None = None
    unit: str = ""
    years: int = 0


def mean_of(figures: Mapping[int, Fraction | None]) -> Fraction | None:
    """The mean over years; None where there is none, or one of them is unknown."""
    known = [x for x in figures.values() if x is not None]
    return sum(known, Fraction(0)) / len(known) if known and len(known) == len(figures) else None


def moving_mean(figures: Mapping[int, Fraction | None], year: int, years: int) -> Fraction | None:
    """The mean over the last `years` years up to `year`; None where one of them is not there or unknown."""
    return mean_of({y: figures.get(y) for y in range(year - years + 1, year + 1)})
