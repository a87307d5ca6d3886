"""What the papers of an engagement are made from: the results of every part of the audit, and names in print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from gep.accounts.attribution import Assigned
from gep.accounts.redline import RedLine
from gep.accounts.redline_patches import Patch
from gep.accounts.scoring import Scored
from gep.base.findings import Refused
from gep.base.records import Key, Layout, Names
from gep.catalog.tables import column_of, row_of
from gep.report.form import Scope, Stored
from gep.workflow.audit.acts import Collected
from gep.workflow.audit.annual import years_in_use
from gep.workflow.audit.balances import StockLine
from gep.workflow.audit.records import Observation, Subject, Tenure
from gep.workflow.audit.remit import Remit, remit_of, remit_words
from gep.workflow.audit.source import Source
from gep.workflow.audit.suspicions import Judged
from gep.workflow.audit.term_ground import Ground
from gep.workflow.audit.term_plan import TermAccount


@dataclass(frozen=True)
class TermResult:
    """What was found of one audited term. A part that was not made is None, and its ledger says so.

    `assigned`: what auditors attributed of the undated change of a stock, by measure of the closing, region and key.
    """

    subject: Subject
    account: TermAccount
    redline: RedLine | None = None
    scored: Scored | None = None
    judged: Judged | None = None
    assigned: Mapping[tuple[str, str, Key], tuple[Assigned, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Results:
    """All that the papers of an engagement show.

    `day`: the day at whose end rectification is told. `files`: (kind, id) of a record -> the file that it stands in. `source`:
    None where the papers are made of a book at hand and not of an engagement; they are then without anchors. `sealed`: the draft
    is final. `program`, `made_on`: of the papers.
    """

    tenure: Tenure
    ground: Ground
    terms: tuple[TermResult, ...]
    collected: Collected
    day: date
    observations: tuple[Observation, ...] = ()
    patches: tuple[Patch, ...] = ()
    files: Mapping[tuple[str, str], str] = field(default_factory=dict)
    source: Source | None = None
    sealed: bool = False
    program: str = ""
    made_on: str = ""


@dataclass(frozen=True)
class Case:
    """One audited term with what all terms of the engagement share: what the ledgers of that term are made from."""

    results: Results
    term: TermResult

    @property
    def tenure(self) -> Tenure:
        return self.results.tenure

    @property
    def ground(self) -> Ground:
        return self.results.ground

    @property
    def account(self) -> TermAccount:
        return self.term.account

    @property
    def subject(self) -> Subject:
        return self.term.subject

    @property
    def collected(self) -> Collected:
        return self.results.collected

    @property
    def region(self) -> str:
        return self.account.region

    @cached_property
    def remit(self) -> Remit:
        """What the accounts can say of the post."""
        config = self.ground.book.config
        return remit_of(self.tenure, self.subject, config.regions, config.leaves, self.ground.layouts)

    def remit_words(self) -> tuple[Names, ...]:
        """What the ledgers of this post leave out, and why."""
        names = {code: place.names for code, place in self.ground.places.items()}
        return remit_words(self.remit, names, self.subject.end.isoformat())

    @property
    def illustrative(self) -> bool:
        """Whether the papers of the engagement rest on made-up data: the tenure or the book says so."""
        return self.tenure.illustrative or self.ground.book.config.illustrative

    @cached_property
    def scope(self) -> Scope:
        """The region at the year-end nearest to the end of the term."""
        year = self.account.span.year
        vintage = self.ground.years.vintages[year]
        used = self.results.source.used if self.results.source is not None else ()
        state = next((u.state for u in used if (u.year, u.vintage) == (year, vintage)), "")
        return Scope(self.region, self.region_names(self.region), year, self.ground.years.scheme, vintage, state)

    @cached_property
    def held(self) -> Mapping[str, Stored]:
        """The annual figures of the book by address."""
        return {a.stored.address: a.stored for a in self.ground.years.figures.values()}

    @cached_property
    def by_place(self) -> Mapping[tuple[str, str, tuple[str, ...]], list[Stored]]:
        """The annual figures of the tables by region, year and (table, row, column)."""
        found: dict[tuple[str, str, tuple[str, ...]], list[Stored]] = {}
        for text, stored in self.held.items():
            view, region, year, *keys = text.split("/")
            if view == "asset_account":
                found.setdefault((region, year, tuple(keys[:3])), []).append(stored)
        return found

    def form_id(self, name: str) -> str:
        """The id of a ledger of this term: its number, with the subject behind it where several terms are audited."""
        return name if len(self.results.terms) == 1 else f"{name}.{self.subject.id}"

    def region_names(self, code: str) -> Names:
        place = self.ground.places.get(code)
        return place.names if place is not None else Names(code, code)

    def subject_names(self, name: str) -> Names:
        """A subject by its post, with the term where several held the post; other words as they stand."""
        found = next((s for s in self.tenure.subjects if s.id == name), None)
        if found is None:
            return Names(name, name)
        alone = sum(1 for s in self.tenure.subjects if s.post == found.post) == 1
        term = f"{found.start} – {found.end}"
        return found.post if alone else Names(f"{found.post.zh}（{term}）", f"{found.post.en} ({term})")

    def used(self, profile: str) -> Mapping[int, int]:
        """Year -> vintage of a profile or scheme, as known on the day of the engagement; empty where the book has none."""
        if profile == self.ground.years.scheme:
            return self.ground.years.vintages
        try:
            return years_in_use(self.ground.book, profile, self.tenure.known_on) if profile else {}
        except Refused:
            return {}

    def code(self, scheme: str, code: str) -> Names:
        known = self.ground.catalog.codes.get(scheme, {}).get(code)
        return known.names if known is not None else Names(code, code)

    def layout(self, table: str) -> Layout:
        return self.ground.layouts[table]

    def item(self, line: StockLine, key: Key) -> Names:
        """What a stock is of: its instance and class, else the column of the whole row, else the row itself."""
        layout = self.layout(line.table)
        parts = [self.code(dim, code) for dim, code in sorted(key, key=lambda pair: pair[0] != layout.instance)]
        head = column_of(layout, line.column) if line.column else None
        if head is not None:
            parts.append(head.names)
        if not parts:
            row = row_of(layout, line.row)
            parts = [row.names if row is not None else layout.names]
        return Names(" · ".join(p.zh for p in parts), " · ".join(p.en for p in parts))

    def group(self, line: StockLine) -> tuple[str, Names]:
        """The lines that a stock stands with: its table, and the row where the table has several stocks, with the heading."""
        layout = self.layout(line.table)
        rows = {x.row for x in self.ground.lines.values() if x.table == line.table}
        row = row_of(layout, line.row)
        block = line.measure.removeprefix(f"{line.table}.").rpartition(".")[0] if not line.column else ""
        code = ".".join(p for p in (line.table, block, line.row) if p)
        own = row.names if row is not None and len(rows) > 1 else Names("", "")
        names = Names(f"{line.table} {layout.names.zh}{'：' + own.zh if own.zh else ''}",
                      f"{line.table} {layout.names.en}{': ' + own.en if own.en else ''}")  # fmt: skip
        return (line.table if not own.zh else code), names

    def asset_code(self, line: StockLine, key: Key) -> str:
        """Table, row and column of a stock, with the instance of its table: `MN-01.R40.C1 kaolin`."""
        layout = self.layout(line.table)
        codes = dict(key)
        instance = codes.pop(layout.instance, "") if layout.instance else ""
        column = line.column or ".".join(codes[d] for d in sorted(codes))
        return " ".join(p for p in (".".join(p for p in (line.table, line.row, column) if p), instance) if p)

    def unit(self, measure: str) -> str:
        return self.ground.catalog.measures[measure].unit
