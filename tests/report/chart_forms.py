"""Forms made by hand for the tests of charts: every kind of chart, with long names, negative, missing and hidden cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from gep.base.records import Names
from gep.report.form import BLANK, NONE, Cell, Column, Form, Line, Scope, Section, Stored, Style, rounded, text
from gep.report.statement import Chart

SCOPE = Scope("513300", Names("某自治州", "A prefecture"), 2022, "p", 3, "final")
NAME = Column("name", Names("指标", "Item"), "label")
MONEY = Names("亿元", "10⁸ CNY")
LONG = Names("水源涵养与特别长的生态系统服务名称之说明", "Water retention and an unusually long name of an ecosystem service")
MISSING = Cell("missing")
HIDDEN = Cell("suppressed", figures=(Stored("value_account/513300/2022/hidden@3", None, "CNY", "suppressed"),))
Value = float | Cell | None


def number(value: Value, places: int = 2) -> Cell:
    """A cell with an address of its own; None is missing."""
    if isinstance(value, Cell):
        return value
    if value is None:
        return MISSING
    exact = Decimal(str(value))
    stored = Stored(f"value_account/513300/2022/a{str(value).replace('-', 'n')}@3", exact, "CNY", "value")
    return Cell("number", exact=exact, shown=rounded(exact, places), figures=(stored,))


def line(code: str, names: Names | str, values: Sequence[Value], style: Style = "", indent: int = 0, places: int = 2) -> Line:
    named = text(names) if isinstance(names, str) else Cell("text", names)
    return Line(code, (named, *(number(v, places) for v in values)), style, indent)


def form(name: str, columns: Sequence[Column], lines: Sequence[Line], unit: Names = NONE, section: Section = "gep") -> Form:
    return Form(name, name, section, Names("表", "Form"), SCOPE, (NAME, *columns), tuple(lines), unit)


def value_table(count: int = 8) -> Form:
    """T2: `count` services in each of three classes; every seventh is missing, some are negative."""
    lines = []
    for group, zh, en in (("material", "物质产品", "Material products"), ("regulating", "调节服务", "Regulating services"),
                          ("cultural", "文化服务", "Cultural services")):  # fmt: skip
        lines.append(line(group, Names(zh, en), (1234567.89, 33.3), "subtotal"))
        for i in range(count):
            value = (12.3, -45.6, 123456.78, None, 0.0004, 0, -100000.5)[i % 7]
            names = LONG if i % 3 == 0 else Names(f"固碳{i}", f"Carbon {i}")
            lines.append(line(f"{group}{i}", names, (value, None if value is None else 1.25), "", 1))
            lines.append(line(f"{group}{i}.part", "part", (value, None), "part", 2))
    columns = (Column("value", Names("价值", "Value"), unit=MONEY), Column("share", Names("比重", "Share")))
    return form("T2", columns, (line("gep", "GEP", (1, 100), "total"), *lines))


def regions(count: int) -> Form:
    """T4: `count` regions; the eighth has no figure, the twelfth a negative one."""

    def one(i: int) -> Line:
        names = (
            Names(f"土家族苗族自治县{i}", f"Tujia and Miao autonomous county {i}")
            if i % 4 == 0
            else Names(f"县{i}", f"County {i}")
        )
        return line(str(990000 + i), names, (None if i == 7 else -50 if i == 11 else 100 + i * 33.31, 1000 + i))

    columns = (
        Column("gep", Names("GEP", "GEP"), unit=MONEY),
        Column("per_km2", Names("单位面积 GEP", "GEP per km²"), unit=Names("万元/平方公里", "10⁴ CNY/km²")),
    )
    whole = line("990", Names("合计", "Total"), (99999, None), "total")
    return form("T4", columns, (*(one(i) for i in range(count)), whole))


def history(years: Sequence[int], values: Sequence[Value]) -> Form:
    """T7 with a line for GEP and one for a class that is missing in every year."""
    columns = [Column(str(y), Names(f"{y} 年", str(y))) for y in years]
    lines = (
        line("gep", Names("生态产品总值", "GEP"), values, "total"),
        line("material", "物质产品", [None] * len(years), "subtotal"),
    )
    return form("T7", columns, lines, MONEY)


def ecosystems(rows: int = 26, columns: int = 10) -> Form:
    """T3, every seventh place not there at all."""

    def at(k: int, i: int) -> Value:
        return (None, -123456.78, 1234.5, 0, 88.8)[(k + i) % 5] if (k * i) % 7 else BLANK

    heads = [Column(f"e{i}", Names(f"生态系统类型{i}", f"Ecosystem type {i}")) for i in range(columns)]
    services = [
        line(f"s{k}", LONG if k % 5 == 1 else f"释氧{k}", [at(k, i) for i in range(columns)], "", 1) for k in range(1, rows + 1)
    ]
    return form("T3", heads, (line("regulating", "调节服务", [1] * columns, "subtotal"), *services), MONEY)


def index(values: Sequence[tuple[int, Value, Value, Value]]) -> Form:
    """G1: year, index, low and high; no GEP."""
    columns = [Column(c, Names(c, c)) for c in ("ggi", "ggi_low", "ggi_high")]
    lines = [line("basis.current", "现价", (BLANK, BLANK, BLANK), "group")]
    lines += [line(str(y), f"{y}", (v, low, high), "", 1, 4) for y, v, low, high in values]
    return form("G1", columns, [*lines, line("2015.constant:2020", "2015", (9, 8, 10), "", 1)], section="index")


def causes() -> Form:
    """G2: 100 = 90 − 5.25 + 15.25, with a service that is only there in one of the years."""
    factors = (("structure", "结构"), ("quantity", "实物量"))
    columns = (Column("left", Names("2021 年", "2021")), *(Column(c, Names(z, c)) for c, z in factors),
               Column("difference", Names("增减", "Change")), Column("right", Names("2022 年", "2022")))  # fmt: skip
    lines = (
        line("material", "物质产品", (90, -5.25, 15.25, 10, 100), "subtotal"),
        line("crop_products", "农业产品", (90, -5.25, 15.25, 10, 100), "", 1),
        line("new", "新增服务", (None, BLANK, BLANK, None, 1), "", 1),
        line("gep", "GEP", (90, -5.25, 15.25, 10, 100), "total"),
    )
    return form("G2", columns, lines, MONEY, "index")


def index_causes() -> Form:
    lines = [line("left", "2021", (0.59,), places=4), line("gep", "GEP", (-0.0382,), "subtotal", places=4)]
    lines += [line("quantity", "实物量", (-0.0382,), "", 1, 4), line("gdp", "GDP", (-0.0228,), "subtotal", places=4)]
    lines += [line("difference", "增减", (-0.061,), "total", places=4), line("right", "2022", (0.529,), places=4)]
    return form("G2.index", [Column("value", Names("绿金指数", "Index"))], lines, section="index")


def land() -> Form:
    columns = [Column("C00", Names("合计", "Total")), *(Column(f"C0{i}", Names(f"地类{i}", f"Class {i}")) for i in range(1, 4))]
    rows = (("R10", (600, 100, 200, 300)), ("R20", (10, 0, 10, 0)), ("R30", (10, 4, 0, None)), ("R40", (600, 96, 210, HIDDEN)))
    return form("LA-01", columns, [line(code, code, values) for code, values in rows], Names("公顷", "ha"), "asset")


def matrix() -> Form:
    columns = [Column(c, Names(f"期末:{c}", f"Closing: {c}")) for c in ("T01", "T02", "T00")]
    rows = (("F01", (text("·"), 5.5, 5.5)), ("F02", (0, text("·"), 0)), ("F00", (0, 5.5, 5.5)))
    lines = [
        line(code, Names(f"期初:{code}", f"Opening: {code}"), values, "total" if code == "F00" else "") for code, values in rows
    ]
    return form("LM-01", columns, lines, Names("公顷", "ha"), "asset")


def balance() -> Form:
    """BS-00: three lines of money on each side, and a physical one that stands apart."""
    columns = []
    for side, zh in (("a", "资产"), ("l", "负债")):
        group = (Names(zh, side),)
        columns += [
            Column(f"{side}_name", Names("项目", "Item"), "label", group),
            Column(f"{side}_unit", Names("单位", "Unit"), "unit", group),
        ]
        columns += [Column(f"{side}_{c}", Names(c, c), group=group) for c in ("opening", "closing")]
    money, none = text("万元", "10⁴ CNY"), (BLANK, BLANK, BLANK, BLANK)
    lines = (
        Line("A1", (text("土地"), money, number(90), number(100), text("欠账"), money, number(5), number(-7))),
        Line("A0", (text("合计"), money, number(90), number(100), text("净资产"), money, number(85), number(107)), "total"),
        Line("A1.physical", (text("土地(实物)"), text("公顷"), number(1), number(2), *none)),
    )
    return Form("BS-00", "BS-00", "asset", Names("表", "Form"), SCOPE, tuple(columns), lines)


def every() -> tuple[Form, ...]:
    years = (2019, 2020, 2022)
    return (
        value_table(), ecosystems(), regions(12), history(years, (1.5, None, 2.5)),
        index([(2019, 0.5, 0.4, 0.6), (2020, None, None, None), (2022, 0.7, None, None)]),
        causes(), index_causes(), land(), matrix(), balance(),
    )  # fmt: skip


def course(count: int, years: Sequence[int] = (2019, 2020, 2021), name: str = "耕地") -> Chart:
    """Stocks at the year-ends of a term, each in a panel of its own."""
    rows = [
        {
            "series": {"code": f"C{n}", "zh": f"{name}{n}", "en": f"{name} {n} by its English name"},
            "year": year,
            "value": str(14116 - 13 * n * i) + ".25",
            "value_text": f"{14116 - 13 * n * i:,}.25",
            "value_figure": f"asset_account/880121/{year}/LA-01/R40/C{n}@7",
            "value_cell": f"CP/C{n}/y{year}",
        }
        for n in range(count)
        for i, year in enumerate(years)
    ]
    names = Names("任期内存量", "Stocks over the term")
    return Chart("course", "course", names, Names("公顷", "ha"), tuple(rows), ("CP",), names)


def tenure(count: int = 3) -> Chart:
    """Stocks before and in a term: its span, year-ends, trends, opening and closing, a floor under each second one."""
    rows: list[dict[str, Any]] = []
    for n in range(count):
        series = {
            "series": {"code": f"C{n}", "zh": f"耕地{n}（公顷） 年均：任前 −13.00，任内 −9.50", "en": f"Arable {n} (ha) by year"}
        }

        def of(part: str, at: str, value: str, n: int = n) -> dict[str, Any]:
            place = {"value_figure": f"asset_account/880121/2020/LA-01/R40/C{n}@7", "value_cell": f"CP/C{n}/{part}"}
            return {"part": part, "at": at, "value": value, "value_text": value, **place}

        rows.append(series | {"part": "term", "at": "2020-07-01", "until": "2022-03-01"})
        rows += [series | of("end", f"{year}-01-01", f"{100 - n - year % 100}.5") for year in range(2017, 2023)]
        rows += [series | of("before", f"{year}-01-01", f"{100 - n - year % 100}.5") for year in (2017, 2020)]
        rows += [series | of("within", f"{year}-01-01", f"{100 - n - year % 100}.5") for year in (2020, 2022)]
        rows += [series | of("opening", "2020-07-01", "79.25"), series | of("closing", "2022-03-01", "77.125")]
        if n % 2:
            rows.append(series | {"part": "limit", "at": "2017-01-01", "value": "76", "value_text": "≥ 76", "value_figure": ""})
    names = Names("任期前后", "Before and in the term")
    return Chart("tenure", "tenure", names, Names("", ""), tuple(rows), ("CP",), names)
