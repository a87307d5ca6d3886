"""A printed table of the statements: heads, lines and figures in both languages, each figure exact, rounded once and traced.

One form is what every output is made from: workbook, report, page and charts show the same cells. A cell keeps the amount in
the unit shown before rounding (`exact`), the number as printed (`shown`), the stored figures it rests on with their addresses,
and, where it is made of other cells, how (`made`), so that a workbook can hold a live formula and a page can explain it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from typing import Literal

from gep.base.records import Names, State
from gep.base.rounding import printable, round_8170, round_half_up, store
from gep.base.units import display, parse_unit

Section = Literal["gep", "asset", "index", "quality", "annex"]
Kind = Literal["blank", "text", "number", "missing", "not_applicable", "below_unit", "suppressed"]
Style = Literal["", "total", "subtotal", "stock", "part", "group", "aside"]  # `aside`: a remark across the table
Operation = Literal["sum", "percent", "ratio", "growth"]
RoundingRule = Literal["gbt8170", "half_up"]
SECTIONS: tuple[Section, ...] = ("gep", "index", "asset", "quality", "annex")
ROUNDINGS = {"gbt8170": round_8170, "half_up": round_half_up}
# how a cell without a number is printed; a blank means that the form has no such place
SIGNS: Mapping[Kind, str] = {"missing": "…", "not_applicable": "—", "below_unit": "0*", "suppressed": "×"}
KINDS: Mapping[State, Kind] = {
    State.VALUE: "number",
    State.NOT_AVAILABLE: "missing",
    State.REFUSED: "missing",
    State.NOT_APPLICABLE: "not_applicable",
    State.BELOW_UNIT: "below_unit",
    State.SUPPRESSED: "suppressed",
}
EXACT_PLACES = 12  # decimals kept of a quotient that has no end
NONE = Names("", "")


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored figure behind a cell: its complete address with `@vintage`, and what the book holds of it in the stored unit."""

    address: str
    amount: Decimal | None
    unit: str
    state: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A place of a form; `form` is empty for the form itself."""

    line: str
    column: str
    form: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    ref: Ref
    sign: Literal[1, -1] = 1


@dataclass(frozen=True, slots=True)
class Made:
    """How a cell is made of other cells, all in the units shown.

    `sum`: Σ sign × cell; `percent`: first ÷ second × 100; `ratio`: first ÷ second; `growth`: (first ÷ second − 1) × 100.
    """

    operation: Operation
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """One place of a form. `exact` and `shown` are None unless the kind is `number`; `mark` stands behind the printed text.

    Several `figures` where the print adds them up or divides them, in the order of `made` if there is one.
    """

    kind: Kind = "blank"
    text: Names = NONE
    exact: Decimal | None = None
    shown: Decimal | None = None
    figures: tuple[Stored, ...] = ()
    made: Made | None = None
    mark: str = ""

    def printed(self, lang: str) -> str:
        """The text as it stands in print: digits in groups of three, a true minus, a sign where there is no number."""
        if self.kind == "text":
            return self.text.of(lang) + self.mark
        if self.shown is not None:
            return f"{self.shown:,f}".replace("-", "\u2212") + self.mark
        return SIGNS.get(self.kind, "")

    @property
    def places(self) -> int:
        """Decimals of the printed number."""
        exponent = self.shown.as_tuple().exponent if self.shown is not None else 0
        return max(0, -exponent) if isinstance(exponent, int) else 0


BLANK = Cell()


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `group`: the heads above it, outermost first; neighbours with the same heads share a merged cell.

    `kind`: `label` (name of a line), `unit`, `code`, `text`, or `number`. `unit` only where it differs from that of the form.
    """

    code: str
    names: Names
    kind: Literal["label", "unit", "code", "text", "number"] = "number"
    group: tuple[Names, ...] = ()
    unit: Names = NONE


@dataclass(frozen=True, slots=True)
class Line:
    """A line; `code` is unique in its form. `indent`: how deep its name stands below the line it is part of."""

    code: str
    cells: tuple[Cell, ...]
    style: Style = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """What a form is of: a region and year under one profile or scheme of one vintage. `state`: that of the year."""

    region: str
    region_names: Names
    year: int
    profile: str
    vintage: int
    state: str


@dataclass(frozen=True, slots=True)
class Form:
    """A printed table. `id` is unique in a set of forms (`T2`, `LA-01`, `MN-01.kaolin`), `number` is the form number in print.

    `unit`: of the whole table, empty where it stands by line or column. `checks`: the relations that hold in it, as printed.
    `department`: who returns its figures, if one does.
    """

    id: str
    number: str
    section: Section
    names: Names
    scope: Scope
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    unit: Names = NONE
    notes: tuple[Names, ...] = ()
    checks: tuple[Names, ...] = ()
    rounding: RoundingRule = "gbt8170"
    illustrative: bool = False
    department: str = ""
    at: Mapping[tuple[str, str], Cell] = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        codes = [c.code for c in self.columns]
        found: dict[tuple[str, str], Cell] = {}
        for line in self.lines:
            if len(line.cells) != len(codes):
                raise ValueError(f"{self.id} {line.code}: {len(line.cells)} cells under {len(codes)} columns")
            for code, cell in zip(codes, line.cells, strict=True):
                if (line.code, code) in found:
                    raise ValueError(f"{self.id}: {line.code}/{code} stands there twice")
                found[line.code, code] = cell
        object.__setattr__(self, "at", found)

    def cells(self) -> Iterator[tuple[Line, Column, Cell]]:
        for line in self.lines:
            yield from ((line, column, cell) for column, cell in zip(self.columns, line.cells, strict=True))


def text(zh: str, en: str | None = None) -> Cell:
    """A cell of words; `en` left out: the same in both languages (codes, proper names)."""
    return Cell("text", Names(zh, zh if en is None else en))


def words(names: Names) -> Cell:
    return Cell("text", names)


@cache
def unit_names(unit: str) -> Names:
    """A unit as people read it in both languages; nothing for a bare number."""
    return NONE if unit in ("", "1") else Names(display(unit, "zh"), display(unit, "en"))


def in_unit(amount: Decimal, unit: str, shown_in: str) -> Decimal:
    """`amount` of `unit` in the unit shown, exact (a quotient without end at 12 decimals). Raises UnitError, ValueError."""
    if unit == shown_in:
        return amount
    return decimal_of(Fraction(amount) * parse_unit(unit).factor_to(parse_unit(shown_in)))


def decimal_of(x: Fraction) -> Decimal:
    """The fraction as a decimal, exact where it ends within 400 digits, else to 12 decimals."""
    rest, twos, fives = x.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    return store(x, max(twos, fives) if rest == 1 else EXACT_PLACES)


def number(
    figure: Stored,
    *,
    places: int,
    shown_in: str = "",
    rounding: RoundingRule = "gbt8170",
    made: Made | None = None,
    mark: str = "",
) -> Cell:
    """A stored figure in print: brought to the unit shown, rounded once, never to a zero that it is not."""
    kind = KINDS[State(figure.state)]
    if kind != "number" or figure.amount is None:
        return Cell("missing" if kind == "number" else kind, figures=(figure,))
    exact = in_unit(figure.amount, figure.unit, shown_in or figure.unit)
    return Cell("number", NONE, exact, rounded(exact, places, rounding), (figure,), made, mark)


def worked(
    made: Made, exact: Fraction | None, figures: Sequence[Stored], *, places: int, rounding: RoundingRule = "gbt8170"
) -> Cell:
    """A number of the form's own making (a share, a growth); missing where a figure it needs is."""
    if exact is None:
        return Cell("missing", figures=tuple(figures))
    amount = decimal_of(exact)
    return Cell("number", NONE, amount, rounded(amount, places, rounding), tuple(figures), made)


def rounded(exact: Decimal, places: int, rounding: RoundingRule = "gbt8170") -> Decimal:
    """The printed number: to `places` decimals (negative: tens, hundreds), to more where it would become a zero it is not."""
    return printable(exact, 0, Decimal((0, (1,), -places)), ROUNDINGS[rounding])


def evaluate(made: Made, values: Sequence[Decimal]) -> Fraction | None:
    """What a formula gives over the amounts of its terms, exactly; None for a quotient by zero."""
    signed = [t.sign * Fraction(v) for t, v in zip(made.terms, values, strict=True)]
    if made.operation == "sum":
        return sum(signed, Fraction(0))
    first, second = signed
    if second == 0:
        return None
    match made.operation:
        case "percent":
            return first / second * 100
        case "ratio":
            return first / second
        case "growth":
            return (first / second - 1) * 100


def letters(form: Form) -> tuple[str, ...]:
    """The letter row of an official form: 甲 乙 丙 … over words, units and codes, 1 2 3 … over numbers."""
    stems = iter("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥")
    count = iter(range(1, len(form.columns) + 1))
    return tuple(str(next(count)) if c.kind in ("number", "text") else next(stems) for c in form.columns)


def without(form: Form, hidden: Mapping[tuple[str, str], Cell]) -> Form:
    """The form with other cells in some places."""
    codes = [column.code for column in form.columns]

    def of(line: Line) -> Line:
        return replace(line, cells=tuple(hidden.get((line.code, c), cell) for c, cell in zip(codes, line.cells, strict=True)))

    return replace(form, lines=tuple(of(line) for line in form.lines))


def uneven(form: Form) -> bool:
    """Whether a printed sum anywhere is not the sum of its printed parts: each number is rounded by itself."""
    for _, _, cell in form.cells():
        if cell.made is None or cell.made.operation != "sum" or cell.shown is None:
            continue
        parts = [form.at.get((t.ref.line, t.ref.column), BLANK) for t in cell.made.terms if not t.ref.form]
        if len(parts) == len(cell.made.terms) and all(p.shown is not None for p in parts):
            added = sum((t.sign * (p.shown or Decimal(0)) for t, p in zip(cell.made.terms, parts, strict=True)), Decimal(0))
            if added != cell.shown:
                return True
    return False
