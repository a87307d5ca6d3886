"""One cell of a release: a value of the account to its canonical text and nothing else (no rounding, no guessing)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from types import MappingProxyType

DECIMAL_TYPE = re.compile(r"DECIMAL\((\d+),(\d+)\)")
INTEGERS = {"INTEGER": 2**31, "BIGINT": 2**63}
UNFIT = re.compile("[\0\ud800-\udfff]")
NEEDS_QUOTES = re.compile(r'[,"\r\n]|^\s|\s$')
_IN_A_CELL = re.compile(r'["\r\n]|^\s|\s$|,\s|\s,')  # the same, commas aside, for a whole line


class CellFault(ValueError):
    """A value that a column cannot hold exactly; `code` is the code of the finding, `expected` what the column holds."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(f"{code}: expected {expected}")
        self.code = code
        self.expected = expected


def cell_text(value: object, column_type: str) -> str:
    """The canonical text of a value in a column of a DuckDB type; NULL is the empty text.

    Decimals carry exactly the digits of the column's scale; instants are UTC with six decimals of a second. Raises CellFault for
    a value the column cannot hold exactly: a float, a decimal with more digits than the scale, an empty text, a wrong type.
    """
    return "" if value is None else writer(column_type)(value)


@cache
def writer(column_type: str) -> Callable[[object], str]:
    """The function that turns a value (not None) of one column type into its canonical text."""
    match = DECIMAL_TYPE.fullmatch(column_type)
    if match:
        return partial(_decimal, column_type=column_type, limit=10 ** int(match[1]), scale=int(match[2]))
    if column_type in INTEGERS:
        return partial(_integer, column_type=column_type, limit=INTEGERS[column_type])
    if column_type not in WRITERS:
        raise ValueError(f"no canonical text is defined for the type {column_type}")
    return WRITERS[column_type]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise CellFault("LEDGER-CELL-TYPE", "VARCHAR")
    text = str(value)
    if not text:
        raise CellFault("LEDGER-CELL-EMPTY", "NULL or -")
    if UNFIT.search(text):
        raise CellFault("LEDGER-CELL-TEXT", "UTF-8")
    return text


def _boolean(value: object) -> str:
    if not isinstance(value, bool):
        raise CellFault("LEDGER-CELL-TYPE", "BOOLEAN")
    return "true" if value else "false"


def _integer(value: object, column_type: str, limit: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or not -limit <= value < limit:
        raise CellFault("LEDGER-CELL-TYPE", column_type)
    return str(value)


def _date(value: object) -> str:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise CellFault("LEDGER-CELL-TYPE", "DATE") from None
    if not isinstance(value, date) or isinstance(value, datetime):
        raise CellFault("LEDGER-CELL-TYPE", "DATE")
    return value.isoformat()


def _instant(value: object) -> str:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise CellFault("LEDGER-CELL-TYPE", "TIMESTAMP, UTC") from None
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise CellFault("LEDGER-CELL-TYPE", "TIMESTAMP, UTC")
    return instant_text(value)


def instant_text(value: datetime) -> str:
    """An instant as UTC text of fixed width, so that text order is time order; a naive datetime is refused with ValueError."""
    if value.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    moment = value.astimezone(UTC)
    return f"{moment.year:04d}-{moment:%m-%dT%H:%M:%S}.{moment.microsecond:06d}Z"


def _decimal(value: object, column_type: str, limit: int, scale: int) -> str:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise CellFault("LEDGER-CELL-TYPE", column_type)
    if isinstance(value, Decimal) and not value.is_finite():
        raise CellFault("LEDGER-CELL-TYPE", column_type)
    # whole units of the last place, by integers: no decimal context can round on the way
    numerator, denominator = value.as_integer_ratio()
    units, rest = divmod(numerator * 10**scale, denominator)
    if rest or not -limit < units < limit:
        raise CellFault("LEDGER-CELL-SCALE", column_type)
    digits = str(abs(units)).rjust(scale + 1, "0")
    sign = "-" if units < 0 else ""
    return f"{sign}{digits[:-scale]}.{digits[-scale:]}" if scale else f"{sign}{digits}"


WRITERS: Mapping[str, Callable[[object], str]] = MappingProxyType(
    {"VARCHAR": _text, "BOOLEAN": _boolean, "DATE": _date, "TIMESTAMP": _instant}
)


def csv_line(cells: Sequence[str]) -> str:
    """One line of RFC 4180 without its line end; an empty cell is NULL and is never quoted."""
    line = ",".join(cells)
    if not _IN_A_CELL.search(line) and line.count(",") == len(cells) - 1:
        return line  # nearly every line: looked at once and not cell by cell
    return ",".join('"' + c.replace('"', '""') + '"' if NEEDS_QUOTES.search(c) else c for c in cells)
