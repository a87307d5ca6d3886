"""The balance sheet as it is printed: assets left, liabilities and net assets right, physical amounts in their units below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest
from typing import Generic, Protocol, TypeAlias, TypeVar

from gep.report.sheet import Cell, Column, Line, Sheet, exact, printed, shown_unit, signs_used
from gep.report.sheet_words import WORDS

PHYSICAL = ".physical"
ASSET, LIABILITY, NET = "asset", "liability", "net"
HALF = 6  # columns of one side
FOOT = ("A0", "N0")  # the line at the foot of both sides; total liabilities stand beside a line that is no total
Amounts: TypeAlias = tuple[Decimal | None, Decimal | None, Decimal | None]


class Sided(Protocol):
    """What can stand in the balance sheet: on a side, under the code of its line."""

    @property
    def side(self) -> str: ...
    @property
    def code(self) -> str: ...


E = TypeVar("E", bound=Sided)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the balance sheet: opening, closing and change, each None where there is no number, with state and address."""

    side: str
    code: str
    name: str
    unit: str
    amounts: Amounts
    states: tuple[str, str, str]
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arranged(Generic[E]):
    """The lines of a balance sheet: `money` has assets left, liabilities and net assets right; `physical` stands below."""

    money: tuple[tuple[E | None, E | None], ...]
    physical: tuple[E, ...]

    @property
    def sides(self) -> int:
        """2 if there is anything on the right, else 1."""
        return 2 if any(right is not None for _, right in self.money) else 1


def arranged(entries: Sequence[E], order: Sequence[str]) -> Arranged[E]:
    """`order`: the lines as declared; one that is repeated for a class follows the line it is of, by its code."""
    ranked = sorted(entries, key=lambda e: (_rank(e.code, order), e.code))
    left = [e for e in ranked if e.side == ASSET and PHYSICAL not in e.code]
    owed, net = ([e for e in ranked if e.side == side] for side in (LIABILITY, NET))
    # net assets stand beside total assets, at the foot of the money lines
    gap = max(0, len(left) - len(owed) - len(net))
    right: list[E | None] = [*owed, *([None] * gap), *net]
    return Arranged(tuple(zip_longest(left, right)), tuple(e for e in ranked if e.side == ASSET and PHYSICAL in e.code))


def balance_sheet(
    entries: Sequence[Entry], order: Sequence[str], facts: tuple[tuple[str, str], ...], notes: Sequence[str], lang: str
) -> Sheet:
    """The balance sheet in one language; `order` as in `arranged`."""
    words = WORDS[lang]
    made = arranged(entries, order)
    lines = [_line(a, b, lang) for a, b in made.money]
    if made.physical:
        lines.append(Line("", (Cell(words["physical"], "text"), *([Cell()] * (2 * HALF - 1))), "group"))
        lines += [_line(e, None, lang) for e in made.physical]
    lines = [replace(line, cells=line.cells[: made.sides * HALF]) for line in lines]
    net = any(e.side == NET for e in entries)
    told = [*([words["identity"]] if net else []), *notes, *signs_used(lines, lang)]
    return Sheet("BS-00", words["balance"], facts, _columns(lang)[: made.sides * HALF], tuple(lines), tuple(told))


def _rank(code: str, order: Sequence[str]) -> int:
    """The place of the line or of the longest declared line that it is one of."""
    fits = [name for name in order if code == name or code.startswith(f"{name}.")]
    return order.index(max(fits, key=len)) if fits else len(order)


def _columns(lang: str) -> tuple[Column, ...]:
    words = WORDS[lang]
    made = []
    for side, title in (("a", words["assets"]), ("l", words["liabilities"])):
        made += [
            Column(f"{side}_line", words["row"], numeric=False),
            Column(f"{side}_name", title, numeric=False),
            Column(f"{side}_unit", words["unit"], numeric=False),
            *(Column(f"{side}_{c}", words[c]) for c in ("opening", "closing", "change")),
        ]
    return tuple(made)


def _line(left: Entry | None, right: Entry | None, lang: str) -> Line:
    code = next((e.code for e in (left, right) if e is not None), "")
    total = any(e is not None and e.code in FOOT for e in (left, right))
    return Line(code, (*_half(left, lang), *_half(right, lang)), "total" if total else "")


def _half(entry: Entry | None, lang: str) -> tuple[Cell, ...]:
    if entry is None:
        return (Cell(),) * HALF
    cells = []
    for amount, state, address in zip(entry.amounts, entry.states, entry.addresses, strict=True):
        cells.append(printed(amount, entry.unit, state, ((address, exact(amount, entry.unit, state, lang)),)))
    return (Cell(entry.code, "text"), Cell(entry.name, "text"), Cell(shown_unit(entry.unit, lang), "text"), *cells)
