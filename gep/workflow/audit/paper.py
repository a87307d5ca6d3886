"""The papers of an engagement: every ledger, chart and sentence, made of one record of all that the audit found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from gep.base.records import Names
from gep.report.audit import AuditHead, AuditPaper, Holder
from gep.report.form import Form
from gep.workflow.audit.forms import (
    attribution,
    comments,
    compared,
    constant,
    evaluation,
    events,
    evidence,
    handover,
    land,
    matters,
    normalised,
    projects,
    quality,
    rectification,
    redline,
    signatures,
    suggestions,
    suspicions,
    targets,
)
from gep.workflow.audit.forms.case import Case, Results, TermResult
from gep.workflow.audit.forms.charts import charts
from gep.workflow.audit.forms.sentences import paragraphs
from gep.workflow.audit.records import Subject
from gep.workflow.audit.source import Source

__all__ = ["Case", "Results", "TermResult", "head_of", "paper_of"]

Maker: TypeAlias = Callable[[Case], Iterator[Form]]
# the ledgers of each audited term, and those of the engagement as a whole
OF_A_TERM: tuple[Maker, ...] = (
    handover.forms, evaluation.forms, redline.forms, attribution.forms, compared.forms, normalised.forms, constant.forms,
    land.forms, targets.forms, events.forms, quality.forms, suspicions.forms, projects.forms, matters.forms, signatures.forms,
)  # fmt: skip
OF_ALL: tuple[Maker, ...] = (evidence.forms, rectification.forms, comments.forms, suggestions.forms)
NOBODY = Names("", "")


def paper_of(results: Results) -> AuditPaper:
    """The papers of an engagement. The same results give the same papers, and so the same digest.

    Raises Refused where the rectification steps do not hold, ValueError where nothing was audited.
    """
    if not results.terms:
        raise ValueError("an engagement without an audited term")
    cases = [Case(results, term) for term in results.terms]
    made = [f for case in cases for maker in OF_A_TERM for f in maker(case)]
    made += [f for maker in OF_ALL for f in maker(cases[0])]
    by = {f.id: f for f in made}
    drawn = tuple(c for case in cases for c in charts(case, by))
    return AuditPaper(head_of(results, any(f.illustrative for f in made)), tuple(made), drawn, paragraphs(results, made))


def head_of(results: Results, illustrative: bool) -> AuditHead:
    """What the papers are of: region, posts and terms, book, team, anchors."""
    tenure, ground = results.tenure, results.ground
    schemes = ground.catalog.schemes
    scored = next((t.scored for t in results.terms if t.scored is not None), None)
    place = ground.places.get(tenure.region)
    named = scored.evaluation.names if scored is not None else Names(tenure.evaluation, tenure.evaluation)
    return AuditHead(
        engagement=tenure.id,
        names=tenure.names,
        region=tenure.region,
        region_names=place.names if place is not None else Names(tenure.region, tenure.region),
        holders=tuple(_holder(s, s.id in tenure.audited) for s in tenure.subjects),
        book=ground.book.config.names,
        auditors=tuple((m.who, m.role) for m in tenure.team),
        scheme_names=schemes[ground.years.scheme].names,
        profile_names=schemes[tenure.profile].names if tenure.profile in schemes else NOBODY,
        evaluation_names=named,
        known_on=tenure.known_on.isoformat() if tenure.known_on is not None else "",
        document=tenure.document,
        draft=not results.sealed,
        illustrative=illustrative,
        anchors=tuple(_anchors(results.source)) if results.source is not None else (),
        program=results.program,
        made_on=results.made_on or results.day.isoformat(),
    )


def _holder(s: Subject, audited: bool) -> Holder:
    post = Names(f"{s.post.zh}（在任）", f"{s.post.en} (in office)") if s.serving else s.post
    return Holder(s.id, post, s.start.isoformat(), s.end.isoformat(), s.name, s.acting, audited)


def _anchors(source: Source) -> Iterator[tuple[str, str]]:
    """What an outsider compares the book with: its journal, the release and closing of each year, the pack."""
    yield "book", source.name
    yield "first", source.first.sha256
    yield "journal", f"{source.head[0]}:{source.head[1].sha256}"
    for used in source.used:
        yield f"release {used.year} {used.profile}@{used.vintage}", used.release
        if used.closing:
            yield f"closing {used.year} {used.profile}@{used.vintage}", used.closing
    if source.pack:
        yield "pack", source.pack
