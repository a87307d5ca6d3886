"""G3, how the spread of parameters bears on GEP and the index: interval beside the value, and the parameters it rests on."""

# ruff: noqa: S608  (what enters the SQL is a whole number or goes through literal())
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from gep.base.findings import LANGUAGES
from gep.base.records import Names
from gep.base.units import parse_unit
from gep.explain.address import NO_KEY
from gep.report.form import (
    BLANK,
    NONE,
    Cell,
    Column,
    Form,
    Line,
    Scope,
    Stored,
    decimal_of,
    rounded,
    text,
    unit_names,
    words,
)
from gep.report.uncertainty import SPREAD_WORDS, plain
from gep.workflow.forms.common import CLASS_NAMES, GEP_NAMES, money_of
from gep.workflow.forms.held import CLASSES, Account, account
from gep.workflow.forms.indices import INDEX_PLACES, index_figure
from gep.workflow.forms.lists import finished, heading, said, worded
from gep.workflow.forms.parameters import key_names, source_names, unit_of
from gep.workflow.forms.reader import CURRENT, Reader, where

NAMES = Names("参数离散与区间", "Spread of parameters and intervals")
RESTING = Names("区间所依据的参数", "Parameters that the intervals rest on")
INDEX_NAMES: Mapping[str, Names] = {
    "geep": Names("经济-生态生产总值", "Economic-ecological product"),
    "ggi": Names("绿金指数", "Green-gold index"),
}
MOST = 30  # parameters of either kind
SHARE_PLACES, MONEY_PLACES = 2, 2
COLUMNS = (
    worded("name", "参数名称", "Parameter", "label"),
    worded("unit", "计量单位", "Unit", "unit"),
    worded("code", "代码", "Code", "code"),
    worded("key", "分类", "Class"),
    worded("value", "取值", "Value"),
    worded("ends", "离散范围", "Spread"),
    worded("source", "来源", "Source"),
    Column("contribution", Names("对方差的贡献", "Share of the variance"), unit=Names("%", "%")),
)
Row = Mapping[str, Any]


def forms(reader: Reader, gep: Scope, assets: Scope | None) -> Iterator[Form]:
    """G3 and G3.parameters of a region and year at current prices; none where the run drew no parameters."""
    here = f"{where(gep)} AND price_basis = '{CURRENT}'"
    figures = {r["item"]: r for r in reader.rows(f"SELECT * FROM uncertainty_all WHERE {here} ORDER BY item")}
    if not figures:
        return
    whole = account(reader, gep)
    yield _figures(reader, gep, whole, figures)
    used = reader.rows(
        f"SELECT * FROM uncertainty_parameter_all WHERE {here} ORDER BY parameter, key, parameter_region, source_set"
    )
    if used and whole.total is not None:
        yield _parameters(reader, gep, whole, used)


# ---- values with intervals


def _figures(reader: Reader, gep: Scope, whole: Account, figures: Mapping[str, Row]) -> Form:
    first = next(iter(figures.values()))
    level = plain(100 * first["level"])
    money = money_of(reader, whole.currency)
    interval = Names(f"{level}% 区间", f"{level}% interval")
    columns = (
        Column("name", Names("项目", "Item"), "label"),
        Column("unit", Names("计量单位", "Unit"), "unit"),
        Column("value", Names("账面值", "Value")),
        Column("mean", Names("均值", "Mean")),
        Column("low", Names("下限", "Low"), group=(interval,)),
        Column("high", Names("上限", "High"), group=(interval,)),
        Column("known", Names("离散已知的占比", "Share with a known spread"), unit=Names("%", "%")),
    )
    lines = [
        _line(item, names, stored, figures[item], money if stored[0].unit == whole.currency else "1", indent)
        for item, names, stored, indent in _items(reader, gep, whole, figures)
    ]
    form = Form(
        "G3", "G3", "index", NAMES, gep, columns, tuple(lines), notes=tuple(_told(first, figures, lines)),
        illustrative=any(r["illustrative"] for r in figures.values()),
    )  # fmt: skip
    return finished(form)


def _items(
    reader: Reader, gep: Scope, whole: Account, figures: Mapping[str, Row]
) -> Iterator[tuple[str, Names, tuple[Stored, ...], int]]:
    """What intervals are given for, in the order of print: (item, its names, its stored figures, indent)."""
    for item, names in (("gep", GEP_NAMES), *((c, CLASS_NAMES[c]) for c in CLASSES)):
        if item in figures:
            yield item, names, whole.of_class(item).figures, 0 if item == "gep" else 1
        for service in whole.services:
            held = whole.service(service).figures if service.group == item and service.id in figures else ()
            if held:
                yield service.id, service.names, held, 2
    here = f"{where(gep)} AND price_basis = '{CURRENT}'"
    for row in reader.rows(f"SELECT * FROM green_gold_index_all WHERE {here}"):
        for item, names in INDEX_NAMES.items():
            if item in figures:
                yield item, names, (index_figure(row, item, "1" if item == "ggi" else whole.currency),), 0


def _line(item: str, names: Names, stored: tuple[Stored, ...], row: Row, unit: str, indent: int) -> Line:
    places = INDEX_PLACES if unit == "1" else MONEY_PLACES
    rate = parse_unit(stored[0].unit).factor_to(parse_unit(unit))

    def cell(amount: Decimal | None) -> Cell:
        if amount is None:
            return BLANK
        exact = decimal_of(Fraction(amount) * rate)
        return Cell("number", NONE, exact, rounded(exact, places), stored)

    cells = (
        words(names),
        said(unit_names(unit)),
        cell(_added(stored)),
        *(cell(row[name]) for name in ("mean", "low", "high")),
        share(row["known_share"], stored),
    )
    return Line(item, cells, "total" if item == "gep" else "subtotal" if item in CLASSES else "", indent)


def _added(stored: Sequence[Stored]) -> Decimal | None:
    known = [f.amount for f in stored if f.amount is not None]
    return sum(known, Decimal(0)) if len(known) == len(stored) else None


def share(part: Decimal | None, stored: tuple[Stored, ...]) -> Cell:
    """A share of stored figures in percent."""
    if part is None:
        return BLANK
    exact = decimal_of(Fraction(part) * 100)
    return Cell("number", NONE, exact, rounded(exact, SHARE_PLACES), stored)


def _told(first: Row, figures: Mapping[str, Row], lines: Sequence[Line]) -> Iterator[Names]:
    """How the draws were made, what the interval holds, and why means and values part."""
    yield _said("how", **first)
    yield _said("only")
    yield Names(
        "均值、区间与占比由抽样得出，数字地址指向其账面值。",
        "Means, intervals and shares come from the draws; their address is that of the value.",
    )
    names = {line.code: line.cells[0].text for line in lines}
    same: dict[tuple[str, str], list[Names]] = {}
    for item, name in names.items():
        row = figures[item]
        if row["cause"]:
            same.setdefault((row["cause_zh"], row["cause_en"]), []).append(name)
    for (zh, en), items in same.items():
        yield Names(f"{'、'.join(n.zh for n in items)}：{zh}", f"{', '.join(n.en for n in items)}: {en}")


def _said(key: str, **holes: object) -> Names:
    return Names(*(SPREAD_WORDS[lang][key].format(**holes) for lang in LANGUAGES))


# ---- the parameters


def _parameters(reader: Reader, gep: Scope, whole: Account, used: Sequence[Row]) -> Form:
    held = whole.of_class("gep").figures
    money = money_of(reader, whole.currency)
    columns = (*COLUMNS, Column("resting", Names("依据它的价值", "Value that rests on it"), unit=unit_names(money)))
    known = sorted((p for p in used if p["contribution"]), key=lambda p: (-abs(p["contribution"]), *_name(p)))
    unknown = sorted((p for p in used if not p["known"]), key=lambda p: (-abs(p["gep_resting"]), *_name(p)))
    lines: list[Line] = []
    notes: list[Names] = []
    for code, key, rows in (("known", "contributions", known), ("unknown", "unknown", unknown)):
        if not rows:
            continue
        lines.append(heading(f"of.{code}", _said(key), len(columns)))
        lines += (_used(reader, p, held, money) for p in rows[:MOST])
        if len(rows) > MOST:
            names, more = _said(key), _said("more", n=len(rows) - MOST)
            notes.append(Names(f"{names.zh}：{more.zh}。", f"{names.en}: {more.en}."))
    form = Form(
        "G3.parameters", "G3-2", "index", RESTING, gep, columns, tuple(lines), notes=tuple(notes),
        illustrative=any(p["illustrative"] for p in used),
    )  # fmt: skip
    return finished(form)


def _name(row: Row) -> tuple[str, ...]:
    return tuple(row[n] for n in ("parameter", "key", "parameter_region", "source_set"))


def _used(reader: Reader, row: Row, held: tuple[Stored, ...], money: str) -> Line:
    names = reader.code("parameter", row["parameter"])
    if row["parameter_region"] != NO_KEY:
        place = reader.region(row["parameter_region"])
        names = Names(f"{names.zh}（{place.zh}）", f"{names.en} ({place.en})")
    ends = None if row["low"] is None or row["high"] is None else f"{plain(row['low'])} … {plain(row['high'])}"
    resting = decimal_of(Fraction(row["gep_resting"]) * parse_unit(held[0].unit).factor_to(parse_unit(money)))
    cells = (
        words(names),
        said(unit_of(row["unit"])),
        text(row["parameter"]),
        said(key_names(reader, row["key"])),
        said(None if row["value"] is None else plain(row["value"])),
        said(ends),
        said(source_names(reader, row["source"])),
        share(row["contribution"], held),
        Cell("number", NONE, resting, rounded(resting, MONEY_PLACES), held),
    )
    return Line("/".join(_name(row)), cells, "", 1)
