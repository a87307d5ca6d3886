"""The appraisal pages as plain data: what leaders need of one region on one side of A4, all of it out of its forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from gep.report.form import BLANK, Cell, Form, Line
from gep.report.report_data import head_data, prefixes
from gep.report.report_words import words
from gep.report.sheet_words import WORDS
from gep.report.statement import Part, Statement, digest

CLASSES = ("material", "regulating", "cultural")
SERVICES = 6  # bars
LIMITS = 12  # lines of floors and caps; those that are not met come first
YEARS = 10  # of the trend, the newest
CARDS = ("gep", "growth", "ggi", "per_capita", "per_km2")


def appraisal_data(statement: Statement, lang: str, region: str = "", content: str = "") -> dict[str, Any]:
    """The pages of the year: of the regions below that of the statement, of itself where there are none, or of `region` alone."""
    scope = statement.head.gep
    here = [p for p in statement.parts if p.scope.year == scope.year]
    below = [p for p in here if p.scope.region != scope.region]
    chosen = [p for p in here if p.scope.region == region] if region else below or here
    return {
        "lang": lang,
        "words": words(lang),
        "head": head_data(statement.head, lang),
        "digest": content or digest(statement),
        "pages": [page(part, lang) for part in chosen],
    }


def page(part: Part, lang: str) -> dict[str, Any]:
    """One region on one side."""
    index = part.form("G1")
    return {
        "region": part.scope.region_names.of(lang),
        "code": part.scope.region,
        "year": part.scope.year,
        "cards": [c for c in (_card(part, name, lang) for name in CARDS) if c],
        "classes": _classes(part, lang),
        "services": _services(part, lang),
        "trend": _trend(part, lang),
        "index": _index(part),
        "assets": list(_assets(part, lang)),
        "limits": _limits(part, lang),
        "addresses": _addresses([part.form("T2"), index, part.form("BS-00"), part.form("L1")]),
    }


def _at(form: Form | None, line: str, column: str) -> Cell:
    return form.at.get((line, column), BLANK) if form is not None else BLANK


def _unit(form: Form | None, column: str, lang: str) -> str:
    if form is None:
        return ""
    own = next((c.unit.of(lang) for c in form.columns if c.code == column), "")
    return own or form.unit.of(lang)


def _card(part: Part, name: str, lang: str) -> dict[str, str]:
    """A large number with its unit, and its interval below; nothing if its form is not there."""
    index, year, used = part.form("G1"), str(part.scope.year), words(lang)
    match name:
        case "gep":
            form, cell, title = part.form("T2"), _at(part.form("T2"), "gep", "value"), used["gep"]
            return _number(title, cell, _unit(form, "value", lang), _spread(index, year, "gep", lang), lang) if form else {}
        case "growth":
            return _growth(part, lang)
        case _:
            if index is None:
                return {}
            column = next(c for c in index.columns if c.code == name)
            names = column.group[-1] if column.group else column.names
            spread = _spread(index, year, name, lang) if name == "ggi" else ""
            return _number(names.of(lang), _at(index, year, name), _unit(index, name, lang), spread, lang)


def _number(title: str, cell: Cell, unit: str, below: str, lang: str) -> dict[str, str]:
    shown = cell.printed(lang) or "…"
    return {"title": title, "number": shown, "unit": unit if cell.kind == "number" else "", "below": below}


def _spread(form: Form | None, line: str, column: str, lang: str) -> str:
    low, high = _at(form, line, f"{column}_low"), _at(form, line, f"{column}_high")
    if low.kind != "number" or high.kind != "number":
        return ""
    return words(lang)["interval"].format(low=low.printed(lang), high=high.printed(lang))


def _growth(part: Part, lang: str) -> dict[str, str]:
    """The growth at constant prices, else the change at current prices."""
    used, constant, causes = words(lang), part.form("T6"), part.form("G2")
    growth, change = _at(constant, "gep", "growth"), _at(causes, "gep", "difference")
    unit = _unit(causes, "difference", lang)
    if growth.kind == "number":
        below = f"{used['over_year_current']} {_plus(change, lang)} {unit}" if change.kind == "number" else ""
        return _number(used["over_year"], growth, "%", below, lang) | {"number": _plus(growth, lang)}
    if change.kind == "number":
        return _number(used["over_year_current"], change, unit, "", lang) | {"number": _plus(change, lang)}
    return {}


def _plus(cell: Cell, lang: str) -> str:
    return ("+" if cell.shown is not None and cell.shown > 0 else "") + cell.printed(lang)


def _classes(part: Part, lang: str) -> list[dict[str, Any]]:
    """The classes with value and share; `part` is the length of the bar, 0 to 1."""
    form = part.form("T2")
    if form is None:
        return []
    lines = [line for line in form.lines if line.code in CLASSES]
    whole = sum((max(_size(_at(form, line.code, "value")), Decimal(0)) for line in lines), Decimal(0))
    return [_bar(form, line, whole, lang, share=True) for line in lines]


def _services(part: Part, lang: str) -> list[dict[str, Any]]:
    form = part.form("T2")
    if form is None:
        return []
    lines = [x for x in form.lines if x.indent == 1 and _at(form, x.code, "value").kind == "number"]
    top = sorted(lines, key=lambda x: -_size(_at(form, x.code, "value")))[:SERVICES]
    largest = max((_size(_at(form, x.code, "value")) for x in top), default=Decimal(0))
    return [_bar(form, x, largest, lang, share=False) for x in top]


def _bar(form: Form, line: Line, whole: Decimal, lang: str, *, share: bool) -> dict[str, Any]:
    cell, part = _at(form, line.code, "value"), _at(form, line.code, "share")
    return {
        "name": line.cells[0].text.of(lang),
        "value": cell.printed(lang),
        "share": f"{part.printed(lang)}%" if share and part.kind == "number" else "",
        "part": _part(_size(cell), whole),
    }


def _trend(part: Part, lang: str) -> dict[str, Any]:
    """GEP of each year of the table of years; a year without a figure is a gap."""
    form = part.form("T7")
    if form is None:
        return {"unit": "", "years": []}
    columns = [c for c in form.columns if c.kind == "number"][-YEARS:]
    cells = [(c.code, _at(form, "gep", c.code)) for c in columns]
    largest = max((_size(cell) for _, cell in cells), default=Decimal(0))
    years = [{"year": code, "value": cell.printed(lang), "part": _part(_size(cell), largest)} for code, cell in cells]
    return {"unit": form.unit.of(lang), "years": years}


def _index(part: Part) -> list[dict[str, Any]]:
    """The index of each year with its interval, as places between the least and the largest, 0 to 1; -1 where there is none."""
    form = part.form("G1")
    if form is None:
        return []
    rows = [line for line in form.lines if line.code.isdigit()][-YEARS:]
    found = [[_at(form, r.code, c) for c in ("ggi", "ggi_low", "ggi_high")] for r in rows]
    known = [c.exact for cells in found for c in cells if c.kind == "number" and c.exact is not None]
    if not known:
        return []
    low, high = min(known), max(known)
    margin = (high - low) / 10 or abs(high) / 10 or Decimal(1)
    low, high = low - margin, high + margin

    def place(cell: Cell) -> float:
        return -1.0 if cell.exact is None else _part(cell.exact - low, high - low)

    pairs = zip(rows, found, strict=True)
    return [{"year": r.code, "value": cells[0].printed("zh"), "at": [place(c) for c in cells]} for r, cells in pairs]


def _assets(part: Part, lang: str) -> Iterator[dict[str, Any]]:
    """The lines of the balance sheet in money, assets first, then liabilities and what is left."""
    form = part.form("BS-00")
    if form is None:
        return
    for side, total in (("a", "A0"), ("l", "L0"), ("l", "N0")):
        for line in form.lines:
            code = _at(form, line.code, f"{side}_line").text.zh
            wanted = code == total or (total != "N0" and code[:1] == total[0] and code[1:].isdigit())
            cells = [_at(form, line.code, f"{side}_{c}") for c in ("opening", "closing", "change")]
            if not wanted or all(c.kind in ("blank", "not_applicable") for c in cells):
                continue
            yield {
                "name": _at(form, line.code, f"{side}_name").text.of(lang),
                "unit": _at(form, line.code, f"{side}_unit").text.of(lang),
                "cells": [c.printed(lang) for c in cells],
                "total": code in ("A0", "L0", "N0"),
            }


def _limits(part: Part, lang: str) -> dict[str, Any]:
    """Floors, caps and targets: those not met first, then those unknown; how many are left out."""
    form = part.form("L1")
    if form is None:
        return {"lines": [], "more": ""}
    order = {WORDS["zh"]["limit_no"]: 0, WORDS["zh"]["limit_yes"]: 2}
    lines = sorted(form.lines, key=lambda x: order.get(_at(form, x.code, "met").text.zh, 1))
    left = len(lines) - LIMITS
    return {
        "lines": [_limit(form, x, lang) for x in lines[:LIMITS]],
        "more": words(lang)["limits_more"].format(n=left) if left > 0 else "",
    }


def _limit(form: Form, line: Line, lang: str) -> dict[str, Any]:
    met = _at(form, line.code, "met")
    return {
        "name": line.cells[0].text.of(lang),
        "unit": _at(form, line.code, "unit").text.of(lang),
        "limit": _at(form, line.code, "limit").printed(lang),
        "figure": _at(form, line.code, "figure").printed(lang),
        "met": met.printed(lang),
        "sign": {WORDS["zh"]["limit_no"]: "no", WORDS["zh"]["limit_yes"]: "yes"}.get(met.text.zh, "unknown"),
    }


def _addresses(forms: Sequence[Form | None]) -> list[str]:
    found = [prefix for form in forms if form is not None for prefix in prefixes(form)[:1]]
    return list(dict.fromkeys(found))


def _size(cell: Cell) -> Decimal:
    return cell.exact if cell.exact is not None else Decimal(0)


def _part(amount: Decimal, whole: Decimal) -> float:
    """Where on a bar of the whole, 0 to 1; for drawing only."""
    if whole <= 0:
        return 0.0
    return round(float(min(max(amount / whole, Decimal(0)), Decimal(1))), 6)
