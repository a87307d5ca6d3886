"""The papers of an audit as one page that opens from disk: tabs for report and ledgers, drill-down to returns, no network.

Data, tables, explanations and search are those of the browsable statements (`gep.report.web`); frame and views are of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gep.explain.graph import Trails
from gep.report.audit import AuditHead, AuditPaper
from gep.report.audit_data import LISTED, known_on
from gep.report.audit_index import PAPERS, evidence_forms, evidence_index, scope_of
from gep.report.audit_outline import Chapter, Outline, outline
from gep.report.audit_print import filled
from gep.report.audit_words import INDEX, PAGE, WORDS
from gep.report.statement import Part
from gep.report.web import Source, spoken, vocabulary, whole
from gep.report.web_data import Block, Draw, both, node_blocks, part_block
from gep.report.web_words import WORDS as SHARED
from gep.report.web_words import Both

SHARED_FILES = ("page_tables", "page_charts", "page_explain", "page_search", "page")
SOURCE = Source(
    "audit/page.html.j2",
    ("statement/page.css", "audit/page.css"),
    ("statement/page_data.js", "audit/page_frame.js", "audit/page_views.js", *(f"statement/{n}.js" for n in SHARED_FILES)),
)
REPORT = "report"  # the view that holds all paragraphs


def audit_web(
    paper: AuditPaper,
    trails: Trails,
    *,
    lang: str = "zh",
    draw: Draw | None = None,
    folders: Sequence[Path] = (),
    content: str = "",
) -> bytes:
    """The page, UTF-8, in both languages. The same paper gives the same bytes.

    `trails`: what its figures rest on; an address that it does not hold is shown without an explanation. `lang`: the language it
    opens in. `draw`: gives the SVG of a chart; without it charts are described in words. `folders`: templates of the book, for
    frame and style. `content`: the digest if it is known. Raises Refused as `web` does.
    """
    shape, index = outline(paper), evidence_index(paper)
    part = Part(scope_of(paper), (*map(filled, paper.forms), index), paper.charts, paper.paragraphs)
    known = replace(trails, starts={**dict.fromkeys(_addresses(part), ()), **trails.starts})
    block, nodes = part_block(part, 0, known, draw), node_blocks(known, frozenset())
    seal, told = content or paper.content, words()
    spoken_words = spoken(lang, told)
    given = {
        "title": paper.head.names.of(lang),
        "words": spoken_words,
        "program": paper.head.program,
        "digest": seal,
    }
    boot = {
        "lang": lang,
        "head": _head(paper.head) | {"digest": seal},
        "parts": [_place(paper, part, block)],
        "nodes": [[b.id, b.first, b.last] for b in nodes if b.last],
        "words": told,
        "sections": _views(shape),
        "chapters": _chapters(paper, shape),
        "listed": list(LISTED),
        "evidence": [[e.form, e.line, PAPERS, e.paper, list(e.cites)] for e in evidence_forms(paper)],
        **vocabulary(),
    }
    return whole(SOURCE, given, boot, [block, *nodes], lang, folders)


def words() -> dict[str, Both]:
    """The words of the page: those it shares with the statements, and its own, which come first."""
    own = {key: (names.zh, names.en) for key, names in {**WORDS, **PAGE}.items()}
    return {**SHARED, **own}


def _addresses(part: Part) -> set[str]:
    forms = {s.address for form in part.forms for _, _, c in form.cells() for s in c.figures}
    spans = (span for p in part.paragraphs for s in p.sentences for span in s.spans)
    return forms | {f.address for span in spans for f in span.figures}


def _place(paper: AuditPaper, part: Part, block: Block) -> dict[str, Any]:
    """The one thing the page can show; the address in the browser begins with the engagement."""
    head = paper.head
    return {"region": head.engagement, "names": both(head.names), "year": part.scope.year, "block": block.id}


def _head(head: AuditHead) -> dict[str, Any]:
    return {
        "draft": head.draft,
        "illustrative": head.illustrative,
        "engagement": head.engagement,
        "region": [f"{head.region_names.zh} {head.region}", f"{head.region_names.en} {head.region}"],
        "document": head.document,
        "holders": [[both(h.post), h.name, h.start, h.end, int(h.audited), int(h.acting)] for h in head.holders],
        "auditors": [list(one) for one in head.auditors],
        "book": both(head.book),
        "evaluation": both(head.evaluation_names),
        "scheme": both(head.scheme_names),
        "profile": both(head.profile_names),
        "known": [known_on(head, "zh"), known_on(head, "en")],
        "anchors": [list(one) for one in head.anchors],
        "madeOn": head.made_on,
        "program": head.program,
    }


def _views(shape: Outline) -> dict[str, Any]:
    """The views of the page besides its ledgers: the whole report, and every chapter by itself."""
    chapters = {chapter.key: both(chapter.title) for chapter in (*shape.chapters, *shape.annexes)}
    return {REPORT: [PAGE["report"].zh, PAGE["report"].en], **chapters}


def _chapters(paper: AuditPaper, shape: Outline) -> list[dict[str, Any]]:
    """The outline by number of paragraph and chart, and by id of form; the index of evidence is the last."""
    paragraphs = {id(p): n for n, p in enumerate(paper.paragraphs)}
    charts = {id(c): n for n, c in enumerate(paper.charts)}
    made = [_chapter(c, paragraphs, charts, annex=c in shape.annexes) for c in (*shape.chapters, *shape.annexes)]
    last = {"key": INDEX, "title": both(WORDS["index"]), "annex": 1, "points": [], "forms": [INDEX], "charts": []}
    return [*made, last]


def _chapter(chapter: Chapter, paragraphs: Mapping[int, int], charts: Mapping[int, int], *, annex: bool) -> dict[str, Any]:
    return {
        "key": chapter.key,
        "title": both(chapter.title),
        "annex": int(annex),
        "points": [[both(p.title), [[both(i.lead), paragraphs[id(i.paragraph)]] for i in p.items]] for p in chapter.points],
        "forms": [form.id for form in chapter.forms],
        "charts": [charts[id(chart)] for chart in chapter.charts],
    }
