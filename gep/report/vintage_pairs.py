"""Two vintages on a terminal: how many figures changed for which cause, then the changed figures by region and year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.base.units import display
from gep.explain.address import COLUMNS, NO_KEY, parse
from gep.explain.changes import Change, Comparison, Side, Vintage
from gep.explain.differ import Difference

SHOWN = 40  # figures listed without --all
EVIDENCE = 2  # differences shown with a figure

VINTAGE_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "vintage": "版次",
        "years": "比较年度",
        "same": "两个版次的 {n} 个数全部相同。",
        "account": "账户",
        "changed": "改变",
        "new": "新增",
        "gone": "消失",
        "unchanged": "未变",
        "cause": "原因",
        "figures": "数的个数",
        "note": "一个数有几种原因的,在每种原因下各计一次。",
        "figure": "数",
        "old": "旧数",
        "now": "新数",
        "difference": "差额",
        "unit": "单位",
        "because": "依据",
        "absent": "无",
        "more": "另有 {n} 处差异",
        "hidden": "另有 {n} 个改变的数未列出(共 {total} 个);用 --all 全部列出,或用 --region、--year 限定。",
        "input": "报送数",
        "correction": "更正",
        "parameter": "参数",
        "rule": "规则",
        "scheme": "方案",
        "program": "程序",
        "unexplained": "未能解释",
        "not_available": "缺数",
        "not_applicable": "不适用",
        "refused": "拒算",
        "below_unit": "不足单位",
        "suppressed": "不公布",
        "trial": "试算",
        "preliminary": "初步核算",
        "reviewed": "已评审",
        "final": "最终核实",
        "closed": "已封账",
        "physical_account": "实物量账户",
        "value_account": "价值量账户",
        "gep_total": "生态产品总值",
        "green_gold_index": "绿金指数表",
        "asset_account": "资产账户",
        "asset_total": "资产账户合计",
        "balance_sheet": "资产负债表",
        "gep": "合计",
        "material": "物质产品",
        "regulating": "调节服务",
        "cultural": "文化服务",
        "opening": "期初",
        "closing": "期末",
        "change": "变动",
        "ggi": "绿金指数",
        "gdp": "地区生产总值",
        "geep": "经济-生态生产总值",
        "per_capita": "人均 GEP",
        "per_km2": "单位面积 GEP",
        "regulating_share": "调节服务占比",
        "market_share": "物质与文化产品占比",
        "realisation_rate": "实现率",
        "elasticity": "弹性",
        "energy_per_gdp": "单位 GDP 能耗",
        "water_per_gdp": "单位 GDP 用水",
        "land_per_gdp": "单位 GDP 建设用地",
        "carbon_per_gdp": "单位 GDP 碳排放",
    },
    "en": {
        "vintage": "vintage",
        "years": "years compared",
        "same": "All {n} figures of the two vintages are the same.",
        "account": "account",
        "changed": "changed",
        "new": "new",
        "gone": "gone",
        "unchanged": "unchanged",
        "cause": "cause",
        "figures": "figures",
        "note": "A figure with several causes is counted under each of them.",
        "figure": "figure",
        "old": "old",
        "now": "new",
        "difference": "difference",
        "unit": "unit",
        "because": "because",
        "absent": "none",
        "more": "{n} more",
        "hidden": "{n} more changed figures are not listed ({total} in all); use --all for all of them, or --region, --year.",
        "input": "return",
        "correction": "correction",
        "parameter": "parameter",
        "rule": "rule",
        "scheme": "scheme",
        "program": "program",
        "unexplained": "unexplained",
        "not_available": "missing",
        "not_applicable": "not applicable",
        "refused": "refused",
        "below_unit": "below unit",
        "suppressed": "suppressed",
        "trial": "trial",
        "preliminary": "preliminary",
        "reviewed": "reviewed",
        "final": "final",
        "closed": "closed",
        "physical_account": "physical account",
        "value_account": "value account",
        "gep_total": "GEP",
        "green_gold_index": "green-gold index",
        "asset_account": "asset account",
        "asset_total": "totals of the asset account",
        "balance_sheet": "balance sheet",
        "gep": "total",
        "material": "material",
        "regulating": "regulating",
        "cultural": "cultural",
        "opening": "opening",
        "closing": "closing",
        "change": "change",
        "ggi": "GGI",
        "gdp": "GDP",
        "geep": "GEEP",
        "per_capita": "GEP per head",
        "per_km2": "GEP per km2",
        "regulating_share": "share of regulating services",
        "market_share": "share of material and cultural services",
        "realisation_rate": "rate of realisation",
        "elasticity": "elasticity",
        "energy_per_gdp": "energy per GDP",
        "water_per_gdp": "water per GDP",
        "land_per_gdp": "construction land per GDP",
        "carbon_per_gdp": "carbon dioxide per GDP",
    },
}
STYLE = {"unexplained": "bold red", "program": "yellow"}


def vintage_pairs(made: Comparison, lang: str, *, every: bool = False, most: int = SHOWN) -> RenderableType:
    """The summary, then the changed figures: `most` of them, or all (`every`). What is left out is counted below."""
    words = VINTAGE_WORDS[lang]
    years = ", ".join(map(str, made.years))
    head = [Text(_vintage(v, lang), style="bold") for v in (made.left, made.right)] + [Text(f"{words['years']}: {years}")]
    if not made.changes:
        return Group(*head, Text(words["same"].format(n=f"{sum(made.unchanged.values()):,}")))
    shown = made.changes if every else made.changes[:most]
    parts: list[RenderableType] = [*head, _accounts(made, words), _causes(made, words)]
    if any(len(c.because.causes) > 1 for c in made.changes):
        parts.append(Text(words["note"], style="dim"))
    parts += [_place(place, list(group), lang) for place, group in groupby(shown, lambda c: f"{c.year} {c.region}  {c.profile}")]
    hidden = len(made.changes) - len(shown)
    if hidden:
        parts.append(Text(words["hidden"].format(n=f"{hidden:,}", total=f"{len(made.changes):,}"), style="bold"))
    return Group(*parts)


def _vintage(v: Vintage, lang: str) -> str:
    words = VINTAGE_WORDS[lang]
    states = ", ".join(f"{y} {words[s]}" for y, s in sorted(v.states.items()))
    return f"{words['vintage']} {v.number}: {states} · {', '.join(v.profiles)} · {v.who} {v.at[:19].replace('T', ' ')}Z"


def _accounts(made: Comparison, words: Mapping[str, str]) -> Table:
    table = Table(header_style="bold")
    table.add_column(words["account"])
    kinds = ("changed", "new", "gone", "unchanged")
    for kind in kinds:
        table.add_column(words[kind], justify="right")
    for name, counts in made.by_table.items():
        table.add_row(words[name], *(f"{counts[k]:,}" for k in kinds))
    return table


def _causes(made: Comparison, words: Mapping[str, str]) -> Table:
    table = Table(header_style="bold")
    table.add_column(words["cause"])
    table.add_column(words["figures"], justify="right")
    for cause, n in made.by_cause.items():
        table.add_row(Text(words[cause], style=STYLE.get(cause, "")), f"{n:,}")
    return table


def _place(title: str, changes: Sequence[Change], lang: str) -> Table:
    words = VINTAGE_WORDS[lang]
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column(words["figure"], overflow="fold")
    for column in ("old", "now", "difference"):
        table.add_column(words[column], justify="right", no_wrap=True)
    table.add_column(words["unit"], no_wrap=True)
    table.add_column(words["cause"])
    table.add_column(words["because"], overflow="fold")
    for c in changes:
        gap = "" if c.difference is None else f"{'+' if c.difference > 0 else ''}{grouped(c.difference)}"
        because = "\n".join(_evidence(c.because.differences, lang))
        causes = Text("\n".join(words[cause] for cause in c.because.causes), style=_style(c))
        sides = (_side(side, words) for side in (c.old, c.new))
        table.add_row(Text(_name(c, words)), *sides, gap, Text(display(c.unit, lang)), causes, Text(because, style="dim"))
    return table


def _style(change: Change) -> str:
    return next((STYLE[c] for c in ("unexplained", "program") if c in change.because.causes), "")


def _name(change: Change, words: Mapping[str, str]) -> str:
    """The account and the keys that are not open and, of a total by nature, the column."""
    address = parse(change.figure)
    keys = [k for k in address.keys if k != NO_KEY]
    keys += [v for n, v in address.named.items() if n in ("instance", "zone") and v != NO_KEY]
    several = len(COLUMNS[address.view]) > 1 and address.view != "value_account"
    column = f"· {words[address.with_column]}" if several else ""
    return " ".join(filter(None, (words[change.table], " / ".join(keys), column)))


def _side(side: Side | None, words: Mapping[str, str]) -> str:
    """The amount, or why there is none."""
    if side is None:
        return words["absent"]
    return grouped(side.amount) if side.amount is not None else words[side.state or "not_available"]


def _evidence(differences: Sequence[Difference], lang: str) -> Iterator[str]:
    for d in differences[:EVIDENCE]:
        yield d.text()
    if len(differences) > EVIDENCE:
        yield VINTAGE_WORDS[lang]["more"].format(n=len(differences) - EVIDENCE)


def grouped(amount: Decimal) -> str:
    """All digits that say something, in groups of three: what was stored is never rounded here."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
