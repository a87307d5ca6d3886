"""Two profiles side by side on a terminal: the values of every service, and in detail the terms that make up each difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from gep.base.rounding import store
from gep.base.units import display
from gep.explain.explanation import quantity
from gep.explain.pair import Figure, Pair, Side, Term
from gep.explain.profiles import Place
from gep.report.words import WORDS

PAIR_WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "item": "服务 / 差异的组成",
        "scope": "范围",
        "quantity": "数量",
        "price": "单价",
        "amount": "价值额",
        "rounding": "存储舍入",
        "method": "方法不同",
        "together": "合并",
        "service_not_in_profile": "方案中无此服务",
        "line_not_in_profile": "方案中无此项",
        "not_applicable": "方案中不适用",
        "many_inputs": "不同的输入超过六个",
        "mathematics": "部分替换后公式无解",
        "absent": "无",
        "not_available": "缺数",
        "refused": "拒算",
        "submitted": "报送",
        "parameter": "参数",
        "computed": "计算",
        "row_sum": "行合计",
        "residual": "未解释余额",
        "in_part": "未全部解释,未知项的差额不作推断:{n} 项",
        "nothing": "没有两个方案都核算过的地区和年度。",
        "other_data": "两个方案取自不同版次,所用报送数据不同:数据引起的实物量差异也计入“方法”。",
    },
    "en": {
        "item": "service / what its difference is made of",
        "scope": "scope",
        "quantity": "quantity",
        "price": "price",
        "amount": "amount of value",
        "rounding": "rounding to storage",
        "method": "other method",
        "together": "together",
        "service_not_in_profile": "service not in profile",
        "line_not_in_profile": "line not in profile",
        "not_applicable": "not applicable in profile",
        "many_inputs": "more than six inputs differ",
        "mathematics": "no value with only some inputs replaced",
        "absent": "absent",
        "not_available": "not available",
        "refused": "refused",
        "submitted": "returned",
        "parameter": "parameter",
        "computed": "computed",
        "row_sum": "row sum",
        "residual": "unexplained residual",
        "in_part": "not explained in full, nothing is inferred for what is unknown: {n}",
        "nothing": "There is no region and year that both profiles ran in.",
        "other_data": "The profiles stand in vintages that read other returns; what these moved of a quantity counts as method.",
    },
}
SCALE = {"zh": (10**8, "亿"), "en": (10**8, "×10⁸ ")}
SHOWN = 4  # decimals


def pairs(places: Sequence[Place], left: str, right: str, lang: str, *, detail: bool = False) -> RenderableType:
    """A table for each region and year: services, and rules that differ; `detail`: every line, its terms down to the inputs."""
    if not places:
        return Text(PAIR_WORDS[lang]["nothing"])
    tables: list[RenderableType] = [_table(p, left, right, lang, detail) for p in places]
    if not all(p.same_data for p in places):
        tables.append(Text(PAIR_WORDS[lang]["other_data"], style="yellow"))
    return Group(*tables)


def _table(place: Place, left: str, right: str, lang: str, detail: bool) -> Table:
    words = WORDS[lang]
    unit = SCALE[lang][1] + display(place.currency, lang)
    basis = "" if len(set(place.price_basis)) == 1 else f"  {' | '.join(place.price_basis)}"
    title = f"{place.year} {place.region}  {left} @{place.vintages[0]} | {right} @{place.vintages[1]}  ({unit}){basis}"
    table = Table(title=title, title_justify="left", header_style="bold")
    table.add_column(PAIR_WORDS[lang]["item"], overflow="fold")
    for column in (left, right, words["difference"]):
        table.add_column(column, justify="right", no_wrap=True)
    for service in place.gep.lines:
        _row(table, service.keys["service"], service, lang, place.currency)
        methods = [t for t in service.terms if t.kind == "method"]  # which rules differ is told without being asked for
        _terms(table, () if detail else methods, 1, lang, place.currency)
        for line in service.lines if detail else service.unknown:
            _row(table, f"  {_keys(line)}", line, lang, place.currency)
            _terms(table, line.terms if detail else (), 2, lang, place.currency)
            for profile, why in ((left, line.left.reason), (right, line.right.reason)):
                if why:
                    table.add_row(Text(f"    {profile}: {why}"), style="dim")
    table.add_section()
    _row(table, words["gep"], place.gep, lang, place.currency, style="bold")
    _terms(table, place.gep.terms if detail else (), 1, lang, place.currency)
    for text, amount in _remains(place.gep, lang, place.currency):
        table.add_row(text, "", "", amount, style="bold")
    return table


def _keys(line: Pair) -> str:
    keys = [line.keys[n] for n in ("benefit", "product", "ecosystem") if line.keys[n] != "-"]
    return f"{line.keys['region']} {' / '.join(keys)}".strip()


def _row(table: Table, name: str, pair: Pair, lang: str, currency: str, style: str = "") -> None:
    gap = "" if pair.difference is None else amount_text(Fraction(pair.difference), lang, currency)
    chosen = style or ("red" if pair.unknown else "yellow" if pair.difference or pair.terms else "")
    table.add_row(name, *(_figure(f, lang, currency) for f in (pair.left, pair.right)), gap, style=chosen)


def _figure(figure: Figure, lang: str, currency: str) -> str:
    """The value, or the state and why."""
    if figure.amount is not None:
        return amount_text(Fraction(figure.amount), lang, currency)
    return PAIR_WORDS[lang][figure.state]


def _remains(gep: Pair, lang: str, currency: str) -> Iterator[tuple[str, str]]:
    """The residual, which is zero, and what is not explained because it is unknown."""
    words = PAIR_WORDS[lang]
    if gep.unknown:
        names = ", ".join(dict.fromkeys(u.keys["service"] for u in gep.unknown))
        yield f"{words['in_part'].format(n=len(gep.unknown))} ({names})", ""
    residual = gep.residual
    yield words["residual"], WORDS[lang]["unknown"] if residual is None else amount_text(residual, lang, currency)


def _terms(table: Table, terms: Sequence[Term], depth: int, lang: str, currency: str) -> None:
    for term in terms:
        label = "  " * depth + _label(term, lang)
        table.add_row(Text(label), "", "", amount_text(term.amount, lang, currency), style="dim")
        _terms(table, term.parts, depth + 1, lang, currency)


def _label(term: Term, lang: str) -> str:
    """`quantity · carbon=co2_sequestered: 0.31 亿吨 → 0.35 亿吨`."""
    words = PAIR_WORDS[lang]
    kind = {"method": words["method"], "rounding": words["rounding"], "inputs": words["together"]}.get(term.kind, "")
    reason = words[term.reason] if term.reason else ""
    head = list(dict.fromkeys(filter(None, (words[term.effect], kind, reason, term.name))))
    sides = "" if term.effect == "scope" else _sides(term, lang)
    return " · ".join(head) + (f": {sides}" if sides else "")


def _sides(term: Term, lang: str) -> str:
    texts = [_side(s, lang, method=term.kind in ("method", "inputs")) for s in (term.left, term.right)]
    return " → ".join(texts) if any(texts) else ""


def _side(side: Side | None, lang: str, *, method: bool) -> str:
    """The rule with its expression, or the amount with its status and source."""
    if side is None:
        return ""
    if method and side.rule:
        return f"{side.rule}: {side.expression}"
    status = WORDS[lang][side.status] if side.status else ""
    told = ", ".join(filter(None, (side.rule, status, side.source if side.origin == "parameter" else "")))
    amount = quantity(side.amount, side.unit) if side.amount and "/" not in side.amount else side.amount
    origin = PAIR_WORDS[lang][side.origin] if method else ""
    return " ".join(filter(None, (origin, amount, f"({told})" if told else "")))


def amount_text(amount: Fraction, lang: str, currency: str) -> str:
    """In 10⁸ of the currency with four decimals; what would vanish there stands in the currency itself, never as zero."""
    scaled = store(amount / SCALE[lang][0], SHOWN)
    if amount and not scaled:
        small = Decimal(amount.numerator) / Decimal(amount.denominator)
        return f"{small:.3g} {display(currency, lang)}"
    return f"{scaled:,.{SHOWN}f}"
