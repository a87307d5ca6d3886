"""Charts say what the forms say: every number of a row is a printed cell, every address that of its figure, a gap stays a gap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gep.base.records import Names
from gep.report.charts import MAKERS, NUMBERS, ONE_COLUMN, charts_of
from gep.report.form import Form, Made, Ref, Term, without
from gep.report.local_templates import shipped
from gep.report.statement import Chart
from tests.ready import Ready
from tests.report import chart_forms as made


def faithful(charts: Sequence[Chart], forms: Sequence[Form]) -> int:
    """Holds every number against the cell that it names; gives how many there were."""
    by, count = {form.id: form for form in forms}, 0
    for chart in charts:
        assert chart.forms
        assert set(chart.forms) <= set(by)
        for row in chart.rows:
            for key in (k for k in NUMBERS if f"{k}_cell" in row):
                name, *place = row[f"{key}_cell"].split("/")
                cell = by[name].at.get((place[0], place[1]))
                assert cell is not None
                assert row[key] == (None if cell.shown is None else format(cell.shown, "f"))
                for lang in ("zh", "en"):
                    told = row[f"{key}_text"]
                    assert (told if isinstance(told, str) else told[lang]) == cell.printed(lang)
                if row[f"{key}_figure"]:
                    assert [f.address for f in cell.figures] == [row[f"{key}_figure"]]
                count += 1
    return count


def one(forms: Sequence[Form], name: str) -> Chart:
    (chart,) = [c for c in charts_of(forms) if c.id == name]
    return chart


def test_every_chart_of_forms_made_by_hand_is_faithful() -> None:
    forms = made.every()
    charts = charts_of(forms)
    assert [c.id for c in charts] == [
        "composition", "trend", "index", "waterfall", "change", "index_waterfall", "ecosystems", "ranking", "stocks.LA-01",
        "transition", "balance",
    ]  # fmt: skip
    assert faithful(charts, forms) > 250


def test_every_chart_has_its_drawing_its_names_and_its_words() -> None:
    for chart in charts_of(made.every()):
        assert (shipped() / "charts" / f"{chart.drawing}.vl.json").is_file()
        for lang, place in (("zh", "某自治州"), ("en", "A prefecture")):
            assert chart.names.of(lang)
            assert chart.alt.of(lang).startswith(place)
            assert chart.names.of(lang) in chart.alt.of(lang)


def test_the_charts_of_a_published_account_show_its_tables(ready: Ready) -> None:
    """Garze 2010 as computed: 7548.91 in all, of it 2269.72 for water retention (亿元)."""
    forms = ready.statement("garze-2010", "all").statement.main.forms
    charts = charts_of(forms)
    assert faithful(charts, forms) > 20
    rows = {row["service"]["code"]: row for row in one(forms, "composition").rows}
    assert rows["water_retention"]["value"] == "2269.72"
    assert rows["water_retention"]["value_figure"].startswith("value_account/513300/2010/water_retention")
    assert sum(Decimal(row["value"]) for row in rows.values()) == pytest.approx(Decimal("7548.91"), abs=Decimal("0.1"))


def test_no_forms_no_charts() -> None:
    assert charts_of(()) == ()
    empty = replace(made.value_table(), lines=(made.line("material", "物质产品", (None, None), "subtotal"),))
    assert charts_of((empty,)) == ()


def test_a_chart_whose_numbers_are_all_missing_or_hidden_is_not_there() -> None:
    hidden = made.form("T4", made.regions(2).columns[1:], [made.line("1", "县", (made.HIDDEN, made.HIDDEN))])
    assert charts_of((hidden,)) == ()
    assert charts_of((made.index([(2020, None, None, None)]),)) == ()


def test_one_year_is_no_trend_and_a_missing_year_is_no_row() -> None:
    assert charts_of((made.history((2020,), (1.0,)),)) == ()
    rows = one((made.history((2019, 2020, 2022), (1.5, None, 2.5)),), "trend").rows
    gep = [(row["year"], row["value"], row["value_text"]) for row in rows if row["series"]["code"] == "gep"]
    assert gep == [(2019, "1.50", "1.50"), (2020, None, "…"), (2022, "2.50", "2.50")]


def test_many_years_of_long_numbers_get_the_drawing_that_holds_them() -> None:
    """560 pixels: nine years of nine digits at 6.2 and 12 pixels take 611, eight take 543."""
    for count, drawing in ((8, "trend"), (9, "trend_many")):
        form = made.history(range(2000, 2000 + count), [12345.67] * count)
        assert one((form,), "trend").drawing == drawing
    few = made.index([(2000, 0.5, 0.4, 0.6), (2011, 0.6, 0.5, 0.7)])
    assert one((few,), "index").drawing == "interval_many"


def test_a_suppressed_cell_is_a_sign_and_no_number() -> None:
    rows = {row["class"]["code"]: row for row in one((made.land(),), "stocks.LA-01").rows}
    assert (rows["C03"]["closing"], rows["C03"]["closing_text"], rows["C03"]["closing_figure"]) == (None, "×", "")
    assert (rows["C03"]["reductions"], rows["C03"]["reductions_text"]) == (None, "…")
    assert (rows["C01"]["opening"], rows["C01"]["reductions"], rows["C01"]["closing"]) == ("100.00", "4.00", "96.00")
    assert "C00" not in rows  # a total is no class


def test_a_column_made_of_others_is_no_class() -> None:
    land = made.land()
    total = replace(land.at["R40", "C01"], made=Made("sum", (Term(Ref("R40", "C02")), Term(Ref("R40", "C03")))))
    rows = one((without(land, {("R40", "C01"): total}),), "stocks.LA-01").rows
    assert [row["class"]["code"] for row in rows] == ["C02", "C03"]
    identity = replace(land.at["R40", "C01"], made=Made("sum", (Term(Ref("R10", "C01")), Term(Ref("R20", "C01")))))
    rows = one((without(land, {("R40", "C01"): identity}),), "stocks.LA-01").rows
    assert [row["class"]["code"] for row in rows] == ["C01", "C02", "C03"]


def test_the_services_of_a_class_stand_under_it_and_parts_and_totals_do_not_count_twice() -> None:
    rows = one((made.value_table(),), "composition").rows
    assert len(rows) == 24
    assert {row["class"]["code"] for row in rows} == {"material", "regulating", "cultural"}
    assert rows[0]["class_text"] == "1,234,567.89"


def test_the_largest_region_is_first_and_one_without_a_figure_last() -> None:
    rows = one((made.regions(12),), "ranking").rows
    values = [Decimal(row["value"]) for row in rows if row["value"] is not None]
    assert values == sorted(values, reverse=True)
    assert [row["rank"] for row in rows] == [*range(1, 13)]
    assert rows[-1]["region"]["code"] == "990007"
    assert "990" not in {row["region"]["code"] for row in rows}
    assert (rows[0]["region"]["code"], rows[0]["share"], rows[0]["other_unit"]["zh"]) == ("990010", "1010.00", "万元/平方公里")


@pytest.mark.parametrize(
    ("count", "drawing"), [(2, "ranking"), (ONE_COLUMN, "ranking"), (ONE_COLUMN + 1, "ranking_many"), (90, "ranking_many")]
)
def test_many_regions_stand_in_columns(count: int, drawing: str) -> None:
    assert one((made.regions(count),), "ranking").drawing == drawing


def test_a_waterfall_has_both_ends_and_every_factor() -> None:
    """90 − 5.25 + 15.25 = 100"""
    rows = one((made.causes(),), "waterfall").rows
    assert [(row["kind"], row["value"]) for row in rows] == [
        ("left", "90.00"),
        ("part", "-5.25"),
        ("part", "15.25"),
        ("right", "100.00"),
    ]
    assert rows[1]["value_text"] == "−5.25"


@pytest.mark.parametrize("column", ["left", "structure", "right"])
def test_a_waterfall_with_a_step_that_is_not_known_is_not_drawn(column: str) -> None:
    for cell in (made.MISSING, made.HIDDEN):
        charts = charts_of((without(made.causes(), {("gep", column): cell}),))
        assert [c.id for c in charts] == ["change"]


def test_gdp_is_a_step_of_the_index_and_the_sum_of_gep_is_none() -> None:
    """0.5900 − 0.0382 − 0.0228 = 0.5290"""
    rows = one((made.index_causes(),), "index_waterfall").rows
    assert [row["step"]["code"] for row in rows] == ["left", "quantity", "gdp", "right"]
    assert sum(Decimal(row["value"]) for row in rows[:-1]) == Decimal(rows[-1]["value"])


def test_a_matrix_shows_no_totals_and_names_the_classes_alone() -> None:
    rows = one((made.matrix(),), "transition").rows
    assert {(r["from"]["code"], r["to"]["code"]) for r in rows} == {
        ("F01", "T01"),
        ("F01", "T02"),
        ("F02", "T01"),
        ("F02", "T02"),
    }
    assert {r["to"]["en"] for r in rows} == {"T01", "T02"}
    assert [r["value_text"] for r in rows] == ["·", "5.50", "0.00", "·"]


def test_a_balance_sheet_shows_money_only() -> None:
    chart = one((made.balance(),), "balance")
    assert [row["line"]["zh"] for row in chart.rows] == ["土地", "合计", "欠账", "净资产"]
    assert chart.unit.zh == "万元"


def test_constant_prices_are_not_mixed_into_the_index() -> None:
    rows = one((made.index([(2018, 0.4, 0.3, 0.5), (2019, 0.5, 0.4, 0.6)]),), "index").rows
    assert [(row["year"], row["value"]) for row in rows] == [(2018, "0.4000"), (2019, "0.5000")]


def test_one_year_is_no_course_of_the_index() -> None:
    assert charts_of((made.index([(2019, 0.5, 0.4, 0.6)]),)) == ()


def test_words_for_those_who_do_not_see_it_hold_the_largest_as_printed() -> None:
    alt = one((made.regions(3),), "ranking").alt
    assert alt.zh.endswith("数额最大的是：县2 166.62；县1 133.31；土家族苗族自治县0 100.00。")
    assert alt.en.startswith("A prefecture, 2022: GEP of the regions (10⁸ CNY). The largest are: County 2 166.62;")


values = st.one_of(st.none(), st.just(made.HIDDEN), st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 3)))


@given(st.lists(st.tuples(values, values), min_size=1, max_size=6))
def test_whatever_the_cells_hold_the_chart_holds_the_same(cells: list[tuple[made.Value, made.Value]]) -> None:
    lines = [made.line("material", "物质产品", (1, 1), "subtotal")]
    lines += [made.line(f"s{i}", f"服务{i}", pair, "", 1) for i, pair in enumerate(cells)]
    form = made.form("T2", made.value_table().columns[1:], lines)
    charts = charts_of((form,))
    known = any(c.shown is not None for line in form.lines[1:] for c in line.cells)
    assert bool(charts) == known
    assert faithful(charts, (form,)) == (2 * len(cells) if known else 0)


def test_each_maker_belongs_to_a_form_and_wrong_columns_give_no_chart() -> None:
    for name, _ in MAKERS:
        bare = made.form(name, [], [made.line("a", Names("甲", "a"), ())])
        assert charts_of((bare,)) == ()
