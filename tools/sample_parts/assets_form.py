"""How the asset tables of the example city are returned: cells, the rows of a balance, exact shares of a whole, files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from tools.sample_parts.land import all_counties
from tools.sample_parts.place import county_code
from tools.sample_parts.text import exact

HEADER = ("region", "period", "item", "category", "part", "value", "state", "unit", "department", "source", "evidence", "note")
CODE_HEADER = ("scheme", "edition", "code", "parent", "zh", "en", "valid_from", "valid_to")
SOURCE, NOTE = "sample_city", "示例数据"
LAND, FORESTRY, FARMS = "自然资源局", "林业局", "农业农村局"
WATER, ENVIRONMENT, STATISTICS = "水利局", "生态环境局", "统计局"
HECTARES, CUBIC, TEN_THOUSAND_CUBIC = "公顷", "立方米", "万立方米"
TONNES, MONEY, PERCENT = "吨", "万元", "%"

# the code at the head of a note says why an opening or an adjustment row breaks the series
SURVEY_BREAK = "SURVEY_BREAK: 启用新的国土调查"
BOUNDARY = "BOUNDARY: 2021 年 1 月 1 日一镇划转"
CLASSIFICATION = "CLASSIFICATION: 按 GB/T 17766-2020 转换"

Row = tuple[str, ...]
Whole = Mapping[str, int]  # column -> whole number of the last place that is returned


@dataclass(frozen=True)
class Cell:
    """One returned figure; `note` is put before the word that it is made up, `state` says why there is no value."""

    item: str
    category: str
    value: str
    unit: str
    state: str = ""
    note: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Balance:
    """A flow table of a county and year: the opening as returned, and the rows of additions (R2x) and reductions (R3x)."""

    opening: Whole
    rows: Mapping[str, Whole]
    opening_note: str = ""
    adjusted: Mapping[str, str] = field(default_factory=dict)  # row -> note

    def closing(self) -> Counter[str]:
        """Opening and additions less reductions."""
        made = Counter(self.opening)
        for row, amounts in self.rows.items():
            if row.startswith("R2"):
                made.update(amounts)
            else:
                made.subtract(amounts)
        return made

    def cells(self, table: str, columns: Iterable[str], unit: str, places: int, around: str = "") -> Iterator[Cell]:
        """Every column of every row, an observed zero where nothing occurs. `around` stands before the column in the category."""
        several = tuple(columns)
        for row, amounts in {"R10": self.opening, **self.rows}.items():
            note = self.opening_note if row == "R10" else self.adjusted.get(row, "")
            for column in several:
                amount = amounts.get(column, 0)
                why = note if row == "R10" or amount else ""
                yield Cell(f"{table}.{row}", around + column, written(amount, places), unit, note=why)


@dataclass(frozen=True)
class Sheet:
    """A file of returns: the department that answers for it, and its figures for a county and a year."""

    file: str
    department: str
    cells: Callable[[str, int], Iterator[Cell]]

    def rows(self) -> list[Row]:
        """The rows of the file, by year and county."""
        return [self._row(place, year, cell) for place, year in all_counties() for cell in self.cells(place, year)]

    def _row(self, place: str, year: int, cell: Cell) -> Row:
        note = f"{cell.note}（{NOTE}）" if cell.note else NOTE
        return (
            county_code(place, year), str(year), cell.item, cell.category, "", cell.value, cell.state, cell.unit, self.department,
            SOURCE, cell.evidence, note,
        )  # fmt: skip


def written(amount: int, places: int) -> str:
    """A whole number of the last place as it is printed."""
    return exact(amount, places) if places else str(amount)


def spread(total: int, weights: Whole) -> Counter[str]:
    """`total` over the columns in proportion to their weights, in whole numbers that add up: the largest remainders get the rest.

    Nothing if the total is nothing. Raises ValueError if there is something to spread and no weight to go by.
    """
    whole = sum(weights.values())
    if not total:
        return Counter()
    if whole <= 0 or total < 0:
        raise ValueError(f"cannot spread {total} over {dict(weights)}")
    parts = Counter({c: total * w // whole for c, w in weights.items() if w})
    rest = total - sum(parts.values())
    by_remainder = sorted(parts, key=lambda c: (-(total * weights[c] % whole), c))
    parts.update(by_remainder[:rest])
    return +parts


def rescaled(stock: Whole, total: int) -> Counter[str]:
    """The same columns with another total: the gap is spread in proportion."""
    gap = total - sum(stock.values())
    made = Counter(stock)
    if gap > 0:
        made.update(spread(gap, stock))
    else:
        made.subtract(spread(-gap, stock))
    return made
