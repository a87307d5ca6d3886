"""Who issues the statements of a book, and how they are printed, as book.toml says under [statement]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gep.base.records import Names

Fonts = Literal["shipped", "system"]
NOBODY = Names("", "")


@dataclass(frozen=True, slots=True)
class Issuer:
    """What book.toml leaves out is a line to fill in by hand.

    `money`: the unit that values of GEP are printed in. `fonts`: `shipped` gives the same bytes on every machine, `system` takes
    the official fonts of the machine first.
    """

    names: Names = NOBODY
    document: str = ""
    valid_until: str = ""
    money: str = "亿元"
    fonts: Fonts = "shipped"
