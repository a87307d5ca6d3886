"""The days of every cell of the tables of one term: where its column is cut as the term opens and as it closes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from gep.accounts.handover import nearest
from gep.base.records import Key, Measure
from gep.workflow import levels
from gep.workflow.audit.term_days import Days
from gep.workflow.audit.term_facts import Cut, keys_of


@dataclass(frozen=True)
class TermCuts:
    """The cells of a cut with their days. `top`: the region of the engagement; `totals`: codes of total columns by dimension.

    An opening stands where the stock of its column is read as the term opens, a flow and the closing it leads to at both ends,
    a stock that opens nothing and any other figure at the end.
    """

    cut: Cut
    top: str
    totals: Mapping[str, frozenset[str]]

    @property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The regions that return, and those above them up to the one of the engagement."""
        leaves = self.cut.leaves
        above = (p for p in levels.parents(self.cut.places, leaves) if levels.inside(self.cut.places, p[0], self.top))
        return {leaf: (leaf,) for leaf in leaves} | dict(above)

    def is_total(self, dim: str, code: str) -> bool:
        return code in self.totals.get(dim, ())

    def cells(self, measure: Measure, region: str) -> Iterator[tuple[Key, Days]]:
        if self.cut.years.has(measure.id):
            yield from ((key, self._days(measure, region, key)) for key in keys_of(self.cut, measure, region))

    def _days(self, measure: Measure, region: str, key: Key) -> Days:
        lines, openings = self.cut.balances.lines, self.cut.openings
        line = lines.get(measure.id)
        if measure.id in openings:
            return frozenset({("opening", self.cut.window(measure, region, key).start)})
        if line is not None and not line.opening:
            stock = self.cut.stock(self.cut.term.end, region, measure.id, key)
            return frozenset({("closing", stock.cut if stock is not None else _year_end(self.cut.term.end))})
        if line is not None or (measure.kind == "flow" and "time" in measure.additive):
            window = self.cut.window(measure, region, key)
            return frozenset({("opening", window.start), ("closing", window.end)})
        return frozenset({("closing", date(self.cut.closes + 1, 1, 1))})


def _year_end(day: date) -> date:
    return date(nearest(day)[0] + 1, 1, 1)
