"""Wrongdoings with values, parameters, revisions, returns and reports: each a small edit, and the rule and place where it surfaces."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from gep.workflow.audit.records import Balance
from tests.proof.wrong_deeds import SIZES, Expected, complain, county, deed, revise, share, year
from tests.proof.wrong_scene import CITY, COUNTIES, Choice, Scene

# --- value ---


@deed
def price_for_growth(s: Scene, choose: Choice) -> Expected:
    """Less of a product at a higher price."""
    c, (service, product) = (
        county(choose),
        choose(
            "product",
            [
                ("crop_products", "rice"),
                ("livestock_products", "pork"),
                ("water_supply", "domestic"),
                ("fishery_products", "fish"),
            ],
        ),
    )
    of = "region_code = ? AND service = ? AND product = ? AND price_basis = 'current' AND zone = '-'"
    fall, rise = (
        1 - choose("fall", [Decimal("0.1"), Decimal("0.05"), Decimal("0.3")]),
        1 + choose("rise", [Decimal("0.06"), Decimal("0.2")]),
    )
    s.run(
        "UPDATE t_value_account n SET quantity = o.quantity * ?, value = o.value * ?, price = o.price * ? / ? FROM t_value_account o"
        f" WHERE {' AND '.join('n.' + part for part in of.split(' AND '))} AND n.year = 2017 AND o.year = 2016 AND n.vintage = o.vintage AND n.region_code = o.region_code"
        " AND n.service = o.service AND n.product = o.product AND n.benefit = o.benefit AND n.ecosystem = o.ecosystem AND o.price_basis = n.price_basis"
        " AND o.zone = n.zone AND o.profile = n.profile",
        *(fall, rise, rise, fall, c, service, product),
    )
    return "price-as-growth", c, f"{service} {product} 2017"


@deed
def growth_at_current_prices(s: Scene, choose: Choice) -> Expected:
    c = choose("region", [CITY, *COUNTIES])
    s.run(
        "UPDATE t_gep_total n SET gep = o.gep * ? FROM t_gep_total o WHERE n.region_code = ? AND n.year = 2017 AND n.price_basis = 'current' AND n.zone = '-'"
        " AND o.region_code = n.region_code AND o.year = 2016 AND o.price_basis = 'current' AND o.zone = '-'",
        *(1 + share(choose) / 10, c),
    )
    return "current-up-constant-down", c, "GEP 2017"


@deed
def smaller_gdp(s: Scene, choose: Choice) -> Expected:
    """GDP of another edition, lower than the year before: the index rises."""
    c, basis = choose("region", [COUNTIES[0], CITY, *COUNTIES[1:]]), choose("basis", ["current", "constant:2020"])
    s.run(
        "UPDATE t_green_gold_index n SET gdp = o.gdp * ?, ggi = o.ggi * 1.2, gdp_vintage = 'census 2019-12-20' FROM t_green_gold_index o"
        " WHERE n.region_code = ? AND n.year = 2017 AND n.price_basis = ? AND n.zone = '-' AND o.region_code = n.region_code AND o.year = 2016"
        " AND o.price_basis = n.price_basis AND o.zone = '-'",
        *(1 - share(choose) / 2, c, basis),
    )
    return "index-by-gdp", c, "GGI 2017"


@deed
def gdp_revised_in_a_later_run(s: Scene, choose: Choice) -> Expected:
    c, y = choose("region", [COUNTIES[0], CITY, *COUNTIES[1:]]), year(choose)
    new = s.rerun()
    s.run(
        "UPDATE t_green_gold_index SET gdp = gdp * ?, ggi = ggi * 1.1, gdp_vintage = 'final 2021-01-01' WHERE vintage = ? AND region_code = ? AND year = ? AND zone = '-'",
        *(1 - share(choose) / 2, new, c, y),
    )
    return "index-by-gdp", c, f"GGI {y}"


@deed
def other_base_year(s: Scene, choose: Choice) -> Expected:
    y, base = 2017, choose("base", ["constant:2015", "constant:2016"])
    s.run("UPDATE t_gep_total SET price_basis = ? WHERE year = ? AND price_basis = 'constant:2020'", base, y)
    s.run("UPDATE t_green_gold_index SET price_basis = ? WHERE year = ? AND price_basis = 'constant:2020'", base, y)
    return "base-year-changed", CITY, f"GEP {y}"


@deed
def other_coefficient(s: Scene, choose: Choice) -> Expected:
    name = choose(
        "parameter", ["runoff_coefficient", "practice_factor", "soil_bulk_density", "air_purification_capacity", "lake_turnovers"]
    )
    s.run(
        "UPDATE t_parameter_used SET amount = amount * ?, source = 'other' WHERE parameter = ? AND split_part(figure, '/', 3) = '2017'",
        1 - share(choose),
        name,
    )
    return "coefficient-changed", CITY, f"{name}"


@deed
def dear_price(s: Scene, choose: Choice) -> Expected:
    c, (service, product) = (
        county(choose),
        choose("product", [("crop_products", "tea"), ("forestry_products", "timber"), ("livestock_products", "honey")]),
    )
    s.run(
        "UPDATE t_value_account SET price = price * ?, value = value * 2 WHERE region_code = ? AND year = 2017 AND service = ? AND product = ? AND price_basis = 'current' AND zone = '-'",
        *(Decimal("1.4") + share(choose), c, service, product),
    )
    return "price-jump", c, f"{product} 2017"


# --- revisions ---


@deed
def polished_after_leaving(s: Scene, choose: Choice) -> Expected:
    """A later run of the same years, in which a figure looks better."""
    c, y = county(choose), year(choose)
    table, row, column, sign = choose(
        "figure", [("LA-01", "R40", "C02", 1), ("FT-01", "R40", "V1", 1), ("LA-01", "R40", "C06", -1), ("WQ-01", "SC40", "K3", 1)]
    )
    old = s.cell(c, y, table, row, column)
    by = sign * choose("size", SIZES)
    new = s.rerun()
    s.run(
        "UPDATE t_asset_account SET amount = amount + ? WHERE vintage = ? AND region_code = ? AND year = ? AND table_id = ? AND row_code = ? AND column_code = ?",
        by,
        new,
        c,
        y,
        table,
        row,
        column,
    )
    revise(s, c, y, s.figure(c, y, table, row, column), "recompiled", old, old + by, "input")
    return "revised-after-term", c, f"{table} {y}"


@deed
def better_total_after_leaving(s: Scene, choose: Choice) -> Expected:
    c, y = choose("region", [CITY, *COUNTIES]), year(choose)
    s.rerun()
    figure = f"gep_total/{c}/{y}/zone=-/profile=sample/price_basis=current/currency=CNY"
    revise(s, c, y, figure, "recompiled", Decimal(10**10), Decimal(10**10) * (1 + share(choose)), "parameter")
    return "revised-after-term", c, f"gep_total {y}"


@deed
def figure_withdrawn(s: Scene, choose: Choice) -> Expected:
    c, (table, row, column) = (
        county(choose),
        choose("figure", [("LA-01", "R31", "C02"), ("WQ-01", "SC40", "K4"), ("WU-01", "R40", "U2")]),
    )
    s.run(
        "UPDATE t_asset_account SET amount = NULL, state = 'not_available' WHERE region_code = ? AND year = 2017 AND table_id = ? AND row_code = ? AND column_code = ?",
        c,
        table,
        row,
        column,
    )
    return "figure-lost", c, f"{table} {row} {column} 2017"


@deed
def opening_restated(s: Scene, choose: Choice) -> Expected:
    c, (table, column) = county(choose), choose("class", [("LA-01", "C02"), ("FT-01", "V1"), ("WL-01", "C2")])
    old = s.cell(c, 2017, table, "R10", column)
    revise(s, c, 2017, s.figure(c, 2017, table, "R10", column), "restated", old, old * (1 - share(choose)), "SURVEY_BREAK")
    return "opening-restated", c, f"{table} 2017"


@deed
def chain_broken(s: Scene, choose: Choice) -> Expected:
    c, (table, column) = county(choose), choose("class", [("LA-01", "C02"), ("FT-01", "V2"), ("LQ-01", "G08"), ("WL-01", "C5")])
    s.add(c, 2017, table, "R10", column, -choose("size", SIZES))
    return "opening-not-closing", c, f"{table} {column} 2017"


@deed
def parameter_in_a_later_run(s: Scene, choose: Choice) -> Expected:
    y, name = year(choose), choose("parameter", ["crop_price", "runoff_coefficient", "timber_price", "land_capitalisation_rate"])
    new = s.rerun()
    s.run(
        "UPDATE t_parameter_used SET amount = amount * ? WHERE vintage = ? AND parameter = ? AND split_part(figure, '/', 3) = ?",
        1 + share(choose),
        new,
        name,
        str(y),
    )
    return "parameter-other-vintage", CITY, f"{name}"


@deed
def return_after_closing(s: Scene, choose: Choice) -> Expected:
    y, file = year(choose), choose("file", ["assets_land.csv", "water.csv", "assets_timber.csv"])
    s.run(
        "INSERT INTO t_release_state SELECT vintage, year, ?, 'closed', 9, \"at\" FROM t_release_state WHERE year = ? LIMIT 1",
        s.vintage + 10,
        y,
    )
    s.run(
        "INSERT INTO t_submission SELECT * REPLACE (? AS seq, 'f00d' || sha256 AS sha256) FROM t_submission WHERE file = ? LIMIT 1",
        s.vintage + 20,
        file,
    )
    s.run(
        "INSERT INTO t_fact SELECT * REPLACE ('f00d' || sha256 AS sha256) FROM t_fact WHERE file = ? AND left(period, 4) = ? LIMIT 1",
        file,
        str(y),
    )
    return "return-replaced", CITY, f"{file} {y}"


@deed
def corrected_after_leaving(s: Scene, choose: Choice) -> Expected:
    c, y, (measure, category) = (
        county(choose),
        year(choose),
        choose("figure", [("LA-01.R31", "la01:C02"), ("water_use_total", "-"), ("FT-01.V.R31", "ft01v:V2")]),
    )
    s.con.execute(
        "INSERT INTO t_correction (seq, measure, region_code, period, category, old, old_unit, state, value, unit, who, \"at\") VALUES (9001, ?, ?, ?, ?, '269.57', '公顷', 'value',"
        " '12.0', '公顷', 'x', TIMESTAMP '2026-03-01')",
        [measure, c, str(y), category],
    )
    return "corrected-after-term", c, f"{measure} {category} {y}"


@deed
def query_left_open(s: Scene, choose: Choice) -> Expected:
    c, y, rule = county(choose), year(choose), choose("rule", ["LA-01.I6", "GQ-01.Q1", "FT-01.F2"])
    complain(s, rule, c, y, "open")
    return "open-query", c, f"{rule} la01:C02 {y}"


# --- returns and reports ---


@deed
def printed_otherwise(s: Scene, choose: Choice) -> Expected:
    """The report prints another number than the book holds."""
    n = choose("report", range(len(s.registers.reports)))
    wrong = s.registers.reports[n]
    by = wrong.amount * share(choose) / 10
    s.register(
        reports=[
            replace(r, amount=(r.amount + by).quantize(Decimal("0.01"))) if i == n else r
            for i, r in enumerate(s.registers.reports)
        ]
    )
    return "report-mismatch", wrong.figure.split("/")[1], wrong.document


@deed
def published_misses(s: Scene, choose: Choice) -> Expected:
    y = year(choose)
    figure = f"gep_total/{CITY}/{y}/zone=-/profile=sample/price_basis=current/currency=CNY"
    s.con.execute(
        "INSERT INTO t_published_figure (vintage, figure, file, row, value, unit, computed, low, high, verdict, source) VALUES (?, ?, 'f.csv', 1, '999', '亿元', 705.79, 705, 706, 'misses', 'x')",
        [s.vintage, figure],
    )
    return "published-misses", CITY, f"gep_total/{CITY}/{y}"


@deed
def class_interpolated(s: Scene, choose: Choice) -> Expected:
    c, y, (table, row, key, unit) = (
        county(choose),
        year(choose),
        choose(
            "stock",
            [("WQ-01", "SC40", (("wq01", "K1"),), "个"), ("RL-01", "R40", (), "hm2"), ("MN-01", "R40", (("mn01", "C2"),), "t")],
        ),
    )
    wrong = Balance(date(y, choose("month", [7, 3, 10]), 1), c, table, row, key, Fraction(7, 3), unit, "INTERP", estimate=True)
    s.register(balances=[*s.registers.balances, wrong])
    return "interpolated-class", c, f"{table} {row}"


@deed
def class_interpolated_in_a_return(s: Scene, choose: Choice) -> Expected:
    y, measure, word = (
        year(choose),
        choose("measure", ["WQ-01.SC40", "RL-01.AREA.R60", "LQ-01.R21"]),
        choose("word", ["按两年内插", "linear interpolation", "插值"]),
    )
    c = choose(
        "holder",
        [
            r[0]
            for r in s.con.execute("SELECT DISTINCT region_code FROM t_fact WHERE measure = ? ORDER BY 1", [measure]).fetchall()
        ],
    )
    s.run("UPDATE t_fact SET note = ? WHERE measure = ? AND region_code = ? AND period = ?", word, measure, c, str(y))
    return "interpolated-class", c, measure


@deed
def not_what_was_seen(s: Scene, choose: Choice) -> Expected:
    c, y = county(choose), year(choose)
    by = 1 - share(choose) / 10
    s.register(
        observations=[
            replace(o, amount=o.amount * by) if (o.region, o.day.year) == (c, y + 1) else o for o in s.registers.observations
        ]
    )
    return "observation-mismatch", c, f"LA-01 C02 {y}"


@deed
def gap_widens(s: Scene, choose: Choice) -> Expected:
    c, y, (table, row, column) = (
        county(choose),
        year(choose),
        choose("row", [("LA-01", "R61", "C02"), ("WR-01", "R19", "C11"), ("EC-01", "R61", "E1"), ("LA-01", "R61", "C04")]),
    )
    s.add(c, y, table, row, column, choose("sign", [Decimal(1), Decimal(-1)]) * choose("size", SIZES))
    return "discrepancy-growing", c, f"{table} {column} {y}"


@deed
def guessed(s: Scene, choose: Choice) -> Expected:
    """Most of a table was never returned and is modelled."""
    c, y, table = county(choose), year(choose), choose("table", ["FT-01", "WR-01", "LA-01"])
    rule = f"{table}.R22"
    rows = choose("rows", [("R21", "R22", "R31", "R32", "R03", "R05", "R06"), ("R22", "R31", "R32", "R33", "R07", "R10", "R12")])
    s.run(
        f"UPDATE t_asset_account SET method_id = ? WHERE region_code = ? AND year = ? AND table_id = ? AND row_code IN {rows}",
        f"{rule}@1",
        c,
        y,
        table,
    )
    complain(s, rule, c, y, "open")
    s.run("UPDATE t_finding SET severity = 'note' WHERE seq = 9000")
    return "estimates-many", c, f"{table} {y}"


@deed
def copied_from_last_year(s: Scene, choose: Choice) -> Expected:
    c, table = county(choose), choose("table", ["LA-01", "FT-01", "LQ-01", "WR-01"])
    s.run(
        "UPDATE t_asset_account n SET amount = o.amount FROM t_asset_account o WHERE n.region_code = ? AND n.table_id = ? AND n.year = 2017 AND o.year = 2016"
        " AND n.method_id = 'submitted' AND o.region_code = n.region_code AND o.table_id = n.table_id AND o.instance = n.instance AND o.row_code = n.row_code"
        " AND o.column_code = n.column_code AND o.cause = n.cause",
        *(c, table),
    )
    return "copied", c, f"{table} 2017"


@deed
def made_up_digits(s: Scene, choose: Choice) -> Expected:
    """Volumes and flows that end in the same digit."""
    c, y, table, digit = county(choose), year(choose), choose("table", ["FT-01", "WR-01"]), choose("digit", ["0", "5", "8"])
    s.run(
        "UPDATE t_fact SET amount = left(amount, length(amount) - 1) || ? WHERE region_code = ? AND period = ? AND measure LIKE ? AND unit IN ('立方米', '万立方米') AND length(amount) > 3",
        *(digit, c, str(y), f"{table}.%"),
    )
    return "digits", c, f"{table} {y}"


@deed
def problem_forgotten(s: Scene, choose: Choice) -> Expected:
    name = s.registers.problems[0].id
    due = choose("due", [date(2016, 9, 30), date(2017, 12, 31)])
    s.register(problems=[replace(p, carried_from="示例上期", due=due) for p in s.registers.problems])
    return "problem-carried", CITY, name
