"""A change in plain sentences: how far two sides are apart, and which parts are the largest."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from gep.accounts.decompose import FACTORS
from gep.base.records import Names
from gep.base.rounding import round_8170
from gep.base.units import display
from gep.explain.change import Causes, PlaceChange, Ratio, largest
from gep.report.pairs import SCALE

FEWEST, MOST = 3, 8  # parts that a sentence names
SMALL = Fraction(1, 5)  # of all parts by size: what the parts that are not named may make up together
SENTENCES: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "years": "{name} {right} 年{what}比 {left} 年{by}",
        "regions": "{year} 年{right}的{what}比{left}{by}",
        "profiles": "{name}：方案 {right} 的{what}比方案 {left} {by}",
        "vintages": "{name}：版次 {right} 的{what}比版次 {left} {by}",
        "more": "多 {amount}",
        "less": "少 {amount}",
        "same": "没有差别",
        "because": "：",
        "join": "，",
        "end": "。",
        "none": "。",
        "rest": "其余 {n} 项合计 {amount}",
        "unknown": "{name}：有 {n} 项缺数，差额不给出；已知各项的原因见表。",
        "gep": "生态产品总值",
        "intensity": "每公顷{service}",
        "quantity": "{service}实物量",
        "area": "面积",
        "structure": "生态系统结构",
        "condition": "质量状况",
        "price": "单价",
        "method": "方法",
        "coverage": "核算范围",
        "correction": "更正",
        "changed": "{what}变化",
    },
    "en": {
        "years": "{name}: {what} of {right} {by} that of {left}",
        "regions": "{year}: {what} of {right} {by} that of {left}",
        "profiles": "{name}: {what} by the profile {right} {by} that by {left}",
        "vintages": "{name}: {what} in vintage {right} {by} that in vintage {left}",
        "more": "is {amount} above",
        "less": "is {amount} below",
        "same": "is the same as",
        "because": ": ",
        "join": ", ",
        "end": ".",
        "none": ".",
        "rest": "{n} smaller ones together {amount}",
        "unknown": "{name}: no difference is given, since figures are unknown ({n}); the table tells of what is known.",
        "gep": "GEP",
        "intensity": "{service} per hectare",
        "quantity": "quantity of {service}",
        "area": "area",
        "structure": "mix of ecosystems",
        "condition": "condition",
        "price": "prices",
        "method": "method",
        "coverage": "what is counted",
        "correction": "corrections",
        "changed": "change of {what}",
    },
}


def gep_sentence(place: PlaceChange, causes: Causes, lang: str) -> str:
    """GEP of the two sides: the distance, the largest parts, and the smaller ones counted and added up."""
    words, total = SENTENCES[lang], place.total
    gap = total.difference
    name = place_name(place, lang)
    if gap is None:
        return words["unknown"].format(name=name, n=len(total.unknown))
    parts = told_parts(place, causes.service_names, lang)
    shown = largest(parts, _named(parts))
    listed = [f"{label} {money(part, causes.currency, lang, unit=False, sign=True)}" for label, part in shown]
    rest = sum(parts.values(), Fraction(0)) - sum((part for _, part in shown), Fraction(0))
    left_out = len([p for p in parts.values() if p]) - len(shown)
    if left_out:
        listed.append(words["rest"].format(n=left_out, amount=money(rest, causes.currency, lang, unit=False, sign=True)))
    head = _head(causes, place, words["gep"], gap, money(abs(gap), causes.currency, lang), lang)
    return _sentence(head, listed, lang)


def ratio_sentence(place: PlaceChange, causes: Causes, ratio: Ratio, lang: str) -> str:
    """An index of the two sides: what GEP did to it, and what it is divided by."""
    made, words = ratio.change, SENTENCES[lang]
    listed = [
        f"{words['changed'].format(what=what)} {ratio_text(part, ratio.unit, sign=True)}"
        for what, part in ((words["gep"], made.numerator), (ratio.below.of(lang), made.denominator))
    ]
    head = _head(causes, place, ratio.names.of(lang), made.difference, _with_unit(abs(made.difference), ratio.unit, lang), lang)
    return _sentence(head, listed, lang)


def told_parts(place: PlaceChange, services: Mapping[str, Names], lang: str) -> dict[str, Fraction]:
    """The parts as a reader meets them: quantities by service, every other factor over all services."""
    words = SENTENCES[lang]
    found: dict[str, Fraction] = {}
    for code, change in place.services.items():
        for name in FACTORS:
            part = change.parts.get(name)
            if part:
                own = services[code].of(lang) if code in services else code
                label = words[name].format(service=own if lang == "zh" else own[:1].lower() + own[1:])
                found[label] = found.get(label, Fraction(0)) + part
    return found


def place_name(place: PlaceChange, lang: str) -> str:
    """The names of the regions of a place, each once."""
    return " / ".join(dict.fromkeys(names.of(lang) for names in place.names))


def _named(parts: Mapping[str, Fraction]) -> int:
    """How many parts to name: until the others together are small."""
    sizes = sorted((abs(p) for p in parts.values() if p), reverse=True)
    rest = whole = sum(sizes, Fraction(0))
    for n, size in enumerate(sizes):
        if n >= FEWEST and rest <= SMALL * whole:
            return n
        rest -= size
        if n + 1 == MOST:
            break
    return min(MOST, len(sizes))


def _head(causes: Causes, place: PlaceChange, what: str, gap: Fraction, amount: str, lang: str) -> str:
    words, zone = SENTENCES[lang], f" {causes.zone_names.of(lang)}" if causes.zone_names else ""
    name = place_name(place, lang) + zone
    names = [n.of(lang) + zone for n in place.names] if causes.way == "regions" else []
    by = words["same"] if not gap else words["more" if gap > 0 else "less"].format(amount=amount)
    left, right = names if names else causes.sides
    return words[causes.way].format(name=name, what=what, left=left, right=right, by=by, year=causes.year)


def _sentence(head: str, listed: list[str], lang: str) -> str:
    words = SENTENCES[lang]
    return head + (words["because"] + words["join"].join(listed) + words["end"] if listed else words["none"])


def money(amount: Fraction, currency: str, lang: str, *, unit: bool = True, sign: bool = False, places: int = 2) -> str:
    """In 10⁸ with two decimals, more where it would vanish: `21.30×10⁸ CNY`, `-55.10`."""
    scale, mark = SCALE[lang]
    text = _significant(amount / scale, places, sign)
    shown = display(currency, lang)
    if not unit:
        return text
    return f"{text} {mark}{shown}" if lang == "zh" else f"{text}{mark}{shown}"


def ratio_text(amount: Fraction, unit: str, *, sign: bool = False) -> str:
    """A pure number with four decimals, any other with two; more where it would vanish."""
    return _significant(amount, 4 if unit == "1" else 2, sign)


def _with_unit(amount: Fraction, unit: str, lang: str) -> str:
    text = ratio_text(amount, unit)
    return text if unit == "1" else f"{text} {display(unit, lang)}"


def _significant(amount: Fraction, places: int, sign: bool) -> str:
    text = ""
    for shown in range(places, 13):
        made = round_8170(amount, Decimal((0, (1,), -shown)))
        text = f"{made:+,f}" if sign and made else f"{made:,f}"
        if made or not amount:
            break
    return text
