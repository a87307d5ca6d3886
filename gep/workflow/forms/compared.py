"""Two years of a profile side by side, each in the vintage that a statement shows: the change of every area, line by line.

Lines stand at the level they are accounted at. Those of one area are worked out once, and serve it and every area above it.
"""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gep.accounts.comparable import Area, comparable_areas
from gep.accounts.decompose import Side
from gep.base.records import Region
from gep.explain.address import NO_KEY
from gep.explain.change import KEYS, Leaf, LeafKey, PlaceChange
from gep.ledger.views import literal
from gep.report.form import Scope
from gep.workflow.accounts import lineage
from gep.workflow.change_pairs import Ends, check_total, index_of, leaves_of, unknown_place
from gep.workflow.change_rows import CLASS_DIM, EXTENT, ZONE_DIM, YearRows, side_of
from gep.workflow.forms.reader import CURRENT, Reader, SqlRow
from gep.workflow.region_rows import accounted


@dataclass
class Compared:
    """Two years of one profile at current prices, the earlier one on the left."""

    reader: Reader
    left: YearRows
    right: YearRows
    places: Mapping[str, Region]
    areas: tuple[Area, ...]
    _lines: dict[str, tuple[Leaf, ...]] = field(default_factory=dict)

    def area_of(self, region: str) -> Area | None:
        """The comparable area that holds this code in the later year."""
        return next((a for a in self.areas if region in a.right), None)

    def change(self, area: Area) -> PlaceChange:
        """The change of an area and of its index. Raises AssertionError if the lines do not make the stored totals."""
        leaves = tuple(leaf for part in self.areas if self._inside(part, area) for leaf in self.lines(part))
        names = tuple(dict.fromkeys(self.places[c].names for c in (*area.left, *area.right)))
        made = PlaceChange(area.id, area.level, area.left, area.right, names, leaves)
        ends, total = self._ends(area), made.total
        if total.difference is not None:
            for side, amount in zip(ends, (total.left, total.right), strict=True):
                check_total(side.codes, [side.rows.gep[c] for c in side.codes if c in side.rows.gep], amount)
        index = index_of(*ends, total) if leaves else None
        return PlaceChange(area.id, area.level, area.left, area.right, names, leaves, (index,) if index else ())

    def lines(self, area: Area) -> tuple[Leaf, ...]:
        """The lines that stand at the level of an area; unknown if it may not be compared."""
        if area.id not in self._lines:
            ends = self._ends(area)
            there = ends[0].keys | ends[1].keys
            if area.sound or not there:
                tree = self.reader.book.catalog.codes.get(CLASS_DIM, {})
                self._lines[area.id] = leaves_of(area.id, *ends, tree)
            else:
                lost = unknown_place(area.id)
                self._lines[area.id] = tuple(Leaf(area.id, key, None, None, lost) for key in sorted(there))
        return self._lines[area.id]

    def _ends(self, area: Area) -> tuple[Ends, Ends]:
        return Ends(self.left, area.left), Ends(self.right, area.right)

    def _inside(self, part: Area, whole: Area) -> bool:
        pairs = ((part.left, whole.left), (part.right, whole.right))
        return all(set(upper) & set(lineage(code, self.places)) for codes, upper in pairs for code in codes)


def compared(reader: Reader, left: Scope, right: Scope) -> Compared:
    """The two years, read once for all regions of a statement."""

    def read() -> Compared:
        places = accounted(reader.book.config)
        areas = comparable_areas(places, reader.book.config.changes, left.year, right.year)
        return Compared(reader, year_of(reader, left), year_of(reader, right), places, areas)

    names = (f"{s.profile} {s.year}@{s.vintage}" for s in (left, right))
    return reader.kept(f"compared {' '.join(names)}", read)


def year_of(reader: Reader, scope: Scope) -> YearRows:
    """A year of a profile at current prices, all regions, as one vintage holds it."""
    return reader.kept(f"year {scope.profile} {scope.year}@{scope.vintage}", lambda: _read(reader, scope))


def _read(reader: Reader, scope: Scope) -> YearRows:
    here = f"vintage = {scope.vintage} AND profile = {literal(scope.profile)} AND year = {scope.year} AND zone = '{NO_KEY}'"
    at = f"{here} AND price_basis = '{CURRENT}'"
    physical = reader.rows(f"SELECT * FROM physical_account_all WHERE {here} ORDER BY ALL")
    methods = {(r["region_code"], _key(r)): str(r["method_id"] or "") for r in physical}
    # an amount of money without a price has its volume where the profile states it at constant prices too
    constant = f"{here} AND price_basis LIKE 'constant:%' AND price IS NULL AND value > 0"
    moved = reader.rows(f"SELECT * FROM value_account_all WHERE {constant} ORDER BY ALL")
    volumes = {(r["region_code"], _key(r)): Fraction(r["value"]) for r in moved}
    lines: dict[str, dict[LeafKey, Side]] = {}
    for r in reader.rows(f"SELECT * FROM value_account_all WHERE {at} ORDER BY ALL"):
        place = (r["region_code"], _key(r))
        lines.setdefault(place[0], {})[place[1]] = side_of(r, methods.get(place, ""), volumes.get(place))
    totals = reader.rows(f"SELECT region_code, gep, currency FROM gep_total_all WHERE {at} ORDER BY ALL")
    index = reader.rows(f"SELECT * FROM green_gold_index_all WHERE {at} ORDER BY ALL")
    return YearRows(
        scope.year,
        lines,
        _extents(reader, scope),
        {r["region_code"]: None if r["gep"] is None else Fraction(r["gep"]) for r in totals},
        {r["region_code"]: r for r in index},
        str(totals[0]["currency"]) if totals else "",
    )


def _key(row: SqlRow) -> LeafKey:
    return tuple(str(row[name]) for name in KEYS)


def _extents(reader: Reader, scope: Scope) -> dict[str, dict[str, Fraction] | None]:
    """The area of each ecosystem by region as returned, of whole regions; None where one of them is unknown."""
    sql = (
        f"SELECT region_code, category, state, quantity FROM fact_all WHERE vintage = {scope.vintage}"
        f" AND measure = '{EXTENT}' AND period = '{scope.year}' ORDER BY ALL"
    )
    found: dict[str, dict[str, Fraction] | None] = {}
    for region, code, quantity in _areas(reader.rows(sql)):
        held = found.setdefault(region, {})
        if held is None or quantity is None:
            found[region] = None
        else:
            held[code] = held.get(code, Fraction(0)) + quantity
    return found


def _areas(rows: Iterable[SqlRow]) -> Iterator[tuple[str, str, Fraction | None]]:
    for r in rows:
        key = dict(pair.split(":", 1) for pair in str(r["category"]).split(";") if ":" in pair)
        if key.get(CLASS_DIM) and key.get(ZONE_DIM, NO_KEY) == NO_KEY and r["state"] != "not_applicable":
            yield r["region_code"], key[CLASS_DIM], None if r["quantity"] is None else Fraction(r["quantity"])
