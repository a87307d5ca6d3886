"""The assets of a scheme on two sides of a place: their figures out of the traces in use, with the changes by class."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from gep.base.data import data_root
from gep.base.records import Code, Names
from gep.book import Book
from gep.explain.change import PlaceChange, Stock
from gep.explain.stocks import Asset, Figures, declared, holding, into_zone, stock_change, total
from gep.ledger.views import literal
from gep.workflow.accounts import lineage
from gep.workflow.change_rows import CLASS_DIM, WHOLE, extents
from gep.workflow.region_rows import accounted
from gep.workflow.sides import TRACE
from gep.workflow.views import rows


def stocks_of(
    book: Book, scheme: str, places: Sequence[PlaceChange], years: tuple[int, int], zone: str = WHOLE
) -> list[PlaceChange]:
    """The places with the changes of what their assets are worth at the end of both years.

    `zone`: one zone of every region. It has the condition and the price of its region and the area of its own; only assets that
    say by which crosswalk ecosystems go to their classes have zones.
    """
    stocks = _Stocks(book, scheme, years, zone)
    return [stocks.of(place) for place in places]


class _Stocks:
    """The assets of a scheme in two years."""

    def __init__(self, book: Book, scheme: str, years: tuple[int, int], zone: str) -> None:
        self.book = book
        self.assets = tuple(a for a in declared(book.data or data_root()) if zone == WHOLE or a.crosswalk)
        self.places = accounted(book.config)
        held = _figures(book, scheme, years, frozenset(m for asset in self.assets for m in asset.measures))
        if zone != WHOLE:
            held = {year: self._zoned(figures, extents(book, scheme, year, zone)) for year, figures in held.items()}
        self.sides = (held[years[0]], held[years[1]])

    def _zoned(self, figures: Figures, areas: Mapping[str, Mapping[str, Fraction] | None]) -> Figures:
        """The figures of one zone of every region."""
        made, tree = Figures(), self.book.catalog.codes.get(CLASS_DIM, {})
        for asset in self.assets:
            walk = {c.code_from: c.code_to for c in self.book.catalog.crosswalks[asset.crosswalk]}
            into_zone(made, figures, asset, areas, partial(_class_of, walk, tree))
        return made

    def of(self, place: PlaceChange) -> PlaceChange:
        """The place with the changes of its assets: of its own regions, or of the leaf regions below them."""
        ends = [self._regions(side, codes) for side, codes in zip(self.sides, (place.left, place.right), strict=True)]
        found = [s for asset in self.assets for s in self._asset(place, asset, ends)]
        return replace(place, stocks=tuple(found))

    def _regions(self, side: Figures, codes: Sequence[str]) -> tuple[str, ...]:
        """The regions with figures among these and those below them."""
        known = {region for _, region in side.amounts}
        return tuple(sorted(c for c in known if set(codes) & set(lineage(c, self.places))))

    def _asset(self, place: PlaceChange, asset: Asset, ends: Sequence[Sequence[str]]) -> Iterator[Stock]:
        """Each class of one asset; nothing if neither side has it."""
        sides = list(zip(self.sides, ends, strict=True))
        keys = dict.fromkeys(key for side, regions in sides for region in regions for key in side.of(asset.value, region))
        grounds = [total(a for r in regions for a in side.of(asset.ground, r).values()) for side, regions in sides]
        for key in keys:
            left, right = (holding(side, asset, regions, key) for side, regions in sides)
            change = stock_change(asset, left, right, (grounds[0], grounds[1]), f"{place.id}/{asset.id}/{key}")
            yield Stock(place.id, asset.id, asset.names, key, self._names(key), change)

    def _names(self, key: str) -> Names:
        dim, _, code = key.partition(":")
        held = self.book.catalog.codes.get(dim, {})
        return held[code].names if code in held else Names(code, code)


def _class_of(walk: Mapping[str, str], tree: Mapping[str, Code], ecosystem: str) -> str:
    """Where an ecosystem goes: as the nearest one above it that the crosswalk names; nowhere (an empty code) if there is none."""
    while ecosystem not in walk and ecosystem in tree and tree[ecosystem].parent:
        ecosystem = tree[ecosystem].parent
    return walk.get(ecosystem, "")


def _figures(book: Book, scheme: str, years: Sequence[int], wanted: frozenset[str]) -> dict[int, Figures]:
    """The figures of these years out of the traces of the vintages in use, each trace read once."""
    listed = ", ".join(str(int(y)) for y in dict.fromkeys(years))
    sql = f"SELECT vintage, year FROM vintage_in_use WHERE profile = {literal(scheme)} AND year IN ({listed}) ORDER BY ALL"  # noqa: S608 - literals
    found = {year: Figures() for year in years}
    by_vintage: dict[int, list[int]] = {}
    for row in rows(book, sql):
        by_vintage.setdefault(row["vintage"], []).append(row["year"])
    for vintage, own in by_vintage.items():
        path = book.releases / str(vintage) / TRACE
        if path.is_file():
            for node in _nodes(path, own, wanted):
                found[int(node["period"])].take(node)
    return found


def _nodes(path: Path, years: Iterable[int], wanted: frozenset[str]) -> Iterator[dict[str, Any]]:
    """The nodes of these measures and years; the lines of the others are not parsed."""
    measure = re.compile('"measure":"(?:' + "|".join(re.escape(m) for m in sorted(wanted)) + ')"')
    periods = tuple(str(year) for year in years)
    marks = tuple(f'"period":"{period}"' for period in periods)
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if any(mark in line for mark in marks) and measure.search(line):
                node = json.loads(line)
                if node.get("measure") in wanted and node["kind"] in ("calculation", "cell") and node["period"] in periods:
                    yield node
