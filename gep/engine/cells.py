"""The figures a run works on: submitted facts seen in the unit of their measure, and the figures rules have computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Fact, Key, Measure, State, key_text
from gep.base.rounding import half_unit
from gep.base.units import parse_unit
from gep.rules.plan import places_of


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. `exact` in the unit of its measure; `low` and `high` bound it given the rounding of what was submitted."""

    measure: str
    region: str
    period: str
    key: Key
    state: State
    exact: Fraction | None
    amount: str  # decimal text in `unit`: as typed for a fact, at the storage scale for a computed figure
    unit: str
    low: Fraction | None = None
    high: Fraction | None = None
    fact: Fact | None = None
    reason: str = ""
    gap: bool = False  # asked for and never returned
    base_unit: str = ""  # of a submitted figure: the unit the account stores, and the decimals there
    places: int = 0
    node: str = ""  # the trace node it is, where that does not follow from its address (a total, a figure carried over)

    @property
    def is_input(self) -> bool:
        """Returned, or asked for and not returned; everything else was computed."""
        return self.fact is not None or self.gap

    @property
    def address(self) -> str:
        return address(self.measure, self.region, self.period, self.key)


def address(measure: str, region: str, period: str, key: Key) -> str:
    """`measure/region/period/key`: how cells are named in traces and findings."""
    return "/".join((measure, region, period, key_text(key) or "-"))


class Cells:
    """Cells by measure, region, period and key."""

    def __init__(self, cells: Iterable[Cell] = ()) -> None:
        self._cells: dict[tuple[str, str, str, Key], Cell] = {}
        self._keys: dict[tuple[str, str, str], list[Key]] = {}
        for cell in cells:
            self.put(cell)

    def put(self, cell: Cell) -> None:
        place = (cell.measure, cell.region, cell.period, cell.key)
        if place in self._cells:
            raise ValueError(f"{cell.address} stands twice")  # intake and the catalogue refuse this before
        self._cells[place] = cell
        self._keys.setdefault(place[:3], []).append(cell.key)

    def get(self, measure: str, region: str, period: str, key: Key) -> Cell | None:
        return self._cells.get((measure, region, period, key))

    def keys(self, measure: str, region: str, period: str) -> list[Key]:
        """The keys that are there, sorted."""
        return sorted(self._keys.get((measure, region, period), ()))

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._cells.values())


def cell_of(fact: Fact, measure: Measure) -> Cell:
    """A submitted fact as a cell: converted exactly; its interval is ± half of the last digit typed unless it is exact."""
    if fact.amount is None:
        return Cell(
            fact.measure, fact.region, fact.period, fact.key, fact.state, None, "", fact.unit, fact=fact, reason=fact.reason,
            base_unit=measure.unit, places=places_of(measure),
        )  # fmt: skip
    factor = parse_unit(fact.unit).without_price_year().factor_to(parse_unit(measure.unit))
    exact = Fraction(fact.amount) * factor
    half = Fraction(0) if fact.exact else Fraction(half_unit(fact.amount)) * abs(factor)
    return Cell(
        measure=fact.measure,
        region=fact.region,
        period=fact.period,
        key=fact.key,
        state=fact.state,
        exact=exact,
        amount=str(fact.amount),
        unit=fact.unit,
        low=exact - half,
        high=exact + half,
        fact=fact,
        base_unit=measure.unit,
        places=places_of(measure),
    )


def from_facts(facts: Iterable[Fact], measures: Mapping[str, Measure]) -> Cells:
    """Every fact that is not a reference figure."""
    return Cells(cell_of(f, measures[f.measure]) for f in facts if measures[f.measure].kind != "reference")


def gap(measure: Measure, region: str, period: str, key: Key) -> Cell:
    """The place of a figure that is needed and was not returned: not available, so that no total can pass over it."""
    return Cell(measure.id, region, period, key, State.NOT_AVAILABLE, None, "", measure.unit, reason="not returned", gap=True)


def nothing(measure: str, region: str, period: str, key: Key, unit: str) -> Cell:
    """What a rule reads where there is no figure at all: not available."""
    reason = "neither returned nor computed"
    return Cell(measure, region, period, key, State.NOT_AVAILABLE, None, "", unit, reason=reason, gap=True)


def computed(
    measure: Measure,
    region: str,
    period: str,
    key: Key,
    value: Decimal | None,
    state: State,
    bounds: tuple[Fraction | None, Fraction | None] = (None, None),
    reason: str = "",
) -> Cell:
    """A figure that a rule gave, at its storage scale."""
    exact = None if value is None else Fraction(value)
    text = "" if value is None else format(value, "f")
    low, high = bounds if value is not None else (None, None)
    return Cell(measure.id, region, period, key, state, exact, text, measure.unit, low, high, None, reason)
