"""Asset tables filled at random close in every check, and a single wrong cell is found by a check that looks at it.

`make proof` (GEP_PROOF=full) tries every cell and 2,000 faults of both schemes; otherwise a seeded sample of the physical tables.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from gep.base.findings import Finding
from gep.base.records import Key
from gep.catalog.load import load
from gep.engine.cells import Cell, address
from gep.workflow.printed import Checked, Printed
from tests.proof.asset_fill import COUNTIES, REGIONS, YEARS, Fill, Filled

ROOT = Path(__file__).resolve().parents[2]
FULL = os.environ.get("GEP_PROOF") == "full"
SCHEMES = ("assets-physical", "assets-full") if FULL else ("assets-physical",)
FAULTS, CELLS = (1050, None) if FULL else (63, 70)  # for each scheme; None: every cell
Spot = tuple[str, str, str, Key]
# Second routes that hold two returns against one another: random returns do not agree, so they say nothing of the engine here.
INDEPENDENT = {
    "assets-physical": frozenset[str](),
    "assets-full": frozenset({"SC-L.AREA.LAND", "SC-T.VOLUME.FOREST", "VA-01.R26.residual", "VA-01.R10.chain"}),
}
# The city adds up money that the counties have rounded to four places of 10,000 yuan; its rules start from unrounded yuan.
ROUNDED = ("万元", Decimal("0.0002"))
# Rows with a cell that no check guards. Reference levels are returned and go into an index only: where both happen to be equal there is
# no index. Opening prices of the first year have no closing before, and the rounding of money hides a change of their last place.
UNGUARDED = {
    "assets-physical": frozenset[str](),
    "assets-full": frozenset({"EC-02.RHI", "EC-02.RLO", "VP-01.PRICE.R10"}),
}


@dataclass(frozen=True)
class World:
    """A scheme filled, checked once, with what random figures cannot meet."""

    scheme: str
    filled: Filled
    printed: Printed

    @cached_property
    def whole(self) -> Checked:
        return self.printed.run()

    @cached_property
    def known(self) -> frozenset[tuple[str, str]]:
        """Checks that fail before any fault: asserts that random returns do not meet."""
        return frozenset((f.rule, f.place.key) for f in self.whole.findings)

    @cached_property
    def spots(self) -> list[Spot]:
        return sorted(self.filled.table)

    def cell(self, spot: Spot) -> Cell:
        found = self.printed.cells.get(*spot)
        assert found is not None
        return found

    def told(self, cell: Cell) -> list[Finding]:
        """What a changed cell brings up that was not there before."""
        return [f for f in self.printed.changed(cell).findings if (f.rule, f.place.key) not in self.known]


@pytest.fixture(scope="module", params=SCHEMES)
def world(request: Any) -> World:
    catalog = load(ROOT / "coefficients")
    filled = Fill(catalog, request.param, seed=20240).filled()
    return World(request.param, filled, Printed(catalog, request.param, filled.facts, REGIONS, COUNTIES, YEARS))


def with_amount(cell: Cell, amount: Decimal) -> Cell:
    """The same cell with another figure, as exact as it was."""
    value, old = Fraction(amount), cell.exact or Fraction(0)
    low, high = (None if end is None else end - old + value for end in (cell.low, cell.high))
    return replace(cell, exact=value, amount=format(amount, "f"), low=low, high=high)


def unit_of(cell: Cell) -> Decimal:
    """One unit of the last place; of a rounded figure a hundred of them, which no rounding of its neighbours explains."""
    last = Decimal(1).scaleb(int(Decimal(cell.amount).as_tuple().exponent))
    return last if cell.low == cell.high else last * 100


# ---------------------------------------------------------------- the fill


def test_every_table_is_filled(world: World) -> None:
    tables = {m.table for s in world.filled.table if (m := world.printed.measures[s[0]])}
    assert tables >= {
        t for t in world.printed.scheme.tables if t.startswith(("LA", "LM", "LQ", "GQ", "FT", "FQ", "WR", "WQ", "MN"))
    }
    assert {s[1] for s in world.filled.table} == set(REGIONS)
    assert {s[2] for s in world.filled.table} == {str(y) for y in YEARS}
    assert len(world.filled.table) > 9000


def test_every_second_route_agrees(world: World) -> None:
    """Asserts compare returns with one another, which random figures do not meet; everything worked out closes."""
    routes = [f for f in world.whole.findings if f.code != "ENGINE-CHECK"]
    assert {f.code for f in routes} <= {"PRINTED-DIFFERS"}
    assert [f.place.key for f in routes if f.rule not in INDEPENDENT[world.scheme] and not _rounded(f)] == []


def _rounded(f: Finding) -> bool:
    unit, least = ROUNDED
    return f.found.endswith(unit) and abs(Decimal(f.difference)) <= least


def test_most_checks_run(world: World) -> None:
    """What cannot run: openings of the first year, sums over patches, which are no cells, and bounds nobody has set."""
    first = str(YEARS[0])
    for check in world.whole.not_run:
        prev = check.plan is not None and any(i.time == "prev" for i in check.plan.inputs)
        rows = check.plan is not None and any(i.kind == "column" for i in check.plan.inputs)
        if world.scheme == "assets-physical":
            register = check.rule.startswith("REG.")  # a floor or cap that no document gives a figure for
            assert rows or register or (check.period == first and (prev or check.rule == "I2")), check
    assert len(world.whole.ran) > 5 * len(world.whole.not_run)


# ---------------------------------------------------------------- guarded cells


def test_every_cell_is_guarded(world: World) -> None:
    """A cell is guarded if one more unit of its last place makes a check fail; rows with one that is not are held above."""
    spots = world.spots if CELLS is None else random.Random(11).sample(world.spots, CELLS)  # noqa: S311
    free = [s for s in spots if not world.told(with_amount(c := world.cell(s), Decimal(c.amount) + unit_of(c)))]
    named = Counter(s[0] for s in free)
    print(f"{world.scheme}: {len(spots) - len(free)} of {len(spots)} cells guarded; not: {dict(named)}")
    assert set(named) <= UNGUARDED[world.scheme]
    assert len(free) * 1000 <= len(spots)


# ---------------------------------------------------------------- faults


def faults(world: World, count: int) -> Iterator[tuple[str, Cell]]:
    """Seeded faults (kind, changed cell): each changes one figure to another one."""
    chance = random.Random(2021)  # noqa: S311
    kinds = ("ten times", "one more", "one less", "sign", "zero", "digits", "neighbour")
    made = 0
    while made < count:
        spot = chance.choice(world.spots)
        cell = world.cell(spot)
        kind = kinds[made % len(kinds)]
        amount = _changed(world, kind, cell, chance)
        if amount is not None and abs(amount - Decimal(cell.amount)) >= unit_of(cell):
            made += 1
            yield kind, with_amount(cell, amount)


def _changed(world: World, kind: str, cell: Cell, chance: random.Random) -> Decimal | None:
    old = Decimal(cell.amount)
    match kind:
        case "ten times":
            return old * 10
        case "one more" | "one less":
            return old + unit_of(cell) * (1 if kind == "one more" else -1)
        case "sign":
            return -old
        case "zero":
            return Decimal(0)
        case "digits":
            return _transposed(cell.amount, chance)
    keys = world.printed.cells.keys(cell.measure, cell.region, cell.period)
    others = [
        c for k in keys if (c := world.printed.cells.get(cell.measure, cell.region, cell.period, k)) and c.exact is not None
    ]
    return Decimal(chance.choice(others).amount)


def _transposed(text: str, chance: random.Random) -> Decimal | None:
    """Two neighbouring digits that differ, the other way round."""
    places = [i for i in range(len(text) - 1) if text[i : i + 2].isdigit() and text[i] != text[i + 1]]
    if not places:
        return None
    i = chance.choice(places)
    return Decimal(text[:i] + text[i + 1] + text[i] + text[i + 2 :])


def test_single_faults_are_found(world: World) -> None:
    """Each is found, by a finding that says found, expected and difference and names the changed cell among its figures."""
    missed: list[tuple[str, str]] = []
    kinds: Counter[str] = Counter()
    for kind, cell in faults(world, FAULTS):
        told = world.told(cell)
        name = address(cell.measure, cell.region, cell.period, cell.key)
        if not any(name in f.figures for f in told) and cell.measure not in UNGUARDED[world.scheme]:
            missed.append((kind, name))
        assert all(f.rule and f.found and f.difference for f in told if f.code == "PRINTED-DIFFERS")
        kinds[kind] += 1
    assert missed == []
    assert sum(kinds.values()) == FAULTS
    assert len(kinds) == 7


def test_two_cells_swapped_are_found(world: World) -> None:
    """A row total stays as it is; what the columns are made of does not."""
    chance, found = random.Random(5), 0  # noqa: S311
    while found < 10:
        spot = chance.choice(world.spots)
        keys = world.printed.cells.keys(*spot[:3])
        other = (*spot[:3], chance.choice(keys))
        one, two = world.cell(spot), world.printed.cells.get(*other)
        if (
            two is None
            or two.exact is None
            or abs(two.exact - (one.exact or 0)) < unit_of(one)
            or other not in world.filled.table
        ):
            continue
        swapped = [with_amount(one, Decimal(two.amount)), with_amount(two, Decimal(one.amount))]
        told = [f for f in world.printed.changed(*swapped).findings if (f.rule, f.place.key) not in world.known]
        assert any({address(*spot), address(*other)} & set(f.figures) for f in told), (spot, other)
        found += 1


def test_a_figure_left_out_is_no_fault_but_is_counted(world: World) -> None:
    """Without a cell the checks that look at it do not run; they are given back as such, and nothing is made up for it."""
    land = [f for f in world.filled.facts if f.measure.startswith("LA-01.") and f.period == str(YEARS[0])]
    left_out = next(f for f in land if f.measure == "LA-01.R21" and f.region in COUNTIES)
    all_of_it, less = (
        Printed(world.printed.catalog, world.scheme, facts, REGIONS, COUNTIES, YEARS[:1]).run()
        for facts in (land, [f for f in land if f is not left_out])
    )
    spot = (left_out.measure, left_out.region, left_out.period, left_out.key)
    lost = [c for c in less.not_run if spot in c.reads]
    assert lost
    assert len(less.ran) == len(all_of_it.ran) - len([c for c in all_of_it.ran if spot in c.reads])
    assert {(f.rule, f.place.key) for f in less.findings} <= {(f.rule, f.place.key) for f in all_of_it.findings}
