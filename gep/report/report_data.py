"""A statement as the plain data that the report's template sets: one language, every number printed, in order of print."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gep.base.records import Names
from gep.report.form import Cell, Form, Line, letters
from gep.report.methods import Formula, Method
from gep.report.report_tables import sheets, table
from gep.report.report_words import words
from gep.report.statement import Chart, Head, Paragraph, Part, Statement, digest

Pictures = Mapping[str, str]  # id of a chart -> its drawing, SVG

# the tables that the report prints, by section in their order; the rest stand in the workbook
MAIN: Mapping[str, tuple[str, ...]] = {
    "gep": ("T2", "T3", "T4", "T6", "T7"),
    "index": ("G1", "G2", "G2.index", "G3"),
    "asset": ("BS-00", "VA-01", "LI-01", "DB-01", "L1", "LA-01", "FT-01", "WR-01"),
    "quality": ("Q1", "Q2", "Q3", "P1"),
    "revisions": ("R1",),
    "annex": ("T5", "S1"),
}
CITED, PARAMETERS = "S1", "T5"
SOURCE_ID = re.compile(r"[\[〔]([0-9A-Za-z_.:-]+)[\]〕]$")
APPENDED = ("methods", "annex")  # sections that are annexes
MOST_ADDRESSES = 3  # beginnings of addresses that a table names


def report_data(
    statement: Statement, lang: str, methods: Sequence[Method] = (), pictures: Pictures | None = None, content: str = ""
) -> dict[str, Any]:
    """Everything the template shows. `methods`: the formulas of the annex. Charts stand there as far as there are `pictures`."""
    part = statement.main
    drawn = frozenset(pictures or ())
    used = words(lang)
    return {
        "lang": lang,
        "words": used,
        "title": used["title" if statement.head.assets is not None else "title_gep"],
        "head": head_data(statement.head, lang),
        "digest": content or digest(statement),
        "summary": [_paragraph(p, lang) for p in part.paragraphs if p.section == "summary"],
        "sections": list(_sections(part, lang, drawn)),
        "methods": [_method(m, lang) for m in methods],
        "annex": _tables(part, "annex", lang),
        "others": [f"{f.number} {f.names.of(lang)}" for f in others(part)],
    }


def head_data(head: Head, lang: str) -> dict[str, Any]:
    """What the statements are of, in one language."""
    used = words(lang)
    scope = head.gep
    return {
        "book": head.book.of(lang),
        "region": scope.region_names.of(lang),
        "code": scope.region,
        "year": scope.year,
        "issuer": head.issuer.names.of(lang),
        "document": head.issuer.document,
        "edition": used[head.edition],
        "public": head.edition == "public",
        "draft": head.draft,
        "illustrative": head.illustrative,
        "state": used.get(scope.state, scope.state),
        "profile": f"{head.gep_names.of(lang)}（{scope.profile}@{scope.vintage}）"
        if lang == "zh"
        else f"{head.gep_names.of(lang)} ({scope.profile}@{scope.vintage})",
        "scheme": _scheme(head, lang),
        "made_on": head.made_on,
        "rules_hash": head.rules_hash,
        "input_hash": head.input_hash,
        "release_hash": head.release_hash,
        "program": head.program,
        "steps": [{"step": used.get(step, step), "who": who, "day": day} for step, who, day in head.steps],
    }


def _scheme(head: Head, lang: str) -> str:
    if head.assets is None:
        return ""
    used = words(lang)
    inside = f"{head.assets.profile}@{head.assets.vintage}"
    state = used.get(head.assets.state, head.assets.state)
    name = head.assets_names.of(lang)
    return f"{name}（{inside}，{state}）" if lang == "zh" else f"{name} ({inside}, {state})"


def others(part: Part) -> list[Form]:
    """The forms that the report does not print."""
    printed = {f.id for section in MAIN for f in chosen(part, section)}
    return [f for f in part.forms if f.id not in printed]


def chosen(part: Part, section: str) -> list[Form]:
    """The forms of a section that the report prints, in their order."""
    found = (part.form(name) for name in MAIN[section])
    return [f for f in found if f is not None]


def _sections(part: Part, lang: str, drawn: frozenset[str]) -> Iterator[dict[str, Any]]:
    count = 0
    for name in MAIN:
        if name in APPENDED:
            continue
        tables = _tables(part, name, lang)
        paragraphs = [_paragraph(p, lang) for p in part.paragraphs if p.section == name]
        charts = []
        for n, chart in enumerate(part.charts):
            if chart.id in drawn and section_of(part, chart) == name:
                count += 1
                charts.append(_chart(n, count, chart, lang))
        if tables or paragraphs or charts:
            yield {"name": name, "paragraphs": paragraphs, "charts": charts, "tables": tables}


def section_of(part: Part, chart: Chart) -> str:
    """The section a chart stands in: that of the first form whose figures it shows."""
    form = part.form(chart.forms[0]) if chart.forms else None
    return str(form.section) if form is not None else "gep"


def picture_name(n: int) -> str:
    """The file of the n-th chart of the part."""
    return f"chart{n}.svg"


def _chart(n: int, number: int, chart: Chart, lang: str) -> dict[str, Any]:
    names = {"title": chart.names.of(lang), "unit": chart.unit.of(lang), "alt": chart.alt.of(lang)}
    return {"file": picture_name(n), "number": number, **names}


def _paragraph(paragraph: Paragraph, lang: str) -> dict[str, Any]:
    between = "" if lang == "zh" else " "
    return {"title": paragraph.names.of(lang), "text": between.join(s.of(lang) for s in paragraph.sentences)}


def _tables(part: Part, section: str, lang: str) -> list[dict[str, Any]]:
    """The tables of a section: those that stand upright first, so that turned pages do not tear it apart."""
    cited = part.form(CITED) is not None
    forms = [by_id(f) if cited and f.id == PARAMETERS else f for f in chosen(part, section)]
    made = [table for form in forms for table in form_tables(form, lang)]
    return sorted(made, key=lambda table: bool(table["across"]))


def by_id(form: Form) -> Form:
    """The table of parameters with the id of each source alone, under which the table of sources cites it in full."""
    places = [n for n, c in enumerate(form.columns) if c.code == "source"]

    def short(cell: Cell) -> Cell:
        names = Names(*(_id_of(cell.text.of(lang)) for lang in ("zh", "en")))
        return replace(cell, text=names) if cell.kind == "text" else cell

    def of(line: Line) -> Line:
        return replace(line, cells=tuple(short(c) if n in places else c for n, c in enumerate(line.cells)))

    return replace(form, lines=tuple(of(line) for line in form.lines))


def _id_of(text: str) -> str:
    hit = SOURCE_ID.search(text)
    return hit[1] if hit else text


def form_tables(form: Form, lang: str) -> Iterator[dict[str, Any]]:
    """A form as one or more tables on paper; the notes stand under the last."""
    pieces = sheets(form, lang)
    signs = letters(form)
    for n, sheet in enumerate(pieces):
        last = n == len(pieces) - 1
        yield {
            "id": form.id,
            "key": f"{form.id}-{n}",
            "number": form.number,
            "title": form.names.of(lang),
            "unit": form.unit.of(lang),
            "first": n == 0,
            "piece": words(lang)["piece"].format(n=n + 1, of=len(pieces)) if len(pieces) > 1 else "",
            "letters": [signs[place] for place in sheet.columns],
            "notes": [x.of(lang) for x in form.notes] if last else [],
            "addresses": list(prefixes(form)) if last else [],
            "illustrative": form.illustrative,
            **table(form, sheet, lang),
        }


def prefixes(form: Form) -> tuple[str, ...]:
    """How the addresses of a form's figures begin: view, region, period and vintage, the most frequent first."""
    counted: dict[str, int] = {}
    for _, _, cell in form.cells():
        for figure in cell.figures:
            begins = prefix(figure.address)
            counted[begins] = counted.get(begins, 0) + 1
    return tuple(sorted(counted, key=lambda name: (-counted[name], name))[:MOST_ADDRESSES])


def prefix(address: str) -> str:
    """`value_account/990100/2022/…@53` of an address in full."""
    parts = address.partition("@")[0].partition("#")[0].split("/")
    vintage = address.rpartition("@")[2] if "@" in address else ""
    return "/".join(parts[:3]) + ("/\u2026" if len(parts) > 3 else "") + (f"@{vintage}" if vintage else "")


def _method(method: Method, lang: str) -> dict[str, Any]:
    return {
        "title": method.names.of(lang),
        "group": method.group.of(lang),
        "formulas": [_formula(f, lang) for f in method.formulas],
        "returned": [x.of(lang) for x in method.returned],
        "prices": [x.of(lang) for x in method.prices],
    }


def _formula(formula: Formula, lang: str) -> dict[str, Any]:
    return {
        "title": formula.names.of(lang),
        "output": formula.output.of(lang),
        "unit": formula.unit.of(lang),
        "math": formula.typst,
        "symbols": [{"sign": s.sign, "name": s.names.of(lang), "unit": s.unit.of(lang)} for s in formula.symbols],
        "rule": f"{formula.rule}@{formula.version}",
        "source": formula.source,
        "equations": [{"left": left, "math": math} for left, math in formula.equations],
    }
