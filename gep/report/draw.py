"""Draws a chart: its rows into a Vega-Lite file of `templates/charts`, out comes one SVG for print and screen.

A drawing is plain Vega-Lite with `"data": {"name": "rows"}`. What depends on the chart is written as a string of its own:

    "@unit", "@title"       in the language of the drawing
    "@years"                every year from the first to the last of the rows, so that a missing one is a gap
    "@step.service"         how high a row must be for the names of `service`, in pixels
    "@total"                a word of the drawing's own, from usermeta: {"words": {"total": {"zh": …, "en": …}}}

`usermeta.wrap` says after how many letters (a Chinese one counts two) names are broken, `usermeta.step` how high a row is at
least. A name `service` of a row reaches the drawing as `service` (one line) and `service_item` (in the order of the rows, lines
broken); an axis shows it with `"labelExpr": "split(slice(datum.label, 4), '\\n')"`. Numbers are numbers, and `value_href` leads
to the explanation of `value`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from gep.base.findings import LANGUAGES, Place, Refused, finding
from gep.report import local_templates
from gep.report.chart_text import clean, wrapped
from gep.report.charts import NUMBERS
from gep.report.draw_aside import MODULE, asked, begin
from gep.report.draw_guard import guard, guard_svg
from gep.report.local_templates import Found
from gep.report.sandbox_process import ask
from gep.report.statement import Chart

METRICS = "GEP Chart Metrics"  # measures text as the real fonts do, five times as fast (tools/chart_metrics.py)
FONTS = "Noto Sans CJK SC, Source Han Sans SC, Noto Sans SC, Microsoft YaHei, SimHei, PingFang SC, sans-serif"
SECONDS = 20.0  # that a drawing of a book may take
LINE = 13  # pixels that a line of a name needs
MOST = 200  # letters of a line, pixels of a row
KEPT = 256  # drawings in memory
RAISED = str.maketrans("⁰⁵⁶⁷⁸⁹", "056789")
PAD = 4  # digits before a name that keep the order
CONFIG: Mapping[str, Any] = {
    "font": METRICS,
    "background": "white",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 11,
        "labelLimit": 0,
        "labelLineHeight": LINE,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "labelColor": "#000",
        "titleColor": "#000",
        "gridColor": "#ddd",
        "domainColor": "#666",
        "tickColor": "#666",
        "titleLimit": 0,
    },
    "header": {"labelFontSize": 12, "labelColor": "#000", "labelLimit": 0, "title": None},
    "text": {"fontSize": 11, "color": "#000", "limit": 0},
    "aria": True,
}


def svg(chart: Chart, lang: str, folders: Sequence[Path] = ()) -> str:
    """The drawing of a chart in one language. `folders`: the templates of a book, which come before the shipped ones.

    The same chart gives the same bytes. No font, file or address is read for it, and a link leads to `#figure=ADDRESS` or
    nowhere. Raises Refused for a drawing of a book that is not one, and where the drawing fails.
    """
    found = local_templates.find(f"charts/{chart.drawing}.vl.json", folders)
    spec = read(found)
    meta = spec.pop("usermeta", {})
    rows = [*_rows(chart, lang, meta.get("wrap", {}))]
    made = _filled(spec, _words(chart, lang, meta, rows), found)
    made["datasets"] = {"rows": rows}
    made["config"] = _merged(CONFIG, made.get("config", {}))
    drawn = _drawn(json.dumps(made), chart.id, found)
    return _finished(drawn, chart, lang)


def drawer(folders: Sequence[Path] = (), *, ahead: bool = False) -> Callable[[Chart, str], str]:
    """`svg` for the papers and the page of one statement, which may ask at the same time: each drawing is made once.

    `ahead`: it will be asked, so that what draws may start now.
    """
    made: dict[tuple[str, str], str] = {}
    lock = Lock()
    if ahead:
        begin()

    def draw(chart: Chart, lang: str) -> str:
        key = (repr(chart), lang)
        with lock:
            if key not in made:
                made[key] = svg(chart, lang, folders)
            return made[key]

    return draw


@lru_cache(maxsize=KEPT)
def _drawn(spec: str, chart: str, found: Found) -> str:
    """What becomes of a complete specification; report and page ask for the same drawings."""
    answer = _own(spec, chart, found) if found.local else asked(spec)
    if "svg" not in answer:
        raise _failed(chart, found, str(answer.get("error", "—")))
    drawn = str(answer["svg"])
    guard_svg(drawn, found)
    return drawn


def read(found: Found) -> dict[str, Any]:
    """The drawing of a file, checked. Raises Refused (CHART-SPEC, CHART-FORBIDDEN)."""
    try:
        spec = json.loads(found.text)
    except (ValueError, RecursionError) as error:
        raise Refused([finding("CHART-SPEC", Place(file=found.place), found=str(error))]) from error
    wrong = next(_shapeless(spec), "")
    if wrong:
        raise Refused([finding("CHART-SPEC", Place(file=found.place), found=wrong)])
    findings = [*guard(spec, found)]
    if findings:
        raise Refused(findings)
    return dict(spec)


def _shapeless(spec: Any) -> Iterator[str]:
    """What keeps a file from being a drawing: it is no object, or what this program reads of it is of another form."""
    if not isinstance(spec, dict):
        yield type(spec).__name__
        return
    meta = spec.get("usermeta", {})
    parts = {"usermeta": meta, "config": spec.get("config", {})}
    if isinstance(meta, dict):
        parts |= {f"usermeta.{key}": meta.get(key, {}) for key in ("wrap", "step", "words")}
    yield from (key for key, held in parts.items() if not isinstance(held, dict))
    for key in ("wrap", "step"):
        held = parts.get(f"usermeta.{key}", {})
        yield from (f"usermeta.{key}.{name}" for name, n in held.items() if type(n) is not int or not 0 < n <= MOST)
    for name, told in parts.get("usermeta.words", {}).items():
        if not isinstance(told, dict) or not all(isinstance(told.get(lang), str) for lang in LANGUAGES):
            yield f"usermeta.words.{name}"


def _own(spec: str, chart: str, found: Found) -> dict[str, Any]:
    """What becomes of a drawing of a book, in a process that is ended when it takes too long."""
    answer = ask(MODULE, {"spec": spec, "seconds": SECONDS}, SECONDS)
    if answer is None:
        place = Place(file=found.place)
        raise Refused([finding("CHART-TIME", place, expected=f"{SECONDS:g}", chart=chart)])
    return answer


def _failed(chart: str, found: Found, reason: str) -> Refused:
    told = " ".join(reason.split())[:300]
    return Refused([finding("CHART-FAILED", Place(file=found.place), found=told, chart=chart)])


def _rows(chart: Chart, lang: str, wrap: Mapping[str, int]) -> Iterator[dict[str, Any]]:
    """The rows as a drawing gets them."""
    order: dict[tuple[str, str], int] = {}
    for row in chart.rows:
        made: dict[str, Any] = {}
        for key, held in row.items():
            if isinstance(held, Mapping) and key.endswith("_text"):
                made[key] = clean(str(held[lang]))
            elif isinstance(held, Mapping):
                text = clean(str(held[lang]))
                found = order.setdefault((key, str(held.get("code", text))), sum(k == key for k, _ in order))
                place = held.get("place", found)
                lines = wrapped(text, int(wrap.get(key, 24)))
                made |= {key: text, f"{key}_item": f"{place:0{PAD}d}" + "\n".join(lines), f"{key}_code": held.get("code", "")}
            elif key in NUMBERS:
                made[key] = None if held is None else float(held)
            elif key.endswith("_figure"):
                made[f"{key.removesuffix('_figure')}_href"] = f"#figure={held}" if held else ""
            else:
                made[key] = clean(held) if isinstance(held, str) else held
        yield made


def _words(chart: Chart, lang: str, meta: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the strings that begin with @ stand for."""
    years = sorted({row["year"] for row in rows if "year" in row})
    words: dict[str, Any] = {"title": clean(chart.names.of(lang)), "unit": clean(chart.unit.of(lang)), "rows": len(rows)}
    words["years"] = [*range(years[0], years[-1] + 1)] if years else []
    words |= {name: told[lang] for name, told in meta.get("words", {}).items()}
    for key, least in meta.get("step", {}).items():
        lines = max((str(row.get(f"{key}_item", "")).count("\n") + 1 for row in rows), default=1)
        words[f"step.{key}"] = max(int(least), lines * LINE + 3)
    return words


def _filled(held: Any, words: Mapping[str, Any], found: Found) -> Any:
    """The specification with its words. Raises Refused (CHART-SPEC) for one that is not there."""
    if isinstance(held, dict):
        return {key: _filled(inner, words, found) for key, inner in held.items()}
    if isinstance(held, list):
        return [_filled(inner, words, found) for inner in held]
    if isinstance(held, str) and held.startswith("@"):
        if held[1:] not in words:
            raise Refused([finding("CHART-SPEC", Place(file=found.place), found=held)])
        return words[held[1:]]
    return held


def _merged(under: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of a drawing over those of all drawings. The font that measures stays."""
    made = dict(under)
    for key, held in over.items():
        below = made.get(key)
        made[key] = _merged(below, held) if isinstance(below, Mapping) and isinstance(held, Mapping) else held
    return made | {"font": METRICS} if "font" in under else made


def _raised(text: str) -> str:
    """Raised digits that the fonts lack, made of plain ones."""
    up, down = '<tspan dy="-0.35em" font-size="75%">', '<tspan dy="0.2625em">'  # up by part of the small size, down by the same
    return re.sub("([⁰⁵-⁹]+)([^⁰⁵-⁹]*)", lambda m: f"{up}{m[1].translate(RAISED)}</tspan>{down}{m[2]}</tspan>", text)


def _finished(drawn: str, chart: Chart, lang: str) -> str:
    """The SVG as it is put into a page: fonts that people have, ids that are its own, and what it shows in words."""
    own = re.sub(r"[^0-9A-Za-z_-]", "-", chart.id)
    made = drawn.replace(METRICS, FONTS)
    made = re.sub(r'xlink:href="[^"#]*#', 'xlink:href="#', made)
    made = re.sub(r'\bid="([^"]*)"', rf'id="{own}-{lang}-\1"', made)
    made = re.sub(r"url\(#([^)]*)\)", rf"url(#{own}-{lang}-\1)", made)
    alt = clean(chart.alt.of(lang))
    made = re.sub(r">([^<]*[⁰⁵-⁹][^<]*)<", lambda m: f">{_raised(m[1])}<", made)
    head = f'<svg role="graphics-document" lang="{"zh-CN" if lang == "zh" else "en"}" aria-label={quoteattr(alt)} '
    return re.sub(r"<svg (.*?)>", lambda m: f"{head}{m[1]}><title>{escape(alt)}</title>", made, count=1)
