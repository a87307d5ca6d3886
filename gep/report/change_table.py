"""Causes of a change on a terminal: service × factor with sums, the index and the assets split, and the lines if asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.accounts.decompose import FACTORS, Change, Factor
from gep.base.units import display
from gep.explain.change import Causes, PlaceChange, factors_of
from gep.report.change_text import gep_sentence, money, ratio_sentence, ratio_text
from gep.report.pairs import SCALE, SHOWN

CHANGE_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "service": "服务",
        "line": "项",
        "asset": "资产",
        "index": "指标",
        "difference": "差额",
        "total": "生态产品总值",
        "all_assets": "资产价值合计",
        "unknown": "缺数",
        "causes": "变化原因",
        "gep_changed": "GEP 变化",
        "changed": "{what}变化",
        "of_which": "其中",
        "closing": "年末资产价值",
        "read_from": "{what}取自:{left} → {right}",
        "rounded": "各数分别修约,未作机械调整;未修约的各项恰好等于差额(见 --json)。",
        "nothing": "没有可以解释变化的地区:两边都要有核算结果,区划范围要相同。",
    },
    "en": {
        "service": "service",
        "line": "line",
        "asset": "asset",
        "index": "index",
        "difference": "difference",
        "total": "Gross ecosystem product",
        "all_assets": "All assets",
        "unknown": "unknown",
        "causes": "causes of the change",
        "gep_changed": "GEP changed",
        "changed": "{what} changed",
        "of_which": "of which",
        "closing": "value of assets at the end of the year",
        "read_from": "{what} read from: {left} → {right}",
        "rounded": "Figures are rounded one by one and not adjusted; unrounded, the parts add up exactly (see --json).",
        "nothing": "There is no region whose change can be explained: both sides need results, on the same ground.",
    },
}


def causes_table(causes: Causes, lang: str, *, detail: bool = False) -> RenderableType:
    """A sentence and a table for each place, its index and its assets; `detail`: every line too."""
    words = CHANGE_WORDS[lang]
    if not causes.places:
        return Text(words["nothing"])
    parts: list[RenderableType] = []
    for place in causes.places:
        parts += _place(place, causes, lang, detail)
    told = [f"{w.names.of(lang)}: {w.tells.of(lang)}" for f, w in FACTORS.items() if f in _used(causes)]
    return Group(*parts, Text("; ".join(told), style="dim"), Text(words["rounded"], style="dim"))


def _used(causes: Causes) -> set[Factor]:
    held = [c for p in causes.places for c in (*(x.change for x in p.leaves), *(s.change for s in p.stocks))]
    return set(factors_of(held))


def _place(place: PlaceChange, causes: Causes, lang: str, detail: bool) -> Iterator[RenderableType]:
    words = CHANGE_WORDS[lang]
    if place.leaves:
        yield Text(gep_sentence(place, causes, lang), style="bold")
        rows = [(_service(causes, code, lang), change) for code, change in place.services.items()]
        yield _table(_title(place, causes, lang), words["service"], rows, (words["total"], place.total), causes, lang)
    for ratio in place.ratios:
        yield Text(ratio_sentence(place, causes, ratio, lang))
    if place.ratios:
        yield _ratios(place, causes, lang)
    if detail and place.leaves:
        lines = [("/".join((x.place, *(k for k in x.key if k != "-"))), x.change) for x in place.leaves if x.change.parts]
        lines += [(name, Change(None, None, unknown=(name,))) for name in place.total.unknown]
        yield _table("", words["line"], lines, (words["total"], place.total), causes, lang)
    if place.stocks:
        yield from _stocks(place, causes, lang, detail)


def _stocks(place: PlaceChange, causes: Causes, lang: str, detail: bool) -> Iterator[RenderableType]:
    words = CHANGE_WORDS[lang]
    names = {s.asset: s.names for s in place.stocks}
    rows = []
    for code, change in place.assets.items():
        rows.append((names[code].of(lang), change))
        if detail:
            own = [s for s in place.stocks if s.asset == code and (s.change.parts or s.change.unknown)]
            rows += [(f"  {s.class_names.of(lang)}", s.change) for s in own]
    title = f"{_title(place, causes, lang)}  {words['closing']}"
    # assets of different kinds overlap (an ecosystem stands on land), so there is no row that adds them up
    yield _table(title, words["asset"], rows, None, causes, lang)


def _title(place: PlaceChange, causes: Causes, lang: str) -> str:
    sides = ["+".join(codes) for codes in (place.left, place.right)]
    codes = sides[0] if sides[0] == sides[1] else " → ".join(sides)
    unit = SCALE[lang][1] + display(causes.currency, lang)
    basis = "" if causes.price_basis == "current" else f"  {causes.price_basis}"
    over = causes.year if causes.way == "regions" else f"{causes.sides[0]} → {causes.sides[1]}"
    zone = "" if causes.zone == "-" else f"  {causes.zone}"
    return f"{CHANGE_WORDS[lang]['causes']}  {over}  {codes}{zone}  ({unit}){basis}"


def _service(causes: Causes, code: str, lang: str) -> str:
    return causes.service_names[code].of(lang) if code in causes.service_names else code


def _table(
    title: str,
    first: str,
    rows: Sequence[tuple[str, Change]],
    total: tuple[str, Change] | None,
    causes: Causes,
    lang: str,
) -> RenderableType:
    """Rows of parts that add up to their difference, and columns that add up to those of the total."""
    factors = factors_of([change for _, change in rows])
    table = Table(header_style="bold")
    table.add_column(first, overflow="fold")
    for name in factors:
        table.add_column(FACTORS[name].names.of(lang), justify="right")
    table.add_column(CHANGE_WORDS[lang]["difference"], justify="right", no_wrap=True, style="bold")
    for label, change in rows:
        table.add_row(*_cells(label, change, factors, causes.currency, lang))
    if total is not None:
        table.add_section()
        table.add_row(*_cells(total[0], total[1], factors, causes.currency, lang), style="bold")
    return Group(Text(title, style="italic"), table) if title else table


def _cells(label: str, change: Change, factors: Sequence[Factor], currency: str, lang: str) -> list[Text]:
    def shown(amount: Fraction | None) -> str:
        return "" if amount is None else money(amount, currency, lang, unit=False, places=SHOWN)

    gap = CHANGE_WORDS[lang]["unknown"] if change.difference is None else shown(change.difference)
    return [Text(label), *(Text(shown(change.parts.get(name))) for name in factors), Text(gap)]


def _ratios(place: PlaceChange, causes: Causes, lang: str) -> RenderableType:
    """A column for each index: the left side, what GEP did with its factors, what the other one did, the right side."""
    words = CHANGE_WORDS[lang]
    table = Table(header_style="bold")
    table.add_column(words["index"], overflow="fold")
    for r in place.ratios:
        unit = f" ({display(r.unit, lang)})" if r.unit != "1" else ""
        table.add_column(f"{r.names.of(lang)}{unit}", justify="right")

    def row(label: str, amounts: Sequence[Fraction | None], *, style: str = "", sign: bool = True) -> None:
        pairs = zip(amounts, place.ratios, strict=True)
        cells = ["" if a is None else ratio_text(a, r.unit, sign=sign) for a, r in pairs]
        table.add_row(Text(label), *cells, style=style)

    row(causes.sides[0], [r.change.left for r in place.ratios], sign=False)
    row(words["gep_changed"], [r.change.numerator for r in place.ratios])
    for f in FACTORS:
        if any(r.change.parts.get(f) for r in place.ratios):
            label = f"  {words['of_which']} {FACTORS[f].names.of(lang)}"
            row(label, [r.change.parts.get(f) or None for r in place.ratios], style="dim")
    for below in dict.fromkeys(r.below for r in place.ratios):
        label = words["changed"].format(what=below.of(lang))
        row(label, [r.change.denominator if r.below == below else None for r in place.ratios])
    row(causes.sides[1], [r.change.right for r in place.ratios], sign=False)
    row(words["difference"], [r.change.difference for r in place.ratios], style="bold")
    told = [
        Text(words["read_from"].format(what=r.below.of(lang), left=r.states[0], right=r.states[1]), style="dim")
        for r in place.ratios
        if any(r.states)
    ]
    return Group(table, *told)
