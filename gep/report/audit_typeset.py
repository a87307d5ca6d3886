"""PDF of the papers of an audit: the draft report in official typography with its ledgers as annexes.

As the report of the statements: no network, no package, no clock; with the shipped fonts the same paper gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gep.base.issuer import Fonts
from gep.report.audit import AuditPaper
from gep.report.audit_data import audit_data
from gep.report.report_data import Pictures, picture_name
from gep.report.typeset import Paper, pages, typeset

FOLDER = "audit"


def audit_report(
    paper: AuditPaper,
    lang: str,
    *,
    pictures: Pictures | None = None,
    folders: Sequence[Path] = (),
    fonts: Fonts = "shipped",
    content: str = "",
) -> Paper:
    """The report in one language (zh, en), each draft page marked as one.

    `pictures`: the drawing of each chart by id, as SVG; one without is left out. `folders`: templates of a book. `content`: the
    digest of the paper, worked out here if it is not given. Raises Refused where a template of a book cannot be set.
    """
    drawings = pictures or {}
    files = {picture_name(n): drawings[c.id] for n, c in enumerate(paper.charts) if c.id in drawings}
    return typeset("report.typ.j2", audit_data(paper, lang, drawings, content), lang, files, folders, fonts, FOLDER)


def audit_pages(paper: AuditPaper, lang: str, content: str) -> tuple[str, ...]:
    """The pages of the report as SVG, without its charts: to show what it looks like. `content`: what it gives as its digest."""
    return pages(f"{FOLDER}/report.typ.j2", audit_data(paper, lang, {}, content), lang, {})
