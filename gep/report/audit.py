"""The papers of a departure audit as data: whom and what they are of, their ledgers as forms, charts and paragraphs.

Every output (workbook, report, page) is a view of this, as of a statement. `digest` is of this content: the same book, tenure and
records give the same digest on every machine.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property

from gep.base.records import Names
from gep.report.form import Form
from gep.report.statement import Chart, Paragraph, plain

SCHEMA = "gep.audit/1"


@dataclass(frozen=True, slots=True)
class Holder:
    """A post and its term as printed: [start, end) as ISO days. `audited`: whether this audit is of the term."""

    id: str
    post: Names
    start: str
    end: str
    name: str = ""
    acting: bool = False
    audited: bool = False


@dataclass(frozen=True, slots=True)
class AuditHead:
    """What the papers are of. `known_on`: figures as known at the end of that day, empty: as the book stands.

    `anchors`: what an outsider compares the book with, (name, digest or number) pairs: head of its journal, closings, releases.
    `draft`: the engagement is not sealed.
    """

    engagement: str
    names: Names
    region: str
    region_names: Names
    holders: tuple[Holder, ...]
    book: Names
    auditors: tuple[tuple[str, str], ...]  # (who, role)
    scheme_names: Names
    profile_names: Names
    evaluation_names: Names
    known_on: str
    document: str
    draft: bool
    illustrative: bool
    anchors: tuple[tuple[str, str], ...]
    program: str
    made_on: str


@dataclass(frozen=True)
class AuditPaper:
    """Head, ledgers, charts and paragraphs; one `section` of a paragraph is one chapter of the report."""

    head: AuditHead
    forms: tuple[Form, ...]
    charts: tuple[Chart, ...] = ()
    paragraphs: tuple[Paragraph, ...] = ()

    @cached_property
    def content(self) -> str:
        """SHA-256 of all of it as canonical JSON."""
        text = json.dumps(plain(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def form(self, name: str) -> Form | None:
        return next((f for f in self.forms if f.id == name), None)
