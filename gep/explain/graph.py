"""Trace nodes as a compact graph: each node a short record with numbers for the nodes below it, texts that many share held once.

The trace of a city over years is hundreds of megabytes of JSON. It is read once as a stream; of each node only what a reader is
told is kept, and of all nodes only those that the figures asked for rest on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, NamedTuple, TypeVar

from gep.base.records import Names
from gep.explain.address import TOTALS

KINDS = ("calculation", "row_sum", "total", "cell", "parameter")
CALCULATION, ROW_SUM, TOTAL, CELL, PARAMETER = range(len(KINDS))
INLINE = 100  # rows of a row sum that are kept; how many there are more is said

Key = tuple[str, ...]
T = TypeVar("T")


class Row(NamedTuple):
    """A row of a row sum: its key, the places of its nodes among those below the sum, its values where they are no nodes."""

    key: str
    nodes: tuple[int, ...]
    values: tuple[str, ...]


class Knot(NamedTuple):
    """A node. Numbers lead into the tables of the graph; `below` to other nodes, with `roles` telling what each is there.

    `what`: what it is of: (kind, measure or parameter, key). `place`: (region, period, profile). `said`: what many nodes share,
    after their kind: of a calculation (rule, version, clause, source, written, expression, places, rounding), of a cell (file,
    sha256, department, source, column), of a parameter (file, status, source, locator, set), of a row sum (function, product,
    record set, inputs). `own`: of a calculation or total (reason), of a cell (row, note, reason, evidence), of a parameter (low,
    high, row, from, note), of a row sum (rows, missing, SHA-256 of its rows). `amount`: exact, None where there is none.
    """

    kind: int
    what: int
    place: int
    amount: str | None
    unit: str
    state: str
    said: int
    own: Key
    below: tuple[int, ...]
    roles: int
    rows: tuple[Row, ...] = ()


class Role(NamedTuple):
    """What a node is in the formula above it. `factor`: what its amount is multiplied with to be in the unit of the formula."""

    name: str
    binding: bool
    factor: str


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in order of region, period and id; `figures`: address without vintage -> number of its node."""

    knots: tuple[Knot, ...]
    whats: tuple[tuple[str, str, str], ...]
    places: tuple[tuple[str, str, str], ...]
    saids: tuple[Key, ...]
    roles: tuple[tuple[Role, ...], ...]
    figures: Mapping[str, int]


class _Table(Generic[T]):
    """Values by number, each once."""

    def __init__(self) -> None:
        self.number: dict[T, int] = {}

    def __call__(self, value: T) -> int:
        return self.number.setdefault(value, len(self.number))

    def values(self) -> tuple[T, ...]:
        return tuple(self.number)


Evidence = Callable[[Mapping[str, Any]], str]


def no_evidence(cell: Mapping[str, Any]) -> str:
    return ""


class Reader:
    """Takes the nodes of a trace one by one (`add`) and gives the graph below the figures asked for (`graph`)."""

    def __init__(self, evidence: Evidence = no_evidence) -> None:
        self.evidence = evidence
        self.ids: _Table[str] = _Table()
        self.whats: _Table[tuple[str, str, str]] = _Table()
        self.places: _Table[tuple[str, str, str]] = _Table()
        self.saids: _Table[Key] = _Table()
        self.roles: _Table[tuple[Role, ...]] = _Table()
        self.knots: dict[int, Knot] = {}
        self.figures: dict[str, int] = {}
        self.numbers: dict[int, int] = {}  # number while reading -> number in the graph made last

    def add(self, node: Mapping[str, Any]) -> None:
        name = str(node["id"])
        number = self.ids(name)
        match node["kind"]:
            case "calculation":
                knot = self._calculation(node)
            case "row_sum":
                knot = self._row_sum(node)
            case "total":
                knot = self._total(node)
            case "cell":
                knot = self._cell(node)
            case _:
                knot = self._parameter(node)
        self.knots[number] = knot
        for figure in node.get("figures", ()):
            self.figures[figure] = number
        if name.startswith(TOTALS):
            self.figures[name.removeprefix("total:")] = number

    def state(self, figure: str) -> str:
        """The state of a figure."""
        return self.knots[self.figures[figure]].state

    def graph(self, starts: Iterable[int]) -> Graph:
        """All that rests below the nodes, numbered anew. `figures` are those of the nodes that are left."""
        found = self._reached(starts)
        names, places = self.ids.values(), self.places.values()
        ordered = sorted(found, key=lambda n: (places[self.knots[n].place], names[n]))
        new = self.numbers = {n: i for i, n in enumerate(ordered)}
        knots = tuple(k._replace(below=tuple([new[c] for c in k.below])) for k in map(self.knots.__getitem__, ordered))
        figures = {figure: new[n] for figure, n in self.figures.items() if n in new}
        return Graph(knots, self.whats.values(), places, self.saids.values(), self.roles.values(), figures)

    def _reached(self, starts: Iterable[int]) -> set[int]:
        found: set[int] = set()
        stack = list(starts)
        while stack:
            n = stack.pop()
            if n not in found:
                found.add(n)
                stack.extend(self.knots[n].below)
        return found

    def _calculation(self, node: Mapping[str, Any]) -> Knot:
        listed = [(a["node"], Role(a["name"], a["binding"], a["factor"])) for a in node["arguments"]]
        listed += [(s["node"], Role(s["name"], s["binding"], "1")) for s in node["sums"]]
        rule = ("rule", "version", "clause", "source", "written", "expression", "places", "rounding")
        said = self.saids(("calculation", *(_text(node[n]) for n in rule)))
        place = (node["region"], node["period"], node["profile"])
        return Knot(
            CALCULATION, self.whats(("measure", node["measure"], node["key"])), self.places(place), node["result"],
            _text(node["unit"]), node["state"], said, (_text(node["reason"]),),
            tuple([self.ids(n) for n, _ in listed]), self.roles(tuple([r for _, r in listed])),
        )  # fmt: skip

    def _row_sum(self, node: Mapping[str, Any]) -> Knot:
        """Its amount is the integer sum times q (or its value, of a mean or an extreme)."""
        rows = node["rows"] or []
        shown = rows[:INLINE]
        listed = [n for row in shown for n in row["nodes"]]
        left = {n for row in rows for n in row["nodes"]}
        # of rows that count as missing, or that stand in the release only
        listed += [n for n in node["nodes"] if n not in left][:INLINE]
        names = list(dict.fromkeys(listed))
        at = {n: i for i, n in enumerate(names)}
        held = tuple(
            Row(
                ", ".join(map(str, row["key"])),
                tuple([at[n] for n in row["nodes"]]),
                () if len(row["nodes"]) == len(row["values"]) else tuple(map(_text, row["values"])),
            )
            for row in shown
        )
        amount = _text(node["value"]) if node["sum"] is None else format(int(node["sum"]) * Decimal(node["q"]), "f")
        chosen = node["selection"]
        profile, measure = node["id"].removeprefix("row_sum:").split("/", 2)[:2]
        return Knot(
            ROW_SUM, self.whats(("rows", measure, chosen["key"])), self.places((chosen["region"], chosen["period"], profile)),
            amount or None, "", "value" if amount else "not_available",
            self.saids(("row_sum", node["fn"], node["product"], _text(chosen.get("record_set")), *node["inputs"])),
            (_text(node["n"]), _text(node["missing"]), node["rows_sha256"]),
            tuple([self.ids(n) for n in names]), self.roles(()), held,
        )  # fmt: skip

    def _total(self, node: Mapping[str, Any]) -> Knot:
        """What it is of stands in its id alone: a figure that is a total by nature, or a measure over regions below."""
        name = node["id"].removeprefix("total:")
        if node["id"].startswith(TOTALS):
            path, _, column = name.partition("#")
            view, region, period = path.split("/", 3)[:3]
            what, place = ("column", f"{view}#{column}", ""), (region, period, node["profile"])
        else:
            profile, measure, region, period, key = name.split("/", 4)
            what, place = ("measure", measure, "" if key == "-" else key), (region, period, profile)
        parts = [p["node"] for p in node["parts"]]
        return Knot(
            TOTAL, self.whats(what), self.places(place), node["result"], _text(node["unit"]), node["state"],
            self.saids(("total",)), ("",), tuple([self.ids(n) for n in dict.fromkeys(parts)]), self.roles(()),
        )  # fmt: skip

    def _cell(self, node: Mapping[str, Any]) -> Knot:
        file = [_text(node.get(n)) for n in ("file", "sha256", "department", "source", "column")]
        own = (_text(node.get("row")), _text(node.get("note")), _text(node.get("reason")), self.evidence(node))
        return Knot(
            CELL, self.whats(("measure", node["measure"], node["key"])), self.places((node["region"], node["period"], "")),
            node["amount"], _text(node["unit"]), node["state"], self.saids(("cell", *file)), own, (), self.roles(()),
        )  # fmt: skip

    def _parameter(self, node: Mapping[str, Any]) -> Knot:
        said = ("parameter", *(_text(node.get(n)) for n in ("file", "status", "source", "locator", "source_set")))
        own = tuple(_text(node.get(n)) for n in ("low", "high", "row", "valid_from", "note"))
        return Knot(
            PARAMETER, self.whats(("parameter", node["parameter"], node["key"])), self.places((node["region"], "", "")),
            node["amount"], _text(node["unit"]), "value" if node["amount"] is not None else "not_available",
            self.saids(said), own, (), self.roles(()),
        )  # fmt: skip


def withheld(graph: Graph, hidden: Iterable[int], printed: Iterable[int]) -> frozenset[int]:
    """The nodes whose amounts must not be shown where some figures are suppressed; parameters are public and always shown.

    Besides the hidden figures: what rests below them, and every node beside or above a node withheld that would give it away by
    arithmetic. Printed figures keep their amounts: that they give nothing away was seen to when the cells were chosen. Closed
    under these steps, so that an unprinted amount is shown only where nothing withheld enters the same calculation.
    """
    shown = frozenset(printed) - frozenset(hidden)
    above: dict[int, list[int]] = {}
    for number, knot in enumerate(graph.knots):
        for child in knot.below:
            above.setdefault(child, []).append(number)
    found = set(hidden)
    stack = list(found)
    while stack:
        number = stack.pop()
        near = [*graph.knots[number].below] if number not in shown else []
        for parent in above.get(number, ()):
            near += [parent, *graph.knots[parent].below]
        for other in near:
            if other not in found and other not in shown and graph.knots[other].kind != PARAMETER:
                found.add(other)
                stack.append(other)
    return frozenset(found)


def merged(graphs: Sequence[Graph]) -> Graph:
    """The graphs of several vintages as one; `figures` is left empty, since the same address may stand in each."""
    whats: _Table[tuple[str, str, str]] = _Table()
    places: _Table[tuple[str, str, str]] = _Table()
    saids: _Table[Key] = _Table()
    roles: _Table[tuple[Role, ...]] = _Table()
    knots: list[Knot] = []
    for graph in graphs:
        start = len(knots)
        what, place = [whats(w) for w in graph.whats], [places(p) for p in graph.places]
        said, role = [saids(x) for x in graph.saids], [roles(r) for r in graph.roles]
        for k in graph.knots:
            below = tuple([start + c for c in k.below])
            knots.append(k._replace(what=what[k.what], place=place[k.place], said=said[k.said], roles=role[k.roles], below=below))
    return Graph(tuple(knots), whats.values(), places.values(), saids.values(), roles.values(), {})


@dataclass(frozen=True, slots=True)
class Pattern:
    """A formula with places for names (each between OPEN and CLOSE): in words, with numbers, and as a MathML tree.

    The tree is (tag, child, …) with texts as leaves; empty where the formula cannot be typeset.
    """

    words: str
    numbers: str
    mathml: tuple[Any, ...] = ()


OPEN, CLOSE = "\ue000", "\ue001"  # private use: no text of a rule holds them


@dataclass(frozen=True, slots=True)
class Trails:
    """The graph below the figures of a statement with what is needed to read it in both languages.

    `starts`: complete address -> its nodes, several where it is the sum of several leaves. `whats`, `patterns`: beside those of
    the graph (a pattern of None where what many share is no calculation). `regions`, `units`: names of codes; `sources`: how a
    source is cited; `documents`: address -> files attached as evidence of it (name, SHA-256, what was said); `returned`: record
    set and year -> files that the rows of a sum were returned in (name, SHA-256). `named`: nodes of figures that may not be
    published, printed or not.
    """

    graph: Graph
    starts: Mapping[str, tuple[int, ...]]
    whats: tuple[Names, ...]
    patterns: tuple[Pattern | None, ...]
    regions: Mapping[str, Names]
    units: Mapping[str, Names]
    sources: Mapping[str, str]
    documents: Mapping[str, tuple[tuple[str, str, str], ...]]
    returned: Mapping[tuple[str, str], tuple[tuple[str, str], ...]]
    named: frozenset[int] = frozenset()


def _text(value: object) -> str:
    return "" if value is None else str(value)
