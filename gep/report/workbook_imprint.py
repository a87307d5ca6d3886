"""What a workbook says of itself in one language: title, marks, the block above a form, facts, footer; that of the statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from gep.report.form import Form, Scope
from gep.report.statement import Head
from gep.report.workbook_words import WORDS

BLANK = "_" * 12


class Imprint(Protocol):
    """What the sheets of a workbook need to know besides their forms. `marks` of no form are those of the whole."""

    @property
    def lang(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def author(self) -> str: ...

    @property
    def made_on(self) -> str:
        """An ISO day: what the file says it was made on; no clock enters."""

    @property
    def footer(self) -> str:
        """At the right below every printed page."""

    @property
    def sign_off(self) -> str:
        """The line under a form where it is signed; empty for none."""

    def marks(self, form: Form | None = None) -> tuple[str, ...]:
        """What a reader has to know before anything else."""

    def block(self, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The lines left and right under the title of a form, as many left as right."""

    def group(self, form: Form) -> tuple[object, str]:
        """Neighbours with an equal first part stand under one heading in the list of sheets: the second."""

    def facts(self, digest: str) -> Iterator[tuple[str, str]]:
        """What the workbook is of: name and text; what is not known is left out."""

    def told(self) -> Sequence[str]:
        """Sentences that come first in how to read it."""


@dataclass(frozen=True, slots=True)
class StatementImprint:
    """The imprint of the statements of a year."""

    head: Head
    lang: str

    @property
    def title(self) -> str:
        gep = self.head.gep
        return WORDS[self.lang]["title"].format(region=gep.region_names.of(self.lang), year=gep.year)

    @property
    def author(self) -> str:
        return self.head.issuer.names.of(self.lang)

    @property
    def made_on(self) -> str:
        return self.head.made_on[:10]

    @property
    def footer(self) -> str:
        return WORDS[self.lang]["vintage_short"].format(vintage=self.head.gep.vintage)

    @property
    def sign_off(self) -> str:
        words = WORDS[self.lang]
        return words["sign_off"].format(gap=words["gap"])

    def marks(self, form: Form | None = None) -> tuple[str, ...]:
        words, head = WORDS[self.lang], self.head
        illustrative = head.illustrative or (form is not None and form.illustrative)
        told = [(head.draft, "draft"), (illustrative, "illustrative"), (head.edition == "public", "public")]
        return tuple(words[name] for there, name in told if there)

    def block(self, form: Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is not known is a line to fill in."""
        words, issuer, lang = WORDS[self.lang], self.head.issuer, self.lang
        left = [
            "", "",
            words["compiled_by"] + (issuer.names.of(lang) or BLANK),
            words["department"] + form.department if form.department else "",
            words["region_year"].format(region=form.scope.region_names.of(lang), year=form.scope.year),
        ]  # fmt: skip
        right = [
            words["number"] + form.number, words["set_by"] + (issuer.names.of(lang) or BLANK),
            words["document"] + (issuer.document or BLANK),
            words["valid_until"] + (issuer.valid_until or BLANK),
            words["unit"] + form.unit.of(lang) if form.unit.of(lang) else "",
        ]  # fmt: skip
        return tuple(left), tuple(right)

    def group(self, form: Form) -> tuple[object, str]:
        words = WORDS[self.lang]
        of = words["region_year"].format(region=form.scope.region_names.of(self.lang), year=form.scope.year)
        return (form.section, form.scope.region, form.scope.year), f"{words[form.section]}　{of}"

    def facts(self, digest: str) -> Iterator[tuple[str, str]]:
        words, head, lang = WORDS[self.lang], self.head, self.lang
        yield words["book"], head.book.of(lang)
        yield words["region"], f"{head.gep.region_names.of(lang)} {head.gep.region}"
        yield words["year"], str(head.gep.year)
        yield words["gep_scheme"], self._scheme(head.gep, head.gep_names.of(lang))
        if head.assets is not None:
            yield words["assets_scheme"], self._scheme(head.assets, head.assets_names.of(lang))
        yield words["edition"], words[head.edition]
        yield words["issuer"], head.issuer.names.of(lang)
        yield words["currency"], head.currency
        yield words["made_on"], head.made_on
        for act, who, day in head.steps:
            yield words.get(act, act), words["step"].format(who=who, day=day)
        yield words["rules_hash"], head.rules_hash
        yield words["input_hash"], head.input_hash
        yield words["release_hash"], head.release_hash
        yield words["digest"], digest
        yield words["program"], head.program

    def told(self) -> Sequence[str]:
        words, head = WORDS[self.lang], self.head
        edition = [
            (head.draft, "draft_told"),
            (head.illustrative, "illustrative_told"),
            (head.edition == "public", "public_told"),
        ]
        return [words[name] for there, name in edition if there]

    def _scheme(self, scope: Scope, called: str) -> str:
        words = WORDS[self.lang]
        state = words.get(scope.state, scope.state)
        return words["scheme_at"].format(names=called, profile=scope.profile, vintage=scope.vintage, state=state)
