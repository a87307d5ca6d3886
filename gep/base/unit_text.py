"""Reading unit text as people write it (万立方米, 10^4 hm², t·hm⁻²·a⁻¹, kJ/(m2·d), 亿元@2015) into named units with exponents.

The grammar, after the many signs for the same thing have been made one:

    text     = product { "/" factor }              no "·" after "/" without brackets: kJ/m2·d has two readings and is refused
    product  = factor { ("·" | " ") factor }
    factor   = [power of ten | 万, 亿 ...] power
    power    = (name ["@" price year] | "(" text ")") ["^" exponent]

Length, characters, nesting and exponents are limited before anything is worked out, so hostile text ends at once in a UnitError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import NoReturn

from gep.base.findings import Finding, Place, finding, message
from gep.base.unit_names import MULTIPLIERS, table

LONGEST = 80  # characters of a unit; the longest real one (t·ha·h/(ha·MJ·mm)) has 18
DEEPEST = 4  # brackets inside brackets
LARGEST_EXPONENT = 12
LARGEST_SCALE = 18  # powers of ten in front of a unit
YEARS = range(1900, 2200)  # price years
USUAL = ("元", "万元", "亿元", "吨", "万吨", "公顷", "亩", "万亩", "平方公里", "立方米", "万立方米", "千瓦时", "人次", "%", "1")


@dataclass(frozen=True, slots=True)
class Term:
    """10^scale times the unit `name` (a key of the table, "" for a pure number) to `exponent`; money at prices of `year`."""

    scale: int
    name: str
    exponent: Fraction = Fraction(1)
    year: int = 0

    def power(self, p: Fraction) -> Term:
        """Raises ArithmeticError if the result is out of bounds or no exact power of ten."""
        scale, exponent = self.scale * p, self.exponent * p
        if scale.denominator != 1 or abs(scale) > LARGEST_SCALE or abs(exponent) > LARGEST_EXPONENT:
            raise ArithmeticError(f"{self} to the power {p}")
        return replace(self, scale=int(scale), exponent=exponent)


class UnitError(ValueError):
    """A text that is no unit, or two units that do not fit.

    `text` as given (shortened, unprintable characters escaped), `code` of the message catalogue, `part` of the text at fault,
    `suggestions` of what may be meant, `reason` in English.
    """

    def __init__(self, code: str, text: str, part: str = "", suggestions: tuple[str, ...] = ()) -> None:
        self.code = code
        self.text = shown(text)
        self.part = shown(part)
        self.suggestions = suggestions or USUAL
        holes = {"found": self.text, "part": self.part, "suggestions": ", ".join(self.suggestions)}
        self.reason = message(code).en.format_map(holes)
        super().__init__(self.reason)

    def finding(self, place: Place) -> Finding:
        """The same complaint at its place, in both languages."""
        return finding(self.code, place, found=self.text, part=self.part, suggestions=", ".join(self.suggestions))


def shown(text: str) -> str:
    """At most 40 characters of `text`, those that cannot be printed as escapes."""
    cut = text if len(text) <= 40 else text[:39] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in cut)


# ---- many signs, one meaning ---------------------------------------------------------------------------------------------------

_SIGNS = str.maketrans(
    {chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)}  # full-width ASCII: ％ ／ （ ＠ ｍ２
    | dict.fromkeys("⋅•‧・×✕＊", "·")
    | dict.fromkeys("÷∕⁄／", "/")
    | dict.fromkeys("\u00a0\u2009\u202f\u3000\t", " ")
    | dict.fromkeys("‐‑−", "-")
    | dict.fromkeys("µμ", "u")
    | {"㎡": "m^2", "㎥": "m^3", "㎢": "km^2", "㎠": "cm^2", "㎝": "cm", "㎜": "mm", "㎞": "km", "㏊": "ha"}
    | {"㎏": "kg", "㎎": "mg", "㎍": "ug", "℃": "degC", "ℓ": "L"}
)
_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", "0123456789+-", strict=True))
_RAISED_RUN = re.compile(f"[{''.join(_RAISED)}]+")
_ALLOWED = re.compile(r"[A-Za-z0-9_%‰@^/()·+ \u4e00-\u9fff-]")
_HAN = "\u4e00-\u9fff"
_LATIN_MASS = {"毫克": "mg", "千克": "kg", "公斤": "kg", "吨": "t", "克": "g"}  # longer words first
_MASS = "|".join(["mg", "g", "kg", "t", "kt", "Mt", "Gt", "Mg", "Gg", "Tg", "Pg", *_LATIN_MASS])
_SUBSTANCE = re.compile(rf"(?<![A-Za-z_])({_MASS})[ _]?(CO2|C)(?![A-Za-z0-9_])")
_REPLACED: tuple[tuple[str, str], ...] = (
    (r"CO₂", "CO2"),
    (r"°C", "degC"),
    (r"°", "deg"),
    (r"\*\*", "^"),
    (r"\*", "·"),
    (r" per |每", "/"),
    (r" +", " "),
    (r" ?([/·^@]) ?", r"\1"),  # a space means something between two names or brackets only
    (r"(?<=\() | (?=\))", ""),
    (rf"(?<=[{_HAN}]) (?=[{_HAN}])", ""),
    (r"(?<![A-Za-z])([kMGT]?W)[· ]h(?![A-Za-z0-9^+-])", r"\1h"),  # kW·h is one unit: 元/kW·h
    (r"(千|兆|吉|太)瓦·小?时(?!\^)", r"\1瓦时"),
)


def _one_spelling(text: str) -> str:
    """`text` with one sign for each meaning. Raises UnitError for a character that no unit has."""
    plain = text.strip(" \t\u00a0\u3000").translate(_SIGNS)
    plain = _RAISED_RUN.sub(lambda run: "^" + "".join(_RAISED[c] for c in run.group()), plain)
    for pattern, new in _REPLACED:
        plain = re.sub(pattern, new, plain)
    plain = _SUBSTANCE.sub(lambda m: f"{_LATIN_MASS.get(m[1], m[1])}_{m[2]}", plain)
    for character in plain:
        if not _ALLOWED.match(character):
            raise UnitError("BASE-UNIT-CHARACTER", text, character)
    return plain


# ---- tokens and terms ----------------------------------------------------------------------------------------------------------

_TOKEN = re.compile(
    rf"""(?P<number>[0-9]+(?:[eE][+-]?[0-9]+|\^[+-]?[0-9]+|\^\([+-]?[0-9]+\))?)
    |(?P<name>[A-Za-z%‰][A-Za-z0-9_%‰]*|[{_HAN}]+)
    |@(?P<year>[0-9A-Za-z]*)
    |(?P<exponent>\^[+-]?[0-9]+|\^\([+-]?[0-9]+(?:/[1-9][0-9]*)?\)|[+-][0-9]+)
    |(?P<sign>[/()·\ ])""",
    re.VERBOSE,
)
_END = ("end", "")


def _tokens(text: str, plain: str) -> list[tuple[str, str]]:
    """(kind, text) of each token; two ends last, so that one may look ahead."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(plain):
        token = _TOKEN.match(plain, at)
        if token is None or token.lastgroup is None:
            raise UnitError("BASE-UNIT-SYNTAX", text, plain[at:])
        found.append((token.lastgroup, token[token.lastgroup]))
        at = token.end()
    return [*found, _END, _END]


def similar(word: str) -> tuple[str, ...]:
    """Up to three known spellings that `word` may have meant."""
    if word in MULTIPLIERS:
        return tuple(word + unit for unit in ("元", "吨", "立方米", "公顷"))
    known = table().spellings
    same = [name for name in known if name.casefold() == word.casefold()]
    return tuple(dict.fromkeys([*same, *get_close_matches(word, known, 3, 0.6)]))[:3]


def _resolve(word: str) -> tuple[int, str, int] | None:
    """(power of ten, name, exponent written into the word) of one word, None if it is unknown."""
    known = table().spellings
    if word in known:
        return 0, known[word].name, 1
    if digits := re.fullmatch(r"([A-Za-z]+)([0-9]{1,2})", word):
        return (0, known[digits[1]].name, int(digits[2])) if digits[1] in known else None
    for multiplier in sorted(MULTIPLIERS, key=len, reverse=True):
        if word.startswith(multiplier) and word[len(multiplier) :] in known:
            return MULTIPLIERS[multiplier], known[word[len(multiplier) :]].name, 1
    return None


def _power_of_ten(number: str) -> int | None:
    """4 for 10^4, 10000, 1e4; None if it is no power of ten, or one that no unit has."""
    if raised := re.fullmatch(r"10\^\(?([+-]?[0-9]{1,3})\)?", number):
        scale = int(raised[1])
    elif plain := re.fullmatch(r"1(0*)(?:[eE]([+-]?[0-9]{1,3}))?", number):
        scale = len(plain[1]) + int(plain[2] or 0)
    else:
        return None
    return scale if abs(scale) <= LARGEST_SCALE else None


class _Reader:
    """One pass over the tokens of one text."""

    def __init__(self, text: str, plain: str) -> None:
        self.text = text
        self.tokens = _tokens(text, plain)
        self.at = 0
        self.depth = 0

    def kind(self, ahead: int = 0) -> str:
        """number, name, year, exponent, end, or the sign itself."""
        kind, value = self.tokens[self.at + ahead]
        return value if kind == "sign" else kind

    def take(self) -> str:
        self.at += 1
        return self.tokens[self.at - 1][1]

    def fail(self, code: str, part: str = "", suggestions: tuple[str, ...] = ()) -> NoReturn:
        raise UnitError(code, self.text, part or self.tokens[self.at][1] or self.text, suggestions)

    def whole(self) -> tuple[Term, ...]:
        terms = self.product()
        while self.kind() == "/":
            self.take()
            terms += tuple(term.power(Fraction(-1)) for term in self.factor())
            if self.kind() in ("·", " "):
                self.fail("BASE-UNIT-AMBIGUOUS", self.text)
        return terms

    def product(self) -> tuple[Term, ...]:
        terms = self.factor()
        while self.kind() in ("·", " "):
            twice = self.tokens[self.at - 1] == self.tokens[self.at + 1]
            if self.kind() == " " and (twice or self.is_han(-1) or self.is_han(1)):
                self.fail("BASE-UNIT-SYNTAX", self.text)  # 公顷 ha is one unit said twice, not its square
            self.take()
            terms += self.factor()
        return terms

    def is_han(self, ahead: int) -> bool:
        kind, value = self.tokens[self.at + ahead]
        return kind == "name" and "\u4e00" <= value[0] <= "\u9fff"

    def factor(self) -> tuple[Term, ...]:
        """A power of ten or 万, 亿 binds to the one unit it stands before: 元/10^4 m3 is yuan per ten thousand cubic metres."""
        if self.kind() == "number":
            number = self.take()
            scale = _power_of_ten(number)
            if scale is None:
                self.fail("BASE-UNIT-NUMBER", number, (f"10^{number[2:]}",) if re.fullmatch("10[1-9][0-9]?", number) else ())
            if self.kind() in ("·", " ") and self.kind(1) in ("name", "("):
                self.take()
            if self.kind() in ("name", "("):
                return self.scaled(scale, self.power())
            if scale:
                self.fail("BASE-UNIT-NUMBER", number)
            return (Term(0, ""),)
        if self.kind() == "name" and self.tokens[self.at][1] in MULTIPLIERS:  # 万 m3
            multiplier = self.take()
            if self.kind() == " ":
                self.take()
            if self.kind() != "name":
                self.fail("BASE-UNIT-UNKNOWN", multiplier, similar(multiplier))
            return self.scaled(MULTIPLIERS[multiplier], self.unit())
        return self.power()

    def scaled(self, scale: int, terms: tuple[Term, ...]) -> tuple[Term, ...]:
        if len(terms) > 1:
            return (Term(scale, ""), *terms) if scale else terms
        if abs(terms[0].scale + scale) > LARGEST_SCALE:
            self.fail("BASE-UNIT-NUMBER", self.text)
        return (replace(terms[0], scale=terms[0].scale + scale),)

    def power(self) -> tuple[Term, ...]:
        if self.kind() == "name":
            return self.unit()
        if self.kind() != "(" or self.depth == DEEPEST:
            self.fail("BASE-UNIT-SYNTAX", self.text)
        self.take()
        self.depth += 1
        terms = self.whole()
        if self.kind() != ")":
            self.fail("BASE-UNIT-SYNTAX", self.text)
        self.take()
        self.depth -= 1
        if self.kind() != "exponent":
            return terms
        exponent = self.exponent()
        try:
            return tuple(term.power(exponent) for term in terms)
        except ArithmeticError:
            self.fail("BASE-UNIT-EXPONENT", self.text)

    def unit(self) -> tuple[Term, ...]:
        """One name with its multiplier, price year and exponent."""
        word = self.take()
        found = _resolve(word)
        if found is None:
            self.fail("BASE-UNIT-UNKNOWN", word, similar(word))
        scale, name, written = found
        year = self.price_year(name) if self.kind() == "year" else 0
        exponent = Fraction(written)
        if self.kind() == "exponent":
            glued = self.tokens[self.at][1][0] != "^"
            exponent = self.exponent()
            if written != 1 or (glued and word[-1].isdigit()):  # m2-1
                self.fail("BASE-UNIT-EXPONENT", word)
        elif written > LARGEST_EXPONENT or not written:
            self.fail("BASE-UNIT-EXPONENT", word)
        square = f"{name}{abs(exponent)}"  # m^2 is the unit m2, so that it has a name to be shown by
        if square in table().spellings:
            name, exponent = table().spellings[square].name, exponent / abs(exponent)
        if scale and exponent != 1:
            self.fail("BASE-UNIT-EXPONENT", word)  # (万吨)^2 or 万(吨^2)?
        return (Term(scale, name, exponent, year),)

    def price_year(self, name: str) -> int:
        year = self.take()
        if name not in table().currencies or not re.fullmatch("[0-9]{4}", year) or int(year) not in YEARS:
            self.fail("BASE-UNIT-PRICE-YEAR", f"@{year}")
        return int(year)

    def exponent(self) -> Fraction:
        value = self.take()
        exponent = Fraction(value.strip("^()"))
        if not exponent or abs(exponent) > LARGEST_EXPONENT or exponent.denominator > LARGEST_EXPONENT:
            self.fail("BASE-UNIT-EXPONENT", value)
        return exponent


def read_terms(text: str) -> tuple[Term, ...]:
    """The terms whose product `text` is. Raises UnitError with the part at fault and what may be meant."""
    if not text.strip():
        raise UnitError("BASE-UNIT-EMPTY", text)
    if len(text) > LONGEST:
        raise UnitError("BASE-UNIT-LONG", text)
    reader = _Reader(text, _one_spelling(text))
    terms = reader.whole()
    if reader.kind() != "end":
        reader.fail("BASE-UNIT-SYNTAX", text)
    return terms
