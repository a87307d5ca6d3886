"""What a run of the engine is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

import pyarrow as pa

from gep.base.findings import Finding
from gep.base.records import Key, Measure
from gep.engine.bind import Parameters
from gep.engine.cells import Cells
from gep.engine.kept_rows import KeptRows
from gep.engine.trace import Node
from gep.rules.product import Plan

# an independent second route: inputs by name, in the units in which the expression reads them, to the figure in its own unit
Route = Callable[[Mapping[str, Decimal]], Decimal]
# the same for a sum over rows: the rows, and the inputs that are one for all of them
RowRoute = Callable[[Sequence[Mapping[str, Decimal]], Mapping[str, Decimal]], Decimal]


@dataclass(frozen=True)
class Step:
    """A plan with the codes its dimensions run over (regions aside): dimension -> codes."""

    plan: Plan
    domains: Mapping[str, Sequence[str]] = field(default_factory=dict)
    keys: Sequence[Mapping[str, str]] | None = None  # explicit places instead of the product of the domains
    only: Collection[tuple[str, Key]] | None = None  # of all places (region, key) those to be computed
    places: int | None = None  # submitted figures are read rounded to these decimals, as they are stored


@dataclass(frozen=True)
class Task:
    """Steps in order, for leaf regions and one period (a year or a term), over the cells there are.

    The cells computed are added to `cells`.
    """

    profile: str
    currency: str
    steps: Sequence[Step]
    regions: Sequence[str]
    period: str
    measures: Mapping[str, Measure]
    parameters: Parameters
    cells: Cells
    records: Mapping[str, pa.Table] = field(default_factory=dict)
    extents: Mapping[str, str] = field(default_factory=dict)  # record set -> the measure that says how much there is of a class
    # record sets whose rows are all there are -> the (region, period) that returned them: there a class without rows is zero
    complete: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    routes: Mapping[str, Route] = field(default_factory=dict)
    row_routes: Mapping[str, RowRoute] = field(default_factory=dict)
    opened: frozenset[str] = frozenset()  # dimensions of open lists (minerals): a sum runs over the codes that the region has
    present: Mapping[str, frozenset[tuple[str, str]]] = field(default_factory=dict)  # region -> (dimension, code) it has
    engine: Literal["duckdb", "reference"] = "duckdb"
    threads: int = 0  # 0: as many as the machine has
    base_year: int = 0  # of constant prices, for inputs of time `base`
    years: tuple[int, int] | None = None  # of a term: whose parameters hold at its end and at its start
    rounded: bool = False  # what is read was rounded when it was cut: a check holds where that leaves it room
    keep_rows: bool = False  # keep in memory the rows of sums below which there may be a parameter with a spread


@dataclass
class Outcome:
    """Trace nodes by id and findings, each once, in the order they came up; how many checks and second routes ran.

    `rows`: id of the node of a row sum -> its rows, for those the task asks to keep.
    """

    nodes: dict[str, Node] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    checks: int = 0
    rows: dict[str, KeptRows] = field(default_factory=dict)

    def tell(self, *findings: Finding) -> None:
        for f in findings:
            self.findings.setdefault(f.id, f)
