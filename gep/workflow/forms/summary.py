"""The summary of a region and year in sentences, from its forms alone: what the tables do not show, the sentences do not say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from gep.base.records import Names
from gep.report.form import Cell, Form, Line
from gep.report.statement import Paragraph, Part, Sentence, Statement
from gep.workflow.forms.asset_notes import said
from gep.workflow.forms.sentences import Piece, at, listed, lower, named, number, rises, sentence, shown, unit_at

SUMMARY = "summary"
CLASSES = ("material", "regulating", "cultural")
LARGEST = 3  # services that are named
MOST_MISSING = 8  # services without a figure that are named
FACTORS = ("structure", "intensity", "quantity", "price")
PERCENT = Names("%", "%")
SIDES = {"A0": ("资产合计", "assets"), "L0": ("负债合计", "liabilities"), "N0": ("净资产", "net assets")}


def paragraphs_of(statement: Statement, part: Part) -> tuple[Paragraph, ...]:
    """The paragraphs of the summary, each where the part has its forms, in the order of the report."""
    made = (
        (Names("生态产品总值", "Gross ecosystem product"), _value(part)),
        (Names("与上年比较", "Change over the year before"), _change(part)),
        (Names("绿金指数", "Green-gold index"), _index(part)),
        (Names("自然资源资产", "Natural resource assets"), _assets(part)),
        (Names("底线与上限", "Floors and caps"), _limits(part)),
        (Names("数据情况", "State of the data"), _data(statement, part)),
    )
    return tuple(Paragraph(SUMMARY, names, tuple(found)) for names, sentences in made if (found := list(sentences)))


def _year(part: Part) -> Piece:
    year, names = part.scope.year, part.scope.region_names
    return f"{year}年，{names.zh}", f"In {year}, {names.en}"


def _value(part: Part) -> Iterator[Sentence]:
    """GEP with its interval, the classes, the largest services."""
    form, index = part.form("T2"), part.form("G1")
    if form is None:
        return
    gep = at(form, "gep", "value")
    if not number(gep):
        if gep.kind == "suppressed":
            yield sentence(_year(part), ("生态产品总值（GEP）不公开。", " does not publish its gross ecosystem product (GEP)."))
        elif gep.kind != "blank":
            text = (
                "生态产品总值（GEP）未能得出：有应计价的服务缺数。",
                " has no gross ecosystem product (GEP): a service lacks its figure.",
            )
            yield sentence(_year(part), text)
        return
    unit = unit_at(form, "value")
    low, high = at(index, str(part.scope.year), "gep_low"), at(index, str(part.scope.year), "gep_high")
    spread: list[Piece] = []
    if number(low) and number(high):
        spread = [
            ("（参数离散区间", " (between "),
            shown(low),
            ("～", " and "),
            shown(high, unit),
            ("）", " by the spread of parameters)"),
        ]
    yield sentence(
        _year(part), ("生态产品总值（GEP）为", " had a gross ecosystem product (GEP) of "), shown(gep, unit), *spread, ("。", ".")
    )
    classes = [line for line in form.lines if line.code in CLASSES and number(at(form, line.code, "value"))]
    if classes:
        yield sentence(("其中，", "Of this: "), *listed([_part(form, c, unit) for c in classes], last=True), ("。", "."))
    largest = sorted(_services(form, "value"), key=lambda line: -_amount(at(form, line.code, "value")))[:LARGEST]
    if len(largest) > 1:
        parts = [_part(form, line, unit) for line in largest]
        yield sentence(("价值最大的服务依次为", "The largest services were: "), *listed(parts, last=True), ("。", "."))


def _part(form: Form, line: Line, unit: Names) -> list[Piece]:
    """Name, value and share of a class or service."""
    name, share = lower(named(form, line)), at(form, line.code, "share")
    tail: list[Piece] = [("（占", " ("), shown(share, PERCENT), ("）", ")")] if number(share) else []
    return [(f"{name.zh}", f"{name.en} "), shown(at(form, line.code, "value"), unit), *tail]


def _services(form: Form, column: str) -> list[Line]:
    """The lines of services, one step below their class, that have a number."""
    return [x for x in form.lines if x.indent == 1 and x.style in ("", "stock") and number(at(form, x.code, column))]


def _change(part: Part) -> Iterator[Sentence]:
    """The change at current and at constant prices, and what it came from."""
    causes, constant = part.form("G2"), part.form("T6")
    if causes is not None:
        change = at(causes, "gep", "difference")
        if number(change):
            unit = unit_at(causes, "difference")
            yield sentence(
                ("按当年价格计算，生态产品总值比上年", "At current prices, gross ecosystem product "),
                *_moved(change, unit, ("增加", "rose by "), ("减少", "fell by "), ("持平", "did not change")),
                ("。", "."),
            )
            yield from _causes(causes, unit)
    growth = at(constant, "gep", "growth")
    if constant is not None and number(growth):
        base = next((c.names for c in constant.columns if c.code == "constant"), Names("不变价", "constant prices"))
        yield sentence(
            (f"按{base.zh.replace(' ', '')}计算，比上年", f"{_at(base.en)}, it "),
            *_moved(growth, PERCENT, ("增长", "grew by "), ("下降", "fell by "), ("持平", "did not change")),
            ("。", "."),
        )


def _at(prices: str) -> str:
    """`At constant prices of 2020`, whether or not the name begins so."""
    begun = prices if prices[:3].lower() == "at " else f"at {prices}"
    return begun[:1].upper() + begun[1:]


def _causes(form: Form, unit: Names) -> Iterator[Sentence]:
    """What each factor did to the total, and the services with the largest changes."""
    found = [(c, at(form, "gep", c.code)) for c in form.columns if c.code in FACTORS]
    parts: list[Sequence[Piece]] = [
        [(f"{c.names.zh}", f"{lower(c.names).en} "), shown(cell, unit)] for c, cell in found if number(cell)
    ]
    if len(parts) > 1:
        yield sentence(
            ("按因素分：", "By factor: "),
            *listed(parts),
            ("（各因素的作用相加等于增减额）。", " (the effects add up to the change)."),
        )
    moved = [x for x in _services(form, "difference") if rises(at(form, x.code, "difference")) is not None]
    top = sorted(moved, key=lambda x: -abs(_amount(at(form, x.code, "difference"))))[:LARGEST]
    if len(top) > 1:
        services: list[Sequence[Piece]] = []
        for line in top:
            name, cell = lower(named(form, line)), at(form, line.code, "difference")
            up = ("增加", "up ") if rises(cell) else ("减少", "down ")
            services.append([(f"{name.zh}{up[0]}", f"{name.en} {up[1]}"), shown(cell, unit, size=True)])
        yield sentence(("变动最大的服务：", "The services that moved most: "), *listed(services), ("。", "."))


def _moved(cell: Cell, unit: Names, up: tuple[str, str], down: tuple[str, str], still: tuple[str, str]) -> list[Piece]:
    direction = rises(cell)
    if direction is None:
        return [still]
    return [up if direction else down, shown(cell, unit, size=True)]


def _index(part: Part) -> Iterator[Sentence]:
    """The index with its interval and the vintage of GDP, and what stands beside it."""
    form = part.form("G1")
    line = str(part.scope.year)
    ggi, gdp = at(form, line, "ggi"), at(form, line, "gdp")
    if form is None or not number(ggi):
        return
    low, high = at(form, line, "ggi_low"), at(form, line, "ggi_high")
    spread: list[Piece] = []
    if number(low) and number(high):
        spread = [("（区间", " (between "), shown(low), ("～", " and "), shown(high), ("）", ")")]
    before = at(form, str(part.scope.year - 1), "ggi")
    tail: list[Piece] = [("，上年为", "; the year before it was "), shown(before)] if number(before) else []
    yield sentence(
        ("绿金指数（生态产品总值÷地区生产总值）为", "The green-gold index (GEP ÷ GDP) was "),
        shown(ggi),
        *spread,
        *tail,
        ("。", "."),
    )
    if number(gdp):
        vintage = at(form, line, "gdp_vintage").text
        of = (f"（{vintage.zh}）", f" ({vintage.en})") if vintage.zh else ("", "")
        yield sentence(("所用地区生产总值为", "It rests on a GDP of "), shown(gdp, unit_at(form, "gdp")), of, ("。", "."))
    beside: list[Sequence[Piece]] = []
    for code in ("per_capita", "per_km2", "geep"):
        cell, column = at(form, line, code), next((c for c in form.columns if c.code == code), None)
        if column is not None and number(cell):
            name = lower(column.names)
            beside.append([(f"{name.zh}", f"{name.en} "), shown(cell, unit_at(form, code))])
    if beside:
        yield sentence(("同期，", "In the same year: "), *listed(beside), ("。", "."))


def _assets(part: Part) -> Iterator[Sentence]:
    """Assets, liabilities and net assets with their change; the kinds of assets."""
    form = part.form("BS-00")
    if form is None:
        return
    sides = list(_sides(form))
    parts: list[Sequence[Piece]] = []
    for code, line, side in sorted(sides, key=lambda s: [*SIDES, s[0]].index(s[0])):
        closing, change = at(form, line, f"{side}_closing"), at(form, line, f"{side}_change")
        unit = at(form, line, f"{side}_unit").text
        if code in SIDES and number(closing):
            zh, en = SIDES[code]
            tail = (
                [("，", ", "), *_moved(change, unit, ("增加", "up "), ("减少", "down "), ("持平", "unchanged"))]
                if number(change)
                else []
            )
            parts.append([(f"{zh}", f"{en} "), shown(closing, unit), *tail])
    if parts:
        yield sentence(("年末，", "At the end of the year: "), *_by_semicolon(parts), ("。", "."))
    kinds: list[Sequence[Piece]] = []
    for code, line, side in sides:
        closing, names = at(form, line, f"{side}_closing"), at(form, line, f"{side}_name").text
        if side == "a" and code not in SIDES and "." not in code and number(closing):
            en = lower(Names("", names.en.removeprefix("Assets: ").removeprefix("assets: "))).en
            kinds.append([(names.zh, f"{en} "), shown(closing, at(form, line, f"{side}_unit").text)])
    if kinds:
        yield sentence(("资产分种类：", "Assets by kind: "), *listed(kinds), ("。", "."))


def _sides(form: Form) -> Iterator[tuple[str, str, str]]:
    """(line of the sheet, line of the form, side) of everything that stands on either side of the balance sheet."""
    for line in form.lines:
        for side in ("a", "l"):
            code = at(form, line.code, f"{side}_line").text.zh
            if code:
                yield code, line.code, side


def _by_semicolon(parts: Sequence[Sequence[Piece]]) -> Iterator[Piece]:
    for n, part in enumerate(parts):
        if n:
            yield ("；", "; ")
        yield from part


def _limits(part: Part) -> Iterator[Sentence]:
    """Which floors and caps are not met, with figure and limit; that all others are."""
    form = part.form("L1")
    if form is None or not form.lines:
        return
    state = {line.code: at(form, line.code, "met") for line in form.lines}
    failed = [x for x in form.lines if state[x.code].text == said("limit_no")]
    unknown = [x for x in form.lines if state[x.code].text not in (said("limit_no"), said("limit_yes"))]
    for line in failed:
        name, unit = named(form, line), at(form, line.code, "unit").text
        figure, limit = at(form, line.code, "figure"), at(form, line.code, "limit")
        yield sentence(
            (f"{name.zh}未达到：实际", f"{name.en} is not met: "),
            shown(figure, unit),
            ("，要求", ", required "),
            shown(limit, unit),
            ("。", "."),
        )
    if failed and len(failed) + len(unknown) < len(form.lines):
        yield sentence(("其余有数的各项均已达到（表 L1）。", "All others that have a figure are met (table L1)."))
    if not failed and len(unknown) < len(form.lines):
        yield sentence(
            ("所列底线与上限，凡有数的均已达到（表 L1）。", "All floors and caps that have a figure are met (table L1).")
        )
    if unknown:
        names = [named(form, x) for x in unknown[:MOST_MISSING]]
        zh, en = "、".join(n.zh for n in names), ", ".join(n.en for n in names)
        yield sentence((f"下列各项因缺数不能判断：{zh}。", f"For lack of figures these cannot be judged: {en}."))


def _data(statement: Statement, part: Part) -> Iterator[Sentence]:
    """What is missing or withheld, and what the statement is not."""
    form = part.form("T2")
    if form is not None:
        lacking = [x for x in form.lines if x.indent == 1 and at(form, x.code, "value").kind == "missing"]
        if lacking:
            names = [named(form, x) for x in lacking[:MOST_MISSING]]
            more = ("等", " and others") if len(lacking) > MOST_MISSING else ("", "")
            zh, en = "、".join(n.zh for n in names), ", ".join(lower(n).en for n in names)
            yield sentence(
                (
                    f"下列服务缺数，未按零处理：{zh}{more[0]}。",
                    f"These services lack their figures, which is not zero: {en}{more[1]}.",
                )
            )
        else:
            yield sentence(("方案所列应计价的服务均有数。", "Every service that the profile values has its figure."))
    if statement.head.edition == "public":
        yield sentence(
            (
                "本版为公开版，按发布规则隐去的数据以“×”表示。",
                "This is the public edition; figures withheld under its rules show as ×.",
            )
        )
    if statement.head.illustrative:
        yield sentence(
            ("本报告含示例数据，不得用作核算结果。", "This report holds illustrative data and is not a result to be used.")
        )
    if statement.head.draft:
        yield sentence(
            ("本年度尚未封账，数据为草案，可能修订。", "The year is not closed; these figures are a draft and may be revised.")
        )


def _amount(cell: Cell) -> Decimal:
    return cell.exact if cell.exact is not None else Decimal(0)
