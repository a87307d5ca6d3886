"""One row of a tidy table while it is checked: its texts, its complaints, and what its place cells (period, region, key) say."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gep.base.findings import Finding, Place, finding
from gep.base.records import Code, Key, Measure, Names, Region, Severity, Vocabulary, key_of
from gep.intake.suggest import Nearest
from gep.intake.table import snippet

FIRST_YEAR, LAST_YEAR = 1900, 2199
PERIOD = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
LOOSE = (
    re.compile(r"([0-9]{4})(?:\.0+)?\s*年?\s*度?()()"),
    re.compile(r"([0-9]{4})\s*[年/.\-]\s*([0-9]{1,2})\s*月?()"),
    re.compile(r"([0-9]{4})\s*[年/.\-]\s*([0-9]{1,2})\s*[月/.\-]\s*([0-9]{1,2})\s*[日号]?"),
    re.compile(r"((?:19|20|21)[0-9]{2})([01][0-9])()"),
    re.compile(r"((?:19|20|21)[0-9]{2})([01][0-9])([0-3][0-9])"),
)
HAN_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
TOKEN = re.compile(r"[0-9A-Za-z_.:\-\u3400-\u9fff]+")
SPACES = " \t\u00a0\u3000"


@dataclass(slots=True)
class Cells:
    """The texts of one row by column (None: the column is missing or its cell is reported already) and its findings."""

    file: str
    line: int
    texts: Mapping[str, str | None]
    findings: list[Finding] = field(default_factory=list)
    stopped: bool = False

    @property
    def key(self) -> str:
        """The place cells as typed, for the place of a finding: region/period/item[/category[/part]]."""
        names = ("region", "period", "item", "category", "part")
        texts = [snippet((self.texts.get(name) or "").strip()) or "-" for name in names]
        while len(texts) > 3 and texts[-1] == "-":
            texts.pop()
        return "/".join(texts)

    def text(self, column: str) -> str | None:
        """The cell without spaces around it; "" if the column is not in the file."""
        cell = self.texts.get(column, "")
        return None if cell is None else cell.strip(SPACES)

    def add(self, made: Finding) -> None:
        self.findings.append(made)
        self.stopped = self.stopped or made.severity is Severity.STOP

    def complain(
        self, code: str, column: str, *, found: object = "", expected: object = "", difference: object = "", **args: Any
    ) -> None:
        place = Place(self.file, self.line, column, key=self.key)
        made = finding(
            code,
            place,
            found=snippet(str(found)),
            expected=snippet(str(expected), 300),
            difference=difference,
            **args,
        )
        self.add(made)


@dataclass(frozen=True, slots=True)
class Period:
    """A period as typed, its year and its last day: the day on which codes and regions must be valid."""

    text: str
    year: int
    last: date


@dataclass(frozen=True, slots=True)
class Lists:
    """The vocabulary with its suggestion lists, made once a file."""

    vocabulary: Vocabulary
    items: Nearest
    regions: Nearest
    schemes: Mapping[str, Nearest]

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Lists:
        return cls(
            vocabulary,
            Nearest({m.id: m.names for m in vocabulary.measures.values()}),
            Nearest({r.code: r.names for r in vocabulary.regions.values()}),
            {scheme: Nearest({c.code: c.names for c in codes.values()}) for scheme, codes in vocabulary.codes.items()},
        )


def read_period(cells: Cells) -> Period | None:
    """2010 | 2010-06 | 2010-06-30; any other way of writing a period is named, with the right one if it is plain."""
    text = cells.text("period")
    if text is None:
        return None
    match = PERIOD.fullmatch(text)
    if not match:
        _name_period_form(cells, text)
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    last = _last_day(year, month, day, month_given=match[2] is not None, day_given=match[3] is not None)
    if last is None:
        cells.complain("INTAKE-PERIOD-CALENDAR", "period", found=text)
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        cells.complain("INTAKE-PERIOD-YEAR", "period", found=text, expected=f"{FIRST_YEAR}-{LAST_YEAR}")
        return None
    return Period(text, year, last)


def _last_day(year: int, month: int, day: int, *, month_given: bool, day_given: bool) -> date | None:
    month = month if month_given else 12
    if year < 1 or not 1 <= month <= 12:
        return None
    length = calendar.monthrange(year, month)[1]
    day = day if day_given else length
    return date(year, month, day) if 1 <= day <= length else None


def _name_period_form(cells: Cells, text: str) -> None:
    plain = unicodedata.normalize("NFKC", text).translate(HAN_DIGITS)
    expected = "2010 | 2010-06 | 2010-06-30"
    match = next((found for form in LOOSE if (found := form.fullmatch(plain))), None)
    if match:
        year, month, day = match.groups()
        if _last_day(int(year), int(month or 0), int(day or 0), month_given=bool(month), day_given=bool(day)):
            expected = "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])
    elif re.fullmatch(r"[2-6][0-9]{4}", plain):
        # days since 1899-12-30, as spreadsheets store a date
        expected = date.fromordinal(date(1899, 12, 30).toordinal() + int(plain)).isoformat()
    form = _form_name(text, plain)
    cells.complain("INTAKE-PERIOD-FORM", "period", found=text, expected=expected, form_zh=form.zh, form_en=form.en)


def _form_name(text: str, plain: str) -> Names:
    if any(c in text for c in "〇○零一二三四五六七八九"):
        return Names("汉字数字", "Chinese numerals")
    if any(c in text for c in "年月日号"):
        return Names("“年月日”", "year, month and day in Chinese characters")
    if plain != text:
        return Names("全角字符", "full-width characters")
    if "/" in text:
        return Names("斜线分隔", "slashes")
    if re.fullmatch(r"[0-9]{4}\.0+", text):
        return Names("小数", "a decimal number")
    if "." in text:
        return Names("点号分隔", "dots")
    if re.fullmatch(r"[2-6][0-9]{4}", text):
        return Names("电子表格日期序号", "the day number of a spreadsheet")
    if text.isdigit():
        return Names("没有分隔符的数字", "digits without separators")
    return Names("无法识别", "not recognised")


def read_region(cells: Cells, lists: Lists, period: Period | None) -> str | None:
    """The code of a region of the book that is valid on the last day of the period."""
    text = cells.text("region")
    if text is None:
        return None
    regions = lists.vocabulary.regions
    region = regions.get(text)
    if region is None:
        meant = _same_code(text, regions)
        words = {"known_zh": f"{meant.code}({meant.names.zh})", "known_en": f"{meant.code} ({meant.names.en})"} if meant else {}
        cells.complain("INTAKE-REGION-UNKNOWN", "region", found=text, **(words or lists.regions.words(text)))
        return None
    if period and not region.valid_from <= period.last <= region.valid_to:
        span = f"{_day(region.valid_from)} – {_day(region.valid_to)}"
        cells.complain("INTAKE-REGION-NOT-VALID", "region", found=text, expected=span, period=period.text)
        return None
    return text


def _same_code(text: str, regions: Mapping[str, Region]) -> Region | None:
    """The region whose code this is in another guise: a spreadsheet number, padded to 9 or 12 digits, a lost zero, full width."""
    plain = unicodedata.normalize("NFKC", text)
    guises = (plain, plain.removesuffix(".0"), plain.removesuffix("000"), plain.removesuffix("000000"), plain.zfill(6))
    return next((regions[guise] for guise in guises if guise in regions), None)


def read_key(cells: Cells, measure: Measure, lists: Lists, period: Period | None) -> Key | None:
    """The key that category and part give for this measure; every fault of each segment is reported."""
    category, part = cells.text("category"), cells.text("part")
    before = len(cells.findings)
    dims = tuple(dim for dim in measure.dims if dim != "part")
    pairs: dict[str, str] = {}
    if category is not None:
        _read_category(cells, category, dims, lists, period, pairs)
    if part is not None:
        _read_part(cells, part, measure, lists, period, pairs)
    if len(cells.findings) > before or category is None or part is None:
        return None
    return key_of(pairs)


def category_codes(cells: Cells) -> tuple[str, ...]:
    """The codes that the category names, whatever their scheme."""
    text = (cells.text("category") or "").replace("；", ";").replace("：", ":")
    return tuple(segment.strip(SPACES).rpartition(":")[2] for segment in text.split(";") if segment.strip(SPACES))


def _read_category(
    cells: Cells, category: str, dims: tuple[str, ...], lists: Lists, period: Period | None, pairs: dict[str, str]
) -> None:
    plain = category.replace("；", ";").replace("：", ":")
    segments = [segment.strip(SPACES) for segment in plain.split(";")] if category else []
    if plain != category or "" in segments:
        cells.complain("INTAKE-CATEGORY-FORM", "category", found=category, expected=";".join(s for s in segments if s))
        return
    if segments and not dims:
        cells.complain("INTAKE-CATEGORY-SUPERFLUOUS", "category", found=category, item=cells.text("item"))
        return
    unclear = False
    for segment in segments:
        dim, code = _resolve(cells, segment, dims, lists)
        if not dim:
            unclear = True
        elif dim in pairs:
            cells.complain("INTAKE-CATEGORY-TWICE", "category", found=category, dim=dim)
        else:
            pairs[dim] = code
            _check_code(cells, "category", dim, code, lists, period)
    missing = [dim for dim in dims if dim not in pairs]
    if missing and not unclear:
        form = "…" if len(dims) == 1 else ";".join(f"{dim}:{pairs.get(dim, '…')}" for dim in dims)
        cells.complain("INTAKE-CATEGORY-MISSING", "category", found=category or "-", expected=form, dims=", ".join(missing))


def _resolve(cells: Cells, segment: str, dims: tuple[str, ...], lists: Lists) -> tuple[str, str]:
    """(dimension, code) of one segment; ("", "") if it cannot be told which dimension is meant (reported)."""
    codes = lists.vocabulary.codes
    scheme, colon, code = segment.partition(":")
    if colon and scheme in dims:
        return scheme, code
    homes = [dim for dim in dims if segment in codes.get(dim, {})]
    if len(homes) == 1:
        return homes[0], segment
    if homes:
        choice = " | ".join(f"{dim}:{segment}" for dim in homes)
        cells.complain("INTAKE-CATEGORY-AMBIGUOUS", "category", found=segment, expected=choice)
    elif colon:
        cells.complain("INTAKE-CATEGORY-SCHEME", "category", found=scheme, expected=", ".join(dims), item=cells.text("item"))
    elif len(dims) == 1:
        return dims[0], segment
    else:
        known = Nearest({f"{dim}:{c.code}": c.names for dim in dims for c in codes.get(dim, {}).values()})
        cells.complain("INTAKE-CODE-UNKNOWN", "category", found=segment, scheme=", ".join(dims), **known.words(segment))
    return "", ""


def _check_code(cells: Cells, column: str, scheme: str, text: str, lists: Lists, period: Period | None) -> None:
    code: Code | None = lists.vocabulary.codes.get(scheme, {}).get(text)
    if code is None:
        nearest = lists.schemes.get(scheme) or Nearest({})
        cells.complain("INTAKE-CODE-UNKNOWN", column, found=text, scheme=scheme, **nearest.words(text))
    elif period and not code.valid_from <= period.last <= code.valid_to:
        span = f"{_day(code.valid_from)} – {_day(code.valid_to)}"
        cells.complain("INTAKE-CODE-NOT-VALID", column, found=text, expected=span, scheme=scheme, period=period.text)


def _read_part(cells: Cells, part: str, measure: Measure, lists: Lists, period: Period | None, pairs: dict[str, str]) -> None:
    if "part" not in measure.dims:
        if part:
            cells.complain("INTAKE-PART-SUPERFLUOUS", "part", found=part, item=measure.id)
        return
    if not part:
        cells.complain("INTAKE-PART-MISSING", "part", item=measure.id)
    elif "part" in lists.vocabulary.codes:
        _check_code(cells, "part", "part", part, lists, period)
    elif not TOKEN.fullmatch(part):
        cells.complain("INTAKE-PART-FORM", "part", found=part)
    pairs["part"] = part


def _day(day: date) -> str:
    """A bound of validity; the ends of the calendar mean that there is none."""
    return "…" if day in (date.min, date.max) else day.isoformat()
