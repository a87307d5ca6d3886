"""Text of users in a drawing: made safe for XML, and broken into lines that fit beside an axis."""

from __future__ import annotations

import re
import unicodedata

# what no XML document may hold, and what turns the direction of the text that follows
BAD = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
NOT_FIRST = "，。、；：？！）》」』】〕〉”’…·,.;:?!)]}%"
PIECE = re.compile(r"[^\s\u2e80-\uffef/-]+[/-]*|[/-]+|\s+|[\u2e80-\uffef]", re.ASCII)


def clean(text: str) -> str:
    """The text in one line; a control character is shown as a sign that it is there."""
    spaced = " ".join(text.split())
    return BAD.sub(lambda m: chr(0x2400 + ord(m[0])) if ord(m[0]) < 0x20 else "\ufffd", spaced)


def width(text: str) -> int:
    """How wide a text is in half-width letters."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def wrapped(text: str, most: int) -> list[str]:
    """The text in lines of at most `most` half-width letters, broken between words or Chinese letters; nothing is left out."""
    lines = [""]
    for piece in PIECE.findall(text):
        fits = width(lines[-1]) + width(piece.rstrip()) <= most
        if fits or (piece in NOT_FIRST and lines[-1]):
            lines[-1] += piece
        elif piece.strip():
            lines += [*_hard(piece, most)] if lines[-1].strip() else []
            lines = lines if lines[-1].strip() else [*_hard(piece, most)]
    return [line.strip() for line in lines if line.strip()] or [""]


def _hard(piece: str, most: int) -> list[str]:
    """A word that is wider than a line, cut where the line ends."""
    lines: list[str] = []
    held = ""
    for letter in piece:
        if held and width(held + letter) > most:
            lines, held = [*lines, held], ""
        held += letter
    return [*lines, held]
