"""T6, values at comparable prices: at current and constant prices, the price index between them, and the growth of volume."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from gep.base.records import Names
from gep.report.form import Cell, Column, Form, Line, Made, Scope, evaluate, text, unit_names, words, worked
from gep.workflow.forms.common import CODE, NAME, breaks, comparable, constant_basis, finished, money_of, term, tree, value_cells
from gep.workflow.forms.gep_rows import VALUE
from gep.workflow.forms.held import Account, account
from gep.workflow.forms.reader import Reader

PLACES = 2
PERCENT = Names("%", "%")


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """T6 of a region and year; none where the profile has no constant prices."""
    basis = constant_basis(reader, gep)
    if not basis:
        return
    years = reader.history(gep)
    last = years[-2] if len(years) > 1 and years[-2].year == gep.year - 1 else None
    there = last is not None and constant_basis(reader, last) == basis and comparable(reader, gep, last)
    before = account(reader, last, basis) if last is not None and there else None
    yield _form(reader, account(reader, gep), account(reader, gep, basis), before, last)


def _form(reader: Reader, now: Account, constant: Account, before: Account | None, last: Scope | None) -> Form:
    money, year = money_of(reader, now.currency), constant.basis.partition(":")[2]
    columns = [
        NAME,
        CODE,
        Column("current", Names("现价", "At current prices"), unit=unit_names(money)),
        Column("constant", Names(f"{year} 年不变价", f"At prices of {year}"), unit=unit_names(money)),
        Column("price_index", Names(f"价格指数（{year} 年＝100）", f"Price index ({year} = 100)")),
    ]
    held = {
        "current": value_cells(now, PLACES, money, lambda code: term(code, "current")),
        "constant": value_cells(constant, PLACES, money, lambda code: term(code, "constant")),
    }
    if before is not None:
        columns.append(Column("previous", Names("上年（不变价）", "Year before, constant prices"), unit=unit_names(money)))
        columns.append(Column("growth", Names("可比价增速", "Growth of volume"), unit=PERCENT))
        held["previous"] = value_cells(before, PLACES, money, lambda code: term(code, "previous"))
    lines = []
    for n, (code, names, style, indent) in enumerate(tree(now), 1):
        cells = [*_cells(code, held)]
        lines.append(Line(code, (words(names), text(f"{n:02d}"), *cells), style, indent))
    notes = [
        Names(
            f"价格指数＝现价÷{year} 年不变价×100；可比价增速＝本年不变价÷上年不变价×100－100。",
            f"Price index = current prices ÷ prices of {year} × 100; growth of volume: this year against the year before, "
            f"both at prices of {year}.",
        )
    ]
    if last is not None:
        notes += breaks(reader, now.scope, [last, now.scope])
    title = Names("可比价核算表", "Values at comparable prices")
    made = Form("T6", "T6", "gep", title, now.scope, tuple(columns), tuple(lines), notes=tuple(notes))
    return finished(made, now, VALUE)


def _cells(code: str, held: dict[str, dict[str, Cell]]) -> Iterator[Cell]:
    missing = Cell("missing")
    current, constant = held["current"].get(code, missing), held["constant"].get(code, missing)
    yield from (current, constant, _over("percent", code, ("current", current), ("constant", constant)))
    if "previous" in held:
        previous = held["previous"].get(code, missing)
        yield from (previous, _over("growth", code, ("constant", constant), ("previous", previous)))


def _over(operation: str, code: str, first: tuple[str, Cell], second: tuple[str, Cell]) -> Cell:
    """One cell of the line over another."""
    made = Made("growth" if operation == "growth" else "percent", (term(code, first[0]), term(code, second[0])))
    cells = (first[1], second[1])
    if any(c.kind == "not_applicable" for c in cells):
        return Cell("not_applicable")
    amounts: list[Decimal] = [c.exact for c in cells if c.exact is not None]
    figures = [f for c in cells for f in c.figures]
    return worked(made, evaluate(made, amounts) if len(amounts) == 2 else None, figures, places=PLACES)
