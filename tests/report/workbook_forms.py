"""Forms made by hand for the tests of the workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import openpyxl

from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, Made, Ref, Scope, Stored, Term, rounded, text
from gep.report.statement import Head, Issuer, Part, Statement

SCOPE = Scope("880100", Names("某市", "Some City"), 2022, "made-up", 7, "preliminary")
UNIT = Names("亿元", "10⁸ yuan")
COLUMNS = (
    Column("name", Names("项目", "Item"), "label"),
    Column("code", Names("代码", "Code"), "code"),
    Column("opening", Names("期初", "Opening"), group=(Names("存量", "Stock"),)),
    Column("closing", Names("期末", "Closing"), group=(Names("存量", "Stock"),), unit=Names("万元", "10⁴ yuan")),
    Column("share", Names("占比", "Share"), unit=Names("%", "%")),
)
HEAD = Head(
    Names("某市账册", "Book of Some City"), Issuer(Names("某市统计局", "Bureau of Some City"), "某统字〔2022〕1号", "2023年12月"),
    "internal", SCOPE, None, Names("某方案", "A profile"), Names("", ""), "CNY", False, False, "a" * 64, "b" * 64, "c" * 64,
    "gep-accounts 0", "2023-05-06", (("review", "王芳", "2023-05-07"),),
)  # fmt: skip


def ref(line: str, column: str, form: str = "") -> Term:
    return Term(Ref(line, column, form))


def minus(line: str, column: str, form: str = "") -> Term:
    return Term(Ref(line, column, form), -1)


def amount(exact: str, places: int = 2, *, made: Made | None = None, mark: str = "", rounding: Any = "gbt8170") -> Cell:
    """A number cell as the forms make it, with a figure behind it."""
    value = Decimal(exact)
    figure = Stored(f"value_account/880100/2022/x{exact}/zone=-@7", value, "CNY", "value")
    return Cell("number", Names("", ""), value, rounded(value, places, rounding), (figure,), made, mark)


MISSING = Cell("missing", figures=(Stored("value_account/880100/2022/missing/zone=-@7", None, "CNY", "not_available"),))


def line(code: str, *cells: Cell, name: str = "", style: Any = "", indent: int = 0) -> Line:
    """A line of COLUMNS: its name and code before the numbers."""
    return Line(code, (text(name or f"项{code}", name or f"Item {code}"), text(code), *cells), style, indent)


def form(name: str, *lines: Line, **changes: Any) -> Form:
    made = Form(name, name, "gep", Names(f"{name}号表", f"Form {name}"), SCOPE, COLUMNS, lines, UNIT)
    return replace(made, **changes)


def example(name: str = "T2") -> Form:
    """A sum of three parts, shares of it, a sign and a mark.

    0.125 + 0.375 + 1.5 = 2; at two decimals by GB/T 8170 0.12 + 0.38 + 1.50 = 2.00.
    """
    parts = ("A", "B", "C")
    opening = ("0.125", "0.375", "1.5")
    closing = ("10", "20.004", "30.01")
    lines = [
        line(
            part, amount(opening[n]), amount(closing[n], mark="※" if part == "C" else ""),
            amount(str(Decimal(opening[n]) * 50), made=Made("percent", (ref(part, "opening"), ref("S", "opening")))),
            style="part" if n else "", indent=1,
        )
        for n, part in enumerate(parts)
    ]  # fmt: skip
    added = {c: Made("sum", tuple(ref(part, c) for part in parts)) for c in ("opening", "closing")}
    total = line("S", amount("2", made=added["opening"]), amount("60.014", made=added["closing"]), MISSING, style="total")
    return form(
        name,
        *lines,
        total,
        notes=(Names("按当年价格。", "At current prices."),),
        checks=(Names("S = A + B + C", "S = A + B + C"),),
    )


def statement(*forms: Form, **changes: Any) -> Statement:
    return Statement(replace(HEAD, **changes), (Part(SCOPE, forms),))


def opened(data: bytes, *, values: bool = False) -> Any:
    """The workbook as another program reads it."""
    return openpyxl.load_workbook(io.BytesIO(data), data_only=values)


def texts(sheet: Any) -> list[str]:
    """Every text of a sheet, row by row."""
    return [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]


def formulas(book: Any) -> dict[tuple[str, str], str]:
    """Every formula of a workbook by sheet and cell."""
    return {
        (sheet.title, c.coordinate): c.value
        for sheet in book for row in sheet.iter_rows() for c in row if c.data_type == "f"
    }  # fmt: skip


def totals(exact: Sequence[str], places: int = 2) -> Form:
    """Pairs of parts and their total, in one column."""
    lines = []
    for n, value in enumerate(exact):
        half = Decimal(value) / 2
        made = Made("sum", (ref(f"a{n}", "opening"), ref(f"b{n}", "opening")))
        lines += [
            line(f"a{n}", amount(str(half), places), Cell(), Cell()), line(f"b{n}", amount(str(half), places), Cell(), Cell()),
            line(f"s{n}", amount(value, places, made=made), Cell(), Cell(), style="total"),
        ]  # fmt: skip
    return form("T9", *lines)
