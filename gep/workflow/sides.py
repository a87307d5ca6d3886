"""The two sides of a revision: a vintage that is kept, or the run that is about to be, as the comparison of causes reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gep.base.program import program_text
from gep.base.records import Fact, State, key_text
from gep.book import Book
from gep.engine.trace import Node
from gep.explain.side import Content, Side
from gep.ledger import query, releases
from gep.ledger.store import connect
from gep.rules.product import Plan
from gep.workflow import indices
from gep.workflow.assets import AssetComputation
from gep.workflow.compute import Computation

TRACE = "trace.jsonl"
ROWS = "rows/"


class Sides:
    """The vintages of a book, each read once, when it is asked for."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._known: dict[int, Side | None] = {}

    def of(self, vintage: int) -> Side | None:
        """A vintage as a side; None where its release is not at hand."""
        if vintage not in self._known:
            folder = self.book.releases / str(vintage)
            self._known[vintage] = self._read(vintage, folder) if (folder / TRACE).is_file() else None
        return self._known[vintage]

    def _read(self, vintage: int, folder: Path) -> Side:
        run = stored(self.book, {"run": f"vintage = {vintage}"})["run"][0]
        manifest = releases.read_manifest(folder)
        sets = {f.name.removeprefix(ROWS).partition(".")[0]: f.digest.sha256 for f in manifest.files if f.name.startswith(ROWS)}
        return Side(
            nodes=read_trace(folder / TRACE),
            rules=self._rules(str(run["rules_hash"])),
            held=lambda: self._held(vintage),
            rules_hash=str(run["rules_hash"]),
            program=str(run["program"]),
            program_hash=str(run.get("program_hash") or ""),  # runs of older programs did not keep it
            row_sets=sets,
            earlier=self.of,
        )

    def _rules(self, rules_hash: str) -> frozenset[str]:
        """`profile/rule` of the frozen rules; none where they are not at hand, then those of the trace are known alone."""
        path = self.book.rules / rules_hash / "frozen.json"
        if not path.is_file():
            return frozenset()
        frozen = json.loads(path.read_text(encoding="utf-8"))
        methods = {name.partition("/")[0]: body["rules"] for name, body in frozen.items() if "/" in name}
        return frozenset(f"{profile}/{rule['id']}" for profile, rules in methods.items() for rule in rules)

    def _held(self, vintage: int) -> Mapping[str, Content]:
        columns = "measure, region_code, period, category, state, amount, unit, file"
        found = query.select(self.book.store, f"SELECT {columns} FROM fact_all WHERE vintage = {vintage}")  # noqa: S608
        return {"/".join(map(str, r[:4])): (str(r[4]), _text(r[5]), _text(r[6]) or "", _text(r[7]) or "") for r in found.rows}


def running(
    book: Book,
    nodes: Mapping[str, Node],
    computations: Sequence[Computation],
    facts: Iterable[Fact],
    rules_hash: str,
    row_sets: Mapping[str, str],
    sides: Sides,
) -> Side:
    """The run that is about to be kept."""
    rules = frozenset(f"{c.profile}/{p.rule.id}" for c in computations for p in (*c.method.every, *_of_indices(book, c)))
    return Side(
        nodes=nodes,
        rules=rules,
        held=lambda: {f"{f.measure}/{f.region}/{f.period}/{key_text(f.key) or '-'}": _content(f) for f in facts},
        rules_hash=rules_hash,
        program=program_text(book.program),
        program_hash=book.program["code"],
        row_sets=row_sets,
        earlier=sides.of,
    )


def _of_indices(book: Book, c: Computation) -> tuple[Plan, ...]:
    """The rules of the indices, which run under the profile whose accounts they read."""
    if isinstance(c, AssetComputation):
        return ()
    m = indices.method_of(book.catalog, c.year, c.method.resolved.scheme.currency)
    return () if m is None else m.plans


def _content(fact: Fact) -> Content:
    amount = str(fact.amount) if fact.state is State.VALUE else None
    return str(fact.state), amount, fact.unit, fact.origin.file


def read_trace(path: Path) -> dict[str, dict[str, Any]]:
    """Every node of a trace by its id."""
    with path.open(encoding="utf-8") as lines:
        return {node["id"]: node for node in map(json.loads, lines)}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def stored(book: Book, wanted: Mapping[str, str]) -> dict[str, list[dict[str, Any]]]:
    """{table: rows} for {table: condition}, over every vintage, in one opening of the query store."""
    found = {}
    with connect(book.store) as store:
        for table, condition in wanted.items():
            cursor = store.execute(f"SELECT * FROM {table}_all WHERE {condition}")  # noqa: S608
            names = [d[0] for d in cursor.description or ()]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found
