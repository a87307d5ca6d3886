"""The address of a return that stands in no account: `fact/REGION/YEAR/MEASURE/CATEGORY[/PART][@VINTAGE]`.

An audit names returns so where an evaluation reads one; an asset account shows none of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from gep.base.findings import Place, Refused, finding
from gep.base.records import key_of, key_text

RETURN = "fact"
NONE = "-"  # a return that has no category
FORM = f"{RETURN}/REGION/YEAR/MEASURE/CATEGORY[/PART][@VINTAGE]"


@dataclass(frozen=True, slots=True)
class Returned:
    """A returned figure. `category`: `scheme:code`, several joined by `;`, `-` for none. `vintage`: the run that read it."""

    region: str
    year: int
    measure: str
    category: str = NONE
    part: str = NONE
    vintage: int | None = None

    def text(self) -> str:
        part = f"/{self.part}" if self.part != NONE else ""
        at = f"@{self.vintage}" if self.vintage is not None else ""
        return f"{RETURN}/{self.region}/{self.year}/{self.measure}/{self.category}{part}{at}"

    @property
    def node(self) -> str:
        """The id of its trace node, as the engine names a submitted cell."""
        named = dict(p.split(":", 1) for p in self.category.split(";") if ":" in p)
        key = key_of({**named, **({"part": self.part} if self.part != NONE else {})})
        return f"cell:{self.measure}/{self.region}/{self.year}/{key_text(key) or NONE}"


def is_return(text: str) -> bool:
    return text.strip().startswith(f"{RETURN}/")


def parse_return(text: str) -> Returned:
    """Read the address of a return. Raises Refused saying what one looks like."""
    body, at, vintage = text.strip().partition("@")
    parts = body.split("/")
    year = parts[2] if len(parts) > 2 else ""
    known = 4 <= len(parts) <= 6 and all(parts) and year.isascii() and year.isdigit() and len(year) == 4
    if not known or (at and not (vintage.isascii() and vintage.isdigit())):
        raise Refused([finding("EXPLAIN-ADDRESS", Place(key=text), found=text, expected=FORM)])
    measure, category, part = (*parts[3:], NONE, NONE)[:3]
    return Returned(parts[1], int(year), measure, category, part, int(vintage) if at else None)
