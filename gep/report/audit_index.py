"""The index of evidence: from every paragraph of an audit report to working papers, evidence forms and figures, as a form.

An evidence form speaks for a figure if it cites its address, or the beginning of it; forms and papers that a paragraph names by
their numbers follow on lines of their own. Nothing is guessed: figures that no evidence form cites are counted by chapter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain

from gep.base.records import Names
from gep.base.units import UnitError
from gep.report.audit import AuditPaper
from gep.report.audit_outline import Item, Outline, outline, stem
from gep.report.audit_words import INDEX, WORDS
from gep.report.form import BLANK, NONE, Cell, Column, Form, Line, Scope, Stored, text, unit_names, words
from gep.report.statement import Sentence

FORMS, PAPERS = "DA-03", "WP"  # the ledgers of evidence forms and of working papers
CITES, PAPER, ID = "data_refs", "wp_id", "evid_id"  # columns of DA-03


@dataclass(frozen=True, slots=True)
class Evidence:
    """An evidence form: its number, the working paper it belongs to, what it cites, and its line in its ledger."""

    id: str
    paper: str
    cites: tuple[str, ...]
    form: str = FORMS
    line: str = ""

    def speaks_for(self, address: str) -> bool:
        return any(address == cited or address.startswith(f"{cited}/") for cited in self.cites)


def evidence_index(paper: AuditPaper) -> Form:
    """The index of the report of a paper, empty where no paragraph cites anything."""
    held = tuple(evidence_forms(paper))
    papers = tuple(line.code for form in paper.forms if stem(form) == PAPERS for line in form.lines)
    shape = outline(paper)
    listed = [line for n, item in enumerate(shape.items(), 1) for line in _lines(n, item, held, papers)]
    lines = (*listed, *_counted(shape, held))
    columns = (
        Column("place", WORDS["ix_place"], "label"),
        Column("paper", WORDS["ix_paper"], "text"),
        Column("form", WORDS["ix_form"], "text"),
        Column("figure", WORDS["ix_figure"], "text"),
        Column("amount", WORDS["ix_amount"]),
        Column("unit", WORDS["ix_unit"], "unit"),
    )
    notes = (WORDS["ix_note"],) if lines else (WORDS["ix_empty"],)
    illustrative = any(form.illustrative for form in paper.forms)
    return Form(INDEX, INDEX, "quality", WORDS["index"], scope_of(paper), columns, lines, notes=notes, illustrative=illustrative)


def scope_of(paper: AuditPaper) -> Scope:
    """Where and when: the region, and the year in which the audited terms end."""
    head = paper.head
    ends = [h.end for h in head.holders if h.audited] or [h.end for h in head.holders] or [head.made_on]
    return Scope(head.region, head.region_names, int(max(ends)[:4]), "", 0, "")


def plain_address(address: str) -> str:
    """An address without its vintage."""
    return address.rpartition("@")[0] or address


def evidence_forms(paper: AuditPaper) -> Iterator[Evidence]:
    """The evidence forms of an engagement, as their ledgers hold them."""
    for form in paper.forms:
        if stem(form) != FORMS:
            continue
        for line in form.lines:
            cited = form.at.get((line.code, CITES), BLANK)
            addresses = [plain_address(f.address) for f in cited.figures]
            written = re.findall(r"[^\s,;，；、]+/[^\s,;，；、]+", cited.text.zh)
            own = form.at.get((line.code, ID), BLANK).text.zh or line.code
            cites = tuple(dict.fromkeys([*addresses, *map(plain_address, written)]))
            yield Evidence(own, form.at.get((line.code, PAPER), BLANK).text.zh, cites, form.id, line.code)


def _lines(n: int, item: Item, held: Sequence[Evidence], papers: Sequence[str]) -> Iterator[Line]:
    """The paragraph, then a line for each of its figures that has evidence, then what it names besides; else nothing."""
    figures = {f.address: f for f in figures_of(item)}
    said = " ".join(_said(s) for s in item.paragraph.sentences)
    named = [e for e in held if _names(said, e.id)]
    speak = {address: found for address in figures if (found := [e for e in held if e.speaks_for(plain_address(address))])}
    rest = [e for e in named if not any(e in found for found in speak.values())]
    more = [p for p in papers if _names(said, p) and p not in {e.paper for e in (*rest, *chain.from_iterable(speak.values()))}]
    if not speak and not rest and not more:
        return
    title = item.paragraph.names
    between = Names(f"{item.place.zh}　{title.zh}".rstrip("　"), f"{item.place.en} {title.en}".rstrip())
    yield Line(f"{n}", (words(between), BLANK, BLANK, BLANK, BLANK, BLANK), "group")
    for i, (address, found) in enumerate(speak.items(), 1):
        cells = (_listed([e.paper for e in found]), _listed([e.id for e in found]), text(address), *_figure(figures[address]))
        yield Line(f"{n}.{i}", (words(item.place), *cells), indent=1)
    for i, one in enumerate(rest, len(speak) + 1):
        yield Line(f"{n}.{i}", (words(item.place), _listed([one.paper]), text(one.id), BLANK, BLANK, BLANK), indent=1)
    for i, code in enumerate(more, len(speak) + len(rest) + 1):
        yield Line(f"{n}.{i}", (words(item.place), text(code), BLANK, BLANK, BLANK, BLANK), indent=1)


def figures_of(item: Item) -> list[Stored]:
    """The figures that a paragraph cites, each once."""
    return list({f.address: f for s in item.paragraph.sentences for span in s.spans for f in span.figures}.values())


def _counted(shape: Outline, held: Sequence[Evidence]) -> Iterator[Line]:
    """By chapter how many of its figures no evidence form cites: they lead to the book and not to a form."""
    found: list[Line] = []
    for chapter in (*shape.chapters, *shape.annexes):
        cited = [figures_of(item) for point in chapter.points for item in point.items]
        bare = [[f for f in one if not any(e.speaks_for(plain_address(f.address)) for e in held)] for one in cited]
        count, items = len({f.address for one in bare for f in one}), sum(1 for one in bare if one)
        if count:
            told = WORDS["ix_counted"]
            cell = text(told.zh.format(n=count, items=items), told.en.format(n=count, items=items))
            found.append(Line(f"bare.{chapter.key}", (words(chapter.title), BLANK, BLANK, cell, BLANK, BLANK), indent=1))
    if found:
        yield Line("bare", (words(WORDS["ix_bare"]), BLANK, BLANK, BLANK, BLANK, BLANK), "group")
        yield from found


def _said(sentence: Sentence) -> str:
    return f"{sentence.of('zh')} {sentence.of('en')}"


def _names(said: str, code: str) -> bool:
    """Whether a text names a record: its number, not as a piece of a longer one."""
    return bool(code) and re.search(rf"(?<![0-9A-Za-z-]){re.escape(code)}(?![0-9A-Za-z-])", said) is not None


def _listed(codes: Sequence[str]) -> Cell:
    held = list(dict.fromkeys(code for code in codes if code))
    return text("、".join(held), ", ".join(held)) if held else words(WORDS["ix_none"])


def _figure(figure: Stored) -> tuple[Cell, Cell]:
    """The amount as the book holds it, unrounded, and its unit."""
    if figure.amount is None:
        return Cell("missing", figures=(figure,)), words(_unit(figure.unit))
    shown = format(figure.amount, "f")
    held = Decimal(shown.rstrip("0").rstrip(".") if "." in shown else shown)  # without the zeros that storage adds
    return Cell("number", NONE, held, held, (figure,)), words(_unit(figure.unit))


def _unit(unit: str) -> Names:
    """A unit as people read it; what is no unit of the registry stays as it was typed."""
    try:
        return unit_names(unit)
    except UnitError:
        return Names(unit, unit)
