"""How the spread of parameters bears on GEP on a terminal: value, mean and interval side by side, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from gep.base.records import Names
from gep.base.units import display
from gep.report.pairs import SCALE, amount_text
from gep.report.words import WORDS

SPREAD_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "item": "项目",
        "unit": "单位",
        "value": "账面值",
        "mean": "均值",
        "sd": "标准差",
        "first_order": "一阶标准差",
        "interval": "{level}% 区间",
        "known": "离散已知",
        "cause": "均值与账面值不同的原因",
        "how": "{draws} 次抽样,种子 {seed},版次 {vintage}",
        "share": "GEP 中,所依据的参数全部有离散范围的占 {known},不依据参数的占 {none},"
        "其余 {rest} 至少依据一个离散范围未知的参数。",
        "only": "区间只含参数的离散,不含报送数的误差;离散范围未知的参数按取值计,所以区间偏窄。",
        "contributions": "各参数对 GEP 方差的贡献(一阶)",
        "unknown": "离散范围未知的参数,按依据它的价值排列",
        "parameter": "参数",
        "key": "分类",
        "low_high": "low … high",
        "source": "来源",
        "contribution": "贡献",
        "resting": "依据它的价值",
        "more": "另有 {n} 个,见视图 uncertainty_parameter",
    },
    "en": {
        "item": "item",
        "unit": "unit",
        "value": "value",
        "mean": "mean",
        "sd": "sd",
        "first_order": "first-order sd",
        "interval": "{level}% interval",
        "known": "spread known",
        "cause": "Why mean and value part",
        "how": "{draws} draws, seed {seed}, vintage {vintage}",
        "share": "Of GEP {known} rests on parameters all of whose spread is known, {none} on no parameter, the other {rest} on "
        "at least one parameter without a spread.",
        "only": "The interval holds the spread of parameters only, no error of returns; a parameter without a spread stays at "
        "its value, so the interval is too narrow rather than too wide.",
        "contributions": "Share of each parameter in the variance of GEP (first order)",
        "unknown": "Parameters without a spread, by the value that rests on them",
        "parameter": "parameter",
        "key": "class",
        "low_high": "low … high",
        "source": "source",
        "contribution": "share",
        "resting": "value on it",
        "more": "{n} more, see the view uncertainty_parameter",
    },
}
MONEY = "CNY"
RATIOS = ("ggi",)
PLACES = 4


@dataclass(frozen=True)
class SpreadSheet:
    """What is told of one region, zone, year, profile and price basis. `figures` and `parameters`: rows of the two views."""

    region: str
    names: Names
    zone: str
    year: int
    profile: str
    price_basis: str
    items: Mapping[str, Names]  # item -> how it is called
    figures: Sequence[Mapping[str, Any]]
    parameters: Sequence[Mapping[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """As plain data."""
        made = {k: v for k, v in asdict(self).items() if k not in ("items", "names")}
        return made | {"region_name": asdict(self.names), "items": {k: asdict(v) for k, v in self.items.items()}}

    @property
    def contributing(self) -> list[Mapping[str, Any]]:
        """Parameters with a spread, the strongest first."""
        held = [p for p in self.parameters if p["contribution"]]
        return sorted(held, key=lambda p: (-abs(p["contribution"]), p["parameter"], p["key"]))

    @property
    def unknown(self) -> list[Mapping[str, Any]]:
        """Parameters without one, the one most value rests on first."""
        held = [p for p in self.parameters if not p["known"]]
        return sorted(held, key=lambda p: (-abs(p["gep_resting"]), p["parameter"], p["key"]))


def spread_sheet(made: SpreadSheet, lang: str, most: int) -> RenderableType:
    """The figures, the causes, the share of GEP that is covered, and up to `most` parameters of either kind."""
    words = SPREAD_WORDS[lang]
    first = made.figures[0]
    parts: list[RenderableType] = [Text(words["how"].format(**first), style="dim")]
    if any(f["illustrative"] for f in made.figures):
        parts.append(Text(WORDS[lang]["holds_illustrative"], style="bold red"))
    parts += [_figures(made, lang), *_causes(made, lang), *_share(made, lang), Text(words["only"], style="dim")]
    if made.contributing:
        parts.append(_parameters(made.contributing, words["contributions"], "contribution", lang, most))
    if made.unknown:
        parts.append(_parameters(made.unknown, words["unknown"], "gep_resting", lang, most))
    return Group(*parts)


def _figures(made: SpreadSheet, lang: str) -> Table:
    words = SPREAD_WORDS[lang]
    place = " ".join(x for x in (made.region, made.names.of(lang), made.zone if made.zone != "-" else "") if x)
    title = f"{place}  {made.year}  {made.profile}  {made.price_basis}"
    table = Table(title=Text(title), title_justify="left", header_style="bold")
    table.add_column(words["item"], overflow="fold")
    table.add_column(words["unit"], overflow="fold")
    level = words["interval"].format(level=plain(100 * made.figures[0]["level"]))
    for name in (words["value"], words["mean"], words["sd"], level, words["first_order"], words["known"]):
        table.add_column(name, justify="right", overflow="fold")
    for f in made.figures:
        shown = [_amount(f[n], f["item"], lang) for n in ("value", "mean", "sd", "low", "high", "first_order_sd")]
        low, high = shown[3:5]
        interval = f"{low} … {high}" if low and high else ""
        unit = "" if f["item"] in RATIOS else SCALE[lang][1] + display(MONEY, lang)
        cells = (made.items[f["item"]].of(lang), unit, *shown[:3], interval, shown[5], percent(f["known_share"]))
        table.add_row(*map(Text, cells), style="bold" if f["item"] == "gep" else "")
    return table


def _causes(made: SpreadSheet, lang: str) -> Iterator[RenderableType]:
    told = [f for f in made.figures if f["cause"]]
    if told:
        yield Text(f"{SPREAD_WORDS[lang]['cause']}:", style="bold")
        for f in told:
            yield Padding(Text(f"{made.items[f['item']].of(lang)}: {f[f'cause_{lang}']}"), (0, 0, 0, 2))


def _share(made: SpreadSheet, lang: str) -> Iterator[Text]:
    for f in (f for f in made.figures if f["item"] == "gep" and f["known_share"] is not None):
        rest = 1 - f["known_share"] - f["no_parameter_share"]
        shares = {"known": percent(f["known_share"]), "none": percent(f["no_parameter_share"]), "rest": percent(rest)}
        yield Text(SPREAD_WORDS[lang]["share"].format(**shares))


def _parameters(held: Sequence[Mapping[str, Any]], title: str, column: str, lang: str, most: int) -> RenderableType:
    words = SPREAD_WORDS[lang]
    table = Table(title=Text(title), title_justify="left", header_style="bold")
    for name in ("parameter", "key", "value", "low_high", "unit", "source"):
        table.add_column(words[name], overflow="fold", justify="right" if name == "value" else "left")
    last = "contribution" if column == "contribution" else "resting"
    table.add_column(words[last], justify="right", overflow="fold")
    for p in held[:most]:
        ends = "" if p["low"] is None or p["high"] is None else f"{plain(p['low'])} … {plain(p['high'])}"
        amount = percent(p[column]) if column == "contribution" else _amount(p[column], "gep", lang)
        value = "" if p["value"] is None else plain(p["value"])
        cells = (p["parameter"], p["key"], value, ends, display(p["unit"], lang), p["source"], amount)
        table.add_row(*map(Text, cells))
    if len(held) <= most:
        return table
    return Group(table, Text(words["more"].format(n=len(held) - most), style="dim"))


def plain(amount: Decimal) -> str:
    """A coefficient without the zeros its column pads it with."""
    return f"{amount.normalize():f}"


def percent(share: Decimal | None) -> str:
    """Of one, with two decimals."""
    return "" if share is None else f"{100 * share:.2f}%"


def _amount(amount: Decimal | None, item: str, lang: str) -> str:
    """Money in 10⁸, a ratio as it is; nothing where there is no value."""
    if amount is None:
        return ""
    return f"{amount:.{PLACES}f}" if item in RATIOS else amount_text(Fraction(amount), lang, MONEY)
