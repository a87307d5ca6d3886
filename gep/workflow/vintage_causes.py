"""The change of GEP and of the green-gold index between two vintages, by the factors that made it, for each region and year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from gep.accounts.decompose import Change
from gep.base.records import Names
from gep.book import Book
from gep.explain.change import Causes, Leaf, PlaceChange
from gep.explain.changes import Explained
from gep.explain.differ import JOURNAL
from gep.explain.leaf_parts import Ground, LeafParts, of_vintages
from gep.explain.moved import Movements
from gep.explain.side import Ref, Side, alike
from gep.workflow.change_rows import CLASS_DIM, CURRENT, EXTENT
from gep.workflow.change_years import service_names
from gep.workflow.line_nodes import LineKey, Row, by_place, ground_of, index_ratio, line_refs, line_side
from gep.workflow.region_rows import accounted
from gep.workflow.release_rows import ReleaseRows
from gep.workflow.sides import Sides, stored

Extents = Mapping[str, Mapping[str, Fraction]]  # region -> class -> area
Grounds = Mapping[int, tuple[Extents, Extents]]  # year -> both sides
PLACE = ("region_code", "year", "profile", "price_basis")
KEYS = slice(2, None)  # of a LineKey: service, benefit, product, ecosystem


def vintage_causes(
    book: Book, left: int, right: int, years: Sequence[int], sides: Sides, region: str = ""
) -> tuple[Explained, ...]:
    """The causes of the change from vintage `left` to `right`: one record for each year, profile and price basis with a change.

    Only regions of which a line or the index changed stand in it. Nothing where a trace is not at hand.
    """
    old, new = sides.of(left), sides.of(right)
    if old is None or new is None:
        return ()
    totals, indices, extents = zip(*(_rows(book, v, years) for v in (left, right)), strict=True)
    grounds = {y: _by_returns_alone(*([r for r in e if r["period"] == str(y)] for e in extents)) for y in years}
    moved = Movements(ReleaseRows(book, {old: left, new: right}).of)
    lines = _Lines(old, new, moved, grounds, {code: r.names for code, r in accounted(book.config).items()})
    one, two, index_one, index_two = (by_place(t, *PLACE) for t in (*totals, *indices))
    groups: dict[tuple[int, str, str, str], list[_Found]] = {}
    for place in sorted(one.keys() & two.keys()):
        a, b = one[place], two[place]
        if region in ("", a["region_code"]) and a["currency"] == b["currency"]:
            found = lines.place(a, b, (index_one.get(place), index_two.get(place)))
            if found is not None:
                groups.setdefault((a["year"], a["profile"], a["price_basis"], a["currency"]), []).append(found)
    names = service_names(book)
    made = []
    for (year, profile, basis, currency), held in sorted(groups.items(), key=lambda g: (g[0][:2], g[0][2] != CURRENT, g[0][2:])):
        changes = tuple(f.change for f in held)
        causes = Causes("vintages", (str(left), str(right)), profile, basis, currency, names, changes, year)
        made.append(Explained(causes, tuple(dict.fromkeys(name for f in held for name in f.mingled))))
    return tuple(made)


def _rows(book: Book, vintage: int, years: Sequence[int]) -> tuple[list[Row], list[Row], list[Row]]:
    """The totals, the index and the areas of the ecosystems in a vintage."""
    listed = ", ".join(map(str, years))
    account = f"vintage = {vintage} AND zone = '-' AND year IN ({listed})"
    periods = ", ".join(f"'{y}'" for y in years)
    fact = f"vintage = {vintage} AND measure = '{EXTENT}' AND period IN ({periods})"
    found = stored(book, {"gep_total": account, "green_gold_index": account, "fact": fact})
    return list(found["gep_total"]), list(found["green_gold_index"]), list(found["fact"])


def _by_returns_alone(old: Sequence[Row], new: Sequence[Row]) -> tuple[Extents, Extents]:
    """The areas of both sides as far as returns moved them: one that was corrected stands at its mean on both sides.

    A class that a region returned on one side alone, or whose area is not known, leaves the region without ground.
    """
    sides = [
        {(str(r["region_code"]), str(r["category"])): r for r in rows if r["state"] != "not_applicable"} for rows in (old, new)
    ]
    made: tuple[dict[str, dict[str, Fraction]], dict[str, dict[str, Fraction]]] = ({}, {})
    unknown: set[str] = set()
    for region, category in sorted(sides[0].keys() | sides[1].keys()):
        dim, _, code = category.partition(":")
        one, two = (s.get((region, category)) for s in sides)
        if dim != CLASS_DIM:
            continue
        if one is None or two is None or one["quantity"] is None or two["quantity"] is None:
            unknown.add(region)
            continue
        ends = (Fraction(one["quantity"]), Fraction(two["quantity"]))
        if JOURNAL in (one["file"], two["file"]):
            ends = ((ends[0] + ends[1]) / 2,) * 2
        for side, area in zip(made, ends, strict=True):
            side.setdefault(region, {})[code] = area
    for region in unknown:
        for side in made:
            side.pop(region, None)
    return made


class _Found(NamedTuple):
    """A place with its causes, and the lines whose causes could not be told apart."""

    change: PlaceChange
    mingled: tuple[str, ...]


class _Lines:
    """The lines of both vintages; one is explained once, however many regions it counts in."""

    def __init__(self, old: Side, new: Side, moved: Movements, grounds: Grounds, names: Mapping[str, Names]) -> None:
        self.old, self.new, self.moved, self.grounds, self.names = old, new, moved, grounds, names
        self.known: dict[tuple[Ref | None, Ref | None], tuple[Leaf, bool]] = {}

    def place(self, old: Row, new: Row, index: tuple[Row | None, Row | None]) -> _Found | None:
        """GEP of a region, year, profile and price basis with its causes; None where no line and no index changed."""
        one, two = line_refs(self.old, old), line_refs(self.new, new)
        found = [self._leaf(key, one.get(key), two.get(key), old["year"]) for key in sorted({*one, *two})]
        leaves = tuple(leaf for leaf, _ in found)
        code = str(old["region_code"])
        made = PlaceChange(code, str(old["region_level"]), (code,), (code,), (self.names[code],), leaves)
        ratio = index_ratio(*index, made.total)
        if not _moved(leaves) and (ratio is None or not ratio.change.difference):
            return None
        return _Found(replace(made, ratios=(ratio,) if ratio else ()), tuple(leaf.name for leaf, apart in found if not apart))

    def _leaf(self, key: LineKey, old: Ref | None, new: Ref | None, year: int) -> tuple[Leaf, bool]:
        if (old, new) not in self.known:
            ground = self._ground(key, year)
            parts = self._parts(key, old, new, ground)
            sides = [
                line_side(ref, None if ground is None else (ground.area[i], ground.whole[i])) for i, ref in enumerate((old, new))
            ]
            self.known[old, new] = (Leaf(key[0], key[KEYS], sides[0], sides[1], parts.change), parts.apart)
        return self.known[old, new]

    def _ground(self, key: LineKey, year: int) -> Ground | None:
        region, ecosystem = key[0], key[-1]
        left, right = self.grounds[year]
        return ground_of(left.get(region), right.get(region), ecosystem)

    def _parts(self, key: LineKey, old: Ref | None, new: Ref | None, ground: Ground | None) -> LeafParts:
        if old is not None and new is not None and old.node["result"] is not None and alike(old.node, new.node):
            value = Fraction(old.node["result"])
            return LeafParts(Change(value, value))
        name = "/".join((key[0], *key[KEYS]))
        return of_vintages(old, new, self.old if old is None else self.new, self.moved, ground, name)


def _moved(leaves: Sequence[Leaf]) -> bool:
    """Whether a line has another value, is known or unknown on one side alone, or is there on one side alone."""
    return any(x.change.difference or x.change.parts or (x.change.unknown and not _same_gap(x)) for x in leaves)


def _same_gap(leaf: Leaf) -> bool:
    """Unknown on both sides."""
    return leaf.left is not None and leaf.right is not None and not leaf.left.known and not leaf.right.known
