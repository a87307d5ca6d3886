"""Which characters the fonts of a PDF have; what they lack is shown as a box with its code point and told, never left out.

Control characters, marks that turn the direction of writing and other signs that nobody sees are shown the same way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from gep.base.data import data_root
from gep.base.findings import Finding, Place, finding

SHIPPED = ("NotoSansCJKsc-Bold.otf", "NotoSansCJKsc-Regular.otf", "NotoSerifCJKsc-Bold.otf", "NotoSerifCJKsc-Regular.otf")
# raised and lowered figures and signs: the shipped fonts lack most of them, the Latin font inside Typst has them
INSIDE = frozenset({*range(0x2070, 0x2072), *range(0x2074, 0x208F)})
# stand around the code point of a character that is shown as a box; both are of the private area, which no text may hold
OPEN, CLOSE = "\ue000", "\ue001"
BOX = "\u25a1"  # in a picture
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # categories of Unicode: controls, formats, halves, private, none
MOST = 20  # findings; more would only repeat the same fault
CLIP = 40  # characters of a text that a finding names
_TEXT = re.compile(r"(?<=>)[^<>]+(?=<)")
_LINE_END = re.compile(r"\r\n|\r|\n")
_ENTITY = re.compile(r"&(?:#[0-9]+|#x[0-9A-Fa-f]+|[A-Za-z]+);")


def font_folder() -> Path:
    """The folder of the shipped fonts."""
    return data_root() / "templates" / "fonts"


@cache
def shipped() -> frozenset[int]:
    """The code points that every shipped font has (they hold the same), and those that Typst brings with it."""
    return of_font(font_folder() / SHIPPED[0]) | INSIDE


def of_font(path: Path, number: int = 0) -> frozenset[int]:
    """The code points of one font file; `number`: which font of a collection."""
    from fontTools.ttLib import TTFont

    with TTFont(path, lazy=True, fontNumber=number) as font:
        return frozenset(font.getBestCmap())


@dataclass
class Checker:
    """Goes through texts on their way to print and remembers where which character was missing."""

    known: frozenset[int]
    missing: dict[str, str] = field(default_factory=dict)  # character -> first text that holds it

    def data(self, thing: Any) -> Any:
        """Plain data with every text of it shown as `text` does; keys are the program's own and stay."""
        if isinstance(thing, str):
            return self.text(thing)
        if isinstance(thing, Mapping):
            return {key: self.data(value) for key, value in thing.items()}
        if isinstance(thing, Sequence):
            return [self.data(value) for value in thing]
        return thing

    def text(self, text: str) -> str:
        """The text with line ends as spaces, and each character that cannot be shown as its code point between OPEN and CLOSE."""
        if text.isascii() and text.isprintable():
            return text
        lines = _LINE_END.sub(" ", text)
        if all(self.shows(c) for c in lines):
            return lines
        return "".join(c if self.shows(c) else f"{OPEN}{self._told(c, text)}{CLOSE}" for c in lines)

    def picture(self, svg: str) -> str:
        """A drawing with a box in place of each character that cannot be shown."""
        return _TEXT.sub(lambda m: "".join(self._drawn(m.group())), svg)

    def shows(self, char: str) -> bool:
        """Whether the character has a glyph and is seen."""
        return ord(char) in self.known and unicodedata.category(char) not in UNSEEN

    def findings(self) -> tuple[Finding, ...]:
        """One note for each missing character, those of the lowest code points first."""
        return tuple(_findings(sorted(self.missing.items())))

    def _drawn(self, text: str) -> Iterator[str]:
        for char in text:
            if self.shows(char) or char.isspace():
                yield char
            else:
                self._told(char, _ENTITY.sub("", text))
                yield BOX

    def _told(self, char: str, text: str) -> str:
        self.missing.setdefault(char, text)
        return f"{ord(char):04X}"


def _findings(missing: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    told = list(missing)
    for char, text in told[:MOST]:
        name = unicodedata.name(char, "?")
        shown = "".join(c if c.isprintable() else "?" for c in text)
        clipped = shown if len(shown) <= CLIP else f"{shown[:CLIP]}\u2026"
        yield finding("PRINT-NO-GLYPH", Place(key=f"U+{ord(char):04X}"), found=f"U+{ord(char):04X}", name=name, text=clipped)
    if len(told) > MOST:
        yield finding("PRINT-NO-GLYPHS", Place(key="U+"), found=len(told), shown=MOST)
