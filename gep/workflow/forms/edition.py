"""The public edition of a statement: what may not be published is left out, and so is what it could be worked out from.

What is hidden stands as a cell of kind `suppressed` without amounts, in every form and every part. Each form that lost figures
says how many, by which rule, and how many besides so that nobody can compute the first.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from gep.accounts.suppression import suppress
from gep.base.findings import Place as Where
from gep.base.findings import Refused, finding
from gep.base.records import Names, State
from gep.catalog.publication import Publication, PublicationRule
from gep.explain.address import POSITIONAL, Address
from gep.report.form import BLANK, SIGNS, Cell, Form, Stored, text, without
from gep.report.statement import Part, Statement
from gep.workflow.forms.known import Known, known

HIDDEN_SIGN = Names("“×”表示不公布。", "“×”: not published.")
NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
YEAR = re.compile(r"(19|20)[0-9]{2}")  # a year of an account is no amount
TELLING = 4  # significant digits from which on a number in a text is taken for the figure of this amount
FILES = "S1.submissions"  # the form that names the files departments sent, and who sent them


@dataclass(frozen=True)
class _Omitted:
    """What is left out: `named` amounts with their rules, all `hidden` amounts with those named, and their `addresses`."""

    named: Mapping[str, PublicationRule]
    hidden: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()

    def why(self, name: str) -> int:
        """The number of the rule; 0 for what is hidden for the sake of others."""
        return self.named[name].number if name in self.named else 0


def public(statement: Statement, rules: Publication) -> tuple[Statement, frozenset[str]]:
    """The public edition, and the complete addresses of all figures whose amounts it shows nowhere.

    Raises Refused with a finding for each figure that cannot be kept back whatever else is hidden.
    """
    shown = _sections(statement, rules)
    shown = replace(shown, head=replace(shown.head, edition="public"))
    facts = known(shown, rules)
    omitted = _omitted(facts, rules)
    if not omitted.hidden:
        return shown, frozenset()
    secrets = _Secrets(_amounts(shown, facts, omitted), omitted.addresses)
    parts = tuple(_part(n, part, facts, omitted, secrets) for n, part in enumerate(shown.parts))
    return replace(shown, parts=parts), omitted.addresses


def names_figure(rules: Publication, address: Address) -> PublicationRule | None:
    """The first rule that a figure may not be published by."""
    if address.view == "value_account" and address.column == "price":
        return None  # a price is of nobody, and everybody knows it
    keys = dict(zip(POSITIONAL[address.view], address.keys, strict=True))
    keys |= {**address.named, "region": address.region, "year": address.period}
    return next((rule for rule in rules.rules if rule.meets(address.view, keys)), None)


def _sections(statement: Statement, rules: Publication) -> Statement:
    """The public sections; charts and sentences tell hidden figures and are made anew from what is left."""
    kept = [tuple(_filed(f) for f in p.forms if f.section in rules.sections) for p in statement.parts]
    parts = [replace(p, forms=forms, charts=(), paragraphs=()) for p, forms in zip(statement.parts, kept, strict=True)]
    return replace(statement, parts=tuple(parts))


def _filed(form: Form) -> Form:
    """A form without the names of files and of those who sent them: a file is known by its number and its hash."""
    if form.id != FILES:
        return form
    numbered = {(x.code, "name"): text(f"第 {n} 份", f"No. {n}") for n, x in enumerate(form.lines, 1)}
    return without(form, numbered | {(x.code, "who"): BLANK for x in form.lines})


def _omitted(facts: Known, rules: Publication) -> _Omitted:
    named = {name: rule for name, a in facts.parsed.items() if (rule := names_figure(rules, a)) is not None}
    if not named:
        return _Omitted({})
    choice = suppress(facts.table, named, Fraction(rules.protection))
    if choice.exposed:
        places = {n: f"publication {named[n].number}" if n in named else "publication" for n in choice.exposed}
        raise Refused(finding("PUBLICATION-EXPOSED", Where("book.toml", key=p), found=n) for n, p in places.items())
    for name, rule in list(named.items()):  # what tells the same is hidden for the same reason
        for other in (*facts.table.groups.get(name, ()), *facts.table.followers.get(name, ())):
            named.setdefault(other, rule)
    addresses = frozenset(a for name in choice.hidden for a in facts.addresses.get(name, ()))
    return _Omitted(named, choice.hidden, addresses)


# ---- the forms without it


def _part(number: int, part: Part, facts: Known, omitted: _Omitted, secrets: _Secrets) -> Part:
    return replace(part, forms=tuple(_form(number, form, facts, omitted, secrets) for form in part.forms))


def _form(number: int, form: Form, facts: Known, omitted: _Omitted, secrets: _Secrets) -> Form:
    lost: Counter[int] = Counter()
    changed: dict[tuple[str, str], Cell] = {}
    for line, column, cell in form.cells():
        name = facts.of.get((number, form.id, line.code, column.code), "")
        if name in omitted.hidden or (cell.kind == "text" and secrets.told(cell)):
            lost[omitted.why(name)] += 1
            changed[line.code, column.code] = Cell("suppressed", figures=tuple(_blank(f) for f in cell.figures))
        elif not omitted.addresses.isdisjoint(f.address for f in cell.figures):
            figures = tuple(_blank(f) if f.address in omitted.addresses else f for f in cell.figures)
            changed[line.code, column.code] = replace(cell, figures=figures)
    notes = tuple(secrets.without(n) for n in form.notes)
    if lost:
        notes = (*notes, *_told(lost, omitted), HIDDEN_SIGN)
    if not changed and notes == form.notes:
        return form
    return replace(without(form, changed), notes=notes)


def _blank(figure: Stored) -> Stored:
    return replace(figure, amount=None, state=State.SUPPRESSED.value)


def _told(lost: Counter[int], omitted: _Omitted) -> Iterator[Names]:
    rules = {rule.number: rule for rule in omitted.named.values()}
    yield from (_said(rules[n], lost[n]) for n in sorted(lost) if n)
    if lost[0]:
        yield _besides(lost[0], alone=len(lost) == 1)


def _said(rule: PublicationRule, count: int) -> Names:
    what = "figure is" if count == 1 else "figures are"
    return Names(
        f"本表有 {count} 个数字不公布：{rule.names.zh}（{rule.document}）。",
        f"{count} {what} not published: {rule.names.en} ({rule.document}).",
    )


def _besides(count: int, *, alone: bool) -> Names:
    what = "figure is" if count == 1 else "figures are"
    return Names(
        f"{'本表' if alone else '另'}有 {count} 个数字一并不公布，否则可由其推算出其他不公布的数字。",
        f"{count} {'' if alone else 'more '}{what} left out: others that are not published could be worked out from them.",
    )


# ---- numbers in texts


def _amounts(statement: Statement, facts: Known, omitted: _Omitted) -> Iterator[Fraction]:
    """The hidden amounts as they could stand in a text: stored, in the unit shown, and as printed."""
    yield from (abs(Fraction(facts.table.amounts[name].value)) for name in omitted.hidden)
    for n, part in enumerate(statement.parts):
        for form in part.forms:
            for line, column, cell in form.cells():
                if facts.of.get((n, form.id, line.code, column.code)) in omitted.hidden:
                    yield from (abs(Fraction(x)) for x in (cell.shown, cell.exact) if x is not None)


class _Secrets:
    """Hidden amounts and addresses, to be kept out of words too."""

    def __init__(self, amounts: Iterable[Fraction], addresses: frozenset[str]) -> None:
        self.amounts = frozenset(x for x in amounts if _long(x))
        self.addresses = addresses
        self.seen: dict[Names, bool] = {}

    def told(self, cell: Cell) -> bool:
        """Whether a cell of words speaks of a hidden figure, or holds its amount."""
        if cell.text not in self.seen:
            self.seen[cell.text] = any(x in self.amounts for text in (cell.text.zh, cell.text.en) for _, x in _numbers(text))
        return self.seen[cell.text] or not self.addresses.isdisjoint(f.address for f in cell.figures)

    def without(self, note: Names) -> Names:
        return Names(self._clean(note.zh), self._clean(note.en))

    def _clean(self, text: str) -> str:
        for found, x in _numbers(text):
            if x in self.amounts:
                text = text.replace(found, SIGNS["suppressed"])
        return text


def _long(x: Fraction) -> bool:
    """Whether an amount has so many digits that a text which holds it speaks of it."""
    whole, _, decimals = f"{float(x):.6f}".partition(".")
    return len((whole + decimals.rstrip("0")).lstrip("0")) >= TELLING


def _numbers(text: str) -> Iterator[tuple[str, Fraction]]:
    for found in NUMBER.findall(text):
        if not YEAR.fullmatch(found):
            yield found, Fraction(found.rstrip(",").replace(",", ""))
