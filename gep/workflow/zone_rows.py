"""The rows of zones in the accounts of a release, and the table of what each zone belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from gep.base.records import Key, Names, key_of
from gep.base.rounding import store
from gep.catalog.config import Config
from gep.catalog.record import Catalog
from gep.catalog.zoning import ZONE, without_zone, zone_id
from gep.engine.cells import Cell, Cells
from gep.engine.trace import cell_id
from gep.explain.address import NAMED, Address
from gep.workflow.accounts import QUANTITY_PLACES, VALUE_PLACES, Figure
from gep.workflow.compute import Computation

TOWNSHIP = "township"  # the column of a zone scheme that says in which township a zone lies
SHARE = 12  # decimals of a share


def zone_figures(c: Computation, wholes: Iterable[Figure]) -> Iterator[Figure]:
    """Rows of the zones of the figures of whole regions (physical_account and value_account), marked as allocated.

    The row of a zone is that of its region but for the zone, the amounts, the state and the rule; a price holds for all zones.
    """
    floored = {line.measure for s in c.method.resolved.scheme.services for line in s.lines if line.floor}
    zones: dict[tuple[str, str], dict[Key, list[Cell]]] = {}
    for f in wholes:
        measure, key = _measure_and_key(c, f)
        place = (zone_id(measure), f.address.region)
        if place not in zones:
            zones[place] = _by_whole(c.cells, *place, str(c.year))
        for cell in zones[place].get(key, ()):
            yield _figure(c, f, cell, measure, floored)


def _measure_and_key(c: Computation, f: Figure) -> tuple[str, Key]:
    """The measure and key that a figure of an account was computed or returned as."""
    node = c.nodes[f.node]
    pairs = (pair.partition(":") for pair in str(node["key"]).split(";") if pair)
    return str(node["measure"]), key_of({dim: code for dim, _, code in pairs})


def _by_whole(cells: Cells, measure: str, region: str, period: str) -> dict[Key, list[Cell]]:
    """The figures of zones by the key of the figure they are a part of."""
    found: dict[Key, list[Cell]] = {}
    for key in cells.keys(measure, region, period):
        cell = cells.get(measure, region, period, key)
        if cell is not None:
            found.setdefault(without_zone(key), []).append(cell)
    return found


def _figure(c: Computation, whole: Figure, cell: Cell, measure: str, floored: set[str]) -> Figure:
    valued = whole.address.view == "value_account"
    amount = None if cell.exact is None else store(cell.exact, VALUE_PLACES if valued else QUANTITY_PLACES)
    node = cell_id(cell, c.profile)
    row = dict(whole.row) | {
        "zone": dict(cell.key)[ZONE],
        "value" if valued else "quantity": amount,
        "state": str(cell.state),
        "allocated": True,
        "method_id": f"{c.nodes[node]['rule']}@{c.nodes[node]['version']}",
    }
    if valued and row["unit"] is not None:
        line = measure.partition(".")[2]
        row["quantity"] = _quantity(c.cells.get(zone_id(line), cell.region, cell.period, cell.key), line in floored)
    named = {n: str(row[n]) for n in NAMED[whole.address.view]}
    address_of = whole.address
    made = Address(address_of.view, address_of.region, address_of.period, address_of.keys, named, given=address_of.given)
    return replace(whole, address=made, row=row, node=node, amount=cell.exact, low=cell.low, high=cell.high)


def _quantity(cell: Cell | None, floored: bool) -> Decimal | None:
    """The quantity of a zone that its value rests on: of a deficit nothing is valued."""
    if cell is None or cell.exact is None:
        return None
    return store(max(cell.exact, Fraction(0)) if floored else cell.exact, QUANTITY_PLACES)


def zone_member_rows(catalog: Catalog, config: Config, vintage: int) -> list[Mapping[str, object]]:
    """Rows of zone_member: each zone under its own scheme, what the crosswalks that start there lead to, and its township.

    The township is what the column `township` of the code scheme says, if it has one. A book without a zone scheme has no rows.
    """
    zones = catalog.codes.get(ZONE, {}) if config.zone_scheme else {}
    found: dict[tuple[str, str, str], tuple[Fraction | None, Names]] = {}
    for zone in zones.values():
        found[zone.code, config.zone_scheme, zone.code] = (Fraction(1), zone.names)
        if township := zone.attrs.get(TOWNSHIP, ""):
            place, listed = config.regions.get(township), catalog.codes.get(TOWNSHIP, {}).get(township)
            names = place.names if place else listed.names if listed else Names(township, township)
            found[zone.code, TOWNSHIP, township] = (Fraction(1), names)
    for line in (x for lines in catalog.crosswalks.values() for x in lines):
        if line.scheme_from == config.zone_scheme and line.code_from in zones:
            code = catalog.codes[line.scheme_to][line.code_to]
            found[line.code_from, line.scheme_to, line.code_to] = (line.share if line.conserves else None, code.names)
    return [
        {
            "vintage": vintage, "zone": zone, "scheme": scheme, "code": code, "name_zh": names.zh, "name_en": names.en,
            "share": None if share is None else store(share, SHARE),
        }
        for (zone, scheme, code), (share, names) in sorted(found.items(), key=lambda item: item[0])
    ]  # fmt: skip
