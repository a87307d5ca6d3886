"""compare: two profiles side by side, for each region and year; every difference in terms that add up to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gep.base.findings import Place as Where
from gep.base.findings import Refused, finding
from gep.book import Book
from gep.explain.address import NAMED, Address, parse
from gep.explain.pair import ABSENT, Figure, Pair, Place, Reason, Term, effects, figure, services
from gep.explain.split import side, split
from gep.workflow.views import Release, rows

TOTALS = "SELECT region_code, zone, year, vintage, profile, price_basis, currency, gep FROM gep_total ORDER BY ALL"
SERVICES = """SELECT DISTINCT year, profile, service FROM (
  SELECT year, profile, service FROM physical_account UNION ALL SELECT year, profile, service FROM value_account)"""
Row = Mapping[str, Any]
Key = tuple[str, ...]  # region, zone, service, benefit, product, ecosystem


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
        self.releases: dict[int, Release] = {}
        self.lines: dict[tuple[object, ...], tuple[Term, ...]] = {}
        self.services = {(r["year"], r["profile"], r["service"]) for r in rows(book, SERVICES)}

    def place(self, left: Row, right: Row) -> Place:
        """GEP of one region and year, with the lines below it by service."""
        ends = [self._release(r).nodes[f"total:{_total(r)}"] for r in (left, right)]
        lines = tuple(self._lines(left, right, *(dict(self._parts(r)) for r in (left, right))))
        totals = [Figure(r["gep"], str(n["state"])) for r, n in zip((left, right), ends, strict=True)]
        gep = Pair({"service": "GEP"}, totals[0], totals[1], effects(t for line in lines for t in line.terms), services(lines))
        vintages, basis = (left["vintage"], right["vintage"]), (left["price_basis"], right["price_basis"])
        return Place(left["region_code"], left["year"], left["currency"], vintages, basis, gep)

    def _release(self, row: Row) -> Release:
        vintage = int(row["vintage"])
        if vintage not in self.releases:
            self.releases[vintage] = Release(vintage, self.book.releases / str(vintage))
        return self.releases[vintage]

    def _parts(self, row: Row) -> Iterator[tuple[Key, Mapping[str, Any]]]:
        """The value nodes that GEP is the total of, by the keys of their lines."""
        nodes = self._release(row).nodes
        for part in nodes[f"total:{_total(row)}"]["parts"]:
            node = nodes[part["node"]]
            address = next(parse(f) for f in node["figures"] if f.startswith("value_account/"))
            yield (address.region, address.named["zone"], *address.keys), node

    def _lines(self, left: Row, right: Row, one: Mapping[Key, Row], two: Mapping[Key, Row]) -> Iterator[Pair]:
        for key in sorted({*one, *two}):
            nodes = (one.get(key), two.get(key))
            names = ("region", "zone", "service", "benefit", "product", "ecosystem")
            ends = (figure(nodes[0]), figure(nodes[1]))
            memo = (left["vintage"], right["vintage"], _total(left), _total(right), key)
            if memo not in self.lines:
                self.lines[memo] = self._terms(left, right, nodes, ends)
            yield Pair(dict(zip(names, key, strict=True)), *ends, self.lines[memo])

    def _terms(
        self, left: Row, right: Row, nodes: tuple[Row | None, Row | None], ends: tuple[Figure, Figure]
    ) -> tuple[Term, ...]:
        """The terms of a line: none where a side is unknown, the whole value where it counts on one side only."""
        one, two = nodes
        if one is not None and two is not None and all(f.amount is not None for f in ends):
            return split(one, two, self._release(left).nodes, self._release(right).nodes)
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


def _total(row: Row) -> str:
    """The address of the total of a row of gep_total, as its node is called."""
    named = {n: str(row[n]) for n in NAMED["gep_total"]}
    return Address("gep_total", str(row["region_code"]), str(row["year"]), named=named).text() + "#gep"
