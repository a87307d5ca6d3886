"""explain: a figure down to the returned cells and sourced parameters, as a tree for people and as trace nodes for programs."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.base.findings import Place
from gep.base.records import Code, Source, State
from gep.base.rounding import store
from gep.base.states import Amount, total
from gep.base.units import base_text, parse_unit
from gep.book import Book
from gep.catalog.constant_values import CONSTANT
from gep.catalog.valuation import VALUE
from gep.catalog.zoning import ALL_KEYS, ALL_ZONES, ALL_ZONES_NAMES, KEY, ZONED, zone_id
from gep.explain.address import BY_COLUMN, Address, fit, parse
from gep.explain.explanation import Explanation, Formula, Step, quantity
from gep.explain.returned import Returned, is_return, parse_return
from gep.explain.trail import below, children
from gep.rules import markup
from gep.rules.parse import parse as parse_expression
from gep.workflow.views import Release, complete, no_figure, release_of, rows

# measures that are made of those of the catalogue: how their ids begin, and what is said of them
MADE = (
    (VALUE, "价值", "value"),
    (CONSTANT, "不变价价值", "value at constant prices"),
    (KEY, "分摊面积", "area by which it is brought down"),
    (ALL_KEYS, "各分区分摊面积合计", "area by which it is brought down, all zones"),
)


def explain(book: Book, text: str, lang: str = "zh") -> Explanation:
    """Explain a figure of the book. Raises Refused for an address that cannot be read or names nothing, with similar ones."""
    if is_return(text):
        return _of_return(book, parse_return(text), Words(book, lang))
    address = complete(book, text)
    release = release_of(book, address)
    starts = _starts(release, address, book.catalog.codes, _regions(book, release, address))
    words = Words(book, lang)
    steps = tuple(_step(release, start, "", True, words, ()) for start in starts)
    nodes = {str(n["id"]): n for start in starts for n in below(start, release.nodes)}
    if address.with_column == "price" or (address.with_column == "quantity" and address.view == "value_account"):
        steps = tuple(s for part in steps for s in _beside(release, part, address.with_column, words))
        if address.with_column == "price":  # leaves may rest on one
            steps = tuple({str(s.node["id"]): s for s in steps}.values())
        nodes = {str(n["id"]): n for s in steps for n in below(str(s.node["id"]), release.nodes)}
    if not steps:
        raise no_figure(address.text(), [])
    complete_text = Address(
        address.view, address.region, address.period, address.keys, address.named, address.column, release.vintage
    ).text()
    amount, unit, state = _sum(steps, summed=address.with_column != "price")
    return Explanation(complete_text, address.with_column, amount, unit, state, steps, tuple(nodes[i] for i in sorted(nodes)))


def _of_return(book: Book, returned: Returned, words: Words) -> Explanation:
    """A return that no account shows: the cell as it was typed, with its file and row."""
    vintage = returned.vintage
    if vintage is None:
        found = rows(book, f"SELECT max(vintage) AS vintage FROM vintage_in_use WHERE year = {returned.year}")  # noqa: S608
        vintage = found[0]["vintage"]
    folder = book.releases / str(vintage)
    release = Release(int(vintage or 0), folder)
    if vintage is None or not folder.is_dir() or returned.node not in release.nodes:
        names = list(release.nodes) if vintage is not None and folder.is_dir() else []
        raise no_figure(returned.text(), difflib.get_close_matches(returned.node, names, n=3, cutoff=0.6))
    step = _step(release, returned.node, "", True, words, ())
    amount, unit, state = _sum((step,), summed=True)
    return Explanation(replace(returned, vintage=release.vintage).text(), "amount", amount, unit, state, (step,), (step.node,))


def _regions(book: Book, release: Release, address: Address) -> frozenset[str]:
    """The region of the address and those below it in its year."""
    sql = f"SELECT code, ancestor FROM region_path WHERE vintage = {release.vintage} AND year = {int(address.period[:4])}"  # noqa: S608
    return frozenset(r["code"] for r in rows(book, sql) if r["ancestor"] == address.region) | {address.region}


def _starts(release: Release, address: Address, codes: Mapping[str, Mapping[str, Code]], regions: frozenset[str]) -> list[str]:
    """The nodes of the figure: one leaf, or all leaves below a prefix, below a code that has codes below it, or of regions below.

    A region of a higher level has no leaves of its own but those of services declared at its level.
    """
    plain = Address(address.view, address.region, address.period, address.keys, address.named)
    if address.view in BY_COLUMN:
        name = f"{plain.text()}#{address.with_column}"
        if name in release.figures:
            return [release.figures[name]]
        raise no_figure(address.text(), [n for n in release.figures if n.startswith(f"{address.view}/")][:4])
    if plain.text() in release.figures:
        return [release.figures[plain.text()]]
    leaves = {f: parse(f) for f in sorted(release.figures) if f.startswith(f"{address.view}/")}
    same = {f: a for f, a in leaves.items() if (a.period, a.named) == (address.period, address.named) and a.region in regions}
    fits = {f: fit(address, a, codes) for f, a in same.items()}
    undivided = any(how == "undivided" and _state(release, f) is not State.NOT_APPLICABLE for f, how in fits.items())
    found = [] if undivided else [f for f, how in fits.items() if how == "inside"]
    if not found:
        same_view = [f for f in release.figures if f.startswith(f"{address.view}/")]
        raise no_figure(address.text(), difflib.get_close_matches(plain.text(), same_view, n=3, cutoff=0.3))
    return [release.figures[f] for f in found]


def _beside(release: Release, value: Step, column: str, words: Words) -> Iterator[Step]:
    """The price or the quantity that a value rests on; for a zone the price of its region, and the quantity of the zone."""
    if not _zoned(value.node):
        yield from (s for s in value.steps if s.role == column)
    elif column == "price":
        yield from (s for whole in value.steps if whole.role == "whole" for s in whole.steps if s.role == column)
    else:
        measure = str(value.node["measure"])
        line = zone_id(measure.removeprefix(ZONED).partition(".")[2])
        name = str(value.node["id"]).replace(f"/{measure}/", f"/{line}/", 1)
        if name in release.nodes:
            yield _step(release, name, column, True, words, ())


def _zoned(node: Mapping[str, Any]) -> bool:
    return str(node.get("measure", "")).startswith(ZONED)


def _state(release: Release, figure: str) -> State:
    return State(str(release.nodes[release.figures[figure]].get("state", State.VALUE)))


class Words:
    """Names for people, from the catalogue of the book."""

    def __init__(self, book: Book, lang: str) -> None:
        self.book, self.lang = book, lang

    def node(self, node: Mapping[str, Any]) -> str:
        if node["kind"] == "parameter":
            code = self.book.catalog.codes.get("parameter", {}).get(node["parameter"])
            name = code.names.of(self.lang) if code else node["parameter"]
            return f"{name}{self.key(node['key'])}"
        return self.measure(str(node.get("measure", "")), self.key(node["key"]))

    def measure(self, name: str, key: str) -> str:
        """The name of a measure of the catalogue, or of one that was made of its: a value, an area, the part of a zone."""
        plain = name.removeprefix(ZONED)
        for begins, zh, en in MADE:
            if plain.startswith(begins):
                inner = plain.removeprefix(begins)
                service = self.book.catalog.codes.get("service", {}).get(inner) if begins in (KEY, ALL_KEYS) else None
                title = service.names.of(self.lang) if service else self.measure(inner, "")
                return f"{title}{key} · {zh if self.lang == 'zh' else en}"
        measure = self.book.catalog.measures.get(plain)
        names = ALL_ZONES_NAMES if plain == ALL_ZONES else measure.names if measure else None
        return name if names is None else names.of(self.lang) + key

    def key(self, text: str) -> str:
        names = []
        for pair in filter(None, text.split(";")):
            dim, _, code = pair.partition(":")
            known = self.book.catalog.codes.get(dim, {}).get(code)
            names.append(known.names.of(self.lang) if known else code)
        return f" [{', '.join(names)}]" if names else ""

    def source(self, node: Mapping[str, Any]) -> Source | None:
        return self.book.catalog.sources.get(str(node.get("source", "")))


def _step(release: Release, name: str, role: str, binding: bool, words: Words, above: tuple[str, ...]) -> Step:
    node = release.nodes[name]
    roles: dict[str, tuple[str, bool]] = {}
    if node["kind"] == "calculation":
        roles = {a["node"]: (a["name"], a["binding"]) for a in node["arguments"]} | {
            s["node"]: (s["name"], s["binding"]) for s in node["sums"]
        }
    steps = tuple(_step(release, c, *roles.get(c, ("", True)), words, (*above, name)) for c in children(node))
    amount = node.get("result") or node.get("amount") or node.get("sum") or node.get("value") or ""
    title = words.node(node) if node["kind"] in ("cell", "parameter", "calculation") else node["kind"]
    formula = _formula(node, steps, words) if node["kind"] == "calculation" else None
    unit = str(node.get("unit") or "")
    return Step(node, title, role, str(amount), unit, formula, words.source(node), binding, steps)


def _formula(node: Mapping[str, Any], steps: tuple[Step, ...], words: Words) -> Formula | None:
    """The rule's own expression with names, then with numbers. Row sums are shown by their name: their rows are in the trace."""
    known = words.book.catalog.rules.get(node["rule"], ())
    equations = {e.name: len(e.args) for r in known if r.version == node["version"] for e in r.empirical}
    tree = parse_expression(node["written"], Place(key=node["rule"]), equations)
    if isinstance(tree, tuple):  # the rule is not in this catalogue any more, so its fitted equations are unknown here
        return None
    labels = {s.role: s.title for s in steps if s.role}
    values = {a["name"]: quantity(a["amount"], a["unit"]) if a["amount"] else "?" for a in node["arguments"]}
    return Formula(
        markup.words(tree, labels), markup.numbers(tree, values), markup.mathml(tree, labels), markup.typst(tree, labels)
    )


def _sum(steps: tuple[Step, ...], *, summed: bool) -> tuple[str, str, str]:
    """Amount, unit and state: of a single leaf as it stands, of several their total in the base unit.

    Nothing is added up where `summed` is false (prices) or the units measure different things. Prices that are all one are told
    as this one; others are listed.
    """
    alike = not summed and len({(s.amount, s.unit, str(s.node.get("state", State.VALUE))) for s in steps}) == 1
    if len(steps) == 1 or alike:
        only = steps[0]
        return only.amount, only.unit, str(only.node.get("state", State.VALUE))
    parts = [(s, State(str(s.node.get("state", State.VALUE)))) for s in steps]
    units = [parse_unit(s.unit) for s in steps]
    known = {s.node["id"]: Fraction(Decimal(s.amount)) * u.factor for (s, state), u in zip(parts, units, strict=True) if s.amount}
    made = total(Amount(state, store(known[s.node["id"]], 6) if state is State.VALUE else None) for s, state in parts)
    if not summed or any(not u.compatible(units[0]) for u in units):
        return "", " | ".join(sorted({s.unit for s in steps})), str(made.state)
    return "" if made.amount is None else format(made.amount, "f"), base_text(units[0]), str(made.state)
