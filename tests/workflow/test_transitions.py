"""Matrices over several years from patch tables, beside the sum of the annual ones: through changed codes and boundaries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyarrow as pa
import pytest

from gep.base.records import Names, Region, State, key_of
from gep.catalog.load import load
from gep.catalog.record import Catalog
from gep.engine.cells import Cell, Cells
from gep.workflow.assets import AssetComputation
from gep.workflow.transitions import MEASURE, Matrices, matrices

COEFFICIENTS = Path(__file__).resolve().parents[2] / "coefficients"
CITY = Region("c", "", "city", Names("市", "city"))
ONE = Region("a", "c", "county", Names("甲", "A"))
TWO = Region("b", "c", "county", Names("乙", "B"), valid_to=date(2020, 12, 31))
NEW = Region("d", "c", "county", Names("丁", "D"), valid_from=date(2021, 1, 1), replaces=("b",))
TOWN = Region("a1", "a", "town", Names("镇", "town"))
REGIONS = {r.code: r for r in (CITY, ONE, TWO, NEW, TOWN)}
HECTARE = 10_000

Changes = Mapping[tuple[str, int], list[tuple[str, str, str, str]]]  # (region, year) -> (from, to, cause, hm2)


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load(COEFFICIENTS)


def computed(catalog: Catalog, year: int, leaves: tuple[str, ...], changes: Changes, top: str = "") -> AssetComputation:
    """The annual matrix of every region of a year, as the run leaves it."""
    cells = Cells()
    for (region, when), listed in changes.items():
        for start, end, cause, area in listed if when == year else []:
            key = key_of({"lm01_from": f"F{start}", "lm01_to": f"T{end}", "cause": cause})
            exact = Fraction(Decimal(area))
            cells.put(Cell(MEASURE, region, str(year), key, State.VALUE, exact, area, "hm2"))
    layouts = (catalog.layouts["LA-01"], catalog.layouts["LM-01"])
    above = ((top, leaves),) if top else ()
    made = SimpleNamespace(year=year, regions=leaves, above=above, layouts=layouts, cells=cells, profile="p")
    return cast(AssetComputation, made)


def table(*rows: tuple[str, int, str, str, str]) -> Mapping[str, pa.Table]:
    """(region, year, id, class, hm2)."""
    names = ("region", "period", "row", "la01", "area")
    columns = list(zip(*((r, str(y), i, c, float(a) * HECTARE) for r, y, i, c, a in rows), strict=True))
    return {"land_patch_table": pa.table(dict(zip(names, columns, strict=True)))}


def areas(made: Matrices, region: str, instance: str) -> dict[tuple[str, str], Decimal]:
    return {(m.row, m.column): m.area for m in made.cells if m.region == region and m.instance == instance}


def test_a_transit_patch_stands_once_from_end_to_end_and_twice_in_the_annual_ones(catalog: Catalog) -> None:
    # 10 hm2 of P2 go from cultivated (02) to other land (09) in 2020 and to settlements (06) in 2021
    changes = {("a", 2020): [("02", "09", "human", "10")], ("a", 2021): [("09", "06", "human", "10")]}
    records = table(
        ("a", 2019, "P1", "C02", "90"), ("a", 2019, "P2", "C02", "10"), ("a", 2021, "P1", "C02", "90"), ("a", 2021, "P2", "C06", "10"),
    )  # fmt: skip
    made = matrices([computed(catalog, y, ("a",), changes) for y in (2020, 2021)], records, REGIONS)
    assert not made.findings
    assert areas(made, "a", "since:2019") == {("F02", "T02"): 90, ("F02", "T06"): 10}
    assert areas(made, "a", "gross:2019") == {("F02", "T09"): 10, ("F09", "T06"): 10}


def test_a_piece_is_followed_through_a_split_and_a_new_code_of_its_township(catalog: Catalog) -> None:
    # townships return the rows, so the run led the ids with their codes: a1.P1 is P1
    records = table(("a", 2019, "a1.P1", "C02", "30"), ("a", 2020, "P1.1", "C02", "20"), ("a", 2020, "P1.2", "C06", "10"))
    made = matrices([computed(catalog, 2020, ("a",), {("a", 2020): [("02", "06", "human", "10")]})], records, REGIONS)
    assert not made.findings
    assert areas(made, "a", "since:2019") == {("F02", "T02"): 20, ("F02", "T06"): 10}


def test_land_that_moves_to_another_county_crosses_its_boundary_and_not_that_of_the_city(catalog: Catalog) -> None:
    # b becomes d in 2021 and takes 5 hm2 of cultivated land from a
    changes = {("a", 2021): [("02", "98", "adjustment", "5")], ("d", 2021): [("98", "02", "adjustment", "5")]}
    records = table(
        ("a", 2020, "P1", "C02", "20"), ("a", 2020, "P2", "C02", "5"), ("b", 2020, "Q1", "C04", "40"),
        ("a", 2021, "P1", "C02", "20"), ("d", 2021, "P2", "C02", "5"), ("d", 2021, "Q1", "C04", "40"),
    )  # fmt: skip
    made = matrices([computed(catalog, 2021, ("a", "d"), changes, "c")], records, REGIONS)
    assert not made.findings
    assert areas(made, "a", "since:2020") == {("F02", "T02"): 20, ("F02", "T98"): 5}
    assert areas(made, "d", "since:2020") == {("F04", "T04"): 40, ("F98", "T02"): 5}
    assert areas(made, "c", "since:2020") == {("F02", "T02"): 25, ("F04", "T04"): 40}


def test_annual_changes_that_do_not_explain_the_net_change_are_named(catalog: Catalog) -> None:
    records = table(("a", 2019, "P1", "C02", "10"), ("a", 2020, "P1", "C06", "10"))
    made = matrices([computed(catalog, 2020, ("a",), {("a", 2020): [("02", "06", "human", "4")]})], records, REGIONS)
    # 10 hm2 left from end to end, the changes of the year hold 4
    assert {f.code for f in made.findings} >= {"TRANSITION-GROSS-OUT"}
    assert {abs(Decimal(f.difference)) for f in made.findings} == {6}


def test_what_a_survey_states_otherwise_is_no_change_of_land(catalog: Catalog) -> None:
    changes = {("a", 2020): [("02", "03", "adjustment", "7"), ("02", "06", "human", "1")]}
    records = table(("a", 2019, "P1", "C02", "1"), ("a", 2020, "P1", "C06", "1"))
    made = matrices([computed(catalog, 2020, ("a",), changes)], records, REGIONS)
    assert not made.findings
    assert areas(made, "a", "gross:2019") == {("F02", "T06"): 1}


def test_a_piece_that_lost_area_stops_and_there_is_no_matrix(catalog: Catalog) -> None:
    records = table(("a", 2019, "P1", "C02", "10"), ("a", 2020, "P1", "C02", "9"))
    made = matrices([computed(catalog, 2020, ("a",), {})], records, REGIONS)
    assert made.findings
    assert all(str(f.severity) == "stop" for f in made.findings)
    assert not areas(made, "a", "since:2019")


@pytest.mark.parametrize("dated", [(2019,), (2020,), (2018, 2019)])
def test_without_two_tables_and_every_year_between_them_there_is_no_matrix(catalog: Catalog, dated: tuple[int, ...]) -> None:
    records = table(*(("a", year, "P1", "C02", "10") for year in dated))
    made = matrices([computed(catalog, 2020, ("a",), {})], records, REGIONS)
    assert made.cells == []
    assert matrices([computed(catalog, 2020, ("a",), {})], {}, REGIONS).cells == []


def test_every_cell_names_the_patches_or_annual_cells_it_is_made_of(catalog: Catalog) -> None:
    changes = {("a", 2020): [("02", "06", "human", "10")]}
    records = table(("a", 2019, "P1", "C02", "10"), ("a", 2020, "P1", "C06", "10"))
    made = matrices([computed(catalog, 2020, ("a",), changes)], records, REGIONS)
    for cell in made.cells:
        node: Any = made.nodes[cell.node]
        assert sum(Decimal(p["amount"]) for p in node["parts"]) == cell.area
    end = next(m for m in made.cells if m.instance == "since:2019" and m.region == "a")
    (part,) = cast(Any, made.nodes[end.node])["parts"]
    assert part["node"] == "cell:land_patch_table/a/2020/row:P1"
    assert part["node"] in made.nodes
