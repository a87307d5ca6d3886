"""Which charts a region and year has: rows taken from the cells of its forms, so that a chart never says another number.

A row of a chart:

    a name      {code, zh, en}: of a service, class, region; drawings keep the order in which the names appear
    a number    decimal text as printed in the form, None where the cell holds none; its keys are NUMBERS
    *_text      the cell in print, with the sign for what is missing; {zh, en} where the languages differ
    *_figure    the complete address of the figure, empty where the cell is not published or rests on several or on none
    *_cell      form, line and column of the cell
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gep.base.records import Names
from gep.report.chart_words import OF, WORDS, listed
from gep.report.form import BLANK, NONE, Cell, Column, Form, Line
from gep.report.statement import Chart

Row = Mapping[str, Any]
NUMBERS = ("value", "share", "low", "high", "opening", "closing", "additions", "reductions", "left", "right")
STOCKS = ("LA-01", "EC-01", "FT-01")  # the tables of stocks that have a chart, where all classes are in one unit
OPENING, ADDITIONS, REDUCTIONS, CLOSING = "R10", "R20", "R30", "R40"
ONE_COLUMN = 32  # regions that a ranking holds below each other; more stand in two columns or three
ACROSS = 560  # pixels that the years share, and what a digit of a number between them takes
DIGIT = 6.2


def charts_of(forms: Sequence[Form]) -> tuple[Chart, ...]:
    """The charts of a region and year in the order of print; one whose numbers are all missing is not there."""
    by = {form.id: form for form in forms}
    made = [chart for name, maker in MAKERS for form in _named(by, name) for chart in maker(form)]
    return tuple(chart for chart in made if any(_known(row) for row in chart.rows))


def _named(by: Mapping[str, Form], name: str) -> Iterator[Form]:
    if name in by:
        yield by[name]


def _known(row: Row) -> bool:
    return any(row.get(key) is not None for key in NUMBERS)


def name(names: Names, code: str, place: int | None = None) -> dict[str, Any]:
    """A name of a row. `place`: where it stands among the others, if not in the order of the rows."""
    told: dict[str, Any] = {"code": code, "zh": names.zh, "en": names.en}
    return told if place is None else told | {"place": place}


def number(form: Form, line: str, column: str, key: str = "value") -> dict[str, Any]:
    """The keys of a row for one cell."""
    cell = form.at.get((line, column), BLANK)
    return {
        key: format(cell.shown, "f") if cell.shown is not None else None,
        f"{key}_text": printed(cell),
        f"{key}_figure": cell.figures[0].address if len(cell.figures) == 1 and cell.kind != "suppressed" else "",
        f"{key}_cell": f"{form.id}/{line}/{column}",
    }


def printed(cell: Cell) -> str | dict[str, str]:
    """The cell in print; in both languages where they differ."""
    zh, en = cell.printed("zh"), cell.printed("en")
    return zh if zh == en else {"zh": zh, "en": en}


def line_names(form: Form, line: Line) -> Names:
    """What stands in the first column of words."""
    at = next(i for i, c in enumerate(form.columns) if c.kind == "label")
    return line.cells[at].text


def unit_of(form: Form, column: str) -> Names:
    own = next((c.unit for c in form.columns if c.code == column), NONE)
    return own if own != NONE else form.unit


def numbers(form: Form) -> tuple[Column, ...]:
    return tuple(c for c in form.columns if c.kind == "number")


def has(form: Form, *columns: str) -> bool:
    return set(columns) <= {c.code for c in form.columns}


def grouped(form: Form) -> Iterator[tuple[Line, Line]]:
    """Every line of a service with the line of the class it stands under; the lines of its parts stand by themselves."""
    group: Line | None = None
    for line in form.lines:
        if line.style in ("subtotal", "group"):
            group = line
        elif line.style in ("", "part") and line.indent <= 1 and group is not None:
            yield group, line


def composition(form: Form) -> Iterator[Chart]:
    """T2: the value of every service, class by class."""
    if not has(form, "value", "share"):
        return
    rows = [
        {
            "class": name(line_names(form, group), group.code),
            "class_text": printed(_cell(form, group, "value")),
            "service": name(line_names(form, line), line.code),
            **number(form, line.code, "value"),
            **number(form, line.code, "share", "share"),
        }
        for group, line in grouped(form)
    ]
    yield chart("composition", "composition", form, unit_of(form, "value"), rows, largest(rows, "service"))


def trend(form: Form) -> Iterator[Chart]:
    """T7: GEP and its classes over the years, each in a panel of its own."""
    lines = [line for line in form.lines if line.style in ("total", "subtotal")]
    years = [c for c in numbers(form) if year_of(c) is not None]
    if len(years) < 2:  # one year is no trend
        return
    rows = [
        {"series": name(line_names(form, line), line.code), "year": year_of(c), **number(form, line.code, c.code)}
        for line in lines
        for c in years
    ]
    yield chart("trend", _by_width("trend", rows), form, unit_of(form, years[0].code), rows, span(rows))


def _by_width(drawing: str, rows: Sequence[Row]) -> str:
    """The drawing itself, or the one for so many years that the numbers do not fit beside each other."""
    years = {row["year"] for row in rows}
    longest = max((len(row["value_text"]) for row in rows if row["value"] is not None), default=0)
    wide = years and (max(years) - min(years) + 1) * (longest * DIGIT + 12) > ACROSS
    return f"{drawing}_many" if wide else drawing


def year_of(column: Column) -> int | None:
    """The year of a column whose code is one (`2016`, `y2016`)."""
    digits = column.code.removeprefix("y")
    return int(digits) if digits.isdigit() and len(digits) == 4 else None


def waterfall(form: Form) -> Iterator[Chart]:
    """G2: from the year before to this one by factor, and the change of every service."""
    if not has(form, "left", "difference", "right"):
        return
    total = next((line for line in form.lines if line.style == "total"), None)
    if total is not None:
        columns = [c for c in numbers(form) if c.code != "difference"]
        rows = [
            {"step": name(c.names, c.code), "kind": c.code if c.code in ("left", "right") else "part",
             **number(form, total.code, c.code)}
            for c in columns if total.cells[form.columns.index(c)].kind != "blank"
        ]  # fmt: skip
        yield from _whole("waterfall", form, unit_of(form, "left"), rows)
    rows = [
        {
            "class": name(line_names(form, group), group.code),
            "class_text": printed(_cell(form, group, "difference")),
            "service": name(line_names(form, line), line.code),
            **number(form, line.code, "difference"),
            **number(form, line.code, "left", "left"),
            **number(form, line.code, "right", "right"),
        }
        for group, line in grouped(form)
    ]
    yield chart("change", "change", form, unit_of(form, "difference"), rows, largest(rows, "service"))


def _whole(kind: str, form: Form, unit: Names, rows: Sequence[Row]) -> Iterator[Chart]:
    """The waterfall, where every step of it is known: past a missing one nobody knows where the next begins."""
    if all(row["value"] is not None for row in rows):
        yield chart(kind, "waterfall", form, unit, rows, steps(rows))


def index_waterfall(form: Form) -> Iterator[Chart]:
    """G2-2: from the index of the year before to that of this one."""
    if not has(form, "value"):
        return
    held = [line for line in form.lines if line.code != "difference" and line.style != "subtotal"]
    # the share of GDP is one step: it is not split any further, so its line is a step although it is a subtotal
    parts = {line.code for line in held} | {line.code for line in form.lines if line.code == "gdp"}
    rows = [
        {"step": name(line_names(form, line), line.code), "kind": line.code if line.code in ("left", "right") else "part",
         **number(form, line.code, "value")}
        for line in form.lines if line.code in parts and _cell(form, line, "value").kind != "blank"
    ]  # fmt: skip
    yield from _whole("index_waterfall", form, unit_of(form, "value"), rows)


def heat(form: Form) -> Iterator[Chart]:
    """T3: services by ecosystem."""
    columns = [c for c in numbers(form) if c.code not in ("total", "sum")]
    rows = [
        {"service": name(line_names(form, line), line.code), "ecosystem": name(c.names, c.code, columns.index(c)),
         **number(form, line.code, c.code)}
        for _, line in grouped(form) for c in columns
        if _cell(form, line, c.code).kind != "blank"
    ]  # fmt: skip
    if columns:
        yield chart("ecosystems", "heat", form, unit_of(form, columns[0].code), rows, largest(rows, "service", "ecosystem"))


def ranking(form: Form) -> Iterator[Chart]:
    """T4: the regions by their GEP, the largest first, those without a figure at the end."""
    column = next((c for c in ("gep", "total", "value") if has(form, c)), None)
    if column is None:
        return
    lines = [line for line in form.lines if line.style in ("", "part") and _cell(form, line, column).kind != "blank"]
    order = sorted(range(len(lines)), key=lambda i: _falling(_cell(form, lines[i], column), i))
    rows = [
        {
            "region": name(line_names(form, lines[i]), lines[i].code),
            "rank": rank,
            **number(form, lines[i].code, column),
            **_beside(form, lines[i].code),
        }
        for rank, i in enumerate(order, 1)
    ]
    drawing = "ranking" if len(rows) <= ONE_COLUMN else "ranking_many"
    yield chart("ranking", drawing, form, unit_of(form, column), rows, largest(rows, "region"))


def _beside(form: Form, line: str) -> dict[str, Any]:
    """GEP by area, which stands beside the bar."""
    column = next((c for c in form.columns if c.code == "per_km2"), None)
    if column is None:
        return {"share_text": "", "other": name(NONE, ""), "other_unit": name(NONE, "")}
    told = {"other": name(column.names, column.code), "other_unit": name(unit_of(form, column.code), column.code)}
    return told | number(form, line, column.code, "share")


def _falling(cell: Cell, place: int) -> tuple[bool, Any, int]:
    return cell.shown is None, -cell.shown if cell.shown is not None else 0, place


def stocks(form: Form) -> Iterator[Chart]:
    """A table of stocks: opening, additions, reductions and closing of every class."""
    lines = {line.code for line in form.lines}
    columns = [c for c in numbers(form) if not _of_columns(form, c.code) and c.unit == NONE]
    if not {OPENING, ADDITIONS, REDUCTIONS, CLOSING} <= lines or form.unit == NONE:
        return
    rows = [
        {
            "class": name(c.names, c.code),
            **number(form, OPENING, c.code, "opening"),
            **number(form, ADDITIONS, c.code, "additions"),
            **number(form, REDUCTIONS, c.code, "reductions"),
            **number(form, CLOSING, c.code, "closing"),
        }
        for c in columns
        if form.at[CLOSING, c.code].kind != "blank"
    ]
    yield chart(f"stocks.{form.id}", "stocks", form, form.unit, rows, largest(rows, "class", key="closing"))


def _of_columns(form: Form, column: str) -> bool:
    """Whether a column is the total of others: of all classes, or made of cells beside its own."""
    made = [form.at[line, column].made for line in (OPENING, ADDITIONS, REDUCTIONS, CLOSING) if (line, column) in form.at]
    across = [m for m in made if m is not None and all(t.ref.column != column and not t.ref.form for t in m.terms)]
    return column == "C00" or bool(across)


def transition(form: Form) -> Iterator[Chart]:
    """LM-01: from which class to which."""
    columns = [c for c in numbers(form) if c.code not in ("T00", "C00")]
    lines = [line for line in form.lines if line.style not in ("total", "subtotal", "group")]
    rows = [
        {"from": name(bare(line_names(form, line)), line.code), "to": name(bare(c.names), c.code, columns.index(c)),
         **number(form, line.code, c.code)}
        for line in lines for c in columns
        if _cell(form, line, c.code).kind != "blank"
    ]  # fmt: skip
    yield chart("transition", "transition", form, form.unit, rows, largest(rows, "from", "to"))


def bare(names: Names) -> Names:
    """The name of a class without what its axis says already: at the beginning, at the end."""
    return Names(re.split("[:：]", names.zh, maxsplit=1)[-1].strip(), re.split("[:：]", names.en, maxsplit=1)[-1].strip())


def interval(form: Form) -> Iterator[Chart]:
    """G1: the index and GEP over the years at current prices, each with its interval."""
    rows = [
        {
            "series": name(names, key),
            "unit": name(unit_of(form, key), key),
            "year": int(line.code),
            **number(form, line.code, key),
            **number(form, line.code, f"{key}_low", "low"),
            **number(form, line.code, f"{key}_high", "high"),
        }
        for key, names in (("ggi", WORDS["ggi"]), ("gep", WORDS["gep"]))
        if has(form, key, f"{key}_low", f"{key}_high")
        for line in form.lines
        if line.code.isdigit()
    ]
    told = [row for row in rows if row["value"] is not None]
    kept = {row["series"]["code"] for row in told}
    shown = [row for row in rows if row["series"]["code"] in kept]
    if len({row["year"] for row in shown}) < 2:  # one year is no course
        return
    yield chart("index", _by_width("interval", shown), form, NONE, shown, span(shown))


def balance(form: Form) -> Iterator[Chart]:
    """BS-00: assets, liabilities and net assets in money at both ends of the year."""
    rows = []
    for side in ("a", "l"):
        if not has(form, f"{side}_name", f"{side}_opening", f"{side}_closing"):
            return
        unit = ""
        for line in form.lines:
            told, own = (_cell(form, line, f"{side}_{what}").text for what in ("name", "unit"))
            unit = unit or own.zh
            if told.zh and own.zh == unit and _cell(form, line, f"{side}_closing").kind != "blank":
                rows.append(
                    {
                        "side": name(_side(form, side), side),
                        "line": name(told, f"{side}.{line.code}"),
                        **number(form, line.code, f"{side}_opening", "opening"),
                        **number(form, line.code, f"{side}_closing", "closing"),
                    }
                )
    units = [_cell(form, line, "a_unit").text for line in form.lines]
    yield chart("balance", "balance", form, next((u for u in units if u.zh), NONE), rows, largest(rows, "line", key="closing"))


def _side(form: Form, side: str) -> Names:
    """The head above the columns of a side."""
    column = next(c for c in form.columns if c.code == f"{side}_name")
    return column.group[0] if column.group else column.names


def _cell(form: Form, line: Line, column: str) -> Cell:
    return form.at.get((line.code, column), BLANK)


def chart(kind: str, drawing: str, form: Form, unit: Names, rows: Sequence[Row], told: Names) -> Chart:
    """A chart of one form; its words for those who do not see it begin with what it is of."""
    names = WORDS.get(kind, form.names)
    place = form.scope.region_names
    own = Names(f"{names.zh}（{unit.zh}）" if unit.zh else names.zh, f"{names.en} ({unit.en})" if unit.en else names.en)
    year = form.scope.year
    alt = Names(f"{place.zh} {year} 年{own.zh}。{told.zh}", f"{place.en}, {year}: {own.en}. {told.en}")
    return Chart(kind, drawing, names, unit, tuple(rows), (form.id,), alt)


def largest(rows: Sequence[Row], *of: str, key: str = "value") -> Names:
    """The three largest in words, as printed."""
    known = [row for row in rows if row.get(key) is not None]
    first = sorted(known, key=lambda row: -abs(float(row[key])))[:3]
    if not first:
        return NONE
    zh = listed([f"{'→'.join(row[o]['zh'] for o in of)} {row[f'{key}_text']}" for row in first], "zh")
    en = listed([f"{' → '.join(row[o]['en'] for o in of)} {row[f'{key}_text']}" for row in first], "en")
    return Names(OF["largest"].zh.format(zh), OF["largest"].en.format(en))


def span(rows: Sequence[Row]) -> Names:
    """From which year to which, and the first series at both ends, as printed."""
    first = [row for row in rows if row["series"] == rows[0]["series"] and row["value"] is not None] if rows else []
    if not first:
        return NONE
    ends = {"from": first[0]["year"], "to": first[-1]["year"], "left": first[0]["value_text"], "right": first[-1]["value_text"]}
    names = first[0]["series"]
    return Names(OF["span"].zh.format(name=names["zh"], **ends), OF["span"].en.format(name=names["en"], **ends))


def steps(rows: Sequence[Row]) -> Names:
    """Every step of a waterfall, as printed."""
    zh = listed([f"{row['step']['zh']} {row['value_text']}" for row in rows], "zh")
    en = listed([f"{row['step']['en']} {row['value_text']}" for row in rows], "en")
    return Names(f"{zh}。", f"{en}.")


MAKERS = (
    ("T2", composition),
    ("T7", trend),
    ("G1", interval),
    ("G2", waterfall),
    ("G2.index", index_waterfall),
    ("T3", heat),
    ("T4", ranking),
    *((name_, stocks) for name_ in STOCKS),
    ("LM-01", transition),
    ("BS-00", balance),
)
