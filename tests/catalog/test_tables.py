"""What an asset table declares: measures, codes, the place of every cell, and the measure a returned cell belongs to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gep.base.records import key_of
from gep.catalog.tables import (
    CAUSE,
    RETURNED,
    TOTAL,
    codes_of,
    column_of,
    dim_of,
    leaves_of,
    matrix_dims,
    measures_of,
    netting_measures,
    netting_rule,
    plain_columns,
    returned_as,
    row_of,
    spot,
)
from tests.data.assets.kit import shipped

LAYOUTS = shipped().layouts
MEASURES = shipped().measures


@pytest.mark.parametrize(
    ("table", "block", "dim"),
    [("LA-01", "", "la01"), ("FT-01", "A", "ft01a"), ("FT-01", "V", "ft01v"), ("EC-03M", "", "ec03m"), ("SC-L", "", "scl")],
)
def test_the_code_scheme_of_a_block_is_the_id_of_the_table_and_the_block(table: str, block: str, dim: str) -> None:
    assert dim_of(LAYOUTS[table], block) == dim


def test_total_columns_are_codes_with_a_mark_and_figures_of_the_row_are_none() -> None:
    codes = {c.code: c for c in codes_of(LAYOUTS["LQ-01"])}
    assert list(codes) == ["C00", *(f"G{n:02d}" for n in range(1, 16))]
    assert [code for code, c in codes.items() if c.attrs.get(TOTAL)] == ["C00"]
    assert (codes["G01"].scheme, codes["G01"].names.zh, codes["G01"].file) == ("lq01", "1等", LAYOUTS["LQ-01"].file)
    assert [c.code for c in plain_columns(LAYOUTS["WR-01"])] == ["C11", "C12", "C13", "C02"]


def test_both_sides_of_a_matrix_are_codes_and_their_totals_are_marked() -> None:
    layout = LAYOUTS["LM-01"]
    rows, columns = matrix_dims(layout)
    codes = list(codes_of(layout))
    assert (rows, columns) == ("lm01_from", "lm01_to")
    plain = {(c.scheme, c.code) for c in codes if TOTAL not in c.attrs}
    assert plain == {(rows, f"F{n:02d}") for n in (*range(1, 10), 98)} | {(columns, f"T{n:02d}") for n in (*range(1, 10), 98)}
    assert {c.code for c in codes if TOTAL in c.attrs} == {"F00", "T00"}
    (measure,) = measures_of(layout)
    assert (measure.id, measure.dims) == ("LM-01.area", (rows, columns, CAUSE))


@pytest.mark.parametrize(
    ("name", "unit", "kind", "dims", "signed"),
    [
        ("LA-01.R21", "hm2", "flow", ("la01",), False),
        ("LA-01.R40", "hm2", "stock", ("la01",), False),
        ("LA-01.R50", "hm2", "flow", ("la01",), True),
        ("FT-01.A.R21", "hm2", "flow", ("ft01a",), False),
        ("FT-01.V.R22", "m3", "flow", ("ft01v",), False),
        ("FT-01.U1.R40", "m3/hm2", "ratio", (), False),
        ("LQ-01.CAV.R10", "等", "ratio", (), False),
        ("MN-01.R31", "万t", "flow", ("mineral", "mn01"), False),
        ("WR-01.R05", "万m3", "flow", ("wr01",), False),
        ("VA-01.R26", "万元", "flow", ("va01",), True),
    ],
)
def test_a_row_of_a_block_is_a_measure(name: str, unit: str, kind: str, dims: tuple[str, ...], signed: bool) -> None:
    m = MEASURES[name]
    assert (m.kind, m.dims, m.signed) == (kind, dims, signed)
    assert m.unit == unit or name.startswith("MN-01")
    assert m.table == name.partition(".")[0]
    assert m.lower == (None if signed else Decimal(0))
    assert m.additive == {"ratio": (), "stock": ("region", "class"), "flow": ("region", "class", "time")}[kind]


def test_what_the_department_returns_of_openings_and_adjustments_is_a_measure_of_its_own() -> None:
    found = {n for n in MEASURES if n.startswith("LA-01.") and n.endswith(RETURNED)}
    assert found == {f"LA-01.{row}{RETURNED}" for row in ("R10", "R23", "R33")}
    assert MEASURES["LA-01.R10.returned"].names.zh.endswith("（报送）")
    assert MEASURES["LA-01.R10.returned"].dims == ("la01",)


def test_a_column_of_some_rows_makes_measures_of_those() -> None:
    assert {n for n in MEASURES if n.startswith("LQ-01.CAV.")} >= {"LQ-01.CAV.R10", "LQ-01.CAV.R40"}
    assert "LQ-01.CAV.R21" not in MEASURES


@pytest.mark.parametrize(
    ("cell", "measure", "key", "total"),
    [
        (("R21", "C02", "LA-01"), "LA-01.R21", {"la01": "C02"}, ()),
        (("R21", "C00", "LA-01"), "LA-01.R21", {"la01": "C00"}, tuple(f"C0{n}" for n in range(1, 10))),
        (("R40", "CAV", "LQ-01"), "LQ-01.CAV.R40", {}, ()),
        (("R22", "V1", "FT-01"), "FT-01.V.R22", {"ft01v": "V1"}, ()),
        (("R17", "C00", "WR-01"), "WR-01.R17", {"wr01": "C00"}, ("C11", "C12", "C13", "C02")),  # through C01
    ],
)
def test_the_spot_of_a_printed_cell(
    cell: tuple[str, str, str], measure: str, key: dict[str, str], total: tuple[str, ...]
) -> None:
    found = spot(LAYOUTS, *cell)
    assert found is not None
    assert (found.measure, found.key, found.total) == (measure, key_of(key), total)
    assert (found.row, found.column, found.table) == cell


@pytest.mark.parametrize(
    "cell",
    [("R99", "C02", "LA-01"), ("R21", "C99", "LA-01"), ("R21", "CAV", "LQ-01"), ("F01", "T02", "LM-01"), ("R21", "C02", "XX-99")],
)
def test_a_cell_that_no_table_has_is_nowhere(cell: tuple[str, str, str]) -> None:
    assert spot(LAYOUTS, *cell) is None


@pytest.mark.parametrize(
    ("item", "columns", "measure"),
    [
        ("LA-01.R21", ("C02",), "LA-01.R21"),
        ("LA-01.R10", ("C02",), "LA-01.R10.returned"),
        ("LA-01.R33", ("C02",), "LA-01.R33.returned"),
        ("FT-01.R21", ("A1",), "FT-01.A.R21"),
        ("FT-01.R21", ("V3",), "FT-01.V.R21"),
        ("FT-01.R10", ("V1",), "FT-01.V.R10.returned"),
        ("MN-01.R31", ("limestone", "C1"), "MN-01.R31"),
        ("VP-01.R10", ("limestone",), "VP-01.PRICE.R10.returned"),  # a table of one figure a row needs no column
        ("LA-01.R21", ("X9",), "LA-01.R21"),  # no column of the table: the item itself, for intake to refuse
        ("LA-01.R99", ("C02",), "LA-01.R99"),
        ("rain", (), "rain"),
        ("XX-99.R10", ("C02",), "XX-99.R10"),
        ("LM-01.F01", ("T02",), "LM-01.F01"),
    ],
)
def test_the_measure_a_returned_cell_belongs_to(item: str, columns: tuple[str, ...], measure: str) -> None:
    assert returned_as(LAYOUTS, item, columns) == measure


def test_rows_and_columns_by_code() -> None:
    layout = LAYOUTS["LA-01"]
    assert (row_of(layout, "R10"), row_of(layout, "nothing")) == (layout.rows[0], None)
    column = column_of(layout, "C00")
    assert column is not None
    assert leaves_of(layout, column) == tuple(f"C0{n}" for n in range(1, 10))
    assert column_of(layout, "nothing") is None


def test_every_measure_and_code_of_a_table_is_in_the_catalogue() -> None:
    for layout in LAYOUTS.values():
        assert {m.id for m in measures_of(layout)} <= set(MEASURES)
        for code in codes_of(layout):
            assert shipped().codes[code.scheme][code.code].names == code.names


def test_a_flow_between_places_has_its_gross_and_inner_amount_and_the_rule_that_nets_it() -> None:
    part, whole = MEASURES["WR-01.R12.to"], MEASURES["WR-01.R12"]
    gross, inner = netting_measures(part, whole)
    assert (gross.id, inner.id) == ("WR-01.R12.gross", "WR-01.R12.inner")
    assert (gross.unit, gross.dims) == (whole.unit, whole.dims)
    rule = netting_rule(part)
    assert (rule.id, rule.output, rule.expression, rule.at) == ("WR-01.R12.net", "WR-01.R12", "gross - inside", "above")
    assert shipped().rules["WR-01.R12.net"][-1].inputs[1].grain == ("region", "wr01")


def test_a_scheme_takes_all_rules_of_a_table_by_one_name() -> None:
    scheme = shipped().schemes["land"]
    assert set(scheme.rules) == {r for r in shipped().rules if r.startswith("LA-01.")}
    assert "LA-01.*" not in scheme.rules
    assert len(scheme.rules) == len(set(scheme.rules))
