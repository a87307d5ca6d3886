"""What the figures of a statement or an audit rest on: from the traces of their vintages to one graph with names and sources.

Each trace is read once, line by line. A figure of the book that no node answers for is a fault of what shows it and refuses it.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from gep.base.findings import Refused
from gep.base.records import Code, Names, State
from gep.base.units import UnitError, display
from gep.book import Book
from gep.catalog.zoning import ZONED, zone_id
from gep.explain.address import BY_COLUMN, NO_KEY, Address, fit, parse
from gep.explain.explanation import citation
from gep.explain.graph import CALCULATION, Graph, Key, Knot, Pattern, Trails, merged
from gep.explain.graph import Reader as Nodes
from gep.explain.patterns import pattern
from gep.ledger.tables import BY_NAME
from gep.report.audit import AuditPaper
from gep.report.statement import Statement
from gep.report.words import WORDS
from gep.workflow.explain import Words
from gep.workflow.forms.reader import Reader, reading
from gep.workflow.views import no_figure

Shown = Statement | AuditPaper


class Traces(dict[int, "tuple[Nodes, _Index]"]):
    """Traces that were read, by vintage: each with the way from an address into it."""


def trails(
    book: Book,
    shown: Shown,
    named: Callable[[Address], bool] | None = None,
    read: dict[int, tuple[Nodes, _Index]] | None = None,
) -> Trails:
    """The graph below every figure of a statement or of the papers of an audit.

    Raises Refused with each address that names nothing in its vintage. An address of an audit without a vintage is of its own
    records and has no nodes. `named`: whether a figure may not be published; those in the graph are told in `Trails.named`,
    printed or not. `read`: the traces that were read before, by vintage, for a statement of several editions; those read now are
    added to it.
    """
    read = {} if read is None else read
    wanted: dict[int, list[str]] = {}
    recorded: list[str] = []
    for text in sorted(addresses(shown)):
        _, at, number = text.rpartition("@")
        if at and number.isdecimal():
            wanted.setdefault(int(number), []).append(text)
        else:
            recorded.append(text)
    graphs: list[Graph] = []
    starts: dict[str, tuple[int, ...]] = dict.fromkeys(recorded, ()) if isinstance(shown, AuditPaper) else {}
    secret: set[int] = set()
    with reading(book) as reader:
        for vintage, texts in sorted(wanted.items()):
            if vintage not in read:
                read[vintage] = _read(reader, vintage)
            made, found, withheld = _of_vintage(*read[vintage], texts, named)
            before = sum(len(g.knots) for g in graphs)
            graphs.append(made)
            secret |= {before + n for n in withheld}
            starts |= {text: tuple(before + n for n in numbers) for text, numbers in found.items()}
        documents, returned = _documents(reader, starts), _returned(reader, sorted(wanted))
    lost = [text for texts in wanted.values() for text in texts if not starts[text]]
    lost += [text for text in recorded if text not in starts]
    if lost:
        raise Refused([f for text in lost for f in no_figure(text, []).findings])
    return replace(_named(book, merged(graphs), starts, documents, returned), named=frozenset(secret))


def node_ids(book: Book, shown: Shown, read: Traces) -> dict[str, tuple[str, ...]]:
    """The ids of the nodes that every figure of the book among those shown rests on directly, by address with its vintage.

    `read`: the traces read before; those read now are added.
    """
    found: dict[str, tuple[str, ...]] = {}
    with reading(book) as reader:
        for text in sorted(addresses(shown)):
            _, at, number = text.rpartition("@")
            if at and number.isdecimal():
                vintage = int(number)
                if vintage not in read:
                    read[vintage] = _read(reader, vintage)
                index = read[vintage][1]
                found[text] = tuple(index.ids[n] for n in index.starts(parse(text)))
    return found


def addresses(shown: Shown) -> set[str]:
    """The complete address of every figure that the forms and sentences show."""
    parts = shown.parts if isinstance(shown, Statement) else (shown,)
    forms = {s.address for part in parts for form in part.forms for _, _, c in form.cells() for s in c.figures}
    spans = (span for part in parts for p in part.paragraphs for s in p.sentences for span in s.spans)
    return forms | {stored.address for span in spans for stored in span.figures}


def _read(reader: Reader, vintage: int) -> tuple[Nodes, _Index]:
    """The whole trace of a vintage, and the way from an address into it."""
    nodes = Nodes(_Evidence(reader, vintage))
    for node in _lines(reader.book.releases / str(vintage) / "trace.jsonl"):
        nodes.add(node)
    return nodes, _Index(nodes, reader.book.catalog.codes, _regions_below(reader, vintage))


def _of_vintage(
    nodes: Nodes, index: _Index, texts: Sequence[str], named: Callable[[Address], bool] | None
) -> tuple[Graph, dict[str, tuple[int, ...]], set[int]]:
    """The graph below the addresses, their nodes in it, and its nodes that are figures which may not be published."""
    found = {text: index.starts(parse(text)) for text in texts}
    made = nodes.graph({n for numbers in found.values() for n in numbers})
    new = nodes.numbers
    secret = {new[n] for figure, n in nodes.figures.items() if n in new and named(parse(figure))} if named else set()
    return made, {text: tuple(new[n] for n in numbers) for text, numbers in found.items()}, secret


def _lines(path: Path) -> Iterator[Mapping[str, Any]]:
    """The nodes of a trace, one held at a time."""
    with path.open(encoding="utf-8") as file, _uncollected():
        for line in file:
            yield json.loads(line)


@contextmanager
def _uncollected() -> Iterator[None]:
    """No search for cycles meanwhile: millions of small records without one are made, and each search would walk them all."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _regions_below(reader: Reader, vintage: int) -> dict[tuple[str, str], list[str]]:
    """(region, year) -> the region and those below it."""
    found: dict[tuple[str, str], list[str]] = {}
    sql = f"SELECT code, ancestor, year FROM region_path WHERE vintage = {vintage} ORDER BY year, ancestor, code"  # noqa: S608
    for row in reader.rows(sql):
        found.setdefault((row["ancestor"], str(row["year"])), []).append(row["code"])
    return found


class _Index:
    """From an address to its nodes, as `explain` finds them: the figure itself, or the leaves that it is the sum of.

    Leaves of the regions below count: a region of a higher level has no leaves but those of services declared at its level.
    """

    def __init__(
        self, nodes: Nodes, codes: Mapping[str, Mapping[str, Code]], regions: Mapping[tuple[str, str], Sequence[str]]
    ) -> None:
        self.nodes, self.codes, self.regions = nodes, codes, regions
        self.ids, self.whats, self.roles = nodes.ids.values(), nodes.whats.values(), nodes.roles.values()
        self.groups: dict[tuple[str, ...], list[str]] = {}
        for figure in nodes.figures:
            self.groups.setdefault(tuple(figure.split("/", 3)[:3]), []).append(figure)
        self.leaves: dict[tuple[str, ...], dict[str, list[tuple[str, Address]]]] = {}
        self.above = {code.parent for scheme in codes.values() for code in scheme.values()}

    def starts(self, address: Address) -> tuple[int, ...]:
        """Its nodes in order of their figures; none if the address names nothing."""
        plain = Address(address.view, address.region, address.period, address.keys, address.named).text()
        if address.view in BY_COLUMN:
            return tuple(self._column(plain, address.with_column))
        found = [plain] if plain in self.nodes.figures else self._inside(address)
        numbers = [self.nodes.figures[f] for f in found]
        if address.view == "value_account" and address.with_column != "value":
            numbers = [n for number in numbers for n in self._beside(number, address.with_column)]
        return tuple(numbers)

    def _column(self, plain: str, column: str) -> Iterator[int]:
        """A column of a total or of the index; GDP is no node of the index but what its ratio was divided by."""
        if f"{plain}#{column}" in self.nodes.figures:
            yield self.nodes.figures[f"{plain}#{column}"]
        elif column == "gdp" and f"{plain}#ggi" in self.nodes.figures:
            yield from self._role(self.nodes.knots[self.nodes.figures[f"{plain}#ggi"]], column)

    def _inside(self, address: Address) -> list[str]:
        """The leaves below a prefix or a code with codes below it; none where a part of one is not split as far."""
        fits = {f: fit(address, leaf, self.codes) for f, leaf in self._near(address) if leaf.named == address.named}
        applicable = (f for f, how in fits.items() if how == "undivided")
        if any(self.nodes.state(f) != State.NOT_APPLICABLE for f in applicable):
            return []
        return [f for f, how in fits.items() if how == "inside"]

    def _near(self, address: Address) -> Sequence[tuple[str, Address]]:
        """The leaves of its place that can fit by their first key, in order of their figures."""
        group = (address.view, address.region, address.period)
        if group not in self.leaves:
            codes = self.regions.get((address.region, address.period[:4]), [address.region])
            names = sorted(f for code in codes for f in self.groups.get((address.view, code, address.period), ()))
            self.leaves[group] = {}
            for leaf in map(parse, names):
                self.leaves[group].setdefault(leaf.keys[0], []).append((leaf.text(), leaf))
        first, held = address.keys[0], self.leaves[group]
        if first == NO_KEY or first in self.above:
            return [leaf for leaves in held.values() for leaf in leaves]
        return [*held.get(first, ()), *held.get(NO_KEY, ())]

    def _beside(self, value: int, column: str) -> Iterator[int]:
        """The price or quantity that a value rests on; of a zone the price of its region and the quantity of the zone."""
        knot = self.nodes.knots[value]
        measure = self.whats[knot.what][1]
        if not measure.startswith(ZONED):
            yield from self._role(knot, column)
        elif column == "price":
            yield from (n for whole in self._role(knot, "whole") for n in self._role(self.nodes.knots[whole], column))
        else:
            line = zone_id(measure.removeprefix(ZONED).partition(".")[2])
            number = self.nodes.ids.number.get(self.ids[value].replace(f"/{measure}/", f"/{line}/", 1))
            yield from () if number is None else (number,)

    def _role(self, knot: Knot, name: str) -> list[int]:
        return [n for n, role in zip(knot.below, self.roles[knot.roles], strict=False) if role.name == name]


class _Evidence:
    """What the return named as evidence of a cell."""

    def __init__(self, reader: Reader, vintage: int) -> None:
        sql = f"SELECT file, row, evidence FROM fact_all WHERE vintage = {vintage} AND evidence IS NOT NULL AND evidence != '-'"  # noqa: S608
        self.named = {(r["file"], r["row"]): str(r["evidence"]) for r in reader.rows(sql)}

    def __call__(self, cell: Mapping[str, Any]) -> str:
        return self.named.get((cell.get("file"), cell.get("row")), "")


def _documents(reader: Reader, starts: Iterable[str]) -> dict[str, tuple[tuple[str, str, str], ...]]:
    """The files attached to the book as evidence of a figure, by its complete address."""
    sql = f"SELECT file, about, sha256, why FROM evidence_file_all WHERE about IS NOT NULL AND {reader.since()} ORDER BY seq"  # noqa: S608
    rows = reader.rows(sql)
    held: dict[str, list[tuple[str, str, str]]] = {}
    for row in rows:
        held.setdefault(str(row["about"]), []).append((row["file"], row["sha256"], row["why"] or ""))
    if not held:
        return {}
    both = {a: (*held.get(a, ()), *held.get(a.rpartition("@")[0], ())) for a in starts}
    return {a: documents for a, documents in both.items() if documents}


def _returned(reader: Reader, vintages: Sequence[int]) -> dict[tuple[str, str], tuple[tuple[str, str], ...]]:
    """The files that the vintages took their record sets from, by record set and year.

    Of a file that came in place of another the journal keeps the years that changed, not those it holds: it may hold any.
    """
    listed = ", ".join(map(str, vintages)) or "-1"
    used = {r["seq"] for r in reader.rows(f"SELECT DISTINCT seq FROM submission_all WHERE vintage IN ({listed})")}  # noqa: S608
    years = {str(r["year"]) for r in reader.rows("SELECT DISTINCT year FROM region_path")}
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for entry in reader.book.entries():
        data = entry.data
        if entry.act == "submit" and entry.seq in used and data.get("record_set"):
            held = years if "replaces" in data else {str(p)[:4] for p in _listed(data["periods"])}
            for year in sorted(held):
                found.setdefault((str(data["record_set"]), year), []).append((str(data["file"]), str(data["sha256"])))
    return {key: tuple(files) for key, files in found.items()}


def _listed(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _named(
    book: Book,
    graph: Graph,
    starts: Mapping[str, tuple[int, ...]],
    documents: Mapping[str, tuple[tuple[str, str, str], ...]],
    returned: Mapping[tuple[str, str], tuple[tuple[str, str], ...]],
) -> Trails:
    zh, en = Words(book, "zh"), Words(book, "en")
    whats = tuple(Names(_title(what, zh), _title(what, en)) for what in graph.whats)
    regions = {region: _region(book, region) for region, _, _ in graph.places if region}
    sources = book.catalog.sources
    cited = {_source(said) for said in graph.saids} & sources.keys()
    return Trails(
        graph,
        starts,
        whats,
        _patterns(book, graph),
        regions,
        {unit: _unit(unit) for unit in dict.fromkeys(k.unit for k in graph.knots)},
        {name: citation(sources[name]) for name in sorted(cited)},
        documents,
        returned,
    )


def _title(what: tuple[str, str, str], words: Words) -> str:
    kind, name, key = what
    match kind:
        case "parameter":
            code = words.book.catalog.codes.get("parameter", {}).get(name)
            return (code.names.of(words.lang) if code else name) + words.key(key)
        case "column":
            view, _, column = name.partition("#")
            if view == "gep_total":
                return WORDS[words.lang][column]
            found = next(c for c in BY_NAME[view].columns if c.name == column)
            return found.zh if words.lang == "zh" else found.en
        case _:
            return words.measure(name, words.key(key))


def _region(book: Book, code: str) -> Names:
    known = book.config.regions.get(code)
    return known.names if known is not None else Names(code, code)


def _unit(unit: str) -> Names:
    """A unit of a return as people read it; one that is no unit of the registry stays as it was typed."""
    if unit in ("", "1"):
        return Names("", "")
    try:
        return Names(display(unit, "zh"), display(unit, "en"))
    except UnitError:
        return Names(unit, unit)


def _source(said: Key) -> str:
    """The source that stands in what many nodes share."""
    return said[{"calculation": 4, "cell": 4, "parameter": 3}.get(said[0], 0)]


def _patterns(book: Book, graph: Graph) -> tuple[Pattern | None, ...]:
    """The formula of every rule in the graph, with places for the names of what it takes."""
    names: dict[int, dict[str, None]] = {}
    for knot in graph.knots:
        if knot.kind == CALCULATION:
            names.setdefault(knot.said, {}).update((role.name, None) for role in graph.roles[knot.roles])
    return tuple(_pattern(book, said, names[i]) if i in names else None for i, said in enumerate(graph.saids))


def _pattern(book: Book, said: Key, names: Iterable[str]) -> Pattern:
    _, rule, version, _, _, written, expression, _, _ = said
    rules = book.catalog.rules.get(rule, ())
    equations = {e.name: len(e.args) for r in rules if r.version == version for e in r.empirical}
    return pattern(written, expression, names, equations)
