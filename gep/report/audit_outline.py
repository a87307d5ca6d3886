"""The outline of an audit report: chapters and annexes with their paragraphs, ledgers and charts, each paragraph with its number.

Nothing of a paper is lost: paragraphs that no chapter names stand in the chapter of other matters, such ledgers in the last one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gep.base.records import Names
from gep.report.audit import AuditPaper
from gep.report.audit_words import ANNEXES, CHAPTERS, WORDS
from gep.report.form import NONE, Form
from gep.report.statement import Chart, Paragraph

OTHER, REST = CHAPTERS[-1][0], ANNEXES[-1][0]
HANS = "〇一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Item:
    """A paragraph. `lead`: its number at the beginning of its line (empty where it stands alone), `place`: as others name it."""

    lead: Names
    place: Names
    paragraph: Paragraph


@dataclass(frozen=True, slots=True)
class Point:
    """Paragraphs of one title, under a heading of the second level; `title` is empty where they have none."""

    title: Names
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter or annex with its numbered title."""

    key: str
    title: Names
    points: tuple[Point, ...]
    forms: tuple[Form, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    chapters: tuple[Chapter, ...]
    annexes: tuple[Chapter, ...]

    def items(self) -> Iterator[Item]:
        for chapter in (*self.chapters, *self.annexes):
            for point in chapter.points:
                yield from point.items


def stem(form: Form) -> str:
    """`DA-01` of `DA-01.2020-07-01`: which ledger a form is."""
    return form.id.partition(".")[0]


def outline(paper: AuditPaper) -> Outline:
    """The chapters that have something in them; those of the report proper stand there even if nothing is on record."""
    told = {key for key, _, _ in (*CHAPTERS, *ANNEXES)}
    placed = {name: key for key, _, names in (*CHAPTERS, *ANNEXES) for name in names}
    paragraphs: dict[str, list[Paragraph]] = {}
    for paragraph in paper.paragraphs:
        paragraphs.setdefault(paragraph.section if paragraph.section in told else OTHER, []).append(paragraph)
    forms: dict[str, list[Form]] = {}
    for form in paper.forms:
        forms.setdefault(placed.get(stem(form), REST), []).append(form)
    charts: dict[str, list[Chart]] = {}
    for chart in paper.charts:
        first = next((f for f in paper.forms if f.id in chart.forms), None)
        key = placed.get(stem(first), REST) if first is not None else "comparison"
        charts.setdefault(key if any(key == c for c, _, _ in CHAPTERS) else "comparison", []).append(chart)
    chapters: list[Chapter] = []
    for key, names, order in CHAPTERS:
        if key == OTHER and key not in paragraphs:
            continue
        title, place = _chapter(len(chapters) + 1, names)
        held = tuple(charts.get(key, ()))
        chapters.append(Chapter(key, title, _points(paragraphs.get(key, ()), place), _ordered(forms.get(key, ()), order), held))
    annexes: list[Chapter] = []
    for key, names, order in ANNEXES:
        if key in paragraphs or key in forms:
            title, place = annex(len(annexes) + 1, names)
            annexes.append(Chapter(key, title, _points(paragraphs.get(key, ()), place), _ordered(forms.get(key, ()), order)))
    return Outline(tuple(chapters), tuple(annexes))


def numeral(n: int) -> str:
    """一 二 … 十 十一 … 二十 二十一 …, up to 99."""
    tens, rest = divmod(n, 10)
    if n <= 10:
        return HANS[n]
    return (HANS[tens] if tens > 1 else "") + "十" + (HANS[rest] if rest else "")


def annex(n: int, names: Names) -> tuple[Names, Names]:
    """The title of the n-th annex and how it is named elsewhere."""
    place = Names(f"{WORDS['appendix'].zh}{n}", f"{WORDS['appendix'].en} {n}")
    return Names(f"{place.zh}　{names.zh}", f"{place.en}. {names.en}"), place


def _chapter(n: int, names: Names) -> tuple[Names, Names]:
    return Names(f"{numeral(n)}、{names.zh}", f"{n}. {names.en}"), Names(numeral(n), str(n))


def _points(paragraphs: Sequence[Paragraph], above: Names) -> tuple[Point, ...]:
    """Neighbours with the same title under one heading （一）, counted 1. 2. where there are several."""
    made = []
    n = 0
    for names, found in groupby(paragraphs, key=lambda p: p.names):
        members = list(found)
        titled = names != NONE
        n += titled
        under = Names(f"{above.zh}（{numeral(n)}）", f"{above.en}.{n}") if titled else above
        title = Names(f"（{numeral(n)}）{names.zh}", f"{above.en}.{n} {names.en}") if titled else NONE
        made.append(Point(title, tuple(_item(i, p, under, len(members) > 1) for i, p in enumerate(members, 1))))
    return tuple(made)


def _item(n: int, paragraph: Paragraph, under: Names, several: bool) -> Item:
    if not several:
        return Item(NONE, under, paragraph)
    return Item(Names(f"{n}.", f"({n})"), Names(f"{under.zh}{n}", f"{under.en}({n})"), paragraph)


def _ordered(forms: Sequence[Form], order: Sequence[str]) -> tuple[Form, ...]:
    """In the order of the ledgers; those of one ledger as they come."""
    place = {name: n for n, name in enumerate(order)}
    return tuple(sorted(forms, key=lambda form: place.get(stem(form), len(order))))
