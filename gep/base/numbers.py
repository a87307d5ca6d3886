"""Numbers as departments type them: a strict grammar that reads digits exactly and names what is wrong with anything else.

Python, DuckDB and Unicode accept far more than a bureau means (1_000, nan, 1e400, ٣, ①, ½); here a text is a number only if it is
[sign] digits [. digits] [e exponent], thousands set off by commas three by three or not at all. Full-width digits and ，．－ and
the minus sign U+2212 are read as what they stand for, and that it happened is recorded. A missing marker is never zero.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from gep.base.findings import Finding, Place, finding
from gep.base.unit_text import shown

LONGEST = 60  # characters
LARGEST_EXPONENT = 30

MISSING_MARKERS = frozenset(
    {"—", "——", "–", "-", "--", "－", "−", "…", "……", "...", "......", "/", "／", "\\", "×", "*", "**", "?"}
    | {"空", "无", "缺", "缺失", "不详", "未统计", "暂无", "无数据"}
    | {"N/A", "n/a", "#N/A", "NA", "na", "null", "NULL", "None", "none", "nil"}
)
ERROR_VALUES = frozenset({"#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"})

_TRANSLATED = str.maketrans("０１２３４５６７８９，．－％−", "0123456789,.-%-")
_GROUPED = r"[0-9]{1,3}(?:,[0-9]{3})+"
_NUMBER = re.compile(rf"(?P<sign>[+-]?)(?P<whole>{_GROUPED}|[0-9]+)(?P<rest>\.[0-9]+)?(?:[eE](?P<exponent>[+-]?[0-9]+))?")


@dataclass(frozen=True, slots=True)
class Number:
    """What a text says: `amount` with its digits as typed, trailing zeros too, or None and the `problem` (one of PROBLEMS).

    `normalised`: characters were translated, commas or surrounding spaces left out, or the sign of a zero dropped.
    """

    amount: Decimal | None
    normalised: bool = False
    problem: str = ""

    def finding(self, text: str, place: Place) -> Finding:
        """The problem at its place, in both languages. Raises ValueError if there is none."""
        if not self.problem:
            raise ValueError("this number has no problem")
        return finding(f"BASE-NUMBER-{self.problem.upper().replace('_', '-')}", place, found=shown(text))


def parse_number(text: str) -> Number:
    """Read one number. Never raises and never gives a value that is not finite."""
    if len(text) > LONGEST:
        return Number(None, problem="too_long")
    plain = text.strip(" \t\r\n").translate(_TRANSLATED)
    read = _NUMBER.fullmatch(plain)
    if read is None:
        return Number(None, plain != text, _problem(text.strip(" \t\r\n"), plain))
    whole, rest, exponent = read["whole"].replace(",", ""), read["rest"] or "", read["exponent"] or "0"
    if len(whole) > 1 and whole[0] == "0":
        return Number(None, plain != text, "thousands_group" if "," in plain else "leading_zero")
    if len(exponent) > 4 or abs(int(exponent)) > LARGEST_EXPONENT:
        return Number(None, plain != text, "exponent_range")
    sign = "-" if read["sign"] == "-" and (whole + rest).strip("0.") else ""
    amount = Decimal(f"{sign}{whole}{rest}e{exponent}")
    return Number(amount, plain != text or "," in plain or sign != read["sign"].replace("+", ""))


def _problem(text: str, plain: str) -> str:
    """Why `plain` (translated; `text` before that) is no number: the first kind of _KINDS that fits, else not_a_number."""
    if not plain:
        return "empty"
    if text in MISSING_MARKERS or plain in MISSING_MARKERS:
        return "missing_marker"
    bare = plain.strip("+-")
    return next((problem for problem, fits in _KINDS if fits(bare)), "not_a_number")


def _is_hidden(c: str) -> bool:
    return c != " " and unicodedata.category(c)[0] in "CZ"


def _is_odd_digit(c: str) -> bool:
    """A digit or fraction that is neither ASCII nor a Chinese numeral: ٣ ² ① ½ Ⅻ."""
    return not c.isascii() and c.isnumeric() and not unicodedata.name(c, "").startswith("CJK")


def _matcher(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda bare: compiled.fullmatch(bare) is not None


_KINDS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("error_value", lambda bare: bare.upper() in ERROR_VALUES),
    ("hidden_character", lambda bare: any(map(_is_hidden, bare))),
    ("not_finite", _matcher("s?nan|inf|infinity")),
    ("underscore", _matcher(r"[0-9_.,]*[0-9]_[0-9_.,]*")),
    ("odd_digits", lambda bare: any(map(_is_odd_digit, bare))),
    ("percent_sign", _matcher(r"[0-9.,]+ ?[%‰]")),
    ("myriad_group", _matcher(r"[0-9]{1,4}(?:,[0-9]{4})+(?:\.[0-9]+)?")),
    ("thousands_group", _matcher(r"[0-9][0-9,]*,[0-9,]*(?:\.[0-9]+)?")),
    ("unit_in_value", _matcher(r"[0-9][0-9.,]*(?:e[+-]?[0-9]+)? ?[^0-9.,e+\-\s].*")),
)

# every value `problem` can take, each with a message BASE-NUMBER-...
PROBLEMS = (
    "empty",
    "missing_marker",
    *(problem for problem, _ in _KINDS),
    "not_a_number",
    "too_long",
    "leading_zero",
    "exponent_range",
)
