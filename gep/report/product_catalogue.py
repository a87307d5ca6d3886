"""The product catalogue (生态产品目录清单) as data, text, CSV, JSON and web page; `catalogue` is that of parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any, Literal, get_args

from gep.base.records import Names
from gep.base.units import display
from gep.explain.explanation import plain_number
from gep.ledger.query import QueryResult, render
from gep.report import sandbox

SCHEMA = "gep.product_catalogue/1"
MARK = "示例数据"
Format = Literal["table", "csv", "json", "html"]
FORMATS: tuple[Format, ...] = get_args(Format)
Level = Literal["total", "class", "service", "product"]

RETURNED = "returned"  # the method of a figure that a department returned
# why an amount is not in the row, beside the states of the accounts
VALUE_ONLY, PHYSICAL_ONLY, BY_PRODUCT, BY_SERVICE = "value_only", "physical_only", "by_product", "by_service"
NOT_RETURNED = "not_returned"


@dataclass(frozen=True)
class Label:
    """A code with its names; a code the catalogue does not know has none."""

    code: str
    zh: str = ""
    en: str = ""

    def of(self, lang: str) -> str:
        return (self.zh if lang == "zh" else self.en) or self.code


@dataclass(frozen=True)
class Money:
    """An amount of money; `amount` is None unless the state is `value`."""

    state: str
    amount: Decimal | None = None


NO_LABEL = Label("-")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the catalogue.

    `level`: the region's total, a class, a service, or one product of a service. Never add rows of different levels. Only
    `product` rows carry a physical quantity (in `unit`); realised value and gap stand from `service` upwards, because the
    realised value is returned by service. `methods`: rule id@version or `returned`; `ecosystems`: empty where not split.
    """

    region: Label
    region_level: str
    level: Level
    service_class: str
    service: Label = NO_LABEL
    benefit: Label = NO_LABEL
    product: Label = NO_LABEL
    ecosystems: tuple[Label, ...] = ()
    quantity: Decimal | None = None
    unit: str = ""
    quantity_state: str = BY_PRODUCT
    methods: tuple[str, ...] = ()
    market: str = ""
    market_source: str = ""
    potential: Money
    realised: Money
    gap: Money
    illustrative: bool


@dataclass(frozen=True)
class Head:
    """What the catalogue is of: a year and profile of one vintage, with the hash of the rules and the state of the year."""

    book: Names  # not its folder: a book that was copied gives the same catalogue
    year: int
    profile: Label
    vintage: int
    state: str
    rules_hash: str
    input_hash: str
    program: str
    price_basis: str
    currency: str


@dataclass(frozen=True)
class ProductCatalogue:
    head: Head
    rows: tuple[Row, ...]

    @property
    def illustrative(self) -> bool:
        return any(row.illustrative for row in self.rows)


WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "title": "生态产品目录清单",
        "year": "年度",
        "profile": "核算方案",
        "vintage": "版次",
        "state": "状态",
        "rules": "规则哈希",
        "inputs": "数据哈希",
        "program": "程序",
        "region": "地区",
        "service": "服务",
        "product": "产品",
        "ecosystems": "生态系统",
        "quantity": "实物量",
        "unit": "单位",
        "method": "方法",
        "market": "是否进入市场",
        "potential": "核算价值",
        "realised": "已实现价值",
        "gap": "差额",
        "total": "生态产品总值",
        "material": "物质产品",
        "regulating": "调节服务",
        "cultural": "文化服务",
        "yes": "是",
        "no": "否",
        "partly": "部分",
        "": "未判断",
        RETURNED: "部门报送",
        "value": "有值",
        "not_available": "未知",
        "not_applicable": "不适用",
        "refused": "拒绝计算",
        "below_unit": "不足计量单位",
        "suppressed": "不公开",
        VALUE_ONLY: "只有价值量",
        PHYSICAL_ONLY: "只核算实物量",
        NOT_RETURNED: "未报送",
        BY_PRODUCT: "",
        BY_SERVICE: "",
        "trial": "试算",
        "preliminary": "初步核算",
        "reviewed": "已审核",
        "final": "最终核实",
        "closed": "已封账",
        "holds": f"含{MARK}:其下有示例性质的系数、填报数或整本账册为示例,不得用作核算结果。",
        "mark": MARK,
        "note_gap": "差额 = 核算价值 − 已实现价值,二者都已知才计算;未知、未报送不按零处理。",
        "note_realised": "已实现价值由部门按服务报送,从不推算;合计只含有核算价值的服务,缺一项则合计未知。",
        "note_market": "是否进入市场是专家判断,取自现行服务代码表(expert)。",
        "note_physical": "各级数字不可跨级相加。",
    },
    "en": {
        "title": "Catalogue of ecosystem products",
        "year": "Year",
        "profile": "Profile",
        "vintage": "Vintage",
        "state": "State",
        "rules": "Rules hash",
        "inputs": "Input hash",
        "program": "Program",
        "region": "Region",
        "service": "Service",
        "product": "Product",
        "ecosystems": "Ecosystems",
        "quantity": "Quantity",
        "unit": "Unit",
        "method": "Method",
        "market": "On the market",
        "potential": "Potential value",
        "realised": "Realised value",
        "gap": "Gap",
        "total": "Gross ecosystem product",
        "material": "Material products",
        "regulating": "Regulating services",
        "cultural": "Cultural services",
        "yes": "yes",
        "no": "no",
        "partly": "partly",
        "": "not judged",
        RETURNED: "returned",
        "value": "value",
        "not_available": "unknown",
        "not_applicable": "not applicable",
        "refused": "refused",
        "below_unit": "below the unit",
        "suppressed": "suppressed",
        VALUE_ONLY: "value only",
        PHYSICAL_ONLY: "physical only",
        NOT_RETURNED: "not returned",
        BY_PRODUCT: "",
        BY_SERVICE: "",
        "trial": "trial",
        "preliminary": "preliminary",
        "reviewed": "reviewed",
        "final": "final",
        "closed": "closed",
        "holds": f"Holds illustrative data ({MARK}): an illustrative coefficient or return lies below, or the whole book is "
        "illustrative; not a result to be used.",
        "mark": f"illustrative {MARK}",
        "note_gap": "Gap = potential − realised value, where both are known; unknown or not returned is never zero.",
        "note_realised": "The realised value is returned by service, never inferred; totals cover the services that have a "
        "potential value and are unknown while one is.",
        "note_market": "On the market or not is a judgement by experts, from the service codes in force (expert).",
        "note_physical": "Never add figures of different levels.",
    },
}


def as_data(made: ProductCatalogue) -> dict[str, Any]:
    """Plain data in both languages: amounts as decimal strings, None where there is none."""
    return {"schema": SCHEMA, "head": asdict(made.head), "rows": [_row_data(row) for row in made.rows]}


def _row_data(row: Row) -> dict[str, Any]:
    data = {f.name: getattr(row, f.name) for f in fields(Row)}
    for name in ("region", "service", "benefit", "product"):
        data[name] = asdict(data[name])
    data["ecosystems"] = [asdict(e) for e in row.ecosystems]
    data["quantity"] = _text(row.quantity) or None
    data["methods"] = list(row.methods)
    for name in MONEY:
        money: Money = data[name]
        data[name] = {"state": money.state, "amount": _text(money.amount) or None}
    return data


def written(made: ProductCatalogue, form: Format, lang: str) -> bytes:
    """The catalogue in one format, UTF-8; the same catalogue gives the same bytes. CSV and JSON are the same in any language."""
    if form == "csv":
        return render(_wide(made), "csv")
    if form == "json":
        return (json.dumps(as_data(made), ensure_ascii=False, indent=1) + "\n").encode()
    if form == "html":
        return page(made, lang).encode()
    return table(made, lang).encode()


def _wide(made: ProductCatalogue) -> QueryResult:
    """Every row with everything it needs to be understood alone: codes, both names, states, and the head repeated."""
    lines = [dict(_wide_row(row, made.head)) for row in made.rows]
    names = tuple(lines[0]) if lines else ()
    return QueryResult(names, ("VARCHAR",) * len(names), tuple(tuple(line.values()) for line in lines))


def _wide_row(row: Row, head: Head) -> Iterator[tuple[str, object]]:
    yield "level", row.level
    yield "region_code", row.region.code
    yield "region_zh", row.region.zh
    yield "region_en", row.region.en
    yield "region_level", row.region_level
    yield "class", row.service_class
    for name in ("service", "benefit", "product"):
        label: Label = getattr(row, name)
        yield from ((name, label.code), (f"{name}_zh", label.zh), (f"{name}_en", label.en))
    yield "ecosystems", ";".join(e.code for e in row.ecosystems)
    yield "ecosystems_zh", "、".join(e.of("zh") for e in row.ecosystems)
    yield "ecosystems_en", ", ".join(e.of("en") for e in row.ecosystems)
    yield from (("quantity", row.quantity), ("unit", row.unit), ("quantity_state", row.quantity_state))
    yield "method", ";".join(row.methods)
    yield from (("market", row.market), ("market_source", row.market_source))
    for name in MONEY:
        money: Money = getattr(row, name)
        yield from ((f"{name}_value", money.amount), (f"{name}_state", money.state))
    yield from (("currency", head.currency), ("price_basis", head.price_basis))
    yield from (("illustrative", row.illustrative), ("mark", MARK if row.illustrative else ""))
    yield from (("year", head.year), ("vintage", head.vintage), ("profile", head.profile.code))
    yield from (("release_state", head.state), ("rules_hash", head.rules_hash))


def table(made: ProductCatalogue, lang: str) -> str:
    """For the eye, one block a region; nothing is cut off, so that wide terminals are asked for rather than figures lost."""
    words, head = WORDS[lang], made.head
    lines = [f"{words['title']}  {head.book.of(lang)}", "  ".join(f"{n}: {v}" for n, v in _facts(head, lang))]
    if made.illustrative:
        lines.append(words["holds"])
    columns = tuple(_heads(head, lang).values())
    kinds = tuple("DECIMAL" if n in NUMBERS else "VARCHAR" for n in COLUMNS)
    for region, rows in by_region(made.rows):
        cells = [_shown(row, lang) for row in merged(rows)]
        body = tuple(tuple(_plain_line(c, n, words) for n in COLUMNS) for c in cells)
        lines += [
            "",
            f"{region.of(lang)} {region.code}",
            render(QueryResult(columns, kinds, body), "table").decode().rstrip("\n"),
        ]
    lines += ["", *(words[n] for n in NOTES)]
    return "\n".join(lines) + "\n"


NOTES = ("note_gap", "note_realised", "note_market", "note_physical")
COLUMNS = ("service", "product", "ecosystems", "quantity", "unit", "method", "market", "potential", "realised", "gap")
MONEY = ("potential", "realised", "gap")
NUMBERS = ("quantity", *MONEY)
INDENT = {"total": 0, "class": 0, "service": 1, "product": 2}


def _plain_line(cells: Mapping[str, str], name: str, words: Mapping[str, str]) -> str:
    if name != "service":
        return cells[name]
    marked = f" [{words['mark']}]" if cells["illustrative"] else ""
    return "  " * INDENT[cells["level"]] + cells["service"] + marked


def by_region(rows: Sequence[Row]) -> Iterator[tuple[Label, list[Row]]]:
    """The rows of each region, in the order of the catalogue."""
    regions: dict[str, list[Row]] = {}
    for row in rows:
        regions.setdefault(row.region.code, []).append(row)
    for mine in regions.values():
        yield mine[0].region, mine


@dataclass(frozen=True)
class Shown:
    """A row for people: a service of one product and its product stand in one line."""

    row: Row
    physical: Row


def merged(rows: Sequence[Row]) -> list[Shown]:
    """Services of a single product in one line, the others followed by their products."""
    products: dict[str, list[Row]] = {}
    for row in rows:
        if row.level == "product":
            products.setdefault(row.service.code, []).append(row)
    shown = []
    for row in rows:
        mine = products.get(row.service.code, [])
        if row.level == "product" and len(mine) == 1:
            continue
        shown.append(Shown(row, mine[0] if row.level == "service" and len(mine) == 1 else row))
    return shown


def _shown(line: Shown, lang: str) -> dict[str, str]:
    """The cells of a line as text: exact figures in groups of three, the state in words where there is no figure."""
    words, row, physical = WORDS[lang], line.row, line.physical
    title = {"total": words["total"], "class": words.get(row.service_class, row.service_class)}
    apart = "、" if lang == "zh" else ", "
    parts = [p.of(lang) for p in (physical.benefit, physical.product) if p.code != "-"]
    below = row.level == "product"
    return {
        "level": row.level,
        "service": title.get(row.level) or ("" if below else row.service.of(lang)),
        "code": "" if row.level in title or below else row.service.code,
        "product": " / ".join(parts) or (row.service.of(lang) if below else ""),
        "product_code": " / ".join(p.code for p in (physical.benefit, physical.product) if p.code != "-"),
        "ecosystems": apart.join(e.of(lang) for e in physical.ecosystems),
        "quantity": words[physical.quantity_state] if physical.quantity is None else _figure(physical.quantity),
        "unit": display(physical.unit, lang) if physical.quantity is not None else "",
        "method": apart.join(words.get(m, m) for m in physical.methods),
        "market": words[row.market] if row.level == "service" else "",
        **{name: _money(getattr(row, name), lang) for name in MONEY},
        "none": "".join(
            "0" if amount is not None else "1"
            for amount in (physical.quantity, row.potential.amount, row.realised.amount, row.gap.amount)
        ),
        "illustrative": "1" if row.illustrative else "",
    }


def _money(money: Money, lang: str) -> str:
    if money.amount is None:
        return WORDS[lang][money.state]
    return _figure(money.amount)


def _figure(amount: Decimal) -> str:
    """Digits in groups of three; only the zeros that storage appends are left out, nothing is rounded."""
    text = _text(amount)
    return plain_number(text.rstrip("0").rstrip(".") if "." in text else text)


def _text(amount: Decimal | None) -> str:
    return "" if amount is None else format(amount, "f")


def _heads(head: Head, lang: str) -> dict[str, str]:
    """The heads of the columns; money says its unit there."""
    unit = display(head.currency, lang)
    return {n: f"{WORDS[lang][n]} ({unit})" if n in MONEY else WORDS[lang][n] for n in COLUMNS}


def _facts(head: Head, lang: str) -> list[tuple[str, str]]:
    """What the catalogue is of, as (name, text)."""
    words = WORDS[lang]
    return [
        (words["year"], str(head.year)),
        (words["profile"], f"{head.profile.of(lang)} ({head.profile.code})"),
        (words["vintage"], str(head.vintage)),
        (words["state"], words[head.state]),
        (words["rules"], head.rules_hash),
        (words["inputs"], head.input_hash),
        (words["program"], head.program),
    ]


def page(made: ProductCatalogue, lang: str) -> str:
    """One self-contained web page: no script, no network, all data escaped, A4 landscape when printed."""
    regions = [
        {"name": region.of(lang), "code": region.code, "rows": [_shown(x, lang) for x in merged(rows)]}
        for region, rows in by_region(made.rows)
    ]
    given = {
        "lang": lang,
        "words": WORDS[lang],
        "book": made.head.book.of(lang),
        "facts": _facts(made.head, lang),
        "columns": _heads(made.head, lang),
        "numbers": NUMBERS,
        "regions": regions,
        "illustrative": made.illustrative,
        "notes": [WORDS[lang][n] for n in NOTES],
        "schema": SCHEMA,
    }
    return sandbox.render("product_catalogue.html.j2", given)
