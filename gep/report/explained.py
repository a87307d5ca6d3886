"""Why GEP and the index differ between two profiles or two vintages, on a terminal: an overview, then place by place.

There may be many years and regions: then a row stands for each place with its factors, and the services of each place follow only
where they are few or asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.accounts.decompose import FACTORS, Change, Factor
from gep.base.units import display
from gep.explain.change import Causes, PlaceChange, factors_of
from gep.explain.changes import Explained
from gep.report.change_table import causes_table
from gep.report.change_text import money, place_name, ratio_text
from gep.report.pairs import SCALE, SHOWN

FEW = 4  # places whose services are shown without being asked for
EXPLAINED_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "变化原因:生态产品总值",
        "index": "变化原因:绿金指数",
        "year": "年度",
        "region": "地区",
        "profile": "方案",
        "basis": "价格基准",
        "currency": "货币",
        "difference": "差额",
        "unknown": "缺数",
        "gep": "GEP 变化",
        "below": "GDP 变化",
        "more": "共 {n} 个地区年度;各服务的原因用 --detail 列出,或用 --region、--year 限定。",
        "unexplained": "未能解释(应视为错误,请运行 gep verify --reperform):{n} 项 {lines}",
        "mingled": "原因无法分开、按相等份额计的项:{n} 项 {lines}",
        "rounded": "各数分别修约,未作机械调整;未修约的各项恰好等于差额(见 --json)。",
    },
    "en": {
        "title": "Causes of the change: gross ecosystem product",
        "index": "Causes of the change: green-gold index",
        "year": "year",
        "region": "region",
        "profile": "profile",
        "basis": "price basis",
        "currency": "currency",
        "difference": "difference",
        "unknown": "unknown",
        "gep": "GEP changed",
        "below": "GDP changed",
        "more": "{n} regions and years in all; --detail lists the causes by service, --region and --year show fewer.",
        "unexplained": "Unexplained (a fault; run gep verify --reperform): {n} {lines}",
        "mingled": "Causes that cannot be told apart, in equal shares: {n} {lines}",
        "rounded": "Figures are rounded one by one and not adjusted; unrounded, the parts add up exactly (see --json).",
    },
}
LISTED = 5  # names of lines in a note
Entry = tuple[Causes, PlaceChange]


def explained(held: Sequence[Explained], lang: str, *, detail: bool = False) -> RenderableType:
    """The overview where there are several places, the services of each where they are few (or `detail`), and what is amiss.

    Empty for nothing: whether that means that nothing changed is not known here.
    """
    words = EXPLAINED_WORDS[lang]
    entries = [(e.causes, place) for e in held for place in e.causes.places]
    parts: list[RenderableType] = []
    if len(entries) > 1:
        parts += _overview(entries, lang)
    if not entries or detail or len(entries) <= FEW:
        for e in held:
            parts += [Text(_heading(e.causes), style="bold"), causes_table(_changed(e.causes), lang)]
    else:
        parts.append(Text(words["more"].format(n=len(entries)), style="bold"))
    return Group(*parts, *_notes(held, lang))


def _changed(causes: Causes) -> Causes:
    """The same with the lines alone that changed or that are unknown: the parts and the difference stay what they are."""
    places = (replace(p, leaves=tuple(x for x in p.leaves if x.change.parts or x.change.difference != 0)) for p in causes.places)
    return replace(causes, places=tuple(places))


def _heading(causes: Causes) -> str:
    """`2020  garze-2017  constant:2020`; both profiles stand in the sentence already."""
    profile = causes.profile if causes.way == "vintages" else ""
    return "  ".join(filter(None, (str(causes.year or ""), profile, causes.price_basis)))


def _notes(held: Sequence[Explained], lang: str) -> Iterator[Text]:
    words = EXPLAINED_WORDS[lang]
    unexplained = list(dict.fromkeys(name for e in held for name, _ in e.unexplained))
    mingled = list(dict.fromkeys(name for e in held for name in e.mingled))
    for key, names, style in (("unexplained", unexplained, "bold red"), ("mingled", mingled, "yellow")):
        if names:
            shown = ", ".join(names[:LISTED]) + (" …" if len(names) > LISTED else "")
            yield Text(words[key].format(n=len(names), lines=f"({shown})"), style=style)


def _overview(entries: Sequence[Entry], lang: str) -> Iterator[RenderableType]:
    words = EXPLAINED_WORDS[lang]
    totals = [place.total for _, place in entries]
    factors = factors_of(totals)
    unit = "" if "currency" in _several(entries) else display(entries[0][0].currency, lang)
    table = _table(f"{words['title']}  ({SCALE[lang][1]}{unit})", lang, entries)
    for factor in factors:
        table.add_column(FACTORS[factor].names.of(lang), justify="right")
    table.add_column(words["difference"], justify="right", no_wrap=True, style="bold")
    for (causes, place), total in zip(entries, totals, strict=True):
        table.add_row(*_keys(causes, place, lang, entries), *_amounts(total, factors, causes.currency, lang))
    if any(total.parts or total.difference != 0 for total in totals):
        yield table
    yield from _indices(entries, lang)
    told = [f"{FACTORS[f].names.of(lang)}: {FACTORS[f].tells.of(lang)}" for f in factors]
    yield Text("; ".join([*told, words["rounded"]]), style="dim")


def _table(title: str, lang: str, entries: Sequence[Entry]) -> Table:
    words = EXPLAINED_WORDS[lang]
    table = Table(title=title, title_justify="left", header_style="bold")
    for column in ("year", "region", *_several(entries)):
        table.add_column(words[column], overflow="fold")
    return table


def _several(entries: Sequence[Entry]) -> tuple[str, ...]:
    """What needs a column of its own: profiles of vintages, price bases, currencies."""
    profiles = {c.profile for c, _ in entries if c.way == "vintages"}
    found = {"profile": profiles, "basis": {c.price_basis for c, _ in entries}, "currency": {c.currency for c, _ in entries}}
    return tuple(name for name, values in found.items() if len(values) > 1)


def _keys(causes: Causes, place: PlaceChange, lang: str, entries: Sequence[Entry]) -> list[str]:
    own = {"profile": causes.profile, "basis": causes.price_basis, "currency": display(causes.currency, lang)}
    return [str(causes.year or ""), f"{place.id} {place_name(place, lang)}", *(own[n] for n in _several(entries))]


def _amounts(total: Change, factors: Sequence[Factor], currency: str, lang: str) -> list[str]:
    def shown(amount: Fraction | None) -> str:
        return "" if amount is None else money(amount, currency, lang, unit=False, places=SHOWN)

    gap = EXPLAINED_WORDS[lang]["unknown"] if total.difference is None else shown(total.difference)
    return [*(shown(total.parts.get(f)) for f in factors), gap]


def _indices(entries: Sequence[Entry], lang: str) -> Iterator[RenderableType]:
    """The index by what GEP and what GDP did; nothing where no place has one."""
    words = EXPLAINED_WORDS[lang]
    held = [(causes, place, ratio) for causes, place in entries for ratio in place.ratios if ratio.id == "ggi"]
    if not held:
        return
    table = _table(words["index"], lang, entries)
    for column in ("gep", "below", "difference"):
        table.add_column(words[column], justify="right")
    for causes, place, ratio in held:
        made = ratio.change
        cells = [ratio_text(a, ratio.unit, sign=True) for a in (made.numerator, made.denominator, made.difference)]
        table.add_row(*_keys(causes, place, lang, entries), *cells)
    yield table
