"""A statement and what its figures rest on as the compact data of the browsable page: one block a region and year, and tables.

A block is JSON, compressed, in base64: the page inflates it when it is asked for. Names are one text, or [zh, en] where the two
differ. What a public edition suppresses is left out here already: nothing hidden stands in the file.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from gep.base.records import Names
from gep.explain.graph import Graph, Knot, Trails, withheld
from gep.report.form import Cell, Form, Kind, Line, Made, Operation
from gep.report.statement import Chart, Paragraph, Part, Statement

CELL_KINDS: tuple[Kind, ...] = get_args(Kind)
OPERATIONS: tuple[Operation, ...] = get_args(Operation)
SUPPRESSED = "suppressed"
Text = str | list[str]
Draw = Callable[[Chart, str], str]  # chart, language -> SVG


@dataclass(frozen=True, slots=True)
class Block:
    """`first`, `last`: numbers of the nodes in it, of a block of nodes."""

    id: str
    data: str
    first: int = 0
    last: int = 0


def both(names: Names) -> Text:
    return names.zh if names.zh == names.en else [names.zh, names.en]


def packed(thing: Any) -> str:
    """JSON, deflated (zlib format, which browsers have read longest), in base64: the same bytes for the same content."""
    text = json.dumps(thing, ensure_ascii=False, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("utf-8"), 9)).decode("ascii")


# --- forms


def part_block(part: Part, number: int, trails: Trails, draw: Draw | None) -> Block:
    """The forms, charts and sentences of a region and year."""
    figures = _Figures(trails)
    forms = [_form(form, figures) for form in part.forms]
    data = {
        "forms": forms,
        "charts": [_chart(c, draw) for c in part.charts],
        "paragraphs": [_paragraph(p, figures) for p in part.paragraphs],
        "cards": [_card(card) for card in cards(part)],
        "figures": figures.listed(),
    }
    return Block(f"p{number}", packed(data))


class _Figures:
    """The figures of a part, each once: address, nodes, files attached."""

    def __init__(self, trails: Trails) -> None:
        self.trails = trails
        self.number: dict[str, int] = {}

    def __call__(self, address: str) -> int:
        return self.number.setdefault(address, len(self.number))

    def listed(self) -> list[list[Any]]:
        """[address, nodes] and [files] where there are some; an address without nodes is one the page cannot explain."""
        made: list[list[Any]] = []
        for address in self.number:
            row: list[Any] = [address, list(self.trails.starts[address])]
            documents = self.trails.documents.get(address, ())
            made.append([*row, [list(d) for d in documents]] if documents else row)
        return made


def _form(form: Form, figures: _Figures) -> dict[str, Any]:
    at = {line.code: i for i, line in enumerate(form.lines)}
    columns = {column.code: i for i, column in enumerate(form.columns)}
    made: dict[str, Any] = {
        "id": form.id,
        "number": form.number,
        "section": form.section,
        "names": both(form.names),
        "unit": both(form.unit),
        "columns": [[c.code, both(c.names), c.kind, [both(g) for g in c.group], both(c.unit)] for c in form.columns],
        "lines": [
            [line.code, line.style, line.indent, [_cell(c, at, columns, figures) for c in _cells(line)]] for line in form.lines
        ],
        "notes": [both(n) for n in form.notes],
        "checks": [both(n) for n in form.checks],
        "department": form.department,
        "illustrative": int(form.illustrative),
    }
    return {name: value for name, value in made.items() if value or name in ("columns", "lines")}


def _cells(line: Line) -> tuple[Cell, ...]:
    """Blanks at the end of a line are left out."""
    last = max((i for i, c in enumerate(line.cells) if c.kind != "blank" or c.figures), default=-1)
    return line.cells[: last + 1]


def _cell(cell: Cell, at: Mapping[str, int], columns: Mapping[str, int], figures: _Figures) -> Any:
    """0 for a blank, a name for words, else [kind, printed, exact, figures, made, mark, words], cut after the last that says
    something. `exact` is empty where it is what is printed; of a suppressed cell no amount is written.
    """
    if cell.kind == "blank" and not cell.figures:
        return 0
    if cell.kind == "text" and not cell.figures and not cell.mark:
        return both(cell.text)
    counts = cell.kind == "number"
    shown = format(cell.shown, "f") if counts and cell.shown is not None else ""
    exact = format(cell.exact, "f") if counts and cell.exact is not None else ""
    row: list[Any] = [
        CELL_KINDS.index(cell.kind),
        shown,
        "" if cell.exact == cell.shown else exact,
        [figures(s.address) for s in cell.figures],
        _made(cell.made, at, columns),
        cell.mark,
        both(cell.text),
    ]
    while row and row[-1] in ("", 0, []):
        row.pop()
    return row or [0]


def _made(made: Made | None, at: Mapping[str, int], columns: Mapping[str, int]) -> Any:
    """[operation, terms]; a term is [sign, line, column] by number, or [sign, form, line, column] by code of another form."""
    if made is None:
        return 0
    terms: list[list[Any]] = []
    for term in made.terms:
        ref = term.ref
        here = not ref.form and ref.line in at and ref.column in columns
        terms.append([term.sign, *((at[ref.line], columns[ref.column]) if here else (ref.form, ref.line, ref.column))])
    return [OPERATIONS.index(made.operation), terms]


def _paragraph(paragraph: Paragraph, figures: _Figures) -> list[Any]:
    sentences = [[[both(s.text), [figures(f.address) for f in s.figures]] for s in one.spans] for one in paragraph.sentences]
    return [paragraph.section, both(paragraph.names), sentences]


def _chart(chart: Chart, draw: Draw | None) -> dict[str, Any]:
    made = {"id": chart.id, "names": both(chart.names), "alt": both(chart.alt), "forms": list(chart.forms)}
    return made if draw is None else made | {"svg": both(Names(draw(chart, "zh"), draw(chart, "en")))}


# --- the figures that the page begins with


@dataclass(frozen=True, slots=True)
class Card:
    """A leading figure: its cell by form, line and column, and the cells of its interval."""

    form: str
    line: str
    column: str
    ends: tuple[str, str] | None = None


INDEX = (("gep", "gep_low", "gep_high"), ("ggi", "ggi_low", "ggi_high"), ("per_capita", "", ""), ("per_km2", "", ""))


def cards(part: Part) -> tuple[Card, ...]:
    """GEP, the index and what stands beside them in G1, each with its interval; else GEP where a form has it; then the assets."""
    index, line = part.form("G1"), str(part.scope.year)
    found = [] if index is None else [*_of_index(index, line)]
    here = f"/{part.scope.region}/{part.scope.year}/"
    if not found:
        found += _total(part, f"gep_total{here}")
    return (*found, *_total(part, f"balance_sheet{here}asset/"), *_total(part, f"balance_sheet{here}net/"))


def _of_index(index: Form, line: str) -> Iterator[Card]:
    for column, *ends in INDEX:
        if (line, column) in index.at and index.at[line, column].kind != "blank":
            low, high = ends
            yield Card(index.id, line, column, (low, high) if _stands(index, line, low) and _stands(index, line, high) else None)


def _stands(form: Form, line: str, column: str) -> bool:
    cell = form.at.get((line, column))
    return cell is not None and cell.kind == "number"


def _total(part: Part, begins: str) -> list[Card]:
    """The first cell of a total line that shows one figure of this address in its default column."""
    for form in part.forms:
        for line, column, cell in form.cells():
            if line.style == "total" and cell.kind == "number" and len(cell.figures) == 1:
                address = cell.figures[0].address
                if address.startswith(begins) and "#" not in address:
                    return [Card(form.id, line.code, column.code)]
    return []


def _card(card: Card) -> list[Any]:
    return [card.form, card.line, card.column, *(card.ends or ())]


# --- what they rest on


def node_blocks(trails: Trails, masked: frozenset[int]) -> list[Block]:
    """The nodes, a block a region and year, in the order of the graph."""
    graph = trails.graph
    tables = _Tables(trails)
    blocks: list[Block] = []
    first = 0
    for number in range(1, len(graph.knots) + 1):
        if number == len(graph.knots) or _home(graph, number) != _home(graph, first):
            knots = [_masked(k, i in masked) for i, k in enumerate(graph.knots[first:number], first)]
            blocks.append(Block(f"n{len(blocks)}", packed(_columns(knots, first, tables)), first, number))
            first = number
    return [*blocks, Block("tables", packed(tables.data()))]


def hidden_nodes(trails: Trails, statement: Statement, hidden: frozenset[str]) -> frozenset[int]:
    """The nodes whose amounts the edition must not show."""
    if not hidden and not trails.named:
        return frozenset()
    shown = {
        s.address
        for part in statement.parts
        for f in part.forms
        for _, _, c in f.cells()
        if c.kind == "number"
        for s in c.figures
    }
    starts = trails.starts
    kept = {n for address in shown - hidden for n in starts[address]}
    return withheld(trails.graph, trails.named | {n for a in hidden for n in starts.get(a, ())}, kept)


def _home(graph: Graph, number: int) -> tuple[str, str]:
    """Region and year of a node; parameters that hold everywhere are by themselves."""
    region, period, _ = graph.places[graph.knots[number].place]
    return region, period[:4]


def _masked(knot: Knot, hide: bool) -> Knot:
    """A node whose amount is not shown: the file it came from stays, its rows, row number and remarks go."""
    if not hide:
        return knot
    return knot._replace(amount=None, state=SUPPRESSED, own=("",) * len(knot.own), rows=())


class _Tables:
    """The tables that all nodes share; units and states are numbered here."""

    def __init__(self, trails: Trails) -> None:
        self.trails = trails
        self.units: dict[str, int] = {}
        self.states: dict[str, int] = {}

    def unit(self, unit: str) -> int:
        return self.units.setdefault(unit, len(self.units))

    def state(self, state: str) -> int:
        return self.states.setdefault(state, len(self.states))

    def data(self) -> dict[str, Any]:
        t = self.trails
        return {
            "whats": [[kind, both(names), name] for (kind, name, _), names in zip(t.graph.whats, t.whats, strict=True)],
            "places": t.graph.places,
            "saids": t.graph.saids,
            "roles": [[[r.name, int(r.binding), r.factor] for r in roles] for roles in t.graph.roles],
            "patterns": [p and [p.words, p.numbers, p.mathml] for p in t.patterns],
            "regions": {code: both(names) for code, names in t.regions.items()},
            "units": [both(t.units[u]) for u in self.units],
            "states": list(self.states),
            "sources": dict(t.sources),
            "returned": {f"{record_set}/{year}": files for (record_set, year), files in t.returned.items()},
        }


def _columns(knots: Sequence[Knot], first: int, tables: _Tables) -> list[Any]:
    """The nodes of a block, field by field; numbers as differences, which compress better: `what` from the node before, nodes
    below from the node itself."""
    return [
        [k.kind for k in knots],
        _steps(k.what for k in knots),
        _steps(k.place for k in knots),
        [k.amount for k in knots],
        [tables.unit(k.unit) for k in knots],
        [tables.state(k.state) for k in knots],
        _steps(k.said for k in knots),
        [list(k.own) if any(k.own) else 0 for k in knots],
        [[c - i for c in k.below] for i, k in enumerate(knots, first)],
        [k.roles for k in knots],
        [[[r.key, r.nodes, r.values] for r in k.rows] if k.rows else 0 for k in knots],
    ]


def _steps(numbers: Iterable[int]) -> list[int]:
    made, before = [], 0
    for n in numbers:
        made.append(n - before)
        before = n
    return made
