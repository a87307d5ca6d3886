"""Text that goes into a workbook: what cannot be seen is made visible, what a program could act on is inert, how wide it is."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

LONGEST = 32_767  # characters of a cell, of 16 bits each
SHEET_NAME = 31
JOINERS = "\u200c\u200d"  # they hold emoji and some scripts together
RESERVED = ("history",)  # a name that Excel keeps for itself
ESCAPES = re.compile(r"(_x[0-9A-Fa-f]{4})_(?=x[0-9A-Fa-f]{4}_)")  # two escapes of the file format that share a sign


@lru_cache(maxsize=65536)  # the same words stand in many cells
def visible(text: str) -> str:
    """The text as it may stand in a cell: no character that is invisible, turns the reading direction or breaks the file.

    Control characters become their pictures (␉), others their code point in brackets; a line break stays one. A text that is
    longer than a cell says how many characters it lacks.
    """
    if not text.isprintable():
        text = "".join(_seen(c) for c in text)
    if long16(text) > LONGEST:
        kept = cut16(text, LONGEST - 20)
        text = f"{kept} […+{len(text) - len(kept):,}]"
    text = ESCAPES.sub("\\1\uff3f", text)
    # the writer takes a text between these tags for markup of its own
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def _seen(c: str) -> str:
    if c.isprintable() or c == "\n" or c in JOINERS:
        return c
    kind, code = unicodedata.category(c), ord(c)
    if kind == "Cc" and (code < 32 or code == 127):
        return chr(0x2421 if code == 127 else 0x2400 + code)
    no_character = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
    return f"[U+{code:04X}]" if no_character or kind in ("Cc", "Cf", "Cs", "Zl", "Zp") else c


def long16(text: str) -> int:
    """The length of a text as a spreadsheet counts it."""
    return len(text) + sum(c > "\uffff" for c in text)


def cut16(text: str, most: int) -> str:
    """As much of a text as has this length."""
    kept = text[:most]
    while (over := long16(kept) - most) > 0:
        kept = kept[: -((over + 1) // 2)]
    return kept


def header_text(text: str, most: int = 80) -> str:
    """Text for the header or footer of a page, where & starts a code and 255 characters are all there is."""
    seen = visible(text).replace("\n", " ").replace("&", "\uff06")
    return seen if long16(seen) <= most else f"{cut16(seen, most - 1)}…"


@lru_cache(maxsize=65536)
def columns_wide(text: str) -> int:
    """How many digits wide the longest line of a text is: a Chinese character takes two."""
    return max((sum(_wide(c) for c in line) for line in text.split("\n")), default=0)


def _wide(c: str) -> int:
    if c.isascii():
        return 1
    return 0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WFA" else 1


def lines_in(text: str, width: float) -> int:
    """How many lines a text takes in a cell `width` digits wide; at least one."""
    room = max(1.0, width - 1)
    return sum(max(1, math.ceil(columns_wide(line) / room)) for line in text.split("\n"))


def sheet_names(wanted: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """A name for each sheet: allowed characters only, at most 31 of them, no two alike whatever the case."""
    used = {name.casefold() for name in (*taken, *RESERVED)}
    made = []
    for text in wanted:
        stem = re.sub(r"[\[\]:*?/\\]", "_", visible(text).replace("\n", " ")).strip(" '") or "_"
        name, n = cut16(stem, SHEET_NAME).rstrip(" '"), 1
        while name.casefold() in used:
            n += 1
            tail = f"~{n}"
            name = cut16(stem, SHEET_NAME - len(tail)).rstrip(" '") + tail
        used.add(name.casefold())
        made.append(name)
    return made
