"""A small world for the engine: measures, parameters and rows by hand, one rule at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from gep.base.records import Fact, Input, Key, Measure, Names, Origin, Parameter, Rule, Severity, State, key_of
from gep.engine.cells import Cell, Cells, from_facts
from gep.engine.execute import execute
from gep.engine.task import Outcome, Step, Task
from gep.rules.plan import build

NAMES = Names("名称", "name")
LOW, HIGH = Decimal(0), Decimal(10**12)


def _measure(name: str, unit: str, kind: str = "flow", dims: Sequence[str] = (), finest: str = "1", **more: Any) -> Measure:
    more.setdefault("quantum", Decimal("0.000001"))
    return Measure(name, NAMES, kind, unit, finest=Decimal(finest), dims=tuple(dims), **more)  # type: ignore[arg-type]


MEASURES = {
    m.id: m
    for m in (
        _measure("water", "m3"),
        _measure("water_by_class", "m3", dims=("ecosystem",)),
        _measure("coarse", "m3", quantum=Decimal("1"), finest="1"),
        _measure("never_negative", "m3", lower=Decimal(0)),
        _measure("area", "m2", "stock", dims=("ecosystem",), lower=Decimal(0), upper=HIGH),
        _measure("lake", "m2", "stock", lower=Decimal(0), upper=HIGH),
        _measure("depth", "m", "stock", lower=Decimal(-100), upper=Decimal(100)),
        _measure("rainfall", "m", lower=Decimal(0), upper=Decimal(100)),
        _measure("ratio", "1", "ratio"),
        _measure("money", "CNY", finest="0.01"),
        _measure("largest", "m2", "stock"),
    )
}


@dataclass
class Params:
    """Parameters by id and key; what is not there is refused, as the catalogue's look-up does."""

    rows: Mapping[tuple[str, Key], Parameter]

    def find(self, name: str, key: Key, region: str, year: int) -> Parameter | None:
        return self.rows.get((name, key))


def parameter(name: str, value: str | None, unit: str, key: Mapping[str, str] | None = None) -> Parameter:
    amount = None if value is None else Decimal(value)
    return Parameter(
        name, key_of(key or {}), "", amount, unit, "literature", "src", "Table 1", "set", file="parameters/p.csv", line=7
    )


def fact(
    text: str, value: str | None = None, unit: str = "", state: State = State.VALUE, period: str = "2020", exact: bool = False
) -> Fact:
    """`measure` or `measure dim:code`."""
    measure, _, key = text.partition(" ")
    pairs = dict(p.split(":") for p in key.split(";") if p)
    amount = None if value is None else Decimal(value)
    reason = "" if state is State.VALUE else "原因"
    return Fact(
        measure, "R", period, key_of(pairs), state, amount, unit, Origin("f.csv", "0" * 64, 2), exact=exact, reason=reason
    )


def given(text: str, kind: str = "measure", ref: str = "", **more: Any) -> Input:
    """`name unit grain,grain`."""
    name, unit, *grain = text.split()
    for bound in ("lower", "upper"):
        if bound in more:
            more[bound] = Decimal(str(more[bound]))
    if kind == "column":
        more.setdefault("rows", "patches")
    return Input(name, kind, ref or name, tuple(grain[0].split(",")) if grain else (), unit, **more)  # type: ignore[arg-type]


def rule(output: str, grain: str, expression: str, *inputs: Input, kind: str = "compute", **more: Any) -> Rule:
    keys = tuple(g for g in grain.split(",") if g)
    message = Names("检查未通过。", "The check failed.") if kind == "assert" else None
    severity = more.pop("severity", Severity.QUERY)
    return Rule(
        "test.rule", "1", kind, NAMES, output, keys, expression, inputs, "src", "1.2", message=message, severity=severity,
        file="rules/test.toml", **more,
    )  # type: ignore[arg-type]  # fmt: skip


@dataclass
class Ran:
    """What came out: the cells, the trace and the findings."""

    task: Task
    outcome: Outcome

    def cell(self, measure: str, key: Mapping[str, str] | None = None) -> Cell:
        found = self.task.cells.get(measure, "R", "2020", key_of(key or {}))
        assert found is not None
        return found

    def node(self, measure: str, key: str = "-") -> dict[str, Any]:
        return dict(self.outcome.nodes[f"calculation:test/{measure}/R/2020/{key}"])

    def codes(self) -> list[str]:
        return [f.code for f in self.outcome.findings.values()]

    def only(self) -> Any:
        (found,) = self.outcome.findings.values()
        return found


@dataclass
class World:
    """Runs rules over facts, parameters and rows."""

    measures: Mapping[str, Measure] = field(default_factory=lambda: MEASURES)
    engine: str = "duckdb"

    def run(
        self,
        *rules: Rule,
        facts: Sequence[Fact] = (),
        parameters: Sequence[Parameter] = (),
        rows: Sequence[Mapping[str, Any]] | None = None,
        domains: Mapping[str, Sequence[str]] | None = None,
        places: int | None = None,
        **more: Any,
    ) -> Ran:
        steps = [
            Step(build(r, self.measures), domains or {"ecosystem": ["forest", "grassland", "wetland"]}, places=places)
            for r in rules
        ]
        records = {} if rows is None else {"patches": table(rows)}
        task = Task(
            profile="test", currency="CNY", steps=steps, regions=("R",), period="2020", measures=self.measures,
            parameters=Params({(p.id, p.key): p for p in parameters}), cells=from_facts(facts, self.measures), records=records,
            engine=self.engine, **more,
        )  # type: ignore[arg-type]  # fmt: skip
        return Ran(task, execute(task))


def table(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Rows of the record set `patches`: region R, year 2020, ecosystem forest and row numbers unless said."""
    filled = [{"region": "R", "period": "2020", "row": f"P{i:04d}", "ecosystem": "forest", **r} for i, r in enumerate(rows)]
    texts = ("region", "period", "row", "ecosystem")
    names = list(dict.fromkeys(n for r in filled for n in r))
    return pa.table(
        {
            n: pa.array([r.get(n) for r in filled], pa.string() if n in texts else pa.int32() if n == "month" else pa.float64())
            for n in names
        }
    )


@pytest.fixture(params=["duckdb", "reference"])
def engines(request: pytest.FixtureRequest) -> World:
    """Both engines: whatever is said of rows holds for both."""
    return World(engine=request.param)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def make() -> Callable[..., Any]:
    """make.fact, make.parameter, make.given, make.rule as one fixture."""

    class Make:
        fact = staticmethod(fact)
        parameter = staticmethod(parameter)
        given = staticmethod(given)
        rule = staticmethod(rule)
        cells = staticmethod(lambda *facts: from_facts(facts, MEASURES))
        params = staticmethod(lambda *rows: Params({(p.id, p.key): p for p in rows}))
        measures = MEASURES
        empty = staticmethod(Cells)

    return Make  # type: ignore[return-value]
