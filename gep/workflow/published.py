"""Reference figures beside what was computed: the printed value ± half its last digit against the interval of the inputs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.base.findings import Refused
from gep.base.records import Code, Fact
from gep.base.rounding import half_unit, store
from gep.base.units import parse_unit
from gep.explain.address import NAMED, NO_KEY, Address, fit, parse
from gep.workflow.accounts import Figure

PLACES = 12
CURRENT = "current"
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


def compare_published(
    facts: Sequence[Fact], figures: Sequence[Figure], profile: str, codes: Mapping[str, Mapping[str, Code]]
) -> Iterator[Comparison]:
    """Each reference figure with what was computed for its address under `profile` (unless the address names another).

    An address that names no zone or price basis means the whole region at current prices.
    A prefix is the sum of its leaves; a region stands for the leaves below it, and a code for the codes below it in its scheme
    (`carbon_oxygen` is carbon sequestration and oxygen release). Where a leaf is not split along a key that the address names,
    there is no such sum and the figure is not computed.
    """
    for fact in facts:
        text = fact.attrs.get("figure", "")
        try:
            address = parse(text)
        except Refused:
            yield Comparison(fact, text or NO_KEY, Fraction(0), None, None, None)
            continue
        half = Fraction(0) if fact.exact or fact.amount is None else Fraction(half_unit(fact.amount))
        wanted = address.named.get("profile", profile)
        view = "value_account" if address.view == "gep_total" else address.view
        around = {"zone": NO_KEY, "price_basis": CURRENT, **address.named}
        leaves = [
            f
            for f in figures
            if f.address.view == view
            and f.address.named.get("profile") == wanted
            and all(f.address.named[n] == around[n] for n in NAMED[view] if n in around)
            and f.address.period == address.period
            and address.region in f.lineage
        ]
        yield Comparison(fact, text, half, *_sum(_chosen(address, leaves, codes), fact))


def _chosen(address: Address, leaves: Sequence[Figure], codes: Mapping[str, Mapping[str, Code]]) -> list[Figure]:
    if address.view == "gep_total":
        return [f for f in leaves if address.with_column in ("gep", f.service_class)]
    fits = [(f, fit(address, f.address, codes)) for f in leaves]
    if any(how == "undivided" and f.row.get("state") != "not_applicable" for f, how in fits):
        return []
    return [f for f, how in fits if how == "inside"]


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
