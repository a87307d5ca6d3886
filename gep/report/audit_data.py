"""The papers of an audit as the plain data that the report's template sets: one language, all that is printed, in its order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from gep.base.records import Names
from gep.report.audit import AuditHead, AuditPaper, Holder
from gep.report.audit_extract import evaluation_result
from gep.report.audit_index import evidence_index
from gep.report.audit_outline import Chapter, Point, annex, outline, stem
from gep.report.audit_print import lean, on_paper
from gep.report.audit_words import WORDS, words
from gep.report.form import Form
from gep.report.report_data import Pictures, form_tables, picture_name, prefixes
from gep.report.statement import Chart, Sentence

CARDS = ("DA-03", "WP")  # ledgers whose lines are sheets of their own
EVALUATED = "DA-02"
LISTED = ("background", "comparison", "handling", "suggestions")  # chapters whose sentences stand in lines of their own
SHARED = 3  # ledgers from which on a note is told once for all
SMALL = 16  # lines of a table that stands on one page
EMPTY: Mapping[str, Sequence[Form]] = {}


def audit_data(paper: AuditPaper, lang: str, pictures: Pictures | None = None, content: str = "") -> dict[str, Any]:
    """Everything the template shows. Charts stand there as far as there are `pictures`. `content`: the digest if it is known."""
    used, shape, drawn = words(lang), outline(paper), pictures or {}
    places = {chart.id: n for n, chart in enumerate(paper.charts)}
    index = evidence_index(paper)
    title, _ = annex(len(shape.annexes) + 1, WORDS["index"])
    common = shared_notes(paper)
    return {
        "lang": lang,
        "words": used,
        "title": used["title_draft" if paper.head.draft else "title"],
        "head": head_data(paper.head, lang),
        "digest": content or paper.content,
        "chapters": list(_chapters(shape.chapters, lang, places, drawn, _extracts(paper))),
        "common": [note.of(lang) for note in common],
        "annexes": [
            *_chapters(shape.annexes, lang, places, drawn, parts=lambda form: on_paper(_without(form, common))),
            {
                "title": title.of(lang),
                "key": "",
                "points": [],
                "charts": [],
                "tables": _tables(index, (lean(index),), lang),
                "cards": [],
            },
        ],
    }


def head_data(head: AuditHead, lang: str) -> dict[str, Any]:
    """What the papers are of, in one language."""
    used = words(lang)
    return {
        "engagement": head.engagement,
        "names": head.names.of(lang),
        "region": head.region_names.of(lang),
        "code": head.region,
        "document": head.document,
        "draft": head.draft,
        "illustrative": head.illustrative,
        "state": used["draft_line" if head.draft else "sealed"],
        "known_on": known_on(head, lang),
        "made_on": head.made_on,
        "program": head.program,
        "schemes": [
            {"name": used[name], "value": value.of(lang)}
            for name, value in (
                ("evaluation_scheme", head.evaluation_names),
                ("scheme", head.scheme_names),
                ("profile", head.profile_names),
            )
            if value.of(lang)
        ],
        "book": head.book.of(lang),
        "holders": [holder_data(h, lang) for h in head.holders],
        "auditors": [{"who": who, "role": used.get(role, role)} for who, role in head.auditors],
        "anchors": [{"name": name, "value": value} for name, value in head.anchors],
    }


def known_on(head: AuditHead, lang: str) -> str:
    used = words(lang)
    return used["known_end"].format(day=head.known_on) if head.known_on else used["known_now"]


def holder_data(holder: Holder, lang: str) -> dict[str, Any]:
    """A post with its term; whether it is audited, and whether it was held in an acting capacity."""
    used = words(lang)
    told = [used["audited"] if holder.audited else used["beside"], *([used["acting"]] if holder.acting else [])]
    return {
        "post": holder.post.of(lang),
        "name": holder.name,
        "audited": holder.audited,
        "term": used["term_of"].format(start=holder.start, end=holder.end),
        "state": ("、" if lang == "zh" else ", ").join(told),
    }


def _extracts(paper: AuditPaper) -> dict[str, list[Form]]:
    """What chapters show of ledgers that stand in the annexes, by chapter."""
    results = [evaluation_result(form) for form in paper.forms if stem(form) == EVALUATED]
    return {"evaluation": [form for form in results if form is not None]}


def _chapters(
    chapters: Sequence[Chapter],
    lang: str,
    places: Mapping[str, int],
    drawn: Pictures,
    extracts: Mapping[str, Sequence[Form]] = EMPTY,
    parts: Callable[[Form], Sequence[Form]] = lambda form: (lean(form),),
) -> Iterator[dict[str, Any]]:
    """`parts`: the tables that a ledger is printed as."""
    for chapter in chapters:
        forms = [*extracts.get(chapter.key, ()), *chapter.forms]
        yield {
            "title": chapter.title.of(lang),
            "key": chapter.key,
            "points": [_point(point, lang, listed=chapter.key in LISTED) for point in chapter.points],
            "charts": [_chart(c, places[c.id], lang) for c in chapter.charts if c.id in drawn],
            "tables": [t for form in forms if not carded(form) for t in _tables(form, parts(form), lang)],
            "cards": [_cards(form, lang) for form in forms if carded(form)],
        }


def shared_notes(paper: AuditPaper) -> tuple[Names, ...]:
    """Notes that several ledgers have: on paper they are told once, before the annexes."""
    counted = Counter(note for form in paper.forms for note in form.notes)
    return tuple(note for note, n in counted.items() if n >= SHARED)


def _without(form: Form, notes: Sequence[Names]) -> Form:
    return replace(form, notes=tuple(note for note in form.notes if note not in notes))


def _tables(form: Form, parts: Sequence[Form], lang: str) -> list[dict[str, Any]]:
    """The tables of the parts of a ledger; how its addresses begin stands under the last one.

    `whole`: a table so short that it is not broken over two pages.
    """
    made = [{**table, "whole": len(part.lines) <= SMALL, "addresses": []} for part in parts for table in form_tables(part, lang)]
    made[-1]["addresses"] = list(prefixes(form))
    return made


def carded(form: Form) -> bool:
    """Whether each line of a ledger is a sheet of its own on paper: records of words, as they are filed."""
    return stem(form) in CARDS and bool(form.lines)


def _cards(form: Form, lang: str) -> dict[str, Any]:
    """A ledger as sheets: its caption and notes, and for each line the name and text of every column."""
    names = [column.names.of(lang) for column in form.columns]
    return {
        "number": form.number,
        "title": form.names.of(lang),
        "first": True,
        "notes": [note.of(lang) for note in form.notes],
        "addresses": list(prefixes(form)),
        "cards": [
            {
                "title": f"{form.names.of(lang)}　{line.code}",
                "rows": [[name, cell.printed(lang)] for name, cell in zip(names, line.cells, strict=True)],
            }
            for line in form.lines
        ],
    }


def _point(point: Point, lang: str, *, listed: bool) -> dict[str, Any]:
    """`listed`: each sentence is a line of text by itself."""
    items = [{"lead": item.lead.of(lang), "lines": _texts(item.paragraph.sentences, lang, listed)} for item in point.items]
    return {"title": point.title.of(lang), "items": items}


def _texts(sentences: Sequence[Sentence], lang: str, listed: bool) -> list[str]:
    said = [s.of(lang) for s in sentences]
    return said if listed else [("" if lang == "zh" else " ").join(said)]


def _chart(chart: Chart, place: int, lang: str) -> dict[str, Any]:
    """`number` counts the charts of the paper, which stand in this order in print."""
    named: dict[str, Names] = {"title": chart.names, "unit": chart.unit, "alt": chart.alt}
    return {"file": picture_name(place), **{key: names.of(lang) for key, names in named.items()}}
