"""A statement made by hand for the tests of the PDF outputs."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from gep.base.issuer import Issuer
from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, Scope, Stored, number, text, words
from gep.report.methods import Formula, Method, Symbol
from gep.report.sheet_words import WORDS
from gep.report.statement import Head, Paragraph, Part, Sentence, Span, Statement

SCOPE = Scope("880101", Names("某县", "Some County"), 2022, "made-up", 7, "preliminary")
YI = Names("亿元", "10⁸ CNY")
HEAD = Head(
    book=Names("某县账册", "Book of Some County"), issuer=Issuer(Names("某县统计局", "Bureau of Some County"), "某统〔2023〕1号"),
    edition="internal", gep=SCOPE, assets=SCOPE, gep_names=Names("某方案", "A profile"), assets_names=Names("资产方案", "Assets"),
    currency="CNY", draft=True, illustrative=False, rules_hash="a" * 64, input_hash="b" * 64, release_hash="c" * 64,
    program="gep-accounts 0", made_on="2023-05-06", steps=(("reviewed", "王芳", "2023-05-07"),),
)  # fmt: skip


def amount(shown: str, unit: str = "CNY") -> Cell:
    return number(Stored(f"value_account/880101/2022/x{shown}/zone=-@7", Decimal(shown), unit, "value"), places=2)


def label(name: str) -> Cell:
    return text(name, f"{name} (en)")


def form(name: str, section: Any, columns: Sequence[Column], *lines: Line, **changes: Any) -> Form:
    return replace(Form(name, name, section, Names(f"{name}表", f"Table {name}"), SCOPE, tuple(columns), lines), **changes)


def values(names: Sequence[str] = ("水源涵养", "气候调节")) -> Form:
    columns = (
        Column("name", Names("指标", "Item"), "label"),
        Column("value", Names("价值", "Value"), unit=YI),
        Column("share", Names("占比", "Share"), unit=Names("%", "%")),
    )
    services = [Line(f"s{n}", (label(x), amount(f"{n + 1}.25"), amount("10")), "", 1) for n, x in enumerate(names)]
    return form(
        "T2", "gep", columns,
        Line("gep", (label("生态产品总值"), amount("123.45"), amount("100")), "total"),
        Line("regulating", (label("调节服务"), amount("120.45"), amount("97.57")), "subtotal"),
        *services,
        notes=(Names("按当年价格计算。", "At current prices."),), illustrative=True,
    )  # fmt: skip


def index() -> Form:
    codes = ("gep", "gep_low", "gep_high", "ggi", "ggi_low", "ggi_high", "per_capita", "per_km2")
    columns = (Column("name", Names("年份", "Year"), "label"), *(Column(c, Names(c, c), unit=YI) for c in codes))
    cells = [amount(x) for x in ("123.45", "110", "130", "0.53", "0.5", "0.6", "44110", "1866.27")]
    return form("G1", "index", columns, Line("2021", (label("2021"), *cells)), Line("2022", (label("2022"), *cells)))


def limits(count: int, name: str = "耕地保有量") -> Form:
    codes = (
        ("name", "label"),
        ("unit", "unit"),
        ("limit", "text"),
        ("figure", "number"),
        ("difference", "number"),
        ("met", "text"),
    )
    columns = [Column(c, Names(c, c), k) for c, k in codes]  # type: ignore[arg-type]
    yes, no = (words(Names(WORDS["zh"][k], WORDS["en"][k])) for k in ("limit_yes", "limit_no"))
    lines = [
        Line(f"l{n}", (label(f"{name}{n}"), text("公顷", "ha"), text("≥ 12"), amount("11"), amount("-1"), no if n % 3 else yes))
        for n in range(count)
    ]
    return form("L1", "asset", columns, *lines)


def balance() -> Form:
    sides = ("name", "unit", "line", "opening", "closing", "change")
    kinds = ("label", "unit", "code", "number", "number", "number")
    columns = [
        Column(f"{side}_{c}", Names(c, c), k)  # type: ignore[arg-type]
        for side in ("a", "l")
        for c, k in zip(sides, kinds, strict=True)
    ]

    def half(name: str, code: str) -> tuple[Cell, ...]:
        return (label(name), text("万元", "10⁴ CNY"), text(code), amount("1"), amount("3"), amount("2"))

    first = Line("A1", (*half("土地资源资产", "A1"), *half("资源过耗", "L1")))
    middle = Line("A0", (*half("资产合计", "A0"), *half("负债合计", "L0")))
    last = Line("N0", (*(Cell() for _ in range(6)), *half("净资产", "N0")))
    return form("BS-00", "asset", columns, first, middle, last)


def history() -> Form:
    columns = [
        Column("name", Names("指标", "Item"), "label"),
        *(Column(str(y), Names(f"{y} 年", f"{y}")) for y in range(2016, 2023)),
    ]
    return form("T7", "gep", columns, Line("gep", (label("GEP"), *(amount(str(100 + y)) for y in range(7)))), unit=YI)


def statement(*forms: Form, region: Names = SCOPE.region_names, **head: Any) -> Statement:
    """A statement of one region, with a summary of one sentence."""
    scope = replace(SCOPE, region_names=region)
    told = Paragraph("summary", Names("总值", "Total"), (Sentence((Span(Names("总值为123.45亿元。", "GEP is 123.45.")),)),))
    part = Part(scope, forms or (values(), history(), index(), balance(), limits(3)), (), (told,))
    return Statement(replace(HEAD, **{"gep": scope, **head}), (part,))


def method(math: str = 'frac("heat" times "area", 2)', name: str = "蒸腾") -> Method:
    made = Formula(
        Names(name, "Transpiration"), Names("耗能量", "Energy"), Names("千瓦时", "kWh"), math, "",
        (Symbol("heat", Names("吸热量", "Heat"), Names("千焦", "kJ")),), "climate.transpiration", "1", "某文献, 2017, 2.4",
    )  # fmt: skip
    return Method(
        "climate", Names("气候调节", "Climate"), Names("调节服务", "Regulating"), (made,), (), (Names("量 × 价", "q × p"),)
    )


def pages(pdf: bytes) -> list[str]:
    """The text of each page without spaces and places where a long code may break."""
    from pypdf import PdfReader

    return ["".join(p.extract_text().replace("\u200b", "").split()) for p in PdfReader(io.BytesIO(pdf)).pages]
