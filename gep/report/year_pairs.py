"""Two years on a terminal: a table for each comparable area, and the regions in it whose own years may not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.base.units import display
from gep.explain.pair import Figure
from gep.explain.year_pair import NOT_GIVEN, AreaPair, Ground, Item, YearComparison, YearPair, change_text
from gep.report.pairs import PAIR_WORDS, SCALE, amount_text
from gep.report.words import WORDS

YEAR_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "item": "项目",
        "unit": "单位",
        "difference": "差额",
        "percent": "%",
        "gep_total": "生态产品总值",
        "value_account": "价值量",
        "physical_account": "实物量",
        "balance_sheet": "资产负债表期末数",
        "comparable_area": "可比区域(按可比口径)",
        "own": "本年范围,不可比",
        "changes": "区划变更",
        "not_applicable": "不适用",
        "refused": "不可相加",
        "not_given": "不给出",
        "nothing": "这两个年度没有可以列出的地区。",
        "vintages": "在用版次",
        "percent_note": "% 以左列的绝对值为基数;基数为零或两年异号时不计。",
    },
    "en": {
        "item": "item",
        "unit": "unit",
        "difference": "difference",
        "percent": "%",
        "gep_total": "Gross ecosystem product",
        "value_account": "Values",
        "physical_account": "Quantities",
        "balance_sheet": "Balance sheet, closings",
        "comparable_area": "comparable area",
        "own": "area of each year, not comparable",
        "changes": "changes of regions",
        "not_applicable": "n/a",
        "refused": "cannot be added",
        "not_given": "not given",
        "nothing": "There is no region to show for these two years.",
        "vintages": "vintages in use",
        "percent_note": "% of the absolute amount on the left; none where that is zero or the signs differ.",
    },
}
MONEY = "CNY"
PLACES = 4


def year_pairs(found: YearComparison, lang: str) -> RenderableType:
    """Every area with GEP, values, quantities and closings of both years, their difference and per cent."""
    words = YEAR_WORDS[lang]
    if not found.areas:
        return Text(words["nothing"])
    used = ", ".join(f"{scheme} {year}: @{vintage}" for scheme, year, vintage in found.vintages)
    parts: list[RenderableType] = [Text(f"{words['vintages']}: {used}", style="dim")]
    if found.illustrative:
        parts.append(Text(WORDS[lang]["holds_illustrative"], style="bold red"))
    for area in found.areas:
        parts += _area(area, found, lang)
    return Group(*parts, Text(words["percent_note"], style="dim"))


def _area(area: AreaPair, found: YearComparison, lang: str) -> Iterator[RenderableType]:
    words = YEAR_WORDS[lang]
    if area.regions:
        told = [Text(f"  {change_text(c, lang)}") for c in area.changes]
        yield Group(Text(f"{words['changes']}:", style="bold yellow"), *told)
    title = _title(area.whole, found, lang)
    if len(area.regions) > 1:
        title = f"{title}  [{words['comparable_area' if area.whole.alone else 'own']}: {area.area}]"
    # a single region that may not be compared stands once, as its own
    if area.whole.alone or len(area.regions) != 1:
        yield _table(area.whole, title, found, lang)
    for region in area.regions:
        mark = "" if region.alone else f"  [{words['own']}]"
        yield _table(region, _title(region, found, lang) + mark, found, lang)


def _title(ground: Ground, found: YearComparison, lang: str) -> str:
    sides = ["+".join(codes) or "-" for codes in (ground.left, ground.right)]
    codes = sides[0] if sides[0] == sides[1] else " → ".join(sides)
    names = " / ".join(names.of(lang) for names in ground.names)
    return f"{found.left} → {found.right}  {codes} {names}"


def _table(ground: Ground, title: str, found: YearComparison, lang: str) -> Table:
    words = YEAR_WORDS[lang]
    table = Table(title=Text(title), title_justify="left", header_style="bold")
    table.add_column(words["item"], overflow="fold")
    table.add_column(words["unit"], overflow="fold")
    for name in (str(found.left), str(found.right), words["difference"], words["percent"]):
        table.add_column(name, justify="right", no_wrap=True)
    last = ""
    for pair in ground.pairs:
        if pair.item.table not in (last, "gep_total"):
            table.add_section()
            table.add_row(Text(words[pair.item.table], style="bold"))
        last = pair.item.table
        table.add_row(*_row(pair, lang), style="bold" if pair.item.table == "gep_total" else "")
    return table


def _row(pair: YearPair, lang: str) -> tuple[Text, ...]:
    words = YEAR_WORDS[lang]
    gap = words[NOT_GIVEN] if pair.state == NOT_GIVEN else ""
    if pair.difference is not None:
        gap = _amount(pair.difference, pair.item, lang)
    share = "" if pair.percent is None else _percent(pair.percent)
    figures = (_figure(f, pair.item, lang) for f in (pair.left, pair.right))
    cells = (pair.item.names.of(lang), _unit(pair.item, lang), *figures, gap, share)
    return tuple(Text(cell) for cell in cells)


def _percent(share: Decimal) -> str:
    """With its sign and two decimals, more where a change would vanish."""
    if not share:
        return "0.00"
    text = f"{share:+,.2f}"
    return text if text.strip("+-0.") else f"{share.normalize():+f}"


def _figure(figure: Figure, item: Item, lang: str) -> str:
    if figure.amount is not None:
        return _amount(figure.amount, item, lang)
    return {**PAIR_WORDS[lang], **YEAR_WORDS[lang]}[figure.state]


def _money(item: Item) -> bool:
    return item.table in ("gep_total", "value_account") or item.unit == MONEY


def _unit(item: Item, lang: str) -> str:
    shown = display(item.unit, lang)
    return f"{SCALE[lang][1]}{shown}" if _money(item) else shown


def _amount(amount: Decimal, item: Item, lang: str) -> str:
    """Money in 10⁸ with four decimals; a quantity with up to four, more where it would vanish."""
    if _money(item):
        return amount_text(Fraction(amount), lang, item.unit)
    text = f"{amount:,.{PLACES}f}"
    if amount and not Decimal(text.replace(",", "")):
        return f"{amount.normalize():f}"
    return text.rstrip("0").rstrip(".")
