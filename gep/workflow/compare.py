"""compare: two profiles side by side, for each region and year; every difference in terms that add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from gep.accounts.decompose import Change
from gep.base.findings import Place as Where
from gep.base.findings import Refused, finding
from gep.book import Book
from gep.explain.address import parse
from gep.explain.change import Causes, Leaf, PlaceChange
from gep.explain.changes import Explained
from gep.explain.leaf_parts import LeafParts, of_profiles
from gep.explain.pair import ABSENT, Figure, Pair, Reason, Term, effects, figure, services
from gep.explain.profiles import Place
from gep.explain.side import Ref, Side, alike
from gep.explain.split import side, split
from gep.workflow.change_years import service_names
from gep.workflow.line_nodes import LINE_NAMES, LineKey, by_place, index_ratio, line_refs, line_side, total_node
from gep.workflow.region_rows import accounted
from gep.workflow.views import Release, rows

TOTALS = """SELECT region_code, region_level, zone, year, vintage, profile, price_basis, currency, gep FROM gep_total
  WHERE zone = '-' ORDER BY ALL"""
INDEX = "SELECT region_code, year, profile, price_basis, gep, gdp, gdp_vintage, ggi FROM green_gold_index WHERE zone = '-'"
READ = "SELECT vintage, input_hash FROM run_all"
INDEX_KEYS = ("region_code", "year", "profile", "price_basis")
SERVICES = """SELECT DISTINCT year, profile, service FROM (
  SELECT year, profile, service FROM physical_account UNION ALL SELECT year, profile, service FROM value_account)"""
Row = Mapping[str, Any]


def compare_profiles(book: Book, left: str, right: str, region: str = "", year: int | None = None) -> list[Place]:
    """GEP, services and lines of two profiles with the terms of each difference (right − left), for each region and year both
    ran in.

    Each profile is taken as the plain views show it: in the vintage in use for its year. Raises Refused for a profile without
    results and where the two are not in one currency.
    """
    found = rows(book, TOTALS)
    there = sorted({r["profile"] for r in found})
    absent = [p for p in (left, right) if p not in there]
    if absent:
        raise Refused([finding("COMPARE-UNKNOWN", Where(key=p), found=p, expected=", ".join(there)) for p in absent])
    wanted = [r for r in found if region in ("", r["region_code"]) and year in (None, r["year"])]
    here: dict[tuple[object, ...], list[Row]] = {}
    for r in wanted:
        here.setdefault((r["region_code"], r["zone"], r["year"]), []).append(r)
    both = [pair for totals in here.values() for pair in _paired(totals, left, right)]
    unlike = [(a, b) for a, b in both if a["currency"] != b["currency"]]
    if unlike:
        raise Refused([_other_currency(a, b) for a, b in unlike])
    comparison = _Comparison(book)
    return [comparison.place(a, b) for a, b in both]


def _paired(here: Sequence[Row], left: str, right: str) -> list[tuple[Row, Row]]:
    """The totals of both profiles in one region and year; a profile with several stands against the same basis and money only."""
    one, two = ([r for r in here if r["profile"] == p] for p in (left, right))
    alone = len(one) == len(two) == 1
    money = ("price_basis", "currency")
    return [(a, b) for a in one for b in two if alone or all(a[n] == b[n] for n in money)]


def _other_currency(left: Row, right: Row) -> Any:
    where = Where(key=_total(right))
    return finding("COMPARE-UNKNOWN", where, found=f"{_total(right)} {left['currency']}", expected=right["currency"])


class _Comparison:
    """Holds the traces while the places are compared; a line is split once, however many regions it counts in."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.sides: dict[int, Side] = {}
        self.lines: dict[tuple[object, ...], tuple[Term, ...]] = {}
        self.parts: dict[tuple[Ref | None, Ref | None], LeafParts] = {}
        self.services = {(r["year"], r["profile"], r["service"]) for r in rows(book, SERVICES)}
        self.index = by_place(rows(book, INDEX), *INDEX_KEYS)
        self.read = {r["vintage"]: r["input_hash"] for r in rows(book, READ)}
        self.regions = accounted(book.config)

    def place(self, left: Row, right: Row) -> Place:
        """GEP of one region and year, with the lines below it by service and the factors that the difference is made of."""
        both = (left, right)
        one, two = (line_refs(self._side(r), r) for r in both)
        ends = [self._side(r).nodes[total_node(r)] for r in both]
        lines = tuple(self._lines(left, right, one, two))
        totals = [Figure(r["gep"], str(n["state"])) for r, n in zip(both, ends, strict=True)]
        gep = Pair({"service": "GEP"}, totals[0], totals[1], effects(t for line in lines for t in line.terms), services(lines))
        vintages, basis = (left["vintage"], right["vintage"]), (left["price_basis"], right["price_basis"])
        change, mingled = self._change(left, right, one, two)
        same = self.read[vintages[0]] == self.read[vintages[1]]
        return Place(left["region_code"], left["year"], left["currency"], vintages, basis, gep, change, mingled, same)

    def _side(self, row: Row) -> Side:
        vintage = int(row["vintage"])
        if vintage not in self.sides:
            self.sides[vintage] = Side(Release(vintage, self.book.releases / str(vintage)).nodes)
        return self.sides[vintage]

    def _change(
        self, left: Row, right: Row, one: Mapping[LineKey, Ref], two: Mapping[LineKey, Ref]
    ) -> tuple[PlaceChange, tuple[str, ...]]:
        """The causes of the difference, and the lines whose causes could not be told apart."""
        found = [self._leaf(key, one.get(key), two.get(key)) for key in sorted({*one, *two})]
        code = str(left["region_code"])
        leaves = tuple(leaf for leaf, _ in found)
        made = PlaceChange(code, str(left["region_level"]), (code,), (code,), (self.regions[code].names,), leaves)
        before, after = (self.index.get(tuple(r[n] for n in INDEX_KEYS)) for r in (left, right))
        ratio = index_ratio(before, after, made.total)
        return replace(made, ratios=(ratio,) if ratio else ()), tuple(leaf.name for leaf, apart in found if not apart)

    def _leaf(self, key: LineKey, left: Ref | None, right: Ref | None) -> tuple[Leaf, bool]:
        if (left, right) not in self.parts:
            self.parts[left, right] = _parts(left, right, "/".join((key[0], *key[2:])))
        found = self.parts[left, right]
        return Leaf(key[0], key[2:], line_side(left), line_side(right), found.change), found.apart

    def _lines(self, left: Row, right: Row, one: Mapping[LineKey, Ref], two: Mapping[LineKey, Ref]) -> Iterator[Pair]:
        for key in sorted({*one, *two}):
            nodes = tuple(None if ref is None else ref.node for ref in (one.get(key), two.get(key)))
            ends = (figure(nodes[0]), figure(nodes[1]))
            memo = (left["vintage"], right["vintage"], total_node(left), total_node(right), key)
            if memo not in self.lines:
                self.lines[memo] = self._terms(left, right, (nodes[0], nodes[1]), ends)
            yield Pair(dict(zip(LINE_NAMES, key, strict=True)), *ends, self.lines[memo])

    def _terms(
        self, left: Row, right: Row, nodes: tuple[Row | None, Row | None], ends: tuple[Figure, Figure]
    ) -> tuple[Term, ...]:
        """The terms of a line: none where a side is unknown, the whole value where it counts on one side only."""
        one, two = nodes
        if one is not None and two is not None and all(f.amount is not None for f in ends):
            return split(one, two, self._side(left).nodes, self._side(right).nodes)
        whole = Pair({}, *ends).difference
        if whole is None:
            return ()
        lacking, other = (left, ends[0]) if ends[0].amount is None else (right, ends[1])
        reason: Reason = "not_applicable"
        if other.state == ABSENT:
            service = str(parse((one or two or {})["figures"][0]).keys[0])
            known = (lacking["year"], lacking["profile"], service) in self.services
            reason = "line_not_in_profile" if known else "service_not_in_profile"
        sides = (None if n is None else side(n) for n in nodes)
        return (Term.scope(whole, reason, *sides),)


def _parts(left: Ref | None, right: Ref | None, name: str) -> LeafParts:
    if left is not None and right is not None and left.node["result"] is not None and alike(left.node, right.node):
        value = Fraction(left.node["result"])
        return LeafParts(Change(value, value))
    return of_profiles(left, right, name)


def profile_causes(book: Book, left: str, right: str, places: Sequence[Place]) -> tuple[Explained, ...]:
    """The causes of all differences, one record for each year and price basis, in their order."""
    groups: dict[tuple[int, tuple[str, str], str], list[Place]] = {}
    for p in places:
        groups.setdefault((p.year, p.price_basis, p.currency), []).append(p)
    names = service_names(book)
    made = []
    for (year, bases, currency), held in groups.items():
        basis = " | ".join(dict.fromkeys(bases))
        changes = tuple(p.change for p in held)
        mingled = tuple(dict.fromkeys(name for p in held for name in p.mingled))
        causes = Causes("profiles", (left, right), f"{left} | {right}", basis, currency, names, changes, year)
        made.append(Explained(causes, mingled))
    return tuple(made)


def _total(row: Row) -> str:
    return total_node(row).removeprefix("total:")
