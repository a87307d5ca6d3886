"""What the forms of GEP share: cells from amounts of the accounts, sums of cells, units in print, and the closing notes."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from gep.accounts.comparable import comparable_areas
from gep.base.records import Names, State
from gep.base.units import parse_unit
from gep.ledger.views import literal
from gep.report.form import (
    KINDS,
    NONE,
    Cell,
    Column,
    Form,
    Kind,
    Made,
    Ref,
    Scope,
    Stored,
    Style,
    Term,
    decimal_of,
    evaluate,
    in_unit,
    number,
    rounded,
    uneven,
    worked,
)
from gep.report.sheet import places_of as sheet_places
from gep.workflow.forms.gep_rows import WHOLE, View
from gep.workflow.forms.held import Account, Held, Line
from gep.workflow.forms.reader import Reader
from gep.workflow.region_rows import accounted

NAME = Column("name", Names("指标名称", "Item"), "label")
CODE = Column("code", Names("代码", "Code"), "code")
GEP_NAMES = Names("生态产品总值（GEP）", "Gross ecosystem product (GEP)")
CLASS_NAMES: Mapping[str, Names] = {
    "material": Names("物质产品", "Material products"),
    "regulating": Names("调节服务", "Regulating services"),
    "cultural": Names("文化服务", "Cultural services"),
}
ROUNDED = Names(
    "部分合计数或相对数因按数值修约与分项直接计算的结果可能不等，均未作机械调整。",
    "Figures are rounded one by one; totals and ratios are not adjusted to what the rounded parts would give.",
)
ILLUSTRATIVE = Names(
    "本表含示例数据（示例性质的填报数、系数或单价），不得作为核算结果引用或公布。",
    "This table rests on illustrative data (made-up returns, coefficients or prices); do not quote or publish it as a result.",
)
SIGN_NOTES: Mapping[Kind, Names] = {
    "missing": Names("“…”表示缺数，不是零。", "“…”: not available; it is not zero."),
    "not_applicable": Names("“—”表示不适用。", "“—”: not applicable."),
    "below_unit": Names("“0*”表示不足本表最小单位。", "“0*”: less than the smallest unit of the table."),
}
MARK_NOTES: Mapping[str, Names] = {
    "†": Names(
        "“†”表示各地区或各类型单价不同，所列为平均单价（价值÷实物量）。",
        "“†”: prices differ between regions or classes; the mean is shown (value ÷ quantity).",
    ),
    "‡": Names(
        "“‡”表示由更大范围的数分摊得到，不是分别核算的。",
        "“‡”: apportioned from a larger whole, not accounted for by itself.",
    ),
}
SCALES = ((Decimal(10) ** 9, "10^8"), (Decimal(10) ** 5, "10^4"))  # from this amount on it is printed in this multiple
SCALED_PLACES = 2


def shown(held: Held, places: int, unit: str, *, made: Made | None = None, mark: str = "") -> Cell:
    """An amount of the accounts in print: one stored figure, or the exact sum of several."""
    if not held.figures:
        return Cell(KINDS[State(held.state)])
    if len(held.figures) == 1:
        return number(held.figures[0], places=places, shown_in=unit, made=made, mark=mark)
    if held.amount is None:
        kind = KINDS[State(held.state)]
        return Cell("missing" if kind == "number" else kind, figures=held.figures)
    exact = in_unit(held.amount, held.unit, unit)
    return Cell("number", NONE, exact, rounded(exact, places), held.figures, made, mark)


def crossed(parts: Mapping[str, Cell], line: str, *, places: int, across: bool = True) -> Cell:
    """The sum of cells of a form, in a line of it (by column) or, not `across`, in a column (by line); missing while one is.

    Blank where no cell has an amount to add; `line`: the line they stand in, or the column.
    """
    there = {code: cell for code, cell in parts.items() if cell.kind not in ("blank", "not_applicable")}
    if not there:
        return Cell(next((c.kind for c in parts.values() if c.kind == "not_applicable"), "blank"))
    if any(cell.exact is None for cell in there.values()):
        return Cell("missing")
    terms = tuple(term(line, code) if across else term(code, line) for code in there)
    made = Made("sum", terms)
    return worked(made, evaluate(made, [c.exact for c in there.values() if c.exact is not None]), (), places=places)


def in_print(exact: Fraction, figures: Sequence[Stored], places: int, *, mark: str = "") -> Cell:
    """A quotient of stored figures that is made of no two cells of the form."""
    amount = decimal_of(exact)
    return Cell("number", NONE, amount, rounded(amount, places), tuple(figures), None, mark)


def term(line: str, column: str) -> Term:
    return Term(Ref(line, column))


def summed(terms: Sequence[Term], whole: Held, parts: Collection[Cell]) -> Made | None:
    """How a known total is made of its parts; None where one of them is no number, since a sum over the others is not it."""
    if not whole.known or not terms or any(p.kind not in ("number", "not_applicable", "blank") for p in parts):
        return None
    return Made("sum", tuple(terms))


def of_value(account: Account, code: str, places: int, money: str, made: Made | None = None) -> Cell:
    """The value of `gep`, a class or a service in print."""
    return shown(account.amount(code), places, money, made=made)


def value_cells(account: Account, places: int, money: str, place: Callable[[str], Term]) -> dict[str, Cell]:
    """The values of `gep`, the classes and the services by their codes, each made of those below it; `place` says where."""
    cells = {s.id: of_value(account, s.id, places, money) for s in account.services}
    for code in (*account.parts(WHOLE), WHOLE):
        parts = account.parts(code)
        terms = [place(p) for p in parts if cells[p].kind == "number"]
        whole = account.amount(code)
        cells[code] = shown(whole, places, money, made=summed(terms, whole, [cells[p] for p in parts]))
    return cells


def tree(account: Account) -> Iterator[tuple[str, Names, Style, int]]:
    """The lines of a table of values: the whole, then class by class its services. Code, names, style and indent."""
    yield WHOLE, GEP_NAMES, "total", 0
    for group in account.parts(WHOLE):
        yield group, CLASS_NAMES[group], "subtotal", 0
        yield from ((s.id, s.names, "", 1) for s in account.services if s.id in account.parts(group))


def constant_basis(reader: Reader, scope: Scope) -> str:
    """At which constant prices the accounts of a scope are stated too, as `constant:2020`; empty where at none."""
    sql = (
        f"SELECT DISTINCT price_basis FROM gep_total_all WHERE vintage = {scope.vintage} AND year = {scope.year} "
        f"AND profile = {literal(scope.profile)} AND price_basis LIKE 'constant:%' ORDER BY price_basis"
    )
    found = [str(r["price_basis"]) for r in reader.rows(sql)]
    return found[-1] if found else ""


def comparable(reader: Reader, scope: Scope, earlier: Scope) -> bool:
    """Whether the region covers the same ground at the ends of two years, so that its figures may be compared."""
    config = reader.book.config
    areas = reader.kept(
        f"areas {earlier.year}/{scope.year}",
        lambda: comparable_areas(accounted(config), config.changes, earlier.year, scope.year),
    )
    units = [u for a in areas for u in a.units if scope.region in u.codes]
    return all(u.alone for u in units)


def breaks(reader: Reader, scope: Scope, years: Sequence[Scope]) -> Iterator[Names]:
    """A note for each pair of years between which the region changed its area."""
    pairs = [(a, b) for a, b in pairwise(years) if not comparable(reader, replace(scope, year=b.year), a)]
    for one, two in pairs:
        yield Names(
            f"{one.year} 年与 {two.year} 年之间行政区划有调整，范围不同，不可直接比较。",
            f"The area of the region changed between {one.year} and {two.year}; the figures must not be compared as they stand.",
        )


def money_of(reader: Reader, currency: str) -> str:
    """The unit that amounts of a currency are printed in: that of the statements, if it is of this currency."""
    return reader.money if parse_unit(reader.money).currency == currency else f"10^8 {currency}"


def quantity_unit(account: Account, *lines: Line) -> tuple[str, int]:
    """The unit that the quantity of lines of one unit is printed in, and its decimals: the same for all regions of a year."""
    unit, largest = lines[0].keys[3], max(account.largest(x) for x in lines)
    scale = next((s for least, s in SCALES if largest >= least), "")
    return (f"{scale} {unit}", SCALED_PLACES) if scale else (unit, sheet_places(unit))


def listed(names: Collection[Names], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(n.of(lang) for n in names)


def finished(form: Form, account: Account, *views: View) -> Form:
    """The form with the notes that end a table: rounding, marks and signs in use, and whether it rests on made-up data."""
    illustrative = any(r["illustrative"] for view in views for s in account.services for r in account.leaves(view, s.id))
    return noted(form, illustrative=illustrative)


def noted(form: Form, *, illustrative: bool) -> Form:
    """As `finished`, told whether the table rests on made-up data."""
    marked = replace(form, illustrative=illustrative)
    return replace(marked, notes=(*form.notes, *_closing(marked)))


def _closing(form: Form) -> Iterator[Names]:
    if uneven(form):
        yield ROUNDED
    cells = [cell for _, _, cell in form.cells()]
    marks = {cell.mark for cell in cells}
    yield from (note for mark, note in MARK_NOTES.items() if mark in marks)
    kinds = {cell.kind for cell in cells}
    yield from (note for kind, note in SIGN_NOTES.items() if kind in kinds)
    if form.illustrative:
        yield ILLUSTRATIVE
