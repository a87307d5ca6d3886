"""Live formulas of a workbook: how a cell is made of other cells, as a spreadsheet computes it again.

Only IF, ABS, INT, ROUND, SIGN and SUM are used, which every spreadsheet has. A cell whose formula could not give the stored
figure stays a number, and the reason is counted: a part that is no number is never skipped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from gep.base.findings import Finding, Place, Refused, finding
from gep.base.rounding import round_half_up
from gep.report.form import EXACT_PLACES, SIGNS, Cell, Form, Made, Ref, evaluate
from gep.report.workbook_numbers import DIGITS, Held, held
from gep.report.workbook_paper import column_name, quoted

Key: TypeAlias = tuple[str, str, str]  # form, line, column
# why a cell that is made of others holds a number: a part has none, or stands in no sheet; the stored total was rounded in the
# store by itself; a part is itself made of this cell; the number or a part is written as it is printed; a difference of large
# parts is smaller than what a spreadsheet computes with; the formula is longer than a spreadsheet takes
Reason = Literal["no_number", "elsewhere", "stored", "circle", "printed", "digits", "long"]
CLOSE = Fraction(1, 10**9)
QUOTIENT = Fraction(1, 10**EXACT_PLACES)
CANCELS = Fraction(1, 10**5)  # a result so much smaller than its parts loses digits in binary arithmetic
KNOWN = DIGITS - 3  # significant digits of the largest part, less one, that hundreds of additions leave alone
MOST = 200  # arguments of one SUM; a spreadsheet takes 255
LONGEST = 8000  # characters of a formula; a spreadsheet takes 8,192
FEW = 3  # so many parts are written one by one


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell of a workbook: its sheet, row and column, counted from 0."""

    sheet: str
    row: int
    column: int

    def name(self) -> str:
        return f"{column_name(self.column)}{self.row + 1}"

    def seen_from(self, sheet: str) -> str:
        return self.name() if sheet == self.sheet else f"{quoted(self.sheet)}!{self.name()}"


@dataclass(frozen=True)
class Live:
    """The formulas by cell, without the equals sign, and how many made cells hold a number for which reason."""

    formulas: Mapping[Key, str]
    left: Mapping[Reason, int]


@dataclass
class _Book:
    """The cells of the forms and where they stand."""

    cells: dict[Key, Cell]
    spots: Mapping[Key, Spot]
    holds: dict[Key, Held] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.holds = {key: found for key, cell in self.cells.items() if (found := held(cell)) is not None}


def live(forms: Sequence[Form], spots: Mapping[Key, Spot]) -> Live:
    """The formulas of all made cells of the forms of one region and year.

    Raises Refused where a formula gives another figure than the stored one by more than rounding in the store explains.
    """
    book = _Book({(f.id, line.code, column.code): cell for f in forms for line, column, cell in f.cells()}, spots)
    left: Counter[Reason] = Counter()
    terms: dict[Key, tuple[Key, ...]] = {}
    wrong: list[Finding] = []
    for key, cell in book.cells.items():
        if cell.made is None or key not in book.holds:
            continue
        parts = tuple(key_of(term.ref, key[0]) for term in cell.made.terms)
        why = _why_not(book, key, parts)
        if why is None:
            gives = evaluate(cell.made, [book.cells[part].exact or Decimal(0) for part in parts])
            if not _same(cell, cell.made, gives):
                why = "stored"
                if not _rounded_in_store(book, key, parts, gives):
                    wrong.append(_differs(key, cell, gives))
            elif cell.made.operation == "sum" and not _has_digits(book, key, parts):
                why = "digits"
        if why is None:
            terms[key] = parts
        else:
            left[why] += 1
    if wrong:
        raise Refused(wrong)
    circles = set(_circles(terms))
    left["circle"] += len(circles)
    every = {key: text(book, key, parts) for key, parts in terms.items() if key not in circles}
    made = {key: formula for key, formula in every.items() if len(formula) <= LONGEST}
    left["long"] += len(every) - len(made)
    return Live(made, {why: n for why, n in sorted(left.items()) if n})


def key_of(ref: Ref, form: str) -> Key:
    return ref.form or form, ref.line, ref.column


def _why_not(book: _Book, key: Key, parts: Sequence[Key]) -> Reason | None:
    """Why the cell cannot be a formula; None if it can."""
    if any(part not in book.cells or part not in book.spots for part in parts):
        return "elsewhere"
    if any(part not in book.holds for part in parts):
        return "no_number"
    return "printed" if any(book.holds[k].hold in ("printed", "text") for k in (key, *parts)) else None


def _same(cell: Cell, made: Made, gives: Fraction | None) -> bool:
    """Whether the formula gives the stored figure. A quotient is stored with so many decimals."""
    exact = Fraction(cell.exact or 0)
    near = CLOSE * abs(exact)
    return gives is not None and abs(gives - exact) <= (near if made.operation == "sum" else max(near, QUOTIENT))


def _rounded_in_store(book: _Book, key: Key, parts: Sequence[Key], gives: Fraction | None) -> bool:
    """Whether rounding in the store explains the difference: each figure is there to so many decimals, rounded by itself."""
    cell = book.cells[key]
    if gives is None or cell.made is None or cell.made.operation != "sum":
        return False
    half = Fraction(1, 2 * 10 ** max(_decimals(book.cells[k]) for k in (key, *parts)))
    return abs(gives - Fraction(cell.exact or 0)) <= half * (len(parts) + 1)


def _known(book: _Book, key: Key, parts: Sequence[Key]) -> int | None:
    """The decimals to which a sum is known in binary arithmetic, if its last binary digits could show: where it is small beside
    parts that cancel, and on a half of the last digit printed, which they would take to either side.
    """
    cell, largest = book.cells[key], max((abs(book.cells[part].exact or Decimal(0)) for part in parts), default=Decimal(0))
    if not largest or not (_on_half(cell) or abs(Fraction(cell.exact or 0)) < CANCELS * Fraction(largest)):
        return None
    return min(max(_decimals(book.cells[part]) for part in parts), KNOWN - largest.adjusted())


def _on_half(cell: Cell) -> bool:
    """Whether the amount is so near to a half of the last digit printed that binary arithmetic could take it to either side."""
    rest = abs(Fraction(cell.exact or 0)) * 10**cell.places % 1
    return bool(abs(rest - Fraction(1, 2)) < Fraction(1, 10**6))


def _settled(made: str, known: int | None) -> str:
    """The formula, to the decimals it is known to."""
    return made if known is None else f"ROUND({made},{known})"


def _has_digits(book: _Book, key: Key, parts: Sequence[Key]) -> bool:
    """Whether a sum that cancels is the stored figure to the decimals it is known to."""
    known = _known(book, key, parts)
    exact = book.cells[key].exact or Decimal(0)
    if known is None:
        return True
    apart = Fraction(round_half_up(exact, Decimal((0, (1,), -known)))) - Fraction(exact)
    return bool(abs(apart) <= CLOSE * abs(Fraction(exact)))


def _decimals(cell: Cell) -> int:
    exponent = cell.exact.as_tuple().exponent if cell.exact is not None else 0
    return max(0, -int(exponent))


def _differs(key: Key, cell: Cell, gives: Fraction | None) -> Finding:
    form, line, column = key
    exact = Fraction(cell.exact or 0)
    apart = "" if gives is None else f"{float(gives - exact):.12g}"
    return finding(
        "WORKBOOK-TOTAL-DIFFERS", Place(sheet=form, key=cell.figures[0].address if cell.figures else f"{form} {line} {column}"),
        found="" if gives is None else f"{float(gives):.15g}", expected=f"{cell.exact:f}", difference=apart,
        form=form, line=line, column=column,
    )  # fmt: skip


def _circles(terms: Mapping[Key, Sequence[Key]]) -> Iterator[Key]:
    """Cells that must stay numbers so that no formula depends on itself; the same ones each time."""
    done: set[Key] = set()
    for start in terms:
        path: dict[Key, Iterator[Key]] = {} if start in done else {start: iter(terms[start])}
        while path:
            at = next(reversed(path))
            below = next(path[at], None)
            if below is None:
                done.add(at)
                del path[at]
            elif below in path:
                yield at
                done.add(at)
                del path[at]
            elif below in terms and below not in done:
                path[below] = iter(terms[below])


def text(book: _Book, key: Key, parts: Sequence[Key]) -> str:
    """The formula of a cell, without the equals sign."""
    cell, hold = book.cells[key], book.holds[key]
    if cell.made is None or cell.exact is None:
        raise ValueError(f"{key} is not made of other cells")
    here = book.spots[key].sheet
    signed = [(term.sign, book.spots[part]) for term, part in zip(cell.made.terms, parts, strict=True)]
    if cell.made.operation == "sum":
        made = _sum(signed, here)
        return _half_even(_settled(made, _known(book, key, parts)), hold, cell.places)
    (sign, first), (other, second) = signed
    over, under = f"{'-' * (sign < 0)}{first.seen_from(here)}", f"{'-' * (other < 0)}{second.seen_from(here)}"
    quotient = {"percent": f"{over}/{under}*100", "ratio": f"{over}/{under}", "growth": f"({over}-{under})/{under}*100"}
    known = min(EXACT_PLACES, KNOWN - cell.exact.adjusted()) if _on_half(cell) else None
    made = _half_even(_settled(quotient[cell.made.operation], known), hold, cell.places)
    return f'IF({second.seen_from(here)}=0,"{SIGNS["missing"]}",{made})'


def _half_even(made: str, hold: Held, places: int) -> str:
    """The formula, nearer to zero by less than anything printed where it is an exact half after an even digit.

    There the screen would show the odd digit above, GB/T 8170 and the printed form the even one. Half of the number in units of
    its last printed digit then ends in .25.
    """
    if hold.hold != "moved":
        return made
    half = f"ABS({made})*{Decimal(5).scaleb(places - 1):f}"
    return f"{made}-IF(ABS({half}-INT({half})-0.25)<1E-6,SIGN({made})*1E{hold.step},0)"


def _sum(signed: Sequence[tuple[int, Spot]], here: str) -> str:
    """Plus and minus; runs of cells side by side as ranges."""
    if len(signed) <= FEW:
        first = "".join(("-" if sign < 0 else "+") + spot.seen_from(here) for sign, spot in signed)
        return first.removeprefix("+") or "0"
    plus, minus = ([spot for sign, spot in signed if sign == wanted] for wanted in (1, -1))
    return "-".join(_added(spots, here) for spots in (plus, minus) if spots) if plus else f"-{_added(minus, here)}"


def _added(spots: Sequence[Spot], here: str) -> str:
    if len(spots) == 1:
        return spots[0].seen_from(here)
    pieces = list(_runs(spots, here))
    if len(pieces) <= MOST:
        return f"SUM({','.join(pieces)})"
    inner = (f"SUM({','.join(pieces[n : n + MOST])})" for n in range(0, len(pieces), MOST))
    return f"SUM({','.join(inner)})"


def _runs(spots: Sequence[Spot], here: str) -> Iterator[str]:
    """References in the order of the sheet, neighbours as one range; a cell that is named twice stays there twice."""
    if len(set(spots)) < len(spots):
        yield from (spot.seen_from(here) for spot in spots)
        return
    across = len({spot.row for spot in spots}) < len({spot.column for spot in spots})
    ordered = sorted(spots, key=lambda s: (s.sheet, s.row, s.column) if across else (s.sheet, s.column, s.row))
    run: list[Spot] = []
    for spot in ordered:
        if run and spot != _next(run[-1], across=across):
            yield _range(run, here)
            run = []
        run.append(spot)
    if run:
        yield _range(run, here)


def _next(spot: Spot, *, across: bool) -> Spot:
    return Spot(spot.sheet, spot.row + (not across), spot.column + across)


def _range(run: Sequence[Spot], here: str) -> str:
    return run[0].seen_from(here) if len(run) == 1 else f"{run[0].seen_from(here)}:{run[-1].name()}"


def merged(counts: Iterable[Mapping[Reason, int]]) -> Mapping[Reason, int]:
    """Counts of several sets of forms added up."""
    added: Counter[Reason] = Counter()
    for each in counts:
        added.update(each)
    return dict(sorted(added.items()))
