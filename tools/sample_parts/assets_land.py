"""Land, grassland and wetland of the example city: the balances of every county and year, drawn from the changes of land use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache

from tools.sample_parts import land
from tools.sample_parts.assets_events import (
    ADJUSTMENT,
    GRASS,
    HUMAN,
    LAND_CLASSES,
    NATURAL,
    Move,
    county_flows,
    moves,
    restated,
    restatements,
    stock,
)
from tools.sample_parts.assets_form import BOUNDARY, HECTARES, SURVEY_BREAK, Balance, Cell, rescaled, spread, written
from tools.sample_parts.place import (
    BOUNDARY_YEAR,
    LAKE,
    LOWER,
    MARSH,
    MIDDLE,
    RESERVOIR,
    RIVER,
    SURVEY_YEAR,
    TOWNSHIPS,
    YEARS,
    Township,
    townships,
)

# the survey of one county and year finds other areas than the account: class -> 100 m2, nothing in all
SURVEYED_OTHERWISE = {(MIDDLE, 2018): {"C02": 35, "C03": -35}}
WETLAND_TYPE = {RIVER: "C2", LAKE: "C3", MARSH: "C4", RESERVOIR: "C5"}
WETLAND_TYPES = ("C1", "C2", "C3", "C4", "C5")  # C1: near the coast, of which an inland city has none
GRASS_CLASSES = {"D1": 6, "D2": 21, "D3": 34, "D4": 22, "D5": 9, "D9": 8}
GRASS_GAP = {LOWER: 640}  # 100 m2 of grassland that forestry keeps and the new land survey does not
ADJUSTED = {"R23": BOUNDARY, "R33": BOUNDARY}


def moving(name: str, year: int) -> tuple[list[Township], list[Township]]:
    """The townships that come to a county at the opening of a year, and those that leave it."""
    came = [t for t in TOWNSHIPS if t.in_county(year) == name != t.in_county(year - 1)]
    left = [t for t in TOWNSHIPS if t.in_county(year) != name == t.in_county(year - 1)]
    return came, left


def boundary_note(name: str, year: int) -> Mapping[str, str]:
    """The notes of the adjustment rows in the year a township moves."""
    return ADJUSTED if year == BOUNDARY_YEAR and any(moving(name, year)) else {}


def _of(several: Iterable[Mapping[str, int]]) -> Counter[str]:
    made = Counter[str]()
    for one in several:
        made.update(one)
    return made


@cache
def balance(name: str, year: int) -> Balance:
    """LA-01 of a county and year, in 100 m2: the closing is R10 and additions less reductions."""
    before = [t for t in TOWNSHIPS if t.in_county(year - 1) == name]
    came, left = moving(name, year)
    rows = {row: Counter[str]() for row in ("R21", "R22", "R31", "R32")}
    for (old, new, cause), area in county_flows(name, year).items():
        rows["R21" if cause == HUMAN else "R22"][new] += area
        rows["R31" if cause == HUMAN else "R32"][old] += area
    rows["R23"], rows["R33"] = (_of(stock(t, year - 1) for t in several) for several in (came, left))
    note = SURVEY_BREAK if year == SURVEY_YEAR else ""
    return Balance(_of(restated(t, year) for t in before), rows, note, boundary_note(name, year))


def land_cells(name: str, year: int) -> Iterator[Cell]:
    """LA-01: opening, changes by cause, and the closing as surveyed."""
    yield from balance(name, year).cells("LA-01", LAND_CLASSES, HECTARES, 2)
    closing = balance(name, year).closing()
    apart = SURVEYED_OTHERWISE.get((name, year), {})
    for cls in LAND_CLASSES:
        why = "调查值与账面值不一致" if cls in apart else ""
        yield Cell("LA-01.R60", cls, written(closing[cls] + apart.get(cls, 0), 2), HECTARES, note=why)


@cache
def grass(name: str, year: int) -> Balance:
    """GQ-01: the grassland of LA-01 by quality class; forestry keeps a little more of it in one county since the new survey."""
    whole = balance(name, year)
    before = grass(name, year - 1).closing() if year > YEARS[0] else spread(whole.opening[GRASS], GRASS_CLASSES)
    gap = GRASS_GAP.get(name, 0) if year >= SURVEY_YEAR else 0
    opening = rescaled(before, whole.opening[GRASS] + gap)
    rows: dict[str, Counter[str]] = {}
    for row in ("R23", "R33", "R21", "R22", "R31", "R32"):
        weights = opening if sum(opening.values()) else Counter(GRASS_CLASSES)
        rows[row] = spread(whole.rows[row][GRASS], weights)
    return Balance(opening, rows, whole.opening_note, whole.adjusted)


def grass_cells(name: str, year: int) -> Iterator[Cell]:
    """GQ-01."""
    yield from grass(name, year).cells("GQ-01", GRASS_CLASSES, HECTARES, 2)


@cache
def wetland(name: str, year: int) -> Balance:
    """WL-01: rivers, lakes, marshes and reservoirs as the ecosystem classes have them; it overlaps C01 and C08 of LA-01."""
    return class_balance(name, year, WETLAND_TYPE, opening_restated=True)


def wetland_cells(name: str, year: int) -> Iterator[Cell]:
    """WL-01."""
    yield from wetland(name, year).cells("WL-01", WETLAND_TYPES, HECTARES, 2)


def class_balance(name: str, year: int, column: Mapping[str, str], *, opening_restated: bool) -> Balance:
    """A balance by columns that are groups of ecosystem classes.

    The new survey re-states the opening itself, or it stands in the adjustment rows beside the closing of the year before. A
    moved township always stands in the adjustment rows.
    """
    inside, (came, left) = townships(name, year), moving(name, year)
    before = [t for t in inside if t not in came] + left
    opening = _of(_grouped(land.history(t)[year].opening, column) for t in before)
    rows = {row: Counter[str]() for row in ("R21", "R22", "R23", "R31", "R32", "R33")}
    for town in inside:
        _book(rows, moves(town, year), column)
    note, adjusted = "", boundary_note(name, year)
    if year == SURVEY_YEAR:
        again = {row: Counter[str]() for row in ("R21", "R22", "R31", "R32")} | {r: Counter[str]() for r in ("R23", "R33")}
        for town in inside:
            _book(again, restatements(town), column)
        net = Counter(again["R23"])
        net.subtract(again["R33"])
        if opening_restated:
            opening.update(net)
            note = SURVEY_BREAK
        else:
            rows["R23"], rows["R33"] = +net, -net
            adjusted = {"R23": SURVEY_BREAK, "R33": SURVEY_BREAK}
    rows["R23"].update(_of(_grouped(land.history(t)[year].opening, column) for t in came))
    rows["R33"].update(_of(_grouped(land.history(t)[year].opening, column) for t in left))
    return replace(Balance(opening, rows), opening_note=note, adjusted=adjusted)


def _grouped(areas: Mapping[str, int], column: Mapping[str, str]) -> Counter[str]:
    made = Counter[str]()
    for cls, area in areas.items():
        if cls in column:
            made[column[cls]] += area
    return made


def _book(rows: dict[str, Counter[str]], several: tuple[Move, ...], column: Mapping[str, str]) -> None:
    """Additions and reductions of the columns by cause; what stays inside a column is none."""
    row_of = {HUMAN: ("R21", "R31"), NATURAL: ("R22", "R32"), ADJUSTMENT: ("R23", "R33")}
    for move in several:
        old, new = column.get(move.old, ""), column.get(move.new, "")
        if old == new:
            continue
        more, less = row_of[move.cause]
        if new:
            rows[more][new] += move.area
        if old:
            rows[less][old] += move.area
