"""`from gep import Book`: a book with the verbs of the command line as methods, for programs and notebooks.

Each method is the function of the same name in `gep.workflow`, which says what it takes, gives and refuses.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gep import book
from gep.base.findings import Finding
from gep.ledger import query
from gep.ledger.journal import Entry
from gep.ledger.open_keys import open_keys
from gep.workflow import answer as answers
from gep.workflow import approve as approvals
from gep.workflow import attach as attachments
from gep.workflow import backup as backups
from gep.workflow import change_regions as regions_explained
from gep.workflow import change_years as years_explained
from gep.workflow import compare as profiles_compared
from gep.workflow import compare_vintages as vintages_compared
from gep.workflow import compare_years as years_compared
from gep.workflow import correct as corrections
from gep.workflow import explain as explanations
from gep.workflow import export as exports
from gep.workflow import init as beginnings
from gep.workflow import render as statements
from gep.workflow import reperform as performances
from gep.workflow import run as runs
from gep.workflow import states, views
from gep.workflow import submit as submissions
from gep.workflow import uncertainty as spreads
from gep.workflow import verify as proofs
from gep.workflow.release import Made

if TYPE_CHECKING:
    import pandas as pd


class Book(book.Book):
    """A book and its verbs. `Book.init(folder, source)` makes one; `Book(folder)` opens one."""

    @classmethod
    def init(cls, root: Path | str, source: str = "", *, who: str = "") -> Book:
        """Make a book, empty or from a shipped one or a folder of that form, and submit its returns."""
        beginnings.init(Path(root), source, who=who)
        return cls(root)

    def submit(self, *paths: Path | str, **options: Any) -> list[submissions.Submitted]:
        """Take department returns. Options: who, record_set, replaces."""
        return submissions.submit(self, [Path(p) for p in paths], **options)

    def run(self, years: str = "all", **options: Any) -> Made:
        """Compute the accounts and keep them as a new vintage. Options: compile_in, profiles, trial, who, progress."""
        return runs.run(self, years, **options)

    def answer(self, finding_id: str, text: str, *, document: str = "", who: str = "") -> Entry:
        """Explain a finding that asks for it."""
        return answers.answer(self, finding_id, text, document=document, who=who)

    def approve(self, *numbers: int, everything: bool = False, why: str = "", who: str = "") -> list[Entry]:
        """Approve explanations by their journal numbers, or every one that waits."""
        return approvals.approve(self, numbers, everything=everything, why=why, who=who)

    def correct(self, figure: str, *, why: str, effective: date | None = None, **options: Any) -> tuple[Entry, list[Finding]]:
        """Put a returned figure right. Options: value, unit, state, document, who."""
        return corrections.correct(self, figure, why=why, effective=effective, **options)

    def decide(self, figure: str, department: str, *, why: str, who: str = "") -> Entry:
        """Say which of two departments' figures is used."""
        return corrections.decide(self, figure, department, why=why, who=who)

    def attach(self, *paths: Path | str, about: str = "", why: str = "", who: str = "") -> list[Entry]:
        """Keep documents with the book as evidence."""
        return attachments.attach(self, [Path(p) for p in paths], about=about, why=why, who=who)

    def review(self, *years: int, **options: Any) -> list[states.Taken]:
        """Review years. Options: vintage, who, why."""
        return states.step(self, "review", years, **options)

    def finalise(self, *years: int, **options: Any) -> list[states.Taken]:
        """Finalise reviewed years. Options: vintage, who, why."""
        return states.step(self, "finalise", years, **options)

    def close(self, *years: int, **options: Any) -> list[states.Taken]:
        """Close final years. Options: vintage, who, why, key."""
        return states.step(self, "close", years, **options)

    def reopen(self, year: int, *, why: str, who: str = "") -> states.Taken:
        """Open a closed year again, for a reason."""
        return states.reopen(self, year, why=why, who=who)

    def verify(self, anchors: proofs.Anchors = proofs.NONE) -> proofs.Verified:
        """Check everything the book keeps against what was recorded of it."""
        return proofs.verify(self, anchors)

    def reperform(self, vintage: int) -> performances.Performed:
        """Make a vintage again from its frozen rules and compare it byte by byte."""
        return performances.reperform(self, vintage)

    def export(self, to: Path | str, years: str = "all", *, evidence: bool = False) -> exports.Done:
        """Write open data, or an evidence pack, into a new folder."""
        return exports.export(self, Path(to), years, evidence=evidence)

    def backup(self, file: Path | str | None = None, **options: Any) -> backups.Kept:
        """Put the whole book into one archive. Options: even_if_damaged, who, progress."""
        return backups.backup(self, None if file is None else Path(file), **options)

    def compare_years(self, left: int, right: int, **options: Any) -> Any:
        """Two years side by side, on comparable areas. Options: profile, region."""
        return years_compared.compare_years(self, left, right, **options)

    def compare_vintages(self, left: int, right: int, **options: Any) -> Any:
        """What changed between two vintages, each figure with its causes. Options: region, year."""
        return vintages_compared.compare_vintages(self, left, right, **options)

    def compare_profiles(self, left: str, right: str, **options: Any) -> Any:
        """Two profiles side by side, each difference in terms that add up to it. Options: region, year."""
        return profiles_compared.compare_profiles(self, left, right, **options)

    def change_years(self, left: int, right: int, **options: Any) -> Any:
        """Why GEP, the index and asset values changed between two years. Options: profile, region, basis, zone."""
        return years_explained.change_years(self, left, right, **options)

    def change_regions(self, left: str, right: str, year: int, **options: Any) -> Any:
        """Why two regions differ in one year. Options: profile, basis."""
        return regions_explained.change_regions(self, left, right, year, **options)

    def uncertainty(self, year: int | None = None, **options: Any) -> Any:
        """The spread of parameters carried to GEP and the indices. Options: region, profile, zone, basis."""
        return spreads.uncertainty(self, year, **options)

    def statement(self, year: int | None = None, to: Path | str | None = None, **options: Any) -> Any:
        """The yearly statements as files, for a closed year kept with the book. Options: wanted, region, profile, scheme, who."""
        return statements.render(self, year=year, to=None if to is None else Path(to), **options)

    def explain(self, figure: str, lang: str = "zh") -> Any:
        """A figure down to returned cells and sourced coefficients."""
        return explanations.explain(self, figure, lang)

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query, amounts as exact decimals."""
        return views.rows(self, sql)

    def sql(self, sql: str, attach: Mapping[str, book.Book] | None = None, as_of: date | None = None) -> pd.DataFrame:
        """A query as a pandas frame; amounts stay exact decimals, NULL is None. `attach`: further books by the name they get.

        Warns (UserWarning) where figures may be added several times because a key is left open of which the book has several.
        """
        import warnings

        import pandas as pd

        for each in (self, *(attach or {}).values()):
            views.need_store(each)
        result = query.select(self.store, sql, [(name, other.store) for name, other in (attach or {}).items()], as_of)
        for told in open_keys(self.store, sql):
            warnings.warn(told.text("en"), stacklevel=2)
        return pd.DataFrame(list(result.rows), columns=list(result.columns), dtype=object)

    @property
    def years(self) -> Sequence[int]:
        """The years that any vintage holds."""
        return sorted({r["year"] for r in self.rows("SELECT DISTINCT year FROM vintage_in_use")})
