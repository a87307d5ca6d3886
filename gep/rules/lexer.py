"""The characters and tokens of a rule expression: everything that is not the language is refused before Python's parser sees it.

`over row, month` is taken out here: it is remembered under the column of its closing bracket and blanked with as many spaces,
so the columns of all messages are those of the text as written.
"""

from __future__ import annotations

import keyword
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from gep.rules.nodes import OVER

MAX_LENGTH = 4000
MAX_DEPTH = 40
MAX_DIGITS = 40
MAX_EXPONENT = 30

_CHARACTERS = re.compile(r"[A-Za-z0-9_+\-*/()<>=!., ]")
_TOKEN = re.compile(
    r"(?P<word>[A-Za-z_]\w*)|(?P<number>\.?\d[\w.]*(?:(?<=[eE])[+-]\w+)?)"
    r"|(?P<op><=|>=|==|!=|\*\*|//|[-+*/()<>,=!.])|(?P<blank> +)"
)
_NUMBER = re.compile(r"(?P<digits>(?:0|[1-9]\d*)(?:\.\d+)?)(?:[eE](?P<exponent>[+-]?\d{1,4}))?\Z", re.ASCII)
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z", re.ASCII)
_HINTS = {
    "\u00d7": "*",
    "\u00f7": "/",
    "\u00b7": "*",
    "\u2212": "-",
    "\u2013": "-",
    "\uff08": "(",
    "\uff09": ")",
    "\uff0c": ",",
    "\u2264": "<=",
    "\u2265": ">=",
    "\u2260": "!=",
    "^": "pow(x, n)",
    "\n": "one line",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """A complaint about the character range from `column` (1 = first): code of the message and what fills its holes."""

    code: str
    column: int
    args: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    start: int  # 0-based


@dataclass(slots=True)
class Scan:
    """What a text consists of. `blanked` has the length of the text; `overs`: 0-based column of a closing bracket -> words."""

    blanked: str
    numbers: dict[int, str] = field(default_factory=dict)
    overs: dict[int, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def complain(self, code: str, start: int, **args: str) -> None:
        self.problems.append(Problem(code, start + 1, args))


def scan(text: str) -> Scan:
    """Tokens of `text`, or every problem with its characters, numbers, words and brackets."""
    found = Scan(text)
    if len(text) > MAX_LENGTH:
        found.complain("RULE-TOO-LONG", MAX_LENGTH, length=str(len(text)), limit=str(MAX_LENGTH))
        return found
    if not text.strip(" "):
        found.complain("RULE-EMPTY", 0)
        return found
    for start, character in enumerate(text):
        if not _CHARACTERS.match(character):
            found.complain("RULE-CHARACTER", start, character=_shown(character), hint=_HINTS.get(character, "-"))
    if found.problems:
        return found
    tokens = _tokens(text, found)
    _check_brackets(tokens, found)
    _take_overs(tokens, found)
    return found


def number(text: str) -> Fraction:
    """The exact value of a literal that `scan` let pass."""
    return Fraction(text)


def _shown(character: str) -> str:
    name = unicodedata.name(character, "")
    point = f"U+{ord(character):04X}"
    shown = f"{character} " if character.isprintable() else ""
    return f"{shown}{point} {name}".strip()


def _tokens(text: str, found: Scan) -> list[Token]:
    tokens: list[Token] = []
    for match in _TOKEN.finditer(text):  # the characters were checked, so nothing is skipped
        token = Token(str(match.lastgroup), match.group(), match.start())
        if token.kind != "blank":
            tokens.append(token)
            _check_token(token, found)
    return tokens


def _check_token(token: Token, found: Scan) -> None:
    if token.kind == "number":
        match = _NUMBER.match(token.text)
        digits = sum(c.isdigit() for c in match["digits"]) if match else 0
        if match is None:
            found.complain("RULE-NUMBER", token.start, number=token.text[:60])
        elif digits > MAX_DIGITS or abs(int(match["exponent"] or 0)) > MAX_EXPONENT:
            found.complain(
                "RULE-NUMBER-SIZE", token.start, number=token.text[:60], digits=str(MAX_DIGITS), exponent=str(MAX_EXPONENT)
            )
        else:
            found.numbers[token.start] = token.text
    elif token.kind == "word" and not _NAME.match(token.text):
        found.complain("RULE-NAME", token.start, name=token.text[:60])
    elif token.text == "**":
        found.complain("RULE-POWER-SIGN", token.start)
    elif token.text in ("//", "=", "!", "."):
        found.complain("RULE-OPERATOR", token.start, operator=token.text)


def _check_brackets(tokens: list[Token], found: Scan) -> None:
    depth = 0
    signs = 0
    previous = ""
    for token in tokens:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        signs = signs + 1 if token.text in ("+", "-") else 0
        if depth > MAX_DEPTH or signs > MAX_DEPTH:
            found.complain("RULE-TOO-DEEP", token.start, limit=str(MAX_DEPTH))
            return
        if depth < 0:
            found.complain("RULE-SYNTAX", token.start, what=token.text)
            return
        if previous == "," and token.text in (")", "over"):
            found.complain("RULE-SYNTAX", token.start, what=f", {token.text}")
        previous = token.text
    if depth:
        found.complain("RULE-SYNTAX", len(found.blanked) - 1, what="(")


def _take_overs(tokens: list[Token], found: Scan) -> None:
    """Remember and blank every `over word, word`; complain of Python's keywords anywhere else."""
    index = 0
    blanked = list(found.blanked)
    while index < len(tokens):
        token = tokens[index]
        if token.text != "over":
            if token.kind == "word" and keyword.iskeyword(token.text):
                found.complain("RULE-RESERVED", token.start, name=token.text)
            index += 1
            continue
        words: list[str] = []
        index += 1
        while index < len(tokens) and tokens[index].kind == "word":
            words.append(tokens[index].text)
            index += 1
            if index < len(tokens) and tokens[index].text == "," and index + 1 < len(tokens) and tokens[index + 1].kind == "word":
                index += 1
            else:
                break
        close = tokens[index] if index < len(tokens) else None
        unknown = [w for w in words if w not in OVER]
        if unknown or not words or len(set(words)) < len(words):
            found.complain("RULE-OVER-WORD", token.start, words=", ".join(words) or "-", known=", ".join(OVER))
        elif close is None or close.text != ")":
            found.complain("RULE-OVER-PLACE", token.start)
        else:
            found.overs[close.start] = tuple(w for w in OVER if w in words)
            blanked[token.start : close.start] = " " * (close.start - token.start)
    found.blanked = "".join(blanked)
