"""Reads the classes of responsibility (`ledgers/evaluation/responsibility.toml`): which hold when, and what grounds point to.

    [[scheme]]
    id = "two-classes"
    valid_from = 2019-07-01
    uncertain_until = 2019-07-31   # the classes changed within these days; which day is not known
    classes = ["direct", "leadership"]

A class is entered by an auditor with grounds. From the grounds only candidates are proposed, in the order of the scheme.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gep.base.findings import Finding, Place, Refused, finding, stops
from gep.base.records import Names
from gep.base.score_rules import Word
from gep.catalog.evaluation_items import inner
from gep.catalog.fields import Fields
from gep.catalog.files import toml_files

FILE = "evaluation/responsibility.toml"
STATUSES = ("standard", "literature", "expert", "local")


@dataclass(frozen=True, slots=True)
class ResponsibilityScheme:
    """The classes for audits started from `valid_from` to `valid_to`, both inclusive.

    `uncertain_until`: up to that day it is not known whether these or the earlier classes hold. `candidates`: the classes that a
    ground points to.
    """

    id: str
    names: Names
    classes: tuple[Word, ...]
    candidates: Mapping[str, tuple[str, ...]]
    status: str
    source: str
    locator: str
    valid_from: date = date.min
    valid_to: date = date.max
    uncertain_until: date = date.min
    file: str = ""


@dataclass(frozen=True, slots=True)
class Responsibility:
    """All schemes, and the grounds that an auditor may state."""

    schemes: tuple[ResponsibilityScheme, ...]
    grounds: tuple[Word, ...]


def responsibility(data_root: Path, local: Path | None = None) -> Responsibility:
    """The shipped classes and grounds, a book's own in their place by id. Raises Refused with every fault."""
    findings: list[Finding] = []
    layers = [_read(data_root / "ledgers", "ledgers", findings)]
    if local is not None and local.is_dir():
        layers.append(_read(local, "local", findings))
    grounds = {g.id: g for layer in layers for g in layer.grounds}
    schemes = {s.id: s for layer in layers for s in layer.schemes}
    findings += [f for s in schemes.values() for f in _wrong(s, grounds)]
    if stops(findings):
        raise Refused(findings)
    return Responsibility(tuple(sorted(schemes.values(), key=lambda s: (s.valid_from, s.id))), tuple(grounds.values()))


def scheme_on(found: Responsibility, started: date) -> tuple[ResponsibilityScheme, tuple[Finding, ...]]:
    """The classes for an audit started on that day: of several the latest. Raises Refused if there are none.

    The finding, if there is one, says that the classes changed about that day and nobody knows exactly when.
    """
    holding = [s for s in found.schemes if s.valid_from <= started <= s.valid_to]
    if not holding:
        expected = ", ".join(s.id for s in found.schemes)
        raise Refused([finding("RESPONSIBILITY-NONE", Place(FILE), found=started, expected=expected)])
    chosen = holding[-1]
    if started > chosen.uncertain_until:
        return chosen, ()
    return chosen, (finding("RESPONSIBILITY-DAY", Place(chosen.file, key=chosen.id), found=started, expected=chosen.id),)


def candidates(found: Responsibility, scheme: ResponsibilityScheme, grounds: Iterable[str]) -> tuple[str, ...]:
    """The classes that any of the grounds points to, in the order of the scheme. Raises Refused for an unknown ground."""
    named = tuple(grounds)
    known = [g.id for g in found.grounds]
    wrong = [g for g in named if g not in known]
    if wrong:
        expected = ", ".join(known)
        raise Refused([finding("RESPONSIBILITY-GROUND", Place(FILE), found=g, expected=expected) for g in wrong])
    proposed = {c for g in named for c in scheme.candidates.get(g, ())}
    return tuple(c.id for c in scheme.classes if c.id in proposed)


def _read(root: Path, label: str, findings: list[Finding]) -> Responsibility:
    schemes: list[ResponsibilityScheme] = []
    grounds: list[Word] = []
    for shown, body in toml_files(root, label, FILE, findings):
        f = Fields(body, Place(shown), findings)
        if f.raw("schema") != 1:
            f.complain("CATALOG-FIELD-CHOICE", "schema", found=f.raw("schema"), expected=1)
        classes = _words(f.tables("class"), f)
        grounds += _words(f.tables("ground"), f)
        schemes += [_scheme(entry, f, classes) for entry in f.tables("scheme")]
        f.done()
    return Responsibility(tuple(schemes), tuple(grounds))


def _words(bodies: Sequence[Mapping[str, object]], f: Fields) -> list[Word]:
    made: list[Word] = []
    for body in bodies:
        w = inner(body, f)
        made.append(Word(w.text("id", required=True), w.names()))
        w.done()
    return made


def _scheme(body: Mapping[str, object], f: Fields, classes: Collection[Word]) -> ResponsibilityScheme:
    s = inner(body, f)
    known = {c.id: c for c in classes}
    named = s.texts("classes")
    for name in (c for c in named if c not in known):
        s.complain("EVALUATION-REFERENCE", "classes", found=name, expected=", ".join(known))
    table = Fields(s.table("candidates"), Place(s.place.file, key=f"{s.place.key}.candidates"), s.findings)
    made = ResponsibilityScheme(
        s.text("id", required=True),
        s.names(),
        tuple(known[c] for c in named if c in known),
        {ground: table.texts(ground) for ground in table.body},
        s.choice("status", STATUSES),
        s.text("source", required=True),
        s.text("locator", required=True),
        s.date("valid_from", date.min),
        s.last_date("valid_to") if s.raw("valid_to") is not None else date.max,
        s.date("uncertain_until", date.min),
        s.place.file,
    )
    s.done()
    return made


def _wrong(scheme: ResponsibilityScheme, grounds: Collection[str]) -> Iterable[Finding]:
    """Grounds and classes that the candidates of a scheme name and nothing declares."""
    place = Place(scheme.file, column="candidates", key=scheme.id)
    classes = [c.id for c in scheme.classes]
    for ground, named in scheme.candidates.items():
        wrong = [(ground, grounds)] if ground not in grounds else []
        for code, known in [*wrong, *((c, classes) for c in named if c not in classes)]:
            expected = ", ".join(sorted(known))
            yield finding("EVALUATION-REFERENCE", place, found=code, expected=expected, field="candidates")
