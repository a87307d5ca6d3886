"""Books made once for all proofs: the shipped account of Garze and every text case, run, with their releases and traces."""

from __future__ import annotations

import csv
import importlib.util
import os
import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa
import pytest

from gep.base.records import Fact
from gep.book import Book
from gep.catalog.record import Catalog
from gep.workflow.accounts import Figure
from gep.workflow.compute import Computation, compute
from gep.workflow.lay_out import lay_out
from gep.workflow.submit import Holdings, holdings
from tests.ready import Ready

HERE = Path(__file__).resolve().parent
CASES = HERE.parent / "cases"
SOURCES = {"garze-2010": "garze-2010", **{p.parent.name: str(p.parent) for p in sorted(CASES.glob("*/book.toml"))}}
FULL = os.environ.get("GEP_PROOF") == "full"
TABLES = ("physical_account", "value_account", "gep_total")


def _helper() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gep_proof_trace_eval", HERE / "trace_eval.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TRACE_EVAL = _helper()


@pytest.fixture(scope="session")
def trace_eval() -> ModuleType:
    """The evaluator of traces that shares nothing with gep."""
    return TRACE_EVAL


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


@dataclass(frozen=True)
class Case:
    """A book that was run once."""

    name: str
    book: Book
    held: Holdings
    folder: Path
    kept: dict[str, Any] = field(default_factory=dict)

    def rows(self, table: str) -> list[dict[str, str]]:
        return read_csv(self.folder / f"{table}.csv")

    def trace(self) -> Any:
        return TRACE_EVAL.Trace.read(self.folder / "trace.jsonl")

    def world(self, **changes: Any) -> World:
        """The case worked out in memory, with some of it changed."""
        return World(self, **changes)

    def base(self) -> Done:
        """The case as it is, worked out in memory once."""
        if "base" not in self.kept:
            self.kept["base"] = self.world().done()
        return self.kept["base"]


@dataclass(frozen=True)
class World:
    """What a run of all profiles of a case computes, from facts, records and a catalogue that may differ from the case's own."""

    case: Case
    facts: Sequence[Fact] | None = None
    records: Mapping[str, pa.Table] | None = None
    catalog: Catalog | None = None
    profiles: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)

    def computations(self) -> list[Computation]:
        book, held = self.case.book, self.case.held
        facts = held.facts if self.facts is None else self.facts
        records = held.records if self.records is None else self.records
        years = sorted({int(f.period[:4]) for f in held.facts})
        return [
            compute(
                self.catalog or book.catalog,
                p,
                y,
                facts,
                book.config.regions,
                book.config.leaves,
                records=records,
                **self.options,
            )
            for y in years
            for p in self.profiles or book.config.schemes
        ]

    def done(self) -> Done:
        made = self.computations()
        laid = lay_out(self.case.book, made)
        figures, nodes = [f for _, f in laid.figures], laid.nodes
        return Done(made, figures, nodes)


@dataclass(frozen=True)
class Done:
    """Figures and trace of a world."""

    computations: list[Computation]
    figures: list[Figure]
    nodes: dict[str, dict[str, Any]]
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def findings(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for f in (f for c in self.computations for f in c.findings):
            found.setdefault(f.code, []).append(f)
        return found

    def stored(self) -> dict[str, tuple[str, str]]:
        """Node of a figure -> (state, stored decimal as text); a total has a node for each of its columns."""
        found = {}
        for f in self.figures:
            if f.address.view == "gep_total":
                for column in ("material", "regulating", "cultural", "gep"):
                    node = self.nodes[f"total:{f.address.text()}#{column}"]
                    found[str(node["id"])] = (str(node["state"]), str(node["result"]))
            elif f.address.view == "green_gold_index":
                node = self.nodes[f.node]
                if node["state"] == "value":  # most cases return nothing of the economy
                    found[f"{f.address.view} {f.node}"] = (str(node["state"]), str(node["result"]))
            else:
                amount = f.row["quantity" if f.address.view == "physical_account" else "value"]
                found[f"{f.address.view} {f.node}"] = (str(f.row["state"]), str(amount))
        return found

    def gep(self, region: str, profile: str) -> Decimal | None:
        return self.total(region, profile)["gep"]

    def total(self, region: str, profile: str) -> Mapping[str, Any]:
        return next(
            f.row
            for f in self.figures
            if f.address.view == "gep_total" and (f.row["region_code"], f.row["profile"]) == (region, profile)
        )

    def trace(self) -> Any:
        """The nodes as the evaluator reads them; made once."""
        if "trace" not in self.kept:
            self.kept["trace"] = TRACE_EVAL.Trace(list(self.nodes.values()))
        return self.kept["trace"]


@pytest.fixture(scope="session")
def cases(ready: Ready) -> Mapping[str, Case]:
    """Every book, made and run once."""
    made = {}
    for name, source in SOURCES.items():
        book = ready.book(source, "all")
        (folder,) = book.releases.iterdir()
        made[name] = Case(name, book, holdings(book), folder)
    return made


@pytest.fixture(scope="session")
def garze(cases: Mapping[str, Case]) -> Case:
    return cases["garze-2010"]


@pytest.fixture(scope="session")
def patches(cases: Mapping[str, Case]) -> Case:
    return cases["rows-synthetic"]


@pytest.fixture
def sample() -> Callable[[Sequence[Any], int], list[Any]]:
    """A seeded sample of what there is; all of it under GEP_PROOF=full."""

    def choose(things: Sequence[Any], most: int) -> list[Any]:
        return list(things) if FULL or len(things) <= most else random.Random(8170).sample(list(things), most)  # noqa: S311

    return choose


def changed_catalog(catalog: Catalog, name: str, change: Callable[[Any], Any]) -> Catalog:
    """The catalogue with every row of a parameter passed through `change`; rows that become None are left out."""
    rows = tuple(p for p in map(change, catalog.parameters[name]) if p is not None)
    return replace(catalog, parameters={**catalog.parameters, name: rows})


@pytest.fixture(scope="session")
def with_parameter() -> Callable[[Catalog, str, Callable[[Any], Any]], Catalog]:
    return changed_catalog


@pytest.fixture(scope="session")
def csv_rows() -> Callable[[Path], list[dict[str, str]]]:
    return read_csv


@pytest.fixture
def shuffled() -> Iterator[Callable[[pa.Table, int], pa.Table]]:
    """Rows of a table in another order."""

    def mix(table: pa.Table, seed: int) -> pa.Table:
        order = list(range(table.num_rows))
        random.Random(seed).shuffle(order)  # noqa: S311
        return table.take(pa.array(order))

    return mix
