"""Numbers in a workbook: the exact amount in the cell, and on the screen the digits that are printed.

A spreadsheet rounds what it shows by itself: to the decimals of the format, an exact half always away from zero, from the first
15 digits of a binary number. Printed forms round an exact half to the even digit (GB/T 8170). The two differ in nothing else, so
a cell keeps its exact amount, except where the screen would show another digit: there it is moved towards zero by less than one
part in 10¹².
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from gep.base.rounding import round_half_up
from gep.report.form import Cell

DIGITS = 15  # significant digits a spreadsheet works with
Hold = Literal["exact", "moved", "printed", "text"]
MINUS = "\u2212"


@dataclass(frozen=True, slots=True)
class Held:
    """What a number cell holds. `exact`: the amount; `moved`: less by 10^`step`; `printed`: the rounded number, because no
    format can show it from the exact one; `text`: more digits than a spreadsheet has.
    """

    hold: Hold
    value: float
    step: int = 0


def held(cell: Cell) -> Held | None:
    """What the cell of a workbook holds for a number; None for a cell without one."""
    if cell.kind != "number" or cell.exact is None or cell.shown is None:
        return None
    if len(f"{abs(cell.shown):f}".replace(".", "").lstrip("0")) > DIGITS:
        return Held("text", float(cell.shown))
    exact = float(cell.exact)
    if on_screen(exact, cell.places) == cell.shown:
        return Held("exact", exact)
    step = moved_by(cell.exact, cell.places)
    nearer = float(_less(cell.exact, step))
    if on_screen(nearer, cell.places) == cell.shown:
        return Held("moved", nearer, step)
    return Held("printed", float(cell.shown))


def on_screen(value: float, places: int) -> Decimal:
    """The number a spreadsheet shows for a value under a format with these decimals."""
    return round_half_up(Decimal(f"{value:.{DIGITS}g}"), Decimal((0, (1,), -places)))


def moved_by(amount: Decimal, places: int) -> int:
    """The power of ten an exact half is moved by: the 13th digit of the amount, at most a tenth of the last one printed."""
    return min(amount.adjusted() - 12, -places - 1)


def _less(amount: Decimal, step: int) -> Decimal:
    """The amount, nearer to zero by 10^step; exact whatever the decimal context."""
    sign, digits, exponent = amount.as_tuple()
    low = min(int(exponent), step)
    whole = int("".join(map(str, digits))) * 10 ** (int(exponent) - low) - 10 ** (step - low)
    return Decimal((sign, tuple(map(int, str(whole))), low))


def number_format(places: int, mark: str) -> str:
    """Groups of three, a true minus, the mark behind the number."""
    digits = "#,##0" + ("." + "0" * places if places else "")
    tail = "".join(f'"{part}"' for part in [mark.replace('"', "\u201d")] if part)
    return f'{digits}{tail};"{MINUS}"{digits}{tail}'
