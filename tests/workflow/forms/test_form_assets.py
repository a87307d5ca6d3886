"""The asset tables as forms: every number explained, every total a formula that holds, heads, signs, notes, the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from gep.base.records import Names
from gep.book import Book
from gep.ledger.rollup import total_sql, total_state_sql
from gep.report.form import BLANK, Cell, Made, Ref, Scope, Stored, Term, evaluate, letters
from gep.workflow.forms.assets import added_of, columns_of, held_of, made, table_of
from gep.workflow.forms.relations import quotients_of, relations_of
from gep.workflow.sheet import sheets
from tests.data.assets.kit import shipped
from tests.ready import Ready
from tests.workflow.forms.asset_forms import (
    CITY,
    RULES,
    UPPER,
    Forms,
    check_addresses,
    check_made,
    check_no_circle,
    check_numbers,
    forms_of,
    layout,
    read,
)

YEAR = 2017


@pytest.fixture(scope="module")
def city(ready: Ready) -> Book:
    return ready.book("sample-city", "2016-2017")


@pytest.fixture(scope="module")
def whole(city: Book) -> Forms:
    return forms_of(city, CITY, YEAR)


@pytest.fixture(scope="module")
def county(city: Book) -> Forms:
    return forms_of(city, UPPER, YEAR)


def test_every_table_of_the_scheme_with_figures_is_a_form(city: Book, whole: Forms) -> None:
    with read(city, CITY, YEAR) as (reader, _, scope):
        held = held_of(reader, scope)
        known = reader.scheme(scope.profile)
    assert known is not None
    expected = [t if i == "-" else f"{t}.{i}" for t in known.tables for i in held.get(t, {})]
    assert [f for f in whole if f not in ("BS-00", "L1")] == expected
    assert {"LA-01", "LM-01", "FT-01", "MN-01.kaolin", "VA-01"} <= whole.keys()
    assert all((f.section, f.number) == ("asset", f.id.split(".")[0]) for f in whole.values())


def test_every_formula_gives_what_its_cell_holds(whole: Forms, county: Forms) -> None:
    assert check_made(whole) > 800
    assert check_made(county) > 800


def test_no_cell_is_made_of_itself(whole: Forms, county: Forms) -> None:
    check_no_circle(whole)
    check_no_circle(county)


def test_every_total_and_identity_is_a_formula(whole: Forms) -> None:
    land = whole["LA-01"]
    classes = [f"C{n:02d}" for n in range(1, 10)]
    for line in land.lines:
        assert land.at[line.code, "C00"].made == Made("sum", tuple(Term(Ref(line.code, c)) for c in classes))
    for c in classes:
        assert land.at["R40", c].made == Made("sum", (Term(Ref("R10", c)), Term(Ref("R20", c)), Term(Ref("R30", c), -1)))
        assert land.at["R20", c].made == Made("sum", tuple(Term(Ref(r, c)) for r in ("R21", "R22", "R23")))
        assert land.at["R61", c].made == Made("sum", (Term(Ref("R60", c)), Term(Ref("R40", c), -1)))
        assert land.at["R10", c].made is None


def test_every_number_is_rounded_once_and_has_figures(whole: Forms, county: Forms) -> None:
    check_numbers(whole)
    check_numbers(county)


def test_every_address_is_explained_by_the_release(city: Book, whole: Forms, county: Forms) -> None:
    assert check_addresses(city, whole | {f"{k}'": f for k, f in county.items()}) > 4000


def test_a_form_prints_what_the_sheet_of_the_table_prints(city: Book, whole: Forms) -> None:
    for form in (whole["LA-01"], whole["LM-01"], whole["VA-01"]):
        (sheet,) = sheets(city, [form.id], year=YEAR, lang="en")
        codes = [c.code for c in sheet.columns]
        for line, row in zip(form.lines, sheet.lines, strict=True):
            shown = {c.code: cell.printed("en") for c, cell in zip(form.columns, line.cells, strict=True) if c.kind == "number"}
            assert shown == {c: cell.text for c, cell in zip(codes, row.cells, strict=True) if c in shown}


def test_columns_lead_with_name_unit_and_code(whole: Forms) -> None:
    assert [c.code for c in whole["LA-01"].columns[:2]] == ["name", "code"]
    services = whole["EC-03"]  # a unit in each row, so none above the table
    assert [c.kind for c in services.columns[:3]] == ["label", "unit", "code"]
    assert services.unit.zh == ""
    assert letters(services)[:5] == ("甲", "乙", "丙", "1", "2")
    assert whole["LA-01"].unit == Names("公顷", "ha")


def test_blocks_of_columns_stand_under_what_their_total_is_of() -> None:
    layouts = shipped().layouts
    timber = {c.code: c for c in columns_of(layouts["FT-01"], of_row=False)}
    assert timber["A1"].group == (Names("森林面积", "Forest area"),)
    assert timber["V3"].group == (Names("林木蓄积", "Standing volume"),)
    assert (timber["A1"].unit.zh, timber["V3"].unit.zh, timber["U0"].group) == ("公顷", "", ())
    matrix = {c.code: c for c in columns_of(layouts["LM-01"], of_row=False)}
    assert (matrix["T02"].group, matrix["T02"].names.zh) == ((Names("期末", "Closing"),), "耕地")
    assert matrix["T98"].group == ()
    assert all(not c.group for c in columns_of(layouts["LA-01"], of_row=False))


def test_rows_are_indented_below_their_sum_and_stocks_are_marked(whole: Forms) -> None:
    lines = {line.code: line for line in whole["LA-01"].lines}
    assert [(lines[c].style, lines[c].indent) for c in ("R10", "R20", "R21", "R40")] == [
        ("stock", 0),
        ("subtotal", 0),
        ("part", 1),
        ("stock", 0),
    ]
    water = {line.code: line.indent for line in whole["WR-01"].lines}
    assert (water["R02"], water["R04"], water["R05"]) == (0, 1, 2)  # inflows are a part of the additions
    depleted = next(line for line in whole["VA-01"].lines if line.code == "R32")
    assert depleted.indent == 1  # 其中


def test_a_matrix_adds_up_its_causes_and_has_feet(whole: Forms) -> None:
    matrix = whole["LM-01"]
    cell = matrix.at["F02", "T06"]
    assert len(cell.figures) == 3  # adjustment, human, natural
    assert cell.exact == sum((f.amount or Decimal(0) for f in cell.figures), Decimal(0))
    assert cell.made is None
    assert matrix.at["F02", "T02"].printed("en") == "·"
    assert matrix.at["F98", "T98"] == BLANK
    down, across = matrix.at["F00", "T06"].made, matrix.at["F02", "T00"].made
    assert down is not None
    assert {t.ref.line for t in down.terms} == {f"F{n:02d}" for n in (1, 2, 3, 4, 5, 7, 8, 9, 98)}
    assert across is not None
    # the diagonal is no number
    assert "T02" not in {t.ref.column for t in across.terms}
    assert any("人为、自然、调整" in n.zh for n in matrix.notes)


def test_a_matrix_over_several_years_is_not_added_to_the_annual_one() -> None:
    """The store keeps `since:` and `gross:` beside the annual matrix, in the same rows and columns."""
    held = [("-", "human", "1"), ("-", "natural", "2"), ("since:2019", "-", "40"), ("gross:2019", "-", "80")]
    with duckdb.connect() as con:
        con.execute(f"CREATE MACRO total(value, state) AS ({total_sql('value', 'state')})")
        con.execute(f"CREATE MACRO total_state(state) AS ({total_state_sql('state')})")
        con.execute(
            "CREATE TABLE asset_account_rollup_all (vintage INT, year INT, region_code TEXT, scheme TEXT, table_id TEXT, "
            "instance TEXT, row_code TEXT, column_code TEXT, cause TEXT, amount DECIMAL(38, 12), state TEXT)"
        )
        for instance, cause, amount in held:
            place = [7, 2022, CITY, "assets", "LM-01", instance, "F02", "T06", cause, Decimal(amount), "value"]
            con.execute("INSERT INTO asset_account_rollup_all VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", place)

        class Reader:
            def rows(self, sql: str) -> list[dict[str, Any]]:
                asked = con.execute(sql)
                return [dict(zip([d[0] for d in asked.description or ()], row, strict=True)) for row in asked.fetchall()]

        scope, matrix = Scope(CITY, Names("市", "City"), 2022, "assets", 7, "final"), shipped().layouts["LM-01"]
        found = {i: added_of(Reader(), scope, matrix, i)["F02", "T06"]["amount"] for i in ("-", "since:2019", "gross:2019")}  # type: ignore[arg-type]
    assert found == {"-": 3, "since:2019": 40, "gross:2019": 80}


def test_a_table_that_is_repeated_is_named_after_its_class(whole: Forms) -> None:
    kaolin = whole["MN-01.kaolin"]
    assert kaolin.names.zh.endswith("：高岭土")
    assert kaolin.names.en.endswith(": Kaolin")
    assert kaolin.at["R40", "C0"].figures[0].address.split("/instance=")[1].startswith("kaolin@")


def test_notes_tell_what_is_made_up_and_how_numbers_are_rounded(whole: Forms) -> None:
    land = whole["LA-01"]
    assert land.illustrative
    assert any("示例数据" in n.zh for n in land.notes)
    assert any(n.en.startswith("Layout rests on") for n in land.notes)
    assert all(n.zh and n.en for f in whole.values() for n in (*f.notes, *f.checks, f.names))
    assert any("未作机械调整" in n.zh for f in whole.values() for n in f.notes)
    services = whole["SC-W"]
    kinds = {cell.kind for _, _, cell in services.cells()}
    assert ("missing" in kinds) == any(n.zh.startswith("「…」缺数") for n in services.notes)


def test_the_rounding_of_the_layout_is_that_of_the_form(city: Book) -> None:
    with read(city, CITY, YEAR) as (reader, _, scope):
        half = replace(shipped().layouts["LA-01"], rounding="half_up")
        rows = [{**r, "amount": Decimal("0.125")} if r["row_code"] == "R10" else r for r in held_of(reader, scope)["LA-01"]["-"]]
        up, even = (table_of(reader, scope, one, "-", rows).form for one in (half, shipped().layouts["LA-01"]))
    assert (up.rounding, up.at["R10", "C01"].printed("en")) == ("half_up", "0.13")
    assert (even.rounding, even.at["R10", "C01"].printed("en")) == ("gbt8170", "0.12")


def test_a_mean_over_area_is_a_quotient_of_its_cells(whole: Forms) -> None:
    timber = whole["FT-01"]
    assert timber.at["R40", "U1"].made == Made("ratio", (Term(Ref("R40", "V1")), Term(Ref("R40", "A1"))))
    assert whole["FQ-01"].at["R40", "U0"].made == Made("ratio", (Term(Ref("R40", "V0")), Term(Ref("R40", "A0"))))
    worst = whole["WQ-01"].at["RV40", "P6"]  # in percent; all classes together are the total
    assert worst.made == Made("percent", (Term(Ref("RV40", "K6")), Term(Ref("RV40", "C00"))))


# ---- how a cell is made, on a table made by hand


def number(text: str) -> Cell:
    return Cell("number", exact=Decimal(text), shown=Decimal(text), figures=(Stored("x", Decimal(text), "hm2", "value"),))


def table(other: Mapping[tuple[str, str], Cell]) -> dict[tuple[str, str], Cell]:
    """Opening 10, added 2 + 3, taken 4, closing 11; the second class has none."""
    amounts = {"R10": "10", "R20": "5", "R21": "2", "R22": "3", "R30": "4", "R31": "4", "R40": "11"}
    cells = {(r, c): number(a) for r, a in amounts.items() for c in ("C0", "C1")}
    cells |= {(r, "C2"): Cell("not_applicable") for r in amounts} | {(r, "U1"): BLANK for r in amounts}
    return cells | dict(other)


def ways(other: Mapping[tuple[str, str], Cell] | None = None) -> dict[tuple[str, str], Cell]:
    return made(layout(), relations_of(layout(), RULES), quotients_of(layout(), RULES), table(other or {}))


def test_what_does_not_apply_is_no_part_of_a_sum() -> None:
    found = ways()
    assert found["R10", "C0"].made == Made("sum", (Term(Ref("R10", "C1")),))
    closing = found["R40", "C1"].made
    assert closing is not None
    assert evaluate(closing, [Decimal(10), Decimal(5), Decimal(4)]) == 11
    assert found["R30", "C1"].made is None  # its rule is no plain sum
    assert found["R10", "C2"].made is None


def test_a_sum_with_a_missing_part_is_no_formula() -> None:
    found = ways({("R22", "C1"): Cell("missing")})
    assert found["R20", "C1"].made is None
    assert found["R40", "C1"].made is not None


def test_a_cell_that_is_not_the_sum_of_its_parts_stands_for_itself() -> None:
    found = ways({("R20", "C1"): number("5.000000000001")})  # as stored; nothing is near enough
    assert found["R20", "C1"].made is None
    assert found["R40", "C1"].made is None
    # its total column is not that sum either, but the rows above it in that column are
    assert found["R20", "C0"].made == Made("sum", (Term(Ref("R21", "C0")), Term(Ref("R22", "C0"))))
