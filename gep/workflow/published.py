"""Reference figures beside what was computed: the printed value ± half its last digit against the interval of the inputs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Refused
from gep.base.records import Fact
from gep.base.rounding import half_unit, store
from gep.base.units import parse_unit
from gep.explain.address import NO_KEY, Address, parse
from gep.workflow.accounts import Figure

PLACES = 12
NOT_COMPUTED, MEETS, MISSES = "not_computed", "meets", "misses"


@dataclass(frozen=True)
class Comparison:
    """`point`, `low`, `high` in the unit of the printed figure; None where the engine computes no such figure."""

    fact: Fact
    figure: str
    half: Fraction
    point: Fraction | None
    low: Fraction | None
    high: Fraction | None

    @property
    def verdict(self) -> str:
        """`meets` if the interval of the inputs and the printed value ± half its last digit have a point in common."""
        if self.point is None or self.fact.amount is None:
            return NOT_COMPUTED
        low = self.point if self.low is None else self.low
        high = self.point if self.high is None else self.high
        printed = Fraction(self.fact.amount)
        return MEETS if low <= printed + self.half and high >= printed - self.half else MISSES

    def row(self) -> dict[str, object]:
        """A row of the `published_figure` view."""
        return {
            "figure": self.figure,
            "file": self.fact.origin.file,
            "row": self.fact.origin.row,
            "value": str(self.fact.amount),
            "unit": self.fact.unit,
            "half_unit": store(self.half, PLACES),
            "computed": _stored(self.point),
            "low": _stored(self.low),
            "high": _stored(self.high),
            "verdict": self.verdict,
            "source": self.fact.source or NO_KEY,
            "note": self.fact.note or None,
        }


def _stored(value: Fraction | None) -> Decimal | None:
    return None if value is None else store(value, PLACES)


def compare_published(facts: Sequence[Fact], figures: Sequence[Figure], profile: str) -> Iterator[Comparison]:
    """Each reference figure with what was computed for its address (a prefix is the sum of its leaves) under `profile`."""
    for fact in facts:
        text = fact.attrs.get("figure", "")
        try:
            address = parse(text)
        except Refused:
            yield Comparison(fact, text or NO_KEY, Fraction(0), None, None, None)
            continue
        half = Fraction(0) if fact.exact or fact.amount is None else Fraction(half_unit(fact.amount))
        yield Comparison(fact, text, half, *_computed(address, fact, figures, profile))


def _computed(
    address: Address, fact: Fact, figures: Sequence[Figure], profile: str
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    wanted = address.named.get("profile", profile)
    same = [
        f
        for f in figures
        if f.address.view == address.view
        and f.address.region == address.region
        and f.address.period == address.period
        and f.address.named.get("profile") == wanted
    ]
    if address.view == "gep_total":
        return _total(address, fact, same, figures, wanted)
    under = [f for f in same if _below(address, f.address)]
    return _sum(under, fact)


def _below(prefix: Address, leaf: Address) -> bool:
    """A `-` in the prefix leaves that key open unless a later key is given, which then must be met where it stands."""
    return all(p in (NO_KEY, k) for p, k in zip(prefix.keys, leaf.keys, strict=True))


def _total(
    address: Address, fact: Fact, totals: Sequence[Figure], figures: Sequence[Figure], profile: str
) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    column = address.with_column
    if column == "gep" or not totals:
        return _sum(totals, fact)
    if column not in totals[0].row:
        return None, None, None
    amount = totals[0].row[column]
    values = [f for f in figures if f.address.view == "value_account" and f.address.named.get("profile") == profile]
    inside = [f for f in values if f.service_class == column and f.address.period == address.period and address.region in f.lineage]
    _, low, high = _sum(inside, fact)
    if not isinstance(amount, Decimal):
        return None, None, None
    return Fraction(amount) * _scale(str(totals[0].row["currency"]), fact.unit), low, high


def _sum(figures: Sequence[Figure], fact: Fact) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    """Sum of point and interval in the printed unit; None if nothing is there, a part is unknown, or units differ."""
    known = [f for f in figures if f.row.get("state") != "not_applicable"]
    units = {str(f.row.get("currency") or f.row.get("unit")) for f in known}
    if not known or len(units) > 1 or any(f.amount is None for f in known):
        return None, None, None
    scale = _scale(units.pop(), fact.unit)
    point = sum((f.amount for f in known if f.amount is not None), Fraction(0)) * scale
    if any(f.low is None or f.high is None for f in known):
        return point, None, None
    low = sum((f.low for f in known if f.low is not None), Fraction(0)) * scale
    high = sum((f.high for f in known if f.high is not None), Fraction(0)) * scale
    return point, low, high


def _scale(source: str, target: str) -> Fraction:
    return parse_unit(source).without_price_year().factor_to(parse_unit(target).without_price_year())
