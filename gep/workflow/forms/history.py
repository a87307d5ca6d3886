"""T7, values of classes and services over the years, at prices of each year and, where the profile has them, constant ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from gep.base.records import Names
from gep.report.form import BLANK, Cell, Column, Form, Line, Scope, Term, text, unit_names, words
from gep.workflow.forms.common import CODE, NAME, breaks, constant_basis, finished, money_of, term, tree, value_cells
from gep.workflow.forms.gep_rows import VALUE
from gep.workflow.forms.held import Account, account
from gep.workflow.forms.reader import CURRENT, Reader

PLACES = 2


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """T7 and, at constant prices, T7C of a region up to the year of the scope; none for a single year."""
    years = reader.history(gep)
    if len(years) < 2:
        return
    yield _form(reader, "T7", gep, [account(reader, y) for y in years], CURRENT)
    basis = constant_basis(reader, gep)
    if basis:
        held = [account(reader, y, basis) for y in years if constant_basis(reader, y) == basis]
        if len(held) > 1:
            yield _form(reader, "T7C", gep, held, basis)


def _form(reader: Reader, name: str, scope: Scope, years: Sequence[Account], basis: str) -> Form:
    money = money_of(reader, years[-1].currency)
    columns = (NAME, CODE, *(Column(str(a.scope.year), Names(f"{a.scope.year} 年", str(a.scope.year))) for a in years))
    cells = {str(a.scope.year): value_cells(a, PLACES, money, partial(_at, str(a.scope.year))) for a in years}
    lines = []
    for n, (code, names, style, indent) in enumerate(tree(years[-1]), 1):
        mine: list[Cell] = [cells[c.code].get(code, BLANK) for c in columns[2:]]
        lines.append(Line(code, (words(names), text(f"{n:02d}"), *mine), style, indent))
    year = basis.partition(":")[2]
    names = Names("生态产品价值量历年表", "Values of ecosystem products and services over the years")
    told = Names("按当年价格计算，含价格变动。", "At prices of each year, so changes of prices are in them.")
    if year:
        names = Names(f"{names.zh}（{year} 年不变价）", f"{names.en}, at constant prices of {year}")
        told = Names(f"按 {year} 年不变价计算。", f"At constant prices of {year}.")
    notes = (told, *breaks(reader, scope, [a.scope for a in years]))
    made = Form(name, name, "gep", names, scope, columns, tuple(lines), unit_names(money), notes)
    return finished(made, years[-1], VALUE)


def _at(column: str, line: str) -> Term:
    return term(line, column)
